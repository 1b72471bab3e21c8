//! Document to project manifest.

use paritygate_model::{Diagnostic, Document, Node, SortedMap, SortedSet, Span, Tier};

use super::{Admission, Project, ProjectEnvironment, SourceSpec};
use crate::fields::Reader;

const PROJECT_FIELDS: [&str; 10] = [
    "environments",
    "contract",
    "pipeline",
    "groups",
    "policies",
    "secrets",
    "expected",
    "waivers",
    "baseline",
    "neverWaive",
];
const ENVIRONMENT_FIELDS: [&str; 10] =
    ["tier", "order", "aliases", "sources", "reference", "branches", "tags", "trigger", "approvals", "windows"];
const SOURCE_FIELDS: [&str; 6] = ["from", "path", "paths", "component", "profiles", "plane"];
const PLANES: [(&str, bool); 2] = [("declared", false), ("observed", true)];
const SECRETS_FIELDS: [&str; 2] = ["plain", "secret"];

/// Reads a manifest. It always answers one, with what could be understood and everything that is wrong.
pub fn lower(document: &Document) -> (Project, Vec<Diagnostic>) {
    let mut reader = Reader::new(document);
    let project = reader.root(document, "a project manifest").map(|root| reader.project(root)).unwrap_or_default();
    (project, reader.mistakes.finish())
}

