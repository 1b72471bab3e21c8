//! Versions that are numbers with signs between them: semantic versions, dates, image tags, PostgreSQL.

use std::cmp::Ordering;

use semver::Prerelease;
use smallvec::{SmallVec, smallvec};

/// The numbers of a version. Few versions have more than four, so most need no allocation.
pub(super) type Numbers = SmallVec<[u64; 4]>;

/// Numbers, a pre-release, a variant.
#[derive(Clone, Debug, Default)]
pub(super) struct Dotted {
    /// The numbers that are given, at least one. What is left out is not said, and so it is not 0.
    pub(super) release: Numbers,
    /// The pre-release, ordered as semantic versions are. That of a tag is spelled as its rank and its number.
    pub(super) pre: Prerelease,
    /// How it was built.
    pub(super) variant: String,
}

impl Dotted {
    /// The place of the first number that both have and that differs.
    pub(super) fn first_difference(&self, other: &Self) -> Option<usize> {
        self.release.iter().zip(&other.release).position(|(a, b)| a != b)
    }

    /// Which is newer, as far as both say it.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let numbers = self.release.iter().zip(&other.release).map(|(a, b)| a.cmp(b)).find(|order| order.is_ne());
        numbers.unwrap_or_else(|| {
            if self.release.len() == other.release.len() { self.pre.cmp(&other.pre) } else { Ordering::Equal }
        })
    }
}

/// `1.2.3-rc.1+build`, `v1.2.3`, and pins: `20`, `20.11`, `20.x`.
pub(super) fn semver(text: &str) -> Option<Dotted> {
    let text = without_v(text);
    if let Ok(version) = semver::Version::parse(text) {
        let release = smallvec![version.major, version.minor, version.patch];
        return Some(Dotted { release, pre: version.pre, variant: version.build.as_str().to_owned() });
    }
    let mut given = text;
    while let Some(shorter) = [".x", ".X", ".*"].iter().find_map(|any| given.strip_suffix(any)) {
        given = shorter;
    }
    let number = |part: &str| {
        let canonical = part == "0" || !part.starts_with('0');
        if canonical { digits(part).filter(|(_, rest)| rest.is_empty()).map(|(number, _)| number) } else { None }
    };
    let release: Numbers = given.split('.').map(number).collect::<Option<_>>()?;
    (release.len() <= 3).then(|| Dotted { release, ..Dotted::default() })
}

/// `1.2.3` and nothing else: what most versions are, in one pass.
pub(super) fn three(text: &str) -> Option<Dotted> {
    let mut release: Numbers = smallvec![];
    let mut number: Option<u64> = None;
    for byte in text.bytes() {
        number = match (byte, number) {
            (b'.', Some(done)) => {
                release.push(done);
                None
            }
            (b'0'..=b'9', None) => Some(u64::from(byte - b'0')),
            (b'0'..=b'9', Some(before)) if before > 0 => before.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
            _ => return None,
        };
    }
    release.push(number?);
    (release.len() == 3).then(|| Dotted { release, ..Dotted::default() })
}

/// `16.4-alpine`, `3.13.0rc1-slim-bookworm`, `8u242-jdk`, `v1.2.3`.
pub(super) fn tag(text: &str) -> Option<Dotted> {
    let (release, rest) = numbers(without_v(text), |sign| matches!(sign, '.' | 'u'))?;
    with_tail(release, rest)
}

/// `16.4`, `17beta1`, `16.4 (Debian 16.4-1.pgdg120+1)`, `PostgreSQL 9.6.24 on x86_64-pc-linux-gnu`, `16.4-alpine`.
pub(super) fn postgres(text: &str) -> Option<Dotted> {
    let text = text.strip_prefix("PostgreSQL ").unwrap_or(text);
    let text = text.split_whitespace().next()?;
    let (release, rest) = numbers(text, |sign| sign == '.')?;
    with_tail(release, rest)
}

