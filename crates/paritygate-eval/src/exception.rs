//! Expected differences and waivers: the one matcher.
//!
//! An exception covers one rule, one path and named environments. It never covers what came later, and it is itself
//! judged: an expected difference that is gone, a waiver that is unused, expired or about to expire is a finding.

mod accepted;
mod inline;

use paritygate_lang::Accepted;
use paritygate_lang::project::{Expected, RatioOp, Relation, Waiver};
use paritygate_lang::selector::Selector;
use paritygate_lang::spanned::Spanned;
use paritygate_model::report::{Severity, WaiverRef};
use paritygate_model::secret::redacted;
use paritygate_model::{Diagnostic, Environment, Location, Shape, Tier, Timestamp};

use crate::cell::{Cell, State};
use crate::collector::{CheckRule, Collector, RawFinding};
use crate::compare::{Aliases, Comparison, compare};
use crate::engine::CheckRequest;
use crate::kind::{Accepts, Deviation};
use crate::reach::check_selector;
use crate::row::{Row, visible};
use crate::trie::Trie;
use crate::walk::{Sink, Walk};

/// In the week before it ends, an exception warns.
const WARN_SECONDS: i64 = 7 * 24 * 60 * 60;

/// What a check excepts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exceptions<'a> {
    /// Expected differences.
    pub expected: &'a [Expected],
    /// Waivers.
    pub waivers: &'a [Waiver],
    /// Rules that no exception may cover where production is concerned.
    pub never_waive: &'a [String],
    /// The findings that a baseline accepts.
    pub accepted: &'a [Accepted],
    /// Whether they may be to rules of other policies, which don't run now.
    pub of_other_policies: bool,
}

/// What is to be said about an exception itself.
pub(crate) struct ExceptionFinding {
    /// `baseline`, `expected-difference`, `inline-ignore` or `waiver-valid`.
    pub(crate) rule: &'static str,
    pub(crate) severity: Severity,
    pub(crate) path: String,
    pub(crate) environments: Vec<String>,
    pub(crate) message: String,
    pub(crate) help: String,
    /// Where the exception is written.
    pub(crate) at: Location,
}

/// What an expected difference and a waiver have in common.
struct Exception<'a> {
    rule: &'a str,
    path: &'a Selector,
    environments: &'a [Spanned<String>],
    max: Option<usize>,
    at: &'a Location,
}

impl<'a> Exception<'a> {
    fn of_expected(expected: &'a Expected) -> Self {
        Self {
            rule: &expected.rule.value,
            path: &expected.path.value,
            environments: &expected.environments,
            max: expected.max,
            at: &expected.at,
        }
    }

    fn of_waiver(waiver: &'a Waiver) -> Self {
        Self {
            rule: &waiver.rule.value,
            path: &waiver.path.value,
            environments: &waiver.environments,
            max: waiver.max,
            at: &waiver.at,
        }
    }

    fn names(&self, name: &str) -> bool {
        self.environments.iter().any(|environment| environment.value == name)
    }

    fn names_at(&self, at: usize, environments: &[&Environment]) -> bool {
        environments.get(at).is_some_and(|environment| self.names(environment.own_name()))
    }

    fn covers(&self, deviation: &Deviation, environments: &[&Environment]) -> bool {
        let named = |at: usize| self.names_at(at, environments);
        named(deviation.environment) && (!deviation.mutual || deviation.against.is_none_or(named))
    }

    /// Whether it names any environment of a deviation. What two do together is covered only where both are named.
    fn is_about(&self, deviation: &Deviation, environments: &[&Environment]) -> bool {
        let named = |at: usize| self.names_at(at, environments);
        named(deviation.environment) || deviation.against.is_some_and(named)
    }

    fn finding(&self, rule: &'static str, severity: Severity, message: String, help: &str) -> ExceptionFinding {
        ExceptionFinding {
            rule,
            severity,
            path: self.path.text.clone(),
            environments: self.environments.iter().map(|name| name.value.clone()).collect(),
            message,
            help: help.to_owned(),
            at: self.at.clone(),
        }
    }

