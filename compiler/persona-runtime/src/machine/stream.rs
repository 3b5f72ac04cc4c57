//! A stream: inputs of many people as they come, in any batches, put in order and processed behind the watermark.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use persona_ir::{ColId, KindId};

use super::engine::Unsettled;
use super::person::Person;
use super::program::Program;
use super::state::State;
use super::store::Store;
use super::turn::{Done, MADE, Part, evaluator, history, part, rank};
use super::{Counts, Outcome};
use crate::calendar::MAX_TIMESTAMP;
use crate::flips::NEVER;
use crate::time::{Clock, Zone};
use crate::{Catalogs, Facts, ProfileEvaluator, Value};

/// A machine for a stream.
#[derive(Debug)]
pub struct Machine<'c> {
    pub(super) program: Program<'c>,
    pub(super) store: Store,
    pub(super) pending: Vec<Pending>,
    /// The next instant of people; also some that are out of date.
    timers: BinaryHeap<Reverse<(i64, u32)>>,
    /// The greatest instant seen.
    pub(super) greatest: Option<i64>,
    /// Everything before this is processed.
    pub(super) floor: i64,
    /// Whether the stream's start is processed.
    pub(super) started: bool,
    pub(super) counts: Counts,
    threads: usize,
}

/// An input that waits for the watermark.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) person: u32,
    pub(super) at: i64,
    pub(super) what: Waiting,
}

/// What waits.
#[derive(Clone, Debug)]
pub(super) enum Waiting {
    /// The profile is deleted.
    Delete,
    /// Columns get values.
    Row {
        values: Arc<[(ColId, Value)]>,
        late: bool,
    },
    /// An event.
    Event { kind: KindId, row: u32, late: bool },
}

impl<'c> Machine<'c> {
    /// A machine that was told nothing yet.
    pub fn new(program: Program<'c>) -> Self {
        let store = Store::new(&program.campaign.plan.schema);
        let counts = Counts::new(program.campaign.triggers.len());
        Self {
            program,
            store,
            pending: Vec::new(),
            timers: BinaryHeap::new(),
            greatest: None,
            floor: i64::MIN,
            started: false,
            counts,
            threads: 1,
        }
    }

    /// The same on so many threads. What it gives does not depend on them.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// The same with the items of the package's catalogs, as a replay's dataset has them; without, it has none. They are not
    /// saved with the machine: one that is restored is given them again.
    #[must_use]
    pub fn with_catalogs(mut self, catalogs: Arc<Catalogs>) -> Self {
        self.store.catalogs = catalogs;
        self
    }

