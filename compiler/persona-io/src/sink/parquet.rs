//! The members' table as Parquet, row group by row group, several at once. Bools are the bitmaps of the answers, as the format's
//! plain encoding has them, keys are what differs from the key before (`delta`); the library encodes the rest. The bytes of the
//! file do not depend on the number of threads.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBuffer;
use arrow_schema::{Field, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use persona_runtime::Answer;

use super::delta;
use super::members::Members;
use super::pieces::Pieces;
use crate::parallel::in_order;

/// The most rows of a group, and the fewest where there are more groups than one.
const MOST_ROWS: usize = 1 << 18;
const FEWEST_ROWS: usize = 1 << 16;
/// A table has about so many groups, so that there is work for several threads.
const GROUPS: usize = 8;
/// Rows of a page of keys.
const PAGE_ROWS: usize = 1 << 16;

type Result<T> = std::result::Result<T, ParquetError>;

/// Writes the table.
pub(super) fn write<W: Write + Send>(table: &Members<'_>, out: W, threads: usize) -> Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let schema = table.arrow_schema();
    let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties))?;
    let (mut writer, factory) = writer.into_serialized_writer()?;
    let columns = writer.schema_descr().columns().to_vec();
    let rows = table.data.profiles;
    let per_group = rows
        .div_ceil(GROUPS)
        .next_multiple_of(FEWEST_ROWS)
        .clamp(FEWEST_ROWS, MOST_ROWS);
    let groups = Groups {
        table,
        schema,
        factory,
        columns,
    };
    let make = |group: usize| {
        let start = group * per_group;
        groups.encode(group, start..(start + per_group).min(rows))
    };
    in_order(threads, rows.div_ceil(per_group), make, |chunks| {
        let mut group = writer.next_row_group()?;
        for chunk in chunks {
            match chunk {
                Chunk::Plain(pieces, close) => group.append_column(&pieces, *close)?,
                Chunk::Library(chunk) => chunk.append_to_row_group(&mut group)?,
            }
        }
        group.close().map(|_| ())
    })?;
    writer.close().map(|_| ())
}

/// A column of a row group, encoded.
enum Chunk {
    Plain(Pieces, Box<ColumnCloseResult>),
    Library(Box<ArrowColumnChunk>),
}

struct Groups<'a> {
    table: &'a Members<'a>,
    schema: SchemaRef,
    factory: ArrowRowGroupWriterFactory,
    /// The leaves of the schema.
    columns: Vec<ColumnDescPtr>,
}

impl Groups<'_> {
    fn encode(&self, group: usize, rows: Range<usize>) -> Result<Vec<Chunk>> {
        let table = self.table;
        let piece = table.piece(&rows);
        let answers = piece.answers();
        let library = answers
            .columns
            .iter()
            .any(|answer| matches!(answer, Answer::Values(_)));
        let mut writers = match library {
            true => self.factory.create_column_writers(group)?,
            false => Vec::new(),
        }
        .into_iter();
        let mut leaf = 0;
        let mut chunks = Vec::with_capacity(self.columns.len());
        chunks.push(self.keys(&self.columns[0], rows.clone())?);
        writers.next();
        leaf += 1;
        let mine = piece.rows(&rows);
        let fields = &self.schema.fields()[1..];
        for (at, (answer, field)) in answers.columns.iter().zip(fields).enumerate() {
            match answer {
                Answer::Members(members) => {
                    let bits = members.slice(mine.start, mine.len());
                    chunks.push(bools(&self.columns[leaf], &bits)?);
                    writers.next();
                    leaf += 1;
                }
                Answer::Values(_) => {
                    let array = table.array(&piece, at, mine.clone());
                    for chunk in library_chunks(field, &array, &mut writers)? {
                        chunks.push(chunk);
                        leaf += 1;
                    }
                }
            }
        }
        Ok(chunks)
    }

    /// What each key has that the one before has not.
    fn keys(&self, column: &ColumnDescPtr, rows: Range<usize>) -> Result<Chunk> {
        let (data, schema) = (self.table.data, &self.table.plan.schema);
        let key = |row: usize| data.key(schema, row).as_bytes();
        let mut pages = Vec::new();
        let mut room = delta::Room::default();
        for start in rows.clone().step_by(PAGE_ROWS) {
            let page = start..(start + PAGE_ROWS).min(rows.end);
            let body = delta::page(data.keys(schema, page.clone()), &mut room);
            pages.push((Bytes::from(body.ok_or_else(too_long)?), page.len()));
        }
        // Keys are sorted, so the first and the last bound all.
        let bound = |row: Option<usize>| {
            row.map(|row| parquet::data_type::ByteArray::from(key(row).to_vec()))
        };
        let statistics = Statistics::byte_array(
            bound(rows.clone().next()),
            bound(rows.last()),
            None,
            Some(0),
            false,
        );
        chunk(column, Encoding::DELTA_BYTE_ARRAY, pages, statistics)
    }
}

