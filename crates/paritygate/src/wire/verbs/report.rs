//! `report`: a report as data.

use std::sync::Arc;

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use paritygate_report::JsonReport;
#[cfg(feature = "schema")]
use schemars::JsonSchema;

use super::{Call, ToJson, Verb};
use crate::wire::Refusal;
use crate::wire::held::Stored;

pub(super) struct Report;

/// Which report.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ReportParams", deny_unknown_fields)]
pub struct Params {
    /// The number of a report.
    pub report: u32,
}

/// The report.
pub struct Answer(Arc<Stored>);

#[cfg(feature = "schema")]
impl JsonSchema for Answer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        JsonReport::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        JsonReport::json_schema(generator)
    }
}

impl ToJson for Answer {
    fn to_json(&self) -> String {
        // As the output format writes it: one writer, and the same bytes.
        paritygate_report::json(&self.0.report, &self.0.diagnostics)
    }
}

impl Verb for Report {
    const NAME: &'static str = "report";
    const SUMMARY: &'static str = "answers a report as data";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        Ok(Answer(call.session.held().report(params.report)?))
    }
}
