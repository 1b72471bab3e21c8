//! Paths of rows: `workloads.api.image.tag`, with quotes where a key holds a dot or a pattern's sign.

use std::fmt::{self, Write};

/// Whether a key can stand in a path without quotes.
pub fn is_bare(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'@' | b':');
    if segment.bytes().all(plain) {
        return !segment.is_empty();
    }
    !segment.is_empty()
        && segment.chars().all(|c| !c.is_whitespace() && !matches!(c, '.' | '"' | '\'' | '*' | '{' | '}' | ',' | '\\'))
}

/// Writes one key as it stands in a path: quoted where it has to be.
///
/// # Errors
///
/// Only those of `out`.
pub fn write_segment(out: &mut dyn Write, segment: &str) -> fmt::Result {
    if is_bare(segment) {
        return out.write_str(segment);
    }
    out.write_char('"')?;
    for c in segment.chars() {
        if matches!(c, '"' | '\\') {
            out.write_char('\\')?;
        }
        out.write_char(c)?;
    }
    out.write_char('"')
}

/// Joins keys to a path.
pub fn join<'a>(segments: impl IntoIterator<Item = &'a str>) -> String {
    // Long enough for nearly all paths.
    let mut out = String::with_capacity(64);
    for segment in segments {
        if !out.is_empty() {
            out.push('.');
        }
        let _infallible = write_segment(&mut out, segment);
    }
    out
}

/// A path as a list of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathBuf(pub Vec<String>);

impl fmt::Display for PathBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(self.0.iter().map(String::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_needs_them() {
        assert_eq!(join(["files", "config/app.yml", "mode"]), r#"files."config/app.yml".mode"#);
        assert_eq!(join(["variables", "A\"B"]), r#"variables."A\"B""#);
        assert_eq!(join([""]), r#""""#);
    }
}
