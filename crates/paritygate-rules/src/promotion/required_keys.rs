//! `required-keys`: the keys that an artifact needs exist where it goes.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::Origin;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Environment, Node, SortedSet, Timestamp};

use crate::keys::{self, Presence};

/// The parameters of `required-keys`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RequiredKeys {
    /// Keys that every artifact needs, beside those that the request names.
    pub keys: Vec<String>,
    /// Whether a key without content will do.
    pub allow_empty: bool,
}

impl GateKind for RequiredKeys {
    const NAME: &'static str = "required-keys";
    const SUMMARY: &'static str = "the keys that an artifact needs exist where it goes";
    const MANUAL: &'static str = r#"
The target's description has every key of `keys`, of the artifact's `requiredKeys`, and of the contract (`contract` in the
manifest, such as `.env.example`): among `workloads.<component>.variables`, or among `variables`. Values are not looked at.
Where the target is not described, or not completely, it can't be judged.

```example
params: { keys: [DATABASE_URL] }
environments: |
  - { environment: production, variables: { DATABASE_URL: "postgres://db.production.example/shop" } }
request: |
  artifacts: [{ component: api }]
expect: pass
message: "1 key is there"
```

```example
request: |
  artifacts: [{ component: api, requiredKeys: [CHECK_EVERY] }]
environments: |
  - { environment: production, variables: { LOG_LEVEL: info } }
expect: fail
message: "`CHECK_EVERY` is unset in production"
```

```example
params: { keys: [DATABASE_URL] }
request: |
  artifacts: [{ component: api }]
expect: unknown
message: "production is not described"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.keys.iter().any(|key| key.trim().is_empty()) {
            return Err(vec![params.wrong("keys", "a key is empty").help("name it, or remove it")]);
        }
        Ok(Box::new(self))
    }
}

/// The keys of a contract, for one component.
fn contract<'e>(environments: &'e [Environment], component: &str) -> impl Iterator<Item = &'e str> {
    let contracts = environments.iter().filter(|environment| environment.contract);
    let component = component.to_owned();
    contracts.flat_map(move |contract| {
        let root = contract.root();
        let own =
            root.get("workloads").and_then(|workloads| workloads.get(&component)).and_then(|own| own.get("variables"));
        let all = root.get("variables").into_iter().chain(own);
        all.flat_map(Node::entries).map(|(key, ..)| key).collect::<Vec<_>>()
    })
}

/// Judges the keys of all artifacts in the target. Shared with `config-only-safe`.
pub(super) fn judge(scope: &Scope<'_>, keys: &[String], allow_empty: bool) -> Judgement {
    let to = scope.to();
    let Some(target) = scope.environment(to) else {
        return Judgement::unknown(scope.why_undescribed(to))
            .help("describe it, in a file below its `sources` in the manifest");
    };
    let (mut judged, mut count) = (Judgement::default(), 0);
    let none = [paritygate_model::promotion::Artifact::default()];
    let artifacts = if scope.artifacts().is_empty() { &none[..] } else { scope.artifacts() };
    let mut seen: SortedSet<(&str, &str)> = SortedSet::new();
    for artifact in artifacts {
        let component = artifact.component.as_str();
        let own = keys.iter().chain(&artifact.required_keys).map(String::as_str);
        for key in own.chain(contract(scope.environments, component)) {
            if !seen.insert((component, key)) {
                continue;
            }
            count += 1;
            let (presence, node) = keys::presence(target, component, key);
            let fact = |judged: Judgement| match node.and_then(Node::location) {
                Some(at) => judged.fact(key, &Origin { source: target.source, at: Some(at) }),
                None => judged,
            };
            let one = match presence {
                Presence::Set => continue,
                Presence::Empty if allow_empty => continue,
                Presence::Empty => {
                    fact(Judgement::fail(format!("`{key}` is empty in {to}"))).help("give it a value first")
                }
                Presence::Missing => {
                    fact(Judgement::fail(format!("`{key}` is unset in {to}"))).help("set it there first")
                }
                Presence::Unknown(why) => Judgement::unknown(format!("whether {to} has `{key}` is not known: {why}")),
            };
            judged = judged.and(one);
        }
    }
    if judged.is_judged() {
        return judged;
    }
    match count {
        0 => Judgement::not_applicable("no key is required: neither the policy, the request nor a contract names one"),
        1 => Judgement::pass("1 key is there"),
        count => Judgement::pass(format!("{count} keys are there")),
    }
}

impl GateCheck for RequiredKeys {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        judge(scope, &self.keys, self.allow_empty)
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        scope.description_end()
    }
}
