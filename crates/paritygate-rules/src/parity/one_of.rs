//! `one-of`: a value is one of some, or none of others.

use std::borrow::Cow;

use paritygate_eval::kind::Params;
use paritygate_eval::{Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, suggest};

/// The parameters of `one-of`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneOf {
    /// The values that are allowed.
    #[serde(default)]
    pub values: Option<Vec<String>>,
    /// The values that are not allowed.
    #[serde(default)]
    pub none: Option<Vec<String>>,
}

impl Kind for OneOf {
    const NAME: &'static str = "one-of";
    const SUMMARY: &'static str = "a value is one of some, or none of others";
    const MANUAL: &'static str = r#"
Judges each environment by itself: its value must be among `values`, and must not be among `none`. Missing and empty
values are passed over.

```example
select: variables.*.valueClass
params: { none: [placeholder] }
environments:
  production: { variables: { GREETING: hello } }
expect: pass
```

```example
select: featureFlags.*.enabled
params: { values: ["true"] }
environments:
  production: { featureFlags: { new-checkout: { enabled: false } } }
expect: fail
message: "`featureFlags.new-checkout.enabled` in production is `false`, not `true`"
```

```example
select: backingServices.*.tls
params: { none: ["off"] }
environments:
  production: { backingServices: { primary-db: { tls: "off" } } }
expect: fail
message: "`backingServices.primary-db.tls` in production is `off`, which is not allowed"
```
"#;

    fn compile(mut self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let empty = |list: &Option<Vec<String>>| list.as_ref().is_some_and(Vec::is_empty);
        if self.values.is_none() && self.none.is_none() {
            return Err(vec![
                params
                    .wrong("values", "`one-of` needs `values` or `none`")
                    .help("list what is allowed, or what is not"),
            ]);
        }
        if empty(&self.values) || empty(&self.none) {
            let name = if empty(&self.values) { "values" } else { "none" };
            return Err(vec![
                params
                    .wrong(name, format!("`{name}` is empty, so the rule would say nothing"))
                    .help("list at least one value"),
            ]);
        }
        for list in [&mut self.values, &mut self.none].into_iter().flatten() {
            list.sort_unstable();
        }
        Ok(Plan::Row(Box::new(self)))
    }
}

impl OneOf {
    fn allows(&self, text: &str) -> bool {
        let has = |list: &Option<Vec<String>>| {
            list.as_ref().map(|list| list.binary_search_by(|value| (**value).cmp(text)).is_ok())
        };
        has(&self.values).unwrap_or(true) && !has(&self.none).unwrap_or(false)
    }
}

impl RowCheck for OneOf {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        super::judge_texts(row, out, |text| self.allows(text));
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let failing = deviations.iter().map(|deviation| deviation.environment);
        let values = row.marked(failing.clone());
        let wanted = match &self.values {
            Some(values) if values.len() == 1 => Cow::Owned(format!("not {}", suggest::quoted(values))),
            Some(values) => Cow::Owned(format!("not one of {}", suggest::quoted(values))),
            None => Cow::Borrowed("which is not allowed"),
        };
        let (path, names) = (row.path_text(), row.names(failing));
        Description::new(["`", &path, "` in ", &names, " is ", &values, ", ", &wanted].concat())
    }
}
