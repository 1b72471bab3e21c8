//! From paths to loaded environments.

use std::path::{Path, PathBuf};

use paritygate::naming::MANIFESTS;
use paritygate::{Diagnostic, Files, FingerprintKey, Plan, Project, SecretTable, SortedMap, Supplied};

use crate::disk::{Disk, resolved, tidied};
use crate::limits;
use crate::terminal::{Error, error, reason};

/// Files that a user named, and the folder from which their names count.
pub(crate) struct Named {
    /// The folder: where the user stands if all files lie below, else the one that holds them all.
    pub(crate) root: PathBuf,
    /// Each file's name, and its path as the user gave it.
    pub(crate) files: Vec<(String, PathBuf)>,
}

/// Names files by their paths from one folder.
///
/// # Errors
///
/// If it is not known where the user stands, or a path holds no Unicode.
pub(crate) fn named(paths: &[PathBuf]) -> Result<Named, Error> {
    let here = std::env::current_dir()
        .map_err(|wrong| error("no-such-folder", format!("the current folder can't be used: {}", reason(&wrong))))?;
    let absolute: Vec<PathBuf> = paths.iter().map(|path| resolved(&here.join(path))).collect();
    let root = root(&here, &absolute);
    // Paths are told as they are typed: from here.
    let shown = if root == here { PathBuf::from(".") } else { root.clone() };
    let mut files = Vec::new();
    for (path, absolute) in paths.iter().zip(&absolute) {
        files.push((relative(absolute, &root)?, path.clone()));
    }
    Ok(Named { root: shown, files })
}

fn root(here: &Path, files: &[PathBuf]) -> PathBuf {
    if files.iter().all(|file| file.starts_with(here)) {
        return here.to_path_buf();
    }
    let mut folders = files.iter().filter_map(|file| file.parent());
    let mut root = folders.next().unwrap_or(here).to_path_buf();
    for folder in folders {
        while !folder.starts_with(&root) && root.pop() {}
    }
    root
}

/// A path from a folder, with `/`.
fn relative(path: &Path, root: &Path) -> Result<String, Error> {
    let rest = path.strip_prefix(root).unwrap_or(path);
    let parts: Option<Vec<&str>> = rest.iter().map(|part| part.to_str()).collect();
    let parts = parts.ok_or_else(|| error("bad-path", format!("the path `{}` is not Unicode", path.display())))?;
    Ok(parts.join("/"))
}

/// The paths of files from where the user stands, by their names: as the user typed them, else below the folder.
pub(crate) fn paths(files: &Files, disk: &Disk, typed: &[(String, PathBuf)]) -> SortedMap<String, String> {
    let mut paths: SortedMap<String, String> = files.keys().map(|name| (name.clone(), disk.path(name))).collect();
    paths.extend(typed.iter().map(|(name, path)| (name.clone(), tidied(path).display().to_string())));
    paths
}

/// Reads files that the user named.
pub(crate) fn read_named(named: &Named, disk: &Disk) -> Files {
    let read = |(name, path): &(String, PathBuf)| {
        let supplied = match disk.read_named(name, path) {
            Supplied::Absent => {
                let missing = Diagnostic::nowhere("file-not-found", format!("`{}` does not exist", path.display()));
                Supplied::Broken(missing.help("check the path"))
            }
            supplied => supplied,
        };
        (name.clone(), supplied)
    };
    named.files.iter().map(read).collect()
}

/// What the project's manifest calls plain and secret: that holds also where its files are named one by one.
pub(crate) fn secrets(disk: &Disk) -> SecretTable {
    let manifest = MANIFESTS.iter().find_map(|name| match disk.read(name) {
        Supplied::Text(source) => Some(source),
        _ => None,
    });
    manifest.map(|source| Plan::of_text(&source).secrets).unwrap_or_default()
}

/// Loads a plan's environments, and hands in from disk what their texts ask for.
pub(crate) fn load(plan: &Plan, disk: &Disk, files: &mut Files, key: &FingerprintKey) -> Project {
    for _ in 0..limits::MAX_ROUNDS {
        let project = Project::load(plan, files, key);
        if project.needs.is_empty() {
            return project;
        }
        for need in &project.needs {
            if !files.contains_key(&need.path) {
                let supplied = disk.read(&need.path);
                files.insert(need.path.clone(), supplied);
            }
        }
    }
    let mut project = Project::load(plan, files, key);
    for need in project.needs.drain(..) {
        let message =
            format!("`{}` was not read: files ask for files more than {} times", need.path, limits::MAX_ROUNDS);
        let wrong = match need.at {
            Some(at) => Diagnostic::error("too-many-files", at, message),
            None => Diagnostic::nowhere("too-many-files", message),
        };
        project.diagnostics.push(wrong.help("name fewer files that name others"));
    }
    project
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_from_where_the_user_stands() {
        let root = |files: &[&str]| root(Path::new("/u/me"), &files.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(root(&["/u/me/a/.env", "/u/me/b"]), Path::new("/u/me"));
        assert_eq!(root(&["/srv/a/.env", "/srv/b/.env"]), Path::new("/srv"));
        assert_eq!(root(&["/srv/a/.env", "/u/me/.env"]), Path::new("/"));
        assert_eq!(root(&["/srv/a/.env"]), Path::new("/srv/a"));
    }
}
