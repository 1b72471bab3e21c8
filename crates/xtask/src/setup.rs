//! What the other tasks need from the machine: installed where it is missing, and said where it can't be.

use std::path::Path;
use std::process::Command;

use crate::hosts;
use crate::workspace::{Workspace, run as run_command, succeeds};

/// The target of compilers that make WebAssembly.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-22";
const LINKER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER";
const DEBIAN_SOURCES: &str = "/usr/src";
/// What Debian calls a compiler that makes WebAssembly, with the sources of its standard library.
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// Which compiler makes WebAssembly here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wasm {
    /// The one that makes everything else, with the target that rustup downloads.
    Rustup,
    /// Debian's, which builds the standard library from its sources.
    Debian,
}

/// Installs what is missing.
///
/// # Errors
///
/// If something is missing and can't be installed: with what to do.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    if !succeeds(&mut workspace.git(["--version"])) {
        return Err("git is missing: install it with the package manager of this machine".to_owned());
    }
    println!("git: there");
    component(workspace, "fmt", "rustfmt")?;
    component(workspace, "clippy", "clippy")?;
    wasm(workspace)?;
    hosts::ALL.iter().try_for_each(|host| (host.setup)(workspace))
}

/// The compiler that makes WebAssembly here, if one does.
pub(crate) fn wasm_compiler(workspace: &Workspace) -> Option<Wasm> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(&workspace.root);
    let folder = rustc.output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if folder.is_ok_and(|folder| !folder.is_empty() && Path::new(&folder).is_dir()) {
        return Some(Wasm::Rustup);
    }
    debian_is_there().then_some(Wasm::Debian)
}

/// Cargo with that compiler.
pub(crate) fn wasm_cargo(workspace: &Workspace, compiler: Wasm) -> Command {
    match compiler {
        Wasm::Rustup => workspace.cargo([]),
        Wasm::Debian => {
            let mut command = Command::new(DEBIAN_CARGO);
            command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
            command.env_remove("CARGO").env(LINKER, DEBIAN_LINKER).current_dir(&workspace.root);
            command
        }
    }
}

fn component(workspace: &Workspace, subcommand: &str, name: &str) -> Result<(), String> {
    if succeeds(&mut workspace.cargo([subcommand, "--version"])) {
        println!("{name}: there");
        return Ok(());
    }
    println!("{name}: `rustup component add {name}`");
    run_command(Command::new("rustup").args(["component", "add", name]).current_dir(&workspace.root))
        .map_err(|error| format!("{error}; install {name} for the compiler in use, then run this again"))
}

fn wasm(workspace: &Workspace) -> Result<(), String> {
    if let Some(compiler) = wasm_compiler(workspace) {
        println!("{TARGET}: there ({compiler:?})");
        return Ok(());
    }
    println!("{TARGET}: `rustup target add {TARGET}`");
    let mut rustup = Command::new("rustup");
    let downloaded = run_command(rustup.args(["target", "add", TARGET]).current_dir(&workspace.root));
    let Err(error) = downloaded else { return Ok(()) };
    println!("{TARGET}: {error}; trying Debian's packages");
    let mut apt = Command::new("apt-get");
    apt.args(["install", "--yes", "--no-install-recommends"]).args(DEBIAN_PACKAGES);
    match run_command(apt.env("DEBIAN_FRONTEND", "noninteractive")) {
        Ok(()) if debian_is_there() => Ok(()),
        Ok(()) => Err(format!("the packages {} hold no compiler for {TARGET}", DEBIAN_PACKAGES.join(", "))),
        Err(apt) => Err(format!(
            "no compiler makes {TARGET}: {error}; {apt}. Run `rustup target add {TARGET}`, or on Debian as root \
             `apt-get install {}`",
            DEBIAN_PACKAGES.join(" ")
        )),
    }
}

fn debian_is_there() -> bool {
    // Any Debian compiler is at this path; the sources come only with the one that makes WebAssembly.
    let sources = std::fs::read_dir(DEBIAN_SOURCES).into_iter().flatten().flatten();
    let has_sources = sources.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("rustc-"));
    has_sources && Path::new(DEBIAN_RUSTC).is_file() && Path::new(DEBIAN_CARGO).is_file()
}
