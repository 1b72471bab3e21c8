//! How a promotion was judged, and the same in words.
//!
//! Judging and telling are apart: whoever only asks whether it may go gets the answer without a word being written. What
//! gates that pass have to say is put into words when the decision is asked for.

use std::sync::Arc;

use paritygate_lang::policy::Mode;
use paritygate_model::decision::{
    Asked, Blocker, ClearedBy, Decision, FactPlace, GateEngine, GateFinding, GateStatus, GateSummary, Input, InputRole,
    LazyPlace, Outcome,
};
use paritygate_model::promotion::Origin;
use paritygate_model::report::{Digested, LazyDigest, Severity, Verdict};
use paritygate_model::secret::{redacted, redacted_note};
use paritygate_model::{Location, Note, SortedMap, Source, Timestamp};

use crate::decide::{GateRequest, Moment};
use crate::engine::{CompiledGate, Engine};
use crate::gate::{Judgement, Scope};
use crate::zones::Zone;

/// A gate that is about the promotion, and how it judged.
pub(crate) struct Judged<'e> {
    pub(crate) compiled: &'e CompiledGate,
    pub(crate) judgement: Judgement,
    /// Where the glass is broken over it: until when.
    pub(crate) waived_until: Option<Timestamp>,
}

impl<'e> Judged<'e> {
    pub(crate) fn new(compiled: &'e CompiledGate, scope: &Scope<'_>) -> Self {
        let judgement = compiled.check.judge(&compiled.scope(scope));
        Self { compiled, judgement, waived_until: None }
    }

    /// Whether it keeps the promotion from going.
    pub(crate) fn blocks(&self) -> bool {
        self.judgement.status.blocks() && self.compiled.gate.mode == Mode::Enforce
    }
}

/// How a promotion was judged.
pub struct Ruling<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) asked: GateRequest<'a>,
    pub(crate) moment: Moment,
    pub(crate) zone: Zone,
    /// The gates that are about it.
    pub(crate) judged: Vec<Judged<'a>>,
    /// What the engine found itself.
    pub(crate) own: Vec<GateFinding>,
    pub(crate) next: Result<Timestamp, String>,
}

impl Ruling<'_> {
    /// Whether it may go.
    pub fn allowed(&self) -> bool {
        !self.judged.iter().any(Judged::blocks) && !self.own.iter().any(|finding| finding.status.blocks())
    }

    /// The earliest instant at which no gate that depends on time blocks, with the facts as they are.
    pub fn next_eligible_at(&self) -> Option<Timestamp> {
        self.next.as_ref().ok().copied()
    }

    /// How each gate judged that is about the promotion, in the order of the policies.
    pub fn gates(&self) -> impl Iterator<Item = (&str, GateStatus)> {
        self.judged.iter().map(|judged| (&*judged.compiled.gate.id, judged.judgement.status))
    }

    /// The decision, in words.
    pub fn decision(self) -> Decision {
        let Self { engine, asked, moment, zone, judged, own, next } = self;
        engine.with_scope(&asked, moment, &zone, true, |scope| {
            let judged: Vec<Judged<'_>> = judged.into_iter().map(|judged| in_words(judged, scope)).collect();
            let mut findings: Vec<GateFinding> = judged.iter().map(finding).collect();
            let mut blockers = blockers(&judged, scope);
            if !blockers.is_empty() {
                blockers.extend(held_again(&judged, next.as_ref().ok().copied(), scope));
            }
            for mut finding in own {
                finding.notes = finding.notes.into_iter().map(redacted_note).collect();
                blockers.extend(finding.status.blocks().then(|| own_blocker(&finding, scope)));
                findings.push(finding);
            }
            // Facts and people can be asked at once; what only time clears comes in the order of its instants.
            blockers.sort_by_key(|blocker| {
                (blocker.cleared_by == ClearedBy::Time, blocker.until.unwrap_or(Timestamp::MIN))
            });
            let others = engine.gates.iter().filter(|gate| !gate.is_about(scope));
            let mut summary = GateSummary {
                gates: judged.len(),
                not_applicable: others.map(|gate| gate.gate.id.to_string()).collect(),
                by_status: SortedMap::new(),
            };
            let mut verdict = Verdict::Pass;
            for finding in &findings {
                *summary.by_status.entry(finding.status.word()).or_default() += 1;
                if !finding.observed {
                    verdict = verdict.max(verdict_of(finding.status));
                }
            }
            let promotion = scope.promotion();
            Decision {
                engine: GateEngine {
                    name: "paritygate",
                    version: env!("CARGO_PKG_VERSION"),
                    tzdb: engine.tzdb(&asked),
                },
                evaluated_at: moment.at,
                evaluated_local: zone.local(moment.at),
                now: moment.now,
                policies: engine.texts().map(|(id, text)| digested(id.into(), text)).collect(),
                inputs: inputs(&asked),
                request: Asked {
                    name: redacted(promotion.name.clone()),
                    kind_of_change: promotion.kind_of_change,
                    from: redacted(promotion.from.clone()),
                    to: redacted(promotion.to.clone()),
                    components: promotion.artifacts.iter().map(|it| redacted(it.component.clone())).collect(),
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
            }
        })
    }
}

