//! The hosts: what is built for other languages, and how each of them is set up, tested and compared.

mod ansible;
mod node;
mod npm;
mod portal;
mod python;
mod rust;
mod wasm;

use std::path::PathBuf;

use crate::conformance::Cases;
use crate::workspace::Workspace;

/// Something that is done in the workspace.
pub(crate) type Step = fn(&Workspace) -> Result<(), String>;

/// A host: one file in this folder, one entry in [`ALL`].
pub(crate) struct Host {
    /// Its name: `node`.
    pub(crate) name: &'static str,
    /// The hosts whose packages it is made of, or is tested with. They stand before it in [`ALL`].
    pub(crate) on: &'static [&'static Host],
    /// Installs what its build and its tests need, and says what it does. Does nothing where it is there.
    pub(crate) setup: Step,
    /// Builds what is published, and answers the packages: files in `target/dist/`.
    pub(crate) build: fn(&Workspace) -> Result<Vec<PathBuf>, String>,
    /// Runs its own tests; `all` adds the long ones.
    pub(crate) test: fn(&Workspace, all: bool) -> Result<(), String>,
    /// Runs the conformance cases in it, one run per runtime (`node`, `chromium`).
    pub(crate) conformance: &'static [Runtime],
    /// Measures it beside its peers, for `cargo xtask bench --hosts`.
    pub(crate) bench: Option<Step>,
}

impl Host {
    /// Sets up and builds it, and before it what it stands on: for a run that is for this host alone.
    pub(crate) fn prepare(&self, workspace: &Workspace) -> Result<(), String> {
        self.on.iter().try_for_each(|host| host.prepare(workspace))?;
        (self.setup)(workspace)?;
        (self.build)(workspace).map(drop)
    }
}

/// Where conformance cases run.
pub(crate) struct Runtime {
    /// Its name in the table: `wasm in Node`.
    pub(crate) name: &'static str,
    /// Reads the cases from the file and writes its answers into `answers` as one JSON map from case to text.
    pub(crate) run: fn(&Workspace, &Cases<'_>) -> Result<(), String>,
}

/// All hosts, in the order in which they build on each other.
pub(crate) static ALL: &[&Host] = &[&wasm::HOST, &node::HOST, &python::HOST, &ansible::HOST, &portal::HOST];

/// All hosts whose answers are compared: those, and Rust itself.
pub(crate) fn compared() -> impl Iterator<Item = &'static Host> {
    std::iter::once(&rust::HOST).chain(ALL.iter().copied()).filter(|host| !host.conformance.is_empty())
}
