//! `schema`: a file or a section is valid by a JSON Schema.

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Kind, Plan};
use paritygate_model::Diagnostic;
use paritygate_model::read::{Anything, Read};

/// The parameters of `schema`.
#[derive(Debug, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// The JSON Schema itself. Its `$schema` names the draft; 2020-12 by default.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(schema_with = "inline"))]
    pub schema: Option<Anything>,
    /// The path of a file of the project that holds the JSON Schema, in JSON or YAML. It counts from the policy's folder.
    #[serde(default)]
    pub schema_file: Option<String>,
}

/// A JSON Schema is a map, or says yes or no to everything.
#[cfg(feature = "schema")]
fn inline(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["object", "boolean"] })
}

/// The parameter that names a file.
const FILE: &str = "schemaFile";

impl Kind for Schema {
    const NAME: &'static str = "schema";
    const SUMMARY: &'static str = "a file or a section is valid by a JSON Schema";
    const ACCEPTS: Accepts = Accepts::Any;
    const FILE: Option<&'static str> = Some(FILE);
    const MANUAL: &'static str = r##"
Judges each environment by itself: what is selected (a configuration file, a whole section, one value) is validated
against the JSON Schema in `schema`, or in the file that `schemaFile` names. Each mistake is a finding of its own, at its
line in the file that it is in: a key that is missing at the map that lacks it, a key too many at the key.

All drafts from 4 to 2020-12 are known; `$schema` says which one is meant. `format` is checked too. A `$ref` leads to a
place in the same schema: nothing is fetched, from no network and no disk. Patterns take linear time, so that they have no
look-around and no back-references.

Secrets and values that are not resolved can't be read: where the schema asks something of one, the answer is unknown. Of a
secret it is known whether it is a text, and that it is not empty. What an environment does not have is passed over;
`present` asks for it.

```example
select: config.*
params:
  schema:
    type: object
    required: [port]
    properties: { port: { type: integer, maximum: 65535 } }
environments:
  staging: { config: { app.yml: { port: 8080 } } }
  production: { config: { app.yml: { port: 80, debug: false } } }
expect: pass
```

```example
select: config.*
params:
  schema: { properties: { server: { properties: { port: { type: integer } } } } }
environments:
  production: { config: { app.yml: { server: { port: eighty } } } }
expect: fail
message: '`config."app.yml".server.port` in production must be a whole number, and is a text'
```

```example
select: config.*
params:
  schema: { required: [host, port], properties: { host: true, port: true }, additionalProperties: false }
environments:
  staging: { config: { app.yml: { host: localhost } } }
  production: { config: { app.yml: { host: example.org, port: 80, prot: 81 } } }
expect: fail
message: '`config."app.yml"` in staging lacks `port`'
```

```example
select: config.*
params:
  schema: { properties: { password: { type: string, minLength: 12 } } }
environments:
  production: { config: { app.yml: { password: hunter2hunter2 } } }
expect: unknown
message: '`config."app.yml".password` can''t be judged in production: a secret can''t be read'
```
"##;

    fn compile(self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        match (&self.schema, &self.schema_file) {
            (None, Some(file)) if file.trim().is_empty() => {
                Err(vec![params.wrong(FILE, "`schemaFile` names no file").help("name it from the policy's folder on")])
            }
            (None, Some(file)) if file.contains("://") => {
                let wrong = params.wrong(FILE, "`schemaFile` is a URL, and nothing is fetched");
                Err(vec![wrong.help("keep the schema in the project, and name its file from the policy's folder on")])
            }
            (Some(_), None) | (None, Some(_)) => plan(params),
            (None, None) => {
                let wrong = params.wrong("schema", "`schema` needs `schema` or `schemaFile`");
                Err(vec![wrong.help("write the JSON Schema below `schema`, or name its file")])
            }
            (Some(_), Some(_)) => {
                let wrong = params.wrong(FILE, "`schema` takes one of `schema` and `schemaFile`");
                Err(vec![wrong.help("remove one of them")])
            }
        }
    }
}

#[cfg(not(feature = "formats"))]
fn plan(params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
    let message = "`schema` is judged by the module `formats`, which is not loaded";
    let wrong = Diagnostic::error("other-module", params.rule.clone(), message);
    Err(vec![wrong.help("load it, and compile the policy again")])
}

#[cfg(feature = "formats")]
fn plan(params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
    use crate::json_schema::JsonSchema;
    let schema = match params.node.and_then(|node| node.get("schema")) {
        Some(inline) => JsonSchema::compile(inline),
        None => match params.document(FILE)?.root() {
            Some(root) => JsonSchema::compile(root),
            None => Err(vec![params.wrong(FILE, "the file is empty")]),
        },
    };
    Ok(Plan::Row(Box::new(check::Check { schema: schema? })))
}

#[cfg(feature = "formats")]
mod check {
    use paritygate_model::SortedSet;

    use paritygate_eval::{Compares, Description, Deviation, Inside, Outcome, Row, RowCheck, State, Step};

    use paritygate_model::Node;

    use crate::json_schema::{JsonSchema, Place, secrets};

    pub(super) struct Check {
        pub(super) schema: JsonSchema,
    }

    impl Check {
        fn judge(
            &self,
            row: &Row<'_, '_>,
            environment: usize,
            node: Node<'_>,
            sealed: &SortedSet<Vec<Step>>,
            out: &mut Outcome,
        ) {
            for Place { steps, at_key, unknown, words } in self.schema.judge(node, sealed) {
                let subject = format!("`{}` in {}", row.path_inside(&steps), row.name(environment));
                out.inside(Inside { environment, steps, at_key, unknown, description: words.described(&subject) });
            }
        }
    }

    impl RowCheck for Check {
        fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
            // What is secret in one environment is secret in all.
            let mut sealed: SortedSet<Vec<Step>> = SortedSet::new();
            for cell in row.members().map(|member| row.cell(member)) {
                sealed.extend(matches!(cell.state, State::Secret(_)).then(Vec::new));
                sealed.extend(cell.node.map(secrets).into_iter().flatten());
            }
            for member in row.members() {
                let cell = row.cell(member);
                match (&cell.state, cell.node) {
                    (State::NotCollected(reason), _) => out.unknown(member, None, reason),
                    (State::Word(_), _) => {
                        out.unknown(member, None, "a schema is about values, not about their facets");
                    }
                    (_, Some(node)) => self.judge(row, member, node, &sealed, out),
                    (_, None) => {}
                }
            }
        }

        fn compares(&self) -> Compares {
            Compares::Nothing
        }

        fn describe(&self, _: &Row<'_, '_>, _: &[Deviation]) -> Description {
            // Everything that it finds is below the row, and described when it is found.
            Description::default()
        }
    }
}
