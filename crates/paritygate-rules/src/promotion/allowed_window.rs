//! `allowed-window`: deployments begin at certain times of the week.

use jiff::SignedDuration;
use paritygate_eval::kind::Params;
use paritygate_eval::schedule::{Schedule, Sense};
use paritygate_eval::zones::Zone;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope, after};
use paritygate_lang::schedule::{Window, Windows};
use paritygate_model::promotion::Elapsed;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp, limits};

/// The parameters of `allowed-window`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AllowedWindow {
    /// The IANA time zone of the windows, such as `Europe/London`.
    pub timezone: Option<String>,
    /// The windows, beside those that the manifest gives the target: both have to be open.
    pub windows: Option<Vec<Window>>,
    /// Whether `windows` stand in for those of the manifest, which then don't count.
    pub replaces_manifest: bool,
    /// Whether a deployment has to end inside its window as well: the request then needs an `expectedDuration`.
    pub must_finish: bool,
    /// Whether a target is closed for which neither the gate nor the manifest has windows; it is open by default.
    pub default_closed: bool,
}

impl GateKind for AllowedWindow {
    const NAME: &'static str = "allowed-window";
    const SUMMARY: &'static str = "deployments begin at certain times of the week";
    const MANUAL: &'static str = r#"
Passes while the instant lies in one of the windows. A window belongs to the day on which it starts and is half open: at
its `end` it is closed. Where `end` is before `start` it ends on the next day. `end` is a time on the clock, `duration` is
real time. Where clocks are put forward, an end that no clock shows is the first instant after the gap; where they are put
back, a window runs from the first start to the first end.

The windows that the manifest gives the target count as well, with or without `windows` in the gate: a deployment begins
where both are open. With `replacesManifest` the gate's own stand in for them, such as wider ones for a hotfix.

```example
params: { timezone: Europe/London, windows: [{ days: [mon, tue, wed, thu], start: "09:00", end: "17:00" }] }
now: 2026-08-20T15:04:05Z
expect: pass
message: "Thu 2026-08-20 16:04:05+01:00 is inside the window, which closes Thu 2026-08-20 17:00+01:00"
```

```example
params: { timezone: Europe/London, windows: [{ days: [mon, tue, wed, thu], start: "09:00", end: "17:00" }] }
now: 2026-08-21T15:40:00Z
expect: fail
message: "Fri 2026-08-21 16:40+01:00 is outside the window, which opens Mon 2026-08-24 09:00+01:00"
next: 2026-08-24T08:00:00Z
```

```example
params: { timezone: UTC, windows: [{ start: "09:00", end: "17:00" }], mustFinish: true }
now: 2026-08-21T16:50:00Z
request: |
  expectedDuration: PT20M
expect: fail
message: "it would take 20 min, and the window closes Fri 2026-08-21 17:00Z; the next one opens Sat 2026-08-22 09:00Z"
next: 2026-08-22T09:00:00Z
```
"#;

    fn compile(self, params: &Params<'_>, context: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.replaces_manifest && self.windows.is_none() {
            let wrong = params.wrong("replacesManifest", "`replacesManifest` without `windows` would leave none");
            return Err(vec![wrong.help("add windows, or remove the field")]);
        }
        let schedule = match (self.timezone, self.windows) {
            (Some(timezone), Some(windows)) => {
                let place = |field: &str, _: Option<usize>| params.at(field);
                Some(Schedule::compile(&Windows { timezone, windows }, Sense::Allow, context.zones, &place)?)
            }
            (None, None) => None,
            (None, Some(_)) => {
                let wrong = params.wrong("windows", "windows need a `timezone`");
                return Err(vec![wrong.help("name the zone on whose clocks they are, such as `Europe/London`")]);
            }
            (Some(_), None) => {
                let wrong = params.wrong("timezone", "a time zone without `windows` says nothing");
                return Err(vec![wrong.help("add windows, or remove both: then those of the pipeline count")]);
            }
        };
        let Self { must_finish, default_closed, replaces_manifest, .. } = self;
        Ok(Box::new(Check { schedule, must_finish, default_closed, replaces_manifest }))
    }
}

struct Check {
    schedule: Option<Schedule>,
    must_finish: bool,
    default_closed: bool,
    replaces_manifest: bool,
}

impl Check {
    /// The gate's own windows, and those of the manifest: all have to be open.
    fn schedules<'s>(&'s self, scope: &Scope<'s>) -> impl Iterator<Item = &'s Schedule> + use<'s> {
        let stage = scope.target().filter(|_| !self.replaces_manifest);
        self.schedule.iter().chain(stage.and_then(|stage| stage.windows.as_ref()))
    }
}

