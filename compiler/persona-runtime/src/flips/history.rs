//! Bounds of aggregates over events: when each event can enter or leave the query, and what that does to the result.

use persona_ir::{Agg, AggKind, Bound, NodeId, Query};

use super::{Keep, NEVER, Turnover, moments, reachable};
use crate::interp::Hit;
use crate::{EventRef, Facts, ProfileEvaluator, Value};

/// An event or element that a query may yield, now or later.
pub(super) struct Candidate {
    pub(super) hit: Hit,
    /// Whether the query yields it now.
    pub(super) counts: bool,
    /// An instant before which that cannot change.
    pub(super) until: i64,
}

/// Something that holds or not, and an instant before which that cannot change.
#[derive(Clone, Copy)]
struct Truth {
    holds: bool,
    until: i64,
}

/// Conditions that must all hold.
fn all<const N: usize>(conditions: [Truth; N]) -> Truth {
    let failing = conditions.iter().filter(|condition| !condition.holds);
    if let Some(until) = failing.map(|condition| condition.until).max() {
        return Truth {
            holds: false,
            until,
        };
    }
    let until = conditions.iter().map(|condition| condition.until).min();
    Truth {
        holds: true,
        until: until.unwrap_or(NEVER),
    }
}

impl<F: Facts> ProfileEvaluator<'_, F> {
    /// All events and elements that a query may ever yield, in order, with what is known of each.
    pub(super) fn candidates(&mut self, query: &Query) -> Vec<Candidate> {
        let mut found: Vec<(Hit, Truth)> = Vec::new();
        for event in self.evaluator.data.history(&query.kinds, self.profile) {
            let window = self.window(query, event);
            let hits = self.hits_of(event, query.items.as_deref());
            found.extend(hits.into_iter().map(|hit| (hit, window)));
        }
        if let Some(latest) = query.latest {
            only_latest(&mut found, latest as usize);
        }
        let mut candidates = Vec::new();
        for (hit, window) in found {
            let truth = all([window, self.filter(query, &hit, window)]);
            candidates.push(Candidate {
                hit,
                counts: truth.holds,
                until: truth.until,
            });
        }
        candidates
    }

    /// Whether an event has happened and is inside a window.
    fn window(&self, query: &Query, event: EventRef) -> Truth {
        let at = self.evaluator.data.at(event);
        let happened = at <= self.now();
        let always = Truth {
            holds: true,
            until: NEVER,
        };
        let visible = Truth {
            holds: happened,
            until: if happened { NEVER } else { reachable(at) },
        };
        let from = query.from.map_or(always, |bound| {
            self.beyond(bound, at + i64::from(bound.inclusive), false)
        });
        let to = query.to.map_or(always, |bound| {
            self.beyond(bound, at + i64::from(!bound.inclusive), true)
        });
        all([visible, from, to])
    }

    /// Whether a window's end is at least at a cut (`above`), or below it. A missing end is neither.
    fn beyond(&self, bound: Bound, cut: i64, above: bool) -> Truth {
        match self.known(bound.at).int() {
            None => Truth {
                holds: false,
                until: self.bound(bound.at),
            },
            Some(end) => Truth {
                holds: (end >= cut) == above,
                until: self.leaves(bound.at, Keep::side(end, cut)),
            },
        }
    }

    fn filter(&mut self, query: &Query, hit: &Hit, window: Truth) -> Truth {
        let decided = !window.holds && window.until == NEVER;
        let Some(filter) = query.filter.filter(|_| !decided) else {
            return Truth {
                holds: true,
                until: NEVER,
            };
        };
        self.bind_hit(hit);
        Truth {
            holds: self.body(filter).is_true(),
            until: self.body_bound(filter),
        }
    }

    /// The bound of an aggregate.
    pub(super) fn aggregate_bound(&mut self, node: NodeId, agg: &Agg) -> i64 {
        let candidates = self.candidates(&agg.query);
        let until = |counts: bool| {
            let those = candidates
                .iter()
                .filter(move |candidate| candidate.counts == counts);
            those.map(|candidate| candidate.until)
        };
        let entering = until(false).min().unwrap_or(NEVER);
        let leaving = until(true).min().unwrap_or(NEVER);
        match agg.kind {
            AggKind::Exists => until(true).max().unwrap_or(entering),
            AggKind::Count if agg.value.is_none() => {
                let turnover = Turnover::new(until(true), until(false));
                self.scratch.bounds.turnover.insert(node, turnover);
                leaving.min(entering)
            }
            AggKind::Nth { n, from_end } => self
                .nth_bound(agg, &candidates, n as usize, from_end)
                .min(entering),
            AggKind::Min | AggKind::Max => {
                let value = self.known(node).clone();
                self.extreme_bound(agg, &candidates, &value).min(entering)
            }
            AggKind::UnitsHit { unit, .. } if candidates.iter().any(|one| one.counts) => {
                let running = moments::unit(self.clock(), unit);
                leaving.min(entering).min(running)
            }
            _ => {
                let values = self.value_bounds(agg, &candidates);
                let values = values.into_iter().map(|(_, until)| until).min();
                leaving.min(entering).min(values.unwrap_or(NEVER))
            }
        }
    }

    /// When a count leaves an interval that it is inside.
    pub(super) fn count_leaves(&self, node: NodeId, agg: &Agg, keep: Keep) -> i64 {
        let Some(turnover) = self.scratch.bounds.turnover.get(&node) else {
            return self.bound(node);
        };
        debug_assert!(agg.value.is_none(), "counts of values have no turnover");
        turnover.leaves(keep)
    }

    /// The n-th event stays where it is as long as none enters and those before it (after it) stay.
    fn nth_bound(&mut self, agg: &Agg, all: &[Candidate], n: usize, from_end: bool) -> i64 {
        let mut counting: Vec<&Candidate> = all.iter().filter(|one| one.counts).collect();
        if from_end {
            counting.reverse();
        }
        if n == 0 || counting.len() < n {
            return NEVER;
        }
        let stays = counting[..n].iter().map(|one| one.until).min();
        let value = self.value_bound(agg, &counting[n - 1].hit).1;
        stays.unwrap_or(NEVER).min(value)
    }

    /// The least or greatest value stays as long as none enters, no other value changes and one of its events stays.
    fn extreme_bound(&mut self, agg: &Agg, all: &[Candidate], best: &Value) -> i64 {
        let values = self.value_bounds(agg, all);
        let is_best = |value: &Value| value.is_known() && value == best;
        let others = values.iter().filter(|(value, _)| !is_best(value));
        let others = others.map(|(_, until)| *until).min().unwrap_or(NEVER);
        let counting = all.iter().filter(|one| one.counts);
        let bests = counting
            .zip(&values)
            .filter(|(_, (value, _))| is_best(value))
            .map(|(one, (_, until))| one.until.min(*until));
        others.min(bests.max().unwrap_or(NEVER))
    }

    /// The aggregated value of each hit that counts, with its bound.
    fn value_bounds(&mut self, agg: &Agg, all: &[Candidate]) -> Vec<(Value, i64)> {
        let counting = all.iter().filter(|one| one.counts);
        counting
            .map(|one| self.value_bound(agg, &one.hit))
            .collect()
    }

    fn value_bound(&mut self, agg: &Agg, hit: &Hit) -> (Value, i64) {
        let Some(body) = agg.value else {
            return (Value::Bool(true), NEVER);
        };
        self.bind_hit(hit);
        let value = self.body(body);
        (value, self.body_bound(body))
    }
}

