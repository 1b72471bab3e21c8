//! `cargo xtask conformance`: every runtime answers the same cases, byte for byte.
//!
//! The cases are handed over as one JSON file, so that no runtime needs to read YAML: a list of
//! `{ name, now, key, files, only, request, facts, pairing, before }`. A runtime writes one JSON map from the case's name to
//! its answer: what `check --format json` prints; `drift` or `change` (from the files of `before`), where that is the
//! `pairing`; or `gate`, where there is a `request`, the path of one among the files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use paritygate_tests::case::{self, Case, Pairing};

use crate::hosts;
use crate::workspace::Workspace;

/// The cases, as they are handed to a runtime.
pub(crate) struct Cases<'a> {
    /// The cases themselves, each named by its folder.
    pub(crate) list: &'a [Case],
    /// The file that holds them.
    pub(crate) file: PathBuf,
    /// The file that the runtime writes its answers to.
    pub(crate) answers: PathBuf,
}

/// Runs the cases in the runtimes of one host, or of all of them.
///
/// # Errors
///
/// If there is no such host, or an answer differs.
pub(crate) fn run(workspace: &Workspace, host: &str) -> Result<(), String> {
    let (cases, expected) = cases(workspace)?;
    let known: Vec<&str> = hosts::compared().map(|host| host.name).collect();
    if host != "all" && !known.contains(&host) {
        return Err(format!("there is no host `{host}`; there are: {}, all", known.join(", ")));
    }
    let folder = workspace.path("target/conformance");
    std::fs::create_dir_all(&folder).map_err(|error| format!("can't make `{}`: {error}", folder.display()))?;
    let file = folder.join("cases.json");
    let text = cases.iter().map(handed).collect::<serde_json::Value>().to_string();
    std::fs::write(&file, text).map_err(|error| format!("can't write the cases: {error}"))?;
    println!("{:<24} {:>6} {:>6} {:>10}", "runtime", "cases", "equal", "different");
    let mut wrong = Vec::new();
    for host in hosts::compared().filter(|candidate| host == "all" || candidate.name == host) {
        for runtime in host.conformance {
            let answers = folder.join(format!("{}.json", runtime.name.replace(' ', "-")));
            let _gone = std::fs::remove_file(&answers);
            (runtime.run)(workspace, &Cases { list: &cases, file: file.clone(), answers: answers.clone() })?;
            let text = std::fs::read_to_string(&answers)
                .map_err(|error| format!("{}: it wrote no answers: {error}", runtime.name))?;
            let answers: BTreeMap<String, String> = serde_json::from_str(&text)
                .map_err(|error| format!("{}: its answers can't be read: {error}", runtime.name))?;
            let differs = |(case, expected): &(&Case, &String)| answers.get(&case.name) != Some(expected);
            let different = cases.iter().zip(&expected).filter(differs).map(|(case, _)| case.name.as_str());
            let different: Vec<&str> = different.collect();
            let equal = cases.len() - different.len();
            println!("{:<24} {:>6} {equal:>6} {:>10}", runtime.name, cases.len(), different.len());
            wrong.extend(different.iter().map(|name| format!("{}: {name}", runtime.name)));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("answers differ:\n  {}", wrong.join("\n  "))) }
}

/// The cases by name, and the expected answer of each.
fn cases(workspace: &Workspace) -> Result<(Vec<Case>, Vec<String>), String> {
    let mut found = (Vec::new(), Vec::new());
    for topic in workspace.names("tests/conformance") {
        for case in workspace.names(&format!("tests/conformance/{topic}")) {
            let name = format!("{topic}/{case}");
            let text = workspace.read(&format!("tests/conformance/{name}/case.yaml"))?;
            let case = case::read(&name, &text)?.into_iter().next();
            let case = case.ok_or_else(|| format!("{name}: there is no case"))?;
            found.1.push(workspace.read(&format!("tests/conformance/{name}/answer.json"))?);
            found.0.push(Case { name, ..case });
        }
    }
    Ok(found)
}

/// A case, as runtimes of other languages read it.
fn handed(case: &Case) -> serde_json::Value {
    serde_json::json!({
        "name": case.name, "now": case.now.to_string(), "key": case.key, "files": case.files, "only": case.only,
        "request": case.request, "facts": case.facts, "pairing": case.pairing.map(Pairing::word), "before": case.before,
    })
}
