//! Reading a plan's environments, and checking them.

use std::sync::Arc;

use paritygate_eval::zones::Zones;
use paritygate_eval::{CheckRequest, Engine, Exceptions};
use paritygate_import::{Context, Description, Files, Imported, Named, Need, Supplied, document};
use paritygate_lang::{Accepted, baseline, policy};
use paritygate_model::report::{ENVIRONMENT_GONE, Report};
use paritygate_model::{
    Coverage, Diagnostic, Draft, Environment, FingerprintKey, Location, Node, SecretTable, SortedSet, Source,
    Timestamp, View, diagnostic::Level,
};

use crate::plan::{Plan, PlannedEnvironment, is_path};
use crate::{beside, elsewhere};

/// What is said about a file that lies outside the project, where nothing is read unless that was allowed.
pub const OUTSIDE: &str = "it is outside the project; `--allow-outside` reads it";

/// Whether a path that a text asks for leads out of the project.
pub fn is_outside(path: &str) -> bool {
    path == ".." || path.starts_with("../") || path.starts_with('/')
}

/// The environments of a plan, as far as their files were at hand.
#[derive(Default)]
pub struct Project {
    /// The environments, and the contract if there is one.
    pub environments: Vec<Environment>,
    /// Files that are still needed. Supply them (or say that they are absent) and load again.
    pub needs: Vec<Need>,
    /// What was observed of environments that are declared as well.
    pub observed: Vec<Environment>,
    /// The findings that a baseline accepts.
    pub accepted: Vec<Accepted>,
    /// What was wrong with the texts.
    pub diagnostics: Vec<Diagnostic>,
}

impl Project {
    /// Reads the environments of a plan from the files at hand. Reaches out for nothing: what is missing is in `needs`.
    pub fn load(plan: &Plan, files: &Files, key: &FingerprintKey) -> Self {
        Self::load_beside(plan, files, key, &[])
    }

    /// Like [`Project::load`], for environments that are compared with others than those of the plan: what is secret there is
    /// secret here.
    pub fn load_beside(plan: &Plan, files: &Files, key: &FingerprintKey, others: &[Environment]) -> Self {
        let mut project = Self::read_all(plan, files, &plan.secrets, key);
        let mut known = SortedSet::new();
        // What is secret in one environment is secret in all, and so is what was built from it there.
        for _ in 0..elsewhere::MAX_READINGS {
            let before = known.len();
            let described = project.environments.iter().chain(&project.observed).chain(others);
            known.extend(elsewhere::names(described, files));
            if known.len() == before {
                break;
            }
            let secrets = plan.secrets.with_elsewhere(known.iter().cloned().collect());
            project = Self::read_all(plan, files, &secrets, key);
        }
        let all = project.environments.iter_mut().chain(&mut project.observed);
        paritygate_import::seal_repeated(all.collect(), &plan.secrets);
        project
    }

    fn read_all(plan: &Plan, files: &Files, secrets: &SecretTable, key: &FingerprintKey) -> Self {
        let mut project = Self::default();
        let context = Context { files, secrets, key };
        for planned in &plan.environments {
            project.read(planned, &context);
        }
        project.settle_planes();
        if !plan.contract.is_empty() {
            let name = plan.contract.iter().flat_map(|layer| &layer.request.paths).next().cloned();
            let contract = PlannedEnvironment {
                name: name.unwrap_or_default(),
                layers: plan.contract.clone(),
                ..PlannedEnvironment::default()
            };
            let before = project.environments.len();
            project.read(&contract, &context);
            for environment in project.environments.iter_mut().skip(before) {
                environment.contract = true;
                environment.aliases.clear();
            }
        }
        project.needs.sort_by(|a, b| a.path.cmp(&b.path));
        project.needs.dedup_by(|a, b| a.path == b.path);
        for (path, _) in plan.policies.iter().filter(|(policy, _)| is_path(policy)) {
            match files.get(path) {
                Some(Supplied::Text(source)) => project.needs.extend(beside::needs(source, files)),
                Some(_) => {}
                None => project.needs.push(Need { path: path.clone(), at: None, required: true }),
            }
        }
        project.read_baseline(plan, files);
        paritygate_model::diagnostic::sort(&mut project.diagnostics);
        // One text may be a layer of several environments: what is wrong with it is said once.
        project.diagnostics.dedup_by(|a, b| {
            let place =
                |diagnostic: &Diagnostic| diagnostic.location.as_ref().map(|at| (Arc::as_ptr(&at.source), at.span));
            a.code == b.code && a.message == b.message && place(a) == place(b)
        });
        project
    }

