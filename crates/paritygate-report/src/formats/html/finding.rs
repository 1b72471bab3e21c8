//! One finding, with what every environment has and the line where it is written, side by side.

use std::fmt::Write;

use paritygate_model::report::{Cell, Finding, Place, WaiverRef};
use paritygate_model::source::Excerpt;
use paritygate_model::{Diagnostic, Level};

use super::{class, data};
use crate::Style;
use crate::markup::{escape, sentence};
use crate::view::{Group, content, is_meant};
use crate::words::prose;

pub(super) fn write(out: &mut String, at: usize, group: Group, finding: &Finding, style: &Style<'_>) {
    let slug = class(group);
    let _infallible = write!(out, "<article class=\"finding {slug}\" id=\"f{at}\"");
    let environments = finding.environments.iter().map(|name| &**name);
    data(out, group, [&*finding.rule].into_iter(), environments);
    let _infallible = writeln!(
        out,
        ">\n<h3>{}</h3>\n<p class=\"meta\"><span class=\"word\">{}</span> · {} · <code>{}</code></p>",
        sentence(&finding.message),
        group.words().0,
        escape(&finding.rule),
        escape(&finding.path)
    );
    if !finding.cells.0.is_empty() {
        out.push_str("<div class=\"sides\">\n");
        for (name, cell) in &finding.cells.0 {
            side(out, name, cell, is_meant(finding, name, cell), style);
        }
        out.push_str("</div>\n");
    }
    if let Some(place) = &finding.source {
        out.push_str("<div class=\"sides\">\n<figure class=\"meant\"><figcaption>the exception");
        excerpt(out, place, style);
        out.push_str("</figure>\n</div>\n");
    }
    let notes = finding.notes.iter().map(|note| ("why", note.clone()));
    let help = finding.help.iter().map(|help| ("do", help.clone()));
    let observed = finding.observed.then(|| ("note", "this rule only observes, so it does not count".to_owned()));
    let waiver = finding.waiver.iter().map(|waiver| ("waived", waived(waiver)));
    lines(out, notes.chain(help).chain(observed).chain(waiver));
    out.push_str("</article>\n");
}

fn side(out: &mut String, name: &str, cell: &Cell, meant: bool, style: &Style<'_>) {
    let meant = if meant { " class=\"meant\"" } else { "" };
    let _infallible =
        write!(out, "<figure{meant}><figcaption><strong>{}</strong>: {}", escape(name), escape(&content(cell)));
    match &cell.source {
        Some(place) => excerpt(out, place, style),
        None => out.push_str("</figcaption>"),
    }
    out.push_str("</figure>\n");
}

/// The end of a caption with the place, and below it the line.
fn excerpt(out: &mut String, place: &Place, style: &Style<'_>) {
    let path = style.path(&place.document);
    let _infallible =
        write!(out, "<span class=\"at\">{}:{}:{}</span></figcaption>", escape(path), place.line, place.column);
    line(out, place.line, &place.excerpt.get());
}

fn line(out: &mut String, number: u32, excerpt: &Excerpt) {
    let text = &excerpt.text;
    let (start, end) = (excerpt.highlight.start, excerpt.highlight.end);
    let part = |range: std::ops::Range<usize>| escape(text.get(range).unwrap_or_default());
    let _infallible = write!(out, "<pre><span class=\"number\">{number}</span> {}", part(0..start));
    if end > start {
        let _infallible = write!(out, "<mark>{}</mark>", part(start..end));
    }
    let _infallible = write!(out, "{}</pre>", part(end.max(start)..text.len()));
}

fn lines(out: &mut String, lines: impl Iterator<Item = (&'static str, String)>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    out.push_str("<ul class=\"notes\">\n");
    for (word, text) in lines {
        let _infallible = writeln!(out, "<li><b>{word}:</b> {}</li>", sentence(&text));
    }
    out.push_str("</ul>\n");
}

fn waived(waiver: &WaiverRef) -> String {
    let mut text = prose(&waiver.reason);
    if let Some(owner) = &waiver.owner {
        let _infallible = write!(text, ", says {}", prose(owner));
    }
    if let Some(until) = &waiver.expires_at {
        let _infallible = write!(text, ", until {until}");
    }
    text
}

/// What is wrong with a text that was handed in.
pub(super) fn diagnostic(out: &mut String, diagnostic: &Diagnostic, style: &Style<'_>) {
    let word = diagnostic.level.word();
    let slug = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let _infallible = writeln!(
        out,
        "<div class=\"finding {slug}\">\n<h3>{}</h3>\n<p class=\"meta\"><span class=\"word\">{word}</span> · {}</p>",
        sentence(&diagnostic.message),
        diagnostic.code
    );
    let primary = diagnostic.location.iter().map(|at| (at, String::new()));
    let related = diagnostic.related.iter().map(|(at, label)| (at, prose(label)));
    out.push_str("<div class=\"sides\">\n");
    for (at, label) in primary.chain(related) {
        let meant = if label.is_empty() { " class=\"meant\"" } else { "" };
        let _infallible = write!(out, "<figure{meant}><figcaption>{}", escape(&label));
        excerpt(out, &Place::of(at), style);
        out.push_str("</figure>\n");
    }
    out.push_str("</div>\n");
    let notes = diagnostic.notes.iter().map(|note| ("why", note.clone()));
    lines(out, notes.chain(diagnostic.help.iter().map(|help| ("do", help.clone()))));
    out.push_str("</div>\n");
}
