//! What the examples of the manuals do not show.

mod conflicts;

use paritygate_eval::kind::{Beside, Params};
use paritygate_eval::pipeline::Pipeline;
use paritygate_eval::zones::{Zone, Zones};
use paritygate_eval::{GateContext, Judgement, Request, Scope};
use paritygate_import::{Context, Files, Named, document, formats};
use paritygate_model::decision::GateStatus;
use paritygate_model::promotion::Promotion;
use paritygate_model::{Environment, FingerprintKey, Location, Node, SecretTable, SortedMap, Source, Span, limits};

use super::graph::Graph;
use super::{Available, Brought};

fn environments(text: &str) -> Vec<Environment> {
    let (files, key) = (Files::new(), FingerprintKey::from_bytes(*b"migrations"));
    let context = Context { files: &files, secrets: SecretTable::builtin(), key: &key };
    let (document, mut diagnostics) = document::read(&Source::new("environments.yaml", text));
    let listed: Vec<_> = document
        .root()
        .expect("a list")
        .items()
        .map(|node| (node.get("environment").and_then(Node::scalar_text).expect("a name").to_owned(), node.id()))
        .collect();
    let roots: Vec<_> = listed.iter().map(|(_, root)| *root).collect();
    let described = formats::environment::describe(document, &roots, &context, &mut diagnostics);
    let all = listed.into_iter().zip(described).map(|((name, _), description)| {
        Named { name: &name, ..Named::default() }.environment(description, Vec::new(), context.key)
    });
    all.collect()
}

const ORDER: &str = "migration-order";
const TESTED: &str = "migration-tested";
const DESTRUCTIVE: &str = "migration-destructive";

fn judge(kind: &str, params: &str, text: &str) -> Judgement {
    let (document, _) = document::read(&Source::new("params.yaml", params));
    let (node, zones) = (document.root().filter(|root| root.is_map()), Zones::default());
    let rule = Location::new(&Source::new("policy.yaml", ""), Span::default());
    let entry = crate::find_gate(kind).expect("a kind");
    let gate = (entry.compile)(
        &Params { node, rule: &rule, select: &[], beside: &Beside::new() },
        &GateContext { zones: &zones },
    )
    .unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let promotion = Promotion { from: "staging".to_owned(), to: "production".to_owned(), ..Promotion::default() };
    let (request, _) = Request::new(promotion, Vec::new(), &zones);
    let (environments, now) = (environments(text), "2026-01-02T12:00:00Z".parse().expect("an instant"));
    let (pipeline, zone) = (Pipeline::default(), Zone::utc());
    gate.judge(&Scope {
        request: &request,
        pipeline: &pipeline,
        environments: &environments,
        accept_sources: &[],
        now,
        at: now,
        parity: &|_, _, _| None,
        waivers: &[],
        policies: &[],
        words: true,
        zone: &zone,
    })
}

/// Judges the order, and compares the status and the message.
fn order(text: &str, status: GateStatus, message: &str) {
    let judgement = judge(ORDER, "", text);
    assert_eq!((judgement.status, &*judgement.words().message), (status, message), "{text}");
}

#[test]
fn names_of_secrets_hide_nothing() {
    let text = "
- environment: staging
  migrations:
    db/users:
      framework: django
      available:
        0001_add_password: { dependsOn: [], operations: [{ kind: drop_column, table: user, column: password }] }
        0002_api_key: { dependsOn: [0001_add_password], checksum: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 }
      applied:
        0001_add_password: { at: 2026-01-01T00:00:00Z }
        0002_api_key: { checksum: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 }
- environment: production
  migrations: { db/users: { applied: {} } }
";
    order(text, GateStatus::Pass, "the migrations of `db/users` are in order (`dag-set`), and 2 wait for production");
    let judgement = judge(DESTRUCTIVE, "", text);
    assert!(judgement.words().message.contains("drop_column user.password"), "{}", judgement.words().message);
}

