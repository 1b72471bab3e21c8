//! The table of secret names and shapes, read from `table.txt`.

use std::sync::OnceLock;

use super::names::{Kind, Names, Strength};
use super::signs::{AT, COLON, DASH, EQUALS, Forms, GAP, LESS, OTHER_QUOTE, PIPE, QUOTE, SLASH};
use super::tokens::{self, Token};
use super::{MaskReason, ValueClass, logins, markup, phrases, programs, scan, signs, sql, stand_in, url, values};

/// Which names and which shapes are secret.
#[derive(Clone, Debug, Default)]
pub struct SecretTable {
    // INVARIANT: sorted, so that lookups may binary-search.
    plain: Vec<String>,
    secret: Vec<String>,
    elsewhere: Vec<String>,
}

impl SecretTable {
    /// The table that comes with the engine.
    pub fn builtin() -> &'static Self {
        static TABLE: OnceLock<SecretTable> = OnceLock::new();
        TABLE.get_or_init(Self::default)
    }

    /// The built-in table with a manifest's overrides: names that are never, and always, secret.
    ///
    /// `plain` overrides names and entropy, never private keys and known token formats.
    #[must_use]
    pub fn with(mut plain: Vec<String>, mut secret: Vec<String>) -> Self {
        plain.sort_unstable();
        secret.sort_unstable();
        Self { plain, secret, elsewhere: Vec::new() }
    }

    /// The same table, with names that are secret in another environment.
    #[must_use]
    pub fn with_elsewhere(&self, mut names: Vec<String>) -> Self {
        names.sort_unstable();
        Self { elsewhere: names, ..self.clone() }
    }

    /// Why a value is secret; `None` where it is not. An empty value never is.
    ///
    /// A shape goes before a name: it is the reason that no manifest can take away.
    pub fn classify(&self, name: Option<&str>, value: &str) -> Option<MaskReason> {
        if value.is_empty() {
            return None;
        }
        if name.is_some_and(|name| holds(&self.secret, name)) {
            return Some(MaskReason::Manifest);
        }
        // Most settings are words like `true`: under any name, they are no secrets.
        if values::is_setting(value) {
            return None;
        }
        if is_secret_shape(value) {
            let for_browsers = name.is_some_and(|name| data().names.is_for_browsers(name));
            return (!for_browsers || !tokens::is_for_browsers(value)).then_some(MaskReason::Shape);
        }
        match name.and_then(|name| self.strength_of_other(name)) {
            Some(strength) if is_secret_under(strength, value) => {
                (!values::is_working_directory(name.unwrap_or_default(), value)).then_some(MaskReason::Name)
            }
            _ => name.filter(|name| self.is_login(name, value)).map(|_| MaskReason::Name),
        }
    }

    /// Whether a name alone says that its value is secret, whatever that value is.
    pub fn is_secret_name(&self, name: &str) -> bool {
        self.strength(name).is_some()
    }

    /// Whether all that stands below a name is secret: `tokens` is a name of several.
    pub fn is_secret_above(&self, name: &str) -> bool {
        self.is_secret_name(name) || data().several.contains(&name) && !self.is_plain(name)
    }

    /// Whether a value is secret that stands in a map or a list of this name.
    pub fn is_secret_within(&self, name: &str, value: &str) -> bool {
        data().several.contains(&name) && !self.is_plain(name) && is_secret_under(Strength::Weak, value)
    }

    /// Whether the manifest says that a name is never secret.
    pub fn is_plain(&self, name: &str) -> bool {
        holds(&self.plain, name)
    }

    /// Whether a variable is secret in another environment. It is hidden where environments are compared; here it counts
    /// for what is built from it.
    pub fn is_secret_elsewhere(&self, name: &str) -> bool {
        holds(&self.elsewhere, name)
    }

    /// Why a text is no value but stands for one, in one word for `unresolved`: a ciphertext, a template before it is
    /// rendered, a mask. `None` where it is a value.
    ///
    /// A ciphertext is no secret: it may be printed, but what it stands for is not known.
    pub fn stands_in(&self, value: &str) -> Option<&'static str> {
        if values::is_ciphertext(value) { Some("encrypted") } else { stand_in::reason(value) }
    }

    /// The same of a text in which nothing is filled in any more: `${NAME}` is left of what was never known.
    pub fn stands_in_finished(&self, value: &str) -> Option<&'static str> {
        self.stands_in(value).or_else(|| stand_in::holds_reference(value).then_some("reference"))
    }

    /// How strongly a name speaks, with the manifest's word before the table's.
    pub(super) fn strength(&self, name: &str) -> Option<Strength> {
        if holds(&self.secret, name) {
            return Some(Strength::Strong);
        }
        self.strength_of_other(name)
    }

    /// Whether a name tells that its value is a login, and the value is one: `ORACLE_DSN=scott/tiger@orcl`.
    pub(super) fn is_login(&self, name: &str, value: &str) -> bool {
        logins::is_one(name, value) && !self.is_plain(name)
    }

    /// Whether a name may tell that; `at_sign` says whether there is a `@`.
    pub(super) fn may_be_login(&self, name: &str, at_sign: bool) -> bool {
        logins::may_be(name, at_sign) && !self.is_plain(name)
    }

    /// How strongly a name speaks that the manifest does not call secret.
    fn strength_of_other(&self, name: &str) -> Option<Strength> {
        data().names.strength(name).filter(|_| !self.is_plain(name))
    }
}

