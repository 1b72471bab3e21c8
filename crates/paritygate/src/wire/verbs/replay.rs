//! `replay`: makes a recorded decision again.

use paritygate_model::read::Read;
use paritygate_report::WireDiagnostic;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::replay::Recorded;
use crate::wire::Refusal;
use crate::wire::promoted::{Loaded, NamedText, Promoted, PromotionParams};
use crate::wire::shared::{WireNeed, wire};

pub(super) struct Replay;

/// A recorded decision, and the texts that it was made from.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ReplayParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// The decision, as `format` writes it in `json`.
    pub recorded: NamedText,
    /// What was asked, what was known, and what it had to pass.
    pub promotion: PromotionParams,
}

/// Whether the answer is the same.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ReplayAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// Whether it is, byte for byte.
    pub same: bool,
    /// What is another, a sentence each.
    pub changes: Vec<String>,
    /// The files that are still needed.
    pub needs: Vec<WireNeed>,
    /// What is wrong with the texts.
    pub diagnostics: Vec<WireDiagnostic>,
}

impl Verb for Replay {
    const NAME: &'static str = "replay";
    const SUMMARY: &'static str = "makes a recorded decision again, and says what is another";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let mut diagnostics = Vec::new();
        let source = params.recorded.source(call, "decision.json", &mut diagnostics)?;
        let recorded = Recorded::read(&source).map_err(|wrong| Refusal::from(vec![wrong]))?;
        if params.promotion.request.is_none() {
            return Err(Refusal::new("no-request", "there is no request to decide", "hand it in as `request`"));
        }
        let promoted = match Promoted::load(call, params.promotion)? {
            Loaded::Ready(promoted) => promoted,
            Loaded::Needs { needs, diagnostics, .. } => {
                return Ok(Answer { needs, diagnostics: wire(&diagnostics), ..Answer::default() });
            }
        };
        diagnostics.extend(promoted.diagnostics.iter().cloned());
        if !promoted.is_sound() {
            let changes = vec!["a text is broken: nothing was decided".to_owned()];
            return Ok(Answer { changes, diagnostics: wire(&diagnostics), ..Answer::default() });
        }
        let decided = promoted.ask(recorded.now(), |engine, asked| engine.decide(asked));
        let (decision, found) = decided.map_err(|wrong| Refusal::from(vec![wrong]))?;
        diagnostics.extend(found);
        let replay = recorded.compare(source.text(), &decision, &diagnostics);
        Ok(Answer { same: replay.same, changes: replay.changes, diagnostics: wire(&diagnostics), ..Answer::default() })
    }
}
