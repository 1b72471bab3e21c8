//! YAML events to a tree. There is no recursion here: open maps and lists stand on a stack of their own.

use std::sync::Arc;

use granit_parser::{Event, ScalarStyle, ScanError, StructureStyle, Tag};
use paritygate_model::tree::{Mark, Text};
use paritygate_model::{Diagnostic, Location, NodeId, Source, Span, TreeBuilder, limits};

use super::scalar::{Core, core};

/// Longer tags are not kept: nobody has them, and every alias would copy them.
const MAX_TAG_BYTES: usize = 256;

/// Why a document is given up.
pub(super) enum Fault {
    Syntax(ScanError),
    TooDeep(Span),
    TooManyNodes(Span),
    TooManyAliases(Span),
}

/// The tree of a text as it grows.
pub(super) struct Build<'s> {
    pub(super) builder: TreeBuilder,
    pub(super) roots: Vec<NodeId>,
    pub(super) diagnostics: Vec<Diagnostic>,
    source: &'s Arc<Source>,
    root: Option<NodeId>,
    open: Vec<Open>,
    /// By the number that the parser gave them; `None` while the anchored value is still open.
    anchors: Vec<Option<Finished>>,
    alias_budget: usize,
}

/// A map or a list that has begun.
struct Open {
    mark: Mark,
    place: Place,
    flow: bool,
    start: u32,
    /// Where its last value ended.
    end: u32,
    anchor: usize,
    tag: Option<Box<str>>,
    /// How many levels its values have.
    height: usize,
    merged: Vec<NodeId>,
}

/// What comes next in an open collection.
#[derive(Clone, Copy)]
enum Place {
    Item,
    Key,
    Value(Text, Span),
    MergedValue(Span),
    /// The value of a key that can't be used.
    NoValue,
}

/// A value that has ended.
#[derive(Clone, Copy)]
struct Finished {
    node: NodeId,
    span: Span,
    height: usize,
    /// The text of a scalar: what it is as a key.
    text: Option<Text>,
    /// Whether it is a plain `<<`.
    is_merge: bool,
}

impl<'s> Build<'s> {
    pub(super) fn new(source: &'s Arc<Source>) -> Self {
        Self {
            builder: TreeBuilder::new(source),
            roots: Vec::new(),
            diagnostics: Vec::new(),
            source,
            root: None,
            open: Vec::new(),
            anchors: Vec::new(),
            alias_budget: limits::MAX_ALIAS_NODES,
        }
    }

    /// Forgets the document that is being read.
    pub(super) fn abandon(&mut self) {
        self.root = None;
        self.open.clear();
        self.builder.abandon();
    }

