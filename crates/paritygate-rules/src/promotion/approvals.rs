//! `approvals`: so many different people of certain groups said yes.

use std::borrow::Cow;
use std::collections::VecDeque;

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::promotion::{Approval, Artifact};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedMap, SortedSet, Timestamp, suggest};

use crate::people::{self, BOTH, Bind, Miss, Yes};

/// The parameters of `approvals`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Approvals {
    /// How many of whom; all of these are needed, and what the manifest asks for the target as well. Where neither asks
    /// anything, one approval.
    pub rules: Option<Vec<Quorum>>,
    /// Whether `rules` stand in for what the manifest asks, which then does not count.
    pub replaces_manifest: bool,
    /// What an approval has to name to count: `digest`, `environment`; both by default.
    pub bind: Option<Vec<Bind>>,
    /// Whether one person may count for several rules; by default each counts once.
    pub may_count_twice: bool,
}

/// How many of whom.
#[derive(Clone, Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quorum {
    /// How many different people.
    pub required: u32,
    /// Out of these groups; anybody where it is absent.
    #[serde(default)]
    pub groups: Option<Vec<String>>,
}

impl GateKind for Approvals {
    const NAME: &'static str = "approvals";
    const SUMMARY: &'static str = "so many different people of certain groups said yes";
    const MANUAL: &'static str = r#"
Of each person the newest word counts: `approved`, `rejected` or `withdrawn`. An approval counts for an artifact if it names
its digest and the target environment, was given, and has not expired. It has a date that has come; only those of a system
that tells no dates (GitHub's reviews of deployments) count without, and `approval-fresh` refuses them. Where the manifest
names the members of a group, that decides who is in it; else what the approval says. People are told apart
by accounts, or by accounts behind their domains (`ACME\dana`), or by e-mail addresses, or by full names: of approvals in
several of these forms, those of the most frequent one count, since two may be of one person. Each person counts for one rule
only, and every artifact needs all rules. What the manifest asks for the target is needed beside the gate's `rules`, by the
same people or others; with `replacesManifest` the gate's stand in for it.

```example
params: { rules: [{ required: 2, groups: [sre] }] }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  approvals:
    - { by: dana, groups: [sre], state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }
    - { by: erin, groups: [sre], state: approved, at: 2026-01-02T11:00:00Z, digest: "sha256:aa", environment: production }
expect: pass
message: "2 of 2 from `sre`: `dana`, `erin`"
```

```example
params: { rules: [{ required: 2, groups: [sre] }] }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  approvals:
    - { by: dana, groups: [sre], state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }
    - { by: Dana, groups: [sre], state: approved, at: 2026-01-02T11:00:00Z, digest: "sha256:aa", environment: production }
expect: fail
message: "1 of 2 from `sre`"
```

```example
params: { bind: [environment], rules: [{ required: 1, groups: [sre, web] }, { required: 1, groups: [sre, data] }] }
request: |
  approvals:
    - { by: dana, groups: [sre], state: approved, at: 2026-01-02T10:00:00Z, environment: production }
    - { by: erin, groups: [web], state: approved, at: 2026-01-02T11:00:00Z, environment: production }
expect: pass
message: "1 of 1 from `sre`, `web`: `erin`; 1 of 1 from `sre`, `data`: `dana`"
```

```example
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  approvals: [{ by: dana, state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:bb", environment: production }]
expect: fail
message: "0 of 1 from anybody"
```

```example
manifest: |
  environments: { staging: , production: { approvals: { required: 1, groups: [sre] } } }
  groups: { sre: [erin] }
request: |
  artifacts: [{ component: api, digest: "sha256:aa" }]
  approvals: [{ by: dana, groups: [sre], state: approved, at: 2026-01-02T10:00:00Z, digest: "sha256:aa", environment: production }]
expect: fail
message: "0 of 1 from `sre`"
```

```example
params: { bind: [environment] }
request: |
  approvals:
    - { by: dana, state: approved, at: 2026-01-02T10:00:00Z, environment: production }
    - { by: dana, state: withdrawn, at: 2026-01-02T11:00:00Z, environment: production }
expect: fail
message: "0 of 1 from anybody"
```

```example
params: { bind: [environment] }
request: |
  approvals: [{ by: dana, state: approved, at: 2026-01-02T10:00:00Z, environment: production, expiresAt: 2026-01-02T12:00:00Z }]
expect: fail
message: "0 of 1 from anybody"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        for rule in self.rules.iter().flatten() {
            if rule.required == 0 {
                let wrong = params.wrong("rules", "`required` is 0: nobody would be asked");
                diagnostics.push(wrong.help("ask for at least one, or remove the rule"));
            }
            if rule.groups.as_ref().is_some_and(Vec::is_empty) {
                let wrong = params.wrong("rules", "`groups` is empty: nobody could approve");
                diagnostics.push(wrong.help("name a group, or remove the field: then anybody may"));
            }
        }
        if self.rules.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("rules", "`rules` is empty: nobody would be asked");
            diagnostics.push(wrong.help("add a rule such as `{ required: 1, groups: [sre] }`, or remove the field"));
        }
        if self.replaces_manifest && self.rules.is_none() {
            let wrong =
                params.wrong("replacesManifest", "`replacesManifest` without `rules` would leave nobody to ask");
            diagnostics.push(wrong.help("add rules, or remove the field"));
        }
        if diagnostics.is_empty() { Ok(Box::new(self)) } else { Err(diagnostics) }
    }
}

impl Approvals {
    /// The rules of the gate, and those of the manifest. One person may count for a rule of each.
    fn asked(&self, scope: &Scope<'_>) -> impl Iterator<Item = Cow<'_, [Quorum]>> {
        let stage = scope.target().filter(|_| !self.replaces_manifest).and_then(|stage| stage.approvals.clone());
        let usual = self.rules.is_none() && stage.is_none();
        let stage = stage.filter(|asked| asked.required > 0);
        let stage = stage.map(|asked| Quorum { required: asked.required, groups: asked.groups });
        let stage = stage.or_else(|| usual.then_some(Quorum { required: 1, groups: None }));
        let own = self.rules.as_deref().map(Cow::Borrowed);
        own.into_iter().chain(stage.map(|quorum| Cow::Owned(vec![quorum])))
    }

    /// Judges for one artifact; for none where approvals need not name one.
    fn judge_for(&self, scope: &Scope<'_>, artifact: Option<&Artifact>, rules: &[Quorum]) -> Judgement {
        let yes = Yes::new(scope, artifact, self.bind.as_deref());
        let (counting, doubtful) = people::in_one_form(yes.counting());
        let may = |rule: &Quorum, approval: &Approval| {
            let member = |groups: &Vec<String>| groups.iter().any(|group| people::is_in(scope, approval, group));
            rule.groups.as_ref().is_none_or(member)
        };
        let mut order: Vec<&Quorum> = rules.iter().collect();
        order.sort_by_key(|rule| rule.groups.as_ref().map_or(usize::MAX, Vec::len));
        // Where one rule asks, there is nothing to share out.
        let apart = !self.may_count_twice && order.len() > 1;
        let shares = if apart { share(&order, &counting, &may) } else { vec![None; counting.len()] };
        let mut judged = Judgement::default();
        for (at, rule) in order.iter().enumerate() {
            let free = |share: &Option<usize>| share.is_none_or(|share| share == at);
            let eligible = counting.iter().zip(&shares).filter(|(approval, share)| free(share) && may(rule, approval));
            let eligible: Vec<&Approval> = eligible.map(|(approval, _)| *approval).collect();
            judged = judged.and(quorum(scope, rule, &eligible, &counting));
        }
        if judged.cleared_by.is_some() {
            judged = judged.help("ask those who may, and hand in what they said");
            let missed = yes.missed();
            let names_none = missed.iter().any(|(approval, miss)| approval.undated && *miss == Miss::Digest);
            let missed = missed.into_iter().map(|(yes, miss)| (miss.say(yes), Some("does not count"), yes));
            judged = people::told(judged, missed.collect());
            if names_none {
                let help = "GitHub's approvals of a run name no digest: take them by `bind: [environment]`, or hand in \
                            approvals that name it";
                judged = judged.help(help);
            }
            let doubtful = doubtful.into_iter().map(|approval| {
                let note = format!("`{}` may be one of the others, who are named in another way", approval.by);
                (note, Some("may count already"), approval)
            });
            judged = people::told(judged, doubtful.collect());
        }
        judged
    }
}

/// The rule for which each approval counts, if any, so that as much as can be is fulfilled: who may count for several
/// rules counts where nobody else can.
fn share(rules: &[&Quorum], approvals: &[&Approval], may: &dyn Fn(&Quorum, &Approval) -> bool) -> Vec<Option<usize>> {
    let mut shares: Vec<Option<usize>> = vec![None; approvals.len()];
    for (at, rule) in rules.iter().enumerate() {
        let wanted = approvals.len().min(rule.required as usize);
        let mut given = 0;
        while given < wanted && give(at, rules, approvals, may, &mut shares) {
            given += 1;
        }
    }
    shares
}

/// Gives one more approval to a rule, where need be by giving others away from rule to rule; whether that could be done.
fn give(
    to: usize,
    rules: &[&Quorum],
    approvals: &[&Approval],
    may: &dyn Fn(&Quorum, &Approval) -> bool,
    shares: &mut [Option<usize>],
) -> bool {
    // For each rule that is reached, the approval that it would give away, and to which rule.
    let mut reached: SortedMap<usize, Option<(usize, usize)>> = SortedMap::from([(to, None)]);
    let mut queue = VecDeque::from([to]);
    while let Some(at) = queue.pop_front() {
        let Some(rule) = rules.get(at) else { continue };
        for (place, _) in approvals.iter().enumerate().filter(|(_, approval)| may(rule, approval)) {
            match shares.get(place).copied().flatten() {
                None => {
                    let mut step = Some((place, at));
                    while let Some((place, at)) = step {
                        if let Some(share) = shares.get_mut(place) {
                            *share = Some(at);
                        }
                        step = reached.get(&at).copied().flatten();
                    }
                    return true;
                }
                Some(owner) if !reached.contains_key(&owner) => {
                    reached.insert(owner, Some((place, at)));
                    queue.push_back(owner);
                }
                Some(_) => {}
            }
        }
    }
    false
}

/// Judges one rule: `yes` count for it, of all that count for the promotion. Who said yes for another rule is not asked again.
fn quorum(scope: &Scope<'_>, rule: &Quorum, yes: &[&Approval], all: &[&Approval]) -> Judgement {
    let groups: Vec<&str> = rule.groups.iter().flatten().map(String::as_str).collect();
    let said = || {
        let whom = if groups.is_empty() { "anybody".to_owned() } else { suggest::quoted(&groups) };
        format!("{} of {} from {whom}", yes.len(), rule.required)
    };
    if yes.len() >= rule.required as usize {
        return scope.pass(|| {
            let names: Vec<&str> = yes.iter().map(|approval| approval.by.as_str()).collect();
            let judged = Judgement::pass(format!("{}: {}", said(), suggest::quoted(&names)));
            let by = |approval: &Approval| format!("approved by {}", approval.by);
            yes.iter().fold(judged, |judged, approval| judged.fact(by(approval), &approval.origin))
        });
    }
    let said_yes: SortedSet<String> = all.iter().map(|approval| people::key(&approval.by)).collect();
    let has = |person: &str| said_yes.contains(&people::key(person));
    let known = groups.iter().map(|group| {
        let members = scope.pipeline.groups.get(*group).into_iter().flatten();
        let members: Vec<&str> = members.map(String::as_str).filter(|member| !has(member)).collect();
        if members.is_empty() { (*group).to_owned() } else { format!("{group} ({})", members.join(", ")) }
    });
    Judgement::needs_people(said()).who(known)
}

impl GateCheck for Approvals {
    fn groups(&self) -> Vec<&str> {
        self.rules.iter().flatten().flat_map(|rule| rule.groups.iter().flatten()).map(String::as_str).collect()
    }

    fn asks_manifest(&self) -> &'static [&'static str] {
        if self.replaces_manifest { &[] } else { &["approvals"] }
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let asked: Vec<Cow<'_, [Quorum]>> = self.asked(scope).collect();
        if asked.is_empty() {
            return Judgement::not_applicable(format!("the pipeline asks nobody for `{}`", scope.to()));
        }
        let judge = |artifact: Option<&Artifact>| {
            let each = asked.iter().map(|rules| self.judge_for(scope, artifact, rules));
            each.fold(Judgement::default(), Judgement::and)
        };
        let needs_digest = self.bind.as_deref().unwrap_or(&BOTH).contains(&Bind::Digest);
        if scope.artifacts().is_empty() {
            if needs_digest {
                let judged = Judgement::unknown("the request names no artifact that could be approved");
                return judged.help("name what is promoted below `artifacts`");
            }
            return judge(None);
        }
        let each = scope.artifacts().iter().map(|artifact| judge(Some(artifact)));
        each.fold(Judgement::default(), Judgement::and)
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        people::next_expiry(scope, None)
    }

    /// Time only takes approvals away.
    fn passes_from(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        (!self.judge(scope).status.blocks()).then_some(scope.at)
    }
}
