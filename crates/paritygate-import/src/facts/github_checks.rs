//! Checks of a commit: GitHub's check runs, commit statuses, and what `gh pr checks` prints.
//!
//! Only `success` passes: a skipped check was not run, a neutral one says neither, a cancelled one could not be run to its
//! end. `gh pr checks` does not say of which commit its checks are. What ran in which environment, and on which digest, none
//! of them says.

use paritygate_model::Node;
use paritygate_model::promotion::{CheckFact, CheckStatus, Instant};

use super::FactFormat;
use crate::collector::{Collector, by_id, has, id, last_part, list, origin, text};

/// The form.
pub static FORMAT: FactFormat = FactFormat {
    name: "github-checks",
    summary: "`gh api repos/{owner}/{repo}/commits/{ref}/check-runs`, `…/commits/{ref}/status`, or `gh pr checks --json name,state,bucket,completedAt,workflow`",
    is,
    take,
};

/// What the lists hold that say how many they are.
pub(crate) const RUNS: &str = "check runs";
pub(crate) const STATUSES: &str = "statuses";

fn is(object: Node<'_>) -> bool {
    let whole = list(object, "check_runs").is_some() || (has(object, &["sha"]) && list(object, "statuses").is_some());
    whole || is_check_run(object) || is_status(object) || is_printed(object)
}

fn is_check_run(object: Node<'_>) -> bool {
    has(object, &["name", "head_sha", "status", "conclusion"]) && !has(object, &["workflow_id"])
}

fn is_status(object: Node<'_>) -> bool {
    has(object, &["context", "state", "url"])
}

/// What `gh pr checks` prints: the fields that were asked for.
fn is_printed(object: Node<'_>) -> bool {
    let more = ["completedAt", "startedAt", "workflow", "link"];
    has(object, &["name", "bucket"])
        || (has(object, &["name", "state"]) && more.iter().any(|field| has(object, &[field])))
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    if let Some(runs) = list(object, "check_runs") {
        let commit = runs.items().find_map(|run| text(run, "head_sha"));
        collector.page(RUNS, commit.unwrap_or_default(), object, runs);
        return all(runs, None, collector);
    }
    if let Some(statuses) = list(object, "statuses") {
        let commit = text(object, "sha");
        collector.page(STATUSES, commit.unwrap_or_default(), object, statuses);
        return all(statuses, commit, collector);
    }
    check(object, None, collector);
}

/// Takes a list of checks of a commit, in the order in which they were made: GitHub prints the newest first.
pub(crate) fn all<'d>(checks: Node<'d>, commit: Option<&'d str>, collector: &mut Collector<'d>) {
    let mut checks: Vec<Node<'d>> = checks.items().collect();
    checks.sort_by_key(|check| id(*check).map(by_id));
    for item in checks {
        if !collector.admits(item) {
            return;
        }
        check(item, commit, collector);
    }
}

fn check<'d>(object: Node<'d>, commit: Option<&'d str>, collector: &mut Collector<'d>) {
    let Some(name) = text(object, "name").or_else(|| text(object, "context")) else {
        let help = "ask for the field `name` too";
        return collector.doubt("fact-without-name", object, "this check has no name: it is passed over", help);
    };
    // The URL of a commit status ends in its commit; that of a list of them does not.
    let in_url =
        text(object, "url").filter(|url| url.contains("/statuses/") && has(object, &["context"])).map(last_part);
    let commit = text(object, "head_sha").or(commit).or(in_url);
    let status = status(object, collector);
    let finished_at = if status == CheckStatus::Pending { None } else { finished(object, collector) };
    if let Some(workflow) = text(object, "workflow").or_else(|| text(object, "workflowName")) {
        let key = (name, commit.unwrap_or_default());
        let (other, how) = *collector.workflows.entry(key).or_insert((workflow, status));
        if other != workflow && how != status {
            let message =
                format!("checks of `{other}` and of `{workflow}` are both named `{name}` and ended differently");
            collector.doubt("same-name", object, message, "the newest counts; give their jobs different names");
        }
    }
    collector.facts.checks.push(CheckFact {
        name: name.to_owned(),
        status,
        commit: commit.map(str::to_owned),
        finished_at,
        origin: origin(object),
        ..CheckFact::default()
    });
}

/// When a check ended. A commit status is written when it has ended, and then never changes.
fn finished(object: Node<'_>, collector: &mut Collector<'_>) -> Option<Instant> {
    let fields: &[&str] = if has(object, &["context"]) {
        &["updated_at", "created_at", "createdAt", "startedAt"]
    } else {
        &["completed_at", "completedAt"]
    };
    fields.iter().find_map(|field| collector.instant(object, field))
}

