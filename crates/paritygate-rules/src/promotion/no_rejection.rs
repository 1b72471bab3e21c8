//! `no-rejection`: nobody says no.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{Approval, ApprovalState, person};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedSet};

use crate::people;

/// The parameters of `no-rejection`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoRejection {
    /// The groups whose no counts; anybody's where it is absent.
    pub groups: Option<Vec<String>>,
}

impl GateKind for NoRejection {
    const NAME: &'static str = "no-rejection";
    const SUMMARY: &'static str = "nobody says no";
    const MANUAL: &'static str = r#"
A rejection blocks until the same person withdraws it or approves later. It is heard wherever it is known from, and also
without a date; taking it back has to be believed. One that names another environment or another artifact is about another
promotion. With `groups` it counts unless who says no is certainly in none of them.

```example
request: |
  approvals:
    - { by: dana, state: rejected, at: 2026-01-02T10:00:00Z }
    - { by: dana, state: withdrawn, at: 2026-01-02T11:00:00Z }
expect: pass
message: "nobody rejects this"
```

```example
request: |
  approvals:
    - { by: dana, state: approved, at: 2026-01-02T10:00:00Z }
    - { by: dana, state: rejected, at: 2026-01-02T11:00:00Z }
expect: fail
message: "rejected by `dana`"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }, { component: web, digest: "sha256:bb" }]
  approvals:
    - { by: dana, state: rejected, at: 2026-01-02T10:00:00Z, digest: "sha256:aa" }
    - { by: dana, state: approved, at: 2026-01-02T11:00:00Z, digest: "sha256:bb" }
expect: fail
message: "rejected by `dana`"
```

```example
params: { groups: [sre] }
request: |
  approvals: [{ by: dana, state: rejected, at: 2026-01-02T10:00:00Z }]
expect: fail
message: "rejected by `dana`"
```

```example
acceptSources: imported
request: |
  approvals:
    - { by: dana, state: rejected, at: 2026-01-02T10:00:00Z }
    - { by: dana, state: approved, at: 2026-01-02T11:00:00Z }
expect: fail
message: "rejected by `dana`"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.groups.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("groups", "`groups` is empty: nobody's no would count");
            return Err(vec![wrong.help("name a group, or remove the field: then anybody's counts")]);
        }
        Ok(Box::new(self))
    }
}

impl GateCheck for NoRejection {
    fn groups(&self) -> Vec<&str> {
        self.groups.iter().flatten().map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (mut words, mut seen): (Vec<&Approval>, SortedSet<*const Approval>) = Default::default();
        let artifacts = scope.artifacts().iter().map(Some);
        // A no to one artifact stays whatever is said of another.
        for artifact in artifacts.chain(scope.artifacts().is_empty().then_some(None)) {
            let last = people::last_words(scope, artifact).into_values();
            words.extend(last.filter(|word| seen.insert(std::ptr::from_ref(*word))));
        }
        let counts = |groups: &Vec<String>, by| groups.iter().any(|group| people::may_be_in(scope, by, group));
        let no = words.iter().filter(|word| word.state == ApprovalState::Rejected);
        let no = no.filter(|word| self.groups.as_ref().is_none_or(|groups| counts(groups, word)));
        let judged = no.fold(Judgement::default(), |judged, word| {
            if person::is_nobody(&word.by) {
                let one = Judgement::needs_people("rejected by somebody who is not named");
                return judged.and(one.fact("rejected", &word.origin));
            }
            let one = Judgement::needs_people(format!("rejected by `{}`", word.by)).who([word.by.clone()]);
            judged.and(one.fact(format!("rejected by {}", word.by), &word.origin))
        });
        if !judged.is_judged() {
            return Judgement::pass("nobody rejects this");
        }
        judged.help("mend what they object to, and ask them to withdraw it")
    }
}
