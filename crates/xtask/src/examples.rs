//! The projects in `examples/`: each is checked as a user would, and gives the report that lies beside it; and each of its
//! promotion requests gives the decision that lies beside that.

use crate::workspace::{Workspace, run as run_command, shown};

/// The file that holds the report of an example.
const REPORT: &str = "report.txt";
/// How the file ends that holds the decision of a request: `a.yaml` is decided as `a.decision.txt`.
const DECISION: &str = ".decision.txt";
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
    answers(workspace, &check(&folder), &format!("{folder}/{REPORT}"), bless)?;
    for file in workspace.names(&folder) {
        if let Some(request) = file.strip_suffix(DECISION) {
            let request = format!("{folder}/{request}.yaml");
            answers(workspace, &gate(&folder, &request), &format!("{folder}/{file}"), bless)?;
        }
    }
    Ok(())
}

/// Compares what a command prints with the file that holds it.
fn answers(workspace: &Workspace, command: &[String], file: &str, bless: bool) -> Result<(), String> {
    let mut command = workspace.cargo(command.iter().map(String::as_str));
    let output = command.output().map_err(|error| format!("can't start `{}`: {error}", shown(&command)))?;
    let (answer, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // Findings are what an example is there to show; only an answer that could not be given is wrong.
    if !matches!(output.status.code(), Some(0 | 1 | 3)) {
        return Err(format!("`{}` failed ({})\n{}", shown(&command), output.status, said.trim_end()));
    }
    if bless {
        println!("wrote {file}");
        return workspace.write(file, &answer);
    }
    let expected = workspace.read(file)?;
    if expected == answer {
        println!("{file}: {}", output.status);
        return Ok(());
    }
    let at = expected.lines().zip(answer.lines()).take_while(|(old, new)| old == new).count();
    let line = |text: &str| text.lines().nth(at).unwrap_or("(end of the text)").to_owned();
    Err(format!(
        "`{file}` differs from line {}:\n  - {}\n  + {}\nIf the new one is right, run `cargo xtask examples --bless`",
        at + 1,
        line(&expected),
        line(&answer)
    ))
}

const PROGRAM: [&str; 6] = ["run", "--quiet", "--release", "--package", "paritygate-cli", "--"];

fn check(folder: &str) -> Vec<String> {
    PROGRAM.into_iter().chain(["check", folder, "--no-color", "--now", NOW]).map(str::to_owned).collect()
}

/// A request says itself for when it is judged.
fn gate(folder: &str, request: &str) -> Vec<String> {
    PROGRAM.into_iter().chain(["gate", folder, "--no-color", "--request", request]).map(str::to_owned).collect()
}
