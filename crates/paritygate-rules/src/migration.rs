//! The migrations of databases: what environments bring, what ran in them, and what follows from both.

mod checks;
pub(crate) mod conflict;
pub(crate) mod graph;
pub(crate) mod number;
pub(crate) mod operation;
pub(crate) mod order;
mod read;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use paritygate_eval::{Judgement, Scope};
use paritygate_model::promotion::{Instant, Origin};
use paritygate_model::{SortedMap, SortedSet, Timestamp, limits};

pub(crate) use checks::Checks;
use operation::Name;
pub(crate) use read::databases;

/// What "out of order" means to the tool that runs migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tracking {
    /// Every migration that is not recorded runs.
    Set,
    /// Every migration above the highest recorded one runs.
    HighWaterMark,
    /// What is recorded has to be the beginning of what there is.
    HashChain,
    /// Migrations name those that they need; there is one last one.
    DagSet,
}

impl Tracking {
    /// The word in descriptions.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::HighWaterMark => "high-water-mark",
            Self::HashChain => "hash-chain",
            Self::DagSet => "dag-set",
        }
    }

    /// The tracking of that word.
    fn from_word(word: &str) -> Option<Self> {
        [Self::Set, Self::HighWaterMark, Self::HashChain, Self::DagSet].into_iter().find(|it| it.word() == word)
    }

    /// How a tool tracks unless it is told otherwise.
    fn of_framework(framework: &str) -> Option<Self> {
        Some(match framework {
            "rails" | "laravel" | "liquibase" | "prisma" => Self::Set,
            "golang-migrate" | "drizzle" => Self::HighWaterMark,
            "flyway" | "atlas" => Self::HashChain,
            "django" | "alembic" => Self::DagSet,
            _ => return None,
        })
    }
}

/// The part of a migration in a change that is spread over releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It adds what new code needs, and old code goes on.
    Expand,
    /// It moves data.
    Migrate,
    /// It removes what old code needed.
    Contract,
}

/// What a migration does to the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation<'a> {
    pub(crate) kind: &'a str,
    pub(crate) table: Option<Name<'a>>,
    pub(crate) column: Option<Name<'a>>,
    /// The new name of what is renamed.
    pub(crate) to: Option<Name<'a>>,
    pub(crate) reversible: Option<bool>,
    /// Whether rows that are there get a value.
    pub(crate) has_default: bool,
}

/// A migration that an artifact brings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Available<'a> {
    pub(crate) checksum: Option<&'a str>,
    /// `None` where nothing is said of that.
    pub(crate) depends_on: Option<Vec<&'a str>>,
    pub(crate) replaces: Vec<&'a str>,
    pub(crate) phase: Option<Phase>,
    /// `None` where that is not known.
    pub(crate) operations: Option<Vec<Operation<'a>>>,
    pub(crate) origin: Origin,
}

/// A migration that ran.
#[derive(Clone, Debug, Default)]
pub(crate) struct Applied<'a> {
    /// Its place among those that ran.
    pub(crate) order: Option<i64>,
    pub(crate) checksum: Option<&'a str>,
    pub(crate) at: Option<Timestamp>,
    pub(crate) origin: Origin,
}

/// The migrations of a database, as one environment describes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Described<'a> {
    pub(crate) environment: &'a str,
    pub(crate) framework: Option<&'a str>,
    tracking: Option<Tracking>,
    /// `None` where that is not known.
    pub(crate) available: Option<SortedMap<&'a str, Available<'a>>>,
    /// `None` where that is not known.
    pub(crate) applied: Option<SortedMap<&'a str, Applied<'a>>>,
    pub(crate) origin: Origin,
    /// What of it could not be read.
    pub(crate) unread: Vec<(String, Origin)>,
}

/// A database with what all environments say of its migrations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Database<'a> {
    pub(crate) name: &'a str,
    /// In the order of the environments.
    pub(crate) described: Vec<Described<'a>>,
}

/// All databases, by name.
pub(crate) type Databases<'a> = SortedMap<&'a str, Database<'a>>;

/// A migration in the union of all lists.
#[derive(Clone, Debug)]
pub(crate) struct Brought<'d, 'a> {
    /// As the candidate's list has it, else as the first that has it.
    pub(crate) migration: &'d Available<'a>,
    /// The environments whose lists have it.
    pub(crate) by: Vec<&'a str>,
}

/// The union of all lists, by id.
pub(crate) type Union<'d, 'a> = SortedMap<&'a str, Brought<'d, 'a>>;

/// A migration that ran somewhere, itself or as what it is squashed from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ran<'a> {
    /// When; `None` where that is not known of all of it.
    pub(crate) at: Option<Timestamp>,
    pub(crate) checksum: Option<&'a str>,
    pub(crate) origin: Origin,
}

