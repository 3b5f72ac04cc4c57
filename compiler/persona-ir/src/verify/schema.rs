//! Rules of tables, enums and constants.

use std::collections::BTreeSet;

use super::{Violation, ascending};
use crate::{Column, Const, Plan, Schema, Table, Ty, Validate};

const MIN_DATE: i64 = -719_162;
const MAX_DATE: i64 = 2_932_896;
const DAY: i64 = 86_400_000_000;

pub(super) fn check(plan: &Plan, violations: &mut Vec<Violation>) {
    let schema = &plan.schema;
    let mut report = |message: String| {
        violations.push(Violation {
            rule: "schema",
            message,
        });
    };
    let names: Vec<&str> = schema.events.iter().map(|table| &*table.name).collect();
    // What persona itself adds of what was sent comes last, whatever the others are called.
    let own = names.strip_suffix(&[Schema::SENT]).unwrap_or(&names);
    if !ascending(own) || own.contains(&Schema::SENT) {
        report("the kinds of events are not sorted by name, or one is repeated".to_owned());
    }
    if !distinct(schema.enums.iter().map(|def| &*def.name)) {
        report("two enums have one name".to_owned());
    }
    for def in &schema.enums {
        if !distinct(def.values.iter().map(|value| &*value.name)) {
            report(format!("the enum {} has two values of one name", def.name));
        }
    }
    let names: Vec<&str> = schema.catalogs.iter().map(|of| &*of.table.name).collect();
    if !ascending(&names) {
        report("the catalogs are not sorted by name, or one is repeated".to_owned());
    }
    for catalog in &schema.catalogs {
        table(schema, &catalog.table, &mut report);
        let key = catalog.table.columns.get(catalog.key);
        if !key.is_some_and(is_item_key) {
            report(format!("the key of {} is none", catalog.table.name));
        }
    }
    table(schema, &schema.profile, &mut report);
    profile(schema, &mut report);
    for events in &schema.events {
        table(schema, events, &mut report);
        if !begins_as_events(events) {
            report(format!(
                "{} does not begin with `at: Timestamp` and `id: Str?`",
                events.name
            ));
        }
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = BTreeSet::new();
    names.into_iter().all(|name| seen.insert(name))
}

fn profile(schema: &Schema, report: &mut impl FnMut(String)) {
    let column = |col| schema.profile.columns.get(col);
    let key =
        |column: &Column| column.ty == Ty::Str && !column.optional && column.default.is_none();
    if !schema.profile.columns.is_empty() && !column(schema.key).is_some_and(key) {
        report("the key is no Str column that is always there".to_owned());
    }
    let zone =
        |column: &Column| column.ty == Ty::Str && column.validate == Some(Validate::TimeZone);
    if schema
        .zone
        .is_some_and(|zone_col| !column(zone_col).is_some_and(zone))
    {
        report("the zone is no Str column that is validated as a time zone".to_owned());
    }
}

fn is_item_key(column: &Column) -> bool {
    matches!(column.ty, Ty::Str | Ty::Int | Ty::Enum(_))
        && !column.optional
        && column.default.is_none()
}

fn begins_as_events(table: &Table) -> bool {
    let is = |col, name: &str, ty: &Ty, optional: bool| {
        let column = table.columns.get(col);
        column.is_some_and(|c| {
            &*c.name == name && c.ty == *ty && c.optional == optional && c.default.is_none()
        })
    };
    is(Schema::AT, "at", &Ty::Timestamp, false) && is(Schema::ID, "id", &Ty::Str, true)
}

fn table(schema: &Schema, table: &Table, report: &mut impl FnMut(String)) {
    if !distinct(table.columns.iter().map(|column| &*column.name)) {
        report(format!("{} has two columns of one name", table.name));
    }
    for column in &table.columns {
        let place = format!("{}.{}", table.name, column.name);
        if !is_column_type(schema, &column.ty) {
            report(format!("{place} has a type that no column can have"));
            continue;
        }
        let fits =
            |default: &Const| *default != Const::Missing && fits(schema, default, &column.ty);
        if column
            .default
            .as_ref()
            .is_some_and(|default| column.optional || !fits(default))
        {
            report(format!("the default of {place} does not fit"));
        }
    }
}

/// Whether a column can have a type: its enums exist, records stand in lists only, and items nowhere.
fn is_column_type(schema: &Schema, ty: &Ty) -> bool {
    !matches!(ty, Ty::Record(_)) && named_exist(schema, ty) && records_in_lists(ty)
}

fn records_in_lists(ty: &Ty) -> bool {
    match ty {
        Ty::List(element) | Ty::Set(element) => match &**element {
            Ty::Record(fields) => {
                let scalar = |field: &crate::RecordField| {
                    !matches!(field.ty, Ty::Record(_)) && records_in_lists(&field.ty)
                };
                !fields.is_empty() && fields.iter().all(scalar)
            }
            element => records_in_lists(element),
        },
        Ty::Item(_) => false,
        _ => true,
    }
}

/// Whether all enums and catalogs that a type names exist.
pub(super) fn named_exist(schema: &Schema, ty: &Ty) -> bool {
    match ty {
        Ty::Enum(id) => schema.enums.get(*id).is_some(),
        Ty::Item(id) => schema.catalogs.get(*id).is_some(),
        Ty::List(element) | Ty::Set(element) => named_exist(schema, element),
        Ty::Record(fields) => fields.iter().all(|field| named_exist(schema, &field.ty)),
        _ => true,
    }
}

/// Whether a constant is a value of a type. A missing one is of every type.
pub(super) fn fits(schema: &Schema, value: &Const, ty: &Ty) -> bool {
    match (value, ty) {
        (Const::Missing, _)
        | (Const::Bool(_), Ty::Bool)
        | (Const::Float(_), Ty::Float)
        | (Const::Str(_), Ty::Str) => true,
        (Const::Int(days), Ty::Date) => (MIN_DATE..=MAX_DATE).contains(days),
        (Const::Int(seconds), Ty::TimeOfDay) => (0..86_400).contains(seconds),
        (Const::Int(micros), Ty::Timestamp) => {
            (MIN_DATE * DAY..(MAX_DATE + 1) * DAY).contains(micros)
        }
        (Const::Int(_), ty) => ty.is_integer(),
        (Const::Enum(index), Ty::Enum(id)) => schema
            .enums
            .get(*id)
            .is_some_and(|def| (*index as usize) < def.values.len()),
        (Const::Geo(a, b), Ty::Geo) => a.get().abs() <= 90.0 && b.get().abs() <= 180.0,
        (Const::List(values), Ty::List(element) | Ty::Set(element)) => values
            .iter()
            .all(|value| *value != Const::Missing && fits(schema, value, element)),
        (Const::Record(values), Ty::Record(fields)) => {
            fields.len() >= 2 && fields.len() == values.len() && {
                let mut pairs = values.iter().zip(fields.iter());
                pairs.all(|(value, field)| {
                    (field.optional || *value != Const::Missing) && fits(schema, value, &field.ty)
                })
            }
        }
        (value, Ty::Record(fields)) if fields.len() == 1 => fits(schema, value, &fields[0].ty),
        _ => false,
    }
}
