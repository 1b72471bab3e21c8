//! GitHub deployments. How each of them went say their statuses; one without any is running.
//!
//! GitHub knows a commit, and not what was built from it: `component`, `digest`, `image`, `tag` and `version` are taken from
//! the payload that the deploying workflow wrote, an object or its JSON text. Everything else in a payload is masked in
//! excerpts. The component is empty where none is named. A git ref is not taken for the tag of an image. Another task than
//! `deploy`, such as `deploy:migrations`, deploys nothing where it went well; that it runs or failed still counts.

use paritygate_model::promotion::{DeploymentFact, DeploymentResult, Instant};
use paritygate_model::{Node, SortedMap, Source, limits};

use super::FactFormat;
use super::github_deployment_statuses::{Outcome, outcome};
use crate::collector::{Collector, by_id, has, id, inner, instant, origin, text};
use crate::{document, image};

/// The form.
pub static FORMAT: FactFormat = FactFormat {
    name: "github-deployments",
    summary: "`gh api repos/{owner}/{repo}/deployments`, joined with their statuses where these are handed in beside them",
    is,
    take,
};

/// What a payload may say.
const PAYLOAD: [&str; 5] = ["component", "digest", "image", "tag", "version"];

/// Deployments by id, in the order of their ids, and their statuses.
#[derive(Default)]
pub(crate) struct Deployments<'d> {
    deployments: SortedMap<(usize, &'d str), Node<'d>>,
    pub(crate) statuses: SortedMap<(usize, &'d str), Vec<Node<'d>>>,
}

fn is(object: Node<'_>) -> bool {
    // One whose environment is no name is of another system, or says nothing.
    has(object, &["id", "sha", "created_at"])
        && text(object, "environment").is_some()
        && !has(object, &["deployment_url"])
}

fn take<'d>(object: Node<'d>, collector: &mut Collector<'d>) {
    if let Some(payload) = object.get("payload") {
        hide(payload);
    }
    let Some(id) = id(object) else {
        collector.doubt("fact-without-id", object, "this deployment has no `id`", "hand it in as GitHub prints it");
        return;
    };
    // Pages may overlap when something happens between them: the newer picture counts.
    let updated = |node: Node<'_>| instant(node, "updated_at");
    let known = collector.deployments.deployments.entry(by_id(id)).or_insert(object);
    if updated(object) >= updated(*known) {
        *known = object;
    }
}

/// Masks what is not read: it may be anything.
fn hide(payload: Node<'_>) {
    let unread = payload.entries().filter(|(key, ..)| !PAYLOAD.contains(key)).map(|(_, _, value)| value);
    let text = payload.as_str().is_some().then_some(payload);
    for place in unread.chain(text).filter_map(Node::location) {
        place.source.mask(place.span);
    }
}

