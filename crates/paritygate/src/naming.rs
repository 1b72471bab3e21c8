//! What the files are that a user names: by their names, and where those say nothing by their first keys.

use paritygate_import::{Files, Format, Request, Supplied, document, formats};
use paritygate_model::{Diagnostic, SortedMap, Source, suggest};

use crate::discover;
use crate::plan::{Layer, Plan, PlannedEnvironment};

/// What a text is.
#[derive(Clone, Copy)]
pub enum Text {
    /// A project manifest.
    Manifest,
    /// A policy.
    Policy,
    /// A promotion request.
    Request,
    /// An input of that format.
    Input(&'static Format),
}

impl Text {
    /// What it is called.
    pub fn word(self) -> String {
        match self {
            Self::Manifest => "project manifest".to_owned(),
            Self::Policy => "policy".to_owned(),
            Self::Request => "promotion request".to_owned(),
            Self::Input(format) if format.name == "environment" => "environment document".to_owned(),
            Self::Input(format) => format!("{} file", format.name),
        }
    }
}

/// The names of a manifest, in the order in which they are looked for.
pub const MANIFESTS: [&str; 3] = ["paritygate.yaml", "paritygate.yml", "paritygate.json"];

/// The keys that tell what a text is. `environments` is a map in a manifest, and a list in an environment document.
const TELLING: [(&str, &str); 13] = [
    ("policy", "policy"),
    ("gates", "policy"),
    ("breakGlass", "policy"),
    ("request", "request"),
    ("kindOfChange", "request"),
    ("rules", "policy"),
    ("environment", "environment"),
    ("environments", "manifest"),
    ("services", "compose"),
    ("expected", "manifest"),
    ("waivers", "manifest"),
    ("contract", "manifest"),
    ("pipeline", "manifest"),
];

/// What a text is.
///
/// # Errors
///
/// Where it is nothing that is known: what its first keys look like.
pub fn recognize(name: &str, source: &std::sync::Arc<Source>) -> Result<Text, Option<String>> {
    let file = name.rsplit('/').next().unwrap_or(name);
    if MANIFESTS.contains(&file) {
        return Ok(Text::Manifest);
    }
    if let Some(format) = formats::detect(name) {
        return Ok(Text::Input(format));
    }
    if is_environment_at_once(source.text())
        && let Some(format) = formats::find("environment")
    {
        return Ok(Text::Input(format));
    }
    let (document, _) = document::read(source);
    let Some(root) = document.roots.first().map(|&root| document.tree.node(root)) else { return Err(None) };
    let first = if root.is_sequence() { root.items().next() } else { Some(root) };
    let Some(map) = first.filter(|node| node.is_map()) else { return Err(None) };
    let listed = root.is_sequence() || map.get("environments").is_some_and(|list| list.is_sequence());
    let told = TELLING.iter().find(|(key, _)| map.get(key).is_some()).map(|(_, what)| *what);
    let input = |format: &str| formats::find(format).map(Text::Input).ok_or(None);
    match told {
        Some("policy") if !root.is_sequence() => Ok(Text::Policy),
        Some("environment" | "manifest") if listed => input("environment"),
        Some("manifest") => Ok(Text::Manifest),
        Some("request") => Ok(Text::Request),
        Some(format) => input(format),
        None if map.get("from").is_some() && map.get("to").is_some() => Ok(Text::Request),
        None => {
            let near = map.entries().find_map(|(key, ..)| {
                suggest::nearest(key, TELLING.map(|(known, _)| known)).map(|known| (key.to_owned(), known))
            });
            Err(near.map(|(key, known)| format!("it has `{key}`; did you mean `{known}`?")))
        }
    }
}

/// Whether a text says with its first key that it describes environments: then it needs not be read twice.
fn is_environment_at_once(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let body = text.strip_prefix('[').map_or(text, str::trim_start);
    let (name, rest) = match body.strip_prefix('{') {
        Some(map) => match map.trim_start().strip_prefix('"').and_then(|key| key.split_once('"')) {
            Some((name, rest)) => (name, rest.trim_start().strip_prefix(':')),
            None => return false,
        },
        None if text.starts_with("environment:") => return true,
        None => return false,
    };
    match (name, rest) {
        ("environment", Some(_)) => true,
        ("environments", Some(value)) => body.len() == text.len() && value.trim_start().starts_with('['),
        _ => false,
    }
}

/// The diagnostic for a text that is nothing that is known.
pub fn unknown(name: &str, near: Option<String>) -> Diagnostic {
    let help = near.unwrap_or_else(|| {
        "an environment document has `environment:`, a policy `policy:`, a manifest `environments:`; \
         other files tell their format by their name"
            .to_owned()
    });
    Diagnostic::nowhere("unknown-format", format!("it can't be told what `{name}` is")).help(help)
}

/// The plan of files that a user names one by one: what their names suggest, and else an environment for each.
pub fn plan(names: &[String], files: &Files) -> Plan {
    let mut plan = discover::discover(names.iter().map(String::as_str));
    split_by_folder(&mut plan);
    plan.passed_over.clear();
    let mut alone: Vec<(String, &String, &'static Format)> = Vec::new();
    let unread: Vec<&String> = names.iter().filter(|name| !plan.reads(name)).collect();
    for name in unread {
        let recognized = match files.get(name) {
            Some(Supplied::Text(source)) => recognize(name, source),
            // What is wrong with the file is said when it is asked for.
            _ => Ok(Text::Input(formats::detect(name).unwrap_or(&formats::environment::FORMAT))),
        };
        match recognized {
            Ok(Text::Input(format)) => alone.push((environment(name, format), name, format)),
            Ok(other) => {
                let message = format!("`{name}` is a {}, not an environment", other.word());
                let help = match other {
                    Text::Policy => "hand it in with `--policy`",
                    Text::Request => "decide it with `paritygate gate --request`",
                    Text::Manifest | Text::Input(_) => "check it alone",
                };
                plan.diagnostics.push(Diagnostic::nowhere("unexpected-file", message).help(help));
            }
            Err(near) => plan.diagnostics.push(unknown(name, near)),
        }
    }
    let mut taken: SortedMap<String, usize> = SortedMap::new();
    for (name, ..) in &alone {
        *taken.entry(name.clone()).or_default() += 1;
    }
    for (name, path, format) in alone {
        let shared = !name.is_empty() && taken.get(&name).is_some_and(|&files| files > 1);
        let name = if shared { path.clone() } else { name };
        plan.environments.push(PlannedEnvironment {
            name,
            layers: vec![layer(format, vec![path.clone()], None)],
            ..PlannedEnvironment::default()
        });
    }
    plan
}

/// Base files of several folders are no layers of one environment if each was named: each stands for its folder.
fn split_by_folder(plan: &mut Plan) {
    let [lone] = plan.environments.as_slice() else { return };
    let folder = |layer: &Layer| {
        let path = layer.request.paths.first().map(String::as_str).unwrap_or_default();
        path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
    };
    let mut folders: SortedMap<String, Vec<Layer>> = SortedMap::new();
    for layer in &lone.layers {
        let mut layer = layer.clone();
        layer.request.component = None;
        folders.entry(folder(&layer)).or_default().push(layer);
    }
    if lone.name != discover::LONE || folders.len() < 2 {
        return;
    }
    let name = |folder: String| if folder.is_empty() { discover::LONE.to_owned() } else { folder };
    let split = folders.into_iter().map(|(folder, layers)| PlannedEnvironment {
        name: name(folder),
        layers,
        ..PlannedEnvironment::default()
    });
    plan.environments = split.collect();
}

/// A layer of some files.
pub fn layer(format: &'static Format, paths: Vec<String>, component: Option<String>) -> Layer {
    Layer { format, request: Request { paths, component, ..Request::default() }, observed: false }
}

/// What a host says about files that are layers of one environment.
#[derive(Clone, Default)]
pub struct Layers {
    /// The environment's name; empty leaves it to the documents, and then to the name of the last file.
    pub name: String,
    /// The format of all files; `None` leaves it to their names and texts.
    pub from: Option<&'static Format>,
    /// The component whose variables they hold.
    pub component: Option<String>,
    /// Compose: the active profiles.
    pub profiles: Vec<String>,
}

/// The plan of files that are layers of one environment, lowest first. Files of one format that follow each other are one
/// layer: that format says how they are merged. `unnamed` names files whose name says nothing (standard input).
pub fn layers(names: &[String], files: &Files, how: &Layers, unnamed: &[&str]) -> Plan {
    let mut plan = Plan::default();
    let mut environment = PlannedEnvironment { name: how.name.clone(), ..PlannedEnvironment::default() };
    let mut derived = String::new();
    for name in names {
        let Some(format) = how.from.or_else(|| format_of(name, files, &mut plan.diagnostics)) else { continue };
        if !unnamed.contains(&name.as_str()) {
            derived = self::environment(name, format);
        }
        match environment.layers.last_mut() {
            Some(last) if std::ptr::eq(last.format, format) => last.request.paths.push(name.clone()),
            _ => {
                let mut layer = layer(format, vec![name.clone()], how.component.clone());
                layer.request.profiles.clone_from(&how.profiles);
                environment.layers.push(layer);
            }
        }
    }
    let names_itself = environment.layers.iter().any(|layer| layer.format.name == "environment");
    if environment.name.is_empty() && !names_itself {
        environment.name = if derived.is_empty() { discover::LONE.to_owned() } else { derived };
    }
    plan.environments.push(environment);
    plan
}

fn format_of(name: &str, files: &Files, diagnostics: &mut Vec<Diagnostic>) -> Option<&'static Format> {
    let Some(Supplied::Text(source)) = files.get(name) else {
        // What is wrong with the file is said when it is asked for, whoever asks.
        return Some(formats::detect(name).unwrap_or(&formats::dotenv::FORMAT));
    };
    match recognize(name, source) {
        Ok(Text::Input(format)) => Some(format),
        Ok(other) => {
            let message = format!("`{name}` is a {}, which describes no environment", other.word());
            diagnostics.push(Diagnostic::nowhere("unexpected-file", message));
            None
        }
        Err(_) => {
            let known: Vec<&str> = formats::ALL.iter().map(|format| format.name).collect();
            let help = format!("say it with `--from`, which is one of {}", suggest::quoted(&known));
            diagnostics.push(unknown(name, Some(help)));
            None
        }
    }
}

/// The name of the environment that a file describes; empty where the document says it itself.
pub fn environment(path: &str, format: &Format) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = match format.name {
        "environment" => return String::new(),
        "dotenv" => {
            let rest = file.strip_prefix(".env").or_else(|| file.strip_suffix(".env")).unwrap_or(file);
            rest.trim_matches(['.', '-', '_'])
        }
        "compose" => {
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            let rest = stem.strip_prefix("docker-").unwrap_or(stem);
            let rest = rest.strip_prefix("compose").or_else(|| rest.strip_prefix("stack")).unwrap_or(rest);
            rest.trim_matches(['.', '-', '_'])
        }
        _ => file.rsplit_once('.').map_or(file, |(stem, _)| stem),
    };
    if stem.is_empty() { discover::LONE.to_owned() } else { stem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_name_their_environment() {
        let named = |path: &str| formats::detect(path).map(|format| environment(path, format)).expect("is known");
        let cases = [
            (".env", "default"),
            ("a/.env.staging", "staging"),
            (".env-qa", "qa"),
            ("production.env", "production"),
            ("compose.yaml", "default"),
            ("docker-compose.prod.yml", "prod"),
            ("x.environment.yaml", ""),
        ];
        for (path, expected) in cases {
            assert_eq!(named(path), expected, "{path}");
        }
    }

    #[test]
    fn texts_are_told_by_their_keys() {
        let told = |name: &str, text: &str| match recognize(name, &Source::new(name, text)) {
            Ok(text) => text.word(),
            Err(near) => near.unwrap_or_else(|| "nothing".to_owned()),
        };
        let cases = [
            ("paritygate.yaml", "", "project manifest"),
            ("a.yaml", "policy: a\nrules: []\n", "policy"),
            ("a.yaml", "environments:\n  a: {}\n", "project manifest"),
            ("a.yaml", "environments:\n  - environment: a\n", "environment document"),
            ("a.json", "[{\"environment\": \"a\"}]", "environment document"),
            ("a.json", " { \"environments\" : [ {} ] }", "environment document"),
            ("a.json", "{\"environments\": {\"a\": {}}}", "project manifest"),
            ("a.json", "{\"policy\": \"environment\"}", "policy"),
            ("a.yaml", "# first\nenvironment: a\n", "environment document"),
            ("a.yaml", "environment: a\n", "environment document"),
            ("a.yaml", "services: {}\n", "compose file"),
            ("a.env", "", "dotenv file"),
            ("a.yaml", "polcy: a\n", "it has `polcy`; did you mean `policy`?"),
            ("a.yaml", "zebra: a\n", "nothing"),
            ("a.yaml", "- [", "nothing"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(told(name, text), expected, "{name}: {text}");
        }
    }

    /// `name: paths…` per environment.
    fn planned(names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let files: Files = names
            .iter()
            .map(|name| (name.clone(), Supplied::Text(Source::new(name.as_str(), "environment: x\n"))))
            .collect();
        let plan = plan(&names, &files);
        let shown = plan.environments.iter().map(|environment| {
            let layers = environment.layers.iter().flat_map(|layer| layer.request.paths.clone());
            format!("{}: {}", environment.name, layers.collect::<Vec<_>>().join("+"))
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn every_named_file_is_used() {
        assert_eq!(planned(&[".env.staging", ".env.production"]), "production: .env.production, staging: .env.staging");
        assert_eq!(planned(&["blue.env", "green.env"]), "blue: blue.env, green: green.env");
        assert_eq!(planned(&["a/.env", "b/.env"]), "a: a/.env, b: b/.env");
        assert_eq!(planned(&["a/x.env", "b/x.env"]), "a/x.env: a/x.env, b/x.env: b/x.env");
        assert_eq!(planned(&["a.yaml", "b.yaml"]), ": a.yaml, : b.yaml");
    }
}
