//! Compile once, check many.

use std::ops::Range;
use std::sync::Arc;

use paritygate_lang::policy::{OnUnknown, Policy, Rule};
use paritygate_lang::project::{Expected, Waiver};
use paritygate_model::report::{Report, Severity};
use paritygate_model::shape::environment::ENVIRONMENT;
use paritygate_model::{Diagnostic, Environment, Shape, Source, Timestamp, limits, suggest};

use crate::cell::Cell;
use crate::kind::{Accepts, Deviation, Entry, GroupFinding, Outcome, Params, Plan};
use crate::row::{Row, Rows};
use crate::scope::{Scope, Scopes};
use crate::trie::Trie;
use crate::walk::{Sink, Walk};
use crate::{exception, report};

/// Compiled policies, ready to check environments. Shared freely between threads.
pub struct Engine {
    pub(crate) rules: Vec<CompiledRule>,
    pub(crate) policies: Vec<(String, Arc<Source>)>,
    trie: Trie,
}

/// A rule and the check behind it.
pub(crate) struct CompiledRule {
    pub(crate) rule: Rule,
    pub(crate) kind: &'static str,
    pub(crate) plan: Plan,
    accepts: Accepts,
}

/// What a check is about.
#[derive(Clone, Copy)]
pub struct CheckRequest<'a> {
    /// The environments, and contracts among them.
    pub environments: &'a [Environment],
    /// The instant of the check.
    pub now: Timestamp,
    /// Environments with a reference of their own.
    pub references: &'a [(Arc<str>, String)],
    /// Expected differences.
    pub expected: &'a [Expected],
    /// Waivers.
    pub waivers: &'a [Waiver],
    /// Rules that no exception may cover where production is concerned.
    pub never_waive: &'a [String],
    /// Rules to run; empty means all.
    pub only: &'a [String],
}

impl Engine {
    /// Compiles policies. What is wrong with one rule leaves the others standing.
    pub fn compile(policies: Vec<Policy>, catalogue: &'static [Entry]) -> (Self, Vec<Diagnostic>) {
        let mut engine = Self { rules: Vec::new(), policies: Vec::new(), trie: Trie::new() };
        let mut diagnostics = Vec::new();
        for policy in policies {
            for rule in policy.rules {
                engine.add(rule, &policy.document, catalogue, &mut diagnostics);
            }
            engine.policies.push((policy.id, policy.source));
        }
        (engine, diagnostics)
    }

    fn add(
        &mut self,
        rule: Rule,
        document: &paritygate_model::Document,
        catalogue: &'static [Entry],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if let Some(other) = self.rules.iter().find(|other| other.rule.id == rule.id) {
            let message = format!("rule `{}` stands in another policy as well", rule.id);
            diagnostics.push(
                Diagnostic::error("duplicate-rule", rule.at.clone(), message)
                    .related(other.rule.at.clone(), "the other one")
                    .help("give it another id: findings, waivers and `--only` speak of rules by their id"),
            );
            return;
        }
        let Some(entry) = catalogue.iter().find(|entry| entry.name == rule.kind.value) else {
            let at = rule.kind.at.clone().unwrap_or_else(|| rule.at.clone());
            let help = suggest::did_you_mean(&rule.kind.value, catalogue.iter().map(|entry| entry.name));
            let message = format!("there is no rule kind `{}`", rule.kind.value);
            diagnostics.push(
                Diagnostic::error("unknown-kind", at, message)
                    .maybe_help(help.or_else(|| Some("`paritygate rules` lists them".to_owned()))),
            );
            return;
        };
        for selector in &rule.select {
            let at = selector.at.clone().unwrap_or_else(|| rule.at.clone());
            check_selector(&selector.value, entry, at, diagnostics);
        }
        let node = rule.params.map(|id| document.tree.node(id));
        match (entry.compile)(&Params { node, rule: &rule.at }) {
            Ok(plan) => {
                let number = self.rules.len() as u32;
                for selector in &rule.select {
                    self.trie.insert(&selector.value, number);
                }
                self.rules.push(CompiledRule { rule, kind: entry.name, plan, accepts: entry.accepts });
            }
            Err(found) => diagnostics.extend(found),
        }
    }

    /// The ids and kinds of the rules, in their order.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.rules.iter().map(|rule| (&*rule.rule.id, rule.kind))
    }

    /// Checks environments: the report, and what is wrong with the request.
    pub fn check(&self, request: &CheckRequest<'_>) -> (Report, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut environments: Vec<&Environment> = request.environments.iter().collect();
        if environments.len() > limits::MAX_ENVIRONMENTS {
            let message = format!("{} environments are more than the limit of {}", environments.len(), limits::MAX_ENVIRONMENTS);
            diagnostics.push(Diagnostic::nowhere("too-many-environments", message).help("check them in groups"));
            environments.truncate(limits::MAX_ENVIRONMENTS);
        }
        let ordered = environments.iter().all(|environment| environment.contract || environment.order.is_some());
        environments.sort_by_key(|environment| (environment.contract, environment.order.filter(|_| ordered), environment.tier));
        for name in request.only {
            if !self.rules.iter().any(|rule| *rule.rule.id == **name) {
                let help = suggest::did_you_mean(name, self.rules.iter().map(|rule| &*rule.rule.id));
                diagnostics.push(Diagnostic::nowhere("unknown-rule", format!("there is no rule `{name}`")).maybe_help(help));
            }
        }
        let scopes = Scopes::of(self.rules.iter().map(|rule| &rule.rule), &environments, request.references, &mut diagnostics);
        let runs = |rule: &CheckRule<'_>| request.only.is_empty() || request.only.iter().any(|only| **only == *rule.compiled.rule.id);
        let rules = self.rules.iter().enumerate().filter_map(|(at, compiled)| {
            scopes.get(at).map(|scope| CheckRule { compiled, scope, runs: false, last_row: 0, met: false, found: 0, truncated: 0, kept: Vec::new() })
        });
        let mut rules: Vec<CheckRule<'_>> = rules.collect();
        for rule in &mut rules {
            rule.runs = runs(rule);
        }
        let mut collector = Collector { environments: &environments, rules, kept: Kept::default(), findings: Vec::new(), skipped: Vec::new(), outcome: Outcome::default() };
        let mut walk = Walk::new(&self.trie, &environments, &mut collector);
        walk.run();
        let rows = walk.rows;
        if rows >= limits::MAX_ROWS {
            let message = format!("the selectors meet more than {} rows, which is the limit; the rest was not judged", limits::MAX_ROWS);
            diagnostics.push(Diagnostic::nowhere("too-many-rows", message).help("narrow the selectors"));
        }
        collector.judge_groups();
        let exceptions = exception::apply(request, &environments, &mut collector, &mut diagnostics);
        let report = report::build(self, request, &environments, collector, exceptions, rows);
        (report, diagnostics)
    }
}

