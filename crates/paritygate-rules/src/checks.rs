//! Of what a result of a check is.

use paritygate_eval::Scope;
use paritygate_model::promotion::{Artifact, CheckFact, commit, digest};

/// Whether a result is of an artifact; `None` where it does not say. What the artifact was built from does not tell where a
/// deployment of its digest says otherwise.
pub(crate) fn is_of(scope: &Scope<'_>, check: &CheckFact, artifact: &Artifact) -> Option<bool> {
    let by_digest = check.digest.as_deref().and_then(|own| {
        let same = artifact.digests().filter_map(|digest| digest::same(digest, own));
        same.reduce(|a, b| a || b)
    });
    let by_commit = || {
        let built = artifact.source.as_ref().filter(|_| scope.contradicts(artifact).is_none())?.commit.as_ref()?;
        commit::same(check.commit.as_ref()?, built)
    };
    by_digest.or_else(by_commit)
}
