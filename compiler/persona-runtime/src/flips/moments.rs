//! When a function of time alone leaves an interval: moments, dates, ages, parts of the wall clock.
//!
//! Each function takes the clock as it is now, an interval that the value is inside now, and gives the first instant
//! after now at which the value is outside, or [`NEVER`].

use persona_ir::{CalendarUnit, DatePart, InstantSpec};

use super::walls::{FURTHEST, exceeds, falls_behind, jumps, leaves_dates, reaches};
use super::{Keep, NEVER, reachable, reachable_wide};
use crate::calendar::{self, DAY, MAX_DATE, MAX_TIMESTAMP, MIN_DATE, SECOND, clamp_timestamp};
use crate::time::{Clock, Zone};

/// `now` moved by microseconds, clamped to the range of instants.
pub fn moved_now(shift: i64, keep: Keep) -> i64 {
    if keep.hi >= MAX_TIMESTAMP {
        return NEVER;
    }
    reachable_wide(i128::from(keep.hi) + 1 - i128::from(shift))
}

/// An instant that depends on `now` and the zone alone.
pub fn instant(clock: &Clock, spec: InstantSpec, keep: Keep) -> i64 {
    match spec {
        InstantSpec::NowPlus(shift) => moved_now(shift, keep),
        InstantSpec::NowPlusPeriod { months, days } => moved_wall(clock, months, days, keep),
        InstantSpec::UnitStart { unit, offset } => {
            let first = clock.week_start();
            dates(clock, keep, |date| {
                let index = calendar::unit_index(unit, date, first) + i64::from(offset);
                let start = calendar::unit_start(unit, index, first);
                clock.zone().start_of_day(start)
            })
        }
    }
}

/// The civil date of `now`, moved by months, then days.
pub fn today(clock: &Clock, months: i32, days: i32, keep: Keep) -> i64 {
    dates(clock, keep, |date| calendar::add(date, months, days))
}

/// Whole civil years from a date to today.
pub fn age(clock: &Clock, born: i64, keep: Keep) -> i64 {
    dates(clock, keep, |date| calendar::age(born, date))
}

/// The first anniversary of a date on or after today.
pub fn anniversary(clock: &Clock, of: i64, keep: Keep) -> i64 {
    dates(clock, keep, |date| calendar::next_anniversary(of, date))
}

/// The running calendar unit.
pub fn unit(clock: &Clock, unit: CalendarUnit) -> i64 {
    let index = |date| calendar::unit_index(unit, date, clock.week_start());
    dates(clock, Keep::only(index(clock.today(0, 0))), index)
}

/// Whole periods of 24 h from an instant to `now`.
pub fn days_since(at: i64, keep: Keep) -> i64 {
    if keep.hi == i64::MAX {
        return NEVER;
    }
    reachable_wide(i128::from(at) + (i128::from(keep.hi) + 1) * i128::from(DAY))
}

/// A part of the wall clock at `now` moved by microseconds.
pub fn part(clock: &Clock, shift: i64, part: DatePart, keep: Keep) -> i64 {
    let (zone, from) = (
        clock.zone(),
        clamp_timestamp(clock.now().saturating_add(shift)),
    );
    let left = match part {
        DatePart::Hour => turns(zone, from, 3600 * SECOND, 24, keep),
        DatePart::Minute => turns(zone, from, 60 * SECOND, 60, keep),
        DatePart::Time => turns(zone, from, SECOND, 86_400, keep),
        DatePart::Year | DatePart::Date => {
            let date = zone.date_of(from);
            let (first, last) = stretch(date, keep, |date| calendar::part(date, part));
            leaves_dates(zone, first, last, from)
        }
        DatePart::Quarter => parts(zone, from, part, 1..=4, keep),
        DatePart::Month => parts(zone, from, part, 1..=12, keep),
        DatePart::Day => parts(zone, from, part, 1..=31, keep),
        DatePart::Weekday => parts(zone, from, part, 0..=6, keep),
    };
    if left == NEVER {
        NEVER
    } else {
        reachable_wide(i128::from(left) - i128::from(shift))
    }
}

