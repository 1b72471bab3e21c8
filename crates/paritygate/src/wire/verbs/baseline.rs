//! `baseline`: the findings of a report as they are accepted, so that only new ones count.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::baseline;
use crate::wire::Refusal;

pub(super) struct Baseline;

/// Of which report.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "BaselineParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// The number of the report.
    pub report: u32,
}

/// The text of the baseline.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "BaselineAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// What to keep in the file that the manifest names as `baseline`.
    pub text: String,
    /// How many findings it accepts.
    pub accepted: usize,
    /// Findings that no exception may cover, by rule and path: they go on counting.
    pub refused: Vec<Refused>,
}

/// A finding that no exception may cover.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "RefusedFinding", rename_all = "camelCase")]
pub struct Refused {
    /// The rule.
    pub rule: String,
    /// The path.
    pub path: String,
}

impl Verb for Baseline {
    const NAME: &'static str = "baseline";
    const SUMMARY: &'static str = "accepts the findings of a report, so that only new ones count";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let stored = call.session.held().report(params.report)?;
        let made = baseline::of(&stored.report);
        let refused = made.refused.iter();
        Ok(Answer {
            text: made.text,
            accepted: made.accepted,
            refused: refused
                .map(|finding| Refused { rule: finding.rule.to_string(), path: finding.path.clone() })
                .collect(),
        })
    }
}
