//! `soak`: what is promoted has run for a while where it comes from.

use paritygate_eval::kind::Params;
use paritygate_eval::schedule::{Schedule, Sense};
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_lang::schedule::Windows;
use paritygate_model::decision::GateStatus;
use paritygate_model::promotion::{Artifact, CheckStatus, DeploymentResult, Elapsed, HealthStatus, Origin};
use paritygate_model::{Diagnostic, Timestamp, limits};
use serde::Deserialize;

/// The parameters of `soak`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Soak {
    /// How long it must have run: `PT4H`.
    pub duration: Elapsed,
    /// The environments in which it must have run; else those that the pipeline leads from to the target.
    #[serde(default)]
    pub environments: Option<Vec<String>>,
    /// Checks whose end is a beginning as well: the time counts from when the last of them has passed.
    #[serde(default)]
    pub after: Vec<String>,
    /// What is asked of the health of these environments.
    #[serde(default)]
    pub health: HealthRule,
    /// The windows inside of which time counts, such as office hours.
    #[serde(default)]
    pub during: Option<Windows>,
}

/// What is asked of the health of an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum HealthRule {
    /// It must be known, and good: time counts from the beginning of the good state.
    #[default]
    Required,
    /// Likewise, where it is known.
    IfKnown,
    /// Nothing.
    Ignored,
}

impl GateKind for Soak {
    const NAME: &'static str = "soak";
    const SUMMARY: &'static str = "what is promoted has run for a while where it comes from";
    const MANUAL: &'static str = r#"
For every artifact, the latest deployment to each upstream environment must be of the same digest and have succeeded, and
`duration` of real time must have passed since it ended. The time begins anew where the environment was not healthy since:
then it counts from the beginning of its present health. With `after`, it also counts from the end of the last of these
checks. With `during`, only time inside the windows counts.

```example
params: { duration: PT4H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-02T07:50:00Z, finishedAt: 2026-01-02T08:00:00Z, result: succeeded }]
  health: [{ environment: staging, status: healthy, since: 2026-01-01T00:00:00Z }]
now: 2026-01-02T12:00:00Z
expect: pass
message: "`api` has soaked 4 h in staging, of 4 h"
```

```example
params: { duration: PT4H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-02T07:50:00Z, finishedAt: 2026-01-02T08:00:00Z, result: succeeded }]
  health: [{ environment: staging, status: healthy, since: 2026-01-02T11:18:00Z }]
now: 2026-01-02T12:00:00Z
expect: fail
message: "`api` has soaked 42 min in staging, of 4 h, until Fri 2026-01-02 15:18Z"
next: 2026-01-02T15:18:00Z
```

```example
params: { duration: PT4H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", finishedAt: 2026-01-02T08:00:00Z, result: succeeded }]
expect: unknown
message: "nothing is known of the health of staging"
```

```example
params: { duration: PT8H, health: ignored, during: { timezone: UTC, windows: [{ days: [mon, tue, wed, thu, fri], start: "09:00", end: "17:00" }] } }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", finishedAt: 2026-01-02T13:00:00Z, result: succeeded }]
now: 2026-01-04T12:00:00Z
expect: fail
message: "`api` has soaked 4 h in staging, of 8 h, until Mon 2026-01-05 13:00Z"
next: 2026-01-05T13:00:00Z
```
"#;

    fn compile(self, params: &Params<'_>, context: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        if self.duration.0.is_zero() {
            diagnostics.push(params.wrong("duration", "`duration` is no time").help("such as `PT4H`"));
        }
        if self.environments.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("environments", "`environments` is empty: nothing would be asked");
            diagnostics.push(wrong.help("name environments, or remove the field"));
        }
        let during = self.during.as_ref().and_then(|windows| {
            let place = |_: &str, _: Option<usize>| params.at("during");
            let compiled = Schedule::compile(windows, Sense::Allow, context.zones, &place);
            compiled.map_err(|mut wrong| diagnostics.append(&mut wrong)).ok()
        });
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        Ok(Box::new(Check { params: self, during }))
    }
}

struct Check {
    params: Soak,
    during: Option<Schedule>,
}

/// When the time of an artifact began in an environment, and the fact that says so; or why it has not begun.
type Begun = Result<(Timestamp, Origin), Judgement>;

