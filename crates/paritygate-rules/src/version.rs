//! Versions: how their texts are read, which of two is newer, and in which part they differ.
//!
//! A scheme either orders a text or does not read it. What is no version (`latest`, a branch, a commit) has no answer,
//! which is another thing than being different.

mod auto;
mod dotted;
mod package;
mod pair;

use paritygate_model::read::Read;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::str::FromStr;

use dotted::Dotted;
use package::Package;
pub(crate) use pair::{Pair, Reading, no_version, read, read_cells, scheme_of, texts};

/// How versions are read and ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// The first of the other schemes that reads all versions that are compared; below `packages` the one of the
    /// package's type.
    #[default]
    Auto,
    /// Semantic versions (`1.4.0-rc.1+build`), and pins such as `20` and `20.11`, which match all that begin like them.
    Semver,
    /// Versions of Python packages (PEP 440), such as `2.0.0.post1`.
    Pep440,
    /// Versions of Debian and Ubuntu packages, such as `1:2.3.4-1~deb12u1`.
    Deb,
    /// Versions of RPM packages, such as `2:8.2.2637-20.el9`.
    Rpm,
    /// Dates and versions that begin with a year: the year is the major part, the month (or whatever stands second) the
    /// minor part, the rest the patch.
    Calver,
    /// Tags of container images: a release and the image's variant, such as `16.4-alpine`.
    DockerTag,
    /// PostgreSQL releases: `9.5` and `9.6` differ in the major part, `16.3` and `16.4` in the minor part.
    Postgres,
}

/// In which part two versions differ, from nothing to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// They are the same.
    None,
    /// One says more than the other, and in what both say they agree: `20` and `20.11`.
    Precision,
    /// They are the same release, built differently: build metadata, the variant of an image.
    Variant,
    /// Their numbers are equal, but not what follows: a pre-release, a package's revision.
    Suffix,
    /// In the third number or a later one.
    Patch,
    /// In the second number.
    Minor,
    /// In the first number.
    Major,
}

/// A version that could be read.
///
/// Its `Ord` is a total order for sorting: there a pin precedes all that it matches. To judge a difference, see
/// [`Version::compare`]. The variant does not count in either: how something was built is no order.
#[derive(Clone, Debug)]
pub struct Version {
    scheme: Scheme,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Dotted(Dotted),
    Python(pep440_rs::Version),
    Package(Package),
}

/// Longer texts are no versions.
const MAX_BYTES: usize = 256;

/// Reads a version. `None` where the text is none in that scheme; [`Scheme::Auto`] takes the first scheme that reads it.
pub fn parse(scheme: Scheme, text: &str) -> Option<Version> {
    let scheme = if scheme == Scheme::Auto { auto::choose(&[text])? } else { scheme };
    let text = text.trim();
    if text.len() > MAX_BYTES || is_hash(text) {
        return None;
    }
    let form = match scheme {
        // INVARIANT: `choose` never answers `Auto`.
        Scheme::Auto => return None,
        Scheme::Semver => Form::Dotted(dotted::semver(text)?),
        Scheme::Calver => Form::Dotted(dotted::calver(text)?),
        Scheme::DockerTag => Form::Dotted(dotted::tag(text)?),
        Scheme::Postgres => Form::Dotted(dotted::postgres(text)?),
        Scheme::Pep440 => Form::Python(pep440_rs::Version::from_str(text).ok()?),
        Scheme::Deb | Scheme::Rpm => Form::Package(Package::parse(text)?),
    };
    Some(Version { scheme, form })
}

/// Which of two texts is the newer version; `None` where the scheme does not read both.
pub(crate) fn order(scheme: Scheme, a: &str, b: &str) -> Option<Ordering> {
    let scheme = if scheme == Scheme::Auto { auto::choose(&[a, b])? } else { scheme };
    Some(parse(scheme, a)?.compare(&parse(scheme, b)?))
}

impl Scheme {
    /// The scheme of a word, as artifacts name it; `None` for versions that have no order.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Semver, Self::Pep440, Self::Deb, Self::Rpm, Self::Calver, Self::DockerTag, Self::Postgres];
        all.into_iter().find(|scheme| scheme.word() == word)
    }

    /// The word in policies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Semver => "semver",
            Self::Pep440 => "pep440",
            Self::Deb => "deb",
            Self::Rpm => "rpm",
            Self::Calver => "calver",
            Self::DockerTag => "docker-tag",
            Self::Postgres => "postgres",
        }
    }

    /// The scheme of a package type as purl names it; [`Scheme::Auto`] for types whose versions speak for themselves.
    pub fn of_package_type(purl_type: &str) -> Self {
        match purl_type {
            "pypi" => Self::Pep440,
            "deb" => Self::Deb,
            "rpm" => Self::Rpm,
            _ => Self::Auto,
        }
    }
}

