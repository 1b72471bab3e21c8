//! Reports to text and JSON: one file per output format.
//!
//! This crate sees the model only. What it is given holds no secret; what it writes holds no control character of a
//! value, so that a report can't steer the terminal that shows it.

mod block;
mod formats;
#[cfg(feature = "formats")]
mod markup;
mod pen;
#[cfg(test)]
mod sample;
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "only some formats need all of it"))]
mod view;
mod when;
mod words;

use paritygate_model::decision::Decision;
use paritygate_model::differences::Differences;
use paritygate_model::report::Report;
use paritygate_model::{Diagnostic, Level, Location, Position, SortedMap};

use crate::block::{Block, Line, Spot};
use crate::pen::{Ink, Pen};

pub use formats::json::{
    JsonDecision, JsonDifferences, JsonReport, WireDiagnostic, WirePlace, WireRelated, decision_json, json,
};
pub use formats::{ALL, IN_FORMATS};

/// How a format may write: what the reader's terminal can show, and what the reader asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style<'a> {
    /// Whether to colour with ANSI escapes.
    pub color: bool,
    /// How many columns a line may have.
    pub width: usize,
    /// Whether marks may be other than ASCII.
    pub unicode: bool,
    /// Whether to show what is usually only counted.
    pub verbose: bool,
    /// The paths of texts from where the reader stands, by their names, where these count from elsewhere.
    pub paths: Option<&'a SortedMap<String, String>>,
    /// What the reader asked for that makes this check fail though its verdict alone does not: `--fail-on warning`.
    pub fails_by: Option<&'a str>,
}

impl<'a> Style<'a> {
    /// The path of a text from where the reader stands.
    fn path<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.paths.and_then(|paths| paths.get(name)).map_or(name, String::as_str)
    }
}

impl Default for Style<'_> {
    /// What a file or a log can hold: no colour, 100 columns.
    fn default() -> Self {
        Self { color: false, width: 100, unicode: true, verbose: false, paths: None, fails_by: None }
    }
}

/// Writes an answer, and the diagnostics of the texts that it was made from.
pub type Writer<T> = fn(&T, &[Diagnostic], &Style<'_>) -> String;

/// One way to write a report or a decision.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name: `text`.
    pub name: &'static str,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// Writes a report, and the diagnostics of the texts that it was made from; `None` where it can't.
    pub report: Option<Writer<Report>>,
    /// Writes a decision, likewise.
    pub decision: Option<Writer<Decision>>,
    /// Writes how environments differ, likewise.
    pub differences: Option<Writer<Differences>>,
}

/// The format of that name.
pub fn find(name: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| format.name == name)
}

/// The formats that can write a report.
pub fn for_reports() -> impl Iterator<Item = &'static Format> {
    ALL.iter().copied().filter(|format| format.report.is_some())
}

/// The formats that can write a decision.
pub fn for_decisions() -> impl Iterator<Item = &'static Format> {
    ALL.iter().copied().filter(|format| format.decision.is_some())
}

/// The formats that can write how environments differ.
pub fn for_differences() -> impl Iterator<Item = &'static Format> {
    ALL.iter().copied().filter(|format| format.differences.is_some())
}

/// Diagnostics as text, like a good compiler's: what is wrong, the line where it stands, why, and what to do.
pub fn diagnostics(diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut pen = Pen::new(*style);
    for (at, diagnostic) in diagnostics.iter().enumerate() {
        if at > 0 {
            pen.line();
        }
        diagnostic_block(diagnostic).write(&mut pen);
    }
    pen.finish()
}

fn diagnostic_block(diagnostic: &Diagnostic) -> Block<'_> {
    let ink = match diagnostic.level {
        Level::Error => Ink::Error,
        Level::Warning => Ink::Warning,
    };
    let primary = diagnostic.location.iter().map(|at| spot(at, String::new(), true));
    let related = diagnostic.related.iter().map(|(at, label)| spot(at, label.clone(), false));
    let notes = diagnostic.notes.iter().map(|note| Line::note(note));
    let help = diagnostic.help.iter().map(|help| Line::help(help));
    Block {
        ink,
        word: diagnostic.level.word(),
        code: diagnostic.code,
        message: &diagnostic.message,
        spots: primary.chain(related).collect(),
        lines: notes.chain(help).collect(),
    }
}

