//! Reading dates, times and instants as they are written in persona programs. Strict: no other form is accepted.
//! Other formats are the business of sources.

use crate::calendar::{self, DAY, MAX_TIMESTAMP, MIN_TIMESTAMP, SECOND};

/// `2026-01-31`, as days since 1970-01-01.
pub fn date(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    calendar::date(
        digits(&bytes[..4])?,
        digits(&bytes[5..7])?,
        digits(&bytes[8..])?,
    )
}

/// `21:00` or `21:00:30`, in seconds.
pub fn time_of_day(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (hour, minute) = match bytes.len() {
        5 | 8 if bytes[2] == b':' => (digits(&bytes[..2])?, digits(&bytes[3..5])?),
        _ => return None,
    };
    let second = match bytes.get(5) {
        None => 0,
        Some(b':') => digits(&bytes[6..])?,
        Some(_) => return None,
    };
    let exists = hour < 24 && minute < 60 && second < 60;
    exists.then_some(hour * 3600 + minute * 60 + second)
}

/// `2026-01-31T10:00Z`, `2026-01-31T10:00:00.123456+01:00`: microseconds since 1970-01-01T00:00Z. At most six decimals.
pub fn timestamp(text: &str) -> Option<i64> {
    let (day, rest) = text.split_once('T')?;
    let zone = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone);
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) if time.len() == 8 => (time, micros(fraction)?),
        Some(_) => return None,
        None => (time, 0),
    };
    let wall = date(day)? * DAY + time_of_day(time)? * SECOND + fraction;
    let instant = wall - offset(zone)? * SECOND;
    (MIN_TIMESTAMP..=MAX_TIMESTAMP)
        .contains(&instant)
        .then_some(instant)
}

/// `Z`, `+01:00`, `-05:30`, in seconds.
fn offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, time) = text.split_at_checked(1)?;
    let seconds = (time.len() == 5).then(|| time_of_day(time))??;
    Some(if sign == "-" { -seconds } else { seconds })
}

fn micros(fraction: &str) -> Option<i64> {
    let length = u32::try_from(fraction.len())
        .ok()
        .filter(|length| (1..=6).contains(length))?;
    Some(digits(fraction.as_bytes())? * 10_i64.pow(6 - length))
}

/// A few ASCII digits.
fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_with_their_offset() {
        assert_eq!(timestamp("1970-01-01T00:00Z"), Some(0));
        assert_eq!(timestamp("1970-01-01T01:00:00.5+01:00"), Some(500_000));
        assert_eq!(timestamp("1969-12-31T23:59:59.999999Z"), Some(-1));
        assert_eq!(timestamp("0001-01-01T00:00Z"), Some(MIN_TIMESTAMP));
        assert_eq!(
            timestamp("9999-12-31T23:59:59.999999Z"),
            Some(MAX_TIMESTAMP)
        );
    }

    #[test]
    fn what_is_not_an_instant_is_refused() {
        for text in [
            "",
            "T",
            "2026-01-01",
            "2026-01-01T10:00",
            "2026-01-01T24:00Z",
            "2026-02-29T10:00Z",
            "2026-01-01T10:00:60Z",
            "2026-01-01T10:00:00.1234567Z",
            "2026-01-01T10:00.5Z",
            "0001-01-01T00:00+01:00",
            "2026-01-01T10:00+1:00",
            "2026-01-01T10:00ZZ",
            "２026-01-01T10:00Z",
            "2026-01-01T10:00é",
            "2026-01-01T1:000Z",
            "+026-01-01T10:00Z",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_day_have_minutes_and_perhaps_seconds() {
        assert_eq!(time_of_day("23:59:59"), Some(86_399));
        assert_eq!(time_of_day("09:30"), Some(34_200));
        assert_eq!(time_of_day("9:30"), None);
        assert_eq!(time_of_day("09:60"), None);
        assert_eq!(time_of_day("09:30:"), None);
        assert_eq!(time_of_day("09:30:5"), None);
    }
}
