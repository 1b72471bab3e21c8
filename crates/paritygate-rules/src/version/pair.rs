//! The versions of two environments in one row.

use std::borrow::Cow;

use paritygate_eval::compare::{self, Aliases};
use paritygate_eval::{Cell, Comparison, Row, State};
use paritygate_model::{Value, limits};
use smallvec::{SmallVec, smallvec};

use super::{Form, Scheme, Version, auto, dotted, parse};

/// What can be said about the versions of two environments.
pub(crate) enum Pair<'t> {
    /// Nothing to compare: they are written alike, or one of them is not there.
    Settled,
    /// They can't be compared; with the reason.
    Unknown(Cow<'t, str>),
    /// Two versions, written differently.
    Read(Reading<'t>, Reading<'t>),
}

/// The version of one environment: the highest one where several are installed.
pub(crate) struct Reading<'t> {
    /// The version.
    pub(crate) version: Version,
    /// How it is written.
    pub(crate) text: &'t str,
    /// Whether it is one of several.
    pub(crate) several: bool,
}

/// Reads the versions of two environments. Allocates nothing where they are written alike.
pub(crate) fn read<'t>(scheme: Scheme, row: &Row<'_, 't>, a: usize, b: usize) -> Pair<'t> {
    read_cells(scheme, row, row.cell(a), row.cell(b))
}

/// Reads the versions of two cells, of which the one may stand in another row like this one.
pub(crate) fn read_cells<'t>(scheme: Scheme, row: &Row<'_, 't>, left: &Cell<'t>, right: &Cell<'t>) -> Pair<'t> {
    if same_text(left, right) {
        return Pair::Settled;
    }
    let nothing = |cell: &Cell<'t>| cell.is_absent() || matches!(cell.state, State::Empty);
    if nothing(left) || nothing(right) {
        return Pair::Settled;
    }
    if let Some(reason) = left.unknown().or_else(|| right.unknown()) {
        return Pair::Unknown(Cow::Borrowed(reason));
    }
    if matches!(left.state, State::Secret(_)) || matches!(right.state, State::Secret(_)) {
        return match compare::compare(left, right, row.is_set(), Aliases::default()) {
            Comparison::Equal => Pair::Settled,
            Comparison::Unknown(reason) => Pair::Unknown(reason),
            Comparison::Different => Pair::Unknown(Cow::Borrowed("a secret can't be read")),
        };
    }
    read_texts(scheme, row, left, right).unwrap_or_else(Pair::Unknown)
}

fn read_texts<'t>(
    scheme: Scheme,
    row: &Row<'_, 't>,
    left: &Cell<'t>,
    right: &Cell<'t>,
) -> Result<Pair<'t>, Cow<'t, str>> {
    let (left, right) = (texts(left)?, texts(right)?);
    let scheme = if scheme == Scheme::Auto { scheme_of(row.path()) } else { scheme };
    if let ([a], [b], Scheme::Auto) = (left.as_slice(), right.as_slice(), scheme)
        && let (Some(own), Some(other)) = (plain(a), plain(b))
    {
        let read = |version, text| Reading { version, text, several: false };
        return Ok(Pair::Read(read(own, a), read(other, b)));
    }
    let all: Texts<'t> = left.iter().chain(&right).copied().collect();
    let scheme = if scheme == Scheme::Auto { auto::choose(&all).ok_or_else(|| no_scheme(&all))? } else { scheme };
    Ok(match (highest(scheme, &left)?, highest(scheme, &right)?) {
        (Some(left), Some(right)) => Pair::Read(left, right),
        _ => Pair::Settled,
    })
}

/// Three plain numbers, which most versions are: they are a semantic version, and nothing else has to be tried.
fn plain(text: &str) -> Option<Version> {
    let release = dotted::three(text).filter(|_| !auto::shows_date(text))?;
    Some(Version { scheme: Scheme::Semver, form: Form::Dotted(release) })
}

/// Whether both are written alike. Numbers too are compared as they are written: `3.1` is another version than `3.10`.
fn same_text(a: &Cell<'_>, b: &Cell<'_>) -> bool {
    match (a.text(), b.text()) {
        (Some(a), Some(b)) => a == b,
        (None, None) => match (a.collection(), b.collection()) {
            (Some(a), Some(b)) if a.len() == b.len() => {
                a.items().zip(b.items()).all(|(a, b)| a.scalar_text().is_some() && a.scalar_text() == b.scalar_text())
            }
            _ => false,
        },
        _ => false,
    }
}

/// The versions of a cell: mostly one.
pub(crate) type Texts<'t> = SmallVec<[&'t str; 4]>;

/// The versions that an environment has: one, or the items of a list.
pub(crate) fn texts<'t>(cell: &Cell<'t>) -> Result<Texts<'t>, Cow<'t, str>> {
    if let Some(text) = cell.text() {
        return Ok(smallvec![text]);
    }
    let mut texts = Texts::new();
    for item in cell.collection().ok_or("it is no version")?.items() {
        match (item.value(), item.scalar_text()) {
            (Value::Null, _) | (_, Some("")) => {}
            (_, Some(text)) => texts.push(text),
            (Value::Unresolved(reason), _) => return Err(Cow::Borrowed(reason)),
            (Value::Secret(_), _) => return Err(Cow::Borrowed("a secret can't be read")),
            _ => return Err(Cow::Borrowed("it is no version")),
        }
    }
    Ok(texts)
}

fn highest<'t>(scheme: Scheme, texts: &[&'t str]) -> Result<Option<Reading<'t>>, Cow<'t, str>> {
    let mut highest: Option<Reading<'t>> = None;
    for &text in texts {
        let Some(version) = parse(scheme, text) else {
            return Err(Cow::Owned(format!("`{}` is not a version of the scheme `{}`", shown(text), scheme.word())));
        };
        if highest.as_ref().is_none_or(|highest| version > highest.version) {
            highest = Some(Reading { version, text, several: texts.len() > 1 });
        }
    }
    Ok(highest)
}

/// The scheme of a path below `packages`: component, package type, name.
pub(crate) fn scheme_of(path: &[&str]) -> Scheme {
    match path {
        [.., "packages", _, purl_type, _] => Scheme::of_package_type(purl_type),
        _ => Scheme::Auto,
    }
}

fn no_scheme<'t>(texts: &[&str]) -> Cow<'t, str> {
    if let Some(text) = texts.iter().find(|text| auto::choose(&[text]).is_none()) {
        return Cow::Owned(no_version(text));
    }
    let texts: Vec<String> = texts.iter().map(|text| format!("`{}`", shown(text))).collect();
    Cow::Owned(format!("no scheme reads all of {}", texts.join(", ")))
}

/// Says that a text is none.
pub(crate) fn no_version(text: &str) -> String {
    format!("`{}` is not a version", shown(text))
}

/// The beginning of a text, on one line.
fn shown(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(limits::MAX_SHOWN_CHARS).collect()
}
