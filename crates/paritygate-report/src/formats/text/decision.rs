//! A decision as a checklist: each gate, what blocks, and when it opens.

use paritygate_model::Diagnostic;
use paritygate_model::decision::{Blocker, ClearedBy, Decision, GateFinding, GateStatus, LazyPlace};
use paritygate_model::promotion::FactSource;

use crate::Style;
use crate::pen::{Ink, Pen};
use crate::when;
use crate::words::{count, escape, prose, width};

/// How many places of facts a gate shows, unless everything is asked for.
const MAX_PLACES: usize = 3;

pub(super) fn render(decision: &Decision, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut pen = Pen::new(*style);
    for diagnostic in diagnostics {
        pen.gap();
        crate::diagnostic_block(diagnostic).write(&mut pen);
    }
    pen.gap();
    header(&mut pen, decision);
    pen.line();
    for finding in &decision.findings {
        gate(&mut pen, finding);
    }
    passed_over(&mut pen, decision);
    blockers(&mut pen, decision);
    pen.line();
    verdict(&mut pen, decision);
    pen.finish()
}

fn header(pen: &mut Pen<'_>, decision: &Decision) {
    let asked = &decision.request;
    let arrow = if pen.style().unicode { "→" } else { "->" };
    let name = if asked.name.is_empty() { "promotion" } else { &asked.name };
    pen.put(Ink::Strong, &escape(name));
    let components = if asked.components.is_empty() {
        String::new()
    } else {
        format!(" of {}", asked.components.iter().map(|name| escape(name).into_owned()).collect::<Vec<_>>().join(", "))
    };
    let kind = asked.kind_of_change.word();
    pen.put(Ink::Plain, &format!(": {kind}{components}, {} {arrow} {}", escape(&asked.from), escape(&asked.to)));
    pen.line();
    let local = when::judged(decision);
    pen.put(Ink::Faint, &format!("judged for {local}, by the {}'s clock", decision.decision.clock.word()));
    pen.line();
}

/// The mark of a gate: with signs, or in letters.
fn mark(status: GateStatus, unicode: bool) -> (&'static str, Ink) {
    let (sign, letters, ink) = match status {
        GateStatus::Pass => ("✓", "ok", Ink::Good),
        GateStatus::Warn => ("!", "!!", Ink::Warning),
        GateStatus::Waived => ("⤼", "by", Ink::Warning),
        GateStatus::Unknown => ("?", "??", Ink::Error),
        GateStatus::Fail => ("✗", "no", Ink::Error),
        GateStatus::NotApplicable => ("·", "--", Ink::Faint),
    };
    (if unicode { sign } else { letters }, ink)
}

fn gate(pen: &mut Pen<'_>, finding: &GateFinding) {
    let (sign, ink) = mark(finding.status, pen.style().unicode);
    pen.put(if finding.observed { Ink::Faint } else { ink }, sign);
    pen.space(1);
    pen.put(Ink::Strong, &escape(&finding.rule));
    let observed = if finding.observed { " (observed only)" } else { "" };
    pen.put(Ink::Faint, observed);
    let indent = width(sign) + 1;
    let lead = indent + width(&finding.rule) + width(observed);
    wrapped(pen, Ink::Plain, &format!(": {}", prose(&finding.message)), lead, indent + 2);
    let quiet = matches!(finding.status, GateStatus::Pass | GateStatus::NotApplicable);
    if quiet && !pen.style().verbose {
        return;
    }
    let shown = if pen.style().verbose { finding.facts.len() } else { MAX_PLACES };
    for fact in finding.facts.iter().take(shown) {
        let Some(place) = fact.place.as_ref().map(LazyPlace::get) else { continue };
        pen.space(indent + 2);
        pen.put(Ink::Gutter, "--> ");
        let path = escape(pen.style().path(&place.document)).into_owned();
        let source = if fact.source == FactSource::Imported { "imported" } else { "asserted" };
        pen.put(Ink::Plain, &format!("{path}:{}:{} ", place.line, place.column));
        pen.put(Ink::Faint, &format!("{} ({source})", escape(&fact.label)));
        pen.line();
    }
    if finding.facts.len() > shown {
        pen.space(indent + 2);
        pen.put(Ink::Faint, &format!("and {} more", finding.facts.len() - shown));
        pen.line();
    }
    let notes = finding.notes.iter().map(|note| (Ink::Note, "note", note));
    for (ink, word, text) in notes.chain(finding.help.iter().map(|help| (Ink::Help, "help", help))) {
        pen.space(indent + 2);
        pen.put(ink, word);
        wrapped(pen, Ink::Plain, &format!(": {}", prose(text)), indent + 2 + word.len(), indent + 4);
    }
}

