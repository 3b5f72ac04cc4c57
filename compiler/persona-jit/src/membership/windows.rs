//! The stretch of a stream that a query's window holds at an instant, and how long so many events stay in it.

use persona_ir::{Const, InstantSpec, NodeId, Op, Plan};
use persona_runtime::Value;
use persona_runtime::calendar::clamp_timestamp;
use persona_runtime::flips::{Keep, NEVER, moments};
use persona_runtime::time::Clock;

use super::streams::Key;

/// An end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Edge {
    moves: Moves,
    inclusive: bool,
}

/// How an end moves with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Moves {
    /// With `now`, at this distance.
    Along(i64),
    /// By the calendar.
    Calendar(InstantSpec),
    /// Not at all.
    Fixed(i64),
    /// As a cell says; the cell wakes by itself.
    Cell(usize),
}

impl Edge {
    /// The end that a node gives; `cell` is its cell, if it has one.
    pub(super) fn new(
        plan: &Plan,
        at: NodeId,
        inclusive: bool,
        cell: Option<usize>,
    ) -> Option<Self> {
        let moves = match (&plan.nodes[at].op, cell) {
            (Op::Now, _) => Moves::Along(0),
            (Op::Instant(InstantSpec::NowPlus(shift)), _) => Moves::Along(*shift),
            (Op::Instant(spec), _) => Moves::Calendar(*spec),
            (Op::Const(Const::Int(instant)), _) => Moves::Fixed(*instant),
            (_, Some(cell)) => Moves::Cell(cell),
            _ => return None,
        };
        Some(Self { moves, inclusive })
    }

    fn value(&self, clock: &Clock, cells: &[Value]) -> Option<i64> {
        match self.moves {
            Moves::Along(shift) => Some(clamp_timestamp(clock.now().saturating_add(shift))),
            Moves::Calendar(spec) => Some(clock.instant(spec)),
            Moves::Fixed(instant) => Some(instant),
            Moves::Cell(cell) => cells[cell].int(),
        }
    }

    fn leaves(&self, clock: &Clock, keep: Keep) -> i64 {
        match self.moves {
            Moves::Along(shift) => moments::moved_now(shift, keep),
            Moves::Calendar(spec) => moments::instant(clock, spec, keep),
            Moves::Fixed(_) | Moves::Cell(_) => NEVER,
        }
    }
}

/// A window: both ends, if it has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Window {
    pub(super) from: Option<Edge>,
    pub(super) to: Option<Edge>,
}

/// What a window holds of a stream at an instant: `keys[lo..hi]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'s> {
    keys: &'s [Key],
    clock: &'s Clock,
    window: Window,
    cut: Cut,
}

/// Where a window cuts a stream at an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// The ends' values; a window without one that it should have is empty.
    from: Option<i64>,
    to: Option<i64>,
    lo: usize,
    hi: usize,
    /// How many are not after the upper end, and how many have happened.
    to_hi: usize,
    happened: usize,
}

/// Where an event at an instant starts to be excluded by the lower end.
fn cut_from(edge: Edge, at: i64) -> i64 {
    at + i64::from(edge.inclusive)
}

/// Where an event at an instant starts to be included by the upper end.
fn cut_to(edge: Edge, at: i64) -> i64 {
    at + i64::from(!edge.inclusive)
}

impl Window {
    /// Whether cells have no part in it, so that it cuts a stream in one place as long as neither moves.
    pub(super) fn is_free(&self) -> bool {
        let mut ends = self.from.iter().chain(&self.to);
        ends.all(|edge| !matches!(edge.moves, Moves::Cell(_)))
    }

    /// Where it cuts a stream at the clock's `now`.
    pub(super) fn cut(&self, keys: &[Key], clock: &Clock, cells: &[Value]) -> Cut {
        let now = clock.now();
        let happened = match keys.last() {
            Some(last) if last.at > now => keys.partition_point(|key| key.at <= now),
            _ => keys.len(),
        };
        let mut cut = Cut {
            from: None,
            to: None,
            lo: 0,
            hi: happened,
            to_hi: keys.len(),
            happened,
        };
        if let Some(edge) = self.from {
            cut.from = edge.value(clock, cells);
            cut.lo = match cut.from {
                Some(from) => keys.partition_point(|key| from >= cut_from(edge, key.at)),
                None => keys.len(),
            };
        }
        if let Some(edge) = self.to {
            cut.to = edge.value(clock, cells);
            cut.to_hi = match cut.to {
                Some(to) => keys.partition_point(|key| to >= cut_to(edge, key.at)),
                None => 0,
            };
            cut.hi = cut.to_hi.min(happened);
        }
        cut
    }

