//! One window that comes again, as it was compiled.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use paritygate_lang::schedule::{Day, Window};
use paritygate_model::limits;
use paritygate_model::promotion::DAY;

use super::{Interval, Sense, days};
use crate::zones::Near;

/// A window that starts on some days of the week.
#[derive(Clone, Debug)]
pub(super) struct Recurring {
    /// The days on which it starts, a bit each from Monday.
    days: u8,
    /// The start on the clock, in seconds since midnight.
    start: u32,
    end: End,
    /// The first and the last date on which it starts.
    pub(super) from: Option<Date>,
    pub(super) until: Option<Date>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// On the clock, in seconds since the midnight before the start: more than a day where it crosses the next one.
    Wall(u32),
    /// So much real time after the start.
    After(SignedDuration),
}

impl Recurring {
    /// Compiles a window, or says what is wrong with it and what to do.
    pub(super) fn new(window: &Window) -> Result<Self, (String, &'static str)> {
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
        Ok(Self { days, start, end, from, until })
    }

    /// How many days before an instant it may have started and still hold it.
    pub(super) fn reach(&self) -> i32 {
        match self.end {
            End::Wall(end) => i32::try_from(end / DAY).unwrap_or(1) + 1,
            End::After(length) => i32::try_from(length.as_secs() / i64::from(DAY)).unwrap_or(i32::MAX) + 2,
        }
    }

    /// Whether it is meant to start on a date.
    pub(super) fn starts_on(&self, date: Date) -> bool {
        self.days & (1 << Day::of(date) as u8) != 0
            && self.from.is_none_or(|from| date >= from)
            && self.until.is_none_or(|until| date <= until)
    }

    /// The time that it takes from the start on a date, if it starts on that date and is not empty.
    pub(super) fn occurrence(&self, date: Date, sense: Sense, near: &mut Near<'_>) -> Option<Interval> {
        if !self.starts_on(date) {
            return None;
        }
        let start = near.resolve(wall(date, self.start)?)?;
        let end = match self.end {
            End::Wall(end) => {
                let end = near.resolve(wall(date, end)?)?;
                if sense == Sense::Allow { end.first } else { end.last }
            }
            End::After(length) => {
                let start = if sense == Sense::Allow { start.first } else { start.last };
                start.checked_add(length).ok()?
            }
        };
        (start.first < end).then_some(Interval { start: start.first, end })
    }

    /// The parts of a week, in seconds from Monday, that it covers while no clock is put forward or back.
    fn parts(&self) -> impl Iterator<Item = (u32, u32)> {
        let end = match self.end {
            End::Wall(end) => end,
            End::After(length) => self.start.saturating_add(u32::try_from(length.as_secs()).unwrap_or(u32::MAX)),
        };
        let days = (0..7).filter(|day| self.days & (1 << day) != 0);
        days.map(move |day| (day * DAY + self.start, (day * DAY).saturating_add(end)))
    }
}

/// Whether windows cover every instant. What follows each other on the clock does so in real time too, whatever clocks are
/// put to: [`Zone::resolve`](crate::zones::Zone::resolve) never turns the order of two times round.
pub(super) fn cover_all(windows: &[Recurring]) -> bool {
    let lasting =
        |window: &&Recurring| matches!(window.end, End::Wall(_)) && window.from.is_none() && window.until.is_none();
    cover_weeks(windows.iter().filter(lasting))
}

/// The date from which on windows cover every instant, but for the days around the shifts of clocks.
pub(super) fn cover_from(windows: &[Recurring]) -> Option<Date> {
    let lasting = || windows.iter().filter(|window| window.until.is_none());
    let from = lasting().filter_map(|window| window.from).max().unwrap_or(Date::MIN);
    cover_weeks(lasting()).then_some(from)
}

fn cover_weeks<'w>(windows: impl Iterator<Item = &'w Recurring>) -> bool {
    const WEEK: u32 = 7 * DAY;
    let mut parts: Vec<(u32, u32)> = windows.flat_map(Recurring::parts).collect();
    // What begins on Sunday may go on on Monday.
    let over: Vec<(u32, u32)> = parts.iter().filter(|(_, end)| *end > WEEK).map(|(_, end)| (0, end - WEEK)).collect();
    parts.extend(over);
    parts.sort_unstable();
    let reached = |reached: u32, (start, end): (u32, u32)| if start <= reached { reached.max(end) } else { reached };
    parts.into_iter().fold(0, reached) >= WEEK
}

/// A wall-clock time so many seconds after a date's midnight.
fn wall(date: Date, seconds: u32) -> Option<DateTime> {
    let date = if seconds < DAY { date } else { date.checked_add(days(i32::try_from(seconds / DAY).ok()?)).ok()? };
    let seconds = seconds % DAY;
    let part = |number: u32| i8::try_from(number).ok();
    let time = jiff::civil::Time::new(part(seconds / 3_600)?, part(seconds / 60 % 60)?, part(seconds % 60)?, 0).ok()?;
    Some(date.to_datetime(time))
}
