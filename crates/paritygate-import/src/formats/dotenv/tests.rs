//! `.env` files to variables, as data.

use expect_test::{Expect, expect};
use paritygate_model::secret::ValueType;
use paritygate_model::{Draft, DraftValue, FingerprintKey, SecretTable, Source, limits};

use super::{FORMAT, detect};
use crate::{Context, Description, Files, Imported, Request, Supplied};

fn import(files: &[(&str, &str)], component: Option<&str>) -> Imported {
    let supplied = files.iter().map(|(path, text)| (*path, Supplied::Text(Source::new(*path, *text))));
    run(supplied.map(|(path, supplied)| (path.to_owned(), supplied)).collect(), component)
}

fn run(files: Files, component: Option<&str>) -> Imported {
    let request = Request {
        paths: files.keys().cloned().collect(),
        component: component.map(str::to_owned),
        ..Request::default()
    };
    import_request(&request, &files)
}

fn import_request(request: &Request, files: &Files) -> Imported {
    let (key, secrets) = (FingerprintKey::from_bytes(*b"test"), SecretTable::builtin());
    (FORMAT.import)(request, &Context { files, secrets, key: &key })
}

fn show(imported: &Imported) -> String {
    let mut shown = String::new();
    for description in &imported.descriptions {
        let Description::Draft(draft) = description else { panic!("expected a draft") };
        draft.finish();
        show_draft(draft, "", &mut shown);
    }
    for (section, coverage) in &imported.coverage {
        shown += &format!("{section}: {}\n", coverage.word());
    }
    for need in &imported.needs {
        shown += &format!("needs {}\n", need.path);
    }
    for diagnostic in &imported.diagnostics {
        let at = diagnostic.location.as_ref().map_or(String::new(), |at| format!(" {}", at.position().line));
        shown += &format!("{}[{}]{at} {}\n", diagnostic.level.word(), diagnostic.code, diagnostic.message);
    }
    shown
}

fn show_draft(draft: &Draft, path: &str, shown: &mut String) {
    match &draft.value {
        DraftValue::Map(map) => {
            for (key, value) in map {
                show_draft(value, &format!("{path}.{key}"), shown);
            }
        }
        DraftValue::Variable(variable) => {
            let at = variable.value.at.as_ref().expect("a place");
            let value = match &variable.value.value {
                DraftValue::String(text) => format!("{text:?}"),
                DraftValue::Unresolved(reason) => format!("<{reason}>"),
                DraftValue::Secret(secret) => format!("({})", secret.reason.words()),
                other => format!("{other:?}"),
            };
            let secret = if variable.secret { " secret" } else { "" };
            let value_type = match &variable.value.value {
                DraftValue::String(text) => ValueType::of(text),
                DraftValue::Secret(secret) => secret.value_type,
                _ => ValueType::String,
            };
            let excerpt = at.source.excerpt(at.span).text;
            *shown += &format!("{path} = {value} {}{secret} | {}: {excerpt}\n", value_type.word(), at.source.name());
        }
        other => *shown += &format!("{path} = {other:?}\n"),
    }
}

fn check(files: &[(&str, &str)], expected: Expect) {
    expected.assert_eq(&show(&import(files, None)));
}

#[test]
fn names_are_recognised() {
    for path in [
        ".env",
        "a/.env",
        ".env.production",
        ".env.example",
        "api.env",
        "env.example",
        "b/.env-example",
        "prod/dev.env",
    ] {
        assert!(detect(path), "{path}");
    }
    for path in ["env", "environment.yaml", ".envrc", "env.rs", "a.env.js", ".environment", "venv/x", ".env/x.txt"] {
        assert!(!detect(path), "{path}");
    }
}

