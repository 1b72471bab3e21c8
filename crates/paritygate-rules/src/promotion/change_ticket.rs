//! `change-ticket`: an approved ticket covers the time and the target.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope, after};
use paritygate_model::promotion::{ChangeTicket as Ticket, TicketState};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp};

/// The parameters of `change-ticket`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ChangeTicket {
    /// The states in which it counts; `approved` and `implementing` by default.
    pub states: Option<Vec<TicketState>>,
    /// The systems whose tickets count; any by default.
    pub systems: Option<Vec<String>>,
    /// Whether a deployment must also be over before the planned end: the request then needs an `expectedDuration`.
    pub must_finish: bool,
}

const STATES: [TicketState; 2] = [TicketState::Approved, TicketState::Implementing];

impl GateKind for ChangeTicket {
    const NAME: &'static str = "change-ticket";
    const SUMMARY: &'static str = "an approved ticket covers the time and the target";
    const MANUAL: &'static str = r#"
The change has a ticket in one of `states`, which names the target and whose planned time holds the instant: from
`plannedStart` on, and before `plannedEnd`. Without one of them it is not bounded on that side. Where the request names a
ticket, facts about others don't count; and that it was refused, closed or is still pending counts wherever it is from.

```example
request: |
  changeTicket: { system: servicenow, id: CHG123, state: approved, plannedStart: 2026-01-02T11:00:00Z, plannedEnd: 2026-01-02T13:00:00Z, environments: [production] }
expect: pass
message: "`CHG123` is approved for production until Fri 2026-01-02 13:00Z"
```

```example
request: |
  changeTicket: { system: servicenow, id: CHG123, state: pending, environments: [production] }
expect: fail
message: "`CHG123` is pending, and has to be approved or implementing"
```

```example
request: |
  changeTicket: { id: CHG123, state: approved, plannedStart: 2026-01-02T22:00:00Z, environments: [production] }
expect: fail
message: "`CHG123` covers the time from Fri 2026-01-02 22:00Z on"
next: 2026-01-02T22:00:00Z
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        for (field, is_empty) in [
            ("states", self.states.as_ref().is_some_and(Vec::is_empty)),
            ("systems", self.systems.as_ref().is_some_and(Vec::is_empty)),
        ] {
            if is_empty {
                let wrong = params.wrong(field, format!("`{field}` is empty: no ticket could count"));
                return Err(vec![wrong.help("name at least one, or remove the field")]);
            }
        }
        Ok(Box::new(self))
    }
}

impl ChangeTicket {
    fn judge_at(&self, scope: &Scope<'_>) -> Judgement {
        let states = self.states.as_deref().unwrap_or(&STATES);
        let ticket = scope.facts().change_ticket.as_ref();
        // What speaks against it counts wherever it is from.
        let is_against = |ticket: &Ticket| ticket.state.speaks_against() && !states.contains(&ticket.state);
        let Some(ticket) = ticket.filter(|ticket| scope.accepts(&ticket.origin) || is_against(ticket)) else {
            let judged = Judgement::unknown("no ticket of the change is known").help("hand it in as `changeTicket`");
            return match ticket {
                Some(ticket) => judged
                    .note(format!("one is {}, which this gate does not accept", ticket.origin.source.word()))
                    .fact("not accepted", &ticket.origin),
                None => judged,
            };
        };
        let (id, to, at) = (&ticket.id, scope.to(), scope.at);
        let judged =
            if self.systems.as_ref().is_some_and(|systems| !ticket.system.iter().any(|own| systems.contains(own))) {
                let own = ticket.system.as_deref().unwrap_or("no system");
                Judgement::fail(format!("`{id}` is of {own}, whose tickets don't count")).help("open one where they do")
            } else if !states.contains(&ticket.state) {
                let wanted: Vec<&str> = states.iter().map(|state| state.word()).collect();
                let message = format!("`{id}` is {}, and has to be {}", ticket.state.word(), wanted.join(" or "));
                Judgement::needs_people(message).help("have it approved")
            } else if ticket.environments.is_empty() {
                Judgement::unknown(format!("`{id}` does not say which environments it covers"))
                    .help("give it `environments`")
            } else if !ticket.environments.iter().any(|environment| environment == to) {
                let covered = ticket.environments.join(", ");
                Judgement::fail(format!("`{id}` covers {covered}, and not {to}")).help("open one for this target")
            } else {
                match (ticket.planned_start, ticket.planned_end) {
                    (Some(start), Some(end)) if end <= start => {
                        let message = format!("the planned time of `{id}` ends before it begins");
                        Judgement::fail(message).help("correct `plannedStart` or `plannedEnd`")
                    }
                    (Some(start), _) if at < start.0 => {
                        let message = format!("`{id}` covers the time from {} on", scope.say(start.0));
                        Judgement::wait(Some(start.0), message)
                    }
                    (_, Some(end)) if at >= end.0 => {
                        let message = format!("the planned time of `{id}` ended {}", scope.say(end.0));
                        Judgement::fail(message).help("plan it anew")
                    }
                    (_, Some(end)) => match scope.length_to_fit(self.must_finish) {
                        None => Judgement::unknown(
                            "the request does not say how long it takes, and it has to end in the planned time",
                        )
                        .help("give the request an `expectedDuration`, such as PT20M"),
                        Some(length) if at.checked_add(length).is_ok_and(|over| over > end.0) => {
                            let takes = paritygate_model::promotion::Elapsed(length);
                            let message = format!(
                                "it would take {takes}, and the planned time of `{id}` ends {}",
                                scope.say(end.0)
                            );
                            Judgement::fail(message).help("plan it longer")
                        }
                        Some(_) => {
                            let (state, end) = (ticket.state.word(), scope.say(end.0));
                            Judgement::pass(format!("`{id}` is {state} for {to} until {end}"))
                        }
                    },
                    (_, None) => Judgement::pass(format!("`{id}` is {} for {to}", ticket.state.word())),
                }
            };
        judged.fact(ticket.state.word(), &ticket.origin)
    }
}

impl GateCheck for ChangeTicket {
    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        self.judge_at(scope)
    }

    fn next_change(&self, scope: &Scope<'_>) -> Option<Timestamp> {
        let ticket = scope.facts().change_ticket.as_ref()?;
        let length = scope.length_to_fit(self.must_finish).unwrap_or_default();
        let end = ticket.planned_end.map(|end| end.0);
        let late = end.and_then(|end| after(end.checked_sub(length).ok()?));
        let late = late.filter(|_| !length.is_zero());
        let all = [ticket.planned_start.map(|start| start.0), late, end];
        scope.next_of(all.into_iter().flatten())
    }
}
