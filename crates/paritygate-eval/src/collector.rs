//! Rows to raw findings: the rules judge what the walk meets.

use std::ops::Range;

use paritygate_lang::policy::OnUnknown;
use paritygate_model::report::{Severity, Status};
use paritygate_model::{Environment, Location, Node, Shape, limits, path};

use crate::cell::{Cell, State};
use crate::engine::CompiledRule;
use crate::kind::{Accepts, Compares, Deviation, GroupFinding, Inside, Outcome, Plan, Step};
use crate::row::{Row, Rows, visible};
use crate::scope::Scope;
use crate::walk::{self, Sink};

/// How many statuses there are.
const STATUSES: usize = Status::ALL.len();

/// A rule during one check.
pub(crate) struct CheckRule<'c> {
    pub(crate) compiled: &'c CompiledRule,
    pub(crate) scope: &'c Scope,
    pub(crate) runs: bool,
    /// The number of the last row that it saw: a row may be met by two of its selectors.
    last_row: usize,
    /// Whether it met any row.
    pub(crate) met: bool,
    /// Whether it judged any.
    pub(crate) judged: bool,
    /// How many findings of each status it has: many that are merely worth knowing must not take the room of an error.
    found: [usize; STATUSES],
    /// How many findings beyond the limit it has, of each status.
    pub(crate) truncated: [usize; STATUSES],
    /// The rows that were kept for it, if it judges them together.
    kept: Vec<usize>,
}

impl<'c> CheckRule<'c> {
    pub(crate) fn new(compiled: &'c CompiledRule, scope: &'c Scope, runs: bool) -> Self {
        let (found, truncated) = ([0; STATUSES], [0; STATUSES]);
        Self { compiled, scope, runs, last_row: 0, met: false, judged: false, found, truncated, kept: Vec::new() }
    }
}

/// Rows that outlive the walk, in shared vectors.
pub(crate) struct Kept<'t> {
    segments: Vec<&'t str>,
    cells: Vec<Cell<'t>>,
    rows: Vec<KeptRow>,
}

#[derive(Clone)]
struct KeptRow {
    path: Range<usize>,
    cells: Range<usize>,
    shape: &'static Shape,
    /// The number of the row in the walk.
    number: usize,
    /// The path as it is shown, where it leads into a list: there, no selector follows.
    text: Option<String>,
}

impl<'t> Kept<'t> {
    fn new() -> Self {
        // Enough for some dozens of findings.
        Self { segments: Vec::with_capacity(256), cells: Vec::with_capacity(256), rows: Vec::with_capacity(64) }
    }

    fn keep(&mut self, number: usize, path: &[&'t str], cells: &[Cell<'t>], shape: &'static Shape) -> usize {
        if self.rows.last().is_some_and(|row| row.number == number) {
            return self.rows.len() - 1;
        }
        let (segments, first) = (self.segments.len(), self.cells.len());
        self.segments.extend_from_slice(path);
        self.cells.extend_from_slice(cells);
        self.rows.push(KeptRow {
            path: segments..self.segments.len(),
            cells: first..self.cells.len(),
            shape,
            number,
            text: None,
        });
        self.rows.len() - 1
    }

