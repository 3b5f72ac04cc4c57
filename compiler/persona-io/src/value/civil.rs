//! Dates, times, instants and lengths of time as text: strict reading of ISO 8601 and RFC 3339, and the forms that
//! people print them in. No time zones here: see `zone`.

use super::decimal::Decimal;
use persona_runtime::calendar::{self, civil_from_days};
pub(crate) use persona_runtime::calendar::{
    DAY, MAX_DATE, MAX_TIMESTAMP, MIN_DATE, MIN_TIMESTAMP, SECOND,
};

/// A reader of fixed forms over ASCII.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (head, rest) = self.0.split_at_checked(count)?;
        let mut value = 0;
        for byte in head {
            if !byte.is_ascii_digit() {
                return None;
            }
            value = value * 10 + i64::from(byte - b'0');
        }
        self.0 = rest;
        Some(value)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn eat_any(&mut self, bytes: &[u8]) -> bool {
        bytes.iter().any(|b| self.eat(*b))
    }

    fn done(&self) -> bool {
        self.0.is_empty()
    }

    fn date(&mut self) -> Option<i64> {
        let year = self.digits(4)?;
        let month = self.eat(b'-').then(|| self.digits(2))??;
        let day = self.eat(b'-').then(|| self.digits(2))??;
        calendar::date(year, month, day)
    }

    /// `HH:MM[:SS[.fraction]]` in microseconds; digits beyond the sixth are dropped.
    fn time(&mut self) -> Option<i64> {
        let hour = self.digits(2)?;
        let minute = self.eat(b':').then(|| self.digits(2))??;
        let second = if self.eat(b':') { self.digits(2)? } else { 0 };
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let micros = if self.eat_any(b".,") {
            self.fraction()?
        } else {
            0
        };
        Some(((hour * 60 + minute) * 60 + second) * SECOND + micros)
    }

    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 || count > 12 {
            return None;
        }
        let kept = count.min(6);
        let value = self.digits(kept)?;
        self.0 = &self.0[count - kept..];
        Some(value * 10_i64.pow(6 - u32::try_from(kept).ok()?))
    }

    /// `Z`, `+01:00`, `+0100` or `+01`, in microseconds.
    fn offset(&mut self) -> Option<i64> {
        if self.eat_any(b"Zz") {
            return Some(0);
        }
        let sign = if self.eat(b'+') {
            1
        } else if self.eat(b'-') {
            -1
        } else {
            return None;
        };
        let hours = self.digits(2)?;
        let colon = self.eat(b':');
        let minutes = if colon || !self.done() {
            self.digits(2)?
        } else {
            0
        };
        (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes) * 60 * SECOND)
    }
}

/// A point in time as read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimePoint {
    /// Microseconds since 1970-01-01T00:00Z.
    Instant(i64),
    /// Microseconds since 1970-01-01T00:00 on some wall clock.
    Local(i64),
}

/// Reads RFC 3339 (`T`, `t` or a space between), with or without a zone, or a date alone (its midnight).
pub(crate) fn parse_timestamp(text: &str) -> Option<TimePoint> {
    let mut cursor = Cursor(trim(text));
    let date = cursor.date()? * DAY;
    if cursor.done() {
        return Some(TimePoint::Local(date));
    }
    if !cursor.eat_any(b"Tt ") {
        return None;
    }
    let local = date + cursor.time()?;
    if cursor.done() {
        return Some(TimePoint::Local(local));
    }
    // `2026-01-01 10:00:00 +0100` and `… UTC` are how databases print it.
    if cursor.eat(b' ') && (cursor.0 == b"UTC" || cursor.0 == b"Z") {
        return Some(TimePoint::Instant(local));
    }
    let offset = cursor.offset()?;
    cursor.done().then_some(TimePoint::Instant(local - offset))
}

