//! `group-uniform`: the members of a group of hosts are alike.

use std::sync::Arc;

use paritygate_eval::kind::{GroupFinding, Params};
use paritygate_eval::row::visible;
use paritygate_eval::{Cell, Compares, Description, Deviation, GroupCheck, Kind, Plan, Rows, State, compare};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedMap, SortedSet, path};

use super::same::Missing;
use super::version_tolerance::Level;
use crate::version::{self, Pair, Scheme};

/// The parameters of `group-uniform`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GroupUniform {
    /// Which hosts have to be alike.
    pub scope: Scope,
    /// The part down to which versions have to agree; values that are no versions leave it out.
    pub level: Option<Level>,
    /// How versions are read.
    pub scheme: Scheme,
    /// What counts when some hosts of a group have nothing there.
    pub missing: Missing,
}

/// Which hosts have to be alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// The hosts of a group inside one environment. The default.
    #[default]
    Environment,
    /// The hosts of a group in an environment with those of the same group in the reference.
    Reference,
}

impl Kind for GroupUniform {
    const NAME: &'static str = "group-uniform";
    const SUMMARY: &'static str = "the hosts of a group are alike, whatever they are called";
    const MANUAL: &'static str = r#"
Select fields of hosts, below `hosts.*.members.*`. The hosts of a group must have the same value there. What most of them
have counts as the group's, and the others deviate. A host of which nothing that the rule selects is known is passed
over; `missing: ignore` passes over those as well that lack only this field.

With `scope: reference` the group is compared with the group of that name in the reference: each value in the one must be
one that the other has. Hosts are not matched by name, and a group that the reference does not have is passed over.

With `level`, values are versions and agree down to that part, as in `version-tolerance`.

```example
select: hosts.*.members.*.os.versionId
environments:
  production:
    hosts:
      web: { members: { web-1: { os: { versionId: "22.04" } }, web-2: { os: { versionId: "22.04" } } } }
      db: { members: { db-1: { os: { versionId: "24.04" } } } }
expect: pass
```

```example
select: hosts.*.members.*.os.versionId
environments:
  production:
    hosts: { web: { members: { web-1: { os: { versionId: "22.04" } }, web-2: { os: { versionId: "24.04" } }, web-3: { os: { versionId: "22.04" } } } } }
expect: fail
message: "`os.versionId` differs among the hosts of `web` in production: `22.04` on web-1 and web-3, `24.04` on web-2"
```

```example
select: hosts.*.members.*.runtimes.*
params: { level: minor }
environments:
  production:
    hosts: { web: { members: { web-1: { runtimes: { python: "3.12.3" } }, web-2: { runtimes: { python: "3.12.4" } } } } }
expect: pass
```

```example
select: hosts.*.members.*.packages.*.*.*
environments:
  production:
    hosts:
      web: { members: { web-1: { packages: { system: { deb: { nginx: [1.24.0], vim: [9.1] } } } }, web-2: { packages: { system: { deb: { vim: [9.1] } } } } } }
expect: fail
message: "`packages.system.deb.nginx` differs among the hosts of `web` in production: `[1.24.0]` on web-1, missing on web-2"
```

```example
select: hosts.*.members.*.os.versionId
params: { scope: reference }
environments:
  staging: { hosts: { web: { members: { web-stg: { os: { versionId: "24.04" } } } } } }
  production: { hosts: { web: { members: { web-1: { os: { versionId: "22.04" } }, web-2: { os: { versionId: "22.04" } } } } } }
expect: fail
message: "`os.versionId` of the hosts of `web` differs: staging `24.04` on web-stg, production `22.04` on web-1 and web-2"
```

```example
select: hosts.*.members.*.os.versionId
environments:
  production: { hosts: { web: { members: { web-1: { os: { versionId: { unresolved: a template } } }, web-2: { os: { versionId: "22.04" } } } } } }
expect: unknown
```
"#;

    fn compile(self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        Ok(Plan::Group(Box::new(self)))
    }
}

/// A field of the hosts of a group: the group and the path below a host.
type Field<'r> = (&'r str, &'r [&'r str]);
/// The rows of one field: each is that of one host, whichever environments have a host of that name.
type Members<'r> = Vec<(&'r str, usize)>;

/// Where the name of a host stands in a path.
const MEMBER: usize = 3;

/// The rows by field. A row that is no field of a host is the error.
fn fields<'r>(rows: &'r Rows<'_, '_>) -> Result<SortedMap<Field<'r>, Members<'r>>, usize> {
    let mut fields: SortedMap<Field<'r>, Members<'r>> = SortedMap::new();
    for (at, row) in rows.iter() {
        let ["hosts", group, "members", member, field @ ..] = row.path() else { return Err(at) };
        fields.entry((group, field)).or_default().push((member, at));
    }
    Ok(fields)
}

