//! Policies: the envelope around rules. What a rule's kind and parameters mean is not known here.

mod gates;
mod lower;

use std::sync::Arc;

use paritygate_model::promotion::{Elapsed, FactSource, KindOfChange};
use paritygate_model::report::Severity;
use paritygate_model::{Document, Location, NodeId, Source, Tier};

use crate::selector::Selector;
use crate::spanned::Spanned;
use crate::template::Template;

pub use lower::lower;

/// A policy: rules under one id.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id, such as `acme/web`; the name of its text where it gives none.
    pub id: String,
    /// Its text.
    pub source: Arc<Source>,
    /// Its rules, in the order of the text. A rule without id or kind is not among them.
    pub rules: Vec<Rule>,
    /// Its gates, in the order of the text. A gate without id or kind is not among them.
    pub gates: Vec<Gate>,
    /// How gates may be passed over in an emergency.
    pub break_glass: Option<BreakGlassRule>,
    /// Where only the host's clock counts: there the field is written.
    pub host_clock: Option<Location>,
    /// The document that holds the parameters of its rules.
    pub document: Arc<Document>,
}

/// A gate: a kind, bound to promotions. It always denies what it does not let pass.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its id, unique in its policy.
    pub id: Arc<str>,
    /// Where its id is written.
    pub at: Location,
    /// The name of its kind.
    pub kind: Spanned<String>,
    /// The environments that a promotion comes from; empty means any.
    pub from: Vec<Spanned<EnvironmentRef>>,
    /// The environments that a promotion goes to; empty means any.
    pub to: Vec<Spanned<EnvironmentRef>>,
    /// The kinds of change that it is about; empty means all.
    pub kinds_of_change: Vec<KindOfChange>,
    /// From where its facts may be; empty means anywhere.
    pub accept_sources: Vec<FactSource>,
    /// Whether it can deny.
    pub mode: Mode,
    /// Its parameters, in the tree of the policy's document.
    pub params: Option<NodeId>,
    /// Why the gate exists.
    pub why: Option<String>,
    /// What to do when it is shut.
    pub fix: Option<String>,
}

/// How gates may be passed over in an emergency.
#[derive(Clone, Debug)]
pub struct BreakGlassRule {
    /// Patterns of the gates that may be passed over, by their ids.
    pub rules: Vec<Spanned<String>>,
    /// Patterns of the gates that may never be passed over, by their ids or their kinds. They beat `rules`.
    pub never: Vec<Spanned<String>>,
    /// How long it may hold after it was broken.
    pub max_life: Spanned<Elapsed>,
    /// How many others have to agree.
    pub co_approvers: u32,
    /// Whether it needs an incident that is open.
    pub incident: bool,
    /// From where the wish may be; empty means anywhere.
    pub accept_sources: Vec<FactSource>,
    /// Where it is written.
    pub at: Location,
}

/// A rule: a kind, bound to paths and environments.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, unique in its policy.
    pub id: Arc<str>,
    /// Where its id is written.
    pub at: Location,
    /// The name of its kind.
    pub kind: Spanned<String>,
    /// The paths that it is about; `None` where it has no such field.
    pub select: Option<Vec<Spanned<Selector>>>,
    /// The paths among those that it is not about, with all that lies below them.
    pub except: Vec<Spanned<Selector>>,
    /// The environments that it is about; empty means all.
    pub environments: Vec<Spanned<EnvironmentRef>>,
    /// The environment that the others are compared with.
    pub reference: Option<Spanned<String>>,
    /// How much it weighs when it fails.
    pub severity: SeverityBy,
    /// What becomes of a row that can't be judged.
    pub on_unknown: OnUnknown,
    /// Whether it can fail the check.
    pub mode: Mode,
    /// Its parameters, in the tree of the policy's document.
    pub params: Option<NodeId>,
    /// What to say instead of the kind's own message.
    pub message: Option<Template>,
    /// Why the rule exists.
    pub why: Option<Template>,
    /// What to do about a finding.
    pub fix: Option<Template>,
}

/// How a rule speaks of environments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EnvironmentRef {
    /// All of them: `all`.
    All,
    /// The environment of that name, or those of that tier. Which it is shows at the check, when the environments are known.
    Name(String),
}

/// How much a rule weighs, by environment.
#[derive(Clone, Debug)]
pub struct SeverityBy {
    /// The severity where no other is given.
    pub default: Severity,
    /// The severity for the environment of that name, or for those of that tier.
    pub by: Vec<(Spanned<String>, Severity)>,
}

impl SeverityBy {
    /// The severity in an environment: its name beats its tier, and that beats the default.
    pub fn of(&self, name: &str, tier: Tier) -> Severity {
        let find = |word: &str| self.by.iter().find(|(key, _)| key.value == word).map(|(_, severity)| *severity);
        find(name).or_else(|| find(tier.word())).unwrap_or(self.default)
    }
}

impl Default for SeverityBy {
    fn default() -> Self {
        Self { default: Severity::Error, by: Vec::new() }
    }
}

/// What becomes of a row that can't be judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnknown {
    /// It is unknown, and so is the check unless something fails.
    #[default]
    Unknown,
    /// It fails.
    Fail,
    /// It is a warning.
    Warn,
    /// It is passed over.
    Skip,
}

impl OnUnknown {
    /// Every word of policies with its meaning.
    pub const WORDS: [(&'static str, Self); 4] =
        [("unknown", Self::Unknown), ("fail", Self::Fail), ("warn", Self::Warn), ("skip", Self::Skip)];
}

/// Whether a rule can fail the check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It can.
    #[default]
    Enforce,
    /// It is run and reported only.
    Observe,
}

impl Mode {
    /// Every word of policies with its meaning.
    pub const WORDS: [(&'static str, Self); 2] = [("enforce", Self::Enforce), ("observe", Self::Observe)];
}

#[cfg(test)]
mod tests;
