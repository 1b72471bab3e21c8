//! When windows are open. Their ends are turned into instants first; wall clocks are never compared.
//!
//! A window belongs to the day on which it starts, and is half open: `[start, end)`. Where clocks are put forward, an end
//! that no clock shows is the first instant after the gap. Where they are put back, a window that allows runs from the
//! first start to the first end, and one that denies from the first start to the last end, so that it never flickers.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use paritygate_lang::schedule::{Day, Window, Windows};
use paritygate_model::promotion::DAY;
use paritygate_model::{Diagnostic, Location, Timestamp, limits, suggest};

use crate::zones::{NoZone, Zone, Zones};

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
    /// Whether an instant lies in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
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
}

#[derive(Clone, Debug)]
struct Recurring {
    /// The days on which it starts, a bit each from Monday.
    days: u8,
    /// The start on the clock, in seconds since midnight.
    start: u32,
    end: End,
    from: Option<Date>,
    until: Option<Date>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// On the clock, in seconds since the midnight before the start: more than a day where it crosses the next one.
    Wall(u32),
    /// So much real time after the start.
    After(SignedDuration),
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
        for (at, window) in spec.windows.iter().enumerate() {
            match recurring(window) {
                Ok(window) => windows.push(window),
                Err((message, help)) => {
                    diagnostics.push(Diagnostic::error("empty-window", place("windows", Some(at)), message).help(help));
                }
            }
        }
        match zone {
            Some(zone) if diagnostics.is_empty() => {
                let reach = windows.iter().map(Recurring::reach).max().unwrap_or(0);
                Ok(Self { zone, sense, windows, reach })
            }
            _ => Err(diagnostics),
        }
    }

    /// Its zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The window that started on a date, if one did and it is not empty.
    fn occurrence(&self, window: &Recurring, date: Date) -> Option<Interval> {
        let outside = window.from.is_some_and(|from| date < from) || window.until.is_some_and(|until| date > until);
        if outside || window.days & (1 << Day::of(date) as u8) == 0 {
            return None;
        }
        let start = self.zone.resolve(wall(date, window.start)?)?;
        let end = match window.end {
            End::Wall(end) => {
                let end = self.zone.resolve(wall(date, end)?)?;
                if self.sense == Sense::Allow { end.first } else { end.last }
            }
            End::After(length) => {
                let start = if self.sense == Sense::Allow { start.first } else { start.last };
                start.checked_add(length).ok()?
            }
        };
        (start.first < end).then_some(Interval { start: start.first, end })
    }

    fn occurrences(&self, date: Date) -> impl Iterator<Item = Interval> {
        self.windows.iter().filter_map(move |window| self.occurrence(window, date))
    }

    /// The run of windows that holds an instant: windows that touch or overlap are one.
    pub fn run(&self, at: Timestamp) -> Option<Interval> {
        let mut run = self.holding(at)?;
        for _ in 0..limits::MAX_WINDOW_RUN {
            let Some(next) = self.holding(run.end) else { break };
            run.end = next.end;
        }
        Some(run)
    }

    /// When the run of windows that holds an instant ends; `None` where there is no end in sight.
    pub fn closes(&self, at: Timestamp) -> Option<Timestamp> {
        let end = self.run(at)?.end;
        self.holding(end).is_none().then_some(end)
    }

    /// The window that holds an instant and ends last; its start is that of the one that started first.
    fn holding(&self, at: Timestamp) -> Option<Interval> {
        let today = self.zone.civil(at).date();
        let mut found: Option<Interval> = None;
        let mut date = today.checked_sub(days(self.reach)).ok()?;
        // One day more: where a calendar day was skipped, a window may start before its date is on the clock.
        let last = today.checked_add(days(1)).ok()?;
        while date <= last {
            for interval in self.occurrences(date).filter(|interval| interval.holds(at)) {
                found = Some(match found {
                    None => interval,
                    Some(known) => {
                        Interval { start: known.start.min(interval.start), end: known.end.max(interval.end) }
                    }
                });
            }
            date = date.tomorrow().ok()?;
        }
        found
    }

    /// The first start of a window after an instant, and before `limit`.
    pub fn next_start(&self, after: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        let mut date = self.zone.civil(after).date().yesterday().ok()?;
        let last = self.zone.civil(limit).date();
        // Windows of later days may start earlier only by what clocks are put back: a day's worth at most.
        let mut found: Option<(Timestamp, u8)> = None;
        while date <= last {
            let start = self.occurrences(date).map(|interval| interval.start).filter(|start| *start > after).min();
            found = match (found, start) {
                (Some((known, seen)), Some(start)) => Some((known.min(start), seen + 1)),
                (Some((known, seen)), None) => Some((known, seen + 1)),
                (None, Some(start)) => Some((start, 0)),
                (None, None) => None,
            };
            if let Some((start, 2)) = found {
                return (start < limit).then_some(start);
            }
            date = date.tomorrow().ok()?;
        }
        found.map(|(start, _)| start).filter(|start| *start < limit)
    }

    /// The first instant from `from` on that lies outside of all windows.
    pub fn outside_from(&self, from: Timestamp) -> Timestamp {
        self.run(from).map_or(from, |run| run.end)
    }

    /// The first instant from `from` on that lies in a window and has `length` left in it.
    pub fn inside_from(&self, from: Timestamp, length: SignedDuration, limit: Timestamp) -> Option<Timestamp> {
        let mut at = from;
        while at < limit {
            match self.run(at) {
                Some(run) if at.checked_add(length).is_ok_and(|end| end <= run.end) => return Some(at),
                Some(run) => {
                    at = if self.holding(run.end).is_some() { run.end } else { self.next_start(run.end, limit)? }
                }
                None => at = self.next_start(at, limit)?,
            }
        }
        None
    }

    /// The next instant after `at` at which a window begins or ends.
    pub fn next_change(&self, at: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        match self.run(at) {
            Some(run) => Some(run.end),
            None => self.next_start(at, limit),
        }
    }

    /// Windows that clocks put forward leave empty, by the date of their start, from `from` until `limit`.
    pub fn emptied(&self, from: Timestamp, limit: Timestamp) -> Vec<Date> {
        let (mut date, last) = (self.zone.civil(from).date(), self.zone.civil(limit).date());
        let mut dates = Vec::new();
        while date <= last {
            let meant = |window: &&Recurring| {
                window.days & (1 << Day::of(date) as u8) != 0
                    && window.from.is_none_or(|from| date >= from)
                    && window.until.is_none_or(|until| date <= until)
            };
            if self.windows.iter().filter(meant).any(|window| self.occurrence(window, date).is_none()) {
                dates.push(date);
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        dates
    }
}

impl Recurring {
    fn reach(&self) -> i32 {
        match self.end {
            End::Wall(end) => i32::try_from(end / DAY).unwrap_or(1) + 1,
            End::After(length) => i32::try_from(length.as_secs() / i64::from(DAY)).unwrap_or(i32::MAX) + 2,
        }
    }
}

fn recurring(window: &Window) -> Result<Recurring, (String, &'static str)> {
    let wrong = |message: String, help: &'static str| Err((message, help));
    let days = match &window.days {
        None => 0x7f,
        Some(days) => days.iter().fold(0, |days, day| days | (1 << *day as u8)),
    };
    if days == 0 {
        return wrong(
            "`days` is empty: this window would never open".into(),
            "name days, such as `[mon, tue]`, or remove the field for every day",
        );
    }
    let start = window.start.seconds;
    if start == DAY {
        return wrong(
            "a day ends at 24:00, and no window starts there".into(),
            "write `start: \"00:00\"` on the next day",
        );
    }
    let end = match (window.end, window.duration) {
        (Some(_), Some(_)) => {
            return wrong(
                "a window has `end` or `duration`, not both".into(),
                "`end` is a time on the clock, `duration` is real time",
            );
        }
        (None, None) => {
            return wrong("this window has no end".into(), "give it an `end` on the clock, or a `duration`");
        }
        (Some(end), None) if end.seconds == start => {
            return wrong(
                format!("this window ends when it starts, at {end}: it is empty"),
                "for a whole day write `start: \"00:00\"` and `end: \"24:00\"`",
            );
        }
        (Some(end), None) => End::Wall(if end.seconds > start { end.seconds } else { end.seconds + DAY }),
        (None, Some(length)) if length.0.is_zero() => {
            return wrong("this window lasts no time: it is empty".into(), "give it a duration such as `PT8H`");
        }
        (None, Some(length)) if length.0 > limits::MAX_WINDOW => {
            return wrong(
                format!("a window lasts at most 7 days, and this one {length}"),
                "use a freeze with a start and an end instead",
            );
        }
        (None, Some(length)) => End::After(length.0),
    };
    let (from, until) = (window.from.map(|date| date.0), window.until.map(|date| date.0));
    if let (Some(from), Some(until)) = (from, until)
        && from > until
    {
        return wrong(
            format!("this window is over on {until}, before it begins on {from}"),
            "exchange `from` and `until`",
        );
    }
    Ok(Recurring { days, start, end, from, until })
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

/// A wall-clock time so many seconds after a date's midnight.
fn wall(date: Date, seconds: u32) -> Option<DateTime> {
    let date = date.checked_add(days(i32::try_from(seconds / DAY).ok()?)).ok()?;
    let seconds = seconds % DAY;
    let part = |number: u32| i8::try_from(number).ok();
    let time = jiff::civil::Time::new(part(seconds / 3_600)?, part(seconds / 60 % 60)?, part(seconds % 60)?, 0).ok()?;
    Some(date.to_datetime(time))
}

fn days(number: i32) -> jiff::Span {
    jiff::Span::new().days(number)
}

/// Times that come once, in order and apart from each other.
#[derive(Clone, Debug, Default)]
pub struct Intervals(Vec<Interval>);

impl Intervals {
    /// Puts times in order, and joins those that touch.
    pub fn of(mut intervals: Vec<Interval>) -> Self {
        intervals.retain(|interval| interval.start < interval.end);
        intervals.sort();
        let mut joined: Vec<Interval> = Vec::with_capacity(intervals.len());
        for interval in intervals {
            match joined.last_mut() {
                Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
                _ => joined.push(interval),
            }
        }
        Self(joined)
    }

    /// The time that holds an instant.
    pub fn run(&self, at: Timestamp) -> Option<Interval> {
        // INVARIANT: sorted, and apart.
        let next = self.0.partition_point(|interval| interval.end <= at);
        self.0.get(next).copied().filter(|interval| interval.holds(at))
    }

    /// The first start after an instant.
    pub fn next_start(&self, after: Timestamp) -> Option<Timestamp> {
        self.0.get(self.0.partition_point(|interval| interval.start <= after)).map(|interval| interval.start)
    }

    /// The next instant after `at` at which a time begins or ends.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        self.run(at).map(|run| run.end).or_else(|| self.next_start(at))
    }
}
