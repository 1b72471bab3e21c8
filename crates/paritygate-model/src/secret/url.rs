//! URLs in parts: scheme, host and database stay readable, only passwords and secret query values are sealed.

use std::ops::Range;

use super::names::Strength;
use super::scan::{find_in_value, masked};
use super::table::{data, is_secret_under};
use super::{Fingerprint, FingerprintKey, SecretTable, logins, tokens, values};
use crate::percent::decoded;

/// A URL that held a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlParts {
    /// The URL with a mask in place of each secret: `postgres://app:********@db/app`.
    pub shown: String,
    /// `postgres`.
    pub scheme: String,
    /// `app`; absent where the user itself is the secret.
    pub user: Option<String>,
    /// `db`.
    pub host: String,
    /// `5432`, where it is written.
    pub port: Option<u16>,
    /// The path without its first slash: for databases, their name.
    pub path: String,
    /// The password.
    pub password: Option<Fingerprint>,
    /// The secret values of the query, by parameter.
    pub query: Vec<(String, Fingerprint)>,
}

impl UrlParts {
    /// The fingerprints of all secrets inside.
    pub fn secrets(&self) -> impl Iterator<Item = &Fingerprint> {
        self.password.iter().chain(self.query.iter().map(|(_, fingerprint)| fingerprint))
    }

    /// Takes a URL apart; `None` where `value` is no URL, or one without a secret that may be the secret as a whole.
    ///
    /// The URL of a database is none of these: its host is what rules are about.
    pub(super) fn parse(table: &SecretTable, key: &FingerprintKey, value: &str) -> Option<Self> {
        let split = SplitUrl::of(value)?;
        let mut secrets = Vec::new();
        tokens::find(value, &mut |range| secrets.push(range));
        find(table, value, &mut |range| secrets.push(range));
        find_in_value(table, value, &mut |range| secrets.push(range));
        secrets_of(table, value, value, &mut |range| secrets.push(range));
        if secrets.is_empty() && data().services.binary_search_by(|known| (*known).cmp(split.scheme)).is_err() {
            return None;
        }
        let part = |part: &str| masked(value, offset(value, part), &secrets);
        let sealed =
            |range: &Range<usize>| secrets.iter().any(|secret| secret.start < range.end && range.start < secret.end);
        let user = split.user.filter(|user| !user.is_empty());
        let user_sealed = user.is_some_and(|user| sealed(&offset(value, user)));
        let given = split.password.filter(|password| !password.is_empty() && !values::is_reference(password));
        // Where the user is the secret, what stands as its password is usually a constant.
        let password = if user_sealed { user } else { given };
        let query = split.parameters().filter(|(name, value)| is_secret_parameter(table, split.host, name, value));
        Some(Self {
            shown: masked(value, 0..value.len(), &secrets),
            scheme: split.scheme.to_owned(),
            user: user.filter(|_| !user_sealed).map(str::to_owned),
            host: part(split.host),
            port: split.port.and_then(|port| port.parse().ok()),
            path: part(split.path),
            // As a program reads it: elsewhere the same secret is written without percent signs.
            password: password.map(|password| key.fingerprint(&decoded(password))),
            query: query.map(|(name, value)| (name.to_owned(), key.fingerprint(&decoded(value)))).collect(),
        })
    }
}

/// Where `part`, which is a slice of `whole`, stands in it.
fn offset(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start + part.len()
}

/// The parts of a URL, as they are written. Nothing in it is checked: where it is malformed, the password is what is too long.
#[derive(Clone, Copy)]
pub struct SplitUrl<'a> {
    /// `postgres`, `jdbc:postgresql`.
    pub scheme: &'a str,
    pub(super) user: Option<&'a str>,
    pub(super) password: Option<&'a str>,
    /// `db`; several with their ports where several are named: `db-1:27017,db-2:27017`.
    pub host: &'a str,
    /// `5432`.
    pub port: Option<&'a str>,
    /// Without its first slash: for databases, their name.
    pub path: &'a str,
    query: &'a str,
}

