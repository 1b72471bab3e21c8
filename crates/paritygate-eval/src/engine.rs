//! Compile once, check many.

use std::sync::Arc;

use paritygate_lang::Spanned;
use paritygate_lang::policy::{BreakGlassRule, Gate, Policy, Rule};
use paritygate_model::report::Report;
use paritygate_model::{Diagnostic, Document, Environment, Location, Source, Timestamp, limits, suggest};

use crate::Exceptions;
use crate::collector::{CheckRule, Collector};
use crate::gate::{GateCheck, GateContext, GateEntry};
use crate::kind::{Accepts, Beside, Entry, Params, Plan, Selects};
use crate::reach::check_selector;
use crate::scope::Scopes;
use crate::trie::Trie;
use crate::walk::Walk;
use crate::zones::{Zone, Zones};
use crate::{exception, report};

/// Compiled policies, ready to check environments. Shared freely between threads.
pub struct Engine {
    pub(crate) rules: Vec<CompiledRule>,
    pub(crate) gates: Vec<CompiledGate>,
    pub(crate) break_glass: Vec<BreakGlassRule>,
    /// Where a policy wants the host's clock.
    pub(crate) host_clock: Option<Location>,
    pub(crate) tzdb: Option<Arc<str>>,
    /// The first zone that a gate names.
    pub(crate) zone: Option<Zone>,
    pub(crate) policies: Vec<(String, Arc<Source>)>,
    /// The files that rules name.
    named: Vec<Arc<Source>>,
    /// Whether there are policies, and none of them holds a rule.
    holds_no_rule: bool,
    /// What is wrong with names in gates and break-glass.
    pub(crate) misnamed: Vec<Diagnostic>,
    trie: Trie,
}

/// A rule and the check behind it.
pub(crate) struct CompiledRule {
    pub(crate) rule: Rule,
    pub(crate) kind: &'static str,
    pub(crate) plan: Plan,
    pub(crate) accepts: Accepts,
}

/// A gate and the check behind it.
pub(crate) struct CompiledGate {
    pub(crate) gate: Gate,
    /// The text that it stands in.
    pub(crate) document: Arc<Document>,
    pub(crate) kind: &'static str,
    pub(crate) check: Box<dyn GateCheck>,
}

/// The kinds that policies are made of.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// The kinds of rules.
    pub rules: &'static [Entry],
    /// The kinds of gates.
    pub gates: &'static [GateEntry],
}

/// What a check is about.
#[derive(Clone, Copy)]
pub struct CheckRequest<'a> {
    /// The environments, and contracts among them.
    pub environments: &'a [Environment],
    /// The instant of the check.
    pub now: Timestamp,
    /// Environments with a reference of their own.
    pub references: &'a [(Arc<str>, String)],
    /// What is excepted.
    pub exceptions: Exceptions<'a>,
    /// Rules to run; empty means all.
    pub only: &'a [String],
}

impl Engine {
    /// Compiles policies. What is wrong with one rule leaves the others standing. `beside` are the documents that rules name.
    pub fn compile(
        policies: Vec<Policy>,
        catalogue: Catalogue,
        zones: &Zones,
        beside: &Beside,
    ) -> (Self, Vec<Diagnostic>) {
        let mut engine = Self {
            rules: Vec::new(),
            gates: Vec::new(),
            break_glass: Vec::new(),
            host_clock: None,
            tzdb: zones.version().cloned(),
            zone: None,
            policies: Vec::new(),
            named: Vec::new(),
            holds_no_rule: !policies.is_empty() && policies.iter().all(|policy| policy.rules.is_empty()),
            misnamed: Vec::new(),
            trie: Trie::new(),
        };
        let mut diagnostics = Vec::new();
        for policy in policies {
            for rule in policy.rules {
                engine.add(rule, &policy.document, catalogue, beside, &mut diagnostics);
            }
            for gate in policy.gates {
                engine.add_gate(gate, &policy.document, catalogue, zones, &mut diagnostics);
            }
            engine.break_glass.extend(policy.break_glass);
            engine.host_clock = engine.host_clock.or(policy.host_clock);
            engine.policies.push((policy.id, policy.source));
        }
        for document in beside.values().flatten() {
            if engine.named.iter().all(|known| known.name() != document.source.name()) {
                engine.named.push(Arc::clone(&document.source));
            }
        }
        engine.misnamed = engine.misnamed();
        (engine, diagnostics)
    }

