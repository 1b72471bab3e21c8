//! `soak`: what is promoted ran upstream for a while, and felt well.

use jiff::SignedDuration;
use paritygate_eval::kind::Params;
use paritygate_eval::schedule::{Schedule, Sense};
use paritygate_eval::zones::Zone;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_lang::schedule::Windows;
use paritygate_model::decision::GateStatus;
use paritygate_model::promotion::{Artifact, CheckFact, DeploymentFact, DeploymentResult, Elapsed};
use paritygate_model::promotion::{Health, HealthStatus, Instant, Origin};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedSet, Timestamp, suggest};
use smallvec::{SmallVec, smallvec};

use crate::checks;

use crate::deployments;

/// The parameters of `soak`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Soak {
    /// How long it has to run there without a break, in real time: `PT4H`.
    pub duration: Elapsed,
    /// The environments that count as upstream. Without them, those that the pipeline leads from to the target.
    pub environments: Option<Vec<String>>,
    /// In how many of them it has to soak; else what the pipeline says, and all where it says nothing.
    pub at_least: Option<u32>,
    /// Checks of the artifact after which it begins.
    pub after: Option<Vec<String>>,
    /// Whether the health of the environments has to be known.
    #[serde(default)]
    pub health: HealthNeed,
    /// The only time that counts, such as working hours; all time where it is absent.
    pub during: Option<Windows>,
}

/// Whether the health of an environment has to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum HealthNeed {
    /// It has to be known.
    #[default]
    Required,
    /// It counts where it is known.
    IfKnown,
    /// It does not count.
    Ignored,
}

impl GateKind for Soak {
    const NAME: &'static str = "soak";
    const SUMMARY: &'static str = "what is promoted ran upstream for a while, and felt well";
    const MANUAL: &'static str = r#"
Every artifact must have run in each upstream environment for `duration` without a break. It counts from the latest of: the
end of the latest deployment of the artifact there, since when the environment is healthy, and the ends of the checks named
in `after`. Whatever interrupts it makes it start anew. It fails, and time does not mend that, where the latest deployment
failed or is of another digest, where the environment is degraded or unhealthy, and where a check of `after` did not pass.

Upstream environments and how many of them are needed are those of the pipeline's edges, unless `environments` names others.
With `during` only time inside those windows counts.

```example
params: { duration: PT4H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-02T08:00:00Z, finishedAt: 2026-01-02T08:10:00Z, result: succeeded }
  health: [{ environment: staging, status: healthy, since: 2026-01-02T11:18:00Z }]
now: 2026-01-02T12:00:00Z
expect: fail
message: "`api` soaked 42 min of 4 h in staging, until Fri 2026-01-02 15:18Z"
next: 2026-01-02T15:18:00Z
```

```example
params: { duration: PT4H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-02T08:00:00Z, finishedAt: 2026-01-02T08:10:00Z, result: succeeded }
  health: [{ environment: staging, status: healthy, since: 2026-01-01T00:00:00Z }]
now: 2026-01-02T12:10:00Z
expect: pass
message: "`api` soaked 4 h in staging, and 4 h are needed"
next: 2026-01-02T12:10:00Z
```

```example
params: { duration: PT4H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-01T08:00:00Z, finishedAt: 2026-01-01T08:10:00Z, result: succeeded }
    - { environment: staging, component: api, digest: "sha256:bb", startedAt: 2026-01-02T08:00:00Z, finishedAt: 2026-01-02T08:10:00Z, result: succeeded }
  health: [{ environment: staging, status: healthy, since: 2026-01-01T00:00:00Z }]
expect: fail
message: "another digest of `api` was deployed to staging since"
```

```example
params: { duration: PT4H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-01T08:00:00Z, finishedAt: 2026-01-01T08:10:00Z, result: succeeded }
expect: unknown
message: the health of staging is not known
```

```example
params: { duration: PT4H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-01T08:00:00Z, finishedAt: 2026-01-01T08:10:00Z, result: succeeded }
  health:
    - { environment: staging, status: healthy, since: 2026-01-01T00:00:00Z }
    - { environment: staging, status: degraded, since: 2026-01-02T09:00:00Z }
expect: fail
message: "staging is degraded since Fri 2026-01-02 09:00Z"
```

```example
params: { duration: PT1H, after: [e2e], health: ignored }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-02T08:00:00Z, finishedAt: 2026-01-02T08:10:00Z, result: succeeded }
  checks: [{ name: e2e, environment: staging, digest: "sha256:aa", status: passed, finishedAt: 2026-01-02T11:30:00Z }]
now: 2026-01-02T12:00:00Z
expect: fail
message: "`api` soaked 30 min of 1 h in staging, until Fri 2026-01-02 12:30Z"
next: 2026-01-02T12:30:00Z
```

```example
params: { duration: PT4H, health: ifKnown, during: { timezone: UTC, windows: [{ days: [mon, tue, wed, thu, fri], start: "09:00", end: "17:00" }] } }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-02T15:00:00Z, finishedAt: 2026-01-02T15:10:00Z, result: succeeded }
now: 2026-01-04T12:00:00Z
expect: fail
message: "`api` soaked 1 h 50 min of 4 h in staging, until Mon 2026-01-05 11:10Z"
next: 2026-01-05T11:10:00Z
```

```example
params: { duration: PT4H, environments: [staging-eu, staging-us], atLeast: 1, health: ignored }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging-eu, component: api, digest: "sha256:aa", startedAt: 2026-01-02T09:00:00Z, finishedAt: 2026-01-02T09:30:00Z, result: succeeded }
    - { environment: staging-us, component: api, digest: "sha256:aa", startedAt: 2026-01-02T09:00:00Z, finishedAt: 2026-01-02T11:00:00Z, result: succeeded }
now: 2026-01-02T12:00:00Z
expect: fail
next: 2026-01-02T13:30:00Z
```

```example
params: { duration: PT0S }
expect: rejected
message: "`duration` is no time at all"
```
"#;

