//! The fields of a service that may be written in several ways.

use std::rc::Rc;

use paritygate_model::{Diagnostic, Draft, DraftValue, Location, Node, Value};

use super::model::{EnvFile, Extends, Image, Mount, Service};
use super::read::{Reader, list, part_of};
use super::scope::INHERITED;
use super::{path, ports};
use crate::document::yaml11;
use crate::image;

impl Reader<'_, '_> {
    pub(super) fn image(&mut self, node: Node<'_>) -> Option<Image> {
        let Some(text) = node.as_str() else {
            self.wrong(node, "an image reference");
            return None;
        };
        // Whoever writes a URL here may have written a password into it.
        if text.contains("://") {
            if let Some(at) = node.location() {
                at.source.mask(at.span);
            }
            self.wrong(node, "an image reference such as `registry.example/api:1.4`, without `https://`");
            return None;
        }
        let [name, tag, digest] = self.split(node, text, |text| {
            let parts = image::parts(text);
            Some([Some(parts.name), parts.tag, parts.digest])
        })?;
        Some(Image { at: node.location(), name: name?, tag, digest })
    }

    pub(super) fn environment(&mut self, service: &str, node: Node<'_>, into: &mut Service) {
        match node.value() {
            Value::Map => {
                for (name, _, value) in node.entries() {
                    if self.tagged(value, &[service, "environment", name]) {
                        continue;
                    }
                    if let Some(draft) = self.variable(name, value) {
                        into.environment.insert(name.to_owned(), draft);
                    }
                }
            }
            Value::Sequence => {
                for item in node.items() {
                    self.assignment(item, into);
                }
            }
            _ => {
                self.wrong(node, "a map or a list of variables");
                into.partial.push("variables");
            }
        }
    }