fn too_long() -> ParquetError {
    ParquetError::General("a key is longer than 2 GiB".to_owned())
}

/// One bit each, the first one lowest.
fn bools(column: &ColumnDescPtr, bits: &BooleanBuffer) -> Result<Chunk> {
    let packed = bits.sliced();
    let page = match bits.len() % 8 {
        0 => Bytes::from_owner(packed).slice(..bits.len() / 8),
        rest => {
            let mut out = packed.as_slice()[..bits.len().div_ceil(8)].to_vec();
            if let Some(last) = out.last_mut() {
                *last &= (1 << rest) - 1;
            }
            Bytes::from(out)
        }
    };
    let bound = |value: bool| (!bits.is_empty()).then_some(value);
    let statistics = Statistics::boolean(
        bound(!some(bits, false)),
        bound(some(bits, true)),
        None,
        Some(0),
        false,
    );
    chunk(
        column,
        Encoding::PLAIN,
        vec![(page, bits.len())],
        statistics,
    )
}

/// Whether some of the bits are like this: found at the first that is, which mostly comes early.
fn some(bits: &BooleanBuffer, like: bool) -> bool {
    let chunks = bits.bit_chunks();
    let (words, rest) = match like {
        true => (0, 0),
        false => (u64::MAX, (1 << chunks.remainder_len()) - 1),
    };
    chunks.iter().any(|word| word != words) || chunks.remainder_bits() != rest
}

/// A column of pages, each with the number of its rows.
fn chunk(
    column: &ColumnDescPtr,
    encoding: Encoding,
    pages: Vec<(Bytes, usize)>,
    statistics: Statistics,
) -> Result<Chunk> {
    let bodies = pages.iter().map(|(page, _)| page.clone());
    let mut sink = TrackedWrite::new(Pieces::expecting(bodies.collect()));
    let mut writer = SerializedPageWriter::new(&mut sink);
    let (mut bytes, mut uncompressed, mut rows) = (0_u64, 0_usize, 0_usize);
    for (page, page_rows) in pages {
        let len = page.len();
        let page = Page::DataPage {
            buf: page,
            num_values: u32::try_from(page_rows).unwrap_or(u32::MAX),
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let spec = writer.write_page(CompressedPage::new(page, len))?;
        bytes += spec.bytes_written;
        uncompressed += spec.uncompressed_size;
        rows += page_rows;
    }
    let size = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let metadata = ColumnChunkMetaData::builder(column.clone())
        .set_encodings(vec![encoding, Encoding::RLE])
        .set_compression(Compression::UNCOMPRESSED)
        .set_num_values(size(rows as u64))
        .set_total_compressed_size(size(bytes))
        .set_total_uncompressed_size(size(uncompressed as u64))
        .set_data_page_offset(0)
        .set_statistics(statistics)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: bytes,
        rows_written: rows as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(Chunk::Plain(sink.into_inner()?, Box::new(close)))
}

fn library_chunks(
    field: &Arc<Field>,
    array: &ArrayRef,
    writers: &mut impl Iterator<Item = parquet::arrow::arrow_writer::ArrowColumnWriter>,
) -> Result<Vec<Chunk>> {
    let mut chunks = Vec::new();
    for leaf in compute_leaves(field, array)? {
        let mut writer = writers
            .next()
            .expect("each leaf of the schema has a writer");
        writer.write(&leaf)?;
        chunks.push(Chunk::Library(Box::new(writer.close()?)));
    }
    Ok(chunks)
}
