//! `staleness`: a description is young enough to be believed.

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Cell, Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, Selects};
use paritygate_model::promotion::Elapsed;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp};

/// The parameters of `staleness`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Staleness {
    /// How old a description may be: `P7D`. Where it says `validFor` itself, the shorter of the two counts.
    pub max_age: Option<Elapsed>,
}

impl Kind for Staleness {
    const NAME: &'static str = "staleness";
    const SUMMARY: &'static str = "a description is young enough to be believed";
    const ACCEPTS: Accepts = Accepts::Any;
    const SELECTS: Selects = Selects::Sections;
    const MANUAL: &'static str = r#"
Judges each environment by itself, and takes no `select`: from `collectedAt` to the instant of the check no more time may
have gone than the description's own `validFor`, and no more than `maxAge`. At exactly that age it still counts. A
description from the future fails, as one of the clocks is wrong.

Without `collectedAt` the age is not known, and with neither `validFor` nor `maxAge` there is nothing to measure it by: both
are unknown.

```example
now: 2026-08-21T09:30:00Z
environments:
  production: { collectedAt: 2026-08-20T09:30:00Z, validFor: PT24H }
expect: pass
```

```example
now: 2026-08-21T09:30:01Z
environments:
  staging: { collectedAt: 2026-08-21T06:30:00Z, validFor: PT24H }
  production: { collectedAt: 2026-08-20T09:30:00Z, validFor: PT24H }
expect: fail
message: "the description of production is more than 1 d old and valid for 1 d"
```

```example
now: 2026-08-21T09:30:00Z
params: { maxAge: P7D }
environments:
  staging: { collectedAt: 2026-08-12T09:30:00Z, validFor: P30D }
expect: fail
message: "the description of staging is 9 d old, and 7 d is allowed"
```

```example
now: 2026-08-21T09:30:00Z
params: { maxAge: P7D }
environments:
  staging: { collectedAt: 2026-08-21T12:30:00Z }
expect: fail
message: "the description of staging is from the future: it was made 3 h after this check"
```

```example
now: 2026-08-21T09:30:00Z
params: { maxAge: P7D }
environments:
  staging: { variables: { LOG_LEVEL: info } }
expect: unknown
message: "`collectedAt` can't be judged in staging: it is not said when the description was made"
```

```example
now: 2026-08-21T09:30:00Z
environments:
  staging: { collectedAt: 2026-08-21T06:30:00Z }
expect: unknown
message: "`collectedAt` can't be judged in staging: neither `validFor` nor `maxAge` says for how long it is valid"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        if self.max_age.is_some_and(|age| age.0.is_zero()) {
            let message = "`maxAge` is no time: nothing could pass";
            return Err(vec![params.wrong("maxAge", message).help("such as `P7D`")]);
        }
        Ok(Plan::Row(Box::new(self)))
    }
}

/// How old a description is.
enum Age {
    Fresh,
    /// Older than its own `validFor`.
    Outlived(Elapsed, Elapsed),
    /// Older than the rule allows.
    Old(Elapsed, Elapsed),
    /// From the future, by so much.
    Future(Elapsed),
    Unknown(&'static str),
}

impl Staleness {
    fn age(&self, row: &Row<'_, '_>, environment: usize) -> Age {
        let Some(text) = row.cell(environment).text() else {
            return Age::Unknown(match row.cell(environment).node {
                Some(_) => "it is not known when the description was made",
                None => "it is not said when the description was made",
            });
        };
        let Ok(made) = text.parse::<Timestamp>() else { return Age::Unknown("it is no instant") };
        let age = Elapsed(row.now().duration_since(made));
        if age.0.is_negative() {
            return Age::Future(Elapsed(made.duration_since(row.now())));
        }
        let own = row.environment(environment).and_then(|environment| environment.root().get("validFor")).map(Cell::of);
        let valid = own.as_ref().and_then(Cell::text).and_then(Elapsed::parse);
        match (valid, self.max_age) {
            (Some(valid), most) if age > valid && most.is_none_or(|most| valid <= most) => Age::Outlived(age, valid),
            (_, Some(most)) if age > most => Age::Old(age, most),
            (None, _) if own.is_some_and(|own| !own.is_absent()) => Age::Unknown("its `validFor` is not known"),
            (None, None) => Age::Unknown("neither `validFor` nor `maxAge` says for how long it is valid"),
            _ => Age::Fresh,
        }
    }
}

impl RowCheck for Staleness {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for member in row.members() {
            match self.age(row, member) {
                Age::Fresh => {}
                Age::Outlived(..) | Age::Old(..) | Age::Future(_) => out.fail_alone(member),
                Age::Unknown(reason) => out.unknown(member, None, reason),
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let said = deviations.iter().filter_map(|deviation| {
            let what = format!("the description of {}", row.name(deviation.environment));
            match self.age(row, deviation.environment) {
                Age::Outlived(age, valid) => Some(format!("{what} is {} old and valid for {valid}", age.beyond(valid))),
                Age::Old(age, most) => Some(format!("{what} is {} old, and {most} is allowed", age.beyond(most))),
                Age::Future(by) => Some(format!("{what} is from the future: it was made {by} after this check")),
                Age::Fresh | Age::Unknown(_) => None,
            }
        });
        let message = said.collect::<Vec<_>>().join("; ");
        let names = row.names(deviations.iter().map(|deviation| deviation.environment));
        let is_future = |deviation: &Deviation| matches!(self.age(row, deviation.environment), Age::Future(_));
        if deviations.iter().all(is_future) {
            return Description::new(message).help("check the clock of what collects, and the instant of the check");
        }
        Description::new(message).note("what is compared may have changed since").help(format!("describe {names} anew"))
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }

    fn sections(&self) -> &[&'static str] {
        &["collectedAt"]
    }
}
