//! Which names are secret, by whole words.

use std::ops::Range;

use super::signs;

/// How strongly a name says that its value is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Unless the value is a number, a quantity, a URL or the name of a file: `TLS_KEY`.
    Weak,
    /// Unless the value is the name of a file, where such a thing is usually kept: `PRIVATE_KEY`.
    Kept,
    /// Unless the value is a path that can be nothing else: `DB_PASSWORD`.
    Strong,
}

/// What a row of words says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Secret,
    Kept,
    Last,
    Weak,
    Always,
    Plain,
}

impl Kind {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "secret" => Self::Secret,
            "kept" => Self::Kept,
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
    /// By the two letters before it: a bit for each last letter of a trigger or an ending.
    tails: Vec<u32>,
    /// By the last two letters: a bit for each letter that stands fourth from the end.
    fourths: Vec<u32>,
    pub(super) endings: Vec<&'static str>,
    pub(super) descriptors: Vec<&'static str>,
    pub(super) suffixes: Vec<&'static str>,
    pub(super) public: Vec<&'static str>,
    pub(super) browser: Vec<&'static str>,
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
        let triggers = self.rows.iter().filter(|(_, kind)| *kind != Kind::Plain);
        self.triggers = triggers.filter_map(|(words, _)| words.last().copied()).collect();
        self.triggers.sort_unstable();
        self.triggers.dedup();
        (self.tails, self.fourths) = (vec![0; TAILS], vec![0; TAILS]);
        for word in self.triggers.iter().chain(&self.endings) {
            match word.as_bytes() {
                [before @ .., first, second, last] => {
                    add(&mut self.tails, signs::form(*first, *second), signs::letter(*last));
                    let fourth = before.last().map_or(u32::MAX, |&fourth| signs::letter(fourth));
                    add(&mut self.fourths, signs::form(*second, *last), fourth);
                }
                // Anything may stand before it.
                [second, last] => {
                    (0..32).for_each(|any| add(&mut self.tails, signs::form(any, *second), signs::letter(*last)));
                    add(&mut self.fourths, signs::form(*second, *last), u32::MAX);
                }
                // Too short to tell anything: every name is looked at.
                _ => [&mut self.tails, &mut self.fourths].into_iter().for_each(|bits| bits.fill(u32::MAX)),
            }
        }
    }

    /// How strongly a name speaks; `None` where it is not secret.
    pub(super) fn strength(&self, name: &str) -> Option<Strength> {
        // Most names end here.
        if self.may_speak(name.as_bytes()) { self.listen(name) } else { None }
    }

    /// Whether a word of a name may end as one that makes it secret.
    pub(super) fn may_speak(&self, name: &[u8]) -> bool {
        let Some(tails) = self.tails.first_chunk::<TAILS>() else { return false };
        let mut before = 0;
        let mut rest = name.iter();
        while let Some(&byte) = rest.next() {
            if tails.get(before).is_some_and(|bits| bits & signs::letter(byte) != 0)
                && may_end(byte, rest.as_slice())
                && self.is_tail(name.get(..name.len() - rest.len()).unwrap_or_default())
            {
                return true;
            }
            before = signs::form(before as u8, byte);
        }
        false
    }

    /// Whether the last four letters may be those of a secret word.
    fn is_tail(&self, head: &[u8]) -> bool {
        let [before @ .., _, second, last] = head else { return true };
        let bits = self.fourths.get(signs::form(*second, *last)).copied().unwrap_or_default();
        before.last().map_or(bits == u32::MAX, |&fourth| bits & signs::letter(fourth) != 0)
    }

    /// Whether everybody may see what a name holds: it is compiled into code for browsers.
    pub(super) fn is_for_browsers(&self, name: &str) -> bool {
        self.browser.iter().any(|prefix| name.starts_with(prefix))
    }

    /// Takes a name apart. Kept out of the way of the names that say nothing.
    #[cold]
    fn listen(&self, name: &str) -> Option<Strength> {
        if self.is_for_browsers(name) {
            return None;
        }
        let bytes = name.as_bytes();
        if !any_word(name, |range| bytes.get(range).is_some_and(|word| self.speaks(word))) {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let mut all = Vec::with_capacity(8);
        any_word(name, |range| {
            all.extend(lower.get(range).map(trimmed_or_whole));
            false
        });
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
            // `secret manager` is plain, though `secret` ends so.
            let is_plain = strength.is_none() && length > 0;
            let ends = !is_plain && self.ends_secret(word.as_bytes());
            found = found.max(strength).max(ends.then_some(Strength::Strong));
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
                Kind::Kept => Some(Strength::Kept),
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
        let equal = |trigger: &&str| trigger.len() == word.len() && trigger.as_bytes().eq_ignore_ascii_case(word);
        self.triggers.iter().any(equal) || self.ends_secret(word)
    }

    fn ends_secret(&self, word: &[u8]) -> bool {
        // The shortest ending has five letters; equal words are rows.
        word.len() > 5
            && self.endings.iter().any(|ending| {
                let from = word.len().checked_sub(ending.len());
                from.and_then(|from| word.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
            })
    }
}

/// Adds bits to those at `place`.
fn add(table: &mut [u32], place: usize, bits: u32) {
    if let Some(known) = table.get_mut(place) {
        *known |= bits;
    }
}

/// How many pairs of letters there are, and signs that share their bits.
const TAILS: usize = 1024;

/// Whether a word may end behind `byte`.
fn may_end(byte: u8, rest: &[u8]) -> bool {
    match rest {
        [b'a'..=b'z', ..] => false,
        [b'A'..=b'Z', after @ ..] => !byte.is_ascii_uppercase() || after.first().is_some_and(u8::is_ascii_lowercase),
        _ => true,
    }
}

/// Hands the words of a name, cut at signs and at humps, to `test` until it says yes; whether it did.
pub(super) fn any_word(name: &str, mut test: impl FnMut(Range<usize>) -> bool) -> bool {
    let bytes = name.as_bytes();
    let (mut start, mut before) = (0, Script::Sign);
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        let script = Script::of(byte);
        // Words part only where the script changes.
        if script == before {
            continue;
        }
        let at = bytes.len() - rest.len() - 1;
        let end = match (before, script) {
            (Script::Sign, _) => {
                start = at;
                None
            }
            // `db_` and `dbP`.
            (_, Script::Sign) | (Script::Small, Script::Capital) => Some(at),
            // `IKe` in `APIKey`.
            (Script::Capital, Script::Small) if at - start > 1 && is_head(bytes.get(at - 2)) => Some(at - 1),
            _ => None,
        };
        before = script;
        if let Some(end) = end {
            if test(start..end) {
                return true;
            }
            start = end;
        }
    }
    before != Script::Sign && test(start..bytes.len())
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
    use super::super::table::data;
    use super::*;

    /// What a name says without any short cut.
    fn judged(names: &Names, name: &str) -> Option<Strength> {
        let lower = name.to_ascii_lowercase();
        let mut words = Vec::new();
        any_word(name, |range| {
            words.push(trimmed_or_whole(&lower[range]));
            false
        });
        names.judge(&words)
    }

    #[test]
    fn short_cuts_change_no_answer() {
        let names = &data().names;
        let known = names.rows.iter().flat_map(|(words, _)| words).chain(&names.endings).copied();
        let mut words: Vec<&str> = known.chain(["app", "x509", "2", "é", "monkey", "url", "LOG", "setting"]).collect();
        words.sort_unstable();
        words.dedup();
        let hump = |word: &str| word[..1].to_uppercase() + &word[1..];
        for first in &words {
            for second in words.iter().filter(|word| word.is_ascii()) {
                for name in [
                    format!("{first}_{second}"),
                    format!("{first}-{second}2"),
                    format!("{first}{}", hump(second)),
                    format!("{}{}Id", first.to_uppercase(), hump(second)),
                    format!("{first}{second}").to_uppercase(),
                    format!("{first}{second}s"),
                ] {
                    assert_eq!(names.strength(&name), judged(names, &name), "{name}");
                }
            }
        }
    }

    #[test]
    fn short_words_are_found() {
        let mut names = Names::default();
        names.add(Kind::Secret, vec!["pw"]);
        names.finish();
        for name in ["pw", "DB_PW", "dbPw2", "a.pw"] {
            assert_eq!(names.strength(name), Some(Strength::Strong), "{name}");
        }
        assert_eq!(names.strength("spw"), None);
    }

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
            let mut words = Vec::new();
            any_word(name, |range| {
                words.push(&name[range]);
                false
            });
            assert_eq!(words.join(" "), expected, "{name}");
        }
    }
}
