//! `at-least`: a number is not below a floor.

use paritygate_eval::kind::Params;
use paritygate_eval::{Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, State};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;

/// The parameters of `at-least`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AtLeast {
    /// The floor: a number, or a quantity such as `512Mi`.
    pub min: String,
}

impl Kind for AtLeast {
    const NAME: &'static str = "at-least";
    const SUMMARY: &'static str = "a number is not below a floor";
    const MANUAL: &'static str = r#"
Judges each environment by itself. Quantities are compared in their base units: `512Mi` is 536870912 bytes. Missing and
empty values are passed over; a value that is no number is unknown.

```example
select: workloads.*.replicas.desired
params: { min: 2 }
environments:
  production: { workloads: { api: { replicas: { desired: 3 } } } }
expect: pass
```

```example
select: workloads.*.memory.limitBytes
params: { min: 512Mi }
environments:
  production: { workloads: { api: { memory: { limitBytes: 256Mi } } } }
expect: fail
message: "`workloads.api.memory.limitBytes` in production is `256Mi`, below `512Mi`"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        match paritygate_model::quantity::number(&self.min) {
            Some(floor) => Ok(Plan::Row(Box::new(Check { floor, shown: self.min }))),
            None => Err(vec![
                params
                    .wrong("min", format!("`{}` is no number", self.min))
                    .help("write a number such as 2, or a quantity such as 512Mi"),
            ]),
        }
    }
}

struct Check {
    floor: f64,
    shown: String,
}

impl RowCheck for Check {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for member in row.members() {
            let cell = row.cell(member);
            match (cell.number(), &cell.state) {
                (Some(number), _) if number < self.floor => out.fail_alone(member),
                (Some(_), _) => {}
                (None, State::Value(_)) => out.unknown(member, None, "it is no number"),
                (None, State::Secret(_)) => out.unknown(member, None, "a secret can't be read"),
                (None, _) => {
                    if let Some(reason) = cell.unknown() {
                        out.unknown(member, None, reason);
                    }
                }
            }
        }
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let failing: Vec<usize> = deviations.iter().map(|deviation| deviation.environment).collect();
        let values = row.marked(failing.iter().copied());
        let message = format!("`{}` in {} is {}, below `{}`", row.path_text(), row.names(failing), values, self.shown);
        Description::new(message).help(format!("raise it to at least {}", self.shown))
    }
}
