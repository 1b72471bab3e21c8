//! What stands in a manifest or a policy and holds no promotion to anything.

use paritygate_lang::Spanned;
use paritygate_lang::policy::{EnvironmentRef, Mode};
use paritygate_model::{Diagnostic, Tier, suggest};

use crate::engine::{CompiledGate, Engine};
use crate::gate::Scope;
use crate::pipeline::{Pipeline, Stage};

impl Engine {
    /// Says which gates are about no environment of the pipeline. One that is about none would never be asked.
    pub(crate) fn check_targets(&self, pipeline: &Pipeline, diagnostics: &mut Vec<Diagnostic>) {
        if pipeline.stages.is_empty() {
            return;
        }
        for CompiledGate { gate, .. } in &self.gates {
            let meets = |reference: &EnvironmentRef| match reference {
                EnvironmentRef::All => true,
                EnvironmentRef::Name(name) => pipeline.knows(name),
            };
            if gate.to.is_empty() || gate.to.iter().any(|reference| meets(&reference.value)) {
                continue;
            }
            let names = gate.to.iter().filter_map(|reference| match &reference.value {
                EnvironmentRef::Name(name) => Some(name.as_str()),
                EnvironmentRef::All => None,
            });
            let names: Vec<&str> = names.collect();
            let message =
                format!("`{}` is about no environment: none is, or has the tier, {}", gate.id, suggest::quoted(&names));
            let at = gate.to.iter().find_map(|reference| reference.at.clone()).unwrap_or_else(|| gate.at.clone());
            let help = "give an environment of the manifest that `tier`, or name it in the gate";
            diagnostics.push(Diagnostic::warning("policy-lint", at, message).help(help));
        }
    }

    /// Says so where a pipeline ends in a stage whose tier nobody knows, and gates are about promotions to production, which it
    /// does not have: they would be silent.
    pub(crate) fn check_end(&self, pipeline: &Pipeline, place: usize, diagnostics: &mut Vec<Diagnostic>) {
        let Some(stage) = pipeline.stages.get(place).filter(|stage| stage.tier == Tier::Other) else { return };
        let production = Tier::Production.word();
        let is_end =
            pipeline.ways_to(place).next().is_some() && pipeline.edges.iter().all(|edge| !edge.from.contains(&place));
        if !is_end || pipeline.knows(production) {
            return;
        }
        let is_production =
            |to: &Spanned<EnvironmentRef>| matches!(&to.value, EnvironmentRef::Name(name) if name == production);
        let silent = self.gates.iter().filter(|gate| gate.gate.to.iter().any(is_production)).count();
        if let Some(at) = stage.at.clone().filter(|_| silent > 0) {
            let gates = if silent == 1 { "1 gate asks".to_owned() } else { format!("{silent} gates ask") };
            let message = format!(
                "the pipeline ends in `{}`, which has no tier: what {gates} of production holds nowhere",
                stage.name
            );
            let help = "say `tier: production` where it is declared, or name it in the gates";
            diagnostics.push(Diagnostic::warning("policy-lint", at, message).help(help));
        }
    }

    /// Says which fields of a stage no gate asks for, where there are gates: what the manifest says of it would be words.
    pub(crate) fn check_stage(&self, stage: &Stage, scope: &Scope<'_>, diagnostics: &mut Vec<Diagnostic>) {
        let gates = || self.gates.iter().filter(|gate| gate.gate.mode == Mode::Enforce && gate.is_about(scope));
        let Some(at) = stage.at.as_ref().filter(|_| !self.gates.is_empty()) else { return };
        let said = [
            ("approvals", stage.approvals.is_some()),
            ("branches", stage.branches.is_some()),
            ("tags", stage.tags.is_some()),
            ("trigger", stage.trigger.is_some()),
            ("windows", stage.windows.is_some()),
        ];
        for (field, _) in said.into_iter().filter(|(_, is_said)| *is_said) {
            if gates().any(|gate| gate.check.asks_manifest().contains(&field)) {
                continue;
            }
            let message = format!("no gate holds promotions to `{}` to its `{field}`", stage.name);
            let help = "add a gate that takes it from the manifest (`paritygate rules --kinds`), or remove it here";
            diagnostics.push(Diagnostic::warning("policy-lint", at.clone(), message).help(help));
        }
    }
}
