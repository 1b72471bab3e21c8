//! What `ansible all -m setup` prints: `web-1 | SUCCESS => {…}` for one host after the other.
//!
//! The text is turned into JSON of the same length, so that every place in the one is the same place in the other:
//! `["web-1",  {…}` where `web-1 | SUCCESS => {…}` stood.

use std::borrow::Cow;

/// The JSON of the same length: a list of a host's name and its result, in turn. `None` where no line begins a result.
pub(super) fn to_json(text: &str) -> Option<String> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len() + 1);
    let (mut first, mut inside) = (true, false);
    for line in text.split_inclusive('\n') {
        let (line, seen) = without_colors(line);
        let seen = seen.trim_end();
        if inside {
            out.extend_from_slice(line.as_bytes());
            inside = seen != "}";
        } else if let Some((host, sign)) = header(seen) {
            // A colour stood before the host.
            let lead = line.len() - line.trim_start().len();
            out.resize(out.len() + lead, b' ');
            out.extend_from_slice(if first { b"[\"" } else { b",\"" });
            out.extend_from_slice(host.as_bytes());
            out.extend_from_slice(b"\",");
            // INVARIANT: the sign is longer than the four bytes that were put in.
            out.resize(out.len() + sign.saturating_sub(4), b' ');
            out.extend_from_slice(line.get(lead + host.len() + sign..).unwrap_or_default().as_bytes());
            first = false;
            inside = seen.ends_with('{');
        } else if let Some(host) = failure(seen) {
            let lead = line.len() - line.trim_start().len();
            let end = line.trim_end_matches(['\n', '\r']).len();
            let start = out.len();
            out.resize(start + lead, b' ');
            out.extend_from_slice(if first { b"[\"" } else { b",\"" });
            out.extend_from_slice(host.as_bytes());
            out.extend_from_slice(b"\",");
            // INVARIANT: as long as the shortest such line behind its host.
            out.extend_from_slice(FAILURE.as_bytes());
            out.resize((start + end).max(out.len()), b' ');
            out.extend_from_slice(line.get(end..).unwrap_or_default().as_bytes());
            first = false;
        } else {
            // Warnings and the like stand between results.
            out.extend(line.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte } else { b' ' }));
        }
    }
    if first {
        return None;
    }
    // The last line break makes room for the end of the list; without one the text is longer by one byte.
    if out.last() == Some(&b'\n') {
        out.pop();
    }
    out.push(b']');
    String::from_utf8(out).ok()
}

/// The host of a line that begins a result, and how many bytes stand between its name and the result.
fn header(line: &str) -> Option<(&str, usize)> {
    let (host, rest) = line.split_once(" | ")?;
    let (word, result) = rest.split_once(" => ")?;
    let is_word = matches!(word, "SUCCESS" | "CHANGED" | "FAILED" | "FAILED!" | "UNREACHABLE!");
    let is_host = !host.is_empty() && !host.contains([' ', '"', '\\']) && !host.contains(char::is_control);
    (is_word && is_host && result.starts_with('{')).then(|| (host, line.len() - host.len() - result.len()))
}

/// A result that says no more than that.
const FAILURE: &str = "{\"failed\":true}";

/// The host of a line that says that a command failed: `web-1 | FAILED | rc=2 >>`. What it printed stands below.
fn failure(line: &str) -> Option<&str> {
    let (host, rest) = line.trim().split_once(" | ")?;
    let code = rest.strip_prefix("FAILED | rc=")?.strip_suffix(">>")?.trim();
    let is_host = !host.is_empty() && !host.contains([' ', '"', '\\']) && !host.contains(char::is_control);
    (is_host && !code.is_empty()).then_some(host)
}

/// A line with the terminal's colours replaced by as many spaces, and as it is seen.
fn without_colors(line: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    if !line.contains('\u{1b}') {
        return (line.into(), line.into());
    }
    let (mut spaced, mut seen) = (String::with_capacity(line.len()), String::with_capacity(line.len()));
    let mut rest = line;
    while let Some(at) = rest.find("\u{1b}[") {
        let (before, code) = rest.split_at(at);
        let end = code.find('m').filter(|end| *end < 12).map_or(1, |end| end + 1);
        spaced.push_str(before);
        seen.push_str(before);
        spaced.extend(std::iter::repeat_n(' ', end));
        rest = code.get(end..).unwrap_or_default();
    }
    spaced.push_str(rest);
    seen.push_str(rest);
    (spaced.into(), seen.into())
}