    /// What was observed and is not declared is compared as it is.
    fn settle_planes(&mut self) {
        let declared = |observed: &Environment| self.environments.iter().any(|other| other.name == observed.name);
        let (beside, alone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.observed).into_iter().partition(declared);
        self.environments.extend(alone);
        self.observed = beside;
    }

    /// Reads the findings that were accepted, where the plan names a file of them.
    fn read_baseline(&mut self, plan: &Plan, files: &Files) {
        let Some((path, at)) = &plan.baseline else { return };
        let wrong = match files.get(path) {
            Some(Supplied::Text(source)) => {
                let (document, found) = document::read(source);
                let broken = paritygate_model::diagnostic::has_errors(&found);
                self.diagnostics.extend(found);
                if !broken {
                    let (accepted, found) = baseline::lower(&document);
                    self.accepted = accepted;
                    self.diagnostics.extend(found);
                }
                return;
            }
            Some(Supplied::Broken(wrong)) => {
                self.diagnostics.push(wrong.clone());
                return;
            }
            Some(Supplied::Refused(reason)) => format!("the baseline `{path}` was not read: {reason}"),
            Some(Supplied::Absent) => format!("the baseline `{path}` does not exist"),
            None => {
                self.needs.push(Need { path: path.clone(), at: None, required: true });
                return;
            }
        };
        let wrong = match at {
            Some(at) => Diagnostic::error("baseline-not-found", at.clone(), wrong),
            None => Diagnostic::nowhere("baseline-not-found", wrong),
        };
        self.diagnostics.push(wrong.help("write it with `paritygate baseline`"));
    }

    /// Like [`Project::load`], with an answer for every file outside the project that is asked for: it is not handed in.
    pub fn load_inside(plan: &Plan, files: &mut Files, key: &FingerprintKey) -> Self {
        loop {
            let project = Self::load(plan, files, key);
            let outside = project.needs.iter().filter(|need| is_outside(&need.path));
            let outside: Vec<String> = outside.map(|need| need.path.clone()).collect();
            if outside.is_empty() {
                return project;
            }
            files.extend(outside.into_iter().map(|path| (path, Supplied::Refused(OUTSIDE.to_owned()))));
        }
    }

    fn read(&mut self, planned: &PlannedEnvironment, context: &Context<'_>) {
        for observed in [false, true] {
            if planned.layers.iter().any(|layer| layer.observed == observed) || (!observed && planned.layers.is_empty())
            {
                self.read_plane(planned, observed, context);
            }
        }
    }

    fn read_plane(&mut self, planned: &PlannedEnvironment, observed: bool, context: &Context<'_>) {
        let mut layers: Vec<Imported> = Vec::new();
        for layer in planned.layers.iter().filter(|layer| layer.observed == observed) {
            let mut imported = (layer.format.import)(&layer.request, context);
            self.needs.append(&mut imported.needs);
            self.diagnostics.append(&mut imported.diagnostics);
            layers.push(imported);
        }
        // A text that holds several environments gives each of them; layers are laid over each other.
        let several = layers.iter().any(|layer| layer.descriptions.len() > 1);
        if layers.len() == 1 || several {
            for layer in layers {
                let own = Named { order: planned.order, ..Named::default() };
                let named = if layer.descriptions.len() > 1 { own } else { named(planned) };
                for description in layer.descriptions {
                    let environment = named.environment(description, layer.coverage.clone(), context.key);
                    self.add(environment, observed);
                }
            }
            return;
        }
        let mut draft = Draft::map();
        let mut coverage: Vec<(String, Coverage)> = Vec::new();
        for layer in layers {
            for description in layer.descriptions {
                if let Description::Tree(tree, root) = &description {
                    add_coverage(&mut coverage, paritygate_import::formats::environment::coverage(tree.node(*root)));
                }
                draft.merge(match description {
                    Description::Tree(tree, root) => Draft::of(tree.node(root)),
                    Description::Draft(draft) => draft,
                });
            }
            add_coverage(&mut coverage, layer.coverage);
        }
        let environment = named(planned).environment(Description::Draft(draft), coverage, context.key);
        self.add(environment, observed);
    }

