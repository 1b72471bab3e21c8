//! Instants as people read them.

use paritygate_model::Timestamp;
use paritygate_model::decision::{Blocker, Decision, Local};
use paritygate_model::promotion::Elapsed;

/// The instant that was judged: `Mon 2026-08-24 09:00 Europe/London`.
pub(crate) fn judged(decision: &Decision) -> String {
    said(&decision.evaluated_local)
}

/// When a blocker clears by itself.
pub(crate) fn until(decision: &Decision, blocker: &Blocker) -> Option<String> {
    let local = said(blocker.until_local.as_ref()?);
    Some(format!("{local}, {}", countdown(decision.evaluated_at, blocker.until?)))
}

/// When time is no longer in the way, on the clocks of all zones.
pub(crate) fn next(decision: &Decision) -> Option<String> {
    let at = decision.decision.next_eligible_at?;
    let locals: Vec<String> = decision.decision.next_eligible_local.iter().map(said).collect();
    Some(format!("{}, {}", locals.join(" / "), countdown(decision.evaluated_at, at)))
}

/// `Mon 2026-08-24 09:00 Europe/London`, as far as the text can be read.
fn said(local: &Local) -> String {
    let (date, rest) = local.time.split_once('T').unwrap_or((&local.time, ""));
    let clock = rest.get(..5).unwrap_or(rest);
    match date.parse::<jiff::civil::Date>() {
        Ok(parsed) => format!("{} {date} {clock} {}", day(parsed), local.zone),
        Err(_) => format!("{} {}", local.time, local.zone),
    }
}

fn day(date: jiff::civil::Date) -> &'static str {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    DAYS.get(usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())).copied().unwrap_or_default()
}

/// `in 2 d 16 h`
fn countdown(from: Timestamp, to: Timestamp) -> String {
    format!("in {}", Elapsed(to.duration_since(from)))
}
