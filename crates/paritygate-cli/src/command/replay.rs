//! `paritygate replay`: makes a recorded decision again.

use std::path::{Path, PathBuf};

use paritygate::replay::Recorded;
use paritygate::{Supplied, diagnostic};

use crate::disk::Disk;
use crate::exit::Exit;
use crate::promotion;
use crate::terminal::{self, Error, Terminal, error};

/// What to replay.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The request and the facts are those that the decision names, in the project's folder, unless others are given.

Examples:
  paritygate replay decision.json
  paritygate replay decision.json deploy/ --request release.yaml

Exit codes:
  0  the same answer, byte for byte
  1  another answer; what changed is said
  2  wrong use, policy or request")]
pub(crate) struct Args {
    /// The decision, as `paritygate gate --format json` wrote it
    #[arg(value_name = "DECISION")]
    decision: PathBuf,
    /// The promotion request
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    #[command(flatten)]
    promotion: promotion::Args,
}

pub(super) fn run(mut args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let name = args.decision.display().to_string();
    let here = Disk::new(Path::new("."), true)?;
    let written = match here.read_named(&name, &args.decision) {
        Supplied::Text(source) => source,
        Supplied::Broken(wrong) => return Err(wrong),
        Supplied::Refused(why) => return Err(error("file-not-readable", format!("`{name}` was not read: {why}"))),
        Supplied::Absent => return Err(error("file-not-found", format!("`{name}` does not exist"))),
    };
    let recorded = Recorded::read(&written)?;
    let (named, facts) = (recorded.texts("request").next(), recorded.texts("facts").collect::<Vec<_>>());
    let request = match (&args.request, named) {
        (Some(request), _) => request.clone(),
        (None, Some(name)) => args.promotion.in_project(name)?,
        (None, None) => {
            return Err(error("no-request", "the decision names no request").help("name it with `--request`"));
        }
    };
    args.promotion.judge_for(recorded.now());
    args.promotion.use_facts(&facts)?;
    let loaded = promotion::load(&args.promotion, Some(&request))?;
    let mut diagnostics = loaded.diagnostics.clone();
    let decided = if loaded.is_sound() {
        let (decision, found) = loaded.ask(|engine, asked| engine.decide(asked))?;
        diagnostics.extend(found);
        Some(decision)
    } else {
        None
    };
    terminal.diagnostics(&diagnostics, &loaded.paths);
    let Some(decision) = decided.filter(|_| !diagnostic::has_errors(&diagnostics)) else {
        terminal::note("nothing was decided: see the errors above");
        return Ok(Exit::CouldNotCheck);
    };
    let replay = recorded.compare(written.text(), &decision, &diagnostics);
    if replay.same {
        let verdict = if decision.decision.allowed { "allowed" } else { "denied" };
        terminal::print(&format!("same: {verdict}, byte for byte\n"))?;
        return Ok(Exit::Pass);
    }
    let mut text = String::from("another answer:\n");
    for change in &replay.changes {
        text.push_str(&format!("  {}\n", terminal::visible(change)));
    }
    terminal::print(&text)?;
    Ok(Exit::Fail)
}
