//! The answer to a promotion: allowed or not, and why; plain data, free of secrets, in an order that does not change.

use std::sync::Arc;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::promotion::{FactSource, KindOfChange};
use crate::report::{Digested, Place, Severity, Verdict};
use crate::{Location, Note, SortedMap, Timestamp};

/// The answer to a promotion.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// What answered.
    pub engine: GateEngine,
    /// The instant that it was judged for: `now`, or the planned start.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date-time")))]
    pub evaluated_at: Timestamp,
    /// The same on the clocks of the first zone that the gates name.
    pub evaluated_local: Local,
    /// The `now` that was handed in.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date-time")))]
    pub now: Timestamp,
    /// The policies that were applied, and the files that their rules name.
    pub policies: Vec<Digested>,
    /// The texts that were read.
    pub inputs: Vec<Input>,
    /// What was asked.
    pub request: Asked,
    /// The worst of all gates that count.
    pub verdict: Verdict,
    /// Allowed or not, and what to wait for.
    pub decision: Outcome,
    /// How many of what.
    pub summary: GateSummary,
    /// What each gate says, in the order of the policies.
    pub findings: Vec<GateFinding>,
}

/// The engine that answered.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GateEngine {
    /// `paritygate`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The version of the time-zone database, where one of its zones is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub tzdb: Option<Arc<str>>,
}

/// A text that was read.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "DecisionInput"))]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// What it was read as.
    pub role: InputRole,
    /// Its name and digest.
    #[serde(flatten)]
    pub text: Digested,
}

/// What a text was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum InputRole {
    /// The request.
    Request,
    /// Facts beside the request.
    Facts,
    /// The project's manifest.
    Manifest,
    /// A part of the description of an environment.
    Environment,
}

impl InputRole {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Facts => "facts",
            Self::Manifest => "manifest",
            Self::Environment => "environment",
        }
    }
}

/// What was asked.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// The request's name.
    pub name: String,
    /// What kind of change it is.
    pub kind_of_change: KindOfChange,
    /// The environment that it comes from.
    pub from: String,
    /// The environment that it goes to.
    pub to: String,
    /// The components that it promotes.
    pub components: Vec<String>,
}

/// Allowed or not, and what to wait for.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Whether it may go.
    pub allowed: bool,
    /// Whose clock `now` is: the host's, or the request's own.
    pub clock: Clock,
    /// The earliest instant at which no gate that depends on time blocks, with the facts as they are. Gates that only
    /// people or new facts clear are in `blockers` and don't suppress it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("format" = "date-time")))]
    pub next_eligible_at: Option<Timestamp>,
    /// The same instant on the clocks of the zones that the gates name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next_eligible_local: Vec<Local>,
    /// Why there is no such instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_eligible_reason: Option<String>,
    /// What blocks, in the order in which it can be cleared.
    pub blockers: Vec<Blocker>,
}

/// Whose clock `now` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Clock {
    /// The host's.
    Host,
    /// The request's `evaluateAt`.
    Request,
}

impl Clock {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Request => "request",
        }
    }
}

/// An instant on the clocks of a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Local {
    /// The zone's IANA name.
    pub zone: String,
    /// The date, the time and the offset: `2026-08-24T09:00:00+01:00`.
    pub time: String,
}

/// What can clear a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ClearedBy {
    /// Somebody's word.
    Person,
    /// Something that has to happen, or to be known.
    Fact,
    /// Nothing but waiting.
    Time,
}

impl ClearedBy {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Fact => "fact",
            Self::Time => "time",
        }
    }
}

/// A gate that blocks, and what clears it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    /// The gate.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub rule: Arc<str>,
    /// What clears it.
    pub cleared_by: ClearedBy,
    /// Who can, where that is known: groups and people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<String>,
    /// When it clears by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("format" = "date-time")))]
    pub until: Option<Timestamp>,
    /// When it clears by itself, on the clocks of the first zone that the gates name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_local: Option<Local>,
    /// What is in the way.
    pub message: String,
}

/// How a gate judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum GateStatus {
    /// It is not about this promotion.
    NotApplicable,
    /// It lets it pass.
    #[default]
    Pass,
    /// It lets it pass, with a warning.
    Warn,
    /// It blocks, and was passed over in an emergency.
    Waived,
    /// It can't be judged, and so blocks.
    Unknown,
    /// It blocks.
    Fail,
}

impl GateStatus {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "notApplicable",
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Waived => "waived",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
        }
    }

    /// Whether it keeps a promotion from going.
    pub const fn blocks(self) -> bool {
        matches!(self, Self::Unknown | Self::Fail)
    }
}

/// What one gate says.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GateFinding {
    /// The gate.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub rule: Arc<str>,
    /// The kind behind it.
    pub kind: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// How it judged.
    pub status: GateStatus,
    /// Whether it only observes: then it never blocks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub observed: bool,
    /// What is the case.
    pub message: String,
    /// Why that matters, and what else is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The facts that it judged by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactPlace>,
    /// When it next opens, for gates that open and close.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_open: Option<Moment>,
    /// When it next closes, for gates that open and close.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_close: Option<Moment>,
}

/// An instant, also on the clocks of the gate's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// The instant.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date-time")))]
    pub at: Timestamp,
    /// The same on the gate's clocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Local>,
}

/// A fact, and where it is written.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FactPlace {
    /// What it says here.
    pub label: String,
    /// How much is known of where it is from.
    pub source: FactSource,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Place>"))]
    pub place: Option<LazyPlace>,
}

/// A place, computed when it is asked for.
#[derive(Clone, Debug)]
pub struct LazyPlace(pub Location);

impl LazyPlace {
    /// The place.
    pub fn get(&self) -> Place {
        Place::of(&self.0)
    }
}

impl Serialize for LazyPlace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

/// How many of what.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GateSummary {
    /// Gates that judged.
    pub gates: usize,
    /// Gates by status.
    pub by_status: SortedMap<&'static str, usize>,
    /// Gates that are not about this promotion.
    pub not_applicable: Vec<String>,
}
