//! How values print in text (SEMANTICS §8), by type, independent of any locale.
//!
//! | type | default | formats |
//! |---|---|---|
//! | `Bool` | `true`, `false` | |
//! | `Int` | `1200` | `percent`: `120000%` |
//! | `Float` | the shortest text that reads back as the same number: `0.25` | `percent`: `25%`, exact; `whole`: rounded half to even |
//! | `Money` | `19.99 EUR`, with the currency's decimals | `amount`: `19.99`; `whole`: `20 EUR`, rounded half to even |
//! | `String` | itself | |
//! | enums | the title, or else the name | `name`: the name |
//! | `Date` | `2026-01-31` | `year`, `month`, `day`: numbers |
//! | `TimeOfDay` | `21:00`, `21:00:30` | |
//! | `Timestamp` | the wall clock in the zone, `2026-01-31 21:00` | `date`, `time`, `year`, `month`, `day`: of the wall clock; `iso`: `2026-01-31T20:00:00Z` |
//! | `Duration` | as in source text: `1d12h`, `1.5s`, `0s` | `days`, `hours`, `minutes`: whole ones, rounded down |
//! | `Length` | `300 m`, `10 km`, `10.25 km` | |
//! | `Geo` | `48.85, 2.35` | |
//! | lists, sets | the elements, with `, ` between them, each in the format | |
//!
//! A format that the type does not have is refused by the compiler; here it prints as the default.

use std::fmt::Write as _;

use persona_base::Currency;
use persona_ir::{EnumId, Schema, Ty};

use crate::calendar::{self, DAY, SECOND, civil_from_days};
use crate::time::Zone;
use crate::{Value, num};

/// The names of the formats that values of a type have.
pub fn formats(ty: &Ty) -> &'static [&'static str] {
    match ty {
        Ty::Int => &["percent"],
        Ty::Float => &["percent", "whole"],
        Ty::Money(_) => &["amount", "whole"],
        Ty::Enum(_) => &["name"],
        Ty::Date => &["day", "month", "year"],
        Ty::Timestamp => &["date", "day", "iso", "month", "time", "year"],
        Ty::Duration => &["days", "hours", "minutes"],
        Ty::List(element) | Ty::Set(element) => formats(element),
        Ty::Bool | Ty::Str | Ty::TimeOfDay | Ty::Length | Ty::Geo | Ty::Item(_) | Ty::Record(_) => {
            &[]
        }
    }
}

/// How a value of a type prints. A missing value prints as nothing.
pub fn display(
    value: &Value,
    ty: &Ty,
    format: Option<&str>,
    schema: &Schema,
    zone: &Zone,
) -> String {
    match (value, ty) {
        (Value::Missing, _) => String::new(),
        (Value::List(values), Ty::List(element) | Ty::Set(element)) => {
            let parts: Vec<_> = values
                .iter()
                .map(|v| display(v, element, format, schema, zone))
                .collect();
            parts.join(", ")
        }
        (Value::Record(values), Ty::Record(fields)) => {
            let pairs = values.iter().zip(fields.iter());
            let parts: Vec<_> = pairs
                .map(|(v, f)| display(v, &f.ty, None, schema, zone))
                .collect();
            parts.join(" ")
        }
        // An element with a single field is that field's value.
        (value, Ty::Record(fields)) => fields
            .first()
            .map_or_else(String::new, |f| display(value, &f.ty, None, schema, zone)),
        (Value::Int(value), ty) => integer(*value, ty, format, zone),
        (Value::Float(value), _) => float(*value, format),
        (Value::Bool(value), _) => value.to_string(),
        (Value::Str(value), _) => value.to_string(),
        (Value::Enum(index), Ty::Enum(id)) => enum_value(*id, *index, format, schema),
        (Value::Geo(latitude, longitude), _) => format!("{latitude}, {longitude}"),
        (Value::Enum(_) | Value::List(_) | Value::Record(_), _) => String::new(),
    }
}

fn integer(value: i64, ty: &Ty, format: Option<&str>, zone: &Zone) -> String {
    match ty {
        Ty::Money(currency) => money(value, *currency, format),
        Ty::Date => date(value, format),
        Ty::TimeOfDay => time_of_day(value),
        Ty::Timestamp => timestamp(value, format, zone),
        Ty::Duration => duration(value, format),
        Ty::Length => length(value),
        _ if format == Some("percent") => percent(&value.to_string()),
        _ => value.to_string(),
    }
}

