//! Passwords that programs take by options whose names do not say so: `mysql -psecret`, `curl -u name:secret`.

use std::ops::Range;

use crate::SortedSet;

use memchr::memmem;

use super::phrases::{self, Reading};
use super::table::data;
use super::{SecretTable, scan, values};

/// How an option holds a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// As the next word.
    Next,
    /// As the rest of its own word.
    Glued,
    /// As the next word or as the rest of its own, behind a user and a colon.
    Pair,
    /// As the next word, behind a name and `=`.
    Cookie,
    /// As the word behind the next.
    Second,
    /// As the word behind the next two; without a file, which `n` among the option's letters says, behind the next.
    Third,
}

impl How {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "next" => Self::Next,
            "glued" => Self::Glued,
            "pair" => Self::Pair,
            "cookie" => Self::Cookie,
            "second" => Self::Second,
            "third" => Self::Third,
            _ => return None,
        })
    }
}

/// The places of the words of a command that hold a password which the program takes by its options or behind its name.
pub fn passwords_of_programs(words: &[&str]) -> SortedSet<usize> {
    let line = words.join(" ");
    let mut secrets: Vec<Range<usize>> = Vec::new();
    scan::options(SecretTable::builtin(), &line, &mut |secret| secrets.push(secret));
    phrases::find(SecretTable::builtin(), &line, Reading::Command, &mut |secret| secrets.push(secret));
    secrets.sort_unstable_by_key(|secret| secret.start);
    let (mut found, mut at, mut start) = (SortedSet::new(), 0, 0);
    for secret in secrets {
        while let Some(word) = words.get(at) {
            if start < secret.end && secret.start < start + word.len() {
                found.insert(at);
            }
            if start + word.len() >= secret.end {
                break;
            }
            start += word.len() + 1;
            at += 1;
        }
    }
    found
}

/// Hands the passwords that a command gives to a program to `emit`. The command may be a line, or a list of words.
pub(super) fn find(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let programs = &data().programs;
    if !holds_option(text) {
        return;
    }
    let mut program = "";
    // How a word that follows holds a password, and how many come before it.
    let mut next = None;
    let mut said = Said::default();
    for word in words(text) {
        let Some(whole) = text.get(word.clone()) else { continue };
        said.hear(text, &word, whole, emit);
        if let Some((how, before)) = next.take() {
            if before > 0 {
                let is_option = whole.starts_with('-');
                next = Some((how, if is_option { before } else { before - 1 }));
                continue;
            }
            // What follows may be another program with options of its own: `sshpass -p secret ssh -p 22`.
            if how == How::Next {
                program = "";
            }
            hide(how, whole, word.end, emit);
            continue;
        }
        if matches!(whole, "&&" | "||" | "|" | "&") {
            program = "";
            continue;
        }
        let name = whole.rsplit_once('/').map_or(whole, |(_, name)| name);
        if programs.iter().any(|(known, ..)| *known == name) {
            program = name;
        }
        if program.is_empty() {
            continue;
        }
        for (_, option, how) in programs.iter().filter(|(known, ..)| *known == program) {
            match whole.strip_prefix(option) {
                Some("") if *how == How::Second => next = Some((*how, 1)),
                Some("") if !matches!(how, How::Glued | How::Third) => next = Some((*how, 0)),
                _ if *how == How::Third && is_among(option, whole) => {
                    next = Some((*how, if whole.contains('n') { 1 } else { 2 }));
                }
                // `--user=name:secret`, and `-u` in one word with its value.
                Some(rest) if option.starts_with("--") => {
                    rest.strip_prefix('=').into_iter().for_each(|rest| hide(*how, rest, word.end, emit));
                }
                Some(rest) if !matches!(how, How::Next | How::Second | How::Third) => hide(*how, rest, word.end, emit),
                None if *how == How::Pair && is_last_of(option, whole) => next = Some((*how, 0)),
                _ => {}
            }
        }
    }
}

/// Hands the password that stands in `value`, which ends at `end`, to `emit`.
fn hide(how: How, value: &str, end: usize, emit: &mut dyn FnMut(Range<usize>)) {
    let behind = |sign| value.split_once(sign).map_or("", |(_, password)| password);
    let password = match how {
        How::Pair => behind(':'),
        How::Cookie => behind('='),
        How::Next | How::Glued | How::Second | How::Third => value,
    };
    if !password.is_empty() && !values::is_reference(password) {
        emit(end - password.len()..end);
    }
}

/// Whether an option of one letter is the last one of several in a word: `-u` in `-fsSu`.
fn is_last_of(option: &str, word: &str) -> bool {
    let letters = word.strip_prefix('-').filter(|letters| letters.bytes().all(|byte| byte.is_ascii_alphabetic()));
    option.strip_prefix('-').is_some_and(|letter| letter.len() == 1 && letters.is_some_and(|all| all.ends_with(letter)))
}

/// What a command prints for the next one to read: `echo x | docker login --password-stdin`.
#[derive(Default)]
struct Said {
    /// Whether words are printed now.
    speaks: bool,
    words: Option<Range<usize>>,
}

impl Said {
    fn hear(&mut self, text: &str, word: &Range<usize>, whole: &str, emit: &mut dyn FnMut(Range<usize>)) {
        match whole {
            "echo" | "printf" => *self = Self { speaks: true, words: None },
            "|" => self.speaks = false,
            "&&" | "||" => *self = Self::default(),
            "chpasswd" => self.tell(text, How::Pair, emit),
            _ if ["-stdin", "--with-token"].iter().any(|end| whole.ends_with(end)) => self.tell(text, How::Next, emit),
            _ if self.speaks => match &mut self.words {
                Some(words) => words.end = word.end,
                None if whole.starts_with(['-', '%']) => {}
                None => self.words = Some(word.clone()),
            },
            _ => {}
        }
    }

