//! May it go? Every gate that is about a promotion, the emergency exit, and what there is to wait for.

use std::collections::BTreeMap;
use std::sync::Arc;

use paritygate_lang::Spanned;
use paritygate_lang::policy::{EnvironmentRef, Mode};
use paritygate_model::decision::{
    Asked, Blocker, ClearedBy, Clock, Decision, FactPlace, GateEngine, GateFinding, GateStatus, GateSummary, Input,
    InputRole, LazyPlace, Outcome,
};
use paritygate_model::promotion::Origin;
use paritygate_model::report::{Digested, LazyDigest, Severity, Verdict};
use paritygate_model::secret::redacted;
use paritygate_model::{Diagnostic, Environment, Source, Timestamp};

use crate::Exceptions;
use crate::engine::{CheckRequest, CompiledGate, Engine};
use crate::gate::{Judgement, Parity, ParityOutcome, Request, Scope};
use crate::pipeline::Pipeline;
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

/// A gate that is about the promotion, and how it judged.
pub(crate) struct Judged<'e> {
    pub(crate) compiled: &'e CompiledGate,
    pub(crate) judgement: Judgement,
}

impl Judged<'_> {
    /// Whether it keeps the promotion from going.
    pub(crate) fn blocks(&self) -> bool {
        self.judgement.status.blocks() && self.compiled.gate.mode == Mode::Enforce
    }
}

/// Where and when a promotion is judged.
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    /// The instant that is judged: `now`, or the planned start.
    pub(crate) at: Timestamp,
    pub(crate) clock: Clock,
}

impl Engine {
    /// Decides a promotion: the decision, and what is wrong with the request.
    ///
    /// # Errors
    ///
    /// If nobody says what time it is.
    pub fn decide(&self, asked: &GateRequest<'_>) -> Result<(Decision, Vec<Diagnostic>), Diagnostic> {
        let mut diagnostics = Vec::new();
        let moment = moment(asked, &mut diagnostics)?;
        check_names(asked, &mut diagnostics);
        let parity = |names: &[&str], only: &[String]| self.parity(asked, moment.now, names, only);
        let (zone, policies) = (self.zone(asked.pipeline), self.policies_with_rules());
        let scope = Scope { policies: &policies, ..scope(asked, &moment, &zone, &parity) };
        let (applicable, others): (Vec<&CompiledGate>, Vec<&CompiledGate>) =
            self.gates.iter().partition(|gate| gate.is_about(&scope));
        let mut judged = Vec::with_capacity(applicable.len());
        for compiled in applicable {
            let judgement = compiled.check.judge(&compiled.scope(&scope));
            judged.push(Judged { compiled, judgement });
        }
        let about = |status: GateStatus| judged.iter().filter(|gate| gate.judgement.status == status).count();
        let idle = about(GateStatus::NotApplicable) == judged.len();
        let mut own = Vec::new();
        if idle {
            own.push(nothing_judged(asked, self));
        }
        if let Some(at) = self.host_clock.as_ref().filter(|_| moment.clock == Clock::Request) {
            own.push(own_clock(at));
        }
        own.extend(break_glass::apply(&self.break_glass, &scope, &mut judged));
        let next = eligible::next(&judged, &scope);
        let mut findings: Vec<GateFinding> = judged.iter().map(finding).collect();
        let mut blockers = blockers(&judged, &scope);
        for mut finding in own {
            finding.notes = finding.notes.into_iter().map(redacted).collect();
            if finding.status.blocks() {
                blockers.push(Blocker {
                    rule: Arc::clone(&finding.rule),
                    cleared_by: ClearedBy::Fact,
                    who: Vec::new(),
                    until: None,
                    until_local: None,
                    message: finding.message.clone(),
                });
            }
            findings.push(finding);
        }
        // Facts and people can be asked at once; what only time clears comes in the order of its instants.
        blockers
            .sort_by_key(|blocker| (blocker.cleared_by == ClearedBy::Time, blocker.until.unwrap_or(Timestamp::MIN)));
        let mut summary = GateSummary {
            gates: judged.len(),
            not_applicable: others.iter().map(|gate| gate.gate.id.to_string()).collect(),
            by_status: BTreeMap::new(),
        };
        let mut verdict = Verdict::Pass;
        for finding in &findings {
            *summary.by_status.entry(finding.status.word()).or_default() += 1;
            if !finding.observed {
                verdict = verdict.max(verdict_of(finding.status));
            }
        }
        let promotion = scope.promotion();
        let decision = Decision {
            engine: GateEngine { name: "paritygate", version: env!("CARGO_PKG_VERSION"), tzdb: self.tzdb(asked) },
            evaluated_at: moment.at,
            evaluated_local: zone.local(moment.at),
            now: moment.now,
            policies: self.policies.iter().map(|(id, source)| digested(id.as_str().into(), source)).collect(),
            inputs: inputs(asked),
            request: Asked {
                name: redacted(promotion.name.clone()),
                kind_of_change: promotion.kind_of_change,
                from: redacted(promotion.from.clone()),
                to: redacted(promotion.to.clone()),
                components: promotion.artifacts.iter().map(|artifact| redacted(artifact.component.clone())).collect(),
            },
            verdict,
            decision: Outcome {
                allowed: blockers.is_empty(),
                clock: moment.clock,
                next_eligible_at: next.as_ref().ok().copied(),
                next_eligible_local: next.as_ref().ok().map(|at| locals(&judged, &zone, *at)).unwrap_or_default(),
                next_eligible_reason: next.err().map(redacted),
                blockers,
            },
            summary,
            findings,
        };
        Ok((decision, diagnostics))
    }