/// A function of today's date that never falls.
fn dates(clock: &Clock, keep: Keep, value: impl Fn(i64) -> i64) -> i64 {
    let (first, last) = stretch(clock.today(0, 0), keep, value);
    leaves_dates(clock.zone(), first, last, clock.now())
}

/// The dates around one for which a function that never falls stays inside.
fn stretch(date: i64, keep: Keep, value: impl Fn(i64) -> i64) -> (i64, i64) {
    let last = furthest(date, MAX_DATE, |date| value(date) <= keep.hi);
    // Going back, a local date is at most a few days before an earlier one.
    let first = -furthest(-date, -MIN_DATE, |date| value(-date) >= keep.lo);
    (first, last)
}

/// The greatest number from one to another for which a condition holds that, once it fails, fails for good. Nearby
/// numbers are tried first.
fn furthest(from: i64, to: i64, holds: impl Fn(i64) -> bool) -> i64 {
    let (mut known, mut step) = (from, 1);
    let mut failing = loop {
        if known >= to {
            return to;
        }
        let next = (known + step).min(to);
        if !holds(next) {
            break next;
        }
        known = next;
        step *= 4;
    };
    while failing - known > 1 {
        let middle = known.midpoint(failing);
        if holds(middle) {
            known = middle;
        } else {
            failing = middle;
        }
    }
    known
}

/// How many changes of a part of the date are looked through.
const CHANGES: usize = 64;

/// A part of the date that comes again and again.
fn parts(
    zone: &Zone,
    from: i64,
    part: DatePart,
    all: std::ops::RangeInclusive<i64>,
    keep: Keep,
) -> i64 {
    if keep.lo <= *all.start() && *all.end() <= keep.hi {
        return NEVER;
    }
    let date = zone.date_of(from);
    let inside = |date: i64| keep.holds(calendar::part(date, part));
    let mut last = date;
    for _ in 0..CHANGES {
        let next = next_part(last, part);
        if next > MAX_DATE {
            last = MAX_DATE;
            break;
        }
        if !inside(next) {
            last = next - 1;
            break;
        }
        last = next;
    }
    // A clock that is put back shows a date that is at most three days earlier.
    let back = (1..=3).find(|days| !inside((date - days).max(MIN_DATE)));
    let first = back.map_or(MIN_DATE, |days| date - days + 1);
    leaves_dates(zone, first, last, from)
}

/// The first date after one at which a part may be another.
fn next_part(date: i64, part: DatePart) -> i64 {
    match part {
        DatePart::Quarter | DatePart::Month => {
            let civil = calendar::civil_from_days(date);
            date - civil.day + 1 + calendar::days_in_month(civil.year, civil.month)
        }
        _ => date + 1,
    }
}

/// A part of the time of day: the number of whole units since the cycle began.
fn turns(zone: &Zone, now: i64, unit: i64, count: i64, keep: Keep) -> i64 {
    if keep.lo <= 0 && count - 1 <= keep.hi {
        return NEVER;
    }
    let cycle = unit * count;
    let mut from = now;
    loop {
        let wall = zone.wall(from);
        if from > now && !keep.holds(wall.rem_euclid(cycle) / unit) {
            return reachable(from);
        }
        let start = wall - wall.rem_euclid(cycle);
        let left = if keep.hi < count - 1 {
            start + (keep.hi + 1) * unit
        } else {
            start + cycle
        };
        if left > MAX_TIMESTAMP {
            return NEVER;
        }
        let crossing = left - zone.offset(from);
        match zone.next_transition(from) {
            Some(next) if next <= crossing => from = next,
            _ => return reachable(crossing),
        }
    }
}

