//! One selected path with its cell in every environment.

use std::borrow::Cow;

use paritygate_model::secret::{Secret, SecretTable};
use paritygate_model::source::MASK;
use paritygate_model::{Environment, Shape, Tier, Timestamp, Tree, Value, Variable, path};

use crate::cell::{Cell, State};
use crate::compare::{self, Aliases, Comparison};
use crate::kind::Step;
use crate::scope::Scope;
use crate::walk;

/// Names the equality class of a secret.
pub type Classes<'a> = &'a dyn Fn(&Secret) -> String;

/// One selected path with its cell in every environment, as a rule sees it.
#[derive(Clone, Copy)]
pub struct Row<'r, 't> {
    pub(crate) path: &'r [&'t str],
    pub(crate) cells: &'r [Cell<'t>],
    pub(crate) shape: &'static Shape,
    pub(crate) scope: &'r Scope,
    pub(crate) environments: &'r [&'t Environment],
    pub(crate) classes: Classes<'r>,
    /// The path as it stands in a policy, where it is at hand.
    pub(crate) path_text: Option<&'r str>,
}

impl<'r, 't> Row<'r, 't> {
    /// The keys that lead here.
    pub fn path(&self) -> &'r [&'t str] {
        self.path
    }

    /// The path as it stands in a policy.
    pub fn path_text(&self) -> Cow<'r, str> {
        let join = || Cow::Owned(path::join(self.path.iter().map(|key| visible(key))));
        self.path_text.map_or_else(join, Cow::Borrowed)
    }

    /// The path of what lies below the row, as people read it.
    pub fn path_inside(&self, steps: &[Step]) -> String {
        let mut out = self.path_text().into_owned();
        for step in steps {
            match step {
                Step::Key(key) => {
                    out.push('.');
                    let _infallible = path::write_segment(&mut out, visible(key));
                }
                Step::Item(at) => out.push_str(&format!("[{at}]")),
            }
        }
        out
    }

    /// What the row is about: a variable's name (also where one of its facets is selected), a package's name.
    pub fn key(&self) -> &'t str {
        let variables = self.path.iter().position(|key| *key == "variables");
        let variable = variables.and_then(|at| self.path.get(at + 1));
        visible(variable.or(self.path.last()).copied().unwrap_or_default())
    }

    /// The component that it belongs to.
    pub(crate) fn component(&self) -> &'t str {
        visible(self.path.get(1).copied().unwrap_or_default())
    }

    /// The cell of an environment, by its place in the check.
    pub fn cell(&self, environment: usize) -> &'r Cell<'t> {
        const NOTHING: &Cell<'static> = &Cell::MISSING;
        self.cells.get(environment).unwrap_or(NOTHING)
    }

    /// The environments that the rule is about, by their place in the check, lowest first.
    pub fn members(&self) -> impl Iterator<Item = usize> + Clone + use<'r> {
        self.scope.members.iter().copied()
    }

    /// Every environment with the one that it is compared with.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<'r> {
        let (scope, cells) = (self.scope, self.cells);
        // Of two views that both say nothing here, nothing can be said: another environment's do.
        let says = move |at: &usize| cells.get(*at).is_some_and(|cell| cell.node.is_some());
        scope.pairs.iter().copied().filter(move |(a, b)| !scope.views || says(a) || says(b))
    }

    /// Every two environments of the rule.
    pub fn all_pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<'r> {
        let members: &'r [usize] = &self.scope.members;
        members.iter().enumerate().flat_map(move |(at, &a)| members.iter().skip(at + 1).map(move |&b| (a, b)))
    }

    /// The environments that the others are compared with: several where they share the highest tier.
    pub fn references(&self) -> &'r [usize] {
        &self.scope.references
    }

    /// The contract's place in the check, if there is one.
    pub fn contract(&self) -> Option<usize> {
        self.scope.contract
    }

    /// The name of an environment.
    pub fn name(&self, environment: usize) -> &'t str {
        self.environments.get(environment).map_or("", |environment| &environment.name)
    }

    /// The tier of an environment.
    pub fn tier(&self, environment: usize) -> Tier {
        self.environments.get(environment).map(|environment| environment.tier).unwrap_or_default()
    }

    /// The environment at a place in the check, for kinds that look beside their row.
    pub fn environment(&self, at: usize) -> Option<&'t Environment> {
        self.environments.get(at).copied()
    }

    /// The instant of the check.
    pub fn now(&self) -> Timestamp {
        self.scope.now
    }

    /// The cells of all environments at another path, by their place in the check: for kinds that look beside their row.
    pub fn cells_at(&self, path: &[&str]) -> Vec<Cell<'t>> {
        walk::cells_at(self.environments, path)
    }

    /// A cell of another row as people read it: values in backticks, states bare.
    pub fn marked_cell(&self, cell: &Cell<'_>) -> String {
        let mut out = String::new();
        self.mark_cell(cell, &mut out);
        out
    }

    /// What is said about the variable of an environment that this row is about, with the tree that holds it.
    pub fn variable(&self, environment: usize) -> Option<(&'t Tree, &'t Variable)> {
        let root = self.environments.get(environment)?.root();
        let node = self.path.iter().try_fold(root, |node, key| node.get(key))?;
        match node.value() {
            Value::Variable(variable) => Some((node.tree(), variable)),
            _ => None,
        }
    }

    /// Why what an environment does not have at a path can't be called missing; `None` where it can.
    pub fn why_not_missing(&self, environment: usize, path: &[&str]) -> Option<&'static str> {
        self.environments.get(environment).and_then(|environment| environment.coverage_at(path).why_not_missing())
    }

    /// Whether lists at this path are sets.
    pub fn is_set(&self) -> bool {
        self.shape.is_set()
    }

    /// Compares the cells of two environments, each with its own names replaced.
    pub fn compare(&self, a: usize, b: usize) -> Comparison<'t> {
        compare::compare(self.cell(a), self.cell(b), self.is_set(), self.aliases(a, b))
    }

    /// Whether two texts, of one environment each, are alike with its own names replaced.
    pub fn alike(&self, (a, first): (usize, &str), (b, second): (usize, &str)) -> bool {
        compare::texts(first, second, self.aliases(a, b))
    }

    fn aliases(&self, a: usize, b: usize) -> Aliases<'t> {
        let names = |environment: usize| self.environments.get(environment).map_or(&[][..], |e| &e.aliases);
        Aliases { first: names(a), second: names(b) }
    }

    /// Compares the cells of two environments as they are written: for kinds that ask for a difference.
    pub fn compare_exactly(&self, a: usize, b: usize) -> Comparison<'t> {
        compare::compare(self.cell(a), self.cell(b), self.is_set(), Aliases::default())
    }

    /// Compares what two environments have in a field beside this one: the `kind` of the service whose `version` this is.
    pub fn compare_sibling(&self, a: usize, b: usize, field: &str) -> Comparison<'t> {
        let sibling = |environment: usize| {
            let parent = self.path.split_last().map_or(&[][..], |(_, parent)| parent);
            let root = self.environments.get(environment)?.root();
            parent.iter().copied().chain([field]).try_fold(root, |node, key| node.get(key))
        };
        match (sibling(a), sibling(b)) {
            (Some(a), Some(b)) => compare::compare(&Cell::of(a), &Cell::of(b), false, Aliases::default()),
            // What is not said is no difference.
            _ => Comparison::Equal,
        }
    }

    /// The value of an environment as people read it; secrets as equality classes.
    pub fn shown(&self, environment: usize) -> String {
        self.cell(environment).shown(self.classes)
    }

    /// `` staging `3.3.1`, production `3.3.4` ``.
    pub fn values(&self, environments: impl IntoIterator<Item = usize>) -> String {
        let mut out = String::with_capacity(256);
        for environment in environments {
            if !out.is_empty() {
                out.push_str(", ");
            }
            out.push_str(self.name(environment));
            out.push(' ');
            self.mark(environment, &mut out);
        }
        out
    }

    /// `` `3.3.1`, missing ``: values in backticks, states bare.
    pub fn marked(&self, environments: impl IntoIterator<Item = usize>) -> String {
        let mut out = String::with_capacity(64);
        for environment in environments {
            if !out.is_empty() {
                out.push_str(", ");
            }
            self.mark(environment, &mut out);
        }
        out
    }

    fn mark(&self, environment: usize, out: &mut String) {
        self.mark_cell(self.cell(environment), out);
    }

    fn mark_cell(&self, cell: &Cell<'_>, out: &mut String) {
        let tick = matches!(cell.state, State::Value(_) | State::Word(_));
        out.push_str(if tick { "`" } else { "" });
        cell.write_shown(out, self.classes);
        out.push_str(if tick { "`" } else { "" });
    }

    /// `staging and production`.
    pub fn names(&self, environments: impl IntoIterator<Item = usize>) -> String {
        let mut names = environments.into_iter().map(|environment| self.name(environment)).peekable();
        let mut out = String::with_capacity(64);
        while let Some(name) = names.next() {
            if !out.is_empty() {
                out.push_str(if names.peek().is_some() { ", " } else { " and " });
            }
            out.push_str(name);
        }
        out
    }
}

/// A key as it may be shown: one that is a secret by its shape was meant to be a value.
pub fn visible(key: &str) -> &str {
    if SecretTable::builtin().classify(None, key).is_some() { MASK } else { key }
}

/// All rows of a rule, for checks that judge them together.
pub struct Rows<'r, 't> {
    pub(crate) rows: Vec<Row<'r, 't>>,
}

impl<'r, 't> Rows<'r, 't> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<&Row<'r, 't>> {
        self.rows.get(at)
    }

    /// All of them, in the order of the walk.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Row<'r, 't>)> {
        self.rows.iter().enumerate()
    }
}
