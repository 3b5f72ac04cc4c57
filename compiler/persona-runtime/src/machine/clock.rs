//! Local times: when the clock on the wall next shows one, when anniversaries and recurrences fall, when quiet hours end.

use persona_ir::campaign::{Quiet, Recurrence};

use crate::calendar::{self, DAY, MAX_DATE, SECOND};
use crate::flips::{NEVER, walls};
use crate::time::{Clock, Zone};

/// The first instant after one at which a day, of those that are asked for, reaches a time of day. `day` gives the first such
/// day from one on, or none.
fn next(zone: &Zone, after: i64, at: i64, day: impl Fn(i64) -> Option<i64>) -> i64 {
    // Where clocks are put back over midnight, an earlier day may end later.
    let mut date = zone.date_of(after) - 1;
    while let Some(found) = day(date).filter(|date| *date <= MAX_DATE) {
        let instant = zone.instant(found * DAY + at * SECOND);
        if instant > after {
            return instant;
        }
        date = found + 1;
    }
    NEVER
}

/// The first instant after one at which a recurrence is due, at a time of day in seconds.
pub fn recurrence(zone: &Zone, after: i64, unit: Recurrence, at: i64) -> i64 {
    next(zone, after, at, |date| {
        Some(match unit {
            Recurrence::Day => date,
            Recurrence::Weekday(day) => weekday_from(date, i64::from(day)),
            Recurrence::Month => first_of_month_from(date),
        })
    })
}

/// The first instant after one at which the clock shows a time, on a weekday where one is given.
pub(super) fn local_time(zone: &Zone, after: i64, weekday: Option<u8>, at: i64) -> i64 {
    next(zone, after, at, |date| {
        Some(weekday.map_or(date, |day| weekday_from(date, i64::from(day))))
    })
}

/// The first instant after one at which an anniversary of a date is due, at a time of day in seconds.
pub fn anniversary(zone: &Zone, after: i64, date: i64, at: i64) -> i64 {
    next(zone, after, at, |from| {
        let found = calendar::next_anniversary(date, from);
        // At the end of the calendar it is clamped to a day that is none.
        let year = calendar::civil_from_days(found).year;
        (found >= from && calendar::anniversary_in(date, year) == found).then_some(found)
    })
}

fn weekday_from(date: i64, weekday: i64) -> i64 {
    date + (weekday - calendar::weekday(date)).rem_euclid(7)
}

fn first_of_month_from(date: i64) -> i64 {
    let civil = calendar::civil_from_days(date);
    if civil.day == 1 {
        date
    } else {
        let first = date - civil.day + 1;
        calendar::add_unclamped(first, 1, 0)
    }
}

/// Whether quiet hours hold now.
pub(super) fn is_quiet(clock: &Clock, quiet: &Quiet) -> bool {
    let second = clock.zone().wall(clock.now()).rem_euclid(DAY) / SECOND;
    let (from, to) = (i64::from(quiet.from), i64::from(quiet.to));
    if from < to {
        (from..to).contains(&second)
    } else {
        second >= from || second < to
    }
}

