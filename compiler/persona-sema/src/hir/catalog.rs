//! Catalogs, and the event that tells what was sent: tables that a run fills, or persona itself.

use persona_base::define_id;

use crate::{EnumDef, EventId, FieldId, TableDef};

define_id! {
    /// A catalog, in the order of names.
    pub struct CatalogId;
}

/// A catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    /// Its name, fields and checks. In a check, the item is binder 0.
    pub table: TableDef,
    /// The field that is the key: a `String`, an `Int` or an enum, never missing.
    pub key: FieldId,
}

/// The event `Sent`, which every package has. It is no kind of the package's own: `any event` leaves it out, no source
/// fills it, and its id follows those of all declared kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// Its id.
    pub event: EventId,
    /// Its fields: `at`, `id`, `content`, `channel`, `message`, `variant`.
    pub table: TableDef,
    /// The type of `content`: the contents of the package, by name. Its id follows those of all other enums.
    pub contents: EnumDef,
    /// The type of `channel`: the channels of the package, by name. Its id is the last.
    pub channels: EnumDef,
}
