//! The civil calendar: days, months, years, anniversaries. Proleptic Gregorian, pure arithmetic; knows nothing of
//! time zones or of `now`.
//!
//! A *date* is a number of days since 1970-01-01, within [`MIN_DATE`]`..=`[`MAX_DATE`]. Functions that give a date
//! clamp it to that range unless they say otherwise.

use persona_ir::{CalendarUnit, DatePart, Weekday};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in 24 hours.
pub const DAY: i64 = 86_400 * SECOND;
/// 0001-01-01.
pub const MIN_DATE: i64 = -719_162;
/// 9999-12-31.
pub const MAX_DATE: i64 = 2_932_896;
/// 0001-01-01T00:00Z.
pub const MIN_TIMESTAMP: i64 = MIN_DATE * DAY;
/// 9999-12-31T23:59:59.999999Z.
pub const MAX_TIMESTAMP: i64 = (MAX_DATE + 1) * DAY - 1;

/// The date, moved to the nearer end of the range when it is outside.
pub fn clamp_date(date: i64) -> i64 {
    date.clamp(MIN_DATE, MAX_DATE)
}

/// The instant, moved to the nearer end of the range when it is outside.
pub fn clamp_timestamp(instant: i64) -> i64 {
    instant.clamp(MIN_TIMESTAMP, MAX_TIMESTAMP)
}

/// A date taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// The year; 1 to 9999 for dates in range.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

