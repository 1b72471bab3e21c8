//! Environment documents in paritygate's own form (YAML or JSON): what `import` prints and what people write by hand.
//!
//! The document's tree *is* the environment: values are checked against the table of shapes and normalised where they
//! stand, so that a large document costs one pass.

mod firewall;
mod parts;
mod variable;

use std::sync::Arc;

use paritygate_model::promotion::Elapsed;
use paritygate_model::secret::{MaskReason, Secret, passwords_of_programs};
use paritygate_model::shape::environment::ENVIRONMENT;
use paritygate_model::shape::{Field, Record, Shape};
use paritygate_model::tree::Text;
use paritygate_model::{Coverage, Diagnostic, Document, Location, Node, NodeId, Source, Span, Tree, Value, suggest};

use crate::{Context, Description, Format, Imported, Module, Request};

/// The format.
pub static FORMAT: Format = Format {
    name: "environment",
    summary: "environment documents in paritygate's own form, YAML or JSON",
    module: Module::Core,
    detect,
    import,
};

fn detect(path: &str) -> bool {
    [".environment.yaml", ".environment.yml", ".environment.json"].iter().any(|ending| path.ends_with(ending))
}

fn import(request: &Request, context: &Context<'_>) -> Imported {
    let mut imported = Imported::default();
    for (path, at) in request.named() {
        if let Some(source) = crate::supplied(path, at, context, &mut imported) {
            read(&source, context, &mut imported);
        }
    }
    imported
}

/// Reads one text: an environment, a list of environments, or `environments:` with a list.
fn read(source: &Arc<Source>, context: &Context<'_>, imported: &mut Imported) {
    let (document, diagnostics) = crate::document::read(source);
    imported.diagnostics.extend(diagnostics);
    let roots = environments(&document.tree, &document.roots, source, &mut imported.diagnostics);
    let described = describe(document, &roots, context, &mut imported.diagnostics);
    imported.descriptions.extend(described);
}

/// Checks and normalises the environments at `roots` of a document.
pub fn describe(
    document: Document,
    roots: &[NodeId],
    context: &Context<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Description> {
    let mut lowering = Lowering { tree: document.tree, source: &document.source, context, diagnostics };
    for &root in roots {
        lowering.record(root, &ENVIRONMENT);
        lowering.covered(root);
    }
    let tree = Arc::new(lowering.tree);
    roots.iter().map(|&root| Description::Tree(Arc::clone(&tree), root)).collect()
}

fn environments(tree: &Tree, roots: &[NodeId], source: &Arc<Source>, diagnostics: &mut Vec<Diagnostic>) -> Vec<NodeId> {
    let mut found = Vec::new();
    for &root in roots {
        let node = tree.node(root);
        let list =
            if node.is_sequence() { Some(node) } else { node.get("environments").filter(|list| list.is_sequence()) };
        for candidate in list.map_or_else(|| vec![node], |list| list.items().collect()) {
            if candidate.is_map() {
                found.push(candidate.id());
            } else {
                let message = format!("expected an environment (a map of sections), found {}", candidate.kind_word());
                diagnostics.push(Diagnostic::error(
                    "environment-shape",
                    Location::new(source, candidate.span()),
                    message,
                ));
            }
        }
    }
    if found.is_empty() && diagnostics.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                "environment-shape",
                Location::new(source, Span::default()),
                "the text holds no environment",
            )
            .help("an environment document begins with `environment: NAME`"),
        );
    }
    found
}

struct Lowering<'a> {
    tree: Tree,
    source: &'a Arc<Source>,
    context: &'a Context<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Why a value is not known, in a word.
const REASONS: [&str; 5] = ["computed", "encrypted", "masked", "reference", "template"];

/// No token is shorter, and nearly all versions are.
const SHORTEST_TOKEN: usize = 16;

