//! The findings, each with the lines of source of every environment.

use std::borrow::Cow;

use paritygate_model::report::{Cell, Finding, Place, WaiverRef};

use crate::block::{Block, Line, Spot};
use crate::pen::{Ink, Pen};
use crate::view::{Group, content, is_meant, summary};
use crate::words::escape;

/// How many environments one finding quotes, unless asked for all.
const MAX_SPOTS: usize = 8;
/// How many findings of a group are listed by one line each, unless asked for all.
const MAX_LINES: usize = 40;

/// Writes the findings: what counts in full, what does not count by one line each. What is waived is only counted.
pub(super) fn write(pen: &mut Pen<'_>, ranked: &[(Group, &Finding)]) {
    let verbose = pen.style().verbose;
    for findings in ranked.chunk_by(|a, b| a.0 == b.0) {
        let Some(&(group, _)) = findings.first() else { continue };
        if group.in_full(verbose) {
            for (_, finding) in findings {
                pen.gap();
                block(group, finding, verbose).write(pen);
            }
        } else if group != Group::Waived {
            pen.gap();
            for (_, finding) in findings.iter().take(MAX_LINES) {
                in_one_line(pen, group, finding);
            }
            if let Some(more) = findings.len().checked_sub(MAX_LINES).filter(|&more| more > 0) {
                pen.put(Ink::Faint, &format!("{more} more, shown by verbose output"));
                pen.line();
            }
        }
    }
}

fn spot(place: &Place, label: String, primary: bool) -> Spot<'_> {
    let excerpt = place.excerpt.get();
    Spot {
        document: &place.document,
        line: place.line,
        column: place.column,
        excerpt: Cow::Owned(excerpt.text),
        marked: excerpt.highlight,
        label,
        primary,
    }
}

fn in_one_line(pen: &mut Pen<'_>, group: Group, finding: &Finding) {
    pen.put(group.ink(), &format!("{}[{}]", group.words().0, escape(&finding.rule)));
    let (path, message) = (escape(&finding.path), escape(finding.message.trim()));
    let named = message.contains(&*path);
    pen.put(Ink::Plain, &if named { format!(": {message}") } else { format!(": {path}: {message}") });
    pen.line();
}

fn block(group: Group, finding: &Finding, verbose: bool) -> Block<'_> {
    // What deviates or is not known comes first, then what it was compared with.
    let rank = |name: &str, cell: &Cell| match () {
        () if is_meant(finding, name, cell) => 0,
        () if finding.reference.as_deref() == Some(name) => 1,
        () => 2,
    };
    let mut cells: Vec<(&str, &Cell)> = finding.cells.0.iter().map(|(name, cell)| (&**name, cell)).collect();
    cells.sort_by_key(|(name, cell)| rank(name, cell));
    let hidden = if verbose { 0 } else { cells.len().saturating_sub(MAX_SPOTS) };
    cells.truncate(cells.len() - hidden);

    let (mut spots, mut lines): (Vec<Spot<'_>>, Vec<Line<'_>>) = (Vec::new(), Vec::new());
    spots.extend(finding.source.as_ref().map(|place| spot(place, String::new(), true)));
    for (name, cell) in cells {
        let primary = is_meant(finding, name, cell);
        let Some(place) = &cell.source else {
            let ink = if primary { group.ink() } else { Ink::Gutter };
            lines.push(Line { ink, word: escape(name), text: content(cell) });
            continue;
        };
        let label = format!("{}: {}", escape(name), content(cell));
        // Environments that read the same line share it.
        let same = |spot: &&mut Spot<'_>| {
            spot.document == &*place.document
                && (spot.line, spot.column) == (place.line, place.column)
                && spot.primary == primary
        };
        if let Some(spot) = spots.iter_mut().find(same) {
            spot.label = format!("{}, {label}", spot.label);
            continue;
        }
        spots.push(spot(place, label, primary));
    }
    if hidden > 0 {
        let text = format!(
            "{hidden} more {}, shown by verbose output",
            if hidden == 1 { "environment" } else { "environments" }
        );
        lines.push(Line { ink: Ink::Gutter, word: "and".into(), text });
    }
    if !finding.message.contains(&finding.path) {
        lines.push(Line { ink: Ink::Note, word: "path".into(), text: escape(&finding.path).into_owned() });
    }
    if finding.observed {
        lines.push(Line::note("this rule only observes, so it does not count"));
    }
    lines.extend(finding.notes.iter().map(|note| Line::note(note)));
    lines.extend(finding.help.iter().map(|help| Line::help(help)));
    lines.extend(finding.waiver.iter().map(waiver));
    Block { ink: group.ink(), word: group.words().0, code: &finding.rule, message: &finding.message, spots, lines }
}

fn waiver(waiver: &WaiverRef) -> Line<'_> {
    let (word, text) = summary::waiver(waiver);
    Line { ink: Ink::Note, word: word.into(), text }
}
