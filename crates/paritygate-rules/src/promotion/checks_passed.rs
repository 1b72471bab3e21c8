//! `checks-passed`: named checks passed for this artifact.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope, after};
use paritygate_model::promotion::{Artifact, CheckFact, CheckStatus, Elapsed};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp};

use crate::checks;

/// The parameters of `checks-passed`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChecksPassed {
    /// The checks, by name.
    pub names: Vec<String>,
    /// Where they must have run; anywhere where it is absent.
    #[serde(default)]
    pub environment: Option<String>,
    /// How old a result may be: `P7D`. Any age where it is absent.
    #[serde(default)]
    pub max_age: Option<Elapsed>,
    /// What becomes of a result that says neither yes nor no.
    #[serde(default)]
    pub on_inconclusive: OnInconclusive,
    /// Whether a result with warnings fails; by default it passes, with a warning.
    #[serde(default)]
    pub strict: bool,
}

/// What becomes of a result that says neither yes nor no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum OnInconclusive {
    /// It fails.
    #[default]
    Fail,
    /// It passes, with a warning.
    Warn,
}

impl GateKind for ChecksPassed {
    const NAME: &'static str = "checks-passed";
    const SUMMARY: &'static str = "named checks passed for this artifact";
    const MANUAL: &'static str = r#"
For every artifact the newest result of each check is good, and not older than `maxAge`. A result is of an artifact if it
names its digest, or else the commit that it was built from; one that names another is of another. A result that failed
counts wherever it is known from.

```example
params: { names: [e2e], maxAge: P1D }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  checks: [{ name: e2e, environment: staging, status: passed, digest: "sha256:aa", finishedAt: 2026-01-02T09:00:00Z }]
expect: pass
message: "`e2e` passed for `api` 3 h ago"
```

```example
params: { names: [e2e] }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  checks: [{ name: e2e, status: passed, digest: "sha256:bb", finishedAt: 2026-01-02T09:00:00Z }]
expect: fail
message: "`e2e` passed for another digest than that of `api`"
```

```example
params: { names: [e2e], maxAge: PT1H }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  checks: [{ name: e2e, status: passed, digest: "sha256:aa", finishedAt: 2026-01-02T09:00:00Z }]
expect: fail
message: "`e2e` passed for `api` 3 h ago, and 1 h is allowed"
```

```example
params: { names: [e2e] }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  checks:
    - { name: e2e, status: passed, digest: "sha256:aa", finishedAt: 2026-01-02T09:00:00Z }
    - { name: e2e, status: failed, digest: "sha256:aa", finishedAt: 2026-01-02T10:00:00Z }
expect: fail
message: "`e2e` failed for `api`"
```

```example
params: { names: [e2e] }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
expect: unknown
message: "no result of `e2e` is known for `api`"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let wrong = if self.names.is_empty() {
            params.wrong("names", "`names` is empty: nothing would be asked").help("name at least one check")
        } else if self.names.iter().any(|name| name.trim().is_empty()) {
            params.wrong("names", "`names` holds an empty name, which no check has").help("remove it")
        } else if self.max_age.is_some_and(|age| age.0.is_zero()) {
            params.wrong("maxAge", "`maxAge` is no time: nothing could pass").help("such as `P7D`")
        } else {
            return Ok(Box::new(self));
        };
        Err(vec![wrong])
    }
}

impl ChecksPassed {
    fn one(&self, scope: &Scope<'_>, name: &str, artifact: &Artifact) -> Judgement {
        let component = &artifact.component;
        // A bad one that does not say where it ran may have run here.
        let here = |check: &CheckFact| {
            let anywhere = self.environment.is_none() || (check.environment.is_none() && !checks::is_good(check));
            anywhere || check.environment == self.environment
        };
        let other_commit = scope.contradicts(artifact);
        let all = || scope.request.checks(name).filter(|check| here(check));
        let Some(newest) = checks::about(scope, name, artifact, here).find(|check| checks::counts(scope, check)) else {
            if let Some(other) = all().find(|check| checks::is_of(scope, check, artifact) == Some(false)) {
                let how = other.status.word();
                let what = if other.digest.is_some() { "digest" } else { "commit" };
                return Judgement::fail(format!("`{name}` {how} for another {what} than that of `{component}`"))
                    .help("run it for this artifact")
                    .fact(how, &other.origin);
            }
            let judged = Judgement::unknown(format!("no result of `{name}` is known for `{component}`"));
            return match all().next() {
                Some(check) if other_commit.is_some() && check.digest.is_none() => {
                    let judged = judged.note("a deployment of its digest was built from another commit");
                    let judged = other_commit.iter().fold(judged, |judged, fact| judged.fact("deployed", &fact.origin));
                    judged.help("correct the `commit` of the artifact").fact("names no digest", &check.origin)
                }
                Some(check) if !scope.accepts(&check.origin) => judged
                    .note(format!("one is {}, which this gate does not accept", check.origin.source.word()))
                    .help("hand in what the checking system printed, with `--facts`")
                    .fact("not accepted", &check.origin),
                Some(check) if check.digest.is_none() => {
                    let judged = judged.note("one names neither its digest nor its commit");
                    judged.help("hand in its result for this digest").fact("names neither", &check.origin)
                }
                Some(check) => judged
                    .note("one is dated later than now")
                    .help("what is dated later has not happened: correct the date")
                    .fact("dated later", &check.origin),
                None => judged.help("hand in its result for this digest"),
            };
        };
        let judged = match (newest.status, newest.finished_at) {
            (CheckStatus::Passed | CheckStatus::Warned, None) => {
                Judgement::unknown(format!("it is not known when `{name}` passed for `{component}`"))
                    .help("give the result `finishedAt`")
            }
            (CheckStatus::Passed | CheckStatus::Warned, Some(at)) => {
                let age = Scope::length(at.0, scope.at);
                let said = format!("`{name}` passed for `{component}` {age} ago");
                match self.max_age {
                    Some(most) if age.0 > most.0 => {
                        let age = age.beyond(most);
                        let message = format!("`{name}` passed for `{component}` {age} ago, and {most} is allowed");
                        Judgement::fail(message).help("run it again")
                    }
                    _ if newest.incomplete => {
                        let message =
                            format!("{said}, and whether it failed since is not known: its list is not whole");
                        Judgement::unknown(message).help("hand in all pages, with `gh api --paginate`")
                    }
                    _ if newest.status == CheckStatus::Warned && self.strict => {
                        Judgement::fail(format!("`{name}` passed for `{component}` with warnings")).help("mend them")
                    }
                    _ if newest.status == CheckStatus::Warned => Judgement::warn(format!("{said}, with warnings")),
                    _ => Judgement::pass(said),
                }
            }
            (CheckStatus::Inconclusive, _) if self.on_inconclusive == OnInconclusive::Warn => {
                Judgement::warn(format!("`{name}` says neither yes nor no for `{component}`"))
            }
            (status, _) => {
                let (how, help) = match status {
                    CheckStatus::Failed => ("failed", "mend it, and run it again"),
                    CheckStatus::Error => ("could not be run", "mend it, and run it again"),
                    CheckStatus::Pending => ("has not ended", "wait for its result, and hand that in"),
                    CheckStatus::Skipped => ("was skipped", "run it"),
                    _ => ("says neither yes nor no", "run it again"),
                };
                Judgement::fail(format!("`{name}` {how} for `{component}`")).help(help)
            }
        };
        judged.fact(format!("{name}: {}", newest.status.word()), &newest.origin)
    }
}

impl GateCheck for ChecksPassed {
    fn environments(&self) -> Vec<&str> {
        self.environment.as_deref().into_iter().collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        let pairs = scope.artifacts().iter().flat_map(|artifact| self.names.iter().map(move |name| (name, artifact)));
        pairs.map(|(name, artifact)| self.one(scope, name, artifact)).fold(Judgement::default(), Judgement::and)
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let all = self.names.iter().flat_map(|name| scope.request.checks(name));
        // At exactly that age it still counts.
        let ends = all.filter_map(|check| after(check.finished_at?.0.checked_add(self.max_age?.0).ok()?));
        scope.next_of(ends)
    }
}
