//! Replaying a dataset: every person goes through their own history; outcomes come out in the order of time. Results do not
//! depend on the number of threads, nor on how the time is cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use persona_ir::campaign::Start;
use persona_ir::{ColId, KindId};

use super::engine::{Arrival, Arrives, Engine, Unsettled};
use super::person::{Made, Person};
use super::program::Program;
use super::state::State;
use super::turn::evaluator;
use super::witness::Witness;
use super::{Counts, Outcome};
use crate::flips::NEVER;
use crate::{Dataset, EventRef, Value};

/// So many outcomes, about, are held at once.
const HELD: usize = 4_000_000;
/// People that a thread takes at once.
const CHUNK: usize = 256;
const DAY: i64 = crate::calendar::DAY;

/// A row of a profile that holds from an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The profile's row in the dataset.
    pub profile: usize,
    /// The instant.
    pub at: i64,
    /// Values of columns.
    pub values: Arc<[(ColId, Value)]>,
}

/// What is replayed.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    /// People and events. The kind `Sent` has none.
    pub data: &'a Dataset,
    /// Rows of profiles that hold from an instant, sorted by profile, then by instant. The dataset's own hold always.
    pub changes: &'a [Change],
    /// The last instant, which is replayed, too.
    pub until: i64,
    /// The only profile that is replayed, by its row; absent for all. What happens to it is the same either way.
    pub only: Option<usize>,
    /// How many threads; at least one.
    pub threads: usize,
}

impl Replay<'_> {
    /// The rows of those who are replayed.
    fn people(&self) -> std::ops::Range<usize> {
        match self.only {
            Some(row) => row..row + 1,
            None => 0..self.data.profiles,
        }
    }
}

/// Replays a dataset through a program, and gives every outcome to a sink, in order.
///
/// # Errors
/// Triggers of a person do not come to rest: an internal error.
pub fn replay(
    program: &Program<'_>,
    replay: &Replay<'_>,
    sink: &mut dyn FnMut(Outcome),
) -> Result<Counts, Unsettled> {
    let mut counts = Counts::new(program.campaign.triggers.len());
    let mut kept: Vec<Kept> = Vec::new();
    let cuts = cuts(program, replay, HELD);
    if cuts.len() > 1 {
        kept.resize_with(replay.data.profiles, Kept::default);
    }
    for until in cuts {
        let found = all(program, replay, &mut kept, until)?;
        for of in &found {
            counts.add(&of.counts);
        }
        in_order(found, sink);
    }
    Ok(counts)
}

/// Replays one person, by row, while somebody looks on; gives their outcomes.
///
/// # Errors
/// As [`replay`].
pub fn replay_person(
    program: &Program<'_>,
    replay: &Replay<'_>,
    row: usize,
    witness: &mut dyn Witness<Dataset>,
) -> Result<(Vec<Outcome>, Counts), Unsettled> {
    let person = somebody(program, replay);
    let evaluator = evaluator(program, &person, program.options.from);
    let mut engine = Engine::new(program, &person, &evaluator);
    engine.let_look_on(witness);
    let mut history = History::default();
    history.load(replay, row);
    let until = replay.until.saturating_add(1);
    one(&mut engine, &person, &history, None, row, until)?;
    engine.end(replay.until);
    Ok((
        std::mem::take(&mut engine.out),
        std::mem::take(&mut engine.counts),
    ))
}

/// The person that an engine is about, one after the other.
fn somebody<'r>(program: &'r Program<'_>, replay: &Replay<'r>) -> Person<'r, Dataset> {
    let schema = &program.campaign.plan.schema;
    Person::new(replay.data, schema, &program.options.arms)
}

/// What is kept of a person from one part of the time to the next.
#[derive(Debug)]
struct Kept {
    /// The next instant at which something happens, by itself or by an input.
    next: i64,
    state: Box<[u8]>,
    made: Vec<(usize, Made)>,
    set: Vec<(ColId, Value)>,
    /// How many inputs were processed.
    done: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            next: i64::MIN,
            state: Box::default(),
            made: Vec::new(),
            set: Vec::new(),
            done: 0,
        }
    }
}

