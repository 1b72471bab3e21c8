//! `.env` texts to lines, as data.

use expect_test::{Expect, expect};
use paritygate_model::Source;

use crate::dotenv::{Dialect, Quote, lex};

fn shown(text: &str, dialect: Dialect) -> String {
    let source = Source::new(".env", text);
    let (lines, diagnostics) = lex(&source, dialect);
    let mut shown = String::new();
    for line in lines {
        let quote = match line.quote {
            Quote::None => "",
            Quote::Single => "'",
            Quote::Double => "\"",
            Quote::Backtick => "`",
        };
        let export = if line.exported { "export " } else { "" };
        let kind = if line.is_template { "template " } else { "" };
        assert_eq!(source.slice(line.key_span), line.key);
        shown += &match (line.has_value, line.unreadable) {
            (false, _) => format!("{export}{}\n", line.key),
            (true, Some(reason)) => format!("{export}{} <{reason}> {:?}\n", line.key, source.slice(line.value_span)),
            (true, None) => {
                let written = source.slice(line.value_span);
                let written = if written == line.text { String::new() } else { format!(" from {written:?}") };
                format!("{export}{} = {quote}{kind}{:?}{written}\n", line.key, line.text)
            }
        };
    }
    for diagnostic in diagnostics {
        let at = diagnostic.location.clone().expect("a place");
        let position = at.position();
        let excerpt = source.excerpt(at.span);
        let word = diagnostic.level.word();
        shown += &format!("{word}[{}] {}:{} {}\n", diagnostic.code, position.line, position.column, diagnostic.message);
        shown += &format!("  | {}\n", excerpt.text);
    }
    shown
}

fn check(text: &str, expected: Expect) {
    let (dotenv, compose) = (shown(text, Dialect::Dotenv), shown(text, Dialect::Compose));
    let both = if dotenv == compose { dotenv } else { format!("{dotenv}--- compose\n{compose}") };
    expected.assert_eq(&both);
}

