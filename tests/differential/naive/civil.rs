//! Calendar arithmetic by counting, and the zones' offsets; nothing of persona's own.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::differential::tree::Unit;

pub(in crate::differential) const SECOND: i64 = 1_000_000;
pub(in crate::differential) const DAY: i64 = 86_400 * SECOND;

pub(in crate::differential) fn leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

pub(in crate::differential) fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days before a year, from 0001-01-01.
fn days_before(year: i64) -> i64 {
    let y = year - 1;
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)
}

const EPOCH: i64 = 719_162;

/// Days since 1970-01-01.
pub(in crate::differential) fn days(year: i64, month: i64, day: i64) -> i64 {
    let months: i64 = (1..month).map(|m| month_days(year, m)).sum();
    days_before(year) + months + day - 1 - EPOCH
}

/// Year, month, day.
pub(in crate::differential) fn date(days: i64) -> (i64, i64, i64) {
    let since = days + EPOCH;
    let mut year = since.div_euclid(366) + 1;
    while days_before(year + 1) <= since {
        year += 1;
    }
    let mut left = since - days_before(year);
    let mut month = 1;
    while left >= month_days(year, month) {
        left -= month_days(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// A date some months later; the last day of the month where there is no such day.
pub(in crate::differential) fn add_months(days_since: i64, months: i64) -> i64 {
    let (year, month, day) = date(days_since);
    let index = year * 12 + month - 1 + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    days(year, month, day.min(month_days(year, month)))
}

/// Monday is 0.
pub(in crate::differential) fn weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7)
}

pub(in crate::differential) fn date_text(days: i64) -> String {
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// In UTC, with as many digits after the second as it takes.
pub(in crate::differential) fn instant_text(micros: i64) -> String {
    let (day, within) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let (seconds, fraction) = (within / SECOND, within % SECOND);
    let fraction = if fraction == 0 {
        String::new()
    } else {
        format!(".{fraction:06}")
    };
    let clock = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    );
    format!("{}T{clock}{fraction}Z", date_text(day))
}

/// Brings an instant into the years 1 to 9999.
pub(in crate::differential) fn in_range(micros: i128) -> i64 {
    let (first, last) = (days(1, 1, 1) * DAY, (days(9999, 12, 31) + 1) * DAY - 1);
    i64::try_from(micros.clamp(i128::from(first), i128::from(last))).expect("within the range")
}

/// Microseconds on the wall clock, as if it were UTC.
pub(in crate::differential) fn wall(zone: &TimeZone, instant: i64) -> i64 {
    let seconds =
        Timestamp::from_second(instant.div_euclid(SECOND)).expect("an instant that the tests use");
    instant + i64::from(zone.to_offset(seconds).seconds()) * SECOND
}

/// The instant at which the wall clock first shows this; moved forward by the gap where it never does.
pub(in crate::differential) fn instant(zone: &TimeZone, wall_micros: i64) -> i64 {
    // The first instant of the two days around it at which the wall clock shows at least this.
    let candidates = (-30..=30).map(|half_hours| wall_micros - half_hours * 1_800 * SECOND);
    let offsets: Vec<i64> = candidates.map(|near| wall(zone, near) - near).collect();
    let exact = offsets
        .iter()
        .map(|offset| wall_micros - offset)
        .filter(|at| wall(zone, *at) == wall_micros)
        .min();
    // In a gap, the offset before it gives the instant moved forward by the gap.
    exact.unwrap_or_else(|| wall_micros - offsets.iter().min().expect("offsets"))
}

/// The local day.
pub(in crate::differential) fn local_day(zone: &TimeZone, at: i64) -> i64 {
    wall(zone, at).div_euclid(DAY)
}

pub(in crate::differential) fn start_of_day(zone: &TimeZone, day: i64) -> i64 {
    instant(zone, day * DAY)
}

/// The first day of the unit that is `offset` units after the one that holds `day`.
pub(in crate::differential) fn unit_start(unit: Unit, sunday: bool, day: i64, offset: i64) -> i64 {
    let (year, month, _) = date(day);
    match unit {
        Unit::Day => day + offset,
        Unit::Week => {
            let back = if sunday {
                (weekday(day) + 1) % 7
            } else {
                weekday(day)
            };
            day - back + 7 * offset
        }
        Unit::Month => add_months(days(year, month, 1), offset),
        Unit::Quarter => add_months(days(year, (month - 1) / 3 * 3 + 1, 1), 3 * offset),
        Unit::Year => days(year + offset, 1, 1),
    }
}

#[test]
fn dates_count_as_the_calendar_does() {
    assert_eq!(date_text(0), "1970-01-01");
    assert_eq!(date_text(days(2024, 2, 29)), "2024-02-29");
    assert_eq!(date_text(add_months(days(2024, 1, 31), 1)), "2024-02-29");
    assert_eq!(weekday(days(2026, 1, 5)), 0);
    assert_eq!(date_text(days(1, 1, 1)), "0001-01-01");
    assert_eq!(date(days(9999, 12, 31)), (9999, 12, 31));
}

#[test]
fn local_times_that_do_not_exist_move_forward_and_double_ones_are_the_first() {
    let berlin = TimeZone::get("Europe/Berlin").expect("a bundled zone");
    let at = |text: &str| {
        text.parse::<Timestamp>()
            .expect("a timestamp")
            .as_microsecond()
    };
    let spring = days(2026, 3, 29) * DAY + 9_000 * SECOND; // 02:30 on the day of the gap
    assert_eq!(instant(&berlin, spring), at("2026-03-29T01:30:00Z"));
    let autumn = days(2026, 10, 25) * DAY + 9_000 * SECOND; // 02:30, twice
    assert_eq!(instant(&berlin, autumn), at("2026-10-25T00:30:00Z"));
    let apia = TimeZone::get("Pacific/Apia").expect("a bundled zone");
    assert_eq!(
        start_of_day(&apia, days(2011, 12, 30)),
        at("2011-12-30T10:00:00Z")
    );
}
