//! A batch of raw rows, column by column, and the rows that could not even be taken apart.

use std::sync::Arc;

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
}

/// Where rows stand, from 1: in their file, or in the block that was read of it.
#[derive(Debug)]
pub(crate) enum Lines {
    /// One after the other, from here.
    From(u64),
    /// Each on its own.
    Each(Vec<u64>),
}

impl Lines {
    /// Whether the rows stand in lines that follow each other.
    pub(crate) fn follow(&self) -> bool {
        match self {
            Self::From(_) => true,
            Self::Each(lines) => lines
                .first()
                .zip(lines.last())
                .is_some_and(|(first, last)| last - first + 1 == lines.len() as u64),
        }
    }

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

/// Texts of a column: pieces of the block that was read, or of what was made of it.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// Where each text lies in the block, then in what was made of it.
    pub(super) spans: Vec<Span>,
    block: Arc<Block>,
}

/// From which byte to which.
pub(super) type Span = (u32, u32);

/// The text of a block, and behind it texts that do not stand in it as they are.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) text: String,
    pub(super) made: String,
}

impl Texts {
    pub(super) fn new(spans: Vec<Span>, block: &Arc<Block>) -> Self {
        Self {
            spans,
            block: block.clone(),
        }
    }

    #[inline]
    pub(crate) fn at(&self, row: usize) -> &str {
        let (start, end) = self.spans[row];
        let (start, end) = (start as usize, end as usize);
        let len = self.block.text.len();
        if end <= len {
            &self.block.text[start..end]
        } else {
            &self.block.made[start - len..end - len]
        }
    }
}
