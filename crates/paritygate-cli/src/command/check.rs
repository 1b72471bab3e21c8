//! `paritygate check`: compares environments.

use crate::checked::{Asked, Pairing};
use crate::exit::Exit;
use crate::telling::Telling;
use crate::terminal::{Error, Terminal};

/// What to check, and how to tell it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a `paritygate.yaml`, environments are found by the names of files, such as
`.env.staging`, `production.env` or `compose.yml` with `compose.prod.yml`.
What was found and what was passed over is said on standard error.

Examples:
  paritygate check                               this folder
  paritygate check .env.staging .env.production  these files
  paritygate check deploy/paritygate.yaml        what a manifest names
  paritygate check --only key-present            one rule
  paritygate check --policy recommended --policy acme.yaml
  paritygate check --fail-on warning --format json > report.json

Exit codes:
  0  nothing failed
  1  a rule failed
  2  wrong use, policy or input
  3  something could not be judged")]
pub(crate) struct Args {
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    telling: Telling,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    args.telling.run(&args.asked, Pairing::Parity, terminal)
}
