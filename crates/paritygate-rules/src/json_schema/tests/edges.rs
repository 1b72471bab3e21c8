//! Limits, and what is said around what can't be read: what a mistake in a comparison would change.

use std::fmt::Write;

use expect_test::expect;
use paritygate_eval::Step;
use paritygate_model::{SortedSet, limits};

use super::{check, compiled, judged, read, told};

/// What a schema says of a value in which `password` is secret in some environment.
fn sealed(schema: &str, value: &str) -> String {
    let (schema, value) = (read("schema.yaml", schema), read("value.yaml", value));
    let schema = compiled(&schema).unwrap_or_else(|wrong| panic!("{wrong}"));
    let way = vec![Step::Key("password".to_owned())];
    told(&schema, &value, &[way].into_iter().collect::<SortedSet<_>>())
}

#[test]
fn around_what_is_sealed_everything_is_told() {
    let both = "properties: { a: { minimum: 5 }, password: { type: integer, pattern: '^x' } }";
    expect![[r#"
        1:6 it must be at least 5
        1:19 it must be a whole number, and is a text
        1:19 a secret can't be read
    "#]]
    .assert_eq(&sealed(both, "{ a: 1, password: x }"));
    let whole = "{ minProperties: 3, required: [b], const: {} }";
    expect![[r#"
        1:1 it lacks `b`
          note: it must have at least 3 keys as well
          help: add it here
        1:19 a secret can't be read
    "#]]
    .assert_eq(&sealed(whole, "{ a: 1, password: x }"));
}

#[test]
fn conditions_on_other_values_decide_nothing_here() {
    let conditional = "{ if: { required: [x] }, then: { properties: { x: { minimum: 5 } } } }";
    let value = "{ a: { x: 1 }, password: x }";
    for schema in [
        format!("properties: {{ a: {conditional}, password: {{ pattern: '^x' }} }}"),
        format!("{{ properties: {{ password: {{ pattern: '^x' }} }}, additionalProperties: {conditional} }}"),
        format!("allOf: [{{ properties: {{ a: {conditional}, password: {{ pattern: '^x' }} }} }}]"),
    ] {
        assert_eq!(sealed(&schema, value), "1:11 it must be at least 5\n1:26 a secret can't be read\n", "{schema}");
    }
    let decided = "{ if: { properties: { password: { pattern: '^x' } } }, then: { required: [b] } }";
    assert_eq!(sealed(decided, value), "1:26 a secret can't be read\n");
    // A key may be called like a keyword.
    let named = "{ dependentSchemas: { then: { required: [b] } }, properties: { password: { pattern: '^x' } } }";
    assert_eq!(
        sealed(named, "{ then: 1, password: x }"),
        "1:1 it lacks `b`\n  help: add it here\n1:22 a secret can't be read\n"
    );
}

#[test]
fn what_may_not_be_there_is_wrong_whatever_it_is() {
    let schema = "allOf: [{ properties: { password: { pattern: '^x' } } }, { properties: { password: false } }]";
    assert_eq!(sealed(schema, "{ password: x }"), "1:13 it must not be there\n1:13 a secret can't be read\n");
    let list = "{ type: array, properties: { password: { type: string } } }";
    assert_eq!(sealed(list, "{ password: '' }"), "1:1 it must be a list, and is a map\n1:13 a secret can't be read\n");
}

#[test]
fn values_of_a_schema_are_counted() {
    let schema = |items: usize| format!("prefixItems: [{}]", vec!["true"; items].join(", "));
    // The schema and the list are values too.
    let most = limits::MAX_SCHEMA_NODES - 2;
    assert_eq!(judged(&schema(most), "1"), "");
    assert_eq!(
        judged(&schema(most + 1), "1"),
        "1:1 the schema holds 100001 values, more than the limit of 100000\n  help: divide it: one rule for each part\n"
    );
}

#[test]
fn only_a_text_that_is_not_empty_is_known_to_be_one() {
    let text = "properties: { password: { type: string } }";
    assert_eq!(sealed(text, "{ password: x }"), "");
    assert_eq!(sealed(text, "{ password: '' }"), "1:13 a secret can't be read\n");
    assert_eq!(sealed(text, "{ password: 1 }"), "1:13 a secret can't be read\n");
}

#[test]
fn many_wrong_places_are_cut_and_counted() {
    let list = |items: usize| format!("[{}]", "1, ".repeat(items));
    let schema = "items: { type: string }";
    let last = |items: usize| judged(schema, &list(items)).lines().last().map(str::to_owned).unwrap_or_default();
    let limit = limits::MAX_SCHEMA_ERRORS;
    assert!(last(limit).ends_with("it must be a text, and is a number"), "{}", last(limit));
    assert_eq!(last(limit + 1), format!("  note: 1 more place is wrong, beyond the limit of {limit}"));
    assert_eq!(last(limit + 2), format!("  note: 2 more places are wrong, beyond the limit of {limit}"));
}

#[test]
fn mistakes_of_a_schema_are_bounded() {
    let limit = limits::MAX_DIAGNOSTICS;
    for wrong in ["a: { $ref: nowhere.json }\n", "a: { minimun: 1 }\n"] {
        let named = |at: usize| format!("  a{at}{}", &wrong[1..]);
        let schema = |count: usize| format!("properties:\n{}", (0..count).map(named).collect::<String>());
        for (count, expected) in [(limit - 1, limit - 1), (limit, limit), (limit + 1, limit)] {
            let found = judged(&schema(count), "1").lines().filter(|line| !line.starts_with(' ')).count();
            assert_eq!(found, expected, "{wrong}");
        }
    }
}

#[test]
fn what_holds_too_much_is_not_looked_into() {
    let schema = |items: usize| format!("prefixItems: [{}]", vec!["{ $ref: '#/a' }"; items].join(", "));
    assert_eq!(
        judged(&schema(limits::MAX_SCHEMA_NODES), "1"),
        "1:1 the schema holds 100002 values, more than the limit of 100000\n  help: divide it: one rule for each part\n"
    );
    let found = judged(&schema(limits::MAX_SCHEMA_NODES - 2), "1");
    assert_eq!(found.matches("`#/a` leads nowhere in this schema").count(), limits::MAX_DIAGNOSTICS);
}

#[test]
fn references_are_searched_for_up_to_a_limit() {
    let schema = |named: usize| {
        let named: String = (0..named).map(|at| format!("{{ $ref: '#a{at}' }}, {{ $anchor: a{at} }}, ")).collect();
        let again = "{ $ref: '#a0' }, { $ref: '#' }, { $ref: '#/$defs/a' }, ".repeat(limits::MAX_SCHEMA_REFERENCES);
        format!("$defs: {{ a: true }}\nprefixItems: [{again}{named}]")
    };
    let limit = limits::MAX_SCHEMA_REFERENCES;
    assert_eq!(judged(&schema(limit), "1"), "");
    let found = judged(&schema(limit + 1), "1");
    let (message, help) = found.split_once('\n').unwrap_or_default();
    assert!(message.ends_with(" more than 1000 references have to be searched for, which is the limit"), "{message}");
    assert_eq!(help, "  help: write them as the way from the top: `#/$defs/NAME`\n");
}

#[test]
fn patterns_are_counted_and_measured() {
    let limit = limits::MAX_SCHEMA_PATTERNS;
    let patterns = |count: usize| {
        let mut schema = "properties:\n".to_owned();
        (0..count).for_each(|at| writeln!(schema, "  a{at}: {{ pattern: x }}").expect("a text takes all"));
        schema
    };
    assert_eq!(judged(&patterns(limit), "1"), "");
    assert_eq!(
        judged(&patterns(limit + 1), "1"),
        "1:1 the schema holds 1001 patterns, more than the limit of 1000\n  help: divide it: one rule for each part\n"
    );
    let limit = limits::MAX_REGEX_BYTES;
    assert_eq!(judged(&format!("pattern: {}", "x".repeat(limit)), "1"), "");
    assert_eq!(
        judged(&format!("pattern: {}", "x".repeat(limit + 1)), "1"),
        "1:10 the pattern has more than 4096 bytes, which is the limit\n  help: write a shorter one\n"
    );
}

#[test]
fn steps_are_counted_to_their_limit() {
    let chain = |references: usize| {
        let mut schema = "$ref: '#/$defs/a1'\n$defs:\n".to_owned();
        for at in 1..references {
            writeln!(schema, "  a{at}: {{ $ref: '#/$defs/a{}' }}", at + 1).expect("a text takes all");
        }
        format!("{schema}  a{references}: {{ type: string }}\n")
    };
    let limit = limits::MAX_SCHEMA_DEPTH;
    assert_eq!(judged(&chain(limit), "1"), "1:1 it must be a text, and is a number\n");
    assert_eq!(
        judged(&chain(limit + 1), "1"),
        "1:1 the schema goes more than 256 steps deep here, which is the limit\n"
    );
    // The names of keys are values as well.
    let keys: String = (0..999).map(|at| format!("k{at}: 1, ")).collect();
    let names = |more: &str| format!("propertyNames: {{ allOf: [{}] }}{more}", vec!["true"; 1_000].join(", "));
    assert_eq!(judged(&names(""), &format!("{{ {keys} }}")), "");
    assert_eq!(
        judged(&names("\nallOf: [true]"), &format!("{{ {keys} }}")),
        "1:1 the schema takes more than 1000000 steps here, which is the limit\n"
    );
    // The list, its items, and a thousand schemas for each of those.
    let items = format!("[{}]", vec!["1"; 999].join(", "));
    let wide = |more: &str| format!("items: {{ allOf: [{}] }}{more}", vec!["true"; 1_000].join(", "));
    assert_eq!(1 + 999 * (1 + 1_000), limits::MAX_SCHEMA_STEPS);
    assert_eq!(judged(&wide(""), &items), "");
    assert_eq!(
        judged(&wide("\nallOf: [true]"), &items),
        "1:1 the schema takes more than 1000000 steps here, which is the limit\n"
    );
}

#[test]
fn what_is_as_deep_as_can_be_is_judged() {
    let depth = limits::MAX_DEPTH - 1;
    let value = format!("{}x{}", "{a: ".repeat(depth), "}".repeat(depth));
    check(
        "{ type: [object, integer], additionalProperties: { $ref: '#' } }",
        &value,
        expect![[r#"
            1:509 it must be a whole number or a map, and is a text
        "#]],
    );
}

#[test]
fn references_count_from_where_they_stand() {
    check(
        "$defs: { a: { $defs: { port: true } } }\n$ref: '#/$defs/port'\n",
        "1",
        expect![[r#"
            2:7 `#/$defs/port` leads nowhere in this schema
              help: known here: `a`
        "#]],
    );
    check(
        "$id: https://example.org/root.json\nproperties: { a: { $ref: rot.json } }\n",
        "1",
        expect![[r#"
            2:26 `rot.json` is in another document, and none is fetched
              help: copy what it defines below `$defs`, and refer to it as `#/$defs/NAME`
        "#]],
    );
    check(
        "allOf: [{ $id: 'https://example.org/port.json', type: integer }]\n$defs: { a: { $ref: 'https://example.org/port.json' } }\n",
        "x",
        expect![[r#"
            1:1 it must be a whole number, and is a text
        "#]],
    );
    for reference in ["root.json#/$defs/port", "https://example.org/root.json#/$defs/port", "#/$defs/port"] {
        let schema = format!(
            "$id: https://example.org/root.json\n$defs: {{ port: {{ type: integer }} }}\n$ref: '{reference}'\n"
        );
        assert_eq!(judged(&schema, "x"), "1:1 it must be a whole number, and is a text\n", "{reference}");
    }
}

#[test]
fn lists_of_words_are_cut() {
    let names = |count: usize| (0..count).map(|at| format!("n{at}")).collect::<Vec<_>>().join(", ");
    let listed = |count: usize| judged(&format!("enum: [{}]", names(count)), "x");
    assert_eq!(listed(1), "1:1 it must be `n0`\n");
    assert!(listed(8).ends_with("`n6`, `n7`\n"), "{}", listed(8));
    assert!(listed(9).ends_with("`n7`, 1 more\n"), "{}", listed(9));
}

#[test]
fn keys_too_many_are_named_inside_a_form() {
    let form = |properties: &str| format!("{{ properties: {{ {properties} }}, additionalProperties: false }}");
    let schema = format!("anyOf: [{}, {}]", form("a: true"), form("b: true, z: true"));
    check(
        &schema,
        "{ a: 1, b: 1 }",
        expect![[r#"
            1:1 it fits none of the 2 forms that the schema allows
              note: of the nearest of them, it must not have the key `b`
        "#]],
    );
    check(
        &schema,
        "{ a: 1, c: 1, d: 1 }",
        expect![[r#"
            1:1 it fits none of the 2 forms that the schema allows
              note: of the nearest of them, it must not have the keys `c`, `d`
        "#]],
    );
}

#[test]
fn addresses_that_are_none_are_told() {
    check(
        "$dynamicRef: '#nowhere'\n",
        "1",
        expect![[r#"
            1:14 `#nowhere` leads nowhere in this schema
              help: define it below `$defs`
        "#]],
    );
    check(
        "properties: { a: { $dynamicRef: a.json } }\n",
        "1",
        expect![[r#"
            1:33 `a.json` is in another document, and none is fetched
              help: copy what it defines below `$defs`, and refer to it as `#/$defs/NAME`
        "#]],
    );
    check(
        "$id: '%%%'\n",
        "1",
        expect![[r#"
            1:1 an address in the schema can't be used: Invalid URI reference '%%%': invalid percent-encoded octet at index 0
        "#]],
    );
}
