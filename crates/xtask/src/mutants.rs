//! The tests of kinds, tested: each comparison in the code of kinds is changed, one at a time, and a test has to fail.
//! `.cargo/mutants.toml` says what counts.

use crate::workspace::{Workspace, run as run_command, succeeds};

const INSTALL: [&str; 6] = ["install", "cargo-mutants", "--version", "27.1.0", "--locked", "--debug"];

/// Changes every comparison. That takes hours, as each change is a build.
///
/// # Errors
///
/// If no test notices one of the changes, or the tool can't be installed.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    if !succeeds(&mut workspace.cargo(["mutants", "--version"])) {
        println!("cargo-mutants: `cargo {}`", INSTALL.join(" "));
        run_command(&mut workspace.cargo(INSTALL))?;
    }
    run_command(&mut workspace.cargo(["mutants", "--package", "paritygate-rules"]))
}
