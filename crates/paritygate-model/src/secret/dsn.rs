//! Connection strings of keys and values: `host=db user=app dbname=shop`, `Server=db;Database=shop`.

/// Where a connection string leads. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dsn {
    /// The kind of the database: `postgresql`, `mysql`, `sqlserver`.
    pub kind: &'static str,
    /// `db`.
    pub host: String,
    /// `5432`, where it is written.
    pub port: Option<u16>,
    /// The name of the database.
    pub database: String,
}

/// No connection string is longer.
const MAX_LENGTH: usize = 2_048;

/// The kinds of databases that connection strings lead to.
const KINDS: [&str; 3] = ["mysql", "postgresql", "sqlserver"];

impl Dsn {
    /// One whose parts are known; `None` where nobody knows the kind.
    pub fn from_parts(kind: &str, host: &str, port: Option<u16>, database: &str) -> Option<Self> {
        let kind = KINDS.into_iter().find(|known| *known == kind)?;
        Some(Self { kind, host: host.to_owned(), port, database: database.to_owned() })
    }

    /// Reads a connection string; `None` where a text is none, or names no host or no database.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > MAX_LENGTH || !text.contains('=') || text.contains("://") {
            return None;
        }
        let mut dsn = Self { kind: "", host: String::new(), port: None, database: String::new() };
        let pairs: Vec<&str> =
            if text.contains(';') { text.split(';').collect() } else { text.split_ascii_whitespace().collect() };
        for pair in pairs {
            if let Some((key, value)) = pair.split_once('=') {
                dsn.add(key, value.trim().trim_matches(['"', '\'', '{', '}']));
            }
        }
        let named = |text: &str| {
            let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'\\');
            !text.is_empty() && text.bytes().all(sign)
        };
        if dsn.kind.is_empty() {
            dsn.kind = "sqlserver";
        }
        (named(&dsn.host) && named(&dsn.database)).then_some(dsn)
    }

    fn add(&mut self, key: &str, value: &str) {
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let mut says = |kind| {
            if self.kind.is_empty() {
                self.kind = kind;
            }
        };
        match &*key {
            "host" | "hostaddr" => {
                says("postgresql");
                value.clone_into(&mut self.host);
            }
            "server" | "datasource" | "address" | "addr" => self.server(value),
            "port" => {
                self.port = value.parse().ok();
                if self.port == Some(3306) {
                    self.kind = "mysql";
                }
            }
            "dbname" => {
                says("postgresql");
                value.clone_into(&mut self.database);
            }
            "database" | "initialcatalog" => value.clone_into(&mut self.database),
            "uid" => says("mysql"),
            "driver" if value.to_ascii_lowercase().contains("sql server") => self.kind = "sqlserver",
            "driver" if value.to_ascii_lowercase().contains("postgres") => self.kind = "postgresql",
            _ => {}
        }
    }

    /// `tcp:db.acme.io,1433`.
    fn server(&mut self, value: &str) {
        let value = value.strip_prefix("tcp:").unwrap_or(value);
        let (host, port) = value.split_once(',').map_or((value, None), |(host, port)| (host, port.trim().parse().ok()));
        host.trim().clone_into(&mut self.host);
        self.port = port.or(self.port);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings_lead_to_databases() {
        for (text, expected) in [
            ("host=db.acme.io user=app password=x7 dbname=shop", "postgresql db.acme.io None shop"),
            (
                "Host=db.acme.io;Port=6432;Username=app;Password=x7;Database=shop",
                "postgresql db.acme.io Some(6432) shop",
            ),
            (
                "Server=tcp:db.acme.io,1433;Initial Catalog=shop;User ID=app;Password=x7",
                "sqlserver db.acme.io Some(1433) shop",
            ),
            ("Server=db.acme.io;Database=shop;Uid=app;Pwd=x7;", "mysql db.acme.io None shop"),
            (
                "Driver={ODBC Driver 18 for SQL Server};Server=db.acme.io;Database=shop;Uid=app",
                "sqlserver db.acme.io None shop",
            ),
        ] {
            let found = Dsn::of(text).map(|dsn| format!("{} {} {:?} {}", dsn.kind, dsn.host, dsn.port, dsn.database));
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "a=b",
            "host=db.acme.io",
            "host=******** dbname=shop",
            "host=db.acme.io dbname=********",
            "host=${DB_HOST} dbname=shop",
            "jdbc:sqlserver://db;databaseName=shop",
            "-Dhost=a -Ddatabase=b",
        ] {
            assert_eq!(Dsn::of(text), None, "{text}");
        }
    }
}