/// Whether a value under a secret name is to be hidden: an ordinary setting or a path to the secret is not.
pub(super) fn is_secret_under(strength: Strength, value: &str) -> bool {
    !values::is_harmless(value)
        && !values::is_path(value, strength < Strength::Strong)
        && (strength > Strength::Weak || !values::is_quantity_or_url(value))
}

/// Whether a value is secret under any name. Cheap for what is not: one look tells which searches could find anything.
fn is_secret_shape(value: &str) -> bool {
    let seen = signs::of_text(value);
    let has = |signs: u16| seen & signs != 0;
    let url =
        has(AT) && has(COLON | SLASH) || has(COLON) && has(SLASH) && (has(EQUALS) || url::may_hold_password(value));
    let header = || matches!(value.as_bytes(), [b'x' | b'X', b'-', ..]);
    let assignments = has(EQUALS)
        || has(COLON) && (has(QUOTE) || has(DASH) && has(OTHER_QUOTE))
        || has(COLON) && (has(GAP) || has(DASH) && header());
    let options = has(GAP) && (has(DASH) || has(PIPE));
    let searches = [
        (url, url::find as Search),
        (assignments, scan::assignments_in_value),
        (options, scan::options),
        (has(LESS), |table, value, emit| markup::find(table, value, true, emit)),
        (has(GAP), |_, value, emit| logins::find_netrc(value, emit)),
        (has(OTHER_QUOTE), |_, value, emit| sql::find(value, emit)),
        (has(GAP), |table, value, emit| phrases::find(table, value, phrases::Reading::Value, emit)),
    ];
    let found = tokens::may_be_in(value) && tokens::is_in(value)
        || searches.iter().any(|(worthwhile, search)| *worthwhile && finds(*search, value));
    found && !values::is_ciphertext(value)
}

type Search = fn(&SecretTable, &str, &mut dyn FnMut(std::ops::Range<usize>));

/// Whether a search finds anything.
#[cold]
fn finds(search: Search, value: &str) -> bool {
    let mut found = false;
    search(SecretTable::builtin(), value, &mut |_| found = true);
    found
}

fn holds(names: &[String], name: &str) -> bool {
    !names.is_empty() && names.binary_search_by(|known| known.as_str().cmp(name)).is_ok()
}

