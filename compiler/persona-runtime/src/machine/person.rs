//! One person as the machine sees them: what a source knows, up to the event that is looked at, and what the machine added:
//! events that it made, values that it set. Decides nothing.
//!
//! What changes is behind cells, so that one evaluator asks about it all the time.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use persona_ir::{ColId, KindId, Schema};

use super::engine::{Arrival, Arrives};
use crate::{Catalogs, EventRef, Facts, Value};

/// Rows from here on are of events that the machine made in this turn.
const MADE: usize = usize::MAX / 2 + 1;

/// One person as a machine sees them: what evaluators are asked about.
#[derive(Debug)]
pub struct Person<'s, F: Facts> {
    facts: &'s F,
    schema: &'s Schema,
    arms: &'s [(Arc<str>, Option<u32>)],
    row: Cell<usize>,
    /// Whether what the source knows of the profile was erased in this turn.
    erased: Cell<bool>,
    /// The events that were processed, in order.
    seen: RefCell<Vec<EventRef>>,
    /// How many of them are visible.
    visible: Cell<usize>,
    made: RefCell<Vec<Made>>,
    set: RefCell<Vec<(ColId, Value)>>,
    /// What is tried: somebody's arm.
    assumed: RefCell<Option<(Arc<str>, Option<u32>)>>,
}

/// An event that the machine made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Made {
    pub(super) kind: KindId,
    pub(super) values: Arc<[Value]>,
}

impl<'s, F: Facts> Person<'s, F> {
    pub(super) fn new(
        facts: &'s F,
        schema: &'s Schema,
        arms: &'s [(Arc<str>, Option<u32>)],
    ) -> Self {
        Self {
            facts,
            schema,
            arms,
            row: Cell::new(0),
            erased: Cell::new(false),
            seen: RefCell::default(),
            visible: Cell::new(0),
            made: RefCell::default(),
            set: RefCell::default(),
            assumed: RefCell::default(),
        }
    }

    /// Goes on with another person, of whom nothing is processed yet.
    pub(super) fn move_to(&self, row: usize) {
        self.row.set(row);
        self.erased.set(false);
        self.seen.borrow_mut().clear();
        self.visible.set(0);
        self.made.borrow_mut().clear();
        self.set.borrow_mut().clear();
    }

    /// Forgets all that is known of the person.
    pub(super) fn erase(&self) {
        let row = self.row.get();
        self.move_to(row);
        self.erased.set(true);
    }

    /// An event is processed, and the last that is visible.
    pub(super) fn show(&self, event: EventRef) {
        let mut seen = self.seen.borrow_mut();
        seen.push(event);
        self.visible.set(seen.len());
    }

    /// Events were processed before.
    pub(super) fn show_before(&self, events: impl IntoIterator<Item = EventRef>) {
        let mut seen = self.seen.borrow_mut();
        seen.extend(events);
        self.visible.set(seen.len());
    }

    /// Goes on where it was left: so many inputs were processed, and these events made among them.
    pub(super) fn show_again(
        &self,
        arrivals: &[Arrival],
        made: &[(usize, Made)],
        set: &[(ColId, Value)],
    ) {
        let mut seen = self.seen.borrow_mut();
        let mut events = arrivals.iter().filter_map(|arrival| match arrival.what {
            Arrives::Event { event, .. } => Some(event),
            Arrives::Row { .. } | Arrives::Delete => None,
        });
        for (row, (place, of)) in made.iter().enumerate() {
            let before = place.saturating_sub(seen.len());
            seen.extend(events.by_ref().take(before));
            let row = MADE + row;
            seen.push(EventRef { kind: of.kind, row });
        }
        seen.extend(events);
        self.visible.set(seen.len());
        let mut held = self.made.borrow_mut();
        held.extend(made.iter().map(|(_, made)| made.clone()));
        self.set.borrow_mut().extend_from_slice(set);
    }

