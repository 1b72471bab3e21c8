//! `paritygate baseline`: accepts what is found today, so that only new findings count.

use std::path::{Path, PathBuf};

use paritygate::{Diagnostic, baseline, diagnostic};

use crate::checked::{self, Asked, Checked, count};
use crate::exit::Exit;
use crate::limits;
use crate::terminal::{self, Error, Terminal, error, reason};

/// Where the baseline is, unless something else is said.
const FILE: &str = "paritygate.baseline.yaml";

/// What to accept, and where to keep it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file names rule, path and environments of every finding that counts today. With
`baseline: paritygate.baseline.yaml` in the manifest, or `check --baseline FILE`, they count
no more, and new ones do. Run it again to drop what is gone.

Examples:
  paritygate baseline                      accept what this folder shows
  paritygate baseline --output accepted.yaml
  paritygate check --baseline accepted.yaml

Exit codes:
  0  the file is written
  2  wrong use, policy or input")]
pub(crate) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// The file to write; else the one that the manifest names, else `paritygate.baseline.yaml` in the project's folder
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    if args.asked.is_partial() {
        let message = "a baseline holds what all rules find, and `--only` asks some of them";
        return Err(error("usage", message).help("leave out `--only`"));
    }
    let Checked { report, diagnostics, paths, disk, baseline: named, .. } =
        args.asked.check(checked::Baseline::None, checked::Pairing::Parity)?;
    terminal.diagnostics(&diagnostics, &paths);
    if diagnostic::has_errors(&diagnostics) {
        terminal::note("nothing was accepted: see the errors above");
        return Ok(Exit::CouldNotCheck);
    }
    let made = baseline::of(&report);
    let path = match &args.output {
        Some(path) => path.clone(),
        None => PathBuf::from(disk.path(named.as_deref().unwrap_or(FILE))),
    };
    write(&path, &made.text)?;
    terminal::note(&format!("accepted: {} in `{}`", count(made.accepted, "finding"), path.display()));
    for finding in made.refused.iter().take(limits::MAX_LISTED) {
        let (rule, path) = (&finding.rule, &finding.path);
        terminal::note(&format!("not accepted: {rule} at {path}, which no exception may cover"));
    }
    if let Some(more) = made.refused.len().checked_sub(limits::MAX_LISTED).filter(|more| *more > 0) {
        terminal::note(&format!("not accepted: {more} more"));
    }
    if args.output.is_none() && named.is_none() {
        terminal::note(&format!("add `baseline: {FILE}` to paritygate.yaml, or check with `--baseline {FILE}`"));
    }
    Ok(Exit::Pass)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    // Whatever else is there is somebody's work.
    let there = std::fs::read_to_string(path).ok().or_else(|| path.exists().then(String::new));
    if there.is_some_and(|there| !there.lines().any(|line| line.starts_with("baseline:"))) {
        let message = format!("`{}` is there and is no baseline, so it is not overwritten", path.display());
        return Err(error("file-not-written", message).help("name another file, or remove it"));
    }
    std::fs::write(path, text).map_err(|wrong| -> Diagnostic {
        error("file-not-written", format!("`{}` can't be written: {}", path.display(), reason(&wrong)))
    })
}