impl Version {
    /// Which is newer, as far as both say it: a pin such as `20` is as new as every version that it matches.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (&self.form, &other.form) {
            (Form::Dotted(a), Form::Dotted(b)) => a.compare(b),
            _ => self.cmp(other),
        }
    }

    /// In which part they differ. Versions of different schemes differ in everything.
    pub fn difference(&self, other: &Self) -> Difference {
        if self.scheme != other.scheme {
            return Difference::Major;
        }
        match (&self.form, &other.form) {
            (Form::Dotted(a), Form::Dotted(b)) => {
                if let Some(at) = a.first_difference(b) {
                    return self.part(at).max(other.part(at));
                }
                if a.release.len() != b.release.len() {
                    return Difference::Precision;
                }
                if a.pre == b.pre { variant(a.variant == b.variant) } else { Difference::Suffix }
            }
            (Form::Python(a), Form::Python(b)) => {
                if a.epoch() != b.epoch() {
                    return Difference::Major;
                }
                padded(a.release(), b.release()).unwrap_or_else(|| match self.cmp(other) {
                    Ordering::Equal => variant(a.local() == b.local()),
                    _ => Difference::Suffix,
                })
            }
            (Form::Package(a), Form::Package(b)) => {
                if a.epoch != b.epoch {
                    return Difference::Major;
                }
                padded(&a.numbers(), &b.numbers()).unwrap_or_else(|| match self.cmp(other) {
                    Ordering::Equal => Difference::None,
                    _ => Difference::Suffix,
                })
            }
            _ => Difference::Major,
        }
    }

    /// What says how it was built: build metadata, an image's variant; empty where nothing does.
    pub fn variant(&self) -> Cow<'_, str> {
        match &self.form {
            Form::Dotted(dotted) => Cow::Borrowed(&dotted.variant),
            Form::Python(version) if version.is_local() => {
                let segments: Vec<String> = version.local().iter().map(ToString::to_string).collect();
                Cow::Owned(segments.join("."))
            }
            Form::Python(_) | Form::Package(_) => Cow::Borrowed(""),
        }
    }

    /// What a difference in that part is called in this version's scheme.
    pub fn part_name(&self, difference: Difference) -> &'static str {
        match difference {
            Difference::None | Difference::Precision => "precision",
            Difference::Variant if self.scheme == Scheme::Semver => "build metadata",
            Difference::Variant => "variant",
            Difference::Suffix => match self.scheme {
                Scheme::Deb | Scheme::Rpm => "revision",
                Scheme::Pep440 => "pre-release or post-release",
                _ => "pre-release",
            },
            Difference::Patch => "patch version",
            Difference::Minor => "minor version",
            Difference::Major => "major version",
        }
    }

    /// The part that the number at this place belongs to.
    fn part(&self, at: usize) -> Difference {
        let old_postgres = match &self.form {
            // Before 10, a major release of PostgreSQL had two numbers.
            Form::Dotted(dotted) => {
                self.scheme == Scheme::Postgres && dotted.release.first().is_some_and(|&first| first < 10)
            }
            _ => false,
        };
        part(if old_postgres { at.saturating_sub(1) } else { at })
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.scheme.cmp(&other.scheme).then_with(|| match (&self.form, &other.form) {
            (Form::Dotted(a), Form::Dotted(b)) => a.release.cmp(&b.release).then_with(|| a.pre.cmp(&b.pre)),
            (Form::Python(a), Form::Python(b)) if a.is_local() || b.is_local() => {
                a.clone().without_local().cmp(&b.clone().without_local())
            }
            (Form::Python(a), Form::Python(b)) => a.cmp(b),
            (Form::Package(a), Form::Package(b)) if self.scheme == Scheme::Rpm => a.compare_rpm(b),
            (Form::Package(a), Form::Package(b)) => a.compare_deb(b),
            // INVARIANT: a scheme has one form.
            _ => Ordering::Equal,
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

fn part(at: usize) -> Difference {
    match at {
        0 => Difference::Major,
        1 => Difference::Minor,
        _ => Difference::Patch,
    }
}

fn variant(same: bool) -> Difference {
    if same { Difference::None } else { Difference::Variant }
}

/// Where numbers differ if those that are left out are 0.
fn padded(a: &[u64], b: &[u64]) -> Option<Difference> {
    let number = |numbers: &[u64], at: usize| numbers.get(at).copied().unwrap_or_default();
    (0..a.len().max(b.len())).find(|&at| number(a, at) != number(b, at)).map(part)
}

/// Whether it is a commit or a digest: hexadecimal, and no number.
fn is_hash(text: &str) -> bool {
    let hex = text.rsplit_once(':').map_or(text, |(_, hex)| hex);
    hex.len() >= 7
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        && hex.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests;
