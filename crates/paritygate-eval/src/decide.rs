//! May it go? Every gate that is about a promotion, the emergency exit, and what there is to wait for.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use paritygate_lang::Spanned;
use paritygate_lang::policy::EnvironmentRef;
use paritygate_model::decision::{Clock, Decision, GateStatus, InputRole};
use paritygate_model::{Diagnostic, Environment, Level, Source, Timestamp};

use crate::Exceptions;
use crate::engine::{CheckRequest, CompiledGate, CompiledRule, Engine};
use crate::gate::{Parity, ParityOutcome, Request, Scope};
use crate::pipeline::Pipeline;
use crate::ruling::{Judged, Ruling, nothing_judged, own_clock, planned};
use crate::zones::Zone;
use crate::{break_glass, eligible};

/// What is to be decided.
#[derive(Clone, Copy)]
pub struct GateRequest<'a> {
    /// What is asked, with its facts.
    pub request: &'a Request,
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The descriptions of environments.
    pub environments: &'a [Environment],
    /// The host's clock, where it has one; else the request's `evaluateAt` counts.
    pub now: Option<Timestamp>,
    /// Environments with a reference of their own, for the parity half.
    pub references: &'a [(Arc<str>, String)],
    /// What is excepted, for the parity half.
    pub exceptions: Exceptions<'a>,
    /// The texts that were read, without those of the environments.
    pub inputs: &'a [(InputRole, Arc<Source>)],
}

impl<'a> GateRequest<'a> {
    /// A request over a pipeline of which nothing else is known.
    pub fn new(request: &'a Request, pipeline: &'a Pipeline, now: Option<Timestamp>) -> Self {
        Self {
            request,
            pipeline,
            environments: &[],
            now,
            references: &[],
            exceptions: Exceptions::default(),
            inputs: &[],
        }
    }
}

/// A comparison of environments that was made.
struct Compared {
    at: Timestamp,
    names: Vec<String>,
    only: Vec<String>,
    outcome: Option<Rc<ParityOutcome>>,
}

/// Where and when a promotion is judged.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    /// The instant that is judged: `now`, or the planned start.
    pub(crate) at: Timestamp,
    pub(crate) clock: Clock,
}

impl Engine {
    /// Judges a promotion: how each gate stands and from when on time is not in the way, with no word more than blocks it.
    /// Also what is wrong with the request.
    ///
    /// # Errors
    ///
    /// If nobody says what time it is.
    pub fn rule<'a>(&'a self, asked: &GateRequest<'a>) -> Result<(Ruling<'a>, Vec<Diagnostic>), Diagnostic> {
        let mut diagnostics = Vec::new();
        let moment = moment(asked, &mut diagnostics)?;
        self.check_names(asked, &mut diagnostics);
        let zone = self.zone(asked.pipeline);
        let ruling = self.with_scope(asked, moment, &zone, false, |scope| {
            if let Some((place, stage)) = asked.pipeline.stage(scope.to()) {
                self.check_end(asked.pipeline, place, &mut diagnostics);
                self.check_stage(stage, scope, &mut diagnostics);
            }
            let mut judged = Vec::with_capacity(self.gates.len());
            for compiled in self.gates.iter().filter(|gate| gate.is_about(scope)) {
                judged.push(Judged::new(compiled, scope));
            }
            let mut own = Vec::new();
            if judged.iter().all(|gate| gate.judgement.status == GateStatus::NotApplicable) {
                own.push(nothing_judged(asked, self, judged.len()));
            }
            if let Some(at) = self.host_clock.as_ref().filter(|_| moment.clock == Clock::Request) {
                own.push(own_clock(at));
            }
            if moment.at > moment.now {
                own.push(planned(scope, self.host_clock.as_ref()));
            }
            own.extend(break_glass::apply(self, scope, &mut judged));
            let next = eligible::next(&judged, scope);
            Ruling { engine: self, asked: *asked, moment, zone: zone.clone(), judged, own, next }
        });
        Ok((ruling, diagnostics))
    }

    /// Decides a promotion: the decision in words, and what is wrong with the request.
    ///
    /// # Errors
    ///
    /// If nobody says what time it is.
    pub fn decide(&self, asked: &GateRequest<'_>) -> Result<(Decision, Vec<Diagnostic>), Diagnostic> {
        let (ruling, diagnostics) = self.rule(asked)?;
        Ok((ruling.decision(), diagnostics))
    }

    /// Does something with what gates see.
    pub(crate) fn with_scope<T>(
        &self,
        asked: &GateRequest<'_>,
        moment: Moment,
        zone: &Zone,
        words: bool,
        act: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        // Several gates may ask for the same comparison.
        let known: RefCell<Vec<Compared>> = RefCell::default();
        let parity = |at: Timestamp, names: &[&str], only: &[String]| {
            let same = |made: &&Compared| made.at == at && made.names.iter().eq(names) && made.only == only;
            if let Some(made) = known.borrow().iter().find(same) {
                return made.outcome.clone();
            }
            let outcome = self.parity(asked, at, names, only).map(Rc::new);
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            known.borrow_mut().push(Compared { at, names, only: only.to_vec(), outcome: outcome.clone() });
            outcome
        };
        let policies = self.policies_with_rules();
        act(&Scope { policies: &policies, words, ..scope(asked, &moment, zone, &parity) })
    }

    /// Runs the parity half over some of the environments.
    fn parity(&self, asked: &GateRequest<'_>, at: Timestamp, names: &[&str], only: &[String]) -> Option<ParityOutcome> {
        let find = |name: &&str| asked.environments.iter().find(|environment| *environment.name == **name).cloned();
        let environments: Vec<Environment> = names.iter().map(find).collect::<Option<_>>()?;
        let (report, diagnostics) = self.check(&CheckRequest {
            environments: &environments,
            now: at,
            references: asked.references,
            exceptions: asked.exceptions,
            only,
        });
        // A rule that names an environment besides these two has nothing to say of it here; a name that nobody knows is a
        // mistake.
        let is_known = |name: &str| {
            asked.pipeline.knows(name)
                || asked.environments.iter().any(|known| *known.name == *name || known.tier.word() == name)
        };
        let named = self.rules.iter().flat_map(|compiled| {
            let rule = &compiled.rule;
            let refs = rule.environments.iter().filter_map(|reference| match &reference.value {
                EnvironmentRef::Name(name) => Some(name.as_str()),
                EnvironmentRef::All => None,
            });
            refs.chain(rule.reference.iter().map(|reference| reference.value.as_str()))
        });
        let all_known = named.chain(asked.references.iter().map(|(_, name)| name.as_str())).all(is_known);
        let is_mistake = |wrong: &&Diagnostic| !(all_known && wrong.code == "unknown-environment");
        let broken = diagnostics.iter().filter(is_mistake).any(|wrong| wrong.level == Level::Error);
        Some(ParityOutcome { report, broken })
    }

    /// The policies that hold rules, and the files that those name.
    pub(crate) fn policies_with_rules(&self) -> Vec<(&str, &Arc<Source>)> {
        let of = |rule: &CompiledRule, source: &Arc<Source>| Arc::ptr_eq(&rule.rule.at.source, source);
        let gates_only = |source: &Arc<Source>| {
            let is_policy = self.policies.iter().any(|(_, policy)| Arc::ptr_eq(policy, source));
            is_policy && !self.rules.iter().any(|rule| of(rule, source))
        };
        self.texts().filter(|(_, source)| !gates_only(source)).collect()
    }

    /// The zone in which instants are told where a gate has none: the first that a gate names.
    pub fn zone(&self, pipeline: &Pipeline) -> Zone {
        let of_stages = || pipeline.stages.iter().find_map(|stage| Some(stage.windows.as_ref()?.zone().clone()));
        self.zone.clone().or_else(of_stages).unwrap_or_else(Zone::utc)
    }

    /// The version of the time-zone database, where one of its zones is named. Where none is, hosts need not hand it in, and
    /// the decision must not depend on whether they did.
    pub(crate) fn tzdb(&self, asked: &GateRequest<'_>) -> Option<Arc<str>> {
        let of_gates = || self.gates.iter().flat_map(|gate| gate.check.zones()).any(|zone| !zone.is_utc());
        let windows = || asked.pipeline.stages.iter().filter_map(|stage| stage.windows.as_ref());
        let of_stages = || windows().any(|windows| !windows.zone().is_utc());
        let of_facts = || asked.request.freezes().any(|(_, zone, _)| !zone.is_utc());
        self.tzdb.clone().filter(|_| of_gates() || of_stages() || of_facts())
    }
}

