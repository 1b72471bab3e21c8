//! `format`: a report as text, in one of the output formats.

use paritygate_report::{self as output, Style};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Call, Verb};
use crate::wire::Refusal;

pub(super) struct Format;

/// Which report, and how to write it.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "FormatParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// The number of a report.
    pub report: u32,
    /// The output format: `json`, `text`.
    pub format: String,
    /// Whether to colour with ANSI escapes; not by default.
    #[serde(default)]
    pub color: bool,
    /// How many columns a line may have; 100 by default.
    pub width: Option<usize>,
    /// Whether marks may be other than ASCII; they may by default.
    pub unicode: Option<bool>,
    /// Whether to show what is usually only counted.
    #[serde(default)]
    pub verbose: bool,
}

/// The report as text.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "FormatAnswer")]
pub struct Answer {
    /// The text.
    pub text: String,
}

impl Verb for Format {
    const NAME: &'static str = "format";
    const SUMMARY: &'static str = "writes a report as text, in one of the output formats";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let format = output::find(&params.format).ok_or_else(|| {
            let known = output::ALL.iter().map(|format| format.name);
            Refusal::unknown("unknown-format", "output format", &params.format, known)
        })?;
        let stored = call.session.held().report(params.report)?;
        let usual = Style::default();
        let style = Style {
            color: params.color,
            width: params.width.unwrap_or(usual.width),
            unicode: params.unicode.unwrap_or(usual.unicode),
            verbose: params.verbose,
            ..usual
        };
        Ok(Answer { text: (format.render)(&stored.report, &stored.diagnostics, &style) })
    }
}
