//! `version-floor`: a version is not too old, and still maintained.

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use paritygate_eval::kind::Params;
use paritygate_eval::{Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, State};
use paritygate_model::promotion::{CivilDate, Elapsed};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, SortedMap, Timestamp};

use crate::version::{self, Scheme};

/// The parameters of `version-floor`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct VersionFloor {
    /// The lowest version that an environment may have.
    pub floor: Option<String>,
    /// How versions are read.
    pub scheme: Scheme,
    /// Until when releases are maintained: the beginning of their versions, such as `7.4`, and their last day.
    pub end_of_life: SortedMap<String, CivilDate>,
    /// How long before its last day a release fails already: `P90D`.
    pub warn_before: Option<Elapsed>,
}

impl Kind for VersionFloor {
    const NAME: &'static str = "version-floor";
    const SUMMARY: &'static str = "a version is at or above a floor, and not past its end of life";
    const MANUAL: &'static str = r#"
Judges each environment by itself. Its version must not be older than `floor`, and must not belong to a release that is
past its end of life. Where several versions of a package are installed, each of them counts. Missing and empty values
are passed over; what is no version (`latest`, a branch, a commit) is unknown. How versions are read is told by
`version-tolerance`: a pin such as `20` is as new as all that begin like it.

`endOfLife` gives the last day on which a release is maintained, in UTC: from the next day on it fails. The release is
written as the beginning of its versions: `7.4` is meant by `7.4.33` and `7.4-fpm`, not by `7.40`, and of several
beginnings the longest counts. A version that belongs to none of them is not judged by them. A pin that says less than a
release that has ended (`7`) may stand for it, so it is unknown. There is no table but the one in the policy.

With `warnBefore` a release fails that long before its last day has passed. For a warning first and an error then, write
two rules: one with `warnBefore` and `severity: warning`, one without.

```example
select: runtimes.node
params: { floor: "20.11" }
environments:
  staging: { runtimes: { node: "20.11.0" } }
  production: { runtimes: { node: "22.3.0" } }
expect: pass
```

```example
select: runtimes.node
params: { floor: "20.11" }
environments:
  staging: { runtimes: { node: "18.20.4" } }
  production: { runtimes: { node: "20.11.1" } }
expect: fail
message: "`runtimes.node` in staging is below the floor `20.11`: `18.20.4`"
```

```example
select: packages.*.*.openssl
params: { floor: 3.0.13-1 }
environments:
  production: { packages: { system: { deb: { openssl: ["3.0.11-1~deb12u2", "3.0.14-1~deb12u1"] } } } }
expect: fail
message: "`packages.system.deb.openssl` in production is below the floor `3.0.13-1`: `[3.0.11-1~deb12u2, 3.0.14-1~deb12u1]`"
```

```example
now: 2022-11-28T23:59:59Z
select: runtimes.php
params: { endOfLife: { "7.4": 2022-11-28, "7": 2018-12-31 } }
environments:
  production: { runtimes: { php: 7.4.33 } }
expect: pass
```

```example
now: 2022-11-29T00:00:00Z
select: runtimes.php
params: { endOfLife: { "7.4": 2022-11-28, "8.0": 2023-11-26 } }
environments:
  staging: { runtimes: { php: 8.0.30 } }
  production: { runtimes: { php: 7.4.33 } }
expect: fail
message: "`runtimes.php` in production is past the end of life of `7.4`, which was 2022-11-28: `7.4.33`"
```

```example
now: 2023-11-20T12:00:00Z
select: runtimes.php
params: { floor: "7.4", endOfLife: { "8.0": 2023-11-26 }, warnBefore: P30D }
environments:
  production: { runtimes: { php: 8.0.30 } }
expect: fail
message: "`runtimes.php` in production reaches the end of life of `8.0` in 6 days, on 2023-11-26: `8.0.30`"
```

```example
now: 2022-11-29T00:00:00Z
select: runtimes.php
params: { endOfLife: { "7.4": 2022-11-28 } }
environments:
  staging: { runtimes: { php: "7" } }
  production: { runtimes: { php: "7.40" } }
expect: unknown
```

```example
select: workloads.*.image.tag
params: { floor: "7.2" }
environments:
  production: { workloads: { cache: { image: { tag: latest } } } }
expect: unknown
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        if self.floor.is_none() && self.end_of_life.is_empty() {
            let wrong = params.wrong("floor", "`version-floor` needs `floor` or `endOfLife`");
            diagnostics.push(wrong.help("give the lowest version that is allowed, such as `floor: \"20.11\"`"));
        }
        if let Some(floor) = self.floor.as_deref().filter(|floor| version::parse(self.scheme, floor).is_none()) {
            let scheme = if self.scheme == Scheme::Auto { "any scheme" } else { self.scheme.word() };
            diagnostics.push(params.wrong("floor", format!("`{floor}` is no version of {scheme}")));
        }
        if self.warn_before.is_some() && self.end_of_life.is_empty() {
            let wrong = params.wrong("warnBefore", "`warnBefore` makes no sense without `endOfLife`");
            diagnostics.push(wrong.help("remove it, or say until when releases are maintained"));
        }
        if diagnostics.is_empty() { Ok(Plan::Row(Box::new(self))) } else { Err(diagnostics) }
    }
}

