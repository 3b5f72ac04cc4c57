//! Fields by name, and values as people who embed persona write them: dates as texts, enum values by their names.

use std::sync::Arc;

use persona_base::nearest;
use persona_ir::{KindId, Plan, Schema, Table, Ty};
use persona_jit::RowValue;
use persona_runtime::{Value, parse};

use super::Field;
use crate::Error;

/// A field of the profile.
pub(crate) fn find(plan: &Plan, name: &str) -> Result<Field, Error> {
    let table = &plan.schema.profile;
    table.column(name).map(Field).ok_or_else(|| {
        unknown(
            format!("the profile has no field `{name}`"),
            name,
            fields(table),
        )
    })
}

fn fields(table: &Table) -> impl Iterator<Item = &str> {
    table.columns.iter().map(|column| &*column.name)
}

fn unknown<'n>(message: String, name: &str, names: impl Iterator<Item = &'n str>) -> Error {
    let error = Error::unknown(message);
    match nearest(name, names) {
        Some(near) => error.with_help(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// What a field is given.
pub(crate) struct Given<'s> {
    pub(crate) schema: &'s Schema,
    pub(crate) name: &'s Arc<str>,
    pub(crate) ty: &'s Ty,
}

impl Given<'_> {
    /// A value in the form in which the field holds it; what does not fit at all is left for the row to refuse.
    pub(crate) fn read<'v>(&self, value: RowValue<'v>) -> Result<RowValue<'v>, Error> {
        match (self.ty, value) {
            (Ty::Float, RowValue::Int(number)) => Ok(RowValue::Float(number as f64)),
            (Ty::Date, RowValue::Str(text)) => self.moment(text, parse::date, "2026-01-31"),
            (Ty::TimeOfDay, RowValue::Str(text)) => self.moment(text, parse::time_of_day, "18:30"),
            (Ty::Timestamp, RowValue::Str(text)) => {
                self.moment(text, parse::timestamp, "2026-01-31T10:00:00Z")
            }
            (Ty::Enum(id), RowValue::Str(text)) => {
                let def = &self.schema.enums[*id];
                let names = def.values.iter().map(|value| &*value.name);
                let index = names.clone().position(|name| name == text);
                let index = index.and_then(|index| u32::try_from(index).ok());
                index.map(RowValue::Enum).ok_or_else(|| {
                    let message = format!(
                        "`{}` has no value `{text}`, which `{}` was given",
                        def.name, self.name
                    );
                    unknown(message, text, names)
                })
            }
            (_, value) => Ok(value),
        }
    }

    fn moment<'v>(
        &self,
        text: &str,
        parse: fn(&str) -> Option<i64>,
        example: &str,
    ) -> Result<RowValue<'v>, Error> {
        let error = || {
            Error::value(format!(
                "`{}` was given `{text}`, which it cannot read",
                self.name
            ))
            .with_help(format!("write it like {example}"))
        };
        parse(text.trim()).map(RowValue::Int).ok_or_else(error)
    }

    /// The elements of a list or set.
    pub(crate) fn elements<'v>(
        &self,
        values: impl Iterator<Item = RowValue<'v>>,
    ) -> Result<Vec<Value>, Error> {
        let element = Given {
            ty: self.ty.element().unwrap_or(self.ty),
            ..*self
        };
        values
            .map(|value| Ok(element.read(value)?.to_value()))
            .collect()
    }
}

/// An event's kind and its row.
pub(crate) fn event<'v>(
    schema: &Schema,
    kind: &str,
    values: impl IntoIterator<Item = (&'v str, RowValue<'v>)>,
) -> Result<(KindId, Vec<Value>), Error> {
    let kinds = || schema.events.iter().map(|table| &*table.name);
    let found = schema
        .events
        .iter_enumerated()
        .find(|(_, table)| *table.name == *kind);
    let Some((id, table)) = found else {
        return Err(unknown(
            format!("there is no event `{kind}`"),
            kind,
            kinds(),
        ));
    };
    let mut row = vec![Value::Missing; table.columns.len()];
    for (name, value) in values {
        let Some(col) = table.column(name) else {
            return Err(unknown(
                format!("`{kind}` has no field `{name}`"),
                name,
                fields(table),
            ));
        };
        let column = &table.columns[col];
        let given = Given {
            schema,
            name: &column.name,
            ty: &column.ty,
        };
        row[usize::from(col)] = given.read(value)?.to_value();
    }
    Ok((id, row))
}
