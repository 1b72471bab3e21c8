//! Which facts of which host a text holds: in any of the shapes that Ansible writes.

use std::sync::Arc;

use paritygate_model::{Diagnostic, Document, Draft, Location, Node, Source, Span, limits};

use super::host;
use super::value::{Values, collection};
use super::{Fleet, Place, adhoc};
use crate::{Context, document};

/// Reads one text.
pub(super) fn read(
    source: &Arc<Source>,
    path: &str,
    context: &Context<'_>,
    fleet: &mut Fleet,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let place = Place::In(source);
    let json = adhoc::to_json(source.text()).filter(|_| source.text().len() <= limits::MAX_DOCUMENT_BYTES);
    let is_list = json.is_some();
    let document = if let Some(json) = json {
        elsewhere(&json, source, None, diagnostics)
    } else {
        let (document, wrong) = document::read(source);
        diagnostics.extend(wrong);
        document
    };
    let mut finder = Finder { fleet, context, place, diagnostics, lone: host_of(path) };
    for root in document.roots() {
        if is_list {
            finder.results_in_turn(root);
        } else {
            finder.any(root);
        }
    }
}

/// Reads a text that stands for another: what is wrong with it is shown in that one, at `at` where it is only a part.
fn elsewhere(text: &str, source: &Arc<Source>, at: Option<&Location>, diagnostics: &mut Vec<Diagnostic>) -> Document {
    let stand_in = Source::new(format!("{}.json", source.name()), text);
    let (document, wrong) = document::read(&stand_in);
    let place =
        |location: Location| at.cloned().unwrap_or_else(|| Location::new(source, inside(source, location.span)));
    diagnostics.extend(wrong.into_iter().map(|mut wrong| {
        if let Some(location) = wrong.location.take() {
            // A line that could not be read may hold anything.
            source.mask(at.map_or(inside(source, location.span), |at| at.span));
            wrong.location = Some(place(location));
        }
        wrong.related = std::mem::take(&mut wrong.related).into_iter().map(|(at, label)| (place(at), label)).collect();
        wrong
    }));
    document
}

/// A span of a stand-in, cut to the text that it stands for.
fn inside(source: &Source, span: Span) -> Span {
    let end = source.text().len() as u32;
    Span::new(span.start.min(end), span.end.min(end))
}

/// The host that a file is named after: `web-1` for `web-1.json`, for `web-1.packages.json`, and for `s1_web-1` in a cache.
fn host_of(path: &str) -> String {
    let mut name = path.rsplit('/').next().unwrap_or(path);
    for ending in [".json", ".txt", ".facts", ".setup", ".packages", ".services"] {
        name = name.strip_suffix(ending).filter(|rest| !rest.is_empty()).unwrap_or(name);
    }
    name.strip_prefix("s1_").unwrap_or(name).to_owned()
}

struct Finder<'a, 'c> {
    fleet: &'a mut Fleet,
    context: &'a Context<'c>,
    place: Place<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// The host that the text is about, where it names none.
    lone: String,
}

impl Finder<'_, '_> {
    /// A text whose shape is not known yet.
    fn any(&mut self, root: Node<'_>) {
        let root = collection(root);
        let map = |key: &str| root.get(key).map(collection).filter(|node| node.is_map());
        let (hosts, variables) = (map("hostvars"), map("variables"));
        if hosts.or(variables).is_some() {
            self.groups(root);
            if let Some(hosts) = hosts {
                self.hosts(hosts);
            }
            if let Some(variables) = variables {
                self.variables(variables);
            }
        } else if let Some(plays) = root.get("plays").filter(|plays| plays.is_sequence()) {
            self.plays(plays);
        } else if is_result(root) || root.is_sequence() && host::is_listing(root) {
            let host = self.lone.clone();
            self.result(&host, root);
        } else if root.is_map() && !root.is_empty() && root.entries().all(|(.., result)| is_result(collection(result)))
        {
            self.hosts(root);
        } else {
            self.nothing(root);
        }
    }

    fn nothing(&mut self, root: Node<'_>) {
        let at = self.place.of(Span::new(root.span().start, root.span().start.saturating_add(1).min(root.span().end)));
        let message = "this text holds no facts of Ansible";
        let help = "hand in what `ansible all -m setup` or `-m package_facts` prints, a file of `--tree` or of a fact \
                    cache, or a map with `hostvars`, `groups` and `variables`";
        self.diagnostics.push(Diagnostic::error("ansible-facts-shape", at, message).help(help));
        self.place.mask(root.span());
    }

    /// A host's name and its result, in turn.
    fn results_in_turn(&mut self, list: Node<'_>) {
        let mut host = None;
        for item in list.items() {
            match host.take() {
                None => host = item.as_str(),
                Some(host) => self.result(host, item),
            }
        }
    }

    /// A map from hosts to results, facts or variables.
    fn hosts(&mut self, map: Node<'_>) {
        for (host, _, result) in map.entries() {
            self.result(host, collection(result));
        }
    }

