//! The schema of policies: the envelope, and a branch for the parameters of each kind.

use serde_json::{Map, Value, json};

pub(super) fn schema() -> Value {
    let mut generator = super::generator();
    let mut definitions = Map::new();
    let mut branches = Vec::new();
    for entry in paritygate_rules::all() {
        let name = format!("params-{}", entry.name);
        let params = (entry.schema)(&mut generator).to_value();
        branches.push(json!({
            "if": { "properties": { "kind": { "const": entry.name } }, "required": ["kind"] },
            "then": { "properties": { "params": { "$ref": format!("#/$defs/{name}") } } },
        }));
        definitions.insert(name, params);
    }
    for (name, schema) in generator.take_definitions(true) {
        definitions.insert(name, schema);
    }
    let kinds: Vec<Value> = paritygate_rules::all()
        .iter()
        .map(|entry| json!({ "const": entry.name, "description": entry.summary }))
        .collect();
    let text = |about: &str| json!({ "type": "string", "description": about });
    let template = |about: &str| {
        text(&format!(
            "{about} May hold {{key}}, {{path}}, {{component}}, {{rule}}, {{environment}}, {{value}}, {{reference}} and {{reference.value}}."
        ))
    };
    let texts = |about: &str| {
        json!({
            "description": about,
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }],
        })
    };
    let severity = json!({ "enum": ["error", "warning", "info"] });
    definitions.insert(
        "severity".to_owned(),
        json!({
            "description": "How much it weighs: one word, or a word by environment or tier with a default.",
            "anyOf": [severity, {
                "type": "object",
                "properties": { "default": severity },
                "additionalProperties": severity,
            }],
        }),
    );
    let environments = texts("The environments that it is about: names, tiers, or `all`.");
    let reference = text("The environment that the others are compared with; the highest by default.");
    let on_unknown = json!({
        "enum": ["unknown", "fail", "warn", "skip"],
        "description": "What becomes of a row that can't be judged.",
    });
    let mode = json!({ "enum": ["enforce", "observe"], "description": "Whether it can fail the check." });
    definitions.insert(
        "rule".to_owned(),
        json!({
            "type": "object",
            "required": ["id", "kind"],
            "additionalProperties": false,
            "properties": {
                "id": text("Its id, by which findings and exceptions speak of it."),
                "kind": { "description": "What it asks.", "oneOf": kinds },
                "description": text("What it is for."),
                "select": texts("The paths that it is about, such as `variables.*` or `workloads.*.image.tag`."),
                "environments": environments,
                "reference": reference,
                "severity": { "$ref": "#/$defs/severity" },
                "onUnknown": on_unknown,
                "mode": mode,
                "params": { "type": "object", "description": "The parameters of its kind." },
                "message": template("What to say instead of the kind's own message."),
                "why": template("Why the rule exists."),
                "fix": template("What to do about a finding."),
            },
            "allOf": branches,
        }),
    );
    super::headed(
        "Policy",
        "Rules about environments.",
        json!({
            "type": "object",
            "required": ["policy", "rules"],
            "additionalProperties": false,
            "properties": {
                "policy": text("Its id, such as acme/web."),
                "description": text("What it is for."),
                "defaults": {
                    "type": "object",
                    "description": "What holds for every rule that does not say otherwise.",
                    "additionalProperties": false,
                    "properties": {
                        "environments": environments,
                        "reference": reference,
                        "severity": { "$ref": "#/$defs/severity" },
                        "onUnknown": on_unknown,
                        "mode": mode,
                    },
                },
                "rules": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/rule" } },
            },
            "$defs": definitions,
        }),
    )
}
