//! `migration-destructive`: what destroys comes a release after what replaces it.

use std::collections::BTreeSet;

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{DeploymentResult, Elapsed};
use paritygate_model::{Diagnostic, Timestamp};
use serde::Deserialize;

use crate::migration::{self, Applied, Database, Migration, Operation, Place};

/// The parameters of `migration-destructive`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MigrationDestructive {
    /// The kinds of operations that destroy, instead of the usual ones.
    pub operations: Option<Vec<String>>,
    /// How many releases must have reached the target since the expanding migration was applied there; 1 by default.
    pub min_releases: Option<u32>,
    /// How much real time must have passed since then, such as `P7D`.
    pub min_age: Option<Elapsed>,
}

/// What destroys, or breaks what reads or writes the schema as it was.
const DESTRUCTIVE: [&str; 10] = [
    "drop_table",
    "drop_column",
    "drop_view",
    "rename_table",
    "rename_column",
    "change_column_type",
    "change_column",
    "set_not_null",
    "truncate",
    "delete_data",
];

impl GateKind for MigrationDestructive {
    const NAME: &'static str = "migration-destructive";
    const SUMMARY: &'static str = "what destroys comes a release after what replaces it";
    const MANUAL: &'static str = r#"
A migration that waits for the target and destroys something (`drop_table`, `drop_column`, `drop_view`, `rename_table`,
`rename_column`, `change_column_type`, `change_column`, `set_not_null`, `truncate`, `delete_data`, or anything with
`reversible: false`) depends on a migration of the phase `expand` that was applied in the target before: at least
`minReleases` releases ago, counted by the different artifacts that were deployed there since, and `minAge` ago. So nothing
that still runs needs what goes. Where the operations of a migration are not known it can't be judged, and that denies.

```example
environments: |
  - environment: staging
    migrations: { main: { framework: django, available: { "1": { phase: expand, operations: [{ kind: add_column, table: t, column: d }] }, "2": { dependsOn: ["1"], phase: contract, operations: [{ kind: drop_column, table: t, column: c }] } }, applied: { "1": {} } } }
  - environment: production
    migrations: { main: { applied: { "1": { at: 2026-01-01T08:00:00Z } } } }
request: |
  deployments:
    - { environment: production, component: api, digest: "sha256:aa", startedAt: 2026-01-01T07:55:00Z, result: succeeded }
    - { environment: production, component: api, digest: "sha256:bb", startedAt: 2026-01-02T07:55:00Z, result: succeeded }
expect: pass
message: "`2` of `main`: drop_column t.c comes 1 release after `1`"
```

```example
environments: |
  - environment: staging
    migrations: { main: { framework: django, available: { "1": { phase: expand, operations: [] }, "2": { dependsOn: ["1"], operations: [{ kind: drop_column, table: t, column: c }] } }, applied: {} } }
  - environment: production
    migrations: { main: { applied: {} } }
expect: fail
message: "`2` of `main`: drop_column t.c, and `1`, which expands, was not applied in production before"
```

```example
environments: |
  - environment: staging
    migrations: { main: { framework: rails, available: { "2": { operations: [{ kind: drop_table, table: t }] } }, applied: {} } }
  - environment: production
    migrations: { main: { applied: {} } }
expect: fail
message: "`2` of `main`: drop_table t, and no expanding migration is named that shipped before"
```

```example
environments: |
  - environment: staging
    migrations: { main: { framework: rails, available: { "2": {} }, applied: {} } }
  - environment: production
    migrations: { main: { applied: {} } }
expect: unknown
message: "what `2` of `main` does is not known"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.operations.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("operations", "`operations` is empty: nothing would be destructive");
            return Err(vec![wrong.help("name kinds such as `drop_column`, or remove the field")]);
        }
        Ok(Box::new(self))
    }
}

impl MigrationDestructive {
    fn destroys(&self, operation: &Operation<'_>) -> bool {
        let listed = match &self.operations {
            Some(own) => own.iter().any(|kind| kind == operation.kind),
            None => DESTRUCTIVE.contains(&operation.kind),
        };
        listed || operation.reversible == Some(false)
    }

    fn one(
        &self,
        scope: &Scope<'_>,
        database: &Database<'_>,
        target: &Place<'_>,
        waiting: &Migration<'_>,
    ) -> Judgement {
        let name = format!("`{}` of `{}`", waiting.id, database.name);
        let here = migration::origin(waiting.node);
        let Some(operations) = &waiting.operations else {
            return Judgement::unknown(format!("what {name} does is not known"))
                .help("give it its `operations`; an empty list says that it destroys nothing")
                .fact("waits", &here);
        };
        let bad: Vec<String> = operations.iter().filter(|operation| self.destroys(operation)).map(shown).collect();
        if bad.is_empty() && waiting.phase != Some("contract") {
            return Judgement::pass(format!("{name} destroys nothing"));
        }
        let what = if bad.is_empty() { "contracts".to_owned() } else { bad.join(", ") };
        let expands = expanding(database, waiting);
        if expands.is_empty() {
            return Judgement::fail(format!("{name}: {what}, and no expanding migration is named that shipped before"))
                .help("ship what replaces it first, as a migration with `phase: expand` that this one `dependsOn`")
                .fact("waits", &here);
        }
        let mut judged = Judgement::default();
        for expand in expands {
            let applied = target.applied.as_ref().and_then(|applied| applied.get(expand.id));
            judged = judged.and(match applied {
                None => Judgement::fail(format!(
                    "{name}: {what}, and `{}`, which expands, was not applied in {} before",
                    expand.id,
                    scope.to()
                ))
                .help("ship the contracting part in a later release"),
                Some(applied) => self.since(scope, &name, &what, expand, applied),
            });
        }
        judged.fact("waits", &here)
    }

    /// Whether enough has happened since the expanding migration was applied.
    fn since(
        &self,
        scope: &Scope<'_>,
        name: &str,
        what: &str,
        expand: &Migration<'_>,
        applied: &Applied<'_>,
    ) -> Judgement {
        let needed = self.min_releases.unwrap_or(1) as usize;
        let Some(at) = applied.at else {
            return Judgement::unknown(format!("it is not known when `{}` was applied in {}", expand.id, scope.to()))
                .help("give it `at`")
                .fact("applied", &migration::origin(applied.node));
        };
        let releases = releases(scope, at);
        let count = if releases == 1 { "1 release".to_owned() } else { format!("{releases} releases") };
        let said = format!("{name}: {what} comes {count} after `{}`", expand.id);
        let judged = if releases < needed {
            Judgement::fail(format!("{said}, and {needed} {} needed", if needed == 1 { "is" } else { "are" }))
                .help("ship the contracting part in a later release")
        } else {
            match self.min_age.map(|age| (age, at.checked_add(age.0).unwrap_or(Timestamp::MAX))) {
                Some((age, old)) if scope.at < old => {
                    let message = format!("{said}, and {age} have to pass, until {}", scope.say(old));
                    Judgement::wait(Some(old), message)
                }
                _ => Judgement::pass(said),
            }
        };
        judged.fact("applied", &migration::origin(applied.node))
    }
}

/// How many different artifacts were deployed well to the target since an instant.
fn releases(scope: &Scope<'_>, since: Timestamp) -> usize {
    let all = scope.request.deployments(scope.to());
    let after = all.filter(|fact| {
        fact.result == DeploymentResult::Succeeded
            && scope.accepts(&fact.origin)
            && fact.started_at.or(fact.finished_at).is_some_and(|at| at.0 > since && scope.has_happened(at))
    });
    let artifacts: BTreeSet<&str> = after
        .filter_map(|fact| fact.digest.as_deref().or(fact.index_digest.as_deref()).or(fact.version.as_deref()))
        .collect();
    artifacts.len()
}

/// `drop_column t.c`
fn shown(operation: &Operation<'_>) -> String {
    match (operation.table, operation.column) {
        (Some(table), Some(column)) => format!("{} {table}.{column}", operation.kind),
        (Some(table), None) => format!("{} {table}", operation.kind),
        (None, _) => operation.kind.to_owned(),
    }
}

/// The expanding migrations that a migration depends on, near or far.
fn expanding<'d, 'e>(database: &'d Database<'e>, waiting: &Migration<'e>) -> Vec<&'d Migration<'e>> {
    let union = database.union();
    let (mut seen, mut left, mut found) = (BTreeSet::new(), waiting.depends_on.clone(), Vec::new());
    while let Some(id) = left.pop() {
        let Some(migration) = union.get(id).copied().filter(|_| seen.insert(id)) else { continue };
        if migration.phase == Some("expand") {
            found.push(migration);
        } else {
            left.extend(&migration.depends_on);
        }
    }
    found
}

impl GateCheck for MigrationDestructive {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let databases = match migration::of_target(scope) {
            Ok(databases) => databases,
            Err(why) => return Judgement::unknown(why).help("describe `migrations` of both environments"),
        };
        let mut judged = Judgement::default();
        for database in &databases {
            let Some(target) = database.place(scope.to()) else { continue };
            for waiting in database.pending(target, scope.from()) {
                judged = judged.and(self.one(scope, database, target, waiting));
            }
        }
        if judged.message.is_empty() { Judgement::pass("no migration waits") } else { judged }
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let age = self.min_age?;
        let databases = migration::of_target(scope).ok()?;
        let places = databases.iter().filter_map(|database| database.place(scope.to()));
        let ends = places.flat_map(|place| {
            place.applied.iter().flatten().filter_map(|(_, applied)| applied.at?.checked_add(age.0).ok())
        });
        ends.filter(|end| *end > scope.at).min()
    }
}
