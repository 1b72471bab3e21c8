//! What is wrong with the migrations of a database, however they are tracked.

use paritygate_eval::{Judgement, Scope};
use paritygate_model::SortedMap;
use paritygate_model::promotion::Origin;

use super::conflict::{self, Conflict};
use super::graph::Graph;
use super::number::{is_repeatable, number};
use super::operation::Effect;
use super::words::{list, names, verb};
use super::{Available, Database, Databases, Pending, Ran, Tracking, same_checksum};

/// A database, seen for one promotion. Each check answers with all that it finds.
pub(crate) struct Checks<'d, 'a> {
    pub(crate) database: &'d Database<'a>,
    pub(crate) databases: &'d Databases<'a>,
    pub(crate) pending: &'d Pending<'d, 'a>,
    pub(crate) graph: &'d Graph<'a>,
    /// What is promoted, by id.
    pub(crate) candidate: SortedMap<&'a str, &'d Available<'a>>,
    /// What ran in each environment for which that is known, in the order of the environments.
    pub(crate) ran: Vec<(&'a str, SortedMap<&'a str, Ran<'a>>)>,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
}

impl<'d, 'a> Checks<'d, 'a> {
    pub(crate) fn new(
        scope: &Scope<'a>,
        databases: &'d Databases<'a>,
        database: &'d Database<'a>,
        pending: &'d Pending<'d, 'a>,
        graph: &'d Graph<'a>,
    ) -> Self {
        let ran = database.described.iter().filter_map(|described| {
            Some((described.environment, database.ran(described.environment, &pending.union)?))
        });
        Self {
            database,
            databases,
            pending,
            graph,
            candidate: database.candidate(scope.from(), &pending.union),
            ran: ran.collect(),
            from: scope.from(),
            to: scope.to(),
        }
    }

    fn in_environment(&self, name: &str) -> Option<&SortedMap<&'a str, Ran<'a>>> {
        self.ran.iter().find(|(environment, _)| *environment == name).map(|(_, ran)| ran)
    }

    /// Where a migration of the union is written.
    pub(crate) fn origin(&self, id: &str) -> Origin {
        self.pending.union.get(id).map(|brought| brought.migration.origin.clone()).unwrap_or_default()
    }

    /// One id is one migration, in all lists.
    pub(crate) fn contents(&self) -> Vec<Judgement> {
        let mut found = Vec::new();
        for described in &self.database.described {
            for (id, own) in described.available.iter().flatten() {
                let Some(other) = self.pending.union.get(id).filter(|other| !std::ptr::eq(other.migration, own)) else {
                    continue;
                };
                let what = if same_checksum(own.checksum, other.migration.checksum) == Some(false) {
                    "checksum"
                } else if differ(own.operations.as_ref(), other.migration.operations.as_ref()) {
                    "operations"
                } else if differ(own.depends_on.as_ref(), other.migration.depends_on.as_ref()) {
                    "dependencies"
                } else {
                    continue;
                };
                let first = other.by.first().copied().unwrap_or_default();
                let message = format!("`{id}` has other {what} in {} than in {first}", described.environment);
                let message = message.replace("other checksum", "another checksum");
                let judgement =
                    Judgement::fail(message).help("give one of them another name: an id stands for one file");
                found.push(judgement.fact(first, &other.migration.origin).fact(described.environment, &own.origin));
            }
        }
        found
    }

    /// One number is one migration. Graphs don't go by numbers, and some tools go by the whole name.
    pub(crate) fn duplicates(&self, tracking: Tracking) -> Vec<Judgement> {
        let by_name = self.database.described.iter().find_map(|it| it.framework);
        if tracking == Tracking::DagSet || by_name.is_some_and(|it| ["laravel", "liquibase", "prisma"].contains(&it)) {
            return Vec::new();
        }
        let mut by_number = SortedMap::new();
        for id in self.pending.union.keys().filter(|id| self.graph.whole(id) == **id) {
            if let Some(number) = number(id) {
                by_number.entry(number).or_insert_with(Vec::new).push(*id);
            }
        }
        let several = by_number.into_values().filter(|ids| ids.len() > 1);
        several
            .map(|ids| {
                let message = format!("{} have the same version number", names(&ids));
                let judgement = Judgement::fail(message)
                    .note("tools that go by numbers run one of them, or stop")
                    .help("give one of them a number above all others");
                ids.iter().take(5).fold(judgement, |it, id| it.fact(*id, &self.origin(id)))
            })
            .collect()
    }

