//! Tests of policies.

use crate::Spanned;
use std::fmt::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use paritygate_model::report::Severity;
use paritygate_model::{Document, Source, Tier};

use super::{EnvironmentRef, Policy, SeverityBy, lower};
use crate::testing::{lines, yaml};

#[track_caller]
fn mistakes(text: &str, expected: Expect) {
    let (_, diagnostics) = lower(yaml(text));
    expected.assert_eq(&lines(&diagnostics));
}

#[track_caller]
fn understood(text: &str) -> Policy {
    let (policy, diagnostics) = lower(yaml(text));
    assert_eq!(lines(&diagnostics), "");
    policy
}

fn shown(policy: &Policy) -> String {
    let mut out = format!("{}\n", policy.id);
    for rule in &policy.rules {
        let position = rule.at.position();
        let select: Vec<&str> = rule.select.iter().flatten().map(|selector| selector.value.text.as_str()).collect();
        let environments: Vec<&str> = rule
            .environments
            .iter()
            .map(|environment| match &environment.value {
                EnvironmentRef::All => "(all)",
                EnvironmentRef::Name(name) => name,
            })
            .collect();
        let _ = writeln!(
            out,
            "{}:{} {} {} {select:?} {environments:?} {:?} {:?} {:?} {:?} params: {}",
            position.line,
            position.column,
            rule.id,
            rule.kind.value,
            rule.reference.as_ref().map(|reference| &reference.value),
            rule.severity,
            rule.on_unknown,
            rule.mode,
            rule.params.map_or(0, |params| policy.document.tree.node(params).len()),
        );
    }
    out
}

