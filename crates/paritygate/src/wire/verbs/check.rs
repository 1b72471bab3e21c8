//! `check`: environments to a report.

use std::borrow::Cow;
use std::sync::Arc;

use paritygate_model::Diagnostic;
use paritygate_model::read::Read;
use paritygate_model::report::{Status, Verdict};
use paritygate_report::WireDiagnostic;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::discover::Answer as Found;
use super::{Call, Verb};
use crate::project::Project;
use crate::wire::Refusal;
use crate::wire::held::{Held, Stored};
use crate::wire::shared::{self, WireNeed, wire};
use crate::wire::subject::{self, Before, Given, ProjectParams, Subject};

pub(super) struct Check;

/// What to check: imported environments, the files of a project, or both.
#[derive(Debug, Read)]
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
    /// What is compared with what.
    #[serde(default)]
    pub pairing: Pairing,
    /// What the project was before, for the pairing `change`.
    pub before: Option<ProjectParams>,
    /// The numbers of environments as they were before, for the pairing `change`.
    #[serde(default)]
    pub before_environments: Vec<u32>,
}

/// What is compared with what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Pairing {
    /// Environments with each other.
    #[default]
    Parity,
    /// What was observed of each with what is declared.
    Drift,
    /// Each with what it was before.
    Change,
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
        let imported = subject::imported(call, &params.environments)?;
        let is_project = params.project.is_some();
        if !is_project && imported.is_empty() {
            let help = "hand in `environments` or a `project`";
            return Err(Refusal::new("nothing-to-check", "there is nothing to check", help));
        }
        let Subject { mut plan, mut files, key, policies, allow_outside } = Subject::of(call, params.project)?;
        let given = Given::of(call, &policies)?;
        let mut diagnostics = std::mem::take(&mut plan.diagnostics);
        if engine.is_some() || given.is_some() {
            // Files that only the manifest's policies are in are not asked for.
            plan.use_policies([]);
        }
        if params.pairing != Pairing::Parity && engine.is_none() && given.is_none() {
            plan.for_views();
        }
        let mut project = subject::load(&plan, &mut files, &key, allow_outside, given.as_ref());
        diagnostics.append(&mut project.diagnostics);
        let found = is_project.then(|| Found::from(&plan));
        if !project.needs.is_empty() {
            let needs = project.needs.iter().map(WireNeed::from).collect();
            let (counts, diagnostics) = (Counts::default(), wire(&diagnostics));
            return Ok(Answer { report: None, verdict: None, counts, needs, diagnostics, found });
        }
        project.environments.extend(imported.iter().cloned());
        if project.environments.is_empty() && shared::ok(&diagnostics) {
            diagnostics.push(subject::nothing(&plan));
        }
        let engine = match engine {
            Some(engine) => engine,
            None => subject::engine(call, &project, &plan, &files, given, &mut diagnostics),
        };
        let environments = match params.pairing {
            Pairing::Parity => Cow::Borrowed(&project.environments[..]),
            Pairing::Drift => Cow::Owned(project.drift()),
            Pairing::Change => {
                let mut before = subject::imported(call, &params.before_environments)?;
                match subject::before(call, params.before, &plan, &project, &mut diagnostics)? {
                    Before::Read(read) => before.extend(read),
                    Before::Needs(needs) => {
                        let needs =
                            needs.iter().map(|need| WireNeed { before: true, ..WireNeed::from(need) }).collect();
                        let (counts, diagnostics) = (Counts::default(), wire(&diagnostics));
                        return Ok(Answer { report: None, verdict: None, counts, needs, diagnostics, found });
                    }
                }
                let today = Project::load_beside(&plan, &files, &key, &before);
                let today = Project { environments: [&today.environments[..], &imported].concat(), ..today };
                let (views, found) = today.change(&before);
                diagnostics.extend(found);
                Cow::Owned(views)
            }
        };
        if environments.is_empty() && params.pairing != Pairing::Parity && shared::ok(&diagnostics) {
            let message = "no environment is there in two views";
            let help = "hand in what was observed (`plane: observed`), or what was there before";
            diagnostics.push(Diagnostic::nowhere("nothing-to-compare", message).help(help));
        }
        let (mut report, wrong) = project.check_these(&environments, &engine, &plan, now, &params.only);
        diagnostics.extend(wrong);
        report.verdict = report.verdict.with(&diagnostics);
        let counts = Counts::of(&report);
        let verdict = Some(report.verdict);
        let shown = wire(&diagnostics);
        let report = call.session.held().hold(Held::Report(Arc::new(Stored { report, diagnostics })))?;
        Ok(Answer { report: Some(report), verdict, counts, needs: Vec::new(), diagnostics: shown, found })
    }
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
