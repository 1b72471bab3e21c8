//! The table of an environment's sections and fields.

use super::{Field, Record, Shape};
use Shape::{
    Any, Bool, Bytes, Duration, Fingerprint, Integer, Map, Millicores, Mode, Number, Sequence, Set, Text, Timestamp,
    Version, Word,
};

const fn f(name: &'static str, doc: &'static str, shape: &'static Shape) -> Field {
    Field { name, doc: documentation(doc), shape }
}

/// What only the generated schema says.
const fn documentation(text: &'static str) -> &'static str {
    if cfg!(any(feature = "schema", test)) { text } else { "" }
}

macro_rules! record {
    ($(#[doc = $doc:literal])* $name:ident [$($leaf:literal),*] { $($field:literal: $shape:expr, $about:literal;)* }) => {
        $(#[doc = $doc])*
        pub static $name: Record = Record {
            doc: documentation(concat!($($doc),*)),
            fields: &[$(f($field, $about, &$shape)),*],
            leaves: &[$($leaf),*],
        };
    };
}

/// The words of `tier`.
pub const TIERS: &[&str] = &["production", "staging", "testing", "development", "other"];
/// The words of `plane`.
pub const PLANES: &[&str] = &["declared", "observed"];
/// The words of a section's `coverage`.
pub const COVERAGES: &[&str] = &["complete", "partial", "notCollected", "unsupported"];
/// The words of `versionScheme`.
pub const VERSION_SCHEMES: &[&str] = &["semver", "pep440", "deb", "rpm", "calver", "docker-tag", "postgres", "opaque"];
/// The words of a variable's `presence`.
pub const PRESENCES: &[&str] = &["set", "empty", "unset"];
/// The words of a variable's `sensitivity`.
pub const SENSITIVITIES: &[&str] = &["plain", "secret"];
/// The words of a variable's `valueType`.
pub const VALUE_TYPES: &[&str] = &["string", "integer", "float", "boolean", "url", "email", "json"];
/// The words of a variable's `valueClass`.
pub const VALUE_CLASSES: &[&str] = &["live", "test", "sandbox", "placeholder", "local", "unknown"];
/// The words of a source's `store`.
pub const STORES: &[&str] = &[
    "env_file",
    "compose",
    "ssm",
    "vault",
    "doppler",
    "infisical",
    "k8s_secret",
    "k8s_configmap",
    "ci_variable",
    "config_file",
    "image",
];

record! {
    /// The description of one environment.
    ENVIRONMENT [] {
        "artifacts": Map(&Shape::Record(&ARTIFACT)), "What is deployed, by component.";
        "backingServices": Map(&Shape::Record(&BACKING_SERVICE)), "Databases, caches and queues, by role.";
        "collectedAt": Timestamp, "When the description was made.";
        "config": Map(&Any), "Configuration files as trees, by name.";
        "coverage": Map(&Word(COVERAGES)), "How much of each section is described; a section that is written down is complete unless said otherwise.";
        "deploy": Shape::Record(&DEPLOY), "How deployments come about.";
        "environment": Text, "The environment's name.";
        "externalServices": Map(&Shape::Record(&EXTERNAL_SERVICE)), "Services of third parties, by name.";
        "featureFlags": Map(&Shape::Record(&FEATURE_FLAG)), "Feature flags, by name.";
        "files": Map(&Shape::Record(&FILE)), "Delivered files, by path.";
        "filesystem": Map(&Shape::Record(&FILESYSTEM)), "Paths on the machines, with their permissions.";
        "hosts": Map(&Shape::Record(&HOST_GROUP)), "Machines, by group.";
        "iac": Map(&Shape::Record(&IAC)), "Infrastructure as code, by stack.";
        "labels": Map(&Text), "Free labels.";
        "migrations": Map(&Shape::Record(&MIGRATION)), "Schema migrations, by database or database/app.";
        "network": Shape::Record(&NETWORK), "Names, load balancers, CDN and firewall.";
        "packages": Map(&Map(&Map(&Set(&Version)))), "Component, package type as in purl, name, set of versions.";
        "plane": Word(PLANES), "Whether this is what should be, or what was seen.";
        "runtimes": Map(&Version), "Language runtimes and their versions.";
        "schedules": Map(&Shape::Record(&SCHEDULE)), "Scheduled jobs, by name.";
        "tier": Word(TIERS), "Which kind of environment it is.";
        "validFor": Duration, "After this long the description counts as stale.";
        "variables": Map(&Shape::Variable), "Environment variables, by key.";
        "workloads": Map(&Shape::Record(&WORKLOAD)), "What runs, by component.";
    }
}

record! {
    /// A deployed artifact.
    ARTIFACT ["digest", "version", "tag"] {
        "buildId": Text, "The build that made it.";
        "deployedAt": Timestamp, "When it was deployed.";
        "digest": Text, "The digest of the platform's manifest or of the file.";
        "indexDigest": Text, "The digest of the multi-platform index.";
        "name": Text, "Its name, such as an image repository.";
        "platform": Text, "Such as linux/amd64.";
        "source": Shape::Record(&SOURCE), "What it was built from.";
        "tag": Version, "The tag under which it is referred to.";
        "type": Word(&["oci-image", "package", "bundle", "chart", "git-tree", "vm-image"]), "What kind of artifact it is.";
        "version": Version, "Its version.";
        "versionScheme": Word(VERSION_SCHEMES), "How its version is ordered.";
    }
}

record! {
    /// What an artifact was built from.
    SOURCE ["commit", "ref"] {
        "commit": Text, "The commit.";
        "ref": Text, "The branch or tag.";
        "repo": Text, "The repository.";
    }
}

record! {
    /// A group of machines that should be alike.
    HOST_GROUP ["members"] {
        "members": Map(&Shape::Record(&HOST)), "The machines, by name.";
    }
}

record! {
    /// One machine.
    HOST ["os.id", "os.versionId", "os.arch"] {
        "cpus": Integer, "Processors.";
        "filesystem": Map(&Shape::Record(&FILESYSTEM)), "Paths with their permissions.";
        "locale": Text, "Such as C.UTF-8.";
        "memoryBytes": Bytes, "Memory in bytes.";
        "os": Shape::Record(&OS), "The operating system.";
        "packages": Map(&Map(&Map(&Set(&Version)))), "Component, package type, name, set of versions.";
        "runtimes": Map(&Version), "Language runtimes.";
        "services": Map(&Shape::Record(&HOST_SERVICE)), "Services of the operating system, by name.";
        "timezone": Text, "Such as Etc/UTC.";
    }
}

record! {
    /// A service of the operating system.
    HOST_SERVICE ["state", "status"] {
        "state": Text, "Whether it runs now, such as running or stopped.";
        "status": Text, "Whether it is started with the machine, such as enabled or disabled.";
    }
}

record! {
    /// An operating system, in the words of os-release.
    OS ["id", "versionId", "arch"] {
        "arch": Text, "Such as x86_64.";
        "id": Text, "Such as ubuntu.";
        "kernel": Version, "The kernel's version.";
        "versionId": Version, "Such as 22.04.";
    }
}

record! {
    /// Something that runs: a Compose service, a Kubernetes workload, an application.
    WORKLOAD ["image.tag", "image.digest", "memory.limitBytes", "variables.*"] {
        "capabilities": Set(&Text), "What it may do beyond what is usual, such as NET_ADMIN.";
        "command": Sequence(&Text), "What is started.";
        "cpu": Shape::Record(&CPU), "Processor time.";
        "image": Shape::Record(&IMAGE), "The image that runs.";
        "instance": Shape::Record(&INSTANCE), "The machine type.";
        "keepAliveSeconds": Integer, "How long idle connections stay open, in seconds.";
        "memory": Shape::Record(&MEMORY), "Memory.";
        "mounts": Map(&Shape::Record(&MOUNT)), "Mounts, by path in the workload.";
        "networkMode": Text, "Whose network it is in, such as host.";
        "ports": Map(&Shape::Record(&PORT)), "Ports, such as 8080/tcp.";
        "privileged": Bool, "Whether it may do on its machine what the machine may.";
        "probes": Shape::Record(&PROBES), "Which health checks there are.";
        "readOnlyFilesystem": Bool, "Whether it can't write into its own file system.";
        "replicas": Shape::Record(&REPLICAS), "How many run.";
        "restart": Text, "The restart policy.";
        "runtimes": Map(&Version), "Language runtimes.";
        "user": Text, "The user and group that it runs as.";
        "variables": Map(&Shape::Variable), "Environment variables, by key.";
    }
}

record! {
    /// An image reference in parts.
    IMAGE ["name", "tag", "digest"] {
        "digest": Text, "The digest, if the reference is pinned.";
        "name": Text, "Registry and repository.";
        "tag": Version, "The tag.";
    }
}

record! {
    /// How many replicas run.
    REPLICAS ["min", "max", "desired"] {
        "desired": Integer, "How many should run now.";
        "max": Integer, "At most.";
        "min": Integer, "At least.";
    }
}

record! {
    /// Processor time, in thousandths of a processor.
    CPU ["requestMillicores", "limitMillicores"] {
        "limitMillicores": Millicores, "At most.";
        "requestMillicores": Millicores, "Set aside.";
    }
}

record! {
    /// Memory, in bytes.
    MEMORY ["requestBytes", "limitBytes"] {
        "limitBytes": Bytes, "At most.";
        "requestBytes": Bytes, "Set aside.";
    }
}

record! {
    /// A machine type.
    INSTANCE ["type", "family"] {
        "family": Text, "Such as t3.";
        "type": Text, "Such as t3.large.";
    }
}

record! {
    /// A port.
    PORT ["published"] {
        "hostIp": Set(&Text), "The addresses of the host on which it is published; all of them where it is absent.";
        "published": Set(&Integer), "The ports on the host.";
    }
}

record! {
    /// Which health checks there are.
    PROBES ["liveness", "readiness", "startup"] {
        "liveness": Bool, "Whether a hung process is noticed.";
        "readiness": Bool, "Whether traffic waits for it.";
        "startup": Bool, "Whether a slow start is allowed for.";
    }
}

record! {
    /// A mount.
    MOUNT ["source", "readOnly"] {
        "readOnly": Bool, "Whether it can't be written.";
        "source": Text, "What is mounted.";
    }
}

record! {
    /// A database, cache or queue.
    BACKING_SERVICE ["kind", "version"] {
        "charset": Text, "Such as UTF8.";
        "collation": Text, "Such as en_US.UTF-8.";
        "dataClass": Word(&["production", "anonymised", "synthetic", "none"]), "Which data it holds.";
        "extensions": Map(&Version), "Extensions and their versions.";
        "ha": Shape::Record(&HA), "High availability.";
        "identity": Shape::Record(&IDENTITY), "Which instance it is.";
        "kind": Text, "Such as postgresql.";
        "parameters": Map(&Text), "Server parameters.";
        "tls": Word(&["required", "preferred", "off"]), "Whether connections are encrypted.";
        "version": Version, "The server's version.";
    }
}

record! {
    /// High availability.
    HA ["replicas", "multiZone"] {
        "multiZone": Bool, "Whether it spans zones.";
        "replicas": Integer, "How many replicas.";
    }
}

record! {
    /// Which instance it is, without saying it.
    IDENTITY ["fingerprint"] {
        "fingerprint": Fingerprint, "Of host, port and database, or of the account.";
    }
}

record! {
    /// The migrations of a database.
    MIGRATION ["schemaFingerprint"] {
        "applied": Map(&Shape::Record(&APPLIED_MIGRATION)), "Migrations that ran, by id.";
        "available": Map(&Shape::Record(&AVAILABLE_MIGRATION)), "Migrations that the artifact brings, by id.";
        "framework": Word(&["rails", "django", "laravel", "flyway", "liquibase", "alembic", "atlas", "golang-migrate", "drizzle", "prisma", "other"]), "Which tool runs them.";
        "schemaFingerprint": Text, "A digest of the schema.";
        "tracking": Word(&["set", "high-water-mark", "hash-chain", "dag-set"]), "What out of order means.";
    }
}

record! {
    /// A migration that ran.
    APPLIED_MIGRATION ["checksum"] {
        "at": Timestamp, "When it ran.";
        "checksum": Text, "The checksum that the tool recorded.";
        "order": Text, "Its place among those that ran, or its number.";
    }
}

record! {
    /// A migration that an artifact brings. No field is taken for empty because it is not there.
    AVAILABLE_MIGRATION ["checksum"] {
        "checksum": Text, "The checksum of its file, as the tool computes it.";
        "dependsOn": Set(&Text), "The migrations that have to run before it; of another application as `app.id`.";
        "operations": Sequence(&Shape::Record(&MIGRATION_OPERATION)), "What it does to the schema, in order; an empty list says that it does nothing to it.";
        "phase": Word(&["expand", "migrate", "contract"]), "Its part in a change of the schema that is spread over releases.";
        "replaces": Set(&Text), "The migrations that it is squashed from.";
    }
}

record! {
    /// What a migration does to the schema.
    MIGRATION_OPERATION ["kind"] {
        "column": Text, "The column.";
        "default": Any, "What rows that are there get in a column that must not be null.";
        "kind": Text, "What is done, such as `drop_column`.";
        "reversible": Bool, "Whether it can be undone without loss.";
        "table": Text, "The table.";
        "to": Text, "The new name of what is renamed.";
    }
}

record! {
    /// An environment variable.
    VARIABLE ["value"] {
        "dsn": Shape::Record(&DSN_PARTS), "The parts of a secret connection string of keys and values.";
        "expiresAt": Timestamp, "When it expires.";
        "fingerprint": Fingerprint, "Stands for a secret value.";
        "partFingerprints": Set(&Fingerprint), "Stand for the secrets inside a secret value that is no URL.";
        "presence": Word(PRESENCES), "Whether it is set.";
        "rotatedAt": Timestamp, "When it was rotated last.";
        "sensitivity": Word(SENSITIVITIES), "Whether it is secret.";
        "sources": Set(&Any), "Where it is set: a store and a path; with `reference: true` where the value stands elsewhere, with `overridden: true` where another place wins.";
        "url": Shape::Record(&URL_PARTS), "The parts of a URL that holds a secret.";
        "value": Text, "The value, if it is plain.";
        "valueClass": Word(VALUE_CLASSES), "Where the value belongs.";
        "valueType": Word(VALUE_TYPES), "What the value looks like.";
    }
}

record! {
    /// Where a secret connection string leads.
    DSN_PARTS ["host", "database"] {
        "database": Text, "The name of the database.";
        "host": Text, "The host.";
        "kind": Word(&["mysql", "postgresql", "sqlserver"]), "The kind of the database.";
        "port": Integer, "The port, where it is written.";
    }
}

record! {
    /// The parts of a URL that holds a secret.
    URL_PARTS ["host", "path"] {
        "host": Text, "The host.";
        "passwordFingerprint": Fingerprint, "Stands for the password.";
        "path": Text, "The path without its first slash: for databases, their name.";
        "port": Integer, "The port, where it is written.";
        "queryFingerprints": Map(&Fingerprint), "Stand for the secret values of the query, by parameter.";
        "scheme": Text, "Such as postgres.";
        "shown": Text, "The URL with a mask in place of each secret.";
        "user": Text, "The user, where it is not the secret itself.";
    }
}

record! {
    /// A delivered file.
    FILE ["digest", "mode"] {
        "delivery": Word(&["repo", "injected", "templated"]), "How it gets there.";
        "digest": Text, "The digest of its content.";
        "group": Text, "Its group.";
        "mode": Mode, "Its mode in octal, such as 0640.";
        "owner": Text, "Its owner.";
    }
}

record! {
    /// A service of a third party.
    EXTERNAL_SERVICE ["baseUrl", "mode", "apiVersion"] {
        "account": Shape::Record(&IDENTITY), "Which account is used.";
        "apiVersion": Version, "The version of its interface.";
        "baseUrl": Text, "Where it is called.";
        "mode": Text, "Such as live or test.";
        "rateLimit": Shape::Record(&RATE_LIMIT), "How often it may be called.";
        "timeoutMs": Integer, "How long calls may take, in milliseconds.";
    }
}

record! {
    /// A rate limit.
    RATE_LIMIT ["requests", "perSeconds"] {
        "perSeconds": Integer, "In this many seconds.";
        "requests": Integer, "This many calls.";
    }
}

record! {
    /// Names, load balancers, CDN and firewall.
    NETWORK ["cdn.enabled", "firewall"] {
        "cdn": Shape::Record(&CDN), "The content delivery network.";
        "dns": Map(&Shape::Record(&DNS)), "Records, as name/type.";
        "firewall": Set(&Any), "Firewall rules.";
        "loadBalancers": Map(&Shape::Record(&LOAD_BALANCER)), "Load balancers, by name.";
    }
}

record! {
    /// A DNS record.
    DNS ["ttlSeconds"] {
        "ttlSeconds": Integer, "How long it may be cached, in seconds.";
    }
}

record! {
    /// A load balancer.
    LOAD_BALANCER ["idleTimeoutSeconds", "http2"] {
        "http2": Bool, "Whether HTTP/2 is spoken.";
        "idleTimeoutSeconds": Integer, "After which idle connections are closed, in seconds.";
        "listeners": Map(&Shape::Record(&LISTENER)), "Listeners, by port.";
    }
}

record! {
    /// A listener.
    LISTENER ["protocol", "tlsPolicy"] {
        "certificateNotAfter": Timestamp, "When its certificate expires.";
        "protocol": Text, "Such as https.";
        "tlsPolicy": Text, "Which TLS versions and ciphers.";
    }
}

record! {
    /// A content delivery network.
    CDN ["enabled", "provider", "wafEnabled"] {
        "enabled": Bool, "Whether there is one.";
        "provider": Text, "Whose it is.";
        "wafEnabled": Bool, "Whether a web application firewall stands before it.";
    }
}

record! {
    /// A path on a machine.
    FILESYSTEM ["mode", "owner", "group"] {
        "group": Text, "Its group.";
        "mode": Mode, "Its mode in octal.";
        "mount": Shape::Record(&FS_MOUNT), "What is mounted there.";
        "owner": Text, "Its owner.";
        "type": Text, "Such as directory.";
    }
}

record! {
    /// A mounted file system.
    FS_MOUNT ["fstype", "options"] {
        "fstype": Text, "Such as ext4.";
        "options": Set(&Text), "Mount options.";
    }
}

record! {
    /// A feature flag.
    FEATURE_FLAG ["enabled", "rolloutPercent"] {
        "enabled": Bool, "Whether it is on.";
        "rolloutPercent": Number, "For how many percent.";
    }
}

record! {
    /// A scheduled job.
    SCHEDULE ["cron", "timezone", "enabled"] {
        "cron": Text, "When it runs.";
        "enabled": Bool, "Whether it runs.";
        "timezone": Text, "Whose clock counts.";
    }
}

record! {
    /// A stack of infrastructure as code.
    IAC ["moduleSource", "moduleVersion"] {
        "inputs": Map(&Any), "Its inputs.";
        "moduleSource": Text, "Where its module comes from.";
        "moduleVersion": Version, "The module's version.";
        "resources": Map(&Any), "Its resources and their status.";
        "tool": Text, "Such as terraform.";
    }
}

record! {
    /// How deployments come about.
    DEPLOY ["trigger", "refs", "approvalRequired"] {
        "approvalRequired": Bool, "Whether a person has to approve.";
        "refs": Set(&Text), "Which branches and tags.";
        "template": Text, "The template that is followed.";
        "tool": Text, "What deploys.";
        "trigger": Text, "Such as manual.";
    }
}

/// The fields of a variable that say what a sealed value is, wherever it stands.
pub const SEALED: &[&str] = &["dsn", "fingerprint", "partFingerprints", "url"];

/// The fields of an environment document that say something about the description and not about the environment.
pub const META: &[&str] = &["collectedAt", "coverage", "environment", "labels", "plane", "tier", "validFor"];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(record: &'static Record, seen: &mut Vec<&'static str>) {
        if seen.contains(&record.doc) {
            return;
        }
        seen.push(record.doc);
        assert!(record.fields.is_sorted_by(|a, b| a.name < b.name), "{}", record.doc);
        for field in record.fields {
            let mut shape = field.shape;
            while let Map(inner) | Set(inner) | Sequence(inner) = shape {
                shape = inner;
            }
            match shape {
                Shape::Record(inner) => check(inner, seen),
                Shape::Variable => check(&VARIABLE, seen),
                _ => {}
            }
        }
    }

    #[test]
    fn fields_are_sorted_for_lookup() {
        let mut seen = Vec::new();
        check(&ENVIRONMENT, &mut seen);
        assert!(seen.len() > 25);
    }
}
