//! `batch-size`: not too much at once.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;

/// The parameters of `batch-size`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BatchSize {
    /// How many commits may come at once.
    pub max_commits: Option<u64>,
    /// How many components may come at once.
    pub max_components: Option<u64>,
}

impl GateKind for BatchSize {
    const NAME: &'static str = "batch-size";
    const SUMMARY: &'static str = "not too much comes at once";
    const MANUAL: &'static str = r#"
The change has at most `maxCommits` commits since what runs in the target (`change.commits`), and the request names at most
`maxComponents` components. What is small is understood, watched and taken back.

```example
params: { maxCommits: 20 }
request: |
  change: { commits: 12 }
expect: pass
message: "12 commits come to production, and 20 are allowed"
```

```example
params: { maxCommits: 20 }
request: |
  change: { commits: 41 }
expect: fail
message: "41 commits come to production at once, and 20 are allowed"
help: "promote a part of it first"
```

```example
params: { maxComponents: 1 }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }, { component: web, digest: "sha256:bb" }]
expect: fail
message: "2 components come to production at once, and 1 is allowed"
```

```example
params: { maxCommits: 20 }
expect: unknown
message: "it is not known how many commits come to production"
```

```example
params: {}
expect: rejected
message: "nothing is limited"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        if self.max_commits.or(self.max_components).is_none() {
            let nothing = params.wrong("maxCommits", "nothing is limited");
            wrong.push(nothing.help("give `maxCommits`, `maxComponents`, or both"));
        }
        for (name, max) in [("maxCommits", self.max_commits), ("maxComponents", self.max_components)] {
            if max == Some(0) {
                let never = params.wrong(name, format!("`{name}` is 0: nothing could ever come"));
                wrong.push(never.help("give it at least 1"));
            }
        }
        if wrong.is_empty() { Ok(Box::new(self)) } else { Err(wrong) }
    }
}

/// Judges a number of things.
fn within(scope: &Scope<'_>, count: u64, max: u64, (one, many): (&str, &str)) -> Judgement {
    let (to, things, come) =
        (scope.to(), if count == 1 { one } else { many }, if count == 1 { "comes" } else { "come" });
    let are = if max == 1 { "is" } else { "are" };
    if count > max {
        let message = format!("{count} {things} {come} to {to} at once, and {max} {are} allowed");
        return Judgement::fail(message).help("promote a part of it first");
    }
    Judgement::pass(format!("{count} {things} {come} to {to}, and {max} {are} allowed"))
}

impl BatchSize {
    fn commits(scope: &Scope<'_>, max: u64) -> Judgement {
        let change = scope.facts().change.as_ref();
        let known = change.and_then(|change| Some((change, change.commits?)));
        let unknown = || Judgement::unknown(format!("it is not known how many commits come to {}", scope.to()));
        match known {
            // That it is too much counts wherever it is known from.
            Some((change, commits)) if commits > max || scope.accepts(&change.origin) => {
                within(scope, commits, max, ("commit", "commits")).fact(format!("{commits} commits"), &change.origin)
            }
            Some((change, _)) => unknown()
                .note(format!("what is known is {}, which this gate does not accept", change.origin.source.word()))
                .help("hand in what the code host printed, with `--facts`")
                .fact("not accepted", &change.origin),
            None => unknown().help("compare the two commits, and hand in `change: { commits: … }`"),
        }
    }
}

impl GateCheck for BatchSize {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let components = scope.artifacts().len() as u64;
        let of_components = self.max_components.map(|max| match components {
            0 => super::names_no_artifact(),
            _ => within(scope, components, max, ("component", "components")),
        });
        let of_commits = self.max_commits.map(|max| Self::commits(scope, max));
        of_commits.into_iter().chain(of_components).fold(Judgement::default(), Judgement::and)
    }
}