    fn compile(self, params: &Params<'_>, context: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        if self.duration.0.is_zero() {
            let zero = params.wrong("duration", "`duration` is no time at all");
            wrong.push(zero.help("give it a duration such as `PT4H`; where a deployment has to succeed and no more, use `upstream-succeeded`"));
        }
        for (name, list) in [("environments", &self.environments), ("after", &self.after)] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                let empty = params.wrong(name, format!("`{name}` is empty: nothing would be asked"));
                wrong.push(empty.help("name some, or remove the field"));
            }
        }
        let all = self.environments.as_ref().map(|names| names.iter().collect::<SortedSet<_>>().len());
        if self.at_least.is_some_and(|number| number == 0 || all.is_some_and(|all| number as usize > all)) {
            wrong.push(params.wrong("atLeast", "`atLeast` is a number from 1 to that of the environments"));
        }
        let during = self.during.and_then(|windows| {
            let place = |_: &str, _: Option<usize>| params.at("during");
            let compiled = Schedule::compile(&windows, Sense::Allow, context.zones, &place);
            compiled.map_err(|mut more| wrong.append(&mut more)).ok()
        });
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Box::new(Check {
            duration: self.duration,
            environments: self.environments,
            at_least: self.at_least,
            after: self.after.unwrap_or_default(),
            health: self.health,
            during,
        }))
    }
}

struct Check {
    duration: Elapsed,
    environments: Option<Vec<String>>,
    at_least: Option<u32>,
    after: Vec<String>,
    health: HealthNeed,
    during: Option<Schedule>,
}

/// Since when something soaks, and by which facts.
struct Since<'a> {
    at: Timestamp,
    /// What happened then.
    why: Event<'a>,
    facts: SmallVec<[Event<'a>; 4]>,
}

/// What counts from an instant on, or why nothing does.
type Counts<'a> = Result<Since<'a>, Box<Judgement>>;

impl<'a> Since<'a> {
    fn new(at: Timestamp, why: Event<'a>) -> Self {
        Self { at, why, facts: smallvec![why] }
    }

    fn later(mut self, other: Self) -> Self {
        self.facts.extend(other.facts);
        if other.at > self.at {
            (self.at, self.why) = (other.at, other.why);
        }
        self
    }
}

