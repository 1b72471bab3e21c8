//! What the tests of this crate share.

use std::fmt::Write;
use std::sync::Arc;

use paritygate_model::{Diagnostic, Document, Source};

/// The document of a YAML text, which must have no mistake of its own.
#[track_caller]
pub(crate) fn yaml(text: &str) -> Arc<Document> {
    let (document, diagnostics) = paritygate_import::document::read(&Source::new("test.yaml", text));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    Arc::new(document)
}

/// One line per diagnostic: place, message, help.
pub(crate) fn lines(diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        if let Some(at) = &diagnostic.location {
            let position = at.position();
            let _ = write!(out, "{}:{} ", position.line, position.column);
        }
        out.push_str(&diagnostic.message);
        if let Some(help) = &diagnostic.help {
            let _ = write!(out, " ({help})");
        }
        out.push('\n');
    }
    out
}
