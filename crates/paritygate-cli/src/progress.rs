//! Says on a terminal what takes longer than a second.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long work may take before anything is said.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows the step that runs, in one line that disappears.
pub(crate) struct Progress {
    worker: Option<(Sender<String>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins. Says nothing where standard error is no terminal.
    pub(crate) fn start() -> Self {
        if !io::stderr().is_terminal() {
            return Self { worker: None };
        }
        let (sender, steps) = mpsc::channel::<String>();
        let work = move || {
            let (start, mut step, mut shown) = (Instant::now(), String::new(), false);
            loop {
                let wait = if shown { Duration::from_millis(200) } else { PATIENCE.saturating_sub(start.elapsed()) };
                match steps.recv_timeout(wait) {
                    Ok(next) => step = next,
                    Err(RecvTimeoutError::Timeout) => {
                        shown = true;
                        write(&format!("\r\u{1b}[K{step} ({} s)", start.elapsed().as_secs()));
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            if shown {
                write("\r\u{1b}[K");
            }
        };
        // Without a thread the work goes on in silence.
        let worker = thread::Builder::new().name("progress".to_owned()).spawn(work).ok();
        Self { worker: worker.map(|worker| (sender, worker)) }
    }

    /// What is being done now.
    pub(crate) fn step(&self, what: impl Into<String>) {
        if let Some((sender, _)) = &self.worker {
            let _gone = sender.send(what.into());
        }
    }
}

/// Ends, and leaves no trace.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, worker)) = self.worker.take() {
            drop(sender);
            let _ended = worker.join();
        }
    }
}

fn write(text: &str) {
    let mut out = io::stderr().lock();
    let _nobody_reads = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
