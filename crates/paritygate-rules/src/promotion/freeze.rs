//! `freeze`: not in a time in which nothing may be deployed.

use jiff::SignedDuration;
use paritygate_eval::kind::Params;
use paritygate_eval::schedule::{Interval, Schedule, Sense, zone};
use paritygate_eval::zones::Zone;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_lang::schedule::{Window, Windows};
use paritygate_model::promotion::{CivilInstant, KindOfChange, Origin};
use paritygate_model::{Diagnostic, Timestamp};
use serde::Deserialize;

/// The parameters of `freeze`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Freeze {
    /// Freezes that come once, beside those that the facts name.
    pub freezes: Vec<FreezeSpan>,
    /// The IANA time zone of `windows`.
    pub timezone: Option<String>,
    /// Times of the week in which nothing may be deployed.
    pub windows: Option<Vec<Window>>,
    /// The kinds of change that may go all the same.
    pub exempt_kinds: Vec<KindOfChange>,
    /// Whether a deployment must also be over before a freeze begins: the request then needs an `expectedDuration`.
    pub clear_of: bool,
}

/// A freeze that comes once.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FreezeSpan {
    /// Its name: `black-friday`.
    pub id: String,
    /// When it begins on the clocks of its zone: `2026-11-26T00:00`.
    pub start: CivilInstant,
    /// When it ends on the clocks of its zone.
    pub end: CivilInstant,
    /// Its IANA time zone.
    pub timezone: String,
    /// The environments that it is about; all where it is absent.
    pub environments: Option<Vec<String>>,
    /// Why.
    pub reason: Option<String>,
}

impl GateKind for Freeze {
    const NAME: &'static str = "freeze";
    const SUMMARY: &'static str = "not in a time in which nothing may be deployed";
    const MANUAL: &'static str = r#"
Denies during the freezes that the facts name for the target (or for its tier, or for no environment at all), during those
of `freezes`, and in recurring `windows`. A freeze is half open and runs from the first instant that its start stands for
to the last that its end stands for, so that it does not flicker on a night on which clocks are put back. Freezes count
wherever they are known from. Without any, the gate passes.

```example
request: |
  freezes: [{ id: black-friday, environments: [production], start: "2026-11-26T00:00", end: "2026-11-30T00:00", timezone: America/New_York, reason: the shop is full }]
now: 2026-11-26T04:59:59Z
expect: pass
message: "nothing is frozen; `black-friday` begins Thu 2026-11-26 00:00-05:00"
```

```example
request: |
  freezes: [{ id: black-friday, environments: [production], start: "2026-11-26T00:00", end: "2026-11-30T00:00", timezone: America/New_York, reason: the shop is full }]
now: 2026-11-26T05:00:00Z
expect: fail
message: "`black-friday` freezes production until Mon 2026-11-30 00:00-05:00: the shop is full"
next: 2026-11-30T05:00:00Z
```

```example
params: { timezone: Europe/Berlin, windows: [{ days: [fri], start: "12:00", end: "24:00" }], exemptKinds: [hotfix] }
request: |
  kindOfChange: hotfix
now: 2026-08-21T15:00:00Z
expect: pass
message: "the weekly freeze holds until Sat 2026-08-22 00:00+02:00, and a hotfix is exempt"
```

```example
params: { clearOf: true }
request: |
  expectedDuration: PT30M
  freezes: [{ id: payday, start: "2026-01-02T12:15", end: "2026-01-02T18:00", timezone: UTC }]
expect: fail
message: "it would take 30 min, and `payday` begins Fri 2026-01-02 12:15Z"
next: 2026-01-02T18:00:00Z
```
"#;

