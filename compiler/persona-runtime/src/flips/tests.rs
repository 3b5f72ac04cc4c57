//! Functions of time alone against stepping: where they leave an interval they do so at that very instant, and not before,
//! in zones whose clocks jump at midnight, skip days, repeat them, or never change.

use persona_ir::{CalendarUnit, DatePart, InstantSpec, Weekday};

use super::{Keep, NEVER, moments};
use crate::calendar::{DAY, MAX_TIMESTAMP, MIN_TIMESTAMP, SECOND, clamp_timestamp};
use crate::time::{Clock, Zone, days_since};

const ZONES: [&str; 10] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Australia/Lord_Howe",
    "Asia/Manila",
    "America/Anchorage",
    "Africa/Cairo",
];
const HOUR: i64 = 3600 * SECOND;

/// Instants near which much happens: changes of clocks, leap days, the ends of time.
const PLACES: [&str; 12] = [
    "2026-03-29T00:30:00Z",
    "2026-10-25T00:30:00Z",
    "2026-03-08T06:59:59Z",
    "2018-11-04T02:59:59Z",
    "2018-02-18T01:30:00Z",
    "2011-12-30T09:59:59Z",
    "1993-08-20T11:00:00Z",
    "1844-12-30T20:00:00Z",
    "1867-10-18T10:00:00Z",
    "2024-02-28T23:00:00Z",
    "2026-01-31T12:00:00Z",
    "2014-05-15T21:00:00Z",
];

struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[usize::try_from(self.below(all.len() as i64)).unwrap()]
    }
}

fn clock(rng: &mut Rng) -> Clock {
    let zone: &str = rng.pick::<&str>(&ZONES);
    let zone = Zone::named(zone).unwrap();
    let place: jiff::Timestamp = rng.pick::<&str>(&PLACES).parse().unwrap();
    let near = rng.below(4 * DAY) - 2 * DAY;
    let now = match rng.below(20) {
        0 => MIN_TIMESTAMP + rng.below(3 * DAY),
        1 => MAX_TIMESTAMP - rng.below(3 * DAY),
        2..=8 => place.as_microsecond() + near / HOUR * HOUR,
        _ => place.as_microsecond() + near,
    };
    let week = *rng.pick(&[Weekday::Monday, Weekday::Sunday]);
    Clock::new(zone, now, week)
}

/// An interval around a value: tight, or with room on one side or both.
fn around(rng: &mut Rng, value: i64, unit: i64) -> Keep {
    let mut room = || match rng.below(5) {
        0 => i64::MAX,
        1 => unit * rng.below(40),
        2 => rng.below(unit.saturating_mul(3).max(1)),
        _ => 0,
    };
    Keep {
        lo: value.saturating_sub(room()),
        hi: value.saturating_add(room()),
    }
}

/// Checks one answer: outside at the bound, inside just before it, and at many instants between.
fn check(
    rng: &mut Rng,
    clock: &Clock,
    keep: Keep,
    bound: i64,
    value: &dyn Fn(&Clock) -> i64,
    what: &str,
) -> usize {
    let now = clock.now();
    let context = |at: i64| {
        format!(
            "{what} in {}: from {now} it stays in {keep:?} until {bound}, but at {at} it is {}",
            clock.zone().name(),
            value(&clock.at(at))
        )
    };
    assert!(
        bound > now && (bound <= MAX_TIMESTAMP || bound == NEVER),
        "{}",
        context(bound)
    );
    if bound != NEVER {
        assert!(
            !keep.holds(value(&clock.at(bound))),
            "not exact: {}",
            context(bound)
        );
    }
    let end = bound.min(MAX_TIMESTAMP + 1);
    let mut instants = vec![end - 1, now + 1, now.midpoint(end)];
    for _ in 0..12 {
        let far = *rng.pick(&[HOUR, DAY, 4 * DAY, 40 * DAY, 800 * DAY]);
        instants.push(now + 1 + rng.below(far));
        instants.push(end - 1 - rng.below(far));
        instants.push((now + rng.below(far)) / HOUR * HOUR);
        instants.push((end - rng.below(far)) / HOUR * HOUR);
    }
    if let Some(change) = clock.zone().next_transition(now) {
        instants.extend([change - 1, change, change + HOUR]);
    }
    for at in instants.into_iter().filter(|at| now < *at && *at < end) {
        assert!(
            keep.holds(value(&clock.at(clamp_timestamp(at)))),
            "too late: {}",
            context(at)
        );
    }
    usize::from(bound != NEVER)
}

