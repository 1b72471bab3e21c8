//! Which environments a rule is about, and which is compared with which.

use std::sync::Arc;

use paritygate_lang::policy::{EnvironmentRef, Rule};
use paritygate_lang::spanned::Spanned;
use paritygate_model::{Diagnostic, Environment, Location, Tier, Timestamp, suggest};

use crate::kind::Compares;

/// The environments of one or several rules, by their place in the check.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// The environments that the rule is about, lowest first. Never a contract.
    pub(crate) members: Vec<usize>,
    /// Every member with the environment that it is compared with.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// The environments that the others are compared with: the highest tier may have several. They agree among themselves,
    /// which is judged by the first.
    pub(crate) references: Vec<usize>,
    /// The contract.
    pub(crate) contract: Option<usize>,
    /// The instant of the check.
    pub(crate) now: Timestamp,
    /// Whether views of one environment are compared: then only what is to be alike has something to say.
    pub(crate) views: bool,
}

/// The scopes of all rules; rules that ask for the same environments share one.
pub(crate) struct Scopes {
    scopes: Vec<Scope>,
    by_rule: Vec<usize>,
}

impl Scopes {
    /// The scope of each rule. `references` are the environments' own references, from the manifest.
    pub(crate) fn of<'r>(
        rules: impl Iterator<Item = &'r Rule>,
        environments: &[&Environment],
        references: &[(Arc<str>, String)],
        now: Timestamp,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut scopes: Vec<Scope> = Vec::new();
        let mut makers: Vec<&Rule> = Vec::new();
        let mut by_rule = Vec::with_capacity(rules.size_hint().0);
        for rule in rules {
            for (name, _) in &rule.severity.by {
                let known = environments.iter().any(|environment| is(environment, &name.value));
                // The defaults of a policy are those of many rules, and told once.
                let place = |at: &Option<Location>| at.as_ref().map(|at| (Arc::as_ptr(&at.source), at.span));
                let told = || diagnostics.iter().any(|told| place(&told.location) == place(&name.at));
                if !known && Tier::from_word(&name.value).is_none() && !told() {
                    diagnostics.push(unknown_environment(rule, &name.value, name, environments));
                }
            }
            let same = makers.iter().position(|other| asks_alike(rule, other));
            let at = same.unwrap_or_else(|| {
                scopes.push(Scope { now, ..Scope::of(rule, environments, references, diagnostics) });
                makers.push(rule);
                scopes.len() - 1
            });
            by_rule.push(at);
        }
        Self { scopes, by_rule }
    }

    /// The scope of a rule.
    pub(crate) fn get(&self, rule: usize) -> Option<&Scope> {
        self.by_rule.get(rule).and_then(|&at| self.scopes.get(at))
    }
}

fn asks_alike(a: &Rule, b: &Rule) -> bool {
    let name = |reference: &Option<Spanned<String>>| reference.as_ref().map(|name| name.value.clone());
    let asked = |rule: &Rule| rule.environments.len();
    asked(a) == asked(b)
        && a.environments.iter().zip(&b.environments).all(|(a, b)| a.value == b.value)
        && (a.reference.is_none() && b.reference.is_none() || name(&a.reference) == name(&b.reference))
}

impl Scope {
    /// Whether there is what a check asks to compare.
    pub(crate) fn offers(&self, compares: Compares) -> bool {
        if self.views {
            return compares == Compares::WithReference && !self.pairs.is_empty();
        }
        match compares {
            Compares::Apart => !self.pairs.is_empty(),
            Compares::Nothing => true,
            Compares::WithReference => !self.pairs.is_empty(),
            Compares::WithContract => self.contract.is_some(),
            Compares::EachOther => self.members.len() > 1,
        }
    }

    /// Compares each view with the one before it of the same environment, whatever the rule compares otherwise.
    fn compare_views(&mut self, environments: &[&Environment]) {
        let own = |at: usize| environments.get(at).map(|environment| environment.own_name());
        let before = |at: usize| (0..at).find(|&before| own(before) == own(at));
        self.pairs = self.members.iter().filter_map(|&member| Some((member, before(member)?))).collect();
        self.members = self.pairs.iter().map(|(member, _)| *member).collect();
        self.views = true;
    }

