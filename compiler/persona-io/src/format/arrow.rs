//! Arrow arrays as raw values: every type that a column of people's data has, and a plain refusal of the rest.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Decimal256Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float64Type, Int32Type,
    Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal256Array, FixedSizeBinaryArray, RecordBatch,
    StringArray, StringViewArray, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, TimeUnit};

use super::batch::{Batch, BatchColumn, Lines};
use super::find_column;
use crate::error::LoadError;
use crate::value::civil::{DAY, SECOND};
use crate::value::decimal::Decimal;
use crate::value::raw::{Bad, Raw, Value};

/// An array whose values can be had as raw values.
#[derive(Debug)]
pub(crate) struct Arr {
    pub(crate) nulls: Option<NullBuffer>,
    pub(crate) values: Values,
}

#[derive(Debug)]
pub(crate) enum Values {
    Null,
    Bool(BooleanArray),
    Int(ScalarBuffer<i64>),
    Int32(ScalarBuffer<i32>),
    UInt(UInt64Array),
    Float(ScalarBuffer<f64>),
    /// Digits, and how many of them stand after the point (negative: zeros before it).
    Decimal(ScalarBuffer<i128>, i8),
    Decimal256(Decimal256Array, i8),
    Str(StringArray),
    /// For each row its place among the distinct values, and the array that holds those.
    Dictionary(ScalarBuffer<i32>, Arc<Arr>, ArrayRef),
    StrView(StringViewArray),
    Binary(BinaryArray),
    Uuid(FixedSizeBinaryArray),
    Days(ScalarBuffer<i64>),
    /// Instants, or local times where no zone is said: values, how many make a microsecond or microseconds each is.
    Time(ScalarBuffer<i64>, Unit, TimeKind),
    List(OffsetBuffer<i32>, Box<Arr>),
    Struct(Vec<(String, Arr)>),
}

/// What counts of units mean.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TimeKind {
    Instant,
    Local,
    Clock,
    Duration,
}

/// A unit of time in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    micros: i64,
    per_micro: i64,
}

impl Unit {
    fn of(unit: TimeUnit) -> Self {
        let (micros, per_micro) = match unit {
            TimeUnit::Second => (SECOND, 1),
            TimeUnit::Millisecond => (1000, 1),
            TimeUnit::Microsecond => (1, 1),
            TimeUnit::Nanosecond => (1, 1000),
        };
        Self { micros, per_micro }
    }

    pub(crate) fn is_micros(self) -> bool {
        (self.micros, self.per_micro) == (1, 1)
    }

    pub(crate) fn micros(self, value: i64) -> Option<i64> {
        value.div_euclid(self.per_micro).checked_mul(self.micros)
    }
}