    /// The texts by which it judges: the policies by their ids, and the files that their rules name.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &Arc<Source>)> {
        let policies = self.policies.iter().map(|(id, source)| (id.as_str(), source));
        policies.chain(self.named.iter().map(|source| (&**source.name(), source)))
    }

    fn add(
        &mut self,
        rule: Rule,
        document: &Document,
        catalogue: Catalogue,
        beside: &Beside,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if let Some(other) = self.rules.iter().find(|other| other.rule.id == rule.id) {
            // Twice in one policy was told when that policy was read.
            if Arc::ptr_eq(&other.rule.at.source, &rule.at.source) {
                return;
            }
            let message = format!("rule `{}` stands in another policy as well", rule.id);
            diagnostics.push(
                Diagnostic::error("duplicate-rule", rule.at.clone(), message)
                    .related(other.rule.at.clone(), "the other one")
                    .help("give it another id: findings, waivers and `--only` speak of rules by their id"),
            );
            return;
        }
        let Some(entry) = catalogue.rules.iter().find(|entry| entry.name == rule.kind.value) else {
            let gates = catalogue.gates.iter().any(|entry| entry.name == rule.kind.value).then_some("gates");
            let names = catalogue.rules.iter().map(|entry| entry.name);
            diagnostics.push(unknown_kind("rule kind", &rule.kind, &rule.at, gates, names));
            return;
        };
        let before = diagnostics.len();
        match (entry.selects, &rule.select) {
            (Selects::Paths, None) => {
                let message = format!("rule `{}` needs a field `select`", rule.id);
                diagnostics.push(
                    Diagnostic::error("missing-field", rule.at.clone(), message)
                        .help("say what it is about, such as `select: variables.*`"),
                );
            }
            // One that is empty was told when the policy was read.
            (Selects::Sections, Some(select)) if !select.is_empty() => {
                let at = select.iter().find_map(|selector| selector.at.clone());
                let message = format!("`{}` is about environments as a whole and takes no `select`", entry.name);
                diagnostics.push(
                    Diagnostic::error("bad-selector", at.unwrap_or_else(|| rule.at.clone()), message)
                        .help("remove it; `environments` says which are meant"),
                );
            }
            _ => {}
        }
        for selector in rule.select.iter().flatten() {
            let at = selector.at.clone().unwrap_or_else(|| rule.at.clone());
            check_selector(&selector.value, entry.name, entry.accepts, at, diagnostics);
        }
        for selector in &rule.except {
            let at = selector.at.clone().unwrap_or_else(|| rule.at.clone());
            check_selector(&selector.value, entry.name, Accepts::Any, at, diagnostics);
        }
        let node = rule.params.map(|id| document.tree.node(id));
        // A rule that can meet nothing is not run: it would only be told as vacuous again.
        let reachable = diagnostics.len() == before;
        let select = rule.select.as_deref().unwrap_or_default();
        match (entry.compile)(&Params { node, rule: &rule.at, select, beside }) {
            Ok(plan) if reachable => {
                let number = self.rules.len() as u32;
                for selector in rule.select.iter().flatten() {
                    self.trie.insert(&selector.value, number);
                }
                self.rules.push(CompiledRule { rule, kind: entry.name, plan, accepts: entry.accepts });
            }
            Ok(_) => {}
            Err(found) => diagnostics.extend(found),
        }
    }

    fn add_gate(
        &mut self,
        gate: Gate,
        document: &Arc<Document>,
        catalogue: Catalogue,
        zones: &Zones,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let rules = self.rules.iter().map(|rule| (&rule.rule.id, &rule.rule.at));
        let mut others = rules.chain(self.gates.iter().map(|gate| (&gate.gate.id, &gate.gate.at)));
        if let Some((_, other)) = others.find(|(id, _)| **id == gate.id) {
            if !Arc::ptr_eq(&other.source, &gate.at.source) {
                let message = format!("gate `{}` stands in another policy as well", gate.id);
                diagnostics.push(
                    Diagnostic::error("duplicate-rule", gate.at.clone(), message)
                        .related(other.clone(), "the other one")
                        .help("give it another id: decisions speak of gates by their id"),
                );
            }
            return;
        }
        let Some(entry) = catalogue.gates.iter().find(|entry| entry.name == gate.kind.value) else {
            let rules = catalogue.rules.iter().any(|entry| entry.name == gate.kind.value).then_some("rules");
            let names = catalogue.gates.iter().map(|entry| entry.name);
            diagnostics.push(unknown_kind("kind of gate", &gate.kind, &gate.at, rules, names));
            return;
        };
        let node = gate.params.map(|id| document.tree.node(id));
        let params = Params { node, rule: &gate.at, select: &[], beside: &Beside::new() };
        match (entry.compile)(&params, &GateContext { zones }) {
            Ok(check) => {
                self.zone = self.zone.take().or_else(|| check.zones().into_iter().next());
                self.gates.push(CompiledGate { gate, document: Arc::clone(document), kind: entry.name, check });
            }
            Err(found) => diagnostics.extend(found),
        }
    }

    /// The ids and kinds of the gates, in their order.
    pub fn gates(&self) -> impl Iterator<Item = (&str, &'static str)> + Clone {
        self.gates.iter().map(|gate| (&*gate.gate.id, gate.kind))
    }

    /// The ids and kinds of the rules, in their order.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.rules.iter().map(|rule| (&*rule.rule.id, rule.kind))
    }

    /// Checks environments: the report, and what is wrong with the request.
    pub fn check(&self, request: &CheckRequest<'_>) -> (Report, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let environments = in_order(request.environments.iter().collect(), "check", &mut diagnostics);
        for name in request.only {
            if !self.rules.iter().any(|rule| *rule.rule.id == **name) {
                let help = suggest::did_you_mean(name, self.rules.iter().map(|rule| &*rule.rule.id));
                let help = help.or_else(|| Some("`paritygate rules` lists those of the packs".to_owned()));
                diagnostics
                    .push(Diagnostic::nowhere("unknown-rule", format!("there is no rule `{name}`")).maybe_help(help));
            }
        }
        if self.holds_no_rule {
            let message = if self.gates.is_empty() {
                "the policies hold no rule: nothing was checked"
            } else {
                "the policies hold gates and no rule: nothing was checked"
            };
            let help = "apply a policy with rules, such as the pack `recommended`; gates judge promotions";
            diagnostics.push(Diagnostic::nowhere("no-rules", message).help(help));
        }
        let rules = self.rules.iter().map(|rule| &rule.rule);
        let scopes = Scopes::of(rules, &environments, request.references, request.now, &mut diagnostics);
        let runs = |id: &str| request.only.is_empty() || request.only.iter().any(|only| only == id);
        let mut rules = Vec::with_capacity(self.rules.len());
        rules.extend(self.rules.iter().enumerate().filter_map(|(at, compiled)| {
            let scope = scopes.get(at)?;
            // What must differ says nothing of two views of one environment, nor does what looks at one alone.
            let is_asked = !scope.views || scope.offers(compiled.plan.compares());
            Some(CheckRule::new(compiled, scope, is_asked && runs(&compiled.rule.id)))
        }));
        let mut collector = Collector::new(&environments, rules, !request.exceptions.accepted.is_empty());
        let mut walk = Walk::new(&self.trie, &environments, &mut collector);
        walk.run();
        for (number, rule) in self.rules.iter().enumerate() {
            if let Plan::Row(check) = &rule.plan {
                for section in check.sections() {
                    walk.visit_section(section, number as u32);
                }
            }
        }
        diagnostics.extend(walk.too_many_rows("judged"));
        collector.judge_groups();
        let exceptions = exception::apply(request, &environments, &mut collector, &mut diagnostics);
        let report = report::build(self, request, &environments, collector, exceptions);
        (report, diagnostics)
    }
}

