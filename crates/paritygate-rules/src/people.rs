//! Who said what about a promotion: the newest word of each person, and whether it is about this promotion.

use paritygate_eval::kind::Params;
use paritygate_eval::{Judgement, Scope, after};
pub(crate) use paritygate_model::promotion::person::{Form, key};
use paritygate_model::promotion::person::{is_nobody, is_program};
use paritygate_model::promotion::{Approval, ApprovalState, Artifact, Elapsed, Instant, digest};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedMap, Timestamp, limits};

/// What an approval has to name to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Bind {
    /// The artifact, by its digest.
    Digest,
    /// The environment.
    Environment,
}

/// An approval has to name both, unless a gate says otherwise.
pub(crate) const BOTH: [Bind; 2] = [Bind::Digest, Bind::Environment];

/// Why an approval does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// It is of a source that is not accepted.
    Source,
    /// It names no artifact, or another.
    Digest,
    /// It names no environment, or another.
    Environment,
    /// It does not say when it was given, or a time that has not come.
    Date,
    /// It has expired.
    Expired,
    /// A program gave it.
    Program,
    /// Somebody took a yes back who gave none, and may be the same person, named in another way.
    TakenBack,
}

impl Miss {
    /// What is said about it.
    pub(crate) fn say(self, approval: &Approval) -> String {
        let by = &approval.by;
        match self {
            Self::Source => {
                let source = approval.origin.source.word();
                format!("the approval of `{by}` is {source}, which this gate does not accept")
            }
            Self::Digest if approval.digest.is_none() => format!("the approval of `{by}` names no digest"),
            Self::Digest => format!("`{by}` approved another digest"),
            Self::Environment if approval.environment.is_none() => {
                format!("the approval of `{by}` names no environment")
            }
            Self::Environment => {
                format!("`{by}` approved for {}", approval.environment.as_deref().unwrap_or_default())
            }
            Self::Date => format!("the approval of `{by}` has no date that has come"),
            Self::Expired => format!("the approval of `{by}` has expired"),
            Self::TakenBack => {
                format!("somebody who gave no approval took one back, and may be `{by}`, named in another way")
            }
            Self::Program => format!("`{by}` is a program, and approvals are of people"),
        }
    }
}

/// What each person said last about a promotion of an artifact to this environment, by person. A word without a date might
/// be the last: if it is a no it counts as that, and so it does beside a yes of the same instant.
pub(crate) fn last_words<'a>(scope: &Scope<'a>, artifact: Option<&Artifact>) -> SortedMap<String, &'a Approval> {
    let mut last: SortedMap<String, &Approval> = SortedMap::new();
    for approval in &scope.facts().approvals {
        let is_no = approval.state == ApprovalState::Rejected;
        if !concerns(scope, approval, artifact, is_no) {
            continue;
        }
        // A yes, or taking back a no, has to be believed and to be somebody's; a no is heard from anywhere.
        let by = key(&approval.by);
        if !is_no && (by.is_empty() || !scope.accepts(&approval.origin) || !has_happened(scope, approval)) {
            continue;
        }
        let newer = |known: &&Approval| match (approval.at, known.at) {
            (Some(new), Some(old)) => new > old || is_no && new == old,
            _ if known.state == ApprovalState::Rejected => false,
            (None, _) => approval.state != ApprovalState::Approved,
            (Some(_), None) => is_no || known.state == ApprovalState::Approved,
        };
        let entry = last.entry(by);
        entry
            .and_modify(|known| {
                if newer(known) {
                    *known = approval;
                }
            })
            .or_insert(approval);
    }
    // Who took a yes back has not said yes, wherever that is known from.
    let taken_back = scope.facts().approvals.iter().filter(|word| word.state == ApprovalState::Withdrawn);
    for taken in taken_back.filter(|word| concerns(scope, word, artifact, true)) {
        if let Some(yes) = last.get_mut(&key(&taken.by)).filter(|word| word.state == ApprovalState::Approved)
            && taken.at.zip(yes.at).is_none_or(|(taken, given)| taken >= given)
        {
            *yes = taken;
        }
    }
    last
}

/// Whether a word was given. What is printed by a system that tells no dates it has heard.
fn has_happened(scope: &Scope<'_>, approval: &Approval) -> bool {
    match approval.at {
        Some(at) => scope.has_happened(at),
        None => approval.undated,
    }
}

