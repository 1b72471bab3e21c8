//! Secrets behind their names with no sign between: `requirepass x`, `define('SMTP_PASSWORD', 'x')`, `# password is x`.

use std::ops::Range;

use super::SecretTable;
use super::names::Strength;
use super::table::{data, is_secret_under};

/// What kind of text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// A value: a sentence must stay readable.
    Value,
    /// A line of any language, with its comments.
    Line,
    /// The words of a command.
    Command,
}

/// Hands the word behind each name of a secret to `emit`.
pub(super) fn find(table: &SecretTable, text: &str, reading: Reading, emit: &mut dyn FnMut(Range<usize>)) {
    // Says no to nearly every text.
    if !data().names.may_speak(text.as_bytes()) {
        return;
    }
    let several = reading == Reading::Line || memchr::memchr(b'\n', text.as_bytes()).is_some();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let base = start;
        start += line.len();
        Phrases { table, line, reading, several }.find(&mut |range| emit(base + range.start..base + range.end));
    }
}

struct Phrases<'a> {
    table: &'a SecretTable,
    line: &'a str,
    reading: Reading,
    /// Whether a line of two words counts that may be prose: among several lines it sets something.
    several: bool,
}

/// What stands behind a name.
struct Behind<'a> {
    range: Range<usize>,
    value: &'a str,
    /// Whether it is the argument of a call.
    argument: bool,
}

