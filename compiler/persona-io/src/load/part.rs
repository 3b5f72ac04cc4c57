//! Parts: what a thread makes of a piece of a file, and how a part joins the rows before it.

use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use persona_ir::{Plan, SourceTarget};

use super::builder::Interner;
use super::feed::Worker;
use super::ingest::{Ingest, TableBuilder};
use super::log::Tally;
use super::prune;
use crate::error::{LoadError, LoadErrorKind};
use crate::format::{Batch, Ended, Piece};
use crate::source::job::Job;
use crate::value::read::ReadContext;
use crate::value::zone::Zone;

/// What was made of a piece.
#[derive(Debug)]
pub(super) struct Part {
    /// Its rows; of a source that groups, they are in `batches` instead.
    pub(super) table: TableBuilder,
    /// The texts of its rows.
    pub(super) strings: Interner,
    pub(super) tally: Tally,
    pub(super) batches: Vec<Batch>,
    pub(super) ended: Ended,
    /// The file's number among those of the source.
    pub(super) file: usize,
}

/// What reading values needs, for one thread.
pub(super) fn context(plan: &Plan) -> Result<Rc<ReadContext>, Box<LoadError>> {
    let zone = Zone::named(&plan.zone).ok_or_else(|| {
        LoadError::new(
            LoadErrorKind::Source,
            format!("`{}` is not a time zone", plan.zone),
        )
    })?;
    Ok(Rc::new(ReadContext::new(&plan.schema.enums, Rc::new(zone))))
}

/// Tables of parts that were joined, whose room the next parts use: memory that is touched anew for each part costs more
/// than what is put there.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<TableBuilder>>);

impl Pool {
    /// Takes a table back.
    pub(super) fn give(&self, mut table: TableBuilder) {
        table.clear();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(table);
    }

    fn take(&self) -> Option<TableBuilder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// Makes parts of pieces.
pub(super) struct PartWorker<'p> {
    plan: &'p Plan,
    job: Job<'p>,
    kept: &'p [bool],
    /// How many files the log knows of other sources.
    files: u32,
    pool: &'p Pool,
}

impl<'p> PartWorker<'p> {
    pub(super) fn new(
        plan: &'p Plan,
        source: usize,
        kept: &'p [bool],
        files: u32,
        pool: &'p Pool,
    ) -> Result<Self, Box<LoadError>> {
        Ok(Self {
            plan,
            job: Job::new(plan, source, &context(plan)?)?,
            kept,
            files,
            pool,
        })
    }

    /// Whether also row groups are read whose rows are all filtered: only to find out that it makes no difference.
    fn all_groups(&self) -> bool {
        #[cfg(test)]
        return oracle::is_on();
        #[cfg(not(test))]
        false
    }

    fn target(&self) -> SourceTarget {
        self.job.plan.target
    }
}

impl Worker<Part> for PartWorker<'_> {
    fn work(&mut self, file: usize, piece: Piece) -> Part {
        let table = self.pool.take();
        let mut part = Part {
            table: table.unwrap_or_else(|| TableBuilder::new(self.plan, self.target(), self.kept)),
            strings: Interner::default(),
            tally: Tally::default(),
            batches: Vec::new(),
            ended: Ended::default(),
            file,
        };
        if !self.job.group_by.is_empty() {
            part.ended = piece.read(&mut |batch| part.batches.push(batch));
            return part;
        }
        if let (Piece::Group(group), Some(filter)) = (&piece, &self.job.filter)
            && !self.all_groups()
            && prune::never(filter, group)
        {
            part.tally.read += group.rows();
            part.tally.filtered += group.rows();
            part.ended = group.skipped();
            return part;
        }
        if let (Piece::Group(group), 0) = (&piece, part.table.len()) {
            /// Larger groups grow as they need: their number of rows is only what the file says.
            const MOST: u64 = 1 << 21;
            /// Keys are seldom longer; room that is not touched costs nothing.
            const KEY_BYTES: usize = 16;
            let rows = usize::try_from(group.rows().min(MOST)).unwrap_or(0);
            part.table.reserve(rows, rows * KEY_BYTES);
        }
        let number = self
            .files
            .saturating_add(u32::try_from(file).unwrap_or(u32::MAX));
        let mut ingest = Ingest::new(
            &self.job,
            self.kept,
            &mut part.tally,
            &mut part.strings,
            &mut part.table,
        );
        part.ended = piece.read(&mut |batch| {
            let before = ingest.table.len();
            #[cfg(test)]
            if oracle::is_on() {
                ingest.row_by_row(&batch, number);
                return ingest.table.note_ascending(before);
            }
            ingest.batch(&batch, number);
            ingest.table.note_ascending(before);
        });
        part
    }
}

/// The way that rows were read before there were faster ones, for tests: each as a record of its own, on one thread.
#[cfg(test)]
pub(crate) mod oracle {
    use std::cell::Cell;

    thread_local! {
        static ON: Cell<bool> = const { Cell::new(false) };
    }

    pub(crate) fn is_on() -> bool {
        ON.get()
    }

    /// Runs something in this way.
    pub(crate) fn run<T>(run: impl FnOnce() -> T) -> T {
        ON.set(true);
        let result = run();
        ON.set(false);
        result
    }
}
