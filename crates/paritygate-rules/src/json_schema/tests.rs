//! Schemas against values: what is said of which place.

mod edges;

use std::fmt::Write;

use expect_test::{Expect, expect};
use paritygate_eval::Step;
use paritygate_import::document;
use paritygate_model::{Document, SortedSet, Source};
use proptest::prelude::*;

use super::JsonSchema;

fn read(name: &str, text: &str) -> Document {
    let (document, found) = document::read(&Source::new(name, text));
    assert!(found.is_empty(), "{name}: {found:?}");
    document
}

/// A schema that is ready; an error is what is told of it.
fn compiled(schema: &Document) -> Result<JsonSchema, String> {
    JsonSchema::compile(schema.root().expect("a schema")).map_err(|wrong| {
        let mut out = String::new();
        for wrong in wrong {
            let at = wrong.location.as_ref().expect("a place").position();
            let _infallible = writeln!(out, "{}:{} {}", at.line, at.column, wrong.message);
            wrong.help.iter().for_each(|help| out.push_str(&format!("  help: {help}\n")));
        }
        out
    })
}

/// What a schema says of a value: its place, and the words.
fn judged(schema: &str, value: &str) -> String {
    let (schema, value) = (read("schema.yaml", schema), read("value.yaml", value));
    compiled(&schema).map_or_else(|wrong| wrong, |schema| told(&schema, &value, &SortedSet::new()))
}

fn told(schema: &JsonSchema, value: &Document, sealed: &SortedSet<Vec<Step>>) -> String {
    let mut out = String::new();
    let root = value.root().expect("a value");
    for place in schema.judge(root, sealed) {
        let at = super::value::position(root, &place.steps, place.at_key);
        let at = value.source.position(at);
        let unknown = place.unknown;
        let words = place.words.described("it");
        let _infallible = writeln!(out, "{}:{} {}", at.line, at.column, unknown.as_deref().unwrap_or(&words.message));
        words.notes.iter().skip(1).for_each(|note| out.push_str(&format!("  note: {note}\n")));
        words.help.iter().for_each(|help| out.push_str(&format!("  help: {help}\n")));
    }
    out
}