#[test]
fn facts_point_at_the_line_of_the_migration() {
    let text = "
- environment: staging
  migrations:
    db:
      framework: rails
      available: { 41_a: {}, 42_b: {} }
      applied: { 41_a: {}, 42_b: {} }
- environment: production
  migrations:
    db:
      applied:
        43_c:
          at: 2026-01-01T00:00:00Z
";
    let judgement = judge(ORDER, "", text);
    assert_eq!(judgement.words().message, "`43_c` is applied in production only");
    let (label, origin) = judgement.words().facts.first().expect("a fact");
    let line = origin.at.as_ref().map(|at| at.position().line);
    assert_eq!((label.as_str(), line), ("applied in production", Some(12)));
}

#[test]
fn what_can_not_be_read_blocks() {
    for (field, message) in [
        ("available: [41_a]", "production: `available` is a list"),
        ("available: { 41_a: { phase: shrink } }", "production: `shrink` is no `phase` of `41_a`"),
        ("available: { 41_a: { operations: drop } }", "production: the operations of `41_a` can't be read"),
        ("available: { 41_a: { replaces: { a: b } } }", "production: `replaces` is no list of names"),
        ("available: { 41_a: { checksum: { unresolved: masked } } }", "production: `checksum` is an unresolved value"),
    ] {
        let text = format!(
            "
- environment: staging
  migrations: {{ db: {{ framework: rails, available: {{ 41_a: {{}} }}, applied: {{}} }} }}
- environment: production
  migrations: {{ db: {{ {field}, applied: {{}} }} }}
"
        );
        let judgement = judge(ORDER, "", &text);
        let said =
            judgement.words().message.contains(message) || judgement.words().message.contains("unresolved value");
        assert!(judgement.status == GateStatus::Unknown && said, "{field}: {}", judgement.words().message);
    }
}

#[test]
fn part_of_a_list_is_no_list() {
    let text = "
- environment: staging
  migrations: { db: { framework: rails, available: { 41_a: {} }, applied: {} } }
- environment: production
  coverage: { migrations: partial }
  migrations: { db: { applied: {} } }
";
    order(text, GateStatus::Unknown, "production: `migrations.db.applied`: only part of this section is described");
}

#[test]
fn one_id_is_one_file_in_all_lists() {
    let of = |staging: &str, branch: &str| {
        format!(
            "
- environment: staging
  migrations: {{ db: {{ framework: rails, available: {{ 42_a: {{ {staging} }} }}, applied: {{}} }} }}
- environment: branch
  migrations: {{ db: {{ available: {{ 42_a: {{ {branch} }} }} }} }}
- environment: production
  migrations: {{ db: {{ applied: {{}} }} }}
"
        )
    };
    let drops = |column: &str| format!("operations: [{{ kind: drop_column, table: t, column: {column} }}]");
    order(&of("checksum: a", "checksum: b"), GateStatus::Fail, "`42_a` has another checksum in branch than in staging");
    order(&of(&drops("a"), &drops("b")), GateStatus::Fail, "`42_a` has other operations in branch than in staging");
    order(
        &of("dependsOn: [x]", "dependsOn: []"),
        GateStatus::Fail,
        "`42_a` has other dependencies in branch than in staging; `42_a` needs `x`, which no list brings",
    );
    order(
        &of("checksum: a", "checksum: a"),
        GateStatus::Pass,
        "the migrations of `db` are in order (`set`), and 1 waits for production",
    );
}

#[test]
fn branches_of_which_nothing_is_known_can_not_be_compared() {
    let text = "
- environment: staging
  migrations: { db: { framework: rails, available: { 42_a: {} }, applied: { 42_a: {} } } }
- environment: branch
  migrations: { db: { available: { 43_b: {} } } }
- environment: production
  migrations: { db: { applied: {} } }
";
    order(text, GateStatus::Unknown, "it is not known whether `42_a` and `43_b` can both run");
}

