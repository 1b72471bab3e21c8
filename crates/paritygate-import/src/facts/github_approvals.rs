//! Approvals of a GitHub workflow run: who let its deployments go on, or did not.
//!
//! GitHub says neither when, nor for which commit, nor for which groups, so an approval says none of these here. The
//! environments of one answer become an approval each. `pending` is a comment and no answer. A yes counts only with a name
//! and an environment; a no counts without, for nobody stands behind an approval whose person is gone, but what they
//! refused was refused.

use paritygate_model::Node;
use paritygate_model::promotion::person::is_program;
use paritygate_model::promotion::{Approval, ApprovalState};

use super::FactFormat;
use super::github_reviews::is_bot;
use crate::collector::{Collector, has, inner, list, origin, text};

/// The form.
pub static FORMAT: FactFormat = FactFormat {
    name: "github-approvals",
    summary: "`gh api repos/{owner}/{repo}/actions/runs/{run}/approvals`",
    is,
    take,
};

/// GitHub's name for people whose account is gone.
const GONE: &str = "ghost";

fn is(object: Node<'_>) -> bool {
    has(object, &["state", "user"]) && list(object, "environments").is_some()
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    let state = match text(object, "state").unwrap_or_default() {
        "approved" => ApprovalState::Approved,
        "rejected" => ApprovalState::Rejected,
        "pending" => return,
        state => {
            let message = format!("`{state}` is no state of an approval that is known: it counts as rejected");
            let at = object.get("state").unwrap_or(object);
            collector.doubt("unknown-state", at, message, "states are approved, pending and rejected");
            ApprovalState::Rejected
        }
    };
    let by = inner(object, "user", "login");
    // As GitHub names most programs.
    let is_unnamed = object.get("user").is_some_and(is_bot) && !by.is_some_and(is_program);
    let bot = if is_unnamed { "[bot]" } else { "" };
    let names = list(object, "environments").into_iter().flat_map(Node::items);
    let mut environments: Vec<Option<&str>> = names.map(|environment| text(environment, "name")).collect();
    if environments.is_empty() {
        environments.push(None);
    }
    for environment in environments {
        if !collector.admits(object) {
            return;
        }
        if state == ApprovalState::Approved && (by.is_none() || environment.is_none()) {
            let message = "this approval does not say by whom and for which environment: it is passed over";
            collector.doubt("incomplete-approval", object, message, "ask somebody else to approve");
            continue;
        }
        collector.facts.approvals.push(Approval {
            by: format!("{}{bot}", by.unwrap_or(GONE)),
            state,
            environment: environment.map(str::to_owned),
            undated: true,
            origin: origin(object),
            ..Approval::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::tests::shown;

    fn approval(state: &str, user: &str, environments: &str) -> String {
        format!(r#"[{{"state": "{state}", "comment": "ok", "user": {user}, "environments": {environments}}}]"#)
    }

    const DANA: &str = r#"{"login": "dana"}"#;
    const TWO: &str = r#"[{"id": 1, "name": "staging"}, {"id": 2, "name": "production"}]"#;

    #[test]
    fn each_environment_has_its_approval() {
        assert_eq!(
            shown(&[&approval("approved", DANA, TWO)]),
            "approval of staging: dana approved\napproval of production: dana approved"
        );
        assert_eq!(shown(&[&approval("pending", DANA, TWO)]), "");
    }

    #[test]
    fn a_program_is_named_as_one() {
        let bot = approval("approved", r#"{"login": "helper", "type": "Bot"}"#, r#"[{"name": "production"}]"#);
        assert_eq!(shown(&[&bot]), "approval of production: helper[bot] approved");
    }

    #[test]
    fn a_no_counts_even_without_a_name() {
        assert_eq!(shown(&[&approval("rejected", "null", "[]")]), "approval of -: ghost rejected");
        let strange = shown(&[&approval("maybe", DANA, r#"[{"name": "production"}]"#)]);
        assert!(
            strange.contains("warning unknown-state") && strange.ends_with("approval of production: dana rejected")
        );
    }

    #[test]
    fn a_yes_needs_a_name_and_an_environment() {
        let told = "1:2 warning incomplete-approval: this approval does not say by whom and for which environment: it is passed over";
        assert_eq!(shown(&[&approval("approved", "null", r#"[{"name": "production"}]"#)]), told);
        assert_eq!(shown(&[&approval("approved", DANA, "[]")]), told);
    }
}
