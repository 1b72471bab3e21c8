//! Finding secrets in a line of text that nobody has parsed.

use std::ops::Range;

use super::scan::{self, masked};
use super::{SecretTable, tokens, url};
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
