//! Building a tree from the bottom up.

use std::sync::Arc;

use super::{Entry, Kind, Node, NodeId, Raw, Text, Tree, Variable};
use crate::SortedSet;
use crate::secret::Secret;
use crate::source::{Source, Span};

/// A key that stood twice in one map. The last one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// Where the key stood that does not count.
    pub first: Span,
    /// Where the value stood that does not count.
    pub first_value: Span,
    /// Where the key stands that counts.
    pub last: Span,
}

/// Builds a tree from the bottom up: children first, then the collection around them.
pub struct TreeBuilder {
    tree: Tree,
    open_entries: Vec<Entry>,
    open_items: Vec<NodeId>,
    duplicates: Vec<Duplicate>,
    source: u16,
}

/// Where an open collection began.
#[derive(Clone, Copy, Debug)]
pub struct Mark(usize);

impl TreeBuilder {
    /// A builder for the tree of one text. The pool begins as a copy of the text, so that plain scalars need no other.
    pub fn new(source: &Arc<Source>) -> Self {
        let text = source.text();
        let mut builder = Self::empty(text.len() / 20);
        builder.tree.pool.push_str(text);
        builder.tree.sources.push(Arc::clone(source));
        builder
    }

    /// A builder for a tree of values from several texts.
    pub fn empty(nodes: usize) -> Self {
        let tree = Tree {
            pool: String::new(),
            nodes: Vec::with_capacity(nodes + 8),
            entries: Vec::with_capacity(nodes + 8),
            items: Vec::with_capacity(nodes / 4 + 8),
            sources: Vec::with_capacity(1),
            secrets: Vec::new(),
            variables: Vec::new(),
            tags: Vec::new(),
        };
        Self {
            tree,
            open_entries: Vec::with_capacity(64),
            open_items: Vec::with_capacity(16),
            duplicates: Vec::new(),
            source: 0,
        }
    }

    /// Says into which text the spans of the following nodes point.
    pub fn set_source(&mut self, source: &Arc<Source>) {
        let known = self.tree.sources.iter().position(|known| Arc::ptr_eq(known, source));
        let at = known.unwrap_or_else(|| {
            self.tree.sources.push(Arc::clone(source));
            self.tree.sources.len() - 1
        });
        self.source = u16::try_from(at).unwrap_or(u16::MAX);
    }

    /// How many nodes there are by now.
    pub fn len(&self) -> usize {
        self.tree.nodes.len()
    }

