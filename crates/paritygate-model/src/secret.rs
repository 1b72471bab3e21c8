//! What is secret, how it is sealed, and how texts are scrubbed: the one redaction point.
//!
//! A sealed value keeps its fingerprint and its facets; the value itself is gone. The names and shapes that make a value
//! secret stand in one data file, `secret/table.txt`.

mod class;
mod dsn;
mod facets;
mod fingerprint;
mod logins;
mod markup;
mod names;
mod packed;
mod pairs;
mod parts;
mod phrases;
mod programs;
mod scan;
mod scrub;
mod signs;
mod sql;
mod stand_in;
mod table;
mod tokens;
mod url;
mod values;

use crate::source::MASK;

pub use dsn::Dsn;
pub use facets::{LengthClass, ValueClass, ValueType};
pub use fingerprint::{Fingerprint, FingerprintKey, Probe, Probes, sha256};
pub use programs::passwords_of_programs;
pub use scrub::{mask_unparsed, redacted, redacted_note};
pub use table::SecretTable;
pub use url::{SplitUrl, UrlParts};

/// Why a value is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MaskReason {
    /// The text that it came from says so: a Secret, a sensitive mask, a vault.
    Origin,
    /// Its name says so: `API_KEY`.
    Name,
    /// Its value says so: a known token format, a private key, a password in a URL.
    Shape,
    /// The manifest says so.
    Manifest,
    /// It is secret in another environment.
    Elsewhere,
    /// It is secret under another name, or inside another value.
    Repeated,
}

impl MaskReason {
    /// The words in reports.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Origin => "secret by origin",
            Self::Name => "secret by name",
            Self::Shape => "secret by shape",
            Self::Manifest => "secret by manifest",
            Self::Elsewhere => "secret in another environment",
            Self::Repeated => "secret under another name",
        }
    }
}

/// A value that was sealed: what is left of it may be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Why it is masked.
    pub reason: MaskReason,
    /// The fingerprint of the whole value.
    pub fingerprint: Fingerprint,
    /// What the value looked like.
    pub value_type: ValueType,
    /// Where the value belongs.
    pub value_class: ValueClass,
    /// How long it was, roughly. Absent for fingerprints from documents that do not say.
    pub length: Option<LengthClass>,
    /// For a URL: its parts, with fingerprints where secrets stood.
    pub url: Option<Box<UrlParts>>,
    /// For a connection string of keys and values: where it leads.
    pub dsn: Option<Box<Dsn>>,
    /// The fingerprints of the secrets inside a text that is no URL.
    pub parts: Vec<Fingerprint>,
}

impl Secret {
    /// Every fingerprint by which this value can be found elsewhere: the whole, and the secrets inside.
    pub fn fingerprints(&self) -> impl Iterator<Item = &Fingerprint> {
        let inside = self.url.iter().flat_map(|url| url.secrets()).chain(&self.parts);
        std::iter::once(&self.fingerprint).chain(inside)
    }
}

impl SecretTable {
    /// Seals a value if its name or its shape says that it is secret.
    pub fn seal(&self, key: &FingerprintKey, name: Option<&str>, value: &str) -> Option<Secret> {
        self.classify(name, value).map(|reason| self.seal_as(key, reason, value))
    }

    /// Seals a value that secrets were put into. `masked` is the same value with [`Self::masked`] in the place of each: what
    /// stays readable of a URL is read there.
    pub fn seal_built(&self, key: &FingerprintKey, reason: MaskReason, value: &str, masked: &str) -> Secret {
        let sealed = self.seal_as(key, reason, value);
        let url = sealed.url.and_then(|real| {
            let shown = UrlParts::parse(self, key, masked)?;
            Some(Box::new(UrlParts { password: real.password, query: real.query, ..shown }))
        });
        Secret { url, dsn: Dsn::of(masked).map(Box::new), ..sealed }
    }

    /// What may be shown of a secret value: the readable parts of a URL, or only that it is there.
    pub fn masked(&self, key: &FingerprintKey, value: &str) -> String {
        UrlParts::parse(self, key, value).map_or_else(|| MASK.to_owned(), |url| url.shown)
    }

    /// Seals a value whatever it looks like.
    pub fn seal_as(&self, key: &FingerprintKey, reason: MaskReason, value: &str) -> Secret {
        let url = UrlParts::parse(self, key, value).map(Box::new);
        let (parts, filled) = if url.is_some() { (Vec::new(), false) } else { parts::of(self, key, value) };
        let value_class = match Self::class_of_secret(value) {
            // Nothing else in it is secret.
            ValueClass::Unknown if filled && reason == MaskReason::Shape => ValueClass::Placeholder,
            class => class,
        };
        Secret {
            reason,
            fingerprint: key.fingerprint(value),
            value_type: ValueType::of(value),
            value_class,
            length: Some(LengthClass::of(value)),
            dsn: Dsn::of(value).map(Box::new),
            parts,
            url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_value() {
        let key = FingerprintKey::from_bytes(*b"canary-key");
        let secret = SecretTable::builtin().seal_as(&key, MaskReason::Name, "canary-value");
        let shown = format!("{key:?} {secret:?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(!shown.contains(&*secret.fingerprint.hex), "{shown}");
    }
}
