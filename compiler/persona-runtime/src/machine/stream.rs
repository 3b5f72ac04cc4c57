//! A stream: inputs of many people as they come, in any batches, put in order and processed behind the watermark.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use persona_ir::{ColId, KindId, Schema};

use super::engine::{Arrival, Arrives, Engine, Unsettled};
use super::person::{Made, Person};
use super::program::Program;
use super::state::State;
use super::store::Store;
use super::{Counts, Input, Outcome, What};
use crate::calendar::{MAX_TIMESTAMP, MIN_TIMESTAMP};
use crate::flips::NEVER;
use crate::time::{Clock, Times, Zone};
use crate::{Catalogs, Evaluator, EventRef, Facts, ProfileEvaluator, Value};

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

/// What came of a person.
struct Done {
    person: u32,
    outcomes: usize,
    state: Vec<u8>,
    next: i64,
    known: bool,
    deleted: bool,
    /// The events that were processed, those that were made among them.
    shown: Vec<(u32, u32)>,
    made: Vec<(usize, Made)>,
    set: Vec<(ColId, Value)>,
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

    // ---- what comes ----

    /// Takes an input. Nothing is processed yet.
    pub fn push(&mut self, input: Input) {
        if input.profile.is_empty() {
            self.counts.refused += 1;
            return;
        }
        match input.what {
            What::Event { kind, values } => self.push_event(&input.profile, kind, values),
            What::Row { at, values } => self.push_row(&input.profile, at, values),
            What::Delete => self.push_delete(&input.profile),
        }
    }

    /// An instant was seen; gives the one at which it is processed, and whether it is late.
    fn see(&mut self, at: i64) -> (i64, bool) {
        self.greatest = self.greatest.max(Some(at));
        let watermark = self.watermark();
        (at.max(watermark), at < watermark)
    }

    fn push_event(&mut self, key: &Arc<str>, kind: KindId, mut values: Vec<Value>) {
        let schema = &self.program.campaign.plan.schema;
        let of_sources = kind != self.program.campaign.sent;
        let table = schema.events.get(kind).filter(|_| of_sources);
        let at = values.first().and_then(Value::int);
        let (Some(table), Some(at)) = (table, at) else {
            self.counts.refused += 1;
            return;
        };
        values.resize(table.columns.len(), Value::Missing);
        for (value, column) in values.iter_mut().zip(&table.columns) {
            if let (Value::Missing, Some(default)) = (&*value, &column.default) {
                *value = default.into();
            }
        }
        let (at, late) = self.see(at.clamp(MIN_TIMESTAMP, MAX_TIMESTAMP));
        values[usize::from(Schema::AT)] = Value::Int(at);
        let id = match &values[usize::from(Schema::ID)] {
            Value::Str(id) => Some(Arc::clone(id)),
            _ => None,
        };
        let person = self.store.person(key);
        let watermark = self.watermark();
        let events = &mut self.store.tables[kind];
        let twin = id.as_deref().and_then(|id| events.find(person, id));
        if let Some(twin) = twin {
            self.counts.duplicates += 1;
            if events.at(twin) < watermark {
                return;
            }
            // Neither is processed: the first in the order counts.
            let row = events.add(person, values);
            let new = (events.at(row), events.tie(row));
            if new >= (events.at(twin), events.tie(twin)) {
                return events.erase(row);
            }
            events.set_aside(twin);
            events.know(row);
            return self.wait(person, at, Waiting::Event { kind, row, late });
        }
        let row = events.add(person, values);
        events.know(row);
        self.wait(person, at, Waiting::Event { kind, row, late });
    }

    fn push_row(&mut self, key: &Arc<str>, at: Option<i64>, mut values: Vec<(ColId, Value)>) {
        let schema = &self.program.campaign.plan.schema;
        let columns = schema.profile.columns.len();
        values.retain(|(col, _)| *col != schema.key && usize::from(*col) < columns);
        let (at, late) = match at {
            Some(at) => self.see(at.clamp(MIN_TIMESTAMP, MAX_TIMESTAMP)),
            None => (self.watermark(), false),
        };
        let person = self.store.person(key);
        let values = values.into();
        self.wait(person, at, Waiting::Row { values, late });
    }

    fn push_delete(&mut self, key: &Arc<str>) {
        let watermark = self.watermark();
        let Some(person) = self.store.find(key) else {
            return;
        };
        self.store.delete(person, watermark);
        self.wait(person, watermark, Waiting::Delete);
    }

