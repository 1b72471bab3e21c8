//! Variables from formats that build a draft: sealed, classed, and with the place that they are set in.

use paritygate_model::secret::MaskReason;
use paritygate_model::source::MASK;
use paritygate_model::{Draft, DraftValue, DraftVariable};

use crate::Context;
use crate::dotenv::Interpolated;

/// A variable around a value: a text, a number or a boolean as a process sees it, null for unset, or unresolved.
///
/// A text that is secret is sealed here, and its place is masked from now on. A value that is sealed already stays so.
/// `store` is the kind of place that sets it (`env_file`), `path` is the place.
pub(crate) fn variable(context: &Context<'_>, name: &str, value: Draft, store: &str, path: &str) -> Draft {
    let secrets = context.secrets;
    let Draft { at, value, .. } = value;
    let value = match value {
        DraftValue::Bool(value) => DraftValue::String(value.to_string()),
        DraftValue::Number(text) => DraftValue::String(text),
        other => other,
    };
    let value = match value {
        DraftValue::String(text) => match (secrets.stands_in(&text), secrets.classify(Some(name), &text)) {
            (Some(reason), _) => DraftValue::Unresolved(reason.to_owned()),
            (None, Some(reason)) => sealed(context, reason, &text),
            (None, None) => DraftValue::String(text),
        },
        other => other,
    };
    let secret = match &value {
        DraftValue::Secret(_) => true,
        DraftValue::String(text) => text.is_empty() && secrets.is_secret_name(name),
        _ => secrets.is_secret_name(name),
    };
    // What is overridden by a later layer, or not known, is sealed nowhere else.
    if let Some(at) = at.as_ref().filter(|at| secret && at.source.slice(at.span) != name) {
        at.source.mask(at.span);
    }
    let mut source = Draft::map();
    source.set(&["store"], Draft::string(at.clone(), store));
    source.set(&["path"], Draft::string(at.clone(), path));
    let variable = DraftVariable {
        value: Draft::new(at.clone(), value),
        secret,
        value_type: None,
        value_class: None,
        sources: Some(Draft::new(at.clone(), DraftValue::Sequence(vec![source]))),
        rotated_at: None,
        expires_at: None,
    };
    Draft::new(at, DraftValue::Variable(Box::new(variable)))
}

/// Notes that the place which sets a variable only refers to a value that stands elsewhere.
pub(crate) fn refers(variable: &mut Draft) {
    let DraftValue::Variable(variable) = &mut variable.value else { return };
    let Some(Draft { value: DraftValue::Sequence(sources), .. }) = &mut variable.sources else { return };
    for source in sources {
        let at = source.get("store").and_then(|store| store.at.clone());
        source.set(&["reference"], Draft::new(at, DraftValue::Bool(true)));
    }
}

/// A text that is sealed for what it is.
pub(crate) fn sealed(context: &Context<'_>, reason: MaskReason, text: &str) -> DraftValue {
    DraftValue::Secret(Box::new(context.secrets.seal_as(context.key, reason, text)))
}

/// A text that is sealed because a secret was put into it; `masked` is what may be shown of it.
pub(crate) fn built(context: &Context<'_>, reason: MaskReason, text: &str, masked: Option<&str>) -> DraftValue {
    let masked = masked.unwrap_or(MASK);
    DraftValue::Secret(Box::new(context.secrets.seal_built(context.key, reason, text, masked)))
}

/// What may be shown of a text that a secret was put into: `masked` makes it anew with masks in the place of secrets.
/// Nothing but a URL has parts that may be.
pub(crate) fn masked(text: &str, masked: impl FnOnce() -> Interpolated) -> Option<String> {
    match text.contains("://").then(masked)? {
        Interpolated::Text(masked) => Some(masked),
        _ => None,
    }
}
