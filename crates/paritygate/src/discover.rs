//! Finding environments by the names of files and folders, where there is no manifest.
//!
//! Files are grouped by folder into components; layers are stacked (`.env` below `.env.production`); a base file is never
//! an environment of its own beside an overlay; `.env.example` is a contract. What is not used is listed with the reason.

use std::borrow::Cow;

use paritygate_eval::SHARED_SECRETS;
use paritygate_import::{Format, Request, formats};
use paritygate_model::{SortedMap, SortedSet, Tier, suggest};

use crate::plan::{Layer, Plan, PlannedEnvironment};

/// The name of an environment that nothing names.
pub const LONE: &str = "default";
/// The environment that a Compose override file stands for: what `docker compose up` starts on a developer's machine.
pub const OVERRIDE: &str = "local";

/// Folders whose files are not the project's own environments.
const PASSED_OVER: [(&str, &str); 13] = [
    (".git", "belongs to Git"),
    (".venv", "holds dependencies"),
    ("__fixtures__", "test fixtures"),
    ("__tests__", "test fixtures"),
    ("bower_components", "holds dependencies"),
    ("dist", "generated"),
    ("fixtures", "test fixtures"),
    ("node_modules", "holds dependencies"),
    ("site-packages", "holds dependencies"),
    ("target", "generated"),
    ("testdata", "test fixtures"),
    ("vendor", "holds dependencies"),
    ("venv", "holds dependencies"),
];

const NO_ENVIRONMENT: &str = "its name names no environment";
const LIST_IT: &str = "list it in paritygate.yaml if it is one";
const ONE_FOR_ALL: &str = "the same for every environment";

/// What a file's name says.
#[derive(Debug, PartialEq, Eq)]
enum Role {
    Base,
    Override,
    Overlay(String),
    Contract,
    Unused(Cow<'static, str>),
}

/// The files of one folder in one format, by role.
#[derive(Default)]
struct Group {
    base: Option<String>,
    over: Option<String>,
    overlays: SortedMap<String, Vec<String>>,
    contract: Vec<String>,
}

/// Plans what the names of a project's files suggest. Names are paths relative to the project's folder, with `/`.
pub fn discover<'a>(names: impl Iterator<Item = &'a str>) -> Plan {
    let names: SortedSet<&str> = names.collect();
    let mut plan = Plan { never_waive: vec![SHARED_SECRETS.to_owned()], ..Plan::default() };
    let mut dotenv: SortedMap<&str, Group> = SortedMap::new();
    let mut compose: SortedMap<&str, Group> = SortedMap::new();
    let mut documents: SortedMap<String, Vec<String>> = SortedMap::new();
    let by_folder = environments_by_folder(&names);
    for path in names {
        let (mut folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some((format, mut role)) = role(name) else { continue };
        if let Some(reason) = passed_over(folder) {
            plan.passed_over.push((path.to_owned(), reason.into()));
            continue;
        }
        if format == "environment" {
            documents.entry(document_name(name)).or_default().push(path.to_owned());
            continue;
        }
        if let (Role::Base, Some((parent, environment))) = (&role, named_folder(folder))
            && by_folder.contains(&(format, parent))
        {
            (folder, role) = (parent, Role::Overlay(environment.to_owned()));
        }
        let group = if format == "compose" { &mut compose } else { &mut dotenv }.entry(folder).or_default();
        match role {
            Role::Base if group.base.is_some() => {
                plan.passed_over.push((path.to_owned(), "another base file stands beside it".into()));
            }
            Role::Base => group.base = Some(path.to_owned()),
            Role::Override => group.over = Some(path.to_owned()),
            Role::Overlay(environment) => group.overlays.entry(environment).or_default().push(path.to_owned()),
            Role::Contract => group.contract.push(path.to_owned()),
            Role::Unused(reason) => plan.passed_over.push((path.to_owned(), reason)),
        }
    }
    stack(dotenv, compose, &documents, &mut plan);
    plan.passed_over.sort_unstable();
    plan
}

/// The folder around one that is named after an environment, and that name.
fn named_folder(folder: &str) -> Option<(&str, &str)> {
    let (parent, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && Tier::from_name(name) != Tier::Other;
    is_name.then_some((parent, name))
}

/// The folders in which several folders are named after environments and hold a base file each (`envs/staging/.env`).
fn environments_by_folder<'a>(names: &SortedSet<&'a str>) -> SortedSet<(&'static str, &'a str)> {
    let mut seen: SortedMap<(&'static str, &'a str), SortedSet<&'a str>> = SortedMap::new();
    for path in names {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let (Some((format, Role::Base)), Some((parent, environment))) = (role(name), named_folder(folder)) {
            seen.entry((format, parent)).or_default().insert(environment);
        }
    }
    seen.into_iter().filter(|(_, environments)| environments.len() > 1).map(|(place, _)| place).collect()
}

fn passed_over(folder: &str) -> Option<&'static str> {
    folder.split('/').find_map(|part| PASSED_OVER.iter().find(|(name, _)| *name == part).map(|(_, reason)| *reason))
}

