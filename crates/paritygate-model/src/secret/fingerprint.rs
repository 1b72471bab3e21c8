//! Fingerprints: what stands for a value without saying it.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

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

/// Those of many values.
#[derive(Default)]
pub struct Probes {
    /// A bit for each, once there is one.
    bits: Vec<u64>,
    /// Whether there is a value of which nothing is known.
    any: bool,
}

impl Probes {
    /// Adds those of a value.
    pub fn add(&mut self, probe: Option<Probe>) {
        let Some(Probe(probe)) = probe else { return self.any = true };
        self.bits.resize(1 << 10, 0);
        if let Some(bits) = self.bits.get_mut(usize::from(probe >> 6)) {
            *bits |= 1 << (probe & 63);
        }
    }

    /// Whether a value may be one of those.
    pub fn may_hold(&self, value: &str) -> bool {
        let Probe(probe) = Probe::of(value);
        self.any || self.bits.get(usize::from(probe >> 6)).is_some_and(|bits| bits >> (probe & 63) & 1 == 1)
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
    fn probes_pass_over_no_value_that_is_there() {
        let key = FingerprintKey::from_bytes(*b"key");
        let mut probes = Probes::default();
        assert!(!probes.may_hold("a"));
        let value = |at: usize| format!("value-{at}");
        (0..100).for_each(|at| probes.add(key.fingerprint(&value(at)).probe));
        assert!((0..100).all(|at| probes.may_hold(&value(at))));
        assert!((100..1_000).filter(|at| probes.may_hold(&value(*at))).count() < 20);
        probes.add(None);
        assert!(probes.may_hold("a"));
    }

    #[test]
    fn the_fingerprint_is_hmac_sha_256() {
        // RFC 4231, test case 2.
        let key = FingerprintKey::new("rfc", *b"Jefe");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(&*key.fingerprint("what do ya want for nothing?").hex, expected);
    }
}
