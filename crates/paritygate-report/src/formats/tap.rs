//! TAP, the Test Anything Protocol, version 14: <https://testanything.org/tap-version-14-specification.html>.
//!
//! A rule is a test point. What only warns or informs is a `TODO`, which does not fail the run; a rule that had nothing
//! to judge, and a finding that is waived, are `SKIP`.

use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::decision::Decision;
use paritygate_model::report::{Report, Verdict};

use crate::view::Group;
use crate::view::told::{self, Told};
use crate::{Format, Style};

pub(crate) static FORMAT: Format = Format {
    name: "tap",
    summary: "the Test Anything Protocol, a test per rule",
    report: Some(render),
    decision: Some(render_decision),
    differences: None,
};

fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut tap = Tap::default();
    let told = told::of_report(report, diagnostics);
    for one in &told {
        tap.told(one, style);
    }
    for (rule, why) in told::untold(report, &told) {
        tap.point(true, rule, &why.map(|why| format!("SKIP {why}")).unwrap_or_default());
    }
    for (reason, rows) in &report.summary.unknown {
        tap.comment(&format!("{rows} could not be judged: {reason}"));
    }
    tap.finish(report.verdict == Verdict::Error)
}

fn render_decision(decision: &Decision, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut tap = Tap::default();
    for one in told::of_decision(decision, diagnostics) {
        tap.told(&one, style);
    }
    tap.finish(false)
}

#[derive(Default)]
struct Tap {
    points: usize,
    body: String,
}

impl Tap {
    fn told(&mut self, told: &Told<'_>, style: &Style<'_>) {
        let (ok, directive) = match told.group {
            Group::Error | Group::Unknown => (false, ""),
            // A gate that passes tells what is the case, and is no more than that.
            Group::Info if told.is_pass => (true, ""),
            Group::Warning => (false, "TODO it warns"),
            Group::Info => (false, "TODO it is information"),
            Group::Observed => (false, "TODO it only observes"),
            Group::Waived => (true, "SKIP it is waived"),
        };
        self.point(ok, &format!("{}: {}", told.rule, told.message), directive);
        if ok && directive.is_empty() {
            return;
        }
        self.body.push_str("  ---\n");
        let mut yaml = |name: &str, value: &str| {
            let _infallible = writeln!(self.body, "  {name}: {}", quoted(value));
        };
        let severity = match told.group {
            Group::Error => "fail",
            Group::Unknown => "unknown",
            _ => "comment",
        };
        yaml("severity", severity);
        if let Some(place) = &told.place {
            yaml("at", &format!("{}:{}:{}", style.path(&place.document), place.line, place.column));
        }
        if !told.more.is_empty() {
            yaml("more", &told.more.join("\n"));
        }
        self.body.push_str("  ...\n");
    }

    fn point(&mut self, ok: bool, description: &str, directive: &str) {
        self.points += 1;
        let (not, at) = (if ok { "" } else { "not " }, self.points);
        let directive = if directive.is_empty() { String::new() } else { format!(" # {directive}") };
        let _infallible = writeln!(self.body, "{not}ok {at} - {}{directive}", described(description));
    }

    fn comment(&mut self, text: &str) {
        let _infallible = writeln!(self.body, "# {}", crate::words::prose(text));
    }

    fn finish(self, bail: bool) -> String {
        let end = if bail { "Bail out! the check is not complete: see what is wrong with the texts\n" } else { "" };
        format!("TAP version 14\n1..{}\n{}{end}", self.points, self.body)
    }
}

/// A description: `#` and `\` mean something in it.
fn described(text: &str) -> String {
    crate::words::prose(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A text as YAML reads it: JSON's strings are YAML's.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let text = render(&sample::report(), &sample::diagnostics(), &Style::default());
        expect_file!["../sample/tap.txt"].assert_eq(&text);
    }

    #[test]
    fn a_description_is_one_line_without_directives() {
        assert_eq!(described("a # TODO\nb\\"), "a \\# TODO b\\\\");
    }
}
