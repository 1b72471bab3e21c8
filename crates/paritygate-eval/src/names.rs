//! Whether what policies and requests of promotions name is there: a gate over a name that is misspelled would be about nothing.

use paritygate_lang::policy::{EnvironmentRef, Gate};
use paritygate_model::promotion::FactSource;
use paritygate_model::{Diagnostic, Level, Location, Node, Tier, suggest};

use crate::decide::GateRequest;
use crate::engine::{CompiledGate, Engine};

impl Engine {
    /// Says which names of gates, of the request and of freezes nobody knows.
    pub(crate) fn check_names(&self, asked: &GateRequest<'_>, diagnostics: &mut Vec<Diagnostic>) {
        check_request(asked, diagnostics);
        diagnostics.extend(self.misnamed.iter().cloned());
        self.check_gates(asked, diagnostics);
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

    /// Environments are stages of the pipeline or tiers, where there is a pipeline.
    fn check_gates(&self, asked: &GateRequest<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let pipeline = asked.pipeline;
        if pipeline.stages.is_empty() {
            return;
        }
        let is_known = |name: &str| {
            Tier::from_word(name).is_some()
                || pipeline.stage(name).is_some()
                || asked.environments.iter().any(|environment| *environment.name == *name)
        };
        let mut unknown = |gate: &Gate, name: &str, field: &str, at: Location| {
            let message = format!("there is no environment `{name}`, which the gate `{}` names{field}", gate.id);
            let stages = pipeline.stages.iter().map(|stage| stage.name.as_str());
            let help = suggest::did_you_mean(name, stages.chain(Tier::ALL.iter().map(|tier| tier.word())));
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
            for name in compiled.check.environments().into_iter().filter(|name| !is_known(name)) {
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

/// The environments of a request, and those that a freeze names, are stages of the pipeline, where there is one. A freeze
/// over a name that is misspelled would freeze nothing.
fn check_request(asked: &GateRequest<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let (pipeline, promotion) = (asked.pipeline, &asked.request.promotion);
    if pipeline.stages.is_empty() {
        return;
    }
    let help = |name: &str| {
        let known: Vec<&str> = pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
        suggest::did_you_mean(name, known.iter().copied())
            .unwrap_or_else(|| format!("it is one of {}", suggest::quoted(&known)))
    };
    for (field, name) in [("from", &promotion.from), ("to", &promotion.to)] {
        if pipeline.stage(name).is_none() {
            let message = format!("there is no environment `{name}`, which the request names as `{field}`");
            diagnostics.push(Diagnostic::nowhere("unknown-environment", message).help(help(name)));
        }
    }
    for freeze in &promotion.facts.freezes {
        for name in freeze.environments.iter().filter(|name| !pipeline.knows(name)) {
            let message = format!("there is no environment `{name}`, over which the freeze `{}` is to hold", freeze.id);
            let mut wrong = Diagnostic::nowhere("unknown-environment", message).help(help(name));
            wrong.location.clone_from(&freeze.origin.at);
            // What another system keeps may be about other projects as well.
            if freeze.origin.source == FactSource::Imported {
                wrong.level = Level::Warning;
            }
            diagnostics.push(wrong);
        }
    }
}
