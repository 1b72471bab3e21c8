//! What the schema of policies holds for each kind of rule and gate: its word with its manual, and a branch that is asked for
//! this kind only, so that what an editor says of a parameter is about the kind that was meant.

use paritygate_eval::Selects;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::words::{listed, sentence};

/// The kinds of one half of a policy.
pub(super) struct Kinds {
    /// The words after `kind:`.
    pub(super) words: Value,
    /// A branch for each.
    pub(super) branches: Vec<Value>,
}

/// The kinds of rules. The parameters of each are added to `definitions`.
pub(super) fn rules(generator: &mut SchemaGenerator, definitions: &mut Map<String, Value>) -> Kinds {
    let mut kinds = Collected::default();
    for entry in paritygate_rules::all() {
        let params = (entry.schema)(generator).to_value();
        let params = params_of(entry.name, params, definitions);
        let name = entry.name;
        let then = match entry.selects {
            Selects::Paths => json!({
                "properties": { "params": params },
                "required": ["select"],
                "errorMessage": format!("a rule of the kind `{name}` needs `select`"),
            }),
            Selects::Sections => json!({
                "properties": { "params": params, "select": false },
                "errorMessage": format!("`{name}` is about environments as a whole and takes no `select`"),
            }),
        };
        kinds.add(entry.name, entry.summary, entry.manual, then);
    }
    kinds.finish()
}

/// The kinds of gates. The parameters of each are added to `definitions`.
pub(super) fn gates(generator: &mut SchemaGenerator, definitions: &mut Map<String, Value>) -> Kinds {
    let mut kinds = Collected::default();
    for entry in paritygate_rules::gates() {
        let params = (entry.schema)(generator).to_value();
        let then = json!({ "properties": { "params": params_of(entry.name, params, definitions) } });
        kinds.add(entry.name, entry.summary, entry.manual, then);
    }
    kinds.finish()
}

#[derive(Default)]
struct Collected {
    words: Vec<Value>,
    branches: Vec<Value>,
}

impl Collected {
    fn add(&mut self, name: &str, summary: &str, manual: &str, then: Value) {
        // Editors colour what they know, and the examples are YAML.
        let manual = manual.trim().replace("```example", "```yaml");
        self.words.push(json!({
            "const": name,
            "title": name,
            "description": summary,
            "markdownDescription": format!("{}\n\n{manual}", sentence(summary)),
        }));
        self.branches.push(json!({
            "if": { "properties": { "kind": { "const": name } }, "required": ["kind"] },
            "then": then,
        }));
    }

    fn finish(self) -> Kinds {
        let words = json!({ "oneOf": self.words });
        Kinds { words, branches: self.branches }
    }
}

/// The parameters of a kind, as a reference to their definition.
fn params_of(kind: &str, mut params: Value, definitions: &mut Map<String, Value>) -> Value {
    as_read(&mut params);
    if let Some(object) = params.as_object_mut() {
        let known: Vec<String> = match object.get("properties") {
            Some(Value::Object(properties)) => properties.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let required = object.get("required").and_then(Value::as_array).into_iter().flatten();
        let required: Vec<String> = required.filter_map(Value::as_str).map(str::to_owned).collect();
        let mut message = match known.len() {
            0 => format!("the kind `{kind}` takes no parameters"),
            1 => format!("the kind `{kind}` takes the parameter {}", listed(&known)),
            _ => format!("the kind `{kind}` takes the parameters {}", listed(&known)),
        };
        if !required.is_empty() {
            message.push_str(&format!("; it needs {}", listed(&required)));
        }
        object.insert("title".to_owned(), json!(format!("parameters of {kind}")));
        object.insert("errorMessage".to_owned(), json!(message));
    }
    let name = format!("params-{kind}");
    let reference = json!({ "$ref": format!("#/$defs/{name}") });
    definitions.insert(name, params);
    reference
}

/// Parameters as they are read: a number may stand for a text. That null means absent is left out: an editor would offer it.
pub(super) fn as_read(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    object.insert("type".to_owned(), one);
                }
            }
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            if let Some(Value::Array(forms)) = object.get_mut("anyOf") {
                forms.retain(|form| form.get("type") != Some(&json!("null")));
                if let [Value::Object(one)] = forms.as_slice() {
                    let one = one.clone();
                    object.remove("anyOf");
                    for (key, value) in one {
                        object.entry(key).or_insert(value);
                    }
                }
            }
            let is_closer = ["const", "enum", "format", "oneOf", "pattern"].iter().any(|key| object.contains_key(*key));
            if object.get("type") == Some(&json!("string")) && !is_closer {
                object.insert("type".to_owned(), json!(["string", "number"]));
            }
            object.values_mut().for_each(as_read);
        }
        Value::Array(all) => all.iter_mut().for_each(as_read),
        _ => {}
    }
}
