//! `paritygate check`: compares environments.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::builder::{PossibleValue, PossibleValuesParser};
use paritygate::naming::{self, MANIFESTS, Text};
use paritygate::output::{self, Style};
use paritygate::{Diagnostic, Files, Plan, Supplied, Timestamp, diagnostic, discover, plan};

use crate::disk::Disk;
use crate::exit::{self, Exit, FailOn};
use crate::progress::Progress;
use crate::terminal::{self, Error, Terminal, error};
use crate::{input, key, limits, walk};

/// What to check, and how to tell it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a `paritygate.yaml`, environments are found by the names of files, such as
`.env.staging`, `production.env` or `compose.yml` with `compose.prod.yml`.
What was found and what was passed over is said on standard error.

Examples:
  paritygate check                               this folder
  paritygate check .env.staging .env.production  these files
  paritygate check deploy/paritygate.yaml        what a manifest names
  paritygate check --only key-present            one rule
  paritygate check --policy recommended --policy acme.yaml
  paritygate check --fail-on warning --format json > report.json

Exit codes:
  0  nothing failed
  1  a rule failed
  2  wrong use, policy or input
  3  something could not be judged")]
pub(crate) struct Args {
    /// A folder, a manifest, or the files to compare; this folder by default
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A policy to apply instead of those of the manifest: a pack by name, or a file
    #[arg(long = "policy", value_name = "NAME|FILE")]
    policies: Vec<String>,
    /// Run these rules only
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    only: Vec<String>,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats())]
    format: String,
    /// From where on the check fails; each level includes those before it
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// The instant of the check, such as 2026-03-01T09:00:00Z; else the clock's
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    now: Option<Timestamp>,
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
    PossibleValuesParser::new(output::for_reports().map(|format| PossibleValue::new(format.name).help(format.summary)))
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let wrong = || "an instant has a date, a time and a zone, as in 2026-03-01T09:00:00Z".to_owned();
    text.parse().map_err(|_| wrong())
}

/// What is to be checked, with the files that were read to know that.
struct Subject {
    disk: Disk,
    plan: Plan,
    files: Files,
    /// Files that the user named, each with its path as it was typed.
    typed: Vec<(String, PathBuf)>,
    /// Whether the plan follows from the names of files, so that it has to be told.
    discovered: bool,
    /// Folders that were not looked into.
    skipped: Vec<String>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    let now = args.now.map_or_else(clock, Ok)?;
    let key = key::find(args.key_file.as_deref())?.key;
    let format = output::find(&args.format)
        .ok_or_else(|| error("unknown-format", format!("there is no format `{}`", args.format)))?;
    let progress = Progress::start();
    progress.step("looking for environments");
    let Subject { disk, mut plan, mut files, mut typed, discovered, skipped } = subject(&args)?;
    if discovered {
        tell(&plan, &skipped, args.verbose);
    }
    if !args.policies.is_empty() {
        plan.policies = args.policies.iter().map(|policy| (policy.clone(), None)).collect();
        for policy in args.policies.iter().filter(|policy| plan::is_path(policy)) {
            files.insert(policy.clone(), disk.read_named(policy, Path::new(policy)));
            typed.push((policy.clone(), PathBuf::from(policy)));
        }
    }
    let mut diagnostics = std::mem::take(&mut plan.diagnostics);
    progress.step(format!("reading {}", count(plan.environments.len(), "environment")));
    let mut project = input::load(&plan, &disk, &mut files, &key);
    diagnostics.append(&mut project.diagnostics);
    let (engine, found) = project.compile(&plan, &files, &paritygate::zones::carried());
    diagnostics.extend(found);
    let compared = project.environments.iter().filter(|environment| !environment.contract).count();
    progress.step(format!("comparing {}", count(compared, "environment")));
    let (mut report, found) = project.check(&engine, &plan, now, &args.only);
    diagnostics.extend(found);
    drop(progress);
    if plan.environments.is_empty() && diagnostics.is_empty() {
        let help = "add environments below `environments:`";
        diagnostics.push(Diagnostic::nowhere("nothing-to-check", "the manifest names no environment").help(help));
    }
    report.verdict = report.verdict.with(&diagnostics);
    let paths = input::paths(&files, &disk, &typed);
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
        let fails_by = exit::moved(&report, args.fail_on).filter(|_| !failed);
        let style =
            Style { verbose: args.verbose, paths: Some(&paths), fails_by: fails_by.as_deref(), ..*terminal.style() };
        let within: &[Diagnostic] = if is_text { &[] } else { &diagnostics };
        let render = format.report.ok_or_else(|| error("unknown-format", "this format can't write a report"))?;
        terminal::print(&render(&report, within, &style))?;
    }
    if failed {
        let what = if is_worth_it { "the check is not complete" } else { "nothing was compared" };
        terminal::note(&format!("{what}: see the errors above"));
        return Ok(Exit::CouldNotCheck);
    }
    Ok(exit::of(&report, args.fail_on))
}

