//! Instants and durations as requests and policies write them.

use std::fmt;

use jiff::{SignedDuration, Span, civil};

use crate::Timestamp;
use crate::read::{Read, Reader};

/// An instant, written in RFC 3339 with a zone: `2026-08-21T15:04:05Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

/// A length of real time, written as an ISO 8601 duration: `PT20M`, `P1D`, which is 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elapsed(pub SignedDuration);

/// A date and time on a wall clock, without a zone: `2026-11-26T00:00`, or a date, which is its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilInstant(pub civil::DateTime);

/// A time of day, `09:00` or `09:00:30`; `24:00` ends a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    /// Seconds since midnight.
    pub seconds: u32,
}

/// The seconds of a day on the clock.
pub const DAY: u32 = 86_400;

impl ClockTime {
    /// The time of a text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut part = |max: u32| {
            let digits = parts.next()?;
            let two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|number| two && *number <= max)
        };
        let (hours, minutes) = (part(24)?, part(59)?);
        let seconds = if text.len() > 5 { part(59)? } else { 0 };
        let seconds = hours * 3_600 + minutes * 60 + seconds;
        (parts.next().is_none() && seconds <= DAY).then_some(Self { seconds })
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.seconds / 3_600, self.seconds / 60 % 60, self.seconds % 60);
        write!(f, "{hours:02}:{minutes:02}")?;
        if seconds > 0 { write!(f, ":{seconds:02}") } else { Ok(()) }
    }
}

/// A date, `2026-12-24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilDate(pub civil::Date);

impl Elapsed {
    /// The duration of a text. Months and years have no length of their own; a day has 24 hours.
    pub fn parse(text: &str) -> Option<Self> {
        let span: Span = text.parse().ok()?;
        if span.get_years() != 0 || span.get_months() != 0 || span.is_negative() {
            return None;
        }
        let days = i64::from(span.get_weeks()).checked_mul(7)?.checked_add(i64::from(span.get_days()))?;
        let rest = span.weeks(0).days(0);
        let rest = SignedDuration::try_from(rest).ok()?;
        SignedDuration::from_secs(days.checked_mul(86_400)?).checked_add(rest).map(Self)
    }

    /// As people say one that is longer than another: where both read alike, that it is.
    pub fn beyond(self, most: Self) -> String {
        let (own, most) = (self.to_string(), most.to_string());
        if own == most { format!("more than {own}") } else { own }
    }
}

/// As people say it: `4 h`, `42 min`, `3 d 2 h`. At most two units, the rest is cut.
impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs().unsigned_abs();
        let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
        let Some(first) = units.iter().position(|(length, _)| seconds >= *length) else { return f.write_str("0 s") };
        let mut left = seconds;
        for (at, (length, word)) in units.iter().skip(first).take(2).enumerate() {
            let number = left / length;
            left %= length;
            if number > 0 {
                write!(f, "{}{number} {word}", if at > 0 { " " } else { "" })?;
            }
        }
        Ok(())
    }
}

macro_rules! read_text {
    ($type:ident, $expecting:literal, $parse:expr, $stand_in:expr) => {
        impl Read for $type {
            fn read(reader: &Reader<'_>) -> Self {
                reader.parsed($expecting, $parse).unwrap_or($stand_in)
            }
        }
    };
}

read_text!(ClockTime, "a time of day such as 09:00, in quotes", ClockTime::parse, Self::default());
read_text!(
    CivilDate,
    "a date such as 2026-12-24",
    |text| (text.len() == 10).then(|| text.parse().ok().map(CivilDate)).flatten(),
    Self(civil::Date::ZERO)
);
read_text!(
    Instant,
    "an instant with a zone, such as 2026-08-21T15:04:05Z",
    |text| text.parse().ok().map(Instant),
    Self(Timestamp::UNIX_EPOCH)
);
read_text!(
    Elapsed,
    "a duration such as PT20M, PT4H or P1D; months and years have no length",
    Elapsed::parse,
    Self::default()
);
read_text!(
    CivilInstant,
    "a date and time without a zone, such as 2026-11-26T09:00",
    |text| {
        let date = || text.parse::<civil::Date>().ok().map(|date| date.to_datetime(civil::Time::midnight()));
        let is_zoned = text.ends_with(['Z', 'z'])
            || text.contains('[')
            || text.get(10..).is_some_and(|rest| rest.contains(['+', '-']));
        if is_zoned {
            return None;
        }
        text.parse().ok().or_else(date).map(CivilInstant)
    },
    Self(civil::DateTime::ZERO)
);

#[cfg(feature = "schema")]
mod schema {
    use super::{CivilDate, CivilInstant, ClockTime, Elapsed, Instant};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    macro_rules! text_schema {
        ($type:ident, $schema:tt) => {
            impl JsonSchema for $type {
                fn inline_schema() -> bool {
                    true
                }
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($type).into()
                }
                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        };
    }
    text_schema!(Instant, { "type": "string", "format": "date-time" });
    text_schema!(Elapsed, { "type": "string", "format": "duration" });
    text_schema!(ClockTime, { "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$" });
    text_schema!(CivilDate, { "type": "string", "format": "date" });
    text_schema!(CivilInstant, { "type": "string" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_elapsed_time() {
        for (text, seconds) in
            [("PT20M", 1_200), ("P1D", 86_400), ("P2W", 1_209_600), ("P1DT2H", 93_600), ("4h", 14_400)]
        {
            assert_eq!(Elapsed::parse(text).map(|elapsed| elapsed.0.as_secs()), Some(seconds), "{text}");
        }
        for text in ["P1M", "P1Y", "-PT1H", "soon", ""] {
            assert_eq!(Elapsed::parse(text), None, "{text}");
        }
    }

    #[test]
    fn durations_read_as_people_say_them() {
        for (seconds, shown) in
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_661, "1 h 1 min"), (7_200, "2 h"), (93_600, "1 d 2 h")]
        {
            assert_eq!(Elapsed(SignedDuration::from_secs(seconds)).to_string(), shown);
        }
    }

    #[test]
    fn times_of_day() {
        for (text, seconds) in
            [("00:00", Some(0)), ("09:30", Some(34_200)), ("23:59:59", Some(86_399)), ("24:00", Some(DAY))]
        {
            assert_eq!(ClockTime::parse(text).map(|time| time.seconds), seconds, "{text}");
        }
        for text in ["24:01", "9:00", "09", "09:60", "09:00:60", "09:00:00:00", "-1:00", "+1:00", "09:0x", ""] {
            assert_eq!(ClockTime::parse(text), None, "{text}");
        }
    }
}
