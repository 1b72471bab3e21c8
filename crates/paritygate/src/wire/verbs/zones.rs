//! `zones`: hands in the time-zone database.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::wire::Refusal;
use crate::zones::Zones as Database;

pub(super) struct Zones;

/// The database; nothing to ask only which one is known.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ZonesParams", deny_unknown_fields)]
pub struct Params {
    /// The number of the attachment that holds the database file, from 0.
    pub attachment: Option<usize>,
}

/// Which database is known.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "ZonesAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// The version of its data, such as `2026a`; absent where none is known: then only UTC is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How many zones it has.
    pub zones: usize,
}

impl Verb for Zones {
    const NAME: &'static str = "zones";
    const SUMMARY: &'static str = "hands in the time-zone database, and says which one is known";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        if let Some(at) = params.attachment {
            let Some(file) = call.attachments.get(at) else {
                let message = format!("there is no attachment {at}");
                return Err(Refusal::new("no-such-attachment", message, "attachments are numbered from 0"));
            };
            let read = Database::read(file);
            let read = read.map_err(|why| Refusal::new("bad-zones", why, "hand in the file of this release"))?;
            call.session.set_zones(read);
        }
        let known = call.session.zones();
        let version = known.version().map(ToString::to_string);
        Ok(Answer { version, zones: known.names().len() })
    }
}