/// Finds out what is to be checked.
fn subject(args: &Args) -> Result<Subject, Error> {
    let is_folder = |path: &PathBuf| path.is_dir();
    match args.paths.as_slice() {
        [] => folder(Path::new("."), args),
        [path] if is_folder(path) => folder(path, args),
        paths if paths.iter().any(is_folder) => {
            let folder =
                paths.iter().find(|path| is_folder(path)).map(|path| path.display().to_string()).unwrap_or_default();
            let wrong = Diagnostic::nowhere("usage", format!("`{folder}` is a folder, and a folder is checked alone"));
            Err(wrong.help("name one folder, or files only"))
        }
        [path] => {
            let named = input::named(std::slice::from_ref(path))?;
            let disk = Disk::new(&named.root, args.allow_outside)?;
            let files = input::read_named(&named, &disk);
            match files.iter().next() {
                Some((name, Supplied::Text(source)))
                    if matches!(naming::recognize(name, source), Ok(Text::Manifest)) =>
                {
                    // What a manifest names counts from its own folder.
                    let (folder, file) = (path.parent().unwrap_or(Path::new("")), path.file_name());
                    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                    let file = file.and_then(|file| file.to_str()).unwrap_or(name);
                    manifest(Disk::new(folder, args.allow_outside)?, file)
                }
                _ => Ok(named_files(disk, files, named.files)),
            }
        }
        paths => {
            let named = input::named(paths)?;
            let disk = Disk::new(&named.root, args.allow_outside)?;
            let files = input::read_named(&named, &disk);
            Ok(named_files(disk, files, named.files))
        }
    }
}

fn named_files(disk: Disk, files: Files, typed: Vec<(String, PathBuf)>) -> Subject {
    let is_broken = |name: &&String| matches!(files.get(*name), Some(Supplied::Broken(_)));
    let (broken, names): (Vec<&String>, Vec<&String>) = files.keys().partition(is_broken);
    let names: Vec<String> = names.into_iter().cloned().collect();
    let mut plan = naming::plan(&names, &files);
    for name in broken {
        if let Some(Supplied::Broken(wrong)) = files.get(name) {
            plan.diagnostics.push(wrong.clone());
        }
    }
    plan.secrets = input::secrets(&disk);
    Subject { disk, plan, files, typed, discovered: true, skipped: Vec::new() }
}

