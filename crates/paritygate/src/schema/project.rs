//! The schema of the project manifest, `paritygate.yaml`.

use paritygate_model::shape::environment::TIERS;
use serde_json::{Value, json};

pub(super) fn schema() -> Value {
    let formats: Vec<Value> = paritygate_import::formats::ALL
        .iter()
        .map(|format| json!({ "const": format.name, "description": format.summary }))
        .collect();
    let text = |about: &str| json!({ "type": "string", "description": about });
    let texts = |about: &str| json!({ "type": "array", "items": { "type": "string" }, "description": about });
    let exception = |more: Value, required: &[&str]| {
        let mut schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": required,
            "properties": {
                "rule": text("The id of the rule that it is an exception from."),
                "path": text("The path that it covers; a pattern needs `max`."),
                "environments": texts("The environments that it covers, by name."),
                "reason": text("Why."),
                "max": { "type": "integer", "minimum": 1, "description": "How many paths a pattern may cover." },
            },
        });
        if let (Some(properties), Some(more)) =
            (schema.get_mut("properties").and_then(Value::as_object_mut), more.as_object())
        {
            properties.extend(more.clone());
        }
        schema
    };
    let mut generator = super::generator();
    let approvals = generator.subschema_for::<paritygate_lang::project::Approvals>().to_value();
    let windows = generator.subschema_for::<paritygate_lang::schedule::Windows>().to_value();
    let types = generator.take_definitions(true);
    let mut schema = super::headed(
        "Project",
        "The manifest of a project: its environments, what they are read from, and how they are judged.",
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "environments": { "type": "object", "description": "The environments, by name.", "additionalProperties": { "$ref": "#/$defs/environment" } },
                "contract": { "type": "array", "description": "Sources of keys that must exist in every environment.", "items": { "$ref": "#/$defs/source" } },
                "policies": texts("Names of packs, or paths of policies."),
                "secrets": {
                    "type": "object",
                    "description": "Names whose values are never, or always, secret.",
                    "additionalProperties": false,
                    "properties": { "plain": texts("Never secret, unless the value is a private key or a known token."), "secret": texts("Always secret.") },
                },
                "expected": { "type": "array", "description": "Permanent differences, asserted.", "items": exception(
                    json!({ "relation": text("What holds instead: `differs`, `absent`, `ratio >= 0.5`, `matches *.staging.example.com`.") }),
                    &["rule", "path", "environments", "relation", "reason"],
                ) },
                "waivers": { "type": "array", "description": "Temporary exceptions.", "items": exception(
                    json!({
                        "owner": text("Who answers for it."),
                        "ticket": text("Where it is tracked."),
                        "expiresAt": { "type": "string", "format": "date-time", "description": "The instant from which it covers nothing." },
                        "cells": { "type": "object", "description": "The values that it saw, by environment; it lapses when they change.", "additionalProperties": { "type": ["string", "number", "boolean"] } },
                    }),
                    &["rule", "path", "environments", "owner", "reason", "expiresAt"],
                ) },
                "baseline": { "type": "string", "description": "The file of the findings that are accepted, written by `paritygate baseline`." },
                "neverWaive": texts("Rules that no exception may cover where production is concerned."),
                "groups": { "type": "object", "description": "Groups of people, and who is in them.", "additionalProperties": texts("The members.") },
                "pipeline": {
                    "type": "object",
                    "description": "The promotion pipeline.",
                    "additionalProperties": false,
                    "properties": {
                        "stages": texts("The environments, lowest first."),
                        "edges": { "type": "array", "description": "From where to where; each stage follows the one before by default.", "items": { "$ref": "#/$defs/edge" } },
                    },
                },
            },
            "$defs": {
                "edge": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["from", "to"],
                    "properties": {
                        "from": { "description": "The environments that it comes from.", "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }] },
                        "to": text("The environment that it goes to."),
                        "needs": { "description": "How many of them must have gone well.", "anyOf": [{ "enum": ["all", "any"] }, { "type": "integer", "minimum": 1 }] },
                    },
                },
                "source": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "from": { "description": "The format; told from the file's name by default.", "oneOf": formats },
                        "path": text("The file, from the project's folder."),
                        "paths": texts("The files, in the order in which they are laid over each other."),
                        "component": text("The component whose variables it holds."),
                        "plane": { "enum": ["declared", "observed"], "description": "Whether it says what was declared, or what was observed: `drift` compares the two. Declared where it is absent." },
                        "profiles": texts("Compose: the active profiles."),
                    },
                    "oneOf": [{ "required": ["path"] }, { "required": ["paths"] }],
                },
                "environment": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "tier": { "enum": TIERS, "description": "Which kind of environment it is; told from its name by default." },
                        "order": { "type": "integer", "description": "Its place; higher is nearer to users." },
                        "aliases": texts("Other names under which values speak of it."),
                        "sources": { "type": "array", "description": "What it is read from, as layers: later ones win.", "items": { "$ref": "#/$defs/source" } },
                        "reference": text("The environment that it is compared with."),
                        "branches": texts("Branches that may be deployed to it."),
                        "tags": texts("Tags that may be deployed to it."),
                        "trigger": { "enum": ["automatic", "manual", "scheduled"], "description": "How deployments begin." },
                        "approvals": approvals,
                        "windows": windows,
                    },
                },
            },
        }),
    );
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.extend(types);
    }
    schema
}
