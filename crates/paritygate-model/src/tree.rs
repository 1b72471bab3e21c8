//! The one tree that every text becomes: documents, policies, manifests and environments are all this.
//!
//! It is an arena: nodes, map entries and list items each stand in one vector, and all text in one pool, so that reading
//! a text costs a handful of allocations however large it is.

mod builder;

use std::fmt;
use std::sync::Arc;

use crate::secret::{Secret, SecretTable, ValueClass, ValueType};
use crate::source::{Location, Source, Span};

pub use builder::{Duplicate, Mark, TreeBuilder};

/// The place of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    #[inline]
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// A piece of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    start: u32,
    len: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    False,
    True,
    Number,
    String,
    Sequence,
    Map,
    Unresolved,
    Secret,
    Variable,
}

#[derive(Clone, Copy)]
struct Raw {
    kind: Kind,
    quoted: bool,
    source: u16,
    span: Span,
    /// Scalars: the text's start in the pool; collections: the first entry or item; others: an index into a side table.
    a: u32,
    /// Scalars: the text's length; collections: how many.
    b: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    key: Text,
    key_span: Span,
    value: NodeId,
}

/// An environment variable: a value that is plain, sealed, unresolved or unset, and what is known about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The value: text, a [`Secret`], unresolved, or null where it is described as unset.
    pub value: NodeId,
    /// Whether it counts as secret, even where its value is unknown or empty.
    pub secret: bool,
    /// What the value looks like, where the text says it; else it is told from the value when it is asked for.
    pub value_type: Option<ValueType>,
    /// Where the value belongs, where the text says it; else it is told from the value when it is asked for.
    pub value_class: Option<ValueClass>,
    /// Where it is set: a list of `{ store, path }`.
    pub sources: Option<NodeId>,
    /// When it was rotated last.
    pub rotated_at: Option<NodeId>,
    /// When it expires.
    pub expires_at: Option<NodeId>,
}

impl Variable {
    /// What its value looks like.
    pub fn value_type(&self, tree: &Tree) -> ValueType {
        self.value_type.unwrap_or_else(|| match tree.node(self.value).value() {
            Value::String(text) => ValueType::of(text),
            Value::Secret(secret) => secret.value_type,
            _ => ValueType::String,
        })
    }

    /// Where its value belongs. `name` is the variable's.
    pub fn value_class(&self, tree: &Tree, name: &str) -> ValueClass {
        self.value_class.unwrap_or_else(|| match tree.node(self.value).value() {
            Value::String(text) => SecretTable::builtin().value_class_of(Some(name), text),
            Value::Secret(secret) => secret.value_class,
            _ => ValueClass::Unknown,
        })
    }
}

/// A parsed text, or an environment: values that know where they were written.
///
/// INVARIANT: the entries of every map are sorted by key and every key is there once.
#[derive(Clone)]
pub struct Tree {
    pool: String,
    nodes: Vec<Raw>,
    entries: Vec<Entry>,
    items: Vec<NodeId>,
    sources: Vec<Arc<Source>>,
    secrets: Vec<Secret>,
    variables: Vec<Variable>,
    tags: Vec<(NodeId, Box<str>)>,
}

