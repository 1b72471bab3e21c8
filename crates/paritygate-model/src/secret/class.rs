//! Where a value belongs: live, test, sandbox, placeholder or local.

use super::table::{Data, data};
use super::url::{SplitUrl, is_secret_parameter};
use super::{SecretTable, ValueClass, ValueType, names, signs, tokens, values};

impl SecretTable {
    /// Where a value belongs.
    pub fn value_class(&self, value: &str) -> ValueClass {
        self.value_class_of(None, value)
    }

    /// Where a value belongs, knowing its name: `postgres` is a placeholder where a password should stand.
    pub fn value_class_of(&self, name: Option<&str>, value: &str) -> ValueClass {
        let secret = || name.is_some_and(|name| self.is_secret_name(name));
        // A name repeated as its value: `API_TOKEN=api_token`.
        if name.is_some_and(|name| name.eq_ignore_ascii_case(signs::trim(value))) && secret() {
            return ValueClass::Placeholder;
        }
        class(value, &secret)
    }

    /// Where the value of a secret belongs.
    pub(super) fn class_of_secret(value: &str) -> ValueClass {
        class(value, &|| true)
    }
}

/// What one pass over a value sees.
struct Look {
    /// The bits of its bytes as if all were letters.
    letters: u32,
    /// Which signs are there.
    signs: u16,
    /// How many bytes are no signs.
    length: usize,
}

impl Look {
    fn at(value: &str) -> Self {
        let mut look = Self { letters: 0, signs: 0, length: 0 };
        for byte in value.bytes() {
            let sign = signs::of(byte);
            look.letters |= signs::letter(byte);
            look.signs |= sign;
            look.length += usize::from(sign & (signs::WORD | signs::FOREIGN) != 0);
        }
        look
    }

    /// Whether there may be an `x`.
    fn may_cross(&self) -> bool {
        self.letters & signs::letter(b'x') != 0
    }
}

/// The class of a value; `secret` says whether its name is, and is asked only where that matters.
fn class(value: &str, secret: &dyn Fn() -> bool) -> ValueClass {
    let value = signs::trim(value);
    if value.len() < 3 || values::is_setting(value) {
        return ValueClass::Unknown;
    }
    let (data, look) = (data(), Look::at(value));
    let has = |signs: u16| look.signs & signs != 0;
    if has(signs::COLON)
        && let Some(url) = SplitUrl::of(value)
    {
        return class_of_url(data, value, &look, &url);
    }
    if is_placeholder(data, value, &look, secret) {
        return ValueClass::Placeholder;
    }
    let class = tokens::class(value, look.letters);
    if class != ValueClass::Unknown {
        return class;
    }
    let bare = if has(signs::COLON | signs::AROUND) { bare_host(value) } else { value };
    if is_local(bare) {
        ValueClass::Local
    } else if is_example(bare) || has(signs::AT) && is_example_address(value) {
        ValueClass::Placeholder
    } else if look.may_cross()
        && !value.starts_with('-')
        && value.len() <= 253
        && !signs::holds_blank(value)
        && is_sandbox(value)
    {
        ValueClass::Sandbox
    } else {
        ValueClass::Unknown
    }
}

/// The first host of a list, without brackets and port.
fn bare_host(value: &str) -> &str {
    let host = signs::before(value, b',');
    let host = host.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(host, |(host, _)| host);
    if host == "::1" { host } else { signs::before(host, b':') }
}

