//! Sequences whose conditions look at one event each: every step is a stream, and one pass over each stream from the
//! last step to the first says which events can be followed by what must follow.

use persona_runtime::Value;
use persona_runtime::flips::NEVER;
use persona_runtime::time::Clock;

use super::streams::{Filled, Key, StreamId};
use super::windows::{Stretch, Window};

/// A sequence of streams' events.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) first: StreamId,
    pub(super) window: Window,
    /// Whether only the last event of the first step is tried.
    pub(super) latest: bool,
    pub(super) steps: Vec<Step>,
    pub(super) not: Option<Silence>,
}

/// A following step: at most so long after the event before, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) stream: StreamId,
    pub(super) within: Option<i64>,
}

/// What must not follow the last event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Silence {
    pub(super) stream: StreamId,
    /// How long after it there must be none; nothing else than *ever* without it.
    pub(super) length: Option<i64>,
    /// Whether only events within that length matter.
    pub(super) until_end: bool,
}

/// The first of some events that is after one.
fn first_after<'k>(keys: &'k [Key], one: &Key) -> Option<&'k Key> {
    keys.get(keys.partition_point(|key| key <= one))
}

impl Step {
    /// Whether some event is after one, and not too long after.
    fn follows(&self, others: &[Key], key: &Key) -> bool {
        first_after(others, key).is_some_and(|found| {
            self.within
                .is_none_or(|within| found.at <= key.at.saturating_add(within))
        })
    }
}

impl Silence {
    /// Whether the time after an event is over and nothing came that must not.
    fn is_kept(&self, others: &[Key], now: i64, key: &Key) -> bool {
        let end = self.length.map(|length| key.at.saturating_add(length));
        if end.is_some_and(|end| end > now) {
            return false;
        }
        let broken = |other: &Key| !self.until_end || end.is_none_or(|end| other.at <= end);
        !first_after(others, key).is_some_and(broken)
    }
}

/// The events of a stream that have happened.
fn happened(filled: &Filled, now: i64) -> &[Key] {
    let keys = &filled.keys;
    match keys.last() {
        Some(last) if last.at > now => &keys[..keys.partition_point(|key| key.at <= now)],
        _ => keys,
    }
}

/// The first event of a stream that is yet to come.
fn next_of(filled: &Filled, now: i64) -> i64 {
    let next = filled.keys.get(happened(filled, now).len());
    next.map_or(NEVER, |key| key.at)
}

impl Chain {
    /// The streams it reads.
    pub(super) fn streams(&self) -> impl Iterator<Item = StreamId> {
        let steps = self.steps.iter().map(|step| step.stream);
        let not = self.not.iter().map(|not| not.stream);
        std::iter::once(self.first).chain(steps).chain(not)
    }

    /// Whether an event that is behind all others, and has happened, can change anything when it is added to a stream.
    pub(super) fn minds(&self, stream: StreamId, holds: bool) -> bool {
        if self.latest || self.not.is_some() {
            return true;
        }
        let last = self.steps.last().map_or(self.first, |step| step.stream);
        !holds && stream == last
    }

    /// Whether it holds at the clock's `now`, and an instant before which that stays so.
    pub(super) fn compute(
        &self,
        streams: &[Filled],
        clock: &Clock,
        cells: &[Value],
    ) -> (bool, i64) {
        let now = clock.now();
        let first = &streams[usize::from(self.first)];
        let stretch = self.window.stretch(&first.keys, clock, cells);
        let tried = if self.latest {
            stretch.count().saturating_sub(1)
        } else {
            0
        };
        let (lo, hi) = stretch.ends();
        let inside = &first.keys[lo.min(hi)..hi];
        let completed = self.completed(streams, now, &inside[tried..]);
        let mut until = match completed {
            Some(place) => {
                let stays = stretch.stays(tried + place);
                let breaks = self.not.filter(|not| !not.until_end);
                let breaks = breaks.map(|not| next_of(&streams[usize::from(not.stream)], now));
                stays.min(breaks.unwrap_or(NEVER))
            }
            None => self.completes_after(streams, now, &stretch, &inside[tried..]),
        };
        if self.latest {
            let last = stretch.count().checked_sub(1);
            until = until
                .min(stretch.turns_after(None, Some(0)))
                .min(last.map_or(NEVER, |last| stretch.stays(last)));
        }
        (completed.is_some(), until)
    }

