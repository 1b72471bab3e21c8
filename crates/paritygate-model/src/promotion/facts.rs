//! Facts: what happened, and what others said.

use super::{Artifact, CivilInstant, FactSource, Instant, words};
use crate::read::Read;
use crate::{Location, SortedMap, SortedSet};

/// Where a fact is from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// How much is known of that.
    pub source: FactSource,
    /// Where it is written.
    pub at: Option<Location>,
}

/// Everything that is known when a promotion is judged. Nothing is assumed of what is not here.
#[derive(Clone, Debug, Default)]
pub struct Facts {
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
    /// What another system asks for before it deploys to an environment.
    pub protections: Vec<ProtectionRule>,
}

impl Facts {
    /// Calls environments by the names that are theirs, as far as `named` knows them. Freezes, incidents and tickets hold for
    /// a tier where they name one.
    pub fn name_environments<'n>(&mut self, named: impl Fn(&str) -> Option<&'n str>, is_tier: impl Fn(&str) -> bool) {
        let maybe = self.approvals.iter_mut().filter_map(|it| it.environment.as_mut());
        let maybe = maybe.chain(self.checks.iter_mut().filter_map(|it| it.environment.as_mut()));
        let maybe = maybe.chain(self.metrics.iter_mut().filter_map(|it| it.environment.as_mut()));
        let one = self.deployments.iter_mut().map(|it| &mut it.environment);
        let one = one.chain(self.health.iter_mut().map(|it| &mut it.environment));
        let one = one.chain(self.protections.iter_mut().map(|it| &mut it.environment));
        let many = self.parity.iter_mut().flat_map(|it| &mut it.environments);
        let tiers = self.freezes.iter_mut().flat_map(|it| &mut it.environments);
        let tiers = tiers.chain(self.incidents.iter_mut().flat_map(|it| &mut it.environments));
        let tiers = tiers.chain(self.change_ticket.iter_mut().flat_map(|it| &mut it.environments));
        for name in maybe.chain(one).chain(many).chain(tiers.filter(|name| !is_tier(name))) {
            if let Some(known) = named(name) {
                known.clone_into(name);
            }
        }
    }

    /// Lets what speaks against a promotion and names a tier speak of each environment of that tier, which `of_tier` knows;
    /// and what takes that back. What speaks for a promotion has to name its environment: of a deployment that went well
    /// somewhere in the tier, it is not known what runs.
    pub fn spread(&mut self, of_tier: impl Fn(&str) -> Vec<String>) {
        fn each<T: Clone>(
            facts: &mut Vec<T>,
            of_tier: &dyn Fn(&str) -> Vec<String>,
            is_bad: impl Fn(&T) -> bool,
            about: impl Fn(&T) -> Option<(String, String)>,
            set: impl Fn(&mut T, String),
        ) {
            // By environment and subject, of what something bad is said: there, what is good counts as well.
            let amiss: SortedSet<(String, String)> =
                facts.iter().filter(|fact| is_bad(fact)).filter_map(&about).collect();
            let mut more = Vec::new();
            for fact in facts.iter() {
                let Some(about) = about(fact).filter(|about| amiss.contains(about)) else { continue };
                for name in of_tier(&about.0) {
                    let mut one = fact.clone();
                    set(&mut one, name);
                    more.push(one);
                }
            }
            facts.append(&mut more);
        }
        each(
            &mut self.approvals,
            &of_tier,
            |it| it.state == ApprovalState::Rejected,
            |it| {
                let takes_back = it.state != ApprovalState::Approved;
                Some((it.environment.clone().filter(|_| takes_back)?, super::person::key(&it.by)))
            },
            |it, name| it.environment = Some(name),
        );
        each(
            &mut self.checks,
            &of_tier,
            |it| !it.status.is_good(),
            |it| Some((it.environment.clone()?, it.name.clone())),
            |it, name| it.environment = Some(name),
        );
        each(
            &mut self.health,
            &of_tier,
            |it| it.status != HealthStatus::Healthy,
            |it| Some((it.environment.clone(), String::new())),
            |it, name| it.environment = name,
        );
        let mut more = Vec::new();
        for fact in &self.deployments {
            for environment in of_tier(&fact.environment) {
                let mut one = DeploymentFact { environment, ..fact.clone() };
                if one.result == DeploymentResult::Succeeded {
                    (one.digest, one.index_digest, one.tag, one.version) = (None, None, None, None);
                    (one.build_id, one.commit) = (None, None);
                }
                more.push(one);
            }
        }
        self.deployments.append(&mut more);
    }
}

/// What another system asks for before it deploys to an environment: who may approve there, and how long it waits.
///
/// Nothing of it has happened. It is imported only; no request can state it.
#[derive(Clone, Debug, Default)]
pub struct ProtectionRule {
    /// The environment.
    pub environment: String,
    /// The people who may approve. Where neither they nor groups are named, nobody has to.
    pub reviewers: Vec<String>,
    /// The groups whose members may approve.
    pub groups: Vec<String>,
    /// How many minutes a deployment waits; `None` where that is not said.
    pub wait_minutes: Option<u32>,
    /// Whether who deploys may not approve; `None` where that is not said.
    pub prevent_self_review: Option<bool>,
    /// Where it is from.
    pub origin: Origin,
}

