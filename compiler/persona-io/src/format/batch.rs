//! A batch of raw rows, column by column, and the rows that could not even be taken apart.

use super::arrow::Arr;
use crate::value::json;
use crate::value::raw::{Raw, Value};

/// Some rows of one file.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The number of rows, without the problems.
    pub(crate) rows: usize,
    /// The lines (or numbers) of the rows.
    pub(crate) lines: Lines,
    /// The wanted columns.
    pub(crate) columns: Vec<BatchColumn>,
    /// Rows that are none, by where they stood.
    pub(crate) problems: Vec<Problem>,
    /// How many bytes of the file this was, for progress; 0 where unknown.
    pub(crate) bytes: u64,
}

/// Where rows stand in their file, from 1.
#[derive(Debug)]
pub(crate) enum Lines {
    /// One after the other, from here.
    From(u64),
    /// Each on its own.
    Each(Vec<u64>),
}

impl Lines {
    pub(crate) fn of(&self, row: usize) -> u64 {
        match self {
            Self::From(first) => first + row as u64,
            Self::Each(lines) => lines[row],
        }
    }
}

/// A row that could not be read at all.
#[derive(Debug)]
pub(crate) struct Problem {
    /// It stood before this row of the batch.
    pub(crate) before: usize,
    /// Its line.
    pub(crate) line: u64,
    /// Some of its text.
    pub(crate) value: String,
    /// Why.
    pub(crate) reason: String,
}

/// A column of a batch.
#[derive(Debug)]
pub(crate) enum BatchColumn {
    /// The file has no such column.
    Absent,
    /// Cells of a CSV file: empty text is no value.
    Cells(Texts),
    /// JSON texts: empty text is no value.
    Json(Texts),
    /// An Arrow array.
    Arrow(Arr),
}

impl BatchColumn {
    /// The value at a row.
    pub(crate) fn at(&self, row: usize) -> Value<'_> {
        match self {
            Self::Absent => Ok(Raw::Missing),
            Self::Cells(texts) => Ok(match texts.at(row) {
                "" => Raw::Empty,
                text => Raw::str(text),
            }),
            Self::Json(texts) => json::value(texts.at(row)),
            Self::Arrow(array) => array.at(row),
        }
    }
}

/// Texts one after the other.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(crate) fn at(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }
}
