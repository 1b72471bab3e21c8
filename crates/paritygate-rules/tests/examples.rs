//! Every example in every kind's manual is run: a manual that is wrong fails here.

#![expect(clippy::expect_used, reason = "a failed expectation is a failed test")]

mod fenced;

use std::sync::Arc;

use paritygate_eval::zones::Zones;
use paritygate_eval::{Beside, CheckRequest, Engine, Exceptions};
use paritygate_import::{Context, Files, Named, document, formats};
use paritygate_lang::policy::{EnvironmentRef, Mode, OnUnknown, Policy, Rule, SeverityBy};
use paritygate_lang::{Selector, Spanned};
use paritygate_model::report::Status;
use paritygate_model::{
    Diagnostic, Document, Environment, FingerprintKey, Location, Node, SecretTable, Source, Timestamp, View, limits,
};

use fenced::examples;

fn selectors(node: Node<'_>) -> Vec<Spanned<Selector>> {
    let texts: Vec<&str> = node.as_str().into_iter().chain(node.items().filter_map(Node::as_str)).collect();
    texts
        .into_iter()
        .map(|text| Spanned { value: Selector::parse(text).expect("selector"), at: node.location() })
        .collect()
}

/// How an example ended, and what was said.
struct Ended {
    status: &'static str,
    messages: Vec<String>,
    notes: Vec<String>,
    help: Vec<String>,
}

impl Ended {
    fn rejected(diagnostics: Vec<Diagnostic>) -> Self {
        let (mut messages, mut notes, mut help) = (Vec::new(), Vec::new(), Vec::new());
        for diagnostic in diagnostics {
            messages.push(diagnostic.message.clone());
            notes.extend(diagnostic.notes.iter().map(ToString::to_string));
            help.extend(diagnostic.help.clone());
        }
        Self { status: "rejected", messages, notes, help }
    }
}

