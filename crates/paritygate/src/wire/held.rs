//! What a session holds for its host, by number.

use std::sync::Arc;

use paritygate_eval::Engine;
use paritygate_model::decision::Decision;
use paritygate_model::report::Report;
use paritygate_model::{Diagnostic, Environment, SortedMap, limits};

use super::envelope::Refusal;

/// A report, with what was wrong with the texts that it was made from.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) report: Report,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A decision, with what was wrong with the texts that it was made from.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) decision: Decision,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Something that is held.
#[derive(Clone)]
pub(super) enum Held {
    Engine(Arc<Engine>),
    Environment(Arc<Environment>),
    Report(Arc<Stored>),
    Decision(Arc<Decided>),
}

impl Held {
    const fn word(&self) -> &'static str {
        match self {
            Self::Engine(_) => "an engine",
            Self::Environment(_) => "an environment",
            Self::Report(_) => "a report",
            Self::Decision(_) => "a decision",
        }
    }
}

/// Everything that is held. Numbers are never used twice.
#[derive(Default)]
pub(super) struct Table {
    last: u32,
    held: SortedMap<u32, Held>,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// Holds something under a new number.
    ///
    /// # Errors
    ///
    /// If too much is held.
    pub(super) fn hold(&mut self, held: Held) -> Result<u32, Refusal> {
        let next = self.last.checked_add(1).filter(|_| self.held.len() < limits::MAX_HANDLES);
        let Some(next) = next else {
            let message =
                format!("more than {} engines, environments, reports and decisions are held", limits::MAX_HANDLES);
            return Err(Refusal::new("too-many-handles", message, "release those that are no longer needed"));
        };
        self.last = next;
        self.held.insert(next, held);
        Ok(next)
    }

    /// Lets go of what has that number; does nothing where nothing has.
    pub(super) fn release(&mut self, handle: u32) -> bool {
        self.held.remove(&handle).is_some()
    }

    pub(super) fn engine(&self, handle: u32) -> Result<Arc<Engine>, Refusal> {
        match self.held.get(&handle) {
            Some(Held::Engine(engine)) => Ok(Arc::clone(engine)),
            other => Err(wrong(handle, "an engine", other)),
        }
    }

    pub(super) fn environment(&self, handle: u32) -> Result<Arc<Environment>, Refusal> {
        match self.held.get(&handle) {
            Some(Held::Environment(environment)) => Ok(Arc::clone(environment)),
            other => Err(wrong(handle, "an environment", other)),
        }
    }

    pub(super) fn decision(&self, handle: u32) -> Result<Arc<Decided>, Refusal> {
        match self.held.get(&handle) {
            Some(Held::Decision(decision)) => Ok(Arc::clone(decision)),
            other => Err(wrong(handle, "a decision", other)),
        }
    }

    pub(super) fn report(&self, handle: u32) -> Result<Arc<Stored>, Refusal> {
        match self.held.get(&handle) {
            Some(Held::Report(report)) => Ok(Arc::clone(report)),
            other => Err(wrong(handle, "a report", other)),
        }
    }
}

fn wrong(handle: u32, expected: &str, found: Option<&Held>) -> Refusal {
    match found {
        None => Refusal::new(
            "released",
            format!("nothing is held under {handle}: it was released, or never there"),
            "keep it until its last use",
        ),
        Some(found) => {
            let message = format!("{handle} is {}, and {expected} is needed here", found.word());
            Refusal::new("wrong-handle", message, "hand in what the parameter asks for")
        }
    }
}
