//! `config-only-safe`: what calls itself a change of configuration is one.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::KindOfChange;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Environment, Timestamp};

use crate::migration::databases;

/// The parameters of `config-only-safe`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ConfigOnlySafe {
    /// Whether a key without content will do.
    pub allow_empty: bool,
}

impl GateKind for ConfigOnlySafe {
    const NAME: &'static str = "config-only-safe";
    const SUMMARY: &'static str = "what calls itself a change of configuration is one";
    const MANUAL: &'static str = r#"
For promotions of the kind `configOnly`: every artifact is what runs in the target already, no migration waits there, and
every key that is required is there. Of other kinds of change it has nothing to say.

```example
request: |
  kindOfChange: configOnly
  artifacts: [{ component: api, digest: "sha256:aa" }]
  deployments: [{ environment: production, component: api, digest: "sha256:aa", finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
environments: |
  - { environment: production, variables: { LOG_LEVEL: info }, migrations: { main: { available: { "1": {} }, applied: { "1": {} } } } }
expect: pass
message: "nothing but configuration changes in production"
```

```example
request: |
  kindOfChange: configOnly
  artifacts: [{ component: api, digest: "sha256:bb" }]
  deployments: [{ environment: production, component: api, digest: "sha256:aa", finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
environments: |
  - { environment: production, variables: { LOG_LEVEL: info } }
expect: fail
message: "another artifact of `api` runs in production: this is no change of configuration alone"
```

```example
request: |
  kindOfChange: configOnly
  artifacts: [{ component: api, digest: "sha256:aa", requiredKeys: [CHECK_EVERY] }]
  deployments: [{ environment: production, component: api, digest: "sha256:aa", finishedAt: 2026-01-01T08:00:00Z, result: succeeded }]
environments: |
  - { environment: production, variables: { LOG_LEVEL: info }, migrations: { main: { available: { "1": {}, "2": {} }, applied: { "1": {} } } } }
expect: fail
message: "the migration `2` of `main` waits in production; `CHECK_EVERY` is unset in production"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

/// Whether the artifacts run in the target.
fn artifacts(scope: &Scope<'_>) -> Judgement {
    let to = scope.to();
    let mut judged = Judgement::default();
    for artifact in scope.artifacts() {
        let component = &artifact.component;
        let one = match scope.current(to, component).map(|current| (current, Scope::is_of(current, artifact))) {
            Some((_, Some(true))) => continue,
            Some((current, Some(false))) => {
                let message =
                    format!("another artifact of `{component}` runs in {to}: this is no change of configuration alone");
                Judgement::fail(message).help("ask for it as a `release`").fact("runs there", &current.origin)
            }
            Some((current, None)) => {
                let message = format!("it is not known which digest of `{component}` runs in {to}");
                Judgement::unknown(message).fact("without a digest", &current.origin)
            }
            None => Judgement::unknown(format!("it is not known what of `{component}` runs in {to}"))
                .help("hand in the deployments, with `--facts`"),
        };
        judged = judged.and(one);
    }
    judged
}

/// Migrations of the target's description that are available and not applied.
fn migrations(scope: &Scope<'_>) -> Judgement {
    let Some(target) = scope.environment(scope.to()) else { return Judgement::default() };
    // Where nothing is said of migrations there are none to know of.
    let declared = target.coverage.iter().find(|(path, _)| path == "migrations");
    if let Some(why) = declared.and_then(|(_, coverage)| coverage.why_not_missing()) {
        let message = format!("whether a migration waits in {} is not known: {why}", scope.to());
        return Judgement::unknown(message).help("describe them below `migrations`; `{}` says that there are none");
    }
    let section = |environment: &'_ Environment| environment.root().get("migrations").is_some();
    if !section(target) && scope.environment(scope.from()).is_some_and(section) {
        let (from, to) = (scope.from(), scope.to());
        let message = format!("{from} has migrations, and whether one waits in {to} is not known");
        return Judgement::unknown(message).help("describe them below `migrations`; `{}` says that there are none");
    }
    let mut judged = Judgement::default();
    for database in databases(scope, &|name| name == scope.to()).values() {
        judged = database.unread().fold(judged, Judgement::and);
        let Some(available) = database.of(scope.to()).and_then(|described| described.available.as_ref()) else {
            let message = format!("which migrations of `{}` wait in {} is not known", database.name, scope.to());
            judged =
                judged.and(Judgement::unknown(message).help("describe them below `available`; `{}` says that none do"));
            continue;
        };
        let ran = database.ran(scope.to(), &database.union(scope.to())).unwrap_or_default();
        for (id, migration) in available.iter().filter(|(id, _)| !ran.contains_key(**id)) {
            let message = format!("the migration `{id}` of `{}` waits in {}", database.name, scope.to());
            let waits = Judgement::fail(message).help("ask for it as a `release`").fact("waits", &migration.origin);
            judged = judged.and(waits);
        }
    }
    judged
}

impl GateCheck for ConfigOnlySafe {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        if scope.promotion().kind_of_change != KindOfChange::ConfigOnly {
            return Judgement::not_applicable(format!(
                "a {} is more than configuration",
                scope.promotion().kind_of_change.word()
            ));
        }
        if scope.artifacts().is_empty() {
            return Judgement::unknown("the request names no artifact").help("name what the configuration is for");
        }
        let judged =
            artifacts(scope).and(migrations(scope)).and(super::required_keys::judge(scope, &[], self.allow_empty));
        if judged.cleared_by.is_some() {
            return judged;
        }
        Judgement::pass(format!("nothing but configuration changes in {}", scope.to()))
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        scope.description_end()
    }
}
