//! One text, parsed.

use std::sync::Arc;

use crate::source::Source;
use crate::tree::{Node, NodeId, Tree};

/// One text as a tree of values that know their span. YAML may hold several documents in one text.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text.
    pub source: Arc<Source>,
    /// The tree of all its documents.
    pub tree: Tree,
    /// The roots, in the order of the text. Empty documents have none.
    pub roots: Vec<NodeId>,
}

impl Document {
    /// The first root; `None` where the text holds nothing.
    pub fn root(&self) -> Option<Node<'_>> {
        self.roots.first().map(|&id| self.tree.node(id))
    }

    /// All roots, in the order of the text.
    pub fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        self.roots.iter().map(|&id| self.tree.node(id))
    }
}
