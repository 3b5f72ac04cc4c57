//! Sequences (SEMANTICS §5): every choice of events is tried, each after the one before.

use persona_ir::{Negation, NegationMode, NodeId, Sequence};
use rustc_hash::FxHashSet;

use super::{Binder, ProfileEvaluator};
use crate::EventRef;

/// The choices that are known to lead nowhere: the step that comes next, and the events that still matter to it.
type Failed = FxHashSet<(usize, Vec<EventRef>)>;

impl ProfileEvaluator<'_> {
    /// Whether some choice of events satisfies a sequence.
    pub(super) fn sequence(&mut self, sequence: &Sequence) -> bool {
        let hits = self.select(&sequence.first);
        let tried = if sequence.latest {
            hits.len().saturating_sub(1)
        } else {
            0
        };
        let mut failed = Failed::default();
        let mut chosen = Vec::new();
        hits.iter()
            .skip(tried)
            .any(|hit| self.choose(sequence, &mut chosen, hit.event, &mut failed))
    }

    /// Whether the sequence can be completed with this event as the next of those chosen.
    fn choose(
        &mut self,
        sequence: &Sequence,
        chosen: &mut Vec<EventRef>,
        event: EventRef,
        failed: &mut Failed,
    ) -> bool {
        self.bind_event(chosen.len(), event);
        chosen.push(event);
        let key = (chosen.len(), self.mattering(sequence, chosen));
        let found = !failed.contains(&key) && self.continue_from(sequence, chosen, event, failed);
        chosen.pop();
        if !found {
            failed.insert(key);
        }
        found
    }

    fn continue_from(
        &mut self,
        sequence: &Sequence,
        chosen: &mut Vec<EventRef>,
        last: EventRef,
        failed: &mut Failed,
    ) -> bool {
        let level = chosen.len();
        let Some(step) = sequence.steps.get(level - 1) else {
            return sequence
                .not
                .as_ref()
                .is_none_or(|not| self.never_followed(not, level, last));
        };
        let Some(end) = self.end(last, step.within) else {
            return false;
        };
        for event in self.later(&step.kinds, last) {
            if self.evaluator.data.at(event) > end {
                continue;
            }
            self.bind_event(level, event);
            if self.holds(step.filter) && self.choose(sequence, chosen, event, failed) {
                return true;
            }
        }
        false
    }

    /// Whether nothing follows the last positive event that must not.
    fn never_followed(&mut self, not: &Negation, level: usize, last: EventRef) -> bool {
        let now = self.evaluator.now;
        let (length, until_end) = match not.mode {
            NegationMode::Within(length) => (Some(length), true),
            NegationMode::For(length) => (Some(length), false),
            NegationMode::Ever => (None, false),
        };
        let Some(end) = self.end(last, length) else {
            return false;
        };
        if length.is_some() && end > now {
            return false;
        }
        let mut events = self.later(&not.kinds, last);
        events.retain(|event| !until_end || self.evaluator.data.at(*event) <= end);
        !events.into_iter().any(|event| {
            self.bind_event(level, event);
            self.holds(not.filter)
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

    /// The visible events after one in the total order.
    fn later(&self, kinds: &[persona_ir::KindId], than: EventRef) -> Vec<EventRef> {
        let data = self.evaluator.data;
        let mut events = self.visible(kinds);
        events.retain(|event| data.place(*event) > data.place(than));
        events
    }

    /// Of the chosen events the last, and those that a later condition uses: what decides whether it goes on.
    fn mattering(&self, sequence: &Sequence, chosen: &[EventRef]) -> Vec<EventRef> {
        let last = chosen.len() - 1;
        let steps = sequence
            .steps
            .iter()
            .skip(last)
            .filter_map(|step| step.filter);
        let filters = steps.chain(sequence.not.as_ref().and_then(|not| not.filter));
        let used = filters
            .map(|filter| self.evaluator.graph.free(filter))
            .fold(persona_ir::Levels::default(), persona_ir::Levels::union);
        let matters = |level: usize| {
            level == last || u8::try_from(level).is_ok_and(|level| used.contains(level))
        };
        let events = chosen
            .iter()
            .enumerate()
            .filter(|(level, _)| matters(*level));
        events.map(|(_, event)| *event).collect()
    }

    fn bind_event(&mut self, level: usize, event: EventRef) {
        let level = u8::try_from(level).expect("a sequence has fewer than 256 steps");
        self.bind(level, Binder::Event(event));
    }
}
