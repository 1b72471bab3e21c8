//! Text: for people at a terminal.

mod decision;
pub(crate) mod differences;
mod findings;
mod matrix;
mod summary;

use paritygate_model::Diagnostic;
use paritygate_model::report::Report;

use crate::pen::{Ink, Pen};
use crate::{Format, Style, view};

pub(crate) static FORMAT: Format = Format {
    name: "text",
    summary: "for people: a matrix or a checklist, and the lines of source that it is about",
    report: Some(render),
    decision: Some(decision::render),
    differences: Some(differences::render),
};

fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut pen = Pen::new(*style);
    for diagnostic in diagnostics {
        pen.gap();
        crate::diagnostic_block(diagnostic).write(&mut pen);
    }
    let ranked = view::ranked(report);
    header(&mut pen, report);
    matrix::write(&mut pen, report, &ranked);
    findings::write(&mut pen, &ranked);
    summary::write(&mut pen, report, &ranked);
    pen.finish()
}

/// What was compared, and with what.
fn header(pen: &mut Pen<'_>, report: &Report) {
    pen.gap();
    for (name, value) in view::summary::compared(report) {
        pen.put(Ink::Strong, name);
        pen.put(Ink::Plain, &format!(": {value}"));
        pen.line();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::{ExpectFile, expect, expect_file};
    use paritygate_model::report::Finding;

    fn check(style: Style<'_>, expected: ExpectFile) {
        let text = render(&sample::report(), &sample::diagnostics(), &style);
        assert!(text.lines().all(|line| line == line.trim_end()), "no line ends in spaces");
        assert!(text.chars().all(|c| c == '\n' || (c == '\x1b' && style.color) || !crate::words::is_hidden(c)));
        expected.assert_eq(&text);
    }

    #[test]
    fn narrow_and_ascii() {
        check(Style { width: 60, unicode: false, ..Style::default() }, expect_file!["../sample/narrow.txt"]);
    }

    #[test]
    fn wide_and_unicode() {
        check(Style::default(), expect_file!["../sample/wide.txt"]);
    }

    #[test]
    fn verbose() {
        check(Style { verbose: true, ..Style::default() }, expect_file!["../sample/verbose.txt"]);
    }

    #[test]
    fn coloured() {
        check(Style { color: true, ..Style::default() }, expect_file!["../sample/color.txt"]);
    }

    /// The sample's first finding once per path, in the given environments.
    fn many(environments: usize, rows: usize) -> Report {
        let mut report = sample::report();
        let names: Vec<std::sync::Arc<str>> = (1..=environments).map(|at| format!("review-{at}").into()).collect();
        let finding = report.findings.swap_remove(0);
        let cell = &finding.cells.0[0].1;
        let cells: Vec<_> = names.iter().map(|name| (name.clone(), cell.clone())).collect();
        let row = |at| Finding {
            path: format!("variables.V{at}"),
            cells: paritygate_model::report::Cells(cells.clone()),
            environments: names.first().cloned().into_iter().collect(),
            reference: None,
            ..finding.clone()
        };
        report.findings = (0..rows).map(row).collect();
        let column = |name| paritygate_model::report::Column {
            name,
            tier: "development",
            contract: false,
            reference: false,
            view: false,
        };
        report.environments = names.iter().cloned().map(column).collect();
        report.verdict = paritygate_model::report::Verdict::Pass;
        report.summary = paritygate_model::report::Summary { rules: 1, rows, ..Default::default() };
        report
    }

    #[test]
    fn nothing_to_compare() {
        let mut report = many(1, 0);
        report.summary.rows = 1;
        expect![[r"
            compared: nothing, review-1 (development) is the only environment

            pass: nothing found in 1 rule over 1 row
        "]]
        .assert_eq(&render(&report, &[], &Style::default()));
        report.environments.clear();
        assert!(render(&report, &[], &Style::default()).starts_with("compared: nothing, there is no environment\n"));
    }

    #[test]
    fn many_environments_are_numbered_and_stacked() {
        expect![[r"
            compared: review-1 (development), review-2 (development), review-3 (development), review-4 (development), review-5 (development), review-6 (development), review-7 (development), review-8 (development), review-9 (development), review-10 (development), review-11 (development), review-12 (development)

                            1   2   3   4   5   6   7
            information
              variables.V0  ✗   ✓   ✓   ✓   ✓   ✓   ✓
              variables.V1  ✗   ✓   ✓   ✓   ✓   ✓   ✓

                            8   9   10  11  12
            information
              variables.V0  ✓   ✓   ✓   ✓   ✓
              variables.V1  ✓   ✓   ✓   ✓   ✓

            ✓ fine   ✗ breaks the rule
            1 review-1   2 review-2   3 review-3
            4 review-4   5 review-5   6 review-6
            7 review-7   8 review-8   9 review-9
            10 review-10   11 review-11   12 review-12

            info[plain-differs]: variables.V0: `LOG_LEVEL` in dev differs from production
            info[plain-differs]: variables.V1: `LOG_LEVEL` in dev differs from production

            pass: 2 info in 1 rule over 2 rows
        "]]
        .assert_eq(&render(&many(12, 2), &[], &Style { width: 44, ..Style::default() }));
    }

    #[test]
    fn many_rows_are_counted() {
        let text = render(&many(2, 42), &[], &Style::default());
        assert!(text.contains("variables.V39  ") && !text.contains("variables.V40  "), "{text}");
        assert!(text.contains("\n2 more rows, shown by verbose output\n"), "{text}");
        assert!(text.contains("\n2 more, shown by verbose output\n"), "{text}");
        let text = render(&many(2, 42), &[], &Style { verbose: true, ..Style::default() });
        assert!(text.contains("variables.V41  "), "{text}");
    }

    #[test]
    fn every_width_holds_the_matrix_and_the_excerpts() {
        for style in
            (0..200).flat_map(|width| [true, false].map(|unicode| Style { width, unicode, ..Style::default() }))
        {
            for report in [sample::report(), many(12, 2)] {
                let text = render(&report, &sample::diagnostics(), &style);
                // Titles, headers and notes are sentences: the terminal breaks them.
                let (_, matrix) =
                    text.split_once("\n\n").and_then(|(_, rest)| rest.split_once("\n\n")).expect("a matrix");
                let matrix = matrix.split("\n\n").next().unwrap_or_default().lines();
                let bars = text.lines().filter(|line| line.contains(" | "));
                for line in matrix.chain(bars) {
                    assert!(crate::words::width(line) <= style.width.max(30), "{line:?} at {}", style.width);
                }
            }
        }
    }
}
