//! W2: a promotion over ten gates and fifty deployments, against `serde_json` into typed structs; and promotions that are
//! much larger, or look far ahead.

use std::fmt::Write;

use paritygate::promotion::Promotion;
use paritygate::zones::{self, Zones};
use paritygate::{
    Diagnostic, Engine, FingerprintKey, Pipeline, Plan, Project, Source, Supplied, Timestamp, decision, diagnostic,
};
use serde::Deserialize;

use super::{Candidate, Options, ROUNDS, compare};

/// The text of a request, as a program would read it that knows its shape.
#[derive(Deserialize)]
#[expect(dead_code, reason = "what is parsed is what counts")]
#[serde(rename_all = "camelCase")]
struct Typed<'a> {
    from: &'a str,
    to: &'a str,
    #[serde(borrow)]
    artifacts: Vec<Artifact<'a>>,
    #[serde(borrow)]
    approvals: Vec<Approval<'a>>,
    #[serde(borrow)]
    deployments: Vec<Deployment<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what is parsed is what counts")]
struct Artifact<'a> {
    component: &'a str,
    digest: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what is parsed is what counts")]
struct Approval<'a> {
    by: &'a str,
    state: &'a str,
    at: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what is parsed is what counts")]
#[serde(rename_all = "camelCase")]
struct Deployment<'a> {
    environment: &'a str,
    component: &'a str,
    digest: &'a str,
    started_at: &'a str,
    finished_at: &'a str,
    result: &'a str,
}

const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const NOW: &str = "2026-08-24T08:05:00Z";

/// A request with so many deployments, a few hours apart, alternately to both environments.
fn request(deployments: usize) -> String {
    let mut out = format!(
        "{{\"request\":\"w2\",\"from\":\"staging\",\"to\":\"production\",\"trigger\":\"manual\",\
         \"actor\":{{\"id\":\"alice\"}},\"change\":{{\"authors\":[\"bob\"],\"committers\":[\"bob\"],\"containsCurrent\":true}},\
         \"artifacts\":[{{\"component\":\"api\",\"digest\":\"{DIGEST}\",\"tag\":\"v1\",\"source\":{{\"ref\":\"refs/tags/v1\"}}}}],\
         \"health\":[{{\"environment\":\"staging\",\"status\":\"healthy\",\"since\":\"2026-01-01T00:00:00Z\"}}],\
         \"approvals\":[{{\"by\":\"dana\",\"groups\":[\"sre\"],\"state\":\"approved\",\"at\":\"2026-08-21T10:00:00Z\",\
         \"digest\":\"{DIGEST}\",\"environment\":\"production\"}}],\"deployments\":["
    );
    let newest: Timestamp = "2026-08-20T14:00:00Z".parse().unwrap_or_default();
    for at in 0..deployments {
        let back = i64::try_from(at).unwrap_or(0) * 5 * 3_600;
        let start = Timestamp::from_second(newest.as_second() - back).unwrap_or_default();
        let end = Timestamp::from_second(newest.as_second() - back + 300).unwrap_or_default();
        let (environment, digest) = match at {
            0 => ("staging", DIGEST.to_owned()),
            at if at % 2 == 0 => ("staging", format!("sha256:{at:064x}")),
            at => ("production", format!("sha256:{at:064x}")),
        };
        let comma = if at > 0 { "," } else { "" };
        let _infallible = write!(
            out,
            "{comma}{{\"environment\":\"{environment}\",\"component\":\"api\",\"digest\":\"{digest}\",\
             \"startedAt\":\"{start}\",\"finishedAt\":\"{end}\",\"result\":\"succeeded\"}}"
        );
    }
    out.push_str("]}");
    out
}

/// The ten gates of W2, `times` over.
fn policy(times: usize) -> String {
    const GATES: [(&str, &str); 10] = [
        ("path-edge", "{}"),
        ("pinned-reference", "{}"),
        ("upstream-succeeded", "{}"),
        ("same-digest", "{}"),
        ("ref-allowed", "{ tags: ['v*'] }"),
        ("approvals", "{ rules: [{ required: 1, groups: [sre] }] }"),
        ("soak", "{ duration: PT24H }"),
        (
            "allowed-window",
            "{ timezone: Europe/London, windows: [{ days: [mon, tue, wed, thu], start: '09:00', end: '17:00' }] }",
        ),
        ("rate-limit", "{ max: 3, per: P1D }"),
        ("concurrency", "{}"),
    ];
    let mut out = "policy: w2\ngates:\n".to_owned();
    for time in 0..times {
        for (kind, params) in GATES {
            let _infallible = writeln!(out, "  - {{ id: {kind}-{time}, kind: {kind}, params: {params} }}");
        }
    }
    out
}

