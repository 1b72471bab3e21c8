//! The key under which secrets are fingerprinted.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use paritygate::FingerprintKey;

use crate::limits::MAX_KEY_BYTES;
use crate::terminal::{Error, error, reason};

/// The variable that may hold the key.
pub(crate) const VARIABLE: &str = "PARITYGATE_KEY";

/// A key, and whether it ends with this run.
pub(crate) struct Key {
    pub(crate) key: FingerprintKey,
    pub(crate) ephemeral: bool,
}

/// The key of the file, else of the environment, else one for this run only.
///
/// # Errors
///
/// If the file can't be read, or a key is empty.
pub(crate) fn find(file: Option<&Path>) -> Result<Key, Error> {
    if let Some(path) = file {
        let bytes =
            read(path).map_err(|why| error("key", format!("the key in `{}` can't be read: {why}", path.display())))?;
        return given(&bytes, &format!("`{}`", path.display()));
    }
    // A secret that a CI system does not hand out is there and empty.
    if let Some(value) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return given(value.as_encoded_bytes(), &format!("`{VARIABLE}`"));
    }
    let mut bytes = [0; paritygate::key::EPHEMERAL_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| {
        error("key", "this machine gives no random numbers for a key").help("name a key with `--key-file`")
    })?;
    Ok(Key { key: paritygate::key::ephemeral(&bytes), ephemeral: true })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let about = fs::metadata(path).map_err(|wrong| reason(&wrong))?;
    if about.is_dir() {
        return Err("it is a folder".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|wrong| reason(&wrong))?;
    file.take(MAX_KEY_BYTES + 1).read_to_end(&mut bytes).map_err(|wrong| reason(&wrong))?;
    if bytes.len() as u64 > MAX_KEY_BYTES {
        return Err(format!("it has more than {MAX_KEY_BYTES} bytes, which is the limit"));
    }
    Ok(bytes)
}

fn given(bytes: &[u8], from: &str) -> Result<Key, Error> {
    let key = paritygate::key::given(bytes).ok_or_else(|| {
        error("key", format!("the key in {from} is empty")).help("make one with `openssl rand -hex 32`")
    })?;
    Ok(Key { key, ephemeral: false })
}
