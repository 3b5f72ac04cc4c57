//! Identifiers of events while they are read. Most are unique, so they lie one after the other and are never looked
//! up in a table; their hashes tell which rows of one profile are worth comparing.

use std::cmp::Ordering;

use persona_runtime::{Column, Strings};

use super::builder::{ColumnBuilder, Interner, Width};
use super::lanes::retain_from;
use crate::value::read::Cell;

/// A growing column of identifiers; no identifier is empty, so that empty means missing.
#[derive(Debug, Default)]
pub(crate) struct IdColumn {
    bytes: String,
    ends: Vec<usize>,
    hashes: Vec<u64>,
}

impl IdColumn {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn push(&mut self, id: Option<&str>) {
        let id = id.unwrap_or("");
        self.bytes.push_str(id);
        self.ends.push(self.bytes.len());
        self.hashes
            .push(if id.is_empty() { MISSING } else { hash(id) });
    }

    /// Drops all rows.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.hashes.clear();
    }

    /// Appends another column's identifiers.
    pub(crate) fn append(&mut self, other: &Self) {
        let start = self.bytes.len();
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| start + end));
        self.hashes.extend_from_slice(&other.hashes);
    }

    /// Keeps the rows from `from` on that `keep` names.
    pub(crate) fn retain_from(&mut self, from: usize, keep: &dyn Fn(usize) -> bool) {
        let start = if from == 0 { 0 } else { self.ends[from - 1] };
        let tail = self.bytes.split_off(start);
        let ends = self.ends.split_off(from);
        let mut begin = start;
        for (at, end) in (from..).zip(ends) {
            if keep(at) {
                self.bytes.push_str(&tail[begin - start..end - start]);
                self.ends.push(self.bytes.len());
            }
            begin = end;
        }
        retain_from(&mut self.hashes, from, keep);
    }

    /// The identifier of a row.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        let id = &self.bytes[start..self.ends[row]];
        (!id.is_empty()).then_some(id)
    }

    /// Missing first, then by bytes.
    pub(crate) fn compare(&self, a: usize, b: usize) -> Ordering {
        self.get(a).cmp(&self.get(b))
    }

    /// Whether two of these rows may have one identifier: never wrongly no.
    pub(crate) fn may_repeat(&self, rows: &[u32], hashes: &mut Vec<u64>) -> bool {
        hashes.clear();
        hashes.extend(
            rows.iter()
                .map(|row| self.hashes[*row as usize])
                .filter(|hash| *hash != MISSING),
        );
        hashes.sort_unstable();
        hashes.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// The finished column, its rows in the order of `rows`.
    pub(crate) fn gather(&self, rows: &[u32], strings: &mut Strings) -> Column {
        let mut interner = Interner {
            kept: std::mem::take(strings),
            scratch: Strings::new(),
        };
        let mut column = ColumnBuilder::new(&persona_ir::Ty::Str, true);
        for row in rows {
            let id = self.get(*row as usize);
            column.push(id.map(|id| Cell::Str(id.into())), &mut interner);
        }
        *strings = interner.kept;
        column.finish(Width::Wide)
    }
}

/// The hash of no identifier, which no identifier has.
const MISSING: u64 = 0;

fn hash(text: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish() | 1
}
