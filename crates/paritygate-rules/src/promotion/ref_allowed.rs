//! `ref-allowed`: it was built from a branch or a tag that may go there.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_lang::selector::Glob;
use paritygate_model::promotion::Artifact;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, suggest};

/// The parameters of `ref-allowed`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RefAllowed {
    /// Patterns of branches, in which `*` stands for any characters. Without `branches` and `tags`, those that the pipeline
    /// gives the target count.
    pub branches: Option<Vec<String>>,
    /// Patterns of tags, likewise.
    pub tags: Option<Vec<String>>,
    /// Branches of which at least one must contain the commit, such as `main`.
    pub contained_in: Option<Vec<String>>,
}

impl GateKind for RefAllowed {
    const NAME: &'static str = "ref-allowed";
    const SUMMARY: &'static str = "it was built from a branch or a tag that may go there";
    const MANUAL: &'static str = r#"
The `source.ref` of every artifact, such as `refs/heads/main` or `refs/tags/v1.2.3`, matches a pattern of `branches` or of
`tags`. A ref without `refs/heads/` or `refs/tags/` may be either, and can't be judged. With `containedIn`, one of these
branches has to contain the change (`change.branchContains`) as well.

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
        let globs =
            |list: Option<Vec<String>>| list.map(|list| list.iter().map(|pattern| Glob::new(pattern)).collect());
        let own = self.branches.is_some() || self.tags.is_some();
        Ok(Box::new(Check {
            own,
            branches: globs(self.branches),
            tags: globs(self.tags),
            contained_in: self.contained_in,
        }))
    }
}

struct Check {
    /// Whether the gate has patterns of its own.
    own: bool,
    branches: Option<Vec<Glob>>,
    tags: Option<Vec<Glob>>,
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
            .note(format!("what may: {}", may.join(" and ")))
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
        if self.own { &[] } else { &["branches", "tags"] }
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let stage = scope.target().filter(|_| !self.own);
        let branches = self.branches.as_deref().or_else(|| stage?.branches.as_deref());
        let tags = self.tags.as_deref().or_else(|| stage?.tags.as_deref());
        if branches.is_none() && tags.is_none() && self.contained_in.is_none() {
            let message = format!("neither the gate nor the pipeline says what may reach `{}`", scope.to());
            return Judgement::unknown(message).help("give the target `branches` or `tags` in the manifest");
        }
        if scope.artifacts().is_empty() {
            return Judgement::unknown("the request names no artifact").help("name what is promoted below `artifacts`");
        }
        let mut judged = Judgement::default();
        if branches.is_some() || tags.is_some() {
            let (branches, tags) = (branches.unwrap_or_default(), tags.unwrap_or_default());
            judged = scope
                .artifacts()
                .iter()
                .map(|artifact| Self::one(scope, artifact, branches, tags))
                .fold(judged, Judgement::and);
        }
        match self.contained(scope) {
            Some(contained) => judged.and(contained),
            None => judged,
        }
    }
}
