//! A tree that can still be changed: importers fill one, layers are merged in it, and it ends as a [`Tree`].

use std::sync::Arc;

use crate::SortedMap;
use crate::secret::{Secret, ValueClass, ValueType};
use crate::source::{Location, Span};
use crate::tree::{Node, NodeId, Tree, TreeBuilder, Value, Variable};

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where it was written, if a text holds it.
    pub at: Option<Location>,
    /// Where the key was written under which it stands, if a text holds it.
    pub key: Option<Location>,
    /// What it is.
    pub value: DraftValue,
}

/// What a drafted value is.
#[derive(Clone)]
pub enum DraftValue {
    /// Described as absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text. Not secret: what is secret stands as [`DraftValue::Secret`].
    String(String),
    /// Known to be there, but not what it is; with the reason.
    Unresolved(String),
    /// A sealed value.
    Secret(Box<Secret>),
    /// An environment variable.
    Variable(Box<DraftVariable>),
    /// A list.
    Sequence(Vec<Draft>),
    /// A map.
    Map(SortedMap<String, Draft>),
}

/// Never prints values: they may be secret.
impl std::fmt::Debug for DraftValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Bool(_) => "Bool",
            Self::Number(_) => "Number",
            Self::String(_) => "String",
            Self::Unresolved(_) => "Unresolved",
            Self::Secret(_) => "Secret",
            Self::Variable(_) => "Variable",
            Self::Sequence(_) => "Sequence",
            Self::Map(_) => "Map",
        })
    }
}

/// A variable that can still be changed; see [`Variable`].
#[derive(Clone, Debug)]
pub struct DraftVariable {
    /// The value: text, sealed, unresolved or null.
    pub value: Draft,
    /// Whether it counts as secret.
    pub secret: bool,
    /// What the value looks like, where the text says it.
    pub value_type: Option<ValueType>,
    /// Where the value belongs, where the text says it.
    pub value_class: Option<ValueClass>,
    /// Where it is set: a list of `{ store, path }`.
    pub sources: Option<Draft>,
    /// When it was rotated last.
    pub rotated_at: Option<Draft>,
    /// When it expires.
    pub expires_at: Option<Draft>,
}

impl DraftVariable {
    /// Takes over where an earlier layer sets it, for what it overrides is still written there.
    pub fn overrides(&mut self, earlier: &DraftVariable) {
        let (Some(own), Some(Draft { value: DraftValue::Sequence(known), .. })) = (&mut self.sources, &earlier.sources)
        else {
            return;
        };
        let DraftValue::Sequence(own) = &mut own.value else { return };
        let overridden = known.iter().cloned().map(|mut source| {
            let at = source.get("store").and_then(|store| store.at.clone());
            source.set(&["overridden"], Draft::new(at, DraftValue::Bool(true)));
            source
        });
        own.splice(..0, overridden);
    }
}

impl Draft {
    /// A value at a place.
    pub fn new(at: Option<Location>, value: DraftValue) -> Self {
        Self { at, key: None, value }
    }

    /// An empty map.
    pub fn map() -> Self {
        Self::new(None, DraftValue::Map(SortedMap::new()))
    }

    /// A text at a place.
    pub fn string(at: Option<Location>, text: impl Into<String>) -> Self {
        Self::new(at, DraftValue::String(text.into()))
    }

    /// An integer at a place.
    pub fn integer(at: Option<Location>, value: i64) -> Self {
        Self::new(at, DraftValue::Number(value.to_string()))
    }

    /// The value at a key of this map; `None` where there is none or this is no map.
    pub fn get(&self, key: &str) -> Option<&Draft> {
        match &self.value {
            DraftValue::Map(map) => map.get(key),
            _ => None,
        }
    }

    /// The entries of this map; a value that is no map becomes an empty one.
    pub fn as_map(&mut self) -> &mut SortedMap<String, Draft> {
        loop {
            match self.value {
                DraftValue::Map(ref mut map) => return map,
                ref mut other => *other = DraftValue::Map(SortedMap::new()),
            }
        }
    }

    /// The value at `path`, made as nested maps where it is not there yet.
    pub fn at<S: AsRef<str>>(&mut self, path: &[S]) -> &mut Draft {
        let mut here = self;
        for key in path {
            here = here.as_map().entry(key.as_ref().to_owned()).or_insert_with(Draft::map);
        }
        here
    }

    /// Puts a value at `path`.
    pub fn set<S: AsRef<str>>(&mut self, path: &[S], value: Draft) {
        *self.at(path) = value;
    }

    /// Lays another draft over this one: maps are merged, everything else of the later one wins. A variable remembers
    /// where else it is set.
    pub fn merge(&mut self, later: Draft) {
        match (&mut self.value, later.value) {
            (DraftValue::Map(map), DraftValue::Map(other)) => {
                for (key, value) in other {
                    match map.get_mut(&key) {
                        Some(known) => known.merge(value),
                        None => {
                            map.insert(key, value);
                        }
                    }
                }
                // The place and the key are those of one text.
                if self.at.is_none() {
                    (self.at, self.key) = (later.at, later.key);
                }
            }
            (known, mut value) => {
                if let (DraftValue::Variable(known), DraftValue::Variable(later)) = (known, &mut value) {
                    later.overrides(known);
                }
                *self = Self { at: later.at, key: later.key, value };
            }
        }
    }

