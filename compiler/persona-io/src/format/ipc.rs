//! Arrow IPC as batches: the file format (also called Feather) and the stream, told apart by their first bytes.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::parquet::guarded;
use super::{Opened, Piece, Pieces, arrow, ipc_check, read_error};
use crate::error::LoadError;

const MAGIC: &[u8] = b"ARROW1";

pub(super) fn open(mut file: File, wanted: &[Arc<str>]) -> Result<Opened, Box<LoadError>> {
    let mut start = Vec::new();
    (&mut file)
        .take(8)
        .read_to_end(&mut start)
        .map_err(|error| read_error(&error))?;
    file.seek(SeekFrom::Start(0))
        .map_err(|error| read_error(&error))?;
    if start.is_empty() {
        return Err(LoadError::format("this file is empty"));
    }
    let is_file = start.starts_with(MAGIC);
    guarded("it cannot hold what it says it holds", || {
        if is_file {
            ipc_check::file(&mut file)
        } else {
            ipc_check::stream(&mut file)
        }
    })?;
    file.seek(SeekFrom::Start(0))
        .map_err(|error| read_error(&error))?;
    let input = BufReader::with_capacity(256 << 10, file);
    let (records, schema) = open_records(input, is_file)?;
    let (_, present) = arrow::project(&schema, wanted)?;
    Ok(Opened {
        pieces: Box::new(IpcReader {
            records,
            wanted: wanted.to_vec(),
            row: 1,
        }),
        columns: Some(arrow::dotted_names(&schema)),
        present,
    })
}

type Records = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

fn open_records(
    input: BufReader<File>,
    is_file: bool,
) -> Result<(Records, SchemaRef), Box<LoadError>> {
    guarded("its schema cannot be read", || {
        if is_file {
            let reader = FileReader::try_new(input, None)?;
            let schema = reader.schema();
            return Ok::<_, ArrowError>((Box::new(reader) as Records, schema));
        }
        let reader = StreamReader::try_new(input, None)?;
        let schema = reader.schema();
        Ok((Box::new(reader) as Records, schema))
    })
}

struct IpcReader {
    records: Records,
    wanted: Vec<Arc<str>>,
    row: u64,
}

impl Pieces for IpcReader {
    fn next(&mut self) -> Result<Option<Piece>, Box<LoadError>> {
        let what = format!("it ends or breaks after row {}", self.row - 1);
        let record = guarded(&what, || self.records.next().transpose())?;
        let Some(record) = record else {
            return Ok(None);
        };
        let batch = arrow::batch(&record, &self.wanted, self.row)?;
        self.row += record.num_rows() as u64;
        Ok(Some(Piece::Batch(batch)))
    }
}
