//! Whether a key of configuration is there.

use paritygate_model::{Environment, Node, Value};

/// Whether a key is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has a value, known or not.
    Set,
    /// It has a value without content.
    Empty,
    /// It is not there, in a section that is completely described.
    Missing,
    /// It can't be known, with the reason.
    Unknown(&'static str),
}

/// Whether a component of an environment has a variable: its own, or one of the whole environment.
pub(crate) fn presence<'e>(environment: &'e Environment, component: &str, key: &str) -> (Presence, Option<Node<'e>>) {
    let own: &[&str] = &["workloads", component, "variables"];
    let paths: [&[&str]; 2] = [own, &["variables"]];
    let (mut unknown, mut described) = (None, false);
    for path in paths {
        if path.iter().any(|segment| segment.is_empty()) {
            continue;
        }
        let holder = path.iter().try_fold(environment.root(), |node, segment| node.get(segment));
        if let Some(node) = holder.and_then(|holder| holder.get(key)) {
            return (of(node), Some(node));
        }
        let is_there = holder.is_some();
        let mut full = path.to_vec();
        full.push(key);
        match environment.coverage_at(&full).why_not_missing() {
            None => described |= is_there,
            // Of a section that is not there at all, another may say more.
            Some(reason) if is_there => unknown = Some(reason),
            Some(_) => {}
        }
    }
    match (unknown, described) {
        (Some(reason), _) => (Presence::Unknown(reason), None),
        (None, true) => (Presence::Missing, None),
        (None, false) => (Presence::Unknown("its variables are not described"), None),
    }
}

fn of(node: Node<'_>) -> Presence {
    let value = match node.value() {
        Value::Variable(variable) => node.tree().node(variable.value).value(),
        value => value,
    };
    match value {
        Value::Null => Presence::Missing,
        Value::String("") => Presence::Empty,
        _ => Presence::Set,
    }
}
