//! `freeze`: nothing is deployed while a freeze holds.

use jiff::SignedDuration;
use paritygate_eval::kind::Params;
use paritygate_eval::schedule::{Interval, Intervals, Schedule, Sense, zone};
use paritygate_eval::zones::Zone;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope, after};
use paritygate_lang::schedule::{Window, Windows};
use paritygate_model::promotion::{CivilInstant, Elapsed, KindOfChange, Origin};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp, suggest};

/// The parameters of `freeze`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Freeze {
    /// Freezes with a start and an end. Those that the request or another system names count as well.
    pub freezes: Option<Vec<Once>>,
    /// The IANA time zone of the windows, and of the gate's own freezes that name none, such as `America/New_York`. A
    /// freeze that is a fact names its own.
    pub timezone: Option<String>,
    /// Times of the week at which nothing is deployed.
    pub windows: Option<Vec<Window>>,
    /// Kinds of change that no freeze holds up: none, unless they are named.
    pub exempt_kinds: Option<Vec<KindOfChange>>,
    /// Whether a deployment must not run into a freeze either: the request then needs an `expectedDuration`.
    pub clear_of: bool,
}

/// A freeze with a start and an end.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Once {
    /// Its name: `black-friday`.
    pub id: String,
    /// When it begins on the clocks of its zone: `2026-11-26T00:00`.
    pub start: CivilInstant,
    /// When it ends on the clocks of its zone.
    pub end: CivilInstant,
    /// Its IANA time zone; that of the gate where it is absent.
    pub timezone: Option<String>,
    /// Environments and tiers for which it holds; all where it names none.
    #[serde(default)]
    pub environments: Vec<String>,
    /// Why.
    pub reason: Option<String>,
}

impl GateKind for Freeze {
    const NAME: &'static str = "freeze";
    const SUMMARY: &'static str = "nothing is deployed while a freeze holds";
    const MANUAL: &'static str = r#"
Fails while a freeze holds: one of `freezes`, one that the request or another system names (`freezes` of the facts) for the
target, its tier or for all, or one of the recurring `windows`. A freeze is half open: at its `end` it is over. It never
flickers: where its start or end is shown twice by the clocks, it runs from the first start to the last end.

Kinds of change in `exemptKinds` pass while a freeze holds, and the answer says so. With `clearOf` a deployment must have
ended when a freeze begins.

```example
params:
  freezes: [{ id: black-friday, start: "2026-11-26T00:00", end: "2026-11-30T00:00", timezone: America/New_York, reason: the best days of the year }]
now: 2026-11-27T09:00:00Z
expect: fail
message: "`black-friday` until Mon 2026-11-30 00:00-05:00"
next: 2026-11-30T05:00:00Z
```

```example
params:
  freezes: [{ id: black-friday, start: "2026-11-26T00:00", end: "2026-11-30T00:00", timezone: America/New_York }]
now: 2026-11-30T05:00:00Z
expect: pass
message: no freeze holds, and none is known to come
next: 2026-11-30T05:00:00Z
```

```example
params: { exemptKinds: [hotfix] }
request: |
  kindOfChange: hotfix
  freezes: [{ id: year-end, environments: [production], start: "2026-01-01", end: "2026-01-05", timezone: UTC }]
now: 2026-01-02T12:00:00Z
expect: pass
message: "`year-end` until Mon 2026-01-05 00:00Z, and a hotfix is exempt"
next: 2026-01-02T12:00:00Z
```

```example
params: { timezone: Europe/Berlin, windows: [{ days: [fri], start: "14:00", end: "24:00" }], clearOf: true }
request: |
  expectedDuration: PT2H
now: 2026-08-21T11:00:00Z
expect: fail
message: "it would take 2 h, and a deny window begins Fri 2026-08-21 14:00+02:00"
next: 2026-08-21T22:00:00Z
```

```example
params: { clearOf: true }
expect: unknown
message: the request does not say how long it takes, and it must not run into a freeze
```

```example
params: { timezone: Europe/Berlin, windows: [{ days: [fri], start: "14:00", end: "24:00" }], freezes: [{ id: fair, start: "2026-08-22", end: "2026-08-24" }] }
now: 2026-08-21T13:00:00Z
expect: fail
message: "a deny window until Sat 2026-08-22 00:00+02:00"
next: 2026-08-23T22:00:00Z
```

```example
params: { freezes: [{ id: fair, start: "2026-08-24", end: "2026-08-22", timezone: UTC }] }
expect: rejected
message: "the freeze `fair` ends before it starts"
```
"#;

