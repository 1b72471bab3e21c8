//! Services to workloads, artifacts and backing services.

use std::cell::Cell;

use paritygate_model::secret::ValueClass;
use paritygate_model::{Coverage, Diagnostic, Draft, DraftValue, Level, Location, SortedMap};

use super::load::{Asked, Loader};
use super::model::{EnvFile, Image, Service, Services};
use super::scope::{self, Known};
use super::{command, path, ports};
use crate::dotenv::{self, Interpolated, Lookup};
use crate::{Context, image, quantity, variable};

/// The sections that a project's services make, and how much of them is known.
pub(super) fn environment(services: Services, loader: &mut Loader<'_>) -> Draft {
    let mut draft = Draft::map();
    for section in ["workloads", "artifacts", "backingServices"] {
        draft.set(&[section], Draft::map());
    }
    for (name, service) in services {
        let backing = service.image.as_ref().filter(|_| !service.build).and_then(backing_service);
        match (backing, &service.image) {
            (Some(backing), _) => draft.set(&["backingServices", &name], backing),
            (None, Some(image)) => draft.set(&["artifacts", &name], artifact(image, &service)),
            (None, None) => {
                // It is built where it runs, or this is a fragment: which image it will be is not written here.
                loader.partly(&["artifacts", &name]);
                loader.partly(&["workloads", &name, "image"]);
            }
        }
        let workload = workload(&name, service, loader);
        draft.set(&["workloads", &name], workload);
    }
    draft
}

impl Loader<'_> {
    /// Notes that only part of what stands at a path is known.
    fn partly(&mut self, at: &[&str]) {
        let at = paritygate_model::path::join(at.iter().copied());
        if !self.imported.coverage.iter().any(|(known, _)| *known == at) {
            self.imported.coverage.push((at, Coverage::Partial));
        }
    }
}

fn workload(name: &str, service: Service, loader: &mut Loader<'_>) -> Draft {
    for part in &service.partial {
        match *part {
            "" => loader.partly(&["workloads", name]),
            part => loader.partly(&["workloads", name, part]),
        }
    }
    let mut draft = Draft { key: service.key.clone(), ..Draft::new(service.at.clone(), Draft::map().value) };
    let (variables, complete) = variables(&service, loader);
    if !complete {
        loader.partly(&["workloads", name, "variables"]);
    }
    if !variables.is_empty() {
        draft.set(&["variables"], Draft::new(None, DraftValue::Map(variables)));
    }
    let (ports, complete) = ports::map(&service.ports, loader);
    if !complete {
        loader.partly(&["workloads", name, "ports"]);
    }
    if !ports.is_empty() {
        draft.set(&["ports"], Draft::new(None, DraftValue::Map(ports)));
    }
    for (target, mount) in service.mounts {
        let mount_at = draft.at(&["mounts", &target]);
        mount_at.at = mount.at;
        mount_at.set(&["readOnly"], mount.read_only);
        if let Some(source) = mount.source {
            mount_at.set(&["source"], source);
        }
    }
    if let Some(image) = &service.image {
        draft.set(&["image"], image_parts(image));
    }
    let fields = Fields { fields: &service.fields };
    for (keys, to, read) in FIELDS {
        if let Some(value) = keys.iter().find_map(|path| fields.get(path)).and_then(|value| read(value, loader)) {
            draft.set(to, value);
        }
    }
    if fields.get(&["deploy", "mode"]).is_some_and(|mode| text(mode).is_some_and(|mode| mode.starts_with("global")))
        && let Some(replicas) = draft.as_map().get_mut("replicas")
    {
        // One on each machine: how many is not written anywhere.
        replicas.as_map().remove("desired");
    }
    let command = command::of(fields.get(&["entrypoint"]), fields.get(&["command"]), loader.context);
    if let Some(command) = command {
        draft.set(&["command"], command);
    }
    if let Some(check) = fields.get(&["healthcheck"]) {
        draft.set(&["probes", "liveness"], liveness(check));
    }
    draft
}

type Read = fn(&Draft, &mut Loader<'_>) -> Option<Draft>;
type Path = &'static [&'static str];
type Field = (&'static [Path], Path, Read);

/// Where fields of a workload stand in a service, the first that is there winning, and how they are read.
const FIELDS: &[Field] = &[
    (&[&["deploy", "replicas"], &["scale"]], &["replicas", "desired"], count),
    (&[&["deploy", "resources", "limits", "memory"], &["mem_limit"]], &["memory", "limitBytes"], memory),
    (&[&["deploy", "resources", "reservations", "memory"], &["mem_reservation"]], &["memory", "requestBytes"], memory),
    (&[&["deploy", "resources", "limits", "cpus"], &["cpus"]], &["cpu", "limitMillicores"], cpus),
    (&[&["deploy", "resources", "reservations", "cpus"]], &["cpu", "requestMillicores"], cpus),
    (&[&["user"]], &["user"], as_text),
    (&[&["privileged"]], &["privileged"], switch),
    (&[&["read_only"]], &["readOnlyFilesystem"], switch),
    (&[&["network_mode"]], &["networkMode"], as_text),
    (&[&["cap_add"]], &["capabilities"], names),
    (&[&["restart"], &["deploy", "restart_policy", "condition"]], &["restart"], as_text),
];

struct Fields<'s> {
    fields: &'s SortedMap<String, Draft>,
}

