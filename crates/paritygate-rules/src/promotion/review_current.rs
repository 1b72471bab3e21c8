//! `review-current`: the review covers the last commit.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::person::is_program;
use paritygate_model::promotion::{PullRequest, commit};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedSet, suggest};

use crate::people::key;

/// The parameters of `review-current`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReviewCurrent {
    /// How many people must have approved each pull request; 1 by default, 0 asks for the commit alone.
    pub approvals: Option<u32>,
}

impl GateKind for ReviewCurrent {
    const NAME: &'static str = "review-current";
    const SUMMARY: &'static str = "the review covers the last commit";
    const MANUAL: &'static str = r##"
For every pull request of the change, the last commit that a review covers is its last commit. Where the pull request does
not say what its last commit is, and there is but one, it is the commit that the artifact was built from. Commits may be
shortened, to no fewer than seven characters. Nobody may have asked for changes since. A change without a pull request can't
be judged, and neither can an artifact that was built from no last commit of one and from none as which one was merged.

```example
request: |
  change: { pullRequests: [{ number: 12, approvedBy: [carol], reviewedCommit: 3f2c1a9, headCommit: 3f2c1a9d0b }] }
expect: pass
message: "the review of #12 covers its last commit"
```

```example
request: |
  change: { pullRequests: [{ number: 12, approvedBy: [carol], reviewedCommit: 3f2c1a9, headCommit: 77d0e1c }] }
expect: fail
message: "#12 was pushed to after its review: `3f2c1a9` was reviewed, and `77d0e1c` is its last commit"
```

```example
request: |
  change: { authors: [bob] }
expect: unknown
message: "no pull request is known that brought the change"
```
"##;

    fn compile(self, _: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        Ok(Box::new(self))
    }
}

impl ReviewCurrent {
    fn one(&self, scope: &Scope<'_>, request: &PullRequest, is_alone: bool) -> Judgement {
        let name = request.number.map_or("the pull request".to_owned(), |number| format!("#{number}"));
        if !request.changes_requested_by.is_empty() {
            let by: Vec<&str> = request.changes_requested_by.iter().map(String::as_str).collect();
            return Judgement::needs_people(format!("{} asked for changes to {name}", suggest::quoted(&by)))
                .who(request.changes_requested_by.iter().cloned())
                .help("make the changes, and ask for another review");
        }
        let needed = self.approvals.unwrap_or(1) as usize;
        // Whose change it is, a review of their own says nothing; of several pull requests, whose is whose is not known.
        let authors = scope.facts().change.iter().filter(|_| is_alone).flat_map(|change| &change.authors);
        let authors: SortedSet<String> = authors.map(|author| key(author)).collect();
        let reviewers = request.approved_by.iter().map(|by| key(by));
        let reviewers = reviewers.filter(|by| !by.is_empty() && !is_program(by) && !authors.contains(by));
        let approved: SortedSet<String> = reviewers.collect();
        if approved.len() < needed {
            let message = format!("{name} has {} of {needed} approvals", approved.len());
            return Judgement::needs_people(message).help("ask for a review");
        }
        let built = || {
            let commits = scope.artifacts().iter().map(|artifact| scope.built_from(artifact));
            let mut commits: Vec<&str> = commits.collect::<Option<_>>()?;
            commits.dedup();
            <[&str; 1]>::try_from(commits).ok().map(|[commit]| commit)
        };
        let head = request.head_commit.as_deref().or_else(|| if is_alone { built() } else { None });
        match (request.reviewed_commit.as_deref(), head) {
            (Some(reviewed), Some(head)) => match commit::same(reviewed, head) {
                Some(true) => Judgement::pass(format!("the review of {name} covers its last commit")),
                Some(false) => Judgement::needs_people(format!(
                    "{name} was pushed to after its review: `{reviewed}` was reviewed, and `{head}` is its last commit"
                ))
                .who(request.approved_by.iter().cloned())
                .help("ask for another review"),
                None => Judgement::unknown(format!(
                    "whether the review of {name} covers its last commit is not known: `{reviewed}` was reviewed, and \
                     `{head}` is its last commit"
                ))
                .help("write commits as seven or more hexadecimal digits"),
            },
            (None, _) => Judgement::unknown(format!("it is not known which commit of {name} was reviewed"))
                .help("give the pull request `reviewedCommit`, or hand in its reviews"),
            (_, None) => Judgement::unknown(format!("it is not known what the last commit of {name} is"))
                .help("give the pull request `headCommit`"),
        }
    }
}

impl GateCheck for ReviewCurrent {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let change = scope.facts().change.as_ref();
        let believed = change.filter(|change| scope.accepts(&change.origin) && !change.pull_requests.is_empty());
        let Some(believed) = believed else {
            let judged = Judgement::unknown("no pull request is known that brought the change")
                .help("hand in what `gh pr view --json number,reviews,headRefOid,mergeCommit` prints");
            return match change {
                Some(change) if !scope.accepts(&change.origin) => judged
                    .note(format!("the change is {}, which this gate does not accept", change.origin.source.word()))
                    .fact("not accepted", &change.origin),
                _ => judged,
            };
        };
        let requests = &believed.pull_requests;
        if let Some(foreign) = super::foreign(scope, requests, "whether what was reviewed is in") {
            return foreign.fact("the change", &believed.origin);
        }
        let is_alone = requests.iter().all(|request| request.number == requests.first().and_then(|first| first.number));
        let each = requests.iter().map(|request| self.one(scope, request, is_alone));
        each.fold(Judgement::default(), Judgement::and).fact("the change", &believed.origin)
    }
}
