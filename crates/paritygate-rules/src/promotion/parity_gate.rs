//! `parity-gate`: both environments are alike where they must be.

use paritygate_eval::gate::ParityOutcome;
use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope, after};
use paritygate_model::promotion::{Elapsed, ParityFact};
use paritygate_model::read::Read;
use paritygate_model::report::{Status, Verdict};
use paritygate_model::{Diagnostic, Timestamp};

/// How many findings are told.
const MAX_TOLD: usize = 5;

/// The parameters of `parity-gate`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ParityGate {
    /// The rules to run; all of the policies where it is absent.
    pub rules: Option<Vec<String>>,
    /// How old a report may be that was made before: `P1D`. Any age where it is absent.
    pub max_age: Option<Elapsed>,
    /// Whether warnings deny as well.
    pub strict: bool,
}

impl GateKind for ParityGate {
    const NAME: &'static str = "parity-gate";
    const SUMMARY: &'static str = "both environments are alike where they must be";
    const MANUAL: &'static str = r#"
Runs the rules of the policies over the two environments of the request, where both are described, and passes if none of
them fails. Where they are not described it takes a report that was made before (`paritygate check --format json`, handed
in as facts): of both environments, not older than `maxAge`, and made with the same policies as they are now.

```example
environments: |
  - { environment: staging, variables: { REGION: eu } }
  - { environment: production, variables: { REGION: eu } }
expect: pass
message: "staging and production are alike under 1 rule"
```

```example
environments: |
  - { environment: staging, variables: { REGION: eu } }
  - { environment: production, variables: { REGION: us } }
expect: fail
message: "staging and production are not alike: 1 finding fails"
```

```example
environments: |
  - { environment: staging, runtimes: { node: "20" } }
  - { environment: production, runtimes: { node: "22" } }
expect: unknown
message: "nothing that staging and production have is met by a rule: nothing was compared"
```

```example
request: |
  parity: [{ environments: [staging, production], verdict: fail, evaluatedAt: 2026-01-02T09:00:00Z }]
expect: fail
message: "the report of Fri 2026-01-02 09:00Z says that they are not alike"
```

```example
expect: unknown
message: "staging is not described, and there is no report about staging and production"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.rules.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("rules", "`rules` is empty: nothing would be compared");
            return Err(vec![wrong.help("name rules, or remove the field: then all run")]);
        }
        Ok(Box::new(self))
    }
}

impl ParityGate {
    fn of_report(&self, scope: &Scope<'_>, outcome: &ParityOutcome) -> Judgement {
        let (from, to, report) = (scope.from(), scope.to(), &outcome.report);
        let failing = report.findings.iter().filter(|finding| !finding.observed);
        let failing = failing.filter(|finding| match finding.status {
            Status::Fail | Status::Unknown => true,
            Status::Warn => self.strict,
            Status::Pass | Status::Waived => false,
        });
        let failing: Vec<_> = failing.collect();
        let told = |judged: Judgement| {
            let judged = failing
                .iter()
                .take(MAX_TOLD)
                .fold(judged, |judged, finding| judged.note(format!("{}: {}", finding.rule, finding.message)));
            match failing.len().saturating_sub(MAX_TOLD) {
                0 => judged,
                more => judged.note(format!("and {more} more; `paritygate check` shows all")),
            }
        };
        if report.summary.rules == 0 {
            return Judgement::unknown("the policies hold no rule: nothing was compared")
                .help("apply a policy with rules, such as the pack `recommended`");
        }
        if outcome.broken {
            return Judgement::unknown("the environments could not be compared").help("`paritygate check` says why");
        }
        if report.summary.vacuous.len() == report.summary.rules {
            return Judgement::unknown(format!(
                "nothing that {from} and {to} have is met by a rule: nothing was compared"
            ))
            .help("apply policies about what they have; `paritygate rules` lists those of the packs");
        }
        // Whatever a rule says of a row that it can't judge: that nothing could be compared is no likeness.
        if report.verdict < Verdict::Unknown && !report.rules.iter().any(|rule| rule.judged) {
            let reasons = report.summary.unknown.iter().take(MAX_TOLD);
            let unknown = Judgement::unknown(format!("nothing of {from} and {to} could be compared"));
            return reasons
                .fold(unknown, |judged, (reason, rows)| judged.note(format!("{rows} × {reason}")))
                .help("describe what is not known of them");
        }
        match report.verdict {
            Verdict::Fail => {
                let fails = failing.iter().filter(|finding| finding.status == Status::Fail).count();
                let fail = if fails == 1 { "1 finding fails".to_owned() } else { format!("{fails} findings fail") };
                told(Judgement::fail(format!("{from} and {to} are not alike: {fail}")))
                    .help("mend them, or declare the difference")
            }
            Verdict::Unknown | Verdict::Error => {
                told(Judgement::unknown(format!("whether {from} and {to} are alike could not be judged")))
            }
            Verdict::Warn if self.strict => told(Judgement::fail(format!("{from} and {to} are not alike"))),
            verdict => {
                let rules = report.summary.rules;
                let rules = if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") };
                let warned = if verdict == Verdict::Warn { ", with warnings" } else { "" };
                Judgement::pass(format!("{from} and {to} are alike under {rules}{warned}"))
            }
        }
    }

    /// The newest report of both environments that counts.
    fn recorded<'a>(scope: &Scope<'a>) -> Option<&'a ParityFact> {
        let both = |fact: &&ParityFact| {
            [scope.from(), scope.to()].iter().all(|name| fact.environments.iter().any(|own| own == name))
        };
        let is_good = |fact: &ParityFact| matches!(fact.verdict.as_str(), "pass" | "warn");
        let counts = |fact: &&ParityFact| !is_good(fact) || scope.accepts(&fact.origin);
        let all = scope.facts().parity.iter().filter(both).filter(counts);
        // Of two of one instant, the worse counts.
        all.max_by_key(|fact| (fact.evaluated_at.is_none(), fact.evaluated_at, !is_good(fact)))
    }

    fn of_fact(&self, scope: &Scope<'_>, fact: &ParityFact) -> Judgement {
        let Some(at) = fact.evaluated_at.filter(|at| scope.has_happened(*at)) else {
            return Judgement::unknown("it is not known when the report of parity was made");
        };
        let said = format!("the report of {}", scope.say(at.0));
        if scope.policies.is_empty() {
            return Judgement::unknown("the policies hold no rule: under what the report was made is not known")
                .help("apply the policy with rules that it was made with, such as the pack `recommended`");
        }
        match fact.verdict.as_str() {
            "fail" => {
                return Judgement::fail(format!("{said} says that they are not alike"))
                    .help("mend them, and make a new one");
            }
            "warn" if self.strict => return Judgement::fail(format!("{said} has warnings")),
            "pass" | "warn" => {}
            _ => return Judgement::unknown(format!("{said} says nothing certain")),
        }
        for (id, source) in scope.policies {
            match fact.policies.get(*id) {
                Some(digest) if *digest == source.digest() => {}
                Some(_) => {
                    return Judgement::unknown(format!("{said} was made with another text of the policy `{id}`"))
                        .help("make a new one");
                }
                None => {
                    return Judgement::unknown(format!("{said} was made without the policy `{id}`"))
                        .help("make a new one");
                }
            }
        }
        let ran = |rule: &String| fact.only.contains(rule);
        if !fact.only.is_empty() && !self.rules.as_ref().is_some_and(|rules| rules.iter().all(ran)) {
            let only = paritygate_model::suggest::quoted(&fact.only);
            return Judgement::unknown(format!("{said} was made under some of the rules only: {only}"))
                .help("make a new one, without `--only`");
        }
        let described = [scope.from(), scope.to()].into_iter().filter_map(|name| scope.environment(name));
        for source in described.flat_map(|environment| environment.tree.sources()) {
            if fact.inputs.get(&**source.name()).is_some_and(|digest| *digest != source.digest()) {
                return Judgement::unknown(format!("{said} was made with another text of `{}`", source.name()))
                    .help("make a new one");
            }
        }
        if let Some(end) = fact.valid_until.filter(|end| scope.at >= end.0) {
            let message = format!("{said} counts on a waiver that ended {}", scope.say(end.0));
            return Judgement::unknown(message).help("make a new one");
        }
        let age = Scope::length(at.0, scope.at);
        match self.max_age {
            Some(most) if age.0 > most.0 => {
                let age = age.beyond(most);
                Judgement::fail(format!("{said} is {age} old, and {most} is allowed")).help("make a new one")
            }
            _ => Judgement::pass(format!("{said} says that they are alike")),
        }
    }
}

impl GateCheck for ParityGate {
    fn rules(&self) -> &[String] {
        self.rules.as_deref().unwrap_or_default()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let rules = self.rules.as_deref().unwrap_or_default();
        let (from, to) = (scope.from(), scope.to());
        let missing = [from, to].into_iter().find(|name| scope.environment(name).is_none());
        if missing.is_none()
            && let Some(outcome) = (scope.parity)(scope.at, &[from, to], rules)
        {
            return self.of_report(scope, &outcome);
        }
        if let Some(fact) = Self::recorded(scope) {
            return self.of_fact(scope, fact).fact(fact.verdict.as_str(), &fact.origin);
        }
        let why = scope.why_undescribed(missing.unwrap_or(to));
        Judgement::unknown(format!("{why}, and there is no report about {from} and {to}"))
            .help("give both `sources` in the manifest, or hand in a report with `--facts`")
    }

    fn may_change(&self, scope: &Scope<'_>) -> bool {
        // Rules go by the clock as well: a secret expires, a version reaches its end of life.
        are_described(scope) || self.next_change(scope).is_some()
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let old = || {
            let fact = Self::recorded(scope)?;
            let aged = || after(fact.evaluated_at?.0.checked_add(self.max_age?.0).ok()?);
            scope.next_of(fact.valid_until.map(|end| end.0).into_iter().chain(aged()))
        };
        let of_it = if are_described(scope) { scope.waiver_end() } else { old() };
        of_it.into_iter().chain(scope.description_end()).min()
    }
}

/// Whether the pair is described, so that its parity is judged here and now.
fn are_described(scope: &Scope<'_>) -> bool {
    [scope.from(), scope.to()].iter().all(|name| scope.environment(name).is_some())
}
