//! Users and passwords beside each other, without a URL: `scott/tiger@//db/x`, `machine h login u password p`, cookies.

use std::ops::Range;

use memchr::memmem;

use super::table::data;
use super::{names, tokens, values};

/// Whether a name says that its value may be a login or a cookie, and the value has the form of one.
pub(super) fn is_one(name: &str, value: &str) -> bool {
    is_login(value) && connects(name)
        || is_cookie(name) && value.contains('=')
        || is_account_name(name) && is_account(value)
}

/// Whether a name says so; `at_sign` says whether any value may be a login.
pub(super) fn may_be(name: &str, at_sign: bool) -> bool {
    is_cookie(name) || is_account_name(name) || at_sign && connects(name)
}

/// Whether a name may be that of a login: `GRAFANA_AUTH`, `users`.
pub(super) fn is_account_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    // Nearly every name ends here.
    if !matches!(bytes, [.., b't' | b'T', b'h' | b'H'] | [.., b'r' | b'R', b's' | b'S']) {
        return false;
    }
    data().accounts.iter().any(|word| {
        let Some(start) = name.len().checked_sub(word.len()) else { return false };
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let hump =
            || before.is_some_and(u8::is_ascii_lowercase) && bytes.get(start).is_some_and(u8::is_ascii_uppercase);
        name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(word))
            && (before.is_none_or(|byte| !byte.is_ascii_alphanumeric()) || hump())
    })
}

/// Whether a value is `user:password`, also in base64, `user/password` or random, and no setting, address or path.
pub(super) fn is_account(value: &str) -> bool {
    let is_user = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '@');
    let is_pair = |item: &str| {
        let item = item.trim_matches(is_between);
        let Some((user, password)) = item.split_once([':', '/']) else { return false };
        let is_address = user.contains('.') && password.bytes().all(|byte| byte.is_ascii_digit());
        user.starts_with(|c: char| c.is_ascii_alphabetic())
            && user.chars().all(is_user)
            && !(password.is_empty() || password.starts_with('/') || values::is_reference(password) || is_address)
    };
    tokens::is_basic(value.as_bytes())
        || value.split(',').any(is_pair)
        || value.split(|c: char| !c.is_ascii_alphanumeric()).any(values::is_random)
}

/// Whether a name is that of the header that holds cookies.
pub(super) fn is_cookie(name: &str) -> bool {
    ["cookie", "set-cookie"].iter().any(|header| header.eq_ignore_ascii_case(name))
}

/// Whether a value is `user/password@service`, and neither an image nor a place.
fn is_login(value: &str) -> bool {
    let Some((info, service)) = value.trim_matches(is_between).rsplit_once('@') else { return false };
    let named = |service: &str| service.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '(');
    let is_digest = ["sha256:", "sha512:"].iter().any(|algorithm| service.starts_with(algorithm));
    user_and_password(info).is_some() && !is_digest && named(service.strip_prefix("//").unwrap_or(service))
}

/// Whether a name is that of a connection to a database.
fn connects(name: &str) -> bool {
    let mut words = Vec::new();
    names::any_word(name, |range| {
        words.push(name.get(range).unwrap_or_default().to_ascii_lowercase());
        false
    });
    data().connects.iter().any(|known| words.windows(known.len()).any(|words| words == known))
}

/// `scott/tiger` in two.
fn user_and_password(info: &str) -> Option<(&str, &str)> {
    let (user, password) = info.split_once('/')?;
    let is_user = user.starts_with(|c: char| c.is_ascii_alphabetic())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$#.-".contains(&byte));
    let holds = !password.is_empty() && !password.contains(char::is_whitespace) && !values::is_reference(password);
    (is_user && holds).then_some((user, password))
}

/// Hands the password of every `user/password@//host` and `user/password@host:port/service` to `emit`: what no image and no
/// path looks like.
pub(super) fn find(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    // Where the word before an `@` begins that was looked at: bounds the work on hostile texts.
    let mut floor = 0;
    for at in memchr::memchr_iter(b'@', bytes) {
        let behind = bytes.get(at + 1..).unwrap_or_default();
        if !is_easy_connect(behind.get(..MAX_HOST).unwrap_or(behind)) {
            continue;
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b',' | b'=');
        let before = bytes.get(floor..at).unwrap_or_default();
        let start = before.iter().rposition(ends).map_or(floor, |end| floor + end + 1);
        floor = at + 1;
        if let Some((_, password)) = text.get(start..at).and_then(user_and_password)
            && !password.contains('/')
        {
            emit(at - password.len()..at);
        }
    }
}

/// How much of what may be a host is looked at.
const MAX_HOST: usize = 256;

