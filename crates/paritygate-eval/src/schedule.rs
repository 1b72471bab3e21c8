//! When windows are open. Their ends are turned into instants first; wall clocks are never compared.
//!
//! A window belongs to the day on which it starts, and is half open: `[start, end)`. Where clocks are put forward, an end
//! that no clock shows is the first instant after the gap. Where they are put back, a window that allows runs from the
//! first start to the first end, and one that denies from the first start to the last end, so that it never flickers.

mod intervals;
mod recurring;
mod runs;

use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use paritygate_lang::schedule::Windows;
use paritygate_model::{Diagnostic, Location, Timestamp, limits, suggest};

use crate::zones::{Near, NoZone, Zone, Zones};
use recurring::Recurring;
use runs::Runs;

pub use intervals::Intervals;

/// What windows are for: that decides which of two equal times on the clock is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// Inside is allowed.
    Allow,
    /// Inside is denied.
    Deny,
}

/// A time without a hole: `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Interval {
    /// The time that denies from one time on the clock to another: from the first start to the last end. `None` where it
    /// is empty.
    pub fn between(zone: &Zone, start: DateTime, end: DateTime) -> Option<Self> {
        let (start, end) = (zone.resolve(start)?.first, zone.resolve(end)?.last);
        (start < end).then_some(Self { start, end })
    }

    /// Whether an instant lies in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Its end; `None` where there is none in sight.
    pub fn ends(self) -> Option<Timestamp> {
        (self.end < Timestamp::MAX).then_some(self.end)
    }
}

/// Windows that come again, in one zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    zone: Zone,
    sense: Sense,
    windows: Vec<Recurring>,
    /// How many days before an instant a window may have started that holds it.
    reach: i32,
    /// The first and the last date on which a window starts, where there is one.
    first: Option<Date>,
    last: Option<Date>,
    /// Whether there is no time outside.
    always: bool,
    /// From which date on there is none but around the shifts of clocks.
    mostly: Option<Date>,
    /// The first run that was asked about, and from which instant on: most are asked about in the same one.
    asked: Arc<OnceLock<(Timestamp, Interval)>>,
}

