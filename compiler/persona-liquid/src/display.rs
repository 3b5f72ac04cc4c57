//! How values become text: asked of the caller, who knows the reader's language and zone. [`Plain`] is the form without either.

use persona_base::Currency;

use crate::strftime::{date, time};
use crate::{Ty, Value};

/// How a filter wants an amount written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyStyle {
    /// `money`: `$10.50`
    Sign,
    /// `money_with_currency`: `$10.50 USD`
    Code,
    /// `money_without_currency`: `10.50`
    Bare,
    /// `money_without_trailing_zeros`: `$10`, but `$10.50`
    Short,
}

/// A word of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOf {
    /// 1 to 12
    Month(u8),
    /// 1 to 12
    ShortMonth(u8),
    /// 0 is Monday
    Weekday(u8),
    /// 0 is Monday
    ShortWeekday(u8),
    /// Whether it is after noon.
    HalfOfDay(bool),
}

/// An instant where the reader is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// The day and time there.
    pub time: jiff::civil::DateTime,
    /// Seconds east of UTC.
    pub offset: i32,
    /// The zone's abbreviation, `CET`.
    pub zone: String,
}

/// A civil time from days since 1970-01-01, seconds of the day, and microseconds of the second.
pub fn civil(days: i64, seconds: i64, micros: i64) -> jiff::civil::DateTime {
    let time = time(seconds);
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    let exact = time.with().subsec_nanosecond(nanos).build();
    date(days).to_datetime(exact.unwrap_or(time))
}

/// What the caller knows of the reader.
pub trait Display {
    /// Writes a value by its type; never a list, a record or a missing one. Text is written as it is: nothing is escaped here.
    fn value(&self, out: &mut String, ty: &Ty, value: &Value);
    /// Writes an amount, in minor units.
    fn money(&self, out: &mut String, minor: i64, currency: Currency, style: MoneyStyle);
    /// An instant (in microseconds) in the reader's zone.
    fn local(&self, micros: i64) -> Local;
    /// Writes a word of the calendar.
    fn name(&self, out: &mut String, name: NameOf);
}

/// English words, UTC, ISO dates.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

/// English months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// English weekdays, from Monday on.
pub const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

impl Display for Plain {
    fn value(&self, out: &mut String, ty: &Ty, value: &Value) {
        match (ty, value) {
            (_, Value::Str(text)) => out.push_str(text),
            (_, Value::Bool(yes)) => out.push_str(if *yes { "true" } else { "false" }),
            (_, Value::Float(number)) => out.push_str(&float(*number)),
            (_, Value::Geo(lat, lon)) => out.push_str(&format!("{}, {}", float(*lat), float(*lon))),
            (Ty::Enum(of), Value::Enum(index)) => {
                out.push_str(of.values.get(*index as usize).map_or("", |value| value));
            }
            (Ty::Money(currency), Value::Int(minor)) => {
                self.money(out, *minor, *currency, MoneyStyle::Bare);
                out.push(' ');
                out.push_str(currency.code());
            }
            (Ty::Date, Value::Int(days)) => out.push_str(&date(*days).to_string()),
            (Ty::TimeOfDay, Value::Int(seconds)) => {
                let time = time(*seconds);
                out.push_str(&format!("{:02}:{:02}", time.hour(), time.minute()));
                if time.second() != 0 {
                    out.push_str(&format!(":{:02}", time.second()));
                }
            }
            (Ty::Timestamp, Value::Int(micros)) => {
                let local = self.local(*micros).time;
                out.push_str(&format!(
                    "{} {:02}:{:02}",
                    local.date(),
                    local.hour(),
                    local.minute()
                ));
            }
            (Ty::Duration, Value::Int(micros)) => duration(out, *micros),
            (Ty::Length, Value::Int(metres)) => out.push_str(&format!("{metres} m")),
            (_, Value::Int(number)) => out.push_str(&number.to_string()),
            (_, Value::Missing | Value::Enum(_) | Value::List(_) | Value::Record(_)) => {}
        }
    }

    fn money(&self, out: &mut String, minor: i64, currency: Currency, style: MoneyStyle) {
        let sign = match currency.code() {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "JPY" => "¥",
            _ => "",
        };
        if minor < 0 {
            out.push('-');
        }
        if style != MoneyStyle::Bare {
            out.push_str(sign);
        }
        let per = currency.minor_per_major().unsigned_abs();
        let amount = minor.unsigned_abs();
        out.push_str(&(amount / per).to_string());
        let rest = amount % per;
        if per > 1 && (style != MoneyStyle::Short || rest != 0) {
            let width = currency.decimals() as usize;
            out.push_str(&format!(".{rest:0width$}"));
        }
        let code = style == MoneyStyle::Code || (style != MoneyStyle::Bare && sign.is_empty());
        if code {
            out.push(' ');
            out.push_str(currency.code());
        }
    }

    fn local(&self, micros: i64) -> Local {
        let instant = jiff::Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        Local {
            time: jiff::tz::TimeZone::UTC.to_datetime(instant),
            offset: 0,
            zone: "UTC".to_owned(),
        }
    }

    fn name(&self, out: &mut String, name: NameOf) {
        let month = |n: u8| {
            MONTHS
                .get(usize::from(n.wrapping_sub(1)))
                .copied()
                .unwrap_or_default()
        };
        let weekday = |n: u8| WEEKDAYS.get(usize::from(n)).copied().unwrap_or_default();
        let short = |name: &'static str| name.get(..3).unwrap_or(name);
        out.push_str(match name {
            NameOf::Month(n) => month(n),
            NameOf::ShortMonth(n) => short(month(n)),
            NameOf::Weekday(n) => weekday(n),
            NameOf::ShortWeekday(n) => short(weekday(n)),
            NameOf::HalfOfDay(true) => "PM",
            NameOf::HalfOfDay(false) => "AM",
        });
    }
}

/// A number as Liquid writes it: whole ones keep `.0`.
fn float(number: f64) -> String {
    format!("{number:?}")
}

/// `1d 2h 30m`
fn duration(out: &mut String, micros: i64) {
    if micros < 0 {
        out.push('-');
    }
    let mut rest = micros.unsigned_abs();
    let mut written = false;
    for (unit, name) in [
        (86_400_000_000, "d"),
        (3_600_000_000, "h"),
        (60_000_000, "m"),
    ] {
        if rest >= unit {
            if written {
                out.push(' ');
            }
            out.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
            written = true;
        }
    }
    if rest > 0 || !written {
        if written {
            out.push(' ');
        }
        let seconds = rest / 1_000_000;
        out.push_str(&seconds.to_string());
        let micros = rest % 1_000_000;
        if micros > 0 {
            out.push('.');
            out.push_str(format!("{micros:06}").trim_end_matches('0'));
        }
        out.push('s');
    }
}
