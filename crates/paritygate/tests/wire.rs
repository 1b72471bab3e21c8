//! Calls and answers, as bindings make and get them.

#![expect(clippy::expect_used, reason = "a failed expectation is a failed test")]

use expect_test::{Expect, expect};
use paritygate::wire::Session;
use serde_json::Value;

fn session() -> Session {
    Session::new(&[7; 36])
}

/// Makes calls in one session, and compares the answers, a line each.
fn check(calls: &[&str], expected: Expect) {
    let session = session();
    let answers: Vec<String> = calls.iter().map(|call| session.call(call.as_bytes(), &[])).collect();
    expected.assert_eq(&answers.join("\n"));
}

/// The answer of one verb.
fn answer(session: &Session, call: &str, attachments: &[&[u8]], verb: &str) -> Value {
    let text = session.call(call.as_bytes(), attachments);
    let mut answer: Value = serde_json::from_str(&text).expect("answers are JSON");
    let found = answer.get_mut(verb).map(Value::take);
    assert!(found.is_some(), "no `{verb}` in {text}");
    found.unwrap_or_default()
}

#[test]
fn a_call_that_is_wrong_says_what_and_where() {
    check(
        &[
            "",
            "[]",
            "{\"version\": {}}",
            "{\"wire\": 2, \"version\": {}}",
            "{\"wire\": 1}",
            "{\"wire\": 1, \"version\": {}, \"rules\": {}}",
            "{\"wire\": 1, \"chekc\": {}}",
            "{\"wire\": 1, \"check\": {\"enviroments\": [], \"only\": 1}}",
            "{\"wire\": 1, \"check\": {\"now\": \"soon\"}}",
            "{\"wire\": 1, \"check\": {\"environments\": [1]}}",
            "{\"wire\": 1, \"check\": {\"now\": \"2026-01-01T00:00:00Z\"}}",
            "{\"wire\": 1, \"import\": {\"files\": {}}}",
            "{\"wire\": 1, \"import\": {\"files\": {\"a.env\": {\"attachment\": 0}}}}",
            "{\"wire\": 1, \"import\": {\"files\": {\"a.env\": {}}}}",
            "{\"wire\": 1, \"import\": {\"files\": {\"a.env\": {\"text\": \"\"}}, \"tier\": \"prod\"}}",
            "{\"wire\": 1, \"import\": {\"files\": {\"a.env\": {\"text\": \"\"}}, \"from\": \"dotnev\"}}",
            "{\"wire\": 1, \"import\": {\"files\": {\"a.env\": {\"text\": \"\"}}, \"key\": {\"text\": \" \"}}}",
            "{\"wire\": 1, \"schema\": {\"name\": \"polcy\"}}",
            "{\"wire\": 1, \"explain\": {\"name\": \"ratoi\"}}",
        ],
        expect![[r#"
            {"wire":1,"error":{"code":"json-syntax","message":"this is not valid JSON: the text ends while parsing a value; JSON has no comments and no comma after the last item; YAML would be read as well, under a name that ends in `.yaml`","diagnostics":[{"code":"json-syntax","level":"error","message":"this is not valid JSON: the text ends while parsing a value","document":"call.json","line":1,"column":1,"endLine":1,"endColumn":1,"notes":[],"help":"JSON has no comments and no comma after the last item; YAML would be read as well, under a name that ends in `.yaml`"}]}}
            {"wire":1,"error":{"code":"bad-call","message":"a call is a map such as { \"wire\": 1, \"version\": {} }; name one verb, with its parameters","diagnostics":[{"code":"bad-call","level":"error","message":"a call is a map such as { \"wire\": 1, \"version\": {} }","notes":[],"help":"name one verb, with its parameters"}]}}
            {"wire":1,"error":{"code":"wire-version","message":"a call is a map such as { \"wire\": 1, \"version\": {} }; say the version as `\"wire\"`","diagnostics":[{"code":"wire-version","level":"error","message":"a call is a map such as { \"wire\": 1, \"version\": {} }","notes":[],"help":"say the version as `\"wire\"`"}]}}
            {"wire":1,"error":{"code":"wire-version","message":"the call speaks version 2, and this engine version 1; use an engine and a binding of one release","diagnostics":[{"code":"wire-version","level":"error","message":"the call speaks version 2, and this engine version 1","notes":[],"help":"use an engine and a binding of one release"}]}}
            {"wire":1,"error":{"code":"bad-call","message":"a call is a map such as { \"wire\": 1, \"version\": {} }; name one verb beside `\"wire\"`","diagnostics":[{"code":"bad-call","level":"error","message":"a call is a map such as { \"wire\": 1, \"version\": {} }","notes":[],"help":"name one verb beside `\"wire\"`"}]}}
            {"wire":1,"error":{"code":"bad-call","message":"a call is a map such as { \"wire\": 1, \"version\": {} }; name one verb beside `\"wire\"`","diagnostics":[{"code":"bad-call","level":"error","message":"a call is a map such as { \"wire\": 1, \"version\": {} }","notes":[],"help":"name one verb beside `\"wire\"`"}]}}
            {"wire":1,"error":{"code":"unknown-verb","message":"there is no verb `chekc`; did you mean `check`?","diagnostics":[{"code":"unknown-verb","level":"error","message":"there is no verb `chekc`","document":"call.json","line":1,"column":13,"endLine":1,"endColumn":20,"notes":[],"help":"did you mean `check`?"}]}}
            {"wire":1,"error":{"code":"unknown-field","message":"unknown field `enviroments`; did you mean `environments`?","diagnostics":[{"code":"unknown-field","level":"error","message":"unknown field `enviroments`","document":"call.json","line":1,"column":23,"endLine":1,"endColumn":36,"notes":[],"help":"did you mean `environments`?"},{"code":"wrong-type","level":"error","message":"expected a list, found a number","document":"call.json","line":1,"column":50,"endLine":1,"endColumn":51,"notes":[],"help":"put it in `[` and `]`"}]}}
            {"wire":1,"error":{"code":"bad-instant","message":"`now` is no instant with a date, a time and a zone; hand in the instant as `now`, such as 2026-03-01T09:00:00Z","diagnostics":[{"code":"bad-instant","level":"error","message":"`now` is no instant with a date, a time and a zone","notes":[],"help":"hand in the instant as `now`, such as 2026-03-01T09:00:00Z"}]}}
            {"wire":1,"error":{"code":"no-clock","message":"`now` is missing, and the engine has no clock; hand in the instant as `now`, such as 2026-03-01T09:00:00Z","diagnostics":[{"code":"no-clock","level":"error","message":"`now` is missing, and the engine has no clock","notes":[],"help":"hand in the instant as `now`, such as 2026-03-01T09:00:00Z"}]}}
            {"wire":1,"error":{"code":"nothing-to-check","message":"there is nothing to check; hand in `environments` or a `project`","diagnostics":[{"code":"nothing-to-check","level":"error","message":"there is nothing to check","notes":[],"help":"hand in `environments` or a `project`"}]}}
            {"wire":1,"error":{"code":"nothing-to-import","message":"there is no file to import; hand in at least one","diagnostics":[{"code":"nothing-to-import","level":"error","message":"there is no file to import","notes":[],"help":"hand in at least one"}]}}
            {"wire":1,"error":{"code":"no-such-attachment","message":"`a.env` is attachment 0, and there are 0; attachments are numbered from 0","diagnostics":[{"code":"no-such-attachment","level":"error","message":"`a.env` is attachment 0, and there are 0","notes":[],"help":"attachments are numbered from 0"}]}}
            {"wire":1,"error":{"code":"bad-text","message":"`a.env` needs one of `text`, `attachment`, `absent` and `refused`; say in one way what the file holds","diagnostics":[{"code":"bad-text","level":"error","message":"`a.env` needs one of `text`, `attachment`, `absent` and `refused`","notes":[],"help":"say in one way what the file holds"}]}}
            {"wire":1,"error":{"code":"unknown-tier","message":"there is no tier `prod`; it is one of `production`, `staging`, `testing`, `development`, `other`","diagnostics":[{"code":"unknown-tier","level":"error","message":"there is no tier `prod`","notes":[],"help":"it is one of `production`, `staging`, `testing`, `development`, `other`"}]}}
            {"wire":1,"error":{"code":"unknown-format","message":"there is no input format `dotnev`; it is one of `ansible-facts`, `compose`, `dotenv`, `environment`","diagnostics":[{"code":"unknown-format","level":"error","message":"there is no input format `dotnev`","notes":[],"help":"it is one of `ansible-facts`, `compose`, `dotenv`, `environment`"}]}}
            {"wire":1,"error":{"code":"key","message":"the key is empty; make one with `openssl rand -hex 32`","diagnostics":[{"code":"key","level":"error","message":"the key is empty","notes":[],"help":"make one with `openssl rand -hex 32`"}]}}
            {"wire":1,"error":{"code":"unknown-schema","message":"there is no schema `polcy`; it is one of `decision`, `differences`, `environment`, `policy`, `project`, `report`, `request`","diagnostics":[{"code":"unknown-schema","level":"error","message":"there is no schema `polcy`","notes":[],"help":"it is one of `decision`, `differences`, `environment`, `policy`, `project`, `report`, `request`"}]}}
            {"wire":1,"error":{"code":"unknown-rule","message":"there is no rule and no kind `ratoi`; did you mean `ratio`?","diagnostics":[{"code":"unknown-rule","level":"error","message":"there is no rule and no kind `ratoi`","notes":[],"help":"did you mean `ratio`?"}]}}"#]],
    );
}

#[test]
fn handles_are_checked() {
    check(
        &[
            "{\"wire\": 1, \"compile\": {\"policies\": [{\"text\": \"policy: a\\nrules:\\n  - { id: a, kind: same, select: runtimes.* }\\n\"}]}}",
            "{\"wire\": 1, \"import\": {\"files\": {\"staging.environment.yaml\": {\"text\": \"environment: staging\\nruntimes: { node: '20' }\\n\"}}}}",
            "{\"wire\": 1, \"check\": {\"now\": \"2026-01-01T00:00:00Z\", \"engine\": 2, \"environments\": [2]}}",
            "{\"wire\": 1, \"check\": {\"now\": \"2026-01-01T00:00:00Z\", \"engine\": 1, \"environments\": [1]}}",
            "{\"wire\": 1, \"check\": {\"now\": \"2026-01-01T00:00:00Z\", \"engine\": 1, \"environments\": [2, 2]}}",
            "{\"wire\": 1, \"report\": {\"report\": 1}}",
            "{\"wire\": 1, \"release\": {\"handles\": [1, 1, 9]}}",
            "{\"wire\": 1, \"check\": {\"now\": \"2026-01-01T00:00:00Z\", \"engine\": 1, \"environments\": [2]}}",
            "{\"wire\": 1, \"document\": {\"environment\": 2}}",
        ],
        expect![[r#"
            {"wire":1,"compile":{"engine":1,"ok":true,"rules":[{"id":"a","kind":"same"}],"diagnostics":[]}}
            {"wire":1,"import":{"environments":[{"environment":2,"name":"staging","tier":"staging"}],"ok":true,"needs":[],"diagnostics":[]}}
            {"wire":1,"error":{"code":"wrong-handle","message":"2 is an environment, and an engine is needed here; hand in what the parameter asks for","diagnostics":[{"code":"wrong-handle","level":"error","message":"2 is an environment, and an engine is needed here","notes":[],"help":"hand in what the parameter asks for"}]}}
            {"wire":1,"error":{"code":"wrong-handle","message":"1 is an engine, and an environment is needed here; hand in what the parameter asks for","diagnostics":[{"code":"wrong-handle","level":"error","message":"1 is an engine, and an environment is needed here","notes":[],"help":"hand in what the parameter asks for"}]}}
            {"wire":1,"error":{"code":"duplicate-environment","message":"two environments are named `staging`; import one of them under another name","diagnostics":[{"code":"duplicate-environment","level":"error","message":"two environments are named `staging`","notes":[],"help":"import one of them under another name"}]}}
            {"wire":1,"error":{"code":"wrong-handle","message":"1 is an engine, and a report is needed here; hand in what the parameter asks for","diagnostics":[{"code":"wrong-handle","level":"error","message":"1 is an engine, and a report is needed here","notes":[],"help":"hand in what the parameter asks for"}]}}
            {"wire":1,"release":{"released":1}}
            {"wire":1,"error":{"code":"released","message":"nothing is held under 1: it was released, or never there; keep it until its last use","diagnostics":[{"code":"released","level":"error","message":"nothing is held under 1: it was released, or never there","notes":[],"help":"keep it until its last use"}]}}
            {"wire":1,"document":{"document":{"environment":"staging","runtimes":{"node":"20"},"tier":"staging"}}}"#]],
    );
}

#[test]
fn a_bad_policy_is_an_answer() {
    check(
        &[
            "{\"wire\": 1, \"compile\": {\"policies\": [{\"name\": \"mine.yaml\", \"text\": \"policy: a\\nrules:\\n  - { id: a, kind: smae, select: runtimes.* }\\n  - { id: b, kind: same, select: runtimes.* }\\n\"}, {\"pack\": \"recomended\"}]}}",
        ],
        expect![[
            r#"{"wire":1,"compile":{"engine":1,"ok":false,"rules":[{"id":"b","kind":"same"}],"diagnostics":[{"code":"policy-not-found","level":"error","message":"there is no policy pack `recomended`","notes":["a policy of your own is named by its path"],"help":"did you mean `recommended`?"},{"code":"unknown-kind","level":"error","message":"there is no rule kind `smae`","document":"mine.yaml","line":3,"column":20,"endLine":3,"endColumn":24,"notes":[],"help":"did you mean `same`?"}]}}"#
        ]],
    );
}

#[test]
fn openings_are_limited_at_their_limit() {
    let most = paritygate::limits::MAX_OPENINGS;
    for (count, refused) in [(most, false), (most + 1, true)] {
        let call = format!(
            "{{\"wire\": 1, \"when\": {{\"now\": \"2026-01-01T00:00:00Z\", \"count\": {count}, \"promotion\": {{}}}}}}"
        );
        let said = session().call(call.as_bytes(), &[]);
        assert_eq!(said.contains("bad-value"), refused, "{said}");
    }
}

#[test]
fn what_was_only_asked_for_makes_no_environment() {
    let session = session();
    let call = |more: &str| {
        let compose = "services: { api: { image: 'a:1' } }\n";
        let files =
            serde_json::json!({ "compose.yaml": { "text": compose }, "compose.override.yaml": { "text": compose } });
        let files = format!("{}{more}}}", files.to_string().trim_end_matches('}').to_owned() + "}");
        let project = format!("{{\"files\": {files}, \"paths\": [\"compose.yaml\", \"compose.override.yaml\"]}}");
        format!("{{\"wire\": 1, \"check\": {{\"now\": \"2026-01-01T00:00:00Z\", \"project\": {project}}}}}")
    };
    let asked = answer(&session, &call(""), &[], "check");
    assert_eq!(asked["needs"], serde_json::json!([{ "path": ".env", "required": false }]));
    for supplied in ["{\"absent\": true}", "{\"text\": \"A=1\\n\"}"] {
        let given = answer(&session, &call(&format!(", \".env\": {supplied}")), &[], "check");
        assert_eq!(given["found"], asked["found"]);
        assert_eq!(given["verdict"], "pass");
    }
}

#[test]
fn what_is_needed_is_asked_for_and_nothing_outside() {
    let session = session();
    let compose = "services: { api: { image: a, env_file: [api.env, ../shared.env] } }\n";
    let call = |more: &str| {
        let files = serde_json::json!({ "compose.yaml": { "text": compose } }).to_string();
        let files = format!("{}{more}}}", files.trim_end_matches('}').to_owned() + "}");
        format!("{{\"wire\": 1, \"import\": {{\"name\": \"staging\", \"files\": {files}}}}}")
    };
    let asked = answer(&session, &call(""), &[], "import");
    expect![[r#"
        [
          {
            "path": ".env",
            "required": false
          },
          {
            "at": {
              "column": 41,
              "document": "compose.yaml",
              "endColumn": 48,
              "endLine": 1,
              "line": 1
            },
            "path": "api.env",
            "required": true
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&asked["needs"]).expect("JSON"));
    let given = answer(&session, &call(", \"api.env\": {\"attachment\": 0}"), &[b"A=1\n"], "import");
    expect![[r#"
        {
          "diagnostics": [
            {
              "code": "file-not-read",
              "column": 50,
              "document": "compose.yaml",
              "endColumn": 63,
              "endLine": 1,
              "level": "warning",
              "line": 1,
              "message": "`../shared.env` was not read: it is outside the project; `--allow-outside` reads it",
              "notes": [
                "what it sets is not known"
              ]
            }
          ],
          "environments": [],
          "needs": [
            {
              "path": ".env",
              "required": false
            }
          ],
          "ok": false
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&given).expect("JSON"));
}

#[test]
fn one_session_compares_secrets_and_another_does_not() {
    let files = |name: &str| {
        format!(
            "{{\"wire\": 1, \"import\": {{\"files\": {{\".env.{name}\": {{\"text\": \"API_TOKEN=abcdefgh12345678\"}}}}}}}}"
        )
    };
    let document = |session: &Session, name: &str| {
        let imported = answer(session, &files(name), &[], "import");
        let handle = imported["environments"][0]["environment"].as_u64().expect("a handle");
        let call = format!("{{\"wire\": 1, \"document\": {{\"environment\": {handle}}}}}");
        answer(session, &call, &[], "document")["document"]["variables"]["API_TOKEN"]["fingerprint"].clone()
    };
    let one = session();
    let other = Session::new(&[8; 36]);
    assert_eq!(document(&one, "staging"), document(&one, "production"));
    assert_ne!(document(&one, "staging"), document(&other, "staging"));
}

#[test]
fn a_project_answers_in_one_call() {
    let session = session();
    let call = "{\"wire\": 1, \"check\": {\"now\": \"2026-01-01T00:00:00Z\", \"project\": {\"files\": {
        \".env.staging\": {\"attachment\": 0}, \".env.production\": {\"attachment\": 1}, \".env.local\": {\"text\": \"\"}}}}}";
    let answer_ = answer(&session, call, &[b"A=1\nB=2\n", b"A=1\n"], "check");
    expect![[r#"{"counts":{"fail":1,"pass":0,"unknown":0,"waived":0,"warn":0},"diagnostics":[],"found":{"contract":[],"environments":[{"layers":[{"format":"dotenv","paths":[".env.production"]}],"name":"production"},{"layers":[{"format":"dotenv","paths":[".env.staging"]}],"name":"staging"}],"passedOver":[{"path":".env.local","why":"a `.local` file belongs to one machine"}]},"needs":[],"report":1,"verdict":"fail"}"#]].assert_eq(&answer_.to_string());
    let text = answer(&session, "{\"wire\": 1, \"format\": {\"report\": 1, \"format\": \"json\"}}", &[], "format");
    let report = answer(&session, "{\"wire\": 1, \"report\": {\"report\": 1}}", &[], "report");
    let read: Value = serde_json::from_str(text["text"].as_str().expect("text")).expect("JSON");
    assert_eq!(read, report, "the data and the JSON format say the same");
}

#[test]
fn no_environment_is_no_pass() {
    let session = session();
    let call = "{\"wire\": 1, \"check\": {\"now\": \"2026-01-01T00:00:00Z\", \"project\": {\"files\": {
        \"README.md\": {\"text\": \"\"}}}}}";
    let answer_ = answer(&session, call, &[], "check");
    assert_eq!((&answer_["verdict"], &answer_["diagnostics"][0]["code"]), (&"error".into(), &"nothing-found".into()));
    let call = "{\"wire\": 1, \"check\": {\"now\": \"2026-01-01T00:00:00Z\", \"project\": {\"files\": {
        \"paritygate.yaml\": {\"refused\": \"it is outside the project\"}}}}}";
    let answer_ = answer(&session, call, &[], "check");
    assert_eq!(answer_["diagnostics"][0]["message"], "`paritygate.yaml` was not read: it is outside the project");
}

#[test]
fn too_many_handles_are_refused() {
    let session = session();
    let compile = "{\"wire\": 1, \"compile\": {\"policies\": [{\"text\": \"policy: a\\nrules: [{ id: a, kind: same, select: runtimes.* }]\"}]}}";
    for _ in 0..paritygate::limits::MAX_HANDLES {
        session.call(compile.as_bytes(), &[]);
    }
    let refused = answer(&session, compile, &[], "error");
    assert_eq!(refused["code"], "too-many-handles");
    answer(&session, "{\"wire\": 1, \"release\": {\"handles\": [1]}}", &[], "release");
    answer(&session, compile, &[], "compile");
}

#[test]
fn the_time_zone_database_counts_where_a_zone_is_named() {
    let session = session();
    let tzdb = |zone: &str, more: &str| {
        let policy = format!(
            "policy: a\\ngates:\\n  - id: hours\\n    kind: allowed-window\\n    params: {{ timezone: {zone}, windows: [{{ start: '09:00', end: '17:00' }}] }}"
        );
        let call = format!(
            "{{\"wire\": 1, \"gate\": {{\"now\": \"2026-03-02T10:00:00Z\", \"promotion\": {{\"project\": {{\"files\": {{}}, \
             \"policies\": [{{\"text\": \"{policy}\"}}]}}, \"request\": {{\"text\": \"from: staging\\nto: production\\n{more}\"}}}}}}}}"
        );
        let number = &answer(&session, &call, &[], "gate")["decision"];
        let call = format!("{{\"wire\": 1, \"decision\": {{\"decision\": {number}}}}}");
        answer(&session, &call, &[], "decision")["engine"]["tzdb"].is_string()
    };
    let freeze = |zone: &str| {
        format!(
            "freezes: [{{ id: a, environments: [production], start: 2026-01-01T00:00, end: 2026-01-02T00:00, timezone: {zone} }}]"
        )
    };
    assert!(tzdb("Europe/London", ""));
    assert!(!tzdb("UTC", ""), "hosts hand it in only where it is needed: it must not show that they did");
    assert!(!tzdb("Etc/UTC", &freeze("UTC")));
    assert!(tzdb("UTC", &freeze("America/New_York")));
}

#[test]
fn that_gates_never_open_is_an_answer() {
    let call = "{\"wire\": 1, \"when\": {\"now\": \"2026-03-02T10:00:00Z\", \"promotion\": {\"to\": \"production\", \"project\": {\"files\": {
        \"paritygate.yaml\": {\"text\": \"environments: { staging: {}, production: {} }\\npipeline: { stages: [staging, production] }\"}},
        \"policies\": [{\"text\": \"policy: a\\ngates:\\n  - id: hours\\n    kind: allowed-window\\n    params: { timezone: UTC, windows: [{ start: '09:00', end: '17:00', until: 2020-01-01 }] }\"}]}}}}";
    let found = answer(&session(), call, &[], "when");
    assert_eq!(found["openings"], Value::Array(Vec::new()));
    let levels: Vec<&Value> =
        found["diagnostics"].as_array().expect("a list").iter().map(|wrong| &wrong["level"]).collect();
    assert!(!levels.is_empty() && levels.iter().all(|level| *level == "warning"), "{found}");
}

#[test]
fn debug_shows_no_key() {
    assert_eq!(format!("{:?}", session()), "Session { held: 0, .. }");
}

#[test]
fn what_is_imported_is_judged_where_the_project_only_names_it() {
    let session = Session::new(&[7; 36]);
    let policy = "{\"text\": \"policy: a\\nrules: [{ id: same, kind: same, select: variables.* }]\\ngates: [{ id: alike, kind: parity-gate }]\"}";
    let import = |name: &str, value: &str| {
        let call = format!(
            "{{\"wire\": 1, \"import\": {{\"paths\": [\"{name}.env\"], \"files\": {{\"{name}.env\": {{\"text\": \"A={value}\"}}}}}}}}"
        );
        answer(&session, &call, &[], "import")["environments"][0]["environment"].clone()
    };
    let (staging, production) = (import("staging", "1"), import("production", "2"));
    let gate = |files: &str| {
        let call = format!(
            "{{\"wire\": 1, \"gate\": {{\"now\": \"2026-03-02T10:00:00Z\", \"promotion\": {{\"environments\": [{staging}, {production}], \
             \"project\": {{\"files\": {{{files}}}, \"policies\": [{policy}]}}, \
             \"request\": {{\"text\": \"from: staging\\nto: production\"}}}}}}}}"
        );
        session.call(call.as_bytes(), &[])
    };
    let named = gate("\"paritygate.yaml\": {\"text\": \"environments: { staging: , production: }\"}");
    assert!(named.contains("\"verdict\":\"fail\""), "{named}");
    let described = gate(
        "\"paritygate.yaml\": {\"text\": \"environments: { staging: { sources: [{ path: .env }] }, production: }\"}, \".env\": {\"text\": \"A=1\"}",
    );
    assert!(
        described.contains("the environment `staging` is imported, and the project describes it as well"),
        "{described}"
    );
}

#[test]
fn views_of_one_environment_are_compared() {
    let session = session();
    let call = |pairing: &str, more: &str| {
        let files = r#"{"s.env": {"text": "A=1"}, "paritygate.yaml": {"text": "environments: {staging: {sources: [{path: s.env}, {path: o.env, plane: observed}]}}"}, "o.env": {"text": "A=2"}}"#;
        let policy = r#"[{"text": "policy: t\nrules: [{id: same, kind: same, select: variables.A}]"}]"#;
        let project = format!(r#"{{"files": {files}, "policies": {policy}}}"#);
        format!(
            r#"{{"wire": 1, "check": {{"now": "2026-01-01T00:00:00Z", "pairing": "{pairing}", "project": {project}{more}}}}}"#
        )
    };
    let before = r#", "before": {"files": {".env.staging": {"text": "A=0"}}}"#;
    let needed = r#", "before": {"files": {"paritygate.yaml": {"text": "environments: {staging: {sources: [{path: s.env}]}}"}}}"#;
    let shown = [("drift", ""), ("change", before), ("change", needed), ("change", "")].map(|(pairing, more)| {
        let answer = answer(&session, &call(pairing, more), &[], "check");
        let Some(report) = answer["report"].as_u64() else { return answer["needs"].to_string() };
        let report =
            self::answer(&session, &format!(r#"{{"wire": 1, "report": {{"report": {report}}}}}"#), &[], "report");
        let told = report["findings"].as_array().into_iter().chain(report["diagnostics"].as_array()).flatten();
        told.map(|one| one["message"].to_string()).collect::<Vec<_>>().join("\n")
    });
    expect![[r#"
        "`variables.A` differs: staging (observed) `2`, staging (declared) `1`"
        "`variables.A` differs: staging (now) `1`, staging (then) `0`"
        [{"at":{"column":43,"document":"paritygate.yaml","endColumn":48,"endLine":1,"line":1},"before":true,"path":"s.env","required":true}]
        "no environment is there in two views""#]].assert_eq(&shown.join("\n"));
}

#[test]
fn files_that_policies_name_are_asked_for() {
    let policy = "policy: p\nrules:\n  - { id: a, kind: schema, select: config.*, params: { schemaFile: ../app.json } }\n  - { id: b, kind: schema, select: config.*, params: { schemaFile: ../../up.json } }\n";
    let environment = "{ environment: production, config: { app.yml: { port: a } } }";
    let call = |schema: Option<&str>| {
        let mut files = serde_json::json!({ "production.environment.yaml": { "text": environment } });
        if let (Some(text), Some(files)) = (schema, files.as_object_mut()) {
            files.insert("app.json".to_owned(), serde_json::json!({ "text": text }));
        }
        let policies = serde_json::json!([{ "name": "rules/p.yaml", "text": policy }]);
        serde_json::json!({ "wire": 1, "check": { "now": "2026-01-01T00:00:00Z", "project": { "files": files, "policies": policies, "paths": ["production.environment.yaml"] } } }).to_string()
    };
    let session = session();
    let asked = answer(&session, &call(None), &[], "check");
    expect![[r#"[{"at":{"column":68,"document":"rules/p.yaml","endColumn":79,"endLine":3,"line":3},"path":"app.json","required":true}]"#]].assert_eq(&asked["needs"].to_string());
    let told =
        answer(&session, &call(Some("{ \"properties\": { \"port\": { \"type\": \"integer\" } } }")), &[], "check");
    expect![[r#""error" {"fail":1,"pass":0,"unknown":0,"waived":0,"warn":0} [{"code":"file-not-read","column":68,"document":"rules/p.yaml","endColumn":81,"endLine":4,"level":"error","line":4,"message":"`../up.json` was not read: it is outside the project; `--allow-outside` reads it","notes":[]}]"#]].assert_eq(&format!("{} {} {}", told["verdict"], told["counts"], told["diagnostics"]));
    // An engine has no project.
    let policies = serde_json::json!([{ "name": "rules/p.yaml", "text": policy }]);
    let compile = serde_json::json!({ "wire": 1, "compile": { "policies": policies } }).to_string();
    let compiled = answer(&session, &compile, &[], "compile");
    expect![[r#"[] [{"code":"file-not-found","column":68,"document":"rules/p.yaml","endColumn":79,"endLine":3,"help":"check the policy together with its project, or write here what the file holds","level":"error","line":3,"message":"`app.json` is not at hand","notes":[]},{"code":"file-not-found","column":68,"document":"rules/p.yaml","endColumn":81,"endLine":4,"help":"check the policy together with its project, or write here what the file holds","level":"error","line":4,"message":"`../up.json` is not at hand","notes":[]}]"#]].assert_eq(&format!("{} {}", compiled["rules"], compiled["diagnostics"]));
}

#[test]
fn waivers_of_policies_that_are_not_asked_are_no_mistake_of_a_promotion() {
    let policy = "{\"text\": \"policy: a\\nrules: [{ id: same, kind: same, select: variables.* }]\\ngates: [{ id: alike, kind: parity-gate }]\"}";
    let manifest = "environments: { staging: { sources: [{ from: environment, path: s.yaml }] }, \
         production: { sources: [{ from: environment, path: p.yaml }] } }\\n\
         policies: [recommended]\\n\
         waivers: [{ rule: key-present, path: variables.A, environments: [staging], reason: r, owner: o, expiresAt: 2026-02-01T00:00:00Z }]";
    let described = |name: &str| format!("{{\"text\": \"{{ environment: {name}, variables: {{ A: x }} }}\"}}");
    let (staging, production) = (described("staging"), described("production"));
    let call = format!(
        "{{\"wire\": 1, \"gate\": {{\"now\": \"2026-01-02T10:00:00Z\", \"promotion\": {{\"project\": {{\"files\": {{ \
         \"paritygate.yaml\": {{\"text\": \"{manifest}\"}}, \"s.yaml\": {staging}, \"p.yaml\": {production}}}, \"policies\": [{policy}]}}, \
         \"request\": {{\"text\": \"from: staging\\nto: production\"}}}}}}}}"
    );
    let answered = answer(&session(), &call, &[], "gate");
    assert_eq!(answered["verdict"], "pass", "{answered}");
}

#[test]
fn findings_beyond_the_limit_count_as_much_as_those_that_are_listed() {
    let policy = "policy: a\\nrules: [{ id: same, kind: same, select: variables.*, severity: { default: info, production: error } }]";
    let environment = |name: &str, from: usize, to: usize| {
        let variables: Vec<String> = (from..to).map(|key| format!("A{key:05}: '1'")).collect();
        format!("{{\"text\": \"{{ environment: {name}, variables: {{ {} }} }}\"}}", variables.join(", "))
    };
    let check = |development: usize, staging: usize| {
        let call = format!(
            "{{\"wire\": 1, \"check\": {{\"now\": \"2026-01-02T10:00:00Z\", \"project\": {{\"names\": \"each\", \"policies\": [{{\"text\": \"{policy}\"}}], \"files\": {{ \
             \"a.environment.yaml\": {}, \"b.environment.yaml\": {}, \"c.environment.yaml\": {}}}}}}}}}",
            environment("development", 0, development),
            environment("production-eu", development, development + staging),
            environment("production", 0, 0)
        );
        answer(&session(), &call, &[], "check")
    };
    // What is merely worth knowing takes no room from an error.
    let limit = paritygate::limits::MAX_FINDINGS_PER_RULE;
    let found = check(limit, 1);
    assert_eq!((&found["verdict"], &found["counts"]["fail"]), (&"fail".into(), &1.into()), "{found}");
    let found = check(limit + 5, 0);
    assert_eq!((&found["verdict"], &found["counts"]["fail"]), (&"pass".into(), &0.into()), "{found}");
}

#[test]
fn what_is_sealed_stays_so_when_a_document_is_imported_again() {
    let session = session();
    let import = |text: &str| {
        let call = "{\"wire\":1,\"import\":{\"files\":{\"e.environment.yaml\":{\"attachment\":0}},\"paths\":[\"e.environment.yaml\"]}}";
        let imported = answer(&session, call, &[text.as_bytes()], "import");
        assert_eq!(imported["ok"], true, "{imported}");
        let call =
            format!("{{\"wire\":1,\"document\":{{\"environment\":{}}}}}", imported["environments"][0]["environment"]);
        answer(&session, &call, &[], "document")["document"].to_string()
    };
    let first = import(
        "environment: staging\n\
         config: { app: { password: Aa39vQq7LmZt, url: 'https://app:Aa39vQq7LmZt@api.acme.io/v1', list: [a, { token: Aa39vQq7LmZt }] } }\n\
         workloads: { r: { command: [redis-server, --requirepass, Xk39vQq7LmZt] } }\n\
         externalServices: { m: { baseUrl: 'https://app:Aa39vQq7LmZt@api.acme.io/v1' } }\n\
         backingServices: { db: { kind: postgresql, parameters: { password: Xk39vQq7LmZt } } }\n\
         variables: { DB_URL: 'postgres://app:Aa39vQq7LmZt@db.acme.io/shop' }\n",
    );
    assert!(first.contains("api.acme.io") && !first.contains("vQq7LmZt"), "{first}");
    assert_eq!(first, import(&first));
}
