//! `paritygate check`: compares environments.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use paritygate::output::{self, Style};
use paritygate::{Diagnostic, Timestamp, diagnostic, plan};

use crate::exit::{self, Exit, FailOn};
use crate::progress::Progress;
use crate::subject::{self, Place, Subject};
use crate::terminal::{self, Error, Terminal, error};
use crate::{clock, input, key};

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
    /// A folder, a manifest, or the files to compare; this folder by default
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A policy to apply instead of those of the manifest: a pack by name, or a file
    #[arg(long = "policy", value_name = "NAME|FILE")]
    policies: Vec<String>,
    /// Run these rules only
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    only: Vec<String>,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats())]
    format: String,
    /// From where on the check fails; each level includes those before it
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// The instant of the check, such as 2026-03-01T09:00:00Z; else the clock's
    #[arg(long, value_name = "INSTANT", value_parser = clock::instant)]
    now: Option<Timestamp>,
    /// A file with the key for fingerprints of secrets; else `PARITYGATE_KEY`, else a key for this run
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Read files outside the project's folder too, where its files name them
    #[arg(long)]
    allow_outside: bool,
    /// Show in full what is usually only counted
    #[arg(long, short)]
    verbose: bool,
}

/// The output formats by name.
fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(output::for_reports().map(|format| PossibleValue::new(format.name).help(format.summary)))
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let now = args.now.map_or_else(clock::now, Ok)?;
    let key = key::find(args.key_file.as_deref())?.key;
    let format = output::find(&args.format)
        .ok_or_else(|| error("unknown-format", format!("there is no format `{}`", args.format)))?;
    let progress = Progress::start();
    progress.step("looking for environments");
    let place = Place { paths: &args.paths, allow_outside: args.allow_outside, verbose: args.verbose };
    let Subject { disk, mut plan, mut files, mut typed, discovered, skipped } = subject::find(&place)?;
    if discovered {
        subject::tell(&plan, &skipped, args.verbose);
    }
    if !args.policies.is_empty() {
        plan.policies = args.policies.iter().map(|policy| (policy.clone(), None)).collect();
        for policy in args.policies.iter().filter(|policy| plan::is_path(policy)) {
            files.insert(policy.clone(), disk.read_named(policy, Path::new(policy)));
            typed.push((policy.clone(), PathBuf::from(policy)));
        }
    }
    let mut diagnostics = std::mem::take(&mut plan.diagnostics);
    progress.step(format!("reading {}", count(plan.environments.len(), "environment")));
    let mut project = input::load(&plan, &disk, &mut files, &key);
    diagnostics.append(&mut project.diagnostics);
    let (engine, found) = project.compile(&plan, &files, &paritygate::zones::carried());
    diagnostics.extend(found);
    let compared = project.environments.iter().filter(|environment| !environment.contract).count();
    progress.step(format!("comparing {}", count(compared, "environment")));
    let (mut report, found) = project.check(&engine, &plan, now, &args.only);
    diagnostics.extend(found);
    drop(progress);
    if plan.environments.is_empty() && diagnostics.is_empty() {
        let help = "add environments below `environments:`";
        diagnostics.push(Diagnostic::nowhere("nothing-to-check", "the manifest names no environment").help(help));
    }
    report.verdict = report.verdict.with(&diagnostics);
    let paths = input::paths(&files, &disk, &typed);
    terminal.diagnostics(&diagnostics, &paths);
    let failed = diagnostic::has_errors(&diagnostics);
    // People read what is wrong with the texts above the report; machines find it in there, whatever else is.
    let is_text = format.name == "text";
    let is_worth_it = report.summary.rules > 0 && (compared > 1 || (compared == 1 && !failed));
    // The text says so itself.
    if !is_text && !failed && compared < 2 {
        terminal::note("fewer than two environments: nothing was compared");
    }
    if is_text && is_worth_it && !diagnostics.is_empty() {
        terminal::note("");
    }
    if !is_text || is_worth_it {
        let fails_by = exit::moved(&report, args.fail_on).filter(|_| !failed);
        let style =
            Style { verbose: args.verbose, paths: Some(&paths), fails_by: fails_by.as_deref(), ..*terminal.style() };
        let within: &[Diagnostic] = if is_text { &[] } else { &diagnostics };
        let render = format.report.ok_or_else(|| error("unknown-format", "this format can't write a report"))?;
        terminal::print(&render(&report, within, &style))?;
    }
    if failed {
        let what = if is_worth_it { "the check is not complete" } else { "nothing was compared" };
        terminal::note(&format!("{what}: see the errors above"));
        return Ok(Exit::CouldNotCheck);
    }
    Ok(exit::of(&report, args.fail_on))
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
