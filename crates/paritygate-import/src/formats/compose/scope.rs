//! What references are resolved by: the variables of `.env` and of env files, and `${NAME:-default}` itself.

use std::cell::Cell;
use std::sync::Arc;

use paritygate_model::secret::MaskReason;
use paritygate_model::source::MASK;
use paritygate_model::{Diagnostic, Draft, DraftValue, Location, SecretTable, SortedMap, Source};

use crate::dotenv::{self, Dialect, Interpolated, Lookup};
use crate::{Context, variable};

/// Why the value of a name alone is not known.
pub(super) const INHERITED: &str = "is taken from the process environment";

/// The variables that references of one project are looked up in.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Tells scopes apart.
    pub(super) id: u64,
    pub(super) variables: SortedMap<String, Known>,
}

/// A variable of which something is known.
#[derive(Clone)]
pub(super) struct Known {
    /// Its value, or why nobody knows it.
    pub(super) value: Result<String, String>,
    /// Whether what is made of it is secret as well.
    pub(super) secret: bool,
    /// Whether another secret went into it. Then neither its own name nor its shape has to say so.
    pub(super) tainted: bool,
    /// What may be shown of it then.
    masked: Option<String>,
    pub(super) at: Option<Location>,
}

/// Never prints the value: it may be secret.
impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("secret", &self.secret).finish_non_exhaustive()
    }
}

/// A text whose references were resolved, as far as they can be.
pub(super) struct Expanded {
    /// The text, or why nobody knows it.
    pub(super) value: Result<String, String>,
    /// Whether a secret went into it.
    pub(super) secret: bool,
    /// What may be shown of it then.
    masked: Option<String>,
}

impl Scope {
    pub(super) fn get(&self, name: &str) -> Option<&Known> {
        self.variables.get(name)
    }
}

impl Known {
    /// What references to a variable of a service see.
    pub(super) fn of(name: &str, draft: &Draft, context: &Context<'_>) -> Self {
        let (value, secret) = match &draft.value {
            DraftValue::String(text) => (Ok(text.clone()), context.secrets.classify(Some(name), text).is_some()),
            DraftValue::Unresolved(reason) => (Err(reason.clone()), false),
            _ => (Err("is secret".to_owned()), true),
        };
        let elsewhere = context.secrets.is_secret_elsewhere(name);
        Self { value, secret: secret || elsewhere, tainted: secret, masked: None, at: draft.at.clone() }
    }

    /// The value as part of a draft.
    pub(super) fn into_draft(self, context: &Context<'_>) -> Draft {
        let at = self.at.clone();
        Draft::new(at, Expanded { value: self.value, secret: self.tainted, masked: self.masked }.into_value(context))
    }
}

impl Expanded {
    /// The value as part of a draft: sealed where a secret went into it.
    pub(super) fn into_value(self, context: &Context<'_>) -> DraftValue {
        match self.value {
            Err(reason) => DraftValue::Unresolved(reason),
            Ok(text) if self.secret && !text.is_empty() => {
                variable::built(context, MaskReason::Origin, &text, self.masked.as_deref())
            }
            Ok(text) => DraftValue::String(text),
        }
    }
}

/// Resolves the references of a text. `allowance` bounds how many bytes all references together may become.
pub(super) fn expand(
    text: &str,
    look_up: &dyn Fn(&str) -> Option<Known>,
    context: &Context<'_>,
    allowance: &Cell<usize>,
) -> Expanded {
    let secret = Cell::new(false);
    let look = |name: &str| answer(name, look_up, context.secrets, &secret, allowance);
    let value = match dotenv::interpolate(text, &look, 0) {
        Interpolated::Text(text) => Ok(text),
        Interpolated::Unresolved { reason } => Err(reason),
        Interpolated::RequiredMissing { name, .. } => {
            Err(format!("refers to `{name}`, which is not set in these files"))
        }
    };
    let hide = || {
        let hidden = |name: &str| match look_up(name) {
            Some(known) if known.secret => {
                let shown =
                    known.masked.or_else(|| Some(context.secrets.masked(context.key, known.value.as_ref().ok()?)));
                Lookup::of(shown.unwrap_or_else(|| MASK.to_owned()))
            }
            None if stands_for_secret(name, context.secrets) => Lookup::of(MASK),
            _ => look(name),
        };
        dotenv::interpolate(text, &hidden, 0)
    };
    let masked = value.as_ref().ok().filter(|_| secret.get()).and_then(|value| variable::masked(value, hide));
    Expanded { value, secret: secret.get(), masked }
}

/// Whether the default of a variable that is not set stands for a secret.
fn stands_for_secret(name: &str, secrets: &SecretTable) -> bool {
    secrets.is_secret_name(name) || secrets.is_secret_elsewhere(name)
}

fn answer(
    name: &str,
    look_up: &dyn Fn(&str) -> Option<Known>,
    secrets: &SecretTable,
    secret: &Cell<bool>,
    allowance: &Cell<usize>,
) -> Lookup<'static> {
    let Some(known) = look_up(name) else {
        // Its default stands for the secret.
        secret.set(secret.get() || stands_for_secret(name, secrets));
        return Lookup::Unset;
    };
    secret.set(secret.get() || known.secret);
    let value = match known.value {
        Ok(value) => value,
        Err(reason) => {
            let which = if reason.starts_with("is ") || reason.starts_with("refers ") { ", which" } else { ":" };
            return Lookup::Unknown(format!("refers to `{name}`{which} {reason}").into());
        }
    };
    match allowance.get().checked_sub(value.len()) {
        Some(left) => {
            allowance.set(left);
            Lookup::of(value)
        }
        None => Lookup::Unknown("the references in these files become too long a text".into()),
    }
}

/// Reads the variables of an env file into `known`, and answers what was wrong.
///
/// A reference in a value is looked up with `look_up` first and then among the variables before it.
pub(super) fn read(
    source: &Arc<Source>,
    raw: bool,
    look_up: &dyn Fn(&str) -> Option<Known>,
    context: &Context<'_>,
    allowance: &Cell<usize>,
    known: &mut SortedMap<String, Known>,
) -> Vec<Diagnostic> {
    let (lines, diagnostics) = dotenv::lex(source, Dialect::Compose);
    for line in lines {
        let inside = |name: &str| look_up(name).or_else(|| known.get(name).cloned());
        let (value, tainted, masked) = match (line.unreadable, line.has_value) {
            (Some(reason), _) => (Err(reason.to_owned()), false, None),
            (None, false) => match look_up(&line.key) {
                Some(outer) => (outer.value, outer.tainted, outer.masked),
                None => (Err(INHERITED.to_owned()), false, None),
            },
            (None, true) if raw => (Ok(source.slice(line.value_span).to_owned()), false, None),
            (None, true) if line.is_template => {
                let expanded = expand(&line.text, &inside, context, allowance);
                (expanded.value, expanded.secret, expanded.masked)
            }
            (None, true) => (Ok(line.text), false, None),
        };
        let by_name = |text: &String| context.secrets.classify(Some(&line.key), text).is_some();
        let secret = tainted || value.as_ref().is_ok_and(by_name) || context.secrets.is_secret_elsewhere(&line.key);
        // A name alone stands for its own place.
        let span = if line.has_value { line.value_span } else { line.key_span };
        let at = Some(Location::new(source, span));
        known.insert(line.key, Known { value, secret, tainted, masked, at });
    }
    diagnostics
}