/// What begins a soak.
#[derive(Clone, Copy)]
enum Event<'a> {
    Deployed(&'a DeploymentFact),
    /// By a source that does not count for it.
    DeployedAgain(&'a DeploymentFact),
    Healthy(&'a Health),
    Passed(&'a CheckFact),
}

impl<'a> Event<'a> {
    fn origin(self) -> &'a Origin {
        match self {
            Self::Deployed(fact) | Self::DeployedAgain(fact) => &fact.origin,
            Self::Healthy(health) => &health.origin,
            Self::Passed(check) => &check.origin,
        }
    }

    /// What its fact is called.
    fn label(self, environment: &str) -> String {
        match self {
            Self::Deployed(fact) => deployments::label(fact, environment),
            Self::DeployedAgain(_) => format!("{environment}: deployed again"),
            Self::Healthy(health) => format!("{environment}: {}", health.status.word()),
            Self::Passed(check) => format!("`{}`: {}", check.name, check.status.word()),
        }
    }

    fn say(self, environment: &str) -> String {
        match self {
            Self::Deployed(_) => format!("its deployment to {environment} ended"),
            Self::DeployedAgain(_) => format!("it was deployed to {environment} again"),
            Self::Healthy(_) => format!("since then {environment} is healthy"),
            Self::Passed(check) => format!("`{}` passed", check.name),
        }
    }
}

impl GateCheck for Check {
    fn environments(&self) -> Vec<&str> {
        self.environments.iter().flatten().map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        let groups = scope.upstream(self.environments.as_deref(), self.at_least);
        let each = groups.iter().flat_map(|(upstream, needed)| {
            scope.artifacts().iter().map(move |artifact| self.group(scope, artifact, upstream, *needed))
        });
        let judgement = each.fold(Judgement::default(), Judgement::and);
        match judgement.until.map(|until| self.zone(scope).moment(until)) {
            Some(opens) => judgement.opens(Some(opens)),
            None => judgement,
        }
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let groups = scope.upstream(self.environments.as_deref(), self.at_least);
        let names = groups.iter().flat_map(|(upstream, _)| upstream.iter().copied());
        let each = names.flat_map(|name| scope.artifacts().iter().map(move |artifact| (artifact, name)));
        let untils = each.filter_map(|(artifact, name)| self.until(scope, self.since(scope, artifact, name).ok()?.at));
        scope.next_of(untils)
    }

    fn zones(&self) -> Vec<Zone> {
        self.during.iter().map(|schedule| schedule.zone().clone()).collect()
    }
}

impl Check {
    fn zone<'s>(&'s self, scope: &Scope<'s>) -> &'s Zone {
        self.during.as_ref().map_or(scope.zone, Schedule::zone)
    }

    /// When what soaks since an instant has soaked.
    fn until(&self, scope: &Scope<'_>, since: Timestamp) -> Option<Timestamp> {
        match &self.during {
            Some(schedule) => schedule.inside_for(since, self.duration.0, scope.limit()),
            None => since.checked_add(self.duration.0).ok(),
        }
    }

    /// Judges one artifact over a group of environments.
    fn group(&self, scope: &Scope<'_>, artifact: &Artifact, upstream: &[&str], needed: usize) -> Judgement {
        let judged: Vec<Judgement> = upstream.iter().map(|name| self.one(scope, artifact, name)).collect();
        let (good, mut rest): (Vec<Judgement>, Vec<Judgement>) =
            judged.into_iter().partition(|judgement| judgement.status == GateStatus::Pass);
        let number = good.len();
        if number >= needed {
            return good.into_iter().fold(Judgement::default(), Judgement::and);
        }
        let missing = needed - number;
        // Where waiting is enough, those that are through first are waited for.
        let waits = |judgement: &Judgement| judgement.until.is_some();
        if rest.iter().filter(|judgement| waits(judgement)).count() >= missing {
            rest.retain(waits);
            rest.sort_by_key(|judgement| judgement.until);
            rest.truncate(missing);
        }
        let judgement = rest.into_iter().fold(Judgement::default(), Judgement::and);
        if upstream.len() == needed {
            return judgement;
        }
        let are = if needed == 1 { "is" } else { "are" };
        judgement
            .note(format!("{number} of {} soaked long enough, and {needed} {are} needed", suggest::quoted(upstream)))
    }

    fn one(&self, scope: &Scope<'_>, artifact: &Artifact, environment: &str) -> Judgement {
        let since = match self.since(scope, artifact, environment) {
            Ok(since) => since,
            Err(judgement) => return *judgement,
        };
        let (zone, component, needed) = (self.zone(scope), &artifact.component, self.duration);
        let soaked = match &self.during {
            Some(schedule) => schedule.inside_between(since.at, scope.at),
            None => scope.at.duration_since(since.at),
        };
        let soaked = Elapsed(soaked.max(SignedDuration::ZERO));
        let until = self.until(scope, since.at);
        let told = |judgement: Judgement| {
            let facts = since.facts.iter();
            facts.fold(judgement, |judgement, fact| judgement.fact(fact.label(environment), fact.origin()))
        };
        if until.is_some_and(|until| until <= scope.at) {
            let message = || format!("`{component}` soaked {soaked} in {environment}, and {needed} are needed");
            return scope.pass(|| told(Judgement::pass(message())));
        }
        let end = match until {
            Some(until) => format!("until {}", zone.say(until)),
            None => "which does not end within ten years".to_owned(),
        };
        let message = format!("`{component}` soaked {soaked} of {needed} in {environment}, {end}");
        let from = format!("it counts from {}: {}", zone.say(since.at), since.why.say(environment));
        told(Judgement::wait(until, message).note(from))
    }

    /// Since when an artifact soaks in an environment.
    fn since<'a>(&self, scope: &Scope<'a>, artifact: &Artifact, environment: &str) -> Counts<'a> {
        let mut since = deployed(scope, artifact, environment)?;
        if self.health != HealthNeed::Ignored
            && let Some(healthy) = healthy(scope, environment, self.health)?
        {
            since = since.later(healthy);
        }
        for name in &self.after {
            since = since.later(checked(scope, artifact, environment, name)?);
        }
        Ok(since)
    }
}

