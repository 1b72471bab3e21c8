//! From raw findings to the report: severity, words, places.

use std::sync::Arc;

use paritygate_lang::policy::Mode;
use paritygate_lang::template::{Placeholder, Template};
use paritygate_model::report::{
    Cells, Column, Digested, Engine as EngineInfo, Finding, LazyDigest, Place, RanRule, Report, State as CellState,
    Status, Summary, Verdict,
};
use paritygate_model::secret::{redacted, redacted_note};
use paritygate_model::{Environment, Note, Secret, SortedMap, SortedSet, Source, View, report};

use crate::cell::{Cell, State};
use crate::collector::{Collector, RawFinding, status_of};
use crate::engine::{CheckRequest, Engine};
use crate::exception::{ExceptionFinding, never};
use crate::kind::{Compares, Description, Deviation, Plan};
use crate::row::{Row, Rows};
use crate::scope::highest;
use crate::{apart, cascade, repeats};

/// The kinds under which exceptions themselves are reported.
const EXCEPTIONS: [&str; 4] = ["baseline", "expected-difference", "inline-ignore", "waiver-valid"];

pub(crate) fn build(
    engine: &Engine,
    request: &CheckRequest<'_>,
    environments: &[&Environment],
    mut collector: Collector<'_, '_>,
    exceptions: Vec<ExceptionFinding>,
) -> Report {
    let mut raw = std::mem::take(&mut collector.findings);
    let no_class = |_: &Secret| String::new();
    let path = |finding: &RawFinding| {
        let rule = collector.rules.get(finding.rule);
        rule.and_then(|rule| collector.kept.row(finding.row, rule.scope, environments, &no_class)).map(|row| row.path)
    };
    raw.sort_by(|a, b| {
        a.rule
            .cmp(&b.rule)
            .then_with(|| path(a).cmp(&path(b)))
            .then_with(|| a.waiver.is_some().cmp(&b.waiver.is_some()))
    });
    let classes = classes(&raw, &collector, environments);
    let class = |secret: &Secret| class_of(&classes, secret);
    let mut scratch = Scratch::default();
    let mut findings: Vec<Finding> = Vec::with_capacity(raw.len());
    findings.extend(raw.iter().filter_map(|raw| finding(raw, request, &collector, environments, &class, &mut scratch)));
    let mut explained = SortedSet::new();
    cascade::fold(&mut findings, &mut explained);
    repeats::fold(&mut findings, &mut explained);
    for rule in EXCEPTIONS {
        let mut about: Vec<&ExceptionFinding> = exceptions.iter().filter(|exception| exception.rule == rule).collect();
        about.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
        findings.extend(about.into_iter().map(exception_finding));
    }
    let mut summary = Summary { findings: findings.len(), rows: collector.rows.count, ..Summary::default() };
    let mut verdict = Verdict::Pass;
    for finding in &findings {
        *summary.by_status.entry(finding.status.word()).or_default() += 1;
        *summary.by_severity.entry(finding.severity.word()).or_default() += 1;
        if !finding.observed {
            verdict = verdict.max(verdict_of(finding.status));
        }
    }
    for reason in &collector.skipped {
        *summary.unknown.entry(without_names(reason)).or_default() += 1;
        verdict = verdict.max(Verdict::Warn);
    }
    let mut rules = Vec::with_capacity(collector.rules.len());
    for rule in collector.rules.iter().filter(|rule| rule.runs) {
        summary.rules += 1;
        summary.judged += usize::from(rule.judged);
        let id = Arc::clone(&rule.compiled.rule.id);
        let explained = explained.contains(&id);
        rules.push(RanRule { id, kind: rule.compiled.kind, met: rule.met, judged: rule.judged, explained });
        if !rule.met {
            summary.vacuous.push(rule.compiled.rule.id.to_string());
        }
        let truncated = rule.truncated.iter().sum();
        if truncated > 0 {
            summary.truncated.insert(rule.compiled.rule.id.to_string(), truncated);
        }
        // What is not listed counts all the same.
        if rule.compiled.rule.mode != Mode::Observe {
            let worst = Status::ALL.iter().zip(rule.truncated).filter(|(_, count)| *count > 0);
            verdict = worst.map(|(status, _)| verdict_of(*status)).fold(verdict, Verdict::max);
        }
    }
    Report {
        engine: engine_info(),
        evaluated_at: request.now,
        policies: engine.texts().map(|(id, source)| digested(id.into(), source)).collect(),
        inputs: inputs(environments),
        environments: columns(environments),
        only: request.only.to_vec(),
        verdict,
        summary,
        rules,
        findings,
    }
}

