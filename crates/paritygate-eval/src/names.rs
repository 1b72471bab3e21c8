//! Whether what policies and requests of promotions name is there: a gate over a name that is misspelled would be about nothing.

use std::fmt;

use paritygate_lang::policy::{EnvironmentRef, Gate};
use paritygate_model::promotion::{FactSource, Origin};
use paritygate_model::{Diagnostic, Level, Location, Node, SortedSet, Tier, suggest};

use crate::decide::GateRequest;
use crate::engine::{CompiledGate, Engine};
use crate::gate::Request;
use crate::pipeline::Pipeline;

impl Engine {
    /// Says which names of gates, of the request and of freezes nobody knows.
    pub(crate) fn check_names(&self, asked: &GateRequest<'_>, diagnostics: &mut Vec<Diagnostic>) {
        check_request(asked, diagnostics);
        diagnostics.extend(self.misnamed.iter().cloned());
        self.check_gates(asked, diagnostics);
        self.check_groups(asked.pipeline, diagnostics);
    }

    /// Says which names of gates and of break-glass are not in the policies. It depends on these alone, and is told where a
    /// promotion is decided: a policy may be read without those that it names.
    pub(crate) fn misnamed(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        self.check_rules(&mut diagnostics);
        self.check_break_glass(&mut diagnostics);
        diagnostics
    }

    fn check_rules(&self, diagnostics: &mut Vec<Diagnostic>) {
        let known = || self.rules.iter().map(|rule| &*rule.rule.id);
        for compiled in &self.gates {
            for name in compiled.check.rules().iter().filter(|name| known().all(|id| id != name.as_str())) {
                let message = format!("there is no rule `{name}`, which the gate `{}` names", compiled.gate.id);
                let help = suggest::did_you_mean(name, known());
                let help = help.unwrap_or_else(|| "apply the policy that holds it as well".to_owned());
                diagnostics.push(Diagnostic::error("unknown-rule", compiled.place_of(name), message).help(help));
            }
        }
    }

    /// Where the manifest names groups, nobody is in one that it does not name.
    pub(crate) fn check_groups(&self, pipeline: &Pipeline, diagnostics: &mut Vec<Diagnostic>) {
        if pipeline.groups.is_empty() {
            return;
        }
        for compiled in &self.gates {
            for name in compiled.check.groups().into_iter().filter(|name| !pipeline.groups.contains_key(*name)) {
                let known = pipeline.groups.keys().map(String::as_str);
                let message = format!("there is no group `{name}`, which the gate `{}` names", compiled.gate.id);
                let help = suggest::did_you_mean(name, known);
                diagnostics
                    .push(Diagnostic::warning("unknown-group", compiled.place_of(name), message).maybe_help(help));
            }
        }
    }

    /// Environments are stages of the pipeline or tiers, where there is a pipeline.
    fn check_gates(&self, asked: &GateRequest<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let pipeline = asked.pipeline;
        if pipeline.stages.is_empty() {
            return;
        }
        let is_there = |name: &str| {
            pipeline.stage(name).is_some() || asked.environments.iter().any(|environment| *environment.name == *name)
        };
        let is_known = |name: &str| Tier::from_word(name).is_some() || is_there(name);
        let mut unknown = |gate: &Gate, name: &str, field: &str, at: Location| {
            let message = format!("there is no environment `{name}`, which the gate `{}` names{field}", gate.id);
            let of_tier = pipeline.stages.iter().filter(|stage| stage.tier.word() == name);
            let of_tier: Vec<&str> = of_tier.map(|stage| stage.name.as_str()).collect();
            let stages = pipeline.stages.iter().map(|stage| stage.name.as_str());
            let help = if of_tier.is_empty() {
                suggest::did_you_mean(name, stages.chain(Tier::ALL.iter().map(|tier| tier.word())))
            } else {
                Some(format!("here it takes no tier; name its environments: {}", suggest::quoted(&of_tier)))
            };
            diagnostics.push(Diagnostic::error("unknown-environment", at, message).maybe_help(help));
        };
        for compiled in &self.gates {
            let gate = &compiled.gate;
            for (field, references) in [(" as `to`", &gate.to), (" as `from`", &gate.from)] {
                for reference in references {
                    let EnvironmentRef::Name(name) = &reference.value else { continue };
                    if !is_known(name) {
                        let at = reference.at.clone().unwrap_or_else(|| gate.at.clone());
                        unknown(gate, name, field, at);
                    }
                }
            }
            let means = |name: &&str| if compiled.check.takes_tiers() { is_known(name) } else { is_there(name) };
            for name in compiled.check.environments().into_iter().filter(|name| !means(name)) {
                unknown(gate, name, "", compiled.place_of(name));
            }
        }
    }

