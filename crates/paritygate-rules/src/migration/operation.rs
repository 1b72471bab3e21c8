//! What migrations do to a schema: the kinds of operations that are known.

use std::cmp::Ordering;
use std::fmt;

use super::Operation;

/// What an operation does to a table or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It was not there before.
    Adds,
    /// It is not there any more.
    Removes,
    /// It is there under another name only.
    Renames,
    /// It holds something else, or less.
    Changes,
    /// It has to be there.
    Uses,
}

/// A kind of operation.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name.
    pub(crate) name: &'static str,
    /// Other names for it; case and separators don't count.
    also: &'static [&'static str],
    /// What it does.
    pub(crate) effect: Effect,
    /// Whether it is about a whole table.
    pub(crate) is_whole: bool,
    /// Whether a release that runs already can break by it, or data are lost.
    pub(crate) is_destructive: bool,
}

const fn kind(
    name: &'static str,
    also: &'static [&'static str],
    effect: Effect,
    whole: bool,
    destructive: bool,
) -> Kind {
    Kind { name, also, effect, is_whole: whole, is_destructive: destructive }
}

/// All kinds that are known, sorted by name.
pub(crate) static KINDS: &[Kind] = &[
    kind("add_check", &["add_constraint", "add_check_constraint"], Effect::Uses, false, false),
    kind("add_column", &["add_field"], Effect::Adds, false, false),
    kind("add_foreign_key", &["add_reference"], Effect::Uses, false, false),
    kind(
        "add_not_null",
        &["set_not_null", "add_not_null_constraint", "change_column_null"],
        Effect::Changes,
        false,
        true,
    ),
    kind("add_primary_key", &[], Effect::Uses, false, false),
    kind("add_unique", &["add_unique_constraint"], Effect::Uses, false, false),
    kind(
        "change_column_type",
        &["alter_column_type", "alter_column", "alter_field", "change_column", "modify_column", "modify_data_type"],
        Effect::Changes,
        false,
        true,
    ),
    kind("create_index", &["add_index"], Effect::Uses, false, false),
    kind("create_table", &["add_table", "create_model"], Effect::Adds, true, false),
    kind("delete_rows", &["delete_data", "delete"], Effect::Uses, false, true),
    kind("drop_check", &["drop_constraint", "remove_constraint", "drop_check_constraint"], Effect::Uses, false, false),
    kind(
        "drop_column",
        &["remove_column", "remove_columns", "remove_field", "delete_column"],
        Effect::Removes,
        false,
        true,
    ),
    kind("drop_default", &["drop_default_value"], Effect::Changes, false, false),
    kind("drop_foreign_key", &["remove_foreign_key", "drop_foreign_key_constraint"], Effect::Uses, false, false),
    kind("drop_index", &["remove_index"], Effect::Uses, false, false),
    kind("drop_not_null", &["drop_not_null_constraint"], Effect::Changes, false, false),
    kind("drop_table", &["delete_table", "remove_table", "delete_model"], Effect::Removes, true, true),
    kind("drop_view", &["delete_view", "remove_view"], Effect::Removes, true, true),
    kind("insert_rows", &["insert", "load_data"], Effect::Uses, false, false),
    kind("narrow_column", &["narrow", "shrink_column"], Effect::Changes, false, true),
    kind("remove_enum_value", &["drop_enum_value"], Effect::Changes, false, true),
    kind("rename_column", &["rename_field"], Effect::Renames, false, true),
    kind("rename_table", &["rename_model", "rename_view"], Effect::Renames, true, true),
    kind("set_default", &["add_default_value", "change_column_default"], Effect::Changes, false, false),
    kind("truncate_table", &["truncate"], Effect::Uses, true, true),
    kind("widen_column", &["widen"], Effect::Changes, false, false),
];

fn squeezed(name: &str) -> impl Iterator<Item = char> + '_ {
    name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase())
}

/// The known kind of that name, however it is written: `drop_column`, `DropColumn`, `RemoveField`.
pub(crate) fn known(name: &str) -> Option<&'static Kind> {
    let alike = |other: &str| squeezed(name).eq(squeezed(other));
    KINDS.iter().find(|kind| alike(kind.name) || kind.also.iter().any(|other| alike(other)))
}

/// Whether two names mean the same kind.
pub(crate) fn is_same(name: &str, other: &str) -> bool {
    match (known(name), known(other)) {
        (Some(a), Some(b)) => a.name == b.name,
        (None, None) => squeezed(name).eq(squeezed(other)),
        _ => false,
    }
}

