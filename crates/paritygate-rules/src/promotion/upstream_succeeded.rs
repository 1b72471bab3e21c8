//! `upstream-succeeded`: what is promoted ran well where it comes from.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::decision::GateStatus;
use paritygate_model::promotion::Artifact;
use paritygate_model::read::Read;
use paritygate_model::suggest;
use paritygate_model::{Diagnostic, SortedSet};

use crate::deployments;

/// The parameters of `upstream-succeeded`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UpstreamSucceeded {
    /// The environments that count as upstream. Without them, those that the pipeline leads from to the target.
    pub environments: Option<Vec<String>>,
    /// How many of them must have gone well; else what the pipeline says, and all where it says nothing.
    pub at_least: Option<u32>,
}

impl GateKind for UpstreamSucceeded {
    const NAME: &'static str = "upstream-succeeded";
    const SUMMARY: &'static str = "what is promoted ran well where it comes from";
    const MANUAL: &'static str = r#"
For every artifact, the *latest* deployment to each upstream environment must be of the same digest and have succeeded: one
that failed later, or that replaced it, counts against it. Upstream environments and how many of them are needed are those
of the pipeline's edges, unless `environments` names others. Where no edge leads to the target, the request's `from` is
upstream.

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-01T08:00:00Z, result: succeeded }
expect: pass
message: "`api` runs in staging"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-01T08:00:00Z, result: succeeded }
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-01T09:00:00Z, result: failed }
expect: fail
message: "the last deployment of `api` to staging failed"
```

What speaks against it counts wherever it is from, also that another digest went well since:

```example
acceptSources: [imported]
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments:
    - { environment: staging, component: api, digest: "sha256:bb", startedAt: 2026-01-01T09:00:00Z, result: succeeded }
facts: |
  deployments:
    - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-01-01T08:00:00Z, result: succeeded }
expect: fail
message: "another digest of `api` was deployed to staging since"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.environments.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("environments", "`environments` is empty: nothing would be asked");
            return Err(vec![wrong.help("name environments, or remove the field")]);
        }
        let all = self.environments.as_ref().map(|names| names.iter().collect::<SortedSet<_>>().len());
        if self.at_least.is_some_and(|number| number == 0 || all.is_some_and(|all| number as usize > all)) {
            let wrong = params.wrong("atLeast", "`atLeast` is a number from 1 to that of the environments");
            return Err(vec![wrong]);
        }
        Ok(Box::new(self))
    }
}

impl GateCheck for UpstreamSucceeded {
    fn environments(&self) -> Vec<&str> {
        self.environments.iter().flatten().map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        let judge = |(upstream, needed): (Vec<&str>, usize)| {
            let each = scope.artifacts().iter().map(|artifact| group(scope, artifact, &upstream, needed));
            each.fold(Judgement::default(), Judgement::and)
        };
        let groups = scope.upstream(self.environments.as_deref(), self.at_least);
        groups.into_iter().map(judge).fold(Judgement::default(), Judgement::and)
    }
}

/// Judges one artifact over a group of environments.
fn group(scope: &Scope<'_>, artifact: &Artifact, upstream: &[&str], needed: usize) -> Judgement {
    let judged: Vec<Judgement> = upstream.iter().map(|name| one(scope, artifact, name)).collect();
    let good = judged.iter().filter(|judgement| judgement.status == GateStatus::Pass).count();
    if good >= needed {
        let passed = judged.into_iter().filter(|judgement| judgement.status == GateStatus::Pass);
        return passed.fold(Judgement::default(), Judgement::and);
    }
    let bad = judged.into_iter().filter(|judgement| judgement.status.blocks());
    let bad = bad.fold(Judgement::default(), Judgement::and);
    if upstream.len() == needed {
        return bad;
    }
    let are = if needed == 1 { "is" } else { "are" };
    bad.note(format!("{good} of {} went well, and {needed} {are} needed", suggest::quoted(upstream)))
}

fn one(scope: &Scope<'_>, artifact: &Artifact, environment: &str) -> Judgement {
    let component = &artifact.component;
    let Some(latest) = scope.latest(environment, artifact) else {
        let judgement = Judgement::unknown(format!("no deployment of `{component}` to {environment} is known"));
        return match scope.has_unaccepted(environment, component) {
            Some(fact) => judgement
                .note(format!("one is {}, which this gate does not accept", fact.origin.source.word()))
                .help("hand in what the deploying system printed, with `--facts`")
                .fact("not accepted", &fact.origin),
            None => judgement.help("hand in the deployments, with `--facts`"),
        };
    };
    let told = |judgement: Judgement| judgement.fact(deployments::label(latest, environment), &latest.origin);
    match deployments::amiss(latest, artifact, environment, "") {
        Some(amiss) => told(amiss),
        None if latest.when().is_none() => {
            let message = format!("it is not known when `{component}` was deployed to {environment}");
            told(Judgement::unknown(message).help("give the deployment `startedAt` and `finishedAt`"))
        }
        None => scope.pass(|| told(Judgement::pass(format!("`{component}` runs in {environment}")))),
    }
}