    /// Whether its rule ran and its environments were there, so that "unused" means something.
    fn was_judged(&self, rules: &[CheckRule<'_>], environments: &[&Environment]) -> bool {
        if self.max.is_none() && !self.path.is_literal() {
            return false;
        }
        let ran = rules.iter().any(|rule| rule.runs && *rule.compiled.rule.id == *self.rule);
        ran && self
            .environments
            .iter()
            .all(|name| environments.iter().any(|environment| **environment.own_name() == *name.value))
    }
}

/// Lays the exceptions over the findings, and says what is to be said about the exceptions themselves.
pub(crate) fn apply<'t>(
    request: &CheckRequest<'_>,
    environments: &[&'t Environment],
    collector: &mut Collector<'_, 't>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<ExceptionFinding> {
    let mut found = Vec::new();
    if !request.exceptions.expected.is_empty() || !request.exceptions.waivers.is_empty() {
        apply_declared(request, environments, collector, diagnostics, &mut found);
    }
    inline::apply(request, environments, collector, diagnostics, &mut found);
    // What is excepted elsewhere needs no baseline.
    accepted::apply(request, environments, collector, &mut found);
    found
}

/// Those that the manifest declares.
fn apply_declared<'t>(
    request: &CheckRequest<'_>,
    environments: &[&'t Environment],
    collector: &mut Collector<'_, 't>,
    diagnostics: &mut Vec<Diagnostic>,
    found: &mut Vec<ExceptionFinding>,
) {
    known_rules(request, collector, diagnostics);
    let highest = environments.iter().rposition(|environment| !environment.contract);
    // Each is compared with what its rule compares with.
    let references = |expected: &Expected| {
        let rule = collector.rules.iter().find(|rule| *rule.compiled.rule.id == *expected.rule.value);
        let named = rule.map(|rule| rule.scope.references.clone()).filter(|references| !references.is_empty());
        named.unwrap_or_else(|| highest.into_iter().collect())
    };
    let references = request.exceptions.expected.iter().map(references).collect();
    let mut relations = Relations { expected: request.exceptions.expected, references, environments, rows: Vec::new() };
    let mut trie = Trie::new();
    for (at, expected) in request.exceptions.expected.iter().enumerate() {
        trie.insert(&expected.path.value, at as u32);
    }
    let mut walk = Walk::new(&trie, environments, &mut relations);
    walk.run();
    diagnostics.extend(walk.too_many_rows("looked at for expected differences"));
    for (at, expected) in request.exceptions.expected.iter().enumerate() {
        apply_expected(at, expected, &relations, request, environments, collector, found);
    }
    for waiver in request.exceptions.waivers {
        apply_waiver(waiver, request, environments, collector, found);
    }
}

fn known_rules(request: &CheckRequest<'_>, collector: &Collector<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let known = || collector.rules.iter().map(|rule| &*rule.compiled.rule.id);
    let named = request.exceptions.expected.iter().map(|expected| (&expected.rule, &expected.path, &expected.at));
    let named = named.chain(request.exceptions.waivers.iter().map(|waiver| (&waiver.rule, &waiver.path, &waiver.at)));
    for (rule, path, at) in named {
        let place = path.at.clone().unwrap_or_else(|| at.clone());
        check_selector(&path.value, "", Accepts::Any, place, diagnostics);
        if !request.exceptions.of_other_policies && !known().any(|id| *id == *rule.value) {
            let at = rule.at.clone().unwrap_or_else(|| at.clone());
            let help = paritygate_model::suggest::did_you_mean(&rule.value, known().collect::<Vec<_>>());
            let message = format!("there is no rule `{}` that this could be an exception to", rule.value);
            diagnostics.push(Diagnostic::error("unknown-rule", at, message).maybe_help(help));
        }
    }
}

/// How an expected difference stands at one path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Holds,
    Gone,
    Broken,
    Unknown,
}

impl Standing {
    /// How it stands towards several references: it has to hold towards each.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Broken, _) | (_, Self::Broken) => Self::Broken,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            // Towards one of them it is still there.
            (Self::Holds, _) | (_, Self::Holds) => Self::Holds,
            (Self::Gone, Self::Gone) => Self::Gone,
        }
    }
}

struct Relations<'a, 't> {
    expected: &'a [Expected],
    /// The environments that each is compared with.
    references: Vec<Vec<usize>>,
    environments: &'a [&'t Environment],
    /// Which expected difference, at which path, and how it stands there.
    rows: Vec<(usize, Vec<&'t str>, Standing)>,
}

