//! A promotion, indexed for gates: newest facts first.

use paritygate_model::promotion::person::{self, Form};
use paritygate_model::promotion::{
    Approval, ApprovalState, Artifact, BreakGlass, Change, ChangeTicket, CheckFact, DeploymentFact, DeploymentResult,
    FactSource, Facts, Freeze, Health, HealthStatus, Instant, Origin, Promotion, TicketState, commit,
};
use paritygate_model::{Diagnostic, Level, Location, SortedMap, SortedSet, Source, Span, limits};

use super::Scope;
use crate::schedule::{Interval, zone};
use crate::zones::{Zone, Zones};

/// A promotion with its facts in order.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What is asked.
    pub promotion: Promotion,
    /// The deployments of each environment, newest first; those without a time come before all others, since they might be.
    deployments: SortedMap<String, Vec<u32>>,
    /// Those of them that are said to run, likewise.
    unfinished: SortedMap<String, Vec<u32>>,
    /// The checks of each name, newest first, likewise.
    checks: SortedMap<String, Vec<u32>>,
    /// The freezes as instants, each with its zone and its place among the facts.
    freezes: Vec<(Interval, Zone, usize)>,
    /// The names of environments in the facts.
    names: SortedSet<String>,
    /// The words by which somebody took back a yes that they never gave, each with how they are named; of those about the same
    /// the newest.
    taken_back: Vec<(Form, u32)>,
    /// By artifact: the place of a deployment of its digest that was built from another commit than the request says.
    contradictions: SortedMap<usize, usize>,
}

