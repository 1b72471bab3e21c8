//! Finding secrets in a line of text that nobody has parsed.

use std::ops::Range;

use super::scan::{self, masked};
use super::{SecretTable, tokens, url};
use crate::Note;
use crate::source::{MASK, Span};

impl SecretTable {
    /// Adds the spans of `text` that hold secrets by name (`NAME=value`, `name: value`) or by shape to `masks`.
    ///
    /// `base` is the offset of `text` in its source; the spans count from there.
    pub fn scrub_into(&self, text: &str, base: u32, masks: &mut Vec<Span>) {
        self.find(text, &mut |range| {
            masks.push(Span::new(base.saturating_add(range.start as u32), base.saturating_add(range.end as u32)));
        });
    }

    /// `text` with a mask in place of every secret that can be seen in it.
    pub fn scrub(&self, text: &str) -> String {
        let mut secrets = Vec::new();
        self.find(text, &mut |range| secrets.push(range));
        masked(text, 0..text.len(), &secrets)
    }

    fn find(&self, text: &str, emit: &mut dyn FnMut(Range<usize>)) {
        scan::find_in_text(self, text, emit);
        url::find(self, text, emit);
        tokens::find(text, emit);
        key_lines(text, emit);
    }
}

/// A sentence that may quote a policy, a manifest or an input, with a mask in place of what is secret by its shape.
///
/// Sentences hold colons, so that only `NAME=value` counts as an assignment.
pub fn redacted(sentence: String) -> String {
    let (table, text) = (SecretTable::builtin(), sentence.as_str());
    let mut secrets = Vec::new();
    let mut emit = |range| secrets.push(range);
    tokens::find(text, &mut emit);
    if memchr::memchr(b':', text.as_bytes()).is_some() {
        url::find(table, text, &mut emit);
    }
    if memchr::memchr(b'=', text.as_bytes()).is_some() {
        scan::assignments_in_value(table, text, &mut |range: Range<usize>| {
            let before = text.get(..range.start).unwrap_or_default().trim_end_matches([' ', '"', '\'']);
            // What is masked already ends where its mask does.
            let is_masked = text.get(range.start..).is_some_and(|value| value.starts_with(MASK));
            if before.ends_with('=') && !is_masked {
                emit(range);
            }
        });
    }
    if secrets.is_empty() { sentence } else { masked(text, 0..text.len(), &secrets) }
}

/// A note as it may be shown: words of the engine hold nothing to hide.
pub fn redacted_note(note: Note) -> Note {
    match note {
        Note::Owned(text) => redacted(text).into(),
        words @ Note::Borrowed(_) => words,
    }
}

/// A line that could not be parsed, with everything behind its first `=` or `:` masked; a line without either is scrubbed.
pub fn mask_unparsed(line: &str) -> String {
    let table = SecretTable::builtin();
    let Some(sign) = line.find(['=', ':']) else { return table.scrub(line) };
    let (name, rest) = line.split_at_checked(sign + 1).unwrap_or(("", line));
    let value = rest.trim_start();
    let name = table.scrub(name);
    if value.is_empty() {
        return name;
    }
    let blank = rest.get(..rest.len() - value.len()).unwrap_or_default();
    format!("{name}{blank}{MASK}")
}

/// The shortest line that is taken for one of a private key; the last one of a block may be shorter, but ends in `=`.
const KEY_LINE: usize = 60;