fn run(kind: &str, text: &str) -> Ended {
    let source = Source::new(kind, text);
    let read = || {
        let (document, diagnostics) = document::read(&source);
        assert!(diagnostics.is_empty(), "{kind}: {diagnostics:?}\n{text}");
        document
    };
    let document = Arc::new(read());
    let root = document.root().expect("an example");
    let at = Location::new(&source, root.span());
    let named = |node: Node<'_>| node.scalar_text().map(|name| EnvironmentRef::Name(name.to_owned()));
    let rule = Rule {
        id: "example".into(),
        at: at.clone(),
        kind: Spanned { value: kind.to_owned(), at: None },
        select: root.get("select").map(selectors),
        except: Vec::new(),
        environments: root
            .get("only")
            .into_iter()
            .flat_map(Node::items)
            .filter_map(named)
            .map(|value| Spanned { value, at: None })
            .collect(),
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
        return Ended::rejected(diagnostics);
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
    let status = match worst {
        None => "pass",
        Some(Status::Unknown) => "unknown",
        Some(_) => "fail",
    };
    let (mut messages, mut notes, mut help) = (Vec::new(), Vec::new(), Vec::new());
    for finding in report.findings {
        messages.push(finding.message);
        notes.extend(finding.notes.iter().map(ToString::to_string));
        help.extend(finding.help);
    }
    Ended { status, messages, notes, help }
}

/// The field of an example that describes the contract, and the contract's name.
const CONTRACT: &str = "contract";

/// The environments of an example, and its contract. With `then`, each stands in two views: what it was and what it is.
fn environments(document: Document, context: &Context<'_>) -> Vec<Environment> {
    let listed: Vec<(String, &str, _)> = {
        let root = document.root().expect("an example");
        let of = |field| root.get(field).into_iter().flat_map(Node::entries).map(move |entry| (field, entry));
        let all = of("then").chain(of("environments"));
        let contract = root.get(CONTRACT).map(|node| (CONTRACT.to_owned(), CONTRACT, node.id()));
        all.map(|(field, (name, _, node))| (name.to_owned(), field, node.id())).chain(contract).collect()
    };
    let has_views = listed.iter().any(|(_, field, _)| *field == "then");
    let roots: Vec<_> = listed.iter().map(|(.., root)| *root).collect();
    let mut diagnostics = Vec::new();
    let described = formats::environment::describe(document, &roots, context, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let one = |((name, field, _), description): (&(String, &str, _), _)| {
        let named = Named { name, ..Named::default() };
        let environment = named.environment(description, Vec::new(), context.key);
        let environment = Environment { contract: *field == CONTRACT, ..environment };
        match (has_views, *field == "then") {
            (false, _) => environment,
            (true, then) => environment.viewed(if then { View::Then } else { View::Now }),
        }
    };
    listed.iter().zip(described).map(one).collect()
}

/// Runs the examples of a text: how each should end. What is wrong is added to `failed`.
fn check(kind: &str, text: &str, failed: &mut Vec<String>) -> Vec<String> {
    let mut seen = Vec::new();
    for example in &examples(text) {
        let (document, _) = document::read(&Source::new(kind, example.as_str()));
        let root = document.root().expect("an example");
        let texts = |key: &str| -> Option<Vec<String>> {
            let node = root.get(key)?;
            let texts = node.scalar_text().into_iter().chain(node.items().filter_map(Node::scalar_text));
            Some(texts.map(str::to_owned).collect())
        };
        let expect = texts("expect").unwrap_or_default().concat();
        let ended = run(kind, example);
        if ended.status != expect {
            failed.push(format!("{kind}: expected {expect}, got {}: {:?}\n{example}", ended.status, ended.messages));
        }
        // One of several messages is enough; notes and help are told whole.
        let messages = texts("message").unwrap_or_default();
        if let Some(message) = messages.into_iter().find(|message| !ended.messages.contains(message)) {
            let got = ended.messages.join("\n  ");
            failed.push(format!("{kind}: expected\n  {message}\ngot\n  {got}\n{example}"));
        }
        for (field, got) in [("notes", ended.notes), ("help", ended.help)] {
            if let Some(expected) = texts(field).filter(|expected| *expected != got) {
                failed.push(format!("{kind}: expected {field} {expected:?}, got {got:?}\n{example}"));
            }
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
#[test]
fn the_edges_hold() {
    fenced::the_edges_hold("edges", |kind| paritygate_rules::find(kind).is_some(), check);
}

#[test]
fn bounds_are_exact() {
    let most = limits::MAX_COUNTERPARTS;
    let balancers =
        |count: usize| -> String { (0..count).map(|at| format!("b{at}: {{ idleTimeoutSeconds: 60 }}, ")).collect() };
    for (kind, expected, example) in [
        ("intra-relation", "pass", relation_to(&balancers(most))),
        ("intra-relation", "unknown", relation_to(&balancers(most + 1))),
        ("matches", "fail", pattern_of(limits::MAX_REGEX_BYTES)),
        ("matches", "rejected", pattern_of(limits::MAX_REGEX_BYTES + 1)),
    ] {
        let ended = run(kind, &example);
        assert_eq!(ended.status, expected, "{:?}", ended.messages);
    }
}

fn relation_to(balancers: &str) -> String {
    format!(
        "select: workloads.*.keepAliveSeconds\n\
         params: {{ op: '>', right: network.loadBalancers.*.idleTimeoutSeconds }}\n\
         environments: {{ production: {{ workloads: {{ api: {{ keepAliveSeconds: 65 }} }}, \
         network: {{ loadBalancers: {{ {balancers} }} }} }} }}\n"
    )
}

fn pattern_of(bytes: usize) -> String {
    let pattern = "a".repeat(bytes);
    format!(
        "select: variables.A\nparams: {{ pattern: {pattern} }}\n\
         environments: {{ production: {{ variables: {{ A: b }} }} }}\n"
    )
}

#[test]
fn the_catalogue_is_sorted() {
    assert!(paritygate_rules::all().is_sorted_by(|a, b| a.name < b.name));
    for entry in paritygate_rules::all() {
        assert_eq!(paritygate_rules::find(entry.name).map(|found| found.name), Some(entry.name));
    }
}
