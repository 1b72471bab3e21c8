//! Bounded behaviour: what is too large, too deep or circular is one clear diagnostic, in little time.

#![expect(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use paritygate::json::Json;
use paritygate::promotion::Promotion;
use paritygate::{
    Diagnostic, FingerprintKey, Pipeline, Plan, Project, Source, Timestamp, diagnostic, diagram, document, limits,
    zones,
};
use paritygate_tests::check;

/// More than any of these may take, on a slow machine and unoptimised.
const PATIENCE: Duration = Duration::from_secs(20);

/// The codes of what is wrong with a text, and with the project that it is an environment of.
fn codes(name: &str, text: &str) -> Vec<&'static str> {
    let begun = Instant::now();
    let (_, diagnostics) = document::read(&Source::new(name, text));
    assert!(begun.elapsed() < PATIENCE, "{name}: {:?}", begun.elapsed());
    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// What is wrong with a project of these files, and how long it took to say so.
fn wrong(files: &[(&str, &str)]) -> Vec<Diagnostic> {
    let begun = Instant::now();
    let files: BTreeMap<String, String> =
        files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    let answer = check::check(check::files(&files), &FingerprintKey::from_bytes(*b"key"), Timestamp::UNIX_EPOCH, &[]);
    answer.everything();
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    answer.diagnostics
}