/// Says where a selector can meet nothing, or nothing that the kind can judge.
fn check_selector(
    selector: &paritygate_lang::selector::Selector,
    entry: &Entry,
    at: paritygate_model::Location,
    diagnostics: &mut Vec<Diagnostic>,
) {
    use paritygate_lang::selector::Segment;
    for pattern in &selector.patterns {
        let mut shapes: Vec<&'static Shape> = vec![const { &Shape::Record(&ENVIRONMENT) }];
        for (depth, segment) in pattern.iter().enumerate() {
            if matches!(segment, Segment::Globstar) {
                return;
            }
            let next: Vec<&'static Shape> = shapes.iter().flat_map(|shape| below(shape, segment)).collect();
            if next.is_empty() {
                let word = pattern.get(..=depth).map(segments_text).unwrap_or_default();
                let help = match segment {
                    Segment::Literal(key) => suggest::did_you_mean(key, shapes.iter().flat_map(|shape| field_names(shape)).collect::<Vec<_>>()),
                    _ => None,
                };
                let message = format!("nothing in an environment can stand at `{word}`");
                diagnostics.push(Diagnostic::error("bad-selector", at, message).maybe_help(help));
                return;
            }
            shapes = next;
        }
        let leaf = shapes.iter().all(|shape| shape.is_leaf() && !matches!(shape, Shape::Any));
        let collection = shapes.iter().all(|shape| !shape.is_leaf());
        if entry.accepts == Accepts::Leaf && collection {
            let message = format!("`{}` is no single value, and `{}` compares values", selector.text, entry.name);
            let leaves: Vec<String> = shapes.iter().flat_map(|shape| leaves(shape)).map(|leaf| format!("`{}.{leaf}`", selector.text)).collect();
            let help = if leaves.is_empty() { format!("select `{}.*`", selector.text) } else { format!("select {}", leaves.join(", ")) };
            diagnostics.push(Diagnostic::error("not-a-leaf", at, message).help(help));
            return;
        }
        if entry.accepts == Accepts::Collection && leaf && !shapes.iter().any(|shape| matches!(shape, Shape::Set(_) | Shape::Sequence(_))) {
            let message = format!("`{}` is a single value, and `{}` compares maps and lists", selector.text, entry.name);
            diagnostics.push(Diagnostic::error("not-a-collection", at, message).help("select the map or list around it"));
            return;
        }
    }
}

