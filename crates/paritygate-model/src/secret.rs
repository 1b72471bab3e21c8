//! What is secret, how it is sealed, and how texts are scrubbed: the one redaction point.
//!
//! A sealed value keeps its fingerprint and its facets; the value itself is gone. The names and shapes that make a value
//! secret stand in one data file, `secret/table.txt`.

mod class;
mod dsn;
mod facets;
mod logins;
mod markup;
mod names;
mod parts;
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

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::source::MASK;

pub use dsn::Dsn;
pub use facets::{LengthClass, ValueClass, ValueType};
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

/// The key under which values are fingerprinted. A host supplies it, or makes an ephemeral one for one run.
#[derive(Clone)]
pub struct FingerprintKey {
    id: Arc<str>,
    /// What has taken up the key, to be copied for each value: half of the work is the key's.
    keyed: Arc<Keyed>,
}

/// `None` can't be: HMAC takes keys of any length.
type Keyed = Option<Hmac<Sha256>>;

/// Never prints the key.
impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FingerprintKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl FingerprintKey {
    /// The name that marks fingerprints under an ephemeral key: they compare within one run only.
    pub const EPHEMERAL: &'static str = "ephemeral";

    /// A key with the name that its fingerprints carry.
    pub fn new(id: impl Into<Arc<str>>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { id: id.into(), keyed: Arc::new(Hmac::new_from_slice(&bytes.into()).ok()) }
    }

    /// A key whose name is derived from its bytes, so that equal keys have equal names.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        let key = Self::new("", bytes);
        let name = key.mac(b"paritygate key id");
        Self { id: format!("key-{}", hex(name.get(..4).unwrap_or_default())).into(), ..key }
    }

    /// Its name.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// The fingerprint of a value: HMAC-SHA-256 under this key.
    pub fn fingerprint(&self, value: &str) -> Fingerprint {
        let mut digits = [0; 64];
        let hex = digits_of(&self.mac(value.as_bytes()), &mut digits).into();
        Fingerprint { key_id: Arc::clone(&self.id), hex, probe: Some(Probe::of(value)) }
    }

    fn mac(&self, message: &[u8]) -> [u8; 32] {
        Keyed::clone(&self.keyed).map_or([0; 32], |mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().into()
        })
    }
}

/// `sha256:` and the digest of some bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    digits_of(bytes, &mut [0; 64]).to_owned()
}

/// Up to 32 bytes in hexadecimal.
fn digits_of<'d>(bytes: &[u8], digits: &'d mut [u8; 64]) -> &'d str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(nibble as usize).copied().unwrap_or(b'0');
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    let length = digits.len().min(bytes.len() * 2);
    digits.get(..length).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default()
}

/// Stands for a value without saying it. Comparable only with fingerprints under the same key.
#[derive(Clone)]
pub struct Fingerprint {
    /// The name of the key.
    pub key_id: Arc<str>,
    /// HMAC-SHA-256 in hexadecimal.
    pub hex: Arc<str>,
    /// Tells apart most values that differ, before a fingerprint is made; absent where only the fingerprint was handed in.
    /// Never leaves memory.
    pub probe: Option<Probe>,
}

/// A few bits of a value: other bits, another value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probe(u16);

impl Probe {
    /// Those of a value, from its length and its ends.
    pub fn of(value: &str) -> Self {
        let (first, last) = (value.bytes().take(8), value.bytes().rev().take(8));
        let mix = |bits: u64, byte: u8| (bits ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let bits = first.chain(last).fold(value.len() as u64, mix);
        Self((bits ^ bits >> 32 ^ bits >> 16) as u16)
    }
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        (&self.key_id, &self.hex) == (&other.key_id, &other.hex)
    }
}

impl Eq for Fingerprint {}

impl PartialOrd for Fingerprint {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fingerprint {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.key_id, &self.hex).cmp(&(&other.key_id, &other.hex))
    }
}

/// Prints the key's name only: reports never show fingerprints.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fingerprint").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Fingerprint {
    /// Whether two values are equal; `None` when they were fingerprinted under different keys.
    pub fn same(&self, other: &Self) -> Option<bool> {
        (self.key_id == other.key_id).then(|| self.hex == other.hex)
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
        Secret {
            reason,
            fingerprint: key.fingerprint(value),
            value_type: ValueType::of(value),
            value_class: Self::class_of_secret(value),
            length: Some(LengthClass::of(value)),
            dsn: Dsn::of(value).map(Box::new),
            parts: if url.is_some() { Vec::new() } else { parts::of(self, key, value) },
            url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_compare_under_one_key_only() {
        let (one, two) = (FingerprintKey::from_bytes(*b"one"), FingerprintKey::from_bytes(*b"two"));
        assert_eq!(one.fingerprint("x").same(&one.fingerprint("x")), Some(true));
        assert_eq!(one.fingerprint("x").same(&one.fingerprint("y")), Some(false));
        assert_eq!(one.fingerprint("x").same(&two.fingerprint("x")), None);
    }

    #[test]
    fn the_fingerprint_is_hmac_sha_256() {
        // RFC 4231, test case 2.
        let key = FingerprintKey::new("rfc", *b"Jefe");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(&*key.fingerprint("what do ya want for nothing?").hex, expected);
    }

    #[test]
    fn debug_shows_no_value() {
        let key = FingerprintKey::from_bytes(*b"canary-key");
        let secret = SecretTable::builtin().seal_as(&key, MaskReason::Name, "canary-value");
        let shown = format!("{key:?} {secret:?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(!shown.contains(&*secret.fingerprint.hex), "{shown}");
    }
}