impl Arr {
    /// Takes an array apart. Fails for types that no column of people's data has, with a name for the type.
    pub(crate) fn new(array: &ArrayRef) -> Result<Self, String> {
        let values = match array.data_type() {
            DataType::Null => Values::Null,
            DataType::Boolean => Values::Bool(array.as_boolean().clone()),
            DataType::Int32 => Values::Int32(array.as_primitive::<Int32Type>().values().clone()),
            DataType::Int8 | DataType::Int16 | DataType::Int64 => Values::Int(ints(array)?),
            DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => Values::Int(ints(array)?),
            DataType::UInt64 => Values::UInt(array.as_primitive::<UInt64Type>().clone()),
            DataType::Float16 | DataType::Float32 | DataType::Float64 => {
                let cast = cast(array, &DataType::Float64)?;
                Values::Float(cast.as_primitive::<Float64Type>().values().clone())
            }
            DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..) => decimals(array)?,
            DataType::Utf8 => Values::Str(array.as_string::<i32>().clone()),
            DataType::Utf8View => Values::StrView(array.as_string_view().clone()),
            DataType::LargeUtf8 => {
                Values::StrView(cast(array, &DataType::Utf8View)?.as_string_view().clone())
            }
            DataType::Binary => Values::Binary(array.as_binary::<i32>().clone()),
            DataType::LargeBinary | DataType::BinaryView => {
                Values::Binary(cast(array, &DataType::Binary)?.as_binary::<i32>().clone())
            }
            DataType::FixedSizeBinary(16) => Values::Uuid(array.as_fixed_size_binary().clone()),
            DataType::Date32 | DataType::Date64 => Values::Days(days(array)),
            DataType::Timestamp(..)
            | DataType::Time32(_)
            | DataType::Time64(_)
            | DataType::Duration(_) => times(array)?,
            DataType::Dictionary(keys, inner)
                if **keys == DataType::Int32 && !inner.is_nested() =>
            {
                dictionary(array)?
            }
            DataType::Dictionary(_, inner) => return Self::new(&cast(array, inner)?),
            DataType::RunEndEncoded(_, inner) => {
                return Self::new(&cast(array, inner.data_type())?);
            }
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                Values::List(list.offsets().clone(), Box::new(Self::new(list.values())?))
            }
            DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
                return Self::new(&cast(array, &DataType::List(field.clone()))?);
            }
            DataType::Struct(fields) => {
                let inner = array.as_struct();
                let field = |(field, column): (&Arc<Field>, &ArrayRef)| {
                    Ok((field.name().clone(), Self::new(column)?))
                };
                Values::Struct(
                    fields
                        .iter()
                        .zip(inner.columns())
                        .map(field)
                        .collect::<Result<_, String>>()?,
                )
            }
            other => return Err(other.to_string()),
        };
        Ok(Self {
            // A column that may miss values and misses none is as one that may not.
            nulls: array.logical_nulls().filter(|nulls| nulls.null_count() > 0),
            values,
        })
    }

    /// The value at a row.
    pub(crate) fn at(&self, row: usize) -> Value<'_> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(Raw::Missing);
        }
        Ok(match &self.values {
            Values::Null => Raw::Missing,
            Values::Bool(array) => Raw::Bool(array.value(row)),
            Values::Int(values) => Raw::Number(Decimal::whole(values[row])),
            Values::Int32(values) => Raw::Number(Decimal::whole(values[row].into())),
            Values::Dictionary(keys, values, _) => return values.at(keys[row] as usize),
            Values::UInt(array) => Raw::Number(Decimal::big(i128::from(array.value(row)))),
            Values::Float(values) => Raw::Float(values[row]),
            Values::Decimal(values, scale) => decimal(values[row], *scale)?,
            Values::Decimal256(array, scale) => {
                let digits = array.value(row);
                let small = digits.to_i128().ok_or_else(|| {
                    Bad::text(
                        &array.value_as_string(row),
                        "is a number of more than 38 digits",
                    )
                })?;
                decimal(small, *scale)?
            }
            Values::Str(array) => Raw::str(array.value(row)),
            Values::StrView(array) => Raw::str(array.value(row)),
            Values::Binary(array) => {
                let bytes = array.value(row);
                let text = simdutf8::basic::from_utf8(bytes);
                Raw::str(
                    text.map_err(|_| {
                        Bad::text(&String::from_utf8_lossy(bytes), "is not UTF-8 text")
                    })?,
                )
            }
            Values::Uuid(array) => Raw::Text(uuid(array.value(row)).into()),
            Values::Days(values) => Raw::Date(values[row]),
            Values::Time(values, unit, kind) => time(values[row], *unit, *kind)?,
            Values::List(offsets, inner) => {
                let range = offsets[row] as usize..offsets[row + 1] as usize;
                Raw::List(range.map(|at| inner.at(at)).collect::<Result<_, _>>()?)
            }
            Values::Struct(fields) => Raw::Record(
                fields
                    .iter()
                    .map(|(name, inner)| Ok((name.as_str().into(), inner.at(row)?)))
                    .collect::<Result<_, Box<Bad>>>()?,
            ),
        })
    }
}

fn dictionary(array: &ArrayRef) -> Result<Values, String> {
    let array = array.as_dictionary::<Int32Type>();
    let keys = array.keys().values().clone();
    let values = Arc::new(Arr::new(array.values())?);
    Ok(Values::Dictionary(keys, values, array.values().clone()))
}

fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    // Only casts that lose nothing are asked for here.
    arrow_cast::cast(array, to).map_err(|_| array.data_type().to_string())
}

fn ints(array: &ArrayRef) -> Result<ScalarBuffer<i64>, String> {
    Ok(cast(array, &DataType::Int64)?
        .as_primitive::<Int64Type>()
        .values()
        .clone())
}

