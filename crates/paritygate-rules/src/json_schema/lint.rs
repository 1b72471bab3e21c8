//! What is wrong with a schema: each mistake at its place in the text that it is in.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Wrong;
use paritygate_model::{Diagnostic, Location, Node, SortedMap, limits, suggest};
use serde_json::Value;

use super::value::{self, steps_of};
use super::{reach, words};

/// The drafts that are known, by the end of their address.
const DRAFTS: [&str; 6] = [
    "json-schema.org/draft-04/schema",
    "json-schema.org/draft-06/schema",
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft/2020-12/schema",
    "json-schema.org/schema",
];
/// The keywords whose entries are schemas under names that a user chose.
const NAMED: [&str; 8] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
    "dependentRequired",
    "$vocabulary",
];
/// The keywords whose values are no schemas, whatever they look like.
const DATA: [&str; 5] = ["const", "enum", "default", "example", "examples"];

/// All other keywords of all drafts, and what editors and OpenAPI add: a key that is nearly one of them was meant to be it.
const KEYWORDS: [&str; 68] = [
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "$schema",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "defaultSnippets",
    "deprecated",
    "deprecationMessage",
    "description",
    "discriminator",
    "doNotSuggest",
    "else",
    "enumDescriptions",
    "errorMessage",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "id",
    "if",
    "items",
    "markdownDescription",
    "markdownEnumDescriptions",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "patternErrorMessage",
    "prefixItems",
    "propertyNames",
    "readOnly",
    "required",
    "suggestSortText",
    "tags",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "version",
    "writeOnly",
    "xml",
    "enumNames",
    "order",
];

/// What the keys of a map in a schema are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// Keywords.
    Keywords,
    /// Names that a user chose, of schemas.
    Names,
    /// What some other tool reads.
    Foreign,
}

/// The schema as a value, if all is well with it.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn checked(schema: Node<'_>) -> Result<Value, Vec<Diagnostic>> {
    let mut lint = Lint::default();
    lint.visit(schema, Keys::Keywords);
    for (count, limit, what) in
        [(lint.nodes, limits::MAX_SCHEMA_NODES, "values"), (lint.patterns, limits::MAX_SCHEMA_PATTERNS, "patterns")]
    {
        if count > limit {
            let message = format!("the schema holds {count} {what}, more than the limit of {limit}");
            lint.tell(schema, message, "divide it: one rule for each part");
        }
    }
    if lint.found.is_empty() {
        (lint.value, lint.is_counted) = (value::whole(schema), true);
        lint.draft(schema);
        lint.visit(schema, Keys::Keywords);
    }
    // What breaks the metaschema is told in full; what can't even be read for that is told alone.
    if lint.found.is_empty() {
        lint.metaschema(schema);
    }
    if lint.found.is_empty() { Ok(lint.value) } else { Err(lint.found) }
}

/// Why a schema that looked well could not be made ready.
pub(super) fn not_built(schema: Node<'_>, error: &ValidationError<'_>) -> Diagnostic {
    let steps = steps_of(error.instance_path().as_str(), schema);
    let node = value::walk(schema, &steps);
    let wrong = |message: String| Diagnostic::error("bad-schema", place(node), message);
    match error.kind() {
        Wrong::Format { format } if format == "regex" => {
            let pattern = node.as_str().or_else(|| error.instance().as_str()).unwrap_or_default();
            wrong(format!("`{pattern}` is no pattern that can be used"))
                .help("patterns have neither look-around nor back-references, and a bounded size")
        }
        Wrong::Referencing(problem) => wrong(format!("an address in the schema can't be used: {problem}")),
        _ => wrong(format!("this is no valid schema: it {}", words::of(error, node).what)),
    }
}

/// Where a node is written; a node of a text always is.
fn place(node: Node<'_>) -> Location {
    node.location().unwrap_or_else(|| Location::new(&paritygate_model::Source::new("", ""), node.span()))
}

#[derive(Default)]
struct Lint {
    value: Value,
    nodes: usize,
    patterns: usize,
    /// Whether it holds no more than it may: what is wrong with it is only then looked for.
    is_counted: bool,
    /// Whether they lead somewhere, of the references that had to be searched for.
    searched: SortedMap<String, bool>,
    found: Vec<Diagnostic>,
}

impl Lint {
    fn tell(&mut self, at: Node<'_>, message: String, help: &str) {
        self.tell_at(place(at), message, help);
    }

    fn tell_at(&mut self, at: Location, message: String, help: &str) {
        if self.found.len() < limits::MAX_DIAGNOSTICS {
            self.found.push(Diagnostic::error("bad-schema", at, message).help(help));
        }
    }

    /// The draft that the schema names.
    fn draft(&mut self, schema: Node<'_>) {
        let Some(named) = schema.get("$schema") else { return };
        let text = named.as_str().unwrap_or_default();
        let end = text.trim_end_matches('#');
        let end = end.strip_prefix("https://").or_else(|| end.strip_prefix("http://")).unwrap_or(end);
        if !DRAFTS.contains(&end) {
            let help = "write `https://json-schema.org/draft/2020-12/schema`, or leave it out";
            self.tell(named, format!("`{text}` is no draft of JSON Schema that is known"), help);
        }
    }

