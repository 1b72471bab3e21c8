//! Empty texts say nothing: two builds without a name are not the same build.

use super::{Artifact, Facts, Promotion};

impl Promotion {
    /// Takes optional texts that are empty for absent, and a ticket without a name for none.
    pub fn drop_blanks(&mut self) {
        let Self { artifacts, facts, .. } = self;
        let texts = artifacts.iter_mut().flat_map(of_artifact).chain(of_facts(facts));
        for text in texts.filter(|text| text.as_ref().is_some_and(|text| text.trim().is_empty())) {
            *text = None;
        }
        if facts.change_ticket.as_ref().is_some_and(|ticket| ticket.id.trim().is_empty()) {
            facts.change_ticket = None;
        }
    }
}

fn of_artifact(artifact: &mut Artifact) -> impl Iterator<Item = &mut Option<String>> {
    let Artifact { digest, index_digest, tag, version, version_scheme, reference, build_id, source, .. } = artifact;
    let source = source.iter_mut().flat_map(|source| [&mut source.repo, &mut source.commit, &mut source.git_ref]);
    [digest, index_digest, tag, version, version_scheme, reference, build_id].into_iter().chain(source)
}

fn of_facts(facts: &mut Facts) -> impl Iterator<Item = &mut Option<String>> {
    let approvals = facts.approvals.iter_mut().flat_map(|it| [&mut it.digest, &mut it.environment]);
    let checks = facts.checks.iter_mut().flat_map(|it| [&mut it.environment, &mut it.digest, &mut it.commit]);
    let metrics = facts.metrics.iter_mut().flat_map(|it| [&mut it.environment, &mut it.unit]);
    let attestations = facts.attestations.iter_mut().flat_map(|it| {
        let of = [&mut it.builder_id, &mut it.source_repo, &mut it.source_ref];
        of.into_iter().chain([&mut it.predicate_type, &mut it.subject_digest, &mut it.build_id])
    });
    let deployments = facts.deployments.iter_mut().flat_map(|it| {
        let what = [&mut it.digest, &mut it.index_digest, &mut it.tag, &mut it.version];
        what.into_iter().chain([&mut it.build_id, &mut it.commit, &mut it.by, &mut it.id])
    });
    let change = facts.change.iter_mut().flat_map(|it| &mut it.pull_requests);
    let change =
        change.flat_map(|it| [&mut it.merged_by, &mut it.merge_commit, &mut it.reviewed_commit, &mut it.head_commit]);
    let glass = facts.break_glass.iter_mut().map(|it| &mut it.incident);
    approvals.chain(checks).chain(metrics).chain(attestations).chain(deployments).chain(change).chain(glass)
}
