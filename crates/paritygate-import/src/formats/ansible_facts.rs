//! Ansible's facts: what `setup`, `package_facts` and `service_facts` tell of hosts.
//!
//! Only the facts that an environment has a place for are read. All others (environment variables, host keys, whatever
//! local facts hold) are masked in every excerpt: what is not read is not shown.

mod adhoc;
mod agreed;
mod find;
mod host;
mod value;
mod variables;

use std::sync::Arc;

use paritygate_model::{Coverage, Diagnostic, Draft, DraftValue, Location, SortedMap, SortedSet, Source, Span, path};

use self::host::Host;
use crate::{Context, Description, Format, Imported, Module, Request};

/// The format.
pub static FORMAT: Format = Format {
    name: "ansible-facts",
    summary: "Ansible's facts: results of `setup`, `package_facts` and `service_facts`, and fact caches",
    module: Module::Formats,
    detect,
    import: super::of_formats(import),
};

/// The group of hosts of which nothing says where they belong: Ansible's own name for all of them.
const ALL_HOSTS: &str = "all";
/// Ansible's name for hosts that no other group has.
const UNGROUPED: &str = "ungrouped";
/// What stands for a host that is named and whose facts are not there.
const NOT_GATHERED: &str = "its facts were not gathered";

fn detect(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_ours = |word: &str| word == "ansible-facts" || word == "ansible_facts";
    is_ours(folder.rsplit('/').next().unwrap_or(folder)) || name.split('.').any(is_ours)
}

fn import(request: &Request, context: &Context<'_>) -> Imported {
    let mut imported = Imported::default();
    let mut fleet = Fleet::default();
    let mut read = false;
    for (path, at) in request.named() {
        if let Some(source) = crate::supplied(path, at, context, &mut imported) {
            find::read(&source, path, context, &mut fleet, &mut imported.diagnostics);
            read = true;
        }
    }
    if read {
        fleet.describe(request.component.as_deref(), &mut imported);
    }
    imported
}

/// What the texts tell: hosts, and which group they belong to.
#[derive(Default)]
struct Fleet {
    hosts: SortedMap<String, Host>,
    groups: SortedMap<String, SortedSet<String>>,
    /// The variables of each host, as far as a text tells them.
    variables: SortedMap<String, Draft>,
}

impl Fleet {
    /// The groups, each with its hosts; `group` is that of hosts that are in none.
    fn groups<'f>(&'f self, group: &'f str) -> SortedMap<&'f str, SortedSet<&'f str>> {
        let mut groups: SortedMap<&str, SortedSet<&str>> = SortedMap::new();
        for (name, hosts) in &self.groups {
            // Every host is in `all`, and that says nothing.
            if name == ALL_HOSTS || name == UNGROUPED {
                continue;
            }
            let known = hosts.iter().filter(|host| self.hosts.contains_key(*host)).map(String::as_str);
            let known: SortedSet<&str> = known.collect();
            if !known.is_empty() {
                groups.insert(name, known);
            }
        }
        let group = if self.groups.is_empty() { group } else { UNGROUPED };
        let alone = self.hosts.keys().filter(|host| !groups.values().any(|hosts| hosts.contains(host.as_str())));
        let alone: SortedSet<&str> = alone.map(String::as_str).collect();
        if !alone.is_empty() {
            groups.entry(group).or_default().extend(alone);
        }
        groups
    }

    /// Describes all hosts, or those of one group.
    fn describe(self, group: Option<&str>, imported: &mut Imported) {
        let (group, is_one_group) = (group.unwrap_or(ALL_HOSTS), group.is_some());
        let mut draft = Draft::map();
        // Nobody says that these are all the hosts, and of each only what these modules tell is known.
        imported.coverage.push(("hosts".to_owned(), Coverage::Partial));
        draft.at(&["hosts"]).as_map();
        if !self.variables.is_empty() {
            // Which other variables there are was not told.
            imported.coverage.push(("variables".to_owned(), Coverage::Partial));
            draft.set(&["variables"], agreed::variables(&self.variables));
        }
        let groups = self.groups(group);
        for (group, hosts) in &groups {
            for name in hosts {
                let Some(host) = self.hosts.get(*name) else { continue };
                let member = ["hosts", *group, "members", *name];
                draft.set(&member, host.draft.clone());
                let packages = path::join(member.into_iter().chain(["packages"]));
                let coverage = if host.has_packages { Coverage::Complete } else { Coverage::NotCollected };
                imported.coverage.push((packages, coverage));
            }
        }
        // Where the hosts are those of one group, the runtimes of all others are told elsewhere.
        let runtimes = if is_one_group { None } else { agreed::runtimes(&self.hosts) };
        let packages = agreed::packages(&self.hosts, &groups);
        for (section, agreed) in [("runtimes", runtimes), ("packages", packages)] {
            let coverage = if agreed.is_some() { Coverage::Partial } else { Coverage::NotCollected };
            imported.coverage.push((section.to_owned(), coverage));
            if let Some(agreed) = agreed {
                draft.set(&[section], agreed);
            }
        }
        if let Some((_, collected)) =
            self.hosts.values().filter_map(|host| host.collected.as_ref()).min_by_key(|at| at.0)
        {
            draft.set(&["collectedAt"], collected.clone());
        }
        imported.descriptions.push(Description::Draft(draft));
    }

    /// A host whose facts could not be gathered. What other texts tell of it stays.
    fn failed(&mut self, name: &str, at: Location, why: &str, diagnostics: &mut Vec<Diagnostic>) {
        let message = format!("there are no facts of `{name}`: {why}");
        diagnostics.push(
            Diagnostic::warning("facts-not-gathered", at.clone(), message).help("gather them again and hand them in"),
        );
        let unknown = Draft::new(Some(at), DraftValue::Unresolved(NOT_GATHERED.to_owned()));
        self.hosts.entry(name.to_owned()).or_insert_with(|| Host::of(unknown));
    }
}

/// Where the parts of a text stand: at their own place, or at that of the text that holds theirs.
#[derive(Clone)]
enum Place<'s> {
    In(&'s Arc<Source>),
    At(Location),
}

impl Place<'_> {
    fn of(&self, span: Span) -> Location {
        match self {
            Self::In(source) => Location::new(source, span),
            Self::At(at) => at.clone(),
        }
    }

    fn mask(&self, span: Span) {
        match self {
            Self::In(source) => source.mask(span),
            Self::At(at) => at.source.mask(at.span),
        }
    }
}

#[cfg(test)]
mod tests;