impl<'a> Operation<'a> {
    /// What it is called in messages: `drop_column t.c`.
    pub(crate) fn shown(&self) -> String {
        let kind = known(self.kind).map_or(self.kind, |kind| kind.name);
        match (self.table, self.column) {
            (Some(table), Some(column)) => format!("{kind} {table}.{column}"),
            (Some(table), None) => format!("{kind} {table}"),
            (None, Some(column)) => format!("{kind} {column}"),
            (None, None) => kind.to_owned(),
        }
    }

    /// The tables that it touches; `None` where that is not known.
    pub(crate) fn tables(&self) -> Option<Vec<Name<'a>>> {
        let kind = known(self.kind);
        let renamed = self.to.filter(|_| kind.is_some_and(|kind| kind.is_whole));
        Some(std::iter::once(self.table?).chain(renamed).collect())
    }

    /// What it does to which tables and columns. Nothing is known of kinds that are not.
    pub(crate) fn touches(&self) -> Vec<(Object<'a>, Effect)> {
        let Some((kind, table)) = known(self.kind).zip(self.table) else { return Vec::new() };
        let mut found = Vec::new();
        // A column that is not named is no column: only its table is touched.
        if kind.is_whole || self.column.is_some() {
            let object =
                |name: Option<Name<'a>>| if kind.is_whole { (name.unwrap_or(table), None) } else { (table, name) };
            found.push((object(if kind.is_whole { Some(table) } else { self.column }), kind.effect));
            if kind.effect == Effect::Renames && self.to.is_some() {
                found.push((object(self.to), Effect::Adds));
            }
        }
        if !kind.is_whole {
            found.push(((table, None), Effect::Uses));
        }
        found
    }
}

/// The name of a table or a column. Databases disagree on whether case counts; here it does not, so that one table written in
/// two ways is never taken for two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a>(pub(crate) &'a str);

impl Name<'_> {
    fn folded(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Name<'_> {}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A table, or one of its columns.
pub(crate) type Object<'a> = (Name<'a>, Option<Name<'a>>);

/// The tables that operations touch; `None` where that is not known of one of them.
pub(crate) fn tables<'a>(operations: Option<&[Operation<'a>]>) -> Option<Vec<Name<'a>>> {
    let mut all = Vec::new();
    for operation in operations? {
        all.extend(operation.tables()?);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_the_same_kind() {
        for (a, b, expected) in [
            ("DropColumn", "remove_field", true),
            ("drop_column", "add_column", false),
            ("run_sql", "RunSQL", true),
            ("run_sql", "run_python", false),
            ("run_sql", "drop_column", false),
        ] {
            assert_eq!(is_same(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn what_is_renamed_is_there_under_its_new_name() {
        const T: Name<'_> = Name("t");
        const U: Name<'_> = Name("u");
        const C: Option<Name<'_>> = Some(Name("c"));
        const D: Option<Name<'_>> = Some(Name("d"));
        let of = |kind, column, to| {
            let table = Some(T);
            Operation { kind, table, column, to, reversible: None, has_default: false }.touches()
        };
        let (uses, renames) = (((T, None), Effect::Uses), Effect::Renames);
        assert_eq!(of("rename_table", None, Some(U)), [((T, None), renames), ((U, None), Effect::Adds)]);
        assert_eq!(of("rename_table", None, None), [((T, None), renames)]);
        let column = (T, C);
        assert_eq!(of("rename_column", C, D), [(column, renames), ((T, D), Effect::Adds), uses]);
        assert_eq!(of("rename_column", C, None), [(column, renames), uses]);
        assert_eq!(of("drop_column", C, D), [(column, Effect::Removes), uses]);
        assert_eq!(of("drop_column", None, None), [uses]);
    }

    #[test]
    fn case_does_not_make_another_name() {
        assert_eq!(Name("Users"), Name("users"));
        assert_ne!(Name("users"), Name("user"));
        assert!(Name("A") < Name("b") && Name("a") < Name("B"));
    }

    #[test]
    fn kinds_are_known_however_they_are_written() {
        assert!(KINDS.is_sorted_by(|a, b| a.name < b.name));
        for name in ["drop_column", "DropColumn", "dropColumn", "RemoveField", "remove-columns"] {
            assert_eq!(known(name).map(|kind| kind.name), Some("drop_column"), "{name}");
        }
        for name in ["run_sql", "RunPython", "", "drop"] {
            assert!(known(name).is_none(), "{name}");
        }
    }
}
