//! Promotion requests, and facts that stand beside them: documents to plain data.

use paritygate_model::promotion::{FactSource, Facts, Origin, Places, Promotion, RequestText};
use paritygate_model::shape::environment::VERSION_SCHEMES;
use paritygate_model::{Diagnostic, Document, Location, Node, SortedSet, Span, suggest};

use crate::params;

/// The fields of which a text needs at least one to be taken for facts.
pub const FACTS: [&str; 12] = [
    "approvals",
    "attestations",
    "breakGlass",
    "change",
    "changeTicket",
    "checks",
    "deployments",
    "freezes",
    "health",
    "incidents",
    "metrics",
    "parity",
];

/// The fields of a request that are no facts.
const ASKED: [&str; 11] = [
    "actor",
    "artifacts",
    "environments",
    "evaluateAt",
    "expectedDuration",
    "from",
    "kindOfChange",
    "plannedStart",
    "request",
    "to",
    "trigger",
];

/// Reads a request. Its facts are asserted: whoever asks says so.
pub fn lower(document: &Document) -> (Promotion, Vec<Diagnostic>) {
    let (text, root, mut diagnostics) = read(document, "a request");
    let Some(root) = root else { return (Promotion::default(), diagnostics) };
    let mut promotion = Promotion {
        name: text.request.clone().unwrap_or_default(),
        kind_of_change: text.kind_of_change.unwrap_or_default(),
        evaluate_at: text.evaluate_at,
        planned_start: text.planned_start,
        expected_duration: text.expected_duration,
        from: text.from.clone().unwrap_or_default(),
        to: text.to.clone().unwrap_or_default(),
        actor: text.actor.clone(),
        trigger: text.trigger,
        places: Places { from: at(root, "from"), to: at(root, "to"), planned_start: at(root, "plannedStart") },
        ..Promotion::default()
    };
    if diagnostics.is_empty() {
        for (field, value) in [("from", &promotion.from), ("to", &promotion.to)] {
            if value.trim().is_empty() {
                let at = at(root, field).or_else(|| root.location());
                let at = at.unwrap_or_else(|| Location::new(&document.source, Span::default()));
                let help = format!("name the environment, such as `{field}: staging`");
                let message = format!("a request needs a field `{field}`");
                diagnostics.push(Diagnostic::error("missing-field", at, message).help(help));
            }
        }
    }
    promotion.artifacts.clone_from(&text.artifacts);
    place(&mut promotion.artifacts, root, "artifacts", FactSource::Asserted, |artifact| &mut artifact.origin);
    check_components(&promotion, &mut diagnostics);
    promotion.facts = facts_of(text, root, FactSource::Asserted);
    claims(root, &mut diagnostics);
    (promotion, diagnostics)
}

/// Where the value of a field is written.
fn at(root: Node<'_>, field: &str) -> Option<Location> {
    root.get(field).and_then(Node::location)
}

/// Reads facts that another system printed, in our own form.
pub fn facts(document: &Document) -> (Facts, Vec<Diagnostic>) {
    let (text, root, mut diagnostics) = read(document, "facts");
    let Some(root) = root else { return (Facts::default(), diagnostics) };
    for field in ASKED {
        if let Some(at) = root.key_location(field) {
            let message = format!("facts have no field `{field}`");
            diagnostics.push(
                Diagnostic::error("unknown-field", at, message).help("what is asked stands in the request alone"),
            );
        }
    }
    (facts_of(text, root, FactSource::Imported), diagnostics)
}

fn read<'d>(document: &'d Document, what: &str) -> (RequestText, Option<Node<'d>>, Vec<Diagnostic>) {
    let mut roots = document.roots();
    let whole = Location::new(&document.source, Span::default());
    let Some(root) = roots.next().filter(|root| !root.is_null()) else {
        let be = if what == "facts" { "were" } else { "was" };
        let message = format!("the text is empty: {what} {be} expected");
        return (RequestText::default(), None, vec![Diagnostic::error("empty-document", whole, message)]);
    };
    let at = root.location().unwrap_or(whole);
    let mut diagnostics = Vec::new();
    if let Some(second) = roots.next().and_then(Node::location) {
        let message = format!("{what} is one document, and here begins another");
        let wrong = Diagnostic::error("several-documents", second, message);
        diagnostics.push(wrong.help("put each into its own file"));
    }
    match params::from_node::<RequestText>(Some(root), &at) {
        Ok(text) => (text, Some(root), diagnostics),
        Err(found) => {
            diagnostics.extend(found);
            (RequestText::default(), Some(root), diagnostics)
        }
    }
}

