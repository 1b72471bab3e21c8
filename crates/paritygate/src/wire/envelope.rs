//! Around every call and every answer: the version, the verb, and what is wrong with a call.

use std::sync::Arc;

use paritygate_import::document;
use paritygate_model::{Diagnostic, Level, Location, Node, Source, Value, diagnostic, suggest};
use paritygate_report::WireDiagnostic;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;

use super::verbs::{self, Call};
use super::{Session, VERSION};

/// The name under which mistakes in a call are shown.
const CALL: &str = "call.json";

/// Why a call was not carried out.
#[derive(Debug)]
pub struct Refusal(Vec<Diagnostic>);

impl Refusal {
    /// A refusal that no place in the call explains.
    pub fn new(code: &'static str, message: impl Into<String>, help: &str) -> Self {
        Self(vec![Diagnostic::nowhere(code, message).help(help)])
    }

    /// The refusal of a name that there is none of: an `output format`, a `tier`.
    pub(super) fn unknown<'a>(
        code: &'static str,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let help = format!("it is one of {}", suggest::quoted(&known.collect::<Vec<_>>()));
        Self::new(code, format!("there is no {what} `{name}`"), &help)
    }

    /// The refusal of a build that leaves out what only explains.
    pub(super) fn no_manual() -> Self {
        let message = "this module holds no manual and no schemas";
        Self::new("other-module", message, "load the module `formats`, and ask there")
    }

    fn at(code: &'static str, at: Location, message: impl Into<String>, help: Option<String>) -> Self {
        Self(vec![Diagnostic::error(code, at, message).maybe_help(help)])
    }
}

impl From<Vec<Diagnostic>> for Refusal {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self(diagnostics)
    }
}

/// What is wrong with a call: the host used the engine wrongly.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ErrorAnswer {
    /// Which mistake this is, stable across versions: `released`, `unknown-field`.
    pub code: &'static str,
    /// What is wrong, with what to do.
    pub message: String,
    /// All that is wrong, each with its place in the call where it has one.
    pub diagnostics: Vec<WireDiagnostic>,
}

impl From<&Refusal> for ErrorAnswer {
    fn from(refusal: &Refusal) -> Self {
        let worst = refusal.0.iter().find(|diagnostic| diagnostic.level == Level::Error).or(refusal.0.first());
        let (code, message) = worst.map_or(("bad-call", "the call can't be read".to_owned()), |worst| {
            let help = worst.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
            (worst.code, format!("{}{help}", worst.message))
        });
        Self { code, message, diagnostics: refusal.0.iter().map(WireDiagnostic::from).collect() }
    }
}

/// Answers one call.
pub(super) fn answer(session: &Session, call: &[u8], attachments: &[&[u8]]) -> String {
    match perform(session, call, attachments) {
        Ok((verb, answer)) => format!("{{\"wire\":{VERSION},\"{verb}\":{answer}}}"),
        Err(refusal) => {
            let answer = serde_json::to_string(&ErrorAnswer::from(&refusal)).unwrap_or_default();
            format!("{{\"wire\":{VERSION},\"error\":{answer}}}")
        }
    }
}

fn perform(session: &Session, call: &[u8], attachments: &[&[u8]]) -> Result<(&'static str, String), Refusal> {
    let Ok(text) = std::str::from_utf8(call) else {
        return Err(Refusal::new("encoding", "the call is not UTF-8", "write it as JSON in UTF-8"));
    };
    let source = Source::new(CALL, text);
    let (document, found) = document::read(&source);
    if diagnostic::has_errors(&found) {
        return Err(Refusal(found));
    }
    let (verb, params) = verb(document.root(), &source)?;
    let whole = Location::new(&source, params.span());
    let call = Call { session, attachments };
    (verb.run)(&call, params, &whole).map(|answer| (verb.name, answer))
}

/// The verb of a call, and its parameters.
fn verb<'d>(root: Option<Node<'d>>, source: &Arc<Source>) -> Result<(&'static verbs::Entry, Node<'d>), Refusal> {
    let shape = || format!("a call is a map such as {{ \"wire\": {VERSION}, \"version\": {{}} }}");
    let Some(root) = root.filter(|root| root.is_map()) else {
        return Err(Refusal::new("bad-call", shape(), "name one verb, with its parameters"));
    };
    match root.get("wire").map(Node::value) {
        Some(Value::Number(version)) if version.parse() == Ok(VERSION) => {}
        Some(Value::Number(version)) => {
            let message = format!("the call speaks version {version}, and this engine version {VERSION}");
            return Err(Refusal::new("wire-version", message, "use an engine and a binding of one release"));
        }
        _ => return Err(Refusal::new("wire-version", shape(), "say the version as `\"wire\"`")),
    }
    let mut named = root.entries().filter(|(key, ..)| *key != "wire");
    let (Some((name, span, params)), None) = (named.next(), named.next()) else {
        return Err(Refusal::new("bad-call", shape(), "name one verb beside `\"wire\"`"));
    };
    let entry = verbs::ALL.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let help = suggest::did_you_mean(name, verbs::ALL.iter().map(|entry| entry.name));
        Refusal::at("unknown-verb", Location::new(source, span), format!("there is no verb `{name}`"), help)
    })?;
    Ok((entry, params))
}
