//! The yardstick W1: three environments in one JSON text of 27 KB under 20 parity rules.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use paritygate::wire::Session;
use paritygate::{FingerprintKey, Plan, Project, Source, Supplied, Timestamp, formats, plan};
use serde::Deserialize;

use super::{Candidate, Options, ROUNDS, compare};
use crate::workspace::Workspace;

const NAMES: [&str; 3] = ["development", "staging", "production"];

/// The text, with about 15 differences planted.
pub(super) fn text() -> String {
    let mut out = String::from("{\"environments\":[");
    for (at, name) in NAMES.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(out, "{comma}{{\"environment\":\"{name}\",\"tier\":\"{name}\",\"variables\":{{");
        for key in 0..60 {
            // Staging lacks one key, production lacks another.
            if (at == 1 && key == 7) || (at == 2 && key == 11) {
                continue;
            }
            let comma = if key > 0 { "," } else { "" };
            let _ = match key % 12 {
                0 => write!(
                    out,
                    "{comma}\"APP_SECRET_{key:02}\":{{\"fingerprint\":{{\"keyId\":\"k\",\"hex\":\"{key:02}{at}f0e1d2c3b4a5968778695a4b3c2d1e0\"}}}}"
                ),
                1 => write!(out, "{comma}\"APP_URL_{key:02}\":{{\"value\":\"https://{name}-{key}.example.org/api\"}}"),
                2 => write!(
                    out,
                    "{comma}\"APP_LIMIT_{key:02}\":{{\"value\":\"{}\"}}",
                    if at == 1 && key == 14 { "many".to_owned() } else { (key * 10).to_string() }
                ),
                _ => write!(
                    out,
                    "{comma}\"APP_SETTING_{key:02}\":{{\"value\":\"a-setting-of-some-length-{key:08}\",\"valueClass\":\"unknown\"}}"
                ),
            };
        }
        out.push_str("},\"packages\":{\"api\":{\"npm\":{");
        for key in 0..40 {
            let comma = if key > 0 { "," } else { "" };
            let major = if at == 0 && key % 13 == 5 { 2 } else { 1 };
            let _ = write!(out, "{comma}\"package-name-{key:02}\":[\"{major}.{key}.{}\"]", at % 2);
        }
        out.push_str("}}},\"backingServices\":{");
        for (key, kind) in ["postgresql", "redis"].iter().enumerate() {
            let comma = if key > 0 { "," } else { "" };
            let version = if at == 1 && key == 0 { "15.8" } else { "16.4" };
            let _ = write!(
                out,
                "{comma}\"{kind}-main\":{{\"kind\":\"{kind}\",\"version\":\"{version}\",\"charset\":\"UTF8\",\"collation\":\"{}\",\"parameters\":{{\"max_connections\":\"{}\"}}}}",
                if at == 0 { "C" } else { "en_US.UTF-8" },
                100 * (at + 1)
            );
        }
        out.push_str("},\"files\":{");
        for key in 0..10 {
            let comma = if key > 0 { "," } else { "" };
            let mode = if at == 1 && key == 3 { "0777" } else { "0640" };
            let _ = write!(
                out,
                "{comma}\"/etc/app/file-{key}.conf\":{{\"mode\":\"{mode}\",\"owner\":\"app\",\"group\":\"app\",\"digest\":\"sha256:{key:064x}\"}}"
            );
        }
        out.push_str("},\"network\":{\"firewall\":[");
        for key in 0..10 {
            let comma = if key > 0 { "," } else { "" };
            let port = if at == 0 && key == 9 { 9999 } else { 8000 + key };
            let _ = write!(
                out,
                "{comma}{{\"direction\":\"ingress\",\"protocol\":\"tcp\",\"fromPort\":{port},\"toPort\":{port},\"cidrs\":[\"10.0.{key}.0/24\"]}}"
            );
        }
        out.push_str("]}}");
    }
    out.push_str("]}");
    out
}

