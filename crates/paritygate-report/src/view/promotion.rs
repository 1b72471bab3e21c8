//! What a decision shows, whatever the format: the marks of gates, what clears a blocker, and when it may go.

use paritygate_model::decision::{Blocker, ClearedBy, Decision, GateFinding, GateStatus};

use super::Group;
use crate::when;
use crate::words::{count, escape, prose};

/// The mark of a gate: a sign, and letters where signs can't be shown.
pub(crate) const fn mark(status: GateStatus, unicode: bool) -> &'static str {
    let (sign, letters) = match status {
        GateStatus::Pass => ("✓", "ok"),
        GateStatus::Warn => ("!", "!!"),
        GateStatus::Waived => ("⤼", "by"),
        GateStatus::Unknown => ("?", "??"),
        GateStatus::Fail => ("✗", "no"),
        GateStatus::NotApplicable => ("·", "--"),
    };
    if unicode { sign } else { letters }
}

/// The group that a gate counts in, as findings do.
pub(crate) const fn group(finding: &GateFinding) -> Group {
    match finding.status {
        _ if finding.observed => Group::Observed,
        GateStatus::Fail => Group::Error,
        GateStatus::Unknown => Group::Unknown,
        GateStatus::Warn => Group::Warning,
        GateStatus::Waived => Group::Waived,
        GateStatus::Pass | GateStatus::NotApplicable => Group::Info,
    }
}

/// What is promoted, and from where to where: `release of api, staging → production`.
pub(crate) fn asked(decision: &Decision, arrow: &str) -> String {
    let asked = &decision.request;
    let components = if asked.components.is_empty() {
        String::new()
    } else {
        format!(" of {}", asked.components.iter().map(|name| escape(name).into_owned()).collect::<Vec<_>>().join(", "))
    };
    let kind = asked.kind_of_change.word();
    format!("{kind}{components}, {} {arrow} {}", escape(&asked.from), escape(&asked.to))
}

/// Who or what clears a blocker. `quote` stands on both sides of everybody's name.
pub(crate) fn clears(decision: &Decision, blocker: &Blocker, quote: &str) -> String {
    let until = when::until(decision, blocker);
    let who = format!("{quote}{}{quote}", blocker.who.join(&format!("{quote}, {quote}")));
    match (blocker.cleared_by, until) {
        (ClearedBy::Time, Some(until)) => format!("opens by itself {until}"),
        (ClearedBy::Time, None) => "time alone, and that is not in sight".to_owned(),
        (ClearedBy::Person, until) => {
            let who = if blocker.who.is_empty() { "somebody's word".to_owned() } else { format!("ask {who}") };
            until.map_or(who.clone(), |until| format!("{who}; from {until} on"))
        }
        (ClearedBy::Fact, until) => {
            let who = if blocker.who.is_empty() { String::new() } else { format!(" ({who})") };
            let what = format!("a new fact{who}: {}", blocker.message);
            until.map_or(what.clone(), |until| format!("{what}; from {until} on"))
        }
    }
}

/// How it ended, behind the word: `2 blockers over 5 gates`.
pub(crate) fn outcome(decision: &Decision) -> String {
    let gates = count(decision.summary.gates, "gate", "gates");
    if !decision.decision.allowed {
        return format!("{} over {gates}", count(decision.decision.blockers.len(), "blocker", "blockers"));
    }
    let number = |status: GateStatus| decision.summary.by_status.get(status.word()).copied().unwrap_or(0);
    match number(GateStatus::Warn) + number(GateStatus::Waived) {
        0 => format!("{gates} judged"),
        warned => format!("{gates} judged, {}", count(warned, "warning", "warnings")),
    }
}

/// When a promotion that is denied may go, as far as time is what it waits for. `blockers` says where the reader finds
/// what else it waits for: `the above`.
pub(crate) fn next(decision: &Decision, blockers: &str) -> Option<String> {
    let outcome = &decision.decision;
    match (outcome.next_eligible_at, &outcome.next_eligible_reason) {
        _ if outcome.allowed => None,
        (Some(at), _) if at > decision.evaluated_at => {
            Some(format!("time is in the way until {}", when::next(decision).unwrap_or_default()))
        }
        (Some(_), _) => Some(format!("time is not in the way: it may go as soon as {blockers} is cleared")),
        (None, Some(reason)) => Some(format!("no instant is in sight: {}", prose(reason))),
        (None, None) => None,
    }
}

/// Says how many gates are not about a promotion.
pub(crate) fn passed_over(decision: &Decision) -> Option<String> {
    let others = decision.summary.not_applicable.len();
    let are = if others == 1 { "is" } else { "are" };
    (others > 0).then(|| format!("{} {are} not about this promotion", count(others, "gate", "gates")))
}
