//! Lists the files of a project's folder.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use crate::limits::{MAX_FOLDERS, MAX_SEARCHED};

/// Folders that are large and never hold a project's own environments. Hidden folders are not looked into either.
const SKIPPED: [&str; 8] =
    ["__pycache__", "bower_components", "coverage", "node_modules", "site-packages", "target", "vendor", "venv"];

/// What a search found.
pub(crate) struct Found {
    /// The files, as paths from the folder with `/`, sorted.
    pub(crate) names: Vec<String>,
    /// Folders that were not looked into, hidden ones left out, sorted.
    pub(crate) skipped: Vec<String>,
    /// Why not everything was looked at.
    pub(crate) stopped: Option<String>,
}

/// Lists the files below a folder, level by level. Links to folders are not followed.
pub(crate) fn files(root: &Path) -> Found {
    search(root, MAX_SEARCHED, MAX_FOLDERS)
}

fn search(root: &Path, max_searched: usize, max_folders: usize) -> Found {
    let mut found = Found { names: Vec::new(), skipped: Vec::new(), stopped: None };
    let mut folders: VecDeque<(PathBuf, String, usize)> = VecDeque::from([(root.to_path_buf(), String::new(), 0)]);
    let mut searched = 0;
    while let Some((folder, prefix, depth)) = folders.pop_front() {
        // A folder that can't be read holds nothing that could be compared.
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut below: Vec<(String, fs::DirEntry)> = Vec::new();
        for entry in entries.flatten() {
            searched += 1;
            if searched > max_searched {
                found.stopped = Some(format!("the folder holds more than {max_searched} files"));
                break;
            }
            // No name of ours has other characters.
            let Ok(name) = entry.file_name().into_string() else { continue };
            below.push((name, entry));
        }
        below.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, entry) in below {
            let Ok(kind) = entry.file_type() else { continue };
            let links_to_folder = || kind.is_symlink() && fs::metadata(entry.path()).is_ok_and(|about| about.is_dir());
            if kind.is_dir() {
                if SKIPPED.contains(&name.as_str()) {
                    found.skipped.push(format!("{prefix}{name}"));
                } else if !name.starts_with('.') {
                    if depth + 1 < max_folders {
                        folders.push_back((entry.path(), format!("{prefix}{name}/"), depth + 1));
                    } else {
                        let deep = || format!("folders nest more than {max_folders} deep, as in `{prefix}{name}`");
                        found.stopped.get_or_insert_with(deep);
                    }
                }
            } else if !links_to_folder() {
                found.names.push(format!("{prefix}{name}"));
            }
        }
        if searched > max_searched {
            break;
        }
    }
    found.names.sort_unstable();
    found.skipped.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with empty files, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn with(name: &str, files: &[&str]) -> Self {
            let root = std::env::temp_dir().join(format!("paritygate-walk-{name}-{}", std::process::id()));
            for file in files {
                let path = root.join(file);
                fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
                fs::write(path, "").expect("can be written");
            }
            Self(root)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _best_effort = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn files_are_listed_in_order() {
        let folder = Folder::with("order", &["b", "a/.env", ".env", ".git/config", "node_modules/x/.env", "a/b/c"]);
        let found = files(&folder.0);
        assert_eq!(found.names, [".env", "a/.env", "a/b/c", "b"]);
        assert_eq!(found.skipped, ["node_modules"]);
        assert_eq!(found.stopped, None);
    }

    #[test]
    fn the_search_is_bounded() {
        let folder = Folder::with("bounds", &["a/b/c/d", "e", "f"]);
        let found = search(&folder.0, 100, 2);
        assert_eq!(found.names, ["e", "f"]);
        assert_eq!(found.stopped.as_deref(), Some("folders nest more than 2 deep, as in `a/b`"));
        assert_eq!(search(&folder.0, 2, 16).stopped.as_deref(), Some("the folder holds more than 2 files"));
    }
}
