//! The catalogue of rule kinds.
//!
//! A kind is one file: its parameters (which are its schema), its manual with examples that run as tests, its check and
//! its words. Kinds see neither file formats nor output formats nor hosts.

mod address;
mod artifact;
mod belongings;
mod checks;
mod deployments;
mod firewall;
#[cfg(feature = "formats")]
mod json_schema;
mod keys;
mod migration;
pub mod parity;
mod people;
pub mod promotion;
mod shared;
mod sources;
mod version;

use paritygate_eval::{Catalogue, Entry, GateEntry};

/// All kinds of rules and gates.
pub const CATALOGUE: Catalogue = Catalogue { rules: parity::ALL, gates: promotion::ALL };

/// All kinds of rules, sorted by name.
pub fn all() -> &'static [Entry] {
    parity::ALL
}

/// All kinds of gates, sorted by name.
pub fn gates() -> &'static [GateEntry] {
    promotion::ALL
}

/// The kind of gate of that name.
pub fn find_gate(name: &str) -> Option<&'static GateEntry> {
    gates().iter().find(|entry| entry.name == name)
}

/// The kind of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    all().iter().find(|entry| entry.name == name)
}
