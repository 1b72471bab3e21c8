//! The baseline: findings that were accepted, by rule, path and environment.

use paritygate_model::report::{Severity, WaiverRef};
use paritygate_model::{Environment, SortedMap, SortedSet};

use super::{ExceptionFinding, lay, never};
use crate::collector::Collector;
use crate::engine::CheckRequest;
use crate::kind::Deviation;

/// Covers what the baseline accepts, and says what of it is gone.
pub(super) fn apply<'t>(
    request: &CheckRequest<'_>,
    environments: &[&'t Environment],
    collector: &mut Collector<'_, 't>,
    found: &mut Vec<ExceptionFinding>,
) {
    let accepted = request.exceptions.accepted;
    if accepted.is_empty() {
        return;
    }
    let mut index: SortedMap<(&str, &str), Vec<usize>> = SortedMap::new();
    for (at, entry) in accepted.iter().enumerate() {
        index.entry((&entry.rule, &entry.path)).or_default().push(at);
    }
    let names = |entry: usize, at: usize| {
        let environment = environments.get(at);
        accepted.get(entry).zip(environment).is_some_and(|(entry, environment)| {
            entry.environments.iter().any(|name| *name.value == **environment.own_name())
        })
    };
    let waiver = WaiverRef {
        exception: "baseline",
        owner: None,
        reason: "it was accepted by the baseline".to_owned(),
        expires_at: None,
    };
    let no_class = |_: &paritygate_model::Secret| String::new();
    let mut used: SortedSet<usize> = SortedSet::new();
    let mut split = Vec::new();
    let mut findings = std::mem::take(&mut collector.findings);
    for finding in findings.iter_mut().filter(|finding| finding.waiver.is_none()) {
        let Some(rule) = collector.rules.get(finding.rule) else { continue };
        let Some(row) = collector.kept.row(finding.row, rule.scope, environments, &no_class) else { continue };
        let path = row.path_text();
        let Some(entries) = index.get(&(&*rule.compiled.rule.id, &*path)) else { continue };
        let covering = |deviation: &Deviation| {
            let covers = |entry: usize| {
                names(entry, deviation.environment)
                    && (!deviation.mutual || deviation.against.is_none_or(|against| names(entry, against)))
            };
            entries.iter().copied().find(|&entry| covers(entry))
        };
        let covered: Vec<usize> = finding.deviations.iter().filter_map(covering).collect();
        if covered.is_empty() {
            continue;
        }
        used.extend(covered);
        if never(request, rule, finding, environments, &row) {
            let id = &rule.compiled.rule.id;
            finding.notes.push(format!("no baseline may accept `{id}` where production is concerned"));
            continue;
        }
        split.extend(lay(finding, &waiver, |deviation| covering(deviation).is_some()));
    }
    findings.append(&mut split);
    collector.findings = findings;
    found.extend(gone(request, environments, collector, &used));
}

/// One finding for all entries that meet nothing any more.
fn gone(
    request: &CheckRequest<'_>,
    environments: &[&Environment],
    collector: &Collector<'_, '_>,
    used: &SortedSet<usize>,
) -> Option<ExceptionFinding> {
    let ran: SortedSet<&str> =
        collector.rules.iter().filter(|rule| rule.runs).map(|rule| &*rule.compiled.rule.id).collect();
    let known: SortedSet<&str> = environments.iter().map(|environment| &**environment.own_name()).collect();
    let no_class = |_: &paritygate_model::Secret| String::new();
    // What is not known today may be as it was.
    let undecided: SortedSet<(&str, String)> = collector
        .undecided
        .iter()
        .flatten()
        .filter_map(|&(rule, row)| {
            let rule = collector.rules.get(rule)?;
            let row = collector.kept.row(row, rule.scope, environments, &no_class)?;
            Some((&*rule.compiled.rule.id, row.path_text().into_owned()))
        })
        .collect();
    let entries = request.exceptions.accepted.iter().enumerate();
    let mut gone = entries.filter(|(at, entry)| {
        !used.contains(at)
            && !undecided.contains(&(&*entry.rule, entry.path.clone()))
            && ran.contains(&*entry.rule)
            && entry.environments.iter().all(|name| known.contains(&*name.value))
    });
    let (_, first) = gone.next()?;
    let message = match gone.count() {
        0 => format!("an accepted finding is gone: `{}` at `{}`", first.rule, first.path),
        more => {
            format!("{} accepted findings are gone, the first is `{}` at `{}`", more + 1, first.rule, first.path)
        }
    };
    Some(ExceptionFinding {
        rule: "baseline",
        severity: Severity::Info,
        path: first.path.clone(),
        environments: first.environments.iter().map(|name| name.value.clone()).collect(),
        message,
        help: "run `paritygate baseline` again, which drops what is gone".to_owned(),
        at: first.at.clone(),
    })
}