    fn compile(self, params: &Params<'_>, context: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let weekly = match (self.timezone, self.windows) {
            (Some(timezone), Some(windows)) => {
                let place = |field: &str, _: Option<usize>| params.at(field);
                let compiled = Schedule::compile(&Windows { timezone, windows }, Sense::Deny, context.zones, &place);
                compiled.map_err(|mut wrong| diagnostics.append(&mut wrong)).ok()
            }
            (None, None) => None,
            (None, Some(_)) => {
                let wrong = params.wrong("windows", "windows need a `timezone`");
                diagnostics.push(wrong.help("name the zone on whose clocks they are, such as `Europe/London`"));
                None
            }
            (Some(_), None) => {
                let wrong = params.wrong("timezone", "a time zone without `windows` says nothing");
                diagnostics.push(wrong.help("add windows, or remove it: each freeze names its own zone"));
                None
            }
        };
        let mut once = Vec::new();
        for span in self.freezes {
            match zone(context.zones, &span.timezone, params.at("freezes")) {
                Ok(zone) => {
                    let ends = zone.resolve(span.start.0).zip(zone.resolve(span.end.0));
                    let interval = ends.map(|(start, end)| Interval { start: start.first, end: end.last });
                    if let Some(interval) = interval.filter(|interval| interval.start < interval.end) {
                        once.push((span, interval, zone));
                    } else {
                        let message = format!("the freeze `{}` ends before it starts", span.id);
                        diagnostics.push(params.wrong("freezes", message).help("exchange `start` and `end`"));
                    }
                }
                Err(wrong) => diagnostics.push(wrong),
            }
        }
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        Ok(Box::new(Check { weekly, once, exempt: self.exempt_kinds, clear_of: self.clear_of }))
    }
}

struct Check {
    weekly: Option<Schedule>,
    once: Vec<(FreezeSpan, Interval, Zone)>,
    exempt: Vec<KindOfChange>,
    clear_of: bool,
}

/// The freeze that holds an instant and ends last.
fn holding<'a, 'f>(once: &'a [Frozen<'f>], at: Timestamp) -> Option<&'a Frozen<'f>> {
    once.iter().filter(|frozen| frozen.interval.holds(at)).max_by_key(|frozen| frozen.interval.end)
}

/// A freeze that is about a promotion.
struct Frozen<'a> {
    name: String,
    reason: Option<&'a str>,
    interval: Interval,
    zone: &'a Zone,
    origin: Option<&'a Origin>,
}

impl Check {
    /// The freezes that come once and are about the target, by their beginning.
    fn frozen<'a>(&'a self, scope: &Scope<'a>) -> Vec<Frozen<'a>> {
        let tier = scope.target().map(|stage| stage.tier.word());
        let is_about = |places: &[String]| {
            places.is_empty() || places.iter().any(|place| place == scope.to() || Some(place.as_str()) == tier)
        };
        let facts = scope.request.freezes().filter(|(.., fact)| is_about(&fact.environments));
        let facts = facts.map(|(interval, zone, fact)| Frozen {
            name: format!("`{}`", fact.id),
            reason: fact.reason.as_deref(),
            interval,
            zone,
            origin: Some(&fact.origin),
        });
        let own = self.once.iter().filter(|(span, ..)| is_about(span.environments.as_deref().unwrap_or_default()));
        let own = own.map(|(span, interval, zone)| Frozen {
            name: format!("`{}`", span.id),
            reason: span.reason.as_deref(),
            interval: *interval,
            zone,
            origin: None,
        });
        let mut all: Vec<Frozen<'a>> = facts.chain(own).collect();
        all.sort_by_key(|frozen| frozen.interval);
        all
    }

    fn weekly(&self, at: Timestamp) -> Option<Frozen<'_>> {
        let weekly = self.weekly.as_ref()?;
        let interval = weekly.run(at)?;
        Some(Frozen { name: "the weekly freeze".to_owned(), reason: None, interval, zone: weekly.zone(), origin: None })
    }

    /// The beginning of the next freeze after an instant.
    fn next<'a>(&'a self, once: &'a [Frozen<'a>], scope: &Scope<'_>) -> Option<(String, Timestamp, &'a Zone)> {
        let single = once.iter().filter(|frozen| frozen.interval.start > scope.at);
        let single = single.map(|frozen| (frozen.name.clone(), frozen.interval.start, frozen.zone)).next();
        let weekly = self.weekly.as_ref().and_then(|weekly| {
            Some(("the weekly freeze".to_owned(), weekly.next_start(scope.at, scope.limit())?, weekly.zone()))
        });
        single.into_iter().chain(weekly).min_by_key(|(_, start, _)| *start)
    }

    /// The first instant from `at` on at which nothing is frozen.
    fn thaws(&self, once: &[Frozen<'_>], mut at: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        while at < limit {
            let single = holding(once, at).map(|frozen| frozen.interval.end);
            let weekly = self.weekly(at).map(|frozen| frozen.interval.end);
            match single.max(weekly) {
                Some(end) => at = end,
                None => return Some(at),
            }
        }
        None
    }

    fn length(&self, scope: &Scope<'_>) -> Option<SignedDuration> {
        if !self.clear_of {
            return Some(SignedDuration::ZERO);
        }
        scope.promotion().expected_duration.map(|length| length.0)
    }
}

