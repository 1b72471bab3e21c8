//! One decision that has everything.

use std::sync::Arc;

use paritygate_model::decision::{
    Asked, Blocker, ClearedBy, Clock, Decision, FactPlace, GateEngine, GateFinding, GateStatus, GateSummary, Input,
    InputRole, LazyPlace, Local, Outcome,
};
use paritygate_model::promotion::{FactSource, KindOfChange};
use paritygate_model::report::{Digested, LazyDigest, Severity, Verdict};
use paritygate_model::{Location, Source, Timestamp};

use super::span;

const REQUEST: &str = "\
request: release-7
from: staging
to: production
approvals:
  - { by: carol, state: approved }
deployments:
  - { environment: staging, component: api, result: succeeded }
";

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn local(time: &str) -> Local {
    Local { zone: "Europe/London".into(), time: time.into() }
}

/// The sample: a gate of each status, and a blocker of each sort.
pub(crate) fn decision() -> Decision {
    let source = Source::new("release.yaml", REQUEST);
    let digested = |source: &Arc<Source>| Digested { name: source.name().clone(), digest: LazyDigest(source.clone()) };
    let findings = findings(&source);
    let mut summary = GateSummary { gates: 6, not_applicable: vec!["no-freeze".into()], ..GateSummary::default() };
    for finding in &findings {
        *summary.by_status.entry(finding.status.word()).or_default() += 1;
    }
    let opening = || (Some(instant("2026-08-24T08:00:00Z")), local("2026-08-24T09:00:00+01:00"));
    let (next_eligible_at, next) = opening();
    let (until, until_local) = opening();
    let blocker = |rule: &str, cleared_by, message: &str| Blocker {
        rule: rule.into(),
        cleared_by,
        who: Vec::new(),
        until: None,
        until_local: None,
        message: message.into(),
    };
    Decision {
        engine: GateEngine { name: "paritygate", version: "0.1.0", tzdb: None },
        evaluated_at: instant("2026-08-21T15:40:00Z"),
        evaluated_local: local("2026-08-21T16:40:00+01:00"),
        now: instant("2026-08-21T15:40:00Z"),
        policies: vec![digested(&Source::new("acme/gates", "policy: acme/gates\n"))],
        inputs: vec![Input { role: InputRole::Request, text: digested(&source) }],
        request: Asked {
            name: "release-7".into(),
            kind_of_change: KindOfChange::Release,
            from: "staging".into(),
            to: "production".into(),
            components: vec!["api".into()],
        },
        verdict: Verdict::Fail,
        decision: Outcome {
            allowed: false,
            clock: Clock::Host,
            next_eligible_at,
            next_eligible_local: vec![next],
            next_eligible_reason: None,
            blockers: vec![
                Blocker { who: vec!["sre".into()], ..blocker("two-approvals", ClearedBy::Person, "one is missing") },
                blocker("upstream", ClearedBy::Fact, "no deployment of `api` to staging is known"),
                Blocker { until, until_local: Some(until_local), ..blocker("hours", ClearedBy::Time, "outside") },
            ],
        },
        summary,
        findings,
    }
}

fn findings(source: &Arc<Source>) -> Vec<GateFinding> {
    let fact = |meant: &str, label: &str, from| FactPlace {
        label: label.into(),
        source: from,
        place: Some(LazyPlace(Location::new(source, span(REQUEST, meant)))),
    };
    let gate = |rule: &str, kind, status, message: &str| GateFinding {
        rule: rule.into(),
        kind,
        severity: Severity::Error,
        status,
        observed: false,
        message: message.into(),
        notes: Vec::new(),
        help: None,
        facts: Vec::new(),
        next_open: None,
        next_close: None,
    };
    vec![
        GateFinding {
            facts: vec![fact("{ by: carol, state: approved }", "approved by carol", FactSource::Imported)],
            help: Some("ask one of `sre`".into()),
            ..gate("two-approvals", "approvals", GateStatus::Fail, "one of two approvals is there")
        },
        GateFinding {
            facts: vec![fact("{ environment: staging", "not accepted", FactSource::Asserted)],
            notes: vec!["one is asserted, which this gate does not accept".into(), "staging rehearses".into()],
            ..gate("upstream", "upstream-succeeded", GateStatus::Unknown, "no deployment of `api` to staging is known")
        },
        gate("hours", "allowed-window", GateStatus::Fail, "outside the window, which opens Mon 2026-08-24 09:00+01:00"),
        gate("same-bytes", "same-digest", GateStatus::Pass, "staging and production's request name the same digest"),
        gate("old-build", "max-age", GateStatus::Warn, "the artifact is 30 days old"),
        GateFinding {
            observed: true,
            ..gate("try-soak", "soak", GateStatus::Fail, "staging has run it for 2 h of 24 h")
        },
        gate("signed", "attested", GateStatus::Waived, "not signed, and passed over in an emergency"),
    ]
}
