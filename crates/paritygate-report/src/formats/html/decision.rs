//! A decision as a page: whether it may go, what is in the way, and what each gate says.

use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::decision::{Decision, GateFinding, GateStatus, LazyPlace};
use paritygate_model::promotion::FactSource;

use super::parts::{self, class};
use super::{finding, page};
use crate::Style;
use crate::markup::{escape, sentence};
use crate::view::promotion;
use crate::when;

pub(super) fn render(decision: &Decision, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut header = String::new();
    let (class, sign, word) =
        if decision.decision.allowed { ("pass", "✓", "allowed") } else { ("error", "✗", "denied") };
    parts::verdict(&mut header, class, sign, word, &promotion::outcome(decision));
    let next = promotion::next(decision, "what follows").map(|next| ("next", sentence(&next)));
    let judged = format!("{}, by the {}'s clock", when::judged(decision), decision.decision.clock.word());
    let asked = ("asked", escape(&promotion::asked(decision, "→")).into_owned());
    parts::fields(&mut header, [asked].into_iter().chain(next).chain([("judged for", escape(&judged).into_owned())]));

    let mut body = "<main id=\"main\">\n".to_owned();
    finding::wrong(&mut body, diagnostics, style);
    blockers(&mut body, decision);
    gates(&mut body, decision, style);
    body.push_str("</main>\n");

    let mut footer = String::new();
    parts::digests(&mut footer, "Policies", decision.policies.iter().map(|text| (String::new(), text)));
    let inputs = decision.inputs.iter().map(|input| (format!("{}: ", input.role.word()), &input.text));
    parts::digests(&mut footer, "Inputs", inputs);
    parts::signature(&mut footer, decision.engine.name, decision.engine.version);
    let name = if decision.request.name.is_empty() { "Promotion" } else { &decision.request.name };
    page(name, word, &header, &body, &footer)
}

fn blockers(out: &mut String, decision: &Decision) {
    if decision.decision.blockers.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"blockers\">\n<h2 id=\"blockers\">What blocks, in the order in which it can be cleared</h2>\n<ol>\n");
    for blocker in &decision.decision.blockers {
        let at = decision.findings.iter().position(|finding| finding.rule == blocker.rule).unwrap_or_default();
        let clears = sentence(&promotion::clears(decision, blocker, ""));
        let _infallible = writeln!(out, "<li><a href=\"#g{at}\">{}</a>: {clears}</li>", escape(&blocker.rule));
    }
    out.push_str("</ol>\n</section>\n");
}

fn gates(out: &mut String, decision: &Decision, style: &Style<'_>) {
    out.push_str("<section aria-labelledby=\"gates\">\n<h2 id=\"gates\">Gates</h2>\n");
    for (at, finding) in decision.findings.iter().enumerate() {
        gate(out, at, finding, style);
    }
    if let Some(text) = promotion::passed_over(decision) {
        let names: Vec<_> = decision.summary.not_applicable.iter().map(|name| escape(name)).collect();
        let _infallible = writeln!(out, "<p class=\"meta\">{text}: {}</p>", names.join(", "));
    }
    out.push_str("</section>\n");
}

fn gate(out: &mut String, at: usize, finding: &GateFinding, style: &Style<'_>) {
    let class = match finding.status {
        GateStatus::Pass if !finding.observed => "pass",
        GateStatus::NotApplicable => "waived",
        _ => class(promotion::group(finding)),
    };
    let word = match finding.status {
        GateStatus::NotApplicable => "not applicable",
        status => status.word(),
    };
    let observed = if finding.observed { " (observed only)" } else { "" };
    let _infallible = writeln!(
        out,
        "<article class=\"one {class}\" id=\"g{at}\">\n<h3>{}</h3>\n<p class=\"meta\"><b>{} {word}</b>{observed} \
         <span>gate <code>{}</code>, {}</span></p>",
        sentence(&finding.message),
        promotion::mark(finding.status, true),
        escape(&finding.rule),
        finding.kind
    );
    let placed = finding.facts.iter().filter_map(|fact| Some((fact, fact.place.as_ref().map(LazyPlace::get)?)));
    let placed: Vec<_> = placed.collect();
    if !placed.is_empty() {
        out.push_str("<div class=\"sides\">\n");
        for (fact, place) in &placed {
            let source = if fact.source == FactSource::Imported { "imported" } else { "asserted" };
            let label = escape(&fact.label);
            let _infallible = write!(out, "<figure><figcaption>{label} <small>{source}</small> ");
            parts::excerpt(out, place, style);
            out.push_str("</figure>\n");
        }
        out.push_str("</div>\n");
    }
    parts::notes(out, &finding.notes, finding.help.as_deref(), &[]);
    out.push_str("</article>\n");
}
