//! Lanes: typed slices of columns, as kernels read them.

use super::ahead::will_read_all;
use super::{Bits, CHUNK};

/// A typed slice of a column. Unsigned lanes hold codes.
#[derive(Clone, Copy, Debug)]
pub enum Lane<'a> {
    /// Integers of one byte.
    I8(&'a [i8]),
    /// Integers of two bytes.
    I16(&'a [i16]),
    /// Integers of four bytes.
    I32(&'a [i32]),
    /// Integers of eight bytes.
    I64(&'a [i64]),
    /// Floats.
    F64(&'a [f64]),
    /// Codes of one byte.
    U8(&'a [u8]),
    /// Codes of two bytes.
    U16(&'a [u16]),
    /// Codes of four bytes.
    U32(&'a [u32]),
    /// Booleans.
    Bits(Bits<'a>),
}

/// What a lane's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LaneKind {
    /// Integers of one byte.
    I8,
    /// Integers of two bytes.
    I16,
    /// Integers of four bytes.
    I32,
    /// Integers of eight bytes.
    I64,
    /// Floats.
    F64,
    /// Codes of one byte.
    U8,
    /// Codes of two bytes.
    U16,
    /// Codes of four bytes.
    U32,
    /// Booleans.
    Bits,
}

/// The same expression for the slice of each lane, and another for bits.
macro_rules! each_lane {
    ($lane:expr, $values:ident => $slice:expr, $bits:ident => $other:expr) => {
        match $lane {
            Lane::I8($values) => $slice,
            Lane::I16($values) => $slice,
            Lane::I32($values) => $slice,
            Lane::I64($values) => $slice,
            Lane::F64($values) => $slice,
            Lane::U8($values) => $slice,
            Lane::U16($values) => $slice,
            Lane::U32($values) => $slice,
            Lane::Bits($bits) => $other,
        }
    };
}

impl Lane<'_> {
    /// How many rows.
    pub fn len(&self) -> usize {
        each_lane!(self, values => values.len(), bits => bits.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What its values are.
    pub fn kind(&self) -> LaneKind {
        match self {
            Self::I8(_) => LaneKind::I8,
            Self::I16(_) => LaneKind::I16,
            Self::I32(_) => LaneKind::I32,
            Self::I64(_) => LaneKind::I64,
            Self::F64(_) => LaneKind::F64,
            Self::U8(_) => LaneKind::U8,
            Self::U16(_) => LaneKind::U16,
            Self::U32(_) => LaneKind::U32,
            Self::Bits(_) => LaneKind::Bits,
        }
    }

    /// The rows of chunk `chunk`: from `chunk * CHUNK` on, the last chunk having fewer.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn chunk(&self, chunk: usize) -> Self {
        let start = chunk * CHUNK;
        self.slice(start, CHUNK.min(self.len() - start))
    }

    /// Says that chunk `chunk` will be read after some other work; of a chunk that the lane lacks, nothing.
    pub fn will_read(&self, chunk: usize) {
        if chunk * CHUNK >= self.len() {
            return;
        }
        each_lane!(self.chunk(chunk), values => will_read_all(values), bits => bits.will_read());
    }

    /// A part: `len` rows from row `start` on.
    ///
    /// # Panics
    ///
    /// When there are fewer.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        match *self {
            Self::I8(values) => Self::I8(&values[start..][..len]),
            Self::I16(values) => Self::I16(&values[start..][..len]),
            Self::I32(values) => Self::I32(&values[start..][..len]),
            Self::I64(values) => Self::I64(&values[start..][..len]),
            Self::F64(values) => Self::F64(&values[start..][..len]),
            Self::U8(values) => Self::U8(&values[start..][..len]),
            Self::U16(values) => Self::U16(&values[start..][..len]),
            Self::U32(values) => Self::U32(&values[start..][..len]),
            Self::Bits(bits) => Self::Bits(bits.slice(start, len)),
        }
    }
}

impl LaneKind {
    /// The least and the greatest value of a lane of integers or codes.
    pub(super) fn limits(self) -> Option<(i64, i64)> {
        match self {
            Self::I8 => Some((i64::from(i8::MIN), i64::from(i8::MAX))),
            Self::I16 => Some((i64::from(i16::MIN), i64::from(i16::MAX))),
            Self::I32 => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Self::I64 => Some((i64::MIN, i64::MAX)),
            Self::U8 => Some((0, i64::from(u8::MAX))),
            Self::U16 => Some((0, i64::from(u16::MAX))),
            Self::U32 => Some((0, i64::from(u32::MAX))),
            Self::F64 | Self::Bits => None,
        }
    }

    /// The bits of a value, zero for the Booleans of a bitmap.
    pub(super) fn width(self) -> u32 {
        match self {
            Self::I8 | Self::U8 => 8,
            Self::I16 | Self::U16 => 16,
            Self::I32 | Self::U32 => 32,
            Self::I64 | Self::F64 => 64,
            Self::Bits => 0,
        }
    }
}
