//! The gates of a policy, and how they may be passed over.

use paritygate_model::promotion::{Elapsed, FactSource, KindOfChange};
use paritygate_model::{Location, Node, SortedMap, Value, limits};

use super::lower::Common;
use super::{BreakGlassRule, Gate, Mode};
use crate::fields::Reader;
use crate::spanned::Spanned;

const GATE_FIELDS: [&str; 11] =
    ["id", "kind", "description", "from", "to", "kindsOfChange", "acceptSources", "mode", "params", "why", "fix"];
/// Fields of rules that a gate does not have, which is said in its own words.
const TOLD: [&str; 2] = ["severity", "onUnknown"];
const BREAK_GLASS_FIELDS: [&str; 6] = ["rules", "never", "maxLife", "coApprovers", "incident", "acceptSources"];
const SOURCES: [(&str, FactSource); 2] = [("asserted", FactSource::Asserted), ("imported", FactSource::Imported)];
const CLOCKS: [(&str, bool); 2] = [("host", true), ("any", false)];
/// How long a broken glass may hold where the policy does not say.
const MAX_LIFE: &str = "PT4H";

impl Reader<'_> {
    pub(super) fn gates<'t>(
        &mut self,
        node: Node<'t>,
        defaults: &Common,
        ids: &mut SortedMap<&'t str, Location>,
    ) -> Vec<Gate> {
        let items = self.items(node);
        if items.len() == 0 && (node.is_sequence() || node.is_null()) {
            let at = self.at(node);
            self.error("empty-list", at, "`gates` is empty", "add a gate, or remove the field");
        }
        let mut gates = Vec::with_capacity(items.len());
        for item in items {
            if self.map(item, "a gate") {
                self.unique(item, ids);
                gates.extend(self.gate(item, defaults));
            }
        }
        gates
    }

    fn gate(&mut self, map: Node<'_>, defaults: &Common) -> Option<Gate> {
        for field in TOLD {
            if let Some(at) = map.key_location(field) {
                let message = format!("a gate has no `{field}`: what it does not let pass is denied");
                self.error("unknown-field", at, message, "`mode: observe` only reports");
            }
        }
        self.known_but(map, "a gate", &GATE_FIELDS, &TOLD);
        let id = self.required(map, "a gate", &GATE_FIELDS, "id", "decisions speak of gates by their id");
        let id = id.and_then(|node| self.spanned(node, "the id of the gate"));
        let kind =
            self.required(map, "a gate", &GATE_FIELDS, "kind", "say what it asks, such as `kind: allowed-window`");
        let kind = kind.and_then(|node| self.spanned(node, "the kind of the gate"));
        let from = map.get("from").map(|node| self.environments(node)).unwrap_or_default();
        let to = map.get("to").map(|node| self.environments(node)).unwrap_or_default();
        let kinds_of_change = map.get("kindsOfChange").map(|node| self.kinds_of_change(node)).unwrap_or_default();
        let accept_sources = match map.get("acceptSources") {
            Some(node) => self.accept_sources(node),
            None => defaults.accept_sources.clone(),
        };
        let mode = map.get("mode").and_then(|node| self.word(node, "mode", &Mode::WORDS)).unwrap_or(defaults.mode);
        let params =
            map.get("params").filter(|params| params.is_null() || self.map(*params, "the parameters of the gate"));
        let [_, why, fix] = ["description", "why", "fix"]
            .map(|field| map.get(field).and_then(|node| self.text(node)).map(str::to_owned));
        let (id, kind) = (id?, kind?);
        Some(Gate {
            at: id.at.unwrap_or_else(|| self.at(map)),
            id: id.value.into(),
            kind,
            from,
            to,
            kinds_of_change,
            accept_sources,
            mode,
            params: params.map(Node::id),
            why,
            fix,
        })
    }

    fn kinds_of_change(&mut self, node: Node<'_>) -> Vec<KindOfChange> {
        let words: Vec<(&str, KindOfChange)> = KindOfChange::ALL.iter().map(|kind| (kind.word(), *kind)).collect();
        let texts = self.texts(node, Some("kindsOfChange"));
        texts.into_iter().filter_map(|(_, item)| self.word(item, "kind of change", &words)).collect()
    }

    pub(super) fn accept_sources(&mut self, node: Node<'_>) -> Vec<FactSource> {
        let texts = self.texts(node, Some("acceptSources"));
        texts.into_iter().filter_map(|(_, item)| self.word(item, "source of facts", &SOURCES)).collect()
    }

    /// Where only the host's clock counts.
    pub(super) fn clock(&mut self, node: Node<'_>) -> Option<Location> {
        let at = self.at(node);
        self.word(node, "clock", &CLOCKS).filter(|host| *host).map(|_| at)
    }

    pub(super) fn break_glass(&mut self, map: Node<'_>, defaults: &Common) -> Option<BreakGlassRule> {
        if !self.map(map, "`breakGlass`") {
            return None;
        }
        self.known(map, "`breakGlass`", &BREAK_GLASS_FIELDS);
        let rules =
            self.required(map, "`breakGlass`", &BREAK_GLASS_FIELDS, "rules", "name the gates that it may pass over");
        let rules = rules.map(|node| self.spanned_texts(node, Some("rules"))).unwrap_or_default();
        let never = map.get("never").map(|node| self.spanned_texts(node, None)).unwrap_or_default();
        let max_life = map.get("maxLife").and_then(|node| self.elapsed(node)).filter(|life| {
            let is_short = life.value.0 <= limits::MAX_GLASS_LIFE && life.value.0.is_positive();
            if !is_short {
                let at = life.at.clone().unwrap_or_else(|| self.at(map));
                let message = "`maxLife` is more than no time, and seven days at most";
                self.error("bad-value", at, message, "an emergency is short: such as `PT4H`");
            }
            is_short
        });
        let max_life = max_life.or_else(|| Elapsed::parse(MAX_LIFE).map(Spanned::nowhere))?;
        let co_approvers = map.get("coApprovers").and_then(|node| self.integer(node)).unwrap_or(1);
        let co_approvers = u32::try_from(co_approvers).ok().filter(|number| *number > 0).unwrap_or_else(|| {
            let at = map.get("coApprovers").map_or_else(|| self.at(map), |node| self.at(node));
            self.error("bad-value", at, "`coApprovers` is at least 1", "nobody breaks the glass alone");
            1
        });
        let incident = map.get("incident").and_then(|node| self.boolean(node)).unwrap_or(true);
        let accept_sources = match map.get("acceptSources") {
            Some(node) => self.accept_sources(node),
            None => defaults.accept_sources.clone(),
        };
        Some(BreakGlassRule { rules, never, max_life, co_approvers, incident, accept_sources, at: self.at(map) })
    }

    fn elapsed(&mut self, node: Node<'_>) -> Option<Spanned<Elapsed>> {
        let text = self.text(node)?;
        let at = self.at(node);
        let parsed = Elapsed::parse(text);
        if parsed.is_none() {
            self.error("bad-value", at.clone(), "expected a duration", "write it as `PT4H` or `PT30M`");
        }
        parsed.map(|elapsed| Spanned::new(elapsed, at))
    }

    fn boolean(&mut self, node: Node<'_>) -> Option<bool> {
        if let Value::Bool(value) = node.value() {
            return Some(value);
        }
        self.wrong_type(node, "a boolean");
        None
    }
}
