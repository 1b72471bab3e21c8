//! Compose files and Swarm stacks, as Compose v2 reads them.
//!
//! Files are laid over each other in their order; `extends`, `include`, `env_file` and the `.env` beside the first file are
//! asked for and never fetched. What refers to something that these files don't set stays unresolved.

mod command;
mod fields;
mod keys;
mod load;
mod model;
mod path;
mod ports;
mod read;
mod scope;
mod service;
#[cfg(test)]
mod tests;

use paritygate_model::{Coverage, Draft, DraftValue, SortedSet};

use crate::{Context, Description, Format, Imported, Module, Request};
use load::{Base, Loader};
use model::Service;

/// The format.
pub static FORMAT: Format = Format {
    name: "compose",
    summary: "Compose files and Swarm stacks, with their overrides, `.env` and `env_file`s",
    module: Module::Core,
    detect,
    import,
};

fn detect(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else {
        return false;
    };
    ["compose", "docker-compose", "docker-stack"]
        .iter()
        .any(|known| stem.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_'])))
}

fn import(request: &Request, context: &Context<'_>) -> Imported {
    let mut loader = Loader::new(context);
    let Some(first) = request.paths.first() else {
        return loader.imported;
    };
    let folder = path::parent(first).to_owned();
    let scope = loader.scope(&path::join(&folder, ".env"), None, false, None);
    let mut profiles: SortedSet<String> = request.profiles.iter().cloned().collect();
    if let Some(Ok(active)) = scope.get("COMPOSE_PROFILES").map(|known| &known.value) {
        profiles.extend(active.split(',').map(|profile| profile.trim().to_owned()));
    }
    let files: Vec<_> = request.named().map(|(path, at)| (path.to_owned(), at.cloned())).collect();
    let mut services = loader.project(&files, &Base { folder, scope }, &mut Vec::new());
    services.retain(|_, service| is_active(service, &profiles));
    if let Some(component) = &request.component {
        // Of several projects each has a `db`.
        services = services.into_iter().map(|(name, service)| (format!("{component}/{name}"), service)).collect();
    }
    let draft = service::environment(services, &mut loader);
    let whole = if loader.partial { Coverage::Partial } else { Coverage::Complete };
    let mut imported = loader.imported;
    imported.coverage.push(("workloads".to_owned(), whole));
    imported.coverage.push(("artifacts".to_owned(), whole));
    // Only what runs in Compose is written here: it is no list of all of them.
    imported.coverage.push(("backingServices".to_owned(), Coverage::NotCollected));
    imported.coverage.sort_by(|a, b| a.0.cmp(&b.0));
    imported.descriptions.push(Description::Draft(draft));
    imported
}

/// Services without profiles always run; the others only with one of theirs.
fn is_active(service: &Service, profiles: &SortedSet<String>) -> bool {
    let named = |profile: &Draft| match &profile.value {
        DraftValue::String(name) => profiles.contains(name),
        _ => false,
    };
    service.profiles.is_empty() || profiles.contains("*") || service.profiles.iter().any(named)
}