/// Defines a fact: a record with an origin that is set when it is placed.
macro_rules! fact {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, Read)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$more])* pub $field: $type,)*
            /// Where it is from, as the text says it: a claim.
            #[serde(rename = "source")]
            pub claimed: Option<FactSource>,
            /// Where it is from.
            #[serde(skip)]
            pub origin: Origin,
        }
    };
}

fact! {
    /// What is known of the change.
    Change {
        /// Who wrote it.
        authors: Vec<String>,
        /// Who committed it.
        committers: Vec<String>,
        /// The pull requests that brought it.
        pull_requests: Vec<PullRequest>,
        /// How many commits it is.
        commits: Option<u64>,
        /// Whether what runs in the target is an ancestor of it.
        contains_current: Option<bool>,
        /// The branches that contain it.
        branch_contains: Vec<String>,
        /// Whether its commits are signed, and the signatures were verified.
        signed: Option<bool>,
    }
}

/// A pull request.
#[derive(Clone, Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PullRequest {
    /// Its number.
    pub number: Option<u64>,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// Who asked for changes, and has not approved since.
    pub changes_requested_by: Vec<String>,
    /// Who merged it.
    pub merged_by: Option<String>,
    /// The commit as which it was merged.
    pub merge_commit: Option<String>,
    /// The last commit that a review covers.
    pub reviewed_commit: Option<String>,
    /// Its last commit.
    pub head_commit: Option<String>,
}

fact! {
    /// Somebody's word about this promotion.
    Approval {
        /// Who.
        by: String,
        /// The groups that they speak for.
        groups: Vec<String>,
        /// What they said.
        state: ApprovalState,
        /// When.
        at: Option<Instant>,
        /// The artifact that they meant.
        digest: Option<String>,
        /// The environment that they meant.
        environment: Option<String>,
        /// Until when it holds.
        expires_at: Option<Instant>,
        /// Whether it is from a system that tells no dates: then it was given when it was printed.
        #[serde(skip)]
        undated: bool,
    }
}

fact! {
    /// The result of a check.
    CheckFact {
        /// The check: `e2e`.
        name: String,
        /// Where it ran.
        environment: Option<String>,
        /// How it ended.
        status: CheckStatus,
        /// What it checked.
        digest: Option<String>,
        /// The commit that it checked.
        commit: Option<String>,
        /// When it ended.
        finished_at: Option<Instant>,
        /// Whether it is from a list of which a part is missing, where a later one may stand.
        #[serde(skip)]
        incomplete: bool,
    }
}

fact! {
    /// A measurement.
    Metric {
        /// What was measured: `error_rate`.
        name: String,
        /// Where.
        environment: Option<String>,
        /// The number.
        value: Option<f64>,
        /// What it is compared with.
        baseline: Option<f64>,
        /// Of what: `percent`, `ms`.
        unit: Option<String>,
        /// When.
        at: Option<Instant>,
    }
}

fact! {
    /// A statement about a build. Its signature was verified outside; here it is only judged.
    Attestation {
        /// What it states.
        predicate_type: Option<String>,
        /// Who built.
        builder_id: Option<String>,
        /// From which repository.
        source_repo: Option<String>,
        /// From which ref.
        source_ref: Option<String>,
        /// The SLSA build level.
        slsa_level: Option<u8>,
        /// The artifact that it is about.
        subject_digest: Option<String>,
        /// The build that made it.
        build_id: Option<String>,
        /// How its verification ended.
        result: AttestationResult,
    }
}

fact! {
    /// One deployment of one component.
    DeploymentFact {
        /// Where to.
        environment: String,
        /// What.
        component: String,
        /// The digest that was deployed.
        digest: Option<String>,
        /// The digest of the index over all platforms.
        index_digest: Option<String>,
        /// The tag under which it was deployed.
        tag: Option<String>,
        /// The version that was deployed.
        version: Option<String>,
        /// The build that made it.
        build_id: Option<String>,
        /// The commit that it was built from.
        commit: Option<String>,
        /// When it began.
        started_at: Option<Instant>,
        /// When it ended.
        finished_at: Option<Instant>,
        /// How it ended.
        result: DeploymentResult,
        /// Who did it.
        by: Option<String>,
        /// Its name in the system that did it.
        id: Option<String>,
    }
}

impl Attestation {
    /// Whether it is about an artifact.
    pub fn is_of(&self, artifact: &Artifact) -> bool {
        self.subject_digest.as_deref().is_some_and(|digest| artifact.has_digest(digest))
    }
}

impl DeploymentFact {
    /// The latest instant that is known of it: when it ended, else when it began.
    pub fn when(&self) -> Option<Instant> {
        self.finished_at.or(self.started_at)
    }
}

