//! Instants as people read them.

use paritygate_model::Timestamp;
use paritygate_model::decision::{Decision, Local};
use paritygate_model::promotion::Elapsed;

/// An instant on the clocks of the first zone that the decision names, else in UTC: `Mon 2026-08-24 09:00 Europe/London`.
pub(crate) fn local(decision: &Decision, at: Timestamp) -> String {
    let known = decision.findings.iter().flat_map(|finding| [&finding.next_open, &finding.next_close]);
    let known = known.flatten().filter(|moment| moment.at == at).find_map(|moment| moment.local.as_ref());
    let next = || decision.decision.next_eligible_local.first().filter(|_| decision.decision.next_eligible_at == Some(at));
    match known.or_else(next) {
        Some(local) => said(local),
        None => utc(at),
    }
}

/// `Mon 2026-08-24 09:00 Europe/London`, as far as the text can be read.
pub(crate) fn said(local: &Local) -> String {
    let (date, rest) = local.time.split_once('T').unwrap_or((&local.time, ""));
    let clock = rest.get(..5).unwrap_or(rest);
    match date.parse::<jiff::civil::Date>() {
        Ok(parsed) => format!("{} {date} {clock} {}", day(parsed), local.zone),
        Err(_) => format!("{} {}", local.time, local.zone),
    }
}

fn utc(at: Timestamp) -> String {
    let civil = jiff::tz::Offset::UTC.to_datetime(at);
    format!("{} {} {:02}:{:02} UTC", day(civil.date()), civil.date(), civil.hour(), civil.minute())
}

fn day(date: jiff::civil::Date) -> &'static str {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    DAYS.get(usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())).copied().unwrap_or_default()
}

/// `in 2 d 16 h`
pub(crate) fn countdown(from: Timestamp, to: Timestamp) -> String {
    format!("in {}", Elapsed(to.duration_since(from)))
}