#[test]
fn assignments() {
    check(
        "\u{feff}A=1\r\n  B = two words \nexport C=3\n\n# no\n; no\nD=\nE: 5\nF.g-h=6\nexport\nexport I\nJ= # none\nexport=x\nK=\"\"\nL=l",
        expect![[r#"
            A = "1"
            B = "two words"
            export C = "3"
            D = ""
            E = "5"
            F.g-h = "6"
            export
            export I
            J = ""
            export = "x"
            K = """ from "\"\""
            L = "l"
            warning[duplicate-key] 13:1 duplicate key `export`: the last one wins
              | export=x
        "#]],
    );
    check(
        "A:1\nB:\n",
        expect![[r#"
        B = ""
        error[dotenv-syntax] 1:1 this line sets no variable
          | A:********
        --- compose
        A = "1"
        B = ""
    "#]],
    );
}

#[test]
fn quotes_and_escapes() {
    check(
        r#"A='a $X \n \'b'"#,
        expect![[r#"
        A = '"a $X \\n \\'b" from "'a $X \\n \\'b'"
        --- compose
        A = '"a $X \\n 'b" from "'a $X \\n \\'b'"
    "#]],
    );
    check(
        r#"A="a\nb\tc\\d \"e\" \q""#,
        expect![[r#"
        A = ""a\nb\\tc\\\\d \\\"e\\\" \\q" from "\"a\\nb\\tc\\\\d \\\"e\\\" \\q\""
        --- compose
        A = ""a\nb\tc\\d \"e\" \\q" from "\"a\\nb\\tc\\\\d \\\"e\\\" \\q\""
    "#]],
    );
    check(
        "A=`it's \"x\"` # note\nB='x'#note\nC=\"x # y\"\n",
        expect![[r#"
        A = `"it's \"x\"" from "`it's \"x\"`"
        B = '"x" from "'x'"
        C = ""x # y" from "\"x # y\""
        --- compose
        A = "`it's \"x\"`"
        B = '"x" from "'x'"
        C = ""x # y" from "\"x # y\""
    "#]],
    );
    check(
        "A=\"one\r\ntwo\"\r\nB='one\n\ntwo'\nC=3\n",
        expect![[r#"
        A = ""one\ntwo" from "\"one\r\ntwo\""
        B = '"one\n\ntwo" from "'one\n\ntwo'"
        C = "3"
    "#]],
    );
    check(
        "A={\"a\": [1, '2']}\nB=\"x\" y\nC=it's\nD=3\n",
        expect![[r#"
        A = "{\"a\": [1, '2']}"
        B = "\"x\" y"
        C = "it's"
        D = "3"
        --- compose
        A = "{\"a\": [1, '2']}"
        B = ""x" from "\"x\""
        C = "it's"
        D = "3"
        error[dotenv-syntax] 2:6 text stands behind the closing quote
          | B=********
    "#]],
    );
    check(
        r"A='C:\dir\'",
        expect![[r#"
        A = '"C:\\dir\\" from "'C:\\dir\\'"
    "#]],
    );
}

#[test]
fn dollars() {
    check(
        "A=$B\nC=pa$$word\nD=\\$x\nE=\"\\$x ${B:-\\$}\"\nF=a$\nG=$1\nH=${B\nI=${B:-x$$y}\n",
        expect![[r#"
            A = template "$B"
            C = template "pa$$$$word" from "pa$$word"
            D = template "$$x" from "\\$x"
            E = "template "$$x ${B:-$$}" from "\"\\$x ${B:-\\$}\""
            F = template "a$$" from "a$"
            G = template "$$1" from "$1"
            H = template "$${B" from "${B"
            I = template "${B:-x$$$$y}" from "${B:-x$$y}"
            --- compose
            A = template "$B"
            C = template "pa$$word"
            D = template "\\$x"
            E = "template "$$x ${B:-$$}" from "\"\\$x ${B:-\\$}\""
            F = template "a$"
            G = template "$1"
            H = template "${B"
            I = template "${B:-x$$y}"
        "#]],
    );
}

#[test]
fn comments() {
    check(
        "A=a#b\nB=a #b\nC=#fff\nD=http://h/#/p # note\n",
        expect![[r##"
            A <readers disagree on where it ends> "a"
            B = "a"
            C <readers disagree on where it ends> ""
            D <readers disagree on where it ends> "http://h/"
            warning[dotenv-comment] 1:4 a comment begins here, in the middle of the value
              | A=a********
            warning[dotenv-comment] 3:3 a comment begins here, in the middle of the value
              | C=********
            warning[dotenv-comment] 4:12 a comment begins here, in the middle of the value
              | D=http://h/********
            --- compose
            A = "a#b"
            B = "a"
            C = "#fff"
            D = "http://h/#/p"
        "##]],
    );
}

#[test]
fn lines_go_on() {
    check(
        "A: \"a,\\\n   b\"\nB=a \\\n  b \\\nc\nC=C:\\dir\\\nD=4\nE=x\\\n\nF=\"a\\\n b\"\n",
        expect![[r#"
            A = ""a,b" from "\"a,\\\n   b\""
            B = "a b c" from "a \\\n  b \\\nc"
            C = "C:\\dir\\"
            D = "4"
            E = "x\\"
            F = ""a b" from "\"a\\\n b\""
        "#]],
    );
}

#[test]
fn broken_lines_cost_only_themselves() {
    check(
        "A=1\nnot an assignment hunter2\nB=2\n=3\n$C=4\nD=5\n",
        expect![[r#"
        A = "1"
        B = "2"
        D = "5"
        error[dotenv-syntax] 2:1 this line sets no variable
          | not********
        error[dotenv-syntax] 4:1 this line sets no variable
          | =********
        error[dotenv-syntax] 5:1 this line sets no variable
          | ********
    "#]],
    );
    check(
        "A=\"open hunter2\nB=2\n",
        expect![[r#"
        A <its quotes are not closed> "\"open hunter2"
        B = "2"
        error[dotenv-syntax] 1:3 a quote is opened here and not closed
          | A=********
    "#]],
    );
    check(
        "A='it\nB=it's\nC=3\n",
        expect![[r#"
        A = "'it"
        B = "it's"
        C = "3"
        --- compose
        A <its quotes are not closed> "'it"
        B = "it's"
        C = "3"
        error[dotenv-syntax] 1:3 a quote is opened here and not closed
          | A=********
    "#]],
    );
    check(
        "{% if x %}\nA={{ a }}\n",
        expect![[r#"
        A = "{{ a }}"
        error[dotenv-syntax] 1:1 this looks like a line of a template, which sets no variable
          | ********
    "#]],
    );
}

#[test]
fn keys_without_quotes_do_not_leak() {
    let body = "MIIEowIBAAKCAQEAcanary\nabcDEF0123456789\nabcDEF0123456789canary==\n";
    for open in ["", "\"", "'"] {
        let text = format!("A={open}-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\nB=2\n");
        for dialect in [Dialect::Dotenv, Dialect::Compose] {
            let source = Source::new(".env", text.as_str());
            let (lines, diagnostics) = lex(&source, dialect);
            let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
            assert_eq!(keys, ["A", "B"]);
            assert_eq!(diagnostics.len(), 1);
            let shown = source.excerpt(diagnostics[0].location.as_ref().expect("a place").span).text;
            assert!(!shown.contains("BEGIN"), "{shown}");
        }
    }
    check(
        body,
        expect![[r#"
        error[dotenv-syntax] 1:1 this line sets no variable
          | ********
        error[dotenv-syntax] 2:1 this line sets no variable
          | ********
        error[dotenv-syntax] 3:1 this line sets no variable
          | ********
    "#]],
    );
}

#[test]
fn the_last_duplicate_wins() {
    check(
        "A=hunter2\nB=1\nA=2\nA=3\n",
        expect![[r#"
        A = "hunter2"
        B = "1"
        A = "2"
        A = "3"
        warning[duplicate-key] 3:1 duplicate key `A`: the last one wins
          | A=********
        warning[duplicate-key] 4:1 duplicate key `A`: the last one wins
          | A=3
    "#]],
    );
}