    /// What ran is what is in the file now, and the same everywhere.
    pub(crate) fn checksums(&self, tracking: Tracking) -> Vec<Judgement> {
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for described in &self.database.described {
            let place = described.environment;
            for (id, applied) in described.applied.iter().flatten().filter(|(id, _)| !is_repeatable(id)) {
                let Some(file) = self.candidate.get(id) else { continue };
                if same_checksum(applied.checksum, file.checksum) == Some(false) {
                    let judgement = Judgement::fail(format!("`{id}` was changed after it ran in {place}"))
                        .help("restore it, and put the change into a new migration");
                    found.push(judgement.fact("ran", &applied.origin).fact("is promoted", &file.origin));
                } else if applied.checksum.is_none() || file.checksum.is_none() {
                    missing.push((*id, place, &applied.origin));
                }
            }
        }
        let applied = |name: &str| self.database.of(name).and_then(|described| described.applied.as_ref());
        if let Some((upstream, target)) = applied(self.from).zip(applied(self.to)) {
            for (id, here) in target.iter().filter(|(id, _)| !is_repeatable(id)) {
                let Some(there) =
                    upstream.get(id).filter(|there| same_checksum(there.checksum, here.checksum) == Some(false))
                else {
                    continue;
                };
                if self.candidate.get(id).is_some_and(|file| file.checksum.is_some()) {
                    continue;
                }
                let message = format!("what ran as `{id}` in {} is another file than in {}", self.to, self.from);
                let judgement = Judgement::fail(message).help("find out which of them is right, and mend the other");
                found.push(judgement.fact(self.from, &there.origin).fact(self.to, &here.origin));
            }
        }
        if let Some((_, place, origin)) = missing.first().filter(|_| tracking == Tracking::HashChain) {
            let mut ids: Vec<&str> = missing.iter().map(|(id, ..)| *id).collect();
            ids.sort_unstable();
            ids.dedup();
            let message =
                format!("it is not known whether {} {} changed since", names(&ids), verb(&ids, "was", "were"));
            let judgement = Judgement::unknown(message)
                .note("the tool compares checksums, and stops where one differs")
                .help("give both what ran and what is promoted a `checksum`");
            found.push(judgement.fact(format!("ran in {place}"), origin));
        }
        found
    }

    /// The target is never ahead of where things come from.
    pub(crate) fn ahead(&self) -> Vec<Judgement> {
        let (name, from, to) = (self.database.name, self.from, self.to);
        let Some(upstream) = self.in_environment(from) else {
            let message = format!("it is not known which migrations of `{name}` ran in {from}");
            let help = format!("describe them below `migrations.{name}.applied` of {from}; `{{}}` says that none did");
            return vec![Judgement::unknown(message).help(help)];
        };
        let ahead = self.pending.ran.iter().filter(|(id, _)| !upstream.contains_key(*id));
        ahead
            .filter(|(id, _)| self.graph.whole(id) == **id || !self.pending.ran.contains_key(self.graph.whole(id)))
            .map(|(id, ran)| {
                let elsewhere = self.ran.iter().any(|(environment, ran)| *environment != to && ran.contains_key(id));
                let message = if elsewhere {
                    format!("`{id}` is applied in {to}, and not in {from}")
                } else {
                    format!("`{id}` is applied in {to} only")
                };
                let judgement = Judgement::fail(message)
                    .note(format!("what {from} tests is not what {to} holds"))
                    .help(format!("run it in {from} first, or bring it back into the code"));
                judgement.fact(format!("applied in {to}"), &ran.origin)
            })
            .collect()
    }

    /// What ran has a file.
    pub(crate) fn files(&self) -> Vec<Judgement> {
        let mut found = Vec::new();
        let upstream = self.in_environment(self.from);
        for environment in [self.from, self.to] {
            let applied = self.database.of(environment).and_then(|described| described.applied.as_ref());
            for (id, applied) in applied.into_iter().flatten() {
                let has_file = self.candidate.contains_key(id) || self.candidate.contains_key(self.graph.whole(id));
                let is_told = environment == self.to && upstream.is_some_and(|ran| !ran.contains_key(id));
                if has_file || is_told {
                    continue;
                }
                let judgement = Judgement::fail(format!(
                    "`{id}` is applied in {environment}, and what is promoted has no file of it"
                ))
                .note("the code is older than the database, or the file was deleted")
                .help("bring the file back, or squash it into one that `replaces` it");
                found.push(judgement.fact(format!("applied in {environment}"), &applied.origin));
            }
        }
        found
    }