impl Schedule {
    /// Compiles windows. `at` is where they are written, and `place` says where each of their parts is.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn compile(
        spec: &Windows,
        sense: Sense,
        zones: &Zones,
        place: &dyn Fn(&str, Option<usize>) -> Location,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let zone = zone(zones, &spec.timezone, place("timezone", None)).map_err(|wrong| diagnostics.push(wrong)).ok();
        if spec.windows.is_empty() {
            let wrong =
                Diagnostic::error("empty-list", place("windows", None), "`windows` is empty: it would never be open");
            diagnostics.push(wrong.help("add a window, such as `{ days: [mon], start: \"09:00\", end: \"17:00\" }`"));
        }
        let mut windows = Vec::with_capacity(spec.windows.len());
        if spec.windows.len() > limits::MAX_WINDOWS {
            let (number, most) = (spec.windows.len(), limits::MAX_WINDOWS);
            let message = format!("{number} windows are more than the limit of {most}");
            let wrong = Diagnostic::error("too-many-windows", place("windows", None), message);
            return Err(vec![wrong.help("join windows that follow each other, or remove those that are over")]);
        }
        for (at, window) in spec.windows.iter().enumerate() {
            match Recurring::new(window) {
                Ok(window) => windows.push(window),
                Err((message, help)) => {
                    diagnostics.push(Diagnostic::error("empty-window", place("windows", Some(at)), message).help(help));
                }
            }
        }
        match zone {
            Some(zone) if diagnostics.is_empty() => {
                let reach = windows.iter().map(Recurring::reach).max().unwrap_or(0);
                // A window without a date is there before all dates, and after them.
                let first = windows.iter().map(|window| window.from).min().flatten();
                let last = windows.iter().map(|window| window.until).collect::<Option<Vec<_>>>();
                let last = last.and_then(|dates| dates.into_iter().max());
                let (always, mostly) = (recurring::cover_all(&windows), recurring::cover_from(&windows));
                Ok(Self { zone, sense, windows, reach, first, last, always, mostly, asked: Arc::default() })
            }
            _ => Err(diagnostics),
        }
    }

    /// Its zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether its windows leave no time outside.
    pub const fn is_always(&self) -> bool {
        self.always
    }

    /// The runs of windows that end after an instant and start before another, in order.
    pub fn runs(&self, from: Timestamp, limit: Timestamp) -> impl Iterator<Item = Interval> {
        let always = self.always.then_some(Interval { start: Timestamp::MIN, end: Timestamp::MAX });
        let runs = (!self.always).then(|| Runs::new(self, from, limit));
        always.into_iter().chain(runs.into_iter().flatten())
    }

    /// The run of windows that holds an instant: windows that touch or overlap are one. It ends at the end of time where
    /// no end is in sight, and starts no later than the windows do that hold the instant.
    pub fn run(&self, at: Timestamp) -> Option<Interval> {
        let known = self.asked.get().filter(|(since, run)| *since <= at && at < run.end);
        if let Some((_, run)) = known {
            return Some(*run);
        }
        let past = at.checked_add(SignedDuration::from_nanos(1)).ok()?;
        let run = self.runs(at, past).next()?;
        self.asked.get_or_init(|| (at, run));
        Some(run)
    }

    /// When the run of windows that holds an instant ends; `None` where there is no end in sight.
    pub fn closes(&self, at: Timestamp) -> Option<Timestamp> {
        self.run(at).and_then(Interval::ends)
    }

    /// The first start of a run of windows after an instant, and before `limit`.
    pub fn next_start(&self, after: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        self.runs(after, limit).map(|run| run.start).find(|start| *start > after)
    }

    /// The first instant from `from` on that lies outside of all windows; `None` where there is no end in sight.
    pub fn outside_from(&self, from: Timestamp) -> Option<Timestamp> {
        self.run(from).map_or(Some(from), Interval::ends)
    }

    /// The first instant from `from` on, and before `limit`, that lies in a window and has `length` left in it.
    pub fn inside_from(&self, from: Timestamp, length: SignedDuration, limit: Timestamp) -> Option<Timestamp> {
        let fits = |run: Interval| {
            let at = run.start.max(from);
            let ends = run.ends().is_none_or(|end| at.checked_add(length).is_ok_and(|done| done <= end));
            ends.then_some(at)
        };
        self.runs(from, limit).find_map(fits).filter(|at| *at < limit)
    }

    /// How much of the time from one instant to another lies in windows.
    pub fn inside_between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let part = |run: Interval| run.end.min(to).duration_since(run.start.max(from));
        self.runs(from, to).map(part).fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    /// The first instant, and before `limit`, by which `length` of the time since `from` lay in windows.
    pub fn inside_for(&self, from: Timestamp, length: SignedDuration, limit: Timestamp) -> Option<Timestamp> {
        let mut left = length;
        for run in self.runs(from, limit) {
            let start = run.start.max(from);
            let part = run.end.duration_since(start);
            if part >= left {
                return start.checked_add(left).ok().filter(|at| *at < limit);
            }
            left = left.saturating_sub(part);
        }
        None
    }

    /// The next instant after `at` at which a run of windows begins or ends.
    pub fn next_change(&self, at: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        match self.run(at) {
            Some(run) => run.ends(),
            None => self.next_start(at, limit),
        }
    }

    /// Windows that clocks put forward leave empty, by the date of their start, from `from` until `limit`.
    pub fn emptied(&self, from: Timestamp, limit: Timestamp) -> Vec<Date> {
        let (mut date, last) = (self.zone.civil(from).date(), self.zone.civil(limit).date());
        let (mut near, mut dates) = (Near::new(&self.zone, from), Vec::new());
        while date <= last {
            let mut meant = self.windows.iter().filter(|window| window.starts_on(date));
            if meant.any(|window| window.occurrence(date, self.sense, &mut near).is_none()) {
                dates.push(date);
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        dates
    }
}

/// The zone of a name.
///
/// # Errors
///
/// If there is none.
pub fn zone(zones: &Zones, name: &str, at: Location) -> Result<Zone, Diagnostic> {
    zones.find(name).map_err(|why| match why {
        NoZone::NotLoaded => {
            let message = format!("the time zone `{name}` can't be looked up: no time-zone database was handed in");
            Diagnostic::error("zones-not-loaded", at, message).help("load the database first")
        }
        NoZone::Unknown(like) => {
            let message = format!("there is no time zone `{name}`");
            let like = like.map(|like| format!("did you mean {}?", suggest::quoted(&[like.as_str()])));
            let help = like.unwrap_or_else(|| "use an IANA name, such as `Europe/London` or `UTC`".to_owned());
            Diagnostic::error("unknown-timezone", at, message).help(help)
        }
    })
}

fn days(number: i32) -> jiff::Span {
    jiff::Span::new().days(number)
}

#[cfg(test)]
mod tests;
