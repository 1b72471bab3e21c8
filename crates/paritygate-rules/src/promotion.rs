//! The kinds of gates: what a promotion has to pass.

mod allowed_window;
mod approval_fresh;
mod approvals;
mod batch_size;
mod change_ticket;
mod checks_passed;
mod concurrency;
mod config_only_safe;
mod environment_healthy;
mod forward_only;
mod freeze;
mod holiday_calendar;
mod metric_threshold;
mod migration_destructive;
mod migration_order;
mod migration_tested;
mod no_downgrade;
mod no_rebuild;
mod no_rejection;
mod parity_gate;
mod path_edge;
mod pinned_reference;
mod provenance;
mod rate_limit;
mod ref_allowed;
mod required_keys;
mod review_current;
mod rollback_depth;
mod same_digest;
mod separation_of_duties;
mod soak;
mod trigger_allowed;
mod upstream_succeeded;

use paritygate_eval::{GateEntry, Judgement, Scope};
use paritygate_model::promotion::{PullRequest, commit};
use paritygate_model::read::Read;
use paritygate_model::suggest;

/// All kinds of gates, sorted by name.
pub static ALL: &[GateEntry] = &[
    GateEntry::of::<allowed_window::AllowedWindow>(),
    GateEntry::of::<approval_fresh::ApprovalFresh>(),
    GateEntry::of::<approvals::Approvals>(),
    GateEntry::of::<batch_size::BatchSize>(),
    GateEntry::of::<change_ticket::ChangeTicket>(),
    GateEntry::of::<checks_passed::ChecksPassed>(),
    GateEntry::of::<concurrency::Concurrency>(),
    GateEntry::of::<config_only_safe::ConfigOnlySafe>(),
    GateEntry::of::<environment_healthy::EnvironmentHealthy>(),
    GateEntry::of::<forward_only::ForwardOnly>(),
    GateEntry::of::<freeze::Freeze>(),
    GateEntry::of::<holiday_calendar::HolidayCalendar>(),
    GateEntry::of::<metric_threshold::MetricThreshold>(),
    GateEntry::of::<migration_destructive::MigrationDestructive>(),
    GateEntry::of::<migration_order::MigrationOrder>(),
    GateEntry::of::<migration_tested::MigrationTested>(),
    GateEntry::of::<no_downgrade::NoDowngrade>(),
    GateEntry::of::<no_rebuild::NoRebuild>(),
    GateEntry::of::<no_rejection::NoRejection>(),
    GateEntry::of::<parity_gate::ParityGate>(),
    GateEntry::of::<path_edge::PathEdge>(),
    GateEntry::of::<pinned_reference::PinnedReference>(),
    GateEntry::of::<provenance::Provenance>(),
    GateEntry::of::<rate_limit::RateLimit>(),
    GateEntry::of::<ref_allowed::RefAllowed>(),
    GateEntry::of::<required_keys::RequiredKeys>(),
    GateEntry::of::<review_current::ReviewCurrent>(),
    GateEntry::of::<rollback_depth::RollbackDepth>(),
    GateEntry::of::<same_digest::SameDigest>(),
    GateEntry::of::<separation_of_duties::SeparationOfDuties>(),
    GateEntry::of::<soak::Soak>(),
    GateEntry::of::<trigger_allowed::TriggerAllowed>(),
    GateEntry::of::<upstream_succeeded::UpstreamSucceeded>(),
];

/// What has to be known of the deployments to an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum History {
    /// At least one: where none is known, it is not known whether any was.
    #[default]
    Required,
    /// Nothing: where none is known, there was none.
    IfKnown,
}

/// That nothing can be judged of a request without artifacts.
fn names_no_artifact() -> Judgement {
    Judgement::unknown("the request names no artifact").help("name what is promoted below `artifacts`")
}

/// Where an artifact was built from no commit that the pull requests ended as: it may hold what is not known of them.
/// `what` is then not known of it.
fn foreign(scope: &Scope<'_>, requests: &[PullRequest], what: &str) -> Option<Judgement> {
    if requests.is_empty() {
        return None;
    }
    // What was built may be the last commit of those that don't tell theirs.
    let heads = requests.iter().map(|request| request.head_commit.as_deref()).collect::<Option<Vec<_>>>()?;
    let merges = requests.iter().filter_map(|request| request.merge_commit.as_deref());
    let ends: Vec<&str> = heads.into_iter().chain(merges).collect();
    scope.artifacts().iter().find_map(|artifact| {
        let built = scope.built_from(artifact)?;
        if ends.iter().any(|end| commit::same(end, built) != Some(false)) {
            return None;
        }
        let component = &artifact.component;
        let message = format!("{what} `{component}` is not known: it was built from `{built}`");
        let note = format!("the pull requests ended as {}", suggest::quoted(&ends));
        let help = "hand in the pull request that brought that commit, with its `mergeCommit` where it was merged";
        Some(Judgement::unknown(message).note(note).help(help))
    })
}

/// The target, and the environments that are judged with it.
fn with_target<'s>(scope: &Scope<'s>, others: Option<&'s Vec<String>>) -> Vec<&'s str> {
    let mut all = vec![scope.to()];
    all.extend(others.into_iter().flatten().map(String::as_str).filter(|name| *name != scope.to()));
    all
}
