//! `discover`: what the names of a project's files suggest.

use paritygate_model::read::Read;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Call, Verb};
use crate::naming::MANIFESTS;
use crate::plan::{Layer, Plan};
use crate::wire::Refusal;

pub(super) struct Discover;

/// The files there are.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DiscoverParams", deny_unknown_fields)]
pub struct Params {
    /// Paths relative to the project's root, with `/` between folders.
    pub names: Vec<String>,
}

/// What is to be read, and how it is to be judged, as far as names tell.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "DiscoverAnswer", rename_all = "camelCase")]
pub struct Answer {
    /// The project's manifest, where one is among the files: what it says counts, and not the names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<&'static str>,
    /// The environments.
    pub environments: Vec<Planned>,
    /// The layers of the contract: keys that every environment must have.
    pub contract: Vec<PlannedLayer>,
    /// Files that were seen and are not used.
    pub passed_over: Vec<PassedOver>,
}

/// An environment that is to be read.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename = "PlannedEnvironment")]
pub struct Planned {
    /// Its name; empty where its document says it.
    pub name: String,
    /// What it is read from; later layers win.
    pub layers: Vec<PlannedLayer>,
}

/// One layer of an environment.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct PlannedLayer {
    /// The format.
    pub format: &'static str,
    /// The files, in the order in which they are laid over each other.
    pub paths: Vec<String>,
    /// The component whose variables they hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
}

/// A file that was seen and is not used.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct PassedOver {
    /// Its path.
    pub path: String,
    /// Why it is not used.
    pub why: String,
}

impl From<&Plan> for Answer {
    fn from(plan: &Plan) -> Self {
        let layers = |layers: &[Layer]| layers.iter().map(PlannedLayer::from).collect();
        Self {
            manifest: None,
            environments: plan
                .environments
                .iter()
                .map(|planned| Planned { name: planned.name.clone(), layers: layers(&planned.layers) })
                .collect(),
            contract: layers(&plan.contract),
            passed_over: plan
                .passed_over
                .iter()
                .map(|(path, why)| PassedOver { path: path.clone(), why: why.to_string() })
                .collect(),
        }
    }
}

impl From<&Layer> for PlannedLayer {
    fn from(layer: &Layer) -> Self {
        let request = &layer.request;
        Self { format: layer.format.name, paths: request.paths.clone(), component: request.component.clone() }
    }
}

impl Verb for Discover {
    const NAME: &'static str = "discover";
    const SUMMARY: &'static str = "says what the names of a project's files suggest";
    type Params = Params;
    type Answer = Answer;

    fn run(_: &Call<'_>, params: Params) -> Result<Answer, Refusal> {
        let plan = crate::discover::discover(params.names.iter().map(String::as_str));
        let manifest = MANIFESTS.into_iter().find(|manifest| params.names.iter().any(|name| name == manifest));
        Ok(Answer { manifest, ..Answer::from(&plan) })
    }
}
