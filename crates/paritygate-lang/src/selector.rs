//! Path patterns over environments: `variables.*`, `workloads.{api,worker}.image.digest`, `**.memory.requestBytes`.

mod glob;
mod parse;

use std::ops::Range;

pub use glob::Glob;

/// A path pattern. Its braces are expanded, so that it is a list of plain patterns; a path needs to match one of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selector {
    /// The pattern as it was written.
    pub text: String,
    /// The plain patterns that it stands for, in the order of its braces, each once.
    pub patterns: Vec<Vec<Segment>>,
}

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Exactly this key.
    Literal(String),
    /// Any one key: `*`.
    Any,
    /// Any number of keys, also none: `**`.
    Globstar,
    /// Keys of a form: `FEATURE_*`, `*_URL`.
    Glob(Glob),
}

/// What is wrong with a selector, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorError {
    /// What is wrong.
    pub message: String,
    /// The bytes of the selector that are meant.
    pub at: Range<usize>,
    /// What to do.
    pub help: Option<String>,
}

impl Selector {
    /// Reads a selector.
    ///
    /// Keys are joined by dots. A key that holds a dot or a sign of a pattern stands in quotes: `files."config/app.yml".mode`.
    ///
    /// # Errors
    ///
    /// When the text is no selector, or its braces stand for more patterns than the limit.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        Ok(Self { text: text.to_owned(), patterns: parse::patterns(text)? })
    }

    /// Whether it is one path without any pattern.
    pub fn is_literal(&self) -> bool {
        match self.patterns.as_slice() {
            [pattern] => pattern.iter().all(|segment| matches!(segment, Segment::Literal(_))),
            _ => false,
        }
    }

    /// Whether a path matches.
    pub fn matches(&self, path: &[&str]) -> bool {
        self.patterns.iter().any(|pattern| matches_path(pattern, path))
    }

    /// Whether a path matches, or something that it lies below.
    pub fn leads_to(&self, path: &[&str]) -> bool {
        (1..=path.len()).any(|end| path.get(..end).is_some_and(|above| self.matches(above)))
    }
}

impl Segment {
    /// Whether one key matches. A globstar matches every key.
    pub fn matches(&self, key: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == key,
            Self::Any | Self::Globstar => true,
            Self::Glob(glob) => glob.matches(key),
        }
    }
}

/// Walks pattern and path together. After a mismatch only the newest globstar takes one key more: an older one could
/// only repeat what the newest can do as well, so that the cost stays below pattern × path.
fn matches_path(pattern: &[Segment], path: &[&str]) -> bool {
    let (mut at, mut key_at) = (0, 0);
    let mut resume: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), path.get(key_at)) {
            (Some(Segment::Globstar), _) => {
                resume = Some((at + 1, key_at));
                at += 1;
                continue;
            }
            (Some(segment), Some(key)) if segment.matches(key) => {
                (at, key_at) = (at + 1, key_at + 1);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after, taken)) = resume else { return false };
        if taken >= path.len() {
            return false;
        }
        resume = Some((after, taken + 1));
        (at, key_at) = (after, taken + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selector: &str, matching: &[&[&str]], others: &[&[&str]]) {
        let parsed = Selector::parse(selector).expect(selector);
        for path in matching {
            assert!(parsed.matches(path), "{selector} should match {path:?}");
        }
        for path in others {
            assert!(!parsed.matches(path), "{selector} should not match {path:?}");
        }
    }

    #[test]
    fn paths_match() {
        check(
            "runtimes.node",
            &[&["runtimes", "node"]],
            &[&["runtimes"], &["runtimes", "node", "x"], &["runtimes", "nod"]],
        );
        check(
            "variables.*",
            &[&["variables", "A"], &["variables", ""]],
            &[&["variables"], &["variables", "A", "value"]],
        );
        check("variables.FEATURE_*", &[&["variables", "FEATURE_X"]], &[&["variables", "A_FEATURE_X"]]);
        check(
            r#"files."config/app.yml".mode"#,
            &[&["files", "config/app.yml", "mode"]],
            &[&["files", "config/app", "yml", "mode"]],
        );
        check(r#"files."*".mode"#, &[&["files", "*", "mode"]], &[&["files", "a", "mode"]]);
        check(r#"config."a\"b\\c""#, &[&["config", "a\"b\\c"]], &[]);
        check(r#"files.*".yml""#, &[&["files", "a.b.yml"]], &[&["files", "a"]]);
        check(
            "workloads.{api,worker}.user",
            &[&["workloads", "api", "user"], &["workloads", "worker", "user"]],
            &[&["workloads", "x", "user"]],
        );
        check(
            "variables.{DB,CACHE}_{HOST,PORT}",
            &[&["variables", "DB_HOST"], &["variables", "CACHE_PORT"]],
            &[&["variables", "DB_"]],
        );
    }

    #[test]
    fn globstars_take_any_number_of_keys() {
        check("**", &[&[], &["a"], &["a", "b"]], &[]);
        check("**.m", &[&["m"], &["a", "m"], &["a", "m", "m"]], &[&["a"], &["m", "a"], &[]]);
        check("a.**", &[&["a"], &["a", "b", "c"]], &[&["b"], &[]]);
        check("a.**.z", &[&["a", "z"], &["a", "b", "z", "z"]], &[&["a"], &["a", "z", "b"]]);
        check("**.a.**.a", &[&["a", "a"], &["x", "a", "y", "a"]], &[&["a"], &["a", "b"]]);
    }

    #[test]
    fn only_one_plain_path_is_literal() {
        for (selector, literal) in
            [("a.b", true), ("a.{b}", true), ("a.\"*\"", true), ("a.*", false), ("a.{b,c}", false), ("**", false)]
        {
            assert_eq!(Selector::parse(selector).map(|parsed| parsed.is_literal()), Ok(literal), "{selector}");
        }
    }

    #[test]
    fn many_globstars_stay_cheap() {
        let selector = Selector::parse(&format!("{}z", "**.a.".repeat(400))).expect("a selector");
        let path = vec!["a"; 5_000];
        assert!(!selector.matches(&path));
    }
}
