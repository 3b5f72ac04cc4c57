//! Checked experiments: who is in which arm is said in whole buckets of a hash.

use std::sync::Arc;

use super::{EnumId, Place, Query};

/// An experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its name.
    pub name: Arc<str>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// The triggers and contents it is about, sorted.
    pub on: Vec<Arc<str>>,
    /// The enum of its arms, in order.
    pub arms: EnumId,
    /// How many buckets the holdout takes, the first ones.
    pub holdout: u32,
    /// For each arm the bucket after its last; it begins where the one before it, or the holdout, ends. The last is
    /// [`ArmHash::buckets`].
    pub ends: Vec<u32>,
    /// What is counted, and how many microseconds after the exposure at most.
    pub goals: Vec<(Query, Option<i64>)>,
    /// The hash.
    pub hash: ArmHash,
    /// The salt.
    pub salt: Arc<str>,
    /// The part of a layer that it has.
    pub layer: Option<LayerPart>,
}

/// A part of a layer: who takes part in an experiment at all. A layer is a line of [`LAYER_BUCKETS`] buckets of `sha256`, whose
/// salt is the layer's name; the arms are chosen by the experiment's own hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerPart {
    /// The layer.
    pub layer: Arc<str>,
    /// The first bucket, and the one after the last; absent for equal parts in the order of the experiments' names.
    pub range: Option<(u32, u32)>,
}

/// How finely a layer is divided.
pub const LAYER_BUCKETS: u32 = 10_000;

/// A published hash that chooses arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArmHash {
    /// The first 8 hex digits of SHA-256.
    Sha256,
    /// `GrowthBook`'s first: FNV-1a 32, 1 000 buckets.
    GrowthBook1,
    /// `GrowthBook`'s second: FNV-1a 32 twice, 10 000 buckets.
    GrowthBook2,
    /// Unleash's: `MurmurHash3` x86 32, 1 000 buckets for variants.
    Unleash,
    /// flagd's: `MurmurHash3` x86 32, 100 buckets.
    Flagd,
}

impl ArmHash {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 5] = [
        ("sha256", Self::Sha256),
        ("growthbook_1", Self::GrowthBook1),
        ("growthbook_2", Self::GrowthBook2),
        ("unleash", Self::Unleash),
        ("flagd", Self::Flagd),
    ];

    /// How finely it divides people.
    pub const fn buckets(self) -> u32 {
        match self {
            Self::Sha256 | Self::GrowthBook2 => 10_000,
            Self::GrowthBook1 | Self::Unleash => 1_000,
            Self::Flagd => 100,
        }
    }
}
