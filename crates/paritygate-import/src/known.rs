//! Values that are secret under one name and stand once more under another: `DBP` beside `postgres://app:${DBP}@db/shop`.

use std::sync::Arc;

use paritygate_model::secret::{MaskReason, Probes, Secret, ValueClass};
use paritygate_model::source::MASK;
use paritygate_model::{
    Environment, Fingerprint, FingerprintKey, Node, NodeId, SecretTable, SortedSet, Value, Variable,
};

/// The shortest value that is compared with the secrets: shorter ones meet by chance.
const MIN_LENGTH: usize = 8;

/// The longest.
const MAX_LENGTH: usize = 512;

/// Seals what is the same as a secret of any of these environments, or as one inside a secret, also where it stands as a
/// word in a longer value. Words such as the name of a
/// database, which lazy passwords repeat, stay readable, and so does what the manifest calls plain.
pub fn seal_repeated(environments: Vec<&mut Environment>, secrets: &SecretTable) {
    let sealed = environments.iter().flat_map(|environment| environment.tree.secrets());
    let real = sealed.filter(|secret| secret.value_class != ValueClass::Placeholder);
    // Under another key, nothing can be the same.
    let ours = |fingerprint: &&Fingerprint| environments.iter().any(|own| *own.key.id() == fingerprint.key_id);
    let mut known = Known { hexes: SortedSet::new(), probes: Probes::default() };
    for fingerprint in real.flat_map(Secret::fingerprints).filter(ours) {
        known.hexes.insert(Arc::clone(&fingerprint.hex));
        known.probes.add(fingerprint.probe);
    }
    if known.hexes.is_empty() {
        return;
    }
    for environment in environments {
        let mut search = Search { known: &known, secrets, key: &environment.key, found: Vec::new() };
        search.below(environment.root(), None);
        if search.found.is_empty() {
            continue;
        }
        let found = search.found;
        let tree = Arc::make_mut(&mut environment.tree);
        for Found { value, secret, variable } in found {
            tree.seal(value, secret);
            if let Some((id, variable)) = variable {
                tree.set_variable(id, Variable { secret: true, ..variable });
            }
        }
    }
}

/// The secrets by which the others are measured.
struct Known {
    hexes: SortedSet<Arc<str>>,
    /// What a value has to agree with before its fingerprint is made.
    probes: Probes,
}

impl Known {
    fn holds(&self, value: &str, key: &FingerprintKey) -> bool {
        self.probes.may_hold(value) && self.hexes.contains(&key.fingerprint(value).hex)
    }
}

struct Search<'a> {
    known: &'a Known,
    secrets: &'a SecretTable,
    key: &'a FingerprintKey,
    found: Vec<Found>,
}

struct Found {
    value: NodeId,
    secret: Secret,
    variable: Option<(NodeId, Variable)>,
}

impl Search<'_> {
    fn below(&mut self, node: Node<'_>, name: Option<&str>) {
        match node.value() {
            Value::Map => node.entries().for_each(|(key, _, value)| self.below(value, Some(key))),
            Value::Sequence => node.items().for_each(|item| self.below(item, name)),
            Value::Variable(variable) => {
                self.value(node.tree().node(variable.value), name, Some((node.id(), *variable)));
            }
            Value::String(_) => self.value(node, name, None),
            _ => {}
        }
    }

    fn value(&mut self, node: Node<'_>, name: Option<&str>, variable: Option<(NodeId, Variable)>) {
        let Value::String(text) = node.value() else { return };
        if name.is_some_and(|name| self.secrets.is_plain(name)) {
            return;
        }
        let is_known = |text: &str| may_be_secret(text) && self.known.holds(text, self.key);
        let secret = if is_known(text) {
            Some(self.secrets.seal_as(self.key, MaskReason::Repeated, text))
        } else {
            let inside: Vec<&str> =
                text.split(is_between).filter(|word| word.len() < text.len() && is_known(word)).collect();
            (!inside.is_empty()).then(|| self.built(text, &inside))
        };
        if let Some(secret) = secret {
            self.found.push(Found { value: node.id(), secret, variable });
        }
    }

    /// Seals a value that these secrets stand in: what stays readable of a URL is read without them.
    fn built(&self, text: &str, inside: &[&str]) -> Secret {
        let mut masked = String::with_capacity(text.len());
        for part in text.split_inclusive(is_between) {
            let word = part.trim_end_matches(is_between);
            masked.push_str(if inside.contains(&word) { MASK } else { word });
            masked.push_str(part.get(word.len()..).unwrap_or_default());
        }
        let mut secret = self.secrets.seal_built(self.key, MaskReason::Repeated, text, &masked);
        for word in inside {
            let part = self.key.fingerprint(word);
            if !secret.parts.iter().any(|known| known.hex == part.hex) {
                secret.parts.push(part);
            }
        }
        secret
    }
}

/// What a secret does not hold that stands as a word in a longer value.
fn is_between(c: char) -> bool {
    c.is_whitespace() || "\"'`,;:=@/?&|()[]{}<>".contains(c)
}

/// Whether a value has the look of a secret: one word of letters and digits that is no URL, path or version.
fn may_be_secret(text: &str) -> bool {
    let (mut letters, mut digits) = (false, false);
    (MIN_LENGTH..=MAX_LENGTH).contains(&text.len())
        && text.bytes().all(|byte| {
            letters |= byte.is_ascii_alphabetic();
            digits |= byte.is_ascii_digit();
            byte > b' '
        })
        && letters
        && digits
        && !text.starts_with(['/', '.'])
        && !text.contains("://")
}
