//! A decision as Markdown: a checklist.

use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::decision::{Decision, GateStatus};

use super::{cell, code};
use crate::Style;
use crate::view::promotion;
use crate::when;

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
    if let Some(text) = promotion::passed_over(decision) {
        line(format!("\n{text}."));
    }
    if !outcome.blockers.is_empty() {
        line("\n**What blocks, in the order in which it can be cleared**\n".to_owned());
        for (at, blocker) in outcome.blockers.iter().enumerate() {
            let clears = cell(&promotion::clears(decision, blocker, "`"));
            line(format!("{}. {}: {clears}", at + 1, code(&blocker.rule)));
        }
    }
    if let Some(next) = promotion::next(decision, "the above") {
        line(format!("\n**Next**: {}.", cell(&next)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{formats, sample};
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let text = render(&sample::decision(), &[], &Style::default());
        expect_file!["../../sample/decision.md"].assert_eq(&text);
    }

    #[test]
    fn it_says_when_and_by_whom_as_the_text_does() {
        let mut decision = sample::decision();
        let at = decision.evaluated_at;
        let [person, fact, time] = &mut decision.decision.blockers[..] else { panic!("a blocker of each sort") };
        (person.until, person.until_local) = (time.until, time.until_local.clone());
        (fact.until, fact.until_local) = (time.until.take(), time.until_local.take());
        fact.who = vec!["ops".to_owned(), "sre".to_owned()];
        for (next, reason) in [(decision.decision.next_eligible_at, None), (Some(at), None), (None, Some("for good"))] {
            (decision.decision.next_eligible_at, decision.decision.next_eligible_reason) =
                (next, reason.map(Into::into));
            for allowed in [false, true] {
                decision.decision.allowed = allowed;
                let wide = Style { width: 1_000, ..Style::default() };
                let said = formats::text::FORMAT.decision.expect("it renders decisions")(&decision, &[], &wide);
                let marked = render(&decision, &[], &Style::default());
                let bare = |text: &str| text.replace(['`', '*'], "").to_lowercase();
                let (said, shown) = (bare(&said), bare(&marked));
                let (_, blockers) = said.split_once("can be cleared\n").expect("blockers");
                let told = blockers
                    .lines()
                    .map(str::trim)
                    .filter(|line| line.starts_with(['1', '2', '3']) || line.starts_with("next"));
                let told: Vec<&str> = told.collect();
                assert_eq!(told.len(), 3 + usize::from(!allowed), "{said}");
                for line in told {
                    assert!(shown.contains(line), "{line}\n{shown}");
                }
                assert_eq!(shown.contains("\nnext"), !allowed, "{shown}");
            }
        }
    }
}
