//! The cases beside the built-in policies: what a whole pack finds in small projects.

#![expect(clippy::panic, reason = "a failed expectation is a failed test")]

use paritygate::Project;
use paritygate::decision::GateStatus;
use paritygate_tests::{case, check, diff};

#[test]
fn packs_find_what_their_cases_say() {
    let mut wrong = Vec::new();
    for pack in paritygate::policies::ALL {
        for policy in pack.policies {
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

#[test]
fn packs_compile_without_a_word() {
    for pack in paritygate::policies::ALL {
        let plan = paritygate::Plan { policies: vec![(pack.name.to_owned(), None)], ..paritygate::Plan::default() };
        let (_, diagnostics) =
            Project::default().compile(&plan, &paritygate::Files::new(), &paritygate::zones::carried());
        assert!(diagnostics.is_empty(), "{}: {diagnostics:?}", pack.name);
    }
}
