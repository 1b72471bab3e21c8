//! Migrations that can't both run: one removes what the other needs, or both make the same.

use paritygate_model::{SortedMap, SortedSet, limits};

use super::graph::Graph;
use super::number::number;
use super::operation::{Effect, Object};
use super::{Ran, Tracking, Union};

/// Two migrations that can't both run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict<'a> {
    /// The one, and what it does.
    pub(crate) first: (&'a str, Effect),
    /// The other, and what it does.
    pub(crate) second: (&'a str, Effect),
    /// What both are about.
    pub(crate) object: Object<'a>,
}

/// The conflicts of all lists together of which one side at least has not run in the target. `None` where there is too
/// much to compare.
pub(crate) fn conflicts<'a>(
    union: &Union<'_, 'a>,
    tracking: Tracking,
    graph: &Graph<'a>,
    ran: &SortedMap<&'a str, Ran<'a>>,
) -> Option<Vec<Conflict<'a>>> {
    let mut budget = limits::MAX_MIGRATION_PAIRS;
    let mut found = Vec::new();
    let mut told: SortedSet<(&str, &str)> = SortedSet::new();
    for (object, touched) in objects(union, tracking, graph) {
        // What runs in an order: whatever comes next finds what the last one left, unless it is not known what came between.
        let mut left: Option<&Touch<'_>> = None;
        let mut waiting: Vec<&Touch<'_>> = Vec::new();
        for (at, touch) in touched.iter().enumerate() {
            let has_run = |touch: &Touch<'_>| ran.contains_key(touch.id);
            if let Some(last) = left
                && last.id != touch.id
                && last.unknown_before == touch.unknown_before
                && is_in_the_way(last.effect, touch.effect)
                && !(has_run(last) && has_run(touch))
                && told.insert((last.id, touch.id))
            {
                found.push(Conflict { first: (last.id, last.effect), second: (touch.id, touch.effect), object });
            }
            if !matches!(touch.effect, Effect::Uses | Effect::Changes) {
                left = Some(touch);
            }
            // What runs in no order must not touch the same at all. What both ran is settled.
            let before: Vec<&Touch<'_>> =
                if has_run(touch) { waiting.clone() } else { touched.get(..at).unwrap_or_default().iter().collect() };
            budget = budget.checked_sub(before.len())?;
            for other in before {
                if told.contains(&(other.id, touch.id)) || !is_apart(other.effect, touch.effect) {
                    continue;
                }
                let is_ordered = match tracking {
                    Tracking::DagSet => graph.is_ordered(other.id, touch.id)?,
                    _ => is_in_one_list(union, other.id, touch.id),
                };
                if !is_ordered {
                    told.insert((other.id, touch.id));
                    found.push(Conflict { first: (other.id, other.effect), second: (touch.id, touch.effect), object });
                }
            }
            if !has_run(touch) {
                waiting.push(touch);
            }
        }
    }
    Some(found)
}

/// What one migration does to a table or a column.
struct Touch<'a> {
    id: &'a str,
    effect: Effect,
    /// How many migrations ran before of which it is not known what they do.
    unknown_before: usize,
}

/// Two migrations that no list has both, of which one has not run in the target, and of which it is not known whether
/// they conflict.
pub(crate) fn unsettled<'a>(
    union: &Union<'_, 'a>,
    graph: &Graph<'a>,
    ran: &SortedMap<&'a str, Ran<'a>>,
) -> Option<(&'a str, &'a str)> {
    // Lists are few, and so are the ways in which they share migrations.
    let mut groups: SortedMap<&[&str], (&str, Option<&str>)> = SortedMap::new();
    let all = || union.iter().filter(|(id, _)| graph.whole(id) == **id);
    let is_unknown = |id: &str| union.get(id).is_none_or(|brought| brought.migration.operations.is_none());
    for (id, brought) in all() {
        let group = groups.entry(&brought.by).or_insert((id, None));
        if group.1.is_none() && is_unknown(id) {
            group.1 = Some(id);
        }
    }
    let mut budget = limits::MAX_MIGRATION_PAIRS;
    for (id, brought) in all().filter(|(id, _)| !ran.contains_key(*id)) {
        for (by, (any, unknown)) in &groups {
            let apart = !by.iter().any(|environment| brought.by.contains(environment));
            budget = budget.saturating_sub(1);
            let other = if is_unknown(id) || budget == 0 { Some(*any) } else { *unknown };
            if let Some(other) = other.filter(|_| apart) {
                return Some((id, other));
            }
        }
    }
    None
}

fn is_in_one_list(union: &Union<'_, '_>, a: &str, b: &str) -> bool {
    let Some((a, b)) = union.get(a).zip(union.get(b)) else { return false };
    a.by.iter().any(|environment| b.by.contains(environment))
}

/// What each table and column goes through, in the order in which migrations run.
fn objects<'a>(union: &Union<'_, 'a>, tracking: Tracking, graph: &Graph<'a>) -> SortedMap<Object<'a>, Vec<Touch<'a>>> {
    // What is squashed does what its squash does.
    let mut ids: Vec<&str> = union.keys().copied().filter(|id| graph.whole(id) == *id).collect();
    if tracking == Tracking::DagSet {
        // More runs before what comes later; where that is too much to walk, nothing is known anyhow.
        ids.sort_by_cached_key(|id| (graph.before(id).map(|before| before.len()), *id));
    } else {
        ids.sort_by_cached_key(|id| (number(id), *id));
    }
    let mut objects: SortedMap<Object<'_>, Vec<Touch<'_>>> = SortedMap::new();
    let operations = |id: &str| union.get(id).and_then(|brought| brought.migration.operations.as_deref());
    let mut unknown_before = 0;
    for id in ids {
        let known = operations(id);
        unknown_before += usize::from(known.is_none());
        for (object, effect) in known.into_iter().flatten().flat_map(|operation| operation.touches()) {
            let touched = objects.entry(object).or_default();
            if touched.last().is_none_or(|last| last.id != id || last.effect != effect) {
                touched.push(Touch { id, effect, unknown_before });
            }
        }
    }
    objects
}

/// Whether what was done keeps what comes next from being done.
fn is_in_the_way(did: Effect, next: Effect) -> bool {
    match did {
        Effect::Removes | Effect::Renames => next != Effect::Adds,
        Effect::Adds => next == Effect::Adds,
        Effect::Changes | Effect::Uses => false,
    }
}

/// Whether two things can't be done in any order.
fn is_apart(one: Effect, other: Effect) -> bool {
    let removes = |effect| matches!(effect, Effect::Removes | Effect::Renames);
    let both = |effect| one == effect && other == effect;
    removes(one) || removes(other) || both(Effect::Adds) || both(Effect::Changes)
}