/// Twenty parity rules.
pub(super) const POLICY: &str = r#"
policy: bench/w1
rules:
  - { id: key-present, kind: present, select: "variables.*", params: { missingFrom: reference } }
  - { id: key-only, kind: present, select: "variables.*", params: { missingFrom: others } }
  - { id: value-type, kind: same, select: "variables.*.valueType", params: { missing: ignore } }
  - { id: no-placeholder, kind: one-of, select: "variables.*.valueClass", params: { none: [placeholder] } }
  - { id: no-shared-secret, kind: no-shared-secret, select: "variables.*" }
  - { id: urls-differ, kind: differ, select: "variables.APP_URL_*" }
  - { id: limits, kind: ratio, select: "variables.APP_LIMIT_*", params: { min: 0.1 }, onUnknown: skip }
  - { id: secure-urls, kind: matches, select: "variables.APP_URL_01", params: { pattern: "https://.*" } }
  - { id: packages, kind: version-tolerance, select: "packages.*.*.*", params: { level: major } }
  - { id: packages-present, kind: present, select: "packages.*.*.*" }
  - { id: package-set, kind: set-relation, select: "packages.*.*", params: { relation: equal } }
  - { id: service-kind, kind: same, select: backingServices.*.kind }
  - { id: service-major, kind: version-tolerance, select: backingServices.*.version, params: { level: major } }
  - { id: charset, kind: same, select: "backingServices.*.charset" }
  - { id: collation, kind: same, select: "backingServices.*.collation" }
  - { id: connections, kind: ratio, select: backingServices.*.parameters.max_connections, params: { min: 0.3 } }
  - { id: file-mode, kind: same, select: "files.*.mode" }
  - { id: file-owner, kind: same, select: "files.*.{owner,group}" }
  - { id: file-digest, kind: same, select: "files.*.digest" }
  - { id: firewall, kind: same, select: network.firewall }
"#;

/// The text as a program would read it that knows its shape.
#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(borrow)]
    environments: Vec<TypedEnvironment<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what counts is that the fields are parsed")]
struct TypedEnvironment<'a> {
    environment: &'a str,
    tier: &'a str,
    #[serde(borrow)]
    variables: BTreeMap<&'a str, TypedVariable<'a>>,
    #[serde(borrow)]
    packages: BTreeMap<&'a str, BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a str>>>>,
    #[serde(borrow)]
    backing_services: BTreeMap<&'a str, TypedService<'a>>,
    #[serde(borrow)]
    files: BTreeMap<&'a str, TypedFile<'a>>,
    #[serde(borrow)]
    network: TypedNetwork<'a>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what counts is that the fields are parsed")]
struct TypedVariable<'a> {
    value: Option<&'a str>,
    #[serde(borrow)]
    fingerprint: Option<TypedFingerprint<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what counts is that the fields are parsed")]
struct TypedFingerprint<'a> {
    key_id: &'a str,
    hex: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what counts is that the fields are parsed")]
struct TypedService<'a> {
    kind: &'a str,
    version: &'a str,
    charset: &'a str,
    collation: &'a str,
    #[serde(borrow)]
    parameters: BTreeMap<&'a str, &'a str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what counts is that the fields are parsed")]
struct TypedFile<'a> {
    mode: &'a str,
    owner: &'a str,
    group: &'a str,
    digest: &'a str,
}

#[derive(Deserialize)]
struct TypedNetwork<'a> {
    #[serde(borrow)]
    firewall: Vec<TypedFirewallRule<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what counts is that the fields are parsed")]
struct TypedFirewallRule<'a> {
    direction: &'a str,
    protocol: &'a str,
    from_port: u16,
    to_port: u16,
    cidrs: Vec<&'a str>,
}

/// A plan for one text that holds all environments.
pub(super) fn one_text(path: &str) -> Plan {
    let format = formats::find("environment");
    let request = paritygate::Request { paths: vec![path.to_owned()], ..paritygate::Request::default() };
    let layers = format.map(|format| plan::Layer { format, request, observed: false }).into_iter().collect();
    let environments = vec![plan::PlannedEnvironment { layers, ..plan::PlannedEnvironment::default() }];
    Plan { environments, policies: vec![("bench.yaml".to_owned(), None)], ..Plan::default() }
}

/// The files of a run: the text and the policy.
pub(super) fn files(path: &str, bytes: &[u8], policy: &str) -> paritygate::Files {
    let (source, _) = paritygate::document::decode(path, bytes);
    [
        (path.to_owned(), Supplied::Text(source)),
        ("bench.yaml".to_owned(), Supplied::Text(Source::new("bench.yaml", policy))),
    ]
    .into()
}

