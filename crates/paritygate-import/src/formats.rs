//! The list of input formats.

use crate::Format;

/// All formats, sorted by name.
pub static ALL: &[&Format] = &[];
