//! What is known of the deployments to environments, whatever they deployed.

use paritygate_model::promotion::{DeploymentFact, DeploymentResult, Instant, digest};
use paritygate_model::{SortedMap, Timestamp, limits, suggest};

use super::{Judgement, Scope};

/// One deployment of one component: all facts about it, newest first.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The facts; there is at least one.
    pub facts: Vec<&'a DeploymentFact>,
}

/// What makes two facts of one digest be about one deployment: its name, else when it began. One without either is about
/// none that others are about.
type Key<'a> = (&'a str, Option<&'a str>, Option<Instant>);

fn key(fact: &DeploymentFact) -> Option<Key<'_>> {
    let began = fact.started_at;
    match fact.id.as_deref() {
        Some(id) => Some((&fact.component, Some(id), None)),
        None => Some((&fact.component, None, Some(began?))),
    }
}

/// Whether an accepted source says that a deployment has ended.
fn has_ended(fact: &DeploymentFact, scope: &Scope<'_>) -> bool {
    let happened = || fact.when().is_none_or(|at| scope.has_happened(at));
    fact.result != DeploymentResult::Running && scope.accepts(&fact.origin) && happened()
}

/// Whether a fact of the same name tells the end of a deployment that runs: it began at no other time, did not end before
/// that, and is of no other digest.
fn is_end_of(end: &DeploymentFact, running: &DeploymentFact) -> bool {
    let no_other =
        |began: Instant| end.started_at.is_none_or(|at| at == began) && end.when().is_none_or(|at| at >= began);
    running.started_at.is_none_or(no_other) && !is_of_another(end, running)
}

/// Whether two facts are certainly of two digests.
fn is_of_another(a: &DeploymentFact, b: &DeploymentFact) -> bool {
    a.digest.as_deref().zip(b.digest.as_deref()).is_some_and(|(a, b)| digest::same(a, b) == Some(false))
}

impl<'a> Run<'a> {
    /// When it began, as late as that may be: else when it ended. `None` where neither is known.
    pub fn started(&self) -> Option<Timestamp> {
        let at = |fact: &&DeploymentFact| fact.started_at.or(fact.finished_at);
        self.facts.iter().filter_map(at).map(|at| at.0).max()
    }

    /// The fact that it has not ended, unless one from an accepted source says that it has.
    pub fn running(&self, scope: &Scope<'_>) -> Option<&'a DeploymentFact> {
        let ended = self.facts.iter().any(|fact| has_ended(fact, scope));
        self.facts.iter().copied().find(|fact| !ended && fact.result == DeploymentResult::Running)
    }

    /// The fact that it went well, wherever that is from.
    pub fn succeeded(&self) -> Option<&'a DeploymentFact> {
        self.facts.iter().copied().find(|fact| fact.result == DeploymentResult::Succeeded)
    }
}

impl<'a> Scope<'a> {
    /// The deployments to an environment that began after an instant, newest first, wherever they are known from.
    pub fn runs(&self, environment: &str, after: Timestamp) -> Vec<Run<'a>> {
        let (mut places, mut runs): (SortedMap<Key<'a>, Vec<usize>>, Vec<Run<'a>>) = (SortedMap::new(), Vec::new());
        let request = self.request;
        let began = |fact: &&DeploymentFact| fact.started_at.or(fact.finished_at).is_none_or(|at| at.0 > after);
        // What has not ended stands first, and what ended is in the order of its ends.
        let may_be = |fact: &&DeploymentFact| {
            fact.result == DeploymentResult::Running || fact.when().is_none_or(|at| at.0 > after)
        };
        for fact in request.deployments(environment).take_while(may_be).filter(began) {
            // Of one name, or of one beginning, and of two digests are two.
            let is_other = |run: &Run<'_>| run.facts.iter().any(|known| is_of_another(known, fact));
            let alike = key(fact).map(|key| places.entry(key).or_default());
            let known = alike.iter().flat_map(|alike| alike.iter().copied());
            let known = known.take(limits::MAX_NAMESAKES).find(|at| runs.get(*at).is_some_and(|run| !is_other(run)));
            if let Some(run) = known.and_then(|at| runs.get_mut(at)) {
                run.facts.push(fact);
                continue;
            }
            if let Some(alike) = alike {
                alike.push(runs.len());
            }
            runs.push(Run { facts: vec![fact] });
        }
        runs
    }

    /// The deployments to an environment that end in the future by their own times, newest first.
    pub fn ending<'s>(&self, environment: &'s str) -> impl Iterator<Item = &'a DeploymentFact> + use<'a, 's> {
        let scope = *self;
        let finished = self.request.deployments(environment).filter(|fact| fact.result != DeploymentResult::Running);
        let ahead = move |fact: &&DeploymentFact| fact.when().is_none_or(|at| !scope.has_happened(at));
        finished.take_while(ahead).filter(|fact| fact.when().is_some())
    }

    /// The deployments to an environment that have not ended, newest first: unless an accepted source says of the same
    /// one that it has.
    pub fn running(&self, environment: &str) -> Vec<&'a DeploymentFact> {
        let request = self.request;
        let mut running: Vec<&'a DeploymentFact> = request.unfinished(environment).collect();
        if !running.is_empty() {
            let mut ended: SortedMap<Key<'a>, Vec<&DeploymentFact>> = SortedMap::new();
            for fact in request.deployments(environment).filter(|fact| has_ended(fact, self)) {
                if let Some(key) = key(fact) {
                    ended.entry(key).or_default().push(fact);
                }
            }
            let has_ended = |fact: &DeploymentFact| {
                let known = key(fact).and_then(|key| ended.get(&key));
                known.is_some_and(|ends| ends.iter().any(|end| is_end_of(end, fact)))
            };
            running.retain(|fact| !has_ended(fact));
        }
        running
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
