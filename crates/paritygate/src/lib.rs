//! Environment parity and promotion policies, evaluated from the files that a team already has.
//!
//! This is the façade: the one crate that hosts import. It takes bytes and `now`, and answers plain data.
//!
//! ```
//! use paritygate::{Files, FingerprintKey, Project, Supplied, discover};
//!
//! let texts = [(".env.staging", "LOG_LEVEL=debug\nPAY_URL=https://pay.example.com\n"), (".env.production", "LOG_LEVEL=info\n")];
//! let files: Files = texts
//!     .iter()
//!     .map(|(name, text)| (name.to_string(), Supplied::Text(paritygate::Source::new(*name, *text))))
//!     .collect();
//! let plan = discover::discover(files.keys().map(String::as_str));
//! let project = Project::load(&plan, &files, &FingerprintKey::from_bytes(*b"for this run"));
//! assert!(project.needs.is_empty());
//! let (engine, diagnostics) = project.compile(&plan, &files, &paritygate::zones::carried());
//! assert!(diagnostics.is_empty());
//! let (report, _) = project.check(&engine, &plan, paritygate::Timestamp::UNIX_EPOCH, &[]);
//! let found = report.findings.iter().find(|finding| finding.path == "variables.PAY_URL").expect("found");
//! assert_eq!(found.message, "`variables.PAY_URL` is missing in production: staging has it");
//! ```

pub mod baseline;
mod beside;
pub mod diagram;
pub mod discover;
mod elsewhere;
pub mod export;
pub mod json;
pub mod key;
pub mod manual;
pub mod naming;
pub mod plan;
mod project;
pub mod promotion;
pub mod replay;
#[cfg(feature = "schema")]
pub mod schema;
pub mod schemas;
pub mod wire;
pub mod zones;

pub use paritygate_eval::pipeline::Pipeline;
pub use paritygate_eval::{CheckRequest, Engine, GateRequest, calendar, diff};
pub use paritygate_import::{Context, Files, Format as InputFormat, Need, Request, Supplied, document, formats};
pub use paritygate_lang as lang;
pub use paritygate_model::promotion::Elapsed;
pub use paritygate_model::{
    Diagnostic, Document, Environment, FingerprintKey, Level, Location, Node, SecretTable, SortedMap, Source, Span,
    Tier, Timestamp, Value, decision, diagnostic, limits, report, suggest,
};
pub use paritygate_policies as policies;
pub use paritygate_report as output;
pub use paritygate_rules as rules;
pub use plan::Plan;
pub use project::{OUTSIDE, Project, is_outside};
