//! Folder = list: each kind and each format is one file, one `mod` line and one entry, sorted and named alike.

use std::collections::BTreeSet;

use super::{Problem, below};
use crate::workspace::Files;

/// A list with the folder whose files it lists.
pub(crate) struct List {
    /// The file that holds the list.
    pub(crate) file: &'static str,
    /// How its entries look.
    pub(crate) entries: Entries,
}

/// How the entries of a list look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entries {
    /// `Entry::of::<one_of::OneOf>(),`
    Kinds,
    /// `GateEntry::of::<allowed_window::AllowedWindow>(),`
    Gates,
    /// `&dotenv::FORMAT,`
    Formats,
}

/// All lists.
pub(crate) const LISTS: [List; 5] = [
    List { file: "crates/paritygate-rules/src/parity.rs", entries: Entries::Kinds },
    List { file: "crates/paritygate-rules/src/promotion.rs", entries: Entries::Gates },
    List { file: "crates/paritygate-import/src/formats.rs", entries: Entries::Formats },
    List { file: "crates/paritygate-import/src/facts.rs", entries: Entries::Formats },
    List { file: "crates/paritygate-report/src/formats.rs", entries: Entries::Formats },
];

/// A name in a list, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    /// The module.
    pub(crate) module: &'a str,
    /// What of the module is listed; empty for a `mod` line.
    pub(crate) item: &'a str,
    /// The line, from 0.
    pub(crate) line: usize,
}

impl List {
    /// Compares the list with its folder.
    pub(super) fn check(&self, files: &Files) -> Vec<Problem> {
        let Some(text) = files.get(self.file) else {
            return vec![Problem::new(self.file, "this list is missing", "restore it, or change `LISTS` in xtask")];
        };
        let folder = self.file.replace(".rs", "/");
        let stem = |path: &str| path.strip_prefix(folder.as_str())?.strip_suffix(".rs").map(str::to_owned);
        let present: BTreeSet<String> = below(files, &folder, ".rs")
            .filter_map(|(path, _)| stem(path))
            .filter(|stem| !stem.contains('/'))
            .collect();
        let (modules, entries) = (modules(text), self.entries.of(text));

        let mut problems = Vec::new();
        for module in &present {
            let file = format!("{folder}{module}.rs");
            let count = |list: &[Named<'_>]| list.iter().filter(|named| named.module == module).count();
            if count(&modules) != 1 {
                let help = format!("write `mod {module};` once in `{}`", self.file);
                problems.push(Problem::new(&file, format!("has {} `mod` lines", count(&modules)), help));
            }
            if count(&entries) != 1 {
                let help = format!("write `{},` once in `ALL` of `{}`", self.entries.shown(module), self.file);
                problems.push(Problem::new(&file, format!("has {} entries in `ALL`", count(&entries)), help));
            }
            let name = self.entries.declaration(module);
            if !files.get(&file).is_some_and(|text| text.contains(&name)) {
                problems.push(Problem::new(&file, format!("does not say `{name}`"), "name file and wire alike"));
            }
        }
        for named in modules.iter().chain(&entries).filter(|named| !present.contains(named.module)) {
            let what = format!("names `{}`, and there is no `{folder}{}.rs`", named.module, named.module);
            problems.push(Problem::new(self.at(named), what, "remove the line, or write the file"));
        }
        for named in entries.iter().filter(|named| named.item != self.entries.item(named.module)) {
            let what = format!("`{}::{}` is named unlike its file", named.module, named.item);
            let help = format!("call it `{}`", self.entries.item(named.module));
            problems.push(Problem::new(self.at(named), what, help));
        }
        for list in [&modules, &entries] {
            let unsorted = list.windows(2).filter_map(|pair| match pair {
                [first, second] if kebab(first.module) > kebab(second.module) => Some((first, second)),
                _ => None,
            });
            problems.extend(unsorted.map(|(first, second)| {
                let help = format!("move it before `{}`", first.module);
                Problem::new(self.at(second), format!("`{}` is out of order", second.module), help)
            }));
        }
        problems
    }

    fn at(&self, named: &Named<'_>) -> String {
        format!("{}:{}", self.file, named.line + 1)
    }
}

impl Entries {
    /// The entries in the text of a list.
    pub(crate) fn of<'a>(self, text: &'a str) -> Vec<Named<'a>> {
        let (before, after) = match self {
            Self::Kinds => ("Entry::of::<", ">()"),
            Self::Gates => ("GateEntry::of::<", ">()"),
            Self::Formats => ("&", ""),
        };
        let entry = |line: usize, item: &'a str| {
            let (module, item) = item.trim().strip_prefix(before)?.strip_suffix(after)?.split_once("::")?;
            Some(Named { module, item, line })
        };
        let mut inside = false;
        let mut out = Vec::new();
        for (at, line) in text.lines().enumerate() {
            // `ALL` begins at `= &[` and ends at `];`, on one line or several.
            let mut rest = line;
            if !inside && let Some((_, list)) = line.split_once("= &[") {
                (inside, rest) = (line.contains("ALL:"), list);
            }
            if inside {
                let list = rest.split("];").next().unwrap_or_default();
                out.extend(list.split(',').filter_map(|item| entry(at, item)));
                inside = !rest.contains("];");
            }
        }
        out
    }

    /// The entry of a module.
    pub(crate) fn shown(self, module: &str) -> String {
        match self {
            Self::Kinds => format!("Entry::of::<{module}::{}>()", self.item(module)),
            Self::Gates => format!("GateEntry::of::<{module}::{}>()", self.item(module)),
            Self::Formats => format!("&{module}::{}", self.item(module)),
        }
    }

    /// What of a module its entry names.
    fn item(self, module: &str) -> String {
        match self {
            Self::Kinds | Self::Gates => pascal(module),
            Self::Formats => "FORMAT".to_owned(),
        }
    }

    /// What the module's file says about its name.
    fn declaration(self, module: &str) -> String {
        match self {
            Self::Kinds | Self::Gates => format!("const NAME: &'static str = \"{}\"", kebab(module)),
            Self::Formats => format!("name: \"{}\"", kebab(module)),
        }
    }
}

