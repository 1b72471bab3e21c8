//! Commits of a GitHub pull request: who wrote and who committed the change, which `gh pr view` tells in part only.
//!
//! One whose account is not known is named by e-mail, else by name. GitHub itself commits what is merged or edited on its
//! pages, as `web-flow`: in its author's stead. Whom a commit names as `Co-authored-by` is an author as well.

use paritygate_model::promotion::{Change, commit};
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
    add(&mut change.authors, commits.iter().flat_map(|commit| co_authors(*commit)));
    let shas = || commits.iter().filter_map(|commit| text(*commit, "sha"));
    let heads = change.pull_requests.iter().filter_map(|pull| Some((pull.number, pull.head_commit.as_deref()?)));
    let is_there = |head: &str| shas().any(|sha| commit::same(sha, head) != Some(false));
    let missing = heads.filter(|(_, head)| !is_there(head)).map(|(number, head)| (number, head.to_owned())).next();
    let Some((number, head)) = missing else {
        return add(&mut change.committers, commits.iter().filter_map(|commit| committer(*commit)));
    };
    // Who committed those that are not at hand is not known.
    let of = number.map_or_else(|| "the pull request".to_owned(), |number| format!("#{number}"));
    let message =
        format!("the last commit of {of}, `{head}`, is none of these: some are missing, or they are of another");
    let help = "ask for all of its commits, with `gh api --paginate`";
    collector.doubt("incomplete-facts", *first, message, help);
}

/// The addresses of those whom a commit names as its authors as well; names where it gives no address.
fn co_authors(commit: Node<'_>) -> impl Iterator<Item = &str> {
    let message = commit.get("commit").and_then(|commit| text(commit, "message")).unwrap_or_default();
    message.lines().filter_map(|line| {
        let (word, who) = line.split_once(':')?;
        let who = who.trim();
        let address = who.strip_suffix('>').and_then(|who| Some(who.rsplit_once('<')?.1));
        word.trim().eq_ignore_ascii_case("co-authored-by").then(|| address.unwrap_or(who)).filter(|who| !who.is_empty())
    })
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
    fn co_authors_are_authors() {
        let message = "Add it\\n\\nCo-authored-by: Dana <1234+dana@users.noreply.github.com>\\nco-authored-by: Erin";
        let commit = format!(
            r#"{{"sha": "c1", "parents": [], "author": {{"login": "bob"}}, "commit": {{"message": "{message}"}}}}"#
        );
        let shown = shown(&[&format!("[{commit}]")]);
        assert_eq!(shown, "authors bob, 1234+dana@users.noreply.github.com, Erin");
    }

    #[test]
    fn commits_without_the_last_one_are_not_all() {
        let pull = |head: &str| format!(r#"{{"number": 12, "headRefOid": "{head}", "author": {{"login": "bob"}}}}"#);
        let sha = "a".repeat(40);
        let commits = commit(r#"{"login": "amy"}"#, r#"{"login": "erin"}"#).replace("c1", &sha);
        let committers = |head: &str| {
            let (facts, diagnostics) = facts(&[&pull(head), &commits]);
            (facts.change.expect("a change").committers.join(" "), diagnostics.len())
        };
        assert_eq!(committers(&sha), ("erin".to_owned(), 0));
        assert_eq!(committers(&"b".repeat(40)), (String::new(), 1));
    }

    #[test]
    fn they_add_to_the_pull_request() {
        let pull = r#"{"number": 12, "headRefOid": "c2", "author": {"login": "bob"}}"#;
        let shown = shown(&[pull, &commit(r#"{"login": "amy"}"#, r#"{"login": "erin"}"#)]);
        assert!(shown.starts_with("authors bob, amy"), "{shown}");
    }
}
