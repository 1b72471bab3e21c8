//! Secrets in XML: `<password>…</password>`, `<add key="ApiKey" value="…"/>`.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem};

use super::SecretTable;
use super::names::Strength;
use super::table::is_secret_under;

/// How long a tag may be.
const MAX_TAG: usize = 1_024;

/// Elements whose text is the value of what their attribute names.
const ENTRIES: [&str; 2] = ["entry", "property"];

/// Hands what elements with secret names hold to `emit`. Where `closed`, a text counts that its end tag follows only.
pub(super) fn find(table: &SecretTable, text: &str, closed: bool, emit: &mut dyn FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for open in memchr_iter(b'<', bytes) {
        if open < from {
            continue;
        }
        let Some(tag) = tag_at(text, open) else { continue };
        let Some(element) = text.get(tag.clone()) else { continue };
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        let (name, attributes) = element.split_at(element.find(|c| !is_part(c)).unwrap_or(element.len()));
        let name = name.rsplit_once(':').map_or(name, |(_, local)| local);
        let strength = |name: &str| table.strength(name).filter(|strength| *strength > Strength::Weak);
        let mut hide = |range: Range<usize>, strength| {
            if text.get(range.clone()).is_none_or(|value| is_secret_under(strength, value)) {
                emit(range);
            }
        };
        let named = ["key", "name"].iter().find_map(|key| attribute(attributes, key));
        let named = named.and_then(|range| strength(attributes.get(range)?));
        if let (Some(strength), Some(value)) = (named, attribute(attributes, "value")) {
            let base = tag.end - attributes.len();
            hide(base + value.start..base + value.end, strength);
        }
        let holds = strength(name).or_else(|| named.filter(|_| ENTRIES.contains(&name)));
        if let Some(strength) = holds.filter(|_| !element.ends_with('/'))
            && let Some(content) = content(text, tag.end + 1, closed)
        {
            from = content.end;
            hide(content, strength);
        }
    }
}

/// The inside of the tag that opens at `open`: a start tag, and no end tag, comment or declaration.
fn tag_at(text: &str, open: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(open + 1..)?;
    rest.first().filter(|byte| byte.is_ascii_alphabetic())?;
    let length = memchr(b'>', rest.get(..MAX_TAG).unwrap_or(rest))?;
    Some(open + 1..open + 1 + length)
}

/// Where the value of an attribute stands.
fn attribute(attributes: &str, name: &str) -> Option<Range<usize>> {
    let mut from = 0;
    loop {
        let at = from + attributes.get(from..)?.find(name)?;
        from = at + name.len();
        let alone = at.checked_sub(1).and_then(|before| attributes.as_bytes().get(before));
        let Some(rest) = attributes.get(from..)?.strip_prefix('=') else { continue };
        let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { continue };
        if alone.is_some_and(u8::is_ascii_whitespace) {
            let start = from + 2;
            return Some(start..start + attributes.get(start..)?.find(quote)?);
        }
    }
}

/// The text of an element from `start`, without blanks around it.
fn content(text: &str, start: usize, closed: bool) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    if let Some(inside) = rest.trim_start().strip_prefix("<![CDATA[") {
        let start = text.len() - inside.len();
        let end = memmem::find(inside.as_bytes(), b"]]>").unwrap_or(inside.len());
        return (end > 0).then_some(start..start + end);
    }
    let end = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
    let (inside, behind) = rest.split_at_checked(end)?;
    let value = inside.trim();
    let start = start + inside.len() - inside.trim_start().len();
    (!value.is_empty() && (!closed || behind.starts_with("</"))).then(|| start..start + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(closed: bool, text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        find(SecretTable::builtin(), text, closed, &mut |range| found.push(text.get(range).expect("inside")));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn elements_and_entries_hold_secrets() {
        check(true, "<a><password>x7</password><port>1</port></a>", &["x7"]);
        check(true, "<ns:clientSecret type='x'>\n  x7\n</ns:clientSecret>", &["x7"]);
        check(true, "<password><![CDATA[a<b]]></password>", &["a<b"]);
        check(true, "<add key=\"DbPassword\" value=\"x7\"/><add value='y8' name='ApiKey' />", &["x7", "y8"]);
        check(true, "<entry key=\"password\">x7</entry>", &["x7"]);
        check(false, "<password>x7", &["x7"]);
    }

    #[test]
    fn other_markup_stays() {
        for text in [
            "usage: login <user> <password> <host>",
            "<password>",
            "<password/><a>b</a>",
            "<password></password>",
            "<password>${PASSWORD}</password>",
            "<passwordFile>x7</passwordFile>",
            "<string name=\"password\">Password</string>",
            "<input type='password' name='password' value=''>",
            "<token-url>https://acme.io</token-url>",
            "a < b > c",
            "<é>x</é>",
        ] {
            check(true, text, &[]);
        }
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for part in ["<password>", "<password><![CDATA[", "<a key=\"", "<a name=\"password\" ", "<password a"] {
            let text = part.repeat(200_000 / part.len());
            find(SecretTable::builtin(), &text, true, &mut |_| {});
        }
    }
}