/// What answers.
pub(crate) fn engine_info() -> EngineInfo {
    EngineInfo { name: "paritygate", version: env!("CARGO_PKG_VERSION") }
}

/// The environments as columns.
pub(crate) fn columns(environments: &[&Environment]) -> Vec<Column> {
    let views = environments.iter().any(|environment| environment.view_of.is_some());
    let reference = highest(environments).filter(|_| !views);
    let column = |(at, environment): (usize, &&Environment)| Column {
        name: Arc::clone(&environment.name),
        tier: environment.tier.word(),
        contract: environment.contract,
        reference: reference == Some(at),
        view: environment.view_of.is_some(),
    };
    environments.iter().enumerate().map(column).collect()
}

fn verdict_of(status: Status) -> Verdict {
    match status {
        Status::Fail => Verdict::Fail,
        Status::Unknown => Verdict::Unknown,
        Status::Warn => Verdict::Warn,
        Status::Pass | Status::Waived => Verdict::Pass,
    }
}

fn digested(name: Arc<str>, source: &Arc<Source>) -> Digested {
    Digested { name, digest: LazyDigest(Arc::clone(source)) }
}

pub(crate) fn inputs(environments: &[&Environment]) -> Vec<Digested> {
    let mut sources: Vec<&Arc<Source>> =
        environments.iter().flat_map(|environment| environment.tree.sources()).collect();
    sources.sort_by(|a, b| a.name().cmp(b.name()));
    sources.dedup_by(|a, b| Arc::ptr_eq(a, b));
    sources.into_iter().map(|source| digested(Arc::clone(source.name()), source)).collect()
}

pub(crate) type Classes = SortedMap<(Arc<str>, Arc<str>), usize>;

/// Numbers the secrets in the order of their paths, so that a report does not depend on the key.
fn classes(raw: &[RawFinding], collector: &Collector<'_, '_>, environments: &[&Environment]) -> Classes {
    let no_class = |_: &Secret| String::new();
    let rows = raw.iter().filter_map(|finding| {
        let rule = collector.rules.get(finding.rule)?;
        collector.kept.row(finding.row, rule.scope, environments, &no_class)
    });
    let has_secret = |row: &Row<'_, '_>| row.cells.iter().any(|cell| matches!(cell.state, State::Secret(_)));
    let mut rows: Vec<Row<'_, '_>> = rows.filter(has_secret).collect();
    rows.sort_by(|a, b| a.path.cmp(b.path));
    number_secrets(rows.iter().flat_map(|row| row.cells))
}

/// Numbers the secrets of cells, in their order.
pub(crate) fn number_secrets<'c, 't: 'c>(cells: impl Iterator<Item = &'c Cell<'t>>) -> Classes {
    let mut classes = Classes::new();
    for cell in cells {
        if let State::Secret(secret) = &cell.state {
            let next = classes.len();
            classes
                .entry((Arc::clone(&secret.fingerprint.key_id), Arc::clone(&secret.fingerprint.hex)))
                .or_insert(next);
        }
    }
    classes
}

/// The equality class of a secret: `secret A`.
pub(crate) fn class_of(classes: &Classes, secret: &Secret) -> String {
    let known = classes.get(&(Arc::clone(&secret.fingerprint.key_id), Arc::clone(&secret.fingerprint.hex)));
    known.map_or_else(|| "secret".to_owned(), |&at| format!("secret {}", letters(at)))
}

/// `A`, `B`, … `Z`, `AA`.
fn letters(mut at: usize) -> String {
    let mut out = String::new();
    loop {
        out.insert(0, char::from(b'A' + (at % 26) as u8));
        at /= 26;
        if at == 0 {
            return out;
        }
        at -= 1;
    }
}

