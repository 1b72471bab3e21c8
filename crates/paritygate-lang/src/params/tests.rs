//! Tests of typed parameters.

use std::fmt::Debug;

use expect_test::{Expect, expect};
use paritygate_model::read::{self, Read, Reader};
use paritygate_model::{Location, SortedMap, Span};

use super::from_node;
use crate::testing::{lines, yaml};

/// Reads the value at `params` and compares what came out with `expected`: a value or diagnostics.
#[track_caller]
fn check<T: Read + Debug>(text: &str, expected: Expect) {
    let document = yaml(text);
    let whole = Location::new(&document.source, Span::new(0, 0));
    let node = document.root().and_then(|root| root.get("params"));
    match from_node::<T>(node, &whole) {
        Ok(value) => expected.assert_eq(&format!("{value:?}")),
        Err(diagnostics) => expected.assert_eq(&lines(&diagnostics)),
    }
}

#[derive(Debug, Read)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read by `Debug`")]
struct Tolerance {
    level: Level,
    #[serde(default)]
    ignore_missing: bool,
    max: Option<u8>,
    ratio: Option<f64>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    by: SortedMap<String, Bound>,
}

#[derive(Debug, Read, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
enum Level {
    Major,
    Minor,
    PatchOnly,
}

#[derive(Debug, Read)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read by `Debug`")]
struct Bound {
    from: String,
    to: String,
    note: Option<String>,
}

#[derive(Debug, Read)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read by `Debug`")]
enum Shape {
    Any,
    AtLeast(u32),
    Between(i32, i32),
    Window { start: String, end: String },
    Not(Box<Shape>),
}