/// One diagnostic with that code, an error, that says what to do.
fn one(diagnostics: &[Diagnostic], code: &str) {
    let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [code]);
    assert!(diagnostic::has_errors(diagnostics) && diagnostics.iter().all(|diagnostic| diagnostic.help.is_some()));
}

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}1{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn a_large_file_is_refused_without_being_kept() {
    let bytes = vec![b'a'; 100 * 1024 * 1024];
    let begun = Instant::now();
    let (source, diagnostics) = document::decode("large.yaml", &bytes);
    one(&diagnostics, "document-too-large");
    assert!(source.text().is_empty() && begun.elapsed() < Duration::from_millis(100), "{:?}", begun.elapsed());
    assert!(
        diagnostics[0].message.contains("100 MB") || diagnostics[0].message.contains("104 MB"),
        "{}",
        diagnostics[0].message
    );
    assert!(
        diagnostics[0].message.contains(&format!("{} MB", limits::MAX_DOCUMENT_BYTES / 1_000_000)),
        "{}",
        diagnostics[0].message
    );
}

#[test]
fn depth_is_limited_at_its_limit() {
    let at = limits::MAX_DEPTH;
    for (name, open, close) in
        [("d.json", "[", "]"), ("d.json", "{\"a\":", "}"), ("d.yaml", "[", "]"), ("d.yaml", "{a: ", "}")]
    {
        assert_eq!(codes(name, &nested(open, close, at)), [] as [&str; 0], "{name} {open}");
        assert_eq!(codes(name, &nested(open, close, at + 1)), ["too-deep"], "{name} {open}");
        assert_eq!(codes(name, &nested(open, close, 200_000)), ["too-deep"], "{name} {open}");
        // Never closed: still one mistake.
        assert_eq!(codes(name, &open.repeat(200_000)), ["too-deep"], "{name} {open}");
    }
    let blocks = |depth: usize| {
        (0..=depth).map(|at| " ".repeat(at)).collect::<Vec<_>>().join(
            "a:
",
        ) + "b"
    };
    assert_eq!(codes("d.yaml", &blocks(at)), [] as [&str; 0]);
    assert_eq!(codes("d.yaml", &blocks(at + 1)), ["too-deep"]);
    assert_eq!(codes("d.yaml", &("- ".repeat(at + 1) + "1")), ["too-deep"]);
}

/// Ten levels of lists of ten: 10^levels values, if they were copied.
fn laughs(levels: usize) -> String {
    let mut text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for level in 1..levels {
        let alias = format!("*a{}, ", level - 1).repeat(10);
        text += &format!("a{level}: &a{level} [{}]\n", alias.trim_end_matches(", "));
    }
    text
}

#[test]
fn a_billion_laughs_end_early() {
    assert_eq!(codes("l.yaml", &laughs(4)), [] as [&str; 0]);
    assert_eq!(codes("l.yaml", &laughs(10)), ["alias-limit"]);
    let indented = |by: &str| laughs(12).lines().map(|line| format!("{by}{line}")).collect::<Vec<_>>().join("\n");
    let document = format!("environment: staging\nconfig:\n  app.yml:\n{}\n", indented("    "));
    one(&wrong(&[("staging.environment.yaml", &document)]), "alias-limit");
    let compose = format!("x-laughs:\n{}\nservices: {{}}\n", indented("  "));
    one(&wrong(&[("compose.yaml", &compose)]), "alias-limit");
}

#[test]
fn an_anchor_inside_itself_is_one_mistake() {
    let codes = codes("a.yaml", "a: &a [*a]\n");
    assert_eq!(codes.len(), 1, "{codes:?}");
}

#[test]
fn circles_are_one_mistake() {
    one(
        &wrong(&[(
            "compose.yaml",
            "services:\n  a: { extends: b, image: x }\n  b: { extends: c }\n  c: { extends: a }\n",
        )]),
        "extends-cycle",
    );
    one(&wrong(&[("compose.yaml", "services:\n  a: { extends: a, image: x }\n")]), "extends-cycle");
    let (one_file, other) = ("include: [other.yaml]\nservices: {}\n", "include: [compose.yaml]\nservices: {}\n");
    let found = wrong(&[("compose.yaml", one_file), ("other.yaml", other)]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn long_chains_end() {
    let lines =
        |range: std::ops::Range<usize>, line: &dyn Fn(usize) -> String| range.map(line).collect::<Vec<_>>().join("\n");
    let chain = lines(0..5_000, &|at| format!("  s{at}: {{ extends: s{} }}", at + 1));
    let found = wrong(&[("compose.yaml", &format!("services:\n{chain}\n  s5000: {{ image: x }}\n"))]);
    assert!(diagnostic::has_errors(&found), "a chain of 5000 is beyond the limit of {}", limits::MAX_CHAIN);
    // Each line doubles what the one above it holds.
    let doubling = lines(1..60, &|at| format!("A{at}=${{A{0}}}${{A{0}}}", at - 1));
    wrong(&[(".env", &format!("A0=xxxxxxxxxxxxxxxx\n{doubling}"))]);
    let nested = format!("A={}x{}\n", "${B:-".repeat(50_000), "}".repeat(50_000));
    wrong(&[(".env", &nested)]);
}

#[test]
fn large_and_odd_texts_stay_cheap() {
    let many = (0..50_000).map(|at| format!("KEY_{at}=value-{at}")).collect::<Vec<_>>().join("\n");
    wrong(&[(".env.staging", &many), (".env.production", &many)]);
    wrong(&[(".env", &"\"".repeat(1_000_000))]);
    wrong(&[(".env", &"A".repeat(5_000_000))]);
    wrong(&[(".env", &"=\n".repeat(200_000))]);
    wrong(&[("staging.environment.json", &format!("[{}]", "{},".repeat(100_000)))]);
    codes("x.json", &format!("{{{}}}", "\"a\":1,".repeat(100_000).trim_end_matches(',')));
    codes("x.yaml", &"a: 1\n".repeat(50_000));
    codes("x.yaml", &"---\n".repeat(100_000));
    codes("x.yaml", &"\t".repeat(500_000));
    codes("x.yaml", &"? ".repeat(100_000));
    codes("x.yaml", &"&a ".repeat(100_000));
    codes("x.yaml", &"!!x ".repeat(100_000));
    codes("x.yaml", &format!("a: \"{}\"", "\\x41".repeat(500_000)));
}

#[test]
fn comments_that_are_meant_for_us_are_bounded() {
    let told = |text: &str| -> (usize, String) {
        let policy = "policy: tests\nrules: [{ id: same, kind: same, select: variables.* }]\n";
        let manifest = "environments: { staging: { sources: [{ path: .env }] } }\npolicies: [policy.yaml]\n";
        let found = wrong(&[("paritygate.yaml", manifest), ("policy.yaml", policy), (".env", &format!("{text}A=1\n"))]);
        assert!(found.iter().all(|wrong| wrong.code == "inline-ignore" && wrong.help.is_some()), "{found:?}");
        (found.len(), found.last().map(|wrong| wrong.message.clone()).unwrap_or_default())
    };
    let most = limits::MAX_DIAGNOSTICS;
    let nothing = "this comment is meant for paritygate, and says nothing that it knows";
    assert_eq!(told(&"#paritygate:x\n".repeat(most)), (most, nothing.to_owned()));
    let more = format!("100000 more mistakes in comments are not shown: the limit is {most}");
    assert_eq!(told(&"#paritygate:x\n".repeat(most + 100_000)), (most + 1, more));
    let most = limits::MAX_IGNORED_RULES;
    let named = |count: usize| format!("#paritygate: ignore {} reason\n", vec!["another"; count].join(","));
    assert_eq!(told(&named(most)).0, 0);
    let more = format!("the comments name more than {most} rules, which is the limit: none is ignored from here on");
    assert_eq!(told(&named(most + 1)), (1, more.clone()));
    assert_eq!(told(&"#paritygate: ignore another reason\n".repeat(most + 1)), (1, more));
}

#[test]
fn flowcharts_are_bounded() {
    let read = |text: String| {
        let begun = Instant::now();
        let (manifest, diagnostics) = diagram::read(&Source::new("a.mmd", format!("flowchart LR\n{text}\n")));
        assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
        assert!(diagnostics.len() <= 1 && diagnostics.iter().all(|wrong| wrong.help.is_some()), "{diagnostics:?}");
        let edges = manifest.get("pipeline").and_then(|pipeline| pipeline.get("edges")).cloned();
        (edges, diagnostics.first().map(|wrong| wrong.message.clone()).unwrap_or_default())
    };
    // Who stands in a group twice, stands in it.
    let group = vec!["a"; 20_000].join("&");
    let one = Json::map([("from", Json::text("a")), ("to", Json::text("a"))]);
    assert_eq!(read(format!("{group}-->{group}")), (Some(Json::List(vec![one])), String::new()));
    let stages = |count: usize| (0..count).map(|at| format!("s{at}")).collect::<Vec<_>>();
    let most = limits::MAX_STAGES;
    let all = stages(most).join(" & ");
    assert_eq!(read(format!("{all} --> {all}")).1, "");
    let over = "a pipeline has at most 65536 links";
    assert_eq!(read(format!("{all} --> {all} --> s0")).1, over);
    assert_eq!(read(vec!["a"; limits::MAX_DRAWN_LINKS + 1].join("-->")).1, "");
    assert_eq!(read(vec!["a"; limits::MAX_DRAWN_LINKS * 10].join("== x ==>")).1, over);
    let over = "a pipeline has at most 256 stages";
    assert_eq!(read(stages(most + 1).join("-->")).1, over);
    assert_eq!(read(stages(50_000).join("&") + " --> a").1, over);
    let name = |bytes: usize| format!("a[{0}] --> {0}", "x".repeat(bytes));
    assert_eq!(read(name(limits::MAX_KEY_BYTES)).1, "");
    let over = "a name or a number here has more than 4096 bytes, which is the limit";
    assert_eq!(read(name(limits::MAX_KEY_BYTES + 1)).1, over);
    assert_eq!(read("x".repeat(limits::MAX_KEY_BYTES + 1)).1, over);
    let needs = |bytes: usize| format!("a -->|needs: {}| b", "1".repeat(bytes));
    assert_eq!(read(needs(limits::MAX_KEY_BYTES)).1, "");
    assert_eq!(read(needs(limits::MAX_KEY_BYTES + 1)).1, over);
}

/// What the gates of a policy say of a promotion to production: the message, and the notes.
fn decided(gates: &str, request: &str) -> (String, Vec<String>) {
    let begun = Instant::now();
    let policy = Source::new("policy.yaml", format!("policy: p\ngates: [{gates}]\n"));
    let files = check::files(&BTreeMap::from([("policy.yaml".to_owned(), policy.text().to_owned())]));
    let plan = Plan { policies: vec![("policy.yaml".to_owned(), None)], ..Plan::default() };
    let (engine, wrong) = Project::default().compile(&plan, &files, &zones::carried());
    assert!(wrong.is_empty(), "{:?}", wrong.first());
    let request = Source::new("request.yaml", format!("from: staging\nto: production\n{request}"));
    let promotion = Promotion::read(&request, &[], &plan, &FingerprintKey::from_bytes(*b"key"), &zones::carried());
    assert!(promotion.diagnostics.is_empty(), "{:?}", promotion.diagnostics.first());
    let now = "2026-01-02T12:00:00Z".parse().expect("an instant");
    let decided = promotion.decide(&engine, &plan, &Pipeline::default(), &[], Some(now));
    let (decision, _) = decided.expect("a clock");
    assert!(begun.elapsed() < PATIENCE, "{gates}: {:?}", begun.elapsed());
    let finding = decision.findings.first().expect("a finding");
    (finding.message.clone(), finding.notes.iter().map(ToString::to_string).collect())
}

#[test]
fn of_many_facts_the_first_are_told() {
    let artifacts = "artifacts: [{ component: api, digest: 'sha256:aa' }, { component: web, digest: 'sha256:bb' }]";
    let approvals = |count: usize, state: &str| {
        let one = |at: usize| format!("{{ by: p{at}, state: {state}, digest: 'sha256:cc', environment: production }}");
        format!("{artifacts}\napprovals: [{}]\n", (0..count).map(one).collect::<Vec<_>>().join(", "))
    };
    let most = limits::MAX_MISSES;
    for gate in ["approval-fresh", "approvals", "separation-of-duties"] {
        let params = if gate == "separation-of-duties" { ", params: { relations: [actor] }" } else { "" };
        let gate = format!("{{ id: a, kind: {gate}{params} }}");
        let notes = |count: usize| {
            let request = approvals(count, "approved") + "actor: { id: somebody, kind: human }\n";
            let notes = decided(&gate, &request).1;
            (notes.len(), notes.last().cloned().unwrap_or_default())
        };
        assert_eq!(notes(most), (most, format!("`p{}` approved another digest", most - 1)), "{gate}");
        assert_eq!(notes(most + 1), (most + 1, "and 1 more likewise".to_owned()), "{gate}");
        assert_eq!(notes(20_000), (most + 1, format!("and {} more likewise", 20_000 - most)), "{gate}");
    }
    let most = limits::MAX_JUDGEMENTS;
    let rejections = |count: usize| {
        let request = approvals(count, "rejected").replace(artifacts, "artifacts: [{ component: api }]");
        let (message, notes) = decided("{ id: a, kind: no-rejection }", &request);
        (message.split("; ").count(), notes)
    };
    assert_eq!(rejections(most), (most, Vec::new()));
    assert_eq!(rejections(most + 1), (most, vec!["and 1 more".to_owned()]));
    assert_eq!(rejections(20_000), (most, vec![format!("and {} more", 20_000 - most)]));
}

#[test]
fn many_deployments_that_were_rolled_back_are_looked_up() {
    // Each was rolled back but for the same artifact, which ran often, and one before it.
    let told = |count: usize, is_named: bool| {
        let one = |result: &str, at: usize, day: &str, digest: &str| {
            let name = if is_named { format!("id: {result}-{at}, ") } else { String::new() };
            let about = "environment: production, component: api";
            format!("{{ {about}, {name}result: {result}, startedAt: {day}T08:00:00Z, digest: 'sha256:{digest}' }}")
        };
        let back = (0..count).map(|at| one("rolledBack", at, "2026-01-02", &format!("aa{at}")));
        let good = (1..count).map(|at| one("succeeded", at, "2026-01-01", "cc"));
        let all: Vec<String> = back.chain(good).chain([one("succeeded", 0, "2025-12-31", "ee")]).collect();
        let artifacts = "artifacts: [{ component: api, digest: 'sha256:ee' }]";
        let request = format!("kindOfChange: rollback\n{artifacts}\ndeployments: [{}]\n", all.join(", "));
        decided("{ id: a, kind: rollback-depth, params: { max: 1 } }", &request).0
    };
    let found = "`api` ran in production 1 artifact ago, of 1 that is allowed";
    assert_eq!(told(20_000, true), found);
    assert_eq!(1_000 * 1_000, limits::MAX_ROLLBACK_STEPS);
    assert_eq!(told(1_000, false), found);
    for beyond in [1_001, 20_000] {
        assert_eq!(told(beyond, false), "nothing of `api` is known to have run in production before");
    }
}

#[test]
fn what_many_hosts_have_is_looked_up() {
    let (hosts, packages) = (250, 400);
    let version = |host: usize, package: usize| if host == package % hosts { 2 } else { 1 };
    let of = |host: usize| {
        let all = (0..packages).map(|package| format!("p{package}: \"{}\"", version(host, package)));
        format!("h{host}: {{ packages: {{ os: {{ deb: {{ {} }} }} }} }}", all.collect::<Vec<_>>().join(", "))
    };
    let members = (0..hosts).map(of).collect::<Vec<_>>().join(", ");
    let begun = Instant::now();
    let files = [
        (
            "paritygate.yaml",
            "environments: { production: { sources: [{ path: a.environment.yaml }] } }\npolicies: [p.yaml]\n",
        ),
        ("p.yaml", "policy: p\nrules: [{ id: a, kind: group-uniform, select: hosts.*.members.*.packages.*.*.* }]\n"),
        ("a.environment.yaml", &format!("environment: production\nhosts: {{ web: {{ members: {{ {members} }} }} }}\n")),
    ];
    let files = BTreeMap::from(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let key = FingerprintKey::from_bytes(*b"key");
    let answer = check::check(check::files(&files), &key, Timestamp::UNIX_EPOCH, &[]);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert_eq!(answer.report.findings.len(), packages, "{:?}", answer.diagnostics.first());
    let message = "`packages.os.deb.p7` differs among the hosts of `web` in production: `1` on h0, h1, h10, h100 and 245 others, \
                   `2` on h7";
    assert!(answer.report.findings.iter().any(|finding| finding.message == message));
}

#[test]
fn too_many_environments_are_compared_with_nothing() {
    let text = |count: usize| {
        let one = |at: usize| format!("- {{ environment: e{at}, variables: {{ A: \"{}\" }} }}\n", at % 2);
        (0..count).map(one).collect::<String>()
    };
    let check = |count: usize| {
        let files = BTreeMap::from([("all.environment.yaml".to_owned(), text(count))]);
        check::check(check::files(&files), &FingerprintKey::from_bytes(*b"key"), Timestamp::UNIX_EPOCH, &[])
    };
    let most = check(limits::MAX_ENVIRONMENTS);
    assert!(most.diagnostics.is_empty() && most.report.environments.len() == limits::MAX_ENVIRONMENTS);
    let beyond = check(limits::MAX_ENVIRONMENTS + 1);
    one(&beyond.diagnostics, "too-many-environments");
    assert!(beyond.report.environments.is_empty() && beyond.report.findings.is_empty());
}
