//! Bytes to documents to environments.
//!
//! An import never reaches out: it takes a map from paths to bytes and answers what it understood, what was wrong, and
//! which further files it needs. The host supplies those that it wants to and asks again.

mod collector;
pub mod document;
pub mod dotenv;
pub mod facts;
pub mod formats;
pub mod image;
mod known;
mod variable;

pub use known::seal_repeated;
pub use paritygate_model::quantity;

use std::sync::Arc;

use paritygate_model::promotion::FactSource;
use paritygate_model::{
    Coverage, Diagnostic, Draft, Environment, FingerprintKey, Location, Node, NodeId, SecretTable, SortedMap, Source,
    Tier, Tree,
};

/// What a host answered to the question for one file.
#[derive(Clone, Debug)]
pub enum Supplied {
    /// Its bytes.
    Text(Arc<Source>),
    /// There is no such file.
    Absent,
    /// It exists and is not handed in; with the reason (`outside the project`).
    Refused(String),
    /// It exists and can't be used; with what is wrong (`it is larger than the limit`).
    Broken(Diagnostic),
}

/// The files at hand, by path relative to the project's root, with `/` between folders.
pub type Files = SortedMap<String, Supplied>;

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
    /// Where each of them is named, as far as a text names them.
    pub places: Vec<Option<Location>>,
    /// The component whose variables they hold; `None` puts them at the top. Before the names of a Compose project's services
    /// it stands with a `/`.
    pub component: Option<String>,
    /// Compose: the active profiles.
    pub profiles: Vec<String>,
}

impl Request {
    /// The files, each with the place that names it.
    pub fn named(&self) -> impl Iterator<Item = (&str, Option<&Location>)> {
        let places = self.places.iter().map(Option::as_ref).chain(std::iter::repeat(None));
        self.paths.iter().map(String::as_str).zip(places)
    }
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
    Tree(Arc<Tree>, NodeId),
    /// A draft, for formats that build.
    Draft(Draft),
}

/// The answer of an import. It accompanies: what was understood is there even where something was wrong.
#[derive(Debug, Default)]
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

/// The text at `path`. Where it is not at hand, `imported` gets a need or a diagnostic instead.
fn supplied(path: &str, at: Option<&Location>, context: &Context<'_>, imported: &mut Imported) -> Option<Arc<Source>> {
    let problem = match context.files.get(path) {
        Some(Supplied::Text(source)) => return Some(Arc::clone(source)),
        Some(Supplied::Absent) => format!("`{path}` does not exist"),
        Some(Supplied::Refused(reason)) => {
            let wrong = Diagnostic::nowhere("file-not-read", format!("`{path}` was not read: {reason}"));
            imported.diagnostics.push(asked_at(wrong, at));
            return None;
        }
        Some(Supplied::Broken(wrong)) => {
            imported.diagnostics.push(asked_at(wrong.clone(), at));
            return None;
        }
        None => {
            imported.needs.push(Need { path: path.to_owned(), at: at.cloned(), required: true });
            return None;
        }
    };
    imported.diagnostics.push(match at {
        Some(at) => {
            Diagnostic::error("file-not-found", at.clone(), problem).help("create it, or remove what names it here")
        }
        None => {
            Diagnostic::nowhere("file-not-found", problem).help("check the path; it counts from the project's folder")
        }
    });
    None
}

/// What is wrong with a file, shown where the file is asked for if the diagnostic has no place of its own.
fn asked_at(mut wrong: Diagnostic, at: Option<&Location>) -> Diagnostic {
    wrong.location = wrong.location.take().or_else(|| at.cloned());
    wrong
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

/// What a host says about an environment beside its files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// Its name; empty leaves it to the document.
    pub name: &'a str,
    /// Its tier; `None` leaves it to the document, and then to the name.
    pub tier: Option<Tier>,
    /// Its place in the order.
    pub order: Option<i64>,
    /// Other names under which values speak of it.
    pub aliases: &'a [String],
}

impl Named<'_> {
    /// The environment of a description. `coverage` is that of a draft; documents declare their own.
    pub fn environment(
        self,
        description: Description,
        coverage: Vec<(String, Coverage)>,
        key: &FingerprintKey,
    ) -> Environment {
        let (tree, root, mut coverage) = match description {
            Description::Tree(tree, root) => {
                let coverage = formats::environment::coverage(tree.node(root));
                (tree, root, coverage)
            }
            Description::Draft(draft) => {
                let (tree, root) = draft.finish();
                (Arc::new(tree), root, coverage)
            }
        };
        // By path, so that what covers a path is found without looking at all others. Of two the first counts.
        coverage.sort_by(|(a, _), (b, _)| a.cmp(b));
        coverage.dedup_by(|(later, _), (earlier, _)| later == earlier);
        let node = tree.node(root);
        let own = node.get("environment").and_then(Node::scalar_text).unwrap_or_default();
        let name: Arc<str> = if self.name.is_empty() { own.into() } else { self.name.into() };
        let written = node.get("tier").and_then(Node::as_str).and_then(Tier::from_word);
        let tier = self.tier.or(written).unwrap_or_else(|| Tier::from_name(&name));
        let mut aliases = vec![name.to_string()];
        aliases.extend(self.aliases.iter().cloned());
        Environment {
            name,
            view_of: None,
            tier,
            order: self.order,
            aliases,
            contract: false,
            source: FactSource::Imported,
            tree,
            root,
            coverage,
            key: key.clone(),
        }
    }
}