    /// What the output of a whole playbook in JSON says.
    fn plays(&mut self, plays: Node<'_>) {
        let tasks = plays.items().flat_map(|play| play.get("tasks").into_iter().flat_map(Node::items));
        let mut found = false;
        for (host, _, result) in tasks.filter_map(|task| task.get("hosts")).flat_map(Node::entries) {
            if is_result(result) {
                self.result(host, result);
                found = true;
            } else {
                self.place.mask(result.span());
            }
        }
        if !found {
            self.nothing(plays);
        }
    }

    /// A map from hosts to those of their variables that are meant.
    fn variables(&mut self, map: Node<'_>) {
        let values = Values { place: &self.place, context: self.context };
        for (host, _, variables) in map.entries() {
            let read = super::variables::read(collection(variables), values);
            self.fleet.variables.entry(host.to_owned()).or_insert_with(Draft::map).merge(read);
        }
    }

    fn groups(&mut self, root: Node<'_>) {
        for (group, _, hosts) in root.get("groups").into_iter().flat_map(Node::entries) {
            let hosts = collection(hosts);
            let hosts = hosts.get("hosts").unwrap_or(hosts);
            let named = hosts.items().filter_map(Node::as_str).chain(hosts.entries().map(|(host, ..)| host));
            self.fleet.groups.entry(group.to_owned()).or_default().extend(named.map(str::to_owned));
        }
    }

    /// The result of a task, a host's variables, or facts alone.
    fn result(&mut self, host: &str, result: Node<'_>) {
        if let Some(payload) = result.get("__payload__") {
            return self.payload(host, payload);
        }
        let failed = |key: &str| matches!(result.get(key).map(Node::value), Some(paritygate_model::Value::Bool(true)));
        let why = if failed("unreachable") { Some("it was unreachable") } else { None };
        let why = why.or_else(|| failed("failed").then_some("the task failed"));
        let empty = |facts: Node<'_>| facts.is_map() && facts.is_empty();
        let none = empty(result) || result.get("ansible_facts").map(collection).is_some_and(empty);
        if why.is_none() && none {
            let at = self.place.of(result.span());
            return self.fleet.failed(host, at, "none were gathered", self.diagnostics);
        }
        let facts = result.get("ansible_facts").map(collection).filter(|facts| facts.is_map());
        // What a task says of itself is no fact: a callback may leave out that it failed.
        let is_of_task = result.get("changed").is_some() || result.get("msg").is_some();
        let has_facts = || result.entries().any(|(key, ..)| key.starts_with("ansible_"));
        let why = why.or_else(|| (is_of_task && !has_facts()).then_some("the task brought none"));
        if let (Some(why), None) = (why, facts) {
            let start = result.span().start;
            self.place.mask(result.span());
            let at = self.place.of(Span::new(start, start + 1));
            return self.fleet.failed(host, at, why, self.diagnostics);
        }
        if let Some(facts) = facts {
            let others = result.entries().filter(|(key, ..)| *key != "ansible_facts");
            others.for_each(|(.., other)| self.place.mask(other.span()));
            self.facts(host, facts);
        } else {
            self.facts(host, result);
        }
    }

    fn facts(&mut self, host: &str, facts: Node<'_>) {
        let values = Values { place: &self.place, context: self.context };
        let read = host::read(facts, values);
        match self.fleet.hosts.get_mut(host) {
            Some(known) => known.add(read),
            None => {
                self.fleet.hosts.insert(host.to_owned(), read);
            }
        }
    }

    /// A fact cache since ansible-core 2.19: JSON as a text in JSON. All of it stands where that text does.
    fn payload(&mut self, host: &str, payload: Node<'_>) {
        let at = self.place.of(payload.span());
        self.place.mask(payload.span());
        let Some(text) = payload.as_str() else { return self.nothing(payload) };
        let document = elsewhere(text, &at.source, Some(&at), self.diagnostics);
        let mut inner = Finder {
            fleet: self.fleet,
            context: self.context,
            place: Place::At(at),
            diagnostics: self.diagnostics,
            lone: host.to_owned(),
        };
        for root in document.roots() {
            let root = collection(root);
            // A cache holds facts; another text inside of it would be none of Ansible's.
            if root.is_map() && root.get("__payload__").is_none() {
                inner.facts(host, root);
            } else {
                inner.nothing(root);
            }
        }
    }
}

/// Whether a map is the result of a task that gathers facts, a host's variables with facts, or facts alone.
fn is_result(node: Node<'_>) -> bool {
    let tells = |key: &str| {
        key.starts_with("ansible_")
            || ["packages", "services", "distribution", "gather_subset", "module_setup", "__payload__"].contains(&key)
            || ["unreachable", "failed"].contains(&key)
    };
    node.is_map() && node.entries().any(|(key, ..)| tells(key))
}
