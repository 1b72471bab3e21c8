//! Patterns over one key or one value: `*` stands for any characters.

use std::fmt;

use paritygate_model::path;

/// A pattern over one key, such as `FEATURE_*`. Only `*` has a meaning: any number of any characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    /// What stands around the stars, so always one more than there are stars.
    parts: Vec<String>,
}

impl Glob {
    /// The pattern of a text in which `*` is the only sign.
    pub fn new(text: &str) -> Self {
        Self { parts: text.split('*').map(str::to_owned).collect() }
    }

    /// The pattern with these texts around its stars.
    pub(crate) fn of_parts(parts: Vec<String>) -> Self {
        Self { parts }
    }

    /// The pattern as it is given to [`Glob::new`].
    pub fn text(&self) -> String {
        self.parts.join("*")
    }

    /// What stands before the first star: every text that matches begins with it.
    pub fn beginning(&self) -> &str {
        self.parts.first().map_or("", String::as_str)
    }

    /// Whether a text matches as a whole, in linear time.
    pub fn matches(&self, key: &str) -> bool {
        let (Some((first, rest)), Some(mut left)) =
            (self.parts.split_first(), self.parts.first().and_then(|first| key.strip_prefix(&**first)))
        else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return key == first;
        };
        // The leftmost place is always the best: it leaves the most for the parts after it.
        for part in middle {
            let Some(at) = left.find(&**part) else { return false };
            left = left.get(at + part.len()..).unwrap_or_default();
        }
        left.ends_with(&**last)
    }
}

/// As it would stand in a selector.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            if at > 0 {
                f.write_str("*")?;
            }
            if !part.is_empty() {
                path::write_segment(f, part)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        for (glob, text, expected) in [
            ("*", "", true),
            ("*", "abc", true),
            ("a*", "abc", true),
            ("a*", "ba", false),
            ("*c", "abc", true),
            ("a*c", "ac", true),
            ("a*a", "a", false),
            ("ab*ba", "aba", false),
            ("*b*b*", "abxb", true),
            ("*b*b*", "ab", false),
            ("a**c", "abc", true),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("*.staging.example.com", "api.eu.staging.example.com", true),
        ] {
            assert_eq!(Glob::new(glob).matches(text), expected, "{glob} on {text}");
        }
    }

    #[test]
    fn many_stars_stay_cheap() {
        assert!(!Glob::new(&"*a".repeat(1_000)).matches(&"a".repeat(999)));
        assert!(!Glob::new(&format!("{}b", "*a".repeat(500))).matches(&"a".repeat(1_000_000)));
    }

    #[test]
    fn prints_as_written() {
        assert_eq!(Glob::new("FEATURE_*").to_string(), "FEATURE_*");
        assert_eq!(Glob::new("*.yml").to_string(), "*\".yml\"");
    }
}