    fn compile(self, params: &Params<'_>, context: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let exempt = self.exempt_kinds.unwrap_or_default();
        if KindOfChange::ALL.iter().all(|kind| exempt.contains(kind)) {
            let all = params.wrong("exemptKinds", "every kind of change is exempt: no freeze would ever hold");
            wrong.push(all.help("remove the kinds for which freezes are meant"));
        }
        if self.freezes.as_ref().is_some_and(Vec::is_empty) {
            let empty = params.wrong("freezes", "`freezes` is empty");
            wrong.push(empty.help("name freezes, or remove the field: those of the facts count in any case"));
        }
        let listed = self.freezes.unwrap_or_default();
        if self.timezone.is_some() && self.windows.is_none() && listed.iter().all(|freeze| freeze.timezone.is_some()) {
            let idle = params.wrong("timezone", "there is nothing that is in this time zone");
            wrong.push(idle.help("add `windows`, or remove it"));
        }
        let mut once = Vec::with_capacity(listed.len());
        for freeze in listed {
            let Some(name) = freeze.timezone.as_ref().or(self.timezone.as_ref()) else {
                let message = format!("the freeze `{}` needs a `timezone`", freeze.id);
                let help = "name the zone on whose clocks it starts and ends, such as `America/New_York`";
                wrong.push(params.wrong("freezes", message).help(help));
                continue;
            };
            if freeze.start.0 >= freeze.end.0 {
                let message = format!("the freeze `{}` ends before it starts", freeze.id);
                wrong.push(params.wrong("freezes", message).help("exchange `start` and `end`"));
                continue;
            }
            let place = if freeze.timezone.is_some() { "freezes" } else { "timezone" };
            match zone(context.zones, name, params.at(place)) {
                Ok(zone) => {
                    if let Some(time) = Interval::between(&zone, freeze.start.0, freeze.end.0) {
                        once.push(Listed { freeze, time, zone });
                    } else {
                        let message = format!("the freeze `{}` is empty: clocks are put forward over it", freeze.id);
                        wrong.push(params.wrong("freezes", message).help("start it earlier, or end it later"));
                    }
                }
                Err(unknown) => wrong.push(unknown),
            }
        }
        let recurring = match (self.timezone, self.windows) {
            (Some(timezone), Some(windows)) => {
                let place = |field: &str, _: Option<usize>| params.at(field);
                let schedule = Schedule::compile(&Windows { timezone, windows }, Sense::Deny, context.zones, &place);
                schedule.map_err(|mut more| wrong.append(&mut more)).ok()
            }
            (None, Some(_)) => {
                let no_zone = params.wrong("windows", "windows need a `timezone`");
                wrong.push(no_zone.help("name the zone on whose clocks they are, such as `Europe/London`"));
                None
            }
            (_, None) => None,
        };
        if let Some(schedule) = &recurring
            && schedule.is_always()
        {
            let always = params.wrong("windows", "these windows leave no time outside: nothing could ever be deployed");
            wrong.push(always.help("leave out a time at which deployments are welcome"));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Box::new(Check { once, recurring, exempt, clear_of: self.clear_of }))
    }
}

struct Listed {
    freeze: Once,
    time: Interval,
    zone: Zone,
}

struct Check {
    once: Vec<Listed>,
    recurring: Option<Schedule>,
    exempt: Vec<KindOfChange>,
    clear_of: bool,
}

/// A freeze that is about the target.
struct Named<'a> {
    id: &'a str,
    time: Interval,
    zone: &'a Zone,
    reason: Option<&'a str>,
    origin: Option<&'a Origin>,
}

