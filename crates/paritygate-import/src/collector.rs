//! What is collected of facts until all texts are read, and what their formats share.

use paritygate_model::promotion::{CheckFact, FactSource, Facts, Instant, Origin};
use paritygate_model::{Diagnostic, Node, SortedMap, Timestamp, limits};

use crate::facts::github_deployments::{self, Deployments};
use crate::facts::github_pull_requests::{self, PullRequests};
use crate::facts::{github_checks, github_commits};

/// What is collected of facts until all texts are read: whole ones, and parts that are joined at the end.
#[derive(Default)]
pub struct Collector<'d> {
    /// What is whole.
    pub(crate) facts: Facts,
    /// Deployments and their statuses.
    pub(crate) deployments: Deployments<'d>,
    /// Pull requests and their reviews.
    pub(crate) pull_requests: PullRequests<'d>,
    /// The commits of pull requests.
    pub(crate) commits: Vec<Node<'d>>,
    /// The runs of checks, by name and commit.
    pub(crate) runs: SortedMap<(&'d str, &'d str), Vec<github_checks::Run<'d>>>,
    /// Lists that say how many items they have on all pages.
    pages: SortedMap<(&'static str, &'d str), Page<'d>>,
    count: usize,
    diagnostics: Vec<Diagnostic>,
    untold: usize,
}

struct Page<'d> {
    total: u64,
    seen: u64,
    list: Node<'d>,
}

impl<'d> Collector<'d> {
    /// Whether one more item is read. Of those beyond the limit the first is told.
    pub(crate) fn admits(&mut self, item: Node<'_>) -> bool {
        self.count = self.count.saturating_add(1);
        if self.count == limits::MAX_FACT_ITEMS + 1 {
            let message = format!("the texts hold more than {} items, which is the limit", limits::MAX_FACT_ITEMS);
            let help = "hand in those of the last months only";
            let wrong = match item.location() {
                Some(at) => Diagnostic::error("too-many-facts", at, message),
                None => Diagnostic::nowhere("too-many-facts", message),
            };
            self.diagnostics.push(wrong.help(help));
        }
        self.count <= limits::MAX_FACT_ITEMS
    }

    /// Tells what is wrong; of very many the rest is counted.
    pub(crate) fn tell(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < limits::MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        } else {
            self.untold += 1;
        }
    }

    /// Tells a doubt about a fact.
    pub(crate) fn doubt(&mut self, code: &'static str, at: Node<'_>, message: impl Into<String>, help: &str) {
        if let Some(at) = at.location() {
            self.tell(Diagnostic::warning(code, at, message).help(help));
        }
    }

    /// The instant in a field. GitHub's tools print the year 1 for what has not happened.
    pub(crate) fn instant(&mut self, object: Node<'_>, field: &str) -> Option<Instant> {
        let node = object.get(field).filter(|node| !node.is_null())?;
        let at = instant(object, field);
        if at.is_none() {
            let help = "it counts as not known; instants are written as 2026-08-21T15:04:05Z";
            self.doubt("fact-instant", node, format!("`{field}` is no instant"), help);
        }
        at.filter(|at| at.0 > Timestamp::UNIX_EPOCH)
    }

    /// Remembers how many items a list has on all its pages, and how many are on this one.
    pub(crate) fn page(&mut self, what: &'static str, of: &'d str, answer: Node<'d>, list: Node<'d>) {
        let Some(total) = answer.get("total_count").and_then(number) else { return };
        let page = self.pages.entry((what, of)).or_insert(Page { total, seen: 0, list });
        page.total = page.total.max(total);
        page.seen += list.len() as u64;
    }

    /// Joins the parts, and gives what is known and what was wrong.
    pub(crate) fn finish(mut self) -> (Facts, Vec<Diagnostic>) {
        github_deployments::finish(&mut self);
        github_pull_requests::finish(&mut self);
        github_commits::finish(&mut self);
        github_checks::finish(&mut self);
        for ((what, of), page) in std::mem::take(&mut self.pages) {
            if page.seen < page.total {
                if what == github_checks::RUNS || what == github_checks::STATUSES {
                    let listed = |check: &&mut CheckFact| of.is_empty() || check.commit.as_deref() == Some(of);
                    self.facts.checks.iter_mut().filter(listed).for_each(|check| check.incomplete = true);
                }
                let message = format!("these are {} of {} {what}", page.seen, page.total);
                self.doubt("incomplete-facts", page.list, message, "ask for all pages, with `gh api --paginate`");
            }
        }
        if self.untold > 0 {
            let message = format!("{} more facts are not as expected", self.untold);
            self.diagnostics.push(Diagnostic::nowhere("more-diagnostics", message).help("see those above first"));
        }
        (self.facts, self.diagnostics)
    }
}

