//! One Compose file to services: every way of writing a thing becomes the one form of [`super::model`].

use std::ops::Range;
use std::sync::Arc;

use paritygate_model::{
    Diagnostic, Document, Draft, DraftValue, Location, Node, SortedMap, Source, Span, Value, suggest,
};

use super::load::{Base, Loader};
use super::model::{self, Service, Services};
use super::scope::{Expanded, expand};
use super::{keys, path};

/// What one file holds, before anything is laid over anything.
pub(super) struct Layer {
    pub(super) source: Arc<Source>,
    pub(super) services: Services,
    /// What `!reset` and `!override` take out of the layers below: paths from the service's name on.
    pub(super) cleared: Vec<Vec<String>>,
    pub(super) includes: Vec<Include>,
}

/// One entry of `include`.
pub(super) struct Include {
    pub(super) paths: Vec<(String, Option<Location>)>,
    pub(super) folder: Option<String>,
    pub(super) env_files: Option<Vec<(String, Option<Location>)>>,
}

/// Reads the services and includes of a file.
pub(super) fn layer(document: &Document, base: &Base, loader: &mut Loader<'_>) -> Layer {
    let mut reader =
        Reader { loader, base, source: Arc::clone(&document.source), cleared: Vec::new(), includes: Vec::new() };
    let mut services = Services::new();
    for root in document.roots() {
        let cleared = reader.cleared.len();
        let later = reader.root(root);
        // Several documents in one text are laid over each other like files.
        model::clear(&mut services, reader.cleared.get(cleared..).unwrap_or_default());
        for (name, service) in later {
            services.entry(name).or_default().merge(service);
        }
    }
    reader.loader.partial |= document.roots.is_empty();
    if document.roots.is_empty() && !reader.loader.has_errors_in(&document.source) {
        let at = Location::new(&document.source, Span::default());
        let empty = Diagnostic::error("compose-shape", at, "the text holds no Compose file");
        reader.loader.say(empty.help("a Compose file has its services under `services:`"));
    }
    Layer { source: Arc::clone(&document.source), services, cleared: reader.cleared, includes: reader.includes }
}

pub(super) struct Reader<'r, 'a> {
    pub(super) loader: &'r mut Loader<'a>,
    pub(super) base: &'r Base,
    source: Arc<Source>,
    cleared: Vec<Vec<String>>,
    includes: Vec<Include>,
}

impl Reader<'_, '_> {
    fn root(&mut self, root: Node<'_>) -> Services {
        if !root.is_map() {
            self.wrong(root, "a Compose file (a map with `services`)");
            self.loader.partial = true;
            return Services::new();
        }
        let known = |key: &str| keys::TOP.contains(&key) || key.starts_with("x-");
        if !root.entries().any(|(key, ..)| known(key)) {
            let first = root.entries().next();
            let span = first.map_or(root.span(), |(_, span, _)| span);
            let message = "this does not look like a Compose file: it has no `services`";
            let old = root.entries().any(|(_, _, value)| value.get("image").or(value.get("build")).is_some());
            let help =
                if old { "put the services under `services:`" } else { "check the path, or say which format it is" };
            self.loader.say(Diagnostic::error("compose-shape", Location::new(&self.source, span), message).help(help));
            self.loader.partial = true;
            return Services::new();
        }
        for (key, span, _) in root.entries().filter(|(key, ..)| !known(key)) {
            self.loader.partial |= self.unknown_key(key, span, keys::TOP);
        }
        if let Some(include) = root.get("include") {
            for entry in list(include) {
                self.include(entry);
            }
        }
        let mut services = Services::new();
        let Some(node) = root.get("services").filter(|node| !node.is_null()) else {
            return services;
        };
        if !node.is_map() {
            self.wrong(node, "a map of services");
            self.loader.partial = true;
            return services;
        }
        for (name, span, value) in node.entries() {
            if self.tagged(value, &[name]) {
                continue;
            }
            if value.is_null() {
                let at = root.get("services").and_then(|services| services.key_location(name));
                if let Some(at) = at {
                    let warning = Diagnostic::warning("compose-shape", at, format!("the service `{name}` is empty"));
                    self.loader.say(warning.help("describe it, or remove it"));
                }
                continue;
            }
            if !value.is_map() {
                self.wrong(value, "a map that describes the service");
                self.loader.partial = true;
                continue;
            }
            let key = value.location().map(|at| Location::new(&at.source, span));
            let service = Service { key, ..self.service(name, value) };
            services.insert(name.to_owned(), service);
        }
        services
    }