impl Turnover {
    fn new(leaving: impl Iterator<Item = i64>, entering: impl Iterator<Item = i64>) -> Self {
        let mut turnover = Self::default();
        leaving.for_each(|until| turnover.push(until, true));
        entering.for_each(|until| turnover.push(until, false));
        turnover.settle();
        turnover
    }

    /// Forgets all events.
    pub fn clear(&mut self) {
        self.leaving.clear();
        self.entering.clear();
    }

    /// Adds an event that counts, or does not, at least until an instant.
    pub fn push(&mut self, until: i64, counts: bool) {
        let list = if counts {
            &mut self.leaving
        } else {
            &mut self.entering
        };
        list.push(until);
    }

    /// Says that all events were added: [`Self::leaves`] wants them in the order of their instants.
    pub fn settle(&mut self) {
        self.leaving.sort_unstable();
        self.entering.sort_unstable();
    }

    /// When the number of those that count leaves an interval: enough must go, or come.
    pub fn leaves(&self, keep: Keep) -> i64 {
        let count = i64::try_from(self.leaving.len()).unwrap_or(i64::MAX);
        let nth = |list: &[i64], spare: i64| {
            let place = usize::try_from(spare).ok();
            place
                .and_then(|place| list.get(place).copied())
                .unwrap_or(NEVER)
        };
        if !keep.holds(count) {
            return nth(&self.leaving, 0).min(nth(&self.entering, 0));
        }
        let gone = nth(&self.leaving, count.saturating_sub(keep.lo));
        gone.min(nth(&self.entering, keep.hi.saturating_sub(count)))
    }
}

/// Of those inside the window only the last so many count; which they are, changes when one of them leaves or any other
/// enters.
fn only_latest(found: &mut [(Hit, Truth)], latest: usize) {
    let inside = found.iter().filter(|(_, window)| window.holds).count();
    let mut skipped = inside.saturating_sub(latest);
    let mut until = NEVER;
    for (_, window) in found.iter_mut() {
        if window.holds && skipped > 0 {
            skipped -= 1;
            window.holds = false;
        } else {
            until = until.min(window.until);
        }
    }
    found
        .iter_mut()
        .for_each(|(_, window)| window.until = until);
}