fn check(schema: &str, value: &str, expected: Expect) {
    expected.assert_eq(&judged(schema, value));
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let schema = "
type: object
required: [host, port, log]
properties:
  host: { type: string, pattern: '^[a-z.]+$', maxLength: 5 }
  port: { type: integer, minimum: 1, maximum: 65535 }
  log: { enum: [debug, info, warn] }
  tags: { type: array, uniqueItems: true, items: { type: string } }
  mode: { const: fast }
additionalProperties: false
";
    check(
        schema,
        "host: Example.org\nport: 0\ntags: [a, 1, a]\nmode: slow\nprot: 1\nlog: inf\n",
        expect![[r#"
        1:7 it must have at most 5 characters
          note: it must match `^[a-z.]+$` as well
        2:7 it must be at least 1
        3:7 it must not hold an item twice
        3:11 it must be a text, and is a number
        4:7 it must be `fast`
        5:1 it is not among the keys that the schema allows
          help: did you mean `port`?
        6:6 it must be one of `debug`, `info`, `warn`
          help: did you mean `info`?
    "#]],
    );
    check(
        schema,
        "{}",
        expect![[r#"
        1:1 it lacks `host`, `port`, `log`
          help: add them here
    "#]],
    );
}

#[test]
fn forms_are_told_by_the_nearest() {
    let schema = "
oneOf:
  - { type: object, required: [url], properties: { url: { type: string, format: uri } } }
  - { type: object, required: [host, port, user] }
  - { type: string }
";
    check(
        schema,
        "{ url: 1 }",
        expect![[r#"
        1:1 it fits none of the 3 forms that the schema allows
          note: of the nearest of them, `url` must be a text
    "#]],
    );
    check(
        schema,
        "{ host: a }",
        expect![[r#"
        1:1 it fits none of the 3 forms that the schema allows
          note: of the nearest of them, it lacks `url`
    "#]],
    );
    let forms = "anyOf: [{ type: object, required: [b], properties: { b: { type: string } } }, { type: string }]";
    check(
        &format!("properties: {{ a: {{ {forms} }} }}"),
        "a: { b: 1 }",
        expect![[r#"
        1:9 it must be a text, and is a number
    "#]],
    );
    check(
        "properties: { a: { anyOf: [{ properties: { b: { type: string } } }, { required: [c] }] } }",
        "a: { b: 1 }",
        expect![[r#"
        1:4 it fits none of the 2 forms that the schema allows
          note: of the nearest of them, `b` must be a text
    "#]],
    );
    check(
        "anyOf: [{ minimum: 5 }, { multipleOf: 2 }]",
        "3",
        expect![[r#"
        1:1 it fits none of the 2 forms that the schema allows
          note: of the nearest of them, it must be at least 5
    "#]],
    );
}

#[test]
fn other_keywords_have_words_too() {
    check(
        "propertyNames: { pattern: '^[a-z]+$' }",
        "{ Ab: 1, c: 2 }",
        expect![[r#"
        1:3 it has a name that must match `^[a-z]+$`
    "#]],
    );
    check(
        "not: { required: [a] }",
        "{ a: 1 }",
        expect![[r#"
        1:1 it is what the schema rules out
    "#]],
    );
    check(
        "properties: { a: false }",
        "{ a: 1 }",
        expect![[r#"
        1:6 it must not be there
    "#]],
    );
    check(
        "dependentRequired: { a: [b] }",
        "{ a: 1 }",
        expect![[r#"
        1:1 it lacks `b`
          help: add it here
    "#]],
    );
    check(
        "contains: { const: 1 }",
        "[2]",
        expect![[r#"
        1:1 it holds too few or too many of the items that the schema asks for
    "#]],
    );
    check(
        "{ minItems: 2, maxProperties: 0 }",
        "[1]",
        expect![[r#"
        1:1 it must have at least 2 items
    "#]],
    );
    check(
        "type: [string, 'null']",
        "1",
        expect![[r#"
        1:1 it must be null or a text, and is a number
    "#]],
    );
    check(
        "unevaluatedProperties: false\nproperties: { aa: true }",
        "{ ab: 1 }",
        expect![[r#"
        1:3 it is not among the keys that the schema allows
          help: did you mean `aa`?
    "#]],
    );
    check(
        "$schema: http://json-schema.org/draft-04/schema#\nmaximum: 5\nexclusiveMaximum: true",
        "5",
        expect![[r#"
        1:1 it must be less than 5
    "#]],
    );
    check(
        "items: { properties: { a: { type: number } } }",
        "- { a: 1 }\n- { a: x }\n",
        expect![[r#"
        2:8 it must be a number, and is a text
    "#]],
    );
}

#[test]
fn a_schema_that_is_wrong_is_told_at_its_place() {
    check(
        "properties:\n  a: { type: strin }\n  b: { minimum: x }\n",
        "1",
        expect![[r#"
        2:14 this is no valid schema: `#/properties/a/type` must be one of `array`, `boolean`, `integer`, `null`, `number`, `object`, `string`
          help: did you mean `string`?
        3:17 this is no valid schema: `#/properties/b/minimum` must be a number, and is a text
    "#]],
    );
    check(
        "properties:\n  a: { $ref: 'https://example.org/a.json' }\n  b: { $ref: b.json#/x }\n",
        "1",
        expect![[r#"
        2:14 `https://example.org/a.json` is in another document, and none is fetched
          help: copy what it defines below `$defs`, and refer to it as `#/$defs/NAME`
        3:14 `b.json#/x` is in another document, and none is fetched
          help: copy what it defines below `$defs`, and refer to it as `#/$defs/NAME`
    "#]],
    );
    check(
        "$defs: { port: true }\n$ref: '#/$defs/prot'\n",
        "1",
        expect![[r#"
        2:7 `#/$defs/prot` leads nowhere in this schema
          help: did you mean `port`?
    "#]],
    );
    check(
        "propertes: { requird: { types: string } }\nx-propertes: { requird: [] }\nnote: a\nproperties: { requird: { minimun: 1 } }\n",
        "1",
        expect![[r#"
            1:1 `propertes` is no keyword of JSON Schema: it would ask nothing
              help: did you mean `properties`?
            4:26 `minimun` is no keyword of JSON Schema: it would ask nothing
              help: did you mean `minimum`?
        "#]],
    );
    check(
        "$ref: '#nowhere'\n",
        "1",
        expect![[r#"
        1:7 `#nowhere` leads nowhere in this schema
          help: define it below `$defs`
    "#]],
    );
    check(
        "$schema: https://example.org/schema\n",
        "1",
        expect![[r#"
        1:10 `https://example.org/schema` is no draft of JSON Schema that is known
          help: write `https://json-schema.org/draft/2020-12/schema`, or leave it out
    "#]],
    );
    check(
        "properties: { a: { pattern: '(?=a)b' } }\n",
        "1",
        expect![[r#"
        1:29 `(?=a)b` is no pattern that can be used
          help: patterns have neither look-around nor back-references, and a bounded size
    "#]],
    );
    check(
        "pattern: '['\n",
        "1",
        expect![[r#"
        1:10 `[` is no pattern that can be used
          help: patterns have neither look-around nor back-references, and a bounded size
    "#]],
    );
    check(
        "patternProperties: { '(a)\\1': true }\n",
        "1",
        expect![[r#"
        1:31 `(a)\1` is no pattern that can be used
          help: patterns have neither look-around nor back-references, and a bounded size
    "#]],
    );
    check(
        "[1]",
        "1",
        expect![[r#"
        1:1 this is no valid schema: `#` must be a boolean or a map, and is a list
    "#]],
    );
}

#[test]
fn references_lead_inside_the_schema() {
    let schema = "
$id: https://example.org/root.json
properties: { a: { $ref: '#/$defs/port' }, b: { $ref: port.json }, c: { $ref: '#text' } }
$defs:
  port: { $id: port.json, type: integer }
  text: { $anchor: text, type: string }
";
    check(
        schema,
        "{ a: x, b: x, c: 1 }",
        expect![[r#"
        1:6 it must be a whole number, and is a text
        1:12 it must be a whole number, and is a text
        1:18 it must be a text, and is a number
    "#]],
    );
    // What only looks like a reference is none.
    check(
        "properties: { $ref: { type: string } }\nconst: { $ref: 1 }",
        "{ $ref: 1 }",
        expect![[r#"
        1:9 it must be a text, and is a number
    "#]],
    );
}

#[test]
fn what_goes_on_for_ever_ends() {
    check(
        "$ref: '#'",
        "1",
        expect![[r#"
        1:1 the schema goes more than 256 steps deep here, which is the limit
    "#]],
    );
    check(
        "$defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }\n$ref: '#/$defs/a'",
        "1",
        expect![[r#"
        1:1 the schema goes more than 256 steps deep here, which is the limit
    "#]],
    );
    let mut doubling = "$ref: '#/$defs/a0'\n$defs:\n  a40: true\n".to_owned();
    for at in 0..40 {
        let next = format!("{{ $ref: '#/$defs/a{}' }}", at + 1);
        doubling.push_str(&format!("  a{at}: {{ allOf: [{next}, {next}] }}\n"));
    }
    check(
        &doubling,
        "1",
        expect![[r#"
        1:1 the schema takes more than 1000000 steps here, which is the limit
    "#]],
    );
    let twice = "additionalProperties: { allOf: [{ $ref: '#' }, { $ref: '#' }] }";
    check(
        twice,
        &format!("{}1{}", "{a: ".repeat(100), "}".repeat(100)),
        expect![[r#"
        1:1 the schema goes more than 256 steps deep here, which is the limit
    "#]],
    );
}

/// JSON in which keywords of schemas are frequent.
fn json(depth: u32) -> impl Strategy<Value = String> {
    let words =
        ["#", "#/$defs/a", "#a", "a.json", "a", "string", "integer", "object", "array", "^a+$", "(", "date-time"];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        (-3i64..70).prop_map(|number| number.to_string()),
        Just("1.5e3".to_owned()),
        proptest::sample::select(words.to_vec()).prop_map(|word| format!("{word:?}")),
    ];
    let keys = [
        "$ref",
        "$dynamicRef",
        "$defs",
        "definitions",
        "$id",
        "$anchor",
        "$dynamicAnchor",
        "type",
        "properties",
        "items",
        "prefixItems",
        "additionalProperties",
        "patternProperties",
        "required",
        "enum",
        "const",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "pattern",
        "format",
        "minimum",
        "multipleOf",
        "maxLength",
        "minItems",
        "uniqueItems",
        "contains",
        "propertyNames",
        "dependentSchemas",
        "dependentRequired",
        "unevaluatedProperties",
        "unevaluatedItems",
        "a",
        "b",
        "password",
    ];
    leaf.prop_recursive(depth, 40, 5, move |inner| {
        let key = proptest::sample::select(keys.to_vec());
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            4 => proptest::collection::btree_map(key, inner, 0..5).prop_map(|entries| {
                let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key:?}: {value}")).collect();
                format!("{{ {} }}", entries.join(", "))
            }),
        ]
    })
}

/// Schemas that make sense, about values such as those of `valued`.
fn sound() -> impl Strategy<Value = String> {
    let leaves = [
        "true",
        "false",
        "{ type: string }",
        "{ type: integer }",
        "{ type: [object, 'null'] }",
        "{ minLength: 1 }",
        "{ minLength: 3 }",
        "{ maxLength: 2 }",
        "{ pattern: '^x' }",
        "{ enum: [x, xyz, 1] }",
        "{ const: xyz }",
        "{ const: { a: x, password: xyz } }",
        "{ required: [a] }",
        "{ required: [b] }",
        "{ minimum: 2 }",
        "{ uniqueItems: true }",
        "{ maxProperties: 1 }",
        "{ propertyNames: { maxLength: 1 } }",
        "{ dependentRequired: { password: [b] } }",
    ];
    proptest::sample::select(leaves.to_vec()).prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|(a, b)| format!("{{ properties: {{ a: {a}, password: {b} }} }}")),
            two.clone().prop_map(|(a, b)| format!("{{ properties: {{ a: {a} }}, additionalProperties: {b} }}")),
            two.clone().prop_map(|(a, b)| format!("{{ allOf: [{a}, {b}] }}")),
            two.clone().prop_map(|(a, b)| format!("{{ anyOf: [{a}, {b}] }}")),
            two.clone().prop_map(|(a, b)| format!("{{ oneOf: [{a}, {b}] }}")),
            two.clone().prop_map(|(a, b)| format!("{{ if: {a}, then: {b} }}")),
            two.clone().prop_map(|(a, b)| format!("{{ if: {a}, else: {b} }}")),
            two.clone().prop_map(|(a, b)| format!("{{ dependentSchemas: {{ a: {a}, password: {b} }} }}")),
            two.clone().prop_map(|(a, b)| format!(
                "{{ anyOf: [{{ properties: {{ a: {a} }} }}, true], unevaluatedProperties: {b} }}"
            )),
            two.prop_map(|(a, b)| format!("{{ prefixItems: [{a}], items: {b} }}")),
            inner.clone().prop_map(|a| format!("{{ not: {a} }}")),
            inner.clone().prop_map(|a| format!("{{ items: {a} }}")),
            inner.clone().prop_map(|a| format!("{{ patternProperties: {{ '^p': {a} }} }}")),
            inner.prop_map(|a| format!("{{ contains: {a} }}")),
        ]
    })
}

/// Values that hold a text at some places, and the ways to those.
fn valued(text: &str, shape: usize) -> (String, Vec<Vec<Step>>) {
    let key = |key: &str| Step::Key(key.to_owned());
    match shape {
        0 => (format!("{{ a: x, password: {text} }}"), vec![vec![key("password")]]),
        1 => (format!("{{ a: {{ password: {text}, b: 1 }} }}"), vec![vec![key("a"), key("password")]]),
        2 => (format!("[{text}, x, {{ a: {text} }}]"), vec![vec![Step::Item(0)], vec![Step::Item(2), key("a")]]),
        3 => (format!("{{ a: [x, {text}], password: 3 }}"), vec![vec![key("a"), Step::Item(1)]]),
        _ => (text.to_owned(), vec![Vec::new()]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// What is told where a text is sealed holds whatever the text is; and where nothing is unknown, that is all.
    #[test]
    fn what_is_sealed_changes_nothing_that_is_told(schema in sound(), shape in 0usize..5) {
        let schema = read("schema.yaml", &schema);
        let schema = JsonSchema::compile(schema.root().expect("a schema")).map_err(|wrong| TestCaseError::fail(format!("{wrong:?}")))?;
        let wrong = |text: &str, is_sealed: bool| {
            let (value, ways) = valued(text, shape);
            let value = read("value.yaml", &value);
            let sealed = ways.into_iter().filter(|_| is_sealed).collect();
            let places = schema.judge(value.root().expect("a value"), &sealed);
            let is_unknown = places.iter().any(|place| place.unknown.is_some());
            let known = places.into_iter().filter(|place| place.unknown.is_none());
            (known.map(|place| (place.steps, place.at_key)).collect::<SortedSet<_>>(), is_unknown)
        };
        let (told, is_unknown) = wrong("xyz", true);
        for text in ["x", "xyz", "ab", "q1", "longer-than-most"] {
            let (there, _) = wrong(text, false);
            prop_assert!(told.is_subset(&there), "{text}: {told:?} of {there:?}");
            prop_assert!(is_unknown || told == there, "{text}: {told:?} and {there:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// No schema and no value panics, and equal ones are judged alike.
    #[test]
    fn whatever_is_asked_of_whatever_is_answered(schema in json(5), value in json(4)) {
        prop_assert_eq!(judged(&schema, &value), judged(&schema, &value));
    }
}
