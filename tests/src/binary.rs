//! The command line that is tested.

use std::path::PathBuf;
use std::process::Command;

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