fn segments_text(segments: &[paritygate_lang::selector::Segment]) -> String {
    use paritygate_lang::selector::Segment;
    let mut out = String::new();
    for segment in segments {
        if !out.is_empty() {
            out.push('.');
        }
        match segment {
            Segment::Literal(key) => {
                let _infallible = paritygate_model::path::write_segment(&mut out, key);
            }
            Segment::Any => out.push('*'),
            Segment::Globstar => out.push_str("**"),
            Segment::Glob(glob) => out.push_str(&glob.to_string()),
        }
    }
    out
}

fn fields(shape: &Shape) -> &'static [paritygate_model::shape::Field] {
    match shape {
        Shape::Record(record) => record.fields,
        Shape::Variable => paritygate_model::shape::environment::VARIABLE.fields,
        _ => &[],
    }
}

fn field_names(shape: &Shape) -> Vec<&'static str> {
    fields(shape).iter().map(|field| field.name).collect()
}

fn leaves(shape: &Shape) -> Vec<&'static str> {
    match shape {
        Shape::Record(record) => record.leaves.to_vec(),
        _ => Vec::new(),
    }
}

fn below(shape: &'static Shape, segment: &paritygate_lang::selector::Segment) -> Vec<&'static Shape> {
    use paritygate_lang::selector::Segment;
    match segment {
        Segment::Literal(key) => shape.child(key).into_iter().collect(),
        Segment::Globstar => vec![shape],
        Segment::Any | Segment::Glob(_) => match shape {
            Shape::Any => vec![shape],
            Shape::Map(inner) => vec![inner],
            _ => fields(shape)
                .iter()
                .filter(|field| !matches!(segment, Segment::Glob(glob) if !glob.matches(field.name)))
                .map(|field| field.shape)
                .collect(),
        },
    }
}

/// A rule during one check.
pub(crate) struct CheckRule<'c> {
    pub(crate) compiled: &'c CompiledRule,
    pub(crate) scope: &'c Scope,
    pub(crate) runs: bool,
    /// The number of the last row that it saw: a row may be met by two of its selectors.
    last_row: usize,
    /// Whether it met any row.
    pub(crate) met: bool,
    /// How many findings it has.
    found: usize,
    /// How many findings beyond the limit it would have.
    pub(crate) truncated: usize,
    /// The rows that were kept for it, if it judges them together.
    kept: Vec<usize>,
}

/// Rows that outlive the walk, in shared vectors.
#[derive(Default)]
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
}

impl<'t> Kept<'t> {
    fn keep(&mut self, number: usize, path: &[&'t str], cells: &[Cell<'t>], shape: &'static Shape) -> usize {
        if self.rows.last().is_some_and(|row| row.number == number) {
            return self.rows.len() - 1;
        }
        let (segments, first) = (self.segments.len(), self.cells.len());
        self.segments.extend_from_slice(path);
        self.cells.extend_from_slice(cells);
        self.rows.push(KeptRow { path: segments..self.segments.len(), cells: first..self.cells.len(), shape, number });
        self.rows.len() - 1
    }

    fn copy_with(&mut self, row: usize, replaced: &[(usize, usize)]) -> usize {
        let Some(kept) = self.rows.get(row).cloned() else { return row };
        let mut cells: Vec<Cell<'t>> = self.cells.get(kept.cells.clone()).unwrap_or_default().to_vec();
        for &(environment, other) in replaced {
            let other = self.rows.get(other).and_then(|other| self.cells.get(other.cells.clone()));
            if let (Some(cell), Some(other)) = (cells.get_mut(environment), other.and_then(|cells| cells.get(environment))) {
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
        })
    }
}

/// What a rule found, before it is put into words.
pub(crate) struct RawFinding {
    pub(crate) rule: usize,
    pub(crate) row: usize,
    pub(crate) deviations: Vec<Deviation>,
    /// Why it can't be judged, where it can't.
    pub(crate) unknown: Option<String>,
    /// What a group check said about it.
    pub(crate) group: Option<GroupFinding>,
    /// The exception that covers it.
    pub(crate) waiver: Option<paritygate_model::report::WaiverRef>,
    /// What exceptions have to say about it.
    pub(crate) notes: Vec<String>,
}

/// Receives the rows of the walk and judges them.
pub(crate) struct Collector<'c, 't> {
    pub(crate) environments: &'c [&'t Environment],
    pub(crate) rules: Vec<CheckRule<'c>>,
    pub(crate) kept: Kept<'t>,
    pub(crate) findings: Vec<RawFinding>,
    /// Reasons of rows that were not judged, where a policy asks for a summary.
    pub(crate) skipped: Vec<String>,
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
            let described = |at: usize| cells.get(at).is_some_and(|cell| cell.node.is_some());
            let in_scope = rule.scope.members.iter().any(|&member| described(member));
            match &rule.compiled.plan {
                Plan::Row(check) => {
                    let by_contract = check.uses_contract() && rule.scope.contract.is_some_and(described);
                    if !in_scope && !by_contract {
                        continue;
                    }
                    rule.met = true;
                    let row = Row { path, cells, shape, scope: rule.scope, environments: self.environments, classes: &no_classes };
                    self.outcome.clear();
                    check.row(&row, &mut self.outcome);
                    self.take(rule_at, number, path, cells, shape);
                }
                Plan::Group(_) if in_scope => {
                    rule.met = true;
                    let kept = self.kept.keep(number, path, cells, shape);
                    rule.kept.push(kept);
                }
                Plan::Group(_) => {}
            }
        }
    }
}

