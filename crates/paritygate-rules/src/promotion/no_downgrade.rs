//! `no-downgrade`: the version is not older than what runs there.

use std::cmp::Ordering;

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::promotion::{Artifact, KindOfChange};
use paritygate_model::read::Read;

use super::History;
use crate::version::{self, Scheme};

/// The parameters of `no-downgrade`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoDowngrade {
    /// How versions are ordered, where the artifact does not say: told from the versions by default.
    pub scheme: Option<Scheme>,
    /// The kinds of change that may go back; `rollback` by default.
    pub allow_kinds: Option<Vec<KindOfChange>>,
    /// Whether deployments to the target have to be known. Where there never was one, say `ifKnown`.
    pub history: History,
}

impl GateKind for NoDowngrade {
    const NAME: &'static str = "no-downgrade";
    const SUMMARY: &'static str = "the version is not older than what runs there";
    const MANUAL: &'static str = r#"
The `version` of every artifact, or else its tag, is not older than that of what was last deployed well to the target. Kinds
of change of `allowKinds` may go back.

```example
request: |
  artifacts: [{ component: api, version: 1.2.10 }]
  deployments: [{ environment: production, component: api, version: 1.2.3, finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
expect: pass
message: "`api`: `1.2.10` comes after `1.2.3`, which runs in production"
```

```example
request: |
  artifacts: [{ component: api, version: 1.2.2 }]
  deployments: [{ environment: production, component: api, version: 1.2.3, finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
expect: fail
message: "`api`: `1.2.2` is older than `1.2.3`, which runs in production"
```

```example
params: { history: ifKnown }
request: |
  artifacts: [{ component: api, version: 1.2.2 }]
expect: pass
message: "nothing is known to have been deployed to production before"
```

```example
request: |
  artifacts: [{ component: api, version: 1.2.2 }]
expect: unknown
message: "it is not known which version of `api` runs in production"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

impl NoDowngrade {
    fn one(&self, scope: &Scope<'_>, artifact: &Artifact) -> Judgement {
        let (component, to) = (&artifact.component, scope.to());
        let Some(own) = artifact.version.as_deref().or(artifact.tag.as_deref()) else {
            return Judgement::unknown(format!("the request does not say which version of `{component}` it is"))
                .help("give the artifact a `version`")
                .fact("asked for", &artifact.origin);
        };
        let current = scope.current(to, component);
        let running = current.and_then(|current| current.version.as_deref().or(current.tag.as_deref()));
        if self.history == History::IfKnown && scope.request.deployments(to).next().is_none() {
            return Judgement::pass(format!("nothing is known to have been deployed to {to} before"));
        }
        let (Some(current), Some(running)) = (current, running) else {
            return Judgement::unknown(format!("it is not known which version of `{component}` runs in {to}")).help(
                "hand in the deployments with their `version`; where there never was one, give the gate \
                     `history: ifKnown`",
            );
        };
        let order = match artifact.version_scheme.as_deref() {
            Some(word) => Scheme::from_word(word).and_then(|scheme| order(own, running, scheme)),
            None => order(own, running, self.scheme.unwrap_or_default()),
        };
        let judged = match order {
            Some(Ordering::Less) => {
                Judgement::fail(format!("`{component}`: `{own}` is older than `{running}`, which runs in {to}"))
                    .help("promote a newer version, or ask for a rollback")
            }
            Some(Ordering::Equal) => Judgement::pass(format!("`{component}`: `{own}` is what runs in {to}")),
            Some(Ordering::Greater) => {
                Judgement::pass(format!("`{component}`: `{own}` comes after `{running}`, which runs in {to}"))
            }
            None => Judgement::unknown(format!("`{component}`: `{own}` and `{running}` can't be ordered"))
                .help("say by which scheme, as `versionScheme`"),
        };
        judged.fact(format!("runs in {to}"), &current.origin)
    }
}

fn order(own: &str, running: &str, scheme: Scheme) -> Option<Ordering> {
    if own == running {
        return Some(Ordering::Equal);
    }
    version::order(scheme, own, running)
}

impl GateCheck for NoDowngrade {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let kind = scope.promotion().kind_of_change;
        if self.allow_kinds.as_deref().unwrap_or(&[KindOfChange::Rollback]).contains(&kind) {
            return Judgement::pass(format!("a {} may go back", kind.word()));
        }
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        scope.artifacts().iter().map(|artifact| self.one(scope, artifact)).fold(Judgement::default(), Judgement::and)
    }
}