    /// What a migration needs is there, and ran before it wherever it ran.
    pub(crate) fn needs(&self, tracking: Tracking) -> Vec<Judgement> {
        let mut found = Vec::new();
        let mut silent = Vec::new();
        for (id, brought) in &self.pending.union {
            let Some(needs) = &brought.migration.depends_on else {
                silent.push(*id);
                continue;
            };
            for needed in needs {
                match self.lookup(needed) {
                    Lookup::Own => {
                        let without = self.ran.iter().filter(|(environment, ran)| {
                            let recorded = self.database.of(environment).and_then(|it| it.applied.as_ref());
                            recorded.is_some_and(|applied| applied.contains_key(id)) && !ran.contains_key(needed)
                        });
                        let places: Vec<&str> = without.map(|(environment, _)| *environment).collect();
                        found.extend((!places.is_empty()).then(|| self.without(id, needed, &places)));
                    }
                    Lookup::Other(other) => {
                        let applied = |it: &Database<'a>, place: &str, id: &str| {
                            it.of(place).and_then(|it| it.applied.as_ref()).map(|applied| applied.contains_key(id))
                        };
                        let there = needed.rsplit(['.', '/']).next().unwrap_or(needed);
                        let places = self.ran.iter().map(|(environment, _)| *environment).filter(|place| {
                            applied(self.database, place, id) == Some(true)
                                && applied(other, place, there) == Some(false)
                        });
                        let places: Vec<&str> = places.collect();
                        // A name such as `__first__`, or one that is squashed there, stands for what ran under another.
                        let lists = || other.described.iter().filter_map(|it| it.available.as_ref());
                        let stands = || {
                            lists().all(|available| available.contains_key(there))
                                && lists().flat_map(SortedMap::values).all(|it| !it.replaces.contains(&there))
                        };
                        found.extend((!places.is_empty() && stands()).then(|| self.without(id, needed, &places)));
                    }
                    Lookup::Undescribed(app) => {
                        let message =
                            format!("`{id}` needs `{needed}`, and the migrations of `{app}` are not described");
                        let judgement = Judgement::unknown(message).help("describe them as a database of their own");
                        found.push(judgement.fact("needs it", &brought.migration.origin));
                    }
                    Lookup::Nowhere => {
                        let judgement = Judgement::fail(format!("`{id}` needs `{needed}`, which no list brings"))
                            .help("bring it, or name the one that took its place");
                        found.push(judgement.fact("needs it", &brought.migration.origin));
                    }
                }
            }
        }
        if let Some(first) = silent.first().filter(|_| tracking == Tracking::DagSet) {
            let judgement = Judgement::unknown(format!(
                "it is not known what {} {}",
                names(&silent),
                verb(&silent, "needs", "need")
            ))
            .help("give each `dependsOn`; `[]` says that it needs nothing");
            found.push(judgement.fact("says nothing of it", &self.origin(first)));
        }
        found
    }

    fn without(&self, id: &str, needed: &str, places: &[&str]) -> Judgement {
        let judgement = Judgement::fail(format!("`{id}` ran in {} without `{needed}`, which it needs", list(places)))
            .note("what ran is not closed: the tool stops there, or never runs what is missing")
            .help(format!("find out what {} holds, and run or record `{needed}` there", list(places)));
        let first = places.first().and_then(|place| self.in_environment(place)).and_then(|ran| ran.get(id));
        let judgement = first.map_or(judgement.clone(), |ran| judgement.fact("ran", &ran.origin));
        judgement.fact("needs it", &self.origin(id))
    }