    /// Adds an environment. What was observed stands beside what is declared; where nothing is, it is the environment.
    fn add(&mut self, environment: Environment, observed: bool) {
        let said = environment.root().get("plane").and_then(Node::scalar_text);
        let observed = said.map_or(observed, |plane| plane == "observed");
        let same = |other: &Environment| other.name == environment.name;
        if observed && !self.observed.iter().any(same) {
            self.observed.push(environment);
            return;
        }
        let twin = self.environments.iter().find(|other| other.name == environment.name);
        if let Some(twin) = twin {
            let place = |environment: &Environment| environment.root().location();
            let message = format!("two environments are named `{}`", environment.name);
            let mut diagnostic = match place(&environment) {
                Some(at) => Diagnostic::error("duplicate-environment", at, message),
                None => Diagnostic::nowhere("duplicate-environment", message),
            };
            if let Some(at) = place(twin) {
                diagnostic = diagnostic.related(at, "the other one");
            }
            self.diagnostics.push(diagnostic.help("give one of them another name"));
            return;
        }
        if environment.name.is_empty() {
            let at = environment.root().location();
            let message = "this environment has no name";
            self.diagnostics.push(match at {
                Some(at) => {
                    Diagnostic::error("environment-shape", at, message).help("begin it with `environment: NAME`")
                }
                None => Diagnostic::nowhere("environment-shape", message)
                    .help("begin the document with `environment: NAME`"),
            });
            return;
        }
        self.environments.push(environment);
    }

    /// Compiles the plan's policies: packs by name, others from the files at hand. Without any, the `recommended` pack.
    pub fn compile(&self, plan: &Plan, files: &Files, zones: &Zones) -> (Engine, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut sources = Vec::new();
        let recommended = [(RECOMMENDED.to_owned(), None)];
        let named = if plan.policies.is_empty() { &recommended[..] } else { &plan.policies };
        for (name, at) in named {
            sources.extend(policy_sources(name, at.as_ref(), files, &mut diagnostics));
        }
        compile(&sources, files, zones, diagnostics)
    }

    /// What was observed of environments against what they are declared to be: each such environment in two views.
    pub fn drift(&self) -> Vec<Environment> {
        views(&self.environments, &self.observed, View::Declared, View::Observed)
    }

    /// These environments against what they were: each that was there before, in two views; and which came or went.
    pub fn change(&self, before: &[Environment]) -> (Vec<Environment>, Vec<Diagnostic>) {
        let views = views(before, &self.environments, View::Then, View::Now);
        if views.is_empty() {
            return (views, Vec::new());
        }
        let alone = |list: &[Environment], others: &[Environment], code: &'static str, what: &str| {
            let lone = list.iter().filter(|one| !one.contract && !others.iter().any(|other| other.name == one.name));
            let told = lone.map(|one| {
                let mut told = Diagnostic::nowhere(code, format!("environment `{}` {what}", one.name));
                told.level = Level::Warning;
                told
            });
            told.collect::<Vec<_>>()
        };
        let mut found = alone(before, &self.environments, ENVIRONMENT_GONE, "is gone: it was there before");
        found.extend(alone(&self.environments, before, "environment-new", "is new: it was not there before"));
        (views, found)
    }

    /// Checks the environments with compiled policies. `only` names rules to run; empty means all.
    pub fn check(&self, engine: &Engine, plan: &Plan, now: Timestamp, only: &[String]) -> (Report, Vec<Diagnostic>) {
        self.check_these(&self.environments, engine, plan, now, only)
    }

    /// Checks other environments than its own, such as views of them.
    pub fn check_these(
        &self,
        environments: &[Environment],
        engine: &Engine,
        plan: &Plan,
        now: Timestamp,
        only: &[String],
    ) -> (Report, Vec<Diagnostic>) {
        let references = references(plan);
        let (report, mut diagnostics) = engine.check(&CheckRequest {
            environments,
            now,
            references: &references,
            exceptions: Exceptions { accepted: &self.accepted, ..plan.exceptions() },
            only,
        });
        // A pack may ask for an environment that a project has not: that is no mistake, and its rules judge nothing.
        let packed = |text: &Source| {
            let mut policies = paritygate_policies::ALL.iter().flat_map(|pack| pack.policies);
            policies.any(|policy| policy.path == &**text.name() && policy.text == text.text())
        };
        for asked in diagnostics.iter_mut().filter(|told| told.code == "unknown-environment") {
            if asked.location.as_ref().is_some_and(|at| packed(&at.source)) {
                asked.level = Level::Warning;
            }
        }
        (report, diagnostics)
    }
}

/// The environments that are in both lists, each in two views, one after the other.
fn views(first: &[Environment], second: &[Environment], before: View, after: View) -> Vec<Environment> {
    let mut views = Vec::with_capacity(second.len() * 2);
    for later in second.iter().filter(|environment| !environment.contract) {
        if let Some(earlier) = first.iter().find(|other| other.name == later.name && !other.contract) {
            // Tier and order are those of the project as it is.
            let earlier = Environment { tier: later.tier, order: later.order, ..earlier.clone() };
            views.extend([earlier.viewed(before), later.clone().viewed(after)]);
        }
    }
    views
}