/// What came of some people.
struct Found {
    /// Of one person after the other.
    outcomes: Vec<Outcome>,
    counts: Counts,
    kept: Vec<(usize, Kept)>,
}

/// The ends of the parts of the time, each excluded; so many that the outcomes of one, about, can be held.
fn cuts(program: &Program<'_>, replay: &Replay<'_>, held: usize) -> Vec<i64> {
    let (from, end) = (program.options.from, replay.until.saturating_add(1));
    let length = end.saturating_sub(from).max(1);
    let recurring = program
        .campaign
        .triggers
        .iter()
        .map(|trigger| match trigger.start {
            Start::Every { .. } => length / DAY + 1,
            Start::Anniversary { .. } => length / (365 * DAY) + 1,
            _ => 0,
        });
    let each: i64 = recurring.fold(0, i64::saturating_add);
    let each = usize::try_from(each).unwrap_or(usize::MAX);
    let events: usize = replay.data.events.iter().map(crate::EventTable::len).sum();
    let people = replay.people().len();
    let expected = people.saturating_mul(each).saturating_add(events);
    let parts = i64::try_from(expected / held.max(1) + 1).unwrap_or(i64::MAX);
    let step = length / parts + 1;
    let mut ends: Vec<i64> = (1..parts)
        .map_while(|part| from.checked_add(step.checked_mul(part)?))
        .take_while(|at| *at < end)
        .collect();
    ends.push(end);
    ends
}

/// Everybody, up to an instant.
fn all(
    program: &Program<'_>,
    replay: &Replay<'_>,
    kept: &mut [Kept],
    until: i64,
) -> Result<Vec<Found>, Unsettled> {
    let people = replay.people();
    let next = AtomicUsize::new(people.start);
    let threads = replay.threads.clamp(1, people.len().div_ceil(CHUNK).max(1));
    let shared: &[Kept] = kept;
    let work = || {
        let mut found = Vec::new();
        loop {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            if from >= people.end {
                return found;
            }
            let some = from..people.end.min(from + CHUNK);
            found.push((from, chunk(program, replay, shared, some, until)));
        }
    };
    let mut found: Vec<(usize, Result<Found, Unsettled>)> = if threads == 1 {
        work()
    } else {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let found = workers.into_iter().flat_map(|worker| {
                let found = worker.join();
                found.expect("a worker ends, with people or an error")
            });
            found.collect()
        })
    };
    found.sort_by_key(|(from, _)| *from);
    let found = found.into_iter().map(|(_, found)| found);
    let mut found = found.collect::<Result<Vec<Found>, Unsettled>>()?;
    for of in &mut found {
        for (person, now) in of.kept.drain(..) {
            kept[person] = now;
        }
    }
    Ok(found)
}

/// Some people, up to an instant.
fn chunk(
    program: &Program<'_>,
    replay: &Replay<'_>,
    kept: &[Kept],
    people: std::ops::Range<usize>,
    until: i64,
) -> Result<Found, Unsettled> {
    let person = somebody(program, replay);
    let evaluator = evaluator(program, &person, program.options.from);
    let mut engine = Engine::new(program, &person, &evaluator);
    let mut history = History::default();
    let mut found = Found {
        outcomes: Vec::new(),
        counts: Counts::default(),
        kept: Vec::new(),
    };
    for row in people {
        let before = kept.get(row);
        if before.is_some_and(|kept| kept.next >= until) {
            continue;
        }
        history.load(replay, row);
        let now = one(&mut engine, &person, &history, before, row, until)?;
        if before.is_some() {
            found.kept.push((row, now));
        }
    }
    found.outcomes = std::mem::take(&mut engine.out);
    found.counts = std::mem::take(&mut engine.counts);
    Ok(found)
}

