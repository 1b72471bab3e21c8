//! `paritygate schema`: the JSON schema of a file format.

use clap::builder::PossibleValue;
use clap::builder::PossibleValuesParser;
use paritygate::schemas;

use crate::exit::Exit;
use crate::terminal::{self, Error, error};

/// What to print.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  paritygate schema policy > policy.schema.json

  An editor completes and checks a policy that begins with
  # yaml-language-server: $schema=policy.schema.json")]
pub(crate) struct Args {
    /// What the schema describes
    #[arg(value_parser = PossibleValuesParser::new(schemas::ALL.iter().map(|schema| PossibleValue::new(schema.name).help(schema.summary))))]
    name: String,
}

pub(super) fn run(args: Args) -> Result<Exit, Error> {
    let schema = schemas::find(&args.name)
        .ok_or_else(|| error("unknown-schema", format!("there is no schema `{}`", args.name)))?;
    terminal::print(schema.text)?;
    Ok(Exit::Pass)
}