/// Adds that facts were passed over only for where they are from.
fn passed_over(judgement: Judgement, origin: Option<&Origin>) -> Judgement {
    match origin {
        Some(origin) => judgement
            .note(format!("one is {}, which this gate does not accept", origin.source.word()))
            .fact("not accepted", origin),
        None => judgement,
    }
}

/// The end of the latest deployment, if it is of the artifact and went well. Whatever speaks against it counts wherever it
/// is from, also that another digest went well.
fn deployed<'a>(scope: &Scope<'a>, artifact: &Artifact, environment: &str) -> Counts<'a> {
    let component = &artifact.component;
    let of = |fact: &DeploymentFact| fact.component == *component || fact.component.is_empty();
    let running = scope.running(environment).into_iter().find(|fact| of(fact));
    let mut ignored: Option<&'a DeploymentFact> = None;
    let request = scope.request;
    for fact in request.deployments(environment).filter(|fact| of(fact)) {
        let happened = fact.when().is_none_or(|at| scope.has_happened(at));
        let good = fact.result == DeploymentResult::Succeeded && Scope::is_of(fact, artifact) == Some(true);
        if fact.result == DeploymentResult::Running && running.is_none_or(|running| !std::ptr::eq(running, fact)) {
            // It has ended meanwhile.
        } else if good && happened && !scope.accepts(&fact.origin) {
            ignored = ignored.or(Some(fact));
        } else if !good || happened {
            let since = latest(scope, artifact, environment, fact)?;
            // One that does not count for it still interrupts it.
            return Ok(match ignored.and_then(|fact| Some((fact.when()?.0, fact))) {
                Some((at, fact)) => since.later(Since::new(at, Event::DeployedAgain(fact))),
                None => since,
            });
        }
    }
    let judgement = Judgement::unknown(format!("no deployment of `{component}` to {environment} is known"));
    let judgement = passed_over(judgement, ignored.map(|fact| &fact.origin));
    Err(judgement.help("hand in the deployments, with `--facts`").into())
}

fn latest<'a>(scope: &Scope<'_>, artifact: &Artifact, environment: &str, fact: &'a DeploymentFact) -> Counts<'a> {
    let judgement =
        match (deployments::amiss(fact, artifact, environment, ": then it begins to soak"), fact.finished_at) {
            (Some(amiss), _) => amiss,
            (None, Some(Instant(at))) if at <= scope.now => return Ok(Since::new(at, Event::Deployed(fact))),
            (None, _) => {
                let component = &artifact.component;
                let message = format!("it is not known when the deployment of `{component}` to {environment} ended");
                Judgement::unknown(message).help("give it a `finishedAt`")
            }
        };
    Err(judgement.fact(deployments::label(fact, environment), &fact.origin).into())
}

