//! `migration-destructive`: what takes something away comes a release after what took its place.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{DeploymentFact, Elapsed, digest};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedSet, Timestamp, suggest};

use crate::migration::graph::Graph;
use crate::migration::operation::{KINDS, is_same, known, tables};
use crate::migration::words::{names, worst};
use crate::migration::{Available, Database, Operation, Pending, Phase, databases, has_happened, judge_each};

/// The parameters of `migration-destructive`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MigrationDestructive {
    /// The kinds of operations that are destructive, instead of the usual list. Kinds that nobody knows are judged by
    /// their `reversible` as well, whatever is listed.
    pub operations: Option<Vec<String>>,
    /// How many releases must have gone to the target since the expand part ran there, the one that brought it included;
    /// 1 by default. 0 is for `minAge` alone.
    pub min_releases: Option<u32>,
    /// How long ago the expand part must have run in the target, such as `P7D`.
    pub min_age: Option<Elapsed>,
}

impl GateKind for MigrationDestructive {
    const NAME: &'static str = "migration-destructive";
    const SUMMARY: &'static str = "what takes something away comes a release after what took its place";
    const MANUAL: &'static str = r#"
A destructive change is spread over releases: an *expand* migration adds what new code needs, a release goes out that no
longer reads the old, and only then a *contract* migration takes it away. A pending migration with a destructive operation,
or of the phase `contract`, needs an expand migration that ran in the target at least `minReleases` releases and `minAge` ago.
Its expand migrations are those of the phase `expand` that it `dependsOn`, and those that these depend on where they touch the
same table. Releases are the distinct digests (else versions, tags, builds, commits) that were deployed to the target
successfully since; what was deployed there before does not count again, nor does what is promoted now. With several
components, all of them count.

Destructive are `drop_table`, `drop_view`, `truncate_table`, `rename_table`, `drop_column`, `rename_column`, `narrow_column`,
`change_column_type`, `remove_enum_value`, `add_not_null` without a `default`, `delete_rows`, and what is of a kind that
nobody knows and `reversible: false`. Case and separators don't count, and names such as `RemoveField` are known as well.
Where it is not known what a pending migration does, the gate denies.

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": { operations: [{ kind: add_column, table: t, column: c }] } } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: pass
message: "nothing destructive of `db` waits for production"
```

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": { operations: [{ kind: drop_column, table: t, column: c }] } } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: fail
message: "`0042` is destructive (`drop_column t.c`), and names no expand migration that came before it"
```

Both parts in one release:

```example
environments: |
  - environment: staging
    migrations:
      db:
        available:
          "0041": { phase: expand, operations: [{ kind: add_column, table: t, column: d }] }
          "0042": { phase: contract, dependsOn: ["0041"], operations: [{ kind: drop_column, table: t, column: c }] }
  - environment: production
    migrations: { db: { applied: {} } }
expect: fail
message: "`0042` is destructive (`drop_column t.c`), and its expand migration `0041` has not run in production"
help: "promote `0041` and the code that goes with it, and `0042` in the next release"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:cc" }]
  deployments:
    - { environment: production, component: api, digest: "sha256:bb", startedAt: 2026-01-01T08:00:00Z, finishedAt: 2026-01-01T08:10:00Z, result: succeeded }
environments: |
  - environment: staging
    migrations:
      db:
        available:
          "0041": { phase: expand, operations: [{ kind: add_column, table: t, column: d }] }
          "0042": { phase: contract, dependsOn: ["0041"], operations: [{ kind: drop_column, table: t, column: c }] }
  - environment: production
    migrations: { db: { applied: { "0041": { at: 2026-01-01T08:05:00Z } } } }
expect: pass
message: "the expand part of `0042` shipped to production 1 release ago, Thu 2026-01-01 08:05Z"
```

The code that ran before is no release since, however often it is deployed:

```example
request: |
  artifacts: [{ component: api, digest: "sha256:cc" }]
  deployments:
    - { environment: production, component: api, digest: "sha256:aa", startedAt: 2025-12-01T08:00:00Z, result: succeeded }
    - { environment: production, component: api, digest: "sha256:aa", startedAt: 2026-01-01T09:00:00Z, result: succeeded }
environments: |
  - environment: staging
    migrations:
      db:
        available:
          "0041": { phase: expand, operations: [{ kind: add_column, table: t, column: d }] }
          "0042": { phase: contract, dependsOn: ["0041"], operations: [{ kind: drop_column, table: t, column: c }] }
  - environment: production
    migrations: { db: { applied: { "0041": { at: 2026-01-01T08:05:00Z } } } }
expect: fail
message: "`0042` is destructive (`drop_column t.c`), and 0 releases of `api` of 1 went to production since its expand migration `0041` ran there"
```

```example
params: { minReleases: 0, minAge: P7D }
environments: |
  - environment: staging
    migrations:
      db:
        available:
          "0041": { phase: expand, operations: [] }
          "0042": { phase: contract, dependsOn: ["0041"], operations: [{ kind: drop_table, table: t }] }
  - environment: production
    migrations: { db: { applied: { "0041": { at: 2026-01-01T08:00:00Z } } } }
expect: fail
message: "the expand migration `0041` of `0042` ran in production 1 d 4 h ago, and 7 d is needed: until Thu 2026-01-08 08:00Z"
next: 2026-01-08T08:00:00Z
```

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": {} } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: unknown
message: "it is not known what `0042` of `db` does"
help: "list its `operations`; `[]` says that it does nothing to the schema"
```

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": { operations: [{ kind: RunSQL }] } } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: unknown
message: "it is not known whether `0042` of `db` is destructive: nobody knows the operation `RunSQL`"
```

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": { operations: [{ kind: RunSQL, reversible: false }] } } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: fail
```

```example
params: { operations: [drop_tabel] }
expect: rejected
message: "there is no operation `drop_tabel`"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        if self.operations.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("operations", "`operations` is empty: nothing would be destructive");
            diagnostics.push(wrong.help("name kinds, or remove the field: then the usual ones count"));
        }
        for name in self.operations.iter().flatten().filter(|name| known(name).is_none()) {
            // A kind that only its user knows is as good as any; one that is nearly known is mistyped.
            if let Some(near) = suggest::nearest(name, KINDS.iter().map(|kind| kind.name)) {
                let wrong = params.wrong("operations", format!("there is no operation `{name}`"));
                diagnostics.push(wrong.help(format!("did you mean `{near}`?")));
            }
        }
        if self.min_releases == Some(0) && self.min_age.is_none_or(|age| age.0.is_zero()) {
            let wrong = params.wrong("minReleases", "without releases and without `minAge` nothing is asked");
            diagnostics.push(wrong.help("ask for 1 release at least, or give `minAge`"));
        }
        if diagnostics.is_empty() { Ok(Box::new(self)) } else { Err(diagnostics) }
    }
}

