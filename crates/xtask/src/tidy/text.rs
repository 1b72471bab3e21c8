//! What a file may say: headers, lengths, marks of generated files, and words that must not be committed.

use super::{Problem, below};
use crate::codegen;
use crate::workspace::Files;

/// Where Rust files begin with a `//!` line.
const WITH_HEADER: [&str; 4] = ["bindings/", "crates/", "policies/", "tests/"];
/// How long a Rust file may be, its tests left out.
const MAX_LINES: usize = 600;
/// What generated files say.
const GENERATED: &str = "generated, do not edit";
/// The file that spells out what others must not say.
const THIS: &str = "crates/xtask/src/tidy/text.rs";
/// What is read as a source: data (cases, policies, examples) may speak of the paths of containers.
const SOURCES: [&str; 10] = [".rs", ".toml", ".md", ".sh", ".py", ".js", ".ts", ".mjs", "Dockerfile", ".ci/run"];
/// Folders that exist on one machine only. They count where a path begins.
const MACHINE_PATHS: [&str; 4] = ["/work/", "/root/", "/home/", "/Users/"];
/// Where a setting names a package registry: sources take the usual ones.
const REGISTRIES: [&str; 4] = ["replace-with", "index-url", "sparse+http", "[registries"];
/// The one registry that the lock file may name.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Code that is not there yet, and tests that don't run.
const UNFINISHED: [&str; 3] = ["todo!(", "unimplemented!(", "#[ignore"];
/// Notes to oneself. They count in comments: values may be spelled so.
const NOTES: [&str; 2] = ["FIXME", "XXX"];

/// Checks every file.
pub(super) fn check(files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    headers(files, &mut problems);
    lengths(files, &mut problems);
    generated(files, &mut problems);
    words(files, &mut problems);
    lock_file(files, &mut problems);
    problems
}

fn headers(files: &Files, problems: &mut Vec<Problem>) {
    for (path, text) in WITH_HEADER.into_iter().flat_map(|folder| below(files, folder, ".rs")) {
        if !text.starts_with("//! ") {
            let help = "say in the first line what the file is for: `//! …`";
            problems.push(Problem::new(path, "does not begin with a `//!` line", help));
        }
    }
}

fn lengths(files: &Files, problems: &mut Vec<Problem>) {
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("tests/");
    for (path, text) in below(files, "crates/", ".rs").filter(|(path, _)| !is_test(path)) {
        let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
        if lines > MAX_LINES {
            let what = format!("has {lines} lines without its tests; {MAX_LINES} is the limit");
            problems.push(Problem::new(path, what, "split it; aim for 300"));
        }
    }
}

fn generated(files: &Files, problems: &mut Vec<Problem>) {
    for folder in codegen::FOLDERS {
        for (path, text) in below(files, folder, "") {
            if !text.contains(GENERATED) {
                let help = "write it in the generator (in JSON as `$comment`), then run `cargo xtask codegen`";
                problems.push(Problem::new(path, format!("is generated, and does not say `{GENERATED}`"), help));
            }
        }
    }
}

fn words(files: &Files, problems: &mut Vec<Problem>) {
    let is_source = |path: &str| SOURCES.into_iter().any(|ending| path.ends_with(ending)) && path != THIS;
    for (path, text) in files.iter().filter(|(path, _)| is_source(path)) {
        for (at, line) in text.lines().enumerate() {
            let mut problem = |word: &str, help: &str| {
                problems.push(Problem::new(format!("{path}:{}", at + 1), format!("says `{word}`"), help));
            };
            for word in MACHINE_PATHS.into_iter().filter(|word| begins_a_path(line, word)) {
                problem(word, "write a path that every machine has, or one relative to the project");
            }
            for word in REGISTRIES.into_iter().filter(|word| line.contains(word)) {
                problem(word, "leave the choice of a registry to the machine's own configuration");
            }
            for word in UNFINISHED.into_iter().filter(|word| extension(path) == "rs" && line.contains(word)) {
                problem(word, "finish it, or remove it");
            }
            for word in NOTES.into_iter().filter(|word| notes(path, line, word)) {
                problem(word, "do it, or open an issue");
            }
        }
    }
}

