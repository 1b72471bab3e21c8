//! `intra-relation`: two values of one environment relate.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write;

use paritygate_eval::compare::{self, Aliases};
use paritygate_eval::kind::Params;
use paritygate_eval::row::visible;
use paritygate_eval::{Cell, Compares, Comparison, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, State};
use paritygate_lang::selector::{Segment, Selector};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Node, limits, path};

use crate::version::{Pair, Scheme, read_cells};

/// The parameters of `intra-relation`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntraRelation {
    /// How the selected value must relate to the other one.
    pub op: Operator,
    /// The path of the other value. A `*` stands for the same key as the pattern at the same step of `select`; one that has no
    /// such counterpart stands for every entry.
    pub right: String,
    /// What the other number is multiplied with before: 2 asks for twice as much.
    #[serde(default)]
    pub factor: Option<f64>,
    /// What is added to the other number before, in its own unit.
    #[serde(default)]
    pub plus: Option<f64>,
    /// Whether the values are versions, and how those are read. Numbers, where it is absent.
    #[serde(default)]
    pub scheme: Option<Scheme>,
    /// Whether an environment fails that lacks the other value.
    #[serde(default)]
    pub required: bool,
}

/// How one value must relate to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Operator {
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// Equal.
    #[serde(rename = "=")]
    Equal,
    /// Not equal.
    #[serde(rename = "!=")]
    NotEqual,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// Greater.
    #[serde(rename = ">")]
    Greater,
}

impl Operator {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::AtLeast => ordering.is_ge(),
            Self::Greater => ordering.is_gt(),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Less => "must be below",
            Self::AtMost => "must not be above",
            Self::Equal => "must equal",
            Self::NotEqual => "must differ from",
            Self::AtLeast => "must not be below",
            Self::Greater => "must be above",
        }
    }
}

