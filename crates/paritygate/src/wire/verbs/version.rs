//! `version`: what answers here.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::wire::{Refusal, VERSION};

pub(super) struct Version;

/// Nothing is asked.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "VersionParams", deny_unknown_fields)]
pub struct Params {}

/// What answers here.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "VersionAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// `paritygate`.
    pub name: &'static str,
    /// The engine's version.
    pub version: &'static str,
    /// The version of the language of calls and answers.
    pub wire: u32,
    /// The input formats, by name.
    pub input_formats: Vec<&'static str>,
    /// The output formats, by name.
    pub output_formats: Vec<&'static str>,
    /// The built-in policy packs, by name.
    pub packs: Vec<&'static str>,
    /// The version of the time-zone database; absent where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tzdb: Option<String>,
    /// The published schemas, by name.
    pub schemas: Vec<&'static str>,
}

impl Verb for Version {
    const NAME: &'static str = "version";
    const SUMMARY: &'static str = "says what answers here";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, _: Params) -> Result<Answer, Refusal> {
        Ok(Answer {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            wire: VERSION,
            input_formats: paritygate_import::formats::ALL.iter().map(|format| format.name).collect(),
            output_formats: paritygate_report::ALL.iter().map(|format| format.name).collect(),
            packs: paritygate_policies::ALL.iter().map(|pack| pack.name).collect(),
            tzdb: call.session.zones().version().map(ToString::to_string),
            schemas: crate::schemas::ALL.iter().map(|schema| schema.name).collect(),
        })
    }
}