fn folder(path: &Path, args: &Args) -> Result<Subject, Error> {
    let disk = Disk::new(path, args.allow_outside)?;
    if let Some(name) = MANIFESTS.iter().find(|name| disk.root().join(name).symlink_metadata().is_ok()) {
        return manifest(disk, name);
    }
    let found = walk::files(disk.root());
    let mut plan = discover::discover(found.names.iter().map(String::as_str));
    if let Some(why) = found.stopped {
        let mut warning = Diagnostic::nowhere("search-limit", format!("not every file was looked at: {why}"));
        warning.level = paritygate::Level::Warning;
        plan.diagnostics.push(warning.help("name the environments in `paritygate.yaml`"));
    }
    if plan.environments.is_empty() {
        let place = if path == Path::new(".") { "this folder".to_owned() } else { format!("`{}`", path.display()) };
        let mut wrong = Diagnostic::nowhere("nothing-found", format!("no environment was found in {place}"));
        for layer in &plan.contract {
            wrong =
                wrong.note(format!("`{}` is a contract, which is no environment", layer.request.paths.join("`, `")));
        }
        for (path, why) in plan.passed_over.iter().take(limits::MAX_LISTED) {
            wrong = wrong.note(format!("passed over `{path}`: {why}"));
        }
        if let Some(folders) = folders(&found.skipped, args.verbose) {
            wrong = wrong.note(format!("not looked into: {folders}"));
        }
        let help =
            "name environments in `paritygate.yaml`, or files after them: `.env.staging`, `compose.production.yml`";
        return Err(wrong.help(help));
    }
    Ok(Subject { disk, plan, files: Files::new(), typed: Vec::new(), discovered: true, skipped: found.skipped })
}

fn manifest(disk: Disk, name: &str) -> Result<Subject, Error> {
    let source = match disk.read(name) {
        Supplied::Text(source) => source,
        Supplied::Broken(wrong) => return Err(wrong),
        Supplied::Refused(why) => return Err(error("file-not-readable", format!("`{name}` was not read: {why}"))),
        Supplied::Absent => return Err(error("file-not-found", format!("`{name}` does not exist"))),
    };
    let typed = vec![(name.to_owned(), PathBuf::from(disk.path(name)))];
    Ok(Subject {
        disk,
        plan: Plan::of_text(&source),
        files: Files::new(),
        typed,
        discovered: false,
        skipped: Vec::new(),
    })
}

/// Says what the names of files were taken for.
fn tell(plan: &Plan, skipped: &[String], verbose: bool) {
    let paths = |layers: &[plan::Layer]| {
        let layers = layers.iter().map(|layer| layer.request.paths.join(" + "));
        layers.collect::<Vec<_>>().join(", ")
    };
    for environment in &plan.environments {
        let from = paths(&environment.layers);
        terminal::note(&match environment.name.as_str() {
            // The document says what it is called.
            "" => format!("found: {from}"),
            name => format!("found: {name} ({from})"),
        });
    }
    if !plan.contract.is_empty() {
        terminal::note(&format!("contract: {}", paths(&plan.contract)));
    }
    let shown = if verbose { plan.passed_over.len() } else { limits::MAX_LISTED };
    for (path, why) in plan.passed_over.iter().take(shown) {
        terminal::note(&format!("passed over: {path} ({why})"));
    }
    let more = plan.passed_over.len().saturating_sub(shown);
    if more > 0 {
        terminal::note(&format!("passed over: {more} more; `--verbose` lists them"));
    }
    if let Some(folders) = folders(skipped, verbose) {
        terminal::note(&format!("not looked into: {folders}"));
    }
}

/// Folders in one line; `None` where there are none.
fn folders(skipped: &[String], verbose: bool) -> Option<String> {
    let shown = skipped.get(..limits::MAX_LISTED).filter(|_| !verbose).unwrap_or(skipped);
    let more = skipped.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!skipped.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}

/// The clock's instant, in whole seconds.
fn clock() -> Result<Timestamp, Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    let now = since.and_then(|seconds| Timestamp::from_second(seconds).ok());
    now.ok_or_else(|| error("clock", "the clock of this machine is wrong").help("name the instant with `--now`"))
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_need_a_zone() {
        assert!(instant("2026-03-01T09:00:00Z").is_ok());
        assert!(instant("2026-03-01T09:00:00+01:00").is_ok());
        assert!(instant("2026-03-01").is_err());
        assert!(instant("yesterday").is_err());
    }
}
