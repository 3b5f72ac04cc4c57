//! Experiments: who is in which arm is said in whole buckets of a published hash (SEMANTICS §7).

use std::sync::Arc;

use persona_base::define_id;

use crate::{EnumId, Place, Query};

define_id! {
    /// An experiment, in the order of names.
    pub struct ExperimentId;
}

/// An experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// Who is in which arm.
    pub arm: Arc<Arm>,
    /// The enum of its arms, in order.
    pub arms: EnumId,
    /// The triggers and contents it is about, sorted by name.
    pub on: Vec<Arc<str>>,
    /// What is counted as success, and how many microseconds after the exposure at most.
    pub goals: Vec<Goal>,
}

/// Who is in which arm of an experiment: a function of the profile's key alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arm {
    /// The experiment's name.
    pub experiment: Arc<str>,
    /// The hash.
    pub hash: ArmHash,
    /// The salt.
    pub salt: Arc<str>,
    /// How many buckets the holdout takes, the first ones. Whoever is in it has no arm.
    pub holdout: u32,
    /// For each arm the bucket after its last; it begins where the one before it, or the holdout, ends.
    pub ends: Box<[u32]>,
    /// Who takes part at all; absent means everybody. The others have no arm.
    pub layer: Option<Layer>,
}

/// The part of a layer that an experiment has: buckets of SHA-256 with the layer's name as salt, of 10 000.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layer {
    /// The layer's name.
    pub name: Arc<str>,
    /// The first bucket.
    pub from: u32,
    /// The bucket after the last.
    pub to: u32,
}

/// A goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Where it is written.
    pub place: Place,
    /// Which events, without a window.
    pub of: Query,
    /// At most so many microseconds after the exposure.
    pub within: Option<i64>,
}

/// The hash that chooses arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArmHash {
    /// The first 8 hex digits of SHA-256 over salt, 0x1F and key; 10 000 buckets.
    Sha256,
    /// `GrowthBook`'s first: FNV-1a 32; 1 000 buckets.
    GrowthBook1,
    /// `GrowthBook`'s second: FNV-1a 32 twice; 10 000 buckets.
    GrowthBook2,
    /// Unleash's: `MurmurHash3` x86 32; 1 000 buckets.
    Unleash,
    /// flagd's: `MurmurHash3` x86 32; 100 buckets.
    Flagd,
}

impl ArmHash {
    /// All of them, with their names in source text.
    pub const ALL: [(&'static str, Self); 5] = [
        ("sha256", Self::Sha256),
        ("growthbook_1", Self::GrowthBook1),
        ("growthbook_2", Self::GrowthBook2),
        ("unleash", Self::Unleash),
        ("flagd", Self::Flagd),
    ];

    /// How many buckets it divides people into.
    pub const fn buckets(self) -> u32 {
        match self {
            Self::Sha256 | Self::GrowthBook2 => 10_000,
            Self::GrowthBook1 | Self::Unleash => 1_000,
            Self::Flagd => 100,
        }
    }

    /// Its name in source text.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.into_iter().find(|(_, hash)| *hash == self);
        known.map_or("sha256", |(name, _)| name)
    }
}
