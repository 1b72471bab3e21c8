//! Assignments to secret names inside a text: `NAME=value`, `"name": "value"`, `--name value`.

use std::ops::Range;

use super::names::Strength;
use super::phrases::Reading;
use super::table::{data, is_secret_under};
use super::{SecretTable, logins, markup, pairs, phrases, programs, signs, sql, values};
use crate::source::MASK;

/// The longest name that is looked at.
const MAX_NAME: usize = 128;

/// How far a name may stand from the beginning of its line to be the first thing on it.
const MAX_INDENT: usize = 128;

/// `text` within `part`, with a mask in place of each of `secrets`, which may overlap and stand in any order.
pub(super) fn masked(text: &str, part: Range<usize>, secrets: &[Range<usize>]) -> String {
    let mut secrets: Vec<&Range<usize>> =
        secrets.iter().filter(|secret| secret.start < part.end && part.start < secret.end).collect();
    secrets.sort_unstable_by_key(|secret| (secret.start, secret.end));
    let mut out = String::with_capacity(part.len());
    let mut at = part.start;
    for secret in secrets {
        if secret.end <= at {
            continue;
        }
        // Where the last mask ends, another one would only tell that there were two.
        if secret.start > at || !out.ends_with(MASK) {
            out.push_str(text.get(at..secret.start).unwrap_or_default());
            out.push_str(MASK);
        }
        at = secret.end.min(part.end);
    }
    out.push_str(text.get(at..part.end).unwrap_or_default());
    out
}

/// Finds assignments in a value: only `=`, options, elements and the keys of JSON, only strong names.
pub(super) fn find_in_value(table: &SecretTable, value: &str, emit: &mut dyn FnMut(Range<usize>)) {
    assignments_in_value(table, value, emit);
    options(table, value, emit);
    markup::find(table, value, true, emit);
    logins::find_netrc(value, emit);
    sql::find(value, emit);
    phrases::find(table, value, Reading::Value, emit);
}

/// Finds only the assignments.
pub(super) fn assignments_in_value(table: &SecretTable, value: &str, emit: &mut dyn FnMut(Range<usize>)) {
    assignments(table, value, true, emit);
}

/// Finds assignments in a line of any language.
pub(super) fn find_in_text(table: &SecretTable, text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    assignments(table, text, false, emit);
    options(table, text, emit);
    markup::find(table, text, false, emit);
    logins::find_netrc(text, emit);
    sql::find(text, emit);
    phrases::find(table, text, Reading::Line, emit);
}

/// Finds `NAME=value` and `NAME: value`.
fn assignments(table: &SecretTable, text: &str, in_value: bool, emit: &mut dyn FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    let at_sign = memchr::memchr(b'@', bytes).is_some();
    let mut from = 0;
    while let Some(sign) = bytes.get(from..).and_then(|rest| memchr::memchr2(b'=', b':', rest)).map(|at| from + at) {
        let floor = from;
        from = sign + 1;
        let Some(key) = Key::before(text, floor, sign) else { continue };
        let colon = bytes.get(sign) == Some(&b':');
        // `host:port` and `a:b` are no assignments; `X-Api-Key: value` is one.
        let spaced = bytes.get(sign + 1) == Some(&b' ');
        if in_value && colon && !key.quoted && !spaced && !key.is_header() {
            continue;
        }
        let strength = match key.name {
            "value" | "Value" => pairs::beside(table, text, sign),
            name if data().several.contains(&name) => opens_bracket(bytes, sign).then_some(Strength::Strong),
            name => table.strength(name),
        };
        let strength = strength.filter(|strength| !in_value || *strength > Strength::Weak);
        if strength.is_none() && !table.may_be_login(key.name, at_sign) {
            continue;
        }
        let Some(value) = value_behind(text, &key, sign, strength.is_some()) else { continue };
        let secret = text.get(value.clone()).is_none_or(|value| match strength {
            Some(strength) => is_secret_under(strength, value) && !values::is_working_directory(key.name, value),
            None => logins::is_one(key.name, value),
        });
        // A harmless value that is a whole line may hold more names.
        if secret || !key.leads {
            from = from.max(value.end);
        }
        if secret {
            emit(value);
        }
    }
}

/// The name before a sign of assignment.
struct Key<'a> {
    name: &'a str,
    quoted: bool,
    /// The byte before the name and its quote.
    before: Option<u8>,
    /// Whether the name is the first thing on its line, so that the rest of the line is its value.
    leads: bool,
}

impl<'a> Key<'a> {
    /// Whether the name is that of a header which needs no blank behind its colon: `x-api-key:value`.
    fn is_header(&self) -> bool {
        let begins = self.name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
        begins && self.before.is_none_or(|byte| signs::of(byte) & signs::GAP != 0)
    }

    /// The quote that a header stands in: its value ends there. `-H 'Cookie: a=b; c=d'`.
    fn enclosing(&self) -> Option<u8> {
        let is_whole = logins::is_cookie(self.name) || self.name.eq_ignore_ascii_case("authorization");
        self.before.filter(|byte| is_whole && !self.quoted && matches!(byte, b'"' | b'\'' | b'`'))
    }

