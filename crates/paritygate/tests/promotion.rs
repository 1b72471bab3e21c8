//! Pipelines, diagrams, lints and replays, over small manifests.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed expectation is a failed test")]

use expect_test::{Expect, expect};
use paritygate::json::Json;
use paritygate::promotion::Promotion;
use paritygate::replay::Recorded;
use paritygate::{
    Diagnostic, Engine, Environment, FingerprintKey, Pipeline, Plan, Project, Source, Supplied, Timestamp, decision,
    diagram, limits, output, zones,
};

fn lines(diagnostics: &[Diagnostic]) -> String {
    let one = |diagnostic: &Diagnostic| {
        let at = diagnostic.location.as_ref().map(|at| at.position());
        let at = at.map_or_else(String::new, |at| format!("{}:{} ", at.line, at.column));
        let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        format!("{at}{}{help}\n", diagnostic.message)
    };
    diagnostics.iter().map(one).collect()
}

fn plan(text: &str) -> Plan {
    Plan::of_text(&Source::new("paritygate.yaml", text))
}

fn pipeline(plan: &Plan) -> (Pipeline, Vec<Diagnostic>) {
    let (pipeline, mut found) = plan.pipeline(&[], &zones::carried());
    let mut diagnostics = plan.diagnostics.clone();
    diagnostics.append(&mut found);
    (pipeline, diagnostics)
}

#[track_caller]
fn lints(text: &str, expected: Expect) {
    let (_, diagnostics) = pipeline(&plan(text));
    expected.assert_eq(&lines(&diagnostics));
}

fn engine(policy: &str) -> (Engine, Vec<Diagnostic>) {
    let files = [("policy.yaml".to_owned(), Supplied::Text(Source::new("policy.yaml", policy)))].into_iter().collect();
    let plan = Plan { policies: vec![("policy.yaml".to_owned(), None)], ..Plan::default() };
    Project::default().compile(&plan, &files, &zones::carried())
}

