//! The variables of a host that a playbook hands over: maps and lists become one variable for each value in them.

use paritygate_model::{Draft, Node};

use super::value::{Values, collection};
use crate::variable;

/// Reads the variables of one host. A value is named by the keys that lead to it: `database.pool.0`.
pub(super) fn read(variables: Node<'_>, values: Values<'_>) -> Draft {
    let mut out = Draft::map();
    out.as_map();
    for (name, _, value) in variables.entries() {
        add(name.to_owned(), value, values, &mut out);
    }
    out
}

fn add(name: String, node: Node<'_>, values: Values<'_>, out: &mut Draft) {
    if let Some(value) = values.variable(node) {
        let path = value.at.as_ref().map(|at| at.source.name().clone()).unwrap_or_default();
        let value = variable::variable(values.context, &name, value, "config_file", &path);
        out.as_map().insert(name, value);
        return;
    }
    let node = collection(node);
    for (key, _, value) in node.entries() {
        add(format!("{name}.{key}"), value, values, out);
    }
    for (at, value) in node.items().enumerate() {
        add(format!("{name}.{at}"), value, values, out);
    }
}