impl Request {
    /// Puts the facts of a promotion, and those that stand beside it, in order.
    pub fn new(mut promotion: Promotion, beside: Vec<Facts>, zones: &Zones) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        // What other systems say is joined first, so that no order of texts and no word of the request comes between.
        let mut imported = Facts::default();
        let asked = promotion.facts.change_ticket.as_ref().filter(|asked| !asked.id.trim().is_empty());
        for mut facts in beside {
            // An approved ticket of another change says nothing of this one.
            if let Some(asked) = asked
                && let Some(other) = facts.change_ticket.take_if(|ticket| ticket.id != asked.id)
            {
                let message = format!(
                    "the request names the ticket `{}`: what is said of `{}` is passed over",
                    asked.id, other.id
                );
                let help = format!("hand in what is known of `{}`", asked.id);
                let wrong = Diagnostic::nowhere("another-ticket", message).help(help);
                diagnostics.push(contradictory(wrong, &asked.origin, &other.origin));
            }
            merge(&mut imported, facts, &mut diagnostics);
        }
        merge(&mut promotion.facts, imported, &mut diagnostics);
        promotion.drop_blanks();
        untangle(&mut promotion.facts.deployments, &mut diagnostics);
        let mut request = Self { promotion, ..Self::default() };
        let facts = &request.promotion.facts;
        if let Some(message) = too_many(facts, request.promotion.artifacts.len()) {
            let wrong = Diagnostic::nowhere("too-many-facts", message).help("hand in those of the last months only");
            diagnostics.push(wrong);
            return (request, diagnostics);
        }
        // What ended last runs, whenever it began; what has not ended may yet take the place of anything.
        request.deployments = index(
            &facts.deployments,
            |fact| &fact.environment,
            |fact| {
                let is_open = fact.result == DeploymentResult::Running;
                (is_open, newest(fact.when()), standing(fact, &request.promotion.artifacts))
            },
        );
        let runs = |place: &&u32| {
            let fact = facts.deployments.get(**place as usize);
            fact.is_some_and(|fact| fact.result == DeploymentResult::Running)
        };
        let unfinished = |places: &[u32]| places.iter().filter(runs).copied().collect();
        request.unfinished = request.deployments.iter().map(|(name, all)| (name.clone(), unfinished(all))).collect();
        request.checks =
            index(&facts.checks, |fact| &fact.name, |fact| (newest(fact.finished_at), !fact.status.is_good()));
        request.freezes = freezes(&facts.freezes, zones, &mut diagnostics);
        request.contradictions = contradictions(&request.promotion);
        request.taken_back = taken_back(&facts.approvals);
        let names: SortedSet<&str> = crate::names::named(&request).map(|named| named.name).collect();
        request.names = names.into_iter().map(str::to_owned).collect();
        (request, diagnostics)
    }

    /// The deployments to an environment, newest first.
    pub fn deployments(&self, environment: &str) -> impl Iterator<Item = &DeploymentFact> {
        self.at(&self.deployments, environment)
    }

    /// The deployments to an environment that are said to run, newest first.
    pub fn unfinished(&self, environment: &str) -> impl Iterator<Item = &DeploymentFact> {
        self.at(&self.unfinished, environment)
    }

    fn at(
        &self,
        deployments: &SortedMap<String, Vec<u32>>,
        environment: &str,
    ) -> impl Iterator<Item = &DeploymentFact> {
        let places = deployments.get(environment).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.promotion.facts.deployments.get(*at as usize))
    }

    /// The environments to which something was deployed, each with its newest deployment.
    pub fn deployed(&self) -> impl Iterator<Item = (&str, &DeploymentFact)> {
        let facts = &self.promotion.facts.deployments;
        let newest = |places: &Vec<u32>| facts.get(*places.first()? as usize);
        self.deployments.iter().filter_map(move |(name, places)| Some((name.as_str(), newest(places)?)))
    }

    /// The words by which somebody took back a yes that they never gave, each with how they are named.
    pub fn taken_back(&self) -> impl Iterator<Item = (Form, &Approval)> {
        let approvals = &self.promotion.facts.approvals;
        self.taken_back.iter().filter_map(|(form, place)| Some((*form, approvals.get(*place as usize)?)))
    }

    /// The checks of a name, newest first.
    pub fn checks(&self, name: &str) -> impl Iterator<Item = &CheckFact> {
        let places = self.checks.get(name).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.promotion.facts.checks.get(*at as usize))
    }

    /// The health of an environment, newest first.
    pub fn health(&self, environment: &str) -> Vec<&Health> {
        let of = |health: &&Health| health.environment == environment;
        let mut found: Vec<&Health> = self.promotion.facts.health.iter().filter(of).collect();
        found.sort_by_key(|health| std::cmp::Reverse(recency(health.since, health.status != HealthStatus::Healthy)));
        found
    }

    /// The names of environments in the facts, each once.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// A deployment of an artifact's digest that was built from another commit than the request says.
    pub fn contradiction(&self, artifact: usize) -> Option<&DeploymentFact> {
        self.promotion.facts.deployments.get(*self.contradictions.get(&artifact)?)
    }

    /// The freezes as instants, each with its zone and the fact.
    pub fn freezes(&self) -> impl Iterator<Item = (Interval, &Zone, &Freeze)> {
        let facts = &self.promotion.facts.freezes;
        self.freezes.iter().filter_map(|(interval, zone, at)| Some((*interval, zone, facts.get(*at)?)))
    }
}

/// Why there are more facts than can be judged, where that is so.
fn too_many(facts: &Facts, artifacts: usize) -> Option<String> {
    let counts = [
        artifacts,
        facts.approvals.len(),
        facts.checks.len(),
        facts.metrics.len(),
        facts.attestations.len(),
        facts.deployments.len(),
        facts.health.len(),
        facts.freezes.len(),
        facts.incidents.len(),
        facts.parity.len(),
        facts.protections.len(),
    ];
    let count: usize = counts.iter().sum();
    let (limit, pairs) = (limits::MAX_FACTS, limits::MAX_FACT_PAIRS);
    let several = || format!("{count} facts of {artifacts} artifacts are more than the limit of {pairs} pairs of them");
    let beyond = (count.saturating_mul(artifacts) > pairs).then(several);
    if count > limit { Some(format!("{count} facts are more than the limit of {limit}")) } else { beyond }
}

/// The place of a fact among those of which the newest counts: what is bad gives way only to what is certainly newer.
pub fn recency(at: Option<Instant>, is_bad: bool) -> impl Ord {
    (is_bad && at.is_none(), at, is_bad)
}