pub(super) fn run(options: &Options) {
    let text = text();
    let bytes = text.as_bytes();
    let key = FingerprintKey::from_bytes(*b"bench");
    let plan = one_text("w1.json");
    let files = files("w1.json", bytes, POLICY);
    let project = Project::load(&plan, &files, &key);
    assert!(project.diagnostics.is_empty(), "{:?}", project.diagnostics);
    let (engine, diagnostics) = project.compile(&plan, &files, &paritygate::zones::carried());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let now = Timestamp::UNIX_EPOCH;
    let (report, _) = project.check(&engine, &plan, now, &[]);
    let found = report.findings.len();
    println!(
        "W1: {} bytes, {} rules, {} rows, {found} findings",
        bytes.len(),
        report.summary.rules,
        report.summary.rows
    );
    let load = || {
        let files = self::files("w1.json", bytes, "");
        Project::load(&plan, &files, &key)
    };
    let session = Session::new(&[7; 36]);
    let compile = serde_json::json!({ "wire": 1, "compile": { "policies": [{ "text": POLICY }] } }).to_string();
    session.call(compile.as_bytes(), &[]);
    let call = "{\"wire\":1,\"check\":{\"now\":\"2026-01-01T00:00:00Z\",\"engine\":1,\"project\":\
        {\"names\":\"each\",\"files\":{\"w1.json\":{\"attachment\":0}}}}}";
    let _times = compare(
        "W1, against typed structs of serde_json",
        ROUNDS * 5,
        options,
        vec![
            Candidate::new("floor: serde_json into typed structs", || {
                serde_json::from_slice::<Typed<'_>>(bytes)
                    .map_or(0, |typed| typed.environments.iter().map(|e| e.network.firewall.len()).sum())
            }),
            Candidate::new("serde_json into Value", || {
                serde_json::from_slice::<serde_json::Value>(bytes).map_or(0, |value| {
                    value.get("environments").and_then(serde_json::Value::as_array).map_or(0, Vec::len)
                })
            }),
            Candidate::new("read and import", || load().environments.len()),
            Candidate::new("check of loaded environments", || project.check(&engine, &plan, now, &[]).0.findings.len()),
            Candidate::new("text to report", || load().check(&engine, &plan, now, &[]).0.findings.len()),
            Candidate::new("text to report as JSON", || {
                let (report, _) = load().check(&engine, &plan, now, &[]);
                serde_json::to_string(&report).map_or(0, |json| json.len())
            }),
            Candidate::new("check through the wire", || {
                let answer = session.call(call.as_bytes(), &[bytes]);
                let held = answer.split("\"report\":").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or("0");
                session.call(format!("{{\"wire\":1,\"release\":{{\"handles\":[{held}]}}}}").as_bytes(), &[]).len()
            }),
            Candidate::new("policy from text to ready", || {
                project.compile(&plan, &files, &paritygate::zones::carried()).0.rules().count()
            }),
        ],
    );
}

/// The text and the policy as files, for hosts to measure: their paths.
///
/// # Errors
///
/// If they can't be written.
pub(crate) fn files_for_hosts(workspace: &Workspace) -> Result<(PathBuf, PathBuf), String> {
    let (json, policy) = ("target/bench/w1.json", "target/bench/w1.policy.yaml");
    workspace.write(json, &text())?;
    workspace.write(policy, POLICY)?;
    Ok((workspace.path(json), workspace.path(policy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_allocates_little() {
        let key = FingerprintKey::from_bytes(*b"bench");
        let plan = one_text("w1.json");
        let files = files("w1.json", text().as_bytes(), POLICY);
        let project = Project::load(&plan, &files, &key);
        let (engine, _) = project.compile(&plan, &files, &paritygate::zones::carried());
        let check = || assert_eq!(project.check(&engine, &plan, Timestamp::UNIX_EPOCH, &[]).0.findings.len(), 16);
        // The first check reads the tables, which are read once.
        check();
        let allocations = allocation_counter::measure(check).count_total;
        assert!(allocations <= 250, "{allocations} allocations");
    }
}
