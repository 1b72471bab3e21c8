//! `version-tolerance`: versions agree down to a part.

use paritygate_eval::kind::Params;
use paritygate_eval::{Comparison, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Note};

use crate::version::{self, Difference, Pair, Reading, Scheme};

/// The parameters of `version-tolerance`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct VersionTolerance {
    /// The part down to which versions have to agree.
    pub level: Level,
    /// How versions are read.
    pub scheme: Scheme,
    /// A field beside the version, such as `kind`: environments where it differs are not compared.
    pub where_same: Option<String>,
}

/// The part down to which versions have to agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// The major version: `20.11.1` and `20.12.0` agree, `20` and `22` don't.
    Major,
    /// Major and minor version: `20.11.1` and `20.11.9` agree, `20.11` and `20.12` don't. The default.
    #[default]
    Minor,
    /// All numbers, the pre-release and a package's revision: only build metadata and image variants may differ.
    Patch,
    /// Everything, however precise: neither `16.4-alpine` nor `16` agrees with `16.4`.
    Exact,
}

impl Kind for VersionTolerance {
    const NAME: &'static str = "version-tolerance";
    const SUMMARY: &'static str = "versions agree down to the major, minor or patch version";
    const MANUAL: &'static str = r#"
Compares each environment with the reference. `level` names the part down to which versions have to agree; a difference
in that part or in one before it fails, a smaller one does not. `level: minor`, the default, fails for `20.11.1` and
`20.12.0` and lets `20.11.1` and `20.11.9` pass.

A version that says less is a pin, and agrees with all that begin like it: `20` with `20.11.1`. Where several versions
of a package are installed, the highest ones are compared. Numbers count by their place, also below 1.0: `0.2.0` and
`0.3.0` differ in the minor version.

`scheme` says how versions are read: `semver`, `pep440`, `deb`, `rpm`, `calver`, `docker-tag`, `postgres`. By default it
is the first that reads both versions, and below `packages` the one of the package's type (`pypi`, `deb`, `rpm`). Name
`postgres` for PostgreSQL before 10, where `9.5` and `9.6` are major versions.

`whereSame` names a field beside the version. Where it differs, versions are not compared: those of a PostgreSQL and of
a MySQL say nothing about each other. That the field differs is the finding of another rule.

What is no version (`latest`, a branch, a commit) is unknown, unless both sides are written alike. Missing and empty
values are passed over: whether a version has to be there is the business of `present`.

```example
select: runtimes.*
params: { level: minor }
environments:
  staging: { runtimes: { node: "20.11.1", python: "3.12", go: latest } }
  production: { runtimes: { node: "20.11.9", python: "3.12.4", go: latest } }
expect: pass
```

```example
select: runtimes.*
params: { level: minor }
environments:
  staging: { runtimes: { node: "20.11.1" } }
  production: { runtimes: { node: "20.12.0" } }
expect: fail
message: "`runtimes.node` differs in its minor version: staging `20.11.1`, production `20.12.0`"
```

```example
select: packages.*.*.*
params: { level: patch }
environments:
  staging: { packages: { api: { pypi: { django: ["5.0rc1"] } } } }
  production: { packages: { api: { pypi: { django: ["4.2.1", "5.0"] } } } }
expect: fail
message: "`packages.api.pypi.django` differs in its pre-release or post-release: staging `[5.0rc1]`, production `[4.2.1, 5.0]`"
```

```example
select: backingServices.*.version
params: { level: major, scheme: postgres }
environments:
  staging: { backingServices: { primary-db: { version: "9.5.25" } } }
  production: { backingServices: { primary-db: { version: "9.6.24" } } }
expect: fail
message: "`backingServices.primary-db.version` differs in its major version: staging `9.5.25`, production `9.6.24`"
```

```example
select: backingServices.*.version
params: { level: major, whereSame: kind }
environments:
  staging: { backingServices: { db: { kind: mysql, version: "8.4" }, cache: { kind: redis, version: "7.4" } } }
  production: { backingServices: { db: { kind: postgresql, version: "16.4" }, cache: { kind: redis, version: "7.2" } } }
expect: pass
```

```example
select: backingServices.*.version
params: { level: major, whereSame: kind }
environments:
  staging: { backingServices: { db: { kind: postgresql, version: "15.8" } } }
  production: { backingServices: { db: { kind: postgresql, version: "16.4" } } }
expect: fail
```

```example
select: workloads.*.image.tag
environments:
  staging: { workloads: { cache: { image: { tag: 7.2-alpine } } } }
  production: { workloads: { cache: { image: { tag: 7.2-bookworm } } } }
expect: pass
```

```example
select: workloads.*.image.tag
environments:
  staging: { workloads: { cache: { image: { tag: latest } } } }
  production: { workloads: { cache: { image: { tag: 7.2-alpine } } } }
expect: unknown
```
"#;

