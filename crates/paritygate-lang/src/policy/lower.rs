//! Document to policy.

use std::sync::Arc;

use paritygate_model::promotion::FactSource;
use paritygate_model::report::Severity;
use paritygate_model::{Diagnostic, Document, Location, Node, SortedMap, suggest};

use super::{EnvironmentRef, Mode, OnUnknown, Policy, Rule, SeverityBy};
use crate::fields::{Reader, shown};
use crate::selector::Selector;
use crate::spanned::Spanned;
use crate::template::Template;

const POLICY_FIELDS: [&str; 7] = ["policy", "description", "clock", "defaults", "rules", "gates", "breakGlass"];
const DEFAULTS_FIELDS: [&str; 6] = ["environments", "reference", "severity", "onUnknown", "mode", "acceptSources"];
const RULE_FIELDS: [&str; 14] = [
    "id",
    "kind",
    "description",
    "select",
    "except",
    "environments",
    "reference",
    "severity",
    "onUnknown",
    "mode",
    "params",
    "message",
    "why",
    "fix",
];
const SEVERITIES: [(&str, Severity); 3] =
    [("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)];

/// Reads a policy. It always answers one, with the rules that could be understood and everything that is wrong.
pub fn lower(document: Arc<Document>) -> (Policy, Vec<Diagnostic>) {
    let mut reader = Reader::new(&document);
    let (mut id, mut rules, mut gates) = (document.source.name().to_string(), Vec::new(), Vec::new());
    let (mut break_glass, mut host_clock) = (None, None);
    if let Some(root) = reader.root(&document, "a policy") {
        reader.known(root, "a policy", &POLICY_FIELDS);
        match root.get("policy") {
            Some(node) => id = reader.filled(node, "the id of the policy").map_or(id, str::to_owned),
            None => {
                reader.missing(root, "a policy", &POLICY_FIELDS, "policy", "give it an id, such as `policy: acme/web`");
            }
        }
        if let Some(node) = root.get("description") {
            reader.text(node);
        }
        let defaults = root.get("defaults").map(|node| reader.defaults(node)).unwrap_or_default();
        let mut ids = SortedMap::new();
        match root.get("rules") {
            Some(node) => rules = reader.rules(node, &defaults, &mut ids),
            None if root.get("gates").is_some() || root.get("breakGlass").is_some() => {}
            None => reader.missing(root, "a policy", &POLICY_FIELDS, "rules", "a policy without rules checks nothing"),
        }
        if let Some(node) = root.get("gates") {
            gates = reader.gates(node, &defaults, &mut ids);
        }
        break_glass = root.get("breakGlass").and_then(|node| reader.break_glass(node, &defaults));
        host_clock = root.get("clock").and_then(|node| reader.clock(node));
    }
    let diagnostics = reader.mistakes.finish();
    let source = Arc::clone(&document.source);
    (Policy { id, source, rules, gates, break_glass, host_clock, document }, diagnostics)
}

/// What a rule has where it says nothing itself.
#[derive(Default)]
pub(super) struct Common {
    environments: Vec<Spanned<EnvironmentRef>>,
    reference: Option<Spanned<String>>,
    severity: SeverityBy,
    on_unknown: OnUnknown,
    pub(super) mode: Mode,
    pub(super) accept_sources: Vec<FactSource>,
}

impl Reader<'_> {
    fn defaults(&mut self, node: Node<'_>) -> Common {
        if node.is_null() || !self.map(node, "the defaults of the rules") {
            return Common::default();
        }
        self.known(node, "`defaults`", &DEFAULTS_FIELDS);
        self.common(node, &Common::default())
    }

    /// The fields that rules and defaults share.
    fn common(&mut self, map: Node<'_>, defaults: &Common) -> Common {
        Common {
            environments: match map.get("environments") {
                Some(node) => self.environments(node),
                None => defaults.environments.clone(),
            },
            reference: match map.get("reference") {
                Some(node) => self.spanned(node, "the reference"),
                None => defaults.reference.clone(),
            },
            severity: match map.get("severity") {
                Some(node) => self.severity(node, &defaults.severity),
                None => defaults.severity.clone(),
            },
            on_unknown: map
                .get("onUnknown")
                .and_then(|node| self.word(node, "answer to unknowns", &OnUnknown::WORDS))
                .unwrap_or(defaults.on_unknown),
            mode: map.get("mode").and_then(|node| self.word(node, "mode", &Mode::WORDS)).unwrap_or(defaults.mode),
            accept_sources: match map.get("acceptSources") {
                Some(node) => self.accept_sources(node),
                None => defaults.accept_sources.clone(),
            },
        }
    }

    pub(super) fn environments(&mut self, node: Node<'_>) -> Vec<Spanned<EnvironmentRef>> {
        let reference = |name: String| {
            if name == "all" { EnvironmentRef::All } else { EnvironmentRef::Name(name) }
        };
        self.spanned_texts(node, Some("environments")).into_iter().map(|name| name.map(reference)).collect()
    }

    /// One word, or a map from environments and tiers to words.
    fn severity(&mut self, node: Node<'_>, defaults: &SeverityBy) -> SeverityBy {
        let mut severity = SeverityBy { default: defaults.default, by: Vec::new() };
        if !node.is_map() {
            if node.scalar_text().is_none() {
                self.wrong_type(node, "a severity, or a map from environments to severities");
            } else if let Some(word) = self.word(node, "severity", &SEVERITIES) {
                severity.default = word;
            }
            return severity;
        }
        if node.is_empty() {
            let at = self.at(node);
            self.error("empty-map", at, "`severity` is empty", "give a `default`, or remove the field");
        }
        for (key, span, value) in node.entries() {
            match self.word(value, "severity", &SEVERITIES) {
                Some(word) if key == "default" => severity.default = word,
                Some(word) => severity.by.push((Spanned::new(key.to_owned(), self.key_at(node, span)), word)),
                None => {}
            }
        }
        severity
    }

    fn rules<'t>(&mut self, node: Node<'t>, defaults: &Common, ids: &mut SortedMap<&'t str, Location>) -> Vec<Rule> {
        let items = self.items(node);
        if items.len() == 0 && (node.is_sequence() || node.is_null()) {
            let at = self.at(node);
            self.error("empty-list", at, "`rules` is empty", "add a rule: a policy without rules checks nothing");
        }
        let mut rules = Vec::with_capacity(items.len());
        for item in items {
            if !self.map(item, "a rule") {
                continue;
            }
            self.unique(item, ids);
            rules.extend(self.rule(item, defaults));
        }
        rules
    }

    /// Says so where an id was given before: rules and gates share their names.
    pub(super) fn unique<'t>(&mut self, item: Node<'t>, ids: &mut SortedMap<&'t str, Location>) {
        let Some((id, at)) = item.get("id").and_then(|id| id.scalar_text().map(|text| (text, self.at(id)))) else {
            return;
        };
        match ids.get(id) {
            Some(first) => self.mistakes.push(|| {
                Diagnostic::error("duplicate-id", at, format!("there are two rules `{}`", shown(id)))
                    .related(first.clone(), "the first one is here")
                    .help("give each its own id: findings and waivers speak of rules by it")
            }),
            None => {
                ids.insert(id, at);
            }
        }
    }

    fn rule(&mut self, map: Node<'_>, defaults: &Common) -> Option<Rule> {
        self.known(map, "a rule", &RULE_FIELDS);
        let id = self.required(map, "a rule", &RULE_FIELDS, "id", "findings and waivers speak of rules by their id");
        let id = id.and_then(|node| self.spanned(node, "the id of the rule"));
        let kind = self.required(map, "a rule", &RULE_FIELDS, "kind", "say what it checks, such as `kind: same`");
        let kind = kind.and_then(|node| self.spanned(node, "the kind of the rule"));
        let select = map.get("select").map(|node| self.selectors(node, "select"));
        let except = map.get("except").map(|node| self.selectors(node, "except"));
        // A key that is nearly `select` was told: what it selects is not known, and it is not missing as well.
        let is_misspelt = || map.entries().any(|(key, ..)| suggest::nearest(key, RULE_FIELDS) == Some("select"));
        let common = self.common(map, defaults);
        if let Some(node) = map.get("description") {
            self.text(node);
        }
        let params =
            map.get("params").filter(|params| params.is_null() || self.map(*params, "the parameters of the rule"));
        let [message, why, fix] =
            ["message", "why", "fix"].map(|field| map.get(field).and_then(|node| self.template(node)));
        let (id, kind) = (id?, kind?);
        Some(Rule {
            at: id.at.unwrap_or_else(|| self.at(map)),
            id: id.value.into(),
            kind,
            select: select.or_else(|| is_misspelt().then(Vec::new)),
            except: except.unwrap_or_default(),
            environments: common.environments,
            reference: common.reference,
            severity: common.severity,
            on_unknown: common.on_unknown,
            mode: common.mode,
            params: params.map(Node::id),
            message,
            why,
            fix,
        })
    }

    fn selectors(&mut self, node: Node<'_>, field: &str) -> Vec<Spanned<Selector>> {
        let texts = self.texts(node, Some(field));
        texts.into_iter().filter_map(|(_, item)| self.selector(item)).collect()
    }

    fn template(&mut self, node: Node<'_>) -> Option<Template> {
        match Template::parse(self.text(node)?) {
            Ok(template) => Some(template),
            Err(errors) => {
                for error in errors {
                    let at = self.within(node, error.at);
                    self.mistakes.push(|| Diagnostic::error("bad-template", at, error.message).maybe_help(error.help));
                }
                None
            }
        }
    }
}
