//! Columns of event tables as kernels read them.

use persona_runtime::kernels::{Bits, Lane};
use persona_runtime::{Column, Values};

const WIDE: &str = "columns of events are wide";

/// A column that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventColumn<'a> {
    column: &'a Column,
    /// Which values are there; absent when all are.
    pub(super) valid: Option<Bits<'a>>,
}

impl<'a> EventColumn<'a> {
    /// None for a column that was not read, all of whose values are missing.
    pub(super) fn new(column: &'a Column) -> Option<Self> {
        let read = !matches!(column.values, Values::Absent(_));
        read.then(|| Self {
            column,
            valid: column.valid.as_ref().map(Bits::from),
        })
    }

    /// Whether the row has a value.
    pub(super) fn is_known(&self, row: usize) -> bool {
        self.column.is_known(row)
    }

    /// The values; none of places and lists.
    pub(super) fn lane(&self) -> Option<Lane<'a>> {
        match &self.column.values {
            Values::Bool(values) => Some(Lane::Bits(Bits::from(values))),
            Values::Int(values) => Some(Lane::I64(values.wide().expect(WIDE))),
            Values::Float(values) => Some(Lane::F64(values)),
            Values::Enum(codes) => Some(Lane::U32(codes.wide().expect(WIDE))),
            Values::Str(texts) => Some(Lane::U32(texts.global().expect(WIDE))),
            Values::Geo(..) | Values::List { .. } | Values::Absent(_) => None,
        }
    }

    /// The integers, if they are.
    pub(super) fn ints(&self) -> &'a [i64] {
        match self.lane() {
            Some(Lane::I64(values)) => values,
            _ => &[],
        }
    }

    /// The Floats, if they are.
    pub(super) fn floats(&self) -> &'a [f64] {
        match self.lane() {
            Some(Lane::F64(values)) => values,
            _ => &[],
        }
    }

    /// The codes, if they are.
    pub(super) fn codes(&self) -> &'a [u32] {
        match self.lane() {
            Some(Lane::U32(values)) => values,
            _ => &[],
        }
    }
}

impl EventColumn<'_> {
    /// Whether the row, which has a value, is true.
    pub(super) fn is_true(&self, row: usize) -> bool {
        matches!(&self.column.values, Values::Bool(values) if values.value(row))
    }
}

impl EventColumn<'_> {
    /// The value in a row that has one as a number that is equal where values are; none of places and lists.
    pub(super) fn key(&self, row: usize) -> Option<u64> {
        Some(match self.lane()? {
            Lane::I64(values) => values[row].cast_unsigned(),
            Lane::F64(values) => (values[row] + 0.0).to_bits(),
            Lane::U32(values) => values[row].into(),
            _ => self.is_true(row).into(),
        })
    }
}

/// An integer of a profile, if it is there.
pub(super) fn int(column: &Column, row: usize) -> Option<i64> {
    match &column.values {
        Values::Int(values) if column.is_known(row) => Some(values.get(row)),
        _ => None,
    }
}
