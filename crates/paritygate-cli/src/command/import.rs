//! `paritygate import`: what files say about an environment, as an environment document.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser};
use paritygate::json::Json;
use paritygate::naming::{self, Layers};
use paritygate::{Environment, SortedMap, Supplied, diagnostic, diagram, export, formats};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::disk::{Disk, STDIN, is_stdin};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::terminal::{self, Error, Terminal, error};
use crate::{disk, input, key};

/// What to import.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Several files are layers of one environment: later ones win. Secrets are printed as
fingerprints, which compare only under the same key: name one to keep the document.

Examples:
  paritygate import .env .env.production --name production
  paritygate import compose.yml compose.prod.yml --key-file key > prod.environment.yaml
  docker compose config | paritygate import - --from compose --name staging")]
pub(crate) struct Args {
    /// The files, lowest layer first; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What the files are, where their names do not tell it
    #[arg(long, value_name = "FORMAT", value_parser = input_formats())]
    from: Option<String>,
    /// How to print the document
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DocumentFormat::Yaml)]
    format: DocumentFormat,
    /// The name of the environment; else the document's own, or told from the name of the last file
    #[arg(long)]
    name: Option<String>,
    /// The component whose variables the files hold
    #[arg(long)]
    component: Option<String>,
    /// A file with the key for fingerprints of secrets; else `PARITYGATE_KEY`, else a key for this run
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Read files outside this folder too, where the files name them
    #[arg(long)]
    allow_outside: bool,
}

/// How a document is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DocumentFormat {
    /// YAML
    Yaml,
    /// JSON
    Json,
}

/// The input formats by name.
fn input_formats() -> PossibleValuesParser {
    PossibleValuesParser::new(formats::ALL.iter().map(|format| PossibleValue::new(format.name).help(format.summary)))
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let key = key::find(args.key_file.as_deref())?;
    let paths: Vec<PathBuf> = args.files.iter().filter(|path| !is_stdin(path)).cloned().collect();
    if let [path] = args.files.as_slice()
        && path.extension().is_some_and(|ending| ending == "mmd" || ending == "mermaid")
    {
        return pipeline(path, &args, terminal);
    }
    let mut named = input::named(&paths)?;
    let disk = Disk::new(&named.root, args.allow_outside)?;
    let progress = Progress::start();
    progress.step("reading files");
    let mut files = input::read_named(&named, &disk);
    let mut names: Vec<String> = named.files.iter().map(|(name, _)| name.clone()).collect();
    if let Some(place) = args.files.iter().position(|path| is_stdin(path)) {
        disk::read_once(&args.files)?;
        files.insert(STDIN.to_owned(), disk.read_stdin());
        names.insert(place, STDIN.to_owned());
        named.files.push((STDIN.to_owned(), PathBuf::from(STDIN)));
    }
    let how = Layers {
        name: args.name.clone().unwrap_or_default(),
        from: args.from.as_deref().and_then(formats::find),
        component: args.component.clone(),
        profiles: Vec::new(),
    };
    let mut plan = naming::layers(&names, &files, &how, &[STDIN]);
    // What the project calls secret is secret here as well.
    plan.secrets = input::secrets(&disk);
    let mut project = input::load(&plan, &disk, &mut files, &key.key);
    drop(progress);
    let mut diagnostics = plan.diagnostics;
    diagnostics.append(&mut project.diagnostics);
    terminal.diagnostics(&diagnostics, &input::paths(&files, &disk, &named.files));
    // Half a document would be taken for a whole one.
    if diagnostic::has_errors(&diagnostics) {
        return Ok(Exit::CouldNotCheck);
    }
    let text = render(&project.environments, args.format)?;
    terminal::print(&text)?;
    if key.ephemeral && text.contains(&**key.key.id()) {
        terminal::note(&format!(
            "the fingerprints are made with a key for this run and compare with nothing later; \
             name a key with `--key-file` or `{}` to keep them",
            key::VARIABLE
        ));
    }
    Ok(Exit::Pass)
}

