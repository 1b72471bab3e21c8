//! `document`: an imported environment as an environment document.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;

use super::{Call, ToJson, Verb};
use crate::export;
use crate::json::Json;
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
#[derive(Debug)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "DocumentAnswer"))]
pub struct Answer {
    /// The environment document, with fingerprints where secrets stood.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub document: Json,
}

/// Written by itself, as the document is: through serde, each kind of value would bring its own code.
impl ToJson for Answer {
    fn to_json(&self) -> String {
        format!("{{\"document\":{}}}", self.document)
    }
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
