//! `schema`: the JSON schema of a file format.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::schemas;
use crate::wire::Refusal;

pub(super) struct Schema;

/// Which schema.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "SchemaParams", deny_unknown_fields)]
pub struct Params {
    /// Its name: `policy`.
    pub name: String,
}

/// The schema.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "SchemaAnswer")]
pub struct Answer {
    /// What it describes.
    pub summary: &'static str,
    /// The schema itself, as JSON text.
    pub text: &'static str,
}

impl Verb for Schema {
    const NAME: &'static str = "schema";
    const SUMMARY: &'static str = "answers the JSON schema of a file format";
    type Params = Params;
    type Answer = Answer;

    fn run(_: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let schema = schemas::find(&params.name).ok_or_else(|| {
            let known = schemas::ALL.iter().map(|schema| schema.name);
            Refusal::unknown("unknown-schema", "schema", &params.name, known)
        })?;
        if schema.text.is_empty() {
            return Err(Refusal::no_manual());
        }
        Ok(Answer { summary: schema.summary, text: schema.text })
    }
}