/// What the hosts of a group have in one field in one environment.
struct Values<'r> {
    /// Hosts by what they have: the value that most have first.
    groups: Vec<Members<'r>>,
    /// Hosts that lack it. Of those that lack it for want of a look the value is not known.
    missing: Vec<&'r str>,
    /// Why the value of some host is not known.
    unknown: Option<(usize, &'r str)>,
    /// How many hosts have a value that is not known.
    unresolved: usize,
}

impl<'r> Values<'r> {
    fn of(
        rows: &'r Rows<'_, '_>,
        members: &[(&'r str, usize)],
        environment: usize,
        known: &SortedSet<&'r str>,
        lacking: Missing,
    ) -> Self {
        let mut by_value: SortedMap<String, Members<'r>> = SortedMap::new();
        let mut told = SortedSet::new();
        let (mut unknown, mut unresolved) = (None, 0);
        for &(member, at) in members {
            let Some(row) = rows.get(at) else { continue };
            let cell = row.cell(environment);
            if let State::Unresolved(reason) = cell.state {
                unknown = unknown.or(Some((at, reason)));
                unresolved += 1;
            } else if let Some(value) = canonical(cell, row.is_set()) {
                by_value.entry(value).or_default().push((member, at));
            } else {
                continue;
            }
            told.insert(member);
        }
        let is_missing = |member: &&str| lacking == Missing::Fail && !told.contains(member);
        let mut missing: Vec<&str> = known.iter().copied().filter(is_missing).collect();
        if !missing.is_empty()
            && let Some(&(_, at)) = members.first()
            && let Some(row) = rows.get(at)
        {
            let mut path = row.path().to_vec();
            missing.retain(|member| {
                if let Some(place) = path.get_mut(MEMBER) {
                    *place = member;
                }
                let reason = row.why_not_missing(environment, &path);
                unknown = unknown.or(reason.map(|reason| (at, reason)));
                reason.is_none()
            });
        }
        let mut groups: Vec<Members<'r>> = by_value.into_values().collect();
        // Where as many have the one as the other, that of the first host counts.
        groups.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        Self { groups, missing, unknown, unresolved }
    }
}

impl Values<'_> {
    /// What is said of the hosts without a value that is known.
    fn rest(&self) -> String {
        let missing = (!self.missing.is_empty()).then(|| format!("missing on {}", listed(&self.missing)));
        let unknown = self.unknown.map(|_| "not known on others".to_owned());
        missing.into_iter().chain(unknown).collect::<Vec<_>>().join(", ")
    }

    /// Whether one host may be unlike another.
    fn are_comparable(&self) -> bool {
        !self.groups.is_empty() || !self.missing.is_empty() || self.unresolved > 1
    }
}

/// One text per value, equal for equal values; `None` where nothing is there.
fn canonical(cell: &Cell<'_>, is_set: bool) -> Option<String> {
    match &cell.state {
        State::Value(node) if is_set && !node.is_sequence() => Some(format!("[{}]", compare::canonical(*node).ok()?)),
        State::Value(node) => compare::canonical(*node).ok(),
        State::Word(word) => Some((*word).to_owned()),
        State::Secret(secret) => Some(format!("{} {}", secret.fingerprint.key_id, secret.fingerprint.hex)),
        State::Empty => Some(String::new()),
        State::Null | State::Missing | State::NotCollected(_) | State::Unresolved(_) => None,
    }
}

/// Whether two hosts may have what they have.
enum Agreement {
    Yes,
    No,
    Unknown(String),
}

impl GroupUniform {
    /// What counts when hosts have nothing: groups of different environments need not have the same fields.
    fn lacking(&self) -> Missing {
        match self.scope {
            Scope::Environment => self.missing,
            Scope::Reference => Missing::Ignore,
        }
    }

    /// Compares what two hosts have, each in its environment.
    fn agree(&self, rows: &Rows<'_, '_>, a: (usize, usize), b: (usize, usize)) -> Agreement {
        let (Some(left), Some(right)) = (rows.get(a.0), rows.get(b.0)) else { return Agreement::Yes };
        let (left_cell, right_cell) = (left.cell(a.1), right.cell(b.1));
        let Some(level) = self.level else {
            let equal = canonical(left_cell, left.is_set()) == canonical(right_cell, right.is_set());
            return if equal { Agreement::Yes } else { Agreement::No };
        };
        match version::read_cells(self.scheme, left, left_cell, right_cell) {
            Pair::Settled => Agreement::Yes,
            Pair::Unknown(reason) => Agreement::Unknown(reason.into_owned()),
            Pair::Read(a, b) if a.version.difference(&b.version) >= level.limit() => Agreement::No,
            Pair::Read(..) => Agreement::Yes,
        }
    }

