//! `secret-delivery`: secrets don't come with the repository or the image.

use paritygate_eval::kind::Params;
use paritygate_eval::{Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, State};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;
use paritygate_model::secret::ValueClass;

use crate::sources::{self, Origin, Origins};

/// The parameters of `secret-delivery`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SecretDelivery {
    /// The stores that must hold no secret; `compose`, `config_file` and `image` where it is absent: what is committed, or
    /// built into what is shipped. Add `env_file` where such files are committed, and `k8s_configmap` where anyone may read it.
    pub stores: Option<Vec<String>>,
}

/// The stores that must hold no secret where a rule names none.
const COMMITTED: [&str; 3] = ["compose", "config_file", "image"];

impl Kind for SecretDelivery {
    const NAME: &'static str = "secret-delivery";
    const SUMMARY: &'static str = "secrets don't come with the repository or the image";
    const MANUAL: &'static str = r#"
Select variables. Judges each environment by itself: a secret must not be set in one of `stores`, which by default are those
that are committed or built into what is shipped. A place that only refers to the value (`${DB_PASSWORD}` in a Compose file)
does not hold it, nor does one whose value another place overrides. Placeholders and values that are empty or not set don't
count.

Where it is not said where a secret is set, and where its value is not known (it may be encrypted there), it is unknown. For
files, bind `one-of` to `files.*.delivery`.

```example
select: variables.*
environments:
  production:
    variables:
      LOG_LEVEL: { value: info, sources: [{ store: image, path: Dockerfile }] }
      DB_PASSWORD: { fingerprint: { keyId: k, hex: aa }, sources: [{ store: ssm, path: /app/production/DB_PASSWORD }] }
expect: pass
```

```example
select: variables.*
environments:
  production:
    variables: { DB_PASSWORD: { fingerprint: { keyId: k, hex: aa }, sources: [{ store: image, path: Dockerfile }] } }
expect: fail
message: "`variables.DB_PASSWORD` is a secret, and comes from `image` (`Dockerfile`) in production"
```

```example
select: variables.*
environments:
  production:
    variables:
      DB_PASSWORD: { fingerprint: { keyId: k, hex: aa }, sources: [{ store: compose, path: compose.yml, reference: true }] }
expect: pass
```

```example
select: variables.*
params: { stores: [env_file] }
environments:
  staging: { variables: { DB_PASSWORD: { fingerprint: { keyId: k, hex: aa }, sources: [{ store: image }] } } }
  production: { variables: { DB_PASSWORD: { fingerprint: { keyId: k, hex: bb }, sources: [{ store: env_file, path: .env }] } } }
expect: fail
message: "`variables.DB_PASSWORD` is a secret, and comes from `env_file` (`.env`) in production"
```

```example
select: variables.*
environments:
  production: { variables: { DB_PASSWORD: { fingerprint: { keyId: k, hex: aa } } } }
expect: unknown
message: "`variables.DB_PASSWORD` can't be judged in production: it is not said where it is set"
```

```example
select: variables.*
environments:
  production: { variables: { DB_PASSWORD: { value: { unresolved: it is encrypted }, sensitivity: secret, sources: [{ store: config_file }] } } }
expect: unknown
message: "`variables.DB_PASSWORD` can't be judged in production: it is encrypted"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let stores = self.stores.unwrap_or_else(|| COMMITTED.map(str::to_owned).to_vec());
        if stores.is_empty() {
            let message = "`stores` is empty, so the rule would say nothing";
            return Err(vec![params.wrong("stores", message).help("list at least one store, such as `image`")]);
        }
        let wrong: Vec<Diagnostic> = stores
            .iter()
            .filter_map(|store| sources::not_a_store(store))
            .map(|(message, help)| params.wrong("stores", message).maybe_help(help))
            .collect();
        if wrong.is_empty() { Ok(Plan::Row(Box::new(Check { stores }))) } else { Err(wrong) }
    }
}

struct Check {
    stores: Vec<String>,
}

impl Check {
    /// The places that hold the value of a variable and should hold no secret.
    fn wrong<'o, 't>(&self, origins: &'o [Origin<'t>]) -> impl Iterator<Item = &'o Origin<'t>> {
        let holds = |origin: &&Origin<'_>| !origin.is_reference && !origin.is_overridden;
        origins.iter().filter(holds).filter(|origin| self.stores.iter().any(|store| *store == *origin.store))
    }
}

impl RowCheck for Check {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for member in row.members() {
            let cell = row.cell(member);
            let Some((_, variable)) = row.variable(member) else {
                // What nobody looked at counts if it is a secret where it is known.
                if let Some(reason) = cell.unknown().filter(|_| sources::is_secret(row)) {
                    out.unknown(member, None, reason);
                }
                continue;
            };
            let is_secret = match &cell.state {
                State::Secret(secret) => !matches!(secret.value_class, ValueClass::Placeholder),
                State::Unresolved(_) => variable.secret,
                _ => false,
            };
            if !is_secret {
                continue;
            }
            match sources::origins(row, member) {
                Origins::Known(origins) if self.wrong(&origins).next().is_none() => {}
                Origins::Known(_) => match cell.unknown() {
                    Some(reason) => out.unknown(member, None, reason),
                    None => out.fail_alone(member),
                },
                Origins::Unknown(reason) => out.unknown(member, None, reason),
                Origins::NoVariable => {}
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let said = deviations.iter().filter_map(|deviation| {
            let Origins::Known(origins) = sources::origins(row, deviation.environment) else { return None };
            let places: Vec<String> = self.wrong(&origins).map(sources::shown).collect();
            Some(format!("{} in {}", places.join(" and "), row.name(deviation.environment)))
        });
        let said = said.collect::<Vec<_>>().join(", and from ");
        Description::new(format!("`{}` is a secret, and comes from {said}", row.path_text()))
            .note("whoever can read the repository or pull the image has it")
            .help(format!("move `{}` to a store for secrets, and rotate it", row.key()))
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }
}
