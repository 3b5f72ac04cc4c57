//! Cells of text files in their usual form, read without detours. What is not in that form is left to the readers of
//! `value`, whose answers these are: nothing here says that a cell is bad.

use std::borrow::Cow;

use persona_ir::Ty;

use crate::value::civil::{self, MAX_TIMESTAMP, MIN_TIMESTAMP, TimePoint};
use crate::value::read::{Cell, Reader};

/// What a cell is, if it is in the usual form.
pub(super) enum Fast<'a> {
    Cell(Cell<'a>),
    Missing,
    /// An empty cell of CSV.
    Empty,
    /// Not in the usual form.
    Ask,
}

impl<'a> From<Option<Cell<'a>>> for Fast<'a> {
    fn from(cell: Option<Cell<'a>>) -> Self {
        cell.map_or(Self::Ask, Self::Cell)
    }
}

/// A cell of CSV or a JSON text.
#[inline]
pub(super) fn value<'a>(text: &'a str, is_json: bool, reader: &Reader) -> Fast<'a> {
    match reader.plain() {
        Some(ty) if is_json => json(text, ty, reader),
        Some(ty) => cell(text, ty, reader),
        None => Fast::Ask,
    }
}

/// A cell of CSV.
#[inline]
fn cell<'a>(text: &'a str, ty: &Ty, reader: &Reader) -> Fast<'a> {
    if text.is_empty() {
        return Fast::Empty;
    }
    of_text(text, ty, reader).into()
}

/// A JSON text.
#[inline]
fn json<'a>(text: &'a str, ty: &Ty, reader: &Reader) -> Fast<'a> {
    match text.as_bytes() {
        [] => Fast::Missing,
        b"null" => Fast::Missing,
        [b'"', inner @ .., b'"'] => {
            if memchr::memchr(b'\\', inner).is_some() {
                return Fast::Ask;
            }
            of_text(&text[1..text.len() - 1], ty, reader).into()
        }
        b"true" if *ty == Ty::Bool => Fast::Cell(Cell::Bool(true)),
        b"false" if *ty == Ty::Bool => Fast::Cell(Cell::Bool(false)),
        // A number as text need not look as it does in the file.
        [b'-' | b'0'..=b'9', ..] if matches!(ty, Ty::Int | Ty::Money(_) | Ty::Float) => {
            of_text(text, ty, reader).into()
        }
        _ => Fast::Ask,
    }
}