/// What the findings of one report share while they are put into words.
#[derive(Default)]
struct Scratch<'r, 't> {
    /// The rows of a rule that judges them together, for all its findings, which follow each other.
    together: Option<(usize, Rows<'r, 't>)>,
    /// The environments that deviate.
    deviating: Vec<usize>,
    /// The environments that templates name as those that deviate.
    named: Vec<usize>,
}

fn finding<'r, 't>(
    raw: &RawFinding,
    request: &CheckRequest<'_>,
    collector: &'r Collector<'_, 't>,
    environments: &'r [&'t Environment],
    class: &'r dyn Fn(&Secret) -> String,
    scratch: &mut Scratch<'r, 't>,
) -> Option<Finding> {
    let Scratch { together, deviating, named } = scratch;
    let rule = collector.rules.get(raw.rule)?;
    let row = collector.kept.row(raw.row, rule.scope, environments, class)?;
    let path = row.path_text().into_owned();
    let row = Row { path_text: Some(&path), ..row };
    let source = &rule.compiled.rule;
    let severity = collector.severity(raw.rule, &raw.deviations);
    let status = match raw.waiver {
        Some(_) => Status::Waived,
        None => collector.status(raw.rule, &raw.deviations, raw.unknown.is_some()),
    };
    let mut description = match (&raw.unknown, &raw.inside, &rule.compiled.plan, &raw.group) {
        (Some(reason), ..) => unknown(&row, raw, reason),
        (None, Some(inside), ..) => inside.description.clone(),
        (None, None, Plan::Row(check), _) => check.describe(&row, &raw.deviations),
        (None, None, Plan::Group(check), Some(group)) => {
            let known = together.take().filter(|(rule, _)| *rule == raw.rule);
            let (_, rows) = together.insert(known.unwrap_or_else(|| (raw.rule, collector.group_rows(raw.rule, class))));
            check.describe(rows, group)
        }
        (None, None, Plan::Group(_), None) => Description::default(),
    };
    deviating.clear();
    deviating.extend(raw.deviations.iter().map(|deviation| deviation.environment));
    deviating.sort_unstable();
    deviating.dedup();
    let against = raw.deviations.iter().find_map(|deviation| deviation.against);
    let reference = row.references().iter().copied().find(|&at| against == Some(at));
    let reference = reference.or_else(|| row.references().first().copied()).or(against);
    // What two environments do together is said of both.
    let mutual = raw.deviations.iter().filter(|deviation| deviation.mutual).filter_map(|deviation| deviation.against);
    named.clear();
    named.extend(deviating.iter().copied().chain(mutual));
    named.sort_unstable();
    named.dedup();
    if let Some(advice) = deviating.first().and_then(|&at| environments.get(at)).and_then(|view| advice(view)) {
        description.help = description.help.map(|_| advice);
        description.fix = None;
    }
    if raw.unknown.is_none()
        && let Some(template) = &source.message
    {
        description.message = if raw.deviations.iter().any(|deviation| deviation.mutual) {
            template.render(&mut |placeholder, out| fill(placeholder, out, &row, named, reference, &source.id))
        } else {
            sentences(template, &row, &raw.deviations, reference, &source.id)
        };
    }
    if let Some(why) = &source.why {
        let why = why.render(&mut |placeholder, out| fill(placeholder, out, &row, named, reference, &source.id));
        description.notes.insert(0, why.into());
    }
    if let Some(fix) = &source.fix {
        description.help =
            Some(fix.render(&mut |placeholder, out| fill(placeholder, out, &row, named, reference, &source.id)));
    }
    description.notes.extend(raw.notes.iter().cloned().map(Note::from));
    let mut pairs = raw.deviations.iter().filter(|deviation| !deviation.mutual && raw.unknown.is_none());
    let apart = |deviation: &Deviation| apart::told(row.cell(deviation.environment), row.cell(deviation.against?));
    description.notes.extend(pairs.find_map(apart).map(Note::from));
    let name = |at: usize| environments.get(at).map(|environment| Arc::clone(&environment.name));
    let involved = |at: usize| {
        let deviates =
            raw.deviations.iter().any(|deviation| deviation.environment == at || deviation.against == Some(at));
        let contract = environments.get(at).is_some_and(|environment| environment.contract);
        deviates
            || (raw.group.is_none() && raw.inside.is_none() && !rule.scope.views && rule.scope.members.contains(&at))
            || (contract && row.cell(at).node.is_some() && uses_contract(&rule.compiled.plan))
    };
    let focus = match &rule.compiled.plan {
        Plan::Row(check) => check.focus(),
        Plan::Group(_) => None,
    };
    let shown = |at: usize| {
        let beside = match &rule.compiled.plan {
            Plan::Row(check) => check.shows(&row, at),
            Plan::Group(_) => None,
        };
        let cell = plain(&beside.unwrap_or_else(|| focused(row.cell(at), focus)), class);
        let unjudged = raw.unjudged.iter().find(|(unjudged, _)| *unjudged == at).map(|(_, reason)| reason.clone());
        let source = raw.at.as_ref().map(Place::of).or(cell.source);
        report::Cell { reason: cell.reason.or(unjudged), source, ..cell }
    };
    let coverable = !never(request, rule, raw, environments, &row);
    let cells =
        (0..environments.len()).filter(|&at| involved(at)).filter_map(|at| Some((name(at)?, shown(at)))).collect();
    Some(Finding {
        rule: Arc::clone(&source.id),
        kind: rule.compiled.kind,
        severity,
        status,
        observed: source.mode == Mode::Observe,
        path,
        environments: deviating.iter().filter_map(|&at| name(at)).collect(),
        reference: against.and_then(name),
        cells: Cells(cells),
        source: None,
        message: redacted(description.message),
        notes: description.notes.into_iter().map(redacted_note).collect(),
        help: description.help.map(redacted),
        fix: description.fix,
        waiver: raw.waiver.clone(),
        explains: None,
        repeats: Vec::new(),
        coverable,
        mutual: raw.deviations.iter().any(|deviation| deviation.mutual),
    })
}

