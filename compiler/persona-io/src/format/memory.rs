//! Arrow batches of a caller's as batches of raw rows. They are cut where they are long, so that several threads have work.

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::{Opened, Piece, Pieces, arrow};
use crate::error::{LoadError, LoadErrorKind};

/// Opens batches as if they were a file; they have one schema.
pub(crate) fn open(
    batches: &Arc<[RecordBatch]>,
    wanted: &[Arc<str>],
    batch_rows: usize,
) -> Result<Opened, Box<LoadError>> {
    let mut opened = Opened {
        columns: None,
        present: vec![true; wanted.len()],
        pieces: Box::new(Cut {
            batches: batches.clone(),
            wanted: wanted.to_vec(),
            batch_rows: batch_rows.max(1),
            batch: 0,
            from: 0,
            row: 1,
        }),
    };
    let Some(first) = batches.first() else {
        return Ok(opened);
    };
    let schema = first.schema();
    let alike = |batch: &&RecordBatch| batch.schema().fields() != schema.fields();
    if let Some(other) = batches.iter().position(|batch| alike(&batch)) {
        let message = format!(
            "batch {} has other columns than the first",
            other.saturating_add(1)
        );
        return Err(LoadError::new(LoadErrorKind::Columns, message)
            .help("give all batches of one table the same schema"));
    }
    (_, opened.present) = arrow::project(&schema, wanted)?;
    opened.columns = Some(arrow::dotted_names(&schema));
    Ok(opened)
}

struct Cut {
    batches: Arc<[RecordBatch]>,
    wanted: Vec<Arc<str>>,
    batch_rows: usize,
    /// The next row's batch, its place in that, and its number among all.
    batch: usize,
    from: usize,
    row: u64,
}

impl Pieces for Cut {
    fn next(&mut self) -> Result<Option<Piece>, Box<LoadError>> {
        while let Some(batch) = self.batches.get(self.batch) {
            let rows = self
                .batch_rows
                .min(batch.num_rows().saturating_sub(self.from));
            if rows == 0 {
                (self.batch, self.from) = (self.batch + 1, 0);
                continue;
            }
            let some = arrow::batch(&batch.slice(self.from, rows), &self.wanted, self.row)?;
            self.from += rows;
            self.row += rows as u64;
            return Ok(Some(Piece::Batch(some)));
        }
        Ok(None)
    }
}
