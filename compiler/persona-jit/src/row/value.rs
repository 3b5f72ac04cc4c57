//! Single values for rows, and whether a column takes them. Every value that reaches a row has been looked at here, so
//! that code may rely on what columns promise: ranges, finite numbers, one zero, enum values that exist.

use std::borrow::Cow;
use std::sync::Arc;

use persona_ir::{Schema, Ty};
use persona_runtime::{Value, calendar};
use rustc_hash::FxHashSet;

use super::error::{RowError, words};

/// A value for a row, which it copies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowValue<'v> {
    /// No value; where the column has a default, that takes its place.
    Missing,
    /// A Bool.
    Bool(bool),
    /// Any type for which [`Ty::is_integer`] holds.
    Int(i64),
    /// A Float. Finite.
    Float(f64),
    /// A text.
    Str(&'v str),
    /// The index of an enum's value.
    Enum(u32),
    /// Latitude and longitude in degrees.
    Geo(f64, f64),
    /// The elements of a list or set. Those of records of more than one field are [`Value::Record`]s.
    List(&'v [Value]),
    /// The fields of a record; no column takes one outside of a list.
    Record(&'v [Value]),
}

impl<'v> From<&'v Value> for RowValue<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Missing => Self::Missing,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(*value),
            Value::Str(text) => Self::Str(text),
            Value::Enum(index) => Self::Enum(*index),
            Value::Geo(a, b) => Self::Geo(*a, *b),
            Value::List(values) => Self::List(values),
            Value::Record(fields) => Self::Record(fields),
        }
    }
}

impl From<bool> for RowValue<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for RowValue<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for RowValue<'_> {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<u32> for RowValue<'_> {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<f64> for RowValue<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl<'v> From<&'v str> for RowValue<'v> {
    fn from(value: &'v str) -> Self {
        Self::Str(value)
    }
}

impl<'v> From<&'v String> for RowValue<'v> {
    fn from(value: &'v String) -> Self {
        Self::Str(value)
    }
}

impl<'v> From<&'v [Value]> for RowValue<'v> {
    fn from(values: &'v [Value]) -> Self {
        Self::List(values)
    }
}

impl<'v, T: Into<RowValue<'v>>> From<Option<T>> for RowValue<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl RowValue<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Bool(_) => "a Bool",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a Float",
            Self::Str(_) => "a text",
            Self::Enum(_) => "an enum's value",
            Self::Geo(..) => "a place",
            Self::List(_) => "a list",
            Self::Record(_) => "a record",
        }
    }

    /// The value as the runtime knows it.
    pub fn to_value(&self) -> Value {
        match *self {
            Self::Missing => Value::Missing,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Float(value) => Value::Float(value + 0.0),
            Self::Str(text) => text.into(),
            Self::Enum(index) => Value::Enum(index),
            Self::Geo(a, b) => Value::Geo(a + 0.0, b + 0.0),
            Self::List(values) => Value::List(values.into()),
            Self::Record(fields) => Value::Record(fields.into()),
        }
    }
}

/// Looks whether a column of this name and type takes a value.
pub(crate) fn check(
    schema: &Schema,
    name: &Arc<str>,
    ty: &Ty,
    value: &RowValue<'_>,
) -> Result<(), RowError> {
    let fits = match (value, ty) {
        (RowValue::Missing, _) | (RowValue::Bool(_), Ty::Bool) => return Ok(()),
        (RowValue::Str(text), Ty::Str) => short(text.len()),
        (RowValue::Int(number), ty) if ty.is_integer() => within(*number, ty),
        (RowValue::Float(number), Ty::Float) => finite(*number),
        (RowValue::Enum(index), Ty::Enum(id)) => {
            let count = schema.enums[*id].values.len();
            if (*index as usize) < count {
                Ok(())
            } else {
                Err(format!("has {count} values, and {index} is none of them"))
            }
        }
        (RowValue::Geo(latitude, longitude), Ty::Geo) => {
            if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 {
                Ok(())
            } else {
                Err("is a place within 90 degrees north or south and 180 east or west".to_owned())
            }
        }
        (RowValue::List(values), Ty::List(element) | Ty::Set(element)) => {
            for value in *values {
                check_element(schema, name, element, value)?;
            }
            short(values.len())
        }
        _ => {
            return Err(RowError::WrongType {
                field: Arc::clone(name),
                wants: words(ty, schema),
                given: value.kind(),
            });
        }
    };
    fits.map_err(|why| RowError::NotAllowed {
        field: Arc::clone(name),
        why,
    })
}

