//! Typed parameters, read from spanned nodes, so that a bad parameter points at its own line and column.

pub use paritygate_model::read::from_node;

#[cfg(test)]
mod tests;
