//! The schema of the project manifest, `paritygate.yaml`.

use paritygate_model::shape::environment::TIERS;
use serde_json::{Value, json};

use super::kinds::as_read;
use super::words::{field, one_of, shown, text, text_or_texts, texts};

pub(super) fn schema() -> Value {
    let mut generator = super::generator();
    let approvals = generator.subschema_for::<paritygate_lang::project::Approvals>().to_value();
    let windows = generator.subschema_for::<paritygate_lang::schedule::Windows>().to_value();
    let types = generator.take_definitions(true);
    let about = "The manifest of a project: its environments, what they are read from, and how they are judged.";
    let mut schema = super::headed("Project", about, manifest(&approvals, &windows));
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        for (name, mut schema) in types {
            as_read(&mut schema);
            definitions.insert(name, schema);
        }
    }
    schema
}

fn manifest(approvals: &Value, windows: &Value) -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "environments": shown("staging:\n  sources: [{ path: .env.staging }]\nproduction:\n  sources: [{ path: .env.production }]", field("Environments", "The environments, by name.",
                &[],
                json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/environment" } }))),
            "contract": shown("- path: .env.example", field("Contract", "Sources of keys that must exist in every environment.",
                &[],
                json!({ "type": "array", "items": { "$ref": "#/$defs/source" } }))),
            "policies": texts("Policies", "Names of packs, or paths of policies; the pack `recommended` by default.",
                &[r#"["recommended", "./policies/ours.yaml"]"#]),
            "secrets": shown("plain: [PUBLIC_KEY]\nsecret: [PARTNER_CODE]", field("Secrets", "Names whose values are never, or always, secret.",
                &[], json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "plain": texts("Plain", "Never secret, unless the value is a private key or a known token.", &[r#"["PUBLIC_KEY"]"#]),
                    "secret": texts("Secret", "Always secret.", &[r#"["PARTNER_CODE"]"#]),
                },
            }))),
            "expected": shown("- rule: replicas\n  path: workloads.api.replicas.desired\n  environments: [staging]\n  relation: ratio >= 0.5\n  reason: half the load", field("Expected differences", "Permanent differences, asserted: one that is gone is told.",
                &[],
                json!({ "type": "array", "items": expected() }))),
            "waivers": shown("- rule: same-node\n  path: runtimes.node\n  environments: [staging]\n  owner: web\n  reason: tried there first\n  expiresAt: 2026-06-01T00:00:00Z", field("Waivers", "Temporary exceptions, each with an owner and an end.",
                &[],
                json!({ "type": "array", "items": waiver() }))),
            "baseline": text("Baseline", "The file of the findings that are accepted, written by `paritygate baseline`.",
                &["paritygate.baseline.yaml"]),
            "neverWaive": texts("Never waived", "Rules that no exception may cover where production is concerned.",
                &[r#"["no-shared-secret"]"#]),
            "groups": shown("release-managers: [ada, grace]", field("Groups", "Groups of people, and who is in them.", &[],
                json!({ "type": "object", "additionalProperties": texts("Group", "The members.", &[]) }))),
            "pipeline": shown("stages: [development, staging, production]", field("Pipeline", "The promotion pipeline: its stages, and the edges between them.",
                &[], json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "stages": texts("Stages", "The environments, lowest first.", &[r#"["staging", "production"]"#]),
                    "edges": shown("- from: [staging-eu, staging-us]\n  to: production\n  needs: all", field("Edges", "From where to where; each stage follows the one before by default.",
                        &[],
                        json!({ "type": "array", "items": { "$ref": "#/$defs/edge" } }))),
                },
            }))),
        },
        "$defs": { "edge": edge(), "source": source(), "environment": environment(approvals, windows) },
    })
}

/// What expected differences and waivers have in common, with what one of them has beside it.
fn exception(title: &str, about: &str, more: Value, required: &[&str]) -> Value {
    let mut properties = json!({
        "rule": text("Rule", "The id of the rule that it is an exception from.", &["same-node"]),
        "path": text("Path", "The path that it covers; a pattern needs `max`.", &["workloads.api.replicas.desired"]),
        "environments": texts("Environments", "The environments that it covers, by name.", &[r#"["staging"]"#]),
        "reason": text("Reason", "Why.", &["half the load"]),
        "max": field("Most paths", "How many paths a pattern may cover.", &["4"], json!({ "type": "integer", "minimum": 1 })),
    });
    if let (Some(properties), Value::Object(more)) = (properties.as_object_mut(), more) {
        properties.extend(more);
    }
    let holds = json!({
        "type": "object", "additionalProperties": false, "required": required, "properties": properties,
    });
    field(title, about, &[], holds)
}

fn expected() -> Value {
    let relation = text(
        "Relation",
        "What holds instead: `differs`, `absent`, a ratio to the reference, or a pattern.",
        &["differs", "absent", "ratio >= 0.5", "matches *.staging.example.com"],
    );
    let required = ["rule", "path", "environments", "relation", "reason"];
    exception("Expected difference", "A difference that is meant to stay.", json!({ "relation": relation }), &required)
}

fn waiver() -> Value {
    let cells = json!({ "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } });
    let more = json!({
        "owner": text("Owner", "Who answers for it.", &["web"]),
        "ticket": text("Ticket", "Where it is tracked.", &["OPS-12"]),
        "expiresAt": field("Expires at", "The instant from which it covers nothing.", &["2026-06-01T00:00:00Z"],
            json!({ "type": "string", "format": "date-time" })),
        "cells": shown("staging: '22.1'", field("Cells", "The values that it saw, by environment; it lapses when they change.",
            &[], cells)),
    });
    let required = ["rule", "path", "environments", "owner", "reason", "expiresAt"];
    exception("Waiver", "An exception that ends.", more, &required)
}

fn edge() -> Value {
    json!({
        "title": "Edge",
        "description": "From where to where a promotion may go.",
        "type": "object",
        "additionalProperties": false,
        "required": ["from", "to"],
        "properties": {
            "from": text_or_texts("From", "The environments that it comes from.", &["staging"]),
            "to": text("To", "The environment that it goes to.", &["production"]),
            "needs": field("Needs", "How many of them must have gone well.", &["all", "2"], json!({
                "anyOf": [
                    one_of([("all", "Each of them. The default."), ("any", "One of them.")]),
                    { "type": "integer", "minimum": 1 },
                ],
            })),
        },
    })
}

fn source() -> Value {
    let formats = paritygate_import::formats::ALL.iter().map(|format| (format.name, format.summary));
    let names = |name: &str| json!({ "required": [name], "errorMessage": "a source names its file in `path`, or several in `paths`" });
    json!({
        "title": "Source",
        "description": "Files that an environment is read from.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "from": field("Format", "The format; told from the file's name by default.", &[], one_of(formats)),
            "path": text("Path", "The file, from the project's folder.", &[".env.production"]),
            "paths": texts("Paths", "The files, in the order in which they are laid over each other.",
                &[r#"["compose.yaml", "compose.production.yaml"]"#]),
            "component": text("Component", "The component whose variables it holds.", &["api"]),
            "plane": field("Plane", "Whether it says what was declared, or what was observed: `drift` compares the two.", &[], one_of([
                ("declared", "What the environment is meant to be. The default."),
                ("observed", "What was seen there."),
            ])),
            "profiles": texts("Profiles", "Compose: the active profiles.", &[r#"["web"]"#]),
        },
        "oneOf": [names("path"), names("paths")],
    })
}

fn environment(approvals: &Value, windows: &Value) -> Value {
    json!({
        "title": "Environment",
        "description": "One environment: what it is read from, and how promotions reach it.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "tier": field("Tier", "Which kind of environment it is; told from its name by default.", &[], json!({ "type": "string", "enum": TIERS })),
            "order": field("Order", "Its place; higher is nearer to users.", &["3"], json!({ "type": "integer" })),
            "aliases": texts("Aliases", "Other names under which values speak of it.", &[r#"["prod", "live"]"#]),
            "sources": shown("- path: compose.yaml\n- path: .env.production", field("Sources", "What it is read from, as layers: later ones win.",
                &[],
                json!({ "type": "array", "items": { "$ref": "#/$defs/source" } }))),
            "reference": text("Reference", "The environment that it is compared with.", &["production"]),
            "branches": texts("Branches", "Branches that may be deployed to it.", &[r#"["main"]"#]),
            "tags": texts("Tags", "Tags that may be deployed to it.", &[r#"["v*"]"#]),
            "trigger": field("Trigger", "How deployments begin.", &[], one_of([
                ("automatic", "By themselves."),
                ("manual", "By somebody."),
                ("scheduled", "At a time."),
            ])),
            "approvals": approvals,
            "windows": windows,
        },
    })
}
