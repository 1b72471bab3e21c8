//! Comparing cells: three-valued, by type, with an environment's own name replaced.

use std::borrow::Cow;
use std::ops::Range;

use paritygate_model::{Node, Value};

use crate::apart;
use crate::cell::{Cell, State};

/// The answer to "are these two alike?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison<'t> {
    /// Alike.
    Equal,
    /// Not alike.
    Different,
    /// It can't be known; with the reason.
    Unknown(Cow<'t, str>),
}

impl Comparison<'_> {
    fn of(equal: bool) -> Self {
        if equal { Self::Equal } else { Self::Different }
    }
}

/// The names under which the values of two environments speak of themselves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aliases<'a> {
    /// Those of the first.
    pub first: &'a [String],
    /// Those of the second.
    pub second: &'a [String],
}

/// Why fingerprints under different keys can't be compared.
pub const KEY_MISMATCH: &str = "fingerprinted under different keys (keyMismatch)";

/// Compares two cells. Where `set` says so, the order of lists does not count.
pub fn compare<'t>(a: &Cell<'t>, b: &Cell<'t>, set: bool, aliases: Aliases<'_>) -> Comparison<'t> {
    if let Some(reason) = a.unknown().or_else(|| b.unknown()) {
        return Comparison::Unknown(Cow::Borrowed(reason));
    }
    match (&a.state, &b.state) {
        (State::Value(a), State::Value(b)) if a.is_written_like(*b) => Comparison::Equal,
        (State::Value(a), State::Value(b)) => nodes(*a, *b, set, aliases),
        (State::Word(a), State::Word(b)) => Comparison::of(a == b || is_number(a) && is_number(b)),
        (State::Word(a), State::Value(b)) | (State::Value(b), State::Word(a)) => {
            Comparison::of(b.scalar_text() == Some(a))
        }
        (State::Secret(a), State::Secret(b)) => match a.fingerprint.same(&b.fingerprint) {
            Some(equal) => Comparison::of(equal),
            None => Comparison::Unknown(Cow::Borrowed(KEY_MISMATCH)),
        },
        // An empty text, an empty list and an empty map are three things.
        (State::Empty, State::Empty) => Comparison::of(a.node.map(apart::empty) == b.node.map(apart::empty)),
        // Missing and null both say that nothing is there.
        (State::Missing | State::Null, State::Missing | State::Null) => Comparison::Equal,
        _ => Comparison::Different,
    }
}

/// Whether a word is a type of numbers: what takes `0.5` takes `1` as well.
fn is_number(word: &str) -> bool {
    matches!(word, "integer" | "float")
}

fn nodes<'t>(a: Node<'t>, b: Node<'t>, set: bool, aliases: Aliases<'_>) -> Comparison<'t> {
    match (a.value(), b.value()) {
        (Value::String(a), Value::String(b)) => Comparison::of(texts(a, b, aliases)),
        (Value::Number(a), Value::Number(b)) => Comparison::of(numbers(a, b)),
        (Value::Bool(a), Value::Bool(b)) => Comparison::of(a == b),
        (Value::Null, Value::Null) => Comparison::Equal,
        (Value::Unresolved(reason), _) | (_, Value::Unresolved(reason)) => Comparison::Unknown(Cow::Borrowed(reason)),
        (Value::Secret(a), Value::Secret(b)) => match a.fingerprint.same(&b.fingerprint) {
            Some(equal) => Comparison::of(equal),
            None => Comparison::Unknown(Cow::Borrowed(KEY_MISMATCH)),
        },
        (Value::Variable(x), Value::Variable(y)) => {
            let (x, y) = (Cell::of(a.tree().node(x.value)), Cell::of(b.tree().node(y.value)));
            compare(&x, &y, set, aliases)
        }
        (Value::Sequence, Value::Sequence) if set => sets(a, b, aliases),
        (Value::Sequence, Value::Sequence) => {
            if a.len() != b.len() {
                return Comparison::Different;
            }
            all(a.items().zip(b.items()).map(|(a, b)| nodes(a, b, false, aliases)))
        }
        (Value::Map, Value::Map) => {
            if a.len() != b.len() || !a.entries().zip(b.entries()).all(|((a, ..), (b, ..))| a == b) {
                return Comparison::Different;
            }
            all(a.entries().zip(b.entries()).map(|((.., a), (.., b))| nodes(a, b, false, aliases)))
        }
        // One value and a list of that one value are the same set.
        (Value::Sequence, _) if set && a.len() == 1 => {
            a.items().next().map_or(Comparison::Different, |a| nodes(a, b, false, aliases))
        }
        (_, Value::Sequence) if set && b.len() == 1 => {
            b.items().next().map_or(Comparison::Different, |b| nodes(a, b, false, aliases))
        }
        _ => Comparison::Different,
    }
}