fact! {
    /// How an environment feels, since when.
    Health {
        /// Which.
        environment: String,
        /// How.
        status: HealthStatus,
        /// Since when.
        since: Option<Instant>,
    }
}

fact! {
    /// A time in which nothing may be deployed.
    Freeze {
        /// Its name: `black-friday`.
        id: String,
        /// Where; everywhere if it names none.
        environments: Vec<String>,
        /// When it begins on the clocks of its zone.
        start: Option<CivilInstant>,
        /// When it ends on the clocks of its zone.
        end: Option<CivilInstant>,
        /// Its IANA time zone.
        timezone: Option<String>,
        /// Why.
        reason: Option<String>,
    }
}

fact! {
    /// An incident.
    Incident {
        /// Its name: `INC-7`.
        id: String,
        /// How bad it is; 1 is the worst.
        severity: Option<u8>,
        /// Whether it is over.
        status: IncidentStatus,
        /// Where; everywhere if it names none.
        environments: Vec<String>,
    }
}

fact! {
    /// The ticket of a change.
    ChangeTicket {
        /// The system that keeps it.
        system: Option<String>,
        /// Its name: `CHG123`.
        id: String,
        /// How far it is.
        state: TicketState,
        /// When the change may begin.
        planned_start: Option<Instant>,
        /// When the change must be over.
        planned_end: Option<Instant>,
        /// The environments that it covers.
        environments: Vec<String>,
    }
}

fact! {
    /// The wish to pass over gates in an emergency.
    BreakGlass {
        /// Who breaks it.
        by: String,
        /// When.
        at: Option<Instant>,
        /// Why.
        reason: String,
        /// The incident that asks for it.
        incident: Option<String>,
        /// Who agreed.
        co_approvers: Vec<String>,
        /// The gates that are to be passed over, by their ids.
        rules: Vec<String>,
        /// Until when.
        expires_at: Option<Instant>,
    }
}

fact! {
    /// A report of parity that was made before.
    ParityFact {
        /// The environments that were compared.
        environments: Vec<String>,
        /// The rules that were to run, where not all of the policies were.
        only: Vec<String>,
        /// How it ended: `pass`, `warn`, `unknown`, `fail`, `error`.
        verdict: String,
        /// When.
        evaluated_at: Option<Instant>,
        /// When the first of the waivers ends that it counts on.
        valid_until: Option<Instant>,
        /// The policies, by id, each with its digest.
        policies: SortedMap<String, String>,
        /// The texts that were read, by name, each with its digest.
        inputs: SortedMap<String, String>,
    }
}

words! {
    /// What somebody said about a promotion.
    ApprovalState {
        /// Yes.
        Approved = "approved",
        /// No.
        #[default]
        Rejected = "rejected",
        /// What they said before no longer holds.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// How a check ended.
    CheckStatus {
        /// Well.
        Passed = "passed",
        /// Well, with warnings.
        Warned = "warned",
        /// Badly.
        Failed = "failed",
        /// It could not be run.
        Error = "error",
        /// It has not ended.
        #[default]
        Pending = "pending",
        /// It says neither.
        Inconclusive = "inconclusive",
        /// It was not run.
        Skipped = "skipped",
    }
}

impl CheckStatus {
    /// Whether it ended well, with warnings or without.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Passed | Self::Warned)
    }
}

words! {
    /// How the verification of an attestation ended.
    AttestationResult {
        /// It was verified.
        Passed = "passed",
        /// It is not genuine.
        #[default]
        Failed = "failed",
    }
}

words! {
    /// How a deployment ended.
    DeploymentResult {
        /// Well.
        Succeeded = "succeeded",
        /// Badly.
        Failed = "failed",
        /// It was taken back.
        RolledBack = "rolledBack",
        /// It was stopped.
        Cancelled = "cancelled",
        /// It has not ended, as far as is known.
        #[default]
        Running = "running",
    }
}

words! {
    /// How an environment feels.
    HealthStatus {
        /// Well.
        Healthy = "healthy",
        /// Worse than usual.
        Degraded = "degraded",
        /// Badly.
        Unhealthy = "unhealthy",
        /// Nobody knows.
        #[default]
        Unknown = "unknown",
    }
}

words! {
    /// Whether an incident is over.
    IncidentStatus {
        /// It is not.
        #[default]
        Open = "open",
        /// It is mended, and watched.
        Monitoring = "monitoring",
        /// It is.
        Resolved = "resolved",
    }
}

words! {
    /// How far the ticket of a change is.
    TicketState {
        /// Written, and no more.
        #[default]
        Draft = "draft",
        /// Waiting for approval.
        Pending = "pending",
        /// Approved.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// Being carried out.
        Implementing = "implementing",
        /// Done.
        Closed = "closed",
        /// No longer wanted.
        Cancelled = "cancelled",
    }
}

impl TicketState {
    /// Whether it says that the change may not be made. A ticket that is only named says nothing of its state: it is a draft.
    pub const fn speaks_against(self) -> bool {
        !matches!(self, Self::Draft | Self::Approved | Self::Implementing)
    }
}