impl Lowering<'_> {
    fn node(&self, id: NodeId) -> Node<'_> {
        self.tree.node(id)
    }

    /// Says which paths below `coverage` begin in no section.
    fn covered(&mut self, root: NodeId) {
        let declared = self.tree.node(root).get("coverage").into_iter().flat_map(Node::entries);
        for (path, span, _) in declared {
            let section = path.split('.').next().unwrap_or_default();
            if ENVIRONMENT.field(section).is_none() {
                let help = suggest::did_you_mean(section, ENVIRONMENT.fields.iter().map(|field| field.name));
                let message = format!("there is no section `{section}` whose coverage this could be");
                let wrong = Diagnostic::error("unknown-field", Location::new(self.source, span), message);
                self.diagnostics.push(wrong.maybe_help(help));
            }
        }
    }

    fn wrong(&mut self, id: NodeId, expected: &str) {
        let node = self.node(id);
        let message = format!("expected {expected}, found {}", node.kind_word());
        let at = Location::new(self.source, node.span());
        // Where one value was expected, what stands in a map or a list may be anything.
        if node.is_map() || node.is_sequence() {
            self.source.mask(node.span());
        }
        self.diagnostics.push(Diagnostic::error("environment-shape", at, message));
        self.tree.set_unresolved(id, "the value has the wrong shape");
    }

    /// Checks and normalises what stands at `id`. `key` is the key under which it stands.
    fn value(&mut self, id: NodeId, shape: &'static Shape, key: Option<Text>) {
        if self.is_marked_unresolved(id, key) {
            return;
        }
        match (shape, self.node(id).value()) {
            (Shape::Variable, _) => self.variable(id, key),
            (_, Value::Null) => {}
            (Shape::Any, _) => self.any(id, key, false),
            (Shape::Record(record), Value::Map) => self.record(id, record),
            (Shape::Map(inner), Value::Map) => {
                for at in 0..self.node(id).len() {
                    let Some((key, _, value)) = self.tree.entry_at(id, at) else { break };
                    self.value(
                        value,
                        inner,
                        Some(key).filter(|_| matches!(inner, Shape::Any | Shape::Variable | Shape::Text)),
                    );
                }
            }
            (Shape::Sequence(Shape::Text), Value::Sequence) => self.command(id),
            (Shape::Set(inner) | Shape::Sequence(inner), Value::Sequence) => {
                for at in 0..self.node(id).len() {
                    let Some(item) = self.tree.item_at(id, at) else { break };
                    self.value(item, inner, None);
                }
            }
            // One value is a list of one.
            (Shape::Set(inner), Value::String(_) | Value::Number(_)) => self.value(id, inner, key),
            (Shape::Text, Value::String(text)) => {
                if let Some(secret) = self.seal(key, text) {
                    self.tree.seal(id, secret);
                }
            }
            (Shape::Text, Value::Number(text)) => match self.seal(key, text) {
                Some(secret) => self.tree.seal(id, secret),
                None => self.tree.set_text(id),
            },
            (Shape::Mode, Value::String(text) | Value::Number(text)) => match mode(text) {
                Some(mode) => self.tree.set_string(id, &mode),
                None => self.value(id, &Shape::Text, key),
            },
            (Shape::Text | Shape::Version, Value::Number(_) | Value::Bool(_)) => self.tree.set_text(id),
            (Shape::Duration, Value::String(text)) => {
                if let Some(secret) = self.seal(None, text) {
                    self.tree.seal(id, secret);
                } else if Elapsed::parse(text).is_none() {
                    self.wrong(id, "a duration such as PT24H; months and years have no length");
                }
            }
            (Shape::Version, Value::String(text)) if text.len() < SHORTEST_TOKEN => {}
            (Shape::Version, Value::String(text)) => {
                if let Some(secret) = self.seal(None, text) {
                    self.tree.seal(id, secret);
                }
            }
            (Shape::Word(words), Value::String(word)) => {
                if !words.contains(&word) {
                    let near = suggest::nearest(word, words.iter().copied());
                    let help = near.map(|near| format!("did you mean `{near}`?"));
                    let at = Location::new(self.source, self.node(id).span());
                    let message = format!("`{word}` is none of {}", suggest::quoted(words));
                    let sealed = self.seal(None, word);
                    self.diagnostics.push(Diagnostic::error("unknown-word", at, message).maybe_help(help));
                    if let Some(secret) = sealed {
                        self.tree.seal(id, secret);
                    }
                }
            }
            (Shape::Bool, Value::Bool(_)) | (Shape::Number, Value::Number(_)) => {}
            (Shape::Integer, Value::Number(text)) if text.parse::<i64>().is_ok() => {}
            (Shape::Bytes, Value::Number(text) | Value::String(text)) => {
                let quantity = crate::quantity::bytes(text);
                self.quantity(id, quantity, "a number of bytes such as 536870912 or 512Mi");
            }
            (Shape::Millicores, Value::Number(text)) if text.parse::<i64>().is_ok() => {}
            (Shape::Millicores, Value::Number(text) | Value::String(text)) => {
                let quantity = crate::quantity::millicores(text);
                self.quantity(id, quantity, "thousandths of a processor such as 500, or a text such as 0.5 or 500m");
            }
            (Shape::Timestamp, Value::String(text)) => {
                if text.parse::<paritygate_model::Timestamp>().is_err() {
                    self.wrong(id, "an instant such as 2026-08-21T09:30:00Z");
                }
            }
            (Shape::Fingerprint, Value::Map) => {}
            (_, value) => {
                if !matches!(value, Value::Map) || !self.is_sealed(id) {
                    self.wrong(id, expected(shape));
                }
            }
        }
    }

    fn quantity(&mut self, id: NodeId, quantity: Option<i64>, expected: &str) {
        match quantity {
            Some(value) => self.tree.set_integer(id, value),
            None => self.wrong(id, expected),
        }
    }

    /// A list of words, of which one may name the next, and programs take passwords by options of their own.
    fn command(&mut self, id: NodeId) {
        self.any(id, None, false);
        let written: Vec<&str> = self.node(id).items().map(|word| word.as_str().unwrap_or_default()).collect();
        for at in passwords_of_programs(&written) {
            let Some(word) = self.tree.item_at(id, at) else { break };
            if let Some(text) = self.node(word).as_str() {
                let secret = self.context.secrets.seal_as(self.context.key, MaskReason::Shape, text);
                self.tree.seal(word, secret);
            }
        }
        for at in 0..self.node(id).len() {
            let Some(word) = self.tree.item_at(id, at) else { break };
            if matches!(self.node(word).value(), Value::Number(_) | Value::Bool(_)) {
                self.tree.set_text(word);
            }
        }
    }

    fn record(&mut self, id: NodeId, record: &'static Record) {
        for at in 0..self.node(id).len() {
            let Some((key, span, value)) = self.tree.entry_at(id, at) else { break };
            match record.field(self.tree.str(key)) {
                // The fields of a record are known, and none of them is a secret by its name.
                Some(Field { shape: shape @ Shape::Text, .. }) => self.value(value, shape, None),
                Some(field) => {
                    self.value(value, field.shape, Some(key));
                    if field.name == "firewall" {
                        self.firewall(value);
                    }
                }
                None => self.unknown_field(key, span, value, record),
            }
        }
    }

    fn unknown_field(&mut self, key: Text, span: Span, value: NodeId, record: &Record) {
        let name = self.tree.str(key);
        let help = suggest::did_you_mean(name, record.fields.iter().map(|field| field.name));
        let message = format!("unknown field `{name}`");
        self.diagnostics
            .push(Diagnostic::error("unknown-field", Location::new(self.source, span), message).maybe_help(help));
        // Whatever it is, it must not leak.
        self.any(value, Some(key), false);
    }

    /// A tree of which nothing is known: only what is secret by name or shape is sealed. What stands below a secret name
    /// is as secret as the name says; `within` says that `key` is such a name, and none of the value's own.
    fn any(&mut self, id: NodeId, key: Option<Text>, within: bool) {
        match self.node(id).value() {
            Value::Map => {
                if self.is_sealed(id) {
                    return;
                }
                let below = key.filter(|key| self.context.secrets.is_secret_above(self.tree.str(*key)));
                let named = self.named_value(id);
                for at in 0..self.node(id).len() {
                    let Some((own, _, value)) = self.tree.entry_at(id, at) else { break };
                    if !self.is_marked_unresolved(value, Some(own)) {
                        let named = named.filter(|(_, named)| *named == value).map(|(name, _)| name);
                        let within = below.is_some() && named.is_none();
                        self.any(value, Some(named.or(below).unwrap_or(own)), within);
                    }
                }
            }
            Value::Sequence => {
                // `[--password, value]`: an option names what follows it.
                let mut option = None;
                for at in 0..self.node(id).len() {
                    let Some(item) = self.tree.item_at(id, at) else { break };
                    let key = option.take().or(key);
                    if !self.is_marked_unresolved(item, key) {
                        self.any(item, key, true);
                    }
                    option = self.tree.text_of(item).filter(|text| self.tree.str(*text).starts_with('-'));
                }
            }
            Value::String(text) | Value::Number(text) => {
                let secrets = self.context.secrets;
                let above = key.filter(|_| within).map(|key| self.tree.str(key));
                let above = above.filter(|name| secrets.is_secret_within(name, text));
                let reason = above.map(|_| MaskReason::Name);
                let secret = self.seal(key, text);
                if let Some(secret) = secret.or_else(|| Some(secrets.seal_as(self.context.key, reason?, text))) {
                    self.tree.seal(id, secret);
                }
            }
            _ => {}
        }
    }

    /// The name and the value of `{ name: NAME, value: VALUE }`, as many formats write variables.
    fn named_value(&self, id: NodeId) -> Option<(Text, NodeId)> {
        let node = self.node(id);
        let name = ["name", "key"].iter().find_map(|field| node.get(field))?;
        Some((self.tree.text_of(name.id())?, node.get("value")?.id()))
    }

    fn seal(&self, key: Option<Text>, text: &str) -> Option<Secret> {
        self.context.secrets.seal(self.context.key, key.map(|key| self.tree.str(key)), text)
    }

    /// `{ unresolved: reason }` stands for a value that can't be known. Below the name of a secret a word that is none of the
    /// reasons may be the secret.
    fn is_marked_unresolved(&mut self, id: NodeId, key: Option<Text>) -> bool {
        let node = self.node(id);
        if !node.is_map() || node.len() != 1 {
            return false;
        }
        let Some(reason) = node.get("unresolved").and_then(Node::scalar_text) else { return false };
        let is_reason = REASONS.contains(&reason) || reason.contains(char::is_whitespace);
        let reason = if !is_reason && key.is_some_and(|key| self.context.secrets.is_secret_name(self.tree.str(key))) {
            self.source.mask(node.span());
            "its value was not handed in".to_owned()
        } else {
            self.context.secrets.scrub(reason)
        };
        self.tree.set_unresolved(id, &reason);
        true
    }
}

