//! The baseline of a report: its findings as they are accepted, so that only new ones count.

use paritygate_lang::baseline;
use paritygate_model::report::{Finding, Report, Status};

/// What a report gives for a baseline.
#[derive(Debug)]
pub struct Baseline<'r> {
    /// The text.
    pub text: String,
    /// How many findings it accepts.
    pub accepted: usize,
    /// Findings that no exception may cover: they are not in it.
    pub refused: Vec<&'r Finding>,
}

/// Accepts what counts in a report. What is waived, only observed or information needs no baseline, and what is wrong with
/// exceptions can't be accepted.
pub fn of(report: &Report) -> Baseline<'_> {
    let counts = |finding: &&Finding| {
        matches!(finding.status, Status::Fail | Status::Unknown | Status::Warn)
            && !finding.observed
            && finding.source.is_none()
    };
    let (accepted, refused): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().filter(counts).partition(|finding| finding.coverable);
    let every = accepted.iter().flat_map(|finding| {
        let paths = std::iter::once(&finding.path).chain(&finding.repeats);
        paths.map(|path| (&*finding.rule, path.as_str(), mutual(finding).collect()))
    });
    let text = baseline::write(every);
    let count = accepted.iter().map(|finding| 1 + finding.repeats.len()).sum();
    Baseline { text, accepted: count, refused }
}

/// The environments that a finding is about. Where two share something, both are.
fn mutual(finding: &Finding) -> impl Iterator<Item = &str> {
    let reference = finding.reference.iter().filter(|_| finding.mutual);
    finding.environments.iter().chain(reference).map(|name| &**name)
}