    fn lookup(&self, needed: &str) -> Lookup<'_, 'a> {
        let has_run = self.ran.iter().any(|(_, ran)| ran.contains_key(needed));
        if self.pending.union.contains_key(needed) || self.graph.is_squashed(needed) || has_run {
            return Lookup::Own;
        }
        let Some((app, id)) = needed.rsplit_once(['/', '.']) else { return Lookup::Nowhere };
        let base = self.database.name.rsplit_once('/').map_or(self.database.name, |(base, _)| base);
        let beside = format!("{base}/{app}");
        let other = self.databases.get(beside.as_str()).or_else(|| self.databases.get(app));
        let Some(other) = other else { return Lookup::Undescribed(app.to_owned()) };
        let has = other.described.iter().any(|described| {
            described.applied.as_ref().is_some_and(|applied| applied.contains_key(id))
                || described.available.as_ref().is_some_and(|available| {
                    available.contains_key(id) || available.values().any(|it| it.replaces.contains(&id))
                })
        });
        if has || id.starts_with("__") { Lookup::Other(other) } else { Lookup::Nowhere }
    }

    /// Nobody is cut off in the middle of what a squash stands for.
    pub(crate) fn squashes(&self) -> Vec<Judgement> {
        let mut found = Vec::new();
        for (id, migration) in &self.candidate {
            let gone: Vec<&str> =
                migration.replaces.iter().copied().filter(|part| !self.candidate.contains_key(part)).collect();
            for (environment, ran) in &self.ran {
                let lost: Vec<&str> = gone.iter().copied().filter(|part| !ran.contains_key(part)).collect();
                // An empty database runs the squash as a whole.
                if ran.contains_key(id) || ran.is_empty() || lost.is_empty() {
                    continue;
                }
                let message = format!(
                    "`{id}` replaces {}, whose {} gone, and {environment} has not run {}",
                    names(&lost),
                    verb(&lost, "file is", "files are"),
                    verb(&lost, "it", "them"),
                );
                let judgement = Judgement::fail(message)
                    .note("a squash takes the place of files that ran everywhere")
                    .help(format!(
                        "keep the replaced files until {environment} has run them, and delete them in a later release"
                    ));
                found.push(judgement.fact("replaces it", &migration.origin));
            }
        }
        found
    }

    /// No two migrations are in each other's way.
    pub(crate) fn conflicts(&self, tracking: Tracking) -> Vec<Judgement> {
        let (union, ran) = (&self.pending.union, &self.pending.ran);
        let Some(conflicts) = conflict::conflicts(union, tracking, self.graph, ran) else {
            let message =
                format!("the migrations of `{}` are too many to be compared with each other", self.database.name);
            return vec![Judgement::unknown(message).help("squash those that ran everywhere")];
        };
        let mut found: Vec<Judgement> = conflicts.iter().map(|conflict| self.conflict(conflict)).collect();
        // Leaves of a graph are told as such.
        if tracking != Tracking::DagSet
            && let Some((a, b)) = conflict::unsettled(union, self.graph, ran)
        {
            let judgement = Judgement::unknown(format!("it is not known whether `{a}` and `{b}` can both run"))
                .note(self.brought(a, b))
                .help("list the `operations` of both, or bring both in one list");
            found.push(judgement.fact(a, &self.origin(a)).fact(b, &self.origin(b)));
        }
        found
    }

    fn conflict(&self, conflict: &Conflict<'a>) -> Judgement {
        let ((a, did), (b, does)) = (conflict.first, conflict.second);
        let object = match conflict.object {
            (table, Some(column)) => format!("{table}.{column}"),
            (table, None) => table.to_string(),
        };
        let message = format!("`{a}` {} `{object}`, and `{b}` {} it", does_to(did), does_to(does));
        let judgement = Judgement::fail(message)
            .note(self.brought(a, b))
            .help("change one of them so that it reckons with the other");
        judgement.fact(a, &self.origin(a)).fact(b, &self.origin(b))
    }

    /// Which lists bring two migrations.
    fn brought(&self, a: &str, b: &str) -> String {
        let by = |id: &str| self.pending.union.get(id).map(|brought| list(&brought.by)).unwrap_or_default();
        format!("`{a}` is brought by {}, `{b}` by {}", by(a), by(b))
    }
}

enum Lookup<'d, 'a> {
    Own,
    Other(&'d Database<'a>),
    Undescribed(String),
    Nowhere,
}

fn does_to(effect: Effect) -> &'static str {
    match effect {
        Effect::Adds => "adds",
        Effect::Removes => "drops",
        Effect::Renames => "renames",
        Effect::Changes => "changes",
        Effect::Uses => "uses",
    }
}

/// Whether both are known, and differ.
fn differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a != b)
}
