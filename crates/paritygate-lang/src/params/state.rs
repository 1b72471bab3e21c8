//! What the reads of one type have found so far.

use std::cell::RefCell;
use std::collections::BTreeSet;

use paritygate_model::{Diagnostic, Location, Node, NodeId, Span, suggest};

use super::error::{Fault, Place, What};
use crate::fields::{Mistakes, shown};

/// What is known after the reads so far. `None` as a node stands for parameters that are absent.
pub(super) struct State<'w> {
    whole: &'w Location,
    root: Option<NodeId>,
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    mistakes: Mistakes,
    /// Nodes that are passed over.
    skipped: BTreeSet<NodeId>,
    /// Collections in which something is passed over. What their type says of them as a whole may be wrong.
    torn: BTreeSet<NodeId>,
    /// Required fields that are not there, by their map: a gap stands in for them.
    gaps: BTreeSet<(Option<NodeId>, &'static str)>,
    /// Fields that are not missing although the type does not see them, by their map: their value is passed over, or their
    /// name is mistyped.
    excused: BTreeSet<(Option<NodeId>, &'static str)>,
    /// Unknown keys that were reported.
    unknown: BTreeSet<(NodeId, Span)>,
}

impl<'w> State<'w> {
    pub(super) fn new(whole: &'w Location, root: Option<NodeId>) -> Self {
        Self { whole, root, found: RefCell::default() }
    }

    /// Where the node was written; `whole` for parameters that are absent.
    pub(super) fn place(&self, node: Option<Node<'_>>) -> Place {
        let at = node.and_then(Node::location).unwrap_or_else(|| self.whole.clone());
        Place { at, node: node.map(Node::id) }
    }

    /// Where the key of an entry was written. A mistake in it passes over the entry's value.
    pub(super) fn key_place(&self, map: Node<'_>, span: Span, value: NodeId) -> Place {
        let at = self.place(Some(map)).at;
        Place { at: Location { span, ..at }, node: Some(value) }
    }

    pub(super) fn is_skipped(&self, node: NodeId) -> bool {
        self.found.borrow().skipped.contains(&node)
    }

    /// The fields of a map for which a gap stands in.
    pub(super) fn gaps(&self, map: Option<NodeId>, fields: &[&'static str]) -> Vec<&'static str> {
        let found = self.found.borrow();
        fields.iter().copied().filter(|field| found.gaps.contains(&(map, *field))).collect()
    }

    /// Says that a field of a map is there, but passed over.
    pub(super) fn excuse(&self, map: Option<NodeId>, field: &'static str) {
        self.found.borrow_mut().excused.insert((map, field));
    }

    /// Reports an unknown key of a map, once.
    pub(super) fn unknown_field(&self, map: Node<'_>, key: &str, span: Span, fields: &'static [&'static str]) {
        let found = &mut *self.found.borrow_mut();
        if !found.unknown.insert((map.id(), span)) {
            return;
        }
        found.torn.insert(map.id());
        let at = Location { span, ..self.place(Some(map)).at };
        let Found { mistakes, excused, .. } = found;
        mistakes.push(|| {
            excused.extend(suggest::nearest(key, fields.iter().copied()).map(|meant| (Some(map.id()), meant)));
            let help = match fields {
                [] => Some("remove it: nothing can be given here".to_owned()),
                _ => suggest::did_you_mean(key, fields.iter().copied()),
            };
            Diagnostic::error("unknown-field", at, format!("unknown parameter `{}`", shown(key))).maybe_help(help)
        });
    }

    /// Records a mistake and what the next read passes over. False when another read would find nothing new.
    pub(super) fn learn(&self, fault: Fault) -> bool {
        let found = &mut *self.found.borrow_mut();
        let Fault { what, place, around } = fault;
        let place = place.unwrap_or_else(|| self.place(None));
        let told = place.node.is_some_and(|node| found.skipped.contains(&node));
        let torn = place.node.is_some_and(|node| found.torn.contains(&node));
        found.torn.extend(&around);
        match what {
            What::Missing(field) => {
                let key = (place.node, field);
                found.torn.extend(place.node);
                if !told && !found.gaps.contains(&key) && !found.excused.contains(&key) {
                    let at = place.at.clone();
                    found
                        .mistakes
                        .push(|| Diagnostic::error("missing-field", at, format!("missing parameter `{field}`")));
                }
                if found.gaps.insert(key) {
                    return true;
                }
            }
            What::Wrong { code, message, help } if !told => {
                found.mistakes.push(|| Diagnostic::error(code, place.at.clone(), message).maybe_help(help));
            }
            What::Together(message) if !told && !torn => {
                found.mistakes.push(|| Diagnostic::error("bad-value", place.at.clone(), message));
            }
            _ => {}
        }
        // A node that is passed over in vain, since nothing can stand without it, takes what is around it along.
        let next = place.node.into_iter().chain(around).find(|node| !found.skipped.contains(node));
        next.filter(|&node| Some(node) != self.root).is_some_and(|node| found.skipped.insert(node))
    }

    /// What was found, in the order of the text.
    pub(super) fn finish(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.found.borrow_mut().mistakes).finish()
    }
}
