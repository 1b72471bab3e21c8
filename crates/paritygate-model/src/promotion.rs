//! A promotion: what is asked, and the facts that are known when it is asked.
//!
//! Facts are plain data. They are read from a request, or from what another system printed; what they mean for a
//! promotion is judged elsewhere.

mod blank;
pub mod commit;
pub mod digest;
mod facts;
pub mod person;
mod text;
mod time;

pub use facts::{
    Approval, ApprovalState, Attestation, AttestationResult, BreakGlass, Change, ChangeTicket, CheckFact, CheckStatus,
    DeploymentFact, DeploymentResult, Facts, Freeze, Health, HealthStatus, Incident, IncidentStatus, Metric, Origin,
    ParityFact, ProtectionRule, PullRequest, TicketState,
};
pub use text::RequestText;
pub use time::{CivilDate, CivilInstant, ClockTime, DAY, Elapsed, Instant};

use crate::read::Read;
use crate::source::Location;

/// What is asked: may these artifacts go from one environment to another?
#[derive(Clone, Debug, Default)]
pub struct Promotion {
    /// Its name: `release-1432`.
    pub name: String,
    /// What kind of change it is.
    pub kind_of_change: KindOfChange,
    /// The instant at which it is judged, unless the host says another.
    pub evaluate_at: Option<Instant>,
    /// When it is to begin, where it is planned ahead.
    pub planned_start: Option<Instant>,
    /// How long it is expected to take.
    pub expected_duration: Option<Elapsed>,
    /// The environment that it comes from.
    pub from: String,
    /// The environment that it goes to.
    pub to: String,
    /// What is promoted.
    pub artifacts: Vec<Artifact>,
    /// Who asks.
    pub actor: Option<Actor>,
    /// What set it off.
    pub trigger: Option<Trigger>,
    /// What is known.
    pub facts: Facts,
    /// Where what is asked is written.
    pub places: Places,
}

/// Where what is asked is written.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The environment that it comes from.
    pub from: Option<Location>,
    /// The environment that it goes to.
    pub to: Option<Location>,
    /// When it is to begin.
    pub planned_start: Option<Location>,
}

impl FactSource {
    /// Whether facts from here are among the accepted ones; where none are named all are.
    pub fn is_accepted(self, accepted: &[Self]) -> bool {
        accepted.is_empty() || accepted.contains(&self)
    }
}

/// What is promoted: one component.
#[derive(Clone, Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Artifact {
    /// The component: `api`.
    pub component: String,
    /// The digest of the platform's manifest, or of the file: `sha256:…`.
    pub digest: Option<String>,
    /// The digest of the index over all platforms.
    pub index_digest: Option<String>,
    /// The tag under which it was found.
    pub tag: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// How versions are ordered: `semver`, `pep440`, `deb`, `rpm`, `calver`, `docker-tag`, `postgres`, `opaque`.
    pub version_scheme: Option<String>,
    /// The reference as the deployment would pull it: `registry.example/api:v1.2.3`, `registry.example/api@sha256:…`.
    pub reference: Option<String>,
    /// The build that made it.
    pub build_id: Option<String>,
    /// Where it was built from.
    pub source: Option<ArtifactSource>,
    /// The contract of its configuration: keys that it needs where it runs.
    pub required_keys: Vec<String>,
    /// Where it is written.
    #[serde(skip)]
    pub origin: Origin,
}

impl Artifact {
    /// Its digests: of the platform's manifest, and of the index.
    pub fn digests(&self) -> impl Iterator<Item = &str> + Clone {
        let digests = [self.digest.as_deref(), self.index_digest.as_deref()];
        digests.into_iter().flatten()
    }

    /// Whether a digest is one of its own. An empty one is nothing's.
    pub fn has_digest(&self, digest: &str) -> bool {
        self.digests().any(|own| digest::same(own, digest) == Some(true))
    }
}

/// Where an artifact was built from.
#[derive(Clone, Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ArtifactSource {
    /// The repository.
    pub repo: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The ref: `refs/heads/main`, `refs/tags/v1.2.3`.
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
}

/// Who asks for a promotion.
#[derive(Clone, Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Actor {
    /// The name.
    pub id: String,
    /// A person or a machine.
    pub kind: ActorKind,
    /// The groups that it is in.
    pub groups: Vec<String>,
}

impl Actor {
    /// Its kind: what is said of it, but that no account of a program is a person.
    pub fn acts_as(&self) -> ActorKind {
        let is_program = self.kind == ActorKind::Human && person::is_program(&self.id);
        if is_program { ActorKind::Bot } else { self.kind }
    }
}

macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[$more:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, crate::read::Read, serde::Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase")]
        pub enum $name { $($(#[$more])* $variant),* }

        impl $name {
            /// All of them, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word in texts and answers.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value of that word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What kind of change a promotion is.
    KindOfChange {
        /// A new version, the usual way.
        #[default]
        Release = "release",
        /// A small change that mends something urgent.
        Hotfix = "hotfix",
        /// Back to a version that ran before.
        Rollback = "rollback",
        /// Other configuration of what runs already.
        ConfigOnly = "configOnly",
        /// A change of what it runs on.
        Infrastructure = "infrastructure",
    }
}

words! {
    /// What set a deployment off.
    Trigger {
        /// A person.
        #[default]
        Manual = "manual",
        /// An event, such as a push.
        Automatic = "automatic",
        /// A clock.
        Scheduled = "scheduled",
    }
}

words! {
    /// A person or a machine.
    ActorKind {
        /// A person.
        #[default]
        Human = "human",
        /// A service account.
        Service = "service",
        /// A bot.
        Bot = "bot",
    }
}

words! {
    /// How much is known of where a fact is from.
    FactSource {
        /// It stands in the request: whoever asks says so.
        #[default]
        Asserted = "asserted",
        /// It was read from what another system printed.
        Imported = "imported",
    }
}