impl<'s> Fields<'s> {
    fn get(&self, path: &[&str]) -> Option<&'s Draft> {
        let (first, rest) = path.split_first()?;
        let mut here = self.fields.get(*first)?;
        for key in rest {
            here = here.get(key)?;
        }
        (!matches!(here.value, DraftValue::Null)).then_some(here)
    }
}

fn text(draft: &Draft) -> Option<&str> {
    match &draft.value {
        DraftValue::String(text) | DraftValue::Number(text) => Some(text),
        _ => None,
    }
}

/// A quantity: what `read` makes of the text, or a diagnostic that says what was `expected`.
fn quantity(draft: &Draft, loader: &mut Loader<'_>, expected: &str, read: impl Fn(&str) -> Option<i64>) -> Draft {
    if matches!(draft.value, DraftValue::Unresolved(_) | DraftValue::Secret(_)) {
        return draft.clone();
    }
    match text(draft).and_then(read) {
        Some(value) => Draft::integer(draft.at.clone(), value),
        None => unreadable(draft, loader, expected),
    }
}

fn unreadable(draft: &Draft, loader: &mut Loader<'_>, expected: &str) -> Draft {
    if let Some(at) = &draft.at {
        loader.say(Diagnostic::error("compose-shape", at.clone(), format!("expected {expected}")));
    }
    Draft::new(draft.at.clone(), DraftValue::Unresolved("the value has the wrong shape".to_owned()))
}

fn count(draft: &Draft, loader: &mut Loader<'_>) -> Option<Draft> {
    let is_written = !matches!(draft.value, DraftValue::Null);
    is_written.then(|| quantity(draft, loader, "a whole number", |text| text.parse().ok().filter(|count| *count >= 0)))
}

fn memory(draft: &Draft, loader: &mut Loader<'_>) -> Option<Draft> {
    // 0 and -1 say that there is no limit.
    let is_limit = !matches!(text(draft), Some("0" | "-1"));
    is_limit.then(|| quantity(draft, loader, "an amount of memory such as `512m` or `1g`", quantity::compose_bytes))
}

fn cpus(draft: &Draft, loader: &mut Loader<'_>) -> Option<Draft> {
    let is_limit = text(draft).is_none_or(|text| text.bytes().any(|byte| !matches!(byte, b'0' | b'.')));
    is_limit.then(|| quantity(draft, loader, "a number of processors such as `0.5`", quantity::compose_millicores))
}

fn as_text(draft: &Draft, loader: &mut Loader<'_>) -> Option<Draft> {
    Some(match &draft.value {
        DraftValue::Number(text) => Draft::string(draft.at.clone(), text.clone()),
        // `restart: no` without quotes, as older YAML reads it.
        DraftValue::Bool(value) => Draft::string(draft.at.clone(), if *value { "yes" } else { "no" }),
        DraftValue::String(_) | DraftValue::Unresolved(_) | DraftValue::Secret(_) => draft.clone(),
        DraftValue::Null => return None,
        _ => unreadable(draft, loader, "a text"),
    })
}

/// What is off unless it is switched on: `false` says no more than nothing does.
fn switch(draft: &Draft, loader: &mut Loader<'_>) -> Option<Draft> {
    match (&draft.value, text(draft)) {
        (DraftValue::Bool(false), _) | (_, Some("false")) => None,
        (DraftValue::Bool(true) | DraftValue::Unresolved(_), _) => Some(draft.clone()),
        (_, Some("true")) => Some(Draft::new(draft.at.clone(), DraftValue::Bool(true))),
        _ => Some(unreadable(draft, loader, "`true` or `false`")),
    }
}

fn names(draft: &Draft, loader: &mut Loader<'_>) -> Option<Draft> {
    match &draft.value {
        DraftValue::Sequence(names) if names.is_empty() => None,
        DraftValue::Sequence(_) | DraftValue::Unresolved(_) => Some(draft.clone()),
        _ => Some(unreadable(draft, loader, "a list of texts")),
    }
}

fn liveness(check: &Draft) -> Draft {
    let disabled = check.get("disable").is_some_and(|value| {
        matches!(&value.value, DraftValue::Bool(true)) || text(value).is_some_and(|text| text == "true")
    });
    let none = check.get("test").is_some_and(|test| match &test.value {
        DraftValue::Sequence(words) => words.first().and_then(text) == Some("NONE"),
        _ => text(test) == Some("NONE"),
    });
    Draft::new(check.at.clone(), DraftValue::Bool(!disabled && !none))
}

/// The tag that counts: Compose takes `latest` where neither tag nor digest is written.
fn tag(image: &Image) -> Option<Draft> {
    match (&image.tag, &image.digest, &image.name.value) {
        (Some(tag), ..) => Some(tag.clone()),
        (None, Some(_), _) => None,
        // The unknown part may hold the tag.
        (None, None, DraftValue::Unresolved(_) | DraftValue::Secret(_)) => Some(image.name.clone()),
        (None, None, _) => Some(Draft::string(image.at.clone(), "latest")),
    }
}