impl Phrases<'_> {
    fn find(&self, emit: &mut dyn FnMut(Range<usize>)) {
        let (mut before, mut hidden) = ("", 0);
        let comment = if self.reading == Reading::Line { comment(self.line) } else { self.line.len() };
        for word in words(self.line, 0) {
            let Some(whole) = self.line.get(word.clone()) else { break };
            let in_comment = word.start >= comment;
            if word.start >= hidden
                && let Some((name, strength)) = self.name(whole)
                && let Some(range) = self.secret(name, strength, word, before, in_comment)
            {
                hidden = range.end;
                emit(range);
            }
            before = whole;
        }
    }

    /// The name that a word is, and how strongly it speaks.
    fn name<'n>(&self, word: &'n str) -> Option<(&'n str, Strength)> {
        // `//registry.npmjs.org/:_authToken`.
        let name = word.strip_prefix("//").and_then(|path| path.rsplit_once(':')).map_or(word, |(_, name)| name);
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let named = !name.starts_with('-') && !name.ends_with('.') && name.bytes().all(is_part);
        let strength = if named { self.table.strength(name) } else { None };
        strength.filter(|strength| *strength > Strength::Weak).map(|strength| (name, strength))
    }

    /// Where the secret behind a name stands, if what follows is one.
    fn secret(
        &self,
        name: &str,
        strength: Strength,
        at: Range<usize>,
        before: &str,
        in_comment: bool,
    ) -> Option<Range<usize>> {
        let (first, mut behind) = (self.line.get(..at.start)?.trim().is_empty(), self.behind(&at)?);
        let copula = in_comment && ["is", "was"].iter().any(|word| word.eq_ignore_ascii_case(behind.value));
        // `change_password user secret`.
        if copula || name.starts_with("change") {
            behind = self.behind(&behind.range)?;
        }
        let Behind { range, value, argument } = behind;
        if !is_secret_under(strength, value) || self.is_prose(name, value) {
            return None;
        }
        let is_spoken = data().spoken.iter().any(|word| word.eq_ignore_ascii_case(name));
        // Among several lines, what ends one is a setting.
        let alone = || (first || self.several && !is_spoken) && self.ends(range.end);
        let sets = before.ends_with("set") || before.ends_with("header");
        let hides = match self.reading {
            _ if argument => true,
            Reading::Command => !is_spoken || sets,
            _ if in_comment => true,
            _ if is_spoken => self.several && alone() || sets && !is_plain(value),
            _ => !is_plain(value) || alone(),
        };
        if hides {
            return Some(range);
        }
        // `password 7 secret`: what looks like no word of a sentence.
        let among = is_spoken && first && self.several && self.reading != Reading::Command;
        let rest = || words(self.line, at.end).find(|word| self.line.get(word.clone()).is_some_and(is_mixed));
        if among { rest() } else { None }
    }

    /// The word behind another, or the text in quotes.
    fn behind(&self, word: &Range<usize>) -> Option<Behind<'_>> {
        let rest = self.line.get(word.end..)?;
        let quotes = ['"', '\''];
        let before = self.line.get(..word.start).unwrap_or_default().trim_end_matches(quotes);
        let blank = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
        let (gap, argument) = if let Some(comma) = rest.strip_prefix(quotes).and_then(|rest| rest.strip_prefix(',')) {
            // `define('NAME', 'value')`.
            (2 + blank(comma), before.trim_end().ends_with('('))
        } else {
            (blank(rest), false)
        };
        let value = rest.get(gap..)?;
        let quote = value.chars().next().filter(|first| quotes.contains(first));
        let start = word.end + gap + quote.map_or(0, char::len_utf8);
        let value = self.line.get(start..)?;
        if gap == 0 || gap > 1 && rest.starts_with(quotes) && !(argument && quote.is_some()) {
            return None;
        }
        let value = if let Some(quote) = quote {
            value.get(..value.find(quote).unwrap_or(value.len()))?.trim_end()
        } else {
            let end = value.find(|c: char| c.is_whitespace() || quotes.contains(&c)).unwrap_or(value.len());
            value.get(..end)?.trim_end_matches([';', ',', '.', ')', '}'])
        };
        let odd = |c: char| matches!(c, '-' | '=' | ':' | '|' | '&' | '<' | '>' | '(' | ')' | '#' | ',' | '*' | '?');
        let is_path = ["./", "../"].iter().any(|start| value.starts_with(start));
        let holds = !value.is_empty() && (quote.is_some() || !value.starts_with(odd) && !is_path);
        holds.then_some(Behind { range: start..start + value.len(), value, argument })
    }

    /// Whether a word behind a name goes on with the sentence, or says what the name is the name of: `password policy`.
    fn is_prose(&self, name: &str, value: &str) -> bool {
        let is = |word: &&str| word.eq_ignore_ascii_case(value);
        let letters = value.bytes().all(|byte| byte.is_ascii_alphabetic());
        data().prose.iter().any(is)
            || letters && self.table.strength(&format!("{name}_{value}")).is_none()
            || self.table.strength(value).is_some()
    }

    /// Whether a setting is over at `end`: with a quote, a semicolon, a comment or nothing.
    fn ends(&self, end: usize) -> bool {
        let rest = self.line.get(end..).unwrap_or_default().trim_start_matches(['"', '\'']);
        let rest = rest.trim().trim_start_matches(';').trim_start();
        rest.is_empty() || rest.starts_with('#')
    }
}

/// The words of a line from a place on, without the signs around them.
fn words(line: &str, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_between = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '#')
    };
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = line.get(at..)?;
        let start = at + rest.find(|c| !is_between(c))?;
        let end = line.get(start..)?.find(is_between).map_or(line.len(), |end| start + end);
        at = end;
        Some(start..end)
    })
}

/// Where the comment of a line begins, or its end.
fn comment(line: &str) -> usize {
    let bytes = line.as_bytes();
    let begins = |at: &usize| {
        let bound = at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(u8::is_ascii_whitespace);
        bound && (bytes.get(*at) == Some(&b'#') || bytes.get(at + 1) == Some(&b'/'))
    };
    memchr::memchr2_iter(b'#', b'/', bytes).find(begins).unwrap_or(line.len())
}

/// Whether a value may be a word of a sentence, or another name: `Content-Type`.
fn is_plain(value: &str) -> bool {
    let is_word = |word: &str| {
        word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase()) || word.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    value.split(['_', '-']).all(is_word) && !value.starts_with(|c: char| !c.is_ascii_alphabetic())
}

