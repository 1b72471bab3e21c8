//! Reads a project and checks it: what `check` tells, and `baseline` accepts.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use paritygate::report::Report;
use paritygate::{Diagnostic, Environment, FingerprintKey, Plan, Project, SortedMap, Timestamp, plan};

use crate::disk::Disk;
use crate::progress::Progress;
use crate::subject::{self, Place, Subject};
use crate::terminal::Error;
use crate::{clock, input, key};

/// What to check.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// A folder, a manifest, or the files to compare; this folder by default
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A policy to apply instead of those of the manifest: a pack by name, or a file
    #[arg(long = "policy", value_name = "NAME|FILE")]
    policies: Vec<String>,
    /// Run these rules only
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    only: Vec<String>,
    /// The instant of the check, such as 2026-03-01T09:00:00Z; else the clock's
    #[arg(long, value_name = "INSTANT", value_parser = clock::instant)]
    now: Option<Timestamp>,
    /// A file with the key for fingerprints of secrets; else `PARITYGATE_KEY`, else a key for this run
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Read files outside the project's folder too, where its files name them
    #[arg(long)]
    allow_outside: bool,
    /// Show in full what is usually only counted
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// The file of accepted findings.
pub(crate) enum Baseline<'a> {
    /// That of the manifest.
    Manifest,
    /// One that the user names.
    File(&'a Path),
    /// None: everything counts.
    None,
}

/// What is compared with what.
#[derive(Clone, Copy)]
pub(crate) enum Pairing<'a> {
    /// Environments with each other.
    Parity,
    /// What is observed of each with what is declared.
    Drift,
    /// Each with what it was: a folder, a manifest or files.
    Change(&'a [PathBuf]),
}

/// A check, and what it was made from.
pub(crate) struct Checked {
    pub(crate) report: Report,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The paths of the texts from where the user stands.
    pub(crate) paths: SortedMap<String, String>,
    /// How many environments were compared.
    pub(crate) compared: usize,
    pub(crate) disk: Disk,
    /// The baseline that the manifest names.
    pub(crate) baseline: Option<String>,
}

impl Asked {
    /// Whether only some rules are asked.
    pub(crate) fn is_partial(&self) -> bool {
        !self.only.is_empty()
    }

    /// Reads and checks.
    ///
    /// # Errors
    ///
    /// If there is nothing to check.
    pub(crate) fn check(&self, baseline: Baseline<'_>, pairing: Pairing<'_>) -> Result<Checked, Error> {
        let now = self.now.map_or_else(clock::now, Ok)?;
        let key = key::find(self.key_file.as_deref())?.key;
        let progress = Progress::start();
        progress.step("looking for environments");
        let Subject { disk, mut plan, mut files, mut typed, discovered, skipped } =
            subject::find(&self.place(&self.paths, false))?;
        if discovered {
            subject::tell(&plan, &skipped, self.verbose);
        }
        let mut name = |path: &Path, name: &str| {
            files.insert(name.to_owned(), disk.read_named(name, path));
            typed.push((name.to_owned(), path.to_path_buf()));
        };
        if !self.policies.is_empty() {
            plan.use_policies(self.policies.iter().cloned());
            for policy in self.policies.iter().filter(|policy| plan::is_path(policy)) {
                name(Path::new(policy), policy);
            }
        }
        if !matches!(pairing, Pairing::Parity) {
            plan.for_views();
        }
        let named = plan.baseline.as_ref().map(|(path, _)| path.clone());
        match baseline {
            Baseline::Manifest => {}
            Baseline::File(path) => {
                let text = disk.name(path);
                name(path, &text);
                plan.baseline = Some((text, None));
            }
            Baseline::None => plan.baseline = None,
        }
        let mut diagnostics = std::mem::take(&mut plan.diagnostics);
        progress.step(format!("reading {}", count(plan.environments.len(), "environment")));
        let mut project = input::load(&plan, &disk, &mut files, &key);
        let before = match pairing {
            Pairing::Change(before) => self.before(before, &plan, &project, &key, &mut diagnostics)?,
            Pairing::Parity | Pairing::Drift => Vec::new(),
        };
        if !before.is_empty() {
            project = Project::load_beside(&plan, &files, &key, &before);
        }
        diagnostics.append(&mut project.diagnostics);
        let (engine, found) = project.compile(&plan, &files, &paritygate::zones::carried());
        diagnostics.extend(found);
        let environments = match pairing {
            Pairing::Parity => Cow::Borrowed(&project.environments[..]),
            Pairing::Drift => Cow::Owned(project.drift()),
            Pairing::Change(_) => {
                let (views, found) = project.change(&before);
                diagnostics.extend(found);
                Cow::Owned(views)
            }
        };
        let compared = environments.iter().filter(|environment| !environment.contract).count();
        progress.step(format!("comparing {}", count(compared, "environment")));
        let (mut report, found) = project.check_these(&environments, &engine, &plan, now, &self.only);
        diagnostics.extend(found);
        drop(progress);
        if plan.environments.is_empty() && diagnostics.is_empty() {
            let help = "add environments below `environments:`";
            diagnostics.push(Diagnostic::nowhere("nothing-to-check", "the manifest names no environment").help(help));
        } else if compared == 0 && !paritygate::diagnostic::has_errors(&diagnostics) {
            diagnostics.extend(pairing.nothing());
        }
        report.verdict = report.verdict.with(&diagnostics);
        let paths = input::paths(&files, &disk, &typed);
        Ok(Checked { report, diagnostics, paths, compared, disk, baseline: named })
    }

    fn place<'p>(&self, paths: &'p [PathBuf], by_path: bool) -> Place<'p> {
        Place { paths, allow_outside: self.allow_outside, verbose: self.verbose, by_path }
    }

    /// What the environments were. What is secret today is secret then as well.
    fn before(
        &self,
        paths: &[PathBuf],
        today: &Plan,
        project: &Project,
        key: &FingerprintKey,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Vec<Environment>, Error> {
        let Subject { disk, mut plan, mut files, .. } = subject::find(&self.place(paths, true))?;
        plan.without_rules();
        plan.secrets = today.secrets.clone();
        diagnostics.append(&mut plan.diagnostics);
        let mut before = input::load(&plan, &disk, &mut files, key);
        if before.diagnostics.is_empty() {
            before = Project::load_beside(&plan, &files, key, &project.environments);
        }
        diagnostics.append(&mut before.diagnostics);
        Ok(before.environments)
    }
}

impl Pairing<'_> {
    /// Says that there are no two views of any environment.
    fn nothing(self) -> Option<Diagnostic> {
        let (message, help) = match self {
            Self::Parity => return None,
            Self::Drift => (
                "no environment is described both as it is declared and as it was observed",
                "give one of its sources `plane: observed` in the manifest, or its document",
            ),
            Self::Change(_) => (
                "no environment of today was there before",
                "hand in the same project as it was, or documents that `paritygate import` wrote then",
            ),
        };
        Some(Diagnostic::nowhere("nothing-to-compare", message).help(help))
    }
}

/// `1 environment`, `2 environments`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
