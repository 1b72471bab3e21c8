//! `package-drift`: the packages of a component agree, told as one finding.

use std::cmp::Ordering;

use paritygate_eval::kind::{GroupFinding, Params};
use paritygate_eval::row::visible;
use paritygate_eval::{Accepts, Cell, Compares, Description, Deviation, GroupCheck, Kind, Plan, Row, Rows};
use paritygate_lang::selector::Glob;
use paritygate_model::read::Read;
use paritygate_model::tree::Entries;
use paritygate_model::{Diagnostic, Node};

use super::version_tolerance::Level;
use crate::version::{self, Difference, Pair, Reading, Scheme};

/// The parameters of `package-drift`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PackageDrift {
    /// The part down to which versions have to agree.
    pub level: Level,
    /// Packages that don't count; `*` stands for any characters.
    pub ignore: Vec<String>,
    /// Whether packages that only one of the two has don't count.
    pub only_common: bool,
}

impl Kind for PackageDrift {
    const NAME: &'static str = "package-drift";
    const SUMMARY: &'static str = "the packages of a component agree, told as one finding";
    const ACCEPTS: Accepts = Accepts::Collection;
    const MANUAL: &'static str = r#"
Select the packages of a component and type (`packages.*.*`, `hosts.*.members.*.packages.*.*`). Each environment's packages
are compared with the reference's by name, and all that differ are one finding, with the largest differences in its notes.
Where each package should be a finding of its own, take `version-tolerance`.

`level` names the part down to which versions have to agree: `minor` by default, as in `version-tolerance`, which tells how
versions are read. Of several installed versions the highest are compared. A package that only one of the two has differs as
well, unless `onlyCommon` says otherwise. `ignore` takes names of packages.

A component that one of the two lacks altogether is passed over. What is no version on either side is unknown, unless both
are written alike, and so is a package that is not there in a description that is only partial. A difference that is known
is told first.

```example
select: packages.*.*
environments:
  staging: { packages: { api: { npm: { react: ["18.2.1"], lodash: ["4.17.21"] } } } }
  production: { packages: { api: { npm: { react: ["18.2.0"], lodash: ["4.17.21"] } } } }
expect: pass
```

```example
select: packages.*.*
environments:
  staging: { packages: { api: { npm: { axios: ["1.6.0"], react: ["18.2.0"], vite: ["5.0.0"], lodash: ["4.17.21"] } } } }
  production: { packages: { api: { npm: { axios: ["1.7.0"], react: ["19.0.0"], zod: ["3.22.4"], lodash: ["4.17.21"] } } } }
expect: fail
message: "4 of 5 packages of `api` (npm) in staging differ from production; worst major version: `react` `18.2.0` → `19.0.0`"
```

```example
select: packages.*.*
environments:
  staging: { packages: { api: { pypi: { django: ["5.0.6"], debugpy: ["1.8.1"] } } } }
  production: { packages: { api: { pypi: { django: ["5.0.6"], gunicorn: ["22.0.0"] } } } }
expect: fail
message: "2 of 3 packages of `api` (pypi) in staging differ from production: 1 only in staging, 1 only in production"
```

```example
select: packages.*.*
params: { level: major, ignore: ["@types/*"], onlyCommon: true }
environments:
  staging: { packages: { api: { npm: { react: ["18.3.0"], "@types/node": ["18.0.0"], vite: ["5.0.0"] } } } }
  production: { packages: { api: { npm: { react: ["18.2.0"], "@types/node": ["20.0.0"] } } } }
expect: pass
```

```example
select: packages.*.*
environments:
  staging: { packages: { api: { npm: { shop-ui: ["github:acme/shop-ui#main"] } } } }
  production: { packages: { api: { npm: { shop-ui: ["2.1.0"] } } } }
expect: unknown
```

```example
select: packages.*.*
environments:
  staging: { coverage: { packages: partial }, packages: { system: { deb: { curl: ["7.88.1-10"] } } } }
  production: { packages: { system: { deb: { curl: ["7.88.1-10"], git: ["1:2.39.2-1.1"] } } } }
expect: unknown
```
"#;

    fn compile(self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let ignore = self.ignore.iter().map(|text| Glob::new(text)).collect();
        Ok(Plan::Group(Box::new(Check { level: self.level, ignore, only_common: self.only_common })))
    }
}

/// How many packages a note names.
const SHOWN: usize = 5;

struct Check {
    level: Level,
    ignore: Vec<Glob>,
    only_common: bool,
}

/// A package in two versions that are too far apart.
struct Versions<'t> {
    package: &'t str,
    difference: Difference,
    own: Reading<'t>,
    other: Reading<'t>,
}

/// What is to be said about the packages of two environments.
#[derive(Default)]
struct Drifts<'t> {
    /// How many packages there are on either side.
    packages: usize,
    /// Those that only the environment has.
    added: Vec<&'t str>,
    /// Those that only the reference has.
    gone: Vec<&'t str>,
    versions: Vec<Versions<'t>>,
    /// How many can't be compared, and why the first can't.
    unknown: usize,
    reason: Option<String>,
}

impl Drifts<'_> {
    /// How many packages deviate.
    fn len(&self) -> usize {
        self.added.len() + self.gone.len() + self.versions.len()
    }

    fn unknown(&mut self, reason: impl Into<String>) {
        self.unknown += 1;
        self.reason.get_or_insert_with(|| reason.into());
    }
}

/// The names of two maps in order, with what each side has.
struct Merged<'t> {
    left: std::iter::Peekable<Entries<'t>>,
    right: std::iter::Peekable<Entries<'t>>,
}