    fn wait(&mut self, person: u32, at: i64, what: Waiting) {
        self.pending.push(Pending { person, at, what });
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
        let mut order: Vec<(usize, u64)> = Vec::with_capacity(outcomes.len());
        for of in &done {
            let serial = self.store.people[of.person as usize].serial;
            for _ in 0..of.outcomes {
                order.push((order.len(), serial));
            }
        }
        for of in done {
            self.apply(of);
        }
        self.forget_old_timers();
        order.sort_by(|(a, one), (b, other)| {
            let key = |place: usize| (outcomes[place].at, &outcomes[place].profile);
            key(*a).cmp(&key(*b)).then((one, a).cmp(&(other, b)))
        });
        let mut outcomes: Vec<Option<Outcome>> = outcomes.into_iter().map(Some).collect();
        for (place, _) in order {
            if let Some(outcome) = outcomes[place].take() {
                sink(outcome);
            }
        }
        Ok(())
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

/// The row of an event that was made and is not stored yet.
const MADE: u32 = u32::MAX;

fn evaluator<'e, F: Facts>(
    program: &'e Program<'_>,
    person: &'e Person<'_, F>,
    now: i64,
) -> Evaluator<'e, Person<'e, F>> {
    let plan = &program.campaign.plan;
    let times = Times::package(plan, now);
    let calibration = Arc::clone(&program.calibration);
    let prepared = Arc::clone(&program.prepared);
    Evaluator::over(plan, person, times, calibration, prepared)
}

fn rank(what: &Waiting) -> u8 {
    match what {
        Waiting::Delete => 0,
        Waiting::Row { .. } => 1,
        Waiting::Event { .. } => 2,
    }
}

fn arrival(of: &Pending) -> Arrival {
    let what = match &of.what {
        Waiting::Delete => Arrives::Delete,
        Waiting::Row { values, late } => Arrives::Row {
            values: Arc::clone(values),
            late: *late,
        },
        Waiting::Event { kind, row, late } => Arrives::Event {
            event: EventRef {
                kind: *kind,
                row: *row as usize,
            },
            late: *late,
        },
    };
    Arrival { at: of.at, what }
}

fn history(store: &Store, row: u32) -> impl Iterator<Item = EventRef> {
    let history = store.people[row as usize].history.iter();
    history.map(|(kind, row)| EventRef {
        kind: KindId(*kind),
        row: *row as usize,
    })
}

/// What came of some people.
struct Part {
    done: Vec<Done>,
    outcomes: Vec<Outcome>,
    counts: Counts,
}

/// Some people, up to an instant.
fn part(
    program: &Program<'_>,
    store: &Store,
    ready: &[Pending],
    people: &[u32],
    end: i64,
) -> Result<Part, Unsettled> {
    let schema = &program.campaign.plan.schema;
    let person = Person::new(store, schema, &program.options.arms);
    let evaluator = evaluator(program, &person, program.options.from);
    let mut engine = Engine::new(program, &person, &evaluator);
    let mut arrivals = Vec::new();
    let mut done = Vec::with_capacity(people.len());
    let first = people.first().copied().unwrap_or(0);
    let mut rest = &ready[ready.partition_point(|of| of.person < first)..];
    for row in people {
        let count = rest.iter().take_while(|of| of.person == *row).count();
        let (own, later) = rest.split_at(count);
        rest = later;
        arrivals.clear();
        arrivals.extend(own.iter().map(arrival));
        done.push(one(&mut engine, &person, &arrivals, *row, end)?);
    }
    Ok(Part {
        done,
        outcomes: std::mem::take(&mut engine.out),
        counts: std::mem::take(&mut engine.counts),
    })
}

/// One person, up to an instant.
fn one(
    engine: &mut Engine<'_, '_, Store>,
    person: &Person<'_, Store>,
    arrivals: &[Arrival],
    row: u32,
    end: i64,
) -> Result<Done, Unsettled> {
    let from = engine.program.options.from;
    let store = person.facts();
    let profile = &store.people[row as usize];
    person.move_to(row as usize);
    person.show_before(history(store, row));
    let had = person.len();
    let state =
        State::read(&profile.state, from).expect("a state that was written by this function");
    engine.move_to(Arc::clone(&profile.key), state);
    let outcomes = engine.out.len();
    engine.go(arrivals, profile.known, end)?;
    let deleted = matches!(arrivals.last().map(|of| &of.what), Some(Arrives::Delete));
    let mut state = Vec::new();
    if engine.state != State::default() {
        engine.state.write(&mut state, from);
    }
    let shown = if deleted {
        let events = arrivals.iter().filter_map(|of| match of.what {
            Arrives::Event { event, .. } => Some((event.kind.0, row_of(event))),
            Arrives::Row { .. } | Arrives::Delete => None,
        });
        events.collect()
    } else {
        person.stored_from(had, MADE)
    };
    Ok(Done {
        person: row,
        outcomes: engine.out.len() - outcomes,
        next: engine.state.next(),
        state,
        known: profile.known || !arrivals.is_empty(),
        deleted,
        shown,
        made: person.take_made(),
        set: person.take_set(),
    })
}

/// The row of an event of a store.
fn row_of(event: EventRef) -> u32 {
    u32::try_from(event.row).expect("fewer than 2^32 events of a kind")
}
