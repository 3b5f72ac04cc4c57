//! Columns of a row group that are encoded here: keys and bitmaps, whose bytes mostly stay where they are. Knows nothing of where in
//! a file they will be.

use std::io::Write;
use std::ops::Range;

use arrow_buffer::BooleanBuffer;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnChunkMetaDataBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::super::delta;
use super::super::members::Members;
use super::super::pieces::Pieces;
use super::{Result, runs, size};

/// Rows of a page of keys.
const PAGE_ROWS: usize = 1 << 16;

/// A column of a row group: its bytes, and what the file's footer says of it.
pub(super) struct Plain {
    pub(super) pieces: Pieces,
    column: ColumnDescPtr,
    encoding: Encoding,
    statistics: Statistics,
    rows: usize,
    pub(super) bytes: u64,
}

impl Plain {
    /// A column of pages, each with the number of its rows.
    fn new(
        column: &ColumnDescPtr,
        encoding: Encoding,
        pages: Vec<(Bytes, usize)>,
        statistics: Statistics,
    ) -> Result<Self> {
        let bodies = pages.iter().map(|(page, _)| page.clone());
        let mut sink = TrackedWrite::new(Pieces::expecting(bodies.collect()));
        let mut writer = SerializedPageWriter::new(&mut sink);
        let (mut bytes, mut rows) = (0_u64, 0_usize);
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
            rows += page_rows;
        }
        let mut pieces = sink.into_inner()?;
        pieces.flush()?;
        Ok(Self {
            pieces,
            column: column.clone(),
            encoding,
            statistics,
            rows,
            bytes,
        })
    }

    /// What a footer says of the column when its bytes are at this place of the file.
    pub(super) fn metadata(&self, place: u64) -> ColumnChunkMetaDataBuilder {
        ColumnChunkMetaData::builder(self.column.clone())
            // Levels are runs in any case.
            .set_encodings(match self.encoding {
                Encoding::RLE => vec![Encoding::RLE],
                other => vec![other, Encoding::RLE],
            })
            .set_compression(Compression::UNCOMPRESSED)
            .set_num_values(size(self.rows as u64))
            .set_total_compressed_size(size(self.bytes))
            .set_total_uncompressed_size(size(self.bytes))
            .set_data_page_offset(size(place))
            .set_statistics(self.statistics.clone())
    }

    /// As the library wants it, which finds a place by itself.
    pub(super) fn close(&self) -> Result<ColumnCloseResult> {
        Ok(ColumnCloseResult {
            bytes_written: self.bytes,
            rows_written: self.rows as u64,
            metadata: self.metadata(0).build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        })
    }
}

/// What each key has that the one before has not.
pub(super) fn keys(
    table: &Members<'_>,
    column: &ColumnDescPtr,
    rows: Range<usize>,
) -> Result<Plain> {
    let (data, schema) = (table.data, &table.plan.schema);
    let mut pages = Vec::new();
    let mut room = delta::Room::default();
    for start in rows.clone().step_by(PAGE_ROWS) {
        let page = start..(start + PAGE_ROWS).min(rows.end);
        let body = delta::page(data.keys(schema, page.clone()), &mut room);
        pages.push((Bytes::from(body.ok_or_else(too_long)?), page.len()));
    }
    // Keys are sorted, so the first and the last bound all.
    let bound = |row: Option<usize>| {
        row.map(|row| ByteArray::from(data.key(schema, row).as_bytes().to_vec()))
    };
    let statistics = Statistics::byte_array(
        bound(rows.clone().next()),
        bound(rows.last()),
        None,
        Some(0),
        false,
    );
    Plain::new(column, Encoding::DELTA_BYTE_ARRAY, pages, statistics)
}

fn too_long() -> ParquetError {
    ParquetError::General("a key is longer than 2 GiB".to_owned())
}

/// One bit each, the first one lowest; runs of them where that is much shorter.
pub(super) fn bools(column: &ColumnDescPtr, bits: &BooleanBuffer) -> Result<Plain> {
    let page = packed(bits);
    let (encoding, page) = match runs::encode(&page, bits.len()) {
        Some(runs) => (Encoding::RLE, Bytes::from(runs)),
        None => (Encoding::PLAIN, page),
    };
    let bound = |value: bool| (!bits.is_empty()).then_some(value);
    let statistics = Statistics::boolean(
        bound(!some(bits, false)),
        bound(some(bits, true)),
        None,
        Some(0),
        false,
    );
    let pages = vec![(page, bits.len())];
    Plain::new(column, encoding, pages, statistics)
}

/// The bits from the first one on, with zeros behind the last.
fn packed(bits: &BooleanBuffer) -> Bytes {
    let packed = bits.sliced();
    match bits.len() % 8 {
        0 => Bytes::from_owner(packed).slice(..bits.len() / 8),
        rest => {
            let mut out = packed.as_slice()[..bits.len().div_ceil(8)].to_vec();
            if let Some(last) = out.last_mut() {
                *last &= (1 << rest) - 1;
            }
            Bytes::from(out)
        }
    }
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