/// Whether a word may be about this promotion: it names no other environment and no other artifact. What counts as a no may
/// be, unless it is certain that it is not.
fn concerns(scope: &Scope<'_>, approval: &Approval, artifact: Option<&Artifact>, is_no: bool) -> bool {
    let here = |environment: &str| environment == scope.to() || is_no && environment.eq_ignore_ascii_case(scope.to());
    let about = |digest: &str| {
        let of = |artifact: &Artifact| artifact.has_digest(digest) || is_no && may_be_of(artifact, digest);
        artifact.map_or_else(|| scope.artifacts().iter().any(of), of)
    };
    approval.environment.as_deref().is_none_or(here) && approval.digest.as_deref().is_none_or(about)
}

/// Whether a digest may be that of an artifact, however it is written.
fn may_be_of(artifact: &Artifact, written: &str) -> bool {
    let mut same = artifact.digests().map(|own| digest::same(own, written)).peekable();
    same.peek().is_none() || same.any(|same| same != Some(false))
}

/// What makes an approval of an artifact count at the scope's instant.
pub(crate) struct Yes<'s, 'a> {
    scope: &'s Scope<'a>,
    artifact: Option<&'s Artifact>,
    bind: &'s [Bind],
    /// When somebody who never said yes last took one back, by how they are named; without a time that might be now.
    taken_back: SortedMap<Form, (bool, Option<Instant>)>,
}

impl<'s, 'a> Yes<'s, 'a> {
    pub(crate) fn new(scope: &'s Scope<'a>, artifact: Option<&'s Artifact>, bind: Option<&'s [Bind]>) -> Self {
        let mut taken_back = SortedMap::new();
        for (form, word) in scope.request.taken_back().filter(|(_, word)| concerns(scope, word, artifact, true)) {
            let last = taken_back.entry(form).or_insert((false, None));
            *last = (*last).max((word.at.is_none(), word.at));
        }
        Self { scope, artifact, bind: bind.unwrap_or(&BOTH), taken_back }
    }

    /// Whether an approval counts; or why not.
    fn counts(&self, approval: &Approval) -> Result<(), Miss> {
        let scope = self.scope;
        if !scope.accepts(&approval.origin) {
            return Err(Miss::Source);
        }
        if is_program(&approval.by) {
            return Err(Miss::Program);
        }
        let digest = approval.digest.as_deref();
        let named = match (self.artifact, digest) {
            (Some(artifact), Some(digest)) => artifact.has_digest(digest),
            (_, None) => !self.bind.contains(&Bind::Digest),
            (None, Some(_)) => true,
        };
        if !named {
            return Err(Miss::Digest);
        }
        match approval.environment.as_deref() {
            Some(environment) if environment != scope.to() => return Err(Miss::Environment),
            None if self.bind.contains(&Bind::Environment) => return Err(Miss::Environment),
            _ => {}
        }
        if !has_happened(scope, approval) {
            return Err(Miss::Date);
        }
        if approval.expires_at.is_some_and(|expires| scope.at >= expires.0) {
            return Err(Miss::Expired);
        }
        if self.taken_back.is_empty() {
            return Ok(());
        }
        let own = Form::of(&approval.by);
        let is_before = |(undated, taken): &(bool, Option<Instant>)| {
            *undated || taken.zip(approval.at).is_none_or(|(taken, given)| taken >= given)
        };
        let mut others = self.taken_back.iter().filter(|(form, _)| **form != own);
        if others.any(|(_, taken)| is_before(taken)) { Err(Miss::TakenBack) } else { Ok(()) }
    }

