//! A column of a row group, page by page, for the common kinds of columns: values straight into arrays, and what is a
//! dictionary in the file stays one, also of numbers, so that whoever converts values converts each entry once. What is not
//! of these kinds is left to the decoder of the `parquet` crate, which gives the same values.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::BooleanBufferBuilder;
use arrow_buffer::{BooleanBuffer, NullBuffer};
use bytes::{Buf, Bytes};
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::errors::{ParquetError, Result as Decoded};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::hybrid::{Hybrid, SHORT, Together};
use super::plain::{Kind, Plain, spread};
use crate::format::arrow::{Arr, Values};

/// Whether all pages of a column are written in ways that are read here.
pub(super) fn reads(column: &ColumnChunkMetaData) -> bool {
    let descr = column.column_descr();
    descr.max_rep_level() == 0
        && descr.max_def_level() <= 1
        && column.encodings().all(|encoding| {
            matches!(
                encoding,
                Encoding::PLAIN
                    | Encoding::RLE
                    | Encoding::RLE_DICTIONARY
                    | Encoding::PLAIN_DICTIONARY
            )
        })
}

/// The bytes of a column, read at once.
struct Held {
    start: u64,
    bytes: Bytes,
}

impl Held {
    fn from(&self, start: u64) -> Decoded<Bytes> {
        let at = start.checked_sub(self.start).map(usize::try_from);
        match at {
            Some(Ok(at)) if at <= self.bytes.len() => Ok(self.bytes.slice(at..)),
            _ => Err(ParquetError::EOF(SHORT.to_owned())),
        }
    }
}

impl Length for Held {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Held {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Decoded<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Decoded<Bytes> {
        let mut rest = self.from(start)?;
        if length > rest.len() {
            return Err(ParquetError::EOF(SHORT.to_owned()));
        }
        rest.truncate(length);
        Ok(rest)
    }
}

/// A column of a row group, from its first row on.
pub(super) struct Leaf {
    kind: Kind,
    optional: bool,
    pages: Box<dyn PageReader>,
    entries: Option<Entries>,
    page: Option<Current>,
}

/// A dictionary.
struct Entries {
    plain: Plain,
    array: ArrayRef,
    values: Arc<Arr>,
}

/// What is left of a page.
struct Current {
    rows: usize,
    levels: Option<Hybrid>,
    coded: Coded,
}

/// The values of a page that are there.
enum Coded {
    /// Places in the dictionary.
    Places(Hybrid),
    /// Values, from this byte on.
    Plain(Bytes, usize),
    /// Bools, from this bit on.
    Bits(Bytes, usize),
    /// Bools in runs.
    Runs(Hybrid),
}

/// Rows while they are read.
struct Rows {
    /// How many there will be, and are.
    count: usize,
    len: usize,
    /// Which values are there; absent while all are.
    valid: Option<BooleanBufferBuilder>,
    /// Places in the dictionary, as long as there is nothing else.
    places: Vec<u32>,
    plain: Plain,
    bits: BooleanBufferBuilder,
}

impl Leaf {
    /// Opens a column.
    pub(super) fn new(
        file: &mut File,
        column: &ColumnChunkMetaData,
        kind: Kind,
        rows: usize,
    ) -> Decoded<Self> {
        /// Larger columns are read page by page.
        const LARGE: u64 = 64 << 20;
        let (start, length) = column.byte_range();
        let pages: Box<dyn PageReader> = if length <= LARGE {
            let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
            file.seek(SeekFrom::Start(start))?;
            file.take(length).read_to_end(&mut bytes)?;
            let held = Held {
                start,
                bytes: bytes.into(),
            };
            Box::new(SerializedPageReader::new(
                Arc::new(held),
                column,
                rows,
                None,
            )?)
        } else {
            let file = Arc::new(file.try_clone()?);
            Box::new(SerializedPageReader::new(file, column, rows, None)?)
        };
        Ok(Self {
            kind,
            optional: column.column_descr().max_def_level() == 1,
            pages,
            entries: None,
            page: None,
        })
    }

    /// The next rows, exactly so many.
    pub(super) fn read(&mut self, count: usize) -> Result<Arr, String> {
        let mut rows = Rows {
            count,
            len: 0,
            valid: None,
            places: Vec::new(),
            plain: self.kind.empty(),
            bits: BooleanBufferBuilder::new(0),
        };
        while rows.len < count {
            let mut page = match self.page.take().filter(|page| page.rows > 0) {
                Some(page) => page,
                None => self.next()?,
            };
            let taken = page.rows.min(count - rows.len);
            page.take(taken, &mut rows, self.entries.as_ref())?;
            page.rows -= taken;
            self.page = Some(page);
        }
        self.finish(rows)
    }