impl CompiledGate {
    /// Whether it is about a promotion.
    pub(crate) fn is_about(&self, scope: &Scope<'_>) -> bool {
        let meets = |refs: &[Spanned<EnvironmentRef>], name: &str| {
            refs.is_empty()
                || refs.iter().any(|reference| match &reference.value {
                    EnvironmentRef::All => true,
                    EnvironmentRef::Name(wanted) => wanted == name || *wanted == scope.tier(name).word(),
                })
        };
        let kinds = &self.gate.kinds_of_change;
        (kinds.is_empty() || kinds.contains(&scope.promotion().kind_of_change))
            && meets(&self.gate.to, scope.to())
            && meets(&self.gate.from, scope.from())
    }

    /// What it sees.
    pub(crate) fn scope<'a>(&'a self, scope: &Scope<'a>) -> Scope<'a> {
        Scope { accept_sources: &self.gate.accept_sources, ..*scope }
    }
}

/// The parity half where only calendars are asked, which do not depend on it.
pub(crate) fn no_parity(_: Timestamp, _: &[&str], _: &[String]) -> Option<Rc<ParityOutcome>> {
    None
}

pub(crate) fn scope<'a>(asked: &GateRequest<'a>, moment: &Moment, zone: &'a Zone, parity: &'a Parity<'a>) -> Scope<'a> {
    Scope {
        request: asked.request,
        pipeline: asked.pipeline,
        environments: asked.environments,
        accept_sources: &[],
        now: moment.now,
        at: moment.at,
        parity,
        waivers: asked.exceptions.waivers,
        policies: &[],
        words: true,
        zone,
    }
}

/// What time it is. The host's clock beats the request's; a planned start is judged for itself.
pub(crate) fn moment(asked: &GateRequest<'_>, diagnostics: &mut Vec<Diagnostic>) -> Result<Moment, Diagnostic> {
    let promotion = &asked.request.promotion;
    let (now, clock) = match (asked.now, promotion.evaluate_at) {
        (Some(now), _) => (now, Clock::Host),
        (None, Some(at)) => (at.0, Clock::Request),
        (None, None) => {
            let message = "nobody says what time it is: there is neither `now` nor `evaluateAt`";
            let wrong = Diagnostic::nowhere("no-clock", message);
            return Err(wrong.help("hand in the instant as `now`, such as 2026-03-01T09:00:00Z"));
        }
    };
    let at = match promotion.planned_start {
        Some(start) if start.0 < now => {
            let mut warning =
                Diagnostic::nowhere("planned-start", "the planned start is over: the promotion is judged for now");
            (warning.level, warning.location) = (Level::Warning, promotion.places.planned_start.clone());
            diagnostics.push(warning.help("plan it anew, or remove `plannedStart`"));
            now
        }
        Some(start) => start.0,
        None => now,
    };
    Ok(Moment { now, at, clock })
}