fn run(seed: u64, rounds: usize, mut one: impl FnMut(&mut Rng, &Clock) -> usize) {
    let mut rng = Rng(seed);
    let mut left = 0;
    for _ in 0..rounds {
        let clock = clock(&mut rng);
        left += one(&mut rng, &clock);
    }
    assert!(
        left * 4 > rounds,
        "too few leave their interval: {left} of {rounds}"
    );
}

#[test]
fn moments_leave_an_interval_exactly_when_they_are_said_to() {
    run(1, 1500, |rng, clock| {
        let unit = *rng.pick(&[
            CalendarUnit::Day,
            CalendarUnit::Week,
            CalendarUnit::Month,
            CalendarUnit::Quarter,
            CalendarUnit::Year,
        ]);
        let offset = *rng.pick(&[0, 0, 1, -1, -3, 12, i32::MAX, i32::MIN]);
        let spec = match rng.below(3) {
            0 => InstantSpec::NowPlus(*rng.pick(&[0, 1, -DAY, 40 * DAY, i64::MAX, i64::MIN])),
            _ => InstantSpec::UnitStart { unit, offset },
        };
        let keep = around(rng, clock.instant(spec), DAY);
        let bound = moments::instant(clock, spec, keep);
        check(
            rng,
            clock,
            keep,
            bound,
            &|clock| clock.instant(spec),
            &format!("{spec:?}"),
        )
    });
}

#[test]
fn moved_wall_clocks_leave_an_interval_exactly_when_they_are_said_to() {
    run(2, 60, |rng, clock| {
        let months = *rng.pick(&[0, 1, -1, -3, 12, -13, 1200, i32::MAX, i32::MIN]);
        let days = *rng.pick(&[0, 0, 1, -7, -30, 400, i32::MAX, i32::MIN]);
        let spec = InstantSpec::NowPlusPeriod { months, days };
        let keep = around(rng, clock.instant(spec), DAY);
        let bound = moments::instant(clock, spec, keep);
        check(
            rng,
            clock,
            keep,
            bound,
            &|clock| clock.instant(spec),
            &format!("{spec:?}"),
        )
    });
}

#[test]
fn dates_ages_and_anniversaries_leave_an_interval_exactly_when_they_are_said_to() {
    run(3, 1500, |rng, clock| {
        let today = clock.today(0, 0);
        let other = today - *rng.pick(&[0, 1, -1, 366, 365 * 18 + 4, -800, 11_016]);
        match rng.below(4) {
            0 => {
                let (months, days) = (*rng.pick(&[0, 1, -1, 25]), *rng.pick(&[0, 3, -30]));
                let keep = around(rng, clock.today(months, days), 1);
                let bound = moments::today(clock, months, days, keep);
                check(
                    rng,
                    clock,
                    keep,
                    bound,
                    &|clock| clock.today(months, days),
                    "today",
                )
            }
            1 => {
                let keep = around(rng, clock.age(other), 1);
                let bound = moments::age(clock, other, keep);
                check(rng, clock, keep, bound, &|clock| clock.age(other), "age")
            }
            2 => {
                let keep = around(rng, clock.anniversary(other), 100);
                let bound = moments::anniversary(clock, other, keep);
                check(
                    rng,
                    clock,
                    keep,
                    bound,
                    &|clock| clock.anniversary(other),
                    "anniversary",
                )
            }
            _ => {
                let at = clamp_timestamp(clock.now() - rng.below(90 * DAY) + 9 * DAY);
                let since = |clock: &Clock| days_since(at, clock.now());
                let keep = around(rng, since(clock), 1);
                let bound = moments::days_since(at, keep);
                check(rng, clock, keep, bound, &since, "days_since")
            }
        }
    });
}

#[test]
fn parts_of_the_wall_clock_leave_an_interval_exactly_when_they_are_said_to() {
    run(4, 2000, |rng, clock| {
        let part = *rng.pick(&[
            DatePart::Year,
            DatePart::Quarter,
            DatePart::Month,
            DatePart::Day,
            DatePart::Weekday,
            DatePart::Hour,
            DatePart::Minute,
            DatePart::Date,
            DatePart::Time,
        ]);
        let shift = *rng.pick(&[0, 0, -DAY, HOUR + 7, 30 * DAY]);
        let value = |clock: &Clock| {
            clock
                .zone()
                .part(clamp_timestamp(clock.now() + shift), part)
        };
        let keep = around(rng, value(clock), 1);
        let bound = moments::part(clock, shift, part, keep);
        check(
            rng,
            clock,
            keep,
            bound,
            &value,
            &format!("{part:?} of now + {shift}"),
        )
    });
}
