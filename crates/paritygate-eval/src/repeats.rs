//! Findings that are about the same lines: a file of variables that six services load is wrong once, not six times.

use std::cmp::Ordering;
use std::sync::Arc;

use paritygate_model::report::{Finding, Place, State};
use paritygate_model::{Location, SortedSet};

use crate::cascade;

/// How many of the paths are named in the note.
const NAMED: usize = 2;

/// Takes out the findings that say the same about the same lines as an earlier one, which names and counts them.
///
/// Two do where they are of one rule and one key, weigh the same, deviate in the same environments, and every value stands
/// at the same place: what is taken out can't change the verdict. What an exception covers is left alone. Adds the rules of
/// which something was taken out to `rules`.
pub(crate) fn fold(findings: &mut Vec<Finding>, rules: &mut SortedSet<Arc<str>>) {
    let mut alike: Vec<(usize, &Finding)> = Vec::with_capacity(findings.len());
    alike.extend(findings.iter().enumerate().filter(|(_, finding)| stands(finding)));
    // The first of those that are alike is the first of the report.
    alike.sort_unstable_by(|(at, a), (other, b)| compare(a, b).then(at.cmp(other)));
    let groups = alike.chunk_by(|(_, a), (_, b)| compare(a, b).is_eq()).filter(|group| group.len() > 1);
    let groups: Vec<Vec<usize>> = groups.map(|group| group.iter().map(|(at, _)| *at).collect()).collect();
    if groups.is_empty() {
        return;
    }
    let mut gone: Vec<bool> = vec![false; findings.len()];
    for group in groups {
        let Some((&first, others)) = group.split_first() else { continue };
        let paths = others.iter().filter_map(|&at| Some(findings.get(at)?.path.clone())).collect();
        for &at in others {
            gone.get_mut(at).into_iter().for_each(|gone| *gone = true);
        }
        if let Some(finding) = findings.get_mut(first) {
            rules.insert(Arc::clone(&finding.rule));
            tell(finding, paths);
        }
    }
    cascade::take_out(findings, gone);
}

/// Whether something of a finding stands in a text, and no exception is about it.
fn stands(finding: &Finding) -> bool {
    let cells = || finding.cells.0.iter().any(|(_, cell)| cell.source.is_some());
    finding.waiver.is_none() && finding.source.is_none() && cells()
}

/// Puts those beside each other that are one.
fn compare(a: &Finding, b: &Finding) -> Ordering {
    let weight = |finding: &Finding| (finding.status, finding.severity, finding.observed);
    (&a.rule, weight(a))
        .cmp(&(&b.rule, weight(b)))
        .then_with(|| (key(&a.path), &a.environments).cmp(&(key(&b.path), &b.environments)))
        .then_with(|| held(a).cmp(held(b)))
}

/// What each environment has, and where it begins and ends. Texts are told apart by where they are in memory: no answer
/// shows this order.
fn held(finding: &Finding) -> impl Iterator<Item = (State, Option<(usize, u32, u32)>)> {
    let place = |place: &Place| {
        let Location { source, span } = &place.excerpt.0;
        (Arc::as_ptr(source).cast::<u8>() as usize, span.start, span.end)
    };
    finding.cells.0.iter().map(move |(_, cell)| (cell.state, cell.source.as_ref().map(place)))
}

fn tell(finding: &mut Finding, paths: Vec<String>) {
    let named: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = match paths.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let between = if more.is_empty() { " and " } else { ", " };
    finding.notes.push(format!("the same lines say the same of {}{more}", named.join(between)).into());
    let told = finding.explains.get_or_insert_default();
    for path in &paths {
        told.add(&finding.rule, path);
    }
    finding.repeats = paths;
}

/// The end of a path: `variables.KEY`, `KEY.valueClass`.
fn key(path: &str) -> &str {
    let start = path.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
    path.get(start..).unwrap_or_default()
}
