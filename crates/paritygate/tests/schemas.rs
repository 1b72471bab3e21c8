//! The examples of the published schemas: editors show them, so the engine has to take each of them as it stands.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed expectation is a failed test")]

use paritygate::report::{Report, Status};
use paritygate::{Diagnostic, Files, FingerprintKey, Plan, Project, Source, Supplied, schemas, zones};
use serde_json::Value;

const MANIFEST: &str = "\
policies: [./policies/ours.yaml]
environments:
  development: { sources: [{ path: development.environment.yaml }] }
  testing: { sources: [{ path: development.environment.yaml }] }
  staging-eu: { sources: [{ path: development.environment.yaml }] }
  staging-us: { sources: [{ path: development.environment.yaml }] }
  production: { sources: [{ path: production.environment.yaml }] }
  staging:
    sources: [{ path: staging.environment.yaml }]
";
const POLICY: &str = "\
policy: acme/web
rules:
  -
    id: replicas
    kind: same
    select: workloads.*.replicas.desired
";
/// What exceptions are from, beside the rule that the schema shows.
const SAME_NODE: &str = "  - { id: same-node, kind: same, select: runtimes.node }\n";
/// Files that examples name, and what they hold.
const FILES: [(&str, &str); 10] = [
    ("development.environment.yaml", "runtimes: { node: '22.2' }\nworkloads: { api: { replicas: { desired: 4 } } }\n"),
    ("staging.environment.yaml", "runtimes: { node: '22.1' }\nworkloads: { api: { replicas: { desired: 2 } } }\n"),
    ("production.environment.yaml", "runtimes: { node: '22.2' }\nworkloads: { api: { replicas: { desired: 4 } } }\n"),
    (".env.example", "A=\n"),
    (".env.staging", "A=1\n"),
    (".env.production", "A=1\n"),
    (".env", "A=1\n"),
    ("compose.yaml", "services: { api: { image: 'api:1', profiles: [web] }, db: { image: 'postgres:17' } }\n"),
    ("compose.production.yaml", "services: { api: { image: 'api:2' } }\n"),
    ("paritygate.baseline.yaml", "baseline: 1\n"),
];

/// Where fields stand in a text: the place of their schema, what is around them, and how far they are indented.
type Around = (&'static str, &'static str, usize);

const IN_POLICY: [Around; 6] = [
    ("/properties", "", 0),
    ("/$defs", "", 0),
    ("/properties/defaults/properties", "defaults:\n", 2),
    ("/$defs/rule/properties", "", 4),
    ("/$defs/gate/properties", "gates:\n  -\n    id: g\n    kind: soak\n    params: { duration: PT4H }\n", 4),
    ("/$defs/breakGlass/properties", "gates: [{ id: g, kind: same-digest }]\nbreakGlass:\n  rules: '*'\n", 2),
];
const EXPECTED: &str = "expected:
  -
    rule: replicas
    path: workloads.api.replicas.desired
    environments: [staging]
    relation: ratio >= 0.5
    reason: half
";
const WAIVERS: &str = "waivers:
  -
    rule: replicas
    path: workloads.api.replicas.desired
    environments: [staging]
    owner: web
    reason: first
    expiresAt: 2026-06-01T00:00:00Z
";
const EDGES: &str = "pipeline:
  stages: [testing, staging, production]
  edges:
    - { from: testing, to: staging }
    -
      from: [testing, staging]
      to: production
";
const IN_MANIFEST: [Around; 8] = [
    ("/properties", "", 0),
    ("/properties/secrets/properties", "secrets:\n", 2),
    ("/properties/expected/items/properties", EXPECTED, 4),
    ("/properties/waivers/items/properties", WAIVERS, 4),
    ("/properties/pipeline/properties", "pipeline:\n  stages: [staging-eu, staging-us, production]\n", 2),
    ("/$defs/edge/properties", EDGES, 6),
    ("/$defs/source/properties", "contract:\n  -\n    path: compose.yaml\n", 4),
    ("/$defs/environment/properties", "", 4),
];

