//! What is to be read, and how it is to be judged: from a manifest, or from what was discovered.

use std::borrow::Cow;
use std::sync::Arc;

use paritygate_eval::pipeline::{Pipeline, StageInput};
use paritygate_eval::zones::Zones;
use paritygate_eval::{Exceptions, SHARED_SECRETS};
use paritygate_import::{Format, Request, document, formats};
use paritygate_lang::project::{self, Admission, Expected, PipelineSpec, ProjectEnvironment, SourceSpec, Waiver};
use paritygate_model::{
    Diagnostic, Document, Environment, Location, SecretTable, SortedMap, Source, Tier, diagnostic, suggest,
};

/// What is to be read, and how it is to be judged.
#[derive(Default)]
pub struct Plan {
    /// The environments.
    pub environments: Vec<PlannedEnvironment>,
    /// The sources of the contract.
    pub contract: Vec<Layer>,
    /// The policies: names of packs, or paths, each with the place that names it.
    pub policies: Vec<(String, Option<Location>)>,
    /// What is secret.
    pub secrets: SecretTable,
    /// Expected differences.
    pub expected: Vec<Expected>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Rules that no exception may cover where production is concerned.
    pub never_waive: Vec<String>,
    /// The file of the findings that were accepted, and the place that names it.
    pub baseline: Option<(String, Option<Location>)>,
    /// The promotion pipeline.
    pub pipeline: PipelineSpec,
    /// The members of groups.
    pub groups: SortedMap<String, Vec<String>>,
    /// Whether the policies are others than the manifest's: its exceptions may then be to rules that don't run.
    pub policies_named: bool,
    /// The manifest's own text.
    pub manifest: Option<Arc<Source>>,
    /// Files that were seen and not used, each with the reason.
    pub passed_over: Vec<(String, Cow<'static, str>)>,
    /// What is wrong with the manifest.
    pub diagnostics: Vec<Diagnostic>,
}

/// An environment that is to be read.
#[derive(Clone, Default)]
pub struct PlannedEnvironment {
    /// Its name; empty where the documents themselves name it.
    pub name: String,
    /// Its tier; `None` leaves it to the document, and then to the name.
    pub tier: Option<Tier>,
    /// Its place in the order.
    pub order: Option<i64>,
    /// Other names under which values speak of it.
    pub aliases: Vec<String>,
    /// The environment that it is compared with.
    pub reference: Option<String>,
    /// Its layers; later ones win.
    pub layers: Vec<Layer>,
    /// What it asks of deployments.
    pub admission: Admission,
    /// Where the manifest declares it.
    pub at: Option<Location>,
}

/// One layer of an environment.
#[derive(Clone)]
pub struct Layer {
    /// The format.
    pub format: &'static Format,
    /// What is read.
    pub request: Request,
    /// Whether it says what was observed, and not what was declared.
    pub observed: bool,
}

impl Plan {
    /// The plan of a manifest's text, with what is wrong with the text. What follows from half a text would only hide the
    /// mistake: a text that can't be read plans nothing.
    pub fn of_text(source: &Arc<Source>) -> Self {
        let (document, mut diagnostics) = document::read(source);
        let broken = diagnostic::has_errors(&diagnostics);
        document::refuse_duplicates(&mut diagnostics);
        let mut plan = if broken { Self::default() } else { Self::of_manifest(&document) };
        diagnostics.append(&mut plan.diagnostics);
        Self { diagnostics, ..plan }
    }

    /// The plan of a manifest.
    pub fn of_manifest(document: &Document) -> Self {
        let (project, diagnostics) = project::lower(document);
        let mut plan = Self { diagnostics, ..Self::default() };
        let stage = |name: &str| {
            project.pipeline.stages.iter().position(|stage| stage.value == name).and_then(|at| i64::try_from(at).ok())
        };
        for environment in &project.environments {
            plan.environments.push(PlannedEnvironment {
                name: environment.name.clone(),
                tier: environment.tier,
                order: environment.order.or_else(|| stage(&environment.name)),
                aliases: environment.aliases.clone(),
                reference: environment.reference.as_ref().map(|reference| reference.value.clone()),
                layers: layers(&environment.sources, &mut plan.diagnostics),
                admission: environment.admission.clone(),
                at: Some(environment.at.clone()),
            });
            check_reference(environment, &project.environments, &mut plan.diagnostics);
        }
        plan.contract = layers(&project.contract, &mut plan.diagnostics);
        plan.policies = project.policies.into_iter().map(|policy| (policy_name(&policy.value), policy.at)).collect();
        plan.secrets = SecretTable::with(project.secrets_plain, project.secrets_secret);
        plan.expected = project.expected;
        plan.waivers = project.waivers;
        plan.baseline = project.baseline.map(|path| (normalized(&path.value), path.at));
        plan.pipeline = project.pipeline;
        plan.groups = project.groups;
        plan.manifest = Some(Arc::clone(&document.source));
        plan.never_waive = match project.never_waive {
            Some(rules) => rules.into_iter().map(|rule| rule.value).collect(),
            None => vec![SHARED_SECRETS.to_owned()],
        };
        plan
    }

    /// Leaves out what only rules ask for: policies and the baseline. Their files are not asked for then.
    pub fn without_rules(&mut self) {
        self.policies.clear();
        self.baseline = None;
    }

    /// Asks that nothing changed, where the plan names no policy: what is usual between environments says little of two
    /// views of one.
    pub fn for_views(&mut self) {
        if self.policies.is_empty() {
            self.use_policies([crate::project::UNCHANGED.to_owned()]);
        }
    }

