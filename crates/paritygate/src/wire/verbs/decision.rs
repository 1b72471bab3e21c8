//! `decision`: a decision as data.

use std::sync::Arc;

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use paritygate_report::JsonDecision;
#[cfg(feature = "schema")]
use schemars::JsonSchema;

use super::{Call, ToJson, Verb};
use crate::wire::Refusal;
use crate::wire::held::Decided;

pub(super) struct Decision;

/// Which decision.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DecisionParams", deny_unknown_fields)]
pub struct Params {
    /// The number of a decision.
    pub decision: u32,
}

/// The decision.
pub struct Answer(Arc<Decided>);

#[cfg(feature = "schema")]
impl JsonSchema for Answer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        JsonDecision::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        JsonDecision::json_schema(generator)
    }
}

impl ToJson for Answer {
    fn to_json(&self) -> String {
        // As the output format writes it: one writer, and the same bytes.
        paritygate_report::decision_json(&self.0.decision, &self.0.diagnostics)
    }
}

impl Verb for Decision {
    const NAME: &'static str = "decision";
    const SUMMARY: &'static str = "answers a decision as data";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        Ok(Answer(call.session.held().decision(params.decision)?))
    }
}