    /// A draft of a finished subtree.
    pub fn of(node: Node<'_>) -> Self {
        let of = |id: NodeId| Self::of(node.tree().node(id));
        let value = match node.value() {
            Value::Null => DraftValue::Null,
            Value::Bool(value) => DraftValue::Bool(value),
            Value::Number(text) => DraftValue::Number(text.to_owned()),
            Value::String(text) => DraftValue::String(text.to_owned()),
            Value::Unresolved(reason) => DraftValue::Unresolved(reason.to_owned()),
            Value::Secret(secret) => DraftValue::Secret(Box::new(secret.clone())),
            Value::Variable(variable) => DraftValue::Variable(Box::new(DraftVariable {
                value: of(variable.value),
                secret: variable.secret,
                value_type: variable.value_type,
                value_class: variable.value_class,
                sources: variable.sources.map(of),
                rotated_at: variable.rotated_at.map(of),
                expires_at: variable.expires_at.map(of),
            })),
            Value::Sequence => DraftValue::Sequence(node.items().map(Self::of).collect()),
            Value::Map => {
                let of = |(key, span, value): (&str, Span, Node<'_>)| {
                    let at = value.location().map(|at| Location::new(&at.source, span));
                    (key.to_owned(), Self { key: at, ..Self::of(value) })
                };
                DraftValue::Map(node.entries().map(of).collect())
            }
        };
        Self { at: node.location(), key: None, value }
    }

    /// The finished tree and its root.
    pub fn finish(&self) -> (Tree, NodeId) {
        let mut builder = TreeBuilder::empty(64);
        let root = self.build(&mut builder);
        (builder.finish(), root)
    }

    /// Where it stands: a collection that no text holds as such stands where its first part does.
    fn place(&self) -> Option<&Location> {
        let first = || match &self.value {
            DraftValue::Map(map) => map.values().find_map(Self::place),
            DraftValue::Sequence(items) => items.iter().find_map(Self::place),
            _ => None,
        };
        self.at.as_ref().or_else(first)
    }

    /// Where its key stands in the text that it stands in itself.
    fn key_span(&self) -> Option<Span> {
        let (key, place) = (self.key.as_ref()?, self.place()?);
        Arc::ptr_eq(&key.source, &place.source).then_some(key.span)
    }

    fn build(&self, builder: &mut TreeBuilder) -> NodeId {
        let place = self.place();
        let span = place.map_or(Span::default(), |at| at.span);
        let place = |builder: &mut TreeBuilder| {
            if let Some(at) = place {
                builder.set_source(&at.source);
            }
        };
        match &self.value {
            DraftValue::Sequence(items) => {
                let mark = builder.begin_sequence();
                for item in items {
                    let id = item.build(builder);
                    builder.item(id);
                }
                place(builder);
                builder.end_sequence(mark, span)
            }
            DraftValue::Map(map) => {
                let mark = builder.begin_map();
                for (key, value) in map {
                    let id = value.build(builder);
                    let key = builder.text(key);
                    builder.entry(key, value.key_span().unwrap_or(span), id);
                }
                place(builder);
                builder.end_map(mark, span)
            }
            DraftValue::Variable(draft) => {
                let mut build = |draft: &Option<Draft>| draft.as_ref().map(|draft| draft.build(builder));
                let (sources, rotated_at, expires_at) =
                    (build(&draft.sources), build(&draft.rotated_at), build(&draft.expires_at));
                let variable = Variable {
                    value: draft.value.build(builder),
                    secret: draft.secret,
                    value_type: draft.value_type,
                    value_class: draft.value_class,
                    sources,
                    rotated_at,
                    expires_at,
                };
                place(builder);
                builder.variable(span, variable)
            }
            scalar => {
                place(builder);
                match scalar {
                    DraftValue::Bool(value) => builder.bool(span, *value),
                    DraftValue::Number(text) => {
                        let text = builder.text(text);
                        builder.number(span, text)
                    }
                    DraftValue::String(text) => {
                        let text = builder.text(text);
                        builder.string(span, text, true)
                    }
                    DraftValue::Unresolved(reason) => builder.unresolved(span, reason),
                    DraftValue::Secret(secret) => builder.secret(span, (**secret).clone()),
                    _ => builder.null(span),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_layers_win_and_maps_merge() {
        let mut base = Draft::map();
        base.set(&["variables", "A"], Draft::string(None, "1"));
        base.set(&["variables", "B"], Draft::string(None, "1"));
        let mut over = Draft::map();
        over.set(&["variables", "B"], Draft::string(None, "2"));
        base.merge(over);
        let (tree, root) = base.finish();
        let variables = tree.node(root).get("variables").expect("merged");
        assert_eq!(variables.get("A").and_then(Node::as_str), Some("1"));
        assert_eq!(variables.get("B").and_then(Node::as_str), Some("2"));
        let again = Draft::of(tree.node(root));
        assert!(again.get("variables").is_some());
    }
}