impl<'a> Database<'a> {
    /// What an environment says of it.
    pub(crate) fn of(&self, environment: &str) -> Option<&Described<'a>> {
        self.described.iter().find(|described| described.environment == environment)
    }

    /// How it is tracked; or what is not known of that.
    pub(crate) fn tracking(&self) -> Result<Tracking, Box<Judgement>> {
        let told = |of: &dyn Fn(&Described<'a>) -> Option<Tracking>| -> Vec<(Tracking, &Described<'a>)> {
            self.described.iter().filter_map(|described| Some((of(described)?, described))).collect()
        };
        let mut found = told(&|described| described.tracking);
        if found.is_empty() {
            found = told(&|described| Tracking::of_framework(described.framework?));
        }
        let name = self.name;
        let Some((first, one)) = found.first().copied() else {
            let message = format!("it is not known what out of order means for the migrations of `{name}`");
            let help = "give them a `framework`, or `tracking`: `set`, `high-water-mark`, `hash-chain` or `dag-set`";
            let judgement = Judgement::unknown(message).help(help);
            let places = self.described.iter();
            let judgement = places.fold(judgement, |it, described| it.fact("described here", &described.origin));
            return Err(Box::new(judgement));
        };
        match found.iter().find(|(tracking, _)| *tracking != first) {
            None => Ok(first),
            Some((second, other)) => {
                let (a, b) = (one.environment, other.environment);
                let message = format!(
                    "the migrations of `{name}` are tracked as `{}` in {a} and as `{}` in {b}",
                    first.word(),
                    second.word()
                );
                let judgement = Judgement::unknown(message).help("run them with one tool, set up alike");
                Err(Box::new(judgement.fact(a, &one.origin).fact(b, &other.origin)))
            }
        }
    }

    /// All lists together. Where an id is in several, `candidate`'s counts.
    pub(crate) fn union(&self, candidate: &str) -> Union<'_, 'a> {
        let mut union = Union::new();
        let (own, others): (Vec<_>, Vec<_>) = self.described.iter().partition(|it| it.environment == candidate);
        for described in own.into_iter().chain(others) {
            for (id, migration) in described.available.iter().flatten() {
                let brought = union.entry(*id).or_insert_with(|| Brought { migration, by: Vec::new() });
                brought.by.push(described.environment);
            }
        }
        union
    }

    /// What is to be promoted: the list of the environment that it comes from, else all lists together.
    pub(crate) fn candidate<'d>(&'d self, from: &str, union: &Union<'d, 'a>) -> SortedMap<&'a str, &'d Available<'a>> {
        match self.of(from).and_then(|described| described.available.as_ref()) {
            Some(own) => own.iter().map(|(id, migration)| (*id, migration)).collect(),
            None => union.iter().map(|(id, brought)| (*id, brought.migration)).collect(),
        }
    }

    /// What ran in an environment, with what follows by squashes: who ran one has run all of it, and the other way round.
    /// `None` where that is not known.
    pub(crate) fn ran(&self, environment: &str, union: &Union<'_, 'a>) -> Option<SortedMap<&'a str, Ran<'a>>> {
        let applied = self.of(environment)?.applied.as_ref()?;
        let own =
            |applied: &Applied<'a>| Ran { at: applied.at, checksum: applied.checksum, origin: applied.origin.clone() };
        let mut ran: SortedMap<&'a str, Ran<'a>> = applied.iter().map(|(id, applied)| (*id, own(applied))).collect();
        let squashes = || union.iter().filter(|(_, brought)| !brought.migration.replaces.is_empty());
        // Squashes of squashes settle step by step; what is deeper than that counts as not run.
        for _ in 0..limits::MAX_CHAIN {
            let before = ran.len();
            for (id, brought) in squashes() {
                let replaces = &brought.migration.replaces;
                if let Some(whole) = ran.get(id).cloned() {
                    for part in replaces {
                        ran.entry(part).or_insert_with(|| Ran { checksum: None, ..whole.clone() });
                    }
                } else if let Some(parts) = replaces.iter().map(|part| ran.get(part)).collect::<Option<Vec<_>>>() {
                    let at = parts.iter().map(|part| part.at).collect::<Option<Vec<_>>>();
                    let at = at.and_then(|all| all.into_iter().max());
                    let origin = parts.last().map(|part| part.origin.clone()).unwrap_or_default();
                    ran.insert(id, Ran { at, checksum: None, origin });
                }
            }
            if ran.len() == before {
                break;
            }
        }
        Some(ran)
    }

    /// What of it can't be read, as judgements.
    pub(crate) fn unread(&self) -> impl Iterator<Item = Judgement> + '_ {
        let all = self.described.iter().flat_map(|described| {
            described.unread.iter().map(move |(what, origin)| (described.environment, what, origin))
        });
        all.map(|(environment, what, origin)| {
            let help = "describe it as the environment model says";
            Judgement::unknown(format!("{environment}: {what}")).help(help).fact("can't be read", origin)
        })
    }
}