#[inline]
fn of_text<'a>(text: &'a str, ty: &Ty, reader: &Reader) -> Option<Cell<'a>> {
    Some(match ty {
        Ty::Str => Cell::Str(Cow::Borrowed(text)),
        Ty::Int => {
            let number = Digits::of(text)?;
            if number.fraction > 0 {
                return None;
            }
            Cell::Int(number.signed())
        }
        Ty::Money(_) => {
            let number = Digits::of(text)?;
            let more = reader.decimals().checked_sub(number.fraction)?;
            Cell::Int(number.signed().checked_mul(POWERS[more as usize])?)
        }
        Ty::Float => {
            let number = Digits::of(text)?;
            // Both are exact as Floats, so their quotient is the nearest Float there is.
            if number.digits >= 1 << 53 {
                return None;
            }
            #[expect(clippy::cast_precision_loss, reason = "less than 2^53")]
            let value = number.signed() as f64 / FLOAT_POWERS[number.fraction as usize];
            Cell::Float(value + 0.0)
        }
        Ty::Bool => match text {
            "true" => Cell::Bool(true),
            "false" => Cell::Bool(false),
            _ => return None,
        },
        Ty::Enum(_) => Cell::Enum(reader.enum_code(text)?),
        Ty::Date => Cell::Int(civil::parse_date(text)?),
        Ty::Timestamp => match civil::parse_timestamp(text)? {
            TimePoint::Instant(at) if (MIN_TIMESTAMP..=MAX_TIMESTAMP).contains(&at) => {
                Cell::Int(at)
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// As many digits as are sure to fit 64 bits.
const MOST: usize = 18;

const POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut at = 1;
    while at < 19 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

const FLOAT_POWERS: [f64; 19] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18,
];

/// A number of few digits as it is usually written: `-12`, `19.99`.
struct Digits {
    negative: bool,
    digits: u64,
    /// How many of the digits stand behind the point.
    fraction: u32,
}

impl Digits {
    #[inline]
    fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (negative, bytes) = match bytes {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, bytes),
        };
        if bytes.len() > MOST || bytes.is_empty() {
            return None;
        }
        let mut digits = 0_u64;
        let mut point = None;
        for (at, byte) in bytes.iter().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit <= 9 {
                digits = digits * 10 + u64::from(digit);
            } else if *byte == b'.' && point.is_none() && at > 0 && at + 1 < bytes.len() {
                point = Some(at);
            } else {
                return None;
            }
        }
        let fraction = point.map_or(0, |at| bytes.len() - at - 1);
        Some(Self {
            negative,
            digits,
            fraction: u32::try_from(fraction).ok()?,
        })
    }

    fn signed(&self) -> i64 {
        // Eighteen digits fit.
        let value = i64::try_from(self.digits).unwrap_or(i64::MAX);
        if self.negative { -value } else { value }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use persona_base::{Currency, IndexVec};
    use proptest::prelude::*;

    use super::*;
    use crate::value::json;
    use crate::value::raw::Raw;
    use crate::value::read::ReadContext;
    use crate::value::zone::Zone;

    fn types() -> Vec<Ty> {
        let currency = |code| Ty::Money(Currency::from_code(code).unwrap());
        vec![
            Ty::Str,
            Ty::Int,
            Ty::Float,
            Ty::Bool,
            Ty::Date,
            Ty::Timestamp,
            Ty::TimeOfDay,
            currency("EUR"),
            currency("JPY"),
            currency("KWD"),
        ]
    }

    fn agree(text: &str) {
        let zone = Rc::new(Zone::named("Europe/Berlin").unwrap());
        let context = Rc::new(ReadContext::new(&IndexVec::new(), zone));
        for ty in types() {
            let reader = Reader::new(&ty, None, false, &context);
            let slow = |raw| reader.read(raw, &mut Vec::new()).ok().flatten();
            match cell(text, &ty, &reader) {
                Fast::Cell(cell) => {
                    assert_eq!(Some(cell), slow(Raw::str(text)), "{text:?} as {ty:?}");
                }
                Fast::Empty => assert!(text.is_empty()),
                Fast::Missing => panic!("no cell of CSV is missing"),
                Fast::Ask => {}
            }
            let forms = [text.to_owned(), serde_json::Value::from(text).to_string()];
            for form in forms
                .iter()
                .filter(|form| serde_json::from_str::<serde_json::Value>(form).is_ok())
            {
                let raw = json::value(form.trim()).ok();
                match json(form.trim(), &ty, &reader) {
                    Fast::Cell(cell) => {
                        assert_eq!(Some(cell), raw.and_then(slow), "{form} as {ty:?}");
                    }
                    Fast::Missing => assert!(matches!(raw, Some(Raw::Missing)), "{form}"),
                    Fast::Empty => panic!("no JSON is an empty cell"),
                    Fast::Ask => {}
                }
            }
        }
    }

    #[test]
    fn the_usual_form_is_read_as_every_form_is() {
        for text in [
            "",
            "0",
            "-0",
            "-0.0",
            "12",
            "-12.5",
            "12.",
            ".5",
            "1e3",
            "+1",
            "007",
            "19.99",
            "19.999",
            "1.2.3",
            "-",
            ".",
            "999999999999999999",
            "9999999999999999999",
            "9007199254740993",
            "0.1",
            "123456.789012345",
            "true",
            "false",
            "True",
            "null",
            "2026-01-31",
            "2026-02-30",
            "2026-01-31T10:00:00Z",
            "2026-01-31 10:00",
            "x",
            "é",
            "1 000",
            "99999999999999.99",
            "0.000000000000001",
            "179769313486231570",
            "a\\b",
            "a\"b",
        ] {
            agree(text);
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_every_form_is(text in "-?[0-9]{0,20}(\\.[0-9]{0,8})?") {
            agree(&text);
        }
    }
}
