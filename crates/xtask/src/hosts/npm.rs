//! What the hosts that speak JavaScript share: Node, and the packages that their builds and tests need.

use std::path::PathBuf;
use std::process::Command;

use crate::workspace::{Workspace, output, run};

/// The folder of the npm package, below the root.
pub(super) const PACKAGE: &str = "bindings/node";
/// The oldest Node that works.
const OLDEST: u32 = 20;

/// Installs what the lock file names, where it is not there.
///
/// # Errors
///
/// If Node is missing or too old, or the packages can't be had.
pub(super) fn setup(workspace: &Workspace) -> Result<(), String> {
    let missing = format!("Node is missing: install version {OLDEST} or later, with npm");
    let version = output(Command::new("node").arg("--version")).map_err(|_| missing.clone())?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        return Err(format!("Node is {}: version {OLDEST} or later is needed", version.trim()));
    }
    println!("Node: {}", version.trim());
    install(workspace, PACKAGE)
}

/// `npm ci` in a folder, unless that is what is there.
pub(super) fn install(workspace: &Workspace, folder: &str) -> Result<(), String> {
    let lock = workspace.read(&format!("{folder}/package-lock.json"))?;
    // npm writes no file with the lock file's content; this one says what it was asked for.
    let stamp = format!("{folder}/node_modules/.asked-for.json");
    if workspace.read(&stamp).is_ok_and(|asked| asked == lock) {
        println!("{folder}: npm packages are there");
        return Ok(());
    }
    println!("{folder}: `npm ci`");
    let mut npm = Command::new("npm");
    // None of the packages needs a script of its own to be run.
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]);
    run(npm.current_dir(workspace.path(folder)))?;
    workspace.write(&stamp, &lock)
}

/// Node, in the folder of the npm package.
pub(super) fn node<'a>(workspace: &Workspace, args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("node");
    command.args(args).current_dir(workspace.path(PACKAGE));
    command
}

/// Where a Chromium may be. `scripts/chromium.js` looks at the same places.
const CHROMIUM: [&str; 4] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome"];

/// A Chromium for tests in a browser: the one that is there, else Debian's.
///
/// # Errors
///
/// If there is none, and it can't be installed.
pub(super) fn chromium() -> Result<(), String> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let mut places = named.into_iter().chain(CHROMIUM.map(PathBuf::from));
    if let Some(path) = places.find(|path| path.is_file()) {
        println!("Chromium: {}", path.display());
        return Ok(());
    }
    println!("Chromium: `apt-get install chromium`");
    let mut apt = Command::new("apt-get");
    apt.args(["install", "--yes", "--no-install-recommends", "chromium"]).env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut apt).map_err(|error| format!("{error}; install Chromium, or say in `CHROMIUM` where it is"))
}
