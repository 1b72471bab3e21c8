//! `matches`: a value has a form.

use paritygate_eval::kind::Params;
use paritygate_eval::{Compares, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::Diagnostic;
use paritygate_model::read::Read;
use regex_lite::Regex;

/// The parameters of `matches`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Matches {
    /// The regular expression that the whole value must match.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The regular expression that no part of the value may match.
    #[serde(default)]
    pub not: Option<String>,
}

impl Kind for Matches {
    const NAME: &'static str = "matches";
    const SUMMARY: &'static str = "a value has a form";
    const MANUAL: &'static str = r#"
Judges each environment by itself. `pattern` must match the whole value, `not` must match no part of it. The dialect is
that of the `regex` family: linear time, no look-around, no back-references, and `\d` and `\w` mean ASCII.

Secrets can't be read, so they are unknown; select a facet (`variables.*.valueClass`) instead. Missing and empty values
are passed over.

```example
select: variables.LOG_LEVEL
params: { pattern: "(debug|info|warn|error)" }
environments:
  production: { variables: { LOG_LEVEL: info } }
expect: pass
```

```example
select: variables.API_URL
params: { pattern: "https://.*" }
environments:
  production: { variables: { API_URL: "http://api.example.org" } }
expect: fail
message: "`variables.API_URL` in production does not match `https://.*`: `http://api.example.org`"
```

```example
select: variables.API_URL
params: { not: "localhost" }
environments:
  production: { variables: { API_URL: "http://localhost:8080" } }
expect: fail
message: "`variables.API_URL` in production matches `localhost`: `http://localhost:8080`"
```
"#;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        if self.pattern.is_none() && self.not.is_none() {
            return Err(vec![
                params
                    .wrong("pattern", "`matches` needs `pattern` or `not`")
                    .help("give the form that values must have"),
            ]);
        }
        let mut wrong = Vec::new();
        let whole = super::regex(params, "pattern", self.pattern.as_deref(), true, &mut wrong);
        let part = super::regex(params, "not", self.not.as_deref(), false, &mut wrong);
        if wrong.is_empty() { Ok(Plan::Row(Box::new(Check { params: self, whole, part }))) } else { Err(wrong) }
    }
}

struct Check {
    params: Matches,
    whole: Option<Regex>,
    part: Option<Regex>,
}

impl Check {
    fn fits(&self, text: &str) -> bool {
        self.whole.as_ref().is_none_or(|regex| regex.is_match(text))
            && !self.part.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

impl RowCheck for Check {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        super::judge_texts(row, out, |text| self.fits(text));
    }

    fn compares(&self) -> Compares {
        Compares::Nothing
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let failing: Vec<usize> = deviations.iter().map(|deviation| deviation.environment).collect();
        let breaks = |text: &str| self.part.as_ref().is_some_and(|regex| regex.is_match(text));
        let first = failing.first().copied().unwrap_or_default();
        let broken = row.cell(first).text().is_some_and(breaks);
        let pattern = if broken { &self.params.not } else { &self.params.pattern };
        let pattern = pattern.as_deref().unwrap_or_default();
        let values = row.marked(failing.iter().copied());
        let verb = match (broken, failing.len() > 1) {
            (true, false) => "matches",
            (true, true) => "match",
            (false, false) => "does not match",
            (false, true) => "do not match",
        };
        let message = format!("`{}` in {} {verb} `{pattern}`: {}", row.path_text(), row.names(failing), values);
        Description::new(message)
    }
}
