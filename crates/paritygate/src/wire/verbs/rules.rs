//! `rules`: the rules of the built-in packs, and the kinds of rules.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::manual;
use crate::wire::Refusal;

pub(super) struct Rules;

/// Nothing is asked.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "RulesParams", deny_unknown_fields)]
pub struct Params {}

/// What can be asked of environments.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "RulesAnswer")]
pub struct Answer {
    /// The rules of the built-in packs, in their order.
    pub rules: Vec<manual::PackRule>,
    /// The kinds of rules, by name.
    pub kinds: Vec<Kind>,
    /// The kinds of gates, by name.
    pub gates: Vec<Kind>,
}

/// A kind of rule or gate.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "RuleKind")]
pub struct Kind {
    /// Its name in policies.
    pub kind: &'static str,
    /// What it asks.
    pub summary: &'static str,
}

impl Verb for Rules {
    const NAME: &'static str = "rules";
    const SUMMARY: &'static str = "lists the rules and gates of the built-in packs, and the kinds of both";
    type Params = Params;
    type Answer = Answer;

    fn run(_: &Call<'_>, _: Params) -> Result<Answer, Refusal> {
        let kinds = paritygate_rules::all().iter();
        let kinds = kinds.map(|entry| Kind { kind: entry.name, summary: entry.summary }).collect();
        let gates = paritygate_rules::gates().iter();
        let gates = gates.map(|entry| Kind { kind: entry.name, summary: entry.summary }).collect();
        Ok(Answer { rules: manual::pack_rules(), kinds, gates })
    }
}
