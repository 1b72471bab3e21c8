//! `environment-healthy`: both environments are healthy, and no incident is open.

use paritygate_eval::kind::Params;
use paritygate_eval::{GateCheck, GateContext, GateKind, Judgement, Scope};
use paritygate_model::Diagnostic;
use paritygate_model::promotion::{HealthStatus, IncidentStatus};
use paritygate_model::read::Read;

/// The parameters of `environment-healthy`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EnvironmentHealthy {
    /// The environments; those of the request, `from` and `to`, where it is absent.
    pub environments: Option<Vec<String>>,
    /// The mildest severity of an incident that blocks; 1 is the worst. Any blocks where it is absent.
    pub max_severity: Option<u8>,
    /// Whether an incident that is mended and watched still blocks; it does by default.
    pub ignore_monitoring: bool,
}

impl GateKind for EnvironmentHealthy {
    const NAME: &'static str = "environment-healthy";
    const SUMMARY: &'static str = "both environments are healthy, and no incident is open";
    const MANUAL: &'static str = r#"
The newest state of health of each environment is `healthy`, and no incident on one of them, or on its tier, is open. An
incident that names no environment is on all of them. Illness and incidents count wherever they are known from.

```example
request: |
  health: [{ environment: staging, status: healthy, since: 2026-01-01T00:00:00Z }, { environment: production, status: healthy, since: 2026-01-01T00:00:00Z }]
  incidents: [{ id: INC-6, severity: 1, status: resolved, environments: [production] }]
expect: pass
message: "staging and production are healthy, and no incident is open"
```

```example
request: |
  health: [{ environment: staging, status: healthy, since: 2026-01-01T00:00:00Z }, { environment: production, status: healthy, since: 2026-01-01T00:00:00Z }]
  incidents: [{ id: INC-7, severity: 1, status: open, environments: [production] }]
expect: fail
message: "`INC-7` is open on production"
```

```example
request: |
  health: [{ environment: staging, status: healthy, since: 2026-01-01T00:00:00Z }]
expect: unknown
message: "nothing is known of the health of production"
```
"#;

    fn compile(self, params: &Params<'_>, _: &GateContext<'_>) -> Result<Box<dyn GateCheck>, Vec<Diagnostic>> {
        if self.environments.as_ref().is_some_and(Vec::is_empty) {
            let wrong = params.wrong("environments", "`environments` is empty: nothing would be asked");
            return Err(vec![wrong.help("name environments, or remove the field")]);
        }
        if self.max_severity == Some(0) {
            let wrong =
                params.wrong("maxSeverity", "`maxSeverity` is 0: no incident would count, since 1 is the worst");
            return Err(vec![wrong.help("give it a number from 1 on, or remove the field: then all count")]);
        }
        Ok(Box::new(self))
    }
}

impl EnvironmentHealthy {
    fn health(scope: &Scope<'_>, environment: &str) -> Judgement {
        let all = scope.request.health(environment).into_iter();
        let mut known = all.filter(|health| health.status != HealthStatus::Healthy || scope.accepts(&health.origin));
        let Some(newest) = known.next() else {
            let judged = Judgement::unknown(format!("nothing is known of the health of {environment}"));
            return judged.help("hand it in as `health`");
        };
        let status = newest.status;
        let judged = match status {
            HealthStatus::Healthy if newest.since.is_some_and(|since| !scope.has_happened(since)) => {
                Judgement::unknown(format!("{environment} is said to be healthy from a time on that has not come"))
            }
            HealthStatus::Healthy => Judgement::pass(format!("{environment} is healthy")),
            HealthStatus::Unknown => Judgement::unknown(format!("nothing is known of the health of {environment}")),
            _ => Judgement::fail(format!("{environment} is {}", status.word())).help("mend it first"),
        };
        judged.fact(format!("{environment}: {}", status.word()), &newest.origin)
    }

    fn incidents(&self, scope: &Scope<'_>, environments: &[&str]) -> Judgement {
        let is_on = |places: &[String]| environments.iter().any(|environment| scope.may_mean(places, environment));
        let counts = |status: IncidentStatus| match status {
            IncidentStatus::Open => true,
            IncidentStatus::Monitoring => !self.ignore_monitoring,
            IncidentStatus::Resolved => false,
        };
        let is_bad = |severity: Option<u8>| match (severity, self.max_severity) {
            (Some(severity), Some(most)) => severity <= most,
            // How bad it is is not known: it may be the worst.
            _ => true,
        };
        let open = scope.facts().incidents.iter();
        let open = open
            .filter(|incident| counts(incident.status) && is_bad(incident.severity) && is_on(&incident.environments));
        open.fold(Judgement::default(), |judged, incident| {
            let on = if incident.environments.is_empty() {
                "all environments".to_owned()
            } else {
                incident.environments.join(", ")
            };
            let one = Judgement::fail(format!("`{}` is {} on {on}", incident.id, incident.status.word()));
            judged.and(
                one.help("wait until it is over, or ask for a hotfix").fact(incident.status.word(), &incident.origin),
            )
        })
    }
}

impl GateCheck for EnvironmentHealthy {
    fn environments(&self) -> Vec<&str> {
        self.environments.iter().flatten().map(String::as_str).collect()
    }

    fn judge(&self, scope: &Scope<'_>) -> Judgement {
        let own = [scope.from(), scope.to()];
        let environments: Vec<&str> = match &self.environments {
            Some(environments) => environments.iter().map(String::as_str).collect(),
            None => own.to_vec(),
        };
        let health = environments.iter().map(|environment| Self::health(scope, environment));
        let mut judged = health.fold(self.incidents(scope, &environments), Judgement::and);
        if judged.cleared_by.is_some() {
            return judged;
        }
        let all = environments.join(" and ");
        let are = if environments.len() == 1 { "is" } else { "are" };
        judged.words_mut().message = format!("{all} {are} healthy, and no incident is open").into();
        judged
    }
}
