//! The tables that a plan reads: one of profiles, one per kind of event, and the enums their columns use.

use std::sync::Arc;

use persona_base::{IndexVec, define_id};

use crate::{Const, Ty};

define_id! {
    /// A column of one table.
    pub struct ColId;
}
define_id! {
    /// A kind of event. Ids follow the kinds' names in bytewise order, which is the order of events in one instant.
    pub struct KindId;
}
define_id! {
    /// A catalog, in the order of names.
    pub struct CatalogId;
}
define_id! {
    /// An enum.
    pub struct EnumId;
}

/// All tables and enums of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Enums, those declared and the built-in `Weekday`.
    pub enums: IndexVec<EnumId, EnumDef>,
    /// The profile's table; record fields are flattened to dotted names (`address.city`).
    pub profile: Table,
    /// The column that is the key.
    pub key: ColId,
    /// The column of type `TimeZone`, if the profile has one.
    pub zone: Option<ColId>,
    /// The kinds of events, sorted by name.
    pub events: IndexVec<KindId, Table>,
    /// The catalogs, sorted by name.
    pub catalogs: IndexVec<CatalogId, Catalog>,
}

/// A table whose rows, its *items*, are looked up by their key and recommended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    /// `Product`, with its columns.
    pub table: Table,
    /// The column that is the key: text, an `Int` or an enum, never missing and without a default.
    pub key: ColId,
}

impl Schema {
    /// The column of every event table that holds the instant (`at: Timestamp`, never missing).
    pub const AT: ColId = ColId(0);
    /// The column of every event table that holds the identifier (`id: Str`, optional).
    pub const ID: ColId = ColId(1);
    /// The name of the kind that holds what persona sent, the last one where there is one. No source fills it.
    pub const SENT: &'static str = "Sent";

    /// Whether a profile's value in this column may be missing: the column is optional, or it is required
    /// and the profile may be known by its events alone (it then exists with its defaults and without the rest).
    /// The key and columns with a default are never missing.
    pub fn may_lack(&self, col: ColId) -> bool {
        let column = &self.profile.columns[col];
        let required = column.default.is_none() && col != self.key;
        let happens = self.events.iter().any(|kind| &*kind.name != Self::SENT);
        column.optional || (required && happens)
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// `Customer`, `Purchase`.
    pub name: Arc<str>,
    /// The columns in declaration order; event tables start with [`Schema::AT`] and [`Schema::ID`].
    pub columns: IndexVec<ColId, Column>,
}

impl Table {
    /// The column with this (dotted) name.
    pub fn column(&self, name: &str) -> Option<ColId> {
        self.columns
            .iter_enumerated()
            .find(|(_, c)| &*c.name == name)
            .map(|(id, _)| id)
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The field's name, dotted where records were flattened.
    pub name: Arc<str>,
    /// The type.
    pub ty: Ty,
    /// How text is validated when it is read: `Email`, `TimeZone`, …; `None` for a plain type.
    pub validate: Option<Validate>,
    /// Whether a value may be missing. Always false for a column with a default.
    pub optional: bool,
    /// The value used when the data lacks one.
    pub default: Option<Const>,
}

/// Validations of text at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Validate {
    /// An address of electronic mail.
    Email,
    /// A telephone number.
    Phone,
    /// A URL.
    Url,
    /// A name of the IANA time zone database.
    TimeZone,
    /// A BCP 47 language tag.
    Locale,
}

/// An enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumDef {
    /// `Tier`.
    pub name: Arc<str>,
    /// Whether values may be compared with `<`.
    pub ordered: bool,
    /// The values; a value's index is its code.
    pub values: Vec<EnumValue>,
}

/// A value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumValue {
    /// As in source text, and as in data.
    pub name: Arc<str>,
    /// How people see it, which data may also say: `one_year "One year"`.
    pub title: Option<Arc<str>>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weekday {
    /// 0
    Monday,
    /// 1
    Tuesday,
    /// 2
    Wednesday,
    /// 3
    Thursday,
    /// 4
    Friday,
    /// 5
    Saturday,
    /// 6
    Sunday,
}