/// Environments from the lowest on, the contracts last. None where there are too many: whichever were left out, what is said
/// of the others would be compared with the wrong one.
pub(crate) fn in_order<'t>(
    mut environments: Vec<&'t Environment>,
    verb: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<&'t Environment> {
    if environments.len() > limits::MAX_ENVIRONMENTS {
        let message =
            format!("{} environments are more than the limit of {}", environments.len(), limits::MAX_ENVIRONMENTS);
        let wrong = Diagnostic::nowhere("too-many-environments", message);
        diagnostics.push(wrong.help(format!("{verb} them in groups")));
        return Vec::new();
    }
    let ordered = environments.iter().all(|environment| environment.contract || environment.order.is_some());
    environments
        .sort_by_key(|environment| (environment.contract, environment.order.filter(|_| ordered), environment.tier));
    environments
}

/// Says that no kind of that name is in the catalogue. `owner` is the rule or gate, whose place counts where the kind has
/// none; `belongs` is where such a kind is written, where it is one of the other half.
fn unknown_kind(
    what: &str,
    kind: &Spanned<String>,
    owner: &Location,
    belongs: Option<&str>,
    names: impl Iterator<Item = &'static str> + Clone,
) -> Diagnostic {
    let at = kind.at.clone().unwrap_or_else(|| owner.clone());
    let help = match belongs {
        Some(list) => format!("it belongs under `{list}`"),
        None => suggest::did_you_mean(&kind.value, names)
            .unwrap_or_else(|| "`paritygate rules --kinds` lists them".to_owned()),
    };
    Diagnostic::error("unknown-kind", at, format!("there is no {what} `{}`", kind.value)).help(help)
}
