//! Memberships that are kept up to date while things happen: after an event or a change of a value only what can have
//! changed is computed, and for each person an instant is known before which time alone changes nothing.
//!
//! A person's state holds the value of every *cell* (what conditions compare: columns, aggregates, sequences, other
//! values), with a bound as [`persona_runtime::flips`] has it, the truth of every condition, and the streams of events
//! that aggregates read. News marks cells; a cell whose value is another marks those that use it and turns the
//! comparisons whose constants it moved past; those turn the conditions they are in. The values are the interpreter's:
//! what no stream can hold is computed by it, from the same cells.
//!
//! Memory for a person: about 36 bytes for each cell, a bit for each condition, and for each event its values, 16 bytes
//! in each stream it belongs to, and 24 (sums: 40) for each value aggregated there; see [`Memberships::bytes`].

mod aggregates;
mod chains;
mod cuts;
mod network;
mod person;
mod plain;
mod settle;
mod streams;
mod windows;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use persona_ir::{ColId, KindId, Plan, Schema, Ty, verify};
use persona_runtime::calendar::clamp_timestamp;
use persona_runtime::flips::NEVER;
use persona_runtime::{Calibration, Catalogs, Dataset, Evaluation, Evaluator, Value};
use rustc_hash::FxHashMap;

use crate::row::{check, normal};
use crate::{CompileError, RowError};
use network::Network;
use person::{Person, Placed};
use settle::{Desk, Live, News, settle};

/// The memberships of many people, at one `now` that only goes forward.
#[derive(Debug)]
pub struct Memberships {
    network: Network,
    desk: Desk,
    calibration: Arc<Calibration>,
    now: i64,
    people: Vec<Live>,
    places: FxHashMap<Arc<str>, usize>,
    /// When each person's state is to be looked at next; what is not their `next` any more, is passed over.
    queue: BinaryHeap<Reverse<(i64, usize)>>,
    catalogs: Arc<Catalogs>,
}

/// A segment, or a stage of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The place of the segment or partition among the plan's outputs.
    pub output: usize,
    /// The stage; absent for a segment.
    pub stage: Option<u32>,
}

/// What an event, a change or time did to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The person, numbered as they came.
    pub profile: usize,
    /// What they are in since, as places in [`Memberships::all`], ascending.
    pub entered: Vec<u32>,
    /// What they are not in any more, as `entered`.
    pub left: Vec<u32>,
    /// An instant before which time alone changes nothing; absent where it never does.
    pub next: Option<i64>,
}

/// Why news were not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such kind of event.
    NoKind,
    /// A field does not take its value.
    Value(RowError),
    /// The event has no instant.
    NoInstant,
    /// The row has more values than its table has columns, or the column is none of the profile's.
    NoColumn,
    /// The column is the profile's key.
    Key,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoKind => "there is no such kind of event",
            Self::Value(error) => return error.fmt(f),
            Self::NoInstant => "the event has no instant",
            Self::NoColumn => "there is no such column",
            Self::Key => "a profile's key does not change",
        })
    }
}

impl std::error::Error for Refused {}

/// Makes a value what columns hold: Floats with one zero, sets without repetition.
fn tidy(ty: &Ty, value: &mut Value) {
    if matches!(value, Value::Float(_) | Value::Geo(..) | Value::List(_)) {
        *value = normal(ty, value);
    }
}

impl Memberships {
    /// The memberships of a dataset's people. Ranks are calibrated by the evaluation, or over these people, once.
    ///
    /// # Errors
    ///
    /// When the plan does not verify.
    pub fn new(plan: &Plan, data: &Dataset, evaluation: &Evaluation) -> Result<Self, CompileError> {
        verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
        let calibration = match &evaluation.calibration {
            Some(calibration) => Arc::clone(calibration),
            None => Arc::clone(Evaluator::prepared(plan, data, evaluation).calibration()),
        };
        let network = Network::new(plan);
        let mut memberships = Self {
            desk: Desk::new(&network),
            network,
            calibration,
            now: clamp_timestamp(evaluation.now),
            people: Vec::new(),
            places: FxHashMap::default(),
            queue: BinaryHeap::new(),
            catalogs: Arc::clone(&data.catalogs),
        };
        for profile in 0..data.profiles {
            let person = Person::of(&plan.schema, data, profile);
            memberships.add(person);
        }
        Ok(memberships)
    }

    /// The segments and stages, in the order of the plan's outputs.
    pub fn all(&self) -> impl Iterator<Item = Membership> {
        let memberships = self.network.memberships.iter();
        memberships.map(|(output, stage, _)| Membership {
            output: *output,
            stage: *stage,
        })
    }

    /// The instant that all memberships are known at.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The number of people.
    pub fn profiles(&self) -> usize {
        self.people.len()
    }

    /// The person with a key.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    /// A person's key.
    pub fn key(&self, profile: usize) -> &str {
        &self.people[profile].person.key
    }

    /// Whether a person is in one of [`Self::all`].
    pub fn is_in(&self, profile: usize, membership: usize) -> bool {
        let (_, _, part) = self.network.memberships[membership];
        self.people[profile].state.holds(part)
    }

