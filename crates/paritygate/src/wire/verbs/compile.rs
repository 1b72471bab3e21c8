//! `compile`: policies to an engine.

use std::sync::Arc;

use paritygate_import::Files;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::project;
use crate::wire::Refusal;
use crate::wire::held::Held;
use crate::wire::shared::{self, PolicyText, wire};
use paritygate_model::read::Read;
use paritygate_report::WireDiagnostic;

pub(super) struct Compile;

/// What to compile.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "CompileParams", deny_unknown_fields)]
pub struct Params {
    /// The policies; the pack `recommended` where there is none.
    #[serde(default)]
    pub policies: Vec<PolicyText>,
}

/// An engine, and what is wrong with its policies.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "CompileAnswer")]
pub struct Answer {
    /// The number of the engine. It holds every rule that could be compiled.
    pub engine: u32,
    /// Whether nothing is wrong with the policies.
    pub ok: bool,
    /// The rules that the engine holds, in their order, and then its gates.
    pub rules: Vec<CompiledRule>,
    /// What is wrong with the policies.
    pub diagnostics: Vec<WireDiagnostic>,
}

/// A rule that an engine holds.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct CompiledRule {
    /// Its id.
    pub id: String,
    /// The kind behind it.
    pub kind: &'static str,
}

impl Verb for Compile {
    const NAME: &'static str = "compile";
    const SUMMARY: &'static str = "compiles policies to an engine that is held";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let mut diagnostics = Vec::new();
        let recommended = [PolicyText { pack: Some(project::RECOMMENDED.to_owned()), ..PolicyText::default() }];
        let policies = if params.policies.is_empty() { &recommended[..] } else { &params.policies };
        let sources = shared::policies(policies, call, &mut diagnostics)?;
        let (engine, diagnostics) = project::compile(&sources, &Files::new(), &call.session.zones(), diagnostics);
        let all = engine.rules().chain(engine.gates());
        let rules = all.map(|(id, kind)| CompiledRule { id: id.to_owned(), kind }).collect();
        let engine = call.session.held().hold(Held::Engine(Arc::new(engine)))?;
        Ok(Answer { engine, ok: shared::ok(&diagnostics), rules, diagnostics: wire(&diagnostics) })
    }
}
