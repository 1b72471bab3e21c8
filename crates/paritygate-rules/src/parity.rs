//! The kinds that compare environments.

mod at_least;
mod differ;
mod matches;
mod no_shared_secret;
mod one_of;
mod present;
mod ratio;
mod same;
mod same_artifact;
mod set_relation;
mod version_order;
mod version_tolerance;

use paritygate_eval::Entry;

/// All parity kinds, sorted by name.
pub static ALL: &[Entry] = &[
    Entry::of::<at_least::AtLeast>(),
    Entry::of::<differ::Differ>(),
    Entry::of::<matches::Matches>(),
    Entry::of::<no_shared_secret::NoSharedSecret>(),
    Entry::of::<one_of::OneOf>(),
    Entry::of::<present::Present>(),
    Entry::of::<ratio::Ratio>(),
    Entry::of::<same::Same>(),
    Entry::of::<same_artifact::SameArtifact>(),
    Entry::of::<set_relation::SetRelation>(),
    Entry::of::<version_order::VersionOrder>(),
    Entry::of::<version_tolerance::VersionTolerance>(),
];

/// The environments that a finding speaks of, lowest first.
fn involved(row: &paritygate_eval::Row<'_, '_>, deviations: &[paritygate_eval::Deviation]) -> Vec<usize> {
    let involved =
        |at: usize| deviations.iter().any(|deviation| deviation.environment == at || deviation.against == Some(at));
    row.members().chain(row.reference()).filter(|&at| involved(at)).fold(Vec::new(), |mut list, at| {
        if !list.contains(&at) {
            list.push(at);
        }
        list
    })
}