/// Takes the times from deployments that ended before they began: neither is known.
fn untangle(deployments: &mut [DeploymentFact], diagnostics: &mut Vec<Diagnostic>) {
    for fact in deployments {
        let is_tangled = fact.started_at.zip(fact.finished_at).is_some_and(|(start, end)| end < start);
        if !is_tangled {
            continue;
        }
        (fact.started_at, fact.finished_at) = (None, None);
        let message =
            format!("a deployment to `{}` ended before it began: its times count as not known", fact.environment);
        let mut wrong = Diagnostic::nowhere("fact-instant", message).help("correct `startedAt` or `finishedAt`");
        (wrong.level, wrong.location) = (Level::Warning, fact.origin.at.clone());
        diagnostics.push(wrong);
    }
}

fn contradictions(promotion: &Promotion) -> SortedMap<usize, usize> {
    let mut found = SortedMap::new();
    for (artifact, place) in promotion.artifacts.iter().zip(0..) {
        let Some(built) = artifact.source.as_ref().and_then(|source| source.commit.as_deref()) else { continue };
        let other = promotion.facts.deployments.iter().position(|fact| {
            let commit = || fact.commit.as_deref().and_then(|commit| commit::same(commit, built));
            Scope::is_of(fact, artifact) == Some(true) && commit() == Some(false)
        });
        found.extend(other.map(|other| (place, other)));
    }
    found
}

/// What a word is about: how who says it is named, the environment and the digest.
type About<'a> = (Form, Option<&'a str>, Option<&'a str>);

fn taken_back(approvals: &[Approval]) -> Vec<(Form, u32)> {
    let mut found: SortedMap<About<'_>, (_, u32)> = SortedMap::new();
    if approvals.iter().any(|word| word.state == ApprovalState::Withdrawn) {
        let gave = approvals.iter().filter(|word| word.state == ApprovalState::Approved);
        let gave: SortedSet<String> = gave.map(|word| person::key(&word.by)).collect();
        for (word, place) in approvals.iter().zip(0..) {
            if word.state == ApprovalState::Withdrawn && !gave.contains(&person::key(&word.by)) {
                let about = (Form::of(&word.by), word.environment.as_deref(), word.digest.as_deref());
                let known = found.entry(about).or_insert((newest(word.at), place));
                *known = (*known).max((newest(word.at), place));
            }
        }
    }
    found.into_iter().map(|((form, ..), (_, place))| (form, place)).collect()
}

/// A fact without a time might be the newest.
fn newest(at: Option<Instant>) -> (bool, Option<Instant>) {
    (at.is_none(), at)
}

/// How much a deployment speaks against a promotion, beside others of the same instant: of two that went well it is not
/// known which runs, and it may be the one that is not promoted.
fn standing(fact: &DeploymentFact, artifacts: &[Artifact]) -> u8 {
    let is_promoted = |artifact: &Artifact| {
        let built = artifact.build_id.as_ref().zip(fact.build_id.as_ref());
        Scope::is_of(fact, artifact) == Some(true) && built.is_none_or(|(own, other)| own == other)
    };
    match fact.result {
        DeploymentResult::Succeeded if artifacts.iter().any(is_promoted) => 0,
        DeploymentResult::Succeeded => 1,
        _ => 2,
    }
}

/// The places of facts by a name, newest first. `recency` says when each was, and how much it speaks against a promotion.
fn index<T, R: Ord>(
    facts: &[T],
    name: impl Fn(&T) -> &String,
    recency: impl Fn(&T) -> R,
) -> SortedMap<String, Vec<u32>> {
    let mut by: SortedMap<String, Vec<u32>> = SortedMap::new();
    for (place, fact) in facts.iter().enumerate() {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        match by.get_mut(name(fact)) {
            Some(places) => places.push(place),
            None => {
                by.insert(name(fact).clone(), vec![place]);
            }
        }
    }
    for places in by.values_mut() {
        // Of two at the same instant the worse one counts as newer, and then the one that is written later.
        places.sort_by_cached_key(|place| std::cmp::Reverse((facts.get(*place as usize).map(&recency), *place)));
    }
    by
}

