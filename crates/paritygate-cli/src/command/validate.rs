//! `paritygate validate`: what is wrong with texts, without comparing anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use paritygate::naming::{self, MANIFESTS, Text};
use paritygate::plan::{self, PlannedEnvironment};
use paritygate::promotion::Promotion;
use paritygate::zones;
use paritygate::{
    Diagnostic, Files, FingerprintKey, InputFormat, Pipeline, Plan, Source, Supplied, diagnostic, document,
};

use crate::disk::Disk;
use crate::exit::Exit;
use crate::terminal::{self, Error, Terminal, error};
use crate::{clock, input, key};

/// What to validate.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What a file is, its name or its first keys tell. A manifest is validated with the policies that it names.

Examples:
  paritygate validate                              the manifest of this folder
  paritygate validate policies/*.yaml
  paritygate validate production.environment.yaml .env.staging")]
pub(crate) struct Args {
    /// Policies, manifests, environment documents or other inputs; of a folder its manifest; this folder by default
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Read files outside this folder too, where the files name them
    #[arg(long)]
    allow_outside: bool,
}

pub(super) fn run(mut args: Args, terminal: &Terminal) -> Result<Exit, Error> {
    if args.files.is_empty() {
        args.files.push(manifest_in(Path::new(""), "this folder")?);
    }
    for folder in args.files.iter_mut().filter(|file| file.is_dir()) {
        *folder = manifest_in(folder, &format!("`{}`", folder.display()))?;
    }
    // Nothing that is printed depends on the key.
    let key = key::find(None)?.key;
    let named = input::named(&args.files)?;
    let disk = Disk::new(&named.root, args.allow_outside)?;
    let files = input::read_named(&named, &disk);
    let (mut all, mut valid, mut read) = (Vec::new(), String::new(), Files::new());
    for (name, _) in &named.files {
        let (what, diagnostics) = match files.get(name) {
            Some(Supplied::Text(source)) => text(name, source, &files, &mut read, &disk, &key),
            Some(Supplied::Broken(wrong)) => (String::new(), vec![wrong.clone()]),
            _ => (String::new(), vec![error("file-not-readable", format!("`{name}` was not read"))]),
        };
        if !diagnostic::has_errors(&diagnostics) {
            valid.push_str(&format!("valid: {name} ({what})\n"));
        }
        all.extend(diagnostics);
    }
    terminal.diagnostics(&all, &input::paths(&read, &disk, &named.files));
    terminal::print(&terminal::visible(&valid))?;
    Ok(if diagnostic::has_errors(&all) { Exit::CouldNotCheck } else { Exit::Pass })
}

/// The manifest of a folder, which is told as `shown`.
fn manifest_in(folder: &Path, shown: &str) -> Result<PathBuf, Error> {
    MANIFESTS.iter().map(|name| folder.join(name)).find(|file| file.exists()).ok_or_else(|| {
        let wrong = Diagnostic::nowhere("nothing-to-validate", format!("there is no `paritygate.yaml` in {shown}"));
        wrong.help("name the files to validate")
    })
}

/// What a text is, and what is wrong with it. Files that it asks for are added to `read`.
fn text(
    name: &str,
    source: &Arc<Source>,
    named: &Files,
    read: &mut Files,
    disk: &Disk,
    key: &FingerprintKey,
) -> (String, Vec<Diagnostic>) {
    let what = match naming::recognize(name, source) {
        Ok(what) => what,
        Err(near) => {
            let (_, found) = document::read(source);
            // A text that can't be read can't be told either.
            let wrong = if diagnostic::has_errors(&found) { found } else { vec![naming::unknown(name, near)] };
            return (String::new(), wrong);
        }
    };
    let diagnostics = match what {
        Text::Manifest => manifest(name, source, named, read, disk, key),
        Text::Policy => policy(name, source, read, disk, key),
        Text::Request => Promotion::read(source, &[], &Plan::default(), key, &zones::carried()).diagnostics,
        Text::Input(format) => input_text(name, format, read, disk, key, source),
    };
    (what.word(), diagnostics)
}

fn manifest(
    name: &str,
    source: &Arc<Source>,
    named: &Files,
    read: &mut Files,
    disk: &Disk,
    key: &FingerprintKey,
) -> Vec<Diagnostic> {
    let (document, mut diagnostics) = document::read(source);
    if diagnostic::has_errors(&diagnostics) {
        return diagnostics;
    }
    document::refuse_duplicates(&mut diagnostics);
    let mut plan = Plan::of_manifest(&document);
    diagnostics.append(&mut plan.diagnostics);
    let (pipeline, found) = plan.pipeline(&[], &zones::carried());
    diagnostics.extend(found);
    // Its paths count from its own folder. Environments are not read: only the policies are.
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = |policy: String| match folder {
        folder if !folder.is_empty() && plan::is_path(&policy) && !policy.starts_with('/') => {
            plan::normalized(&format!("{folder}/{policy}"))
        }
        _ => policy,
    };
    let policies = plan.policies.into_iter().map(|(policy, at)| (path(policy), at));
    // What is named beside the manifest is validated there.
    let policies =
        Plan { policies: policies.filter(|(policy, _)| !named.contains_key(policy)).collect(), ..Plan::default() };
    if policies.policies.is_empty() {
        return diagnostics;
    }
    let mut files = Files::new();
    let project = input::load(&policies, disk, &mut files, key);
    let (engine, found) = project.compile(&policies, &files, &zones::carried());
    diagnostics.extend(found);
    if !diagnostic::has_errors(&diagnostics) {
        diagnostics.extend(clock::now().map_or_else(|wrong| vec![wrong], |now| engine.lint(&pipeline, now)));
    }
    read.extend(files);
    diagnostics
}

fn policy(name: &str, source: &Arc<Source>, read: &mut Files, disk: &Disk, key: &FingerprintKey) -> Vec<Diagnostic> {
    // A name with a `/` is a path, whatever it ends in.
    let path = format!("./{name}");
    let plan = Plan { policies: vec![(path.clone(), None)], ..Plan::default() };
    let mut files = Files::from([(path.clone(), Supplied::Text(Arc::clone(source)))]);
    let project = input::load(&plan, disk, &mut files, key);
    let (engine, mut diagnostics) = project.compile(&plan, &files, &zones::carried());
    files.remove(&path);
    read.extend(files);
    if !diagnostic::has_errors(&diagnostics) {
        let now = clock::now();
        diagnostics.extend(now.map_or_else(|wrong| vec![wrong], |now| engine.lint(&Pipeline::default(), now)));
    }
    diagnostics
}

fn input_text(
    name: &str,
    format: &'static InputFormat,
    read: &mut Files,
    disk: &Disk,
    key: &FingerprintKey,
    source: &Arc<Source>,
) -> Vec<Diagnostic> {
    let environment = PlannedEnvironment {
        name: naming::environment(name, format),
        layers: vec![naming::layer(format, vec![name.to_owned()], None)],
        ..PlannedEnvironment::default()
    };
    let plan = Plan { environments: vec![environment], secrets: input::secrets(disk), ..Plan::default() };
    let mut files = Files::from([(name.to_owned(), Supplied::Text(Arc::clone(source)))]);
    let found = input::load(&plan, disk, &mut files, key).diagnostics;
    read.extend(files);
    found
}