    /// What may be passed over and what never may need not be in force: packs name each other's gates. But a name that is
    /// nearly one that is, was meant to be it.
    fn check_break_glass(&self, diagnostics: &mut Vec<Diagnostic>) {
        let gates = || self.gates.iter().flat_map(|gate| [&*gate.gate.id, gate.kind]);
        let known = || gates().chain(self.rules.iter().flat_map(|rule| [&*rule.rule.id, rule.kind]));
        for rule in &self.break_glass {
            for (field, names) in [("rules", &rule.rules), ("never", &rule.never)] {
                for name in names.iter().filter(|name| !name.value.contains('*')) {
                    let is_known = known().any(|known| known == name.value);
                    let Some(near) = suggest::nearest(&name.value, gates()).filter(|_| !is_known) else { continue };
                    let help = format!("did you mean `{near}`?");
                    let message = format!("no gate is called `{}`, which `breakGlass.{field}` names", name.value);
                    let at = name.at.clone().unwrap_or_else(|| rule.at.clone());
                    diagnostics.push(Diagnostic::warning("unknown-gate", at, message).help(help));
                }
            }
        }
    }
}

impl CompiledGate {
    /// Where its parameters name something; the gate itself where that is not found.
    fn place_of(&self, name: &str) -> Location {
        let params = self.gate.params.map(|id| self.document.tree.node(id));
        params.and_then(|params| mention(params, name)).unwrap_or_else(|| self.gate.at.clone())
    }
}

/// The first scalar of a text, at any depth.
fn mention(node: Node<'_>, text: &str) -> Option<Location> {
    if node.scalar_text() == Some(text) {
        return node.location();
    }
    node.items().chain(node.entries().map(|(.., value)| value)).find_map(|node| mention(node, text))
}

/// The environments of a request, and those that its facts name, are stages of the pipeline, where there is one. A freeze
/// over a name that is misspelled would freeze nothing, and a rejection would be nobody's.
fn check_request(asked: &GateRequest<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let (pipeline, promotion) = (asked.pipeline, &asked.request.promotion);
    if pipeline.stages.is_empty() {
        return;
    }
    let places = &promotion.places;
    for (field, name, at) in [("from", &promotion.from, &places.from), ("to", &promotion.to, &places.to)] {
        if pipeline.stage(name).is_none() {
            let message = format!("there is no environment `{name}`, which the request names as `{field}`");
            let mut wrong = Diagnostic::nowhere("unknown-environment", message).help(pipeline.meant(name));
            wrong.location.clone_from(at);
            diagnostics.push(wrong);
        }
    }
    // What a request describes itself is no reason to know it.
    let described = || asked.environments.iter().filter(|environment| !environment.contract);
    let is_described = |name: &str| {
        described().any(|environment| environment.source == FactSource::Imported && *environment.name == *name)
    };
    for environment in described().filter(|environment| environment.source == FactSource::Asserted) {
        if pipeline.stage(&environment.name).is_none() {
            let message = format!("there is no environment `{}`, which the request describes", environment.name);
            let mut wrong = Diagnostic::nowhere("unknown-environment", message).help(pipeline.meant(&environment.name));
            wrong.location = environment.root().location();
            diagnostics.push(wrong);
        }
    }
    let is_known =
        |name: &str| pipeline.knows(name) || is_described(name) || promotion.from == name || promotion.to == name;
    if asked.request.names().all(is_known) {
        return;
    }
    let mut told = SortedSet::new();
    for Named { name, place, origin } in named(asked.request).filter(|named| !is_known(named.name)) {
        let is_imported = origin.source == FactSource::Imported;
        // What another system keeps may be about other projects as well, and of most facts that says nothing.
        let stages = || pipeline.stages.iter().map(|stage| stage.name.as_str());
        let may_be_meant = || place.holds() || suggest::nearest(name, stages()).is_some();
        let message = format!("there is no environment `{name}`, {place}");
        if (is_imported && !may_be_meant()) || !told.insert(message.clone()) {
            continue;
        }
        let mut wrong = Diagnostic::nowhere("unknown-environment", message).help(pipeline.meant(name));
        wrong.location.clone_from(&origin.at);
        if is_imported {
            wrong.level = Level::Warning;
        }
        diagnostics.push(wrong);
    }
}

