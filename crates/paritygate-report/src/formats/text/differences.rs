//! How environments differ, as text.

use paritygate_model::Diagnostic;
use paritygate_model::differences::{DifferenceState, Differences};
use paritygate_model::report::{Cell, State};

use super::matrix;
use crate::Style;
use crate::pen::{Ink, Pen};
use crate::view::Group;
use crate::view::matrix::{Mark, Row, Square};
use crate::words::{count, escape};

pub(super) fn render(differences: &Differences, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut pen = Pen::new(*style);
    for diagnostic in diagnostics {
        pen.gap();
        crate::diagnostic_block(diagnostic).write(&mut pen);
    }
    let names: Vec<String> = differences.environments.iter().map(|column| escape(&column.name).into_owned()).collect();
    pen.gap();
    pen.put(Ink::Strong, "compared");
    let compared = match names.as_slice() {
        [] => "nothing, there is no environment".to_owned(),
        [only] => format!("nothing, {only} is the only environment"),
        several => several.join(", "),
    };
    pen.put(Ink::Plain, &format!(": {compared}"));
    pen.line();
    let mut rows: Vec<Row> = differences.rows.iter().map(row).collect();
    rows.sort_by_key(|row| row.rank);
    if !rows.is_empty() {
        pen.gap();
        matrix::table(&mut pen, &names, &rows);
    }
    pen.gap();
    for part in counts(differences) {
        pen.put(Ink::Plain, &part);
        pen.line();
    }
    pen.finish()
}

fn row(row: &paritygate_model::differences::DifferenceRow) -> Row {
    // What most have counts as the usual: where all differ, none is.
    let cells: Vec<&Cell> = row.cells.0.iter().map(|(_, cell)| cell).collect();
    // Values that are shown alike and differ, such as lists with secrets in them, all count as unusual.
    let alike = cells.windows(2).all(|pair| matches!(pair, [a, b] if a.value == b.value));
    let usual = usual(&cells).filter(|_| !alike || row.state != DifferenceState::Different);
    let (group, heading) = match row.state {
        DifferenceState::Different => (Group::Warning, "different"),
        DifferenceState::Missing => (Group::Info, "only in some"),
        DifferenceState::Unknown => (Group::Unknown, "not known"),
        DifferenceState::Equal => (Group::Waived, "alike"),
    };
    let squares = cells.iter().map(|cell| {
        let deviates = row.state != DifferenceState::Equal && !is_absent(cell) && cell.value != usual;
        Some(Square {
            group,
            mark: mark(cell, row.state, deviates),
            deviates,
            value: cell.value.as_deref().map(|value| escape(value).into_owned()),
        })
    });
    Row {
        group,
        heading,
        rank: row.state as usize,
        path: escape(&row.path).into_owned(),
        key: row.path.clone(),
        squares: squares.collect(),
    }
}

/// The value that more than half of the environments have.
fn usual(cells: &[&Cell]) -> Option<String> {
    let most = |value: &&&Cell| cells.iter().filter(|cell| cell.value == value.value).count() * 2 > cells.len();
    cells.iter().filter(|cell| cell.value.is_some()).find(most).and_then(|cell| cell.value.clone())
}

fn is_absent(cell: &Cell) -> bool {
    matches!(cell.state, State::Missing | State::Null | State::Unresolved | State::NotCollected)
}

fn mark(cell: &Cell, state: DifferenceState, deviates: bool) -> Mark {
    match cell.state {
        State::Missing => Mark::Missing,
        State::Null | State::Empty => Mark::Empty,
        State::Unresolved | State::NotCollected => Mark::Unknown,
        State::Value if deviates && state == DifferenceState::Different => Mark::Differs,
        State::Value => Mark::Alike,
    }
}

/// How many rows of each sort there are, in words.
pub(crate) fn counts(differences: &Differences) -> Vec<String> {
    let summary = &differences.summary;
    let parts = [
        (summary.different, "different"),
        (summary.missing, "only in some"),
        (summary.unknown, "not known"),
        (summary.equal, "alike"),
    ];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}"));
    let parts: Vec<String> = parts.collect();
    let found = if parts.is_empty() { "nothing to compare".to_owned() } else { parts.join(", ") };
    let mut lines = vec![format!("{found}, of {}", count(summary.rows, "row", "rows"))];
    if summary.left_out > 0 {
        lines.push(format!("{} beyond the limit: narrow the paths", count(summary.left_out, "row", "rows")));
    }
    lines
}
