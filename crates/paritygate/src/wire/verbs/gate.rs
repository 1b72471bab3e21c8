//! `gate`: a promotion to a decision.

use std::sync::Arc;

use paritygate_model::read::Read;
use paritygate_model::report::Verdict;
use paritygate_report::WireDiagnostic;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::discover::Answer as Found;
use super::{Call, Verb};
use crate::wire::Refusal;
use crate::wire::held::{Decided, Held};
use crate::wire::promoted::{Loaded, Promoted, PromotionParams};
use crate::wire::shared::{self, WireNeed, wire};

pub(super) struct Gate;

/// What to decide.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "GateParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// The host's clock, such as `2026-03-01T09:00:00Z`. Without it the request's `evaluateAt` counts, and the decision says so.
    pub now: Option<String>,
    /// What is asked, what is known, and what it has to pass.
    pub promotion: PromotionParams,
}

/// The decision's number and its outline; or the files that are still needed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "GateAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// The number of the decision. Absent where files are needed, or where a text is broken: then nothing was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<u32>,
    /// Whether it may go. False where nothing was decided.
    pub allowed: bool,
    /// The worst of all gates that count; `error` where a text is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The earliest instant at which time is not in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub next_eligible_at: Option<String>,
    /// How many gates block.
    pub blockers: usize,
    /// The files that are still needed.
    pub needs: Vec<WireNeed>,
    /// What is wrong with the manifest, the policies, the files, the request and the facts.
    pub diagnostics: Vec<WireDiagnostic>,
    /// What was read, where a project was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

impl Verb for Gate {
    const NAME: &'static str = "gate";
    const SUMMARY: &'static str = "decides a promotion, and holds the decision";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let now = params.now.as_deref().map(|now| shared::now(Some(now))).transpose()?;
        if params.promotion.request.is_none() {
            return Err(Refusal::new("no-request", "there is no request to decide", "hand it in as `request`"));
        }
        let nothing = Answer {
            decision: None,
            allowed: false,
            verdict: None,
            next_eligible_at: None,
            blockers: 0,
            needs: Vec::new(),
            diagnostics: Vec::new(),
            found: None,
        };
        let mut promoted = match Promoted::load(call, params.promotion)? {
            Loaded::Ready(promoted) => promoted,
            Loaded::Needs { needs, diagnostics, found } => {
                return Ok(Answer { needs, diagnostics: wire(&diagnostics), found, ..nothing });
            }
        };
        let found = promoted.found.take();
        if now.is_none() && promoted.promotion.request.promotion.evaluate_at.is_none() && promoted.is_sound() {
            shared::now(None)?;
        }
        let decided =
            if promoted.is_sound() { promoted.ask(now, |engine, asked| Some(engine.decide(asked))) } else { None };
        let mut diagnostics = std::mem::take(&mut promoted.diagnostics);
        let decision = match decided {
            Some(Ok((decision, wrong))) => {
                diagnostics.extend(wrong);
                Some(decision)
            }
            Some(Err(wrong)) => {
                diagnostics.push(wrong);
                None
            }
            None => None,
        };
        let shown = wire(&diagnostics);
        let Some(decision) = decision.filter(|_| shared::ok(&diagnostics)) else {
            return Ok(Answer { verdict: Some(Verdict::Error), diagnostics: shown, found, ..nothing });
        };
        let (allowed, verdict) = (decision.decision.allowed, Some(decision.verdict));
        let next_eligible_at = decision.decision.next_eligible_at.map(|at| at.to_string());
        let blockers = decision.decision.blockers.len();
        let held = Held::Decision(Arc::new(Decided { decision, diagnostics }));
        let decision = Some(call.session.held().hold(held)?);
        Ok(Answer { decision, allowed, verdict, next_eligible_at, blockers, diagnostics: shown, found, ..nothing })
    }
}