fn merge(facts: &mut Facts, more: Facts, diagnostics: &mut Vec<Diagnostic>) {
    facts.approvals.extend(more.approvals);
    facts.checks.extend(more.checks);
    facts.metrics.extend(more.metrics);
    facts.attestations.extend(more.attestations);
    facts.deployments.extend(more.deployments);
    facts.health.extend(more.health);
    facts.freezes.extend(more.freezes);
    facts.incidents.extend(more.incidents);
    facts.parity.extend(more.parity);
    facts.protections.extend(more.protections);
    facts.change = match (facts.change.take(), more.change) {
        (Some(own), Some(more)) => Some(merged(own, more)),
        (own, more) => own.or(more),
    };
    // What another system says of the ticket or an emergency stands in for what the request says of it.
    facts.change_ticket = match (facts.change_ticket.take(), more.change_ticket) {
        (Some(own), Some(more)) if own.origin.source == FactSource::Imported && !is_same(&own, &more) => {
            let message = format!(
                "two texts say different things of the ticket of the change (`{}`, `{}`): it counts as a draft",
                own.id, more.id
            );
            let wrong = Diagnostic::nowhere("several-tickets", message).help("hand in the one that is about it");
            diagnostics.push(contradictory(wrong, &own.origin, &more.origin));
            // Neither counts: a ticket without a state is a draft.
            Some(ChangeTicket { state: TicketState::default(), ..more })
        }
        (Some(own), Some(_)) if own.origin.source == FactSource::Asserted && own.state.speaks_against() => Some(own),
        (own, more) => more.or(own),
    };
    facts.break_glass = match (facts.break_glass.take(), more.break_glass) {
        (Some(own), Some(more)) if own.origin.source == FactSource::Imported && !is_same_glass(&own, &more) => {
            let message = "two texts say different things of how the glass is broken: neither counts";
            let wrong = Diagnostic::nowhere("several-emergencies", message).help("hand in the one that holds");
            diagnostics.push(contradictory(wrong, &own.origin, &more.origin));
            None
        }
        (own, more) => more.or(own),
    };
}

/// A warning of two texts that say different things, at the places of both.
fn contradictory(mut wrong: Diagnostic, one: &Origin, other: &Origin) -> Diagnostic {
    (wrong.level, wrong.location) = (Level::Warning, other.at.clone());
    match &one.at {
        Some(at) => wrong.related(at.clone(), "the other one"),
        None => wrong,
    }
}

fn is_same_glass(a: &BreakGlass, b: &BreakGlass) -> bool {
    let when = |it: &BreakGlass| (it.at, it.expires_at);
    when(a) == when(b)
        && (&a.by, &a.co_approvers) == (&b.by, &b.co_approvers)
        && (&a.rules, &a.incident, &a.reason) == (&b.rules, &b.incident, &b.reason)
}

fn is_same(a: &ChangeTicket, b: &ChangeTicket) -> bool {
    let what = |it: &ChangeTicket| (it.state, it.planned_start, it.planned_end);
    a.id == b.id && a.system == b.system && what(a) == what(b) && a.environments == b.environments
}

/// What another system says of a change stands in for what the request says, field by field: what it is silent about stays
/// the request's word, and so does the whole. Who had a hand in it by any word had one, and what several texts of other
/// systems say is all true.
fn merged(own: Change, more: Change) -> Change {
    fn list<T>(own: Vec<T>, more: Vec<T>, both: bool) -> (Vec<T>, bool) {
        match (more.is_empty(), both) {
            (true, _) => (own, false),
            (false, false) => (more, true),
            (false, true) => (own.into_iter().chain(more).collect(), true),
        }
    }
    fn people(own: Vec<String>, more: Vec<String>) -> Vec<String> {
        let known: SortedSet<&String> = own.iter().collect();
        let fresh: Vec<String> = more.into_iter().filter(|person| !known.contains(person)).collect();
        own.into_iter().chain(fresh).collect()
    }
    let both = own.origin.source == FactSource::Imported && more.origin.source == FactSource::Imported;
    let worse =
        |own: Option<bool>, more: Option<bool>| own.zip(more).map_or(more.or(own), |(own, more)| Some(own && more));
    let kept = |own: bool, more: bool| own && !more;
    let mut mixed = kept(!own.authors.is_empty(), !more.authors.is_empty())
        || kept(!own.committers.is_empty(), !more.committers.is_empty())
        || kept(own.commits.is_some(), more.commits.is_some())
        || kept(own.contains_current.is_some(), more.contains_current.is_some())
        || kept(own.signed.is_some(), more.signed.is_some())
        || kept(!own.branch_contains.is_empty(), !more.branch_contains.is_empty());
    let (pull_requests, is_more) = list(own.pull_requests, more.pull_requests, both);
    mixed |= !is_more && !pull_requests.is_empty();
    let source = if mixed { own.origin.source.min(more.origin.source) } else { more.origin.source };
    Change {
        authors: people(own.authors, more.authors),
        committers: people(own.committers, more.committers),
        pull_requests,
        // Of two the worse counts: what speaks against a promotion does so wherever it is from.
        commits: more.commits.max(own.commits),
        contains_current: worse(own.contains_current, more.contains_current),
        branch_contains: list(own.branch_contains, more.branch_contains, both).0,
        signed: worse(own.signed, more.signed),
        claimed: None,
        origin: Origin { source, at: more.origin.at.or(own.origin.at) },
    }
}