#[test]
fn good_parameters_are_read() {
    check::<Tolerance>(
        "params: { level: patchOnly, ignoreMissing: true, max: 255, ratio: 1, names: [a, 3.10, \"7\"], by: { x: { from: 1.10, to: b } } }",
        expect![[
            r#"Tolerance { level: PatchOnly, ignore_missing: true, max: Some(255), ratio: Some(1.0), names: ["a", "3.10", "7"], by: {"x": Bound { from: "1.10", to: "b", note: None }} }"#
        ]],
    );
    check::<Tolerance>(
        "params: { level: major, max: }",
        expect![[r#"Tolerance { level: Major, ignore_missing: false, max: None, ratio: None, names: [], by: {} }"#]],
    );
    check::<Vec<Shape>>(
        "params: [any, { atLeast: 3 }, { between: [1, 2] }, { window: { start: a, end: b } }, { not: any }]",
        expect![[r#"[Any, AtLeast(3), Between(1, 2), Window { start: "a", end: "b" }, Not(Any)]"#]],
    );
    check::<SortedMap<u16, Option<Level>>>("params: { 80: minor, 443: }", expect!["{80: Some(Minor), 443: None}"]);
    check::<SortedMap<Level, u64>>("params: { minor: 18446744073709551615 }", expect!["{Minor: 18446744073709551615}"]);
}

#[test]
fn absent_parameters_are_an_empty_map() {
    #[derive(Debug, Default, Read)]
    #[serde(default)]
    struct Optional {
        level: Option<Level>,
    }
    #[derive(Debug, Read)]
    struct None {}
    #[derive(Debug, Read)]
    struct Unit;
    for text in ["x: 1", "params:", "params: {}"] {
        check::<Optional>(text, expect!["Optional { level: None }"]);
        check::<None>(text, expect!["None"]);
        check::<Unit>(text, expect!["Unit"]);
    }
    check::<None>(
        "params: { x: 1 }",
        expect![[r#"
        1:11 unknown field `x` (remove it: nothing can be given here)
    "#]],
    );
    check::<Unit>(
        "params: { x: 1 }",
        expect![[r#"
        1:11 unknown field `x` (remove it: nothing can be given here)
    "#]],
    );
    check::<Tolerance>(
        "x: 1",
        expect![[r#"
        1:1 missing parameter `level`
    "#]],
    );
}

#[test]
fn every_mistake_is_told_in_one_run() {
    check::<Tolerance>(
        "params:
  levl: minor
  ignoreMissing: 'true'
  max: 256
  ratio: '0.5'
  names: [a, [b], true, { c: d }]
  by:
    x: { from: a, tow: b }
    y: { nte: c }
    z: 7
    w: {}
  extra: 1
",
        expect![[r#"
            2:3 unknown field `levl` (did you mean `level`?)
            3:18 expected a boolean, found a text (remove the quotes)
            4:8 expected a whole number from 0 to 255, found `256`
            5:10 expected a number, found a text (remove the quotes)
            6:14 expected a text, found a list
            6:19 expected a text, found a boolean (put it in quotes)
            6:25 expected a text, found a map
            8:19 unknown field `tow` (did you mean `to`?)
            9:8 missing parameter `from`
            9:8 missing parameter `to`
            9:10 unknown field `nte` (did you mean `note`?)
            10:8 expected a map, found a number
            11:8 missing parameter `from`
            11:8 missing parameter `to`
            12:3 unknown field `extra` (known here: `by`, `ignoreMissing`, `level`, `max`, `names`, `ratio`)
        "#]],
    );
}

#[test]
fn words_are_suggested() {
    check::<Tolerance>(
        "params: { level: minr }",
        expect![[r#"
        1:18 unknown word `minr` (did you mean `minor`?)
    "#]],
    );
    check::<Tolerance>(
        "params: { level: [minor] }",
        expect![[r#"
        1:18 expected one of `major`, `minor`, `patchOnly`, found a list
    "#]],
    );
    check::<Vec<Shape>>(
        "params: [anny, { any: 1 }, atLeast, { atLeast: x }, { between: [1] }, { between: [1, b] }, { window: { start: a } }, { not: { nott: any } }, {}, { any: , not: any }]",
        expect![[r#"
            1:10 unknown word `anny` (did you mean `any`?)
            1:23 `any` takes no value
            1:28 `atLeast` needs a value
            1:48 expected a whole number, found a text
            1:64 expected a list of 2, found one of 1
            1:86 expected a whole number, found a text
            1:102 missing parameter `end`
            1:125 unknown word `nott` (did you mean `not`?)
            1:142 expected one of `any`, `atLeast`, `between`, `window`, `not` as the only key, found 0 keys
            1:146 expected one of `any`, `atLeast`, `between`, `window`, `not` as the only key, found 2 keys
        "#]],
    );
    check::<SortedMap<Level, bool>>(
        "params: { minor: true, mayor: true, major: 1 }",
        expect![[r#"
        1:24 unknown word `mayor` (did you mean `major`?)
        1:44 expected a boolean, found a number
    "#]],
    );
    check::<SortedMap<u16, bool>>(
        "params: { 80: true, http: true, 99999: true }",
        expect![[r#"
        1:21 expected a whole number, found `http`
        1:33 expected a whole number from 0 to 65535, found `99999`
    "#]],
    );
}

#[test]
fn numbers_are_whole_or_not() {
    check::<Vec<i8>>(
        "params: [1, -128, 127, 128, 1.5, 1e2, x, '1', -1e300]",
        expect![[r#"
        1:24 expected a whole number from -128 to 127, found `128`
        1:29 expected a whole number, found `1.5`
        1:39 expected a whole number, found a text
        1:42 expected a whole number, found a text (remove the quotes)
        1:47 expected a whole number, found `-1e300`
    "#]],
    );
    check::<Vec<u32>>(
        "params: [-1]",
        expect![[r#"
        1:10 expected a whole number, not below zero, found `-1`
    "#]],
    );
}

/// What a type says of its values together is not asked where one of them is passed over.
#[derive(Debug)]
#[expect(dead_code, reason = "read by `Debug`")]
struct Range {
    min: i64,
    max: i64,
}

#[derive(Read)]
struct RawRange {
    #[serde(default)]
    min: i64,
    #[serde(default)]
    max: i64,
}

impl Read for Range {
    fn read(reader: &Reader<'_>) -> Self {
        let raw: Option<RawRange> = reader.sound();
        if raw.as_ref().is_some_and(|raw| raw.min >= raw.max) {
            reader.wrong("bad-value", "`min` is not below `max`".to_owned(), None);
        }
        raw.map_or(Self { min: 0, max: 0 }, |raw| Self { min: raw.min, max: raw.max })
    }
}

#[test]
fn types_may_judge_their_values_together() {
    check::<Vec<Range>>("params: [{ min: 1, max: 2 }]", expect!["[Range { min: 1, max: 2 }]"]);
    check::<Vec<Range>>(
        "params: [{ min: 3, max: 2 }, { min: 3, max: x }, { min: 3, mx: 4 }, { min: 4, max: 4 }]",
        expect![[r#"
        1:10 `min` is not below `max`
        1:45 expected a whole number, found a text
        1:60 unknown field `mx` (did you mean `max`?)
        1:69 `min` is not below `max`
    "#]],
    );
}

#[test]
fn secrets_are_not_shown_by_mistakes_of_type() {
    check::<Vec<u8>>(
        "params: [hunter2]",
        expect![[r#"
        1:10 expected a whole number, found a text
    "#]],
    );
}

#[test]
fn reads_are_bounded() {
    let document = yaml(&format!("params: [{}]", "x, ".repeat(1_000)));
    let whole = Location::new(&document.source, Span::new(0, 0));
    let node = document.root().and_then(|root| root.get("params"));
    let diagnostics = from_node::<Vec<u8>>(node, &whole).expect_err("no numbers");
    assert_eq!(diagnostics.len(), read::MAX_MISTAKES);
}
