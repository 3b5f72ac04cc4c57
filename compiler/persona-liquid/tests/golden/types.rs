//! From JSON to typed values: what a template would see if the data were a schema's. Nothing here knows Liquid.

use std::sync::Arc;

use persona_liquid::{Field, Ty, Value};
use serde_json::Value as Json;

/// The type of some data; `None` where values of one place have several types. An empty list is one of texts.
pub(super) fn type_of(json: &Json) -> Option<Ty> {
    Some(match json {
        // Nothing is known of what is never there but that it may be missing.
        Json::Null => Ty::Str.optional(),
        Json::Bool(_) => Ty::Bool,
        Json::Number(number) if number.is_i64() => Ty::Int,
        Json::Number(_) => Ty::Float,
        Json::String(_) => Ty::Str,
        Json::Array(items) => {
            let mut of: Option<Ty> = None;
            let mut missing = false;
            for item in items {
                if item.is_null() {
                    missing = true;
                    continue;
                }
                let ty = type_of(item)?;
                of = Some(match of {
                    None => ty,
                    Some(other) => both(&other, &ty)?,
                });
            }
            let of = of.unwrap_or(Ty::Str);
            Ty::list(if missing { of.optional() } else { of })
        }
        Json::Object(fields) => {
            let typed = fields.iter().map(|(name, value)| {
                Some(Field {
                    name: Arc::from(name.as_str()),
                    ty: type_of(value)?,
                })
            });
            Ty::Record(typed.collect::<Option<Vec<_>>>()?.into())
        }
    })
}

/// One type for two values: fields that one lacks may be missing.
fn both(a: &Ty, b: &Ty) -> Option<Ty> {
    Some(match (a, b) {
        (a, b) if a == b => a.clone(),
        (Ty::Optional(a), b) => both(a, &b.clone().known())?.optional(),
        (a, Ty::Optional(b)) => both(a, b)?.optional(),
        (Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => Ty::Float,
        (Ty::List(a), Ty::List(b)) => Ty::list(both(a, b)?),
        (Ty::Record(a), Ty::Record(b)) => {
            let mut fields: Vec<Field> = Vec::new();
            for field in a.iter() {
                let other = b.iter().find(|other| other.name == field.name);
                fields.push(Field {
                    name: Arc::clone(&field.name),
                    ty: match other {
                        Some(other) => both(&field.ty, &other.ty)?,
                        None => field.ty.clone().optional(),
                    },
                });
            }
            for field in b
                .iter()
                .filter(|field| !a.iter().any(|other| other.name == field.name))
            {
                fields.push(Field {
                    name: Arc::clone(&field.name),
                    ty: field.ty.clone().optional(),
                });
            }
            Ty::Record(fields.into())
        }
        _ => return None,
    })
}

/// The data as a value of its type.
pub(super) fn value_of(json: &Json, ty: &Ty) -> Value {
    match (json, ty) {
        (Json::Null, _) => Value::Missing,
        (json, Ty::Optional(of)) => value_of(json, of),
        (Json::Bool(yes), _) => Value::Bool(*yes),
        (Json::Number(number), Ty::Int) => Value::Int(number.as_i64().expect("an i64")),
        (Json::Number(number), _) => Value::Float(number.as_f64().expect("an f64")),
        (Json::String(text), _) => Value::text(text),
        (Json::Array(items), Ty::List(of)) => {
            Value::list(items.iter().map(|item| value_of(item, of)))
        }
        (Json::Object(object), Ty::Record(fields)) => {
            let values = fields.iter().map(|field| {
                let json = object.get(&*field.name).unwrap_or(&Json::Null);
                value_of(json, &field.ty)
            });
            Value::Record(values.collect())
        }
        (json, ty) => unreachable!("{json} is no {ty:?}"),
    }
}
