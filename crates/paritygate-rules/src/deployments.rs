//! What a deployment says of an artifact in an environment.

use paritygate_eval::{Judgement, Scope};
use paritygate_model::promotion::{Artifact, DeploymentFact, DeploymentResult};

/// What is told of a deployment: the environment, and how it ended.
pub(crate) fn label(fact: &DeploymentFact, environment: &str) -> String {
    format!("{environment}: {}", fact.result.word())
}

/// How a deployment did not go well.
pub(crate) const fn how(fact: &DeploymentFact) -> &'static str {
    match fact.result {
        DeploymentResult::RolledBack => "was rolled back",
        DeploymentResult::Cancelled => "was cancelled",
        DeploymentResult::Running => "has not ended",
        _ => "failed",
    }
}

/// Why the newest deployment to an environment does not show that an artifact runs there; `None` where it went well and is
/// of that artifact. `then` is what comes after its end, where there is more to say than to wait for that.
pub(crate) fn amiss(fact: &DeploymentFact, artifact: &Artifact, environment: &str, then: &str) -> Option<Judgement> {
    let component = &artifact.component;
    let is_nobodys = fact.component.is_empty() && fact.digest.is_none() && fact.index_digest.is_none();
    let judgement = match (Scope::is_of(fact, artifact), fact.result) {
        (None, DeploymentResult::RolledBack) if is_nobodys => {
            Judgement::fail(format!("what ran in {environment} was taken away, and nothing took its place"))
                .help(format!("deploy `{component}` to {environment} again"))
        }
        (None, _) => Judgement::unknown(format!("it is not known which digest of `{component}` runs in {environment}"))
            .help(
                "give both the artifact and the deployment a digest; on GitHub a deployment has it in its `payload`: \
                 `{ component, digest }`",
            ),
        (Some(false), DeploymentResult::Running) => {
            Judgement::fail(format!("another digest of `{component}` is being deployed to {environment}"))
                .help("wait for its end, or hand in the fact that it has ended; then deploy what is promoted again")
        }
        (Some(false), _) => {
            Judgement::fail(format!("another digest of `{component}` was deployed to {environment} since"))
                .help(format!("deploy it to {environment} again, or promote what runs there"))
        }
        (Some(true), DeploymentResult::Succeeded) => return None,
        (Some(true), DeploymentResult::Running) => {
            Judgement::fail(format!("the deployment of `{component}` to {environment} {}", how(fact)))
                .help(format!("wait for its end{then}"))
        }
        (Some(true), _) => {
            Judgement::fail(format!("the last deployment of `{component}` to {environment} {}", how(fact)))
                .help(format!("mend it, and deploy to {environment} again"))
        }
    };
    Some(judgement)
}
