//! CSV in blocks of whole records: RFC 4180 with the liberties that real files take (a byte-order mark, CRLF or CR,
//! quotes in the middle of a cell). A row with another number of cells than the header is a problem; a quote that is
//! never closed stops the file, because nothing after it can be told apart. Blocks are cut where records end, which only
//! quotes make hard, and taken apart by whoever has time.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use super::batch::{Batch, BatchColumn, Block, Lines, Problem, Span, Texts};
use super::{
    BOM, Ended, Opened, Piece, Pieces, RECORD_LIMIT, Stop, check_text_start, find_column,
    read_error,
};
use crate::error::{LoadError, LoadErrorKind};
use crate::value::raw::shorten;

/// So many bytes are read at once for each row of a batch.
const ROW_BYTES: usize = 64;
/// No block is smaller or larger, unless a record is.
const BLOCK_BYTES: std::ops::RangeInclusive<usize> = 64..=4 << 20;

pub(super) fn open(
    file: File,
    delimiter: u8,
    wanted: &[Arc<str>],
    batch_rows: usize,
) -> Result<Opened, Box<LoadError>> {
    let at_once = batch_rows.saturating_mul(ROW_BYTES);
    let mut blocks = Blocks {
        file,
        at_once: at_once.clamp(*BLOCK_BYTES.start(), *BLOCK_BYTES.end()),
        rest: Vec::new(),
        cut: Cut::new(delimiter),
        ended: false,
    };
    let mut first = blocks.start()?;
    let (names, used, line) = {
        let mut records = Records::new(&first, delimiter);
        let found = records.next().map_err(|stop| stop.at(0))?;
        if !found {
            return Err(LoadError::format(
                "this file is empty: it has not even a header line",
            ));
        }
        (header(&records)?, records.at, records.line - 1)
    };
    first.drain(..used);
    let mut cells = Vec::with_capacity(wanted.len());
    for name in wanted {
        cells.push(find_column(&names, name)?);
    }
    let present = cells.iter().map(Option::is_some).collect();
    let form = Arc::new(Form {
        delimiter,
        width: names.len(),
        cells,
    });
    Ok(Opened {
        pieces: Box::new(CsvPieces {
            blocks,
            first: Some((first, line)),
            form,
        }),
        columns: Some(names),
        present,
    })
}

/// The header's names, without the spaces around them.
fn header(record: &Records<'_>) -> Result<Vec<String>, Box<LoadError>> {
    (0..record.cells.len())
        .map(|at| match simdutf8::basic::from_utf8(record.cell(at)) {
            Ok(name) => Ok(name.trim().to_owned()),
            Err(_) => Err(LoadError::format("the header line is not UTF-8 text")
                .help("save the file as UTF-8")),
        })
        .collect()
}

/// What a file's records are.
#[derive(Debug)]
pub(crate) struct Form {
    delimiter: u8,
    width: usize,
    /// For each wanted column, which cell of a record it is.
    cells: Vec<Option<usize>>,
}

struct CsvPieces {
    blocks: Blocks,
    /// What was read with the header, and the lines before it.
    first: Option<(Vec<u8>, u64)>,
    form: Arc<Form>,
}

impl Pieces for CsvPieces {
    fn next(&mut self) -> Result<Option<Piece>, Box<LoadError>> {
        let (bytes, lines) = match self.first.take() {
            Some(first) => first,
            None => match self.blocks.next()? {
                Some(bytes) => (bytes, 0),
                None => return Ok(None),
            },
        };
        Ok(Some(Piece::Csv(CsvBlock {
            bytes,
            lines,
            form: self.form.clone(),
        })))
    }
}

/// Whole records of a file.
#[derive(Debug)]
pub(crate) struct CsvBlock {
    bytes: Vec<u8>,
    /// Lines that were read before, without the blocks before.
    lines: u64,
    form: Arc<Form>,
}

impl CsvBlock {
    /// Takes the block apart.
    pub(super) fn read(self, give: &mut dyn FnMut(Batch)) -> Ended {
        let mut ended = Ended {
            bytes: self.bytes.len() as u64,
            ..Ended::default()
        };
        let form = &*self.form;
        let mut records = Records::new(&self.bytes, form.delimiter);
        records.line += self.lines;
        let valid = simdutf8::basic::from_utf8(&self.bytes).is_ok();
        let mut rows = Rows {
            spans: form.cells.iter().map(|_| Vec::new()).collect(),
            lines: Vec::new(),
            problems: Vec::new(),
            copied: String::new(),
        };
        loop {
            match records.next() {
                Ok(true) => rows.take(&records, form, valid),
                Ok(false) => break,
                Err(stop) => {
                    ended.stop = Some(stop);
                    break;
                }
            }
        }
        ended.lines = records.line - 1;
        let made = std::mem::take(&mut records.made);
        if let Some(batch) = rows.batch(form, valid, made, self.bytes) {
            give(batch);
        }
        ended
    }
}

