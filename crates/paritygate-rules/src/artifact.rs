//! What the descriptions of two artifacts say of each other.

use paritygate_eval::{Cell, State};
use paritygate_model::promotion::digest;
use paritygate_model::{Node, Value};

/// The artifact that a cell has.
pub(crate) fn artifact<'t>(cell: &Cell<'t>) -> Option<Node<'t>> {
    match cell.state {
        State::Value(node) if node.is_map() => Some(node),
        _ => None,
    }
}

/// A field of an artifact; nothing where it is not said, and an error where it is not known.
pub(crate) fn field<'t>(artifact: Node<'t>, name: &str) -> Result<Option<&'t str>, &'t str> {
    match artifact.get(name) {
        Some(node) => match node.value() {
            Value::Unresolved(reason) => Err(reason),
            _ => Ok(node.scalar_text().filter(|text| !text.is_empty())),
        },
        None => Ok(None),
    }
}

/// Whether a digest of two artifacts is the same; nothing where one does not say it, and an error where that is not known.
pub(crate) fn same_digest<'t>(a: Node<'t>, b: Node<'t>, name: &str) -> Result<Option<bool>, &'t str> {
    match (field(a, name)?, field(b, name)?) {
        (Some(a), Some(b)) => digest::same(a, b).map(Some).ok_or("the digests can't be compared"),
        _ => Ok(None),
    }
}