/// What `table.txt` says.
#[derive(Default)]
pub(super) struct Data {
    pub(super) names: Names,
    pub(super) tokens: tokens::Tokens,
    /// Names of maps and lists that hold secrets, and are no secrets as names of one value.
    pub(super) several: Vec<&'static str>,
    /// Secret words that sentences are made of, and words that follow them there.
    pub(super) spoken: Vec<&'static str>,
    pub(super) prose: Vec<&'static str>,
    /// Programs that take a password by an option, and how.
    pub(super) programs: Vec<(&'static str, &'static str, programs::How)>,
    /// Names of URL parameters, beside the secret names.
    pub(super) parameters: Vec<&'static str>,
    /// Names of parameters that are secret at hosts of one domain.
    pub(super) hosted: Vec<(&'static str, &'static str)>,
    /// Names of connections, in words.
    pub(super) connects: Vec<Vec<&'static str>>,
    /// Options that hold secrets, and are no secrets as names of variables.
    pub(super) options: Vec<&'static str>,
    /// Last words of names of logins.
    pub(super) accounts: Vec<&'static str>,
    /// Beginnings of public values.
    pub(super) visible: Vec<(&'static str, ValueClass)>,
    /// Beginnings of paths that are no passwords.
    pub(super) roots: Vec<&'static str>,
    /// URL schemes where a user who stands alone is the secret.
    pub(super) lone: Vec<&'static str>,
    /// How hosts end where he is none.
    pub(super) open: Vec<&'static str>,
    /// Beginnings of values that say where a secret is kept.
    pub(super) references: Vec<&'static str>,
    /// Beginnings of encrypted values, their shortest length, and whether the rest is base64.
    pub(super) ciphertexts: Vec<(&'static str, usize, bool)>,
    /// By first byte: a bit for each second byte of what may be encrypted.
    pub(super) encrypted: Vec<u32>,
    /// URL schemes of databases and their like.
    pub(super) services: Vec<&'static str>,
    /// Placeholders, without signs: whole values, parts of values with their letters, first words, last words.
    pub(super) placeholders: Vec<&'static str>,
    pub(super) within: Vec<(u32, &'static str)>,
    pub(super) first: Vec<&'static str>,
    pub(super) last: Vec<&'static str>,
    /// Placeholders for secret values only.
    pub(super) defaults: Vec<&'static str>,
    /// The forms of the whole values among the placeholders.
    pub(super) forms: Forms,
}

/// The table, read once.
pub(super) fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(|| read(include_str!("table.txt")).0)
}

/// Reads a table. The second list holds the lines that say nothing: a test proves that the built-in table has none.
fn read(text: &'static str) -> (Data, Vec<&'static str>) {
    let mut data = Data::default();
    let mut odd = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if row(&mut data, line).is_none() {
            odd.push(line);
        }
    }
    data.names.finish();
    data.tokens.finish(&data.visible);
    let lists = [&mut data.placeholders, &mut data.first, &mut data.last, &mut data.defaults];
    for list in lists.into_iter().chain([&mut data.parameters, &mut data.services, &mut data.lone, &mut data.open]) {
        list.sort_unstable();
    }
    data.forms = Forms::of(data.placeholders.iter().chain(&data.defaults).copied());
    data.encrypted = vec![0; 256];
    for prefix in data.ciphertexts.iter().map(|(prefix, ..)| *prefix).chain(values::WRAPPERS) {
        if let [first, rest @ ..] = prefix.as_bytes()
            && let Some(bits) = data.encrypted.get_mut(*first as usize)
        {
            *bits |= rest.first().map_or(u32::MAX, |&second| signs::letter(second));
        }
    }
    (data, odd)
}

/// Reads one row; `None` where it is none.
fn row(data: &mut Data, line: &'static str) -> Option<()> {
    let (kind, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    let list = || rest.split(',').map(str::trim).filter(|item| !item.is_empty());
    match kind {
        "secret" | "kept" | "last" | "weak" | "always" | "plain" => {
            let kind = Kind::from_word(kind)?;
            list().for_each(|words| data.names.add(kind, words.split(' ').collect()));
        }
        "ending" => data.names.endings.extend(list()),
        "descriptor" => data.names.descriptors.extend(list()),
        "suffix" => data.names.suffixes.extend(list()),
        "browser" => data.names.browser.extend(list()),
        "public" => data.names.public.extend(list()),
        "parameter" => data.parameters.extend(list()),
        "hosted" => data.hosted.push(rest.split_once(' ')?),
        "several" => data.several.extend(list()),
        "spoken" => data.spoken.extend(list()),
        "prose" => data.prose.extend(list()),
        "connects" => data.connects.extend(list().map(|words| words.split(' ').collect())),
        "option" => data.options.extend(list()),
        "accounts" => data.accounts.extend(list()),
        "program" => {
            let (how, rest) = rest.split_once(' ')?;
            let (option, programs) = rest.trim_start().split_once(' ')?;
            let how = programs::How::from_word(how)?;
            data.programs.extend(programs.split(',').map(|program| (program.trim(), option, how)));
        }
        "token" => data.tokens.add(Token::read(rest)?),
        "visible" => {
            let (class, prefix) = rest.split_once(' ')?;
            data.visible.push((prefix.trim(), class_of_word(class)?));
        }
        "root" => data.roots.extend(list()),
        "lone" => data.lone.extend(list()),
        "open" => data.open.extend(list()),
        "reference" => data.references.push(rest),
        "ciphertext" => {
            let (shortest, prefix) = rest.split_once(' ')?;
            let prefix = prefix.trim();
            let base64 = prefix.strip_suffix(" base64");
            data.ciphertexts.push((base64.unwrap_or(prefix), shortest.parse().ok()?, base64.is_some()));
        }
        "service" => data.services.extend(list()),
        "placeholder" => data.placeholders.extend(list()),
        "within" => data.within.extend(list().map(|needle| (signs::letters(needle), needle))),
        "first" => data.first.extend(list()),
        "final" => data.last.extend(list()),
        "default" => data.defaults.extend(list()),
        _ => return None,
    }
    Some(())
}

pub(super) fn class_of_word(word: &str) -> Option<ValueClass> {
    ValueClass::ALL.into_iter().find(|class| class.word() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let (data, odd) = read(include_str!("table.txt"));
        assert_eq!(odd, Vec::<&str>::new());
        assert!(!data.visible.is_empty() && !data.references.is_empty() && !data.ciphertexts.is_empty());
    }

    #[test]
    fn odd_lines_are_named() {
        let (_, odd) = read("secret a\nnonsense\ntoken live w\ntoken odd w 3 x\nvisible ever x\nciphertext many x");
        assert_eq!(odd.len(), 5);
    }

    fn check(name: &str, value: &str, expected: Option<MaskReason>) {
        assert_eq!(SecretTable::builtin().classify(Some(name), value), expected, "{name}={value}");
    }

    #[test]
    fn names_say_it() {
        let secret = "Tr0ub4dor";
        for name in [
            "API_KEY",
            "DB_PASSWORD",
            "dbPassword",
            "PGPASSWORD",
            "APP_PGPASS",
            "NETRC",
            "AZURE_FUNCTIONS_KEY",
            "SMTP_PASS",
            "JWT_SECRET",
            "spring.datasource.password",
            "AWS_SECRET_ACCESS_KEY",
            "SECRET_KEY_BASE",
            "EMBEDLY_KEY",
            "API_KEY_2",
            "API_KEY2",
            "TOKEN_PROD",
            "clientsecret",
            "MYSQL_PWD",
            "AUTH_SALT",
            "APP_KEY",
            "VAULT_SECRET_ID",
            "APIKey",
            "user-token",
            "Authorization",
            "authToken",
            "AzureWebJobsStorage_ConnectionString",
            "LDAP_PASS",
            "NPM_AUTH",
            "DB_PASSWORD_HASH",
            "PIHOLE_PW",
            "dbPw",
            "OTP",
            "ADMIN_TOTP",
            "TOTP_SEED",
            "WIFI_PSK",
            "PRIVATE_KEY",
            "GOOGLE_CREDENTIALS",
            "Ключ_PASSWORD",
            "SENHA",
            "SERVICE_CRED",
            "AUTH_JWT",
            "VAULT_DEV_ROOT_TOKEN_ID",
            "SSHPASS",
            "RABBITMQ_ERLANG_COOKIE",
            "COUCHDB_ERLANG_COOKIE",
            "EMQX_NODE__COOKIE",
            "SMTPPW",
            "MAILPW",
            "ADMINPW",
            "PROXYPW",
            "LDAP_BINDPW",
            "KAFKAPASS",
            "MASTERPASS",
            "DB_PASSWRD",
            "HMACKEY",
            "AESKEY",
            "RSAKEY",
            "SSHKEY",
            "SESSIONKEY",
            "JWTKEY",
            "LICENSEKEY",
            "GPG_PRIVATE",
            "DEPLOY_SSH_PRIVATE",
            "CERT_PRIVATE",
            "JWT_SIGNING",
            "SNMP_COMMUNITY",
            "masterauth",
        ] {
            check(name, secret, Some(MaskReason::Name));
        }
        for name in [
            "KEYCLOAK_URL",
            "KEY_PREFIX",
            "HASH_KEY",
            "GA_KEY",
            "PASSWORD_HASHER",
            "PASSWORD_HISTORY",
            "PUBLIC_KEY",
            "STRIPE_PUBLISHABLE_KEY",
            "SITE_KEY",
            "PRIMARY_KEY",
            "KEY_ID",
            "ACCESS_KEY_ID",
            "PASSWORD_FILE",
            "TOKEN_URL",
            "TOKEN_EXPIRY",
            "SECRET_NAME",
            "PASSWORD_MIN_LENGTH",
            "TOKEN_TTL",
            "MONKEY",
            "KEY",
            "key",
            "BYPASS",
            "TOKENIZER",
            "PASSWORD_RESET",
            "TOKEN_EXPIRES_IN",
            "GPG_KEY",
            "PASSENGER_APP_ENV",
            "NEXT_PUBLIC_API_KEY",
            "MAX_TOKENS",
            "TOKEN_URL_PROD",
            "imagePullSecrets",
            "existingSecret",
            "",
            "_",
            "AUTHOR",
            "OTP_LENGTH",
            "OTP_ISSUER",
            "PWA_NAME",
            "PGPASSFILE",
            "NETRC_PATH",
            "UPWARD",
            "SESSION_COOKIE",
            "COOKIE",
            "REPO_PRIVATE",
            "COMMUNITY",
            "tokens",
            "VITE_API_KEY",
            "REACT_APP_MAPS_TOKEN",
            "GATSBY_SEARCH_KEY",
            "SECRET_MANAGER_PROJECT",
        ] {
            check(name, secret, None);
        }
    }

    #[test]
    fn logins_are_secret_where_settings_stand_too() {
        for (name, value) in [
            ("NEO4J_AUTH", "neo4j/S3cr3tPw99"),
            ("BASIC_AUTH_USERS", "admin:pw"),
            ("HTPASSWD_USERS", "admin:pw"),
            ("AUTH_USERS", "alice:pw,bob:pw"),
            ("SFTP_USERS", "foo:pw:1001"),
            ("GRAFANA_AUTH", "admin:pw"),
            ("ES_AUTH", "elastic:pw"),
            ("influxAuth", "admin:pw"),
            ("NEXUS_AUTH", "k7WqZz19pA"),
            ("users", "admin:pw"),
        ] {
            check(name, value, Some(MaskReason::Name));
        }
        for (name, value) in [
            ("DB_AUTH", "scram-sha-256"),
            ("DB_AUTH", "scram-sha-256-with-channel-binding"),
            ("SMTP_AUTH", "login"),
            ("ADMIN_USERS", "alice,bob"),
            ("ADMIN_USERS", "alice@acme.io, bob@acme.io"),
            ("AUTH", "none"),
            ("GRAFANA_AUTH", "admin:${PASSWORD}"),
            ("LDAP_AUTH", "ldap://ldap.acme.io:389"),
            ("PROXY_AUTH", "/run/secrets/auth"),
            ("MAX_USERS", "100"),
            ("OAUTH", "google/workspace"),
            ("AUTH", "auth.acme.io:8443"),
            ("POWERUSERS", "a:b"),
        ] {
            check(name, value, None);
        }
    }

    #[test]
    fn harmless_values_stay_plain_under_secret_names() {
        for value in [
            "",
            "true",
            "FALSE",
            "null",
            "none",
            "0",
            "1",
            "enabled",
            "include",
            "same-origin",
            "/run/secrets/x",
            "file:///run/secrets/x",
            "certs/tls.pem",
            "/keys/tls.pem",
            "~/.pgpass",
            "/etc/ssl/private.pem",
            "./certs/tls-key",
            "${DB_PASSWORD}",
            "${DB_PASSWORD:?missing}",
            "$DB_PASSWORD",
            "{{ vault_password }}",
            "op://vault/item/field",
            "arn:aws:secretsmanager:eu-west-1:1:secret:x",
            "<% secret %>",
            "$(DB_PASSWORD)",
            "$(cat $DB_PASSWORD_FILE)",
            "$(< /run/secrets/x)",
        ] {
            check("DB_PASSWORD", value, None);
        }
        for value in ["30s", "3600", "12.5", "10mb", "https://keys.acme.io/a"] {
            check("EMBEDLY_KEY", value, None);
            check("DB_PASSWORD", value, Some(MaskReason::Name));
        }
        for name in ["TLS_KEY", "PRIVATE_KEY", "GOOGLE_APPLICATION_CREDENTIALS"] {
            check(name, "eapp.key", None);
            check(name, "gcp.json", None);
            check(name, "/abc/def", Some(MaskReason::Name));
        }
        for value in [
            "${DB_PASSWORD:-hunter2}",
            "{{ x | default('hunter2') }}",
            "/aB3dE5gH7/jK9mN1pQ3sT5vW7y",
            "$ecret",
            "$ECRET",
            "$HUNTER_2",
            "%HUNTER2%",
            "a b.key",
            "eapp.key",
            "hunter2.txt",
            "abc/def",
            "/abc/def",
            "./hunter2",
            "~/hunter2",
            "c:\\hunter2",
            "sha256:hunter2",
            "ref+hunter2",
        ] {
            check("DB_PASSWORD", value, Some(MaskReason::Name));
        }
    }

    #[test]
    fn shapes_say_it_under_any_name() {
        let body = "4eC39HqLyjWDarjtT1zdp7dcaB3dE5gH7jK9mN1pQ3sT5vW7y";
        for value in [
            format!("sk_live_{body}"),
            format!("ghp_{body}"),
            format!("$2b$12${body}./{}", &body[..2]),
            format!("$argon2id$v=19$m=65536,t=3,p=4${body}"),
            format!("curl --token=ghp_{body} x"),
            format!("AKIA{}", "IOSFODNN7ABCDEFG"),
            format!("SK{}", "0123456789abcdef0123456789abcdef"),
            format!("123456789:{}", &body[..35]),
            format!("eyJ{}.eyJ{}.{}", &body[..20], &body[..20], &body[..20]),
            format!("https://hooks.slack.com/services/T0000/B0000/{}", &body[..24]),
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----".to_owned(),
            "{\"key\": \"-----BEGIN PRIVATE KEY-----\\nMIIE\"}".to_owned(),
            "{\"user\": \"app\", \"password\": \"x7\"}".to_owned(),
            "postgres://app:x7@db/app".to_owned(),
            "https://x7y8@errors.acme.io/1".to_owned(),
            "https://acme.io/?a=1&access_token=x7".to_owned(),
            "Server=db;User Id=sa;Password=x7;".to_owned(),
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=x7==".to_owned(),
            "host=db user=app password=x7".to_owned(),
            "redis-server --requirepass x7".to_owned(),
            "redis-cli -h cache -a x7 ping".to_owned(),
            "redis-server --masterauth x7".to_owned(),
            "server -dev -dev-root-token-id=x7".to_owned(),
            "aws configure set aws_secret_access_key x7".to_owned(),
            "npm config set //registry.npmjs.org/:_authToken x7".to_owned(),
            "echo 'root:x7' | chpasswd".to_owned(),
            "echo x7 | docker login --password-stdin".to_owned(),
            "proxy --cookie-key x7".to_owned(),
            "proxy --basicauth=bob:x7 --log debug".to_owned(),
            "proxy --auth bob:x7 --log debug".to_owned(),
            "proxy --auth=bob:x7 --log debug".to_owned(),
            "mysqladmin ping -uroot -px7".to_owned(),
            "sh -c \"curl -u admin:x7 https://acme.io\"".to_owned(),
            "/usr/bin/sshpass -p x7 ssh db".to_owned(),
            "app:x7@tcp(db:3306)/shop".to_owned(),
            "app:x7@db.acme.io:5432/shop".to_owned(),
            "jdbc:oracle:thin:scott/x7@db:1521/orcl".to_owned(),
            "jdbc:oracle:thin:scott/x7@//db:1521/orcl".to_owned(),
            "redis://x7y8@cache:6379/0".to_owned(),
            "sqlserver://db:1433;user id=sa;password=x7".to_owned(),
            "Bearer hunter2".to_owned(),
            "Basic dXNlcjpwYXNz".to_owned(),
            "Endpoint=sb://a.example.net/;SharedAccessKeyName=n;SharedAccessKey=x7=".to_owned(),
            "BlobEndpoint=https://a.example.net/;SharedAccessSignature=sv=1&sig=x7".to_owned(),
            "jdbc:sqlserver://db:1433;user=sa;password=x7".to_owned(),
            format!("123456:A{}", &body[..34]),
            format!("https://api.telegram.org/bot123456:{}/sendMessage", &body[..35]),
            "scott/x7@//db:1521/x".to_owned(),
            "scott/x7@//db/x".to_owned(),
            "app:x7@/shop".to_owned(),
            "app:x7@/shop?parseTime=true".to_owned(),
            r#"{"auths":{"registry.acme.io":{"auth":"dXNlcjpwYXNz"}}}"#.to_owned(),
            "eyJkYl9wYXNzd29yZCI6Ing3In0=".to_owned(),
            r#"[{"name":"DB_PASSWORD","value":"x7"}]"#.to_owned(),
            r#"[{"Name": "DB_PASSWORD", "Value": "x7"}]"#.to_owned(),
            "<server><password>x7</password></server>".to_owned(),
            "<add key='DbPassword' value='x7'/>".to_owned(),
            "machine acme.io login bob password x7".to_owned(),
            "Cookie: theme=dark; sid=x7".to_owned(),
            "Set-Cookie: sid=x7; Path=/".to_owned(),
            "x-functions-key: x7".to_owned(),
            "x-api-key:x7".to_owned(),
            "curl -H x-api-key:x7 https://acme.io".to_owned(),
            "curl --user=bob:x7 https://acme.io".to_owned(),
            "curl -ubob:x7 https://acme.io".to_owned(),
            "curl -fsSu bob:x7 https://acme.io".to_owned(),
            "curl -b sid=x7 https://acme.io".to_owned(),
            "https://a.azurewebsites.net/api/run?code=x7==".to_owned(),
            "https://acme.io/?subscription-key=x7".to_owned(),
        ] {
            check("OPAQUE", &value, Some(MaskReason::Shape));
        }
        for value in [
            "postgres://app@db/app",
            "jdbc:oracle:thin:@db:1521/orcl",
            "bearer of good news",
            "docker run -u node:node -p 80:80 acme/api",
            "mysql -p",
            "curl -u $USER:$API_PASSWORD https://acme.io",
            "acme/api:1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "sip:alice@acme.io:5060",
            "git@acme.io:team/app.git",
            "npm:react@18.2.0",
            "mailto:team@acme.io",
            "ssh://git@acme.io/a",
            "https://acme.io/a?b=c",
            "redis://cache:6379/0",
            "550e8400-e29b-41d4-a716-446655440000",
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "db.acme.internal:5432",
            "pk_live_4eC39HqLyjWDarjtT1zdp7dc",
            "https://medium.com/@someone",
            "https://registry.npmjs.org/@scope/pkg",
            "task-sk-learn-based-pipeline-with-many-steps",
            "--token-file /run/x --password-stdin",
            "-----BEGIN PUBLIC KEY-----\nMIIB",
            "ssh-ed25519 AAAA",
            "a=b",
            "password",
            "Password:",
            "host=db user=app password=${DB_PASSWORD}",
            "postgres://app:${DB_PASSWORD}@db/app",
            "http://${HOST}:${PORT}/a",
            "{{ x }}",
            "-Xmx512m -Dkey=1",
            "{\"a\": {\"b\": 1}}",
            "https://acme.io/login?code=fr",
            "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage",
            "actions/checkout@v4",
            "team/api@main",
            "registry.acme.io/team/api@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "usage: login <user> <password> <host>",
            "<h1>Forgot your <b>password</b>?</h1>",
            "Cookie: strict",
            "x-request-id:x7",
            "server --auth login --log debug",
            "server --auth=login --log debug",
            "eyJwb3J0IjoxfQ==",
            r#"[{"name":"PORT","value":"x7"}]"#,
            r#"{"auth":"login","users":["alice"]}"#,
            "npm:x@/y",
            "cat a | docker login --password-stdin",
            "echo a | grep b",
            "curl --user-agent a:b https://acme.io:80",
            "the login needs a password",
        ] {
            check("OPAQUE", value, None);
        }
    }

    /// Whether a value is secret under any name, with every search made.
    fn searched(value: &str) -> bool {
        let (table, mut found) = (SecretTable::builtin(), false);
        if tokens::may_be_in(value) {
            tokens::find(value, &mut |_| found = true);
        }
        url::find(table, value, &mut |_| found = true);
        scan::find_in_value(table, value, &mut |_| found = true);
        found && !values::is_ciphertext(value)
    }

    #[test]
    fn short_cuts_change_no_answer() {
        let body = "4eC39HqLyjWDarjtT1zdp7dcaB3dE5gH7jK9";
        let token = format!("ghp_{body}");
        let bot = format!("123456789:{}", &body[..35]);
        let web = "eyJhbGciOiJI.eyJzdWIi.a";
        let pieces = [
            "",
            " ",
            "=",
            ":",
            "-",
            "--",
            "@",
            "/",
            "://",
            ",",
            "\"",
            "{\"",
            "\": \"",
            "é",
            "\n",
            "x",
            "8080",
            "${X}",
            "?a=",
            "&sig=x7",
            "https://",
            "postgres://",
            "jdbc:sqlserver://",
            "app:x7@db",
            "db:80/",
            "db:x7",
            "password",
            "Password=x7;",
            "--token x7",
            "a://b:c",
            "-----BEGIN PRIVATE KEY-----",
            "Bearer ",
            "x-api-key:x7",
            "bot",
            "<password>x7</password>",
            "login a password x7",
            "scott/x7@//db",
            "Cookie: a=b",
            "requirepass x7",
            "echo a:b | chpasswd",
            "echo x7 | a --password-stdin",
            "--auth a:b",
            "('A_TOKEN', 'x7')",
            body,
            &token,
            &bot,
            web,
            "xoxb-",
            "AKIA",
            "0123456789abcdef0123456789abcdef-us12",
            "{SHA}",
            "eyJkYl9wYXNzd29yZCI6Ing3In0=",
            "@/shop",
            "ENC[",
            "]",
        ];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let value = format!("{first}{second}{third}");
                    assert_eq!(is_secret_shape(&value), searched(&value), "{value}");
                }
            }
        }
    }

    #[test]
    fn what_browsers_get_stays_visible() {
        let google = format!("AIza{}", &"4eC39HqLyjWDarjtT1zdp7dcaB3dE5gH7jK9"[..35]);
        // Payloads `{"role":"anon"}` and `{"role":"service_role"}`.
        let visitor = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.a1B2c3";
        let server = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.a1B2c3";
        for name in ["VITE_KEY", "REACT_APP_MAPS_API_KEY", "NEXT_PUBLIC_TOKEN", "PUBLIC_KEY"] {
            check(name, &google, None);
            check(name, visitor, None);
            check(name, server, Some(MaskReason::Shape));
            check(name, "sk_live_4eC39HqLyjWDarjtT1zdp7dc", Some(MaskReason::Shape));
            check(name, &format!("{google} {visitor}"), Some(MaskReason::Shape));
        }
        check("KEY_OF_VITE_", &google, Some(MaskReason::Shape));
    }

    #[test]
    fn working_directories_stay_visible() {
        check("PWD", "/app", None);
        check("OLDPWD", "/app/src-1", None);
        check("PWD", "hunter2", Some(MaskReason::Name));
        check("PWD", "/aB3dE5gH7jK9mN1pQ3sT5vW7y", Some(MaskReason::Name));
        check("DB_PWD", "/app", Some(MaskReason::Name));
        assert_eq!(SecretTable::builtin().scrub("a=1 PWD=/app b"), "a=1 PWD=/app b");
    }

    #[test]
    fn placeholders_inside_make_placeholders() {
        let key = super::super::FingerprintKey::from_bytes(*b"key");
        for (value, expected) in [
            ("-Xmx1g -Djavax.net.ssl.trustStorePassword=changeit", ValueClass::Placeholder),
            ("jdbc:postgresql://db/app?user=a&password=changeme", ValueClass::Placeholder),
            ("host=db user=a password=changeme dbname=app", ValueClass::Placeholder),
            ("jdbc:postgresql://db/app?user=a&password=x7y8", ValueClass::Unknown),
            ("jdbc:postgresql://db/app?password=changeme&sslpassword=x7y8", ValueClass::Unknown),
            ("-Da.password=changeit -Db.password=x7y8", ValueClass::Unknown),
        ] {
            let secret = SecretTable::builtin().seal(&key, Some("OPAQUE"), value).expect("a secret");
            assert_eq!(secret.value_class, expected, "{value}");
        }
        let named = SecretTable::builtin().seal(&key, Some("DB_PASSWORD"), "x7=y8 z9").expect("a secret");
        assert_eq!(named.value_class, ValueClass::Unknown);
    }

    #[test]
    fn public_values_stay_visible_under_secret_names() {
        check("STRIPE_KEY", "pk_live_4eC39HqLyjWDarjtT1zdp7dc", None);
        check("SENTRY_DSN", "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/4", None);
        check("JWT_KEY", "-----BEGIN PUBLIC KEY-----\nMIIB", None);
        check("IMAGE_KEY", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", None);
    }

    #[test]
    fn the_manifest_has_the_last_word_but_for_tokens() {
        let table = SecretTable::with(vec!["TENANT_KEY".to_owned()], vec!["LICENCE".to_owned()]);
        assert_eq!(table.classify(Some("TENANT_KEY"), "x7"), None);
        assert_eq!(table.classify(Some("OTHER_KEY"), "x7"), Some(MaskReason::Name));
        assert_eq!(table.classify(Some("LICENCE"), "x7"), Some(MaskReason::Manifest));
        assert_eq!(table.classify(Some("LICENCE"), ""), None);
        let token = format!("ghp_{}", "aB3dE5gH7jK9mN1pQ3sT5vW7yaB3dE5gH7jK");
        assert_eq!(table.classify(Some("TENANT_KEY"), &token), Some(MaskReason::Shape));
    }

    #[test]
    fn ciphertexts_are_unresolved_and_not_secret() {
        let table = SecretTable::builtin();
        let blob = format!("AQICAH{}", "aB3d".repeat(40));
        for value in [
            "$ANSIBLE_VAULT;1.1;AES256\n3132",
            "ENC[AES256_GCM,data:x,iv:y]",
            "ENC(abcdef123)",
            "vault:v1:8SDd3WHDOjf7mq69CyCqYg",
            &blob,
        ] {
            assert_eq!(table.stands_in(value), Some("encrypted"), "{value}");
            assert_eq!(table.classify(Some("DB_PASSWORD"), value), None, "{value}");
        }
        for value in ["ENC[", "AQICAHshort", "vault:v1:", "hunter2", ""] {
            assert_eq!(table.stands_in(value), None, "{value}");
        }
    }
}
