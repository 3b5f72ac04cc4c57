//! Money, lengths, Bools and places as text.

use persona_base::Currency;

use super::decimal::{Decimal, DecimalError};

/// Reads `19.99` or `19.99 EUR` as an amount of this currency, or says why it is none.
pub(crate) fn parse_money(text: &str, currency: Currency) -> Result<Decimal, String> {
    let trimmed = text.trim_ascii();
    let code_at = trimmed
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_ascii_alphabetic())
        .last()
        .map_or(trimmed.len(), |(at, _)| at);
    let (number, code) = trimmed.split_at(code_at);
    if code.len() == 3 && !number.is_empty() && !code.eq_ignore_ascii_case(currency.code()) {
        return Err(match Currency::from_code(&code.to_ascii_uppercase()) {
            Some(other) => format!("is in {other}, not in {currency}"),
            None => "is not an amount of money".to_owned(),
        });
    }
    let number = if code.len() == 3 { number } else { trimmed };
    Decimal::parse(number).map_err(|error| match error {
        DecimalError::NotANumber => "is not an amount of money, such as `19.99`".to_owned(),
        DecimalError::TooLong => error.reason().to_owned(),
    })
}

/// Reads `300 m`, `10 km`, `5 mi` or a number of metres, in metres.
pub(crate) fn parse_length(text: &str) -> Option<Decimal> {
    let text = text.trim_ascii();
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number = Decimal::parse(number).ok()?;
    let metres = match unit {
        "" | "m" => return Some(number),
        "km" => Decimal::whole(1000),
        "mi" => Decimal::new(1_609_344, 3).ok()?,
        _ => return None,
    };
    number.mul(metres).ok()
}

/// Reads `true`, `yes`, `t`, `y`, `1` and their opposites, in any case.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    let text = text.trim_ascii();
    let is = |words: [&str; 5]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(["true", "t", "yes", "y", "1"]) {
        Some(true)
    } else if is(["false", "f", "no", "n", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// Reads a finite Float.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    // `inf`, `nan` and `infinity` are numbers to the library, and to nobody else.
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    let value: f64 = if plain {
        text.parse().ok()?
    } else {
        return None;
    };
    value.is_finite().then_some(value)
}

/// Reads `48.85,2.35` as latitude and longitude.
pub(crate) fn parse_geo(text: &str) -> Option<(f64, f64)> {
    let text = text.trim_ascii();
    let inner = text
        .strip_prefix('(')
        .and_then(|t| t.strip_suffix(')'))
        .unwrap_or(text);
    let (lat, lon) = inner.split_once(',')?;
    Some((parse_float(lat)?, parse_float(lon)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_may_name_its_currency_and_no_other() {
        let eur = Currency::from_code("EUR").unwrap();
        let read = |text| parse_money(text, eur).map(|d| d.to_string());
        assert_eq!(read("19.99"), Ok("19.99".to_owned()));
        assert_eq!(read(" -19.99 EUR "), Ok("-19.99".to_owned()));
        assert_eq!(read("19eur"), Ok("19".to_owned()));
        assert_eq!(read("19 USD"), Err("is in USD, not in EUR".to_owned()));
        for text in ["€19.99", "EUR", "EUR 19", "19 XXQ", "1,999.00", "", "abc"] {
            assert!(
                read(text).is_err_and(|e| e.starts_with("is not an amount")),
                "{text}"
            );
        }
    }

    #[test]
    fn lengths_have_units_or_are_metres() {
        let read = |text| parse_length(text).and_then(|d| d.rounded_at(0));
        assert_eq!(read("300"), Some(300));
        assert_eq!(read("1.5 km"), Some(1500));
        assert_eq!(read("5 mi"), Some(8047));
        assert_eq!(read("1e3m"), Some(1000));
        assert_eq!(read("5 ft"), None);
    }

    #[test]
    fn bools_floats_and_places() {
        assert_eq!(parse_bool(" YES "), Some(true));
        assert_eq!(parse_bool("n"), Some(false));
        assert_eq!(parse_bool("maybe"), None);
        assert_eq!(parse_float("1e-3"), Some(0.001));
        for text in ["inf", "NaN", "1e999", "", "0x1", "1_0"] {
            assert_eq!(parse_float(text), None, "{text}");
        }
        assert_eq!(parse_geo("48.85, 2.35"), Some((48.85, 2.35)));
        assert_eq!(parse_geo("48.85 2.35"), None);
    }
}
