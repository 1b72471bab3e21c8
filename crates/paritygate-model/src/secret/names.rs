//! Which names are secret, by whole words.

use std::ops::Range;

use super::signs::{self, Forms};

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
    /// The forms of the triggers.
    forms: Forms,
    /// By last letter: a bit for each letter before it in an ending.
    tails: [u32; 32],
    /// The endings with their last four letters.
    ends: Vec<([u8; 4], &'static str)>,
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
        self.forms = Forms::of(self.triggers.iter().copied());
        for &ending in &self.endings {
            if let [.., before, last] = ending.as_bytes()
                && let Some(bits) = self.tails.get_mut((last & 31) as usize)
            {
                *bits |= signs::letter(*before);
            }
            self.ends.extend(ending.as_bytes().last_chunk().map(|chunk| (*chunk, ending)));
        }
    }

    /// How strongly a name speaks; `None` where it is not secret.
    pub(super) fn strength(&self, name: &str) -> Option<Strength> {
        // Most names end here.
        let bytes = name.as_bytes();
        let speaks = ranges(name).any(|range| bytes.get(range).is_some_and(|word| self.speaks(word)));
        if speaks { self.listen(name) } else { None }
    }

    /// Takes a name apart. Kept out of the way of the names that say nothing.
    #[cold]
    fn listen(&self, name: &str) -> Option<Strength> {
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
            found = found.max(strength).max(self.ends_secret(word.as_bytes()).then_some(Strength::Strong));
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

    /// Whether a word makes its name worth a closer look.
    fn speaks(&self, word: &[u8]) -> bool {
        let word = trimmed(word);
        let (Some(&first), Some(&last)) = (word.first(), word.last()) else { return false };
        (self.forms.may_hold(first, last, word.len()) && self.is_trigger(word)) || self.ends_secret(word)
    }

    #[cold]
    fn is_trigger(&self, word: &[u8]) -> bool {
        self.triggers.iter().any(|trigger| trigger.len() == word.len() && trigger.as_bytes().eq_ignore_ascii_case(word))
    }

    fn ends_secret(&self, word: &[u8]) -> bool {
        let [.., before, last] = word else { return false };
        let bits = self.tails.get((last & 31) as usize).copied().unwrap_or_default();
        // The shortest ending has five letters; equal words are rows.
        word.len() > 5 && bits & signs::letter(*before) != 0 && self.has_ending(word)
    }

    #[cold]
    fn has_ending(&self, word: &[u8]) -> bool {
        let Some(end) = word.last_chunk::<4>().map(|end| end.map(|byte| byte.to_ascii_lowercase())) else {
            return false;
        };
        self.ends.iter().any(|(known, ending)| {
            let from = word.len().checked_sub(ending.len()).filter(|_| *known == end);
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
        let mut rest = bytes.get(at..)?.iter();
        let mut before = Script::of(*rest.next()?);
        while before == Script::Sign {
            before = Script::of(*rest.next()?);
        }
        let start = bytes.len() - rest.len() - 1;
        while let Some(&byte) = rest.next() {
            let script = Script::of(byte);
            // Words part only where the script changes.
            if script == before {
                continue;
            }
            at = bytes.len() - rest.len() - 1;
            match (before, script) {
                // `db_` and `dbP`.
                (_, Script::Sign) | (Script::Small, Script::Capital) => return Some(start..at),
                // `IKe` in `APIKey`.
                (Script::Capital, Script::Small) if at - start > 1 && is_head(bytes.get(at - 2)) => {
                    at -= 1;
                    return Some(start..at);
                }
                _ => before = script,
            }
        }
        at = bytes.len();
        Some(start..at)
    })
}

/// Whether a word may end here, before a capital and a small letter.
fn is_head(byte: Option<&u8>) -> bool {
    byte.is_some_and(|&byte| matches!(Script::of(byte), Script::Capital | Script::Digit))
}

/// What a byte of a name is. Bytes of other scripts are letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Sign,
    Small,
    Capital,
    Digit,
    Other,
}

impl Script {
    fn of(byte: u8) -> Self {
        SCRIPTS.get(byte as usize).copied().unwrap_or(Self::Other)
    }
}

static SCRIPTS: [Script; 256] = {
    let mut scripts = [Script::Sign; 256];
    let mut byte = 0;
    while byte < 256 {
        // INVARIANT: `byte` is below the array's length.
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time, so it can't panic at run time")]
        {
            scripts[byte] = match byte as u8 {
                b'a'..=b'z' => Script::Small,
                b'A'..=b'Z' => Script::Capital,
                b'0'..=b'9' => Script::Digit,
                0x80..=0xff => Script::Other,
                _ => Script::Sign,
            };
        }
        byte += 1;
    }
    scripts
};

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `key2` is `key`; `2` stays.
fn trimmed_or_whole(word: &str) -> &str {
    word.get(..trimmed(word.as_bytes()).len()).filter(|word| !word.is_empty()).unwrap_or(word)
}

/// `key2` is `key`.
fn trimmed(mut word: &[u8]) -> &[u8] {
    while let [rest @ .., b'0'..=b'9'] = word {
        word = rest;
    }
    word
}

fn letter(byte: u8) -> Option<usize> {
    let byte = byte.to_ascii_lowercase();
    byte.is_ascii_lowercase().then(|| (byte - b'a') as usize)
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
