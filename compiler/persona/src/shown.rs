//! Values for people and for JSON.

use persona_ir::{Schema, Ty};
use persona_runtime::Value;
use persona_runtime::display::{date, display, iso, time_of_day};
use persona_runtime::time::Zone;

/// A value, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// As people write it: `1200 USD`, `"shoes"`, `missing`.
    pub text: String,
    /// As JSON: numbers and Bools as such, `null` for a missing value, text for everything else.
    pub json: serde_json::Value,
    /// For a Bool, what it is.
    pub truth: Option<bool>,
}

impl Shown {
    /// A value of a type.
    pub(crate) fn new(value: &Value, ty: &Ty, schema: &Schema, zone: &Zone) -> Self {
        let truth = match value {
            Value::Bool(value) => Some(*value),
            _ => None,
        };
        Self {
            text: text(value, ty, schema, zone),
            json: json(value, ty, schema),
            truth,
        }
    }

    /// Yes or no.
    pub(crate) fn of_bool(value: bool) -> Self {
        Self {
            text: if value { "yes" } else { "no" }.to_owned(),
            json: value.into(),
            truth: Some(value),
        }
    }
}

fn text(value: &Value, ty: &Ty, schema: &Schema, zone: &Zone) -> String {
    match (value, ty) {
        (Value::Missing, _) => "missing".to_owned(),
        (Value::Bool(value), _) => if *value { "yes" } else { "no" }.to_owned(),
        (Value::Str(text), _) => format!("{text:?}"),
        (Value::Enum(_), _) => display(value, ty, Some("name"), schema, zone),
        (Value::Float(float), _) => rounded(*float),
        (Value::List(values), Ty::List(element) | Ty::Set(element)) => {
            let shown: Vec<String> = values
                .iter()
                .take(5)
                .map(|value| text(value, element, schema, zone))
                .collect();
            let more = if values.len() > 5 {
                format!(", … ({} in all)", values.len())
            } else {
                String::new()
            };
            format!("[{}{more}]", shown.join(", "))
        }
        _ => display(value, ty, None, schema, zone),
    }
}

/// A Float to six digits at most, so that it can be read.
fn rounded(value: f64) -> String {
    let exact = value.to_string();
    if exact.len() <= 8 {
        return exact;
    }
    let short = format!("{value:.4}");
    let short = short.trim_end_matches('0').trim_end_matches('.');
    if short == "0" || short == "-0" {
        format!("{value:e}")
    } else {
        short.to_owned()
    }
}

/// A value as JSON.
pub(crate) fn json(value: &Value, ty: &Ty, schema: &Schema) -> serde_json::Value {
    match (value, ty) {
        (Value::Missing, _) => serde_json::Value::Null,
        (Value::Bool(value), _) => (*value).into(),
        (Value::Float(value), _) => (*value).into(),
        (Value::Int(value), Ty::Int) => (*value).into(),
        (Value::Int(value), Ty::Date) => date(*value, None).into(),
        (Value::Int(value), Ty::Timestamp) => iso(*value).into(),
        (Value::Int(value), Ty::TimeOfDay) => time_of_day(*value).into(),
        (Value::Str(text), _) => text.to_string().into(),
        (Value::Geo(lat, lon), _) => serde_json::json!({ "lat": lat, "lon": lon }),
        (Value::List(values), Ty::List(element) | Ty::Set(element)) => values
            .iter()
            .map(|value| json(value, element, schema))
            .collect(),
        (Value::Record(values), Ty::Record(fields)) => {
            let pairs = fields.iter().zip(values.iter());
            let pairs = pairs
                .map(|(field, value)| (field.name.to_string(), json(value, &field.ty, schema)));
            serde_json::Value::Object(pairs.collect())
        }
        (Value::Enum(_), _) => display(value, ty, Some("name"), schema, &Zone::utc()).into(),
        _ => display(value, ty, None, schema, &Zone::utc()).into(),
    }
}
