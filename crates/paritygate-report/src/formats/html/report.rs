//! A report as a page: how it ended, the matrix, the findings, and what they were made from.

use std::fmt::Write;

use paritygate_model::report::{Finding, Report, Verdict};
use paritygate_model::{Diagnostic, SortedMap, SortedSet};

use super::parts::{self, class};
use super::{filters, finding, heat, page};
use crate::Style;
use crate::markup::sentence;
use crate::view::matrix::{self, Row};
use crate::view::{self, Group, summary};
use crate::words::count;

/// A report, ready to be written from.
pub(super) struct Ready<'r> {
    pub(super) report: &'r Report,
    pub(super) ranked: Vec<(Group, &'r Finding)>,
    /// The columns of the matrix.
    pub(super) columns: Vec<&'r str>,
    pub(super) rows: Vec<Row>,
    /// The rules that found something, in the order of the alphabet. The script knows them by their places.
    pub(super) rules: Vec<&'r str>,
    /// The environments, likewise.
    pub(super) environments: Vec<&'r str>,
}

impl<'r> Ready<'r> {
    fn of(report: &'r Report) -> Self {
        let ranked = view::ranked(report);
        let columns = matrix::columns(report, &ranked);
        let rules: SortedSet<&str> = ranked.iter().map(|(_, finding)| &*finding.rule).collect();
        let environments = report.environments.iter().filter(|column| !column.contract);
        Self {
            report,
            rows: matrix::rows(&columns, &ranked, true),
            rules: rules.into_iter().collect(),
            environments: environments.map(|column| &*column.name).collect(),
            columns,
            ranked,
        }
    }

    /// The findings of each group, with their numbers.
    pub(super) fn groups(&self) -> impl Iterator<Item = (Group, Vec<(usize, &'r Finding)>)> {
        let numbered: Vec<_> = self.ranked.iter().copied().enumerate().collect();
        let mut groups: Vec<(Group, Vec<(usize, &'r Finding)>)> = Vec::new();
        for (at, (group, finding)) in numbered {
            match groups.last_mut() {
                Some((last, findings)) if *last == group => findings.push((at, finding)),
                _ => groups.push((group, vec![(at, finding)])),
            }
        }
        groups.into_iter()
    }
}

pub(super) fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let ready = Ready::of(report);
    let mut header = String::new();
    top(&mut header, &ready, style);
    let mut body = String::with_capacity(64 * 1024);
    if !ready.ranked.is_empty() {
        filters::write(&mut body, &ready);
    }
    body.push_str("<main id=\"main\">\n");
    finding::wrong(&mut body, diagnostics, style);
    if ready.ranked.is_empty() {
        nothing(&mut body, report);
    }
    heat::write(&mut body, &ready);
    findings(&mut body, &ready, style);
    remarks(&mut body, report);
    body.push_str("</main>\n");
    let mut footer = String::new();
    parts::digests(&mut footer, "Policies", report.policies.iter().map(|text| (String::new(), text)));
    parts::digests(&mut footer, "Inputs", report.inputs.iter().map(|text| (String::new(), text)));
    parts::signature(&mut footer, report.engine.name, report.engine.version);
    page(&title(&ready.environments), report.verdict.word(), &header, &body, &footer)
}

/// `Parity of development, staging and production`
fn title(names: &[&str]) -> String {
    match names {
        [] => "Nothing to compare".to_owned(),
        [only] => format!("Parity of {only}"),
        [others @ .., last] => format!("Parity of {} and {last}", others.join(", ")),
    }
}

fn top(out: &mut String, ready: &Ready<'_>, style: &Style<'_>) {
    let report = ready.report;
    let (class, sign) = match report.verdict {
        Verdict::Pass => ("pass", "✓"),
        Verdict::Warn => ("warning", "!"),
        Verdict::Unknown => ("not-judged", "?"),
        Verdict::Fail | Verdict::Error => ("error", "✗"),
    };
    let text = summary::verdict(report, &ready.ranked, style);
    parts::verdict(out, class, sign, report.verdict.word(), &text);
    let without = matrix::without_findings(report, &ready.ranked);
    bar(out, ready, without);
    let compared = summary::compared(report).into_iter().map(|(name, text)| (name, sentence(&text)));
    let clean = (without > 0)
        .then(|| ("clean", format!("{} of {} without findings", without, count(report.summary.rows, "row", "rows"))));
    let judged = ("judged for", parts::instant(report.evaluated_at));
    parts::fields(out, compared.chain(clean).chain([judged]));
}

/// The rows as a bar: how much of it is clean. The words beside it say the same.
fn bar(out: &mut String, ready: &Ready<'_>, without: usize) {
    let mut rows: SortedMap<Group, usize> = SortedMap::new();
    for row in &ready.rows {
        *rows.entry(row.group).or_default() += 1;
    }
    let unknown: usize = ready.report.summary.unknown.values().sum();
    if unknown > 0 {
        *rows.entry(Group::Unknown).or_default() += unknown;
    }
    let total = rows.values().sum::<usize>() + without;
    if total == 0 {
        return;
    }
    let _infallible =
        write!(out, "<svg class=\"bar\" viewBox=\"0 0 {total} 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    let mut at = 0;
    for (class, rows) in rows.into_iter().map(|(group, rows)| (class(group), rows)).chain([("pass", without)]) {
        let _infallible = write!(out, "<rect class=\"{class}\" x=\"{at}\" width=\"{rows}\" height=\"1\"/>");
        at += rows;
    }
    out.push_str("</svg>\n");
}

fn nothing(out: &mut String, report: &Report) {
    let compared = report.environments.iter().filter(|column| !column.contract).count();
    let (sign, text) = match (report.verdict, compared) {
        (Verdict::Pass | Verdict::Warn, 2..) if report.summary.rows > 0 => {
            ("✓", "Nothing was found: the environments are alike where they must be, and differ where they must.")
        }
        _ => ("·", "Nothing was found, and little was judged: see what was compared, above."),
    };
    let _infallible = writeln!(out, "<p class=\"nothing\"><span aria-hidden=\"true\">{sign}</span> {text}</p>");
}

fn findings(out: &mut String, ready: &Ready<'_>, style: &Style<'_>) {
    if ready.ranked.is_empty() {
        return;
    }
    let places: SortedMap<&str, usize> =
        ready.rows.iter().enumerate().map(|(at, row)| (row.key.as_str(), at)).collect();
    out.push_str("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
    for (group, findings) in ready.groups() {
        let (_, one, many) = group.words();
        let number = count(findings.len(), one, many);
        let _infallible = writeln!(out, "<div class=\"group {}\">\n<h3>{number}</h3>", class(group));
        for (at, found) in findings {
            let row = places.get(&*found.path).filter(|_| !found.cells.0.is_empty());
            finding::write(out, ready, at, group, found, row.copied(), style);
        }
        out.push_str("</div>\n");
    }
    out.push_str("</section>\n");
}

/// What was not judged, and what was left out.
fn remarks(out: &mut String, report: &Report) {
    let remarks = summary::remarks(report, true);
    if remarks.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"remarks\">\n<h2 id=\"remarks\">What was not judged, or is not shown</h2>\n<ul class=\"remarks\">\n");
    for (unknown, text) in remarks {
        let class = if unknown { "not-judged" } else { "waived" };
        let _infallible = writeln!(out, "<li class=\"{class}\">{}</li>", sentence(&text));
    }
    out.push_str("</ul>\n</section>\n");
}