/// Whether a row is a map, which kinds for single values pass over where a pattern meets it.
fn is_collection(cells: &[Cell<'_>], shape: &Shape) -> bool {
    !shape.is_leaf() || cells.iter().any(|cell| matches!(cell.state, crate::cell::State::Value(node) if node.is_map()))
}

impl<'t> Collector<'_, 't> {
    fn take(&mut self, rule_at: usize, number: usize, path: &[&'t str], cells: &[Cell<'t>], shape: &'static Shape) {
        let Some(rule) = self.rules.get_mut(rule_at) else { return };
        let mut unknown = None;
        if self.outcome.deviations.is_empty() {
            let Some((deviation, reason)) = self.outcome.unknown.take() else { return };
            match rule.compiled.rule.on_unknown {
                OnUnknown::Skip => return,
                OnUnknown::Warn => {
                    self.skipped.push(reason);
                    return;
                }
                OnUnknown::Unknown | OnUnknown::Fail => {
                    self.outcome.deviations.push(deviation);
                    unknown = Some(reason);
                }
            }
        }
        if rule.found == limits::MAX_FINDINGS_PER_RULE {
            rule.truncated += 1;
            return;
        }
        rule.found += 1;
        let row = self.kept.keep(number, path, cells, shape);
        let deviations = self.outcome.deviations.clone();
        self.findings.push(RawFinding { rule: rule_at, row, deviations, unknown, group: None, waiver: None, notes: Vec::new() });
    }

    /// Runs the checks that judge all their rows together.
    fn judge_groups(&mut self) {
        let mut found = Vec::new();
        for at in 0..self.rules.len() {
            let Some(rule) = self.rules.get(at) else { break };
            let Plan::Group(check) = &rule.compiled.plan else { continue };
            if rule.kept.is_empty() {
                continue;
            }
            let rows = rule.kept.iter().filter_map(|&row| self.kept.row(row, rule.scope, self.environments, &no_classes));
            found.clear();
            check.rows(&Rows { rows: rows.collect() }, &mut found);
            let kept = rule.kept.clone();
            for finding in found.drain(..) {
                self.take_group(at, &kept, finding);
            }
        }
    }

    fn take_group(&mut self, rule_at: usize, kept: &[usize], finding: GroupFinding) {
        let Some(rule) = self.rules.get_mut(rule_at) else { return };
        if let Some(reason) = &finding.unknown {
            match rule.compiled.rule.on_unknown {
                OnUnknown::Skip => return,
                OnUnknown::Warn => {
                    self.skipped.push(reason.clone());
                    return;
                }
                OnUnknown::Unknown | OnUnknown::Fail => {}
            }
        }
        if rule.found == limits::MAX_FINDINGS_PER_RULE {
            rule.truncated += 1;
            return;
        }
        rule.found += 1;
        let Some(&row) = kept.get(finding.row) else { return };
        let cells: Vec<(usize, usize)> =
            finding.cells.iter().filter_map(|&(environment, row)| Some((environment, *kept.get(row)?))).collect();
        let row = self.kept.copy_with(row, &cells);
        self.findings.push(RawFinding {
            rule: rule_at,
            row,
            deviations: finding.deviations.clone(),
            unknown: finding.unknown.clone(),
            group: Some(finding),
            waiver: None,
            notes: Vec::new(),
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

    /// How much a finding weighs: between two environments what the lesser of them is worth.
    pub(crate) fn severity(&self, finding: &RawFinding) -> Severity {
        let Some(rule) = self.rules.get(finding.rule) else { return Severity::Error };
        let of = |at: usize| {
            self.environments.get(at).filter(|environment| !environment.contract).map(|environment| {
                rule.compiled.rule.severity.of(&environment.name, environment.tier)
            })
        };
        let weigh = |deviation: &Deviation| {
            let own = of(deviation.environment);
            let other = deviation.against.and_then(of);
            match (own, other) {
                (Some(own), Some(other)) => own.min(other),
                (one, other) => one.or(other).unwrap_or(Severity::Info),
            }
        };
        finding.deviations.iter().map(weigh).max().unwrap_or(Severity::Info)
    }
}
