//! Parquet as batches: only wanted columns are decoded. A decoder that gives up, or even panics, on a damaged file is
//! reported as an error of the file.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::ParquetMetaData;

use super::batch::Batch;
use super::{BatchReader, Opened, arrow, read_error};
use crate::error::LoadError;

pub(super) fn open(
    file: File,
    wanted: &[Arc<str>],
    batch_rows: usize,
) -> Result<Opened, Box<LoadError>> {
    let size = file.metadata().map_err(|error| read_error(&error))?.len();
    let builder = guarded("its footer cannot be read", || {
        ParquetRecordBatchReaderBuilder::try_new(file)
    })?;
    guarded("it cannot hold what it says it holds", || {
        check(builder.metadata(), size)
    })?;
    let schema = builder.schema().clone();
    let (roots, present) = arrow::project(&schema, wanted)?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let reader = guarded("its columns cannot be read", || {
        builder
            .with_projection(mask)
            .with_batch_size(batch_rows)
            .build()
    })?;
    Ok(Opened {
        reader: Box::new(ParquetReader {
            reader,
            wanted: wanted.to_vec(),
            row: 1,
        }),
        columns: Some(arrow::dotted_names(&schema)),
        present,
    })
}

/// Fails where a column lies beyond the file's end: the decoder asks for as much memory as the file says it needs.
fn check(metadata: &ParquetMetaData, size: u64) -> Result<(), &'static str> {
    for column in metadata
        .row_groups()
        .iter()
        .flat_map(|group| group.columns())
    {
        let (start, length) = column.byte_range();
        if start.checked_add(length).is_none_or(|end| end > size) {
            return Err("a part of it lies beyond its end");
        }
    }
    Ok(())
}

struct ParquetReader {
    reader: ParquetRecordBatchReader,
    wanted: Vec<Arc<str>>,
    row: u64,
}

impl BatchReader for ParquetReader {
    fn next(&mut self) -> Result<Option<Batch>, Box<LoadError>> {
        let what = format!("it ends or breaks after row {}", self.row - 1);
        let record = guarded(&what, || self.reader.next().transpose())?;
        let Some(record) = record else {
            return Ok(None);
        };
        let batch = arrow::batch(&record, &self.wanted, self.row)?;
        self.row += record.num_rows() as u64;
        Ok(Some(batch))
    }
}

/// Runs the decoder; what goes wrong inside is an error of the file.
pub(super) fn guarded<T, E: std::fmt::Display>(
    what: &str,
    run: impl FnOnce() -> Result<T, E>,
) -> Result<T, Box<LoadError>> {
    let damaged = |detail: &str| {
        let error = LoadError::format(format!(
            "this file is damaged or incomplete: {what} ({detail})"
        ));
        error.help("write it again, or copy it again as a whole")
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(damaged(&error.to_string())),
        Err(_) => Err(damaged("the decoder gave up")),
    }
}
