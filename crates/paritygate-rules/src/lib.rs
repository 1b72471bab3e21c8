//! The catalogue of rule kinds.
//!
//! A kind is one file: its parameters (which are its schema), its manual with examples that run as tests, its check and
//! its words. Kinds see neither file formats nor output formats nor hosts.

pub mod parity;
mod version;

use paritygate_eval::Entry;

/// All kinds, sorted by name.
pub fn all() -> &'static [Entry] {
    parity::ALL
}

/// The kind of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    all().iter().find(|entry| entry.name == name)
}
