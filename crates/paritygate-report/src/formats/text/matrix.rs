//! The parity matrix as it fits a terminal.

use paritygate_model::SortedSet;
use paritygate_model::report::{Finding, Report};

use crate::Style;
use crate::pen::{Ink, Pen};
use crate::view::Group;
use crate::view::matrix::{Mark, Row, Square, columns, rows, without_findings};
use crate::words::{count, cut_end, cut_start, escape, width};

/// How many rows are shown, unless asked for all.
const MAX_ROWS: usize = 40;
/// How wide a column with values may be; one narrower than that is not worth it.
const VALUE_COLUMN: std::ops::RangeInclusive<usize> = 12..=24;
/// How wide a column with marks alone may be.
const MARK_COLUMN: usize = 12;

/// Writes the matrix, or that there is nothing to show in it.
pub(super) fn write(pen: &mut Pen<'_>, report: &Report, ranked: &[(Group, &Finding)]) {
    let verbose = pen.style().verbose;
    let columns = columns(report, ranked);
    let rows = rows(&columns, ranked, verbose);
    let shown = rows.get(..if verbose { rows.len() } else { rows.len().min(MAX_ROWS) }).unwrap_or_default();
    if !shown.is_empty() {
        pen.gap();
        let names: Vec<String> = columns.iter().map(|column| escape(column).into_owned()).collect();
        table(pen, &names, shown);
        rest(pen, report, ranked, rows.len() - shown.len());
    }
}

/// Writes rows below their headings, and what the marks mean.
pub(super) fn table(pen: &mut Pen<'_>, names: &[String], rows: &[Row]) {
    let plan = Plan::of(names, rows, pen.style());
    let places: Vec<usize> = (0..names.len()).collect();
    for block in places.chunks(plan.per_block) {
        plan.block(pen, block, rows);
        pen.line();
    }
    legend(pen, rows);
    plan.key(pen, names);
}

/// Says how many rows the matrix leaves out. Where there is no matrix, the last line of the report says enough.
fn rest(pen: &mut Pen<'_>, report: &Report, ranked: &[(Group, &Finding)], more: usize) {
    let mut say = |text: &str| {
        pen.put(Ink::Faint, text);
        pen.line();
    };
    if more > 0 {
        say(&format!("{}, shown by verbose output", count(more, "more row", "more rows")));
    }
    let without = without_findings(report, ranked);
    if without > 0 {
        say(&format!("{} without findings", count(without, "row", "rows")));
    }
}

/// How the columns fit the terminal.
struct Plan {
    unicode: bool,
    label: usize,
    widths: Vec<usize>,
    heads: Vec<String>,
    values: bool,
    numbered: bool,
    per_block: usize,
}

impl Plan {
    fn of(names: &[String], rows: &[Row], style: &Style<'_>) -> Self {
        let ellipsis = if style.unicode { "…" } else { "..." };
        let room = style.width.max(30).saturating_sub(2);
        let longest = rows.iter().map(|row| width(&row.path)).max().unwrap_or_default();
        let plan = |widths: Vec<usize>, label: usize, values: bool| Self {
            unicode: style.unicode,
            label,
            heads: names
                .iter()
                .zip(&widths)
                .map(|(name, &width)| cut_end(name, width, ellipsis).into_owned())
                .collect(),
            widths,
            values,
            numbered: false,
            per_block: names.len().max(1),
        };
        // What the columns leave, if it is enough for the paths.
        let label = |widths: &[usize], share: usize| {
            let free = room.checked_sub(widths.iter().map(|width| width + 2).sum())?;
            (free >= longest.min(room / share)).then_some(longest.min(free))
        };
        let wanted: Vec<usize> = names.iter().enumerate().map(|(at, name)| wanted(at, name, rows)).collect();
        for most in VALUE_COLUMN.rev() {
            let widths: Vec<usize> = wanted.iter().map(|&wanted| wanted.min(most)).collect();
            if let Some(label) = label(&widths, 3) {
                return plan(widths, label, true);
            }
        }
        let widths: Vec<usize> = names.iter().map(|name| width(name).min(MARK_COLUMN)).collect();
        if let Some(label) = label(&widths, 2) {
            return plan(widths, label, false);
        }
        let digits = names.len().to_string().len();
        let label = longest.min(room / 2);
        Self {
            heads: (1..=names.len()).map(|number| number.to_string()).collect(),
            numbered: true,
            per_block: ((room - label) / (digits + 2)).max(1),
            ..plan(vec![digits; names.len()], label, false)
        }
    }

