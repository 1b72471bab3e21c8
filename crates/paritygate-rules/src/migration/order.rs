//! Migrations that are late: lower than one that ran before them.

use paritygate_model::SortedMap;

use super::graph::Graph;
use super::number::{Number, number};
use super::operation::{Name, tables};
use super::{Applied, Database, Ran, Union};

/// A migration that is lower than one that ran before it somewhere.
pub(crate) struct Late<'a> {
    /// The migration.
    pub(crate) id: &'a str,
    /// The highest one that ran before it.
    pub(crate) mark: &'a str,
    /// The environment.
    pub(crate) environment: &'a str,
    /// Whether it ran there already, and it is the target in which the order is to be another.
    pub(crate) has_run: bool,
    /// Whether it touches a table that a higher one touched before it.
    pub(crate) overlap: Overlap<'a>,
}

/// Whether two migrations touch the same table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlap<'a> {
    /// They don't.
    None,
    /// The operations of this migration are not known.
    Unknown(&'a str),
    /// They do: the table, and the migration that touched it.
    Table(Name<'a>, &'a str),
}

/// The highest migrations seen so far.
#[derive(Default)]
struct Marks<'a> {
    all: Option<(Number<'a>, &'a str)>,
    by_table: SortedMap<Name<'a>, (Number<'a>, &'a str)>,
    /// The highest of which it is not known what it touches.
    unknown: Option<(Number<'a>, &'a str)>,
}

impl<'a> Marks<'a> {
    fn see(&mut self, number: &Number<'a>, id: &'a str, tables: Option<&[Name<'a>]>) {
        let raise = |mark: &mut Option<(Number<'a>, &'a str)>| {
            if mark.as_ref().is_none_or(|(highest, _)| highest < number) {
                *mark = Some((number.clone(), id));
            }
        };
        raise(&mut self.all);
        let Some(tables) = tables else { return raise(&mut self.unknown) };
        for table in tables {
            let mark = self.by_table.entry(*table).or_insert_with(|| (number.clone(), id));
            if mark.0 < *number {
                *mark = (number.clone(), id);
            }
        }
    }

    /// The mark above a number, and whether what is below it touches the same tables.
    fn above(&self, number: &Number<'a>, id: &'a str, tables: Option<&[Name<'a>]>) -> Option<(&'a str, Overlap<'a>)> {
        let (_, mark) = self.all.as_ref().filter(|(highest, _)| highest > number)?;
        let Some(tables) = tables else { return Some((mark, Overlap::Unknown(id))) };
        let same = tables.iter().find_map(|table| {
            let (highest, other) = self.by_table.get(table)?;
            (highest > number).then_some(Overlap::Table(*table, other))
        });
        let unknown = self.unknown.as_ref().filter(|(highest, _)| highest > number && !tables.is_empty());
        let overlap = same.or_else(|| unknown.map(|(_, other)| Overlap::Unknown(other)));
        Some((mark, overlap.unwrap_or(Overlap::None)))
    }
}

/// The migrations that will run late in an environment, or ran late there and will not in the target.
pub(crate) fn late<'a>(
    database: &Database<'a>,
    union: &Union<'_, 'a>,
    graph: &Graph<'a>,
    environment: &'a str,
    ran_here: &SortedMap<&'a str, Ran<'a>>,
    ran_in_target: Option<&SortedMap<&'a str, Ran<'a>>>,
) -> Vec<Late<'a>> {
    let of_union = |id: &str| union.get(id).map(|brought| brought.migration);
    let touched = |id: &str| of_union(id).and_then(|migration| tables(migration.operations.as_deref()));
    let mut found = Vec::new();
    let (mut marks, mut new_in_target) = (Marks::default(), Marks::default());
    for id in sequence(database, environment) {
        let Some(number) = number(id) else { continue };
        let tables = touched(id);
        // Two that the target has not both run will run there by their numbers.
        if let Some(target) = ran_in_target {
            if let Some((mark, overlap)) = new_in_target.above(&number, id, tables.as_deref()) {
                found.push(Late { id, mark, environment, has_run: true, overlap });
            }
            if !target.contains_key(id) {
                new_in_target.see(&number, id, tables.as_deref());
            }
        }
        marks.see(&number, id, tables.as_deref());
    }
    for id in union.keys() {
        if ran_here.contains_key(id) || graph.is_squashed(id) {
            continue;
        }
        let Some(number) = number(id) else { continue };
        let tables = touched(id);
        if let Some((mark, overlap)) = marks.above(&number, id, tables.as_deref()) {
            found.push(Late { id, mark, environment, has_run: false, overlap });
        }
    }
    found
}

