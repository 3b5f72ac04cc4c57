//! The rows of a file, from a dataset: which records it has and in which order, and what stands in each column. The same whatever the
//! threads. Writes nothing.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use persona_ir::{Plan, SourceFormat, SourceTarget, Ty};
use persona_runtime::{Dataset, Value, calendar};

use super::super::look::Look;
use super::super::person::Person;
use super::super::rng::Rng;
use super::super::{Generation, purpose_of};
use super::layout::{Cell, From, Layout, Part};

/// The purpose of the numbers that decide which rows are spoilt, and how.
const SPOILS: &str = "spoils";

/// A file's rows.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    plan: &'a Plan,
    data: &'a Dataset,
    layout: &'a Layout,
    generation: &'a Generation,
    /// Of so many rows one is spoilt: a share.
    dirty: f64,
    /// The records: which part, and which row of its table.
    records: Vec<(u32, u32)>,
    /// How many rows were spoilt.
    pub(super) spoilt: AtomicUsize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        data: &'a Dataset,
        layout: &'a Layout,
        generation: &'a Generation,
        dirty: f64,
    ) -> Self {
        let mut records: Vec<(i64, u32, u32)> = Vec::new();
        for (number, part) in (0_u32..).zip(&layout.parts) {
            of_part(data, part, |at, row| records.push((at, number, row)));
        }
        // People and items by their keys, then what happened, by time.
        records.sort_unstable();
        Self {
            plan,
            data,
            layout,
            generation,
            dirty,
            records: records
                .into_iter()
                .map(|(_, part, row)| (part, row))
                .collect(),
            spoilt: AtomicUsize::new(0),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The rows of some records.
    pub(super) fn make(&self, records: Range<usize>) -> Vec<Vec<Value>> {
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let (part, row) = self.records[record];
            let part = &self.layout.parts[part as usize];
            let first = rows.len();
            self.record(record, part, row as usize, &mut rows);
            if self.dirty > 0.0 {
                self.spoil(record, part, &mut rows, first);
            }
        }
        rows
    }

    fn record(&self, record: usize, part: &Part, row: usize, rows: &mut Vec<Vec<Value>>) {
        let owner = self.owner(part.target, row);
        let list = part.each.map(|col| self.column(part.target, col, row));
        let elements = list
            .as_ref()
            .and_then(Value::list)
            .map_or(1, <[Value]>::len);
        for element in 0..elements.max(1) {
            let mut cells = vec![Value::Missing; self.layout.columns.len()];
            for cell in &part.cells {
                let value = self.value(cell, part.target, row, owner, element, record);
                self.put(cell, &value, &mut cells);
            }
            for cell in &part.carried {
                let owner = owner.unwrap_or(row);
                let target = SourceTarget::Profile;
                let value = self.value(cell, target, owner, Some(owner), element, record);
                self.put(cell, &value, &mut cells);
            }
            rows.push(cells);
        }
    }

    fn put(&self, cell: &Cell, value: &Value, cells: &mut [Value]) {
        let column = &self.layout.columns[cell.column];
        let mut value = cell.written.value(self.plan, &cell.ty, value);
        if column.ty == Ty::Str && !matches!(value, Value::Str(_) | Value::Missing) {
            let text = persona_io::cell_text(&value, &cell.written.ty, &self.plan.schema);
            value = Value::text(text);
        }
        cells[cell.column] = value;
    }

    /// The profile that an event is of.
    fn owner(&self, target: SourceTarget, row: usize) -> Option<usize> {
        let SourceTarget::Event(kind) = target else {
            return (target == SourceTarget::Profile).then_some(row);
        };
        let offsets = &self.data.events[kind].offsets;
        Some(offsets.partition_point(|end| *end as usize <= row) - 1)
    }

    fn column(&self, target: SourceTarget, col: persona_ir::ColId, row: usize) -> Value {
        match target {
            SourceTarget::Profile => self.data.value(&self.data.columns[col], row),
            SourceTarget::Event(kind) => self.data.value(&self.data.events[kind].columns[col], row),
            SourceTarget::Catalog(catalog) => self.data.catalogs.value(catalog, col, row),
        }
    }

    fn value(
        &self,
        cell: &Cell,
        target: SourceTarget,
        row: usize,
        owner: Option<usize>,
        element: usize,
        record: usize,
    ) -> Value {
        let value = match cell.from {
            From::Nowhere => Value::Missing,
            From::Key => owner.map_or(Value::Missing, |owner| {
                Value::text(self.data.key(&self.plan.schema, owner))
            }),
            From::Column(col) => self.column(target, col, row),
            From::Element(list, child) => match self.column(target, list, row).list() {
                Some(elements) => match elements.get(element) {
                    Some(Value::Record(fields)) => fields[child].clone(),
                    Some(single) => single.clone(),
                    None => Value::Missing,
                },
                None => Value::Missing,
            },
            From::Record => Value::Int(i64::try_from(record + 1).unwrap_or(i64::MAX)),
            From::Name(number) => self.by_name(cell, number, owner.unwrap_or(row), record),
        };
        match (&cell.ty, value) {
            // Files that people export count seconds.
            (Ty::Timestamp, Value::Int(at)) => Value::Int(at - at.rem_euclid(calendar::SECOND)),
            (_, value) => value,
        }
    }

    /// What a column's name alone lets one expect.
    fn by_name(&self, cell: &Cell, number: bool, person: usize, record: usize) -> Value {
        let name = &*cell.written.column;
        let mut rng = Rng::of(self.generation.seed, purpose_of(name), record);
        if number {
            let few = super::super::field::is_few(&name.to_lowercase());
            let number = if few {
                rng.popular(6) as i64 + 1
            } else {
                (rng.heavy() * 20.0) as i64
            };
            return Value::Int(number);
        }
        let person = Person::of(self.generation.seed, person, self.generation.now);
        let mut text = String::new();
        Look::of(name, None, &[], false).write(&mut rng, &person, record, &mut text);
        Value::text(text)
    }

    /// Makes some rows such as people have to live with: said twice, with something missing, with something that is no number, in
    /// another spelling.
    fn spoil(&self, record: usize, part: &Part, rows: &mut Vec<Vec<Value>>, first: usize) {
        let purpose = purpose_of(SPOILS) ^ purpose_of(&part.source);
        let mut rng = Rng::of(self.generation.seed, purpose, record);
        if rng.unit() >= self.dirty || rows.len() == first {
            return;
        }
        self.spoilt.fetch_add(1, Ordering::Relaxed);
        let cells: Vec<&Cell> = part.cells.iter().collect();
        let cell = cells[rng.below(cells.len())];
        let texts = matches!(
            self.layout.format,
            SourceFormat::Csv { .. } | SourceFormat::Ndjson
        );
        let how = rng.below(10);
        let (column, row) = (cell.column, first);
        let is_text = self.layout.columns[column].ty == Ty::Str;
        let known = rows[row][column].is_known();
        if how < 3 || !known {
            let again = rows[first].clone();
            rows.push(again);
        } else if how < 6 {
            rows[row][column] = Value::Missing;
        } else if texts && !is_text {
            const WRONG: [&str; 5] = ["n/a", "unknown", "31.02.2025", "-", "#REF!"];
            rows[row][column] = Value::text(WRONG[rng.below(WRONG.len())]);
        } else if let Some(text) = rows[row][column].str() {
            let other = match rng.below(3) {
                0 => format!(" {text}"),
                1 => text.to_uppercase(),
                _ => text.replace('@', "(at)"),
            };
            rows[row][column] = Value::text(other);
        } else {
            rows[row][column] = Value::Missing;
        }
    }
}

/// The rows of a part's table that are in its file, with when they happened.
fn of_part(data: &Dataset, part: &Part, mut take: impl FnMut(i64, u32)) {
    let has_row = |profile: usize| data.has_row.as_ref().is_none_or(|rows| rows.value(profile));
    match part.target {
        SourceTarget::Profile => (0_u32..)
            .zip(0..data.profiles)
            .filter(|(_, profile)| has_row(*profile))
            .for_each(|(row, _)| take(i64::MIN, row)),
        SourceTarget::Catalog(catalog) => {
            let items = data.catalogs.len(catalog);
            (0_u32..)
                .zip(0..items)
                .for_each(|(row, _)| take(i64::MIN, row));
        }
        SourceTarget::Event(kind) => {
            let events = &data.events[kind];
            let (place, parts) = part.share;
            for profile in (0..data.profiles).filter(|profile| has_row(*profile)) {
                for row in events.rows(profile).filter(|row| row % parts == place) {
                    let number = u32::try_from(row).expect("events are numbered with 32 bits");
                    take(events.at(row), number);
                }
            }
        }
    }
}
