//! `rollback-depth`: a rollback goes to one of the last good artifacts.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::promotion::{Artifact, DeploymentFact, DeploymentResult, KindOfChange, digest};
use paritygate_model::read::Read;

/// The parameters of `rollback-depth`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RollbackDepth {
    /// How many artifacts back it may go; what runs now is not counted.
    pub max: u32,
}

impl GateKind for RollbackDepth {
    const NAME: &'static str = "rollback-depth";
    const SUMMARY: &'static str = "a rollback goes to one of the last good artifacts";
    const MANUAL: &'static str = r#"
For promotions of the kind `rollback`: every artifact is one of the last `max` different ones that were deployed well to the
target before what runs there now. Of other kinds of change it has nothing to say.

```example
params: { max: 1 }
request: |
  kindOfChange: rollback
  artifacts: [{ component: api, digest: "sha256:bb" }]
  deployments:
    - { environment: production, component: api, digest: "sha256:bb", startedAt: 2026-01-01T08:00:00Z, result: succeeded }
    - { environment: production, component: api, digest: "sha256:cc", startedAt: 2026-01-02T08:00:00Z, result: succeeded }
expect: pass
message: "`api` ran in production 1 artifact ago, of 1 that is allowed"
```

```example
params: { max: 1 }
request: |
  kindOfChange: rollback
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: production, component: api, digest: "sha256:aa", startedAt: 2025-12-31T08:00:00Z, result: succeeded }
    - { environment: production, component: api, digest: "sha256:bb", startedAt: 2026-01-01T08:00:00Z, result: succeeded }
    - { environment: production, component: api, digest: "sha256:cc", startedAt: 2026-01-02T08:00:00Z, result: succeeded }
expect: fail
message: "`api` is older than the last 1 that ran well in production"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.max == 0 {
            let wrong = params.wrong("max", "`max` is 0: no rollback could pass");
            return Err(vec![wrong.help("allow at least one, or remove the gate")]);
        }
        Ok(Box::new(self))
    }
}

impl RollbackDepth {
    fn one(&self, scope: &Scope<'_>, artifact: &Artifact) -> Judgement {
        let (component, to, max) = (&artifact.component, scope.to(), self.max as usize);
        let good = scope.standing(to, component);
        let mut distinct: Vec<&DeploymentFact> = Vec::new();
        for fact in good {
            let Some(own) = fact.digest.as_ref().or(fact.index_digest.as_ref()) else {
                return Judgement::unknown(format!("a deployment of `{component}` to {to} has no digest"))
                    .help("give it one")
                    .fact("without a digest", &fact.origin);
            };
            if fact.started_at.or(fact.finished_at).is_none() {
                return Judgement::unknown(format!("it is not known when `{component}` was deployed to {to}"))
                    .help("give the deployment `startedAt`")
                    .fact("without a time", &fact.origin);
            }
            let is_known = |known: &&DeploymentFact| {
                let known = known.digest.as_ref().or(known.index_digest.as_ref());
                known.is_some_and(|known| digest::same(known, own) == Some(true))
            };
            if !distinct.iter().any(is_known) {
                distinct.push(fact);
            }
            if distinct.len() > max {
                break;
            }
        }
        let Some((current, before)) = distinct.split_first() else {
            return Judgement::unknown(format!("no good deployment of `{component}` to {to} is known"))
                .help("hand in the deployments, with `--facts`");
        };
        // Where the newest deployment went badly, what ran before is not what runs now.
        let newest = scope.deployments(to, component).next();
        let is_broken = newest.is_some_and(|newest| newest.result != DeploymentResult::Succeeded);
        match Scope::is_of(current, artifact) {
            Some(true) if is_broken => {
                let message = format!("`{component}` is the last artifact that ran well in {to}");
                return Judgement::pass(message).fact("ran well", &current.origin);
            }
            Some(true) => {
                return Judgement::fail(format!("`{component}` is what runs in {to}: that is no way back"))
                    .help("name an artifact that ran there before")
                    .fact("runs there", &current.origin);
            }
            _ => {}
        }
        if before.is_empty() {
            return Judgement::fail(format!("nothing of `{component}` is known to have run in {to} before"))
                .help("hand in the deployments of the last months, with `--facts`")
                .fact("runs there", &current.origin);
        }
        let comparable = |fact: &&DeploymentFact| Scope::is_of(fact, artifact).is_some();
        if !before.iter().any(comparable) {
            let message =
                format!("which artifact of `{component}` this is can't be told: it has no digest like those in {to}");
            return Judgement::unknown(message).help("give it its `digest`").fact("asked for", &artifact.origin);
        }
        let Some(at) = before.iter().position(|fact| Scope::is_of(fact, artifact) == Some(true)) else {
            let judged = Judgement::fail(format!("`{component}` is older than the last {max} that ran well in {to}"));
            let judged = judged.help("roll back to one of these");
            return before.iter().fold(judged, |judged, fact| judged.fact("ran well", &fact.origin));
        };
        let (back, are) = (at + 1, if max == 1 { "that is" } else { "that are" });
        let artifacts = if back == 1 { "artifact" } else { "artifacts" };
        let judged =
            Judgement::pass(format!("`{component}` ran in {to} {back} {artifacts} ago, of {max} {are} allowed"));
        before.get(at).map_or(judged.clone(), |fact| judged.fact("ran well", &fact.origin))
    }
}

impl GateCheck for RollbackDepth {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let kind = scope.promotion().kind_of_change;
        if kind != KindOfChange::Rollback {
            return Judgement::not_applicable(format!("a {} goes back to nothing", kind.word()));
        }
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        scope.artifacts().iter().map(|artifact| self.one(scope, artifact)).fold(Judgement::default(), Judgement::and)
    }
}
