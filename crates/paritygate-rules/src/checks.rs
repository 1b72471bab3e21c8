//! Which results of a check are about an artifact, and count.

use paritygate_eval::Scope;
use paritygate_model::promotion::{Artifact, CheckFact, commit, digest};

/// Whether it went well.
pub(crate) fn is_good(check: &CheckFact) -> bool {
    check.status.is_good()
}

/// Whether a result counts. Good news have to be believed, and to have happened; bad news count from anywhere.
pub(crate) fn counts(scope: &Scope<'_>, check: &CheckFact) -> bool {
    let has_happened = || check.finished_at.is_none_or(|at| scope.has_happened(at));
    !is_good(check) || (scope.accepts(&check.origin) && has_happened())
}

/// The results of a name that are about an artifact, newest first, of those that ran `here`. A bad one that does not say of
/// what it is may be of this, and makes a good one doubtful.
pub(crate) fn about<'a, 's>(
    scope: &'s Scope<'a>,
    name: &'s str,
    artifact: &'s Artifact,
    here: impl Fn(&CheckFact) -> bool + Copy,
) -> impl Iterator<Item = &'a CheckFact> {
    let request = scope.request;
    let all = move || request.checks(name).filter(move |check| here(check));
    let is_known = all().any(|check| is_of(scope, check, artifact) == Some(true));
    all().filter(move |check| is_of(scope, check, artifact).unwrap_or_else(|| !is_good(check) && is_known))
}

/// Whether a result is of an artifact; `None` where it does not say. What the artifact was built from does not tell where a
/// deployment of its digest says otherwise.
pub(crate) fn is_of(scope: &Scope<'_>, check: &CheckFact, artifact: &Artifact) -> Option<bool> {
    let by_digest = check.digest.as_deref().and_then(|own| {
        let same = artifact.digests().filter_map(|digest| digest::same(digest, own));
        same.reduce(|a, b| a || b)
    });
    let by_commit = || {
        let built = scope.built_from(artifact)?;
        commit::same(check.commit.as_ref()?, built)
    };
    by_digest.or_else(by_commit)
}
