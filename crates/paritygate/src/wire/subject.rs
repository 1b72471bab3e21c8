//! What calls are about: the files of a project, imported environments, policies.

use std::sync::Arc;

use paritygate_eval::{Engine, SHARED_SECRETS};
use paritygate_import::{Files, Need, Supplied};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Environment, FingerprintKey, Source};
#[cfg(feature = "schema")]
use schemars::JsonSchema;

use super::envelope::Refusal;
use super::shared::{self, Key, PolicyText, Texts};
use super::verbs::Call;
use crate::beside;
use crate::naming::{self, MANIFESTS};
use crate::plan::Plan;
use crate::project::{self, OUTSIDE, Project, is_outside};

/// How many files are listed that were passed over.
const MAX_LISTED: usize = 10;

/// The files of a project.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "Project", rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectParams {
    /// The files at hand, by path relative to the project's root.
    pub files: Texts,
    /// The path of the manifest among them; `paritygate.yaml` where that is there.
    pub manifest: Option<String>,
    /// What the files are without a manifest.
    #[serde(default)]
    pub names: Names,
    /// The files that the project consists of, without those that were only asked for; all that are there where it is
    /// absent.
    pub paths: Option<Vec<String>>,
    /// Policies to apply instead of those of the manifest.
    #[serde(default)]
    pub policies: Vec<PolicyText>,
    /// The key for fingerprints of secrets; the session's own where it is absent.
    pub key: Option<Key>,
    /// Whether files outside the project's root are asked for; by default they are not read.
    #[serde(default)]
    pub allow_outside: bool,
}

/// What the files of a project are, where no manifest says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Names {
    /// What stands in a folder: those whose names name environments are used, others are passed over.
    #[default]
    Discover,
    /// What a user named one by one: each of them is used.
    Each,
}

/// What is to be read.
pub(super) struct Subject {
    pub(super) plan: Plan,
    pub(super) files: Files,
    pub(super) key: FingerprintKey,
    pub(super) policies: Vec<PolicyText>,
    pub(super) allow_outside: bool,
}

impl Subject {
    /// The files of a project; nothing where there is none.
    pub(super) fn of(call: &Call<'_>, project: Option<ProjectParams>) -> Result<Self, Refusal> {
        let Some(project) = project else {
            let plan = Plan { never_waive: vec![SHARED_SECRETS.to_owned()], ..Plan::default() };
            let (key, policies) = (call.session.key.clone(), Vec::new());
            return Ok(Self { plan, files: Files::new(), key, policies, allow_outside: false });
        };
        let files = shared::files(&project.files, call)?;
        let plan = plan(&files, project.manifest.as_deref(), project.names, project.paths);
        let key = shared::key(project.key.as_ref(), call)?;
        Ok(Self { plan, files, key, policies: project.policies, allow_outside: project.allow_outside })
    }
}

/// The environments behind their numbers.
pub(super) fn imported(call: &Call<'_>, handles: &[u32]) -> Result<Vec<Environment>, Refusal> {
    let mut imported: Vec<Environment> = Vec::with_capacity(handles.len());
    for handle in handles {
        let environment = call.session.held().environment(*handle)?;
        if imported.iter().any(|other| other.name == environment.name) {
            let message = format!("two environments are named `{}`", environment.name);
            return Err(Refusal::new("duplicate-environment", message, "import one of them under another name"));
        }
        imported.push((*environment).clone());
    }
    Ok(imported)
}

/// What a project was before; or the files that are still needed to know it.
pub(super) enum Before {
    Read(Vec<Environment>),
    Needs(Vec<Need>),
}

