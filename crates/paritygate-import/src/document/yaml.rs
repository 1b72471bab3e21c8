//! YAML 1.2.

use std::sync::Arc;

use paritygate_model::{Diagnostic, Document, Source, TreeBuilder};

/// Reads a YAML text.
pub fn read(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    let tree = TreeBuilder::new(source).finish();
    (Document { source: Arc::clone(source), tree, roots: Vec::new() }, Vec::new())
}