    /// An instant before which time alone changes nothing for a person; absent where it never does.
    pub fn next_flip(&self, profile: usize) -> Option<i64> {
        let next = self.people[profile].state.next;
        (next != NEVER).then_some(next)
    }

    /// Bytes that a person's state takes, their row, events and texts apart.
    pub fn bytes(&self, profile: usize) -> usize {
        self.people[profile].state.bytes()
    }

    /// Takes in an event: one value per column of its kind, the first the instant, the second the identifier. It may be
    /// later than `now`, and is then seen when that is reached, or earlier than others, and takes its place among them.
    /// A person who is not known yet comes to be, as readers do it.
    ///
    /// # Errors
    ///
    /// When there is no such kind, the event has no instant or too many values, or a column does not take its value.
    pub fn event(
        &mut self,
        key: &str,
        kind: KindId,
        mut values: Vec<Value>,
    ) -> Result<Changes, Refused> {
        let schema = &self.network.plan.schema;
        let Some(table) = schema.events.get(kind) else {
            return Err(Refused::NoKind);
        };
        let Some(Value::Int(at)) = values.get(usize::from(Schema::AT)) else {
            return Err(Refused::NoInstant);
        };
        let at = *at;
        if values.len() > table.columns.len() {
            return Err(Refused::NoColumn);
        }
        for (value, column) in values.iter_mut().zip(&table.columns) {
            check(schema, &column.name, &column.ty, &(&*value).into()).map_err(Refused::Value)?;
            tidy(&column.ty, value);
        }
        let (profile, is_new) = self.meet(key);
        let person = &mut self.people[profile].person;
        let placed = person.insert(&self.network.plan.schema, kind, at, values);
        let news = match placed {
            _ if is_new => News::All,
            Placed::Duplicate => News::Nothing,
            _ => News::Event(kind, placed),
        };
        Ok(self.settle(profile, news))
    }

    /// Gives a column of a person's another value.
    ///
    /// # Errors
    ///
    /// When the column is the key, or none, or does not take the value.
    pub fn set(&mut self, key: &str, col: ColId, mut value: Value) -> Result<Changes, Refused> {
        let schema = &self.network.plan.schema;
        if col == schema.key {
            return Err(Refused::Key);
        }
        let Some(column) = schema.profile.columns.get(col) else {
            return Err(Refused::NoColumn);
        };
        check(schema, &column.name, &column.ty, &(&value).into()).map_err(Refused::Value)?;
        tidy(&column.ty, &mut value);
        let (profile, is_new) = self.meet(key);
        let person = &mut self.people[profile].person;
        person.set(&self.network.plan.schema, col, value);
        let news = if is_new { News::All } else { News::Column(col) };
        Ok(self.settle(profile, news))
    }

    /// Goes on to an instant (an earlier one than `now` is `now`). Gives the people for whom something changed, in the
    /// order of their numbers; looks only at those whose bounds have passed.
    pub fn advance(&mut self, now: i64) -> Vec<Changes> {
        self.now = self.now.max(clamp_timestamp(now));
        let mut due = Vec::new();
        while let Some(Reverse((at, profile))) = self.queue.peek().copied() {
            if at > self.now {
                break;
            }
            self.queue.pop();
            if self.people[profile].state.next == at {
                due.push(profile);
            }
        }
        due.sort_unstable();
        due.dedup();
        let changes = due
            .into_iter()
            .map(|profile| self.settle(profile, News::Nothing));
        let mut changes: Vec<Changes> = changes.collect();
        changes.retain(|changes| !changes.entered.is_empty() || !changes.left.is_empty());
        changes
    }

    /// The number of a person, and whether they are new.
    fn meet(&mut self, key: &str) -> (usize, bool) {
        if let Some(profile) = self.places.get(key) {
            return (*profile, false);
        }
        let person = Person::new(&self.network.plan.schema, key, &self.catalogs);
        (self.place(person), true)
    }

    fn place(&mut self, person: Person) -> usize {
        let profile = self.people.len();
        self.places.insert(Arc::clone(&person.key), profile);
        self.people.push(Live::new(&self.network, person));
        profile
    }

    fn add(&mut self, person: Person) {
        let profile = self.place(person);
        self.settle(profile, News::All);
    }

    /// Makes the queue anew where most of it is passed over.
    fn tidy_queue(&mut self) {
        if self.queue.len() > 64 + 4 * self.people.len() {
            let people = self.people.iter().enumerate();
            let due = people.filter(|(_, live)| live.state.next != NEVER);
            self.queue = due
                .map(|(profile, live)| Reverse((live.state.next, profile)))
                .collect();
        }
    }

    fn settle(&mut self, profile: usize, news: News) -> Changes {
        let live = &mut self.people[profile];
        let before = live.state.next;
        let turned = settle(
            &self.network,
            &mut self.desk,
            live,
            news,
            self.now,
            &self.calibration,
        );
        let next = live.state.next;
        if next != before && next != NEVER {
            self.queue.push(Reverse((next, profile)));
            self.tidy_queue();
        }
        let of = |held: bool| {
            let those = turned.iter().filter(move |(_, holds)| *holds == held);
            those.map(|(membership, _)| *membership).collect()
        };
        Changes {
            profile,
            entered: of(true),
            left: of(false),
            next: (next != NEVER).then_some(next),
        }
    }
}
