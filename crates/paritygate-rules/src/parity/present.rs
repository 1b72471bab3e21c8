//! `present`: what one environment has, the others have too.

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Cell, Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;
use paritygate_model::report::Fix;

/// The parameters of `present`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Present {
    /// Which side may lack something.
    pub missing_from: Side,
    /// Whether an empty value counts as present.
    pub allow_empty: bool,
    /// Whether something counts only where the thing that it belongs to is there: a variable of a service that does not run
    /// at all is left to the rule about services.
    pub with_parent: bool,
    /// Whether the keys come from the contract (`.env.example`) instead of the other environments.
    pub contract: bool,
    /// With `contract`: whether only keys count that no environment has. The others are left to rules that compare
    /// environments.
    pub only_unset: bool,
}

/// Which side may lack something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// Any environment. The default.
    #[default]
    Any,
    /// The reference lacks what another environment has.
    Reference,
    /// Another environment lacks what the reference has.
    Others,
}

impl Kind for Present {
    const NAME: &'static str = "present";
    const SUMMARY: &'static str = "what one environment has, the others have too";
    const ACCEPTS: Accepts = Accepts::Any;
    const MANUAL: &'static str = r#"
A variable, a service, a file that is described in one environment is described in the others. A value that is there but
not known (a template, a secret) is there. A key that is absent from a section that is not completely described is
unknown, never missing.

`missingFrom` says which side is judged, so that a policy can weigh "missing in production" and "only in production"
differently. With `contract: true` the keys of the contract must be in every environment.

```example
select: variables.*
environments:
  staging: { variables: { PAYMENTS_URL: "https://pay.example.com" } }
  production: { variables: { PAYMENTS_URL: "https://pay.example.org" } }
expect: pass
```

```example
select: variables.*
params: { missingFrom: reference }
environments:
  staging: { variables: { PAYMENTS_URL: "https://pay.example.com" } }
  production: { variables: {} }
expect: fail
message: "`variables.PAYMENTS_URL` is missing in production: staging has it"
```

```example
select: variables.*
environments:
  staging: { coverage: { variables: partial }, variables: {} }
  production: { variables: { PAYMENTS_URL: "https://pay.example.com" } }
expect: unknown
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        if self.contract && self.missing_from != Side::Any {
            let message = "`missingFrom` makes no sense with `contract: true`: every environment is judged";
            return Err(vec![params.wrong("missingFrom", message).help("remove one of the two")]);
        }
        if self.only_unset && !self.contract {
            let message = "`onlyUnset` makes no sense without `contract: true`";
            return Err(vec![params.wrong("onlyUnset", message).help("remove it, or add `contract: true`")]);
        }
        Ok(Plan::Row(Box::new(self)))
    }
}

/// Whether something is there.
enum There {
    Yes,
    No,
    Unknown,
}

impl Present {
    fn there(&self, cell: &Cell<'_>) -> There {
        use paritygate_eval::State;
        match cell.state {
            State::NotCollected(_) => There::Unknown,
            State::Missing | State::Null => There::No,
            State::Empty if !self.allow_empty => There::No,
            _ => There::Yes,
        }
    }

    fn judge(&self, row: &Row<'_, '_>, lacking: usize, having: usize, out: &mut Outcome) {
        if !matches!(self.there(row.cell(having)), There::Yes) {
            return;
        }
        match self.there(row.cell(lacking)) {
            There::Yes => {}
            There::No if self.with_parent && row.cell(lacking).is_orphan() => {}
            There::No => out.fail(lacking, having),
            There::Unknown => {
                out.unknown(lacking, Some(having), row.cell(lacking).unknown().unwrap_or("it is not known"));
            }
        }
    }
}

impl RowCheck for Present {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        if self.contract {
            let Some(contract) = row.contract() else { return };
            // The contract's own value is an example: that the key is listed is enough.
            if row.cell(contract).is_absent() || row.cell(contract).unknown().is_some() && !row.cell(contract).is_set()
            {
                return;
            }
            if self.only_unset && row.members().any(|member| matches!(self.there(row.cell(member)), There::Yes)) {
                return;
            }
            for member in row.members() {
                match self.there(row.cell(member)) {
                    There::Yes => {}
                    There::No if self.with_parent && row.cell(member).is_orphan() => {}
                    There::No => out.fail(member, contract),
                    There::Unknown => {
                        out.unknown(member, None, row.cell(member).unknown().unwrap_or("it is not known"));
                    }
                }
            }
            return;
        }
        for (environment, reference) in row.pairs() {
            // Of two references each is the other's.
            let own = if row.references().contains(&environment) { Side::Reference } else { Side::Others };
            for (side, lacking, having) in [(own, environment, reference), (Side::Reference, reference, environment)] {
                if self.missing_from == Side::Any || self.missing_from == side {
                    self.judge(row, lacking, having, out);
                }
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let mut lacking: Vec<usize> = deviations.iter().map(|deviation| deviation.environment).collect();
        lacking.sort_unstable();
        lacking.dedup();
        let mut having: Vec<usize> = deviations.iter().filter_map(|deviation| deviation.against).collect();
        having.sort_unstable();
        having.dedup();
        let empty = lacking.iter().all(|&at| matches!(row.cell(at).state, paritygate_eval::State::Empty));
        let state = if empty { "is empty in" } else { "is missing in" };
        let path = row.path_text();
        let names = row.names(lacking.iter().copied());
        let message = if self.contract {
            format!("`{path}` {state} {names}: the contract asks for it")
        } else {
            let verb = if having.len() == 1 { "has" } else { "have" };
            ["`", &path, "` ", state, " ", &names, ": ", &row.names(having), " ", verb, " it"].concat()
        };
        let mut description = Description::new(message);
        description.help = Some(["add `", row.key(), "` to ", &names, ", or declare that it is absent there"].concat());
        if let [one] = lacking.as_slice() {
            let (environment, op) = (row.name(*one).into(), if empty { "replace" } else { "add" });
            description.fix = Some(Fix { environment, path: path.into_owned(), op, value: None, document: None });
        }
        description
    }

    fn compares(&self) -> Compares {
        if self.contract { Compares::WithContract } else { Compares::WithReference }
    }
}
