//! Sequences whose conditions each look at one event: whether events of some kinds follow each other as asked, by one
//! walk over each profile's events in their total order, whatever the number of events.
//!
//! For each level the walk keeps the latest event by which it can be reached: the best predecessor there is, because
//! what follows asks for little time between neighbours. Of the events that end the positive part it keeps the earliest
//! behind the last negated one: whatever lets a later one pass lets that one pass too.

use super::aggregates::with;
use super::{Marks, Spans};
use crate::kernels::Isa;

/// The events of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'a> {
    /// The instants of all events of the table.
    pub at: &'a [i64],
    /// Their places among all events of their profile.
    pub order: &'a [u32],
    /// The rows to walk over: the visible ones, without such as lie before any event that can come first.
    pub rows: Spans<'a>,
}

/// Which events of a lane may stand at a level.
#[derive(Clone, Copy, Debug)]
pub enum Stand<'a> {
    /// None.
    None,
    /// Every one.
    Every,
    /// Those of the run whose bit is set.
    Set(&'a Marks),
}

impl Stand<'_> {
    #[inline(always)]
    fn may(self, row: usize) -> bool {
        match self {
            Self::None => false,
            Self::Every => true,
            Self::Set(bits) => bits.is_set(row),
        }
    }
}

/// One level of a sequence.
#[derive(Clone, Debug)]
pub struct Level<'a> {
    /// For each lane, which events may stand here.
    pub stands: Vec<Stand<'a>>,
    /// At most so long after the event before, microseconds.
    pub within: Option<i64>,
}

/// For how long nothing may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing within so long, which must have passed.
    Within(i64),
    /// Nothing up to now, and so long must have passed.
    For(i64),
    /// Nothing up to now.
    Ever,
}

/// A sequence over a run.
#[derive(Clone, Debug)]
pub struct Course<'a> {
    /// The kinds.
    pub lanes: Vec<Lane<'a>>,
    /// For each lane the rows that may come first, besides what the first level says.
    pub first: Vec<Spans<'a>>,
    /// Whether only the last of those is tried.
    pub latest: bool,
    /// The positive levels, at least one.
    pub levels: Vec<Level<'a>>,
    /// What must not follow: which events of each lane, and for how long.
    pub not: Option<(Vec<Stand<'a>>, Mode)>,
    /// The evaluation time.
    pub now: i64,
}

/// What a walk keeps of one level.
#[derive(Clone, Copy, Debug)]
struct Reached {
    is: bool,
    at: i64,
}

const UNREACHED: Reached = Reached { is: false, at: 0 };

/// A walk's state, kept between profiles.
#[derive(Debug, Default)]
pub struct Walker {
    cursors: Vec<(usize, usize)>,
    reached: Vec<Reached>,
}

impl Walker {
    /// Whether the sequence happened: a bit for each profile.
    pub fn walk(&mut self, isa: Isa, course: &Course<'_>, profiles: usize, out: &mut [u64]) {
        with(isa, || {
            out.fill(0);
            for profile in 0..profiles {
                let found = self.happened(course, profile);
                out[profile / 64] |= u64::from(found) << (profile % 64);
            }
        });
    }

    #[inline(always)]
    fn happened(&mut self, course: &Course<'_>, profile: usize) -> bool {
        let any = |spans: &Spans<'_>| spans.low[profile] < spans.high[profile];
        if !course.first.iter().any(any) {
            return false;
        }
        let only = match course.latest {
            true => match last_first(course, profile) {
                None => return false,
                only => only,
            },
            false => None,
        };
        self.cursors.clear();
        self.cursors.extend(course.lanes.iter().map(|lane| {
            let rows = lane.rows;
            (rows.low[profile] as usize, rows.high[profile] as usize)
        }));
        self.reached.clear();
        self.reached.resize(course.levels.len(), UNREACHED);
        let mut pending = UNREACHED;
        while let Some((lane, row)) = self.next(course) {
            let at = course.lanes[lane].at[row];
            if let Some((stands, mode)) = &course.not
                && pending.is
                && stands[lane].may(row)
            {
                if matches!(mode, Mode::Within(length) if pending.at.saturating_add(*length) < at) {
                    return true;
                }
                pending = UNREACHED;
            }
            let is_first = match only {
                Some(only) => only == (lane, row),
                None => {
                    let first = course.first[lane];
                    (first.low[profile] as usize..first.high[profile] as usize).contains(&row)
                }
            };
            if !self.step(course, is_first, (lane, row), at) {
                continue;
            }
            if course.not.is_none() {
                return true;
            }
            if !pending.is {
                pending = Reached { is: true, at };
            }
        }
        pending.is
            && match course.not.as_ref().map(|(_, mode)| *mode) {
                Some(Mode::Within(length) | Mode::For(length)) => {
                    pending.at.saturating_add(length) <= course.now
                }
                Some(Mode::Ever) => true,
                None => false,
            }
    }

    /// The next event in the total order.
    #[inline(always)]
    fn next(&mut self, course: &Course<'_>) -> Option<(usize, usize)> {
        let mut best: Option<(u32, usize)> = None;
        for (lane, (row, end)) in self.cursors.iter().enumerate() {
            if row < end {
                let order = course.lanes[lane].order[*row];
                if best.is_none_or(|(least, _)| order < least) {
                    best = Some((order, lane));
                }
            }
        }
        let (_, lane) = best?;
        let row = self.cursors[lane].0;
        self.cursors[lane].0 += 1;
        Some((lane, row))
    }

    /// What an event means for the levels; whether it ends the positive part.
    #[inline(always)]
    fn step(
        &mut self,
        course: &Course<'_>,
        is_first: bool,
        (lane, row): (usize, usize),
        at: i64,
    ) -> bool {
        let last = course.levels.len() - 1;
        let mut ends = false;
        for index in (0..=last).rev() {
            let level = &course.levels[index];
            let reachable = match index.checked_sub(1) {
                None => is_first,
                Some(before) => {
                    let before = self.reached[before];
                    before.is
                        && level
                            .within
                            .is_none_or(|within| at <= before.at.saturating_add(within))
                }
            };
            if reachable && level.stands[lane].may(row) {
                self.reached[index] = Reached { is: true, at };
                ends |= index == last;
            }
        }
        ends
    }
}

/// The last event that may come first.
fn last_first(course: &Course<'_>, profile: usize) -> Option<(usize, usize)> {
    let mut best: Option<(u32, usize, usize)> = None;
    for (lane, spans) in course.first.iter().enumerate() {
        let rows = spans.low[profile] as usize..spans.high[profile] as usize;
        let stand = course.levels[0].stands[lane];
        if let Some(row) = rows.rev().find(|row| stand.may(*row)) {
            let order = course.lanes[lane].order[row];
            if best.is_none_or(|(greatest, ..)| greatest < order) {
                best = Some((order, lane, row));
            }
        }
    }
    best.map(|(_, lane, row)| (lane, row))
}
