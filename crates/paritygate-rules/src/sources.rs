//! Where variables are set, and whether they are secret.

use paritygate_eval::{Row, State};
use paritygate_model::shape::environment::STORES;
use paritygate_model::{Node, suggest};
use smallvec::SmallVec;

/// One place that sets a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin<'t> {
    /// The kind of place: `env_file`, `ssm`.
    pub(crate) store: &'t str,
    /// The place, where it is said.
    pub(crate) path: Option<&'t str>,
    /// Whether the value itself stands elsewhere, and this place only refers to it.
    pub(crate) is_reference: bool,
    /// Whether another place overrides it.
    pub(crate) is_overridden: bool,
}

/// What is known of where a variable is set.
pub(crate) enum Origins<'t> {
    /// All places that set it.
    Known(SmallVec<[Origin<'t>; 2]>),
    /// Nobody said, with the reason.
    Unknown(&'static str),
    /// The row is about no variable there.
    NoVariable,
}

/// Where the variable that a row is about is set in an environment.
pub(crate) fn origins<'t>(row: &Row<'_, 't>, environment: usize) -> Origins<'t> {
    let Some((tree, variable)) = row.variable(environment) else { return Origins::NoVariable };
    let Some(sources) = variable.sources.map(|id| tree.node(id)) else {
        return Origins::Unknown("it is not said where it is set");
    };
    let one = std::iter::once(sources).filter(|_| !sources.is_sequence());
    let read = sources.items().chain(one).map(origin).collect::<Option<SmallVec<_>>>();
    match read {
        Some(origins) if !origins.is_empty() => Origins::Known(origins),
        _ => Origins::Unknown("it can't be read where it is set"),
    }
}

/// Whether the variable that a row is about is secret in one of the rule's environments, and so in all.
pub(crate) fn is_secret(row: &Row<'_, '_>) -> bool {
    let is_secret = |member: usize| {
        matches!(row.cell(member).state, State::Secret(_))
            || row.variable(member).is_some_and(|(_, variable)| variable.secret)
    };
    row.members().any(is_secret)
}

/// A map of `store` and `path`, or the store alone.
fn origin(node: Node<'_>) -> Option<Origin<'_>> {
    let text = |field: &str| node.get(field).and_then(Node::scalar_text);
    let is = |field: &str| text(field) == Some("true");
    let store = text("store").or_else(|| node.scalar_text())?;
    Some(Origin { store, path: text("path"), is_reference: is("reference"), is_overridden: is("overridden") })
}

/// `` `env_file` (`.env`) ``.
pub(crate) fn shown(origin: &Origin<'_>) -> String {
    let path = origin.path.map(|path| format!(" (`{path}`)")).unwrap_or_default();
    format!("`{}`{path}", origin.store)
}

/// What to do about a word that is no store; `None` where it is one.
pub(crate) fn not_a_store(word: &str) -> Option<(String, Option<String>)> {
    let is_known = STORES.contains(&word);
    (!is_known).then(|| (format!("there is no store `{word}`"), suggest::did_you_mean(word, STORES.iter().copied())))
}
