//! The arrows between the workspace's crates. A new one is a change of architecture: it needs a second reader.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Problem;

/// Who may see whom.
struct Arrows {
    krate: &'static str,
    /// What it is built on.
    sees: &'static [&'static str],
    /// What only its tests are built on.
    tests_see: &'static [&'static str],
}

const fn arrows(krate: &'static str, sees: &'static [&'static str], tests_see: &'static [&'static str]) -> Arrows {
    Arrows { krate, sees, tests_see }
}

/// DESIGN.md, section 3: arrows only point down.
const ARROWS: [Arrows; 15] = [
    arrows("paritygate-derive", &[], &[]),
    arrows("paritygate-model", &["paritygate-derive"], &[]),
    arrows("paritygate-policies", &[], &[]),
    arrows("paritygate-import", &["paritygate-model"], &[]),
    arrows("paritygate-lang", &["paritygate-model"], &["paritygate-import"]),
    arrows("paritygate-eval", &["paritygate-lang", "paritygate-model"], &[]),
    arrows(
        "paritygate-rules",
        &["paritygate-eval", "paritygate-lang", "paritygate-model"],
        // Its tests run the examples of the manual pages, which not every build holds.
        &["paritygate-eval", "paritygate-import"],
    ),
    arrows("paritygate-report", &["paritygate-model"], &[]),
    arrows(
        "paritygate",
        &[
            "paritygate-eval",
            "paritygate-import",
            "paritygate-lang",
            "paritygate-model",
            "paritygate-policies",
            "paritygate-report",
            "paritygate-rules",
        ],
        &[],
    ),
    arrows("paritygate-cli", &["paritygate"], &[]),
    arrows("paritygate-node", &["paritygate"], &[]),
    arrows("paritygate-python", &["paritygate"], &[]),
    arrows("paritygate-tests", &["paritygate"], &[]),
    arrows("paritygate-wasm", &["paritygate"], &[]),
    arrows("xtask", &["paritygate", "paritygate-tests"], &[]),
];

/// Compares the arrows of `cargo metadata` with the list.
pub(super) fn check(metadata: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let packages = metadata.get("packages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for package in packages {
        let name = text(package, "name");
        seen.insert(name);
        let manifest = format!("{name}/Cargo.toml");
        let Some(expected) = ARROWS.iter().find(|arrows| arrows.krate == name) else {
            let help = "say in `ARROWS` (crates/xtask/src/tidy/arrows.rs) what it may see";
            problems.push(Problem::new(manifest, "this crate is not in the list of arrows", help));
            continue;
        };
        compare(&manifest, "[dependencies]", expected.sees, &inside(package, false), &mut problems);
        compare(&manifest, "[dev-dependencies]", expected.tests_see, &inside(package, true), &mut problems);
    }
    for missing in ARROWS.iter().filter(|arrows| !seen.contains(arrows.krate)) {
        let help = "remove it from `ARROWS` (crates/xtask/src/tidy/arrows.rs)";
        problems.push(Problem::new(missing.krate, "the list of arrows names a crate that is not there", help));
    }
    problems
}

fn compare(manifest: &str, section: &str, expected: &[&str], found: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    for name in found.iter().filter(|name| !expected.contains(name)) {
        let help = "remove it: arrows point down, and siblings never see each other. If it is meant, \
                    `ARROWS` (crates/xtask/src/tidy/arrows.rs) and DESIGN.md change too";
        problems.push(Problem::new(manifest, format!("{section} has a new arrow to `{name}`"), help));
    }
    for name in expected.iter().filter(|name| !found.contains(*name)) {
        let help = "remove it from `ARROWS` (crates/xtask/src/tidy/arrows.rs)";
        problems.push(Problem::new(manifest, format!("{section} has no arrow to `{name}` any more"), help));
    }
}

/// The workspace's crates that a package depends on: those with a path.
fn inside(package: &Value, dev: bool) -> BTreeSet<&str> {
    let dependencies = package.get("dependencies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let ours = dependencies.iter().filter(|dependency| dependency.get("path").is_some_and(Value::is_string));
    ours.filter(|dependency| (text(dependency, "kind") == "dev") == dev)
        .map(|dependency| text(dependency, "name"))
        .collect()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::shown;
    use super::*;
    use serde_json::json;

    fn packages() -> Vec<Value> {
        let list = |names: &[&str], kind: Value| -> Vec<Value> {
            names.iter().map(|name| json!({ "name": name, "kind": kind, "path": "/somewhere" })).collect()
        };
        ARROWS
            .iter()
            .map(|arrows| {
                let mut dependencies = list(arrows.sees, Value::Null);
                dependencies.extend(list(arrows.tests_see, json!("dev")));
                dependencies.push(json!({ "name": "serde", "kind": null }));
                json!({ "name": arrows.krate, "dependencies": dependencies })
            })
            .collect()
    }

    fn check_with(change: impl Fn(&mut Vec<Value>)) -> String {
        let mut packages = packages();
        change(&mut packages);
        shown(&check(&json!({ "packages": packages })))
    }

    fn add(packages: &mut [Value], to: &str, dependency: Value) {
        let package = packages.iter_mut().find(|package| text(package, "name") == to).unwrap();
        package["dependencies"].as_array_mut().unwrap().push(dependency);
    }

    #[test]
    fn the_list_itself_is_right() {
        assert_eq!(check_with(|_| {}), "");
    }

    #[test]
    fn a_new_arrow_is_a_problem() {
        let said = check_with(|packages| {
            add(packages, "paritygate-report", json!({ "name": "paritygate-eval", "kind": null, "path": "/x" }));
        });
        assert_eq!(said, "paritygate-report/Cargo.toml: [dependencies] has a new arrow to `paritygate-eval`\n");
    }

    #[test]
    fn an_arrow_for_tests_is_one_too() {
        let said = check_with(|packages| {
            add(packages, "paritygate-model", json!({ "name": "paritygate-lang", "kind": "dev", "path": "/x" }));
        });
        assert_eq!(said, "paritygate-model/Cargo.toml: [dev-dependencies] has a new arrow to `paritygate-lang`\n");
    }

    #[test]
    fn lost_arrows_and_strange_crates_are_problems() {
        let said = check_with(|packages| {
            packages.retain(|package| text(package, "name") != "paritygate-policies");
            packages.push(json!({ "name": "paritygate-extra", "dependencies": [] }));
            let cli = packages.iter_mut().find(|package| text(package, "name") == "paritygate-cli").unwrap();
            cli["dependencies"] = json!([]);
        });
        assert_eq!(
            said,
            "paritygate-cli/Cargo.toml: [dependencies] has no arrow to `paritygate` any more\n\
             paritygate-extra/Cargo.toml: this crate is not in the list of arrows\n\
             paritygate-policies: the list of arrows names a crate that is not there\n"
        );
    }
}
