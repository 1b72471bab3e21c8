//! Promotions: a request and what stands beside it, ready to be decided.

use std::sync::Arc;

use paritygate_eval::pipeline::Pipeline;
use paritygate_eval::zones::Zones;
use paritygate_eval::{Engine, GateRequest, Request};
use paritygate_import::{Context, Files, Named, document, facts, formats};
use paritygate_lang::request;
use paritygate_model::decision::{Decision, InputRole};
use paritygate_model::promotion::{FactSource, Facts};
use paritygate_model::{
    Diagnostic, Environment, FingerprintKey, Node, NodeId, SortedSet, Source, Tier, Timestamp, diagnostic,
};

use crate::plan::{Plan, PlannedEnvironment};
use crate::project::references;

/// The environment of the manifest that somebody means who writes its name otherwise: by an alias, or in capitals.
fn named<'p>(plan: &'p Plan, written: &str) -> Option<&'p str> {
    if plan.environments.iter().any(|planned| planned.name == written) {
        return None;
    }
    let by = |is: &dyn Fn(&str) -> bool| {
        plan.environments.iter().find(|planned| is(&planned.name) || planned.aliases.iter().any(|alias| is(alias)))
    };
    let known = by(&|name| name == written).or_else(|| by(&|name| name.eq_ignore_ascii_case(written)));
    known.map(|planned| planned.name.as_str()).filter(|name| !name.is_empty())
}

/// Whether a name is that of a tier that the manifest has, and of no environment.
fn is_tier(plan: &Plan, name: &str) -> bool {
    !of_tier(plan, name).is_empty()
}

/// The environments of a tier of that name, where no environment has it.
fn of_tier(plan: &Plan, name: &str) -> Vec<String> {
    if plan.environments.iter().any(|planned| planned.name == name) {
        return Vec::new();
    }
    let is_of =
        |planned: &&PlannedEnvironment| planned.tier.unwrap_or_else(|| Tier::from_name(&planned.name)).word() == name;
    plan.environments.iter().filter(is_of).map(|planned| planned.name.clone()).collect()
}

/// A promotion that was read.
#[derive(Default)]
pub struct Promotion {
    /// What is asked, with its facts in order.
    pub request: Request,
    /// The environments that the request describes itself.
    pub environments: Vec<Environment>,
    /// The texts that were read.
    pub inputs: Vec<(InputRole, Arc<Source>)>,
    /// What is wrong with the texts. With an error nothing can be decided.
    pub diagnostics: Vec<Diagnostic>,
}

impl Promotion {
    /// Reads a request, and facts that other systems printed.
    pub fn read(
        request: &Arc<Source>,
        facts: &[Arc<Source>],
        plan: &Plan,
        key: &FingerprintKey,
        zones: &Zones,
    ) -> Self {
        let mut promotion = Self { inputs: vec![(InputRole::Request, Arc::clone(request))], ..Self::default() };
        let (document, mut found) = document::read(request);
        let broken = diagnostic::has_errors(&found);
        document::refuse_duplicates(&mut found);
        promotion.diagnostics.extend(found);
        let mut asked = paritygate_model::promotion::Promotion::default();
        if !broken {
            let (read, found) = request::lower(&document);
            asked = read;
            promotion.diagnostics.extend(found);
            promotion.describe(document, plan, key);
        }
        let mut beside = promotion.facts(facts);
        for name in [&mut asked.from, &mut asked.to] {
            if let Some(known) = named(plan, name) {
                known.clone_into(name);
            }
        }
        for facts in std::iter::once(&mut asked.facts).chain(&mut beside) {
            facts.name_environments(|name| named(plan, name), |name| is_tier(plan, name));
            facts.spread(|name| of_tier(plan, name));
        }
        let (request, found) = Request::new(asked, beside, zones);
        promotion.request = request;
        promotion.diagnostics.extend(found);
        promotion.inputs.extend(plan.manifest.iter().map(|manifest| (InputRole::Manifest, Arc::clone(manifest))));
        diagnostic::sort(&mut promotion.diagnostics);
        promotion
    }

