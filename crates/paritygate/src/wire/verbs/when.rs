//! `when`: the next times at which the gates of a promotion are open together, and what changes until then.

use paritygate_eval::calendar::Transition;
use paritygate_model::read::Read;
use paritygate_model::{Timestamp, limits};
use paritygate_report::WireDiagnostic;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::wire::Refusal;
use crate::wire::promoted::{Loaded, Promoted, PromotionParams};
use crate::wire::shared::{self, WireNeed, wire};

pub(super) struct When;

/// How many openings are answered where the call does not say.
const USUAL: usize = 5;

/// What to look ahead for.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "WhenParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// From when on, such as `2026-03-01T09:00:00Z`.
    pub now: Option<String>,
    /// Until when; ten years ahead where it is absent.
    pub until: Option<String>,
    /// How many openings to answer at most; 5 by default.
    pub count: Option<usize>,
    /// Whether to answer when each gate opens and shuts as well; that needs `until`.
    #[serde(default)]
    pub transitions: bool,
    /// What is asked, what is known, and what it has to pass.
    pub promotion: PromotionParams,
}

/// When the gates are open.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "WhenAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// The times in which no gate that depends on time blocks.
    pub openings: Vec<WireOpening>,
    /// When each gate opens and shuts, where that was asked for.
    pub transitions: Vec<WireTransition>,
    /// The files that are still needed.
    pub needs: Vec<WireNeed>,
    /// What is wrong with the texts.
    pub diagnostics: Vec<WireDiagnostic>,
}

/// A time in which no gate that depends on time blocks.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "Opening"))]
#[serde(rename_all = "camelCase")]
pub struct WireOpening {
    /// Its first instant.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub open: String,
    /// The first instant after it; absent where no end is in sight.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub close: Option<String>,
    /// Its first instant on the clocks of the gates' zone.
    pub open_local: String,
    /// The first instant after it on the clocks of the gates' zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_local: Option<String>,
    /// The gates' zone.
    pub zone: String,
}

/// A gate that opens or shuts, or clocks that are put forward or back.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "Transition"))]
#[serde(rename_all = "camelCase")]
pub struct WireTransition {
    /// When.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub at: String,
    /// When, on the clocks of the gate's zone.
    pub local: String,
    /// The zone.
    pub zone: String,
    /// The gate; absent where clocks are put forward or back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Whether it opens.
    pub opens: bool,
    /// Whether no gate that depends on time blocks from then on.
    pub all_open: bool,
    /// Whether clocks in the zone are put forward or back on that day.
    pub shift_day: bool,
}

impl Verb for When {
    const NAME: &'static str = "when";
    const SUMMARY: &'static str = "says when the gates of a promotion are open together, and when each opens and shuts";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let now = shared::now(params.now.as_deref())?;
        let until = params.until.as_deref().map(|until| shared::now(Some(until))).transpose()?;
        let count = params.count.unwrap_or(USUAL);
        let most = limits::MAX_OPENINGS;
        if count > most {
            let message = format!("`count` is {count}, and at most {most} openings are answered");
            return Err(Refusal::new("bad-value", message, "ask for fewer, and again from the last one on"));
        }
        if params.transitions && until.is_none() {
            return Err(Refusal::new("missing-field", "transitions need `until`", "say until when to look ahead"));
        }
        let promoted = match Promoted::load(call, params.promotion)? {
            Loaded::Ready(promoted) => promoted,
            Loaded::Needs { needs, diagnostics, .. } => {
                return Ok(Answer { needs, diagnostics: wire(&diagnostics), ..Answer::default() });
            }
        };
        let mut diagnostics = promoted.diagnostics.clone();
        if !promoted.is_sound() {
            return Ok(Answer { diagnostics: wire(&diagnostics), ..Answer::default() });
        }
        diagnostics.extend(promoted.engine.doubts(&promoted.pipeline, now));
        let end = until.unwrap_or_else(|| now.checked_add(limits::HORIZON).unwrap_or(Timestamp::MAX));
        let zone = promoted.engine.zone(&promoted.pipeline);
        let openings = promoted.ask(Some(now), |engine, asked| engine.openings(asked, end, count));
        let openings = openings.map_err(|wrong| Refusal::from(vec![wrong]))?;
        let openings = openings.into_iter().map(|opening| WireOpening {
            open: opening.open.to_string(),
            close: opening.close.map(|close| close.to_string()),
            open_local: zone.say(opening.open),
            close_local: opening.close.map(|close| zone.say(close)),
            zone: zone.name().to_string(),
        });
        let openings = openings.collect();
        let transitions = if params.transitions {
            let found = promoted.ask(Some(now), |engine, asked| engine.transitions(asked, end, most));
            found.map_err(|wrong| Refusal::from(vec![wrong]))?.iter().map(WireTransition::from).collect()
        } else {
            Vec::new()
        };
        Ok(Answer { openings, transitions, needs: Vec::new(), diagnostics: wire(&diagnostics) })
    }
}

impl From<&Transition> for WireTransition {
    fn from(transition: &Transition) -> Self {
        Self {
            at: transition.at.to_string(),
            local: transition.zone.say(transition.at),
            zone: transition.zone.name().to_string(),
            rule: transition.gate.as_ref().map(ToString::to_string),
            opens: transition.opens,
            all_open: transition.all_open,
            shift_day: transition.shift_day,
        }
    }
}
