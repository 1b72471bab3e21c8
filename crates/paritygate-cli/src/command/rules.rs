//! `paritygate rules`: the rules and gates of the built-in packs, and the kinds of both.

use paritygate::{manual, policies, suggest};
use serde_json::{Value, json};

use super::ListFormat;
use crate::exit::Exit;
use crate::table;
use crate::terminal::{self, Error, Terminal, error};

/// What to list.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  paritygate rules                         the rules of all packs
  paritygate rules --pack recommended      the rules that run without a policy of your own
  paritygate rules --kinds                 what rules of your own can be made of
  paritygate explain no-shared-secret      more about one of them")]
pub(crate) struct Args {
    /// List the kinds of rules and gates instead: what policies are made of
    #[arg(long)]
    kinds: bool,
    /// List only the rules of this pack
    #[arg(long, value_name = "PACK", conflicts_with = "kinds")]
    pack: Option<String>,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let width = terminal.style().width;
    let text = match (args.kinds, args.format) {
        (false, ListFormat::Text) => {
            let row =
                |rule: manual::PackRule| [rule.id, rule.kind, rule.pack.to_owned(), rule.worst.to_owned(), rule.why];
            let rows: Vec<[String; 5]> = rules(args.pack.as_deref())?.into_iter().map(row).collect();
            table::render(["RULE", "KIND", "PACK", "SEVERITY", "WHAT FOR"], &rows, width)
        }
        (true, ListFormat::Text) => {
            let rows: Vec<[String; 3]> =
                kinds().map(|(of, name, about)| [name, of, about].map(str::to_owned)).collect();
            table::render(["KIND", "OF", "WHAT IT ASKS"], &rows, width)
        }
        (false, ListFormat::Json) => {
            let rule = |rule: manual::PackRule| {
                json!({
                    "id": rule.id,
                    "kind": rule.kind,
                    "pack": rule.pack,
                    "packs": rule.packs,
                    "severity": rule.severity,
                    "select": rule.select,
                    "why": rule.why,
                })
            };
            super::json(&rules(args.pack.as_deref())?.into_iter().map(rule).collect::<Vec<Value>>())
        }
        (true, ListFormat::Json) => {
            let kind = |(of, name, about)| json!({ "kind": name, "of": of, "summary": about });
            super::json(&kinds().map(kind).collect::<Vec<Value>>())
        }
    };
    terminal::print(&text)?;
    Ok(Exit::Pass)
}

/// The rules of one pack, or of all.
fn rules(pack: Option<&str>) -> Result<Vec<manual::PackRule>, Error> {
    let mut rules = manual::pack_rules();
    if let Some(pack) = pack {
        if policies::find(pack).is_none() {
            let help = suggest::did_you_mean(pack, policies::ALL.iter().map(|pack| pack.name));
            return Err(error("policy-not-found", format!("there is no policy pack `{pack}`")).maybe_help(help));
        }
        rules.retain(|rule| rule.packs.contains(&pack));
    }
    Ok(rules)
}

/// All kinds: of what they are, their names, and what they ask.
fn kinds() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let gates = paritygate::rules::gates().iter().map(|kind| ("gate", kind.name, kind.summary));
    paritygate::rules::all().iter().map(|kind| ("rule", kind.name, kind.summary)).chain(gates)
}
