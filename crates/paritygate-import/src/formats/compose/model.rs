//! A Compose service in one form, whichever of the many ways it was written in, and how one is laid over another.

use std::rc::Rc;

use paritygate_model::{Draft, DraftValue, Location, SortedMap};

use super::scope::Scope;

/// Services by name.
pub(super) type Services = SortedMap<String, Service>;

/// One service.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    /// Where it stands.
    pub(super) at: Option<Location>,
    /// Where its name stands.
    pub(super) key: Option<Location>,
    /// What runs.
    pub(super) image: Option<Image>,
    /// Whether its image is built from the project.
    pub(super) build: bool,
    /// Variables by name: a text, sealed, or unresolved.
    pub(super) environment: SortedMap<String, Draft>,
    /// Files with further variables; `environment` wins over them, and later files over earlier ones.
    pub(super) env_files: Vec<EnvFile>,
    /// Ports in the order in which they stand.
    pub(super) ports: Vec<Port>,
    /// Mounts by their path in the container.
    pub(super) mounts: SortedMap<String, Mount>,
    /// The profiles that it belongs to.
    pub(super) profiles: Vec<Draft>,
    /// The service that it takes everything else from.
    pub(super) extends: Option<Extends>,
    /// Everything else, by key.
    pub(super) fields: SortedMap<String, Draft>,
    /// What of it could not be read: `ports`, `variables`.
    pub(super) partial: Vec<&'static str>,
}

/// An image reference in parts: text, sealed, or unresolved.
#[derive(Clone, Debug)]
pub(super) struct Image {
    /// Where the reference stands.
    pub(super) at: Option<Location>,
    /// Registry and repository.
    pub(super) name: Draft,
    /// The tag, if one is written.
    pub(super) tag: Option<Draft>,
    /// The digest, if one is written.
    pub(super) digest: Option<Draft>,
}

/// A file with variables.
#[derive(Clone, Debug)]
pub(super) struct EnvFile {
    /// Where it is named.
    pub(super) at: Option<Location>,
    /// Its path from the project's root.
    pub(super) path: String,
    /// Whether the service can't start without it.
    pub(super) required: bool,
    /// Whether its values are taken as they stand.
    pub(super) raw: bool,
    /// What references inside it are looked up in.
    pub(super) scope: Rc<Scope>,
}

/// A port or a range of them.
#[derive(Clone, Debug)]
pub(super) struct Port {
    /// Where it stands.
    pub(super) at: Option<Location>,
    /// The port in the container.
    pub(super) target: Draft,
    /// The port on the host.
    pub(super) published: Option<Draft>,
    /// The address of the host, where it is published on one alone.
    pub(super) address: Option<Draft>,
    /// `tcp` where it is not said.
    pub(super) protocol: Option<Draft>,
    /// Whether it stands under `expose`.
    pub(super) exposed: bool,
}

/// Something mounted.
#[derive(Clone, Debug)]
pub(super) struct Mount {
    /// The key under which it stands: `volumes`, `secrets` or `configs`.
    pub(super) kind: &'static str,
    /// Where it stands.
    pub(super) at: Option<Location>,
    /// What is mounted; absent for anonymous volumes.
    pub(super) source: Option<Draft>,
    /// Whether it can't be written.
    pub(super) read_only: Draft,
}

/// A reference to the service that this one is based on.
#[derive(Clone, Debug)]
pub(super) struct Extends {
    /// Where it stands.
    pub(super) at: Option<Location>,
    /// The other service's name.
    pub(super) service: String,
    /// The file in which it stands, as it is written, and where; this one where absent.
    pub(super) file: Option<(String, Option<Location>)>,
}

impl Service {
    /// Lays another description of the same service over this one.
    pub(super) fn merge(&mut self, later: Self) {
        if later.at.is_some() {
            (self.at, self.key) = (later.at, later.key);
        }
        self.image = later.image.or(self.image.take());
        self.build |= later.build;
        self.environment.extend(later.environment);
        self.env_files.extend(later.env_files);
        self.ports.extend(later.ports);
        self.mounts.extend(later.mounts);
        self.profiles.extend(later.profiles);
        self.extends = later.extends.or(self.extends.take());
        for (key, value) in later.fields {
            match self.fields.get_mut(&key) {
                Some(known) => known.merge(value),
                None => {
                    self.fields.insert(key, value);
                }
            }
        }
        self.partial.extend(later.partial);
    }

    /// Takes out what stands at a path below the service: what `!reset` and `!override` do to what they are laid over.
    fn clear(&mut self, path: &[String]) {
        let Some((key, rest)) = path.split_first() else { return };
        match (key.as_str(), rest.first()) {
            ("image", _) => self.image = None,
            ("build", None) => self.build = false,
            ("environment", None) => self.environment = SortedMap::new(),
            ("environment", Some(name)) => {
                self.environment.remove(name);
            }
            ("env_file", _) => self.env_files.clear(),
            ("ports", _) => self.ports.retain(|port| port.exposed),
            ("expose", _) => self.ports.retain(|port| !port.exposed),
            ("volumes" | "secrets" | "configs", _) => self.mounts.retain(|_, mount| mount.kind != key),
            ("profiles", _) => self.profiles.clear(),
            ("extends", _) => self.extends = None,
            _ => remove(&mut self.fields, path),
        }
    }

    /// About how much of a budget a copy takes.
    pub(super) fn size(&self) -> usize {
        let texts =
            self.environment.values().map(text_len).sum::<usize>() + self.fields.values().map(text_len).sum::<usize>();
        1 + self.environment.len()
            + self.env_files.len()
            + self.ports.len()
            + self.mounts.len()
            + self.fields.len()
            + texts / 64
    }
}

/// Takes out what `cleared` names: paths from the service's name on.
pub(super) fn clear(services: &mut Services, cleared: &[Vec<String>]) {
    for path in cleared {
        let Some((name, rest)) = path.split_first() else {
            continue;
        };
        if rest.is_empty() {
            services.remove(name);
        } else if let Some(service) = services.get_mut(name) {
            service.clear(rest);
        }
    }
}

/// [`clear`] for one service, whatever its name was where it came from.
pub(super) fn clear_service(service: &mut Service, name: &str, cleared: &[Vec<String>]) {
    for path in cleared {
        if let Some((first, rest)) = path.split_first()
            && first == name
            && !rest.is_empty()
        {
            service.clear(rest);
        }
    }
}

fn remove(map: &mut SortedMap<String, Draft>, path: &[String]) {
    let Some((key, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        map.remove(key);
    } else if let Some(Draft { value: DraftValue::Map(inner), .. }) = map.get_mut(key) {
        remove(inner, rest);
    }
}

fn text_len(draft: &Draft) -> usize {
    match &draft.value {
        DraftValue::String(text) | DraftValue::Unresolved(text) | DraftValue::Number(text) => text.len(),
        DraftValue::Sequence(items) => items.iter().map(|item| 64 + text_len(item)).sum(),
        DraftValue::Map(map) => map.values().map(|item| 64 + text_len(item)).sum(),
        _ => 0,
    }
}
