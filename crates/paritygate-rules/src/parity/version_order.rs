//! `version-order`: lower environments are not behind the reference.

use std::cmp::Ordering;

use paritygate_eval::kind::Params;
use paritygate_eval::{Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;

use crate::version::{self, Difference, Pair, Reading, Scheme};

/// The parameters of `version-order`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct VersionOrder {
    /// Who may be ahead of whom.
    pub direction: Direction,
    /// The largest part in which an environment may lead, with `direction: mayLead`. By default any.
    pub max_lead: Option<Part>,
    /// How versions are read.
    pub scheme: Scheme,
}

/// Who may be ahead of whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// An environment may be ahead of the reference, never behind it. The default.
    #[default]
    MayLead,
    /// An environment may be behind the reference, never ahead of it.
    MayLag,
    /// Neither.
    Equal,
}

/// A part of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// The third number, the later ones, and what follows them.
    Patch,
    /// The second number.
    Minor,
    /// The first number.
    Major,
}

impl Kind for VersionOrder {
    const NAME: &'static str = "version-order";
    const SUMMARY: &'static str = "a version is not older than the reference's";
    const MANUAL: &'static str = r#"
Compares each environment with the reference: what has reached production must have reached the environments before it.
`direction: mayLead`, the default, lets an environment be ahead, and `maxLead` says in which part at most; `mayLag` is the
opposite, and `equal` lets neither be ahead.

A version that says less is a pin, and as new as all that begin like it: `20` is neither older nor newer than `20.11.1`.
How something was built (build metadata, an image's variant) is no order. Where several versions of a package are
installed, the highest ones are compared. How versions are read, and what is unknown, is told by `version-tolerance`.

```example
select: artifacts.*.version
environments:
  staging: { artifacts: { api: { version: 1.10.0 } } }
  production: { artifacts: { api: { version: 1.9.3 } } }
expect: pass
```

```example
select: artifacts.*.version
environments:
  staging: { artifacts: { api: { version: 1.2.2 } } }
  production: { artifacts: { api: { version: 1.2.3 } } }
expect: fail
message: "`artifacts.api.version` in staging lags production: `1.2.2` is older than `1.2.3`"
```

```example
select: artifacts.*.version
params: { maxLead: minor }
environments:
  staging: { artifacts: { api: { version: 3.0.0 } } }
  production: { artifacts: { api: { version: 2.4.1 } } }
expect: fail
message: "`artifacts.api.version` in staging leads production by a major version: `3.0.0` is newer than `2.4.1`"
```

```example
select: backingServices.*.version
params: { direction: mayLag }
environments:
  testing: { backingServices: { primary-db: { version: "17.0" } } }
  staging: { backingServices: { primary-db: { version: "16.4" } } }
  production: { backingServices: { primary-db: { version: "16.3" } } }
expect: fail
message: "`backingServices.primary-db.version` in testing and staging leads production: testing `17.0`, staging `16.4`, production `16.3`"
```

```example
select: artifacts.*.version
environments:
  staging: { artifacts: { api: { version: main } } }
  production: { artifacts: { api: { version: 1.2.3 } } }
expect: unknown
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let direction = match self.direction {
            Direction::MayLead => return Ok(Plan::Row(Box::new(self))),
            Direction::MayLag => "mayLag",
            Direction::Equal => "equal",
        };
        if self.max_lead.is_none() {
            return Ok(Plan::Row(Box::new(self)));
        }
        let message = format!("`maxLead` makes no sense with `direction: {direction}`");
        Err(vec![
            params
                .wrong("maxLead", message)
                .note("there no environment may lead at all")
                .help("remove it, or write `direction: mayLead`"),
        ])
    }
}

/// How an environment's version is out of order.
struct Gap<'t> {
    environment: usize,
    against: usize,
    own: Reading<'t>,
    reference: Reading<'t>,
}

impl VersionOrder {
    fn out_of_order(&self, own: &Reading<'_>, reference: &Reading<'_>) -> bool {
        match own.version.compare(&reference.version) {
            Ordering::Equal => false,
            Ordering::Less => self.direction != Direction::MayLag,
            Ordering::Greater if self.direction == Direction::MayLead => {
                let most = match self.max_lead {
                    Some(Part::Patch) => Difference::Patch,
                    Some(Part::Minor) => Difference::Minor,
                    Some(Part::Major) | None => Difference::Major,
                };
                own.version.difference(&reference.version) > most
            }
            Ordering::Greater => true,
        }
    }

    fn gaps<'t>(&self, row: &Row<'_, 't>, deviations: &[Deviation]) -> Vec<Gap<'t>> {
        let gap = |deviation: &Deviation| {
            let (environment, against) = (deviation.environment, deviation.against?);
            match version::read(self.scheme, row, environment, against) {
                Pair::Read(own, reference) => Some(Gap { environment, against, own, reference }),
                Pair::Settled | Pair::Unknown(_) => None,
            }
        };
        deviations.iter().filter_map(gap).collect()
    }
}

impl Gap<'_> {
    fn order(&self) -> Ordering {
        self.own.version.compare(&self.reference.version)
    }
}

impl RowCheck for VersionOrder {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, against) in row.pairs() {
            match version::read(self.scheme, row, environment, against) {
                Pair::Settled => {}
                Pair::Unknown(reason) => out.unknown(environment, Some(against), &reason),
                Pair::Read(own, reference) => {
                    if self.out_of_order(&own, &reference) {
                        out.fail(environment, against);
                    }
                }
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let gaps = self.gaps(row, deviations);
        let mut against: Vec<usize> = gaps.iter().map(|gap| gap.against).collect();
        against.dedup();
        let verb = verb(&gaps);
        let mut lead = String::new();
        if verb == "leads" && self.max_lead.is_some() {
            let parts = gaps.iter().map(|gap| (gap.own.version.difference(&gap.reference.version), &gap.own.version));
            if let Some((part, version)) = parts.max_by_key(|(part, _)| *part) {
                lead = format!(" by a {}", version.part_name(part));
            }
        }
        let who = row.names(gaps.iter().map(|gap| gap.environment));
        let what = format!("`{}` in {who} {verb} {}{lead}", row.path_text(), row.names(against));
        let [gap] = gaps.as_slice() else {
            return Description::new(format!("{what}: {}", row.values(super::involved(row, deviations))))
                .help("bring them in step");
        };
        let (own, reference) = (gap.own.text, gap.reference.text);
        let (environment, against) = (row.name(gap.environment), row.name(gap.against));
        let (word, help) = match gap.order() {
            Ordering::Less => ("older", format!("upgrade {environment} to at least `{reference}`")),
            _ => ("newer", format!("upgrade {against}, or take {environment} back to `{reference}`")),
        };
        let help = if self.direction == Direction::Equal {
            format!("align {environment} with {against}: `{reference}`")
        } else {
            help
        };
        let mut description = Description::new(format!("{what}: `{own}` is {word} than `{reference}`")).help(help);
        for (name, reading) in [(environment, &gap.own), (against, &gap.reference)] {
            if reading.several {
                description = description
                    .note(format!("{name} has several versions, of which the highest counts: `{}`", reading.text));
            }
        }
        description
    }
}

/// What the environments do to the reference.
fn verb(gaps: &[Gap<'_>]) -> &'static str {
    let all = |order: Ordering| gaps.iter().all(|gap| gap.order() == order);
    if all(Ordering::Less) {
        "lags"
    } else if all(Ordering::Greater) {
        "leads"
    } else {
        "is out of step with"
    }
}
