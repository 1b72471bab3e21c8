//! Rust itself, and the command line: the runtimes that the others are compared with.

use std::collections::BTreeMap;

use paritygate_tests::binary;
use paritygate_tests::case::Case;
use paritygate_tests::check::{check_case, decide};

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

fn facade(_: &Workspace, cases: &Cases<'_>) -> Result<(), String> {
    answer(cases, |case| {
        Ok(match case.request {
            Some(_) => decide(case).render("json"),
            None => check_case(case).render("json"),
        })
    })
}

fn command_line(workspace: &Workspace, cases: &Cases<'_>) -> Result<(), String> {
    run(&mut workspace.cargo(["build", "--quiet", "--release", "--package", "paritygate-cli"]))?;
    let program = workspace.path("target/release").join(format!("paritygate{}", std::env::consts::EXE_SUFFIX));
    let folder = workspace.path("target/conformance/projects");
    let _gone = std::fs::remove_dir_all(&folder);
    answer(cases, |case| {
        // Its exit code says how the check ended, which the answer says as well.
        let output = binary::check(&program, &folder.join(&case.name), case)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    })
}

fn answer(cases: &Cases<'_>, answer: impl Fn(&Case) -> Result<String, String>) -> Result<(), String> {
    let mut answers = BTreeMap::new();
    for case in cases.list {
        answers.insert(&case.name, answer(case)?);
    }
    let text = serde_json::to_string(&answers).map_err(|error| error.to_string())?;
    std::fs::write(&cases.answers, text).map_err(|error| format!("can't write `{}`: {error}", cases.answers.display()))
}
