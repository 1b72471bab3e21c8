//! `migration-order`: migrations come in an order that every environment can follow.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use serde::Deserialize;

use crate::migration::order::Order;
use crate::migration::{self, Tracking};

/// The parameters of `migration-order`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MigrationOrder {
    /// What decides the order, where the descriptions say neither `tracking` nor a known `framework`.
    pub tracking: Option<Tracking>,
    /// With `dag-set`: whether several last migrations pass, with a warning, whose operations touch different tables.
    pub tolerate_disjoint: bool,
}

impl GateKind for MigrationOrder {
    const NAME: &'static str = "migration-order";
    const SUMMARY: &'static str = "migrations come in an order that every environment can follow";
    const MANUAL: &'static str = r#"
Judges the union of the lists that all described environments bring (`available`), so that two branches that are right alone
are seen together, and what was applied in each (`applied`). What a migration means that comes late, below the newest that
was applied, depends on `tracking`:

- `set` (Rails, Laravel, TypeORM): it runs, in another order; a warning, unless it touches a table that a later one touched.
- `high-water-mark` (golang-migrate, Drizzle, micrate): it is silently skipped where a newer one ran.
- `hash-chain` (Flyway, Atlas): it stops everything.
- `dag-set` (Django, Alembic): dependencies decide; two last migrations are the trouble, and nothing runs.

Also: one id with two contents, two migrations of one version, one that was changed after it was applied or is not there any
more, one that was applied without what it depends on, a squash whose parts are gone too early, operations of two lists that
can't both run, and a target that is ahead of where the promotion comes from.

```example
environments: |
  - { environment: staging, migrations: { main: { framework: golang-migrate, available: { "1": {}, "2": {} }, applied: { "1": {}, "2": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {} } } } }
expect: pass
message: "the migrations of `main` are in order"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: golang-migrate, available: { "1": {}, "2": {}, "3": {} }, applied: { "1": {}, "3": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {} } } } }
expect: fail
message: "`2` of `main` lies below what was applied in staging, and will silently be skipped there"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: rails, available: { "1": {}, "2": { operations: [{ kind: add_column, table: a }] }, "3": { operations: [{ kind: add_column, table: b }] } }, applied: { "1": {}, "3": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {} } } } }
expect: warn
message: "`2` of `main` comes late in staging: it runs in another order there"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: rails, available: { "1": {}, "2": { operations: [{ kind: add_column, table: a }] }, "3": { operations: [{ kind: add_column, table: a }] } }, applied: { "1": {}, "3": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {} } } } }
expect: fail
message: "`2` of `main` comes late in staging, and `3`, which ran before, touches the same table `a`"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: flyway, available: { V1__a: {}, V1.1__b: {}, V2__c: {} }, applied: { V1__a: {}, V2__c: {} } } } }
  - { environment: production, migrations: { main: { applied: { V1__a: {} } } } }
expect: fail
message: "`V1.1__b` of `main` lies below what was applied in staging, and will stop everything there"
```

```example
environments: |
  - { environment: branch-a, migrations: { main: { framework: django, available: { "0001": {}, "0002_a": { dependsOn: ["0001"] } } } } }
  - { environment: staging, migrations: { main: { framework: django, available: { "0001": {}, "0002_b": { dependsOn: ["0001"] } }, applied: { "0001": {} } } } }
  - { environment: production, migrations: { main: { applied: { "0001": {} } } } }
expect: fail
message: "`0002_a`, `0002_b` of `main` are all last, and none of them will run"
help: "add a migration that depends on `0002_a`, `0002_b`"
```

```example
params: { tolerateDisjoint: true }
environments: |
  - { environment: branch-a, migrations: { main: { framework: django, available: { "0001": {}, "0002_a": { dependsOn: ["0001"], operations: [{ kind: add_column, table: a }] } } } } }
  - { environment: staging, migrations: { main: { framework: django, available: { "0001": {}, "0002_b": { dependsOn: ["0001"], operations: [{ kind: add_column, table: b }] } }, applied: { "0001": {} } } } }
  - { environment: production, migrations: { main: { applied: { "0001": {} } } } }
expect: warn
message: "`0002_a`, `0002_b` of `main` are all last, and touch different tables"
```

```example
environments: |
  - { environment: branch-a, migrations: { main: { framework: rails, available: { "1": {}, "2": { operations: [{ kind: drop_column, table: t, column: c }] } } } } }
  - { environment: staging, migrations: { main: { framework: rails, available: { "1": {}, "3": { operations: [{ kind: rename_column, table: t, column: c }] } }, applied: { "1": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {} } } } }
expect: fail
message: "`2`, `3` of `main` can't both run: drop_column t.c and rename_column t.c"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: rails, available: { "1_a": {}, "1_b": {} }, applied: { "1_a": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1_a": {} } } } }
expect: fail
message: "`1_a`, `1_b` of `main` have one version number"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: flyway, available: { "1": { checksum: bb } }, applied: { "1": { checksum: aa } } } } }
  - { environment: production, migrations: { main: { applied: { "1": { checksum: bb } } } } }
expect: fail
message: "`1` of `main` was changed after it was applied in staging"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: rails, available: { "1": {} }, applied: { "1": {}, "2": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {} } } } }
expect: fail
message: "`2` of `main` was applied in staging, and is not there any more"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: django, available: { "1": {}, "2": { dependsOn: ["1"] } }, applied: { "2": {} } } } }
  - { environment: production, migrations: { main: { applied: {} } } }
expect: fail
message: "`2` of `main` was applied in staging without `1`, which it depends on"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: django, available: { "1_squashed_2": { replaces: ["1", "2"] } }, applied: { "1": {}, "2": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {} } } } }
expect: fail
message: "`1_squashed_2` of `main` replaces `2`, which was not applied in production and is not there any more"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: rails, available: { "1": {}, "2": {} }, applied: { "1": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {}, "2": {} } } } }
expect: fail
message: "`2` of `main` was applied in production only"
```

```example
environments: |
  - { environment: staging, migrations: { main: { framework: prisma, available: { "1": {} }, applied: { "1": {} } } } }
  - { environment: production, migrations: { main: { applied: { "1": {} } } } }
expect: unknown
message: "what decides the order of the migrations of `main` is not known"
```
"#;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

impl GateCheck for MigrationOrder {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let databases = match migration::of_target(scope) {
            Ok(databases) => databases,
            Err(why) => return Judgement::unknown(why).help("describe `migrations` of both environments"),
        };
        let mut judged = Judgement::default();
        for database in &databases {
            let Some(tracking) = database.tracking.or(self.tracking) else {
                let message = format!("what decides the order of the migrations of `{}` is not known", database.name);
                judged = judged.and(Judgement::unknown(message).help("give the description `tracking`, or the gate"));
                continue;
            };
            let order = Order { database, tracking, tolerate_disjoint: self.tolerate_disjoint };
            let one = order.judge(scope);
            let in_order = || Judgement::pass(format!("the migrations of `{}` are in order", database.name));
            judged = judged.and(if one.message.is_empty() { in_order() } else { one });
        }
        if judged.message.is_empty() { Judgement::pass("there are no migrations") } else { judged }
    }
}
