//! Civil days and instants from their written form: the proleptic Gregorian calendar, no zones beyond offsets.

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;
/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// The days of a month.
pub(super) const fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a civil date that exists.
pub(super) const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    // Years are counted from March, so that the leap day is the last of a year.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// What is wrong with a written date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Date,
    Time,
    Zone,
    /// The fields are right, but not written with two digits each, or with other signs.
    Form,
}

/// A written date: year, month, day.
pub(super) fn date(text: &str) -> Result<(i64, i64, i64), Wrong> {
    let mut parts = text
        .split('-')
        .map(|part| part.parse::<i64>().map_err(|_| Wrong::Date));
    let mut next = || parts.next().unwrap_or(Err(Wrong::Date));
    let (year, month, day) = (next()?, next()?, next()?);
    let exists = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && day >= 1
        && day <= month_days(year, month);
    if exists {
        Ok((year, month, day))
    } else {
        Err(Wrong::Date)
    }
}

/// A written time of day as microseconds since midnight: `21:00`, `21:00:30`, `21:00:30.25`.
pub(super) fn time(text: &str) -> Result<i64, Wrong> {
    let mut parts = text.split(':');
    let two = |part: Option<&str>| -> Result<i64, Wrong> {
        let part = part.ok_or(Wrong::Time)?;
        part.parse::<i64>()
            .ok()
            .filter(|_| (1..=2).contains(&part.len()))
            .ok_or(Wrong::Time)
    };
    let (hour, minute) = (two(parts.next())?, two(parts.next())?);
    let (second, micros) = match parts.next() {
        None => (0, 0),
        Some(last) => match last.split_once('.') {
            None => (two(Some(last))?, 0),
            Some((whole, fraction)) => (two(Some(whole))?, fraction_micros(fraction)?),
        },
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return Err(Wrong::Time);
    }
    Ok(((hour * 60 + minute) * 60 + second) * SECOND + micros)
}

/// Digits behind the point as microseconds; more than six are refused.
fn fraction_micros(fraction: &str) -> Result<i64, Wrong> {
    if !(1..=6).contains(&fraction.len()) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong::Time);
    }
    let padded = format!("{fraction:0<6}");
    padded.parse().map_err(|_| Wrong::Time)
}

/// A written offset from UTC in seconds: `Z`, `+01:00`, `-05:30`.
pub(super) fn offset(text: &str) -> Result<i64, Wrong> {
    if matches!(text, "Z" | "z") {
        return Ok(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..).unwrap_or("");
    let (hours, minutes) = match digits.len() {
        5 => digits.split_once(':').ok_or(Wrong::Zone)?,
        4 => digits.split_at(2),
        2 => (digits, "0"),
        _ => return Err(Wrong::Zone),
    };
    let parse = |part: &str| part.parse::<i64>().map_err(|_| Wrong::Zone);
    let (hours, minutes) = (parse(hours)?, parse(minutes)?);
    if hours > 23 || minutes > 59 {
        Err(Wrong::Zone)
    } else {
        Ok(sign * (hours * 60 + minutes) * 60)
    }
}

/// A written instant as microseconds since 1970-01-01T00:00Z.
pub(super) fn instant(text: &str) -> Result<i64, Wrong> {
    let (day, rest) = text.split_once(['T', 't', ' ']).ok_or(Wrong::Form)?;
    let zone_at = rest.find(['Z', 'z', '+', '-']).ok_or(Wrong::Zone);
    let (year, month, day) = date(day)?;
    let time_text = zone_at.map_or(rest, |at| &rest[..at]);
    let micros = time(time_text)?;
    let offset = offset(&rest[zone_at?..])?;
    let seconds = days_since_epoch(year, month, day) * DAY - offset;
    let instant = seconds * SECOND + micros;
    let (least, greatest) = (
        days_since_epoch(1, 1, 1) * DAY * SECOND,
        days_since_epoch(10_000, 1, 1) * DAY * SECOND,
    );
    if (least..greatest).contains(&instant) {
        Ok(instant)
    } else {
        Err(Wrong::Date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_across_leap_years_and_eras() {
        assert_eq!(days_since_epoch(1970, 1, 1), 0);
        assert_eq!(days_since_epoch(2000, 2, 29), 11_016);
        assert_eq!(days_since_epoch(1, 1, 1), -719_162);
        assert_eq!(days_since_epoch(9999, 12, 31), 2_932_896);
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        assert_eq!(date("2026-02-30"), Err(Wrong::Date));
        assert_eq!(date("1900-02-29"), Err(Wrong::Date));
        assert_eq!(date("2000-02-29"), Ok((2000, 2, 29)));
        assert_eq!(date("0000-01-01"), Err(Wrong::Date));
        assert_eq!(date("2026-13-01"), Err(Wrong::Date));
    }

    #[test]
    fn instants_honour_their_offset() {
        assert_eq!(instant("1970-01-01T00:00Z"), Ok(0));
        assert_eq!(instant("1970-01-01T01:00:00.5+01:00"), Ok(500_000));
        assert_eq!(instant("1970-01-01T00:00"), Err(Wrong::Zone));
        assert_eq!(instant("1970-01-01T24:00Z"), Err(Wrong::Time));
        assert_eq!(instant("0001-01-01T00:00+01:00"), Err(Wrong::Date));
        assert_eq!(
            instant("9999-12-31T23:59:59.999999Z"),
            Ok(253_402_300_799_999_999)
        );
    }
}
