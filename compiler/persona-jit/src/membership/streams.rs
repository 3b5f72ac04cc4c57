//! Streams: the events of some kinds for which a condition holds that time does not change, each person's kept in the
//! total order, with the values that are aggregated over them. Most aggregates and sequences read a stretch of one.

use persona_base::define_id;
use persona_ir::{ColId, KindId, NodeId, Plan, Ty};
use persona_runtime::{EventRef, Facts, ProfileEvaluator, Value};

use super::person::Person;
use super::plain::Plain;

define_id! {
    /// A stream.
    pub(super) struct StreamId;
}

/// What a stream holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Definition {
    /// Of which kinds.
    pub(super) kinds: Box<[KindId]>,
    /// For which events, their binder being at `level`.
    pub(super) filter: Option<NodeId>,
    pub(super) level: u8,
    /// Only where this has a value.
    pub(super) known: Option<NodeId>,
}

/// A stream with what is needed to fill it.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) definition: Definition,
    /// The values kept for each event, with what is done with them.
    pub(super) measures: Vec<Measure>,
    /// The closed nodes that the filter and the values need, in id order.
    pub(super) inputs: Vec<NodeId>,
    /// The profile's columns among them; with another value of one, the stream is another.
    pub(super) columns: Vec<ColId>,
    /// How to fill it without the interpreter, if its condition and values are that plain.
    pub(super) plain: Option<Plain>,
}

/// A value of each event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) value: NodeId,
    /// Whether sums of stretches are asked for, of a type whose sums are exact.
    pub(super) sums: bool,
}

impl Measure {
    /// Whether values of a type can be summed in any order.
    pub(super) fn is_exact(plan: &Plan, value: NodeId) -> bool {
        plan.nodes[value].ty.is_integer() && plan.nodes[value].ty != Ty::Float
    }
}

/// An event's place in the total order of one person's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) at: i64,
    kind: KindId,
    row: u32,
}

impl Key {
    fn event(self) -> EventRef {
        EventRef {
            kind: self.kind,
            row: self.row as usize,
        }
    }
}

/// One person's part of a stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    pub(super) keys: Vec<Key>,
    pub(super) lanes: Vec<Lane>,
}

/// The values of a measure, one for each event.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    pub(super) values: Vec<Value>,
    /// The exact sums of the first so many values: one more than there are values; empty where none are asked for.
    pub(super) sums: Vec<i128>,
}

impl Lane {
    fn push(&mut self, value: Value) {
        if let Some(sum) = self.sums.last().copied() {
            self.sums.push(sum + value.int().map_or(0, i128::from));
        }
        self.values.push(value);
    }
}

impl Filled {
    fn push_key(&mut self, event: EventRef, at: i64) {
        let row = u32::try_from(event.row).expect("a person has fewer than 2^32 events");
        let kind = event.kind;
        self.keys.push(Key { at, kind, row });
    }

    /// The exact sum of a stretch of a lane's values.
    pub(super) fn sum(&self, lane: usize, from: usize, to: usize) -> i128 {
        let sums = &self.lanes[lane].sums;
        sums[to] - sums[from]
    }

    /// Bytes in memory, texts apart.
    pub(super) fn bytes(&self) -> usize {
        let lane = |lane: &Lane| {
            lane.values.capacity() * size_of::<Value>() + lane.sums.capacity() * size_of::<i128>()
        };
        self.keys.capacity() * size_of::<Key>() + self.lanes.iter().map(lane).sum::<usize>()
    }
}

impl Stream {
    /// The place of a value among the measures, new or known.
    pub(super) fn lane(&mut self, value: NodeId, sums: bool) -> usize {
        let same = |measure: &Measure| measure.value == value;
        if let Some(place) = self.measures.iter().position(same) {
            self.measures[place].sums |= sums;
            return place;
        }
        self.measures.push(Measure { value, sums });
        self.measures.len() - 1
    }

    /// Forgets a person's part.
    pub(super) fn empty(&self, filled: &mut Filled) {
        filled.keys.clear();
        filled.lanes.resize(self.measures.len(), Lane::default());
        for (lane, measure) in filled.lanes.iter_mut().zip(&self.measures) {
            lane.values.clear();
            lane.sums.clear();
            if measure.sums {
                lane.sums.push(0);
            }
        }
    }

    /// Adds an event that is behind all that are there; gives whether it belongs to the stream. Only for plain streams.
    pub(super) fn add_plain(
        &self,
        plain: &Plain,
        filled: &mut Filled,
        event: EventRef,
        person: &Person,
    ) -> bool {
        if !plain.takes(event, person) {
            return false;
        }
        filled.push_key(event, person.at(event));
        for (index, lane) in filled.lanes.iter_mut().enumerate() {
            lane.push(plain.value(index, event, person).clone());
        }
        true
    }

    /// As [`Self::add_plain`], for any stream, by the interpreter.
    pub(super) fn add(
        &self,
        filled: &mut Filled,
        event: EventRef,
        at: i64,
        session: &mut ProfileEvaluator<'_, Person>,
    ) -> bool {
        let level = self.definition.level;
        session.evaluate(&self.inputs);
        let holds = |body: NodeId, session: &mut ProfileEvaluator<'_, Person>| {
            session.body_for(body, event, level)
        };
        if let Some(filter) = self.definition.filter
            && !holds(filter, session).is_true()
        {
            return false;
        }
        if let Some(value) = self.definition.known
            && !holds(value, session).is_known()
        {
            return false;
        }
        filled.push_key(event, at);
        for (lane, measure) in filled.lanes.iter_mut().zip(&self.measures) {
            lane.push(session.body_for(measure.value, event, level));
        }
        true
    }

    /// Whether an event of a kind can be behind all that are there, by what is there: it is of the last instant and kind.
    pub(super) fn is_last(filled: &Filled, event: EventRef, at: i64) -> bool {
        let before = |key: &Key| (key.at, key.kind, key.event().row) < (at, event.kind, event.row);
        filled.keys.last().is_none_or(before)
    }
}
