//! Node: the addon, and the npm package that holds it beside the WebAssembly module.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Host, Runtime, npm, wasm};
use crate::bench::w1;
use crate::conformance::Cases;
use crate::workspace::{Workspace, output, run};

/// The package as it is packed, below the root.
const STAGED: &str = "target/node/package";
const DIST: &str = "target/dist";

pub(super) static HOST: Host = Host {
    name: "node",
    on: &[&wasm::HOST],
    setup,
    build,
    test,
    conformance: &[
        Runtime { name: "napi", run: |workspace, cases| conformance(workspace, "native", cases) },
        Runtime { name: "wasm in Node", run: |workspace, cases| conformance(workspace, "wasm", cases) },
        Runtime { name: "wasm in Chromium", run: |workspace, cases| conformance(workspace, "chromium", cases) },
    ],
    bench: Some(bench),
};

fn setup(workspace: &Workspace) -> Result<(), String> {
    npm::setup(workspace)?;
    npm::chromium()
}

/// Builds the addon, and packs it with the WebAssembly modules.
fn build(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let release = ["build", "--quiet", "--locked", "--release", "--package", "paritygate-node"];
    run(&mut workspace.cargo(release))?;
    let library = format!("{}paritygate_node{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let mut script = npm::node(workspace, ["scripts/build.js"]);
    script.arg(workspace.path(STAGED)).arg(workspace.path(wasm::WEB));
    run(script.arg(workspace.path("target/release").join(library)))?;
    pack(workspace).map(|tarball| vec![tarball])
}

fn pack(workspace: &Workspace) -> Result<PathBuf, String> {
    let folder = workspace.path(DIST);
    std::fs::create_dir_all(&folder).map_err(|error| format!("can't make `{DIST}`: {error}"))?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(&folder);
    let name = output(npm.current_dir(workspace.path(STAGED)))?;
    Ok(folder.join(Path::new(name.trim())))
}

fn test(workspace: &Workspace, all: bool) -> Result<(), String> {
    let mut tests = npm::node(workspace, ["--test", "--test-reporter", "spec"]);
    run(tests.env("PARITYGATE_TEST_ALL", if all { "1" } else { "" }))
}

/// Answers the cases in a runtime of JavaScript.
fn conformance(workspace: &Workspace, runtime: &str, cases: &Cases<'_>) -> Result<(), String> {
    let mut script = npm::node(workspace, ["scripts/conformance.js", runtime]);
    run(script.arg(&cases.file).arg(&cases.answers))
}

fn bench(workspace: &Workspace) -> Result<(), String> {
    let (text, policy) = w1::files_for_hosts(workspace)?;
    run(npm::node(workspace, ["scripts/bench.js"]).arg(text).arg(policy))
}
