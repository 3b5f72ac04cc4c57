//! CSV as streaming batches: RFC 4180 with the liberties that real files take (a byte-order mark, CRLF or CR, quotes in
//! the middle of a cell). A row with another number of cells than the header is a problem; a quote that is never closed
//! stops the file, because nothing after it can be told apart. Memory is bounded by one record of at most 16 MiB.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use super::batch::{Batch, BatchColumn, Lines, Problem, Texts};
use super::{BOM, BatchReader, Opened, RECORD_LIMIT, check_text_start, find_column, read_error};
use crate::error::{LoadError, LoadErrorKind};
use crate::value::raw::shorten;

/// How much is read at once.
const CHUNK: usize = 256 << 10;
/// A batch ends at so many bytes of text, whatever its rows.
const BATCH_BYTES: usize = 4 << 20;

pub(super) fn open(
    file: File,
    delimiter: u8,
    wanted: &[Arc<str>],
    batch_rows: usize,
) -> Result<Opened, Box<LoadError>> {
    let mut input = Input::new(file, delimiter);
    input.start()?;
    if !input.read_record()? {
        return Err(LoadError::format(
            "this file is empty: it has not even a header line",
        ));
    }
    let names = header(&input.record)?;
    let mut cells = Vec::with_capacity(wanted.len());
    for name in wanted {
        cells.push(find_column(&names, name)?);
    }
    let present = cells.iter().map(Option::is_some).collect();
    let reader = CsvReader {
        input,
        width: names.len(),
        cells,
        batch_rows,
    };
    Ok(Opened {
        reader: Box::new(reader),
        columns: Some(names),
        present,
    })
}

/// The header's names, without the spaces around them.
fn header(record: &Record) -> Result<Vec<String>, Box<LoadError>> {
    (0..record.len())
        .map(|at| match simdutf8::basic::from_utf8(record.cell(at)) {
            Ok(name) => Ok(name.trim().to_owned()),
            Err(_) => Err(LoadError::format("the header line is not UTF-8 text")
                .help("save the file as UTF-8")),
        })
        .collect()
}

struct CsvReader {
    input: Input,
    width: usize,
    /// For each wanted column, which cell of a record it is.
    cells: Vec<Option<usize>>,
    batch_rows: usize,
}

impl BatchReader for CsvReader {
    fn next(&mut self) -> Result<Option<Batch>, Box<LoadError>> {
        let mut columns: Vec<Texts> = self.cells.iter().map(|_| Texts::default()).collect();
        let mut lines = Vec::new();
        let mut problems = Vec::new();
        let start = self.input.consumed;
        let mut ended = false;
        while lines.len() + problems.len() < self.batch_rows
            && self.input.consumed - start < BATCH_BYTES as u64
        {
            if !self.input.read_record()? {
                ended = true;
                break;
            }
            let record = &self.input.record;
            match self.check(record) {
                Ok(()) => {
                    for (column, cell) in columns.iter_mut().zip(&self.cells) {
                        let text =
                            cell.and_then(|at| simdutf8::basic::from_utf8(record.cell(at)).ok());
                        column.push(text.unwrap_or(""));
                    }
                    lines.push(record.line);
                }
                Err((value, reason)) => problems.push(Problem {
                    before: lines.len(),
                    line: record.line,
                    value,
                    reason,
                }),
            }
        }
        if ended && lines.is_empty() && problems.is_empty() {
            return Ok(None);
        }
        let columns = columns
            .into_iter()
            .zip(&self.cells)
            .map(|(texts, cell)| {
                if cell.is_some() {
                    BatchColumn::Cells(texts)
                } else {
                    BatchColumn::Absent
                }
            })
            .collect();
        Ok(Some(Batch {
            rows: lines.len(),
            lines: Lines::Each(lines),
            columns,
            problems,
            bytes: self.input.consumed - start,
        }))
    }
}

impl CsvReader {
    /// Whether the record is a row: the text of what is wrong, and why.
    fn check(&self, record: &Record) -> Result<(), (String, String)> {
        if record.len() != self.width {
            let cells = if record.len() == 1 { "cell" } else { "cells" };
            let reason = format!(
                "has {} {cells} where the header has {}",
                record.len(),
                self.width
            );
            return Err((
                shorten(&String::from_utf8_lossy(&record.head(self.input.delimiter))),
                reason,
            ));
        }
        for cell in self.cells.iter().flatten() {
            if simdutf8::basic::from_utf8(record.cell(*cell)).is_err() {
                let value = shorten(&String::from_utf8_lossy(record.cell(*cell)));
                return Err((value, "is not UTF-8 text".to_owned()));
            }
        }
        Ok(())
    }
}

/// One record: its cells one after the other.
#[derive(Default)]
struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    line: u64,
}

