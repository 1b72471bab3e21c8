//! Growth: more keys, more environments, more rules.

use std::collections::BTreeMap;
use std::fmt::Write;

use paritygate::{FingerprintKey, Project, Timestamp};
use serde::Deserialize;

use super::w1::{files, one_text};
use super::{Candidate, Options, compare};

/// The text as a program would read it that knows its shape.
#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(borrow)]
    environments: Vec<TypedEnvironment<'a>>,
}

#[derive(Deserialize)]
struct TypedEnvironment<'a> {
    #[serde(borrow)]
    variables: BTreeMap<&'a str, &'a str>,
}

/// A text with `environments` environments of `keys` variables each.
fn text(environments: usize, keys: usize) -> String {
    let mut out = String::from("{\"environments\":[");
    for at in 0..environments {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(
            out,
            "{comma}{{\"environment\":\"env-{at}\",\"tier\":\"{}\",\"variables\":{{",
            if at + 1 == environments { "production" } else { "staging" }
        );
        for key in 0..keys {
            let comma = if key > 0 { "," } else { "" };
            let odd = if at == 0 && key % 100 == 7 { "x" } else { "" };
            let _ = write!(out, "{comma}\"GROUP_{}_ITEM_{key:05}\":\"value-{key}{odd}\"", key % GROUPS);
        }
        out.push_str("}}");
    }
    out.push_str("]}");
    out
}

/// How many groups of keys there are.
const GROUPS: usize = 50;

/// `count` rules that look at the groups of keys in turn: each at one, or, where they are few, each at several, so that all
/// keys are met whatever the count.
fn policy(count: usize) -> String {
    let mut out = String::from("policy: bench/grid\nrules:\n");
    for rule in 0..count {
        let (kind, params) = if rule % 2 == 0 { ("same", "") } else { ("present", ", params: { allowEmpty: true }") };
        let groups = (rule % GROUPS..GROUPS).step_by(count.min(GROUPS));
        let select: Vec<String> = groups.map(|group| format!("\"variables.GROUP_{group}_*\"")).collect();
        let _ = writeln!(out, "  - {{ id: rule-{rule}, kind: {kind}, select: [{}]{params} }}", select.join(", "));
    }
    out
}

/// The number of rules for the growth in data.
const RULES: usize = 40;

pub(super) fn run(options: &Options) {
    measure(5, 10_000, 200, 10, options);
    let (few, many) = (measure(3, 500, 10, 200, options), measure(3, 500, 200, 200, options));
    // With `--only`, there is nothing to compare.
    if let ([.., few, few_whole], [.., many, many_whole], None) = (few.as_slice(), many.as_slice(), &options.only) {
        println!("\ntwenty times the rules over the same data: the check takes {:.2} × the time", many / few);
        println!("from text to report it takes {:.2} × the time", many_whole / few_whole);
    }
    let sizes = [500, 2_000, 8_000];
    let runs: Vec<Vec<f64>> = sizes.iter().map(|&keys| measure(3, keys, RULES, 40_000 / keys, options)).collect();
    if let ([first, .., last], None) = (runs.as_slice(), &options.only) {
        let growth = (sizes.iter().max().copied().unwrap_or_default() as f64 / 500.0).ln();
        println!("\ngrowth exponents in data, from 500 to 8 000 keys");
        for ((small, large), name) in first.iter().zip(last).zip(["typed structs", "Value", "check", "text to report"])
        {
            println!("  {name:<44} {:>6.3}", (large / small).ln() / growth);
        }
    }
}

fn measure(environments: usize, keys: usize, rules: usize, rounds: usize, options: &Options) -> Vec<f64> {
    let text = text(environments, keys);
    let bytes = text.as_bytes();
    let key = FingerprintKey::from_bytes(*b"bench");
    let plan = one_text("grid.json");
    let files = files("grid.json", bytes, &policy(rules));
    let project = Project::load(&plan, &files, &key);
    let (engine, diagnostics) = project.compile(&plan, &files, &paritygate::zones::carried());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let now = Timestamp::UNIX_EPOCH;
    compare(
        &format!("{environments} environments × {keys} keys × {rules} rules, {} bytes", bytes.len()),
        rounds,
        options,
        vec![
            Candidate::new("floor: serde_json into typed structs", || {
                serde_json::from_slice::<Typed<'_>>(bytes)
                    .map_or(0, |typed| typed.environments.iter().map(|environment| environment.variables.len()).sum())
            }),
            Candidate::new("serde_json into Value", || {
                serde_json::from_slice::<serde_json::Value>(bytes).map_or(0, |value| usize::from(value.is_object()))
            }),
            Candidate::new("check of loaded environments", || project.check(&engine, &plan, now, &[]).0.findings.len()),
            Candidate::new("text to report", || {
                let files = self::files("grid.json", bytes, "");
                Project::load(&plan, &files, &key).check(&engine, &plan, now, &[]).0.findings.len()
            }),
        ],
    )
}