fn decimals(array: &ArrayRef) -> Result<Values, String> {
    Ok(match array.data_type() {
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) => {
            let cast = cast(array, &DataType::Decimal128(38, *scale))?;
            Values::Decimal(
                cast.as_primitive::<Decimal128Type>().values().clone(),
                *scale,
            )
        }
        DataType::Decimal128(_, scale) => Values::Decimal(
            array.as_primitive::<Decimal128Type>().values().clone(),
            *scale,
        ),
        DataType::Decimal256(_, scale) => {
            Values::Decimal256(array.as_primitive::<Decimal256Type>().clone(), *scale)
        }
        other => return Err(other.to_string()),
    })
}

fn decimal<'a>(digits: i128, scale: i8) -> Value<'a> {
    let number = match u32::try_from(scale) {
        Ok(scale) => Decimal::new(digits, scale),
        Err(_) => Decimal::parse(&format!("{digits}e{}", -i32::from(scale))),
    };
    let number = number.map_err(|error| Bad::text(&digits.to_string(), error.reason()))?;
    Ok(Raw::Number(number))
}

fn days(array: &ArrayRef) -> ScalarBuffer<i64> {
    const MILLIS: i64 = 86_400_000;
    match array.data_type() {
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>().values();
            values.iter().map(|day| i64::from(*day)).collect()
        }
        _ => {
            let values = array.as_primitive::<Date64Type>().values();
            values
                .iter()
                .map(|millis| millis.div_euclid(MILLIS))
                .collect()
        }
    }
}

fn times(array: &ArrayRef) -> Result<Values, String> {
    macro_rules! values {
        ($ty:ty) => {
            array.as_primitive::<$ty>().values().clone()
        };
    }
    macro_rules! wide {
        ($ty:ty) => {
            array
                .as_primitive::<$ty>()
                .values()
                .iter()
                .map(|v| i64::from(*v))
                .collect()
        };
    }
    let (values, unit, kind) = match array.data_type() {
        DataType::Timestamp(unit, zone) => {
            let kind = if zone.is_some() {
                TimeKind::Instant
            } else {
                TimeKind::Local
            };
            let values = match unit {
                TimeUnit::Second => values!(TimestampSecondType),
                TimeUnit::Millisecond => values!(TimestampMillisecondType),
                TimeUnit::Microsecond => values!(TimestampMicrosecondType),
                TimeUnit::Nanosecond => values!(TimestampNanosecondType),
            };
            (values, *unit, kind)
        }
        DataType::Duration(unit) => {
            let values = match unit {
                TimeUnit::Second => values!(DurationSecondType),
                TimeUnit::Millisecond => values!(DurationMillisecondType),
                TimeUnit::Microsecond => values!(DurationMicrosecondType),
                TimeUnit::Nanosecond => values!(DurationNanosecondType),
            };
            (values, *unit, TimeKind::Duration)
        }
        DataType::Time32(TimeUnit::Second) => {
            (wide!(Time32SecondType), TimeUnit::Second, TimeKind::Clock)
        }
        DataType::Time32(TimeUnit::Millisecond) => (
            wide!(Time32MillisecondType),
            TimeUnit::Millisecond,
            TimeKind::Clock,
        ),
        DataType::Time64(TimeUnit::Microsecond) => (
            values!(Time64MicrosecondType),
            TimeUnit::Microsecond,
            TimeKind::Clock,
        ),
        DataType::Time64(TimeUnit::Nanosecond) => (
            values!(Time64NanosecondType),
            TimeUnit::Nanosecond,
            TimeKind::Clock,
        ),
        other => return Err(other.to_string()),
    };
    Ok(Values::Time(values, Unit::of(unit), kind))
}

fn time<'a>(value: i64, unit: Unit, kind: TimeKind) -> Value<'a> {
    let micros = unit.micros(value).ok_or_else(|| {
        Bad::text(
            &value.to_string(),
            "is an instant outside the years 1 to 9999",
        )
    })?;
    Ok(match kind {
        TimeKind::Instant => Raw::Instant(micros),
        TimeKind::Local => Raw::Local(micros),
        TimeKind::Duration => Raw::Duration(micros),
        TimeKind::Clock if (0..DAY).contains(&micros) => Raw::Time(micros / SECOND),
        TimeKind::Clock => return Err(Bad::text(&value.to_string(), "is not a time of day")),
    })
}