/// All times that are frozen for a target.
struct Frozen<'a> {
    named: Vec<Named<'a>>,
    once: Intervals,
    recurring: Option<&'a Schedule>,
    limit: Timestamp,
}

impl<'a> Frozen<'a> {
    fn of(check: &'a Check, scope: &Scope<'a>) -> Self {
        let to = scope.to();
        let listed = check.once.iter().filter(|listed| scope.means(&listed.freeze.environments, to));
        let listed = listed.map(|Listed { freeze, time, zone }| Named {
            id: &freeze.id,
            time: *time,
            zone,
            reason: freeze.reason.as_deref(),
            origin: None,
        });
        // A freeze speaks against a promotion: it counts wherever it is from.
        let told = scope.request.freezes().filter(|(.., fact)| scope.may_mean(&fact.environments, to));
        let told = told.map(|(time, zone, fact)| Named {
            id: &fact.id,
            time,
            zone,
            reason: fact.reason.as_deref(),
            origin: Some(&fact.origin),
        });
        let named: Vec<Named<'a>> = listed.chain(told).collect();
        let once = Intervals::of(named.iter().map(|freeze| freeze.time).collect());
        Self { named, once, recurring: check.recurring.as_ref(), limit: scope.limit() }
    }

    /// The first start of one after an instant at which none holds.
    fn next_start(&self, at: Timestamp) -> Option<Timestamp> {
        let recurring = self.recurring.and_then(|schedule| schedule.next_start(at, self.limit));
        [self.once.next_start(at), recurring].into_iter().flatten().min()
    }

    /// The first instant from `at` on from which none holds for so long.
    fn free_for(&self, at: Timestamp, length: SignedDuration) -> Option<Timestamp> {
        let (mut free, mut once) = (at, self.once.runs(at).peekable());
        // What begins shortly after the limit is in the way of what begins shortly before it.
        let limit = self.limit.checked_add(length).unwrap_or(Timestamp::MAX);
        let mut recurring = self.recurring.into_iter().flat_map(|schedule| schedule.runs(at, limit)).peekable();
        while free < self.limit {
            let first = match (once.peek(), recurring.peek()) {
                (Some(a), Some(b)) if a.start <= b.start => once.next(),
                (_, Some(_)) => recurring.next(),
                (Some(_), None) => once.next(),
                (None, None) => None,
            };
            let done = free.checked_add(length).unwrap_or(Timestamp::MAX);
            match first.filter(|run| run.start <= free || run.start < done) {
                Some(run) => free = free.max(run.end),
                None => return Some(free),
            }
        }
        None
    }

    /// What holds at an instant: sentences, and the freezes that have a name.
    fn holding(&self, at: Timestamp) -> (Vec<String>, Vec<&Named<'a>>) {
        let named: Vec<&Named<'a>> = self.named.iter().filter(|freeze| freeze.time.holds(at)).collect();
        let until = |freeze: &&Named<'a>| format!("`{}` until {}", freeze.id, freeze.zone.say(freeze.time.end));
        let mut said: Vec<String> = named.iter().map(until).collect();
        if let Some((schedule, run)) = self.recurring.and_then(|schedule| Some((schedule, schedule.run(at)?))) {
            said.push(match run.ends() {
                Some(end) => format!("a deny window until {}", schedule.zone().say(end)),
                None => "a deny window without an end".to_owned(),
            });
        }
        said.dedup();
        (said, named)
    }

    /// The clocks on which a start or an end is told.
    fn zone_of(&self, start: Timestamp, named: &[&Named<'a>], scope: &Scope<'a>) -> &'a Zone {
        let of_windows = self.recurring.filter(|schedule| schedule.run(start).is_some()).map(Schedule::zone);
        named.first().map(|freeze| freeze.zone).or(of_windows).unwrap_or(scope.zone)
    }
}

impl Check {
    fn is_exempt(&self, scope: &Scope<'_>) -> bool {
        self.exempt.contains(&scope.promotion().kind_of_change)
    }
}

