//! The corpus of real files: nothing panics, every span is true, and what is found in the sets was reviewed.
//!
//! The corpus is not part of the repository. What is kept here is our own output only.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed expectation is a failed test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use paritygate::report::{Finding, Severity, State};
use paritygate::{Diagnostic, Files, FingerprintKey, Location, Plan, Source, Supplied, Timestamp, document};
use paritygate_tests::check::{Answer, check_plan};
use paritygate_tests::{diff, files_below, here, relative, repository};

/// How many findings above information a set may give without a written reason.
const WITHOUT_REASON: usize = 20;

/// The corpus' folder; `None` with a word on it where there is none.
fn corpus() -> Option<PathBuf> {
    let folder =
        std::env::var_os("PARITYGATE_CORPUS").map_or_else(|| repository().join("../shared/corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    // Not by `println!`, which a test that passes keeps to itself.
    let said = writeln!(
        std::io::stderr(),
        "corpus not found, skipped: set PARITYGATE_CORPUS (looked at {})",
        folder.display()
    );
    said.expect("stderr");
    None
}

fn key() -> FingerprintKey {
    FingerprintKey::from_bytes(*b"for the corpus test")
}

fn read(path: &Path, name: &str) -> Supplied {
    match std::fs::read(path) {
        Ok(bytes) => Supplied::Text(document::decode(name, &bytes).0),
        Err(_) => Supplied::Absent,
    }
}

/// The location lies inside its text, on the borders of characters.
fn assert_inside(at: &Location, what: &str) {
    let (text, span) = (at.source.text(), at.span);
    let inside = span.start <= span.end && text.get(span.start as usize..span.end as usize).is_some();
    assert!(inside, "{what}: {span:?} is not inside {} ({} bytes)", at.source.name(), text.len());
}

fn assert_diagnostics(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let related = diagnostic.related.iter().map(|(at, _)| at);
        for at in diagnostic.location.iter().chain(related) {
            assert_inside(at, &diagnostic.message);
        }
    }
    // Rendering walks excerpts and masks of every one of them.
    paritygate::output::diagnostics(diagnostics, &paritygate::output::Style::default());
}

fn assert_tree(tree: &paritygate::Document) {
    fn walk(node: paritygate::Node<'_>) {
        if let Some(at) = node.location() {
            assert_inside(&at, node.kind_word());
        }
        node.entries().for_each(|(key, _, value)| {
            if let Some(at) = node.key_location(key) {
                assert_inside(&at, key);
            }
            walk(value);
        });
        node.items().for_each(walk);
    }
    tree.roots().for_each(walk);
}

#[test]
fn every_document_reads_with_true_spans() {
    let Some(corpus) = corpus() else { return };
    let mut read = 0;
    for path in files_below(&corpus) {
        let name = relative(&path, &corpus);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if !["yaml", "yml", "json"].contains(&ending) {
            continue;
        }
        let (source, diagnostics) = document::decode(&name, &std::fs::read(&path).expect("readable"));
        assert_diagnostics(&diagnostics);
        let (document, diagnostics) = document::read(&source);
        assert_diagnostics(&diagnostics);
        assert_tree(&document);
        read += 1;
    }
    assert!(read > 500, "only {read} documents: is this the corpus?");
}

/// A plan of one environment from one file.
fn lone(format: &str, path: &str) -> Plan {
    let manifest = format!("environments: {{ production: {{ sources: [{{ from: {format}, path: {path:?} }}] }} }}\n");
    let plan = Plan::of_manifest(&document::read(&Source::new("paritygate.yaml", manifest)).0);
    assert!(plan.diagnostics.is_empty(), "{:?}", plan.diagnostics);
    plan
}

#[test]
fn every_environment_reads_with_true_spans() {
    let Some(corpus) = corpus() else { return };
    let folders = [("ansible-facts", "ansible-facts"), ("env", "dotenv"), ("compose", "compose"), ("swarm", "compose")];
    for (folder, format) in folders {
        for path in files_below(&corpus.join(folder)) {
            let name = relative(&path, &corpus);
            let is_compose = name.ends_with(".yml") || name.ends_with(".yaml") || name.ends_with(".example");
            if format == "compose" && !is_compose {
                continue;
            }
            let supply = |path: &str| read(&corpus.join(path), path);
            let answer = check_plan(lone(format, &name), Files::new(), &supply, &key(), Timestamp::UNIX_EPOCH, &[]);
            assert_diagnostics(&answer.diagnostics);
            assert!(answer.environments.iter().all(|environment| !environment.tree.is_empty()), "{name}");
            answer.everything();
        }
    }
}

/// A set: files of one project that describe several environments.
struct Set {
    name: String,
    /// Its folder in the corpus.
    root: String,
    /// The manifest, where the files' names don't tell their environments.
    manifest: Option<String>,
    /// Why it may give many findings.
    reason: Option<String>,
}

fn sets() -> Vec<Set> {
    let path = here().join("corpus/sets.yaml");
    let (document, diagnostics) =
        document::read(&Source::new("sets.yaml", std::fs::read_to_string(path).expect("sets.yaml")));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let root = document.root().expect("sets");
    let of = |(name, _, set): (&str, paritygate::Span, paritygate::Node<'_>)| {
        for (field, ..) in set.entries() {
            assert!(["root", "about", "manifest", "reason"].contains(&field), "{name}: unknown field `{field}`");
        }
        let text = |field: &str| set.get(field).and_then(|node| node.as_str()).map(str::to_owned);
        Set {
            name: name.to_owned(),
            root: text("root").expect("root"),
            manifest: text("manifest"),
            reason: text("reason"),
        }
    };
    root.entries().map(of).collect()
}

fn answer(set: &Set, corpus: &Path) -> Answer {
    let root = corpus.join(&set.root);
    let plan = if let Some(manifest) = &set.manifest {
        Plan::of_manifest(&document::read(&Source::new("paritygate.yaml", manifest.as_str())).0)
    } else {
        let names: Vec<String> = files_below(&root).iter().map(|path| relative(path, &root)).collect();
        paritygate::discover::discover(names.iter().map(String::as_str))
    };
    check_plan(plan, Files::new(), &|path| read(&root.join(path), path), &key(), Timestamp::UNIX_EPOCH, &[])
}

/// Our own output, one line each: environments, what is wrong with the texts, findings with the places of their cells.
fn snapshot(answer: &Answer) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        let _infallible = writeln!(out, "{text}");
    };
    let layers = |layers: &[paritygate::plan::Layer]| {
        let shown = layers.iter().map(|layer| {
            let component = layer.request.component.as_ref().map_or(String::new(), |component| format!("{component}="));
            format!("{component}{}", layer.request.paths.join("+"))
        });
        shown.collect::<Vec<_>>().join(" ")
    };
    for planned in &answer.plan.environments {
        let found = answer.environments.iter().find(|environment| *environment.name == *planned.name);
        let tier = found.map_or("not read", |environment| environment.tier.word());
        line(format!("environment {} ({tier}): {}", planned.name, layers(&planned.layers)));
    }
    if !answer.plan.contract.is_empty() {
        line(format!("contract: {}", layers(&answer.plan.contract)));
    }
    for (path, reason) in &answer.plan.passed_over {
        line(format!("passed over: {path}: {reason}"));
    }
    for diagnostic in &answer.diagnostics {
        let place = diagnostic.location.as_ref().map_or(String::new(), |at| {
            let position = at.position();
            format!(" @ {}:{}:{}", at.source.name(), position.line, position.column)
        });
        line(format!("{} {}: {}{place}", diagnostic.level.word(), diagnostic.code, diagnostic.message));
    }
    line(format!("verdict: {}", answer.report.verdict.word()));
    for (reason, count) in &answer.report.summary.unknown {
        line(format!("unknown, {count}: {reason}"));
    }
    for finding in &answer.report.findings {
        let cells = finding.cells.0.iter().map(|(name, cell)| {
            let place =
                cell.source.as_ref().map_or(String::new(), |at| format!(" {}:{}:{}", at.document, at.line, at.column));
            let masked = cell.masked.map_or(String::new(), |why| format!(" ({why})"));
            format!("{name} {}{masked}{place}", cell.state.word())
        });
        let cells = cells.collect::<Vec<_>>().join(", ");
        line(format!("{} {} {}: {} @ {cells}", finding.severity.word(), finding.rule, finding.path, finding.message));
    }
    out
}