fn image_parts(image: &Image) -> Draft {
    let mut draft = Draft::new(image.at.clone(), Draft::map().value);
    draft.set(&["name"], image.name.clone());
    if let Some(tag) = tag(image) {
        draft.set(&["tag"], tag);
    }
    if let Some(digest) = &image.digest {
        draft.set(&["digest"], digest.clone());
    }
    draft
}

fn artifact(image: &Image, service: &Service) -> Draft {
    let mut draft = image_parts(image);
    if let Some(platform) = service.fields.get("platform") {
        draft.set(&["platform"], platform.clone());
    }
    draft.set(&["type"], Draft::string(image.at.clone(), "oci-image"));
    draft.set(&["versionScheme"], Draft::string(image.at.clone(), "docker-tag"));
    draft
}

/// What a well-known image runs. Its version is in the tag; a tag that nobody knows is a version that nobody knows.
fn backing_service(image: &Image) -> Option<Draft> {
    let kind = image::backing_kind(text(&image.name)?)?;
    let mut draft = Draft::new(image.at.clone(), Draft::map().value);
    draft.set(&["kind"], Draft::string(image.name.at.clone(), kind));
    if let Some(tag) = &image.tag {
        let version = match text(tag) {
            Some(text) => image::backing_version(kind, text)
                .and_then(|range| text.get(range))
                .map(|version| Draft::string(tag.at.clone(), version)),
            None => Some(tag.clone()),
        };
        if let Some(version) = version {
            draft.set(&["version"], version);
        }
    }
    Some(draft)
}

/// The variables of a service: those of its files, then its own. Answers whether all of them are known.
fn variables(service: &Service, loader: &mut Loader<'_>) -> (SortedMap<String, Draft>, bool) {
    let mut known: SortedMap<String, Known> = SortedMap::new();
    let mut complete = true;
    for file in &service.env_files {
        complete &= env_file(file, &service.environment, &mut known, loader);
    }
    let mut variables = Draft::map();
    let context = loader.context;
    let own = service.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
    let from_files = known.into_iter().map(|(name, known)| (name, known.into_draft(context)));
    for (name, value) in from_files.chain(own) {
        let file = value.at.as_ref().map(|at| at.source.name().to_string()).unwrap_or_default();
        let store = if path::is_yaml(&file) { "compose" } else { "env_file" };
        let refers = refers(&name, &value, context);
        let mut variable = variable::variable(context, &name, value, store, &file);
        if refers {
            variable::refers(&mut variable);
        }
        match variables.as_map().get_mut(&name) {
            Some(known) => known.merge(variable),
            None => variables.set(&[name], variable),
        }
    }
    (std::mem::take(variables.as_map()), complete)
}

/// Whether a value stands elsewhere: what is written here is a reference, or the name alone. Beside references there may be
/// text, if it holds no secret.
fn refers(name: &str, value: &Draft, context: &Context<'_>) -> bool {
    let Some(at) = &value.at else { return false };
    let written = at.source.slice(at.span).trim_matches(['"', '\'']);
    if matches!(value.value, DraftValue::Unresolved(_)) && (written.is_empty() || written == name) {
        return true;
    }
    let met = Cell::new(false);
    let nothing = |_: &str| {
        met.set(true);
        Lookup::Empty
    };
    match dotenv::interpolate(written, &nothing, 0) {
        Interpolated::Text(rest) => {
            let is_placeholder = || context.secrets.value_class_of(Some(name), &rest) == ValueClass::Placeholder;
            let holds_secret = || context.secrets.classify(Some(name), &rest).is_some() && !is_placeholder();
            met.get() && (rest.is_empty() || !holds_secret())
        }
        Interpolated::RequiredMissing { .. } => true,
        Interpolated::Unresolved { .. } => false,
    }
}

fn env_file(
    file: &EnvFile,
    environment: &SortedMap<String, Draft>,
    known: &mut SortedMap<String, Known>,
    loader: &mut Loader<'_>,
) -> bool {
    let at: Option<&Location> = file.at.as_ref();
    let source = match loader.ask(&file.path, at, file.required) {
        Asked::Text(source) => source,
        Asked::Absent => {
            if let Some(at) = at.filter(|_| file.required) {
                loader.missing(&file.path, at);
            }
            return !file.required;
        }
        Asked::Unknown => return false,
    };
    if !loader.spend(source.text().len() / 16, at) {
        return false;
    }
    let context = loader.context;
    // Compose looks in the project's variables first, then in the service's own.
    let look_up = |name: &str| {
        let outer = file.scope.get(name).cloned();
        outer.or_else(|| environment.get(name).map(|draft| Known::of(name, draft, context)))
    };
    let diagnostics = scope::read(&source, file.raw, &look_up, loader.context, &loader.allowance, known);
    // A line that can't be read may have set any variable.
    let is_whole = diagnostics.iter().all(|wrong| wrong.level != Level::Error);
    for diagnostic in diagnostics {
        loader.say(diagnostic);
    }
    is_whole
}
