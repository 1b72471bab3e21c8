//! `check`: environments to a report.

use std::sync::Arc;

use paritygate_import::{Files, Supplied};
use paritygate_model::report::{Status, Verdict};
use paritygate_model::{Diagnostic, Environment, FingerprintKey};
use paritygate_report::WireDiagnostic;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::discover::Answer as Found;
use super::{Call, Verb};
use crate::naming::{self, MANIFESTS};
use crate::plan::{NEVER_WAIVE, Plan};
use crate::project;
use crate::wire::Refusal;
use crate::wire::held::{Held, Stored};
use crate::wire::shared::{self, Key, PolicyText, Texts, WireNeed, wire};

/// How many files are listed that were passed over.
const MAX_LISTED: usize = 10;

pub(super) struct Check;

/// What to check: imported environments, the files of a project, or both.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "CheckParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// The instant of the check, such as `2026-03-01T09:00:00Z`. The engine has no clock.
    pub now: Option<String>,
    /// The number of a compiled engine; else the policies of the project are compiled.
    pub engine: Option<u32>,
    /// The numbers of imported environments.
    #[serde(default)]
    pub environments: Vec<u32>,
    /// Files to read and check.
    pub project: Option<ProjectParams>,
    /// The rules to run; all of them where it is empty.
    #[serde(default)]
    pub only: Vec<String>,
}

/// The files of a project.
#[derive(Debug, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Names {
    /// What stands in a folder: those whose names name environments are used, others are passed over.
    #[default]
    Discover,
    /// What a user named one by one: each of them is used.
    Each,
}

/// The report's number and its outline; or the files that are still needed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "CheckAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// The number of the report. Absent as long as files are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<u32>,
    /// How the check ended: `pass`, `warn`, `unknown`, `fail`, or `error` where a text was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// How many findings of each status there are.
    pub counts: Counts,
    /// The files that are still needed.
    pub needs: Vec<WireNeed>,
    /// What is wrong with the manifest, the policies, the files and the request.
    pub diagnostics: Vec<WireDiagnostic>,
    /// What was read, where a project was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// How many findings of each status there are.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "Counts")]
pub struct Counts {
    /// They fail the check.
    pub fail: usize,
    /// Could not be judged.
    pub unknown: usize,
    /// Warnings.
    pub warn: usize,
    /// Worth knowing.
    pub pass: usize,
    /// Covered by an exception.
    pub waived: usize,
}

impl Verb for Check {
    const NAME: &'static str = "check";
    const SUMMARY: &'static str = "checks environments, and holds the report";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let now = shared::now(params.now.as_deref())?;
        let engine = params.engine.map(|engine| call.session.held().engine(engine)).transpose()?;
        let mut imported = imported(call, &params.environments)?;
        let is_project = params.project.is_some();
        if !is_project && imported.is_empty() {
            let help = "hand in `environments` or a `project`";
            return Err(Refusal::new("nothing-to-check", "there is nothing to check", help));
        }
        let Subject { mut plan, mut files, key, policies, allow_outside } = Subject::of(call, params.project)?;
        let mut diagnostics = std::mem::take(&mut plan.diagnostics);
        if engine.is_some() || !policies.is_empty() {
            // Files that only the manifest's policies are in are not asked for.
            plan.policies.clear();
        }
        let mut project = shared::load(&plan, &mut files, &key, allow_outside);
        diagnostics.append(&mut project.diagnostics);
        let found = is_project.then(|| Found::from(&plan));
        if !project.needs.is_empty() {
            let needs = project.needs.iter().map(WireNeed::from).collect();
            let (counts, diagnostics) = (Counts::default(), wire(&diagnostics));
            return Ok(Answer { report: None, verdict: None, counts, needs, diagnostics, found });
        }
        project.environments.append(&mut imported);
        if project.environments.is_empty() && shared::ok(&diagnostics) {
            diagnostics.push(nothing(&plan));
        }
        let engine = if let Some(engine) = engine {
            engine
        } else {
            let (engine, wrong) = if policies.is_empty() {
                project.compile(&plan, &files)
            } else {
                let mut wrong = Vec::new();
                let sources = shared::policies(&policies, call, &mut wrong)?;
                project::compile(&sources, wrong)
            };
            diagnostics.extend(wrong);
            Arc::new(engine)
        };
        let (mut report, wrong) = project.check(&engine, &plan, now, &params.only);
        diagnostics.extend(wrong);
        report.verdict = report.verdict.with(&diagnostics);
        let counts = Counts::of(&report);
        let verdict = Some(report.verdict);
        let shown = wire(&diagnostics);
        let report = call.session.held().hold(Held::Report(Arc::new(Stored { report, diagnostics })))?;
        Ok(Answer { report: Some(report), verdict, counts, needs: Vec::new(), diagnostics: shown, found })
    }
}

/// What is to be read.
struct Subject {
    plan: Plan,
    files: Files,
    key: FingerprintKey,
    policies: Vec<PolicyText>,
    allow_outside: bool,
}

impl Subject {
    /// The files of a project; nothing where there is none.
    fn of(call: &Call<'_>, project: Option<ProjectParams>) -> Result<Self, Refusal> {
        let Some(project) = project else {
            let plan = Plan { never_waive: vec![NEVER_WAIVE.to_owned()], ..Plan::default() };
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
fn imported(call: &Call<'_>, handles: &[u32]) -> Result<Vec<Environment>, Refusal> {
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

impl Counts {
    fn of(report: &paritygate_model::report::Report) -> Self {
        let mut counts = Self::default();
        for finding in &report.findings {
            *match finding.status {
                Status::Fail => &mut counts.fail,
                Status::Unknown => &mut counts.unknown,
                Status::Warn => &mut counts.warn,
                Status::Pass => &mut counts.pass,
                Status::Waived => &mut counts.waived,
            } += 1;
        }
        counts
    }
}

/// Says that there is no environment: nothing compared is no pass.
fn nothing(plan: &Plan) -> Diagnostic {
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
