//! How a check is told: its formats, and from where on it fails.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use paritygate::output::{self, Style};
use paritygate::{Diagnostic, diagnostic};

use crate::checked::{Asked, Baseline, Checked, Pairing};
use crate::exit::{self, Exit, FailOn};
use crate::terminal::{self, Error, Terminal, error};

/// How to tell it.
#[derive(Debug, clap::Args)]
pub(crate) struct Telling {
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

impl Telling {
    /// Checks, and tells what was found.
    ///
    /// # Errors
    ///
    /// If there is nothing to check.
    pub(crate) fn run(&self, asked: &Asked, pairing: Pairing<'_>, terminal: &Terminal) -> Result<Exit, Error> {
        let format = output::find(&self.format)
            .ok_or_else(|| error("unknown-format", format!("there is no format `{}`", self.format)))?;
        let baseline = self.baseline.as_deref().map_or(Baseline::Manifest, Baseline::File);
        let Checked { report, diagnostics, paths, compared, .. } = asked.check(baseline, pairing)?;
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
            let fails_by = exit::moved(&report, self.fail_on).filter(|_| !failed);
            let style = Style {
                verbose: asked.verbose,
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
        Ok(exit::of(&report, self.fail_on))
    }
}