fn spot(at: &Location, label: String, primary: bool) -> Spot<'_> {
    let Position { line, column } = at.position();
    let excerpt = at.source.excerpt(at.span);
    Spot {
        document: at.source.name(),
        line,
        column,
        excerpt: excerpt.text.into(),
        marked: excerpt.highlight,
        label,
        primary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use paritygate_model::{Source, Span};

    fn check(given: &[Diagnostic], expected: Expect) {
        expected.assert_eq(&diagnostics(given, &Style { width: 60, ..Style::default() }));
    }

    fn at(name: &str, text: &str, meant: &str) -> Location {
        let start = text.find(meant).expect("in the text");
        Location::new(&Source::new(name, text), Span::of(start..start + meant.len()))
    }

    #[test]
    fn what_where_why_and_what_to_do() {
        let policy = "rules:\n  - id: a\n    knd: same\n";
        let first = at("policy.yaml", policy, "knd");
        let other = at("base.yaml", &format!("{}  kind: same", "\n".repeat(99)), "kind");
        check(
            &[
                Diagnostic::error("unknown-field", first, "unknown field `knd`")
                    .note("a rule has `id`, `kind`, `select`")
                    .help("did you mean `kind`?")
                    .related(other, "written like this here"),
                Diagnostic::nowhere("no-input", "nothing to compare").help("name a folder"),
            ],
            expect![[r"
                error[unknown-field]: unknown field `knd`
                   --> policy.yaml:3:5
                    |
                  3 |     knd: same
                    |     ^^^
                    |
                   ::: base.yaml:100:3
                    |
                100 |   kind: same
                    |   ---- written like this here
                    |
                    = note: a rule has `id`, `kind`, `select`
                    = help: did you mean `kind`?

                error[no-input]: nothing to compare
                  |
                  = help: name a folder
            "]],
        );
    }

    #[test]
    fn the_position_is_true_where_the_excerpt_is_cut_or_masked() {
        let long = format!("{}needle{}", "x".repeat(500), "y".repeat(500));
        let masked = Source::new("b.env", "TOKEN=abcdefghijklmnopqrstuvwxyz HERE");
        masked.mask(Span::new(6, 32));
        check(
            &[
                Diagnostic::warning("long", at("a.env", &long, "needle"), "far to the right"),
                Diagnostic::warning("masked", Location::new(&masked, Span::new(33, 37)), "behind a mask"),
            ],
            expect![[r#"
                warning[long]: far to the right
                 --> a.env:1:501
                  |
                1 | …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxneedleyyyyyyyy…
                  |                                          ^^^^^^

                warning[masked]: behind a mask
                 --> b.env:1:34
                  |
                1 | TOKEN=********
                  |       ^^^^^^^^
            "#]],
        );
    }

    #[test]
    fn wide_characters_and_tabs_keep_the_underline_in_place() {
        check(
            &[
                Diagnostic::error("wide", at("a.env", "名前=值x", "x"), "`x`"),
                Diagnostic::error("tab", at("a.env", "\tA\tB", "B"), "`B`"),
                Diagnostic::error("end", at("a.env", "A=1\n", "\n"), "the end of a line"),
            ],
            expect![[r"
                error[wide]: `x`
                 --> a.env:1:5
                  |
                1 | 名前=值x
                  |        ^

                error[tab]: `B`
                 --> a.env:1:4
                  |
                1 |     A    B
                  |          ^

                error[end]: the end of a line
                 --> a.env:1:4
                  |
                1 | A=1
                  |    ^
            "]],
        );
    }

    #[test]
    fn nothing_steers_the_terminal() {
        check(
            &[Diagnostic::error(
                "escape",
                at("a\u{1b}[2J.env", "A=\u{1b}[31mred\u{202e}x", "red"),
                "say \u{9b}31m\r\n",
            )
            .note("two\n   lines\n")],
            expect![[r"
                error[escape]: say \x9b31m
                 --> a\x1b[2J.env:1:8
                  |
                1 | A=\x1b[31mred\u{202e}x
                  |           ^^^
                  |
                  = note: two lines
            "]],
        );
    }
}
