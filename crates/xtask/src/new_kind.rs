//! Makes a rule kind: one new file, and two lines in the list beside its siblings.

pub(crate) mod prove;

use std::process::Command;

use crate::tidy::lists::{Entries, Named, kebab, modules, pascal};
use crate::workspace::{Workspace, run as run_command};

const CRATE: &str = "crates/paritygate-rules/src";
/// A kind that compiles, with examples that run: to be changed into what is wanted.
const TEMPLATE: &str = include_str!("new_kind/template.rs.txt");
/// The same for a kind of gate.
const GATE: &str = include_str!("new_kind/gate.rs.txt");
/// The family of the kinds of gates.
const GATES: &str = "promotion";
/// Words that can't name a module.
const KEYWORDS: [&str; 12] =
    ["as", "const", "enum", "for", "if", "in", "loop", "match", "static", "type", "use", "while"];

/// Makes the kind, then the files that are generated from it.
///
/// # Errors
///
/// If there is such a kind, or the list is not as it should be.
pub(crate) fn run(workspace: &Workspace, family: &str, name: &str) -> Result<(), String> {
    let file = scaffold(workspace, family, name)?;
    run_command(&mut codegen(workspace))?;
    println!("wrote {file}\nNow say what it asks, and make its examples those of a user.");
    println!("`cargo test -p paritygate-rules` runs them.");
    Ok(())
}

/// Writes the kind's file and its two lines, and returns the file's path.
fn scaffold(workspace: &Workspace, family: &str, name: &str) -> Result<String, String> {
    let module = module(name)?;
    let list = format!("{CRATE}/{family}.rs");
    let file = format!("{CRATE}/{family}/{module}.rs");
    if workspace.path(&file).exists() {
        return Err(format!("there is a kind `{name}`: {file}"));
    }
    let (template, entries) = if family == GATES { (GATE, Entries::Gates) } else { (TEMPLATE, Entries::Kinds) };
    let text = insert(&workspace.read(&list)?, &module, entries).map_err(|error| format!("{list}: {error}"))?;
    workspace.write(&file, &fill(template, &module))?;
    workspace.write(&list, &text)?;
    Ok(file)
}

/// The command that writes the generated files. This program was built before the kind, so Cargo builds another one; in
/// the profile of tests, which builds in a fraction of the time.
fn codegen(workspace: &Workspace) -> Command {
    workspace.cargo(["run", "--quiet", "--package", "xtask", "--", "codegen"])
}

/// The module of a kind.
fn module(name: &str) -> Result<String, String> {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !name.split('-').all(is_word) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(format!("`{name}` is not a name in kebab-case, such as `one-of`"));
    }
    if KEYWORDS.contains(&name) {
        return Err(format!("`{name}` is a word of Rust and can't name a module"));
    }
    Ok(name.replace('-', "_"))
}

fn fill(template: &str, module: &str) -> String {
    template.replace("{{name}}", &kebab(module)).replace("{{Type}}", &pascal(module))
}

/// The text of a list with a new module in it: two lines, each where the order wants it.
fn insert(text: &str, module: &str, list: Entries) -> Result<String, String> {
    let entries = list.of(text);
    let entry_at = place(&entries, module).ok_or("found no entries in `ALL`, one on each line")?;
    let module_at = place(&modules(text), module).ok_or("found no `mod` lines")?;
    if entries.windows(2).any(|pair| matches!(pair, [a, b] if a.line == b.line)) {
        return Err("`ALL` has several entries on one line; write one on each".to_owned());
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // The entries come after the modules, so inserting there first moves no line of the other list.
    lines.insert(entry_at, format!("    {},", list.shown(module)));
    lines.insert(module_at, format!("mod {module};"));
    Ok(lines.join("\n") + "\n")
}

/// The line before which a module belongs.
fn place(list: &[Named<'_>], module: &str) -> Option<usize> {
    let next = list.iter().find(|named| kebab(named.module) > kebab(module)).map(|named| named.line);
    next.or_else(|| list.last().map(|named| named.line + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
//! Kinds.

mod differ;
mod same;

pub static ALL: &[Entry] = &[
    Entry::of::<differ::Differ>(),
    Entry::of::<same::Same>(),
];

fn help() {}
";

    /// The lines that inserting adds, each with its place from 1.
    fn check_insert(module: &str, expected: [(usize, &str); 2]) {
        let text = insert(LIST, module, Entries::Kinds).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in expected {
            assert_eq!(lines[at - 1], line, "{text}");
        }
        assert_eq!(lines.len(), LIST.lines().count() + 2);
        let is_new = |line: &&str| !expected.iter().any(|(_, new)| new == line);
        let rest: Vec<&str> = lines.into_iter().filter(is_new).collect();
        assert_eq!(rest, LIST.lines().collect::<Vec<_>>());
    }

    #[test]
    fn two_lines_are_inserted_in_order() {
        check_insert("at_least", [(3, "mod at_least;"), (8, "    Entry::of::<at_least::AtLeast>(),")]);
        check_insert("one_of", [(4, "mod one_of;"), (9, "    Entry::of::<one_of::OneOf>(),")]);
        check_insert("same_tag", [(5, "mod same_tag;"), (10, "    Entry::of::<same_tag::SameTag>(),")]);
    }

    #[test]
    fn a_list_that_is_not_one_is_refused() {
        assert!(insert("mod same;\n", "other", Entries::Kinds).unwrap_err().contains("no entries"));
        let one_line = "mod a;\nmod b;\npub static ALL: &[Entry] = &[Entry::of::<a::A>(), Entry::of::<b::B>()];\n";
        assert!(insert(one_line, "other", Entries::Kinds).unwrap_err().contains("several entries on one line"));
    }

    #[test]
    fn names_are_kebab_case() {
        assert_eq!(module("one-of").as_deref(), Ok("one_of"));
        for wrong in ["One-of", "one_of", "-of", "one--of", "", "1-of", "match", "one-of/../../x"] {
            assert!(module(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_template_is_filled() {
        for template in [TEMPLATE, GATE] {
            let text = fill(template, "does_a_thing");
            assert!(text.starts_with("//! `does-a-thing`: "));
            assert!(text.contains("pub struct DoesAThing {"));
            assert!(!text.contains("{{"));
        }
    }
}
