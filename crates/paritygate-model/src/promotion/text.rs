//! A request as it is written.

use super::{
    Actor, Approval, Artifact, Attestation, BreakGlass, Change, ChangeTicket, CheckFact, DeploymentFact, Elapsed,
    Freeze, Health, Incident, Instant, KindOfChange, Metric, ParityFact, Trigger,
};
use crate::read::{Anything, Read};

/// A promotion request, or facts alone: those have neither `from` nor `to`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RequestText {
    /// Its name: `release-1432`.
    pub request: Option<String>,
    /// What kind of change it is.
    pub kind_of_change: Option<KindOfChange>,
    /// The instant at which it is judged, unless the host says another.
    pub evaluate_at: Option<Instant>,
    /// When it is to begin, where it is planned ahead: it is judged for then.
    pub planned_start: Option<Instant>,
    /// How long it is expected to take.
    pub expected_duration: Option<Elapsed>,
    /// The environment that it comes from.
    pub from: Option<String>,
    /// The environment that it goes to.
    pub to: Option<String>,
    /// What is promoted.
    pub artifacts: Vec<Artifact>,
    /// Who asks.
    pub actor: Option<Actor>,
    /// What set it off.
    pub trigger: Option<Trigger>,
    /// What is known of the change itself.
    pub change: Option<Change>,
    /// Who said yes or no.
    pub approvals: Vec<Approval>,
    /// Results of checks.
    pub checks: Vec<CheckFact>,
    /// Measurements.
    pub metrics: Vec<Metric>,
    /// Statements about builds, verified outside.
    pub attestations: Vec<Attestation>,
    /// Deployments, in any order.
    pub deployments: Vec<DeploymentFact>,
    /// How environments felt, since when.
    pub health: Vec<Health>,
    /// Times in which nothing may be deployed.
    pub freezes: Vec<Freeze>,
    /// Incidents.
    pub incidents: Vec<Incident>,
    /// The ticket of the change.
    pub change_ticket: Option<ChangeTicket>,
    /// The wish to pass over gates in an emergency.
    pub break_glass: Option<BreakGlass>,
    /// Reports of parity that were made before.
    pub parity: Vec<ParityFact>,
    /// Environment documents: the descriptions that parity and migration gates judge.
    #[cfg_attr(feature = "schema", schemars(schema_with = "documents"))]
    pub environments: Vec<Anything>,
}

#[cfg(feature = "schema")]
fn documents(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "array", "items": { "type": "object" } })
}
