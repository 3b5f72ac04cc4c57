//! Answers as Arrow arrays, a range of rows at a time.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, DurationMicrosecondArray,
    Float64Array, Int64Array, ListArray, StructArray, Time32MillisecondArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Fields, TimeUnit};
use persona_ir::{Schema, Ty};
use persona_runtime::{Column, Strings, Values};

/// The Arrow type of answers of a type.
pub(super) fn data_type(ty: &Ty) -> DataType {
    match ty {
        Ty::Bool => DataType::Boolean,
        Ty::Int | Ty::Length | Ty::Item(_) => DataType::Int64,
        Ty::Float => DataType::Float64,
        Ty::Str | Ty::Enum(_) => DataType::Utf8,
        Ty::Date => DataType::Date32,
        Ty::TimeOfDay => DataType::Time32(TimeUnit::Millisecond),
        Ty::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Ty::Duration => DataType::Duration(TimeUnit::Microsecond),
        Ty::Money(currency) => {
            DataType::Decimal128(19, i8::try_from(currency.decimals()).unwrap_or(2))
        }
        Ty::Geo => DataType::Struct(geo_fields()),
        Ty::List(element) | Ty::Set(element) => DataType::List(Arc::new(element_field(element))),
        Ty::Record(fields) => DataType::Struct(record_fields(fields)),
    }
}

fn geo_fields() -> Fields {
    ["lat", "lon"]
        .into_iter()
        .map(|name| Field::new(name, DataType::Float64, true))
        .collect()
}

fn record_fields(fields: &[persona_ir::RecordField]) -> Fields {
    fields
        .iter()
        .map(|field| Field::new(&*field.name, data_type(&field.ty), true))
        .collect()
}

fn element_field(element: &Ty) -> Field {
    Field::new("item", data_type(element), true)
}

/// Rows `range` of a column.
pub(super) fn array(
    column: &Column,
    ty: &Ty,
    range: Range<usize>,
    strings: &Strings,
    schema: &Schema,
) -> ArrayRef {
    let (from, len) = (range.start, range.len());
    let nulls = column.valid.as_ref().map(|valid| valid.slice(from, len));
    match &column.values {
        Values::Bool(values) => Arc::new(BooleanArray::new(values.slice(from, len), nulls)),
        Values::Int(values) => integers(values.slice(from, len).to_wide(), nulls, ty),
        Values::Float(values) => Arc::new(Float64Array::new(values.slice(from, len), nulls)),
        Values::Str(codes) => texts(range, nulls.as_ref(), |row| {
            Some(strings.get(codes.get(row)))
        }),
        Values::Enum(codes) => {
            let names = match ty {
                Ty::Enum(id) => schema.enums[*id].values.as_slice(),
                _ => &[],
            };
            texts(range, nulls.as_ref(), |row| {
                names.get(codes.get(row) as usize).map(|value| &*value.name)
            })
        }
        Values::Geo(lats, lons) => {
            let part = |values: &ScalarBuffer<f64>| -> ArrayRef {
                Arc::new(Float64Array::new(values.slice(from, len), None))
            };
            Arc::new(StructArray::new(
                geo_fields(),
                vec![part(lats), part(lons)],
                nulls,
            ))
        }
        Values::List { offsets, children } => {
            lists(offsets, children, nulls, ty, range, strings, schema)
        }
        Values::Absent(_) => new_null_array(&data_type(ty), len),
    }
}

fn integers(values: ScalarBuffer<i64>, nulls: Option<NullBuffer>, ty: &Ty) -> ArrayRef {
    // Dates and times of day fit 32 bits by their ranges; where a value is missing, any bits do.
    let narrow = |values: &ScalarBuffer<i64>, factor: i64| -> ScalarBuffer<i32> {
        values
            .iter()
            .map(|value| i32::try_from(value.saturating_mul(factor)).unwrap_or(0))
            .collect()
    };
    match ty {
        Ty::Date => Arc::new(Date32Array::new(narrow(&values, 1), nulls)),
        Ty::TimeOfDay => Arc::new(Time32MillisecondArray::new(narrow(&values, 1000), nulls)),
        Ty::Timestamp => {
            Arc::new(TimestampMicrosecondArray::new(values, nulls).with_timezone("UTC"))
        }
        Ty::Duration => Arc::new(DurationMicrosecondArray::new(values, nulls)),
        Ty::Money(_) => {
            let wide: ScalarBuffer<i128> = values.iter().map(|value| i128::from(*value)).collect();
            Arc::new(Decimal128Array::new(wide, nulls).with_data_type(data_type(ty)))
        }
        _ => Arc::new(Int64Array::new(values, nulls)),
    }
}

fn texts<'s>(
    range: Range<usize>,
    nulls: Option<&NullBuffer>,
    text: impl Fn(usize) -> Option<&'s str>,
) -> ArrayRef {
    let mut out = StringBuilder::with_capacity(range.len(), 0);
    for (at, row) in range.enumerate() {
        let known = nulls.is_none_or(|nulls| nulls.is_valid(at));
        out.append_option(known.then(|| text(row)).flatten());
    }
    Arc::new(out.finish())
}

fn lists(
    offsets: &ScalarBuffer<u32>,
    children: &[Column],
    nulls: Option<NullBuffer>,
    ty: &Ty,
    range: Range<usize>,
    strings: &Strings,
    schema: &Schema,
) -> ArrayRef {
    let element = ty.element().unwrap_or(&Ty::Bool);
    let first = offsets[range.start];
    let elements = first as usize..offsets[range.end] as usize;
    let count = elements.len();
    let values: ArrayRef = match element {
        Ty::Record(fields) => {
            let pairs = children.iter().zip(fields.iter());
            let arrays = pairs
                .map(|(child, field)| array(child, &field.ty, elements.clone(), strings, schema));
            let arrays: Vec<ArrayRef> = arrays.collect();
            if arrays.is_empty() {
                Arc::new(StructArray::new_empty_fields(count, None))
            } else {
                Arc::new(StructArray::new(record_fields(fields), arrays, None))
            }
        }
        element => match children.first() {
            Some(child) => array(child, element, elements, strings, schema),
            None => new_null_array(&data_type(element), count),
        },
    };
    let lengths = range.map(|row| (offsets[row + 1] - offsets[row]) as usize);
    let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
    debug_assert_eq!(
        values.len(),
        count,
        "a list's children have all its elements"
    );
    Arc::new(ListArray::new(
        Arc::new(element_field(element)),
        offsets,
        values,
        nulls,
    ))
}
