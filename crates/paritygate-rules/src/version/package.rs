//! Versions of operating system packages, in the order that dpkg and rpm give them.
//!
//! The order of dpkg is that of the Debian Policy Manual, 5.6.12; that of rpm is described in rpm-version(7).

use std::cmp::Ordering;

/// `epoch:upstream-revision`.
#[derive(Clone, Debug)]
pub(super) struct Package {
    /// 0 where none is given.
    pub(super) epoch: u32,
    upstream: String,
    revision: String,
}

impl Package {
    /// Reads a version that begins with a digit, as the policy asks for.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, text),
        };
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-' | b'~' | b'^' | b'_' | b':');
        let is_version = upstream.starts_with(|first: char| first.is_ascii_digit())
            && rest.bytes().all(allowed)
            && !rest.ends_with('-');
        is_version.then(|| Self { epoch, upstream: upstream.to_owned(), revision: revision.to_owned() })
    }

    /// The numbers that the upstream version begins with.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let mut numbers = Vec::new();
        let mut rest = self.upstream.as_str();
        loop {
            let (number, after) = split(rest, |byte| byte.is_ascii_digit());
            if number.is_empty() {
                return numbers;
            }
            numbers.push(number.parse().unwrap_or(u64::MAX));
            let Some(next) = after.strip_prefix('.') else {
                return numbers;
            };
            rest = next;
        }
    }

    pub(super) fn compare_deb(&self, other: &Self) -> Ordering {
        let by_epoch = self.epoch.cmp(&other.epoch);
        by_epoch.then_with(|| deb(&self.upstream, &other.upstream)).then_with(|| deb(&self.revision, &other.revision))
    }

    pub(super) fn compare_rpm(&self, other: &Self) -> Ordering {
        let by_epoch = self.epoch.cmp(&other.epoch);
        by_epoch.then_with(|| rpm(&self.upstream, &other.upstream)).then_with(|| rpm(&self.revision, &other.revision))
    }
}

/// Compares the text before the next number, then the number, until one of the two decides.
fn deb(mut a: &str, mut b: &str) -> Ordering {
    loop {
        if a.is_empty() && b.is_empty() {
            return Ordering::Equal;
        }
        let ((text_a, rest_a), (text_b, rest_b)) =
            (split(a, |byte| !byte.is_ascii_digit()), split(b, |byte| !byte.is_ascii_digit()));
        // The end stands between `~` and everything else: without it, a text that has ended would compare as less.
        let weights = |text: &str| -> Vec<u16> { text.bytes().map(weight).chain([END]).collect() };
        let ((number_a, rest_a), (number_b, rest_b)) =
            (split(rest_a, |byte| byte.is_ascii_digit()), split(rest_b, |byte| byte.is_ascii_digit()));
        let order = weights(text_a).cmp(&weights(text_b)).then_with(|| number(number_a, number_b));
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

const END: u16 = 1;

/// `~` before the end, the end before letters, letters before other signs.
fn weight(byte: u8) -> u16 {
    match byte {
        b'~' => 0,
        _ if byte.is_ascii_alphabetic() => u16::from(byte),
        _ => 256 + u16::from(byte),
    }
}

/// Compares numbers of any length; no number is 0.
fn number(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// A piece of a version as rpm sees it, in rpm's order: `~` before the end, `^` right behind it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Tilde,
    End,
    Caret,
    Letters(&'a str),
    Number(usize, &'a str),
}

fn rpm(a: &str, b: &str) -> Ordering {
    pieces(a).cmp(pieces(b))
}

/// The pieces of a text, of which the last is its end.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (piece, after) = piece(rest?);
        rest = match piece {
            Piece::End => None,
            _ => Some(after),
        };
        Some(piece)
    })
}

/// The next piece and the rest. Other signs only stand between pieces.
fn piece(text: &str) -> (Piece<'_>, &str) {
    let text = text.trim_start_matches(|sign: char| !sign.is_ascii_alphanumeric() && sign != '~' && sign != '^');
    if let Some(rest) = text.strip_prefix('~') {
        return (Piece::Tilde, rest);
    }
    if let Some(rest) = text.strip_prefix('^') {
        return (Piece::Caret, rest);
    }
    let (digits, rest) = split(text, |byte| byte.is_ascii_digit());
    if digits.is_empty() {
        let (letters, rest) = split(text, |byte| byte.is_ascii_alphabetic());
        return if letters.is_empty() { (Piece::End, "") } else { (Piece::Letters(letters), rest) };
    }
    let digits = digits.trim_start_matches('0');
    (Piece::Number(digits.len(), digits), rest)
}

/// Splits behind the bytes that `of` takes.
fn split(text: &str, of: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !of(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