    fn tell(&mut self, text: &str, how: How, emit: &mut dyn FnMut(Range<usize>)) {
        let words = self.words.take().filter(|_| !self.speaks);
        if let Some((words, said)) = words.and_then(|words| Some((words.clone(), text.get(words)?))) {
            hide(how, said, words.end, emit);
        }
    }
}

/// Whether an option of one letter is among several in a word: `-b` in `-nbB`.
fn is_among(option: &str, word: &str) -> bool {
    let letters = word.strip_prefix('-').filter(|letters| letters.bytes().all(|byte| byte.is_ascii_alphabetic()));
    option.strip_prefix('-').is_some_and(|letter| letters.is_some_and(|all| all.contains(letter)))
}

/// Whether any word begins like one of the options. Says no to nearly every text, and fast to long ones.
fn holds_option(text: &str) -> bool {
    let bytes = text.as_bytes();
    let holds = |word: &str| memmem::find(bytes, word.as_bytes()).is_some();
    if memchr::memchr(b'|', bytes).is_some() && ["chpasswd", "-stdin", "--with-token"].into_iter().any(holds) {
        return true;
    }
    let is_word = |option: &str| !option.starts_with('-') && holds(option);
    if data().programs.iter().any(|(_, option, _)| is_word(option)) {
        return true;
    }
    memchr::memchr_iter(b'-', bytes).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let rest = bytes.get(at..).unwrap_or_default();
        let word = || rest.iter().skip(1).take_while(|byte| byte.is_ascii_alphabetic());
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-')
            && data().programs.iter().any(|(_, option, how)| {
                rest.starts_with(option.as_bytes())
                    || *how == How::Pair && option.as_bytes().get(1) == word().last()
                    || *how == How::Third && word().any(|byte| option.as_bytes().get(1) == Some(byte))
            })
    })
}

/// The words of a line, without quotes and the signs of a list around them.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | '[' | ']' | '(' | ')' | ';');
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(|c| !is_between(c))?;
        let end = text.get(start..)?.find(is_between).map_or(text.len(), |end| start + end);
        at = end;
        Some(start..end)
    })
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
    fn passwords_are_found_by_program_and_option() {
        check("mysqladmin ping -uroot -px7 && redis-cli -a y8 ping", &["x7", "y8"]);
        check(r#"["curl", "-f", "-u", "admin:x7", "https://acme.io"]"#, &["x7"]);
        check("/usr/bin/sshpass -p x7 ssh -p 22 db", &["x7"]);
        check("docker login -u bob -p x7 registry.acme.io && podman login -py8 r", &["x7", "y8"]);
        check("openssl rsa -passin pass:x7 -in a -passout pass:y8; openssl enc -pass pass:z9", &["x7", "y8", "z9"]);
        check("keytool -list -storepass x7; 7z x -py8 a.7z; http -a bob:z9 https://acme.io", &["x7", "y8", "z9"]);
        check("docker login --password-stdin r; openssl rsa -passin stdin", &[]);
        check("mysql -p; docker run -p 80:80 -u node:node x", &[]);
        check("mysql -p$MYSQL_PWD", &[]);
        check("mysql -p$MYSQL", &["$MYSQL"]);
        check("mysql -p${PASSWORD}", &[]);
        check("nginx -p /etc", &[]);
        check("curl --user=admin:x7 -o /a; curl -uadmin:y8 b", &["x7", "y8"]);
        check("curl -fsSu admin:x7 b", &["x7"]);
        check("curl -b 'sid=x7' --cookie sid=y8 -b cookies.txt a", &["x7", "y8"]);
        check("curl -fsS https://acme.io:80/ -o a:b", &[]);
        check("curl --user-agent a:b -Lsu admin https://acme.io:80", &[]);
        check("rabbitmqctl -q change_password app x7; rabbitmqctl add_user bob y8", &["x7", "y8"]);
        check("htpasswd -bc /f bob x7; htpasswd -nbB bob y8; htpasswd -b -c /f bob z9", &["x7", "y8", "z9"]);
        check("htpasswd -c /f bob; htpasswd -n bob", &[]);
        check("mosquitto_pub -h mq -u bob -P x7 -t a; sqlcmd -S db -Py8", &["x7", "y8"]);
        check("echo 'root:x7' | chpasswd && echo -n y8 | docker login -u bob --password-stdin r", &["x7", "y8"]);
        check("printf '%s' x7 | gh auth login --with-token; cat f | docker login --password-stdin", &["x7"]);
        check("echo hello && docker login --password-stdin; echo $DB_PASSWORD | chpasswd", &[]);
        for (command, at) in [
            (&["aws", "configure", "set", "aws_secret_access_key", "hunter"][..], 4),
            (&["npm", "config", "set", "//registry.npmjs.org/:_authToken", "hunter"], 4),
            (&["redis-server", "--masterauth", "hunter"], 2),
            (&["kc", "--set", "password", "hunter"], 3),
            (&["echo", "root:x7", "|", "chpasswd"], 1),
            (&["loki", "--auth", "bob:x7"], 2),
            (&["proxy", "--cookie-key", "hunter"], 2),
        ] {
            assert_eq!(passwords_of_programs(command).into_iter().collect::<Vec<_>>(), [at], "{command:?}");
        }
        assert!(passwords_of_programs(&["server", "--auth", "login", "get", "secret", "app"]).is_empty());
        assert_eq!(passwords_of_programs(&["curl", "-u", "a:x7", "y"]), SortedSet::from([2]));
        assert_eq!(passwords_of_programs(&["sh", "-c", "mysql -px7", "-"]), SortedSet::from([2]));
        assert_eq!(passwords_of_programs(&[]), SortedSet::new());
    }
}
