//! What an answer tells, one thing after the other, for formats of other tools: findings, gates, and what is wrong with
//! the texts.

use paritygate_model::decision::{Decision, GateFinding, GateStatus};
use paritygate_model::report::{Cell, Finding, Place, RanRule, Report};
use paritygate_model::secret::sha256;
use paritygate_model::{Diagnostic, Level, Note, SortedSet};

use super::{Group, content, is_meant};
use crate::formats::json::WirePlace;
use crate::words::{escape, prose};

/// One thing that is told.
pub(crate) struct Told<'a> {
    /// The rule, the gate, or the code of the diagnostic.
    pub(crate) rule: &'a str,
    /// How it counts.
    pub(crate) group: Group,
    /// What is the case, on one line.
    pub(crate) message: String,
    /// Why, and what to do, a line each.
    pub(crate) more: Vec<String>,
    /// Whether it tells that all is well.
    pub(crate) is_pass: bool,
    /// Whether it is about a text that could not be used, and no rule judged anything.
    pub(crate) is_diagnostic: bool,
    /// Where it is written.
    pub(crate) place: Option<WirePlace>,
    /// Says which one it is, as long as it is about the same: rule, path and environments, no values and no lines.
    identity: String,
}

impl Told<'_> {
    /// A digest of what it is about, the same from run to run: 64 hexadecimal digits.
    pub(crate) fn fingerprint(&self) -> String {
        fingerprint(&self.identity)
    }

    /// The message, and below it why and what to do.
    pub(crate) fn text(&self) -> String {
        [&self.message].into_iter().chain(&self.more).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// What a report tells: first what is wrong with the texts, then the findings, the weightiest first.
pub(crate) fn of_report<'a>(report: &'a Report, diagnostics: &'a [Diagnostic]) -> Vec<Told<'a>> {
    let findings = super::ranked(report).into_iter().map(|(group, finding)| of_finding(group, finding));
    diagnostics.iter().map(of_diagnostic).chain(findings).collect()
}

/// What a decision tells: first what is wrong with the texts, then every gate that is about the promotion.
pub(crate) fn of_decision<'a>(decision: &'a Decision, diagnostics: &'a [Diagnostic]) -> Vec<Told<'a>> {
    let about = decision.findings.iter().filter(|finding| finding.status != GateStatus::NotApplicable);
    diagnostics.iter().map(of_diagnostic).chain(about.map(of_gate)).collect()
}

/// The rules of which nothing is told, each with why it was not judged; nothing where it passed.
pub(crate) fn untold<'a>(
    report: &'a Report,
    told: &[Told<'_>],
) -> impl Iterator<Item = (&'a str, Option<&'static str>)> {
    let told: SortedSet<&str> = told.iter().map(|told| told.rule).collect();
    let untold: Vec<&RanRule> = report.rules.iter().filter(|rule| !told.contains(&*rule.id)).collect();
    untold.into_iter().map(|rule| {
        let why = match (rule.explained, rule.met) {
            (true, _) => Some("what it finds is told by another rule"),
            (false, true) => None,
            (false, false) => Some("it had nothing to judge"),
        };
        (&*rule.id, why)
    })
}

fn of_diagnostic(diagnostic: &Diagnostic) -> Told<'_> {
    Told {
        rule: diagnostic.code,
        group: match diagnostic.level {
            Level::Error => Group::Error,
            Level::Warning => Group::Warning,
        },
        message: prose(&diagnostic.message),
        more: more(&diagnostic.notes, diagnostic.help.as_deref()),
        is_pass: false,
        is_diagnostic: true,
        place: diagnostic.location.as_ref().map(WirePlace::of),
        identity: format!("diagnostic\0{}\0{}", diagnostic.code, diagnostic.message),
    }
}

fn of_finding(group: Group, finding: &Finding) -> Told<'_> {
    let mut lines = Vec::new();
    if !finding.message.contains(&finding.path) {
        lines.push(format!("path: {}", escape(&finding.path)));
    }
    lines.extend(finding.cells.0.iter().map(|(name, cell)| format!("{}: {}", escape(name), content(cell))));
    lines.extend(more(&finding.notes, finding.help.as_deref()));
    lines.extend(finding.waiver.iter().map(|waiver| format!("waived: {}", prose(&waiver.reason))));
    Told {
        rule: &finding.rule,
        group,
        message: prose(&finding.message),
        more: lines,
        is_pass: false,
        is_diagnostic: false,
        place: place(finding).map(of_place),
        identity: identity(finding),
    }
}

fn of_gate(finding: &GateFinding) -> Told<'_> {
    Told {
        rule: &finding.rule,
        group: super::promotion::group(finding),
        message: prose(&finding.message),
        more: more(&finding.notes, finding.help.as_deref()),
        is_pass: finding.status == GateStatus::Pass,
        is_diagnostic: false,
        place: finding.facts.iter().find_map(|fact| fact.place.as_ref()).map(|place| of_place(&place.get())),
        identity: format!("gate\0{}", finding.rule),
    }
}

fn more(notes: &[Note], help: Option<&str>) -> Vec<String> {
    let notes = notes.iter().map(|note| format!("note: {}", prose(note)));
    notes.chain(help.map(|help| format!("help: {}", prose(help)))).collect()
}

/// The place that a finding is about: that of the first environment that it means, else of any other.
pub(crate) fn place(finding: &Finding) -> Option<&Place> {
    let placed = || finding.cells.0.iter().filter_map(|(name, cell)| Some((&**name, cell, cell.source.as_ref()?)));
    let meant = placed().find(|(name, cell, _)| is_meant(finding, name, cell)).or_else(|| placed().next());
    finding.source.as_ref().or(meant.map(|(_, _, place)| place))
}

/// The environments whose places are not the one that the finding is about, with what they have.
pub(crate) fn others(finding: &Finding) -> impl Iterator<Item = (&str, &Cell, &Place)> {
    let about = place(finding);
    let placed = finding.cells.0.iter().filter_map(|(name, cell)| Some((&**name, cell, cell.source.as_ref()?)));
    placed.filter(move |(.., place)| about.is_none_or(|about| !std::ptr::eq(about, *place)))
}

/// A digest of what a finding is about, the same from run to run.
pub(crate) fn finding_fingerprint(finding: &Finding) -> String {
    fingerprint(&identity(finding))
}

fn identity(finding: &Finding) -> String {
    let environments: Vec<&str> = finding.environments.iter().map(|name| &**name).collect();
    format!("finding\0{}\0{}\0{}", finding.rule, finding.path, environments.join("\0"))
}

fn fingerprint(identity: &str) -> String {
    sha256(identity.as_bytes()).trim_start_matches("sha256:").to_owned()
}

pub(crate) fn of_place(place: &Place) -> WirePlace {
    WirePlace {
        document: place.document.to_string(),
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    }
}
