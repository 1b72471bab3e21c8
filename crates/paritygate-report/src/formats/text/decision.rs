//! A decision as a checklist: each gate, what blocks, and when it opens.

use paritygate_model::Diagnostic;
use paritygate_model::decision::{Decision, GateFinding, GateStatus, LazyPlace};
use paritygate_model::promotion::FactSource;

use crate::Style;
use crate::pen::{Ink, Pen};
use crate::view::promotion;
use crate::when;
use crate::words::{escape, prose, width};

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
    pen.put(Ink::Plain, &format!(": {}", promotion::asked(decision, arrow)));
    pen.line();
    let local = when::judged(decision);
    pen.put(Ink::Faint, &format!("judged for {local}, by the {}'s clock", decision.decision.clock.word()));
    pen.line();
}

const fn ink(finding: &GateFinding) -> Ink {
    match finding.status {
        _ if finding.observed => Ink::Faint,
        GateStatus::Pass => Ink::Good,
        GateStatus::Warn | GateStatus::Waived => Ink::Warning,
        GateStatus::Unknown | GateStatus::Fail => Ink::Error,
        GateStatus::NotApplicable => Ink::Faint,
    }
}

fn gate(pen: &mut Pen<'_>, finding: &GateFinding) {
    let sign = promotion::mark(finding.status, pen.style().unicode);
    pen.put(ink(finding), sign);
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
    let notes = finding.notes.iter().map(|note| (Ink::Note, "note", &**note));
    for (ink, word, text) in notes.chain(finding.help.iter().map(|help| (Ink::Help, "help", help.as_str()))) {
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
    let Some(mut text) = promotion::passed_over(decision) else { return };
    if pen.style().verbose {
        let others = decision.summary.not_applicable.iter().map(|id| escape(id).into_owned());
        text.push_str(&format!(": {}", others.collect::<Vec<_>>().join(", ")));
    }
    pen.put(Ink::Faint, &text);
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
        wrapped(
            pen,
            Ink::Plain,
            &format!(": {}", prose(&promotion::clears(decision, blocker, ""))),
            lead,
            4 + number.len(),
        );
    }
}

fn verdict(pen: &mut Pen<'_>, decision: &Decision) {
    let (ink, word) = if decision.decision.allowed { (Ink::Good, "allowed") } else { (Ink::Error, "denied") };
    pen.put(ink, word);
    pen.put(Ink::Plain, &format!(": {}", promotion::outcome(decision)));
    pen.line();
    if let Some(next) = promotion::next(decision, "the above") {
        pen.put(Ink::Strong, "next");
        wrapped(pen, Ink::Plain, &format!(": {next}"), 4, 2);
    }
}
