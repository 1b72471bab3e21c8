//! `paritygate completions`: a script that completes commands in a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::exit::Exit;
use crate::terminal::{self, Error};

/// What to print.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  paritygate completions bash > ~/.local/share/bash-completion/completions/paritygate
  paritygate completions zsh > \"${fpath[1]}/_paritygate\"")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: Args) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::Cli::command(), "paritygate", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Pass)
}
