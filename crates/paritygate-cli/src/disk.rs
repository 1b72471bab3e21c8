//! Reads a project's files, and nothing outside its folder unless it may.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use paritygate::{Diagnostic, OUTSIDE, Supplied, document};

use crate::limits;
use crate::terminal::{Error, error, reason};

/// The name of what comes through standard input.
pub(crate) const STDIN: &str = "<stdin>";

/// Whether a path means standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// That standard input is named once at most: it can be read once.
///
/// # Errors
///
/// If it is named twice.
pub(crate) fn read_once<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Error> {
    match paths.into_iter().filter(|path| is_stdin(path)).nth(1) {
        Some(_) => Err(error("usage", "`-` is given twice, and standard input can be read once")),
        None => Ok(()),
    }
}

/// A project's folder.
pub(crate) struct Disk {
    root: PathBuf,
    /// The folder as the user named it, from where the user stands.
    typed: PathBuf,
    allow_outside: bool,
    left: Cell<u64>,
    /// Whether texts are called by their paths from where the user stands: there is another project beside this one.
    by_path: bool,
}

impl Disk {
    /// The folder at `root`.
    ///
    /// # Errors
    ///
    /// If there is no such folder.
    pub(crate) fn new(root: &Path, allow_outside: bool) -> Result<Self, Error> {
        let typed = root.to_path_buf();
        let wrong =
            |why: String| error("no-such-folder", format!("the folder `{}` can't be used: {why}", root.display()));
        let root = fs::canonicalize(root).map_err(|found| wrong(reason(&found)))?;
        if !root.is_dir() {
            return Err(wrong("it is a file".to_owned()));
        }
        Ok(Self { root, typed, allow_outside, left: Cell::new(limits::MAX_READ_BYTES), by_path: false })
    }

    /// Calls texts by their paths from where the user stands, so that those of two projects are told apart.
    pub(crate) fn by_path(self) -> Self {
        Self { by_path: true, ..self }
    }

    /// The folder, without links in its path.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The name of a file that the user named: its path from the folder where it lies in it, else as it was typed.
    pub(crate) fn name(&self, path: &Path) -> String {
        let full = fs::canonicalize(path).ok();
        let inside = full.as_deref().and_then(|full| full.strip_prefix(&self.root).ok());
        inside.unwrap_or(path).display().to_string()
    }

    /// The path of a file from where the user stands.
    pub(crate) fn path(&self, name: &str) -> String {
        tidied(&self.typed.join(name)).display().to_string()
    }

    /// The file at a path that counts from the folder, under that name.
    pub(crate) fn read(&self, path: &str) -> Supplied {
        self.read_as(path, &self.root.join(path), self.allow_outside)
    }

    /// A file that the user named: it may lie anywhere.
    pub(crate) fn read_named(&self, name: &str, path: &Path) -> Supplied {
        self.read_as(name, path, true)
    }

    /// What comes through standard input.
    pub(crate) fn read_stdin(&self) -> Supplied {
        match at_most(std::io::stdin().lock()) {
            Ok(bytes) => self.decoded(STDIN, &bytes),
            Err(wrong) => unreadable("standard input", &reason(&wrong)),
        }
    }

    /// Why a path that counts from the folder may not be read; `None` where it may, or is not there.
    pub(crate) fn refusal(&self, path: &str) -> Option<String> {
        match self.found(path, &self.root.join(path), self.allow_outside) {
            Err(Supplied::Refused(why)) => Some(why),
            _ => None,
        }
    }

    fn read_as(&self, name: &str, path: &Path, anywhere: bool) -> Supplied {
        let full = match self.found(name, path, anywhere) {
            Ok(full) => full,
            Err(instead) => return instead,
        };
        let about = match fs::metadata(&full) {
            Ok(about) => about,
            Err(wrong) => return unreadable(name, &reason(&wrong)),
        };
        // Opening a pipe would wait for its writer.
        if !about.is_file() {
            return unreadable(name, if about.is_dir() { "it is a folder" } else { "it is no regular file" });
        }
        if let Some(large) = self.too_large(name, about.len()) {
            return Supplied::Broken(large);
        }
        match File::open(&full).and_then(at_most) {
            Ok(bytes) => self.decoded(name, &bytes),
            Err(wrong) => unreadable(name, &reason(&wrong)),
        }
    }