/// Joins deployments with their statuses.
pub(crate) fn finish(collector: &mut Collector<'_>) {
    let Deployments { deployments, mut statuses } = std::mem::take(&mut collector.deployments);
    let mut gone = Vec::new();
    for (key, deployment) in deployments {
        let statuses = statuses.remove(&key).unwrap_or_default();
        let outcome = outcome(statuses, collector);
        let environment = text(deployment, "environment").unwrap_or_default();
        let outcome = outcome.map(|outcome| elsewhere(outcome, environment, collector));
        let result = outcome.as_ref().map_or(DeploymentResult::Running, |outcome| outcome.result);
        let task = text(deployment, "task").unwrap_or("deploy");
        if task != "deploy" && result == DeploymentResult::Succeeded {
            let message = format!("the task `{task}` is passed over: only `deploy` deploys");
            let help = "create deployments with the task `deploy` where they change what runs";
            collector.doubt("other-task", deployment, message, help);
            continue;
        }
        gone.extend(outcome.as_ref().and_then(|outcome| Some((collector.facts.deployments.len(), outcome.inactive?))));
        let mut fact = DeploymentFact {
            environment: environment.to_owned(),
            commit: text(deployment, "sha").map(str::to_owned),
            started_at: collector.instant(deployment, "created_at"),
            finished_at: outcome.and_then(|outcome| outcome.finished_at),
            result,
            by: inner(deployment, "creator", "login").map(str::to_owned),
            id: Some(key.1.to_owned()),
            origin: origin(deployment),
            ..DeploymentFact::default()
        };
        read_payload(deployment, &mut fact, collector);
        collector.facts.deployments.push(fact);
    }
    for (key, statuses) in statuses {
        let Some(outcome) = outcome(statuses, collector) else { continue };
        let message = format!("the deployment `{}` is not at hand: what was deployed is not known", key.1);
        let help = "hand in the deployments beside their statuses: `gh api repos/{owner}/{repo}/deployments`";
        collector.doubt("orphan-status", outcome.status, message, help);
        gone.extend(outcome.inactive.map(|inactive| (collector.facts.deployments.len(), inactive)));
        collector.facts.deployments.push(DeploymentFact {
            environment: text(outcome.status, "environment").unwrap_or_default().to_owned(),
            finished_at: outcome.finished_at,
            result: outcome.result,
            id: Some(key.1.to_owned()),
            origin: origin(outcome.status),
            ..DeploymentFact::default()
        });
    }
    take_away(&gone, collector);
}

/// How a deployment to an environment went, of which a status says that it went well in another: it may not have ended here.
fn elsewhere<'d>(outcome: Outcome<'d>, environment: &str, collector: &mut Collector<'d>) -> Outcome<'d> {
    let other = text(outcome.status, "environment").filter(|other| !other.eq_ignore_ascii_case(environment));
    let Some(other) = other.filter(|_| outcome.result == DeploymentResult::Succeeded) else { return outcome };
    let message = format!(
        "this status is of `{other}`, and its deployment of `{environment}`: it counts as one that has not ended"
    );
    let help = "create a deployment for each environment";
    collector.doubt("contradiction", outcome.status, message, help);
    Outcome { result: DeploymentResult::Running, finished_at: None, inactive: None, ..outcome }
}

