//! Typed parameters: a `serde` deserializer over spanned nodes, so that a bad parameter points at its own line and column.
//!
//! `serde` stops at the first mistake, and one run has to tell all of them. So a mistake is recorded, its node is passed
//! over, and the type is read again without it, until nothing new is found.

mod access;
mod error;
mod gap;
mod key;
mod node;
mod number;
mod state;

use paritygate_model::{Diagnostic, Location, Node};
use serde::de::DeserializeOwned;

use node::NodeReader;
use state::State;

/// How many times a type is read at most: so many mistakes are told.
const MAX_READS: usize = 64;
/// How many nodes may be read again and again before fewer mistakes are told.
const MAX_NODES_READ: usize = 8_000_000;

/// Reads parameters into the type of their kind. Parameters that are absent or null are those of an empty map; `whole` is
/// where a mistake then points.
///
/// # Errors
///
/// Everything that is wrong with the parameters, each with its place.
pub fn from_node<T: DeserializeOwned>(node: Option<Node<'_>>, whole: &Location) -> Result<T, Vec<Diagnostic>> {
    let (state, reads) = begin(node, whole);
    let node = node.filter(|node| !node.is_null());
    for _ in 0..reads {
        match T::deserialize(NodeReader::root(node, &state)) {
            Ok(value) => {
                let diagnostics = state.finish();
                return if diagnostics.is_empty() { Ok(value) } else { Err(diagnostics) };
            }
            Err(error) => {
                if !state.learn(*error.0) {
                    break;
                }
            }
        }
    }
    Err(give_up(state, whole))
}

/// What is known at first, and how often the type may be read.
fn begin<'w>(node: Option<Node<'_>>, whole: &'w Location) -> (State<'w>, usize) {
    let node = node.filter(|node| !node.is_null());
    let nodes = node.map_or(1, |node| node.tree().len().max(1));
    (State::new(whole, node.map(Node::id)), (MAX_NODES_READ / nodes).clamp(2, MAX_READS))
}

#[cold]
fn give_up(state: State<'_>, whole: &Location) -> Vec<Diagnostic> {
    let mut diagnostics = state.finish();
    if diagnostics.is_empty() {
        diagnostics.push(Diagnostic::error("bad-params", whole.clone(), "the parameters can't be read"));
    }
    diagnostics
}

#[cfg(test)]
mod tests;
