//! The published hashes that put people into buckets. Each is its inventor's to the bit, so that a site, an app, a mail and a
//! warehouse agree about who is where; keeps nothing, allocates nothing.
//!
//! All of them hash UTF-8. Some SDKs of the vendors (those in JavaScript) hash UTF-16 instead, which differs for keys that are not
//! ASCII.

use crate::sample;

/// The seed with which Unleash chooses variants, so that they do not follow its gradual rollouts.
const UNLEASH_VARIANTS: u32 = 86_028_157;

/// The first 8 hex digits of SHA-256 over salt, 0x1F and key, as an unsigned number, modulo 10 000.
pub fn sha256(salt: &str, key: &str) -> u32 {
    sample::bucket(salt, key)
}

/// `GrowthBook`'s version 1: FNV-1a 32 over key and salt, modulo 1 000.
pub fn growthbook_1(salt: &str, key: &str) -> u32 {
    fnv1a(key.bytes().chain(salt.bytes())) % 1_000
}

/// `GrowthBook`'s version 2: FNV-1a 32 over salt and key, once more over that number's decimal digits, modulo 10 000.
pub fn growthbook_2(salt: &str, key: &str) -> u32 {
    let once = fnv1a(salt.bytes().chain(key.bytes()));
    let mut digits = [0; 10];
    fnv1a(decimal(once, &mut digits).iter().copied()) % 10_000
}

/// Unleash's choice of a variant: `MurmurHash3` x86 32 over salt, `:` and key, modulo 1 000. Unleash counts buckets from 1, this
/// from 0.
pub fn unleash(salt: &str, key: &str) -> u32 {
    let bytes = salt.bytes().chain([b':']).chain(key.bytes());
    murmur3(bytes, UNLEASH_VARIANTS) % 1_000
}

/// flagd's fractional evaluation: `MurmurHash3` x86 32 over salt and key, spread evenly over 100 buckets. Versions of flagd before
/// weights were whole numbers took the hash as signed, and put people elsewhere.
pub fn flagd(salt: &str, key: &str) -> u32 {
    let hash = murmur3(salt.bytes().chain(key.bytes()), 0);
    ((u64::from(hash) * 100) >> 32) as u32
}

/// FNV-1a with 32 bits.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// A number's decimal digits.
fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &digits[start..];
        }
    }
}

/// `MurmurHash3` x86 32.
fn murmur3(bytes: impl Iterator<Item = u8>, seed: u32) -> u32 {
    let scrambled = |block: u32| {
        block
            .wrapping_mul(0xcc9e_2d51)
            .rotate_left(15)
            .wrapping_mul(0x1b87_3593)
    };
    let (mut hash, mut block, mut length) = (seed, 0_u32, 0_u32);
    for byte in bytes {
        block |= u32::from(byte) << (8 * (length % 4));
        length = length.wrapping_add(1);
        if length.is_multiple_of(4) {
            hash = (hash ^ scrambled(block))
                .rotate_left(13)
                .wrapping_mul(5)
                .wrapping_add(0xe654_6b64);
            block = 0;
        }
    }
    // Of an empty rest nothing is scrambled, and nothing changes.
    hash ^= scrambled(block) ^ length;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv1a_gives_its_published_values() {
        let published = [
            ("", 0x811c_9dc5),
            ("a", 0xe40c_292c),
            ("foobar", 0xbf9c_f968),
        ];
        for (text, expected) in published {
            assert_eq!(fnv1a(text.bytes()), expected, "{text}");
        }
    }

    #[test]
    fn murmur3_passes_its_own_verification() {
        // SMHasher: the hashes of 0, 0 1, 0 1 2 … with seeds 256, 255, 254 …, hashed in their turn.
        let mut hashes = Vec::new();
        for length in 0..=255_u8 {
            let hash = murmur3(0..length, 256 - u32::from(length));
            hashes.extend(hash.to_le_bytes());
        }
        assert_eq!(murmur3(hashes.into_iter(), 0), 0xb0f5_7ee3);
    }

    #[test]
    fn unleash_puts_people_where_its_client_specification_does() {
        // "08-variants" of the client specification, version 5: variants that share 1, 1 and 33, 33, 33 and 1, 49, 50 parts.
        let published = [
            ("Feature.Variants.B", "2", [1, 2, 2], 1),
            ("Feature.Variants.B", "0", [1, 2, 2], 0),
            ("Feature.Variants.C", "232", [33, 66, 99], 0),
            ("Feature.Variants.C", "607", [33, 66, 99], 1),
            ("Feature.Variants.C", "656", [33, 66, 99], 2),
            ("Feature.Variants.D", "712", [1, 50, 100], 0),
            ("Feature.Variants.D", "525", [1, 50, 100], 1),
            ("Feature.Variants.D", "537", [1, 50, 100], 2),
        ];
        for (salt, key, ends, expected) in published {
            let bytes = || salt.bytes().chain([b':']).chain(key.bytes());
            let value = murmur3(bytes(), UNLEASH_VARIANTS) % ends[2];
            let variant = ends.iter().filter(|end| value >= **end).count();
            assert_eq!(variant, expected, "{salt} {key}");
            assert_eq!(
                unleash(salt, key),
                murmur3(bytes(), UNLEASH_VARIANTS) % 1_000
            );
        }
        // What its clients in all languages test: a gradual rollout, whose seed is 0.
        assert_eq!(murmur3("gr1:123".bytes(), 0) % 100 + 1, 73);
        assert_eq!(murmur3("groupX:999".bytes(), 0) % 100 + 1, 25);
    }

    #[test]
    fn flagd_puts_people_where_its_own_tests_do() {
        // Four variants, a quarter each.
        let published = [
            ("headerColor", "rachel@faas.com", 1),
            ("headerColor", "monica@faas.com", 3),
            ("headerColor", "joey@faas.com", 0),
            ("headerColor", "ross@faas.com", 1),
            ("my-seed", "rachel@faas.com", 2),
            ("my-seed", "monica@faas.com", 0),
            ("my-seed", "joey@faas.com", 1),
            ("my-seed", "ross@faas.com", 2),
        ];
        for (salt, key, quarter) in published {
            assert_eq!(flagd(salt, key) / 25, quarter, "{salt} {key}");
        }
    }

    #[test]
    fn every_hash_stays_within_its_buckets() {
        let keys = (0..20_000).map(|n| format!("käufer-{n}"));
        let mut most = [0; 5];
        for key in keys {
            let buckets = [sha256, growthbook_1, growthbook_2, unleash, flagd];
            for (most, hash) in most.iter_mut().zip(buckets) {
                *most = (*most).max(hash("salt", &key));
            }
        }
        let limits = [10_000, 1_000, 10_000, 1_000, 100];
        for (most, limit) in most.into_iter().zip(limits) {
            assert!(
                most < limit && most >= limit - limit / 100 - 1,
                "{most} of {limit}"
            );
        }
    }

    #[test]
    fn decimal_digits_are_those_of_the_number() {
        for number in [0, 7, 10, 4_294_967_295] {
            assert_eq!(decimal(number, &mut [0; 10]), number.to_string().as_bytes());
        }
    }
}
