//! How environments differ, as a table in Markdown.

use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::differences::{DifferenceRow, DifferenceState, Differences};
use paritygate_model::report::{Cell, State};

use super::{cell as text, code};
use crate::Style;
use crate::formats::text::differences::counts;
use crate::words::cut_end;

/// How wide a value may be.
const MAX_VALUE: usize = 40;

pub(super) fn render(differences: &Differences, diagnostics: &[Diagnostic], _style: &Style<'_>) -> String {
    let names: Vec<String> = differences.environments.iter().map(|column| code(&column.name)).collect();
    let mut out = format!("### Differences of {}\n\n{}.\n\n", names.join(", "), counts(differences).join("; "));
    for diagnostic in diagnostics {
        let _infallible = writeln!(out, "> **{}** {}\n", diagnostic.level.word(), text(&diagnostic.message));
    }
    if differences.rows.is_empty() {
        return out;
    }
    let _infallible = writeln!(out, "| | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for row in &differences.rows {
        let cells: Vec<String> = row.cells.0.iter().map(|(_, cell)| shown(cell)).collect();
        let _infallible = writeln!(out, "| {} {} | {} |", sign(row), code(&row.path), cells.join(" | "));
    }
    out
}

const fn sign(row: &DifferenceRow) -> &'static str {
    match row.state {
        DifferenceState::Different => "≠",
        DifferenceState::Missing => "∅",
        DifferenceState::Unknown => "?",
        DifferenceState::Equal => "=",
    }
}

fn shown(cell: &Cell) -> String {
    match (cell.state, &cell.value) {
        (State::Value, Some(value)) => code(&cut_end(value, MAX_VALUE, "…")),
        (state, _) => state.word().to_owned(),
    }
}
