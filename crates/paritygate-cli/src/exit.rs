//! How a run ends.

use std::process::ExitCode;

use clap::ValueEnum;
use paritygate::report::{Finding, Report, Status, Verdict};

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing failed.
    Pass = 0,
    /// A rule failed.
    Fail = 1,
    /// Something is wrong with the use, a policy or an input.
    CouldNotCheck = 2,
    /// Nothing failed, and something could not be judged.
    Unknown = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// From where on a check fails. Each word includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors only
    Error,
    /// Also what could not be judged, which else ends with 3, or with 0 where a policy only warns of it
    Unknown,
    /// Also warnings
    Warning,
    /// Also what is merely worth knowing
    Info,
}

/// How the user moved the line, where that alone makes the check fail.
pub(crate) fn moved(report: &Report, line: FailOn) -> Option<String> {
    let moved = of(report, line) == Exit::Fail && of(report, FailOn::Error) != Exit::Fail;
    moved.then(|| {
        format!("--fail-on {}", line.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default())
    })
}

/// How a check ends whose texts were all right.
pub(crate) fn of(report: &Report, line: FailOn) -> Exit {
    let informs = || report.findings.iter().any(|finding| finding.status == Status::Pass && !finding.observed);
    // A policy may make mere warnings of what can't be judged; the line still includes it.
    let is_unknown = || {
        let counts = |finding: &Finding| finding.status == Status::Unknown && !finding.observed;
        !report.summary.unknown.is_empty() || report.findings.iter().any(counts)
    };
    let worst = match report.verdict {
        Verdict::Fail | Verdict::Error => Some(FailOn::Error),
        Verdict::Unknown => Some(FailOn::Unknown),
        Verdict::Warn | Verdict::Pass if is_unknown() => Some(FailOn::Unknown),
        Verdict::Warn => Some(FailOn::Warning),
        Verdict::Pass => informs().then_some(FailOn::Info),
    };
    match (worst, report.verdict) {
        (Some(worst), _) if worst <= line => Exit::Fail,
        (_, Verdict::Unknown) => Exit::Unknown,
        _ => Exit::Pass,
    }
}
