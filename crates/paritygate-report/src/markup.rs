//! What XML and HTML have in common: escapes.

use std::borrow::Cow;
use std::fmt::Write;

use crate::words::{is_hidden, prose};

/// A text as an element's content or an attribute's value: no character of it is markup, and what is hidden is shown.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !matches!(c, '&' | '<' | '>' | '"' | '\'') && (!is_hidden(c) || c == '\n');
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push(c),
            c => crate::words::push(&mut out, c),
        }
    }
    Cow::Owned(out)
}

/// A sentence whose parts in backticks are code.
pub(crate) fn sentence(text: &str) -> String {
    let text = prose(text);
    let mut out = String::with_capacity(text.len() + 32);
    let mut parts = text.split('`').enumerate().peekable();
    while let Some((at, part)) = parts.next() {
        let part = escape(part);
        // A backtick without its other half is one.
        let _infallible = match (at % 2 == 1, parts.peek().is_some()) {
            (true, true) => write!(out, "<code>{part}</code>"),
            (true, false) => write!(out, "`{part}"),
            (false, _) => write!(out, "{part}"),
        };
    }
    out
}

/// Adds an attribute. A line break in it stays one.
pub(crate) fn attribute(out: &mut String, name: &str, value: &str) {
    let _infallible = write!(out, " {name}=\"{}\"", escape(value).replace('\n', "&#10;"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(
            escape("a & <b c=\"d\">'e'</b>\u{1b}\nf"),
            "a &amp; &lt;b c=&quot;d&quot;&gt;&#39;e&#39;&lt;/b&gt;\\x1b\nf"
        );
        assert_eq!(sentence("`a<b` is\n not `c`, `d"), "<code>a&lt;b</code> is not <code>c</code>, `d");
        let mut out = String::new();
        attribute(&mut out, "x", "a\"\nb");
        assert_eq!(out, " x=\"a&quot;&#10;b\"");
    }
}
