//! `set-relation`: the keys of a map, or the values of a list, relate as sets.

use std::borrow::Cow;

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Cell, Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, compare};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Node, SortedMap};

/// The parameters of `set-relation`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetRelation {
    /// How each environment's set must relate to the other one.
    pub relation: Relation,
    /// Whose set the other one is.
    #[serde(default)]
    pub against: Against,
    /// Elements that don't count.
    #[serde(default)]
    pub ignore: Vec<String>,
}

/// Whose set each environment's is related to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Against {
    /// The reference's. The default.
    #[default]
    Reference,
    /// The contract's (`.env.example`).
    Contract,
}

/// How one set relates to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// Both have the same elements.
    Equal,
    /// The reference has everything that the environment has.
    Subset,
    /// The environment has everything that the reference has.
    Superset,
    /// The environment's list begins the reference's.
    Prefix,
    /// They have nothing in common.
    Disjoint,
}

impl Relation {
    const fn words(self) -> &'static str {
        match self {
            Self::Equal => "must have the same elements as",
            Self::Subset => "must have no element beyond those of",
            Self::Superset => "must have every element of",
            Self::Prefix => "must begin the list of",
            Self::Disjoint => "must have nothing in common with",
        }
    }
}

impl Kind for SetRelation {
    const NAME: &'static str = "set-relation";
    const SUMMARY: &'static str = "the keys of a map, or the values of a list, relate as sets";
    const ACCEPTS: Accepts = Accepts::Collection;
    const MANUAL: &'static str = r#"
Select a map to relate its keys, a list to relate its values. Each environment is related to the reference: `equal`,
`subset` (it has nothing that the reference lacks), `superset` (it lacks nothing that the reference has), `prefix` (its
list is the beginning of the reference's) or `disjoint`. With `against: contract` each is related to the contract instead, such
as the keys of `.env.example`: `variables` with `subset` allows no variable that the contract does not list. What the contract
says nothing of is passed over.

What one side lacks counts only where that side is described completely; else it is unknown.

```example
select: featureFlags
params: { relation: superset }
environments:
  staging: { featureFlags: { new-checkout: { enabled: true }, beta: { enabled: true } } }
  production: { featureFlags: { new-checkout: { enabled: false } } }
expect: pass
```

```example
select: featureFlags
params: { relation: superset }
environments:
  staging: { featureFlags: {} }
  production: { featureFlags: { new-checkout: { enabled: false } } }
expect: fail
message: "`featureFlags` in staging must have every element of production: only in production `new-checkout`"
```

```example
select: workloads.*.command
params: { relation: prefix }
environments:
  staging: { workloads: { api: { command: [serve] } } }
  production: { workloads: { api: { command: [serve, "--fast"] } } }
expect: pass
```

```example
select: variables
params: { relation: equal, ignore: [HOSTNAME] }
environments:
  staging: { variables: { API_URL: "https://api.example.com", DEBUG: "1", HOSTNAME: web-1 } }
  production: { variables: { API_URL: "https://api.example.org", SENTRY_URL: "https://sentry.example.org" } }
expect: fail
message: "`variables` in staging must have the same elements as production: only in staging `DEBUG`, only in production `SENTRY_URL`"
```

```example
select: variables
params: { relation: subset, against: contract }
contract: { variables: { API_URL: "" } }
environments:
  staging: { variables: { API_URL: "https://api.example.com", LEGACY_URL: "https://old.example.com" } }
  production: { variables: { API_URL: "https://api.example.org" } }
expect: fail
message: "`variables` in staging must have no element beyond those of contract: only in staging `LEGACY_URL`"
```

```example
select: variables
params: { relation: superset }
environments:
  staging: { coverage: { variables: partial }, variables: { API_URL: "https://api.example.com" } }
  production: { variables: { API_URL: "https://api.example.org", SENTRY_URL: "https://sentry.example.org" } }
expect: unknown
```
"#;

    fn compile(mut self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        self.ignore.sort_unstable();
        Ok(Plan::Row(Box::new(self)))
    }
}

/// The elements of a map or a list, as texts that are equal for equal elements; an error says why they are not known.
fn elements<'t>(cell: &Cell<'t>, ignore: &[String]) -> Result<Vec<Cow<'t, str>>, String> {
    if let Some(reason) = cell.unknown() {
        return Err(reason.to_owned());
    }
    let Some(node) = cell.collection() else {
        return Ok(cell.text().map(Cow::Borrowed).into_iter().collect());
    };
    let ignored = |text: &str| ignore.binary_search_by(|known| (**known).cmp(text)).is_ok();
    if node.is_map() {
        let mut keys = Vec::with_capacity(node.len());
        keys.extend(node.entries().map(|(key, ..)| key).filter(|key| !ignored(key)).map(Cow::Borrowed));
        return Ok(keys);
    }
    let text = |item: Node<'t>| match item.scalar_text() {
        Some(text) => Ok(Cow::Borrowed(text)),
        None => compare::canonical(item).map(Cow::Owned).map_err(str::to_owned),
    };
    let elements = node.items().map(text).collect::<Result<Vec<_>, String>>()?;
    Ok(elements.into_iter().filter(|element| !ignored(element)).collect())
}