/// Whether a word is none of a sentence: letters and digits.
fn is_mixed(word: &str) -> bool {
    word.len() >= 6
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reading: Reading, text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        let mut emit = |range: Range<usize>| found.push(text.get(range).expect("inside"));
        find(SecretTable::builtin(), text, reading, &mut emit);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn settings_hold_secrets_behind_their_names() {
        for (text, expected) in [
            ("requirepass k7WqZz19pA", &["k7WqZz19pA"][..]),
            ("port 6379\nrequirepass hunter\nmasterauth hunter # note", &["hunter", "hunter"]),
            ("user app\npassword k7WqZz19pA\n", &["k7WqZz19pA"]),
            ("rootpw k7WqZz19pA\nbindpw 'k7 Wq'", &["k7WqZz19pA", "k7 Wq"]),
            ("vrrp {\n  auth_pass k7Wq;\n}", &["k7Wq"]),
            ("a\nremote_password = x\nremote_password k7Wq", &["k7Wq"]),
            ("a\n user admin insecure-password k7Wq", &["k7Wq"]),
            ("a\ntoken \"k7Wq\"", &["k7Wq"]),
            ("a\nsecret k7Wq", &["k7Wq"]),
            ("a\nenable secret 5 x\nsecret 5 k7WqZz", &["k7WqZz"]),
            ("proxy_set_header X-Api-Key k7Wq;", &["k7Wq"]),
            ("a\nproxy_set_header X-Api-Key hunter-two;", &["hunter-two"]),
            ("proxy_set_header Authorization \"Basic k7Wq\";", &["Basic k7Wq"]),
            ("define('SMTP_PASSWORD', 'k7Wq');\ndefine(\"A_TOKEN\", \"k8\");", &["k7Wq", "k8"]),
            ("rabbitmqctl change_password app k7Wq", &["k7Wq"]),
        ] {
            check(Reading::Value, text, expected);
        }
    }

    #[test]
    fn sentences_stay() {
        for text in [
            "the password must be long",
            "a\npassword must be long\ntoken bucket\npassword policy\npassword required",
            "Reset your password here",
            "password secret token",
            "X-Request-Id X-Api-Key Content-Type",
            "docker secret create db_password ./secret",
            "[\"password\", \"api_key\", \"ssn\"]",
            "password,api_key,ssn",
            "keep db_password secret",
            "the api_key of each user",
            "log $http_authorization \"$request\"",
            "db_password: x",
            "a\npassword ${PASSWORD}\nrequirepass --x",
            "password x7y8z9",
            "define('PASSWORD_FILE', 'k7')",
        ] {
            check(Reading::Value, text, &[]);
        }
    }

    #[test]
    fn comments_hold_secrets() {
        check(Reading::Line, "PORT=1 # admin password is k7WqZz19pE", &["k7WqZz19pE"]);
        check(Reading::Line, "FOO=1 # temp pw k7WqZz19pF, rotate", &["k7WqZz19pF"]);
        check(Reading::Line, "let a = 1; // password hunter", &["hunter"]);
        check(Reading::Line, "# the password is required; the token expires", &[]);
        check(Reading::Line, "# rotate the api_key every quarter, see the password policy", &[]);
        check(Reading::Line, "a: the password hunter", &[]);
    }

    #[test]
    fn commands_hold_secrets() {
        check(Reading::Command, "aws configure set aws_secret_access_key hunter", &["hunter"]);
        check(Reading::Command, "npm config set //registry.npmjs.org/:_authToken hunter", &["hunter"]);
        check(Reading::Command, "kc --set password hunter", &["hunter"]);
        check(Reading::Command, "kubectl get secret app", &[]);
        check(Reading::Command, "vault token lookup", &[]);
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for part in ["password ", "password \"", "change_password ", "password\n", "# password is ", "(\"a_token\","] {
            for reading in [Reading::Value, Reading::Line, Reading::Command] {
                find(SecretTable::builtin(), &part.repeat(200_000 / part.len()), reading, &mut |_| {});
            }
        }
    }
}
