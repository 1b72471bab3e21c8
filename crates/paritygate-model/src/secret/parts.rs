//! The secrets inside a value that is no URL: in a connection string, in JSON, among options, behind `Bearer`, in a list.

use std::ops::Range;

use super::{Fingerprint, FingerprintKey, SecretTable, ValueClass, scan, signs, tokens, url, values};
use crate::percent::decoded;

/// How many secrets are looked for inside one value.
const MAX_PARTS: usize = 64;

/// The shortest item of a list of secrets that is compared by itself: shorter ones meet by chance.
const MIN_ITEM: usize = 12;

/// The fingerprints of the secrets inside `value`, each once, and whether nothing stands there but what fills a gap, which
/// is none of them.
pub(super) fn of(table: &SecretTable, key: &FingerprintKey, value: &str) -> (Vec<Fingerprint>, bool) {
    // Nearly every secret is one word without a sign that could join it to another.
    let joins = |byte: u8| signs::of(byte) & signs::GAP != 0 || matches!(byte, b'=' | b',' | b'"' | b':' | b';' | b'<');
    if !value.bytes().any(joins) {
        return (Vec::new(), false);
    }
    let mut parts = Parts { value, found: Vec::new(), filled: false };
    // A program reads it without percent signs, and elsewhere it is written so.
    url::find(table, value, &mut |range| parts.add(range, |part| decoded(part).into_owned()));
    let mut emit = |range| parts.add(range, str::to_owned);
    tokens::find(value, &mut emit);
    scan::find_in_value(table, value, &mut emit);
    match scan::behind_scheme(value) {
        Some(_) => emit(0..value.len()),
        None => items(value).into_iter().for_each(&mut emit),
    }
    let filled = parts.filled && parts.found.is_empty();
    (parts.found.iter().map(|part| key.fingerprint(part)).collect(), filled)
}

struct Parts<'v> {
    value: &'v str,
    found: Vec<String>,
    /// Whether a placeholder was among them.
    filled: bool,
}

impl Parts<'_> {
    fn add(&mut self, range: Range<usize>, read: impl FnOnce(&str) -> String) {
        let Some(part) = self.value.get(range) else { return };
        let part = scan::behind_scheme(part).unwrap_or(part);
        if part.is_empty() || part == self.value || self.found.len() == MAX_PARTS || values::is_reference(part) {
            return;
        }
        let part = read(part);
        if SecretTable::class_of_secret(&part) == ValueClass::Placeholder {
            self.filled = true;
        } else if !self.found.contains(&part) {
            self.found.push(part);
        }
    }
}

/// Where the items of a list stand that is nothing but secrets.
fn items(value: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let item = |item: &str| {
        let start = at + (item.len() - item.trim_start().len());
        at += item.len() + 1;
        start..start + item.trim().len()
    };
    let items: Vec<Range<usize>> = value.split([',', ';', '\n']).map(item).filter(|item| !item.is_empty()).collect();
    let is_secret = |range: &Range<usize>| {
        let item = value.get(range.clone()).unwrap_or_default();
        item.len() >= MIN_ITEM
            && !item.bytes().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b':' | b'"'))
    };
    if items.len() > 1 && items.len() <= MAX_PARTS && items.iter().all(is_secret) { items } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_inside_a_value_are_found_by_themselves() {
        let (table, key) = (SecretTable::builtin(), FingerprintKey::from_bytes(*b"key"));
        for (value, expected) in [
            ("Server=db;Database=shop;User Id=app;Password=hunter2x", &["hunter2x"][..]),
            ("host=db dbname=shop user=app password=hunter2x", &["hunter2x"]),
            ("Host=db;Password=changeme", &[]),
            ("app:hunter2x@tcp(db:3306)/shop", &["hunter2x"]),
            ("scott/hunter2x@//db:1521/shop", &["hunter2x"]),
            (r#"{"user": "app", "password": "hunter2x", "port": 5432}"#, &["hunter2x"]),
            ("-Xmx512m -Ddb.password=hunter2x", &["hunter2x"]),
            ("--db-password hunter2x --verbose", &["hunter2x"]),
            ("Bearer hunter2x", &["hunter2x"]),
            ("Authorization: Bearer hunter2x", &["hunter2x"]),
            ("4eC39HqLyjWDarjt,kSm2Ld9QwErTyUi0", &["4eC39HqLyjWDarjt", "kSm2Ld9QwErTyUi0"]),
            ("see postgres://app:hunter2%40x@db/shop", &["hunter2@x"]),
            ("a,b", &[]),
            ("hunter2x", &[]),
            ("correct horse battery staple", &[]),
            ("password=${DB_PASSWORD}", &[]),
        ] {
            let expected: Vec<Fingerprint> = expected.iter().map(|part| key.fingerprint(part)).collect();
            assert!(of(table, &key, value).0 == expected, "{value}");
        }
    }

    #[test]
    fn no_value_holds_more_parts_than_the_limit() {
        let (table, key) = (SecretTable::builtin(), FingerprintKey::from_bytes(*b"key"));
        let value = |parts: usize| (0..parts).map(|at| format!("password=hunter{at:04}\n")).collect::<String>();
        assert_eq!(of(table, &key, &value(MAX_PARTS)).0.len(), MAX_PARTS);
        assert_eq!(of(table, &key, &value(MAX_PARTS + 1)).0.len(), MAX_PARTS);
    }
}
