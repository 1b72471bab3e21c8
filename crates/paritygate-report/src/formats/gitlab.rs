//! GitLab's code quality report: findings beside the changed lines of a merge request.
//!
//! The shape is GitLab's: <https://docs.gitlab.com/ci/testing/code_quality/>. What has no place in a file can't be shown
//! there, and is left out.

use paritygate_model::Diagnostic;
use paritygate_model::report::Report;
use serde_json::{Value, json};

use super::json::visible;
use crate::view::Group;
use crate::view::told::{self, Told};
use crate::{Format, Style};

pub(crate) static FORMAT: Format = Format {
    name: "gitlab",
    summary: "GitLab's code quality report",
    report: Some(render),
    decision: None,
    differences: None,
};

fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let told = told::of_report(report, diagnostics);
    let issues: Vec<Value> = told.iter().filter_map(|one| issue(one, style)).collect();
    visible(&issues)
}

fn issue(told: &Told<'_>, style: &Style<'_>) -> Option<Value> {
    let severity = match told.group {
        Group::Error => "critical",
        Group::Unknown | Group::Warning => "minor",
        Group::Info | Group::Observed => "info",
        Group::Waived => return None,
    };
    let place = told.place.as_ref()?;
    Some(json!({
        "description": told.text(),
        "check_name": told.rule,
        "fingerprint": told.fingerprint(),
        "severity": severity,
        "location": { "path": style.path(&place.document), "lines": { "begin": place.line, "end": place.end_line } },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let text = render(&sample::report(), &sample::diagnostics(), &Style::default());
        expect_file!["../sample/gitlab.json"].assert_eq(&text);
    }

    #[test]
    fn every_fingerprint_is_unique() {
        let (report, diagnostics) = (sample::report(), sample::diagnostics());
        let mut all: Vec<String> = told::of_report(&report, &diagnostics).iter().map(Told::fingerprint).collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