#[test]
fn merged_branches_conflict_as_well() {
    let of = |does: &str| {
        format!(
            "
- environment: staging
  migrations:
    db:
      framework: alembic
      available:
        base: {{ dependsOn: [], operations: [] }}
        one: {{ dependsOn: [base], operations: [{{ kind: drop_column, table: t, column: c }}] }}
        two: {{ dependsOn: [base], operations: [{{ kind: {does}, table: t, column: c, to: d }}] }}
        merge: {{ dependsOn: [one, two], operations: [] }}
      applied: {{ base: {{}} }}
- environment: production
  migrations: {{ db: {{ applied: {{}} }} }}
"
        )
    };
    order(&of("rename_column"), GateStatus::Fail, "`one` drops `t.c`, and `two` renames it");
    order(
        &of("add_column").replace("column: c, to", "column: e, to"),
        GateStatus::Pass,
        "the migrations of `db` are in order (`dag-set`), and 4 wait for production",
    );
}

#[test]
fn what_is_taken_away_may_come_back() {
    let of = |between: &str| {
        format!(
            "
- environment: staging
  migrations:
    db:
      tracking: set
      available:
        1_a: {{ operations: [{{ kind: drop_table, table: t }}] }}
        2_b: {{ {between} }}
        3_c: {{ operations: [{{ kind: add_column, table: t, column: c }}] }}
      applied: {{}}
- environment: production
  migrations: {{ db: {{ applied: {{}} }} }}
"
        )
    };
    order(&of("operations: []"), GateStatus::Fail, "`1_a` drops `t`, and `3_c` uses it");
    let passes = "the migrations of `db` are in order (`set`), and 3 wait for production";
    order(&of("operations: [{ kind: create_table, table: t }]"), GateStatus::Pass, passes);
    // It may have come back.
    order(&of(""), GateStatus::Pass, passes);
}

#[test]
fn a_set_that_ran_in_another_order_elsewhere() {
    let of = |table: &str| {
        format!(
            "
- environment: staging
  migrations:
    db:
      tracking: set
      available:
        1_a: {{ operations: [{{ kind: add_column, table: t, column: c }}] }}
        2_b: {{ operations: [{{ kind: add_column, table: {table}, column: d }}] }}
      applied: {{ 2_b: {{ order: 1 }}, 1_a: {{ order: 2 }} }}
- environment: production
  migrations: {{ db: {{ applied: {{}} }} }}
"
        )
    };
    let message = "`1_a` is below `2_b`, which ran in staging: it ran there after it, and runs in production before it";
    order(&of("u"), GateStatus::Warn, message);
    order(&of("t"), GateStatus::Fail, &format!("{message}, and both touch the table `t`"));
    // What production ran in that order as well is no difference.
    let ran = of("t").replace("db: { applied: {} }", "db: { applied: { 1_a: {}, 2_b: {} } }");
    order(&ran, GateStatus::Pass, "the migrations of `db` are in order (`set`), and 0 wait for production");
}

#[test]
fn what_decides_and_is_not_known_blocks() {
    let of = |framework: &str, staging: &str, production: &str| {
        format!(
            "
- environment: staging
  migrations: {{ db: {{ framework: {framework}, {staging} }} }}
- environment: production
  migrations: {{ db: {{ {production} }} }}
"
        )
    };
    let late = of("rails", "available: { 1_a: {}, 2_b: {} }, applied: { 1_a: {}, 2_b: {} }", "applied: { 2_b: {} }");
    order(
        &late,
        GateStatus::Unknown,
        "`1_a` is below `2_b`, which ran in production: it runs there in another order, and it is not known which tables `1_a` touches",
    );
    let chain = of("atlas", "available: { 1_a: {} }, applied: { 1_a: {} }", "applied: { 1_a: {} }");
    order(&chain, GateStatus::Unknown, "it is not known whether `1_a` was changed since");
    let graph = of("django", "available: { 1_a: {} }, applied: {}", "applied: {}");
    order(&graph, GateStatus::Unknown, "it is not known what `1_a` needs");
    let bare = of("drizzle", "available: { first: {} }, applied: {}", "applied: {}");
    order(&bare, GateStatus::Unknown, "`first` begins with no number: the order is not known");
    let upstream = of("rails", "available: { 1_a: {} }", "applied: {}");
    order(&upstream, GateStatus::Unknown, "it is not known which migrations of `db` ran in staging");
    let lists = of("rails", "applied: {}", "applied: {}");
    order(&lists, GateStatus::Unknown, "it is not known which migrations are promoted for `db`");
    let tracked = of("rails", "available: {}, applied: {}", "applied: {}, tracking: hash-chain")
        .replace("framework: rails", "tracking: set");
    order(
        &tracked,
        GateStatus::Unknown,
        "the migrations of `db` are tracked as `set` in staging and as `hash-chain` in production",
    );
}

