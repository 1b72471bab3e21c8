//! `.env` files: the variables of a component, or of the whole environment.
//!
//! Files are layers: later ones win, and a value may refer to what stands before it.

use std::cell::Cell;
use std::sync::Arc;

use paritygate_model::secret::MaskReason;
use paritygate_model::source::MASK;
use paritygate_model::{
    Coverage, Diagnostic, Draft, DraftValue, Level, Location, SortedMap, SortedSet, Source, limits, path,
};

use crate::dotenv::{Dialect, Interpolated, Line, Lookup, lex};
use crate::{Context, Description, Format, Imported, Module, Request, variable};

/// The format.
pub static FORMAT: Format =
    Format { name: "dotenv", summary: "`.env` files: lines that set variables", module: Module::Core, detect, import };

fn detect(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_word = |word: &str| !word.is_empty() && !word.contains(['.', '/']);
    name == ".env"
        || name.strip_prefix(".env.").is_some_and(|rest| !rest.is_empty())
        || name.strip_suffix(".env").is_some_and(|stem| !stem.is_empty())
        || name.strip_prefix(".env-").is_some_and(is_word)
        || name.strip_prefix("env.").is_some_and(|rest| EXAMPLES.contains(&rest))
}

/// How files are called that show what a `.env` file may hold.
const EXAMPLES: &[&str] = &["dist", "example", "sample", "template"];

fn import(request: &Request, context: &Context<'_>) -> Imported {
    let mut imported = Imported::default();
    let mut layers = Layers { known: SortedMap::new(), budget: limits::MAX_DOCUMENT_BYTES, variables: Draft::map() };
    layers.variables.as_map();
    let (mut read, mut missed) = (false, false);
    for (path, at) in request.named() {
        if let Some(source) = crate::supplied(path, at, context, &mut imported) {
            missed |= layers.read(&source, path, context, &mut imported.diagnostics);
            read = true;
        } else {
            missed = true;
        }
    }
    if read {
        let section: Vec<&str> = match &request.component {
            Some(component) => vec!["workloads", component, "variables"],
            None => vec!["variables"],
        };
        let mut draft = Draft::map();
        draft.set(&section, layers.variables);
        imported.descriptions.push(Description::Draft(draft));
        if request.component.is_some() {
            // These files say nothing about which other components there are.
            imported.coverage.push(("workloads".to_owned(), Coverage::NotCollected));
        }
        // What a layer or a line that could not be read sets is not known.
        let coverage = if missed { Coverage::Partial } else { Coverage::Complete };
        imported.coverage.push((path::join(section.iter().copied()), coverage));
    }
    imported
}

/// What is known of a variable that a later value may refer to.
enum Known {
    /// Its value, why it is secret, and what may be shown of it where other secrets were put into it.
    Text(String, Option<MaskReason>, Option<String>),
    Unresolved(String),
}

struct Layers {
    known: SortedMap<String, Known>,
    /// How many bytes references may still add.
    budget: usize,
    variables: Draft,
}

impl Layers {
    /// Lays one file over those before it; true when it has lines that can't be read.
    fn read(
        &mut self,
        source: &Arc<Source>,
        path: &str,
        context: &Context<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let (lines, problems) = lex(source, Dialect::Dotenv);
        let is_partial = problems.iter().any(|problem| problem.level == Level::Error);
        diagnostics.extend(problems);
        let keys: SortedSet<&str> = lines.iter().map(|line| line.key.as_str()).collect();
        for line in &lines {
            let span = if line.value_span.start < line.value_span.end { line.value_span } else { line.key_span };
            let at = Location::new(source, span);
            let value = self.value(line, &at, &keys, context, diagnostics);
            let value = variable::variable(context, &line.key, Draft::new(Some(at), value), "env_file", path);
            self.variables.as_map().insert(line.key.clone(), value);
        }
        is_partial
    }

    fn value(
        &mut self,
        line: &Line,
        at: &Location,
        keys: &SortedSet<&str>,
        context: &Context<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> DraftValue {
        let taint = Cell::new(None);
        let (known, is_spent) = (&self.known, self.budget == 0);
        let elsewhere = |name: &str| context.secrets.is_secret_elsewhere(name).then_some(MaskReason::Elsewhere);
        let by_name =
            |name: &str| context.secrets.is_secret_name(name).then_some(MaskReason::Name).or_else(|| elsewhere(name));
        let lookup = |name: &str| match known.get(name) {
            Some(Known::Text(..)) if is_spent => Lookup::Unknown(SPENT.into()),
            Some(Known::Text(text, secret, _)) => {
                taint.set(taint.get().or(*secret));
                Lookup::of(text.as_str())
            }
            Some(Known::Unresolved(reason)) => {
                Lookup::Unknown(format!("refers to `{name}`, which is not known: {reason}").into())
            }
            None if keys.contains(name) => {
                Lookup::Unknown(format!("refers to `{name}`, which is set only later").into())
            }
            None => {
                // Its default stands for the secret.
                taint.set(taint.get().or(by_name(name)));
                Lookup::Unset
            }
        };
        let (value, known) = match line.resolve(&lookup) {
            Interpolated::Text(text) => {
                self.budget = self.budget.saturating_sub(text.len().saturating_sub(line.text.len()));
                let own = context.secrets.classify(Some(&line.key), &text);
                let masked = || {
                    line.resolve(&|name| match known.get(name) {
                        Some(Known::Text(text, Some(_), masked)) => {
                            Lookup::of(masked.clone().unwrap_or_else(|| context.secrets.masked(context.key, text)))
                        }
                        None if by_name(name).is_some() => Lookup::of(MASK),
                        _ => lookup(name),
                    })
                };
                let (value, masked) = match taint.get() {
                    Some(reason) if !text.is_empty() => {
                        let masked = variable::masked(&text, masked);
                        (variable::built(context, own.unwrap_or(reason), &text, masked.as_deref()), masked)
                    }
                    _ => (DraftValue::String(text.clone()), None),
                };
                (value, Known::Text(text, own.or(taint.get()).or_else(|| elsewhere(&line.key)), masked))
            }
            Interpolated::Unresolved { reason } => {
                (DraftValue::Unresolved(reason.clone()), Known::Unresolved(shorter(reason)))
            }
            Interpolated::RequiredMissing { name, .. } => {
                let message = format!("`{}` needs `{name}`, which is not set in these files", line.key);
                diagnostics.push(
                    Diagnostic::warning("variable-required", at.clone(), message)
                        .help(format!("set `{name}` in this file, before this line, or in an earlier one")),
                );
                let reason = format!("refers to `{name}`, which is not set in these files");
                (DraftValue::Unresolved(reason.clone()), Known::Unresolved(reason))
            }
        };
        self.known.insert(line.key.clone(), known);
        value
    }
}

const SPENT: &str = "the references in these files make their values too long";

/// A reason that does not grow from line to line when values refer to each other in a chain.
fn shorter(reason: String) -> String {
    reason.split_once(": ").map_or(reason.clone(), |(first, _)| first.to_owned())
}

#[cfg(test)]
mod tests;
