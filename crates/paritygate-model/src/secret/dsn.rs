//! Connection strings that are no URLs: `host=db user=app dbname=shop`, `Server=db;Database=shop`,
//! `app:x7@tcp(db:3306)/shop` as Go's driver for MySQL has it, `scott/x7@db:1521/orcl` as Oracle has it.

/// Where a connection string leads. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dsn {
    /// The kind of the database: `postgresql`, `mysql`, `sqlserver`, `oracle`.
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
const KINDS: [&str; 4] = ["mysql", "oracle", "postgresql", "sqlserver"];

impl Dsn {
    /// One whose parts are known; `None` where nobody knows the kind.
    pub fn from_parts(kind: &str, host: &str, port: Option<u16>, database: &str) -> Option<Self> {
        let kind = KINDS.into_iter().find(|known| *known == kind)?;
        Some(Self { kind, host: host.to_owned(), port, database: database.to_owned() })
    }

    /// Reads a connection string; `None` where a text is none, or names no host or no database.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > MAX_LENGTH || text.contains("://") {
            return None;
        }
        if let Some(dsn) = Self::behind_login(text) {
            return dsn.is_named().then_some(dsn);
        }
        if !text.contains('=') {
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
        if dsn.kind.is_empty() {
            dsn.kind = "sqlserver";
        }
        dsn.is_named().then_some(dsn)
    }

    /// Whether host and database are names, with nothing masked or to be filled in.
    fn is_named(&self) -> bool {
        let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'\\');
        [&self.host, &self.database].iter().all(|text| !text.is_empty() && text.bytes().all(sign))
    }

    /// `app:x7@tcp(db:3306)/shop?parseTime=true`, `scott/x7@db:1521/orcl`, `scott/x7@//db/orcl`. A login may hold any sign.
    fn behind_login(text: &str) -> Option<Self> {
        let (login, place) = text.rsplit_once('@')?;
        let (kind, address, rest) = match place.strip_prefix("tcp(") {
            Some(place) => place.split_once(')').map(|(address, rest)| ("mysql", address, rest.strip_prefix('/')))?,
            None if login.contains('/') && !login.contains([' ', ':', '=']) => {
                let bare = place.strip_prefix("//").unwrap_or(place);
                let (address, rest) = bare.split_once('/')?;
                // Without either it may as well be the middle of a password.
                if bare == place && !address.contains(':') {
                    return None;
                }
                ("oracle", address, Some(rest))
            }
            None => return None,
        };
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (address, None),
        };
        let database = rest?.split(['?', ':', '/']).next()?;
        Some(Self { kind, host: host.to_owned(), port, database: database.to_owned() })
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
            ("app:x7@tcp(db.acme.io:3307)/shop?parseTime=true", "mysql db.acme.io Some(3307) shop"),
            ("app:********@tcp(db.acme.io)/shop", "mysql db.acme.io None shop"),
            ("a@b:x@7/y@tcp(db.acme.io)/shop", "mysql db.acme.io None shop"),
            ("scott/********@db.acme.io:1521/orcl", "oracle db.acme.io Some(1521) orcl"),
            ("scott/x7@//db.acme.io/orcl", "oracle db.acme.io None orcl"),
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
            "app:x7@tcp(${DB_HOST})/shop",
            "app:x7@tcp(db.acme.io:port)/shop",
            "app:x7@unix(/run/mysql.sock)/shop",
            "app:x7@tcp(db.acme.io)",
            "git@github.com:acme/shop",
            "acme/shop@sha256:abc",
            "@acme/shop",
            "ops@acme.io",
            "scott/x7@orcl",
            "x/Yz@kP/3q",
        ] {
            assert_eq!(Dsn::of(text), None, "{text}");
        }
    }
}