/// The usual text of sixteen bytes, which is what identifiers of that length are.
fn uuid(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

/// Which root columns of a file the wanted names need, and which of the names are there.
pub(super) fn project(
    schema: &Schema,
    wanted: &[Arc<str>],
) -> Result<(Vec<usize>, Vec<bool>), Box<LoadError>> {
    let names = root_names(schema);
    let mut roots = Vec::new();
    let mut present = Vec::with_capacity(wanted.len());
    for name in wanted {
        let path = find_path(schema, &names, name)?;
        present.push(path.is_some());
        roots.extend(path.map(|(root, _)| root));
    }
    roots.sort_unstable();
    roots.dedup();
    Ok((roots, present))
}

pub(super) fn root_names(schema: &Schema) -> Vec<String> {
    schema
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect()
}

/// The names that a person may write: of struct columns also the dotted ones.
pub(super) fn dotted_names(schema: &Schema) -> Vec<String> {
    fn walk(prefix: &str, field: &Field, out: &mut Vec<String>) {
        let name = format!("{prefix}{}", field.name());
        if let DataType::Struct(fields) = field.data_type() {
            let prefix = format!("{name}.");
            fields.iter().for_each(|field| walk(&prefix, field, out));
        } else {
            out.push(name);
        }
    }
    let mut out = Vec::new();
    schema
        .fields()
        .iter()
        .for_each(|field| walk("", field, &mut out));
    out
}

/// The root column, and the dots to follow inside it.
fn find_path<'n>(
    schema: &Schema,
    names: &[String],
    wanted: &'n str,
) -> Result<Option<(usize, Option<&'n str>)>, Box<LoadError>> {
    if let Some(root) = find_column(names, wanted)? {
        return Ok(Some((root, None)));
    }
    let Some((head, rest)) = wanted.split_once('.') else {
        return Ok(None);
    };
    let Some(root) = find_column(names, head)? else {
        return Ok(None);
    };
    let found = has_inner(schema.field(root).data_type(), rest);
    Ok(found.then_some((root, Some(rest))))
}

fn has_inner(ty: &DataType, path: &str) -> bool {
    let DataType::Struct(fields) = ty else {
        return false;
    };
    if fields.iter().any(|field| field.name() == path) {
        return true;
    }
    path.split_once('.').is_some_and(|(head, rest)| {
        fields
            .iter()
            .any(|field| field.name() == head && has_inner(field.data_type(), rest))
    })
}

/// The batch of raw rows that a batch of Arrow's is.
pub(super) fn batch(
    record: &RecordBatch,
    wanted: &[Arc<str>],
    first: u64,
) -> Result<Batch, Box<LoadError>> {
    let schema = record.schema();
    let names = root_names(&schema);
    let mut columns = Vec::with_capacity(wanted.len());
    for name in wanted {
        let Some((root, rest)) = find_path(&schema, &names, name)? else {
            columns.push(BatchColumn::Absent);
            continue;
        };
        let array = follow(record.column(root), rest);
        let array = Arr::new(&array).map_err(|ty| {
            LoadError::format(format!(
                "column `{name}` has the type {ty}, which cannot be read"
            ))
        })?;
        columns.push(BatchColumn::Arrow(array));
    }
    Ok(Batch {
        rows: record.num_rows(),
        lines: Lines::From(first),
        columns,
        problems: Vec::new(),
    })
}

/// The array that dots lead to, with the nulls of the records it lies in.
fn follow(array: &ArrayRef, path: Option<&str>) -> ArrayRef {
    let (Some(path), Some(inner)) = (path, array.as_struct_opt()) else {
        return array.clone();
    };
    let (column, rest) = match inner.column_by_name(path) {
        Some(column) => (column, None),
        None => {
            let (head, rest) = path.split_once('.').unwrap_or((path, ""));
            match inner.column_by_name(head) {
                Some(column) => (column, Some(rest)),
                None => return arrow_array::new_null_array(&DataType::Null, array.len()),
            }
        }
    };
    let nulls = NullBuffer::union(column.logical_nulls().as_ref(), inner.nulls());
    let masked = match column.data_type() {
        // These carry their nulls elsewhere, and are cast to plain arrays first.
        DataType::Dictionary(_, plain) => cast(column, plain).unwrap_or_else(|_| column.clone()),
        _ => column.clone(),
    };
    let data = masked.to_data().into_builder().nulls(nulls).build();
    let masked = data.map_or(masked, arrow_array::make_array);
    follow(&masked, rest)
}
