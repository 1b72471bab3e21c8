//! `no-shared-secret`: no secret opens two environments.

use std::collections::BTreeMap;

use paritygate_eval::kind::{GroupFinding, Params};
use paritygate_eval::{Accepts, Compares, Description, Deviation, GroupCheck, Kind, Plan, Rows, State};
use paritygate_model::{Diagnostic, Fingerprint, secret::ValueClass};
use serde::Deserialize;

/// The parameters of `no-shared-secret`.
#[derive(Debug, Default, Deserialize)]
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
own. Placeholders (`changeme`) and empty values don't count. Fingerprints under different keys can't be compared: then
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

impl GroupCheck for NoSharedSecret {
    fn compares(&self) -> Compares {
        if self.with_reference { Compares::WithReference } else { Compares::EachOther }
    }

    fn rows(&self, rows: &Rows<'_, '_>, out: &mut Vec<GroupFinding>) {
        // One index over all environments: fingerprint → where it stands.
        let mut index: Vec<(&Fingerprint, (usize, usize))> = Vec::with_capacity(rows.len() * 2);
        let mut keys: BTreeMap<usize, (&str, usize)> = BTreeMap::new();
        let mut mismatch: Option<(usize, usize, usize)> = None;
        for (at, row) in rows.iter() {
            let allowed = || self.allow.binary_search_by(|allowed| (**allowed).cmp(row.key())).is_ok();
            if !self.allow.is_empty() && allowed() {
                continue;
            }
            let reference = row.reference().filter(|_| self.with_reference);
            let reference = reference.filter(|&reference| row.members().all(|member| member != reference));
            for environment in row.members().chain(reference) {
                let State::Secret(secret) = &row.cell(environment).state else { continue };
                if matches!(secret.value_class, ValueClass::Placeholder) {
                    continue;
                }
                for fingerprint in secret.fingerprints() {
                    index.push((fingerprint, (environment, at)));
                }
                let other =
                    keys.iter().find(|(known, (key, _))| **known != environment && **key != *secret.fingerprint.key_id);
                if let (None, Some((&known, _))) = (mismatch, other) {
                    mismatch = Some((at, environment, known));
                }
                keys.entry(environment).or_insert((&secret.fingerprint.key_id, at));
            }
        }
        let mut seen: Vec<(usize, usize, usize, usize)> = Vec::new();
        // Stable: one fingerprint's places keep the order of the rows.
        index.sort_by_key(|(fingerprint, _)| *fingerprint);
        for alike in index.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            let places: Vec<(usize, usize)> = alike.iter().map(|&(_, place)| place).collect();
            let reference = places.first().and_then(|&(_, row)| rows.get(row)).and_then(|row| row.reference());
            for (environment, row, other, other_row) in shared(&places, reference, self.with_reference) {
                // A URL and the password in it are one finding.
                if seen.contains(&(environment, row, other, other_row)) {
                    continue;
                }
                seen.push((environment, row, other, other_row));
                out.push(GroupFinding {
                    row,
                    deviations: vec![Deviation { environment, against: Some(other), mutual: true }],
                    cells: vec![(other, other_row)],
                    unknown: None,
                    evidence: Vec::new(),
                });
            }
        }
        if let Some((row, environment, other)) = mismatch {
            out.push(GroupFinding {
                row,
                deviations: vec![Deviation { environment, against: Some(other), mutual: true }],
                cells: Vec::new(),
                unknown: Some(paritygate_eval::compare::KEY_MISMATCH.to_owned()),
                evidence: Vec::new(),
            });
        }
    }

    fn describe(&self, rows: &Rows<'_, '_>, finding: &GroupFinding) -> Description {
        let Some(row) = rows.get(finding.row) else { return Description::default() };
        let Some(&Deviation { environment, against: Some(other), .. }) = finding.deviations.first() else {
            return Description::default();
        };
        let other_row =
            finding.cells.iter().find(|(at, _)| *at == other).and_then(|&(_, at)| rows.get(at)).unwrap_or(row);
        let (path, other_path) = (row.path_text(), other_row.path_text());
        let places = if path == other_path {
            format!("`{path}`")
        } else {
            format!("{} `{path}`, {} `{other_path}`", row.name(environment), row.name(other))
        };
        let message = format!("{} and {} share a secret: {places}", row.name(environment), row.name(other));
        Description::new(message)
            .note("who can read the one environment can open the other")
            .help(format!("issue a separate one for {}, and rotate the shared one", row.name(environment)))
    }
}

/// Which environments share one fingerprint: each with the reference, or else with the first other one that has it.
fn shared(
    places: &[(usize, usize)],
    reference: Option<usize>,
    with_reference: bool,
) -> Vec<(usize, usize, usize, usize)> {
    let mut by_environment: BTreeMap<usize, usize> = BTreeMap::new();
    for &(environment, row) in places {
        by_environment.entry(environment).or_insert(row);
    }
    let anchor = reference.filter(|reference| by_environment.contains_key(reference));
    let anchor = if with_reference { anchor } else { anchor.or_else(|| by_environment.keys().next_back().copied()) };
    let Some(anchor) = anchor else { return Vec::new() };
    let Some(&anchor_row) = by_environment.get(&anchor) else { return Vec::new() };
    by_environment
        .iter()
        .filter(|(environment, _)| **environment != anchor)
        .map(|(&environment, &row)| (environment, row, anchor, anchor_row))
        .collect()
}
