//! The total order of a profile's events (SEMANTICS §1): instant, kind, identifier, and at last the row itself, as
//! canonical bytes. No batching and no order of files changes it.

use persona_ir::KindId;

use crate::Value;

/// What events of one profile are ordered by. Kinds are in the order of their names; an event without an identifier
/// comes before those with one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventKey {
    /// The instant.
    pub at: i64,
    /// The kind.
    pub kind: KindId,
    /// The identifier.
    pub id: Option<Vec<u8>>,
    /// The row's [`canonical`] bytes.
    pub row: Vec<u8>,
}

/// The canonical bytes of a row: its values in the order of the table's columns. Equal rows, and only they, have equal
/// bytes, and the bytes are in the order of the values: missing first, numbers by value, texts by code point, enums by
/// index, lists element by element and the shorter first.
pub fn canonical<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<u8> {
    let mut bytes = Vec::new();
    values.into_iter().for_each(|value| push(&mut bytes, value));
    bytes
}

fn push(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Missing => bytes.push(0),
        Value::Bool(value) => bytes.extend([1, u8::from(*value)]),
        Value::Int(value) => {
            bytes.push(2);
            // With the sign bit turned over, negative numbers come first.
            bytes.extend((value ^ i64::MIN).to_be_bytes());
        }
        Value::Float(value) => {
            bytes.push(3);
            push_float(bytes, *value);
        }
        Value::Str(text) => {
            bytes.push(4);
            // A zero inside is marked, so that the two zeros at the end are less than anything that goes on.
            for byte in text.bytes() {
                bytes.push(byte);
                bytes.extend((byte == 0).then_some(u8::MAX));
            }
            bytes.extend([0, 0]);
        }
        Value::Enum(index) => {
            bytes.push(5);
            bytes.extend(index.to_be_bytes());
        }
        Value::Geo(latitude, longitude) => {
            bytes.push(6);
            push_float(bytes, *latitude);
            push_float(bytes, *longitude);
        }
        Value::List(values) => {
            bytes.push(7);
            for value in values.iter() {
                bytes.push(1);
                push(bytes, value);
            }
            bytes.push(0);
        }
        Value::Record(values) => values.iter().for_each(|value| push(bytes, value)),
    }
}

fn push_float(bytes: &mut Vec<u8>, value: f64) {
    let bits = (value + 0.0).to_bits();
    // Negative numbers are turned over whole, others get the sign bit, so that bytes are in the numbers' order.
    let ordered = if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    };
    bytes.extend(ordered.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: impl Into<Value>) -> Vec<u8> {
        canonical([&value.into()])
    }

    #[test]
    fn numbers_keep_their_order() {
        let ints = [i64::MIN, -1, 0, 1, i64::MAX];
        assert!(ints.windows(2).all(|pair| bytes(pair[0]) < bytes(pair[1])));
        let floats = [
            f64::MIN,
            -1.0,
            -f64::MIN_POSITIVE,
            0.0,
            f64::MIN_POSITIVE,
            1.0,
            f64::MAX,
        ];
        assert!(
            floats
                .windows(2)
                .all(|pair| bytes(pair[0]) < bytes(pair[1]))
        );
        assert_eq!(bytes(-0.0), bytes(0.0));
    }

    #[test]
    fn texts_and_lists_keep_their_order() {
        let texts = ["", "\0", "\0a", "a", "a\0", "a\0b", "aa", "b", "é"];
        assert!(texts.windows(2).all(|pair| bytes(pair[0]) < bytes(pair[1])));
        let list = |values: &[i64]| {
            bytes(Value::List(
                values.iter().map(|value| Value::Int(*value)).collect(),
            ))
        };
        assert!([list(&[]), list(&[-1]), list(&[-1, 5]), list(&[0])].is_sorted());
    }

    #[test]
    fn rows_that_differ_have_different_bytes() {
        let text = |text: &str| Value::from(text);
        assert_ne!(
            canonical([&text("a"), &text("b")]),
            canonical([&text("ab"), &text("")])
        );
        assert_ne!(
            canonical([&Value::Missing, &text("")]),
            canonical([&text(""), &Value::Missing])
        );
        let list = Value::List(vec![text("a")].into());
        assert_ne!(
            canonical([&list, &text("b")]),
            canonical([&Value::List(vec![text("a"), text("b")].into())])
        );
    }

    #[test]
    fn events_are_ordered_by_instant_kind_id_and_row() {
        let key = |at, kind, id: Option<&str>, row: &[u8]| EventKey {
            at,
            kind: KindId(kind),
            id: id.map(|id| id.as_bytes().to_vec()),
            row: row.to_vec(),
        };
        let ordered = [
            key(0, 9, Some("z"), b"z"),
            key(1, 0, None, b"b"),
            key(1, 0, Some(""), b"a"),
            key(1, 0, Some("a"), b"c"),
            key(1, 0, Some("a"), b"d"),
            key(1, 1, None, b""),
        ];
        assert!(ordered.is_sorted());
    }
}