/// The rows of a block so far.
struct Rows {
    spans: Vec<Vec<Span>>,
    lines: Vec<u64>,
    problems: Vec<Problem>,
    /// Where the block is not UTF-8 as a whole, the cells that are.
    copied: String,
}

impl Rows {
    fn take(&mut self, record: &Records<'_>, form: &Form, valid: bool) {
        if let Err((value, reason)) = check(record, form, valid) {
            self.problems.push(Problem {
                before: self.lines.len(),
                line: record.record_line,
                value,
                reason,
            });
            return;
        }
        for (spans, cell) in self.spans.iter_mut().zip(&form.cells) {
            let Some(cell) = *cell else { continue };
            if valid {
                spans.push(record.cells[cell]);
                continue;
            }
            let start = self.copied.len();
            let text = simdutf8::basic::from_utf8(record.cell(cell));
            self.copied.push_str(text.unwrap_or(""));
            spans.push(span(start, self.copied.len()));
        }
        self.lines.push(record.record_line);
    }

    fn batch(self, form: &Form, valid: bool, made: Vec<u8>, bytes: Vec<u8>) -> Option<Batch> {
        if self.lines.is_empty() && self.problems.is_empty() {
            return None;
        }
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_default();
        let block = Arc::new(if valid {
            Block {
                text: text(bytes),
                made: text(made),
            }
        } else {
            Block {
                text: self.copied,
                made: String::new(),
            }
        });
        let columns = self.spans.into_iter().zip(&form.cells);
        let columns = columns.map(|(spans, cell)| match cell {
            Some(_) => BatchColumn::Cells(Texts::new(spans, &block)),
            None => BatchColumn::Absent,
        });
        Some(Batch {
            rows: self.lines.len(),
            columns: columns.collect(),
            lines: Lines::Each(self.lines),
            problems: self.problems,
        })
    }
}

/// Whether the record is a row: the text of what is wrong, and why.
fn check(record: &Records<'_>, form: &Form, valid: bool) -> Result<(), (String, String)> {
    if record.cells.len() != form.width {
        let cells = if record.cells.len() == 1 {
            "cell"
        } else {
            "cells"
        };
        let reason = format!(
            "has {} {cells} where the header has {}",
            record.cells.len(),
            form.width
        );
        return Err((
            shorten(&String::from_utf8_lossy(&record.head(form.delimiter))),
            reason,
        ));
    }
    if valid {
        return Ok(());
    }
    for cell in form.cells.iter().flatten() {
        if simdutf8::basic::from_utf8(record.cell(*cell)).is_err() {
            let value = shorten(&String::from_utf8_lossy(record.cell(*cell)));
            return Err((value, "is not UTF-8 text".to_owned()));
        }
    }
    Ok(())
}

/// Places in a block, which is smaller than 4 GiB: a record is at most 16 MiB.
fn span(start: usize, end: usize) -> Span {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    (place(start), place(end))
}

/// The records of a block, one at a time.
struct Records<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    at: usize,
    /// The line that comes next.
    line: u64,
    /// Cells that do not stand in the block as they are; their places come behind the block's.
    made: Vec<u8>,
    cells: Vec<Span>,
    record_line: u64,
    size: usize,
}

/// What ended an unquoted run.
#[derive(PartialEq, Eq)]
enum End {
    Cell,
    Record,
}

