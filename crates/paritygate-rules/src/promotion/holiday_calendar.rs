//! `holiday-calendar`: nothing is deployed on holidays.

use jiff::civil::{Date, Time};
use paritygate_eval::kind::Params;
use paritygate_eval::schedule::{Interval, Intervals, zone};
use paritygate_eval::zones::Zone;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::CivilDate;
use paritygate_model::read::{Read, Reader};
use paritygate_model::{Diagnostic, Timestamp, Value};

/// The parameters of `holiday-calendar`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HolidayCalendar {
    /// The IANA time zone on whose clocks the days are, such as `Europe/London`.
    pub timezone: String,
    /// The holidays, in any order: `2026-12-25`, or `{ date: 2026-12-25, name: Christmas Day }`.
    pub dates: Vec<Holiday>,
    /// Whether nothing is deployed on the day before a holiday either.
    #[serde(default)]
    pub eve: bool,
}

/// A holiday: its date, and what people call it.
#[derive(Debug)]
pub struct Holiday {
    date: Date,
    name: Option<String>,
}

/// A holiday with its name.
#[derive(Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NamedHoliday {
    /// The date: `2026-12-25`.
    date: CivilDate,
    /// What people call it: `Christmas Day`.
    name: Option<String>,
}

impl Read for Holiday {
    fn read(reader: &Reader<'_>) -> Self {
        match reader.value() {
            Value::String(_) => Self { date: CivilDate::read(reader).0, name: None },
            Value::Map => {
                let NamedHoliday { date, name } = NamedHoliday::read(reader);
                Self { date: date.0, name }
            }
            _ => {
                reader.unexpected("a date such as 2026-12-25, or a map with `date` and `name`");
                Self { date: Date::ZERO, name: None }
            }
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Holiday {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Holiday".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (date, named) = (generator.subschema_for::<CivilDate>(), generator.subschema_for::<NamedHoliday>());
        schemars::json_schema!({ "anyOf": [date, named] })
    }
}

impl GateKind for HolidayCalendar {
    const NAME: &'static str = "holiday-calendar";
    const SUMMARY: &'static str = "nothing is deployed on holidays";
    const MANUAL: &'static str = r#"
Fails on the listed dates, from midnight to midnight on the clocks of `timezone`, and with `eve` on the day before each as
well. In the years after that of the last date it warns: keep it up to date.

```example
params: { timezone: Europe/London, dates: [{ date: 2026-12-25, name: Christmas Day }, 2026-12-28] }
now: 2026-12-25T10:00:00Z
expect: fail
message: "Fri 2026-12-25 is a holiday, `Christmas Day`; it is over Sat 2026-12-26 00:00Z"
next: 2026-12-26T00:00:00Z
```

```example
params: { timezone: Europe/London, dates: [{ date: 2026-12-25, name: Christmas Day }, 2026-12-26], eve: true }
now: 2026-12-24T10:00:00Z
expect: fail
message: "Thu 2026-12-24 is the day before a holiday, `Christmas Day`; they are over Sun 2026-12-27 00:00Z"
next: 2026-12-27T00:00:00Z
```

```example
params: { timezone: Europe/Berlin, dates: [2026-12-25] }
now: 2026-12-24T22:59:59Z
expect: pass
message: "Thu 2026-12-24 is no holiday"
next: 2026-12-24T22:59:59Z
```

```example
params: { timezone: Europe/Berlin, dates: [] }
expect: rejected
message: "`dates` is empty: no day would be a holiday"
```
"#;

    fn compile(self, params: &Params<'_>, context: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let zone = zone(context.zones, &self.timezone, params.at("timezone")).map_err(|wrong| vec![wrong])?;
        if self.dates.is_empty() {
            let wrong = params.wrong("dates", "`dates` is empty: no day would be a holiday");
            return Err(vec![wrong.help("name dates, such as `2026-12-25`, or remove the gate")]);
        }
        let mut days = self.dates;
        days.sort_by_key(|day| day.date);
        let first = |day: &Holiday| if self.eve { day.date.yesterday().unwrap_or(day.date) } else { day.date };
        let time = |day: &Holiday| {
            let midnight = |date: Date| date.to_datetime(Time::midnight());
            Interval::between(&zone, midnight(first(day)), midnight(day.date.tomorrow().ok()?))
        };
        let times = Intervals::of(days.iter().filter_map(time).collect());
        Ok(Box::new(Check { days, times, eve: self.eve, zone }))
    }
}

struct Check {
    /// In the order of their dates.
    days: Vec<Holiday>,
    times: Intervals,
    eve: bool,
    zone: Zone,
}

impl Check {
    fn on(&self, date: Date) -> Option<&Holiday> {
        // INVARIANT: sorted by date.
        let at = self.days.partition_point(|day| day.date < date);
        self.days.get(at).filter(|day| day.date == date)
    }

    /// The last instant at which a day begins.
    fn start_of(&self, date: Date) -> Timestamp {
        let midnight = self.zone.resolve(date.to_datetime(Time::midnight()));
        midnight.map_or(Timestamp::MIN, |midnight| midnight.last)
    }
}

impl GateCheck for Check {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (zone, at) = (&self.zone, scope.at);
        let date = zone.civil(at).date();
        let today = format!("{} {date}", paritygate_lang::schedule::Day::of(date).word());
        let Some(run) = self.times.run(at) else {
            let next = self.times.next_start(at);
            let last = self.days.last().map_or(i16::MAX, |day| day.date.year());
            let mut judgement = if date.year() > last {
                Judgement::warn(format!("{today} is no holiday that is listed: the calendar ends in {last}"))
                    .help("list the holidays of this year")
            } else {
                Judgement::pass(format!("{today} is no holiday"))
            };
            judgement = judgement.closes(next.map(|next| zone.moment(next)));
            if next.is_none() {
                judgement = judgement.note("the calendar has no day after this one");
            }
            return judgement;
        };
        let named = |day: &Holiday| day.name.as_ref().map(|name| format!(", `{name}`")).unwrap_or_default();
        let eve = || date.tomorrow().ok().filter(|_| self.eve).and_then(|date| self.on(date));
        let (what, name) = match (self.on(date), eve()) {
            (Some(day), _) => ("a holiday", named(day)),
            (None, Some(day)) => ("the day before a holiday", named(day)),
            // Clocks that are put back over midnight show the end of the day before again.
            (None, None) => ("still part of a holiday", String::new()),
        };
        let alone = self.on(date).is_some() && date.tomorrow().is_ok_and(|next| run.end <= self.start_of(next));
        let over = if alone { "it is over" } else { "they are over" };
        let message = format!("{today} is {what}{name}; {over} {}", zone.say(run.end));
        Judgement::wait(Some(run.end), message).opens(Some(zone.moment(run.end)))
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        self.times.next_change(scope.at)
    }

    fn is_calendar(&self) -> bool {
        true
    }

    fn zones(&self) -> Vec<Zone> {
        vec![self.zone.clone()]
    }

    fn lint(&self, from: Timestamp, _: Timestamp) -> Vec<String> {
        let today = self.zone.civil(from).date();
        match self.days.last() {
            Some(last) if last.date < today => {
                vec![format!("the calendar has no day after {}: all its holidays are over", last.date)]
            }
            _ => Vec::new(),
        }
    }
}