/// Writes a text over as many lines as it needs, of which the first begins behind `lead` columns and the others behind
/// `indent`.
fn wrapped(pen: &mut Pen<'_>, ink: Ink, text: &str, lead: usize, indent: usize) {
    let room = pen.style().width.max(40);
    let (mut line, mut used) = (String::new(), lead);
    for (at, word) in text.split(' ').enumerate() {
        let needs = width(word) + usize::from(at > 0);
        if used + needs > room && !line.trim().is_empty() {
            pen.put(ink, line.trim_end());
            pen.line();
            pen.space(indent);
            line.clear();
            line.push_str(word);
            used = indent + width(word);
        } else {
            if at > 0 {
                line.push(' ');
            }
            line.push_str(word);
            used += needs;
        }
    }
    pen.put(ink, line.trim_end());
    pen.line();
}

fn passed_over(pen: &mut Pen<'_>, decision: &Decision) {
    let others = &decision.summary.not_applicable;
    if others.is_empty() {
        return;
    }
    let names = if pen.style().verbose {
        format!(": {}", others.iter().map(|id| escape(id).into_owned()).collect::<Vec<_>>().join(", "))
    } else {
        String::new()
    };
    let are = if others.len() == 1 { "is" } else { "are" };
    let gates = count(others.len(), "gate", "gates");
    pen.put(Ink::Faint, &format!("{gates} {are} not about this promotion{names}"));
    pen.line();
}

fn blockers(pen: &mut Pen<'_>, decision: &Decision) {
    let blockers = &decision.decision.blockers;
    if blockers.is_empty() {
        return;
    }
    pen.line();
    pen.put(Ink::Strong, "what blocks, in the order in which it can be cleared");
    pen.line();
    let digits = blockers.len().to_string().len();
    for (at, blocker) in blockers.iter().enumerate() {
        let number = format!("{:>digits$}. ", at + 1);
        pen.space(2);
        pen.put(Ink::Plain, &number);
        pen.put(Ink::Strong, &escape(&blocker.rule));
        let lead = 2 + number.len() + width(&blocker.rule);
        wrapped(pen, Ink::Plain, &format!(": {}", prose(&clears(decision, blocker))), lead, 4 + number.len());
    }
}

/// Who or what clears a blocker.
pub(super) fn clears(decision: &Decision, blocker: &Blocker) -> String {
    let until = when::until(decision, blocker);
    match (blocker.cleared_by, until) {
        (ClearedBy::Time, Some(until)) => format!("opens by itself {until}"),
        (ClearedBy::Time, None) => "time alone, and that is not in sight".to_owned(),
        (ClearedBy::Person, until) => {
            let who = if blocker.who.is_empty() {
                "somebody's word".to_owned()
            } else {
                format!("ask {}", blocker.who.join(", "))
            };
            until.map_or(who.clone(), |until| format!("{who}; from {until} on"))
        }
        (ClearedBy::Fact, until) => {
            let who = if blocker.who.is_empty() { String::new() } else { format!(" ({})", blocker.who.join(", ")) };
            let what = format!("a new fact{who}: {}", blocker.message);
            until.map_or(what.clone(), |until| format!("{what}; from {until} on"))
        }
    }
}

fn verdict(pen: &mut Pen<'_>, decision: &Decision) {
    let outcome = &decision.decision;
    let number = |status: GateStatus| decision.summary.by_status.get(status.word()).copied().unwrap_or(0);
    if outcome.allowed {
        pen.put(Ink::Good, "allowed");
        let warned = number(GateStatus::Warn) + number(GateStatus::Waived);
        let warned = if warned > 0 { format!(", {}", count(warned, "warning", "warnings")) } else { String::new() };
        pen.put(Ink::Plain, &format!(": {} judged{warned}", count(decision.summary.gates, "gate", "gates")));
        pen.line();
        return;
    }
    pen.put(Ink::Error, "denied");
    let blocked = count(outcome.blockers.len(), "blocker", "blockers");
    pen.put(Ink::Plain, &format!(": {blocked} over {}", count(decision.summary.gates, "gate", "gates")));
    pen.line();
    match (outcome.next_eligible_at, &outcome.next_eligible_reason) {
        (Some(at), _) if at > decision.evaluated_at => {
            pen.put(Ink::Strong, "next");
            let next = when::next(decision).unwrap_or_default();
            wrapped(pen, Ink::Plain, &format!(": time is in the way until {next}"), 4, 2);
        }
        (Some(_), _) => {
            pen.put(Ink::Strong, "next");
            pen.put(Ink::Plain, ": time is not in the way: it may go as soon as the above is cleared");
            pen.line();
        }
        (None, Some(reason)) => {
            pen.put(Ink::Strong, "next");
            wrapped(pen, Ink::Plain, &format!(": no instant is in sight: {}", prose(reason)), 4, 2);
        }
        (None, None) => {}
    }
}
