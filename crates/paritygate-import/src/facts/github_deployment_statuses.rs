//! Statuses of GitHub deployments, which say how each of them went.
//!
//! Each belongs to the deployment whose id ends its `deployment_url`; the newest of a deployment counts. One that says that
//! it went well in another environment than that of its deployment says nothing of this one. `inactive` is what
//! GitHub says of a deployment once another has taken its place, or it was taken away: how it went says the status before.
//! Where no status before is at hand it had succeeded, at an instant that is not known, since nothing else is replaced. With
//! no later deployment at hand that went well there, it no longer runs and counts as rolled back. Statuses whose deployment
//! is not at hand still tell how a deployment went, though not of what.

use paritygate_model::Node;
use paritygate_model::promotion::{DeploymentResult, Instant};

use super::FactFormat;
use crate::collector::{Collector, by_id, has, id, instant, last_part, text};

/// The form.
pub static FORMAT: FactFormat = FactFormat {
    name: "github-deployment-statuses",
    summary: "`gh api repos/{owner}/{repo}/deployments/{id}/statuses`",
    is,
    take,
};

fn is(object: Node<'_>) -> bool {
    has(object, &["deployment_url", "state"])
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    let deployment = text(object, "deployment_url").map(last_part).filter(|id| !id.is_empty());
    let Some(deployment) = deployment else {
        let help = "hand in statuses as GitHub prints them";
        collector.doubt("fact-without-id", object, "this status does not say which deployment it is of", help);
        return;
    };
    collector.deployments.statuses.entry(by_id(deployment)).or_default().push(object);
}

/// How a deployment went.
pub(crate) struct Outcome<'d> {
    /// How it ended, or that it has not.
    pub(crate) result: DeploymentResult,
    /// When it ended.
    pub(crate) finished_at: Option<Instant>,
    /// The status that says so.
    pub(crate) status: Node<'d>,
    /// Where it went well and no longer counts: the status that says that.
    pub(crate) inactive: Option<Node<'d>>,
}

/// How a deployment went, by its statuses; `None` where it has none.
pub(crate) fn outcome<'d>(mut statuses: Vec<Node<'d>>, collector: &mut Collector<'d>) -> Option<Outcome<'d>> {
    let have_ids = statuses.iter().all(|status| id(*status).is_some());
    statuses.sort_by_key(|status| {
        let (at, is_good) = (instant(*status, "created_at"), text(*status, "state") == Some("success"));
        // Without a time, what went well may be the oldest and all else the newest; and so at one instant, without ids.
        let id = id(*status).filter(|_| have_ids).map(by_id);
        (at.is_none() && !is_good, at, id, !is_good, text(*status, "state") != Some("inactive"))
    });
    let newest = statuses.last().copied()?;
    if text(newest, "state") != Some("inactive") {
        return Some(said(newest, collector));
    }
    let before = statuses.iter().rev().copied().find(|status| text(*status, "state") != Some("inactive"));
    let Some(before) = before else {
        let inactive = Some(newest);
        return Some(Outcome { result: DeploymentResult::Succeeded, finished_at: None, status: newest, inactive });
    };
    let before = said(before, collector);
    Some(match before.result {
        // It had not ended when it was put aside.
        DeploymentResult::Running => {
            let finished_at = collector.instant(newest, "created_at");
            Outcome { result: DeploymentResult::Cancelled, finished_at, status: newest, inactive: None }
        }
        DeploymentResult::Succeeded => Outcome { inactive: Some(newest), ..before },
        _ => before,
    })
}

/// What one status says.
fn said<'d>(status: Node<'d>, collector: &mut Collector<'d>) -> Outcome<'d> {
    let result = match text(status, "state").unwrap_or_default() {
        "success" => DeploymentResult::Succeeded,
        "failure" | "error" => DeploymentResult::Failed,
        "in_progress" | "pending" | "queued" | "waiting" => DeploymentResult::Running,
        state => {
            let message =
                format!("`{state}` is no state of a deployment that is known: it counts as one that has not ended");
            let help = "states are error, failure, inactive, in_progress, queued, pending, success and waiting";
            collector.doubt("unknown-state", status.get("state").unwrap_or(status), message, help);
            DeploymentResult::Running
        }
    };
    let ended = result != DeploymentResult::Running;
    let finished_at = if ended { collector.instant(status, "created_at") } else { None };
    Outcome { result, finished_at, status, inactive: None }
}

#[cfg(test)]
mod tests {
    use crate::facts::tests::shown;