    /// Where a file really is, if it may be looked at; else what there is instead of its text.
    fn found(&self, name: &str, path: &Path, anywhere: bool) -> Result<PathBuf, Supplied> {
        // A path that leaves the folder is not even looked at: whether something is there is nobody's business.
        if !anywhere && leaves(name) && !resolved(path).starts_with(&self.root) {
            return Err(Supplied::Refused(OUTSIDE.to_owned()));
        }
        match fs::canonicalize(path) {
            Ok(full) if !anywhere && !full.starts_with(&self.root) => Err(Supplied::Refused(OUTSIDE.to_owned())),
            Ok(full) => Ok(full),
            Err(wrong) if matches!(wrong.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Err(Supplied::Absent)
            }
            Err(wrong) => Err(unreadable(name, &reason(&wrong))),
        }
    }

    /// A text from its bytes.
    pub(crate) fn decoded(&self, name: &str, bytes: &[u8]) -> Supplied {
        self.left.set(self.left.get().saturating_sub(bytes.len() as u64));
        let told = if self.by_path { self.path(name) } else { name.to_owned() };
        let (source, found) = document::decode(&told, bytes);
        match found.into_iter().next() {
            Some(wrong) => Supplied::Broken(wrong),
            None => Supplied::Text(source),
        }
    }

    /// Says so where a file is larger than one text, or all of them together, may be. Such a file is not opened.
    fn too_large(&self, name: &str, bytes: u64) -> Option<Diagnostic> {
        if bytes > paritygate::limits::MAX_DOCUMENT_BYTES as u64 {
            return Some(document::too_large_file(name, bytes));
        }
        (bytes > self.left.get()).then(|| {
            let limit = limits::MAX_READ_BYTES / 1_000_000;
            let message = format!("with `{name}` the files have more than {limit} MB together, which is the limit");
            Diagnostic::nowhere("too-much-input", message).help("check fewer files at once")
        })
    }
}

/// At most one byte more than a text may have: a file may grow while it is read.
fn at_most(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(paritygate::limits::MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(name: &str, why: &str) -> Supplied {
    let help = "hand in a file that can be read, or leave it out";
    Supplied::Broken(Diagnostic::nowhere("file-not-readable", format!("`{name}` can't be read: {why}")).help(help))
}

/// Whether a path may lead out of the folder that it counts from.
fn leaves(path: &str) -> bool {
    let path = Path::new(path);
    path.is_absolute() || path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir))
}

/// A path without `.` and `..`, told without looking at the disk.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A path without `.`, and without `..` where something stands before it.
pub(crate) fn tidied(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match (part, out.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                out.pop();
            }
            _ => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_are_known() {
        for (path, expected) in
            [("a/b", false), ("./a", false), ("../a", true), ("a/../../b", true), ("/etc/passwd", true)]
        {
            assert_eq!(leaves(path), expected, "{path}");
        }
    }

    #[test]
    fn paths_are_told_from_where_the_user_stands() {
        let cases = [
            (".", "a/b", "a/b"),
            ("x/", "./a", "x/a"),
            ("..", "a", "../a"),
            ("x", "../../a", "../a"),
            ("/x", "a", "/x/a"),
            ("x", "/a", "/a"),
        ];
        for (folder, name, expected) in cases {
            assert_eq!(tidied(&Path::new(folder).join(name)), Path::new(expected), "{folder} {name}");
        }
    }

    #[test]
    fn paths_are_resolved_by_their_text() {
        for (path, expected) in [("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../../b", "/b")] {
            assert_eq!(resolved(Path::new(path)), Path::new(expected));
        }
    }
}
