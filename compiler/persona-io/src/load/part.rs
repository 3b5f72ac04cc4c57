//! Parts: what a thread makes of a piece of a file, and how a part joins the rows before it.

use std::rc::Rc;

use persona_ir::{Plan, SourceTarget};

use super::builder::Interner;
use super::feed::Worker;
use super::ingest::{Ingest, TableBuilder};
use super::log::Tally;
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

/// Makes parts of pieces.
pub(super) struct PartWorker<'p> {
    plan: &'p Plan,
    job: Job<'p>,
    kept: &'p [bool],
    /// How many files the log knows of other sources.
    files: u32,
}

impl<'p> PartWorker<'p> {
    pub(super) fn new(
        plan: &'p Plan,
        source: usize,
        kept: &'p [bool],
        files: u32,
    ) -> Result<Self, Box<LoadError>> {
        Ok(Self {
            plan,
            job: Job::new(plan, source, &context(plan)?)?,
            kept,
            files,
        })
    }

    fn target(&self) -> SourceTarget {
        self.job.plan.target
    }
}

impl Worker<Part> for PartWorker<'_> {
    fn work(&mut self, file: usize, piece: Piece) -> Part {
        let mut part = Part {
            table: TableBuilder::new(self.plan, self.target(), self.kept),
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
        part.ended = piece.read(&mut |batch| ingest.batch(&batch, number));
        part
    }
}
