//! Datasets from single rows: for tests, examples and small inputs. Does what readers of sources do with valid rows
//! (defaults, order, duplicates, profiles known by their events), and validates nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use persona_base::IndexVec;
use persona_ir::{ColId, KindId, Schema, Table};

use crate::order::{EventKey, canonical};
use crate::{Catalogs, Column, Dataset, EventTable, Strings, Value, build, gather};

/// Collects rows in any order.
#[derive(Clone, Debug)]
pub struct DatasetBuilder<'a> {
    schema: &'a Schema,
    profiles: BTreeMap<Arc<str>, Person>,
    catalogs: Arc<Catalogs>,
}

/// A profile with its events.
#[derive(Clone, Debug, Default)]
struct Person {
    /// One value per column, if it has a row.
    row: Option<Vec<Value>>,
    /// One value per column of the kind, in the total order.
    events: BTreeMap<EventKey, Vec<Vec<Value>>>,
}

impl<'a> DatasetBuilder<'a> {
    /// A dataset without rows.
    pub fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            profiles: BTreeMap::new(),
            catalogs: Arc::default(),
        }
    }

    /// Gives the dataset catalogs.
    pub fn catalogs(&mut self, catalogs: Arc<Catalogs>) {
        self.catalogs = catalogs;
    }

    /// Adds a profile's row: one value per column; where one is missing, the column's default takes its place. A second
    /// row for a key replaces the first. A row without a key is left out.
    pub fn profile(&mut self, mut values: Vec<Value>) {
        fill(&mut values, &self.schema.profile);
        if let Some(Value::Str(key)) = values.get(usize::from(self.schema.key)).cloned() {
            self.profiles.entry(key).or_default().row = Some(values);
        }
    }

    /// Adds an event of a profile: one value per column of its kind, the first two the instant and the identifier. Of
    /// several with one identifier, the first in the total order stays. An event without an instant is left out.
    pub fn event(&mut self, profile: &str, kind: KindId, mut values: Vec<Value>) {
        fill(&mut values, &self.schema.events[kind]);
        let Some(Value::Int(at)) = values.get(usize::from(Schema::AT)) else {
            return;
        };
        let id = values.get(usize::from(Schema::ID)).and_then(Value::str);
        let key = EventKey {
            at: *at,
            kind,
            id: id.map(|id| id.as_bytes().to_vec()),
            row: canonical(&values),
        };
        let person = self.profiles.entry(profile.into()).or_default();
        person.events.entry(key).or_default().push(values);
    }

    /// The dataset.
    pub fn finish(mut self) -> Dataset {
        self.profiles.values_mut().for_each(drop_duplicates);
        // The texts of catalogs are the first, so that they have one code everywhere.
        let mut strings = Arc::clone(&self.catalogs.strings);
        let rows: Vec<Vec<Value>> = self
            .profiles
            .iter()
            .map(|(key, person)| self.row(key, person))
            .collect();
        let columns = columns(&self.schema.profile, &rows, &mut strings);
        // Small data have few repetitions: a dictionary wherever there are any, so that tests meet both ways.
        let most = rows.len().saturating_sub(1);
        let narrow = |column: Column| column.narrowed_with(&strings, most);
        let columns = columns.into_iter().map(narrow).collect();
        let kinds = self.schema.events.ids();
        let events = kinds.map(|kind| self.table(kind, &mut strings)).collect();
        let has_row: BooleanBuffer = self
            .profiles
            .values()
            .map(|person| person.row.is_some())
            .collect();
        Dataset {
            strings,
            profiles: rows.len(),
            has_row: (has_row.count_set_bits() < rows.len()).then_some(has_row),
            columns,
            events,
            catalogs: self.catalogs,
        }
    }

    fn row(&self, key: &Arc<str>, person: &Person) -> Vec<Value> {
        if let Some(row) = &person.row {
            return row.clone();
        }
        let mut values = vec![Value::Missing; self.schema.profile.columns.len()];
        fill(&mut values, &self.schema.profile);
        if let Some(value) = values.get_mut(usize::from(self.schema.key)) {
            *value = Value::Str(Arc::clone(key));
        }
        values
    }

    fn table(&self, kind: KindId, strings: &mut Arc<Strings>) -> EventTable {
        let (mut offsets, mut order, mut rows) = (vec![0], Vec::new(), Vec::new());
        for person in self.profiles.values() {
            let events = person
                .events
                .iter()
                .flat_map(|(key, rows)| rows.iter().map(move |row| (key.kind, row)));
            for (place, (_, row)) in events.enumerate().filter(|(_, (k, _))| *k == kind) {
                order.push(gather::offset(place));
                rows.push(row.clone());
            }
            offsets.push(gather::offset(rows.len()));
        }
        let columns = columns(&self.schema.events[kind], &rows, strings);
        EventTable {
            offsets: offsets.into(),
            columns,
            order: order.into(),
        }
    }
}

/// As many values as columns, with defaults for missing ones.
pub(crate) fn fill(values: &mut Vec<Value>, table: &Table) {
    values.resize(table.columns.len(), Value::Missing);
    for (value, column) in values.iter_mut().zip(&table.columns) {
        if let (Value::Missing, Some(default)) = (&*value, &column.default) {
            *value = default.into();
        }
    }
}

/// Events with one kind and identifier are one event: the first in the order counts.
fn drop_duplicates(person: &mut Person) {
    let mut seen = std::collections::BTreeSet::new();
    for (key, rows) in &mut person.events {
        if let Some(id) = &key.id {
            let first = seen.insert((key.kind, id.clone()));
            rows.truncate(usize::from(first));
        }
    }
}

pub(crate) fn columns(
    table: &Table,
    rows: &[Vec<Value>],
    strings: &mut Arc<Strings>,
) -> IndexVec<ColId, Column> {
    let columns = table.columns.iter_enumerated().map(|(col, def)| {
        let values: Vec<Value> = rows
            .iter()
            .map(|row| row[usize::from(col)].clone())
            .collect();
        build::column(&values, &def.ty, strings)
    });
    columns.collect()
}