impl Record {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start..self.ends[at]]
    }

    /// The first cells as they would stand in the file, enough for a message.
    fn head(&self, delimiter: u8) -> Vec<u8> {
        let mut out = Vec::new();
        for at in 0..self.len() {
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
}

/// What ended an unquoted run.
#[derive(PartialEq, Eq)]
enum End {
    Cell,
    Record,
}

/// The file's bytes, and the record that was read last.
struct Input {
    file: File,
    delimiter: u8,
    buffer: Vec<u8>,
    at: usize,
    /// Bytes taken from the file so far, less those still in the buffer.
    consumed: u64,
    line: u64,
    record: Record,
}

impl Input {
    fn new(file: File, delimiter: u8) -> Self {
        Self {
            file,
            delimiter,
            buffer: Vec::new(),
            at: 0,
            consumed: 0,
            line: 1,
            record: Record::default(),
        }
    }

    fn start(&mut self) -> Result<(), Box<LoadError>> {
        self.fill()?;
        check_text_start(&self.buffer)?;
        if self.buffer.starts_with(BOM) {
            self.at = BOM.len();
        }
        Ok(())
    }

    /// Reads the next chunk; false at the end of the file.
    fn fill(&mut self) -> Result<bool, Box<LoadError>> {
        self.buffer.clear();
        self.at = 0;
        let read = (&mut self.file)
            .take(CHUNK as u64)
            .read_to_end(&mut self.buffer);
        let read = read.map_err(|error| read_error(&error))?;
        self.consumed += read as u64;
        Ok(read > 0)
    }

    fn peek(&mut self) -> Result<Option<u8>, Box<LoadError>> {
        if self.at == self.buffer.len() && !self.fill()? {
            return Ok(None);
        }
        Ok(Some(self.buffer[self.at]))
    }

    fn end_of_line(&mut self, byte: u8) -> Result<(), Box<LoadError>> {
        self.at += 1;
        if byte == b'\r' && self.peek()? == Some(b'\n') {
            self.at += 1;
        }
        self.line += 1;
        Ok(())
    }

    /// Reads one record, skipping blank lines; false at the end.
    fn read_record(&mut self) -> Result<bool, Box<LoadError>> {
        self.record.bytes.clear();
        self.record.ends.clear();
        loop {
            match self.peek()? {
                None => return Ok(false),
                Some(byte @ (b'\n' | b'\r')) => self.end_of_line(byte)?,
                Some(_) => break,
            }
        }
        self.record.line = self.line;
        loop {
            if self.peek()? == Some(b'"') {
                self.at += 1;
                self.quoted()?;
            }
            let end = self.unquoted()?;
            self.record.ends.push(self.record.bytes.len());
            if end == End::Record {
                return Ok(true);
            }
        }
    }

    /// Takes the rest of a quoted cell, its closing quote included.
    fn quoted(&mut self) -> Result<(), Box<LoadError>> {
        let opened = self.line;
        loop {
            if self.peek()?.is_none() {
                let message =
                    format!("the quote that opens a cell on line {opened} is never closed");
                return Err(LoadError::format(message)
                    .help("a quote inside a quoted cell is written twice"));
            }
            let rest = &self.buffer[self.at..];
            let end = memchr::memchr(b'"', rest);
            let taken = &rest[..end.unwrap_or(rest.len())];
            self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
            self.record.bytes.extend_from_slice(taken);
            self.at += taken.len();
            self.check_size(Some(opened))?;
            if end.is_none() {
                continue;
            }
            self.at += 1;
            if self.peek()? != Some(b'"') {
                return Ok(());
            }
            self.record.bytes.push(b'"');
            self.at += 1;
        }
    }

    /// Takes text up to a delimiter or the end of the line.
    fn unquoted(&mut self) -> Result<End, Box<LoadError>> {
        loop {
            if self.peek()?.is_none() {
                return Ok(End::Record);
            }
            let rest = &self.buffer[self.at..];
            let end = memchr::memchr3(self.delimiter, b'\n', b'\r', rest);
            let taken = &rest[..end.unwrap_or(rest.len())];
            self.record.bytes.extend_from_slice(taken);
            self.at += taken.len();
            self.check_size(None)?;
            if end.is_none() {
                continue;
            }
            let byte = self.buffer[self.at];
            if byte == self.delimiter {
                self.at += 1;
                return Ok(End::Cell);
            }
            self.end_of_line(byte)?;
            return Ok(End::Record);
        }
    }

    fn check_size(&self, quote: Option<u64>) -> Result<(), Box<LoadError>> {
        if self.record.bytes.len() + self.record.ends.len() <= RECORD_LIMIT {
            return Ok(());
        }
        let message = match quote {
            Some(line) => {
                format!("the quote that opens a cell on line {line} is not closed for 16 MiB")
            }
            None => format!("line {} is longer than 16 MiB", self.record.line),
        };
        let error = LoadError::new(LoadErrorKind::TooLarge, message);
        Err(match quote {
            Some(_) => error.help("a quote inside a quoted cell is written twice"),
            None => error.help("check that the file is CSV, one record per line"),
        })
    }
}
