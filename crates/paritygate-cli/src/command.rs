//! The commands, one file each.

mod baseline;
mod change;
mod check;
mod completions;
mod diagram;
mod diff;
mod drift;
mod explain;
mod gate;
mod import;
mod replay;
mod rules;
mod schema;
mod simulate;
mod validate;
mod when;

use clap::{Subcommand, ValueEnum};

use crate::exit::Exit;
use crate::terminal::{Error, Terminal};

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare environments and say what drifted, where, and what to do
    Check(check::Args),
    /// Compare what was observed of each environment with what it is declared to be
    Drift(drift::Args),
    /// Compare each environment with what it was
    Change(change::Args),
    /// Show environments side by side, without any rule
    Diff(diff::Args),
    /// Accept what is found today in a file, so that only new findings count
    Baseline(baseline::Args),
    /// Decide whether a promotion may go, and say why, who can unblock it, and when at the earliest
    Gate(gate::Args),
    /// List the next times at which promotions may go
    When(when::Args),
    /// List when each gate opens and shuts
    Simulate(simulate::Args),
    /// Draw the promotion pipeline as a Mermaid flowchart
    Diagram(diagram::Args),
    /// Make a recorded decision again, and say what is another
    Replay(replay::Args),
    /// Print what files say about an environment, as an environment document without secrets
    Import(import::Args),
    /// List the rules of the built-in packs, or the kinds of rules
    Rules(rules::Args),
    /// Explain a rule or a kind of rule
    Explain(explain::Args),
    /// Say what is wrong with policies, manifests and inputs, without comparing anything
    Validate(validate::Args),
    /// Print the JSON schema of a file format
    Schema(schema::Args),
    /// Print a script that completes commands in a shell
    Completions(completions::Args),
}

/// How lists are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table
    Text,
    /// A list for machines
    Json,
}

/// Runs a command.
///
/// # Errors
///
/// If the job could not be done.
pub(crate) fn run(command: Command, terminal: &Terminal) -> Result<Exit, Error> {
    match command {
        Command::Check(args) => check::run(args, terminal),
        Command::Baseline(args) => baseline::run(args, terminal),
        Command::Drift(args) => drift::run(args, terminal),
        Command::Change(args) => change::run(args, terminal),
        Command::Diff(args) => diff::run(args, terminal),
        Command::Gate(args) => gate::run(args, terminal),
        Command::When(args) => when::run(args, terminal),
        Command::Simulate(args) => simulate::run(args, terminal),
        Command::Diagram(args) => diagram::run(args, terminal),
        Command::Replay(args) => replay::run(args, terminal),
        Command::Import(args) => import::run(args, terminal),
        Command::Rules(args) => rules::run(args, terminal),
        Command::Explain(args) => explain::run(args),
        Command::Validate(args) => validate::run(args, terminal),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
    }
}

/// JSON as it is printed.
fn json(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
