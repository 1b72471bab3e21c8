//! Rust itself, and the command line: the runtimes that the others are compared with.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use paritygate::{FingerprintKey, Timestamp};
use paritygate_tests::check::{check, files};
use serde::Deserialize;

use super::{Host, Runtime};
use crate::conformance::Cases;
use crate::workspace::{Workspace, run};

/// Nothing is packed: the workspace's own tests see to both.
pub(super) static HOST: Host = Host {
    name: "rust",
    on: &[],
    setup: |_| Ok(()),
    build: |_| Ok(Vec::new()),
    test: |_, _| Ok(()),
    conformance: &[Runtime { name: "Rust", run: facade }, Runtime { name: "command line", run: command_line }],
    bench: None,
};

/// A case, as every runtime is handed it.
#[derive(Deserialize)]
struct Case {
    name: String,
    now: String,
    key: String,
    files: BTreeMap<String, String>,
    only: Vec<String>,
}

fn facade(_: &Workspace, cases: &Cases) -> Result<(), String> {
    answer(cases, |case| {
        let now: Timestamp = case.now.parse().map_err(|error| format!("{}: {error}", case.name))?;
        let key = FingerprintKey::from_bytes(case.key.as_bytes());
        Ok(check(files(&case.files), &key, now, &case.only).render("json"))
    })
}

fn command_line(workspace: &Workspace, cases: &Cases) -> Result<(), String> {
    run(&mut workspace.cargo(["build", "--quiet", "--release", "--package", "paritygate-cli"]))?;
    let program = workspace.path("target/release").join(format!("paritygate{}", std::env::consts::EXE_SUFFIX));
    let folder = workspace.path("target/conformance/projects");
    answer(cases, |case| {
        let project = folder.join(&case.name);
        let _gone = std::fs::remove_dir_all(&project);
        for (path, text) in case.files.iter().map(|(path, text)| (project.join("project").join(path), text)) {
            write(&path, text)?;
        }
        write(&project.join("key"), &case.key)?;
        let mut command = Command::new(&program);
        command.arg("check").arg(project.join("project")).args(["--format", "json", "--now", &case.now]);
        command.arg("--key-file").arg(project.join("key")).env_remove("PARITYGATE_KEY");
        for rule in &case.only {
            command.args(["--only", rule]);
        }
        // Its exit code says how the check ended, which the answer says as well.
        let output = command.output().map_err(|error| format!("the command line can't be started: {error}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    })
}

fn answer(cases: &Cases, answer: impl Fn(&Case) -> Result<String, String>) -> Result<(), String> {
    let text = std::fs::read_to_string(&cases.file).map_err(|error| format!("can't read the cases: {error}"))?;
    let list: Vec<Case> = serde_json::from_str(&text).map_err(|error| format!("can't read the cases: {error}"))?;
    let mut answers = BTreeMap::new();
    for case in &list {
        answers.insert(&case.name, answer(case)?);
    }
    let text = serde_json::to_string(&answers).map_err(|error| error.to_string())?;
    write(&cases.answers, &text)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text));
    written.map_err(|error| format!("can't write `{}`: {error}", path.display()))
}