/// Microseconds that a month lasts in the mean, times 4800.
const MONTHS_4800: i128 = 146_097 * DAY as i128;
/// How far a moved instant may be from where mean months would put it: months of 28 to 31 days, leap years, clamped
/// days, and both offsets of the zone.
const SLACK: i64 = 14 * DAY;

/// `now`'s wall clock moved by months, then days, and read back. It runs on like a clock, but jumps at midnights (months
/// have different lengths) and where either clock is changed, forward or back.
fn moved_wall(clock: &Clock, months: i32, days: i32, keep: Keep) -> i64 {
    let moved = i128::from(months) * MONTHS_4800 / 4800 + i128::from(days) * i128::from(DAY);
    let meets = |value: i64| {
        let meets = i128::from(value) - moved;
        i64::try_from(meets.clamp(-(1 << 62), 1 << 62)).expect("clamped to the range")
    };
    let now = clock.now();
    let walk = Walk {
        clock,
        spec: InstantSpec::NowPlusPeriod { months, days },
        months,
        days,
        keep,
    };
    let mut left = NEVER;
    if keep.hi < MAX_TIMESTAMP {
        let middle = meets(keep.hi);
        let from = middle.saturating_sub(SLACK).max(now + 1);
        left = walk.leaves(from, middle.saturating_add(SLACK));
    }
    // It falls below only while it is still near the lower end. Before it comes near, it is held at the least instant there
    // is, however long that takes.
    if keep.lo > calendar::MIN_TIMESTAMP {
        let middle = meets(keep.lo);
        let from = middle.saturating_sub(SLACK).max(now + 1);
        let dips = walk.leaves(from, middle.saturating_add(SLACK).min(left));
        left = left.min(dips);
    }
    left
}

/// A walk through the pieces in which a moved wall clock never falls.
struct Walk<'c> {
    clock: &'c Clock,
    spec: InstantSpec,
    months: i32,
    days: i32,
    keep: Keep,
}

impl Walk<'_> {
    /// The first instant from one to another at which the value is outside.
    fn leaves(&self, from: i64, to: i64) -> i64 {
        let to = to.min(MAX_TIMESTAMP);
        let mut from = from;
        while from <= to {
            let end = self.end_of_day(from);
            for (start, end) in self.pieces(from, end) {
                if self.value(start) < self.keep.lo {
                    return reachable(start);
                }
                if let Some(left) = exceeds(start, end, self.keep.hi, |at| self.value(at)) {
                    return reachable(left);
                }
            }
            from = end;
        }
        NEVER
    }

    fn value(&self, at: i64) -> i64 {
        self.clock.at(at).instant(self.spec)
    }

    /// The end of the local day, or the next change of the zone's offset, after an instant.
    fn end_of_day(&self, from: i64) -> i64 {
        let zone = self.clock.zone();
        let date = zone.date_of(from);
        let midnight =
            reaches(zone, (date + 1) * DAY, from).min(falls_behind(zone, date * DAY, from));
        let change = zone.next_transition(from).unwrap_or(NEVER);
        midnight.min(change).min(MAX_TIMESTAMP + 1)
    }

    /// The pieces of a part of a day, cut where the moved wall clock, read back, jumps.
    fn pieces(&self, from: i64, end: i64) -> Vec<(i64, i64)> {
        let zone = self.clock.zone();
        let wall = zone.wall(from);
        let date = calendar::add_unclamped(wall.div_euclid(DAY), self.months, self.days);
        let date = date.clamp(MIN_DATE - 1, MAX_DATE + 1);
        let moved = date * DAY + wall.rem_euclid(DAY);
        let mut cuts = vec![from];
        for wall in jumps(zone, moved, moved.saturating_add(end - from)) {
            cuts.push((from + (wall - moved)).min(end));
        }
        cuts.push(end);
        cuts.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }
}

const _: () = assert!(
    FURTHEST < 2 * DAY,
    "the slack of moved clocks covers both offsets"
);
