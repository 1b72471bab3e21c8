//! What all hosts have alike: the runtimes of the environment, and the packages of its groups.

use paritygate_model::{Draft, DraftValue, DraftVariable, SortedMap, SortedSet};

use super::host::{Host, SYSTEM};

const DIFFERENT: &str = "the hosts have different values";
const SOME: &str = "only some of the hosts have it";

/// The runtimes of the environment: what its hosts have alike, unknown where they differ. `None` where none is known.
pub(super) fn runtimes(hosts: &SortedMap<String, Host>) -> Option<Draft> {
    agreed(hosts.values().filter_map(|host| host.draft.get("runtimes")))
}

/// The packages of the environment: a group of hosts is a component.
pub(super) fn packages(hosts: &SortedMap<String, Host>, groups: &SortedMap<&str, SortedSet<&str>>) -> Option<Draft> {
    let mut packages = Draft::map();
    let mut known = false;
    for (group, members) in groups {
        let members = members.iter().filter_map(|name| hosts.get(*name));
        let components: Vec<&Draft> = members.filter_map(|host| host.draft.get("packages")?.get(SYSTEM)).collect();
        let kinds: SortedSet<&String> = components.iter().copied().flat_map(entries).map(|(kind, _)| kind).collect();
        for kind in kinds {
            // A host without packages of that kind has none of them.
            let nothing = Draft::map();
            let of_kind = components.iter().map(|component| component.get(kind).unwrap_or(&nothing));
            if let Some(agreed) = agreed(of_kind) {
                packages.set(&[*group, kind], agreed);
                known = true;
            }
        }
    }
    known.then_some(packages)
}

/// The variables of the environment: what its hosts have alike, unknown where they differ.
pub(super) fn variables(hosts: &SortedMap<String, Draft>) -> Draft {
    let mut agreed = agreed(hosts.values()).unwrap_or_else(Draft::map);
    for (name, value) in agreed.as_map().iter_mut() {
        let of = |host: &Draft| match host.get(name).map(|variable| &variable.value) {
            Some(DraftValue::Variable(variable)) => Some(variable.clone()),
            _ => None,
        };
        let mut known = hosts.values().filter_map(of);
        // A variable stays one where its value is not known, and a secret one stays secret.
        if let (DraftValue::Unresolved(_), Some(first)) = (&value.value, known.next()) {
            let secret = first.secret || known.any(|other| other.secret);
            let unknown = Draft::new(value.at.clone(), value.value.clone());
            value.value = DraftValue::Variable(Box::new(DraftVariable { value: unknown, secret, ..*first }));
        }
    }
    agreed
}

fn entries(draft: &Draft) -> impl Iterator<Item = (&String, &Draft)> {
    match &draft.value {
        DraftValue::Map(map) => Some(map.iter()),
        _ => None,
    }
    .into_iter()
    .flatten()
}

/// One map out of several: values that all have alike, and the unknown for all others.
fn agreed<'d>(maps: impl Iterator<Item = &'d Draft>) -> Option<Draft> {
    let maps: Vec<&Draft> = maps.collect();
    let mut found: SortedMap<&String, (usize, &Draft, bool)> = SortedMap::new();
    for (key, value) in maps.iter().copied().flat_map(entries) {
        let (count, first, alike) = found.entry(key).or_insert((0, value, true));
        *alike &= *count == 0 || same(first, value);
        *count += 1;
        if is_unknown(value) {
            *first = value;
        }
    }
    if found.is_empty() {
        return None;
    }
    let mut out = Draft::map();
    for (key, (count, first, alike)) in found {
        let differ = !alike && !is_unknown(first);
        let reason = if count < maps.len() { Some(SOME) } else { differ.then_some(DIFFERENT) };
        let value = match reason {
            Some(reason) => Draft::new(first.at.clone(), DraftValue::Unresolved(reason.to_owned())),
            None => first.clone(),
        };
        out.as_map().insert(key.clone(), value);
    }
    Some(out)
}

fn is_unknown(draft: &Draft) -> bool {
    match &draft.value {
        DraftValue::Unresolved(_) => true,
        DraftValue::Variable(variable) => is_unknown(&variable.value),
        _ => false,
    }
}

fn same(a: &Draft, b: &Draft) -> bool {
    match (&a.value, &b.value) {
        (DraftValue::String(a), DraftValue::String(b)) => a == b,
        (DraftValue::Sequence(a), DraftValue::Sequence(b)) => {
            a.iter().all(|a| b.iter().any(|b| same(a, b))) && b.iter().all(|b| a.iter().any(|a| same(a, b)))
        }
        (DraftValue::Number(a), DraftValue::Number(b)) => a == b,
        (DraftValue::Bool(a), DraftValue::Bool(b)) => a == b,
        (DraftValue::Null, DraftValue::Null) => true,
        (DraftValue::Secret(a), DraftValue::Secret(b)) => a.fingerprint.same(&b.fingerprint) == Some(true),
        (DraftValue::Variable(a), DraftValue::Variable(b)) => same(&a.value, &b.value),
        // The unknown is never equal.
        _ => false,
    }
}
