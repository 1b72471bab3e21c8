//! A decision as Markdown: a checklist.

use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::decision::{ClearedBy, Decision, GateStatus};

use super::{cell, code};
use crate::Style;
use crate::when;
use crate::words::count;

pub(super) fn render(decision: &Decision, diagnostics: &[Diagnostic], _style: &Style<'_>) -> String {
    let (asked, outcome) = (&decision.request, &decision.decision);
    let mut out = String::new();
    let mut line = |text: String| {
        let _infallible = writeln!(out, "{text}");
    };
    let name = if asked.name.is_empty() { "Promotion" } else { &asked.name };
    let verdict = if outcome.allowed { "✅ allowed" } else { "⛔ denied" };
    line(format!("### {}: {verdict}\n", cell(name)));
    let kind = asked.kind_of_change.word();
    let components: Vec<String> = asked.components.iter().map(|name| code(name)).collect();
    let of = if components.is_empty() { String::new() } else { format!(" of {}", components.join(", ")) };
    line(format!(
        "{kind}{of}, {} → {}, judged for {} by the {}'s clock.\n",
        code(&asked.from),
        code(&asked.to),
        when::judged(decision),
        outcome.clock.word()
    ));
    for diagnostic in diagnostics {
        line(format!("> **{}** {}\n", diagnostic.level.word(), cell(&diagnostic.message)));
    }
    line("| | Gate | |\n|---|---|---|".to_owned());
    for finding in &decision.findings {
        let mark = match finding.status {
            GateStatus::Pass => "✅",
            GateStatus::Warn => "⚠️",
            GateStatus::Waived => "⏭️",
            GateStatus::Unknown => "❓",
            GateStatus::Fail => "⛔",
            GateStatus::NotApplicable => "➖",
        };
        let mut text = cell(&finding.message);
        if !matches!(finding.status, GateStatus::Pass | GateStatus::NotApplicable) {
            for note in &finding.notes {
                let _infallible = write!(text, "<br>{}", cell(note));
            }
            if let Some(help) = &finding.help {
                let _infallible = write!(text, "<br>→ {}", cell(help));
            }
        }
        let observed = if finding.observed { " (observed only)" } else { "" };
        line(format!("| {mark} | {}{observed} | {text} |", code(&finding.rule)));
    }
    let others = decision.summary.not_applicable.len();
    if others > 0 {
        let are = if others == 1 { "is" } else { "are" };
        line(format!("\n{} {are} not about this promotion.", count(others, "gate", "gates")));
    }
    if !outcome.blockers.is_empty() {
        line("\n**What blocks, in the order in which it can be cleared**\n".to_owned());
        for (at, blocker) in outcome.blockers.iter().enumerate() {
            let by = match blocker.cleared_by {
                ClearedBy::Person if !blocker.who.is_empty() => {
                    format!("ask {}", blocker.who.iter().map(|who| code(who)).collect::<Vec<_>>().join(", "))
                }
                ClearedBy::Person => "somebody's word".to_owned(),
                ClearedBy::Fact => "a new fact".to_owned(),
                ClearedBy::Time => "time".to_owned(),
            };
            let until = when::until(decision, blocker).map_or(String::new(), |until| format!(", until {until}"));
            line(format!("{}. {}: {by}{until}", at + 1, code(&blocker.rule)));
        }
    }
    match (outcome.next_eligible_at, &outcome.next_eligible_reason) {
        (Some(at), _) if at > decision.evaluated_at => {
            line(format!("\nTime is in the way until **{}**.", when::next(decision).unwrap_or_default()));
        }
        (None, Some(reason)) => line(format!("\nNo instant is in sight: {}.", cell(reason))),
        _ => {}
    }
    out
}
