//! Who said what about a promotion: the newest word of each person, and whether it is about this promotion.

use std::collections::BTreeMap;

use paritygate_eval::Scope;
use paritygate_model::Timestamp;
pub(crate) use paritygate_model::promotion::person::key;
use paritygate_model::promotion::{Approval, ApprovalState, Artifact, digest};
use serde::Deserialize;

/// What an approval has to name to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Bind {
    /// The artifact, by its digest.
    Digest,
    /// The environment.
    Environment,
}

/// An approval has to name both, unless a gate says otherwise.
pub(crate) const BOTH: [Bind; 2] = [Bind::Digest, Bind::Environment];

/// Why an approval does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// It is of a source that is not accepted.
    Source,
    /// It names no artifact, or another.
    Digest,
    /// It names no environment, or another.
    Environment,
    /// It does not say when it was given, or a time that has not come.
    Date,
    /// It has expired.
    Expired,
}

impl Miss {
    /// What is said about it.
    pub(crate) fn say(self, approval: &Approval) -> String {
        let by = &approval.by;
        match self {
            Self::Source => {
                let source = approval.origin.source.word();
                format!("the approval of `{by}` is {source}, which this gate does not accept")
            }
            Self::Digest if approval.digest.is_none() => format!("the approval of `{by}` names no digest"),
            Self::Digest => format!("`{by}` approved another digest"),
            Self::Environment if approval.environment.is_none() => {
                format!("the approval of `{by}` names no environment")
            }
            Self::Environment => {
                format!("`{by}` approved for {}", approval.environment.as_deref().unwrap_or_default())
            }
            Self::Date => format!("the approval of `{by}` has no date that has come"),
            Self::Expired => format!("the approval of `{by}` has expired"),
        }
    }
}

/// What each person said last about any promotion to this environment, by person. A word without a date might be the
/// last: if it is a no it counts as that.
pub(crate) fn last_words<'a>(scope: &Scope<'a>) -> BTreeMap<String, &'a Approval> {
    let mut last: BTreeMap<String, &Approval> = BTreeMap::new();
    for approval in &scope.facts().approvals {
        if approval.by.trim().is_empty() || !concerns(scope, approval) {
            continue;
        }
        // A yes, or taking back a no, has to be believed; a no is heard from anywhere.
        let is_no = approval.state == ApprovalState::Rejected;
        if !is_no && (!scope.accepts(&approval.origin) || approval.at.is_none_or(|at| !scope.has_happened(at))) {
            continue;
        }
        let newer = |known: &&Approval| match (approval.at, known.at) {
            (Some(new), Some(old)) => new >= old,
            (None, _) => true,
            (Some(_), None) => false,
        };
        let entry = last.entry(key(&approval.by));
        entry
            .and_modify(|known| {
                if newer(known) {
                    *known = approval;
                }
            })
            .or_insert(approval);
    }
    last
}

/// Whether a word may be about this promotion: it names no other environment and no other artifact.
fn concerns(scope: &Scope<'_>, approval: &Approval) -> bool {
    let environment = approval.environment.as_deref().is_none_or(|environment| environment == scope.to());
    let digest = approval.digest.as_deref();
    let named = digest.is_none_or(|digest| scope.artifacts().iter().any(|artifact| is_of(artifact, digest)));
    environment && named
}

fn is_of(artifact: &Artifact, digest: &str) -> bool {
    let is = |own: &Option<String>| own.as_deref().is_some_and(|own| digest::same(own, digest) == Some(true));
    is(&artifact.digest) || is(&artifact.index_digest)
}

/// Whether an approval counts for an artifact at the scope's instant; or why not.
pub(crate) fn counts(
    scope: &Scope<'_>,
    approval: &Approval,
    artifact: Option<&Artifact>,
    bind: &[Bind],
) -> Result<(), Miss> {
    if !scope.accepts(&approval.origin) {
        return Err(Miss::Source);
    }
    let digest = approval.digest.as_deref();
    let named = match (artifact, digest) {
        (Some(artifact), Some(digest)) => is_of(artifact, digest),
        (_, None) => !bind.contains(&Bind::Digest),
        (None, Some(_)) => true,
    };
    if !named {
        return Err(Miss::Digest);
    }
    match approval.environment.as_deref() {
        Some(environment) if environment != scope.to() => return Err(Miss::Environment),
        None if bind.contains(&Bind::Environment) => return Err(Miss::Environment),
        _ => {}
    }
    if approval.at.is_none_or(|at| !scope.has_happened(at)) {
        return Err(Miss::Date);
    }
    if approval.expires_at.is_some_and(|expires| scope.at >= expires.0) {
        return Err(Miss::Expired);
    }
    Ok(())
}

/// The approvals of a promotion: the last word of each person, where it is a yes.
pub(crate) fn approvals<'a>(scope: &Scope<'a>) -> Vec<&'a Approval> {
    let last = last_words(scope).into_values();
    last.filter(|approval| approval.state == ApprovalState::Approved).collect()
}

/// Why approvals were passed over that are none of the last words: a yes from elsewhere, for another artifact or place.
pub(crate) fn missed<'a>(scope: &Scope<'a>, artifact: Option<&Artifact>, bind: &[Bind]) -> Vec<(&'a Approval, Miss)> {
    let last = last_words(scope);
    let all = scope.facts().approvals.iter().filter(|approval| approval.state == ApprovalState::Approved);
    all.filter(|approval| {
        // Who said no since needs no explanation here.
        last.get(&key(&approval.by)).is_none_or(|word| word.state == ApprovalState::Approved)
    })
    .filter_map(|approval| Some((approval, counts(scope, approval, artifact, bind).err()?)))
    .collect()
}

/// The groups of a person: as the manifest names their members, else as the approval says.
pub(crate) fn is_in(scope: &Scope<'_>, approval: &Approval, group: &str) -> bool {
    match scope.pipeline.groups.get(group) {
        Some(members) => members.iter().any(|member| key(member) == key(&approval.by)),
        None => approval.groups.iter().any(|own| own == group),
    }
}

/// The next instant at which an approval expires.
pub(crate) fn next_expiry(scope: &Scope<'_>) -> Option<Timestamp> {
    let expiries = scope.facts().approvals.iter().filter_map(|approval| approval.expires_at);
    scope.next_of(expiries.map(|expires| expires.0))
}
