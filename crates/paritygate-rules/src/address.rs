//! Where values lead: hosts, and the databases on them.

use paritygate_eval::{Cell, State};
use paritygate_model::secret::{Dsn, SplitUrl, ValueClass};
use paritygate_model::source::MASK;
use paritygate_model::{Node, SecretTable, Value};

/// What may be read of a value: all of a plain one, and of a URL that holds a secret what is not masked.
pub(crate) fn readable<'r>(cell: &'r Cell<'_>) -> Option<&'r str> {
    match &cell.state {
        State::Secret(secret) => secret.url.as_ref().map(|url| &*url.shown),
        _ => cell.text(),
    }
}

/// The same of an item of a list.
pub(crate) fn readable_item(item: Node<'_>) -> Option<&str> {
    match item.value() {
        Value::Secret(secret) => secret.url.as_ref().map(|url| &*url.shown),
        _ => item.scalar_text(),
    }
}

/// The hosts that a URL names, each with its port. What is masked or will be replaced is none.
pub(crate) fn hosts<'a>(url: &SplitUrl<'a>) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
    let port = url.port;
    let several = url.host.contains(',');
    let each = url.host.split(',').map(move |host| if several { host_and_port(host) } else { (host, port) });
    each.map(|(host, port)| (host.trim_end_matches('.'), port)).filter(|(host, _)| is_host(host))
}

/// `db:5432` in two.
pub(crate) fn host_and_port(text: &str) -> (&str, Option<&str>) {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match text.rsplit_once(':') {
        Some((host, port)) if is_port(port) && (!host.contains(':') || host.ends_with(']')) => {
            (host.trim_matches(['[', ']']), Some(port))
        }
        _ => (text.trim_matches(['[', ']']), None),
    }
}

/// Whether a text may be a host: nothing in it is masked or will be replaced.
pub(crate) fn is_host(text: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':') || !byte.is_ascii();
    !text.is_empty() && text.bytes().all(sign)
}

/// Whether a host is another machine wherever it is asked for: this machine, a name without a dot (a Compose service), a
/// name inside a cluster.
pub(crate) fn is_relative(host: &str) -> bool {
    !host.contains(['.', ':'])
        || host.ends_with(".svc")
        || host.ends_with(".cluster.local")
        || SecretTable::builtin().value_class(host) == ValueClass::Local
}

/// The schemes of databases, caches and queues: the kind of service, and the port where none is written. Sorted.
const SERVICES: [(&str, &str, &str); 32] = [
    ("amqp", "rabbitmq", "5672"),
    ("amqps", "rabbitmq", "5671"),
    ("bolt", "neo4j", "7687"),
    ("cassandra", "cassandra", "9042"),
    ("clickhouse", "clickhouse", "9000"),
    ("cockroach", "cockroachdb", "26257"),
    ("cockroachdb", "cockroachdb", "26257"),
    ("couchbase", "couchbase", "11210"),
    ("elasticsearch", "elasticsearch", "9200"),
    ("kafka", "kafka", "9092"),
    ("mariadb", "mariadb", "3306"),
    ("memcache", "memcached", "11211"),
    ("memcached", "memcached", "11211"),
    ("mongodb", "mongodb", "27017"),
    ("mssql", "sqlserver", "1433"),
    ("mysql", "mysql", "3306"),
    ("mysql2", "mysql", "3306"),
    ("mysqlx", "mysql", "33060"),
    ("nats", "nats", "4222"),
    ("neo4j", "neo4j", "7687"),
    ("opensearch", "opensearch", "9200"),
    ("oracle", "oracle", "1521"),
    ("postgis", "postgresql", "5432"),
    ("postgres", "postgresql", "5432"),
    ("postgresql", "postgresql", "5432"),
    ("pulsar", "pulsar", "6650"),
    ("rabbitmq", "rabbitmq", "5672"),
    ("redis", "redis", "6379"),
    ("rediss", "redis", "6379"),
    ("sqlserver", "sqlserver", "1433"),
    ("valkey", "valkey", "6379"),
    ("valkeys", "valkey", "6379"),
];

fn service(scheme: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    // `jdbc:postgresql`, `postgresql+psycopg`, `mongodb+srv`.
    let scheme = scheme.strip_prefix("jdbc:").unwrap_or(scheme);
    let scheme = scheme.split('+').next().unwrap_or_default().to_ascii_lowercase();
    let at = SERVICES.binary_search_by(|(known, ..)| (*known).cmp(&scheme)).ok()?;
    SERVICES.get(at)
}

/// The kind of a service as backing services name it: `postgresql` for `postgres`.
pub(crate) fn kind_of_service(word: &str) -> &str {
    service(word).map_or(word, |(_, kind, _)| kind)
}

/// The databases that a URL leads to: one, or one on each of its hosts.
pub(crate) struct Databases {
    /// Such as `postgresql`.
    pub(crate) kind: &'static str,
    /// `db.acme.io:5432/app`: host, port and database, the same text for the same database.
    pub(crate) places: Vec<String>,
}

