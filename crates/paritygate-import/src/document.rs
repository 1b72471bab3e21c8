//! Texts to documents: YAML and JSON become one spanned tree.

mod json;
mod yaml;
pub mod yaml11;

use std::sync::Arc;

use paritygate_model::{Diagnostic, Document, Level, Location, Source, Span, TreeBuilder, limits};

/// Reads a YAML or JSON text. A text whose name ends in `.json`, or that begins with `{` or `[` under a name that does not
/// say YAML, is JSON; everything else is YAML.
pub fn read(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    if let Some(diagnostic) = too_large(source) {
        let tree = TreeBuilder::empty(0).finish();
        return (Document { source: Arc::clone(source), tree, roots: Vec::new() }, vec![diagnostic]);
    }
    if is_json(source) { json::read(source) } else { yaml::read(source) }
}

/// Reads a text in which JSON values may stand one behind the other, as `gh api --paginate` and `jq` print them: each is a
/// root. YAML is read as ever.
pub fn read_stream(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    if too_large(source).is_some() || !is_json(source) { read(source) } else { json::read_stream(source) }
}

fn is_json(source: &Source) -> bool {
    let name = source.name().to_ascii_lowercase();
    if name.ends_with(".json") {
        return true;
    }
    let says_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    !says_yaml && source.text().trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
}

/// Bytes to a text. Bytes that are no UTF-8 are replaced, and a diagnostic says where the first of them stands.
pub fn decode(name: &str, bytes: &[u8]) -> (Arc<Source>, Vec<Diagnostic>) {
    if bytes.len() > limits::MAX_DOCUMENT_BYTES {
        // The text is not kept: a huge file costs nothing beyond its reading.
        return (
            Source::new(name, ""),
            vec![Diagnostic::nowhere("document-too-large", large(name, bytes.len())).help(LARGE_HELP)],
        );
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let message = format!("`{name}` is UTF-16 and can't be read");
        return (Source::new(name, ""), vec![Diagnostic::nowhere("encoding", message).help("save it as UTF-8")]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (Source::new(name, text), Vec::new()),
        Err(error) => {
            let source = Source::new(name, String::from_utf8_lossy(bytes));
            let at = error.valid_up_to() as u32;
            let diagnostic =
                Diagnostic::error("encoding", Location::new(&source, char_at(&source, at)), "this is not valid UTF-8")
                    .help("save the file as UTF-8");
            (source, vec![diagnostic])
        }
    }
}

/// The diagnostic for a file beyond the limit: a host that knows its size needs not read it.
pub fn too_large_file(name: &str, bytes: u64) -> Diagnostic {
    Diagnostic::nowhere("document-too-large", large(name, usize::try_from(bytes).unwrap_or(usize::MAX)))
        .help(LARGE_HELP)
}

const LARGE_HELP: &str = "hand in the part that describes the environment, not generated data";

fn large(name: &str, bytes: usize) -> String {
    let (size, limit) = (bytes / 1_000_000, limits::MAX_DOCUMENT_BYTES / 1_000_000);
    format!("`{name}` has {size} MB, more than the limit of {limit} MB for one text")
}

/// The diagnostic for a text beyond the limit; `None` for all others.
pub(crate) fn too_large(source: &Arc<Source>) -> Option<Diagnostic> {
    let bytes = source.text().len();
    (bytes > limits::MAX_DOCUMENT_BYTES)
        .then(|| Diagnostic::nowhere("document-too-large", large(source.name(), bytes)).help(LARGE_HELP))
}

fn too_deep(source: &Arc<Source>, span: Span) -> Diagnostic {
    let message = format!("maps and lists nest more than {} deep here, which is the limit", limits::MAX_DEPTH);
    Diagnostic::error("too-deep", Location::new(source, span), message).help("flatten the text")
}

fn too_many_nodes(source: &Arc<Source>, span: Span) -> Diagnostic {
    let message = format!("the text holds more than {} values, which is the limit", limits::MAX_NODES);
    Diagnostic::error("too-many-values", Location::new(source, span), message).help("split the text")
}

/// The span of the character at an offset; empty at the end of the text.
pub(crate) fn char_at(source: &Source, at: u32) -> Span {
    let mut start = (at as usize).min(source.text().len());
    while !source.text().is_char_boundary(start) {
        start -= 1;
    }
    let len = source.text().get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span::of(start..start + len)
}

/// Masks what a line that could not be read may hold: nobody knows whether it is secret. What stays is the key before the
/// first `=` or `:`, or the first word if that can be a name.
pub(crate) fn mask_line(source: &Source, at: u32) {
    let text = source.text();
    let at = char_at(source, at).start as usize;
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |found| at + found);
    source.mask(Span::of(start + shown(text.get(start..end).unwrap_or_default())..end));
}

