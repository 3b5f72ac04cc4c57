//! What a name or an expression stands for, as far as names behind a dot need it: fields of tables, values of enums, slots.

use std::sync::Arc;

use crate::{CatalogId, EnumId, EventId, Field, Schema, TableDef, Type, TypeKind};

/// A table of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Profile,
    Event(EventId),
    Catalog(CatalogId),
}

/// A field, or the beginning of several fields' names; an empty path is the whole table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) table: Table,
    pub(super) path: String,
}

/// What something stands for.
#[derive(Clone, Debug, Default)]
pub(super) enum Meaning {
    /// Nothing that has parts with names.
    #[default]
    Nothing,
    /// Fields; of several tables where several kinds of events are meant.
    At(Vec<Spot>),
    /// A value of this type.
    Typed(Type),
    /// An enum, a partition or an experiment's arms; its values stand behind a dot. A partition is a value, too.
    Enum(EnumId),
    /// A content, whose slots stand behind a dot.
    Content(Arc<str>),
    /// What changed: `before` and `after` are such.
    Change(Box<Meaning>),
    /// Something with parts that the language names: a date, a message.
    Parts,
}

impl Table {
    pub(super) fn of(self, schema: &Schema) -> Option<&TableDef> {
        match self {
            Self::Profile => Some(&schema.profile),
            Self::Event(id) => schema.events.get(id),
            Self::Catalog(id) => schema.catalogs.get(id).map(|catalog| &catalog.table),
        }
    }
}

impl Spot {
    pub(super) fn all(table: Table) -> Self {
        Self {
            table,
            path: String::new(),
        }
    }

    /// What stands behind the dot; none where the table has no such field.
    pub(super) fn member(&self, schema: &Schema, name: &str) -> Option<Self> {
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            prefix => format!("{prefix}.{name}"),
        };
        let found = Self {
            table: self.table,
            path,
        };
        found.reached(schema)?;
        Some(found)
    }

    /// The type of the field; none for a group of fields.
    pub(super) fn ty(&self, schema: &Schema) -> Option<Type> {
        self.reached(schema)?.cloned()
    }

    fn reached<'s>(&self, schema: &'s Schema) -> Option<Option<&'s Type>> {
        let table = self.table.of(schema)?;
        let fields = table.fields.iter();
        reached(
            &mut fields.map(|field| (&*field.name, &field.ty)),
            &self.path,
        )
    }
}

/// The type of the field on a path of names; a group of fields has none.
fn reached<'s>(
    fields: &mut dyn Iterator<Item = (&'s str, &'s Type)>,
    path: &str,
) -> Option<Option<&'s Type>> {
    let below = |whole: &str, start: &str| -> bool {
        whole
            .strip_prefix(start)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    for (name, ty) in fields {
        if name == path {
            return Some(Some(ty));
        }
        if path.is_empty() || below(name, path) {
            return Some(None);
        }
        if below(path, name)
            && let Some(TypeKind::Record(record)) = ty.kind.element().map(|element| &element.kind)
        {
            let inner = record.fields.iter();
            let mut inner = inner.map(|field: &Field| (&*field.name, &field.ty));
            return reached(&mut inner, &path[name.len() + 1..]);
        }
    }
    None
}

impl Meaning {
    /// All fields of events of these kinds.
    pub(super) fn events(ids: impl IntoIterator<Item = EventId>) -> Self {
        let spots = ids.into_iter().map(|id| Spot::all(Table::Event(id)));
        Self::At(spots.collect())
    }

    /// All fields of the profile.
    pub(super) fn profile() -> Self {
        Self::At(vec![Spot::all(Table::Profile)])
    }

    /// All fields of an item.
    pub(super) fn item(id: CatalogId) -> Self {
        Self::At(vec![Spot::all(Table::Catalog(id))])
    }

    /// What a value of a type stands for.
    pub(super) fn of(ty: &Type) -> Self {
        match &ty.kind {
            TypeKind::EventRecord(kinds) => Self::events(kinds.iter().copied()),
            TypeKind::Item(id, _) => Self::item(*id),
            _ => Self::Typed(ty.clone()),
        }
    }

    /// An element of the list that this is.
    pub(super) fn element(&self, schema: &Schema) -> Self {
        match self {
            Self::At(spots) => {
                let ty = spots.first().and_then(|spot| spot.ty(schema));
                match ty.as_ref().and_then(|ty| ty.kind.element()) {
                    Some(element) if !matches!(element.kind, TypeKind::Record(_)) => {
                        Self::of(element)
                    }
                    // Names of a record go on from the list's name, and items of a catalog are its fields.
                    _ => self.clone(),
                }
            }
            Self::Typed(ty) => ty.kind.element().map_or(Self::Nothing, Self::of),
            _ => Self::Nothing,
        }
    }

    /// The type of what gets a name: an event, an item, an element of a list.
    pub(super) fn given_type(&self, schema: &Schema) -> Option<Type> {
        let Self::At(spots) = self else {
            return self.ty(schema);
        };
        let kinds: Vec<EventId> = spots
            .iter()
            .filter_map(|spot| match spot.table {
                Table::Event(id) if spot.path.is_empty() => Some(id),
                _ => None,
            })
            .collect();
        if !kinds.is_empty() {
            return Some(Type::of(TypeKind::EventRecord(kinds.into())));
        }
        let ty = self.ty(schema)?;
        Some(ty.kind.element().cloned().unwrap_or(ty))
    }

    /// The type of a value.
    pub(super) fn ty(&self, schema: &Schema) -> Option<Type> {
        match self {
            Self::At(spots) => match spots.first()? {
                Spot {
                    table: Table::Catalog(id),
                    path,
                } if path.is_empty() => {
                    let name = Arc::clone(&schema.catalogs.get(*id)?.table.name);
                    Some(Type::of(TypeKind::Item(*id, name)))
                }
                spot => spot.ty(schema),
            },
            Self::Typed(ty) => Some(ty.clone()),
            Self::Enum(id) => Some(Type::of(TypeKind::Enum(*id))),
            Self::Nothing | Self::Content(_) | Self::Change(_) | Self::Parts => None,
        }
    }
}
