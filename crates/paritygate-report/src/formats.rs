//! The output formats, one file each.

mod github;
mod gitlab;
mod html;
pub(crate) mod json;
mod junit;
mod markdown;
mod sarif;
mod tap;
mod text;

use crate::Format;

/// Every output format, sorted by name.
pub static ALL: &[&Format] = &[
    &github::FORMAT,
    &gitlab::FORMAT,
    &html::FORMAT,
    &json::FORMAT,
    &junit::FORMAT,
    &markdown::FORMAT,
    &sarif::FORMAT,
    &tap::FORMAT,
    &text::FORMAT,
];
