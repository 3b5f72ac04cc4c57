//! Values as Parquet writes them plainly, decoded into rows of numbers or bytes. Knows nothing of pages and of levels.

use std::sync::Arc;

use arrow_array::builder::BooleanBufferBuilder;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
    Int32Array, Int64Array, StringArray, make_array,
};
use arrow_array::{
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray,
};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use parquet::basic::Type;
use parquet::schema::types::ColumnDescriptor;

use super::hybrid::SHORT;

/// Decoded values of one column. Where a row has none, a zero.
#[derive(Clone, Debug)]
pub(super) enum Plain {
    I32(Vec<i32>),
    I64(Vec<i64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    /// Whole numbers of so many bytes, the first the highest.
    Wide(Vec<i128>, usize),
    /// Where each text ends, and the texts.
    Text(Vec<i32>, Vec<u8>),
}

/// What a column's values are, of the kinds that are decoded here.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    /// The type of the array.
    ty: DataType,
    physical: Type,
    /// Bytes of a value of fixed length.
    length: usize,
}

impl Kind {
    /// The kind of a column whose array has this type; nothing where others decode it. `natural` is the type that the
    /// file's own schema gives.
    pub(super) fn of(column: &ColumnDescriptor, ty: &DataType, natural: &DataType) -> Option<Self> {
        let text = |ty: &DataType| match ty {
            DataType::Dictionary(keys, inner) => {
                **keys == DataType::Int32 && **inner == DataType::Utf8
            }
            ty => *ty == DataType::Utf8,
        };
        let physical = column.physical_type();
        let length = usize::try_from(column.type_length()).unwrap_or(0);
        let fits = match (physical, ty) {
            (Type::BYTE_ARRAY, ty) => text(ty) && *natural == DataType::Utf8,
            (_, ty) if !same(ty, natural) => false,
            (Type::BOOLEAN, DataType::Boolean)
            | (Type::INT32, DataType::Int32 | DataType::Date32 | DataType::Decimal128(..))
            | (Type::INT64, DataType::Int64 | DataType::Timestamp(..) | DataType::Decimal128(..))
            | (Type::FLOAT, DataType::Float32)
            | (Type::DOUBLE, DataType::Float64) => true,
            (Type::FIXED_LEN_BYTE_ARRAY, DataType::Decimal128(..)) => (1..=16).contains(&length),
            _ => false,
        };
        let ty = match physical {
            Type::BYTE_ARRAY => DataType::Utf8,
            _ => ty.clone(),
        };
        fits.then_some(Self {
            ty,
            physical,
            length,
        })
    }

    pub(super) fn is_bool(&self) -> bool {
        self.physical == Type::BOOLEAN
    }

    /// No values; Bools are not kept so.
    pub(super) fn empty(&self) -> Plain {
        match self.physical {
            Type::INT32 => Plain::I32(Vec::new()),
            Type::INT64 => Plain::I64(Vec::new()),
            Type::FLOAT => Plain::F32(Vec::new()),
            Type::DOUBLE => Plain::F64(Vec::new()),
            Type::FIXED_LEN_BYTE_ARRAY => Plain::Wide(Vec::new(), self.length),
            _ => Plain::Text(Vec::new(), Vec::new()),
        }
    }

    /// The array of such values.
    pub(super) fn array(
        &self,
        values: Plain,
        nulls: Option<NullBuffer>,
    ) -> Result<ArrayRef, String> {
        let text = |error: arrow_schema::ArrowError| error.to_string();
        Ok(match values {
            Plain::Text(ends, bytes) => {
                let offsets: ScalarBuffer<i32> = std::iter::once(0).chain(ends).collect();
                let offsets = OffsetBuffer::new(offsets);
                Arc::new(StringArray::try_new(offsets, bytes.into(), nulls).map_err(text)?)
            }
            Plain::Wide(values, _) => self.decimals(values, nulls)?,
            Plain::F32(values) => Arc::new(Float32Array::new(values.into(), nulls)),
            Plain::F64(values) => Arc::new(Float64Array::new(values.into(), nulls)),
            Plain::I32(values) => match self.ty {
                DataType::Date32 => Arc::new(Date32Array::new(values.into(), nulls)),
                DataType::Int32 => Arc::new(Int32Array::new(values.into(), nulls)),
                _ => self.decimals(values.into_iter().map(i128::from).collect(), nulls)?,
            },
            Plain::I64(values) => match self.ty {
                DataType::Int64 => Arc::new(Int64Array::new(values.into(), nulls)),
                DataType::Timestamp(unit, _) => self.times(values, unit, nulls)?,
                _ => self.decimals(values.into_iter().map(i128::from).collect(), nulls)?,
            },
        })
    }

    fn decimals(&self, values: Vec<i128>, nulls: Option<NullBuffer>) -> Result<ArrayRef, String> {
        let array = Decimal128Array::new(values.into(), nulls);
        Ok(Arc::new(array.with_data_type(self.ty.clone())))
    }

