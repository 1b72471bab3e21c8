//! Variables that are secret in one environment and plain in another, where other values are built from them.

use std::collections::{BTreeMap, BTreeSet};

use paritygate_import::{Files, Supplied};
use paritygate_model::{Environment, Node, Value, Variable};

/// How often environments are read anew: a value may be built from one that is built from another.
pub(crate) const MAX_STEPS: usize = 4;

/// The names of variables that are plain in one of these environments, secret in another, and referred to in these files.
pub(crate) fn names(environments: &[Environment], files: &Files) -> BTreeSet<String> {
    // By component and name: whether it is plain anywhere, and whether it is secret anywhere.
    let mut seen: BTreeMap<(&str, &str), (bool, bool)> = BTreeMap::new();
    for environment in environments {
        let root = environment.root();
        let workloads = root.get("workloads").into_iter().flat_map(Node::entries);
        let components = workloads.map(|(component, _, workload)| (component, workload)).chain([("", root)]);
        for (component, holder) in components {
            for (name, _, node) in holder.get("variables").into_iter().flat_map(Node::entries) {
                let Value::Variable(variable) = node.value() else { continue };
                let (plain, secret) = seen.entry((component, name)).or_default();
                *plain |= is_plain(node, variable);
                *secret |= variable.secret;
            }
        }
    }
    let both = seen.into_iter().filter(|(_, (plain, secret))| *plain && *secret);
    both.map(|((_, name), _)| name).filter(|name| is_referred_to(name, files)).map(str::to_owned).collect()
}

fn is_plain(node: Node<'_>, variable: &Variable) -> bool {
    let value = node.tree().node(variable.value).value();
    !variable.secret && matches!(value, Value::String(text) if !text.is_empty())
}

/// Whether any text may refer to a variable: `$NAME`, `${NAME}`.
fn is_referred_to(name: &str, files: &Files) -> bool {
    files.values().any(|file| match file {
        Supplied::Text(source) => {
            let text = source.text();
            text.match_indices(name).any(|(at, _)| text.get(..at).is_some_and(|before| before.ends_with(['$', '{'])))
        }
        _ => false,
    })
}
