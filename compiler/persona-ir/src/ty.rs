//! Types and constants of the plan. A type is logical (money differs from a duration, although both are
//! 64-bit integers); [`Ty`] says beside each how engines represent it.

use std::cmp::Ordering;
use std::sync::Arc;

use persona_base::Currency;

use crate::{CatalogId, EnumId};

/// The type of a node or a column. Whether a value may be missing is said beside it, not in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ty {
    /// Yes or no.
    Bool,
    /// `i64`.
    Int,
    /// A finite `f64`; never NaN, never infinite.
    Float,
    /// UTF-8 text. Validated strings (`Email`, `TimeZone`, …) are text here.
    Str,
    /// The index of one of the enum's values, `u32`.
    Enum(EnumId),
    /// Days since 1970-01-01, `i64`, within 0001-01-01 … 9999-12-31.
    Date,
    /// Seconds since midnight, `i64`.
    TimeOfDay,
    /// Microseconds since 1970-01-01T00:00Z, `i64`, within 0001-01-01T00:00Z … 9999-12-31T23:59:59.999999Z.
    Timestamp,
    /// Microseconds, `i64`.
    Duration,
    /// Metres, `i64`.
    Length,
    /// Minor units of the currency, `i64`.
    Money(Currency),
    /// Latitude and longitude in degrees, two `f64`.
    Geo,
    /// An item of a catalog: its place among the items sorted by key, `i64`. No column has it; only fields are asked of it.
    Item(CatalogId),
    /// Elements in order. `List<{…}>` has a record as its element.
    List(Arc<Ty>),
    /// Elements without repetition, in the order of their first occurrence.
    Set(Arc<Ty>),
    /// Only as the element of a list or set; nested records are flattened into dotted names.
    Record(Arc<[RecordField]>),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordField {
    /// The name; dotted where records were nested.
    pub name: Arc<str>,
    /// The type.
    pub ty: Ty,
    /// Whether the value may be missing.
    pub optional: bool,
}

impl Ty {
    /// Whether values are 64-bit integers compared and saturated as such.
    pub fn is_integer(&self) -> bool {
        matches!(
            self,
            Self::Int
                | Self::Date
                | Self::TimeOfDay
                | Self::Timestamp
                | Self::Duration
                | Self::Length
                | Self::Money(_)
        )
    }

    /// The element type of a list or a set.
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::List(element) | Self::Set(element) => Some(element),
            _ => None,
        }
    }
}

/// A finite `f64` that can be hashed and compared as a key: by its bits, with one zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct F64(u64);

impl F64 {
    /// Wraps a finite number; `-0.0` becomes `0.0`.
    pub fn new(value: f64) -> Self {
        debug_assert!(value.is_finite(), "a constant is finite");
        Self(if value == 0.0 { 0 } else { value.to_bits() })
    }

    /// The number.
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl std::fmt::Debug for F64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.get())
    }
}

/// A constant. Its type stands beside it: an `Int` is also a date, an instant, an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// No value.
    Missing,
    /// A Bool.
    Bool(bool),
    /// Any type for which [`Ty::is_integer`] holds.
    Int(i64),
    /// A Float.
    Float(F64),
    /// Text.
    Str(Arc<str>),
    /// The index of an enum's value.
    Enum(u32),
    /// Latitude, longitude.
    Geo(F64, F64),
    /// A list or set of constants; none is missing.
    List(Arc<[Const]>),
    /// An element of a list whose type is a record: its fields in the type's order, two or more. An element with a single
    /// field is that field's value.
    Record(Arc<[Const]>),
}

impl Const {
    /// A total order: of constants of one type it is the type's order (numbers by value, text by code point, enums
    /// by index, lists and records element by element); of different types, the order of the variants.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.get().total_cmp(&b.get()),
            (Self::Str(a), Self::Str(b)) => a.cmp(b),
            (Self::Enum(a), Self::Enum(b)) => a.cmp(b),
            (Self::Geo(a, b), Self::Geo(c, d)) => a
                .get()
                .total_cmp(&c.get())
                .then(b.get().total_cmp(&d.get())),
            (Self::List(a), Self::List(b)) | (Self::Record(a), Self::Record(b)) => {
                let unequal = a
                    .iter()
                    .zip(b.iter())
                    .map(|(a, b)| a.compare(b))
                    .find(|o| o.is_ne());
                unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            _ => self.variant().cmp(&other.variant()),
        }
    }

    fn variant(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Bool(_) => 1,
            Self::Int(_) => 2,
            Self::Float(_) => 3,
            Self::Str(_) => 4,
            Self::Enum(_) => 5,
            Self::Geo(..) => 6,
            Self::List(_) => 7,
            Self::Record(_) => 8,
        }
    }
}