/// The mode of a file with four digits; `None` where it is not written in octal.
fn mode(text: &str) -> Option<String> {
    let digits = text.trim().trim_start_matches("0o");
    let octal = (3..=5).contains(&digits.len()) && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    octal.then(|| format!("{:0>4}", digits.trim_start_matches('0')))
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any | Shape::Text => "a text",
        Shape::Mode => "a mode in octal such as 0640",
        Shape::Version => "a version",
        Shape::Word(_) => "a word",
        Shape::Bool => "`true` or `false`",
        Shape::Integer => "a whole number",
        Shape::Bytes => "a number of bytes",
        Shape::Millicores => "thousandths of a processor",
        Shape::Number => "a number",
        Shape::Timestamp => "an instant such as 2026-08-21T09:30:00Z",
        Shape::Duration => "a duration such as PT24H",
        Shape::Variable => "a variable: a value, or a map with `value`, `fingerprint` or `presence`",
        Shape::Fingerprint => "a fingerprint: `{ keyId, hex }`",
        Shape::Set(_) | Shape::Sequence(_) => "a list",
        Shape::Map(_) => "a map",
        Shape::Record(_) => "a map of fields",
    }
}

/// The sections' coverage, as an environment document declares it. Beside a section that nothing is known of, one that is
/// declared and not there may only be misspelt: then nothing is missing from it.
pub fn coverage(root: Node<'_>) -> Vec<(String, Coverage)> {
    let misspelt = root.entries().any(|(key, ..)| ENVIRONMENT.field(key).is_none());
    let declared = root.get("coverage").into_iter().flat_map(Node::entries);
    let read = |section: &str, word: Node<'_>| match Coverage::from_word(word.as_str()?)? {
        Coverage::Complete if misspelt && root.get(section).is_none() => Some(Coverage::Partial),
        coverage => Some(coverage),
    };
    declared.filter_map(|(section, _, word)| Some((section.to_owned(), read(section, word)?))).collect()
}
