//! Where rows came from, and the record of what was set aside.

use std::sync::Arc;

use crate::error::LoadError;
use crate::report::{LoadReport, Reject, RejectAction, RejectKind, RejectSink};
use crate::value::raw::Bad;

/// A row of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// Its number in the log's list of files.
    pub(crate) file: u32,
    pub(crate) line: u64,
    /// How many rows the record is made of.
    pub(crate) rows: u32,
}

/// Origins of a table's rows, compactly.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// From which row on which file.
    files: Vec<(u32, u32)>,
    lines: Vec<u32>,
    /// How many rows make each record, where some record has more than one.
    rows: Option<Vec<u32>>,
}

impl Origins {
    pub(crate) fn push(&mut self, origin: Origin) {
        let row = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        if self
            .files
            .last()
            .is_none_or(|(_, file)| *file != origin.file)
        {
            self.files.push((row, origin.file));
        }
        if origin.rows != 1 && self.rows.is_none() {
            self.rows = Some(vec![1; self.lines.len()]);
        }
        if let Some(rows) = &mut self.rows {
            rows.push(origin.rows);
        }
        // Lines beyond 2^32 are told as the last that can be.
        self.lines
            .push(u32::try_from(origin.line).unwrap_or(u32::MAX));
    }

    pub(crate) fn get(&self, row: usize) -> Origin {
        let at = self
            .files
            .partition_point(|(start, _)| *start as usize <= row);
        Origin {
            file: self.files[at - 1].1,
            line: u64::from(self.lines[row]),
            rows: self.rows.as_ref().map_or(1, |rows| rows[row]),
        }
    }
}

/// A file that was read.
#[derive(Clone, Debug)]
pub(crate) struct LogFile {
    /// The source's place in the plan.
    pub(crate) source: usize,
    pub(crate) shown: Arc<str>,
}

/// Counts, and hands rejects on.
pub(crate) struct Log<'a> {
    pub(crate) report: LoadReport,
    pub(crate) files: Vec<LogFile>,
    pub(crate) kept: Vec<Reject>,
    pub(crate) keep: usize,
    sink: &'a mut dyn RejectSink,
    failure: Option<Box<LoadError>>,
}

/// What is wrong with a row or a value.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) kind: RejectKind,
    pub(crate) column: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) reason: String,
}

impl Wrong {
    pub(crate) fn bad(column: &str, bad: Bad) -> Box<Self> {
        Box::new(Self {
            kind: RejectKind::BadValue,
            column: Some(column.to_owned()),
            value: Some(bad.value),
            reason: bad.reason,
        })
    }

    pub(crate) fn missing(kind: RejectKind, column: &str, reason: String) -> Box<Self> {
        Box::new(Self {
            kind,
            column: Some(column.to_owned()),
            value: None,
            reason,
        })
    }
}

impl<'a> Log<'a> {
    pub(crate) fn new(keep: usize, sink: &'a mut dyn RejectSink) -> Self {
        Self {
            report: LoadReport::default(),
            files: Vec::new(),
            kept: Vec::new(),
            keep,
            sink,
            failure: None,
        }
    }

    /// The rows of a record are set aside. They must not have been counted as used.
    pub(crate) fn reject(&mut self, origin: Origin, wrong: Wrong) {
        let action = if wrong.kind == RejectKind::Duplicate {
            RejectAction::Duplicate
        } else {
            RejectAction::Rejected
        };
        let source = self.files[origin.file as usize].source;
        self.report.sources[source].set_aside(wrong.kind, u64::from(origin.rows));
        self.emit(origin, wrong, action, u64::from(origin.rows));
    }

    /// The rows of a record that was counted as used are set aside after all.
    pub(crate) fn reject_used(&mut self, origin: Origin, wrong: Wrong) {
        let source = &mut self.report.sources[self.files[origin.file as usize].source];
        source.rows_used -= u64::from(origin.rows);
        source.records -= 1;
        self.reject(origin, wrong);
    }

    /// A record is used.
    pub(crate) fn used(&mut self, origin: Origin) {
        let source = &mut self.report.sources[self.files[origin.file as usize].source];
        source.rows_used += u64::from(origin.rows);
        source.records += 1;
    }

    /// A value was left out, or its field's default stands for it.
    pub(crate) fn value(&mut self, origin: Origin, wrong: Wrong, action: RejectAction) {
        let source = &mut self.report.sources[self.files[origin.file as usize].source];
        match action {
            RejectAction::DefaultUsed => source.values_defaulted += 1,
            _ => source.values_cleared += 1,
        }
        self.emit(origin, wrong, action, 0);
    }

    fn emit(&mut self, origin: Origin, wrong: Wrong, action: RejectAction, rows: u64) {
        let file = &self.files[origin.file as usize];
        let reject = Reject {
            source: self.report.sources[file.source].name.clone(),
            file: file.shown.clone(),
            line: origin.line,
            column: wrong.column,
            value: wrong.value,
            reason: wrong.reason,
            kind: wrong.kind,
            action,
            rows,
        };
        self.report.note(file.source, &reject);
        if self.failure.is_none() {
            self.failure = self.sink.reject(&reject).err();
        }
        if self.kept.len() < self.keep {
            self.kept.push(reject);
        }
    }

    /// Fails if a reject could not be handed on.
    pub(crate) fn check(&mut self) -> Result<(), Box<LoadError>> {
        self.failure.take().map_or(Ok(()), Err)
    }
}
