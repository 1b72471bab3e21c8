//! Known token formats, private keys and JSON web tokens, wherever they stand in a text.

use std::ops::Range;

use memchr::memmem;

use super::table::{class_of_word, data};
use super::{ValueClass, packed, signs};

/// No text shorter than this holds a token.
pub(super) const SHORTEST: usize = 16;

/// The shortest JSON web token, which may be shorter than every row.
const SHORTEST_WEB_TOKEN: usize = 12;

/// How much of a token is looked at for the mix of its characters: bounds the work on hostile texts.
const MIX_WINDOW: usize = 64;

/// What has to be among the characters of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mix {
    Any,
    /// A digit, or capitals and small letters.
    Some,
    /// Capitals and small letters.
    Cases,
}

/// A token format: a row of the table.
#[derive(Clone, Copy)]
pub(super) struct Token {
    prefix: &'static str,
    charset: u8,
    mix: Mix,
    exact: bool,
    length: usize,
    class: ValueClass,
}

impl Token {
    /// Reads a row: class, characters, length, prefix.
    pub(super) fn read(row: &'static str) -> Option<Self> {
        let mut fields = row.split_ascii_whitespace();
        let class = class_of_word(fields.next()?)?;
        let charset = fields.next()?;
        let length = fields.next()?;
        let prefix = fields.next()?;
        let charset_byte = *charset.as_bytes().first()?;
        let mix = match charset.get(1..)? {
            "" => Mix::Any,
            "!" => Mix::Some,
            "^" => Mix::Cases,
            _ => return None,
        };
        (b"wudobhcpxi".contains(&charset_byte) && fields.next().is_none()).then_some(Self {
            prefix,
            charset: charset_byte,
            mix,
            exact: length.starts_with('='),
            length: length.trim_start_matches('=').parse().ok()?,
            class,
        })
    }