    fn visit(&mut self, node: Node<'_>, keys: Keys) {
        self.nodes += 1;
        for item in node.items() {
            self.visit(item, keys);
        }
        for (key, _, value) in node.entries() {
            if self.found.len() >= limits::MAX_DIAGNOSTICS {
                return;
            }
            match key {
                _ if keys == Keys::Names => self.visit(value, Keys::Keywords),
                "$ref" | "$dynamicRef" => self.reference(value),
                "pattern" => self.pattern(value, value.as_str().unwrap_or_default()),
                _ if DATA.contains(&key) => {}
                _ => {
                    if key == "patternProperties" {
                        value.entries().for_each(|(pattern, ..)| self.pattern(value, pattern));
                    }
                    let below = match keys {
                        _ if NAMED.contains(&key) => Keys::Names,
                        Keys::Keywords if KEYWORDS.contains(&key) => keys,
                        Keys::Keywords => {
                            self.keyword(node, key);
                            Keys::Foreign
                        }
                        _ => Keys::Foreign,
                    };
                    self.visit(value, below);
                }
            }
        }
    }

    /// A key that is no keyword asks nothing. That may be meant, unless it is nearly one.
    fn keyword(&mut self, node: Node<'_>, key: &str) {
        if !self.is_counted {
            return;
        }
        let known = KEYWORDS.iter().chain(&NAMED).chain(&DATA).copied();
        // Short words are near each other by chance: `note` is not `not`.
        let near = suggest::nearest(key, known).filter(|_| !key.starts_with("x-") && key.len() > 4);
        let (Some(near), Some(at)) = (near, node.key_location(key)) else { return };
        let message = format!("`{key}` is no keyword of JSON Schema: it would ask nothing");
        self.tell_at(at, message, &format!("did you mean `{near}`?"));
    }

    fn pattern(&mut self, at: Node<'_>, pattern: &str) {
        self.patterns += 1;
        if self.is_counted && pattern.len() > limits::MAX_REGEX_BYTES {
            let message = format!("the pattern has more than {} bytes, which is the limit", limits::MAX_REGEX_BYTES);
            self.tell(at, message, "write a shorter one");
        }
    }

    fn reference(&mut self, at: Node<'_>) {
        let text = at.as_str().unwrap_or_default();
        let (base, fragment) = text.split_once('#').unwrap_or((text, ""));
        if !self.is_counted || base.contains("json-schema.org/draft") || reach::is_way(&self.value, text) {
            return;
        }
        if self.searched.len() >= limits::MAX_SCHEMA_REFERENCES && !self.searched.contains_key(text) {
            let limit = limits::MAX_SCHEMA_REFERENCES;
            let message = format!("more than {limit} references have to be searched for, which is the limit");
            self.tell(at, message, "write them as the way from the top: `#/$defs/NAME`");
            return;
        }
        let value = &self.value;
        if *self.searched.entry(text.to_owned()).or_insert_with(|| reach::leads_somewhere(value, text)) {
            return;
        }
        if !reach::leads_somewhere(&self.value, base) {
            let message = format!("`{text}` is in another document, and none is fetched");
            self.tell(at, message, "copy what it defines below `$defs`, and refer to it as `#/$defs/NAME`");
            return;
        }
        let last = fragment.rsplit('/').next().unwrap_or_default();
        let above = fragment.strip_suffix(last).and_then(|above| above.strip_suffix('/'));
        let names = above.and_then(|above| self.value.pointer(above)).and_then(Value::as_object);
        let names: Vec<&str> = names.into_iter().flat_map(|names| names.keys().map(String::as_str)).collect();
        let help = suggest::did_you_mean(last, names).unwrap_or_else(|| "define it below `$defs`".to_owned());
        self.tell(at, format!("`{text}` leads nowhere in this schema"), &help);
    }

    /// The schema breaks its metaschema.
    fn breaks(&mut self, schema: Node<'_>, error: &ValidationError<'_>) {
        if let Some(errors) = words::meant(error) {
            return errors.iter().for_each(|error| self.breaks(schema, error));
        }
        let path = error.instance_path().as_str();
        let node = value::walk(schema, &steps_of(path, schema));
        let words = words::of(error, node);
        let message = format!("this is no valid schema: `#{path}` {}", words.what);
        self.found.push(Diagnostic::error("bad-schema", place(node), message).maybe_help(words.help));
    }

    fn metaschema(&mut self, schema: Node<'_>) {
        let value = std::mem::take(&mut self.value);
        let validator = match jsonschema::meta::validator_for(&value) {
            Ok(validator) => validator,
            Err(error) => return self.found.push(not_built(schema, &error)),
        };
        for error in validator.iter_errors(&value).take(limits::MAX_DIAGNOSTICS) {
            self.breaks(schema, &error);
        }
        drop(validator);
        self.found.sort_by_key(|wrong| wrong.location.as_ref().map(|at| at.span.start));
        // The parts of a metaschema say the same of the same.
        self.found.dedup_by(|a, b| a.message == b.message);
        self.value = value;
    }
}
