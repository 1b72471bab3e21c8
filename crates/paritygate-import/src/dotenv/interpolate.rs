//! References in values: `$A`, `${A}`, `${A:-default}` and their kin, as Docker Compose reads them.

use std::borrow::Cow;

use paritygate_model::limits;

/// What is known of a variable that a value refers to.
#[derive(Clone)]
pub enum Lookup<'v> {
    /// Its value, which is not empty.
    Value(Cow<'v, str>),
    /// It is set, to nothing.
    Empty,
    /// It is not set in the files. The process environment may still set it.
    Unset,
    /// It is set, but to what is not known; with the reason.
    Unknown(Cow<'v, str>),
}

impl<'v> Lookup<'v> {
    /// The answer for a value, which may be empty.
    pub fn of(value: impl Into<Cow<'v, str>>) -> Self {
        let value = value.into();
        if value.is_empty() { Self::Empty } else { Self::Value(value) }
    }
}

/// A value with its references resolved, or why that can't be.
#[derive(Clone, PartialEq, Eq)]
pub enum Interpolated {
    /// The value, **with** secrets.
    Text(String),
    /// Something in it is not known.
    Unresolved {
        /// Why: `` refers to `X`, which is not set in these files ``.
        reason: String,
    },
    /// A variable that must be set (`${A:?message}`) is not set in the files.
    RequiredMissing {
        /// Its name.
        name: String,
        /// The message that is written in the reference.
        message: String,
    },
}

/// Resolves the references in `text`. `depth` says how deep the caller is nested already.
///
/// A variable that is not set counts as unknown, unless the reference has a default for it. The answer holds at most
/// [`limits::MAX_INTERPOLATED_BYTES`] more than `text`.
pub fn interpolate<'v>(text: &str, lookup: &dyn Fn(&str) -> Lookup<'v>, depth: usize) -> Interpolated {
    let limit = text.len() + limits::MAX_INTERPOLATED_BYTES;
    let mut reader =
        Reader { text, at: 0, lookup, out: String::with_capacity(text.len()), limit, trouble: Trouble::default() };
    let end = reader.template(depth, true);
    let Reader { out, trouble, .. } = reader;
    if let Some((name, message)) = trouble.required {
        return Interpolated::RequiredMissing { name, message };
    }
    let reason = match end {
        Ok(()) => trouble.reason,
        Err(Fault::Invalid) => Some("a `$` in it begins no valid reference; `$$` stands for a dollar sign".to_owned()),
        Err(Fault::TooDeep) => Some(format!("its references nest more than {} deep", limits::MAX_CHAIN)),
        Err(Fault::TooLong) => {
            Some(format!("its references make it more than {} bytes longer", limits::MAX_INTERPOLATED_BYTES))
        }
    };
    match reason {
        None => Interpolated::Text(out),
        Some(reason) => Interpolated::Unresolved { reason },
    }
}

enum Fault {
    Invalid,
    TooDeep,
    TooLong,
}

/// What could not be resolved: the first reason.
#[derive(Default)]
struct Trouble {
    reason: Option<String>,
    required: Option<(String, String)>,
}

struct Reader<'t, 'l, 'v> {
    text: &'t str,
    at: usize,
    lookup: &'l dyn Fn(&str) -> Lookup<'v>,
    out: String,
    limit: usize,
    trouble: Trouble,
}

