//! What a gate sees.

use std::rc::Rc;
use std::sync::Arc;

use jiff::SignedDuration;
use paritygate_lang::project::Waiver;
use paritygate_model::promotion::{Artifact, DeploymentFact, Elapsed, FactSource, Facts, Instant, Origin, Promotion};
use paritygate_model::report::Report;
use paritygate_model::{Environment, Node, SortedSet, Source, Tier, Timestamp, limits, suggest};

use super::{Judgement, Request};
use crate::pipeline::{Pipeline, Stage};
use crate::zones::Zone;

/// What the parity half said of two environments.
#[derive(Debug)]
pub struct ParityOutcome {
    /// The report.
    pub report: Report,
    /// Whether something was wrong with the check itself.
    pub broken: bool,
}

/// Runs the parity half as of an instant: for names of environments, and of rules, of which none means all.
pub type Parity<'a> = dyn Fn(Timestamp, &[&str], &[String]) -> Option<Rc<ParityOutcome>> + 'a;

/// What a gate sees: what is asked, what is known, and when.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// What is asked, with its facts in order.
    pub request: &'a Request,
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The descriptions of environments, whether they count or not.
    pub environments: &'a [Environment],
    /// From where the gate's facts may be; empty means anywhere.
    pub accept_sources: &'a [FactSource],
    /// The `now` that was handed in: what is dated later has not happened.
    pub now: Timestamp,
    /// The instant that is judged.
    pub at: Timestamp,
    /// Runs the parity half for two environments; `None` where one of them is not described. Its parameters are an instant,
    /// names of environments, and of rules to run: none means all.
    pub parity: &'a Parity<'a>,
    /// What is excepted from parity for a time.
    pub waivers: &'a [Waiver],
    /// The policies of the engine that hold rules, by id, with their texts.
    pub policies: &'a [(&'a str, &'a Arc<Source>)],
    /// Whether gates that pass have to say why.
    pub words: bool,
    /// The zone on whose clocks instants are told where a gate has none of its own.
    pub zone: &'a Zone,
}

impl<'a> Scope<'a> {
    /// It passes; why is put into words only where that is wanted.
    pub fn pass(&self, told: impl FnOnce() -> Judgement) -> Judgement {
        if self.words { told() } else { Judgement::pass_untold() }
    }