/// A message for each reference and each value that deviates from it, as far as the template tells them apart.
fn sentences(
    template: &Template,
    row: &Row<'_, '_>,
    deviations: &[Deviation],
    reference: Option<usize>,
    rule: &str,
) -> String {
    let says = |wanted: &[Placeholder]| template.placeholders().any(|placeholder| wanted.contains(&placeholder));
    let says_value = says(&[Placeholder::Value]);
    let says_reference = says(&[Placeholder::Reference, Placeholder::ReferenceValue]);
    let mut groups: SortedMap<(Option<usize>, String), Vec<usize>> = SortedMap::new();
    for deviation in deviations {
        let against = if says_reference { deviation.against.or(reference) } else { reference };
        let value = if says_value { row.shown(deviation.environment) } else { String::new() };
        groups.entry((against, value)).or_default().push(deviation.environment);
    }
    let mut groups: Vec<(Option<usize>, Vec<usize>)> =
        groups.into_iter().map(|((against, _), named)| (against, named)).collect();
    groups.sort_by(|a, b| a.1.cmp(&b.1));
    let sentence = |(against, named): &(Option<usize>, Vec<usize>)| {
        template.render(&mut |placeholder, out| fill(placeholder, out, row, named, *against, rule))
    };
    groups.iter().map(sentence).collect::<Vec<String>>().join("; ")
}

/// A reason without the names in it, so that one reason is one line.
fn without_names(reason: &str) -> String {
    let parts = reason.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { part } else { "`…`" }).collect()
}

/// The part of a map that a check is about, where the map has it.
fn focused<'t>(cell: &Cell<'t>, focus: Option<&str>) -> Cell<'t> {
    let part = match (&cell.state, focus) {
        (State::Value(node), Some(field)) => node.get(field).map(Cell::of),
        _ => None,
    };
    part.unwrap_or_else(|| cell.clone())
}

