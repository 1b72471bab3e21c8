//! Walks maps whose keys are known, and keeps what is wrong with them.

use std::ops::Range;
use std::sync::Arc;

use paritygate_model::read::type_mistake;
use paritygate_model::{Diagnostic, Document, Location, Node, SortedSet, Source, Span, Value, suggest};

pub(crate) use paritygate_model::read::{Mistakes, shown};

use crate::selector::Selector;
use crate::spanned::Spanned;

/// Reads one document.
pub(crate) struct Reader<'d> {
    source: &'d Arc<Source>,
    pub(crate) mistakes: Mistakes,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self { source: &document.source, mistakes: Mistakes::default() }
    }

    /// The one root of the document, if it is a map. `what` is the text's name in messages: "a policy".
    pub(crate) fn root<'t>(&mut self, document: &'t Document, what: &str) -> Option<Node<'t>> {
        let mut roots = document.roots();
        let Some(root) = roots.next() else {
            let at = Location::new(self.source, Span::default());
            self.mistakes
                .push(|| Diagnostic::error("empty-document", at, format!("the text is empty: {what} was expected")));
            return None;
        };
        if let Some(second) = roots.next() {
            let at = self.at(second);
            self.mistakes.push(|| {
                Diagnostic::error("several-documents", at, format!("{what} is one document, and here begins another"))
                    .help("put each into its own file")
            });
        }
        self.map(root, what).then_some(root)
    }

    /// Where a node was written.
    pub(crate) fn at(&self, node: Node<'_>) -> Location {
        node.location().unwrap_or_else(|| Location::new(self.source, node.span()))
    }

    /// Where the key of an entry was written.
    pub(crate) fn key_at(&self, map: Node<'_>, span: Span) -> Location {
        Location { span, ..self.at(map) }
    }

    /// Where a part of a text was written; the whole text where escapes hide it.
    pub(crate) fn within(&self, node: Node<'_>, part: Range<usize>) -> Location {
        let whole = self.at(node);
        let (Some(text), Span { start, end }) = (node.scalar_text(), whole.span) else {
            return whole;
        };
        let written = whole.source.slice(whole.span);
        let skip = if written == text {
            0
        } else if written.get(1..written.len().saturating_sub(1)) == Some(text) {
            1
        } else {
            return whole;
        };
        // A place behind the text's last byte still is a place in it.
        let from = (start + skip + part.start as u32).min(end);
        Location { span: Span::new(from, (start + skip + part.end as u32).clamp(from, end)), ..whole }
    }

    pub(crate) fn error(&mut self, code: &'static str, at: Location, message: impl Into<String>, help: &str) {
        self.mistakes.push(|| Diagnostic::error(code, at, message).help(help));
    }

    /// Says that a value is of another type: "expected a text, found a list".
    pub(crate) fn wrong_type(&mut self, node: Node<'_>, expected: &str) {
        let at = self.at(node);
        self.mistakes.push(|| {
            let (message, help) = type_mistake(node, expected);
            Diagnostic::error("wrong-type", at, message).maybe_help(help)
        });
    }

    /// Whether a node is a map; says so if it is not.
    pub(crate) fn map(&mut self, node: Node<'_>, what: &str) -> bool {
        if !node.is_map() {
            let at = self.at(node);
            let message = format!("expected {what}, which is a map, found {}", node.kind_word());
            self.mistakes.push(|| Diagnostic::error("wrong-type", at, message));
        }
        node.is_map()
    }

    /// Reports every key of a map that is not known. `what` holds them: "a rule".
    pub(crate) fn known(&mut self, map: Node<'_>, what: &str, known: &[&str]) {
        self.known_but(map, what, known, &[]);
    }

    /// Likewise, but for keys of which something else is said.
    pub(crate) fn known_but(&mut self, map: Node<'_>, what: &str, known: &[&str], told: &[&str]) {
        for (key, span, _) in map.entries() {
            if !known.contains(&key) && !told.contains(&key) {
                let at = self.key_at(map, span);
                self.mistakes.push(|| {
                    let message = format!("{what} has no field `{}`", shown(key));
                    Diagnostic::error("unknown-field", at, message)
                        .maybe_help(suggest::did_you_mean(key, known.iter().copied()))
                });
            }
        }
    }

    /// The value of a required field; says so if it is not there.
    pub(crate) fn required<'t>(
        &mut self,
        map: Node<'t>,
        what: &str,
        known: &[&str],
        field: &str,
        help: &str,
    ) -> Option<Node<'t>> {
        let node = map.get(field);
        if node.is_none() {
            self.missing(map, what, known, field, help);
        }
        node
    }

    /// Says that a required field is not there, unless a key that is nearly its name was reported already.
    pub(crate) fn missing(&mut self, map: Node<'_>, what: &str, known: &[&str], field: &str, help: &str) {
        let mistyped = |key: &str| !known.contains(&key) && suggest::nearest(key, known.iter().copied()) == Some(field);
        if !self.mistakes.is_full() && map.entries().any(|(key, ..)| mistyped(key)) {
            return;
        }
        let at = self.at(map);
        self.error("missing-field", at, format!("{what} needs a field `{field}`"), help);
    }

    /// The text of a scalar. A number counts as it was written: versions look like numbers.
    pub(crate) fn text<'t>(&mut self, node: Node<'t>) -> Option<&'t str> {
        match node.value() {
            Value::String(text) | Value::Number(text) => Some(text),
            _ => {
                self.wrong_type(node, "a text");
                None
            }
        }
    }

    /// A text that says something.
    pub(crate) fn filled<'t>(&mut self, node: Node<'t>, what: &str) -> Option<&'t str> {
        let text = self.text(node)?;
        if text.trim().is_empty() {
            let at = self.at(node);
            self.error("empty-text", at, format!("{what} is empty"), "say it, or remove the field");
            return None;
        }
        Some(text)
    }

    /// A text that says something, with its place.
    pub(crate) fn spanned(&mut self, node: Node<'_>, what: &str) -> Option<Spanned<String>> {
        self.filled(node, what).map(|text| Spanned::new(text.to_owned(), self.at(node)))
    }

    /// One text, or a list of texts. An empty list is a mistake where it would be an empty condition: `what` names it.
    pub(crate) fn texts<'t>(&mut self, node: Node<'t>, what: Option<&str>) -> Vec<(&'t str, Node<'t>)> {
        let list = node.is_sequence() || node.is_null();
        if list && node.is_empty() {
            if let Some(what) = what {
                let at = self.at(node);
                self.error("empty-list", at, format!("`{what}` is empty"), "name at least one, or remove the field");
            }
            return Vec::new();
        }
        if list {
            return node.items().filter_map(|item| self.filled(item, "this text").map(|text| (text, item))).collect();
        }
        match node.value() {
            Value::String(_) | Value::Number(_) => {
                self.filled(node, "this text").map(|text| (text, node)).into_iter().collect()
            }
            _ => {
                self.wrong_type(node, "a text or a list of texts");
                Vec::new()
            }
        }
    }

    /// Texts without their places.
    pub(crate) fn strings(&mut self, node: Node<'_>) -> Vec<String> {
        self.texts(node, None).into_iter().map(|(text, _)| text.to_owned()).collect()
    }

    /// Texts with their places.
    pub(crate) fn spanned_texts(&mut self, node: Node<'_>, what: Option<&str>) -> Vec<Spanned<String>> {
        let texts = self.texts(node, what);
        texts.into_iter().map(|(text, item)| Spanned::new(text.to_owned(), self.at(item))).collect()
    }

    /// The items of a list; null is a list without items.
    pub(crate) fn items<'t>(&mut self, node: Node<'t>) -> impl ExactSizeIterator<Item = Node<'t>> + use<'t> {
        if !node.is_sequence() && !node.is_null() {
            self.wrong_type(node, "a list");
        }
        node.items()
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, node: Node<'_>) -> Option<i64> {
        let number = match node.value() {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong_type(node, "a whole number");
        }
        number
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(&mut self, node: Node<'_>, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let at = self.at(node);
            self.mistakes.push(|| {
                let message = format!("unknown {what} `{}`", shown(text));
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                Diagnostic::error("unknown-word", at, message).maybe_help(suggest::did_you_mean(text, words))
            });
        }
        found
    }

    /// A selector.
    pub(crate) fn selector(&mut self, node: Node<'_>) -> Option<Spanned<Selector>> {
        let text = self.text(node)?;
        match Selector::parse(text) {
            Ok(selector) => Some(Spanned::new(selector, self.at(node))),
            Err(error) => {
                let at = self.within(node, error.at);
                self.mistakes.push(|| {
                    let message = format!("the selector `{}` can't be read: {}", shown(text), error.message);
                    Diagnostic::error("bad-selector", at, message).maybe_help(error.help)
                });
                None
            }
        }
    }

    /// Reports a name that is none of the manifest's environments. Without any, nothing can be said.
    pub(crate) fn environment_name(&mut self, name: &str, at: Location, known: &SortedSet<&str>) {
        if known.is_empty() || known.contains(name) {
            return;
        }
        self.mistakes.push(|| {
            let message = format!("there is no environment `{}`", shown(name));
            Diagnostic::error("unknown-environment", at, message)
                .maybe_help(suggest::did_you_mean(name, known.iter().copied()))
        });
    }
}
