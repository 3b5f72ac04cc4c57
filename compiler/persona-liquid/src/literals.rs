//! Texts in quotes that stand for values of other types: beside a date, `"2026-01-31"` is a date.

use persona_base::Currency;

use crate::{Ty, Value};

/// How a value of this type is written in quotes; none for types that are not.
pub(crate) fn form(ty: &Ty) -> Option<&'static str> {
    match ty {
        Ty::Enum(_) => Some("`\"gold\"`"),
        Ty::Money(_) => Some("`\"20 USD\"`"),
        Ty::Date => Some("`\"2026-01-31\"`"),
        Ty::TimeOfDay => Some("`\"21:00\"`"),
        Ty::Timestamp => Some("`\"2026-01-31T10:00Z\"`"),
        _ => None,
    }
}

/// Reads a text as a value of the type.
pub(crate) fn read(text: &str, ty: &Ty) -> Option<Value> {
    match ty {
        Ty::Enum(of) => {
            let index = of.values.iter().position(|value| **value == *text)?;
            Some(Value::Enum(u32::try_from(index).ok()?))
        }
        Ty::Money(currency) => money(text, *currency).map(Value::Int),
        Ty::Date => {
            let date: jiff::civil::Date = (text.len() == 10).then(|| text.parse().ok())??;
            let epoch = jiff::civil::date(1970, 1, 1);
            Some(Value::Int(i64::from((date - epoch).get_days())))
        }
        Ty::TimeOfDay => {
            let time: jiff::civil::Time = text.parse().ok()?;
            let seconds = i64::from(time.hour()) * 3600
                + i64::from(time.minute()) * 60
                + i64::from(time.second());
            Some(Value::Int(seconds))
        }
        Ty::Timestamp => {
            let instant: jiff::Timestamp = text.parse().ok()?;
            Some(Value::Int(instant.as_microsecond()))
        }
        _ => None,
    }
}

/// `20 USD`, `19.99 EUR`, in minor units.
fn money(text: &str, currency: Currency) -> Option<i64> {
    let number = text.strip_suffix(currency.code())?.trim_end();
    let (sign, number) = number
        .strip_prefix('-')
        .map_or((1, number), |rest| (-1, rest));
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let decimals = currency.decimals() as usize;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > decimals {
        return None;
    }
    let minor: i64 = format!("{whole}{part:0<decimals$}").parse().ok()?;
    Some(sign * minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_by_type() {
        let usd = Ty::Money(Currency::from_code("USD").expect("USD"));
        for (text, ty, expected) in [
            ("20 USD", &usd, Some(2000)),
            ("-0.5 USD", &usd, Some(-50)),
            ("1.999 USD", &usd, None),
            ("20 EUR", &usd, None),
            ("1970-01-02", &Ty::Date, Some(1)),
            ("yesterday", &Ty::Date, None),
            ("21:00", &Ty::TimeOfDay, Some(75_600)),
            ("1970-01-01T00:00:01Z", &Ty::Timestamp, Some(1_000_000)),
        ] {
            assert_eq!(read(text, ty), expected.map(Value::Int), "{text}");
        }
    }
}