/// Where the place of a variable's cell opens, there stands the variable or its value.
fn assert_places(set: &Set, finding: &Finding, sources: &BTreeMap<String, String>) {
    let fields = ["valueType", "valueClass"];
    let Some((_, rest)) = finding.path.split_once("variables.") else { return };
    let key =
        rest.rsplit_once('.').filter(|(_, last)| fields.contains(last)).map_or(rest, |(key, _)| key).trim_matches('"');
    for (name, cell) in &finding.cells.0 {
        let Some(place) = &cell.source else { continue };
        let text =
            sources.get(&*place.document).unwrap_or_else(|| panic!("{}: no document {}", set.name, place.document));
        let line = text.lines().nth(place.line as usize - 1).unwrap_or_default();
        let value = cell.value.as_deref().unwrap_or_default();
        // An alias' value stands at its anchor: there the excerpt's highlight is the value itself.
        let excerpt = place.excerpt.get();
        let shown = excerpt.text.get(excerpt.highlight).unwrap_or_default();
        let is_there = line.contains(key)
            || !value.is_empty() && line.contains(value)
            || (cell.masked.is_some() || key.len() < rest.len()) && shown.contains("****");
        assert!(is_there, "{}: {} in {name}: {}:{} is `{line}`", set.name, finding.path, place.document, place.line);
    }
}

