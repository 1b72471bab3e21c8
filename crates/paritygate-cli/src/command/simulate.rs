//! `paritygate simulate`: when each gate opens and shuts.

use paritygate::calendar::Transition;
use paritygate::{Timestamp, limits};
use serde_json::{Value, json};

use super::ListFormat;
use super::when::About;
use crate::exit::Exit;
use crate::terminal::{self, Error, Terminal, error};
use crate::{clock, table};

/// What to simulate.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Days on which clocks are put forward or back are marked.

Examples:
  paritygate simulate --from 2026-03-27T00:00:00Z --to 2026-04-01T00:00:00Z
  paritygate simulate --request release.yaml --to 2026-04-01T00:00:00Z --format json")]
pub(crate) struct Args {
    #[command(flatten)]
    about: About,
    /// From when on; now by default
    #[arg(long, value_name = "INSTANT", value_parser = clock::instant)]
    from: Option<Timestamp>,
    /// Until when
    #[arg(long, value_name = "INSTANT", value_parser = clock::instant)]
    to: Timestamp,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let Some(mut loaded) = args.about.load(terminal)? else { return Ok(Exit::CouldNotCheck) };
    if let Some(from) = args.from {
        (loaded.now, loaded.clock) = (from, Some(from));
    }
    if args.to <= loaded.now {
        return Err(error("usage", "`--to` is not after the start").help("name a later instant"));
    }
    let most = limits::MAX_OPENINGS;
    let found = loaded.ask(|engine, asked| engine.transitions(asked, args.to, most))?;
    let text = match args.format {
        ListFormat::Text if found.is_empty() => "nothing opens or shuts in that time\n".to_owned(),
        ListFormat::Text => {
            let rows: Vec<[String; 4]> = found.iter().map(row).collect();
            table::render(["WHEN", "GATE", "", "TOGETHER"], &rows, terminal.style().width)
        }
        ListFormat::Json => super::json(&found.iter().map(item).collect::<Vec<Value>>()),
    };
    terminal::print(&text)?;
    if found.len() == most {
        terminal::note(&format!("the first {most} changes are listed: name an earlier `--to`, or begin later"));
    }
    Ok(Exit::Pass)
}

fn row(found: &Transition) -> [String; 4] {
    let when = format!("{} {}", found.zone.say(found.at), found.zone.name());
    let together = if found.all_open { "open" } else { "shut" };
    let shift = if found.shift_day { " (clocks change that day)" } else { "" };
    match &found.gate {
        Some(gate) => {
            let what = if found.opens { "opens" } else { "shuts" };
            [when, gate.to_string(), format!("{what}{shift}"), together.to_owned()]
        }
        None => [when, "-".to_owned(), "clocks change".to_owned(), together.to_owned()],
    }
}

fn item(found: &Transition) -> Value {
    json!({
        "at": found.at.to_string(),
        "local": found.zone.local(found.at).time,
        "zone": &**found.zone.name(),
        "rule": found.gate.as_deref(),
        "opens": found.opens,
        "allOpen": found.all_open,
        "shiftDay": found.shift_day,
    })
}
