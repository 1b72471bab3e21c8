//! The number that a migration's name begins with: what tools without a graph order migrations by.

/// A version number: its parts, each by length and digits, without leading zeros and without zero parts at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number<'a>(Vec<(usize, &'a str)>);

/// The number of a migration. `None` where its name begins with none: a hash, a repeatable script, words.
pub(crate) fn number(id: &str) -> Option<Number<'_>> {
    let name = id.rsplit('/').next().unwrap_or(id);
    let parts = flyway(name).or_else(|| laravel(name)).or_else(|| dated(name)).or_else(|| leading(name))?;
    let mut parts: Vec<(usize, &str)> =
        parts.into_iter().map(|digits| digits.trim_start_matches('0')).map(|digits| (digits.len(), digits)).collect();
    while parts.last().is_some_and(|(length, _)| *length == 0) {
        parts.pop();
    }
    Some(Number(parts))
}

/// Whether a migration has no number because it runs again whenever it changes.
pub(crate) fn is_repeatable(id: &str) -> bool {
    let name = id.rsplit('/').next().unwrap_or(id);
    name.starts_with("R__")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `V1_2__add_users.sql`: parts up to the two underscores.
fn flyway(name: &str) -> Option<Vec<&str>> {
    let rest = name.strip_prefix(['V', 'B', 'v'])?;
    let version = rest.split_once("__").map_or(rest, |(version, _)| version);
    let parts: Vec<&str> = version.split(['_', '.']).take_while(|part| is_number(part)).collect();
    (!parts.is_empty()).then_some(parts)
}

/// `2024_01_09_102311_create_users`: a date and a time in four parts.
fn laravel(name: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = name.splitn(5, '_').take(4).collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    (lengths == [4, 2, 2, 6] && parts.iter().all(|part| is_number(part))).then_some(parts)
}

/// `2026-07-21_users`, `2026-07-21T09-00-00_users`: a date, and the numbers that follow it.
fn dated(name: &str) -> Option<Vec<&str>> {
    let mut date = name.get(..10)?.split('-');
    let [year, month, day] = [date.next()?, date.next()?, date.next()?];
    let is_date = [year.len(), month.len(), day.len()] == [4, 2, 2] && [year, month, day].into_iter().all(is_number);
    let rest = name.get(10..)?;
    let time = rest.strip_prefix('T').unwrap_or(rest).split(['_', '-', '.', ' ']);
    let time = time.filter(|part| !part.is_empty()).take_while(|part| is_number(part));
    is_date.then(|| [year, month, day].into_iter().chain(time).collect())
}

/// `0042_add_users`, `20260721090000`, `1.2.3`.
fn leading(name: &str) -> Option<Vec<&str>> {
    let first = name.split(['_', '-', '.', ' ']).next()?;
    if !is_number(first) {
        return None;
    }
    let version = name.split(['_', '-', ' ']).next().unwrap_or(first);
    Some(version.split('.').take_while(|part| is_number(part)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_tools_order_them() {
        for (low, high) in [
            ("0041_y", "0042_x"),
            ("9_y", "10_x"),
            ("V1_2__a", "V1_10__b"),
            ("V1__a", "V1.0.1__b"),
            ("2024_01_09_102311_a", "2024_02_01_000000_b"),
            ("20260721000000", "20260721090000_x.rb"),
            ("99999999999999999999999", "199999999999999999999999"),
            ("0000_first", "0001_second"),
            ("1.9", "1.10"),
            ("2026-07-21_b", "2026-07-22_a"),
            ("2026-07-21T00-00_b", "2026-07-21T09-00_a"),
            ("2026-07-21-0930-b", "2026-07-21-1000-a"),
        ] {
            assert!(number(low).is_some() && number(low) < number(high), "{low} {high}");
        }
    }

    #[test]
    fn names_with_one_number() {
        for (a, b) in [
            ("0042_x", "42_y"),
            ("V1__a", "V1.0__b"),
            ("0001_2fa", "1.up.sql"),
            ("app/0042_x", "0042"),
            ("2024_01_09_abcdef_x", "2024"),
            ("1_2_3_4_x", "1"),
            ("2026-ab-cd_x", "2026"),
            ("12345-6-78_x", "12345"),
        ] {
            assert!(number(a).is_some() && number(a) == number(b), "{a} {b}");
        }
    }

    #[test]
    fn names_without_a_number() {
        for id in ["initial", "ae1027a6acf", "1975ea83b712", "R__views", "", "Version", "V__x"] {
            assert_eq!(number(id), None, "{id}");
        }
        assert!(is_repeatable("R__views.sql") && !is_repeatable("V1__x"));
    }
}