/// Finds lines of base64 that may stand inside the block of a private key.
fn key_lines(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '\\' | ','));
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let long = (KEY_LINE..=80).contains(&body.len()) || (body.len() >= 16 && body.ends_with('='));
        // A digest is no key.
        if long && body.bytes().all(base64) && !body.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let at = start + line.find(body).unwrap_or_default();
            emit(at..at + body.len());
        }
        start += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::super::FingerprintKey;
    use super::*;

    fn check(line: &str, expected: &str) {
        assert_eq!(SecretTable::builtin().scrub(line), expected);
    }

    #[test]
    fn values_of_secret_names_are_masked() {
        check("DB_PASSWORD=hunter2", "DB_PASSWORD=********");
        check("export DB_PASSWORD=hunter2 and more # note", "export DB_PASSWORD=********");
        check("  - DB_PASSWORD: hunter2", "  - DB_PASSWORD: ********");
        check("DB_PASSWORD=\"hunter 2\" # note", "DB_PASSWORD=\"********\" # note");
        check("DB_PASSWORD='hunter 2", "DB_PASSWORD='********");
        check("DB_PASSWORD='it''s2' x", "DB_PASSWORD='********");
        check("run --db-password='it''s2' x", "run --db-password='******** x");
        check("DB_PASSWORD='a'\"b\" c", "DB_PASSWORD='********");
        check("DB_PASSWORD=\"a\\\"b\" x", "DB_PASSWORD=\"********\" x");
        check(
            "{\"user\": \"app\", \"password\": \"hunter2\", \"port\": 1}",
            "{\"user\": \"app\", \"password\": \"********\", \"port\": 1}",
        );
        check(r#"{\"password\": \"hunter2\", \"a\": 1}"#, r#"{\"password\": \"********\", \"a\": 1}"#);
        check("mysql --password=hunter2 -h db", "mysql --password=******** -h db");
        check("mysql --password hunter2 -h db", "mysql --password ******** -h db");
        check("[\"--password\", \"hunter2\", \"-h\"]", "[\"--password\", \"********\", \"-h\"]");
        check("curl -H \"Authorization: Bearer hunter2\" x", "curl -H \"Authorization: ********\" x");
        check("Server=db;Password=hunter2;Database=app", "Server=db;Password=********;Database=app");
        check("a=1 password = hunter2", "a=1 password = ********");
        check("é DB_PASSWORD=pässwörd", "é DB_PASSWORD=********");
    }

    #[test]
    fn brackets_and_pairs_are_masked_as_a_whole() {
        check("x-vault: {password: {value: k7WqZz19pA}}", "x-vault: {password: ********}");
        check("x-vault: {passwords: [k7WqZz19pB, 'k]7'], a: 1}", "x-vault: {passwords: ********, a: 1}");
        check("x-vault: {tokens: [k7WqZz19pB, k8], a: 1}", "x-vault: {tokens: ********, a: 1}");
        check("x-env: [{name: DB_PASSWORD, value: k7WqZz19pD}]", "x-env: [{name: DB_PASSWORD, value: ********");
        check("{\"value\": \"k7\", \"name\": \"API_KEY\"}", "{\"value\": \"********\", \"name\": \"API_KEY\"}");
        check("a: {password: {value: k7", "a: {password: ********");
        check("a: {\"password\": {\"x\": \"k}7\\\"}\"}, \"b\": 1}", "a: {\"password\": ********, \"b\": 1}");
        for line in ["a: {password: {}, secrets: [ ]}", "tokens: x", "{name: A, value: b}"] {
            check(line, line);
        }
    }

    #[test]
    fn comments_lose_what_stands_behind_a_secret_word() {
        check("PORT=1 # admin password is k7WqZz19pE", "PORT=1 # admin password is ********");
        check("FOO=1 # temp pw k7WqZz19pF, rotate", "FOO=1 # temp pw ********, rotate");
        check("  FOO: 1 # the password must be long", "  FOO: 1 # the password must be long");
    }

    #[test]
    fn sentences_lose_what_is_secret_by_shape() {
        for (sentence, expected) in [
            ("set it with password=hunter2 or so", "set it with password=******** or so"),
            (
                "`a` in staging is not one of `postgres://u:hunter2@h/d`, `b`",
                "`a` in staging is not one of `postgres://u:********@h/d`, `b`",
            ),
            ("a password: rotate it", "a password: rotate it"),
            ("write `NAME=value`", "write `NAME=value`"),
            (
                "staging a://h;password=******** (secret D), production secret B",
                "staging a://h;password=******** (secret D), production secret B",
            ),
        ] {
            assert_eq!(redacted(sentence.to_owned()), expected);
        }
    }

    #[test]
    fn ordinary_values_stay() {
        for line in [
            "",
            "=",
            ":",
            "PORT=8080",
            "DB_PASSWORD=",
            "DB_PASSWORD=${DB_PASSWORD}",
            "DB_PASSWORD: {{ db_password }}",
            "ENABLE_TOKEN=true",
            "TLS_KEY=eapp.key",
            "TOKEN_URL=https://acme.io/token",
            "key: value",
            "--token-file /run/x --port 80",
            "image: acme/api@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "password:",
            "secret:\n  name: a",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "https://acme.io:8443/a?b=c#d",
        ] {
            check(line, line);
        }
    }

    #[test]
    fn urls_and_tokens_are_masked_where_they_stand() {
        check("url: postgres://app:hunter2@db/app?a=1", "url: postgres://app:********@db/app?a=1");
        check("a \"https://acme.io/?token=hunter2&x=1\" b", "a \"https://acme.io/?token=********&x=1\" b");
        check("postgres://app:two words@db/app x", "postgres://app:********@db/app x");
        let token = format!("ghp_{}", "aB3dE5gH7jK9mN1pQ3sT5vW7yaB3dE5gH7jK");
        check(&format!("run {token}!"), "run ********!");
        check("-----BEGIN PRIVATE KEY-----", "********");
        check(&format!("  {}", "MIIEpAIBAAKCAQEA".repeat(4)), "  ********");
        check("  aB3dE5gH7jK9mN1pQ3sT5g==", "  ********");
    }

    #[test]
    fn spans_count_from_the_base() {
        let mut masks = Vec::new();
        SecretTable::builtin().scrub_into("TOKEN=x7", 100, &mut masks);
        assert_eq!(masks, [Span::new(106, 108)]);
    }

    #[test]
    fn unparsed_lines_lose_all_behind_their_sign() {
        for (line, expected) in [
            ("NAME = a = b", "NAME = ********"),
            ("name: x", "name: ********"),
            ("NAME=", "NAME="),
            ("plain words", "plain words"),
            ("postgres://app:x@db", "postgres:********"),
            ("é=é", "é=********"),
        ] {
            assert_eq!(mask_unparsed(line), expected);
        }
    }

    #[test]
    fn hostile_lines_take_linear_time() {
        for part in [
            "token='",
            "token:/",
            "--token /a ",
            "a://b:c ",
            "password=\"\\",
            "a://b:c@d?token=e&",
            "é=",
            "\\\"",
            "\"a_password\":\"x7\",",
            "a_password: {",
            ",password: [\"",
            "{name: ",
            "value: ",
        ] {
            let text = part.repeat(200_000 / part.len());
            SecretTable::builtin().scrub(&text);
            SecretTable::builtin().classify(Some(&text), &text);
            SecretTable::builtin().value_class_of(Some(&text), &text);
            SecretTable::builtin().seal(&FingerprintKey::from_bytes(*b"key"), Some("OPAQUE"), &text);
        }
    }
}