impl Kind for IntraRelation {
    const NAME: &'static str = "intra-relation";
    const SUMMARY: &'static str = "two values of one environment relate";
    const MANUAL: &'static str = r#"
Judges each environment by itself: every selected value must relate to the one at `right` of the same environment as `op`
says (`<`, `<=`, `=`, `!=`, `>=`, `>`). Quantities are compared in their base units. With `factor` and `plus` the other number
is multiplied first, and then added to.

A `*` in `right` stands for the same key as the pattern at the same step of `select`, so that each service is compared with
itself; a `*` that has no such counterpart stands for every entry, and each of them is compared.

Where a value is missing there is nothing to compare, and the environment is passed over; with `required: true` it fails
where the selected value is there and the other is not. What is not known or was not collected is unknown, and so is what is no
number. With `scheme` both are versions, as in `version-tolerance`.

```example
select: workloads.api.keepAliveSeconds
params: { op: ">", right: network.loadBalancers.web.idleTimeoutSeconds }
environments:
  staging: { workloads: { api: { keepAliveSeconds: 65 } }, network: { loadBalancers: { web: { idleTimeoutSeconds: 60 } } } }
  production: { workloads: { api: { keepAliveSeconds: 5 } }, network: { loadBalancers: { web: { idleTimeoutSeconds: 60 } } } }
expect: fail
message: "`workloads.api.keepAliveSeconds` must be above `network.loadBalancers.web.idleTimeoutSeconds`: in production it is `5`, and that is `60`"
```

```example
select: workloads.*.memory.requestBytes
params: { op: "<=", right: workloads.*.memory.limitBytes }
environments:
  production:
    workloads:
      api: { memory: { requestBytes: 512Mi, limitBytes: 512Mi } }
      worker: { memory: { requestBytes: 1Gi, limitBytes: 2Gi } }
expect: pass
```

```example
select: workloads.*.keepAliveSeconds
params: { op: ">=", right: network.loadBalancers.*.idleTimeoutSeconds, plus: 5 }
environments:
  production:
    workloads: { api: { keepAliveSeconds: 65 } }
    network: { loadBalancers: { admin: { idleTimeoutSeconds: 60 }, web: { idleTimeoutSeconds: 61 } } }
expect: fail
message: "`workloads.api.keepAliveSeconds` must not be below `network.loadBalancers.web.idleTimeoutSeconds` + 5: in production it is `65`, and that is `61`"
```

```example
select: workloads.*.replicas.max
params: { op: ">=", right: workloads.*.replicas.min, factor: 2 }
environments:
  production: { workloads: { api: { replicas: { min: 3, max: 6 } } } }
expect: pass
```

```example
select: runtimes.node
params: { op: ">=", right: workloads.*.runtimes.node, scheme: auto }
environments:
  production: { runtimes: { node: "20.9.0" }, workloads: { api: { runtimes: { node: "20.11.1" } } } }
expect: fail
message: "`runtimes.node` must not be below `workloads.api.runtimes.node`: in production it is `20.9.0`, and that is `20.11.1`"
```

```example
select: workloads.*.replicas.desired
params: { op: "<=", right: workloads.*.replicas.max, required: true }
environments:
  production: { workloads: { api: { replicas: { desired: 3 } } } }
expect: fail
message: "`workloads.api.replicas.desired` must not be above `workloads.api.replicas.max`: in production it is `3`, and that is missing"
```

```example
select: workloads.*.replicas.desired
params: { op: "<=", right: workloads.*.replicas.max }
environments:
  production: { workloads: { api: { replicas: { desired: 3 } } } }
expect: pass
```

```example
select: workloads.api.keepAliveSeconds
params: { op: ">", right: network.loadBalancers.web.idleTimeoutSeconds }
environments:
  production: { workloads: { api: { keepAliveSeconds: 65 } }, coverage: { network: notCollected } }
expect: unknown
message: "`workloads.api.keepAliveSeconds` can't be judged in production: `network.loadBalancers.web.idleTimeoutSeconds` is not known: this section was not collected"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let right = Selector::parse(&self.right).map_err(|error| {
            let message = format!("`{}` can't be read: {}", self.right, error.message);
            vec![params.wrong("right", message).maybe_help(error.help)]
        })?;
        let wrong = params.check_selector("right", &right, Self::NAME, Self::ACCEPTS);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let is_key = |segment: &Segment| matches!(segment, Segment::Literal(_) | Segment::Any);
        let pattern = match right.patterns.as_slice() {
            [pattern] if pattern.iter().all(is_key) => pattern.clone(),
            _ => {
                let message = format!("`{}` is no single path", self.right);
                return Err(vec![params.wrong("right", message).help("write keys, and `*` for any one key")]);
            }
        };
        if let Some((name, _)) = [("factor", self.factor), ("plus", self.plus)]
            .into_iter()
            .find(|(_, number)| number.is_some() && self.scheme.is_some())
        {
            let message = format!("`{name}` makes no sense with what is no number");
            return Err(vec![params.wrong(name, message).help("remove it")]);
        }
        let select = params.select.iter().map(|selector| selector.value.clone()).collect();
        Ok(Plan::Row(Box::new(Check { right: pattern, select, params: self })))
    }
}

struct Check {
    params: IntraRelation,
    /// The steps of the other path: keys and stars.
    right: Vec<Segment>,
    /// What the rule selects.
    select: Vec<Selector>,
}

/// How a selected value relates to one other value.
enum Relation {
    Holds,
    /// It does not, or the other value is not there and must be.
    Broken,
    Unknown(String),
}

/// One other value: its path, and what stands there.
type Other<'t> = (String, Cell<'t>);

impl Check {
    /// The key that a star at one step of `right` stands for, where the selector has a pattern at that step as well.
    fn bound<'t>(&self, row: &Row<'_, 't>, step: usize) -> Option<&'t str> {
        let patterns = &self.select.iter().find(|selector| selector.matches(row.path()))?.patterns;
        let steps = || patterns.iter().filter_map(|pattern| pattern.get(step));
        // Behind any number of keys, steps are no longer those of the path.
        let is_behind =
            |pattern: &Vec<Segment>| pattern.iter().take(step + 1).any(|at| matches!(at, Segment::Globstar));
        // Alternatives in braces are a pattern as well.
        let is_pattern = steps().any(|at| !matches!(at, Segment::Literal(_)) || Some(at) != steps().next());
        row.path().get(step).copied().filter(|_| is_pattern && !patterns.iter().any(is_behind))
    }

    /// The other values in one environment: every one that is there, or else the one that is not.
    fn others<'t>(&self, row: &Row<'_, 't>, environment: usize) -> Vec<Other<'t>> {
        let Some(root) = row.environment(environment).map(|environment| environment.root()) else { return Vec::new() };
        let mut found: Vec<(Vec<Cow<'_, str>>, Option<Node<'t>>)> = vec![(Vec::new(), Some(root))];
        for (at, segment) in self.right.iter().enumerate() {
            let key = match segment {
                Segment::Literal(key) => Some(Cow::Borrowed(key.as_str())),
                _ => self.bound(row, at).map(Cow::Borrowed),
            };
            let below = found.into_iter().flat_map(|(path, node)| {
                let step =
                    |key: Cow<'_, str>, node| ([path.as_slice(), &[Cow::Owned(key.into_owned())]].concat(), node);
                match (&key, node.filter(|node| !node.is_empty())) {
                    (Some(key), node) => vec![step(key.clone(), node.and_then(|node| node.get(key)))],
                    (None, Some(node)) => {
                        let entries = node.entries().take(limits::MAX_COUNTERPARTS + 1);
                        entries.map(|(key, _, node)| step(Cow::Borrowed(key), Some(node))).collect()
                    }
                    (None, None) => vec![step(Cow::Borrowed("*"), None)],
                }
            });
            found = below.take(limits::MAX_COUNTERPARTS + 1).collect();
        }
        let cell = |(path, _): (Vec<Cow<'_, str>>, _)| {
            let keys: Vec<&str> = path.iter().map(|key| &**key).collect();
            let cell = row.cells_at(&keys).into_iter().nth(environment)?;
            Some((path::join(keys.iter().map(|key| visible(key))), cell))
        };
        found.into_iter().filter_map(cell).collect()
    }

    fn relation<'t>(&self, row: &Row<'_, 't>, left: &Cell<'t>, (path, right): &Other<'t>) -> Relation {
        if let Some(reason) = right.unknown() {
            return Relation::Unknown(format!("`{path}` is not known: {reason}"));
        }
        if !right.is_set() {
            return if self.params.required { Relation::Broken } else { Relation::Holds };
        }
        let ordering = match self.params.scheme {
            Some(scheme) => match read_cells(scheme, row, left, right) {
                Pair::Settled => Ordering::Equal,
                Pair::Unknown(reason) => return Relation::Unknown(reason.into_owned()),
                Pair::Read(own, other) => own.version.compare(&other.version),
            },
            None => match (left.number(), right.number()) {
                (Some(left), Some(right)) => {
                    let right = right * self.params.factor.unwrap_or(1.0) + self.params.plus.unwrap_or(0.0);
                    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
                }
                _ if self.is_plain() && matches!(self.params.op, Operator::Equal | Operator::NotEqual) => {
                    match compare::compare(left, right, row.is_set(), Aliases::default()) {
                        Comparison::Equal => Ordering::Equal,
                        Comparison::Different => Ordering::Less,
                        Comparison::Unknown(reason) => return Relation::Unknown(reason.into_owned()),
                    }
                }
                _ if [left, right].iter().any(|cell| matches!(cell.state, State::Secret(_))) => {
                    return Relation::Unknown("a secret can't be read".to_owned());
                }
                (None, _) => return Relation::Unknown("it is no number".to_owned()),
                (_, None) => return Relation::Unknown(format!("`{path}` is no number")),
            },
        };
        if self.params.op.holds(ordering) { Relation::Holds } else { Relation::Broken }
    }

    /// Whether the other value counts as it is.
    fn is_plain(&self) -> bool {
        self.params.factor.is_none() && self.params.plus.is_none()
    }

    /// The other values of an environment to which the selected one does not relate as it should.
    fn broken<'t>(&self, row: &Row<'_, 't>, environment: usize) -> Vec<Other<'t>> {
        let left = row.cell(environment);
        let mut others = self.others(row, environment);
        others.retain(|other| matches!(self.relation(row, left, other), Relation::Broken));
        others
    }

    /// `` `network.x` × 2 + 5 ``.
    fn wanted(&self, path: &str) -> String {
        let mut out = format!("`{path}`");
        for (sign, number) in [("×", self.params.factor), ("+", self.params.plus)] {
            if let Some(number) = number {
                let _infallible = write!(out, " {sign} {number}");
            }
        }
        out
    }
}

impl RowCheck for Check {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for member in row.members() {
            let left = row.cell(member);
            if let Some(reason) = left.unknown() {
                out.unknown(member, None, reason);
                continue;
            }
            if !left.is_set() {
                continue;
            }
            let others = self.others(row, member);
            if others.len() > limits::MAX_COUNTERPARTS {
                let most = limits::MAX_COUNTERPARTS;
                let reason = format!("`{}` stands for more than {most} values, which is the limit", self.params.right);
                out.unknown(member, None, &reason);
                continue;
            }
            let mut is_broken = false;
            for other in &others {
                match self.relation(row, left, other) {
                    Relation::Holds => {}
                    Relation::Broken => is_broken = true,
                    Relation::Unknown(reason) => out.unknown(member, None, &reason),
                }
            }
            if is_broken {
                out.fail_alone(member);
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let environments = deviations.iter().map(|deviation| deviation.environment);
        let broken: Vec<(usize, Vec<Other<'_>>)> = environments.map(|at| (at, self.broken(row, at))).collect();
        let paths = || broken.iter().flat_map(|(_, others)| others.iter().map(|(path, _)| path));
        let one = paths().next().filter(|first| paths().all(|path| path == *first));
        let right = one.map_or(self.params.right.as_str(), String::as_str);
        let mut said = Vec::with_capacity(broken.len());
        let mut notes = Vec::new();
        for (at, others) in &broken {
            let Some((path, other)) = others.first() else { continue };
            let which = if one.is_some() { "that".to_owned() } else { format!("`{path}`") };
            let more = if others.len() > 1 {
                format!(" (and {} more that does not fit)", others.len() - 1)
            } else {
                String::new()
            };
            let (name, own) = (row.name(*at), row.marked([*at]));
            said.push(format!("in {name} it is {own}, and {which} is {}{more}", row.marked_cell(other)));
            if let Some(place) = other.location().filter(|_| other.is_set()) {
                let line = place.position().line;
                notes.push(format!("`{path}` of {name} stands at {}:{line}", place.source.name()).into());
            }
        }
        let (path, words) = (row.path_text(), self.params.op.words());
        let message = format!("`{path}` {words} {}: {}", self.wanted(right), said.join("; "));
        Description { notes, ..Description::new(message).help("change one of the two") }
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }
}
