//! People and items at random: few values of everything, so that conditions hold and ties are common.

use std::sync::Arc;

use persona_ir::{Column, Schema, Ty};
use persona_runtime::{CatalogsBuilder, Dataset, DatasetBuilder, Value};

use crate::support::rng::Rng;

const DAY: i64 = 86_400_000_000;
/// 2026-01-01, in days since 1970.
const TODAY: i64 = 20_454;

/// People, events and items; and when they are asked about.
pub(super) fn data(rng: &mut Rng, schema: &Schema) -> (Dataset, i64) {
    let now = TODAY * DAY + 12 * 3_600_000_000;
    let mut items = CatalogsBuilder::new(schema);
    for (id, catalog) in schema.catalogs.iter_enumerated() {
        let count = *rng.pick(&[0, 1, 3, 8, 30, 60]);
        for index in 0..count {
            let columns = catalog.table.columns.iter();
            let mut values: Vec<Value> = columns.map(|column| value(rng, column)).collect();
            values[usize::from(catalog.key)] = match catalog.table.columns[catalog.key].ty {
                Ty::Int => Value::Int(index),
                _ => format!("p{index}").into(),
            };
            items.item(id, values);
        }
    }
    let mut builder = DatasetBuilder::new(schema);
    builder.catalogs(Arc::new(items.finish()));
    for person in 0..rng.between(1, 6) {
        let key = format!("c{person}");
        let columns = schema.profile.columns.iter();
        let mut values: Vec<Value> = columns.map(|column| value(rng, column)).collect();
        values[usize::from(schema.key)] = key.as_str().into();
        builder.profile(values);
        for (kind, table) in schema.events.iter_enumerated() {
            if &*table.name == "Sent" {
                continue;
            }
            for _ in 0..rng.below(5) {
                let columns = table.columns.iter();
                let mut values: Vec<Value> = columns.map(|column| value(rng, column)).collect();
                values[0] = Value::Int(now - rng.between(-DAY, 400 * DAY));
                values[1] = Value::Missing;
                builder.event(&key, kind, values);
            }
        }
    }
    (builder.finish(), now)
}

fn value(rng: &mut Rng, column: &Column) -> Value {
    if column.optional && rng.chance(3_000) {
        return Value::Missing;
    }
    let (name, ty) = (&*column.name, &column.ty);
    match name {
        "zone" => (*rng.pick(&["UTC", "America/New_York", "Asia/Tokyo"])).into(),
        "sku" | "items.sku" => key(rng),
        "wishes" => Value::List((0..rng.below(4)).map(|_| key(rng)).collect()),
        _ => of_type(rng, ty),
    }
}

fn key(rng: &mut Rng) -> Value {
    format!("p{}", rng.below(40)).into()
}

fn of_type(rng: &mut Rng, ty: &Ty) -> Value {
    match ty {
        Ty::Bool => rng.chance(6_000).into(),
        Ty::Int => rng.between(-2, 9).into(),
        Ty::Money(_) => (rng.between(0, 50) * 100).into(),
        Ty::Float => (rng.between(-4, 12) as f64 / 4.0).into(),
        Ty::Str => (*rng.pick(&["a", "b", "c", "ab", ""])).into(),
        Ty::Date => (TODAY - rng.between(-5, 60)).into(),
        Ty::Timestamp => ((TODAY - rng.between(-5, 20)) * DAY).into(),
        Ty::Geo => Value::Geo(rng.between(-3, 3) as f64, rng.between(-3, 3) as f64),
        Ty::Enum(_) => Value::Enum(u32::try_from(rng.below(3)).expect("small")),
        Ty::List(of) => Value::List((0..rng.below(4)).map(|_| of_type(rng, of)).collect()),
        Ty::Set(of) => {
            let mut values: Vec<Value> = (0..rng.below(4)).map(|_| of_type(rng, of)).collect();
            values.sort_by(|a, b| a.compare(b).expect("values of one ordered type"));
            values.dedup();
            Value::List(values.into())
        }
        Ty::Record(fields) => {
            let fields = fields.iter().map(|field| match &*field.name {
                "sku" => key(rng),
                _ => of_type(rng, &field.ty),
            });
            Value::Record(fields.collect())
        }
        other => panic!("no values of {other:?}"),
    }
}