impl<'t> Reader<'t, '_, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, text: &str) -> Result<(), Fault> {
        if self.out.len() + text.len() > self.limit {
            return Err(Fault::TooLong);
        }
        self.out.push_str(text);
        Ok(())
    }

    /// Reads up to the end, or up to the brace that closes the reference around it. Nothing is kept of what is not `live`:
    /// a default that is not needed.
    fn template(&mut self, depth: usize, live: bool) -> Result<(), Fault> {
        if depth > limits::MAX_CHAIN {
            return Err(Fault::TooDeep);
        }
        // The caller's depth is its own matter; a brace closes only what was opened in this text.
        let nested = self.at > 0;
        loop {
            let rest = self.rest();
            let plain = rest.find(['$', '}']).unwrap_or(rest.len());
            if live {
                self.push(rest.get(..plain).unwrap_or_default())?;
            }
            self.at += plain;
            match rest.as_bytes().get(plain) {
                None => return if nested { Err(Fault::Invalid) } else { Ok(()) },
                Some(b'}') if nested => return Ok(()),
                Some(b'}') => {
                    self.at += 1;
                    self.push("}")?;
                }
                Some(_) => {
                    self.at += 1;
                    self.reference(depth, live)?;
                }
            }
        }
    }

    /// Reads what stands behind a `$`.
    fn reference(&mut self, depth: usize, live: bool) -> Result<(), Fault> {
        let rest = self.rest();
        if rest.starts_with('$') {
            self.at += 1;
            return if live { self.push("$") } else { Ok(()) };
        }
        let braced = rest.starts_with('{');
        // `pa$word`: what looks like a reference may be part of a password.
        let before = self.text.get(..self.at).and_then(|text| text.strip_suffix('$')).unwrap_or_default();
        let glued = before.ends_with(|c: char| c.is_ascii_alphanumeric());
        self.at += usize::from(braced);
        let name = self.name().ok_or(Fault::Invalid)?;
        if !braced {
            let is_meant = !glued && !name.contains(|c: char| c.is_ascii_lowercase());
            return if live { self.plain(name, is_meant) } else { Ok(()) };
        }
        let rest = self.rest();
        let strict = rest.starts_with(':');
        let operator = rest.as_bytes().get(usize::from(strict)).copied();
        match operator {
            Some(b'}') if !strict => {
                self.at += 1;
                if live { self.plain(name, true) } else { Ok(()) }
            }
            Some(operator @ (b'-' | b'?' | b'+')) => {
                self.at += 1 + usize::from(strict);
                self.operated(name, operator, strict, depth, live)
            }
            _ => Err(Fault::Invalid),
        }
    }

    fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = rest.get(..end).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?;
        self.at += end;
        Some(name)
    }

    /// A reference without more. The name of a variable that is not set is told only where surely a variable is meant.
    fn plain(&mut self, name: &str, is_meant: bool) -> Result<(), Fault> {
        match (self.lookup)(name) {
            Lookup::Value(value) => self.push(&value),
            Lookup::Empty => Ok(()),
            Lookup::Unset => {
                self.unset(is_meant.then_some(name));
                Ok(())
            }
            Lookup::Unknown(reason) => {
                self.unknown(|| reason.into_owned());
                Ok(())
            }
        }
    }

    /// `${name:-word}` and its kin. The word is always read, and kept only where it counts.
    fn operated(&mut self, name: &str, operator: u8, strict: bool, depth: usize, live: bool) -> Result<(), Fault> {
        let found = if live { (self.lookup)(name) } else { Lookup::Empty };
        let is_missing = matches!(found, Lookup::Unset) || strict && matches!(found, Lookup::Empty);
        let uses_word = live
            && match operator {
                b'+' => !is_missing && !matches!(found, Lookup::Unknown(_)),
                _ => is_missing,
            };
        let before = self.out.len();
        self.template(depth + 1, uses_word)?;
        self.at += 1; // The brace.
        if !live {
            return Ok(());
        }
        match (operator, found) {
            (_, Lookup::Unknown(reason)) => self.unknown(|| reason.into_owned()),
            (b'?', _) if is_missing => {
                let message = self.out.split_off(before);
                self.trouble.required.get_or_insert_with(|| (name.to_owned(), message));
            }
            (b'+', Lookup::Unset) => self.unset(Some(name)),
            (b'-' | b'?', Lookup::Value(value)) => return self.push(&value),
            _ => {}
        }
        Ok(())
    }

    /// A variable is not set; its name is told where it is one.
    fn unset(&mut self, name: Option<&str>) {
        self.unknown(|| match name {
            Some(name) => format!("refers to `{name}`, which is not set in these files"),
            None => "a dollar sign in it begins the name of a variable that is not set in these files".to_owned(),
        });
    }

    /// Keeps the first reason.
    fn unknown(&mut self, reason: impl FnOnce() -> String) {
        self.trouble.reason.get_or_insert_with(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Lookup<'static> {
        match name {
            "A" => Lookup::of("a"),
            "E" => Lookup::Empty,
            "N" => Lookup::Unknown("`N` is encrypted".into()),
            "BIG" => Lookup::Value("x".repeat(100_000).into()),
            _ => Lookup::Unset,
        }
    }

    fn shown(text: &str) -> String {
        match interpolate(text, &known, 0) {
            Interpolated::Text(text) => text,
            Interpolated::Unresolved { reason } => format!("<{reason}>"),
            Interpolated::RequiredMissing { name, message } => format!("!{name}: {message}"),
        }
    }

    #[test]
    fn references_are_resolved() {
        for (text, expected) in [
            ("x", "x"),
            ("$A-${A}}{", "a-a}{"),
            ("$$A $${A}", "$A ${A}"),
            ("${A:-b}${A-b}${A:?m}${A?m}", "aaaa"),
            ("${A:+b}${A+b}${E+b}[${E:+b}]", "bbb[]"),
            ("[${E}${E-b}]${E:-b}${E?m}", "[]b"),
            ("${X:-b}${X-c}", "bc"),
            ("${X:-${Y:-${A}}}!", "a!"),
            ("${X:-a:-b?c}", "a:-b?c"),
            ("${X:-{\"a\": 1}}", "{\"a\": 1}"),
            ("${A:-$X${Y}}", "a"),
            ("${X:-$$}", "$"),
            ("${X:-é}ü", "éü"),
            ("${X:?no $A}", "!X: no a"),
            ("${E:?no}", "!E: no"),
            ("${E?no}", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_says_so() {
        for (text, expected) in [
            ("pa$LEAKw0rd", "<a dollar sign in it begins the name of a variable that is not set in these files>"),
            ("pa$LEAK", "<a dollar sign in it begins the name of a variable that is not set in these files>"),
            ("$2b$10$N9qo8uLOickgx", "<a `$` in it begins no valid reference; `$$` stands for a dollar sign>"),
            ("$leak", "<a dollar sign in it begins the name of a variable that is not set in these files>"),
            ("pa${leak}w", "<refers to `leak`, which is not set in these files>"),
            ("$X and ${Y}", "<refers to `X`, which is not set in these files>"),
            ("${X+y}", "<refers to `X`, which is not set in these files>"),
            ("${N:-b}", "<`N` is encrypted>"),
            ("${X:-$N}", "<`N` is encrypted>"),
            ("${", "<a `$` in it begins no valid reference; `$$` stands for a dollar sign>"),
            ("$", "<a `$` in it begins no valid reference; `$$` stands for a dollar sign>"),
            ("${A", "<a `$` in it begins no valid reference; `$$` stands for a dollar sign>"),
            ("${A:}", "<a `$` in it begins no valid reference; `$$` stands for a dollar sign>"),
            ("${A:-b", "<a `$` in it begins no valid reference; `$$` stands for a dollar sign>"),
            ("$1", "<a `$` in it begins no valid reference; `$$` stands for a dollar sign>"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        assert!(shown(&"${X:-".repeat(100_000)).starts_with("<its references nest more than 32 deep>"));
        assert!(shown(&"$BIG".repeat(100)).starts_with("<its references make it more than 1048576 bytes longer>"));
        assert_eq!(shown(&format!("{}{}", "${X:-".repeat(30), "}".repeat(30))), "");
    }
}