/// The inputs of a person, in order.
#[derive(Debug, Default)]
struct History {
    events: Vec<EventRef>,
    arrivals: Vec<Arrival>,
}

impl History {
    fn load(&mut self, replay: &Replay<'_>, row: usize) {
        let data = replay.data;
        let count: usize = data.events.iter().map(|table| table.rows(row).len()).sum();
        let none = EventRef {
            kind: KindId(0),
            row: 0,
        };
        self.events.clear();
        self.events.resize(count, none);
        for (kind, table) in data.events.iter_enumerated() {
            for event in table.rows(row) {
                // Places count the events of all kinds from 0.
                if let Some(place) = self.events.get_mut(table.order[event] as usize) {
                    *place = EventRef { kind, row: event };
                }
            }
        }
        let changes = replay.changes;
        let first = changes.partition_point(|change| change.profile < row);
        let own = changes[first..]
            .iter()
            .take_while(|change| change.profile == row);
        self.arrivals.clear();
        let mut own = own.peekable();
        for event in &self.events {
            let at = data.at(*event);
            while let Some(change) = own.next_if(|change| change.at <= at) {
                self.arrivals.push(arrival(change));
            }
            let what = Arrives::Event {
                event: *event,
                late: false,
            };
            self.arrivals.push(Arrival { at, what });
        }
        self.arrivals.extend(own.map(arrival));
    }
}

fn arrival(change: &Change) -> Arrival {
    Arrival {
        at: change.at,
        what: Arrives::Row {
            values: Arc::clone(&change.values),
            late: false,
        },
    }
}

/// One person, up to an instant.
fn one(
    engine: &mut Engine<'_, '_, Dataset>,
    person: &Person<'_, Dataset>,
    history: &History,
    before: Option<&Kept>,
    row: usize,
    until: i64,
) -> Result<Kept, Unsettled> {
    let from = engine.program.options.from;
    let data = person.facts();
    person.move_to(row);
    let done = before.map_or(0, |kept| kept.done);
    let state = before.map_or(&[][..], |kept| &kept.state);
    let state = State::read(state, from).expect("a state that was written by this function");
    if let Some(kept) = before {
        person.show_again(&history.arrivals[..done], &kept.made, &kept.set);
    }
    let key = data.key(&engine.program.campaign.plan.schema, row).into();
    engine.move_to(key, state);
    let rest = &history.arrivals[done..];
    let known = done > 0 || data.has_row.as_ref().is_none_or(|rows| rows.value(row));
    engine.go(rest, known, until)?;
    let Some(before) = before else {
        return Ok(Kept::default());
    };
    let done = before.done + rest.partition_point(|arrival| arrival.at < until);
    let input = history.arrivals.get(done).map_or(NEVER, |next| next.at);
    let mut state = Vec::new();
    engine.state.write(&mut state, from);
    Ok(Kept {
        next: input.min(engine.state.next()).max(until),
        state: state.into(),
        made: person.take_made(),
        set: person.take_set(),
        done,
    })
}

/// Gives outcomes to a sink by (instant, person, order). Each part has its people one after the other, so that places are in the
/// order of people, and of what happened to each.
fn in_order(found: Vec<Found>, sink: &mut dyn FnMut(Outcome)) {
    let count = found.iter().map(|of| of.outcomes.len()).sum();
    let mut order: Vec<(i64, u32, u32)> = Vec::with_capacity(count);
    for (part, of) in (0_u32..).zip(&found) {
        let places = (0_u32..).zip(&of.outcomes);
        order.extend(places.map(|(place, outcome)| (outcome.at, part, place)));
    }
    order.sort_unstable();
    let take = |of: Found| of.outcomes.into_iter().map(Some).collect();
    let mut parts: Vec<Vec<Option<Outcome>>> = found.into_iter().map(take).collect();
    for (_, part, place) in order {
        if let Some(outcome) = parts[part as usize][place as usize].take() {
            sink(outcome);
        }
    }
}
