//! The kinds that compare environments.

mod artifact_lag;
mod at_least;
mod coverage;
mod differ;
mod firewall_parity;
mod group_uniform;
mod intra_relation;
mod matches;
mod no_reference_to;
mod no_shared_database;
mod no_shared_secret;
mod one_of;
mod package_drift;
mod present;
mod ratio;
mod rotation_age;
mod same;
mod same_artifact;
mod schema;
mod secret_delivery;
mod set_relation;
mod single_source;
mod staleness;
mod version_floor;
mod version_order;
mod version_tolerance;

use paritygate_eval::kind::Params;
use paritygate_eval::{Cell, Deviation, Entry, Outcome, Row, State};
use paritygate_model::{Diagnostic, limits};
use regex_lite::Regex;

/// All parity kinds, sorted by name.
pub static ALL: &[Entry] = &[
    Entry::of::<artifact_lag::ArtifactLag>(),
    Entry::of::<at_least::AtLeast>(),
    Entry::of::<coverage::Coverage>(),
    Entry::of::<differ::Differ>(),
    Entry::of::<firewall_parity::FirewallParity>(),
    Entry::of::<group_uniform::GroupUniform>(),
    Entry::of::<intra_relation::IntraRelation>(),
    Entry::of::<matches::Matches>(),
    Entry::of::<no_reference_to::NoReferenceTo>(),
    Entry::of::<no_shared_database::NoSharedDatabase>(),
    Entry::of::<no_shared_secret::NoSharedSecret>(),
    Entry::of::<one_of::OneOf>(),
    Entry::of::<package_drift::PackageDrift>(),
    Entry::of::<present::Present>(),
    Entry::of::<ratio::Ratio>(),
    Entry::of::<rotation_age::RotationAge>(),
    Entry::of::<same::Same>(),
    Entry::of::<same_artifact::SameArtifact>(),
    Entry::of::<schema::Schema>(),
    Entry::of::<secret_delivery::SecretDelivery>(),
    Entry::of::<set_relation::SetRelation>(),
    Entry::of::<single_source::SingleSource>(),
    Entry::of::<staleness::Staleness>(),
    Entry::of::<version_floor::VersionFloor>(),
    Entry::of::<version_order::VersionOrder>(),
    Entry::of::<version_tolerance::VersionTolerance>(),
];

/// The environments that a finding speaks of, lowest first.
fn involved(row: &Row<'_, '_>, deviations: &[Deviation]) -> Vec<usize> {
    let involved =
        |at: usize| deviations.iter().any(|deviation| deviation.environment == at || deviation.against == Some(at));
    let against = deviations.iter().filter_map(|deviation| deviation.against);
    row.members().chain(row.references().iter().copied()).chain(against).filter(|&at| involved(at)).fold(
        Vec::new(),
        |mut list, at| {
            if !list.contains(&at) {
                list.push(at);
            }
            list
        },
    )
}

/// Judges each environment by itself: every text that it has there must be good. What can't be read is unknown.
fn judge_texts(row: &Row<'_, '_>, out: &mut Outcome, is_good: impl Fn(&str) -> bool) {
    for member in row.members() {
        let cell = row.cell(member);
        if let Some(text) = cell.text() {
            if !is_good(text) {
                out.fail_alone(member);
            }
        } else if let Some(list) = cell.collection() {
            if list.items().filter_map(|item| item.scalar_text()).any(|text| !is_good(text)) {
                out.fail_alone(member);
            } else if let Some(reason) = list.items().find_map(|item| unreadable(&Cell::of(item))) {
                out.unknown(member, None, reason);
            }
        } else if let Some(reason) = unreadable(cell) {
            out.unknown(member, None, reason);
        }
    }
}

/// Why a text that is there can't be read.
fn unreadable<'t>(cell: &Cell<'t>) -> Option<&'t str> {
    if matches!(cell.state, State::Secret(_)) { Some("a secret can't be read") } else { cell.unknown() }
}

/// The first few texts of a list, and how many more there are.
fn first_few(texts: impl ExactSizeIterator<Item = String>, shown: usize) -> String {
    let more = texts.len().saturating_sub(shown);
    let first = texts.take(shown).collect::<Vec<String>>().join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}

/// Compiles the regular expression of a parameter, if it has one; `whole` asks it to match from the first to the last
/// character. What is wrong with it is added to `found`.
fn regex(
    params: &Params<'_>,
    name: &str,
    pattern: Option<&str>,
    whole: bool,
    found: &mut Vec<Diagnostic>,
) -> Option<Regex> {
    let pattern = pattern?;
    let why = if pattern.len() > limits::MAX_REGEX_BYTES {
        format!("it has more than {} bytes, which is the limit", limits::MAX_REGEX_BYTES)
    } else {
        let anchored = if whole { format!(r"\A(?:{pattern})\z") } else { pattern.to_owned() };
        match Regex::new(&anchored) {
            Ok(regex) => return Some(regex),
            Err(error) => error.to_string(),
        }
    };
    found.push(params.wrong(name, format!("`{pattern}` is no regular expression: {why}")));
    None
}
