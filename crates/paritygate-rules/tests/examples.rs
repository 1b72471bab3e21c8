//! Every example in every kind's manual is run: a manual that is wrong fails here.

#![expect(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::sync::Arc;

use paritygate_eval::zones::Zones;
use paritygate_eval::{Beside, CheckRequest, Engine, Exceptions};
use paritygate_import::{Context, Files, Named, document, formats};
use paritygate_lang::policy::{Mode, OnUnknown, Policy, Rule, SeverityBy};
use paritygate_lang::{Selector, Spanned};
use paritygate_model::report::Status;
use paritygate_model::{Document, Environment, FingerprintKey, Location, Node, SecretTable, Source, Timestamp};

/// The fenced blocks of a manual.
fn examples(manual: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in manual.lines() {
        match (&mut open, line.trim_end()) {
            (None, "```example") => open = Some(String::new()),
            (Some(block), "```") => {
                blocks.push(std::mem::take(block));
                open = None;
            }
            (Some(block), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    assert!(open.is_none(), "an example is not closed");
    blocks
}

fn selectors(node: Node<'_>) -> Vec<Spanned<Selector>> {
    let texts: Vec<&str> = node.as_str().into_iter().chain(node.items().filter_map(Node::as_str)).collect();
    texts
        .into_iter()
        .map(|text| Spanned { value: Selector::parse(text).expect("selector"), at: node.location() })
        .collect()
}

/// Runs one example: how it ended, and the messages.
fn run(kind: &str, text: &str) -> (String, Vec<String>) {
    let source = Source::new(kind, text);
    let read = || {
        let (document, diagnostics) = document::read(&source);
        assert!(diagnostics.is_empty(), "{kind}: {diagnostics:?}\n{text}");
        document
    };
    let document = Arc::new(read());
    let root = document.root().expect("an example");
    let at = Location::new(&source, root.span());
    let rule = Rule {
        id: "example".into(),
        at: at.clone(),
        kind: Spanned { value: kind.to_owned(), at: None },
        select: root.get("select").map(selectors),
        except: Vec::new(),
        environments: Vec::new(),
        reference: None,
        severity: SeverityBy::default(),
        on_unknown: OnUnknown::Unknown,
        mode: Mode::Enforce,
        params: root.get("params").map(Node::id),
        message: None,
        why: None,
        fix: None,
    };
    let policy = Policy {
        id: "example".to_owned(),
        source: Arc::clone(&source),
        rules: vec![rule],
        gates: Vec::new(),
        break_glass: None,
        host_clock: None,
        document: Arc::clone(&document),
    };
    let (engine, diagnostics) =
        Engine::compile(vec![policy], paritygate_rules::CATALOGUE, &Zones::default(), &Beside::new());
    if !diagnostics.is_empty() {
        return ("rejected".to_owned(), diagnostics.into_iter().map(|diagnostic| diagnostic.message.clone()).collect());
    }
    let (files, key) = (Files::new(), FingerprintKey::from_bytes(*b"examples"));
    let context = Context { files: &files, secrets: SecretTable::builtin(), key: &key };
    let environments = environments(read(), &context);
    let now = root.get("now").and_then(Node::scalar_text).map(|now| now.parse().expect("an instant"));
    let request = CheckRequest {
        environments: &environments,
        now: now.unwrap_or(Timestamp::UNIX_EPOCH),
        references: &[],
        exceptions: Exceptions::default(),
        only: &[],
    };
    let (report, diagnostics) = engine.check(&request);
    assert!(diagnostics.is_empty(), "{kind}: {diagnostics:?}");
    assert!(report.summary.vacuous.is_empty(), "{kind}: the example meets nothing\n{text}");
    let worst = report.findings.iter().map(|finding| finding.status).max();
    let ended = match worst {
        None => "pass",
        Some(Status::Unknown) => "unknown",
        Some(_) => "fail",
    };
    (ended.to_owned(), report.findings.into_iter().map(|finding| finding.message).collect())
}

/// The field of an example that describes the contract, and the contract's name.
const CONTRACT: &str = "contract";

fn environments(document: Document, context: &Context<'_>) -> Vec<Environment> {
    let named: Vec<(String, _)> = {
        let root = document.root().expect("an example");
        let contract = root.get(CONTRACT).map(|node| (CONTRACT.to_owned(), node.id()));
        let listed = root.get("environments").expect("environments").entries();
        listed.map(|(name, _, node)| (name.to_owned(), node.id())).chain(contract).collect()
    };
    let roots: Vec<_> = named.iter().map(|(_, root)| *root).collect();
    let mut diagnostics = Vec::new();
    let described = formats::environment::describe(document, &roots, context, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let one = |((name, _), description): (&(String, _), _)| {
        let named = Named { name, ..Named::default() };
        let environment = named.environment(description, Vec::new(), context.key);
        Environment { contract: name == CONTRACT, ..environment }
    };
    named.iter().zip(described).map(one).collect()
}

/// Runs the examples of a text: how each should end. What is wrong is added to `failed`.
fn check(kind: &str, text: &str, failed: &mut Vec<String>) -> Vec<String> {
    let mut seen = Vec::new();
    for example in &examples(text) {
        let (document, _) = document::read(&Source::new(kind, example.as_str()));
        let text =
            |key: &str| document.root().and_then(|root| root.get(key)).and_then(Node::scalar_text).map(str::to_owned);
        let expect = text("expect").unwrap_or_default();
        let (ended, messages) = run(kind, example);
        if ended != expect {
            failed.push(format!("{kind}: expected {expect}, got {ended}: {messages:?}\n{example}"));
        }
        if let Some(message) = text("message")
            && !messages.contains(&message)
        {
            failed.push(format!("{kind}: expected\n  {message}\ngot\n  {}\n{example}", messages.join("\n  ")));
        }
        seen.push(expect);
    }
    seen
}

#[test]
fn every_example_holds() {
    let mut failed = Vec::new();
    for entry in paritygate_rules::all() {
        let seen = check(entry.name, entry.manual, &mut failed);
        for needed in ["pass", "fail"] {
            if !seen.iter().any(|expect| expect == needed) {
                failed.push(format!("{}: no example that ends in {needed}", entry.name));
            }
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

/// What a mistake in the code would change, and no user needs to read: a file per kind.
const EDGES: &[(&str, &str)] = &[
    ("at-least", include_str!("edges/at-least.md")),
    ("differ", include_str!("edges/differ.md")),
    ("one-of", include_str!("edges/one-of.md")),
    ("present", include_str!("edges/present.md")),
    ("ratio", include_str!("edges/ratio.md")),
    ("same", include_str!("edges/same.md")),
    ("same-artifact", include_str!("edges/same-artifact.md")),
    ("set-relation", include_str!("edges/set-relation.md")),
];

#[test]
fn the_edges_hold() {
    let mut failed = Vec::new();
    for (kind, text) in EDGES {
        assert!(paritygate_rules::find(kind).is_some(), "there is no kind `{kind}`");
        check(kind, text, &mut failed);
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

#[test]
fn the_catalogue_is_sorted() {
    assert!(paritygate_rules::all().is_sorted_by(|a, b| a.name < b.name));
}
