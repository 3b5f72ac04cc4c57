//! JSON text as raw values. Numbers are taken as they are written, never through a Float.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::decimal::Decimal;
use super::raw::{Bad, Raw, Value};

/// How deep arrays and objects may nest.
const DEPTH: usize = 64;

/// The value of a valid JSON text.
pub(crate) fn value(text: &str) -> Value<'_> {
    nested(text, 0)
}

fn nested(text: &str, depth: usize) -> Value<'_> {
    if depth > DEPTH {
        return Err(Bad::text(text, format!("nests deeper than {DEPTH} levels")));
    }
    let text = text.trim_ascii();
    match text.as_bytes().first() {
        Some(b'"') => string(text).map(Raw::Text),
        Some(b'[') => array(text)?
            .into_iter()
            .map(|item| nested(item.get(), depth + 1))
            .collect::<Result<_, _>>()
            .map(Raw::List),
        Some(b'{') => object(text)?
            .into_iter()
            .map(|(name, item)| Ok((name, nested(item.get(), depth + 1)?)))
            .collect::<Result<_, _>>()
            .map(Raw::Record),
        Some(b't') => Ok(Raw::Bool(true)),
        Some(b'f') => Ok(Raw::Bool(false)),
        Some(b'n') | None => Ok(Raw::Missing),
        // A number that no decimal holds stays text, which a Float column still reads.
        Some(_) => Ok(Decimal::parse(text).map_or(Raw::str(text), Raw::Number)),
    }
}

/// The text of a JSON string.
pub(crate) fn string(text: &str) -> Result<Cow<'_, str>, Box<Bad>> {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    if let Some(inner) = inner
        && !inner.contains(['\\', '"'])
    {
        return Ok(Cow::Borrowed(inner));
    }
    serde_json::from_str(text)
        .map(Cow::Owned)
        .map_err(|_| Bad::text(text, "is not valid JSON text"))
}

fn array(text: &str) -> Result<Vec<&RawValue>, Box<Bad>> {
    serde_json::from_str(text).map_err(|_| Bad::text(text, "is not a valid JSON list"))
}

/// The fields of a JSON object, in order; a name that stands twice is refused.
fn object(text: &str) -> Result<Vec<(Cow<'_, str>, &RawValue)>, Box<Bad>> {
    let fields: Fields<'_> = serde_json::from_str(text).map_err(|error| {
        let twice = error.to_string();
        match twice.split_once(" stands twice") {
            Some((name, _)) => Bad::text(
                text,
                format!("is a JSON object in which {name} stands twice"),
            ),
            None => Bad::text(text, "is not a valid JSON object"),
        }
    })?;
    Ok(fields.0)
}

/// Text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An object's fields, borrowed where the text has no escapes.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Fields<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Fields<'de>, A::Error> {
                let mut fields: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
                while let Some(Key(name)) = map.next_key()? {
                    fields.push((name, map.next_value()?));
                }
                let mut names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
                names.sort_unstable();
                if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
                    return Err(serde::de::Error::custom(format!(
                        "`{}` stands twice",
                        pair[0]
                    )));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// A name of an object, borrowed where it has no escapes.
pub(crate) struct Key<'a>(pub(crate) Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> String {
        match value(json) {
            Ok(raw) => raw.text().into_owned(),
            Err(bad) => format!("bad: {}", bad.reason),
        }
    }

    #[test]
    fn numbers_stay_as_written() {
        assert_eq!(
            text("12345678901234567890.123456789"),
            "12345678901234567890.123456789"
        );
        assert_eq!(text("1e400"), "1e400");
        assert_eq!(text("-0.10"), "-0.1");
    }

    #[test]
    fn nested_values_and_escapes_are_read() {
        assert_eq!(
            text(r#" {"a":[1,"x\n\u00e9",null,true], "b":{"c":{}}} "#),
            r#"{"a":[1,"x\né",null,true],"b":{"c":{}}}"#
        );
        assert_eq!(text("null"), "");
    }

    #[test]
    fn doubled_names_and_great_depth_are_refused() {
        assert!(text(r#"{"a":1,"a":2}"#).contains("`a` stands twice"));
        assert!(text(&("[".repeat(100) + &"]".repeat(100))).contains("deeper than 64"));
        assert!(text(&("[".repeat(100_000) + &"]".repeat(100_000))).starts_with("bad"));
        assert!(text("[1,").starts_with("bad"));
        assert!(text("\"\\ud800\"").starts_with("bad"));
    }
}