    /// `NAME=value`, or `NAME` alone.
    fn assignment(&mut self, node: Node<'_>, into: &mut Service) {
        let Some(text) = node.scalar_text() else {
            if !node.is_null() {
                self.wrong(node, "`NAME=value`");
            }
            return;
        };
        let end = text.find('=').unwrap_or(text.len());
        let name = text.get(..end).unwrap_or_default();
        let DraftValue::String(name) = self.text(None, name).value else {
            // A name that nobody knows: one of the others may be it.
            into.partial.push("variables");
            return;
        };
        // `NAME: value` in a list is a text and no variable; whatever it is, it must not become a key that is shown.
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')) {
            if let Some(at) = node.location() {
                at.source.mask(at.span);
                let message = "this is not the name of a variable";
                let help = "write `NAME=value`, or a map with `NAME: value`";
                self.loader.imported.diagnostics.push(Diagnostic::error("compose-shape", at, message).help(help));
            }
            return;
        }
        let value = match text.get(end + 1..) {
            Some(value) => self.text(part_of(node, &(end + 1..text.len())), value),
            None => self.inherited(&name, node.location()),
        };
        if !name.is_empty() {
            into.environment.insert(name, value);
        }
    }

    /// A variable without a value: Compose takes it from where it runs.
    fn inherited(&self, name: &str, at: Option<Location>) -> Draft {
        match self.base.scope.get(name) {
            Some(known) => known.clone().into_draft(self.loader.context),
            None => Draft::new(at, DraftValue::Unresolved(INHERITED.to_owned())),
        }
    }

    fn variable(&mut self, name: &str, node: Node<'_>) -> Option<Draft> {
        match node.value() {
            Value::Null => return Some(self.inherited(name, node.location())),
            Value::String(text) if node.is_quoted() || text.contains('$') => {
                return Some(self.text(node.location(), text));
            }
            Value::String(_) | Value::Number(_) | Value::Bool(_) => {}
            _ => {
                self.wrong(node, "a single value");
                return None;
            }
        }
        let at = node.location();
        let slice = at.as_ref().map_or("", |at| at.source.slice(at.span));
        let written = if let Some(text) = node.as_str() { text } else { slice };
        let seen = yaml11::go_string(node);
        if let Some(at) = at.as_ref().filter(|_| seen.as_deref() != Some(written)) {
            let secret = self.loader.context.secrets.classify(Some(name), written).is_some();
            let message = match &seen {
                None => format!("the value of `{name}` is read as a date"),
                Some(_) if secret => format!("the process sees something else than what is written for `{name}`"),
                Some(seen) => format!("the process sees `{seen}` in `{name}`, not `{written}`"),
            };
            let warning = Diagnostic::warning("unquoted-value", at.clone(), message);
            self.loader.say(warning.note("without quotes, YAML does not read this as a text").help("quote it"));
        }
        let seen = seen.map_or_else(|| written.to_owned(), std::borrow::Cow::into_owned);
        Some(Draft::string(at, seen))
    }

    pub(super) fn env_files(&mut self, node: Node<'_>, into: &mut Service) {
        for item in list(node) {
            let named = if item.is_map() { item.get("path") } else { Some(item) };
            let Some(named) = named else {
                self.lacks(item, "path");
                continue;
            };
            let Some(text) = self.plain(named) else {
                into.partial.push("variables");
                continue;
            };
            let required = !matches!(item.get("required").map(Node::value), Some(Value::Bool(false)));
            let raw = item.get("format").and_then(Node::as_str) == Some("raw");
            into.env_files.push(EnvFile {
                at: named.location(),
                path: path::join(&self.base.folder, &text),
                required,
                raw,
                scope: Rc::clone(&self.base.scope),
            });
        }
    }

    pub(super) fn volume(&mut self, node: Node<'_>, into: &mut Service) {
        let at = node.location();
        let (source, target, mode) = if node.is_map() {
            let mut field = |key: &str| node.get(key).and_then(|value| self.scalar(value));
            (field("source"), field("target"), field("read_only"))
        } else if let Some(text) = node.as_str() {
            match self.split(node, text, |text| Some(ports::volume(text))) {
                Some([source, target, mode]) => (source, target, mode),
                None => return,
            }
        } else {
            self.wrong(node, "a volume: `source:target`, or a map");
            return;
        };
        let Some(Draft { value: DraftValue::String(target), at: target_at, .. }) = target else {
            into.partial.push("mounts");
            return;
        };
        let read_only = match mode {
            Some(Draft { value: DraftValue::String(mode), at, .. }) if !node.is_map() => {
                Draft::new(at, DraftValue::Bool(mode.split(',').any(|word| word == "ro")))
            }
            Some(Draft { value: DraftValue::String(word), at, .. }) => Draft::new(at, DraftValue::Bool(word == "true")),
            Some(mode) => mode,
            None => Draft::new(target_at, DraftValue::Bool(false)),
        };
        into.mounts.insert(clean(&target), Mount { kind: "volumes", at, source, read_only });
    }

    /// The use of a secret or a config: only its name matters, never what it holds.
    pub(super) fn grant(&mut self, kind: &'static str, node: Node<'_>, into: &mut Service) {
        let (source, target) = if node.is_map() {
            let mut field = |key: &str| node.get(key).and_then(|value| self.scalar(value));
            (field("source"), field("target"))
        } else {
            (self.scalar(node), None)
        };
        let Some(target) = target.or_else(|| source.clone()) else {
            return;
        };
        let DraftValue::String(target) = target.value else {
            into.partial.push("mounts");
            return;
        };
        let folder = if kind == "secrets" { "/run/secrets/" } else { "/" };
        let target = if target.starts_with('/') { target } else { format!("{folder}{target}") };
        let read_only = Draft::new(node.location(), DraftValue::Bool(true));
        into.mounts.insert(target, Mount { kind, at: node.location(), source, read_only });
    }

    pub(super) fn extends(&mut self, node: Node<'_>) -> Option<Extends> {
        let (named, file) = if node.is_map() { (node.get("service"), node.get("file")) } else { (Some(node), None) };
        let Some(named) = named else {
            self.lacks(node, "service");
            return None;
        };
        let service = self.plain(named)?;
        let file = match file {
            Some(file) => Some((self.plain(file)?, file.location())),
            None => None,
        };
        if let Some((file, _)) = file.as_ref().filter(|(file, _)| path::is_remote(file)) {
            self.remote(node, file);
            return None;
        }
        Some(Extends { at: named.location(), service, file })
    }
}

/// A path in a container, without slashes that say nothing.
fn clean(target: &str) -> String {
    let cleaned = target.trim_end_matches('/');
    if cleaned.is_empty() { target.to_owned() } else { cleaned.to_owned() }
}
