//! Ansible: the collection `paritygate.paritygate`, whose plugins call the Python package.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::{Host, python};
use crate::workspace::{Workspace, output, run, shown};

/// The host.
pub(super) static HOST: Host =
    Host { name: "ansible", on: &[&python::HOST], setup, build, test, conformance: &[], bench: None };

/// The version that the collection is tested with.
const CORE: &str = "2.19.14";
/// The virtual environment of all that runs here.
const VENV: &str = "target/ansible";
const SOURCES: &str = "bindings/ansible";
const CASES: &str = "bindings/ansible/tests/integration";
/// Where the collection is installed for its tests.
const INSTALLED: &str = "target/ansible-collections";
/// Where `ansible-test` wants it: at this path of a repository.
const SANITY: &str = "target/ansible-sanity/ansible_collections/paritygate/paritygate";
/// A home of its own, so that no setting of the machine has a say.
const HOME: &str = "target/ansible-home";
const SETTINGS: &str = "target/ansible-home/ansible.cfg";

/// The sanity tests that need nothing but ansible-core.
const SANITY_TESTS: [&str; 15] = [
    "action-plugin-docs",
    "changelog",
    "compile",
    "empty-init",
    "ignores",
    "line-endings",
    "no-assert",
    "no-get-exception",
    "no-illegal-filenames",
    "no-smart-quotes",
    "replace-urlopen",
    "shebang",
    "symlinks",
    "use-argspec-type-path",
    "use-compat-six",
];
/// Those that install what they need. `ansible-test` downloads pip for them, from where not every machine gets it.
const SANITY_TESTS_ALL: [&str; 7] =
    ["ansible-doc", "import", "pep8", "pylint", "runtime-metadata", "validate-modules", "yamllint"];
/// What stands for the download of pip: the one that comes with Python installs what is asked for.
const PIP: &str = r#"import subprocess, sys
subprocess.check_call([sys.executable, "-m", "ensurepip"])
names = [word for word in sys.argv[1:] if not word.startswith("-")]
subprocess.check_call([sys.executable, "-m", "pip", "install", "-q", "-U", *names])
"#;

fn setup(workspace: &Workspace) -> Result<(), String> {
    workspace.write(SETTINGS, "[defaults]\n")?;
    let there = workspace.names(&format!("{VENV}/lib")).iter().any(|python| {
        workspace.path(&format!("{VENV}/lib/{python}/site-packages/ansible_core-{CORE}.dist-info")).is_dir()
    });
    if there {
        println!("ansible-core {CORE}: there");
        return Ok(());
    }
    println!("ansible-core {CORE}: a virtual environment in {VENV}, from the Python package index");
    let failed = |error| format!("{error}; ansible-core {CORE} needs Python 3.11 or later with `venv`");
    run(Command::new("python3").args(["-m", "venv", VENV]).current_dir(&workspace.root)).map_err(failed)?;
    run(&mut ansible(workspace, "python", ["-m", "pip", "install", "-q", &format!("ansible-core=={CORE}")]))
        .map_err(failed)
}

fn build(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let args = ["collection", "build", SOURCES, "--output-path", "target/dist", "--force"];
    output(&mut ansible(workspace, "ansible-galaxy", args))?;
    Ok(vec![collection(workspace)?])
}

fn test(workspace: &Workspace, all: bool) -> Result<(), String> {
    install(workspace)?;
    let mut wrong = Vec::new();
    for (kind, name) in
        [("module", "check"), ("module", "gate"), ("filter", "to_environment"), ("test", "in_parity_with")]
    {
        let name = format!("paritygate.paritygate.{name}");
        let doc = output(&mut ansible(workspace, "ansible-doc", ["-t", kind, &name]));
        match doc {
            Ok(text) if text.contains("EXAMPLES") && text.contains("RETURN VALUES") => println!("ansible-doc: {name}"),
            Ok(_) => wrong.push(format!("ansible-doc: {name} has no examples, or says not what it returns")),
            Err(error) => wrong.push(error),
        }
    }
    let text = workspace.read(&format!("{CASES}/cases.json"))?;
    let cases: Vec<Case> = serde_json::from_str(&text).map_err(|error| format!("{CASES}/cases.json: {error}"))?;
    wrong.extend(cases.iter().filter_map(|case| case.run(workspace).err()));
    wrong.extend(sample(workspace).err());
    wrong.extend(sanity(workspace, all).err());
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// A program of the virtual environment, in the root, away from the settings of the machine.
fn ansible<'a>(workspace: &Workspace, program: &str, args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(workspace.path(&format!("{VENV}/bin/{program}")));
    command.args(args).current_dir(&workspace.root);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("ANSIBLE_") || text.starts_with("PARITYGATE_") || text == "PYTHONPATH" {
            command.env_remove(name);
        }
    }
    command.env("HOME", workspace.path(HOME)).env("ANSIBLE_CONFIG", workspace.path(SETTINGS));
    command.env("ANSIBLE_COLLECTIONS_PATH", workspace.path(INSTALLED)).env("ANSIBLE_NOCOLOR", "1");
    command.env("ANSIBLE_LOCALHOST_WARNING", "false").env("LC_ALL", "C.UTF-8");
    command
}

