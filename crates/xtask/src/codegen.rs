//! The generated files: the façade says what they hold, this writes and compares them.

mod packs;
mod python;
mod typescript;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::workspace::Workspace;

/// The folders whose files are all generated.
pub(crate) const FOLDERS: &[&str] = &["schemas", typescript::FOLDER];

/// Makes the types of a language: their files, each with its path.
type Generate = fn(&Wire) -> Vec<(String, String)>;

/// What makes the types of other languages from the schema of calls and answers: one file in this folder each.
const LANGUAGES: &[Generate] = &[python::generate, typescript::generate];

/// The schema of calls and answers.
struct Wire(Map<String, Value>);

impl Wire {
    fn of(generated: &[(String, String)]) -> Self {
        let text = generated.iter().find(|(path, _)| path == "schemas/wire.schema.json").map(|(_, text)| text.as_str());
        let schema: Value = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self(schema.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default())
    }

    /// The named parts of the schema.
    fn definitions(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// Writes the generated files, and removes those that nothing generates any more.
///
/// # Errors
///
/// If a file can't be written.
pub(crate) fn write(workspace: &Workspace) -> Result<(), String> {
    let differences = differences(workspace);
    for difference in &differences {
        match difference {
            Difference::Stale { path, content } => workspace.write(path, content)?,
            Difference::Orphan { path } => {
                let removed = std::fs::remove_file(workspace.path(path));
                removed.map_err(|error| format!("can't remove `{path}`: {error}"))?;
            }
        }
        println!("{}", difference.done());
    }
    if differences.is_empty() {
        println!("all generated files are up to date");
    }
    Ok(())
}

/// Compares the generated files with what they should hold.
///
/// # Errors
///
/// If one differs.
pub(crate) fn check(workspace: &Workspace) -> Result<(), String> {
    let differences = differences(workspace);
    for difference in &differences {
        eprintln!("error: {}", difference.wrong());
    }
    match differences.len() {
        0 => Ok(()),
        count => {
            Err(format!("{count} generated files differ from the code; run `cargo xtask codegen` and commit them"))
        }
    }
}

/// How a generated file differs from what the code says.
#[derive(Debug, PartialEq, Eq)]
enum Difference {
    /// It is missing, or holds something else.
    Stale { path: String, content: String },
    /// Nothing generates it.
    Orphan { path: String },
}

impl Difference {
    fn wrong(&self) -> String {
        match self {
            Self::Stale { path, .. } => format!("`{path}` is stale"),
            Self::Orphan { path } => format!("`{path}` is in a generated folder, and nothing generates it"),
        }
    }

    fn done(&self) -> String {
        match self {
            Self::Stale { path, .. } => format!("wrote {path}"),
            Self::Orphan { path } => format!("removed {path}"),
        }
    }
}

fn differences(workspace: &Workspace) -> Vec<Difference> {
    let mut present = BTreeMap::new();
    for folder in FOLDERS {
        for name in workspace.names(folder) {
            present.insert(format!("{folder}/{name}"), String::new());
        }
    }
    let mut generated = paritygate::schema::generate();
    let wire = Wire::of(&generated);
    generated.push(packs::generate());
    generated.extend(LANGUAGES.iter().flat_map(|language| language(&wire)));
    for (path, _) in &generated {
        // A file that can't be read is one to write.
        present.insert(path.clone(), workspace.read(path).unwrap_or_default());
    }
    compare(generated, &present)
}

fn compare(generated: Vec<(String, String)>, present: &BTreeMap<String, String>) -> Vec<Difference> {
    let expected: BTreeMap<String, String> = generated.into_iter().collect();
    let orphans = present.keys().filter(|path| !expected.contains_key(*path)).cloned();
    let mut out: Vec<Difference> = orphans.map(|path| Difference::Orphan { path }).collect();
    let stale = expected.into_iter().filter(|(path, content)| present.get(path) != Some(content));
    out.extend(stale.map(|(path, content)| Difference::Stale { path, content }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn tells_stale_missing_and_orphaned_files() {
        let present = map(&[("schemas/a.json", "old"), ("schemas/b.json", "same"), ("schemas/gone.json", "")]);
        let expected = map(&[("schemas/a.json", "new"), ("schemas/b.json", "same"), ("schemas/c.json", "more")]);
        let said: Vec<String> =
            compare(expected.into_iter().collect(), &present).iter().map(Difference::wrong).collect();
        assert_eq!(
            said,
            [
                "`schemas/gone.json` is in a generated folder, and nothing generates it",
                "`schemas/a.json` is stale",
                "`schemas/c.json` is stale",
            ]
        );
    }
}