    /// The last of the first step's events that is followed by all that must follow.
    fn completed(&self, streams: &[Filled], now: i64, first: &[Key]) -> Option<usize> {
        match (&self.steps[..], self.not) {
            ([], None) => first.len().checked_sub(1),
            ([], Some(not)) => {
                let others = happened(&streams[usize::from(not.stream)], now);
                first.iter().rposition(|key| not.is_kept(others, now, key))
            }
            ([step], None) => {
                let others = happened(&streams[usize::from(step.stream)], now);
                first.iter().rposition(|key| step.follows(others, key))
            }
            _ => self.completed_in_passes(streams, now, first),
        }
    }

    /// As [`Self::completed`], in one pass over each step's events from the last to the first.
    fn completed_in_passes(&self, streams: &[Filled], now: i64, first: &[Key]) -> Option<usize> {
        // For each event of the step behind: the place of the first good one from there.
        let mut behind: Option<(&[Key], Vec<usize>)> = None;
        for (index, step) in self.steps.iter().enumerate().rev() {
            let keys = happened(&streams[usize::from(step.stream)], now);
            let good = self.good(streams, now, keys, index + 1, behind.as_ref());
            let mut next = keys.len();
            let mut places = vec![next; keys.len() + 1];
            for (place, good) in good.iter().enumerate().rev() {
                if *good {
                    next = place;
                }
                places[place] = next;
            }
            behind = Some((keys, places));
        }
        let good = self.good(streams, now, first, 0, behind.as_ref());
        good.iter().rposition(|good| *good)
    }

    /// Which events of a step can be followed by the rest.
    fn good(
        &self,
        streams: &[Filled],
        now: i64,
        keys: &[Key],
        step: usize,
        behind: Option<&(&[Key], Vec<usize>)>,
    ) -> Vec<bool> {
        let Some((later, places)) = behind else {
            return self.silent(streams, now, keys);
        };
        let within = self.steps[step].within;
        let mut place = 0;
        let follows = |key: &Key| {
            while later.get(place).is_some_and(|other| other <= key) {
                place += 1;
            }
            let found = later.get(places[place]);
            found.is_some_and(|found| {
                within.is_none_or(|within| found.at <= key.at.saturating_add(within))
            })
        };
        keys.iter().map(follows).collect()
    }

    /// Which events are followed by nothing that must not follow.
    fn silent(&self, streams: &[Filled], now: i64, keys: &[Key]) -> Vec<bool> {
        let Some(not) = self.not else {
            return vec![true; keys.len()];
        };
        let others = happened(&streams[usize::from(not.stream)], now);
        let kept = |key: &Key| not.is_kept(others, now, key);
        keys.iter().map(kept).collect()
    }

    /// An instant before which a sequence that does not hold cannot.
    fn completes_after(
        &self,
        streams: &[Filled],
        now: i64,
        stretch: &Stretch<'_>,
        tried: &[Key],
    ) -> i64 {
        let enters = stretch.turns_after(None, Some(0));
        let steps = self.steps.iter();
        let comes = steps.map(|step| next_of(&streams[usize::from(step.stream)], now));
        let until = comes.fold(enters, i64::min);
        let Some(Silence {
            length: Some(length),
            ..
        }) = self.not
        else {
            return until;
        };
        let lasts = match self.steps.last() {
            Some(step) => happened(&streams[usize::from(step.stream)], now),
            None => tried,
        };
        // The first of those whose time is not over yet.
        let over = lasts.partition_point(|key| key.at.saturating_add(length) <= now);
        let due = lasts.get(over).map(|key| key.at.saturating_add(length));
        until.min(due.unwrap_or(NEVER))
    }
}