fn sorted(mut elements: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    elements.sort_unstable();
    elements.dedup();
    elements
}

/// What one sorted list has and the other lacks.
fn minus<'a>(a: &'a [Cow<'_, str>], b: &[Cow<'_, str>]) -> Vec<&'a str> {
    a.iter().filter(|element| b.binary_search(element).is_err()).map(|element| &**element).collect()
}

/// One environment's set.
struct Set<'t> {
    environment: usize,
    elements: Vec<Cow<'t, str>>,
    is_map: bool,
}

/// How two sets relate.
enum Verdict {
    Holds,
    Broken,
    Unknown(&'static str),
}

impl Verdict {
    /// What is known to be wrong is wrong, whatever else is not known.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Broken, _) | (_, Self::Broken) => Self::Broken,
            (Self::Unknown(reason), _) | (_, Self::Unknown(reason)) => Self::Unknown(reason),
            _ => Self::Holds,
        }
    }
}

/// Whether a set has everything that another has. What it lacks may be there where it is not described completely.
fn has_all(row: &Row<'_, '_>, set: &Set<'_>, other: &Set<'_>) -> Verdict {
    let mut verdict = Verdict::Holds;
    for element in minus(&other.elements, &set.elements) {
        let path = row.path();
        let why = if set.is_map || other.is_map {
            row.why_not_missing(set.environment, &[path, &[element]].concat())
        } else {
            row.why_not_missing(set.environment, path)
        };
        verdict = verdict.or(why.map_or(Verdict::Broken, Verdict::Unknown));
    }
    verdict
}

impl SetRelation {
    fn judge<'t>(&self, row: &Row<'_, '_>, mut own: Set<'t>, mut other: Set<'t>) -> Verdict {
        if self.relation == Relation::Prefix {
            return if other.elements.starts_with(&own.elements) { Verdict::Holds } else { Verdict::Broken };
        }
        for set in [&mut own, &mut other] {
            set.elements.sort_unstable();
            set.elements.dedup();
        }
        match self.relation {
            // Most sets are alike, and sorted: one look tells.
            Relation::Equal | Relation::Subset | Relation::Superset if own.elements == other.elements => Verdict::Holds,
            Relation::Equal => has_all(row, &other, &own).or(has_all(row, &own, &other)),
            Relation::Subset => has_all(row, &other, &own),
            Relation::Superset => has_all(row, &own, &other),
            Relation::Prefix => Verdict::Holds,
            Relation::Disjoint if minus(&own.elements, &other.elements).len() < own.elements.len() => Verdict::Broken,
            Relation::Disjoint => {
                let why = [&own, &other].into_iter().find_map(|set| row.why_not_missing(set.environment, row.path()));
                why.map_or(Verdict::Holds, Verdict::Unknown)
            }
        }
    }

    fn pair(&self, row: &Row<'_, '_>, environment: usize, against: usize, out: &mut Outcome) {
        let set = |environment: usize| {
            let cell = row.cell(environment);
            let is_map = cell.collection().is_some_and(Node::is_map);
            elements(cell, &self.ignore).map(|elements| Set { environment, elements, is_map })
        };
        match (set(environment), set(against)) {
            (Ok(own), Ok(other)) => match self.judge(row, own, other) {
                Verdict::Holds => {}
                Verdict::Broken => out.fail(environment, against),
                Verdict::Unknown(reason) => out.unknown(environment, Some(against), reason),
            },
            (Err(reason), _) | (_, Err(reason)) => out.unknown(environment, Some(against), &reason),
        }
    }
}

