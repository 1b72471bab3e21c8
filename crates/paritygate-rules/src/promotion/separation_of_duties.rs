//! `separation-of-duties`: who approves had no hand in it.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedMap, Timestamp};

use paritygate_model::promotion::person::{Form, is_nobody};
use paritygate_model::promotion::{ActorKind, Change, Elapsed};

use crate::people::{self, Bind, Yes};

/// The parameters of `separation-of-duties`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeparationOfDuties {
    /// Whose approval does not count: `author`, `committer`, `merger`, `actor`; all by default.
    pub relations: Option<Vec<Relation>>,
    /// How many others have to approve; 1 by default.
    pub required: Option<u32>,
    /// How old an approval may be: `P7D`. Any age where it is absent.
    pub max_age: Option<Elapsed>,
    /// What an approval has to name to count: `digest`, `environment`; both by default.
    pub bind: Option<Vec<Bind>>,
}

/// What somebody may have to do with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// They wrote it.
    Author,
    /// They committed it.
    Committer,
    /// They merged it.
    Merger,
    /// They ask for the promotion.
    Actor,
}

impl Relation {
    const ALL: [Self; 4] = [Self::Author, Self::Committer, Self::Merger, Self::Actor];

    const fn did(self) -> &'static str {
        match self {
            Self::Author => "wrote it",
            Self::Committer => "committed it",
            Self::Merger => "merged it",
            Self::Actor => "asks for the promotion",
        }
    }
}

/// What is not known where nobody is named as who asks.
const ASKS: &str = "who asks for the promotion";

impl GateKind for SeparationOfDuties {
    const NAME: &'static str = "separation-of-duties";
    const SUMMARY: &'static str = "who approves had no hand in it";
    const MANUAL: &'static str = r#"
At least `required` of the approvals are of people who neither wrote, committed nor merged the change, and do not ask for
the promotion themselves. Names are compared without regard to case and to an `@` before them. Who had a hand in it has to
be known: without a fact about it, or where only an e-mail address, a full name or an account behind its domain
(`ACME\dana`) is known of one side and an account of the other, the gate can't be judged; and neither where the artifact was
built from no last commit of the pull requests that are known, and from none as which one was merged.

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  actor: { id: alice }
  change: { authors: [bob], committers: [bob], pullRequests: [{ number: 12, mergedBy: carol }] }
  approvals: [{ by: dana, state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }]
expect: pass
message: "approved by `dana`, who had no hand in it"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  actor: { id: alice }
  change: { authors: [bob], committers: [bob], pullRequests: [{ number: 12, mergedBy: carol }] }
  approvals: [{ by: Bob, state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }]
expect: fail
message: "0 of 1 approvals are of people who had no hand in it"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  actor: { id: alice }
  approvals: [{ by: dana, state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }]
expect: unknown
message: "it is not known who wrote the change, who committed it and who merged it"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let wrong = if self.relations.as_ref().is_some_and(Vec::is_empty) {
            params
                .wrong("relations", "`relations` is empty: everybody's approval would count")
                .help("name at least one")
        } else if self.required == Some(0) {
            params.wrong("required", "`required` is 0: nobody would be asked").help("ask for at least one")
        } else if let Some(wrong) = people::no_age(params, self.max_age) {
            wrong
        } else {
            return Ok(Box::new(self));
        };
        Err(vec![wrong])
    }
}

impl SeparationOfDuties {
    fn relations(&self) -> &[Relation] {
        self.relations.as_deref().unwrap_or(&Relation::ALL)
    }

