//! `set-relation`: the keys of a map, or the values of a list, relate as sets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Cell, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, compare};
use paritygate_model::{Diagnostic, Node, suggest};
use serde::Deserialize;

/// The parameters of `set-relation`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetRelation {
    /// How each environment's set must relate to the reference's.
    pub relation: Relation,
    /// Elements that don't count.
    #[serde(default)]
    pub ignore: Vec<String>,
}

/// How one set relates to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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
list is the beginning of the reference's) or `disjoint`.

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

impl SetRelation {
    fn holds(&self, own: Vec<Cow<'_, str>>, reference: Vec<Cow<'_, str>>) -> bool {
        if self.relation == Relation::Prefix {
            return reference.starts_with(&own);
        }
        let (own, reference) = (sorted(own), sorted(reference));
        match self.relation {
            Relation::Equal => own == reference,
            Relation::Subset => minus(&own, &reference).is_empty(),
            Relation::Superset => minus(&reference, &own).is_empty(),
            Relation::Prefix => true,
            Relation::Disjoint => minus(&own, &reference).len() == own.len(),
        }
    }
}

impl RowCheck for SetRelation {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, reference) in row.pairs() {
            match (elements(row.cell(environment), &self.ignore), elements(row.cell(reference), &self.ignore)) {
                (Ok(own), Ok(other)) => {
                    if !self.holds(own, other) {
                        out.fail(environment, reference);
                    }
                }
                (Err(reason), _) | (_, Err(reason)) => out.unknown(environment, Some(reference), &reason),
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let mut parts = Vec::new();
        for deviation in deviations {
            let Some(against) = deviation.against else { continue };
            let set = |at: usize| sorted(elements(row.cell(at), &self.ignore).unwrap_or_default());
            let (own, reference) = (set(deviation.environment), set(against));
            let names = readable(row.cell(deviation.environment)).into_iter().chain(readable(row.cell(against)));
            let names: BTreeMap<String, String> = names.collect();
            let mut found = Vec::new();
            let mut list = |whose: String, elements: Vec<&str>| {
                if !elements.is_empty() {
                    let readable: Vec<String> =
                        elements.iter().map(|id| names.get(*id).cloned().unwrap_or_else(|| (*id).to_owned())).collect();
                    found.push(format!("{whose} {}", shortened(&readable)));
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

/// How items that are no texts are read by people, by what stands for them in comparisons.
fn readable(cell: &Cell<'_>) -> Vec<(String, String)> {
    let items = cell.collection().into_iter().flat_map(Node::items).filter(|item| item.scalar_text().is_none());
    items.filter_map(|item| Some((compare::canonical(item).ok()?, paritygate_eval::cell::readable(item)))).collect()
}

/// The first few elements, and how many more there are.
fn shortened(elements: &[String]) -> String {
    const SHOWN: usize = 8;
    let first = suggest::quoted(elements.get(..SHOWN).unwrap_or(elements));
    match elements.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{first} and {more} more"),
        _ => first,
    }
}