impl GateCheck for MigrationDestructive {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        judge_each(scope, &|_| true, |_, database| {
            let pending = match Pending::new(database, scope) {
                Ok(pending) => pending,
                Err(judgement) => return *judgement,
            };
            let graph = Graph::new(&pending.union);
            let mut found = Vec::new();
            for (id, migration) in &pending.migrations {
                found.extend(self.one(scope, database, &pending, &graph, id, migration));
            }
            if found.is_empty() {
                return Judgement::pass(format!("nothing destructive of `{}` waits for {}", database.name, scope.to()));
            }
            worst(found)
        })
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let mut next = scope.description_end();
        let Some(Elapsed(age)) = self.min_age.filter(|age| !age.0.is_zero()) else { return next };
        for database in databases(scope, &|_| true).values() {
            let Ok(pending) = Pending::new(database, scope) else { continue };
            let expands = pending.union.iter().filter(|(_, brought)| brought.migration.phase == Some(Phase::Expand));
            let ripe = expands.filter_map(|(id, _)| pending.ran.get(id)?.at?.checked_add(age).ok());
            next = scope.next_of(ripe.chain(next));
        }
        next
    }
}

/// What is known of what a migration takes away.
enum Takes {
    Nothing,
    Something(String),
    Unknown(String),
}