/// The examples of a schema: the place of each field, and a text after its colon.
fn examples(schema: &Value, at: &str, found: &mut Vec<(String, String)>) {
    match schema {
        // The manuals of the kinds hold examples that run on their own.
        Value::Object(object) if !object.contains_key("const") => {
            if let Some(Value::Array(examples)) = object.get("examples") {
                found.extend(examples.iter().map(|example| (at.to_owned(), example.to_string())));
            }
            let shown = object.get("markdownDescription").and_then(Value::as_str).unwrap_or_default();
            if let Some((_, yaml)) = shown.split_once("```yaml\n") {
                found.push((at.to_owned(), format!("\n{}", yaml.trim_end_matches('`'))));
            }
            object.iter().for_each(|(key, below)| examples(below, &format!("{at}/{key}"), found));
        }
        Value::Array(all) => all.iter().for_each(|below| examples(below, &format!("{at}/0"), found)),
        _ => {}
    }
}

/// The text in which a field has a value.
fn text(base: &str, all: &[Around], field: &str, value: &str) -> String {
    // A definition of its own stands where it is used.
    let field = field.replace("/$defs/severity", "/properties/defaults/properties/severity");
    let (parent, key) = field.rsplit_once('/').expect("a place");
    let (_, around, indent) = all.iter().find(|around| around.0 == parent).unwrap_or_else(|| panic!("{field}: where?"));
    let (before, around) = if around.is_empty() { ("", base) } else { (base, *around) };
    let mut out = before.to_owned();
    let mut is_left_out = false;
    for line in around.lines() {
        let depth = line.len() - line.trim_start().len();
        if depth <= *indent {
            let other = line.trim_start().split(':').next().unwrap_or_default();
            is_left_out = depth == *indent && (other == key || (other == "path" && key == "paths"));
        }
        if !is_left_out {
            out.push_str(&format!("{line}\n"));
        }
    }
    let spaces = " ".repeat(*indent);
    let value = value.replace('\n', &format!("\n{spaces}  "));
    format!("{out}{spaces}{key}: {value}\n")
}

/// What is wrong with a project of one manifest and one policy, and what a check of it finds.
fn run(manifest: &str, policy: &str) -> (Report, Vec<Diagnostic>) {
    let plan = Plan::of_text(&Source::new("paritygate.yaml", manifest));
    let named = [("policies/ours.yaml", policy)].into_iter().chain(FILES);
    let files: Files = named.map(|(name, text)| (name.to_owned(), Supplied::Text(Source::new(name, text)))).collect();
    let project = Project::load(&plan, &files, &FingerprintKey::from_bytes(*b"for this run"));
    assert!(project.needs.is_empty(), "{:?}\n{manifest}", project.needs);
    let (engine, compiled) = project.compile(&plan, &files, &zones::carried());
    let (_, ways) = plan.pipeline(&project.environments, &zones::carried());
    let now = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let (report, checked) = project.check(&engine, &plan, now, &[]);
    let all = [plan.diagnostics.clone(), project.diagnostics, compiled, ways, checked];
    (report, all.concat())
}

fn schema(name: &str) -> Vec<(String, String)> {
    let text = schemas::find(name).expect("a schema").text;
    let mut found = Vec::new();
    examples(&serde_json::from_str(text).expect("JSON"), "", &mut found);
    assert!(found.len() > 20, "{found:?}");
    found
}

#[test]
fn every_example_of_a_policy_compiles() {
    for (field, value) in schema("policy") {
        let policy = text(POLICY, &IN_POLICY, &field, &value);
        let (_, wrong) = run(MANIFEST, &policy);
        assert!(wrong.is_empty(), "{field}: {wrong:?}\n{policy}");
    }
}

#[test]
fn every_example_of_a_manifest_is_read_and_met() {
    for (field, value) in schema("project") {
        let manifest = text(MANIFEST, &IN_MANIFEST, &field, &value);
        let (report, wrong) = run(&manifest, &format!("{POLICY}{SAME_NODE}"));
        assert!(wrong.is_empty(), "{field}: {wrong:?}\n{manifest}");
        // An exception that is shown covers something.
        if ["/properties/expected", "/properties/waivers", "/items/properties/path"]
            .iter()
            .any(|end| field.ends_with(end))
        {
            let statuses: Vec<_> = report.findings.iter().map(|finding| (&*finding.rule, finding.status)).collect();
            assert_eq!(
                statuses.iter().filter(|(_, status)| *status == Status::Waived).count(),
                1,
                "{field}: {statuses:?}"
            );
        }
    }
}
