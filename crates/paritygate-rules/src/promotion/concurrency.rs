//! `concurrency`: nothing else is being deployed there.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::promotion::{DeploymentFact, DeploymentResult};
use serde::Deserialize;

/// The parameters of `concurrency`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Concurrency {
    /// Environments that are deployed to one at a time, together with the target.
    pub group: Option<Vec<String>>,
}

impl GateKind for Concurrency {
    const NAME: &'static str = "concurrency";
    const SUMMARY: &'static str = "nothing else is being deployed there";
    const MANUAL: &'static str = r#"
Denies while a deployment to the target is `running`; with `group`, while one to any environment of the group is. A
deployment counts wherever it is known from. It ends when a fact says so.

```example
request: |
  deployments: [{ environment: production, component: api, id: "880", startedAt: 2026-01-02T11:00:00Z, result: succeeded }]
expect: pass
message: "nothing is being deployed to production"
```

```example
request: |
  deployments: [{ environment: production, component: api, id: "881", startedAt: 2026-01-02T11:55:00Z, result: running }]
expect: fail
message: "deployment `881` of `api` to production is running"
```

```example
params: { group: [production-eu, production-us] }
request: |
  to: production-us
  deployments: [{ environment: production-eu, component: web, startedAt: 2026-01-02T11:55:00Z, result: running }]
expect: fail
message: "a deployment of `web` to production-eu is running"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.group.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("group", "`group` is empty");
            return Err(vec![wrong.help("name environments, or remove the field: then the target alone counts")]);
        }
        Ok(Box::new(self))
    }
}

impl GateCheck for Concurrency {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let mut places = vec![scope.to()];
        places.extend(self.group.iter().flatten().map(String::as_str).filter(|place| *place != scope.to()));
        let all = places.iter().flat_map(|place| scope.request.deployments(place));
        let running = all.filter(|deployment| deployment.result == DeploymentResult::Running);
        let judged = running.fold(Judgement::default(), |judged, deployment| judged.and(one(scope, deployment)));
        if judged.message.is_empty() {
            return Judgement::pass(format!("nothing is being deployed to {}", places.join(" or ")));
        }
        judged.help("wait until it has ended, and hand in how")
    }
}

fn one(scope: &Scope<'_>, deployment: &DeploymentFact) -> Judgement {
    let name = deployment.id.as_ref().map_or("a deployment".to_owned(), |id| format!("deployment `{id}`"));
    let of = if deployment.component.is_empty() { String::new() } else { format!(" of `{}`", deployment.component) };
    let judged = Judgement::fail(format!("{name}{of} to {} is running", deployment.environment));
    let since = deployment.started_at.map(|at| format!("since {}", scope.say(at.0)));
    judged.fact(since.unwrap_or_else(|| "running".to_owned()), &deployment.origin)
}
