//! The schema of policies: the envelope, and a branch for the parameters of each kind of rule and gate.

use paritygate_eval::Selects;
use serde_json::{Map, Value, json};

pub(super) fn schema() -> Value {
    let mut generator = super::generator();
    let mut definitions = Map::new();
    let mut branches = Vec::new();
    for entry in paritygate_rules::all() {
        let name = format!("params-{}", entry.name);
        let params = (entry.schema)(&mut generator).to_value();
        let params_of_kind = json!({ "$ref": format!("#/$defs/{name}") });
        branches.push(json!({
            "if": { "properties": { "kind": { "const": entry.name } }, "required": ["kind"] },
            "then": match entry.selects {
                Selects::Paths => json!({ "properties": { "params": params_of_kind }, "required": ["select"] }),
                Selects::Sections => json!({ "properties": { "params": params_of_kind, "select": false } }),
            },
        }));
        definitions.insert(name, params);
    }
    let mut gate_branches = Vec::new();
    for entry in paritygate_rules::gates() {
        let name = format!("params-{}", entry.name);
        let params = (entry.schema)(&mut generator).to_value();
        gate_branches.push(json!({
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
                "except": texts("The paths among those that it is not about, with all that lies below them."),
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
    let gate_kinds: Vec<Value> = paritygate_rules::gates()
        .iter()
        .map(|entry| json!({ "const": entry.name, "description": entry.summary }))
        .collect();
    let sources = json!({
        "description": "From where facts may be that speak for a promotion: stated in the request, or read from what another system printed. Anywhere by default.",
        "anyOf": [
            { "enum": ["asserted", "imported"] },
            { "type": "array", "items": { "enum": ["asserted", "imported"] }, "minItems": 1 },
        ],
    });
    let kinds_of_change = ["release", "hotfix", "rollback", "configOnly", "infrastructure"];
    definitions.insert(
        "gate".to_owned(),
        json!({
            "type": "object",
            "required": ["id", "kind"],
            "additionalProperties": false,
            "properties": {
                "id": text("Its id, by which decisions speak of it."),
                "kind": { "description": "What it asks.", "oneOf": gate_kinds },
                "description": text("What it is for."),
                "from": texts("The environments that a promotion comes from: names, tiers, or `all`. Any by default."),
                "to": texts("The environments that a promotion goes to: names, tiers, or `all`. Any by default."),
                "kindsOfChange": {
                    "description": "The kinds of change that it is about; all by default.",
                    "anyOf": [
                        { "enum": kinds_of_change },
                        { "type": "array", "items": { "enum": kinds_of_change }, "minItems": 1 },
                    ],
                },
                "acceptSources": sources,
                "mode": { "enum": ["enforce", "observe"], "description": "Whether it can deny." },
                "params": { "type": "object", "description": "The parameters of its kind." },
                "why": text("Why the gate exists."),
                "fix": text("What to do when it is shut."),
            },
            "allOf": gate_branches,
        }),
    );
    definitions.insert(
        "breakGlass".to_owned(),
        json!({
            "type": "object",
            "description": "How gates may be passed over in an emergency.",
            "required": ["rules"],
            "additionalProperties": false,
            "properties": {
                "rules": texts("Patterns of the ids of gates that may be passed over."),
                "never": texts("Patterns of the ids of gates that may never be passed over; they beat `rules`."),
                "maxLife": { "type": "string", "format": "duration", "description": "How long it holds at most after it was broken; PT4H by default." },
                "coApprovers": { "type": "integer", "minimum": 1, "description": "How many others have to agree; 1 by default." },
                "incident": { "type": "boolean", "description": "Whether it needs an incident that is open; it does by default." },
                "acceptSources": sources,
            },
        }),
    );
    super::headed(
        "Policy",
        "Rules about environments, and gates for promotions.",
        json!({
            "type": "object",
            "required": ["policy"],
            "anyOf": [{ "required": ["rules"] }, { "required": ["gates"] }, { "required": ["breakGlass"] }],
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
                        "acceptSources": sources,
                    },
                },
                "clock": { "enum": ["host", "any"], "description": "Whose clock decides when a promotion is judged: with `host`, a request can't say it." },
                "gates": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/gate" } },
                "breakGlass": { "$ref": "#/$defs/breakGlass" },
                "rules": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/rule" } },
            },
            "$defs": definitions,
        }),
    )
}