/// The environment that a document is about: `staging` for `staging.environment.yaml`.
fn document_name(name: &str) -> String {
    name.split_once(".environment.").map_or(name, |(name, _)| name).to_owned()
}

/// The format and the role of a file, by its name; `None` where it is nothing of ours.
fn role(name: &str) -> Option<(&'static str, Role)> {
    let lower = name.to_ascii_lowercase();
    if [".environment.yaml", ".environment.yml", ".environment.json"].iter().any(|ending| lower.ends_with(ending)) {
        return Some(("environment", Role::Base));
    }
    if let Some(role) = compose_role(&lower) {
        return Some(("compose", role));
    }
    dotenv_role(&lower).map(|role| ("dotenv", role))
}

fn compose_role(name: &str) -> Option<Role> {
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    let rest = stem.strip_prefix("docker-compose").or_else(|| stem.strip_prefix("compose"))?;
    if rest.is_empty() {
        return Some(Role::Base);
    }
    let rest = rest.strip_prefix(['.', '-', '_'])?;
    if rest == "override" {
        return Some(Role::Override);
    }
    let rest = rest.strip_prefix("override.").unwrap_or(rest);
    Some(overlay(rest))
}

fn overlay(name: &str) -> Role {
    const COPIES: [&str; 14] =
        ["age", "asc", "backup", "bak", "copy", "enc", "encrypted", "gpg", "old", "orig", "save", "sops", "swp", "tmp"];
    if name.ends_with('~') || name.split(['.', '-', '_']).any(|word| COPIES.contains(&word)) {
        return Role::Unused("a copy or an encrypted file, by its name".into());
    }
    if Tier::from_name(name) != Tier::Other {
        return Role::Overlay(name.to_owned());
    }
    let hint = meant(name).map_or(LIST_IT.to_owned(), |meant| format!("did you mean `{meant}`?"));
    Role::Unused(format!("{NO_ENVIRONMENT}; {hint}").into())
}

/// The name of a tier that a word of a file's name nearly is.
fn meant(name: &str) -> Option<&'static str> {
    // Nearer names would turn words (`state`, `teaching`) into mistakes.
    let names = ["development", "production", "staging", "testing"];
    name.split(['.', '-', '_']).find_map(|word| suggest::nearest(word, names))
}

fn dotenv_role(name: &str) -> Option<Role> {
    const EXAMPLES: [&str; 6] = ["example", "sample", "template", "dist", "defaults", "schema"];
    let words: Vec<&str> = name.split(['.', '-', '_']).filter(|word| !word.is_empty()).collect();
    if !words.contains(&"env")
        || !(name.starts_with(".env") || name.starts_with("env.") || name.ends_with(".env") || name.contains(".env."))
    {
        return None;
    }
    if words.iter().any(|word| EXAMPLES.contains(word)) {
        return Some(Role::Contract);
    }
    if name == ".env" {
        return Some(Role::Base);
    }
    let environment =
        name.strip_prefix(".env.").or_else(|| name.strip_suffix(".env")).map(|rest| rest.trim_matches('.'))?;
    if environment == "local" || environment.ends_with(".local") {
        return Some(Role::Unused("a `.local` file belongs to one machine".into()));
    }
    Some(overlay(environment))
}

fn layer(format: Option<&'static Format>, paths: Vec<String>, component: Option<&str>) -> Option<Layer> {
    let request = Request { paths, component: component.map(str::to_owned), ..Request::default() };
    format.map(|format| Layer { format, request, observed: false })
}

