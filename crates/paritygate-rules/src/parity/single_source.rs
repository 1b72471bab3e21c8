//! `single-source`: one place sets a variable.

use paritygate_eval::kind::Params;
use paritygate_eval::{Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;

use crate::sources::{self, Origin, Origins};

/// The parameters of `single-source`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SingleSource {
    /// Stores that may set a variable beside each other, the strongest first: `[ssm, env_file]`.
    pub precedence: Vec<String>,
}

impl Kind for SingleSource {
    const NAME: &'static str = "single-source";
    const SUMMARY: &'static str = "one place sets a variable";
    const MANUAL: &'static str = r#"
Select variables. Judges each environment by itself: a variable that several places set fails, as nobody can tell from one of
them what a process sees. Those that a later layer of the manifest overrides count as well. Where the stores of all places
are listed in `precedence`, it is settled which of them wins, and the variable passes.

Where it is not said where a variable is set, it is unknown. One that is set nowhere is passed over.

```example
select: variables.*
environments:
  production: { variables: { DB_URL: { value: "postgres://db/app", sources: [{ store: ssm, path: /app/DB_URL }] } } }
expect: pass
```

```example
select: variables.*
environments:
  production: { variables: { DB_URL: { value: "postgres://db/app", sources: [{ store: ssm }, { store: env_file }] } } }
expect: fail
message: "`variables.DB_URL` comes from `ssm` and `env_file` in production"
```

```example
select: variables.*
params: { precedence: [ssm, env_file] }
environments:
  production: { variables: { DB_URL: { value: "postgres://db/app", sources: [{ store: ssm }, { store: env_file }] } } }
expect: pass
```

```example
select: variables.*
params: { precedence: [ssm, env_file] }
environments:
  staging: { variables: { DB_URL: { value: "postgres://db/app", sources: [{ store: ssm }, { store: image }] } } }
  production: { variables: { DB_URL: { value: "postgres://db/app", sources: [{ store: env_file, path: .env }, { store: env_file, path: .env.production }] } } }
expect: fail
message: "`variables.DB_URL` comes from `ssm` and `image` in staging"
```

```example
select: variables.*
environments:
  production: { variables: { DB_URL: "postgres://db/app" } }
expect: unknown
message: "`variables.DB_URL` can't be judged in production: it is not said where it is set"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let wrong: Vec<Diagnostic> = self
            .precedence
            .iter()
            .filter_map(|store| sources::not_a_store(store))
            .map(|(message, help)| params.wrong("precedence", message).maybe_help(help))
            .collect();
        if wrong.is_empty() { Ok(Plan::Row(Box::new(self))) } else { Err(wrong) }
    }
}

impl SingleSource {
    fn is_settled(&self, origins: &[Origin<'_>]) -> bool {
        origins.len() == 1 || origins.iter().all(|origin| self.precedence.iter().any(|store| *store == *origin.store))
    }
}

impl RowCheck for SingleSource {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for member in row.members().filter(|&member| !row.cell(member).is_absent()) {
            match sources::origins(row, member) {
                Origins::Known(origins) if self.is_settled(&origins) => {}
                Origins::Known(_) => out.fail_alone(member),
                Origins::Unknown(reason) => out.unknown(member, None, reason),
                Origins::NoVariable => {
                    if let Some(reason) = row.cell(member).unknown() {
                        out.unknown(member, None, reason);
                    }
                }
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let said = deviations.iter().filter_map(|deviation| {
            let Origins::Known(origins) = sources::origins(row, deviation.environment) else { return None };
            let places: Vec<String> = origins.iter().map(sources::shown).collect();
            let (last, others) = places.split_last()?;
            Some(format!("{} and {last} in {}", others.join(", "), row.name(deviation.environment)))
        });
        let said = said.collect::<Vec<_>>().join(", and from ");
        Description::new(format!("`{}` comes from {said}", row.path_text()))
            .note("a change in one of them may have no effect")
            .help("drop all but one, or list all their stores in `precedence`")
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }
}