/// When quiet hours end that hold now.
pub(super) fn quiet_end(clock: &Clock, quiet: &Quiet) -> i64 {
    let wall = clock.zone().wall(clock.now());
    let to = i64::from(quiet.to) * SECOND;
    let today = wall.div_euclid(DAY) * DAY + to;
    let end = if today > wall { today } else { today + DAY };
    walls::reaches(clock.zone(), end, clock.now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use persona_ir::Weekday;

    fn zone() -> Zone {
        Zone::named("Europe/Berlin").unwrap()
    }

    fn instant(date: (i64, i64, i64), hour: i64, minute: i64) -> i64 {
        let days = calendar::date(date.0, date.1, date.2).unwrap();
        days * DAY + (hour * 3600 + minute * 60) * SECOND
    }

    #[test]
    fn a_time_that_is_left_out_is_moved_by_the_gap_and_one_that_exists_twice_is_the_first() {
        let zone = zone();
        // 2026-03-29: 02:00 becomes 03:00. 02:30 is 03:30, 01:30 UTC.
        let evening = instant((2026, 3, 28), 20, 0);
        let found = local_time(&zone, evening, None, 9_000);
        assert_eq!(found, instant((2026, 3, 29), 1, 30));
        // 2026-10-25: 03:00 becomes 02:00. The first 02:30 is 00:30 UTC; after it comes the next day's.
        let evening = instant((2026, 10, 24), 20, 0);
        let first = local_time(&zone, evening, None, 9_000);
        assert_eq!(first, instant((2026, 10, 25), 0, 30));
        let second = local_time(&zone, first, None, 9_000);
        assert_eq!(second, instant((2026, 10, 26), 1, 30));
    }

    #[test]
    fn recurrences_are_strictly_later() {
        let zone = Zone::utc();
        let monday = instant((2026, 1, 5), 9, 0);
        let weekly = |after| recurrence(&zone, after, Recurrence::Weekday(0), 9 * 3600);
        assert_eq!(weekly(monday - 1), monday);
        assert_eq!(weekly(monday), monday + 7 * DAY);
        let monthly = |after| recurrence(&zone, after, Recurrence::Month, 0);
        assert_eq!(
            monthly(instant((2026, 1, 1), 0, 0)),
            instant((2026, 2, 1), 0, 0)
        );
        assert_eq!(
            monthly(instant((2026, 12, 2), 0, 0)),
            instant((2027, 1, 1), 0, 0)
        );
        let daily = |after| recurrence(&zone, after, Recurrence::Day, 60);
        assert_eq!(daily(monday), instant((2026, 1, 6), 0, 1));
        assert_eq!(daily(calendar::MAX_TIMESTAMP), NEVER);
    }

    #[test]
    fn anniversaries_of_a_leap_day_fall_on_the_28th_in_common_years() {
        let zone = Zone::utc();
        let born = calendar::date(2024, 2, 29).unwrap();
        let next = |after| anniversary(&zone, after, born, 0);
        let first = next(instant((2024, 2, 28), 0, 0));
        assert_eq!(first, instant((2025, 2, 28), 0, 0), "not the day itself");
        assert_eq!(
            next(instant((2027, 6, 1), 0, 0)),
            instant((2028, 2, 29), 0, 0)
        );
        assert_eq!(next(calendar::MAX_TIMESTAMP), NEVER);
    }

    #[test]
    fn quiet_hours_end_where_the_clock_first_shows_their_end() {
        let quiet = |from: u32, to: u32| Quiet {
            from: from * 3600,
            to: to * 3600,
            condition: None,
        };
        let at = |instant| Clock::new(zone(), instant, Weekday::Monday);
        // 23:00 on a winter's evening: until 08:00, 07:00 UTC.
        let night = at(instant((2026, 1, 5), 22, 0));
        assert!(is_quiet(&night, &quiet(21, 8)));
        assert_eq!(
            quiet_end(&night, &quiet(21, 8)),
            instant((2026, 1, 6), 7, 0)
        );
        assert!(!is_quiet(&at(instant((2026, 1, 5), 19, 59)), &quiet(21, 8)));
        assert!(is_quiet(&at(instant((2026, 1, 5), 20, 0)), &quiet(21, 8)));
        assert!(!is_quiet(&at(instant((2026, 1, 5), 7, 0)), &quiet(21, 8)));
        // The end is left out: the clock is put forward over it, and quiet ends at once.
        let before = at(instant((2026, 3, 29), 0, 30));
        let until = Quiet {
            from: 3600,
            to: 9_000,
            condition: None,
        };
        assert!(is_quiet(&before, &until));
        assert_eq!(quiet_end(&before, &until), instant((2026, 3, 29), 1, 0));
        // The hour that exists twice is quiet twice.
        let again = at(instant((2026, 10, 25), 1, 10));
        assert!(is_quiet(&again, &until));
        assert_eq!(quiet_end(&again, &until), instant((2026, 10, 25), 1, 30));
    }
}