#[expect(clippy::result_large_err, reason = "a verdict is made once per gate")]
impl Check {
    /// Groups of upstream environments, and how many of each must have soaked.
    fn groups<'s>(&'s self, scope: &Scope<'s>) -> Vec<(Vec<&'s str>, usize)> {
        if let Some(environments) = &self.params.environments {
            return vec![(environments.iter().map(String::as_str).collect(), environments.len())];
        }
        let ways = scope.pipeline.stage(scope.to()).into_iter().flat_map(|(to, _)| scope.pipeline.ways_to(to));
        let groups: Vec<(Vec<&str>, usize)> = ways
            .map(|edge| {
                let names: Vec<&str> = edge.from.iter().map(|from| scope.pipeline.name(*from)).collect();
                let needed = edge.needs.of(names.len());
                (names, needed)
            })
            .collect();
        if groups.is_empty() { vec![(vec![scope.from()], 1)] } else { groups }
    }

    fn begun(&self, scope: &Scope<'_>, artifact: &Artifact, environment: &str) -> Begun {
        let component = &artifact.component;
        let Some(latest) = scope.latest(environment, component) else {
            let judged = Judgement::unknown(format!("no deployment of `{component}` to {environment} is known"));
            return Err(match scope.has_unaccepted(environment, component) {
                Some(fact) => judged
                    .note(format!("one is {}, which this gate does not accept", fact.origin.source.word()))
                    .fact("not accepted", &fact.origin),
                None => judged.help("hand in the deployments, with `--facts`"),
            });
        };
        let label = format!("{environment}: {}", latest.result.word());
        let wrong = |judged: Judgement| Err(judged.fact(label.clone(), &latest.origin));
        match (Scope::is_of(latest, artifact), latest.result, latest.finished_at.or(latest.started_at)) {
            (None, ..) => wrong(Judgement::unknown(format!(
                "it is not known which digest of `{component}` runs in {environment}"
            ))),
            (Some(false), ..) => {
                wrong(Judgement::fail(format!("another digest of `{component}` was deployed to {environment} since")))
            }
            (Some(true), DeploymentResult::Succeeded, Some(end)) => {
                let (mut start, mut origin) = (end.0, latest.origin.clone());
                for (since, from) in
                    self.healthy(scope, environment)?.into_iter().chain(self.verified(scope, artifact)?)
                {
                    if since > start {
                        (start, origin) = (since, from);
                    }
                }
                Ok((start, origin))
            }
            (Some(true), DeploymentResult::Succeeded, None) => {
                wrong(Judgement::unknown(format!("it is not known when `{component}` was deployed to {environment}")))
            }
            (Some(true), ..) => {
                wrong(Judgement::fail(format!("`{component}` does not run in {environment}: {}", latest.result.word())))
            }
        }
    }

    /// Since when an environment is healthy.
    fn healthy(&self, scope: &Scope<'_>, environment: &str) -> Result<Option<(Timestamp, Origin)>, Judgement> {
        if self.params.health == HealthRule::Ignored {
            return Ok(None);
        }
        let all = scope.request.health(environment);
        // Good news count from where they are believed; bad news count from anywhere.
        let newest =
            all.into_iter().find(|health| health.status != HealthStatus::Healthy || scope.accepts(&health.origin));
        let unknown = || {
            Judgement::unknown(format!("nothing is known of the health of {environment}"))
                .help("hand it in as `health`, or set `health: ifKnown` for this gate")
        };
        let Some(newest) = newest else {
            return if self.params.health == HealthRule::IfKnown { Ok(None) } else { Err(unknown()) };
        };
        match (newest.status, newest.since) {
            (HealthStatus::Healthy, Some(since)) if scope.has_happened(since) => {
                Ok(Some((since.0, newest.origin.clone())))
            }
            (HealthStatus::Healthy, _) => {
                Err(Judgement::unknown(format!("it is not known since when {environment} is healthy"))
                    .help("give the fact `since`")
                    .fact("healthy", &newest.origin))
            }
            (HealthStatus::Unknown, _) => Err(unknown().fact("unknown", &newest.origin)),
            (status, _) => Err(Judgement::fail(format!("{environment} is {}", status.word()))
                .help("mend it: the time begins anew when it is healthy")
                .fact(status.word(), &newest.origin)),
        }
    }

    /// When the last of the checks passed.
    fn verified(&self, scope: &Scope<'_>, artifact: &Artifact) -> Result<Option<(Timestamp, Origin)>, Judgement> {
        let mut last: Option<(Timestamp, Origin)> = None;
        for name in &self.params.after {
            let is_of = |digest: &Option<String>| digest.is_some() && *digest == artifact.digest;
            let mut checks = scope.request.checks(name).filter(|check| is_of(&check.digest));
            let newest = checks.find(|check| check.status != CheckStatus::Passed || scope.accepts(&check.origin));
            let Some(newest) = newest else {
                let message = format!("`{name}` is not known to have run for `{}`", artifact.component);
                return Err(Judgement::unknown(message).help("hand in its result for this digest"));
            };
            match (newest.status, newest.finished_at) {
                (CheckStatus::Passed, Some(at)) if scope.has_happened(at) => {
                    if last.as_ref().is_none_or(|(known, _)| at.0 > *known) {
                        last = Some((at.0, newest.origin.clone()));
                    }
                }
                (CheckStatus::Passed, _) => {
                    let judged = Judgement::unknown(format!("it is not known when `{name}` passed"));
                    return Err(judged.help("give the fact `finishedAt`").fact("passed", &newest.origin));
                }
                (status, _) => {
                    return Err(Judgement::fail(format!("`{name}` has not passed: {}", status.word()))
                        .fact(status.word(), &newest.origin));
                }
            }
        }
        Ok(last)
    }

    /// How much time has counted between two instants.
    fn counted(&self, from: Timestamp, to: Timestamp) -> Elapsed {
        let Some(during) = &self.during else { return Scope::length(from, to.max(from)) };
        let (mut at, mut sum) = (from, jiff::SignedDuration::ZERO);
        for _ in 0..limits::MAX_STEPS {
            if at >= to {
                break;
            }
            match during.run(at) {
                Some(run) => {
                    sum += run.end.min(to).duration_since(at);
                    at = run.end;
                }
                None => match during.next_start(at, to) {
                    Some(start) => at = start,
                    None => break,
                },
            }
        }
        Elapsed(sum)
    }

    /// When the whole time will have counted.
    fn done(&self, from: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        let Some(during) = &self.during else { return from.checked_add(self.params.duration.0).ok() };
        let (mut at, mut left) = (from, self.params.duration.0);
        for _ in 0..limits::MAX_STEPS {
            match during.run(at) {
                Some(run) => {
                    let here = run.end.duration_since(at);
                    if here >= left {
                        return at.checked_add(left).ok();
                    }
                    left -= here;
                    at = run.end;
                }
                None => at = during.next_start(at, limit)?,
            }
        }
        None
    }

    fn one(&self, scope: &Scope<'_>, artifact: &Artifact, environment: &str) -> Judgement {
        let (start, origin) = match self.begun(scope, artifact, environment) {
            Ok(begun) => begun,
            Err(judged) => return judged,
        };
        let (counted, length) = (self.counted(start, scope.at), self.params.duration);
        let done = self.done(start, scope.limit());
        let said = format!("`{}` has soaked {counted} in {environment}, of {length}", artifact.component);
        let judged = match done {
            Some(done) if done <= scope.at => Judgement::pass(said),
            Some(done) => Judgement::wait(Some(done), format!("{said}, until {}", scope.say(done))),
            None => Judgement::wait(None, format!("{said}, and no windows are left in which it could")),
        };
        judged.fact(format!("since {}", scope.say(start)), &origin)
    }
}

impl GateCheck for Check {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return Judgement::unknown("the request names no artifact").help("name what is promoted below `artifacts`");
        }
        let mut all = Judgement::default();
        for (upstream, needed) in self.groups(scope) {
            for artifact in scope.artifacts() {
                let mut judged: Vec<Judgement> = upstream.iter().map(|name| self.one(scope, artifact, name)).collect();
                // So many of them as are needed: the best, and of those that wait the ones that wait least.
                judged.sort_by_key(|judged| (judged.status != GateStatus::Pass, judged.until.is_none(), judged.until));
                all = judged.into_iter().take(needed).fold(all, Judgement::and);
            }
        }
        all
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let groups = self.groups(scope);
        let pairs = groups.iter().flat_map(|(upstream, _)| {
            upstream.iter().flat_map(|name| scope.artifacts().iter().map(|artifact| (artifact, *name)))
        });
        let begun = pairs.filter_map(|(artifact, name)| self.begun(scope, artifact, name).ok());
        begun.filter_map(|(start, _)| self.done(start, scope.limit())).filter(|done| *done > scope.at).min()
    }

    fn zones(&self) -> Vec<paritygate_eval::zones::Zone> {
        self.during.iter().map(|during| during.zone().clone()).collect()
    }
}
