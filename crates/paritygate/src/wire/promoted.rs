//! What calls about promotions are about: a request with its facts, the pipeline, the environments and the gates.

use std::sync::Arc;

use paritygate_eval::pipeline::Pipeline;
use paritygate_eval::{Engine, GateRequest};
use paritygate_import::document;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Environment, Source, Timestamp, diagnostic};
#[cfg(feature = "schema")]
use schemars::JsonSchema;

use super::envelope::Refusal;
use super::shared::{Text, WireNeed};
use super::subject::{self, Given, ProjectParams, Subject};
use super::verbs::Call;
use super::verbs::discover::Answer as Found;
use crate::plan::Plan;
use crate::promotion::Promotion;

/// A promotion: what is asked, what is known, and what it has to pass.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "PromotionParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct PromotionParams {
    /// The request, in YAML or JSON. Without one only the calendar can be asked, for `from` and `to`.
    pub request: Option<NamedText>,
    /// Facts that other systems printed: they count as imported.
    #[serde(default)]
    pub facts: Vec<NamedText>,
    /// The environment that it comes from, where there is no request; the one before in the pipeline where it is absent.
    pub from: Option<String>,
    /// The environment that it goes to, where there is no request; the last of the pipeline where it is absent.
    pub to: Option<String>,
    /// The number of a compiled engine; else the policies of the project are compiled.
    pub engine: Option<u32>,
    /// The numbers of imported environments.
    #[serde(default)]
    pub environments: Vec<u32>,
    /// Files to read: the manifest with the pipeline, and what the environments are read from.
    pub project: Option<ProjectParams>,
}

/// A text with its name.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NamedText {
    /// The name under which mistakes in the text are shown.
    pub name: Option<String>,
    /// The text itself.
    pub text: Option<String>,
    /// The number of the attachment that holds its bytes, from 0.
    pub attachment: Option<usize>,
}

impl NamedText {
    pub(super) fn source(
        &self,
        call: &Call<'_>,
        usual: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Arc<Source>, Refusal> {
        let name = self.name.clone().unwrap_or_else(|| usual.to_owned());
        let text = Text { text: self.text.clone(), attachment: self.attachment, ..Text::default() };
        let (source, found) = document::decode(&name, text.bytes(call, &name)?.unwrap_or_default());
        diagnostics.extend(found);
        Ok(source)
    }
}

/// A promotion that was loaded.
pub(super) struct Promoted {
    pub(super) plan: Plan,
    pub(super) engine: Arc<Engine>,
    pub(super) pipeline: Pipeline,
    pub(super) environments: Vec<Environment>,
    pub(super) promotion: Promotion,
    pub(super) found: Option<Found>,
    /// What is wrong with all these texts.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A promotion, or the files that are still needed for it.
pub(super) enum Loaded {
    Ready(Box<Promoted>),
    Needs { needs: Vec<WireNeed>, diagnostics: Vec<Diagnostic>, found: Option<Found> },
}

impl Promoted {
    /// Loads what a call is about.
    pub(super) fn load(call: &Call<'_>, params: PromotionParams) -> Result<Loaded, Refusal> {
        let engine = params.engine.map(|engine| call.session.held().engine(engine)).transpose()?;
        let mut imported = subject::imported(call, &params.environments)?;
        let is_project = params.project.is_some();
        let Subject { mut plan, mut files, key, policies, allow_outside } = Subject::of(call, params.project)?;
        let given = Given::of(call, &policies)?;
        let mut diagnostics = std::mem::take(&mut plan.diagnostics);
        if engine.is_some() || given.is_some() {
            plan.use_policies([]);
        }
        let mut project = subject::load(&plan, &mut files, &key, allow_outside, given.as_ref());
        diagnostics.append(&mut project.diagnostics);
        let found = is_project.then(|| Found::from(&plan));
        if !project.needs.is_empty() {
            let needs = project.needs.iter().map(WireNeed::from).collect();
            return Ok(Loaded::Needs { needs, diagnostics, found });
        }
        let is_described =
            |one: &Environment| project.environments.iter().any(|own| own.name == one.name && !own.root().is_empty());
        if let Some(twice) = imported.iter().find(|one| is_described(one)) {
            let message = format!("the environment `{}` is imported, and the project describes it as well", twice.name);
            return Err(Refusal::new("duplicate-environment", message, "hand in one of both descriptions"));
        }
        project.environments.append(&mut imported);
        let engine = match engine {
            Some(engine) => engine,
            None => subject::engine(call, &project, &plan, &files, given, &mut diagnostics),
        };
        let zones = call.session.zones();
        let (pipeline, wrong) = plan.pipeline(&project.environments, &zones);
        diagnostics.extend(wrong);
        let mut promotion = match &params.request {
            Some(request) => {
                let request = request.source(call, "request", &mut diagnostics)?;
                let mut facts = Vec::with_capacity(params.facts.len());
                for (at, text) in params.facts.iter().enumerate() {
                    facts.push(text.source(call, &format!("facts-{}", at + 1), &mut diagnostics)?);
                }
                Promotion::read(&request, &facts, &plan, &key, &zones)
            }
            None => Promotion::default(),
        };
        diagnostics.append(&mut promotion.diagnostics);
        if params.request.is_none() {
            promotion.aim(params.from.as_deref(), params.to.as_deref(), &plan, &pipeline);
        } else if params.from.is_some() || params.to.is_some() {
            let message = "`from` and `to` stand in the request";
            return Err(Refusal::new("conflicting-fields", message, "remove them from the call, or the request"));
        }
        let environments = promotion.environments(&project.environments);
        Ok(Loaded::Ready(Box::new(Self { plan, engine, pipeline, environments, promotion, found, diagnostics })))
    }

    /// Whether nothing that was read is broken.
    pub(super) fn is_sound(&self) -> bool {
        !diagnostic::has_errors(&self.diagnostics)
    }

    /// Asks the engine something about it.
    pub(super) fn ask<T>(&self, now: Option<Timestamp>, ask: impl FnOnce(&Engine, &GateRequest<'_>) -> T) -> T {
        self.promotion.with(&self.engine, &self.plan, &self.pipeline, &self.environments, now, ask)
    }
}
