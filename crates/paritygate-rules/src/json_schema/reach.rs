//! What a schema asks of which values, and how much work that is: told before anything is judged.
//!
//! References may lead round and round, and each turn may take two: a page of schema can ask for more than any machine does.
//! So the steps are counted, up to a limit. On the way it is seen of which holes something is asked. What is visited is
//! never less than what the validator looks at: both forms of a choice, and each side of a condition.

use paritygate_model::percent::decoded;
use paritygate_model::{SortedMap, SortedSet, limits};
use serde_json::{Map, Value};

use super::value::Instance;

type Object = Map<String, Value>;

/// The holes of which a schema asks what only their content could answer, by their number.
///
/// # Errors
///
/// The reason why nothing is judged, where that would take too long.
pub(super) fn asked(schema: &Value, instance: &Instance) -> Result<SortedSet<usize>, String> {
    let places = instance.holes.iter().enumerate();
    let holes = places.filter_map(|(at, hole)| Some((std::ptr::from_ref(hole.find(&instance.value)?), at)));
    let holes = holes.collect();
    let mut walk = Walk { root: schema, instance, holes, asked: SortedSet::new(), steps: 0, known: SortedMap::new() };
    walk.visit(schema, schema, &instance.value, 0)?;
    Ok(walk.asked)
}

struct Walk<'s> {
    root: &'s Value,
    instance: &'s Instance,
    /// The holes by the values that stand in them.
    holes: SortedMap<*const Value, usize>,
    asked: SortedSet<usize>,
    steps: usize,
    /// Where references lead, by the schema that they count from.
    known: SortedMap<(*const Value, &'s str), Option<Target<'s>>>,
}

/// A schema, and the one that its own references count from.
type Target<'s> = (&'s Value, &'s Value);

impl<'s> Walk<'s> {
    /// Visits one schema over one value. `resource` is the schema that its references count from.
    fn visit(&mut self, schema: &'s Value, resource: &'s Value, value: &Value, depth: usize) -> Result<(), String> {
        self.step()?;
        if depth > limits::MAX_SCHEMA_DEPTH {
            let limit = limits::MAX_SCHEMA_DEPTH;
            return Err(format!("the schema goes more than {limit} steps deep here, which is the limit"));
        }
        let Some(object) = schema.as_object() else { return Ok(()) };
        let resource = if object.get("$id").is_some_and(Value::is_string) { schema } else { resource };
        self.ask(object, value)?;
        // What was evaluated is found out by going through all of it once more.
        let times = if object.keys().any(|key| key.starts_with("unevaluated")) { 2 } else { 1 };
        for _ in 0..times {
            for (keyword, sub) in object {
                self.in_place(keyword, sub, resource, value, depth + 1)?;
            }
        }
        match value {
            Value::Object(entries) => self.entries(object, resource, entries, depth + 1),
            Value::Array(items) => self.items(object, resource, items, depth + 1),
            _ => Ok(()),
        }
    }

    fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        let limit = limits::MAX_SCHEMA_STEPS;
        let over = || format!("the schema takes more than {limit} steps here, which is the limit");
        if self.steps > limit { Err(over()) } else { Ok(()) }
    }

    /// Notes what a schema asks of a hole, and of the holes in a value that it takes as a whole.
    fn ask(&mut self, schema: &Object, value: &Value) -> Result<(), String> {
        if self.holes.is_empty() {
            return Ok(());
        }
        if let Some(&at) = self.holes.get(&std::ptr::from_ref(value)) {
            let hole = self.instance.holes.get(at);
            if hole.is_some_and(|hole| schema.iter().any(|(keyword, asks)| !hole.answers(keyword, asks))) {
                self.asked.insert(at);
            }
        } else if ["const", "enum", "uniqueItems"].iter().any(|keyword| schema.contains_key(*keyword)) {
            self.ask_all(value)?;
        }
        Ok(())
    }

    fn ask_all(&mut self, value: &Value) -> Result<(), String> {
        self.step()?;
        self.asked.extend(self.holes.get(&std::ptr::from_ref(value)).copied());
        match value {
            Value::Object(entries) => entries.values().try_for_each(|value| self.ask_all(value)),
            Value::Array(items) => items.iter().try_for_each(|value| self.ask_all(value)),
            _ => Ok(()),
        }
    }

    /// What a keyword asks of the value itself.
    fn in_place(
        &mut self,
        keyword: &str,
        asks: &'s Value,
        resource: &'s Value,
        value: &Value,
        depth: usize,
    ) -> Result<(), String> {
        match (keyword, asks) {
            ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => {
                all.iter().try_for_each(|schema| self.visit(schema, resource, value, depth))
            }
            ("not" | "if" | "then" | "else", schema) => self.visit(schema, resource, value, depth),
            ("dependentSchemas" | "dependencies", Value::Object(all)) => {
                all.values().try_for_each(|schema| self.visit(schema, resource, value, depth))
            }
            ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(reference)) => {
                let root = self.root;
                // An address counts from nowhere.
                let from = if reference.is_empty() || reference.starts_with('#') { resource } else { root };
                let known = self.known.entry((std::ptr::from_ref(from), reference));
                match *known.or_insert_with(|| find(root, from, reference)) {
                    Some((schema, resource)) => self.visit(schema, resource, value, depth),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn entries(
        &mut self,
        schema: &'s Object,
        resource: &'s Value,
        entries: &Object,
        depth: usize,
    ) -> Result<(), String> {
        let named = schema.get("properties").and_then(Value::as_object);
        let is_named = |key: &str| named.is_some_and(|named| named.contains_key(key));
        for (keyword, asks) in schema {
            match (keyword.as_str(), asks) {
                ("properties", Value::Object(all)) => {
                    for (key, schema) in all {
                        if let Some(entry) = entries.get(key) {
                            self.visit(schema, resource, entry, depth)?;
                        }
                    }
                }
                ("patternProperties", Value::Object(all)) => {
                    for schema in all.values() {
                        entries.values().try_for_each(|entry| self.visit(schema, resource, entry, depth))?;
                    }
                }
                ("additionalProperties" | "unevaluatedProperties", schema) => {
                    let mut others = entries.iter().filter(|(key, _)| !is_named(key));
                    others.try_for_each(|(_, entry)| self.visit(schema, resource, entry, depth))?;
                }
                ("propertyNames", schema) => {
                    entries.keys().try_for_each(|_| self.visit(schema, resource, &Value::Null, depth))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn items(&mut self, schema: &'s Object, resource: &'s Value, items: &[Value], depth: usize) -> Result<(), String> {
        for (keyword, asks) in schema {
            match (keyword.as_str(), asks) {
                ("items" | "prefixItems", Value::Array(all)) => {
                    for (schema, item) in all.iter().zip(items) {
                        self.visit(schema, resource, item, depth)?;
                    }
                }
                ("items" | "additionalItems" | "unevaluatedItems" | "contains", schema) => {
                    items.iter().try_for_each(|item| self.visit(schema, resource, item, depth))?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The schema that a reference leads to, and the one that its own references count from; `None` where it leads nowhere in
/// this schema.
pub(super) fn find<'s>(root: &'s Value, resource: &'s Value, reference: &str) -> Option<Target<'s>> {
    let (base, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let resource = if base.is_empty() { resource } else { search(root, &|schema| has_id(schema, base))? };
    if fragment.is_empty() {
        return Some((resource, resource));
    }
    let schema = if fragment.starts_with('/') {
        resource.pointer(&decoded(fragment))
    } else {
        let is_meant = |schema: &Value| {
            let text = |name: &&str| schema.get(*name).and_then(Value::as_str);
            // Drafts up to 7 write an anchor as an id.
            ["$anchor", "$dynamicAnchor"].iter().filter_map(text).any(|name| name == fragment)
                || ["$id", "id"].iter().filter_map(text).any(|id| id.strip_prefix('#') == Some(fragment))
        };
        search(resource, &is_meant)
    };
    schema.map(|schema| (schema, resource))
}

/// Whether a reference is the way to a schema from the top.
pub(super) fn is_way(root: &Value, reference: &str) -> bool {
    (matches!(reference, "" | "#") || reference.starts_with("#/")) && find(root, root, reference).is_some()
}

/// Whether a reference leads to a schema, counted from the whole or from any part that is a document of its own.
pub(super) fn leads_somewhere(root: &Value, reference: &str) -> bool {
    let is_document = |schema: &Value| schema.get("$id").is_some_and(Value::is_string);
    let from = |schema: &Value| find(root, schema, reference).is_some();
    // A name is searched for in all parts anyway.
    from(root) || (reference.starts_with("#/") && search(root, &|schema| is_document(schema) && from(schema)).is_some())
}

/// Whether a schema calls itself so. Of two addresses the shorter one may be the end of the longer one.
fn has_id(schema: &Value, base: &str) -> bool {
    let ids = ["$id", "id"].iter().filter_map(|id| schema.get(*id).and_then(Value::as_str));
    let mut ids = ids.map(|id| id.trim_end_matches('#'));
    let ends = |long: &str, end: &str| long.strip_suffix(end).is_some_and(|rest| rest.ends_with('/'));
    ids.any(|id| id == base || ends(id, base) || ends(base, id))
}

/// The first schema that is meant, from the top.
fn search<'s>(value: &'s Value, is_meant: &dyn Fn(&Value) -> bool) -> Option<&'s Value> {
    match value {
        Value::Object(_) if is_meant(value) => Some(value),
        Value::Object(object) => object.values().find_map(|value| search(value, is_meant)),
        Value::Array(all) => all.iter().find_map(|value| search(value, is_meant)),
        _ => None,
    }
}