/// The `mod` lines in the text of a list, without those of tests.
pub(crate) fn modules(text: &str) -> Vec<Named<'_>> {
    let module = |line: &'_ str| -> Option<usize> {
        let start = ["mod ", "pub mod ", "pub(crate) mod "].into_iter().find(|start| line.starts_with(start))?;
        line.ends_with(';').then_some(start.len())
    };
    let mut previous = "";
    let mut out = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if previous != "#[cfg(test)]"
            && let Some(start) = module(line)
        {
            let name = line.get(start..line.len() - 1).unwrap_or_default();
            out.push(Named { module: name, item: "", line: at });
        }
        previous = line;
    }
    out
}

/// `one_of` as `one-of`.
pub(crate) fn kebab(module: &str) -> String {
    module.replace('_', "-")
}

/// `one_of` as `OneOf`.
pub(crate) fn pascal(module: &str) -> String {
    let mut out = String::new();
    for word in module.split(['_', '-']) {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{files, shown};
    use super::*;

    const KINDS: List = List { file: "src/parity.rs", entries: Entries::Kinds };
    const FORMATS: List = List { file: "src/formats.rs", entries: Entries::Formats };
    const SAME: (&str, &str) = ("src/parity/same.rs", "const NAME: &'static str = \"same\";");
    const ONE_OF: (&str, &str) = ("src/parity/one_of.rs", "const NAME: &'static str = \"one-of\";");

    fn check_kinds(list: &str, others: &[(&str, &str)]) -> String {
        let mut pairs = vec![("src/parity.rs", list)];
        pairs.extend(others);
        shown(&KINDS.check(&files(&pairs)))
    }

    #[test]
    fn a_list_that_equals_its_folder_is_fine() {
        let list = "mod one_of;\nmod same;\n#[cfg(test)]\nmod tests;\n\npub static ALL: &[Entry] = &[\n    \
                    Entry::of::<one_of::OneOf>(),\n    Entry::of::<same::Same>(),\n];\n\nfn help() {}\n";
        assert_eq!(check_kinds(list, &[ONE_OF, SAME, ("src/parity/same/more.rs", "")]), "");
    }

    #[test]
    fn formats_may_be_listed_on_one_line() {
        let list = "pub mod json;\npub mod text;\n\npub static ALL: &[&Format] = &[&json::FORMAT, &text::FORMAT];\n";
        let folder = files(&[
            ("src/formats.rs", list),
            ("src/formats/json.rs", "name: \"json\""),
            ("src/formats/text.rs", "name: \"text\""),
        ]);
        assert_eq!(shown(&FORMATS.check(&folder)), "");
    }

    #[test]
    fn forgotten_lines_are_problems() {
        let list = "mod same;\n\npub static ALL: &[Entry] = &[\n];\n";
        let said = check_kinds(list, &[ONE_OF, SAME]);
        assert_eq!(
            said,
            "src/parity/one_of.rs: has 0 `mod` lines\n\
             src/parity/one_of.rs: has 0 entries in `ALL`\n\
             src/parity/same.rs: has 0 entries in `ALL`\n"
        );
    }

    #[test]
    fn lines_without_a_file_doubled_unsorted_and_misnamed_ones_are_problems() {
        let list = "mod same;\nmod one_of;\nmod gone;\n\npub static ALL: &[Entry] = &[\n    \
                    Entry::of::<one_of::OneOf>(),\n    Entry::of::<one_of::OneOf>(),\n    Entry::of::<same::Equal>(),\n];\n";
        let said = check_kinds(list, &[("src/parity/one_of.rs", "const NAME: &'static str = \"any-of\";"), SAME]);
        assert_eq!(
            said,
            "src/parity/one_of.rs: has 2 entries in `ALL`\n\
             src/parity/one_of.rs: does not say `const NAME: &'static str = \"one-of\"`\n\
             src/parity.rs:3: names `gone`, and there is no `src/parity/gone.rs`\n\
             src/parity.rs:8: `same::Equal` is named unlike its file\n\
             src/parity.rs:2: `one_of` is out of order\n\
             src/parity.rs:3: `gone` is out of order\n"
        );
    }
}
