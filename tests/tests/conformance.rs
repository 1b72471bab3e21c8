//! The conformance cases: every runtime answers them byte for byte alike. Here the façade, and the command line.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed expectation is a failed test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use paritygate::report::State;
use paritygate_tests::binary;
use paritygate_tests::case::{self, Case, Pairing};
use paritygate_tests::check::{Answer, check_case, decide};
use paritygate_tests::{diff, files_below, here, relative};

/// Cases that are known to fail, each with the reason. A case in this list must fail: when it passes, it leaves the list.
const KNOWN_FAILURES: &[(&str, &str)] = &[];
/// Those that fail on the command line alone.
const KNOWN_FAILURES_OF_CLI: &[(&str, &str)] = &[];
/// Cases whose canary is secret because of another environment. An import sees one environment, and can't know.
const PLAIN_ALONE: &[&str] =
    &["secrets/built-from-a-secret-elsewhere", "secrets/beside-a-secret-elsewhere", "secrets/secret-elsewhere"];

struct Found {
    name: String,
    folder: PathBuf,
    case: Case,
}

/// All cases, by name. A folder that holds something else than a case and its answer is a mistake.
fn cases() -> Vec<Found> {
    let root = here().join("conformance");
    let mut folders: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for file in files_below(&root) {
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        folders.entry(file.parent().expect("a folder").to_path_buf()).or_default().push(name);
    }
    let read = folders.into_iter().filter(|(folder, _)| *folder != root).map(|(folder, names)| {
        let name = relative(&folder, &root);
        assert!(name.split('/').count() == 2, "{name}: cases stand at conformance/<topic>/<case>");
        assert!(
            names.iter().all(|file| file == "case.yaml" || file == "answer.json"),
            "{name}: unknown file among {names:?}"
        );
        let text = std::fs::read_to_string(folder.join("case.yaml"))
            .unwrap_or_else(|_| panic!("{name}: an answer without a case"));
        let case = case::read(&name, &text).unwrap_or_else(|wrong| panic!("{wrong}")).remove(0);
        assert!(case.finds.is_none() && !case.files.is_empty(), "{name}: no files, or fields of another kind of case");
        Found { name, folder, case }
    });
    read.collect()
}

/// What every runtime prints for a case.
fn printed(case: &Case) -> String {
    if case.request.is_some() { decide(case).render("json") } else { answer(case).render("json") }
}

fn answer(case: &Case) -> Answer {
    check_case(case)
}

