//! Breaking the glass: gates that are passed over in an emergency, by named people, for a short time.

use paritygate_lang::policy::BreakGlassRule;
use paritygate_lang::selector::Glob;
use paritygate_model::decision::{GateFinding, GateStatus};
use paritygate_model::promotion::{BreakGlass, Elapsed, Incident, IncidentStatus, person};
use paritygate_model::{SortedSet, Timestamp, suggest};

use crate::engine::Engine;
use crate::gate::Scope;
use crate::ruling::{Judged, fact, own};

/// The id under which it is told.
const RULE: &str = "break-glass";

/// Passes over the gates that a request names, if a policy allows that and every condition holds. Where one does not hold
/// no gate is passed over, and the finding says why.
pub(crate) fn apply(engine: &Engine, scope: &Scope<'_>, judged: &mut [Judged<'_>]) -> Option<GateFinding> {
    let rules = &engine.break_glass;
    let glass = scope.facts().break_glass.as_ref()?;
    let finding = |status: GateStatus, message: String| GateFinding {
        kind: RULE,
        facts: vec![fact("broken here", &glass.origin)],
        ..own(RULE, status, message)
    };
    if rules.is_empty() {
        let mut finding =
            finding(GateStatus::Warn, "no policy allows to break the glass: no gate is passed over".to_owned());
        finding.help = Some("add `breakGlass` to a policy, or apply the pack `break-glass`".to_owned());
        return Some(finding);
    }
    // Each policy releases its gates on its own conditions.
    let (mut held, mut why) = (Vec::new(), None);
    for rule in rules {
        match refused(rule, glass, scope) {
            None => held.push(rule),
            Some(refused) => why = why.or(Some(refused)),
        }
    }
    if let Some(why) = why.as_ref().filter(|_| held.is_empty()) {
        let mut finding = finding(GateStatus::Warn, format!("the glass is not broken: {why}"));
        finding.notes.push("no gate is passed over".into());
        return Some(finding);
    }
    if glass.rules.is_empty() {
        let mut finding = finding(GateStatus::Warn, "the glass is broken over no gate: `rules` is empty".to_owned());
        finding.help = Some("name the gates that are to be passed over, by their ids".to_owned());
        return Some(finding);
    }
    let matches = |patterns: &[paritygate_lang::Spanned<String>], name: &str| {
        patterns.iter().any(|pattern| Glob::new(&pattern.value).matches(name))
    };
    let (mut passed, mut kept, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for name in &glass.rules {
        if engine.gates().all(|(id, _)| id != name) {
            unknown.push(name.as_str());
            continue;
        }
        let kinds = judged.iter().filter(|gate| *gate.compiled.gate.id == **name).map(|gate| gate.compiled.kind);
        let names: Vec<&str> = kinds.chain([name.as_str()]).collect();
        // What is never passed over may be named by its id, or by its kind.
        let never = rules.iter().any(|rule| names.iter().any(|name| matches(&rule.never, name)));
        if never || !held.iter().any(|rule| matches(&rule.rules, name)) {
            kept.push(name.as_str());
            continue;
        }
        for gate in judged.iter_mut().filter(|gate| *gate.compiled.gate.id == **name && gate.blocks()) {
            gate.judgement.status = GateStatus::Waived;
            gate.waived_until =
                held.iter().filter(|rule| matches(&rule.rules, name)).filter_map(|rule| end(rule, glass)).max();
            gate.judgement.words_mut().notes.insert(0, format!("passed over by {}: {}", glass.by, glass.reason).into());
            passed.push(name.as_str());
        }
    }
    let mut finding = match (passed.is_empty(), kept.is_empty()) {
        _ if !unknown.is_empty() => {
            let one = unknown.len() == 1;
            let what = if one { "no gate is called" } else { "no gates are called" };
            let mut finding = finding(GateStatus::Warn, format!("{what} {}", suggest::quoted(&unknown)));
            let known = engine.gates().map(|(id, _)| id);
            finding.help = unknown.iter().find_map(|name| suggest::did_you_mean(name, known.clone()));
            if !passed.is_empty() {
                finding.notes.push(format!("{} {} passed over", suggest::quoted(&passed), are(passed.len())).into());
            }
            if !kept.is_empty() {
                finding.notes.push(format!("break-glass cannot skip {}", suggest::quoted(&kept)).into());
            }
            finding
        }
        (false, true) => finding(
            GateStatus::Warn,
            format!("the glass is broken: {} {} passed over", suggest::quoted(&passed), are(passed.len())),
        ),
        (_, false) => {
            let message = format!("break-glass cannot skip {}", suggest::quoted(&kept));
            let mut finding = finding(GateStatus::Warn, message);
            finding.notes.push("the policy names the gates that may be passed over, and those that never may".into());
            finding
        }
        (true, true) => finding(GateStatus::Pass, "the glass is broken, and no gate had to be passed over".to_owned()),
    };
    if let Some(why) = why {
        finding.notes.push(format!("it does not count for every policy: {why}").into());
    }
    let agreed = suggest::quoted(&glass.co_approvers.iter().map(String::as_str).collect::<Vec<_>>());
    finding.notes.push(format!("by `{}`, agreed by {agreed}: {}", glass.by, glass.reason).into());
    Some(finding)
}

const fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// When it ends.
fn end(rule: &BreakGlassRule, glass: &BreakGlass) -> Option<Timestamp> {
    let end = glass.at?.0.checked_add(rule.max_life.value.0).unwrap_or(Timestamp::MAX);
    Some(glass.expires_at.map_or(end, |expires| expires.0.min(end)))
}

/// Why it does not count; `None` where it does.
fn refused(rule: &BreakGlassRule, glass: &BreakGlass, scope: &Scope<'_>) -> Option<String> {
    if !glass.origin.source.is_accepted(&rule.accept_sources) {
        return Some("the request asserts it itself, and only what another system says is accepted".to_owned());
    }
    if person::is_nobody(&glass.by) {
        return Some("it does not say who breaks it (`by`)".to_owned());
    }
    if glass.reason.trim().is_empty() {
        return Some("it gives no `reason`".to_owned());
    }
    if person::is_program(&glass.by) {
        return Some(format!("`{}` is a program, and people break the glass", glass.by));
    }
    let by = person::key(&glass.by);
    // An account and an e-mail address may be of one person.
    let alike = |other: &&String| person::Form::of(other) == person::Form::of(&glass.by);
    let others = glass.co_approvers.iter().filter(alike).map(|other| person::key(other));
    let others = others.filter(|other| *other != by && !other.is_empty() && !person::is_program(other));
    let others: SortedSet<String> = others.collect();
    if others.len() < rule.co_approvers as usize {
        let all = glass.co_approvers.iter().all(|other| alike(&other));
        let why = if all { "" } else { ", as far as they are named in the way of who breaks it" };
        return Some(format!("{} of {} others agreed{why}", others.len(), rule.co_approvers));
    }
    let Some(at) = glass.at else { return Some("it does not say when it was broken (`at`)".to_owned()) };
    if at.0 > scope.now {
        return Some(format!("it is dated {}, which has not come yet", scope.say(at.0)));
    }
    if let Some(end) = end(rule, glass).filter(|end| scope.at >= *end) {
        let life = Elapsed(rule.max_life.value.0);
        let why = match glass.expires_at {
            Some(own) if own.0 == end => "as it says itself".to_owned(),
            _ => format!("it holds for {life} at most"),
        };
        return Some(format!("it ended {}: {why}", scope.say(end)));
    }
    if rule.incident {
        let Some(id) = &glass.incident else { return Some("it names no `incident`".to_owned()) };
        let incidents = &scope.facts().incidents;
        let mut known = incidents.iter().filter(|incident| incident.id == *id).peekable();
        if known.peek().is_none() {
            return Some(format!("nothing is known of the incident `{id}`"));
        }
        // That it is mended or over counts wherever it is known from; that it is there has to be believed.
        if let Some(incident) = known.clone().find(|incident| incident.status != IncidentStatus::Open) {
            return Some(format!("the incident `{id}` is not open: it is {}", incident.status.word()));
        }
        let here = |incident: &&Incident| scope.means(&incident.environments, scope.to());
        if !known.clone().any(|incident| here(&incident)) {
            return Some(format!("the incident `{id}` is not on {}", scope.to()));
        }
        if !known.filter(here).any(|incident| incident.origin.source.is_accepted(&rule.accept_sources)) {
            return Some(format!("only the request itself tells of the incident `{id}`"));
        }
    }
    None
}
