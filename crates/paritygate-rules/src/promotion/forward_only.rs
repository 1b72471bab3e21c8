//! `forward-only`: what runs there is part of what comes.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::promotion::KindOfChange;
use paritygate_model::read::Read;

/// The parameters of `forward-only`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ForwardOnly {
    /// The kinds of change that may go back; `rollback` by default.
    pub allow_kinds: Option<Vec<KindOfChange>>,
}

impl GateKind for ForwardOnly {
    const NAME: &'static str = "forward-only";
    const SUMMARY: &'static str = "what runs there is part of what comes";
    const MANUAL: &'static str = r#"
The commit that runs in the target is an ancestor of the one that comes (`change.containsCurrent`), or is the same, so that
nothing that runs is taken away. Kinds of change of `allowKinds` may go back.

```example
request: |
  artifacts: [{ component: api, digest: "sha256:bb" }]
  change: { containsCurrent: true, commits: 12 }
expect: pass
message: "the change contains what runs in production"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:bb" }]
  change: { containsCurrent: false }
expect: fail
message: "the change does not contain what runs in production: it would take commits away"
```

```example
request: |
  kindOfChange: rollback
  change: { containsCurrent: false }
expect: pass
message: "a rollback may go back"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:bb" }]
expect: unknown
message: "it is not known whether the change contains what runs in production"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

impl GateCheck for ForwardOnly {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (kind, to) = (scope.promotion().kind_of_change, scope.to());
        if self.allow_kinds.as_deref().unwrap_or(&[KindOfChange::Rollback]).contains(&kind) {
            return Judgement::pass(format!("a {} may go back", kind.word()));
        }
        let change = scope.facts().change.as_ref();
        // That it takes something away counts wherever it is known from.
        if let Some(change) = change.filter(|change| change.contains_current == Some(false)) {
            return Judgement::fail(format!(
                "the change does not contain what runs in {to}: it would take commits away"
            ))
            .help("merge what runs there first, or ask for a rollback")
            .fact("does not contain it", &change.origin);
        }
        let same = scope.artifacts().iter().all(|artifact| {
            let current = scope.current(to, &artifact.component);
            current.is_some_and(|current| Scope::is_of(current, artifact) == Some(true))
        });
        if same && !scope.artifacts().is_empty() {
            return Judgement::pass(format!("it is what runs in {to}"));
        }
        match change
            .filter(|change| scope.accepts(&change.origin))
            .filter(|change| change.contains_current == Some(true))
        {
            Some(change) => {
                Judgement::pass(format!("the change contains what runs in {to}")).fact("contains it", &change.origin)
            }
            None => Judgement::unknown(format!("it is not known whether the change contains what runs in {to}"))
                .help("compare the two commits, and hand in `change: { containsCurrent: … }`"),
        }
    }
}