fn class_of_url(data: &Data, value: &str, look: &Look, url: &SplitUrl<'_>) -> ValueClass {
    let first = signs::before(url.host, b',');
    let bare = signs::before(first, b':');
    let host = if bare.len() < first.len() && first.contains("::") { first } else { bare };
    let filled_in = |password: &str| is_placeholder(data, password, &Look::at(password), &|| true);
    if is_local(host) {
        return ValueClass::Local;
    }
    let parameters = || {
        let is_secret =
            |(name, value): &(&str, &str)| is_secret_parameter(SecretTable::builtin(), url.host, name, value);
        let mut secrets = url.parameters().filter(is_secret).map(|(_, value)| value).peekable();
        url.password.is_none() && secrets.peek().is_some() && secrets.all(filled_in)
    };
    let filled = url.password.is_some_and(filled_in) || look.signs & signs::EQUALS != 0 && parameters();
    if is_yours(host) || is_example(host) || filled {
        return ValueClass::Placeholder;
    }
    let token = tokens::class(value, look.letters);
    if token != ValueClass::Unknown {
        token
    } else if look.may_cross() && (is_sandbox(host) || url.path.len() <= 253 && is_sandbox(url.path)) {
        ValueClass::Sandbox
    } else if is_filled_in(value, look) {
        ValueClass::Placeholder
    } else {
        ValueClass::Unknown
    }
}

/// `your-domain.com`, `yourdomain.com`.
fn is_yours(host: &str) -> bool {
    if !matches!(host.as_bytes().iter().find(|byte| !is_sign_byte(**byte)), Some(b'y' | b'Y')) {
        return false;
    }
    let begins = |word: &str| word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("your"));
    let mut first = "";
    names::any_word(host, |range| {
        first = host.get(range).unwrap_or_default();
        true
    });
    begins(first) && (first.len() == 4 || first.len() > 8)
}

/// Whether a host is this machine.
fn is_local(host: &str) -> bool {
    // Nearly all that is not ends otherwise.
    if !matches!(host.as_bytes().last(), Some(b't' | b'T' | b'l' | b'L' | b'.' | b'0'..=b'9')) {
        return false;
    }
    let ends = |ending: &str| {
        let at = host.len().checked_sub(ending.len());
        at.is_some_and(|at| at > 0 && host.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(ending)))
    };
    let is_host =
        |host: &str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*'));
    host.eq_ignore_ascii_case("localhost")
        || matches!(host, "::1" | "0.0.0.0" | "host.docker.internal")
        || host.strip_prefix("127.").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
        // Inside a cluster, `.local` is not this machine.
        || (ends(".local") && !ends(".cluster.local") || ends(".localhost") || ends(".test"))
            && is_host(host)
            && !host.starts_with('.')
}

/// Whether a host is one of those that stand for any host.
fn is_example(host: &str) -> bool {
    let last = host.as_bytes().last().map(u8::to_ascii_lowercase);
    ["example.com", "example.org", "example.net"].iter().any(|example| {
        let Some(at) = host.len().checked_sub(example.len()) else { return false };
        if example.as_bytes().last() != last.as_ref() {
            return false;
        }
        let ends = host.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(example));
        ends && (at == 0 || host.as_bytes().get(at - 1) == Some(&b'.'))
    })
}

fn is_example_address(value: &str) -> bool {
    ValueType::of(value) == ValueType::Email && value.rsplit_once('@').is_some_and(|(_, host)| is_example(host))
}

fn is_sandbox(value: &str) -> bool {
    names::any_word(value, |range| value.get(range).is_some_and(|word| word.eq_ignore_ascii_case("sandbox")))
}

/// How much of a value is compared with placeholders; a longer value is none.
const MAX_PLACEHOLDER: usize = 64;

fn is_placeholder(data: &Data, value: &str, look: &Look, secret: &dyn Fn() -> bool) -> bool {
    if is_filled_in(value, look) {
        return true;
    }
    if look.length > MAX_PLACEHOLDER || value.len() > 2 * MAX_PLACEHOLDER {
        return false;
    }
    // `00000000`, `aaaaaaaa`.
    let (first, mut rest) = (value.bytes().next(), value.bytes());
    if value.len() >= 6 && rest.all(|byte| Some(byte) == first) && secret() {
        return true;
    }
    is_known(data, value, look, secret) || look.signs & signs::SIGN != 0 && is_framed(data, value, secret)
}

