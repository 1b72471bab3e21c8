//! `diagram`: the pipeline as a Mermaid flowchart, or such a flowchart as a pipeline.

use paritygate_model::read::Read;
use paritygate_report::WireDiagnostic;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::diagram;
use crate::wire::Refusal;
use crate::wire::promoted::{Loaded, NamedText, Promoted, PromotionParams};
use crate::wire::shared::{WireNeed, wire};

pub(super) struct Diagram;

/// What to draw, or what to read.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DiagramParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// What to draw: the project with the pipeline.
    pub promotion: Option<PromotionParams>,
    /// The number of a decision whose gates are drawn as well.
    pub decision: Option<u32>,
    /// A flowchart to read instead.
    pub read: Option<NamedText>,
}

/// The flowchart, or the pipeline.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DiagramAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// The flowchart in Mermaid's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The part of a manifest that a flowchart draws, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// The files that are still needed.
    pub needs: Vec<WireNeed>,
    /// What is wrong with the texts.
    pub diagnostics: Vec<WireDiagnostic>,
}

impl Verb for Diagram {
    const NAME: &'static str = "diagram";
    const SUMMARY: &'static str = "draws the pipeline as a Mermaid flowchart, or reads such a flowchart as a pipeline";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let decided = params.decision.map(|decision| call.session.held().decision(decision)).transpose()?;
        match (params.promotion, params.read) {
            (Some(promotion), None) => match Promoted::load(call, promotion)? {
                Loaded::Ready(promoted) => {
                    let decision = decided.as_ref().map(|decided| &decided.decision);
                    let text = diagram::write(&promoted.plan, &promoted.pipeline, decision);
                    let diagnostics = wire(&promoted.diagnostics);
                    Ok(Answer { text: Some(text), diagnostics, ..Answer::default() })
                }
                Loaded::Needs { needs, diagnostics, .. } => {
                    Ok(Answer { needs, diagnostics: wire(&diagnostics), ..Answer::default() })
                }
            },
            (None, Some(text)) => {
                let mut diagnostics = Vec::new();
                let source = text.source(call, "pipeline.mmd", &mut diagnostics)?;
                let (manifest, found) = diagram::read(&source);
                diagnostics.extend(found);
                let manifest = Some(manifest.to_string());
                Ok(Answer { manifest, diagnostics: wire(&diagnostics), ..Answer::default() })
            }
            _ => {
                let message = "`diagram` needs one of `promotion` and `read`";
                Err(Refusal::new("nothing-to-draw", message, "hand in a project to draw, or a flowchart to read"))
            }
        }
    }
}
