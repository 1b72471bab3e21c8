//! Annotations of GitHub Actions: workflow commands that mark the lines of a pull request.
//!
//! The syntax is GitHub's: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>. GitHub shows
//! ten errors and ten warnings of a step at most, so the weightiest come first.

use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::decision::Decision;
use paritygate_model::report::Report;

use crate::view::Group;
use crate::view::told::{self, Told};
use crate::words::count;
use crate::{Format, Style};

pub(crate) static FORMAT: Format = Format {
    name: "github",
    summary: "annotations of GitHub Actions",
    report: Some(render),
    decision: Some(render_decision),
    differences: None,
};

fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let told = told::of_report(report, diagnostics);
    let found = told.iter().filter(|told| matches!(told.group, Group::Error | Group::Unknown | Group::Warning)).count();
    let scope = count(report.summary.rules, "rule", "rules");
    let end =
        format!("paritygate: {}, {} to look at in {scope}", report.verdict.word(), count(found, "finding", "findings"));
    annotations(&told, &end, style)
}

fn render_decision(decision: &Decision, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let allowed = if decision.decision.allowed { "allowed" } else { "denied" };
    let asked = &decision.request;
    let end = format!("paritygate: {} → {} is {allowed}", asked.from, asked.to);
    annotations(&told::of_decision(decision, diagnostics), &end, style)
}

fn annotations(told: &[Told<'_>], end: &str, style: &Style<'_>) -> String {
    let mut out = String::new();
    for one in told.iter().filter(|one| !one.is_pass) {
        let Some(command) = command(one.group) else { continue };
        let mut properties = Vec::new();
        if let Some(place) = &one.place {
            properties.push(("file", style.path(&place.document).to_owned()));
            properties.push(("line", place.line.to_string()));
            properties.push(("endLine", place.end_line.to_string()));
            // Columns count only where a line is not left.
            if place.line == place.end_line {
                properties.push(("col", place.column.to_string()));
                properties.push(("endColumn", place.end_column.to_string()));
            }
        }
        let title = if one.group == Group::Unknown { format!("{}: not judged", one.rule) } else { one.rule.to_owned() };
        properties.push(("title", title));
        let properties: Vec<String> =
            properties.into_iter().map(|(name, value)| format!("{name}={}", property(&value))).collect();
        let _infallible = writeln!(out, "::{command} {}::{}", properties.join(","), data(&one.text()));
    }
    // A line that begins with `::` would be a command of its own.
    let _infallible = writeln!(out, "{}", data(end));
    out
}

/// The command of what is told; what is waived is not told.
const fn command(group: Group) -> Option<&'static str> {
    match group {
        Group::Error => Some("error"),
        Group::Unknown | Group::Warning => Some("warning"),
        Group::Info | Group::Observed => Some("notice"),
        Group::Waived => None,
    }
}

/// A message as the runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property as the runner reads it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let text = render(&sample::report(), &sample::diagnostics(), &Style::default());
        expect_file!["../sample/github.txt"].assert_eq(&text);
    }

    #[test]
    fn nothing_ends_a_property_or_begins_a_command() {
        assert_eq!(property("a:b,c%\n::error::x"), "a%3Ab%2Cc%25%0A%3A%3Aerror%3A%3Ax");
        assert_eq!(data("50 %\n::error::x"), "50 %25%0A::error::x");
    }
}
