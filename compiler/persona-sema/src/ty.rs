//! Types as sema sees them.

use std::fmt;
use std::sync::Arc;

use persona_base::Currency;

use crate::{CatalogId, EnumId, EventId};

/// A type, and whether a value of it may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// What values are.
    pub kind: TypeKind,
    /// `T?`.
    pub optional: bool,
}

/// What values are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// The type of what is already reported; agrees with everything.
    Error,
    /// `Bool`
    Bool,
    /// `Int`
    Int,
    /// `Float`
    Float,
    /// `String`
    Str,
    /// `Email`: a validated string, as the next four
    Email,
    /// `Phone`
    Phone,
    /// `Url`
    Url,
    /// `TimeZone`
    TimeZone,
    /// `Locale`
    Locale,
    /// `Html`
    Html,
    /// `Date`
    Date,
    /// `TimeOfDay`
    TimeOfDay,
    /// `Timestamp`
    Timestamp,
    /// `Duration`
    Duration,
    /// `Period`: only constants have it
    Period,
    /// `Length`
    Length,
    /// `Geo`
    Geo,
    /// `Money<USD>`
    Money(Currency),
    /// An enum; also a partition's stages and the built-in `Weekday`
    Enum(EnumId),
    /// `List<T>`
    List(Arc<Type>),
    /// `Set<T>`
    Set(Arc<Type>),
    /// `{ a: T }`, also the record of `last(Q)` over the given kinds
    Record(Arc<RecordType>),
    /// A parameter's type `Event`: the name of a kind, of several, or of a group
    Event,
    /// A parameter's type `Field<T>`: a field of some kind of event
    Field(Arc<Type>),
    /// The record of an event: of one of these kinds; its fields are those that all have
    EventRecord(Arc<[EventId]>),
    /// An item of a catalog, with the catalog's name
    Item(CatalogId, Arc<str>),
    /// The literal `missing`, or an empty list's element: agrees with any optional type
    Nothing,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordType {
    /// The fields in declaration order.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
}

impl Type {
    /// A type whose values are never missing.
    pub const fn of(kind: TypeKind) -> Self {
        Self {
            kind,
            optional: false,
        }
    }

    /// The erroneous type.
    pub const ERROR: Self = Self::of(TypeKind::Error);
    /// `Bool`.
    pub const BOOL: Self = Self::of(TypeKind::Bool);

    /// The same type, perhaps missing.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The same type, never missing.
    #[must_use]
    pub fn known(mut self) -> Self {
        self.optional = false;
        self
    }

    /// Whether it was already reported.
    pub fn is_error(&self) -> bool {
        self.kind == TypeKind::Error
    }
}

impl TypeKind {
    /// Whether values are text: `String` and the validated strings.
    pub fn is_text(&self) -> bool {
        matches!(
            self,
            Self::Str
                | Self::Email
                | Self::Phone
                | Self::Url
                | Self::TimeZone
                | Self::Locale
                | Self::Html
        )
    }

    /// The element type of a list or set.
    pub fn element(&self) -> Option<&Type> {
        match self {
            Self::List(element) | Self::Set(element) => Some(element),
            _ => None,
        }
    }

    /// The type's name as people write it; enums are named by `enums`.
    pub fn display<'a>(&'a self, enums: &'a dyn Fn(EnumId) -> Arc<str>) -> impl fmt::Display + 'a {
        DisplayType { kind: self, enums }
    }
}

struct DisplayType<'a> {
    kind: &'a TypeKind,
    enums: &'a dyn Fn(EnumId) -> Arc<str>,
}

impl fmt::Display for DisplayType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = |ty: &Type| if ty.optional { "?" } else { "" };
        match self.kind {
            TypeKind::Error => f.write_str("?"),
            TypeKind::Money(currency) => write!(f, "Money<{currency}>"),
            TypeKind::Enum(id) => f.write_str(&(self.enums)(*id)),
            TypeKind::List(t) => write!(f, "List<{}{}>", t.kind.display(self.enums), optional(t)),
            TypeKind::Set(t) => write!(f, "Set<{}{}>", t.kind.display(self.enums), optional(t)),
            TypeKind::Field(t) => write!(f, "Field<{}{}>", t.kind.display(self.enums), optional(t)),
            TypeKind::Record(record) => {
                f.write_str("{ ")?;
                for (i, field) in record.fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(
                        f,
                        "{comma}{}: {}{}",
                        field.name,
                        field.ty.kind.display(self.enums),
                        optional(&field.ty)
                    )?;
                }
                f.write_str(" }")
            }
            TypeKind::EventRecord(_) => f.write_str("an event"),
            TypeKind::Item(_, name) => f.write_str(name),
            TypeKind::Nothing => f.write_str("missing"),
            TypeKind::Str => f.write_str("String"),
            plain => write!(f, "{plain:?}"),
        }
    }
}
