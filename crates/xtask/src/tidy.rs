//! What no compiler checks. Each check is a function from the workspace's text files to problems.

mod arrows;
pub(crate) mod lists;
mod policies;
mod text;

use std::fmt;

use crate::workspace::{Files, Workspace};

/// What may lie in the root beside files and folders whose name begins with a dot.
const TOP_LEVEL: [&str; 9] =
    ["Cargo.lock", "Cargo.toml", "README.md", "bindings", "crates", "examples", "policies", "schemas", "tests"];
/// What may lie there because Git ignores it.
const IGNORED: [&str; 2] = ["target", "node_modules"];

/// Something that is not as it should be.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The file, with the line where one is meant.
    at: String,
    /// What is wrong.
    what: String,
    /// What to do.
    help: String,
}

impl Problem {
    fn new(at: impl Into<String>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at: at.into(), what: what.into(), help: help.into() }
    }

    /// Whether a file, or a line of it, is at fault.
    pub(crate) fn is_about(&self, file: &str) -> bool {
        self.at.strip_prefix(file).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  help: {}", self.at, self.what, self.help)
    }
}

/// Checks the workspace.
///
/// # Errors
///
/// If something is not as it should be.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    let problems = check(workspace)?;
    for problem in &problems {
        eprintln!("error: {problem}");
    }
    match problems.len() {
        0 => {
            println!("all is tidy");
            Ok(())
        }
        count => Err(format!("tidy: {count} problems")),
    }
}

/// Everything that is not as it should be.
///
/// # Errors
///
/// If a file or manifest can't be read.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<Problem>, String> {
    let files = workspace.files()?;
    let mut problems = text::check(&files);
    problems.extend(arrows::check(&workspace.metadata()?));
    problems.extend(lists::LISTS.iter().flat_map(|list| list.check(&files)));
    problems.extend(policies::check(&files));
    problems.extend(top_level(&workspace.names("")));
    Ok(problems)
}

fn top_level(names: &[String]) -> Vec<Problem> {
    let allowed = |name: &str| {
        name.starts_with('.') || name.starts_with("LICENSE") || TOP_LEVEL.contains(&name) || IGNORED.contains(&name)
    };
    let strange = names.iter().filter(|name| !allowed(name));
    let help = "move it to the folder that it belongs to; configuration hides behind a dot";
    strange.map(|name| Problem::new(name.as_str(), "does not belong to the top level", help)).collect()
}

/// The files below a folder whose name ends so.
fn below<'a>(files: &'a Files, folder: &'a str, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let inside = move |path: &str| path.starts_with(folder) && path.ends_with(ending);
    files.iter().filter(move |(path, _)| inside(path)).map(|(path, text)| (path.as_str(), text.as_str()))
}

/// The problems as text, for tests.
#[cfg(test)]
fn shown(problems: &[Problem]) -> String {
    let line = |problem: &Problem| [problem.at.as_str(), ": ", problem.what.as_str(), "\n"].concat();
    problems.iter().map(line).collect()
}

/// Files from pairs, for tests.
#[cfg(test)]
fn files(pairs: &[(&str, &str)]) -> Files {
    pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_level_holds_what_the_design_says() {
        let names = [".ci", "Cargo.toml", "LICENSE-MIT", "README.md", "crates", "notes.txt", "target"];
        let problems = top_level(&names.map(str::to_owned));
        assert_eq!(shown(&problems), "notes.txt: does not belong to the top level\n");
    }
}