    fn before(text: &'a str, floor: usize, sign: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let head = bytes.get(floor..sign)?.trim_ascii_end();
        let bare = head
            .strip_suffix(b"\"")
            .or_else(|| head.strip_suffix(b"'"))
            .or_else(|| head.strip_suffix(b"`"))
            .unwrap_or(head);
        let quoted = bare.len() < head.len();
        let bare = if quoted { bare.strip_suffix(b"\\").unwrap_or(bare) } else { bare };
        let bare = bare.strip_suffix(b"]").unwrap_or(bare);
        let bare = bare.strip_suffix(b"'").or_else(|| bare.strip_suffix(b"\"")).unwrap_or(bare);
        // `:=`, `?=`, `+=`.
        let bare = bare.strip_suffix(b"?").or_else(|| bare.strip_suffix(b"+")).unwrap_or(bare).trim_ascii_end();
        let is_part =
            |byte: &&u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'_' | b'-' | b'.' | b'/');
        let length = bare.iter().rev().take(MAX_NAME).take_while(is_part).count();
        let (end, start) = (floor + bare.len(), floor + bare.len() - length);
        // A cut at the longest name may fall into a letter.
        let name = text.get(start..end).filter(|name| !name.is_empty())?;
        Some(Self {
            name,
            quoted,
            before: start.checked_sub(1).and_then(|at| bytes.get(at)).copied(),
            leads: !quoted && leads(bytes.get(..start)?),
        })
    }
}

/// Whether nothing but a keyword stands before a name on its line.
fn leads(before: &[u8]) -> bool {
    let window = before.len().saturating_sub(MAX_INDENT);
    let near = before.get(window..).unwrap_or_default();
    let line = match memchr::memrchr(b'\n', near) {
        Some(at) => near.get(at + 1..).unwrap_or_default(),
        None if window == 0 => near,
        None => return false,
    };
    let line = line.trim_ascii();
    let line = if line.starts_with(b"--") { line } else { line.trim_ascii_start().strip_prefix(b"-").unwrap_or(line) };
    let line = line.strip_prefix(b"#").unwrap_or(line).trim_ascii();
    line.is_empty() || [&b"export"[..], b"set", b"ENV", b"ARG", b"env", b"\"", b"'", b"$"].contains(&line)
}

/// The range of the value behind the sign at `sign`. Brackets count as a whole where `whole` says so.
fn value_behind(text: &str, key: &Key<'_>, sign: usize, whole: bool) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut start = sign + 1;
    // A URL's scheme, not a name.
    if bytes.get(sign..)?.starts_with(b"://") {
        return None;
    }
    // `==`, `:=`, `=>`.
    while bytes.get(start) == Some(&b'=') && start < sign + 3 {
        start += 1;
    }
    if bytes.get(start) == Some(&b'>') && bytes.get(start + 1).is_some_and(|byte| matches!(byte, b' ' | b'"' | b'\'')) {
        start += 1;
    }
    while matches!(bytes.get(start), Some(b' ' | b'\t')) {
        start += 1;
    }
    let rest = bytes.get(start..)?;
    if let Some(range) = quoted(bytes, start, key.leads) {
        return Some(range);
    }
    if whole
        && !key.leads
        && let Some(end) = close_of_bracket(rest)
    {
        // `{}` and `[ ]`.
        let empty = rest.iter().take(end).skip(1).all(|byte| byte.is_ascii_whitespace() || matches!(byte, b'}' | b']'));
        return (!empty).then_some(start..start + end);
    }
    let until = |stop: &dyn Fn(u8) -> bool| start + rest.iter().position(|&byte| stop(byte)).unwrap_or(rest.len());
    let end = match key.before {
        _ if key.enclosing().is_some() => until(&|byte| byte == b'\n' || Some(byte) == key.enclosing()),
        _ if key.leads => start + memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
        Some(b';') => until(&|byte| matches!(byte, b';' | b'\n')),
        Some(b'?' | b'&') => until(&|byte| matches!(byte, b'&' | b'#') || byte.is_ascii_whitespace()),
        // `{"port": 1, "pin": 2}`.
        _ if key.quoted => until(&|byte| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace()),
        _ => until(&|byte| byte.is_ascii_whitespace()),
    };
    let value = text.get(start..end)?;
    let end = if is_scheme_word(value) {
        // `Authorization: Bearer x`.
        let rest = bytes.get(end..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let word = rest.iter().skip(blank).take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'"').count();
        end + blank + word
    } else {
        end
    };
    let value = text.get(start..end)?;
    (!value.trim().is_empty()).then(|| start..start + value.trim_end().len())
}

/// Whether a map or a list stands behind a sign.
fn opens_bracket(bytes: &[u8], sign: usize) -> bool {
    let behind = bytes.get(sign + 1..).unwrap_or_default();
    behind.iter().find(|byte| **byte != b' ').is_some_and(|byte| matches!(byte, b'{' | b'['))
}