fn freezes(facts: &[Freeze], zones: &Zones, diagnostics: &mut Vec<Diagnostic>) -> Vec<(Interval, Zone, usize)> {
    let (mut found, mut known_zones) = (Vec::new(), Vec::new());
    for (place, freeze) in facts.iter().enumerate() {
        let at = freeze.origin.at.clone();
        let at = at.unwrap_or_else(|| Location::new(&Source::new("request", ""), Span::default()));
        let (Some(start), Some(end)) = (freeze.start, freeze.end) else {
            let message = format!("the freeze `{}` needs a `start` and an `end`", freeze.id);
            diagnostics.push(Diagnostic::error("missing-field", at, message).help("write both as 2026-11-26T00:00"));
            continue;
        };
        let Some(name) = &freeze.timezone else {
            let message = format!("the freeze `{}` needs a `timezone`", freeze.id);
            let help = "name the zone on whose clocks it starts and ends, such as `America/New_York`";
            diagnostics.push(Diagnostic::error("missing-field", at, message).help(help));
            continue;
        };
        if start.0 >= end.0 {
            let message = format!("the freeze `{}` ends before it starts", freeze.id);
            diagnostics.push(Diagnostic::error("empty-window", at, message).help("exchange `start` and `end`"));
            continue;
        }
        let known = known_zones.iter().find(|zone: &&Zone| **zone.name() == **name).cloned();
        match known.map_or_else(|| zone(zones, name, at), Ok) {
            Ok(zone) => {
                // Where no clock shows any of it, there is nothing to freeze.
                if let Some(interval) = Interval::between(&zone, start.0, end.0) {
                    found.push((interval, zone.clone(), place));
                }
                if known_zones.iter().all(|known| known.name() != zone.name()) {
                    known_zones.push(zone);
                }
            }
            Err(wrong) => diagnostics.push(wrong),
        }
    }
    found.sort_by_key(|(interval, ..)| *interval);
    found
}

#[cfg(test)]
mod tests {
    use paritygate_model::promotion::{Attestation, Incident, Metric};

    use super::*;

    #[test]
    fn facts_are_counted_with_the_artifacts() {
        let told = |artifacts: usize, incidents: usize| {
            let artifacts = vec![Artifact::default(); artifacts];
            let facts = Facts {
                metrics: vec![Metric::default()],
                attestations: vec![Attestation::default()],
                incidents: vec![Incident::default(); incidents],
                ..Facts::default()
            };
            let (_, wrong) =
                Request::new(Promotion { artifacts, ..Promotion::default() }, vec![facts], &Zones::default());
            wrong.first().map(|wrong| wrong.message.clone())
        };
        assert_eq!(told(1, limits::MAX_FACTS - 3), None);
        assert_eq!(told(1, limits::MAX_FACTS - 2).as_deref(), Some("200001 facts are more than the limit of 200000"));
        let facts = limits::MAX_FACT_PAIRS / 1_000;
        assert_eq!(told(1_000, facts - 1_002), None);
        assert_eq!(
            told(1_000, facts - 1_001).as_deref(),
            Some("20001 facts of 1000 artifacts are more than the limit of 20000000 pairs of them")
        );
    }
}
