//! A dataset: one row per profile, and for each kind of event one table sorted by profile and then by the total
//! order of events (SEMANTICS §1).

use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use persona_base::IndexVec;
use persona_ir::{ColId, KindId};

use crate::{Column, Strings};

/// Everything an evaluation reads besides `now` and calibrations. Profiles are sorted by key, bytewise; the key
/// column's values are distinct. Floats are finite and never `-0.0`; dates and instants are within their ranges;
/// zones are names that [`crate::time::Zone::named`] knows, and another name counts as missing.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The texts that `Str` columns refer to.
    pub strings: Arc<Strings>,
    /// The number of profiles.
    pub profiles: usize,
    /// Which profiles have a row of their own; the others are known by their events alone, and have their defaults
    /// and missing values. Absent when all have one.
    pub has_row: Option<BooleanBuffer>,
    /// The profile table's columns, as in the plan's schema.
    pub columns: IndexVec<ColId, Column>,
    /// The event tables, as in the plan's schema.
    pub events: IndexVec<KindId, EventTable>,
}

/// The events of one kind. Includes events later than any `now`; engines look at those with `at <= now`.
#[derive(Clone, Debug)]
pub struct EventTable {
    /// The rows of profile `p` are `offsets[p]..offsets[p + 1]`; one entry more than there are profiles.
    pub offsets: ScalarBuffer<u32>,
    /// The columns, as in the plan's schema; `at` is sorted within a profile.
    pub columns: IndexVec<ColId, Column>,
    /// The place of each event among *all* events of its profile, of whatever kind, in the total order; from 0.
    pub order: ScalarBuffer<u32>,
}
