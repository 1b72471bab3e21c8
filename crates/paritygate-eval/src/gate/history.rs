//! What is known of the deployments to environments, whatever they deployed.

use std::collections::BTreeMap;

use paritygate_model::Timestamp;
use paritygate_model::promotion::{DeploymentFact, DeploymentResult, Instant};
use paritygate_model::suggest;

use super::{Judgement, Scope};

/// One deployment of one component: all facts about it, newest first.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The facts; there is at least one.
    pub facts: Vec<&'a DeploymentFact>,
}

/// What makes two facts be about one deployment: its name, else when it began and what it deployed.
type Key<'a> = (&'a str, Option<&'a str>, Option<(Option<Instant>, Option<&'a str>)>);

fn key(fact: &DeploymentFact) -> Key<'_> {
    let unnamed = || (fact.started_at, fact.digest.as_deref());
    let other = fact.id.is_none().then(unnamed);
    (&fact.component, fact.id.as_deref(), other)
}

impl<'a> Run<'a> {
    /// When it began, as late as that may be: else when it ended. `None` where neither is known.
    pub fn started(&self) -> Option<Timestamp> {
        let at = |fact: &&DeploymentFact| fact.started_at.or(fact.finished_at);
        self.facts.iter().filter_map(at).map(|at| at.0).max()
    }

    /// The fact that it has not ended, unless one from an accepted source says that it has.
    pub fn running(&self, scope: &Scope<'_>) -> Option<&'a DeploymentFact> {
        let has_ended = |fact: &&DeploymentFact| {
            let happened = fact.when().is_none_or(|at| scope.has_happened(at));
            fact.result != DeploymentResult::Running && happened && scope.accepts(&fact.origin)
        };
        if self.facts.iter().any(has_ended) {
            return None;
        }
        self.facts.iter().copied().find(|fact| fact.result == DeploymentResult::Running)
    }

    /// The fact that it went well, wherever that is from.
    pub fn succeeded(&self) -> Option<&'a DeploymentFact> {
        self.facts.iter().copied().find(|fact| fact.result == DeploymentResult::Succeeded)
    }
}

impl<'a> Scope<'a> {
    /// All deployments to an environment, newest first, wherever it is known from.
    pub fn runs(&self, environment: &str) -> Vec<Run<'a>> {
        let (mut places, mut runs): (BTreeMap<Key<'a>, usize>, Vec<Run<'a>>) = (BTreeMap::new(), Vec::new());
        let request = self.request;
        for fact in request.deployments(environment) {
            let place = *places.entry(key(fact)).or_insert(runs.len());
            match runs.get_mut(place) {
                Some(run) => run.facts.push(fact),
                None => runs.push(Run { facts: vec![fact] }),
            }
        }
        runs
    }

    /// That nothing is known of the deployments to one of these environments. A list of deployments vouches for itself
    /// only where its source is accepted: who leaves some out could pass.
    pub fn lacks_history(&self, environments: &[&str]) -> Option<Judgement> {
        let known = |name: &&&str| self.request.deployments(name).any(|fact| self.accepts(&fact.origin));
        let unknown: Vec<&str> = environments.iter().filter(|name| !known(name)).copied().collect();
        if unknown.is_empty() {
            return None;
        }
        let message = format!("no deployments to {} are known", suggest::quoted(&unknown));
        let mut judgement = Judgement::unknown(message).help(
            "hand in the deployments, with `--facts`; where there never was one, give the gate `history: ifKnown`",
        );
        if let Some(fact) = unknown.iter().find_map(|name| self.request.deployments(name).next()) {
            let source = fact.origin.source.word();
            judgement = judgement
                .note(format!("some are {source}, which this gate does not accept as a whole list"))
                .fact("not accepted", &fact.origin);
        }
        Some(judgement)
    }
}
