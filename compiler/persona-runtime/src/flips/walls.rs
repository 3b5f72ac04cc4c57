//! When a wall clock reaches a time, or falls behind one: exact also where clocks are put forward or back, or a whole
//! day is left out.

use super::{NEVER, reachable};
use crate::calendar::{DAY, MAX_DATE, MAX_TIMESTAMP, MIN_DATE, MIN_TIMESTAMP, clamp_timestamp};
use crate::time::Zone;

/// No zone is further from UTC than this.
pub(super) const FURTHEST: i64 = 26 * 3_600_000_000;

/// The first instant after one at which the wall clock shows at least this.
pub(crate) fn reaches(zone: &Zone, wall: i64, after: i64) -> i64 {
    if wall > MAX_TIMESTAMP {
        return NEVER;
    }
    let mut from = after
        .saturating_add(1)
        .max(wall.saturating_sub(FURTHEST))
        .max(MIN_TIMESTAMP);
    while from <= MAX_TIMESTAMP {
        let crossing = (wall - zone.offset(from)).max(from);
        match zone.next_transition(from) {
            Some(next) if next <= crossing => from = next,
            _ => return reachable(crossing),
        }
    }
    NEVER
}

/// The first instant after one at which the wall clock shows less than this, while it shows this much or more now: only
/// clocks that are put back do it.
pub(super) fn falls_behind(zone: &Zone, wall: i64, after: i64) -> i64 {
    if wall <= MIN_TIMESTAMP {
        return NEVER;
    }
    let last = wall.saturating_add(FURTHEST);
    let mut from = after;
    while from <= last {
        match zone.next_transition(from) {
            Some(next) if next <= last => from = next,
            _ => return NEVER,
        }
        if from + zone.offset(from) < wall {
            return reachable(from);
        }
    }
    NEVER
}

/// The first instant after one at which the local date is outside an interval that it is inside now.
pub(super) fn leaves_dates(zone: &Zone, first: i64, last: i64, after: i64) -> i64 {
    let late = if last >= MAX_DATE {
        NEVER
    } else {
        reaches(zone, (last + 1) * DAY, after)
    };
    let early = if first <= MIN_DATE {
        NEVER
    } else {
        falls_behind(zone, first * DAY, after)
    };
    late.min(early)
}

/// The first instant from `from` up to `to` (excluded) at which a function that never falls between the two exceeds a
/// bound.
pub(super) fn exceeds(from: i64, to: i64, bound: i64, value: impl Fn(i64) -> i64) -> Option<i64> {
    if from >= to || value(to - 1) <= bound {
        return None;
    }
    let (mut low, mut high) = (from, to - 1);
    while low < high {
        // Rounded down also where instants are negative, so that the interval always shrinks.
        let middle = low + (high - low) / 2;
        if value(middle) > bound {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

/// The instants between two, in order, at which reading a wall clock back as an instant jumps: the wall times behind
/// gaps and behind times that exist twice.
pub(super) fn jumps(zone: &Zone, first_wall: i64, last_wall: i64) -> Vec<i64> {
    let mut walls = Vec::new();
    let mut from = clamp_timestamp(first_wall.saturating_sub(2 * FURTHEST));
    while let Some(next) = zone.next_transition(from) {
        if next > last_wall.saturating_add(FURTHEST) {
            break;
        }
        let wall = next + zone.offset(next - 1).max(zone.offset(next));
        if first_wall < wall && wall <= last_wall {
            walls.push(wall);
        }
        from = next;
    }
    walls.sort_unstable();
    walls
}