/// A difference anywhere decides; else anything unknown does.
fn all<'t>(comparisons: impl Iterator<Item = Comparison<'t>>) -> Comparison<'t> {
    let mut answer = Comparison::Equal;
    for comparison in comparisons {
        match comparison {
            Comparison::Different => return Comparison::Different,
            Comparison::Unknown(_) if answer == Comparison::Equal => answer = comparison,
            _ => {}
        }
    }
    answer
}

fn sets<'t>(a: Node<'t>, b: Node<'t>, aliases: Aliases<'_>) -> Comparison<'t> {
    // Lists are mostly written in the same order: then nothing has to be sorted.
    if a.len() == b.len() {
        let item = |(a, b): (Node<'t>, Node<'t>)| {
            if a.is_written_like(b) { Comparison::Equal } else { nodes(a, b, true, aliases) }
        };
        let in_order = all(a.items().zip(b.items()).map(item));
        if in_order == Comparison::Equal {
            return in_order;
        }
    }
    // All items of both lists as texts in one buffer, sorted by range.
    let mut buffer = String::with_capacity((a.len() + b.len()) * 64);
    // Names count for nothing where both have some.
    let (first, second) = if aliases.second.is_empty() { (&[][..], &[][..]) } else { (aliases.first, aliases.second) };
    let (left, right) = match (canonical_items(a, first, &mut buffer), canonical_items(b, second, &mut buffer)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(reason), _) | (_, Err(reason)) => return Comparison::Unknown(Cow::Borrowed(reason)),
    };
    let text = |range: &Range<usize>| buffer.get(range.clone()).unwrap_or_default();
    let sorted = |mut ranges: Vec<Range<usize>>| {
        ranges.sort_unstable_by(|a, b| text(a).cmp(text(b)));
        ranges.dedup_by(|a, b| text(a) == text(b));
        ranges
    };
    let (left, right) = (sorted(left), sorted(right));
    let equal = left.len() == right.len() && left.iter().zip(&right).all(|(a, b)| text(a) == text(b));
    let keys = |list| {
        let mut keys = Vec::new();
        keys_inside(list, &mut keys);
        keys
    };
    if equal {
        return Comparison::Equal;
    }
    let (own, others) = (keys(a), keys(b));
    if own.iter().any(|own| others.iter().any(|other| own != other)) {
        return Comparison::Unknown(Cow::Borrowed(KEY_MISMATCH));
    }
    Comparison::Different
}

/// The keys under which the fingerprints inside a list were made.
fn keys_inside<'t>(node: Node<'t>, out: &mut Vec<&'t str>) {
    match node.value() {
        Value::Secret(secret) if !out.contains(&&*secret.fingerprint.key_id) => out.push(&secret.fingerprint.key_id),
        Value::Sequence => {
            for item in node.items() {
                keys_inside(item, out);
            }
        }
        Value::Map => {
            for (.., value) in node.entries() {
                keys_inside(value, out);
            }
        }
        _ => {}
    }
}

fn canonical_items<'t>(list: Node<'t>, own: &[String], buffer: &mut String) -> Result<Vec<Range<usize>>, &'t str> {
    let mut ranges = Vec::with_capacity(list.len());
    for item in list.items() {
        let start = buffer.len();
        write_canonical(buffer, item, own)?;
        ranges.push(start..buffer.len());
    }
    Ok(ranges)
}

/// One text per value, equal for equal values.
///
/// # Errors
///
/// The reason why the value is not known.
pub fn canonical(node: Node<'_>) -> Result<String, &str> {
    let mut out = String::new();
    write_canonical(&mut out, node, &[])?;
    Ok(out)
}

