//! `migration-order`: the migrations of all lists together can run in the target.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::read::Read;
use paritygate_model::suggest::quoted;
use paritygate_model::{Diagnostic, SortedMap, SortedSet, Timestamp};

use crate::migration::graph::Graph;
use crate::migration::number::{is_repeatable, number};
use crate::migration::operation::{Name, tables};
use crate::migration::order::{Late, Overlap, late};
use crate::migration::words::{list, names, verb, worst};
use crate::migration::{Checks, Database, Databases, Pending, Tracking, judge_each};

/// The parameters of `migration-order`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MigrationOrder {
    /// The environments whose descriptions count beside those that the promotion goes from and to. Without them, all that
    /// are described: a branch that is described as an environment brings its list into the union.
    pub environments: Option<Vec<String>>,
    /// Whether several last migrations of a graph (`dag-set`) are let pass, with a warning, where it is known that what
    /// they bring touches different tables.
    pub tolerate_disjoint: bool,
}

impl GateKind for MigrationOrder {
    const NAME: &'static str = "migration-order";
    const SUMMARY: &'static str = "the migrations of all lists together can run in the target";
    const MANUAL: &'static str = r#"
Judges `migrations` of the environments that are described, database by database. What is promoted is the list `available`
of the environment that the promotion comes from; conflicts are judged over *all* lists together, since two branches that are
green alone may conflict only together. What a migration that comes late means depends on how the tool keeps track:

| `tracking` | usual for | a late migration with a lower number | |
|---|---|---|---|
| `set` | Rails, Laravel, Liquibase, Prisma | runs, but in another order than elsewhere | warns; fails if both touch one table |
| `high-water-mark` | golang-migrate, Drizzle | is silently skipped | fails |
| `hash-chain` | Flyway, Atlas | stops the tool | fails |
| `dag-set` | Django, Alembic | leaves several last migrations: nothing runs | fails, unless `tolerateDisjoint` |

Without `tracking` the one that is usual for the `framework` counts; without either nothing can be judged. These fail in all
of them: two files with one number, a file that was changed after it ran, one that ran and is gone, one that ran without
what it needs, a squash that deletes what has not run everywhere, operations in each other's way, and a target that is ahead
of where the promotion comes from. What is not known blocks: what ran, which operations there are where they decide, in a
graph what a migration needs, in a chain a checksum.

Migrations go by the same ids in `available` and `applied`, and `applied` lists all that ran. Tools store less: Rails and
Flyway the number of a file, golang-migrate the highest one, Alembic the heads. Write for each the name of its file, and all
up to what they store; `.up.sql` and `.down.sql` of golang-migrate are one migration.

```example
environments: |
  - environment: staging
    migrations: { db: { framework: rails, available: { "1_a": {}, "2_b": {} }, applied: { "1_a": {}, "2_b": {} } } }
  - environment: production
    migrations: { db: { framework: rails, applied: { "1_a": {} } } }
expect: pass
message: "the migrations of `db` are in order (`set`), and 1 waits for production"
```

A late one runs after newer ones, with what touches the same table and without:

```example
environments: |
  - environment: staging
    migrations:
      db:
        tracking: set
        available:
          20260721000000: { operations: [{ kind: add_column, table: users, column: a }] }
          20260721090000: { operations: [{ kind: add_column, table: teams, column: b }] }
        applied: { 20260721000000: {}, 20260721090000: {} }
  - environment: production
    migrations: { db: { applied: { 20260721090000: {} } } }
expect: warn
message: "`20260721000000` is below `20260721090000`, which ran in production: it runs there in another order"
```

```example
environments: |
  - environment: staging
    migrations:
      db:
        tracking: set
        available:
          20260721000000: { operations: [{ kind: add_column, table: users, column: a }] }
          20260721090000: { operations: [{ kind: drop_column, table: users, column: b }] }
        applied: { 20260721000000: {}, 20260721090000: {} }
  - environment: production
    migrations: { db: { applied: { 20260721090000: {} } } }
expect: fail
message: "`20260721000000` is below `20260721090000`, which ran in production: it runs there in another order, and both touch the table `users`"
```

```example
environments: |
  - environment: staging
    migrations: { db: { framework: golang-migrate, available: { "41_a": {}, "42_b": {} }, applied: { "42_b": {} } } }
  - environment: production
    migrations: { db: { applied: { "42_b": {} } } }
expect: fail
message: "`41_a` is below `42_b`, which ran in staging and production: it will silently be skipped there"
help: "give it a number above `42_b`"
```

```example
environments: |
  - environment: staging
    migrations:
      db:
        framework: flyway
        available: { V1__a: { checksum: 1 }, V2__b: { checksum: 2 }, V3__c: { checksum: 3 } }
        applied: { V1__a: { checksum: 1 }, V2__b: { checksum: 2 }, V3__c: { checksum: 3 } }
  - environment: production
    migrations: { db: { applied: { V1__a: { checksum: 1 }, V3__c: { checksum: 3 } } } }
expect: fail
message: "`V2__b` is below `V3__c`, which ran in production: the tool stops there"
```

Two branches, each with one last migration:

```example
environments: |
  - environment: staging
    migrations:
      db/billing:
        framework: django
        available: { 0041_y: { dependsOn: [] }, 0042_a: { dependsOn: [0041_y] } }
        applied: { 0041_y: {}, 0042_a: {} }
  - environment: branch
    migrations:
      db/billing: { available: { 0041_y: { dependsOn: [] }, 0042_b: { dependsOn: [0041_y] } } }
  - environment: production
    migrations: { db/billing: { applied: { 0041_y: {} } } }
expect: fail
message: "`db/billing` has 2 last migrations, `0042_a`, `0042_b`: nothing runs until they are merged"
help: "add a merge migration with `dependsOn: [0042_a, 0042_b]`: `python manage.py makemigrations --merge billing`"
```

```example
params: { tolerateDisjoint: true }
environments: |
  - environment: staging
    migrations:
      db:
        framework: alembic
        available:
          a1: { dependsOn: [], operations: [] }
          b2: { dependsOn: [a1], operations: [{ kind: add_column, table: users, column: a }] }
          c3: { dependsOn: [a1], operations: [{ kind: add_column, table: teams, column: a }] }
        applied: { a1: {}, b2: {}, c3: {} }
  - environment: production
    migrations: { db: { applied: { a1: {} } } }
expect: warn
message: "`db` has 2 last migrations, `b2`, `c3`, which touch different tables"
```

Two branches that are each in order, and can't both run:

```example
environments: |
  - environment: staging
    migrations:
      db:
        framework: rails
        available: { "42_a": { operations: [{ kind: drop_column, table: t, column: c }] } }
        applied: { "42_a": {} }
  - environment: branch
    migrations:
      db: { available: { "43_b": { operations: [{ kind: rename_column, table: t, column: c, to: d }] } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: fail
message: "`42_a` drops `t.c`, and `43_b` renames it"
```

```example
environments: |
  - environment: staging
    migrations: { db: { framework: rails, available: { "41_a": {}, "42_b": {} }, applied: { "41_a": {} } } }
  - environment: production
    migrations: { db: { applied: { "41_a": {}, "42_b": {} } } }
expect: fail
message: "`42_b` is applied in production only"
```

```example
environments: |
  - environment: staging
    migrations: { db: { framework: rails, available: { "41_a": {}, 041_b: {} }, applied: {} } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: fail
message: "`041_b`, `41_a` have the same version number"
```

```example
environments: |
  - environment: staging
    migrations: { db: { framework: rails, available: { "41_a": { checksum: aa } }, applied: { "41_a": { checksum: aa } } } }
  - environment: production
    migrations: { db: { applied: { "41_a": { checksum: bb } } } }
expect: fail
message: "`41_a` was changed after it ran in production"
```

```example
environments: |
  - environment: staging
    migrations: { db: { framework: rails, available: { "42_b": {} }, applied: { "41_a": {}, "42_b": {} } } }
  - environment: production
    migrations: { db: { applied: { "41_a": {} } } }
expect: fail
message: "`41_a` is applied in staging, and what is promoted has no file of it; `41_a` is applied in production, and what is promoted has no file of it"
```

```example
environments: |
  - environment: staging
    migrations:
      db:
        framework: django
        available: { 0041_a: { dependsOn: [] }, 0042_b: { dependsOn: [0041_a] } }
        applied: { 0041_a: {}, 0042_b: {} }
  - environment: production
    migrations: { db: { applied: { 0042_b: {} } } }
expect: fail
message: "`0042_b` ran in production without `0041_a`, which it needs"
```

```example
environments: |
  - environment: staging
    migrations:
      db:
        framework: django
        available: { 0001_squashed: { dependsOn: [], replaces: [0001_a, 0002_b] } }
        applied: { 0001_a: {}, 0002_b: {} }
  - environment: production
    migrations: { db: { applied: { 0001_a: {} } } }
expect: fail
message: "`0001_squashed` replaces `0002_b`, whose file is gone, and production has not run it"
```

```example
environments: |
  - environment: staging
    migrations: { db: { framework: other, available: {}, applied: {} } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: unknown
message: "it is not known what out of order means for the migrations of `db`"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.environments.as_ref().is_some_and(Vec::is_empty) {
            let wrong =
                params.wrong("environments", "`environments` is empty: nothing is added to the promotion's own");
            return Err(vec![wrong.help("name environments, or remove the field: then all count")]);
        }
        Ok(Box::new(self))
    }
}

impl GateCheck for MigrationOrder {
    fn environments(&self) -> Vec<&str> {
        self.environments.iter().flatten().map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let counts = |name: &str| {
            let named = self.environments.as_ref().is_none_or(|all| all.iter().any(|one| one == name));
            named || name == scope.from() || name == scope.to()
        };
        let missing = self.environments.iter().flatten().find(|name| scope.environment(name).is_none());
        if let Some(name) = missing {
            let message = format!("{}, and so its migrations are not known", scope.why_undescribed(name));
            return Judgement::unknown(message)
                .help("describe it, with a section `migrations`: in a file below its `sources` in the manifest");
        }
        judge_each(scope, &counts, |databases, database| self.database(scope, databases, database))
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        scope.description_end()
    }
}

impl MigrationOrder {
    fn database<'a>(&self, scope: &Scope<'a>, databases: &Databases<'a>, database: &Database<'a>) -> Judgement {
        let pending = match Pending::new(database, scope) {
            Ok(pending) => pending,
            Err(judgement) => return *judgement,
        };
        let graph = Graph::new(&pending.union);
        let checks = Checks::new(scope, databases, database, &pending, &graph);
        let mut found = checks.contents();
        found.extend(checks.ahead());
        found.extend(checks.files());
        found.extend(checks.squashes());
        match database.tracking() {
            Ok(tracking) => {
                found.extend(checks.duplicates(tracking));
                found.extend(checks.checksums(tracking));
                found.extend(checks.needs(tracking));
                found.extend(checks.conflicts(tracking));
                if tracking == Tracking::DagSet {
                    found.extend(self.leaves(&checks));
                } else {
                    found.extend(unnumbered(&checks));
                    found.extend(lateness(&checks, tracking));
                }
                if found.is_empty() {
                    let waiting = pending.migrations.len();
                    let wait = if waiting == 1 { "waits" } else { "wait" };
                    return Judgement::pass(format!(
                        "the migrations of `{}` are in order (`{}`), and {waiting} {wait} for {}",
                        database.name,
                        tracking.word(),
                        scope.to()
                    ));
                }
            }
            Err(judgement) => found.push(*judgement),
        }
        worst(found)
    }

    /// A graph has one last migration, and no circle.
    fn leaves(&self, checks: &Checks<'_, '_>) -> Vec<Judgement> {
        let (graph, name) = (checks.graph, checks.database.name);
        let circle = graph.circle();
        if !circle.is_empty() {
            let judgement =
                Judgement::fail(format!("{} need each other in a circle: none of them runs", names(&circle)))
                    .help("remove one of their dependencies");
            return vec![circle.iter().take(5).fold(judgement, |it, id| it.fact(*id, &checks.origin(id)))];
        }
        let leaves = graph.leaves();
        if leaves.len() < 2 {
            return Vec::new();
        }
        let told = format!("`{name}` has {} last migrations, {}", leaves.len(), names(&leaves));
        let framework = checks.database.described.iter().find_map(|described| described.framework);
        let command = match framework {
            Some("django") => {
                let app = name.rsplit_once('/').map(|(_, app)| format!(" {app}")).unwrap_or_default();
                format!(": `python manage.py makemigrations --merge{app}`")
            }
            Some("alembic") => format!(": `alembic merge {}`", leaves.join(" ")),
            _ => String::new(),
        };
        let help = format!("add a merge migration with `dependsOn: [{}]`{command}", leaves.join(", "));
        let mut judgement = match (self.tolerate_disjoint, disjoint(checks, &leaves)) {
            (true, Disjoint::Yes) => Judgement::warn(format!("{told}, which touch different tables")),
            (true, Disjoint::No(why)) => {
                Judgement::fail(format!("{told}: nothing runs until they are merged")).note(why)
            }
            _ => Judgement::fail(format!("{told}: nothing runs until they are merged")),
        };
        for leaf in leaves.iter().take(5) {
            let by = checks.pending.union.get(leaf).map(|brought| list(&brought.by)).unwrap_or_default();
            judgement = judgement.note(format!("`{leaf}` is brought by {by}")).fact(*leaf, &checks.origin(leaf));
        }
        vec![judgement.help(help)]
    }
}

enum Disjoint {
    Yes,
    No(String),
}

/// Whether what leads to each leaf, and not to all of them, touches other tables than what leads to the others.
fn disjoint<'a>(checks: &Checks<'_, 'a>, leaves: &[&'a str]) -> Disjoint {
    let mut touched: SortedMap<Name<'_>, &str> = SortedMap::new();
    let mut branches = Vec::new();
    for leaf in leaves {
        let Some(mut branch) = checks.graph.before(leaf) else {
            return Disjoint::No("there are too many to tell which tables they touch".to_owned());
        };
        branch.insert(leaf);
        branches.push(branch);
    }
    let shared = |id: &str| branches.iter().all(|branch| branch.contains(id));
    for (leaf, branch) in leaves.iter().zip(&branches) {
        for id in branch.iter().filter(|id| !shared(id)) {
            let operations = checks.pending.union.get(id).and_then(|brought| brought.migration.operations.as_deref());
            let Some(tables) = tables(operations) else {
                return Disjoint::No(format!("it is not known which tables `{id}` touches"));
            };
            for table in tables {
                let other = *touched.entry(table).or_insert(leaf);
                if other != *leaf {
                    return Disjoint::No(format!(
                        "what leads to `{other}` and to `{leaf}` touches the table `{table}`"
                    ));
                }
            }
        }
    }
    Disjoint::Yes
}

/// Where numbers decide, everything that waits has one, and so has what it is compared with.
fn unnumbered(checks: &Checks<'_, '_>) -> Vec<Judgement> {
    let bare = |id: &&str| number(id).is_none() && !is_repeatable(id);
    let mut ids: Vec<&str> = checks.pending.migrations.keys().copied().filter(bare).collect();
    if ids.is_empty() && !checks.pending.migrations.is_empty() {
        // What another branch brings is promoted after this, and may belong before it.
        let ran = checks.pending.ran.keys().copied().filter(bare);
        let others = checks.pending.union.keys().copied().filter(bare);
        ids = ran.chain(others).collect::<SortedSet<_>>().into_iter().collect();
    }
    let Some(first) = ids.first() else { return Vec::new() };
    let message = format!("{} {} with no number: the order is not known", names(&ids), verb(&ids, "begins", "begin"));
    let judgement =
        Judgement::unknown(message).help("name migrations by numbers, or track them as a graph (`dag-set`)");
    vec![judgement.fact("has no number", &checks.origin(first))]
}

/// What comes late, each migration once.
fn lateness(checks: &Checks<'_, '_>, tracking: Tracking) -> Vec<Judgement> {
    let mut by_id: SortedMap<&str, Vec<Late<'_>>> = SortedMap::new();
    for (environment, ran) in &checks.ran {
        // How the past went decides nothing where what ran is only recorded as a mark or a chain.
        let target = Some(&checks.pending.ran).filter(|_| tracking == Tracking::Set && *environment != checks.to);
        for late in late(checks.database, &checks.pending.union, checks.graph, environment, ran, target) {
            by_id.entry(late.id).or_default().push(late);
        }
    }
    by_id.into_iter().map(|(id, late)| told(checks, tracking, id, &late)).collect()
}

fn told(checks: &Checks<'_, '_>, tracking: Tracking, id: &str, late: &[Late<'_>]) -> Judgement {
    let (past, coming): (Vec<&Late<'_>>, Vec<&Late<'_>>) = late.iter().partition(|late| late.has_run);
    let told = if coming.is_empty() { past } else { coming };
    let mut marks: Vec<(&str, Vec<&str>)> = Vec::new();
    for late in &told {
        match marks.iter_mut().find(|(mark, _)| *mark == late.mark) {
            Some((_, places)) => places.push(late.environment),
            None => marks.push((late.mark, vec![late.environment])),
        }
    }
    let above: Vec<String> =
        marks.iter().map(|(mark, places)| format!("`{mark}`, which ran in {}", list(places))).collect();
    let above = above.join(", and ");
    let highest = marks.iter().map(|(mark, _)| *mark).max_by_key(|mark| number(mark)).unwrap_or_default();
    let has_run = told.iter().all(|late| late.has_run);
    let so = match tracking {
        _ if has_run => format!("it ran there after it, and runs in {} before it", checks.to),
        Tracking::HighWaterMark => "it will silently be skipped there".to_owned(),
        Tracking::HashChain => "the tool stops there".to_owned(),
        _ => "it runs there in another order".to_owned(),
    };
    let message = format!("`{id}` is below {above}: {so}");
    let help = format!("give it a number above `{highest}`");
    let judgement = if tracking == Tracking::Set {
        let overlap = |wanted: fn(&Overlap<'_>) -> bool| late.iter().map(|late| late.overlap).find(wanted);
        let table = overlap(|overlap| matches!(overlap, Overlap::Table(..)));
        match table.or_else(|| overlap(|overlap| matches!(overlap, Overlap::Unknown(_)))) {
            Some(Overlap::Table(table, other)) => {
                let both = if other == highest { "both".to_owned() } else { format!("it and `{other}`") };
                Judgement::fail(format!("{message}, and {both} touch the table `{table}`")).help(help)
            }
            Some(Overlap::Unknown(which)) => {
                let message = format!("{message}, and it is not known which tables `{which}` touches");
                Judgement::unknown(message)
                    .help(format!("list the `operations` of `{which}` with their tables, or {help}"))
            }
            _ => Judgement::warn(message).help(help),
        }
    } else {
        let judgement = Judgement::fail(message).help(help);
        if tracking == Tracking::HighWaterMark {
            judgement.note(format!(
                "tools that remember only the highest number never look below it: {} stay without it",
                places(late)
            ))
        } else {
            judgement.note("what ran has to be the beginning of what there is")
        }
    };
    let mut judgement = judgement.fact("comes late", &checks.origin(id));
    for late in told.iter().take(5) {
        let ran = checks.ran.iter().find(|(environment, _)| *environment == late.environment);
        if let Some(mark) = ran.and_then(|(_, ran)| ran.get(late.mark)) {
            judgement = judgement.fact(format!("ran in {}", late.environment), &mark.origin);
        }
    }
    judgement
}

fn places(late: &[Late<'_>]) -> String {
    let places: Vec<&str> = late.iter().map(|late| late.environment).collect();
    quoted(&places)
}