/// What ran in an environment, in the order in which it did: by its recorded order, else by time, else by number.
fn sequence<'a>(database: &Database<'a>, environment: &str) -> Vec<&'a str> {
    let applied = database.of(environment).and_then(|described| described.applied.as_ref());
    let mut all: Vec<(&str, &Applied<'_>)> =
        applied.into_iter().flatten().map(|(id, applied)| (*id, applied)).collect();
    if all.iter().all(|(_, applied)| applied.order.is_some()) {
        all.sort_by_key(|(id, applied)| (applied.order, number(id)));
    } else if all.iter().all(|(_, applied)| applied.at.is_some()) {
        all.sort_by_key(|(id, applied)| (applied.at, number(id)));
    } else {
        all.sort_by_key(|(id, _)| number(id));
    }
    all.into_iter().map(|(id, _)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is late below some that ran, each with the tables that it touches, if those are known.
    fn above(
        ran: &[(&'static str, Option<&[Name<'static>]>)],
        id: &'static str,
        tables: Option<&[Name<'static>]>,
    ) -> Option<(&'static str, Overlap<'static>)> {
        let mut marks = Marks::default();
        for (id, tables) in ran {
            marks.see(&number(id).expect("a number"), id, *tables);
        }
        marks.above(&number(id).expect("a number"), id, tables)
    }

    const T: Name<'_> = Name("t");
    const U: Name<'_> = Name("u");
    const V: Name<'_> = Name("v");

    #[test]
    fn the_highest_one_above_is_told() {
        let ran: [(&str, Option<&[Name<'_>]>); 3] = [("2_b", Some(&[T])), ("3_c", Some(&[U])), ("3_d", Some(&[U]))];
        assert_eq!(above(&ran, "1_x", Some(&[T])), Some(("3_c", Overlap::Table(T, "2_b"))));
        assert_eq!(above(&ran, "1_x", Some(&[V, U])), Some(("3_c", Overlap::Table(U, "3_c"))));
        assert_eq!(above(&ran, "2_x", Some(&[T])), Some(("3_c", Overlap::None)));
        assert_eq!(above(&ran, "1_x", None), Some(("3_c", Overlap::Unknown("1_x"))));
        assert_eq!(above(&ran, "3_x", Some(&[U])), None);
    }

    #[test]
    fn a_table_has_the_highest_that_touched_it() {
        for ran in [[("2_b", Some(&[T][..])), ("4_d", Some(&[T]))], [("4_d", Some(&[T])), ("2_b", Some(&[T]))]] {
            assert_eq!(above(&ran, "3_x", Some(&[T])), Some(("4_d", Overlap::Table(T, "4_d"))));
        }
    }

    #[test]
    fn what_is_not_known_to_touch_a_table_may() {
        let ran: [(&str, Option<&[Name<'_>]>); 2] = [("3_c", None), ("5_e", Some(&[U]))];
        assert_eq!(above(&ran, "2_x", Some(&[T])), Some(("5_e", Overlap::Unknown("3_c"))));
        assert_eq!(above(&ran, "2_x", Some(&[])), Some(("5_e", Overlap::None)));
        assert_eq!(above(&ran, "3_x", Some(&[T])), Some(("5_e", Overlap::None)));
        assert_eq!(above(&ran, "4_x", Some(&[T])), Some(("5_e", Overlap::None)));
    }
}