impl<'t> Iterator for Merged<'t> {
    type Item = (&'t str, Option<Node<'t>>, Option<Node<'t>>);

    fn next(&mut self) -> Option<Self::Item> {
        let order = match (self.left.peek(), self.right.peek()) {
            (Some((left, ..)), Some((right, ..))) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let left = if order == Ordering::Greater { None } else { self.left.next() };
        let right = if order == Ordering::Less { None } else { self.right.next() };
        let (name, ..) = left.or(right)?;
        Some((name, left.map(|(.., node)| node), right.map(|(.., node)| node)))
    }
}

impl Check {
    /// Compares the packages of two environments; nothing where one of them has none of that component and type.
    fn drifts<'t>(&self, row: &Row<'_, 't>, environment: usize, against: usize) -> Drifts<'t> {
        let mut drifts = Drifts::default();
        let (own, other) = (row.cell(environment), row.cell(against));
        if let Some(reason) = own.unknown().or_else(|| other.unknown()) {
            drifts.unknown(reason);
            return drifts;
        }
        if [own, other].iter().any(|cell| cell.is_set() && !cell.collection().is_some_and(Node::is_map)) {
            drifts.unknown("it is no map of packages: select `packages.*.*`");
            return drifts;
        }
        let (Some(own), Some(other)) = (own.collection(), other.collection()) else { return drifts };
        let scheme = row.path().last().map_or(Scheme::Auto, |purl_type| Scheme::of_package_type(purl_type));
        let merged = Merged { left: own.entries().peekable(), right: other.entries().peekable() };
        for (name, own, other) in merged.filter(|(name, ..)| !self.ignore.iter().any(|glob| glob.matches(name))) {
            if self.only_common && (own.is_none() || other.is_none()) {
                continue;
            }
            drifts.packages += 1;
            if let (Some(own), Some(other)) = (own, other) {
                match version::read_cells(scheme, row, &Cell::of(own), &Cell::of(other)) {
                    Pair::Settled => {}
                    Pair::Unknown(reason) => drifts.unknown(reason),
                    Pair::Read(own, other) => {
                        let difference = own.version.difference(&other.version);
                        if difference >= self.level.limit() {
                            drifts.versions.push(Versions { package: name, difference, own, other });
                        }
                    }
                }
                continue;
            }
            let (lacking, list) =
                if own.is_some() { (against, &mut drifts.added) } else { (environment, &mut drifts.gone) };
            match row.why_not_missing(lacking, &[row.path(), &[name]].concat()) {
                Some(reason) => drifts.unknown(reason),
                None => list.push(name),
            }
        }
        drifts
    }
}

impl GroupCheck for Check {
    fn compares(&self) -> Compares {
        Compares::WithReference
    }

    fn rows(&self, rows: &Rows<'_, '_>, out: &mut Vec<GroupFinding>) {
        for (at, row) in rows.iter() {
            for (environment, against) in row.pairs() {
                let drifts = self.drifts(row, environment, against);
                let known = drifts.len();
                let unknown = drifts.reason.filter(|_| known == 0);
                if unknown.is_none() && known == 0 {
                    continue;
                }
                let deviations = vec![Deviation { environment, against: Some(against), mutual: false }];
                out.push(GroupFinding { row: at, deviations, unknown, ..GroupFinding::default() });
            }
        }
    }

    fn describe(&self, rows: &Rows<'_, '_>, finding: &GroupFinding) -> Description {
        let (Some(row), Some(&Deviation { environment, against: Some(against), .. })) =
            (rows.get(finding.row), finding.deviations.first())
        else {
            return Description::default();
        };
        let (name, reference) = (row.name(environment), row.name(against));
        let [.., component, purl_type] = row.path() else { return Description::default() };
        let mut drifts = self.drifts(row, environment, against);
        // Stable: what differs alike stays in the order of names.
        drifts.versions.sort_by_key(|versions| std::cmp::Reverse(versions.difference));
        let (component, purl_type, count) = (visible(component), visible(purl_type), drifts.len());
        let verb = if count == 1 { "differs" } else { "differ" };
        let what = format!("{count} of {} packages of `{component}` ({purl_type}) in {name}", drifts.packages);
        let only = [(&drifts.added, name), (&drifts.gone, reference)];
        let only = only.iter().filter(|(list, _)| !list.is_empty());
        let counts = only.clone().map(|(list, who)| format!("{} only in {who}", list.len()));
        let detail = drifts.versions.first().map_or_else(
            || format!(": {}", counts.collect::<Vec<String>>().join(", ")),
            |worst| format!("; worst {}: {}", worst.own.version.part_name(worst.difference), worst.shown()),
        );
        let mut description = Description::new(format!("{what} {verb} from {reference}{detail}"));
        if drifts.versions.len() > 1 {
            let texts = drifts.versions.iter().map(Versions::shown);
            description = description.note(format!("versions: {}", super::first_few(texts, SHOWN)));
        }
        for (list, who) in only {
            let texts = list.iter().map(|package| format!("`{}`", visible(package)));
            description = description.note(format!("only in {who}: {}", super::first_few(texts, SHOWN)));
        }
        if drifts.unknown > 0 {
            description = description.note(format!("{} can't be compared", drifts.unknown));
        }
        description.help(format!("install in {name} what {reference} has, such as from one lock file"))
    }
}

impl Versions<'_> {
    /// `` `react` `18.2.0` → `19.0.0` ``.
    fn shown(&self) -> String {
        format!("`{}` `{}` → `{}`", visible(self.package), self.own.text, self.other.text)
    }
}
