//! What can be wrong with a row, in plain words.

use std::fmt;
use std::sync::Arc;

use persona_ir::{Schema, Ty};

/// Why a value was not taken, or a row cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowError {
    /// There is no such answer.
    NoAnswer(Arc<str>),
    /// There is no such field.
    NoField(Arc<str>),
    /// The value is of another type than the field.
    WrongType {
        /// The field.
        field: Arc<str>,
        /// What the field wants, in words.
        wants: String,
        /// What it was given, in words.
        given: &'static str,
    },
    /// The value is of the field's type, but not one that it may have.
    NotAllowed {
        /// The field.
        field: Arc<str>,
        /// What is wrong with it.
        why: String,
    },
    /// The row lacks a value that every profile has.
    Lacking(Arc<str>),
    /// The row was filled from a dataset; no single values can be set until it is cleared.
    FromData,
    /// The row was filled from a dataset that the session does not know, and is asked about histories.
    OtherData,
    /// The row is laid out for another program.
    OtherLayout,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(name) => write!(f, "there is no answer `{name}`"),
            Self::NoField(name) => write!(f, "the profile has no field `{name}`"),
            Self::WrongType {
                field,
                wants,
                given,
            } => write!(f, "`{field}` is {wants} and was given {given}"),
            Self::NotAllowed { field, why } => write!(f, "`{field}` {why}"),
            Self::Lacking(field) => write!(f, "every profile has `{field}`, and this row has not"),
            Self::FromData => f.write_str("the row holds a profile of a dataset; clear it first"),
            Self::OtherData => {
                f.write_str("the row holds a profile of a dataset that is not the one at hand")
            }
            Self::OtherLayout => f.write_str("the row was made for another program"),
        }
    }
}

impl std::error::Error for RowError {}

/// A type in the words of people who write programs.
pub(crate) fn words(ty: &Ty, schema: &Schema) -> String {
    match ty {
        Ty::Bool => "a Bool".to_owned(),
        Ty::Int => "a whole number (Int)".to_owned(),
        Ty::Float => "a number (Float)".to_owned(),
        Ty::Str => "a text".to_owned(),
        Ty::Enum(id) => format!("a value of `{}`", schema.enums[*id].name),
        Ty::Date => "a date (days since 1970-01-01)".to_owned(),
        Ty::TimeOfDay => "a time of day (seconds since midnight)".to_owned(),
        Ty::Timestamp => "an instant (microseconds since 1970-01-01T00:00Z)".to_owned(),
        Ty::Duration => "a duration (microseconds)".to_owned(),
        Ty::Length => "a length (metres)".to_owned(),
        Ty::Item(id) => format!("an item of `{}`", schema.catalogs[*id].table.name),
        Ty::Money(currency) => format!("an amount of money ({currency}, in its smallest unit)"),
        Ty::Geo => "a place".to_owned(),
        Ty::List(element) | Ty::Set(element) => {
            let kind = if matches!(ty, Ty::List(_)) {
                "list"
            } else {
                "set"
            };
            match &**element {
                Ty::Record(_) => format!("a {kind} of records"),
                element => format!("a {kind}, each element {}", words(element, schema)),
            }
        }
        Ty::Record(fields) => format!("a record of {} fields", fields.len()),
    }
}
