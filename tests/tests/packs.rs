//! The cases beside the built-in policies: what the whole pack in whose folder they stand finds in small projects.

#![expect(clippy::panic, reason = "a failed expectation is a failed test")]

use std::collections::BTreeSet;

use paritygate::decision::GateStatus;
use paritygate::{Diagnostic, Engine, Project, policies};
use paritygate_tests::{case, check, diff};

#[test]
fn packs_find_what_their_cases_say() {
    let mut wrong = Vec::new();
    for pack in policies::ALL {
        for policy in pack.policies.iter().filter(|policy| is_home(pack, policy)) {
            for case in case::read(policy.path, policy.cases).unwrap_or_else(|wrong| panic!("{wrong}")) {
                if case.request.is_some() {
                    wrong.extend(decided(pack.name, policy.path, &case));
                    continue;
                }
                let files = check::files(&case.files);
                let mut plan = paritygate::discover::discover(files.keys().map(String::as_str));
                plan.policies = vec![(pack.name.to_owned(), None)];
                let answer =
                    check::check_plan(plan, files, &check::absent, &case.fingerprint_key(), case.now, &case.only);
                let found =
                    answer.report.findings.iter().map(|f| format!("{} {} {}", f.severity.word(), f.rule, f.path));
                let said =
                    answer.diagnostics.iter().map(|diagnostic| format!("{}: {}", diagnostic.code, diagnostic.message));
                let found: Vec<String> = found.chain(said).collect();
                let expected =
                    case.finds.unwrap_or_else(|| panic!("{}: `{}` says not what it finds", policy.path, case.name));
                if let Some(difference) = diff::diff(&expected.join("\n"), &found.join("\n")) {
                    wrong.push(format!("{}: {}\n{difference}", policy.path, case.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n\n"));
}

/// What each gate says that does not pass, and what is wrong with the texts.
fn decided(pack: &str, path: &str, case: &case::Case) -> Option<String> {
    let decided = check::decide_with(case, Some(pack));
    let findings = decided.decision.iter().flat_map(|decision| &decision.findings);
    let is_quiet = |status: GateStatus| matches!(status, GateStatus::Pass | GateStatus::NotApplicable);
    let found = findings
        .filter(|finding| !is_quiet(finding.status))
        .map(|finding| format!("{} {}: {}", finding.status.word(), finding.rule, finding.message));
    let said = decided.diagnostics.iter().map(|diagnostic| format!("{}: {}", diagnostic.code, diagnostic.message));
    let found: Vec<String> = found.chain(said).collect();
    let expected = case.finds.as_ref().unwrap_or_else(|| panic!("{path}: `{}` says not what it finds", case.name));
    diff::diff(&expected.join("\n"), &found.join("\n")).map(|difference| format!("{path}: {}\n{difference}", case.name))
}

/// Whether a policy stands in the folder of a pack.
fn is_home(pack: &policies::Pack, policy: &policies::File) -> bool {
    policy.path.split('/').next() == Some(pack.name)
}

#[test]
fn every_policy_belongs_to_the_pack_of_its_folder() {
    for policy in policies::ALL.iter().flat_map(|pack| pack.policies) {
        let home = policies::ALL.iter().filter(|pack| pack.policies.iter().any(|other| other.path == policy.path));
        let found: Vec<&str> = home.filter(|pack| is_home(pack, policy)).map(|pack| pack.name).collect();
        assert_eq!(found.len(), 1, "{} is not part of the pack of its folder", policy.path);
    }
}

#[test]
fn packs_compile_without_a_word() {
    for pack in policies::ALL {
        let (_, diagnostics) = compiled(&[pack.name]);
        assert!(diagnostics.is_empty(), "{}: {diagnostics:?}", pack.name);
    }
}

#[test]
fn packs_that_share_policies_judge_each_rule_once() {
    let names: Vec<&str> = policies::ALL.iter().map(|pack| pack.name).collect();
    let (together, diagnostics) = compiled(&names);
    assert!(diagnostics.is_empty(), "an id means one thing in all packs: {diagnostics:?}");
    let alone = names.iter().flat_map(|name| ids(&compiled(&[name]).0));
    assert_eq!(ids(&together).len(), alone.collect::<BTreeSet<String>>().len());
    let (twice, diagnostics) = compiled(&["recommended", "recommended"]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(ids(&twice), ids(&compiled(&["recommended"]).0));
}

/// The ids of rules and gates, in their order.
fn ids(engine: &Engine) -> Vec<String> {
    engine.rules().chain(engine.gates()).map(|(id, _)| id.to_owned()).collect()
}

fn compiled(packs: &[&str]) -> (Engine, Vec<Diagnostic>) {
    let policies = packs.iter().map(|pack| ((*pack).to_owned(), None)).collect();
    let plan = paritygate::Plan { policies, ..paritygate::Plan::default() };
    Project::default().compile(&plan, &paritygate::Files::new(), &paritygate::zones::carried())
}
