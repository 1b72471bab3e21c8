//! `rotation-age`: what has to be rotated is neither too old nor about to expire.

use paritygate_eval::kind::Params;
use paritygate_eval::{Cell, Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::promotion::Elapsed;
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Timestamp};

use crate::sources;

/// The parameters of `rotation-age`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RotationAge {
    /// How long ago the last rotation may be: `P90D`.
    pub max_age: Option<Elapsed>,
    /// How long before the end it is time to act: `P14D`. What ends sooner fails.
    pub warn_before: Option<Elapsed>,
}

impl Kind for RotationAge {
    const NAME: &'static str = "rotation-age";
    const SUMMARY: &'static str = "what has to be rotated is neither too old nor about to expire";
    const MANUAL: &'static str = r#"
Judges each environment by itself. Select variables, of which `rotatedAt` and `expiresAt` count, or instants: those named
`expiresAt` or `…NotAfter` are ends, all others are the last rotation.

What has expired fails, at its very instant. With `warnBefore`, what expires sooner fails as well: give such a rule
`severity: warning`, if time is left. With `maxAge`, the last rotation must not be longer ago; at exactly that age it still
counts. A rotation in the future fails, as its date is wrong.

With `maxAge`, a secret of which it is not said when it was rotated is unknown. Variables that are not secret and say nothing
about their rotation are passed over, and so are those that are not set.

```example
now: 2026-08-21T09:30:00Z
select: variables.*
params: { maxAge: P90D, warnBefore: P14D }
environments:
  production:
    variables:
      LOG_LEVEL: info
      STRIPE_KEY: { fingerprint: { keyId: k, hex: aa }, rotatedAt: 2026-05-23T09:30:00Z, expiresAt: 2026-09-04T09:30:00Z }
expect: pass
```

```example
now: 2026-08-21T09:30:00Z
select: variables.*
params: { warnBefore: P14D }
environments:
  production: { variables: { STRIPE_KEY: { fingerprint: { keyId: k, hex: aa }, expiresAt: 2026-08-27T10:00:00Z } } }
expect: fail
message: "`variables.STRIPE_KEY` in production expires in 6 d, less than 14 d ahead"
```

```example
now: 2026-08-21T09:30:00Z
select: variables.*
environments:
  staging: { variables: { STRIPE_KEY: { fingerprint: { keyId: k, hex: aa }, expiresAt: 2026-08-21T09:30:01Z } } }
  production: { variables: { STRIPE_KEY: { fingerprint: { keyId: k, hex: bb }, expiresAt: 2026-08-21T09:30:00Z } } }
expect: fail
message: "`variables.STRIPE_KEY` in production has expired"
```

```example
now: 2026-08-21T09:30:00Z
select: variables.*.rotatedAt
params: { maxAge: P90D }
environments:
  staging: { variables: { STRIPE_KEY: { fingerprint: { keyId: k, hex: aa }, rotatedAt: 2026-08-01T00:00:00Z } } }
  production: { variables: { STRIPE_KEY: { fingerprint: { keyId: k, hex: bb }, rotatedAt: 2026-02-01T00:00:00Z } } }
expect: fail
message: "`variables.STRIPE_KEY.rotatedAt` in production was rotated 201 d ago, and 90 d is allowed"
```

```example
now: 2026-08-21T09:30:00Z
select: network.loadBalancers.*.listeners.*.certificateNotAfter
params: { warnBefore: P14D }
environments:
  production: { network: { loadBalancers: { web: { listeners: { "443": { certificateNotAfter: 2026-08-18T09:00:00Z } } } } } }
expect: fail
message: "`network.loadBalancers.web.listeners.443.certificateNotAfter` in production expired 3 d ago"
```

```example
now: 2026-08-21T09:30:00Z
select: variables.*
params: { maxAge: P90D }
environments:
  production: { variables: { STRIPE_KEY: { fingerprint: { keyId: k, hex: aa } } } }
expect: unknown
message: "`variables.STRIPE_KEY` can't be judged in production: it is not said when it was rotated"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        if self.max_age.is_some_and(|age| age.0.is_zero()) {
            let message = "`maxAge` is no time: nothing could pass";
            return Err(vec![params.wrong("maxAge", message).help("such as `P90D`")]);
        }
        Ok(Plan::Row(Box::new(self)))
    }
}

/// What is wrong with the dates of one environment.
enum Verdict<'t> {
    Fine,
    Expired(Elapsed),
    Expires(Elapsed, Elapsed),
    Old(Elapsed, Elapsed),
    /// Rotated in the future, by so much.
    Future(Elapsed),
    Unknown(&'t str),
}

/// What is known of a date.
enum Date<'t> {
    At(Timestamp),
    /// Nothing is said.
    None,
    Unknown(&'t str),
}

impl<'t> Date<'t> {
    fn of(cell: &Cell<'t>) -> Self {
        match (cell.text(), cell.unknown()) {
            (Some(text), _) => text.parse().map_or(Self::Unknown("it is no instant"), Self::At),
            (None, Some(reason)) => Self::Unknown(reason),
            (None, None) if cell.is_set() => Self::Unknown("it is no instant"),
            (None, None) => Self::None,
        }
    }
}

/// Whether an instant of that name is the end of something.
fn is_end(name: &str) -> bool {
    name == "expiresAt" || name == "notAfter" || name.ends_with("NotAfter")
}

impl RotationAge {
    fn end<'t>(&self, date: &Date<'t>, now: Timestamp) -> Verdict<'t> {
        match date {
            Date::At(end) if *end <= now => Verdict::Expired(Elapsed(now.duration_since(*end))),
            Date::At(end) => {
                let left = Elapsed(end.duration_since(now));
                match self.warn_before {
                    Some(before) if left < before => Verdict::Expires(left, before),
                    _ => Verdict::Fine,
                }
            }
            Date::None => Verdict::Fine,
            Date::Unknown(reason) => Verdict::Unknown(reason),
        }
    }

    fn rotation<'t>(&self, date: &Date<'t>, now: Timestamp, is_asked: bool) -> Verdict<'t> {
        let Some(most) = self.max_age else { return Verdict::Fine };
        match date {
            Date::At(at) if *at > now => Verdict::Future(Elapsed(at.duration_since(now))),
            Date::At(at) => {
                let age = Elapsed(now.duration_since(*at));
                if age > most { Verdict::Old(age, most) } else { Verdict::Fine }
            }
            Date::None if is_asked => Verdict::Unknown("it is not said when it was rotated"),
            Date::None => Verdict::Fine,
            Date::Unknown(reason) => Verdict::Unknown(reason),
        }
    }

    fn judge<'t>(&self, row: &Row<'_, 't>, environment: usize) -> Verdict<'t> {
        let (cell, now) = (row.cell(environment), row.now());
        if let Some((tree, variable)) = row.variable(environment) {
            if !cell.is_set() {
                return Verdict::Fine;
            }
            let date = |id: Option<_>| id.map_or(Date::None, |id| Date::of(&Cell::of(tree.node(id))));
            let end = self.end(&date(variable.expires_at), now);
            let rotation = self.rotation(&date(variable.rotated_at), now, sources::is_secret(row));
            return match (end, rotation) {
                // What is known to be wrong is told before what is not known.
                (Verdict::Fine | Verdict::Unknown(_), rotation) if !matches!(rotation, Verdict::Fine) => rotation,
                (end, _) => end,
            };
        }
        // A variable that nobody looked at counts if it is a secret where it is known.
        if row.members().any(|member| row.variable(member).is_some()) && !sources::is_secret(row) {
            return Verdict::Fine;
        }
        match row.path().last() {
            Some(name) if is_end(name) => self.end(&Date::of(cell), now),
            _ => self.rotation(&Date::of(cell), now, false),
        }
    }
}

impl RowCheck for RotationAge {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for member in row.members() {
            match self.judge(row, member) {
                Verdict::Fine => {}
                Verdict::Unknown(reason) => out.unknown(member, None, reason),
                _ => out.fail_alone(member),
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let mut help = "rotate it";
        let said = deviations.iter().filter_map(|deviation| {
            let name = row.name(deviation.environment);
            Some(match self.judge(row, deviation.environment) {
                Verdict::Expired(ago) if ago.0.as_secs() == 0 => format!("in {name} has expired"),
                Verdict::Expired(ago) => format!("in {name} expired {} ago", in_days(ago)),
                Verdict::Expires(left, before) => {
                    format!("in {name} expires in {}, less than {} ahead", in_days(left), in_days(before))
                }
                Verdict::Old(age, most) => {
                    format!("in {name} was rotated {} ago, and {} is allowed", in_days(age), in_days(most))
                }
                Verdict::Future(by) => {
                    help = "correct the date, or rotate it";
                    format!("in {name} was rotated {} after this check", in_days(by))
                }
                Verdict::Fine | Verdict::Unknown(_) => return None,
            })
        });
        let said = said.collect::<Vec<_>>().join("; ");
        Description::new(format!("`{}` {said}", row.path_text())).help(help)
    }

    fn shows<'t>(&self, row: &Row<'_, 't>, environment: usize) -> Option<Cell<'t>> {
        // Of a variable the date is meant, and not the value.
        let (tree, variable) = row.variable(environment)?;
        let date = match self.judge(row, environment) {
            Verdict::Expired(_) | Verdict::Expires(..) => variable.expires_at,
            _ => variable.rotated_at.filter(|_| self.max_age.is_some()).or(variable.expires_at),
        };
        Some(Cell::of(tree.node(date?)))
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }
}

/// Spans of days, which nobody counts in hours: `6 d`, and `1 d 3 h` for what is shorter than two of them.
fn in_days(span: Elapsed) -> String {
    match span.0.as_hours() / 24 {
        0 | 1 => span.to_string(),
        days => format!("{days} d"),
    }
}