fn now(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[test]
fn a_pipeline_without_sense_is_told_when_it_is_read() {
    lints(
        "environments: { dev: , staging: , prod: }
pipeline:
  stages: [dev, staging, prod, dev]
  edges: [{ from: dev, to: staging }, { from: staging, to: dev }]
",
        expect![[r#"
            3:32 the stage `dev` is named twice (name each stage once)
        "#]],
    );
    lints(
        "environments: { dev: , staging: , prod: }
pipeline:
  stages: [dev, staging, prod]
  edges: [{ from: dev, to: staging }, { from: staging, to: dev }]
",
        expect![[r#"
            4:39 the pipeline runs in a circle: dev → staging → dev (remove one of these edges)
        "#]],
    );
    lints(
        "environments: { dev: , staging: , prod: , eu: }
pipeline:
  stages: [dev, staging, prod]
  edges: [{ from: dev, to: staging }, { from: staging, to: eu }]
",
        expect![[r#"
            4:60 `eu` is no stage of this pipeline (known here: `dev`, `prod`, `staging`)
        "#]],
    );
    lints(
        "environments: { dev: , staging: , prod: }
pipeline:
  stages: [dev, staging, prod]
  edges: [{ from: dev, to: staging }]
",
        expect![[r#"
            3:26 no edge leads to the stage `prod`: nothing could ever be promoted to it (add an edge such as `{ from: …, to: prod }`, or remove the stage)
        "#]],
    );
    lints(
        "environments:
  dev:
  staging: { approvals: { required: 1, groups: [] } }
  prod: { approvals: { required: 3, groups: [sre, leads] }, windows: { timezone: Europe/Londn, windows: [{ start: '10:00', end: '10:00' }] } }
  eu: { approvals: { required: 1, groups: [ops] } }
groups: { sre: [dana, erin], leads: [dana] }
",
        expect![[r#"
            3:25 nobody can approve deployments to `staging`: `groups` is empty (name a group, or remove the field: then anybody may)
            4:22 nobody can give 3 approvals for `prod`: `sre`, `leads` have 2 members (ask for fewer, or name more groups)
            4:70 this window ends when it starts, at 10:00: it is empty (for a whole day write `start: "00:00"` and `end: "24:00"`)
            4:70 there is no time zone `Europe/Londn` (did you mean `Europe/London`?)
            5:20 there is no group `ops` (known here: `leads`, `sre`)
        "#]],
    );
}

#[test]
fn stages_are_limited_at_their_limit() {
    let most = limits::MAX_STAGES;
    let text = |tiers: [usize; 2], pipeline: &str| {
        let named = |tier: &str, count: usize| (0..count).map(|at| format!("  {tier}-{at}:\n")).collect::<String>();
        format!("environments:\n{}{}{pipeline}", named("dev", tiers[0]), named("prod", tiers[1]))
    };
    let (made, found) = pipeline(&plan(&text([most / 2, most - most / 2], "")));
    assert_eq!((made.stages.len(), lines(&found)), (most, String::new()));
    // Each stage would be reached from each of the tier below.
    for tiers in [[most / 2, most - most / 2 + 1], [20_000, 20_000]] {
        let plan = plan(&text(tiers, ""));
        let (made, found) = pipeline(&plan);
        assert!(made.stages.is_empty() && made.edges.is_empty());
        assert_eq!(found.iter().map(|wrong| wrong.code).collect::<Vec<_>>(), ["too-many-stages"]);
        assert!(found[0].message.starts_with(&format!("the pipeline has {} stages", tiers[0] + tiers[1])));
    }
    let named = "pipeline: { stages: [dev-0, prod-0] }\n";
    let (made, found) = pipeline(&plan(&text([most, 1], named)));
    assert_eq!((made.stages.len(), lines(&found)), (2, String::new()));
}

#[test]
fn stages_of_one_tier_stand_side_by_side() {
    let (pipeline, diagnostics) =
        pipeline(&plan("environments: { production-eu: , production-us: , staging: , development: }\n"));
    assert_eq!(lines(&diagnostics), "");
    let edges: Vec<String> = pipeline
        .edges
        .iter()
        .map(|edge| {
            format!(
                "{:?} -> {}",
                edge.from.iter().map(|at| pipeline.name(*at)).collect::<Vec<_>>(),
                pipeline.name(edge.to)
            )
        })
        .collect();
    assert_eq!(
        edges,
        ["[\"development\"] -> staging", "[\"staging\"] -> production-eu", "[\"staging\"] -> production-us"]
    );
}

#[test]
fn a_calendar_without_sense_is_told() {
    let (engine, diagnostics) = engine(
        "policy: p
gates:
  - { id: a, kind: allowed-window, to: prod, params: { timezone: UTC, windows: [{ days: [mon], start: '09:00', end: '10:00' }] } }
  - { id: b, kind: allowed-window, to: prod, params: { timezone: UTC, windows: [{ days: [tue], start: '09:00', end: '10:00' }] } }
  - { id: c, kind: allowed-window, to: dev, params: { timezone: Europe/Berlin, windows: [{ days: [sun], start: '02:10', end: '02:50' }] } }
",
    );
    assert_eq!(lines(&diagnostics), "");
    let (pipeline, _) = pipeline(&plan("environments: { dev: , prod: }\n"));
    let found = engine.lint(&pipeline, now("2026-01-05T00:00:00Z"));
    expect![[r#"
        5:11 `c`: the window of 2026-03-29 is empty: clocks are put forward over it
        3:11 no instant in the next 400 days is allowed for `prod`: `a`, `b` are never open together (mend the windows and freezes)
    "#]]
    .assert_eq(&lines(&found));
}

const MANIFEST: &str = "environments:
  dev: { trigger: automatic, branches: [main, 'feature/*'] }
  eu: { tier: staging, tags: ['v\"<1>&#*'] }
  us: { tier: staging }
  prod:
    trigger: manual
    approvals: { required: 2, groups: [sre] }
    windows: { timezone: Europe/London, windows: [{ days: [mon, tue], start: '09:00', end: '17:00' }] }
pipeline:
  stages: [dev, eu, us, prod]
  edges: [{ from: dev, to: eu }, { from: dev, to: us }, { from: [eu, us], to: prod, needs: any }]
";

#[test]
fn what_is_drawn_is_read_back() {
    let plan = plan(MANIFEST);
    let (pipeline, diagnostics) = pipeline(&plan);
    assert_eq!(lines(&diagnostics), "");
    let drawn = diagram::write(&plan, &pipeline, None);
    expect![[r#"
        flowchart LR
          s0["dev<br/>trigger: automatic<br/>branches: main, feature/*"]
          s1["eu<br/>tags: v#quot;#lt;1#gt;#amp;#35;*"]
          s2["us"]
          s3["prod<br/>trigger: manual<br/>approvals: 2 of sre<br/>window: mon,tue 09:00-17:00 Europe/London"]
          s0 --> s1
          s0 --> s2
          s1 & s2 -->|"needs: any"| s3
    "#]]
    .assert_eq(&drawn);
    let (manifest, diagnostics) = diagram::read(&Source::new("pipeline.mmd", drawn.as_str()));
    assert_eq!(lines(&diagnostics), "");
    let again = Plan::of_text(&Source::new("paritygate.yaml", manifest.to_string()));
    let (read, diagnostics) = again.pipeline(&[], &zones::carried());
    assert_eq!(lines(&again.diagnostics) + &lines(&diagnostics), "");
    assert_eq!(diagram::write(&again, &read, None), drawn);
}

#[test]
fn flowcharts_of_others_are_read() {
    let text = "```mermaid
graph TD;
  %% a comment
  classDef box fill:#fff
  dev(Development) --> stage{{Staging}}:::box -- after a day --> prod-eu[Production EU]
  stage ==> prod-us; 
  style dev fill:#eee
```
";
    let (manifest, diagnostics) = diagram::read(&Source::new("a.mmd", text));
    assert_eq!(lines(&diagnostics), "");
    let pipeline = manifest.get("pipeline").expect("a pipeline");
    let stages = Json::texts(["Development", "Staging", "Production EU", "prod-us"]);
    assert_eq!(pipeline.get("stages"), Some(&stages));
    let Some(Json::List(edges)) = pipeline.get("edges") else { panic!("{manifest}") };
    assert_eq!(edges[2], Json::map([("from", Json::text("Staging")), ("to", Json::text("prod-us"))]));
    for (text, expected) in [
        ("sequenceDiagram\n A->>B: x\n", "1:1 this is no flowchart (begin it with `flowchart LR`)\n"),
        ("", "1:1 the flowchart has no node (draw a node per environment)\n"),
    ] {
        assert_eq!(lines(&diagram::read(&Source::new("a.mmd", text)).1), expected);
    }
    for text in [
        "flowchart LR\n a[\"x --> b\n",
        "flowchart LR\n a -> b\n",
        "flowchart LR\n --> b\n",
        "flowchart LR\n a -->|x b\n",
    ] {
        let (_, diagnostics) = diagram::read(&Source::new("a.mmd", text));
        assert_eq!(diagnostics.len(), 1, "{text}: {}", lines(&diagnostics));
    }
}

#[test]
fn words_that_only_begin_like_others_are_names() {
    let text = "flowchart LR
  subgraph europe [Europe]
  direction TB
  end2end --> production
  styles:::box & class-a --> ending
  end
  accTitle: end --> a
  end --> z
  d == after -- a -- day ==> e -- later --> f -. then .-> g
";
    let (manifest, diagnostics) = diagram::read(&Source::new("a.mmd", text));
    assert_eq!(lines(&diagnostics), "");
    let pipeline = manifest.get("pipeline").expect("a pipeline");
    let Some(Json::List(stages)) = pipeline.get("stages") else { panic!("{manifest}") };
    let names = "end2end production styles class-a ending end z d e f g";
    assert_eq!(*stages, names.split(' ').map(Json::text).collect::<Vec<_>>());
    assert_eq!(diagram::read(&Source::new("a.mmd", "flowchart LR\n a\n ended -> a\n")).1.len(), 1);
}

struct Decided {
    engine: Engine,
    plan: Plan,
    pipeline: Pipeline,
    promotion: Promotion,
}

const GATES: &str = "policy: p
gates:
  - { id: upstream, kind: upstream-succeeded, why: staging rehearses, acceptSources: imported }
  - { id: hours, kind: allowed-window, params: { timezone: Europe/London, windows: [{ days: [mon], start: '09:00', end: '17:00' }] } }
";
const REQUEST: &str = "request: release-7
from: staging
to: production
artifacts: [{ component: api, digest: 'sha256:aa' }]
";
const FACTS: &str = "deployments:
  - { environment: staging, component: api, digest: 'sha256:aa', startedAt: 2026-08-20T08:00:00Z, result: succeeded }
";

fn asked(gates: &str, request: &str, facts: Option<&str>) -> Decided {
    let (engine, diagnostics) = engine(gates);
    assert_eq!(lines(&diagnostics), "");
    let plan = plan("environments: { staging: , production: }\n");
    let (pipeline, diagnostics) = pipeline(&plan);
    assert_eq!(lines(&diagnostics), "");
    let facts: Vec<_> = facts.map(|facts| Source::new("facts.yaml", facts)).into_iter().collect();
    let key = FingerprintKey::from_bytes(*b"a key");
    let promotion = Promotion::read(&Source::new("request.yaml", request), &facts, &plan, &key, &zones::carried());
    assert!(!paritygate::diagnostic::has_errors(&promotion.diagnostics), "{}", lines(&promotion.diagnostics));
    Decided { engine, plan, pipeline, promotion }
}

impl Decided {
    fn at(&self, now: Option<&str>) -> (decision::Decision, Vec<Diagnostic>) {
        let none: [Environment; 0] = [];
        let decided = self.promotion.decide(
            &self.engine,
            &self.plan,
            &self.pipeline,
            &none,
            now.map(|now| now.parse().expect("an instant")),
        );
        decided.unwrap_or_else(|wrong| panic!("{}", wrong.message))
    }

    fn text(&self, now: &str, format: &str) -> String {
        let (decision, diagnostics) = self.at(Some(now));
        let render = output::find(format).and_then(|format| format.decision).expect("a format");
        render(&decision, &diagnostics, &output::Style { width: 80, ..output::Style::default() })
    }
}

#[test]
fn a_denial_is_a_checklist() {
    let asked = asked(GATES, &format!("{REQUEST}{FACTS}"), None);
    expect![[r#"
        release-7: release of api, staging → production
        judged for Fri 2026-08-21 16:40 Europe/London, by the host's clock

        ? upstream: no deployment of `api` to staging is known
            --> request.yaml:6:5 not accepted (asserted)
            note: one is asserted, which this gate does not accept
            note: staging rehearses
            help: hand in what the deploying system printed, with `--facts`
        ✗ hours: Fri 2026-08-21 16:40+01:00 is outside the window, which opens Mon
            2026-08-24 09:00+01:00

        what blocks, in the order in which it can be cleared
          1. upstream: a new fact: no deployment of `api` to staging is known
          2. hours: opens by itself Mon 2026-08-24 09:00 Europe/London, in 2 d 16 h

        denied: 2 blockers over 2 gates
        next: time is in the way until Mon 2026-08-24 09:00 Europe/London, in 2 d 16 h
    "#]]
    .assert_eq(&asked.text("2026-08-21T15:40:00Z", "text"));
    expect![[r#"
        ### release-7: ⛔ denied

        release of `api`, `staging` → `production`, judged for Fri 2026-08-21 16:40 Europe/London by the host's clock.

        | | Gate | |
        |---|---|---|
        | ❓ | `upstream` | no deployment of `api` to staging is known<br>one is asserted, which this gate does not accept<br>staging rehearses<br>→ hand in what the deploying system printed, with `--facts` |
        | ⛔ | `hours` | Fri 2026-08-21 16:40+01:00 is outside the window, which opens Mon 2026-08-24 09:00+01:00 |

        **What blocks, in the order in which it can be cleared**

        1. `upstream`: a new fact: no deployment of `api` to staging is known
        2. `hours`: opens by itself Mon 2026-08-24 09:00 Europe/London, in 2 d 16 h

        **Next**: time is in the way until Mon 2026-08-24 09:00 Europe/London, in 2 d 16 h.
    "#]]
    .assert_eq(&asked.text("2026-08-21T15:40:00Z", "markdown"));
}

#[test]
fn what_is_allowed_says_so() {
    let asked = asked(GATES, REQUEST, Some(FACTS));
    expect![[r#"
        release-7: release of api, staging → production
        judged for Mon 2026-08-24 09:00 Europe/London, by the host's clock

        ✓ upstream: `api` runs in staging
        ✓ hours: Mon 2026-08-24 09:00+01:00 is inside the window, which closes Mon
            2026-08-24 17:00+01:00

        allowed: 2 gates judged
    "#]]
    .assert_eq(&asked.text("2026-08-24T08:00:00Z", "text"));
}

#[test]
fn a_decision_is_made_again_byte_for_byte() {
    let before = asked(GATES, REQUEST, Some(FACTS));
    let (decision, diagnostics) = before.at(Some("2026-08-24T08:00:00Z"));
    let written = output::decision_json(&decision, &diagnostics);
    let recorded = Recorded::read(&Source::new("decision.json", written.as_str())).expect("a decision");
    assert_eq!(recorded.now(), Some(now("2026-08-24T08:00:00Z")));
    assert!(recorded.compare(&written, &decision, &diagnostics).same);
    let after = asked(GATES, REQUEST, Some(&FACTS.replace("aa", "bb")));
    let (decision, diagnostics) = after.at(Some("2026-08-24T08:00:00Z"));
    let replay = recorded.compare(&written, &decision, &diagnostics);
    assert_eq!((replay.same, replay.changes), (false, vec!["the facts `facts.yaml` is another text".to_owned()]));
    assert!(Recorded::read(&Source::new("x.json", "{}")).is_err());
}

#[test]
fn who_says_what_time_it_is() {
    let late = format!("{REQUEST}evaluateAt: 2026-08-24T08:00:00Z\n");
    let asked = asked(&format!("{GATES}clock: host\n"), &late, Some(FACTS));
    let (decision, _) = asked.at(None);
    assert_eq!(decision.decision.clock, decision::Clock::Request);
    assert!(!decision.decision.allowed, "the policy counts on the host's clock");
    assert!(asked.at(Some("2026-08-24T08:00:00Z")).0.decision.allowed);
}

#[test]
fn names_that_nobody_knows_are_told() {
    let wanted = "freezes: [{ id: sale, environments: [prodution], start: '2026-11-26T00:00', end: '2026-11-30T00:00', timezone: UTC }]\n";
    let asked = asked(GATES, &format!("from: stagin\nto: production\n{wanted}"), None);
    let (_, diagnostics) = asked.at(Some("2026-08-24T09:00:00Z"));
    expect![[r#"
        1:7 there is no environment `stagin`, which the request names as `from` (did you mean `staging`?)
        3:11 there is no environment `prodution`, over which the freeze `sale` is to hold (did you mean `production`?)
    "#]]
    .assert_eq(&lines(&diagnostics));
}

#[test]
fn nothing_judged_is_no_pass() {
    let asked = asked("policy: p\ngates: [{ id: a, kind: upstream-succeeded, to: elsewhere }]\n", REQUEST, None);
    let (decision, _) = asked.at(Some("2026-08-24T08:00:00Z"));
    assert!(!decision.decision.allowed);
    assert_eq!(
        decision.findings[0].message,
        "no gate is about a release from `staging` to `production`: nothing was judged"
    );
}

#[test]
fn the_glass_is_broken_by_two_for_a_while() {
    let policy = format!("{GATES}breakGlass: {{ rules: ['*'], never: [upstream], maxLife: PT2H }}\n");
    let glass = |more: &str| {
        format!(
            "{REQUEST}incidents: [{{ id: INC-7, status: open }}]\nbreakGlass: {{ by: dana, at: 2026-08-21T15:00:00Z, reason: the shop is down, {more} }}\n"
        )
    };
    let check = |more: &str, now: &str, allowed: bool, message: &str| {
        let asked = asked(&policy, &glass(more), Some(FACTS));
        let (decision, _) = asked.at(Some(now));
        let finding = decision.findings.iter().find(|finding| &*finding.rule == "break-glass").expect("a finding");
        assert_eq!((decision.decision.allowed, finding.message.as_str()), (allowed, message));
    };
    let good = "incident: INC-7, coApprovers: [erin], rules: [hours]";
    check(good, "2026-08-21T15:40:00Z", true, "the glass is broken: `hours` is passed over");
    check(
        good,
        "2026-08-21T17:00:00Z",
        false,
        "the glass is not broken: it ended Fri 2026-08-21 18:00+01:00: it holds for 2 h at most",
    );
    check(
        "incident: INC-7, coApprovers: [dana], rules: [hours]",
        "2026-08-21T15:40:00Z",
        false,
        "the glass is not broken: 0 of 1 others agreed",
    );
    check(
        "incident: INC-7, coApprovers: ['renovate[bot]'], rules: [hours]",
        "2026-08-21T15:40:00Z",
        false,
        "the glass is not broken: 0 of 1 others agreed",
    );
    check(
        "incident: INC-8, coApprovers: [erin], rules: [hours]",
        "2026-08-21T15:40:00Z",
        false,
        "the glass is not broken: nothing is known of the incident `INC-8`",
    );
    check(
        "incident: INC-7, coApprovers: [erin], rules: [hours, upstream]",
        "2026-08-21T15:40:00Z",
        true,
        "break-glass cannot skip `upstream`",
    );
}
