//! `no-shared-database`: no database serves two environments.

use paritygate_eval::kind::{GroupFinding, Params};
use paritygate_eval::{Accepts, Cell, Compares, Description, GroupCheck, Kind, Plan, Row, Rows, State};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Node};

use crate::address::{databases_of, kind_of_service};
use crate::shared::{self, Index, With};

/// The parameters of `no-shared-database`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoSharedDatabase {
    /// The kinds of services that count, such as `postgresql`; all of them where there is none.
    pub kinds: Vec<String>,
    /// Keys and roles whose databases may be shared.
    pub allow: Vec<String>,
    /// Whether only databases that are shared with the reference count.
    pub with_reference: bool,
}

impl Kind for NoSharedDatabase {
    const NAME: &'static str = "no-shared-database";
    const SUMMARY: &'static str = "no database serves two environments";
    const ACCEPTS: Accepts = Accepts::Leaf;
    const MANUAL: &'static str = r#"
Looks for one database, cache or queue behind two environments, whatever its role or its key is called. Select variables
(`variables.*`, `workloads.*.variables.*`), the fingerprints of backing services
(`backingServices.*.identity.fingerprint`), or all of them.

A database is known by the URL of a variable, also of a secret one: the host, the port and the database's name must be
the same, with the scheme's usual port where none is written; user, password and parameters don't count. Of several hosts
each counts. A connection string of keys and values (`host=db dbname=shop`, `Server=db;Database=shop`) is read like a URL, and
so are those of Go's driver for MySQL (`app:x7@tcp(db:3306)/shop`) and of Oracle (`scott/x7@db:1521/orcl`). A backing service is known by its fingerprint. The two are not compared with each other, and a host, a port and
a name in variables of their own are not put together.

Some hosts lead elsewhere in each environment and don't count: this machine (`localhost`, `127.0.0.1`), names without a dot,
as Compose services have, and names inside a cluster (`db.data.svc.cluster.local`). A private address counts.

`kinds` limits the rule to kinds of services, in the words of `backingServices.*.kind`; a URL's kind is told from its scheme.
With `withReference` two lower environments may share what the reference has not. Where one environment has the URL of a
database and another one's value of that key can't be read, the answer is unknown, as it is for fingerprints under different
keys. What was not collected is not looked at. Environments of one tier, such as production in two regions, may share.

```example
select: [variables.*, backingServices.*.identity.fingerprint]
environments:
  staging:
    variables: { DATABASE_URL: "postgres://app:correct-horse@db.stg.acme.io/shop", CACHE_URL: redis://cache:6379/0 }
    backingServices: { primary-db: { identity: { fingerprint: { keyId: k, hex: aa } } } }
  production:
    variables: { DATABASE_URL: "postgres://app:battery-staple@db.prd.acme.io/shop", CACHE_URL: redis://cache:6379/0 }
    backingServices: { primary-db: { identity: { fingerprint: { keyId: k, hex: bb } } } }
expect: pass
```

```example
select: variables.*
environments:
  staging: { variables: { REPORTS_URL: "postgresql://reports:correct-horse@DB.acme.io:5432/shop?sslmode=require" } }
  production: { variables: { DATABASE_URL: "postgres://app:battery-staple@db.acme.io/shop" } }
expect: fail
message: "staging and production share a database: staging `variables.REPORTS_URL`, production `variables.DATABASE_URL`"
```

```example
select: variables.*
environments:
  staging: { variables: { DATABASE_DSN: "host=db.acme.io user=app password=correct-horse dbname=shop" } }
  production: { variables: { DATABASE_URL: "postgres://app:battery-staple@db.acme.io/shop" } }
expect: fail
message: "staging and production share a database: staging `variables.DATABASE_DSN`, production `variables.DATABASE_URL`"
```

```example
select: backingServices.*.identity.fingerprint
environments:
  staging: { backingServices: { primary-db: { kind: postgresql, identity: { fingerprint: { keyId: k, hex: aa } } } } }
  production: { backingServices: { orders: { kind: postgresql, identity: { fingerprint: { keyId: k, hex: aa } } } } }
expect: fail
message: "staging and production share a database: staging `backingServices.primary-db`, production `backingServices.orders`"
```

```example
select: variables.*
environments:
  staging: { variables: { DATABASE_URL: postgres://app@db.acme.io/shop_staging, CACHE_URL: redis://cache.acme.io/1 } }
  production: { variables: { DATABASE_URL: postgres://app@db.acme.io/shop, CACHE_URL: redis://cache.acme.io } }
expect: pass
```

```example
select: [variables.*, backingServices.*.identity.fingerprint]
params: { kinds: [postgresql], allow: [GEO_URL] }
environments:
  staging:
    variables: { QUEUE_URL: amqps://app@mq.acme.io/jobs, GEO_URL: postgres://geo@geo.acme.io/places }
    backingServices: { cache: { kind: redis, identity: { fingerprint: { keyId: k, hex: aa } } } }
  production:
    variables: { QUEUE_URL: amqps://app@mq.acme.io/jobs, GEO_URL: postgres://geo@geo.acme.io/places }
    backingServices: { cache: { kind: redis, identity: { fingerprint: { keyId: k, hex: aa } } } }
expect: pass
```

```example
select: variables.*
params: { withReference: true }
environments:
  development: { variables: { DATABASE_URL: postgres://app@db.test.acme.io/shop } }
  testing: { variables: { DATABASE_URL: postgres://app@db.test.acme.io/shop } }
  production: { variables: { DATABASE_URL: postgres://app@db.acme.io/shop } }
expect: pass
```

```example
select: variables.*
environments:
  staging: { variables: { DATABASE_URL: { unresolved: a template } } }
  production: { variables: { DATABASE_URL: postgres://app@db.acme.io/shop } }
expect: unknown
```

```example
select: backingServices.*.identity.fingerprint
environments:
  staging: { backingServices: { primary-db: { identity: { fingerprint: { keyId: one, hex: aa } } } } }
  production: { backingServices: { primary-db: { identity: { fingerprint: { keyId: two, hex: aa } } } } }
expect: unknown
```
"#;

