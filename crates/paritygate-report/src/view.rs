//! What a report shows, whatever the format: how findings are grouped, and which cells they mean.

pub(crate) mod matrix;
pub(crate) mod promotion;
pub(crate) mod summary;
pub(crate) mod told;

use paritygate_model::report::{Cell, Finding, Report, State, Status};

use crate::pen::Ink;
use crate::words::{escape, prose};

/// The findings with their groups, the weightiest first. The order within a group is the report's.
pub(crate) fn ranked(report: &Report) -> Vec<(Group, &Finding)> {
    let mut ranked: Vec<(Group, &Finding)> =
        report.findings.iter().map(|finding| (Group::of(finding), finding)).collect();
    ranked.sort_by_key(|(group, _)| *group);
    ranked
}

/// Findings that are shown together, the weightiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Error,
    Unknown,
    Warning,
    Info,
    Observed,
    Waived,
}

impl Group {
    pub(crate) fn of(finding: &Finding) -> Self {
        match finding.status {
            Status::Waived => Self::Waived,
            _ if finding.observed => Self::Observed,
            Status::Fail => Self::Error,
            Status::Unknown => Self::Unknown,
            Status::Warn => Self::Warning,
            Status::Pass => Self::Info,
        }
    }

    /// The heading in the matrix.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::Error => "errors",
            Self::Unknown => "not judged",
            Self::Warning => "warnings",
            Self::Info => "information",
            Self::Observed => "observed",
            Self::Waived => "waived",
        }
    }

    /// The word before a finding, and the words that count one and many.
    pub(crate) const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Error => ("error", "error", "errors"),
            Self::Unknown => ("unknown", "not judged", "not judged"),
            Self::Warning => ("warning", "warning", "warnings"),
            Self::Info => ("info", "info", "info"),
            Self::Observed => ("observed", "observed", "observed"),
            Self::Waived => ("waived", "waived", "waived"),
        }
    }

    pub(crate) const fn ink(self) -> Ink {
        match self {
            Self::Error => Ink::Error,
            Self::Unknown | Self::Warning => Ink::Warning,
            Self::Info | Self::Observed => Ink::Info,
            Self::Waived => Ink::Faint,
        }
    }

    /// Whether each finding gets its lines of source; the others get one line.
    pub(crate) const fn in_full(self, verbose: bool) -> bool {
        verbose || matches!(self, Self::Error | Self::Unknown | Self::Warning)
    }
}

pub(crate) fn is_unknown(cell: &Cell) -> bool {
    matches!(cell.state, State::Unresolved | State::NotCollected)
}

/// The cell that others were compared with.
pub(crate) fn reference(finding: &Finding) -> Option<&Cell> {
    finding.cells.0.iter().find(|(name, _)| Some(name) == finding.reference.as_ref()).map(|(_, cell)| cell)
}

/// Whether a finding is about what this environment has: it deviates, or it is what can't be known.
pub(crate) fn is_meant(finding: &Finding, name: &str, cell: &Cell) -> bool {
    let deviates = |name: &str| finding.environments.iter().any(|other| &**other == name);
    // A value that was compared with what is not known is not to blame; a value that is missing is.
    let is_undecided = reference(finding).is_some_and(is_unknown)
        && finding.cells.0.iter().all(|(name, cell)| !deviates(name) || is_unknown(cell) || cell.state == State::Value);
    if is_undecided {
        return is_unknown(cell) && (deviates(name) || finding.reference.as_deref() == Some(name));
    }
    deviates(name)
}

/// What an environment has at the path, in words.
pub(crate) fn content(cell: &Cell) -> String {
    let because = |word: &str| match &cell.reason {
        Some(reason) => format!("{word}, {}", prose(reason)),
        None => word.to_owned(),
    };
    match (cell.state, &cell.value) {
        (State::Value, Some(value)) => match cell.masked {
            Some(why) => format!("{} ({why})", escape(value)),
            None => escape(value).into_owned(),
        },
        (State::Value, None) => because("a value"),
        (State::Empty, _) => because("empty"),
        (State::Null, _) => because("null"),
        (State::Missing, _) => because("missing"),
        (State::Unresolved, _) => because("not known"),
        (State::NotCollected, _) => because("not collected"),
    }
}
