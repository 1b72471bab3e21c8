//! Schemas against values: what is said of which place.

use std::collections::BTreeSet;
use std::fmt::Write;

use expect_test::{Expect, expect};
use paritygate_import::document;
use paritygate_model::{Document, Source};

use super::JsonSchema;

fn read(name: &str, text: &str) -> Document {
    let (document, found) = document::read(&Source::new(name, text));
    assert!(found.is_empty(), "{name}: {found:?}");
    document
}

/// What a schema says of a value: its place, and the words.
fn judged(schema: &str, value: &str) -> String {
    let (schema, value) = (read("schema.yaml", schema), read("value.yaml", value));
    let mut out = String::new();
    let schema = match JsonSchema::compile(schema.root().expect("a schema")) {
        Ok(schema) => schema,
        Err(wrong) => {
            for wrong in wrong {
                let at = wrong.location.as_ref().expect("a place").position();
                let _infallible = writeln!(out, "{}:{} {}", at.line, at.column, wrong.message);
                wrong.help.iter().for_each(|help| out.push_str(&format!("  help: {help}\n")));
            }
            return out;
        }
    };
    let root = value.root().expect("a value");
    for place in schema.judge(root, &BTreeSet::new()) {
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
