//! Numbers, texts and values as bytes: small ones in few of them. Reading takes any bytes and never goes beyond them.

use std::sync::Arc;

use crate::Value;

/// Lists are not nested deeper in data; bytes that say so are wrong.
const DEEPEST: u8 = 32;

/// Appends an unsigned number, seven bits a byte.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Appends a signed number; those near zero are short.
pub(super) fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put(bytes, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// Appends an instant, short where it is near another; the last instant of all is a single byte.
pub(super) fn put_instant(bytes: &mut Vec<u8>, instant: i64, near: i64) {
    if instant == i64::MAX {
        return bytes.push(0);
    }
    // Seconds are common: an odd number holds microseconds, an even one whole seconds.
    let apart = instant.wrapping_sub(near);
    if apart % 1_000_000 == 0 {
        bytes.push(1);
        put_signed(bytes, apart / 1_000_000);
    } else {
        bytes.push(2);
        put_signed(bytes, apart);
    }
}

/// Appends a text.
pub(super) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

/// Appends a value. Numbers near `near` are short, as instants often are.
pub(super) fn put_value(bytes: &mut Vec<u8>, value: &Value, near: i64) {
    match value {
        Value::Missing => bytes.push(0),
        Value::Bool(value) => bytes.push(1 + u8::from(*value)),
        Value::Int(value) => {
            let apart = value.wrapping_sub(near);
            if apart.unsigned_abs() < value.unsigned_abs() {
                bytes.push(4);
                put_signed(bytes, apart);
            } else {
                bytes.push(3);
                put_signed(bytes, *value);
            }
        }
        Value::Float(value) => {
            bytes.push(5);
            bytes.extend(value.to_bits().to_le_bytes());
        }
        Value::Str(text) => {
            bytes.push(6);
            put_text(bytes, text);
        }
        Value::Enum(index) => {
            bytes.push(7);
            put(bytes, u64::from(*index));
        }
        Value::Geo(a, b) => {
            bytes.push(8);
            bytes.extend(a.to_bits().to_le_bytes());
            bytes.extend(b.to_bits().to_le_bytes());
        }
        Value::List(values) | Value::Record(values) => {
            bytes.push(if matches!(value, Value::List(_)) {
                9
            } else {
                10
            });
            put(bytes, values.len() as u64);
            for value in values.iter() {
                put_value(bytes, value, near);
            }
        }
    }
}

/// Bytes being read. Nothing once they are wrong.
#[derive(Debug)]
pub(super) struct Bytes<'b> {
    left: &'b [u8],
}

impl<'b> Bytes<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { left: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'b [u8] {
        self.left
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, left) = self.left.split_at_checked(count)?;
        self.left = left;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, left) = self.left.split_first()?;
        self.left = left;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    /// How many things follow, each of a byte at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.left.len()).then_some(count)
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(super) fn instant(&mut self, near: i64) -> Option<i64> {
        match self.byte()? {
            0 => Some(i64::MAX),
            1 => Some(near.wrapping_add(self.signed()?.wrapping_mul(1_000_000))),
            2 => Some(near.wrapping_add(self.signed()?)),
            _ => None,
        }
    }

    pub(super) fn text(&mut self) -> Option<Arc<str>> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).ok().map(Arc::from)
    }

    fn float(&mut self) -> Option<f64> {
        let bits = self.take(8)?.try_into().ok()?;
        Some(f64::from_bits(u64::from_le_bytes(bits))).filter(|number| number.is_finite())
    }

    pub(super) fn value(&mut self, near: i64) -> Option<Value> {
        self.value_below(near, DEEPEST)
    }

    fn value_below(&mut self, near: i64, depth: u8) -> Option<Value> {
        Some(match self.byte()? {
            0 => Value::Missing,
            1 => Value::Bool(false),
            2 => Value::Bool(true),
            3 => Value::Int(self.signed()?),
            4 => Value::Int(near.wrapping_add(self.signed()?)),
            5 => Value::Float(self.float()?),
            6 => Value::Str(self.text()?),
            7 => Value::Enum(self.small()?),
            8 => Value::Geo(self.float()?, self.float()?),
            kind @ (9 | 10) => {
                let below = depth.checked_sub(1)?;
                let count = self.count()?;
                let values = (0..count).map(|_| self.value_below(near, below));
                let values = values.collect::<Option<Arc<[Value]>>>()?;
                if kind == 9 {
                    Value::List(values)
                } else {
                    Value::Record(values)
                }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let near = 1_700_000_000_000_000;
        let list = |values: Vec<Value>| Value::List(values.into());
        let values = [
            Value::Missing,
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::Int(near + 1),
            Value::Int(-3),
            Value::Float(-0.5),
            Value::from("grüße"),
            Value::Enum(7),
            Value::Geo(52.5, -13.4),
            list(vec![Value::Record(vec![Value::Missing, 1.into()].into())]),
            list(vec![]),
        ];
        for value in values {
            let mut bytes = Vec::new();
            put_value(&mut bytes, &value, near);
            let mut read = Bytes::new(&bytes);
            assert_eq!(read.value(near), Some(value));
            assert!(read.is_empty());
        }
        for instant in [i64::MAX, i64::MIN, near, near + 3_600_000_000, near - 1] {
            let mut bytes = Vec::new();
            put_instant(&mut bytes, instant, near);
            assert_eq!(Bytes::new(&bytes).instant(near), Some(instant));
        }
    }

    #[test]
    fn wrong_bytes_are_refused_and_nothing_is_read_beyond_the_end() {
        for bytes in [
            &[][..],
            &[6, 200],
            &[9, 255, 255, 255, 255, 15],
            &[5, 0, 0],
            &[99],
            &[3, 0x80],
            &[0xFF; 12],
            &[9, 1].repeat(40),
        ] {
            assert_eq!(Bytes::new(bytes).value(0), None, "{bytes:?}");
        }
    }
}