#[test]
fn layers_win_and_see_what_is_before() {
    check(
        &[
            (".env", "HOST=db\nURL=http://$HOST/a\nLATER=$PORT\nPORT=1\n"),
            (".env.prod", "HOST=prod\nAPI=${HOST}:${PORT}\nX=${NO:-y}\n"),
        ],
        expect![[r#"
            .variables.API = "prod:1" string | .env.prod: API=${HOST}:${PORT}
            .variables.HOST = "prod" string | .env.prod: HOST=prod
            .variables.LATER = <refers to `PORT`, which is set only later> string | .env: LATER=$PORT
            .variables.PORT = "1" integer | .env: PORT=1
            .variables.URL = "http://db/a" url | .env: URL=http://$HOST/a
            .variables.X = "y" string | .env.prod: X=${NO:-y}
            variables: complete
        "#]],
    );
}

#[test]
fn what_a_secret_is_put_into_is_secret() {
    check(
        &[(
            ".env",
            "DB_PASSWORD=hunter2\nPLAIN=x-$DB_PASSWORD\nAGAIN=\"$PLAIN\"\nSECRET_KEY=\nAPI_TOKEN=$UNKNOWN\nNEXT=$API_TOKEN\nAUTH_TOKEN\n",
        )],
        expect![[r#"
            .variables.AGAIN = (secret by name) string secret | .env: AGAIN=********
            .variables.API_TOKEN = <refers to `UNKNOWN`, which is not set in these files> string secret | .env: API_TOKEN=********
            .variables.AUTH_TOKEN = <`AUTH_TOKEN` is taken from the process environment> string secret | .env: AUTH_TOKEN
            .variables.DB_PASSWORD = (secret by name) string secret | .env: DB_PASSWORD=********
            .variables.NEXT = <refers to `API_TOKEN`, which is not known: refers to `UNKNOWN`, which is not set in these files> string | .env: NEXT=$API_TOKEN
            .variables.PLAIN = (secret by name) string secret | .env: PLAIN=********
            .variables.SECRET_KEY = "" string secret | .env: SECRET_KEY=
            variables: complete
        "#]],
    );
}

#[test]
fn components_have_a_place_of_their_own() {
    expect![[r#"
        .workloads.api.variables.A = "1" integer | api/.env: A=1
        .workloads.api.variables.B = "true" boolean | api/.env: B=true
        .workloads.api.variables.C = "" string | api/.env: C=
        workloads: notCollected
        workloads.api.variables: complete
    "#]]
    .assert_eq(&show(&import(&[("api/.env", "A=1\nB=true\nC=\n")], Some("api"))));
    expect![[r#"
        variables: complete
    "#]]
    .assert_eq(&show(&import(&[("empty.env", "# nothing\n")], None)));
}

#[test]
fn missing_files_are_needs_or_errors() {
    let request =
        Request { paths: vec!["a.env".to_owned(), "b.env".to_owned(), "c.env".to_owned()], ..Request::default() };
    let files = Files::from([
        ("b.env".to_owned(), Supplied::Absent),
        ("c.env".to_owned(), Supplied::Refused("it lies outside the project".to_owned())),
    ]);
    expect![[r#"
        needs a.env
        error[file-not-found] `b.env` does not exist
        error[file-not-read] `c.env` was not read: it lies outside the project
    "#]]
    .assert_eq(&show(&import_request(&request, &files)));
}

#[test]
fn chains_of_references_are_bounded() {
    let doubling: String =
        (1..2_000).fold("A0=xxxxxxxxxx\n".to_owned(), |text, at| text + &format!("A{at}=$A{}$A{}\n", at - 1, at - 1));
    let copies =
        format!("A={}\n{}", "x".repeat(1_000_000), (0..20_000).map(|at| format!("B{at}=$A\n")).collect::<String>());
    let broken: String = (1..20_000).fold("A0=$NO\n".to_owned(), |text, at| text + &format!("A{at}=$A{}\n", at - 1));
    for text in [doubling, copies, broken] {
        let imported = import(&[(".env", &text)], None);
        let Some(Description::Draft(draft)) = imported.descriptions.first() else { panic!("expected a draft") };
        let mut shown = String::new();
        show_lengths(draft, &mut shown);
        // What references add, and beside it the text itself and the value that met the limit.
        assert!(shown.len() < limits::MAX_DOCUMENT_BYTES + text.len() + limits::MAX_INTERPOLATED_BYTES + 1_000_000);
    }
}

/// How much text all values have together, as text of that length.
fn show_lengths(draft: &Draft, out: &mut String) {
    match &draft.value {
        DraftValue::Map(map) => map.values().for_each(|value| show_lengths(value, out)),
        DraftValue::Variable(variable) => show_lengths(&variable.value, out),
        DraftValue::String(text) | DraftValue::Unresolved(text) => out.push_str(text),
        _ => {}
    }
}