/// How much of a broken line can be shown. A key with its sign, a first word; nothing of a line out of a private key.
fn shown(line: &str) -> usize {
    let indented = line.trim_start();
    let body = indented.trim_start_matches(['-', '"', '\'', '{', '[', '?', ' ']);
    let body = body.strip_prefix("export ").map_or(body, str::trim_start);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '"' | '\'');
    let word = body.find(|c| !is_part(c)).unwrap_or(body.len());
    let name = body.get(..word).unwrap_or_default();
    let rest = body.get(word..).unwrap_or_default().trim_start();
    let behind = rest.strip_prefix(['=', ':']);
    // What ends in `=` may be the last line of a key.
    let has_sign = behind.is_some_and(|behind| !behind.trim_end_matches('=').trim().is_empty());
    let is_name = match has_sign {
        true if name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_')) => word <= 128,
        true => word <= 40,
        false => {
            let all = |is: fn(&u8) -> bool| name.bytes().all(|byte| is(&byte) || byte == b'_');
            word <= 24 && (all(u8::is_ascii_lowercase) || all(u8::is_ascii_uppercase))
        }
    };
    let kept = if !is_name {
        0
    } else if has_sign {
        body.len() - rest.len() + 1
    } else {
        word
    };
    if kept == 0 { 0 } else { line.len() - body.len() + kept }
}

/// Whether a text looks like a template of Jinja, Go, Helm, ERB or the like.
pub(crate) fn holds_template(text: &str) -> bool {
    ["{{", "{%", "<%"].iter().any(|sign| text.contains(sign))
}

/// The diagnostic for a template that was handed in instead of its result.
pub(crate) fn template(source: &Arc<Source>, span: Span) -> Diagnostic {
    Diagnostic::error(
        "template",
        Location::new(source, span),
        "this looks like a template, which can't be read as it stands",
    )
    .note("it holds `{{`, `{%` or `<%`, and is not valid without what they stand for")
    .help("render it first and hand in the result")
}

/// Takes keys that stand twice for errors, as they are in texts that are written for this engine: of two lists of gates in a
/// policy, the one that does not count may be the one that was meant.
pub fn refuse_duplicates(diagnostics: &mut [Diagnostic]) {
    for wrong in diagnostics.iter_mut().filter(|wrong| wrong.code == "duplicate-key") {
        wrong.level = Level::Error;
        wrong.message = wrong.message.replace(": the last one wins", "");
    }
}

/// Warns of every key that stood twice, at the place that counts; of many, one by one up to the limit.
fn warn_of_duplicates(source: &Arc<Source>, builder: &TreeBuilder, diagnostics: &mut Vec<Diagnostic>) {
    let duplicates = builder.duplicates();
    for duplicate in duplicates {
        // What does not count is in no tree, so nobody asks whether it is secret.
        source.mask(duplicate.first_value);
    }
    for duplicate in duplicates.iter().take(limits::MAX_DIAGNOSTICS) {
        let key = source.slice(duplicate.last).trim_matches(['"', '\'']);
        diagnostics.push(
            Diagnostic::warning(
                "duplicate-key",
                Location::new(source, duplicate.last),
                format!("duplicate key `{key}`: the last one wins"),
            )
            .related(Location::new(source, duplicate.first), "first given here")
            .help("remove the one that is not meant"),
        );
    }
    if let Some(next) = duplicates.get(limits::MAX_DIAGNOSTICS) {
        let more = duplicates.len() - limits::MAX_DIAGNOSTICS;
        let message = format!("{more} more duplicate keys stand in this text");
        diagnostics.push(Diagnostic::warning("duplicate-key", Location::new(source, next.last), message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_stand_behind_each_other_where_that_is_asked_for() {
        let several = Source::new("pages.json", "[1]\n[2]{\"a\": 3}\n");
        let (document, diagnostics) = read_stream(&several);
        assert_eq!((document.roots.len(), diagnostics.len()), (3, 0));
        assert_eq!(read(&several).1.len(), 1, "one document is one value");

        let (document, diagnostics) = read_stream(&Source::new("pages.json", "[1]\n[2,]"));
        assert_eq!(document.roots.len(), 1, "what was read before stays");
        let at = diagnostics.first().and_then(|wrong| wrong.location.as_ref()).map(Location::position);
        assert_eq!(at.map(|at| (at.line, at.column)), Some((2, 4)));
        assert_eq!(read_stream(&Source::new("pages.json", " ")).1.len(), 1);
    }

    #[test]
    fn broken_lines_show_their_key_only() {
        for (line, expected) in [
            ("API_KEY = hunter2", "API_KEY =********"),
            ("  - password: \"hunter2", "  - password:********"),
            ("export A=b", "export A=********"),
            ("INVALID LINE", "INVALID********"),
            ("\"spring.datasource.url\": {", "\"spring.datasource.url\":********"),
            ("MIIEowIBAAKCAQEAx7", "********"),
            ("x7Y8z9+/abcdEFGH==", "********"),
            ("hunter2", "********"),
            ("canary==", "canary********"),
            ("=x", "=********"),
        ] {
            let source = Source::new("t", format!("a\n{line}\nb"));
            mask_line(&source, 3);
            assert_eq!(source.excerpt(Span::new(2, 3)).text, expected, "{line}");
        }
    }
}
