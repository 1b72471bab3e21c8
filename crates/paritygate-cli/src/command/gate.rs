//! `paritygate gate`: decides a promotion.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use paritygate::output::{self, Style};
use paritygate::{Diagnostic, diagnostic};

use crate::exit::Exit;
use crate::promotion;
use crate::terminal::{self, Error, Terminal, error};

/// What to decide, and how to tell it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  paritygate gate --request release.yaml
  paritygate gate --request release.yaml --facts deployments.json approvals.json
  gh api repos/acme/shop/deployments | paritygate gate --request release.yaml --facts -
  paritygate gate deploy/ --request release.yaml --now 2026-08-24T08:00:00Z
  paritygate gate --request release.yaml --format markdown >> \"$GITHUB_STEP_SUMMARY\"

Exit codes:
  0  allowed
  1  denied, for whatever reason
  2  wrong use, policy or request")]
pub(crate) struct Args {
    /// The promotion request; `-` is standard input
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    #[command(flatten)]
    promotion: promotion::Args,
    /// How to write the decision
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats())]
    format: String,
    /// Show in full what is usually only counted
    #[arg(long, short)]
    verbose: bool,
}

/// The output formats by name.
fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(
        output::for_decisions().map(|format| PossibleValue::new(format.name).help(format.summary)),
    )
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let render = output::find(&args.format).and_then(|format| format.decision);
    let render = render.ok_or_else(|| error("unknown-format", "this format can't write a decision"))?;
    let loaded = promotion::load(&args.promotion, Some(&args.request))?;
    let mut diagnostics = loaded.diagnostics.clone();
    let decision = if loaded.is_sound() {
        let (decision, found) = loaded.ask(|engine, asked| engine.decide(asked))?;
        diagnostics.extend(found);
        Some(decision)
    } else {
        None
    };
    terminal.diagnostics(&diagnostics, &loaded.paths);
    let Some(decision) = decision.filter(|_| !diagnostic::has_errors(&diagnostics)) else {
        terminal::note("nothing was decided: see the errors above");
        return Ok(Exit::CouldNotCheck);
    };
    let is_text = args.format == "text";
    if is_text && !diagnostics.is_empty() {
        terminal::note("");
    }
    let style = Style { verbose: args.verbose, paths: Some(&loaded.paths), ..*terminal.style() };
    let within: &[Diagnostic] = if is_text { &[] } else { &diagnostics };
    terminal::print(&render(&decision, within, &style))?;
    Ok(if decision.decision.allowed { Exit::Pass } else { Exit::Fail })
}
