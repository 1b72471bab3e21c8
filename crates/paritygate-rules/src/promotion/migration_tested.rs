//! `migration-tested`: every migration that waits has run where the promotion comes from.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::Elapsed;
use paritygate_model::{Diagnostic, Timestamp};
use serde::Deserialize;

use crate::migration::{self, Database, Migration};

/// The parameters of `migration-tested`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MigrationTested {
    /// How long ago it must have run there, such as `PT4H`.
    pub soak: Option<Elapsed>,
}

impl GateKind for MigrationTested {
    const NAME: &'static str = "migration-tested";
    const SUMMARY: &'static str = "every migration that waits has run where the promotion comes from";
    const MANUAL: &'static str = r#"
Every migration that the promotion brings and that was not applied in the target was applied in the environment that it comes
from, `soak` ago or earlier. What is available and what was applied is read from the descriptions of the environments.

```example
environments: |
  - { environment: staging, migrations: { main: { framework: rails, available: { "1": {}, "2": {} }, applied: { "1": {}, "2": { at: 2026-01-01T08:00:00Z } } } } }
  - { environment: production, migrations: { main: { framework: rails, applied: { "1": {} } } } }
params: { soak: PT4H }
expect: pass
message: "`2` of `main` ran in staging"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: rails, available: { "1": {}, "2": {} }, applied: { "1": {} } } } }
  - { environment: production, migrations: { main: { framework: rails, applied: { "1": {} } } } }
expect: fail
message: "`2` of `main` never ran in staging"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: rails, available: { "1": {}, "2": {} }, applied: { "1": {}, "2": { at: 2026-01-02T11:00:00Z } } } } }
  - { environment: production, migrations: { main: { framework: rails, applied: { "1": {} } } } }
params: { soak: PT4H }
expect: fail
message: "`2` of `main` ran in staging 1 h ago, and 4 h are asked, until Fri 2026-01-02 15:00Z"
next: 2026-01-02T15:00:00Z
```

```example
expect: unknown
message: "production is not described"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

impl MigrationTested {
    fn one(&self, scope: &Scope<'_>, database: &Database<'_>, waiting: &Migration<'_>) -> Judgement {
        let (from, name) = (scope.from(), format!("`{}` of `{}`", waiting.id, database.name));
        let Some(upstream) = database.place(from).filter(|place| place.applied.is_some()) else {
            return Judgement::unknown(format!("what was applied to `{}` in {from} is not described", database.name))
                .help("describe it, with `applied`");
        };
        if !database.is_done(upstream, waiting) {
            return Judgement::fail(format!("{name} never ran in {from}"))
                .help(format!("apply it in {from} first"))
                .fact("waits", &migration::origin(waiting.node));
        }
        let Some(soak) = self.soak else { return Judgement::pass(format!("{name} ran in {from}")) };
        let applied = upstream.applied.as_ref().and_then(|applied| applied.get(waiting.id));
        let Some((applied, at)) = applied.and_then(|applied| Some((applied, applied.at?))) else {
            return Judgement::unknown(format!("it is not known when {name} ran in {from}")).help("give it `at`");
        };
        let judged = match at.checked_add(soak.0) {
            Ok(done) if done <= scope.at => Judgement::pass(format!("{name} ran in {from}")),
            Ok(done) => {
                let ago = Scope::length(at, scope.at.max(at));
                let message =
                    format!("{name} ran in {from} {ago} ago, and {soak} are asked, until {}", scope.say(done));
                Judgement::wait(Some(done), message)
            }
            Err(_) => Judgement::wait(None, format!("{name} would have to soak for longer than there are dates")),
        };
        judged.fact(format!("ran in {from}"), &migration::origin(applied.node))
    }
}

impl GateCheck for MigrationTested {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let databases = match migration::of_target(scope) {
            Ok(databases) => databases,
            Err(why) => return Judgement::unknown(why).help("describe `migrations` of both environments"),
        };
        let mut judged = Judgement::default();
        for database in &databases {
            let Some(target) = database.place(scope.to()) else { continue };
            for waiting in database.pending(target, scope.from()) {
                judged = judged.and(self.one(scope, database, waiting));
            }
        }
        if judged.message.is_empty() { Judgement::pass("no migration waits") } else { judged }
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let soak = self.soak?;
        let databases = migration::of_target(scope).ok()?;
        let places = databases.iter().filter_map(|database| database.place(scope.from()));
        let ends = places.flat_map(|place| {
            place.applied.iter().flatten().filter_map(|(_, applied)| applied.at?.checked_add(soak.0).ok())
        });
        ends.filter(|end| *end > scope.at).min()
    }
}