/// Stacks the groups into environments.
fn stack(
    mut dotenv: SortedMap<&str, Group>,
    mut compose: SortedMap<&str, Group>,
    documents: &SortedMap<String, Vec<String>>,
    plan: &mut Plan,
) {
    one_spelling(dotenv.values_mut().chain(compose.values_mut()));
    let overlaid =
        !documents.is_empty() || dotenv.values().chain(compose.values()).any(|group| !group.overlays.is_empty());
    if overlaid {
        for group in compose.values_mut() {
            // Beside overlays, the override file is what runs on a developer's machine.
            if let Some(over) = group.over.take() {
                if group.overlays.is_empty() {
                    group.over = Some(over);
                } else {
                    group.overlays.entry(OVERRIDE.to_owned()).or_default().push(over);
                }
            }
        }
        for group in dotenv.values_mut().chain(compose.values_mut()).filter(|group| group.overlays.is_empty()) {
            let unused = group.base.take().into_iter().chain(group.over.take());
            plan.passed_over.extend(unused.map(|path| (path, ONE_FOR_ALL.into())));
        }
    }
    let used = |group: &Group| group.base.is_some() || !group.overlays.is_empty();
    let components = dotenv.values().filter(|group| used(group) || !group.contract.is_empty()).count();
    let mut names: SortedSet<String> =
        dotenv.values().chain(compose.values()).flat_map(|group| group.overlays.keys().cloned()).collect();
    if names.is_empty() && dotenv.values().chain(compose.values()).any(used) {
        names.insert(LONE.to_owned());
    }
    let projects = compose.values().filter(|group| used(group)).count();
    let named = |folder: &str| if folder.is_empty() { "root".to_owned() } else { folder.to_owned() };
    let component = |folder: &str| (components > 1).then(|| named(folder));
    for name in &names {
        let mut layers = Vec::new();
        for (folder, group) in &compose {
            let paths = stacked(group, name);
            if !paths.is_empty() {
                let project = (projects > 1).then(|| named(folder));
                layers.extend(layer(formats::find("compose"), paths, project.as_deref()));
            }
        }
        for (folder, group) in &dotenv {
            let paths = stacked(group, name);
            if !paths.is_empty() {
                layers.extend(layer(formats::find("dotenv"), paths, component(folder).as_deref()));
            }
        }
        if let Some(paths) = documents.get(name) {
            layers.extend(layer(formats::find("environment"), paths.clone(), None));
        }
        plan.environments.push(PlannedEnvironment { name: name.clone(), layers, ..PlannedEnvironment::default() });
    }
    // A document that belongs to no other file names its environment, or its environments, itself.
    let alone = documents.iter().filter(|(name, _)| !names.contains(*name)).flat_map(|(_, paths)| paths);
    for path in alone {
        let layers = layer(formats::find("environment"), vec![path.clone()], None).into_iter().collect();
        plan.environments.push(PlannedEnvironment { layers, ..PlannedEnvironment::default() });
    }
    for (folder, group) in &dotenv {
        for path in &group.contract {
            plan.contract.extend(layer(formats::find("dotenv"), vec![path.clone()], component(folder).as_deref()));
        }
    }
}

/// Gives environments that are spelled in several ways (`prod`, `production`) the longest of their names.
fn one_spelling<'g>(groups: impl Iterator<Item = &'g mut Group>) {
    const SPELLINGS: [&[&str]; 4] = [
        &["production", "prod", "prd"],
        &["staging", "stage", "stg"],
        &["development", "develop", "dev"],
        &["testing", "test", "tst"],
    ];
    let mut groups: Vec<&mut Group> = groups.collect();
    for spellings in SPELLINGS {
        let used = |name: &&&str| groups.iter().any(|group| group.overlays.contains_key(**name));
        let used: Vec<&str> = spellings.iter().filter(used).copied().collect();
        let Some((longest, others)) = used.split_first() else { continue };
        for group in &mut groups {
            for other in others {
                let paths = group.overlays.remove(*other).unwrap_or_default();
                if !paths.is_empty() {
                    group.overlays.entry((*longest).to_owned()).or_default().extend(paths);
                }
            }
        }
    }
}

