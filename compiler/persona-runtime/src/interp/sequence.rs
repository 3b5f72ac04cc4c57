//! Sequences (SEMANTICS §5): every choice of events is tried, each after the one before.
//!
//! A choice that led nowhere is remembered by the events in it that later conditions can still see, so that steps
//! that do not look back cost no more than their events squared.

use persona_ir::{Levels, Negation, NegationMode, NodeId, Sequence};
use rustc_hash::FxHashSet;

use super::{Binder, ProfileEvaluator};
use crate::{EventRef, Facts};

/// A search for a choice of events.
pub(crate) struct Search<'s> {
    sequence: &'s Sequence,
    /// For each step, and for the negation behind them, the visible events of its kinds in the total order.
    events: Vec<Vec<EventRef>>,
    /// For each number of chosen events, which of them (besides the last) later conditions use.
    used: Vec<Levels>,
    /// The events chosen so far, one for each level.
    chosen: Vec<EventRef>,
    /// Choices that cannot be completed: how many events, and those that matter.
    failed: FxHashSet<(usize, Vec<EventRef>)>,
}

impl<F: Facts> ProfileEvaluator<'_, F> {
    /// Whether some choice of events satisfies a sequence.
    pub(super) fn sequence(&mut self, sequence: &Sequence) -> bool {
        let hits = self.select(&sequence.first);
        let tried = if sequence.latest {
            hits.len().saturating_sub(1)
        } else {
            0
        };
        let mut search = self.search(sequence);
        hits.iter()
            .skip(tried)
            .any(|hit| self.choose(&mut search, hit.event))
    }

    /// A search for choices that satisfy a sequence.
    pub(crate) fn search<'s>(&self, sequence: &'s Sequence) -> Search<'s> {
        let kinds = sequence.steps.iter().map(|step| &step.kinds);
        let kinds = kinds.chain(sequence.not.as_ref().map(|not| &not.kinds));
        Search {
            sequence,
            events: kinds.map(|kinds| self.visible(kinds)).collect(),
            used: self.used_later(sequence),
            chosen: Vec::new(),
            failed: FxHashSet::default(),
        }
    }

    /// Whether the sequence can be completed with this event as the next of those chosen.
    pub(crate) fn choose(&mut self, search: &mut Search<'_>, event: EventRef) -> bool {
        self.bind_event(search.chosen.len(), event);
        search.chosen.push(event);
        let key = (search.chosen.len(), search.mattering());
        let found = !search.failed.contains(&key) && self.continue_from(search, event);
        search.chosen.pop();
        if !found {
            search.failed.insert(key);
        }
        found
    }

    fn continue_from(&mut self, search: &mut Search<'_>, last: EventRef) -> bool {
        let level = search.chosen.len();
        let Some(step) = search.sequence.steps.get(level - 1) else {
            return search
                .sequence
                .not
                .as_ref()
                .is_none_or(|not| self.never_followed(not, search, last));
        };
        let Some(end) = self.end(last, step.within) else {
            return false;
        };
        for index in
            self.first_after(&search.events[level - 1], last)..search.events[level - 1].len()
        {
            let event = search.events[level - 1][index];
            if self.evaluator.data.at(event) > end {
                return false;
            }
            self.bind_event(level, event);
            if self.holds(step.filter) && self.choose(search, event) {
                return true;
            }
        }
        false
    }

    /// Whether nothing follows the last positive event that must not.
    fn never_followed(&mut self, not: &Negation, search: &Search<'_>, last: EventRef) -> bool {
        let (length, until_end) = match not.mode {
            NegationMode::Within(length) => (Some(length), true),
            NegationMode::For(length) => (Some(length), false),
            NegationMode::Ever => (None, false),
        };
        let Some(end) = self.end(last, length) else {
            return false;
        };
        if length.is_some() && end > self.now() {
            return false;
        }
        let level = search.chosen.len();
        let events = &search.events[level - 1];
        let mut after = events[self.first_after(events, last)..].iter();
        !after.any(|event| {
            self.bind_event(level, *event);
            (!until_end || self.evaluator.data.at(*event) <= end) && self.holds(not.filter)
        })
    }

    /// The last instant that is so long after an event; the end of time without a length, none with a missing one.
    fn end(&self, event: EventRef, length: Option<NodeId>) -> Option<i64> {
        let Some(length) = length else {
            return Some(i64::MAX);
        };
        let length = self.known(length).int()?;
        Some(self.evaluator.data.at(event).saturating_add(length))
    }

    /// The index of the first event after one, in the total order.
    fn first_after(&self, events: &[EventRef], one: EventRef) -> usize {
        let data = self.evaluator.data;
        events.partition_point(|event| !data.precedes(one, *event))
    }

    /// For each number of chosen events from 1, the levels that conditions of later steps use.
    fn used_later(&self, sequence: &Sequence) -> Vec<Levels> {
        let free = |filter: Option<NodeId>| {
            filter.map_or(Levels::default(), |filter| {
                self.evaluator.prepared.graph.free(filter)
            })
        };
        let mut used = vec![free(sequence.not.as_ref().and_then(|not| not.filter))];
        for step in sequence.steps.iter().rev() {
            let later = used[used.len() - 1];
            used.push(later.union(free(step.filter)));
        }
        used.reverse();
        used
    }

    fn bind_event(&mut self, level: usize, event: EventRef) {
        let level = u8::try_from(level).expect("a sequence has fewer than 256 steps");
        self.bind(level, Binder::Event(event));
    }
}

impl Search<'_> {
    /// Of the chosen events the last, and those that a later condition uses: what decides whether it goes on.
    fn mattering(&self) -> Vec<EventRef> {
        let last = self.chosen.len() - 1;
        let used = self.used[last];
        let matters = |level: usize| {
            level == last || u8::try_from(level).is_ok_and(|level| used.contains(level))
        };
        let events = self
            .chosen
            .iter()
            .enumerate()
            .filter(|(level, _)| matters(*level));
        events.map(|(_, event)| *event).collect()
    }
}
