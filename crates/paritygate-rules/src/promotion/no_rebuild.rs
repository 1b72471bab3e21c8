//! `no-rebuild`: one build for all environments.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{Artifact, AttestationResult, Origin};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedSet, suggest};

/// The parameters of `no-rebuild`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoRebuild {}

impl GateKind for NoRebuild {
    const NAME: &'static str = "no-rebuild";
    const SUMMARY: &'static str = "one build for all environments";
    const MANUAL: &'static str = r#"
All that names the build of an artifact names the same one: the artifact itself, what was last deployed of it to the
environment that it comes from, and the attestations of its digest. At least two of them have to name one.

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa", buildId: "771" }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", buildId: "771", finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
expect: pass
message: "`api` was built once: build `771`"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:bb", buildId: "772" }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", buildId: "771", finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
expect: fail
message: "`api` was rebuilt: builds `771`, `772`"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa", buildId: "771" }]
expect: unknown
message: "whether `api` was built once is not known: 1 of 2 facts that are needed names its build"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

fn one(scope: &Scope<'_>, artifact: &Artifact) -> Judgement {
    let component = &artifact.component;
    let mut named: Vec<(&str, String, &Origin)> = Vec::new();
    if let Some(build) = &artifact.build_id {
        named.push((build, "asked for".to_owned(), &artifact.origin));
    }
    if let Some(current) = scope.current(scope.from(), component)
        && let Some(build) = &current.build_id
    {
        named.push((build, format!("runs in {}", scope.from()), &current.origin));
    }
    for attestation in &scope.facts().attestations {
        if attestation.is_of(artifact)
            && attestation.result == AttestationResult::Passed
            && scope.accepts(&attestation.origin)
            && let Some(build) = &attestation.build_id
        {
            named.push((build, "attested".to_owned(), &attestation.origin));
        }
    }
    let builds: SortedSet<&str> = named.iter().map(|(build, ..)| *build).collect();
    let builds: Vec<&str> = builds.into_iter().collect();
    let judged = match (builds.as_slice(), named.len()) {
        ([build], 2..) => Judgement::pass(format!("`{component}` was built once: build `{build}`")),
        (_, 0 | 1) => {
            let known = named.len();
            Judgement::unknown(format!(
                "whether `{component}` was built once is not known: {known} of 2 facts that are needed names its build"
            ))
            .help("give the artifact and the deployment a `buildId` (on GitHub in its `payload`), or hand in an attestation")
        }
        _ => Judgement::fail(format!("`{component}` was rebuilt: builds {}", suggest::quoted(&builds)))
            .help("promote the build that ran before"),
    };
    named
        .into_iter()
        .fold(judged, |judged, (build, label, origin)| judged.fact(format!("{label}: build {build}"), origin))
}

impl GateCheck for NoRebuild {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        scope.artifacts().iter().map(|artifact| one(scope, artifact)).fold(Judgement::default(), Judgement::and)
    }
}
