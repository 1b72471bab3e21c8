//! The command line that is tested.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::case::{Case, Pairing};
use crate::repository;

/// The binary: what `PARITYGATE_BIN` says, or else what is built here and now beside the test that asks.
///
/// # Errors
///
/// If it does not build.
pub fn binary() -> Result<PathBuf, String> {
    if let Some(binary) = std::env::var_os("PARITYGATE_BIN") {
        return Ok(binary.into());
    }
    let test = std::env::current_exe().map_err(|error| error.to_string())?;
    let unexpected = || format!("{} is not at target/<profile>/deps/…", test.display());
    let profile = test.ancestors().nth(2).ok_or_else(unexpected)?;
    let target = profile.parent().ok_or_else(unexpected)?;
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--package", "paritygate-cli"]).arg("--target-dir").arg(target);
    if profile.ends_with("release") {
        command.arg("--release");
    }
    let built = command.current_dir(repository()).status().map_err(|error| error.to_string())?;
    if !built.success() {
        return Err("paritygate-cli does not build".to_owned());
    }
    Ok(profile.join(format!("paritygate{}", std::env::consts::EXE_SUFFIX)))
}

/// Writes the texts of a case into a folder, and checks or decides them with the command line, as JSON.
///
/// # Errors
///
/// If the texts can't be written, or the command line can't be started.
pub fn check(binary: &Path, folder: &Path, case: &Case) -> Result<Output, String> {
    let folder = &std::path::absolute(folder).map_err(|error| error.to_string())?;
    let (project, before, key) = (folder.join("project"), folder.join("before"), folder.join("key"));
    let texts = case.files.iter().map(|(path, text)| (project.join(path), text));
    let texts = texts.chain(case.before.iter().map(|(path, text)| (before.join(path), text)));
    for (path, text) in texts.chain([(key.clone(), &case.key)]) {
        let written =
            std::fs::create_dir_all(path.parent().unwrap_or(folder)).and_then(|()| std::fs::write(&path, text));
        written.map_err(|error| format!("can't write `{}`: {error}", path.display()))?;
    }
    let mut command = Command::new(binary);
    let verb = case.pairing.map_or("check", Pairing::word);
    command.arg(if case.request.is_some() { "gate" } else { verb }).arg(&project);
    if case.pairing == Some(Pairing::Change) {
        // What was before is named from where the user stands.
        command.args(["--before", "."]).current_dir(&before);
    }
    command.args(["--format", "json", "--now", &case.now.to_string()]);
    if let Some(request) = &case.request {
        command.arg("--request").arg(project.join(request));
        for facts in &case.facts {
            command.arg("--facts").arg(project.join(facts));
        }
    }
    command.arg("--key-file").arg(&key).env_remove("PARITYGATE_KEY");
    for rule in &case.only {
        command.args(["--only", rule]);
    }
    command.output().map_err(|error| format!("the command line can't be started: {error}"))
}