/// What is to run in the target: brought by the candidate, and not applied there.
pub(crate) struct Pending<'d, 'a> {
    pub(crate) union: Union<'d, 'a>,
    /// What ran in the target.
    pub(crate) ran: SortedMap<&'a str, Ran<'a>>,
    /// What has not run there, by id.
    pub(crate) migrations: SortedMap<&'a str, &'d Available<'a>>,
}

impl<'d, 'a> Pending<'d, 'a> {
    /// # Errors
    ///
    /// What is not known.
    pub(crate) fn new(database: &'d Database<'a>, scope: &Scope<'a>) -> Result<Self, Box<Judgement>> {
        let (from, to, name) = (scope.from(), scope.to(), database.name);
        if database.described.iter().all(|described| described.available.is_none()) {
            let message = format!("it is not known which migrations are promoted for `{name}`");
            let help = format!("list them below `migrations.{name}.available` of {from}");
            return Err(Box::new(Judgement::unknown(message).help(help)));
        }
        let union = database.union(from);
        let Some(ran) = database.ran(to, &union) else {
            let message = format!("it is not known which migrations of `{name}` ran in {to}");
            let help = format!("describe them below `migrations.{name}.applied` of {to}; `{{}}` says that none did");
            return Err(Box::new(Judgement::unknown(message).help(help)));
        };
        let mut migrations = database.candidate(from, &union);
        let listed: SortedSet<&str> = migrations.keys().copied().collect();
        migrations.retain(|id, migration| {
            if let Some(ran) = ran.get(id) {
                let is_same = same_checksum(ran.checksum, migration.checksum);
                return number::is_repeatable(id) && !is_same.unwrap_or(ran.checksum == migration.checksum);
            }
            // A squash of which a part ran can't run itself: its other parts do, where they are still there.
            let parts = &migration.replaces;
            let has_begun = parts.iter().any(|part| ran.contains_key(part));
            !(has_begun && parts.iter().all(|part| ran.contains_key(part) || listed.contains(part)))
        });
        // What a squash stands for runs as the squash.
        let squashed: SortedSet<&str> =
            migrations.values().flat_map(|migration| migration.replaces.iter().copied()).collect();
        migrations.retain(|id, _| !squashed.contains(id));
        Ok(Self { union, ran, migrations })
    }
}

/// Whether two checksums are the same, whose digits are written in either case; `None` where one is not known.
pub(crate) fn same_checksum(a: Option<&str>, b: Option<&str>) -> Option<bool> {
    a.zip(b).map(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// Whether something that is dated then has happened; what bears no date has.
pub(crate) fn has_happened(scope: &Scope<'_>, at: Option<Timestamp>) -> bool {
    at.is_none_or(|at| scope.has_happened(Instant(at)))
}

/// Why migrations can't be judged at all, where that is so: an environment that is not described.
pub(crate) fn undescribed(scope: &Scope<'_>) -> Option<Judgement> {
    let missing = [scope.from(), scope.to()].into_iter().find(|name| scope.environment(name).is_none())?;
    let message = format!("{}, and so its migrations are not known", scope.why_undescribed(missing));
    Some(
        Judgement::unknown(message)
            .help("describe it, with a section `migrations`: in a file below its `sources` in the manifest"),
    )
}

/// Judges every database, and folds what is said of them.
pub(crate) fn judge_each<'a>(
    scope: &Scope<'a>,
    counts: &dyn Fn(&str) -> bool,
    judge: impl Fn(&Databases<'a>, &Database<'a>) -> Judgement,
) -> Judgement {
    if let Some(judgement) = undescribed(scope) {
        return judgement;
    }
    let databases = databases(scope, counts);
    if databases.is_empty() {
        let complete = |name: &str| {
            scope.environment(name).is_some_and(|environment| {
                environment.coverage_at(&["migrations"]) == paritygate_model::Coverage::Complete
            })
        };
        return match [scope.from(), scope.to()].into_iter().find(|name| !complete(name)) {
            Some(name) => Judgement::unknown(format!("the migrations of {name} are not described"))
                .help("describe them below `migrations`; `{}` says that there are none"),
            None => Judgement::not_applicable("no database has migrations"),
        };
    }
    let judged: Vec<Judgement> = databases
        .values()
        .map(|database| words::worst(database.unread().chain(std::iter::once(judge(&databases, database))).collect()))
        .collect();
    words::worst(judged)
}
