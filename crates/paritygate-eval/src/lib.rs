//! Policies and environments to reports.
//!
//! This crate owns the traits of rule kinds and the walk over all environments at once. It knows no kind: kinds are
//! entries of a catalogue that the façade hands in.

pub mod cell;
mod collector;
pub mod compare;
pub mod engine;
mod exception;
mod globs;
pub mod kind;
mod reach;
mod report;
pub mod row;
mod scope;
mod trie;
mod walk;

pub use cell::{Cell, State};
pub use compare::Comparison;
pub use engine::{CheckRequest, Engine};
pub use kind::{Accepts, Compares, Description, Deviation, Entry, GroupCheck, Kind, Outcome, Plan, RowCheck};
pub use row::{Row, Rows};