    /// Judges the hosts of one group in one environment.
    fn within(&self, rows: &Rows<'_, '_>, values: &Values<'_>, environment: usize, out: &mut Vec<GroupFinding>) {
        let alone = |row, unknown| finding(row, Deviation { environment, against: None, mutual: false }, unknown);
        let mut unknown = values.unknown.map(|(row, reason)| (row, reason.to_owned()));
        let mut deviating = None;
        let groups = || values.groups.iter().filter_map(|hosts| hosts.first());
        if let Some(&(_, norm)) = groups().next() {
            for &(_, row) in groups().skip(1) {
                match self.agree(rows, (row, environment), (norm, environment)) {
                    Agreement::Yes => {}
                    Agreement::No => deviating = deviating.or(Some(row)),
                    Agreement::Unknown(reason) => unknown = unknown.or(Some((row, reason))),
                }
            }
            if !values.missing.is_empty() {
                deviating = deviating.or(Some(norm));
            }
        }
        if let Some(row) = deviating {
            out.push(alone(row, None));
        } else if let Some((row, reason)) = unknown.filter(|_| values.are_comparable()) {
            out.push(alone(row, Some(reason)));
        }
    }

    /// Judges the hosts of one group in an environment against those of the reference.
    fn against(
        &self,
        rows: &Rows<'_, '_>,
        (environment, values): (usize, &Values<'_>),
        (reference, others): (usize, &Values<'_>),
        out: &mut Vec<GroupFinding>,
    ) {
        let first = |values: &Values<'_>| values.groups.first().and_then(|hosts| hosts.first()).map(|(_, row)| *row);
        let Some(norm) = first(others).or(others.unknown.map(|(row, _)| row)) else { return };
        let mut unknown = others.unknown.map(|(_, reason)| (norm, reason.to_owned()));
        if unknown.is_none() {
            unknown = values.unknown.map(|(row, reason)| (row, reason.to_owned()));
        }
        let mut deviating = None;
        for &(_, row) in values.groups.iter().filter_map(|hosts| hosts.first()) {
            let mut agreed = false;
            let mut unread = None;
            for &(_, other) in others.groups.iter().filter_map(|hosts| hosts.first()) {
                match self.agree(rows, (row, environment), (other, reference)) {
                    Agreement::Yes => agreed = true,
                    Agreement::No => {}
                    Agreement::Unknown(reason) => unread = unread.or(Some((row, reason))),
                }
            }
            if !agreed && others.unknown.is_none() && unread.is_none() {
                deviating = deviating.or(Some(row));
            } else if !agreed {
                unknown = unknown.or(unread);
            }
        }
        let nothing = values.groups.is_empty() && values.unknown.is_none();
        let (row, unknown) = match (deviating, unknown) {
            (Some(row), _) => (row, None),
            (None, Some((row, reason))) if !nothing => (row, Some(reason)),
            _ => return,
        };
        let mut found = finding(row, Deviation { environment, against: Some(reference), mutual: false }, unknown);
        found.cells.push((reference, norm));
        out.push(found);
    }
}

fn finding(row: usize, deviation: Deviation, unknown: Option<String>) -> GroupFinding {
    GroupFinding { row, deviations: vec![deviation], unknown, ..GroupFinding::default() }
}

/// The hosts of each group of which something is known, by environment.
fn known<'r>(rows: &'r Rows<'_, '_>) -> SortedMap<(usize, &'r str), SortedSet<&'r str>> {
    let mut known: SortedMap<(usize, &str), SortedSet<&str>> = SortedMap::new();
    for (_, row) in rows.iter() {
        let ["hosts", group, _, member, ..] = row.path() else { continue };
        let involved = row.members().chain(row.references().iter().copied());
        for environment in involved.filter(|&environment| row.cell(environment).node.is_some()) {
            known.entry((environment, group)).or_default().insert(member);
        }
    }
    known
}

impl GroupCheck for GroupUniform {
    fn compares(&self) -> Compares {
        match self.scope {
            Scope::Environment => Compares::Nothing,
            Scope::Reference => Compares::WithReference,
        }
    }

    fn rows(&self, rows: &Rows<'_, '_>, out: &mut Vec<GroupFinding>) {
        let fields = match fields(rows) {
            Ok(fields) => fields,
            Err(at) => {
                let environment = rows.get(at).and_then(|row| row.members().next()).unwrap_or_default();
                let deviation = Deviation { environment, against: None, mutual: false };
                return out.push(finding(at, deviation, Some(NO_HOSTS.to_owned())));
            }
        };
        let (known, lacking) = (known(rows), self.lacking());
        let nobody = SortedSet::new();
        for ((group, _), members) in &fields {
            let Some(row) = members.first().and_then(|&(_, at)| rows.get(at)) else { continue };
            let of = |environment: usize| {
                Values::of(rows, members, environment, known.get(&(environment, *group)).unwrap_or(&nobody), lacking)
            };
            let among: Arc<[usize]> = members.iter().map(|&(_, at)| at).collect();
            let evident = |finding: &mut GroupFinding, all: &[&Values<'_>]| {
                finding.evidence = all.iter().map(|values| values.rest()).collect();
                finding.among = Arc::clone(&among);
            };
            match self.scope {
                Scope::Environment => {
                    for environment in row.members() {
                        let (own, from) = (of(environment), out.len());
                        self.within(rows, &own, environment, out);
                        out.iter_mut().skip(from).for_each(|found| evident(found, &[&own]));
                    }
                }
                Scope::Reference => {
                    for (environment, reference) in row.pairs() {
                        let (own, others, from) = (of(environment), of(reference), out.len());
                        self.against(rows, (environment, &own), (reference, &others), out);
                        out.iter_mut().skip(from).for_each(|found| evident(found, &[&own, &others]));
                    }
                }
            }
        }
    }

    fn describe(&self, rows: &Rows<'_, '_>, finding: &GroupFinding) -> Description {
        let Some(row) = rows.get(finding.row) else { return Description::default() };
        let (["hosts", group, _, _, field @ ..], Some(&Deviation { environment, against, .. })) =
            (row.path(), finding.deviations.first())
        else {
            return Description::new(format!("`{}` is no field of a host", row.path_text()));
        };
        let field_text = path::join(field.iter().map(|key| visible(key)));
        let member = |&at: &usize| Some((*rows.get(at)?.path().get(MEMBER)?, at));
        let members: Members<'_> = finding.among.iter().filter_map(member).collect();
        let shown = |environment: usize, rest: Option<&String>| {
            let values = Values::of(rows, &members, environment, &SortedSet::new(), Missing::Ignore);
            shown_values(rows, &values, environment, rest.map_or("", String::as_str))
        };
        let (own, name, group) = (shown(environment, finding.evidence.first()), row.name(environment), visible(group));
        match against {
            Some(against) => {
                let (other, reference) = (shown(against, finding.evidence.get(1)), row.name(against));
                let message =
                    format!("`{field_text}` of the hosts of `{group}` differs: {name} {own}, {reference} {other}");
                Description::new(message)
                    .help(format!("align {name} with {reference}, or declare the difference as expected"))
            }
            None => Description::new(format!("`{field_text}` differs among the hosts of `{group}` in {name}: {own}"))
                .help(format!("align the hosts of `{group}` in {name}, or put them into groups of their own")),
        }
    }
}

/// Why a row that is no field of a host can't be judged.
const NO_HOSTS: &str = "it is no field of a host: select below `hosts.*.members.*`";

/// `` `22.04` on web-1 and web-3, `24.04` on web-2 ``, and the rest.
fn shown_values(rows: &Rows<'_, '_>, values: &Values<'_>, environment: usize, rest: &str) -> String {
    const SHOWN: usize = 4;
    let mut parts: Vec<String> = Vec::new();
    for hosts in values.groups.iter().take(SHOWN) {
        let Some(row) = hosts.first().and_then(|&(_, at)| rows.get(at)) else { continue };
        let names: Vec<&str> = hosts.iter().map(|(member, _)| *member).collect();
        parts.push(format!("{} on {}", row.marked([environment]), listed(&names)));
    }
    if let Some(more) = values.groups.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        parts.push(format!("{more} more {} on others", if more == 1 { "value" } else { "values" }));
    }
    if !rest.is_empty() {
        parts.push(rest.to_owned());
    }
    parts.join(", ")
}

/// The first few hosts, and how many more there are.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let names: Vec<&str> = names.iter().map(|name| visible(name)).collect();
    match (names.split_last(), names.len().checked_sub(SHOWN)) {
        (_, Some(more)) if more > 1 => {
            format!("{} and {more} others", names.get(..SHOWN).unwrap_or_default().join(", "))
        }
        (Some((last, [])), _) => (*last).to_owned(),
        (Some((last, others)), _) => format!("{} and {last}", others.join(", ")),
        (None, _) => String::new(),
    }
}
