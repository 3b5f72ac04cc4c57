//! What a machine is told: events, rows of profiles, deletions. Says nothing of when they are processed.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::campaign::TriggerId;
use persona_ir::{ColId, KindId};

use crate::Value;

/// Something that happens to a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The profile's key.
    pub profile: Arc<str>,
    /// What happens.
    pub what: What,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An event.
    Event {
        /// Its kind; never `Sent`, which machines make themselves.
        kind: KindId,
        /// One value per column of the kind: the instant, the identifier, and the others. Where one is missing at the end,
        /// or is [`Value::Missing`], the column's default takes its place. An event without an instant is refused.
        values: Vec<Value>,
    },
    /// A row of the profile. Columns that it does not name keep what they are.
    Row {
        /// When it holds from. Without one it holds from the watermark at which it comes: from the beginning where nothing with
        /// an instant came before. One that comes late holds from the watermark, and is counted.
        at: Option<i64>,
        /// Values, [`Value::Missing`] included. The key's is not looked at.
        values: Vec<(ColId, Value)>,
    },
    /// The profile is deleted, at the watermark: its runs end, what waits to be sent or processed is dropped, its history and
    /// attributes are erased. What comes of it later is about a new profile.
    Delete,
}

/// What a machine is told once.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Where the stream starts: everything up to this instant, included, is history, and starts nothing.
    pub from: i64,
    /// What tests say: the arm of an experiment that everybody is in, the inner nothing being the holdout.
    pub arms: Vec<(Arc<str>, Option<u32>)>,
    /// Whether contents of what is sent are asked for.
    pub payloads: bool,
    /// Whether a starting event that fails its `where` is an outcome; it is always counted.
    pub record_where: bool,
}

impl Options {
    /// A stream that starts at an instant, without payloads.
    pub fn from(from: i64) -> Self {
        Self {
            from,
            arms: Vec::new(),
            payloads: false,
            record_where: false,
        }
    }
}

/// What was counted besides outcomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events and rows that were processed, history included.
    pub inputs: u64,
    /// Of them, those that came after the watermark had passed their instant.
    pub late: u64,
    /// Events that were set aside, because their kind and identifier were known.
    pub duplicates: u64,
    /// Events without an instant, of kind `Sent` or of an unknown one, and rows without a key.
    pub refused: u64,
    /// For each trigger how many starting events failed its `where`.
    pub failed_where: IndexVec<TriggerId, u64>,
}

impl Counts {
    /// Nothing, for so many triggers.
    pub fn new(triggers: usize) -> Self {
        Self {
            failed_where: (0..triggers).map(|_| 0).collect(),
            ..Self::default()
        }
    }

    /// Adds what another counted.
    pub fn add(&mut self, other: &Self) {
        self.inputs += other.inputs;
        self.late += other.late;
        self.duplicates += other.duplicates;
        self.refused += other.refused;
        for (all, one) in self.failed_where.iter_mut().zip(other.failed_where.iter()) {
            *all += one;
        }
    }
}
