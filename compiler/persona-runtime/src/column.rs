//! Columns: how values of each type lie in memory.
//!
//! Columns of the *profile* table may be narrow ([`Column::narrowed`]): integers and codes in the smallest width that
//! holds them, texts by a dictionary of their own. Columns of *event* tables and the children of lists are always wide:
//! `i64`, and 32-bit codes of the dataset's texts. Bools are bits everywhere.

mod lanes;
mod stats;
#[cfg(test)]
mod tests;
mod texts;

use std::sync::OnceLock;

use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};

pub use lanes::{Codes, Ints};
pub use stats::{Bounds, Stats};
pub use texts::TextCodes;

use crate::Strings;

/// A column: values and which of them are there.
#[derive(Clone, Debug)]
pub struct Column {
    /// The values; where one is missing, any bits.
    pub values: Values,
    /// Which values are there; absent when all are.
    pub valid: Option<NullBuffer>,
    /// Once they were asked for. Whoever changes the fields above in place makes them wrong: make a new column.
    stats: OnceLock<Stats>,
}

/// Columns are equal when they lie equally in memory.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values && self.valid == other.valid
    }
}

/// Values by physical type.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `Bool`: one bit each.
    Bool(BooleanBuffer),
    /// All integers of the plan (`Int`, `Date`, `TimeOfDay`, `Timestamp`, `Duration`, `Length`, `Money`).
    Int(Ints),
    /// `Float`.
    Float(ScalarBuffer<f64>),
    /// `Str`: codes in the dataset's [`Strings`], or in a dictionary of the column's own.
    Str(TextCodes),
    /// `Enum`: indices of values.
    Enum(Codes),
    /// `Geo`: latitudes and longitudes.
    Geo(ScalarBuffer<f64>, ScalarBuffer<f64>),
    /// `List`, `Set`: element `k` of row `r` is at `offsets[r] + k` of each child; `offsets` has one entry more than there
    /// are rows. One child for scalars, one per field for records.
    List {
        /// Where each row's elements start.
        offsets: ScalarBuffer<u32>,
        /// The elements.
        children: Vec<Column>,
    },
    /// A column that the plan does not use and the reader therefore left out: all missing.
    Absent(usize),
}

impl Column {
    /// A column of values, of which those are there that are `valid`; all where it is absent.
    pub fn new(values: Values, valid: Option<NullBuffer>) -> Self {
        Self {
            values,
            valid,
            stats: OnceLock::new(),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Bool(v) => v.len(),
            Values::Int(v) => v.len(),
            Values::Float(v) | Values::Geo(v, _) => v.len(),
            Values::Str(v) => v.len(),
            Values::Enum(v) => v.len(),
            Values::List { offsets, .. } => offsets.len().saturating_sub(1),
            Values::Absent(len) => *len,
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether row `row` has a value.
    pub fn is_known(&self, row: usize) -> bool {
        !matches!(self.values, Values::Absent(_))
            && self.valid.as_ref().is_none_or(|valid| valid.is_valid(row))
    }

    /// The column as a finished profile table holds it: integers and codes of enums in the narrowest width for those
    /// that are known, texts with a dictionary where it is worth one (65,536 distinct texts at most, and four rows or
    /// more for each). Reads and writes the column once or twice.
    pub fn narrowed(self, strings: &Strings) -> Self {
        let most = self.len() / 4;
        self.narrowed_with(strings, most)
    }

    /// As [`Self::narrowed`], with a dictionary where it has `most` entries or fewer.
    pub fn narrowed_with(self, strings: &Strings, most: usize) -> Self {
        let valid = self.valid.as_ref();
        let values = match &self.values {
            Values::Int(values) => {
                let wide = values.to_wide();
                let Stats { bounds, .. } = self.stats();
                let bounds = match bounds {
                    Bounds::Int(least, most) => (least, most),
                    _ => (0, 0),
                };
                Values::Int(Ints::narrow(&wide, valid, bounds))
            }
            Values::Enum(codes) => {
                let wide = codes.to_wide();
                let Stats { bounds, .. } = self.stats();
                let bounds = match bounds {
                    Bounds::Enum(least, most) => (least, most),
                    _ => (0, 0),
                };
                Values::Enum(Codes::narrow(&wide, valid, bounds))
            }
            Values::Str(codes) => Values::Str(codes.narrowed(valid, strings, most)),
            Values::Bool(_)
            | Values::Float(_)
            | Values::Geo(..)
            | Values::List { .. }
            | Values::Absent(_) => return self,
        };
        Self {
            values,
            valid: self.valid,
            stats: self.stats,
        }
    }

    /// The column with 64-bit integers and with codes of the dataset's texts. Copies nothing where it is so already.
    pub fn widened(&self) -> Self {
        let values = match &self.values {
            Values::Int(values) => Values::Int(Ints::I64(values.to_wide())),
            Values::Enum(codes) => Values::Enum(Codes::U32(codes.to_wide())),
            Values::Str(codes) => Values::Str(codes.to_global().into()),
            other => other.clone(),
        };
        Self {
            values,
            valid: self.valid.clone(),
            stats: self.stats.clone(),
        }
    }

    /// Figures about the column, for planners. Reads the column the first time, unless it was narrowed, which counts
    /// them on the way.
    pub fn stats(&self) -> Stats {
        let stats = *self.stats.get_or_init(|| Stats::of(self));
        debug_assert_eq!(
            stats,
            Stats::of(self),
            "a column is not changed after its figures were asked for"
        );
        stats
    }
}
