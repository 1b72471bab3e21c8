//! The facts of one host, as far as an environment has a place for them.

use paritygate_model::secret::MaskReason;
use paritygate_model::{Draft, DraftValue, Node, SortedMap, Span, Timestamp};

use super::value::{Values, collection};
use crate::variable;

/// The component of packages that the operating system manages.
pub(super) const SYSTEM: &str = "system";

/// The facts that are read. What all others hold is masked: they are of no use here, and may hold anything.
const READ: &[&str] = &[
    "architecture",
    "date_time",
    "distribution",
    "distribution_version",
    "env",
    "kernel",
    "memtotal_mb",
    "mounts",
    "packages",
    "processor_nproc",
    "processor_vcpus",
    "python",
    "python_version",
    "services",
];

/// Distributions whose name in os-release is not Ansible's in small letters.
const DISTRIBUTIONS: &[(&str, &str)] = &[
    ("Amazon", "amzn"),
    ("Archlinux", "arch"),
    ("MacOSX", "macos"),
    ("OracleLinux", "ol"),
    ("OpenWrt", "openwrt"),
    ("RedHat", "rhel"),
    ("SLED", "sled"),
    ("SLES", "sles"),
    ("SLES_SAP", "sles_sap"),
    ("openSUSE Leap", "opensuse-leap"),
    ("openSUSE Tumbleweed", "opensuse-tumbleweed"),
];

/// What is known of a host.
pub(super) struct Host {
    /// The fields of a member of a group.
    pub(super) draft: Draft,
    /// Whether `package_facts` was asked: then what it does not name is not installed.
    pub(super) has_packages: bool,
    /// When its facts were gathered.
    pub(super) collected: Option<(Timestamp, Draft)>,
}

impl Host {
    /// A host of which only that is known.
    pub(super) fn of(draft: Draft) -> Self {
        Self { draft, has_packages: false, collected: None }
    }

    /// Adds what a later text tells of the same host.
    pub(super) fn add(&mut self, later: Self) {
        self.draft.merge(later.draft);
        self.has_packages |= later.has_packages;
        self.collected = later.collected.or(self.collected.take());
    }
}

/// Whether a list is what `package_facts` or `service_facts` names, on its own.
pub(super) fn is_listing(list: Node<'_>) -> bool {
    list.items().next().is_some_and(|first| {
        let has = |key: &str| first.get(key).is_some();
        has("name") && (has("version") || has("state"))
    })
}

/// Reads facts, or one of the lists on its own.
pub(super) fn read(facts: Node<'_>, values: Values<'_>) -> Host {
    let mut host = Host::of(Draft::map());
    host.draft.as_map();
    if facts.is_sequence() {
        let is_packages = facts.items().next().is_some_and(|first| first.get("version").is_some());
        if is_packages {
            packages(facts, values, &mut host);
        } else {
            services(facts, values, &mut host.draft);
        }
        return host;
    }
    mask_unread(facts, values);
    let fact = |name: &str| Values::fact(facts, name);
    let map = |name: &str| fact(name).map(collection);
    let mut set = |path: &[&str], value: Option<Draft>| {
        if let Some(value) = value {
            host.draft.set(path, value);
        }
    };
    let known = |name: &str| fact(name).and_then(|node| values.as_it_is(node));
    set(&["os", "id"], fact("distribution").and_then(|node| values.text(node, |name| Some(distribution(name)))));
    set(&["os", "versionId"], known("distribution_version"));
    set(&["os", "kernel"], known("kernel"));
    set(&["os", "arch"], known("architecture"));
    set(&["timezone"], map("date_time").and_then(|time| values.as_it_is(time.get("tz")?)));
    set(&["locale"], map("env").and_then(|env| locale(env, values)));
    set(&["memoryBytes"], fact("memtotal_mb").and_then(|node| number(node, 1024 * 1024, values)));
    let cpus = fact("processor_vcpus").or_else(|| fact("processor_nproc"));
    set(&["cpus"], cpus.and_then(|node| number(node, 1, values)));
    set(
        &["runtimes", "python"],
        known("python_version").or_else(|| python(collection(map("python")?.get("version")?), values)),
    );
    if let Some(mounts) = map("mounts") {
        filesystem(mounts, values, &mut host.draft);
    }
    if let Some(listed) = map("packages") {
        packages(listed, values, &mut host);
    }
    if let Some(listed) = map("services") {
        services(listed, values, &mut host.draft);
    }
    host.collected = map("date_time").and_then(|time| {
        let node = time.get("iso8601")?;
        let at: Timestamp = values.plain(node)?.parse().ok()?;
        Some((at, values.as_it_is(node)?))
    });
    host
}

/// Masks what is not read: runs of neighbours at once.
fn mask_unread(facts: Node<'_>, values: Values<'_>) {
    let mut run: Option<Span> = None;
    for (key, _, value) in facts.entries() {
        let name = key.strip_prefix("ansible_").unwrap_or(key);
        if !READ.contains(&name) {
            let start = run.map_or(value.span().start, |run| run.start.min(value.span().start));
            run = Some(Span::new(start, run.map_or(0, |run| run.end).max(value.span().end)));
        } else if let Some(run) = run.take() {
            values.place.mask(run);
        }
        if name == "env" {
            let others = collection(value).entries().filter(|(key, ..)| !LOCALE.contains(key));
            others.for_each(|(.., value)| values.place.mask(value.span()));
        }
    }
    if let Some(run) = run {
        values.place.mask(run);
    }
}

