//! What was found so far.

use std::cell::RefCell;

use super::{Mistakes, shown};
use crate::{Diagnostic, Location, Node, NodeId, Span, suggest};

/// So many mistakes are told, beside unknown fields.
pub(super) const MAX_MISTAKES: usize = 64;

/// What is known while a value is read.
pub(super) struct State<'w> {
    /// Where what is wrong with a value points that is written nowhere.
    whole: &'w Location,
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    mistakes: Mistakes,
    /// How many there are.
    made: usize,
    /// How many of them are told, beside unknown fields.
    told: usize,
    /// Fields that are not missing, by their map: their name is mistyped, which is told.
    excused: Vec<(NodeId, &'static str)>,
}

impl<'w> State<'w> {
    pub(super) fn new(whole: &'w Location) -> Self {
        Self { whole, found: RefCell::default() }
    }

    /// How many mistakes there are.
    pub(super) fn made(&self) -> usize {
        self.found.borrow().made
    }

    /// Whether a field of a map is not missing, although it is not there.
    pub(super) fn is_excused(&self, map: Option<NodeId>, field: &str) -> bool {
        self.found.borrow().excused.iter().any(|(at, meant)| Some(*at) == map && *meant == field)
    }

    /// Keeps a mistake.
    pub(super) fn wrong(&self, code: &'static str, at: Option<Location>, message: String, help: Option<String>) {
        let found = &mut *self.found.borrow_mut();
        found.made += 1;
        if found.told < MAX_MISTAKES {
            found.told += 1;
            let at = at.unwrap_or_else(|| self.whole.clone());
            found.mistakes.push(|| Diagnostic::error(code, at, message).maybe_help(help));
        }
    }

    /// Keeps that a key of a map is none of its fields.
    #[cold]
    pub(super) fn unknown_field(&self, map: Node<'_>, key: &str, span: Span, fields: &[&'static str]) {
        let found = &mut *self.found.borrow_mut();
        found.made += 1;
        let at = Location { span, ..map.location().unwrap_or_else(|| self.whole.clone()) };
        let Found { mistakes, excused, .. } = found;
        mistakes.push(|| {
            excused.extend(suggest::nearest(key, fields.iter().copied()).and_then(|meant| {
                // The name itself, which lives as long as the type does.
                fields.iter().find(|field| **field == meant).map(|field| (map.id(), *field))
            }));
            let help = match fields {
                [] => Some("remove it: nothing can be given here".to_owned()),
                _ => suggest::did_you_mean(key, fields.iter().copied()),
            };
            Diagnostic::error("unknown-field", at, format!("unknown field `{}`", shown(key))).maybe_help(help)
        });
    }

    /// What was found, in the order of the text.
    pub(super) fn finish(self) -> Result<(), Vec<Diagnostic>> {
        let found = self.found.into_inner();
        if found.made == 0 { Ok(()) } else { Err(found.mistakes.finish()) }
    }
}
