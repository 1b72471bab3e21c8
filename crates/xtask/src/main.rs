//! Work on the workspace: `cargo xtask <task>`.
//!
//! `test` is the whole test run and the one command that CI calls. Everything else is a part of it, or makes files that
//! people would otherwise write by hand.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for developers: what it prints is its result")]

mod bench;
mod build;
mod codegen;
mod conformance;
mod examples;
mod hosts;
mod mutants;
mod new_kind;
mod setup;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Work on the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Checks what no compiler checks: the arrows between crates, the lists, the file headers.
    Tidy,
    /// Writes the generated files.
    Codegen {
        /// Writes nothing, and fails where a file is stale.
        #[arg(long)]
        check: bool,
    },
    /// Makes a rule kind: its file, and its two lines in the list.
    NewKind {
        /// The kind's name in policies, in kebab-case.
        #[arg(required_unless_present = "prove")]
        name: Option<String>,
        /// The family that it belongs to.
        #[arg(long, default_value = "parity")]
        family: String,
        /// Proves in a copy of the workspace that a new kind is one file and two lines.
        #[arg(long, conflicts_with = "name")]
        prove: bool,
    },
    /// Runs the benchmarks.
    Bench {
        /// Measures the hosts beside their languages' own parsers, instead of the engine.
        #[arg(long)]
        hosts: bool,
        /// What to measure: `w1`, `grid`; nothing is everything.
        names: Vec<String>,
        /// Runs only what has this in its name, for a profiler.
        #[arg(long)]
        only: Option<String>,
        /// How often each runs.
        #[arg(long)]
        rounds: Option<usize>,
    },
    /// Builds the packages for all hosts into `target/dist/`, and prints their sizes.
    Build,
    /// Compares what every runtime answers to the conformance cases, byte for byte.
    Conformance {
        /// The host, or `all`.
        #[arg(long, default_value = "all")]
        host: String,
    },
    /// Checks each project in `examples/` and compares with the report beside it.
    Examples {
        /// Writes the reports instead of comparing with them.
        #[arg(long)]
        bless: bool,
    },
    /// Runs all tests.
    Test {
        /// Adds the long runs.
        #[arg(long)]
        all: bool,
        /// Builds and tests one host only.
        #[arg(long, value_name = "NAME")]
        host: Option<String>,
    },
    /// Runs all tests, and fails if they leave the working tree changed.
    Ci,
    /// Installs what the other tasks need.
    Setup,
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), String> {
    let workspace = Workspace::find()?;
    match task {
        Task::Tidy => tidy::run(&workspace),
        Task::Codegen { check: true } => codegen::check(&workspace),
        Task::Codegen { check: false } => codegen::write(&workspace),
        Task::NewKind { name: Some(name), family, .. } => new_kind::run(&workspace, &family, &name),
        Task::NewKind { name: None, .. } => new_kind::prove::run(&workspace),
        Task::Bench { hosts: true, .. } => bench::hosts(&workspace),
        // Figures are those of the release profile, which the other tasks need not wait for.
        Task::Bench { .. } if cfg!(debug_assertions) => bench::in_release(&workspace),
        Task::Bench { names, only, rounds, .. } => bench::run(&names, &bench::Options { only, rounds }),
        Task::Build => build::run(&workspace),
        Task::Conformance { host } => conformance::run(&workspace, &host),
        Task::Examples { bless } => examples::run(&workspace, bless),
        Task::Test { all, host: Some(name) } => test::host(&workspace, &name, all),
        Task::Test { all, host: None } => test::run(&workspace, all),
        Task::Ci => test::ci(&workspace),
        Task::Setup => setup::run(&workspace),
    }
}
