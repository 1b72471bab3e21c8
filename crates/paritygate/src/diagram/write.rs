//! Draws the pipeline.

use std::fmt::Write;

use paritygate_eval::pipeline::{Edge, Pipeline};
use paritygate_lang::project::{Admission, Needs};
use paritygate_lang::schedule::{Window, Windows};
use paritygate_model::decision::{Decision, GateStatus};

use crate::plan::Plan;

/// The pipeline as a Mermaid flowchart; with what each gate says, where there is a decision.
pub fn write(plan: &Plan, pipeline: &Pipeline, decision: Option<&Decision>) -> String {
    let mut out = String::from("flowchart LR\n");
    let mut line = |text: String| {
        let _infallible = writeln!(out, "  {text}");
    };
    for (at, stage) in pipeline.stages.iter().enumerate() {
        let planned = plan.environments.iter().find(|planned| planned.name == stage.name);
        let mut parts = vec![stage.name.clone()];
        parts.extend(planned.map(|planned| about(&planned.admission)).unwrap_or_default());
        line(format!("s{at}[\"{}\"]", label(&parts)));
    }
    let mut drawn = 0;
    for edge in &pipeline.edges {
        let needs = match edge.needs {
            Needs::Any if edge.from.len() > 1 => Some("needs: any".to_owned()),
            Needs::AtLeast(number) if number < edge.from.len() => Some(format!("needs: {number}")),
            _ => None,
        };
        let gates = decision.filter(|decision| is_of(edge, pipeline, decision)).map(states).unwrap_or_default();
        let parts: Vec<String> = needs.into_iter().chain(gates).collect();
        let from: Vec<String> = edge.from.iter().map(|from| format!("s{from}")).collect();
        let text = if parts.is_empty() { String::new() } else { format!("|\"{}\"|", label(&parts)) };
        line(format!("{} -->{text} s{}", from.join(" & "), edge.to));
        if let Some(decision) = decision.filter(|decision| is_of(edge, pipeline, decision)) {
            let (links, color) =
                (drawn..drawn + edge.from.len(), if decision.decision.allowed { "#2e7d32" } else { "#c62828" });
            let links: Vec<String> = links.map(|link| link.to_string()).collect();
            line(format!("linkStyle {} stroke:{color},stroke-width:2px", links.join(",")));
        }
        drawn += edge.from.len();
    }
    out
}

/// Whether a decision is about an edge.
fn is_of(edge: &Edge, pipeline: &Pipeline, decision: &Decision) -> bool {
    pipeline.name(edge.to) == decision.request.to
        && edge.from.iter().any(|from| pipeline.name(*from) == decision.request.from)
}

/// What each gate says, a line each.
fn states(decision: &Decision) -> Vec<String> {
    let mark = |status: GateStatus| match status {
        GateStatus::Pass => "✓",
        GateStatus::Warn => "!",
        GateStatus::Waived => "⤼",
        GateStatus::Unknown => "?",
        GateStatus::Fail => "✗",
        GateStatus::NotApplicable => "·",
    };
    decision.findings.iter().map(|finding| format!("{} {}", mark(finding.status), finding.rule)).collect()
}

/// What a stage asks of deployments, a line each.
fn about(admission: &Admission) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(trigger) = admission.trigger {
        lines.push(format!("trigger: {}", trigger.word()));
    }
    for (word, patterns) in [("branches", &admission.branches), ("tags", &admission.tags)] {
        if let Some(patterns) = patterns {
            let patterns: Vec<&str> = patterns.iter().map(|pattern| pattern.value.as_str()).collect();
            lines.push(format!("{word}: {}", patterns.join(", ")));
        }
    }
    if let Some(approvals) = &admission.approvals {
        let groups = approvals.value.groups.as_ref().map(|groups| format!(" of {}", groups.join(", ")));
        lines.push(format!("approvals: {}{}", approvals.value.required, groups.unwrap_or_default()));
    }
    if let Some(windows) = &admission.windows {
        lines.extend(windows_of(&windows.value));
    }
    lines
}

/// `window: mon,tue 09:00-17:00 Europe/London`
fn windows_of(windows: &Windows) -> Vec<String> {
    let one = |window: &Window| {
        let days = window.days.as_ref().map_or("every day".to_owned(), |days| {
            days.iter().map(|day| day.word().to_ascii_lowercase()).collect::<Vec<_>>().join(",")
        });
        let until = match (window.end, window.duration) {
            (Some(end), _) => format!("{}-{end}", window.start),
            (None, Some(duration)) => format!("{} for {duration}", window.start),
            (None, None) => window.start.to_string(),
        };
        format!("window: {days} {until} {}", windows.timezone)
    };
    windows.windows.iter().map(one).collect()
}

/// Lines as a quoted label: nothing in it ends the quotes or is a tag of its own.
fn label(lines: &[String]) -> String {
    let escaped = |text: &String| {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                '"' => out.push_str("#quot;"),
                '#' => out.push_str("#35;"),
                '<' => out.push_str("#lt;"),
                '>' => out.push_str("#gt;"),
                '&' => out.push_str("#amp;"),
                '`' => out.push_str("#96;"),
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
        }
        out
    };
    lines.iter().map(escaped).collect::<Vec<_>>().join("<br/>")
}
