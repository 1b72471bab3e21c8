//! `paritygate diff`: all environments side by side, without any rule.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use paritygate::diff::{self, DiffRequest};
use paritygate::lang::Selector;
use paritygate::output::{self, Style};
use paritygate::{Diagnostic, diagnostic};

use crate::exit::Exit;
use crate::subject::{self, Place, Subject};
use crate::terminal::{self, Error, Terminal, error};
use crate::{input, key};

/// What to compare, and what to list.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Compares without any rule: what is alike is only counted. Names of environments inside
values don't count, and secrets are shown as classes: equal ones are `secret A` twice.

Examples:
  paritygate diff                                    this folder
  paritygate diff --path 'variables.*' --missing     keys that only some have
  paritygate diff --exclude packages --format markdown

Exit codes:
  0  all alike
  1  something differs, or is not known
  2  wrong use or input")]
pub(crate) struct Args {
    /// A folder, a manifest, or the files to compare; this folder by default
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Compare only what this selector meets, such as `workloads.*.image.tag`
    #[arg(long = "path", value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Leave out what this selector meets, and all below it
    #[arg(long, value_name = "SELECTOR")]
    exclude: Vec<String>,
    /// List only what some environments have and others don't
    #[arg(long)]
    missing: bool,
    /// List what is alike as well
    #[arg(long, conflicts_with = "missing")]
    all: bool,
    /// Let an environment's own name inside a value count
    #[arg(long)]
    exact: bool,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats())]
    format: String,
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
    let value = |format: &output::Format| PossibleValue::new(format.name).help(format.summary);
    PossibleValuesParser::new(output::for_differences().map(value))
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let key = key::find(args.key_file.as_deref())?.key;
    let render = output::find(&args.format)
        .and_then(|format| format.differences)
        .ok_or_else(|| error("unknown-format", format!("`{}` can't write differences", args.format)))?;
    let (selectors, exclude) = (parse(&args.selectors)?, parse(&args.exclude)?);
    let place = Place { paths: &args.paths, allow_outside: args.allow_outside, verbose: args.verbose, by_path: false };
    let Subject { disk, mut plan, mut files, typed, discovered, skipped } = subject::find(&place)?;
    if discovered {
        subject::tell(&plan, &skipped, args.verbose);
    }
    plan.without_rules();
    let mut diagnostics = std::mem::take(&mut plan.diagnostics);
    let mut project = input::load(&plan, &disk, &mut files, &key);
    diagnostics.append(&mut project.diagnostics);
    let (differences, found) = diff::diff(&DiffRequest {
        environments: &project.environments,
        paths: &selectors,
        exclude: &exclude,
        only_missing: args.missing,
        all: args.all,
        exact: args.exact,
    });
    diagnostics.extend(found);
    let paths = input::paths(&files, &disk, &typed);
    terminal.diagnostics(&diagnostics, &paths);
    let style = Style { verbose: args.verbose, paths: Some(&paths), ..*terminal.style() };
    let is_text = args.format == "text";
    if is_text && !diagnostics.is_empty() {
        terminal::note("");
    }
    let within: &[Diagnostic] = if is_text { &[] } else { &diagnostics };
    terminal::print(&render(&differences, within, &style))?;
    if diagnostic::has_errors(&diagnostics) {
        terminal::note("the comparison is not complete: see the errors above");
        return Ok(Exit::CouldNotCheck);
    }
    let summary = &differences.summary;
    Ok(if summary.rows == summary.equal { Exit::Pass } else { Exit::Fail })
}

fn parse(texts: &[String]) -> Result<Vec<Selector>, Error> {
    let read = |text: &String| {
        Selector::parse(text).map_err(|wrong| {
            let message = format!("the selector `{text}` can't be read: {}", wrong.message);
            let help = wrong.help.unwrap_or_else(|| "write keys joined by dots, such as `variables.*`".to_owned());
            error("bad-selector", message).help(help)
        })
    };
    texts.iter().map(read).collect()
}
