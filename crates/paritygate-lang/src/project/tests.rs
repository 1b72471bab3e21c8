//! Tests of project manifests.

use expect_test::{Expect, expect};

use super::{Project, lower};
use crate::testing::{lines, yaml};

#[track_caller]
fn mistakes(text: &str, expected: Expect) {
    let (_, diagnostics) = lower(&yaml(text));
    expected.assert_eq(&lines(&diagnostics));
}

#[track_caller]
fn understood(text: &str) -> Project {
    let (project, diagnostics) = lower(&yaml(text));
    assert_eq!(lines(&diagnostics), "");
    project
}

#[test]
fn a_manifest_is_understood() {
    let project = understood(
        "environments:
  staging:
    tier: staging
    order: 20
    aliases: [stg, preprod]
    sources:
      - { from: dotenv, path: .env, component: api }
      - { paths: [compose.yml, compose.staging.yml], profiles: web }
    reference: production
    branches: [staging, 'release/*']
    tags: ['v*-rc*']
    trigger: automatic
    approvals: { required: 1, groups: [sre] }
  production:
  development: {}
contract: [{ path: .env.example }]
pipeline: { stages: [development, staging, production], edges: [{ from: staging, to: production, needs: all }] }
policies: [recommended, ./policies/ours.yaml]
secrets: { plain: [PUBLIC_KEY_ID], secret: [LICENCE] }
neverWaive: []
expected:
  - { rule: ratio-memory, path: 'workloads.*.memory.limitBytes', environments: [staging, production], relation: 'ratio >= 0.5', reason: cost, max: 4 }
waivers:
  - rule: same-runtime
    path: runtimes.node
    environments: [staging]
    owner: alice
    reason: upgrade first
    ticket: OPS-1
    expiresAt: 2030-01-31T00:00:00Z
    cells: { staging: 20.11, production: '18' }
",
    );
    let names: Vec<&str> = project.environments.iter().map(|environment| environment.name.as_str()).collect();
    assert_eq!(names, ["staging", "production", "development"]);
    let staging = &project.environments[0];
    assert_eq!((staging.order, staging.aliases.len(), staging.sources.len()), (Some(20), 2, 2));
    assert_eq!(staging.sources[1].paths[1].value, "compose.staging.yml");
    assert_eq!(staging.sources[1].profiles, ["web"]);
    assert!(staging.sources[1].from.is_none());
    assert_eq!((project.contract.len(), project.policies.len(), project.pipeline.stages.len()), (1, 2, 3));
    assert_eq!(project.pipeline.edges.as_ref().map(Vec::len), Some(1));
    assert!(project.never_waive.is_some_and(|rules| rules.is_empty()));
    assert_eq!((project.secrets_plain, project.secrets_secret), (vec!["PUBLIC_KEY_ID".into()], vec!["LICENCE".into()]));
    assert_eq!(project.expected[0].max, Some(4));
    let waiver = &project.waivers[0];
    assert_eq!(waiver.expires_at.to_string(), "2030-01-31T00:00:00Z");
    assert_eq!(waiver.cells, [("production".into(), "18".into()), ("staging".into(), "20.11".into())]);
    assert!(!format!("{waiver:?}").contains("20.11"));
}

