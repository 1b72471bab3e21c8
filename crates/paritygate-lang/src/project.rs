//! The project manifest, `paritygate.yaml`: environments, their sources, and the exceptions from rules.

mod exceptions;
mod lower;
mod pipeline;
mod relation;

use paritygate_model::{Location, SortedMap, Tier, Timestamp};

use crate::selector::{Glob, Selector};
use crate::spanned::Spanned;

pub use lower::lower;
pub use pipeline::{Admission, Approvals, EdgeSpec, Needs, PipelineSpec};

/// A project manifest.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The environments, in the order of the text.
    pub environments: Vec<ProjectEnvironment>,
    /// The sources of the contract: keys that must exist in every environment.
    pub contract: Vec<SourceSpec>,
    /// The policies that apply: names of packs, or paths.
    pub policies: Vec<Spanned<String>>,
    /// Names of values that are not secret, whatever they look like.
    pub secrets_plain: Vec<String>,
    /// Names of values that are secret, whatever they look like.
    pub secrets_secret: Vec<String>,
    /// The permanent differences.
    pub expected: Vec<Expected>,
    /// The temporary exceptions.
    pub waivers: Vec<Waiver>,
    /// The path of the baseline.
    pub baseline: Option<Spanned<String>>,
    /// The rules that no exception may cover; `None` where the manifest leaves that to the default.
    pub never_waive: Option<Vec<Spanned<String>>>,
    /// The promotion pipeline.
    pub pipeline: PipelineSpec,
    /// The members of groups, where the manifest names them.
    pub groups: SortedMap<String, Vec<String>>,
}

/// An environment as the manifest declares it.
#[derive(Clone, Debug)]
pub struct ProjectEnvironment {
    /// Its name.
    pub name: String,
    /// Where its name is written.
    pub at: Location,
    /// Its tier; `None` where the manifest leaves that to the name.
    pub tier: Option<Tier>,
    /// Its place in the order of environments. Higher is nearer to users.
    pub order: Option<i64>,
    /// Other names under which values speak of it.
    pub aliases: Vec<String>,
    /// What it is read from, as layers: later ones win.
    pub sources: Vec<SourceSpec>,
    /// The environment that it is compared with.
    pub reference: Option<Spanned<String>>,
    /// What it asks of deployments.
    pub admission: Admission,
}

/// One layer of an environment.
#[derive(Clone, Debug)]
pub struct SourceSpec {
    /// The name of its format; `None` where it is to be detected.
    pub from: Option<Spanned<String>>,
    /// The paths of its files. There is at least one.
    pub paths: Vec<Spanned<String>>,
    /// The component that it describes.
    pub component: Option<String>,
    /// The profiles that are active in it.
    pub profiles: Vec<String>,
    /// Whether it says what was observed, and not what was declared.
    pub observed: bool,
}

/// A permanent difference, asserted.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The id of the rule that it is an exception from.
    pub rule: Spanned<String>,
    /// The path that it covers.
    pub path: Spanned<Selector>,
    /// The environments that it covers.
    pub environments: Vec<Spanned<String>>,
    /// What holds instead.
    pub relation: Relation,
    /// Why.
    pub reason: String,
    /// How many paths a pattern may cover.
    pub max: Option<usize>,
    /// Where it is written.
    pub at: Location,
}

/// What holds between two values that a rule would have alike.
#[derive(Clone, Debug, PartialEq)]
pub enum Relation {
    /// They differ: `differs`.
    Differs,
    /// The value is not there: `absent`.
    Absent,
    /// The value stands to the reference's in a ratio: `ratio >= 0.5`.
    Ratio {
        /// In which direction the ratio is bounded.
        op: RatioOp,
        /// The bound.
        value: f64,
    },
    /// The whole value matches a pattern, in which `*` stands for any characters: `matches *.staging.example.com`.
    Matches(Glob),
}

/// In which direction a ratio is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatioOp {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
}

/// As it is written in a manifest.
impl std::fmt::Display for Relation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Differs => f.write_str("differs"),
            Self::Absent => f.write_str("absent"),
            Self::Ratio { op: RatioOp::AtLeast, value } => write!(f, "ratio >= {value}"),
            Self::Ratio { op: RatioOp::AtMost, value } => write!(f, "ratio <= {value}"),
            Self::Matches(pattern) => write!(f, "matches {}", pattern.text()),
        }
    }
}

/// A temporary exception.
#[derive(Clone)]
pub struct Waiver {
    /// The id of the rule that it is an exception from.
    pub rule: Spanned<String>,
    /// The path that it covers.
    pub path: Spanned<Selector>,
    /// The environments that it covers.
    pub environments: Vec<Spanned<String>>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it is tracked.
    pub ticket: Option<String>,
    /// The instant from which it no longer holds.
    pub expires_at: Timestamp,
    /// How many paths a pattern may cover.
    pub max: Option<usize>,
    /// The values that it was given for, by environment: it lapses when they change.
    pub cells: Vec<(String, String)>,
    /// Where it is written.
    pub at: Location,
}

/// Never prints the pinned values: they may be secret.
impl std::fmt::Debug for Waiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiver")
            .field("rule", &self.rule.value)
            .field("path", &self.path.value.text)
            .field("expires_at", &self.expires_at)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