/// The only file in `target/dist` of that kind.
fn dist(workspace: &Workspace, is: impl Fn(&str) -> bool, what: &str, who: &str) -> Result<PathBuf, String> {
    let names = workspace.names("target/dist");
    let name = names.iter().rfind(|name| is(name));
    let name = name.ok_or_else(|| format!("{what} is not in target/dist: `cargo xtask build` makes {who}"))?;
    Ok(workspace.path("target/dist").join(name))
}

fn collection(workspace: &Workspace) -> Result<PathBuf, String> {
    let is = |name: &str| name.starts_with("paritygate-paritygate-") && name.ends_with(".tar.gz");
    dist(workspace, is, "the collection", "it")
}

/// Installs the packages as users do: the wheel of the Python package, and the collection.
fn install(workspace: &Workspace) -> Result<(), String> {
    let is_wheel = |name: &str| {
        name.starts_with("paritygate-") && Path::new(name).extension().is_some_and(|ending| ending == "whl")
    };
    let wheel = dist(workspace, is_wheel, "the wheel of the Python package", "it")?;
    let wheel = wheel.to_string_lossy();
    let pip = ["-m", "pip", "install", "-q", "--force-reinstall", "--no-deps", "--no-index", &wheel];
    run(&mut ansible(workspace, "python", pip))?;
    let _gone = std::fs::remove_dir_all(workspace.path(INSTALLED));
    let archive = collection(workspace)?;
    let archive = archive.to_string_lossy();
    let args = ["collection", "install", "--offline", "--force", "-p", INSTALLED, &archive];
    output(&mut ansible(workspace, "ansible-galaxy", args)).map(drop)
}

/// A playbook that is run as users do, and what it has to say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Where it is, below the root: among the tests by default.
    folder: Option<String>,
    playbook: String,
    #[serde(default)]
    args: Vec<String>,
    /// Whether the Python package can't be loaded.
    #[serde(default)]
    without: bool,
    exit: i32,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
}

/// What no run may print: the values in the encrypted files of the tests, and what can be made of them.
const CANARIES: [&str; 3] = ["canary-", "47114711", "Y2FuYXJ5"];

impl Case {
    /// Runs it at the highest verbosity that says anything of values.
    fn run(&self, workspace: &Workspace) -> Result<(), String> {
        let mut command = ansible(workspace, "ansible-playbook", ["-i", "inventory.yml", "-vvv", &self.playbook]);
        command.arg("--vault-password-file").arg(workspace.path(CASES).join("vault-password.txt"));
        command.args(&self.args).current_dir(workspace.path(self.folder.as_deref().unwrap_or(CASES)));
        if self.without {
            command.env("PYTHONPATH", workspace.path(CASES).join("without"));
        }
        let output = command.output().map_err(|error| format!("can't start `{}`: {error}", shown(&command)))?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let mut wrong = Vec::new();
        if output.status.code() != Some(self.exit) {
            wrong.push(format!("it ended with {}, not with {}", output.status, self.exit));
        }
        wrong.extend(
            self.says.iter().filter(|text| !said.contains(*text)).map(|text| format!("it does not say `{text}`")),
        );
        wrong.extend(self.silent.iter().filter(|text| said.contains(*text)).map(|text| format!("it says `{text}`")));
        // Whatever it prints of a secret stays here.
        if CANARIES.iter().any(|canary| said.contains(canary)) {
            return Err(format!("ansible-playbook: {}: it prints a secret", self.name));
        }
        if wrong.is_empty() {
            println!("ansible-playbook: {}", self.name);
            return Ok(());
        }
        Err(format!("ansible-playbook: {}: {}\n{}", self.name, wrong.join("; "), said.trim_end()))
    }
}

/// How many cases the sample has at least.
const SAMPLE: usize = 20;

/// Whether a task can say all that the manifest of a case says: an environment is one document, and no more.
fn is_plain(case: &paritygate_tests::case::Case) -> bool {
    let Some(manifest) = case.files.get(paritygate_tests::check::MANIFEST) else { return false };
    let plan = paritygate::Plan::of_text(&paritygate::Source::new("paritygate.yaml", manifest.as_str()));
    let is_one = |planned: &paritygate::plan::PlannedEnvironment| {
        let file = format!("{}.environment.yaml", planned.name);
        let paths: Vec<&String> = planned.layers.iter().flat_map(|layer| &layer.request.paths).collect();
        planned.tier.is_none() && planned.order.is_none() && planned.aliases.is_empty() && paths == [&file]
    };
    plan.contract.is_empty() && plan.environments.iter().all(is_one) && case.files.len() == plan.environments.len() + 2
}