/// Never prints values: they may be secret.
impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("nodes", &self.nodes.len()).field("sources", &self.sources).finish_non_exhaustive()
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub enum Value<'t> {
    /// Described as absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A number as it was written.
    Number(&'t str),
    /// A text.
    String(&'t str),
    /// A list.
    Sequence,
    /// A map.
    Map,
    /// Known to be there, but not what it is; with the reason.
    Unresolved(&'t str),
    /// A sealed value.
    Secret(&'t Secret),
    /// An environment variable.
    Variable(&'t Variable),
}

impl Tree {
    #[inline]
    fn raw(&self, id: NodeId) -> Raw {
        // INVARIANT: ids come from this tree's builder; a foreign one reads as null at no place.
        self.nodes.get(id.index()).copied().unwrap_or(Raw {
            kind: Kind::Null,
            quoted: false,
            source: 0,
            span: Span::default(),
            a: 0,
            b: 0,
        })
    }

    /// The bytes of a text, which are quicker to compare.
    #[inline]
    fn bytes(&self, text: Text) -> &[u8] {
        self.pool.as_bytes().get(text.start as usize..(text.start + text.len) as usize).unwrap_or_default()
    }

    #[inline]
    fn text(&self, text: Text) -> &str {
        self.pool.get(text.start as usize..(text.start + text.len) as usize).unwrap_or_default()
    }

    /// A view of one node.
    #[inline]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The texts that its nodes point into.
    pub fn sources(&self) -> &[Arc<Source>] {
        &self.sources
    }

    /// What was sealed in it.
    pub fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The entry of a map by its place, for walks that change the tree as they go.
    pub fn entry_at(&self, id: NodeId, at: usize) -> Option<(Text, Span, NodeId)> {
        let raw = self.raw(id);
        let inside = raw.kind == Kind::Map && at < raw.b as usize;
        let entry = if inside { self.entries.get(raw.a as usize + at) } else { None };
        entry.map(|entry| (entry.key, entry.key_span, entry.value))
    }

    /// The item of a list by its place, for walks that change the tree as they go.
    pub fn item_at(&self, id: NodeId, at: usize) -> Option<NodeId> {
        let raw = self.raw(id);
        let inside = raw.kind == Kind::Sequence && at < raw.b as usize;
        if inside { self.items.get(raw.a as usize + at).copied() } else { None }
    }

    /// The text of a string, for walks that change the tree as they go.
    pub fn text_of(&self, id: NodeId) -> Option<Text> {
        let raw = self.raw(id);
        (raw.kind == Kind::String).then_some(Text { start: raw.a, len: raw.b })
    }

    /// The characters of a text of this tree.
    pub fn str(&self, text: Text) -> &str {
        self.text(text)
    }

    fn set(&mut self, id: NodeId, kind: Kind, a: u32, b: u32) {
        if let Some(raw) = self.nodes.get_mut(id.index()) {
            (raw.kind, raw.a, raw.b) = (kind, a, b);
        }
    }

    fn store(&mut self, text: &str) -> Text {
        let start = self.pool.len() as u32;
        self.pool.push_str(text);
        Text { start, len: text.len() as u32 }
    }

    /// Seals a value: what stood there can no longer be read from this node, and its place is masked in excerpts.
    pub fn seal(&mut self, id: NodeId, secret: Secret) {
        let raw = self.raw(id);
        if let Some(source) = self.sources.get(raw.source as usize) {
            source.mask(raw.span);
        }
        self.secrets.push(secret);
        self.set(id, Kind::Secret, self.secrets.len() as u32 - 1, 0);
    }

    /// Turns a node into a value that is not known, with the reason.
    pub fn set_unresolved(&mut self, id: NodeId, reason: &str) {
        let text = self.store(reason);
        self.set(id, Kind::Unresolved, text.start, text.len);
    }

    /// Turns a number or a boolean into the text as it was written: what a process would see.
    pub fn set_text(&mut self, id: NodeId) {
        let raw = self.raw(id);
        match raw.kind {
            Kind::Number => self.set(id, Kind::String, raw.a, raw.b),
            Kind::True | Kind::False => {
                let text = self.store(if raw.kind == Kind::True { "true" } else { "false" });
                self.set(id, Kind::String, text.start, text.len);
            }
            _ => {}
        }
    }

    /// Turns a scalar into another text, which may be printed.
    pub fn set_string(&mut self, id: NodeId, text: &str) {
        let text = self.store(text);
        self.set(id, Kind::String, text.start, text.len);
    }

    /// Turns a text into an integer, such as a quantity in base units.
    pub fn set_integer(&mut self, id: NodeId, value: i64) {
        let text = self.store(&value.to_string());
        self.set(id, Kind::Number, text.start, text.len);
    }

    /// Turns a node into an empty text.
    pub fn set_empty(&mut self, id: NodeId) {
        self.set(id, Kind::String, 0, 0);
    }

    /// Adds a node that stands where `like` stands.
    pub fn null_at(&mut self, like: NodeId) -> NodeId {
        let raw = Raw { kind: Kind::Null, ..self.raw(like) };
        self.nodes.push(raw);
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// Adds a copy of the scalar at `id`: for a node that becomes something around its own value.
    pub fn duplicate(&mut self, id: NodeId) -> NodeId {
        self.nodes.push(self.raw(id));
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// Turns a node into a variable.
    pub fn set_variable(&mut self, id: NodeId, variable: Variable) {
        self.variables.push(variable);
        self.set(id, Kind::Variable, self.variables.len() as u32 - 1, 0);
    }
}

/// A view of one node of a tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
}

/// Never prints the value: it may be secret.
impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("id", &self.id).field("kind", &self.raw().kind).finish_non_exhaustive()
    }
}

impl<'t> Node<'t> {
    #[inline]
    fn raw(self) -> Raw {
        self.tree.raw(self.id)
    }

    /// Its place in the tree.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The tree that it belongs to.
    #[inline]
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// What it is.
    #[inline]
    pub fn value(self) -> Value<'t> {
        let raw = self.raw();
        let text = || self.tree.text(Text { start: raw.a, len: raw.b });
        match raw.kind {
            Kind::Null => Value::Null,
            Kind::False => Value::Bool(false),
            Kind::True => Value::Bool(true),
            Kind::Number => Value::Number(text()),
            Kind::String => Value::String(text()),
            Kind::Sequence => Value::Sequence,
            Kind::Map => Value::Map,
            Kind::Unresolved => Value::Unresolved(text()),
            Kind::Secret => self.tree.secrets.get(raw.a as usize).map_or(Value::Null, Value::Secret),
            Kind::Variable => self.tree.variables.get(raw.a as usize).map_or(Value::Null, Value::Variable),
        }
    }

    /// The text of a scalar as it was written (quotes and escapes removed); `None` for everything else.
    pub fn scalar_text(self) -> Option<&'t str> {
        match self.value() {
            Value::Number(text) | Value::String(text) => Some(text),
            Value::Bool(value) => Some(if value { "true" } else { "false" }),
            _ => None,
        }
    }

    /// The text of a string; `None` for everything else.
    pub fn as_str(self) -> Option<&'t str> {
        match self.value() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(self) -> bool {
        self.raw().kind == Kind::Null
    }

    /// Whether it is a map.
    #[inline]
    pub fn is_map(self) -> bool {
        self.raw().kind == Kind::Map
    }

    /// Whether it is a list.
    #[inline]
    pub fn is_sequence(self) -> bool {
        self.raw().kind == Kind::Sequence
    }

    /// Whether the scalar was written in quotes (or as a YAML block).
    pub fn is_quoted(self) -> bool {
        self.raw().quoted
    }

    /// The custom YAML tag, such as `!reset`.
    pub fn tag(self) -> Option<&'t str> {
        let at = self.tree.tags.binary_search_by_key(&self.id, |(id, _)| *id).ok()?;
        self.tree.tags.get(at).map(|(_, tag)| &**tag)
    }

    /// What kind of value it is, in the words of messages.
    pub fn kind_word(self) -> &'static str {
        match self.raw().kind {
            Kind::Null => "null",
            Kind::False | Kind::True => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a text",
            Kind::Sequence => "a list",
            Kind::Map => "a map",
            Kind::Unresolved => "an unresolved value",
            Kind::Secret => "a secret",
            Kind::Variable => "a variable",
        }
    }

    /// Where it was written.
    #[inline]
    pub fn span(self) -> Span {
        self.raw().span
    }

    /// The characters that stand where it was written.
    pub fn written(self) -> &'t str {
        let raw = self.raw();
        self.tree.sources.get(raw.source as usize).map_or("", |source| source.slice(raw.span))
    }

    /// Where it was written, with the text.
    pub fn location(self) -> Option<Location> {
        let raw = self.raw();
        self.tree.sources.get(raw.source as usize).map(|source| Location::new(source, raw.span))
    }

    /// How many entries or items a collection has; 0 for scalars.
    #[inline]
    pub fn len(self) -> usize {
        let raw = self.raw();
        if matches!(raw.kind, Kind::Map | Kind::Sequence) { raw.b as usize } else { 0 }
    }

    /// Whether a collection has no entry; true for scalars.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn raw_entries(self) -> &'t [Entry] {
        let raw = self.raw();
        let range = raw.a as usize..(raw.a + raw.b) as usize;
        if raw.kind == Kind::Map { self.tree.entries.get(range).unwrap_or_default() } else { &[] }
    }

    /// Whether two values are known, hold nothing that is sealed, and are written alike: a quick yes. A no says nothing.
    pub fn is_written_like(self, other: Node<'_>) -> bool {
        let (own, others) = (self.raw(), other.raw());
        let text = |raw: Raw| Text { start: raw.a, len: raw.b };
        own.kind == others.kind
            && match own.kind {
                Kind::Null | Kind::False | Kind::True => true,
                Kind::Number | Kind::String => self.tree.bytes(text(own)) == other.tree.bytes(text(others)),
                Kind::Sequence => {
                    own.b == others.b && self.items().zip(other.items()).all(|(a, b)| a.is_written_like(b))
                }
                Kind::Map => {
                    let both = self.raw_entries().iter().zip(other.raw_entries());
                    own.b == others.b
                        && both.into_iter().all(|(a, b)| {
                            self.tree.bytes(a.key) == other.tree.bytes(b.key)
                                && self.tree.node(a.value).is_written_like(other.tree.node(b.value))
                        })
                }
                Kind::Unresolved | Kind::Secret | Kind::Variable => false,
            }
    }

    /// The entries of a map, sorted by key; nothing for everything else.
    pub fn entries(self) -> Entries<'t> {
        Entries { tree: self.tree, entries: self.raw_entries().iter() }
    }

    /// The value at `key` of a map.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.get_entry(key).map(|(_, node)| node)
    }

    /// The entry at `key` of a map: the key as this tree's own text, and the value.
    pub fn get_entry(self, key: &str) -> Option<(&'t str, Node<'t>)> {
        let entries = self.raw_entries();
        let at = entries.binary_search_by(|entry| self.tree.bytes(entry.key).cmp(key.as_bytes())).ok()?;
        entries.get(at).map(|entry| (self.tree.text(entry.key), self.tree.node(entry.value)))
    }

    /// Where the key of an entry was written.
    pub fn key_location(self, key: &str) -> Option<Location> {
        let entry = self.raw_entries().iter().find(|entry| self.tree.text(entry.key) == key)?;
        // Layers may be of several texts: a key stands in the one of its value.
        let source = self.tree.node(entry.value).raw().source;
        self.tree.sources.get(source as usize).map(|source| Location::new(source, entry.key_span))
    }

    /// The items of a list; nothing for everything else.
    pub fn items(self) -> impl ExactSizeIterator<Item = Node<'t>> + Clone + use<'t> {
        let raw = self.raw();
        let range = raw.a as usize..(raw.a + raw.b) as usize;
        let items = if raw.kind == Kind::Sequence { self.tree.items.get(range).unwrap_or_default() } else { &[] };
        let tree = self.tree;
        items.iter().map(move |&id| tree.node(id))
    }
}

/// The entries of a map: key, the key's place, value.
#[derive(Clone)]
pub struct Entries<'t> {
    tree: &'t Tree,
    entries: std::slice::Iter<'t, Entry>,
}

impl<'t> Iterator for Entries<'t> {
    type Item = (&'t str, Span, Node<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next()?;
        Some((self.tree.text(entry.key), entry.key_span, self.tree.node(entry.value)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl ExactSizeIterator for Entries<'_> {}
