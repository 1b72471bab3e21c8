//! What is wrong with the order of migrations: over the union of all lists, and in each environment.

use std::collections::{BTreeMap, BTreeSet};

use paritygate_eval::{Judgement, Scope};
use paritygate_model::suggest;

use super::{Database, Migration, Operation, Place, Tracking, origin, version};

/// How the parts of a database's judgement are asked for.
pub(crate) struct Order<'d, 'e> {
    pub(crate) database: &'d Database<'e>,
    pub(crate) tracking: Tracking,
    /// Whether several last migrations are let pass whose operations touch different tables.
    pub(crate) tolerate_disjoint: bool,
}

impl<'e> Order<'_, 'e> {
    /// Everything that is wrong, joined.
    pub(crate) fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let judged = self.same_id_other_content().and(self.same_version()).and(self.operations(scope));
        let judged = self.database.places.iter().fold(judged, |judged, place| judged.and(self.applied(place)));
        let judged = judged.and(self.ahead(scope)).and(self.late(scope));
        if self.tracking == Tracking::DagSet { judged.and(self.leaves()) } else { judged }
    }

    fn named(&self, ids: &[&str]) -> String {
        format!("{} of `{}`", suggest::quoted(ids), self.database.name)
    }

    /// One id, and what it does is not the same in every list.
    fn same_id_other_content(&self) -> Judgement {
        let mut judged = Judgement::default();
        for (id, first) in self.database.union() {
            for place in &self.database.places {
                let Some(other) = place.available.as_ref().and_then(|list| list.get(id)) else { continue };
                let differs = |a: Option<&str>, b: Option<&str>| matches!((a, b), (Some(a), Some(b)) if a != b);
                let operations = matches!((&first.operations, &other.operations), (Some(a), Some(b)) if a != b);
                if differs(first.checksum, other.checksum) || operations {
                    let message = format!("{} is not the same in every list", self.named(&[id]));
                    judged = judged.and(
                        Judgement::fail(message)
                            .help("give one of them another name")
                            .fact("here", &origin(first.node))
                            .fact(format!("and in the list of {}", place.environment), &origin(other.node)),
                    );
                    break;
                }
            }
        }
        judged
    }

    /// Two migrations of one version. Where dependencies decide, versions are names.
    fn same_version(&self) -> Judgement {
        if self.tracking == Tracking::DagSet {
            return Judgement::default();
        }
        let mut by: BTreeMap<Vec<u128>, Vec<&Migration<'e>>> = BTreeMap::new();
        for migration in self.database.union().into_values() {
            by.entry(version(migration.id)).or_default().push(migration);
        }
        let twice = by.into_iter().filter(|(version, migrations)| !version.is_empty() && migrations.len() > 1);
        twice.fold(Judgement::default(), |judged, (_, migrations)| {
            let ids: Vec<&str> = migrations.iter().map(|migration| migration.id).collect();
            let one = Judgement::fail(format!("{} have one version number", self.named(&ids)))
                .help("give one of them a later number");
            judged.and(migrations.iter().fold(one, |one, migration| one.fact(migration.id, &origin(migration.node))))
        })
    }

    /// Migrations that no list holds together and that can't both have their way: one drops what the other changes.
    fn operations(&self, scope: &Scope<'_>) -> Judgement {
        let union: Vec<&Migration<'e>> = self.database.union().into_values().collect();
        let target = self.database.place(scope.to());
        let is_done = |migration: &Migration<'_>| target.is_some_and(|place| self.database.is_done(place, migration));
        let waiting: Vec<&Migration<'e>> = union.into_iter().filter(|migration| !is_done(migration)).collect();
        let together = |a: &str, b: &str| {
            self.database
                .places
                .iter()
                .any(|place| place.available.as_ref().is_some_and(|list| list.contains_key(a) && list.contains_key(b)))
        };
        let mut judged = Judgement::default();
        for (at, a) in waiting.iter().enumerate() {
            for b in waiting.iter().skip(at + 1).filter(|b| !together(a.id, b.id)) {
                if let Some(what) = clash(a, b) {
                    let message = format!("{} can't both run: {what}", self.named(&[a.id, b.id]));
                    judged = judged.and(
                        Judgement::fail(message)
                            .note("each is right in its own list, and the two lists come together")
                            .help("rewrite the one that comes later")
                            .fact(a.id, &origin(a.node))
                            .fact(b.id, &origin(b.node)),
                    );
                }
            }
        }
        judged
    }

    /// What was applied in a place is what there is.
    fn applied(&self, place: &Place<'e>) -> Judgement {
        let Some(applied) = &place.applied else { return Judgement::default() };
        let (union, environment) = (self.database.union(), place.environment);
        let replaced: BTreeSet<&str> =
            union.values().flat_map(|migration| migration.replaces.iter().copied()).collect();
        let mut judged = Judgement::default();
        for (id, fact) in applied {
            let Some(migration) = union.get(id) else {
                if !replaced.contains(id) && !union.is_empty() {
                    let message =
                        format!("{} was applied in {environment}, and is not there any more", self.named(&[id]));
                    judged = judged
                        .and(Judgement::fail(message).help("bring its file back").fact("applied", &origin(fact.node)));
                }
                continue;
            };
            if let (Some(then), Some(now)) = (fact.checksum, migration.checksum)
                && then != now
            {
                let message = format!("{} was changed after it was applied in {environment}", self.named(&[id]));
                judged = judged.and(
                    Judgement::fail(message)
                        .help("take the change back, and make it a migration of its own")
                        .fact("applied", &origin(fact.node))
                        .fact("now", &origin(migration.node)),
                );
            }
            let missing: Vec<&str> = migration
                .depends_on
                .iter()
                .copied()
                .filter(|needed| !applied.contains_key(needed))
                .filter(|needed| union.get(needed).is_none_or(|needed| !self.database.is_done(place, needed)))
                .collect();
            if !missing.is_empty() {
                let message = format!(
                    "{} was applied in {environment} without {}, which it depends on",
                    self.named(&[id]),
                    suggest::quoted(&missing)
                );
                judged = judged.and(
                    Judgement::fail(message)
                        .help("apply what is missing there first")
                        .fact("applied", &origin(fact.node)),
                );
            }
        }
        for squash in
            union.values().filter(|migration| !migration.replaces.is_empty() && !applied.contains_key(migration.id))
        {
            let gone: Vec<&str> = squash
                .replaces
                .iter()
                .copied()
                .filter(|id| !applied.contains_key(id) && !union.contains_key(id))
                .collect();
            let begun = squash.replaces.iter().any(|id| applied.contains_key(id));
            if begun && !gone.is_empty() {
                let message = format!(
                    "{} replaces {}, which was not applied in {environment} and is not there any more",
                    self.named(&[squash.id]),
                    suggest::quoted(&gone)
                );
                judged = judged.and(
                    Judgement::fail(message)
                        .help("keep the files until they are applied everywhere")
                        .fact("replaces them", &origin(squash.node)),
                );
            }
        }
        judged
    }

    /// The target is not ahead of where the promotion comes from.
    fn ahead(&self, scope: &Scope<'_>) -> Judgement {
        let (from, to) = (scope.from(), scope.to());
        let target = self.database.place(to).and_then(|place| place.applied.as_ref());
        let (Some(upstream), Some(target)) = (self.database.place(from), target) else { return Judgement::default() };
        if upstream.applied.is_none() {
            let message = format!("what was applied to `{}` in {from} is not described", self.database.name);
            return Judgement::unknown(message).help("describe it, with `applied`");
        }
        let union = self.database.union();
        let is_ahead = |id: &&str| match union.get(*id) {
            Some(migration) => !self.database.is_done(upstream, migration),
            None => upstream.applied.as_ref().is_some_and(|applied| !applied.contains_key(*id)),
        };
        let ahead: Vec<&str> = target.keys().copied().filter(is_ahead).collect();
        if ahead.is_empty() {
            return Judgement::default();
        }
        let judged = Judgement::fail(format!("{} was applied in {to} only", self.named(&ahead)))
            .help(format!("apply it in {from}"));
        ahead
            .iter()
            .filter_map(|id| target.get(id))
            .fold(judged, |judged, fact| judged.fact("applied", &origin(fact.node)))
    }

    /// Migrations that wait below the newest that was applied. Where dependencies decide, there is no below.
    fn late(&self, scope: &Scope<'_>) -> Judgement {
        if self.tracking == Tracking::DagSet {
            return Judgement::default();
        }
        let mut where_late: BTreeMap<&str, (Vec<&str>, &Migration<'e>, Vec<&Migration<'e>>)> = BTreeMap::new();
        let union = self.database.union();
        for place in &self.database.places {
            let Some(applied) = &place.applied else { continue };
            for waiting in self.database.pending(place, scope.from()) {
                let own = version(waiting.id);
                let above = applied.keys().filter(|id| version(id) > own);
                let above: Vec<&Migration<'e>> = above.filter_map(|id| union.get(id).copied()).collect();
                if applied.keys().any(|id| version(id) > own) {
                    let entry = where_late.entry(waiting.id).or_insert_with(|| (Vec::new(), waiting, Vec::new()));
                    entry.0.push(place.environment);
                    entry.2.extend(above);
                }
            }
        }
        where_late.into_iter().fold(Judgement::default(), |judged, (id, (places, waiting, above))| {
            let (name, places) = (self.named(&[id]), places.join(" and "));
            let one = match self.tracking {
                Tracking::Set => match above.iter().find_map(|other| Some((other, shared(waiting, other)?))) {
                    Some((other, table)) => Judgement::fail(format!(
                        "{name} comes late in {places}, and `{}`, which ran before, touches the same table `{table}`",
                        other.id
                    )),
                    None => Judgement::warn(format!("{name} comes late in {places}: it runs in another order there")),
                },
                Tracking::HighWaterMark => Judgement::fail(format!(
                    "{name} lies below what was applied in {places}, and will silently be skipped there"
                )),
                _ => Judgement::fail(format!(
                    "{name} lies below what was applied in {places}, and will stop everything there"
                )),
            };
            judged.and(one.help("give it a later version").fact("comes late", &origin(waiting.node)))
        })
    }

    /// There is one last migration.
    fn leaves(&self) -> Judgement {
        let union = self.database.union();
        let needed: BTreeSet<&str> =
            union.values().flat_map(|migration| migration.depends_on.iter().copied()).collect();
        let replaced: BTreeSet<&str> =
            union.values().flat_map(|migration| migration.replaces.iter().copied()).collect();
        let leaves: Vec<&Migration<'e>> = union
            .values()
            .copied()
            .filter(|migration| !needed.contains(migration.id) && !replaced.contains(migration.id))
            .collect();
        if leaves.len() < 2 {
            return Judgement::default();
        }
        let ids: Vec<&str> = leaves.iter().map(|leaf| leaf.id).collect();
        if self.tolerate_disjoint && are_disjoint(&leaves) {
            return Judgement::warn(format!("{} are all last, and touch different tables", self.named(&ids)));
        }
        let message = format!("{} are all last, and none of them will run", self.named(&ids));
        let judged =
            Judgement::fail(message).help(format!("add a migration that depends on {}", suggest::quoted(&ids)));
        leaves.iter().fold(judged, |judged, leaf| judged.fact(leaf.id, &origin(leaf.node)))
    }
}

