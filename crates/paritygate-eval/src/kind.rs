//! What a rule kind is. The kinds themselves live in `paritygate-rules`.

use std::sync::Arc;

use paritygate_lang::selector::Selector;
use paritygate_lang::{Spanned, params};
use paritygate_model::read::Read;
use paritygate_model::report::Fix;
use paritygate_model::{Diagnostic, Document, Location, Node, Note, SortedMap};

use crate::cell::Cell;
use crate::reach::check_selector;
use crate::row::{Row, Rows};

/// Which rows a kind can judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// Scalars, variables and lists: the comparable leaves.
    Leaf,
    /// Maps and lists, judged as a whole.
    Collection,
    /// Both.
    Any,
}

/// Where the rows of a kind come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selects {
    /// From the rule's `select`, without which it says nothing.
    Paths,
    /// From the check itself, which is about environments as a whole: see [`RowCheck::sections`].
    Sections,
}

/// What a check compares. Where there is nothing to compare with, it says nothing and its rule is vacuous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compares {
    /// Each environment is judged by itself.
    Nothing,
    /// Each environment with its reference.
    WithReference,
    /// Each environment with its reference, from which it must differ. Views of one environment are not compared.
    Apart,
    /// Each environment with the contract, which is no environment.
    WithContract,
    /// Every two of the rule's environments.
    EachOther,
}

/// One deviation: an environment, and the one that it was compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The environment that deviates, by its place in the check.
    pub environment: usize,
    /// The environment that it was compared with.
    pub against: Option<usize>,
    /// Whether both deviate alike (a shared secret), so that an exception has to name both.
    pub mutual: bool,
}

/// One step of the way from a row to what lies below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// To an entry of a map.
    Key(String),
    /// To an item of a list, from 0.
    Item(usize),
}

/// What a check found below a row, at a place of its own: a finding for itself.
#[derive(Clone, Debug)]
pub struct Inside {
    /// The environment, by its place in the check.
    pub environment: usize,
    /// The way there from the row.
    pub steps: Vec<Step>,
    /// Whether the key at the end of the way is meant, and not what it leads to.
    pub at_key: bool,
    /// Why it can't be known whether the environment fails there, where it can't.
    pub unknown: Option<String>,
    /// What to say about it.
    pub description: Description,
}

/// What a check found about one row. The engine reuses it from row to row.
#[derive(Debug, Default)]
pub struct Outcome {
    pub(crate) deviations: Vec<Deviation>,
    /// What can't be known, and why; one for each environment.
    pub(crate) unknown: Vec<(Deviation, String)>,
    pub(crate) inside: Vec<Inside>,
}

impl Outcome {
    /// An environment deviates from another.
    pub fn fail(&mut self, environment: usize, against: usize) {
        self.deviations.push(Deviation { environment, against: Some(against), mutual: false });
    }

    /// An environment fails by itself.
    pub fn fail_alone(&mut self, environment: usize) {
        self.deviations.push(Deviation { environment, against: None, mutual: false });
    }

    /// Two environments fail together.
    pub fn fail_mutually(&mut self, environment: usize, against: usize) {
        self.deviations.push(Deviation { environment, against: Some(against), mutual: true });
    }

    /// It can't be known whether an environment deviates.
    pub fn unknown(&mut self, environment: usize, against: Option<usize>, reason: &str) {
        if self.unknown.iter().all(|(known, _)| known.environment != environment) {
            self.unknown.push((Deviation { environment, against, mutual: false }, reason.to_owned()));
        }
    }

    /// An environment fails below the row, or it can't be known whether it does.
    pub fn inside(&mut self, inside: Inside) {
        self.inside.push(inside);
    }

    pub(crate) fn clear(&mut self) {
        self.deviations.clear();
        self.inside.clear();
        self.unknown.clear();
    }

