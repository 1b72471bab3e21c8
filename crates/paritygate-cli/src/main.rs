//! The command line of paritygate: the one crate that touches disk, environment, clock and terminal.
//!
//! It reads files and renders answers; what they mean is judged by the façade alone.

mod checked;
mod clock;
mod command;
mod disk;
mod exit;
mod input;
mod key;
mod limits;
mod progress;
mod promotion;
mod subject;
mod table;
mod telling;
mod terminal;
mod walk;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Compares a team's environments from the files that it already has, and decides promotions between them.
///
/// Says what drifted between development, staging and production, where it is written, and what to do about it; and
/// whether an artifact may go from one to the next now: if not, why, who can unblock it, and when at the earliest.
#[derive(Debug, Parser)]
#[command(name = "paritygate", bin_name = "paritygate", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Never colour the output; `NO_COLOR` does the same
    #[arg(long, global = true)]
    no_color: bool,
    /// How many columns a line may have
    #[arg(long, global = true, hide = true, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..=1000))]
    width: Option<u16>,
}

const EXAMPLES: &str = "\
Examples:
  paritygate check                          compare the environments found in this folder
  paritygate check deploy/                  … in that folder
  paritygate check .env.staging .env.production
  paritygate gate --request release.yaml    may this release go, now?
  paritygate when --environment production  when may releases go?
  paritygate explain same                   what a rule, a gate or a kind of either means

Exit codes:
  0  nothing failed; a promotion is allowed
  1  a rule failed; a promotion is denied
  2  wrong use, policy or input
  3  something could not be judged";

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no reason to say more.
            let _closed = error.print();
            return if error.use_stderr() { Exit::CouldNotCheck } else { Exit::Pass }.into();
        }
    };
    let terminal = Terminal::new(cli.no_color, cli.width.map(usize::from));
    match command::run(cli.command, &terminal) {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal.error(&error);
            Exit::CouldNotCheck.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
