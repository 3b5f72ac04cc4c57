//! A dataset: one row per profile, and for each kind of event one table sorted by profile and then by the total
//! order of events (SEMANTICS §1).

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use persona_base::IndexVec;
use persona_ir::{ColId, KindId, Schema};

use crate::{Catalogs, Column, Strings, Value, Values};

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
    /// The profile table's columns, as in the plan's schema. They may be narrow.
    pub columns: IndexVec<ColId, Column>,
    /// The event tables, as in the plan's schema.
    pub events: IndexVec<KindId, EventTable>,
    /// The catalogs, whose texts are among the first of `strings`.
    pub catalogs: Arc<Catalogs>,
}

/// The events of one kind. Includes events later than any `now`; engines look at those with `at <= now`.
#[derive(Clone, Debug)]
pub struct EventTable {
    /// The rows of profile `p` are `offsets[p]..offsets[p + 1]`; one entry more than there are profiles.
    pub offsets: ScalarBuffer<u32>,
    /// The columns, as in the plan's schema, all wide; `at` is sorted within a profile.
    pub columns: IndexVec<ColId, Column>,
    /// The place of each event among *all* events of its profile, of whatever kind, in the total order; from 0.
    pub order: ScalarBuffer<u32>,
}

/// One event: a row of its kind's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventRef {
    /// The kind.
    pub kind: KindId,
    /// The row in the kind's table.
    pub row: usize,
}

impl EventTable {
    /// The number of events.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The rows of a profile's events.
    pub fn rows(&self, profile: usize) -> Range<usize> {
        self.offsets[profile] as usize..self.offsets[profile + 1] as usize
    }

    /// The instant of an event.
    pub fn at(&self, row: usize) -> i64 {
        match &self.columns[Schema::AT].values {
            Values::Int(values) => values.get(row),
            _ => unreachable!("`at` is a column of instants and always read"),
        }
    }
}

impl Dataset {
    /// The value in a row of a column of this dataset.
    pub fn value(&self, column: &Column, row: usize) -> Value {
        value(&self.strings, column, row)
    }

    /// The value of an event's column.
    pub fn event_value(&self, event: EventRef, col: ColId) -> Value {
        self.value(&self.events[event.kind].columns[col], event.row)
    }

    /// The instant of an event.
    pub fn at(&self, event: EventRef) -> i64 {
        self.events[event.kind].at(event.row)
    }

    /// An event's place among all events of its profile, in the total order.
    pub fn place(&self, event: EventRef) -> u32 {
        self.events[event.kind].order[event.row]
    }

    /// A profile's key; nothing where the profile has no columns.
    pub fn key(&self, schema: &Schema, profile: usize) -> &str {
        match self.columns.get(schema.key).map(|column| &column.values) {
            Some(Values::Str(codes)) => self.strings.get(codes.get(profile)),
            _ => "",
        }
    }

    /// The keys of some profiles, as bytes: as [`Self::key`], for whoever reads a great many.
    ///
    /// # Panics
    /// When the data lack some of the profiles.
    pub fn keys(&self, schema: &Schema, profiles: Range<usize>) -> impl Iterator<Item = &[u8]> {
        let codes = match self.columns.get(schema.key).map(|column| &column.values) {
            Some(Values::Str(codes)) => Some(codes),
            _ => None,
        };
        let key =
            move |profile| codes.map_or(&b""[..], |codes| self.strings.bytes(codes.get(profile)));
        profiles.map(key)
    }

    /// The profile with a key.
    pub fn find(&self, schema: &Schema, key: &str) -> Option<usize> {
        let (mut from, mut to) = (0, self.profiles);
        while from < to {
            let middle = from.midpoint(to);
            match self.key(schema, middle).cmp(key) {
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
                Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// A profile's events of some kinds, whenever they happen, in the total order.
    pub fn history(&self, kinds: &[KindId], profile: usize) -> Vec<EventRef> {
        let rows = |kind: &KindId| {
            let kind = *kind;
            self.events[kind]
                .rows(profile)
                .map(move |row| EventRef { kind, row })
        };
        let mut events: Vec<_> = kinds.iter().flat_map(rows).collect();
        events.sort_by_key(|event| self.place(*event));
        events
    }
}

/// The value in a row of a column whose texts are in `strings`.
pub(crate) fn value(strings: &Strings, column: &Column, row: usize) -> Value {
    if !column.is_known(row) {
        return Value::Missing;
    }
    match &column.values {
        Values::Bool(values) => Value::Bool(values.value(row)),
        Values::Int(values) => Value::Int(values.get(row)),
        Values::Float(values) => Value::Float(values[row]),
        Values::Str(codes) => strings.get(codes.get(row)).into(),
        Values::Enum(indices) => Value::Enum(indices.get(row)),
        Values::Geo(latitudes, longitudes) => Value::Geo(latitudes[row], longitudes[row]),
        Values::List { offsets, children } => {
            let rows = offsets[row] as usize..offsets[row + 1] as usize;
            Value::List(rows.map(|row| element(strings, children, row)).collect())
        }
        Values::Absent(_) => Value::Missing,
    }
}

fn element(strings: &Strings, children: &[Column], row: usize) -> Value {
    match children {
        [child] => value(strings, child, row),
        fields => Value::Record(
            fields
                .iter()
                .map(|field| value(strings, field, row))
                .collect(),
        ),
    }
}
