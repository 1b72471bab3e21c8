//! The schema of environment documents, from the table of shapes.

use paritygate_model::Shape;
use paritygate_model::shape::Record;
use paritygate_model::shape::environment::{ENVIRONMENT, SEALED, VARIABLE};
use serde_json::{Map, Value, json};

pub(super) fn schema() -> Value {
    let one = record(&ENVIRONMENT, &["environment"]);
    super::headed(
        "Environment",
        "The description of one environment, or a list of them.",
        json!({
            "anyOf": [
                { "$ref": "#/$defs/environment" },
                { "type": "array", "items": { "$ref": "#/$defs/environment" } },
                {
                    "type": "object",
                    "required": ["environments"],
                    "properties": { "environments": { "type": "array", "items": { "$ref": "#/$defs/environment" } } },
                },
            ],
            "$defs": {
                "environment": one,
                "unresolved": {
                    "type": "object",
                    "description": "A value that can't be known, with the reason.",
                    "required": ["unresolved"],
                    "additionalProperties": false,
                    "properties": { "unresolved": { "type": "string" } },
                },
                "fingerprint": {
                    "type": "object",
                    "description": "Stands for a value without saying it: HMAC-SHA-256 under the key of that name.",
                    "required": ["keyId", "hex"],
                    "additionalProperties": false,
                    "properties": { "keyId": { "type": "string" }, "hex": { "type": "string" } },
                },
                "sealed": sealed(),
                "variable": variable(),
            },
        }),
    )
}

fn sealed() -> Value {
    let fields: Map<String, Value> =
        SEALED.iter().filter_map(|name| Some(((*name).to_owned(), shape(VARIABLE.field(name)?.shape)))).collect();
    json!({
        "type": "object",
        "description": "A sealed value, as `import` writes it.",
        "required": ["fingerprint"],
        "additionalProperties": false,
        "properties": fields,
    })
}

fn variable() -> Value {
    json!({
        "description": VARIABLE.doc.trim(),
        "anyOf": [{ "type": ["string", "number", "boolean", "null"] }, { "$ref": "#/$defs/unresolved" }, record(&VARIABLE, &[])],
    })
}

fn record(record: &Record, required: &[&str]) -> Value {
    let fields: Map<String, Value> = record
        .fields
        .iter()
        .map(|field| {
            let mut schema = shape(field.shape);
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".to_owned(), json!(field.doc));
            }
            (field.name.to_owned(), schema)
        })
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": record.doc.trim(),
        "additionalProperties": false,
        "properties": fields,
    });
    if let Some(schema) = schema.as_object_mut().filter(|_| !required.is_empty()) {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

/// A scalar, null where it is described as absent, or unresolved; a text may be sealed.
fn scalar(types: &[&str]) -> Value {
    let mut types = types.to_vec();
    types.push("null");
    let mut any = vec![json!({ "type": types }), json!({ "$ref": "#/$defs/unresolved" })];
    if types.contains(&"string") {
        any.push(json!({ "$ref": "#/$defs/sealed" }));
    }
    json!({ "anyOf": any })
}

fn shape(shape_: &Shape) -> Value {
    match shape_ {
        Shape::Any => json!({}),
        Shape::Text | Shape::Mode | Shape::Version => scalar(&["string", "number", "boolean"]),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Bool => scalar(&["boolean"]),
        Shape::Integer => scalar(&["integer"]),
        Shape::Bytes | Shape::Millicores => scalar(&["integer", "number", "string"]),
        Shape::Number => scalar(&["number"]),
        Shape::Timestamp => json!({ "type": "string", "format": "date-time" }),
        Shape::Duration => json!({ "type": "string", "format": "duration" }),
        Shape::Variable => json!({ "$ref": "#/$defs/variable" }),
        Shape::Fingerprint => json!({ "$ref": "#/$defs/fingerprint" }),
        Shape::Set(inner) => json!({ "anyOf": [{ "type": "array", "items": shape(inner) }, shape(inner)] }),
        Shape::Sequence(inner) => json!({ "type": "array", "items": shape(inner) }),
        Shape::Map(inner) => json!({ "type": "object", "additionalProperties": shape(inner) }),
        Shape::Record(inner) => record(inner, &[]),
    }
}
