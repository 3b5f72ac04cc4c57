//! Columns from single values. For answers, tests and small data; sources fill columns directly.

use std::sync::Arc;

use arrow_buffer::{NullBuffer, ScalarBuffer};
use persona_ir::Ty;

use crate::{Column, Strings, Value, Values};

/// A column of values of one type. Texts get their codes from `strings`, which is copied when it is shared and lacks
/// one of them. Where a value is missing, the column holds a zero.
/// The column is wide: [`Column::narrowed`] makes it narrow.
pub fn column(values: &[Value], ty: &Ty, strings: &mut Arc<Strings>) -> Column {
    let known = || values.iter().map(Value::is_known);
    let valid = if known().all(|known| known) {
        None
    } else {
        Some(known().collect::<NullBuffer>())
    };
    Column::new(physical(values, ty, strings), valid)
}

fn physical(values: &[Value], ty: &Ty, strings: &mut Arc<Strings>) -> Values {
    match ty {
        Ty::Bool => Values::Bool(values.iter().map(Value::is_true).collect()),
        Ty::Float => Values::Float(
            values
                .iter()
                .map(|value| value.float().unwrap_or(0.0))
                .collect(),
        ),
        Ty::Str => Values::Str(values.iter().map(|value| code(value, strings)).collect()),
        Ty::Enum(_) => Values::Enum(values.iter().map(index).collect()),
        Ty::Geo => {
            let places = values.iter().map(|value| value.geo().unwrap_or((0.0, 0.0)));
            let (latitudes, longitudes): (Vec<f64>, Vec<f64>) = places.unzip();
            Values::Geo(latitudes.into(), longitudes.into())
        }
        Ty::List(element) | Ty::Set(element) => lists(values, element, strings),
        Ty::Int
        | Ty::Date
        | Ty::TimeOfDay
        | Ty::Timestamp
        | Ty::Duration
        | Ty::Length
        | Ty::Item(_)
        | Ty::Money(_) => Values::Int(
            values
                .iter()
                .map(|value| value.int().unwrap_or(0))
                .collect(),
        ),
        Ty::Record(_) => Values::Absent(values.len()),
    }
}

fn code(value: &Value, strings: &mut Arc<Strings>) -> u32 {
    let Some(text) = value.str() else { return 0 };
    strings
        .find(text)
        .unwrap_or_else(|| Arc::make_mut(strings).intern(text))
}

fn index(value: &Value) -> u32 {
    if let Value::Enum(index) = value {
        *index
    } else {
        0
    }
}

fn lists(values: &[Value], element: &Ty, strings: &mut Arc<Strings>) -> Values {
    let mut offsets = vec![0_u32];
    let mut elements: Vec<Value> = Vec::new();
    for value in values {
        elements.extend_from_slice(value.list().unwrap_or_default());
        offsets.push(u32::try_from(elements.len()).expect("fewer than 2^32 elements in a column"));
    }
    let children = match element {
        Ty::Record(fields) if fields.len() != 1 => {
            let child = |(place, field): (usize, &persona_ir::RecordField)| {
                let values: Vec<Value> = elements
                    .iter()
                    .map(|value| self::field(value, place))
                    .collect();
                column(&values, &field.ty, strings)
            };
            fields.iter().enumerate().map(child).collect()
        }
        Ty::Record(fields) => fields
            .iter()
            .map(|field| column(&elements, &field.ty, strings))
            .collect(),
        scalar => vec![column(&elements, scalar, strings)],
    };
    Values::List {
        offsets: ScalarBuffer::from(offsets),
        children,
    }
}

fn field(element: &Value, place: usize) -> Value {
    match element {
        Value::Record(fields) => fields.get(place).cloned().unwrap_or(Value::Missing),
        _ => Value::Missing,
    }
}
