//! Findings that another one explains: where a service is missing, so is everything below it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use paritygate_model::limits;
use paritygate_model::report::{Explained, Explains, Finding, State, Status};

/// Takes out the findings that a finding above them explains: it counts them, and lists the first few.
///
/// One explains another where it says that something is missing, the other is about a path below, deviates in no other
/// environment and only for being missing as well, and weighs no more: what is taken out can't change the verdict.
/// Answers the rules of which something was taken out.
pub(crate) fn fold(findings: &mut Vec<Finding>) -> BTreeSet<Arc<str>> {
    let mut parents: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate().filter(|(_, finding)| is_about_absence(finding)) {
        parents.entry(finding.path.clone()).or_default().push(at);
    }
    let explained: Vec<Option<usize>> = findings.iter().map(|finding| parent(finding, findings, &parents)).collect();
    let mut explains: BTreeMap<usize, Explains> = BTreeMap::new();
    for (finding, parent) in findings.iter().zip(&explained) {
        let Some(parent) = parent else { continue };
        let told = explains.entry(*parent).or_default();
        told.count += 1;
        if told.findings.len() < limits::MAX_EXPLAINED {
            told.findings.push(Explained { rule: finding.rule.clone(), path: finding.path.clone() });
        }
    }
    for (at, told) in explains {
        let Some(finding) = findings.get_mut(at) else { continue };
        let more = if told.count == 1 { "finding" } else { "findings" };
        finding.notes.push(format!("it explains {} more {more} below it", told.count));
        finding.explains = Some(told);
    }
    let rules = findings.iter().zip(&explained).filter(|(_, parent)| parent.is_some());
    let rules = rules.map(|(finding, _)| Arc::clone(&finding.rule)).collect();
    let mut explained = explained.into_iter();
    findings.retain(|_| explained.next().flatten().is_none());
    rules
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

/// The finding that explains another one: the highest above it.
fn parent(finding: &Finding, findings: &[Finding], parents: &BTreeMap<String, Vec<usize>>) -> Option<usize> {
    if !is_about_absence(finding) {
        return None;
    }
    let ends = finding.path.match_indices('.').map(|(at, _)| at);
    let above = ends.filter_map(|end| parents.get(finding.path.get(..end)?)).flatten().copied();
    let explains = |at: &usize| {
        findings.get(*at).is_some_and(|parent| {
            parent.severity >= finding.severity
                && parent.status as u8 >= finding.status as u8
                && finding.environments.iter().all(|name| parent.environments.contains(name))
        })
    };
    above.into_iter().find(explains)
}