/// Since when an environment is healthy; `None` where that is not known, and need not be.
fn healthy<'a>(scope: &Scope<'a>, environment: &str, need: HealthNeed) -> Result<Option<Since<'a>>, Box<Judgement>> {
    let known = scope.request.health(environment);
    let good = |health: &&Health| health.status == HealthStatus::Healthy;
    let counts = |health: &&Health| {
        !good(health) || scope.accepts(&health.origin) && health.since.is_none_or(|since| scope.has_happened(since))
    };
    let Some(health) = known.iter().copied().find(counts) else {
        if need == HealthNeed::IfKnown && known.is_empty() {
            return Ok(None);
        }
        let judgement = Judgement::unknown(format!("the health of {environment} is not known"));
        let ignored = known.iter().find(|health| !scope.accepts(&health.origin)).map(|health| &health.origin);
        let help = match known.as_slice() {
            [] => "hand in its health, with `--facts`, or give the gate `health: ifKnown`",
            _ => "hand in its health as it has been until now, with `--facts`",
        };
        return Err(passed_over(judgement, ignored).help(help).into());
    };
    let since = || health.since.map(|since| format!(" since {}", scope.say(since.0))).unwrap_or_default();
    let judgement = match (health.status, health.since) {
        (HealthStatus::Healthy, Some(Instant(at))) => {
            // What does not count for it still says that something was amiss before.
            let amiss =
                known.iter().filter(|health| !(good(health) && counts(health))).filter_map(|health| health.since);
            let amiss = amiss.filter(|since| scope.has_happened(*since)).max();
            // It was looked at again and again, and was healthy: it has been since the first time after that.
            let after = |health: &&Health| health.since.is_some() && health.since > amiss;
            let first = known.iter().copied().rfind(|health| good(health) && counts(health) && after(health));
            let first = first.and_then(|first| Some(Since::new(first.since?.0, Event::Healthy(first))));
            let amiss = amiss.map_or(at, |amiss| amiss.0.max(at));
            return Ok(Some(first.unwrap_or_else(|| Since::new(amiss, Event::Healthy(health)))));
        }
        (HealthStatus::Healthy, None) => {
            Judgement::unknown(format!("it is not known since when {environment} is healthy"))
                .help("give its health a `since`")
        }
        (HealthStatus::Unknown, _) => {
            Judgement::unknown(format!("nobody knows the health of {environment}{}", since()))
                .help("look after it, and hand in its health")
        }
        (status, _) => Judgement::fail(format!("{environment} is {}{}", status.word(), since()))
            .help("mend it: then it begins to soak anew"),
    };
    Err(judgement.fact(Event::Healthy(health).label(environment), &health.origin).into())
}

/// The end of the newest check of a name, if it is of the artifact and passed.
fn checked<'a>(scope: &Scope<'a>, artifact: &Artifact, environment: &str, name: &str) -> Counts<'a> {
    let here = |check: &CheckFact| check.environment.as_deref().is_none_or(|of| of == environment);
    let about = || checks::about(scope, name, artifact, here);
    let component = &artifact.component;
    let Some(check) = about().find(|check| checks::counts(scope, check)) else {
        let judgement = Judgement::unknown(format!(
            "no result of `{name}` for this digest of `{component}` in {environment} is known"
        ));
        let ignored = about().find(|check| !scope.accepts(&check.origin));
        let judgement = passed_over(judgement, ignored.map(|check| &check.origin));
        return Err(judgement.help(format!("run `{name}`, and hand in its result with the `digest`")).into());
    };
    let judgement = match check.finished_at {
        _ if !checks::is_good(check) => {
            Judgement::fail(format!("`{name}` is {} for `{component}` in {environment}", check.status.word()))
                .help(format!("it soaks from the end of `{name}` on: let it pass"))
        }
        Some(Instant(at)) => return Ok(Since::new(at, Event::Passed(check))),
        None => Judgement::unknown(format!("it is not known when `{name}` ended")).help("give it a `finishedAt`"),
    };
    Err(judgement.fact(Event::Passed(check).label(environment), &check.origin).into())
}
