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

/// Origins of a table's rows, compactly: rows that follow each other in a file are one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    len: u32,
    runs: Vec<Run>,
}

/// Rows from `row` on: row by row the next line, of as many rows each.
#[derive(Clone, Copy, Debug)]
struct Run {
    row: u32,
    file: u32,
    line: u64,
    rows: u32,
}

impl Origins {
    pub(crate) fn push(&mut self, origin: Origin) {
        self.push_run(origin, 1);
    }

    /// Appends rows that follow each other, from the first one's origin.
    pub(crate) fn push_run(&mut self, origin: Origin, len: u32) {
        let follows = self.runs.last().is_some_and(|run| {
            let next = run.line + u64::from(self.len - run.row);
            (run.file, next, run.rows) == (origin.file, origin.line, origin.rows)
        });
        if !follows {
            self.runs.push(Run {
                row: self.len,
                file: origin.file,
                line: origin.line,
                rows: origin.rows,
            });
        }
        self.len = self.len.saturating_add(len);
    }

    /// Appends the origins of a part that was counted from its first line; so many lines stand before it.
    pub(crate) fn append(&mut self, part: &Self, lines: u64) {
        for (at, run) in part.runs.iter().enumerate() {
            let end = part.runs.get(at + 1).map_or(part.len, |next| next.row);
            let origin = Origin {
                file: run.file,
                line: run.line + lines,
                rows: run.rows,
            };
            self.push_run(origin, end - run.row);
        }
    }

    pub(crate) fn get(&self, row: usize) -> Origin {
        let at = self.runs.partition_point(|run| run.row as usize <= row);
        let run = &self.runs[at - 1];
        Origin {
            file: run.file,
            line: run.line + (row as u64 - u64::from(run.row)),
            rows: run.rows,
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

/// What became of the rows of a piece, before it is told.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) read: u64,
    pub(crate) filtered: u64,
    used: u64,
    records: u64,
    /// Rejects in their order; with what was done where the row is used.
    told: Vec<(Origin, Wrong, Option<RejectAction>)>,
}

impl Tally {
    /// The rows of a record are set aside.
    pub(crate) fn reject(&mut self, origin: Origin, wrong: Wrong) {
        self.told.push((origin, wrong, None));
    }

    /// A value was left out, or its field's default stands for it.
    pub(crate) fn value(&mut self, origin: Origin, wrong: Wrong, action: RejectAction) {
        self.told.push((origin, wrong, Some(action)));
    }

    /// Records of one row each are used.
    pub(crate) fn used_rows(&mut self, rows: u64) {
        self.used += rows;
        self.records += rows;
    }

    /// A record is used.
    pub(crate) fn used(&mut self, origin: Origin) {
        self.used += u64::from(origin.rows);
        self.records += 1;
    }
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

    /// Tells what became of a source's rows, whose lines are counted behind so many others.
    pub(crate) fn tell(&mut self, source: usize, tally: Tally, lines: u64) {
        let report = &mut self.report.sources[source];
        report.rows_read += tally.read;
        report.rows_filtered += tally.filtered;
        report.rows_used += tally.used;
        report.records += tally.records;
        for (mut origin, wrong, action) in tally.told {
            origin.line += lines;
            match action {
                None => self.reject(origin, wrong),
                Some(action) => self.value(origin, wrong, action),
            }
        }
    }

    /// A value was left out, or its field's default stands for it.
    fn value(&mut self, origin: Origin, wrong: Wrong, action: RejectAction) {
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
