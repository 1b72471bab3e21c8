//! YAML to trees, as data.

use expect_test::{Expect, expect};
use paritygate_model::{Node, Source, Value};

use crate::document::yaml::read;

/// The documents of a text, one on each line, then what was wrong with it.
fn shown(text: &str) -> String {
    let source = Source::new("t.yaml", text);
    let (document, diagnostics) = read(&source);
    let mut shown: String = document.roots().map(|root| show(root) + "\n").collect();
    for diagnostic in diagnostics {
        let at = diagnostic.location.clone().expect("a place");
        let (position, excerpt) = (at.position(), source.excerpt(at.span));
        let part = excerpt.text.get(excerpt.highlight.clone()).expect("inside the excerpt");
        let word = diagnostic.level.word();
        shown += &format!("{word}[{}] {}:{} {}\n", diagnostic.code, position.line, position.column, diagnostic.message);
        shown += &format!("  | {} -> {part:?}\n", excerpt.text);
    }
    shown
}

fn show(node: Node<'_>) -> String {
    let value = match node.value() {
        Value::Number(text) => text.to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".to_owned(),
        Value::String(text) if node.is_quoted() => format!("{text:?}"),
        Value::String(text) => format!("'{text}'"),
        Value::Unresolved(reason) => format!("<{reason}>"),
        Value::Sequence => format!("[{}]", node.items().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map => {
            let entries: Vec<_> = node.entries().map(|(key, _, value)| format!("{key}: {}", show(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => format!("{other:?}"),
    };
    node.tag().map_or(value.clone(), |tag| format!("{tag} {value}"))
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&shown(text));
}

#[test]
fn only_plain_scalars_are_typed() {
    check(
        "a: 1.10\nb: '1.10'\nc: yes\nd: ~\ne:\nf: !!str 010\ng: \"x\\ty\"\nh: True\ni: !!int '12'\nj: 0x1F\n",
        expect![[r#"
            {a: 1.10, b: "1.10", c: 'yes', d: null, e: null, f: "010", g: "x\ty", h: true, i: 12, j: 0x1F}
        "#]],
    );
}

#[test]
fn blocks_fold_and_keep() {
    check(
        "a: |\n  one\n  two\nb: >-\n  one\n  two\nc: |+\n  x\n\nd: one\n  two\r\ne: |\n  last",
        expect![[r#"
        {a: "one\ntwo\n", b: "one two", c: "x\n\n", d: 'one two', e: "last"}
    "#]],
    );
}

#[test]
fn every_document_of_a_stream_has_a_root() {
    check(
        "\u{feff}# nothing\n---\na: 1\n---\n---\n# empty\n...\n---\n- 2\n",
        expect![[r#"
            {a: 1}
            [2]
        "#]],
    );
    check("", expect![[""]]);
    check("# only\n", expect![[""]]);
}

#[test]
fn one_broken_document_does_not_lose_the_others() {
    check(
        "a: 1\n---\nb: [1, 2\npassword: hunter2: x\n---\nc: 3\n---\nd: \"open\n",
        expect![[r#"
        {a: 1}
        {c: 3}
        error[yaml-syntax] 4:9 this is not valid YAML: illegal placement of ':' indicator
          | password:******** -> ":"
        error[yaml-syntax] 8:4 this is not valid YAML: a quote is not closed
          | d:******** -> "********"
    "#]],
    );
    check(
        "a: 1\n  b: hunter2\n",
        expect![[r#"
        error[yaml-syntax] 2:4 this is not valid YAML: there is a second `: ` where a value stands, or the indentation is off
          |   b:******** -> ":"
    "#]],
    );
    check(
        "a: 1\n\tb: hunter2\n",
        expect![[r#"
            error[yaml-syntax] 2:1 this is not valid YAML: a tab stands where only spaces can
              | 	b:******** -> "\t"
        "#]],
    );
    check(
        "a: \"\\q\"\n",
        expect![[r#"
        error[yaml-syntax] 1:4 this is not valid YAML: this escape is not known in double quotes
          | a:******** -> "********"
    "#]],
    );
    check(
        "a: @x\n",
        expect![[r#"
        error[yaml-syntax] 1:4 this is not valid YAML: a value can't begin with this character
          | a:******** -> "********"
    "#]],
    );
    check(
        "a: b: c\n",
        expect![[r#"
        error[yaml-syntax] 1:5 this is not valid YAML: there is a second `: ` where a value stands, or the indentation is off
          | a:******** -> "********"
    "#]],
    );
    check(
        "a: 1\nnothing\n",
        expect![[r#"
        error[yaml-syntax] 2:1 this is not valid YAML: expected `key: value`
          | nothing -> "n"
    "#]],
    );
}

#[test]
fn aliases_copy_and_merge_keys_give_way() {
    check(
        "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  c: 5\nw:\n  b: 0\n  <<: *x\nl: [*x]\n&k k: *k\n*k : 1\n",
        expect![[r#"
            {k: 1, l: [{a: 1, b: 2}], w: {a: 1, b: 0}, x: {a: 1, b: 2}, y: {b: 3, c: 4}, z: {a: 1, b: 2, c: 5}}
            warning[duplicate-key] 11:1 duplicate key `*k`: the last one wins
              | *k : 1 -> "*k"
        "#]],
    );
    check(
        "a: &a [*a]\n",
        expect![[r#"
        {a: [<it refers to itself>]}
        error[alias-cycle] 1:8 the alias `*a` stands inside of the value that it refers to
          | a: &a [*a] -> "*a"
    "#]],
    );
    check(
        "a: *missing\nb: 1\n",
        expect![[r#"
            {a: <it refers to an anchor that does not exist>, b: 1}
            error[unknown-alias] 1:4 there is no anchor of that name before this alias
              | a: *missing -> "*missing"
        "#]],
    );
    check(
        "<<: 1\n'<<': {a: 1}\nb: {<<: [{x: 1}, 2]}\n",
        expect![[r#"
        {<<: {a: 1}, b: {x: 1}}
        warning[merge-key] 1:5 `<<` merges maps, and this is a number
          | <<: 1 -> "1"
        warning[merge-key] 3:18 `<<` merges maps, and this is a number
          | b: {<<: [{x: 1}, 2]} -> "2"
    "#]],
    );
}

#[test]
fn tags_are_kept() {
    check(
        "a: !reset null\nb: !override [1]\nc: !Sub\n  d: !Ref x\n&x e: &y !!set {f}\ng: !<tag:x> 1\n",
        expect![[r#"
        {a: !reset null, b: !override [1], c: !Sub {d: !Ref 'x'}, e: !!set {f: null}, g: !<tag:x> 1}
    "#]],
    );
}

#[test]
fn keys_are_texts() {
    check(
        "1: a\ntrue: b\n~: c\n? d\n: e\n? [f]\n: g\n{h: 1}: i\n'': j\n0x1: k\n",
        expect![[r#"
        {: 'j', 0x1: 'k', 1: 'a', d: 'e', true: 'b', ~: 'c'}
        error[complex-key] 6:3 a key must be a text, not a map or a list
          | ? [f] -> "[f]"
        error[complex-key] 8:1 a key must be a text, not a map or a list
          | {h: 1}: i -> "{h: 1}"
    "#]],
    );
    check(
        &format!("? {}\n: 1\n", "k".repeat(5_000)),
        expect![[r#"
        {}
        error[key-too-long] 1:3 the key is longer than 4096 bytes, which is the limit
          | ? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk… -> "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
    "#]],
    );
}

#[test]
fn the_last_duplicate_wins_and_the_first_is_masked() {
    check(
        "A: hunter2\nB: {A: 1, A: 2}\nA: 3\n",
        expect![[r#"
        {A: 3, B: {A: 2}}
        warning[duplicate-key] 2:11 duplicate key `A`: the last one wins
          | B: {A: ********, A: 2} -> "A"
        warning[duplicate-key] 3:1 duplicate key `A`: the last one wins
          | A: 3 -> "A"
    "#]],
    );
}

#[test]
fn templates_are_told_apart() {
    check(
        "a: {{ .Values.a }}\nb: {{ x }}\n",
        expect![[r#"
        {a: {}, b: {}}
        error[template] 1:5 this looks like a template, which can't be read as it stands
          | a: {{ .Values.a }} -> "{ .Values.a }"
    "#]],
    );
    check(
        "{% if x %}\na: 1\n{% endif %}\n",
        expect![[r#"
            error[template] 1:2 this looks like a template, which can't be read as it stands
              | ******** -> "********"
        "#]],
    );
    check(
        "a: '{{ fine }}'\n",
        expect![[r#"
        {a: "{{ fine }}"}
    "#]],
    );
}

#[test]
fn spans_cover_what_was_written() {
    let text = "a: 'q'\nb:\n  - x y\n  - \"z\"\nc: |\n  block\nd:\ne: {f: 1}\n";
    let source = Source::new("t.yaml", text);
    let (document, _) = read(&source);
    let root = document.root().expect("a root");
    let of = |key: &str| source.slice(root.get(key).expect("a key").span());
    let spans: Vec<&str> = ["a", "b", "c", "d", "e"].into_iter().map(of).collect();
    expect![[r#"["'q'", "- x y\n  - \"z\"", "block\n", "", "{f: 1}"] "a: 'q'\nb:\n  - x y\n  - \"z\"\nc: |\n  block\nd:\ne: {f: 1}""#]].assert_eq(&format!("{spans:?} {:?}", source.slice(root.span())));
    assert_eq!(root.get("d").map(|node| source.position(node.span().start).line), Some(7));
}

#[test]
fn limits_answer_with_one_diagnostic() {
    let laughs: String = (1..10).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text + &format!("a{level}: &a{level} [{items}]\n")
    });
    let chain: String = (1..300).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
        text + &format!("a{level}: &a{level} [[[[[[*a{}]]]]]]\n", level - 1)
    });
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 10_000].join(","));
    let keys = format!("a: &a {{? {} : 1}}\nb:\n  <<: [{}]\n", "x".repeat(4_000), vec!["*a"; 20_000].join(","));
    let blocks: String = (0..6_000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    for (text, code) in [
        ("[".repeat(200_000), "too-deep"),
        ("{a: ".repeat(200_000), "too-deep"),
        ("? ".repeat(50_000), "too-deep"),
        ("- ".repeat(50_000), "too-deep"),
        (blocks, "too-deep"),
        (chain, "too-deep"),
        (laughs, "alias-limit"),
        (long, "alias-limit"),
        (keys, "alias-limit"),
    ] {
        let (document, diagnostics) = read(&Source::new("t.yaml", text));
        let codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, [code]);
        assert!(document.roots.is_empty());
        assert!(document.tree.len() < 500_000);
    }
}
