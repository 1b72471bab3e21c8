//! `migration-tested`: what is to run in the target ran where it comes from.

use jiff::SignedDuration;
use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::decision::GateStatus;
use paritygate_model::promotion::Elapsed;
use paritygate_model::read::Read;
use paritygate_model::suggest::quoted;
use paritygate_model::{Diagnostic, SortedMap, Timestamp};

use crate::migration::words::{names, verb, worst};
use crate::migration::{Available, Database, Pending, Ran, databases, has_happened, judge_each, same_checksum};

/// The parameters of `migration-tested`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MigrationTested {
    /// How long ago a migration must have run upstream, such as `PT24H`. Without it, it is enough that it ran.
    pub soak: Option<Elapsed>,
    /// The environments in which all of them must have run. Without them, those that the pipeline leads from to the
    /// target, as many as its edges need; where no edge leads there, the one that the promotion comes from.
    pub environments: Option<Vec<String>>,
}

impl GateKind for MigrationTested {
    const NAME: &'static str = "migration-tested";
    const SUMMARY: &'static str = "what is to run in the target ran where it comes from";
    const MANUAL: &'static str = r#"
Every migration that is pending must have run upstream, as the same file, and at least `soak` ago. Pending is what the list
`available` of the environment that the promotion comes from brings (all lists together, where it has none), and what has not
run in the target. A squash has run where all that it replaces has. What ran without a time counts only where no `soak` is
asked for.

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": {}, "0043": {} }, applied: { "0042": {}, "0043": {} } } }
  - environment: production
    migrations: { db: { applied: { "0042": {} } } }
expect: pass
message: "`0043` ran in staging"
```

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": {}, "0043": {} }, applied: { "0042": {} } } }
  - environment: production
    migrations: { db: { applied: { "0042": {} } } }
expect: fail
message: "`0043` of `db` never ran in staging"
help: "deploy it to staging first"
```

```example
params: { soak: PT24H }
now: 2026-08-21T12:00:00Z
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": {} }, applied: { "0042": { at: 2026-08-21T09:00:00Z } } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: fail
message: "`0042` ran in staging 3 h ago, and 1 d is needed: until Sat 2026-08-22 09:00Z"
next: 2026-08-22T09:00:00Z
```

```example
params: { soak: PT24H }
now: 2026-08-22T09:00:00Z
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": {} }, applied: { "0042": { at: 2026-08-21T09:00:00Z } } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: pass
```

```example
params: { soak: PT24H }
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": {} }, applied: { "0042": {} } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: unknown
message: "it is not known when `0042` of `db` ran in staging"
```

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": { checksum: bb } }, applied: { "0042": { checksum: aa } } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: fail
message: "`0042` of `db` ran in staging as another file"
```

Where the pipeline asks for any of several, the one that is ready first counts:

```example
params: { soak: PT1H }
now: 2026-08-21T12:00:00Z
manifest: |
  environments: { blue: {}, green: {}, production: {} }
  pipeline: { edges: [{ from: [blue, green], to: production, needs: any }] }
request: |
  from: blue
environments: |
  - environment: blue
    migrations: { db: { available: { "0042": {} }, applied: {} } }
  - environment: green
    migrations: { db: { applied: { "0042": { at: 2026-08-21T11:30:00Z } } } }
  - environment: production
    migrations: { db: { applied: {} } }
expect: fail
message: "`0042` ran in green 30 min ago, and 1 h is needed: until Fri 2026-08-21 12:30Z"
next: 2026-08-21T12:30:00Z
```

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": {} }, applied: { "0042": {} } } }
  - environment: production
    migrations: {}
expect: unknown
message: "it is not known which migrations of `db` ran in production"
```

```example
environments: |
  - environment: staging
    migrations: { db: { available: { "0042": {} }, applied: { "0042": {} } } }
  - environment: production
    migrations: { db: { applied: { "0042": {} } } }
expect: pass
message: "no migration of `db` waits for production"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.environments.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("environments", "`environments` is empty: nothing would be asked");
            return Err(vec![wrong.help("name environments, or remove the field")]);
        }
        Ok(Box::new(self))
    }
}

impl GateCheck for MigrationTested {
    fn environments(&self) -> Vec<&str> {
        self.environments.iter().flatten().map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let groups = scope.upstream(self.environments.as_deref(), None);
        judge_each(scope, &|_| true, |_, database| {
            let pending = match Pending::new(database, scope) {
                Ok(pending) => pending,
                Err(judgement) => return *judgement,
            };
            if pending.migrations.is_empty() {
                return Judgement::pass(format!("no migration of `{}` waits for {}", database.name, scope.to()));
            }
            worst(groups.iter().map(|(names, needed)| self.group(scope, database, &pending, names, *needed)).collect())
        })
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let mut next = scope.description_end();
        let Some(soak) = self.soak().filter(|soak| !soak.is_zero()) else { return next };
        let groups = scope.upstream(self.environments.as_deref(), None);
        for database in databases(scope, &|_| true).values() {
            let Ok(pending) = Pending::new(database, scope) else { continue };
            for environment in groups.iter().flat_map(|(names, _)| names) {
                let Some(ran) = database.ran(environment, &pending.union) else { continue };
                let ripe = |id: &&str| ran.get(id)?.at?.checked_add(soak).ok();
                next = scope.next_of(pending.migrations.keys().filter_map(ripe).chain(next));
            }
        }
        next
    }
}

impl MigrationTested {
    fn soak(&self) -> Option<SignedDuration> {
        self.soak.map(|soak| soak.0)
    }

    fn group<'a>(
        &self,
        scope: &Scope<'a>,
        database: &Database<'a>,
        pending: &Pending<'_, 'a>,
        upstream: &[&str],
        needed: usize,
    ) -> Judgement {
        let judged: Vec<Judgement> = upstream.iter().map(|name| self.one(scope, database, pending, name)).collect();
        let (good, bad): (Vec<Judgement>, Vec<Judgement>) =
            judged.into_iter().partition(|judgement| judgement.status == GateStatus::Pass);
        if good.len() >= needed {
            return worst(good);
        }
        if upstream.len() == needed {
            return worst(bad);
        }
        // Where time alone makes it enough, it is that which is waited for.
        let (mut waits, rest): (Vec<Judgement>, Vec<Judgement>) =
            bad.into_iter().partition(|judgement| judgement.until.is_some());
        waits.sort_by_key(|judgement| judgement.until);
        let ran = good.len();
        let judged = if ran + waits.len() >= needed {
            waits.truncate(needed - ran);
            worst(waits)
        } else {
            worst(waits.into_iter().chain(rest).collect())
        };
        judged.note(format!("{needed} of {} are needed, and in {ran} all is well", quoted(upstream)))
    }

    /// Judges all that is pending in one environment.
    fn one<'a>(&self, scope: &Scope<'a>, database: &Database<'a>, pending: &Pending<'_, 'a>, place: &str) -> Judgement {
        let name = database.name;
        let Some(ran) = database.ran(place, &pending.union) else {
            let message = format!("it is not known which migrations of `{name}` ran in {place}");
            let help = format!("describe them below `migrations.{name}.applied` of {place}; `{{}}` says that none did");
            return Judgement::unknown(message).help(help);
        };
        let mut sorted: SortedMap<State, Vec<(&str, &Available<'_>)>> = SortedMap::new();
        for (id, migration) in &pending.migrations {
            sorted.entry(self.state(scope, migration, ran.get(id))).or_default().push((id, migration));
        }
        let judged = sorted.into_iter().map(|(state, migrations)| {
            let ids: Vec<&str> = migrations.iter().map(|(id, _)| *id).collect();
            let judgement = self.say(scope, state, &ids, name, place);
            migrations.iter().take(5).fold(judgement, |judgement, (id, migration)| {
                let judgement = match ran.get(id) {
                    Some(ran) => judgement.fact(format!("{place}: `{id}` ran"), &ran.origin),
                    None => judgement,
                };
                judgement.fact(format!("`{id}` is promoted"), &migration.origin)
            })
        });
        worst(judged.collect())
    }

    fn state(&self, scope: &Scope<'_>, migration: &Available<'_>, ran: Option<&Ran<'_>>) -> State {
        let Some(ran) = ran else { return State::Never };
        if same_checksum(ran.checksum, migration.checksum) == Some(false) {
            return State::Changed;
        }
        if !has_happened(scope, ran.at) {
            return State::Ahead;
        }
        match self.soak().filter(|soak| !soak.is_zero()).map(|soak| ran.at.map(|at| (at, at.checked_add(soak)))) {
            None => State::Ripe,
            Some(None) => State::Undated,
            Some(Some((_, Ok(ripe)))) if ripe <= scope.at => State::Ripe,
            Some(Some((at, ripe))) => State::Soaks(ripe.ok(), at),
        }
    }

    fn say(&self, scope: &Scope<'_>, state: State, ids: &[&str], database: &str, place: &str) -> Judgement {
        let told = names(ids);
        match state {
            State::Ripe => Judgement::pass(format!("{told} ran in {place}")),
            State::Never => Judgement::fail(format!("{told} of `{database}` never ran in {place}"))
                .help(format!("deploy {} to {place} first", verb(ids, "it", "them"))),
            State::Changed => {
                let file = verb(ids, "another file", "other files");
                Judgement::fail(format!("{told} of `{database}` ran in {place} as {file}"))
                    .note("what was tested is not what is promoted")
                    .help("restore what ran, and put the change into a new migration")
            }
            State::Ahead => {
                let (does, has) = (verb(ids, "is", "are"), verb(ids, "has", "have"));
                Judgement::fail(format!("{told} of `{database}` {does} said to have run in {place} later than now"))
                    .note(format!("what is dated later {has} not happened"))
                    .help("describe the environment as it is")
            }
            State::Undated => Judgement::unknown(format!("it is not known when {told} of `{database}` ran in {place}"))
                .help(format!("give {} `at` below `applied`", verb(ids, "it", "each"))),
            State::Soaks(ripe, at) => {
                let since = Scope::length(at, scope.at.max(at));
                let needed = self.soak.unwrap_or_default();
                let until = ripe.map_or_else(String::new, |ripe| format!(": until {}", scope.say(ripe)));
                Judgement::wait(ripe, format!("{told} ran in {place} {since} ago, and {needed} is needed{until}"))
            }
        }
    }
}

/// What is known of a migration upstream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Never,
    Changed,
    /// It is dated later than now.
    Ahead,
    Undated,
    /// It ran too lately: until when, and since when.
    Soaks(Option<Timestamp>, Timestamp),
    Ripe,
}
