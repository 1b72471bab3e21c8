//! Policies and environments to reports.
//!
//! This crate owns the traits of kinds of rules and gates, the walk over all environments at once, and the time in which
//! gates open. It knows no kind: kinds are entries of a catalogue that the façade hands in.

mod apart;
mod break_glass;
pub mod calendar;
mod cascade;
pub mod cell;
mod collector;
pub mod compare;
mod decide;
pub mod diff;
mod eligible;
pub mod engine;
mod exception;
pub mod gate;
mod globs;
pub mod kind;
mod names;
pub mod pipeline;
mod reach;
mod repeats;
mod report;
pub mod row;
mod ruling;
pub mod schedule;
mod scope;
mod trie;
mod unasked;
mod walk;
pub mod zones;

pub use cell::{Cell, State};
pub use compare::Comparison;
pub use decide::GateRequest;
pub use engine::{Catalogue, CheckRequest, Engine};
pub use exception::{Exceptions, SHARED_SECRETS};
pub use gate::{GateCheck, GateContext, GateEntry, GateKind, Judgement, Request, Scope, after};
pub use kind::{
    Accepts, Beside, Compares, Description, Deviation, Entry, GroupCheck, Inside, Kind, Outcome, Plan, RowCheck,
    Selects, Step,
};
pub use row::{Row, Rows};
pub use ruling::Ruling;
