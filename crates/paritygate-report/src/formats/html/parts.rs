//! What the pages of reports and decisions are made of: lines of source, notes, texts with their digests.

use std::fmt::Write;

use paritygate_model::report::{Digested, Place};
use paritygate_model::source::Excerpt;
use paritygate_model::{Note, Timestamp};

use crate::Style;
use crate::markup::{escape, sentence};
use crate::view::Group;
use crate::view::matrix::Mark;

/// The class of a group in the page's style: its colours.
pub(super) const fn class(group: Group) -> &'static str {
    match group {
        Group::Error => "error",
        Group::Unknown => "not-judged",
        Group::Warning => "warning",
        Group::Info => "info",
        Group::Observed => "observed",
        Group::Waived => "waived",
    }
}

/// The classes of what an environment has: what it is, and where it deviates, how much that weighs.
pub(super) fn heat(mark: Mark, deviates: Option<Group>) -> String {
    let mark = match mark {
        Mark::Alike => "alike",
        Mark::Differs => "differs",
        Mark::Shared => "shared",
        Mark::Breaks => "breaks",
        Mark::Missing => "missing",
        Mark::Empty => "empty",
        Mark::Unknown => "unknown",
        Mark::Outside => "outside",
    };
    deviates.map_or_else(|| mark.to_owned(), |group| format!("{mark} deviates {}", class(group)))
}

/// A mark with its meaning, for the pointer and for those who listen; where a text beside it says as much, the mark alone.
pub(super) fn sign(mark: Mark, is_told: bool) -> String {
    let sign = mark.sign(true);
    if is_told {
        return format!("<b aria-hidden=\"true\">{sign}</b>");
    }
    format!("<b role=\"img\" title=\"{}\">{sign}</b>", mark.meaning())
}

/// A path that is broken over lines between its parts.
pub(super) fn path(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut last = ' ';
    for c in escape(text).chars() {
        out.push(c);
        if matches!(c, '.' | '/' | '_') && last.is_alphanumeric() {
            out.push_str("<wbr>");
        }
        last = c;
    }
    out
}

/// How it ended: a sign, a word, and what there is to say about it.
pub(super) fn verdict(out: &mut String, class: &str, sign: &str, word: &str, text: &str) {
    let text = sentence(text);
    let _infallible = writeln!(
        out,
        "<p class=\"verdict {class}\"><strong><span aria-hidden=\"true\">{sign}</span> {word}</strong> {text}</p>"
    );
}

/// Names and what is said about them.
pub(super) fn fields<'a>(out: &mut String, fields: impl Iterator<Item = (&'a str, String)>) {
    out.push_str("<dl>\n");
    for (name, html) in fields {
        let _infallible = writeln!(out, "<div><dt>{name}</dt><dd>{html}</dd></div>");
    }
    out.push_str("</dl>\n");
}

/// An instant, for people and for machines.
pub(super) fn instant(at: Timestamp) -> String {
    let text = at.to_string();
    format!("<time datetime=\"{text}\">{}</time>", text.replacen('T', " ", 1).replacen('Z', " UTC", 1))
}

/// The end of a caption with the place, and below it the line.
pub(super) fn excerpt(out: &mut String, place: &Place, style: &Style<'_>) {
    let at = path(style.path(&place.document));
    let _infallible = write!(out, "<span class=\"at\">{at}:{}:{}</span></figcaption>", place.line, place.column);
    line(out, place.line, &place.excerpt.get());
}

fn line(out: &mut String, number: u32, excerpt: &Excerpt) {
    let text = &excerpt.text;
    let (start, end) = (excerpt.highlight.start, excerpt.highlight.end);
    let part = |range: std::ops::Range<usize>| escape(text.get(range).unwrap_or_default());
    let _infallible = write!(out, "<pre><i>{number}</i>{}", part(0..start));
    if end > start {
        let _infallible = write!(out, "<mark>{}</mark>", part(start..end));
    }
    let _infallible = write!(out, "{}</pre>", part(end.max(start)..text.len()));
}

/// Lines below a message, each with a word for what it is.
pub(super) fn notes(out: &mut String, notes: &[Note], help: Option<&str>, more: &[(&str, String)]) {
    let why = notes.iter().map(|note| ("why", &**note));
    let lines: Vec<_> = why
        .chain(help.map(|help| ("do", help)))
        .chain(more.iter().map(|(word, text)| (*word, text.as_str())))
        .collect();
    if lines.is_empty() {
        return;
    }
    out.push_str("<ul class=\"notes\">\n");
    for (word, text) in lines {
        let _infallible = writeln!(out, "<li class=\"{word}\"><b>{word}</b> {}</li>", sentence(text));
    }
    out.push_str("</ul>\n");
}

/// Texts by their names, with their digests.
pub(super) fn digests<'a>(out: &mut String, title: &str, texts: impl Iterator<Item = (String, &'a Digested)>) {
    let mut texts = texts.peekable();
    if texts.peek().is_none() {
        return;
    }
    let _infallible = writeln!(out, "<h2>{title}</h2>\n<ul class=\"digests\">");
    for (role, text) in texts {
        let digest = text.digest.0.digest();
        let _infallible = writeln!(out, "<li>{role}{} <code>{digest}</code></li>", path(&text.name));
    }
    out.push_str("</ul>\n");
}

/// The end of the page: who says this.
pub(super) fn signature(out: &mut String, name: &str, version: &str) {
    let _infallible = writeln!(out, "<p>{name} {version}. This page holds no secret, and fetches nothing.</p>");
}