impl Reader<'_> {
    fn project(&mut self, root: Node<'_>) -> Project {
        self.known(root, "a project manifest", &PROJECT_FIELDS);
        let mut project = Project::default();
        // A section without content says nothing: `waivers:` with comments below it.
        let section = |name: &str| root.get(name).filter(|node| !node.is_null());
        if let Some(node) = section("environments") {
            project.environments = self.declared(node);
        }
        let known: SortedSet<&str> =
            section("environments").into_iter().flat_map(|node| node.entries().map(|(key, ..)| key)).collect();
        for reference in project.environments.iter().filter_map(|environment| environment.reference.as_ref()) {
            if let Some(at) = &reference.at {
                self.environment_name(&reference.value, at.clone(), &known);
            }
        }
        if let Some(node) = section("contract") {
            project.contract = self.sources(node);
        }
        if let Some(node) = section("policies") {
            project.policies = self.spanned_texts(node, Some("policies"));
        }
        if let Some(node) = section("secrets")
            && self.map(node, "`secrets`")
        {
            self.known(node, "`secrets`", &SECRETS_FIELDS);
            project.secrets_plain = node.get("plain").map(|node| self.strings(node)).unwrap_or_default();
            project.secrets_secret = node.get("secret").map(|node| self.strings(node)).unwrap_or_default();
        }
        if let Some(node) = section("pipeline")
            && self.map(node, "the pipeline")
        {
            self.pipeline(node, &mut project);
        }
        if let Some(node) = section("groups")
            && self.map(node, "`groups`")
        {
            let groups = node.entries().map(|(name, _, members)| (name.to_owned(), self.strings(members)));
            project.groups = groups.collect();
        }
        if let Some(node) = section("baseline") {
            project.baseline = self.spanned(node, "the path of the baseline");
        }
        if let Some(node) = section("neverWaive") {
            // An empty list is meant: nothing is protected, not even what is by default.
            project.never_waive = Some(self.spanned_texts(node, None));
        }
        if let Some(node) = section("expected") {
            project.expected = self.items(node).filter_map(|item| self.expected(item, &known)).collect();
        }
        if let Some(node) = section("waivers") {
            project.waivers = self.items(node).filter_map(|item| self.waiver(item, &known)).collect();
        }
        project
    }

    /// The environments, in the order of the text.
    fn declared(&mut self, node: Node<'_>) -> Vec<ProjectEnvironment> {
        if !self.map(node, "`environments`") {
            return Vec::new();
        }
        let mut entries: Vec<(&str, Span, Node<'_>)> = node.entries().collect();
        entries.sort_by_key(|(_, span, _)| *span);
        let declared = entries.into_iter().map(|(name, span, value)| {
            let at = self.key_at(node, span);
            if name.trim().is_empty() {
                self.error("empty-text", at.clone(), "the name of an environment is empty", "name it");
            }
            let mut environment = ProjectEnvironment {
                name: name.to_owned(),
                at,
                tier: None,
                order: None,
                aliases: Vec::new(),
                sources: Vec::new(),
                reference: None,
                admission: Admission::default(),
            };
            if !value.is_null() && self.map(value, "an environment") {
                self.environment(value, &mut environment);
            }
            environment
        });
        let declared: Vec<ProjectEnvironment> = declared.collect();
        self.check_aliases(node, &declared);
        declared
    }

    /// An alias means one environment.
    fn check_aliases(&mut self, node: Node<'_>, declared: &[ProjectEnvironment]) {
        let mut owners: SortedMap<&str, &str> =
            declared.iter().map(|it| (it.name.as_str(), it.name.as_str())).collect();
        for environment in declared {
            for (place, alias) in environment.aliases.iter().enumerate() {
                let owner = *owners.entry(alias).or_insert(&environment.name);
                if owner == environment.name {
                    continue;
                }
                let aliases = node.get(&environment.name).and_then(|map| map.get("aliases"));
                let at = aliases.map(|list| list.items().nth(place).unwrap_or(list));
                let at = at.map_or_else(|| environment.at.clone(), |node| self.at(node));
                let name = &environment.name;
                let message = if owner == alias {
                    format!("`{alias}` is an environment of its own, and can't be an alias of `{name}`")
                } else {
                    format!("`{alias}` is an alias of `{owner}` already, and can't be one of `{name}`")
                };
                self.error("ambiguous-alias", at, &message, "remove it where it is not meant");
            }
        }
    }

    fn environment(&mut self, map: Node<'_>, environment: &mut ProjectEnvironment) {
        self.known(map, "an environment", &ENVIRONMENT_FIELDS);
        let tiers = Tier::ALL.map(|tier| (tier.word(), tier));
        environment.tier = map.get("tier").and_then(|node| self.word(node, "tier", &tiers));
        environment.order = map.get("order").and_then(|node| self.integer(node));
        environment.aliases = map.get("aliases").map(|node| self.strings(node)).unwrap_or_default();
        environment.sources = map.get("sources").map(|node| self.sources(node)).unwrap_or_default();
        environment.reference = map.get("reference").and_then(|node| self.spanned(node, "the reference"));
        environment.admission = self.admission(map);
    }

    fn sources(&mut self, node: Node<'_>) -> Vec<SourceSpec> {
        self.items(node).filter_map(|item| self.source(item)).collect()
    }

    fn source(&mut self, map: Node<'_>) -> Option<SourceSpec> {
        if !self.map(map, "a source") {
            return None;
        }
        self.known(map, "a source", &SOURCE_FIELDS);
        let mut paths = Vec::new();
        if let Some(node) = map.get("path") {
            paths.extend(self.spanned(node, "the path"));
        }
        if let Some(node) = map.get("paths") {
            if map.get("path").is_some() {
                let at = map.key_location("paths").unwrap_or_else(|| self.at(node));
                self.error(
                    "conflicting-fields",
                    at,
                    "a source has `path` or `paths`, not both",
                    "put all of them into `paths`",
                );
            }
            paths.extend(self.spanned_texts(node, Some("paths")));
        } else if map.get("path").is_none() {
            self.missing(map, "a source", &SOURCE_FIELDS, "path", "name the file that it is read from");
        }
        let source = SourceSpec {
            from: map.get("from").and_then(|node| self.spanned(node, "the format")),
            component: map.get("component").and_then(|node| self.filled(node, "the component")).map(str::to_owned),
            profiles: map.get("profiles").map(|node| self.strings(node)).unwrap_or_default(),
            observed: map.get("plane").and_then(|node| self.word(node, "plane", &PLANES)).unwrap_or_default(),
            paths,
        };
        (!source.paths.is_empty()).then_some(source)
    }

    /// Names of environments of the manifest. An empty list is a mistake: `what` names it.
    pub(super) fn names(&mut self, node: Node<'_>, what: &str, known: &SortedSet<&str>) -> Vec<crate::Spanned<String>> {
        let names = self.spanned_texts(node, Some(what));
        for name in &names {
            if let Some(at) = &name.at {
                self.environment_name(&name.value, at.clone(), known);
            }
        }
        names
    }
}
