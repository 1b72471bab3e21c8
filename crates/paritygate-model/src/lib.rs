//! The nouns of paritygate: sources, trees, environments, diagnostics, findings and reports.
//!
//! This crate sees no other crate of the workspace but the derive of [`read::Read`]. It holds no rule, knows no file format and reads nothing: texts come
//! in as bytes, and the answers that leave it hold no secret.

// The derive names this crate as others do.
extern crate self as paritygate_model;

mod address_range;
pub mod decision;
pub mod diagnostic;
pub mod differences;
pub mod document;
pub mod draft;
pub mod environment;
pub mod limits;
pub mod path;
pub mod percent;
pub mod promotion;
pub mod quantity;
pub mod read;
pub mod report;
pub mod secret;
pub mod shape;
pub mod sorted;
pub mod source;
pub mod suggest;
pub mod tree;

pub use address_range::address_range;
pub use diagnostic::{Diagnostic, Level};
pub use document::Document;
pub use draft::{Draft, DraftValue, DraftVariable};
pub use environment::{Coverage, Environment, Tier, View, ViewOf};
pub use path::PathBuf;
pub use secret::{Fingerprint, FingerprintKey, Secret, SecretTable};
pub use shape::Shape;
pub use sorted::{SortedMap, SortedSet};
pub use source::{Location, Position, Source, Span};
pub use tree::{Node, NodeId, Tree, TreeBuilder, Value, Variable};

/// An instant: the `now` that a host hands in, and every timestamp of a report.
pub type Timestamp = jiff::Timestamp;

/// Why something matters: mostly words of the engine, which need no copy for every finding.
pub type Note = std::borrow::Cow<'static, str>;
