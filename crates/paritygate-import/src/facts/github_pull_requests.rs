//! Pull requests, as `gh pr view` and GitHub's API tell them: who wrote and merged the change, its last commit, and, from
//! `gh`, its reviews and checks.
//!
//! Authors are the author of the pull request and those of its commits; one whose account is not known is named by e-mail.
//! How many commits the *change* has is not taken from them: a promotion may bring several pull requests, or a squashed one.
//! Reviews are joined over the repository and the number; over the number alone where `gh` was not asked for the `url`, and
//! only one repository has a pull request of that number. Where two texts say different last commits, neither counts.

use paritygate_model::promotion::{Change, PullRequest};
use paritygate_model::{Node, SortedMap, SortedSet};

use super::FactFormat;
use super::github_reviews::{Review, judge, review};
use crate::collector::{Collector, has, inner, list, number, origin, text};

/// The form.
pub static FORMAT: FactFormat = FactFormat {
    name: "github-pull-requests",
    summary: "`gh pr view --json number,url,author,commits,headRefOid,mergeCommit,mergedBy,reviews,statusCheckRollup`, or `gh api repos/{owner}/{repo}/pulls/{number}`",
    is,
    take,
};

/// How many commits of a pull request `gh` asks for.
const COMMITS_OF_GH: usize = 100;

/// Which pull request it is: the repository, as far as that is known, and the number.
pub(crate) type Key = (Option<String>, Option<u64>);

/// Pull requests with what is known of each.
#[derive(Default)]
pub(crate) struct PullRequests<'d> {
    by_key: SortedMap<Key, Pull<'d>>,
    nameless: Vec<Pull<'d>>,
}

/// What is known of a pull request.
pub(crate) struct Pull<'d> {
    /// The first object that tells of it.
    first: Node<'d>,
    views: Vec<Node<'d>>,
    pub(crate) reviews: Vec<Review<'d>>,
}

