//! `rate-limit`: no more than so many deployments in a time.

use std::cmp::Reverse;

use jiff::SignedDuration;
use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{DeploymentFact, DeploymentResult, Elapsed};
use paritygate_model::{Diagnostic, Timestamp};
use serde::Deserialize;

/// The parameters of `rate-limit`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RateLimit {
    /// How many deployments may begin within `per`.
    pub max: Option<u32>,
    /// The real time in which they are counted, such as `P1D`.
    pub per: Option<Elapsed>,
    /// How much real time has to lie between the beginnings of two deployments, such as `PT1H`.
    pub gap: Option<Elapsed>,
    /// Environments that share the limit with the target.
    pub environments: Vec<String>,
    /// Whether only deployments that went well are counted; all are by default.
    pub only_succeeded: bool,
}

impl GateKind for RateLimit {
    const NAME: &'static str = "rate-limit";
    const SUMMARY: &'static str = "no more than so many deployments in a time";
    const MANUAL: &'static str = r#"
Counts the deployments that began in the real time `per` before the instant: there must be fewer than `max`. A deployment
counts from its beginning on, and no longer at the instant that lies `per` after it. With `gap`, that much real time lies
between two beginnings. Deployments count wherever they are known from; one without a `startedAt` can't be counted, and
so is unknown.

```example
params: { max: 2, per: P1D }
request: |
  deployments:
    - { environment: production, component: api, startedAt: 2026-01-01T11:00:00Z, finishedAt: 2026-01-01T11:05:00Z, result: succeeded }
    - { environment: production, component: api, startedAt: 2026-01-02T09:00:00Z, finishedAt: 2026-01-02T09:05:00Z, result: succeeded }
expect: pass
message: "1 of 2 deployments to production in 1 d are used"
```

```example
params: { max: 2, per: P1D }
request: |
  deployments:
    - { environment: production, component: api, startedAt: 2026-01-01T18:00:00Z, result: failed }
    - { environment: production, component: api, startedAt: 2026-01-02T09:00:00Z, result: succeeded }
expect: fail
message: "2 of 2 deployments to production in 1 d are used, until Fri 2026-01-02 18:00Z"
next: 2026-01-02T18:00:00Z
```

```example
params: { gap: PT4H }
request: |
  deployments: [{ environment: production, component: api, startedAt: 2026-01-02T09:00:00Z, result: succeeded }]
expect: fail
message: "the last deployment to production began 3 h ago, and 4 h have to lie between two, until Fri 2026-01-02 13:00Z"
next: 2026-01-02T13:00:00Z
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let wrong = match (self.max, self.per, self.gap) {
            (None, None, None) => params
                .wrong("max", "`rate-limit` needs `max` with `per`, or `gap`")
                .help("such as `{ max: 2, per: P1D }`"),
            (Some(_), None, _) => params.wrong("max", "`max` needs `per`").help("such as `per: P1D`"),
            (None, Some(_), _) => params.wrong("per", "`per` needs `max`").help("such as `max: 2`"),
            (Some(0), ..) => {
                params.wrong("max", "`max` is 0: nothing could ever be deployed").help("allow at least one")
            }
            (_, Some(per), _) if per.0.is_zero() => params.wrong("per", "`per` is no time").help("such as `per: P1D`"),
            (.., Some(gap)) if gap.0.is_zero() => params.wrong("gap", "`gap` is no time").help("such as `gap: PT1H`"),
            _ => return Ok(Box::new(self)),
        };
        Err(vec![wrong])
    }
}

impl RateLimit {
    /// The deployments that count, newest first; `Err` with one that can't be counted.
    fn counted<'a>(&self, scope: &Scope<'a>) -> Result<Vec<(Timestamp, &'a DeploymentFact)>, &'a DeploymentFact> {
        let others = self.environments.iter().map(String::as_str).filter(|other| *other != scope.to());
        let places: Vec<&str> = std::iter::once(scope.to()).chain(others).collect();
        let mut found = Vec::new();
        for place in &places {
            for deployment in scope.request.deployments(place) {
                if self.only_succeeded && deployment.result != DeploymentResult::Succeeded {
                    continue;
                }
                match deployment.started_at.or(deployment.finished_at) {
                    Some(at) => found.push((at.0, deployment)),
                    None => return Err(deployment),
                }
            }
        }
        if places.len() > 1 {
            found.sort_by_key(|(at, _)| Reverse(*at));
        }
        Ok(found)
    }

    /// The instant from which on the limit no longer blocks; `None` where it does not block at the scope's instant.
    fn opens(&self, scope: &Scope<'_>, counted: &[(Timestamp, &DeploymentFact)]) -> [Option<Timestamp>; 2] {
        let begun: Vec<Timestamp> = counted.iter().map(|(at, _)| *at).filter(|at| *at <= scope.at).collect();
        let after = |at: Option<&Timestamp>, length: Option<Elapsed>| {
            at?.checked_add(length?.0).ok().filter(|opens| *opens > scope.at)
        };
        let nth = self.max.and_then(|max| begun.get(max as usize - 1));
        [after(nth, self.per), after(begun.first(), self.gap)]
    }
}

impl GateCheck for RateLimit {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let to = scope.to();
        let counted = match self.counted(scope) {
            Ok(counted) => counted,
            Err(deployment) => {
                return Judgement::unknown(format!("it is not known when a deployment to {to} began"))
                    .help("give it `startedAt`")
                    .fact("without a time", &deployment.origin);
            }
        };
        let [full, near] = self.opens(scope, &counted);
        let begun = counted.iter().filter(|(at, _)| *at <= scope.at);
        let mut judged = Judgement::default();
        if let (Some(max), Some(per)) = (self.max, self.per) {
            let since = scope.at.checked_sub(per.0).unwrap_or(Timestamp::MIN);
            let used = begun.clone().filter(|(at, _)| *at > since).count();
            let said = format!("{used} of {max} deployments to {to} in {per} are used");
            judged = judged.and(match full {
                Some(opens) => Judgement::wait(Some(opens), format!("{said}, until {}", scope.say(opens))),
                None => Judgement::pass(said),
            });
        }
        if let Some(gap) = self.gap {
            judged = judged.and(match (near, begun.clone().next()) {
                (Some(opens), Some((last, _))) => {
                    let ago = Scope::length(*last, scope.at);
                    let message = format!(
                        "the last deployment to {to} began {ago} ago, and {gap} have to lie between two, until {}",
                        scope.say(opens)
                    );
                    Judgement::wait(Some(opens), message)
                }
                _ => Judgement::pass(format!("no deployment to {to} began in the last {gap}")),
            });
        }
        let facts =
            if judged.until.is_some() { begun.take(self.max.unwrap_or(1) as usize).collect() } else { Vec::new() };
        facts.into_iter().fold(judged, |judged, (at, deployment)| {
            judged.fact(format!("began {}", scope.say(*at)), &deployment.origin)
        })
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let counted = self.counted(scope).ok()?;
        let lengths: Vec<SignedDuration> = [self.per, self.gap].into_iter().flatten().map(|length| length.0).collect();
        let drops = counted.iter().flat_map(|(at, _)| lengths.iter().filter_map(|length| at.checked_add(*length).ok()));
        let begins = counted.iter().map(|(at, _)| *at);
        drops.chain(begins).filter(|change| *change > scope.at).min()
    }
}
