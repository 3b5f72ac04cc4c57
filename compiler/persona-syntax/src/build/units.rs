//! Units behind numbers: what each word means, and how it should have been written.

/// Microseconds of a unit of durations, by its letter.
pub(super) const fn duration_unit(letter: u8) -> Option<i64> {
    const SECOND: i64 = 1_000_000;
    Some(match letter {
        b's' => SECOND,
        b'm' => 60 * SECOND,
        b'h' => 3_600 * SECOND,
        b'd' => 86_400 * SECOND,
        b'w' => 7 * 86_400 * SECOND,
        _ => return None,
    })
}

/// What a word behind a number and a space means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    /// Months and days; the word is right as it stands.
    Period { months: i64, days: i64 },
    /// A length: metres of one, and how the unit is written.
    Length { metres: f64, written: &'static str },
    /// A duration that should be written with this letter, without a space.
    Duration(u8),
    /// A currency by a name that is not its code.
    Currency(&'static str),
    /// A percentage apart from its number.
    Percent,
}

/// The unit that a word stands for; codes of currencies are none of these.
pub(super) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "day" | "days" | "d" => Unit::Duration(b'd'),
        "hour" | "hours" | "hr" | "hrs" | "h" => Unit::Duration(b'h'),
        "minute" | "minutes" | "min" | "mins" => Unit::Duration(b'm'),
        "second" | "seconds" | "sec" | "secs" | "s" => Unit::Duration(b's'),
        "w" => Unit::Duration(b'w'),
        "week" | "weeks" => Unit::Period { months: 0, days: 7 },
        "month" | "months" => Unit::Period { months: 1, days: 0 },
        "quarter" | "quarters" => Unit::Period { months: 3, days: 0 },
        "year" | "years" => Unit::Period {
            months: 12,
            days: 0,
        },
        "km" => Unit::Length {
            metres: 1_000.0,
            written: "km",
        },
        "m" => Unit::Length {
            metres: 1.0,
            written: "m",
        },
        "mi" => Unit::Length {
            metres: 1_609.344,
            written: "mi",
        },
        "ft" => Unit::Length {
            metres: 0.3048,
            written: "ft",
        },
        "kms" | "kilometer" | "kilometers" | "kilometre" | "kilometres" => Unit::Length {
            metres: 1_000.0,
            written: "km",
        },
        "meter" | "meters" | "metre" | "metres" => Unit::Length {
            metres: 1.0,
            written: "m",
        },
        "mile" | "miles" => Unit::Length {
            metres: 1_609.344,
            written: "mi",
        },
        "foot" | "feet" => Unit::Length {
            metres: 0.3048,
            written: "ft",
        },
        "%" | "percent" => Unit::Percent,
        _ => return currency_of_word(word).map(Unit::Currency),
    })
}

fn currency_of_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "usd" | "dollar" | "dollars" | "$" => "USD",
        "eur" | "euro" | "euros" | "€" => "EUR",
        "gbp" | "pounds" | "£" => "GBP",
        "jpy" | "¥" => "JPY",
        "chf" => "CHF",
        "cad" => "CAD",
        "aud" => "AUD",
        "sek" => "SEK",
        "nok" => "NOK",
        "dkk" => "DKK",
        "pln" => "PLN",
        "inr" => "INR",
        "cny" => "CNY",
        "brl" => "BRL",
        "mxn" => "MXN",
        _ => return None,
    })
}

/// The currency that a sign stands for most often.
pub(super) fn currency_of_sign(sign: &str) -> Option<&'static str> {
    if sign.len() == 3 && sign.is_ascii() {
        None
    } else {
        currency_of_word(sign)
    }
}

/// `1h30m` as microseconds. `Err(true)` when it is too long, `Err(false)` when it is no duration.
pub(super) fn duration(text: &str) -> Result<i64, bool> {
    let mut total: i64 = 0;
    let mut last = i64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'_')
            .count();
        let number = rest[..digits].replace('_', "");
        let unit = rest
            .as_bytes()
            .get(digits)
            .copied()
            .and_then(duration_unit)
            .ok_or(false)?;
        if digits == 0 || unit >= last {
            return Err(false);
        }
        let count: i64 = number.parse().map_err(|_| true)?;
        total = count
            .checked_mul(unit)
            .and_then(|part| total.checked_add(part))
            .ok_or(true)?;
        last = unit;
        rest = &rest[digits + 1..];
    }
    Ok(total)
}
