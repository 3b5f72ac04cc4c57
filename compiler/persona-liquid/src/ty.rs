//! The types of what a template sees. They mirror those of the language; who calls maps them.

use std::sync::Arc;

use persona_base::Currency;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Already reported; agrees with everything.
    Error,
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// A finite number.
    Float,
    /// An amount, in minor units.
    Money(Currency),
    /// Text.
    Str,
    /// Markup, which is not escaped again.
    Html,
    /// A day.
    Date,
    /// A time of day.
    TimeOfDay,
    /// An instant.
    Timestamp,
    /// A length of time.
    Duration,
    /// A distance, in metres.
    Length,
    /// A place.
    Geo,
    /// One of some named values.
    Enum(Arc<EnumTy>),
    /// A list.
    List(Arc<Ty>),
    /// Named fields.
    Record(Arc<[Field]>),
    /// A value that may be missing; never one of another.
    Optional(Arc<Ty>),
}

/// An enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumTy {
    /// Its name, as people know it.
    pub name: Arc<str>,
    /// Its values, in order.
    pub values: Vec<Arc<str>>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Ty,
}

impl Ty {
    /// A list of this.
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// The same, but it may be missing.
    #[must_use]
    pub fn optional(self) -> Self {
        match self {
            Self::Optional(_) | Self::Error => self,
            known => Self::Optional(Arc::new(known)),
        }
    }

    /// The same, known to be there.
    #[must_use]
    pub fn known(self) -> Self {
        match self {
            Self::Optional(inner) => (*inner).clone(),
            known => known,
        }
    }

    /// Whether a value may be missing.
    pub const fn is_optional(&self) -> bool {
        matches!(self, Self::Optional(_))
    }

    /// Whether something was reported about it.
    pub const fn is_error(&self) -> bool {
        matches!(self, Self::Error)
    }

    /// Whether it is an `Int` or a `Float`.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float)
    }

    /// Whether a value of it can be printed by itself.
    pub const fn is_printable(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Record(_) | Self::Optional(_))
    }

    /// What it is, in the words of the messages: "a text", "a list of amounts in USD".
    pub fn describe(&self) -> String {
        match self {
            Self::Error => "something wrong".to_owned(),
            Self::Bool => "a yes or no".to_owned(),
            Self::Int => "a whole number".to_owned(),
            Self::Float => "a number".to_owned(),
            Self::Money(currency) => format!("an amount in {currency}"),
            Self::Str => "a text".to_owned(),
            Self::Html => "HTML".to_owned(),
            Self::Date => "a date".to_owned(),
            Self::TimeOfDay => "a time of day".to_owned(),
            Self::Timestamp => "an instant".to_owned(),
            Self::Duration => "a length of time".to_owned(),
            Self::Length => "a distance".to_owned(),
            Self::Geo => "a place".to_owned(),
            Self::Enum(of) => format!("a value of `{}`", of.name),
            Self::List(of) => format!("a list of {}", of.plural()),
            Self::Record(_) => "a record".to_owned(),
            Self::Optional(of) => format!("{} that may be missing", of.describe()),
        }
    }

    fn plural(&self) -> String {
        match self {
            Self::Error => "something wrong".to_owned(),
            Self::Bool => "yes or no".to_owned(),
            Self::Int => "whole numbers".to_owned(),
            Self::Float => "numbers".to_owned(),
            Self::Money(currency) => format!("amounts in {currency}"),
            Self::Str => "texts".to_owned(),
            Self::Html => "HTML".to_owned(),
            Self::Date => "dates".to_owned(),
            Self::TimeOfDay => "times of day".to_owned(),
            Self::Timestamp => "instants".to_owned(),
            Self::Duration => "lengths of time".to_owned(),
            Self::Length => "distances".to_owned(),
            Self::Geo => "places".to_owned(),
            Self::Enum(of) => format!("values of `{}`", of.name),
            Self::List(_) => "lists".to_owned(),
            Self::Record(_) => "records".to_owned(),
            Self::Optional(of) => format!("{} that may be missing", of.plural()),
        }
    }
}