/// Whether what is known of the leaves says that they touch different tables.
fn are_disjoint<'e>(leaves: &[&Migration<'e>]) -> bool {
    let tables = |leaf: &Migration<'e>| -> Option<BTreeSet<&'e str>> {
        leaf.operations.as_ref()?.iter().map(|operation| operation.table).collect()
    };
    let mut seen = BTreeSet::new();
    leaves.iter().all(|leaf| tables(leaf).is_some_and(|tables| tables.into_iter().all(|table| seen.insert(table))))
}

/// A table that two migrations touch.
fn shared<'e>(a: &Migration<'e>, b: &Migration<'e>) -> Option<&'e str> {
    let tables = |migration: &Migration<'e>| -> Vec<&'e str> {
        migration.operations.iter().flatten().filter_map(|operation| operation.table).collect()
    };
    let own = tables(a);
    tables(b).into_iter().find(|table| own.contains(table))
}

/// Why two migrations can't both run: one takes away or renames what the other changes.
fn clash(a: &Migration<'_>, b: &Migration<'_>) -> Option<String> {
    let takes =
        |operation: &Operation<'_>| operation.kind.starts_with("drop_") || operation.kind.starts_with("rename_");
    let meets = |one: &Operation<'_>, other: &Operation<'_>| {
        let column = match (one.column, other.column) {
            (Some(one), Some(other)) => one == other,
            // What is done to a whole table is done to each of its columns.
            _ => true,
        };
        one.table.is_some() && one.table == other.table && column
    };
    let pairs =
        a.operations.iter().flatten().flat_map(|one| b.operations.iter().flatten().map(move |other| (one, other)));
    let found = pairs.into_iter().find(|(one, other)| meets(one, other) && (takes(one) || takes(other)));
    found.map(|(one, other)| {
        let at = |operation: &Operation<'_>| match (operation.table, operation.column) {
            (Some(table), Some(column)) => format!("{} {table}.{column}", operation.kind),
            (Some(table), None) => format!("{} {table}", operation.kind),
            (None, _) => operation.kind.to_owned(),
        };
        format!("{} and {}", at(one), at(other))
    })
}