/// Where the bracket closes that a text begins with, else the end; `None` where it begins with none.
fn close_of_bracket(text: &[u8]) -> Option<usize> {
    // `{{ x }}` and `{% x %}` are templates.
    match text {
        [b'{', b'{' | b'%', ..] => return None,
        [b'{' | b'[', ..] => {}
        _ => return None,
    }
    let (mut depth, mut quote, mut before) = (0_usize, None, b' ');
    let mut bytes = text.iter().enumerate();
    while let Some((at, &byte)) = bytes.next() {
        match (quote, byte) {
            (Some(b'"'), b'\\') => drop(bytes.next()),
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if matches!(before, b' ' | b'\t' | b'\n' | b':' | b',' | b'{' | b'[') => {
                quote = Some(byte);
            }
            (None, b'{' | b'[') => depth += 1,
            (None, b'}' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        before = byte;
    }
    Some(text.len())
}

/// What stands behind the word for a way to authenticate: `x` of `Bearer x`.
pub(super) fn behind_scheme(value: &str) -> Option<&str> {
    let (scheme, rest) = value.trim().split_once([' ', '\t'])?;
    is_scheme_word(scheme).then_some(rest.trim_start())
}

fn is_scheme_word(value: &str) -> bool {
    ["bearer", "basic", "token", "digest", "apikey"].iter().any(|word| word.eq_ignore_ascii_case(value))
}

/// The inside of the quotes that open at `start`: to where they close, else to the end.
fn quoted(bytes: &[u8], start: usize, leads: bool) -> Option<Range<usize>> {
    let escaped = bytes.get(start) == Some(&b'\\');
    let open = start + usize::from(escaped);
    let quote = bytes.get(open).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let mut at = open + 1;
    let close = loop {
        let Some(&byte) = bytes.get(at) else { return Some(open + 1..bytes.len()) };
        if byte == b'\\' && quote != b'\'' {
            let slashes = bytes.get(at..)?.iter().take_while(|&&byte| byte == b'\\').count();
            let quoted = bytes.get(at + slashes) == Some(&quote);
            if quoted && escaped && slashes == 1 {
                break at;
            }
            // An odd number of slashes hides the quote; in quotes that are escaped themselves, more than one does.
            at += slashes + usize::from(quoted && (escaped || slashes % 2 == 1));
        } else if byte == quote && !escaped {
            break at;
        } else {
            at += 1;
        }
    };
    // `'it'\''s'`, `'it''s'` and `'it'"s"` go on.
    let behind = bytes.get(close + 1 + usize::from(escaped)..).unwrap_or_default();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'}' | b']' | b')' | b'&');
    let more = match (behind.first(), behind.get(1)) {
        (Some(b'\\'), _) if !escaped => true,
        (Some(byte), _) if *byte == quote && !escaped => true,
        (Some(b'"' | b'\\' | b'\''), next) => !escaped && next.is_some_and(|next| !ends(next)),
        // At the head of a line no bracket closes anything.
        (Some(byte), _) => !ends(byte) || leads && matches!(byte, b'}' | b']' | b')' | b'&'),
        (None, _) => false,
    };
    if !more {
        return Some(open + 1..close);
    }
    // Only here, or a long list of short values takes quadratic time.
    let stop = |byte: &u8| if leads { *byte == b'\n' } else { byte.is_ascii_whitespace() };
    let rest = behind.iter().position(stop).unwrap_or(behind.len());
    Some(open + 1..bytes.len() - behind.len() + rest)
}

/// Finds `--name value`, also as the items of a list: `"--name", "value"`, and what known programs take otherwise.
pub(super) fn options(table: &SecretTable, text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    programs::find(text, emit);
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(dash) = bytes.get(from..).and_then(|rest| memchr::memchr(b'-', rest)).map(|at| from + at) {
        from = dash + 1;
        let before = dash.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        if before.is_ascii_alphanumeric() || before == b'_' || before == b'-' || before == b'.' {
            continue;
        }
        let mut start = dash + 1;
        if bytes.get(start) == Some(&b'-') {
            start += 1;
        }
        let rest = bytes.get(start..).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        from = start + length;
        let Some(name) = text.get(start..from).filter(|name| !name.is_empty()) else { continue };
        let known = data().options.contains(&name).then_some(Strength::Strong);
        let strength = known.or_else(|| table.strength(name)).filter(|strength| *strength > Strength::Weak);
        if strength.is_none() && !logins::is_account_name(name) {
            continue;
        }
        let behind = bytes.get(from..).unwrap_or_default();
        let gap =
            behind.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b',')).unwrap_or(behind.len());
        let value = from + gap;
        if gap == 0 || matches!(bytes.get(value), None | Some(b'-' | b'=' | b':' | b'\n')) {
            continue;
        }
        let quote = bytes.get(value - 1).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let rest = bytes.get(value..).unwrap_or_default();
        let end = match quote {
            Some(quote) if gap > 1 || bytes.get(from) != Some(&quote) => rest.iter().position(|&byte| byte == quote),
            _ => rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')),
        };
        let range = value..end.map_or(bytes.len(), |end| value + end);
        from = range.end;
        let secret = text.get(range.clone()).is_none_or(|value| match strength {
            Some(strength) => is_secret_under(strength, value),
            None => logins::is_account(value),
        });
        if secret {
            emit(range);
        }
    }
}
