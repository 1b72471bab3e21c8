//! Tests of requests and facts.

use expect_test::{Expect, expect};
use paritygate_model::promotion::{FactSource, KindOfChange, Promotion};

use super::{facts, lower};
use crate::testing::{lines, yaml};

#[track_caller]
fn mistakes(text: &str, expected: Expect) -> Promotion {
    let (promotion, diagnostics) = lower(&yaml(text));
    expected.assert_eq(&lines(&diagnostics));
    promotion
}

#[test]
fn a_request_is_understood_and_its_facts_are_asserted() {
    let promotion = mistakes(
        "request: release-1432
kindOfChange: hotfix
evaluateAt: 2026-08-21T15:04:05Z
expectedDuration: PT20M
from: staging
to: production
artifacts: [{ component: api, digest: 'sha256:aa', source: { ref: refs/tags/v1 } }]
actor: { id: alice, kind: human, groups: [payments] }
trigger: manual
approvals:
  - { by: dana, groups: [sre], state: approved, at: 2026-08-21T12:00:00Z }
  - { by: erin, state: rejected }
freezes: [{ id: black-friday, start: '2026-11-26T00:00', end: '2026-11-30', timezone: America/New_York }]
environments: [{ environment: staging }]
",
        expect![""],
    );
    assert_eq!((promotion.kind_of_change, promotion.facts.approvals.len()), (KindOfChange::Hotfix, 2));
    let erin = &promotion.facts.approvals[1];
    let line = erin.origin.at.as_ref().map(|at| at.position().line);
    assert_eq!((erin.origin.source, line), (FactSource::Asserted, Some(12)));
    assert!(promotion.artifacts[0].origin.at.is_some());
}

#[test]
fn what_is_wrong_with_a_request_is_told_at_its_place() {
    mistakes(
        "from: staging
kindOfChange: realease
expectedDuration: 20 minuets
plannedStart: tomorrow
artifacts: [{ compnent: api }]
deployments: [{ environment: staging, result: success }]
",
        expect![[r#"
            2:15 unknown word `realease` (did you mean `release`?)
            3:19 expected a duration such as PT20M, PT4H or P1D; months and years have no length
            4:15 expected an instant with a zone, such as 2026-08-21T15:04:05Z
            5:15 unknown field `compnent` (did you mean `component`?)
            6:47 unknown word `success` (known here: `cancelled`, `failed`, `rolledBack`, `running`, `succeeded`)
        "#]],
    );
    mistakes(
        "from: staging\n",
        expect![[r#"
        1:1 a request needs a field `to` (name the environment, such as `to: staging`)
    "#]],
    );
    mistakes(
        "",
        expect![[r#"
        1:1 the text is empty: a request was expected
    "#]],
    );
}

#[test]
fn a_request_can_not_vouch_for_itself() {
    let promotion = mistakes(
        "from: a\nto: b\napprovals: [{ by: dana, state: approved, source: imported }, { by: erin, source: imported }]\n",
        expect![[r#"
            3:50 a request can't vouch for its own facts: this one counts as asserted (hand in what another system printed beside the request, with `--facts`)
        "#]],
    );
    assert_eq!(promotion.facts.approvals[0].origin.source, FactSource::Asserted);
    let (read, diagnostics) = facts(&yaml("approvals: [{ by: dana, state: approved }]\n"));
    assert_eq!(lines(&diagnostics), "");
    assert_eq!(read.approvals[0].origin.source, FactSource::Imported);
    let (_, diagnostics) = facts(&yaml("from: staging\napprovals: []\n"));
    assert_eq!(lines(&diagnostics), "1:1 facts have no field `from` (what is asked stands in the request alone)\n");
}
