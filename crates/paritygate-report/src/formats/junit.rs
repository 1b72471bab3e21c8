//! JUnit's XML, as GitLab, Jenkins, Azure and most others read it.
//!
//! There is no standard but what tools take: <https://github.com/testmoapp/junitxml> lists it. A finding is a test case,
//! and so is a rule without one. What only warns passes, and says so in its output; what can't be judged or read
//! is an `error`, which is a test that could not be run; what is waived is skipped.

use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::decision::Decision;
use paritygate_model::report::Report;

use crate::markup::{self, escape};
use crate::view::Group;
use crate::view::told::{self, Told};
use crate::{Format, Style};

pub(crate) static FORMAT: Format = Format {
    name: "junit",
    summary: "JUnit's XML, a test case per finding",
    report: Some(render),
    decision: Some(render_decision),
    differences: None,
};

fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let told = told::of_report(report, diagnostics);
    let mut suite = Suite::new(style);
    for one in &told {
        suite.case(one);
    }
    for (rule, why) in told::untold(report, &told) {
        suite.open(rule, rule);
        match why {
            Some(why) => suite.skipped(why),
            None => suite.passed(),
        }
    }
    suite.finish(&report.evaluated_at.to_string())
}

fn render_decision(decision: &Decision, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut suite = Suite::new(style);
    for one in told::of_decision(decision, diagnostics) {
        suite.case(&one);
    }
    suite.finish(&decision.evaluated_at.to_string())
}

/// The test cases that were written, and how many there are.
struct Suite<'s> {
    style: &'s Style<'s>,
    cases: String,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl<'s> Suite<'s> {
    fn new(style: &'s Style<'s>) -> Self {
        Self { style, cases: String::new(), tests: 0, failures: 0, errors: 0, skipped: 0 }
    }

    fn case(&mut self, told: &Told<'_>) {
        let place = told.place.as_ref();
        let at = place.map(|place| format!("{}:{}", self.style.path(&place.document), place.line));
        self.open(told.rule, &told.message);
        if let Some(place) = place {
            self.attribute("file", self.style.path(&place.document));
            self.attribute("line", &place.line.to_string());
        }
        let text = at.into_iter().chain(told.more.iter().cloned()).collect::<Vec<_>>().join("\n");
        match told.group {
            // A text that can't be read is no rule that failed.
            Group::Error if told.is_diagnostic => {
                self.errors += 1;
                self.outcome("error", told.rule, &told.message, &text);
            }
            Group::Error => {
                self.failures += 1;
                self.outcome("failure", told.rule, &told.message, &text);
            }
            Group::Unknown => {
                self.errors += 1;
                self.outcome("error", "unknown", &told.message, &text);
            }
            Group::Waived => self.skipped(told.more.last().map_or("it is waived", String::as_str)),
            Group::Info if told.is_pass => self.passed(),
            Group::Warning | Group::Info | Group::Observed => {
                let text = format!("{}: {}\n{text}", told.group.words().0, told.message);
                let _infallible =
                    writeln!(self.cases, ">\n      <system-out>{}</system-out>\n    </testcase>", escape(&text));
            }
        }
    }

    fn open(&mut self, class: &str, name: &str) {
        self.tests += 1;
        self.cases.push_str("    <testcase");
        self.attribute("classname", class);
        self.attribute("name", name);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        markup::attribute(&mut self.cases, name, value);
    }

    fn passed(&mut self) {
        self.cases.push_str("/>\n");
    }

    fn skipped(&mut self, why: &str) {
        self.skipped += 1;
        self.cases.push_str(">\n      <skipped");
        self.attribute("message", why);
        self.cases.push_str("/>\n    </testcase>\n");
    }

    fn outcome(&mut self, element: &str, class: &str, message: &str, text: &str) {
        let _infallible = write!(self.cases, ">\n      <{element}");
        self.attribute("type", class);
        self.attribute("message", message);
        let _infallible = writeln!(self.cases, ">{}</{element}>\n    </testcase>", escape(text));
    }

    fn finish(self, at: &str) -> String {
        let Self { cases, tests, failures, errors, skipped, .. } = self;
        let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"");
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"paritygate\" {counts}>\n  \
             <testsuite name=\"paritygate\" {counts} timestamp=\"{}\">\n{cases}  </testsuite>\n</testsuites>\n",
            escape(at)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let text = render(&sample::report(), &sample::diagnostics(), &Style::default());
        expect_file!["../sample/junit.xml"].assert_eq(&text);
    }
}