/// The environments with a reference of their own.
pub(crate) fn references(plan: &Plan) -> Vec<(Arc<str>, String)> {
    let planned = plan.environments.iter();
    let declared = planned.filter_map(|planned| Some((&planned.name, planned.reference.as_ref()?)));
    declared.map(|(name, reference)| (name.as_str().into(), reference.clone())).collect()
}

/// The pack that is used for views of one environment where none is named.
pub const UNCHANGED: &str = "unchanged";
/// The pack that is used where none is named.
pub const RECOMMENDED: &str = "recommended";

/// Compiles the texts of policies, with the files that they name. What is wrong with them is added to `diagnostics`; what
/// is right stands.
pub(crate) fn compile(
    sources: &[Arc<Source>],
    files: &Files,
    zones: &Zones,
    mut diagnostics: Vec<Diagnostic>,
) -> (Engine, Vec<Diagnostic>) {
    let mut policies = Vec::new();
    for source in each_once(sources) {
        let (document, mut found) = document::read(source);
        let broken = paritygate_model::diagnostic::has_errors(&found);
        document::refuse_duplicates(&mut found);
        diagnostics.extend(found);
        if !broken {
            let (policy, found) = policy::lower(Arc::new(document));
            diagnostics.extend(found);
            policies.push(policy);
        }
    }
    let beside = policies.iter().flat_map(|policy| beside::documents(policy, files)).collect();
    let (engine, found) = Engine::compile(policies, paritygate_rules::CATALOGUE, zones, &beside);
    diagnostics.extend(found);
    paritygate_model::diagnostic::sort(&mut diagnostics);
    (engine, diagnostics)
}

/// The texts, in their order, without those that were there before: packs share policies, and a rule is judged once.
fn each_once(sources: &[Arc<Source>]) -> impl Iterator<Item = &Arc<Source>> {
    let mut known = SortedSet::new();
    sources.iter().filter(move |source| known.insert((source.name().as_ref(), source.text())))
}

/// The texts of a policy that is named: those of a pack, or the one at a path.
pub(crate) fn policy_sources(
    name: &str,
    at: Option<&Location>,
    files: &Files,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Arc<Source>> {
    let wrong = |message: String| match at {
        Some(at) => Diagnostic::error("policy-not-found", at.clone(), message),
        None => Diagnostic::nowhere("policy-not-found", message),
    };
    if is_path(name) {
        match files.get(name) {
            Some(Supplied::Text(source)) => return vec![Arc::clone(source)],
            Some(Supplied::Refused(reason)) => {
                diagnostics.push(wrong(format!("policy `{name}` was not read: {reason}")));
            }
            Some(Supplied::Broken(problem)) => {
                let mut problem = problem.clone();
                problem.location = problem.location.take().or_else(|| at.cloned());
                diagnostics.push(problem);
            }
            Some(Supplied::Absent) | None => {
                diagnostics.push(
                    wrong(format!("policy `{name}` does not exist")).help("paths count from the project's folder"),
                );
            }
        }
        return Vec::new();
    }
    if let Some(pack) = paritygate_policies::find(name) {
        pack.policies.iter().map(|policy| Source::new(policy.path, policy.text)).collect()
    } else {
        let known = paritygate_policies::ALL.iter().map(|pack| pack.name);
        let help = paritygate_model::suggest::did_you_mean(name, known);
        diagnostics.push(
            wrong(format!("there is no policy pack `{name}`"))
                .maybe_help(help)
                .note("a policy of your own is named by its path"),
        );
        Vec::new()
    }
}

/// A section that several layers describe is complete only if each of them is; a layer that does not describe it says nothing.
fn add_coverage(coverage: &mut Vec<(String, Coverage)>, more: Vec<(String, Coverage)>) {
    let describes = |coverage: Coverage| matches!(coverage, Coverage::Complete | Coverage::Partial);
    for (section, new) in more {
        match coverage.iter_mut().find(|(known, _)| *known == section) {
            Some((_, known)) if !describes(*known) || (*known == Coverage::Complete && describes(new)) => *known = new,
            Some(_) => {}
            None => coverage.push((section, new)),
        }
    }
}

fn named(planned: &PlannedEnvironment) -> Named<'_> {
    Named { name: &planned.name, tier: planned.tier, order: planned.order, aliases: &planned.aliases }
}
