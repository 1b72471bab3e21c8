//! `trigger-allowed`: it was set off by who or what may.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::promotion::person::is_nobody;
use paritygate_model::promotion::{ActorKind, Trigger};
use paritygate_model::read::Read;

/// The parameters of `trigger-allowed`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TriggerAllowed {
    /// What may set it off, beside what the manifest says of the target: what is done by hand there is not done otherwise,
    /// and what is done otherwise may also be done by hand.
    pub triggers: Option<Vec<Trigger>>,
    /// Whether `triggers` stand in for what the manifest says, which then does not count.
    pub replaces_manifest: bool,
    /// Who may ask; any kind of actor where it is absent.
    pub actors: Option<Vec<ActorKind>>,
}

impl GateKind for TriggerAllowed {
    const NAME: &'static str = "trigger-allowed";
    const SUMMARY: &'static str = "it was set off by who or what may";
    const MANUAL: &'static str = r#"
The request's `trigger` is one of `triggers` and one that the manifest allows for the target, and with `actors` the kind of
its actor is one of these; the account of a program, such as `renovate[bot]`, is no person's. Both are part of the question,
and no facts: `acceptSources` does not change whom they are from. With `replacesManifest` the gate's `triggers` stand in for
those of the manifest.

```example
params: { triggers: [manual], actors: [human] }
request: |
  trigger: manual
  actor: { id: alice, kind: human }
expect: pass
message: "a manual trigger by `alice` may reach production"
```

```example
manifest: |
  environments: { staging: { trigger: automatic }, production: { trigger: manual } }
request: |
  trigger: automatic
  actor: { id: ci, kind: bot }
expect: fail
message: "an automatic trigger may not reach production"
```

```example
params: { actors: [human] }
request: |
  trigger: manual
  actor: { id: ci, kind: bot }
expect: fail
message: "a bot may not promote to production: `ci`"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        for (field, is_empty) in [
            ("triggers", self.triggers.as_ref().is_some_and(Vec::is_empty)),
            ("actors", self.actors.as_ref().is_some_and(Vec::is_empty)),
        ] {
            if is_empty {
                let wrong = params.wrong(field, format!("`{field}` is empty: nothing could pass"));
                return Err(vec![wrong.help("name at least one, or remove the field")]);
            }
        }
        if self.replaces_manifest && self.triggers.is_none() {
            let wrong = params.wrong("replacesManifest", "`replacesManifest` without `triggers` would leave none");
            return Err(vec![wrong.help("add triggers, or remove the field")]);
        }
        Ok(Box::new(self))
    }
}

/// `a manual trigger`, `an automatic trigger`.
fn named(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Manual => "a manual trigger",
        Trigger::Automatic => "an automatic trigger",
        Trigger::Scheduled => "a scheduled trigger",
    }
}

impl GateCheck for TriggerAllowed {
    fn asks_manifest(&self) -> &'static [&'static str] {
        if self.replaces_manifest { &[] } else { &["trigger"] }
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let (to, promotion) = (scope.to(), scope.promotion());
        let of_stage = scope.target().filter(|_| !self.replaces_manifest).and_then(|stage| stage.trigger);
        let asks = self.triggers.is_some() || of_stage.is_some();
        let may = |trigger: Trigger| {
            self.triggers.as_ref().is_none_or(|own| own.contains(&trigger))
                && of_stage.is_none_or(|usual| trigger == usual || trigger == Trigger::Manual)
        };
        if !asks && self.actors.is_none() {
            let message = format!("neither the gate nor the pipeline says what may set off a deployment to `{to}`");
            return Judgement::unknown(message).help("give the target a `trigger` in the manifest");
        }
        let mut judged = Judgement::default();
        if asks {
            judged = match promotion.trigger {
                None => Judgement::unknown("the request does not say what set it off").help("give it a `trigger`"),
                Some(trigger) if !may(trigger) => {
                    Judgement::fail(format!("{} may not reach {to}", named(trigger))).help("start it by what may")
                }
                Some(trigger) => {
                    let by = promotion.actor.as_ref().map_or(String::new(), |actor| format!(" by `{}`", actor.id));
                    Judgement::pass(format!("{}{by} may reach {to}", named(trigger)))
                }
            };
        }
        let Some(actors) = &self.actors else { return judged };
        let nobody = || {
            let help = "give it an `actor` with its `id` and `kind`";
            Judgement::unknown("the request does not say who asks").help(help)
        };
        let actor = match &promotion.actor {
            Some(actor) if !actors.contains(&actor.acts_as()) => {
                let kind = actor.acts_as().word();
                Judgement::needs_people(format!("a {kind} may not promote to {to}: `{}`", actor.id))
                    .help("have it asked for by who may")
            }
            None => nobody(),
            Some(actor) if is_nobody(&actor.id) => nobody(),
            Some(_) if judged.is_judged() => return judged,
            Some(actor) => Judgement::pass(format!("`{}` may promote to {to}", actor.id)),
        };
        judged.and(actor)
    }
}
