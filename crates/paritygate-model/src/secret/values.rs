//! Values that are no secrets, whatever their name says: settings, references, paths, ciphertexts.

use super::signs;
use super::table::data;

/// Whether nothing is given away by showing a value under a secret name.
pub(super) fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    value.is_empty()
        || is_setting(value)
        || is_reference(value)
        || is_ciphertext(value)
        || is_digest(value)
        || data().visible.iter().any(|(prefix, _)| value.starts_with(prefix))
}

/// The digest of an image or a file.
fn is_digest(value: &str) -> bool {
    value.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Words that switch something.
pub(super) fn is_setting(value: &str) -> bool {
    let is = |word: &str| word.eq_ignore_ascii_case(value);
    let Some(first) = value.as_bytes().first().map(u8::to_ascii_lowercase) else { return false };
    match (value.len(), first) {
        (1, b'0' | b'1' | b'~') => true,
        (2, b'n') => is("no"),
        (2, b'o') => is("on"),
        (3, b'y') => is("yes"),
        (3, b'o') => is("off"),
        (3, b'n') => is("nil"),
        (4, b't') => is("true"),
        // How a browser's requests carry credentials.
        (4, b'o') => is("omit"),
        (7, b'i') => is("include"),
        (11, b's') => is("same-origin"),
        (4, b'n') => is("null") || is("none"),
        (5, b'f') => is("false"),
        (7, b'e') => is("enabled"),
        (8, b'd') => is("disabled"),
        (9, b'u') => is("undefined"),
        _ => false,
    }
}

/// Whether a value only names what holds the secret: `${X}`, `{{ x }}`, `op://…`. A default inside is no reference.
///
/// A name without brackets may be a password as well, unless it is one that a secret would have: `$DB_PASSWORD`.
pub(super) fn is_reference(value: &str) -> bool {
    let inside = |open: &str, close: &str| value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    match value.as_bytes().first() {
        Some(b'$') => {
            // `$(< FILE)` and `$(cat FILE)`, also where a blank cuts them off, and as Compose writes them.
            let command = value.strip_prefix("$$(").or_else(|| value.strip_prefix("$("));
            if command.is_some_and(|rest| rest.starts_with('<') || rest.starts_with("cat ")) {
                return true;
            }
            // `$(NAME)` at the end of what a shell has in quotes.
            if let Some((name, rest)) = value.strip_prefix("$(").and_then(|rest| rest.split_once(')'))
                && matches!(rest.as_bytes(), [b'\'' | b'"'] | [b'\'' | b'"', b' ', ..])
            {
                return is_identifier(name);
            }
            if let Some(name) = inside("${{", "}}") {
                return !holds_default(name);
            }
            if let Some(name) = inside("${", "}").or_else(|| inside("$(", ")")) {
                let name = name.split_once(":?").or_else(|| name.split_once('?')).map_or(name, |(name, _message)| name);
                return is_identifier(name);
            }
            value.strip_prefix('$').is_some_and(names_secret)
        }
        Some(b'{') => inside("{{", "}}").is_some_and(|name| !holds_default(name)),
        Some(b'<') => inside("<%", "%>").is_some_and(|name| !holds_default(name)) || inside("<path:", ">").is_some(),
        Some(b'%') => inside("%{", "}").is_some_and(is_identifier) || inside("%", "%").is_some_and(names_secret),
        Some(b'#') => inside("#{", "}").is_some_and(is_identifier),
        _ => data().references.iter().any(|prefix| value.starts_with(prefix)),
    }
}

/// Whether a text is the name of a secret variable, in several words.
fn names_secret(name: &str) -> bool {
    name.contains('_')
        && is_identifier(name)
        && !name.bytes().any(|byte| byte.is_ascii_lowercase())
        && data().names.strength(name).is_some()
}

/// Whether a template may hold the value itself, or is none.
fn holds_default(template: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '.' | '$' | '-' | '#');
    !template.trim_start_matches([' ', '=']).starts_with(begins)
        || template.contains(['{', '}'])
        || ["default", "||", "| d(", "|d(", "?:", " or "].iter().any(|sign| template.contains(sign))
}