#[test]
fn a_policy_is_understood() {
    let policy = understood(
        "policy: acme/web
description: what we agreed on
defaults:
  environments: [staging, production]
  severity: { default: warning, production: error }
  onUnknown: warn
rules:
  - id: same-runtime-minor
    kind: version-tolerance
    select: runtimes.*
    reference: production
    severity: { development: info }
    onUnknown: fail
    params: { level: minor }
    why: minor versions change defaults
    fix: pin {key} to {reference.value} in {environment}
  - kind: present
    select: [variables.A, 'variables.{B,C}']
    environments: all
    severity: error
    mode: observe
    id: keys
  - { id: bare, kind: expression }
",
    );
    expect![[r#"
        acme/web
        8:9 same-runtime-minor version-tolerance ["runtimes.*"] ["staging", "production"] Some("production") SeverityBy { default: Warning, by: [(Spanned { value: "development", at: Some(Location { source: Source { name: "test.yaml", bytes: 630, .. }, span: Span { start: 293, end: 304 } }) }, Info)] } Fail Enforce params: 1
        22:9 keys present ["variables.A", "variables.{B,C}"] ["(all)"] None SeverityBy { default: Error, by: [] } Warn Observe params: 0
        23:11 bare expression [] ["staging", "production"] None SeverityBy { default: Warning, by: [(Spanned { value: "production", at: Some(Location { source: Source { name: "test.yaml", bytes: 630, .. }, span: Span { start: 128, end: 138 } }) }, Error)] } Warn Enforce params: 0
    "#]]
    .assert_eq(&shown(&policy));
}

#[test]
fn json_is_understood_alike() {
    let text = r#"{"policy": "a", "rules": [{"id": "r", "kind": "same", "select": "runtimes.*"}]}"#;
    let (document, diagnostics) = paritygate_import::document::read(&Source::new("policy.json", text));
    assert!(diagnostics.is_empty());
    let (json, diagnostics) = lower(Arc::new(document));
    assert_eq!(lines(&diagnostics), "");
    assert_eq!(shown(&json), shown(&understood(text)));
}

#[test]
fn every_mistake_is_told_in_one_run() {
    mistakes(
        "polcy: acme
defaults: { severty: error, mode: observ }
gates: []
rules:
  - id: same
    kind: same
    select: runtimes..node
    severity: eror
    onUnknown: ignore
    environments: []
  - id: same
    knd: differ
    select: [variables.*, 'a.{b', 7, [x]]
    severity: { default: [error], production: critical }
    fix: pin {kye} to {reference.value
    params: [1]
  - select: []
    environments: { a: b }
    mode: true
    why: ''
  - just a text
",
        expect![[r#"
            1:1 a policy has no field `polcy` (did you mean `policy`?)
            2:13 `defaults` has no field `severty` (did you mean `severity`?)
            2:35 unknown mode `observ` (did you mean `observe`?)
            3:8 `gates` is empty (add a gate, or remove the field)
            7:22 the selector `runtimes..node` can't be read: a key is missing here (write keys joined by dots, such as `variables.*`)
            8:15 unknown severity `eror` (did you mean `error`?)
            9:16 unknown answer to unknowns `ignore` (known here: `fail`, `skip`, `unknown`, `warn`)
            10:19 `environments` is empty (name at least one, or remove the field)
            11:9 there are two rules `same` (give each its own id: findings and waivers speak of rules by it)
            12:5 a rule has no field `knd` (did you mean `kind`?)
            13:30 the selector `a.{b` can't be read: `{` is never closed (add `}` after the last alternative)
            13:38 expected a text, found a list
            14:26 expected a text, found a list
            14:47 unknown severity `critical` (known here: `error`, `info`, `warning`)
            15:14 unknown placeholder `{kye}` (did you mean `key`?)
            15:23 `{` is never closed (write `{{` for a brace in the text)
            16:13 expected the parameters of the rule, which is a map, found a list
            17:5 a rule needs a field `id` (findings and waivers speak of rules by their id)
            17:5 a rule needs a field `kind` (say what it checks, such as `kind: same`)
            17:13 `select` is empty (name at least one, or remove the field)
            18:19 expected a text or a list of texts, found a map
            19:11 expected a text, found a boolean (put it in quotes)
            21:5 expected a rule, which is a map, found a text
        "#]],
    );
}

#[test]
fn a_policy_is_one_map_with_rules() {
    mistakes(
        "",
        expect![[r#"
        1:1 the text is empty: a policy was expected
    "#]],
    );
    mistakes(
        "- a\n",
        expect![[r#"
        1:1 expected a policy, which is a map, found a list
    "#]],
    );
    mistakes(
        "policy: a\nrules: []\n",
        expect![[r#"
        2:8 `rules` is empty (add a rule: a policy without rules checks nothing)
    "#]],
    );
    mistakes(
        "policy: a\n",
        expect![[r#"
        1:1 a policy needs a field `rules` (a policy without rules checks nothing)
    "#]],
    );
    mistakes(
        "policy: a\nrules:\n  id: x\n",
        expect![[r#"
        3:3 expected a list, found a map
    "#]],
    );
    mistakes(
        "policy: a\nrules: [{ id: r, kind: same }]\n---\npolicy: b\n",
        expect![[r#"
        4:1 a policy is one document, and here begins another (put each into its own file)
    "#]],
    );
}

#[test]
fn severities_are_found_by_name_then_tier() {
    let severity = SeverityBy {
        default: Severity::Error,
        by: [("staging", Severity::Info), ("demo", Severity::Warning)]
            .map(|(name, severity)| (Spanned::nowhere(name.to_owned()), severity))
            .into(),
    };
    assert_eq!(severity.of("demo", Tier::Staging), Severity::Warning);
    assert_eq!(severity.of("uat", Tier::Staging), Severity::Info);
    assert_eq!(severity.of("live", Tier::Production), Severity::Error);
}

#[test]
fn many_mistakes_are_counted() {
    let rules = "  - { id: a, kind: b, x: 1 }\n".repeat(500);
    let (_, diagnostics) = lower(Arc::new(Document::clone(&yaml(&format!("policy: a\nrules:\n{rules}")))));
    assert_eq!(diagnostics.len(), 101);
    assert!(diagnostics.last().is_some_and(|last| last.message.starts_with("899 more mistakes")));
}
