//! `paritygate drift`: what was observed of each environment, against what it is declared to be.

use crate::checked::{Asked, Pairing};
use crate::exit::Exit;
use crate::telling::Telling;
use crate::terminal::{Error, Terminal};

/// What to compare, and how to tell it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
An environment has two planes where some of its sources in the manifest say `plane: observed`,
or where two documents of the same name say `plane: declared` and `plane: observed`. Only rules
that compare environments are asked: what must differ between environments is alike here.

Where no policy is named, the pack `unchanged` asks that everything is as it was.

Examples:
  paritygate drift                                      this folder
  paritygate drift declared.environment.yaml observed.environment.yaml
  paritygate drift --policy infrastructure --format sarif

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
    args.telling.run(&args.asked, Pairing::Drift, terminal)
}