fn distribution(name: &str) -> DraftValue {
    let known = DISTRIBUTIONS.iter().find(|(ansible, _)| *ansible == name).map(|(_, id)| (*id).to_owned());
    let spelled = || name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
    DraftValue::String(known.unwrap_or_else(spelled))
}

/// The variables that decide about the locale, the strongest first.
const LOCALE: [&str; 2] = ["LC_ALL", "LANG"];

fn locale(env: Node<'_>, values: Values<'_>) -> Option<Draft> {
    LOCALE.iter().find_map(|name| values.as_it_is(env.get(name)?))
}

/// A whole number, in another unit.
fn number(node: Node<'_>, unit: i64, values: Values<'_>) -> Option<Draft> {
    values.text(node, |text| {
        let number: i64 = text.parse().ok()?;
        Some(DraftValue::Number(number.checked_mul(unit)?.to_string()))
    })
}

/// The version of Python in parts.
fn python(version: Node<'_>, values: Values<'_>) -> Option<Draft> {
    let part = |name: &str| values.plain(version.get(name)?);
    let text = format!("{}.{}.{}", part("major")?, part("minor")?, part("micro")?);
    Some(Draft::string(Some(values.place.of(version.span())), text))
}

fn filesystem(mounts: Node<'_>, values: Values<'_>, host: &mut Draft) {
    for mount in mounts.items().map(collection) {
        let Some(path) = mount.get("mount").and_then(|node| values.plain(node)) else { continue };
        let at = ["filesystem", path, "mount"];
        if let Some(kind) = mount.get("fstype").and_then(|node| values.as_it_is(node)) {
            host.at(&at).set(&["fstype"], kind);
        }
        let Some(options) = mount.get("options") else { continue };
        let place = values.place.of(options.span());
        let items = options.as_str().unwrap_or_default().split(',').filter(|option| !option.is_empty());
        let items: Vec<Draft> =
            items.map(|option| Draft::new(Some(place.clone()), self::option(option, options, values))).collect();
        if !items.is_empty() {
            host.at(&at).set(&["options"], Draft::new(Some(place), DraftValue::Sequence(items)));
        }
    }
}

/// An option of a mount: those of network shares may hold a password.
fn option(option: &str, whole: Node<'_>, values: Values<'_>) -> DraftValue {
    let (name, value) = option.split_once('=').unwrap_or(("", option));
    let secrets = values.context.secrets;
    let reason: Option<MaskReason> = secrets.classify(Some(name).filter(|name| !name.is_empty()), value);
    match reason {
        Some(reason) => {
            values.place.mask(whole.span());
            variable::sealed(values.context, reason, value)
        }
        None => DraftValue::String(option.to_owned()),
    }
}

/// Packages, as a map from names to what is installed, or as a plain list.
fn packages(listed: Node<'_>, values: Values<'_>, host: &mut Host) {
    host.has_packages = true;
    let mut found: SortedMap<(&str, &str), Vec<Draft>> = SortedMap::new();
    for (name, package) in named(listed) {
        let name = name.or_else(|| package.get("name").and_then(Node::as_str));
        let version = package
            .get("version")
            .and_then(|node| values.text(node, |text| Some(DraftValue::String(version(text, package, values)))));
        let source = package.get("source").and_then(|node| values.plain(node)).unwrap_or_default();
        if let (Some(name), Some(version)) = (name, version) {
            found.entry((purl_type(source), name)).or_default().push(version);
        }
    }
    let component = host.draft.at(&["packages", SYSTEM]);
    component.as_map();
    for ((kind, name), versions) in found {
        let at = versions.first().and_then(|version| version.at.clone());
        component.set(&[kind, name], Draft::new(at, DraftValue::Sequence(versions)));
    }
}

/// What is listed, each with its name where it stands under one.
fn named(listed: Node<'_>) -> impl Iterator<Item = (Option<&str>, Node<'_>)> {
    let under = listed.entries().flat_map(|(name, _, node)| {
        let node = collection(node);
        let alone = Some(node).filter(|node| node.is_map());
        node.items().map(collection).chain(alone).map(move |item| (Some(name), item))
    });
    under.chain(listed.items().map(|item| (None, collection(item))))
}

/// A version as the package manager writes it: `2:8.2.2637-20.el9`.
fn version(version: &str, package: Node<'_>, values: Values<'_>) -> String {
    let part = |key: &str| package.get(key).and_then(|node| values.plain(node));
    let epoch = part("epoch").filter(|epoch| *epoch != "0").map(|epoch| format!("{epoch}:")).unwrap_or_default();
    let release = part("release").map(|release| format!("-{release}")).unwrap_or_default();
    format!("{epoch}{version}{release}")
}

/// The type of packages in purl, by the package manager that Ansible names.
fn purl_type(source: &str) -> &str {
    match source {
        "" => "generic",
        "apt" => "deb",
        "pacman" => "alpm",
        other => other,
    }
}

/// Services, as a map by name or as a plain list.
fn services(listed: Node<'_>, values: Values<'_>, host: &mut Draft) {
    let services = host.at(&["services"]);
    services.as_map();
    for (name, service) in named(listed) {
        let Some(name) = name.or_else(|| service.get("name").and_then(Node::as_str)) else { continue };
        for field in ["state", "status"] {
            if let Some(word) = service.get(field).and_then(|node| values.as_it_is(node)) {
                services.set(&[name, field], word);
            }
        }
    }
}