/// Says where each item of a list is written, and how much is known of where it is from.
fn place<T>(list: &mut [T], root: Node<'_>, field: &str, source: FactSource, origin: impl Fn(&mut T) -> &mut Origin) {
    let nodes = root.get(field).into_iter().flat_map(Node::items);
    for (item, node) in list.iter_mut().zip(nodes) {
        *origin(item) = Origin { source: claimed(node, source), at: node.location() };
    }
}

/// From where a fact is: what a text calls asserted is no more than that.
fn claimed(fact: Node<'_>, source: FactSource) -> FactSource {
    let is_asserted = fact.get("source").and_then(Node::scalar_text) == Some(FactSource::Asserted.word());
    if is_asserted { FactSource::Asserted } else { source }
}

fn facts_of(text: RequestText, root: Node<'_>, source: FactSource) -> Facts {
    let mut facts = Facts {
        change: text.change,
        approvals: text.approvals,
        checks: text.checks,
        metrics: text.metrics,
        attestations: text.attestations,
        deployments: text.deployments,
        health: text.health,
        freezes: text.freezes,
        incidents: text.incidents,
        change_ticket: text.change_ticket,
        break_glass: text.break_glass,
        parity: text.parity,
        protections: Vec::new(),
    };
    macro_rules! lists {
        ($($list:ident),*) => { $(place(&mut facts.$list, root, stringify!($list), source, |fact| &mut fact.origin);)* };
    }
    lists!(approvals, checks, metrics, attestations, deployments, health, freezes, incidents, parity);
    let at = |field: &str| {
        let node = root.get(field);
        Origin { source: node.map_or(source, |node| claimed(node, source)), at: node.and_then(Node::location) }
    };
    if let Some(change) = &mut facts.change {
        change.origin = at("change");
    }
    if let Some(ticket) = &mut facts.change_ticket {
        ticket.origin = at("changeTicket");
    }
    if let Some(glass) = &mut facts.break_glass {
        glass.origin = at("breakGlass");
    }
    facts
}

/// A request can't vouch for its own facts: what it calls imported counts as asserted, and that is told.
fn claims(root: Node<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut told = SortedSet::new();
    for field in FACTS {
        let Some(node) = root.get(field) else { continue };
        let facts: Vec<Node<'_>> = if node.is_sequence() { node.items().collect() } else { vec![node] };
        for fact in facts {
            let claimed = fact.get("source").filter(|source| source.scalar_text() == Some("imported"));
            if let Some(at) = claimed.and_then(Node::location)
                && told.insert(field)
            {
                diagnostics.push(
                    Diagnostic::warning(
                        "claimed-source",
                        at,
                        "a request can't vouch for its own facts: this one counts as asserted",
                    )
                    .note("whoever deploys writes the request")
                    .help("hand in what another system printed beside the request, with `--facts`"),
                );
            }
        }
    }
}

fn check_components(promotion: &Promotion, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = SortedSet::new();
    for artifact in &promotion.artifacts {
        let scheme = artifact.version_scheme.as_deref().filter(|scheme| !VERSION_SCHEMES.contains(scheme));
        if let (Some(scheme), Some(at)) = (scheme.filter(|scheme| !scheme.trim().is_empty()), &artifact.origin.at) {
            let message = format!("there is no scheme of versions `{scheme}`");
            let help = suggest::did_you_mean(scheme, VERSION_SCHEMES.iter().copied());
            diagnostics.push(Diagnostic::error("unknown-word", at.clone(), message).maybe_help(help));
        }
        if !seen.insert(artifact.component.as_str())
            && let Some(at) = &artifact.origin.at
        {
            let message = match artifact.component.as_str() {
                "" => "two artifacts name no component".to_owned(),
                component => format!("two artifacts are of the component `{component}`"),
            };
            diagnostics
                .push(Diagnostic::error("duplicate-component", at.clone(), message).help("name each component once"));
        }
    }
}

#[cfg(test)]
mod tests;
