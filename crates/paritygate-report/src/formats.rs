//! The output formats, one file each.

pub(crate) mod json;
mod markdown;
mod text;

use crate::Format;

/// Every output format, sorted by name.
pub static ALL: &[&Format] = &[&json::FORMAT, &markdown::FORMAT, &text::FORMAT];
