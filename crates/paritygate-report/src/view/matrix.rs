//! The parity matrix as data: paths with findings × environments.

use paritygate_model::report::{Cell, Finding, Report, State, Status};
use paritygate_model::{SortedMap, SortedSet};

use super::Group;
use crate::words::escape;

/// What an environment has at a path, in one sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Alike,
    Differs,
    Shared,
    Breaks,
    Missing,
    Empty,
    Unknown,
    Outside,
}

impl Mark {
    pub(crate) const fn sign(self, unicode: bool) -> &'static str {
        let (fine, plain) = match self {
            Self::Alike => ("✓", "."),
            Self::Differs => ("≠", "!"),
            Self::Shared => ("=", "="),
            Self::Breaks => ("✗", "x"),
            Self::Missing => ("∅", "-"),
            Self::Empty => ("–", "_"),
            Self::Unknown => ("?", "?"),
            Self::Outside => ("·", " "),
        };
        if unicode { fine } else { plain }
    }

    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Alike => "fine",
            Self::Differs => "differs",
            Self::Shared => "shared, must differ",
            Self::Breaks => "breaks the rule",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
            Self::Outside => "not in the rule",
        }
    }

    /// `unknown` says that it could not be told whether it deviates, `mutual` that it has what the reference has.
    fn of(cell: &Cell, deviates: bool, reference: Option<&Cell>, unknown: bool, mutual: bool) -> Self {
        match cell.state {
            State::Missing => Self::Missing,
            State::Empty | State::Null => Self::Empty,
            State::Unresolved | State::NotCollected => Self::Unknown,
            // Where others deviate, a value that could not be judged says why.
            State::Value if !deviates && cell.reason.is_some() => Self::Unknown,
            State::Value if !deviates => Self::Alike,
            State::Value if unknown => Self::Unknown,
            State::Value => match reference {
                Some(reference) if mutual && reference.state == State::Value => Self::Shared,
                Some(_) => Self::Differs,
                None => Self::Breaks,
            },
        }
    }
}

/// One cell of the matrix.
pub(crate) struct Square {
    /// The group of the finding that it is from.
    pub(crate) group: Group,
    pub(crate) mark: Mark,
    pub(crate) deviates: bool,
    pub(crate) value: Option<String>,
}

/// One path, with what each column has there; nothing where no finding speaks of it.
pub(crate) struct Row {
    pub(crate) group: Group,
    /// Above which heading it stands, and which place that has.
    pub(crate) heading: &'static str,
    pub(crate) rank: usize,
    /// The path as it can be shown.
    pub(crate) path: String,
    /// The path itself.
    pub(crate) key: String,
    pub(crate) squares: Vec<Option<Square>>,
}

/// The names of the columns: every environment, and the contracts that a finding speaks of.
pub(crate) fn columns<'r>(report: &'r Report, ranked: &[(Group, &Finding)]) -> Vec<&'r str> {
    let told: SortedSet<&str> =
        ranked.iter().flat_map(|(_, finding)| &finding.cells.0).map(|(name, _)| &**name).collect();
    let columns = report.environments.iter().filter(|column| !column.contract || told.contains(&*column.name));
    columns.map(|column| &*column.name).collect()
}

/// One row per path, in the order of the findings. Findings without cells are about no row; what is waived is left
/// out, unless asked for.
pub(crate) fn rows(columns: &[&str], ranked: &[(Group, &Finding)], waived: bool) -> Vec<Row> {
    let places_of: SortedMap<&str, usize> = columns.iter().enumerate().map(|(at, &name)| (name, at)).collect();
    let mut places: SortedMap<&str, usize> = SortedMap::new();
    let mut rows: Vec<Row> = Vec::new();
    for &(group, finding) in ranked {
        if finding.cells.0.is_empty() || (group == Group::Waived && !waived) {
            continue;
        }
        let place = *places.entry(&finding.path).or_insert(rows.len());
        if place == rows.len() {
            let squares = columns.iter().map(|_| None).collect();
            rows.push(Row {
                group,
                heading: group.heading(),
                rank: group as usize,
                path: escape(&finding.path).into_owned(),
                key: finding.path.clone(),
                squares,
            });
        }
        let Some(row) = rows.get_mut(place) else { continue };
        for (name, cell, mark, deviates) in marks(finding) {
            let square = places_of.get(name).and_then(|&at| row.squares.get_mut(at));
            let Some(square) = square else { continue };
            // The first finding that an environment deviates from is the weightiest.
            if square.as_ref().is_none_or(|known| deviates && !known.deviates) {
                let value = cell.value.as_deref().map(|value| escape(value).into_owned());
                *square = Some(Square { group, mark, deviates, value });
            }
        }
    }
    rows
}

/// What a finding says of each environment: its name, what it has, the mark for it, and whether it deviates.
pub(crate) fn marks(finding: &Finding) -> impl Iterator<Item = (&str, &Cell, Mark, bool)> {
    let reference = super::reference(finding);
    let unknown = finding.status == Status::Unknown || reference.is_some_and(super::is_unknown);
    let deviating: SortedSet<&str> = finding.environments.iter().map(|name| &**name).collect();
    finding.cells.0.iter().map(move |(name, cell)| {
        let deviates = deviating.contains(&**name);
        (&**name, cell, Mark::of(cell, deviates, reference, unknown, finding.mutual), deviates)
    })
}

/// How many rows were judged and are clean.
pub(crate) fn without_findings(report: &Report, ranked: &[(Group, &Finding)]) -> usize {
    let with: SortedSet<&str> =
        ranked.iter().filter(|(_, finding)| !finding.cells.0.is_empty()).map(|(_, f)| f.path.as_str()).collect();
    // What was cut off, could not be judged or is told by another finding is not clean either.
    let untold: usize = report.summary.truncated.values().chain(report.summary.unknown.values()).sum();
    let explained: usize = report.findings.iter().filter_map(|finding| Some(finding.explains.as_ref()?.count)).sum();
    report.summary.rows.saturating_sub(with.len().saturating_add(untold).saturating_add(explained))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_could_not_be_judged_is_not_fine() {
        let cell = |reason: Option<&str>| Cell {
            state: State::Value,
            value: Some("latest".to_owned()),
            reason: reason.map(str::to_owned),
            masked: None,
            source: None,
        };
        assert_eq!(Mark::of(&cell(Some("it is no version")), false, None, false, false), Mark::Unknown);
        assert_eq!(Mark::of(&cell(None), false, None, false, false), Mark::Alike);
    }
}
