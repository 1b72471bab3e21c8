//! One finding, with what every environment has and the line where it is written, side by side.

use std::fmt::Write;

use paritygate_model::report::{Cell, Finding, Place};
use paritygate_model::{Diagnostic, Level};

use super::parts::{self, class};
use super::report::Ready;
use crate::Style;
use crate::markup::{escape, sentence};
use crate::view::matrix::{self, Mark};
use crate::view::{Group, content, is_meant, summary};
use crate::words::prose;

/// Writes a finding, by its number. `row` is its row in the matrix.
pub(super) fn write(
    out: &mut String,
    ready: &Ready<'_>,
    at: usize,
    group: Group,
    finding: &Finding,
    row: Option<usize>,
    style: &Style<'_>,
) {
    let place = |names: &[&str], name: &str| names.iter().position(|other| *other == name);
    let environments = finding.environments.iter().filter_map(|name| place(&ready.environments, name));
    let environments: Vec<String> = environments.map(|at| at.to_string()).collect();
    let rule = place(&ready.rules, &finding.rule).unwrap_or_default();
    let (severity, word) = (finding.severity.word(), group.words().0);
    let _infallible = write!(
        out,
        "<article class=\"one\" id=\"f{at}\" data-group=\"{}\" data-severity=\"{severity}\" data-rule=\"{rule}\" \
         data-environments=\"{}\">\n<h4>{}</h4>\n<p class=\"meta\"><b>{word}</b>",
        class(group),
        environments.join(" "),
        sentence(&finding.message),
    );
    // What was waived or not judged would have weighed that much.
    if severity != word {
        let _infallible = write!(out, " ({severity})");
    }
    let path = parts::path(&finding.path);
    let path = row.map_or_else(|| path.clone(), |row| format!("<a href=\"#r{row}\">{path}</a>"));
    let _infallible = write!(out, " <code>{path}</code> <span>rule <code>{}</code>", escape(&finding.rule));
    if *finding.rule != *finding.kind {
        let _infallible = write!(out, ", {}", finding.kind);
    }
    out.push_str("</span></p>\n");
    if finding.source.is_some() || !finding.cells.0.is_empty() {
        out.push_str("<div class=\"sides\">\n");
        if let Some(place) = &finding.source {
            out.push_str("<figure class=\"meant\"><figcaption>the exception ");
            parts::excerpt(out, place, style);
            out.push_str("</figure>\n");
        }
        for (name, cell, mark, _) in matrix::marks(finding) {
            let meant = is_meant(finding, name, cell).then_some(group);
            let is_reference = finding.reference.as_deref() == Some(name);
            side(out, name, cell, (mark, meant), is_reference, style);
        }
        out.push_str("</div>\n");
    }
    let observed = finding.observed.then(|| ("note", "this rule only observes, so it does not count".to_owned()));
    let more: Vec<_> = observed.into_iter().chain(finding.waiver.as_ref().map(summary::waiver)).collect();
    parts::notes(out, &finding.notes, finding.help.as_deref(), &more);
    out.push_str("</article>\n");
}

fn side(
    out: &mut String,
    name: &str,
    cell: &Cell,
    (mark, meant): (Mark, Option<Group>),
    is_reference: bool,
    style: &Style<'_>,
) {
    let class = if meant.is_some() { " class=\"meant\"" } else { "" };
    let _infallible = write!(
        out,
        "<figure{class}><figcaption class=\"{}\">{} <strong>{}</strong>",
        parts::heat(mark, meant),
        parts::sign(mark, cell.value.is_none()),
        escape(name)
    );
    if is_reference {
        out.push_str(" <small>reference</small>");
    }
    let _infallible = write!(out, " <span class=\"value\">{}</span>", escape(&content(cell)));
    match &cell.source {
        Some(place) => parts::excerpt(out, place, style),
        None => out.push_str("</figcaption>"),
    }
    out.push_str("</figure>\n");
}

/// What is wrong with the texts that were handed in.
pub(super) fn wrong(out: &mut String, diagnostics: &[Diagnostic], style: &Style<'_>) {
    if diagnostics.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"wrong\">\n<h2 id=\"wrong\">Wrong with the texts</h2>\n");
    for diagnostic in diagnostics {
        let group = match diagnostic.level {
            Level::Error => Group::Error,
            Level::Warning => Group::Warning,
        };
        let _infallible = writeln!(
            out,
            "<article class=\"one {}\">\n<h3>{}</h3>\n<p class=\"meta\"><b>{}</b> <span>{}</span></p>",
            class(group),
            sentence(&diagnostic.message),
            diagnostic.level.word(),
            diagnostic.code
        );
        let primary = diagnostic.location.iter().map(|at| (at, None));
        let related = diagnostic.related.iter().map(|(at, label)| (at, Some(prose(label))));
        let places: Vec<_> = primary.chain(related).collect();
        if !places.is_empty() {
            out.push_str("<div class=\"sides\">\n");
        }
        for (at, label) in &places {
            let class = if label.is_none() { " class=\"meant\"" } else { "" };
            let label = escape(label.as_deref().unwrap_or_default());
            let _infallible = write!(out, "<figure{class}><figcaption>{label}");
            parts::excerpt(out, &Place::of(at), style);
            out.push_str("</figure>\n");
        }
        if !places.is_empty() {
            out.push_str("</div>\n");
        }
        parts::notes(out, &diagnostic.notes, diagnostic.help.as_deref(), &[]);
        out.push_str("</article>\n");
    }
    out.push_str("</section>\n");
}
