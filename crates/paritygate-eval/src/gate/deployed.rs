//! What runs in an environment, as far as deployments tell.

use std::ptr;

use paritygate_model::promotion::{Artifact, DeploymentFact, DeploymentResult, digest};
use paritygate_model::{SortedSet, limits};

use super::Scope;

impl<'a> Scope<'a> {
    /// The newest deployment to an environment that counts for an artifact. One of it that went well counts only if its
    /// source is accepted and it has happened; whatever speaks against it counts wherever it is from, also that another
    /// digest went well.
    pub fn latest(&self, environment: &str, artifact: &Artifact) -> Option<&'a DeploymentFact> {
        self.counting(environment, artifact).next()
    }

    /// The newest deployment to an environment that went well and counts for an artifact, likewise.
    pub fn current_of(&self, environment: &str, artifact: &Artifact) -> Option<&'a DeploymentFact> {
        standing(*self, self.counting(environment, artifact)).next()
    }

    fn counting<'s>(
        &self,
        environment: &'s str,
        artifact: &'s Artifact,
    ) -> impl Iterator<Item = &'a DeploymentFact> + use<'a, 's> {
        let good = move |fact: &DeploymentFact| Self::is_of(fact, artifact) != Some(false);
        self.believed(environment, &artifact.component, good)
    }

    /// The deployments of a component, newest first, without those that went well, are good news, and don't count: their
    /// source is not accepted, or they have not happened.
    fn believed<'s, F: Fn(&DeploymentFact) -> bool + 's>(
        &self,
        environment: &'s str,
        component: &'s str,
        is_good_news: F,
    ) -> impl Iterator<Item = &'a DeploymentFact> + use<'a, 's, F> {
        let scope = *self;
        let mut running: Vec<*const DeploymentFact> =
            self.running(environment).into_iter().map(ptr::from_ref).collect();
        running.sort_unstable();
        self.request.deployments(environment).filter(move |fact| {
            let of = fact.component == component || fact.component.is_empty();
            let good = fact.result == DeploymentResult::Succeeded && is_good_news(fact);
            // That one runs is told until another fact tells its end.
            let is_told =
                fact.result != DeploymentResult::Running || running.binary_search(&ptr::from_ref(*fact)).is_ok();
            of && is_told
                && (!good || (scope.accepts(&fact.origin) && fact.when().is_none_or(|at| scope.has_happened(at))))
        })
    }

    /// The deployments of a component to an environment that count, newest first.
    pub fn deployments<'s>(
        &self,
        environment: &'s str,
        component: &'s str,
    ) -> impl Iterator<Item = &'a DeploymentFact> + use<'a, 's> {
        self.believed(environment, component, |_| true)
    }

    /// The newest deployment of a component to an environment that went well: what runs there.
    pub fn current(&self, environment: &str, component: &str) -> Option<&'a DeploymentFact> {
        self.standing(environment, component).next()
    }

    /// The deployments of a component to an environment that went well and were not rolled back, newest first.
    pub fn standing<'s>(
        &self,
        environment: &'s str,
        component: &'s str,
    ) -> impl Iterator<Item = &'a DeploymentFact> + use<'a, 's> {
        standing(*self, self.deployments(environment, component))
    }

    /// Whether a deployment there was passed over only because its source is not accepted.
    pub fn has_unaccepted(&self, environment: &str, component: &str) -> Option<&'a DeploymentFact> {
        self.request.deployments(environment).find(|fact| {
            (fact.component == component || fact.component.is_empty())
                && fact.result == DeploymentResult::Succeeded
                && !self.accepts(&fact.origin)
        })
    }

    /// Whether a deployment is of an artifact: by platform digest, else by index digest. `None` where neither is known
    /// on both sides, by the same algorithm.
    pub fn is_of(fact: &DeploymentFact, artifact: &Artifact) -> Option<bool> {
        let both = |a: &Option<String>, b: &Option<String>| digest::same(a.as_deref()?, b.as_deref()?);
        both(&fact.digest, &artifact.digest).or_else(|| both(&fact.index_digest, &artifact.index_digest))
    }
}

/// Of deployments, newest first, those that went well; without those that were rolled back later. It ends where a fact that
/// is not believed, or that may be about another deployment, says that one was, and where too many say so: what ran before is
/// then not known to run.
fn standing<'a>(
    scope: Scope<'a>,
    facts: impl Iterator<Item = &'a DeploymentFact>,
) -> impl Iterator<Item = &'a DeploymentFact> {
    let mut taken_back: Vec<&DeploymentFact> = Vec::new();
    // Their names, of which none is `None`: two that have names are compared by those alone.
    let mut names: SortedSet<Option<&str>> = SortedSet::new();
    let (mut is_over, mut steps) = (false, 0);
    facts.filter(move |fact| match fact.result {
        _ if is_over => false,
        DeploymentResult::RolledBack => {
            taken_back.push(fact);
            names.insert(fact.id.as_deref());
            false
        }
        DeploymentResult::Succeeded => {
            let name = fact.id.as_deref();
            if name.is_some() && !names.contains(&name) && !names.contains(&None) {
                return true;
            }
            let mut taken = taken_back.iter().map(|back| takes_back(back, fact)).enumerate();
            let taken = taken.find(|(_, taken)| *taken != Some(false));
            steps += taken.map_or(taken_back.len(), |(at, _)| at);
            is_over = steps > limits::MAX_ROLLBACK_STEPS;
            let Some((at, is_certain)) = taken else { return !is_over };
            let back = taken_back.remove(at);
            is_over |= is_certain.is_none() || !scope.accepts(&back.origin);
            false
        }
        _ => false,
    })
}

/// Whether what was rolled back is a deployment: the one of its name, else of its digest that began when it did. `None` where
/// it may be.
fn takes_back(back: &DeploymentFact, fact: &DeploymentFact) -> Option<bool> {
    if let (Some(id), Some(own)) = (&back.id, &fact.id) {
        return Some(id == own);
    }
    let digests = back.digest.as_deref().zip(fact.digest.as_deref()).and_then(|(back, own)| digest::same(back, own));
    let differs = |back: &Option<String>, own: &Option<String>| back.is_some() && own.is_some() && back != own;
    let is_other = digests.is_none() && (differs(&back.version, &fact.version) || differs(&back.tag, &fact.tag));
    if digests == Some(false) || is_other {
        return Some(false);
    }
    (digests == Some(true) && back.started_at.is_some() && back.started_at == fact.started_at).then_some(true)
}
