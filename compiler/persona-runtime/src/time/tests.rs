//! Days of 23, 24½ and 25 hours, windows' ends, and the ends of time.

use persona_ir::CalendarUnit::{Day, Month, Quarter, Week, Year};
use persona_ir::{DatePart, InstantSpec, Weekday};

use super::*;
use crate::calendar::{MAX_TIMESTAMP, MIN_TIMESTAMP};
use crate::parse::timestamp;

const HOUR: i64 = 3600 * SECOND;

fn at(text: &str) -> i64 {
    timestamp(text).expect("an instant")
}

fn clock(zone: &str, now: &str) -> Clock {
    Clock::new(Zone::named(zone).expect("a zone"), at(now), Weekday::Monday)
}

fn start(clock: &Clock, unit: CalendarUnit, offset: i32) -> i64 {
    clock.instant(InstantSpec::UnitStart { unit, offset })
}

fn period(clock: &Clock, months: i32, days: i32) -> i64 {
    clock.instant(InstantSpec::NowPlusPeriod { months, days })
}

#[test]
fn zones_are_found_by_name_only() {
    assert_eq!(
        Zone::named("europe/berlin").expect("a zone").name(),
        "Europe/Berlin"
    );
    assert!(Zone::named("Europe/Atlantis").is_none());
    assert!(Zone::named("").is_none());
    assert!(Zone::named("Etc/Unknown").is_none());
}

#[test]
fn a_day_in_berlin_lasts_23_or_25_hours_when_the_clocks_change() {
    let spring = clock("Europe/Berlin", "2026-03-29T12:00Z");
    assert_eq!(start(&spring, Day, 0), at("2026-03-28T23:00Z"));
    assert_eq!(start(&spring, Day, 1) - start(&spring, Day, 0), 23 * HOUR);
    let autumn = clock("Europe/Berlin", "2026-10-25T12:00Z");
    assert_eq!(start(&autumn, Day, 1) - start(&autumn, Day, 0), 25 * HOUR);
}

#[test]
fn a_day_at_lord_howe_lasts_half_an_hour_less_or_more() {
    let spring = clock("Australia/Lord_Howe", "2026-10-04T04:00Z");
    assert_eq!(
        start(&spring, Day, 1) - start(&spring, Day, 0),
        23 * HOUR + HOUR / 2
    );
    let autumn = clock("Australia/Lord_Howe", "2026-04-05T04:00Z");
    assert_eq!(
        start(&autumn, Day, 1) - start(&autumn, Day, 0),
        24 * HOUR + HOUR / 2
    );
}

#[test]
fn a_local_time_that_does_not_exist_moves_forward_by_the_gap() {
    let berlin = Zone::named("Europe/Berlin").expect("a zone");
    assert_eq!(
        berlin.instant(at("2026-03-29T02:30Z")),
        at("2026-03-29T01:30Z")
    );
    let new_york = Zone::named("America/New_York").expect("a zone");
    assert_eq!(
        new_york.instant(at("2026-03-08T02:30Z")),
        at("2026-03-08T07:30Z")
    );
    let lord_howe = Zone::named("Australia/Lord_Howe").expect("a zone");
    assert_eq!(
        lord_howe.instant(at("2026-10-04T02:10Z")),
        at("2026-10-03T15:40Z")
    );
}

#[test]
fn a_local_time_that_exists_twice_means_the_first() {
    let berlin = Zone::named("Europe/Berlin").expect("a zone");
    assert_eq!(
        berlin.instant(at("2026-10-25T02:30Z")),
        at("2026-10-25T00:30Z")
    );
    let new_york = Zone::named("America/New_York").expect("a zone");
    assert_eq!(
        new_york.instant(at("2026-11-01T01:30Z")),
        at("2026-11-01T05:30Z")
    );
}

#[test]
fn where_midnight_does_not_exist_the_day_begins_after_the_gap() {
    let sao_paulo = Zone::named("America/Sao_Paulo").expect("a zone");
    let date = calendar::date(2018, 11, 4).expect("a date");
    assert_eq!(sao_paulo.start_of_day(date), at("2018-11-04T03:00Z"));
    assert_eq!(
        sao_paulo.part(sao_paulo.start_of_day(date), DatePart::Hour),
        1
    );
}