impl<'a> SplitUrl<'a> {
    /// Takes `scheme://…` apart; `None` where a text is none.
    pub fn of(value: &'a str) -> Option<Self> {
        let (scheme, rest) = scheme_and_rest(value)?;
        let user_info_end = user_info_end(scheme, rest);
        let (user_info, rest) = match user_info_end {
            Some(end) => (rest.get(..end), rest.get(end + 1..)?),
            None => (None, rest),
        };
        let semicolons = scheme.starts_with("jdbc:") || scheme.eq_ignore_ascii_case("sqlserver");
        let cut = |text: &str, slash: bool| {
            let stops =
                |byte: u8| matches!(byte, b'?' | b'#') || (slash && byte == b'/') || (semicolons && byte == b';');
            text.bytes().position(stops).unwrap_or(text.len())
        };
        let authority = cut(rest, true);
        let (host_and_port, rest) = rest.split_at_checked(authority)?;
        let path_end = cut(rest, false);
        let (path, query) = rest.split_at_checked(path_end)?;
        let (host, port) = host_and_port
            .rsplit_once(':')
            .filter(|(host, _)| !host.contains(':') || host.ends_with(']'))
            .map_or((host_and_port, None), |(host, port)| {
                if host_and_port.contains(',') { (host_and_port, None) } else { (host, Some(port)) }
            });
        let mut split = Self {
            scheme,
            user: None,
            password: None,
            host: host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host),
            port,
            path: path.strip_prefix('/').unwrap_or(path),
            query: query.get(1..).unwrap_or_default(),
        };
        if let Some(info) = user_info {
            (split.user, split.password) =
                info.split_once(':').map_or((Some(info), None), |(user, pw)| (Some(user), Some(pw)));
        } else if port.is_some_and(|port| !is_port(port)) {
            // `postgres://app:hunter2`: the host is missing.
            (split.user, split.password, split.host, split.port) = (Some(host), port, "", None);
        }
        Some(split)
    }

    /// The parameters of its query and fragment.
    pub fn parameters(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.query.split(['&', ';', '#', '?']).filter_map(|pair| pair.split_once('='))
    }
}

/// `scheme://…` in two.
pub(super) fn scheme_and_rest(value: &str) -> Option<(&str, &str)> {
    let at = next(value, 0)?;
    let (scheme, rest) = (value.get(..at)?, value.get(at + 3..)?);
    is_scheme(scheme).then_some((scheme, rest))
}

/// Where the `@` behind the user stands. A password that should have been encoded may hold `@`, `/`, `?` and `#`.
fn user_info_end(scheme: &str, rest: &str) -> Option<usize> {
    // Nearly every URL has none.
    memchr::memchr(b'@', rest.as_bytes())?;
    let before = |signs: &[u8]| rest.bytes().position(|byte| signs.contains(&byte)).unwrap_or(rest.len());
    let path_end = before(b"?#");
    let authority = rest.get(..before(b"/?#"))?;
    let web = is_web(scheme);
    let last = |text: &str| text.rfind('@');
    let first = authority.find('@');
    let with_password = first.and_then(|at| authority.get(..at)).is_some_and(|user| user.contains(':'));
    let open = || {
        let port = authority.rsplit_once(':').map(|(_, port)| port);
        port.is_some_and(|port| port.is_empty() || !is_port(port))
    };
    let end = match first {
        // `https://host/@scope` is a path; no database has such a one, and behind a password nothing is sure.
        Some(_) if !with_password && web => authority.rfind('@'),
        Some(_) => last(rest.get(..path_end)?),
        None if open() => last(rest),
        None if web => None,
        None => last(rest.get(..path_end)?),
    }?;
    // `…?x@host` without a `=` between is still the password.
    let beyond = with_password
        .then(|| last(rest))
        .flatten()
        .filter(|&at| at > path_end && rest.get(path_end..at).is_some_and(|between| !between.contains('=')));
    Some(beyond.unwrap_or(end))
}

/// `https`, `git+https`.
fn is_web(scheme: &str) -> bool {
    let last = transport(scheme);
    ["http", "https", "ws", "wss"].iter().any(|web| web.eq_ignore_ascii_case(last))
}

/// `https` of `git+https`.
fn transport(scheme: &str) -> &str {
    scheme.rsplit_once('+').map_or(scheme, |(_, last)| last)
}

