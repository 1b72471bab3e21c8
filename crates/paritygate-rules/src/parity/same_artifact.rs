//! `same-artifact`: one tag means one artifact.

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Cell, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck, State};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Node};

/// The parameters of `same-artifact`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SameArtifact {
    /// When digests must be equal.
    pub when: When,
    /// Which digest is compared.
    pub level: Level,
}

/// When digests must be equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Where both sides use the same tag. The default.
    #[default]
    SameTag,
    /// Always: the very same bytes everywhere.
    Always,
}

/// Which digest is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// The digest of the platform's manifest. The default.
    #[default]
    Manifest,
    /// The digest of the multi-platform index.
    Index,
}

impl Kind for SameArtifact {
    const NAME: &'static str = "same-artifact";
    const SUMMARY: &'static str = "one tag means one artifact";
    const ACCEPTS: Accepts = Accepts::Collection;
    const MANUAL: &'static str = r#"
Select artifacts or images (`artifacts.*`, `workloads.*.image`). Where two environments refer to the same name and tag,
their digests must be equal: else the tag was moved, and what was tested is not what runs. With `when: always` the
digests must be equal whatever the tags say. Where a side has no digest, nothing is compared.

```example
select: artifacts.*
environments:
  staging: { artifacts: { api: { tag: v1, digest: "sha256:aaa" } } }
  production: { artifacts: { api: { tag: v1, digest: "sha256:aaa" } } }
expect: pass
```

```example
select: artifacts.*
environments:
  staging: { artifacts: { api: { tag: v1, digest: "sha256:aaa" } } }
  production: { artifacts: { api: { tag: v1, digest: "sha256:bbb" } } }
expect: fail
message: "`artifacts.api` has the same tag `v1` and different digests: staging `sha256:aaa`, production `sha256:bbb`"
```
"#;

    fn compile(self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        Ok(Plan::Row(Box::new(self)))
    }
}

fn field<'t>(cell: &Cell<'t>, name: &str) -> Option<&'t str> {
    match cell.state {
        State::Value(node) => node.get(name).and_then(Node::scalar_text).filter(|text| !text.is_empty()),
        _ => None,
    }
}

impl SameArtifact {
    fn digest<'t>(&self, cell: &Cell<'t>) -> Option<&'t str> {
        field(cell, self.compared())
    }

    /// The field that is compared.
    fn compared(&self) -> &'static str {
        if self.level == Level::Index { "indexDigest" } else { "digest" }
    }
}

impl RowCheck for SameArtifact {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, against) in row.pairs() {
            let (a, b) = (row.cell(environment), row.cell(against));
            let same = |name: &str| matches!((field(a, name), field(b, name)), (Some(a), Some(b)) if a == b);
            let comparable = self.when == When::Always || same("tag") && (field(a, "name") == field(b, "name"));
            if let (true, Some(own), Some(other)) = (comparable, self.digest(a), self.digest(b))
                && own != other
            {
                out.fail(environment, against);
            }
        }
    }

    fn focus(&self) -> Option<&'static str> {
        Some(self.compared())
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let involved = super::involved(row, deviations);
        let shown = |at: &usize| {
            let digest = self.digest(row.cell(*at)).unwrap_or("no digest");
            let short = digest.char_indices().nth(19).map_or(digest, |(end, _)| digest.get(..end).unwrap_or(digest));
            format!("{} `{short}`", row.name(*at))
        };
        let digests: Vec<String> = involved.iter().map(shown).collect();
        let tag = involved.first().and_then(|&at| field(row.cell(at), "tag"));
        let what = match (self.when, tag) {
            (When::SameTag, Some(tag)) => format!("has the same tag `{tag}` and different digests"),
            _ => "has different digests".to_owned(),
        };
        Description::new(format!("`{}` {what}: {}", row.path_text(), digests.join(", ")))
            .help("promote the tested artifact by its digest instead of building again")
    }
}
