//! Passwords that programs take by options whose names do not say so: `mysql -psecret`, `curl -u name:secret`.

use std::ops::Range;

use crate::SortedSet;

use super::table::data;
use super::values;

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
}

impl How {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "next" => Self::Next,
            "glued" => Self::Glued,
            "pair" => Self::Pair,
            "cookie" => Self::Cookie,
            _ => return None,
        })
    }
}

/// The places of the words of a command that hold a password which the program takes by its options.
pub fn passwords_of_programs(words: &[&str]) -> SortedSet<usize> {
    let line = words.join(" ");
    let (mut found, mut at, mut start) = (SortedSet::new(), 0, 0);
    // Passwords come in order.
    find(&line, &mut |secret| {
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
    });
    found
}

/// Hands the passwords that a command gives to a program to `emit`. The command may be a line, or a list of words.
pub(super) fn find(text: &str, emit: &mut dyn FnMut(Range<usize>)) {
    let programs = &data().programs;
    if !holds_option(text) {
        return;
    }
    let mut program = "";
    // What the next word is, and how it holds a password.
    let mut next = None;
    for word in words(text) {
        let Some(whole) = text.get(word.clone()) else { continue };
        if let Some(how) = next.take() {
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
        if program.is_empty() || !whole.starts_with('-') {
            continue;
        }
        for (_, option, how) in programs.iter().filter(|(known, ..)| *known == program) {
            match whole.strip_prefix(option) {
                Some("") if *how != How::Glued => next = Some(*how),
                // `--user=name:secret`, and `-u` in one word with its value.
                Some(rest) if option.starts_with("--") => {
                    rest.strip_prefix('=').into_iter().for_each(|rest| hide(*how, rest, word.end, emit));
                }
                Some(rest) if *how != How::Next => hide(*how, rest, word.end, emit),
                None if *how == How::Pair && is_last_of(option, whole) => next = Some(*how),
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
        How::Next | How::Glued => value,
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

/// Whether any word begins like one of the options. Says no to nearly every text, and fast to long ones.
fn holds_option(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'-', bytes).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let rest = bytes.get(at..).unwrap_or_default();
        let word = || rest.iter().skip(1).take_while(|byte| byte.is_ascii_alphabetic());
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-')
            && data().programs.iter().any(|(_, option, how)| {
                rest.starts_with(option.as_bytes()) || *how == How::Pair && option.as_bytes().get(1) == word().last()
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
        assert_eq!(passwords_of_programs(&["curl", "-u", "a:x7", "y"]), SortedSet::from([2]));
        assert_eq!(passwords_of_programs(&["sh", "-c", "mysql -px7", "-"]), SortedSet::from([2]));
        assert_eq!(passwords_of_programs(&[]), SortedSet::new());
    }
}
