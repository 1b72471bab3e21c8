//! What a kind of gate is. The kinds themselves live in `paritygate-rules`.

mod deployed;
mod history;
mod judgement;
mod request;
mod scope;

use paritygate_lang::params;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp, limits};

use crate::kind::{Documented, Params};
use crate::zones::{Zone, Zones};

pub use history::Run;
pub use judgement::{Judgement, Words};
pub use request::{Request, recency};
pub use scope::{Parity, ParityOutcome, Scope, after};

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

    /// Whether it may judge otherwise at a later instant, also where it can't say when.
    fn may_change(&self, scope: &Scope<'_>) -> bool {
        self.next_change(scope).is_some()
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

    /// The environments that its parameters name, where they name any: one that is misspelled would be about nothing.
    fn environments(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Whether its parameters may name tiers where they name environments.
    fn takes_tiers(&self) -> bool {
        false
    }

    /// The groups of people that its parameters name.
    fn groups(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The rules that its parameters name.
    fn rules(&self) -> &[String] {
        &[]
    }

    /// The fields of the manifest's environments to which it holds a promotion: `windows`. None that its own parameters
    /// stand in for.
    fn asks_manifest(&self) -> &'static [&'static str] {
        &[]
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

/// What gates are compiled with, beside their parameters.
#[derive(Clone, Copy, Debug)]
pub struct GateContext<'a> {
    /// The time zones.
    pub zones: &'a Zones,
}

/// A kind of gate: its parameters, and how they become a check. The struct behind it is at once the parameters' schema
/// and their manual.
pub trait GateKind: Read + Documented + 'static {
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