impl<'t> Sink<'t> for Relations<'_, 't> {
    fn row(&mut self, _: usize, bindings: &[u32], path: &[&'t str], cells: &[Cell<'t>], shape: &'static Shape) {
        for &binding in bindings {
            let Some(expected) = self.expected.get(binding as usize) else { continue };
            let references = self.references.get(binding as usize).map(Vec::as_slice).unwrap_or_default();
            let each = references.iter().map(|&at| standing(expected, at, cells, shape, self.environments));
            let standing = each.reduce(Standing::and).unwrap_or(Standing::Unknown);
            self.rows.push((binding as usize, path.to_vec(), standing));
        }
    }
}

fn standing(
    expected: &Expected,
    reference: usize,
    cells: &[Cell<'_>],
    shape: &Shape,
    environments: &[&Environment],
) -> Standing {
    let exception = Exception::of_expected(expected);
    let named = |at: usize| exception.names_at(at, environments);
    let others = (0..environments.len()).filter(|&at| at != reference);
    // Where only the reference is named, it is the others that it differs from.
    let alone = !others.clone().any(named);
    let mut answer = Standing::Holds;
    for at in others.filter(|&at| named(at) || (alone && environments.get(at).is_some_and(|other| !other.contract))) {
        let (Some(cell), Some(other)) = (cells.get(at), cells.get(reference)) else { return Standing::Unknown };
        match relation(&expected.relation, cell, other, shape) {
            Standing::Holds => {}
            Standing::Unknown => answer = if answer == Standing::Holds { Standing::Unknown } else { answer },
            worse => return worse,
        }
    }
    answer
}

fn relation(relation: &Relation, cell: &Cell<'_>, reference: &Cell<'_>, shape: &Shape) -> Standing {
    let holds = |holds: bool| if holds { Standing::Holds } else { Standing::Broken };
    if cell.unknown().is_some() || (matches!(relation, Relation::Ratio { .. }) && reference.unknown().is_some()) {
        return Standing::Unknown;
    }
    match relation {
        Relation::Differs => match compare(cell, reference, shape.is_set(), Aliases::default()) {
            Comparison::Different => Standing::Holds,
            Comparison::Equal => Standing::Gone,
            Comparison::Unknown(_) => Standing::Unknown,
        },
        Relation::Absent => match cell.state {
            State::Missing | State::Null => Standing::Holds,
            _ => Standing::Gone,
        },
        Relation::Ratio { op, value } => match (cell.number(), reference.number()) {
            (Some(number), Some(reference)) if reference != 0.0 => {
                let ratio = number / reference;
                holds(match op {
                    RatioOp::AtLeast => ratio >= *value,
                    RatioOp::AtMost => ratio <= *value,
                })
            }
            _ => Standing::Broken,
        },
        Relation::Matches(pattern) => cell.text().map_or(Standing::Unknown, |text| holds(pattern.matches(text))),
    }
}

fn apply_expected<'t>(
    at: usize,
    expected: &Expected,
    relations: &Relations<'_, 't>,
    request: &CheckRequest<'_>,
    environments: &[&'t Environment],
    collector: &mut Collector<'_, 't>,
    found: &mut Vec<ExceptionFinding>,
) {
    let exception = Exception::of_expected(expected);
    let rows: Vec<(&[&str], Standing)> = relations
        .rows
        .iter()
        .filter(|(other, ..)| *other == at)
        .map(|(_, path, standing)| (path.as_slice(), *standing))
        .collect();
    let waiver =
        WaiverRef { exception: "expected", owner: None, reason: redacted(expected.reason.clone()), expires_at: None };
    let holds = |path: &[&str]| rows.iter().any(|(row, standing)| *row == path && *standing == Standing::Holds);
    let covered = cover(&exception, &waiver, request, environments, collector, found, |path, finding| {
        let held = holds(path);
        if !held {
            finding.notes.push(format!("the expected difference `{}` does not hold here", expected.relation));
        }
        held
    });
    if !exception.was_judged(&collector.rules, environments) {
        return;
    }
    if rows.is_empty() {
        let message = format!("the expected difference at `{}` meets nothing", exception.path.text);
        found.push(exception.finding(
            "expected-difference",
            Severity::Warning,
            message,
            "correct its path, or delete the entry",
        ));
    }
    for (path, standing) in rows {
        let text = paritygate_model::path::join(path.iter().map(|key| visible(key)));
        let (severity, message, help) = match standing {
            Standing::Gone => (
                Severity::Warning,
                format!("the declared difference at `{text}` is gone"),
                "delete the entry: what it excused is alike now",
            ),
            Standing::Broken if !covered.iter().any(|covered| *covered == path) => (
                Severity::Error,
                format!("the declared difference at `{text}` is not `{}`", expected.relation),
                "bring the values back into the declared relation, or declare another one",
            ),
            _ => continue,
        };
        let mut finding = exception.finding("expected-difference", severity, message, help);
        finding.path = text;
        found.push(finding);
    }
}

fn apply_waiver<'t>(
    waiver: &Waiver,
    request: &CheckRequest<'_>,
    environments: &[&'t Environment],
    collector: &mut Collector<'_, 't>,
    found: &mut Vec<ExceptionFinding>,
) {
    let exception = Exception::of_waiver(waiver);
    let left = waiver.expires_at.as_second() - request.now.as_second();
    let until = readable(waiver.expires_at);
    let reference = WaiverRef {
        exception: "waiver",
        owner: Some(waiver.owner.clone()),
        reason: redacted(waiver.reason.clone()),
        expires_at: Some(waiver.expires_at),
    };
    // Of views of one environment the later one is meant, which deviates.
    let place = |name: &str| {
        let called = environments.iter().position(|environment| *environment.name == *name);
        called.or_else(|| environments.iter().rposition(|environment| **environment.own_name() == *name))
    };
    let pinned = waiver.cells.iter().filter_map(|(name, value)| Some((place(name)?, value.as_str())));
    let pinned: Vec<(usize, &str)> = pinned.collect();
    let mut lapsed = false;
    let used = cover(&exception, &reference, request, environments, collector, found, |_, finding| {
        if left <= 0 {
            finding.notes.push(format!("the waiver of {} expired at {until}", waiver.owner));
            return false;
        }
        finding.pins = pinned.clone().into_iter().map(|(at, value)| (at, value.to_owned())).collect();
        if !finding.pins_hold() {
            lapsed = true;
            finding.notes.push(format!(
                "the waiver of {} lapsed: the values changed since (a secret can't be pinned)",
                waiver.owner
            ));
            return false;
        }
        true
    });
    if !exception.was_judged(&collector.rules, environments) {
        return;
    }
    let (message, help) = if left <= 0 {
        (
            format!("the waiver of {} for `{}` expired at {until}", waiver.owner, exception.path.text),
            "fix what it excused, or renew it",
        )
    } else if lapsed {
        (
            format!(
                "the waiver of {} for `{}` lapsed: the values changed since (a secret can't be pinned)",
                waiver.owner, exception.path.text
            ),
            "look again, and renew it if it still holds",
        )
    } else if used.is_empty() {
        (
            format!("the waiver of {} for `{}` is not used", waiver.owner, exception.path.text),
            "delete it: what it excused is gone",
        )
    } else if left <= WARN_SECONDS {
        (
            format!("the waiver of {} for `{}` expires at {until}", waiver.owner, exception.path.text),
            "fix what it excuses, or renew it",
        )
    } else {
        return;
    };
    found.push(exception.finding("waiver-valid", Severity::Warning, message, help));
}

fn readable(at: Timestamp) -> String {
    at.to_string()
}

/// A finding as an exception's condition sees it.
struct Candidate<'r, 't> {
    cells: &'r [Cell<'t>],
    notes: Vec<String>,
    pins: Vec<(usize, String)>,
}

