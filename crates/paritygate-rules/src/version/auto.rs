//! Which scheme reads versions for which none was named.

use super::{Scheme, dotted, parse};

/// The first scheme that reads all texts: dates, semantic versions, PEP 440, packages, image tags, then packages again for
/// what only their order reads (`1.1.1w`). It depends on nothing but the texts.
///
/// Dates and packages count only where at least one text shows them: any two numbers could be either.
pub(super) fn choose(texts: &[&str]) -> Option<Scheme> {
    let reads = |scheme: Scheme| texts.iter().all(|text| parse(scheme, text).is_some());
    if texts.iter().any(|text| shows_date(text)) && reads(Scheme::Calver) {
        return Some(Scheme::Calver);
    }
    // `1.27.3-alpine` is a semantic version by the letter, and older than `1.27.3`. But it was meant as a variant.
    if texts.iter().all(|text| is_plain_semver(text)) && reads(Scheme::Semver) {
        return Some(Scheme::Semver);
    }
    if reads(Scheme::Pep440) {
        return Some(Scheme::Pep440);
    }
    let packages = texts.iter().any(|text| shows_package(text)) && !texts.iter().any(|text| shows_variant(text));
    if packages && reads(Scheme::Deb) {
        return Some(Scheme::Deb);
    }
    [Scheme::DockerTag, Scheme::Deb].into_iter().find(|&scheme| reads(scheme))
}

/// Whether a text looks like a date: `2024.01`, `2024-01-15`, `20240115`, `24.04`.
pub(super) fn shows_date(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix("RELEASE.").or_else(|| text.strip_prefix(['v', 'V'])).unwrap_or(text);
    let mut runs = text.split(|sign: char| !sign.is_ascii_digit());
    let (first, second) = (runs.next().unwrap_or_default(), runs.next().unwrap_or_default());
    let year = |digits: Option<&str>| {
        digits.and_then(|digits| digits.parse().ok()).is_some_and(|year: u16| (1990..=2100).contains(&year))
    };
    let month = second.len() == 2 && second.parse().is_ok_and(|month: u8| (1..=12).contains(&month));
    match first.len() {
        8 => year(first.get(..4)),
        4 => year(Some(first)) && month,
        // Without a zero, `24.10` may be anything.
        2 => month && second.starts_with('0'),
        _ => false,
    }
}

/// Whether the pre-release of a semantic version, if there is one, is named like one.
fn is_plain_semver(text: &str) -> bool {
    let release = text.split('+').next().unwrap_or_default();
    let Some((_, pre)) = release.split_once('-') else {
        return true;
    };
    let end = pre.find(|sign: char| !sign.is_ascii_alphabetic()).unwrap_or(pre.len());
    pre.get(..end).and_then(dotted::rank).is_some()
}

/// Whether a text has an epoch, a `~` or a revision that begins with a digit.
fn shows_package(text: &str) -> bool {
    let numbered =
        text.rsplit_once('-').is_some_and(|(_, revision)| revision.starts_with(|first: char| first.is_ascii_digit()));
    numbered || text.contains(['~', ':'])
}

/// Whether a text ends in something that is no revision of a package: `-alpine`.
fn shows_variant(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(_, revision)| !revision.starts_with(|first: char| first.is_ascii_digit()))
}
