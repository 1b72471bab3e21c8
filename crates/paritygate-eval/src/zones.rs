//! Time zones: one database, the same on every host, handed in.

use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use paritygate_model::decision::{Local, Moment};
use paritygate_model::suggest;
use paritygate_model::{SortedMap, Timestamp};

/// What the first line of a database file begins with, before the version of the data.
const MAGIC: &str = "paritygate-tzdb 1 ";

/// A time-zone database.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    version: Option<Arc<str>>,
    data: Data,
}

#[derive(Clone, Debug, Default)]
enum Data {
    /// Nothing was handed in: only UTC is known.
    #[default]
    None,
    /// Bytes that the program carries.
    Static(Arc<SortedMap<&'static str, &'static [u8]>>),
    /// A file that was handed in, and where each zone's bytes lie in it.
    File(Arc<[u8]>, Arc<SortedMap<String, (usize, usize)>>),
}

/// Why there is no such zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoZone {
    /// No database was handed in.
    NotLoaded,
    /// The database has no zone of that name; perhaps one like it.
    Unknown(Option<String>),
}

impl Zones {
    /// The zones that a program carries: names and TZif data.
    pub fn carried(version: &str, zones: impl IntoIterator<Item = (&'static str, &'static [u8])>) -> Self {
        Self { version: Some(version.into()), data: Data::Static(Arc::new(zones.into_iter().collect())) }
    }

    /// The zones of a database file: its head, a line per zone (`Europe/London 1599`, with the length of its TZif data),
    /// an empty line, and the data of all zones in their order.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        let wrong = |why: &str| format!("this is no time-zone database of paritygate: {why}");
        let end = file.windows(2).position(|pair| pair == b"\n\n").ok_or_else(|| wrong("its head does not end"))?;
        let head = file.get(..end).unwrap_or_default();
        let head = std::str::from_utf8(head).map_err(|_| wrong("its head is no text"))?;
        let mut lines = head.lines();
        let version =
            lines.next().and_then(|line| line.strip_prefix(MAGIC)).ok_or_else(|| wrong("it begins otherwise"))?;
        let (mut at, mut zones) = (end + 2, SortedMap::new());
        for line in lines {
            let zone = line.split_once(' ').and_then(|(name, length)| Some((name, length.parse::<usize>().ok()?)));
            let (name, length) = zone.ok_or_else(|| wrong("a line of its head can't be read"))?;
            let next =
                at.checked_add(length).filter(|next| *next <= file.len()).ok_or_else(|| wrong("it is cut off"))?;
            zones.insert(name.to_owned(), (at, next));
            at = next;
        }
        Ok(Self { version: Some(version.into()), data: Data::File(file.into(), Arc::new(zones)) })
    }

    /// The database as a file.
    pub fn write(version: &str, zones: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = format!("{MAGIC}{version}\n").into_bytes();
        for (name, data) in zones {
            file.extend(format!("{name} {}\n", data.len()).bytes());
        }
        file.push(b'\n');
        for (_, data) in zones {
            file.extend_from_slice(data);
        }
        file
    }

    /// The version of the data: `2026a`.
    pub fn version(&self) -> Option<&Arc<str>> {
        self.version.as_ref()
    }

    /// Whether a database was handed in.
    pub fn is_loaded(&self) -> bool {
        !matches!(self.data, Data::None)
    }

    /// The names of all zones.
    pub fn names(&self) -> Vec<&str> {
        match &self.data {
            Data::None => vec!["UTC"],
            Data::Static(zones) => zones.keys().copied().collect(),
            Data::File(_, zones) => zones.keys().map(String::as_str).collect(),
        }
    }

    /// The zone of an IANA name, as it is written in the database.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn find(&self, name: &str) -> Result<Zone, NoZone> {
        let utc = Zone::new(name, TimeZone::UTC);
        if utc.is_utc() {
            return Ok(utc);
        }
        let bytes = match &self.data {
            Data::None => return Err(NoZone::NotLoaded),
            Data::Static(zones) => zones.get(name).copied(),
            Data::File(file, zones) => zones.get(name).and_then(|(start, end)| file.get(*start..*end)),
        };
        let tz = bytes.and_then(|bytes| TimeZone::tzif(name, bytes).ok());
        tz.map(|tz| Zone::new(name, tz)).ok_or_else(|| NoZone::Unknown(self.like(name)))
    }

    fn like(&self, name: &str) -> Option<String> {
        let names = self.names();
        let same = names.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|known| (*known).to_owned());
        let city = || {
            let tail = |known: &&&str| known.rsplit('/').next().is_some_and(|tail| tail.eq_ignore_ascii_case(name));
            names.iter().find(tail).map(|known| (*known).to_owned())
        };
        // Abbreviations are near each other by chance: `BST` is not `EST`.
        let near = || suggest::nearest(name, names.iter().copied().filter(|known| known.len() > 4));
        same.or_else(city).or_else(|| near().map(str::to_owned))
    }
}