fn float(value: f64, format: Option<&str>) -> String {
    match format {
        Some("percent") => percent(&value.to_string()),
        Some("whole") => (value.round_ties_even() + 0.0).to_string(),
        _ => value.to_string(),
    }
}

/// A decimal number as a percentage, exactly: the point moves two digits.
fn percent(number: &str) -> String {
    let (sign, digits) = number
        .strip_prefix('-')
        .map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = format!("{fraction:0<2}");
    let (moved, rest) = fraction.split_at(2);
    let whole = format!("{whole}{moved}");
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{rest}%")
}

/// `19.99 EUR`; `amount` leaves the currency out, `whole` the decimals.
fn money(minor: i64, currency: Currency, format: Option<&str>) -> String {
    if format == Some("whole") {
        let whole = num::unscale_int(minor, currency.minor_per_major()).unwrap_or(minor);
        return format!("{whole} {currency}");
    }
    let per_major = currency.minor_per_major().unsigned_abs();
    let (major, rest) = (
        minor.unsigned_abs() / per_major,
        minor.unsigned_abs() % per_major,
    );
    let sign = if minor < 0 { "-" } else { "" };
    let mut text = format!("{sign}{major}");
    let decimals = currency.decimals() as usize;
    if decimals > 0 {
        push(&mut text, format_args!(".{rest:0decimals$}"));
    }
    if format != Some("amount") {
        push(&mut text, format_args!(" {currency}"));
    }
    text
}

/// `2026-01-31`.
pub fn date(days: i64, format: Option<&str>) -> String {
    let civil = civil_from_days(days);
    match format {
        Some("year") => civil.year.to_string(),
        Some("month") => civil.month.to_string(),
        Some("day") => civil.day.to_string(),
        _ => format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day),
    }
}

