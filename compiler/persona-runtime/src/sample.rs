//! Buckets of `sample`: a published hash, so that a warehouse finds the same people.

use sha2::{Digest, Sha256};

/// The number of buckets.
pub const BUCKETS: u32 = 10_000;

/// The bucket of a key: the first 8 hex digits of SHA-256 over salt, 0x1F and key, as an unsigned number, modulo 10 000.
pub fn bucket(salt: &str, key: &str) -> u32 {
    let mut hash = Sha256::new();
    hash.update(salt.as_bytes());
    hash.update([0x1F]);
    hash.update(key.as_bytes());
    let digest = hash.finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_those_of_any_sha_256() {
        // printf 'salt\x1fkey' | sha256sum, the first 8 digits modulo 10 000.
        assert_eq!(bucket("spring", "c1"), 4087);
        assert_eq!(bucket("", ""), 4523);
        assert_eq!(bucket("größe", "日本"), 5342);
    }

    #[test]
    fn a_salt_cannot_run_into_the_key() {
        assert_ne!(bucket("a", "bc"), bucket("ab", "c"));
    }
}