/// How many entries of a zone are looked through for a shift of its clocks: some only change its abbreviation.
const LOOKED_THROUGH: usize = 16;

/// How far back from an instant times on the clock are resolved by an addition: as long as windows may have started.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(11 * 24);
/// No clock is farther from UTC.
const FARTHEST: SignedDuration = SignedDuration::from_hours(26);
/// No clock was ever put forward or back by more.
const LONGEST_SHIFT: SignedDuration = SignedDuration::from_hours(25);

/// One time zone.
#[derive(Clone, Debug)]
pub struct Zone {
    name: Arc<str>,
    tz: TimeZone,
    /// The first span that was asked about: the next question is about the same year most of the time.
    asked: Arc<OnceLock<Steady>>,
}

/// A span of time in which the clocks are neither put forward nor back, or a part of one.
#[derive(Clone, Copy, Debug)]
struct Steady {
    since: Timestamp,
    /// The next shift; the end of time where there is none in sight.
    ends: Timestamp,
    offset: Offset,
    /// The times that the clocks show once, and at that offset: from the one to before the other.
    from: DateTime,
    until: DateTime,
}

/// The instants that a time on the wall clock stands for: one, none (then both are the first after the gap) or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The first of them.
    pub first: Timestamp,
    /// The last of them.
    pub last: Timestamp,
    /// Whether no clock showed that time.
    pub is_gap: bool,
}

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Self::new("UTC", TimeZone::UTC)
    }

    fn new(name: &str, tz: TimeZone) -> Self {
        Self { name: name.into(), tz, asked: Arc::default() }
    }

    /// Whether it is UTC, which needs no database.
    pub fn is_utc(&self) -> bool {
        matches!(&*self.name, "UTC" | "Etc/UTC")
    }

    /// Its IANA name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What the clocks show at an instant.
    pub fn civil(&self, at: Timestamp) -> DateTime {
        self.tz.to_datetime(at)
    }

    /// When the clocks show a time; `None` beyond the years that can be told.
    ///
    /// The spans between shifts are looked at one by one. jiff 0.2.46 must not be asked for an ambiguous time: from the last
    /// shift of a zone's table on it goes by the zone's rule alone, and so has America/Godthab repeat an hour in 2023.
    pub fn resolve(&self, time: DateTime) -> Option<Resolved> {
        let utc = Offset::UTC.to_timestamp(time).ok()?;
        let (back, ahead) = (utc.checked_sub(FARTHEST).ok()?, utc.checked_add(FARTHEST).ok()?);
        let mut shifts = self.tz.following(back).take(LOOKED_THROUGH);
        let (mut offset, mut start) = (self.tz.to_offset(back), Timestamp::MIN);
        let (mut shown, mut skipped): (Option<(Timestamp, Timestamp)>, Option<Timestamp>) = (None, None);
        loop {
            let shift = shifts.next();
            let end = shift.as_ref().map_or(Timestamp::MAX, |shift| shift.timestamp());
            let at = offset.to_timestamp(time).ok()?;
            if start <= at && at < end {
                shown = Some((shown.map_or(at, |(first, _)| first), at));
            } else if at < start {
                skipped = skipped.or(Some(start));
            }
            match shift.filter(|_| end <= ahead) {
                Some(shift) => (offset, start) = (shift.offset(), end),
                None => break,
            }
        }
        let gap = || skipped.map(|at| Resolved { first: at, last: at, is_gap: true });
        shown.map(|(first, last)| Resolved { first, last, is_gap: false }).or_else(gap)
    }

    /// The next instant after `at` at which the clocks are put forward or back.
    pub fn next_shift(&self, at: Timestamp) -> Option<Timestamp> {
        let here = self.tz.to_offset(at);
        let mut shifts = self.tz.following(at).take(LOOKED_THROUGH);
        shifts.find(|shift| shift.offset() != here).map(|shift| shift.timestamp())
    }

    /// An instant as people of the zone say it: `Mon 2026-08-24 09:00+01:00`.
    pub fn say(&self, at: Timestamp) -> String {
        let (civil, offset) = (self.civil(at), self.tz.to_offset(at));
        let day = paritygate_lang::schedule::Day::of(civil.date()).word();
        let seconds = if civil.second() == 0 { String::new() } else { format!(":{:02}", civil.second()) };
        format!("{day} {} {:02}:{:02}{seconds}{}", civil.date(), civil.hour(), civil.minute(), shown(offset))
    }

    /// An instant on its clocks, as data.
    pub fn local(&self, at: Timestamp) -> Local {
        let (civil, offset) = (self.civil(at), self.tz.to_offset(at));
        let (date, time) = (civil.date(), civil.time());
        let time = format!("{date}T{:02}:{:02}:{:02}{}", time.hour(), time.minute(), time.second(), shown(offset));
        Local { zone: self.name.to_string(), time }
    }

    /// An instant, and the same on its clocks.
    pub fn moment(&self, at: Timestamp) -> Moment {
        Moment { at, local: Some(self.local(at)) }
    }
}

