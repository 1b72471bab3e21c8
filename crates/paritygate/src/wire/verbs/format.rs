//! `format`: a report or a decision as text, in one of the output formats.

use paritygate_model::read::Read;
use paritygate_report::{self as output, Style};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::wire::Refusal;

pub(super) struct Format;

/// Which report or decision, and how to write it.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "FormatParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// The number of a report.
    pub report: Option<u32>,
    /// The number of a decision.
    pub decision: Option<u32>,
    /// The output format: `github`, `gitlab`, `html`, `json`, `junit`, `markdown`, `sarif`, `tap`, `text`.
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

/// What was written.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "FormatAnswer")]
pub struct Answer {
    /// The text.
    pub text: String,
}

impl Verb for Format {
    const NAME: &'static str = "format";
    const SUMMARY: &'static str = "writes a report or a decision as text, in one of the output formats";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let usual = Style::default();
        let style = Style {
            color: params.color,
            width: params.width.unwrap_or(usual.width),
            unicode: params.unicode.unwrap_or(usual.unicode),
            verbose: params.verbose,
            ..usual
        };
        let unknown = |known: &mut dyn Iterator<Item = &'static output::Format>| {
            if output::find(&params.format).is_none() && output::IN_FORMATS.contains(&&*params.format) {
                let message = format!("`{}` is written by the module `formats`, which is not loaded", params.format);
                return Refusal::new("other-module", message, "load it, compile the policies again, and check again");
            }
            Refusal::unknown("unknown-format", "output format", &params.format, known.map(|format| format.name))
        };
        let format = output::find(&params.format);
        let text = match (params.report, params.decision) {
            (Some(report), None) => {
                let stored = call.session.held().report(report)?;
                let render = format.and_then(|format| format.report);
                let render = render.ok_or_else(|| unknown(&mut output::for_reports()))?;
                render(&stored.report, &stored.diagnostics, &style)
            }
            (None, Some(decision)) => {
                let decided = call.session.held().decision(decision)?;
                let render = format.and_then(|format| format.decision);
                let render = render.ok_or_else(|| unknown(&mut output::for_decisions()))?;
                render(&decided.decision, &decided.diagnostics, &style)
            }
            _ => {
                let message = "`format` needs one of `report` and `decision`";
                return Err(Refusal::new("nothing-to-format", message, "hand in the number of what is to be written"));
            }
        };
        Ok(Answer { text })
    }
}
