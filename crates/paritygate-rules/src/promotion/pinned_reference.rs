//! `pinned-reference`: artifacts are named by their digests.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::promotion::Artifact;
use paritygate_model::read::Read;

/// The parameters of `pinned-reference`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PinnedReference {}

const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

impl GateKind for PinnedReference {
    const NAME: &'static str = "pinned-reference";
    const SUMMARY: &'static str = "artifacts are named by their digests";
    const MANUAL: &'static str = r#"
Every artifact has a `digest` or an `indexDigest` that is well formed: an algorithm and as many hexadecimal digits as it
gives. Where it has a `reference`, that holds one of the two.

```example
request: |
  artifacts: [{ component: api, digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }]
expect: pass
message: "`api` is named by its digest"
```

```example
request: |
  artifacts: [{ component: api, tag: v1.2.3 }]
expect: fail
message: "`api` is named by its tag `v1.2.3` alone, and a tag can be moved"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:9f86" }]
expect: fail
message: "the digest of `api` is not well formed: `sha256:9f86`"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", reference: "registry.example/api:v1.2.3" }]
expect: fail
message: "the reference of `api` does not hold its digest: `registry.example/api:v1.2.3`"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

/// Whether a digest is an algorithm and as many lower-case hexadecimal digits as it gives.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    // All bytes are looked at, so that several are at once.
    let is_hex = |byte: u8| byte.is_ascii_digit() | (b'a'..=b'f').contains(&byte);
    hex.len() == length && hex.bytes().fold(true, |all, byte| all & is_hex(byte))
}

fn one(scope: &Scope<'_>, artifact: &Artifact) -> Judgement {
    match amiss(artifact) {
        Some(judged) => judged.fact("asked for", &artifact.origin),
        None => scope.pass(|| {
            Judgement::pass(format!("`{}` is named by its digest", artifact.component))
                .fact("asked for", &artifact.origin)
        }),
    }
}

fn amiss(artifact: &Artifact) -> Option<Judgement> {
    let component = &artifact.component;
    let mut digests = artifact.digests();
    if let Some(wrong) = digests.clone().find(|digest| !is_digest(digest)) {
        let judged = Judgement::fail(format!("the digest of `{component}` is not well formed: `{wrong}`"));
        return Some(judged.help(format!("write it as `{DIGEST}`")));
    }
    if digests.clone().next().is_none() {
        let named = match (&artifact.tag, &artifact.version) {
            (Some(tag), _) => format!("is named by its tag `{tag}` alone, and a tag can be moved"),
            (None, Some(version)) => {
                format!("is named by its version `{version}` alone, which several builds may have")
            }
            (None, None) => "is not named by anything".to_owned(),
        };
        return Some(Judgement::fail(format!("`{component}` {named}")).help("name it by its digest"));
    }
    let reference = artifact.reference.as_deref()?;
    let holds = |digest: &str| reference.strip_suffix(digest).is_some_and(|name| name.ends_with('@'));
    (!digests.any(holds)).then(|| {
        Judgement::fail(format!("the reference of `{component}` does not hold its digest: `{reference}`"))
            .help("write it as `registry/name@sha256:…`")
    })
}

impl GateCheck for PinnedReference {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        scope.artifacts().iter().map(|artifact| one(scope, artifact)).fold(Judgement::default(), Judgement::and)
    }
}
