//! Columns as kernels read them: the one place that knows how columns lie in memory.

use persona_runtime::kernels::{Bits, Lane};
use persona_runtime::{Bounds, Codes, Column, Ints, Values};

/// A column's values; none of places, lists, and of columns that were not read, which are all missing.
pub(crate) fn lane(column: &Column) -> Option<Lane<'_>> {
    match &column.values {
        Values::Bool(values) => Some(Lane::Bits(Bits::from(values))),
        Values::Int(values) => Some(match values {
            Ints::I8(values) => Lane::I8(values),
            Ints::I16(values) => Lane::I16(values),
            Ints::I32(values) => Lane::I32(values),
            Ints::I64(values) => Lane::I64(values),
        }),
        Values::Float(values) => Some(Lane::F64(values)),
        Values::Str(texts) => Some(codes(texts.codes())),
        Values::Enum(values) => Some(codes(values)),
        Values::Geo(..) | Values::List { .. } | Values::Absent(_) => None,
    }
}

/// Codes as a lane.
pub(crate) fn codes(codes: &Codes) -> Lane<'_> {
    match codes {
        Codes::U8(values) => Lane::U8(values),
        Codes::U16(values) => Lane::U16(values),
        Codes::U32(values) => Lane::U32(values),
    }
}

/// Which values of a column are known; none where all are.
pub(crate) fn valid(column: &Column) -> Option<Bits<'_>> {
    let valid = column.valid.as_ref().filter(|valid| valid.null_count() > 0);
    valid.map(Bits::from)
}

/// Whether no value of a column is known.
pub(crate) fn is_empty(column: &Column) -> bool {
    matches!(column.values, Values::Absent(_))
}

/// The least and the greatest integer that a column has.
pub(crate) fn span(column: &Column) -> Option<(i64, i64)> {
    match column.stats().bounds {
        Bounds::Int(least, most) => Some((least, most)),
        _ => None,
    }
}
