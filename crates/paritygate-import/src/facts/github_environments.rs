//! GitHub environments with their protection rules: who may approve a deployment there, and how long it waits.
//!
//! Nothing of this has happened, so none of it is an approval, a freeze or a deployment. Each environment whose rules are
//! told becomes a `ProtectionRule`: the people by login, the teams as groups by slug (who is in a team is not told), the
//! minutes of the wait timer, and whether who deploys may approve. GitHub lets a deployment go on once *one* of all
//! reviewers approved. Rules about branches and tags name none of these here, and are passed over; so are rules of apps.

use paritygate_model::Node;
use paritygate_model::promotion::ProtectionRule;

use super::FactFormat;
use crate::collector::{Collector, has, inner, list, number, origin, text};

/// The form.
pub static FORMAT: FactFormat = FactFormat {
    name: "github-environments",
    summary: "`gh api repos/{owner}/{repo}/environments`: who may approve, which is no approval",
    is,
    take,
};

fn is(object: Node<'_>) -> bool {
    let all = has(object, &["total_count"]) && list(object, "environments").is_some();
    all || (has(object, &["name"]) && list(object, "protection_rules").is_some())
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    let Some(environments) = list(object, "environments") else {
        return environment(object, collector);
    };
    collector.page("environments", "", object, environments);
    for item in environments.items() {
        if !collector.admits(item) {
            return;
        }
        environment(item, collector);
    }
}

fn environment(object: Node<'_>, collector: &mut Collector<'_>) {
    // Without the list nothing is known: it is not the same as a list that is empty.
    let (Some(name), Some(rules)) = (text(object, "name"), list(object, "protection_rules")) else { return };
    let mut found =
        ProtectionRule { environment: name.to_owned(), origin: origin(object), ..ProtectionRule::default() };
    for rule in rules.items() {
        match text(rule, "type") {
            Some("wait_timer") => {
                found.wait_minutes = rule.get("wait_timer").and_then(number).and_then(|wait| u32::try_from(wait).ok());
            }
            Some("required_reviewers") => {
                let prevents = rule.get("prevent_self_review").and_then(Node::scalar_text);
                found.prevent_self_review = prevents.and_then(|word| word.parse().ok());
                for item in list(rule, "reviewers").into_iter().flat_map(Node::items) {
                    match text(item, "type") {
                        Some("Team") => found.groups.extend(inner(item, "reviewer", "slug").map(str::to_owned)),
                        _ => found.reviewers.extend(inner(item, "reviewer", "login").map(str::to_owned)),
                    }
                }
            }
            _ => {}
        }
    }
    collector.facts.protections.push(found);
}

#[cfg(test)]
mod tests {
    use crate::facts::tests::{facts, shown};

    const PRODUCTION: &str = r#"{"name": "production", "protection_rules": [
        {"type": "wait_timer", "wait_timer": 30},
        {"type": "branch_policy"},
        {"type": "required_reviewers", "prevent_self_review": true, "reviewers": [
            {"type": "User", "reviewer": {"login": "dana"}},
            {"type": "Team", "reviewer": {"slug": "sre", "name": "SRE"}}]}]}"#;

    #[test]
    fn rules_say_who_may_approve() {
        let all = format!(
            r#"{{"total_count": 3, "environments": [{PRODUCTION}, {{"name": "staging", "protection_rules": []}},
                {{"name": "test"}}]}}"#
        );
        for text in [all.as_str(), &format!("[{all}]")] {
            assert_eq!(
                shown(&[text]),
                "protection of production: people dana, groups sre, waits Some(30), no self review Some(true)\n\
                 protection of staging: people , groups , waits None, no self review None"
            );
        }
    }

    #[test]
    fn one_environment_alone() {
        let (facts, diagnostics) = facts(&[PRODUCTION]);
        assert_eq!((facts.protections.len(), facts.approvals.len(), diagnostics.len()), (1, 0, 0));
    }
}
