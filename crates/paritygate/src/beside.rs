//! The files of a project that rules name in their parameters: a schema, for one.

use std::sync::Arc;

use paritygate_import::{Files, Need, Supplied, document};
use paritygate_lang::policy::{self, Policy};
use paritygate_model::{Diagnostic, Document, Location, Node, Source, diagnostic};

use crate::plan;

/// A file that a rule names.
struct Named {
    /// From the project's folder.
    path: String,
    /// Where it is named.
    at: Location,
}

/// The files that the rules of a policy name. A path counts from the policy's own folder.
fn named(policy: &Policy) -> impl Iterator<Item = Named> {
    let folder = policy.source.name().rsplit_once('/').map_or("", |(folder, _)| folder);
    policy.rules.iter().filter_map(move |rule| {
        let field = paritygate_rules::find(&rule.kind.value)?.file?;
        let node = policy.document.tree.node(rule.params?).get(field)?;
        let written = node.as_str().filter(|written| !written.is_empty())?;
        let is_whole = folder.is_empty() || written.starts_with('/');
        let path = if is_whole { written.to_owned() } else { format!("{folder}/{written}") };
        Some(Named { path: plan::normalized(&path), at: node.location()? })
    })
}

/// The files that the rules of a policy name and that are not at hand.
pub(crate) fn needs(source: &Arc<Source>, files: &Files) -> Vec<Need> {
    // What does not even hold the parameter's name needs not be read twice.
    let mut fields = paritygate_rules::all().iter().filter_map(|entry| entry.file);
    if !fields.any(|field| source.text().contains(field)) {
        return Vec::new();
    }
    let (document, found) = document::read(source);
    if diagnostic::has_errors(&found) {
        return Vec::new();
    }
    let (policy, _) = policy::lower(Arc::new(document));
    let missing = named(&policy).filter(|named| !files.contains_key(&named.path));
    missing.map(|named| Need { path: named.path, at: Some(named.at), required: true }).collect()
}

/// A document by the place that names it, or what is wrong with it.
type Entry = ((Arc<str>, u32), Result<Arc<Document>, Vec<Diagnostic>>);

/// The documents that the rules of a policy name.
pub(crate) fn documents(policy: &Policy, files: &Files) -> Vec<Entry> {
    let entry = |named: Named| {
        let place = (Arc::clone(named.at.source.name()), named.at.span.start);
        (place, document(named, files))
    };
    named(policy).map(entry).collect()
}

fn document(named: Named, files: &Files) -> Result<Arc<Document>, Vec<Diagnostic>> {
    let path = &named.path;
    let wrong = |code, message: String| Diagnostic::error(code, named.at.clone(), message);
    match files.get(path) {
        Some(Supplied::Text(source)) => {
            let (document, found) = document::read(source);
            match document.root().map(Node::id) {
                _ if diagnostic::has_errors(&found) => Err(found),
                Some(_) => Ok(Arc::new(document)),
                None => Err(vec![wrong("bad-param", format!("`{path}` is empty"))]),
            }
        }
        Some(Supplied::Broken(problem)) => Err(vec![problem.clone()]),
        Some(Supplied::Refused(reason)) => {
            Err(vec![wrong("file-not-read", format!("`{path}` was not read: {reason}"))])
        }
        Some(Supplied::Absent) => {
            let missing = wrong("file-not-found", format!("`{path}` does not exist"));
            Err(vec![missing.help("check the path; it counts from the policy's folder")])
        }
        None => {
            let missing = wrong("file-not-found", format!("`{path}` is not at hand"));
            Err(vec![missing.help("check the policy together with its project, or write here what the file holds")])
        }
    }
}
