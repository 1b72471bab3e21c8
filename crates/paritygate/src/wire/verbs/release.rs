//! `release`: lets go of what is held.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::wire::Refusal;

pub(super) struct Release;

/// What to let go of.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ReleaseParams", deny_unknown_fields)]
pub struct Params {
    /// Numbers of engines, environments and reports. What is not held any more is passed over.
    pub handles: Vec<u32>,
}

/// What was let go.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ReleaseAnswer")]
pub struct Answer {
    /// How many of them were held.
    pub released: usize,
}

impl Verb for Release {
    const NAME: &'static str = "release";
    const SUMMARY: &'static str = "lets go of engines, environments and reports";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let mut held = call.session.held();
        Ok(Answer { released: params.handles.into_iter().filter(|&handle| held.release(handle)).count() })
    }
}