    /// What it holds of a stream that it cuts there.
    pub(super) fn between<'s>(&self, cut: Cut, keys: &'s [Key], clock: &'s Clock) -> Stretch<'s> {
        Stretch {
            keys,
            clock,
            window: *self,
            cut,
        }
    }

    /// The stretch at the clock's `now`.
    pub(super) fn stretch<'s>(
        &self,
        keys: &'s [Key],
        clock: &'s Clock,
        cells: &[Value],
    ) -> Stretch<'s> {
        self.between(self.cut(keys, clock, cells), keys, clock)
    }
}

impl Stretch<'_> {
    /// The place of the first event inside, and of the one behind the last.
    pub(super) fn ends(&self) -> (usize, usize) {
        (self.cut.lo, self.cut.hi)
    }

    /// The number of events inside.
    pub(super) fn count(&self) -> usize {
        self.cut.hi.saturating_sub(self.cut.lo)
    }

    /// The instant of an event inside, by its place among them.
    pub(super) fn at(&self, place: usize) -> i64 {
        self.keys[self.cut.lo + place].at
    }

    /// An instant before which the same events are inside.
    pub(super) fn same_until(&self) -> i64 {
        let mut until = self.next_to_happen();
        if let (Some(edge), Some(_)) = (self.window.from, self.cut.from) {
            let keep = Keep {
                lo: self.below(self.cut.lo, |at| cut_from(edge, at)),
                hi: self.above(self.cut.lo, |at| cut_from(edge, at)),
            };
            until = until.min(edge.leaves(self.clock, keep));
        }
        if let (Some(edge), Some(_)) = (self.window.to, self.cut.to) {
            let keep = Keep {
                lo: self.below(self.cut.to_hi, |at| cut_to(edge, at)),
                hi: self.above(self.cut.to_hi, |at| cut_to(edge, at)),
            };
            until = until.min(edge.leaves(self.clock, keep));
        }
        until
    }

    /// An instant before which at most `drop` of the events inside have left and at most `rise` others have entered.
    pub(super) fn turns_after(&self, drop: Option<usize>, rise: Option<usize>) -> i64 {
        if self.cut.lo > self.cut.hi {
            return self.same_until();
        }
        let leaves = drop.map_or(NEVER, |drop| self.leaves_after(drop));
        leaves.min(rise.map_or(NEVER, |rise| self.enters_after(rise)))
    }

    /// When more than `drop` of the events inside may have left.
    fn leaves_after(&self, drop: usize) -> i64 {
        let mut until = NEVER;
        if let (Some(edge), true) = (self.window.from, self.cut.lo + drop < self.cut.hi) {
            let hi = self.above(self.cut.lo + drop, |at| cut_from(edge, at));
            until = edge.leaves(self.clock, Keep::at_most(hi));
        }
        // An upper end falls where clocks are put back.
        if let (Some(edge), true) = (self.window.to, self.cut.lo < self.cut.hi) {
            let lo = self.below(self.cut.hi, |at| cut_to(edge, at));
            until = until.min(edge.leaves(self.clock, Keep::at_least(lo)));
        }
        until
    }

    /// When more than `rise` events that are outside may have entered.
    fn enters_after(&self, rise: usize) -> i64 {
        let mut until = NEVER;
        if let Some(key) = self.keys.get(self.cut.hi + rise) {
            let happens = if key.at > self.clock.now() { key.at } else { 0 };
            until = match (self.window.to, self.cut.to) {
                (Some(_), None) => NEVER,
                (Some(edge), Some(to)) if to < cut_to(edge, key.at) => {
                    let keep = Keep::at_most(cut_to(edge, key.at) - 1);
                    edge.leaves(self.clock, keep).max(happens)
                }
                _ => key.at,
            };
        }
        // A lower end falls where clocks are put back, and lets in again what it left out.
        if let (Some(edge), Some(_), true) = (self.window.from, self.cut.from, self.cut.lo > 0) {
            let lo = self.below(self.cut.lo, |at| cut_from(edge, at));
            until = until.min(edge.leaves(self.clock, Keep::at_least(lo)));
        }
        until
    }

    /// How long the event at a place among those inside stays.
    pub(super) fn stays(&self, place: usize) -> i64 {
        self.leaves_after(place)
    }

    /// When the first event that is yet to come happens.
    fn next_to_happen(&self) -> i64 {
        self.keys.get(self.cut.happened).map_or(NEVER, |key| key.at)
    }

    fn below(&self, place: usize, cut: impl Fn(i64) -> i64) -> i64 {
        place
            .checked_sub(1)
            .map_or(i64::MIN, |place| cut(self.keys[place].at))
    }

    fn above(&self, place: usize, cut: impl Fn(i64) -> i64) -> i64 {
        self.keys.get(place).map_or(i64::MAX, |key| cut(key.at) - 1)
    }
}
