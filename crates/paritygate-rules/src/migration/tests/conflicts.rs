//! Which migrations are in each other's way, by what they do, who brings them and what ran.

use paritygate_model::{SortedMap, limits};

use super::super::graph::Graph;
use super::super::operation::Name;
use super::super::{Available, Brought, Operation, Ran, Tracking, conflict};

type Does = (&'static str, &'static str);

const ADDS: Does = ("add_column", "c");
const DROPS: Does = ("drop_column", "c");
const RENAMES: Does = ("rename_column", "c");
const CHANGES: Does = ("widen_column", "c");
const USES: Does = ("add_check", "c");

/// A migration: its name, the list that brings it, what it needs, and what it does, where that is known.
type Listed = (&'static str, &'static str, &'static [&'static str], Option<&'static [Does]>);

/// The pairs that conflict, and the one of which that is not known.
fn conflicting(listed: &[Listed], tracking: Tracking, has_run: &[&'static str]) -> (String, String) {
    let operation = |&(kind, column): &Does| {
        let (table, column) = (Some(Name("t")), Some(Name(column)));
        Operation { kind, table, column, to: None, reversible: None, has_default: false }
    };
    let available = |needs: &[&'static str], does: Option<&[Does]>| Available {
        depends_on: Some(needs.to_vec()),
        operations: does.map(|does| does.iter().map(operation).collect()),
        ..Available::default()
    };
    let all: Vec<_> = listed.iter().map(|(id, by, needs, does)| (*id, *by, available(needs, *does))).collect();
    let union: SortedMap<&str, Brought<'_, '_>> =
        all.iter().map(|(id, by, migration)| (*id, Brought { migration, by: vec![*by] })).collect();
    let ran: SortedMap<&str, Ran<'_>> = has_run.iter().map(|id| (*id, Ran::default())).collect();
    let graph = Graph::new(&union);
    let found = conflict::conflicts(&union, tracking, &graph, &ran).expect("few");
    let found: Vec<String> = found.iter().map(|it| format!("{} {}", it.first.0, it.second.0)).collect();
    let unsettled = conflict::unsettled(&union, &graph, &ran).map(|(a, b)| format!("{a} {b}"));
    (found.join(", "), unsettled.unwrap_or_default())
}

#[test]
fn what_two_lists_bring_conflicts_by_what_it_does() {
    for (one, other, conflicts) in [
        (&[ADDS], &[ADDS], true),
        (&[CHANGES], &[CHANGES], true),
        (&[DROPS], &[USES], true),
        (&[USES], &[DROPS], true),
        (&[DROPS], &[DROPS], true),
        (&[RENAMES], &[CHANGES], true),
        (&[CHANGES], &[RENAMES], true),
        (&[ADDS], &[CHANGES], false),
        (&[CHANGES], &[ADDS], false),
        (&[ADDS], &[USES], false),
        (&[USES], &[ADDS], false),
        (&[CHANGES], &[USES], false),
        (&[USES], &[USES], false),
    ] {
        let listed: [Listed; 2] = [("1_a", "staging", &[], Some(one)), ("2_b", "production", &[], Some(other))];
        let expected = if conflicts { "1_a 2_b" } else { "" };
        assert_eq!(conflicting(&listed, Tracking::Set, &[]).0, expected, "{one:?} {other:?}");
    }
}

#[test]
fn what_one_list_brings_runs_in_its_order() {
    let check = |listed: &[Listed], tracking, has_run: &[&'static str], expected: &str| {
        assert_eq!(conflicting(listed, tracking, has_run).0, expected, "{listed:?} {tracking:?} {has_run:?}");
    };
    let listed =
        |one, other| -> [Listed; 2] { [("1_a", "staging", &[], Some(one)), ("2_b", "staging", &["1_a"], Some(other))] };
    check(&listed(&[CHANGES], &[CHANGES]), Tracking::Set, &[], "");
    check(&listed(&[USES], &[DROPS]), Tracking::Set, &[], "");
    check(&listed(&[DROPS], &[USES]), Tracking::Set, &[], "1_a 2_b");
    check(&listed(&[USES, DROPS], &[USES]), Tracking::Set, &[], "1_a 2_b");
    check(&listed(&[DROPS, ADDS], &[USES]), Tracking::Set, &[], "");
    // What ran is settled only where both did.
    check(&listed(&[DROPS], &[USES]), Tracking::Set, &["1_a"], "1_a 2_b");
    check(&listed(&[DROPS], &[USES]), Tracking::Set, &["1_a", "2_b"], "");
    // Graphs go by what is needed, and other tools by numbers.
    let listed: [Listed; 2] = [("1_a", "staging", &["2_b"], Some(&[DROPS])), ("2_b", "staging", &[], Some(&[USES]))];
    check(&listed, Tracking::DagSet, &[], "");
    check(&listed, Tracking::Set, &[], "1_a 2_b");
    let listed: [Listed; 2] = [("a", "staging", &[], Some(&[CHANGES])), ("b", "staging", &[], Some(&[CHANGES]))];
    check(&listed, Tracking::DagSet, &[], "a b");
}

#[test]
fn what_two_lists_bring_is_settled_once_both_ran() {
    let listed: [Listed; 2] = [("1_a", "staging", &[], Some(&[CHANGES])), ("2_b", "production", &[], Some(&[CHANGES]))];
    for (has_run, expected) in
        [(&[][..], "1_a 2_b"), (&["1_a"], "1_a 2_b"), (&["2_b"], "1_a 2_b"), (&["1_a", "2_b"], "")]
    {
        assert_eq!(conflicting(&listed, Tracking::Set, has_run).0, expected, "{has_run:?}");
    }
    // A pair is told once, whatever it has in common.
    let both: &[Does] = &[("add_column", "c"), ("add_column", "d")];
    let listed: [Listed; 2] = [("1_a", "staging", &[], Some(both)), ("2_b", "production", &[], Some(both))];
    assert_eq!(conflicting(&listed, Tracking::Set, &[]).0, "1_a 2_b");
}

#[test]
fn what_is_not_known_may_conflict_with_another_list() {
    for (one, other, has_run, expected) in [
        (Some(&[USES][..]), Some(&[USES][..]), &[][..], ""),
        (None, Some(&[USES]), &[], "1_a 3_c"),
        (Some(&[USES]), None, &[], "1_a 3_c"),
        (None, Some(&[USES]), &["1_a", "2_b", "3_c"], ""),
    ] {
        let listed: [Listed; 3] =
            [("1_a", "staging", &[], one), ("2_b", "staging", &[], Some(&[])), ("3_c", "production", &[], other)];
        assert_eq!(conflicting(&listed, Tracking::Set, has_run).1, expected, "{one:?} {other:?} {has_run:?}");
    }
}

#[test]
fn no_more_pairs_are_compared_than_their_limit() {
    // How many migrations are about each table, so that the pairs are as many as may be.
    let at = [3_162, 70, 9, 4, 2, 2];
    assert_eq!(at.iter().map(|count| count * (count - 1) / 2).sum::<usize>(), limits::MAX_MIGRATION_PAIRS);
    let beyond = [&at[..], &[2]].concat();
    for (counts, is_known) in [(&at[..], true), (&beyond, false)] {
        let names: Vec<(String, String)> = counts
            .iter()
            .enumerate()
            .flat_map(|(table, count)| (0..*count).map(move |at| (format!("t{table}"), format!("{table}_{at}"))))
            .collect();
        let uses = |table| Operation {
            kind: "insert_rows",
            table: Some(Name(table)),
            column: None,
            to: None,
            reversible: None,
            has_default: false,
        };
        let one = |table| Available { operations: Some(vec![uses(table)]), ..Available::default() };
        let all: Vec<(&str, Available<'_>)> = names.iter().map(|(table, id)| (id.as_str(), one(table))).collect();
        let union: SortedMap<&str, Brought<'_, '_>> =
            all.iter().map(|(id, migration)| (*id, Brought { migration, by: vec!["staging"] })).collect();
        let found = conflict::conflicts(&union, Tracking::Set, &Graph::new(&union), &SortedMap::new());
        assert_eq!(found.map(|found| found.len()), is_known.then_some(0));
    }
}
