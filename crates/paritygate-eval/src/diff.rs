//! All environments side by side, without any rule.

use std::sync::Arc;

use paritygate_lang::Selector;
use paritygate_model::differences::{DifferenceRow, DifferenceState, DifferenceSummary, Differences};
use paritygate_model::report::Cells;
use paritygate_model::{Diagnostic, Environment, Location, Secret, Shape, Source, Span, limits, path};

use crate::cell::{Cell, State};
use crate::collector::is_collection;
use crate::compare::{Aliases, Comparison, compare};
use crate::engine::in_order;
use crate::kind::Accepts;
use crate::reach::check_selector;
use crate::report::{class_of, columns, engine_info, inputs, number_secrets, plain};
use crate::row::visible;
use crate::trie::Trie;
use crate::walk::{Sink, Walk};

/// What to compare, and what to list.
#[derive(Clone, Copy)]
pub struct DiffRequest<'a> {
    /// The environments. Contracts among them are left out.
    pub environments: &'a [Environment],
    /// The paths to compare; all of them where there is none.
    pub paths: &'a [Selector],
    /// Paths to leave out, with all that lies below them.
    pub exclude: &'a [Selector],
    /// Whether to list only what some environments have and others don't.
    pub only_missing: bool,
    /// Whether to list what is alike as well.
    pub all: bool,
    /// Whether an environment's own name inside a value counts: by default it does not.
    pub exact: bool,
}

/// Compares environments without any rule. Answers also what is wrong with the request.
pub fn diff(request: &DiffRequest<'_>) -> (Differences, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let described = request.environments.iter().filter(|environment| !environment.contract);
    let environments = in_order(described.collect(), "compare", &mut diagnostics);
    if environments.len() < 2 && diagnostics.is_empty() {
        let message = "fewer than two environments: there is nothing to compare";
        let help = "name environments in `paritygate.yaml`, or hand in files of two";
        diagnostics.push(Diagnostic::nowhere("nothing-to-compare", message).help(help));
    }
    for selector in request.paths.iter().chain(request.exclude) {
        let source = Source::new("the selector", selector.text.as_str());
        let whole = Span::new(0, selector.text.len() as u32);
        check_selector(selector, "", Accepts::Any, Location::new(&source, whole), &mut diagnostics);
    }
    let mut trie = Trie::new();
    if request.paths.is_empty()
        && let Ok(everything) = Selector::parse("**")
    {
        trie.insert(&everything, 0);
    }
    for selector in request.paths {
        trie.insert(selector, 0);
    }
    let mut found = Found {
        request,
        environments: &environments,
        last: 0,
        rows: Vec::new(),
        summary: DifferenceSummary::default(),
    };
    let mut walk = Walk::new(&trie, &environments, &mut found);
    walk.run();
    diagnostics.extend(walk.too_many_rows("compared"));
    let Found { mut rows, summary, .. } = found;
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let classes = number_secrets(rows.iter().flat_map(|(_, _, cells)| cells));
    let class = |secret: &Secret| class_of(&classes, secret);
    let rows = rows.into_iter().map(|(path, state, cells)| row(path, state, &cells, &environments, &class)).collect();
    let differences = Differences {
        engine: engine_info(),
        inputs: inputs(&environments),
        environments: columns(&environments),
        summary,
        rows,
    };
    (differences, diagnostics)
}

fn row(
    path: Vec<&str>,
    state: DifferenceState,
    cells: &[Cell<'_>],
    environments: &[&Environment],
    class: &dyn Fn(&Secret) -> String,
) -> DifferenceRow {
    let names = environments.iter().map(|environment| Arc::clone(&environment.name));
    DifferenceRow {
        path: path::join(path.iter().map(|key| visible(key))),
        state,
        cells: Cells(names.zip(cells.iter().map(|cell| plain(cell, class))).collect()),
    }
}

/// Collects the rows that are listed, and counts all.
struct Found<'a, 't> {
    request: &'a DiffRequest<'a>,
    environments: &'a [&'t Environment],
    last: usize,
    rows: Vec<(Vec<&'t str>, DifferenceState, Vec<Cell<'t>>)>,
    summary: DifferenceSummary,
}

impl<'t> Sink<'t> for Found<'_, 't> {
    fn row(&mut self, number: usize, _: &[u32], path: &[&'t str], cells: &[Cell<'t>], shape: &'static Shape) {
        let is_there = cells.iter().any(|cell| cell.node.is_some());
        if self.last == number
            || !is_there
            || is_collection(cells, shape)
            || self.request.exclude.iter().any(|selector| selector.leads_to(path))
        {
            return;
        }
        self.last = number;
        let state = self.state(cells, shape);
        let summary = &mut self.summary;
        summary.rows += 1;
        *match state {
            DifferenceState::Different => &mut summary.different,
            DifferenceState::Missing => &mut summary.missing,
            DifferenceState::Unknown => &mut summary.unknown,
            DifferenceState::Equal => &mut summary.equal,
        } += 1;
        let listed = match state {
            DifferenceState::Equal => self.request.all && !self.request.only_missing,
            DifferenceState::Missing => true,
            DifferenceState::Different | DifferenceState::Unknown => !self.request.only_missing,
        };
        if !listed {
            return;
        }
        if self.rows.len() >= limits::MAX_DIFFERENCES {
            summary.left_out += 1;
            return;
        }
        self.rows.push((path.to_vec(), state, cells.to_vec()));
    }
}

impl Found<'_, '_> {
    /// How the cells stand to each other: each is compared with the first that is known.
    fn state(&self, cells: &[Cell<'_>], shape: &Shape) -> DifferenceState {
        let is_unknown = |cell: &Cell<'_>| cell.unknown().is_some();
        let is_absent = |cell: &Cell<'_>| matches!(cell.state, State::Missing | State::Null);
        let mut known = cells.iter().enumerate().filter(|(_, cell)| !is_unknown(cell) && !is_absent(cell));
        let Some((first, one)) = known.next() else {
            // Nobody is known to have it: where nobody is unknown either, all say that it is absent.
            return if cells.iter().any(is_unknown) { DifferenceState::Unknown } else { DifferenceState::Equal };
        };
        let names = |at: usize| match self.environments.get(at) {
            Some(environment) if !self.request.exact => &environment.aliases[..],
            _ => &[],
        };
        let mut unclear = cells.iter().any(is_unknown);
        for (at, other) in known {
            let aliases = Aliases { first: names(first), second: names(at) };
            match compare(one, other, shape.is_set(), aliases) {
                Comparison::Equal => {}
                Comparison::Different => return DifferenceState::Different,
                Comparison::Unknown(_) => unclear = true,
            }
        }
        if cells.iter().any(is_absent) {
            DifferenceState::Missing
        } else if unclear {
            DifferenceState::Unknown
        } else {
            DifferenceState::Equal
        }
    }
}
