//! `paritygate change`: each environment against what it was.

use std::path::PathBuf;

use crate::checked::{Asked, Pairing};
use crate::exit::Exit;
use crate::telling::Telling;
use crate::terminal::{Error, Terminal};

/// What to compare, and how to tell it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each environment is compared with itself as it was, by the same rules. Only rules that compare
environments are asked. Secrets compare where both were read under one key.

Where no policy is named, the pack `unchanged` asks that everything is as it was.

Examples:
  paritygate change --before ../last-release                        this folder, and what it was
  paritygate change --before then.environment.yaml .env.staging     a document that `import` wrote

Exit codes:
  0  nothing failed
  1  a rule failed
  2  wrong use, policy or input
  3  something could not be judged")]
pub(crate) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// What it was: a folder, a manifest, or a file; can be given several times
    #[arg(long, value_name = "PATH", required = true)]
    before: Vec<PathBuf>,
    #[command(flatten)]
    telling: Telling,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    args.telling.run(&args.asked, Pairing::Change(&args.before), terminal)
}
