//! Units behind numbers: what each word means, and how it should have been written.

const SECOND: i64 = 1_000_000;

/// Units of durations, by the letter right behind the number, in microseconds.
const DURATIONS: [(u8, &str, i64); 5] = [
    (b's', "s", SECOND),
    (b'm', "m", 60 * SECOND),
    (b'h', "h", 3_600 * SECOND),
    (b'd', "d", 86_400 * SECOND),
    (b'w', "w", 7 * 86_400 * SECOND),
];

/// Units of the calendar: one, several, months, days.
const PERIODS: [(&str, &str, i64, i64); 4] = [
    ("week", "weeks", 0, 7),
    ("month", "months", 1, 0),
    ("quarter", "quarters", 3, 0),
    ("year", "years", 12, 0),
];

/// Units of length, in metres.
const LENGTHS: [(&str, f64); 4] = [
    ("m", 1.0),
    ("km", 1_000.0),
    ("mi", 1_609.344),
    ("ft", 0.3048),
];

/// What every unit is written as: letters of durations, words of periods, units of length. Currencies are none of them.
pub fn units() -> impl Iterator<Item = &'static str> {
    let durations = DURATIONS.iter().map(|(_, written, _)| *written);
    let periods = PERIODS.iter().flat_map(|(one, many, ..)| [*one, *many]);
    let lengths = LENGTHS.iter().map(|(written, _)| *written);
    durations.chain(periods).chain(lengths)
}

/// Microseconds of a unit of durations, by its letter.
pub(super) fn duration_unit(letter: u8) -> Option<i64> {
    let found = DURATIONS.iter().find(|(known, ..)| *known == letter);
    found.map(|(.., micros)| *micros)
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
    let period = PERIODS
        .iter()
        .find(|(one, many, ..)| *one == word || *many == word);
    if let Some((.., months, days)) = period {
        let (months, days) = (*months, *days);
        return Some(Unit::Period { months, days });
    }
    if let Some(length) = length(word) {
        return Some(length);
    }
    Some(match word {
        "day" | "days" | "d" => Unit::Duration(b'd'),
        "hour" | "hours" | "hr" | "hrs" | "h" => Unit::Duration(b'h'),
        "minute" | "minutes" | "min" | "mins" => Unit::Duration(b'm'),
        "second" | "seconds" | "sec" | "secs" | "s" => Unit::Duration(b's'),
        "w" => Unit::Duration(b'w'),
        "%" | "percent" => Unit::Percent,
        _ => return currency_of_word(word).map(Unit::Currency),
    })
}

/// A unit of length, also by a name that is not how it is written.
fn length(word: &str) -> Option<Unit> {
    let meant = match word {
        "kms" | "kilometer" | "kilometers" | "kilometre" | "kilometres" => "km",
        "meter" | "meters" | "metre" | "metres" => "m",
        "mile" | "miles" => "mi",
        "foot" | "feet" => "ft",
        other => other,
    };
    let found = LENGTHS.iter().find(|(written, _)| *written == meant);
    found.map(|(written, metres)| Unit::Length {
        metres: *metres,
        written,
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