    /// Forgets what can't be known of environments that deviate anyway.
    pub(crate) fn settle(&mut self) {
        let deviates = |at: usize| {
            let meets = |deviation: &Deviation| {
                deviation.environment == at || deviation.mutual && deviation.against == Some(at)
            };
            self.deviations.iter().any(meets)
        };
        self.unknown.retain(|(deviation, _)| !deviates(deviation.environment));
    }
}

/// What to say about a finding.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// What is wrong.
    pub message: String,
    /// Why that matters, and what else is known.
    pub notes: Vec<Note>,
    /// What to do.
    pub help: Option<String>,
    /// A change that a machine can make.
    pub fix: Option<Fix>,
}

impl Description {
    /// A message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds why.
    #[must_use]
    pub fn note(mut self, note: impl Into<Note>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// A compiled rule that judges one row at a time.
pub trait RowCheck: Send + Sync {
    /// Judges a row. Called for every row: says nothing where nothing is wrong, and allocates nothing for it.
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome);

    /// Words for a row that deviates. Called for findings only.
    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description;

    /// The field of a selected map that a finding shows, where the check is about one.
    fn focus(&self) -> Option<&'static str> {
        None
    }

    /// What a finding shows of an environment, where that is not the row's own cell but something that belongs to it.
    fn shows<'t>(&self, _row: &Row<'_, 't>, _environment: usize) -> Option<Cell<'t>> {
        None
    }

    /// What it compares.
    fn compares(&self) -> Compares {
        Compares::WithReference
    }

    /// The sections of an environment that it judges, whether any environment has them or none: for kinds that are about
    /// environments as a whole.
    fn sections(&self) -> &[&'static str] {
        &[]
    }
}

/// A compiled rule that judges all its rows together.
pub trait GroupCheck: Send + Sync {
    /// What it compares.
    fn compares(&self) -> Compares;

    /// Judges the rows: for each finding it says which row, which deviations and, for cells of other rows, which.
    fn rows(&self, rows: &Rows<'_, '_>, out: &mut Vec<GroupFinding>);

    /// Words for a finding.
    fn describe(&self, rows: &Rows<'_, '_>, finding: &GroupFinding) -> Description;
}

/// What a group check found: one row, with cells that may come from other rows.
#[derive(Clone, Debug, Default)]
pub struct GroupFinding {
    /// The row that the finding is about.
    pub row: usize,
    /// Who deviates.
    pub deviations: Vec<Deviation>,
    /// Per environment the row whose cell is meant, where it is another one.
    pub cells: Vec<(usize, usize)>,
    /// Why it can't be known, where it can't.
    pub unknown: Option<String>,
    /// What the check found there and needs for its words, so that it is not looked for again. May be printed.
    pub evidence: Vec<String>,
    /// The rows among which the check found it, likewise.
    pub among: Arc<[usize]>,
}

impl GroupFinding {
    /// The row whose cell is meant for an environment.
    pub fn row_of(&self, environment: usize) -> usize {
        self.cells.iter().find(|(at, _)| *at == environment).map_or(self.row, |&(_, row)| row)
    }
}

/// A compiled rule.
pub enum Plan {
    /// Judges one row at a time.
    Row(Box<dyn RowCheck>),
    /// Judges all its rows together.
    Group(Box<dyn GroupCheck>),
}

impl Plan {
    /// What it compares.
    pub(crate) fn compares(&self) -> Compares {
        match self {
            Self::Row(check) => check.compares(),
            Self::Group(check) => check.compares(),
        }
    }
}

/// Parameters that can describe themselves, where schemas are generated.
#[cfg(feature = "schema")]
pub trait Documented: schemars::JsonSchema {}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> Documented for T {}

/// Parameters; they describe themselves where schemas are generated.
#[cfg(not(feature = "schema"))]
pub trait Documented {}

#[cfg(not(feature = "schema"))]
impl<T> Documented for T {}

