//! Times of the week, as policies and manifests write them. When they are is told by a zone, elsewhere.

use paritygate_model::promotion::{CivilDate, ClockTime, Elapsed};
use paritygate_model::read::Read;

/// Windows on the clocks of one zone.
#[derive(Clone, Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Windows {
    /// The IANA time zone, such as `Europe/London`.
    pub timezone: String,
    /// The windows; a moment is inside if any of them holds it.
    pub windows: Vec<Window>,
}

/// A window: a time of day on some days of the week. It belongs to the day on which it starts, and may cross midnight.
#[derive(Clone, Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// The days on which it starts: `mon` to `sun`; every day where it is absent.
    pub days: Option<Vec<Day>>,
    /// When it starts on the clock: `09:00`.
    pub start: ClockTime,
    /// When it ends on the clock, on the next day where that is before its start: `17:00`; `24:00` is midnight. Give
    /// this or `duration`.
    pub end: Option<ClockTime>,
    /// How long it lasts in real time: `PT8H`. Give this or `end`.
    pub duration: Option<Elapsed>,
    /// The first date on which it starts.
    pub from: Option<CivilDate>,
    /// The last date on which it starts.
    pub until: Option<CivilDate>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    /// The days, from Monday.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The day on which a date falls.
    pub fn of(date: jiff::civil::Date) -> Self {
        let at = date.weekday().to_monday_zero_offset();
        Self::ALL.get(usize::from(at.unsigned_abs())).copied().unwrap_or(Self::Mon)
    }

    /// Its short English name: `Mon`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mon => "Mon",
            Self::Tue => "Tue",
            Self::Wed => "Wed",
            Self::Thu => "Thu",
            Self::Fri => "Fri",
            Self::Sat => "Sat",
            Self::Sun => "Sun",
        }
    }
}