    fn compile(self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        Ok(Plan::Row(Box::new(self)))
    }
}

impl Level {
    /// The smallest difference that is too large.
    pub(super) fn limit(self) -> Difference {
        match self {
            Self::Major => Difference::Major,
            Self::Minor => Difference::Minor,
            Self::Patch => Difference::Suffix,
            Self::Exact => Difference::Precision,
        }
    }
}

impl RowCheck for VersionTolerance {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, against) in row.pairs() {
            let wrong = match version::read(self.scheme, row, environment, against) {
                Pair::Settled => continue,
                Pair::Unknown(reason) => Some(reason),
                Pair::Read(a, b) if a.version.difference(&b.version) >= self.level.limit() => None,
                Pair::Read(..) => continue,
            };
            let sibling = self.where_same.as_deref().map(|field| row.compare_sibling(environment, against, field));
            match (sibling, wrong) {
                (Some(Comparison::Different), _) => {}
                (Some(Comparison::Unknown(reason)), _) => out.unknown(environment, Some(against), &reason),
                (_, Some(reason)) => out.unknown(environment, Some(against), &reason),
                (_, None) => out.fail(environment, against),
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let pairs: Vec<(usize, Reading<'_>, usize, Reading<'_>)> = deviations
            .iter()
            .filter_map(|deviation| {
                let against = deviation.against?;
                match version::read(self.scheme, row, deviation.environment, against) {
                    Pair::Read(a, b) => Some((deviation.environment, a, against, b)),
                    Pair::Settled | Pair::Unknown(_) => None,
                }
            })
            .collect();
        let largest = pairs
            .iter()
            .map(|(_, a, _, b)| (a.version.difference(&b.version), &a.version))
            .max_by_key(|(difference, _)| *difference);
        let part = largest.map_or("version", |(difference, version)| version.part_name(difference));
        let values = row.values(super::involved(row, deviations));
        let mut description =
            Description::new(["`", &row.path_text(), "` differs in its ", part, ": ", &values].concat());
        description.notes = notes(row, &pairs).into_iter().map(Note::from).collect();
        description.help = Some(match pairs.as_slice() {
            [(environment, _, against, reference)] => {
                let (own, other) = (row.name(*environment), row.name(*against));
                ["align ", own, " with ", other, ": `", reference.text, "`"].concat()
            }
            _ => "align them".to_owned(),
        });
        description
    }
}

/// What else is known: several installed versions, and variants that differ beside the version.
fn notes(row: &Row<'_, '_>, pairs: &[(usize, Reading<'_>, usize, Reading<'_>)]) -> Vec<String> {
    let mut notes = Vec::new();
    let mut add = |note: String| {
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    for (environment, a, against, b) in pairs {
        for (at, reading) in [(environment, a), (against, b)] {
            if reading.several {
                add(format!("{} has several versions, of which the highest counts: `{}`", row.name(*at), reading.text));
            }
        }
        let (ours, theirs) = (a.version.variant(), b.version.variant());
        if ours != theirs
            && !ours.is_empty()
            && !theirs.is_empty()
            && a.version.difference(&b.version) > Difference::Variant
        {
            add(format!(
                "the variants differ too: {} `{ours}`, {} `{theirs}`",
                row.name(*environment),
                row.name(*against)
            ));
        }
    }
    notes
}
