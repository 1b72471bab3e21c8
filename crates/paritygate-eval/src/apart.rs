//! What tells two values apart that read alike.

use paritygate_model::{Node, Value, limits};

use crate::cell::{Cell, State};

/// So many characters are shown from the first on that differs.
const SHOWN: usize = 16;

/// In words how two plain values differ that look the same where they are shown; `None` where that is to be seen.
pub(crate) fn told(own: &Cell<'_>, other: &Cell<'_>) -> Option<String> {
    if let (State::Empty, State::Empty, Some(a), Some(b)) = (&own.state, &other.state, own.node, other.node) {
        return Some(format!("the one is {}, the other {}", empty(a), empty(b))).filter(|_| empty(a) != empty(b));
    }
    let (State::Value(a), State::Value(b)) = (&own.state, &other.state) else { return None };
    let (one, two) = (own.text()?, other.text()?);
    if one == two {
        let (one, two) = (kind(*a), kind(*b));
        return (one != two).then(|| format!("the one is {one}, the other {two}"));
    }
    // What is shown as it is, and differs, is seen to differ.
    let is_whole = |text: &str| {
        text.len() <= limits::MAX_SHOWN_CHARS && !text.contains(['\n', '\r']) && !text.ends_with(char::is_whitespace)
    };
    let shown = |cell: &Cell<'_>| cell.shown(|_| String::new());
    if is_whole(one) && is_whole(two) || shown(own) != shown(other) {
        return None;
    }
    let at = one.chars().zip(two.chars()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str| match text.chars().skip(at).take(SHOWN).collect::<String>() {
        rest if rest.is_empty() => "nothing".to_owned(),
        rest => format!("`{}`", rest.escape_debug()),
    };
    Some(format!("they differ from character {} on: {} and {}", at + 1, rest(one), rest(two)))
}

/// What an empty value is, in words.
pub(crate) fn empty(node: Node<'_>) -> &'static str {
    match (node.is_map(), node.is_sequence()) {
        (true, _) => "an empty map",
        (_, true) => "an empty list",
        _ => "an empty text",
    }
}

fn kind(node: Node<'_>) -> &'static str {
    match node.value() {
        Value::Variable(variable) => kind(node.tree().node(variable.value)),
        Value::Number(_) => "a number",
        Value::Bool(_) => "a boolean",
        _ => "a text",
    }
}