    fn compile(mut self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        self.allow.sort_unstable();
        self.kinds = self.kinds.iter().map(|kind| kind_of_service(kind).to_owned()).collect();
        Ok(Plan::Group(Box::new(self)))
    }
}

/// What a database is known by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identity<'a> {
    /// The key and the fingerprint of a backing service.
    Fingerprint(&'a str, &'a str),
    /// Host, port and name.
    Place(String),
}

/// The role of a backing service, where a row is about one.
fn role<'t>(row: &Row<'_, 't>) -> Option<&'t str> {
    match row.path() {
        ["backingServices", role, ..] => Some(role),
        _ => None,
    }
}

/// The key and the fingerprint that a cell holds.
fn fingerprint<'r>(cell: &'r Cell<'_>) -> Option<(&'r str, &'r str)> {
    match &cell.state {
        State::Secret(secret) => Some((&secret.fingerprint.key_id, &secret.fingerprint.hex)),
        State::Value(node) => {
            let text = |key: &str| node.get(key).and_then(Node::scalar_text);
            Some((text("keyId")?, text("hex")?))
        }
        _ => None,
    }
}

/// Why it can't be told which database a value leads to. What nobody looked at is no value.
fn unreadable<'t>(cell: &Cell<'t>) -> Option<&'t str> {
    match &cell.state {
        State::Secret(secret) if secret.url.is_none() && secret.dsn.is_none() => Some("a secret can't be read"),
        State::Unresolved(reason) => Some(reason),
        _ => None,
    }
}

impl NoSharedDatabase {
    fn with(&self) -> With {
        With { reference: self.with_reference }
    }

    fn wants(&self, kind: Option<&str>) -> bool {
        // What does not say its kind may be any.
        self.kinds.is_empty() || kind.is_none_or(|kind| self.kinds.iter().any(|known| known == kind_of_service(kind)))
    }

    /// Adds what a row says, and tells of an environment about which it says nothing though another one has a database.
    fn add<'r>(
        &self,
        at: usize,
        row: &'r Row<'_, '_>,
        index: &mut Index<'r, Identity<'r>>,
    ) -> Option<(usize, &'r str)> {
        let role = role(row);
        let mut found = false;
        for environment in self.with().environments(row) {
            let cell = row.cell(environment);
            if let Some(role) = role {
                let kind = row.environment(environment).and_then(|environment| {
                    environment.root().get("backingServices")?.get(role)?.get("kind")?.scalar_text()
                });
                let Some((key, hex)) = fingerprint(cell).filter(|_| self.wants(kind)) else { continue };
                index.add(Identity::Fingerprint(key, hex), environment, at);
                index.under_key(key, environment, at);
                found = true;
            } else if let Some(databases) = databases_of(cell).filter(|found| self.wants(Some(found.kind))) {
                for place in databases.places {
                    index.add(Identity::Place(place), environment, at);
                    found = true;
                }
            }
        }
        let mut environments = self.with().environments(row).filter(|_| found);
        environments.find_map(|environment| {
            let cell = row.cell(environment);
            let reason = unreadable(cell).filter(|_| role.is_none() || fingerprint(cell).is_none())?;
            Some((environment, reason))
        })
    }
}

impl GroupCheck for NoSharedDatabase {
    fn compares(&self) -> Compares {
        self.with().compares()
    }

    fn rows(&self, rows: &Rows<'_, '_>, out: &mut Vec<GroupFinding>) {
        let mut index = Index::with_capacity(rows.len());
        let mut unknown = Vec::new();
        for (at, row) in rows.iter() {
            let key = role(row).unwrap_or_else(|| row.key());
            if self.allow.binary_search_by(|allowed| (**allowed).cmp(key)).is_ok() {
                continue;
            }
            if let Some((environment, reason)) = self.add(at, row, &mut index) {
                unknown.push(shared::unknown(at, environment, reason));
            }
        }
        index.judge(self.with(), rows, out, |identity| match identity {
            Identity::Place(place) => vec![place.clone()],
            Identity::Fingerprint(..) => Vec::new(),
        });
        out.append(&mut unknown);
    }

    fn describe(&self, rows: &Rows<'_, '_>, finding: &GroupFinding) -> Description {
        let (Some(row), Some((environment, other, places))) = (rows.get(finding.row), shared::places(rows, finding))
        else {
            return Description::default();
        };
        let (own, other) = (row.name(environment), row.name(other));
        let places = places.replace(".identity.fingerprint`", "`");
        let description = Description::new(format!("{own} and {other} share a database: {places}"));
        let description = match finding.evidence.first() {
            Some(place) => description.note(format!("both lead to `{place}`")),
            None => description,
        };
        description
            .note(format!("what {own} writes, migrates or deletes there is {other}'s"))
            .help(format!("give {own} a database of its own"))
    }
}
