//! The output formats, one file each.

#[cfg(feature = "formats")]
mod github;
#[cfg(feature = "formats")]
mod gitlab;
#[cfg(feature = "formats")]
mod html;
pub(crate) mod json;
#[cfg(feature = "formats")]
mod junit;
mod markdown;
#[cfg(feature = "formats")]
mod sarif;
#[cfg(feature = "formats")]
mod tap;
mod text;

use crate::Format;

/// The formats that the small WebAssembly module does without.
pub const IN_FORMATS: [&str; 6] = ["github", "gitlab", "html", "junit", "sarif", "tap"];

/// Every output format, sorted by name. The small WebAssembly module has those that its pages need; the others are in `formats`.
pub static ALL: &[&Format] = &[
    #[cfg(feature = "formats")]
    &github::FORMAT,
    #[cfg(feature = "formats")]
    &gitlab::FORMAT,
    #[cfg(feature = "formats")]
    &html::FORMAT,
    &json::FORMAT,
    #[cfg(feature = "formats")]
    &junit::FORMAT,
    &markdown::FORMAT,
    #[cfg(feature = "formats")]
    &sarif::FORMAT,
    #[cfg(feature = "formats")]
    &tap::FORMAT,
    &text::FORMAT,
];