#[test]
fn a_tool_that_is_set_up_unlike_its_usual_way() {
    let text = "
- environment: staging
  migrations:
    db:
      framework: flyway
      tracking: set
      available: { V1__a: { operations: [] }, V2__b: { operations: [] }, R__views: { checksum: 2 } }
      applied: { V1__a: {}, V2__b: {}, R__views: { checksum: 2 } }
- environment: production
  migrations: { db: { framework: flyway, applied: { V2__b: {}, R__views: { checksum: 1 } } } }
";
    order(text, GateStatus::Warn, "`V1__a` is below `V2__b`, which ran in production: it runs there in another order");
}

#[test]
fn every_environment_that_skips_is_named() {
    let text = "
- environment: qa
  migrations: { db: { applied: { 3_c: {} } } }
- environment: staging
  migrations: { db: { framework: drizzle, available: { 1_a: {}, 2_b: {}, 3_c: {} }, applied: { 1_a: {}, 2_b: {}, 3_c: {} } } }
- environment: production
  migrations: { db: { applied: { 2_b: {} } } }
";
    let judgement = judge(ORDER, "", text);
    let labels: Vec<&str> = judgement.words().facts.iter().map(|(label, _)| label.as_str()).collect();
    for place in ["ran in qa", "ran in production"] {
        assert!(labels.contains(&place), "{labels:?}");
    }
    assert!(judgement.words().notes.iter().any(|note| note.starts_with("tools that remember only the highest number")));
    let told =
        "`1_a` is below `3_c`, which ran in qa, and `2_b`, which ran in production: it will silently be skipped there";
    assert!(judgement.words().message.contains(told), "{}", judgement.words().message);
    // Those that don't count are not looked at.
    let judgement = judge(ORDER, "environments: [staging]", text);
    assert!(!judgement.words().message.contains("qa"), "{}", judgement.words().message);
    let judgement = judge(ORDER, "environments: [production]", text);
    assert!(!judgement.words().message.contains("qa"), "{}", judgement.words().message);
}

#[test]
fn a_squash_stands_for_what_it_replaces() {
    let of = |list: &str, production: &str| {
        format!(
            "
- environment: staging
  migrations:
    db:
      framework: django
      available: {{ 0001_squashed: {{ dependsOn: [], operations: [], replaces: [0001_a, 0002_b] }}{list} }}
      applied: {{ 0001_a: {{ at: 2026-01-01T00:00:00Z }}, 0002_b: {{ at: 2026-01-01T01:00:00Z }} }}
- environment: production
  migrations: {{ db: {{ applied: {{ {production} }} }} }}
"
        )
    };
    let parts = ", 0001_a: { dependsOn: [], operations: [] }, 0002_b: { dependsOn: [0001_a], operations: [] }";
    let waits = |count: &str| format!("the migrations of `db` are in order (`dag-set`), and {count} for production");
    // Empty databases run the squash, those in the middle its parts, and those that ran all of it nothing.
    order(&of("", ""), GateStatus::Pass, &waits("1 waits"));
    order(&of(parts, ""), GateStatus::Pass, &waits("1 waits"));
    order(&of(parts, "0001_a: {}"), GateStatus::Pass, &waits("1 waits"));
    order(&of("", "0001_a: {}, 0002_b: {}"), GateStatus::Pass, &waits("0 wait"));
    // Upstream ran its parts, and so all of it.
    let tested = judge(TESTED, "", &of("", ""));
    assert_eq!((tested.status, &*tested.words().message), (GateStatus::Pass, "`0001_squashed` ran in staging"));
}