/// Where an imported fact is from.
pub(crate) fn origin(node: Node<'_>) -> Origin {
    Origin { source: FactSource::Imported, at: node.location() }
}

/// The text in a field; `None` where it is empty.
pub(crate) fn text<'d>(object: Node<'d>, field: &str) -> Option<&'d str> {
    object.get(field)?.as_str().filter(|text| !text.is_empty())
}

/// The text in a field of the object in a field: `user.login`.
pub(crate) fn inner<'d>(object: Node<'d>, field: &str, inner: &str) -> Option<&'d str> {
    text(object.get(field)?, inner)
}

/// Whether an object has all these fields, whatever they hold.
pub(crate) fn has(object: Node<'_>, fields: &[&str]) -> bool {
    fields.iter().all(|field| object.get(field).is_some())
}

/// The list in a field.
pub(crate) fn list<'d>(object: Node<'d>, field: &str) -> Option<Node<'d>> {
    object.get(field).filter(|list| list.is_sequence())
}

/// The whole number that a value is.
pub(crate) fn number(node: Node<'_>) -> Option<u64> {
    node.scalar_text()?.parse().ok()
}

/// The name of an object in the system that holds it: a number, which counts up.
pub(crate) fn id(object: Node<'_>) -> Option<&str> {
    object.get("id")?.scalar_text().filter(|id| !id.is_empty())
}

/// Puts ids in the order in which they were given.
pub(crate) fn by_id(id: &str) -> (usize, &str) {
    (id.len(), id)
}

/// The instant in a field, if one is there.
pub(crate) fn instant(object: Node<'_>, field: &str) -> Option<Instant> {
    text(object, field)?.parse().ok().map(Instant)
}

/// The last part of a URL's path.
pub(crate) fn last_part(url: &str) -> &str {
    url.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use paritygate_model::Source;

    use super::*;

    #[test]
    fn items_beyond_the_limit_are_told_once() {
        let (document, _) = crate::document::read(&Source::new("a.json", "{}"));
        let item = document.root().unwrap();
        let mut collector = Collector { count: limits::MAX_FACT_ITEMS - 1, ..Collector::default() };
        assert!(collector.admits(item));
        assert!(!collector.admits(item) && !collector.admits(item));
        let (_, diagnostics) = collector.finish();
        assert_eq!(diagnostics.iter().map(|wrong| wrong.code).collect::<Vec<_>>(), ["too-many-facts"]);
    }

    #[test]
    fn the_year_one_has_not_happened() {
        let text = r#"{"a": "0001-01-01T00:00:00Z", "b": "2026-08-01T12:00:00+02:00", "c": "soon", "d": null}"#;
        let (document, _) = crate::document::read(&Source::new("a.json", text));
        let item = document.root().unwrap();
        let mut collector = Collector::default();
        let mut at = |field: &str| collector.instant(item, field).map(|at| at.0.to_string());
        assert_eq!([at("a"), at("b"), at("c"), at("d")], [None, Some("2026-08-01T10:00:00Z".to_owned()), None, None]);
        let (_, diagnostics) = collector.finish();
        assert_eq!(diagnostics.iter().map(|wrong| wrong.code).collect::<Vec<_>>(), ["fact-instant"]);
    }
}
