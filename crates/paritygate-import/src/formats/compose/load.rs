//! From files to services: layers, `include`, `extends`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use paritygate_model::{Diagnostic, Document, Level, Location, SortedMap, SortedSet, Source, limits, suggest};

use super::model::{self, Service, Services};
use super::path;
use super::read::{self, Include, Layer};
use super::scope::{self, Scope};
use crate::{Context, Imported, Need, Supplied};

/// Where relative paths of a file count from, and what its references are looked up in.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub(super) folder: String,
    pub(super) scope: Rc<Scope>,
}

/// What became of a question for a file that may be missing.
pub(super) enum Asked {
    /// It is here.
    Text(Arc<Source>),
    /// There is none.
    Absent,
    /// Nobody knows what it holds.
    Unknown,
}

/// Reads files as they are asked for, and keeps what was wrong.
pub(super) struct Loader<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) imported: Imported,
    /// Whether something that belongs to the project was not read.
    pub(super) partial: bool,
    documents: SortedMap<String, Option<Rc<Document>>>,
    layers: Vec<Rc<Layer>>,
    layer_of: SortedMap<(String, String, u64), usize>,
    extended: SortedMap<(usize, String), Service>,
    said: SortedSet<(&'static str, Arc<str>, u32)>,
    needed: SortedMap<String, usize>,
    loads: usize,
    scopes: u64,
    budget: usize,
    /// How many bytes references may still be replaced by.
    pub(super) allowance: Cell<usize>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        let written: usize = context
            .files
            .values()
            .map(|file| if let Supplied::Text(text) = file { text.text().len() } else { 0 })
            .sum();
        Self {
            context,
            imported: Imported::default(),
            partial: false,
            documents: SortedMap::new(),
            layers: Vec::new(),
            layer_of: SortedMap::new(),
            extended: SortedMap::new(),
            said: SortedSet::new(),
            needed: SortedMap::new(),
            loads: 0,
            scopes: 0,
            // What every file holds may be used once; beyond that there is a limit.
            budget: limits::MAX_COPIES + written / 4,
            allowance: Cell::new(limits::MAX_DOCUMENT_BYTES),
        }
    }

    /// Keeps a diagnostic, once for each place: an anchor's value may be read many times.
    pub(super) fn say(&mut self, diagnostic: Diagnostic) {
        let new = diagnostic
            .location
            .as_ref()
            .is_none_or(|at| self.said.insert((diagnostic.code, Arc::clone(at.source.name()), at.span.start)));
        if new {
            self.imported.diagnostics.push(diagnostic);
        }
    }

    /// Whether something was wrong with a text.
    pub(super) fn has_errors_in(&self, source: &Arc<Source>) -> bool {
        let here = |at: &Location| Arc::ptr_eq(&at.source, source);
        self.imported
            .diagnostics
            .iter()
            .any(|known| known.level == Level::Error && known.location.as_ref().is_some_and(here))
    }

    /// Takes from the budget for copies; false when there is nothing left, which is said once.
    pub(super) fn spend(&mut self, cost: usize, at: Option<&Location>) -> bool {
        let left = self.budget.checked_sub(cost);
        if left.is_none() && self.budget > 0 {
            let most = limits::MAX_COPIES;
            let message =
                format!("`extends`, `include` and `env_file` copy more than {most} values, which is the limit");
            self.say(match at {
                Some(at) => Diagnostic::error("too-many-values", at.clone(), message),
                None => Diagnostic::nowhere("too-many-values", message),
            });
        }
        self.budget = left.unwrap_or(0);
        left.is_some()
    }

    /// Asks for a file that may be missing.
    pub(super) fn ask(&mut self, path: &str, at: Option<&Location>, required: bool) -> Asked {
        match self.context.files.get(path) {
            Some(Supplied::Text(source)) => Asked::Text(Arc::clone(source)),
            Some(Supplied::Absent) => Asked::Absent,
            Some(Supplied::Refused(reason)) => {
                if let Some(at) = at {
                    let message = format!("`{path}` was not read: {reason}");
                    let warning = Diagnostic::warning("file-not-read", at.clone(), message);
                    self.say(warning.note("what it sets is not known"));
                }
                Asked::Unknown
            }
            Some(Supplied::Broken(wrong)) => {
                self.say(crate::asked_at(wrong.clone(), at));
                Asked::Unknown
            }
            None => {
                self.need(path, at, required);
                Asked::Unknown
            }
        }
    }

    fn need(&mut self, path: &str, at: Option<&Location>, required: bool) {
        if let Some(known) = self.needed.get(path).and_then(|&at| self.imported.needs.get_mut(at)) {
            known.required |= required;
            known.at = known.at.take().or_else(|| at.cloned());
            return;
        }
        self.needed.insert(path.to_owned(), self.imported.needs.len());
        self.imported.needs.push(Need { path: path.to_owned(), at: at.cloned(), required });
    }

    /// A file that nothing works without, parsed; once for each path.
    fn document(&mut self, path: &str, at: Option<&Location>) -> Option<Rc<Document>> {
        if let Some(known) = self.documents.get(path) {
            return known.clone();
        }
        let document = match self.context.files.get(path) {
            None => {
                self.need(path, at, true);
                None
            }
            Some(_) => crate::supplied(path, at, self.context, &mut self.imported).map(|source| {
                let (document, diagnostics) = crate::document::read(&source);
                // What stands behind the place of an error was not read.
                self.partial |= diagnostics.iter().any(|wrong| wrong.level == Level::Error);
                self.imported.diagnostics.extend(diagnostics);
                Rc::new(document)
            }),
        };
        self.partial |= document.is_none();
        self.documents.insert(path.to_owned(), document.clone());
        document
    }

    /// A file's services as they stand in it, for one base; `None` where it is not at hand.
    fn layer(&mut self, path: &str, at: Option<&Location>, base: &Base) -> Option<usize> {
        let key = (path.to_owned(), base.folder.clone(), base.scope.id);
        if let Some(&known) = self.layer_of.get(&key) {
            return Some(known);
        }
        let document = self.document(path, at)?;
        if !self.spend(document.tree.len() / 8, at) {
            return None;
        }
        let layer = read::layer(&document, base, self);
        self.layers.push(Rc::new(layer));
        self.layer_of.insert(key, self.layers.len() - 1);
        Some(self.layers.len() - 1)
    }

    /// The services of files that are laid over each other.
    ///
    /// `chain` holds the files that include this project.
    pub(super) fn project(
        &mut self,
        files: &[(String, Option<Location>)],
        base: &Base,
        chain: &mut Vec<String>,
    ) -> Services {
        let mut services = Services::new();
        for (path, at) in files {
            if chain.contains(path) || chain.len() >= limits::MAX_CHAIN {
                self.include_chain(path, at.as_ref(), chain);
                continue;
            }
            self.loads += 1;
            if self.loads > limits::MAX_SOURCES {
                let message =
                    format!("the project is read from more than {} files, which is the limit", limits::MAX_SOURCES);
                self.say(Diagnostic::nowhere("too-many-files", message));
                self.partial = true;
                return services;
            }
            let Some(at) = self.layer(path, at.as_ref(), base) else {
                continue;
            };
            let Some(layer) = self.layers.get(at).cloned() else {
                continue;
            };
            let mut own = Services::new();
            for name in layer.services.keys() {
                if let Some(service) = self.extended(at, name, base, &mut Vec::new()) {
                    own.insert(name.clone(), service);
                }
            }
            model::clear(&mut services, &layer.cleared);
            chain.push(path.clone());
            for include in &layer.includes {
                for (name, mut included) in self.included(include, base, chain) {
                    if let Some(over) = own.remove(&name) {
                        included.merge(over);
                    }
                    own.insert(name, included);
                }
            }
            chain.pop();
            for (name, service) in own {
                match services.get_mut(&name) {
                    Some(known) => known.merge(service),
                    None => {
                        services.insert(name, service);
                    }
                }
            }
        }
        services
    }

    fn included(&mut self, include: &Include, base: &Base, chain: &mut Vec<String>) -> Services {
        let paths = include.paths.iter().map(|(text, at)| (path::join(&base.folder, text), at.clone()));
        let files: Vec<(String, Option<Location>)> = paths.collect();
        let Some((first, _)) = files.first() else {
            return Services::new();
        };
        let folder = match &include.folder {
            Some(folder) => path::join(&base.folder, folder),
            None => path::parent(first).to_owned(),
        };
        let mut scope = Rc::clone(&base.scope);
        match &include.env_files {
            // What the including project knows wins over what the included one brings.
            Some(env_files) => {
                for (text, at) in env_files.iter().filter(|(text, _)| text != "/dev/null") {
                    scope = self.scope(&path::join(&base.folder, text), at.as_ref(), true, Some(&scope));
                }
            }
            None => scope = self.scope(&path::join(&folder, ".env"), None, false, Some(&scope)),
        }
        self.project(&files, &Base { folder, scope }, chain)
    }

    fn include_chain(&mut self, path: &str, at: Option<&Location>, chain: &[String]) {
        self.partial = true;
        let Some(at) = at else { return };
        let diagnostic = match chain.iter().position(|known| known == path) {
            Some(start) => {
                let names: Vec<&str> = chain.iter().skip(start).map(String::as_str).chain([path]).collect();
                let message = format!("the files include each other in a circle: `{}`", names.join("` includes `"));
                Diagnostic::error("include-cycle", at.clone(), message)
                    .note("nothing can be loaded first")
                    .help("move what they share to a file that includes none of them")
            }
            None => too_long("include", at),
        };
        self.say(diagnostic);
    }

    /// The variables of an env file by which references in Compose files are resolved.
    pub(super) fn scope(
        &mut self,
        path: &str,
        at: Option<&Location>,
        required: bool,
        outer: Option<&Rc<Scope>>,
    ) -> Rc<Scope> {
        let empty = || outer.cloned().unwrap_or_default();
        let source = match self.ask(path, at, required) {
            Asked::Text(source) => source,
            Asked::Absent => {
                if let Some(at) = at.filter(|_| required) {
                    self.missing(path, at);
                }
                return empty();
            }
            Asked::Unknown => return empty(),
        };
        let known = outer.map_or(0, |outer| outer.variables.len());
        if !self.spend(known + source.text().len() / 16, at) {
            return empty();
        }
        let mut variables = SortedMap::new();
        let look_up = |name: &str| outer.and_then(|outer| outer.get(name)).cloned();
        let diagnostics = scope::read(&source, false, &look_up, self.context, &self.allowance, &mut variables);
        for diagnostic in diagnostics {
            self.say(diagnostic);
        }
        if let Some(outer) = outer {
            variables.extend(outer.variables.iter().map(|(name, known)| (name.clone(), known.clone())));
        }
        self.scopes += 1;
        Rc::new(Scope { id: self.scopes, variables })
    }

    /// Says that a file which something needs does not exist.
    pub(super) fn missing(&mut self, path: &str, at: &Location) {
        let diagnostic = Diagnostic::error("file-not-found", at.clone(), format!("`{path}` does not exist"));
        let diagnostic = diagnostic.note("Compose refuses to start without it");
        self.say(diagnostic.help("create it, or name it as `{ path: …, required: false }`"));
    }

    /// A service with everything that it extends.
    fn extended(&mut self, layer: usize, name: &str, base: &Base, chain: &mut Vec<(usize, String)>) -> Option<Service> {
        let file = self.layers.get(layer).cloned()?;
        let own = file.services.get(name)?;
        let Some(extends) = own.extends.clone() else {
            return self.spend(own.size(), own.at.as_ref()).then(|| own.clone());
        };
        let key = (layer, name.to_owned());
        if let Some(known) = self.extended.get(&key).cloned() {
            return self.spend(known.size(), known.at.as_ref()).then_some(known);
        }
        chain.push(key.clone());
        let below = self.extension(layer, &extends, base, chain);
        chain.pop();
        let mut service = below.unwrap_or_else(|| Service { partial: vec![""], ..Service::default() });
        model::clear_service(&mut service, name, &file.cleared);
        service.merge(own.clone());
        service.extends = None;
        if self.spend(service.size(), service.at.as_ref()) {
            self.extended.insert(key, service.clone());
        }
        Some(service)
    }

    /// The service that another one extends.
    fn extension(
        &mut self,
        layer: usize,
        extends: &super::model::Extends,
        base: &Base,
        chain: &mut Vec<(usize, String)>,
    ) -> Option<Service> {
        let at = extends.at.as_ref();
        let (target, base) = match &extends.file {
            None => (layer, base.clone()),
            Some((file, at)) => {
                let path = path::join(&base.folder, file);
                let folder = path::parent(&path).to_owned();
                let base = Base { folder, scope: Rc::clone(&base.scope) };
                (self.layer(&path, at.as_ref(), &base)?, base)
            }
        };
        let name = &extends.service;
        if let Some(start) = chain.iter().position(|(file, service)| *file == target && service == name) {
            let names = chain.iter().skip(start).map(|(_, service)| service.as_str()).chain([name.as_str()]);
            let names: Vec<&str> = names.collect();
            let message = format!("the services extend each other in a circle: `{}`", names.join("` extends `"));
            if let Some(at) = at {
                let diagnostic = Diagnostic::error("extends-cycle", at.clone(), message);
                let diagnostic = diagnostic.note("no service can be the base of itself");
                self.say(diagnostic.help("move what they share to a service that extends none of them"));
            }
            return None;
        }
        if chain.len() >= limits::MAX_CHAIN {
            if let Some(at) = at {
                self.say(too_long("extends", at));
            }
            return None;
        }
        let file = self.layers.get(target).cloned()?;
        if !file.services.contains_key(name) {
            if let Some(at) = at {
                let message = format!("there is no service `{name}` in `{}`", file.source.name());
                let help = suggest::did_you_mean(name, file.services.keys().map(String::as_str));
                let diagnostic = Diagnostic::error("extends-not-found", at.clone(), message).maybe_help(help);
                self.say(diagnostic.note("`extends` looks in one file only, before files are laid over each other"));
            }
            return None;
        }
        self.extended(target, name, &base, chain)
    }
}

fn too_long(what: &str, at: &Location) -> Diagnostic {
    let message = format!("`{what}` leads through more than {} steps, which is the limit", limits::MAX_CHAIN);
    Diagnostic::error("chain-too-long", at.clone(), message).help("name the last step directly")
}
