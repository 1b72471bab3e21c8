//! `coverage`: the sections that a policy is about are described.

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, Selects};
use paritygate_model::read::Read;
use paritygate_model::shape::environment::{ENVIRONMENT, META};
use paritygate_model::{Coverage as Covered, Diagnostic, suggest};

/// The parameters of `coverage`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coverage {
    /// The sections that every environment must describe.
    pub sections: Vec<String>,
    /// Whether a section that is described in part fails as well.
    #[serde(default)]
    pub complete: bool,
}

impl Kind for Coverage {
    const NAME: &'static str = "coverage";
    const SUMMARY: &'static str = "the sections that a policy is about are described";
    const ACCEPTS: Accepts = Accepts::Any;
    const SELECTS: Selects = Selects::Sections;
    const MANUAL: &'static str = r#"
Judges each environment by itself, and takes no `select`: every one of `sections` must be described. One that is
`notCollected` or `unsupported` fails, and so does one that is not there and not declared `complete`: of what nobody looked
at, no rule can say anything. One that is there, or declared `complete` and left out as there is nothing in it, passes.

A section that is described in part passes, unless `complete: true` asks for all of it. A section counts as partial where
its own coverage says so, or that of a path below it.

```example
params: { sections: [network, variables] }
environments:
  production:
    variables: { LOG_LEVEL: info }
    network: { cdn: { enabled: true } }
expect: pass
```

```example
params: { sections: [network, variables] }
environments:
  staging: { variables: { LOG_LEVEL: info } }
  production: { variables: { LOG_LEVEL: info }, network: { cdn: { enabled: true } } }
expect: fail
message: "`network` is not described in staging: this section was not collected"
```

```example
params: { sections: [filesystem] }
environments:
  staging: { coverage: { filesystem: unsupported } }
  production: { coverage: { filesystem: complete } }
expect: fail
message: "`filesystem` is not described in staging: the source can't describe this section"
```

```example
params: { sections: [variables] }
environments:
  production: { coverage: { variables: partial }, variables: { LOG_LEVEL: info } }
expect: pass
```

```example
params: { sections: [variables], complete: true }
environments:
  production: { coverage: { variables: partial }, variables: { LOG_LEVEL: info } }
expect: fail
message: "`variables` is not completely described in production: only part of this section is described"
```

```example
params: { sections: [workloads], complete: true }
environments:
  production: { coverage: { workloads.api.variables: notCollected }, workloads: { api: { restart: always } } }
expect: fail
message: "`workloads` is not completely described in production: only part of this section is described"
```

```example
params: { sections: [schedules] }
environments:
  production: { schedules: { unresolved: a template } }
expect: unknown
message: "`schedules` can't be judged in production: a template"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let mut sections = Vec::with_capacity(self.sections.len());
        let known = || ENVIRONMENT.fields.iter().map(|field| field.name).filter(|name| !META.contains(name));
        for section in &self.sections {
            match known().find(|name| *name == section) {
                Some(name) => sections.push(name),
                None => wrong.push(
                    params
                        .wrong("sections", format!("environments have no section `{section}`"))
                        .maybe_help(suggest::did_you_mean(section, known())),
                ),
            }
        }
        if self.sections.is_empty() {
            let message = "`sections` is empty, so the rule would say nothing";
            wrong.push(params.wrong("sections", message).help("list at least one section, such as `variables`"));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        sections.sort_unstable();
        sections.dedup();
        Ok(Plan::Row(Box::new(Check { sections, complete: self.complete })))
    }
}

struct Check {
    sections: Vec<&'static str>,
    complete: bool,
}

impl Check {
    /// Why a section does not count as described; `None` where it does.
    fn why_not(&self, row: &Row<'_, '_>, environment: usize) -> Option<&'static str> {
        let described = row.environment(environment)?;
        let coverage = match described.coverage_at(row.path()) {
            Covered::Complete if self.complete && is_partial_below(row, environment) => Covered::Partial,
            // What nobody set out to collect may be there nevertheless: Compose has the databases that run in it.
            Covered::NotCollected if row.cell(environment).collection().is_some_and(|section| !section.is_empty()) => {
                Covered::Partial
            }
            coverage => coverage,
        };
        match coverage {
            Covered::Complete => None,
            // Part of nothing is nothing.
            Covered::Partial if !self.complete && row.cell(environment).node.is_some() => None,
            coverage => coverage.why_not_missing(),
        }
    }
}

/// Whether something below the section is declared as not completely described.
fn is_partial_below(row: &Row<'_, '_>, environment: usize) -> bool {
    let (Some(environment), [section]) = (row.environment(environment), row.path()) else { return false };
    let below = |path: &str| path.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
    environment.coverage.iter().any(|(path, coverage)| below(path) && *coverage != Covered::Complete)
}

impl RowCheck for Check {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for member in row.members() {
            if self.why_not(row, member).is_some() {
                out.fail_alone(member);
            } else if let Some(reason) = row.cell(member).unknown().filter(|_| row.cell(member).node.is_some()) {
                out.unknown(member, None, reason);
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let mut reasons: Vec<(&str, Vec<usize>)> = Vec::new();
        for environment in deviations.iter().map(|deviation| deviation.environment) {
            let Some(reason) = self.why_not(row, environment) else { continue };
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, environments)) => environments.push(environment),
                None => reasons.push((reason, vec![environment])),
            }
        }
        let said =
            reasons.into_iter().map(|(reason, environments)| format!("in {}: {reason}", row.names(environments)));
        let said = said.collect::<Vec<_>>().join("; ");
        let how = if self.complete { "is not completely described" } else { "is not described" };
        Description::new(format!("`{}` {how} {said}", row.path_text()))
            .note("no rule can say anything of what nobody looked at")
            .help("add a source that describes it, or declare `coverage` complete where there is nothing")
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }

    fn sections(&self) -> &[&'static str] {
        &self.sections
    }
}
