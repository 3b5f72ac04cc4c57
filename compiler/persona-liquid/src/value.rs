//! Values as templates are rendered from them. What a value means, its type says; nothing is checked here.

use std::sync::Arc;

/// A value of a known [`crate::Ty`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value; only where the type is optional.
    Missing,
    /// A `Bool`.
    Bool(bool),
    /// `Int`; `Money` in minor units; `Date` in days since 1970-01-01; `TimeOfDay` in seconds; `Timestamp` and `Duration`
    /// in microseconds; `Length` in metres.
    Int(i64),
    /// A finite `Float`.
    Float(f64),
    /// `Str` or `Html`.
    Str(Arc<str>),
    /// The index of an enum's value.
    Enum(u32),
    /// Latitude and longitude.
    Geo(f64, f64),
    /// A list.
    List(Arc<[Value]>),
    /// A record: the fields in the order of its type.
    Record(Arc<[Value]>),
}

impl Value {
    /// Text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Str(Arc::from(text.as_ref()))
    }

    /// A list.
    pub fn list(values: impl IntoIterator<Item = Self>) -> Self {
        Self::List(values.into_iter().collect())
    }

    /// Whether there is no value.
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}