/// Takes away those that became inactive while none took their place. GitHub says so of all but the newest of an environment:
/// what took the place of one may be inactive as well by now.
fn take_away(gone: &[(usize, Node<'_>)], collector: &mut Collector<'_>) {
    let began = |fact: &DeploymentFact| fact.started_at.or(fact.finished_at);
    let well = collector.facts.deployments.iter().filter(|fact| fact.result == DeploymentResult::Succeeded);
    // When those began that ended well, by environment.
    let mut all: SortedMap<String, Vec<Option<Instant>>> = SortedMap::new();
    for fact in well {
        all.entry(fact.environment.clone()).or_default().push(began(fact));
    }
    all.values_mut().for_each(|began| began.sort_unstable());
    for (place, inactive) in gone {
        let ended = collector.instant(*inactive, "created_at");
        let Some(fact) = collector.facts.deployments.get_mut(*place) else { continue };
        // What took its place began after it, and before it was said to be inactive.
        let others = all.get(&fact.environment).map(Vec::as_slice).unwrap_or_default();
        let next = others.get(others.partition_point(|other| *other <= began(fact))).copied();
        if next.is_some_and(|next| ended.is_none() || next <= ended) {
            continue;
        }
        (fact.result, fact.finished_at) = (DeploymentResult::RolledBack, ended);
        if next.is_none() {
            // The last one of all: what runs there now nobody says, and it is not what ran before.
            (fact.component, fact.id) = (String::new(), None);
            (fact.digest, fact.index_digest, fact.tag, fact.version) = (None, None, None, None);
        }
    }
}

/// Takes what the payload of a deployment says of the artifact.
fn read_payload(deployment: Node<'_>, fact: &mut DeploymentFact, collector: &mut Collector<'_>) {
    let Some(payload) = deployment.get("payload") else { return };
    let Some(text) = payload.as_str() else {
        return artifact(payload, payload, fact, collector);
    };
    if !text.trim_start().starts_with('{') {
        return;
    }
    if text.len() > limits::MAX_PAYLOAD_BYTES {
        let message = format!("the payload has more than {} bytes, which is the limit", limits::MAX_PAYLOAD_BYTES);
        return collector.doubt("payload-too-large", payload, message, "it is not looked into; write less into it");
    }
    // A payload is free text: one that is no JSON is nobody's mistake.
    let (inside, _) = document::read(&Source::new("payload.json", text));
    if let Some(root) = inside.root() {
        artifact(root, payload, fact, collector);
    }
}

fn artifact(says: Node<'_>, place: Node<'_>, fact: &mut DeploymentFact, collector: &mut Collector<'_>) {
    let say = |field: &str| says.get(field).and_then(Node::scalar_text).filter(|text| !text.is_empty());
    say("component").unwrap_or_default().clone_into(&mut fact.component);
    fact.tag = say("tag").map(str::to_owned);
    fact.version = say("version").map(str::to_owned);
    fact.build_id = ["buildId", "build_id", "build"].into_iter().find_map(say).map(str::to_owned);
    let mut digests: Vec<&str> =
        say("digest").map(|text| text.rsplit('@').next().unwrap_or(text)).into_iter().collect();
    if let Some(reference) = say("image") {
        if is_digest(reference) {
            digests.push(reference);
        } else {
            let parts = image::parts(reference);
            let part = |range: Option<std::ops::Range<usize>>| reference.get(range?);
            digests.extend(part(parts.digest));
            fact.tag = fact.tag.take().or(part(parts.tag).map(str::to_owned));
        }
    }
    let help = "write the digest of the image as `sha256:` and 64 hexadecimal digits";
    if digests.iter().any(|digest| !is_digest(digest)) {
        collector.doubt("no-digest", place, "the payload holds a digest that is none: it is passed over", help);
    }
    digests.retain(|digest| is_digest(digest));
    digests.dedup();
    match digests.as_slice() {
        [] => {}
        [digest] => fact.digest = Some((*digest).to_owned()),
        _ => collector.doubt("no-digest", place, "the payload names two digests: neither counts", help),
    }
}

/// Whether a text is a digest as registries write it.
fn is_digest(text: &str) -> bool {
    let is_hex = |hex: &str| hex.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    match text.split_once(':') {
        Some(("sha256", hex)) => hex.len() == 64 && is_hex(hex),
        Some(("sha512", hex)) => hex.len() == 128 && is_hex(hex),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{facts, shown};

    fn deployment(id: u32, payload: &str) -> String {
        format!(
            r#"{{"id": {id}, "sha": "abc", "ref": "refs/tags/v1", "task": "deploy", "environment": "production",
            "created_at": "2026-08-01T10:00:00Z", "updated_at": "2026-08-01T10:00:00Z", "creator": null,
            "payload": {payload}}}"#
        )
    }

    fn artifact_of(payload: &str) -> (String, Option<String>, Option<String>, Option<String>) {
        let (facts, _) = facts(&[&deployment(1, payload)]);
        let fact = facts.deployments.into_iter().next().unwrap();
        (fact.component, fact.digest.map(|digest| digest.chars().take(9).collect()), fact.tag, fact.version)
    }

    #[test]
    fn payloads_name_the_artifact() {
        let (one, two) = (format!("sha256:{}", "1".repeat(64)), format!("sha256:{}", "2".repeat(64)));
        let some = |text: &str| Some(text.to_owned());
        for (payload, expected) in [
            (r#"{"component": "api", "version": 1.10}"#.to_owned(), ("api", None, None, some("1.10"))),
            (format!(r#"{{"digest": "{one}", "tag": "v1"}}"#), ("", some("sha256:11"), some("v1"), None)),
            (format!(r#"{{"image": "host:5000/api:v2@{one}"}}"#), ("", some("sha256:11"), some("v2"), None)),
            (format!(r#"{{"image": "{one}", "digest": "r.example/api@{one}"}}"#), ("", some("sha256:11"), None, None)),
            (format!(r#"{{"image": "api@{one}", "digest": "{two}"}}"#), ("", None, None, None)),
            (r#"{"digest": "sha256:12"}"#.to_owned(), ("", None, None, None)),
            (r#""{\"component\": \"api\", \"tag\": \"v3\"}""#.to_owned(), ("api", None, some("v3"), None)),
            (r#""please""#.to_owned(), ("", None, None, None)),
            (r#""{please""#.to_owned(), ("", None, None, None)),
            (r#"{"component": null, "image": {"x": 1}}"#.to_owned(), ("", None, None, None)),
            ("null".to_owned(), ("", None, None, None)),
        ] {
            let (component, digest, tag, version) = expected;
            assert_eq!(artifact_of(&payload), (component.to_owned(), digest, tag, version), "{payload}");
        }
    }

    #[test]
    fn a_git_ref_is_no_tag_and_no_status_is_no_end() {
        assert_eq!(
            shown(&[&deployment(1, "{}")]),
            "deployment 1 to production of abc from 2026-08-01T10:00:00Z running"
        );
    }

    #[test]
    fn the_newer_picture_of_a_deployment_counts_once() {
        let old = deployment(7, "{}");
        let new =
            old.replace("\"updated_at\": \"2026-08-01T10", "\"updated_at\": \"2026-08-01T11").replace("abc", "def");
        for texts in [[old.as_str(), new.as_str()], [new.as_str(), old.as_str()]] {
            assert_eq!(shown(&texts), "deployment 7 to production of def from 2026-08-01T10:00:00Z running");
        }
    }

    #[test]
    fn another_task_deploys_nothing_and_can_fail() {
        let task = deployment(3, "{}").replace("\"deploy\"", "\"deploy:migrations\"");
        let status = |state: &str| {
            format!(
                r#"{{"state": "{state}", "created_at": "2026-08-01T10:05:00Z", "deployment_url": "x/deployments/3"}}"#
            )
        };
        assert_eq!(
            shown(&[&task, &status("success")]),
            "1:1 warning other-task: the task `deploy:migrations` is passed over: only `deploy` deploys"
        );
        assert!(shown(&[&task, &status("failure")]).contains("failed until 2026-08-01T10:05:00Z"));
    }

    #[test]
    fn what_is_not_read_of_a_payload_is_masked() {
        for payload in [r#"{"token": "hunter2", "component": "api"}"#, r#""{\"token\": \"hunter2\"}""#] {
            let text = deployment(1, payload).replace('\n', " ");
            let (facts, _) = facts(&[&text]);
            let at = facts.deployments[0].origin.at.clone().unwrap();
            assert!(at.source.digest() != paritygate_model::secret::sha256(text.as_bytes()), "{payload}");
            let start = text.find("\"payload\"").unwrap() as u32;
            let excerpt = at.source.excerpt(paritygate_model::Span::new(start, start + 4)).text;
            assert!(!excerpt.contains("hunter2"), "{excerpt}");
        }
    }

    #[test]
    fn those_that_name_no_environment_are_refused() {
        let of = |environment: &str| deployment(1, "{}").replace("\"production\"", environment);
        for environment in ["null", "5", "\"\"", r#"{"name": "production"}"#] {
            let shown = shown(&[&format!("[{}]", of(environment))]);
            assert!(shown.contains("error unknown-facts") && !shown.contains("deployment 1"), "{shown}");
        }
    }

    #[test]
    fn digests() {
        assert!(is_digest(&format!("sha256:{}", "a".repeat(64))));
        for text in ["", "sha256:", "latest", &format!("sha256:{}", "A".repeat(64)), &format!("md5:{}", "a".repeat(64))]
        {
            assert!(!is_digest(text), "{text}");
        }
    }
}
