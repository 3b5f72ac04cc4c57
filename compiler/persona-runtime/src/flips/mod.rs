//! Flip times (SEMANTICS §4): for every node and profile an instant after `now` before which its value cannot change if
//! nothing else happens, or never.
//!
//! A *bound* is always sound: from `now` up to it (excluded) the value is what it is now. Events in the data that are
//! later than `now` are known to happen, and bound what reads their kinds. Stepping from bound to bound therefore
//! finds the exact flip, which [`ProfileEvaluator::exact_flip`] does. Bounds never look at what cannot matter: of a
//! conjunction that fails, only what makes it fail. This is the plain reading, as the interpreter's; it is no engine's
//! business to be faster in a way that differs.

mod history;
mod keep;
pub mod moments;
mod nodes;
mod sequence;
pub(crate) mod walls;

use persona_ir::NodeId;
use rustc_hash::FxHashMap;

use crate::calendar::MAX_TIMESTAMP;
use crate::{Facts, ProfileEvaluator, Value};

pub use keep::Keep;
pub use nodes::FUEL;

/// The bound of what no instant changes.
pub const NEVER: i64 = i64::MAX;

/// So many steps are made for an exact flip, where nothing else is asked for.
pub const STEPS: usize = 10_000;

/// When a value changes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flip {
    /// At this instant, microseconds since 1970-01-01T00:00Z, it is another for the first time.
    At(i64),
    /// If nothing else happens, it stays as it is.
    Never,
    /// So many steps were made that the search was given up: up to this instant, included, it stays as it is.
    NotBefore(i64),
}

/// The bounds of nodes for one profile at one instant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    /// One for each node, once the first was asked for. For closed nodes, valid once it is done.
    at: Vec<i64>,
    done: Vec<bool>,
    marked: Vec<NodeId>,
    /// For closed counts, when each event can leave and enter.
    turnover: FxHashMap<NodeId, Turnover>,
}

/// When each event can leave and enter a query that counts them.
#[derive(Clone, Debug, Default)]
pub struct Turnover {
    leaving: Vec<i64>,
    entering: Vec<i64>,
}

impl Bounds {
    pub(crate) fn forget(&mut self) {
        for node in self.marked.drain(..) {
            self.done[usize::from(node)] = false;
        }
        self.turnover.clear();
    }

    fn resize(&mut self, nodes: usize) {
        self.at.resize(nodes, NEVER);
        self.done.resize(nodes, false);
    }
}

/// An instant at which something may change: never, when no evaluation can be that late.
fn reachable(at: i64) -> i64 {
    if at > MAX_TIMESTAMP { NEVER } else { at }
}

fn reachable_wide(at: i128) -> i64 {
    i64::try_from(at).map_or(NEVER, reachable)
}

impl<F: Facts> ProfileEvaluator<'_, F> {
    /// An instant after `now` before which a closed node's value cannot change if nothing else happens, or [`NEVER`].
    pub fn flip(&mut self, node: NodeId) -> i64 {
        let index = usize::from(node);
        if !self
            .scratch
            .bounds
            .done
            .get(index)
            .is_some_and(|done| *done)
        {
            let needed = self.evaluator.needed(&[node]);
            self.evaluate(&needed);
            self.scratch
                .bounds
                .resize(self.evaluator.plan().nodes.len());
            for node in needed {
                if !self.scratch.bounds.done[usize::from(node)] {
                    let bound = self.compute_bound(node);
                    self.assume_bound(node, bound);
                }
            }
        }
        self.scratch.bounds.at[index]
    }

    /// The earliest bound of some closed nodes: an instant before which none of their values can change.
    pub fn next_change(&mut self, nodes: &[NodeId]) -> i64 {
        let bounds = nodes.iter().map(|node| self.flip(*node));
        bounds.min().unwrap_or(NEVER)
    }

    /// When a closed node's value changes by itself, found by stepping from bound to bound, `limit` times at most.
    pub fn exact_flip(&mut self, node: NodeId, limit: usize) -> Flip {
        self.exact_flip_of(node, limit, Value::clone)
    }

    /// As [`Self::exact_flip`], of what is seen of the value: whether it is a certain one, for example.
    pub fn exact_flip_of<T: PartialEq>(
        &mut self,
        node: NodeId,
        limit: usize,
        seen: impl Fn(&Value) -> T,
    ) -> Flip {
        let (value, start) = (seen(&self.value(node)), self.now());
        let mut found = None;
        for _ in 0..limit {
            let bound = self.flip(node);
            if bound == NEVER {
                found = Some(Flip::Never);
                break;
            }
            self.move_in_time(bound);
            if seen(&self.value(node)) != value {
                found = Some(Flip::At(bound));
                break;
            }
        }
        let found = found.unwrap_or_else(|| Flip::NotBefore(self.now()));
        self.move_in_time(start);
        found
    }

    /// Says what a closed node's bound is, so that it is not computed.
    pub fn assume_bound(&mut self, node: NodeId, bound: i64) {
        let nodes = self.evaluator.plan().nodes.len();
        let index = usize::from(node);
        let bounds = &mut self.scratch.bounds;
        bounds.resize(nodes);
        bounds.at[index] = bound;
        if !bounds.done[index] {
            bounds.done[index] = true;
            bounds.marked.push(node);
        }
    }

    /// After [`Self::step`]: an instant before which an integer that is inside an interval stays inside.
    pub fn stays(&self, node: NodeId, keep: Keep) -> i64 {
        self.leaves(node, keep)
    }

    /// The value of a closed node whose operands (and the closed nodes that its bodies use) are evaluated or assumed,
    /// and its bound, their bounds being known too.
    pub fn step(&mut self, node: NodeId) -> (Value, i64) {
        let index = usize::from(node);
        if self
            .scratch
            .bounds
            .done
            .get(index)
            .is_some_and(|done| *done)
        {
            return (self.known(node).clone(), self.scratch.bounds.at[index]);
        }
        self.evaluate(&[node]);
        self.scratch
            .bounds
            .resize(self.evaluator.plan().nodes.len());
        let bound = self.compute_bound(node);
        self.assume_bound(node, bound);
        (self.known(node).clone(), bound)
    }
}

#[cfg(test)]
mod tests;
