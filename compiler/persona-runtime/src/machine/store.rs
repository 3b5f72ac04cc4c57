//! What a stream knows of people: attributes, events column by column, and for each the state and the next instant. Erases
//! what is deleted. Shows the catalogs that it was given. Decides nothing.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use hashbrown::HashTable;
use persona_base::IndexVec;
use persona_ir::{ColId, KindId, Schema};
use rustc_hash::FxBuildHasher;

use super::events::Events;
use crate::flips::NEVER;
use crate::{Catalogs, EventRef, Facts, Value};

/// What is known of people.
#[derive(Debug)]
pub struct Store {
    pub(super) people: Vec<Profile>,
    keys: HashTable<u32>,
    /// Numbers of profiles that were deleted.
    free: Vec<u32>,
    serial: u64,
    pub(super) tables: IndexVec<KindId, Events>,
    schema: Arc<Schema>,
    /// The package's, and nobody's in particular: shared, never changed.
    pub(super) catalogs: Arc<Catalogs>,
}

/// One person.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) key: Arc<str>,
    /// One value per column; nothing where all have their defaults.
    values: Option<Box<[Value]>>,
    /// The events that were processed, in order: kind and row.
    pub(super) history: Vec<(u32, u32)>,
    pub(super) state: Box<[u8]>,
    pub(super) next: i64,
    /// Whether something of the profile was there at the stream's start.
    pub(super) known: bool,
    /// When it is deleted: nothing that waits from then on is looked at. What comes later with its key is another profile.
    pub(super) deleted: i64,
    /// Profiles in the order in which they came; numbers are used again, these are not.
    pub(super) serial: u64,
}

impl Profile {
    /// The values, where not all are their columns' defaults.
    pub(super) fn row(&self) -> Option<&[Value]> {
        self.values.as_deref()
    }

    /// Whether this is a profile, and no free place.
    pub(super) fn is_there(&self) -> bool {
        !self.key.is_empty()
    }
}

fn hash(of: impl Hash) -> u64 {
    FxBuildHasher.hash_one(of)
}

impl Store {
    pub(super) fn new(schema: &Schema) -> Self {
        Self {
            people: Vec::new(),
            keys: HashTable::new(),
            free: Vec::new(),
            serial: 0,
            tables: schema.events.iter().map(Events::new).collect(),
            schema: Arc::new(schema.clone()),
            catalogs: Arc::clone(Catalogs::none()),
        }
    }

    /// The person with a key, if there is one.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        let same = |person: &u32| *self.people[*person as usize].key == *key;
        self.keys.find(hash(key), same).copied()
    }

    /// The person with a key, perhaps new.
    pub(super) fn person(&mut self, key: &Arc<str>) -> u32 {
        self.find(key).unwrap_or_else(|| {
            let person = self.add(key);
            self.name(person);
            person
        })
    }

    /// A new person, who is not found by their key yet.
    pub(super) fn add(&mut self, key: &Arc<str>) -> u32 {
        self.serial += 1;
        let profile = Profile {
            key: Arc::clone(key),
            values: None,
            history: Vec::new(),
            state: Box::default(),
            next: NEVER,
            known: false,
            deleted: NEVER,
            serial: self.serial,
        };
        match self.free.pop() {
            Some(person) => {
                self.people[person as usize] = profile;
                person
            }
            None => {
                self.people.push(profile);
                u32::try_from(self.people.len() - 1).expect("fewer than 2^32 people")
            }
        }
    }

    /// From now on a person is found by their key.
    pub(super) fn name(&mut self, person: u32) {
        let people = &self.people;
        let rehash = |person: &u32| hash(&*people[*person as usize].key);
        self.keys.insert_unique(rehash(&person), person, rehash);
    }

    /// Gives columns of a profile values.
    pub(super) fn set(&mut self, person: u32, values: Vec<(ColId, Value)>) {
        if values.is_empty() {
            return;
        }
        let profile = &mut self.people[person as usize];
        let columns = &self.schema.profile.columns;
        let default = |column: &persona_ir::Column| {
            let default = column.default.as_ref();
            default.map_or(Value::Missing, Value::from)
        };
        let row = profile
            .values
            .get_or_insert_with(|| columns.iter().map(default).collect());
        for (col, value) in values {
            if let Some(place) = row.get_mut(usize::from(col)) {
                *place = value;
            }
        }
    }

    /// From an instant on, a profile is deleted; its key is free at once.
    pub(super) fn delete(&mut self, person: u32, at: i64) {
        let profile = &mut self.people[person as usize];
        profile.deleted = at;
        let code = hash(&*profile.key);
        if let Ok(entry) = self.keys.find_entry(code, |other| *other == person) {
            entry.remove();
        }
    }

    /// Erases all that is known of a person that is deleted.
    pub(super) fn erase(&mut self, person: u32) {
        let profile = &mut self.people[person as usize];
        let history = std::mem::take(&mut profile.history);
        profile.key = "".into();
        profile.values = None;
        profile.state = Box::default();
        profile.next = NEVER;
        for (kind, row) in history {
            self.tables[KindId(kind)].erase(row);
        }
        self.free.push(person);
    }
}

/// The row of an event of a store.
pub(super) fn row_of(event: EventRef) -> u32 {
    u32::try_from(event.row).expect("fewer than 2^32 events of a kind")
}

impl Facts for Store {
    fn profile_value(&self, col: ColId, profile: usize) -> Value {
        let person = &self.people[profile];
        if col == self.schema.key {
            return Value::Str(Arc::clone(&person.key));
        }
        match &person.values {
            Some(values) => values[usize::from(col)].clone(),
            None => {
                let default = self.schema.profile.columns[col].default.as_ref();
                default.map_or(Value::Missing, Value::from)
            }
        }
    }

    fn event_value(&self, event: EventRef, col: ColId) -> Value {
        self.tables[event.kind].value(event.row, col)
    }

    fn at(&self, event: EventRef) -> i64 {
        self.tables[event.kind].at(row_of(event))
    }

    fn precedes(&self, one: EventRef, other: EventRef) -> bool {
        let owner = self.tables[one.kind].owner(row_of(one)) as usize;
        let history = &self.people[owner].history;
        let is = |event: EventRef, (kind, row): (u32, u32)| {
            event.kind.0 == kind && event.row == row as usize
        };
        let first = history.iter().find(|of| is(one, **of) || is(other, **of));
        one != other && first.is_some_and(|of| is(one, *of))
    }

    fn history(&self, kinds: &[KindId], profile: usize) -> Vec<EventRef> {
        let history = self.people[profile].history.iter();
        let events = history.map(|(kind, row)| EventRef {
            kind: KindId(*kind),
            row: *row as usize,
        });
        events.filter(|event| kinds.contains(&event.kind)).collect()
    }

    fn key<'f>(&'f self, _: &Schema, profile: usize) -> &'f str {
        &self.people[profile].key
    }

    fn catalogs(&self) -> &Arc<Catalogs> {
        &self.catalogs
    }
}