fn uses_contract(plan: &Plan) -> bool {
    matches!(plan, Plan::Row(check) if check.compares() == Compares::WithContract)
}

/// What to do where two views of one environment differ. What a kind advises is about two environments.
fn advice(environment: &Environment) -> Option<String> {
    let of = environment.view_of.as_ref()?;
    Some(match of.view {
        View::Declared | View::Observed => "apply the declaration, or adopt what runs into it".to_owned(),
        View::Then | View::Now => format!("if it was meant, leave it; otherwise restore what {} was", of.name),
    })
}

fn unknown(row: &Row<'_, '_>, raw: &RawFinding, reason: &str) -> Description {
    let environments =
        raw.deviations.iter().flat_map(|deviation| [Some(deviation.environment), deviation.against]).flatten();
    let mut unclear: Vec<usize> = environments.filter(|&at| row.cell(at).unknown().is_some()).collect();
    // Between two environments it is not told which of them is unclear.
    if unclear.is_empty() && raw.deviations.iter().all(|deviation| deviation.against.is_none()) {
        unclear.extend(raw.deviations.iter().map(|deviation| deviation.environment));
    }
    let who = if unclear.is_empty() { String::new() } else { format!(" in {}", row.names(unclear)) };
    Description::new(format!("`{}` can't be judged{who}: {reason}", row.path_text()))
}

/// A cell as plain data, with its place and its redacted line.
pub(crate) fn plain(cell: &Cell<'_>, class: &dyn Fn(&Secret) -> String) -> report::Cell {
    let (state, reason, masked) = match &cell.state {
        State::Value(_) | State::Word(_) => (CellState::Value, None, None),
        State::Secret(secret) => (CellState::Value, None, Some(secret.reason.words())),
        State::Empty => (CellState::Empty, None, None),
        State::Null => (CellState::Null, None, None),
        State::Missing => (CellState::Missing, None, None),
        State::Unresolved(reason) => (CellState::Unresolved, Some((*reason).to_owned()), None),
        State::NotCollected(reason) => (CellState::NotCollected, Some((*reason).to_owned()), None),
    };
    report::Cell {
        state,
        value: (state == CellState::Value).then(|| cell.shown(class)),
        reason,
        masked,
        source: cell.location().as_ref().map(if masked.is_some() { Place::of_secret } else { Place::of }),
    }
}

fn fill(
    placeholder: Placeholder,
    out: &mut String,
    row: &Row<'_, '_>,
    named: &[usize],
    reference: Option<usize>,
    rule: &str,
) {
    let first = named.first().copied();
    match placeholder {
        Placeholder::Key => out.push_str(row.key()),
        Placeholder::Path => out.push_str(&row.path_text()),
        Placeholder::Component => out.push_str(row.component()),
        Placeholder::Rule => out.push_str(rule),
        Placeholder::Environment => out.push_str(&row.names(named.iter().copied())),
        Placeholder::Value => out.push_str(&first.map(|at| row.shown(at)).unwrap_or_default()),
        Placeholder::Reference => out.push_str(reference.map(|at| row.name(at)).unwrap_or_default()),
        Placeholder::ReferenceValue => out.push_str(&reference.map(|at| row.shown(at)).unwrap_or_default()),
    }
}

fn exception_finding(exception: &ExceptionFinding) -> Finding {
    Finding {
        rule: exception.rule.into(),
        kind: exception.rule,
        severity: exception.severity,
        status: status_of(exception.severity),
        observed: false,
        path: exception.path.clone(),
        environments: exception.environments.iter().map(|name| name.as_str().into()).collect(),
        reference: None,
        cells: Cells::default(),
        source: Some(Place::of(&exception.at)),
        message: redacted(exception.message.clone()),
        notes: Vec::new(),
        help: Some(redacted(exception.help.clone())),
        fix: None,
        waiver: None,
        explains: None,
        repeats: Vec::new(),
        coverable: false,
        mutual: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_numbered_like_columns() {
        let named: Vec<String> = [0, 1, 25, 26, 51, 52].into_iter().map(letters).collect();
        assert_eq!(named, ["A", "B", "Z", "AA", "AZ", "BA"]);
    }
}
