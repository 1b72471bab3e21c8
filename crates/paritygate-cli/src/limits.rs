//! Every bound of the host, by name. Those of the engine stand in `paritygate::limits`.

/// How many files and folders a search for environments looks at.
pub(crate) const MAX_SEARCHED: usize = 200_000;
/// How many folders deep a search goes.
pub(crate) const MAX_FOLDERS: usize = 16;
/// How many bytes the files of one run may have together.
pub(crate) const MAX_READ_BYTES: u64 = 256 * 1024 * 1024;
/// How often further files are asked for: as deep as `include` may chain, and some.
pub(crate) const MAX_ROUNDS: usize = 2 * paritygate::limits::MAX_CHAIN;
/// How many bytes a key may have.
pub(crate) const MAX_KEY_BYTES: u64 = 64 * 1024;
/// How many files that were passed over are listed without `--verbose`.
pub(crate) const MAX_LISTED: usize = 10;