/// What is wrong with a version; the worst comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Problem<'a> {
    /// Its release ends soon.
    Ending(&'a str, Date),
    /// It is older than the floor.
    Below(&'a str),
    /// Its release has ended.
    Ended(&'a str, Date),
}

/// The day of an instant, in UTC.
fn day(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// Whether a version, or what a pin stands for, begins so: the next number does not go on.
fn begins(text: &str, start: &str) -> bool {
    text.strip_prefix(start).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

/// A version as releases are written: without `v` and without a package's epoch.
fn release(text: &str) -> &str {
    let text = text.split_once(':').map_or(text, |(_, version)| version);
    text.strip_prefix(['v', 'V']).unwrap_or(text)
}

impl VersionFloor {
    /// What is wrong with the version of one environment; an error says why that can't be known.
    fn problem(&self, row: &Row<'_, '_>, environment: usize) -> Result<Option<Problem<'_>>, String> {
        let cell = row.cell(environment);
        if let Some(reason) = cell.unknown() {
            return Err(reason.to_owned());
        }
        if matches!(cell.state, State::Secret(_)) {
            return Err("a secret can't be read".to_owned());
        }
        if !cell.is_set() {
            return Ok(None);
        }
        let scheme = if self.scheme == Scheme::Auto { version::scheme_of(row.path()) } else { self.scheme };
        let (mut worst, mut unknown) = (None, None);
        for text in version::texts(cell)? {
            match self.judge(scheme, text, row.now()) {
                Ok(problem) => worst = worst.max(problem),
                Err(reason) => unknown = unknown.or(Some(reason)),
            }
        }
        match (worst, unknown) {
            (None, Some(reason)) => Err(reason),
            (worst, _) => Ok(worst),
        }
    }

    fn judge(&self, scheme: Scheme, text: &str, now: Timestamp) -> Result<Option<Problem<'_>>, String> {
        let ended = self.ended(text, now)?;
        let below = match &self.floor {
            Some(floor) => match version::order(scheme, text, floor) {
                Some(order) => (order == Ordering::Less).then_some(Problem::Below(floor)),
                None if ended.is_some() => None,
                None => return Err(version::no_version(text)),
            },
            None if version::parse(scheme, text).is_none() => return Err(version::no_version(text)),
            None => None,
        };
        Ok(ended.max(below))
    }

    /// Whether the release of a version has ended, or ends soon.
    fn ended(&self, text: &str, now: Timestamp) -> Result<Option<Problem<'_>>, String> {
        let text = release(text);
        let of_release = self.end_of_life.iter().filter(|(start, _)| begins(text, start));
        let today = day(now);
        if let Some((start, CivilDate(last))) = of_release.max_by_key(|(start, _)| start.len()) {
            let soon = self.warn_before.and_then(|before| now.checked_add(before.0).ok()).map_or(today, day);
            return Ok(if today > *last {
                Some(Problem::Ended(start, *last))
            } else {
                (soon > *last).then_some(Problem::Ending(start, *last))
            });
        }
        let may_be = |start: &str| start.strip_prefix(text).is_some_and(|rest| rest.starts_with('.'));
        let gone = self.end_of_life.iter().find(|(start, last)| may_be(start) && today > last.0);
        gone.map_or(Ok(None), |(start, _)| Err(format!("it may be `{start}`, which is past its end of life")))
    }
}

impl RowCheck for VersionFloor {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for member in row.members() {
            match self.problem(row, member) {
                Ok(None) => {}
                Ok(Some(_)) => out.fail_alone(member),
                Err(reason) => out.unknown(member, None, &reason),
            }
        }
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let mut problems: SortedMap<Problem<'_>, Vec<usize>> = SortedMap::new();
        for environment in deviations.iter().map(|deviation| deviation.environment) {
            if let Ok(Some(problem)) = self.problem(row, environment) {
                problems.entry(problem).or_default().push(environment);
            }
        }
        let today = day(row.now());
        let part = |(problem, environments): (&Problem<'_>, &Vec<usize>)| {
            let what = match problem {
                Problem::Below(floor) => format!("is below the floor `{floor}`"),
                Problem::Ended(release, last) => format!("is past the end of life of `{release}`, which was {last}"),
                Problem::Ending(release, last) => {
                    let when = match today.until(*last).map_or(0, |span| span.get_days()) {
                        0 => "today".to_owned(),
                        1 => format!("tomorrow, on {last}"),
                        days => format!("in {days} days, on {last}"),
                    };
                    format!("reaches the end of life of `{release}` {when}")
                }
            };
            let (names, values) = (row.names(environments.iter().copied()), row.marked(environments.iter().copied()));
            format!("in {names} {what}: {values}")
        };
        let parts: Vec<String> = problems.iter().rev().map(part).collect();
        let who = row.names(deviations.iter().map(|deviation| deviation.environment));
        let maintained = problems.keys().any(|problem| !matches!(problem, Problem::Below(_)));
        let help = match &self.floor {
            Some(floor) if maintained => format!("upgrade {who} to a maintained release, at least `{floor}`"),
            Some(floor) => format!("upgrade {who} to at least `{floor}`"),
            None => format!("upgrade {who} to a release that is still maintained"),
        };
        Description::new(format!("`{}` {}", row.path_text(), parts.join("; "))).help(help)
    }
}
