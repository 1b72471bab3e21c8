//! The list of input formats.

pub mod ansible_facts;
pub mod compose;
pub mod dotenv;
pub mod environment;

use crate::Format;

/// All formats, sorted by name.
pub static ALL: &[&Format] = &[&ansible_facts::FORMAT, &compose::FORMAT, &dotenv::FORMAT, &environment::FORMAT];

/// The format of that name.
pub fn find(name: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| format.name == name)
}

/// The format that a file's name tells.
pub fn detect(path: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| (format.detect)(path))
}
