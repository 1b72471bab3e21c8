//! Which names are secret, by whole words.

use std::ops::Range;

/// How strongly a name says that its value is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Unless the value is a number, a quantity or a URL: `SORT_KEY`.
    Weak,
    /// Whatever the value is: `DB_PASSWORD`.
    Strong,
}

/// What a row of words says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Secret,
    Last,
    Weak,
    Always,
    Plain,
}

impl Kind {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "secret" => Self::Secret,
            "last" => Self::Last,
            "weak" => Self::Weak,
            "always" => Self::Always,
            "plain" => Self::Plain,
            _ => return None,
        })
    }
}

/// The words of the table.
#[derive(Default)]
pub(super) struct Names {
    // INVARIANT: sorted by words, so that the rows of one first letter stand together.
    rows: Vec<(Vec<&'static str>, Kind)>,
    /// The rows of each first letter.
    buckets: Vec<Range<usize>>,
    /// The last words of all rows that make a name secret, sorted: a name without one of them is none.
    triggers: Vec<&'static str>,
    /// By letter: a bit for each length of a trigger.
    lengths: [u32; 26],
    /// By last letter: a bit for each letter before it in an ending.
    tails: [u32; 26],
    pub(super) endings: Vec<&'static str>,
    pub(super) descriptors: Vec<&'static str>,
    pub(super) suffixes: Vec<&'static str>,
    pub(super) public: Vec<&'static str>,
}

impl Names {
    pub(super) fn add(&mut self, kind: Kind, words: Vec<&'static str>) {
        self.rows.push((words, kind));
    }

    pub(super) fn finish(&mut self) {
        self.rows.sort_by(|a, b| a.0.cmp(&b.0));
        for list in [&mut self.endings, &mut self.descriptors, &mut self.suffixes, &mut self.public] {
            list.sort_unstable();
        }
        let first = |row: &(Vec<&str>, Kind)| row.0.first().and_then(|word| word.bytes().next());
        let bucket = |letter: u8| {
            let from = self.rows.partition_point(|row| first(row) < Some(letter));
            from..self.rows.partition_point(|row| first(row) <= Some(letter))
        };
        self.buckets = (b'a'..=b'z').map(bucket).collect();
        // What is always secret holds a secret word anyway.
        let triggers = self.rows.iter().filter(|(_, kind)| !matches!(kind, Kind::Plain | Kind::Always));
        self.triggers = triggers.filter_map(|(words, _)| words.last().copied()).collect();
        self.triggers.sort_unstable();
        self.triggers.dedup();
        for word in &self.triggers {
            if let Some(bits) = word.bytes().next().and_then(letter).and_then(|letter| self.lengths.get_mut(letter)) {
                *bits |= bit(word.len());
            }
        }
        for ending in &self.endings {
            if let Some((last, before)) = tail(ending.as_bytes())
                && let Some(bits) = self.tails.get_mut(last)
            {
                *bits |= 1 << before;
            }
        }
    }

    /// How strongly a name speaks; `None` where it is not secret.
    pub(super) fn strength(&self, name: &str) -> Option<Strength> {
        // Most names end here.
        if !words(name).any(|word| self.is_trigger(word) || self.ends_secret(word)) {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let mut all = Vec::with_capacity(8);
        all.extend(ranges(name).filter_map(|range| lower.get(range).map(trimmed_or_whole)));
        self.judge(&all)
    }

    fn judge(&self, words: &[&str]) -> Option<Strength> {
        let mut end = words.len();
        while let Some(word) = end.checked_sub(1).and_then(|last| words.get(last)) {
            if end == 1 || !(is_number(word) || contains(&self.suffixes, word)) {
                break;
            }
            end -= 1;
        }
        let words = words.get(..end)?;
        let mut found = None;
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let (strength, length) = self.at(words, at);
            if length == usize::MAX {
                return Some(Strength::Strong);
            }
            found = found.max(strength).max(self.ends_secret(word).then_some(Strength::Strong));
            at += length.max(1);
        }
        let unsaid = words.last().is_some_and(|last| contains(&self.descriptors, last))
            || words.iter().any(|word| contains(&self.public, word));
        if unsaid { None } else { found }
    }