    fn times(
        &self,
        values: Vec<i64>,
        unit: TimeUnit,
        nulls: Option<NullBuffer>,
    ) -> Result<ArrayRef, String> {
        let values = values.into();
        let data = match unit {
            TimeUnit::Second => TimestampSecondArray::new(values, nulls).into_data(),
            TimeUnit::Millisecond => TimestampMillisecondArray::new(values, nulls).into_data(),
            TimeUnit::Microsecond => TimestampMicrosecondArray::new(values, nulls).into_data(),
            TimeUnit::Nanosecond => TimestampNanosecondArray::new(values, nulls).into_data(),
        };
        let data = data.into_builder().data_type(self.ty.clone()).build();
        data.map(make_array).map_err(|error| error.to_string())
    }

    /// The array of Bools.
    pub(super) fn bools(mut bits: BooleanBufferBuilder, nulls: Option<NullBuffer>) -> ArrayRef {
        Arc::new(BooleanArray::new(bits.finish(), nulls))
    }
}

/// Whether an array of this type is what the file's own schema says: the zone of instants may be called otherwise.
fn same(ty: &DataType, natural: &DataType) -> bool {
    match (ty, natural) {
        (DataType::Timestamp(unit, zone), DataType::Timestamp(own, own_zone)) => {
            unit == own && zone.is_some() == own_zone.is_some()
        }
        (ty, natural) => ty == natural,
    }
}

impl Plain {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::I32(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::Wide(values, _) => values.len(),
            Self::Text(ends, _) => ends.len(),
        }
    }

    /// Makes room for so many more; texts grow as they need.
    pub(super) fn reserve(&mut self, more: usize) {
        match self {
            Self::I32(values) => values.reserve(more),
            Self::I64(values) => values.reserve(more),
            Self::F32(values) => values.reserve(more),
            Self::F64(values) => values.reserve(more),
            Self::Wide(values, _) => values.reserve(more),
            Self::Text(ends, _) => ends.reserve(more),
        }
    }

    /// Appends `count` values from the bytes, which begin at `at` and move on.
    pub(super) fn decode(
        &mut self,
        data: &[u8],
        at: &mut usize,
        count: usize,
    ) -> Result<(), &'static str> {
        let rest = data.get(*at..).ok_or(SHORT)?;
        let taken = match self {
            Self::I32(values) => fixed(values, rest, count, i32::from_le_bytes)?,
            Self::I64(values) => fixed(values, rest, count, i64::from_le_bytes)?,
            Self::F32(values) => fixed(values, rest, count, f32::from_le_bytes)?,
            Self::F64(values) => fixed(values, rest, count, f64::from_le_bytes)?,
            Self::Wide(values, length) => {
                let bytes = count.checked_mul(*length).ok_or(SHORT)?;
                let rest = rest.get(..bytes).ok_or(SHORT)?;
                values.extend(rest.chunks_exact(*length).map(wide));
                bytes
            }
            Self::Text(ends, bytes) => texts(ends, bytes, rest, count)?,
        };
        *at += taken;
        Ok(())
    }

    /// Moves the last `count` values to the rows that are there among as many rows as `valid` has.
    pub(super) fn spread(&mut self, count: usize, valid: &BooleanBuffer) {
        match self {
            Self::I32(values) => spread(values, count, valid),
            Self::I64(values) => spread(values, count, valid),
            Self::F32(values) => spread(values, count, valid),
            Self::F64(values) => spread(values, count, valid),
            Self::Wide(values, _) => spread(values, count, valid),
            Self::Text(ends, _) => {
                let own = ends.split_off(ends.len() - count);
                let mut own = own.into_iter();
                for valid in valid {
                    let before = ends.last().copied().unwrap_or(0);
                    let next = if valid { own.next() } else { None };
                    ends.push(next.unwrap_or(before));
                }
            }
        }
    }

    /// Appends the values of a dictionary at these places, which are in it.
    pub(super) fn pick(&mut self, entries: &Self, places: &[u32]) -> Result<(), &'static str> {
        match (self, entries) {
            (Self::I32(values), Self::I32(entries)) => pick(values, entries, places),
            (Self::I64(values), Self::I64(entries)) => pick(values, entries, places),
            (Self::F32(values), Self::F32(entries)) => pick(values, entries, places),
            (Self::F64(values), Self::F64(entries)) => pick(values, entries, places),
            (Self::Wide(values, _), Self::Wide(entries, _)) => pick(values, entries, places),
            (Self::Text(ends, bytes), Self::Text(entries, texts)) => {
                for place in places {
                    let place = *place as usize;
                    let start = if place == 0 { 0 } else { entries[place - 1] };
                    let end = entries.get(place).copied().unwrap_or(start);
                    bytes.extend_from_slice(&texts[start as usize..end as usize]);
                    ends.push(i32::try_from(bytes.len()).map_err(|_| LONG)?);
                }
            }
            _ => return Err("a dictionary is of another type"),
        }
        Ok(())
    }
}

