//! `document`: an imported environment as an environment document.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::export;
use crate::wire::Refusal;

pub(super) struct Document;

/// Which environment.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DocumentParams", deny_unknown_fields)]
pub struct Params {
    /// The number of an imported environment.
    pub environment: u32,
}

/// The document.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DocumentAnswer")]
pub struct Answer {
    /// The environment document, with fingerprints where secrets stood.
    pub document: serde_json::Value,
}

impl Verb for Document {
    const NAME: &'static str = "document";
    const SUMMARY: &'static str = "answers an imported environment as a document without secrets";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let environment = call.session.held().environment(params.environment)?;
        Ok(Answer { document: export::document(&environment) })
    }
}
