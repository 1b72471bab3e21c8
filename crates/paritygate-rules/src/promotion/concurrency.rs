//! `concurrency`: one deployment at a time.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{DeploymentFact, DeploymentResult};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, suggest};

use super::{History, with_target};

/// The parameters of `concurrency`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Concurrency {
    /// Environments in which no deployment may be running either; the target always counts.
    pub group: Option<Vec<String>>,
    /// What has to be known of the deployments to each of them: by default at least one.
    pub history: History,
}

impl GateKind for Concurrency {
    const NAME: &'static str = "concurrency";
    const SUMMARY: &'static str = "no other deployment is running";
    const MANUAL: &'static str = r#"
Fails while a deployment of any component to the target, or to an environment of `group`, is running: one whose `result` is
`running`, which has no `result`, or which ends in the future by its own times; also of the same artifact by the same actor.
It is over when a fact says so that names the same deployment (by `id`, else by component, digest and `startedAt`) and is
from an accepted source.

Where no deployment to one of the environments is known, it can't be known that none is running.

```example
request: |
  deployments:
    - { environment: production, component: api, id: "880", startedAt: 2026-01-01T08:00:00Z, finishedAt: 2026-01-01T08:10:00Z, result: succeeded }
expect: pass
message: no deployment to `production` is running
```

```example
request: |
  deployments:
    - { environment: production, component: api, id: "881", startedAt: 2026-01-02T11:50:00Z, result: running }
expect: fail
message: "the deployment `881` of `api` to production is running since Fri 2026-01-02 11:50Z"
next: 2026-01-02T12:00:00Z
```

```example
request: |
  deployments:
    - { environment: production, component: api, id: "881", startedAt: 2026-01-02T11:50:00Z, result: running }
    - { environment: production, component: api, id: "881", startedAt: 2026-01-02T11:50:00Z, finishedAt: 2026-01-02T11:55:00Z, result: failed }
expect: pass
```

```example
params: { group: [production-eu], history: ifKnown }
request: |
  deployments:
    - { environment: production-eu, component: web, startedAt: 2026-01-02T11:50:00Z, result: running }
expect: fail
message: "a deployment of `web` to production-eu is running since Fri 2026-01-02 11:50Z"
```

```example
request: |
  deployments:
    - { environment: staging, component: api, startedAt: 2026-01-01T08:00:00Z, result: succeeded }
expect: unknown
message: no deployments to `production` are known
```

```example
acceptSources: imported
facts: |
  deployments:
    - { environment: production, component: api, id: "881", startedAt: 2026-01-02T11:50:00Z, result: running }
request: |
  deployments:
    - { environment: production, component: api, id: "881", startedAt: 2026-01-02T11:50:00Z, finishedAt: 2026-01-02T11:55:00Z, result: succeeded }
expect: fail
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.group.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("group", "`group` is empty");
            return Err(vec![wrong.help("name environments, or remove the field: the target counts in any case")]);
        }
        Ok(Box::new(self))
    }
}

impl GateCheck for Concurrency {
    fn environments(&self) -> Vec<&str> {
        self.group.iter().flatten().map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let environments = with_target(scope, self.group.as_ref());
        let running: Vec<&DeploymentFact> = environments.iter().flat_map(|name| scope.running(name)).collect();
        let ending: Vec<&DeploymentFact> = environments.iter().flat_map(|name| scope.ending(name)).collect();
        if running.is_empty() && ending.is_empty() {
            let told = || Judgement::pass(format!("no deployment to {} is running", suggest::quoted(&environments)));
            let known = || scope.pass(told);
            return match self.history {
                History::Required => scope.lacks_history(&environments).unwrap_or_else(known),
                History::IfKnown => known(),
            };
        }
        let each = running.into_iter().chain(ending).map(|fact| {
            let id = fact.id.as_ref().map(|id| format!(" `{id}`")).unwrap_or_default();
            let the = if id.is_empty() { "a" } else { "the" };
            let of = if fact.component.is_empty() { String::new() } else { format!(" of `{}`", fact.component) };
            let how = match (fact.when().filter(|at| !scope.has_happened(*at)), fact.started_at) {
                (Some(end), _) if fact.result != DeploymentResult::Running => {
                    format!("ends {}, which has not come", scope.say(end.0))
                }
                (_, Some(since)) => format!("is running since {}", scope.say(since.0)),
                _ => "is running".to_owned(),
            };
            let message = format!("{the} deployment{id}{of} to {} {how}", fact.environment);
            Judgement::fail(message)
                .help("wait for its end, or hand in the fact that it has ended")
                .fact(format!("{}: running", fact.environment), &fact.origin)
        });
        each.fold(Judgement::default(), Judgement::and)
    }
}
