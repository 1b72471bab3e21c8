//! Variables that are secret in one environment and plain in another, where other values are built from them.

use std::collections::{BTreeMap, BTreeSet};

use paritygate_import::{Files, Supplied};
use paritygate_model::{Environment, Node, Value, Variable};

/// How often environments are read anew: a value may be built from one that is built from another.
pub(crate) const MAX_STEPS: usize = 4;

/// The names of variables that are plain in one of these environments, secret in another, and referred to in these files.
///
/// Their plain values are masked where they stand, so that no excerpt shows them beside something else.
pub(crate) fn names(environments: &[Environment], files: &Files) -> BTreeSet<String> {
    // By component and name: where it is plain, and whether it is secret anywhere.
    let mut seen: BTreeMap<(&str, &str), (Vec<Node<'_>>, bool)> = BTreeMap::new();
    for environment in environments {
        let root = environment.root();
        let workloads = root.get("workloads").into_iter().flat_map(Node::entries);
        let components = workloads.map(|(component, _, workload)| (component, workload)).chain([("", root)]);
        for (component, holder) in components {
            for (name, _, node) in holder.get("variables").into_iter().flat_map(Node::entries) {
                let Value::Variable(variable) = node.value() else { continue };
                let (plain, secret) = seen.entry((component, name)).or_default();
                *secret |= variable.secret;
                plain.extend(Some(node.tree().node(variable.value)).filter(|value| is_plain(*value, variable)));
            }
        }
    }
    let both = seen.into_iter().filter(|(_, (plain, secret))| !plain.is_empty() && *secret);
    let mut names = BTreeSet::new();
    for ((_, name), (plain, _)) in both {
        for at in plain.into_iter().filter_map(Node::location) {
            at.source.mask(at.span);
        }
        if is_referred_to(name, files) {
            names.insert(name.to_owned());
        }
    }
    names
}

fn is_plain(value: Node<'_>, variable: &Variable) -> bool {
    !variable.secret && matches!(value.value(), Value::String(text) if !text.is_empty())
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