/// Fails with all differences at once, but for the known failures, which must differ.
fn compare(known: &[(&str, &str)], mut actual: impl FnMut(&Found) -> String) {
    let mut wrong = Vec::new();
    let cases = cases();
    for (name, _) in known {
        assert!(cases.iter().any(|case| case.name == *name), "`{name}` is listed as a known failure and is no case");
    }
    for found in &cases {
        let expected = std::fs::read_to_string(found.folder.join("answer.json"));
        let difference = match &expected {
            Ok(expected) => diff::diff(expected, &actual(found)),
            Err(_) => Some("    there is no answer.json (review and accept with UPDATE_CONFORMANCE=1)".to_owned()),
        };
        match (known.iter().find(|(name, _)| *name == found.name), difference) {
            (None, Some(difference)) => wrong.push(format!("{}\n{difference}", found.name)),
            (Some((_, reason)), None) => {
                wrong.push(format!("{}\n    passes now; it was known to fail: {reason}", found.name));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases differ\n\n{}\n", wrong.len(), cases.len(), wrong.join("\n\n"));
}

#[test]
fn the_facade_answers_alike() {
    if std::env::var_os("UPDATE_CONFORMANCE").is_some() {
        for found in cases().iter().filter(|found| KNOWN_FAILURES.iter().all(|(name, _)| *name != found.name)) {
            std::fs::write(found.folder.join("answer.json"), printed(&found.case)).expect("written");
        }
    }
    compare(KNOWN_FAILURES, |found| printed(&found.case));
}

#[test]
fn no_canary_leaves() {
    for found in cases() {
        let answer = answer(&found.case);
        let (mut shown, exported) = (answer.shown(), answer.exported());
        if found.case.request.is_some() {
            shown.push_str(&decide(&found.case).shown());
        }
        for fingerprint in exported.split("\"hex\":\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            // Short ones are the made-up fingerprints of a case, and could stand anywhere.
            let leaves = fingerprint.len() > 4 && shown.contains(fingerprint);
            assert!(!leaves, "{}: the fingerprint {fingerprint} leaves", found.name);
        }
        let is_alone = PLAIN_ALONE.contains(&&*found.name);
        let everything = if is_alone { shown } else { format!("{shown}\n{exported}") };
        for canary in &found.case.canaries {
            let texts = found.case.files.values().chain(found.case.before.values());
            let is_there = texts.into_iter().any(|text| text.contains(canary.as_str()));
            assert!(is_there, "{}: the canary `{canary}` is in no file", found.name);
            let line = everything.lines().find(|line| line.contains(canary.as_str()));
            assert!(line.is_none(), "{}: `{canary}` leaves: {}", found.name, line.unwrap_or_default());
        }
    }
}

#[test]
fn every_place_opens_at_something() {
    for found in cases().iter().filter(|found| KNOWN_FAILURES.iter().all(|(name, _)| *name != found.name)) {
        for finding in answer(&found.case).report.findings {
            for (name, cell) in finding.cells.0.iter().filter(|(_, cell)| cell.state == State::Value) {
                let place = cell.source.as_ref().expect("a value stands somewhere");
                let excerpt = place.excerpt.get();
                let marked = excerpt.text.get(excerpt.highlight).unwrap_or_default();
                let at = format!("{}:{}:{}", place.document, place.line, place.column);
                assert!(!marked.is_empty(), "{}: {} in {name}: nothing stands at {at}", found.name, finding.path);
            }
        }
    }
}

#[test]
fn answers_do_not_depend_on_the_key_or_the_order_of_files() {
    for found in cases() {
        let other = Case { key: "another key".to_owned(), ..found.case.clone() };
        assert_eq!(answer(&found.case).render("json"), answer(&other).render("json"), "{}", found.name);
    }
}

#[test]
fn the_command_line_answers_alike() {
    let binary = binary::binary().expect("the command line builds");
    let folder = std::env::temp_dir().join(format!("paritygate-conformance-{}", std::process::id()));
    compare(&[KNOWN_FAILURES, KNOWN_FAILURES_OF_CLI].concat(), |found| {
        of_command_line(&binary, &folder.join(&found.name), &found.case)
    });
    std::fs::remove_dir_all(&folder).expect("removed");
}

fn of_command_line(binary: &Path, folder: &Path, case: &Case) -> String {
    let output = binary::check(binary, folder, case).expect("runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for canary in &case.canaries {
        assert!(!out.contains(canary.as_str()) && !err.contains(canary.as_str()), "`{canary}` leaves the command line");
    }
    if out.is_empty() { err.into_owned() } else { out.into_owned() }
}

/// What the bindings call answers alike for views of environments, which the façade leaves to its caller.
#[test]
fn a_call_about_views_answers_alike() {
    let session = paritygate::wire::Session::new(&[7; 36]);
    let call = |call: serde_json::Value, verb: &str| {
        let text = session.call(call.to_string().as_bytes(), &[]);
        let mut answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        answer.get_mut(verb).unwrap_or_else(|| panic!("{text}")).take()
    };
    for Found { name, case, .. } in cases() {
        let Some(pairing) = case.pairing else { continue };
        let project = |files: &BTreeMap<String, String>| {
            let texts = files.iter().map(|(path, text)| (path.clone(), serde_json::json!({ "text": text })));
            serde_json::json!({ "files": texts.collect::<serde_json::Map<_, _>>(), "key": { "text": case.key } })
        };
        let mut params = serde_json::json!({
            "now": case.now.to_string(), "only": case.only, "pairing": pairing.word(), "project": project(&case.files),
        });
        if pairing == Pairing::Change {
            params["before"] = project(&case.before);
        }
        let report = call(serde_json::json!({ "wire": 1, "check": params }), "check")["report"].take();
        let written =
            call(serde_json::json!({ "wire": 1, "format": { "report": report, "format": "json" } }), "format");
        assert_eq!(written["text"].as_str(), Some(&*printed(&case)), "{name}");
    }
}

/// A case names the lines of its policy in which something is wrong: each is told once, and nothing else is.
#[test]
fn every_mistake_is_told_in_its_line() {
    let found = cases().into_iter().find(|found| found.name == "policy/forty-mistakes").expect("the case");
    let policy = found.case.files.get("policy.yaml").expect("a policy");
    let lines = policy.lines().zip(1..);
    let wrong: Vec<u32> = lines.filter(|(line, _)| line.contains("# wrong")).map(|(_, number)| number).collect();
    let answer = answer(&found.case);
    let told = answer.diagnostics.iter().map(|wrong| wrong.location.as_ref().expect("a place").position().line);
    let mut told: Vec<u32> = told.collect();
    told.sort_unstable();
    assert_eq!(told, wrong);
    assert_eq!(wrong.len(), 40);
}

/// The schema of SARIF 2.1.0, from the sources of the crate `serde-sarif`, which is there for it alone.
fn sarif_schema() -> serde_json::Value {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).expect("Cargo's folder");
    let registries = std::fs::read_dir(home.join("registry/src")).expect("Cargo's registries").flatten();
    let crates = registries.flat_map(|registry| std::fs::read_dir(registry.path()).into_iter().flatten().flatten());
    let carriers = crates.filter(|entry| entry.file_name().to_string_lossy().starts_with("serde-sarif-"));
    let schema = carriers.map(|carrier| carrier.path().join("src/schema.json")).find(|path| path.is_file());
    let text = std::fs::read_to_string(schema.expect("the sources of serde-sarif")).expect("the schema");
    let mut schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    // The pattern of a field that is not written is no regular expression in the schema itself.
    for owner in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{owner}/properties/language")).expect("the field");
        language.as_object_mut().expect("a schema").remove("pattern").expect("the pattern");
    }
    schema
}

/// What is written as SARIF is valid by the standard's own schema.
#[test]
fn sarif_is_valid() {
    let validator = jsonschema::validator_for(&sarif_schema()).expect("a schema");
    let mut results = 0;
    for found in cases() {
        let sarif: serde_json::Value = serde_json::from_str(&answer(&found.case).render("sarif")).expect("JSON");
        results += sarif.pointer("/runs/0/results").and_then(serde_json::Value::as_array).expect("results").len();
        let wrong: Vec<String> =
            validator.iter_errors(&sarif).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{}\n{}", found.name, wrong.join("\n"));
    }
    assert!(results > 100, "the cases have {results} results, too few to say something");
}