/// Whether a year has a 29 February.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month (1 to 12).
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date that exists. Not clamped.
pub fn days_from_civil(civil: Civil) -> i64 {
    // Years start in March here, so that the leap day is the last of its year.
    let year = if civil.month <= 2 {
        civil.year - 1
    } else {
        civil.year
    };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (civil.month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + civil.day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The civil date of a number of days since 1970-01-01. Not clamped.
pub fn civil_from_days(days: i64) -> Civil {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil { year, month, day }
}

/// The date of a year, month and day, if that day exists and is in range.
pub fn date(year: i64, month: i64, day: i64) -> Option<i64> {
    let exists = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day);
    exists.then(|| days_from_civil(Civil { year, month, day }))
}

/// The date moved by months, clamped to the month's last day, then by days.
pub fn add(date: i64, months: i32, days: i32) -> i64 {
    clamp_date(add_unclamped(date, months, days))
}

/// As [`add`], but the result may lie outside the range.
pub fn add_unclamped(date: i64, months: i32, days: i32) -> i64 {
    let civil = civil_from_days(date);
    let month = civil.year * 12 + civil.month - 1 + i64::from(months);
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let day = civil.day.min(days_in_month(year, month));
    days_from_civil(Civil { year, month, day }) + i64::from(days)
}

/// The day of the week: 0 is Monday.
pub fn weekday(date: i64) -> i64 {
    (date + 3).rem_euclid(7)
}

/// A part of a date: years, quarters and so on as they are written, a weekday by its number (0 is Monday), and the
/// date itself for [`DatePart::Date`]. The parts of a day are those of its first instant: 0.
pub fn part(date: i64, part: DatePart) -> i64 {
    let civil = civil_from_days(date);
    match part {
        DatePart::Year => civil.year,
        DatePart::Quarter => (civil.month + 2) / 3,
        DatePart::Month => civil.month,
        DatePart::Day => civil.day,
        DatePart::Weekday => weekday(date),
        DatePart::Date => date,
        DatePart::Hour | DatePart::Minute | DatePart::Time => 0,
    }
}

/// The anniversary of a date in a year: the same month and day; 28 February for a 29 February in a common year.
/// Not clamped.
pub fn anniversary_in(date: i64, year: i64) -> i64 {
    let Civil { month, day, .. } = civil_from_days(date);
    days_from_civil(Civil {
        year,
        month,
        day: day.min(days_in_month(year, month)),
    })
}

/// Whole civil years from a date to today; one more on each anniversary. Negative for a date after today: the
/// day before the date it is -1, and so on.
pub fn age(date: i64, today: i64) -> i64 {
    let year = civil_from_days(today).year;
    let not_yet = i64::from(today < anniversary_in(date, year));
    year - civil_from_days(date).year - not_yet
}

/// The first anniversary of a date on or after today, never the day itself in its own year.
pub fn next_anniversary(date: i64, today: i64) -> i64 {
    let earliest = civil_from_days(date).year + 1;
    let year = civil_from_days(today).year.max(earliest);
    let this_year = anniversary_in(date, year);
    let next = if this_year < today {
        anniversary_in(date, year + 1)
    } else {
        this_year
    };
    clamp_date(next)
}

/// A number that is the same for all dates of one unit, and one higher in the next unit.
pub fn unit_index(unit: CalendarUnit, date: i64, week_start: Weekday) -> i64 {
    let civil = civil_from_days(date);
    match unit {
        CalendarUnit::Day => date,
        CalendarUnit::Week => (date + 3 - week_start as i64).div_euclid(7),
        CalendarUnit::Month => civil.year * 12 + civil.month - 1,
        CalendarUnit::Quarter => civil.year * 4 + (civil.month - 1) / 3,
        CalendarUnit::Year => civil.year,
    }
}

/// The first date of a unit, by its index. Not clamped.
pub fn unit_start(unit: CalendarUnit, index: i64, week_start: Weekday) -> i64 {
    let month = |months: i64| {
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        days_from_civil(Civil {
            year,
            month,
            day: 1,
        })
    };
    match unit {
        CalendarUnit::Day => index,
        CalendarUnit::Week => index * 7 - 3 + week_start as i64,
        CalendarUnit::Month => month(index),
        CalendarUnit::Quarter => month(index * 3),
        CalendarUnit::Year => month(index * 12),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(year: i64, month: i64, day: i64) -> i64 {
        date(year, month, day).expect("a date")
    }

    #[test]
    fn the_range_ends_where_the_semantics_say() {
        assert_eq!(d(1, 1, 1), MIN_DATE);
        assert_eq!(d(9999, 12, 31), MAX_DATE);
        assert_eq!(d(1970, 1, 1), 0);
        assert_eq!(date(10_000, 1, 1), None);
        assert_eq!(date(0, 12, 31), None);
        assert_eq!(date(1900, 2, 29), None);
        assert_eq!(date(2026, 13, 1), None);
    }

    #[test]
    fn days_and_civil_dates_are_inverse_and_agree_with_jiff() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for days in (MIN_DATE..=MAX_DATE)
            .step_by(97)
            .chain([MIN_DATE, -1, 0, 1, MAX_DATE])
        {
            let civil = civil_from_days(days);
            assert_eq!(days_from_civil(civil), days);
            let theirs = epoch.saturating_add(jiff::Span::new().days(days));
            let ours = (civil.year, civil.month, civil.day);
            assert_eq!(
                ours,
                (
                    theirs.year().into(),
                    theirs.month().into(),
                    theirs.day().into()
                )
            );
            assert_eq!(
                weekday(days),
                i64::from(theirs.weekday().to_monday_zero_offset())
            );
        }
    }

    #[test]
    fn months_clamp_to_the_last_day_before_days_are_added() {
        assert_eq!(add(d(2025, 1, 31), 1, 0), d(2025, 2, 28));
        assert_eq!(add(d(2024, 1, 31), 1, 1), d(2024, 3, 1));
        assert_eq!(add(d(2024, 3, 31), -1, 0), d(2024, 2, 29));
        assert_eq!(add(d(2024, 2, 29), 12, 0), d(2025, 2, 28));
        assert_eq!(add(d(2024, 1, 15), -25, -15), d(2021, 11, 30));
    }

    #[test]
    fn moving_saturates_at_the_ends_of_the_calendar() {
        assert_eq!(add(MAX_DATE, 0, 1), MAX_DATE);
        assert_eq!(add(MIN_DATE, 0, -1), MIN_DATE);
        assert_eq!(add(0, i32::MAX, i32::MAX), MAX_DATE);
        assert_eq!(add(0, i32::MIN, i32::MIN), MIN_DATE);
        assert_eq!(add(MAX_DATE, 1, -40), d(9999, 12, 22));
    }

    #[test]
    fn age_increments_on_the_anniversary() {
        let born = d(2000, 6, 15);
        assert_eq!(age(born, d(2026, 6, 14)), 25);
        assert_eq!(age(born, d(2026, 6, 15)), 26);
        assert_eq!(age(born, born), 0);
        assert_eq!(age(born, born - 1), -1);
    }

    #[test]
    fn those_born_on_29_february_age_on_the_28th_in_common_years() {
        let born = d(2000, 2, 29);
        assert_eq!(age(born, d(2025, 2, 27)), 24);
        assert_eq!(age(born, d(2025, 2, 28)), 25);
        assert_eq!(age(born, d(2024, 2, 28)), 23);
        assert_eq!(age(born, d(2024, 2, 29)), 24);
    }

    #[test]
    fn the_next_anniversary_is_never_the_day_itself_in_its_own_year() {
        let born = d(2000, 6, 15);
        assert_eq!(next_anniversary(born, born), d(2001, 6, 15));
        assert_eq!(next_anniversary(born, d(1999, 1, 1)), d(2001, 6, 15));
        assert_eq!(next_anniversary(born, d(2026, 6, 15)), d(2026, 6, 15));
        assert_eq!(next_anniversary(born, d(2026, 6, 16)), d(2027, 6, 15));
        assert_eq!(
            next_anniversary(d(2000, 2, 29), d(2025, 1, 1)),
            d(2025, 2, 28)
        );
        assert_eq!(
            next_anniversary(d(2000, 2, 29), d(2027, 3, 1)),
            d(2028, 2, 29)
        );
        assert_eq!(next_anniversary(d(9999, 12, 31), d(9999, 12, 31)), MAX_DATE);
    }

    #[test]
    fn units_start_where_people_expect() {
        use CalendarUnit::{Day, Month, Quarter, Week, Year};
        let start = |unit, date, first| unit_start(unit, unit_index(unit, date, first), first);
        let friday = d(2026, 5, 15);
        assert_eq!(start(Day, friday, Weekday::Monday), friday);
        assert_eq!(start(Week, friday, Weekday::Monday), d(2026, 5, 11));
        assert_eq!(start(Week, friday, Weekday::Friday), friday);
        assert_eq!(start(Week, friday, Weekday::Saturday), d(2026, 5, 9));
        assert_eq!(start(Week, friday, Weekday::Sunday), d(2026, 5, 10));
        assert_eq!(start(Month, friday, Weekday::Monday), d(2026, 5, 1));
        assert_eq!(start(Quarter, friday, Weekday::Monday), d(2026, 4, 1));
        assert_eq!(start(Year, friday, Weekday::Monday), d(2026, 1, 1));
        assert_eq!(start(Week, -4, Weekday::Monday), -10);
    }

    #[test]
    fn parts_of_a_date() {
        let date = d(2026, 12, 6);
        assert_eq!(part(date, DatePart::Quarter), 4);
        assert_eq!(part(date, DatePart::Weekday), 6);
        assert_eq!(part(date, DatePart::Month), 12);
        assert_eq!(part(date, DatePart::Day), 6);
        assert_eq!(part(date, DatePart::Year), 2026);
    }
}
