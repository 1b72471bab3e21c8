//! `same`: a value is alike in every environment.

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Comparison, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, State};
use paritygate_model::read::Read;
use paritygate_model::report::Fix;
use paritygate_model::{Diagnostic, Node, Value};
use regex_lite::Regex;

/// The parameters of `same`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Same {
    /// What counts when one side has nothing there.
    pub missing: Missing,
    /// Whether secrets are compared.
    pub secrets: Secrets,
    /// A regular expression. Where it is found in both texts, only what it finds is compared.
    pub part: Option<String>,
}

/// Whether secrets are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Secrets {
    /// By their fingerprints. The default.
    #[default]
    Compare,
    /// They are left to rules about secrets, which mostly must differ.
    Ignore,
}

/// What counts when one side has nothing there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    /// A value on one side only is a difference. The default.
    #[default]
    Fail,
    /// Only where both sides have a value are they compared.
    Ignore,
}

impl Kind for Same {
    const NAME: &'static str = "same";
    const SUMMARY: &'static str = "a value is alike in every environment";
    const ACCEPTS: Accepts = Accepts::Leaf;
    const MANUAL: &'static str = r#"
Compares each environment with the reference. Numbers are equal by value, lists of sets whatever their order, and an
environment's own name and aliases inside a value don't count: `app-staging` and `app-production` are alike.

A secret is compared by its fingerprint, or passed over with `secrets: ignore`, also inside a list. A value that is not known (a template, a reference, a fingerprint under another
key) is neither equal nor different: the row is unknown.

With `part`, texts that differ are alike where that expression finds the same in both: `[^/]+$` compares the last part of an
image's name, wherever its registry is.

```example
select: runtimes.*
environments:
  staging: { runtimes: { node: "20.11.1" } }
  production: { runtimes: { node: "20.11.1" } }
expect: pass
```

```example
select: runtimes.*
environments:
  staging: { runtimes: { node: "20.11.1" } }
  production: { runtimes: { node: "20.12.0" } }
expect: fail
message: "`runtimes.node` differs: staging `20.11.1`, production `20.12.0`"
```

```example
select: variables.*
environments:
  staging: { variables: { BUCKET: app-staging-logs } }
  production: { variables: { BUCKET: app-production-logs } }
expect: pass
```

```example
select: variables.*
params: { secrets: ignore }
environments:
  staging: { variables: { MODE: fast, PAY_KEY: { fingerprint: { keyId: k, hex: aa } } } }
  production: { variables: { MODE: fast, PAY_KEY: { fingerprint: { keyId: k, hex: bb } } } }
expect: pass
```

```example
select: workloads.*.image.name
params: { part: "[^/]+$" }
environments:
  staging: { workloads: { web: { image: { name: "111.registry.example/team/web" } } } }
  production: { workloads: { web: { image: { name: "222.registry.example/team/web" } } } }
expect: pass
```

```example
select: workloads.*.image.name
params: { part: "[^/]+$" }
environments:
  staging: { workloads: { web: { image: { name: httpd } } } }
  production: { workloads: { web: { image: { name: nginx } } } }
expect: fail
message: "`workloads.web.image.name` differs: staging `httpd`, production `nginx`"
```

```example
select: variables.*
environments:
  staging: { variables: { MODE: { unresolved: a template } } }
  production: { variables: { MODE: fast } }
expect: unknown
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let part = super::regex(params, "part", self.part.as_deref(), false, &mut wrong);
        if wrong.is_empty() { Ok(Plan::Row(Box::new(Check { params: self, part }))) } else { Err(wrong) }
    }
}

struct Check {
    params: Same,
    part: Option<Regex>,
}

impl Check {
    /// Whether what is looked for in two texts that differ is alike.
    fn has_alike_part(&self, row: &Row<'_, '_>, a: usize, b: usize) -> bool {
        let part = |at: usize| Some((at, self.part.as_ref()?.find(row.cell(at).text()?)?.as_str()));
        matches!((part(a), part(b)), (Some(a), Some(b)) if row.alike(a, b))
    }
}

/// Whether two lists are alike where neither holds a secret.
fn are_alike_beside_secrets(row: &Row<'_, '_>, a: usize, b: usize) -> bool {
    let items = |at: usize| row.cell(at).collection().filter(|list| list.is_sequence()).map(Node::items);
    let is_secret = |item: Node<'_>| matches!(item.value(), Value::Secret(_));
    let alike = |(one, other): (Node<'_>, Node<'_>)| {
        let texts = one.scalar_text().zip(other.scalar_text());
        is_secret(one) || is_secret(other) || texts.is_some_and(|(one, other)| row.alike((a, one), (b, other)))
    };
    match (items(a), items(b)) {
        (Some(one), Some(other)) => one.clone().count() == other.clone().count() && one.zip(other).all(alike),
        _ => false,
    }
}

impl RowCheck for Check {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, against) in row.pairs() {
            if self.params.missing == Missing::Ignore && !(row.cell(environment).is_set() && row.cell(against).is_set())
            {
                continue;
            }
            let is_secret = |at: usize| matches!(row.cell(at).state, State::Secret(_));
            if self.params.secrets == Secrets::Ignore && (is_secret(environment) || is_secret(against)) {
                continue;
            }
            match row.compare(environment, against) {
                Comparison::Equal => {}
                Comparison::Different if self.has_alike_part(row, environment, against) => {}
                Comparison::Different
                    if self.params.secrets == Secrets::Ignore
                        && are_alike_beside_secrets(row, environment, against) => {}
                Comparison::Different => out.fail(environment, against),
                Comparison::Unknown(reason) => out.unknown(environment, Some(against), &reason),
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let message = ["`", &row.path_text(), "` differs: ", &row.values(super::involved(row, deviations))].concat();
        let mut description = Description::new(message);
        if let [Deviation { environment, against: Some(against), .. }] = deviations {
            let (own, reference) = (row.name(*environment), row.name(*against));
            description.help =
                Some(["align ", own, " with ", reference, ", or declare the difference as expected"].concat());
            description.fix = replacement(row, *environment, *against);
        } else {
            description.help = Some("align them, or declare the difference as expected".to_owned());
        }
        description
    }
}

/// The change that gives one environment the plain value of another.
fn replacement(row: &Row<'_, '_>, environment: usize, against: usize) -> Option<Fix> {
    // A facet, such as a type, is nothing that could be set.
    let State::Value(node) = row.cell(against).state else { return None };
    let value = node.scalar_text()?.to_owned();
    let at = row.cell(environment).location();
    Some(Fix {
        environment: row.name(environment).into(),
        path: row.path_text().into_owned(),
        op: if at.is_some() { "replace" } else { "add" },
        value: Some(value),
        document: at.map(|at| at.source.name().clone()),
    })
}
