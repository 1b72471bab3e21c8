//! Variables that are secret in one environment and plain in another, where other values are built from them.

use paritygate_import::{Files, Supplied};
use paritygate_model::{Environment, Node, SortedSet, Value, Variable};

/// How often environments are read anew: a value may be built from one that is built from another.
pub(crate) const MAX_READINGS: usize = 4;

/// The names of variables that are plain in one of these environments, secret in another, and referred to in these files.
///
/// Their plain values are masked where they stand, so that no excerpt shows them beside something else.
pub(crate) fn names<'e>(environments: impl Iterator<Item = &'e Environment>, files: &Files) -> SortedSet<String> {
    let mut holders: Vec<_> = environments.flat_map(holders).collect();
    holders.sort_by_key(|(component, _)| *component);
    let mut names = SortedSet::new();
    for alike in holders.chunk_by(|a, b| a.0 == b.0) {
        // Secrets are few: what is looked up is each of them, not each variable.
        let secrets = alike.iter().flat_map(|(_, holder)| variables(*holder).filter(|(_, variable)| variable.secret));
        let secrets: SortedSet<&str> = secrets.map(|(name, _)| name).collect();
        for name in secrets {
            let plain: Vec<Node<'_>> = alike.iter().filter_map(|(_, holder)| plain(*holder, name)).collect();
            for at in plain.iter().filter_map(|value| value.location()) {
                at.source.mask(at.span);
            }
            if !plain.is_empty() && is_referred_to(name, files) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// What holds variables in an environment, and the component that it stands for: the environment itself for none.
fn holders(environment: &Environment) -> impl Iterator<Item = (Option<&str>, Node<'_>)> {
    let root = environment.root();
    let workloads = root.get("workloads").into_iter().flat_map(Node::entries);
    let components = workloads.map(|(component, _, workload)| (Some(component), workload));
    let all = components.chain([(None, root)]);
    all.filter_map(|(component, holder)| Some((component, holder.get("variables")?)))
}

fn variables(holder: Node<'_>) -> impl Iterator<Item = (&str, &Variable)> {
    holder.entries().filter_map(|(name, _, node)| match node.value() {
        Value::Variable(variable) => Some((name, variable)),
        _ => None,
    })
}

/// The value of a variable, where it has one that is readable.
fn plain<'t>(holder: Node<'t>, name: &str) -> Option<Node<'t>> {
    let node = holder.get(name)?;
    let Value::Variable(variable) = node.value() else { return None };
    let value = node.tree().node(variable.value);
    is_plain(value, variable).then_some(value)
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
