//! A report as Markdown: the matrix, and the findings to unfold.

use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::report::{Finding, Report, Verdict};

use super::{cell, code};
use crate::Style;
use crate::view::matrix::{self, Mark, Square};
use crate::view::told::{self, Told};
use crate::view::{self, Group};
use crate::words::{count, cut_end};

/// How long a comment on GitHub may be, in characters. What is longer can't be posted.
const MAX_CHARS: usize = 65_536;
/// What is kept for the lines that say what was left out, in characters.
const RESERVE: usize = 600;
/// How many rows of the matrix are shown.
const MAX_ROWS: usize = 40;
/// How wide a value in the matrix may be.
const MAX_VALUE: usize = 28;

pub(super) fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let ranked = view::ranked(report);
    let mut page = Page { out: String::new(), chars: 0, left_out: 0 };
    page.add(&head(report, &ranked));
    page.add(&table(report, &ranked));
    let told = told::of_report(report, diagnostics);
    let (wrong, found) = told.split_at(diagnostics.len());
    page.section("wrong with the texts", wrong, true, style);
    for same in found.chunk_by(|a, b| a.group == b.group) {
        let Some(group) = same.first().map(|told| told.group) else { continue };
        let (_, one, many) = group.words();
        let open = matches!(group, Group::Error);
        page.section(&count(same.len(), one, many), same, open, style);
    }
    page.finish(report)
}

/// A page that grows up to its limit.
struct Page {
    out: String,
    chars: usize,
    left_out: usize,
}

impl Page {
    /// Adds a part, unless the page would become too long with it.
    fn add(&mut self, part: &str) -> bool {
        let chars = part.chars().count();
        let fits = self.chars + chars + RESERVE <= MAX_CHARS;
        if fits {
            self.out.push_str(part);
            self.chars += chars;
        }
        fits
    }

    fn section(&mut self, title: &str, told: &[Told<'_>], open: bool, style: &Style<'_>) {
        if told.is_empty() {
            return;
        }
        let open = if open { " open" } else { "" };
        if !self.add(&format!("<details{open}><summary>{}</summary>\n\n", cell(title))) {
            self.left_out += told.len();
            return;
        }
        for one in told {
            if !self.add(&item(one, style)) {
                self.left_out += 1;
            }
        }
        // It was kept for: a section that begins also ends.
        self.out.push_str("\n</details>\n\n");
        self.chars += 14;
    }

    fn finish(mut self, report: &Report) -> String {
        if self.left_out > 0 {
            let left_out = count(self.left_out, "finding is", "findings are");
            let _infallible = writeln!(
                self.out,
                "**{left_out} left out**: a comment holds {MAX_CHARS} characters. The other formats show everything.\n"
            );
        }
        let summary = &report.summary;
        let mut lines = Vec::new();
        let unknown: usize = summary.unknown.values().sum();
        if unknown > 0 {
            lines.push(format!("{} could not be judged", count(unknown, "row", "rows")));
        }
        if !summary.vacuous.is_empty() {
            lines.push(format!("{} had nothing to judge", count(summary.vacuous.len(), "rule", "rules")));
        }
        if !lines.is_empty() {
            let _infallible = writeln!(self.out, "{}.", lines.join("; "));
        }
        self.out
    }
}

fn head(report: &Report, ranked: &[(Group, &Finding)]) -> String {
    let mark = match report.verdict {
        Verdict::Pass => "✅",
        Verdict::Warn => "⚠️",
        Verdict::Unknown => "❓",
        Verdict::Fail | Verdict::Error => "❌",
    };
    let names = report.environments.iter().filter(|column| !column.contract).map(|column| code(&column.name));
    let names: Vec<String> = names.collect();
    let groups = ranked.chunk_by(|a, b| a.0 == b.0).filter_map(|same| {
        let (_, one, many) = same.first()?.0.words();
        Some(count(same.len(), one, many))
    });
    let groups: Vec<String> = groups.collect();
    let found = if groups.is_empty() { "nothing found".to_owned() } else { groups.join(", ") };
    let rules = count(report.summary.rules, "rule", "rules");
    let rows = count(report.summary.rows, "row", "rows");
    format!(
        "### Parity of {}: {mark} {}\n\n{found}, in {rules} over {rows}.\n\n",
        names.join(", "),
        report.verdict.word()
    )
}

/// The matrix, as far as it is short.
fn table(report: &Report, ranked: &[(Group, &Finding)]) -> String {
    let columns = matrix::columns(report, ranked);
    let rows = matrix::rows(&columns, ranked, false);
    if rows.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let heads: Vec<String> = columns.iter().map(|name| format!(" {} |", code(name))).collect();
    let _infallible = writeln!(out, "| |{}\n|---|{}", heads.concat(), "---|".repeat(columns.len()));
    for row in rows.iter().take(MAX_ROWS) {
        let squares: Vec<String> = row.squares.iter().map(|square| format!(" {} |", shown(square.as_ref()))).collect();
        let _infallible = writeln!(out, "| {} |{}", code(&row.path), squares.concat());
    }
    if let Some(more) = rows.len().checked_sub(MAX_ROWS).filter(|more| *more > 0) {
        let _infallible = writeln!(out, "\n{}.", count(more, "more row", "more rows"));
    }
    out.push('\n');
    out
}

fn shown(square: Option<&Square>) -> String {
    let Some(square) = square else { return Mark::Outside.sign(true).to_owned() };
    let value = square.value.as_deref().map(|value| format!(" {}", code(&cut_end(value, MAX_VALUE, "…"))));
    let text = format!("{}{}", square.mark.sign(true), value.unwrap_or_default());
    if square.deviates { format!("**{text}**") } else { text }
}

fn item(told: &Told<'_>, style: &Style<'_>) -> String {
    let place = told.place.as_ref();
    let at = place.map(|place| format!(" ({})", code(&format!("{}:{}", style.path(&place.document), place.line))));
    let mut out = format!("- **{}** {}{}\n", code(told.rule), cell(&told.message), at.unwrap_or_default());
    for line in &told.more {
        let _infallible = writeln!(out, "  - {}", cell(line));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let text = render(&sample::report(), &sample::diagnostics(), &Style::default());
        expect_file!["../../sample/report.md"].assert_eq(&text);
    }

    #[test]
    fn it_fits_a_comment_and_says_what_is_left_out() {
        let mut report = sample::report();
        let finding = report.findings[1].clone();
        report.findings = (0..1000).map(|at| Finding { path: format!("variables.V{at}"), ..finding.clone() }).collect();
        let text = render(&report, &[], &Style::default());
        assert!(text.chars().count() <= MAX_CHARS, "{}", text.chars().count());
        assert!(text.contains("findings are left out**: a comment holds 65536 characters"), "{text}");
        assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
    }
}
