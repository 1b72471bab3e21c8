//! Passwords in statements of SQL: `IDENTIFIED BY 'secret'`, `WITH PASSWORD 'secret'`.

use std::ops::Range;

use super::values;

/// How far before a password the word `identified` may stand: `IDENTIFIED WITH mysql_native_password BY 'secret'`.
const MAX_BEFORE: usize = 96;

/// Hands the passwords of a text to `emit`.
pub(super) fn find(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(open) = bytes.get(from..).and_then(|rest| memchr::memchr(b'\'', rest)).map(|at| from + at) {
        from = open + 1;
        if !is_asked_for(bytes.get(open.saturating_sub(MAX_BEFORE)..open).unwrap_or_default()) {
            continue;
        }
        let end = close(bytes.get(from..).unwrap_or_default()).map_or(text.len(), |end| from + end);
        if text.get(from..end).is_some_and(|value| !value.is_empty() && !values::is_reference(value)) {
            emit(from..end);
        }
        from = end + 1;
    }
}

/// Whether what stands before a quote asks for a password.
fn is_asked_for(before: &[u8]) -> bool {
    let head = before.trim_ascii_end();
    let ends = |word: &str| {
        let start = head.len().checked_sub(word.len());
        let is_word = |start: usize| {
            let bound = start.checked_sub(1).and_then(|at| head.get(at)).is_none_or(u8::is_ascii_whitespace);
            bound && head.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(word.as_bytes()))
        };
        start.is_some_and(is_word)
    };
    let identified = || head.windows(10).any(|word| word.eq_ignore_ascii_case(b"identified"));
    head.len() < before.len() && (ends("password") || ends("by") && identified())
}

/// Where a quoted text ends; two quotes are one.
fn close(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr(b'\'', text.get(from..)?)?;
        if text.get(at + 1) != Some(&b'\'') {
            return Some(at);
        }
        from = at + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_users_are_found() {
        for (text, expected) in [
            ("CREATE USER bob IDENTIFIED BY 'x7';", &["x7"][..]),
            (
                "alter user 'bob'@'%' identified with caching_sha2_password by 'x7', 'eve' identified by 'y8'",
                &["x7", "y8"],
            ),
            ("ALTER ROLE bob WITH ENCRYPTED PASSWORD 'x''7' LOGIN", &["x''7"]),
            ("psql -c \"create role bob password\n'x7\"", &["x7\""]),
            ("SET PASSWORD FOR 'bob'@'%' = 'x7'", &[]),
            ("create role bob password ''", &[]),
            ("create role bob password '${PASSWORD}'", &[]),
            ("select 'x' order by 'y'", &[]),
            ("mypassword 'x' and password'y'", &[]),
        ] {
            let mut found = Vec::new();
            find(text, &mut |range| found.push(text.get(range).expect("inside")));
            assert_eq!(found, expected, "{text}");
        }
    }
}
