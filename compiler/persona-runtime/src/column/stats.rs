//! What planners ask of a column before they read it: how many values are missing, and between which they lie.

use arrow_buffer::NullBuffer;

use super::lanes::bounds;
use super::{Column, Ints, Values};

/// Figures about a column's rows. Planners choose ways by them (which condition first, which window to bisect, which
/// test holds for all); no answer may depend on them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stats {
    /// How many values are missing.
    pub missing: usize,
    /// Between which values those lie that are known.
    pub bounds: Bounds,
}

/// The least and the greatest known value of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bounds {
    /// No value is known, or the type has no bounds worth knowing: `Str`, `Geo`, lists.
    None,
    /// How many values are true.
    Bool {
        /// Their number.
        yes: usize,
    },
    /// Of integers.
    Int(i64, i64),
    /// Of Floats, in their total order.
    Float(f64, f64),
    /// Of the indices of an `Enum`.
    Enum(u32, u32),
}

impl Stats {
    /// Reads the column once.
    pub(super) fn of(column: &Column) -> Self {
        let valid = column.valid.as_ref();
        let missing = match &column.values {
            Values::Absent(len) => *len,
            _ => valid.map_or(0, NullBuffer::null_count),
        };
        Self {
            missing,
            bounds: match &column.values {
                Values::Bool(values) => Bounds::Bool {
                    yes: valid.map_or_else(
                        || values.count_set_bits(),
                        |valid| (values & valid.inner()).count_set_bits(),
                    ),
                },
                Values::Int(values) => ints(values, valid),
                Values::Float(values) => {
                    let less = |a: f64, b: f64| a.total_cmp(&b).is_lt();
                    let found = bounds(values, valid, less);
                    found.map_or(Bounds::None, |(least, most)| Bounds::Float(least, most))
                }
                Values::Enum(codes) => {
                    let found = bounds(&codes.to_wide(), valid, |a, b| a < b);
                    found.map_or(Bounds::None, |(least, most)| Bounds::Enum(least, most))
                }
                Values::Str(_) | Values::Geo(..) | Values::List { .. } | Values::Absent(_) => {
                    Bounds::None
                }
            },
        }
    }
}

fn ints(values: &Ints, valid: Option<&NullBuffer>) -> Bounds {
    let wide = |(least, most): (i64, i64)| Bounds::Int(least, most);
    let found = match values {
        Ints::I8(v) => bounds(v, valid, |a, b| a < b).map(|(a, b)| (a.into(), b.into())),
        Ints::I16(v) => bounds(v, valid, |a, b| a < b).map(|(a, b)| (a.into(), b.into())),
        Ints::I32(v) => bounds(v, valid, |a, b| a < b).map(|(a, b)| (a.into(), b.into())),
        Ints::I64(v) => bounds(v, valid, |a, b| a < b),
    };
    found.map_or(Bounds::None, wide)
}