    /// The approvals that count: the last word of each person about the artifact, where it is a yes.
    pub(crate) fn counting(&self) -> Vec<&'a Approval> {
        let last = last_words(self.scope, self.artifact).into_values();
        let yes = last.filter(|approval| approval.state == ApprovalState::Approved);
        yes.filter(|approval| self.counts(approval).is_ok()).collect()
    }

    /// All approvals, each with why it does not count.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'a Approval, Option<Miss>)> {
        let all = self.scope.facts().approvals.iter().filter(|approval| approval.state == ApprovalState::Approved);
        all.map(|approval| (approval, self.counts(approval).err()))
    }

    /// Why approvals were passed over that are none of the last words: a yes from elsewhere, for another artifact or place.
    pub(crate) fn missed(&self) -> Vec<(&'a Approval, Miss)> {
        let last = last_words(self.scope, self.artifact);
        // Who said no since needs no explanation here.
        let is_yes = |by: &str| last.get(&key(by)).is_none_or(|word| word.state == ApprovalState::Approved);
        self.all().filter(|(approval, _)| is_yes(&approval.by)).filter_map(|(yes, miss)| Some((yes, miss?))).collect()
    }
}

/// Tells of the first few approvals, each with what is said of it and the label of the fact, and how many more there are.
pub(crate) fn told(judged: Judgement, all: Vec<(String, Option<&str>, &Approval)>) -> Judgement {
    let more = all.len().saturating_sub(limits::MAX_MISSES);
    let first = all.into_iter().take(limits::MAX_MISSES);
    let judged = first.fold(judged, |judged, (note, label, approval)| match label {
        Some(label) => judged.note(note).fact(label, &approval.origin),
        None => judged.note(note),
    });
    if more == 0 { judged } else { judged.note(format!("and {more} more likewise")) }
}

/// Approvals of people who are certainly different, and the rest: an account, with its domain or without, an address and a full
/// name may be of one person.
pub(crate) fn in_one_form(approvals: Vec<&Approval>) -> (Vec<&Approval>, Vec<&Approval>) {
    if approvals.len() < 2 {
        return (approvals, Vec::new());
    }
    let mut counts: SortedMap<Form, usize> = SortedMap::new();
    for approval in &approvals {
        *counts.entry(Form::of(&approval.by)).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(form, count)| (*count, std::cmp::Reverse(*form)));
    approvals.into_iter().partition(|approval| most.is_none_or(|(form, _)| Form::of(&approval.by) == form))
}

/// Whether a person may be in a group: its members may be named in another way, of a group that the manifest does not know
/// anybody may be, and so may who is in no group that anybody tells.
pub(crate) fn may_be_in(scope: &Scope<'_>, word: &Approval, group: &str) -> bool {
    match scope.pipeline.groups.get(group) {
        Some(members) => {
            let may_be = |member: &String| key(member) == key(&word.by) || Form::of(member) != Form::of(&word.by);
            is_nobody(&word.by) || members.iter().any(may_be)
        }
        None => {
            !scope.pipeline.groups.is_empty() || word.groups.is_empty() || word.groups.iter().any(|own| own == group)
        }
    }
}

/// The groups of a person: as the manifest names their members, else as the approval says.
pub(crate) fn is_in(scope: &Scope<'_>, approval: &Approval, group: &str) -> bool {
    match scope.pipeline.groups.get(group) {
        Some(members) => members.iter().any(|member| key(member) == key(&approval.by)),
        // Where the manifest names groups, nobody is in one that it does not name.
        None => scope.pipeline.groups.is_empty() && approval.groups.iter().any(|own| own == group),
    }
}

/// Whether an approval is not older than `most`. How old one without a date is, is not known.
pub(crate) fn is_fresh(scope: &Scope<'_>, approval: &Approval, most: Option<Elapsed>) -> bool {
    most.is_none_or(|most| approval.at.is_some_and(|at| Scope::length(at.0, scope.at).0 <= most.0))
}

/// That nothing is as young as no time.
pub(crate) fn no_age(params: &Params<'_>, most: Option<Elapsed>) -> Option<Diagnostic> {
    let wrong = || params.wrong("maxAge", "`maxAge` is no time: nothing could pass").help("such as `P7D`");
    most.filter(|most| most.0.is_zero()).map(|_| wrong())
}

/// The next instant at which an approval expires, or becomes older than `most`.
pub(crate) fn next_expiry(scope: &Scope<'_>, most: Option<Elapsed>) -> Option<Timestamp> {
    let approvals = &scope.facts().approvals;
    let expiries = approvals.iter().filter_map(|approval| Some(approval.expires_at?.0));
    // At exactly that age it still counts.
    let ages = approvals.iter().filter_map(|approval| after(approval.at?.0.checked_add(most?.0).ok()?));
    scope.next_of(expiries.chain(ages))
}