    fn service(&mut self, name: &str, node: Node<'_>) -> Service {
        let mut service = Service { at: node.location(), ..Service::default() };
        for (key, span, value) in node.entries() {
            if self.tagged(value, &[name, key]) || value.is_null() {
                continue;
            }
            match key {
                "image" => service.image = self.image(value),
                "build" => service.build = true,
                "environment" => self.environment(name, value, &mut service),
                "env_file" => self.env_files(value, &mut service),
                "ports" => self.each(value, |reader, item| {
                    let port = reader.port(item, false);
                    service.ports.extend(port);
                }),
                "expose" => self.each(value, |reader, item| {
                    let port = reader.port(item, true);
                    service.ports.extend(port);
                }),
                "volumes" => self.each(value, |reader, item| reader.volume(item, &mut service)),
                "secrets" => self.each(value, |reader, item| reader.grant("secrets", item, &mut service)),
                "configs" => self.each(value, |reader, item| reader.grant("configs", item, &mut service)),
                "profiles" => self.each(value, |reader, item| {
                    let profile = reader.scalar(item);
                    service.profiles.extend(profile);
                }),
                "extends" => {
                    service.extends = self.extends(value);
                    if service.extends.is_none() {
                        service.partial.push("");
                    }
                }
                "command" | "entrypoint" => {
                    if let Some(command) = self.command(value) {
                        service.fields.insert(key.to_owned(), command);
                    }
                }
                "user" | "restart" | "mem_limit" | "mem_reservation" | "cpus" | "scale" | "privileged"
                | "network_mode" | "read_only" | "platform" => {
                    if let Some(field) = self.scalar(value) {
                        service.fields.insert(key.to_owned(), field);
                    }
                }
                "cap_add" => {
                    let field = self.any(value, &mut vec![name.to_owned(), key.to_owned()]);
                    service.fields.insert(key.to_owned(), field);
                }
                "deploy" | "healthcheck" => {
                    if value.is_map() {
                        let field = self.any(value, &mut vec![name.to_owned(), key.to_owned()]);
                        service.fields.insert(key.to_owned(), field);
                    } else {
                        self.wrong(value, "a map");
                    }
                }
                _ if keys::is_of_service(key) => {}
                _ if self.unknown_key(key, span, keys::SERVICE) => service.partial.push(""),
                _ => {}
            }
        }
        service
    }

    /// Notes what `!reset` and `!override` take out of the layers below; true when nothing stands here itself.
    pub(super) fn tagged(&mut self, node: Node<'_>, path: &[&str]) -> bool {
        let Some(tag @ ("!reset" | "!override")) = node.tag() else {
            return false;
        };
        self.cleared.push(path.iter().map(|key| (*key).to_owned()).collect());
        tag == "!reset"
    }