fn lock_file(files: &Files, problems: &mut Vec<Problem>) {
    let text = files.get("Cargo.lock").map(String::as_str).unwrap_or_default();
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("source = ") && !line.contains(CRATES_IO) {
            let help = "take the crate from crates.io";
            problems.push(Problem::new(
                format!("Cargo.lock:{}", at + 1),
                "names another registry than crates.io",
                help,
            ));
        }
    }
}

/// Whether one of these folders begins a path there: in `tests/work/a` it does not.
fn begins_a_path(line: &str, folder: &str) -> bool {
    let inside = |before: char| before.is_alphanumeric() || "._-~}>)*/".contains(before);
    line.match_indices(folder).any(|(at, _)| !line.get(..at).is_some_and(|before| before.ends_with(inside)))
}

/// Whether a comment holds that word, as a whole word and not quoted.
fn notes(path: &str, line: &str, word: &str) -> bool {
    let start = if matches!(extension(path), "rs" | "ts" | "js" | "mjs") { "//" } else { "#" };
    let Some((_, comment)) = line.split_once(start) else {
        return false;
    };
    let quoted = |c: char| c.is_alphanumeric() || "`\"'_-<".contains(c);
    comment.match_indices(word).any(|(at, _)| {
        let before = comment.get(..at).unwrap_or_default();
        let after = comment.get(at + word.len()..).unwrap_or_default();
        !before.ends_with(quoted) && !after.starts_with(quoted)
    })
}

fn extension(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{files, shown};
    use super::*;

    fn check_one(path: &str, text: &str, expected: &str) {
        assert_eq!(shown(&check(&files(&[(path, text)]))), expected);
    }

    #[test]
    fn rust_files_begin_with_what_they_are_for() {
        check_one("crates/a/src/lib.rs", "//! A crate.\n", "");
        let expected = "crates/a/src/lib.rs: does not begin with a `//!` line\n";
        check_one("crates/a/src/lib.rs", "use std::fmt;\n", expected);
        check_one("examples/a/main.rs", "fn main() {}\n", "");
    }

    #[test]
    fn files_are_short_and_their_tests_do_not_count() {
        let code = format!("//! Long.\n{}", "\n".repeat(MAX_LINES - 1));
        check_one("crates/a/src/lib.rs", &format!("{code}#[cfg(test)]\nmod tests {{\n}}\n"), "");
        let expected = "crates/a/src/lib.rs: has 601 lines without its tests; 600 is the limit\n";
        check_one("crates/a/src/lib.rs", &format!("{code}\n"), expected);
        check_one("crates/a/src/b/tests.rs", &format!("{code}\n\n"), "");
    }

    #[test]
    fn generated_files_say_so() {
        check_one("schemas/a.schema.json", "{ \"$comment\": \"generated, do not edit: …\" }", "");
        let expected = "schemas/a.schema.json: is generated, and does not say `generated, do not edit`\n";
        check_one("schemas/a.schema.json", "{}", expected);
    }

    #[test]
    fn paths_of_one_machine_are_found_where_a_path_begins() {
        let path = |folder: &str| format!("//! x\nconst A: &str = \"{folder}a\";\n");
        check_one("crates/a.rs", &path(MACHINE_PATHS[0]), &format!("crates/a.rs:2: says `{}`\n", MACHINE_PATHS[0]));
        check_one("crates/a.rs", &path(&format!("net{}", MACHINE_PATHS[0])), "");
        check_one("tests/conformance/a/compose.yaml", &path(MACHINE_PATHS[2]), "");
    }

    #[test]
    fn unfinished_code_and_notes_are_found() {
        check_one("crates/a.rs", "//! x\n// FIXME later\n", "crates/a.rs:2: says `FIXME`\n");
        check_one("crates/a.rs", "//! x\n/// A placeholder such as `FIXME`.\nconst A: &str = \"XXX\";\n", "");
        check_one(
            "crates/a.rs",
            &format!("//! x\nfn a() {{ {}) }}\n", UNFINISHED[0]),
            "crates/a.rs:2: says `todo!(`\n",
        );
    }

    #[test]
    fn the_lock_file_names_one_registry() {
        check_one("Cargo.lock", &format!("source = \"{CRATES_IO}\"\n"), "");
        let expected = "Cargo.lock:1: names another registry than crates.io\n";
        check_one("Cargo.lock", "source = \"registry+https://example.com/index\"\n", expected);
    }
}
