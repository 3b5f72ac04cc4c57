//! Tables, enums, types and constants of the plan. Ids are the same numbers in the checked package and in the plan, so
//! that a field is its column and a kind of event is its table.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir as ir;
use persona_ir::{
    CatalogId, ColId, Column, EnumValue, F64, KindId, RecordField, Schema, Table, Ty, Validate,
};
use persona_sema::{Checked, Const, EventId, FieldDef, FieldId, TableDef, TypeKind};

/// The tables and enums; with those of what was sent, where they are wanted.
pub(crate) fn schema(checked: &Checked, sent: bool) -> Schema {
    let what_was_sent = Some(&checked.sent).filter(|_| sent);
    let enums = what_was_sent.map(|sent| [&sent.contents, &sent.channels]);
    let enums = checked.enums.iter().chain(enums.into_iter().flatten());
    let events = what_was_sent.map(|sent| &sent.table);
    Schema {
        enums: enums.map(enum_def).collect(),
        profile: table(&checked.profile),
        key: col(checked.key),
        zone: checked.zone.map(col),
        events: checked.events.iter().chain(events).map(table).collect(),
        catalogs: checked.catalogs.iter().map(catalog).collect(),
    }
}

fn catalog(def: &persona_sema::Catalog) -> ir::Catalog {
    ir::Catalog {
        table: table(&def.table),
        key: col(def.key),
    }
}

/// The catalog's id in the plan.
pub(crate) fn catalog_id(id: persona_sema::CatalogId) -> CatalogId {
    CatalogId(id.0)
}

/// The column that a field is.
pub(crate) fn col(field: FieldId) -> ColId {
    ColId(field.0)
}

/// The kind that an event is.
pub(crate) fn kind(event: EventId) -> KindId {
    KindId(event.0)
}

fn enum_def(def: &persona_sema::EnumDef) -> ir::EnumDef {
    let value = |(name, title): &(Arc<str>, Option<Arc<str>>)| EnumValue {
        name: name.clone(),
        title: title.clone(),
    };
    ir::EnumDef {
        name: def.name.clone(),
        ordered: def.ordered,
        values: def.values.iter().map(value).collect(),
    }
}

fn table(def: &TableDef) -> Table {
    let columns: IndexVec<ColId, Column> = def.fields.iter().map(column).collect();
    Table {
        name: def.name.clone(),
        columns,
    }
}

fn column(def: &FieldDef) -> Column {
    let ty = ty(&def.ty.kind);
    Column {
        name: def.name.clone(),
        validate: validate(&def.ty.kind),
        optional: def.ty.optional,
        default: def.default.as_ref().map(|value| constant(value, &ty)),
        ty,
    }
}

fn validate(kind: &TypeKind) -> Option<Validate> {
    match kind {
        TypeKind::Email => Some(Validate::Email),
        TypeKind::Phone => Some(Validate::Phone),
        TypeKind::Url => Some(Validate::Url),
        TypeKind::TimeZone => Some(Validate::TimeZone),
        TypeKind::Locale => Some(Validate::Locale),
        TypeKind::List(element) | TypeKind::Set(element) => validate(&element.kind),
        _ => None,
    }
}

/// The plan's type of values of a type.
pub(crate) fn ty(kind: &TypeKind) -> Ty {
    match kind {
        TypeKind::Bool => Ty::Bool,
        TypeKind::Int => Ty::Int,
        TypeKind::Float => Ty::Float,
        TypeKind::Date => Ty::Date,
        TypeKind::TimeOfDay => Ty::TimeOfDay,
        TypeKind::Timestamp => Ty::Timestamp,
        TypeKind::Duration => Ty::Duration,
        TypeKind::Length => Ty::Length,
        TypeKind::Geo => Ty::Geo,
        TypeKind::Money(currency) => Ty::Money(*currency),
        TypeKind::Enum(id) => Ty::Enum(ir::EnumId(id.0)),
        TypeKind::List(element) => Ty::List(Arc::new(ty(&element.kind))),
        TypeKind::Set(element) => Ty::Set(Arc::new(ty(&element.kind))),
        TypeKind::Record(_) => Ty::Record(flatten(kind)),
        TypeKind::Item(id, _) => Ty::Item(catalog_id(*id)),
        text if text.is_text() => Ty::Str,
        // `missing` by itself: whoever uses it gives it the type of its place.
        TypeKind::Nothing => Ty::Bool,
        other => unreachable!("a value of type {other:?} in a checked package"),
    }
}

/// The fields of a record with nested records flattened into dotted names.
fn flatten(kind: &TypeKind) -> Arc<[RecordField]> {
    fn collect(prefix: &str, outer: bool, kind: &TypeKind, into: &mut Vec<RecordField>) {
        let TypeKind::Record(record) = kind else {
            return;
        };
        for field in &record.fields {
            let name = format!("{prefix}{}", field.name);
            let optional = outer || field.ty.optional;
            if matches!(field.ty.kind, TypeKind::Record(_)) {
                collect(&format!("{name}."), optional, &field.ty.kind, into);
            } else {
                into.push(RecordField {
                    name: name.into(),
                    ty: ty(&field.ty.kind),
                    optional,
                });
            }
        }
    }
    let mut fields = Vec::new();
    collect("", false, kind, &mut fields);
    fields.into()
}

/// The type of element `child` of a list, and whether it may be missing.
pub(crate) fn element(list: &Ty, child: u32) -> (Ty, bool) {
    match list.element() {
        Some(Ty::Record(fields)) => {
            let field = &fields[child as usize];
            (field.ty.clone(), field.optional)
        }
        Some(scalar) => (scalar.clone(), false),
        None => unreachable!("elements of {list:?}, which is no list"),
    }
}

/// The plan's constant of a value that has this type.
pub(crate) fn constant(value: &Const, ty: &Ty) -> ir::Const {
    match value {
        Const::Missing => ir::Const::Missing,
        Const::Bool(value) => ir::Const::Bool(*value),
        Const::Int(value) if *ty == Ty::Float => ir::Const::Float(F64::new(*value as f64)),
        Const::Int(value) => ir::Const::Int(*value),
        Const::Float(value) => ir::Const::Float(F64::new(*value)),
        Const::Str(value) => ir::Const::Str(value.clone()),
        Const::Enum(index) => ir::Const::Enum(*index),
        Const::Geo(lat, lon) => ir::Const::Geo(F64::new(*lat), F64::new(*lon)),
        Const::List(values) => {
            let element = ty.element().expect("a list's constant has a list's type");
            ir::Const::List(
                values
                    .iter()
                    .map(|value| constant(value, element))
                    .collect(),
            )
        }
        Const::Record(values) => {
            let Ty::Record(fields) = ty else {
                unreachable!("a record's constant has a record's type");
            };
            let fields = fields.iter().map(|field| {
                let mut named = values.iter().filter(|(name, _)| *name == field.name);
                let value = named.next();
                value.map_or(ir::Const::Missing, |(_, value)| constant(value, &field.ty))
            });
            let mut fields: Vec<ir::Const> = fields.collect();
            match fields.len() {
                1 => fields.remove(0),
                _ => ir::Const::Record(fields.into()),
            }
        }
        Const::Period { .. } => unreachable!("a value that the plan cannot hold: {value:?}"),
    }
}

/// The column's type, and whether a value may be missing.
pub(crate) fn column_of(table: &Table, col: ColId) -> (Ty, bool) {
    let column = &table.columns[col];
    (column.ty.clone(), column.optional)
}
