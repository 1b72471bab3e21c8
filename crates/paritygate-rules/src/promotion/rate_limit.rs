//! `rate-limit`: not too many deployments in a time, and some time between them.

use paritygate_eval::gate::Run;
use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{DeploymentFact, Elapsed};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedMap, Timestamp, suggest};

use super::{History, with_target};

/// The parameters of `rate-limit`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RateLimit {
    /// How many deployments may start `per` time.
    pub max: Option<u32>,
    /// The time in which at most `max` may start: any stretch of it, such as `P1D`, which is 24 hours.
    pub per: Option<Elapsed>,
    /// How much time has to pass from the start of one to the start of the next.
    pub gap: Option<Elapsed>,
    /// Environments that share the limit; the target always counts.
    pub environments: Option<Vec<String>>,
    /// Whether those that failed, were cancelled or rolled back don't count. One that is running counts.
    pub only_succeeded: bool,
    /// What has to be known of the deployments to each of them: by default at least one.
    pub history: History,
}

impl GateKind for RateLimit {
    const NAME: &'static str = "rate-limit";
    const SUMMARY: &'static str = "not too many deployments start in a time";
    const MANUAL: &'static str = r#"
Fails where one more deployment would be more than `max` in any stretch of real time as long as `per`, or where less than
`gap` lies since the start of the last one. At `start + per` a deployment no longer counts. Those of several components
under one `id` are one deployment. Failed ones count, unless `onlySucceeded`; they count wherever they are known from.

Where no deployment to one of the environments is known, it can't be known how many there were.

```example
params: { max: 2, per: P1D }
request: |
  deployments:
    - { environment: production, component: api, startedAt: 2026-01-01T13:00:00Z, finishedAt: 2026-01-01T13:10:00Z, result: succeeded }
    - { environment: production, component: api, startedAt: 2026-01-02T09:00:00Z, finishedAt: 2026-01-02T09:10:00Z, result: failed }
now: 2026-01-02T12:00:00Z
expect: fail
message: "2 of 2 deployments to `production` in 1 d are used, until Fri 2026-01-02 13:00Z"
next: 2026-01-02T13:00:00Z
```

```example
params: { max: 2, per: P1D }
request: |
  deployments:
    - { environment: production, component: api, startedAt: 2026-01-01T12:00:00Z, finishedAt: 2026-01-01T13:10:00Z, result: succeeded }
    - { environment: production, component: api, startedAt: 2026-01-02T09:00:00Z, finishedAt: 2026-01-02T09:10:00Z, result: failed }
now: 2026-01-02T12:00:00Z
expect: pass
message: "1 of 2 deployments to `production` in 1 d is used"
next: 2026-01-02T12:00:00Z
```

```example
params: { gap: PT1H }
request: |
  deployments:
    - { environment: production, component: api, startedAt: 2026-01-02T11:50:00Z, result: running }
now: 2026-01-02T12:00:00Z
expect: fail
message: "the last deployment to `production` began 10 min ago, and 1 h has to lie between, until Fri 2026-01-02 12:50Z"
next: 2026-01-02T12:50:00Z
```

```example
params: { gap: PT1H }
request: |
  deployments:
    - { environment: production, component: api, startedAt: 2026-01-02T11:00:00Z, result: succeeded }
now: 2026-01-02T12:00:00Z
expect: pass
message: "no deployment to `production` began in the last 1 h"
```

```example
params: { max: 1, per: PT1H, environments: [production-eu], history: ifKnown }
request: |
  deployments:
    - { environment: production-eu, component: api, id: "7", startedAt: 2026-01-02T11:30:00Z, result: succeeded }
    - { environment: production-eu, component: web, id: "7", startedAt: 2026-01-02T11:31:00Z, result: succeeded }
now: 2026-01-02T12:00:00Z
expect: fail
message: "1 of 1 deployment to `production`, `production-eu` in 1 h is used, until Fri 2026-01-02 12:31Z"
next: 2026-01-02T12:31:00Z
```

```example
params: { max: 1, per: PT1H, onlySucceeded: true }
request: |
  deployments:
    - { environment: production, component: api, startedAt: 2026-01-02T11:30:00Z, finishedAt: 2026-01-02T11:35:00Z, result: failed }
now: 2026-01-02T12:00:00Z
expect: pass
message: "0 of 1 deployment to `production` in 1 h is used"
```

```example
params: { max: 1, per: PT1H }
request: |
  deployments:
    - { environment: production, component: api, result: succeeded }
expect: unknown
message: it is not known when a deployment to `production` began
```

```example
params: { max: 2 }
expect: rejected
message: "`max` needs a `per`: so many in which time?"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        match (self.max, self.per) {
            (Some(_), None) => {
                let half = params.wrong("max", "`max` needs a `per`: so many in which time?");
                wrong.push(half.help("add the time, such as `per: P1D`"));
            }
            (None, Some(_)) => {
                let half = params.wrong("per", "`per` needs a `max`: how many in that time?");
                wrong.push(half.help("add the number, such as `max: 2`"));
            }
            (None, None) if self.gap.is_none() => {
                let nothing = params.wrong("max", "nothing is limited");
                wrong.push(nothing.help("give `max` and `per`, or `gap`"));
            }
            (Some(0), Some(_)) => {
                let never = params.wrong("max", "`max` is 0: nothing could ever be deployed");
                wrong.push(never.help("use a freeze to stop deployments"));
            }
            _ => {}
        }
        for (name, length) in [("per", self.per), ("gap", self.gap)] {
            if length.is_some_and(|length| length.0.is_zero()) {
                let zero = params.wrong(name, format!("`{name}` is no time at all"));
                wrong.push(zero.help("give it a duration such as `PT1H`"));
            }
        }
        if self.environments.as_ref().is_some_and(Vec::is_empty) {
            let empty = params.wrong("environments", "`environments` is empty");
            wrong.push(empty.help("name environments, or remove the field: the target counts in any case"));
        }
        if wrong.is_empty() { Ok(Box::new(self)) } else { Err(wrong) }
    }
}

/// A deployment that counts: when it began, and the fact that says so.
type Counted<'a> = (Timestamp, &'a DeploymentFact);

impl RateLimit {
    /// The deployments that count and are not past counting, the last first; one without a time in their stead, where there is one.
    fn counted<'a>(&self, scope: &Scope<'a>, environments: &[&str]) -> Result<Vec<Counted<'a>>, &'a DeploymentFact> {
        let mut counted: Vec<Counted<'a>> = Vec::new();
        let longest = self.per.max(self.gap).unwrap_or_default();
        let after = scope.at.checked_sub(longest.0).unwrap_or(Timestamp::MIN);
        for environment in environments {
            // By their name, and how many of it a component had before.
            let mut by_id: SortedMap<(&str, usize), usize> = SortedMap::new();
            let mut had: SortedMap<(&str, &str), usize> = SortedMap::new();
            for run in scope.runs(environment, after) {
                let Some(fact) = self.counts(&run, scope) else { continue };
                let began = run.started().ok_or(fact)?;
                let place = fact.id.as_deref().map(|id| {
                    let before = had.entry((id, &fact.component)).or_default();
                    let place = *by_id.entry((id, *before)).or_insert(counted.len());
                    *before += 1;
                    place
                });
                // Under one id several components are one deployment, which began when the last of them did. What one of
                // them did again is one more.
                match place.and_then(|place| counted.get_mut(place)) {
                    Some(known) if known.0 >= began => {}
                    Some(known) => *known = (began, fact),
                    None => counted.push((began, fact)),
                }
            }
        }
        counted.sort_by_key(|(began, _)| std::cmp::Reverse(*began));
        Ok(counted)
    }

    /// The fact by which a deployment counts.
    fn counts<'a>(&self, run: &Run<'a>, scope: &Scope<'_>) -> Option<&'a DeploymentFact> {
        if self.only_succeeded {
            return run.succeeded().or_else(|| run.running(scope));
        }
        run.facts.first().copied()
    }

    /// Until when the number is used up, as far as these deployments go; and until when the gap lasts.
    fn waits(&self, counted: &[Counted<'_>]) -> (Option<Timestamp>, Option<Timestamp>) {
        let after = |began: Timestamp, length: Elapsed| began.checked_add(length.0).unwrap_or(Timestamp::MAX);
        let of = |place: usize| counted.get(place).map(|(began, _)| *began);
        let number =
            self.max.zip(self.per).and_then(|(max, per)| Some(after(of((max as usize).checked_sub(1)?)?, per)));
        let gap = self.gap.and_then(|gap| Some(after(of(0)?, gap)));
        (number, gap)
    }
}

impl GateCheck for RateLimit {
    fn environments(&self) -> Vec<&str> {
        self.environments.iter().flatten().map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (environments, at) = (with_target(scope, self.environments.as_ref()), scope.at);
        let names = || suggest::quoted(&environments);
        // With a list that may be short, waiting clears nothing.
        if self.history == History::Required
            && let Some(lacking) = scope.lacks_history(&environments)
        {
            return lacking;
        }
        let counted = match self.counted(scope, &environments) {
            Ok(counted) => counted,
            Err(fact) => {
                let message = format!("it is not known when a deployment to `{}` began", fact.environment);
                return Judgement::unknown(message).help("give it a `startedAt`").fact("without a time", &fact.origin);
            }
        };
        let blocking = |until: &Timestamp| *until > at;
        let (number, gap) = self.waits(&counted);
        let (number, gap) = (number.filter(blocking), gap.filter(blocking));
        let used = |max: u32, per: Elapsed| {
            let within = |(began, _): &&Counted<'_>| began.checked_add(per.0).is_ok_and(|end| end > at);
            let used = counted.iter().filter(within).count();
            let noun = if max == 1 { "deployment" } else { "deployments" };
            let verb = if max == 1 || used == 1 { "is" } else { "are" };
            format!("{used} of {max} {noun} to {} in {per} {verb} used", names())
        };
        let last = || format!("the last deployment to {} began", names());
        if let Some(until) = number.max(gap) {
            let mut said = Vec::new();
            if let (Some(until), Some((max, per))) = (number, self.max.zip(self.per)) {
                said.push(format!("{}, until {}", used(max, per), scope.say(until)));
            }
            if let (Some(until), Some(length), Some((began, _))) = (gap, self.gap, counted.first()) {
                let (ago, until) = (Scope::length(*began, at.max(*began)), scope.say(until));
                said.push(format!("{} {ago} ago, and {length} has to lie between, until {until}", last()));
            }
            let judgement = Judgement::wait(Some(until), said.join("; ")).opens(Some(scope.zone.moment(until)));
            let most = if number.is_some() { self.max.unwrap_or(1) as usize } else { 1 };
            let label = |began: Timestamp| format!("began {}", scope.say(began));
            return counted
                .iter()
                .take(most)
                .fold(judgement, |judgement, (began, fact)| judgement.fact(label(*began), &fact.origin));
        }
        scope.pass(|| {
            let mut said: Vec<String> = self.max.zip(self.per).map(|(max, per)| used(max, per)).into_iter().collect();
            if let (Some(_), Some((began, _))) = (self.gap, counted.first()) {
                said.push(format!("{} {}", last(), scope.say(*began)));
            }
            if said.is_empty() {
                let gap = self.gap.unwrap_or_default();
                said.push(format!("no deployment to {} began in the last {gap}", names()));
            }
            Judgement::pass(said.join("; "))
        })
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let counted = self.counted(scope, &with_target(scope, self.environments.as_ref())).ok()?;
        let (number, gap) = self.waits(&counted);
        scope.next_of(number.max(gap))
    }
}