impl<'a> Records<'a> {
    fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        Self {
            bytes,
            delimiter,
            at: 0,
            line: 1,
            made: Vec::new(),
            cells: Vec::new(),
            record_line: 1,
            size: 0,
        }
    }

    fn cell(&self, at: usize) -> &[u8] {
        let (start, end) = self.cells[at];
        let (start, end) = (start as usize, end as usize);
        let len = self.bytes.len();
        if end <= len {
            &self.bytes[start..end]
        } else {
            &self.made[start - len..end - len]
        }
    }

    /// The first cells as they would stand in the file, enough for a message.
    fn head(&self, delimiter: u8) -> Vec<u8> {
        let mut out = Vec::new();
        for at in 0..self.cells.len() {
            if at > 0 {
                out.push(delimiter);
            }
            out.extend(self.cell(at).iter().take(1024));
            if out.len() > 1024 {
                break;
            }
        }
        out
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn end_of_line(&mut self, byte: u8) {
        self.at += 1;
        if byte == b'\r' && self.peek() == Some(b'\n') {
            self.at += 1;
        }
        self.line += 1;
    }

    /// Reads one record, skipping blank lines; false at the end.
    fn next(&mut self) -> Result<bool, Stop> {
        self.cells.clear();
        self.size = 0;
        loop {
            match self.peek() {
                None => return Ok(false),
                Some(byte @ (b'\n' | b'\r')) => self.end_of_line(byte),
                Some(_) => break,
            }
        }
        self.record_line = self.line;
        loop {
            let end = if self.peek() == Some(b'"') {
                self.at += 1;
                self.quoted()?
            } else {
                let start = self.at;
                let (stop, end) = self.unquoted();
                self.count(stop - start, None)?;
                self.cells.push(span(start, stop));
                end
            };
            if end == End::Record {
                return Ok(true);
            }
        }
    }

    /// Takes the rest of a quoted cell, and what stands behind it.
    fn quoted(&mut self) -> Result<End, Stop> {
        let opened = self.line;
        let (start, made) = (self.at, self.made.len());
        // Once the cell does not stand in the block as it is, it is put together.
        let mut whole = true;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(len) = memchr::memchr(b'"', rest) else {
                self.count(rest.len(), Some(opened))?;
                return Err(Stop::Quote(opened));
            };
            let taken = &rest[..len];
            self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
            self.count(len, Some(opened))?;
            let doubled = rest.get(len + 1) == Some(&b'"');
            if doubled || !whole {
                whole = false;
                self.made.extend_from_slice(taken);
            }
            self.at += len + 1;
            if !doubled {
                break;
            }
            self.made.push(b'"');
            self.at += 1;
        }
        let closed = self.at - 1;
        let behind = self.at;
        let (stop, end) = self.unquoted();
        self.count(stop - behind, None)?;
        if whole && stop == behind {
            self.cells.push(span(start, closed));
            return Ok(end);
        }
        if whole {
            self.made.extend_from_slice(&self.bytes[start..closed]);
        }
        self.made.extend_from_slice(&self.bytes[behind..stop]);
        let len = self.bytes.len();
        self.cells.push(span(len + made, len + self.made.len()));
        Ok(end)
    }

    /// Goes behind a delimiter or the end of the line, and says where it stands.
    #[inline]
    fn unquoted(&mut self) -> (usize, End) {
        let rest = &self.bytes[self.at..];
        let Some(len) = short_or_long(self.delimiter, rest) else {
            self.at = self.bytes.len();
            return (self.at, End::Record);
        };
        self.at += len;
        let stop = self.at;
        let byte = self.bytes[stop];
        if byte == self.delimiter {
            self.at += 1;
            return (stop, End::Cell);
        }
        self.end_of_line(byte);
        (stop, End::Record)
    }

    #[inline]
    fn count(&mut self, bytes: usize, quote: Option<u64>) -> Result<(), Stop> {
        self.size += bytes;
        if self.size + self.cells.len() <= RECORD_LIMIT {
            return Ok(());
        }
        Err(match quote {
            Some(line) => Stop::LongQuote(line),
            None => Stop::LongLine(self.record_line),
        })
    }
}

