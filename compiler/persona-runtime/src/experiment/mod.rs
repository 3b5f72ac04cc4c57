//! Experiments: who is in which arm. Pure arithmetic over published hashes (SEMANTICS §7); knows no time, keeps nothing.

pub mod hash;

use persona_ir::{Arm, ArmHash, Layer};

/// How finely a layer, and the global holdout, divide people: buckets of [`hash::sha256`].
pub const LAYER_BUCKETS: u32 = 10_000;

/// Where somebody is in an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// In this arm, counted from 0.
    Arm(u32),
    /// In the holdout: takes part, and gets nothing of it.
    Holdout,
    /// Takes no part: the layer puts this person elsewhere.
    Outside,
}

impl Assignment {
    /// The arm; nothing in the holdout and outside.
    pub const fn arm(self) -> Option<u32> {
        match self {
            Self::Arm(arm) => Some(arm),
            Self::Holdout | Self::Outside => None,
        }
    }
}

/// Where a bucket lies: the holdout has the first ones, then follow the arms, each to the bucket before its end.
pub fn arm_of(bucket: u32, holdout: u32, ends: &[u32]) -> Assignment {
    if bucket < holdout {
        return Assignment::Holdout;
    }
    // Arms may be empty where a hash is coarse; an end that equals the one before it is passed by.
    let arm = ends.partition_point(|end| *end <= bucket);
    match u32::try_from(arm) {
        Ok(index) if arm < ends.len() => Assignment::Arm(index),
        _ => Assignment::Outside,
    }
}

/// Where somebody with a key is in an experiment.
pub fn assign(arm: &Arm, key: &str) -> Assignment {
    let outside = |layer: &Layer| !in_layer(&layer.name, layer.from, layer.to, key);
    if arm.layer.as_ref().is_some_and(outside) {
        return Assignment::Outside;
    }
    arm_of(bucket(arm, key), arm.holdout, &arm.ends)
}

/// The bucket of somebody with a key, of as many as the hash has.
pub fn bucket(arm: &Arm, key: &str) -> u32 {
    match arm.hash {
        ArmHash::Sha256 => hash::sha256(&arm.salt, key),
        ArmHash::GrowthBook1 => hash::growthbook_1(&arm.salt, key),
        ArmHash::GrowthBook2 => hash::growthbook_2(&arm.salt, key),
        ArmHash::Unleash => hash::unleash(&arm.salt, key),
        ArmHash::Flagd => hash::flagd(&arm.salt, key),
    }
}

/// Whether somebody has a bucket of a layer in `[from, to)`.
pub fn in_layer(layer: &str, from: u32, to: u32, key: &str) -> bool {
    (from..to).contains(&hash::sha256(layer, key))
}

/// The package's control group, who get nothing but what is transactional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalHoldout {
    salt: String,
    buckets: u32,
}

impl GlobalHoldout {
    /// Of a package, with so many of [`LAYER_BUCKETS`].
    pub fn new(package: &str, buckets: u32) -> Self {
        Self {
            salt: format!("{package}.holdout"),
            buckets,
        }
    }

    /// Whether somebody is in it.
    pub fn holds(&self, key: &str) -> bool {
        self.buckets > 0 && self.bucket(key) < self.buckets
    }

    /// The bucket of somebody, of [`LAYER_BUCKETS`].
    pub fn bucket(&self, key: &str) -> u32 {
        hash::sha256(&self.salt, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holdout_has_the_first_buckets_and_arms_follow() {
        let found = [0, 4, 5, 51, 52, 99].map(|bucket| arm_of(bucket, 5, &[52, 100]));
        let [arm_0, arm_1] = [0, 1].map(Assignment::Arm);
        assert_eq!(
            found,
            [
                Assignment::Holdout,
                Assignment::Holdout,
                arm_0,
                arm_0,
                arm_1,
                arm_1
            ]
        );
        assert_eq!(arm_of(3, 0, &[3, 3, 10]), Assignment::Arm(2));
        assert_eq!(arm_of(10, 0, &[10]), Assignment::Outside);
        assert_eq!(arm_of(0, 0, &[]), Assignment::Outside);
    }

    #[test]
    fn other_weights_move_only_people_between_the_old_end_and_the_new() {
        let arm = |bucket, ends: &[u32]| arm_of(bucket, 500, ends);
        for bucket in 0..10_000 {
            // Halves of what a holdout of 5 % leaves, then 60 to 40; and a third arm that takes from the last.
            let (halves, more, three) = (
                arm(bucket, &[5_250, 10_000]),
                arm(bucket, &[6_200, 10_000]),
                arm(bucket, &[5_250, 8_000, 10_000]),
            );
            assert_eq!(halves != more, (5_250..6_200).contains(&bucket), "{bucket}");
            assert_eq!(halves != three, bucket >= 8_000, "{bucket}");
        }
    }

    #[test]
    fn parts_of_a_layer_share_people_out() {
        let parts = [(0, 4_000), (4_000, 7_000), (7_000, LAYER_BUCKETS)];
        let mut counts = [0; 3];
        for key in 0..10_000 {
            let key = format!("c{key}");
            let inside: Vec<usize> = (0..3)
                .filter(|part| in_layer("checkout", parts[*part].0, parts[*part].1, &key))
                .collect();
            assert_eq!(inside.len(), 1, "{key} is in one part");
            counts[inside[0]] += 1;
        }
        for (count, expected) in counts.into_iter().zip([4_000, 3_000, 3_000]) {
            assert!(i32::abs_diff(count, expected) < 150, "{counts:?}");
        }
    }

    #[test]
    fn the_global_holdout_is_salted_with_the_package() {
        // printf 'shop.holdout\x1fc1' | sha256sum, the first 8 digits modulo 10 000.
        let bucket = hash::sha256("shop.holdout", "c1");
        assert_eq!(bucket, 240);
        assert!(GlobalHoldout::new("shop", bucket + 1).holds("c1"));
        assert!(!GlobalHoldout::new("shop", bucket).holds("c1"));
        assert!(!GlobalHoldout::new("shop", 0).holds("c1"));
    }
}