impl MigrationDestructive {
    fn takes(&self, operations: &[Operation<'_>]) -> Takes {
        let mut unknown = None;
        for operation in operations {
            let listed = match &self.operations {
                Some(names) => names.iter().any(|name| is_same(name, operation.kind)),
                None => known(operation.kind).is_some_and(|kind| kind.is_destructive),
            };
            let is_harmless =
                operation.has_default && known(operation.kind).is_some_and(|kind| kind.name == "add_not_null");
            if listed && !is_harmless {
                return Takes::Something(operation.shown());
            }
            match (known(operation.kind), operation.reversible) {
                (None, Some(false)) => return Takes::Something(format!("{}, not reversible", operation.shown())),
                (None, None) => unknown = unknown.or_else(|| Some(operation.kind.to_owned())),
                _ => {}
            }
        }
        unknown.map_or(Takes::Nothing, Takes::Unknown)
    }

    /// Judges one pending migration; nothing where it takes nothing away.
    fn one<'a>(
        &self,
        scope: &Scope<'a>,
        database: &Database<'a>,
        pending: &Pending<'_, 'a>,
        graph: &Graph<'a>,
        id: &'a str,
        migration: &Available<'a>,
    ) -> Option<Judgement> {
        let name = database.name;
        let what = match migration.operations.as_deref().map(|operations| self.takes(operations)) {
            Some(Takes::Something(what)) => format!("destructive (`{what}`)"),
            _ if migration.phase == Some(Phase::Contract) => "of the phase `contract`".to_owned(),
            Some(Takes::Nothing) => return None,
            Some(Takes::Unknown(kind)) => {
                let message = format!(
                    "it is not known whether `{id}` of `{name}` is destructive: nobody knows the operation `{kind}`"
                );
                let help = "say whether it is `reversible`, or name the operations that it comes to";
                return Some(Judgement::unknown(message).help(help).fact("is promoted", &migration.origin));
            }
            None => {
                let message = format!("it is not known what `{id}` of `{name}` does");
                let help = "list its `operations`; `[]` says that it does nothing to the schema";
                return Some(Judgement::unknown(message).help(help).fact("is promoted", &migration.origin));
            }
        };
        let judgement = self.shipped(scope, pending, graph, id, migration, &what);
        Some(judgement.fact(format!("`{id}` is promoted"), &migration.origin))
    }

