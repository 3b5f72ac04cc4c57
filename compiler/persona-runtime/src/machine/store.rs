//! What a stream knows of people: attributes, events column by column, and for each the state and the next instant. Erases
//! what is deleted. Shows the catalogs that it was given. Decides nothing.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;
use persona_base::IndexVec;
use persona_ir::{ColId, KindId, Schema, Table, Ty};
use rustc_hash::{FxBuildHasher, FxHasher};

use crate::flips::NEVER;
use crate::order::canonical;
use crate::{Catalogs, EventRef, Facts, Value};

/// The owner of events that are duplicates.
const NOBODY: u32 = u32::MAX;

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

/// The events of a kind.
#[derive(Debug)]
pub(super) struct Events {
    columns: Vec<Cells>,
    owner: Vec<u32>,
    /// Rows that are free to be used again.
    free: Vec<u32>,
    /// Rows with an identifier, by owner and identifier.
    ids: HashTable<u32>,
}

/// A column.
#[derive(Debug)]
enum Cells {
    Int(Vec<i64>, Vec<bool>),
    Float(Vec<f64>, Vec<bool>),
    Str(Vec<Option<Arc<str>>>),
    Enum(Vec<u32>, Vec<bool>),
    Other(Vec<Value>),
}

impl Cells {
    fn new(ty: &Ty) -> Self {
        match ty {
            Ty::Float => Self::Float(Vec::new(), Vec::new()),
            Ty::Str => Self::Str(Vec::new()),
            Ty::Enum(_) => Self::Enum(Vec::new(), Vec::new()),
            ty if ty.is_integer() => Self::Int(Vec::new(), Vec::new()),
            _ => Self::Other(Vec::new()),
        }
    }

    fn get(&self, row: usize) -> Value {
        match self {
            Self::Int(values, known) if known[row] => Value::Int(values[row]),
            Self::Float(values, known) if known[row] => Value::Float(values[row]),
            Self::Enum(values, known) if known[row] => Value::Enum(values[row]),
            Self::Str(values) => values[row].clone().map_or(Value::Missing, Value::Str),
            Self::Other(values) => values[row].clone(),
            Self::Int(..) | Self::Float(..) | Self::Enum(..) => Value::Missing,
        }
    }

    /// Sets a row, which is one behind the last at most. A value of another type than the column's is missing.
    fn set(&mut self, row: usize, value: Value) {
        fn put<T>(values: &mut Vec<T>, row: usize, value: T) {
            match values.get_mut(row) {
                Some(place) => *place = value,
                None => values.push(value),
            }
        }
        match self {
            Self::Int(values, known) => {
                put(values, row, value.int().unwrap_or(0));
                put(known, row, value.int().is_some());
            }
            Self::Float(values, known) => {
                put(values, row, value.float().unwrap_or(0.0));
                put(known, row, value.float().is_some());
            }
            Self::Enum(values, known) => {
                let index = match value {
                    Value::Enum(index) => Some(index),
                    _ => None,
                };
                put(values, row, index.unwrap_or(0));
                put(known, row, index.is_some());
            }
            Self::Str(values) => {
                let text = match value {
                    Value::Str(text) => Some(text),
                    _ => None,
                };
                put(values, row, text);
            }
            Self::Other(values) => put(values, row, value),
        }
    }
}

fn hash(of: impl Hash) -> u64 {
    FxBuildHasher.hash_one(of)
}

fn hash_id(owner: u32, id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (owner, id).hash(&mut hasher);
    hasher.finish()
}

impl Events {
    fn new(table: &Table) -> Self {
        Self {
            columns: table
                .columns
                .iter()
                .map(|column| Cells::new(&column.ty))
                .collect(),
            owner: Vec::new(),
            free: Vec::new(),
            ids: HashTable::new(),
        }
    }

    fn id(&self, row: u32) -> Option<&str> {
        match &self.columns[usize::from(Schema::ID)] {
            Cells::Str(values) => values[row as usize].as_deref(),
            _ => None,
        }
    }

    pub(super) fn at(&self, row: u32) -> i64 {
        match &self.columns[usize::from(Schema::AT)] {
            Cells::Int(values, _) => values[row as usize],
            _ => 0,
        }
    }

    pub(super) fn values(&self, row: u32) -> Vec<Value> {
        self.columns
            .iter()
            .map(|cells| cells.get(row as usize))
            .collect()
    }

    /// What orders events of one instant and kind.
    pub(super) fn tie(&self, row: u32) -> (Option<Vec<u8>>, Vec<u8>) {
        let id = self.id(row).map(|id| id.as_bytes().to_vec());
        (id, canonical(&self.values(row)))
    }

    /// Adds an event, which is not looked for by its identifier yet.
    pub(super) fn add(&mut self, owner: u32, values: impl IntoIterator<Item = Value>) -> u32 {
        let row = self.free.pop().unwrap_or_else(|| {
            self.owner.push(owner);
            u32::try_from(self.owner.len() - 1).expect("fewer than 2^32 events of a kind")
        });
        self.owner[row as usize] = owner;
        for (cells, value) in self.columns.iter_mut().zip(values) {
            cells.set(row as usize, value);
        }
        row
    }

    /// The event of an owner with an identifier.
    pub(super) fn find(&self, owner: u32, id: &str) -> Option<u32> {
        let same = |row: &u32| self.owner[*row as usize] == owner && self.id(*row) == Some(id);
        self.ids.find(hash_id(owner, id), same).copied()
    }

    /// Whether an event is found by its identifier.
    pub(super) fn knows(&self, row: u32) -> bool {
        let id = self.id(row);
        id.is_some_and(|id| self.find(self.owner[row as usize], id) == Some(row))
    }

    /// From now on an event is found by its identifier.
    pub(super) fn know(&mut self, row: u32) {
        let owner = self.owner[row as usize];
        if let Some(id) = self.id(row) {
            let code = hash_id(owner, id);
            let (columns, owners) = (&self.columns, &self.owner);
            let rehash = |row: &u32| match &columns[usize::from(Schema::ID)] {
                Cells::Str(ids) => {
                    let id = ids[*row as usize].as_deref().unwrap_or_default();
                    hash_id(owners[*row as usize], id)
                }
                _ => 0,
            };
            self.ids.insert_unique(code, row, rehash);
        }
    }

    /// From now on an event is not found by its identifier.
    pub(super) fn unknow(&mut self, row: u32) {
        let Some(id) = self.id(row) else {
            return;
        };
        let code = hash_id(self.owner[row as usize], id);
        if let Ok(entry) = self.ids.find_entry(code, |other| *other == row) {
            entry.remove();
        }
    }

    /// An event is a duplicate: it is not looked at, and not found.
    pub(super) fn set_aside(&mut self, row: u32) {
        self.unknow(row);
        self.owner[row as usize] = NOBODY;
    }

    pub(super) fn is_aside(&self, row: u32) -> bool {
        self.owner[row as usize] == NOBODY
    }

    /// Erases an event, which nothing refers to any more.
    pub(super) fn erase(&mut self, row: u32) {
        self.unknow(row);
        for cells in &mut self.columns {
            cells.set(row as usize, Value::Missing);
        }
        self.free.push(row);
    }
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
        self.tables[event.kind].columns[usize::from(col)].get(event.row)
    }

    fn at(&self, event: EventRef) -> i64 {
        match &self.tables[event.kind].columns[usize::from(Schema::AT)] {
            Cells::Int(values, _) => values[event.row],
            _ => 0,
        }
    }

    fn precedes(&self, one: EventRef, other: EventRef) -> bool {
        let owner = self.tables[one.kind].owner[one.row] as usize;
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
