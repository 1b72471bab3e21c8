//! Whatever a text holds: readers answer, and every place that they name is inside of it.

use std::sync::Arc;

use paritygate_import::document;
use paritygate_import::dotenv::{self, Dialect, Lookup};
use paritygate_model::{Diagnostic, Node, Source, Span};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const YAML: &[&str] = &[
    "a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n  d: |\n    text\n  e: >-\n    more\n    text\n",
    "x: &x {a: 1, b: &y [2]}\nz:\n  <<: [*x, {c: *y}]\n  ? k\n  : v\n*y : q\n",
    "%YAML 1.2\n---\n!t a: !!str 1\n...\n---\n- - é\n- \u{feff}ü: ~\r\n# end\n",
    "services:\n  api:\n    image: \"a:${TAG:-1}\"\n    ports: ['80:80']\n    env: {A: 1, A: 2}\n",
];
const DOTENV: &[&str] = &[
    "A=1\nexport B='two' # c\nC=\"x\\n$A ${B:-y}\"\n\nD: é\nE\n",
    "\u{feff}K=\"-----BEGIN KEY-----\nab==\n-----END KEY-----\"\r\nL=`q`\nM=a \\\n b\nA=\nA=$$x\n",
];
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    " ",
    "  ",
    "\t",
    ":",
    ": ",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    "<<: ",
    "!",
    "!!int ",
    "'",
    "\"",
    "`",
    "\\",
    "|",
    ">",
    "#",
    " #",
    "%",
    "---\n",
    "...\n",
    "=",
    "$",
    "${",
    ":-",
    "export ",
    "-----BEGIN ",
    "-----END ",
    "\u{feff}",
    "é",
    "\0",
    "\u{85}",
    "\u{2028}",
    "a",
    "0",
];

/// A text out of another: pieces are put in, and characters taken out.
fn mutated(seeds: &'static [&'static str]) -> impl Strategy<Value = String> {
    let change = (any::<Index>(), 0_usize..6, prop::option::of(select(PIECES)));
    (select(seeds), prop::collection::vec(change, 0..12)).prop_map(|(seed, changes)| {
        let mut chars: Vec<char> = seed.chars().collect();
        for (at, removed, piece) in changes {
            let start = at.index(chars.len() + 1);
            let end = (start + removed).min(chars.len());
            chars.splice(start..end, piece.unwrap_or_default().chars());
        }
        chars.into_iter().collect()
    })
}

fn inside(source: &Source, span: Span, what: &str) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(source.text().get(start..end).is_some(), "{what} {span:?} of {:?}", source.text());
}

fn all_inside(source: &Arc<Source>, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        for at in diagnostic.location.iter().chain(diagnostic.related.iter().map(|(at, _)| at)) {
            inside(source, at.span, diagnostic.code);
            source.excerpt(at.span);
        }
    }
}

fn walk(source: &Source, node: Node<'_>) {
    inside(source, node.span(), node.kind_word());
    let _ = document::yaml11::go_string(node);
    if let Some(text) = node.scalar_text() {
        let _ = document::yaml11::reading(text);
    }
    for (_, span, value) in node.entries() {
        inside(source, span, "a key");
        walk(source, value);
    }
    node.items().for_each(|item| walk(source, item));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn yaml_is_read(text in mutated(YAML)) {
        let source = Source::new("t.yaml", text);
        let (document, diagnostics) = document::read(&source);
        document.roots().for_each(|root| walk(&source, root));
        all_inside(&source, &diagnostics);
    }

    #[test]
    fn dotenv_is_read(text in mutated(DOTENV)) {
        let source = Source::new(".env", text);
        for dialect in [Dialect::Compose, Dialect::Dotenv] {
            let (lines, diagnostics) = dotenv::lex(&source, dialect);
            for line in &lines {
                inside(&source, line.key_span, "a key");
                inside(&source, line.value_span, "a value");
                assert_eq!(source.slice(line.key_span), line.key);
                let _ = line.resolve(&|name| if name == "A" { Lookup::of("a") } else { Lookup::Unset });
            }
            all_inside(&source, &diagnostics);
        }
    }

    #[test]
    fn scalars_are_read(text in "[-+0-9_:.eExobnafy]{0,8}") {
        let _ = document::yaml11::reading(&text);
    }
}