/// Whether a user without a password is the secret: there are no users, or this one is no name.
fn is_lone_secret(scheme: &str, user: &str) -> bool {
    let transport = transport(scheme);
    data().lone.iter().any(|lone| lone.eq_ignore_ascii_case(transport)) || values::is_random(user)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-' | b':'))
}

/// Whether a text may stand where a port stands: a number, several, or something that will be replaced.
fn is_port(text: &str) -> bool {
    let numbers = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'-' | b'*'));
    numbers && (text.is_empty() || text == "*" || text.bytes().any(|byte| byte.is_ascii_digit()))
        || values::is_reference(text)
        || text.strip_prefix('$').is_some_and(|name| name.ends_with("PORT"))
        || text.len() > 2 && text.starts_with(['{', '<', '_']) && text.ends_with(['}', '>', '_'])
        || text.eq_ignore_ascii_case("port")
}

/// Whether a parameter holds a secret.
pub(super) fn is_secret_parameter(table: &SecretTable, host: &str, name: &str, value: &str) -> bool {
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    let at_host = |(domain, known): &(&str, &str)| is(known) && host.ends_with(domain);
    let known = data().parameters.iter().any(is) || data().hosted.iter().any(at_host);
    let strength = if known { Some(Strength::Strong) } else { table.strength(name) };
    strength.is_some_and(|strength| strength > Strength::Weak && is_secret_under(Strength::Strong, value))
}

/// How many URLs inside the query of another are taken apart; what follows is masked as a whole.
const MAX_NESTED: usize = 4;

/// Whether a text without `@` and `=` may hold a password or too many URLs: nearly all have one scheme and perhaps a port.
pub(super) fn may_hold_password(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut rest = bytes;
    let mut schemes = 0;
    while let Some(at) = memchr::memchr(b':', rest) {
        rest = rest.get(at + 1..).unwrap_or_default();
        if rest.starts_with(b"//") {
            schemes += 1;
            continue;
        }
        let digits = rest.iter().position(|byte| !byte.is_ascii_digit());
        if digits.is_some_and(|at| rest.get(at) != Some(&b'/')) {
            return next(text, 0).is_some();
        }
    }
    schemes > 1
}

/// Hands the passwords and the secret query values of every URL in `text` to `emit`.
pub(super) fn find(table: &SecretTable, text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let mut from = 0;
    while let Some(at) = next(text, from) {
        let Some(scheme) = scheme_start(text, from, at) else {
            from = at + 3;
            continue;
        };
        let end = extent(text, scheme, at);
        let mut start = scheme;
        for nested in 0.. {
            let Some(url) = text.get(start..end) else { break };
            if nested > MAX_NESTED {
                emit(start..end);
                break;
            }
            secrets_of(table, text, url, emit);
            let inner = next(url, 0).map_or(url.len(), |at| at + 3);
            let Some(at) = next(url, inner).map(|at| start + at) else { break };
            start = scheme_start(text, start + inner, at).unwrap_or(at);
        }
        from = end.max(at + 3);
    }
    logins::find_oracle(text, emit);
    logins::find(text, emit);
    without_scheme(text, emit);
}

/// Hands the password of every `user:password@host:port` and `user:password@tcp(host)` to `emit`.
fn without_scheme(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    // Where the word before an `@` begins that was looked at: bounds the work on hostile texts.
    let mut floor = 0;
    for at in memchr::memchr_iter(b'@', bytes) {
        let behind = bytes.get(at + 1..).unwrap_or_default();
        if !is_address(behind.get(..MAX_HOST).unwrap_or(behind)) {
            continue;
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b',' | b'=');
        let before = bytes.get(floor..at).unwrap_or_default();
        let start = before.iter().rposition(ends).map_or(floor, |end| floor + end + 1);
        floor = at + 1;
        let Some((user, password)) = text.get(start..at).and_then(|info| info.split_once(':')) else { continue };
        let is_user =
            !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        let is_scheme = ["sip", "sips", "mailto", "xmpp", "acct", "npm", "ssh", "git", "jdbc"].contains(&user)
            || user.bytes().all(|byte| byte.is_ascii_digit());
        let holds = !password.is_empty() && !password.contains("//") && !values::is_reference(password);
        if is_user && !is_scheme && holds {
            emit(at - password.len()..at);
        }
    }
}