impl<'d> PullRequests<'d> {
    /// The pull request of that name, which `object` tells of.
    pub(crate) fn of(&mut self, key: Key, object: Node<'d>) -> &mut Pull<'d> {
        self.by_key.entry(key).or_insert_with(|| Pull::of(object))
    }
}

impl<'d> Pull<'d> {
    fn of(first: Node<'d>) -> Self {
        Self { first, views: Vec::new(), reviews: Vec::new() }
    }
}

fn is(object: Node<'_>) -> bool {
    let of_api = has(object, &["number"]) && inner(object, "head", "sha").is_some();
    let of_gh = has(object, &["headRefOid"])
        || list(object, "reviews").is_some()
        || list(object, "latestReviews").is_some()
        || (has(object, &["number"]) && (has(object, &["mergedBy"]) || list(object, "statusCheckRollup").is_some()));
    of_api || of_gh
}

/// The repository and the number in the URL of a pull request: `…/o/r/pulls/12`.
pub(crate) fn key(url: &str, word: &str) -> Option<Key> {
    let mut parts = url.trim_end_matches('/').rsplit('/');
    let number: u64 = parts.next()?.parse().ok()?;
    let is_of = parts.next()? == word;
    let (repository, owner) = (parts.next()?, parts.next()?);
    // GitHub tells names apart without regard to case.
    is_of.then(|| (Some(format!("{owner}/{repository}").to_ascii_lowercase()), Some(number)))
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    let in_url = text(object, "url").and_then(|url| key(url, "pull").or_else(|| key(url, "pulls")));
    let key = in_url.unwrap_or_else(|| (None, object.get("number").and_then(number)));
    let mut reviews = Vec::new();
    for item in ["reviews", "latestReviews"].into_iter().filter_map(|field| list(object, field)).flat_map(Node::items) {
        if !collector.admits(item) {
            return;
        }
        reviews.extend(review(item, collector));
    }
    if let Some(checks) = list(object, "statusCheckRollup") {
        super::github_checks::all(checks, text(object, "headRefOid"), collector);
    }
    let pull = if key.1.is_some() {
        collector.pull_requests.of(key, object)
    } else {
        let nameless = &mut collector.pull_requests.nameless;
        nameless.push(Pull::of(object));
        match nameless.last_mut() {
            Some(pull) => pull,
            None => return,
        }
    };
    pull.views.push(object);
    pull.reviews.extend(reviews);
    if list(object, "commits").is_some_and(|commits| commits.len() >= COMMITS_OF_GH) {
        let message = format!("`gh` tells {COMMITS_OF_GH} commits at most: authors of others may be missing");
        collector.doubt("incomplete-facts", object, message, "name all authors in the request");
    }
}

/// Joins pull requests with their reviews.
pub(crate) fn finish(collector: &mut Collector<'_>) {
    let PullRequests { mut by_key, nameless } = std::mem::take(&mut collector.pull_requests);
    // Those of which the repository is not known, where only one can be meant.
    let numbers: Vec<Option<u64>> = by_key.keys().filter(|(of, _)| of.is_none()).map(|(_, number)| *number).collect();
    for number in numbers {
        let mut others = by_key.iter().map(|(key, _)| key).filter(|(of, other)| of.is_some() && *other == number);
        let (Some(other), None) = (others.next().cloned(), others.next()) else { continue };
        if let Some(alone) = by_key.remove(&(None, number))
            && let Some(pull) = by_key.get_mut(&other)
        {
            pull.views.extend(alone.views);
            pull.reviews.extend(alone.reviews);
        }
    }
    let mut change: Option<Change> = None;
    let mut authors = SortedSet::new();
    let named = by_key.into_iter().map(|((_, number), pull)| (number, pull));
    for (number, pull) in named.chain(nameless.into_iter().map(|pull| (None, pull))) {
        let change = change.get_or_insert_with(|| Change { origin: origin(pull.first), ..Change::default() });
        for author in pull.views.iter().flat_map(|view| authors_of(*view)) {
            if authors.insert(author) {
                change.authors.push(author.to_owned());
            }
        }
        let mut found = PullRequest {
            number,
            merged_by: pull.views.iter().find_map(|view| merger(*view)).map(str::to_owned),
            merge_commit: pull.views.iter().find_map(|view| merge(*view)).map(str::to_owned),
            ..PullRequest::default()
        };
        let heads: SortedSet<&str> = pull.views.iter().filter_map(|view| head(*view)).collect();
        if let (Some(head), 1) = (heads.first(), heads.len()) {
            found.head_commit = Some((*head).to_owned());
        } else if heads.len() > 1 {
            let help = "ask for the pull request again, and hand in one answer";
            let message = "the texts name different last commits of this pull request: neither counts";
            collector.doubt("contradiction", pull.first, message, help);
        }
        let own: SortedSet<&str> = pull.views.iter().flat_map(|view| authors_of(*view)).collect();
        judge(pull.reviews, &own, &mut found);
        change.pull_requests.push(found);
    }
    collector.facts.change = change;
}

fn head(view: Node<'_>) -> Option<&str> {
    text(view, "headRefOid").or_else(|| inner(view, "head", "sha"))
}

/// The commit as which it was merged. The API tells one that GitHub made for a try as well, before that.
fn merge(view: Node<'_>) -> Option<&str> {
    let is_merged = || text(view, "merged_at").is_some() || merger(view).is_some();
    inner(view, "mergeCommit", "oid").or_else(|| text(view, "merge_commit_sha").filter(|_| is_merged()))
}

fn merger(view: Node<'_>) -> Option<&str> {
    inner(view, "mergedBy", "login").or_else(|| inner(view, "merged_by", "login"))
}

fn authors_of(view: Node<'_>) -> Vec<&str> {
    let author = inner(view, "author", "login").or_else(|| inner(view, "user", "login"));
    let commits = list(view, "commits").into_iter().flat_map(Node::items);
    let of_commits = commits.flat_map(|commit| list(commit, "authors").into_iter().flat_map(Node::items));
    let name = |author| ["login", "email", "name"].into_iter().find_map(|field| text(author, field));
    author.into_iter().chain(of_commits.filter_map(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::key;
    use crate::facts::tests::{facts, shown};

    const VIEW: &str = r#"{"number": 12, "headRefOid": "c2", "author": {"login": "bob"}, "mergedBy": {"login": "erin"},
        "commits": [{"oid": "c1", "authors": [{"login": "bob", "email": "b@x"}, {"login": "", "email": "amy@example.com"}]}],
        "reviews": [{"author": {"login": "carol"}, "state": "APPROVED", "submittedAt": "2026-08-01T10:00:00Z",
            "commit": {"oid": "c1"}}],
        "statusCheckRollup": [{"__typename": "CheckRun", "name": "e2e", "workflowName": "CI", "status": "COMPLETED",
            "conclusion": "SUCCESS", "completedAt": "2026-08-01T10:00:00Z"},
            {"__typename": "StatusContext", "context": "scan", "state": "FAILURE", "startedAt": "2026-08-01T11:00:00Z"}]}"#;

    const REVIEW: &str = r#"[{"user": {"login": "dana"}, "state": "APPROVED", "commit_id": "c2",
        "submitted_at": "2026-08-01T11:00:00Z", "pull_request_url": "https://api.github.com/repos/O/r/pulls/12"}]"#;

