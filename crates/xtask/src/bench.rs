//! The benchmarks: `cargo xtask bench`.
//!
//! Everything is measured in one run beside its floor, in turns, so that what slows the machine slows all alike. What
//! counts are the ratios of the medians. Beside them stand the tenth percentiles, which say whether the run was disturbed:
//! whatever else runs only ever adds to a time.

mod grid;
pub(crate) mod w1;
mod w2;

use std::time::Instant;

use crate::hosts;
use crate::workspace::{Workspace, run as run_command};

/// How often each candidate runs.
const ROUNDS: usize = 400;

/// Something to measure, with the name that the table shows.
struct Candidate<'a> {
    name: String,
    run: Box<dyn FnMut() -> usize + 'a>,
}

impl<'a> Candidate<'a> {
    fn new(name: impl Into<String>, run: impl FnMut() -> usize + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }
}

/// What a run of the benchmarks leaves out, for a profiler.
pub(crate) struct Options {
    /// A part of the names of what is run.
    pub(crate) only: Option<String>,
    /// How often each runs.
    pub(crate) rounds: Option<usize>,
}

/// A benchmark with its name.
type Bench = (&'static str, fn(&Options));

/// Runs the benchmarks.
///
/// # Errors
///
/// When a name is not that of a benchmark.
pub(crate) fn run(names: &[String], options: &Options) -> Result<(), String> {
    let all: [Bench; 3] = [("w1", w1::run), ("w2", w2::run), ("grid", grid::run)];
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|(known, _)| known == *name)) {
        return Err(format!("there is no benchmark `{unknown}`; there are: w1, w2, grid"));
    }
    for (name, bench) in all {
        if names.is_empty() || names.iter().any(|asked| asked == name) {
            bench(options);
        }
    }
    Ok(())
}

/// Runs the benchmarks as they were asked for, in the release profile.
///
/// # Errors
///
/// If they can't be built, or fail.
pub(crate) fn in_release(workspace: &Workspace) -> Result<(), String> {
    let mut release = workspace.cargo(["run", "--quiet", "--release", "--package", "xtask", "--"]);
    run_command(release.args(std::env::args_os().skip(1)))
}

/// Measures the hosts, each beside the parser of its language.
///
/// # Errors
///
/// If a host can't be built or measured.
pub(crate) fn hosts(workspace: &Workspace) -> Result<(), String> {
    for host in hosts::ALL {
        if let Some(bench) = host.bench {
            host.prepare(workspace)?;
            bench(workspace)?;
        }
    }
    Ok(())
}

/// Measures candidates in turns, prints their times and answers the undisturbed ones; the first is the floor.
fn compare(title: &str, rounds: usize, options: &Options, mut candidates: Vec<Candidate<'_>>) -> Vec<f64> {
    let rounds = options.rounds.unwrap_or(rounds);
    if let Some(only) = &options.only {
        candidates.retain(|candidate| candidate.name.contains(only));
    }
    let mut times: Vec<Vec<f64>> = candidates.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds + rounds / 10 {
        for (candidate, times) in candidates.iter_mut().zip(&mut times) {
            let start = Instant::now();
            std::hint::black_box((candidate.run)());
            // The first tenth warms up.
            if round >= rounds / 10 {
                times.push(start.elapsed().as_nanos() as f64);
            }
        }
    }
    for times in &mut times {
        times.sort_by(f64::total_cmp);
    }
    let at = |part: usize| -> Vec<f64> {
        times.iter().map(|times| times.get(times.len() * part / 10).copied().unwrap_or(f64::NAN)).collect()
    };
    let (medians, low) = (at(5), at(1));
    let over = |times: &[f64], time: f64| time / times.first().copied().unwrap_or(f64::NAN);
    println!("\n{title:<46} {:>13} {:>27}", "median", "tenth percentile");
    for ((candidate, median), time) in candidates.iter().zip(&medians).zip(&low) {
        let (ratio, low_ratio) = (over(&medians, *median), over(&low, *time));
        let name = &candidate.name;
        println!("  {name:<44} {:>10.1} µs {ratio:>7.2} × {low_ratio:>16.2} ×", median / 1000.0);
    }
    low
}
