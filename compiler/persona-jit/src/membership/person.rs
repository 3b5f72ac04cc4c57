//! One person while things happen: the row of their values, and their events of each kind in the total order. Does what
//! readers of sources do with valid rows (defaults, order, duplicates), and knows nothing of time or of rules.

use std::cmp::Ordering;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{ColId, KindId, Schema, Table};
use persona_runtime::order::canonical;
use persona_runtime::{Catalogs, Dataset, EventRef, Facts, Value};
use rustc_hash::FxHashSet;

/// A row with its events.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) key: Arc<str>,
    row: Vec<Value>,
    kinds: IndexVec<KindId, Kind>,
    catalogs: Arc<Catalogs>,
}

/// The events of one kind, in the total order.
#[derive(Clone, Debug, Default)]
struct Kind {
    events: Vec<Event>,
    ids: FxHashSet<Arc<str>>,
}

#[derive(Clone, Debug)]
struct Event {
    at: i64,
    values: Box<[Value]>,
}

/// Where an event went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// Behind all events of its kind.
    Last(EventRef),
    /// Before others, which moved; or in place of a later one with its identifier.
    Between,
    /// Nowhere: there is an earlier one with its identifier.
    Duplicate,
}

impl Person {
    /// A person of whom nothing is known but the key.
    pub(super) fn new(schema: &Schema, key: &str, catalogs: &Arc<Catalogs>) -> Self {
        let mut row = defaults(&schema.profile);
        if let Some(value) = row.get_mut(usize::from(schema.key)) {
            *value = Value::from(key);
        }
        Self {
            key: key.into(),
            row,
            kinds: schema.events.iter().map(|_| Kind::default()).collect(),
            catalogs: Arc::clone(catalogs),
        }
    }

    /// A person of a dataset.
    pub(super) fn of(schema: &Schema, data: &Dataset, profile: usize) -> Self {
        let mut person = Self::new(schema, data.key(schema, profile), &data.catalogs);
        let row = data
            .columns
            .iter()
            .map(|column| data.value(column, profile));
        person.row = row.collect();
        for (kind, table) in data.events.iter_enumerated() {
            for row in table.rows(profile) {
                let values = table.columns.iter().map(|column| data.value(column, row));
                let values: Box<[Value]> = values.collect();
                let events = &mut person.kinds[kind];
                if let Some(Value::Str(id)) = values.get(usize::from(Schema::ID)) {
                    events.ids.insert(Arc::clone(id));
                }
                let at = table.at(row);
                events.events.push(Event { at, values });
            }
        }
        person
    }

    /// Gives a column another value; its default where it is missing.
    pub(super) fn set(&mut self, schema: &Schema, col: ColId, value: Value) {
        let default = schema.profile.columns[col].default.as_ref();
        let value = match default {
            Some(default) if !value.is_known() => default.into(),
            _ => value,
        };
        self.row[usize::from(col)] = value;
    }

    /// The value of a column.
    pub(super) fn value(&self, col: ColId) -> &Value {
        &self.row[usize::from(col)]
    }

    /// The value of an event's column.
    pub(super) fn field(&self, event: EventRef, col: ColId) -> &Value {
        &self.kinds[event.kind].events[event.row].values[usize::from(col)]
    }

    /// Puts an event into its place, `at` being its instant.
    pub(super) fn insert(
        &mut self,
        schema: &Schema,
        kind: KindId,
        at: i64,
        mut values: Vec<Value>,
    ) -> Placed {
        fill(&mut values, &schema.events[kind]);
        let events = &mut self.kinds[kind];
        let mut replaced = false;
        if let Some(Value::Str(id)) = values.get(usize::from(Schema::ID))
            && !events.ids.insert(Arc::clone(id))
        {
            let same = |event: &Event| {
                event
                    .values
                    .get(usize::from(Schema::ID))
                    .and_then(Value::str)
                    == Some(id)
            };
            let Some(other) = events.events.iter().position(same) else {
                return Placed::Duplicate;
            };
            if order(&events.events[other], at, &values).is_le() {
                return Placed::Duplicate;
            }
            events.events.remove(other);
            replaced = true;
        }
        let place = events
            .events
            .partition_point(|event| order(event, at, &values).is_le());
        let last = place == events.events.len();
        let values = values.into();
        events.events.insert(place, Event { at, values });
        if last && !replaced {
            Placed::Last(EventRef { kind, row: place })
        } else {
            Placed::Between
        }
    }

    /// The number of events of a kind.
    pub(super) fn count(&self, kind: KindId) -> usize {
        self.kinds[kind].events.len()
    }
}

/// The order of an event and one with these values, of one kind.
fn order(event: &Event, at: i64, values: &[Value]) -> Ordering {
    let id = |values: &[Value]| match values.get(usize::from(Schema::ID)) {
        Some(Value::Str(id)) => Some(Arc::clone(id)),
        _ => None,
    };
    event.at.cmp(&at).then_with(|| {
        let ids = id(&event.values).cmp(&id(values));
        ids.then_with(|| canonical(&event.values).cmp(&canonical(values)))
    })
}

fn defaults(table: &Table) -> Vec<Value> {
    let mut values = Vec::new();
    fill(&mut values, table);
    values
}

/// As many values as columns, with defaults for missing ones.
fn fill(values: &mut Vec<Value>, table: &Table) {
    values.resize(table.columns.len(), Value::Missing);
    for (value, column) in values.iter_mut().zip(&table.columns) {
        if let (Value::Missing, Some(default)) = (&*value, &column.default) {
            *value = default.into();
        }
    }
}

/// The only profile has number 0.
impl Facts for Person {
    fn profile_value(&self, col: ColId, _profile: usize) -> Value {
        self.value(col).clone()
    }

    fn event_value(&self, event: EventRef, col: ColId) -> Value {
        self.field(event, col).clone()
    }

    fn at(&self, event: EventRef) -> i64 {
        self.kinds[event.kind].events[event.row].at
    }

    fn precedes(&self, one: EventRef, other: EventRef) -> bool {
        let place = |event: EventRef| (self.at(event), event.kind, event.row);
        place(one) < place(other)
    }

    fn history(&self, kinds: &[KindId], _profile: usize) -> Vec<EventRef> {
        let of = |kind: &KindId| {
            let kind = *kind;
            (0..self.count(kind)).map(move |row| EventRef { kind, row })
        };
        let mut events: Vec<EventRef> = kinds.iter().flat_map(of).collect();
        if kinds.len() > 1 {
            events.sort_by_key(|event| (self.at(*event), event.kind, event.row));
        }
        events
    }

    fn catalogs(&self) -> &Arc<Catalogs> {
        &self.catalogs
    }

    fn key<'f>(&'f self, _schema: &Schema, _profile: usize) -> &'f str {
        &self.key
    }
}