    fn finish(&self, mut rows: Rows) -> Result<Arr, String> {
        let nulls = rows
            .valid
            .as_mut()
            .map(|valid| NullBuffer::new(valid.finish()));
        if self.kind.is_bool() {
            return Arr::new(&Kind::bools(rows.bits, nulls));
        }
        if let (Some(entries), false) = (&self.entries, rows.places.is_empty()) {
            #[expect(clippy::cast_possible_wrap, reason = "a page holds fewer entries")]
            let keys: Vec<i32> = rows.places.into_iter().map(|place| place as i32).collect();
            return Ok(Arr {
                nulls,
                values: Values::Dictionary(
                    keys.into(),
                    entries.values.clone(),
                    entries.array.clone(),
                ),
            });
        }
        Arr::new(&self.kind.array(rows.plain, nulls)?)
    }

    /// The next page of values.
    fn next(&mut self) -> Result<Current, String> {
        loop {
            let page = self
                .pages
                .get_next_page()
                .map_err(|error| error.to_string())?;
            match page.ok_or(SHORT)? {
                Page::DictionaryPage {
                    buf, num_values, ..
                } => {
                    if self.entries.is_some() || self.kind.is_bool() {
                        return Err("there is a dictionary where none can be".to_owned());
                    }
                    let mut plain = self.kind.empty();
                    plain.decode(&buf, &mut 0, num_values as usize)?;
                    let array = self.kind.array(plain.clone(), None)?;
                    self.entries = Some(Entries {
                        plain,
                        values: Arc::new(Arr::new(&array)?),
                        array,
                    });
                }
                Page::DataPage {
                    buf,
                    num_values,
                    encoding,
                    def_level_encoding,
                    ..
                } => {
                    let (levels, rest) = if self.optional {
                        if def_level_encoding != Encoding::RLE {
                            return Err(ENCODING.to_owned());
                        }
                        let (levels, rest) = prefixed(&buf)?;
                        (Some(levels), rest)
                    } else {
                        (None, buf)
                    };
                    return Ok(self.page(num_values, levels, rest, encoding)?);
                }
                Page::DataPageV2 {
                    buf,
                    num_values,
                    encoding,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    ..
                } => {
                    let (_, rest) = split(&buf, rep_levels_byte_len as usize)?;
                    let (levels, rest) = split(&rest, def_levels_byte_len as usize)?;
                    let levels = self.optional.then_some(levels);
                    return Ok(self.page(num_values, levels, rest, encoding)?);
                }
            }
        }
    }

    fn page(
        &self,
        rows: u32,
        levels: Option<Bytes>,
        values: Bytes,
        encoding: Encoding,
    ) -> Result<Current, &'static str> {
        let coded = match encoding {
            Encoding::PLAIN if self.kind.is_bool() => Coded::Bits(values, 0),
            Encoding::PLAIN => Coded::Plain(values, 0),
            Encoding::RLE if self.kind.is_bool() => {
                let (runs, _) = prefixed(&values)?;
                Coded::Runs(Hybrid::new(runs, 1)?)
            }
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY if self.entries.is_some() => {
                let width = values.first().copied().unwrap_or(0);
                let (_, places) = split(&values, values.len().min(1))?;
                Coded::Places(Hybrid::new(places, width)?)
            }
            _ => return Err(ENCODING),
        };
        Ok(Current {
            rows: rows as usize,
            levels: levels.map(|levels| Hybrid::new(levels, 1)).transpose()?,
            coded,
        })
    }
}

/// Why a page cannot be read.
const ENCODING: &str = "a page is written in a way that its column does not tell of";

fn split(bytes: &Bytes, at: usize) -> Result<(Bytes, Bytes), &'static str> {
    if at > bytes.len() {
        return Err(SHORT);
    }
    Ok((bytes.slice(..at), bytes.slice(at..)))
}

/// Bytes whose number stands before them, and the rest.
fn prefixed(bytes: &Bytes) -> Result<(Bytes, Bytes), &'static str> {
    let (length, rest) = split(bytes, 4)?;
    let length = length.as_ref().try_into().map_or(0, u32::from_le_bytes);
    split(&rest, length as usize)
}

