//! Answers as text: for CSV cells, and as JSON values. Everything reads back as it was: money as decimals, instants in
//! UTC, enums by name.

use persona_ir::{Schema, Ty};
use persona_runtime::Value;
use serde_json::{Map, Number, Value as Json};

use crate::value::civil;
use crate::value::decimal::Decimal;

/// A value as the text of a CSV cell; nothing where it is missing.
pub(crate) fn cell(value: &Value, ty: &Ty, schema: &Schema) -> String {
    match json(value, ty, schema) {
        Json::Null => String::new(),
        Json::String(text) => text,
        Json::Object(fields) if *ty == Ty::Geo => fields
            .values()
            .map(Json::to_string)
            .collect::<Vec<_>>()
            .join(","),
        other => other.to_string(),
    }
}

/// A value as JSON.
pub(super) fn json(value: &Value, ty: &Ty, schema: &Schema) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => integer(*value, ty, schema),
        Value::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
        Value::Str(text) => Json::String(text.to_string()),
        Value::Enum(code) => enum_name(*code, ty, schema),
        Value::Geo(lat, lon) => {
            let number = |value: f64| Number::from_f64(value).map_or(Json::Null, Json::Number);
            Json::Object(Map::from_iter([
                ("lat".to_owned(), number(*lat)),
                ("lon".to_owned(), number(*lon)),
            ]))
        }
        Value::List(items) => {
            let element = ty.element().unwrap_or(ty);
            Json::Array(
                items
                    .iter()
                    .map(|item| element_json(item, element, schema))
                    .collect(),
            )
        }
        Value::Record(_) => element_json(value, ty, schema),
    }
}

fn element_json(value: &Value, ty: &Ty, schema: &Schema) -> Json {
    let Ty::Record(fields) = ty else {
        return json(value, ty, schema);
    };
    let values: &[Value] = match value {
        Value::Record(values) => values,
        // An element with a single field is that field's value.
        single => std::slice::from_ref(single),
    };
    let pairs = fields.iter().zip(values);
    Json::Object(
        pairs
            .map(|(field, value)| (field.name.to_string(), json(value, &field.ty, schema)))
            .collect(),
    )
}

fn integer(value: i64, ty: &Ty, schema: &Schema) -> Json {
    match ty {
        Ty::Money(currency) => Json::String(money(value, currency.decimals())),
        Ty::Date => Json::String(civil::format_date(value)),
        Ty::TimeOfDay => Json::String(civil::format_time(value)),
        Ty::Timestamp => Json::String(civil::format_instant(value)),
        Ty::Duration => Json::String(civil::format_duration(value)),
        Ty::Enum(_) => enum_name(u32::try_from(value).unwrap_or(u32::MAX), ty, schema),
        _ => Json::Number(value.into()),
    }
}

fn enum_name(code: u32, ty: &Ty, schema: &Schema) -> Json {
    let Ty::Enum(id) = ty else { return Json::Null };
    let value = schema.enums[*id].values.get(code as usize);
    value.map_or(Json::Null, |value| Json::String(value.name.to_string()))
}

/// An amount with all decimals of its currency: `1200.50`.
fn money(minor: i64, decimals: u32) -> String {
    let text = Decimal::new(minor.into(), decimals)
        .map_or_else(|_| minor.to_string(), |amount| amount.to_string());
    if decimals == 0 {
        return text;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}.{fraction:0<width$}", width = decimals as usize)
}

/// A CSV cell, quoted where it must be.
pub(super) fn quote(text: &str, out: &mut String) {
    if text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_all_its_decimals() {
        assert_eq!(money(120_050, 2), "1200.50");
        assert_eq!(money(-5, 2), "-0.05");
        assert_eq!(money(100, 2), "1.00");
        assert_eq!(money(7, 0), "7");
        assert_eq!(money(i64::MIN, 3), "-9223372036854775.808");
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let quoted = |text| {
            let mut out = String::new();
            quote(text, &mut out);
            out
        };
        assert_eq!(quoted("plain text"), "plain text");
        assert_eq!(quoted("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\"");
        assert_eq!(quoted(" x"), "\" x\"");
    }
}
