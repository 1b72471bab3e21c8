//! `paritygate explain`: the manual page of a rule or a kind of rule.

use paritygate::manual;

use crate::exit::Exit;
use crate::terminal::{self, Error, error};

/// What to explain.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  paritygate explain version-tolerance     what a kind compares, with its parameters and examples
  paritygate rules                         the names of all rules")]
pub(crate) struct Args {
    /// The rule or kind, as findings and `paritygate rules` name it
    #[arg(value_name = "RULE|KIND")]
    name: String,
}

pub(super) fn run(args: Args) -> Result<Exit, Error> {
    let name = args.name.trim();
    let page = manual::explain(name)
        .map_err(|help| error("unknown-rule", format!("there is no rule or kind `{name}`")).help(help))?;
    terminal::print(&page)?;
    Ok(Exit::Pass)
}