/// `2024.01.3`, `24.04`, `2024-01-15`, `20240115`, `RELEASE.2023-04-07T05-28-58Z`, `2024-09-30.acacia`.
pub(super) fn calver(text: &str) -> Option<Dotted> {
    let text = without_v(text.strip_prefix("RELEASE.").unwrap_or(text));
    let (mut release, rest) = numbers(text, |sign| matches!(sign, '.' | '-' | '_' | 'T' | ':'))?;
    let first = text.bytes().take_while(u8::is_ascii_digit).count();
    if first == 8 {
        let date = release.first().copied()?;
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        release.remove(0);
        release.insert_from_slice(0, &[year, month, day]);
    }
    let &[year, _, ..] = release.as_slice() else {
        return None;
    };
    let is_year = if first == 2 { year > 0 } else { (1970..2200).contains(&year) };
    if !is_year {
        return None;
    }
    with_tail(release, rest.strip_prefix('Z').unwrap_or(rest))
}

/// The numbers that a text begins with, and the rest. A sign between them counts only where a digit follows.
fn numbers(text: &str, is_sign: impl Fn(char) -> bool) -> Option<(Numbers, &str)> {
    let (first, mut rest) = digits(text)?;
    let mut release: Numbers = smallvec![first];
    while let Some(next) = rest.strip_prefix(&is_sign) {
        let Some((number, after)) = digits(next) else { break };
        release.push(number);
        rest = after;
    }
    Some((release, rest))
}

/// The number that a text begins with, and the rest; `None` where there is none or it is too large to be one.
fn digits(text: &str) -> Option<(u64, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

/// Reads what follows the numbers: a pre-release, then the variant.
fn with_tail(release: Numbers, rest: &str) -> Option<Dotted> {
    if rest.is_empty() {
        return Some(Dotted { release, ..Dotted::default() });
    }
    if !rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+')) {
        return None;
    }
    let tail = rest.strip_prefix(SIGNS);
    if tail == Some("") {
        return None;
    }
    if let Some((pre, variant)) = prerelease(tail.unwrap_or(rest)) {
        return Some(Dotted { release, pre, variant: variant.to_owned() });
    }
    // Letters right behind the numbers are no variant: `3rd-party` is a name.
    tail.map(|variant| Dotted { release, variant: variant.to_owned(), ..Dotted::default() })
}

const SIGNS: [char; 4] = ['.', '-', '_', '+'];

/// The pre-release that a text begins with, and what follows behind its sign.
fn prerelease(text: &str) -> Option<(Prerelease, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    let (number, rest) = match digits(rest.strip_prefix('.').unwrap_or(rest)) {
        Some((number, rest)) => (Some(number), rest),
        None => (None, rest),
    };
    if !rest.is_empty() && !rest.starts_with(SIGNS) {
        return None;
    }
    let rank = rank(word).filter(|_| word.len() > 1 || number.is_some())?;
    let pre = Prerelease::new(&format!("{rank}.{}", number.unwrap_or_default())).ok()?;
    Some((pre, rest.strip_prefix(SIGNS).unwrap_or_default()))
}

/// The place of a pre-release's name among the others; `None` where it is no such name.
pub(super) fn rank(word: &str) -> Option<u8> {
    Some(match word.to_ascii_lowercase().as_str() {
        "canary" | "dev" | "devel" | "experimental" | "insiders" | "next" | "nightly" | "snapshot" | "unstable" => 0,
        "a" | "alpha" => 1,
        "b" | "beta" => 2,
        "ea" | "m" | "milestone" | "pre" | "preview" => 3,
        "c" | "cr" | "rc" => 4,
        _ => return None,
    })
}

fn without_v(text: &str) -> &str {
    let bare = text.strip_prefix(['v', 'V']);
    bare.filter(|bare| bare.starts_with(|first: char| first.is_ascii_digit())).unwrap_or(text)
}
