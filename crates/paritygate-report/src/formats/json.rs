//! JSON: the report as it is, for machines.

use std::fmt::Write;

use paritygate_model::decision::Decision;
use paritygate_model::differences::Differences;
use paritygate_model::report::Report;
use paritygate_model::{Diagnostic, Location, Note};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use crate::words::is_hidden;
use crate::{Format, Style};

pub(crate) static FORMAT: Format = Format {
    name: "json",
    summary: "everything as one JSON object",
    report: Some(render),
    decision: Some(render_decision),
    differences: Some(render_differences),
};

/// The report, and what is wrong with the texts that it was made from.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "ReportData"))]
pub struct JsonReport<'a> {
    /// The report.
    #[serde(flatten)]
    pub report: &'a Report,
    /// What is wrong with the texts that were handed in.
    pub diagnostics: Vec<WireDiagnostic>,
}

/// The decision, and what is wrong with the texts that it was made from.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "DecisionData"))]
pub struct JsonDecision<'a> {
    /// The decision.
    #[serde(flatten)]
    pub decision: &'a Decision,
    /// What is wrong with the texts that were handed in.
    pub diagnostics: Vec<WireDiagnostic>,
}

/// How environments differ, and what is wrong with the texts that were read for it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "DifferencesData"))]
pub struct JsonDifferences<'a> {
    /// How they differ.
    #[serde(flatten)]
    pub differences: &'a Differences,
    /// What is wrong with the texts that were handed in.
    pub diagnostics: Vec<WireDiagnostic>,
}

/// What is wrong with a text that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "Diagnostic"))]
#[serde(rename_all = "camelCase")]
pub struct WireDiagnostic {
    /// Which mistake this is, stable across versions: `yaml-syntax`, `unknown-field`.
    pub code: &'static str,
    /// `error` or `warning`.
    pub level: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where. Absent when no text is at fault.
    #[serde(flatten)]
    pub place: Option<WirePlace>,
    /// Why it is wrong.
    pub notes: Vec<Note>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Other places that explain this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<WireRelated>,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "Span"))]
#[serde(rename_all = "camelCase")]
pub struct WirePlace {
    /// The text's name.
    pub document: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: u32,
    /// The line in which it ends.
    pub end_line: u32,
    /// The column after its last character.
    pub end_column: u32,
}

/// Another place that explains a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "Related"))]
pub struct WireRelated {
    /// Where.
    #[serde(flatten)]
    pub place: WirePlace,
    /// What it explains.
    pub label: String,
}

impl WirePlace {
    /// The place of a location.
    pub fn of(at: &Location) -> Self {
        let (start, end) = (at.position(), at.source.position(at.span.end));
        Self {
            document: at.source.name().to_string(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl From<&Diagnostic> for WireDiagnostic {
    fn from(diagnostic: &Diagnostic) -> Self {
        let related = diagnostic.related.iter();
        Self {
            code: diagnostic.code,
            level: diagnostic.level.word(),
            message: diagnostic.message.clone(),
            place: diagnostic.location.as_ref().map(WirePlace::of),
            notes: diagnostic.notes.clone(),
            help: diagnostic.help.clone(),
            related: related
                .map(|(at, label)| WireRelated { place: WirePlace::of(at), label: label.clone() })
                .collect(),
        }
    }
}

fn render(report: &Report, diagnostics: &[Diagnostic], _style: &Style<'_>) -> String {
    json(report, diagnostics)
}

/// The report, and what is wrong with the texts that it was made from, as one JSON object.
pub fn json(report: &Report, diagnostics: &[Diagnostic]) -> String {
    visible(&JsonReport { report, diagnostics: diagnostics.iter().map(WireDiagnostic::from).collect() })
}

fn render_decision(decision: &Decision, diagnostics: &[Diagnostic], _style: &Style<'_>) -> String {
    decision_json(decision, diagnostics)
}

fn render_differences(differences: &Differences, diagnostics: &[Diagnostic], _style: &Style<'_>) -> String {
    visible(&JsonDifferences { differences, diagnostics: diagnostics.iter().map(WireDiagnostic::from).collect() })
}

/// The decision, and what is wrong with the texts that it was made from, as one JSON object.
pub fn decision_json(decision: &Decision, diagnostics: &[Diagnostic]) -> String {
    visible(&JsonDecision { decision, diagnostics: diagnostics.iter().map(WireDiagnostic::from).collect() })
}

/// JSON with a line per value, in which every hidden character is an escape.
///
/// The lines are made here, and not by `serde_json`: the text is gone through in any case, and so a type is written in one way
/// alone, whoever asks for it.
pub(super) fn visible(answer: &impl Serialize) -> String {
    // Plain data with text keys: writing it to a string can't fail.
    laid_out(&serde_json::to_string(answer).unwrap_or_default())
}

fn laid_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_text, mut is_escaped) = (0, false, false);
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        if in_text {
            in_text = c != '"' || is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            push_visible(&mut out, c);
            continue;
        }
        in_text = c == '"';
        match c {
            '{' | '[' => {
                out.push(c);
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => out.push(c),
        }
    }
    out.push('\n');
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn push_visible(out: &mut String, c: char) {
    if !is_hidden(c) {
        return out.push(c);
    }
    for unit in c.encode_utf16(&mut [0; 2]) {
        let _infallible = write!(out, "\\u{unit:04x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let json = render(&sample::report(), &sample::diagnostics(), &Style::default());
        expect_file!["../sample/report.json"].assert_eq(&json);
        let read: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read["findings"][6]["cells"]["staging"]["value"], "\u{1b}[31mred\u{202e} alert\nsecond line");
    }
    #[test]
    fn lines_are_those_of_serde_json() {
        let value =
            serde_json::json!({ "a": [], "b": {}, "c": [1, [2.5, null], { "x\"{[,:": "\\\"}],: \n" }], "d": true });
        let pretty = serde_json::to_string_pretty(&value).expect("JSON");
        assert_eq!(laid_out(&value.to_string()), pretty + "\n");
    }
}
