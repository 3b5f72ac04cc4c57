//! A raw value: what a cell of a file holds, and what expressions over raw rows compute with.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::civil;
use super::decimal::{Decimal, DecimalError};

/// A value of a raw row.
#[derive(Clone, Debug)]
pub(crate) enum Raw<'a> {
    /// No value.
    Missing,
    /// An empty CSV cell: no value, except for a `String` that may not be missing, where it is `""`.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number or an exact decimal.
    Number(Decimal),
    /// A binary floating-point number, possibly not finite.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Microseconds since 1970-01-01T00:00Z.
    Instant(i64),
    /// Microseconds since 1970-01-01T00:00 on a clock whose zone the file does not say.
    Local(i64),
    /// Days since 1970-01-01.
    Date(i64),
    /// Seconds since midnight.
    Time(i64),
    /// Microseconds.
    Duration(i64),
    /// Latitude, longitude.
    Geo(f64, f64),
    /// Elements in order.
    List(Vec<Raw<'a>>),
    /// Names and values in order.
    Record(Vec<(Cow<'a, str>, Raw<'a>)>),
}

/// A value that cannot be what it should be: the text of it, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bad {
    /// The value as people would find it in the file, shortened.
    pub(crate) value: String,
    /// A plain sentence.
    pub(crate) reason: String,
}

/// The longest piece of a bad value that is repeated in messages, in characters.
const SHOWN: usize = 120;

impl Bad {
    pub(crate) fn new(value: &Raw<'_>, reason: impl Into<String>) -> Box<Self> {
        Self::text(&value.text(), reason)
    }

    pub(crate) fn text(value: &str, reason: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            value: shorten(value),
            reason: reason.into(),
        })
    }
}

/// The text, cut to a length that fits a message.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A raw value, or why there is none.
pub(crate) type Value<'a> = Result<Raw<'a>, Box<Bad>>;

impl<'a> Raw<'a> {
    /// Borrowed text.
    pub(crate) fn str(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// Whether there is no value.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing | Self::Empty)
    }

    /// The same value, its text borrowed.
    pub(crate) fn reborrow(&self) -> Raw<'_> {
        match self {
            Self::Text(text) => Raw::Text(Cow::Borrowed(text)),
            Self::List(items) => Raw::List(items.iter().map(Raw::reborrow).collect()),
            Self::Record(fields) => {
                let field = |(name, value): &'_ (Cow<'a, str>, Raw<'a>)| {
                    (Cow::Owned(name.to_string()), value.clone())
                };
                Raw::Record(fields.iter().map(field).collect())
            }
            other => other.clone(),
        }
    }

    /// The same value, independent of the batch it was read from.
    pub(crate) fn into_owned(self) -> Raw<'static> {
        match self {
            Self::Missing => Raw::Missing,
            Self::Empty => Raw::Empty,
            Self::Text(text) => Raw::Text(Cow::Owned(text.into_owned())),
            Self::Number(n) => Raw::Number(n),
            Self::Float(f) => Raw::Float(f),
            Self::Bool(b) => Raw::Bool(b),
            Self::Instant(t) => Raw::Instant(t),
            Self::Local(t) => Raw::Local(t),
            Self::Date(d) => Raw::Date(d),
            Self::Time(t) => Raw::Time(t),
            Self::Duration(d) => Raw::Duration(d),
            Self::Geo(lat, lon) => Raw::Geo(lat, lon),
            Self::List(items) => Raw::List(items.into_iter().map(Raw::into_owned).collect()),
            Self::Record(fields) => Raw::Record(
                fields
                    .into_iter()
                    .map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }

    /// The value as text: what a `String` column gets, and what messages show.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Missing | Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(n) => Cow::Owned(n.to_string()),
            Self::Float(f) => Cow::Owned(f.to_string()),
            Self::Bool(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
            Self::Instant(t) => Cow::Owned(civil::format_instant(*t)),
            Self::Local(t) => Cow::Owned(civil::format_local(*t)),
            Self::Date(d) => Cow::Owned(civil::format_date(*d)),
            Self::Time(t) => Cow::Owned(civil::format_time(*t)),
            Self::Duration(d) => Cow::Owned(civil::format_duration(*d)),
            Self::Geo(lat, lon) => Cow::Owned(format!("{lat},{lon}")),
            Self::List(_) | Self::Record(_) => {
                let mut out = String::new();
                self.write_json(&mut out);
                Cow::Owned(out)
            }
        }
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Missing | Self::Empty => out.push_str("null"),
            Self::Number(_) | Self::Float(_) | Self::Bool(_) => out.push_str(&self.text()),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Record(fields) => {
                out.push('{');
                for (at, (name, value)) in fields.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    out.push_str(&super::json::quoted(name));
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
            _ => out.push_str(&super::json::quoted(&self.text())),
        }
    }

    /// The value as a number, where one is needed: text is read as an exact decimal.
    pub(crate) fn number(&self) -> Result<Number, Box<Bad>> {
        match self {
            Self::Number(n) => Ok(Number::Exact(*n)),
            Self::Float(f) if f.is_finite() => Ok(Number::Float(*f)),
            Self::Text(text) => Decimal::parse(text)
                .map(Number::Exact)
                .map_err(|error| Bad::text(text, error.reason())),
            other => Err(Bad::new(other, DecimalError::NotANumber.reason())),
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Float(_))
    }

    /// Order and equality as written in sources: numbers when both are, or one is and the other reads as one; else as text.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        if (self.is_number() || other.is_number())
            && let (Ok(a), Ok(b)) = (self.number(), other.number())
        {
            return a.compare(b);
        }
        match (self, other) {
            (Self::Instant(a), Self::Instant(b))
            | (Self::Local(a), Self::Local(b))
            | (Self::Date(a), Self::Date(b))
            | (Self::Time(a), Self::Time(b))
            | (Self::Duration(a), Self::Duration(b)) => a.cmp(b),
            _ => self.text().cmp(&other.text()),
        }
    }

    /// The order that `min` and `max` use: as [`Raw::compare`], but texts that all read as numbers are numbers, and come
    /// before other text.
    pub(crate) fn compare_extreme(&self, other: &Self) -> Ordering {
        if let (Self::Text(a), Self::Text(b)) = (self, other) {
            return match (Decimal::parse(a), Decimal::parse(b)) {
                (Ok(a), Ok(b)) => a.compare(b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            };
        }
        self.compare(other)
    }

    /// Bytes that are equal exactly for values of one kind that are equal, for grouping.
    pub(crate) fn group_key(&self, out: &mut Vec<u8>) {
        let tag = match self {
            Self::Missing | Self::Empty => 0,
            Self::Number(_) => 1,
            Self::Float(_) => 2,
            Self::Bool(_) => 3,
            Self::Instant(_) => 4,
            Self::Local(_) => 5,
            Self::Date(_) => 6,
            Self::Time(_) => 7,
            Self::Duration(_) => 8,
            Self::Geo(..) => 9,
            Self::List(_) => 10,
            Self::Record(_) => 11,
            Self::Text(_) => 12,
        };
        let text = self.text();
        out.push(tag);
        out.extend_from_slice(&(text.len() as u64).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
}

/// A number to compute with: exact, unless a Float took part.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    /// Exact.
    Exact(Decimal),
    /// Binary floating point.
    Float(f64),
}

impl Number {
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Self::Exact(n) => n.to_f64(),
            Self::Float(f) => f,
        }
    }

    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => a.compare(b),
            // A Float beyond what a decimal holds is compared as a Float; every other one exactly, as it prints.
            (a, b) => match (a.exact(), b.exact()) {
                (Ok(a), Ok(b)) => a.compare(b),
                _ => a.to_f64().total_cmp(&b.to_f64()),
            },
        }
    }

    /// The decimal it prints as.
    pub(crate) fn exact(self) -> Result<Decimal, DecimalError> {
        match self {
            Self::Exact(n) => Ok(n),
            Self::Float(f) => Decimal::from_f64(f),
        }
    }
}