    /// The environments that a request describes itself.
    fn describe(&mut self, document: paritygate_model::Document, plan: &Plan, key: &FingerprintKey) {
        let Some(root) = document.root() else { return };
        let listed: Vec<(String, NodeId)> = root
            .get("environments")
            .into_iter()
            .flat_map(Node::items)
            .map(|node| {
                let name = node.get("environment").and_then(Node::scalar_text).unwrap_or_default();
                (name.to_owned(), node.id())
            })
            .collect();
        if listed.is_empty() {
            return;
        }
        let mut seen = SortedSet::new();
        for (name, node) in &listed {
            if !seen.insert(name)
                && let Some(at) = document.tree.node(*node).location()
            {
                let message = format!("the request describes `{name}` twice");
                let wrong = Diagnostic::error("duplicate-environment", at, message);
                self.diagnostics.push(wrong.help("keep the description that is true"));
            }
        }
        let files = Files::new();
        let context = Context { files: &files, secrets: &plan.secrets, key };
        let roots: Vec<NodeId> = listed.iter().map(|(_, root)| *root).collect();
        let described = formats::environment::describe(document, &roots, &context, &mut self.diagnostics);
        for ((name, _), description) in listed.iter().zip(described) {
            let described = Named { name, ..Named::default() }.environment(description, Vec::new(), key);
            self.environments.push(Environment { source: FactSource::Asserted, ..described });
        }
        paritygate_import::seal_repeated(self.environments.iter_mut().collect(), &plan.secrets);
    }

    /// Facts that other systems printed: in their own shapes, which are read together since one explains another, or in ours.
    fn facts(&mut self, texts: &[Arc<Source>]) -> Vec<Facts> {
        let (mut beside, mut foreign) = (Vec::new(), Vec::new());
        for source in texts {
            self.inputs.push((InputRole::Facts, Arc::clone(source)));
            let (document, mut found) = document::read_stream(source);
            let broken = diagnostic::has_errors(&found);
            let is_foreign = facts::is_foreign(&document);
            if !is_foreign {
                document::refuse_duplicates(&mut found);
            }
            self.diagnostics.extend(found);
            if broken {
                continue;
            }
            if is_foreign {
                foreign.push(document);
                continue;
            }
            let (read, found) = request::facts(&document);
            beside.push(read);
            self.diagnostics.extend(found);
        }
        if !foreign.is_empty() {
            let (read, found) = facts::read_all(&foreign);
            beside.push(read);
            self.diagnostics.extend(found);
        }
        beside
    }

    /// Says where a promotion comes from and goes to, for calendars that are asked without a request. What is not said is
    /// the last stage of the pipeline, and the stage before it.
    pub fn aim(&mut self, from: Option<&str>, to: Option<&str>, plan: &Plan, pipeline: &Pipeline) {
        let meant = |written: Option<&'_ str>| written.map(|name| named(plan, name).unwrap_or(name).to_owned());
        let last = || pipeline.stages.last().map(|stage| stage.name.clone());
        let to = meant(to).or_else(last).unwrap_or_default();
        let before = || pipeline.usual_source(&to).map(str::to_owned);
        let from = meant(from).or_else(before).unwrap_or_default();
        let promotion = &mut self.request.promotion;
        (promotion.from, promotion.to) = (from, to);
    }

    /// Decides. The environments of the project and those of the request are judged; where both describe one, the
    /// request's own description would be the word of whoever asks, so the project's counts.
    ///
    /// # Errors
    ///
    /// If nobody says what time it is.
    pub fn decide(
        &self,
        engine: &Engine,
        plan: &Plan,
        pipeline: &Pipeline,
        environments: &[Environment],
        now: Option<Timestamp>,
    ) -> Result<(Decision, Vec<Diagnostic>), Diagnostic> {
        let environments = self.environments(environments);
        self.with(engine, plan, pipeline, &environments, now, |engine, asked| engine.decide(asked))
    }

    /// The environments that the project describes, and those that only the request does. What is named and not described
    /// is none of them: compared with nothing, it would be alike.
    pub fn environments(&self, project: &[Environment]) -> Vec<Environment> {
        let is_described = |environment: &&Environment| !environment.root().is_empty();
        let mut all: Vec<Environment> = project.iter().filter(is_described).cloned().collect();
        let is_known = |own: &&Environment| !all.iter().any(|known| known.name == own.name);
        let more: Vec<Environment> = self.environments.iter().filter(is_described).filter(is_known).cloned().collect();
        all.extend(more);
        all
    }

    /// Asks an engine something about the promotion.
    pub fn with<T>(
        &self,
        engine: &Engine,
        plan: &Plan,
        pipeline: &Pipeline,
        environments: &[Environment],
        now: Option<Timestamp>,
        ask: impl FnOnce(&Engine, &GateRequest<'_>) -> T,
    ) -> T {
        let references = references(plan);
        let asked = GateRequest {
            request: &self.request,
            pipeline,
            environments,
            now,
            references: &references,
            exceptions: plan.exceptions(),
            inputs: &self.inputs,
        };
        ask(engine, &asked)
    }
}
