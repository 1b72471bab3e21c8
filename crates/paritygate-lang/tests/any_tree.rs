//! No tree, however odd, makes a front end panic, hang, or point outside of its text.

use std::sync::Arc;

use paritygate_lang::{Selector, Template, params, policy, project};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Document, Location, NodeId, SortedMap, Source, Span, TreeBuilder, path};

/// A generator of numbers, the same on every host (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.below(words.len())).copied().unwrap_or_default()
    }
}

const KEYS: &[&str] = &[
    "policy",
    "rules",
    "defaults",
    "gates",
    "id",
    "kind",
    "select",
    "environments",
    "severity",
    "onUnknown",
    "mode",
    "params",
    "message",
    "why",
    "fix",
    "reference",
    "contract",
    "policies",
    "secrets",
    "plain",
    "expected",
    "waivers",
    "neverWaive",
    "pipeline",
    "stages",
    "sources",
    "path",
    "paths",
    "from",
    "tier",
    "order",
    "rule",
    "relation",
    "reason",
    "max",
    "owner",
    "expiresAt",
    "cells",
    "staging",
    "default",
    "",
    "é",
    "rulse",
    "one",
    "two",
    "three",
];
const TEXTS: &[&str] = &[
    "",
    "a",
    "all",
    "error",
    "variables.*",
    "a.{b,c}",
    "a.{b",
    "**",
    "{key}",
    "{kye",
    "}",
    "differs",
    "ratio >= 1",
    "ratio ≥",
    "matches é*",
    "2026-12-31",
    "2026-12-31é",
    "2026-12-31T00:00:00Z",
    "ü",
    "\"",
    "'",
    "\\",
    "one",
    "true",
    "1",
];
const NUMBERS: &[&str] = &["0", "1", "-1", "1.5", "1e400", "0x", "99999999999999999999999999999999999999999", "+", "x"];
const TEXT: &str = "é: some text\nthat spans [point] into: ünd more\n";

fn tree(numbers: &mut Numbers, builder: &mut TreeBuilder, depth: usize) -> NodeId {
    let start = numbers.below(TEXT.len() + 1) as u32;
    let span = Span::new(start, start + numbers.below(TEXT.len() + 1 - start as usize) as u32);
    match numbers.below(if depth == 0 { 5 } else { 14 }) {
        0 => builder.null(span),
        1 => {
            let value = numbers.below(2) == 0;
            builder.bool(span, value)
        }
        2 => {
            let text = builder.text(numbers.pick(NUMBERS));
            builder.number(span, text)
        }
        3 => {
            let text = builder.text(numbers.pick(TEXTS));
            builder.string(span, text, numbers.below(2) == 0)
        }
        4 => builder.unresolved(span, "template"),
        5..=7 => {
            let mark = builder.begin_sequence();
            let items: Vec<NodeId> = (0..numbers.below(4)).map(|_| tree(numbers, builder, depth - 1)).collect();
            for item in items {
                builder.item(item);
            }
            builder.end_sequence(mark, span)
        }
        _ => {
            let mark = builder.begin_map();
            for _ in 0..numbers.below(9) {
                let value = tree(numbers, builder, depth - 1);
                let key = builder.text(numbers.pick(KEYS));
                builder.entry(key, span, value);
            }
            builder.end_map(mark, span)
        }
    }
}

fn inside(diagnostics: &[Diagnostic]) {
    for at in diagnostics.iter().filter_map(|diagnostic| diagnostic.location.as_ref()) {
        let (start, end) = (at.span.start as usize, at.span.end as usize);
        assert!(start <= end && end <= TEXT.len());
        at.source.excerpt(at.span);
    }
}

#[derive(Read)]
#[allow(dead_code, reason = "only read into")]
#[serde(rename_all = "camelCase")]
struct Params {
    id: String,
    kind: Option<Word>,
    select: Vec<Params>,
    #[serde(default)]
    environments: SortedMap<Word, Vec<u8>>,
    order: i64,
    max: u8,
    path: Option<Box<Params>>,
    relation: SortedMap<String, bool>,
}

#[derive(Read, PartialEq, Eq, PartialOrd, Ord)]
#[allow(dead_code, reason = "only read into")]
#[serde(rename_all = "camelCase")]
enum Word {
    Not(Box<Word>),
    One,
    Two(u8),
    Three { id: String, rules: Vec<String> },
}

#[derive(Read)]
#[allow(dead_code, reason = "only read into")]
struct Flat {
    id: String,
    rules: Vec<Word>,
    params: SortedMap<String, Flat>,
    path: Word,
    mode: Option<Box<Flat>>,
}

#[test]
fn front_ends_take_any_tree() {
    for seed in 0..1_500 {
        let mut numbers = Numbers(seed);
        let source = Source::new("any.yaml", TEXT);
        let mut builder = TreeBuilder::new(&source);
        let roots: Vec<NodeId> = (0..numbers.below(3)).map(|_| tree(&mut numbers, &mut builder, 5)).collect();
        let document = Arc::new(Document { source: Arc::clone(&source), tree: builder.finish(), roots });
        let whole = Location::new(&source, Span::new(0, 1));
        inside(&params::from_node::<Params>(document.root(), &whole).err().unwrap_or_default());
        inside(&params::from_node::<Flat>(document.root(), &whole).err().unwrap_or_default());
        inside(&params::from_node::<Vec<Word>>(document.root(), &whole).err().unwrap_or_default());
        inside(&project::lower(&document).1);
        inside(&policy::lower(document).1);
    }
}

const SIGNS: &[&str] = &["*", "**", ".", "{", "}", ",", "\"", "'", "\\", " ", "a", "é", "key", "reference.value", "{{"];

#[test]
fn patterns_take_any_text() {
    for seed in 0..5_000 {
        let mut numbers = Numbers(seed);
        let text: String = (0..numbers.below(12)).map(|_| numbers.pick(SIGNS)).collect();
        match Selector::parse(&text) {
            Ok(selector) => assert_eq!(selector.text, text),
            Err(error) => assert!(text.get(error.at.clone()).is_some(), "{text}: {error:?}"),
        }
        for error in Template::parse(&text).err().unwrap_or_default() {
            assert!(text.get(error.at.clone()).is_some(), "{text}: {error:?}");
        }
    }
}

#[test]
fn a_path_selects_itself_only() {
    for seed in 0..5_000 {
        let mut numbers = Numbers(seed);
        let mut key = || -> String { (0..numbers.below(4)).map(|_| numbers.pick(SIGNS)).collect() };
        let path = [key(), key(), key()];
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let selector = Selector::parse(&path::join(path.iter().copied())).expect("a path is a selector");
        assert!(selector.is_literal() && selector.matches(&path), "{path:?}");
        assert!(!selector.matches(&path[1..]) && !selector.matches(&[path[0], path[1], "other"]), "{path:?}");
    }
}