    fn shipped<'a>(
        &self,
        scope: &Scope<'a>,
        pending: &Pending<'_, 'a>,
        graph: &Graph<'a>,
        id: &'a str,
        migration: &Available<'a>,
        what: &str,
    ) -> Judgement {
        let to = scope.to();
        let Some(expands) = expands(pending, graph, id, migration) else {
            return Judgement::unknown(format!(
                "`{id}` is {what}, and depends on too many migrations to find its expand part"
            ))
            .help("name it in `dependsOn`");
        };
        if expands.is_empty() {
            return Judgement::fail(format!("`{id}` is {what}, and names no expand migration that came before it"))
                .note(format!("what runs in {to} may still need what it takes away"))
                .help(
                    "ship what takes its place first, as a migration with `phase: expand`, and name it in `dependsOn`",
                );
        }
        let missing: Vec<&str> = expands.iter().copied().filter(|expand| !pending.ran.contains_key(expand)).collect();
        if !missing.is_empty() {
            let part = if missing.len() == 1 { "migration" } else { "migrations" };
            let has = if missing.len() == 1 { "has" } else { "have" };
            let missing = names(&missing);
            return Judgement::fail(format!("`{id}` is {what}, and its expand {part} {missing} {has} not run in {to}"))
                .note("the last code that needs what it takes away would go in the same release")
                .help(format!("promote {missing} and the code that goes with it, and `{id}` in the next release"));
        }
        // All have run: the last of them counts.
        let mut since: Option<(Timestamp, &str)> = None;
        for expand in expands {
            let Some(ran) = pending.ran.get(expand) else { continue };
            let at = match ran.at {
                Some(at) if has_happened(scope, ran.at) => at,
                Some(_) => {
                    let message = format!("the expand migration `{expand}` is said to have run in {to} later than now");
                    return Judgement::fail(message).help("describe the environment as it is").fact("ran", &ran.origin);
                }
                None => {
                    let message = format!("it is not known when the expand migration `{expand}` of `{id}` ran in {to}");
                    let help = "give it `at` below `applied`";
                    return Judgement::unknown(message).help(help).fact("ran", &ran.origin);
                }
            };
            since = since.max(Some((at, expand)));
        }
        let Some((at, expand)) = since else {
            return Judgement::unknown(format!("the expand part of `{id}` is not known"));
        };
        let judgement = self.age(scope, id, expand, at).and(self.releases(scope, id, expand, at, what));
        match pending.ran.get(expand) {
            Some(ran) => judgement.fact(format!("`{expand}` ran in {to}"), &ran.origin),
            None => judgement,
        }
    }

    fn age(&self, scope: &Scope<'_>, id: &str, expand: &str, at: Timestamp) -> Judgement {
        let Some(age) = self.min_age else { return Judgement::default() };
        let ripe = at.checked_add(age.0).ok();
        let to = scope.to();
        if ripe.is_some_and(|ripe| ripe <= scope.at) {
            return Judgement::pass(format!("the expand part of `{id}` ran in {to} {}", scope.say(at)));
        }
        let ago = Scope::length(at, scope.at.max(at));
        let until = ripe.map_or_else(String::new, |ripe| format!(": until {}", scope.say(ripe)));
        let message =
            format!("the expand migration `{expand}` of `{id}` ran in {to} {ago} ago, and {age} is needed{until}");
        Judgement::wait(ripe, message)
    }

    /// How many releases went to the target since: of the component that had fewest.
    fn releases(&self, scope: &Scope<'_>, id: &str, expand: &str, at: Timestamp, what: &str) -> Judgement {
        let needed = self.min_releases.unwrap_or(1) as usize;
        let to = scope.to();
        if needed == 0 {
            return Judgement::default();
        }
        if scope.artifacts().is_empty() {
            return Judgement::unknown("the request names no artifact, and so its releases can't be counted")
                .help("name what is promoted below `artifacts`");
        }
        let counted = scope.artifacts().iter().map(|artifact| {
            let component = artifact.component.as_str();
            let Since { fresh: since, old, unnamed } = Since::new(scope, artifact, at);
            let releases = if since.len() == 1 { "release" } else { "releases" };
            if let Some(old) = old.filter(|_| since.len() >= needed && !unnamed) {
                // What came after it is gone again.
                let message = format!(
                    "`{id}` is {what}, and `{component}` runs in {to} as it was before the expand migration `{expand}` ran there"
                );
                return Judgement::fail(message)
                    .note(format!("what runs in {to} may still need what it takes away"))
                    .help(format!("release `{component}` without `{id}` first"))
                    .fact("runs there", &old.origin);
            }
            if since.len() >= needed {
                let message = format!(
                    "the expand part of `{id}` shipped to {to} {} {releases} ago, {}",
                    since.len(),
                    scope.say(at)
                );
                let judgement = Judgement::pass(message);
                return since.iter().take(needed).fold(judgement, |it, fact| it.fact(format!("release of `{component}`"), &fact.origin));
            }
            let known = scope.deployments(to, component).next().is_some();
            let skipped = scope.has_unaccepted(to, component);
            let judgement = if !known || unnamed {
                let message = format!(
                    "it is not known how many releases of `{component}` went to {to} since the expand migration `{expand}` of `{id}` ran there"
                );
                Judgement::unknown(message).help("hand in the deployments with their digests, with `--facts`")
            } else {
                let message = format!(
                    "`{id}` is {what}, and {} {releases} of `{component}` of {needed} went to {to} since its expand migration `{expand}` ran there",
                    since.len()
                );
                Judgement::fail(message)
                    .note(format!("what runs in {to} may still need what it takes away"))
                    .help(format!("release `{component}` without `{id}` first"))
            };
            match skipped {
                Some(fact) => judgement
                    .note(format!("one deployment is {}, which this gate does not accept", fact.origin.source.word()))
                    .fact("not accepted", &fact.origin),
                None => judgement,
            }
        });
        counted.fold(Judgement::default(), Judgement::and)
    }
}

