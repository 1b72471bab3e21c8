//! Trees as the values that a validator takes, and ways in them.

use paritygate_eval::Step;
use paritygate_model::secret::{Secret, ValueType};
use paritygate_model::{Node, SortedSet, Value as Tree, limits};
use serde_json::{Map, Number, Value};

/// What is said of a value that is sealed.
const SECRET: &str = "a secret can't be read";

/// A value, with something harmless in its holes.
pub(super) struct Instance {
    pub(super) value: Value,
    pub(super) holes: Vec<Hole>,
}

/// A value that can't be read.
pub(super) struct Hole {
    /// The way to it.
    pub(super) steps: Vec<Step>,
    /// Why it can't be read.
    pub(super) reason: String,
    /// Whether it is known that it is a text that is not empty.
    pub(super) is_text: bool,
}

impl Hole {
    /// The value that stands in it.
    pub(super) fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.steps.iter().try_fold(value, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Item(at) => value.get(at),
        })
    }

    /// Whether the answer to a keyword is known of it, or is that of the schemas in it.
    pub(super) fn answers(&self, keyword: &str, asks: &Value) -> bool {
        match keyword {
            // What would have to be read.
            "const" | "enum" | "pattern" | "format" | "maxLength" | "contentEncoding" | "contentMediaType" => false,
            // A secret is not empty.
            "minLength" => self.is_text && asks.as_u64().is_some_and(|least| least <= 1),
            "type"
            | "multipleOf"
            | "maximum"
            | "minimum"
            | "exclusiveMaximum"
            | "exclusiveMinimum"
            | "required"
            | "properties"
            | "patternProperties"
            | "additionalProperties"
            | "propertyNames"
            | "unevaluatedProperties"
            | "maxProperties"
            | "minProperties"
            | "dependentRequired"
            | "dependentSchemas"
            | "dependencies"
            | "items"
            | "prefixItems"
            | "additionalItems"
            | "unevaluatedItems"
            | "contains"
            | "maxItems"
            | "minItems"
            | "uniqueItems" => self.is_text,
            _ => true,
        }
    }
}

/// The places of secrets, from a node on.
pub(crate) fn secrets(node: Node<'_>) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    collect(node, &mut Vec::new(), &mut found);
    found
}

fn collect(node: Node<'_>, steps: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    match plain(node).value() {
        Tree::Secret(_) => found.push(steps.clone()),
        Tree::Map => {
            for (key, _, value) in node.entries() {
                steps.push(Step::Key(key.to_owned()));
                collect(value, steps, found);
                steps.pop();
            }
        }
        Tree::Sequence => {
            for (at, item) in node.items().enumerate() {
                steps.push(Step::Item(at));
                collect(item, steps, found);
                steps.pop();
            }
        }
        _ => {}
    }
}

/// The value of a variable; everything else is itself.
fn plain(node: Node<'_>) -> Node<'_> {
    match node.value() {
        Tree::Variable(variable) => node.tree().node(variable.value),
        _ => node,
    }
}

/// A value as it is.
pub(super) fn whole(node: Node<'_>) -> Value {
    instance(node, &SortedSet::new()).value
}

/// A value with its holes: those that are in it, and those that are `sealed`.
pub(super) fn instance(node: Node<'_>, sealed: &SortedSet<Vec<Step>>) -> Instance {
    let mut reader = Reader { sealed, steps: Vec::new(), holes: Vec::new() };
    let value = reader.read(node);
    Instance { value, holes: reader.holes }
}

struct Reader<'s> {
    sealed: &'s SortedSet<Vec<Step>>,
    steps: Vec<Step>,
    holes: Vec<Hole>,
}

impl Reader<'_> {
    fn read(&mut self, node: Node<'_>) -> Value {
        if self.steps.len() > limits::MAX_DEPTH {
            return Value::Null;
        }
        let node = plain(node);
        let value = match node.value() {
            Tree::Null => Value::Null,
            Tree::Bool(value) => Value::Bool(value),
            Tree::Number(text) => number(text),
            Tree::String(text) => Value::String(text.to_owned()),
            Tree::Secret(secret) => return self.hole(SECRET, is_text(node, secret)),
            Tree::Unresolved(reason) => return self.hole(reason, false),
            Tree::Variable(_) => Value::Null,
            Tree::Sequence => {
                let item = |(at, item)| self.below(Step::Item(at), item);
                return Value::Array(node.items().enumerate().map(item).collect());
            }
            Tree::Map => {
                let entry =
                    |(key, _, value): (&str, _, _)| (key.to_owned(), self.below(Step::Key(key.to_owned()), value));
                return Value::Object(node.entries().map(entry).collect::<Map<String, Value>>());
            }
        };
        if self.sealed.contains(&self.steps) {
            return self.hole(SECRET, value.as_str().is_some_and(|text| !text.is_empty()));
        }
        value
    }

    fn below(&mut self, step: Step, node: Node<'_>) -> Value {
        self.steps.push(step);
        let value = self.read(node);
        self.steps.pop();
        value
    }

    /// A hole, and what stands in it: a text as short as can be.
    fn hole(&mut self, reason: &str, is_text: bool) -> Value {
        self.holes.push(Hole { steps: self.steps.clone(), reason: reason.to_owned(), is_text });
        Value::String("s".to_owned())
    }
}

/// Whether a secret is a text for sure: its type is no secret (`valueType`), but what looks like a number may be one.
fn is_text(node: Node<'_>, secret: &Secret) -> bool {
    let is_other = matches!(secret.value_type, ValueType::Integer | ValueType::Float | ValueType::Boolean);
    node.is_quoted() || (!is_other && !["0x", "0o", "."].iter().any(|sign| node.written().starts_with(sign)))
}

/// A number as JSON has it. What is infinite or no number at all is a text there.
fn number(text: &str) -> Value {
    let integer = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
    let number = integer.ok().or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64));
    number.map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

/// The way that a JSON pointer leads: whether a part is a key or a number, the value tells.
pub(super) fn steps_of(pointer: &str, node: Node<'_>) -> Vec<Step> {
    let mut node = Some(node);
    let mut steps = Vec::new();
    for part in pointer.split('/').skip(1) {
        let at = part.parse().ok().filter(|_| node.is_some_and(|node| node.is_sequence()));
        let step = at.map_or_else(|| Step::Key(part.replace("~1", "/").replace("~0", "~")), Step::Item);
        node = node.and_then(|node| down(node, &step));
        steps.push(step);
    }
    steps
}

fn down<'t>(node: Node<'t>, step: &Step) -> Option<Node<'t>> {
    match step {
        Step::Key(key) => node.get(key),
        Step::Item(at) => node.items().nth(*at),
    }
}

/// What a way leads to, or the last that is there.
pub(super) fn walk<'t>(node: Node<'t>, steps: &[Step]) -> Node<'t> {
    let mut node = node;
    for step in steps {
        let Some(next) = down(node, step) else { break };
        node = next;
    }
    plain(node)
}

/// Where the end of a way stands in its text.
pub(super) fn position(node: Node<'_>, steps: &[Step], at_key: bool) -> u32 {
    let place = match steps.split_last() {
        Some((Step::Key(key), above)) if at_key => walk(node, above).key_location(key),
        _ => walk(node, steps).location(),
    };
    place.map_or(0, |place| place.span.start)
}