/// Reads `2026-01-31`; also with a time of exactly midnight after it, as exports of dates often print.
pub(crate) fn parse_date(text: &str) -> Option<i64> {
    let mut cursor = Cursor(trim(text));
    let days = cursor.date()?;
    if cursor.done() {
        return Some(days);
    }
    let midnight = cursor.eat_any(b"Tt ") && cursor.time()? == 0 && cursor.done();
    midnight.then_some(days)
}

/// Reads `21:00` or `21:00:30`, in seconds since midnight; parts of a second are dropped.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    let mut cursor = Cursor(trim(text));
    let micros = cursor.time()?;
    cursor.done().then_some(micros / SECOND)
}

fn trim(text: &str) -> &[u8] {
    text.as_bytes().trim_ascii()
}

/// Reads `1h30m`, `30d`, `2w`, `1.5h`, or ISO 8601 without years and months (`PT1H30M`, `P2D`), in microseconds.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    const HOUR: i64 = 3600 * SECOND;
    const MINUTE: i64 = 60 * SECOND;
    let text = text.trim_ascii();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let Some(iso) = text.strip_prefix(['P', 'p']) else {
        let units = [
            ("W", 7 * DAY),
            ("D", DAY),
            ("H", HOUR),
            ("M", MINUTE),
            ("S", SECOND),
            ("MS", 1000),
            ("US", 1),
        ];
        return Some(sign * parts(text, &units)?);
    };
    let units = [("H", HOUR), ("M", MINUTE), ("S", SECOND)];
    let dates = [("W", 7 * DAY), ("D", DAY)];
    let micros = match iso.split_once(['T', 't']) {
        None => parts(iso, &dates)?,
        Some(("", time)) => parts(time, &units)?,
        Some((days, time)) => parts(days, &dates)?.checked_add(parts(time, &units)?)?,
    };
    Some(sign * micros)
}

/// Numbers with units, at least one, each unit at most once and in this order.
fn parts(mut text: &str, mut units: &[(&str, i64)]) -> Option<i64> {
    let mut total: i64 = 0;
    loop {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number = Decimal::parse(&text[..digits]).ok()?;
        let rest = &text[digits..];
        let word = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let at = units
            .iter()
            .position(|(unit, _)| unit.eq_ignore_ascii_case(&rest[..word]))?;
        let micros = number.mul(Decimal::whole(units[at].1)).ok()?;
        total = total.checked_add(i64::try_from(micros.rounded_at(0)?).ok()?)?;
        units = &units[at + 1..];
        text = &rest[word..];
        if text.is_empty() {
            return Some(total);
        }
    }
}

/// `2026-01-31`.
pub(crate) fn format_date(days: i64) -> String {
    let civil = civil_from_days(days);
    format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}

/// `2026-01-31T10:00:00` with as many digits of a second as there are.
pub(crate) fn format_local(micros: i64) -> String {
    let seconds = micros.div_euclid(SECOND);
    let fraction = micros.rem_euclid(SECOND);
    let date = format_date(seconds.div_euclid(86_400));
    let time = format_time(seconds.rem_euclid(86_400));
    if fraction == 0 {
        return format!("{date}T{time}");
    }
    let digits = format!("{fraction:06}");
    format!("{date}T{time}.{}", digits.trim_end_matches('0'))
}

/// `2026-01-31T10:00:00Z`.
pub(crate) fn format_instant(micros: i64) -> String {
    format_local(micros) + "Z"
}

