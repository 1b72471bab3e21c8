//! The workspace: where it is, what it holds, and how programs are run in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that hold no sources, whatever level they are on. `.gitignore` says the same.
const PASSED_OVER: [&str; 4] = [".git", "target", "node_modules", "__pycache__"];

/// The folder that holds the workspace.
pub(crate) struct Workspace {
    /// That folder.
    pub(crate) root: PathBuf,
}

/// Text files by their path below the root, with `/` on every system.
pub(crate) type Files = BTreeMap<String, String>;

impl Workspace {
    /// The workspace that this program belongs to.
    ///
    /// # Errors
    ///
    /// If it was started neither by Cargo nor inside a workspace.
    pub(crate) fn find() -> Result<Self, String> {
        // Read at run time, so that the program holds no path of the machine that built it.
        let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::current_dir().map_err(|error| format!("can't find the current folder: {error}"))?,
        };
        let root = start.ancestors().find(|folder| folder.join("crates/xtask/Cargo.toml").is_file());
        root.map(|root| Self { root: root.to_owned() }).ok_or_else(|| "run this inside the workspace".to_owned())
    }

    /// The full path of a file below the root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The text of a file.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub(crate) fn read(&self, relative: &str) -> Result<String, String> {
        std::fs::read_to_string(self.path(relative)).map_err(|error| format!("can't read `{relative}`: {error}"))
    }

    /// Writes a file, with the folders that lead to it.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub(crate) fn write(&self, relative: &str, text: &str) -> Result<(), String> {
        let path = self.path(relative);
        let folder = path.parent().unwrap_or(&self.root);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
        written.map_err(|error| format!("can't write `{relative}`: {error}"))
    }

    /// All text files of the workspace; files that are not UTF-8 are left out.
    ///
    /// # Errors
    ///
    /// If a file or folder can't be read.
    pub(crate) fn files(&self) -> Result<Files, String> {
        let mut files = Files::new();
        Self::collect(&self.root, "", &mut files)?;
        Ok(files)
    }

    /// The names in a folder, sorted; nothing where there is no such folder.
    pub(crate) fn names(&self, relative: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(relative)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Cargo, in the root.
    pub(crate) fn cargo<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(args).current_dir(&self.root);
        command
    }

    /// Git, in the root, whatever repository a hook that started us was about.
    pub(crate) fn git<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new("git");
        command.args(args).current_dir(&self.root);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command
    }

    /// What `cargo metadata` says about the workspace's own crates.
    ///
    /// # Errors
    ///
    /// If a manifest is wrong.
    pub(crate) fn metadata(&self) -> Result<serde_json::Value, String> {
        let text = output(&mut self.cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
        serde_json::from_str(&text).map_err(|error| format!("can't read what `cargo metadata` says: {error}"))
    }

    fn collect(folder: &Path, prefix: &str, files: &mut Files) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("can't read `{}`: {error}", folder.display());
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() && !PASSED_OVER.contains(&name.as_str()) {
                Self::collect(&entry.path(), &format!("{prefix}{name}/"), files)?;
            } else if kind.is_file() {
                let bytes = std::fs::read(entry.path()).map_err(failed)?;
                if let Ok(text) = String::from_utf8(bytes) {
                    files.insert(format!("{prefix}{name}"), text);
                }
            }
        }
        Ok(())
    }
}

/// Runs a program that speaks for itself.
///
/// # Errors
///
/// If it can't be started, or fails.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("can't start `{}`: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", shown(command))) }
}

/// Runs a program for what it prints.
///
/// # Errors
///
/// If it can't be started, or fails: with what it said.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("can't start `{}`: {error}", shown(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` failed ({})\n{}", shown(command), output.status, said.trim_end()))
}

/// Whether a program runs and succeeds, whatever it prints.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// A command as it would be typed.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
