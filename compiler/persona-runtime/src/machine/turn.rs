//! Some people of a stream, each up to an instant: what came of them, to be applied to the store afterwards.

use std::sync::Arc;

use persona_ir::{ColId, KindId};

use super::engine::{Arrival, Arrives, Engine, Unsettled};
use super::person::{Made, Person};
use super::program::Program;
use super::state::State;
use super::store::{Store, row_of};
use super::stream::{Pending, Waiting};
use super::{Counts, Outcome};
use crate::time::Times;
use crate::{Evaluator, EventRef, Facts, Value};

/// What came of a person.
pub(super) struct Done {
    pub(super) person: u32,
    pub(super) outcomes: usize,
    pub(super) state: Vec<u8>,
    pub(super) next: i64,
    pub(super) known: bool,
    pub(super) deleted: bool,
    /// The events that were processed, those that were made among them.
    pub(super) shown: Vec<(u32, u32)>,
    pub(super) made: Vec<(usize, Made)>,
    pub(super) set: Vec<(ColId, Value)>,
}

/// The row of an event that was made and is not stored yet.
pub(super) const MADE: u32 = u32::MAX;

pub(super) fn evaluator<'e, F: Facts>(
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

pub(super) fn rank(what: &Waiting) -> u8 {
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

pub(super) fn history(store: &Store, row: u32) -> impl Iterator<Item = EventRef> {
    let history = store.people[row as usize].history.iter();
    history.map(|(kind, row)| EventRef {
        kind: KindId(*kind),
        row: *row as usize,
    })
}

/// What came of some people.
pub(super) struct Part {
    pub(super) done: Vec<Done>,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) counts: Counts,
}

/// Some people, up to an instant.
pub(super) fn part(
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
