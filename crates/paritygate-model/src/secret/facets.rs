//! What is known of a value without saying it: type, class, length.

use super::signs;
use super::url::scheme_and_rest;

/// What a value looks like as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueType {
    /// Any text.
    String,
    /// Digits with an optional sign.
    Integer,
    /// A decimal number.
    Float,
    /// `true`/`false`, `yes`/`no`, `on`/`off`.
    Boolean,
    /// `scheme://…`.
    Url,
    /// `name@host`.
    Email,
    /// A JSON object or array.
    Json,
}

impl ValueType {
    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Url => "url",
            Self::Email => "email",
            Self::Json => "json",
        }
    }

    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::String, Self::Integer, Self::Float, Self::Boolean, Self::Url, Self::Email, Self::Json];

    /// The type of a text.
    pub fn of(value: &str) -> Self {
        let value = signs::trim(value);
        match value.as_bytes().first() {
            None => Self::String,
            Some(b'{' | b'[') => {
                if is_json(value) {
                    Self::Json
                } else {
                    Self::String
                }
            }
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') if is_integer(value) => Self::Integer,
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') if is_float(value) => Self::Float,
            Some(_) if is_boolean(value) => Self::Boolean,
            Some(_) if is_url(value) => Self::Url,
            Some(_) if is_email(value) => Self::Email,
            Some(_) => Self::String,
        }
    }
}

fn is_integer(value: &str) -> bool {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits with a point or an exponent. `inf` and `1.2.3` are texts.
fn is_float(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'))
        && value.parse::<f64>().is_ok()
}

fn is_boolean(value: &str) -> bool {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
    match value.len() {
        2 => is(&["no", "on"]),
        3 => is(&["yes", "off"]),
        4 => is(&["true"]),
        5 => is(&["false"]),
        _ => false,
    }
}

fn is_url(value: &str) -> bool {
    scheme_and_rest(value).is_some_and(|(_, rest)| !rest.is_empty()) && !signs::holds_blank(value)
}

fn is_email(value: &str) -> bool {
    let Some(at) = memchr::memchr(b'@', value.as_bytes()) else { return false };
    let (Some(name), Some(host)) = (value.get(..at), value.get(at + 1..)) else { return false };
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    let whole = |host: &str| host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    !name.is_empty()
        && (host == "localhost" || whole(host))
        && name.bytes().all(plain)
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'.' | b'-'))
}

/// Whether the beginning and the end are those of an object or a list: `{{ x }}` and `[::1]` are not.
fn is_json(value: &str) -> bool {
    let inside =
        |open: char, close: char| value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).map(str::trim);
    if let Some(object) = inside('{', '}') {
        return object.is_empty() || (object.starts_with('"') && object.contains(':'));
    }
    inside('[', ']').is_some_and(|list| {
        let literal = || ["true", "false", "null"].iter().any(|word| list.starts_with(word));
        list.is_empty()
            || list.starts_with(['"', '{', '[', '-'])
            || list.starts_with(|c: char| c.is_ascii_digit())
            || literal()
    })
}

/// Where a value belongs: what its shape says about the world that it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueClass {
    /// A credential of a live account.
    Live,
    /// A credential of a test account.
    Test,
    /// An endpoint of a sandbox.
    Sandbox,
    /// Something to be replaced: `changeme`.
    Placeholder,
    /// This machine: `localhost`.
    Local,
    /// Nothing is known.
    Unknown,
}

impl ValueClass {
    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
            Self::Sandbox => "sandbox",
            Self::Placeholder => "placeholder",
            Self::Local => "local",
            Self::Unknown => "unknown",
        }
    }

    /// All of them.
    pub const ALL: [Self; 6] = [Self::Live, Self::Test, Self::Sandbox, Self::Placeholder, Self::Local, Self::Unknown];
}

/// How long a value is, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LengthClass {
    /// Under 8 characters.
    Short,
    /// 8 to 31 characters.
    Medium,
    /// 32 characters and more.
    Long,
}

impl LengthClass {
    /// The class of a text.
    pub fn of(value: &str) -> Self {
        match value.chars().take(32).count() {
            0..=7 => Self::Short,
            8..=31 => Self::Medium,
            _ => Self::Long,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_from_texts() {
        for (value, expected) in [
            ("", ValueType::String),
            ("0", ValueType::Integer),
            ("-12", ValueType::Integer),
            ("007", ValueType::Integer),
            ("1.5", ValueType::Float),
            (".5", ValueType::Float),
            ("1e3", ValueType::Float),
            ("1.2.3", ValueType::String),
            ("-", ValueType::String),
            ("True", ValueType::Boolean),
            ("off", ValueType::Boolean),
            ("y", ValueType::String),
            ("https://acme.io", ValueType::Url),
            ("jdbc:postgresql://db/app", ValueType::Url),
            ("see https://acme.io", ValueType::String),
            ("https://", ValueType::String),
            ("a.b+c@acme.io", ValueType::Email),
            ("@acme.io", ValueType::String),
            ("a@b", ValueType::String),
            ("app:x@acme.io", ValueType::String),
            ("{}", ValueType::Json),
            ("{\"a\": 1}", ValueType::Json),
            ("[\"a\"]", ValueType::Json),
            ("[1, 2]", ValueType::Json),
            ("{{ x }}", ValueType::String),
            ("[::1]", ValueType::String),
            ("{", ValueType::String),
            ("é", ValueType::String),
        ] {
            assert_eq!(ValueType::of(value), expected, "{value}");
        }
    }
}
