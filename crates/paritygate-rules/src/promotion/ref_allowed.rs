//! `ref-allowed`: it was built from a branch or a tag that may go there.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_lang::selector::Glob;
use paritygate_model::promotion::{Artifact, Attestation, AttestationResult};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, suggest};

/// The parameters of `ref-allowed`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RefAllowed {
    /// Patterns of branches, in which `*` stands for any characters. Those that the manifest gives the target count as well.
    pub branches: Option<Vec<String>>,
    /// Patterns of tags, likewise.
    pub tags: Option<Vec<String>>,
    /// Whether `branches` and `tags` stand in for those of the manifest, which then don't count.
    pub replaces_manifest: bool,
    /// Branches of which at least one must contain the commit, such as `main`.
    pub contained_in: Option<Vec<String>>,
}

impl GateKind for RefAllowed {
    const NAME: &'static str = "ref-allowed";
    const SUMMARY: &'static str = "it was built from a branch or a tag that may go there";
    const MANUAL: &'static str = r#"
The `source.ref` of every artifact, such as `refs/heads/main` or `refs/tags/v1.2.3`, matches a pattern of `branches` or of
`tags`. What the request says of it is believed, unless an attestation of the artifact names another ref. A ref without
`refs/heads/` or `refs/tags/` may be either, and can't be judged. With `containedIn`, one of these branches has to contain
the change (`change.branchContains`) as well.

The patterns that the manifest gives the target count beside the gate's: a ref has to match both. With `replacesManifest` the
gate's stand in for them, such as other branches for a hotfix.

```example
params: { tags: ["v*"] }
request: |
  artifacts: [{ component: api, source: { ref: refs/tags/v1.2.3 } }]
expect: pass
message: "tag `v1.2.3` may reach production"
```

```example
manifest: |
  environments: { staging: { branches: [main, "release/*"] }, production: { tags: ["v*"] } }
request: |
  artifacts: [{ component: api, source: { ref: refs/heads/feature/x } }]
expect: fail
message: "branch `feature/x` may not reach production"
```

```example
params: { branches: [main] }
request: |
  artifacts: [{ component: api, source: { ref: main } }]
expect: unknown
message: "`main` may be a branch or a tag"
```

```example
params: { tags: ["v*"], containedIn: [main] }
request: |
  artifacts: [{ component: api, source: { ref: refs/tags/v1.2.3 } }]
  change: { branchContains: [feature/x] }
expect: fail
message: "no branch of `main` contains the change"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let is_empty = |list: &Option<Vec<String>>| list.as_ref().is_some_and(Vec::is_empty);
        if is_empty(&self.contained_in) {
            let wrong = params.wrong("containedIn", "`containedIn` is empty: no change could be in it");
            return Err(vec![wrong.help("name a branch, or remove the field")]);
        }
        if is_empty(&self.branches) && self.tags.as_ref().is_none_or(Vec::is_empty) {
            let wrong = params.wrong("branches", "`branches` is empty and there are no `tags`: nothing could pass");
            return Err(vec![wrong.help("name a pattern, or remove the field")]);
        }
        let globs = |list: Option<Vec<String>>| list.iter().flatten().map(|pattern| Glob::new(pattern)).collect();
        let own = self.branches.is_some() || self.tags.is_some();
        if self.replaces_manifest && !own {
            let message = "`replacesManifest` without `branches` or `tags` would leave none";
            let wrong = params.wrong("replacesManifest", message);
            return Err(vec![wrong.help("name patterns, or remove the field")]);
        }
        Ok(Box::new(Check {
            own: own.then(|| Patterns { branches: globs(self.branches), tags: globs(self.tags) }),
            replaces_manifest: self.replaces_manifest,
            contained_in: self.contained_in,
        }))
    }
}

struct Patterns {
    branches: Vec<Glob>,
    tags: Vec<Glob>,
}

struct Check {
    /// The gate's own.
    own: Option<Patterns>,
    replaces_manifest: bool,
    contained_in: Option<Vec<String>>,
}

impl Check {
    fn one(scope: &Scope<'_>, artifact: &Artifact, branches: &[Glob], tags: &[Glob]) -> Judgement {
        let component = &artifact.component;
        let Some(git_ref) = artifact.source.as_ref().and_then(|source| source.git_ref.as_deref()) else {
            return Judgement::unknown(format!("it is not known what `{component}` was built from"))
                .help("give the artifact `source: { ref: refs/tags/… }`")
                .fact("without a ref", &artifact.origin);
        };
        // What it was built from is part of the question; an attestation of it knows better.
        let is_other = |own: &String| own != git_ref;
        let contradicts = |attestation: &&Attestation| {
            let passed = attestation.result == AttestationResult::Passed;
            passed && attestation.is_of(artifact) && attestation.source_ref.as_ref().is_some_and(is_other)
        };
        if let Some(other) = scope.facts().attestations.iter().find(contradicts) {
            let built = other.source_ref.as_deref().unwrap_or_default();
            return Judgement::fail(format!(
                "`{component}` was built from `{built}`, and the request says from `{git_ref}`"
            ))
            .help("correct the `ref` of the artifact")
            .fact("attested", &other.origin)
            .fact("asked for", &artifact.origin);
        }
        let (what, name, patterns) = match (git_ref.strip_prefix("refs/heads/"), git_ref.strip_prefix("refs/tags/")) {
            (Some(branch), _) => ("branch", branch, branches),
            (_, Some(tag)) => ("tag", tag, tags),
            _ => {
                return Judgement::unknown(format!("`{git_ref}` may be a branch or a tag"))
                    .help("write it as `refs/heads/…` or `refs/tags/…`")
                    .fact("asked for", &artifact.origin);
            }
        };
        let to = scope.to();
        if patterns.iter().any(|pattern| pattern.matches(name)) {
            return scope
                .pass(|| Judgement::pass(format!("{what} `{name}` may reach {to}")).fact(git_ref, &artifact.origin));
        }
        let list = |what: &str, patterns: &[Glob]| {
            let texts: Vec<String> = patterns.iter().map(Glob::text).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            (!texts.is_empty()).then(|| format!("{what} {}", suggest::quoted(&texts)))
        };
        let may: Vec<String> = [list("branches", branches), list("tags", tags)].into_iter().flatten().collect();
        Judgement::fail(format!("{what} `{name}` may not reach {to}"))
            .note(if may.is_empty() { "nothing may".to_owned() } else { format!("what may: {}", may.join(" and ")) })
            .help("merge or tag it first")
            .fact(git_ref, &artifact.origin)
    }

    fn contained(&self, scope: &Scope<'_>) -> Option<Judgement> {
        let wanted = self.contained_in.as_ref()?;
        let named: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let change = scope
            .facts()
            .change
            .as_ref()
            .filter(|change| scope.accepts(&change.origin) && !change.branch_contains.is_empty());
        let Some(change) = change else {
            let judged = Judgement::unknown("it is not known which branches contain the change");
            return Some(judged.help("hand in `change: { branchContains: […] }`"));
        };
        let contains = |branch: &String| {
            wanted.iter().any(|wanted| wanted == branch.strip_prefix("refs/heads/").unwrap_or(branch))
        };
        Some(if change.branch_contains.iter().any(contains) {
            Judgement::pass(format!("{} contains the change", suggest::quoted(&named)))
        } else {
            let judged = Judgement::fail(format!("no branch of {} contains the change", suggest::quoted(&named)));
            judged.help("merge it first").fact("contained in others", &change.origin)
        })
    }
}

impl GateCheck for Check {
    fn asks_manifest(&self) -> &'static [&'static str] {
        if self.replaces_manifest { &[] } else { &["branches", "tags"] }
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let own = self.own.iter().map(|own| (own.branches.as_slice(), own.tags.as_slice()));
        let stage = scope.target().filter(|_| !self.replaces_manifest);
        let of_stage = stage.filter(|stage| stage.branches.is_some() || stage.tags.is_some());
        let of_stage = of_stage
            .map(|stage| (stage.branches.as_deref().unwrap_or_default(), stage.tags.as_deref().unwrap_or_default()));
        let mut asked = own.chain(of_stage).peekable();
        if asked.peek().is_none() && self.contained_in.is_none() {
            let message = format!("neither the gate nor the pipeline says what may reach `{}`", scope.to());
            return Judgement::unknown(message).help("give the target `branches` or `tags` in the manifest");
        }
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        let mut judged = Judgement::default();
        for (branches, tags) in asked {
            let each = scope.artifacts().iter().map(|artifact| Self::one(scope, artifact, branches, tags));
            judged = each.fold(judged, Judgement::and);
        }
        match self.contained(scope) {
            Some(contained) => judged.and(contained),
            None => judged,
        }
    }
}
