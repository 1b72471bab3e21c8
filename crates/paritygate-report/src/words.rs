//! Text that is safe to show: escaped, measured and cut.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// Whether a character is invisible or steers a terminal: controls, directions, and marks without a width of their own.
pub(crate) const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Adds a character as it can be shown.
pub(crate) fn push(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if !is_hidden(c) => out.push(c),
        c => {
            let code = u32::from(c);
            let _infallible = if code < 0x100 { write!(out, "\\x{code:02x}") } else { write!(out, "\\u{{{code:x}}}") };
        }
    }
}

/// A text on one line, with everything visible.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| push(&mut out, c));
    Cow::Owned(out)
}

/// A sentence that may have been written over several lines, on one.
pub(crate) fn prose(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(escape).collect();
    lines.join(" ")
}

/// How many columns a character takes.
pub(crate) fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The text in at most `max` columns, without its end where it is longer.
pub(crate) fn cut_end<'a>(text: &'a str, max: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let mut out = take(text.chars(), max.saturating_sub(width(ellipsis)));
    out.push_str(ellipsis);
    Cow::Owned(out)
}

/// The text in at most `max` columns, without its beginning where it is longer.
pub(crate) fn cut_start<'a>(text: &'a str, max: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let kept = take(text.chars().rev(), max.saturating_sub(width(ellipsis)));
    let mut out = ellipsis.to_owned();
    out.extend(kept.chars().rev());
    Cow::Owned(out)
}

fn take(chars: impl Iterator<Item = char>, max: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|&c| {
            used += char_width(c);
            used <= max
        })
        .collect()
}

/// `1 row`, `2 rows`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown() {
        for (text, shown) in [
            ("plain é 名", "plain é 名"),
            ("a\u{1b}[31mb", "a\\x1b[31mb"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{9b}0m\u{7f}", "\\x9b0m\\x7f"),
            ("user\u{202e}txt", "user\\u{202e}txt"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("\u{e0041}", "\\u{e0041}"),
        ] {
            assert_eq!(escape(text), shown);
        }
    }

    #[test]
    fn cuts_by_columns() {
        for (max, end, start) in [(6, "名前の", "名前の"), (5, "名前…", "…前の"), (4, "名…", "…の"), (1, "…", "…")]
        {
            assert_eq!(cut_end("名前の", max, "…"), end);
            assert_eq!(cut_start("名前の", max, "…"), start);
        }
    }
}
