//! `provenance`: it was built by whom, from where and how it should be.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_lang::selector::Glob;
use paritygate_model::Diagnostic;
use paritygate_model::promotion::{Artifact, Attestation, AttestationResult};
use paritygate_model::read::Read;

/// The parameters of `provenance`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Provenance {
    /// Patterns of builders, in which `*` stands for any characters.
    pub builders: Option<Vec<String>>,
    /// Patterns of source repositories.
    pub repos: Option<Vec<String>>,
    /// Patterns of source refs, such as `refs/tags/v*`.
    pub refs: Option<Vec<String>>,
    /// Patterns of predicate types.
    pub predicate_types: Option<Vec<String>>,
    /// The least SLSA build level.
    pub min_slsa_level: Option<u8>,
}

impl GateKind for Provenance {
    const NAME: &'static str = "provenance";
    const SUMMARY: &'static str = "it was built by whom, from where and how it should be";
    const MANUAL: &'static str = r#"
For the digest of every artifact there is one attestation, verified outside, whose builder, repository, ref, predicate type
and SLSA level are as the parameters ask. Signatures are not verified here: the facts say how that ended.

```example
params: { builders: ["https://ci.example/*"], minSlsaLevel: 3 }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  attestations: [{ subjectDigest: "sha256:aa", builderId: "https://ci.example/builder", slsaLevel: 3, result: passed }]
expect: pass
message: "`api` was built by `https://ci.example/builder`"
```

```example
params: { builders: ["https://ci.example/*"] }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  attestations: [{ subjectDigest: "sha256:aa", builderId: "https://laptop.example", result: passed }]
expect: fail
message: "the provenance of `api` is not as it should be: builder `https://laptop.example` is not trusted"
```

```example
params: { builders: ["https://ci.example/*"] }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  attestations: [{ subjectDigest: "sha256:bb", builderId: "https://ci.example/builder", result: passed }]
expect: unknown
message: "no attestation of `api` is known"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let lists = [
            ("builders", &self.builders),
            ("repos", &self.repos),
            ("refs", &self.refs),
            ("predicateTypes", &self.predicate_types),
        ];
        if let Some((field, _)) = lists.iter().find(|(_, list)| list.as_ref().is_some_and(Vec::is_empty)) {
            let wrong = params.wrong(field, format!("`{field}` is empty: nothing could pass"));
            return Err(vec![wrong.help("name a pattern, or remove the field")]);
        }
        if lists.iter().all(|(_, list)| list.is_none()) && self.min_slsa_level.is_none() {
            let wrong = params.wrong("builders", "`provenance` asks for nothing");
            return Err(vec![wrong.help("give it `builders`, such as `[\"https://ci.example/*\"]`")]);
        }
        let globs =
            |list: Option<Vec<String>>| list.map(|list| list.iter().map(|pattern| Glob::new(pattern)).collect());
        Ok(Box::new(Check {
            builders: globs(self.builders),
            repos: globs(self.repos),
            refs: globs(self.refs),
            predicate_types: globs(self.predicate_types),
            min_slsa_level: self.min_slsa_level,
        }))
    }
}

struct Check {
    builders: Option<Vec<Glob>>,
    repos: Option<Vec<Glob>>,
    refs: Option<Vec<Glob>>,
    predicate_types: Option<Vec<Glob>>,
    min_slsa_level: Option<u8>,
}

impl Check {
    /// What is not as it should be in an attestation, each with whether it is only not known.
    fn wrongs(&self, attestation: &Attestation) -> Vec<(bool, String)> {
        let mut wrong = Vec::new();
        let mut ask = |what: &str, patterns: &Option<Vec<Glob>>, value: &Option<String>| match (patterns, value) {
            (Some(_), None) => wrong.push((true, format!("it names no {what}"))),
            (Some(patterns), Some(value)) if !patterns.iter().any(|pattern| pattern.matches(value)) => {
                wrong.push((false, format!("{what} `{value}` is not trusted")));
            }
            _ => {}
        };
        ask("builder", &self.builders, &attestation.builder_id);
        ask("repository", &self.repos, &attestation.source_repo);
        ask("ref", &self.refs, &attestation.source_ref);
        ask("predicate type", &self.predicate_types, &attestation.predicate_type);
        match (self.min_slsa_level, attestation.slsa_level) {
            (Some(_), None) => wrong.push((true, "it names no SLSA level".to_owned())),
            (Some(least), Some(level)) if level < least => {
                wrong.push((false, format!("its SLSA level is {level}, and {least} is needed")));
            }
            _ => {}
        }
        wrong
    }

    fn one(&self, scope: &Scope<'_>, artifact: &Artifact) -> Judgement {
        let component = &artifact.component;
        let of_it = scope.facts().attestations.iter().filter(|attestation| attestation.is_of(artifact));
        let all: Vec<&Attestation> = of_it.collect();
        let believed: Vec<&Attestation> =
            all.iter().copied().filter(|attestation| scope.accepts(&attestation.origin)).collect();
        if believed.is_empty() {
            let judged = Judgement::unknown(format!("no attestation of `{component}` is known"));
            return match all.first() {
                Some(attestation) => judged
                    .note(format!("one is {}, which this gate does not accept", attestation.origin.source.word()))
                    .fact("not accepted", &attestation.origin),
                None => judged.help("verify one outside, and hand in what it says"),
            };
        }
        // One that is not genuine speaks against the artifact, wherever that is known from.
        let asked = |attestation: &&&Attestation| {
            let predicate = attestation.predicate_type.as_deref();
            let matches = |patterns: &Vec<Glob>| {
                predicate.is_none_or(|predicate| patterns.iter().any(|pattern| pattern.matches(predicate)))
            };
            self.predicate_types.as_ref().is_none_or(matches)
        };
        let mut failed = all.iter().filter(|attestation| attestation.result == AttestationResult::Failed);
        if let Some(attestation) = failed.find(asked) {
            return Judgement::fail(format!("the verification of an attestation of `{component}` failed"))
                .help("build it where it may be built")
                .fact("not genuine", &attestation.origin);
        }
        let mut nearest: Option<(&Attestation, Vec<(bool, String)>)> = None;
        for attestation in believed {
            let wrongs = self.wrongs(attestation);
            if wrongs.is_empty() {
                let by = attestation
                    .builder_id
                    .as_ref()
                    .map_or("is attested".to_owned(), |by| format!("was built by `{by}`"));
                return Judgement::pass(format!("`{component}` {by}"))
                    .note("signatures were verified outside")
                    .fact("attested", &attestation.origin);
            }
            if nearest.as_ref().is_none_or(|(_, known)| wrongs.len() < known.len()) {
                nearest = Some((attestation, wrongs));
            }
        }
        let Some((attestation, wrongs)) = nearest else { return Judgement::unknown("no attestation is known") };
        let said: Vec<&str> = wrongs.iter().map(|(_, wrong)| wrong.as_str()).collect();
        let said = said.join(", ");
        let judged = if wrongs.iter().all(|(is_unknown, _)| *is_unknown) {
            Judgement::unknown(format!("the provenance of `{component}` is not known: {said}"))
        } else {
            Judgement::fail(format!("the provenance of `{component}` is not as it should be: {said}"))
        };
        judged.help("build it where it may be built").fact("attested", &attestation.origin)
    }
}

impl GateCheck for Check {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        scope.artifacts().iter().map(|artifact| self.one(scope, artifact)).fold(Judgement::default(), Judgement::and)
    }
}
