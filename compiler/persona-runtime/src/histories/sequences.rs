//! Sequences whose conditions each look at one event, or ask that all events have one key: whether events of some kinds
//! follow each other as asked, by one walk over each profile's events in their total order, whatever the number of
//! events. With keys it is one walk for each key, over the events that have it.
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

/// The key of an event of a lane by its row, if it has one.
pub type KeyOf<'a> = Box<dyn Fn(usize) -> Option<u64> + 'a>;

/// A sequence over a run.
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
    /// For each lane, where only events with equal keys make a sequence; an event without a key is alone.
    pub keys: Option<Vec<KeyOf<'a>>>,
    /// The evaluation time.
    pub now: i64,
}

impl std::fmt::Debug for Course<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Course")
            .field("levels", &self.levels)
            .field("not", &self.not)
            .finish_non_exhaustive()
    }
}

/// An event: a lane and a row in its table.
type Event = (usize, usize);

/// What a walk keeps of one level.
#[derive(Clone, Copy, Debug)]
struct Reached {
    is: bool,
    at: i64,
}

const UNREACHED: Reached = Reached { is: false, at: 0 };

/// A walk over the events of one profile, or over those of them that have one key.
#[derive(Debug, Default)]
struct Track {
    reached: Vec<Reached>,
    pending: Option<i64>,
}

impl Track {
    /// Before the first event.
    fn start(&mut self, course: &Course<'_>) {
        self.reached.clear();
        self.reached.resize(course.levels.len(), UNREACHED);
        self.pending = None;
    }

    /// The next event; whether the sequence has happened with it, whatever follows.
    #[inline(always)]
    fn feed(&mut self, course: &Course<'_>, is_first: bool, (lane, row): Event) -> bool {
        let at = course.lanes[lane].at[row];
        if let (Some((stands, mode)), Some(pending)) = (&course.not, self.pending)
            && stands[lane].may(row)
        {
            if matches!(mode, Mode::Within(length) if pending.saturating_add(*length) < at) {
                return true;
            }
            self.pending = None;
        }
        if !self.step(course, is_first, (lane, row), at) {
            return false;
        }
        if course.not.is_none() {
            return true;
        }
        self.pending.get_or_insert(at);
        false
    }

    /// What an event means for the levels; whether it ends the positive part.
    #[inline(always)]
    fn step(&mut self, course: &Course<'_>, is_first: bool, (lane, row): Event, at: i64) -> bool {
        let last = course.levels.len() - 1;
        let mut ends = false;
        for index in (0..=last).rev() {
            let level = &course.levels[index];
            let reachable = match index.checked_sub(1) {
                None => is_first,
                Some(before) => {
                    let Reached { is, at: before } = self.reached[before];
                    let near = |within: i64| at <= before.saturating_add(within);
                    is && level.within.is_none_or(near)
                }
            };
            if reachable && level.stands[lane].may(row) {
                self.reached[index] = Reached { is: true, at };
                ends |= index == last;
            }
        }
        ends
    }

    /// Whether the sequence has happened now that no event follows.
    fn ends(&self, course: &Course<'_>) -> bool {
        let (Some(pending), Some((_, mode))) = (self.pending, &course.not) else {
            return false;
        };
        match mode {
            Mode::Within(length) | Mode::For(length) => {
                pending.saturating_add(*length) <= course.now
            }
            Mode::Ever => true,
        }
    }
}

/// Walks profiles one after another. Keeps memory between them.
#[derive(Debug, Default)]
pub struct Walker {
    cursors: Vec<(usize, usize)>,
    track: Track,
    /// Key, place in the total order, event.
    keyed: Vec<(u64, u32, Event)>,
}

impl Walker {
    /// Whether the sequence happened: a bit for each profile.
    pub fn walk(&mut self, isa: Isa, course: &Course<'_>, profiles: usize, out: &mut [u64]) {
        with(isa, || {
            out.fill(0);
            for profile in 0..profiles {
                let any = |spans: &Spans<'_>| spans.low[profile] < spans.high[profile];
                let found = course.first.iter().any(any) && self.happened(course, profile);
                out[profile / 64] |= u64::from(found) << (profile % 64);
            }
        });
    }

    #[inline(always)]
    fn happened(&mut self, course: &Course<'_>, profile: usize) -> bool {
        let only = course.latest.then(|| last_first(course, profile));
        let is_first = |event: Event| match only {
            Some(only) => only == Some(event),
            None => {
                let first = course.first[event.0];
                (first.low[profile] as usize..first.high[profile] as usize).contains(&event.1)
            }
        };
        if let Some(keys) = &course.keys {
            return self.keyed(course, keys, profile, is_first);
        }
        self.cursors.clear();
        self.cursors.extend(course.lanes.iter().map(|lane| {
            let rows = lane.rows;
            (rows.low[profile] as usize, rows.high[profile] as usize)
        }));
        self.track.start(course);
        while let Some(event) = self.next(course) {
            if self.track.feed(course, is_first(event), event) {
                return true;
            }
        }
        self.track.ends(course)
    }

    /// The next event in the total order.
    #[inline(always)]
    fn next(&mut self, course: &Course<'_>) -> Option<Event> {
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

    /// A walk for each key.
    fn keyed(
        &mut self,
        course: &Course<'_>,
        keys: &[KeyOf<'_>],
        profile: usize,
        is_first: impl Fn(Event) -> bool,
    ) -> bool {
        let Self { track, keyed, .. } = self;
        keyed.clear();
        for (lane, (events, key)) in course.lanes.iter().zip(keys).enumerate() {
            for row in events.rows.low[profile] as usize..events.rows.high[profile] as usize {
                let event = (lane, row);
                if let Some(key) = key(row) {
                    keyed.push((key, events.order[row], event));
                    continue;
                }
                track.start(course);
                if track.feed(course, is_first(event), event) || track.ends(course) {
                    return true;
                }
            }
        }
        keyed.sort_unstable();
        keyed.chunk_by(|(a, ..), (b, ..)| a == b).any(|events| {
            track.start(course);
            let mut events = events.iter().map(|(.., event)| *event);
            events.any(|event| track.feed(course, is_first(event), event)) || track.ends(course)
        })
    }
}

/// The last event that may come first.
fn last_first(course: &Course<'_>, profile: usize) -> Option<Event> {
    let mut best: Option<(u32, Event)> = None;
    for (lane, spans) in course.first.iter().enumerate() {
        let mut rows = spans.low[profile] as usize..spans.high[profile] as usize;
        let stand = course.levels[0].stands[lane];
        if let Some(row) = rows.rfind(|row| stand.may(*row)) {
            let order = course.lanes[lane].order[row];
            if best.is_none_or(|(greatest, _)| greatest < order) {
                best = Some((order, (lane, row)));
            }
        }
    }
    best.map(|(_, event)| event)
}