impl RowCheck for SetRelation {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        match self.against {
            Against::Reference => {
                for (environment, against) in row.pairs() {
                    self.pair(row, environment, against, out);
                }
            }
            Against::Contract => {
                // What the contract says nothing of, it does not restrict.
                let Some(contract) = row.contract().filter(|&at| row.cell(at).node.is_some()) else { return };
                for environment in row.members() {
                    self.pair(row, environment, contract, out);
                }
            }
        }
    }

    fn shows<'t>(&self, row: &Row<'_, 't>, environment: usize) -> Option<Cell<'t>> {
        // The map is shown where the first key stands that the other side lacks.
        let cell = row.cell(environment);
        let map = cell.collection().filter(|map| map.is_map())?;
        let other = match self.against {
            Against::Reference => row.references().iter().copied().find(|&at| at != environment),
            Against::Contract => row.contract().filter(|&at| at != environment),
        };
        let others = || row.members().find(|&at| at != environment);
        let other = row.cell(other.or_else(others)?);
        if self.relation == Relation::Disjoint || other.collection().is_none() {
            return None;
        }
        let (own, other) = (elements(cell, &self.ignore).ok()?, elements(other, &self.ignore).ok()?);
        let extra = minus(&own, &sorted(other)).first().and_then(|key| map.get(key))?;
        Some(cell.shown_at(extra))
    }

    fn compares(&self) -> Compares {
        match self.against {
            Against::Reference if self.relation == Relation::Disjoint => Compares::Apart,
            Against::Reference => Compares::WithReference,
            Against::Contract => Compares::WithContract,
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let mut parts = Vec::new();
        for deviation in deviations {
            let Some(against) = deviation.against else { continue };
            let set = |at: usize| sorted(elements(row.cell(at), &self.ignore).unwrap_or_default());
            let (own, reference) = (set(deviation.environment), set(against));
            let names = readable(row.cell(deviation.environment)).into_iter().chain(readable(row.cell(against)));
            let names: SortedMap<String, String> = names.collect();
            let mut found = Vec::new();
            let mut list = |whose: String, elements: Vec<&str>| {
                if !elements.is_empty() {
                    let readable =
                        elements.iter().map(|id| format!("`{}`", names.get(*id).map_or(*id, String::as_str)));
                    found.push(format!("{whose} {}", super::first_few(readable, SHOWN)));
                }
            };
            match self.relation {
                Relation::Disjoint => {
                    let common = own.iter().filter(|element| reference.binary_search(element).is_ok());
                    list("both have".to_owned(), common.map(|element| &**element).collect());
                }
                Relation::Subset => {
                    list(format!("only in {}", row.name(deviation.environment)), minus(&own, &reference));
                }
                Relation::Superset => list(format!("only in {}", row.name(against)), minus(&reference, &own)),
                Relation::Equal | Relation::Prefix => {
                    list(format!("only in {}", row.name(deviation.environment)), minus(&own, &reference));
                    list(format!("only in {}", row.name(against)), minus(&reference, &own));
                }
            }
            let found = if found.is_empty() { "the order differs".to_owned() } else { found.join(", ") };
            let relation = self.relation.words();
            parts.push(format!("in {} {relation} {}: {found}", row.name(deviation.environment), row.name(against)));
        }
        Description::new(format!("`{}` {}", row.path_text(), parts.join("; ")))
    }
}

/// How many elements a message names.
const SHOWN: usize = 8;

/// How items that are no texts are read by people, by what stands for them in comparisons.
fn readable(cell: &Cell<'_>) -> Vec<(String, String)> {
    let items = cell.collection().into_iter().flat_map(Node::items).filter(|item| item.scalar_text().is_none());
    items.filter_map(|item| Some((compare::canonical(item).ok()?, paritygate_eval::cell::readable(item)))).collect()
}