/// Cases of the conformance folder: what a task returns is what the command line prints.
fn sample(workspace: &Workspace) -> Result<(), String> {
    const FOLDER: &str = "target/ansible-conformance";
    let mut cases = Vec::new();
    for name in workspace.names("tests/conformance/kinds") {
        let folder = format!("tests/conformance/kinds/{name}");
        let case = paritygate_tests::case::read(&name, &workspace.read(&format!("{folder}/case.yaml"))?)?;
        let Some(case) = case.into_iter().next() else { return Err(format!("{folder}: there is no case")) };
        if !is_plain(&case) {
            continue;
        }
        let answer: serde_json::Value = serde_json::from_str(&workspace.read(&format!("{folder}/answer.json"))?)
            .map_err(|error| format!("{folder}/answer.json: {error}"))?;
        let mut environments = serde_json::Map::new();
        for (path, text) in &case.files {
            workspace.write(&format!("{FOLDER}/{name}/{path}"), text)?;
            if let Some(environment) = path.strip_suffix(".environment.yaml") {
                environments.insert(environment.to_owned(), serde_json::json!({ "files": [path] }));
            }
        }
        cases.push(name.clone());
        let play = serde_json::json!([{
            "name": name, "hosts": "localhost", "gather_facts": false,
            "tasks": [
                { "paritygate.paritygate.check": {
                    "environments": environments, "policies": ["policy.yaml"], "key": case.key,
                    "now": case.now.to_string(), "only": case.only, "fail_on": "never", "show": false },
                  "register": "checked" },
                { "ansible.builtin.assert": { "that": [
                    "checked.verdict == expected.verdict", "checked.findings == expected.findings"] },
                  "vars": { "expected": answer } },
            ],
        }]);
        workspace.write(&format!("{FOLDER}/{name}/play.json"), &format!("{play:#}"))?;
    }
    if cases.len() < SAMPLE {
        return Err(format!(
            "conformance through Ansible: {} cases are plain enough, and {SAMPLE} are needed",
            cases.len()
        ));
    }
    let plays: Vec<String> = cases.iter().map(|name| format!("{FOLDER}/{name}/play.json")).collect();
    let args = ["-i", "localhost,", "-c", "local"].into_iter().chain(plays.iter().map(String::as_str));
    let mut command = ansible(workspace, "ansible-playbook", args);
    let ended = command.output().map_err(|error| format!("can't start `{}`: {error}", shown(&command)))?;
    if ended.status.success() {
        println!("conformance: {} cases answered alike through Ansible", cases.len());
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stdout);
    let from = said.find("fatal:").unwrap_or_default();
    let said: String = said.get(from..).unwrap_or_default().chars().take(4_000).collect();
    Err(format!("conformance through Ansible: answers differ\n{said}"))
}

/// Ansible's own tests of collections.
fn sanity(workspace: &Workspace, all: bool) -> Result<(), String> {
    let _gone = std::fs::remove_dir_all(workspace.path(SANITY));
    for path in output(&mut workspace.git(["ls-files", SOURCES]))?.lines() {
        if let Some(name) = path.strip_prefix(SOURCES).filter(|name| !name.starts_with("/tests/integration")) {
            workspace.write(&format!("{SANITY}{name}"), &workspace.read(path)?)?;
        }
    }
    run(workspace.git(["init", "--quiet"]).current_dir(workspace.path(SANITY)))?;
    run(workspace.git(["add", "--all"]).current_dir(workspace.path(SANITY)))?;
    let mut tests = SANITY_TESTS.to_vec();
    if all {
        tests.extend(SANITY_TESTS_ALL);
        workspace.write(&format!("{HOME}/.ansible/test/cache/get_pip_24_2.py"), PIP)?;
    }
    // The compiler and the linters would else be asked for every Python that Ansible knows.
    let versions = workspace.names(&format!("{VENV}/lib"));
    let python = versions.iter().find_map(|name| name.strip_prefix("python")).unwrap_or("default");
    let chosen = tests.iter().flat_map(|test| ["--test", *test]);
    let mut command = ansible(workspace, "ansible-test", ["sanity", "--python", python].into_iter().chain(chosen));
    let path = std::env::join_paths(
        std::iter::once(workspace.path(&format!("{VENV}/bin")))
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    command.env("PATH", path.map_err(|error| format!("PATH: {error}"))?).current_dir(workspace.path(SANITY));
    let ended = command.output().map_err(|error| format!("can't start `{}`: {error}", shown(&command)))?;
    if !ended.status.success() {
        // What is wrong stands in the one, and which tests failed in the other.
        let (found, failed) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        return Err(format!("ansible-test sanity failed\n{}\n{}", found.trim_end(), failed.trim_end()));
    }
    println!("ansible-test sanity: {} tests", tests.len());
    Ok(())
}