/// A flowchart as the part of a manifest that it draws.
fn pipeline(path: &Path, args: &Args, terminal: &Terminal) -> Result<Exit, Error> {
    let disk = Disk::new(Path::new("."), true)?;
    let name = path.display().to_string();
    let source = match disk.read_named(&name, path) {
        Supplied::Text(source) => source,
        Supplied::Broken(wrong) => return Err(wrong),
        Supplied::Refused(why) => return Err(error("file-not-readable", format!("`{name}` was not read: {why}"))),
        Supplied::Absent => return Err(error("file-not-found", format!("`{name}` does not exist"))),
    };
    let (manifest, diagnostics) = diagram::read(&source);
    terminal.diagnostics(&diagnostics, &SortedMap::new());
    if diagnostic::has_errors(&diagnostics) {
        return Ok(Exit::CouldNotCheck);
    }
    terminal::print(&written(&[manifest], args.format)?)?;
    Ok(Exit::Pass)
}

/// Environments as documents.
fn render(environments: &[Environment], format: DocumentFormat) -> Result<String, Error> {
    written(&environments.iter().map(export::document).collect::<Vec<_>>(), format)
}

fn written(documents: &[Json], format: DocumentFormat) -> Result<String, Error> {
    if format == DocumentFormat::Json {
        return Ok(match documents {
            [one] => super::json(&Ordered(one)),
            several => super::json(&several.iter().map(Ordered).collect::<Vec<_>>()),
        });
    }
    let mut out = String::new();
    for document in documents {
        if documents.len() > 1 {
            out.push_str("---\n");
        }
        out.push_str(
            &yaml(document).map_err(|wrong| error("output", format!("the document can't be written: {wrong}")))?,
        );
    }
    Ok(out)
}

/// YAML that reads the same under YAML 1.1 and 1.2, one line per value.
fn yaml(document: &Json) -> Result<String, serde_saphyr::ser::Error> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let mut out = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut out, &Ordered(document), options)?;
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

/// A document with what names it on top.
struct Ordered<'a>(&'a Json);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const TOP: [&str; 3] = ["environment", "tier", "coverage"];
        let Json::Map(fields) = self.0 else { return self.0.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        let top = TOP.iter().filter_map(|name| Some((*name, fields.get(*name)?)));
        let others = fields.iter().map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| !TOP.contains(name));
        for (name, value) in top.chain(others) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use paritygate::{Source, document};

    #[test]
    fn the_name_stands_on_top() {
        let document = Json::map([
            ("artifacts", Json::map([])),
            ("coverage", Json::map([("variables", Json::text("complete"))])),
            ("environment", Json::text("a")),
            ("tier", Json::text("other")),
        ]);
        expect![[r"
            environment: a
            tier: other
            coverage:
              variables: complete
            artifacts: {}
        "]]
        .assert_eq(&yaml(&document).expect("can be written"));
    }

    #[test]
    fn values_keep_their_type_and_their_characters() {
        let texts = [
            "yes",
            "no",
            "on",
            "~",
            "null",
            "",
            "0x1F",
            "1:30",
            "12e3",
            "017",
            "+1",
            ".inf",
            "1_000",
            " lead",
            "trail ",
            "a: b",
            "a #b",
            "# c",
            "- x",
            "*x",
            "&x",
            "!x",
            "%x",
            "@x",
            "`x",
            "'x'",
            "\"x\"",
            "back\\slash",
            "two\nlines\n",
            "\n",
            "\r\n",
            "tab\there",
            "\u{1}\u{7f}\u{85}\u{2028}\u{feff}",
            "é☃",
            "2001-01-01",
            "<<",
            "=",
            "---",
            "...",
            "{a}",
            "[a]",
            "a,b",
            "?",
            "? x",
            ":",
            "|",
            ">",
            "  a\n b\n",
        ];
        for text in texts.into_iter().map(str::to_owned).chain([format!("{} ", "long ".repeat(60))]) {
            let written = yaml(&Json::map([("key", Json::text(&*text)), ("list", Json::texts([&*text]))]))
                .expect("can be written");
            let (document, found) = document::read(&Source::new("a.yaml", written.clone()));
            assert!(found.is_empty(), "{written}: {found:?}");
            let root = document.tree.node(document.roots[0]);
            assert_eq!(root.get("key").and_then(|node| node.as_str()), Some(text.as_str()), "{written}");
            let listed = root.get("list").and_then(|list| list.items().next());
            assert_eq!(listed.and_then(|node| node.as_str()), Some(text.as_str()), "{written}");
        }
    }
}