impl Candidate<'_, '_> {
    fn pins_hold(&self) -> bool {
        self.pins.iter().all(|(at, value)| {
            // A secret can't be pinned: nothing that stands in a manifest could be compared with it.
            self.cells.get(*at).is_some_and(|cell| match (&cell.state, cell.text()) {
                (State::Value(_) | State::Word(_), Some(text)) => text == value,
                (State::Missing, _) => value == "missing",
                (State::Null, _) => value == "null",
                (State::Empty, _) => value.is_empty(),
                _ => false,
            })
        })
    }
}

/// Covers the findings that an exception is for, where `condition` agrees. Answers the paths that it met.
fn cover<'t>(
    exception: &Exception<'_>,
    waiver: &WaiverRef,
    request: &CheckRequest<'_>,
    environments: &[&'t Environment],
    collector: &mut Collector<'_, 't>,
    found: &mut Vec<ExceptionFinding>,
    mut condition: impl FnMut(&[&str], &mut Candidate<'_, 't>) -> bool,
) -> Vec<Vec<&'t str>> {
    let mut met: Vec<Vec<&'t str>> = Vec::new();
    // A pattern without a bound was told as a mistake of the manifest: it covers nothing.
    if exception.max.is_none() && !exception.path.is_literal() {
        return met;
    }
    let mut covered = Vec::new();
    let mut split: Vec<RawFinding> = Vec::new();
    let classes = |_: &paritygate_model::Secret| "secret".to_owned();
    let mut findings = std::mem::take(&mut collector.findings);
    for (at, finding) in findings.iter_mut().enumerate() {
        let Some(rule) = collector.rules.get(finding.rule) else { continue };
        if *rule.compiled.rule.id != *exception.rule || finding.waiver.is_some() {
            continue;
        }
        let Some(row) = collector.kept.row(finding.row, rule.scope, environments, &classes) else { continue };
        if !exception.path.matches(row.path()) {
            continue;
        }
        // What never may be covered is told of whatever the exception is about.
        if finding.deviations.iter().any(|deviation| exception.is_about(deviation, environments))
            && never(request, rule, finding, environments, &row)
        {
            finding.notes.push(format!("no exception may cover `{}` where production is concerned", exception.rule));
            met.push(row.path().to_vec());
            continue;
        }
        if !finding.deviations.iter().any(|deviation| exception.covers(deviation, environments)) {
            continue;
        }
        let mut candidate = Candidate { cells: row.cells, notes: Vec::new(), pins: Vec::new() };
        let agreed = condition(row.path(), &mut candidate);
        met.push(row.path().to_vec());
        finding.notes.append(&mut candidate.notes);
        if agreed {
            covered.push(at);
        }
    }
    let paths = {
        let mut paths = met.clone();
        paths.sort_unstable();
        paths.dedup();
        paths.len()
    };
    if let Some(max) = exception.max.filter(|&max| paths > max) {
        let rule = if waiver.exception == "expected" { "expected-difference" } else { "waiver-valid" };
        let message =
            format!("the exception at `{}` meets {paths} paths, more than its `max` of {max}", exception.path.text);
        let help = "it covers nothing until `max` is raised or its path narrowed";
        found.push(exception.finding(rule, Severity::Error, message, help));
        covered.clear();
    }
    for at in covered {
        let Some(finding) = findings.get_mut(at) else { continue };
        split.extend(lay(finding, waiver, |deviation| exception.covers(deviation, environments)));
    }
    findings.append(&mut split);
    collector.findings = findings;
    met
}

