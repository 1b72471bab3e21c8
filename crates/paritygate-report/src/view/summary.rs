//! What a report says as a whole: what was compared, what was not judged, and how it ended.

use paritygate_model::report::{Column, Finding, Report, Verdict, WaiverRef};

use super::Group;
use crate::Style;
use crate::words::{count, escape, prose};

/// What was compared, and with what: names and texts.
pub(crate) fn compared(report: &Report) -> Vec<(&'static str, String)> {
    let (contracts, environments): (Vec<&Column>, Vec<&Column>) =
        report.environments.iter().partition(|column| column.contract);
    let named = |column: &&Column| match &*column.name {
        name if name == column.tier || column.view => escape(name).into_owned(),
        name => format!("{} ({})", escape(name), column.tier),
    };
    let names: Vec<String> = environments.iter().map(named).collect();
    let mut fields = Vec::new();
    match names.as_slice() {
        [] => fields.push(("compared", "nothing, there is no environment".to_owned())),
        [only] if contracts.is_empty() => {
            fields.push(("compared", format!("nothing, {only} is the only environment")));
        }
        [only] => {
            fields.push(("compared", format!("{only} with the contract alone, there is no other environment")));
        }
        several => {
            fields.push(("compared", several.join(", ")));
            fields.extend(unclear_reference(&environments).map(|why| ("reference", why)));
        }
    }
    let contracts: Vec<_> = contracts.iter().map(|contract| escape(&contract.name)).collect();
    match contracts.as_slice() {
        [] => {}
        [only] => fields.push(("contract", only.clone().into_owned())),
        several => fields.push(("contracts", several.join(", "))),
    }
    fields
}

/// Which environment the others are compared with, where that does not go without saying: the highest is, and here
/// several are.
fn unclear_reference(environments: &[&Column]) -> Option<String> {
    let first = environments.iter().position(|column| column.reference)?;
    let highest = environments.get(first..).filter(|highest| highest.len() > 1)?;
    let names: Vec<_> = highest.iter().map(|column| escape(&column.name)).collect();
    let (reference, others) = names.split_first()?;
    if highest.iter().all(|column| column.tier != "other" && Some(column.tier) == highest.first().map(|it| it.tier)) {
        return Some(format!("{reference} and {}, which share the highest tier", others.join(" and ")));
    }
    let others = others.join(" or ");
    Some(format!("{reference}, because nothing says that {others} is higher; `pipeline` in `paritygate.yaml` can"))
}

/// How many rules that had nothing to judge are named.
const MAX_VACUOUS: usize = 6;

/// What was not judged and what was left out: whether it is what can't be known, and a sentence.
///
/// Where not `verbose`, of many rules that had nothing to judge the first few are named.
pub(crate) fn remarks(report: &Report, verbose: bool) -> Vec<(bool, String)> {
    let summary = &report.summary;
    let mut remarks: Vec<(bool, String)> = Vec::new();
    for (reason, &rows) in &summary.unknown {
        remarks.push((true, format!("{} could not be judged: {}", count(rows, "row", "rows"), prose(reason))));
    }
    if !summary.vacuous.is_empty() {
        let rules: Vec<_> = summary.vacuous.iter().map(|rule| escape(rule)).collect();
        let shown = rules.get(..MAX_VACUOUS).filter(|_| !verbose).unwrap_or(&rules);
        let more = rules.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let (vacuous, names) = (count(rules.len(), "rule", "rules"), shown.join(", "));
        remarks.push((false, format!("{vacuous} had nothing to judge, which is not a pass: {names}{more}")));
    }
    for (rule, &more) in &summary.truncated {
        let beyond = format!("{} of {} beyond the limit of a rule", count(more, "finding", "findings"), escape(rule));
        remarks.push((false, format!("{beyond} {} not listed", if more == 1 { "is" } else { "are" })));
    }
    remarks
}

/// How it ended, behind the word of the verdict: `3 errors, 1 warning in 9 rules over 212 rows`.
pub(crate) fn verdict(report: &Report, ranked: &[(Group, &Finding)], style: &Style<'_>) -> String {
    let summary = &report.summary;
    let scope = format!("{} over {}", count(summary.rules, "rule", "rules"), count(summary.rows, "row", "rows"));
    let mut verdict = format!("{} in {scope}", counts(report, ranked));
    if report.verdict == Verdict::Error {
        verdict.insert_str(0, "the check is not complete: ");
    }
    if let Some(asked) = style.fails_by {
        verdict.push_str(&format!("; fails by `{}`", escape(asked)));
    }
    verdict
}

/// `3 errors, 1 warning`
fn counts(report: &Report, ranked: &[(Group, &Finding)]) -> String {
    let summarised: usize = report.summary.unknown.values().sum();
    let groups = [Group::Error, Group::Warning, Group::Info, Group::Unknown, Group::Observed, Group::Waived];
    let parts = groups.into_iter().filter_map(|group| {
        let found = ranked.iter().filter(|(other, _)| *other == group).count();
        let number = found + if group == Group::Unknown { summarised } else { 0 };
        let (_, one, many) = group.words();
        (number > 0).then(|| count(number, one, many))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "nothing found".to_owned() } else { parts.join(", ") }
}

/// The word for an exception, and what it says.
pub(crate) fn waiver(waiver: &WaiverRef) -> (&'static str, String) {
    let word = if waiver.exception == "expected" { "expected" } else { "waived" };
    let mut text = prose(&waiver.reason);
    if let Some(owner) = &waiver.owner {
        text.push_str(", says ");
        text.push_str(&prose(owner));
    }
    if let Some(until) = &waiver.expires_at {
        text.push_str(", until ");
        text.push_str(&until.to_string());
    }
    (word, text)
}