    /// Who had a hand in it, with what they did; or what is not known.
    fn hands(&self, scope: &Scope<'_>) -> Result<SortedMap<String, Relation>, Vec<&'static str>> {
        let (promotion, change) = (scope.promotion(), scope.facts().change.as_ref());
        let believed = change.filter(|change| scope.accepts(&change.origin));
        let (mut hands, mut unknown) = (SortedMap::new(), Vec::new());
        for relation in self.relations() {
            let people: Option<Vec<&String>> = match relation {
                Relation::Author => believed.map(|change| change.authors.iter().collect()),
                Relation::Committer => believed.map(|change| change.committers.iter().collect()),
                Relation::Merger => believed.and_then(|change| {
                    let mergers = change.pull_requests.iter().map(|request| request.merged_by.as_ref());
                    mergers.collect::<Option<Vec<_>>>()
                }),
                Relation::Actor => promotion.actor.as_ref().map(|actor| vec![&actor.id]),
            };
            match people.filter(|people| !people.is_empty() && !people.iter().any(|person| is_nobody(person))) {
                Some(people) => hands.extend(people.into_iter().map(|person| (people::key(person), *relation))),
                None => unknown.push(match relation {
                    Relation::Author => "who wrote the change",
                    Relation::Committer => "who committed it",
                    Relation::Merger => "who merged it",
                    Relation::Actor => ASKS,
                }),
            }
        }
        // What the request says against somebody counts, even where it is not believed otherwise.
        if let Some(change) = change {
            for (relation, people) in [(Relation::Author, &change.authors), (Relation::Committer, &change.committers)] {
                if self.relations().contains(&relation) {
                    for person in people {
                        hands.entry(people::key(person)).or_insert(relation);
                    }
                }
            }
        }
        if unknown.is_empty() { Ok(hands) } else { Err(unknown) }
    }
}

impl GateCheck for SeparationOfDuties {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let hands = match self.hands(scope) {
            Ok(hands) => hands,
            Err(unknown) => {
                let listed = match unknown.as_slice() {
                    [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
                    all => all.join(", "),
                };
                let judged = Judgement::unknown(format!("it is not known {listed}"));
                let hand_in = "hand in the pull request and its commits: `gh pr view --json …` and `gh api \
                               repos/{owner}/{repo}/pulls/{number}/commits`, or write them as `change`";
                let name = "name who asks as the request's `actor`";
                return match (unknown.contains(&ASKS), unknown.len()) {
                    (true, 1) => judged.help(name),
                    (true, _) => judged.help(format!("{hand_in}; {name}")),
                    (false, _) => judged.help(hand_in),
                };
            }
        };
        if scope.artifacts().is_empty() {
            return super::names_no_artifact();
        }
        let change = scope.facts().change.as_ref().filter(|_| self.relations() != [Relation::Actor]);
        let foreign = |change: &Change| {
            let foreign = super::foreign(scope, &change.pull_requests, "who had a hand in")?;
            Some(foreign.fact("the change", &change.origin))
        };
        if let Some(foreign) = change.and_then(foreign) {
            return foreign;
        }
        let required = self.required.unwrap_or(1) as usize;
        let mut all = Judgement::default();
        for artifact in scope.artifacts() {
            let yes = Yes::new(scope, Some(artifact), self.bind.as_deref());
            let (fresh, old): (Vec<_>, Vec<_>) =
                yes.counting().into_iter().partition(|approval| people::is_fresh(scope, approval, self.max_age));
            let (own, others): (Vec<_>, Vec<_>) =
                fresh.into_iter().partition(|approval| hands.contains_key(&people::key(&approval.by)));
            // An e-mail address and the name of an account may be of one person.
            let is_person = scope.promotion().actor.as_ref().is_none_or(|actor| actor.acts_as() == ActorKind::Human);
            let may_be = |relation: &Relation| *relation != Relation::Actor || is_person;
            let mut forms: SortedMap<Form, &String> = SortedMap::new();
            for (hand, _) in hands.iter().filter(|(_, relation)| may_be(relation)) {
                forms.entry(Form::of(hand)).or_insert(hand);
            }
            let stranger = |by: &str| {
                let own = Form::of(by);
                forms.iter().filter(|(form, _)| **form != own).map(|(_, hand)| *hand).min()
            };
            let (others, doubtful): (Vec<_>, Vec<_>) =
                others.into_iter().partition(|approval| stranger(&people::key(&approval.by)).is_none());
            if others.len() >= required {
                let names: Vec<&str> = others.iter().map(|approval| approval.by.as_str()).collect();
                let names = paritygate_model::suggest::quoted(&names);
                let judged = Judgement::pass(format!("approved by {names}, who had no hand in it"));
                all = all.and(
                    others.iter().fold(judged, |judged, approval| judged.fact("had no hand in it", &approval.origin)),
                );
                continue;
            }
            if others.len() + doubtful.len() >= required {
                let doubtful = doubtful.into_iter().filter_map(|approval| {
                    let hand = stranger(&people::key(&approval.by))?;
                    let did = hands.get(hand).map_or("", |relation| relation.did());
                    let note = format!("`{hand}` {did}, and may be `{}`", approval.by);
                    Some((note, Some("may have had a hand in it"), approval))
                });
                let judged = Judgement::unknown("it is not known whether who approved had a hand in it");
                let judged = people::told(judged, doubtful.collect());
                let help = "name people in one way in `change` and `approvals`, such as by their accounts";
                all = all.and(judged.help(help));
                continue;
            }
            let message = format!("{} of {required} approvals are of people who had no hand in it", others.len());
            let judged = Judgement::needs_people(message).help("ask somebody else");
            let own = own.into_iter().map(|approval| {
                let did = hands.get(&people::key(&approval.by)).map_or("", |relation| relation.did());
                (format!("`{}` {did}", approval.by), Some(did), approval)
            });
            let judged = people::told(judged, own.collect());
            let old = old.into_iter().filter_map(|approval| {
                let (by, most) = (&approval.by, self.max_age?);
                let said = match approval.at {
                    Some(_) => format!("the approval of `{by}` is older than {most}"),
                    None => format!("it is not known when `{by}` approved"),
                };
                Some((said, None, approval))
            });
            let judged = people::told(judged, old.collect());
            let missed = yes.missed().into_iter().map(|(approval, miss)| (miss.say(approval), None, approval));
            all = all.and(people::told(judged, missed.collect()));
        }
        all
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        people::next_expiry(scope, self.max_age)
    }

    /// Time only takes approvals away.
    fn passes_from(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        (!self.judge(scope).status.blocks()).then_some(scope.at)
    }
}