    #[test]
    fn one_view_tells_all() {
        assert_eq!(
            shown(&[VIEW]),
            "check e2e of c2 passed at 2026-08-01T10:00:00Z\n\
             check scan of c2 failed at 2026-08-01T11:00:00Z\n\
             authors bob, amy@example.com\n\
             pull request 12 approved by carol up to c1 head c2 merged by erin"
        );
    }

    #[test]
    fn reviews_of_other_texts_are_joined() {
        let api = r#"{"number": 12, "url": "https://api.github.com/repos/o/R/pulls/12", "head": {"sha": "c2"},
            "user": {"login": "bob"}, "merged_by": null}"#;
        assert_eq!(shown(&[REVIEW, api]), "authors bob\npull request 12 approved by dana up to c2 head c2");
        let joined = shown(&[VIEW, REVIEW]);
        assert!(
            joined.ends_with("pull request 12 approved by carol, dana up to c2 head c2 merged by erin"),
            "{joined}"
        );
    }

    #[test]
    fn a_number_that_two_repositories_have_joins_nothing() {
        let other = REVIEW.replace("/O/r/", "/o/other/");
        let (facts, _) = facts(&[VIEW, REVIEW, &other]);
        assert_eq!(facts.change.map(|change| change.pull_requests.len()), Some(3));
    }

    #[test]
    fn texts_that_contradict_each_other_name_no_last_commit() {
        let later = r#"{"number": 12, "headRefOid": "c3", "mergedBy": null}"#;
        let shown = shown(&[VIEW, later]);
        assert!(shown.contains("1:1 warning contradiction") && !shown.contains("head"), "{shown}");
    }

    #[test]
    fn a_commit_of_a_try_is_no_merge() {
        let of_gh = |merge: &str| format!(r#"{{"number": 12, "headRefOid": "c2", "mergeCommit": {merge}}}"#);
        let of_api = |at: &str| {
            format!(r#"{{"number": 12, "head": {{"sha": "c2"}}, "merged_at": {at}, "merge_commit_sha": "c9"}}"#)
        };
        for (text, expected) in [
            (of_gh(r#"{"oid": "c9"}"#), Some("c9")),
            (of_gh("null"), None),
            (of_api(r#""2026-08-01T10:00:00Z""#), Some("c9")),
            (of_api("null"), None),
        ] {
            let (facts, _) = facts(&[&text]);
            assert_eq!(facts.change.unwrap().pull_requests[0].merge_commit.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn urls_name_pull_requests() {
        assert_eq!(
            key("https://ghe.example/api/v3/repos/O/r/pulls/7", "pulls"),
            Some((Some("o/r".to_owned()), Some(7)))
        );
        assert_eq!(key("https://github.com/o/r/pull/7", "pull"), Some((Some("o/r".to_owned()), Some(7))));
        for url in ["", "7", "pull/7", "https://github.com/o/r/issues/7", "https://github.com/o/r/pull/x"] {
            assert_eq!(key(url, "pull"), None, "{url}");
        }
    }
}
