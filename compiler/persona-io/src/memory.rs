//! Rows that a caller has in memory, as Arrow, in the place of a source's files. They are read as an Arrow file would be.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;

/// Rows in memory, by the names of the sources that they are the rows of. Sources without any are read from their files.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    tables: BTreeMap<Arc<str>, Arc<[RecordBatch]>>,
}

impl Memory {
    /// Gives a source its rows, instead of those that it had.
    pub fn set(&mut self, source: Arc<str>, batches: impl Into<Arc<[RecordBatch]>>) {
        self.tables.insert(source, batches.into());
    }

    /// The rows of a source.
    pub(crate) fn of(&self, source: &str) -> Option<&Arc<[RecordBatch]>> {
        self.tables.get(source)
    }
}
