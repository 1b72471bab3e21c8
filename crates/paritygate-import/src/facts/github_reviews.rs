//! Reviews of a GitHub pull request. They approve a change and no deployment, so they are facts about the change.
//!
//! The newest review of each person counts that approves, asks for changes or was dismissed; a comment changes nothing.
//! What asks for changes or was dismissed takes an earlier approval back. The commit that is reviewed is the one of the
//! newest approval that stands. What asks for changes stands until its author approves or it is dismissed. A review
//! without a time gives no approval where another of its person has one, and takes one back wherever it might be newer.

use paritygate_model::promotion::person::is_program;
use paritygate_model::promotion::{Instant, PullRequest};
use paritygate_model::{Node, SortedMap, SortedSet};

use super::FactFormat;
use super::github_pull_requests::key;
use crate::collector::{Collector, has, inner, text};

/// The form.
pub static FORMAT: FactFormat = FactFormat {
    name: "github-reviews",
    summary: "`gh api repos/{owner}/{repo}/pulls/{number}/reviews`, joined with the pull request where it is handed in beside them",
    is,
    take,
};

fn is(object: Node<'_>) -> bool {
    has(object, &["pull_request_url", "state", "user"])
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    let key = text(object, "pull_request_url").and_then(|url| key(url, "pulls"));
    let Some(key) = key else {
        let help = "hand in reviews as GitHub prints them";
        return collector.doubt(
            "fact-without-id",
            object,
            "this review does not say of which pull request it is",
            help,
        );
    };
    let found = review(object, collector);
    collector.pull_requests.of(key, object).reviews.extend(found);
}

/// What one person said that counts.
pub(crate) struct Review<'d> {
    by: &'d str,
    approves: bool,
    asks_for_changes: bool,
    at: Option<Instant>,
    commit: Option<&'d str>,
}

/// What a review says, in the words of the API or of `gh`; `None` where that changes nothing.
pub(crate) fn review<'d>(object: Node<'d>, collector: &mut Collector<'d>) -> Option<Review<'d>> {
    let state = text(object, "state").unwrap_or_default();
    let approves = match state {
        "APPROVED" => true,
        "CHANGES_REQUESTED" | "DISMISSED" => false,
        "COMMENTED" | "PENDING" => return None,
        _ => {
            let message = format!("`{state}` is no state of a review that is known: it approves nothing");
            let help = "states are APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED and PENDING";
            collector.doubt("unknown-state", object.get("state").unwrap_or(object), message, help);
            false
        }
    };
    // Of people whose account is gone, no approval is left; what they asked for is.
    let ghost = || (state == "CHANGES_REQUESTED").then_some("ghost");
    let by = inner(object, "user", "login").or_else(|| inner(object, "author", "login")).or_else(ghost)?;
    let user = object.get("user").or_else(|| object.get("author"));
    if approves && (user.is_some_and(is_bot) || is_program(by)) {
        // What a program approves nobody has read.
        return None;
    }
    let at = ["submitted_at", "submittedAt"].into_iter().find_map(|field| collector.instant(object, field));
    let commit = text(object, "commit_id").or_else(|| inner(object, "commit", "oid"));
    Some(Review { by, approves, asks_for_changes: state == "CHANGES_REQUESTED", at, commit })
}

/// Whether GitHub says that an account is a program's, whatever its name.
pub(crate) fn is_bot(user: Node<'_>) -> bool {
    let says = |field: &str, word: &str| user.get(field).and_then(|node| node.scalar_text()) == Some(word);
    says("type", "Bot") || says("is_bot", "true")
}

/// Says who approves, and up to which commit. Whose change it is does not review it.
pub(crate) fn judge(mut reviews: Vec<Review<'_>>, authors: &SortedSet<&str>, pull_request: &mut PullRequest) {
    reviews.retain(|review| !review.approves || !authors.contains(review.by));
    // Of two at the same instant the one that takes back counts, and the one that says more.
    reviews.sort_by_key(|review| {
        let unknown = review.at.is_none() && !review.approves;
        (unknown, review.at, !review.approves, review.commit.is_some())
    });
    let newest: SortedMap<&str, &Review<'_>> = reviews.iter().map(|review| (review.by, review)).collect();
    let asking = newest.values().filter(|review| review.asks_for_changes);
    pull_request.changes_requested_by = asking.map(|review| review.by.to_owned()).collect();
    let approvals: Vec<&Review<'_>> = newest.into_values().filter(|review| review.approves).collect();
    pull_request.approved_by = approvals.iter().map(|review| review.by.to_owned()).collect();
    let last = approvals.iter().max_by_key(|review| (review.at, review.commit.is_some()));
    pull_request.reviewed_commit = last.and_then(|review| review.commit).map(str::to_owned);
}

