//! Checks of a commit: GitHub's check runs, commit statuses, and what `gh pr checks` prints.
//!
//! Only `success` passes: a skipped check was not run, a neutral one says neither, a cancelled one could not be run to its
//! end. `gh pr checks` does not say of which commit its checks are. What ran in which environment, and on which digest, none
//! of them says.

use paritygate_model::promotion::{CheckFact, CheckStatus, Instant};
use paritygate_model::{Node, SortedMap, SortedSet};

use super::FactFormat;
use crate::collector::{Collector, by_id, has, id, inner, last_part, list, origin, text};

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
    collector.runs.entry((name, commit.unwrap_or_default())).or_default().push(Run {
        of: ran_by(object).unwrap_or_default(),
        suite: object.get("check_suite").and_then(id),
        place: collector.facts.checks.len(),
        object,
        is_good: status.is_good(),
        is_skipped: status == CheckStatus::Skipped,
        at: (finished_at.is_none(), finished_at),
    });
    collector.facts.checks.push(CheckFact {
        name: name.to_owned(),
        status,
        commit: commit.map(str::to_owned),
        finished_at,
        origin: origin(object),
        ..CheckFact::default()
    });
}

/// One run of a check.
pub(crate) struct Run<'d> {
    /// The workflow or the app that runs it; empty where nobody says.
    of: &'d str,
    suite: Option<&'d str>,
    /// Its place among the checks.
    place: usize,
    object: Node<'d>,
    is_good: bool,
    is_skipped: bool,
    /// When it ended: one that has not, or does not say when, is the newest.
    at: (bool, Option<Instant>),
}

/// The workflow or the app that runs a check.
fn ran_by(object: Node<'_>) -> Option<&str> {
    text(object, "workflow").or_else(|| text(object, "workflowName")).or_else(|| inner(object, "app", "slug"))
}

/// Tells checks apart that have one name: those of two workflows or apps are two checks, and one that did not pass counts. Of
/// two suites of one app the later may be the other one run again: it counts as the newest.
pub(crate) fn finish(collector: &mut Collector<'_>) {
    let mut passed_over: SortedSet<usize> = SortedSet::new();
    for ((name, _), runs) in std::mem::take(&mut collector.runs) {
        let (mut by_runner, mut by_suite) = (SortedMap::new(), SortedMap::new());
        // One that was skipped says nothing beside others.
        for run in runs.iter().filter(|run| !run.is_skipped) {
            keep_newest(&mut by_runner, run.of, run);
            keep_newest(&mut by_suite, (run.of, run.suite), run);
        }
        let bad = by_runner.values().find(|run| !run.is_good);
        let good = by_runner.values().find(|run| run.is_good);
        if let (Some(bad), Some(good)) = (bad, good) {
            let [bad, other] = [bad, good].map(|run| if run.of.is_empty() { "somebody" } else { run.of });
            let message = format!("checks of `{bad}` and of `{other}` are both named `{name}`: that of `{bad}` counts");
            let help = "give them different names, or run the one again that did not pass";
            collector.doubt("same-name", good.object, message, help);
            let is_over = |run: &&Run<'_>| by_runner.get(run.of).is_some_and(|newest| newest.is_good);
            passed_over.extend(runs.iter().filter(is_over).map(|run| run.place));
        } else if let Some(good) = good
            && by_suite.values().any(|run| !run.is_good)
        {
            let message = format!("several suites ran a check named `{name}`, and not all passed: the newest counts");
            collector.doubt("same-name", good.object, message, "see that it is the same check, run again");
        }
    }
    if !passed_over.is_empty() {
        let checks = std::mem::take(&mut collector.facts.checks).into_iter().enumerate();
        collector.facts.checks =
            checks.filter(|(place, _)| !passed_over.contains(place)).map(|(_, check)| check).collect();
    }
}

fn keep_newest<'r, 'd, K: Ord>(newest: &mut SortedMap<K, &'r Run<'d>>, by: K, run: &'r Run<'d>) {
    let known = newest.entry(by).or_insert(run);
    if (run.at, run.place) >= (known.at, known.place) {
        *known = run;
    }
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
    }

    #[test]
    fn checks_of_one_name_are_told_apart() {
        let text = r#"[{"name": "build", "bucket": "fail", "workflow": "A"}, {"name": "build", "bucket": "pass", "workflow": "B"}]"#;
        let of_a = "warning same-name: checks of `A` and of `B` are both named `build`: that of `A` counts";
        let found = shown(&[text]);
        assert!(found.contains(of_a) && found.ends_with("\ncheck build of - failed"), "{found}");
        let by = |id, conclusion: &str, app: &str, suite: u32| {
            let run = run(id, "e2e", "completed", &format!("\"{conclusion}\""));
            let more = format!(r#", "app": {{"slug": "{app}"}}, "check_suite": {{"id": {suite}}}}}"#);
            run.trim_end_matches('}').to_owned() + &more
        };
        let passed = "check e2e of abc passed at";
        let (failed, other) = (by(1, "failure", "circleci", 5), by(2, "success", "github-actions", 6));
        let found = shown(&[&failed, &other]);
        assert!(!found.contains(passed) && found.contains("that of `circleci` counts"), "{found}");
        assert!(found.ends_with("\ncheck e2e of abc failed at 2026-08-01T10:01:00Z"), "{found}");
        // Run again by the same, it counts.
        let again = by(3, "success", "circleci", 7);
        for texts in [vec![&*failed, &*other, &*again], vec![&*failed, &*again]] {
            let found = shown(&texts);
            assert!(found.contains(passed) && found.contains("several suites ran a check named `e2e`"), "{found}");
        }
        // What was skipped stands against nothing.
        let found = shown(&[&by(1, "skipped", "circleci", 5), &other]);
        assert!(found.contains(passed) && !found.contains("same-name"), "{found}");
        let found = shown(&[&by(1, "failure", "circleci", 5), &by(3, "success", "circleci", 5)]);
        assert!(found.contains(passed) && !found.contains("same-name"), "{found}");
    }
}