    /// Keeps what lies below a row, as a row of its own; with the place of its key where that is meant.
    fn keep_inside(
        &mut self,
        environments: &[&'t Environment],
        path: &[&'t str],
        cells: &[Cell<'t>],
        inside: &Inside,
    ) -> (usize, Option<Location>) {
        static ANY: Shape = Shape::Any;
        let mut path = path.to_vec();
        let mut node = cells.get(inside.environment).and_then(|cell| cell.node);
        let (mut text, mut at) = (None::<String>, None);
        for step in &inside.steps {
            let next = match step {
                Step::Key(key) => {
                    at = node.and_then(|node| node.key_location(key));
                    let entry = node.and_then(|node| node.get_entry(key));
                    match (&mut text, entry) {
                        (Some(text), _) => {
                            text.push('.');
                            let _infallible = path::write_segment(text, visible(key));
                        }
                        (None, Some((key, _))) => path.push(key),
                        (None, None) => {}
                    }
                    entry.map(|(_, node)| node)
                }
                Step::Item(at) => {
                    let text = text.get_or_insert_with(|| path::join(path.iter().map(|key| visible(key))));
                    text.push_str(&format!("[{at}]"));
                    node.and_then(|node| node.items().nth(*at))
                }
            };
            node = next.or(node);
        }
        let first = self.cells.len();
        self.cells.extend(match &text {
            None => walk::cells_at(environments, &path),
            // Lists are not walked side by side: what others have at the same place of theirs says nothing.
            Some(_) => (0..environments.len()).map(|at| Self::inner(at == inside.environment, node)).collect(),
        });
        let start = self.segments.len();
        self.segments.extend(path);
        let (path, cells) = (start..self.segments.len(), first..self.cells.len());
        self.rows.push(KeptRow { path, cells, shape: &ANY, number: usize::MAX, text });
        (self.rows.len() - 1, at.filter(|_| inside.at_key))
    }

    fn inner(is_meant: bool, node: Option<Node<'t>>) -> Cell<'t> {
        node.filter(|_| is_meant).map_or(Cell::MISSING, Cell::of)
    }

    fn copy_with(&mut self, row: usize, replaced: &[(usize, usize)]) -> usize {
        let Some(kept) = self.rows.get(row).cloned() else { return row };
        let mut cells: Vec<Cell<'t>> = self.cells.get(kept.cells.clone()).unwrap_or_default().to_vec();
        for &(environment, other) in replaced {
            let other = self.rows.get(other).and_then(|other| self.cells.get(other.cells.clone()));
            if let (Some(cell), Some(other)) =
                (cells.get_mut(environment), other.and_then(|cells| cells.get(environment)))
            {
                *cell = other.clone();
            }
        }
        let first = self.cells.len();
        self.cells.extend(cells);
        self.rows.push(KeptRow { cells: first..self.cells.len(), number: usize::MAX, ..kept });
        self.rows.len() - 1
    }

    pub(crate) fn row<'r>(
        &'r self,
        row: usize,
        scope: &'r Scope,
        environments: &'r [&'t Environment],
        classes: crate::row::Classes<'r>,
    ) -> Option<Row<'r, 't>> {
        let kept = self.rows.get(row)?;
        Some(Row {
            path: self.segments.get(kept.path.clone()).unwrap_or_default(),
            cells: self.cells.get(kept.cells.clone()).unwrap_or_default(),
            shape: kept.shape,
            scope,
            environments,
            classes,
            path_text: kept.text.as_deref(),
        })
    }
}

/// What a rule found, before it is put into words.
#[derive(Clone)]
pub(crate) struct RawFinding {
    pub(crate) rule: usize,
    pub(crate) row: usize,
    pub(crate) deviations: Vec<Deviation>,
    /// Why it can't be judged, where it can't.
    pub(crate) unknown: Option<String>,
    /// The environments that could not be judged beside those that deviate, and why.
    pub(crate) unjudged: Vec<(usize, String)>,
    /// What a group check said about it.
    pub(crate) group: Option<GroupFinding>,
    /// What a check said about it that found it below its row.
    pub(crate) inside: Option<Inside>,
    /// Where it is, where that is not the place of its cell.
    pub(crate) at: Option<Location>,
    /// The exception that covers it.
    pub(crate) waiver: Option<paritygate_model::report::WaiverRef>,
    /// What exceptions have to say about it.
    pub(crate) notes: Vec<String>,
}

impl RawFinding {
    /// These deviations, at no row as yet.
    fn of(deviations: Vec<Deviation>) -> Self {
        Self {
            rule: 0,
            row: 0,
            deviations,
            unknown: None,
            unjudged: Vec::new(),
            group: None,
            inside: None,
            at: None,
            waiver: None,
            notes: Vec::new(),
        }
    }
}

/// Counts the rows that a rule looked at. Equal rows come one after the other.
#[derive(Default)]
pub(crate) struct Seen {
    last: usize,
    pub(crate) count: usize,
}

impl Seen {
    fn look_at(&mut self, number: usize) {
        if self.last != number {
            self.last = number;
            self.count += 1;
        }
    }
}

/// Receives the rows of the walk and judges them.
pub(crate) struct Collector<'c, 't> {
    pub(crate) environments: &'c [&'t Environment],
    pub(crate) rules: Vec<CheckRule<'c>>,
    pub(crate) kept: Kept<'t>,
    pub(crate) findings: Vec<RawFinding>,
    /// Reasons of rows that were not judged, where a policy asks for a summary.
    pub(crate) skipped: Vec<String>,
    /// The rules and rows that were not judged and are no findings either, where somebody asks for them.
    pub(crate) undecided: Option<Vec<(usize, usize)>>,
    pub(crate) rows: Seen,
    outcome: Outcome,
}

/// Names no class: for checks, which only compare.
fn no_classes(_: &paritygate_model::Secret) -> String {
    "secret".to_owned()
}

impl<'t> Sink<'t> for Collector<'_, 't> {
    fn row(&mut self, number: usize, bindings: &[u32], path: &[&'t str], cells: &[Cell<'t>], shape: &'static Shape) {
        for &binding in bindings {
            let rule_at = binding as usize;
            let Some(rule) = self.rules.get_mut(rule_at) else { continue };
            if !rule.runs || rule.last_row == number {
                continue;
            }
            rule.last_row = number;
            if rule.compiled.accepts == Accepts::Leaf && is_collection(cells, shape) {
                continue;
            }
            if rule.compiled.rule.except.iter().any(|selector| selector.value.leads_to(path)) {
                continue;
            }
            let described = |at: usize| cells.get(at).is_some_and(|cell| cell.node.is_some());
            // What one view had and the next one lacks is a row of both.
            let had = rule.scope.views && rule.scope.pairs.iter().any(|(_, before)| described(*before));
            let in_scope = had || rule.scope.members.iter().any(|&member| described(member));
            match &rule.compiled.plan {
                Plan::Row(check) => {
                    let by_contract =
                        check.compares() == Compares::WithContract && rule.scope.contract.is_some_and(described);
                    // What a rule asks for itself is judged where no environment has it.
                    let is_asked = !check.sections().is_empty() && !rule.scope.members.is_empty();
                    if (!in_scope && !by_contract && !is_asked) || !rule.scope.offers(check.compares()) {
                        continue;
                    }
                    rule.met = true;
                    self.rows.look_at(number);
                    let row = Row {
                        path,
                        cells,
                        shape,
                        scope: rule.scope,
                        environments: self.environments,
                        classes: &no_classes,
                        path_text: None,
                    };
                    self.outcome.clear();
                    check.row(&row, &mut self.outcome);
                    self.take(rule_at, number, path, cells, shape);
                }
                Plan::Group(check) if in_scope && rule.scope.offers(check.compares()) => {
                    rule.met = true;
                    self.rows.look_at(number);
                    let kept = self.kept.keep(number, path, cells, shape);
                    if rule.kept.is_empty() {
                        rule.kept.reserve(64);
                    }
                    rule.kept.push(kept);
                }
                Plan::Group(_) => {}
            }
        }
    }
}

/// Whether a row is a map, which kinds for single values pass over where a pattern meets it.
pub(crate) fn is_collection(cells: &[Cell<'_>], shape: &Shape) -> bool {
    let is_map = |cell: &Cell<'_>| matches!(cell.state, State::Value(node) if node.is_map());
    // Only where anything may stand does it take a look.
    if matches!(shape, Shape::Any) { cells.iter().any(is_map) } else { !shape.is_leaf() }
}

impl<'c, 't> Collector<'c, 't> {
    /// `remembers` says whether somebody asks for what was not judged.
    pub(crate) fn new(environments: &'c [&'t Environment], rules: Vec<CheckRule<'c>>, remembers: bool) -> Self {
        Self {
            environments,
            rules,
            kept: Kept::new(),
            findings: Vec::with_capacity(32),
            skipped: Vec::new(),
            undecided: remembers.then(Vec::new),
            rows: Seen::default(),
            outcome: Outcome::default(),
        }
    }
}

impl<'t> Collector<'_, 't> {
    fn take(&mut self, rule_at: usize, number: usize, path: &[&'t str], cells: &[Cell<'t>], shape: &'static Shape) {
        for inside in std::mem::take(&mut self.outcome.inside) {
            self.take_inside(rule_at, path, cells, inside);
        }
        let Some(rule) = self.rules.get_mut(rule_at) else { return };
        let on_unknown = rule.compiled.rule.on_unknown;
        self.outcome.settle();
        rule.judged |= self.outcome.unknown.is_empty() || !self.outcome.deviations.is_empty();
        let deviations = self.outcome.deviations.clone();
        let unknown = std::mem::take(&mut self.outcome.unknown);
        if !deviations.is_empty() {
            let unjudged = unknown.iter().map(|(deviation, reason)| (deviation.environment, reason.clone())).collect();
            self.add(rule_at, number, path, cells, shape, RawFinding { unjudged, ..RawFinding::of(deviations) });
        }
        if let Some(undecided) = &mut self.undecided
            && !unknown.is_empty()
        {
            undecided.push((rule_at, self.kept.keep(number, path, cells, shape)));
        }
        match on_unknown {
            OnUnknown::Skip => {}
            OnUnknown::Warn => self.skipped.extend(unknown.into_iter().next().map(|(_, reason)| reason)),
            OnUnknown::Unknown | OnUnknown::Fail => {
                // One finding for each reason.
                let mut rest = unknown;
                while let Some((_, reason)) = rest.first().cloned() {
                    let (same, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, other)| *other == reason);
                    rest = others;
                    let deviations = same.into_iter().map(|(deviation, _)| deviation).collect();
                    let finding = RawFinding { unknown: Some(reason), ..RawFinding::of(deviations) };
                    self.add(rule_at, number, path, cells, shape, finding);
                }
            }
        }
    }

    /// Whether one more finding of a rule has room; where it has none, it is counted.
    fn has_room(&mut self, rule_at: usize, deviations: &[Deviation], is_unknown: bool) -> bool {
        let status = self.status(rule_at, deviations, is_unknown) as usize;
        let all = self.findings.len();
        let Some(rule) = self.rules.get_mut(rule_at) else { return false };
        let room = rule.found.get(status).is_some_and(|found| *found < limits::MAX_FINDINGS_PER_RULE)
            && all < limits::MAX_FINDINGS;
        let counts = if room { &mut rule.found } else { &mut rule.truncated };
        if let Some(count) = counts.get_mut(status) {
            *count += 1;
        }
        room
    }

    /// Whether what a rule can't know is no finding: it is counted by its reason, or by nobody.
    fn passes_over(&mut self, rule_at: usize, reason: &str) -> bool {
        let on_unknown = self.rules.get(rule_at).map(|rule| rule.compiled.rule.on_unknown);
        if on_unknown == Some(OnUnknown::Warn) {
            self.skipped.push(reason.to_owned());
        }
        matches!(on_unknown, Some(OnUnknown::Warn | OnUnknown::Skip))
    }

    /// Adds what a rule found in a row, unless it found too much.
    fn add(
        &mut self,
        rule_at: usize,
        number: usize,
        path: &[&'t str],
        cells: &[Cell<'t>],
        shape: &'static Shape,
        finding: RawFinding,
    ) {
        if !self.has_room(rule_at, &finding.deviations, finding.unknown.is_some()) {
            return;
        }
        let row = self.kept.keep(number, path, cells, shape);
        self.findings.push(RawFinding { rule: rule_at, row, ..finding });
    }

    fn take_inside(&mut self, rule_at: usize, path: &[&'t str], cells: &[Cell<'t>], inside: Inside) {
        let deviations = vec![Deviation { environment: inside.environment, against: None, mutual: false }];
        if inside.unknown.as_ref().is_some_and(|reason| self.passes_over(rule_at, reason))
            || !self.has_room(rule_at, &deviations, inside.unknown.is_some())
        {
            return;
        }
        let (row, at) = self.kept.keep_inside(self.environments, path, cells, &inside);
        self.findings.push(RawFinding {
            rule: rule_at,
            row,
            unknown: inside.unknown.clone(),
            inside: Some(inside),
            at,
            ..RawFinding::of(deviations)
        });
    }

    /// Runs the checks that judge all their rows together.
    pub(crate) fn judge_groups(&mut self) {
        let mut found = Vec::new();
        for at in 0..self.rules.len() {
            let Some(rule) = self.rules.get(at) else { break };
            let Plan::Group(check) = &rule.compiled.plan else { continue };
            if rule.kept.is_empty() {
                continue;
            }
            let rows =
                rule.kept.iter().filter_map(|&row| self.kept.row(row, rule.scope, self.environments, &no_classes));
            found.clear();
            check.rows(&Rows { rows: rows.collect() }, &mut found);
            let kept = rule.kept.clone();
            if let Some(rule) = self.rules.get_mut(at) {
                rule.judged |= found.iter().filter(|finding| finding.unknown.is_some()).count() < kept.len();
            }
            for finding in found.drain(..) {
                self.take_group(at, &kept, finding);
            }
        }
    }

    fn take_group(&mut self, rule_at: usize, kept: &[usize], finding: GroupFinding) {
        if finding.unknown.is_some()
            && let (Some(undecided), Some(&row)) = (&mut self.undecided, kept.get(finding.row))
        {
            undecided.push((rule_at, row));
        }
        if finding.unknown.as_ref().is_some_and(|reason| self.passes_over(rule_at, reason))
            || !self.has_room(rule_at, &finding.deviations, finding.unknown.is_some())
        {
            return;
        }
        let Some(&row) = kept.get(finding.row) else { return };
        let cells: Vec<(usize, usize)> =
            finding.cells.iter().filter_map(|&(environment, row)| Some((environment, *kept.get(row)?))).collect();
        let row = self.kept.copy_with(row, &cells);
        let (deviations, unknown) = (finding.deviations.clone(), finding.unknown.clone());
        self.findings.push(RawFinding {
            rule: rule_at,
            row,
            unknown,
            group: Some(finding),
            ..RawFinding::of(deviations)
        });
    }

    /// All rows that were kept for a rule that judges them together.
    pub(crate) fn group_rows<'r>(&'r self, rule: usize, classes: crate::row::Classes<'r>) -> Rows<'r, 't> {
        let rule = self.rules.get(rule);
        let rows = rule.into_iter().flat_map(|rule| {
            rule.kept.iter().filter_map(|&row| self.kept.row(row, rule.scope, self.environments, classes))
        });
        Rows { rows: rows.collect() }
    }

    /// How much what a rule found weighs: between two environments what the lesser of them is worth.
    pub(crate) fn severity(&self, rule: usize, deviations: &[Deviation]) -> Severity {
        let Some(rule) = self.rules.get(rule) else { return Severity::Error };
        let of = |at: usize| {
            self.environments
                .get(at)
                .filter(|environment| !environment.contract)
                .map(|environment| rule.compiled.rule.severity.of(environment.own_name(), environment.tier))
        };
        let weigh = |deviation: &Deviation| {
            let own = of(deviation.environment);
            let other = deviation.against.and_then(of);
            match (own, other) {
                (Some(own), Some(other)) => own.min(other),
                (one, other) => one.or(other).unwrap_or(Severity::Info),
            }
        };
        deviations.iter().map(weigh).max().unwrap_or(Severity::Info)
    }

    /// How what a rule found counts, as long as no exception covers it.
    pub(crate) fn status(&self, rule: usize, deviations: &[Deviation], is_unknown: bool) -> Status {
        let fails = |rule: &CheckRule<'_>| rule.compiled.rule.on_unknown == OnUnknown::Fail;
        if is_unknown && !self.rules.get(rule).is_some_and(fails) {
            return Status::Unknown;
        }
        status_of(self.severity(rule, deviations))
    }
}

/// How a finding of a severity counts.
pub(crate) fn status_of(severity: Severity) -> Status {
    match severity {
        Severity::Error => Status::Fail,
        Severity::Warning => Status::Warn,
        Severity::Info => Status::Pass,
    }
}
