//! The key under which secrets are fingerprinted: the host supplies it, or randomness for one that ends with the run.

use paritygate_model::FingerprintKey;

/// How many random bytes an ephemeral key takes: four for its name, the others for the key.
pub const EPHEMERAL_BYTES: usize = 36;

/// The key that a host was given, without the end of its line: editors add one. `None` where nothing is left.
pub fn given(bytes: &[u8]) -> Option<FingerprintKey> {
    let bytes = bytes.trim_ascii_end();
    (!bytes.is_empty()).then(|| FingerprintKey::from_bytes(bytes))
}

/// A key for one run. Two runs have two keys: under one name, their fingerprints would pass for comparable.
pub fn ephemeral(random: &[u8; EPHEMERAL_BYTES]) -> FingerprintKey {
    let (name, key) = random.split_at(4);
    let run = name.iter().fold(0_u32, |id, byte| id << 8 | u32::from(*byte));
    FingerprintKey::new(format!("{}-{run:08x}", FingerprintKey::EPHEMERAL), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_line_is_no_part_of_a_key() {
        let id = |bytes: &[u8]| given(bytes).map(|key| key.id().to_string());
        assert_eq!(id(b"secret\n"), id(b"secret"));
        assert_eq!(id(b" \n"), None);
    }

    #[test]
    fn two_runs_have_two_names() {
        assert_ne!(ephemeral(&[1; 36]).id(), ephemeral(&[2; 36]).id());
    }
}
