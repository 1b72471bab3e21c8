//! The patterns of one step of the selectors, asked all at once which of them a key matches.

use paritygate_lang::selector::Glob;

use crate::trie::StateId;

/// Patterns, by the text before their first star. A key is compared with those only that begin like it.
#[derive(Default)]
pub(crate) struct Globs {
    // INVARIANT: sorted by their beginnings.
    globs: Vec<(Glob, StateId)>,
    /// How long the beginnings are, each length once.
    lengths: Vec<usize>,
}

impl Globs {
    pub(crate) fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// Where a pattern leads that was added before.
    pub(crate) fn get(&self, glob: &Glob) -> Option<StateId> {
        self.beginning_with(glob.beginning().as_bytes()).find(|(known, _)| known == glob).map(|&(_, id)| id)
    }

    /// Adds a pattern that is not there yet.
    pub(crate) fn add(&mut self, glob: Glob, id: StateId) {
        let beginning = glob.beginning();
        if !self.lengths.contains(&beginning.len()) {
            self.lengths.push(beginning.len());
        }
        let at = self.globs.partition_point(|(known, _)| known.beginning() <= beginning);
        self.globs.insert(at, (glob, id));
    }

    /// Where the patterns lead that a key matches.
    pub(crate) fn matching(&self, key: &str) -> impl Iterator<Item = StateId> {
        let beginnings = self.lengths.iter().filter_map(|&length| key.as_bytes().get(..length));
        let alike = beginnings.flat_map(|beginning| self.beginning_with(beginning));
        alike.filter(|(glob, _)| glob.matches(key)).map(|&(_, id)| id)
    }

    fn beginning_with(&self, beginning: &[u8]) -> impl Iterator<Item = &(Glob, StateId)> {
        let first = self.globs.partition_point(|(glob, _)| glob.beginning().as_bytes() < beginning);
        let rest = self.globs.get(first..).unwrap_or_default().iter();
        rest.take_while(move |(glob, _)| glob.beginning().as_bytes() == beginning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_that_a_key_matches_is_found() {
        let texts = ["A_*", "*", "A_B_*", "B*", "A*_C", "*_C", "A_*_C", "AB*", "Ä*"];
        let mut globs = Globs::default();
        for (at, text) in texts.iter().enumerate() {
            globs.add(Glob::new(text), at as StateId);
            assert_eq!(globs.get(&Glob::new(text)), Some(at as StateId));
        }
        assert_eq!(globs.get(&Glob::new("A_B*")), None);
        for key in ["", "A", "A_", "A_C", "A_B_C", "B", "ABC", "Ä", "Äb", "_C", "C"] {
            let mut found: Vec<StateId> = globs.matching(key).collect();
            found.sort_unstable();
            let expected: Vec<StateId> =
                (0..).zip(texts).filter(|(_, text)| Glob::new(text).matches(key)).map(|(at, _)| at).collect();
            assert_eq!(found, expected, "{key}");
        }
    }
}
