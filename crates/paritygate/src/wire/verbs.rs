//! The verbs, one file each: parameters, answer, and what is done.

pub mod baseline;
pub mod check;
pub mod compile;
pub mod decision;
pub mod diagram;
pub mod diff;
pub mod discover;
pub mod document;
pub mod explain;
pub mod format;
pub mod gate;
pub mod import;
pub mod release;
pub mod replay;
pub mod report;
pub mod rules;
pub mod schema;
pub mod version;
pub mod when;
pub mod zones;

use paritygate_eval::kind::Documented;
use paritygate_lang::params;
use paritygate_model::read::Read;
use paritygate_model::{Location, Node};
use serde::Serialize;

use super::Session;
use super::envelope::Refusal;

/// What a verb works with.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) session: &'a Session,
    pub(crate) attachments: &'a [&'a [u8]],
}

/// Something that a host can ask for.
pub(crate) trait Verb {
    /// Its name in calls and answers.
    const NAME: &'static str;
    /// What it does, in one sentence.
    const SUMMARY: &'static str;
    /// Its parameters.
    type Params: Read + Documented;
    /// Its answer.
    type Answer: ToJson + Documented;

    /// Does it.
    ///
    /// # Errors
    ///
    /// Where the call is wrong. What is wrong with texts is part of the answer.
    fn run(call: &Call<'_>, params: Self::Params) -> Result<Self::Answer, Refusal>;
}

/// What can be written as JSON.
pub(crate) trait ToJson {
    /// The JSON text.
    fn to_json(&self) -> String;
}

impl<T: Serialize> ToJson for T {
    fn to_json(&self) -> String {
        // Plain data with text keys: writing it to a string can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A verb with its types erased.
pub struct Entry {
    /// Its name in calls and answers.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    pub(super) run: fn(&Call<'_>, Node<'_>, &Location) -> Result<String, Refusal>,
    /// The schema of its parameters.
    #[cfg(feature = "schema")]
    pub params: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    /// The schema of its answer.
    #[cfg(feature = "schema")]
    pub answer: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

impl Entry {
    const fn of<V: Verb>() -> Self {
        Self {
            name: V::NAME,
            summary: V::SUMMARY,
            run: run::<V>,
            #[cfg(feature = "schema")]
            params: |generator| generator.subschema_for::<V::Params>(),
            #[cfg(feature = "schema")]
            answer: |generator| generator.subschema_for::<V::Answer>(),
        }
    }
}

fn run<V: Verb>(call: &Call<'_>, node: Node<'_>, whole: &Location) -> Result<String, Refusal> {
    let params: V::Params = params::from_node(Some(node), whole)?;
    V::run(call, params).map(|answer| answer.to_json())
}

/// All verbs, sorted by name.
pub static ALL: &[Entry] = &[
    Entry::of::<baseline::Baseline>(),
    Entry::of::<check::Check>(),
    Entry::of::<compile::Compile>(),
    Entry::of::<decision::Decision>(),
    Entry::of::<diagram::Diagram>(),
    Entry::of::<diff::Diff>(),
    Entry::of::<discover::Discover>(),
    Entry::of::<document::Document>(),
    Entry::of::<explain::Explain>(),
    Entry::of::<format::Format>(),
    Entry::of::<gate::Gate>(),
    Entry::of::<import::Import>(),
    Entry::of::<release::Release>(),
    Entry::of::<replay::Replay>(),
    Entry::of::<report::Report>(),
    Entry::of::<rules::Rules>(),
    Entry::of::<schema::Schema>(),
    Entry::of::<version::Version>(),
    Entry::of::<when::When>(),
    Entry::of::<zones::Zones>(),
];