/// Reads what a project was before. What is secret today is secret then as well.
pub(super) fn before(
    call: &Call<'_>,
    project: Option<ProjectParams>,
    today: &Plan,
    now: &Project,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Before, Refusal> {
    if project.is_none() {
        return Ok(Before::Read(Vec::new()));
    }
    let Subject { mut plan, mut files, key, allow_outside, .. } = Subject::of(call, project)?;
    plan.without_rules();
    plan.secrets = today.secrets.clone();
    diagnostics.append(&mut plan.diagnostics);
    let mut read = shared::load(&plan, &mut files, &key, allow_outside);
    if read.needs.is_empty() {
        read = Project::load_beside(&plan, &files, &key, &now.environments);
    }
    diagnostics.append(&mut read.diagnostics);
    Ok(if read.needs.is_empty() { Before::Read(read.environments) } else { Before::Needs(read.needs) })
}

/// The texts of policies that a call hands in, and what is wrong with them, which is told when they are compiled.
pub(super) struct Given {
    sources: Vec<Arc<Source>>,
    wrong: Vec<Diagnostic>,
}

impl Given {
    /// Reads the policies of a call; nothing where it names none.
    pub(super) fn of(call: &Call<'_>, policies: &[PolicyText]) -> Result<Option<Self>, Refusal> {
        if policies.is_empty() {
            return Ok(None);
        }
        let mut wrong = Vec::new();
        Ok(Some(Self { sources: shared::policies(policies, call, &mut wrong)?, wrong }))
    }
}

/// Reads a plan's environments. What is missing may also be a file that the policies of the call name.
pub(super) fn load(
    plan: &Plan,
    files: &mut Files,
    key: &FingerprintKey,
    allow_outside: bool,
    given: Option<&Given>,
) -> Project {
    let mut project = shared::load(plan, files, key, allow_outside);
    for source in given.iter().flat_map(|given| &given.sources) {
        for need in beside::needs(source, files) {
            if is_outside(&need.path) && !allow_outside {
                files.insert(need.path, Supplied::Refused(OUTSIDE.to_owned()));
            } else {
                project.needs.push(need);
            }
        }
    }
    project
}

/// Compiles the policies of a call; those of the project where it names none.
pub(super) fn engine(
    call: &Call<'_>,
    project: &Project,
    plan: &Plan,
    files: &Files,
    given: Option<Given>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Arc<Engine> {
    let zones = call.session.zones();
    let (engine, wrong) = match given {
        Some(given) => project::compile(&given.sources, files, &zones, given.wrong),
        None => project.compile(plan, files, &zones),
    };
    diagnostics.extend(wrong);
    Arc::new(engine)
}

/// Says that there is no environment: nothing compared is no pass.
pub(super) fn nothing(plan: &Plan) -> Diagnostic {
    const HELP: &str =
        "name environments in `paritygate.yaml`, or files after them: `.env.staging`, `compose.production.yml`";
    let mut nothing = Diagnostic::nowhere("nothing-found", "no environment was found");
    for (path, why) in plan.passed_over.iter().take(MAX_LISTED) {
        nothing = nothing.note(format!("passed over `{path}`: {why}"));
    }
    nothing.help(HELP)
}

/// The plan of a project's files.
fn plan(files: &Files, manifest: Option<&str>, names: Names, paths: Option<Vec<String>>) -> Plan {
    let manifest = manifest.or_else(|| MANIFESTS.into_iter().find(|name| files.contains_key(*name)));
    match manifest.map(|name| (name, files.get(name))) {
        Some((_, Some(Supplied::Text(source)))) => Plan::of_text(source),
        Some((name, supplied)) => {
            let wrong = match supplied {
                Some(Supplied::Broken(wrong)) => wrong.clone(),
                Some(Supplied::Refused(why)) => {
                    Diagnostic::nowhere("file-not-readable", format!("`{name}` was not read: {why}"))
                        .help("hand it in, or name another")
                }
                _ => Diagnostic::nowhere("file-not-found", format!("the manifest `{name}` is not among the files"))
                    .help("hand it in, or name another"),
            };
            Plan { diagnostics: vec![wrong], ..Plan::default() }
        }
        None => {
            let is_there = |supplied: &Supplied| !matches!(supplied, Supplied::Absent);
            let there =
                || files.iter().filter(|(_, supplied)| is_there(supplied)).map(|(path, _)| path.clone()).collect();
            let paths = paths.unwrap_or_else(there);
            match names {
                Names::Each => naming::plan(&paths, files),
                Names::Discover => crate::discover::discover(paths.iter().map(String::as_str)),
            }
        }
    }
}