#[test]
fn other_applications_are_looked_up() {
    let of = |needed: &str, auth: &str| {
        format!(
            "
- environment: staging
  migrations:
    db/billing: {{ framework: django, available: {{ 0001_a: {{ dependsOn: [{needed}] }} }}, applied: {{ 0001_a: {{}} }} }}
    db/auth: {{ framework: django, available: {{ 0001_u: {{ dependsOn: [] }} }}, applied: {{ 0001_u: {{}} }} }}
- environment: production
  migrations: {{ db/billing: {{ applied: {{ 0001_a: {{}} }} }}, db/auth: {{ applied: {{ {auth} }} }} }}
"
        )
    };
    let judged = |needed: &str, auth: &str| judge(ORDER, "", &of(needed, auth));
    assert_eq!(judged("auth.0001_u", "0001_u: {}").status, GateStatus::Pass);
    assert_eq!(judged("auth.__first__", "0001_u: {}").status, GateStatus::Pass);
    assert_eq!(
        judged("auth.0001_u", "").words().message,
        "`0001_a` ran in production without `auth.0001_u`, which it needs"
    );
    assert_eq!(
        judged("auth.0009_z", "0001_u: {}").words().message,
        "`0001_a` needs `auth.0009_z`, which no list brings"
    );
    // Of the other application it is enough that one list has it, or that it ran, or that a squash stands for it.
    for (available, applied) in [
        ("0001_u: { dependsOn: [] }", ""),
        ("", "0001_u: {}"),
        ("0001_whole: { dependsOn: [], replaces: [0001_u] }", ""),
    ] {
        let text = of("auth.0001_u", "")
            .replace("0001_u: { dependsOn: [] }", available)
            .replace("applied: { 0001_u: {} }", &format!("applied: {{ {applied} }}"));
        let judgement = judge(ORDER, "", &text);
        assert!(!judgement.words().message.contains("which no list brings"), "{}", judgement.words().message);
    }
    let judgement = judged("sites.0001_s", "0001_u: {}");
    assert_eq!(judgement.status, GateStatus::Unknown);
    assert_eq!(
        judgement.words().message,
        "`0001_a` needs `sites.0001_s`, and the migrations of `sites` are not described"
    );
}

#[test]
fn leaves_that_touch_the_same_are_not_tolerated() {
    let of = |b: &str| {
        format!(
            "
- environment: staging
  migrations:
    db:
      framework: other
      tracking: dag-set
      available:
        a: {{ dependsOn: [], operations: [{{ kind: create_table, table: t }}] }}
        b: {{ dependsOn: [a], {b} }}
        c: {{ dependsOn: [a], operations: [{{ kind: add_column, table: t, column: c }}] }}
      applied: {{ a: {{}} }}
- environment: production
  migrations: {{ db: {{ applied: {{ a: {{}} }} }} }}
"
        )
    };
    for (b, why) in [
        (
            "operations: [{ kind: add_column, table: t, column: d }]",
            "what leads to `b` and to `c` touches the table `t`",
        ),
        ("phase: expand", "it is not known which tables `b` touches"),
    ] {
        let judgement = judge(ORDER, "tolerateDisjoint: true", &of(b));
        assert_eq!(judgement.status, GateStatus::Fail);
        assert!(judgement.words().notes.iter().any(|note| note == why), "{:?}", judgement.words().notes);
        assert_eq!(judgement.words().help.as_deref(), Some("add a merge migration with `dependsOn: [b, c]`"));
    }
}

/// Migrations, each with those that it needs.
fn needing(lists: &[(&'static str, &[&'static str])]) -> Vec<(&'static str, Available<'static>)> {
    let one = |needs: &[&'static str]| Available { depends_on: Some(needs.to_vec()), ..Available::default() };
    lists.iter().map(|(id, needs)| (*id, one(needs))).collect()
}

/// All of them, as one environment brings them.
fn brought<'l>(lists: &'l [(&'static str, Available<'static>)]) -> SortedMap<&'l str, Brought<'l, 'static>> {
    lists.iter().map(|(id, migration)| (*id, Brought { migration, by: vec!["staging"] })).collect()
}

