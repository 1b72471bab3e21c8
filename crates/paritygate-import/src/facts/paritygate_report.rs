//! Reports of paritygate itself: what `check --format json` printed before.
//!
//! Contracts are no environments, and are not among those that were compared.

use paritygate_model::Node;
use paritygate_model::promotion::ParityFact;

use super::FactFormat;
use crate::collector::{Collector, has, inner, list, number, origin, text};

/// The form.
pub static FORMAT: FactFormat =
    FactFormat { name: "paritygate-report", summary: "`paritygate check --format json`", is, take };

/// How a check can end.
const VERDICTS: [&str; 5] = ["pass", "warn", "unknown", "fail", "error"];

fn is(object: Node<'_>) -> bool {
    inner(object, "engine", "name") == Some("paritygate") && has(object, &["verdict", "evaluatedAt", "environments"])
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    let verdict = text(object, "verdict").unwrap_or_default();
    if !VERDICTS.contains(&verdict) {
        let message = format!("`{verdict}` is no verdict: the report is passed over");
        return collector.doubt("unknown-state", object, message, "hand in the report as it was printed");
    }
    let is_contract = |column: Node<'_>| column.get("contract").and_then(Node::scalar_text) == Some("true");
    let columns = list(object, "environments").into_iter().flat_map(Node::items).filter(|column| !is_contract(*column));
    let digests = |field: &str, name: &str| {
        let items = list(object, field).into_iter().flat_map(Node::items);
        items.filter_map(|item| Some((text(item, name)?.to_owned(), text(item, "digest")?.to_owned()))).collect()
    };
    // One whose rules all met nothing, or could judge nothing that they met, says nothing.
    let summary = object.get("summary");
    let count = |field: &str| summary.and_then(|summary| summary.get(field));
    let rules = count("rules").and_then(number);
    let vacuous = count("vacuous").map(|list| list.len() as u64);
    let says_nothing = rules.is_some() && rules == vacuous || count("judged").and_then(number) == Some(0);
    let verdict = if says_nothing && matches!(verdict, "pass" | "warn") { "unknown" } else { verdict };
    let findings = list(object, "findings").into_iter().flat_map(Node::items);
    let ends = findings.filter_map(|finding| collector.instant(finding.get("waiver")?, "expiresAt"));
    let valid_until = ends.min();
    let fact = ParityFact {
        environments: columns.filter_map(|column| text(column, "name")).map(str::to_owned).collect(),
        only: list(object, "only")
            .into_iter()
            .flat_map(Node::items)
            .filter_map(Node::scalar_text)
            .map(str::to_owned)
            .collect(),
        verdict: verdict.to_owned(),
        evaluated_at: collector.instant(object, "evaluatedAt"),
        valid_until,
        policies: digests("policies", "name"),
        inputs: digests("inputs", "name"),
        origin: origin(object),
        ..ParityFact::default()
    };
    collector.facts.parity.push(fact);
}

#[cfg(test)]
mod tests {
    use crate::facts::tests::shown;

    const REPORT: &str = r#"{"engine": {"name": "paritygate", "version": "1.0.0"}, "evaluatedAt": "2026-08-01T10:00:00Z",
        "policies": [{"name": "ours", "digest": "sha256:aa"}], "inputs": [{"name": ".env", "digest": "sha256:bb"}],
        "environments": [{"name": "staging", "tier": "staging"}, {"name": "keys", "tier": "other", "contract": true},
            {"name": "production", "tier": "production"}],
        "verdict": "warn", "summary": {}, "findings": [], "diagnostics": []}"#;

    #[test]
    fn a_report_is_a_fact() {
        assert_eq!(
            shown(&[REPORT]),
            "parity of staging, production: warn at 2026-08-01T10:00:00Z, policies ours=sha256:aa, inputs .env=sha256:bb"
        );
    }

    #[test]
    fn it_says_no_more_than_it_judged_and_no_longer_than_its_waivers() {
        let vacuous = REPORT.replace("\"summary\": {}", r#""summary": {"rules": 2, "vacuous": ["a", "b"]}"#);
        assert!(shown(&[&vacuous]).starts_with("parity of staging, production: unknown at"));
        let some = REPORT.replace("\"summary\": {}", r#""summary": {"rules": 2, "vacuous": ["a"]}"#);
        assert!(shown(&[&some]).starts_with("parity of staging, production: warn at"));
        let blind = REPORT.replace("\"summary\": {}", r#""summary": {"rules": 2, "judged": 0, "vacuous": ["a"]}"#);
        assert!(shown(&[&blind]).starts_with("parity of staging, production: unknown at"));
        let fails = blind.replace("\"warn\"", "\"fail\"");
        assert!(shown(&[&fails]).starts_with("parity of staging, production: fail at"));
        let waived = r#""findings": [{"rule": "a"}, {"waiver": {"expiresAt": "2026-09-01T00:00:00Z"}},
            {"waiver": {"expiresAt": "2026-08-15T00:00:00Z"}}]"#;
        let shown = shown(&[&REPORT.replace("\"findings\": []", waived)]);
        assert!(shown.contains("warn at 2026-08-01T10:00:00Z until 2026-08-15T00:00:00Z,"), "{shown}");
    }

    #[test]
    fn of_another_engine_or_verdict_it_is_none() {
        assert!(shown(&[&REPORT.replace("\"paritygate\"", "\"other\"")]).contains("error unknown-facts"));
        assert_eq!(
            shown(&[&REPORT.replace("\"warn\"", "\"fine\"")]),
            "1:1 warning unknown-state: `fine` is no verdict: the report is passed over"
        );
    }
}
