//! What one environment has at one path.

use std::fmt::Write;
use std::ops::Deref;
use std::sync::Arc;

use paritygate_model::secret::Secret;
use paritygate_model::{Environment, Location, Node, Tree, Value, Variable, limits};

/// A sealed value: of the environment's own tree, or sealed for this check because it is secret elsewhere.
#[derive(Clone, Debug)]
pub enum Sealed<'t> {
    /// Sealed when it was imported.
    Own(&'t Secret),
    /// Sealed now.
    Now(Arc<Secret>),
}

impl Deref for Sealed<'_> {
    type Target = Secret;

    fn deref(&self) -> &Secret {
        match self {
            Self::Own(secret) => secret,
            Self::Now(secret) => secret,
        }
    }
}

/// How many keys of a map a message names.
const SHOWN_KEYS: usize = 8;

/// What is there.
#[derive(Clone, Debug)]
pub enum State<'t> {
    /// A scalar, a list or a map.
    Value(Node<'t>),
    /// A facet of a variable, such as its type.
    Word(&'static str),
    /// A sealed value.
    Secret(Sealed<'t>),
    /// A value without content: an empty text, list or map.
    Empty,
    /// Described as absent.
    Null,
    /// Not there, in a section that is completely described.
    Missing,
    /// There, but not known what; with the reason.
    Unresolved(&'t str),
    /// Nobody looked; with the reason.
    NotCollected(&'static str),
}

/// What one environment has at one path, and where that is written.
#[derive(Clone, Debug)]
pub struct Cell<'t> {
    /// What is there.
    pub state: State<'t>,
    /// The node that says so.
    pub node: Option<Node<'t>>,
    /// Whether it is missing because the thing that it belongs to (a service, a host) is.
    pub(crate) orphan: bool,
}

/// The names under which a variable's facets are selected.
pub(crate) const FACETS: [&str; 4] = ["presence", "sensitivity", "valueClass", "valueType"];

impl<'t> Cell<'t> {
    /// What stands for a cell where there is none.
    pub(crate) const MISSING: Self = Self { state: State::Missing, node: None, orphan: false };

    /// The cell of a node.
    pub fn of(node: Node<'t>) -> Self {
        Self::of_value(node, node.value())
    }

    /// The cell of a node whose value is at hand.
    pub(crate) fn of_value(node: Node<'t>, value: Value<'t>) -> Self {
        let state = match value {
            Value::Variable(variable) => return Self::of_variable(node, variable),
            Value::Null => State::Null,
            Value::String("") => State::Empty,
            Value::Sequence | Value::Map if node.is_empty() => State::Empty,
            Value::Unresolved(reason) => State::Unresolved(reason),
            Value::Secret(secret) => State::Secret(Sealed::Own(secret)),
            _ => State::Value(node),
        };
        Self { state, node: Some(node), orphan: false }
    }

    fn of_variable(node: Node<'t>, variable: &'t Variable) -> Self {
        let inner = Self::of(node.tree().node(variable.value));
        // An empty or unset value may have no place of its own: then the variable's is meant.
        let place = inner.node.filter(|value| value.span().start < value.span().end).or(Some(node));
        Self { state: inner.state, node: place, orphan: false }
    }

    /// A facet of the variable `key`.
    pub(crate) fn facet(node: Node<'t>, variable: &'t Variable, name: &str, key: &str) -> Option<Self> {
        let value = Self::of_variable(node, variable);
        let word = match (name, &value.state) {
            ("sensitivity", _) => {
                if variable.secret {
                    "secret"
                } else {
                    "plain"
                }
            }
            ("presence", State::Null | State::Missing) => "unset",
            ("presence", State::Empty) => "empty",
            ("presence", _) => "set",
            ("valueType", State::Value(_) | State::Secret(_)) => variable.value_type(node.tree()).word(),
            ("valueClass", State::Value(_) | State::Secret(_)) => variable.value_class(node.tree(), key).word(),
            // What has no value has no type either: it is as empty or as unknown as the value.
            ("valueType" | "valueClass", _) => return Some(value),
            _ => return None,
        };
        Some(Self { state: State::Word(word), node: value.node, orphan: false })
    }

    /// Whether a value is there: not empty, not null, not missing, and known or at least known to exist.
    pub fn is_set(&self) -> bool {
        matches!(self.state, State::Value(_) | State::Word(_) | State::Secret(_) | State::Unresolved(_))
    }

    /// Whether it is known that nothing is there.
    pub fn is_absent(&self) -> bool {
        matches!(self.state, State::Missing | State::Null)
    }

    /// Whether it is missing because the thing that it belongs to is.
    pub fn is_orphan(&self) -> bool {
        self.orphan
    }

    /// Why a question about this cell has no answer; `None` where it has one.
    pub fn unknown(&self) -> Option<&'t str> {
        match self.state {
            State::Unresolved(reason) => Some(reason),
            State::NotCollected(reason) => Some(reason),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&'t str> {
        match self.state {
            State::Value(node) => node.scalar_text(),
            State::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The number that a scalar holds.
    pub fn number(&self) -> Option<f64> {
        self.text()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The node of a list or a map.
    pub fn collection(&self) -> Option<Node<'t>> {
        match self.state {
            State::Value(node) if node.is_map() || node.is_sequence() => Some(node),
            State::Empty => self.node.filter(|node| node.is_map() || node.is_sequence()),
            _ => None,
        }
    }

    /// The same, shown where a part of it stands.
    #[must_use]
    pub fn shown_at(&self, part: Node<'t>) -> Self {
        Self { node: Some(part), ..self.clone() }
    }

    /// Where it is written.
    pub fn location(&self) -> Option<Location> {
        self.node.and_then(Node::location)
    }

    /// Whether it is a text or number whose value may have to be hidden.
    pub(crate) fn sealable(&self) -> bool {
        matches!(self.state, State::Value(node) if node.scalar_text().is_some())
    }

    /// Seals a plain value under its environment's key: it is secret in another environment.
    pub(crate) fn seal(&mut self, environment: &Environment) {
        use paritygate_model::SecretTable;
        use paritygate_model::secret::MaskReason;
        let Some(text) = self.text() else { return };
        let secret = SecretTable::builtin().seal_as(&environment.key, MaskReason::Elsewhere, text);
        if let Some(at) = self.location() {
            at.source.mask(at.span);
        }
        self.state = State::Secret(Sealed::Now(Arc::new(secret)));
    }

    /// The cell as people read it. `class` names the equality class of a secret.
    pub fn shown(&self, class: impl Fn(&Secret) -> String) -> String {
        let len = self.text().map_or(limits::MAX_SHOWN_CHARS, str::len);
        let mut out = String::with_capacity(len);
        self.write_shown(&mut out, class);
        out
    }

    /// Writes the cell as people read it behind a text.
    pub(crate) fn write_shown(&self, out: &mut String, class: impl Fn(&Secret) -> String) {
        let start = out.len();
        match &self.state {
            State::Value(node) if node.is_map() => {
                let keys: Vec<&str> = node.entries().take(SHOWN_KEYS).map(|(key, ..)| key).collect();
                let more = if node.len() > SHOWN_KEYS { ", …" } else { "" };
                let _infallible = write!(out, "{{{}{more}}}", keys.join(", "));
                cut(out, start);
            }
            State::Value(node) => {
                write_node(out, start, *node, 0);
                cut(out, start);
            }
            State::Word(word) => out.push_str(word),
            State::Secret(secret) => match &secret.url {
                Some(url) => {
                    let _infallible = write!(out, "{} ({})", url.shown, class(secret));
                    cut(out, start);
                }
                None => out.push_str(&class(secret)),
            },
            State::Empty => out.push_str("empty"),
            State::Null => out.push_str("null"),
            State::Missing => out.push_str("missing"),
            State::Unresolved(_) => out.push_str("unresolved"),
            State::NotCollected(_) => out.push_str("not collected"),
        }
    }
}

/// A value as people read it, cut to what a message can hold.
pub fn readable(node: Node<'_>) -> String {
    let mut out = String::new();
    write_node(&mut out, 0, node, 0);
    cut(&mut out, 0);
    out
}

/// Writes a value that begins at `start`, up to more than a message can hold.
fn write_node(out: &mut String, start: usize, node: Node<'_>, depth: usize) {
    if out.len() - start > limits::MAX_SHOWN_CHARS * 2 || depth > limits::MAX_DEPTH {
        return;
    }
    let join = |out: &mut String, first: &mut bool| {
        if !std::mem::take(first) {
            out.push_str(", ");
        }
    };
    let mut first = true;
    match node.value() {
        Value::Sequence => {
            out.push('[');
            for item in node.items() {
                join(out, &mut first);
                write_node(out, start, item, depth + 1);
            }
            out.push(']');
        }
        Value::Map => {
            out.push('{');
            for (key, _, value) in node.entries() {
                join(out, &mut first);
                let _infallible = write!(out, "{key}: ");
                write_node(out, start, value, depth + 1);
            }
            out.push('}');
        }
        Value::Null => out.push_str("null"),
        Value::Unresolved(_) => out.push_str("unresolved"),
        Value::Secret(_) => out.push_str("secret"),
        Value::Variable(variable) => write_node(out, start, variable_value(node.tree(), variable), depth + 1),
        Value::Number(number) => out.push_str(written(node, number)),
        Value::Bool(_) | Value::String(_) => out.push_str(node.scalar_text().unwrap_or_default()),
    }
}

/// A quantity as it was written (`512Mi`), where its text is at hand; every other number as it is.
fn written<'t>(node: Node<'t>, number: &'t str) -> &'t str {
    let quantity = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_digit())
            && text.ends_with(|last: char| last.is_ascii_alphabetic())
    };
    let text = node.written().trim_matches(['"', '\'']);
    if text != number && text.len() <= 24 && quantity(text) { text } else { number }
}

fn variable_value<'t>(tree: &'t Tree, variable: &Variable) -> Node<'t> {
    tree.node(variable.value)
}

/// Cuts what begins at `start` to what a message can hold, on one line.
fn cut(out: &mut String, start: usize) {
    let text = out.get(start..).unwrap_or_default();
    // Most values are a short word on one line.
    if text.len() <= limits::MAX_SHOWN_CHARS && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return;
    }
    let mut lines = text.trim_end().lines();
    let first = lines.next().unwrap_or_default();
    let more = lines.next().is_some();
    let (end, more) = match first.char_indices().nth(limits::MAX_SHOWN_CHARS) {
        Some((at, _)) => (at, true),
        None => (first.len(), more),
    };
    out.truncate(start + end);
    if more {
        out.push('…');
    }
}
