//! The published schemas, as texts.

/// A schema by name.
#[derive(Debug)]
pub struct Schema {
    /// Its name: `policy`.
    pub name: &'static str,
    /// What it describes.
    pub summary: &'static str,
    /// The schema itself, in JSON; empty in a build without the feature `manual`.
    pub text: &'static str,
}

const fn text(schema: &'static str) -> &'static str {
    if cfg!(feature = "manual") { schema } else { "" }
}

/// All published schemas, sorted by name.
pub static ALL: &[Schema] = &[
    Schema {
        name: "decision",
        summary: "the answer of `gate --format json`",
        text: text(include_str!("../../../schemas/decision.schema.json")),
    },
    Schema {
        name: "differences",
        summary: "the answer of `diff --format json`",
        text: text(include_str!("../../../schemas/differences.schema.json")),
    },
    Schema {
        name: "environment",
        summary: "an environment document, as `import` prints it",
        text: text(include_str!("../../../schemas/environment.schema.json")),
    },
    Schema { name: "policy", summary: "a policy", text: text(include_str!("../../../schemas/policy.schema.json")) },
    Schema {
        name: "project",
        summary: "a project manifest, `paritygate.yaml`",
        text: text(include_str!("../../../schemas/project.schema.json")),
    },
    Schema {
        name: "report",
        summary: "the answer of `check --format json`",
        text: text(include_str!("../../../schemas/report.schema.json")),
    },
    Schema {
        name: "request",
        summary: "a promotion request, and facts beside it",
        text: text(include_str!("../../../schemas/request.schema.json")),
    },
];

/// The schema of that name.
pub fn find(name: &str) -> Option<&'static Schema> {
    ALL.iter().find(|schema| schema.name == name)
}
