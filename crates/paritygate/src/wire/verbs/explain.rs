//! `explain`: the manual page of a rule or of a kind.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::wire::Refusal;

pub(super) struct Explain;

/// What to explain.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ExplainParams", deny_unknown_fields)]
pub struct Params {
    /// The id of a rule of a built-in pack, or the name of a kind.
    pub name: String,
}

/// The manual page.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ExplainAnswer")]
pub struct Answer {
    /// The page, as Markdown.
    pub text: String,
}

impl Verb for Explain {
    const NAME: &'static str = "explain";
    const SUMMARY: &'static str = "answers the manual page of a rule or of a kind of rule";
    type Params = Params;
    type Answer = Answer;

    fn run(_: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        page(&params.name).map(|text| Answer { text })
    }
}

#[cfg(feature = "manual")]
fn page(name: &str) -> Result<String, Refusal> {
    let found = crate::manual::explain(name);
    found.map_err(|help| Refusal::new("unknown-rule", format!("there is no rule and no kind `{name}`"), &help))
}

#[cfg(not(feature = "manual"))]
fn page(_: &str) -> Result<String, Refusal> {
    Err(Refusal::no_manual())
}