    /// What is asked.
    pub fn promotion(&self) -> &'a Promotion {
        &self.request.promotion
    }

    /// What is known.
    pub fn facts(&self) -> &'a Facts {
        &self.request.promotion.facts
    }

    /// The environment that it comes from.
    pub fn from(&self) -> &'a str {
        &self.request.promotion.from
    }

    /// The environment that it goes to.
    pub fn to(&self) -> &'a str {
        &self.request.promotion.to
    }

    /// The stage that it goes to.
    pub fn target(&self) -> Option<&'a Stage> {
        self.pipeline.stage(self.to()).map(|(_, stage)| stage)
    }

    /// The tier of an environment: as the pipeline says it, else as it is described, else as its name says. A request that
    /// describes it can only make it more than its name says, else it would talk itself past the gates to production.
    pub fn tier(&self, name: &str) -> Tier {
        if let Some((_, stage)) = self.pipeline.stage(name) {
            return stage.tier;
        }
        let by_name = Tier::from_name(name);
        match self.described(name) {
            Some(environment) if environment.source == FactSource::Asserted => environment.tier.max(by_name),
            Some(environment) => environment.tier,
            None => by_name,
        }
    }

    /// Whether a list of environments and tiers means an environment; an empty one means all.
    pub fn means(&self, names: &[String], environment: &str) -> bool {
        let tier = || self.tier(environment).word();
        names.is_empty() || names.iter().any(|name| name == environment || *name == tier())
    }

    /// Whether what speaks against a promotion may be about an environment: also by a name that is nobody's, and nearly its.
    pub fn may_mean(&self, names: &[String], environment: &str) -> bool {
        let is_nobodys = |name: &String| {
            !self.pipeline.stages.is_empty() && !self.pipeline.knows(name) && self.described(name).is_none()
        };
        let is_near = |name: &String| is_nobodys(name) && suggest::nearest(name, [environment]).is_some();
        self.means(names, environment) || names.iter().any(is_near)
    }

    /// Groups of environments that are upstream of the target, and how many of each are needed: those that are named, else
    /// those of the pipeline's edges, else the one that it comes from. `at_least` stands in for what the pipeline says.
    pub fn upstream<'s>(&'s self, named: Option<&'s [String]>, at_least: Option<u32>) -> Vec<(Vec<&'s str>, usize)> {
        let needed = |all: usize, usual: usize| at_least.map_or(usual, |number| number as usize).min(all).max(1);
        if let Some(named) = named {
            let mut seen = SortedSet::new();
            let names: Vec<&str> = named.iter().map(String::as_str).filter(|name| seen.insert(*name)).collect();
            let all = names.len();
            return vec![(names, needed(all, all))];
        }
        let ways = self.pipeline.stage(self.to()).into_iter().flat_map(|(to, _)| self.pipeline.ways_to(to));
        let groups: Vec<(Vec<&str>, usize)> = ways
            .map(|edge| {
                let names: Vec<&str> = edge.from.iter().map(|from| self.pipeline.name(*from)).collect();
                let all = names.len();
                (names, needed(all, edge.needs.of(all)))
            })
            .collect();
        if groups.is_empty() { vec![(vec![self.from()], 1)] } else { groups }
    }

    /// What is promoted.
    pub fn artifacts(&self) -> &'a [Artifact] {
        &self.request.promotion.artifacts
    }

    /// The descriptions of environments that count: from an accepted source, and not older than they say they hold.
    pub fn environments(&self) -> impl Iterator<Item = &'a Environment> + use<'a> {
        let scope = *self;
        self.environments.iter().filter(move |environment| scope.distrusts(environment).is_none())
    }

    /// The description of an environment, where it counts.
    pub fn environment(&self, name: &str) -> Option<&'a Environment> {
        self.described(name).filter(|environment| self.distrusts(environment).is_none())
    }

    /// Why there is no description of an environment that counts.
    pub fn why_undescribed(&self, name: &str) -> String {
        let distrusted = self.described(name).and_then(|environment| self.distrusts(environment));
        distrusted.unwrap_or_else(|| format!("{name} is not described"))
    }

    fn described(&self, name: &str) -> Option<&'a Environment> {
        self.environments.iter().find(|environment| &*environment.name == name)
    }

    /// Why a description does not count; `None` where it does. It expires as it says, also before a later instant that is
    /// judged.
    fn distrusts(&self, environment: &Environment) -> Option<String> {
        let name = &environment.name;
        if !environment.source.is_accepted(self.accept_sources) {
            return Some(format!("only the request itself describes {name}, which does not count here"));
        }
        let (made, valid) = lifetime(environment);
        if let Some(made) = made.filter(|made| *made > self.now) {
            return Some(format!("the description of {name} is dated {}, which has not come yet", self.say(made)));
        }
        let Some(valid) = valid else {
            let says = environment.root().get("validFor").is_some_and(|node| !node.is_null());
            return says.then(|| format!("for how long the description of {name} is valid is not known"));
        };
        let Some(made) = made else {
            return Some(format!("the description of {name} is valid for {valid}, and does not say since when"));
        };
        let end = made.checked_add(valid.0).ok()?;
        let is = if self.at > self.now { "is" } else { "was" };
        (self.at > end).then(|| format!("the description of {name} {is} valid until {}", self.say(end)))
    }

    /// The next instant at which a description that counts no longer does.
    pub fn description_end(&self) -> Option<Timestamp> {
        let ends = self.environments().filter_map(|environment| match lifetime(environment) {
            (Some(made), Some(valid)) => after(made.checked_add(valid.0).ok()?),
            _ => None,
        });
        self.next_of(ends)
    }

    /// The next instant at which a waiver of the parity half ends.
    pub fn waiver_end(&self) -> Option<Timestamp> {
        self.next_of(self.waivers.iter().map(|waiver| waiver.expires_at))
    }

    /// How long a deployment has to fit into a time in which it has to end: no time where it need not. `None` where that has
    /// to be known and is not; what takes no time is nothing that could end.
    pub fn length_to_fit(&self, must_finish: bool) -> Option<SignedDuration> {
        if !must_finish {
            return Some(SignedDuration::ZERO);
        }
        self.promotion().expected_duration.map(|length| length.0).filter(|length| length.is_positive())
    }

    /// Until when the next opening is looked for.
    pub fn limit(&self) -> Timestamp {
        self.now.checked_add(limits::HORIZON).unwrap_or(Timestamp::MAX)
    }

    /// Whether a fact from there counts for the promotion. What speaks against it counts wherever it is from.
    pub fn accepts(&self, origin: &Origin) -> bool {
        origin.source.is_accepted(self.accept_sources)
    }

    /// A deployment of an artifact's digest that was built from another commit than the request says.
    pub fn contradicts(&self, artifact: &Artifact) -> Option<&'a DeploymentFact> {
        let place = self.artifacts().iter().position(|own| own.component == artifact.component)?;
        self.request.contradiction(place)
    }

    /// The commit that an artifact was built from, unless a deployment of its digest says otherwise.
    pub fn built_from<'s>(&self, artifact: &'s Artifact) -> Option<&'s str> {
        artifact.source.as_ref().filter(|_| self.contradicts(artifact).is_none())?.commit.as_deref()
    }

    /// The first of some instants that is still to come.
    pub fn next_of(&self, instants: impl IntoIterator<Item = Timestamp>) -> Option<Timestamp> {
        instants.into_iter().filter(|instant| *instant > self.at).min()
    }

    /// Whether something has happened, as far as its date says.
    pub fn has_happened(&self, at: Instant) -> bool {
        at.0 <= self.now
    }

    /// An instant as it is told to people: on the clocks of the pipeline's zone.
    pub fn say(&self, at: Timestamp) -> String {
        self.zone.say(at)
    }

    /// Real time from one instant to another, as people say it.
    pub fn length(from: Timestamp, to: Timestamp) -> Elapsed {
        Elapsed(to.duration_since(from))
    }
}

/// When a description was made, and for how long it holds.
fn lifetime(environment: &Environment) -> (Option<Timestamp>, Option<Elapsed>) {
    let text = |field: &str| environment.root().get(field).and_then(Node::scalar_text);
    let made = text("collectedAt").and_then(|text| text.parse().ok());
    (made, text("validFor").and_then(Elapsed::parse))
}

/// The first instant after one.
pub fn after(at: Timestamp) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_nanos(1)).ok()
}