/// A kind of rule: its parameters, and how they become a check. The struct behind it is at once the parameters' schema
/// and their manual.
pub trait Kind: Read + Documented + 'static {
    /// The name in policies, in kebab-case.
    const NAME: &'static str;
    /// What it asks, in one sentence.
    const SUMMARY: &'static str;
    /// The manual: what it does, what it says, and examples that run as tests.
    const MANUAL: &'static str;
    /// Which rows it can judge.
    const ACCEPTS: Accepts = Accepts::Leaf;
    /// Where its rows come from.
    const SELECTS: Selects = Selects::Paths;
    /// The parameter that names a file of the project, which is handed in with the policy.
    const FILE: Option<&'static str> = None;

    /// Checks the parameters against each other and compiles them. `at` is where they were written.
    ///
    /// # Errors
    ///
    /// A diagnostic per parameter that makes no sense.
    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>>;
}

/// The documents that rules name in their parameters, by the place that names them; or why one is not there.
pub type Beside = SortedMap<(Arc<str>, u32), Result<Arc<Document>, Vec<Diagnostic>>>;

/// Where parameters were written, for diagnostics about their sense.
#[derive(Clone, Copy, Debug)]
pub struct Params<'a> {
    /// The map of parameters, if the rule has one.
    pub node: Option<Node<'a>>,
    /// The rule.
    pub rule: &'a Location,
    /// What the rule selects; nothing for a gate.
    pub select: &'a [Spanned<Selector>],
    /// The documents that rules name.
    pub beside: &'a Beside,
}

impl Params<'_> {
    /// Where a parameter was written; the rule's place where it was not.
    pub fn at(&self, name: &str) -> Location {
        let node = self.node.and_then(|node| node.get(name)).or(self.node);
        node.and_then(Node::location).unwrap_or_else(|| self.rule.clone())
    }

    /// The document that a parameter names.
    ///
    /// # Errors
    ///
    /// Why it is not there.
    pub fn document(&self, name: &str) -> Result<&Arc<Document>, Vec<Diagnostic>> {
        let at = self.at(name);
        match self.beside.get(&(Arc::clone(at.source.name()), at.span.start)) {
            Some(Ok(document)) => Ok(document),
            Some(Err(wrong)) => Err(wrong.clone()),
            None => {
                let wrong = self.wrong(name, "the file is not at hand: this policy was compiled without its project");
                Err(vec![wrong.help("check the project with it, or write here what the file holds")])
            }
        }
    }

    /// What is wrong with a selector in a parameter: it can meet nothing, or nothing that `kind` can judge.
    pub fn check_selector(&self, name: &str, selector: &Selector, kind: &str, accepts: Accepts) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        check_selector(selector, kind, accepts, self.at(name), &mut found);
        found
    }

    /// A diagnostic about one parameter.
    pub fn wrong(&self, name: &str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error("bad-param", self.at(name), message)
    }
}

/// A kind in the catalogue, with its type erased.
pub struct Entry {
    /// The name in policies.
    pub name: &'static str,
    /// What it asks, in one sentence.
    pub summary: &'static str,
    /// The manual; empty in a build without the feature `manual`.
    pub manual: &'static str,
    /// Which rows it can judge.
    pub accepts: Accepts,
    /// Where its rows come from.
    pub selects: Selects,
    /// The parameter that names a file of the project.
    pub file: Option<&'static str>,
    /// Compiles parameters.
    pub compile: fn(&Params<'_>) -> Result<Plan, Vec<Diagnostic>>,
    /// The schema of its parameters.
    #[cfg(feature = "schema")]
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

impl Entry {
    /// The entry of a kind.
    pub const fn of<K: Kind>() -> Self {
        Self {
            name: K::NAME,
            summary: K::SUMMARY,
            manual: if cfg!(feature = "manual") { K::MANUAL } else { "" },
            accepts: K::ACCEPTS,
            selects: K::SELECTS,
            file: K::FILE,
            compile: compile::<K>,
            #[cfg(feature = "schema")]
            schema: K::json_schema,
        }
    }
}

fn compile<K: Kind>(params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
    params::from_node::<K>(params.node, params.rule)?.compile(params)
}