    /// Keeps a diagnostic: up to the limit, and the advice about templates once only.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let told = diagnostic.code == "template" && self.diagnostics.iter().any(|known| known.code == "template");
        if !told && self.diagnostics.len() < limits::MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, span: granit_parser::Span) -> Result<(), Fault> {
        let span = span.byte_range().map_or(Span::default(), Span::of);
        if self.builder.len() > limits::MAX_NODES {
            return Err(Fault::TooManyNodes(span));
        }
        match event {
            Event::DocumentEnd => self.roots.extend(self.root.take()),
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), span),
            Event::SequenceStart(style, anchor, tag) => {
                let mark = self.builder.begin_sequence();
                self.begin(mark, Place::Item, style, anchor, tag.as_deref(), span)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let mark = self.builder.begin_map();
                self.begin(mark, Place::Key, style, anchor, tag.as_deref(), span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span)?,
            // The name is not said: an unquoted password may begin with a star.
            Event::UnresolvedAlias(_) => {
                let message = "there is no anchor of that name before this alias";
                self.report(
                    Diagnostic::error("unknown-alias", Location::new(self.source, span), message)
                        .help("define the anchor earlier in this document, or put the value in quotes if it is a text"),
                );
                self.without_value(span, "it refers to an anchor that does not exist");
            }
            _ => {}
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, span: Span) {
        let is_plain = style == ScalarStyle::Plain;
        // Where nothing is written, the parser says `~`.
        let text = if span.start == span.end { "" } else { text };
        if is_plain && text.is_empty() && self.open.is_empty() && anchor == 0 && tag.is_none() {
            return; // An empty document.
        }
        let stored = self.store(text, span);
        let is_merge = is_plain && text == "<<" && tag.is_none();
        if anchor == 0 && !is_merge && matches!(self.open.last(), Some(Open { place: Place::Key, .. })) {
            self.key(Some(stored), span);
            return;
        }
        let core_tag = tag.and_then(Tag::core_suffix);
        let is_text = core_tag == Some("str") || tag.is_some_and(|tag| tag.original() == "!");
        let read = if is_text || (!is_plain && core_tag.is_none()) { Core::Text } else { core(text) };
        let node = match read {
            Core::Null => self.builder.null(span),
            Core::Bool(value) => self.builder.bool(span, value),
            Core::Number => self.builder.number(span, stored),
            Core::Text => self.builder.string(span, stored, !is_plain || is_text),
        };
        if let Some(tag) = custom(tag) {
            self.builder.tag(node, &tag);
        }
        self.finish(Finished { node, span, height: 0, text: Some(stored), is_merge }, anchor);
    }

    /// The text of a scalar: the source's own where it stands there as it is meant, with or without quotes.
    fn store(&mut self, text: &str, span: Span) -> Text {
        let inner = Span::new(span.start.saturating_add(1), span.end.saturating_sub(1));
        if self.source.slice(span) == text {
            self.builder.verbatim(span)
        } else if inner.start <= inner.end && self.source.slice(inner) == text {
            self.builder.verbatim(inner)
        } else {
            self.builder.text(text)
        }
    }

    fn begin(
        &mut self,
        mark: Mark,
        place: Place,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Fault> {
        if self.open.len() == limits::MAX_DEPTH {
            return Err(Fault::TooDeep(span));
        }
        if anchor != 0 {
            self.anchor(anchor, None);
        }
        self.open.push(Open {
            mark,
            place,
            flow: style == StructureStyle::Flow,
            start: span.start,
            end: span.start,
            anchor,
            tag: custom(tag),
            height: 0,
            merged: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let span = Span::new(open.start, if open.flow { span.end } else { open.end });
        let node = if matches!(open.place, Place::Item) {
            self.builder.end_sequence(open.mark, span)
        } else {
            if !open.merged.is_empty() {
                self.builder.merge(open.mark, &open.merged);
            }
            self.builder.end_map(open.mark, span)
        };
        if let Some(tag) = &open.tag {
            self.builder.tag(node, tag);
        }
        let finished = Finished { node, span, height: open.height + 1, text: None, is_merge: false };
        self.finish(finished, open.anchor);
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Fault> {
        let Some(anchored) = self.anchors.get(anchor).copied().flatten() else {
            let name = self.source.slice(span);
            let message = format!("the alias `{name}` stands inside of the value that it refers to");
            self.report(
                Diagnostic::error("alias-cycle", Location::new(self.source, span), message)
                    .help("write the value out, or move the anchor to a smaller part"),
            );
            self.without_value(span, "it refers to itself");
            return Ok(());
        };
        if self.open.len() + anchored.height > limits::MAX_DEPTH {
            return Err(Fault::TooDeep(span));
        }
        if let (Some(Open { place: Place::Key, .. }), Some(text)) = (self.open.last(), anchored.text) {
            self.key(Some(text), span);
            return Ok(());
        }
        let copied = self.builder.copy(anchored.node, &mut self.alias_budget);
        let Some(node) = copied else {
            return Err(Fault::TooManyAliases(span));
        };
        self.finish(Finished { node, span, ..anchored }, 0);
        Ok(())
    }

    /// Puts a value that is not known where an alias leads nowhere.
    fn without_value(&mut self, span: Span, reason: &str) {
        let node = self.builder.unresolved(span, reason);
        self.finish(Finished { node, span, height: 0, text: None, is_merge: false }, 0);
    }

    fn anchor(&mut self, anchor: usize, value: Option<Finished>) {
        if self.anchors.len() <= anchor {
            self.anchors.resize(anchor + 1, None);
        }
        if let Some(known) = self.anchors.get_mut(anchor) {
            *known = value;
        }
    }

    /// Hands a value to the collection around it.
    fn finish(&mut self, value: Finished, anchor: usize) {
        if anchor != 0 {
            self.anchor(anchor, Some(value));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(value.node);
            return;
        };
        open.end = open.end.max(value.span.end);
        open.height = open.height.max(value.height);
        match open.place {
            Place::Item => self.builder.item(value.node),
            Place::Key if value.is_merge => open.place = Place::MergedValue(value.span),
            Place::Key => self.key(value.text, value.span),
            Place::Value(key, span) => {
                open.place = Place::Key;
                self.builder.entry(key, span, value.node);
            }
            Place::MergedValue(span) => {
                open.place = Place::Key;
                self.merge(span, value.node);
            }
            Place::NoValue => open.place = Place::Key,
        }
    }

    /// Takes a key: the text of a scalar; `None` for everything else, which can be no key.
    fn key(&mut self, text: Option<Text>, span: Span) {
        let Some(open) = self.open.last_mut() else { return };
        open.end = open.end.max(span.end);
        open.place = Place::NoValue;
        let Some(text) = text else {
            let diagnostic =
                if self.source.slice(span).starts_with('{') && super::super::holds_template(self.source.text()) {
                    super::super::template(self.source, span)
                } else {
                    Diagnostic::error(
                        "complex-key",
                        Location::new(self.source, span),
                        "a key must be a text, not a map or a list",
                    )
                    .help("put it in quotes if it is a text")
                };
            self.report(diagnostic);
            return;
        };
        if self.builder.str(text).len() > limits::MAX_KEY_BYTES {
            let message = format!("the key is longer than {} bytes, which is the limit", limits::MAX_KEY_BYTES);
            self.report(Diagnostic::error("key-too-long", Location::new(self.source, span), message));
            return;
        }
        open.place = Place::Value(text, span);
    }

    /// Notes which maps a `<<` merges. They are merged when the map around it ends: what is explicit wins wherever it stands.
    fn merge(&mut self, key: Span, value: NodeId) {
        let node = self.builder.node(value);
        let maps: Vec<NodeId> =
            if node.is_sequence() { node.items().map(|item| item.id()).collect() } else { vec![value] };
        for id in maps {
            let node = self.builder.node(id);
            if !node.is_map() {
                let message = format!("`<<` merges maps, and this is {}", node.kind_word());
                let at =
                    Location::new(self.source, if node.span().start < node.span().end { node.span() } else { key });
                self.report(
                    Diagnostic::warning("merge-key", at, message)
                        .help("give it a map, a list of maps, or an alias of a map"),
                );
            } else if let Some(open) = self.open.last_mut() {
                open.merged.push(id);
            }
        }
    }
}

/// The tags that are kept: all but those of the core schema, which are applied.
fn custom(tag: Option<&Tag>) -> Option<Box<str>> {
    let tag = tag.filter(|tag| tag.is_custom())?.original();
    (tag != "!" && tag.len() <= MAX_TAG_BYTES).then(|| tag.into())
}