/// The databases that a value leads to; `None` where it is neither the URL of a database nor a connection string.
pub(crate) fn databases_of(cell: &Cell<'_>) -> Option<Databases> {
    let secret = match &cell.state {
        State::Secret(secret) => secret.dsn.as_deref().cloned(),
        _ => None,
    };
    let text = readable(cell);
    if let Some(dsn) = secret.or_else(|| Dsn::of(text?)) {
        let usual = service(dsn.kind).map_or("", |(_, _, port)| *port);
        let port = dsn.port.map_or_else(|| usual.to_owned(), |port| port.to_string());
        let host = dsn.host.to_ascii_lowercase();
        let place = (!is_relative(&host)).then(|| format!("{host}:{port}/{}", dsn.database));
        return Some(Databases { kind: dsn.kind, places: place.into_iter().collect() });
    }
    databases(text?)
}

/// Reads the URL of a database; `None` where a text is none.
fn databases(text: &str) -> Option<Databases> {
    let url = SplitUrl::of(text.trim())?;
    let &(_, kind, usual) = service(url.scheme)?;
    let named = url.path.trim_end_matches('/');
    let parameter = |(name, value): (&'_ str, &'_ str)| {
        ["database", "databaseName"].iter().any(|known| known.eq_ignore_ascii_case(name)).then(|| value.to_owned())
    };
    let database = match (kind, named) {
        ("redis" | "valkey", "") => "0".to_owned(),
        ("rabbitmq", "" | "%2f" | "%2F") => String::new(),
        (_, "") => url.parameters().find_map(parameter).unwrap_or_default(),
        (_, named) => named.to_owned(),
    };
    let places = hosts(&url).filter(|(host, _)| !is_relative(&host.to_ascii_lowercase()));
    let places = places.map(|(host, port)| {
        let host = host.to_ascii_lowercase();
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        format!("{host}:{}/{database}", port.unwrap_or(usual))
    });
    // Of a masked database nobody knows which it is.
    let places = if database.contains(MASK) { Vec::new() } else { places.collect() };
    Some(Databases { kind, places })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_sorted_for_lookup() {
        assert!(SERVICES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn databases_are_read_from_urls() {
        for (text, expected) in [
            ("postgres://app:pw@DB.acme.io/shop", Some("postgresql db.acme.io:5432/shop")),
            ("postgresql+psycopg://app@db.acme.io:6432/shop?sslmode=require", Some("postgresql db.acme.io:6432/shop")),
            ("jdbc:mysql://db.acme.io/shop?useSSL=true", Some("mysql db.acme.io:3306/shop")),
            ("jdbc:sqlserver://db.acme.io;databaseName=shop", Some("sqlserver db.acme.io:1433/shop")),
            ("redis://cache.acme.io", Some("redis cache.acme.io:6379/0")),
            ("rediss://:pw@cache.acme.io:6380/1", Some("redis cache.acme.io:6380/1")),
            ("amqps://app:pw@mq.acme.io/%2f", Some("rabbitmq mq.acme.io:5671/")),
            ("mongodb+srv://app:pw@cluster0.ab1cd.acme.io/shop", Some("mongodb cluster0.ab1cd.acme.io:27017/shop")),
            (
                "mongodb://a.acme.io:27018,b.acme.io/shop?replicaSet=rs0",
                Some("mongodb a.acme.io:27018/shop b.acme.io:27017/shop"),
            ),
            ("postgres://app@[fd00::1]:5432/shop", Some("postgresql [fd00::1]:5432/shop")),
            ("postgres://app@db/shop", Some("postgresql")),
            ("postgres://app@localhost/shop", Some("postgresql")),
            ("postgres://app@127.0.0.1:5433/shop", Some("postgresql")),
            ("postgres://app@db.data.svc.cluster.local/shop", Some("postgresql")),
            ("postgres://app@${DB_HOST}/shop", Some("postgresql")),
            ("postgres:///shop", Some("postgresql")),
            ("https://db.acme.io/shop", None),
            ("db.acme.io", None),
        ] {
            let found = databases(text).map(|found| [&[found.kind.to_owned()], &*found.places].concat().join(" "));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_masked_or_will_be_replaced_is_no_host() {
        for (text, expected) in [
            ("db.acme.io", true),
            ("fd00::1", true),
            ("dä.acme.io", true),
            ("", false),
            ("${DB_HOST}.acme.io", false),
            ("db acme", false),
        ] {
            assert_eq!(is_host(text), expected, "{text}");
        }
    }

    #[test]
    fn hosts_inside_a_cluster_are_relative() {
        for (host, expected) in [
            ("db", true),
            ("db.data.svc", true),
            ("db.data.svc.cluster.local", true),
            ("127.0.0.1", true),
            ("db.acme.io", false),
            ("fd00::1", false),
        ] {
            assert_eq!(is_relative(host), expected, "{host}");
        }
    }

    #[test]
    fn ports_are_cut_off() {
        assert_eq!(host_and_port("db.acme.io:5432"), ("db.acme.io", Some("5432")));
        assert_eq!(host_and_port("db.acme.io"), ("db.acme.io", None));
        assert_eq!(host_and_port("[fd00::1]:5432"), ("fd00::1", Some("5432")));
        assert_eq!(host_and_port("fd00::1"), ("fd00::1", None));
        assert_eq!(host_and_port("a:b"), ("a:b", None));
    }
}