    /// The program.
    pub fn program(&self) -> &Program<'c> {
        &self.program
    }

    /// What was counted up to now.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Instants before this one are processed as soon as [`Self::advance`] is called. Nothing came yet: the beginning of time.
    pub fn watermark(&self) -> i64 {
        let lateness = self.program.campaign.lateness;
        let seen = self
            .greatest
            .map_or(i64::MIN, |at| at.saturating_sub(lateness));
        seen.max(self.floor)
    }

    // ---- what is processed ----

    /// Processes all instants before the watermark.
    ///
    /// # Errors
    /// Triggers of a person do not come to rest: an internal error. The machine is not to be used any more.
    pub fn advance(&mut self, sink: &mut dyn FnMut(Outcome)) -> Result<(), Unsettled> {
        self.advance_to(self.watermark(), sink)
    }

    /// The input has ended: processes all instants up to one, included, whatever the watermark.
    ///
    /// # Errors
    /// As [`Self::advance`].
    pub fn finish(&mut self, until: i64, sink: &mut dyn FnMut(Outcome)) -> Result<(), Unsettled> {
        let end = until.min(MAX_TIMESTAMP).saturating_add(1);
        let end = end.max(self.watermark());
        self.advance_to(end, sink)
    }

    /// Processes all instants before one.
    fn advance_to(&mut self, end: i64, sink: &mut dyn FnMut(Outcome)) -> Result<(), Unsettled> {
        if end == i64::MIN {
            return Ok(());
        }
        self.floor = self.floor.max(end);
        let ready = self.ready(end);
        let people = self.due(&ready, end);
        if people.is_empty() {
            return Ok(());
        }
        let (done, outcomes) = self.process(&ready, &people, end)?;
        let order = self.order(&done, &outcomes);
        for of in done {
            self.apply(of);
        }
        self.forget_old_timers();
        let mut outcomes: Vec<Option<Outcome>> = outcomes.into_iter().map(Some).collect();
        for (_, _, place) in order {
            if let Some(outcome) = outcomes[place].take() {
                sink(outcome);
            }
        }
        Ok(())
    }

    /// The places of outcomes, which are of one person after the other, by instant, then by the profile's key; profiles of one
    /// key in the order in which they came.
    fn order(&self, done: &[Done], outcomes: &[Outcome]) -> Vec<(i64, usize, usize)> {
        let who = |of: &usize| {
            let profile = &self.store.people[done[*of].person as usize];
            (&profile.key, profile.serial)
        };
        let mut people: Vec<usize> = (0..done.len())
            .filter(|of| done[*of].outcomes > 0)
            .collect();
        people.sort_unstable_by(|a, b| who(a).cmp(&who(b)));
        let mut ranks = vec![0; done.len()];
        for (rank, of) in people.into_iter().enumerate() {
            ranks[of] = rank;
        }
        let mut order = Vec::with_capacity(outcomes.len());
        for (of, rank) in done.iter().zip(ranks) {
            let places = order.len()..order.len() + of.outcomes;
            order.extend(places.map(|place| (outcomes[place].at, rank, place)));
        }
        order.sort_unstable();
        order
    }

    /// The inputs before an instant, by person and in their order.
    fn ready(&mut self, end: i64) -> Vec<Pending> {
        let mut all = std::mem::take(&mut self.pending);
        let store = &mut self.store;
        all.retain(|of| {
            let deleted = store.people[of.person as usize].deleted;
            let Waiting::Event { kind, row, .. } = of.what else {
                return of.at < deleted || matches!(of.what, Waiting::Delete);
            };
            let table = &mut store.tables[kind];
            let gone = of.at >= deleted || table.is_aside(row);
            if gone {
                table.erase(row);
            }
            !gone
        });
        let (mut ready, later): (Vec<_>, Vec<_>) = all.into_iter().partition(|of| of.at < end);
        self.pending = later;
        let store = &self.store;
        // The sort is stable: deletions and rows of one instant stay as they came.
        ready.sort_by(|a, b| {
            let first = (a.person, a.at, rank(&a.what)).cmp(&(b.person, b.at, rank(&b.what)));
            first.then_with(|| match (&a.what, &b.what) {
                (
                    Waiting::Event { kind, row, .. },
                    Waiting::Event {
                        kind: k, row: r, ..
                    },
                ) => {
                    let tie = |row: u32| store.tables[*kind].tie(row);
                    kind.cmp(k).then_with(|| tie(*row).cmp(&tie(*r)))
                }
                _ => Ordering::Equal,
            })
        });
        ready
    }

    /// The people for whom something happens before an instant, in the order of their numbers.
    fn due(&mut self, ready: &[Pending], end: i64) -> Vec<u32> {
        let mut people: Vec<u32> = ready.iter().map(|of| of.person).collect();
        while let Some(Reverse((at, person))) = self.timers.peek().copied() {
            if at >= end {
                break;
            }
            self.timers.pop();
            if self.store.people[person as usize].next == at {
                people.push(person);
            }
        }
        if !self.started && end > self.program.options.from {
            self.started = true;
            if !self.program.watches.is_empty() {
                let all = (0_u32..).zip(&self.store.people);
                let there = all.filter(|(_, profile)| profile.is_there());
                people.extend(there.map(|(person, _)| person));
            }
        }
        people.sort_unstable();
        people.dedup();
        people
    }

    /// All of these people, up to an instant, on all threads.
    fn process(
        &mut self,
        ready: &[Pending],
        people: &[u32],
        end: i64,
    ) -> Result<(Vec<Done>, Vec<Outcome>), Unsettled> {
        let (program, store) = (&self.program, &self.store);
        // A thread is not worth a few people.
        let threads = self.threads.min(people.len() / 64).max(1);
        let parts: Vec<Result<Part, Unsettled>> = if threads == 1 {
            vec![part(program, store, ready, people, end)]
        } else {
            std::thread::scope(|scope| {
                let some = people.chunks(people.len().div_ceil(threads));
                let workers: Vec<_> = some
                    .map(|people| scope.spawn(move || part(program, store, ready, people, end)))
                    .collect();
                let parts = workers.into_iter().map(|worker| {
                    let part = worker.join();
                    part.expect("a worker ends, with people or an error")
                });
                parts.collect()
            })
        };
        let (mut done, mut outcomes) = (Vec::with_capacity(people.len()), Vec::new());
        for part in parts {
            let part = part?;
            done.extend(part.done);
            outcomes.extend(part.outcomes);
            self.counts.add(&part.counts);
        }
        Ok((done, outcomes))
    }

    fn apply(&mut self, done: Done) {
        if done.deleted {
            for (kind, row) in done.shown {
                self.store.tables[KindId(kind)].erase(row);
            }
            return self.store.erase(done.person);
        }
        self.store.set(done.person, done.set);
        let mut made = done.made.into_iter().map(|(_, made)| made);
        let mut history = Vec::with_capacity(done.shown.len());
        for (kind, row) in done.shown {
            if row != MADE {
                history.push((kind, row));
                continue;
            }
            if let Some(made) = made.next() {
                let values = made.values.iter().cloned();
                let row = self.store.tables[made.kind].add(done.person, values);
                history.push((kind, row));
            }
        }
        let profile = &mut self.store.people[done.person as usize];
        profile.history.extend(history);
        profile.known = done.known;
        if *profile.state != *done.state {
            profile.state = done.state.into();
        }
        profile.next = done.next;
        if done.next != NEVER {
            self.timers.push(Reverse((done.next, done.person)));
        }
    }

    /// Makes the timers anew where most of them are out of date.
    fn forget_old_timers(&mut self) {
        if self.timers.len() > 2 * self.store.people.len() + 64 {
            self.start_timers();
        }
    }

    pub(super) fn start_timers(&mut self) {
        let people = (0_u32..).zip(&self.store.people);
        let set = people.filter(|(_, profile)| profile.next != NEVER);
        self.timers = set
            .map(|(person, profile)| Reverse((profile.next, person)))
            .collect();
    }

    // ---- what can be asked ----

    /// How many profiles are known, deleted ones included.
    pub fn profiles(&self) -> usize {
        self.store.people.len()
    }

    /// For everybody with live runs: the bytes of their state.
    pub fn waiting(&self) -> impl Iterator<Item = usize> {
        let from = self.program.options.from;
        self.store.people.iter().filter_map(move |profile| {
            let state = State::read(&profile.state, from).ok()?;
            (state.live() > 0).then_some(profile.state.len())
        })
    }

    /// Asks an evaluator about a profile as it is at an instant, with all that is processed. What was pushed and not processed
    /// is not seen.
    pub fn ask<R>(
        &self,
        key: &str,
        now: i64,
        ask: impl FnOnce(&mut ProfileEvaluator<'_, Person<'_, Store>>) -> R,
    ) -> Option<R> {
        let row = self.store.find(key)?;
        let plan = &self.program.campaign.plan;
        let person = Person::new(&self.store, &plan.schema, &self.program.options.arms);
        person.move_to(row as usize);
        person.show_before(history(&self.store, row));
        let evaluator = evaluator(&self.program, &person, now);
        let mut profile = evaluator.profile(0);
        let zone = plan.schema.zone.map(|col| person.profile_value(col, 0));
        if let Some(Value::Str(name)) = zone
            && let Some(zone) = Zone::named(&name)
        {
            profile.set_clock(Clock::new(zone, now, plan.week_start));
        }
        Some(ask(&mut profile))
    }
}