impl Current {
    /// Reads `count` rows.
    fn take(
        &mut self,
        count: usize,
        rows: &mut Rows,
        entries: Option<&Entries>,
    ) -> Result<(), String> {
        let valid = match &mut self.levels {
            Some(levels) => known(levels, count)?,
            None => None,
        };
        let valid = valid.as_ref();
        let there = valid.map_or(count, BooleanBuffer::count_set_bits);
        rows.note(count, valid);
        match &mut self.coded {
            Coded::Places(places) => rows.places(places, there, valid, entries)?,
            Coded::Plain(data, at) => {
                if let (Some(entries), false) = (entries, rows.places.is_empty()) {
                    let places = std::mem::take(&mut rows.places);
                    rows.plain.pick(&entries.plain, &places)?;
                }
                rows.plain.reserve(rows.count - rows.plain.len());
                rows.plain.decode(data, at, there)?;
                if let Some(valid) = valid {
                    rows.plain.spread(there, valid);
                }
            }
            Coded::Bits(data, at) => {
                let end = at.saturating_add(there);
                if end.div_ceil(8) > data.len() {
                    return Err(SHORT.to_owned());
                }
                if valid.is_none() {
                    rows.bits.append_packed_range(*at..end, data);
                } else {
                    let bit = |at: usize| u32::from(data[at / 8] >> (at % 8) & 1);
                    rows.spread_bits((*at..end).map(bit).collect(), valid);
                }
                *at = end;
            }
            Coded::Runs(runs) => {
                let mut bits = Vec::with_capacity(there);
                runs.read(there, &mut bits)?;
                rows.spread_bits(bits, valid);
            }
        }
        Ok(())
    }
}

impl Rows {
    /// Counts rows, of which these are there; all where nothing is said.
    fn note(&mut self, count: usize, valid: Option<&BooleanBuffer>) {
        if valid.is_some() && self.valid.is_none() {
            let mut before = BooleanBufferBuilder::new(self.len + count);
            before.append_n(self.len, true);
            self.valid = Some(before);
        }
        match (&mut self.valid, valid) {
            (Some(all), Some(valid)) => all.append_buffer(valid),
            (Some(all), None) => all.append_n(count, true),
            (None, _) => {}
        }
        self.len += count;
    }

    fn places(
        &mut self,
        places: &mut Hybrid,
        there: usize,
        valid: Option<&BooleanBuffer>,
        entries: Option<&Entries>,
    ) -> Result<(), String> {
        let entries = entries.ok_or(ENCODING)?;
        let from = self.places.len();
        self.places.reserve(self.count - from);
        places.read(there, &mut self.places)?;
        let most = self.places[from..]
            .iter()
            .fold(0, |most, place| most.max(*place));
        if there > 0 && most as usize >= entries.plain.len() {
            return Err("a place lies beyond its dictionary".to_owned());
        }
        if let Some(valid) = valid {
            spread(&mut self.places, there, valid);
        }
        if self.plain.len() > 0 {
            // A page without a dictionary came before.
            let places = std::mem::take(&mut self.places);
            self.plain.pick(&entries.plain, &places)?;
        }
        Ok(())
    }

    fn spread_bits(&mut self, mut bits: Vec<u32>, valid: Option<&BooleanBuffer>) {
        if let Some(valid) = valid {
            let there = bits.len();
            spread(&mut bits, there, valid);
        }
        bits.iter().for_each(|bit| self.bits.append(*bit == 1));
    }
}

/// Which of the next rows are there; nothing where all are.
fn known(levels: &mut Hybrid, count: usize) -> Result<Option<BooleanBuffer>, &'static str> {
    let mut valid: Option<BooleanBufferBuilder> = None;
    let mut seen = 0;
    while seen < count {
        let together = levels.bits(count - seen)?;
        if let (Together::Same(1, more), None) = (&together, &valid) {
            seen += more;
            continue;
        }
        let valid = valid.get_or_insert_with(|| {
            let mut before = BooleanBufferBuilder::new(count);
            before.append_n(seen, true);
            before
        });
        seen += match together {
            Together::Same(level, more) => {
                valid.append_n(more, level == 1);
                more
            }
            Together::Bits(data, from, more) => {
                valid.append_packed_range(from..from + more, data);
                more
            }
        };
    }
    let valid = valid.map(|mut valid| valid.finish());
    Ok(valid.filter(|valid| valid.count_set_bits() < count))
}