/// Why texts cannot be read.
const LONG: &str = "texts of more than two gigabytes stand together";

fn fixed<const N: usize, T>(
    values: &mut Vec<T>,
    rest: &[u8],
    count: usize,
    read: impl Fn([u8; N]) -> T,
) -> Result<usize, &'static str> {
    let bytes = count.checked_mul(N).ok_or(SHORT)?;
    let (chunks, _) = rest.get(..bytes).ok_or(SHORT)?.as_chunks::<N>();
    values.extend(chunks.iter().map(|chunk| read(*chunk)));
    Ok(bytes)
}

/// A whole number whose highest byte comes first.
fn wide(bytes: &[u8]) -> i128 {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    if let Ok(bytes) = <[u8; 8]>::try_from(bytes) {
        return i64::from_be_bytes(bytes).into();
    }
    let mut all = [if negative { 0xFF } else { 0 }; 16];
    all[16 - bytes.len()..].copy_from_slice(bytes);
    i128::from_be_bytes(all)
}

fn texts(
    ends: &mut Vec<i32>,
    bytes: &mut Vec<u8>,
    data: &[u8],
    count: usize,
) -> Result<usize, &'static str> {
    /// Copied as a whole, which is quicker than to ask how many bytes to copy.
    const SHORT_TEXT: usize = 16;
    // Four bytes of each say how long it is; `count` is only what the file says. More may follow of the page than is asked for.
    let most = count.min(data.len() / 4);
    ends.reserve(most);
    bytes.reserve((data.len() - most * 4).min(most * SHORT_TEXT));
    let mut rest = data;
    for _ in 0..count {
        let (length, behind) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
        let length = u32::from_le_bytes(*length) as usize;
        let whole = behind.first_chunk::<SHORT_TEXT>();
        let (text, behind) = behind.split_at_checked(length).ok_or(SHORT)?;
        match whole {
            Some(whole) if length <= SHORT_TEXT => {
                bytes.extend_from_slice(whole);
                bytes.truncate(bytes.len() - SHORT_TEXT + length);
            }
            _ => bytes.extend_from_slice(text),
        }
        ends.push(i32::try_from(bytes.len()).map_err(|_| LONG)?);
        rest = behind;
    }
    Ok(data.len() - rest.len())
}

/// Moves the last `count` values to the rows that are there, which are as many.
pub(super) fn spread<T: Copy + Default>(values: &mut Vec<T>, count: usize, valid: &BooleanBuffer) {
    const BITS: usize = u64::BITS as usize;
    let start = values.len() - count;
    values.resize(start + valid.len(), T::default());
    let rows = &mut values[start..];
    let chunks = valid.bit_chunks();
    let words: Vec<u64> = chunks
        .iter_padded()
        .take(valid.len().div_ceil(BITS))
        .collect();
    // From the last to the first, so that no value is written over that is still to move: behind `from` all have moved, and no more
    // than `at` are left.
    let mut from = count;
    for (index, word) in words.iter().enumerate().rev() {
        let first = index * BITS;
        let last = rows.len().min(first + BITS);
        if *word == 0 {
            rows[first..last].fill(T::default());
            continue;
        }
        // Most values are there: those between two gaps move together.
        let mut gaps = !word & (u64::MAX >> (BITS - (last - first)));
        let mut end = last;
        while gaps != 0 {
            let gap = first + (BITS - 1 - gaps.leading_zeros() as usize);
            let behind = end - gap - 1;
            from -= behind;
            rows.copy_within(from..from + behind, gap + 1);
            rows[gap] = T::default();
            (end, gaps) = (gap, gaps & !(1 << (gap - first)));
        }
        let behind = end - first;
        from -= behind;
        rows.copy_within(from..from + behind, first);
    }
}

fn pick<T: Copy + Default>(values: &mut Vec<T>, entries: &[T], places: &[u32]) {
    let at = |place: &u32| entries.get(*place as usize).copied().unwrap_or_default();
    values.extend(places.iter().map(at));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_move_to_the_rows_that_are_there() {
        for (len, every) in [
            (1, 2),
            (63, 3),
            (64, 1),
            (65, 7),
            (200, 2),
            (1000, 64),
            (1000, 65),
        ] {
            // Long stretches of both kinds, and mixed ones.
            for stretch in [1, 5, 64, 130] {
                let there: Vec<bool> = (0..len).map(|at| at / stretch % every == 0).collect();
                let valid = BooleanBuffer::from(there.as_slice());
                let count = valid.count_set_bits();
                let mut values: Vec<u32> = (0..3).chain(1000..).take(3 + count).collect();
                spread(&mut values, count, &valid);
                let mut next = 1000..;
                let expected = there
                    .iter()
                    .map(|there| if *there { next.next() } else { Some(0) });
                let expected: Vec<u32> = (0..3).map(Some).chain(expected).flatten().collect();
                assert_eq!(values, expected, "{len} {every} {stretch}");
            }
        }
    }
}
