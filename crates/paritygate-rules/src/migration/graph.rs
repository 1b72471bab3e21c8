//! Which migrations need which: the last ones, circles, and what runs before what.

use std::cell::{Cell, RefCell};

use paritygate_model::{SortedMap, SortedSet, limits};

use super::{Available, Union};

/// The graph of a union. What is squashed stands for its squash.
pub(crate) struct Graph<'a> {
    /// What each migration needs.
    needs: SortedMap<&'a str, SortedSet<&'a str>>,
    /// The squash of each squashed migration.
    squash: SortedMap<&'a str, &'a str>,
    before: RefCell<SortedMap<&'a str, Option<SortedSet<&'a str>>>>,
    /// How many steps are left.
    steps: Cell<usize>,
}

impl<'a> Graph<'a> {
    /// The graph of all lists together.
    pub(crate) fn new(union: &Union<'_, 'a>) -> Self {
        let squashed = |(id, migration): (&'a str, &Available<'a>)| {
            migration.replaces.iter().map(|part| (*part, id)).collect::<Vec<_>>()
        };
        let all = || union.iter().map(|(id, brought)| (*id, brought.migration));
        let squash: SortedMap<&str, &str> = all().flat_map(squashed).collect();
        let steps = Cell::new(limits::MAX_MIGRATION_STEPS);
        let mut graph = Self { needs: SortedMap::new(), squash, before: RefCell::default(), steps };
        for (id, migration) in all() {
            let own = graph.whole(id);
            let needs = migration.depends_on.iter().flatten().map(|needed| graph.whole(needed));
            let needs: Vec<&str> = needs.filter(|needed| *needed != own).collect();
            graph.needs.entry(own).or_default().extend(needs);
        }
        graph
    }

    /// What a migration runs as: itself, or the squash that it is part of.
    pub(crate) fn whole(&self, id: &'a str) -> &'a str {
        let mut id = id;
        for _ in 0..limits::MAX_CHAIN {
            match self.squash.get(id) {
                Some(squash) => id = squash,
                None => break,
            }
        }
        id
    }

    /// Whether a squash stands for it.
    pub(crate) fn is_squashed(&self, id: &str) -> bool {
        self.squash.contains_key(id)
    }

    /// The migrations that no other needs.
    pub(crate) fn leaves(&self) -> Vec<&'a str> {
        let needed: SortedSet<&str> = self.needs.values().flatten().copied().collect();
        self.needs.keys().copied().filter(|id| !needed.contains(id)).collect()
    }

    /// Migrations that need each other in a circle, and those behind it.
    pub(crate) fn circle(&self) -> Vec<&'a str> {
        let mut open: SortedMap<&str, usize> = SortedMap::new();
        let mut needed_by: SortedMap<&str, Vec<&str>> = SortedMap::new();
        for (id, needs) in &self.needs {
            let inside = needs.iter().filter(|needed| self.needs.contains_key(*needed));
            open.insert(id, inside.clone().count());
            for needed in inside {
                needed_by.entry(needed).or_default().push(id);
            }
        }
        let mut free: Vec<&str> = open.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
        while let Some(id) = free.pop() {
            open.remove(id);
            for next in needed_by.get(id).into_iter().flatten() {
                if let Some(count) = open.get_mut(next) {
                    *count -= 1;
                    if *count == 0 {
                        free.push(next);
                    }
                }
            }
        }
        self.needs.keys().copied().filter(|id| open.contains_key(id)).collect()
    }

    /// All migrations that run before one. `None` where there are too many to walk.
    pub(crate) fn before(&self, id: &'a str) -> Option<SortedSet<&'a str>> {
        let id = self.whole(id);
        if let Some(known) = self.before.borrow().get(id) {
            return known.clone();
        }
        let found = self.walk(id);
        self.before.borrow_mut().insert(id, found.clone());
        found
    }

    fn walk(&self, id: &'a str) -> Option<SortedSet<&'a str>> {
        let mut found = SortedSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            for needed in self.needs.get(next).into_iter().flatten() {
                self.steps.set(self.steps.get().checked_sub(1)?);
                if found.insert(*needed) {
                    open.push(needed);
                }
            }
        }
        Some(found)
    }

    /// Whether one of two migrations runs before the other for certain. `None` where there are too many to walk.
    pub(crate) fn is_ordered(&self, a: &'a str, b: &'a str) -> Option<bool> {
        let (first, second) = (self.whole(a), self.whole(b));
        Some(first == second || self.before(b)?.contains(first) || self.before(a)?.contains(second))
    }
}
