//! `same-digest`: the artifact is the one that ran upstream, byte for byte.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::promotion::{Artifact, DeploymentFact, DeploymentResult, digest};
use paritygate_model::read::Read;

use crate::deployments;

/// The parameters of `same-digest`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SameDigest {
    /// Which digests are compared; whichever both sides have where it is absent.
    pub level: Option<Level>,
}

/// Which digest of an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// That of the platform's manifest, or of the file: `digest`.
    Platform,
    /// That of the index over all platforms: `indexDigest`.
    Index,
}

impl GateKind for SameDigest {
    const NAME: &'static str = "same-digest";
    const SUMMARY: &'static str = "the artifact is the one that ran upstream, byte for byte";
    const MANUAL: &'static str = r#"
Every artifact has the digest that was last deployed well to the environment that it comes from. Digests of one level are
compared with each other only: the digest of a platform's manifest says nothing about the digest of an index over several.
Where the tag is the same and the digest another, the tag was moved.

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa", tag: v1.2.3 }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", tag: v1.2.3, finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
expect: pass
message: "`api` is what runs in staging"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:bb", tag: v1.2.3 }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", tag: v1.2.3, finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
expect: fail
message: "`api`: tag `v1.2.3` now resolves elsewhere than it did in staging"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments: [{ environment: staging, component: api, indexDigest: "sha256:cc", finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
expect: unknown
message: "whether `api` is what runs in staging is not known: the request has the digest of a platform (sha256), and staging that of an index (sha256)"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha512:aa" }]
  deployments: [{ environment: staging, component: api, digest: "sha256:aa", finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
expect: unknown
message: "whether `api` is what runs in staging is not known: the request has the digest of a platform (sha512), and staging the digest of a platform (sha256)"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

impl SameDigest {
    /// The digests of both sides at a level.
    fn pair<'a>(level: Level, artifact: &'a Artifact, fact: &'a DeploymentFact) -> (Option<&'a str>, Option<&'a str>) {
        match level {
            Level::Platform => (artifact.digest.as_deref(), fact.digest.as_deref()),
            Level::Index => (artifact.index_digest.as_deref(), fact.index_digest.as_deref()),
        }
    }

    fn one(&self, scope: &Scope<'_>, artifact: &Artifact) -> Judgement {
        let (component, from) = (&artifact.component, scope.from());
        let Some(current) = scope.current_of(from, artifact) else {
            let judged = Judgement::unknown(format!("it is not known what of `{component}` runs in {from}"));
            return match scope.has_unaccepted(from, component) {
                Some(fact) => judged
                    .note(format!("a deployment is {}, which this gate does not accept", fact.origin.source.word()))
                    .help("hand in what the deploying system printed, with `--facts`")
                    .fact("not accepted", &fact.origin),
                None => match scope.latest(from, artifact).filter(|last| last.result != DeploymentResult::Succeeded) {
                    Some(last) => judged
                        .note(format!("the last deployment there {}", deployments::how(last)))
                        .help(format!("deploy it to {from}, or hand in what was deployed there before, with `--facts`"))
                        .fact(deployments::label(last, from), &last.origin),
                    None => judged.help("hand in the deployments, with `--facts`"),
                },
            };
        };
        let levels = [Level::Platform, Level::Index].into_iter();
        let levels = levels.filter(|level| self.level.is_none_or(|wanted| wanted == *level));
        let mut compared = false;
        for level in levels {
            let (Some(own), Some(known)) = Self::pair(level, artifact, current) else { continue };
            match digest::same(own, known) {
                Some(true) => compared = true,
                Some(false) => return Self::differs(from, artifact, current),
                None => {}
            }
        }
        if compared {
            return scope.pass(|| {
                Judgement::pass(format!("`{component}` is what runs in {from}"))
                    .fact(format!("runs in {from}"), &current.origin)
            });
        }
        let algorithm = |digest: &str| digest.split_once(':').map_or("no algorithm", |(name, _)| name).to_owned();
        let has = |digest: &Option<String>, index: &Option<String>| match (digest, index) {
            (Some(digest), _) => format!("the digest of a platform ({})", algorithm(digest)),
            (None, Some(digest)) => format!("that of an index ({})", algorithm(digest)),
            (None, None) => "none".to_owned(),
        };
        let (own, known) = (has(&artifact.digest, &artifact.index_digest), has(&current.digest, &current.index_digest));
        let message = format!(
            "whether `{component}` is what runs in {from} is not known: the request has {own}, and {from} {known}"
        );
        Judgement::unknown(message)
            .help("give both sides a digest of the same level and algorithm")
            .fact(format!("runs in {from}"), &current.origin)
    }

    fn differs(from: &str, artifact: &Artifact, current: &DeploymentFact) -> Judgement {
        let component = &artifact.component;
        let judged = match (&artifact.tag, &current.tag) {
            (Some(tag), Some(known)) if tag == known => {
                Judgement::fail(format!("`{component}`: tag `{tag}` now resolves elsewhere than it did in {from}"))
                    .note("a tag can be moved, a digest can't")
                    .help(format!("promote the digest that ran in {from}, and find out who moved the tag"))
            }
            _ => Judgement::fail(format!("`{component}` is not what runs in {from}"))
                .help(format!("promote the digest that ran in {from}, or deploy this one there first")),
        };
        judged.fact(format!("runs in {from}"), &current.origin).fact("asked for", &artifact.origin)
    }
}

impl GateCheck for SameDigest {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        let each = scope.artifacts().iter().map(|artifact| self.one(scope, artifact));
        each.fold(Judgement::default(), Judgement::and)
    }
}
