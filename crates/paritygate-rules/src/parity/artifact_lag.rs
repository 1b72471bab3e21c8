//! `artifact-lag`: a lower environment does not run an older artifact than the reference.

use jiff::SignedDuration;
use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Cell, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::promotion::Elapsed;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Node, Timestamp};

use crate::artifact::{artifact, field, same_digest};

/// The parameters of `artifact-lag`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ArtifactLag {
    /// How much earlier than the reference's an artifact may have been deployed: `P7D`. By default not at all.
    pub max_age: Elapsed,
}

impl Kind for ArtifactLag {
    const NAME: &'static str = "artifact-lag";
    const SUMMARY: &'static str = "a lower environment does not run an older artifact than the reference";
    const ACCEPTS: Accepts = Accepts::Collection;
    const MANUAL: &'static str = r#"
Select artifacts (`artifacts.*`). Where an environment runs another artifact than the reference, it must not have been
deployed earlier than the reference's, or by no more than `maxAge`: what is in production was then never tried there, or was
rolled back since. The same artifact is never behind, whenever it was deployed, and one that was deployed later is ahead,
which is right. Artifacts are the same by their `digest` or `indexDigest`; where one of the two has none, by the first of
`buildId`, `version` and `tag` that both have.

Without `deployedAt` on both sides the lag is not known. A component that one of the two lacks is passed over.

```example
select: artifacts.*
environments:
  staging: { artifacts: { api: { digest: "sha256:aaa", deployedAt: 2026-08-12T08:00:00Z } } }
  production: { artifacts: { api: { digest: "sha256:aaa", deployedAt: 2026-08-21T08:00:00Z } } }
expect: pass
```

```example
select: artifacts.*
environments:
  staging: { artifacts: { api: { digest: "sha256:bbb", deployedAt: 2026-08-21T08:00:00Z } } }
  production: { artifacts: { api: { digest: "sha256:aaa", deployedAt: 2026-08-12T08:00:00Z } } }
expect: pass
```

```example
select: artifacts.*
params: { maxAge: P2D }
environments:
  testing: { artifacts: { api: { digest: "sha256:bbb", deployedAt: 2026-08-19T08:00:00Z } } }
  staging: { artifacts: { api: { digest: "sha256:aaa", deployedAt: 2026-08-12T08:00:00Z } } }
  production: { artifacts: { api: { digest: "sha256:ccc", deployedAt: 2026-08-21T08:00:00Z } } }
expect: fail
message: "`artifacts.api` in staging is 9 d behind production, and 2 d is allowed: staging `2026-08-12T08:00:00Z`, production `2026-08-21T08:00:00Z`"
```

```example
select: artifacts.*
environments:
  staging: { artifacts: { api: { version: 1.5.0, deployedAt: 2026-08-12T08:00:00Z } } }
  production: { artifacts: { api: { version: 1.5.0, digest: "sha256:aaa", deployedAt: 2026-08-21T08:00:00Z } } }
expect: pass
```

```example
select: artifacts.*
environments:
  staging: { artifacts: { api: { digest: "sha256:aaa" } } }
  production: { artifacts: { api: { digest: "sha256:bbb", deployedAt: 2026-08-21T08:00:00Z } } }
expect: unknown
```
"#;

    fn compile(self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        Ok(Plan::Row(Box::new(self)))
    }
}

fn deployed_at(artifact: Node<'_>) -> Result<Timestamp, &str> {
    field(artifact, "deployedAt")?.and_then(|text| text.parse().ok()).ok_or("it is not said when it was deployed")
}

/// Whether two artifacts are the same: by a digest that both have, else by what both are called.
fn same<'t>(a: Node<'t>, b: Node<'t>) -> Result<bool, &'t str> {
    let mut differs = false;
    for name in ["digest", "indexDigest"] {
        match same_digest(a, b, name)? {
            Some(true) => return Ok(true),
            Some(false) => differs = true,
            None => {}
        }
    }
    if differs {
        return Ok(false);
    }
    for name in ["buildId", "version", "tag"] {
        if let (Some(a), Some(b)) = (field(a, name)?, field(b, name)?) {
            return Ok(a == b);
        }
    }
    Ok(false)
}

/// How much earlier than another artifact one was deployed; nothing where that does not matter.
fn lag<'t>(own: &Cell<'t>, other: &Cell<'t>) -> Result<Option<SignedDuration>, &'t str> {
    if let Some(reason) = own.unknown().or_else(|| other.unknown()) {
        return Err(reason);
    }
    let (Some(own), Some(other)) = (artifact(own), artifact(other)) else { return Ok(None) };
    match same(own, other) {
        Ok(true) => return Ok(None),
        Ok(false) => {}
        Err(reason) => {
            // What was deployed later is not behind, whatever it is.
            let ahead = deployed_at(own)? >= deployed_at(other)?;
            return if ahead { Ok(None) } else { Err(reason) };
        }
    }
    Ok(Some(deployed_at(other)?.duration_since(deployed_at(own)?)))
}

impl ArtifactLag {
    fn lag(&self, row: &Row<'_, '_>, environment: usize, against: usize) -> Result<Option<SignedDuration>, String> {
        let lag = lag(row.cell(environment), row.cell(against)).map_err(str::to_owned)?;
        Ok(lag.filter(|lag| *lag > self.max_age.0))
    }
}

impl RowCheck for ArtifactLag {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, against) in row.pairs() {
            match self.lag(row, environment, against) {
                Ok(None) => {}
                Ok(Some(_)) => out.fail(environment, against),
                Err(reason) => out.unknown(environment, Some(against), &reason),
            }
        }
    }

    fn focus(&self) -> Option<&'static str> {
        Some("deployedAt")
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let text = |environment: usize, name: &str| {
            let found = artifact(row.cell(environment)).and_then(|node| field(node, name).ok().flatten());
            found.map(str::to_owned)
        };
        let part = |deviation: &Deviation| {
            let against = deviation.against?;
            let lag = self.lag(row, deviation.environment, against).ok().flatten()?;
            Some(format!("in {} is {} behind {}", row.name(deviation.environment), Elapsed(lag), row.name(against)))
        };
        let parts: Vec<String> = deviations.iter().filter_map(part).collect();
        let allowed =
            if self.max_age.0.is_zero() { String::new() } else { format!(", and {} is allowed", self.max_age) };
        let involved = super::involved(row, deviations);
        let listed = |field: &dyn Fn(usize) -> Option<String>| {
            let each = involved.iter().map(|&at| Some(format!("{} `{}`", row.name(at), field(at)?)));
            each.collect::<Option<Vec<String>>>().map(|each| each.join(", "))
        };
        let times = listed(&|at| text(at, "deployedAt")).unwrap_or_default();
        let message = format!("`{}` {}{allowed}: {times}", row.path_text(), parts.join(" and "));
        let who = row.names(deviations.iter().map(|deviation| deviation.environment));
        let mut description = Description::new(message).help(format!("deploy to {who} what runs in the reference"));
        if let Some(versions) = listed(&|at| text(at, "version").or_else(|| text(at, "tag"))) {
            description = description.note(format!("they run {versions}"));
        }
        description
    }
}
