//! Schema migrations as environments describe them: which there are, which were applied where, and in which order.

pub(crate) mod order;

use std::collections::{BTreeMap, BTreeSet};

use paritygate_eval::Scope;
use paritygate_model::promotion::Origin;
use paritygate_model::{Environment, Node, Timestamp};
use serde::Deserialize;

/// What decides in which order migrations run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tracking {
    /// Whatever was not applied runs, whenever it is found: Rails, Laravel, TypeORM, Flyway with `outOfOrder`.
    Set,
    /// What lies below the newest that was applied is skipped: golang-migrate, Drizzle, micrate.
    HighWaterMark,
    /// What lies below the newest that was applied stops everything: Flyway, Atlas.
    HashChain,
    /// Dependencies decide; there must be one last migration: Django, Alembic.
    DagSet,
}

impl Tracking {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "set" => Self::Set,
            "high-water-mark" => Self::HighWaterMark,
            "hash-chain" => Self::HashChain,
            "dag-set" => Self::DagSet,
            _ => return None,
        })
    }

    /// What a framework does unless it is told otherwise; `None` where that is not known.
    fn of_framework(framework: &str) -> Option<Self> {
        Some(match framework {
            "rails" | "laravel" | "typeorm" => Self::Set,
            "golang-migrate" | "drizzle" | "micrate" => Self::HighWaterMark,
            "flyway" | "atlas" => Self::HashChain,
            "django" | "alembic" => Self::DagSet,
            _ => return None,
        })
    }
}

/// A migration that there is.
#[derive(Clone, Debug)]
pub(crate) struct Migration<'e> {
    pub(crate) id: &'e str,
    pub(crate) depends_on: Vec<&'e str>,
    pub(crate) replaces: Vec<&'e str>,
    pub(crate) checksum: Option<&'e str>,
    pub(crate) phase: Option<&'e str>,
    /// What it does; `None` where that is not known.
    pub(crate) operations: Option<Vec<Operation<'e>>>,
    pub(crate) node: Node<'e>,
}

/// One change of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation<'e> {
    pub(crate) kind: &'e str,
    pub(crate) table: Option<&'e str>,
    pub(crate) column: Option<&'e str>,
    pub(crate) reversible: Option<bool>,
}

/// A migration that was applied.
#[derive(Clone, Debug)]
pub(crate) struct Applied<'e> {
    pub(crate) checksum: Option<&'e str>,
    pub(crate) at: Option<Timestamp>,
    pub(crate) node: Node<'e>,
}

/// What one environment says of a database.
#[derive(Clone, Debug)]
pub(crate) struct Place<'e> {
    pub(crate) environment: &'e str,
    /// The migrations that its code brings; `None` where it does not say.
    pub(crate) available: Option<BTreeMap<&'e str, Migration<'e>>>,
    /// The migrations that were applied there; `None` where it does not say.
    pub(crate) applied: Option<BTreeMap<&'e str, Applied<'e>>>,
}

/// A database over all environments.
#[derive(Clone, Debug)]
pub(crate) struct Database<'e> {
    pub(crate) name: &'e str,
    pub(crate) tracking: Option<Tracking>,
    pub(crate) places: Vec<Place<'e>>,
}

/// All databases that are described, by name.
pub(crate) fn databases<'e>(environments: &'e [Environment]) -> Vec<Database<'e>> {
    let mut all: BTreeMap<&'e str, Database<'e>> = BTreeMap::new();
    for environment in environments.iter().filter(|environment| !environment.contract) {
        let sections = environment.root().get("migrations").into_iter().flat_map(Node::entries);
        for (name, _, section) in sections {
            let word = |field: &str| section.get(field).and_then(Node::scalar_text);
            let tracking = word("tracking").and_then(Tracking::from_word);
            let tracking = tracking.or_else(|| word("framework").and_then(Tracking::of_framework));
            let database = all.entry(name).or_insert_with(|| Database { name, tracking: None, places: Vec::new() });
            database.tracking = database.tracking.or(tracking);
            let listed = |field: &str| section.get(field).filter(|list| list.is_map());
            database.places.push(Place {
                environment: &environment.name,
                available: listed("available")
                    .map(|list| list.entries().map(|(id, _, node)| (id, migration(id, node))).collect()),
                applied: listed("applied")
                    .map(|list| list.entries().map(|(id, _, node)| (id, applied(node))).collect()),
            });
        }
    }
    all.into_values().collect()
}

fn text<'e>(node: Node<'e>, field: &str) -> Option<&'e str> {
    node.get(field).and_then(Node::scalar_text)
}