    /// Whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.tree.nodes.is_empty()
    }

    fn push(&mut self, kind: Kind, quoted: bool, span: Span, a: u32, b: u32) -> NodeId {
        self.tree.nodes.push(Raw { kind, quoted, source: self.source, span, a, b });
        NodeId(self.tree.nodes.len() as u32 - 1)
    }

    /// Text that stands in the source as it is meant: nothing is copied.
    pub fn verbatim(&self, span: Span) -> Text {
        Text { start: span.start, len: span.end - span.start }
    }

    /// Text that had to be made (escapes, folding).
    pub fn text(&mut self, text: &str) -> Text {
        self.tree.store(text)
    }

    /// The characters of a text.
    pub fn str(&self, text: Text) -> &str {
        self.tree.text(text)
    }

    /// Adds null.
    pub fn null(&mut self, span: Span) -> NodeId {
        self.push(Kind::Null, false, span, 0, 0)
    }

    /// Adds a boolean.
    pub fn bool(&mut self, span: Span, value: bool) -> NodeId {
        self.push(if value { Kind::True } else { Kind::False }, false, span, 0, 0)
    }

    /// Adds a number, as it was written.
    pub fn number(&mut self, span: Span, text: Text) -> NodeId {
        self.push(Kind::Number, false, span, text.start, text.len)
    }

    /// Adds a text.
    pub fn string(&mut self, span: Span, text: Text, quoted: bool) -> NodeId {
        self.push(Kind::String, quoted, span, text.start, text.len)
    }

    /// Adds a value that is not known, with the reason.
    pub fn unresolved(&mut self, span: Span, reason: &str) -> NodeId {
        let text = self.text(reason);
        self.push(Kind::Unresolved, false, span, text.start, text.len)
    }

    /// Adds a sealed value and masks its place.
    pub fn secret(&mut self, span: Span, secret: Secret) -> NodeId {
        let id = self.push(Kind::Null, false, span, 0, 0);
        self.tree.seal(id, secret);
        id
    }

    /// Adds a variable around a value.
    pub fn variable(&mut self, span: Span, variable: Variable) -> NodeId {
        let id = self.push(Kind::Null, false, span, 0, 0);
        self.tree.set_variable(id, variable);
        id
    }

    /// Keeps the custom tag of the newest node.
    pub fn tag(&mut self, id: NodeId, tag: &str) {
        // INVARIANT: sorted by node, because nodes are tagged as they are made; a late tag is put in its place.
        let at = self.tree.tags.partition_point(|(other, _)| *other < id);
        self.tree.tags.insert(at, (id, tag.into()));
    }

    /// Begins a map.
    pub fn begin_map(&self) -> Mark {
        Mark(self.open_entries.len())
    }

    /// Adds an entry to the map that was begun last.
    pub fn entry(&mut self, key: Text, key_span: Span, value: NodeId) {
        self.open_entries.push(Entry { key, key_span, value });
    }

    /// How many entries the open map has by now.
    pub fn open_len(&self, mark: Mark) -> usize {
        self.open_entries.len().saturating_sub(mark.0)
    }

    /// Adds the entries of finished maps to the open one, where their keys are not there yet: YAML merge keys. What the open
    /// map holds by now wins over them, and an earlier map wins over a later one.
    pub fn merge(&mut self, mark: Mark, maps: &[NodeId]) {
        let Tree { pool, entries, nodes, .. } = &self.tree;
        let key = |entry: &Entry| pool.get(entry.key.start as usize..(entry.key.start + entry.key.len) as usize);
        let mut known: SortedSet<_> = self.open_entries.get(mark.0..).unwrap_or_default().iter().map(key).collect();
        for raw in maps.iter().filter_map(|id| nodes.get(id.index())).filter(|raw| raw.kind == Kind::Map) {
            let range = raw.a as usize..(raw.a + raw.b) as usize;
            for entry in entries.get(range).unwrap_or_default() {
                if known.insert(key(entry)) {
                    self.open_entries.push(*entry);
                }
            }
        }
    }

    /// Forgets every collection that is open: the document around them is given up.
    pub fn abandon(&mut self) {
        self.open_entries.clear();
        self.open_items.clear();
    }

    /// Ends a map: sorts its entries and lets the last of equal keys win.
    pub fn end_map(&mut self, mark: Mark, span: Span) -> NodeId {
        let start = self.tree.entries.len();
        let open = self.open_entries.get_mut(mark.0..).unwrap_or_default();
        let pool = self.tree.pool.as_bytes();
        let key = |entry: &Entry| pool.get(entry.key.start as usize..(entry.key.start + entry.key.len) as usize);
        if open.is_sorted_by(|a, b| key(a) < key(b)) {
            self.tree.entries.extend_from_slice(open);
        } else {
            // Stable: equal keys keep the order in which they were written.
            open.sort_by(|a, b| key(a).cmp(&key(b)));
            for (at, entry) in open.iter().enumerate() {
                match open.get(at + 1) {
                    Some(next) if key(next) == key(entry) => {
                        let first_value =
                            self.tree.nodes.get(entry.value.index()).map(|raw| raw.span).unwrap_or_default();
                        self.duplicates.push(Duplicate { first: entry.key_span, first_value, last: next.key_span });
                    }
                    _ => self.tree.entries.push(*entry),
                }
            }
        }
        self.open_entries.truncate(mark.0);
        let len = self.tree.entries.len() - start;
        self.push(Kind::Map, false, span, start as u32, len as u32)
    }

    /// Begins a list.
    pub fn begin_sequence(&self) -> Mark {
        Mark(self.open_items.len())
    }

    /// Adds an item to the list that was begun last.
    pub fn item(&mut self, value: NodeId) {
        self.open_items.push(value);
    }

    /// Ends a list.
    pub fn end_sequence(&mut self, mark: Mark, span: Span) -> NodeId {
        let start = self.tree.items.len();
        self.tree.items.extend_from_slice(self.open_items.get(mark.0..).unwrap_or_default());
        self.open_items.truncate(mark.0);
        let len = self.tree.items.len() - start;
        self.push(Kind::Sequence, false, span, start as u32, len as u32)
    }

    /// Copies a finished subtree: what a YAML alias stands for. `None` when that takes more than `budget` nodes; then what
    /// is open must be abandoned. Long texts count as several nodes: they are shared here, and copied by whoever reads them.
    pub fn copy(&mut self, id: NodeId, budget: &mut usize) -> Option<NodeId> {
        let raw = self.tree.raw(id);
        let text = if matches!(raw.kind, Kind::Map | Kind::Sequence) { 0 } else { raw.b as usize };
        *budget = budget.checked_sub(1 + text / 256)?;
        let copied = match raw.kind {
            Kind::Map => {
                let mark = self.begin_map();
                for at in raw.a..raw.a + raw.b {
                    let entry = self.tree.entries.get(at as usize).copied()?;
                    *budget = budget.checked_sub(entry.key.len as usize / 256)?;
                    let value = self.copy(entry.value, budget)?;
                    self.entry(entry.key, entry.key_span, value);
                }
                self.end_map(mark, raw.span)
            }
            Kind::Sequence => {
                let mark = self.begin_sequence();
                for at in raw.a..raw.a + raw.b {
                    let item = self.tree.items.get(at as usize).copied()?;
                    let item = self.copy(item, budget)?;
                    self.item(item);
                }
                self.end_sequence(mark, raw.span)
            }
            _ => self.tree.duplicate(id),
        };
        if let Some(tag) = self.tree.node(id).tag() {
            let tag: Box<str> = tag.into();
            self.tag(copied, &tag);
        }
        Some(copied)
    }

    /// A view of a finished node.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        self.tree.node(id)
    }

    /// The keys that stood twice, in the order of their maps' ends.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// The tree.
    pub fn finish(self) -> Tree {
        self.tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Value;

    #[test]
    fn maps_are_sorted_and_the_last_duplicate_wins() {
        let source = Source::new("t", "b a b");
        let mut builder = TreeBuilder::new(&source);
        let mark = builder.begin_map();
        for (at, value) in [(0, true), (2, true), (4, false)] {
            let span = Span::new(at, at + 1);
            let node = builder.bool(span, value);
            builder.entry(builder.verbatim(span), span, node);
        }
        let root = builder.end_map(mark, Span::new(0, 5));
        assert_eq!(builder.duplicates().len(), 1);
        assert_eq!(builder.duplicates()[0].last, Span::new(4, 5));
        let tree = builder.finish();
        let keys: Vec<&str> = tree.node(root).entries().map(|(key, ..)| key).collect();
        assert_eq!(keys, ["a", "b"]);
        assert!(matches!(tree.node(root).get("b").map(Node::value), Some(Value::Bool(false))));
    }

    #[test]
    fn copies_stop_at_their_budget() {
        let source = Source::new("t", "a");
        let mut builder = TreeBuilder::new(&source);
        let mark = builder.begin_sequence();
        for _ in 0..4 {
            let node = builder.null(Span::new(0, 1));
            builder.item(node);
        }
        let list = builder.end_sequence(mark, Span::new(0, 1));
        assert!(builder.copy(list, &mut 5).is_some());
        assert!(builder.copy(list, &mut 4).is_none());
    }
}
