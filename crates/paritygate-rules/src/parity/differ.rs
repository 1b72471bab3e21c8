//! `differ`: a value is different in every environment.

use paritygate_eval::kind::Params;
use paritygate_eval::{Compares, Comparison, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;

/// The parameters of `differ`: it has none.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Differ {}

impl Kind for Differ {
    const NAME: &'static str = "differ";
    const SUMMARY: &'static str = "a value is different in every environment";
    const MANUAL: &'static str = r#"
Compares every two environments, as their values are written: names of environments inside a value count. Environments
in which the value is missing or empty are passed over.

```example
select: variables.DATABASE_HOST
environments:
  staging: { variables: { DATABASE_HOST: db.staging.example.com } }
  production: { variables: { DATABASE_HOST: db.example.com } }
expect: pass
```

```example
select: variables.DATABASE_HOST
environments:
  staging: { variables: { DATABASE_HOST: db.example.com } }
  production: { variables: { DATABASE_HOST: db.example.com } }
expect: fail
message: "staging and production share `variables.DATABASE_HOST`: `db.example.com`"
```
"#;

    fn compile(self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        Ok(Plan::Row(Box::new(self)))
    }
}

impl RowCheck for Differ {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (a, b) in row.all_pairs() {
            if row.cell(a).is_absent() || row.cell(b).is_absent() {
                continue;
            }
            match row.compare_exactly(a, b) {
                Comparison::Equal if row.cell(a).is_set() => out.fail_mutually(a, b),
                Comparison::Equal | Comparison::Different => {}
                Comparison::Unknown(reason) => out.unknown(a, Some(b), &reason),
            }
        }
    }

    fn compares(&self) -> Compares {
        Compares::EachOther
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let involved = super::involved(row, deviations);
        let first = involved.first().copied().unwrap_or_default();
        let message = format!("{} share `{}`: {}", row.names(involved), row.path_text(), row.marked([first]));
        Description::new(message).help("give each environment its own")
    }
}
