//! Bytes to documents to environments.
//!
//! An import never reaches out: it takes a map from paths to bytes and answers what it understood, what was wrong, and
//! which further files it needs. The host supplies those that it wants to and asks again.

pub mod document;
pub mod formats;

use std::collections::BTreeMap;
use std::sync::Arc;

use paritygate_model::{Coverage, Diagnostic, Draft, FingerprintKey, Location, NodeId, SecretTable, Source, Tree};

/// What a host answered to the question for one file.
#[derive(Clone, Debug)]
pub enum Supplied {
    /// Its bytes.
    Text(Arc<Source>),
    /// There is no such file.
    Absent,
    /// It exists and is not handed in; with the reason (`outside the project`).
    Refused(String),
}

/// The files at hand, by path relative to the project's root, with `/` between folders.
pub type Files = BTreeMap<String, Supplied>;

/// A file that an import asks for.
#[derive(Clone, Debug)]
pub struct Need {
    /// Its path, relative to the project's root. May begin with `../`: then it lies outside.
    pub path: String,
    /// The text that asks for it.
    pub at: Option<Location>,
    /// Whether the import is wrong without it.
    pub required: bool,
}

/// One layer to import: which format, which files, and where its variables belong.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The files, in the order in which they are laid over each other.
    pub paths: Vec<String>,
    /// The component whose variables they hold; `None` puts them at the top.
    pub component: Option<String>,
    /// Compose: the active profiles.
    pub profiles: Vec<String>,
}

/// What an import works with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The files at hand.
    pub files: &'a Files,
    /// What is secret.
    pub secrets: &'a SecretTable,
    /// The key for fingerprints.
    pub key: &'a FingerprintKey,
}

/// What was imported: sections of an environment.
#[derive(Debug)]
pub enum Description {
    /// A finished tree: native documents, which need no building.
    Tree(Tree, NodeId),
    /// A draft, for formats that build.
    Draft(Draft),
}

/// The answer of an import. It accompanies: what was understood is there even where something was wrong.
#[derive(Debug)]
pub struct Imported {
    /// The environments that the files describe. Most formats describe one; a native text may hold several.
    pub descriptions: Vec<Description>,
    /// How much of which section they cover.
    pub coverage: Vec<(String, Coverage)>,
    /// What is still missing.
    pub needs: Vec<Need>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// An input format: one file in `formats`, one entry in [`formats::ALL`].
pub struct Format {
    /// Its name in `from:` and `--from`.
    pub name: &'static str,
    /// What it reads, in one sentence.
    pub summary: &'static str,
    /// Which WebAssembly module it belongs to.
    pub module: Module,
    /// Whether a file of this name is likely to be of this format.
    pub detect: fn(path: &str) -> bool,
    /// Reads it.
    pub import: fn(&Request, &Context<'_>) -> Imported,
}

/// The WebAssembly modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// Always loaded.
    Core,
    /// Loaded on demand.
    Formats,
}
