//! `report`: a report as data.

use std::sync::Arc;

use paritygate_report::JsonReport;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::{Call, Verb};
use crate::wire::Refusal;
use crate::wire::held::Stored;
use crate::wire::shared::wire;

pub(super) struct Report;

/// Which report.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ReportParams", deny_unknown_fields)]
pub struct Params {
    /// The number of a report.
    pub report: u32,
}

/// The report.
pub struct Answer(Arc<Stored>);

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        JsonReport { report: &self.0.report, diagnostics: wire(&self.0.diagnostics) }.serialize(serializer)
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Answer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        JsonReport::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        JsonReport::json_schema(generator)
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
