//! Windows in the order of time, each date looked at once.

use jiff::civil::{Date, DateTime, Time};
use paritygate_model::{Timestamp, limits};

use super::{Interval, Schedule, days};
use crate::zones::Near;

/// The runs of windows that end after an instant, in order: windows that touch or overlap are one.
pub(super) struct Runs<'s> {
    schedule: &'s Schedule,
    near: Near<'s>,
    from: Timestamp,
    /// No run that starts here or later is wanted.
    limit: Timestamp,
    /// The next date to look at.
    date: Option<Date>,
    /// No window of that date or a later one starts before.
    frontier: Timestamp,
    /// Windows of the dates before, the last first.
    waiting: Vec<Interval>,
}

impl<'s> Runs<'s> {
    pub(super) fn new(schedule: &'s Schedule, from: Timestamp, limit: Timestamp) -> Self {
        let near = Near::new(&schedule.zone, from);
        let date = near.civil(from).date().checked_sub(days(schedule.reach)).ok();
        let date = date.max(schedule.first).filter(|_| date.is_some());
        let mut runs = Self { schedule, near, from, limit, date, frontier: Timestamp::MAX, waiting: Vec::new() };
        runs.advance();
        runs
    }

    /// Says from when on windows of the dates to come may start.
    fn advance(&mut self) {
        self.date = self.date.filter(|date| self.schedule.last.is_none_or(|last| *date <= last));
        let midnight = self.date.and_then(|date| self.near.resolve(date.to_datetime(Time::midnight())));
        // INVARIANT: a later time on the clock never stands for an earlier first instant.
        self.frontier = midnight.map_or(Timestamp::MAX, |midnight| midnight.first);
    }

    /// Looks at the next date, if windows that start until `until` may be there.
    fn look(&mut self, until: Timestamp) -> bool {
        let Some(date) = self.date.filter(|_| self.frontier <= until) else { return false };
        let before = self.waiting.len();
        for window in &self.schedule.windows {
            self.waiting.extend(window.occurrence(date, self.schedule.sense, &mut self.near));
        }
        if self.waiting.len() > before {
            self.waiting.sort_unstable_by(|a, b| b.cmp(a));
        }
        self.date = date.tomorrow().ok();
        self.advance();
        true
    }

    /// Passes over the dates that have no time outside, where all windows before were looked at and no clock was put forward
    /// or back meanwhile; until when that is.
    fn leap(&mut self) -> Timestamp {
        let reach = days(self.schedule.reach + 1);
        let (from, until) = self.near.span();
        let steady =
            |since: Date| since.checked_add(reach).is_ok_and(|since| self.date.is_some_and(|date| since <= date));
        if !self.schedule.mostly.is_some_and(steady) || !steady(from.date()) {
            return Timestamp::MIN;
        }
        if until == DateTime::MAX {
            return Timestamp::MAX;
        }
        // The windows that started before that day are looked at again: they may reach into it.
        let day = until.date().checked_sub(reach).ok();
        let date = day.and_then(|day| day.checked_sub(reach).ok());
        let covered = day.and_then(|day| self.near.resolve(day.to_datetime(Time::midnight())));
        let Some(covered) = covered.filter(|_| date > self.date) else { return Timestamp::MIN };
        self.date = date;
        self.advance();
        covered.first
    }
}

impl Iterator for Runs<'_> {
    type Item = Interval;

    fn next(&mut self) -> Option<Interval> {
        loop {
            let first = loop {
                let until = self.waiting.last().map_or(self.limit, |window| window.start);
                if !self.look(until) {
                    break self.waiting.pop().filter(|window| window.start < self.limit)?;
                }
            };
            let mut run = first;
            let ages = run.start.max(self.from).checked_add(limits::HORIZON).unwrap_or(Timestamp::MAX);
            loop {
                while run.end <= ages && self.look(run.end) {
                    run.end = run.end.max(self.leap());
                }
                if run.end > ages {
                    // Nothing comes after a run without an end.
                    (run.end, self.date, self.frontier) = (Timestamp::MAX, None, Timestamp::MAX);
                    self.waiting.clear();
                    break;
                }
                let Some(next) = self.waiting.pop_if(|window| window.start <= run.end) else { break };
                run.end = run.end.max(next.end);
            }
            if run.end > self.from {
                return Some(run);
            }
        }
    }
}