    /// Takes these policies instead of those of the manifest.
    pub fn use_policies(&mut self, policies: impl IntoIterator<Item = String>) {
        self.policies = policies.into_iter().map(|policy| (policy, None)).collect();
        self.policies_named = true;
    }

    /// What is excepted, but for what a baseline accepts.
    pub(crate) fn exceptions(&self) -> Exceptions<'_> {
        Exceptions {
            expected: &self.expected,
            waivers: &self.waivers,
            never_waive: &self.never_waive,
            accepted: &[],
            of_other_policies: self.policies_named,
        }
    }

    /// The promotion pipeline over the plan's environments, or over those that were read where the plan names none; with
    /// what makes no sense in it.
    pub fn pipeline(&self, environments: &[Environment], zones: &Zones) -> (Pipeline, Vec<Diagnostic>) {
        let none = Admission::default();
        let tier = |planned: &PlannedEnvironment| {
            let read = environments.iter().find(|environment| *environment.name == *planned.name);
            let read = read.map(|environment| environment.tier);
            planned.tier.or(read).unwrap_or_else(|| Tier::from_name(&planned.name))
        };
        let mut inputs: Vec<StageInput<'_>> = self
            .environments
            .iter()
            .filter(|planned| !planned.name.is_empty())
            .map(|planned| StageInput {
                name: &planned.name,
                tier: tier(planned),
                order: planned.order,
                admission: &planned.admission,
                at: planned.at.as_ref(),
            })
            .collect();
        let known: Vec<&str> = inputs.iter().map(|input| input.name).collect();
        let more =
            environments.iter().filter(|environment| !environment.contract && !known.contains(&&*environment.name));
        let more: Vec<StageInput<'_>> = more
            .map(|read| StageInput { name: &read.name, tier: read.tier, order: read.order, admission: &none, at: None })
            .collect();
        inputs.extend(more);
        let (pipeline, mut diagnostics) = Pipeline::compile(&inputs, &self.pipeline, &self.groups, zones);
        diagnostic::sort(&mut diagnostics);
        (pipeline, diagnostics)
    }

    /// Whether any of its files is at `path`.
    pub fn reads(&self, path: &str) -> bool {
        let layers = self.environments.iter().flat_map(|environment| &environment.layers).chain(&self.contract);
        layers.flat_map(|layer| &layer.request.paths).any(|known| known == path)
    }
}

fn check_reference(environment: &ProjectEnvironment, all: &[ProjectEnvironment], diagnostics: &mut Vec<Diagnostic>) {
    let Some(reference) = &environment.reference else { return };
    let is = |other: &ProjectEnvironment| {
        other.name == reference.value || other.tier.is_some_and(|tier| tier.word() == reference.value)
    };
    if !all.iter().any(is) {
        let at = reference.at.clone().unwrap_or_else(|| environment.at.clone());
        let help =
            suggest::did_you_mean(&reference.value, all.iter().map(|other| other.name.as_str()).collect::<Vec<_>>());
        let message = format!("no environment is named `{}`", reference.value);
        diagnostics.push(Diagnostic::error("unknown-environment", at, message).maybe_help(help));
    }
}

fn layers(sources: &[SourceSpec], diagnostics: &mut Vec<Diagnostic>) -> Vec<Layer> {
    let mut layers = Vec::new();
    for source in sources {
        let at = source.paths.first().and_then(|path| path.at.clone());
        let paths: Vec<String> = source.paths.iter().map(|path| normalized(&path.value)).collect();
        let format = if let Some(from) = &source.from {
            let found = formats::find(&from.value);
            if found.is_none()
                && let Some(at) = from.at.clone().or_else(|| at.clone())
            {
                let help = suggest::did_you_mean(&from.value, formats::ALL.iter().map(|format| format.name));
                let message = format!("there is no input format `{}`", from.value);
                diagnostics.push(Diagnostic::error("unknown-format", at, message).maybe_help(help));
            }
            found
        } else {
            let found = paths.first().and_then(|path| formats::detect(path));
            if found.is_none()
                && let Some(at) = at.clone()
            {
                let names: Vec<&str> = formats::ALL.iter().map(|format| format.name).collect();
                let message = "the name of this file does not tell its format";
                let help = format!("say it with `from:`, which is one of {}", suggest::quoted(&names));
                diagnostics.push(Diagnostic::error("unknown-format", at, message).help(help));
            }
            found
        };
        if let Some(format) = format {
            let places = source.paths.iter().map(|path| path.at.clone()).collect();
            let (component, profiles) = (source.component.clone(), source.profiles.clone());
            let request = Request { paths, places, component, profiles };
            layers.push(Layer { format, request, observed: source.observed });
        }
    }
    layers
}

/// The name of a pack as it is, the path of a policy normalized.
fn policy_name(policy: &str) -> String {
    if is_path(policy) { normalized(policy) } else { policy.to_owned() }
}

/// Whether a policy is named by its path and not by the name of a pack.
pub fn is_path(policy: &str) -> bool {
    policy.contains('/') || [".yaml", ".yml", ".json"].iter().any(|ending| policy.ends_with(ending))
}

/// A path without `./` and doubled slashes.
pub fn normalized(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if out.last().is_some_and(|last| *last != "..") => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    let joined = out.join("/");
    if path.starts_with('/') { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalized() {
        for (path, expected) in
            [("./a//b", "a/b"), ("a/../b", "b"), ("../a", "../a"), ("/a/./b", "/a/b"), ("../../x", "../../x")]
        {
            assert_eq!(normalized(path), expected);
        }
    }
}
