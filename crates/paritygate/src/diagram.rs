//! The pipeline as a Mermaid flowchart, and such a flowchart as a pipeline.
//!
//! A stage's node says its name, and a line each for its trigger, its branches, its tags, its approvals and its windows. An
//! edge says how many of its sources are needed, where that is not all, and what its gates say where a decision is at
//! hand. What is drawn is read back: names, edges, and those lines.
//!
//! ```
//! use paritygate::{Source, diagram};
//!
//! let drawn = "flowchart LR\n  a[\"staging<br/>trigger: automatic\"] --> b[production]\n";
//! let (manifest, diagnostics) = diagram::read(&Source::new("pipeline.mmd", drawn));
//! assert!(diagnostics.is_empty());
//! let stages = manifest.get("pipeline").and_then(|pipeline| pipeline.get("stages")).expect("stages");
//! assert_eq!(stages.to_string(), r#"["staging","production"]"#);
//! ```

mod read;
mod write;

pub use read::read;
pub use write::write;
