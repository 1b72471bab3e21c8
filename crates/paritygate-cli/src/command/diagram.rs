//! `paritygate diagram`: the pipeline as a Mermaid flowchart.

use std::path::PathBuf;

use paritygate::{diagnostic, diagram};

use crate::exit::Exit;
use crate::promotion;
use crate::terminal::{self, Error, Terminal};

/// What to draw.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What is drawn can be read back: `paritygate import pipeline.mmd` prints it as a part of a manifest.

Examples:
  paritygate diagram > pipeline.mmd
  paritygate diagram --request release.yaml        with the state of each gate")]
pub(crate) struct Args {
    /// A promotion request, whose gates are drawn as well
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    #[command(flatten)]
    promotion: promotion::Args,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let loaded = promotion::load(&args.promotion, args.request.as_deref())?;
    let mut diagnostics = loaded.diagnostics.clone();
    let decision = if loaded.is_sound() && args.request.is_some() {
        let (decision, found) = loaded.ask(|engine, asked| engine.decide(asked))?;
        diagnostics.extend(found);
        Some(decision)
    } else {
        None
    };
    terminal.diagnostics(&diagnostics, &loaded.paths);
    if diagnostic::has_errors(&diagnostics) {
        return Ok(Exit::CouldNotCheck);
    }
    terminal::print(&diagram::write(&loaded.plan, &loaded.pipeline, decision.as_ref()))?;
    Ok(Exit::Pass)
}
