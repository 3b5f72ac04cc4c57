//! A table that has values beside members: the library encodes the values and puts everything into the file, in order. Knows nothing
//! of how keys and members are encoded.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{Field, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::schema::types::ColumnDescPtr;
use persona_runtime::Answer;

use super::super::members::Members;
use super::chunk::{Plain, bools, keys};
use super::{Result, Shape, properties};
use crate::parallel::in_order;

/// Writes the table.
pub(super) fn write<W: Write + Send>(
    table: &Members<'_>,
    shape: Shape,
    out: W,
    threads: usize,
) -> Result<()> {
    let schema = table.arrow_schema();
    let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties()))?;
    let (mut writer, factory) = writer.into_serialized_writer()?;
    let columns = writer.schema_descr().columns().to_vec();
    let groups = Groups {
        table,
        schema,
        factory,
        columns,
    };
    let make = |group: usize| groups.encode(group, shape.group(group));
    in_order(threads, shape.groups(), make, |chunks| {
        let mut group = writer.next_row_group()?;
        for chunk in chunks {
            match chunk {
                Chunk::Plain(plain) => group.append_column(&plain.pieces, plain.close()?)?,
                Chunk::Library(chunk) => chunk.append_to_row_group(&mut group)?,
            }
        }
        group.close().map(|_| ())
    })?;
    writer.close().map(|_| ())
}

/// A column of a row group, encoded.
enum Chunk {
    Plain(Box<Plain>),
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
        let mut writers = self.factory.create_column_writers(group)?.into_iter();
        let mut leaf = 0;
        let mut chunks = Vec::with_capacity(self.columns.len());
        // The library's writers of the columns that are encoded here write nothing.
        writers.next();
        chunks.push(plain(keys(table, &self.columns[leaf], rows.clone())?));
        leaf += 1;
        let mine = piece.rows(&rows);
        let fields = &self.schema.fields()[1..];
        for (at, (answer, field)) in answers.columns.iter().zip(fields).enumerate() {
            match answer {
                Answer::Members(members) => {
                    let bits = members.slice(mine.start, mine.len());
                    chunks.push(plain(bools(&self.columns[leaf], &bits)?));
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
}

fn plain(chunk: Plain) -> Chunk {
    Chunk::Plain(Box::new(chunk))
}

fn library_chunks(
    field: &Arc<Field>,
    array: &ArrayRef,
    writers: &mut impl Iterator<Item = ArrowColumnWriter>,
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