    fn takes(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() && !matches!(self.charset, b'h' | b'c' | b'i')
            || match self.charset {
                b'u' => byte == b'_',
                b'd' => matches!(byte, b'_' | b'-'),
                b'o' => matches!(byte, b'_' | b'-' | b'.'),
                b'b' => matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-'),
                b'h' => byte.is_ascii_hexdigit(),
                b'i' => byte.is_ascii_hexdigit() || byte == b'-',
                b'x' => matches!(byte, b'.' | b'/' | b'$' | b'='),
                b'c' => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
                b'p' => byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`'),
                _ => false,
            }
    }

    /// The token that begins at `at`, where its prefix is known to stand.
    fn end(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let from = at + self.prefix.len();
        let rest = bytes.get(from..)?;
        // What can fail looks at a few bytes only, so that a text of many beginnings takes linear time.
        let taken = |limit: usize| rest.iter().take(limit).take_while(|&&byte| self.takes(byte)).count();
        let mixes = |body: &[u8]| match self.mix {
            Mix::Any => true,
            Mix::Some => is_mixed(body),
            Mix::Cases => holds_both_cases(body),
        };
        if self.exact {
            let fits = taken(self.length + 1) == self.length && mixes(rest.get(..self.length)?);
            return fits.then_some(from + self.length);
        }
        let window = taken(self.length.max(MIX_WINDOW));
        let fits = window >= self.length && mixes(rest.get(..window)?);
        fits.then(|| from + taken(usize::MAX))
    }
}

fn is_mixed(body: &[u8]) -> bool {
    body.iter().any(u8::is_ascii_digit) || holds_both_cases(body)
}

fn holds_both_cases(body: &[u8]) -> bool {
    body.iter().any(u8::is_ascii_uppercase) && body.iter().any(u8::is_ascii_lowercase)
}

/// The first byte of what is known and no row, and its second bytes: private keys, JSON web tokens, bearers, bots,
/// what ends a key of Mailchimp, JSON in base64.
const SPECIAL: &[(&[u8], &[u8])] = &[
    (b"-", b"-"),
    (b"P", b"u"),
    (b"e", b"yw"),
    (b"W", b"3w"),
    (b"Bb", b"eao"),
    (b"0123456789", b"0123456789"),
    (b"u", b"s"),
];

/// The token formats of the table.
#[derive(Default)]
pub(super) struct Tokens {
    // INVARIANT: sorted by prefix, so that the formats of one first byte stand together.
    rows: Vec<Token>,
    /// The rows of each first byte.
    buckets: Vec<Range<usize>>,
    /// By first byte: a bit for the lower five bits of each second byte.
    seconds: Vec<u32>,
    /// The length of the shortest token.
    shortest: usize,
    /// The letters of each beginning that gives a value its class.
    classes: Vec<u32>,
}

impl Tokens {
    pub(super) fn add(&mut self, token: Token) {
        self.rows.push(token);
    }

    /// Prepares the searches. `visible` holds the beginnings of public values.
    pub(super) fn finish(&mut self, visible: &[(&'static str, ValueClass)]) {
        self.rows.sort_by_key(|token| token.prefix);
        let first = |token: &Token| token.prefix.as_bytes().first().copied().unwrap_or_default();
        let bucket = |byte: u8| {
            let from = self.rows.partition_point(|token| first(token) < byte);
            from..self.rows.partition_point(|token| first(token) <= byte)
        };
        self.buckets = (0..=u8::MAX).map(bucket).collect();
        let second = |token: &Token| token.prefix.as_bytes().get(1).map_or(u32::MAX, |&byte| signs::letter(byte));
        let bits = |bucket: &Range<usize>| self.rows.get(bucket.clone()).unwrap_or_default().iter().map(second);
        self.seconds = self.buckets.iter().map(|bucket| bits(bucket).fold(0, |bits, bit| bits | bit)).collect();
        for (firsts, seconds) in SPECIAL {
            for &first in *firsts {
                if let Some(bits) = self.seconds.get_mut(first as usize) {
                    *bits |= seconds.iter().fold(0, |bits, &byte| bits | signs::letter(byte));
                }
            }
        }
        let lengths = self.rows.iter().map(|token| token.prefix.len() + token.length);
        self.shortest = lengths.fold(SHORTEST_WEB_TOKEN, usize::min);
        let rows = self.rows.iter().map(|token| (token.prefix, token.class));
        let classed = rows.chain(visible.iter().copied()).filter(|(_, class)| *class != ValueClass::Unknown);
        // A byte that is no letter has its bit as well.
        let bits = |prefix: &str| prefix.bytes().fold(0, |bits, byte| bits | signs::letter(byte));
        self.classes = classed.map(|(prefix, _)| bits(prefix)).collect();
        self.classes.sort_unstable();
        self.classes.dedup();
    }

    /// Whether anything known could begin with these two bytes. Says no to nearly all that is none.
    fn may_begin(&self, first: u8, second: u8) -> bool {
        self.seconds.get(first as usize).is_some_and(|bits| bits & signs::letter(second) != 0)
    }

    /// The formats whose prefix stands at `at`.
    fn at<'a>(&'a self, bytes: &'a [u8], at: usize) -> impl Iterator<Item = &'a Token> {
        let bucket = bytes.get(at).and_then(|&byte| self.buckets.get(byte as usize)).cloned().unwrap_or_default();
        let rest = bytes.get(at..).unwrap_or_default();
        let rows = self.rows.get(bucket).unwrap_or_default();
        rows.iter().filter(move |token| rest.starts_with(token.prefix.as_bytes()))
    }
}

/// Whether a token is in a value, which is not shorter than [`SHORTEST`].
pub(super) fn is_in(value: &str) -> bool {
    let (bytes, tokens) = (value.as_bytes(), &data().tokens);
    let mut rest = bytes;
    let mut tried = 0;
    // Each turn begins where a token may, and goes on to the end of the word.
    while let [byte, next, ..] = rest
        && rest.len() >= tokens.shortest
    {
        if tokens.may_begin(*byte, *next)
            && token_at(tokens, bytes, bytes.len() - rest.len(), *byte, &mut tried).is_some()
        {
            return true;
        }
        let mut word = rest.iter();
        while word.next().is_some_and(|byte| signs::of(*byte) & signs::WORD != 0) {}
        rest = word.as_slice();
    }
    // The end of a key may stand where nothing else has room any more.
    let tail = bytes.len().saturating_sub(tokens.shortest);
    memchr::memchr_iter(b'u', bytes.get(tail..).unwrap_or_default()).any(|at| mailchimp_key(bytes, tail + at).is_some())
}

/// Hands every token, JSON web token and private key of `text` to `emit`.
pub(super) fn find(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let (bytes, tokens) = (text.as_bytes(), &data().tokens);
    let mut at = 0;
    let mut boundary = true;
    // Behind this no JSON web token begins that was not tried: bounds the work on hostile texts.
    let mut tried = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = || bytes.get(at + 1).copied().unwrap_or_default();
        if boundary
            && tokens.may_begin(byte, next())
            && let Some(found) = token_at(tokens, bytes, at, byte, &mut tried)
        {
            at = found.end.max(at + 1);
            emit(found);
            boundary = true;
            continue;
        }
        boundary = !byte.is_ascii_alphanumeric();
        at += 1;
    }
}

// Rare, and large: kept out of the loops that look for its beginnings.
#[cold]
fn token_at(tokens: &Tokens, bytes: &[u8], at: usize, byte: u8, tried: &mut usize) -> Option<Range<usize>> {
    let special = match byte {
        b'-' | b'P' => private_key(bytes, at),
        b'e' if at >= *tried => json_web_token(bytes, at, tried).or_else(|| packed::json(bytes, at, tried)),
        b'W' if at >= *tried => packed::json(bytes, at, tried),
        b'0'..=b'9' => bot_token(bytes, at, false),
        b'u' => mailchimp_key(bytes, at),
        b'B' | b'b' => bearer(bytes, at).or_else(|| bot_of_url(bytes, at)),
        _ => None,
    };
    let row = || {
        tokens.at(bytes, at).find_map(|token| {
            let from = if token.charset == b'p' { at + token.prefix.len() } else { at };
            token.end(bytes, at).map(|end| from..end)
        })
    };
    special.or_else(row)
}

/// The whole key that `us12` at `at` ends: 32 hexadecimal digits and a hyphen before it.
fn mailchimp_key(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let digits = bytes.get(at..)?.strip_prefix(b"us")?.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let start = at.checked_sub(33)?;
    let (key, hyphen) = bytes.get(start..at)?.split_at_checked(32)?;
    let alone =
        start.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let fits = (1..=2).contains(&digits) && hyphen == b"-" && alone && key.iter().all(u8::is_ascii_hexdigit);
    fits.then_some(start..at + 2 + digits)
}

/// From `-----BEGIN … PRIVATE KEY` to the end of its block, or of the text.
fn private_key(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(b"PuTTY-User-Key-File-") {
        return Some(at..bytes.len());
    }
    let label = rest.strip_prefix(b"-----BEGIN ")?;
    let label = label.get(..48).unwrap_or(label);
    let close = memmem::find(label, b"-----")?;
    memmem::find(label.get(..close)?, b"PRIVATE KEY")?;
    let end = memmem::find(rest, b"-----END ").and_then(|end| {
        let behind = rest.get(end + 9..)?;
        memmem::find(behind.get(..64).unwrap_or(behind), b"-----").map(|close| at + end + 9 + close + 5)
    });
    Some(at..end.unwrap_or(bytes.len()))
}

/// Three base64url parts of which the first begins an object.
fn json_web_token(bytes: &[u8], at: usize, tried: &mut usize) -> Option<Range<usize>> {
    if !bytes.get(at..)?.starts_with(b"eyJ") {
        return None;
    }
    let part = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        from + rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len())
    };
    let header = part(at);
    *tried = header;
    if header - at < 10 || bytes.get(header) != Some(&b'.') {
        return None;
    }
    let payload = part(header + 1);
    // JSON web encryption has five parts, of which the second may be empty.
    let mut end = payload;
    let mut parts = 2;
    while parts < 5 && bytes.get(end) == Some(&b'.') {
        end = part(end + 1);
        parts += 1;
    }
    *tried = end;
    (parts >= 3).then_some(at..end)
}

/// Whether a value is a key that code for browsers may hold: one of Google's, or a JSON web token of a visitor.
pub(super) fn is_for_browsers(value: &str) -> bool {
    let bytes = value.as_bytes();
    let is_google =
        || bytes.starts_with(b"AIza") && data().tokens.at(bytes, 0).any(|row| row.end(bytes, 0) == Some(bytes.len()));
    let payload = || value.split('.').nth(1).and_then(|part| packed::decode(part.as_bytes()));
    // Supabase's key of the server, which opens everything.
    let opens_all = || payload().is_none_or(|text| memmem::find(&text, b"service_role").is_some());
    is_google() || json_web_token(bytes, 0, &mut 0) == Some(0..bytes.len()) && !opens_all()
}

/// `123456789:` and 35 characters: a Telegram bot. `in_url` says that `bot` stands before it, where nothing else looks so.
fn bot_token(bytes: &[u8], at: usize, in_url: bool) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?;
    let digits = rest.iter().take(17).take_while(|byte| byte.is_ascii_digit()).count();
    if !(5..=16).contains(&digits) || rest.get(digits) != Some(&b':') {
        return None;
    }
    let body = rest.get(digits + 1..)?;
    // Bots of today have so many digits; behind fewer or more, only what every token begins with is sure.
    if !in_url && !(8..=10).contains(&digits) && body.first() != Some(&b'A') {
        return None;
    }
    let lengths = if in_url { 30..=64 } else { 35..=35 };
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = body.iter().take(lengths.end() + 1).take_while(is_part).count();
    lengths.contains(&length).then_some(at..at + digits + 1 + length)
}

/// The token in `bot123456789:…`.
fn bot_of_url(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    bytes.get(at..)?.starts_with(b"bot").then(|| bot_token(bytes, at + 3, true)).flatten()
}

/// Whether a value is worth a search for tokens: nothing but a header may be shorter than [`SHORTEST`].
pub(super) fn may_be_in(value: &str) -> bool {
    value.len() >= SHORTEST || matches!(value.as_bytes(), [b'B' | b'b', _, _, _, _, _, b' ', ..] if value.len() > 12)
}

/// What stands behind `Bearer` and `Basic`, if it looks like more than a word.
fn bearer(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?;
    let length = ["bearer ", "basic "].iter().find_map(|scheme| {
        let head = rest.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme.as_bytes()).then_some(scheme.len())
    })?;
    let body = rest.get(length..)?;
    let taken = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-.~".contains(byte);
    let end = body.iter().position(|byte| !taken(byte)).unwrap_or(body.len());
    let credentials = body.get(..end)?;
    // A word that nothing stands around is no prose.
    let alone = at == 0 && end == body.len() && end >= 6;
    let secret = is_mixed(credentials) && (end >= 16 || alone) || length == 6 && is_basic(credentials);
    secret.then_some(at + length..at + length + end)
}

/// Whether these are a user and a password in base64.
pub(super) fn is_basic(credentials: &[u8]) -> bool {
    // A colon in the text is what no other word holds.
    credentials.len() >= 8
        && packed::decode(credentials.trim_ascii_end())
            .is_some_and(|text| text.iter().all(u8::is_ascii_graphic) && text.contains(&b':'))
}

/// The class that a token anywhere in `value` gives, even one that is too short to be real. `letters` holds the bits of
/// all bytes of `value`.
pub(super) fn class(value: &str, letters: u32) -> ValueClass {
    let (bytes, data) = (value.as_bytes(), data());
    if !data.tokens.classes.iter().any(|known| known & letters == *known) {
        return ValueClass::Unknown;
    }
    let visible =
        data.visible.iter().find(|(prefix, class)| *class != ValueClass::Unknown && value.starts_with(prefix));
    if let Some((_, class)) = visible {
        return *class;
    }
    let (mut boundary, mut found) = (true, ValueClass::Unknown);
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        if boundary && data.tokens.may_begin(*byte, next) {
            // `test_db` is no key.
            let whole = |token: &Token| token.mix == Mix::Any || token.end(bytes, at).is_some();
            let known = |token: &&Token| {
                token.class != ValueClass::Unknown && at + token.prefix.len() < bytes.len() && whole(token)
            };
            match data.tokens.at(bytes, at).find(known) {
                // Of several keys the one of a live account counts.
                Some(token) if token.class == ValueClass::Live => return ValueClass::Live,
                Some(token) if found == ValueClass::Unknown => found = token.class,
                _ => {}
            }
        }
        boundary = !byte.is_ascii_alphanumeric();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        find(text, &mut |range| found.push(text.get(range).expect("inside")));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn tokens_are_found_where_they_stand() {
        let token = format!("ghp_{}", "aB3dE5gH7jK9mN1pQ3sT5vW7yaB3dE5gH7jK");
        check(&token, &[&token]);
        check(&format!("--token={token} --x"), &[&token]);
        check(&format!("a,{token},{token}"), &[&token, &token]);
        check(&format!("x{token}"), &[]);
        check("ghp_short", &[]);
        check("é ghp_é", &[]);
        check("Authorization: Bearer aB3dE5gH7jK9mN1p", &["aB3dE5gH7jK9mN1p"]);
        check("bearer of good news", &[]);
        check("Bearer hunter2", &["hunter2"]);
        check("Authorization: Basic dXNlcjpwYXNz", &["dXNlcjpwYXNz"]);
        check("basic settings", &[]);
        check("Basic functions here", &[]);
    }

    #[test]
    fn hashes_and_keys_of_products_are_found() {
        let bcrypt = format!("$2y$05${}./A", "aB3dE5gH7jK9mN1pQ3sT5vW7yaB3dE5gH7jK9mN1pQ3sT5vW7y");
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let body = "aB3dE5gH7jK9mN1pQ3sT5vW7yaB3dE5gH7jK9mN1pQ3sT5vW7y".repeat(3);
        let hex = "0123456789abcdef0123456789abcdef01234567";
        check(&format!("admin:{bcrypt},bob:{bcrypt}"), &[&bcrypt, &bcrypt]);
        for token in [
            format!("$apr1$aB3dE5gH${}", &body[..22]),
            format!("$6$rounds=5000$aB3dE5gH${}", &body[..86]),
            format!("$5$aB3dE5gH${}", &body[..43]),
            format!("{{SHA}}{}=", &body[..27]),
            format!("{{SSHA}}{}", &body[..32]),
            format!("key-{}", &hex[..32]),
            format!("key-{}", &body[..32]),
            format!("{}-us12", &hex[..32]),
            format!("squ_{hex}"),
            format!("sqp_{hex}"),
            format!("pat-na1-{uuid}"),
            format!("shippo_live_{hex}"),
            format!("shippo_test_{hex}"),
            format!("xprv9{}", &body[..106]),
            format!("sdk-{uuid}"),
            format!("live_{}", &body[..30]),
            format!("test_{}", &body[..30]),
        ] {
            check(&token, &[&token]);
            assert!(is_in(&token) && is_in(&format!("a {token} b")), "{token}");
        }
        check(&format!("pbkdf2_sha256$260000$x${}=", &body[..43]), &[&format!("260000$x${}=", &body[..43])]);
        check(&format!("aB3d.atlasv1.{}", &body[..67]), &[&format!("atlasv1.{}", &body[..67])]);
        for text in [
            "{SHA}",
            "key-values-of-thirty-two-characters-",
            "sdk-typescript-node-of-many-characters-x",
            "sdk-0f8fad5b",
            "us-east-1",
            "0123456789abcdef0123456789abcdef-usa",
            "test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            &format!("test_{hex}"),
            "test_of_the_connection_to_the_database_2",
            "$6$",
            "atlasv1.x",
        ] {
            check(text, &[]);
            assert!(!is_in(text), "{text}");
        }
    }

    #[test]
    fn keys_have_classes_and_words_have_none() {
        let class = |text: &str| class(text, text.bytes().fold(0, |bits, byte| bits | signs::letter(byte)));
        let body = "aB3dE5gH7jK9mN1pQ3sT5vW7yaB3dE5gH7jK9mN1pQ";
        for (text, expected) in [
            (format!("live_{body}"), ValueClass::Live),
            (format!("test_{body}"), ValueClass::Test),
            ("shippo_live_0123".to_owned(), ValueClass::Live),
            ("shippo_test_0123".to_owned(), ValueClass::Test),
            ("sk_live_x".to_owned(), ValueClass::Live),
            ("test_db".to_owned(), ValueClass::Unknown),
            ("live_mode".to_owned(), ValueClass::Unknown),
            ("app_test_1".to_owned(), ValueClass::Unknown),
        ] {
            assert_eq!(class(&text), expected, "{text}");
        }
    }

    #[test]
    fn private_keys_end_with_their_block() {
        check(
            "a -----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY----- b",
            &["-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----"],
        );
        check("-----BEGIN EC PRIVATE KEY-----\nx", &["-----BEGIN EC PRIVATE KEY-----\nx"]);
        check("-----BEGIN CERTIFICATE-----\nx", &[]);
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for part in [
            "eyJ-",
            "sk-",
            "eyJaaaaaaaa.",
            "-----BEGIN ",
            "12345678:",
            "Bearer ",
            "glpat-",
            "eyJeyJ.eyJ.",
            "AIza-",
            "aaaaaaaa.",
        ] {
            find(&part.repeat(200_000 / part.len()), &mut |_| {});
        }
    }
}