/// Lays an exception over a finding. Answers the part of it that the exception does not cover.
fn lay(finding: &mut RawFinding, waiver: &WaiverRef, covers: impl Fn(&Deviation) -> bool) -> Option<RawFinding> {
    let (inside, outside): (Vec<Deviation>, Vec<Deviation>) = finding.deviations.iter().copied().partition(covers);
    let rest = (!outside.is_empty()).then(|| RawFinding { deviations: outside, waiver: None, ..finding.clone() });
    finding.deviations = inside;
    finding.waiver = Some(waiver.clone());
    rest
}

/// By which name a shared secret is told never to be covered. Usually it is.
pub const SHARED_SECRETS: &str = "no-shared-secret";

/// Whether no exception may cover a finding.
pub(crate) fn never(
    request: &CheckRequest<'_>,
    rule: &CheckRule<'_>,
    finding: &RawFinding,
    environments: &[&Environment],
    row: &Row<'_, '_>,
) -> bool {
    let names = |wanted: &str| request.exceptions.never_waive.iter().any(|name| **name == *wanted);
    let is_secret = |deviation: &Deviation| matches!(row.cell(deviation.environment).state, State::Secret(_));
    // Where a secret deviates in two environments together they share it, whatever the rule is called.
    let is_shared = || {
        let shares = |deviation: &Deviation| deviation.mutual && is_secret(deviation);
        finding.group.is_none() && finding.deviations.iter().any(shares)
    };
    let listed = names(&rule.compiled.rule.id) || names(rule.compiled.kind) || names(SHARED_SECRETS) && is_shared();
    let production = |at: usize| environments.get(at).is_some_and(|environment| environment.tier == Tier::Production);
    listed
        && finding
            .deviations
            .iter()
            .any(|deviation| production(deviation.environment) || deviation.against.is_some_and(production))
}