/// `21:00`, or `21:00:30` where there are seconds.
pub fn time_of_day(seconds: i64) -> String {
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match second {
        0 => format!("{hour:02}:{minute:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}

fn timestamp(instant: i64, format: Option<&str>, zone: &Zone) -> String {
    let wall = zone.wall(instant);
    let (day, minutes) = (
        wall.div_euclid(DAY),
        wall.rem_euclid(DAY) / (60 * SECOND) * 60,
    );
    match format {
        Some("iso") => iso(instant),
        Some("date") => date(day, None),
        Some("time") => time_of_day(minutes),
        Some(part @ ("year" | "month" | "day")) => date(day, Some(part)),
        _ => format!("{} {}", date(day, None), time_of_day(minutes)),
    }
}

/// An instant in UTC, to the second or as exactly as needed: `2026-01-31T20:00:00Z`.
pub fn iso(instant: i64) -> String {
    let (day, time) = (instant.div_euclid(DAY), instant.rem_euclid(DAY));
    let (second, micros) = (time / SECOND, time % SECOND);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = decimals(micros);
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}{fraction}Z",
        date(day, None)
    )
}

/// Microseconds as decimals of a second, with their point; nothing for none.
fn decimals(micros: i64) -> String {
    match micros {
        0 => String::new(),
        micros => format!(".{micros:06}").trim_end_matches('0').to_owned(),
    }
}

/// As in source text, from days down: `1d12h`, `1.5s`, `0s`.
fn duration(micros: i64, format: Option<&str>) -> String {
    let whole = |unit: i64| micros.div_euclid(unit * SECOND).to_string();
    match format {
        Some("days") => return whole(86_400),
        Some("hours") => return whole(3600),
        Some("minutes") => return whole(60),
        _ => {}
    }
    let mut text = String::from(if micros < 0 { "-" } else { "" });
    let mut rest = micros.unsigned_abs();
    for (unit, name) in [
        (calendar::DAY, "d"),
        (3600 * SECOND, "h"),
        (60 * SECOND, "m"),
    ] {
        let unit = unit.unsigned_abs();
        if rest >= unit {
            push(&mut text, format_args!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    if rest > 0 || micros == 0 {
        let second = SECOND.unsigned_abs();
        let fraction = decimals(i64::try_from(rest % second).unwrap_or(0));
        push(&mut text, format_args!("{}{fraction}s", rest / second));
    }
    text
}

/// `300 m` below a kilometre, `10.25 km` above.
fn length(metres: i64) -> String {
    let size = metres.unsigned_abs();
    if size < 1000 {
        return format!("{metres} m");
    }
    let sign = if metres < 0 { "-" } else { "" };
    let fraction = match size % 1000 {
        0 => String::new(),
        rest => format!(".{rest:03}").trim_end_matches('0').to_owned(),
    };
    format!("{sign}{}{fraction} km", size / 1000)
}

fn enum_value(id: EnumId, index: u32, format: Option<&str>, schema: &Schema) -> String {
    let value = schema
        .enums
        .get(id)
        .and_then(|def| def.values.get(index as usize));
    let text = value.map(|value| match &value.title {
        Some(title) if format != Some("name") => title,
        _ => &value.name,
    });
    text.map_or_else(String::new, |text| text.to_string())
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part)
        .expect("writing to a string never fails");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro() -> Currency {
        Currency::from_code("EUR").expect("a currency")
    }

    #[test]
    fn money_prints_with_its_currencys_decimals() {
        assert_eq!(money(1999, euro(), None), "19.99 EUR");
        assert_eq!(money(-5, euro(), None), "-0.05 EUR");
        assert_eq!(money(1950, euro(), Some("whole")), "20 EUR");
        assert_eq!(money(1999, euro(), Some("amount")), "19.99");
        assert_eq!(
            money(500, Currency::from_code("JPY").expect("a currency"), None),
            "500 JPY"
        );
        assert_eq!(
            money(1, Currency::from_code("KWD").expect("a currency"), None),
            "0.001 KWD"
        );
        assert_eq!(money(i64::MIN, euro(), None), "-92233720368547758.08 EUR");
    }

    #[test]
    fn percentages_are_exact() {
        let cases = [
            (0.1, "10%"),
            (0.155, "15.5%"),
            (0.29, "29%"),
            (1.0, "100%"),
            (0.0, "0%"),
            (-0.005, "-0.5%"),
            (12.345, "1234.5%"),
        ];
        for (value, text) in cases {
            assert_eq!(float(value, Some("percent")), text);
        }
        assert_eq!(integer(2, &Ty::Int, Some("percent"), &Zone::utc()), "200%");
    }

    #[test]
    fn floats_print_shortest() {
        assert_eq!(float(0.1 + 0.2, None), "0.30000000000000004");
        assert_eq!(float(3.0, None), "3");
        assert_eq!(float(2.5, Some("whole")), "2");
        assert_eq!(float(-0.5, Some("whole")), "0");
    }

    #[test]
    fn durations_print_as_they_are_written() {
        let cases = [
            (0, "0s"),
            (36 * 3600 * SECOND, "1d12h"),
            (1_500_000, "1.5s"),
            (-90 * 60 * SECOND, "-1h30m"),
            (1, "0.000001s"),
        ];
        for (micros, text) in cases {
            assert_eq!(duration(micros, None), text);
        }
        assert_eq!(duration(-1, Some("days")), "-1");
        assert!(duration(i64::MIN, None).starts_with("-106751991d"));
    }

    #[test]
    fn instants_print_in_the_zone_and_iso_in_utc() {
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        let instant = crate::parse::timestamp("2026-01-31T23:30:15.25Z").expect("an instant");
        assert_eq!(timestamp(instant, None, &berlin), "2026-02-01 00:30");
        assert_eq!(
            timestamp(instant, Some("iso"), &berlin),
            "2026-01-31T23:30:15.25Z"
        );
        assert_eq!(timestamp(instant, Some("time"), &berlin), "00:30");
        assert_eq!(timestamp(instant, Some("month"), &berlin), "2");
        assert_eq!(crate::parse::timestamp(&iso(instant)), Some(instant));
    }

    #[test]
    fn lengths_change_to_kilometres() {
        assert_eq!(length(999), "999 m");
        assert_eq!(length(10_250), "10.25 km");
        assert_eq!(length(-2000), "-2 km");
    }
}