#[cfg(test)]
mod tests {
    use crate::facts::tests::shown;

    fn review(by: &str, state: &str, minute: u32, commit: &str) -> String {
        format!(
            r#"{{"id": {minute}, "user": {{"login": "{by}"}}, "state": "{state}", "commit_id": "{commit}", "body": "",
            "submitted_at": "2026-08-01T10:{minute:02}:00Z",
            "pull_request_url": "https://api.github.com/repos/o/r/pulls/12"}}"#
        )
    }

    fn of(reviews: &[String]) -> String {
        shown(&[&format!("[{}]", reviews.join(","))])
    }

    #[test]
    fn the_newest_word_of_each_person_counts() {
        let approved = review("carol", "APPROVED", 5, "c1");
        for (reviews, expected) in [
            (vec![approved.clone()], "pull request 12 approved by carol up to c1"),
            (
                vec![approved.clone(), review("carol", "COMMENTED", 9, "c2")],
                "pull request 12 approved by carol up to c1",
            ),
            (
                vec![review("carol", "CHANGES_REQUESTED", 9, "c2"), approved.clone()],
                "pull request 12 approved by  up to - but carol asked for changes",
            ),
            (
                vec![
                    review("dana", "CHANGES_REQUESTED", 3, "c2"),
                    review("dana", "APPROVED", 4, "c2"),
                    approved.clone(),
                ],
                "pull request 12 approved by carol, dana up to c1",
            ),
            (
                vec![
                    review("dana", "CHANGES_REQUESTED", 3, "c2"),
                    review("dana", "COMMENTED", 4, "c2"),
                    approved.clone(),
                ],
                "pull request 12 approved by carol up to c1 but dana asked for changes",
            ),
            (vec![approved.clone(), review("carol", "DISMISSED", 9, "c2")], "pull request 12 approved by  up to -"),
            (
                vec![review("carol", "DISMISSED", 3, "c0"), approved.clone()],
                "pull request 12 approved by carol up to c1",
            ),
            (
                vec![review("dana", "APPROVED", 9, "c3"), approved.clone()],
                "pull request 12 approved by carol, dana up to c3",
            ),
            (
                vec![review("dana", "APPROVED", 8, "c3"), review("dana", "DISMISSED", 9, "c3"), approved.clone()],
                "pull request 12 approved by carol up to c1",
            ),
            (vec![review("dana", "PENDING", 9, "c3")], "pull request 12 approved by  up to -"),
        ] {
            assert_eq!(of(&reviews), expected);
        }
    }

    #[test]
    fn without_a_time_nothing_is_won() {
        let undated = |state: &str| review("carol", state, 1, "c9").replace("submitted_at", "x");
        let approved = review("carol", "APPROVED", 5, "c1");
        assert_eq!(of(&[approved.clone(), undated("DISMISSED")]), "pull request 12 approved by  up to -");
        assert_eq!(of(&[approved, undated("APPROVED")]), "pull request 12 approved by carol up to c1");
        let refused = review("carol", "CHANGES_REQUESTED", 5, "c1");
        assert_eq!(
            of(&[refused, undated("APPROVED")]),
            "pull request 12 approved by  up to - but carol asked for changes"
        );
    }

    #[test]
    fn programs_approve_nothing() {
        let approves = |user: &str| {
            shown(&[&format!(
                r#"{{"number": 12, "reviews": [{{"author": {user}, "state": "APPROVED", "commit": {{"oid": "c1"}}}}]}}"#
            )])
        };
        for user in [r#"{"login": "github-actions"}"#, r#"{"login": "helper", "type": "Bot"}"#] {
            assert_eq!(approves(user), "pull request 12 approved by  up to -");
        }
        assert_eq!(approves(r#"{"login": "carol"}"#), "pull request 12 approved by carol up to c1");
    }

    #[test]
    fn strange_states_and_people_who_are_gone_approve_nothing() {
        let strange = of(&[review("carol", "LIKED", 1, "c1")]);
        assert!(
            strange.contains("`LIKED` is no state of a review") && strange.ends_with("approved by  up to -"),
            "{strange}"
        );
        let gone = review("x", "APPROVED", 1, "c1").replace(r#"{"login": "x"}"#, "null");
        assert_eq!(of(&[gone]), "pull request 12 approved by  up to -");
    }
}
