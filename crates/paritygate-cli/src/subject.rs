//! What a command is about: a folder, a manifest, or files.

use std::path::{Path, PathBuf};

use paritygate::naming::{self, MANIFESTS, Text};
use paritygate::{Diagnostic, Files, Plan, Supplied, discover, plan};

use crate::disk::Disk;
use crate::terminal::{self, Error, error};
use crate::{input, limits, walk};

/// Where to look, as the user said it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// A folder, a manifest, or files; none means this folder.
    pub(crate) paths: &'a [PathBuf],
    /// Whether files outside the folder may be read.
    pub(crate) allow_outside: bool,
    /// Whether to tell in full what is usually only counted.
    pub(crate) verbose: bool,
    /// Whether texts are called by their paths from where the user stands.
    pub(crate) by_path: bool,
}

impl Place<'_> {
    fn disk(&self, root: &Path) -> Result<Disk, Error> {
        let disk = Disk::new(root, self.allow_outside)?;
        Ok(if self.by_path { disk.by_path() } else { disk })
    }
}

/// What is to be checked, with the files that were read to know that.
pub(crate) struct Subject {
    pub(crate) disk: Disk,
    pub(crate) plan: Plan,
    pub(crate) files: Files,
    /// Files that the user named, each with its path as it was typed.
    pub(crate) typed: Vec<(String, PathBuf)>,
    /// Whether the plan follows from the names of files, so that it has to be told.
    pub(crate) discovered: bool,
    /// Folders that were not looked into.
    pub(crate) skipped: Vec<String>,
}

/// Finds out what is to be checked.
///
/// # Errors
///
/// If nothing is there.
pub(crate) fn find(args: &Place<'_>) -> Result<Subject, Error> {
    let is_folder = |path: &PathBuf| path.is_dir();
    match args.paths {
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
            let disk = args.disk(&named.root)?;
            let files = input::read_named(&named, &disk);
            match files.iter().next() {
                Some((name, Supplied::Text(source)))
                    if matches!(naming::recognize(name, source), Ok(Text::Manifest)) =>
                {
                    // What a manifest names counts from its own folder.
                    let (folder, file) = (path.parent().unwrap_or(Path::new("")), path.file_name());
                    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                    let file = file.and_then(|file| file.to_str()).unwrap_or(name);
                    manifest(args.disk(folder)?, file)
                }
                _ => Ok(named_files(disk, files, named.files)),
            }
        }
        paths => {
            let named = input::named(paths)?;
            let disk = args.disk(&named.root)?;
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

fn folder(path: &Path, args: &Place<'_>) -> Result<Subject, Error> {
    let disk = args.disk(path)?;
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
pub(crate) fn tell(plan: &Plan, skipped: &[String], verbose: bool) {
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
