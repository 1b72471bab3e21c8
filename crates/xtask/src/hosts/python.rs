//! Python: the extension module and the typed package around it, as one wheel for every version from 3.10.

use std::path::PathBuf;
use std::process::Command;

use super::{Host, Runtime};
use crate::bench::w1;
use crate::conformance::Cases;
use crate::workspace::{Workspace, output, run, succeeds};

pub(super) static HOST: Host = Host {
    name: "python",
    on: &[],
    setup,
    build,
    test,
    conformance: &[Runtime { name: "python", run: conformance }],
    bench: Some(bench),
};

const FOLDER: &str = "bindings/python";
/// Where everything that Python needs is installed.
const VENV: &str = "target/python/venv";
/// What builds and checks the package, pinned.
const TOOLS: [&str; 3] = ["maturin==1.16.0", "mypy==2.4.1", "pytest==9.2.0"];
/// The oldest version that the package runs on.
const OLDEST: (u32, u32) = (3, 10);

/// A virtual environment with the tools.
fn setup(workspace: &Workspace) -> Result<(), String> {
    let wanted = TOOLS.join("\n");
    if workspace.read(&format!("{VENV}/tools.txt")).is_ok_and(|there| there == wanted) {
        println!("python: there, with {}", TOOLS.join(", "));
        return Ok(());
    }
    println!("python: a virtual environment with {}", TOOLS.join(", "));
    let python = python(workspace)?;
    run(Command::new(&python).args(["-m", "venv", "--clear"]).arg(workspace.path(VENV)))
        .map_err(|error| format!("{error}; install Python's `venv` (on Debian: `apt-get install python3-venv`)"))?;
    run(&mut pip(workspace, VENV, &TOOLS))?;
    workspace.write(&format!("{VENV}/tools.txt"), &wanted)
}

/// The interpreter of this machine.
fn python(workspace: &Workspace) -> Result<String, String> {
    let (major, minor) = OLDEST;
    let code = format!("import sys; sys.exit(sys.version_info < ({major}, {minor}))");
    let found = ["python3", "python"]
        .into_iter()
        .find(|name| succeeds(Command::new(name).args(["-c", &code]).current_dir(&workspace.root)));
    let missing =
        || format!("Python {major}.{minor} or later is missing: install it with the package manager of this machine");
    found.map(str::to_owned).ok_or_else(missing)
}

/// A program of a virtual environment.
fn program(workspace: &Workspace, venv: &str, name: &str) -> PathBuf {
    workspace.path(venv).join(if cfg!(windows) { "Scripts" } else { "bin" }).join(name)
}

fn pip(workspace: &Workspace, venv: &str, packages: &[&str]) -> Command {
    let mut command = Command::new(program(workspace, venv, "python"));
    command
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--force-reinstall"])
        .args(packages);
    command
}

/// The wheel.
fn build(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let dist = workspace.path("target/dist");
    for old in workspace.names("target/dist").iter().filter(|name| name.ends_with(".whl")) {
        std::fs::remove_file(dist.join(old)).map_err(|error| format!("can't remove `{old}`: {error}"))?;
    }
    let mut maturin = Command::new(program(workspace, VENV, "maturin"));
    maturin.args(["build", "--release", "--quiet", "--locked", "--out"]).arg(&dist).current_dir(workspace.path(FOLDER));
    run(maturin.env("VIRTUAL_ENV", workspace.path(VENV)))?;
    let wheel = wheel(workspace)?;
    run(&mut pip(workspace, VENV, &["--no-deps", &wheel.to_string_lossy()]))?;
    Ok(vec![wheel])
}

fn wheel(workspace: &Workspace) -> Result<PathBuf, String> {
    let names = workspace.names("target/dist");
    let name = names.iter().find(|name| name.ends_with(".whl")).ok_or("maturin built no wheel")?;
    Ok(workspace.path("target/dist").join(name))
}

/// The package's own tests, its types, the examples in its documentation; and the wheel in a fresh environment.
fn test(workspace: &Workspace, all: bool) -> Result<(), String> {
    let folder = workspace.path(FOLDER);
    let mut mypy = Command::new(program(workspace, VENV, "mypy"));
    run(mypy
        .args(["--strict", "--cache-dir", "../../target/python/mypy", "python/paritygate", "tests"])
        .current_dir(&folder))?;
    let fresh = "target/python/fresh";
    let mut interpreters = vec![python(workspace)?];
    if all {
        interpreters.extend(others());
    }
    for interpreter in interpreters {
        let version = output(Command::new(&interpreter).arg("--version"))?;
        println!("python: the wheel under {}", version.trim());
        run(Command::new(&interpreter).args(["-m", "venv", "--clear"]).arg(workspace.path(fresh)))?;
        let pytest = TOOLS.iter().copied().find(|tool| tool.starts_with("pytest")).unwrap_or("pytest");
        run(&mut pip(workspace, fresh, &[&wheel(workspace)?.to_string_lossy(), pytest]))?;
        let mut tests = Command::new(program(workspace, fresh, "python"));
        tests.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "--doctest-modules", "--pyargs"]);
        // From another folder, so that the package is the installed one.
        run(tests.args(["paritygate"]).arg(folder.join("tests")).current_dir(workspace.path(fresh)))?;
    }
    Ok(())
}

/// Every version of Python at hand that the package runs on: those on the path, and those of pyenv, whose names on the path
/// only work where that version is chosen.
fn others() -> Vec<String> {
    let (major, minor) = OLDEST;
    let mut names: Vec<String> = (minor..=15).map(|minor| format!("python{major}.{minor}")).collect();
    let versions = output(Command::new("pyenv").args(["versions", "--bare"])).unwrap_or_default();
    for version in versions.lines() {
        let prefix = output(Command::new("pyenv").args(["prefix", version])).unwrap_or_default();
        names.push(format!("{}/bin/python", prefix.trim()));
    }
    let code = format!("import sys, venv; sys.exit(sys.version_info < ({major}, {minor}))");
    names.retain(|name| succeeds(Command::new(name).args(["-c", &code])));
    names
}

fn conformance(workspace: &Workspace, cases: &Cases<'_>) -> Result<(), String> {
    let mut python = Command::new(program(workspace, VENV, "python"));
    run(python.arg(workspace.path(FOLDER).join("tests/conformance.py")).args([&cases.file, &cases.answers]))
}

fn bench(workspace: &Workspace) -> Result<(), String> {
    let (text, policy) = w1::files_for_hosts(workspace)?;
    let mut python = Command::new(program(workspace, VENV, "python"));
    run(python.arg(workspace.path(FOLDER).join("tests/bench.py")).args([text, policy]))
}
