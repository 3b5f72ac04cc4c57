//! A single value, as the reference interpreter and `why` see it. Columns are for engines; this is for reading.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use persona_ir::Const;

/// A value, or none.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Missing,
    /// A Bool.
    Bool(bool),
    /// Any type for which [`persona_ir::Ty::is_integer`] holds.
    Int(i64),
    /// A finite Float, never `-0.0`.
    Float(f64),
    /// Text.
    Str(Arc<str>),
    /// The index of an enum's value.
    Enum(u32),
    /// Latitude, longitude.
    Geo(f64, f64),
    /// The elements of a list or set. None is missing, except in lists that stand for one field of records.
    List(Arc<[Value]>),
    /// The fields of an element. An element with a single field is that field's value.
    Record(Arc<[Value]>),
}

// Floats are never NaN.
impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Missing => {}
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.hash(state),
            Self::Float(value) => (value + 0.0).to_bits().hash(state),
            Self::Str(value) => value.hash(state),
            Self::Enum(value) => value.hash(state),
            Self::Geo(a, b) => ((a + 0.0).to_bits(), (b + 0.0).to_bits()).hash(state),
            Self::List(values) | Self::Record(values) => values.hash(state),
        }
    }
}

impl Value {
    /// Text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Str(text.into())
    }

    /// Whether there is a value.
    pub fn is_known(&self) -> bool {
        *self != Self::Missing
    }

    /// Whether it is the Bool `true`; a missing condition does not hold.
    pub fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }

    /// The integer, if it is one.
    pub fn int(&self) -> Option<i64> {
        if let Self::Int(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The Float, if it is one.
    pub fn float(&self) -> Option<f64> {
        if let Self::Float(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The text, if it is one.
    pub fn str(&self) -> Option<&str> {
        if let Self::Str(value) = self {
            Some(value)
        } else {
            None
        }
    }

    /// The place, if it is one.
    pub fn geo(&self) -> Option<(f64, f64)> {
        if let Self::Geo(a, b) = self {
            Some((*a, *b))
        } else {
            None
        }
    }

    /// The elements, if it is a list.
    pub fn list(&self) -> Option<&[Self]> {
        if let Self::List(values) = self {
            Some(values)
        } else {
            None
        }
    }

    /// The order of two values of one type; none when one is missing or they are not of one ordered type.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Str(a), Self::Str(b)) => Some(crate::text::compare(a, b)),
            (Self::Enum(a), Self::Enum(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl From<&Const> for Value {
    fn from(value: &Const) -> Self {
        match value {
            Const::Missing => Self::Missing,
            Const::Bool(value) => Self::Bool(*value),
            Const::Int(value) => Self::Int(*value),
            Const::Float(value) => Self::Float(value.get()),
            Const::Str(value) => Self::Str(Arc::clone(value)),
            Const::Enum(value) => Self::Enum(*value),
            Const::Geo(a, b) => Self::Geo(a.get(), b.get()),
            Const::List(values) => Self::List(values.iter().map(Self::from).collect()),
            Const::Record(values) => Self::Record(values.iter().map(Self::from).collect()),
        }
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Str(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(value.into())
    }
}

impl From<(f64, f64)> for Value {
    fn from((latitude, longitude): (f64, f64)) -> Self {
        Self::Geo(latitude, longitude)
    }
}
