//! WebAssembly: two modules, built small, with JavaScript for browsers and for Node.

use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use super::{Host, npm};
use crate::build;
use crate::setup::{self, TARGET, Wasm};
use crate::workspace::{Workspace, run, succeeds};

/// Where the modules and their JavaScript are, below the root: a folder each.
pub(super) const WEB: &str = "target/wasm/web";

/// The time-zone database, which the modules do not carry: it is handed in where a zone is named.
const ZONES: &str = "target/wasm/web/zones.bin";

/// The modules. `core` is always loaded; `formats` holds all of it and more, and is loaded on demand.
const MODULES: [Module; 2] =
    [Module { name: "core", features: &[] }, Module { name: "formats", features: &["--features", "formats"] }];

struct Module {
    name: &'static str,
    features: &'static [&'static str],
}

impl Module {
    fn folder(&self) -> String {
        format!("{WEB}/{}", self.name)
    }

    fn file(&self) -> String {
        format!("{}/paritygate_{}_bg.wasm", self.folder(), self.name)
    }
}

/// How large the module may be today, in bytes: raw, and under brotli. It rises with what the engine learns, and is there to
/// be lowered, towards [`GOAL`].
const CEILING: (usize, usize) = (1_910_000, 677_000);
/// How large the module is meant to be.
const GOAL: (usize, usize) = (480 * 1024, 160 * 1024);

/// What makes the module small where the standard library is built with it. Panics end the module without a message: the
/// hosts make an error of that.
const FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";
const BUILD_STD: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// What `wasm-opt` does beyond its defaults for size.
const OPTIMIZED: [&str; 8] = [
    "-Oz",
    // Locals and jumps are made anew, and then there is more to find.
    "--flatten",
    "--rereloop",
    "-Oz",
    // Functions with one caller stay by themselves: they look more alike that way, and pack better.
    "--one-caller-inline-max-function-size=20",
    // Below 1 KB is only the very end of the stack, so that offsets can move into loads and stores.
    "--low-memory-unused",
    // Neighbours by name are alike, and pack better as well.
    "--reorder-functions-by-name",
    "-o",
];

pub(super) static HOST: Host =
    Host { name: "wasm", on: &[], setup, build: packages, test: |_, _| Ok(()), conformance: &[], bench: None };

fn setup(workspace: &Workspace) -> Result<(), String> {
    if setup::wasm_compiler(workspace) == Some(Wasm::Rustup) && !has_sources(workspace) {
        println!("rust-src: `rustup component add rust-src`");
        let mut rustup = Command::new("rustup");
        if let Err(error) = run(rustup.args(["component", "add", "rust-src"]).current_dir(&workspace.root)) {
            println!("rust-src: {error}; the module is built with the standard library as it is, and becomes larger");
        }
    }
    npm::setup(workspace)
}

/// Nothing is published of its own: the modules are part of the npm package.
fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    MODULES.iter().try_for_each(|module| make(workspace, module))?;
    std::fs::write(workspace.path(ZONES), paritygate::zones::file())
        .map_err(|error| format!("can't write `{ZONES}`: {error}"))?;
    println!("{:<56} {:>10} {:>10} {:>10}", "WebAssembly", "raw", "gzip", "brotli");
    for file in MODULES.iter().map(Module::file).chain([ZONES.to_owned()]) {
        println!("{}", build::sizes(&workspace.path(&file))?);
    }
    let [core, _] = &MODULES;
    let bytes =
        std::fs::read(workspace.path(&core.file())).map_err(|error| format!("can't read the module: {error}"))?;
    within(bytes.len(), build::brotli(&bytes)?).map(|said| {
        println!("{said}");
        Vec::new()
    })
}

/// Says how far the sizes are from the goal.
///
/// # Errors
///
/// If they are above the ceiling.
fn within(raw: usize, brotli: usize) -> Result<String, String> {
    let over = |size: usize, limit: usize| size.saturating_sub(limit);
    if (over(raw, CEILING.0), over(brotli, CEILING.1)) != (0, 0) {
        return Err(format!(
            "the WebAssembly module has {raw} bytes, {brotli} under brotli; the ceiling is {} and {}",
            CEILING.0, CEILING.1
        ));
    }
    Ok(match (over(raw, GOAL.0), over(brotli, GOAL.1)) {
        (0, 0) => "the module is as small as it is meant to be".to_owned(),
        (raw, brotli) => format!("the module is {raw} bytes above its goal, and {brotli} under brotli"),
    })
}