/// What is said to be missing stands in none of the `.env` texts of its environment, however it could be written.
fn assert_missing(set: &Set, finding: &Finding, answer: &Answer) {
    let Some(key) = finding.path.strip_prefix("variables.").filter(|key| !key.contains('.')) else { return };
    for (name, _) in finding.cells.0.iter().filter(|(_, cell)| cell.state == State::Missing) {
        let environment =
            answer.environments.iter().find(|environment| environment.name == *name).expect("an environment");
        for source in environment.tree.sources() {
            let sets = source.text().lines().find(|line| {
                let line = line.trim_start();
                let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
                line.strip_prefix(key)
                    .is_some_and(|rest| rest.trim_start().is_empty() || rest.trim_start().starts_with(['=', ':']))
            });
            assert!(sets.is_none(), "{}: `{key}` is not missing in {name}: {}", set.name, source.name());
        }
    }
}

#[test]
fn the_sets_find_what_was_reviewed() {
    let Some(corpus) = corpus() else { return };
    let folder = here().join("corpus/snapshots");
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let (sets, mut wrong) = (sets(), Vec::new());
    for set in &sets {
        let answer = answer(set, &corpus);
        assert_diagnostics(&answer.diagnostics);
        answer.everything();
        let sources = answer.environments.iter().flat_map(|environment| environment.tree.sources());
        let sources: BTreeMap<String, String> =
            sources.map(|source| (source.name().to_string(), source.text().to_owned())).collect();
        for finding in &answer.report.findings {
            assert_places(set, finding, &sources);
            assert_missing(set, finding, &answer);
        }
        let loud = answer.report.findings.iter().filter(|finding| finding.severity > Severity::Info).count();
        if loud > WITHOUT_REASON && set.reason.is_none() {
            wrong.push(format!("{}: {loud} findings above information and no `reason` in sets.yaml", set.name));
        }
        let path = folder.join(format!("{}.txt", set.name));
        let actual = snapshot(&answer);
        if update {
            std::fs::create_dir_all(&folder).expect("made");
            std::fs::write(&path, &actual).expect("written");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        wrong.extend(diff::diff(&expected, &actual).map(|difference| format!("{}\n{difference}", set.name)));
    }
    for path in files_below(&folder) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(sets.iter().any(|set| set.name == name), "{name}.txt belongs to no set");
    }
    assert!(wrong.is_empty(), "UPDATE_SNAPSHOTS=1 accepts after a review\n\n{}\n", wrong.join("\n\n"));
}

/// The names in the corpus' `.env` files that are masked, with the reason, and those that are not. No values.
#[test]
fn the_list_of_secrets_was_reviewed() {
    let Some(corpus) = corpus() else { return };
    let mut actual = String::new();
    for path in files_below(&corpus).into_iter().filter(|path| is_dotenv(&relative(path, &corpus))) {
        let name = relative(&path, &corpus);
        let answer = check_plan(
            lone("dotenv", &name),
            Files::new(),
            &|path| read(&corpus.join(path), path),
            &key(),
            Timestamp::UNIX_EPOCH,
            &[],
        );
        let mut masked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut plain = Vec::new();
        let variables = answer.environments.iter().filter_map(|environment| environment.root().get("variables"));
        for (key, _, node) in variables.flat_map(|variables| variables.entries().collect::<Vec<_>>()) {
            let paritygate::Value::Variable(variable) = node.value() else { continue };
            match node.tree().node(variable.value).value() {
                paritygate::Value::Secret(secret) => masked.entry(secret.reason.words()).or_default().push(key),
                paritygate::Value::Unresolved(_) if variable.secret => {
                    masked.entry("not known, secret").or_default().push(key);
                }
                paritygate::Value::Unresolved(_) => masked.entry("not known").or_default().push(key),
                paritygate::Value::String("") | paritygate::Value::Null if variable.secret => {
                    masked.entry("empty, secret by name").or_default().push(key);
                }
                _ => plain.push(key),
            }
        }
        let _infallible = writeln!(actual, "{name}");
        for (why, names) in masked {
            let _infallible = writeln!(actual, "  {why}: {}", names.join(" "));
        }
        if !plain.is_empty() {
            let _infallible = writeln!(actual, "  plain: {}", plain.join(" "));
        }
    }
    let path = here().join("corpus/secrets.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &actual).expect("written");
    }
    let difference = diff::diff(&std::fs::read_to_string(&path).unwrap_or_default(), &actual);
    assert!(difference.is_none(), "UPDATE_SNAPSHOTS=1 accepts after a review\n{}", difference.unwrap_or_default());
}

fn is_dotenv(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("env/") || name.ends_with(".env") || name.starts_with(".env")
}
