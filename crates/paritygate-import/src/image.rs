//! Image references: `registry:5000/team/app:1.2@sha256:…` in parts, and what well-known images hold.

use std::ops::Range;

/// The parts of an image reference, as ranges of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Registry and repository.
    pub name: Range<usize>,
    /// The tag, if one is written.
    pub tag: Option<Range<usize>>,
    /// The digest with its algorithm, if one is written.
    pub digest: Option<Range<usize>>,
}

/// What Docker Hub's images may be called by, beside their names: `docker.io/library/nginx` is `nginx`.
const HUB: [&str; 4] = ["docker.io/library/", "index.docker.io/library/", "docker.io/", "index.docker.io/"];

/// Takes a reference apart. What stands in `${…}` or `{{…}}` is left whole, so that references with gaps have parts too. The
/// name of an image on Docker Hub is as short as it can be.
pub fn parts(text: &str) -> Parts {
    let (mut depth, mut colon, mut at) = (0_usize, None, None);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            b'@' => {
                at = Some(index);
                break;
            }
            // A colon before a slash belongs to the registry's port.
            b'/' => colon = None,
            b':' => colon = colon.or(Some(index)),
            _ => {}
        }
    }
    let end = at.unwrap_or(text.len());
    Parts {
        name: HUB.iter().find(|hub| text.starts_with(**hub)).map_or(0, |hub| hub.len())..colon.unwrap_or(end),
        tag: colon.map(|colon| colon + 1..end).filter(|tag| !tag.is_empty()),
        digest: at.map(|at| at + 1..text.len()).filter(|digest| !digest.is_empty()),
    }
}

/// Image names, by their last parts, and the kind of backing service that they run.
///
/// A name with a slash is compared with the end of a repository's path; one without is the last part alone.
const KINDS: &[(&str, &str)] = &[
    ("apache/kafka", "kafka"),
    ("cp-kafka", "kafka"),
    ("cp-server", "kafka"),
    ("elasticsearch", "elasticsearch"),
    ("elasticsearch-oss", "elasticsearch"),
    ("kafka", "kafka"),
    ("mariadb", "mariadb"),
    ("memcached", "memcached"),
    ("minio", "minio"),
    ("mongo", "mongodb"),
    ("mongodb", "mongodb"),
    ("mongodb-community-server", "mongodb"),
    ("mongodb-enterprise-server", "mongodb"),
    ("mssql/server", "mssql"),
    ("mssql-server-linux", "mssql"),
    ("mysql", "mysql"),
    ("mysql-server", "mysql"),
    ("opensearch", "opensearch"),
    ("pgvector", "postgresql"),
    ("postgis", "postgresql"),
    ("postgres", "postgresql"),
    ("postgresql", "postgresql"),
    ("rabbitmq", "rabbitmq"),
    ("redis", "redis"),
    ("redis-stack", "redis"),
    ("redis-stack-server", "redis"),
    ("solr", "solr"),
    ("timescaledb", "postgresql"),
    ("timescaledb-ha", "postgresql"),
    ("valkey", "valkey"),
];

/// The kind of backing service that a well-known image runs: `postgres` and `postgis/postgis` run `postgresql`.
pub fn backing_kind(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let ends_with =
        |known: &str| name.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('/'));
    KINDS.iter().find(|(known, _)| ends_with(known)).map(|(_, kind)| *kind)
}

/// The version in the tag of such an image, as a range of the tag: `16.4-alpine` holds `16.4`, `latest` holds none.
pub fn backing_version(kind: &str, tag: &str) -> Option<Range<usize>> {
    // Images that add to PostgreSQL count in their own numbers and say PostgreSQL's behind `pg`.
    let start = match tag.find("pg").filter(|_| kind == "postgresql") {
        Some(at) => at + 2,
        None if tag.starts_with('v') => 1,
        None if kind == "minio" && tag.starts_with("RELEASE.") => return Some("RELEASE.".len()..tag.len()),
        None => 0,
    };
    let rest = tag.get(start..)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let version = rest.get(..end)?.trim_end_matches('.');
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| start..start + version.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_parts() {
        for (text, name, tag, digest) in [
            ("app", "app", "", ""),
            ("app:1.2", "app", "1.2", ""),
            ("host:5000/team/app", "host:5000/team/app", "", ""),
            ("host:5000/team/app:1.2", "host:5000/team/app", "1.2", ""),
            ("app@sha256:ab", "app", "", "sha256:ab"),
            ("host:5000/app:1@sha256:ab", "host:5000/app", "1", "sha256:ab"),
            ("${R:-host:5000}/app:${T:-1:2}", "${R:-host:5000}/app", "${T:-1:2}", ""),
            ("${IMAGE}", "${IMAGE}", "", ""),
            ("app:", "app", "", ""),
            ("docker.io/library/nginx:1", "nginx", "1", ""),
            ("docker.io/team/app", "team/app", "", ""),
            ("index.docker.io/library/nginx", "nginx", "", ""),
            ("docker.io/", "", "", ""),
            ("{{ image }}:{{ tag }}", "{{ image }}", "{{ tag }}", ""),
            ("", "", "", ""),
        ] {
            let parts = parts(text);
            let slice = |range: Option<Range<usize>>| range.and_then(|range| text.get(range)).unwrap_or_default();
            let got = (slice(Some(parts.name.clone())), slice(parts.tag), slice(parts.digest));
            assert_eq!(got, (name, tag, digest), "{text}");
        }
    }

    #[test]
    fn well_known_images_have_kinds_and_versions() {
        for (name, tag, expected) in [
            ("postgres", "16.4-alpine", Some(("postgresql", "16.4"))),
            ("docker.io/library/postgres", "16", Some(("postgresql", "16"))),
            ("postgis/postgis", "16-3.4", Some(("postgresql", "16"))),
            ("pgvector/pgvector", "pg16", Some(("postgresql", "16"))),
            ("timescale/timescaledb", "2.14.2-pg15", Some(("postgresql", "15"))),
            ("redis", "latest", Some(("redis", ""))),
            ("valkey/valkey", "8.0.1", Some(("valkey", "8.0.1"))),
            ("mcr.microsoft.com/mssql/server", "2022-latest", Some(("mssql", "2022"))),
            ("minio/minio", "RELEASE.2024-01-01T16-36-33Z", Some(("minio", "2024-01-01T16-36-33Z"))),
            ("acme/postgres-backup", "16", None),
            ("acme/server", "1", None),
            ("wurstmeister/zookeeper", "1", None),
        ] {
            let kind = backing_kind(name);
            let got =
                kind.map(|kind| (kind, backing_version(kind, tag).and_then(|at| tag.get(at)).unwrap_or_default()));
            assert_eq!(got, expected, "{name}:{tag}");
        }
    }
}