impl Steady {
    /// The span that holds an instant, seen from there back as far as windows may have started.
    fn around(tz: &TimeZone, at: Timestamp) -> Self {
        let offset = tz.to_offset(at);
        // Nor is jiff 0.2.46 asked for the shift before: it tells of some that never were (America/Ciudad_Juarez on
        // 2022-11-06), for the same reason.
        let back = at.checked_sub(LOOKED_BACK).unwrap_or(Timestamp::MIN);
        let (mut before, mut from) =
            (tz.to_offset(back), back.checked_add(LONGEST_SHIFT).map(|at| tz.to_datetime(at)).ok());
        let (mut ends, mut until) = (Timestamp::MAX, DateTime::MAX);
        for shift in tz.following(back).take(LOOKED_THROUGH) {
            let (instant, after) = (shift.timestamp(), shift.offset());
            if instant > at {
                (ends, until) = (instant, before.min(after).to_datetime(instant));
                break;
            }
            from = Some(before.max(after).to_datetime(instant));
            before = after;
        }
        Self { since: at, ends, offset, from: from.unwrap_or(DateTime::MAX), until }
    }
}

/// Resolves times on the clocks of a zone that lie near each other: between two shifts of its clocks that is an addition,
/// and the database is asked once.
#[derive(Clone, Debug)]
pub(crate) struct Near<'z> {
    zone: &'z Zone,
    steady: Steady,
}

impl<'z> Near<'z> {
    /// Resolves times around an instant.
    pub(crate) fn new(zone: &'z Zone, at: Timestamp) -> Self {
        let holds = |steady: &Steady| steady.since <= at && at < steady.ends;
        let steady = *zone.asked.get_or_init(|| Steady::around(&zone.tz, at));
        Self { zone, steady: if holds(&steady) { steady } else { Steady::around(&zone.tz, at) } }
    }

    /// What the clocks show at the instant around which times are resolved.
    pub(crate) fn civil(&self, at: Timestamp) -> DateTime {
        self.steady.offset.to_datetime(at)
    }

    /// The times that the clocks show once, and at one offset: from the one to before the other.
    pub(crate) const fn span(&self) -> (DateTime, DateTime) {
        (self.steady.from, self.steady.until)
    }

    /// When the clocks show a time, as [`Zone::resolve`] says it.
    pub(crate) fn resolve(&mut self, time: DateTime) -> Option<Resolved> {
        if self.steady.from <= time && time < self.steady.until {
            let at = self.steady.offset.to_timestamp(time).ok()?;
            return Some(Resolved { first: at, last: at, is_gap: false });
        }
        let resolved = self.zone.resolve(time)?;
        if !resolved.is_gap && resolved.first == resolved.last {
            *self = Self::new(self.zone, resolved.first);
        }
        Some(resolved)
    }
}

/// `+01:00`, or `Z`.
fn shown(offset: jiff::tz::Offset) -> String {
    let seconds = offset.seconds();
    if seconds == 0 {
        return "Z".to_owned();
    }
    let (sign, left) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let rest = if left % 60 == 0 { String::new() } else { format!(":{:02}", left % 60) };
    format!("{sign}{:02}:{:02}{rest}", left / 3_600, left / 60 % 60)
}

#[cfg(test)]
mod tests;