impl From<Number> for Raw<'_> {
    fn from(number: Number) -> Self {
        match number {
            Number::Exact(n) => Self::Number(n),
            Number::Float(f) => Self::Float(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn num(text: &str) -> Raw<'static> {
        Raw::Number(Decimal::parse(text).unwrap())
    }

    #[test]
    fn numbers_compare_as_numbers_and_text_as_text() {
        assert_eq!(Raw::str("10").compare(&Raw::str("9")), Ordering::Less);
        assert_eq!(Raw::str("10").compare(&num("9")), Ordering::Greater);
        assert_eq!(num("9").compare(&Raw::str(" 9.0 ")), Ordering::Equal);
        assert_eq!(num("9").compare(&Raw::str("n/a")), Ordering::Less);
        assert_eq!(Raw::Float(0.1).compare(&num("0.1")), Ordering::Equal);
        assert_eq!(Raw::Float(1e300).compare(&num("1")), Ordering::Greater);
        assert_eq!(
            Raw::Date(1).compare(&Raw::str("1970-01-02")),
            Ordering::Equal
        );
    }

    #[test]
    fn extremes_of_text_are_numeric_where_all_texts_are() {
        assert_eq!(
            Raw::str("10").compare_extreme(&Raw::str("9")),
            Ordering::Greater
        );
        assert_eq!(
            Raw::str("10").compare_extreme(&Raw::str("b")),
            Ordering::Less
        );
        assert_eq!(
            Raw::str("a").compare_extreme(&Raw::str("b")),
            Ordering::Less
        );
    }

    #[test]
    fn group_keys_cannot_run_into_each_other() {
        let key = |values: &[Raw<'_>]| {
            let mut out = Vec::new();
            values.iter().for_each(|v| v.group_key(&mut out));
            out
        };
        assert_ne!(
            key(&[Raw::str("a"), Raw::str("bc")]),
            key(&[Raw::str("ab"), Raw::str("c")])
        );
        assert_ne!(key(&[Raw::str("1")]), key(&[num("1")]));
        assert_eq!(key(&[num("1.0")]), key(&[num("1")]));
        assert_eq!(key(&[Raw::Empty]), key(&[Raw::Missing]));
    }

    #[test]
    fn nested_values_show_as_json() {
        let list = Raw::List(vec![
            Raw::Record(vec![("a\"".into(), num("1.50"))]),
            Raw::Missing,
            Raw::Date(0),
        ]);
        assert_eq!(list.text(), r#"[{"a\"":1.5},null,"1970-01-01"]"#);
    }

    #[test]
    fn long_values_are_shortened_between_characters() {
        let bad = Bad::text(&"é".repeat(500), "");
        assert_eq!(bad.value.chars().count(), 121);
    }
}