#[test]
fn every_mistake_is_told_in_one_run() {
    mistakes(
        "enviroments: {}
environments:
  staging:
    teir: staging
    order: first
    reference: producton
    sources:
      - { from: dotenv }
      - { path: .env, paths: [.env], componet: api }
      - .env
      - { paths: [] }
  production: { tier: prod }
secrets: { plain: { a: b }, public: [] }
pipeline: { stages: [stagng, production] }
policies: { a: b }
expected: { rule: x }
",
        expect![[r#"
            1:1 a project manifest has no field `enviroments` (did you mean `environments`?)
            4:5 an environment has no field `teir` (did you mean `tier`?)
            5:12 expected a whole number, found a text
            6:16 there is no environment `producton` (did you mean `production`?)
            8:9 a source needs a field `path` (name the file that it is read from)
            9:23 a source has `path` or `paths`, not both (put all of them into `paths`)
            9:38 a source has no field `componet` (did you mean `component`?)
            10:9 expected a source, which is a map, found a text
            11:18 `paths` is empty (name at least one, or remove the field)
            12:23 unknown tier `prod` (known here: `development`, `other`, `production`, `staging`, `testing`)
            13:19 expected a text or a list of texts, found a map
            13:29 `secrets` has no field `public` (known here: `plain`, `secret`)
            14:22 there is no environment `stagng` (did you mean `staging`?)
            15:11 expected a text or a list of texts, found a map
            16:11 expected a list, found a map
        "#]],
    );
}

#[test]
fn exceptions_say_all_that_bounds_them() {
    mistakes(
        "environments: { staging: , production: }
expected:
  - {}
  - { rule: r, path: 'variables.*', environments: [stagging], relation: bigger, reason: '' }
  - { rule: r, path: 'variables.{A,B}', environments: [], relation: 'ratio > 1', reason: x, max: 0 }
  - { rule: r, path: variables.A, environments: all, relation: differs, reason: x, owner: bob }
waivers:
  - {}
  - { rule: r, path: 'a.', environments: staging, owner: a, reason: b, expiresAt: 2026-12-31 }
  - { rule: r, path: a, environments: staging, owner: a, reason: b, expiresAt: 2026-12-31T10:00:00 }
  - { rule: r, path: a, environments: staging, owner: a, reason: b, expiresAt: soon, max: many }
  - { rule: r, path: a, environments: staging, owner: a, reason: b, expires: '2026-12-31T10:00:00+02:00' }
  - { rule: r, path: a, environments: staging, owner: a, reason: b, expiresAt: '2026-12-31T10:00:00+02:00', cells: { stage: [1] } }
  - waive all
",
        expect![[r#"
            3:5 an expected difference needs a field `environments` (name the environments that it covers)
            3:5 an expected difference needs a field `path` (name the path that it covers)
            3:5 an expected difference needs a field `reason` (say why)
            3:5 an expected difference needs a field `relation` (say what holds instead, such as `relation: differs`)
            3:5 an expected difference needs a field `rule` (name the rule by its id)
            4:22 `variables.*` covers several paths, so `max` is needed (add `max` with the number of paths that it may cover, or name one path)
            4:52 there is no environment `stagging` (did you mean `staging`?)
            4:73 unknown relation `bigger` (known relations: `differs`, `absent`, `ratio >= 0.5`, `ratio <= 2`, `matches *.example.com`)
            4:89 the reason is empty (say it, or remove the field)
            5:55 `environments` is empty (name at least one, or remove the field)
            5:69 a ratio needs `>=` or `<=` (write `ratio >= 0.5`)
            5:98 `max` is 0, and so nothing could be covered (give a number above zero)
            6:49 there is no environment `all` (known here: `production`, `staging`)
            6:84 an expected difference has no field `owner` (known here: `environments`, `max`, `path`, `reason`, `relation`, `rule`)
            8:5 a waiver needs a field `environments` (name the environments that it covers)
            8:5 a waiver needs a field `expiresAt` (say when it ends, such as `expiresAt: 2030-01-31T00:00:00Z`)
            8:5 a waiver needs a field `owner` (name who answers for it)
            8:5 a waiver needs a field `path` (name the path that it covers)
            8:5 a waiver needs a field `reason` (say why)
            8:5 a waiver needs a field `rule` (name the rule by its id)
            9:25 the selector `a.` can't be read: a key is missing here (write keys joined by dots, such as `variables.*`)
            9:83 `2026-12-31` is a date, not an instant (add time and zone: `2026-12-31T00:00:00Z`)
            10:80 `2026-12-31T10:00:00` has no zone, and so is no instant (add the zone: `2026-12-31T10:00:00Z`)
            11:80 `soon` is no instant (write date, time and zone: `2030-01-31T00:00:00Z`)
            11:91 expected a whole number, found a text
            12:69 a waiver has no field `expires` (did you mean `expiresAt`?)
            13:118 there is no environment `stage` (known here: `production`, `staging`)
            13:125 expected a text, a number or a boolean, found a list
            14:5 expected a waiver, which is a map, found a text
        "#]],
    );
}

#[test]
fn sections_without_content_say_nothing() {
    let project = understood("environments:\nwaivers:\nexpected:\nneverWaive:\npolicies:\n");
    assert!(project.never_waive.is_none());
    mistakes(
        "",
        expect![[r#"
        1:1 the text is empty: a project manifest was expected
    "#]],
    );
}

#[test]
fn names_are_not_judged_without_environments() {
    understood("expected: [{ rule: r, path: a, environments: [x], relation: differs, reason: y }]");
}

#[test]
fn what_environments_ask_of_deployments() {
    let project = understood(
        "environments:
  staging: { trigger: automatic, branches: [main, 'release/*'] }
  production:
    approvals: { required: 2, groups: [sre] }
    windows: { timezone: Europe/London, windows: [{ days: [mon, tue], start: '09:00', end: '17:00' }] }
groups: { sre: [dana, erin] }
pipeline: { edges: [{ from: staging, to: production, needs: any }] }
",
    );
    let [staging, production] = &project.environments[..] else { panic!("two environments") };
    assert_eq!(staging.admission.branches.as_ref().map(Vec::len), Some(2));
    assert_eq!(production.admission.approvals.as_ref().map(|approvals| approvals.value.required), Some(2));
    assert_eq!(production.admission.windows.as_ref().map(|windows| windows.value.windows.len()), Some(1));
    assert_eq!(*project.groups.get("sre").unwrap(), ["dana", "erin"]);
    mistakes(
        "environments:
  staging: { trigger: auto }
  production: { approvals: { require: 2 }, windows: { timezone: UTC, windows: [{ days: [monday], start: 9 }] } }
pipeline: { edges: [{ from: [staging], to: prodution, needs: 2 }, { from: staging }] }
",
        expect![[r#"
            2:23 unknown trigger `auto` (known here: `automatic`, `manual`, `scheduled`)
            3:30 unknown field `require` (did you mean `required`?)
            3:89 unknown word `monday` (known here: `fri`, `mon`, `sat`, `sun`, `thu`, `tue`, `wed`)
            3:105 expected a time of day such as 09:00, in quotes
            4:44 there is no environment `prodution` (did you mean `production`?)
            4:62 `needs` is `all`, `any` or a number from 1 to 1, so many as `from` names (`all` is the default)
            4:67 an edge needs a field `to` (name where it goes to)
        "#]],
    );
}