/// The files of a group that make up one environment, the base first.
fn stacked(group: &Group, name: &str) -> Vec<String> {
    let overlays = group.overlays.get(name);
    if overlays.is_none() && !(group.overlays.is_empty() && name == LONE) {
        return Vec::new();
    }
    let over = group.over.iter().filter(|_| overlays.is_none());
    group.base.iter().chain(over).chain(overlays.into_iter().flatten()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name: paths…` per environment, then the contract and what was passed over.
    fn found(names: &[&str]) -> String {
        let plan = discover(names.iter().copied());
        let mut out = Vec::new();
        let paths = |layers: &[Layer]| {
            let shown = layers.iter().map(|layer| {
                let component =
                    layer.request.component.as_ref().map_or(String::new(), |component| format!("{component}="));
                format!("{component}{}", layer.request.paths.join("+"))
            });
            shown.collect::<Vec<_>>().join(" ")
        };
        for environment in &plan.environments {
            out.push(format!("{}: {}", environment.name, paths(&environment.layers)));
        }
        if !plan.contract.is_empty() {
            out.push(format!("contract: {}", paths(&plan.contract)));
        }
        for (path, _) in &plan.passed_over {
            out.push(format!("passed over: {path}"));
        }
        out.join("\n")
    }

    #[test]
    fn layers_are_stacked() {
        assert_eq!(
            found(&[".env", ".env.staging", ".env.production", ".env.example", ".env.local"]),
            "production: .env+.env.production\nstaging: .env+.env.staging\ncontract: .env.example\npassed over: .env.local"
        );
    }

    #[test]
    fn a_base_beside_an_overlay_is_no_environment() {
        assert_eq!(found(&[".env", ".env.production"]), "production: .env+.env.production");
    }

    #[test]
    fn a_lone_file_is_one_environment() {
        assert_eq!(found(&["compose.yaml"]), "default: compose.yaml");
        assert_eq!(found(&["compose.yaml", "compose.override.yaml"]), "default: compose.yaml+compose.override.yaml");
        assert_eq!(found(&[".env"]), "default: .env");
    }

    #[test]
    fn compose_overlays_are_stacked() {
        assert_eq!(
            found(&[
                "docker-compose.yml",
                "docker-compose.override.yml",
                "docker-compose.prod.yml",
                "docker-compose.backup.yml"
            ]),
            "local: docker-compose.yml+docker-compose.override.yml\nprod: docker-compose.yml+docker-compose.prod.yml\n\
             passed over: docker-compose.backup.yml"
        );
        assert_eq!(
            found(&["docker-compose.yml", "docker-compose.override.dev.yml", "docker-compose.override.prod.yml"]),
            "dev: docker-compose.yml+docker-compose.override.dev.yml\nprod: docker-compose.yml+docker-compose.override.prod.yml"
        );
    }

    #[test]
    fn several_folders_are_components() {
        assert_eq!(
            found(&[
                "api/.env.staging",
                "api/.env.production",
                "web/.env.production",
                "web/.env.staging",
                "node_modules/x/.env"
            ]),
            "production: api=api/.env.production web=web/.env.production\n\
             staging: api=api/.env.staging web=web/.env.staging\npassed over: node_modules/x/.env"
        );
    }

    #[test]
    fn several_projects_are_kept_apart() {
        assert_eq!(
            found(&[
                "orders/compose.staging.yaml",
                "orders/compose.production.yaml",
                "users/compose.staging.yaml",
                "users/compose.production.yaml",
                "compose.yaml",
            ]),
            "production: orders=orders/compose.production.yaml users=users/compose.production.yaml\n\
             staging: orders=orders/compose.staging.yaml users=users/compose.staging.yaml\npassed over: compose.yaml"
        );
    }

    #[test]
    fn documents_are_layers_of_their_environment() {
        assert_eq!(
            found(&["environments/staging.environment.yaml", ".env.staging", ".env.production"]),
            "production: .env.production\nstaging: .env.staging environments/staging.environment.yaml"
        );
    }

    #[test]
    fn one_environment_has_one_name() {
        assert_eq!(
            found(&["docker-compose.yml", "docker-compose.prod.yml", ".env.production", ".env.production.bak"]),
            "production: docker-compose.yml+docker-compose.prod.yml .env.production\npassed over: .env.production.bak"
        );
    }

    #[test]
    fn folders_may_name_environments() {
        assert_eq!(
            found(&["envs/prod/.env", "envs/staging/.env", "test/compose.yaml", "compose.yaml"]),
            "prod: envs/prod/.env\nstaging: envs/staging/.env\npassed over: compose.yaml\npassed over: test/compose.yaml"
        );
    }

    #[test]
    fn other_names_are_passed_over() {
        assert_eq!(found(&["backend.env", "environment.ts", "README.md"]), "passed over: backend.env");
    }
}