    /// What the machine's source knows.
    pub(super) fn facts(&self) -> &'s F {
        self.facts
    }

    /// Everything that was processed or made is visible.
    pub(super) fn show_all(&self) {
        self.visible.set(self.seen.borrow().len());
    }

    /// The first so many events are visible.
    pub(super) fn show_first(&self, count: usize) {
        self.visible.set(count);
    }

    /// How many events were processed or made.
    pub(super) fn len(&self) -> usize {
        self.seen.borrow().len()
    }

    /// The event at a place.
    pub(super) fn event(&self, place: usize) -> EventRef {
        self.seen.borrow()[place]
    }

    /// The place of an event that was made visible lately.
    pub(super) fn place_of(&self, event: EventRef) -> usize {
        let seen = self.seen.borrow();
        let place = seen.iter().rposition(|of| *of == event);
        place.unwrap_or(seen.len())
    }

    /// The events from a place on, as kinds and rows; events that were made have the row `made`.
    pub(super) fn stored_from(&self, place: usize, made: u32) -> Vec<(u32, u32)> {
        let seen = self.seen.borrow();
        let pair = |event: &EventRef| {
            let row = if event.row >= MADE {
                made
            } else {
                u32::try_from(event.row).expect("fewer than 2^32 events of a kind")
            };
            (event.kind.0, row)
        };
        seen[place..].iter().map(pair).collect()
    }

    /// Adds an event that was made, behind all others.
    pub(super) fn make(&self, kind: KindId, values: Arc<[Value]>) {
        let mut made = self.made.borrow_mut();
        let row = MADE + made.len();
        made.push(Made { kind, values });
        self.seen.borrow_mut().push(EventRef { kind, row });
        self.show_all();
    }

    /// Gives a column of the profile a value; a missing one is the column's default.
    pub(super) fn set(&self, col: ColId, value: Value) {
        let value = match value {
            Value::Missing => self.default_of(col),
            value => value,
        };
        let mut set = self.set.borrow_mut();
        match set.iter_mut().find(|(of, _)| *of == col) {
            Some((_, held)) => *held = value,
            None => set.push((col, value)),
        }
    }

    /// What was made in this turn, and where in the history it stands.
    pub(super) fn take_made(&self) -> Vec<(usize, Made)> {
        let made = std::mem::take(&mut *self.made.borrow_mut());
        let seen = self.seen.borrow();
        let places = seen.iter().enumerate();
        let places = places.filter(|(_, event)| event.row >= MADE);
        places.map(|(place, _)| place).zip(made).collect()
    }

    /// What was set in this turn.
    pub(super) fn take_set(&self) -> Vec<(ColId, Value)> {
        std::mem::take(&mut *self.set.borrow_mut())
    }

    /// Says that somebody's arm is tried, or no longer.
    pub(super) fn assume(&self, arm: Option<(Arc<str>, Option<u32>)>) {
        *self.assumed.borrow_mut() = arm;
    }

    /// How many events of an event's kind and instant the history has before it.
    pub(super) fn nth(&self, place: usize) -> u32 {
        let seen = self.seen.borrow();
        let Some(event) = seen.get(place).copied() else {
            return 0;
        };
        let at = self.at(event);
        let before = seen[..place].iter().rev();
        let before = before.take_while(|other| self.at(**other) == at);
        let same = before.filter(|other| other.kind == event.kind).count();
        u32::try_from(same).unwrap_or(u32::MAX)
    }

    /// Calls a function with the visible events of some kinds, the latest first, until it says no.
    pub(super) fn latest_of(&self, kinds: &[KindId], mut go_on: impl FnMut(EventRef) -> bool) {
        let seen = self.seen.borrow();
        let events = seen[..self.visible.get()].iter().rev();
        for event in events.filter(|event| kinds.contains(&event.kind)) {
            if !go_on(*event) {
                return;
            }
        }
    }

    fn default_of(&self, col: ColId) -> Value {
        let default = self.schema.profile.columns[col].default.as_ref();
        default.map_or(Value::Missing, Value::from)
    }
}

impl<F: Facts> Facts for Person<'_, F> {
    fn profile_value(&self, col: ColId, _: usize) -> Value {
        let set = self.set.borrow();
        if let Some((_, value)) = set.iter().find(|(of, _)| *of == col) {
            return value.clone();
        }
        if self.erased.get() && col != self.schema.key {
            return self.default_of(col);
        }
        self.facts.profile_value(col, self.row.get())
    }

    fn event_value(&self, event: EventRef, col: ColId) -> Value {
        match event.row.checked_sub(MADE) {
            Some(made) => self.made.borrow()[made].values[usize::from(col)].clone(),
            None => self.facts.event_value(event, col),
        }
    }

    fn at(&self, event: EventRef) -> i64 {
        match event.row.checked_sub(MADE) {
            Some(made) => {
                let made = &self.made.borrow()[made];
                made.values[usize::from(Schema::AT)].int().unwrap_or(0)
            }
            None => self.facts.at(event),
        }
    }

    fn precedes(&self, one: EventRef, other: EventRef) -> bool {
        let (at, other_at) = (self.at(one), self.at(other));
        if at != other_at {
            return at < other_at;
        }
        // The two are of one instant: whichever comes first there.
        let seen = self.seen.borrow();
        let from = seen.partition_point(|event| self.at(*event) < at);
        let first = seen[from..]
            .iter()
            .find(|event| **event == one || **event == other);
        one != other && first == Some(&one)
    }

    fn history(&self, kinds: &[KindId], _: usize) -> Vec<EventRef> {
        let seen = self.seen.borrow();
        let events = seen[..self.visible.get()].iter();
        let of_kinds = events.filter(|event| kinds.contains(&event.kind));
        of_kinds.copied().collect()
    }

    fn key<'f>(&'f self, schema: &Schema, _: usize) -> &'f str {
        self.facts.key(schema, self.row.get())
    }

    fn catalogs(&self) -> &Arc<Catalogs> {
        self.facts.catalogs()
    }

    fn forced_arm(&self, experiment: &str, _: usize) -> Option<Option<u32>> {
        if let Some((of, arm)) = &*self.assumed.borrow()
            && **of == *experiment
        {
            return Some(*arm);
        }
        let forced = self.arms.iter().find(|(of, _)| **of == *experiment);
        forced.map(|(_, arm)| *arm)
    }
}