impl GateCheck for Check {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (once, at) = (self.frozen(scope), scope.at);
        let weekly = self.weekly(at);
        let holding = holding(&once, at).or(weekly.as_ref());
        let kind = scope.promotion().kind_of_change;
        let is_exempt = self.exempt.contains(&kind);
        if let Some(frozen) = holding {
            let end = self.thaws(&once, at, scope.limit());
            let until = end.unwrap_or(frozen.interval.end);
            let judged = if is_exempt {
                let name = kind.word();
                Judgement::pass(format!(
                    "{} holds until {}, and a {name} is exempt",
                    frozen.name,
                    frozen.zone.say(until)
                ))
            } else {
                let reason = frozen.reason.map_or(String::new(), |reason| format!(": {reason}"));
                let until = frozen.zone.say(until);
                Judgement::wait(end, format!("{} freezes {} until {until}{reason}", frozen.name, scope.to()))
            };
            let mut judged = match frozen.origin {
                Some(origin) => judged.fact("frozen here", origin),
                None => judged,
            };
            judged.next_open = Some(frozen.zone.moment(until)).filter(|_| !is_exempt);
            return judged;
        }
        let next = self.next(&once, scope);
        if !is_exempt && let Some((name, start, zone)) = &next {
            let Some(length) = self.length(scope) else {
                let message =
                    "the request does not say how long it takes, and it has to be over before a freeze begins";
                return Judgement::unknown(message).help("give the request an `expectedDuration`, such as PT20M");
            };
            if at.checked_add(length).is_ok_and(|end| end > *start) {
                let takes = paritygate_model::promotion::Elapsed(length);
                let message = format!("it would take {takes}, and {name} begins {}", zone.say(*start));
                return Judgement::wait(self.passes_from(scope), message);
            }
        }
        let then =
            next.as_ref().map_or(String::new(), |(name, start, zone)| format!("; {name} begins {}", zone.say(*start)));
        let mut judged = Judgement::pass(format!("nothing is frozen{then}"));
        judged.next_close = next.filter(|_| !is_exempt).map(|(_, start, zone)| zone.moment(start));
        judged
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let (once, at) = (self.frozen(scope), scope.at);
        let length = self.length(scope).unwrap_or_default();
        let ends = once.iter().flat_map(|frozen| [frozen.interval.start, frozen.interval.end]);
        let weekly = self.weekly.as_ref().and_then(|weekly| weekly.next_change(at, scope.limit()));
        // With time to finish, a freeze shuts that much before it begins.
        let begins = self.next(&once, scope).map(|(_, start, _)| start);
        let early =
            begins.and_then(|start| start.checked_sub(length).ok()?.checked_add(SignedDuration::from_nanos(1)).ok());
        let early = early.filter(|_| !length.is_zero());
        ends.chain(weekly).chain(early).filter(|change| *change > at).min()
    }

    fn passes_from(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        if self.exempt.contains(&scope.promotion().kind_of_change) {
            return Some(scope.at);
        }
        let (once, length, limit) = (self.frozen(scope), self.length(scope), scope.limit());
        let mut at = scope.at;
        while at < limit {
            at = self.thaws(&once, at, limit)?;
            let next = self.next(&once, &Scope { at, ..*scope });
            match (next, length) {
                (None, _) => return Some(at),
                (Some(_), None) => return None,
                (Some((_, start, _)), Some(length)) if at.checked_add(length).is_ok_and(|end| end <= start) => {
                    return Some(at);
                }
                (Some((_, start, _)), Some(_)) => at = start,
            }
        }
        None
    }

    fn is_calendar(&self) -> bool {
        true
    }

    fn zones(&self) -> Vec<Zone> {
        let weekly = self.weekly.iter().map(|weekly| weekly.zone().clone());
        weekly.chain(self.once.iter().map(|(.., zone)| zone.clone())).collect()
    }
}