#[test]
fn kolkata_is_half_an_hour_off() {
    let kolkata = clock("Asia/Kolkata", "2026-01-10T18:29:59Z");
    assert_eq!(kolkata.zone().part(kolkata.now(), DatePart::Time), 86_399);
    assert_eq!(kolkata.zone().part(kolkata.now(), DatePart::Minute), 59);
    assert_eq!(start(&kolkata, Day, 1), at("2026-01-10T18:30Z"));
    assert_eq!(
        kolkata.zone().date_of(at("2026-01-10T18:30Z")),
        kolkata.today(0, 1)
    );
}

#[test]
fn periods_move_the_wall_clock_not_the_hours() {
    let berlin = clock("Europe/Berlin", "2026-03-29T10:00Z");
    assert_eq!(period(&berlin, 0, -1), at("2026-03-28T11:00Z"));
    let end = clock("UTC", "2026-03-31T10:00Z");
    assert_eq!(period(&end, -1, 0), at("2026-02-28T10:00Z"));
    let gap = clock("Europe/Berlin", "2026-03-28T01:30Z");
    assert_eq!(period(&gap, 0, 1), at("2026-03-29T01:30Z"));
}

#[test]
fn units_follow_the_zone_and_the_first_weekday() {
    let utc = clock("UTC", "2026-05-15T10:00Z");
    assert_eq!(start(&utc, Week, 0), at("2026-05-11T00:00Z"));
    assert_eq!(start(&utc, Month, -1), at("2026-04-01T00:00Z"));
    assert_eq!(start(&utc, Quarter, -2), at("2025-10-01T00:00Z"));
    assert_eq!(start(&utc, Year, 1), at("2027-01-01T00:00Z"));
    let sunday = Clock::new(Zone::utc(), at("2026-05-10T10:00Z"), Weekday::Sunday);
    assert_eq!(start(&sunday, Week, 0), at("2026-05-10T00:00Z"));
}

#[test]
fn units_back_agree_with_the_units_own_starts() {
    for (zone, now) in [
        ("Europe/Berlin", "2026-03-31T10:00Z"),
        ("America/St_Johns", "2006-10-30T12:00Z"),
        ("Pacific/Apia", "2012-01-02T12:00Z"),
    ] {
        let clock = clock(zone, now);
        for unit in [Day, Week, Month, Quarter, Year] {
            for offset in -3..=0 {
                let from = start(&clock, unit, offset);
                let to = start(&clock, unit, offset + 1);
                let back = u64::from(offset.unsigned_abs());
                if from < to {
                    assert_eq!(
                        clock.units_back(unit, from),
                        back,
                        "{zone} {unit:?} {offset}"
                    );
                    assert_eq!(
                        clock.units_back(unit, to - 1),
                        back,
                        "{zone} {unit:?} {offset}"
                    );
                }
            }
        }
        assert_eq!(clock.units_back(Day, clock.now() + 40 * DAY), 0);
    }
}

#[test]
fn everything_saturates_at_the_ends_of_time() {
    for zone in ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"] {
        let zone = Zone::named(zone).expect("a zone");
        for now in [i64::MIN, MIN_TIMESTAMP, 0, MAX_TIMESTAMP, i64::MAX] {
            let clock = Clock::new(zone.clone(), now, Weekday::Sunday);
            for offset in [i32::MIN, -1, 0, 1, i32::MAX] {
                for unit in [Day, Week, Month, Quarter, Year] {
                    let start = start(&clock, unit, offset);
                    assert!((MIN_TIMESTAMP..=MAX_TIMESTAMP).contains(&start));
                    assert!(clock.units_back(unit, start) <= u64::from(offset.unsigned_abs()) + 1);
                }
                let moved = period(&clock, offset, offset);
                assert!((MIN_TIMESTAMP..=MAX_TIMESTAMP).contains(&moved));
            }
            assert_eq!(clock.instant(InstantSpec::NowPlus(i64::MAX)), MAX_TIMESTAMP);
            assert_eq!(clock.instant(InstantSpec::NowPlus(i64::MIN)), MIN_TIMESTAMP);
        }
    }
}

#[test]
fn days_since_rounds_down() {
    assert_eq!(days_since(0, DAY - 1), 0);
    assert_eq!(days_since(0, DAY), 1);
    assert_eq!(days_since(1, 0), -1);
    assert_eq!(days_since(DAY, 0), -1);
    assert_eq!(days_since(MAX_TIMESTAMP, MIN_TIMESTAMP), -3_652_059);
}
