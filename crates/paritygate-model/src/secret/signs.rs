//! What single bytes say about a text: one look tells which searches could find anything in it.

/// An ASCII letter or digit.
pub(super) const WORD: u16 = 1;
/// Part of a character of another script.
pub(super) const FOREIGN: u16 = 2;
/// `:`.
pub(super) const COLON: u16 = 4;
/// `/`.
pub(super) const SLASH: u16 = 8;
/// `=`.
pub(super) const EQUALS: u16 = 16;
/// `-`.
pub(super) const DASH: u16 = 32;
/// `"`.
pub(super) const QUOTE: u16 = 64;
/// `'` and the backtick.
pub(super) const OTHER_QUOTE: u16 = 128;
/// What may stand between an option and its value: blanks, quotes, commas.
pub(super) const GAP: u16 = 256;
/// `@`.
pub(super) const AT: u16 = 512;
/// What may stand around a host: `,` and `[`.
pub(super) const AROUND: u16 = 1024;
/// `<`.
pub(super) const LESS: u16 = 4096;
/// `|`.
pub(super) const PIPE: u16 = 8192;
/// Any sign: no letter, no digit, of no script.
pub(super) const SIGN: u16 = 2048;

/// What a byte is.
pub(super) fn of(byte: u8) -> u16 {
    SIGNS.get(byte as usize).copied().unwrap_or_default()
}

/// What the bytes of a text are.
pub(super) fn of_text(text: &str) -> u16 {
    text.bytes().fold(0, |seen, byte| seen | of(byte))
}

static SIGNS: [u16; 256] = {
    let mut signs = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        // INVARIANT: `byte` is below the array's length.
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time, so it can't panic at run time")]
        {
            signs[byte] = match byte as u8 {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => WORD,
                0x80..=0xff => FOREIGN,
                b':' => SIGN | COLON,
                b'/' => SIGN | SLASH,
                b'=' => SIGN | EQUALS,
                b'-' => SIGN | DASH,
                b'"' => SIGN | QUOTE | GAP,
                b'\'' => SIGN | OTHER_QUOTE | GAP,
                b'`' => SIGN | OTHER_QUOTE,
                b' ' | b'\t' => SIGN | GAP,
                b',' => SIGN | GAP | AROUND,
                b'[' => SIGN | AROUND,
                b'@' => SIGN | AT,
                b'<' => SIGN | LESS,
                b'|' => SIGN | PIPE,
                _ => SIGN,
            };
        }
        byte += 1;
    }
    signs
};

/// The bit of a letter, whatever its case. Some other bytes share it: who asks must look again.
pub(super) const fn letter(byte: u8) -> u32 {
    1 << (byte & 31)
}

/// The bits of the letters of a text that is known to the engine.
pub(super) fn letters(text: &str) -> u32 {
    text.bytes().filter(u8::is_ascii_alphabetic).fold(0, |bits, byte| bits | letter(byte))
}

/// Where words of one form stand in a table of lengths: by their first and their last letter.
pub(super) const fn form(first: u8, last: u8) -> usize {
    ((first & 31) as usize) << 5 | (last & 31) as usize
}

/// The bit of a length.
pub(super) const fn length(length: usize) -> u32 {
    if length < 31 { 1 << length } else { 1 << 31 }
}

/// Which forms and lengths a list of words has: says no to nearly every other word.
#[derive(Default)]
pub(super) struct Forms(Vec<u32>);

impl Forms {
    /// The forms of these words.
    pub(super) fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms = vec![0; 1024];
        for word in words {
            if let (Some(&first), Some(&last)) = (word.as_bytes().first(), word.as_bytes().last())
                && let Some(bits) = forms.get_mut(form(first, last))
            {
                *bits |= length(word.len());
            }
        }
        Self(forms)
    }

    /// Whether a word that begins, ends and is as long as this may be among them, in any case of its letters.
    pub(super) fn may_hold(&self, first: u8, last: u8, len: usize) -> bool {
        self.0.get(form(first, last)).is_some_and(|bits| bits & length(len) != 0)
    }
}

/// `str::trim`, which is cheap where there is nothing to trim.
pub(super) fn trim(text: &str) -> &str {
    let solid = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_graphic());
    if solid(text.as_bytes().first()) && solid(text.as_bytes().last()) { text } else { text.trim() }
}

/// Whether a text holds a blank, of any script.
pub(super) fn holds_blank(text: &str) -> bool {
    !text.bytes().all(|byte| byte.is_ascii_graphic()) && text.contains(char::is_whitespace)
}

/// The part before the first `sign`, which is ASCII, or all.
pub(super) fn before(text: &str, sign: u8) -> &str {
    memchr::memchr(sign, text.as_bytes()).and_then(|at| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_know_their_words_in_any_case() {
        let forms = Forms::of(["key", "secret"]);
        assert!(forms.may_hold(b'K', b'y', 3) && forms.may_hold(b's', b'T', 6));
        assert!(!forms.may_hold(b'k', b'y', 4) && !forms.may_hold(b's', b's', 6));
        assert!(!Forms::default().may_hold(b'k', b'y', 3));
    }

    #[test]
    fn texts_are_trimmed_as_by_the_standard_library() {
        for text in ["", " ", "a", " a", "a ", "\u{a0}a\u{2028}", "é", " é ", "a b", "\u{1f}a\u{7f}", "\u{b}a\u{85}"]
        {
            assert_eq!(trim(text), text.trim());
        }
    }
}
