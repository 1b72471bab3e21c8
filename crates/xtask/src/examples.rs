//! The projects in `examples/`: each is checked as a user would, and gives the report that lies beside it.

use std::process::Command;

use crate::workspace::{Workspace, run as run_command, shown};

/// The file that holds the report of an example.
const REPORT: &str = "report.txt";
/// The instant at which examples are judged, so that waivers expire on no machine.
const NOW: &str = "2026-11-23T12:00:00Z";

/// Checks every example.
///
/// # Errors
///
/// If one can't be checked, or its report is another than the one beside it.
pub(crate) fn run(workspace: &Workspace, bless: bool) -> Result<(), String> {
    run_command(&mut workspace.cargo(["build", "--quiet", "--release", "--package", "paritygate-cli"]))?;
    let is_folder = |name: &String| workspace.path("examples").join(name).is_dir();
    let names: Vec<String> = workspace.names("examples").into_iter().filter(is_folder).collect();
    if names.is_empty() {
        return Err("`examples/` holds no example".to_owned());
    }
    let wrong: Vec<String> = names.iter().filter_map(|name| example(workspace, name, bless).err()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn example(workspace: &Workspace, name: &str, bless: bool) -> Result<(), String> {
    let folder = format!("examples/{name}");
    let has = |file: &str| workspace.path(&folder).join(file).is_file();
    if !has(REPORT) && !has("paritygate.yaml") {
        println!("{folder}: describes no environments; it is tested with its host");
        return Ok(());
    }
    let mut command = check(workspace, &folder);
    let output = command.output().map_err(|error| format!("can't start `{}`: {error}", shown(&command)))?;
    let (report, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // Findings are what an example is there to show; only a check that could not be done is wrong.
    if !matches!(output.status.code(), Some(0 | 1 | 3)) {
        return Err(format!("`{}` failed ({})\n{}", shown(&command), output.status, said.trim_end()));
    }
    let file = format!("{folder}/{REPORT}");
    if bless {
        println!("wrote {file}");
        return workspace.write(&file, &report);
    }
    let expected = workspace.read(&file)?;
    if expected == report {
        println!("{folder}: {}", output.status);
        return Ok(());
    }
    let at = expected.lines().zip(report.lines()).take_while(|(old, new)| old == new).count();
    let line = |text: &str| text.lines().nth(at).unwrap_or("(end of the report)").to_owned();
    Err(format!(
        "`{file}` differs from line {}:\n  - {}\n  + {}\nIf the new report is right, run `cargo xtask examples --bless`",
        at + 1,
        line(&expected),
        line(&report)
    ))
}

fn check(workspace: &Workspace, folder: &str) -> Command {
    let program = ["run", "--quiet", "--release", "--package", "paritygate-cli", "--"];
    workspace.cargo(program.into_iter().chain(["check", folder, "--no-color", "--now", NOW]))
}