#[test]
fn circles_are_found() {
    let lists = needing(&[("a", &["c"]), ("b", &["a"]), ("c", &["b"]), ("d", &[])]);
    let union = brought(&lists);
    let graph = Graph::new(&union);
    assert_eq!(graph.circle(), ["a", "b", "c"]);
    assert_eq!(graph.leaves(), ["d"]);
    assert_eq!(graph.before("a").map(|before| before.len()), Some(3));
}

#[test]
fn phases_count_without_operations() {
    let of = |own: &str| {
        format!(
            "
- environment: staging
  migrations: {{ db: {{ available: {{ 1_a: {{ {own} }} }} }} }}
- environment: production
  migrations: {{ db: {{ applied: {{}} }} }}
"
        )
    };
    let judged = |own: &str| judge(DESTRUCTIVE, "", &of(own));
    assert_eq!(
        judged("phase: contract").words().message,
        "`1_a` is of the phase `contract`, and names no expand migration that came before it"
    );
    assert_eq!(judged("phase: expand").status, GateStatus::Unknown);
    for (operation, status) in [
        ("{ kind: add_not_null, table: t, column: c }", GateStatus::Fail),
        ("{ kind: add_not_null, table: t, column: c, default: 0 }", GateStatus::Pass),
        ("{ kind: AlterField, table: t, column: c }", GateStatus::Fail),
        ("{ kind: RunSQL, reversible: true }", GateStatus::Pass),
        ("{ kind: RunSQL, reversible: false }", GateStatus::Fail),
        ("{ kind: create_index, reversible: false }", GateStatus::Pass),
    ] {
        assert_eq!(judged(&format!("operations: [{operation}]")).status, status, "{operation}");
    }
}

#[test]
fn what_runs_before_what() {
    let lists = needing(&[("a", &[]), ("b", &["a"]), ("c", &["a"])]);
    let union = brought(&lists);
    let graph = Graph::new(&union);
    for (one, other, expected) in
        [("a", "a", true), ("a", "b", true), ("b", "a", true), ("b", "c", false), ("c", "b", false)]
    {
        assert_eq!(graph.is_ordered(one, other), Some(expected), "{one} {other}");
    }
}