    fn with(statuses: &str) -> String {
        let deployment = r#"{"id": 9, "sha": "abc", "ref": "main", "task": "deploy", "environment": "staging",
            "created_at": "2026-08-01T10:00:00Z", "creator": {"login": "bob"}}"#;
        shown(&[deployment, statuses])
    }

    fn status(id: u32, state: &str, minute: u32) -> String {
        format!(
            r#"{{"id": {id}, "state": "{state}", "created_at": "2026-08-01T10:{minute:02}:00Z",
            "environment": "staging", "deployment_url": "https://api.github.com/repos/o/r/deployments/9"}}"#
        )
    }

    #[test]
    fn the_newest_counts() {
        let (begun, good, bad) = (status(1, "in_progress", 1), status(2, "success", 5), status(3, "failure", 9));
        for (statuses, expected) in [
            (format!("[{good}, {begun}]"), "succeeded until 2026-08-01T10:05:00Z"),
            (format!("[{begun}, {good}, {bad}]"), "failed until 2026-08-01T10:09:00Z"),
            (
                format!("[{}, {}]", status(5, "success", 3), status(4, "failure", 3)),
                "succeeded until 2026-08-01T10:03:00Z",
            ),
            (format!("[{begun}]"), "running"),
            (status(7, "waiting", 1), "running"),
            ("[]".to_owned(), "running"),
        ] {
            let shown = with(&statuses);
            assert_eq!(shown, format!("deployment 9 to staging of abc from 2026-08-01T10:00:00Z {expected} by bob"));
        }
    }

    /// Another deployment, begun and ended in one hour.
    fn good(id: u32, environment: &str, hour: &str) -> String {
        format!(
            r#"{{"id": {id}, "sha": "def", "environment": "{environment}", "created_at": "{hour}:10:00Z"}},
            {{"id": 3, "state": "success", "created_at": "{hour}:20:00Z", "environment": "{environment}",
            "deployment_url": "https://api.github.com/repos/o/r/deployments/{id}"}}"#
        )
    }

    #[test]
    fn inactive_means_replaced() {
        let replaced = status(8, "inactive", 20);
        let next = good(10, "staging", "2026-08-01T10");
        for (before, expected) in [
            (status(2, "success", 5), "succeeded until 2026-08-01T10:05:00Z"),
            (status(2, "error", 5), "failed until 2026-08-01T10:05:00Z"),
            (status(2, "queued", 5), "cancelled until 2026-08-01T10:20:00Z"),
            (status(2, "inactive", 5), "succeeded"),
        ] {
            let shown = with(&format!("[{replaced}, {before}, {next}]"));
            let first = shown.lines().next().unwrap_or_default();
            assert_eq!(first, format!("deployment 9 to staging of abc from 2026-08-01T10:00:00Z {expected} by bob"));
        }
    }

    #[test]
    fn inactive_with_nothing_in_its_place_no_longer_runs() {
        let gone = status(8, "inactive", 20);
        let later = good(10, "staging", "2026-08-03T10");
        let elsewhere = good(10, "production", "2026-08-01T10");
        let before = good(8, "staging", "2026-08-01T09");
        // Where it was the last one, what runs is nobody's: neither it nor what ran before.
        for (others, id) in [(String::new(), "-"), (elsewhere, "-"), (before, "-"), (later, "9")] {
            for before in [status(2, "success", 5), status(2, "inactive", 5)] {
                let comma = if others.is_empty() { "" } else { ", " };
                let shown = with(&format!("[{gone}, {before}{comma}{others}]"));
                let expected = format!(
                    "deployment {id} to staging of abc from 2026-08-01T10:00:00Z rolledBack until 2026-08-01T10:20:00Z"
                );
                assert!(shown.contains(&expected), "{shown}");
            }
        }
    }

    #[test]
    fn all_but_the_newest_are_inactive() {
        let (first, second) = (good(10, "staging", "2026-08-01T11"), good(11, "staging", "2026-08-01T12"));
        let gone = |id: u32, at: &str| {
            format!(
                r#"{{"id": 9, "state": "inactive", "created_at": "{at}", "environment": "staging",
                "deployment_url": "https://api.github.com/repos/o/r/deployments/{id}"}}"#
            )
        };
        let replaced = [gone(9, "2026-08-01T11:20:00Z"), gone(10, "2026-08-01T12:20:00Z")].join(", ");
        let all = [status(2, "success", 5), first, second, replaced].join(", ");
        let shown = with(&format!("[{all}]"));
        assert_eq!(shown.matches(" succeeded ").count(), 3, "{shown}");
        // The newest is taken away by hand: the others were replaced, and are not what runs.
        let shown = with(&format!("[{all}, {}]", gone(11, "2026-08-02T00:00:00Z")));
        assert_eq!((shown.matches(" succeeded ").count(), shown.matches("deployment - ").count()), (2, 1), "{shown}");
    }

    #[test]
    fn without_ids_what_went_badly_is_the_newest_of_an_instant() {
        let nameless = |state: &str| status(1, state, 5).replace(r#""id": 1, "#, "");
        let (good, bad, gone) = (nameless("success"), nameless("failure"), nameless("inactive"));
        for all in [format!("{bad}, {good}"), format!("{good}, {bad}"), format!("{bad}, {good}, {gone}")] {
            assert!(with(&format!("[{all}]")).contains(" failed until "), "{all}");
        }
        assert!(with(&format!("[{bad}, {}]", status(2, "success", 5))).contains(" failed until "));
    }

    #[test]
    fn what_went_well_elsewhere_did_not_here() {
        let elsewhere = |state: &str| with(&status(1, state, 5).replace("staging", "production"));
        let good = elsewhere("success");
        assert!(
            good.contains("warning contradiction") && good.contains("9 to staging") && good.contains("Z running by"),
            "{good}"
        );
        assert!(elsewhere("failure").contains(" failed until "));
        assert!(with(&status(1, "success", 5).replace("staging", "Staging")).contains(" succeeded until "));
    }

    #[test]
    fn what_is_not_known_is_no_success() {
        // It denies as one that runs: neither did it go well, nor is the way free.
        assert!(with(&status(1, "perfect", 5)).contains("9 to staging of abc from 2026-08-01T10:00:00Z running"));
        let undated = status(1, "success", 5).replace("created_at", "x");
        assert!(with(&format!("[{undated}, {}]", status(2, "failure", 5))).contains(" failed until "));
        let undated = status(1, "failure", 5).replace("created_at", "x");
        assert!(with(&format!("[{undated}, {}]", status(2, "success", 5))).contains(" failed by "));
    }

    #[test]
    fn without_their_deployment_statuses_say_less() {
        assert_eq!(
            shown(&[&status(1, "success", 5)]),
            "1:1 warning orphan-status: the deployment `9` is not at hand: what was deployed is not known\n\
             deployment 9 to staging succeeded until 2026-08-01T10:05:00Z"
        );
    }
}