/// `21:00:00`.
pub(crate) fn format_time(seconds: i64) -> String {
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// `1h30m`, `30d`, `1.5s`: as the language writes it.
pub(crate) fn format_duration(micros: i64) -> String {
    if micros == 0 {
        return "0s".to_owned();
    }
    let mut out = if micros < 0 {
        "-".to_owned()
    } else {
        String::new()
    };
    let mut rest = micros.unsigned_abs();
    for (unit, size) in [("d", DAY), ("h", 3600 * SECOND), ("m", 60 * SECOND)] {
        let size = size.unsigned_abs();
        if rest >= size {
            out += &format!("{}{unit}", rest / size);
            rest %= size;
        }
    }
    if rest > 0 {
        let second = SECOND.unsigned_abs();
        let fraction = format!(".{:06}", rest % second);
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        out += &format!("{}{fraction}s", rest / second);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_instants_with_and_without_a_zone() {
        let instant = |text| match parse_timestamp(text) {
            Some(TimePoint::Instant(at)) => format_instant(at),
            Some(TimePoint::Local(at)) => format_local(at),
            None => "-".to_owned(),
        };
        for (text, read) in [
            ("2026-01-31T10:00Z", "2026-01-31T10:00:00Z"),
            ("2026-01-31t10:00:00.5z", "2026-01-31T10:00:00.5Z"),
            ("2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00Z"),
            ("2026-01-31 10:00:00-0130", "2026-01-31T11:30:00Z"),
            ("2026-01-31 10:00:00+02", "2026-01-31T08:00:00Z"),
            ("2026-01-31 10:00:00 UTC", "2026-01-31T10:00:00Z"),
            ("2026-01-31 10:00:00 +0100", "2026-01-31T09:00:00Z"),
            (
                "2019-11-24 00:01:03.979311+00:00",
                "2019-11-24T00:01:03.979311Z",
            ),
            ("2026-01-31 10:00", "2026-01-31T10:00:00"),
            (
                "2026-01-31T10:00:00.123456789",
                "2026-01-31T10:00:00.123456",
            ),
            (" 2026-01-31 ", "2026-01-31T00:00:00"),
            ("1960-02-29T23:59:59.000001", "1960-02-29T23:59:59.000001"),
        ] {
            assert_eq!(instant(text), read, "{text}");
        }
    }

    #[test]
    fn refuses_other_forms_of_instants() {
        for text in [
            "",
            "2026",
            "2026-1-31",
            "2026-02-29",
            "2026-13-01",
            "0000-01-01",
            "31.01.2026",
            "01/31/2026",
            "2026-01-31T24:00",
            "2026-01-31T10:60",
            "2026-01-31T10:00:60Z",
            "2026-01-31T10",
            "2026-01-31T10:00:00.",
            "2026-01-31T10:00:00+1",
            "2026-01-31T10:00:00+25:00",
            "2026-01-31T10:00Zx",
            "2026-01-31Z",
            "1769853600",
            "2026-01-31T10:00:00 CET",
            "20260131",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_may_carry_midnight_and_nothing_else() {
        assert_eq!(parse_date("1970-01-02"), Some(1));
        assert_eq!(parse_date("1970-01-02 00:00:00"), Some(1));
        assert_eq!(parse_date("1970-01-02T00:00:00.000"), Some(1));
        assert_eq!(parse_date("1970-01-02 00:00:01"), None);
        assert_eq!(parse_date("1970-01-02T00:00Z"), None);
    }

    #[test]
    fn reads_times_of_day() {
        assert_eq!(parse_time("21:00"), Some(75_600));
        assert_eq!(parse_time("00:00:01.9"), Some(1));
        assert_eq!(parse_time("24:00"), None);
        assert_eq!(parse_time("9:00"), None);
    }

    #[test]
    fn reads_and_prints_durations() {
        for (text, printed) in [
            ("30s", "30s"),
            ("1h30m", "1h30m"),
            ("90m", "1h30m"),
            ("2w", "14d"),
            ("1.5h", "1h30m"),
            ("-5m", "-5m"),
            ("250ms", "0.25s"),
            ("PT1H30M", "1h30m"),
            ("P1DT12H", "1d12h"),
            ("P2W", "14d"),
            ("PT0S", "0s"),
        ] {
            assert_eq!(
                parse_duration(text).map(format_duration).as_deref(),
                Some(printed),
                "{text}"
            );
        }
        for text in [
            "",
            "30",
            "h",
            "1h1h",
            "30m1h",
            "P1Y",
            "P1M",
            "P",
            "PT",
            "P1DT",
            "1 h",
            "1x",
            "999999999999w",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
