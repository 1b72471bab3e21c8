//! `paritygate when`: the next times at which the gates are open together.

use std::path::PathBuf;

use paritygate::calendar::Opening;
use paritygate::zones::Zone;
use paritygate::{Diagnostic, Timestamp, diagnostic, limits};
use serde_json::{Value, json};

use super::ListFormat;
use crate::exit::Exit;
use crate::promotion::{self, Loaded};
use crate::terminal::{self, Error, Terminal};
use crate::{clock, table};

/// What to look ahead for.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a request only the calendar counts: windows, freezes and holidays. With one, everything that depends on time does.

Examples:
  paritygate when --environment production
  paritygate when --request release.yaml --count 3
  paritygate when --environment production --now 2026-12-20T09:00:00Z

Exit codes:
  0  there is an opening
  1  there is none
  2  wrong use, policy or request")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) about: About,
    /// How many openings to list
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    count: usize,
    /// Until when to look; ten years ahead by default
    #[arg(long, value_name = "INSTANT", value_parser = clock::instant)]
    until: Option<Timestamp>,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

/// What promotion a calendar is asked for.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct About {
    /// The promotion request
    #[arg(long, value_name = "FILE", conflicts_with = "environment")]
    request: Option<PathBuf>,
    /// The environment that a promotion goes to, where there is no request; the last of the pipeline by default
    #[arg(long, value_name = "ENVIRONMENT")]
    environment: Option<String>,
    #[command(flatten)]
    promotion: promotion::Args,
}

impl About {
    /// Loads it, and tells what is wrong; `None` where that is too much.
    pub(super) fn load(&self, terminal: &Terminal) -> Result<Option<Loaded>, Error> {
        let mut loaded = promotion::load(&self.promotion, self.request.as_deref())?;
        if self.request.is_none() {
            loaded.promotion.aim(None, self.environment.as_deref(), &loaded.plan, &loaded.pipeline);
        }
        loaded.ask(|engine, asked| engine.check_aim(asked))?;
        let mut diagnostics: Vec<Diagnostic> = loaded.diagnostics.clone();
        if loaded.is_sound() {
            diagnostics.extend(loaded.engine.doubts(&loaded.pipeline, loaded.now));
        }
        terminal.diagnostics(&diagnostics, &loaded.paths);
        Ok(Some(loaded).filter(|_| !diagnostic::has_errors(&diagnostics)))
    }
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let Some(loaded) = args.about.load(terminal)? else { return Ok(Exit::CouldNotCheck) };
    let until = args.until.or_else(|| loaded.now.checked_add(limits::HORIZON).ok()).unwrap_or(Timestamp::MAX);
    let openings = loaded.ask(|engine, asked| engine.openings(asked, until, args.count))?;
    let zone = loaded.engine.zone(&loaded.pipeline);
    let text = match args.format {
        ListFormat::Text if openings.is_empty() => "no opening is in sight\n".to_owned(),
        ListFormat::Text => {
            let rows: Vec<[String; 3]> = openings.iter().map(|opening| row(opening, &zone, loaded.now)).collect();
            let zone = format!("OPENS ({})", zone.name());
            table::render([zone.as_str(), "CLOSES", ""], &rows, terminal.style().width)
        }
        ListFormat::Json => {
            let item = |opening: &Opening| {
                json!({
                    "open": opening.open.to_string(),
                    "close": opening.close.map(|close| close.to_string()),
                    "openLocal": zone.local(opening.open).time,
                    "closeLocal": opening.close.map(|close| zone.local(close).time),
                    "zone": &**zone.name(),
                })
            };
            super::json(&openings.iter().map(item).collect::<Vec<Value>>())
        }
    };
    terminal::print(&text)?;
    Ok(if openings.is_empty() { Exit::Fail } else { Exit::Pass })
}

fn row(opening: &Opening, zone: &Zone, now: Timestamp) -> [String; 3] {
    let close = opening.close.map_or_else(|| "no end in sight".to_owned(), |close| zone.say(close));
    let wait = if opening.open > now {
        format!("in {}", paritygate::Elapsed(opening.open.duration_since(now)))
    } else {
        "open now".to_owned()
    };
    [zone.say(opening.open), close, wait]
}
