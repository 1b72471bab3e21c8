//! The portal in `examples/`: a page that uses the npm package, driven by Chromium.

use std::path::PathBuf;
use std::process::Command;

use super::{Host, node, npm};
use crate::workspace::{Workspace, run};

const FOLDER: &str = "examples/portal";

pub(super) static HOST: Host =
    Host { name: "portal", on: &[&node::HOST], setup, build, test, conformance: &[], bench: None };

fn setup(_: &Workspace) -> Result<(), String> {
    // Its npm packages come with its build: one of them is the package that is built before.
    npm::chromium()
}

/// Nothing is published: the page is an example.
fn build(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    npm::install(workspace, FOLDER)?;
    run(Command::new("npm").args(["run", "--silent", "build"]).current_dir(workspace.path(FOLDER)))?;
    Ok(Vec::new())
}

fn test(workspace: &Workspace, _: bool) -> Result<(), String> {
    run(Command::new("npm").args(["run", "--silent", "test"]).current_dir(workspace.path(FOLDER)))
}