/// What tells one release from another: all its names.
fn release(fact: &DeploymentFact) -> Vec<String> {
    spelled([&fact.digest, &fact.index_digest, &fact.version, &fact.tag, &fact.build_id, &fact.commit])
}

/// Names as they are compared.
fn spelled<const N: usize>(names: [&Option<String>; N]) -> Vec<String> {
    names.into_iter().flatten().map(|name| digest::plain(name).to_ascii_lowercase()).collect()
}

/// The releases of a component that went to the target since an instant.
struct Since<'a> {
    /// Newest first, each once, without what is promoted now and what had been there before.
    fresh: Vec<&'a DeploymentFact>,
    /// What runs there, where it had been there before.
    old: Option<&'a DeploymentFact>,
    /// Whether there is one that can't be told from others.
    unnamed: bool,
}

impl<'a> Since<'a> {
    fn new(scope: &Scope<'a>, artifact: &paritygate_model::promotion::Artifact, at: Timestamp) -> Self {
        let good = || scope.standing(scope.to(), &artifact.component);
        let own = [&artifact.digest, &artifact.index_digest, &artifact.version, &artifact.tag, &artifact.build_id];
        let is_later = |fact: &DeploymentFact| fact.when().is_some_and(|when| when.0 >= at);
        let before: SortedSet<String> = good().filter(|fact| !is_later(fact)).flat_map(release).collect();
        let was_there = |names: &[String]| names.iter().any(|name| before.contains(name));
        let unnamed = good().any(|fact| release(fact).is_empty() || fact.when().is_none());
        let old = good().next().filter(|fact| !is_later(fact) || was_there(&release(fact)));
        let (mut fresh, mut seen) = (Vec::new(), before);
        seen.extend(spelled(own));
        for fact in good().filter(|fact| is_later(fact)) {
            let names = release(fact);
            if !names.is_empty() && !names.iter().any(|name| seen.contains(name)) {
                fresh.push(fact);
            }
            seen.extend(names);
        }
        Self { fresh, old, unnamed }
    }
}

/// The expand migrations of a migration: those that it names, and those behind them that touch the same table. `None`
/// where there are too many to walk.
fn expands<'a>(
    pending: &Pending<'_, 'a>,
    graph: &Graph<'a>,
    id: &'a str,
    migration: &Available<'a>,
) -> Option<Vec<&'a str>> {
    let is_expand =
        |other: &str| pending.union.get(other).is_some_and(|brought| brought.migration.phase == Some(Phase::Expand));
    let named: SortedSet<&str> =
        migration.depends_on.iter().flatten().copied().filter(|other| is_expand(other)).collect();
    let own = tables(migration.operations.as_deref()).unwrap_or_default();
    let touches = |other: &str| {
        let operations = pending.union.get(other).and_then(|brought| brought.migration.operations.as_deref());
        tables(operations).is_some_and(|tables| tables.iter().any(|table| own.contains(table)))
    };
    let behind = graph.before(id)?.into_iter().filter(|other| is_expand(other) && touches(other));
    Some(named.iter().copied().chain(behind).collect::<SortedSet<_>>().into_iter().collect())
}
