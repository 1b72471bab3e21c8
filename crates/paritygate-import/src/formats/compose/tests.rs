//! Tests: files in, a flat picture of the environment, its coverage, needs and diagnostics out.

use std::fmt::Write;

use expect_test::{Expect, expect};
use paritygate_model::{DraftValue, FingerprintKey, SecretTable, SortedMap, Source};

use super::*;
use crate::{Files, Supplied};

/// `--- name` begins a file; `--- name (absent)` and `--- name (refused)` are answers without one.
fn files(text: &str) -> Files {
    let mut files = Files::new();
    for part in text.split("--- ").skip(1) {
        let (name, body) = part.split_once('\n').unwrap_or((part, ""));
        let (name, supplied) = match name.split_once(" (") {
            Some((name, "absent)")) => (name, Supplied::Absent),
            Some((name, _)) => (name, Supplied::Refused("outside the project".to_owned())),
            None => (name, Supplied::Text(Source::new(name, body))),
        };
        files.insert(name.to_owned(), supplied);
    }
    files
}

fn import(paths: &[&str], profiles: &[&str], files: &Files) -> Imported {
    let key = FingerprintKey::from_bytes(*b"key");
    let request = Request {
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        profiles: profiles.iter().map(|profile| (*profile).to_owned()).collect(),
        component: None,
        ..Request::default()
    };
    super::import(&request, &Context { files, secrets: SecretTable::builtin(), key: &key })
}

fn place(at: Option<&paritygate_model::Location>) -> String {
    at.map(|at| format!("{}:{}:{}", at.source.name(), at.position().line, at.position().column)).unwrap_or_default()
}

fn flat(draft: &Draft, path: &str, out: &mut String) {
    let mut line = |value: &str| writeln!(out, "{path} = {value} @{}", place(draft.at.as_ref())).expect("a string");
    match &draft.value {
        DraftValue::Map(map) if !map.is_empty() => {
            for (key, value) in map {
                flat(value, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, out);
            }
        }
        DraftValue::Map(_) => line("{}"),
        DraftValue::Sequence(items) => {
            let mut inner = String::new();
            for item in items {
                flat(item, "", &mut inner);
            }
            let items: Vec<&str> = inner
                .lines()
                .filter_map(|line| line.rsplit_once(" @"))
                .map(|(item, _)| item.trim_start_matches(" = "))
                .collect();
            line(&format!("[{}]", items.join(" | ")));
        }
        DraftValue::Variable(variable) => flat(&variable.value, path, out),
        DraftValue::String(text) => line(&format!("{text:?}")),
        DraftValue::Number(text) => line(text),
        DraftValue::Bool(value) => line(&value.to_string()),
        DraftValue::Unresolved(reason) => line(&format!("<{reason}>")),
        DraftValue::Secret(_) => line("(secret)"),
        DraftValue::Null => line("null"),
    }
}

fn picture(imported: &Imported) -> String {
    let mut out = String::new();
    for description in &imported.descriptions {
        if let Description::Draft(draft) = description {
            let mut sections: SortedMap<&str, &Draft> = SortedMap::new();
            sections.extend(
                ["workloads", "artifacts", "backingServices"].map(|name| (name, draft.get(name).expect("a section"))),
            );
            for (name, section) in sections {
                flat(section, name, &mut out);
            }
        }
    }
    for (path, coverage) in &imported.coverage {
        let usual = matches!(path.as_str(), "workloads" | "artifacts") && *coverage == Coverage::Complete;
        if !usual && path != "backingServices" {
            writeln!(out, "coverage {path}: {}", coverage.word()).expect("a string");
        }
    }
    for need in &imported.needs {
        writeln!(out, "need {}{} @{}", need.path, if need.required { "" } else { "?" }, place(need.at.as_ref()))
            .expect("a string");
    }
    for diagnostic in &imported.diagnostics {
        let (level, code, at) = (diagnostic.level.word(), diagnostic.code, place(diagnostic.location.as_ref()));
        writeln!(out, "{level} {code} @{at}: {}", diagnostic.message).expect("a string");
    }
    out
}

fn check(paths: &[&str], text: &str, expected: Expect) {
    let imported = import(paths, &[], &files(text));
    expected.assert_eq(&picture(&imported));
}

/// One file `c.yml`, without `.env`.
fn one(text: &str, expected: Expect) {
    check(&["c.yml"], &format!("--- .env (absent)\n--- c.yml\n{text}"), expected);
}