/// How much of what may be a host is looked at.
const MAX_HOST: usize = 256;

/// Whether this begins with the address of a service: `host:5432`, `tcp(host:3306)`.
fn is_address(text: &[u8]) -> bool {
    let host = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte)).count();
    match (text.get(..host), text.get(host), text.get(host + 1)) {
        (Some(b"tcp" | b"unix" | b"tcp6"), Some(b'('), _) => true,
        // `app:secret@/shop`, as Go's driver for MySQL has it.
        (Some([]), Some(b'/'), Some(name)) => name.is_ascii_alphanumeric(),
        (Some([_, ..]), Some(b':'), Some(digit)) if digit.is_ascii_digit() => {
            let port = text.get(host + 1..).unwrap_or_default();
            let digits = port.iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits <= 5 && !port.get(digits).is_some_and(u8::is_ascii_alphanumeric)
        }
        _ => false,
    }
}

/// Where the next `://` from `from` stands.
fn next(text: &str, from: usize) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    memchr::memchr_iter(b':', rest).find(|&at| rest.get(at + 1..at + 3) == Some(b"//")).map(|at| from + at)
}

/// Where the scheme before `at` begins, not before `from`.
fn scheme_start(text: &str, from: usize, at: usize) -> Option<usize> {
    let before = text.as_bytes().get(from..at)?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    let length = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let mut start = at - length;
    // `jdbc:postgresql://`.
    if text.get(from..start).is_some_and(|before| before.ends_with("jdbc:")) {
        start -= 5;
    }
    let skipped = text.get(start..at)?.find(|c: char| c.is_ascii_alphabetic())?;
    Some(start + skipped)
}

/// Where the URL ends: at the quote that opened before it, else at a space.
fn extent(text: &str, start: usize, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let quote = start.checked_sub(1).and_then(|before| text.as_bytes().get(before)).copied();
    let end = match quote {
        Some(quote @ (b'"' | b'\'' | b'`')) => rest.iter().position(|&byte| byte == quote || byte == b'\n'),
        _ => rest.iter().position(u8::is_ascii_whitespace),
    };
    let end = end.map_or(text.len(), |end| at + end);
    // `postgres://app:two words@db`: a password that stops at a space goes on to its `@`.
    let open =
        text.get(start..end).and_then(SplitUrl::of).is_some_and(|url| url.host.is_empty() && url.password.is_some());
    let beyond = text.as_bytes().get(end..).unwrap_or_default();
    let near = beyond.get(..MAX_SPACED).unwrap_or(beyond);
    let Some(sign) = near.iter().take_while(|&&byte| byte != b'\n').position(|&byte| byte == b'@').filter(|_| open)
    else {
        return end;
    };
    let rest = beyond.get(sign..).unwrap_or_default();
    end + sign + rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len())
}

/// How far behind a space the `@` of a password is looked for.
const MAX_SPACED: usize = 256;