fn is_identifier(name: &str) -> bool {
    let name = name.trim();
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// Whether a value is the path of a file, and not a password that holds a slash. The mere name of a file is one only
/// where `kept` says that such a thing is kept in files.
pub(super) fn is_path(value: &str, kept: bool) -> bool {
    const EXTENSIONS: [&str; 17] = [
        ".key",
        ".pem",
        ".crt",
        ".cer",
        ".der",
        ".p12",
        ".pfx",
        ".p8",
        ".jks",
        ".json",
        ".txt",
        ".keystore",
        ".pub",
        ".asc",
        ".gpg",
        ".yaml",
        ".yml",
    ];
    let value = value.trim();
    // No path is longer.
    if value.len() > 4_096 {
        return false;
    }
    let path = value.strip_prefix("file:").map_or(value, |rest| rest.strip_prefix("//").unwrap_or(rest));
    let (drive, path) = match path.as_bytes() {
        [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic() => (true, path.get(3..).unwrap_or_default()),
        _ => (false, path),
    };
    let parted = |path: &str| path.contains(['/', '\\']);
    let below = ["./", "../", "~/"].iter().find_map(|start| path.strip_prefix(start));
    let rooted = data().roots.iter().any(|root| path.starts_with(root))
        || (drive && parted(path))
        || below.is_some_and(|rest| parted(rest) || path.starts_with("~/."));
    let named = || {
        let tail = path.len().checked_sub(9).and_then(|at| path.get(at..)).unwrap_or(path);
        let file = EXTENSIONS.iter().any(|extension| tail.ends_with(extension) && path.len() > extension.len());
        file && (kept || drive || parted(path))
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'\\' | b'.' | b'_' | b'-' | b'~');
    (rooted || named()) && path.bytes().all(plain) && !path.split(['/', '\\', '.', '-', '_']).any(is_random)
}

/// Whether a variable says where a process works: `PWD=/app`.
pub(super) fn is_working_directory(name: &str, value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-' | b'~');
    matches!(name, "PWD" | "OLDPWD")
        && value.starts_with('/')
        && value.bytes().all(plain)
        && !value.split(['/', '.', '-', '_']).any(is_random)
}

/// Whether a word is none: long, with capitals, small letters and digits.
pub(super) fn is_random(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 10
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_uppercase)
        && bytes.iter().any(u8::is_ascii_lowercase)
        || bytes.len() >= 24 && bytes.iter().any(u8::is_ascii_digit)
}

/// How ciphertexts begin that more stands behind than a row of the table can say.
pub(super) const WRAPPERS: [&str; 3] = ["ENC[", "ENC(", "v1:"];

/// Whether a value is a ciphertext.
pub(super) fn is_ciphertext(value: &str) -> bool {
    let value = signs::trim(value);
    // Nearly all that is none begins otherwise.
    let [first, second, ..] = value.as_bytes() else { return false };
    let data = data();
    if data.encrypted.get(*first as usize).is_none_or(|bits| bits & signs::letter(*second) == 0) {
        return false;
    }
    let wrapped = |open: &str, close: char| value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    wrapped("ENC[", ']').or_else(|| wrapped("ENC(", ')')).is_some_and(|inside| inside.len() >= 8)
        || is_pulumi(value)
        || data.ciphertexts.iter().any(|&(prefix, shortest, base64)| {
            value.len() >= shortest && value.strip_prefix(prefix).is_some_and(|rest| !base64 || is_base64(rest))
        })
}

/// `v1:<nonce>:<ciphertext>`.
fn is_pulumi(value: &str) -> bool {
    let parts = value.strip_prefix("v1:").and_then(|rest| rest.split_once(':'));
    parts.is_some_and(|(nonce, text)| nonce.len() == 16 && text.len() >= 20 && is_base64(nonce) && is_base64(text))
}

fn is_base64(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_' | b'\n' | b'\r'))
}

/// Whether a value is a number, a duration or a size, or a URL: no key at all.
pub(super) fn is_quantity_or_url(value: &str) -> bool {
    let value = value.trim();
    let digits = value.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')).count();
    let unit = value.get(digits..).unwrap_or_default();
    // A long number may well be a key.
    let quantity = (1..=12).contains(&digits)
        && unit.len() <= 7
        && unit.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ');
    quantity && is_unit(unit) || super::url::SplitUrl::of(value).is_some_and(|url| url.password.is_none())
}

fn is_unit(unit: &str) -> bool {
    const UNITS: [&str; 30] = [
        "", "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hour",
        "hours", "d", "day", "days", "w", "weeks", "b", "k", "kb", "mb", "gb", "tb", "ki", "mi", "gi", "g",
    ];
    UNITS.iter().any(|known| known.eq_ignore_ascii_case(unit.trim()))
}
