//! What XML and HTML have in common: escapes.

use std::borrow::Cow;
use std::fmt::Write;

use crate::words::is_hidden;

/// A text as an element's content or an attribute's value: no character of it is markup, and what is hidden is shown.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
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

/// Adds an attribute. A line break in it stays one.
pub(super) fn attribute(out: &mut String, name: &str, value: &str) {
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
        let mut out = String::new();
        attribute(&mut out, "x", "a\"\nb");
        assert_eq!(out, " x=\"a&quot;&#10;b\"");
    }
}
