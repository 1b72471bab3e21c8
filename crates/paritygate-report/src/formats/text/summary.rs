//! The end of the text: what was not judged, what was left out, and the verdict.

use paritygate_model::report::{Finding, Report, Verdict};

use crate::pen::{Ink, Pen};
use crate::view::{self, Group};

/// Writes one line per remark, and the verdict as the last line.
pub(super) fn write(pen: &mut Pen<'_>, report: &Report, ranked: &[(Group, &Finding)]) {
    pen.gap();
    for (unknown, text) in view::summary::remarks(report, pen.style().verbose) {
        let (ink, word) = if unknown { (Ink::Warning, "unknown") } else { (Ink::Note, "note") };
        remark(pen, ink, word, &text);
    }
    let ink = match report.verdict {
        Verdict::Pass => Ink::Good,
        Verdict::Warn | Verdict::Unknown => Ink::Warning,
        Verdict::Fail | Verdict::Error => Ink::Error,
    };
    remark(pen, ink, report.verdict.word(), &view::summary::verdict(report, ranked, pen.style()));
}

fn remark(pen: &mut Pen<'_>, ink: Ink, word: &str, text: &str) {
    pen.put(ink, word);
    pen.put(Ink::Plain, &format!(": {text}"));
    pen.line();
}
