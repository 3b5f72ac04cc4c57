//! The events of one kind that a stream knows: column by column, each with its owner, found by their identifiers. Decides nothing.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;
use persona_ir::{ColId, Schema, Table, Ty};
use rustc_hash::FxHasher;

use crate::Value;
use crate::order::canonical;

/// The owner of events that are duplicates.
const NOBODY: u32 = u32::MAX;

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

fn hash_id(owner: u32, id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (owner, id).hash(&mut hasher);
    hasher.finish()
}

impl Events {
    pub(super) fn new(table: &Table) -> Self {
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

    /// The value of a column.
    pub(super) fn value(&self, row: usize, col: ColId) -> Value {
        self.columns[usize::from(col)].get(row)
    }

    /// Whose an event is.
    pub(super) fn owner(&self, row: u32) -> u32 {
        self.owner[row as usize]
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
