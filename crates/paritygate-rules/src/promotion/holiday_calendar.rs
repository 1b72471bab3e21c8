//! `holiday-calendar`: not on listed dates, nor on the day before.

use jiff::civil::Time;
use paritygate_eval::kind::Params;
use paritygate_eval::schedule::{Interval, Intervals, zone};
use paritygate_eval::zones::Zone;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::CivilDate;
use paritygate_model::{Diagnostic, Timestamp};
use serde::Deserialize;

/// The parameters of `holiday-calendar`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HolidayCalendar {
    /// The IANA time zone of the dates, such as `Europe/London`.
    pub timezone: String,
    /// The dates, from midnight to midnight.
    pub dates: Vec<CivilDate>,
    /// Whether the day before each date counts as well.
    #[serde(default)]
    pub eve: bool,
}

impl GateKind for HolidayCalendar {
    const NAME: &'static str = "holiday-calendar";
    const SUMMARY: &'static str = "not on listed dates, nor on the day before";
    const MANUAL: &'static str = r#"
Denies on each of `dates`, from the first to the last instant that has that date in the zone; with `eve`, on the day before
as well.

```example
params: { timezone: Europe/London, dates: ["2026-12-25", "2026-12-28"], eve: true }
now: 2026-12-23T12:00:00Z
expect: pass
message: "Wed 2026-12-23 12:00Z is no holiday; the next begins Thu 2026-12-24 00:00Z"
```

```example
params: { timezone: Europe/London, dates: ["2026-12-25"], eve: true }
now: 2026-12-24T12:00:00Z
expect: fail
message: "Thu 2026-12-24 12:00Z is the day before a holiday, until Sat 2026-12-26 00:00Z"
next: 2026-12-26T00:00:00Z
```

```example
params: { timezone: Asia/Tokyo, dates: ["2026-12-31", "2027-01-01"] }
now: 2026-12-31T03:00:00Z
expect: fail
message: "Thu 2026-12-31 12:00+09:00 is a holiday, until Sat 2027-01-02 00:00+09:00"
```
"#;

    fn compile(self, params: &Params<'_>, context: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let zone = zone(context.zones, &self.timezone, params.at("timezone")).map_err(|wrong| vec![wrong])?;
        if self.dates.is_empty() {
            let wrong = params.wrong("dates", "`dates` is empty: the gate would never deny");
            return Err(vec![wrong.help("list dates such as \"2026-12-25\"")]);
        }
        let day = |date: &CivilDate, eve: bool| {
            let first = if eve { date.0.yesterday().ok()? } else { date.0 };
            let midnight = |date: jiff::civil::Date| zone.resolve(date.to_datetime(Time::midnight()));
            Some(Interval { start: midnight(first)?.first, end: midnight(date.0.tomorrow().ok()?)?.last })
        };
        let days = |eve: bool| Intervals::of(self.dates.iter().filter_map(|date| day(date, eve)).collect());
        Ok(Box::new(Check { shut: days(self.eve), holidays: days(false), zone: zone.clone() }))
    }
}

struct Check {
    zone: Zone,
    /// Holidays, and the days before them where these count.
    shut: Intervals,
    holidays: Intervals,
}

impl GateCheck for Check {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (zone, at) = (&self.zone, scope.at);
        let Some(run) = self.shut.run(at) else {
            let next = self.shut.next_start(at);
            let then = next.map_or(String::new(), |next| format!("; the next begins {}", zone.say(next)));
            let mut judged = Judgement::pass(format!("{} is no holiday{then}", zone.say(at)));
            judged.next_close = next.map(|next| zone.moment(next));
            return judged;
        };
        let what = if self.holidays.run(at).is_some() { "a holiday" } else { "the day before a holiday" };
        let mut judged =
            Judgement::wait(Some(run.end), format!("{} is {what}, until {}", zone.say(at), zone.say(run.end)));
        judged.next_open = Some(zone.moment(run.end));
        judged
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        self.shut.next_change(scope.at)
    }

    fn is_calendar(&self) -> bool {
        true
    }

    fn zones(&self) -> Vec<Zone> {
        vec![self.zone.clone()]
    }
}