/// Where the cell ends: most cells are short, and calling a search costs more than looking at a few words.
#[inline]
fn short_or_long(delimiter: u8, rest: &[u8]) -> Option<usize> {
    const WORDS: usize = 4;
    let repeated = |byte: u8| u64::from_le_bytes([byte; 8]);
    // The lowest bit set is that of the first zero byte.
    let zeros = |word: u64| word.wrapping_sub(repeated(1)) & !word & repeated(0x80);
    let (delimiters, feeds, returns) = (repeated(delimiter), repeated(b'\n'), repeated(b'\r'));
    let mut at = 0;
    let (words, _) = rest.as_chunks::<8>();
    for word in words.iter().take(WORDS) {
        let word = u64::from_le_bytes(*word);
        let ends = zeros(word ^ delimiters) | zeros(word ^ feeds) | zeros(word ^ returns);
        if ends != 0 {
            return Some(at + (ends.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    memchr::memchr3(delimiter, b'\n', b'\r', &rest[at..]).map(|len| at + len)
}

/// A file cut into blocks of whole records.
struct Blocks {
    file: File,
    at_once: usize,
    rest: Vec<u8>,
    cut: Cut,
    ended: bool,
}

impl Blocks {
    fn start(&mut self) -> Result<Vec<u8>, Box<LoadError>> {
        self.fill()?;
        check_text_start(&self.rest)?;
        if self.rest.starts_with(BOM) {
            self.rest.drain(..BOM.len());
        }
        Ok(self.next()?.unwrap_or_default())
    }

    /// Reads on.
    fn fill(&mut self) -> Result<(), Box<LoadError>> {
        let read = (&mut self.file)
            .take(self.at_once as u64)
            .read_to_end(&mut self.rest)
            .map_err(|error| read_error(&error))?;
        self.ended = read < self.at_once;
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, Box<LoadError>> {
        loop {
            if let Some(end) = self.cut.border(&self.rest) {
                let rest = self.rest.split_off(end);
                return Ok(Some(std::mem::replace(&mut self.rest, rest)));
            }
            // A record beyond the limit stops the file when it is taken apart.
            if self.ended || self.rest.len() > RECORD_LIMIT + *BLOCK_BYTES.end() {
                self.cut.restart();
                self.ended = true;
                let last = std::mem::take(&mut self.rest);
                return Ok((!last.is_empty()).then_some(last));
            }
            self.rest.reserve(self.at_once);
            self.fill()?;
        }
    }
}

/// Finds where records end. A quote opens a cell only where the cell begins; everything else follows from quotes.
struct Cut {
    delimiter: u8,
    /// Up to here the bytes are known.
    at: usize,
    /// Whether a quoted cell is open there.
    open: bool,
    border: Option<usize>,
}

impl Cut {
    fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            at: 0,
            open: false,
            border: None,
        }
    }

    fn restart(&mut self) {
        *self = Self::new(self.delimiter);
    }

    /// The last end of a record in these bytes, which start with a record; what was known of them stays known.
    fn border(&mut self, bytes: &[u8]) -> Option<usize> {
        if matches!(self.delimiter, b'"' | b'\n' | b'\r') {
            // Nothing says what is a quote, or a line, then: the file is one block.
            return None;
        }
        while self.at < bytes.len() {
            let quote = memchr::memchr(b'"', &bytes[self.at..]).map(|len| self.at + len);
            if self.open {
                let Some(quote) = quote else {
                    self.at = bytes.len();
                    break;
                };
                match bytes.get(quote + 1) {
                    // Whether it is doubled only the next byte can tell.
                    None => {
                        self.at = quote;
                        break;
                    }
                    Some(b'"') => self.at = quote + 2,
                    Some(_) => {
                        self.at = quote + 1;
                        self.open = false;
                    }
                }
                continue;
            }
            let outside = &bytes[self.at..quote.unwrap_or(bytes.len())];
            if let Some(end) = last_line_end(outside, quote.is_some()) {
                self.border = Some(self.at + end);
            }
            let Some(quote) = quote else {
                self.at = bytes.len();
                break;
            };
            let begins = quote == 0
                || matches!(bytes[quote - 1], b'\n' | b'\r')
                || bytes[quote - 1] == self.delimiter;
            self.open = begins;
            self.at = quote + 1;
        }
        let border = self.border.take()?;
        self.at -= border;
        Some(border)
    }
}

/// Behind the last line feed, or where there is none behind the last carriage return whose next byte is known.
fn last_line_end(bytes: &[u8], more: bool) -> Option<usize> {
    if let Some(at) = memchr::memrchr(b'\n', bytes) {
        return Some(at + 1);
    }
    let known = if more {
        bytes
    } else {
        &bytes[..bytes.len().saturating_sub(1)]
    };
    memchr::memrchr(b'\r', known).map(|at| at + 1)
}

impl Stop {
    /// The error, of a block before which so many lines stand.
    pub(crate) fn at(self, lines: u64) -> Box<LoadError> {
        let quoted = "a quote inside a quoted cell is written twice";
        let (error, help) = match self {
            Self::Error(error) => return error,
            Self::Quote(line) => {
                let line = line + lines;
                let message = format!("the quote that opens a cell on line {line} is never closed");
                (LoadError::format(message), quoted)
            }
            Self::LongQuote(line) => {
                let line = line + lines;
                let message =
                    format!("the quote that opens a cell on line {line} is not closed for 16 MiB");
                (LoadError::new(LoadErrorKind::TooLarge, message), quoted)
            }
            Self::LongLine(line) => {
                let message = format!("line {} is longer than 16 MiB", line + lines);
                let error = LoadError::new(LoadErrorKind::TooLarge, message);
                (error, "check that the file is CSV, one record per line")
            }
        };
        error.help(help)
    }
}
