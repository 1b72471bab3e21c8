//! What stands between quotes to what is meant. In a template a dollar sign that is meant as one is `$$`.

use std::borrow::Cow;

use super::Dialect;

/// Every line break as `\n`.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// Text in which nothing refers to anything, as a template.
pub(super) fn literal(text: &str) -> String {
    lines(text).replace('$', "$$")
}

/// The text between double quotes, as a template.
pub(super) fn double_quoted(inner: &str, dialect: Dialect, is_yaml: bool) -> String {
    let inner = lines(inner);
    let mut out = String::with_capacity(inner.len());
    let mut rest = &*inner;
    while let Some(found) = rest.find('\\') {
        let (before, behind) = rest.split_at(found);
        out.push_str(before);
        let behind = behind.get(1..).unwrap_or_default();
        rest = escaped(behind, dialect, is_yaml, &mut out);
    }
    out.push_str(rest);
    match dialect {
        Dialect::Compose => out,
        Dialect::Dotenv => dollars(&out),
    }
}

/// Reads what stands behind a backslash, and answers what is left.
fn escaped<'t>(behind: &'t str, dialect: Dialect, is_yaml: bool, out: &mut String) -> &'t str {
    let rest = |len: usize| behind.get(len..).unwrap_or_default();
    let is_compose = dialect == Dialect::Compose;
    let meant = match behind.as_bytes().first() {
        Some(b'\n') => {
            // As in YAML, the indentation of the next line does not count where the value was written as YAML writes it.
            let next = rest(1);
            return if is_yaml { next.trim_start_matches([' ', '\t']) } else { next };
        }
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b'$') if is_compose => {
            out.push_str("$$");
            return rest(1);
        }
        Some(b'0') if is_compose => {
            let digits = rest(1).bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            let code = u32::from_str_radix(behind.get(1..=digits).unwrap_or_default(), 8).unwrap_or_default();
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            return rest(1 + digits);
        }
        Some(b't') if is_compose => '\t',
        Some(b'a') if is_compose => '\u{7}',
        Some(b'b') if is_compose => '\u{8}',
        Some(b'f') if is_compose => '\u{c}',
        Some(b'v') if is_compose => '\u{b}',
        Some(b'"') if is_compose => '"',
        Some(b'\\') if is_compose => '\\',
        // What is no escape stays as it was written; a dollar sign behind it is looked at later.
        Some(b'\\') => {
            out.push_str("\\\\");
            return rest(1);
        }
        _ => {
            out.push('\\');
            return behind;
        }
    };
    out.push(meant);
    rest(1)
}

/// A value of `dotenv` as a template: `\$`, `$$` and every `$` that begins no reference are meant as they stand.
pub(super) fn dollars(text: &str) -> String {
    if !text.contains('$') {
        return text.to_owned();
    }
    let last_brace = text.rfind('}').unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 8);
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['$', '}'])) {
        let sign = at + found;
        out.push_str(text.get(at..sign).unwrap_or_default());
        let behind = text.get(sign + 1..).unwrap_or_default();
        let is_name = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        at = sign + 1;
        if text.as_bytes().get(sign) == Some(&b'}') {
            depth = depth.saturating_sub(1);
            out.push('}');
        } else if out.ends_with('\\') {
            out.pop();
            out.push_str("$$");
        } else if behind.starts_with('$') {
            out.push_str("$$$$");
            at += 1;
        } else if is_name(behind) {
            out.push('$');
        } else if behind.strip_prefix('{').is_some_and(is_name) && sign < last_brace {
            depth += 1;
            out.push_str("${");
            at += 1;
        } else {
            out.push_str("$$");
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    // A brace that is never closed begins no reference, and neither does anything else then.
    if depth > 0 { literal(text) } else { out }
}
