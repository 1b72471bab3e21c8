//! Documents to policies and project manifests: envelope, selectors, typed parameters.
//!
//! A policy is just a [`Document`](paritygate_model::Document): nothing here parses YAML or JSON. Front ends never fail,
//! they accompany: every function returns what it understood, and everything that is wrong with the text in one run.
//! Parameters stay an opaque node until the kind of their rule compiles them with [`params::from_node`].

#![cfg_attr(test, allow(clippy::needless_raw_string_hashes, reason = "`expect-test` writes them"))]

pub mod baseline;
mod fields;
pub mod params;
pub mod policy;
pub mod project;
pub mod request;
pub mod schedule;
pub mod selector;
pub mod spanned;
pub mod template;

pub use baseline::Accepted;
pub use policy::{BreakGlassRule, EnvironmentRef, Gate, Mode, OnUnknown, Policy, Rule, SeverityBy};
pub use project::{Expected, Project, ProjectEnvironment, Relation, SourceSpec, Waiver};
pub use selector::Selector;
pub use spanned::Spanned;
pub use template::{Placeholder, Template};

#[cfg(test)]
mod testing;
