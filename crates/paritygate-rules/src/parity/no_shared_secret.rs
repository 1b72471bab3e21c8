//! `no-shared-secret`: no secret opens two environments.

use paritygate_eval::kind::{GroupFinding, Params};
use paritygate_eval::{Accepts, Compares, Description, GroupCheck, Kind, Plan, Rows, State};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Fingerprint, Node, Secret, Value, secret::ValueClass};

use crate::shared::{self, Index, With};

/// The parameters of `no-shared-secret`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoSharedSecret {
    /// Keys whose values may be shared.
    pub allow: Vec<String>,
    /// Whether only secrets that are shared with the reference count.
    pub with_reference: bool,
}

impl Kind for NoSharedSecret {
    const NAME: &'static str = "no-shared-secret";
    const SUMMARY: &'static str = "no secret opens two environments";
    const ACCEPTS: Accepts = Accepts::Leaf;
    const MANUAL: &'static str = r#"
Looks for one secret value in two environments, under whatever names. Passwords inside URLs count as secrets of their
own, and so does what is secret among the words of a command. Placeholders (`changeme`) and empty values don't count. Environments of one tier, such as production in two regions,
may share. Fingerprints under different keys can't be compared: then
the answer is unknown.

```example
select: variables.*
environments:
  staging: { variables: { PAY_KEY: { fingerprint: { keyId: k, hex: aa } } } }
  production: { variables: { STRIPE_KEY: { fingerprint: { keyId: k, hex: bb } } } }
expect: pass
```

```example
select: variables.*
environments:
  staging: { variables: { PAY_KEY: { fingerprint: { keyId: k, hex: aa } } } }
  production: { variables: { STRIPE_KEY: { fingerprint: { keyId: k, hex: aa } } } }
expect: fail
message: "staging and production share a secret: staging `variables.PAY_KEY`, production `variables.STRIPE_KEY`"
```

```example
select: variables.*
environments:
  staging: { variables: { PAY_KEY: { fingerprint: { keyId: one, hex: aa } } } }
  production: { variables: { STRIPE_KEY: { fingerprint: { keyId: two, hex: aa } } } }
expect: unknown
```
"#;

    fn compile(mut self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        self.allow.sort_unstable();
        Ok(Plan::Group(Box::new(self)))
    }
}

impl NoSharedSecret {
    fn with(&self) -> With {
        With { reference: self.with_reference }
    }
}

impl GroupCheck for NoSharedSecret {
    fn compares(&self) -> Compares {
        self.with().compares()
    }

    fn rows<'r>(&self, rows: &'r Rows<'_, '_>, out: &mut Vec<GroupFinding>) {
        let mut index: Index<'_, &Fingerprint> = Index::with_capacity(rows.len() * 2);
        for (at, row) in rows.iter() {
            if self.allow.binary_search_by(|allowed| (**allowed).cmp(row.key())).is_ok() {
                continue;
            }
            for environment in self.with().environments(row) {
                let cell = row.cell(environment);
                let mut add = |secret: &'r Secret| {
                    if secret.value_class != ValueClass::Placeholder {
                        for fingerprint in secret.fingerprints() {
                            index.add(fingerprint, environment, at);
                        }
                        index.under_key(&secret.fingerprint.key_id, environment, at);
                    }
                };
                if let State::Secret(secret) = &cell.state {
                    add(secret);
                }
                // A command may hold some among its words.
                for item in cell.collection().into_iter().flat_map(Node::items) {
                    if let Value::Secret(secret) = item.value() {
                        add(secret);
                    }
                }
            }
        }
        index.judge(self.with(), rows, out, |_| Vec::new());
    }

    fn describe(&self, rows: &Rows<'_, '_>, finding: &GroupFinding) -> Description {
        let (Some(row), Some((environment, other, places))) = (rows.get(finding.row), shared::places(rows, finding))
        else {
            return Description::default();
        };
        let message = format!("{} and {} share a secret: {places}", row.name(environment), row.name(other));
        let described = Description::new(message);
        let described = if is_inside(rows, finding, environment, other) {
            described.note("the values differ; what both hold stands inside")
        } else {
            described
        };
        described
            .note("who can read the one environment can open the other")
            .help(format!("issue a separate one for {}, and rotate the shared one", row.name(environment)))
    }
}

/// Whether two values differ as a whole, so that what they share stands inside them.
fn is_inside(rows: &Rows<'_, '_>, finding: &GroupFinding, environment: usize, other: usize) -> bool {
    let secret = |of: usize| match &rows.get(finding.row_of(of))?.cell(of).state {
        State::Secret(secret) => Some(secret.fingerprint.clone()),
        _ => None,
    };
    secret(environment).zip(secret(other)).is_some_and(|(one, two)| one.same(&two) == Some(false))
}