/// Adds why the freezes are, and where they are written.
fn told(judgement: Judgement, named: &[&Named<'_>]) -> Judgement {
    named.iter().fold(judgement, |judgement, freeze| {
        let judgement = match freeze.reason {
            Some(reason) => judgement.note(format!("`{}`: {reason}", freeze.id)),
            None => judgement,
        };
        match freeze.origin {
            Some(origin) => judgement.fact(format!("`{}`", freeze.id), origin),
            None => judgement,
        }
    })
}

impl GateCheck for Check {
    fn takes_tiers(&self) -> bool {
        true
    }

    fn environments(&self) -> Vec<&str> {
        self.once.iter().flat_map(|listed| &listed.freeze.environments).map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (frozen, at) = (Frozen::of(self, scope), scope.at);
        let (said, named) = frozen.holding(at);
        if self.is_exempt(scope) {
            let kind = scope.promotion().kind_of_change.word();
            if said.is_empty() {
                return Judgement::pass("no freeze holds").note(format!("freezes do not hold up a {kind}"));
            }
            let judgement = Judgement::pass(format!("{}, and a {kind} is exempt", said.join("; ")));
            return told(judgement, &named).note(format!("the policy exempts {}", exempt(&self.exempt)));
        }
        let Some(length) = scope.length_to_fit(self.clear_of) else {
            let message = "the request does not say how long it takes, and it must not run into a freeze";
            return Judgement::unknown(message).help("give the request an `expectedDuration`, such as PT20M");
        };
        let opens = frozen.free_for(at, length);
        if !said.is_empty() {
            let zone = frozen.zone_of(at, &named, scope);
            let judgement = told(Judgement::wait(opens, said.join("; ")), &named);
            return judgement
                .opens(opens.map(|opens| zone.moment(opens)))
                .help("wait for its end, or ask those who keep the freezes");
        }
        let next = frozen.next_start(at);
        let (coming, named) = next.map(|start| frozen.holding(start)).unwrap_or_default();
        let zone = frozen.zone_of(next.unwrap_or(at), &named, scope);
        if opens != Some(at) {
            let start = next.unwrap_or(at);
            let what = match named.first() {
                Some(freeze) => format!("`{}`", freeze.id),
                None => "a deny window".to_owned(),
            };
            let message = format!("it would take {}, and {what} begins {}", Elapsed(length), zone.say(start));
            return told(Judgement::wait(opens, message), &named).opens(opens.map(|opens| zone.moment(opens)));
        }
        let judgement = Judgement::pass(match next {
            Some(start) => format!("no freeze holds before {}: {}", zone.say(start), coming.join("; ")),
            None => "no freeze holds, and none is known to come".to_owned(),
        });
        judgement.closes(next.map(|start| zone.moment(start)))
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        if self.is_exempt(scope) {
            return None;
        }
        let (frozen, at, length) = (Frozen::of(self, scope), scope.at, scope.length_to_fit(self.clear_of)?);
        let opens = frozen.free_for(at, length)?;
        if opens > at {
            return Some(opens);
        }
        let start = frozen.next_start(at)?;
        // The last instant at which it would end in time passes; the start itself, where nothing has to end, does not.
        let last = start.checked_sub(length).ok()?;
        if length.is_zero() { Some(start) } else { after(last) }
    }

    fn passes_from(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        if self.is_exempt(scope) {
            return Some(scope.at);
        }
        Frozen::of(self, scope).free_for(scope.at, scope.length_to_fit(self.clear_of)?)
    }

    fn is_calendar(&self) -> bool {
        true
    }

    fn zones(&self) -> Vec<Zone> {
        let once = self.once.iter().map(|listed| listed.zone.clone());
        self.recurring.iter().map(|schedule| schedule.zone().clone()).chain(once).collect()
    }

    fn lint(&self, from: Timestamp, until: Timestamp) -> Vec<String> {
        let emptied = self.recurring.iter().flat_map(|schedule| schedule.emptied(from, until));
        emptied.map(|date| format!("the deny window of {date} is empty: clocks are put forward over it")).collect()
    }
}

fn exempt(kinds: &[KindOfChange]) -> String {
    suggest::quoted(&kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>())
}
