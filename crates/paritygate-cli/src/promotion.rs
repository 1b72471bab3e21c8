//! From arguments to a promotion that can be decided.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use paritygate::promotion::Promotion;
use paritygate::zones::{self, Zones};
use paritygate::{
    Diagnostic, Engine, Environment, GateRequest, Pipeline, Plan, SortedMap, Source, Supplied, Timestamp, diagnostic,
    plan,
};

use crate::disk::{Disk, STDIN, is_stdin};
use crate::subject::{self, Place, Subject};
use crate::terminal::{Error, error};
use crate::{clock, disk, input, key};

/// Where the pipeline, the policies and the facts are.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// A folder or a manifest, `paritygate.yaml`: the pipeline, the policies and the environments; this folder by default
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Facts that other systems printed, such as deployments or approvals: they count as imported; `-` is standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    facts: Vec<PathBuf>,
    /// A policy to apply instead of those of the manifest: a pack by name, or a file
    #[arg(long = "policy", value_name = "NAME|FILE")]
    policies: Vec<String>,
    /// The instant to judge for, such as 2026-03-01T09:00:00Z; else the request's `evaluateAt`, else the clock's
    #[arg(long, value_name = "INSTANT", value_parser = clock::instant)]
    now: Option<Timestamp>,
    /// A file with the key for fingerprints of secrets; else `PARITYGATE_KEY`, else a key for this run
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Read files outside the project's folder too, where its files name them
    #[arg(long)]
    allow_outside: bool,
}

impl Args {
    /// Where a file is that a decision names: in the project's folder. Whoever wrote the decision may name any.
    pub(crate) fn in_project(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.folder();
        if let Some(why) = Disk::new(&folder, self.allow_outside)?.refusal(name) {
            let wrong = error("file-not-readable", format!("`{name}` was not read: {why}"));
            return Err(wrong.help("name the files that are meant with `--request` and `--facts`"));
        }
        Ok(folder.join(name))
    }

    /// The project's folder.
    fn folder(&self) -> PathBuf {
        let path = self.path.clone().unwrap_or_else(|| PathBuf::from("."));
        if path.is_file() { path.parent().map(Path::to_path_buf).unwrap_or_default() } else { path }
    }

    /// Judges for an instant, unless the user named one.
    pub(crate) fn judge_for(&mut self, now: Option<Timestamp>) {
        self.now = self.now.or(now);
    }

    /// Uses the facts that a decision names, unless the user named some.
    pub(crate) fn use_facts(&mut self, facts: &[&str]) -> Result<(), Error> {
        if self.facts.is_empty() {
            self.facts = facts.iter().map(|name| self.in_project(name)).collect::<Result<_, _>>()?;
        }
        Ok(())
    }
}

/// A promotion with everything that it has to pass.
pub(crate) struct Loaded {
    pub(crate) plan: Plan,
    pub(crate) engine: Engine,
    pub(crate) pipeline: Pipeline,
    pub(crate) environments: Vec<Environment>,
    pub(crate) promotion: Promotion,
    /// The host's clock; `None` where the request says what time it is.
    pub(crate) clock: Option<Timestamp>,
    /// The instant by that clock.
    pub(crate) now: Timestamp,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The paths of texts from where the user stands, by their names.
    pub(crate) paths: SortedMap<String, String>,
}

impl Loaded {
    /// Whether nothing that was read is broken.
    pub(crate) fn is_sound(&self) -> bool {
        !diagnostic::has_errors(&self.diagnostics)
    }
}

impl Loaded {
    /// Asks the engine about the promotion.
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(&Engine, &GateRequest<'_>) -> T) -> T {
        self.promotion.with(&self.engine, &self.plan, &self.pipeline, &self.environments, self.clock, ask)
    }
}

/// Loads a promotion; one without a request is empty, and only the calendar can be asked for it.
///
/// # Errors
///
/// If a file is not there.
pub(crate) fn load(args: &Args, request: Option<&Path>) -> Result<Loaded, Error> {
    let key = key::find(args.key_file.as_deref())?.key;
    let zones: Zones = zones::carried();
    let paths: Vec<PathBuf> = args.path.iter().cloned().collect();
    let place = Place { paths: &paths, allow_outside: args.allow_outside, verbose: false, by_path: false };
    let Subject { disk, mut plan, mut files, mut typed, .. } = match subject::find(&place) {
        Ok(found) => found,
        // A promotion may do without a project: then nothing is known of the pipeline.
        Err(wrong) if wrong.code == "nothing-found" => {
            let disk = Disk::new(args.path.as_deref().unwrap_or(Path::new(".")), args.allow_outside)?;
            let (files, typed, skipped) = (paritygate::Files::new(), Vec::new(), Vec::new());
            Subject { disk, plan: Plan::default(), files, typed, discovered: true, skipped }
        }
        Err(wrong) => return Err(wrong),
    };
    if !args.policies.is_empty() {
        plan.use_policies(args.policies.iter().cloned());
        for policy in args.policies.iter().filter(|policy| plan::is_path(policy)) {
            files.insert(policy.clone(), disk.read_named(policy, Path::new(policy)));
            typed.push((policy.clone(), PathBuf::from(policy)));
        }
    }
    let mut diagnostics = std::mem::take(&mut plan.diagnostics);
    let mut project = input::load(&plan, &disk, &mut files, &key);
    diagnostics.append(&mut project.diagnostics);
    let (engine, found) = project.compile(&plan, &files, &zones);
    diagnostics.extend(found);
    let (pipeline, found) = plan.pipeline(&project.environments, &zones);
    diagnostics.extend(found);
    let mut promotion = Promotion::default();
    if let Some(request) = request {
        disk::read_once([&request.to_path_buf()].into_iter().chain(&args.facts))?;
        let request = text(&disk, request, &mut typed, &mut diagnostics)?;
        let mut facts = Vec::with_capacity(args.facts.len());
        for path in &args.facts {
            facts.extend(text(&disk, path, &mut typed, &mut diagnostics)?);
        }
        if let Some(request) = request {
            promotion = Promotion::read(&request, &facts, &plan, &key, &zones);
            diagnostics.append(&mut promotion.diagnostics);
        }
    }
    // Who stands at a terminal beats the request; the clock of the machine does not.
    let asked = promotion.request.promotion.evaluate_at.map(|at| at.0).filter(|_| args.now.is_none());
    let now = asked.or(args.now).map_or_else(clock::now, Ok)?;
    let clock = asked.is_none().then_some(now);
    let environments = promotion.environments(&project.environments);
    let paths = input::paths(&files, &disk, &typed);
    Ok(Loaded { plan, engine, pipeline, environments, promotion, clock, now, diagnostics, paths })
}

/// The text of a file that the user named.
fn text(
    disk: &Disk,
    path: &Path,
    typed: &mut Vec<(String, PathBuf)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<Arc<Source>>, Error> {
    let supplied = if is_stdin(path) {
        typed.push((STDIN.to_owned(), PathBuf::from(STDIN)));
        disk.read_stdin()
    } else {
        let name = disk.name(path);
        let supplied = disk.read_named(&name, path);
        typed.push((name, path.to_path_buf()));
        supplied
    };
    match supplied {
        Supplied::Text(source) => Ok(Some(source)),
        Supplied::Broken(wrong) => {
            diagnostics.push(wrong);
            Ok(None)
        }
        Supplied::Refused(why) => Err(error("file-not-readable", format!("`{}` was not read: {why}", path.display()))),
        Supplied::Absent => {
            Err(error("file-not-found", format!("`{}` does not exist", path.display())).help("check the path"))
        }
    }
}
