//! Commits of a GitHub pull request: who wrote and who committed the change, which `gh pr view` tells in part only.
//!
//! One whose account is not known is named by e-mail, else by name. GitHub itself commits what is merged or edited on its
//! pages, as `web-flow`: in its author's stead.

use paritygate_model::promotion::Change;
use paritygate_model::{Node, SortedSet};

use super::FactFormat;
use crate::collector::{Collector, has, inner, origin, text};

/// The form.
pub static FORMAT: FactFormat =
    FactFormat { name: "github-commits", summary: "`gh api repos/{owner}/{repo}/pulls/{number}/commits`", is, take };

/// As whom GitHub itself commits.
const GITHUB: [&str; 2] = ["web-flow", "noreply@github.com"];

fn is(object: Node<'_>) -> bool {
    has(object, &["sha", "commit", "parents"])
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    collector.commits.push(object);
}

/// Adds those who had a hand in it to the change.
pub(crate) fn finish(collector: &mut Collector<'_>) {
    let commits = std::mem::take(&mut collector.commits);
    let Some(first) = commits.first() else { return };
    let change = collector.facts.change.get_or_insert_with(|| Change { origin: origin(*first), ..Change::default() });
    add(&mut change.authors, commits.iter().filter_map(|commit| person(*commit, "author")));
    add(&mut change.committers, commits.iter().filter_map(|commit| committer(*commit)));
}

fn add<'d>(known: &mut Vec<String>, more: impl Iterator<Item = &'d str>) {
    let mut seen: SortedSet<String> = known.iter().cloned().collect();
    for person in more.filter(|person| !GITHUB.contains(person)) {
        if seen.insert(person.to_owned()) {
            known.push(person.to_owned());
        }
    }
}

fn committer(commit: Node<'_>) -> Option<&str> {
    person(commit, "committer").filter(|by| !GITHUB.contains(by)).or_else(|| person(commit, "author"))
}

fn person<'d>(commit: Node<'d>, role: &str) -> Option<&'d str> {
    let written = || commit.get("commit")?.get(role);
    inner(commit, role, "login").or_else(|| ["email", "name"].into_iter().find_map(|field| text(written()?, field)))
}

#[cfg(test)]
mod tests {
    use crate::facts::tests::{facts, shown};

    fn commit(author: &str, committer: &str) -> String {
        format!(
            r#"{{"sha": "c1", "parents": [], "author": {author}, "committer": {committer}, "commit": {{
            "author": {{"name": "Amy", "email": "amy@example.com"}}, "committer": {{"name": "GitHub", "email": "noreply@github.com"}}}}}}"#
        )
    }

    #[test]
    fn who_had_a_hand_in_it_is_told() {
        let (bob, erin, github) = (r#"{"login": "bob"}"#, r#"{"login": "erin"}"#, r#"{"login": "web-flow"}"#);
        let commits = [commit(bob, erin), commit("null", github), commit(bob, "null")].join(",");
        let (facts, diagnostics) = facts(&[&format!("[{commits}]")]);
        let change = facts.change.expect("a change");
        assert_eq!(
            (change.authors.join(" "), change.committers.join(" ")),
            ("bob amy@example.com".into(), "erin amy@example.com bob".into())
        );
        assert!(diagnostics.is_empty() && change.pull_requests.is_empty(), "{diagnostics:?}");
    }

    #[test]
    fn they_add_to_the_pull_request() {
        let pull = r#"{"number": 12, "headRefOid": "c2", "author": {"login": "bob"}}"#;
        let shown = shown(&[pull, &commit(r#"{"login": "amy"}"#, r#"{"login": "erin"}"#)]);
        assert!(shown.starts_with("authors bob, amy"), "{shown}");
    }
}