    /// Warns of a key that looks like a slip; true when it does, since nobody knows then what was meant to stand there.
    fn unknown_key(&mut self, key: &str, span: Span, known: &'static [&'static str]) -> bool {
        // Compose grows: only what looks like a slip is worth a word.
        let Some(near) = suggest::nearest(key, known.iter().copied()) else {
            return false;
        };
        let at = Location::new(&self.source, span);
        let warning = Diagnostic::warning("unknown-field", at, format!("unknown key `{key}`"));
        self.loader.say(
            warning.note("Compose refuses it, and nothing is read from it").help(format!("did you mean `{near}`?")),
        );
        true
    }

    pub(super) fn wrong(&mut self, node: Node<'_>, expected: &str) {
        let at = node.location().unwrap_or_else(|| Location::new(&self.source, node.span()));
        let message = format!("expected {expected}, found {}", node.kind_word());
        // Where one value was expected, what stands in a map or a list may be anything.
        if node.is_map() || node.is_sequence() {
            at.source.mask(at.span);
        }
        self.loader.say(Diagnostic::error("compose-shape", at, message));
    }

    /// Says that a map has no entry for a key that it needs.
    pub(super) fn lacks(&mut self, node: Node<'_>, key: &str) {
        let at = node.location().unwrap_or_else(|| Location::new(&self.source, node.span()));
        self.loader.say(Diagnostic::error("compose-shape", at, format!("expected `{key}` here, found none")));
    }

    fn each(&mut self, node: Node<'_>, mut read: impl FnMut(&mut Self, Node<'_>)) {
        if !node.is_sequence() {
            self.wrong(node, "a list");
        }
        for item in node.items() {
            if item.tag() != Some("!reset") {
                read(self, item);
            }
        }
    }

    pub(super) fn expand(&self, text: &str) -> Expanded {
        expand(text, &|name| self.base.scope.get(name).cloned(), self.loader.context, &self.loader.allowance)
    }

    /// A text, with its references resolved.
    pub(super) fn text(&self, at: Option<Location>, text: &str) -> Draft {
        let value = if text.contains('$') {
            self.expand(text).into_value(self.loader.context)
        } else {
            DraftValue::String(text.to_owned())
        };
        Draft::new(at, value)
    }

    /// A scalar; `None`, with a diagnostic, for everything else.
    pub(super) fn scalar(&mut self, node: Node<'_>) -> Option<Draft> {
        match node.value() {
            Value::String(text) => Some(self.text(node.location(), text)),
            Value::Number(text) => Some(Draft::string(node.location(), text)),
            Value::Bool(value) => Some(Draft::new(node.location(), DraftValue::Bool(value))),
            Value::Null => None,
            _ => {
                self.wrong(node, "a single value");
                None
            }
        }
    }

    /// A text that is needed as it is: the name of a file or of a service.
    pub(super) fn plain(&mut self, node: Node<'_>) -> Option<String> {
        match self.scalar(node)?.value {
            DraftValue::String(text) if !text.is_empty() => Some(text),
            DraftValue::Unresolved(reason) => {
                if let Some(at) = node.location() {
                    let warning =
                        Diagnostic::warning("unresolved-path", at, "it is not known which file is meant here");
                    self.loader.say(warning.note(reason).help("set it in the `.env` beside the first Compose file"));
                }
                None
            }
            _ => {
                self.wrong(node, "a text");
                None
            }
        }
    }

    /// Any tree below a service, with its references resolved.
    fn any(&mut self, node: Node<'_>, path: &mut Vec<String>) -> Draft {
        let value = match node.value() {
            Value::Map => {
                let mut map = SortedMap::new();
                for (key, _, value) in node.entries() {
                    path.push(key.to_owned());
                    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
                    if !self.tagged(value, &keys) {
                        map.insert(key.to_owned(), self.any(value, path));
                    }
                    path.pop();
                }
                DraftValue::Map(map)
            }
            Value::Sequence => DraftValue::Sequence(node.items().map(|item| self.any(item, path)).collect()),
            Value::Null => DraftValue::Null,
            _ => {
                return self.scalar(node).unwrap_or_else(|| Draft::new(node.location(), DraftValue::Null));
            }
        };
        Draft::new(node.location(), value)
    }

    /// Takes a text apart. Where references in it can't be resolved, its written form is taken apart instead, so that
    /// what is known of it stays known.
    pub(super) fn split<const N: usize>(
        &self,
        node: Node<'_>,
        text: &str,
        split: impl Fn(&str) -> Option<[Option<Range<usize>>; N]>,
    ) -> Option<[Option<Draft>; N]> {
        let written = split(text);
        if text.contains('$')
            && let Expanded { value: Ok(resolved), secret: false, .. } = self.expand(text)
        {
            let parts = split(&resolved)?;
            let alike =
                written.filter(|written| written.iter().map(Option::is_some).eq(parts.iter().map(Option::is_some)));
            let mut places = alike.unwrap_or([const { None }; N]).into_iter();
            return Some(parts.map(|part| {
                let place = places.next().flatten();
                let text = resolved.get(part?)?;
                let at = place.map_or_else(|| node.location(), |place| part_of(node, &place));
                Some(Draft::string(at, text))
            }));
        }
        Some(written?.map(|part| {
            let part = part?;
            Some(self.text(part_of(node, &part), text.get(part)?))
        }))
    }

    pub(super) fn remote(&mut self, node: Node<'_>, text: &str) {
        if let Some(at) = node.location() {
            let shown = self.loader.context.secrets.scrub(text);
            let warning = Diagnostic::warning(
                "remote-reference",
                at,
                format!("`{shown}` is not read: it is not in this project"),
            );
            let warning = warning.note("imports never reach out, so what it brings is not known");
            self.loader.say(warning.help("keep a copy in the project, or import what `docker compose config` prints"));
        }
    }

    fn include(&mut self, node: Node<'_>) {
        let paths = if node.is_map() { node.get("path") } else { Some(node) };
        let Some(paths) = paths.filter(|paths| !paths.is_null()) else {
            self.lacks(node, "path");
            return;
        };
        let paths = self.paths(paths);
        let local = !paths.is_empty() && paths.iter().all(|(text, _)| !path::is_remote(text));
        if let Some((text, _)) = paths.iter().find(|(text, _)| path::is_remote(text)) {
            self.remote(node, text);
        }
        if local {
            let folder = node.get("project_directory").and_then(|folder| self.plain(folder));
            let env_files = node.get("env_file").map(|files| self.paths(files));
            self.includes.push(Include { paths, folder, env_files });
        } else {
            self.loader.partial = true;
        }
    }

    fn paths(&mut self, node: Node<'_>) -> Vec<(String, Option<Location>)> {
        let mut paths = Vec::new();
        for item in list(node) {
            if let Some(text) = self.plain(item) {
                paths.push((text, item.location()));
            }
        }
        paths
    }
}

/// The items of a list; a single value is a list of one.
pub(super) fn list(node: Node<'_>) -> Vec<Node<'_>> {
    if node.is_sequence() { node.items().collect() } else { vec![node] }
}

/// The place of a part of a scalar: exact where the scalar stands in the text as it is meant, else all of it.
pub(super) fn part_of(node: Node<'_>, part: &Range<usize>) -> Option<Location> {
    let at = node.location()?;
    let (text, written) = (node.as_str()?, at.source.slice(at.span));
    let start = match written.len().checked_sub(text.len()) {
        Some(0) if written == text => at.span.start,
        Some(2) if written.get(1..written.len() - 1) == Some(text) => at.span.start + 1,
        _ => return Some(at),
    } as usize;
    Some(Location::new(&at.source, Span::of(start + part.start..start + part.end)))
}