    /// Runs the parity half over some of the environments.
    fn parity(
        &self,
        asked: &GateRequest<'_>,
        now: Timestamp,
        names: &[&str],
        only: &[String],
    ) -> Option<ParityOutcome> {
        let find = |name: &&str| asked.environments.iter().find(|environment| *environment.name == **name).cloned();
        let environments: Vec<Environment> = names.iter().map(find).collect::<Option<_>>()?;
        let (report, diagnostics) = self.check(&CheckRequest {
            environments: &environments,
            now,
            references: asked.references,
            exceptions: asked.exceptions,
            only,
        });
        // A rule that names an environment besides these two has nothing to say of it here; a name that nobody knows is a
        // mistake.
        let is_known = |name: &str| {
            asked.pipeline.stages.iter().any(|stage| stage.name == name || stage.tier.word() == name)
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
        let broken = diagnostics.iter().filter(is_mistake).any(|wrong| wrong.level == paritygate_model::Level::Error);
        Some(ParityOutcome { report, broken })
    }

    /// The policies that hold rules.
    fn policies_with_rules(&self) -> Vec<(&str, &Arc<Source>)> {
        let has_rules = |source: &Arc<Source>| self.rules.iter().any(|rule| Arc::ptr_eq(&rule.rule.at.source, source));
        let policies = self.policies.iter().filter(|(_, source)| has_rules(source));
        policies.map(|(id, source)| (id.as_str(), source)).collect()
    }

    /// The zone in which instants are told where a gate has none: the first that a gate names.
    pub fn zone(&self, pipeline: &Pipeline) -> Zone {
        let of_gates = self.gates.iter().flat_map(|gate| gate.check.zones()).next();
        let of_stages = || pipeline.stages.iter().find_map(|stage| Some(stage.windows.as_ref()?.zone().clone()));
        of_gates.or_else(of_stages).unwrap_or_else(Zone::utc)
    }

    /// The version of the time-zone database, where one of its zones is named. Where none is, hosts need not hand it in, and
    /// the decision must not depend on whether they did.
    fn tzdb(&self, asked: &GateRequest<'_>) -> Option<Arc<str>> {
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

/// The parity half where only time is asked: no gate over it depends on that.
pub(crate) fn no_parity(_: &[&str], _: &[String]) -> Option<ParityOutcome> {
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
        policies: &[],
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
            warning.level = paritygate_model::Level::Warning;
            diagnostics.push(warning.help("plan it anew, or remove `plannedStart`"));
            now
        }
        Some(start) => start.0,
        None => now,
    };
    Ok(Moment { now, at, clock })
}

/// The environments of a request are stages of the pipeline, where there is one.
pub(crate) fn check_names(asked: &GateRequest<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if asked.pipeline.stages.is_empty() {
        return;
    }
    let promotion = &asked.request.promotion;
    for (field, name) in [("from", &promotion.from), ("to", &promotion.to)] {
        if asked.pipeline.stage(name).is_none() {
            let message = format!("there is no environment `{name}`, which the request names as `{field}`");
            let known: Vec<&str> = asked.pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
            let help = paritygate_model::suggest::did_you_mean(name, known.iter().copied());
            let help = help.unwrap_or_else(|| format!("it is one of {}", paritygate_model::suggest::quoted(&known)));
            diagnostics.push(Diagnostic::nowhere("unknown-environment", message).help(help));
        }
    }
}

fn verdict_of(status: GateStatus) -> Verdict {
    match status {
        GateStatus::Fail => Verdict::Fail,
        GateStatus::Unknown => Verdict::Unknown,
        GateStatus::Warn | GateStatus::Waived => Verdict::Warn,
        GateStatus::Pass | GateStatus::NotApplicable => Verdict::Pass,
    }
}

fn digested(name: Arc<str>, source: &Arc<Source>) -> Digested {
    Digested { name, digest: LazyDigest(Arc::clone(source)) }
}

/// The texts that were read: in the order of their roles and names.
fn inputs(asked: &GateRequest<'_>) -> Vec<Input> {
    let of_environments = asked.environments.iter().flat_map(|environment| environment.tree.sources());
    let known = |source: &&Arc<Source>| !asked.inputs.iter().any(|(_, input)| Arc::ptr_eq(input, source));
    let more = of_environments.filter(known).map(|source| (InputRole::Environment, source));
    let mut all: Vec<(InputRole, &Arc<Source>)> =
        asked.inputs.iter().map(|(role, source)| (*role, source)).chain(more).collect();
    all.sort_by(|a, b| (a.0, a.1.name()).cmp(&(b.0, b.1.name())));
    all.dedup_by(|a, b| Arc::ptr_eq(a.1, b.1));
    all.into_iter().map(|(role, source)| Input { role, text: digested(Arc::clone(source.name()), source) }).collect()
}

/// A finding of the engine itself, which no gate of a policy stands for.
pub(crate) fn own(rule: &str, status: GateStatus, message: impl Into<String>) -> GateFinding {
    GateFinding {
        rule: rule.into(),
        kind: "policy-lint",
        severity: Severity::Error,
        status,
        observed: false,
        message: redacted(message.into()),
        notes: Vec::new(),
        help: None,
        facts: Vec::new(),
        next_open: None,
        next_close: None,
    }
}

/// Nothing that was judged is no pass.
fn nothing_judged(asked: &GateRequest<'_>, engine: &Engine) -> GateFinding {
    let promotion = &asked.request.promotion;
    let message = if engine.gates.is_empty() {
        "the policies hold no gate: nothing was judged".to_owned()
    } else {
        let (from, to, kind) = (&promotion.from, &promotion.to, promotion.kind_of_change.word());
        format!("no gate is about a {kind} from `{from}` to `{to}`: nothing was judged")
    };
    let mut finding = own("policy-lint", GateStatus::Unknown, message);
    finding.help = Some("apply a policy with gates, such as the pack `promotion-recommended`".to_owned());
    finding
}

fn own_clock(at: &paritygate_model::Location) -> GateFinding {
    let mut finding = own(
        "clock",
        GateStatus::Fail,
        "the policy counts on the host's clock, and only the request says what time it is",
    );
    finding.notes.push("whoever asks could choose the time".to_owned());
    finding.help = Some("let the host hand in `now`".to_owned());
    let origin = Origin { at: Some(at.clone()), ..Origin::default() };
    finding.facts.push(fact("asked for here", &origin));
    finding
}

pub(crate) fn fact(label: &str, origin: &Origin) -> FactPlace {
    FactPlace { label: redacted(label.to_owned()), source: origin.source, place: origin.at.clone().map(LazyPlace) }
}

fn finding(judged: &Judged<'_>) -> GateFinding {
    let Judged { compiled, judgement } = judged;
    let gate = &compiled.gate;
    let says = judgement.status != GateStatus::Pass && judgement.status != GateStatus::NotApplicable;
    let why = gate.why.iter().filter(|_| says).cloned();
    let notes = judgement.notes.iter().cloned().chain(why).map(redacted).collect();
    let help = gate.fix.clone().filter(|_| says).or_else(|| judgement.help.clone());
    GateFinding {
        rule: Arc::clone(&gate.id),
        kind: compiled.kind,
        severity: Severity::Error,
        status: judgement.status,
        observed: gate.mode == Mode::Observe,
        message: redacted(judgement.message.to_string()),
        notes,
        help: help.map(redacted),
        facts: judgement.facts.iter().map(|(label, origin)| fact(label, origin)).collect(),
        next_open: judgement.next_open.clone(),
        next_close: judgement.next_close.clone(),
    }
}

fn blockers(judged: &[Judged<'_>], scope: &Scope<'_>) -> Vec<Blocker> {
    let blocking = judged.iter().filter(|judged| judged.blocks());
    blocking
        .map(|Judged { compiled, judgement }| {
            let until = judgement.until.or_else(|| {
                // Time clears it: when, the gate itself knows best.
                let waits = judgement.cleared_by == Some(ClearedBy::Time);
                waits.then(|| compiled.check.passes_from(&compiled.scope(scope))).flatten()
            });
            Blocker {
                rule: Arc::clone(&compiled.gate.id),
                cleared_by: judgement.cleared_by.unwrap_or(ClearedBy::Fact),
                who: judgement.who.iter().cloned().map(redacted).collect(),
                until,
                until_local: until.map(|until| scope.zone.local(until)),
                message: redacted(judgement.message.to_string()),
            }
        })
        .collect()
}

/// Zones by name, each once.
pub(crate) fn distinct(zones: impl Iterator<Item = Zone>) -> Vec<Zone> {
    let mut zones: Vec<Zone> = zones.collect();
    zones.sort_by(|a, b| a.name().cmp(b.name()));
    zones.dedup_by(|a, b| a.name() == b.name());
    zones
}

/// An instant on the clocks of all zones that the gates name.
fn locals(judged: &[Judged<'_>], usual: &Zone, at: Timestamp) -> Vec<paritygate_model::decision::Local> {
    let zones = judged.iter().flat_map(|judged| judged.compiled.check.zones());
    distinct(zones.chain([usual.clone()])).iter().map(|zone| zone.local(at)).collect()
}