fn status(object: Node<'_>, collector: &mut Collector<'_>) -> CheckStatus {
    let begun = text(object, "status").filter(|status| !status.eq_ignore_ascii_case("completed"));
    let ended = || ["conclusion", "state", "bucket"].into_iter().find_map(|field| text(object, field));
    // One that is over and does not say how is as good as one that is not.
    let word = begun.or_else(ended).unwrap_or("pending").to_ascii_lowercase();
    match word.as_str() {
        "success" | "pass" => CheckStatus::Passed,
        "failure" | "fail" => CheckStatus::Failed,
        "error" | "timed_out" | "startup_failure" | "cancelled" | "cancel" | "stale" => CheckStatus::Error,
        "neutral" => CheckStatus::Inconclusive,
        "skipped" | "skipping" => CheckStatus::Skipped,
        "action_required" | "expected" | "in_progress" | "pending" | "queued" | "requested" | "waiting" => {
            CheckStatus::Pending
        }
        word => {
            let message = format!("`{word}` is no end of a check that is known: it counts as inconclusive");
            collector.doubt("unknown-state", object, message, "hand in checks as GitHub prints them");
            CheckStatus::Inconclusive
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::tests::shown;

    fn run(id: u32, name: &str, status: &str, conclusion: &str) -> String {
        format!(
            r#"{{"id": {id}, "name": "{name}", "head_sha": "abc", "status": "{status}", "conclusion": {conclusion},
            "started_at": "2026-08-01T10:00:00Z", "completed_at": "2026-08-01T10:0{id}:00Z"}}"#
        )
    }

    #[test]
    fn check_runs_name_their_commit() {
        let runs = [run(3, "e2e", "completed", "\"success\""), run(2, "unit", "in_progress", "null")];
        let text = format!(r#"{{"total_count": 2, "check_runs": [{}]}}"#, runs.join(","));
        assert_eq!(shown(&[&text]), "check unit of abc pending\ncheck e2e of abc passed at 2026-08-01T10:03:00Z");
        assert_eq!(shown(&[&runs[0]]), "check e2e of abc passed at 2026-08-01T10:03:00Z");
    }

    #[test]
    fn nothing_but_success_passes() {
        for (conclusion, expected) in [
            ("neutral", "inconclusive"),
            ("skipped", "skipped"),
            ("cancelled", "error"),
            ("timed_out", "error"),
            ("startup_failure", "error"),
            ("stale", "error"),
            ("failure", "failed"),
            ("action_required", "pending"),
            ("fine", "inconclusive"),
        ] {
            let shown = shown(&[&run(1, "e2e", "completed", &format!("\"{conclusion}\""))]);
            assert!(shown.contains(&format!("check e2e of abc {expected}")), "{conclusion}: {shown}");
        }
        assert_eq!(shown(&[&run(1, "e2e", "completed", "null")]), "check e2e of abc pending");
    }

    #[test]
    fn statuses_take_the_commit_of_their_list_or_url() {
        let status = |state: &str| {
            format!(
                r#"{{"id": 1, "context": "ci/build", "state": "{state}", "url": "https://api.github.com/repos/o/r/statuses/def",
                "created_at": "2026-08-01T10:00:00Z", "updated_at": "2026-08-01T10:00:00Z"}}"#
            )
        };
        let combined =
            format!(r#"{{"state": "error", "sha": "abc", "total_count": 1, "statuses": [{}]}}"#, status("error"));
        assert_eq!(shown(&[&combined]), "check ci/build of abc error at 2026-08-01T10:00:00Z");
        assert_eq!(
            shown(&[&format!("[{}]", status("success"))]),
            "check ci/build of def passed at 2026-08-01T10:00:00Z"
        );
    }

    #[test]
    fn printed_checks_have_no_commit() {
        let text = r#"[{"name": "e2e", "state": "SUCCESS", "bucket": "pass", "completedAt": "2026-08-01T10:00:00Z"},
            {"name": "lint", "state": "IN_PROGRESS", "bucket": "pending", "completedAt": "0001-01-01T00:00:00Z"},
            {"name": "scan", "bucket": "skipping"},
            {"name": "old", "bucket": "pass", "completedAt": "0001-01-01T00:00:00Z"}]"#;
        let expected = "check e2e of - passed at 2026-08-01T10:00:00Z\ncheck lint of - pending\n\
                        check scan of - skipped\ncheck old of - passed";
        assert_eq!(shown(&[text]), expected);
    }

    #[test]
    fn pages_and_names_are_watched() {
        let page = |id, conclusion| {
            format!(r#"{{"total_count": 3, "check_runs": [{}]}}"#, run(id, "e2e", "completed", conclusion))
        };
        let (first, second) = (page(1, "\"failure\""), page(2, "\"success\""));
        let shown_pages = shown(&[&format!("[{first}, {second}]")]);
        assert!(shown_pages.starts_with("1:35 warning incomplete-facts: these are 2 of 3 check runs"), "{shown_pages}");
        let text = r#"[{"name": "build", "bucket": "fail", "workflow": "A"}, {"name": "build", "bucket": "pass", "workflow": "B"}]"#;
        assert!(shown(&[text]).contains("warning same-name: checks of `A` and of `B` are both named `build`"));
    }
}