/// A promotion that is loaded.
struct Loaded {
    engine: Engine,
    plan: Plan,
    pipeline: Pipeline,
    promotion: Promotion,
}

fn sound(diagnostics: &[Diagnostic]) {
    assert!(!diagnostic::has_errors(diagnostics), "{diagnostics:?}");
}

fn read(text: &str, plan: &Plan, zones: &Zones) -> Promotion {
    let key = FingerprintKey::from_bytes(*b"bench");
    Promotion::read(&Source::new("w2.json", text), &[], plan, &key, zones)
}

impl Loaded {
    fn new(policy: &str, request: &str) -> Self {
        let zones = zones::carried();
        let files =
            [("bench.yaml".to_owned(), Supplied::Text(Source::new("bench.yaml", policy)))].into_iter().collect();
        let mut plan = Plan::of_text(&Source::new("paritygate.yaml", "environments: { staging: , production: }\n"));
        plan.policies = vec![("bench.yaml".to_owned(), None)];
        let (engine, diagnostics) = Project::default().compile(&plan, &files, &zones);
        sound(&diagnostics);
        let (pipeline, diagnostics) = plan.pipeline(&[], &zones);
        sound(&diagnostics);
        let promotion = read(request, &plan, &zones);
        sound(&promotion.diagnostics);
        Self { engine, plan, pipeline, promotion }
    }

    fn decide(&self, now: Timestamp) -> Option<decision::Decision> {
        self.decide_other(&self.promotion, now)
    }

    fn decide_other(&self, promotion: &Promotion, now: Timestamp) -> Option<decision::Decision> {
        let decided = promotion.decide(&self.engine, &self.plan, &self.pipeline, &[], Some(now));
        decided.ok().map(|(decision, _)| decision)
    }
}

impl Loaded {
    /// Only whether it may go, and from when on: no word about what passes.
    fn rule(&self, now: Timestamp) -> usize {
        let (promotion, plan, pipeline) = (&self.promotion, &self.plan, &self.pipeline);
        promotion.with(&self.engine, plan, pipeline, &[], Some(now), |engine, asked| {
            engine.rule(asked).map_or(0, |(ruling, _)| ruling.gates().count() + usize::from(ruling.allowed()))
        })
    }
}

/// How many gates judged.
fn found(decision: Option<decision::Decision>) -> usize {
    decision.map_or(0, |decision| decision.findings.len())
}

pub(super) fn run(options: &Options) {
    let (now, zones) = (NOW.parse::<Timestamp>().unwrap_or_default(), zones::carried());
    let text = request(50);
    let loaded = Loaded::new(&policy(1), &text);
    if let Some(decision) = loaded.decide(now) {
        let (gates, allowed) = (decision.summary.gates, decision.decision.allowed);
        println!("W2: {} bytes, {gates} gates, allowed: {allowed}", text.len());
    }
    let _times = compare(
        "W2, against typed structs of serde_json",
        ROUNDS * 5,
        options,
        vec![
            Candidate::new("floor: serde_json into typed structs", || {
                serde_json::from_str::<Typed<'_>>(&text).map_or(0, |typed| typed.deployments.len())
            }),
            Candidate::new("ruling over a loaded request", || loaded.rule(now)),
            Candidate::new("decision of a loaded request, in words", || found(loaded.decide(now))),
            Candidate::new("text to decision", || {
                let promotion = read(&text, &loaded.plan, &zones);
                found(loaded.decide_other(&promotion, now))
            }),
            Candidate::new("… as JSON", || {
                let promotion = read(&text, &loaded.plan, &zones);
                let decision = loaded.decide_other(&promotion, now);
                decision.map_or(0, |decision| paritygate::output::decision_json(&decision, &[]).len())
            }),
        ],
    );
    let large = Loaded::new(&policy(5), &request(10_000));
    let never = "policy: never
gates:
  - { id: a, kind: allowed-window, params: { timezone: Europe/London, windows: [{ days: [mon], start: '09:00', end: '12:00' }] } }
  - { id: b, kind: allowed-window, params: { timezone: America/New_York, windows: [{ days: [mon], start: '09:00', end: '12:00' }] } }
";
    let ahead = Loaded::new(never, &request(1));
    let reason = ahead.decide(now).and_then(|decision| decision.decision.next_eligible_reason).unwrap_or_default();
    println!("10 000 deployments × {} gates; two windows that never meet: {reason}", found(large.decide(now)));
    let _times = compare(
        "large, and far ahead",
        ROUNDS / 4,
        options,
        vec![
            Candidate::new("10 000 deployments, 50 gates, loaded", || found(large.decide(now))),
            Candidate::new("next opening over ten years, none", || found(ahead.decide(now))),
        ],
    );
}
