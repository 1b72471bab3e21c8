//! Looking ahead: when the gates are open together, when each opens and shuts, and calendars that make no sense.

use std::sync::Arc;

use paritygate_lang::policy::Mode;
use paritygate_model::decision::{Clock, GateStatus};
use paritygate_model::{Diagnostic, Level, Location, Timestamp, limits, suggest};

use crate::decide::{GateRequest, Moment, moment, no_parity, scope};
use crate::eligible;
use crate::engine::{CompiledGate, Engine};
use crate::gate::{Request, Scope};
use crate::pipeline::Pipeline;
use crate::ruling::distinct;
use crate::zones::Zone;

/// A time in which no gate that depends on time blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its first instant.
    pub open: Timestamp,
    /// The first instant after it; `None` where it does not end in the time that was looked at.
    pub close: Option<Timestamp>,
}

/// A gate that opens or shuts.
#[derive(Clone, Debug)]
pub struct Transition {
    /// When.
    pub at: Timestamp,
    /// The gate; `None` where clocks are put forward or back in the zone that is named.
    pub gate: Option<Arc<str>>,
    /// Whether it opens.
    pub opens: bool,
    /// Whether no gate blocks from then on.
    pub all_open: bool,
    /// The zone on whose clocks the gate tells its time.
    pub zone: Zone,
    /// Whether clocks in that zone are put forward or back on that day.
    pub shift_day: bool,
}

impl Engine {
    /// Whether a promotion goes where somebody knows: gates about other environments say nothing of one that nobody knows,
    /// and it would always be open.
    ///
    /// # Errors
    ///
    /// If it does not.
    pub fn check_aim(&self, asked: &GateRequest<'_>) -> Result<(), Diagnostic> {
        let (stages, promotion) = (&asked.pipeline.stages, &asked.request.promotion);
        if promotion.to.is_empty() && self.gates.iter().any(|gate| !gate.gate.to.is_empty()) {
            let wrong = Diagnostic::nowhere("no-target", "it is not said to which environment the promotion goes");
            return Err(wrong.help("name it, or hand in a manifest with a pipeline"));
        }
        let is_unknown = |name: &&String| !name.is_empty() && asked.pipeline.stage(name).is_none();
        let mut named = [&promotion.to, &promotion.from].into_iter().filter(|_| !stages.is_empty());
        let Some(name) = named.find(is_unknown) else { return Ok(()) };
        let wrong = Diagnostic::nowhere("unknown-environment", format!("there is no environment `{name}`"));
        Err(wrong.help(asked.pipeline.meant(name)))
    }