    /// Writes the rows for some of the columns.
    fn block(&self, pen: &mut Pen<'_>, columns: &[usize], rows: &[Row]) {
        let sizes = || columns.iter().map(|&at| self.widths.get(at).copied().unwrap_or_default());
        pen.space(2 + self.label);
        for (&at, size) in columns.iter().zip(sizes()) {
            let head = self.heads.get(at).map(String::as_str).unwrap_or_default();
            pen.space(2);
            pen.put(Ink::Strong, head);
            pen.space(size.saturating_sub(width(head)));
        }
        pen.line();
        for group in rows.chunk_by(|a, b| a.rank == b.rank) {
            let Some(first) = group.first() else { continue };
            pen.put(first.group.ink(), first.heading);
            pen.line();
            for row in group {
                let path = cut_start(&row.path, self.label, pen.ellipsis());
                pen.space(2);
                pen.put(Ink::Plain, &path);
                pen.space(self.label.saturating_sub(width(&path)));
                for (&at, size) in columns.iter().zip(sizes()) {
                    pen.space(2);
                    self.square(pen, row.squares.get(at).and_then(Option::as_ref), size, row.group.ink());
                }
                pen.line();
            }
        }
    }

    fn square(&self, pen: &mut Pen<'_>, square: Option<&Square>, size: usize, deviating: Ink) {
        let Some(square) = square else {
            pen.put(Ink::Faint, Mark::Outside.sign(self.unicode).trim_end());
            pen.space(size.saturating_sub(usize::from(self.unicode)));
            return;
        };
        let ink = match square.mark {
            _ if square.deviates => deviating,
            Mark::Alike => Ink::Good,
            _ => Ink::Faint,
        };
        pen.put(ink, square.mark.sign(self.unicode));
        let value = square.value.as_deref().filter(|_| self.values).unwrap_or_default();
        let value = cut_end(value, size.saturating_sub(2), pen.ellipsis());
        if !value.is_empty() {
            pen.space(1);
            pen.put(if square.deviates { deviating } else { Ink::Plain }, &value);
        }
        let used = 1 + if value.is_empty() { 0 } else { 1 + width(&value) };
        pen.space(size.saturating_sub(used));
    }

    /// Says which number stands for which environment.
    fn key(&self, pen: &mut Pen<'_>, names: &[String]) {
        if self.numbered {
            flow(pen, names.iter().enumerate().map(|(at, name)| (Ink::Strong, (at + 1).to_string(), name.clone())));
        }
    }
}

/// How wide a column is that shows all its values.
fn wanted(at: usize, name: &str, rows: &[Row]) -> usize {
    let squares = rows.iter().filter_map(|row| row.squares.get(at)?.as_ref());
    let values = squares.filter_map(|square| square.value.as_ref()).map(|value| width(value) + 2);
    values.max().unwrap_or(1).max(width(name))
}

/// Says what the marks mean, for those that are there.
fn legend(pen: &mut Pen<'_>, rows: &[Row]) {
    let unicode = pen.style().unicode;
    let marks = rows
        .iter()
        .flat_map(|row| &row.squares)
        .map(|square| square.as_ref().map_or(Mark::Outside, |square| square.mark));
    let marks: SortedSet<Mark> = marks.collect();
    // In ASCII, what is not in the rule stays blank.
    let named = marks.into_iter().filter(|&mark| unicode || mark != Mark::Outside);
    flow(pen, named.map(|mark| (Ink::Plain, mark.sign(unicode).to_owned(), mark.meaning().to_owned())));
}

/// Pairs side by side, on as many lines as they need.
fn flow(pen: &mut Pen<'_>, pairs: impl Iterator<Item = (Ink, String, String)>) {
    let room = pen.style().width.max(30);
    let mut used = 0;
    for (ink, sign, meaning) in pairs {
        let size = width(&sign) + 1 + width(&meaning);
        if used > 0 && used + 3 + size > room {
            pen.line();
            used = 0;
        }
        if used > 0 {
            pen.space(3);
            used += 3;
        }
        pen.put(ink, &sign);
        pen.space(1);
        pen.put(Ink::Faint, &meaning);
        used += size;
    }
    pen.line();
}