/// A gate that passed without a word says why now.
fn in_words<'e>(judged: Judged<'e>, scope: &Scope<'_>) -> Judged<'e> {
    if judged.judgement.is_untold() { Judged::new(judged.compiled, scope) } else { judged }
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
pub(crate) fn nothing_judged(asked: &GateRequest<'_>, engine: &Engine, about: usize) -> GateFinding {
    let promotion = &asked.request.promotion;
    let (from, to, kind) = (&promotion.from, &promotion.to, promotion.kind_of_change.word());
    let message = match about {
        _ if engine.gates.is_empty() => "the policies hold no gate: nothing was judged".to_owned(),
        0 => format!("no gate is about a {kind} from `{from}` to `{to}`: nothing was judged"),
        _ => format!("no gate has anything to judge of this {kind} from `{from}` to `{to}`: none is applicable"),
    };
    let mut finding = own("policy-lint", GateStatus::Unknown, message);
    finding.help = Some("apply a policy with gates, such as the pack `promotion-recommended`".to_owned());
    finding
}

pub(crate) fn own_clock(at: &Location) -> GateFinding {
    let mut finding = own(
        "clock",
        GateStatus::Fail,
        "the policy counts on the host's clock, and only the request says what time it is",
    );
    finding.notes.push("whoever asks could choose the time".into());
    finding.help = Some("let the host hand in `now`".to_owned());
    let origin = Origin { at: Some(at.clone()), ..Origin::default() };
    finding.facts.push(fact("asked for here", &origin));
    finding
}

/// The id under which a planned start is told.
const PLANNED_START: &str = "planned-start";

/// Says that an answer is for later: whoever reads no more than that it may go would go at once. Where a policy counts on the
/// host's clock, no plan of the request opens anything before its time.
pub(crate) fn planned(scope: &Scope<'_>, host_clock: Option<&Location>) -> GateFinding {
    let (at, wait) = (scope.say(scope.at), Scope::length(scope.now, scope.at));
    let Some(asked) = host_clock else {
        let message = format!("it is judged for its planned start, {at}, in {wait}: this is no answer for now");
        let mut finding = own(PLANNED_START, GateStatus::Warn, message);
        finding.help = Some("start it then, and ask again before; to start now remove `plannedStart`".to_owned());
        return finding;
    };
    let message = format!("its start is planned for {at}, in {wait}: until then nothing may start");
    let mut finding = own(PLANNED_START, GateStatus::Fail, message);
    finding.notes.push("all gates are judged for the planned start; a policy counts on the host's clock".into());
    finding.help = Some(
        "start it then, and ask again before; to see the answer for then, let the host hand in that instant as `now`"
            .to_owned(),
    );
    finding.facts.push(fact("asked for here", &Origin { at: Some(asked.clone()), ..Origin::default() }));
    finding
}

pub(crate) fn fact(label: &str, origin: &Origin) -> FactPlace {
    FactPlace { label: redacted(label.to_owned()), source: origin.source, place: origin.at.clone().map(LazyPlace) }
}

fn own_blocker(finding: &GateFinding, scope: &Scope<'_>) -> Blocker {
    let until = (*finding.rule == *PLANNED_START).then_some(scope.at);
    Blocker {
        rule: Arc::clone(&finding.rule),
        cleared_by: if until.is_some() { ClearedBy::Time } else { ClearedBy::Fact },
        who: Vec::new(),
        until,
        until_local: until.map(|until| scope.zone.local(until)),
        message: finding.message.clone(),
    }
}

fn finding(judged: &Judged<'_>) -> GateFinding {
    let Judged { compiled, judgement, .. } = judged;
    let (gate, words) = (&compiled.gate, judgement.words());
    let says = judgement.status != GateStatus::Pass && judgement.status != GateStatus::NotApplicable;
    let why = gate.why.iter().filter(|_| says).cloned().map(Note::from);
    let more = Some(words.untold()).filter(|&more| more > 0).map(|more| Note::from(format!("and {more} more")));
    let notes = words.notes.iter().cloned().chain(more).chain(why).map(redacted_note).collect();
    let help = gate.fix.clone().filter(|_| says).or_else(|| words.help.clone());
    GateFinding {
        rule: Arc::clone(&gate.id),
        kind: compiled.kind,
        severity: Severity::Error,
        status: judgement.status,
        observed: gate.mode == Mode::Observe,
        message: redacted(words.message.to_string()),
        notes,
        help: help.map(redacted),
        facts: words.facts.iter().map(|(label, origin)| fact(label, origin)).collect(),
        next_open: words.next_open.clone(),
        next_close: words.next_close.clone(),
    }
}

fn blockers(judged: &[Judged<'_>], scope: &Scope<'_>) -> Vec<Blocker> {
    let blocking = judged.iter().filter(|judged| judged.blocks());
    let each = blocking.map(|gate| {
        let Judged { compiled, judgement, .. } = gate;
        let until = judgement.until.or_else(|| {
            // Time clears it: when, the gate itself knows best.
            let waits = judgement.cleared_by == Some(ClearedBy::Time);
            waits.then(|| compiled.check.passes_from(&compiled.scope(scope))).flatten()
        });
        blocker(gate, until, judgement.words().message.to_string(), scope)
    });
    each.collect()
}

/// The gates that hold again before the others let it through: the glass is broken over them for too short a time.
fn held_again(judged: &[Judged<'_>], next: Option<Timestamp>, scope: &Scope<'_>) -> Vec<Blocker> {
    let each = judged.iter().filter_map(|gate| {
        let end = gate.waived_until.filter(|end| next.is_none_or(|next| next >= *end))?;
        let until = next.filter(|_| gate.judgement.cleared_by == Some(ClearedBy::Time));
        let message = format!("the glass is broken over it until {} only: then it holds again", scope.say(end));
        Some(blocker(gate, until, message, scope))
    });
    each.collect()
}

fn blocker(gate: &Judged<'_>, until: Option<Timestamp>, message: String, scope: &Scope<'_>) -> Blocker {
    Blocker {
        rule: Arc::clone(&gate.compiled.gate.id),
        cleared_by: gate.judgement.cleared_by.unwrap_or(ClearedBy::Fact),
        who: gate.judgement.words().who.iter().cloned().map(redacted).collect(),
        until,
        until_local: until.map(|until| scope.zone.local(until)),
        message: redacted(message),
    }
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
