//! What two environments must not share: one index over all environments, whatever the keys are called.

use paritygate_eval::compare::KEY_MISMATCH;
use paritygate_eval::kind::GroupFinding;
use paritygate_eval::{Compares, Deviation, Row, Rows};
use paritygate_model::{SortedMap, SortedSet, Tier};

/// With whom nothing may be shared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct With {
    /// Only with the reference, and not among the others.
    pub(crate) reference: bool,
}

impl With {
    pub(crate) fn compares(self) -> Compares {
        if self.reference { Compares::Apart } else { Compares::EachOther }
    }

    /// The environments of a row that count: those of the rule, and the references where they are asked for.
    pub(crate) fn environments<'r>(self, row: &Row<'r, '_>) -> impl Iterator<Item = usize> + use<'r> {
        let members = row.members();
        let references = row.references().iter().copied().filter(move |_| self.reference);
        members.clone().chain(references.filter(move |reference| members.clone().all(|member| member != *reference)))
    }
}

/// An environment and a row.
type Place = (usize, usize);

/// Where what identifies something stands.
pub(crate) struct Index<'a, I> {
    places: Vec<(I, Place)>,
    /// The keys under which the fingerprints of an environment were made.
    keys: SortedSet<(usize, &'a str)>,
    /// A row, an environment and another one whose fingerprints can't be compared with its own.
    mismatch: Option<(usize, usize, usize)>,
}

impl<'a, I: Ord> Index<'a, I> {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { places: Vec::with_capacity(capacity), keys: SortedSet::new(), mismatch: None }
    }

    /// An environment has it in a row.
    pub(crate) fn add(&mut self, identity: I, environment: usize, row: usize) {
        self.places.push((identity, (environment, row)));
    }

    /// A fingerprint of an environment was made under that key.
    pub(crate) fn under_key(&mut self, key: &'a str, environment: usize, row: usize) {
        if self.keys.insert((environment, key)) && self.mismatch.is_none() {
            let mut others = self.keys.iter().filter(|(other, known)| *other != environment && *known != key);
            self.mismatch = others.next().map(|&(other, _)| (row, environment, other));
        }
    }

    /// A finding for each place that shares something, and one where fingerprints can't be compared. `evidence` is what the
    /// words of a finding need of an identity.
    pub(crate) fn judge(
        mut self,
        with: With,
        rows: &Rows<'_, '_>,
        out: &mut Vec<GroupFinding>,
        evidence: impl Fn(&I) -> Vec<String>,
    ) {
        let mut seen: SortedSet<(Place, Place)> = SortedSet::new();
        // Stable: one identity's places keep the order of the rows.
        self.places.sort_by(|(a, _), (b, _)| a.cmp(b));
        for alike in self.places.chunk_by(|a, b| a.0 == b.0).filter(|alike| matches!(alike, [_, _, ..])) {
            let places: Vec<Place> = alike.iter().map(|&(_, place)| place).collect();
            let references = places.first().and_then(|&(_, row)| rows.get(row)).map_or(&[][..], |row| row.references());
            for (place, other) in shared(&places, references, with) {
                // Two productions are one as far as trust goes, and so are two of any tier.
                let tier = |(environment, row): Place| rows.get(row)?.environment(environment).map(|it| it.tier);
                if tier(place) == tier(other) && tier(place) != Some(Tier::Other) {
                    continue;
                }
                // A URL and the password in it are one finding.
                if seen.insert((place, other)) {
                    let evidence = alike.first().map(|(identity, _)| evidence(identity)).unwrap_or_default();
                    out.push(finding(place, other.0, vec![other], None, evidence));
                }
            }
        }
        if let Some((row, environment, other)) = self.mismatch {
            out.push(finding((environment, row), other, Vec::new(), Some(KEY_MISMATCH.to_owned()), Vec::new()));
        }
    }
}

fn finding(
    (environment, row): Place,
    other: usize,
    cells: Vec<Place>,
    unknown: Option<String>,
    evidence: Vec<String>,
) -> GroupFinding {
    let deviations = vec![Deviation { environment, against: Some(other), mutual: true }];
    GroupFinding { row, deviations, cells, unknown, evidence, ..GroupFinding::default() }
}

/// A finding about an environment of which a row does not say what it has.
pub(crate) fn unknown(row: usize, environment: usize, reason: &str) -> GroupFinding {
    let deviations = vec![Deviation { environment, against: None, mutual: false }];
    GroupFinding { row, deviations, unknown: Some(reason.to_owned()), ..GroupFinding::default() }
}

/// Who shares one thing: each environment with every reference that has it, or else with the last that has it.
fn shared(places: &[Place], references: &[usize], with: With) -> Vec<(Place, Place)> {
    let mut by_environment: SortedMap<usize, usize> = SortedMap::new();
    for &(environment, row) in places {
        by_environment.entry(environment).or_insert(row);
    }
    let mut anchors: Vec<usize> = references.iter().copied().filter(|it| by_environment.contains_key(it)).collect();
    if anchors.is_empty() && !with.reference {
        anchors.extend(by_environment.keys().next_back());
    }
    let mut found = Vec::new();
    for (&environment, &row) in &by_environment {
        // References share with the first of them.
        let several = if anchors.contains(&environment) { 1 } else { anchors.len() };
        let others = anchors.iter().take(several).filter(|&&anchor| anchor != environment);
        let others = others.filter_map(|anchor| Some((*anchor, *by_environment.get(anchor)?)));
        found.extend(others.map(|other| ((environment, row), other)));
    }
    found
}

/// The two environments of a finding, and where each has what they share: `` staging `variables.A`, production `variables.B` ``.
pub(crate) fn places(rows: &Rows<'_, '_>, finding: &GroupFinding) -> Option<(usize, usize, String)> {
    let row = rows.get(finding.row)?;
    let &Deviation { environment, against: Some(other), .. } = finding.deviations.first()? else { return None };
    let other_row = rows.get(finding.row_of(other)).unwrap_or(row);
    let (path, other_path) = (row.path_text(), other_row.path_text());
    let places = if path == other_path {
        format!("`{path}`")
    } else {
        format!("{} `{path}`, {} `{other_path}`", row.name(environment), row.name(other))
    };
    Some((environment, other, places))
}