/// Only lines of the picture that hold `part`.
fn only(paths: &[&str], text: &str, part: &str, expected: Expect) {
    let picture = picture(&import(paths, &[], &files(text)));
    let lines: Vec<&str> = picture.lines().filter(|line| line.contains(part)).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn names_are_detected() {
    for name in [
        "compose.yml",
        "a/compose.yaml",
        "docker-compose.prod.yml",
        "compose.override.yaml",
        "docker-compose-test.yml",
        "docker-stack.yml",
    ] {
        assert!(detect(name), "{name}");
    }
    for name in ["composer.yml", "compose.json", "decompose.yml", "stack.yml"] {
        assert!(!detect(name), "{name}");
    }
}

#[test]
fn a_service_becomes_a_workload_and_an_artifact() {
    one(
        r#"services:
  api:
    image: registry.test:5000/team/api:1.2@sha256:ab
    command: ["serve", "--port", 8080]
    user: 1000:1000
    restart: always
    ports: ["127.0.0.1:80:8080", "9090-9091:9090-9091/udp", 53]
    expose: ["7000"]
    volumes: ["./data:/data:ro", {type: volume, source: v, target: /v}, /anonymous]
    secrets: [token]
    healthcheck: {test: ["CMD", "true"]}
    deploy:
      replicas: 3
      resources: {limits: {cpus: "0.5", memory: 512M}, reservations: {memory: 1g}}
  db:
    image: postgres:16.4-alpine
    mem_limit: 64m
"#,
        expect![[r#"
            artifacts.api.digest = "sha256:ab" @c.yml:3:44
            artifacts.api.name = "registry.test:5000/team/api" @c.yml:3:12
            artifacts.api.tag = "1.2" @c.yml:3:40
            artifacts.api.type = "oci-image" @c.yml:3:12
            artifacts.api.versionScheme = "docker-tag" @c.yml:3:12
            backingServices.db.kind = "postgresql" @c.yml:16:12
            backingServices.db.version = "16.4" @c.yml:16:21
            workloads.api.command = ["serve" | "--port" | "8080"] @c.yml:4:14
            workloads.api.cpu.limitMillicores = 500 @c.yml:14:34
            workloads.api.image.digest = "sha256:ab" @c.yml:3:44
            workloads.api.image.name = "registry.test:5000/team/api" @c.yml:3:12
            workloads.api.image.tag = "1.2" @c.yml:3:40
            workloads.api.memory.limitBytes = 536870912 @c.yml:14:49
            workloads.api.memory.requestBytes = 1073741824 @c.yml:14:79
            workloads.api.mounts./anonymous.readOnly = false @c.yml:9:73
            workloads.api.mounts./data.readOnly = true @c.yml:9:29
            workloads.api.mounts./data.source = "./data" @c.yml:9:16
            workloads.api.mounts./run/secrets/token.readOnly = true @c.yml:10:15
            workloads.api.mounts./run/secrets/token.source = "token" @c.yml:10:15
            workloads.api.mounts./v.readOnly = false @c.yml:9:68
            workloads.api.mounts./v.source = "v" @c.yml:9:57
            workloads.api.ports.53/tcp = {} @c.yml:7:61
            workloads.api.ports.7000/tcp = {} @c.yml:8:14
            workloads.api.ports.8080/tcp.hostIp = ["127.0.0.1"] @c.yml:7:14
            workloads.api.ports.8080/tcp.published = 80 @c.yml:7:24
            workloads.api.ports.9090/udp.published = 9090 @c.yml:7:35
            workloads.api.ports.9091/udp.published = 9091 @c.yml:7:35
            workloads.api.probes.liveness = true @c.yml:11:18
            workloads.api.replicas.desired = 3 @c.yml:13:17
            workloads.api.restart = "always" @c.yml:6:14
            workloads.api.user = "1000:1000" @c.yml:5:11
            workloads.db.image.name = "postgres" @c.yml:16:12
            workloads.db.image.tag = "16.4-alpine" @c.yml:16:21
            workloads.db.memory.limitBytes = 67108864 @c.yml:17:16
        "#]],
    );
}

#[test]
fn one_port_may_be_published_several_times() {
    one(
        r#"services:
  api:
    image: api:1
    ports: ["80:8080", "81:8080", "127.0.0.1:81:8080", {target: 8080, published: "${PORT}"}, "90:9090", "[::1]:90:9090"]
"#,
        expect![[r#"
            artifacts.api.name = "api" @c.yml:3:12
            artifacts.api.tag = "1" @c.yml:3:16
            artifacts.api.type = "oci-image" @c.yml:3:12
            artifacts.api.versionScheme = "docker-tag" @c.yml:3:12
            backingServices = {} @
            workloads.api.image.name = "api" @c.yml:3:12
            workloads.api.image.tag = "1" @c.yml:3:16
            workloads.api.ports.8080/tcp.published = [80 | 81 | <refers to `PORT`, which is not set in these files>] @c.yml:4:14
            workloads.api.ports.9090/tcp.published = 90 @c.yml:4:95
        "#]],
    );
}

#[test]
fn variables_in_both_forms() {
    one(
        r#"services:
  api:
    image: api
    environment: {A: 1, B: "1.10", C: , D: "x=${A:-y}", E: "$$5", F: "${MISSING}", DB_PASSWORD: hunter22}
  web:
    image: web
    environment: [A=1, B=, C, "D=a=b"]
"#,
        expect![[r#"
            artifacts.api.name = "api" @c.yml:3:12
            artifacts.api.tag = "latest" @c.yml:3:12
            artifacts.api.type = "oci-image" @c.yml:3:12
            artifacts.api.versionScheme = "docker-tag" @c.yml:3:12
            artifacts.web.name = "web" @c.yml:6:12
            artifacts.web.tag = "latest" @c.yml:6:12
            artifacts.web.type = "oci-image" @c.yml:6:12
            artifacts.web.versionScheme = "docker-tag" @c.yml:6:12
            backingServices = {} @
            workloads.api.image.name = "api" @c.yml:3:12
            workloads.api.image.tag = "latest" @c.yml:3:12
            workloads.api.variables.A = "1" @c.yml:4:22
            workloads.api.variables.B = "1.10" @c.yml:4:28
            workloads.api.variables.C = <is taken from the process environment> @c.yml:4:37
            workloads.api.variables.D = "x=y" @c.yml:4:44
            workloads.api.variables.DB_PASSWORD = (secret) @c.yml:4:97
            workloads.api.variables.E = "$5" @c.yml:4:60
            workloads.api.variables.F = <refers to `MISSING`, which is not set in these files> @c.yml:4:70
            workloads.web.image.name = "web" @c.yml:6:12
            workloads.web.image.tag = "latest" @c.yml:6:12
            workloads.web.variables.A = "1" @c.yml:7:21
            workloads.web.variables.B = "" @c.yml:7:26
            workloads.web.variables.C = <is taken from the process environment> @c.yml:7:28
            workloads.web.variables.D = "a=b" @c.yml:7:34
        "#]],
    );
}

#[test]
fn references_come_from_dot_env() {
    check(
        &["deploy/c.yml"],
        r#"--- deploy/.env
TAG=1.2
DB_PASSWORD=hunter22
INHERITED=yes
--- deploy/c.yml
services:
  api:
    image: ${REGISTRY}/api:${TAG}
    environment: {URL: "postgres://u:${DB_PASSWORD}@db/x", INHERITED: }
    command: run --token ${DB_PASSWORD}
    ports: ["${PORT}:80"]
  db:
    image: postgres:${PG}
  cache:
    image: ${CACHE:-redis:7}
  odd:
    image: ${ODD}
"#,
        expect![[r#"
            artifacts.api.name = <refers to `REGISTRY`, which is not set in these files> @deploy/c.yml:3:12
            artifacts.api.tag = "1.2" @deploy/c.yml:3:28
            artifacts.api.type = "oci-image" @deploy/c.yml:3:12
            artifacts.api.versionScheme = "docker-tag" @deploy/c.yml:3:12
            artifacts.odd.name = <refers to `ODD`, which is not set in these files> @deploy/c.yml:12:12
            artifacts.odd.tag = <refers to `ODD`, which is not set in these files> @deploy/c.yml:12:12
            artifacts.odd.type = "oci-image" @deploy/c.yml:12:12
            artifacts.odd.versionScheme = "docker-tag" @deploy/c.yml:12:12
            backingServices.cache.kind = "redis" @deploy/c.yml:10:12
            backingServices.cache.version = "7" @deploy/c.yml:10:12
            backingServices.db.kind = "postgresql" @deploy/c.yml:8:12
            backingServices.db.version = <refers to `PG`, which is not set in these files> @deploy/c.yml:8:21
            workloads.api.command = ["run" | "--token" | (secret)] @deploy/c.yml:5:14
            workloads.api.image.name = <refers to `REGISTRY`, which is not set in these files> @deploy/c.yml:3:12
            workloads.api.image.tag = "1.2" @deploy/c.yml:3:28
            workloads.api.ports.80/tcp.published = <refers to `PORT`, which is not set in these files> @deploy/c.yml:6:14
            workloads.api.variables.INHERITED = "yes" @deploy/.env:3:11
            workloads.api.variables.URL = (secret) @deploy/c.yml:4:24
            workloads.cache.image.name = "redis" @deploy/c.yml:10:12
            workloads.cache.image.tag = "7" @deploy/c.yml:10:12
            workloads.db.image.name = "postgres" @deploy/c.yml:8:12
            workloads.db.image.tag = <refers to `PG`, which is not set in these files> @deploy/c.yml:8:21
            workloads.odd.image.name = <refers to `ODD`, which is not set in these files> @deploy/c.yml:12:12
            workloads.odd.image.tag = <refers to `ODD`, which is not set in these files> @deploy/c.yml:12:12
        "#]],
    );
}

#[test]
fn files_are_laid_over_each_other() {
    check(
        &["c.yml", "o.yml"],
        r#"--- .env (absent)
--- c.yml
services:
  api:
    image: api:1
    command: [a, b]
    environment: [A=1, B=1]
    ports: ["80:80"]
    volumes: ["./a:/data", "./b:/b"]
    healthcheck: {test: [CMD, a]}
    deploy: {replicas: 1, resources: {limits: {memory: 1g}}}
  gone: {image: gone}
--- o.yml
services:
  api:
    image: api:2
    command: [c]
    environment: {B: "2", C: "3"}
    ports: !override ["81:81"]
    volumes: ["./c:/data"]
    healthcheck: !reset null
    deploy: {replicas: 2}
  gone: !reset null
"#,
        expect![[r#"
            artifacts.api.name = "api" @o.yml:3:12
            artifacts.api.tag = "2" @o.yml:3:16
            artifacts.api.type = "oci-image" @o.yml:3:12
            artifacts.api.versionScheme = "docker-tag" @o.yml:3:12
            backingServices = {} @
            workloads.api.command = ["c"] @o.yml:4:14
            workloads.api.image.name = "api" @o.yml:3:12
            workloads.api.image.tag = "2" @o.yml:3:16
            workloads.api.memory.limitBytes = 1073741824 @c.yml:9:56
            workloads.api.mounts./b.readOnly = false @c.yml:7:33
            workloads.api.mounts./b.source = "./b" @c.yml:7:29
            workloads.api.mounts./data.readOnly = false @o.yml:7:20
            workloads.api.mounts./data.source = "./c" @o.yml:7:16
            workloads.api.ports.81/tcp.published = 81 @o.yml:6:24
            workloads.api.replicas.desired = 2 @o.yml:9:24
            workloads.api.variables.A = "1" @c.yml:5:21
            workloads.api.variables.B = "2" @o.yml:5:22
            workloads.api.variables.C = "3" @o.yml:5:30
        "#]],
    );
}

#[test]
fn extends_in_one_file_and_across_files() {
    check(
        &["c.yml"],
        r"--- .env (absent)
--- c.yml
services:
  a:
    extends: {service: base, file: lib/base.yml}
    environment: {X: a}
  b:
    extends: a
    image: b:2
  c:
    extends: missing
    image: c
--- lib/base.yml
services:
  base:
    extends: root
    environment: {X: base, Y: base}
  root:
    image: root:1
    env_file: root.env
--- lib/root.env
Z=1
",
        expect![[r#"
            artifacts.a.name = "root" @lib/base.yml:6:12
            artifacts.a.tag = "1" @lib/base.yml:6:17
            artifacts.a.type = "oci-image" @lib/base.yml:6:12
            artifacts.a.versionScheme = "docker-tag" @lib/base.yml:6:12
            artifacts.b.name = "b" @c.yml:7:12
            artifacts.b.tag = "2" @c.yml:7:14
            artifacts.b.type = "oci-image" @c.yml:7:12
            artifacts.b.versionScheme = "docker-tag" @c.yml:7:12
            artifacts.c.name = "c" @c.yml:10:12
            artifacts.c.tag = "latest" @c.yml:10:12
            artifacts.c.type = "oci-image" @c.yml:10:12
            artifacts.c.versionScheme = "docker-tag" @c.yml:10:12
            backingServices = {} @
            workloads.a.image.name = "root" @lib/base.yml:6:12
            workloads.a.image.tag = "1" @lib/base.yml:6:17
            workloads.a.variables.X = "a" @c.yml:4:22
            workloads.a.variables.Y = "base" @lib/base.yml:4:31
            workloads.a.variables.Z = "1" @lib/root.env:1:3
            workloads.b.image.name = "b" @c.yml:7:12
            workloads.b.image.tag = "2" @c.yml:7:14
            workloads.b.variables.X = "a" @c.yml:4:22
            workloads.b.variables.Y = "base" @lib/base.yml:4:31
            workloads.b.variables.Z = "1" @lib/root.env:1:3
            workloads.c.image.name = "c" @c.yml:10:12
            workloads.c.image.tag = "latest" @c.yml:10:12
            coverage workloads.c: partial
            error extends-not-found @c.yml:9:14: there is no service `missing` in `c.yml`
        "#]],
    );
}

#[test]
fn circles_are_one_error() {
    check(
        &["c.yml"],
        r"--- .env (absent)
--- c.yml
include: [c.yml]
services:
  a: {extends: b}
  b: {extends: c}
  c: {extends: a}
  d: {extends: d}
",
        expect![[r"
            artifacts = {} @
            backingServices = {} @
            workloads.a = {} @c.yml:3:6
            workloads.b = {} @c.yml:4:6
            workloads.c = {} @c.yml:5:6
            workloads.d = {} @c.yml:6:6
            coverage artifacts: partial
            coverage artifacts.a: partial
            coverage artifacts.b: partial
            coverage artifacts.c: partial
            coverage artifacts.d: partial
            coverage workloads: partial
            coverage workloads.a: partial
            coverage workloads.a.image: partial
            coverage workloads.b: partial
            coverage workloads.b.image: partial
            coverage workloads.c: partial
            coverage workloads.c.image: partial
            coverage workloads.d: partial
            coverage workloads.d.image: partial
            error extends-cycle @c.yml:5:16: the services extend each other in a circle: `a` extends `b` extends `c` extends `a`
            error extends-cycle @c.yml:6:16: the services extend each other in a circle: `d` extends `d`
            error include-cycle @c.yml:1:11: the files include each other in a circle: `c.yml` includes `c.yml`
        "]],
    );
}

#[test]
fn includes_bring_services() {
    check(
        &["c.yml"],
        r#"--- .env
TAG=outer
--- c.yml
include:
  - part/c.yml
  - {path: [other/c.yml, other/o.yml], env_file: other.env}
  - https://example.test/c.yml
  - oci://example.test/c
services:
  part: {environment: {A: over}}
--- part/.env
TAG=inner
NAME=inner
--- part/c.yml
services:
  part: {image: "part:${TAG}", environment: {A: "${NAME}", B: "1"}, env_file: [{path: x.env, required: false}]}
--- part/x.env (absent)
--- other.env
NAME=other
--- other/c.yml
services:
  other: {image: "${NAME}:1"}
--- other/o.yml
services:
  other: {image: "${NAME}:2"}
"#,
        expect![[r#"
            artifacts.other.name = "other" @other/o.yml:2:19
            artifacts.other.tag = "2" @other/o.yml:2:27
            artifacts.other.type = "oci-image" @other/o.yml:2:18
            artifacts.other.versionScheme = "docker-tag" @other/o.yml:2:18
            artifacts.part.name = "part" @part/c.yml:2:18
            artifacts.part.tag = "outer" @part/c.yml:2:23
            artifacts.part.type = "oci-image" @part/c.yml:2:17
            artifacts.part.versionScheme = "docker-tag" @part/c.yml:2:17
            backingServices = {} @
            workloads.other.image.name = "other" @other/o.yml:2:19
            workloads.other.image.tag = "2" @other/o.yml:2:27
            workloads.part.image.name = "part" @part/c.yml:2:18
            workloads.part.image.tag = "outer" @part/c.yml:2:23
            workloads.part.variables.A = "over" @c.yml:7:27
            workloads.part.variables.B = "1" @part/c.yml:2:63
            coverage artifacts: partial
            coverage workloads: partial
            warning remote-reference @c.yml:4:5: `https://example.test/c.yml` is not read: it is not in this project
            warning remote-reference @c.yml:5:5: `oci://example.test/c` is not read: it is not in this project
        "#]],
    );
}

#[test]
fn env_files_come_before_environment() {
    check(
        &["c.yml"],
        r#"--- .env
OUT=out
--- c.yml
services:
  a:
    image: a
    env_file: [one.env, {path: two.env, required: false}, {path: raw.env, format: raw}]
    environment: {A: own}
  b: {image: b, env_file: gone.env}
  c: {image: c, env_file: later.env}
  d: {image: d, env_file: /etc/secret.env}
  e: {image: e, env_file: "${FILE}"}
--- one.env
A=one
B=one-$A-$OUT-$NONE
C=1
--- two.env
C=2
E=$C
D
--- raw.env
R=$A
--- gone.env (absent)
--- /etc/secret.env (refused)
"#,
        expect![[r#"
            artifacts.a.name = "a" @c.yml:3:12
            artifacts.a.tag = "latest" @c.yml:3:12
            artifacts.a.type = "oci-image" @c.yml:3:12
            artifacts.a.versionScheme = "docker-tag" @c.yml:3:12
            artifacts.b.name = "b" @c.yml:6:14
            artifacts.b.tag = "latest" @c.yml:6:14
            artifacts.b.type = "oci-image" @c.yml:6:14
            artifacts.b.versionScheme = "docker-tag" @c.yml:6:14
            artifacts.c.name = "c" @c.yml:7:14
            artifacts.c.tag = "latest" @c.yml:7:14
            artifacts.c.type = "oci-image" @c.yml:7:14
            artifacts.c.versionScheme = "docker-tag" @c.yml:7:14
            artifacts.d.name = "d" @c.yml:8:14
            artifacts.d.tag = "latest" @c.yml:8:14
            artifacts.d.type = "oci-image" @c.yml:8:14
            artifacts.d.versionScheme = "docker-tag" @c.yml:8:14
            artifacts.e.name = "e" @c.yml:9:14
            artifacts.e.tag = "latest" @c.yml:9:14
            artifacts.e.type = "oci-image" @c.yml:9:14
            artifacts.e.versionScheme = "docker-tag" @c.yml:9:14
            backingServices = {} @
            workloads.a.image.name = "a" @c.yml:3:12
            workloads.a.image.tag = "latest" @c.yml:3:12
            workloads.a.variables.A = "own" @c.yml:5:22
            workloads.a.variables.B = <refers to `NONE`, which is not set in these files> @one.env:2:3
            workloads.a.variables.C = "2" @two.env:1:3
            workloads.a.variables.D = <is taken from the process environment> @two.env:3:1
            workloads.a.variables.E = "2" @two.env:2:3
            workloads.a.variables.R = "$A" @raw.env:1:3
            workloads.b.image.name = "b" @c.yml:6:14
            workloads.b.image.tag = "latest" @c.yml:6:14
            workloads.c.image.name = "c" @c.yml:7:14
            workloads.c.image.tag = "latest" @c.yml:7:14
            workloads.d.image.name = "d" @c.yml:8:14
            workloads.d.image.tag = "latest" @c.yml:8:14
            workloads.e.image.name = "e" @c.yml:9:14
            workloads.e.image.tag = "latest" @c.yml:9:14
            coverage workloads.b.variables: partial
            coverage workloads.c.variables: partial
            coverage workloads.d.variables: partial
            coverage workloads.e.variables: partial
            need later.env @c.yml:7:27
            warning unresolved-path @c.yml:9:27: it is not known which file is meant here
            error file-not-found @c.yml:6:27: `gone.env` does not exist
            warning file-not-read @c.yml:8:27: `/etc/secret.env` was not read: outside the project
        "#]],
    );
}

#[test]
fn wrong_shapes_have_places() {
    check(
        &["c.yml", "v1.yml", "empty.yml", "list.yml"],
        r"--- .env (absent)
--- c.yml
services:
  a: {image: [x], environment: 5, ports: 80, volumes: {x: y}, deploy: [], enviroment: {}, mem_limit: lots}
  b:
  c: [x]
  d: {image: d, ports: [http], extends: {file: x}, env_file: {}, command: {a: b}}
service: {}
--- v1.yml
web: {image: web}
--- empty.yml
--- list.yml
- a
",
        expect![[r#"
            artifacts.d.name = "d" @c.yml:5:14
            artifacts.d.tag = "latest" @c.yml:5:14
            artifacts.d.type = "oci-image" @c.yml:5:14
            artifacts.d.versionScheme = "docker-tag" @c.yml:5:14
            backingServices = {} @
            workloads.a.memory.limitBytes = <the value has the wrong shape> @c.yml:2:102
            workloads.d.image.name = "d" @c.yml:5:14
            workloads.d.image.tag = "latest" @c.yml:5:14
            coverage artifacts: partial
            coverage artifacts.a: partial
            coverage workloads: partial
            coverage workloads.a: partial
            coverage workloads.a.image: partial
            coverage workloads.a.variables: partial
            coverage workloads.d: partial
            coverage workloads.d.ports: partial
            warning unknown-field @c.yml:6:1: unknown key `service`
            error compose-shape @c.yml:2:71: expected a map, found a list
            warning unknown-field @c.yml:2:75: unknown key `enviroment`
            error compose-shape @c.yml:2:32: expected a map or a list of variables, found a number
            error compose-shape @c.yml:2:14: expected an image reference, found a list
            error compose-shape @c.yml:2:42: expected a list, found a number
            error compose-shape @c.yml:2:55: expected a list, found a map
            warning compose-shape @c.yml:3:3: the service `b` is empty
            error compose-shape @c.yml:4:6: expected a map that describes the service, found a list
            error compose-shape @c.yml:5:75: expected a single value, found a map
            error compose-shape @c.yml:5:62: expected `path` here, found none
            error compose-shape @c.yml:5:41: expected `service` here, found none
            error compose-shape @v1.yml:1:1: this does not look like a Compose file: it has no `services`
            error compose-shape @empty.yml:1:1: the text holds no Compose file
            error compose-shape @list.yml:1:1: expected a Compose file (a map with `services`), found a list
            error compose-shape @c.yml:2:102: expected an amount of memory such as `512m` or `1g`
            error compose-shape @c.yml:5:25: `http` is no port
        "#]],
    );
}

#[test]
fn profiles_select() {
    let text = "--- .env\nCOMPOSE_PROFILES=one\n--- c.yml\nservices:\n  a: {image: a, profiles: [one]}\n  b: {image: b, profiles: [two]}\n  c: {image: c}\n";
    let names = |profiles: &[&str]| {
        let imported = import(&["c.yml"], profiles, &files(text));
        let Some(Description::Draft(draft)) = imported.descriptions.first() else {
            return String::new();
        };
        let mut workloads = draft.get("workloads").cloned().expect("workloads");
        workloads.as_map().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&[]), "a c");
    assert_eq!(names(&["two"]), "a b c");
    assert_eq!(names(&["*"]), "a b c");
}

#[test]
fn files_are_asked_for_with_their_place() {
    check(
        &["c.yml"],
        "--- c.yml\ninclude: [i.yml]\nservices:\n  a: {image: a, env_file: a.env}\n  b: {extends: {file: x.yml, service: y}}\n",
        expect![[r#"
            artifacts.a.name = "a" @c.yml:3:14
            artifacts.a.tag = "latest" @c.yml:3:14
            artifacts.a.type = "oci-image" @c.yml:3:14
            artifacts.a.versionScheme = "docker-tag" @c.yml:3:14
            backingServices = {} @
            workloads.a.image.name = "a" @c.yml:3:14
            workloads.a.image.tag = "latest" @c.yml:3:14
            workloads.b = {} @c.yml:4:6
            coverage artifacts: partial
            coverage artifacts.b: partial
            coverage workloads: partial
            coverage workloads.a.variables: partial
            coverage workloads.b: partial
            coverage workloads.b.image: partial
            need .env? @
            need x.yml @c.yml:4:23
            need i.yml @c.yml:1:11
            need a.env @c.yml:3:27
        "#]],
    );
    check(
        &["c.yml"],
        "",
        expect![[r"
        artifacts = {} @
        backingServices = {} @
        workloads = {} @
        coverage artifacts: partial
        coverage workloads: partial
        need .env? @
        need c.yml @
    "]],
    );
}

#[test]
fn unquoted_values_are_what_the_process_sees() {
    only(
        &["c.yml"],
        "--- .env (absent)\n--- c.yml\nservices:\n  a:\n    image: a\n    environment: {A: 1.10, B: 010, C: 1e3, D: true, E: 14, F: yes, API_TOKEN: 012}\n",
        "",
        expect![[r#"
            artifacts.a.name = "a" @c.yml:3:12
            artifacts.a.tag = "latest" @c.yml:3:12
            artifacts.a.type = "oci-image" @c.yml:3:12
            artifacts.a.versionScheme = "docker-tag" @c.yml:3:12
            backingServices = {} @
            workloads.a.image.name = "a" @c.yml:3:12
            workloads.a.image.tag = "latest" @c.yml:3:12
            workloads.a.variables.A = "1.1" @c.yml:4:22
            workloads.a.variables.API_TOKEN = (secret) @c.yml:4:79
            workloads.a.variables.B = "8" @c.yml:4:31
            workloads.a.variables.C = "1000" @c.yml:4:39
            workloads.a.variables.D = "true" @c.yml:4:47
            workloads.a.variables.E = "14" @c.yml:4:56
            workloads.a.variables.F = "yes" @c.yml:4:63
            warning unquoted-value @c.yml:4:22: the process sees `1.1` in `A`, not `1.10`
            warning unquoted-value @c.yml:4:79: the process sees something else than what is written for `API_TOKEN`
            warning unquoted-value @c.yml:4:31: the process sees `8` in `B`, not `010`
            warning unquoted-value @c.yml:4:39: the process sees `1000` in `C`, not `1e3`"#]],
    );
}

#[test]
fn secrets_are_sealed_wherever_they_go() {
    let text = r#"--- .env
DB_PASSWORD=canary-1234
--- c.yml
services:
  a:
    image: x/${DB_PASSWORD}:${DB_PASSWORD}
    command: serve --password canary-1234 postgres://u:canary-1234@db/x
    entrypoint: [sh, -c, "run --db-password=${DB_PASSWORD}"]
    user: ${DB_PASSWORD}
    ports: ["${DB_PASSWORD}:80"]
    volumes: ["./${DB_PASSWORD}:/data", "${DB_PASSWORD}:/x"]
    mem_limit: ${DB_PASSWORD}
    environment: [DB_PASSWORD, "OTHER=${DB_PASSWORD}", "URL=postgres://u:canary-1234@db/x", "API_TOKEN=canary-1234"]
    env_file: a.env
--- a.env
COPY=$OTHER
COPY_TOO=x-$DB_PASSWORD
ADMIN_PASSWORD=canary-1234
"#;
    let imported = import(&["c.yml"], &[], &files(text));
    let picture = picture(&imported);
    assert!(!picture.contains("canary"), "{picture}");
    assert!(!format!("{imported:?}").contains("canary"));
    assert!(picture.contains("workloads.a.variables.COPY_TOO = (secret)"), "{picture}");
}

#[test]
fn nothing_grows_without_bound() {
    let mut env = "A0=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n".to_owned();
    for at in 1..200 {
        writeln!(env, "A{at}=$A{0}$A{0}", at - 1).expect("a string");
    }
    let mut services = String::new();
    for at in 0..2_000 {
        writeln!(services, "  s{at}: {{extends: base}}").expect("a string");
    }
    let mut variables = String::new();
    for at in 0..1_000 {
        writeln!(variables, "      V{at}: ${{A199}}").expect("a string");
    }
    let text =
        format!("--- .env\n{env}--- c.yml\nservices:\n{services}  base:\n    image: a\n    environment:\n{variables}");
    let imported = import(&["c.yml"], &[], &files(&text));
    assert!(imported.diagnostics.iter().any(|diagnostic| diagnostic.code == "too-many-values"));
    // Every file includes the next one twice.
    let mut text = "--- .env (absent)\n".to_owned();
    for at in 0..40 {
        writeln!(text, "--- f{at}.yml\ninclude: [f{0}.yml, {{path: f{0}.yml}}]", at + 1).expect("a string");
    }
    let imported = import(&["f0.yml"], &[], &files(&text));
    assert!(imported.diagnostics.iter().any(|diagnostic| diagnostic.code == "too-many-files"));
    // A long chain of services.
    let mut text = "--- .env (absent)\n--- c.yml\nservices:\n  s0: {image: a}\n".to_owned();
    for at in 1..5_000 {
        writeln!(text, "  s{at}: {{extends: s{}}}", at - 1).expect("a string");
    }
    let _imported = import(&["c.yml"], &[], &files(&text));
}

#[test]
fn nothing_panics() {
    let seed = r#"services:
  a:
    image: ${R:-x}/a:${T}@sha256:0
    environment: [A=1, "B=${C:-${D}}", {}, C, =]
    ports: ["1-2:3-4/tcp", "[::1]:1:2", {target: 1}, 99999, "5-1"]
    volumes: ["C:\\a:/b:ro", ":", "a:b:c:d", {}]
    extends: {file: ./c.yml, service: a}
    env_file: [.env, {path: x}]
    command: "a 'b \\"
    deploy: {replicas: -1, resources: {limits: {memory: 1gb, cpus: .5}}}
include: [c.yml, {path: [], env_file: /dev/null}]
"#;
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let noise = [
        "{",
        "}",
        "[",
        "]",
        ":",
        " ",
        "\n",
        "$",
        "${",
        "!reset ",
        "!override ",
        "-",
        "'",
        "\"",
        "é",
        "&a ",
        "*a",
        "null",
        "/",
        "@",
        "=",
        "<<: ",
        "~",
        ",",
    ];
    for _ in 0..2_000 {
        let mut chars: Vec<char> = seed.chars().collect();
        for _ in 0..=random(4) {
            let at = random(chars.len());
            match random(3) {
                0 => {
                    chars.remove(at);
                }
                1 => drop(chars.splice(at..at, noise[random(noise.len())].chars())),
                _ => chars.truncate(at.max(8)),
            }
        }
        let text: String = chars.into_iter().collect();
        let files = Files::from([
            ("c.yml".to_owned(), Supplied::Text(Source::new("c.yml", text.clone()))),
            (".env".to_owned(), Supplied::Text(Source::new(".env", "C=1\nT='2\nX=$C"))),
            ("x".to_owned(), Supplied::Text(Source::new("x", text))),
        ]);
        let imported = import(&["c.yml", "c.yml"], &["p"], &files);
        let _picture = picture(&imported);
        for diagnostic in &imported.diagnostics {
            if let Some(at) = &diagnostic.location {
                assert!(at.span.start <= at.span.end && at.span.end as usize <= at.source.text().len());
            }
        }
        for description in imported.descriptions {
            if let Description::Draft(draft) = description {
                let _tree = draft.finish();
            }
        }
    }
}
