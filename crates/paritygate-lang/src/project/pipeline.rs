//! The promotion pipeline of a manifest: who may deploy what from where to where.

use paritygate_model::promotion::Trigger;
use paritygate_model::read::Read;
use paritygate_model::{Location, Node, SortedSet};

use super::Project;
use crate::fields::Reader;
use crate::params;
use crate::schedule::Windows;
use crate::spanned::Spanned;

/// The order in which changes move through the environments.
#[derive(Clone, Debug, Default)]
pub struct PipelineSpec {
    /// The environments, lowest first; empty where the manifest names none.
    pub stages: Vec<Spanned<String>>,
    /// From where to where; `None` where each stage follows the one before.
    pub edges: Option<Vec<EdgeSpec>>,
    /// Where it is written.
    pub at: Option<Location>,
}

/// A way from environments to an environment.
#[derive(Clone, Debug)]
pub struct EdgeSpec {
    /// The environments that it comes from.
    pub from: Vec<Spanned<String>>,
    /// The environment that it goes to.
    pub to: Spanned<String>,
    /// How many of them must have gone well.
    pub needs: Needs,
    /// Where it is written.
    pub at: Location,
}

/// How many upstream environments must have gone well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Needs {
    /// Every one: `all`.
    #[default]
    All,
    /// Any one: `any`.
    Any,
    /// So many: a number.
    AtLeast(usize),
}

impl Needs {
    /// How many of `all` that is.
    pub const fn of(self, all: usize) -> usize {
        match self {
            Self::All => all,
            Self::Any => 1,
            Self::AtLeast(number) => number,
        }
    }
}

/// What an environment asks of deployments to it.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// Patterns of branches that may be deployed.
    pub branches: Option<Vec<Spanned<String>>>,
    /// Patterns of tags that may be deployed.
    pub tags: Option<Vec<Spanned<String>>>,
    /// How deployments begin.
    pub trigger: Option<Trigger>,
    /// Who has to approve.
    pub approvals: Option<Spanned<Approvals>>,
    /// When deployments may begin.
    pub windows: Option<Spanned<Windows>>,
}

/// Who has to approve.
#[derive(Clone, Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approvals {
    /// How many different people.
    pub required: u32,
    /// Out of these groups; anybody where it is absent.
    pub groups: Option<Vec<String>>,
}

const PIPELINE_FIELDS: [&str; 2] = ["stages", "edges"];
const EDGE_FIELDS: [&str; 3] = ["from", "to", "needs"];
const TRIGGERS: [(&str, Trigger); 3] =
    [("automatic", Trigger::Automatic), ("manual", Trigger::Manual), ("scheduled", Trigger::Scheduled)];

impl Reader<'_> {
    pub(super) fn admission(&mut self, map: Node<'_>) -> Admission {
        Admission {
            branches: map.get("branches").map(|node| self.spanned_texts(node, None)),
            tags: map.get("tags").map(|node| self.spanned_texts(node, None)),
            trigger: map.get("trigger").and_then(|node| self.word(node, "trigger", &TRIGGERS)),
            approvals: map.get("approvals").and_then(|node| self.typed(node)),
            windows: map.get("windows").and_then(|node| self.typed(node)),
        }
    }

    /// A part whose type says its fields.
    fn typed<T: Read>(&mut self, node: Node<'_>) -> Option<Spanned<T>> {
        let at = self.at(node);
        if !self.map(node, "this") {
            return None;
        }
        match params::from_node(Some(node), &at) {
            Ok(value) => Some(Spanned::new(value, at)),
            Err(found) => {
                for wrong in found {
                    self.mistakes.push(|| wrong);
                }
                None
            }
        }
    }

    pub(super) fn pipeline(&mut self, node: Node<'_>, project: &mut Project) {
        let known: SortedSet<&str> = project.environments.iter().map(|environment| environment.name.as_str()).collect();
        self.known(node, "the pipeline", &PIPELINE_FIELDS);
        let stages = node.get("stages").map(|node| self.names(node, "stages", &known)).unwrap_or_default();
        let edges = node.get("edges").map(|edges| {
            let items: Vec<Node<'_>> = self.items(edges).collect();
            items.into_iter().filter_map(|item| self.edge(item, &known)).collect()
        });
        project.pipeline = PipelineSpec { stages, edges, at: Some(self.at(node)) };
    }

    fn edge(&mut self, map: Node<'_>, known: &SortedSet<&str>) -> Option<EdgeSpec> {
        if !self.map(map, "an edge") {
            return None;
        }
        self.known(map, "an edge", &EDGE_FIELDS);
        let from = self.required(map, "an edge", &EDGE_FIELDS, "from", "name where it comes from");
        let from = from.map(|node| self.names(node, "from", known)).unwrap_or_default();
        let to = self.required(map, "an edge", &EDGE_FIELDS, "to", "name where it goes to");
        let to = to.and_then(|node| self.spanned(node, "where it goes to"))?;
        if let Some(at) = &to.at {
            self.environment_name(&to.value, at.clone(), known);
        }
        let needs = map.get("needs").map(|node| self.needs(node, from.len())).unwrap_or_default();
        (!from.is_empty()).then(|| EdgeSpec { from, to, needs, at: self.at(map) })
    }

    fn needs(&mut self, node: Node<'_>, all: usize) -> Needs {
        match node.scalar_text() {
            Some("all") => return Needs::All,
            Some("any") => return Needs::Any,
            Some(text) => {
                if let Some(number) = text.parse::<usize>().ok().filter(|number| (1..=all).contains(number)) {
                    return Needs::AtLeast(number);
                }
            }
            None => {}
        }
        let at = self.at(node);
        let message = format!("`needs` is `all`, `any` or a number from 1 to {all}, so many as `from` names");
        self.error("bad-value", at, message, "`all` is the default");
        Needs::All
    }
}