    fn of(
        rule: &Rule,
        environments: &[&Environment],
        references: &[(Arc<str>, String)],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut scope =
            Self { contract: environments.iter().position(|environment| environment.contract), ..Self::default() };
        let described = || environments.iter().enumerate().filter(|(_, environment)| !environment.contract);
        for asked in &rule.environments {
            if let EnvironmentRef::Name(name) = &asked.value {
                let known = described().any(|(_, environment)| is(environment, name));
                if !known && Tier::from_word(name).is_none() {
                    diagnostics.push(unknown_environment(rule, name, asked, environments));
                }
            }
        }
        let asked = |environment: &Environment| {
            rule.environments.is_empty()
                || rule.environments.iter().any(|asked| match &asked.value {
                    EnvironmentRef::All => true,
                    EnvironmentRef::Name(name) => is(environment, name),
                })
        };
        scope.members.extend(described().filter(|(_, environment)| asked(environment)).map(|(at, _)| at));
        if environments.iter().any(|environment| environment.view_of.is_some()) {
            scope.compare_views(environments);
            return scope;
        }
        scope.references = match &rule.reference {
            None => peers(environments, highest(environments)),
            // A reference that the rule names and that is not there is none: the rule then compares nothing.
            Some(name) => {
                let found = meant(environments, &name.value);
                if found.is_empty() && Tier::from_word(&name.value).is_none() {
                    diagnostics.push(unknown_environment(rule, &name.value, name, environments));
                }
                found
            }
        };
        let own = |at: usize| {
            let environment = environments.get(at).filter(|_| rule.reference.is_none())?;
            let (_, reference) = references.iter().find(|(name, _)| *name == environment.name)?;
            Some(meant(environments, reference)).filter(|found| !found.is_empty())
        };
        for &member in &scope.members {
            let own = own(member);
            let references = own.as_deref().unwrap_or(&scope.references);
            let is_peer = references.contains(&member);
            let against = references.iter().take(if is_peer { 1 } else { usize::MAX });
            scope.pairs.extend(against.filter(|&&against| against != member).map(|&against| (member, against)));
        }
        scope
    }
}

/// The highest environment; of several on one place the first.
pub(crate) fn highest(environments: &[&Environment]) -> Option<usize> {
    let rank = |environment: &Environment| (environment.tier, environment.order);
    let last = environments.iter().rfind(|environment| !environment.contract)?;
    environments.iter().position(|environment| !environment.contract && rank(environment) == rank(last))
}

/// An environment, and behind it those that share its tier: what must not be shared with the one must not be with them. Of
/// those whose tier nobody knows only those on the same place are meant.
fn peers(environments: &[&Environment], first: Option<usize>) -> Vec<usize> {
    let Some((at, own)) = first.and_then(|at| Some((at, *environments.get(at)?))) else { return Vec::new() };
    let shares = |other: &Environment| {
        !other.contract && other.tier == own.tier && (own.tier != Tier::Other || other.order == own.order)
    };
    let others = environments.iter().enumerate().filter(|(other, environment)| *other != at && shares(environment));
    std::iter::once(at).chain(others.map(|(other, _)| other)).collect()
}

/// The environments that a name means: the one of that name, else those of that tier, the highest first.
fn meant(environments: &[&Environment], name: &str) -> Vec<usize> {
    let described = || environments.iter().enumerate().filter(|(_, environment)| !environment.contract);
    if let Some((at, _)) = described().find(|(_, environment)| **environment.own_name() == *name) {
        return vec![at];
    }
    let of_tier: Vec<(usize, &Environment)> =
        described().filter(|(_, it)| it.tier.word() == name).map(|(at, it)| (at, *it)).collect();
    let first = of_tier.last().and_then(|(_, last)| of_tier.iter().find(|(_, it)| it.order == last.order));
    peers(environments, first.map(|(at, _)| *at))
}

fn is(environment: &Environment, name: &str) -> bool {
    **environment.own_name() == *name || environment.tier.word() == name
}

fn unknown_environment<T>(rule: &Rule, name: &str, at: &Spanned<T>, environments: &[&Environment]) -> Diagnostic {
    let known =
        environments.iter().filter(|environment| !environment.contract).map(|environment| &**environment.own_name());
    let mut known: Vec<&str> = known.chain(Tier::ALL.iter().map(|tier| tier.word())).collect();
    known.sort_unstable();
    known.dedup();
    let at = at.at.clone().unwrap_or_else(|| rule.at.clone());
    Diagnostic::error("unknown-environment", at, format!("no environment is named `{name}`"))
        .note(format!("rule `{}` says nothing about it", rule.id))
        .maybe_help(suggest::did_you_mean(name, known))
}
