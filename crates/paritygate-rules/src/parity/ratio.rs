//! `ratio`: a number stays in proportion to the reference's.

use paritygate_eval::kind::Params;
use paritygate_eval::{Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, State};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;

/// The parameters of `ratio`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ratio {
    /// The smallest share of the reference's number: 0.5 is one half.
    #[serde(default)]
    pub min: Option<f64>,
    /// The largest share of the reference's number.
    #[serde(default)]
    pub max: Option<f64>,
}

impl Kind for Ratio {
    const NAME: &'static str = "ratio";
    const SUMMARY: &'static str = "a number stays in proportion to the reference's";
    const MANUAL: &'static str = r#"
Divides each environment's number by the reference's. The quotient must not be below `min` nor above `max`. Missing
values are passed over; what is no number is unknown.

```example
select: workloads.*.memory.limitBytes
params: { min: 0.5 }
environments:
  staging: { workloads: { api: { memory: { limitBytes: 300Mi } } } }
  production: { workloads: { api: { memory: { limitBytes: 600Mi } } } }
expect: pass
```

```example
select: workloads.*.memory.limitBytes
params: { min: 0.5 }
environments:
  staging: { workloads: { api: { memory: { limitBytes: 200Mi } } } }
  production: { workloads: { api: { memory: { limitBytes: 600Mi } } } }
expect: fail
message: "`workloads.api.memory.limitBytes` in staging is 33 % of production's, at least 50 % is needed: staging `200Mi`, production `600Mi`"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let bad = |value: Option<f64>| value.is_some_and(|value| value < 0.0);
        let diagnostic = match (self.min, self.max) {
            (None, None) => params
                .wrong("min", "`ratio` needs `min` or `max`")
                .help("give the share of the reference's number, such as `min: 0.5`"),
            (min, max) if bad(min) || bad(max) => {
                params.wrong(if bad(min) { "min" } else { "max" }, "a share is a number that is not negative")
            }
            (Some(min), Some(max)) if min > max => {
                params.wrong("min", format!("`min: {min}` is above `max: {max}`, so nothing could pass"))
            }
            _ => return Ok(Plan::Row(Box::new(self))),
        };
        Err(vec![diagnostic])
    }
}

impl Ratio {
    fn is_low(&self, ratio: f64) -> bool {
        self.min.is_some_and(|min| ratio < min)
    }
}

impl RowCheck for Ratio {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, reference) in row.pairs() {
            let (cell, base) = (row.cell(environment), row.cell(reference));
            if let Some(reason) = cell.unknown().or_else(|| base.unknown()) {
                out.unknown(environment, Some(reference), reason);
                continue;
            }
            if !cell.is_set() || !base.is_set() {
                continue;
            }
            match (cell.number(), base.number()) {
                (Some(number), Some(base)) if base != 0.0 => {
                    let ratio = number / base;
                    if self.is_low(ratio) || self.max.is_some_and(|max| ratio > max) {
                        out.fail(environment, reference);
                    }
                }
                (Some(0.0), Some(_)) => {}
                (Some(_), Some(_)) => out.unknown(environment, Some(reference), "the reference is 0"),
                _ if matches!(cell.state, State::Secret(_)) => {
                    out.unknown(environment, Some(reference), "a secret can't be read");
                }
                _ => out.unknown(environment, Some(reference), "it is no number"),
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let shares = deviations.iter().filter_map(|deviation| {
            let against = deviation.against?;
            let ratio = row.cell(deviation.environment).number()? / row.cell(against).number()?;
            let percent = format!("{:.0} %", ratio * 100.0);
            Some((format!("in {} is {percent} of {}'s", row.name(deviation.environment), row.name(against)), ratio))
        });
        let (parts, ratios): (Vec<String>, Vec<f64>) = shares.unzip();
        let low = self.min.filter(|_| ratios.iter().any(|&ratio| self.is_low(ratio)));
        let bound = match (low, self.max) {
            (Some(min), _) => format!("at least {:.0} % is needed", min * 100.0),
            (None, Some(max)) => format!("at most {:.0} % is allowed", max * 100.0),
            (None, None) => String::new(),
        };
        let values = row.values(super::involved(row, deviations));
        let message = format!("`{}` {}, {bound}: {values}", row.path_text(), parts.join(" and "));
        let against = deviations.iter().find_map(|deviation| deviation.against);
        let reference = against.and_then(|at| Some((at, row.cell(at).number()?)));
        let mut description = Description::new(message);
        if let (Some(min), Some((at, reference))) = (low, reference) {
            // A number of bytes means little to who wrote `600M`.
            let is_bare = row.cell(at).text().is_some_and(|text| text == row.shown(at));
            let least = if is_bare {
                format!("{:.0}", (reference * min).ceil())
            } else {
                format!("{:.0} % of {}'s {}", min * 100.0, row.name(at), row.marked([at]))
            };
            description.help = Some(format!("raise it to at least {least}"));
        }
        description
    }
}
