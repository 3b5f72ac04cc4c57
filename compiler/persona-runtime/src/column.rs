//! Columns: how values of each type lie in memory.

use arrow_buffer::{NullBuffer, ScalarBuffer};

/// A column: values and which of them are there.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The values; where one is missing, any bits.
    pub values: Values,
    /// Which values are there; absent when all are.
    pub valid: Option<NullBuffer>,
}

/// Values by physical type.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `Bool`: 0 or 1, one byte each.
    Bool(ScalarBuffer<u8>),
    /// All integers of the plan (`Int`, `Date`, `TimeOfDay`, `Timestamp`, `Duration`, `Length`, `Money`).
    Int(ScalarBuffer<i64>),
    /// `Float`.
    Float(ScalarBuffer<f64>),
    /// `Str`: codes in the dataset's [`crate::Strings`].
    Str(ScalarBuffer<u32>),
    /// `Enum`: indices of values.
    Enum(ScalarBuffer<u32>),
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
    /// The number of rows.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Bool(v) => v.len(),
            Values::Int(v) => v.len(),
            Values::Float(v) | Values::Geo(v, _) => v.len(),
            Values::Str(v) | Values::Enum(v) => v.len(),
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
}
