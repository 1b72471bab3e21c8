//! `approval-fresh`: approvals are of this artifact, for this environment, and not old.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{Approval, Elapsed};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp};

use crate::people::{self, Bind, Miss, Yes};

/// The parameters of `approval-fresh`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ApprovalFresh {
    /// How old an approval may be: `P7D`. Any age where it is absent.
    pub max_age: Option<Elapsed>,
    /// What an approval has to name: `digest`, `environment`; both by default.
    pub bind: Option<Vec<Bind>>,
}

impl GateKind for ApprovalFresh {
    const NAME: &'static str = "approval-fresh";
    const SUMMARY: &'static str = "approvals are of this artifact, for this environment, and not old";
    const MANUAL: &'static str = r#"
For every artifact there is an approval of it for the target, that has not expired and is not older than `maxAge`. One for
another artifact or another environment is none. How many are needed, and of whom, is asked by `approvals`.

```example
params: { maxAge: P7D }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  approvals: [{ by: dana, state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }]
expect: pass
message: "`api` was approved by `dana` 2 h ago"
```

```example
params: { maxAge: P7D }
request: |
  artifacts: [{ component: api, digest: "sha256:bb" }]
  approvals: [{ by: dana, state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }]
expect: fail
message: "`api` has no approval that counts"
```

```example
params: { maxAge: PT1H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  approvals: [{ by: dana, state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }]
expect: fail
message: "`api` was last approved 2 h ago, and 1 h is allowed"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        match people::no_age(params, self.max_age) {
            Some(wrong) => Err(vec![wrong]),
            None => Ok(Box::new(self)),
        }
    }
}

impl GateCheck for ApprovalFresh {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        let mut all = Judgement::default();
        for artifact in scope.artifacts() {
            let component = &artifact.component;
            let yes = Yes::new(scope, Some(artifact), self.bind.as_deref());
            let given = yes.counting().into_iter();
            let mut given: Vec<(Timestamp, &Approval)> =
                given.filter_map(|approval| Some((approval.at?.0, approval))).collect();
            given.sort_by_key(|(at, _)| *at);
            let Some((at, newest)) = given.last() else {
                let message = format!("`{component}` has no approval that counts");
                let judged = Judgement::needs_people(message).help("ask for an approval of this artifact");
                let why = |(approval, miss): (_, Option<Miss>)| match miss {
                    Some(miss) => Some((miss.say(approval), Some("does not count"), approval)),
                    None if approval.at.is_none() => {
                        let note = format!("it is not known when `{}` approved", approval.by);
                        Some((note, Some("without a date"), approval))
                    }
                    None => None,
                };
                all = all.and(people::told(judged, yes.all().filter_map(why).collect()));
                continue;
            };
            let age = Scope::length(*at, scope.at);
            let judged = match self.max_age {
                Some(most) if !people::is_fresh(scope, newest, self.max_age) => {
                    let age = age.beyond(most);
                    let message = format!("`{component}` was last approved {age} ago, and {most} is allowed");
                    Judgement::needs_people(message).who([newest.by.clone()]).help("ask again")
                }
                _ => Judgement::pass(format!("`{component}` was approved by `{}` {age} ago", newest.by)),
            };
            all = all.and(judged.fact("approved", &newest.origin));
        }
        all
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        people::next_expiry(scope, self.max_age)
    }

    /// Time only takes approvals away.
    fn passes_from(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        (!self.judge(scope).status.blocks()).then_some(scope.at)
    }
}