    /// The gates of a promotion that depend on time, and its moment.
    fn timed<'e>(&'e self, asked: &GateRequest<'_>, scope: &Scope<'_>) -> Vec<&'e CompiledGate> {
        let about = self.gates.iter().filter(|gate| gate.gate.mode == Mode::Enforce && gate.is_about(scope));
        let is_bare = asked.request.promotion.artifacts.is_empty();
        about
            .filter(|gate| {
                let scope = gate.scope(scope);
                // Without a request only calendars have something to say.
                gate.check.is_calendar()
                    || (!is_bare
                        && (gate.check.next_change(&scope).is_some() && gate.check.passes_from(&scope).is_some()))
            })
            .collect()
    }

    /// The next times in which no gate that depends on time blocks, at most `max`, that begin before `until`.
    ///
    /// # Errors
    ///
    /// If nobody says what time it is, or it goes to no environment that is known.
    pub fn openings(&self, asked: &GateRequest<'_>, until: Timestamp, max: usize) -> Result<Vec<Opening>, Diagnostic> {
        let moment = moment(asked, &mut Vec::new())?;
        self.check_aim(asked)?;
        let zone = self.zone(asked.pipeline);
        let policies = self.policies_with_rules();
        let scope = Scope { policies: &policies, ..scope(asked, &moment, &zone, &no_parity) };
        let gates = self.timed(asked, &scope);
        let (mut openings, mut at) = (Vec::new(), moment.at);
        while openings.len() < max && at < until {
            let Ok(open) = eligible::together(&gates, &scope, at) else { break };
            if open >= until {
                break;
            }
            let close = shuts(&gates, &scope, open, until);
            openings.push(Opening { open, close });
            match close {
                Some(close) => at = close,
                None => break,
            }
        }
        Ok(openings)
    }

    /// When each gate that depends on time opens and shuts in `[now, until)`, and when clocks are put forward or back in
    /// the zones that they name; at most `max`.
    ///
    /// # Errors
    ///
    /// If nobody says what time it is, or it goes to no environment that is known.
    pub fn transitions(
        &self,
        asked: &GateRequest<'_>,
        until: Timestamp,
        max: usize,
    ) -> Result<Vec<Transition>, Diagnostic> {
        let moment = moment(asked, &mut Vec::new())?;
        self.check_aim(asked)?;
        let zone = self.zone(asked.pipeline);
        let policies = self.policies_with_rules();
        let scope = Scope { policies: &policies, ..scope(asked, &moment, &zone, &no_parity) };
        let gates = self.timed(asked, &scope);
        let open_at = |gate: &CompiledGate, at: Timestamp| {
            let there = Scope { at, ..scope };
            !gate.check.judge(&gate.scope(&there)).status.blocks()
        };
        let zones = distinct(gates.iter().flat_map(|gate| gate.check.zones()));
        let mut was: Vec<bool> = gates.iter().map(|gate| open_at(gate, moment.at)).collect();
        let (mut found, mut at) = (Vec::new(), moment.at);
        for _ in 0..limits::MAX_STEPS {
            let there = Scope { at, ..scope };
            let changes = gates.iter().filter_map(|gate| gate.check.next_change(&gate.scope(&there)));
            let shifts = zones.iter().filter_map(|zone| zone.next_shift(at));
            let Some(next) = changes.chain(shifts).filter(|next| *next > at && *next < until).min() else { break };
            at = next;
            let now: Vec<bool> = gates.iter().map(|gate| open_at(gate, at)).collect();
            let all_open = now.iter().all(|open| *open);
            for ((gate, open), was) in gates.iter().zip(&now).zip(&was) {
                if open != was {
                    let zone = gate.check.zones().into_iter().next().unwrap_or_else(|| zone.clone());
                    let shift_day = is_shift_day(&zone, at);
                    let gate = Some(Arc::clone(&gate.gate.id));
                    found.push(Transition { at, gate, opens: *open, all_open, zone, shift_day });
                }
            }
            was = now;
            for zone in zones.iter().filter(|zone| is_shift(zone, at)) {
                found.push(Transition { at, gate: None, opens: false, all_open, zone: zone.clone(), shift_day: true });
            }
            if found.len() >= max {
                found.truncate(max);
                break;
            }
        }
        Ok(found)
    }

    /// What [`lint`](Self::lint) finds, as warnings: where openings are asked for, that no instant is allowed is the answer,
    /// and no reason to give none.
    pub fn doubts(&self, pipeline: &Pipeline, now: Timestamp) -> Vec<Diagnostic> {
        let mut found = self.lint(pipeline, now);
        for one in &mut found {
            one.level = Level::Warning;
        }
        found
    }

    /// What makes no sense in the calendars of the gates and stages, seen from an instant: windows that clocks put forward
    /// leave empty, and stages for which no instant in the next 400 days is allowed.
    pub fn lint(&self, pipeline: &Pipeline, now: Timestamp) -> Vec<Diagnostic> {
        let until = now.checked_add(limits::LINT_HORIZON).unwrap_or(Timestamp::MAX);
        let mut diagnostics = Vec::new();
        for gate in &self.gates {
            for message in gate.check.lint(now, until) {
                let about = format!("`{}`: {message}", gate.gate.id);
                diagnostics.push(Diagnostic::warning("policy-lint", gate.gate.at.clone(), about));
            }
        }
        self.check_targets(pipeline, &mut diagnostics);
        self.check_groups(pipeline, &mut diagnostics);
        for stage in &pipeline.stages {
            let mut request = Request::default();
            request.promotion.to.clone_from(&stage.name);
            pipeline.usual_source(&stage.name).unwrap_or_default().clone_into(&mut request.promotion.from);
            let zone = self.zone(pipeline);
            let asked = GateRequest::new(&request, pipeline, Some(now));
            let here = Moment { now, at: now, clock: Clock::Host };
            let scope = scope(&asked, &here, &zone, &no_parity);
            self.check_stage(stage, &scope, &mut diagnostics);
            let calendar = |gate: &&CompiledGate| {
                let asks = gate.gate.mode == Mode::Enforce && gate.check.is_calendar() && gate.is_about(&scope);
                // One that needs a fact (how long it takes) says nothing about the calendar alone.
                asks && !matches!(
                    gate.check.judge(&gate.scope(&scope)).status,
                    GateStatus::Unknown | GateStatus::NotApplicable
                )
            };
            let calendars: Vec<&CompiledGate> = self.gates.iter().filter(calendar).collect();
            let Some(first) = calendars.first() else { continue };
            let opens = eligible::together(&calendars, &scope, now);
            if opens.is_ok_and(|opens| opens < until) {
                continue;
            }
            let names: Vec<&str> = calendars.iter().map(|gate| &*gate.gate.id).collect();
            let message = format!(
                "no instant in the next 400 days is allowed for `{}`: {} are never open together",
                stage.name,
                suggest::quoted(&names)
            );
            let message =
                if names.len() == 1 { message.replace("are never open together", "never opens") } else { message };
            let at: Location = first.gate.at.clone();
            diagnostics.push(Diagnostic::error("policy-lint", at, message).help("mend the windows and freezes"));
        }
        diagnostics
    }
}

/// The first instant after `open` at which one of the gates blocks.
fn shuts(gates: &[&CompiledGate], scope: &Scope<'_>, open: Timestamp, until: Timestamp) -> Option<Timestamp> {
    let mut at = open;
    for _ in 0..limits::MAX_STEPS {
        let there = Scope { at, ..*scope };
        let changes = gates.iter().filter_map(|gate| gate.check.next_change(&gate.scope(&there)));
        at = changes.filter(|next| *next > at && *next < until).min()?;
        let there = Scope { at, ..*scope };
        if gates.iter().any(|gate| gate.check.judge(&gate.scope(&there)).status.blocks()) {
            return Some(at);
        }
    }
    None
}

/// Whether clocks are put forward or back at an instant.
fn is_shift(zone: &Zone, at: Timestamp) -> bool {
    let before = at.checked_sub(jiff::SignedDuration::from_nanos(1)).ok();
    before.and_then(|before| zone.next_shift(before)) == Some(at)
}

/// Whether clocks are put forward or back on the day of an instant.
fn is_shift_day(zone: &Zone, at: Timestamp) -> bool {
    let midnight = zone.civil(at).date().to_datetime(jiff::civil::Time::midnight());
    let Some(start) = zone.resolve(midnight) else { return false };
    let before = start.first.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(start.first);
    zone.next_shift(before).is_some_and(|shift| zone.civil(shift).date() == zone.civil(at).date())
}
