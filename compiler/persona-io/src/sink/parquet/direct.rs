//! A table that has members alone: each thread puts the row groups that it made where they belong in the file, as they lie in
//! memory, and the footer is written last. The bytes are those of [`super::library`], whatever the number of threads. Encodes
//! nothing itself.

use std::fs::File;
use std::io::{IoSlice, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    FileMetaData, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::writer::TrackedWrite;
use parquet::schema::types::SchemaDescPtr;
use persona_runtime::Answer;

use super::super::file::NewFile;
use super::super::members::Members;
use super::chunk::{Plain, bools, keys};
use super::{Result, Shape, properties, size};
use crate::parallel::in_order;

/// What a file begins with.
const MAGIC: &[u8] = b"PAR1";

/// Writes the table.
pub(super) fn write(
    table: &Members<'_>,
    shape: Shape,
    file: &mut NewFile,
    threads: usize,
) -> Result<()> {
    let arrow = table.arrow_schema();
    let mut properties = properties();
    add_encoded_arrow_schema_to_metadata(&arrow, &mut properties);
    let schema = Arc::new(
        ArrowSchemaConverter::new()
            .with_coerce_types(properties.coerce_types())
            .convert(&arrow)?,
    );
    file.write_all(MAGIC)?;
    file.flush()?;
    let places = Places::new(MAGIC.len() as u64, shape.groups());
    let make = |group: usize| {
        let mut place = places.of(group);
        let chunks = encode(table, &schema, shape.group(group))?;
        let at = place.take(chunks.iter().map(|chunk| chunk.bytes).sum());
        put(file.again()?, at, &chunks)?;
        metadata(&schema, &chunks, shape.group(group).len(), group, at)
    };
    let mut groups = Vec::with_capacity(shape.groups());
    in_order(threads, shape.groups(), make, |group| {
        groups.push(group);
        Ok(())
    })?;
    let end = places.end();
    file.seek(SeekFrom::Start(end))?;
    let footer = FileMetaData::new(
        properties.writer_version().as_num(),
        size(shape.rows as u64),
        Some(properties.created_by().to_owned()),
        properties.key_value_metadata().cloned(),
        schema,
        None,
    );
    let footer = ParquetMetaData::new(footer, groups);
    let out = TrackedWrite::new(file);
    ParquetMetaDataWriter::new_with_tracked(out, &footer).finish()
}

fn encode(table: &Members<'_>, schema: &SchemaDescPtr, rows: Range<usize>) -> Result<Vec<Plain>> {
    let piece = table.piece(&rows);
    let mine = piece.rows(&rows);
    let columns = schema.columns();
    let mut chunks = Vec::with_capacity(columns.len());
    chunks.push(keys(table, &columns[0], rows)?);
    for (answer, column) in piece.answers().columns.iter().zip(&columns[1..]) {
        let Answer::Members(members) = answer else {
            return Err(ParquetError::General(
                "values among members alone".to_owned(),
            ));
        };
        let bits = members.slice(mine.start, mine.len());
        chunks.push(bools(column, &bits)?);
    }
    Ok(chunks)
}

/// Writes columns one behind the other.
fn put(mut file: File, at: u64, chunks: &[Plain]) -> Result<()> {
    file.seek(SeekFrom::Start(at))?;
    let pieces = chunks.iter().flat_map(|chunk| chunk.pieces.iter());
    let mut slices: Vec<IoSlice<'_>> = pieces.map(|piece| IoSlice::new(piece)).collect();
    let mut left = &mut slices[..];
    IoSlice::advance_slices(&mut left, 0);
    while !left.is_empty() {
        match file.write_vectored(left) {
            Ok(0) => return Err(std::io::Error::from(std::io::ErrorKind::WriteZero).into()),
            Ok(written) => IoSlice::advance_slices(&mut left, written),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// What the footer says of a group whose bytes begin at a place.
fn metadata(
    schema: &SchemaDescPtr,
    chunks: &[Plain],
    rows: usize,
    group: usize,
    at: u64,
) -> Result<RowGroupMetaData> {
    let mut place = at;
    let columns = chunks.iter().map(|chunk| {
        let column = chunk.metadata(place).build();
        place += chunk.bytes;
        column
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    RowGroupMetaData::builder(schema.clone())
        .set_column_metadata(columns)
        .set_total_byte_size(size(place - at))
        .set_num_rows(size(rows as u64))
        .set_ordinal(i32::try_from(group).unwrap_or(i32::MAX))
        .set_file_offset(size(at))
        .build()
}

/// Where groups begin: each behind those before it, whoever is ready first.
struct Places {
    start: u64,
    /// How long each group is, once that is known.
    bytes: Mutex<Vec<Option<u64>>>,
    known: Condvar,
}

/// The place of one group. Where its length is never said, as after an error, the others do not wait for it.
struct Place<'a> {
    all: &'a Places,
    group: usize,
    said: bool,
}

impl Places {
    fn new(start: u64, groups: usize) -> Self {
        Self {
            start,
            bytes: Mutex::new(vec![None; groups]),
            known: Condvar::new(),
        }
    }

    fn of(&self, group: usize) -> Place<'_> {
        Place {
            all: self,
            group,
            said: false,
        }
    }

    fn say(&self, group: usize, bytes: u64) {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)[group] = Some(bytes);
        self.known.notify_all();
    }

    /// Where the first byte behind the groups before this one is, once they are made.
    fn before(&self, group: usize) -> u64 {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match bytes[..group].iter().copied().sum::<Option<u64>>() {
                Some(before) => return self.start + before,
                None => {
                    bytes = self
                        .known
                        .wait(bytes)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Where all of them end.
    fn end(&self) -> u64 {
        let groups = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        self.start + groups.iter().flatten().sum::<u64>()
    }
}

impl Place<'_> {
    /// Where so many bytes go. Waits for the lengths of the groups before, which others are making.
    fn take(&mut self, bytes: u64) -> u64 {
        self.said = true;
        self.all.say(self.group, bytes);
        self.all.before(self.group)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.said {
            self.all.say(self.group, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_lie_one_behind_the_other_and_nobody_waits_for_one_that_failed() {
        let places = Places::new(4, 4);
        std::thread::scope(|scope| {
            let third = scope.spawn(|| places.of(2).take(10));
            let fourth = scope.spawn(|| places.of(3).take(1));
            assert_eq!(places.of(0).take(100), 4);
            drop(places.of(1));
            assert_eq!(third.join().expect("it has a place"), 104);
            assert_eq!(fourth.join().expect("it has a place"), 114);
        });
        assert_eq!(places.end(), 115);
    }
}