/// Lengths are 32 bits wide, the greatest of which stands for nothing.
fn short(length: usize) -> Result<(), String> {
    match u32::try_from(length) {
        Ok(length) if length < u32::MAX => Ok(()),
        _ => Err("is too long".to_owned()),
    }
}

fn check_element(schema: &Schema, name: &Arc<str>, ty: &Ty, value: &Value) -> Result<(), RowError> {
    let wrong = |given| RowError::WrongType {
        field: Arc::clone(name),
        wants: words(ty, schema),
        given,
    };
    match ty {
        Ty::Record(fields) => {
            let values = match value {
                Value::Record(values) if fields.len() != 1 => &**values,
                other => std::slice::from_ref(other),
            };
            if values.len() != fields.len() {
                return Err(wrong("another number of fields"));
            }
            for (field, value) in fields.iter().zip(values) {
                if !value.is_known() && !field.optional {
                    return Err(RowError::NotAllowed {
                        field: Arc::clone(name),
                        why: format!("has an element without `{}`", field.name),
                    });
                }
                check(schema, name, &field.ty, &value.into())?;
            }
            Ok(())
        }
        _ if !value.is_known() => Err(wrong("nothing as an element")),
        ty => check(schema, name, ty, &value.into()),
    }
}

fn within(number: i64, ty: &Ty) -> Result<(), String> {
    let (low, high, what) = match ty {
        Ty::Date => (calendar::MIN_DATE, calendar::MAX_DATE, "dates"),
        Ty::Timestamp => (calendar::MIN_TIMESTAMP, calendar::MAX_TIMESTAMP, "instants"),
        Ty::TimeOfDay => (0, 86_399, "times of day"),
        _ => return Ok(()),
    };
    if (low..=high).contains(&number) {
        Ok(())
    } else {
        Err(format!("was given {number}, beyond the range of {what}"))
    }
}

fn finite(number: f64) -> Result<(), String> {
    if number.is_finite() {
        Ok(())
    } else {
        Err("is a finite number".to_owned())
    }
}

/// The elements as columns have them: Floats with one zero, sets without repetition.
pub(crate) fn elements<'v>(ty: &Ty, values: &'v [Value]) -> Cow<'v, [Value]> {
    let zero =
        |value: &Value| matches!(value, Value::Float(x) if *x == 0.0 && x.is_sign_negative());
    let nested =
        |value: &Value| matches!(value, Value::Record(_) | Value::Geo(..) | Value::List(_));
    let mut values = match values.iter().any(|v| zero(v) || nested(v)) {
        true => Cow::Owned(values.iter().map(one_zero).collect()),
        false => Cow::Borrowed(values),
    };
    if matches!(ty, Ty::Set(_)) && values.len() > 1 {
        let mut seen = FxHashSet::default();
        if !values.iter().all(|value| seen.insert(value)) {
            seen.clear();
            let distinct = values.iter().filter(|value| seen.insert(*value));
            values = Cow::Owned(distinct.cloned().collect());
        }
    }
    values
}

fn one_zero(value: &Value) -> Value {
    match value {
        Value::Float(x) => Value::Float(x + 0.0),
        Value::Geo(a, b) => Value::Geo(a + 0.0, b + 0.0),
        Value::Record(fields) => Value::Record(fields.iter().map(one_zero).collect()),
        Value::List(values) => Value::List(values.iter().map(one_zero).collect()),
        other => other.clone(),
    }
}