impl GateCheck for Check {
    fn asks_manifest(&self) -> &'static [&'static str] {
        if self.replaces_manifest { &[] } else { &["windows"] }
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let mut schedules = self.schedules(scope);
        let Some(first) = schedules.next() else {
            let to = scope.to();
            if self.default_closed {
                let message = format!("the pipeline gives `{to}` no windows, and without any it is closed");
                return Judgement::wait(None, message).help("give it `windows` in the manifest");
            }
            return Judgement::not_applicable(format!("the pipeline gives `{to}` no windows: it is always open"));
        };
        let Some(length) = scope.length_to_fit(self.must_finish) else {
            let message = "the request does not say how long it takes, and it has to end inside the window";
            return Judgement::unknown(message).help("give the request an `expectedDuration`, such as PT20M");
        };
        let judged = judge_one(first, length, scope);
        let Some(second) = schedules.next() else { return judged };
        let judged = judged.and(judge_one(second, length, scope));
        if !judged.status.blocks() {
            return judged;
        }
        // Each tells when it opens itself; what counts is when they are open together.
        let zone = first.zone();
        let Some(both) = self.passes_from(scope) else {
            let message = format!("{} is outside the gate's window or the manifest's", zone.say(scope.at));
            let judged = Judgement::wait(None, message).note("they are never open together");
            return judged.help("change one of them, or let the gate's stand in with `replacesManifest`");
        };
        let told = format!("the gate's window and the manifest's are both open {}", zone.say(both));
        let mut judged = judged.note(told).opens(Some(zone.moment(both)));
        judged.until = Some(both);
        judged
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let length = scope.length_to_fit(self.must_finish)?;
        self.schedules(scope).filter_map(|schedule| next_change(schedule, length, scope)).min()
    }

    fn passes_from(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let (mut at, limit) = (scope.at, scope.limit());
        if self.schedules(scope).next().is_none() {
            return (!self.default_closed).then_some(at);
        }
        let length = scope.length_to_fit(self.must_finish)?;
        for _ in 0..limits::MAX_STEPS {
            let before = at;
            for schedule in self.schedules(scope) {
                at = schedule.inside_from(at, length, limit)?;
            }
            if at == before {
                return Some(at);
            }
        }
        None
    }

    fn is_calendar(&self) -> bool {
        true
    }

    fn zones(&self) -> Vec<Zone> {
        self.schedule.iter().map(|schedule| schedule.zone().clone()).collect()
    }

    fn lint(&self, from: Timestamp, until: Timestamp) -> Vec<String> {
        let emptied = self.schedule.iter().flat_map(|schedule| schedule.emptied(from, until));
        emptied.map(|date| format!("the window of {date} is empty: clocks are put forward over it")).collect()
    }
}

/// Judges one set of windows.
fn judge_one(schedule: &Schedule, length: SignedDuration, scope: &Scope<'_>) -> Judgement {
    let (zone, at, limit) = (schedule.zone(), scope.at, scope.limit());
    let Some(run) = schedule.run(at) else {
        let opens = schedule.inside_from(at, length, limit);
        let judgement = if let Some(opens) = opens {
            let message = format!("{} is outside the window, which opens {}", zone.say(at), zone.say(opens));
            Judgement::wait(Some(opens), message)
        } else {
            let why = match schedule.inside_from(at, SignedDuration::ZERO, limit) {
                Some(_) => format!("and no window is long enough for {}", Elapsed(length)),
                None => "which never opens again".to_owned(),
            };
            Judgement::wait(None, format!("{} is outside the window, {why}", zone.say(at)))
        };
        return judgement.opens(opens.map(|opens| zone.moment(opens)));
    };
    let closes = run.ends();
    if let Some(closes) = closes
        && at.checked_add(length).is_ok_and(|end| end > closes)
    {
        let opens = schedule.inside_from(closes, length, limit);
        let next = match opens {
            Some(opens) => format!("the next one opens {}", zone.say(opens)),
            None => "no window is long enough".to_owned(),
        };
        let takes = Elapsed(length);
        let message = format!("it would take {takes}, and the window closes {}; {next}", zone.say(closes));
        return Judgement::wait(opens, message).opens(opens.map(|opens| zone.moment(opens)));
    }
    scope.pass(|| {
        let end = closes.map_or_else(|| "does not close".to_owned(), |end| format!("closes {}", zone.say(end)));
        Judgement::pass(format!("{} is inside the window, which {end}", zone.say(at)))
            .closes(closes.map(|closes| zone.moment(closes)))
    })
}

/// When one set of windows next opens, or shuts.
fn next_change(schedule: &Schedule, length: SignedDuration, scope: &Scope<'_>) -> Option<Timestamp> {
    match schedule.run(scope.at) {
        // With time to finish, a window shuts that much before its end.
        Some(run) => match run.end.checked_sub(length) {
            Ok(shuts) if shuts >= scope.at && !length.is_zero() => {
                // The last instant at which it still fits is inside.
                after(shuts)
            }
            _ => Some(run.end),
        },
        None => schedule.next_start(scope.at, scope.limit()),
    }
}