    /// What the rows say about the words from `at`, and how many words they cover; `usize::MAX` where nothing can undo it.
    fn at(&self, words: &[&str], at: usize) -> (Option<Strength>, usize) {
        let (mut found, mut plain, mut longest) = (None, 0, 0);
        let rest = words.get(at..).unwrap_or_default();
        let Some(first) = rest.first() else { return (None, 1) };
        let bucket = first.bytes().next().and_then(letter).and_then(|letter| self.buckets.get(letter)).cloned();
        for (row, kind) in self.rows.get(bucket.unwrap_or_default()).unwrap_or_default() {
            if !rest.starts_with(row) {
                continue;
            }
            let last = row.len() == rest.len();
            let strength = match kind {
                Kind::Always => return (Some(Strength::Strong), usize::MAX),
                Kind::Plain => {
                    plain = plain.max(row.len());
                    continue;
                }
                Kind::Secret => Some(Strength::Strong),
                Kind::Last if last => Some(Strength::Strong),
                Kind::Weak if last && at > 0 => Some(Strength::Weak),
                Kind::Last | Kind::Weak => continue,
            };
            found = found.max(strength);
            longest = longest.max(row.len());
        }
        // `password reset` says more than `password`.
        if plain > longest { (None, plain) } else { (found, longest) }
    }

    fn is_trigger(&self, word: &str) -> bool {
        let word = trimmed(word);
        let bits = word.bytes().next().and_then(letter).and_then(|letter| self.lengths.get(letter));
        bits.is_some_and(|bits| bits & bit(word.len()) != 0)
            && self.triggers.iter().any(|trigger| trigger.len() == word.len() && trigger.eq_ignore_ascii_case(word))
    }

    fn ends_secret(&self, word: &str) -> bool {
        // The shortest ending has five letters; equal words are rows.
        let word = trimmed(word).as_bytes();
        if word.len() <= 5 {
            return false;
        }
        let bits = tail(word).and_then(|(last, before)| self.tails.get(last).map(|bits| bits & (1 << before)));
        bits.is_some_and(|bits| bits != 0)
            && self.endings.iter().any(|ending| {
                let from = word.len().checked_sub(ending.len());
                from.and_then(|from| word.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
            })
    }
}

/// The words of a name: cut at signs and at humps, as they are written.
pub(super) fn words(name: &str) -> impl Iterator<Item = &str> {
    ranges(name).filter_map(|range| name.get(range))
}

fn ranges(name: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = name.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while is_sign(*bytes.get(at)?) {
            at += 1;
        }
        let start = at;
        let mut before = b'A';
        while let Some(&byte) = bytes.get(at) {
            if is_sign(byte) || (byte.is_ascii_uppercase() && at > start && is_hump(before, bytes.get(at + 1))) {
                break;
            }
            before = byte;
            at += 1;
        }
        Some(start..at)
    })
}

/// Whether a capital begins a word: `dbP` does, and `IKe` in `APIKey`.
fn is_hump(before: u8, after: Option<&u8>) -> bool {
    before.is_ascii_lowercase() || before.is_ascii_alphanumeric() && after.is_some_and(u8::is_ascii_lowercase)
}

/// Whether a byte parts words. Bytes of other scripts are letters.
const fn is_sign(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `key2` is `key`; `2` stays.
fn trimmed_or_whole(word: &str) -> &str {
    Some(trimmed(word)).filter(|word| !word.is_empty()).unwrap_or(word)
}

/// `key2` is `key`.
fn trimmed(word: &str) -> &str {
    match word.as_bytes().last() {
        Some(last) if last.is_ascii_digit() => word.trim_end_matches(|c: char| c.is_ascii_digit()),
        _ => word,
    }
}

fn letter(byte: u8) -> Option<usize> {
    let byte = byte.to_ascii_lowercase();
    byte.is_ascii_lowercase().then(|| (byte - b'a') as usize)
}

/// The last letter and the one before it.
fn tail(word: &[u8]) -> Option<(usize, usize)> {
    let [.., before, last] = word else { return None };
    Some((letter(*last)?, letter(*before)?))
}

const fn bit(length: usize) -> u32 {
    if length < 31 { 1 << length } else { 1 << 31 }
}

fn contains(sorted: &[&'static str], word: &str) -> bool {
    sorted.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, expected) in [
            ("DB_PASSWORD", "DB PASSWORD"),
            ("dbPassword", "db Password"),
            ("APIKey", "API Key"),
            ("AWSSecretKey2", "AWS Secret Key2"),
            ("a.b-c/d", "a b c d"),
            ("oauth2Token", "oauth2 Token"),
            ("SAML2_SP_x509_KEY", "SAML2 SP x509 KEY"),
            ("éclair_KEY", "éclair KEY"),
            ("__", ""),
        ] {
            assert_eq!(words(name).collect::<Vec<_>>().join(" "), expected, "{name}");
        }
    }
}