#[test]
fn walks_take_no_more_steps_than_their_limit() {
    let length = 2_000;
    let names: Vec<String> = (0..length).map(|at| format!("{at:04}")).collect();
    let needing = |needed: &'static str| Available { depends_on: Some(vec![needed]), ..Available::default() };
    let names: Vec<&'static str> = names.into_iter().map(|name| &*name.leak()).collect();
    let mut lists: Vec<(&str, Available<'_>)> = vec![(names[0], Available::default())];
    lists.extend(names.windows(2).map(|pair| (pair[1], needing(pair[0]))));
    let rest = limits::MAX_MIGRATION_STEPS - length * (length - 1) / 2;
    lists.push(("at", needing(names[rest - 1])));
    lists.push(("beyond", needing(names[0])));
    let union = brought(&lists);
    let graph = Graph::new(&union);
    for (at, name) in names.iter().enumerate() {
        assert_eq!(graph.before(name).map(|before| before.len()), Some(at));
    }
    assert_eq!(graph.before("at").map(|before| before.len()), Some(rest));
    assert_eq!(graph.before("beyond"), None);
}

#[test]
fn no_database_is_known_where_all_is_described() {
    order(
        "[{ environment: staging, migrations: {} }, { environment: production, migrations: {} }]",
        GateStatus::NotApplicable,
        "no database has migrations",
    );
    order(
        "[{ environment: staging, migrations: {} }, { environment: production }]",
        GateStatus::Unknown,
        "the migrations of production are not described",
    );
}

#[test]
fn squashes_of_squashes_have_run() {
    let text = "
- environment: staging
  migrations:
    db:
      framework: django
      available:
        a_whole: { dependsOn: [], operations: [], replaces: [b_half, c_rest] }
        b_half: { dependsOn: [], operations: [], replaces: [d_one, e_two] }
      applied: { a_whole: {} }
- environment: production
  migrations: { db: { applied: { d_one: {}, e_two: {}, c_rest: {} } } }
";
    order(text, GateStatus::Pass, "the migrations of `db` are in order (`dag-set`), and 0 wait for production");
    let swapped = text.replace("{ a_whole: {} }", "{ d_one: {}, e_two: {}, c_rest: {} }");
    let (rest, _) = swapped.rsplit_once("{ applied:").expect("what ran in production");
    let judgement = judge(TESTED, "", &format!("{rest}{{ applied: {{}} }} }}\n"));
    assert_eq!((judgement.status, &*judgement.words().message), (GateStatus::Pass, "`a_whole` ran in staging"));
}

#[test]
fn a_squash_is_told_and_not_its_parts() {
    let text = "
- environment: staging
  migrations:
    db:
      framework: django
      available: { whole: { dependsOn: [], operations: [], replaces: [one, two] } }
      applied: {}
- environment: production
  migrations: { db: { applied: { one: {}, two: {} } } }
";
    order(text, GateStatus::Fail, "`whole` is applied in production only");
}

#[test]
fn a_migration_of_which_nothing_is_said_is_none_the_less() {
    let text = "
- environment: staging
  migrations: { db: { framework: rails, available: { 1_a: }, applied: { 1_a: } } }
- environment: production
  migrations: { db: { applied: { 1_a: } } }
";
    order(text, GateStatus::Pass, "the migrations of `db` are in order (`set`), and 0 wait for production");
}

#[test]
fn a_checksum_on_one_side_says_nothing() {
    for (file, ran) in [("checksum: aa", ""), ("", "checksum: aa")] {
        let text = format!(
            "
- environment: staging
  migrations: {{ db: {{ framework: atlas, available: {{ 1_a: {{ {file} }} }}, applied: {{ 1_a: {{ {ran} }} }} }} }}
- environment: production
  migrations: {{ db: {{ applied: {{}} }} }}
"
        );
        order(&text, GateStatus::Unknown, "it is not known whether `1_a` was changed since");
    }
}

#[test]
fn repeatable_migrations_may_differ_between_environments() {
    let of = |id: &str| {
        format!(
            "
- environment: staging
  migrations: {{ db: {{ framework: flyway, available: {{ {id}: {{}} }}, applied: {{ {id}: {{ checksum: aa }} }} }} }}
- environment: production
  migrations: {{ db: {{ applied: {{ {id}: {{ checksum: bb }} }} }} }}
"
        )
    };
    let judgement = judge(ORDER, "", &of("V1__a"));
    assert!(judgement.words().message.contains("what ran as `V1__a` in production is another file than in staging"));
    let judgement = judge(ORDER, "", &of("R__a"));
    assert!(!judgement.words().message.contains("another file"), "{}", judgement.words().message);
}

#[test]
fn names_without_numbers_matter_where_something_waits() {
    let of = |available: &str| {
        format!(
            "
- environment: staging
  migrations: {{ db: {{ framework: drizzle, available: {{ {available} }}, applied: {{ first: {{}} }} }} }}
- environment: production
  migrations: {{ db: {{ applied: {{ first: {{}} }} }} }}
"
        )
    };
    let passes = "the migrations of `db` are in order (`high-water-mark`), and 0 wait for production";
    order(&of("first: {}"), GateStatus::Pass, passes);
    order(&of("first: {}, 2_b: {}"), GateStatus::Unknown, "`first` begins with no number: the order is not known");
}

#[test]
fn how_the_past_went_decides_nothing_for_a_mark() {
    let text = "
- environment: staging
  migrations:
    db:
      framework: drizzle
      available: { 1_a: {}, 2_b: {} }
      applied: { 2_b: { order: 1 }, 1_a: { order: 2 } }
- environment: production
  migrations: { db: { applied: {} } }
";
    let passes = "the migrations of `db` are in order (`high-water-mark`), and 2 wait for production";
    order(text, GateStatus::Pass, passes);
}