/// Builds a module and its JavaScript, where they are not up to date.
fn make(workspace: &Workspace, module: &Module) -> Result<(), String> {
    let compiler = setup::wasm_compiler(workspace).ok_or("no compiler here makes WebAssembly: see the set-up step")?;
    let small = compiler == Wasm::Debian || has_sources(workspace);
    let route = match (compiler, small) {
        (Wasm::Rustup, true) => "rustup's compiler, and the standard library from its sources",
        (Wasm::Rustup, false) => "rustup's compiler, and the standard library as it is",
        (Wasm::Debian, _) => "Debian's compiler, and the standard library from its sources",
    };
    println!("WebAssembly, `{}`: {route}", module.name);
    let folder = match (compiler, small) {
        (Wasm::Rustup, true) => "target/wasm/small",
        (Wasm::Rustup, false) => "target/wasm/plain",
        (Wasm::Debian, _) => "target/wasm/debian",
    };
    let mut cargo = setup::wasm_cargo(workspace, compiler);
    cargo.args([
        "build",
        "--quiet",
        "--locked",
        "--profile",
        "wasm",
        "--target",
        TARGET,
        "--package",
        "paritygate-wasm",
    ]);
    cargo.args(["--target-dir", folder]).args(module.features);
    if small {
        cargo.args(BUILD_STD).env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS);
    }
    run(&mut cargo)?;
    let built = workspace.path(&format!("{folder}/{TARGET}/wasm/paritygate_wasm.wasm"));
    let folder = module.folder();
    let finished = workspace.path(&module.file());
    // Cargo puts both modules at one place: what was made of this one says which bytes it was made of.
    let stamp = format!("{folder}/made-of.txt");
    let bytes = std::fs::read(&built).map_err(|error| format!("can't read what Cargo built: {error}"))?;
    let made_of = format!("{} bytes, crc {:08x}\n", bytes.len(), build::crc(&bytes));
    if finished.is_file() && workspace.read(&stamp).is_ok_and(|there| there == made_of) {
        return Ok(());
    }
    bindgen(&built, &workspace.path(&folder), module.name)?;
    workspace.write(&format!("{folder}/package.json"), "{ \"type\": \"module\" }\n")?;
    optimize(workspace, &finished)?;
    workspace.write(&stamp, &made_of)
}

/// The JavaScript around the module. One build serves browsers (`await init()`) and Node (`initSync`).
fn bindgen(built: &Path, folder: &Path, name: &str) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    // After a fault, the module is made anew: hence the function that forgets its state.
    bindgen.input_path(built).out_name(&format!("paritygate_{name}")).typescript(true).reset_state_function(true);
    let made = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    made.map_err(|error| format!("can't make the JavaScript around the WebAssembly module: {error:#}"))
}

fn optimize(workspace: &Workspace, module: &Path) -> Result<(), String> {
    let large = module.with_extension("large.wasm");
    std::fs::rename(module, &large).map_err(|error| format!("can't move the module: {error}"))?;
    let mut node = npm::node(workspace, ["node_modules/binaryen/bin/wasm-opt"]);
    run(node.arg(&large).args(OPTIMIZED).arg(module))
}

fn has_sources(workspace: &Workspace) -> bool {
    let mut rustc = Command::new("rustc");
    let output = rustc.args(["--print", "sysroot"]).current_dir(&workspace.root).output();
    let sysroot = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml");
    !sysroot.is_empty() && sources.is_file() && succeeds(Command::new("rustc").arg("--version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_is_a_limit_and_the_goal_is_said() {
        assert_eq!(within(GOAL.0, GOAL.1).unwrap(), "the module is as small as it is meant to be");
        let said = within(GOAL.0 + 1, GOAL.1).unwrap();
        assert_eq!(said, "the module is 1 bytes above its goal, and 0 under brotli");
        assert!(within(CEILING.0 + 1, 0).is_err());
    }
}
