//! How people are told apart.

/// What stands for a person: systems disagree about the case of names and write some with an `@` before them, and characters
/// that nobody sees tell nobody apart. Of `Name <address>` the address counts, without what is added to it behind a `+`, and
/// one that GitHub makes up for an account stands for that.
pub fn key(person: &str) -> String {
    // Most are accounts, and written as they are.
    if person.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        return person.to_owned();
    }
    let seen: String = person.chars().filter(|character| !is_unseen(*character)).collect();
    let key = spaced(&seen.to_lowercase());
    let address = key.strip_suffix('>').and_then(|key| key.rsplit_once('<')).map(|(_, address)| address.trim());
    let mut key = address.filter(|address| !address.is_empty()).unwrap_or(&key);
    for before in ["mailto:", "https://github.com/", "@"] {
        while let Some(rest) = key.strip_prefix(before) {
            key = rest;
        }
    }
    match key.strip_suffix("@users.noreply.github.com") {
        Some(account) => account.split_once('+').map_or(account, |(_, account)| account).to_owned(),
        None => match key.rsplit_once('@').and_then(|(of, host)| Some((of.split_once('+')?.0, host))) {
            Some((of, host)) if !of.is_empty() => format!("{of}@{host}"),
            _ => key.to_owned(),
        },
    }
}

/// Whether this names nobody: it is empty, or only a sign such as `@`.
pub fn is_nobody(person: &str) -> bool {
    key(person).is_empty()
}

/// A text with one blank between its words, and none around them.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'ß' => spaced.push_str("ss"),
            blank if blank.is_whitespace() => {
                if !spaced.is_empty() && !spaced.ends_with(' ') {
                    spaced.push(' ');
                }
            }
            letter => spaced.push(letter),
        }
    }
    spaced.truncate(spaced.trim_end().len());
    spaced
}

/// How somebody is named. Two names of different forms may be of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// By their account.
    Account,
    /// By the address that a commit has.
    Mail,
    /// By the name that people call them.
    Name,
    /// By their account behind its domain: `ACME\dana`.
    Domain,
    /// In characters that are others beneath, such as a letter and its accent apart: nobody sees the difference.
    Composed,
}

impl Form {
    /// The form of a name.
    pub fn of(person: &str) -> Self {
        let key = key(person);
        if key.contains(is_composed) {
            Self::Composed
        } else if key.contains('\\') {
            Self::Domain
        } else if key.contains('@') {
            Self::Mail
        } else if key.contains(char::is_whitespace) {
            Self::Name
        } else {
            Self::Account
        }
    }
}

/// Whether a character shows nothing by itself: Unicode calls these *default ignorable*.
const fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is written in another way where text is normalized (Unicode's NFKC): marks that join the letter before
/// them, and the blocks of characters that stand for others.
const fn is_composed(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{1100}'..='\u{11ff}' | '\u{1ab0}'..='\u{1aff}' | '\u{1d2c}'..='\u{1dff}'
        | '\u{2070}'..='\u{209f}' | '\u{20d0}'..='\u{218f}' | '\u{2460}'..='\u{24ff}' | '\u{2c7c}'..='\u{2c7d}'
        | '\u{3099}'..='\u{309c}' | '\u{3130}'..='\u{33ff}' | '\u{f900}'..='\u{fdff}' | '\u{fe10}'..='\u{ffef}'
        | '\u{1d400}'..='\u{1d7ff}' | '\u{1f100}'..='\u{1f1ff}' | '\u{2f800}'..='\u{2fa1f}')
}

/// Accounts of widely used programs, which `gh` prints as if they were people.
const PROGRAMS: [&str; 24] = [
    "allcontributors",
    "chatgpt-codex-connector",
    "codecov",
    "coderabbitai",
    "copilot",
    "copilot-pull-request-reviewer",
    "copilot-swe-agent",
    "deepsource-autofix",
    "dependabot",
    "dependabot-preview",
    "devin-ai-integration",
    "gemini-code-assist",
    "github-actions",
    "github-advanced-security",
    "github-merge-queue",
    "greenkeeper",
    "mergify",
    "pre-commit-ci",
    "release-please",
    "renovate",
    "snyk-bot",
    "sonarqubecloud",
    "web-flow",
    "whitesource-bolt-for-github",
];

/// Whether an account is that of a program, as GitHub names them: `renovate[bot]`, or `app/renovate` where `gh` prints it, or
/// but `renovate` where it prints reviews.
pub fn is_program(person: &str) -> bool {
    let key = key(person);
    key.ends_with("[bot]") || key.starts_with("app/") || PROGRAMS.contains(&key.as_str())
}

#[cfg(test)]
mod tests {
    use super::{Form, is_program, key};

    #[test]
    fn case_and_what_nobody_sees_tell_nobody_apart() {
        assert_eq!(key(" Dana\u{200b} "), key("dana"));
        assert_ne!(key("dana"), key("dan"));
        for unseen in ['\u{ad}', '\u{61c}', '\u{202e}', '\u{206f}', '\u{fe0f}', '\u{e0041}'] {
            assert_eq!(key(&format!("da{unseen}na")), "dana");
        }
    }

    #[test]
    fn an_account_has_several_spellings() {
        assert_eq!(key("@dana"), "dana");
        assert_eq!(key("1234+Dana@users.noreply.github.com"), "dana");
        assert_eq!(key("dana@users.noreply.github.com"), "dana");
        assert_eq!(key("dana@example.com"), "dana@example.com");
        assert_eq!(key("Dana Scully <dana@example.com>"), "dana@example.com");
        assert_eq!(key("Dana+ci@example.com"), "dana@example.com");
        assert_eq!(key("+ci@example.com"), "+ci@example.com");
        assert_eq!(key("<>"), "<>");
        assert_eq!(key("@@dana"), "dana");
        assert_eq!(key("https://github.com/Dana"), "dana");
        assert_eq!(key("mailto:dana@example.com"), "dana@example.com");
        assert_eq!(key("Dana \u{a0} Scully"), "dana scully");
        assert_eq!(key("STRASSE"), key("Straße"));
    }

    #[test]
    fn programs_are_nobody() {
        for program in [
            "renovate[bot]",
            "@Dependabot[bot]",
            "app/renovate",
            "1+renovate[bot]@users.noreply.github.com",
            "github-actions",
            "Copilot",
        ] {
            assert!(is_program(program), "{program}");
        }
        assert!(!is_program("robot") && !is_program("application"));
    }

    #[test]
    fn names_have_forms() {
        for (person, form) in [
            ("@dana", Form::Account),
            ("dana@example.com", Form::Mail),
            ("1+dana@users.noreply.github.com", Form::Account),
            ("Dana Scully", Form::Name),
            ("Dana Scully <dana@example.com>", Form::Mail),
            ("ACME\\dana", Form::Domain),
            ("jos\u{e9}", Form::Account),
            ("jose\u{301}", Form::Composed),
            ("\u{ff44}ana", Form::Composed),
        ] {
            assert_eq!(Form::of(person), form, "{person}");
        }
    }
}