fn secrets_of(table: &SecretTable, text: &str, url: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let Some(split) = SplitUrl::of(url) else { return };
    let alone = split.password.is_none_or(|password| password.is_empty() || password.starts_with("x-"));
    let open = || data().open.iter().any(|ending| split.host.ends_with(ending));
    let user = split.user.filter(|user| alone && is_lone_secret(split.scheme, user) && !open());
    for secret in user.into_iter().chain(split.password) {
        if !secret.is_empty() && !values::is_reference(secret) {
            emit(offset(text, secret));
        }
    }
    for (name, value) in split.parameters() {
        if is_secret_parameter(table, split.host, name, value) {
            emit(offset(text, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Option<UrlParts> {
        UrlParts::parse(SecretTable::builtin(), &FingerprintKey::from_bytes(*b"key"), value)
    }

    fn check(value: &str, shown: &str) {
        assert_eq!(parse(value).map(|url| url.shown).as_deref(), Some(shown), "{value}");
    }

    #[test]
    fn urls_are_taken_apart() {
        let key = FingerprintKey::from_bytes(*b"key");
        let url = parse("postgres://app:hunter2@db.acme.io:5432/shop?sslmode=require").expect("a URL");
        assert_eq!((&*url.scheme, url.user.as_deref(), &*url.host), ("postgres", Some("app"), "db.acme.io"));
        assert_eq!((url.port, &*url.path), (Some(5432), "shop"));
        assert_eq!(url.password, Some(key.fingerprint("hunter2")));
        assert_eq!(url.shown, "postgres://app:********@db.acme.io:5432/shop?sslmode=require");
        let url = parse("https://acme.io/a?x=1&access_token=hunter2").expect("a URL");
        assert_eq!(url.query, [("access_token".to_owned(), key.fingerprint("hunter2"))]);
        let url = parse("https://hunter2@acme.io/1").expect("a URL");
        assert_eq!((url.user, url.password), (None, Some(key.fingerprint("hunter2"))));
        let url = parse("redis://[::1]:6379/0").expect("a URL");
        assert_eq!((&*url.host, url.port, &*url.path), ("::1", Some(6379), "0"));
        let url = parse("mongodb://u:p@h1:27017,h2:27017/db").expect("a URL");
        assert_eq!((&*url.host, url.port), ("h1:27017,h2:27017", None));
    }

    #[test]
    fn malformed_urls_show_no_secret() {
        check("postgres://app:p@ss@db/app", "postgres://app:********@db/app");
        check("postgres://app:p@ss/word@db/app", "postgres://app:********@db/app");
        check("postgres://app:p#a?b@db/app", "postgres://app:********@db/app");
        check("postgres://app:p@x?y@db/app", "postgres://app:********@db/app");
        check("https://app:p@ss/@acme.io/a", "https://app:********@acme.io/a");
        check("postgres://app:12/34@db/app", "postgres://app:********@db/app");
        check("postgres://app:two words@db/app", "postgres://app:********@db/app");
        check("postgres://app:hunter2", "postgres://app:********");
        check("https://app:hunter2@", "https://app:********@");
        check("redis://:hunter2@cache", "redis://:********@cache");
        check(
            "https://u:p@h/?next=https://v:q@i/?token=x7",
            "https://u:********@h/?next=https://v:********@i/?token=********",
        );
        check("jdbc:sqlserver://db:1433;user=sa;password=x7", "jdbc:sqlserver://db:1433;user=sa;password=********");
        check("sqlserver://db:1433;user=sa;password=x7", "sqlserver://db:1433;user=sa;password=********");
        check("redis://x7y8@cache:6379/0", "redis://********@cache:6379/0");
        check("HTTPS://x7y8@acme.io/1", "HTTPS://********@acme.io/1");
        check("git+https://x7y8@acme.io/1", "git+https://********@acme.io/1");
        check("amqp://aB3dE5gH7jK9@mq/x", "amqp://********@mq/x");
    }

    #[test]
    fn what_holds_no_secret_is_not_shown_unless_it_is_a_service() {
        for value in ["https://acme.io/hook/abc", "acme", "://", "", "custom://canary"] {
            assert_eq!(parse(value), None, "{value}");
        }
        check("redis://cache:6379/0", "redis://cache:6379/0");
    }

    #[test]
    fn debug_shows_no_secret() {
        for value in [
            "postgres://app:canary@db/app",
            "https://canary@acme.io/1",
            "https://acme.io/?token=canary#access_token=canary",
            "postgres://app:ca@canary/x@db/app",
            "postgres://app:canary",
            "https://app:x canary@h/a",
            "amqp://a:canary@h1,amqp://b:canary@h2",
            "https://hooks.slack.com/services/canary/canary/canarycanary",
            "mysql://a:canary?x#y@h/d",
            "jdbc:mysql://h/d?user=a&password=canary",
        ] {
            let key = FingerprintKey::from_bytes(*b"canary");
            let secret = SecretTable::builtin().seal(&key, Some("URL"), value).expect("secret");
            let shown = format!("{secret:?} {:?}", secret.fingerprints().collect::<Vec<_>>());
            assert!(!shown.contains("canary"), "{shown}");
            assert!(secret.fingerprints().all(|fingerprint| !shown.contains(&*fingerprint.hex)), "{shown}");
        }
    }
}