/// An environment that a fact names.
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    place: Place<'a>,
    origin: &'a Origin,
}

/// What names an environment.
enum Place<'a> {
    Freeze(&'a str),
    Incident(&'a str),
    Ticket(&'a str),
    Approval(&'a str),
    Check(&'a str),
    Metric(&'a str),
    Health,
    Deployment,
}

impl Place<'_> {
    /// Whether it holds promotions up there, and so would hold up none.
    const fn holds(&self) -> bool {
        matches!(self, Self::Freeze(_) | Self::Incident(_))
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Freeze(id) => write!(f, "over which the freeze `{id}` is to hold"),
            Self::Incident(id) => write!(f, "on which the incident `{id}` is said to be"),
            Self::Ticket(id) => write!(f, "which the ticket `{id}` is to cover"),
            Self::Approval(by) => write!(f, "for which the word of `{by}` is"),
            Self::Check(name) => write!(f, "in which the check `{name}` is said to have run"),
            Self::Metric(name) => write!(f, "in which `{name}` is said to have been measured"),
            Self::Health => f.write_str("whose health is told"),
            Self::Deployment => f.write_str("to which a deployment is said to have gone"),
        }
    }
}

/// The environments that the facts of a request name; those of deployments each once.
pub(crate) fn named(request: &Request) -> impl Iterator<Item = Named<'_>> {
    fn many<'a>(
        names: &'a [String],
        origin: &'a Origin,
        place: fn(&'a str) -> Place<'a>,
        id: &'a str,
    ) -> Vec<Named<'a>> {
        names.iter().map(|name| Named { name, place: place(id), origin }).collect()
    }
    fn one<'a>(name: Option<&'a String>, origin: &'a Origin, place: Place<'a>) -> Option<Named<'a>> {
        Some(Named { name: name?, place, origin })
    }
    let facts = &request.promotion.facts;
    let freezes = facts.freezes.iter().flat_map(|it| many(&it.environments, &it.origin, Place::Freeze, &it.id));
    let incidents = facts.incidents.iter().flat_map(|it| many(&it.environments, &it.origin, Place::Incident, &it.id));
    let tickets = facts.change_ticket.iter().flat_map(|it| many(&it.environments, &it.origin, Place::Ticket, &it.id));
    let words =
        facts.approvals.iter().filter_map(|it| one(it.environment.as_ref(), &it.origin, Place::Approval(&it.by)));
    let checks = facts.checks.iter().filter_map(|it| one(it.environment.as_ref(), &it.origin, Place::Check(&it.name)));
    let metrics =
        facts.metrics.iter().filter_map(|it| one(it.environment.as_ref(), &it.origin, Place::Metric(&it.name)));
    let health = facts.health.iter().filter_map(|it| one(Some(&it.environment), &it.origin, Place::Health));
    let deployed = request.deployed().map(|(name, it)| Named { name, place: Place::Deployment, origin: &it.origin });
    freezes.chain(incidents).chain(tickets).chain(words).chain(checks).chain(metrics).chain(health).chain(deployed)
}