/// Whether this begins with `//host` or `host:port/`.
fn is_easy_connect(text: &[u8]) -> bool {
    let part = |text: &[u8], test: fn(&u8) -> bool| text.iter().take_while(|byte| test(byte)).count();
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    if let Some(host) = text.strip_prefix(b"//") {
        return host.first().is_some_and(is_host);
    }
    let (host, rest) = text.split_at(part(text, is_host).min(text.len()));
    let Some(port) = rest.strip_prefix(b":") else { return false };
    let digits = part(port, u8::is_ascii_digit);
    host.iter().any(u8::is_ascii_alphabetic) && (1..=5).contains(&digits) && port.get(digits) == Some(&b'/')
}

/// Hands the password of every `jdbc:oracle:thin:user/password@host` in `text` to `emit`.
pub(super) fn find_oracle(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    const SCHEME: &str = "jdbc:oracle:";
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| memmem::find(rest.as_bytes(), SCHEME.as_bytes())) {
        let start = from + at + SCHEME.len();
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '`')).unwrap_or(rest.len());
        from = start + end;
        let Some(info) = rest.get(..end).and_then(|url| url.rsplit_once('@')).map(|(info, _)| info) else { continue };
        if let Some((user, password)) = info.split_once('/')
            && !password.is_empty()
            && !values::is_reference(password)
        {
            let start = start + user.len() + 1;
            emit(start..start + password.len());
        }
    }
}

/// Hands the passwords of a `.netrc` to `emit`: `machine host login user password secret`, in one line or several.
pub(super) fn find_netrc(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    // Nearly every text ends here.
    if memmem::find(text.as_bytes(), b"login").is_none() {
        return;
    }
    let (mut login, mut password) = (false, None);
    let mut words = words(text).peekable();
    while let Some((_, word)) = words.next() {
        match (word, words.peek()) {
            ("machine", Some(_)) => {
                (login, password) = (false, None);
                words.next();
            }
            ("default", _) => (login, password) = (false, None),
            ("account", Some(_)) => drop(words.next()),
            ("login", Some(_)) => {
                login = true;
                words.next();
            }
            ("password", Some(&(at, value))) => {
                password = (!values::is_reference(value)).then_some(at..at + value.len());
                words.next();
            }
            // Prose.
            _ => (login, password) = (false, None),
        }
        if login && let Some(password) = password.take() {
            emit(password);
        }
    }
}

/// The words of a text, and where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(|c: char| !is_between(c))?;
        let rest = text.get(start..)?;
        let word = rest.get(..rest.find(is_between).unwrap_or(rest.len()))?;
        at = start + word.len();
        Some((start, word))
    })
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(find: impl Fn(&str, &mut dyn FnMut(Range<usize>)), text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        find(text, &mut |range| found.push(text.get(range).expect("inside")));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn logins_are_found_where_nothing_else_looks_so() {
        check(find, "scott/tiger@//db:1521/x", &["tiger"]);
        check(find, "sqlplus -s \"scott/tiger@db.acme.io:1521/x\" @run.sql", &["tiger"]);
        for text in [
            "scott/tiger@orcl",
            "acme/api@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "actions/checkout@v4",
            "registry.acme.io/team/api@host:80/x",
            "/srv/data@//x/y",
            "scott/${PASSWORD}@//db/x",
            "a/b@12:30/x",
            "a/b@",
        ] {
            check(find, text, &[]);
        }
    }

    #[test]
    fn names_of_connections_tell_of_logins() {
        for (name, value, expected) in [
            ("ORACLE_DSN", "scott/tiger@orcl", true),
            ("dbConnection", "scott/ti@ger@db.acme.io/x", true),
            ("DB_DSN", "\"scott/tiger@orcl", true),
            ("DATABASE_URL", "scott/tiger@(DESCRIPTION=(ADDRESS=))", true),
            ("DB_CONNECTION", "mysql", false),
            ("DB_CONNECTION", "acme/api@sha256:00", false),
            ("DB_CONNECTION", "scott/${PW}@orcl", false),
            ("IMAGE", "acme/api@1", false),
            ("REPOSITORY_URL", "acme/api@main", false),
            ("Cookie", "sid=x7", true),
            ("Cookie", "strict", false),
            ("SESSION_COOKIE", "a=b", false),
        ] {
            assert_eq!(is_one(name, value), expected, "{name}={value}");
        }
    }

    #[test]
    fn machines_have_passwords_behind_their_logins() {
        check(find_netrc, "machine a.io login bob password x7", &["x7"]);
        check(
            find_netrc,
            "machine a.io\n  login bob\n  password x7\nmachine b.io password y8 login eve",
            &["x7", "y8"],
        );
        check(find_netrc, "default login anonymous password x7 account z", &["x7"]);
        check(find_netrc, "the login needs a password manager", &[]);
        check(find_netrc, "login with your password here", &[]);
        check(find_netrc, "machine a login b password ${PASSWORD}", &[]);
    }
}