/// Writes a value in which the names of `own` count for nothing.
fn write_canonical<'t>(out: &mut String, node: Node<'t>, own: &[String]) -> Result<(), &'t str> {
    match node.value() {
        Value::Null => out.push('n'),
        Value::Bool(value) => out.push(if value { 't' } else { 'f' }),
        Value::Number(text) => push_sized(out, '#', &plain_number(text)),
        Value::String(text) if !Tokens(text).any(|token| is_own(own, token)) => push_sized(out, '"', text),
        Value::String(text) => {
            let nameless = Tokens(text).map(|token| if is_own(own, token) { "\0" } else { token });
            push_sized(out, '"', &nameless.collect::<String>());
        }
        Value::Unresolved(reason) => return Err(reason),
        Value::Secret(secret) => {
            push_sized(out, '!', &secret.fingerprint.key_id);
            push_sized(out, '!', &secret.fingerprint.hex);
        }
        Value::Variable(variable) => write_canonical(out, node.tree().node(variable.value), own)?,
        Value::Sequence => {
            // A list inside an element of a set (the address ranges of a firewall rule) is a set as well.
            out.push('[');
            if node.len() == 1 {
                node.items().try_for_each(|item| write_canonical(out, item, own))?;
            } else {
                let one = |item| {
                    let mut out = String::new();
                    write_canonical(&mut out, item, own).map(|()| out)
                };
                let mut items = node.items().map(one).collect::<Result<Vec<String>, &str>>()?;
                items.sort_unstable();
                items.dedup();
                out.extend(items);
            }
            out.push(']');
        }
        Value::Map => {
            out.push('{');
            for (key, _, value) in node.entries() {
                push_sized(out, ':', key);
                write_canonical(out, value, own)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A text behind its length, so that no two lists of texts read alike.
fn push_sized(out: &mut String, sign: char, text: &str) {
    out.push(sign);
    // The length in digits from the last to the first: any order will do.
    let mut len = text.len();
    while len > 0 {
        out.push(char::from(b'0' + (len % 10) as u8));
        len /= 10;
    }
    out.push('.');
    out.push_str(text);
}

/// A number as all are written that are equal to it.
fn plain_number(text: &str) -> Cow<'_, str> {
    match (text.parse::<i128>(), text.parse::<f64>()) {
        (Ok(number), _) if text.starts_with(['+', '-', '0']) => Cow::Owned(number.to_string()),
        (Err(_), Ok(number)) => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(text),
    }
}

/// Whether two numbers are equal however they are written.
#[expect(clippy::float_cmp, reason = "two spellings of one number parse to the same float")]
pub fn numbers(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (a.parse::<i128>(), b.parse::<i128>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b),
    }
}

/// Whether two texts are equal once each environment's own names are replaced, as whole tokens.
pub(crate) fn texts(a: &str, b: &str, aliases: Aliases<'_>) -> bool {
    if a == b {
        return true;
    }
    if aliases.first.is_empty() || aliases.second.is_empty() {
        return false;
    }
    let mut left = Tokens(a);
    let mut right = Tokens(b);
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if x == y => {}
            (Some(x), Some(y)) if is_own(aliases.first, x) && is_own(aliases.second, y) => {}
            _ => return false,
        }
    }
}

fn is_own(names: &[String], token: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(token))
}

/// Words and the signs between them, each as one token.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let first = self.0.chars().next()?;
        let word = first.is_alphanumeric();
        let end = self.0.find(|c: char| c.is_alphanumeric() != word).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let names = |name: &str| vec![name.to_owned()];
        texts(a, b, Aliases { first: &names("staging"), second: &names("production") })
    }

    #[test]
    fn own_names_are_replaced_as_whole_tokens() {
        assert!(same("https://staging.example.com/x", "https://production.example.com/x"));
        assert!(same("app-staging-logs", "app-production-logs"));
        assert!(same("STAGING", "production"));
        assert!(!same("stagingish", "productionish"));
        assert!(!same("production", "staging"), "only an environment's own name counts");
        assert!(!same("a-staging", "a"));
    }

    #[test]
    fn numbers_are_equal_by_value() {
        assert!(numbers("1", "1.0"));
        assert!(numbers("1e3", "1000"));
        assert!(!numbers("9007199254740993", "9007199254740992"));
    }
}
