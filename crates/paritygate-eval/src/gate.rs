//! What a kind of gate is. The kinds themselves live in `paritygate-rules`.

mod history;
mod request;
mod scope;

use std::borrow::Cow;

use paritygate_lang::params;
use paritygate_model::decision::{ClearedBy, GateStatus, Moment};
use paritygate_model::promotion::Origin;
use paritygate_model::{Diagnostic, Timestamp, limits};
use serde::de::DeserializeOwned;

use crate::kind::{Documented, Params};
use crate::zones::{Zone, Zones};

pub use history::Run;
pub use request::Request;
pub use scope::{Parity, ParityOutcome, Scope};

/// A compiled gate.
pub trait GateCheck: Send + Sync {
    /// Judges a promotion at the scope's instant.
    fn judge(&self, scope: &Scope<'_>) -> Judgement;

    /// The next instant after the scope's at which it may judge otherwise, with the facts as they are; `None` where time
    /// changes nothing any more.
    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let _ = scope;
        None
    }

    /// The first instant from the scope's on at which it lets the promotion pass, with the facts as they are.
    fn passes_from(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let mut scope = *scope;
        for _ in 0..limits::MAX_STEPS {
            if !self.judge(&scope).status.blocks() {
                return Some(scope.at);
            }
            scope.at = self.next_change(&scope).filter(|next| *next > scope.at && *next < scope.limit())?;
        }
        None
    }

    /// Whether it is a calendar: only the instant decides, no fact of a request.
    fn is_calendar(&self) -> bool {
        false
    }

    /// The zones on whose clocks its instants are told.
    fn zones(&self) -> Vec<Zone> {
        Vec::new()
    }

    /// What a calendar has that makes no sense from an instant on, as sentences.
    fn lint(&self, from: Timestamp, until: Timestamp) -> Vec<String> {
        let _ = (from, until);
        Vec::new()
    }
}

/// How a gate judged, and why. The worst of several sayings counts, and all of that status are told.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// How it judged.
    pub status: GateStatus,
    /// What is the case.
    pub message: Cow<'static, str>,
    /// What else is known.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The facts that it judged by, each with what it says here.
    pub facts: Vec<(String, Origin)>,
    /// What clears it, where it blocks.
    pub cleared_by: Option<ClearedBy>,
    /// Who can clear it: groups and people.
    pub who: Vec<String>,
    /// When it clears by itself.
    pub until: Option<Timestamp>,
    /// When it next opens.
    pub next_open: Option<Moment>,
    /// When it next closes.
    pub next_close: Option<Moment>,
}

impl Judgement {
    fn new(status: GateStatus, cleared_by: Option<ClearedBy>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, cleared_by, message: message.into(), ..Self::default() }
    }

    /// It lets the promotion pass.
    pub fn pass(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Pass, None, message)
    }

    /// It lets the promotion pass, with a warning.
    pub fn warn(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Warn, None, message)
    }

    /// It blocks until a fact is another.
    pub fn fail(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Fail, Some(ClearedBy::Fact), message)
    }

    /// It blocks until somebody says something.
    pub fn needs_people(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Fail, Some(ClearedBy::Person), message)
    }

    /// It blocks until time has passed; `until` is `None` where that is never.
    pub fn wait(until: Option<Timestamp>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { until, ..Self::new(GateStatus::Fail, Some(ClearedBy::Time), message) }
    }

    /// It can't be judged, and so blocks until the fact is known.
    pub fn unknown(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::Unknown, Some(ClearedBy::Fact), message)
    }

    /// It has nothing to say about this promotion.
    pub fn not_applicable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(GateStatus::NotApplicable, None, message)
    }

    /// Adds why, or what else is known.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a fact that it judged by.
    #[must_use]
    pub fn fact(mut self, label: impl Into<String>, origin: &Origin) -> Self {
        self.facts.push((label.into(), origin.clone()));
        self
    }

    /// Adds who can clear it.
    #[must_use]
    pub fn who(mut self, who: impl IntoIterator<Item = String>) -> Self {
        self.who.extend(who);
        self
    }

    /// Joins what is said of several things (components, databases): the worst counts, and what is less bad goes unsaid.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        if other.message.is_empty() {
            return self;
        }
        if self.message.is_empty() || other.status > self.status {
            return other;
        }
        if other.status < self.status {
            return self;
        }
        if other.message != self.message {
            self.message = format!("{}; {}", self.message, other.message).into();
        }
        let fresh = |list: &Vec<String>, note: &String| !list.contains(note);
        other.notes.retain(|note| fresh(&self.notes, note));
        other.who.retain(|who| fresh(&self.who, who));
        self.notes.append(&mut other.notes);
        self.who.append(&mut other.who);
        self.facts.append(&mut other.facts);
        self.help = self.help.or(other.help);
        // What time clears is clear when the last of it is; what a person or a fact has to clear, time does not.
        self.cleared_by = self.cleared_by.min(other.cleared_by);
        self.until = match (self.until, other.until) {
            (Some(a), Some(b)) => Some(a.max(b)),
            _ => None,
        };
        self
    }
}

/// What gates are compiled with, beside their parameters.
#[derive(Clone, Copy, Debug)]
pub struct GateContext<'a> {
    /// The time zones.
    pub zones: &'a Zones,
}

/// A kind of gate: its parameters, and how they become a check. The struct behind it is at once the parameters' schema
/// and their manual.
pub trait GateKind: DeserializeOwned + Documented + 'static {
    /// The name in policies, in kebab-case.
    const NAME: &'static str;
    /// What it asks, in one sentence.
    const SUMMARY: &'static str;
    /// The manual: what it does, what it says, and examples that run as tests.
    const MANUAL: &'static str;

    /// Checks the parameters against each other and compiles them.
    ///
    /// # Errors
    ///
    /// A diagnostic per parameter that makes no sense.
    fn compile(self, params: &Params<'_>, context: &GateContext<'_>) -> Compiled;
}

/// A compiled gate, or what is wrong with its parameters.
pub type Compiled = Result<Box<dyn GateCheck>, Vec<Diagnostic>>;

/// A kind of gate in the catalogue, with its type erased.
pub struct GateEntry {
    /// The name in policies.
    pub name: &'static str,
    /// What it asks, in one sentence.
    pub summary: &'static str,
    /// The manual; empty in a build without the feature `manual`.
    pub manual: &'static str,
    /// Compiles parameters.
    pub compile: fn(&Params<'_>, &GateContext<'_>) -> Compiled,
    /// The schema of its parameters.
    #[cfg(feature = "schema")]
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

impl GateEntry {
    /// The entry of a kind.
    pub const fn of<K: GateKind>() -> Self {
        Self {
            name: K::NAME,
            summary: K::SUMMARY,
            manual: if cfg!(feature = "manual") { K::MANUAL } else { "" },
            compile: compile::<K>,
            #[cfg(feature = "schema")]
            schema: K::json_schema,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as the trait has it: kinds may be given more")]
fn compile<K: GateKind>(params: &Params<'_>, context: &GateContext<'_>) -> Compiled {
    params::from_node::<K>(params.node, params.rule)?.compile(params, context)
}
