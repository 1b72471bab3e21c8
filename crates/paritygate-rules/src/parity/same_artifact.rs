//! `same-artifact`: one tag means one artifact.

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Cell, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Node};

use crate::artifact::{artifact, field, same_digest};

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
digests must be equal whatever the tags say. Where a side has no digest, nothing is compared. A digest that is unresolved,
cut short or of another algorithm is unknown.

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

/// A field of what a cell has, where it is said.
fn said<'t>(cell: &Cell<'t>, name: &str) -> Option<&'t str> {
    artifact(cell).and_then(|artifact| field(artifact, name).ok().flatten())
}

impl SameArtifact {
    /// Whether two artifacts that should be one are not.
    fn differs<'t>(&self, a: Node<'t>, b: Node<'t>) -> Result<bool, &'t str> {
        match (same_digest(a, b, self.compared()), self.should_be_one(a, b)) {
            (Ok(None | Some(true)), _) | (_, Ok(false)) => Ok(false),
            (Ok(Some(false)), should_be_one) => should_be_one,
            (Err(reason), _) => Err(reason),
        }
    }

    fn should_be_one<'t>(&self, a: Node<'t>, b: Node<'t>) -> Result<bool, &'t str> {
        if self.when == When::Always {
            return Ok(true);
        }
        let same_tag = matches!((field(a, "tag")?, field(b, "tag")?), (Some(a), Some(b)) if a == b);
        Ok(same_tag && field(a, "name")? == field(b, "name")?)
    }

    /// The field that is compared.
    fn compared(&self) -> &'static str {
        if self.level == Level::Index { "indexDigest" } else { "digest" }
    }
}

impl RowCheck for SameArtifact {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, against) in row.pairs() {
            let (Some(a), Some(b)) = (artifact(row.cell(environment)), artifact(row.cell(against))) else { continue };
            match self.differs(a, b) {
                Ok(false) => {}
                Ok(true) => out.fail(environment, against),
                Err(reason) => out.unknown(environment, Some(against), reason),
            }
        }
    }

    fn focus(&self) -> Option<&'static str> {
        Some(self.compared())
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let involved = super::involved(row, deviations);
        let shown = |at: &usize| {
            let digest = said(row.cell(*at), self.compared()).unwrap_or("no digest");
            let short = digest.char_indices().nth(19).map_or(digest, |(end, _)| digest.get(..end).unwrap_or(digest));
            format!("{} `{short}`", row.name(*at))
        };
        let digests: Vec<String> = involved.iter().map(shown).collect();
        let tag = involved.first().and_then(|&at| said(row.cell(at), "tag"));
        let what = match (self.when, tag) {
            (When::SameTag, Some(tag)) => format!("has the same tag `{tag}` and different digests"),
            _ => "has different digests".to_owned(),
        };
        Description::new(format!("`{}` {what}: {}", row.path_text(), digests.join(", ")))
            .help("promote the tested artifact by its digest instead of building again")
    }
}
