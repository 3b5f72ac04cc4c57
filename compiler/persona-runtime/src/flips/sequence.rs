//! Bounds of sequences (SEMANTICS §5). What happened stays: events never leave a later step, so that time alone changes a
//! sequence only through the first step's window, through events that are known to come, through conditions on time,
//! and by passing the end of what must not follow.

use persona_ir::{KindId, NegationMode, NodeId, Sequence};

use super::history::Candidate;
use super::{NEVER, reachable};
use crate::interp::Binder;
use crate::{EventRef, Facts, ProfileEvaluator};

/// How many choices of events a condition on time is tried for; beyond, it is asked again at the next instant.
const CHOICES: usize = 256;

impl<F: Facts> ProfileEvaluator<'_, F> {
    /// The bound of a sequence.
    pub(super) fn sequence_bound(&mut self, node: NodeId, sequence: &Sequence) -> i64 {
        let candidates = self.candidates(&sequence.first);
        let (hits, others): (Vec<Candidate>, Vec<Candidate>) =
            candidates.into_iter().partition(|one| one.counts);
        let enters = others.iter().map(|one| one.until).min().unwrap_or(NEVER);
        let tried = if sequence.latest {
            hits.len().saturating_sub(1)
        } else {
            0
        };
        // The last one is another when one enters or it leaves.
        let latest = hits[tried..].iter().map(|one| one.until).min();
        let other_latest = latest.filter(|_| sequence.latest).unwrap_or(NEVER);
        let conditions = self.conditions_bound(sequence);
        let changed = if self.known(node).is_true() {
            let stays = self.completed_until(sequence, &hits[tried..]);
            let enters = if sequence.latest { enters } else { NEVER };
            stays.min(enters)
        } else {
            let steps = sequence.steps.iter().map(|step| &step.kinds);
            let comes = steps.map(|kinds| self.next_of(kinds)).min();
            let due = self.silence_due(sequence, &hits[tried..]);
            enters.min(comes.unwrap_or(NEVER)).min(due)
        };
        changed.min(other_latest).min(conditions)
    }

    /// The instant of the first event of some kinds that is yet to come.
    fn next_of(&self, kinds: &[KindId]) -> i64 {
        let data = self.evaluator.data;
        let events = data.history(kinds, self.profile);
        let later = events
            .iter()
            .map(|event| data.at(*event))
            .filter(|at| *at > self.now());
        later.min().map_or(NEVER, reachable)
    }

    /// How long a sequence that happened stays so: as long as one of the events that it can start with does, and nothing
    /// comes that must not.
    fn completed_until(&mut self, sequence: &Sequence, hits: &[Candidate]) -> i64 {
        let mut search = self.search(sequence);
        let mut stays = None;
        for one in hits {
            if stays.is_none_or(|stays| one.until > stays)
                && self.choose(&mut search, one.hit.event)
            {
                stays = Some(one.until);
            }
        }
        let not = sequence.not.as_ref();
        let broken = not.map_or(NEVER, |not| match not.mode {
            // All that counts is over.
            NegationMode::Within(_) => NEVER,
            NegationMode::For(_) | NegationMode::Ever => self.next_of(&not.kinds),
        });
        stays.unwrap_or(NEVER).min(broken)
    }

    /// When the first silence that is asked for can be over.
    fn silence_due(&mut self, sequence: &Sequence, hits: &[Candidate]) -> i64 {
        let Some(not) = &sequence.not else {
            return NEVER;
        };
        let (NegationMode::Within(length) | NegationMode::For(length)) = not.mode else {
            return NEVER;
        };
        let Some(length) = self.known(length).int() else {
            return NEVER;
        };
        let lasts: Vec<EventRef> = match sequence.steps.last() {
            Some(step) => self.visible(&step.kinds),
            None => hits.iter().map(|one| one.hit.event).collect(),
        };
        let following = self.visible(&not.kinds);
        let alone = sequence.steps.is_empty()
            && not
                .filter
                .is_none_or(|filter| !self.evaluator.prepared.is_timed(filter));
        let within = matches!(not.mode, NegationMode::Within(_));
        let mut due = NEVER;
        for last in lasts {
            let data = self.evaluator.data;
            let end = data.at(last).saturating_add(length);
            if end <= self.now() || end >= due {
                continue;
            }
            let broken = alone && {
                self.bind(0, Binder::Event(last));
                let after = following
                    .iter()
                    .filter(|event| data.precedes(last, **event));
                let mut after = after.filter(|event| !within || data.at(**event) <= end);
                after.any(|event| {
                    self.bind(1, Binder::Event(*event));
                    self.holds(not.filter)
                })
            };
            if !broken {
                due = reachable(end);
            }
        }
        due
    }

    /// How long all lengths and the conditions of later steps stay as they are.
    fn conditions_bound(&mut self, sequence: &Sequence) -> i64 {
        let mut until = NEVER;
        for step in &sequence.steps {
            until = until.min(step.within.map_or(NEVER, |within| self.bound(within)));
            until = until.min(self.condition_bound(sequence, step.filter));
        }
        if let Some(not) = &sequence.not {
            if let NegationMode::Within(length) | NegationMode::For(length) = not.mode {
                until = until.min(self.bound(length));
            }
            let condition = self.condition_bound(sequence, not.filter);
            until = until.min(condition);
        }
        until
    }

    /// How long a step's condition stays as it is, for whichever events it is asked.
    fn condition_bound(&mut self, sequence: &Sequence, filter: Option<NodeId>) -> i64 {
        let timed = |filter: &NodeId| self.evaluator.prepared.is_timed(*filter);
        let Some(filter) = filter.filter(timed) else {
            return NEVER;
        };
        let levels = self.evaluator.prepared.graph.free(filter);
        let events: Vec<(u8, Vec<EventRef>)> = levels
            .iter()
            .map(|level| {
                (
                    level,
                    self.evaluator
                        .data
                        .history(kinds(sequence, level), self.profile),
                )
            })
            .collect();
        let choices = events
            .iter()
            .try_fold(1_usize, |all, (_, events)| all.checked_mul(events.len()));
        if choices.is_none_or(|choices| choices > CHOICES) {
            return reachable(self.now() + 1);
        }
        self.choices_bound(filter, &events)
    }

    /// The earliest bound of a condition over all choices of events.
    fn choices_bound(&mut self, filter: NodeId, events: &[(u8, Vec<EventRef>)]) -> i64 {
        let Some(((level, first), rest)) = events.split_first() else {
            self.body(filter);
            return self.body_bound(filter);
        };
        let mut until = NEVER;
        for event in first {
            self.bind(*level, Binder::Event(*event));
            until = until.min(self.choices_bound(filter, rest));
        }
        until
    }
}

/// The kinds of the events that a sequence binds to a level.
fn kinds(sequence: &Sequence, level: u8) -> &[KindId] {
    let step = usize::from(level)
        .checked_sub(1)
        .map(|index| sequence.steps.get(index));
    match step {
        None => &sequence.first.kinds,
        Some(Some(step)) => &step.kinds,
        Some(None) => sequence.not.as_ref().map_or(&[], |not| &not.kinds),
    }
}