fn texts<'e>(node: Node<'e>, field: &str) -> Vec<&'e str> {
    node.get(field).into_iter().flat_map(Node::items).filter_map(Node::scalar_text).collect()
}

fn migration<'e>(id: &'e str, node: Node<'e>) -> Migration<'e> {
    let operation = |node: Node<'e>| Operation {
        kind: text(node, "kind").unwrap_or("unknown"),
        table: text(node, "table"),
        column: text(node, "column"),
        reversible: text(node, "reversible").map(|word| word == "true"),
    };
    Migration {
        id,
        depends_on: texts(node, "dependsOn"),
        replaces: texts(node, "replaces"),
        checksum: text(node, "checksum"),
        phase: text(node, "phase"),
        operations: node
            .get("operations")
            .filter(|list| list.is_sequence())
            .map(|list| list.items().map(operation).collect()),
        node,
    }
}

fn applied(node: Node<'_>) -> Applied<'_> {
    let at = text(node, "at").and_then(|at| at.parse().ok());
    Applied { checksum: text(node, "checksum"), at, node }
}

/// The version that an id begins with: `0042_x`, `V1.2__x`, `20260721000000`. Ids without one come first.
pub(crate) fn version(id: &str) -> Vec<u128> {
    let text = id.strip_prefix(['V', 'v']).unwrap_or(id);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let head = text.get(..end).unwrap_or_default();
    head.split('.').filter(|part| !part.is_empty()).filter_map(|part| part.parse().ok()).collect()
}

/// Where a migration is written.
pub(crate) fn origin(node: Node<'_>) -> Origin {
    Origin { at: node.location(), ..Origin::default() }
}

impl<'e> Database<'e> {
    /// What an environment says of it.
    pub(crate) fn place(&self, environment: &str) -> Option<&Place<'e>> {
        self.places.iter().find(|place| place.environment == environment)
    }

    /// All migrations that any environment's code brings, each from the first that does.
    pub(crate) fn union(&self) -> BTreeMap<&'e str, &Migration<'e>> {
        let mut union = BTreeMap::new();
        for (id, migration) in self.places.iter().flat_map(|place| place.available.iter().flatten()) {
            union.entry(*id).or_insert(migration);
        }
        union
    }

    /// The migrations that a promotion brings: those of the code where it comes from, else all that there are.
    pub(crate) fn candidate(&self, from: &str) -> BTreeMap<&'e str, &Migration<'e>> {
        match self.place(from).and_then(|place| place.available.as_ref()) {
            Some(available) => available.iter().map(|(id, migration)| (*id, migration)).collect(),
            None => self.union(),
        }
    }

    /// Whether a migration has had its effect in a place: it was applied, or what it replaces, or what replaced it.
    pub(crate) fn is_done(&self, place: &Place<'_>, migration: &Migration<'_>) -> bool {
        let Some(applied) = &place.applied else { return false };
        let has = |id: &str| applied.contains_key(id);
        let replaced = || !migration.replaces.is_empty() && migration.replaces.iter().all(|id| has(id));
        let squashed = || {
            let union = self.union();
            let mut squashes = union.values().filter(|other| other.replaces.contains(&migration.id));
            squashes.any(|squash| has(squash.id))
        };
        has(migration.id) || replaced() || squashed()
    }

    /// The migrations that would run in a place, in the order of their versions.
    pub(crate) fn pending<'d>(&'d self, place: &Place<'_>, from: &str) -> Vec<&'d Migration<'e>> {
        let candidate = self.candidate(from);
        let replaced: BTreeSet<&str> =
            candidate.values().flat_map(|migration| migration.replaces.iter().copied()).collect();
        let mut pending: Vec<&Migration<'e>> = candidate
            .into_values()
            .filter(|migration| !replaced.contains(migration.id) && !self.is_done(place, migration))
            .collect();
        pending.sort_by(|a, b| (version(a.id), a.id).cmp(&(version(b.id), b.id)));
        pending
    }
}

/// The databases of a promotion whose target says what was applied there; `Err` says what is not known.
pub(crate) fn of_target<'e>(scope: &Scope<'e>) -> Result<Vec<Database<'e>>, String> {
    let to = scope.to();
    if scope.environment(to).is_none() {
        return Err(format!("{to} is not described"));
    }
    let databases = databases(scope.environments);
    for database in &databases {
        let applied = database.place(to).and_then(|place| place.applied.as_ref());
        if applied.is_none() {
            return Err(format!("what was applied to `{}` in {to} is not described", database.name));
        }
    }
    let target = scope.environment(to).and_then(|target| target.root().get("migrations"));
    if databases.is_empty() && target.is_none() {
        return Err("no migrations are described".to_owned());
    }
    Ok(databases)
}
