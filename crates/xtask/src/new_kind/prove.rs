//! Proves in a copy of the workspace that a new kind is one new file and two lines, and nothing else but generated files.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{codegen, scaffold};
use crate::tidy;
use crate::workspace::{Workspace, output, run as run_command};

/// The kinds that are made: family and name, the list that gets two lines, and the new file.
const MADE: [(&str, &str, &str, &str); 2] = [
    (
        "parity",
        "does-a-thing",
        "crates/paritygate-rules/src/parity.rs",
        "crates/paritygate-rules/src/parity/does_a_thing.rs",
    ),
    (
        "promotion",
        "gates-a-thing",
        "crates/paritygate-rules/src/promotion.rs",
        "crates/paritygate-rules/src/promotion/gates_a_thing.rs",
    ),
];
/// The crate that a new kind belongs to: the only one that has to be built and tested for it.
const CRATE: &str = "paritygate-rules";

/// Makes a kind in a copy, builds and tests its crate there, and looks at what changed.
///
/// # Errors
///
/// If anything fails, or more changed than should. The copy stays for inspection then.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    let target = target_folder(workspace)?;
    let scratch = Workspace { root: target.join("new-kind-proof") };
    remove(&scratch.root)?;
    copy(workspace, &scratch)?;
    prove(&scratch, &target).map_err(|error| format!("{error}\nthe copy is in {}", scratch.root.display()))?;
    remove(&scratch.root)?;
    println!("a new kind is one new file and two lines");
    Ok(())
}

fn prove(scratch: &Workspace, target: &Path) -> Result<(), String> {
    // The index holds the state before: no commit, so neither identity nor hooks of this machine matter.
    output(&mut scratch.git(["init", "--quiet"]))?;
    output(&mut scratch.git(["add", "--all"]))?;
    for (family, name, ..) in MADE {
        scaffold(scratch, family, name)?;
    }

    let cargo = |args: &[&str]| {
        // The same target folder, so that only the copied crates are built again and not what they depend on.
        run_command(scratch.cargo(args.iter().copied()).env("CARGO_TARGET_DIR", target))
    };
    // Of the checks on style only those of what the scaffolder wrote: the rest has its own steps.
    let files = MADE.map(|(.., file)| file);
    run_command(Command::new("rustfmt").args(["--edition", "2024", "--check"]).args(files).current_dir(&scratch.root))?;
    let problems = tidy::check(scratch)?;
    let is_ours =
        |problem: &&tidy::Problem| MADE.iter().any(|(.., list, file)| problem.is_about(file) || problem.is_about(list));
    if let Some(problem) = problems.iter().find(is_ours) {
        return Err(problem.to_string());
    }
    cargo(&["test", "--quiet", "--package", CRATE])?;
    run_command(codegen(scratch).env("CARGO_TARGET_DIR", target))?;

    let changed = output(&mut scratch.git(["diff", "--numstat"]))?;
    let new = output(&mut scratch.git(["ls-files", "--others", "--exclude-standard"]))?;
    judge(&changed, &new)?;
    cargo(&["clippy", "--quiet", "--package", CRATE, "--no-deps", "--all-features", "--", "--deny", "warnings"])
}

/// Looks at what changed: `git diff --numstat` and the list of new files.
fn judge(changed: &str, new: &str) -> Result<(), String> {
    let is_generated =
        |path: &str| crate::codegen::FOLDERS.iter().any(|folder| path.starts_with(&format!("{folder}/")));
    let changed: Vec<&str> =
        changed.lines().filter(|line| !line.rsplit('\t').next().is_some_and(is_generated)).collect();
    let new: Vec<&str> = new.lines().filter(|path| !is_generated(path)).collect();
    let expected = MADE.map(|(.., list, _)| format!("2\t0\t{list}"));
    if changed != expected {
        return Err(format!("a new kind should add two lines to its list; `git diff --numstat` says {changed:?}"));
    }
    if new != MADE.map(|(.., file)| file) {
        return Err(format!("a new kind should be one new file; the new files are {new:?}"));
    }
    Ok(())
}

/// Copies what Git knows or would know: no build results, no ignored files.
fn copy(from: &Workspace, to: &Workspace) -> Result<(), String> {
    let list = output(&mut from.git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        let (source, copy) = (from.path(path), to.path(path));
        // A file that was removed and not yet committed.
        if !source.is_file() {
            continue;
        }
        let folder = copy.parent().unwrap_or(&to.root);
        let copied = std::fs::create_dir_all(folder).and_then(|()| std::fs::copy(&source, &copy));
        copied.map_err(|error| format!("can't copy `{path}`: {error}"))?;
    }
    Ok(())
}

fn target_folder(workspace: &Workspace) -> Result<PathBuf, String> {
    let metadata = workspace.metadata()?;
    let folder = metadata.get("target_directory").and_then(serde_json::Value::as_str);
    folder.map(PathBuf::from).ok_or_else(|| "`cargo metadata` names no target folder".to_owned())
}

fn remove(folder: &Path) -> Result<(), String> {
    if !folder.exists() {
        return Ok(());
    }
    std::fs::remove_dir_all(folder).map_err(|error| format!("can't remove `{}`: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(changed: &str, new: &str, expected: Result<(), &str>) {
        let said = judge(&changed.replace(' ', "\t"), new);
        match expected {
            Ok(()) => assert_eq!(said, Ok(())),
            Err(part) => assert!(said.clone().unwrap_err().contains(part), "{said:?}"),
        }
    }

    #[test]
    fn one_file_two_lines_and_generated_files_are_all() {
        let list: String = MADE.iter().map(|(.., list, _)| format!("2 0 {list}\n")).collect();
        let file: String = MADE.iter().map(|(.., file)| format!("{file}\n")).collect();
        check(&list, &file, Ok(()));
        check(&format!("{list}40 2 schemas/policy.schema.json\n"), &format!("{file}schemas/new.json\n"), Ok(()));
        check(&list.replace("2 0", "2 1"), &file, Err("two lines"));
        check(&format!("{list}1 0 crates/paritygate/src/lib.rs\n"), &file, Err("crates/paritygate/src/lib.rs"));
        check(&list, &format!("{file}docs/a.md\n"), Err("docs/a.md"));
        check(&list, "", Err("one new file"));
    }
}