/// Whether the letters of a value are those of a placeholder, or hold one.
fn is_known(data: &Data, value: &str, look: &Look, secret: &dyn Fn() -> bool) -> bool {
    let letter = |byte: &u8| !is_sign_byte(*byte);
    let (first, last) = (value.bytes().find(letter), value.bytes().rfind(letter));
    let (Some(first), Some(last)) = (first, last) else { return false };
    let whole = data.forms.may_hold(first, last, look.length);
    let inside = |(letters, _): &(u32, &str)| letters & look.letters == *letters;
    let holds = look.length >= 8 && data.within.iter().any(inside);
    if !whole && !holds {
        return false;
    }
    let mut buffer = [0; MAX_PLACEHOLDER];
    let Some(squeezed) = squeeze(value, &mut buffer) else { return false };
    let among = |list: &[&str]| list.binary_search_by(|known| known.as_bytes().cmp(squeezed)).is_ok();
    let found = |needle: &str| {
        let (needle, first) = (needle.as_bytes(), needle.as_bytes().first());
        squeezed.windows(needle.len()).any(|window| window.first() == first && window == needle)
    };
    whole && (among(&data.placeholders) || among(&data.defaults) && secret())
        || holds && data.within.iter().any(|row| inside(row) && found(row.1))
}

/// Whether the first or the last of several words says that the value is none.
fn is_framed(data: &Data, value: &str, secret: &dyn Fn() -> bool) -> bool {
    let equal = |list: &[&str], word: &str| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    let Some((first, last)) = first_and_last(value) else { return false };
    if (equal(&data.first, first) || equal(&data.last, last)) && (!value.contains(' ') || secret()) {
        return true;
    }
    // `acme-client-secret`, `example_key`.
    (equal(&["secret", "token", "password", "key"], last) || equal(&["example", "sample", "my"], first))
        && value.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'))
        && secret()
}

/// The first and the last word, where there are several.
fn first_and_last(value: &str) -> Option<(&str, &str)> {
    let bytes = value.as_bytes();
    let start = bytes.iter().position(|&byte| !is_sign_byte(byte))?;
    let end = bytes.iter().rposition(|&byte| !is_sign_byte(byte))? + 1;
    let trimmed = bytes.get(start..end)?;
    let first = trimmed.iter().position(|&byte| is_sign_byte(byte))?;
    let last = trimmed.iter().rposition(|&byte| is_sign_byte(byte))? + 1;
    Some((value.get(start..start + first)?, value.get(start + last..end)?))
}

/// Whether a value has the form of a gap: `<key>`, `xxxx`, `sk_test_xxxx`, `AKIA…EXAMPLE`.
fn is_filled_in(value: &str, look: &Look) -> bool {
    if value.len() > 200 {
        return false;
    }
    let bytes = value.as_bytes();
    let first = bytes.first().copied().unwrap_or_default();
    let gap = || first == b'<' && value.ends_with('>') && !value.get(1..).is_some_and(|rest| rest.contains('<'));
    let repeated = || matches!(first, b'*' | b'.' | b'?' | b'#') && bytes.iter().all(|&byte| byte == first);
    let crosses = |word: &str| word.len() >= 3 && word.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x'));
    let example = || value.len() >= 16 && (value.ends_with("EXAMPLE") || value.ends_with("EXAMPLEKEY"));
    gap() || repeated() || look.may_cross() && (example() || words(value).any(crosses))
}

/// The words between signs. Humps are not looked at.
fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(is_sign).filter(|word| !word.is_empty())
}

fn is_sign(c: char) -> bool {
    c.is_ascii() && !c.is_ascii_alphanumeric()
}

fn is_sign_byte(byte: u8) -> bool {
    signs::of(byte) & signs::SIGN != 0
}

