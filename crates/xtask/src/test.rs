//! The whole test run, step by step. No step is ever skipped: one that can't run has failed, and says what it needs.

use std::time::Instant;

use crate::setup;
use crate::workspace::{Workspace, output, run as run_command};
use crate::{codegen, conformance, examples, hosts, mutants, new_kind, tidy};

/// Runs all tests.
///
/// # Errors
///
/// If a step fails.
pub(crate) fn run(workspace: &Workspace, all: bool) -> Result<(), String> {
    let mut steps = Steps::default();
    test(workspace, all, &mut steps);
    steps.finish()
}

/// Builds and tests one host.
///
/// # Errors
///
/// If there is no such host, or it fails.
pub(crate) fn host(workspace: &Workspace, name: &str, all: bool) -> Result<(), String> {
    let known: Vec<&str> = hosts::ALL.iter().map(|host| host.name).collect();
    let host = hosts::ALL.iter().find(|host| host.name == name);
    let host = host.ok_or_else(|| format!("there is no host `{name}`; there are: {}", known.join(", ")))?;
    host.prepare(workspace)?;
    (host.test)(workspace, all)
}

/// Runs all tests, and fails if they leave the working tree changed.
///
/// # Errors
///
/// If a step fails.
pub(crate) fn ci(workspace: &Workspace) -> Result<(), String> {
    let mut steps = Steps::default();
    test(workspace, false, &mut steps);
    steps.step("clean working tree", || {
        let status = output(&mut workspace.git(["status", "--porcelain"]))?;
        if status.is_empty() { Ok(()) } else { Err(format!("the working tree has changes:\n{}", status.trim_end())) }
    });
    steps.finish()
}

fn test(workspace: &Workspace, all: bool, steps: &mut Steps) {
    let cargo = |args: &[&str]| run_command(&mut workspace.cargo(args.iter().copied()));
    steps.step("set-up", || setup::run(workspace));
    steps.step("format", || cargo(&["fmt", "--all", "--check"]));
    steps.step("tidy", || tidy::run(workspace));
    steps.step("generated files", || codegen::check(workspace));
    steps.step("clippy", || {
        cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"])
    });
    // In the development profile: with link-time optimisation each test binary alone would take as long as all take so.
    steps.step("tests", || cargo(&["test", "--quiet"]));
    steps.step("documentation", || {
        let mut doc = workspace.cargo(["doc", "--quiet", "--workspace", "--no-deps"]);
        run_command(doc.env("RUSTDOCFLAGS", "--deny warnings"))
    });
    steps.step("a new kind is one file and two lines", || new_kind::prove::run(workspace));
    steps.step("examples", || examples::run(workspace, false));
    for host in hosts::ALL {
        steps.step(host.name, || {
            (host.build)(workspace)?;
            (host.test)(workspace, all)
        });
    }
    steps.step("conformance in every runtime", || conformance::run(workspace, "all"));
    if all {
        steps.step("every comparison of a kind is tested", || mutants::run(workspace));
    }
}

/// The steps of a run. All run, so that one run shows everything that is wrong.
#[derive(Default)]
struct Steps {
    passed: usize,
    failed: Vec<&'static str>,
}

impl Steps {
    fn step(&mut self, name: &'static str, run: impl FnOnce() -> Result<(), String>) {
        println!("\n== {name}");
        let start = Instant::now();
        let result = run();
        let seconds = start.elapsed().as_secs_f64();
        match result {
            Ok(()) => {
                self.passed += 1;
                println!("== {name}: passed in {seconds:.1} s");
            }
            Err(message) => {
                self.failed.push(name);
                println!("{message}\n== {name}: FAILED after {seconds:.1} s");
            }
        }
    }

    /// The last words of a run: which steps failed, and the counts alone on a line.
    fn summary(&self) -> String {
        let mut lines: Vec<String> = self.failed.iter().map(|name| format!("failed: {name}")).collect();
        lines.push(format!("{} passed, {} failed", self.passed, self.failed.len()));
        lines.join("\n")
    }

    fn finish(self) -> Result<(), String> {
        println!("\n{}", self.summary());
        if self.failed.is_empty() { Ok(()) } else { Err("the test run failed".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_does_not_stop_the_others() {
        let mut steps = Steps::default();
        steps.step("one", || Err("broken".to_owned()));
        steps.step("two", || Ok(()));
        assert_eq!(steps.summary(), "failed: one\n1 passed, 1 failed");
        assert!(steps.finish().is_err());
    }
}
