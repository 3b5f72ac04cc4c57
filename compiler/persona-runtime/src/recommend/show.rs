//! Items as values: their places in the catalog, records of all they have for templates, their keys where they are printed.

use persona_ir::{CatalogId, Schema, Ty};

use crate::{Catalogs, Value};

/// An item as a value: its place in its catalog.
pub fn item(row: usize) -> Value {
    Value::Int(i64::try_from(row).unwrap_or(i64::MAX))
}

/// A value with records of all their columns in place of items.
pub fn whole(catalogs: &Catalogs, value: Value, ty: &Ty) -> Value {
    mapped(value, ty, &|catalog, row| {
        let Some(table) = catalogs.tables.get(catalog) else {
            return Value::Missing;
        };
        let columns = table.columns.ids();
        let mut values: Vec<Value> = columns
            .map(|col| catalogs.value(catalog, col, row))
            .collect();
        match values.len() {
            // As an element with a single field, which is that field's value.
            1 => values.swap_remove(0),
            _ => Value::Record(values.into()),
        }
    })
}

/// A value, and its type, with their keys in place of items: how items print.
pub fn by_key(schema: &Schema, catalogs: &Catalogs, value: Value, ty: &Ty) -> (Value, Ty) {
    let value = mapped(value, ty, &|catalog, row| {
        catalogs.value(catalog, schema.catalogs[catalog].key, row)
    });
    (value, key_ty(schema, ty))
}

/// A type with those of their keys in place of items.
pub fn key_ty(schema: &Schema, ty: &Ty) -> Ty {
    match ty {
        Ty::Item(catalog) => {
            let catalog = &schema.catalogs[*catalog];
            catalog.table.columns[catalog.key].ty.clone()
        }
        Ty::List(of) if matches!(**of, Ty::Item(_)) => Ty::List(key_ty(schema, of).into()),
        ty => ty.clone(),
    }
}

fn mapped(value: Value, ty: &Ty, f: &dyn Fn(CatalogId, usize) -> Value) -> Value {
    match (ty, &value) {
        (Ty::Item(catalog), Value::Int(row)) => {
            usize::try_from(*row).map_or(Value::Missing, |row| f(*catalog, row))
        }
        (Ty::List(of), Value::List(items)) if matches!(**of, Ty::Item(_)) => {
            let items = items.iter().map(|item| mapped(item.clone(), of, f));
            Value::List(items.collect())
        }
        _ => value,
    }
}
