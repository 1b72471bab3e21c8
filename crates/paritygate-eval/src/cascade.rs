//! Findings that another one explains: where a service is missing, so is everything below it.

use std::sync::Arc;

use paritygate_model::report::{Explains, Finding, State, Status};
use paritygate_model::{SortedMap, SortedSet};

/// Takes out the findings that a finding above them explains: it counts them, and lists the first few.
///
/// One explains another where it says that something is missing, the other is about a path below, deviates in no other
/// environment and only for being missing as well, and weighs no more: what is taken out can't change the verdict.
/// Adds the rules of which something was taken out to `rules`.
pub(crate) fn fold(findings: &mut Vec<Finding>, rules: &mut SortedSet<Arc<str>>) {
    let absent = |(at, finding): (usize, &Finding)| is_about_absence(finding).then_some(at);
    let mut absent: Vec<usize> = findings.iter().enumerate().filter_map(absent).collect();
    let path = |at: usize| findings.get(at).map_or("", |finding| finding.path.as_str());
    absent.sort_by(|a, b| path(*a).cmp(path(*b)));
    let mut explained: Vec<(usize, usize)> =
        absent.iter().filter_map(|&at| Some((at, parent(at, findings, &absent)?))).collect();
    explained.sort_unstable();
    if explained.is_empty() {
        return;
    }
    let mut explains: SortedMap<usize, Explains> = SortedMap::new();
    let mut gone: Vec<bool> = vec![false; findings.len()];
    for (at, parent) in explained {
        let (Some(finding), Some(gone)) = (findings.get(at), gone.get_mut(at)) else { continue };
        *gone = true;
        rules.insert(Arc::clone(&finding.rule));
        explains.entry(parent).or_default().add(&finding.rule, &finding.path);
    }
    for (at, told) in explains {
        let Some(finding) = findings.get_mut(at) else { continue };
        let more = if told.count == 1 { "finding" } else { "findings" };
        finding.notes.push(format!("it explains {} more {more} below it", told.count).into());
        finding.explains = Some(told);
    }
    take_out(findings, gone);
}

/// Takes out the findings that others tell.
pub(crate) fn take_out(findings: &mut Vec<Finding>, gone: Vec<bool>) {
    let mut gone = gone.into_iter();
    findings.retain(|_| !gone.next().unwrap_or_default());
}

/// Whether every environment that deviates lacks what the finding is about.
fn is_about_absence(finding: &Finding) -> bool {
    let deviates = |name: &str| finding.environments.iter().any(|environment| **environment == *name);
    let mut deviating = finding.cells.0.iter().filter(|(name, _)| deviates(name)).peekable();
    matches!(finding.status, Status::Fail | Status::Warn | Status::Pass)
        && !finding.observed
        && deviating.peek().is_some()
        && deviating.all(|(_, cell)| matches!(cell.state, State::Missing | State::Null))
}

/// The finding that explains another one: the highest above it. `absent` are those that may, by path.
fn parent(at: usize, findings: &[Finding], absent: &[usize]) -> Option<usize> {
    let finding = findings.get(at)?;
    let explains = |parent: &Finding| {
        parent.severity >= finding.severity
            && parent.status as u8 >= finding.status as u8
            && finding.environments.iter().all(|name| parent.environments.contains(name))
    };
    let ends = finding.path.match_indices('.').map(|(end, _)| end);
    let mut above = ends.filter_map(|end| finding.path.get(..end)).flat_map(|above| {
        let path = |at: usize| findings.get(at).map_or("", |finding| finding.path.as_str());
        let first = absent.partition_point(|&at| path(at) < above);
        let alike = absent.get(first..).unwrap_or_default().iter().copied();
        alike.take_while(move |&at| path(at) == above)
    });
    above.find(|&parent| findings.get(parent).is_some_and(explains))
}
