//! Expected differences and waivers. They must say all that keeps an exception from growing unseen.

use paritygate_model::{Diagnostic, Location, Node, SortedSet, Timestamp};

use super::{Expected, Relation, Waiver};
use crate::fields::{Reader, shown};
use crate::selector::Selector;
use crate::spanned::Spanned;

const EXPECTED_FIELDS: [&str; 6] = ["rule", "path", "environments", "relation", "reason", "max"];
const WAIVER_FIELDS: [&str; 9] =
    ["rule", "path", "environments", "owner", "reason", "ticket", "expiresAt", "max", "cells"];

/// The kind of exception that is read: its name in messages and its fields.
struct Form {
    what: &'static str,
    fields: &'static [&'static str],
}

/// What every exception has.
struct Common {
    rule: Option<Spanned<String>>,
    path: Option<Spanned<Selector>>,
    environments: Vec<Spanned<String>>,
    reason: Option<String>,
    max: Option<usize>,
    at: Location,
}

impl Reader<'_> {
    pub(super) fn expected(&mut self, map: Node<'_>, known: &SortedSet<&str>) -> Option<Expected> {
        let form = Form { what: "an expected difference", fields: &EXPECTED_FIELDS };
        let common = self.exception(map, &form, known)?;
        let relation = self.required(
            map,
            form.what,
            form.fields,
            "relation",
            "say what holds instead, such as `relation: differs`",
        );
        let relation = relation.and_then(|node| self.relation(node));
        Some(Expected {
            rule: common.rule?,
            path: common.path?,
            environments: (!common.environments.is_empty()).then_some(common.environments)?,
            relation: relation?,
            reason: common.reason?,
            max: common.max,
            at: common.at,
        })
    }

    pub(super) fn waiver(&mut self, map: Node<'_>, known: &SortedSet<&str>) -> Option<Waiver> {
        let form = Form { what: "a waiver", fields: &WAIVER_FIELDS };
        let common = self.exception(map, &form, known)?;
        let owner = self.required(map, form.what, form.fields, "owner", "name who answers for it");
        let owner = owner.and_then(|node| self.filled(node, "the owner")).map(str::to_owned);
        let expires_at = self.required(
            map,
            form.what,
            form.fields,
            "expiresAt",
            "say when it ends, such as `expiresAt: 2030-01-31T00:00:00Z`",
        );
        let expires_at = expires_at.and_then(|node| self.instant(node));
        let ticket = map.get("ticket").and_then(|node| self.filled(node, "the ticket")).map(str::to_owned);
        let cells = map.get("cells").map(|node| self.cells(node, known)).unwrap_or_default();
        Some(Waiver {
            rule: common.rule?,
            path: common.path?,
            environments: (!common.environments.is_empty()).then_some(common.environments)?,
            owner: owner?,
            reason: common.reason?,
            ticket,
            expires_at: expires_at?,
            max: common.max,
            cells,
            at: common.at,
        })
    }

    fn exception(&mut self, map: Node<'_>, form: &Form, known: &SortedSet<&str>) -> Option<Common> {
        if !self.map(map, form.what) {
            return None;
        }
        self.known(map, form.what, form.fields);
        let rule = self.required(map, form.what, form.fields, "rule", "name the rule by its id");
        let rule = rule.and_then(|node| self.spanned(node, "the rule"));
        let path = self.required(map, form.what, form.fields, "path", "name the path that it covers");
        let path = path.and_then(|node| self.selector(node));
        let environments =
            self.required(map, form.what, form.fields, "environments", "name the environments that it covers");
        let environments = environments.map(|node| self.names(node, "environments", known)).unwrap_or_default();
        let reason = self.required(map, form.what, form.fields, "reason", "say why");
        let reason = reason.and_then(|node| self.filled(node, "the reason")).map(str::to_owned);
        let max = map.get("max").and_then(|node| self.maximum(node));
        if let Some(Spanned { value, at: Some(at) }) = &path
            && !value.is_literal()
            && map.get("max").is_none()
        {
            let (at, message) =
                (at.clone(), format!("`{}` covers several paths, so `max` is needed", shown(&value.text)));
            self.mistakes.push(|| {
                Diagnostic::error("missing-max", at, message)
                    .note("without it the exception would also cover paths that are added later")
                    .help("add `max` with the number of paths that it may cover, or name one path")
            });
        }
        Some(Common { rule, path, environments, reason, max, at: self.at(map) })
    }

    fn maximum(&mut self, node: Node<'_>) -> Option<usize> {
        let number = self.integer(node)?;
        let max = usize::try_from(number).ok().filter(|max| *max > 0);
        if max.is_none() {
            let at = self.at(node);
            self.error(
                "bad-max",
                at,
                format!("`max` is {number}, and so nothing could be covered"),
                "give a number above zero",
            );
        }
        max
    }

    fn relation(&mut self, node: Node<'_>) -> Option<Relation> {
        match Relation::parse(self.text(node)?) {
            Ok(relation) => Some(relation),
            Err(bad) => {
                let at = self.at(node);
                self.error("bad-relation", at, bad.message, &bad.help);
                None
            }
        }
    }

    /// An instant. A date alone is none: nobody could say in which zone its midnight is meant.
    fn instant(&mut self, node: Node<'_>) -> Option<Timestamp> {
        let text = self.text(node)?.trim();
        if let Ok(instant) = text.parse() {
            return Some(instant);
        }
        let at = self.at(node);
        let date = text.get(..10).filter(|date| date.parse::<jiff::civil::Date>().is_ok());
        let (message, help) = match date {
            Some(date) if date.len() == text.len() => {
                (format!("`{date}` is a date, not an instant"), format!("add time and zone: `{date}T00:00:00Z`"))
            }
            Some(_) if text.parse::<jiff::civil::DateTime>().is_ok() => (
                format!("`{}` has no zone, and so is no instant", shown(text)),
                format!("add the zone: `{}Z`", shown(text)),
            ),
            _ => (
                format!("`{}` is no instant", shown(text)),
                "write date, time and zone: `2030-01-31T00:00:00Z`".to_owned(),
            ),
        };
        self.error("bad-instant", at, message, &help);
        None
    }

    /// The pinned values, by environment. They are never shown: a value may be secret.
    fn cells(&mut self, node: Node<'_>, known: &SortedSet<&str>) -> Vec<(String, String)> {
        if !self.map(node, "`cells`") {
            return Vec::new();
        }
        let mut cells = Vec::with_capacity(node.len());
        for (name, span, value) in node.entries() {
            let at = self.key_at(node, span);
            self.environment_name(name, at, known);
            // Nobody knows whether it is secret, so no excerpt shows it.
            if let Some(at) = value.location() {
                at.source.mask(at.span);
            }
            match value.scalar_text() {
                Some(text) => cells.push((name.to_owned(), text.to_owned())),
                None => self.wrong_type(value, "a text, a number or a boolean"),
            }
        }
        cells
    }
}
