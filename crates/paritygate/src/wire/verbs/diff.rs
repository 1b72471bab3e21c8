//! `diff`: how environments differ, without any rule.

use paritygate_eval::diff::{self, DiffRequest};
use paritygate_lang::Selector;
use paritygate_model::differences::Differences;
use paritygate_model::read::Read;
use paritygate_report::{self as output, Style, WireDiagnostic};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::discover::Answer as Found;
use super::{Call, Verb};
use crate::wire::Refusal;
use crate::wire::shared::{self, WireNeed, wire};
use crate::wire::subject::{self, ProjectParams, Subject};

pub(super) struct Diff;

/// What to compare: imported environments, the files of a project, or both.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DiffParams", rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    /// The numbers of imported environments.
    #[serde(default)]
    pub environments: Vec<u32>,
    /// Files to read and compare.
    pub project: Option<ProjectParams>,
    /// Selectors of the paths to compare; all of them where it is empty.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Selectors of paths to leave out, with all that lies below them.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Whether to list only what some environments have and others don't.
    #[serde(default)]
    pub only_missing: bool,
    /// Whether to list what is alike as well.
    #[serde(default)]
    pub all: bool,
    /// Whether an environment's own name inside a value counts: by default it does not.
    #[serde(default)]
    pub exact: bool,
    /// An output format, to have it as text as well.
    pub format: Option<String>,
}

/// How they differ; or the files that are still needed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DiffAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// How they differ. Absent as long as files are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differences: Option<Differences>,
    /// The same as text, where a format was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The files that are still needed.
    pub needs: Vec<WireNeed>,
    /// What is wrong with the manifest, the files and the selectors.
    pub diagnostics: Vec<WireDiagnostic>,
    /// What was read, where a project was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

impl Verb for Diff {
    const NAME: &'static str = "diff";
    const SUMMARY: &'static str = "says how environments differ, without any rule";
    type Params = Params;
    type Answer = Answer;

    fn run(call: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let render = params.format.as_deref().map(|name| {
            let known = output::find(name).and_then(|format| format.differences);
            let names = output::for_differences().map(|format| format.name);
            known.ok_or_else(|| Refusal::unknown("unknown-format", "output format", name, names))
        });
        let render = render.transpose()?;
        let (paths, exclude) = (selectors(&params.paths)?, selectors(&params.exclude)?);
        let mut imported = subject::imported(call, &params.environments)?;
        let is_project = params.project.is_some();
        if !is_project && imported.is_empty() {
            let help = "hand in `environments` or a `project`";
            return Err(Refusal::new("nothing-to-compare", "there is nothing to compare", help));
        }
        let Subject { mut plan, mut files, key, allow_outside, .. } = Subject::of(call, params.project)?;
        let mut diagnostics = std::mem::take(&mut plan.diagnostics);
        plan.without_rules();
        let mut project = shared::load(&plan, &mut files, &key, allow_outside);
        diagnostics.append(&mut project.diagnostics);
        let found = is_project.then(|| Found::from(&plan));
        if !project.needs.is_empty() {
            let needs = project.needs.iter().map(WireNeed::from).collect();
            return Ok(Answer { differences: None, text: None, needs, diagnostics: wire(&diagnostics), found });
        }
        project.environments.append(&mut imported);
        if project.environments.is_empty() && shared::ok(&diagnostics) {
            diagnostics.push(subject::nothing(&plan));
        }
        let (differences, wrong) = diff::diff(&DiffRequest {
            environments: &project.environments,
            paths: &paths,
            exclude: &exclude,
            only_missing: params.only_missing,
            all: params.all,
            exact: params.exact,
        });
        diagnostics.extend(wrong);
        let text = render.map(|render| render(&differences, &diagnostics, &Style::default()));
        let diagnostics = wire(&diagnostics);
        Ok(Answer { differences: Some(differences), text, needs: Vec::new(), diagnostics, found })
    }
}

fn selectors(texts: &[String]) -> Result<Vec<Selector>, Refusal> {
    let read = |text: &String| {
        Selector::parse(text).map_err(|wrong| {
            let message = format!("the selector `{text}` can't be read: {}", wrong.message);
            Refusal::new("bad-selector", message, "write keys joined by dots, such as `variables.*`")
        })
    };
    texts.iter().map(read).collect()
}