/// The letters and digits of a value in lower case; `None` where there are too many.
fn squeeze<'a>(value: &str, buffer: &'a mut [u8; MAX_PLACEHOLDER]) -> Option<&'a [u8]> {
    let mut length = 0;
    for byte in value.bytes().filter(|byte| !is_sign_byte(*byte)) {
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    buffer.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_tell_where_they_belong() {
        use ValueClass::{Live, Local, Placeholder, Sandbox, Test, Unknown};
        for (name, value, expected) in [
            ("X", "sk_live_4eC39HqLyjWDarjt", Live),
            ("X", "sk_test_4eC39HqLyjWDarjt", Test),
            ("X", "pk_live_4eC39HqLyjWDarjt", Live),
            ("X", "pk_test_4eC39HqLyjWDarjt", Test),
            ("X", "sk_test_xxxxxxxxxxxx", Placeholder),
            ("X", "changeme", Placeholder),
            ("API_SECRET", "django-insecure-8x!k2", Placeholder),
            ("API_SECRET", "s3cr3t", Placeholder),
            ("API_SECRET", "00000000", Placeholder),
            ("X", "00000000", Unknown),
            ("SA_PASSWORD", "yourStrong(!)Password", Placeholder),
            ("X", "please_change", Placeholder),
            ("X", "sk_test_4eC39HqLyjWDarjtT1zdp7dc,sk_live_4eC39HqLyjWDarjtT1zdp7dc", Live),
            ("X", "CHANGE_ME", Placeholder),
            ("X", "please-change-me-now", Placeholder),
            ("X", "<your key>", Placeholder),
            ("X", "your-api-key", Placeholder),
            ("X", "api_key_here", Placeholder),
            ("X", "SomeRandomString", Placeholder),
            ("X", "TBD", Placeholder),
            ("X", "xxx", Placeholder),
            ("X", "AKIAIOSFODNN7EXAMPLE", Placeholder),
            ("X", "https://example.com/a", Placeholder),
            ("X", "https://api.example.org", Placeholder),
            ("X", "ops@example.com", Placeholder),
            ("X", "https://your-domain.com", Placeholder),
            ("X", "postgres://app:changeme@db.acme.io/app", Placeholder),
            ("X", "https://notexample.com", Unknown),
            ("X", "Your Company Portal", Unknown),
            ("X", "todo-app", Unknown),
            ("X", "postgres", Unknown),
            ("DB_PASSWORD", "postgres", Placeholder),
            ("DB_PASSWORD", "password", Placeholder),
            ("DB_PASSWORD", "acme-db-password", Placeholder),
            ("GALAXY_TOKEN", "galaxy_token", Placeholder),
            ("DB_PASSWORD", "Tr0ub4dor", Unknown),
            ("X", "localhost", Local),
            ("X", "localhost:11211", Local),
            ("X", "127.0.0.1", Local),
            ("X", "127.0.0.1:6379:0", Local),
            ("X", "::1", Local),
            ("X", "[::1]:80", Local),
            ("X", "http://[::1]:80/", Local),
            ("X", "0.0.0.0", Local),
            ("X", "http://host.docker.internal:80", Local),
            ("X", "http://api.acme.test/a", Local),
            ("X", "db.local", Local),
            ("X", "postgres://app:x7@localhost/app", Local),
            ("X", "http://api.default.svc.cluster.local", Unknown),
            ("X", "https://localhost.acme.io", Unknown),
            ("X", "https://sandbox.acme.io", Sandbox),
            ("X", "https://acme.io/sandbox/v1", Sandbox),
            ("X", "sandbox", Sandbox),
            ("X", "--no-sandbox", Unknown),
            ("X", "https://sandboxes.acme.io", Unknown),
            ("X", "production", Unknown),
            ("X", "", Unknown),
            ("X", "é", Unknown),
        ] {
            assert_eq!(SecretTable::builtin().value_class_of(Some(name), value), expected, "{name}={value}");
        }
    }
}
