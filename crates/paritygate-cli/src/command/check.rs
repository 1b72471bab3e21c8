//! `paritygate check`: compares environments.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use paritygate::output::{self, Style};
use paritygate::{Diagnostic, diagnostic};

use crate::checked::{self, Asked, Checked};
use crate::exit::{self, Exit, FailOn};
use crate::terminal::{self, Error, Terminal, error};

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
    /// How to write the report
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats())]
    format: String,
    /// From where on the check fails; each level includes those before it
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// A file of accepted findings, written by `paritygate baseline`; else the one that the manifest names
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

/// The output formats by name.
fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(output::for_reports().map(|format| PossibleValue::new(format.name).help(format.summary)))
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let format = output::find(&args.format)
        .ok_or_else(|| error("unknown-format", format!("there is no format `{}`", args.format)))?;
    let baseline = args.baseline.as_deref().map_or(checked::Baseline::Manifest, checked::Baseline::File);
    let Checked { report, diagnostics, paths, compared, .. } = args.asked.check(baseline)?;
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
        let style = Style {
            verbose: args.asked.verbose,
            paths: Some(&paths),
            fails_by: fails_by.as_deref(),
            ..*terminal.style()
        };
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
