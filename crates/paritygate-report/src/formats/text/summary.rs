//! The end of the text: what was not judged, what was left out, and the verdict.

use paritygate_model::report::{Finding, Report, Verdict};

use crate::pen::{Ink, Pen};
use crate::view::Group;
use crate::words::{count, escape, prose};

/// Writes one line per remark, and the verdict as the last line.
pub(super) fn write(pen: &mut Pen<'_>, report: &Report, ranked: &[(Group, &Finding)]) {
    let summary = &report.summary;
    pen.gap();
    for (reason, &rows) in &summary.unknown {
        remark(
            pen,
            Ink::Warning,
            "unknown",
            &format!("{} could not be judged: {}", count(rows, "row", "rows"), prose(reason)),
        );
    }
    if !summary.vacuous.is_empty() {
        let rules: Vec<_> = summary.vacuous.iter().map(|rule| escape(rule)).collect();
        let vacuous = format!(
            "{} had nothing to judge, which is not a pass: {}",
            count(rules.len(), "rule", "rules"),
            rules.join(", ")
        );
        remark(pen, Ink::Note, "note", &vacuous);
    }
    for (rule, &more) in &summary.truncated {
        let beyond = format!("{} of {} beyond the limit of a rule", count(more, "finding", "findings"), escape(rule));
        remark(pen, Ink::Note, "note", &format!("{beyond} {} not listed", if more == 1 { "is" } else { "are" }));
    }
    let ink = match report.verdict {
        Verdict::Pass => Ink::Good,
        Verdict::Warn | Verdict::Unknown => Ink::Warning,
        Verdict::Fail | Verdict::Error => Ink::Error,
    };
    let scope = format!("{} over {}", count(summary.rules, "rule", "rules"), count(summary.rows, "row", "rows"));
    let mut verdict = format!("{} in {scope}", counts(report, ranked));
    if report.verdict == Verdict::Error {
        verdict.insert_str(0, "the check is not complete: ");
    }
    if let Some(asked) = pen.style().fails_by {
        verdict.push_str(&format!("; fails by `{}`", escape(asked)));
    }
    remark(pen, ink, report.verdict.word(), &verdict);
}

fn remark(pen: &mut Pen<'_>, ink: Ink, word: &str, text: &str) {
    pen.put(ink, word);
    pen.put(Ink::Plain, &format!(": {text}"));
    pen.line();
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
