//! Rows of one source into its target's table: filtering, grouping, reading each field, and what follows when a value
//! is bad or missing.

use std::borrow::Cow;
use std::ops::Range;

use persona_ir::{ColId, Plan, SourceTarget};

use super::builder::{ColumnBuilder, Interner};
use super::feed::{Piece, feed, what_is_there};
use super::group::{Groups, SortedElements, element_cells};
use super::ids::IdColumn;
use super::log::{Log, LogFile, Origin, Origins, Wrong};
use super::paths::FilePath;
use crate::error::{LoadError, LoadErrorKind};
use crate::format::{Batch, Seen};
use crate::options::{LoadOptions, Progress};
use crate::report::{RejectAction, RejectKind};
use crate::source::expr::{Env, truth};
use crate::source::job::{Field, FieldValue, Input, Job};
use crate::value::raw::{Bad, Raw};
use crate::value::read::{Cell, ListCell};

/// The rows of a target while they are read.
#[derive(Debug)]
pub(super) struct TableBuilder {
    /// Whose each row is: codes of kept texts.
    pub(super) keys: Vec<u32>,
    /// `at`, which a profile's row may lack.
    pub(super) at: ColumnBuilder,
    /// The events' identifiers.
    pub(super) id: IdColumn,
    /// All other columns by their number; the key, `at` and `id` have none.
    pub(super) columns: Vec<Option<ColumnBuilder>>,
    pub(super) origins: Origins,
}

impl TableBuilder {
    /// An empty table; `kept` says for each column whether the dataset keeps it.
    pub(super) fn new(plan: &Plan, target: SourceTarget, kept: &[bool]) -> Self {
        use persona_ir::{Schema, Ty};
        let (table, skip): (_, Vec<ColId>) = match target {
            SourceTarget::Profile => (&plan.schema.profile, vec![plan.schema.key]),
            SourceTarget::Event(kind) => (&plan.schema.events[kind], vec![Schema::AT, Schema::ID]),
        };
        let column = |(col, spec): (ColId, &persona_ir::Column)| {
            (!skip.contains(&col)).then(|| ColumnBuilder::new(&spec.ty, kept[usize::from(col)]))
        };
        Self {
            keys: Vec::new(),
            at: ColumnBuilder::new(&Ty::Timestamp, true),
            id: IdColumn::default(),
            columns: table.columns.iter_enumerated().map(column).collect(),
            origins: Origins::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    fn overflowed(&self) -> bool {
        self.at.overflowed() || self.columns.iter().flatten().any(ColumnBuilder::overflowed)
    }
}

/// What a source is read with.
pub(super) struct Ingest<'a, 'p, 's> {
    pub(super) job: &'a Job<'p>,
    pub(super) options: &'a LoadOptions,
    pub(super) progress: &'a dyn Progress,
    pub(super) log: &'a mut Log<'s>,
    pub(super) strings: &'a mut Interner,
    pub(super) table: &'a mut TableBuilder,
    /// For each column of the target, whether the dataset keeps it.
    pub(super) kept: &'a [bool],
}

/// A record's field, ready to be appended.
enum Out<'a> {
    Cell(Option<Cell<'a>>),
    Default,
    /// Elements of a group: of this list, this range.
    Elements(usize, Range<usize>),
}

/// A record that can be appended.
struct Record<'a> {
    key: u32,
    at: Option<i64>,
    id: Option<Cow<'a, str>>,
    fields: Vec<Out<'a>>,
}

/// Values that were not taken as they are, to be told once the record is used.
type Notes = Vec<(Wrong, RejectAction)>;

impl Ingest<'_, '_, '_> {
    /// Reads all files of the source.
    pub(super) fn run(mut self, files: &[FilePath]) -> Result<(), Box<LoadError>> {
        let job = self.job;
        self.progress
            .source(&job.plan.name, files.iter().map(|file| file.bytes).sum());
        let mut groups = (!job.group_by.is_empty())
            .then(|| Groups::new(job, |field| self.kept[usize::from(job.fields[field].col)]));
        let (mut file, mut bytes) = (0_u32, 0_u64);
        let mut seen: Vec<Seen> = Vec::new();
        let (rows, threads) = (self.options.batch_rows, self.options.threads);
        feed(job, files, rows, threads, |piece| {
            match piece {
                Piece::File(number) => {
                    file = self.begin(&files[number])?;
                    bytes = files[..number].iter().map(|file| file.bytes).sum();
                }
                Piece::Batch(batch) => {
                    self.batch(&batch, file, groups.as_mut());
                    bytes += batch.bytes;
                    self.progress
                        .rows(self.log.report.sources[job.index].rows_read, bytes);
                }
                Piece::Seen(names) => seen.push(names),
            }
            if self.table.overflowed() || groups.as_ref().is_some_and(Groups::overflowed) {
                let message = "there are more rows or list elements of one kind than 2³²";
                return Err(LoadError::new(LoadErrorKind::TooLarge, message));
            }
            self.log.check()
        })?;
        if let Some(groups) = groups {
            self.finish_groups(groups);
        }
        self.note_unseen(&seen);
        self.log.check()
    }

    fn begin(&mut self, file: &FilePath) -> Result<u32, Box<LoadError>> {
        let number = u32::try_from(self.log.files.len()).map_err(|_| {
            LoadError::new(LoadErrorKind::TooLarge, "there are more than 2³² files")
        })?;
        self.log.files.push(LogFile {
            source: self.job.index,
            shown: file.shown.clone(),
        });
        self.log.report.sources[self.job.index].files += 1;
        Ok(number)
    }

    /// Tells of columns that the program names and no row of a file without a header had.
    fn note_unseen(&mut self, seen: &[Seen]) {
        if seen.is_empty() || self.log.report.sources[self.job.index].rows_read == 0 {
            return;
        }
        let mut names: Vec<String> = seen
            .iter()
            .flat_map(|seen| seen.names.iter().cloned())
            .collect();
        names.sort_unstable();
        names.dedup();
        for (at, wanted) in self.job.wanted.iter().enumerate() {
            if wanted.said && !seen.iter().any(|seen| seen.wanted[at]) {
                let there = what_is_there(&wanted.name, &names, &self.job.plan.format);
                let note = format!(
                    "source `{}`: no row has `{}`; {there}",
                    self.job.plan.name, wanted.name
                );
                self.log.report.notes.push(note);
            }
        }
    }

    fn batch(&mut self, batch: &Batch, file: u32, mut groups: Option<&mut Groups>) {
        let mut problems = batch.problems.iter().peekable();
        for row in 0..=batch.rows {
            while let Some(problem) = problems.next_if(|problem| problem.before <= row) {
                self.log.report.sources[self.job.index].rows_read += 1;
                let origin = Origin {
                    file,
                    line: problem.line,
                    rows: 1,
                };
                let wrong = Wrong {
                    kind: RejectKind::BrokenRow,
                    column: None,
                    value: Some(problem.value.clone()),
                    reason: problem.reason.clone(),
                };
                self.log.reject(origin, wrong);
            }
            if row < batch.rows {
                self.log.report.sources[self.job.index].rows_read += 1;
                let origin = Origin {
                    file,
                    line: batch.lines.of(row),
                    rows: 1,
                };
                let env = Env {
                    row: Some((batch, row)),
                    accs: &[],
                };
                self.row(env, origin, groups.as_deref_mut());
            }
        }
    }

    fn row(&mut self, env: Env<'_>, origin: Origin, groups: Option<&mut Groups>) {
        if let Some(filter) = &self.job.filter {
            match filter.eval(env).and_then(|raw| truth(&raw)) {
                Ok(Some(true)) => {}
                Ok(_) => {
                    self.log.report.sources[self.job.index].rows_filtered += 1;
                    return;
                }
                Err(bad) => return self.log.reject(origin, *Wrong::bad("where", *bad)),
            }
        }
        let Some(groups) = groups else {
            return self.record(env, origin, None);
        };
        if let Err(bad) = groups.row(self.job, env, origin, self.strings) {
            self.log.reject(origin, *Wrong::bad("group by", *bad));
        }
    }

    fn finish_groups(&mut self, mut groups: Groups) {
        let count = groups.len();
        let lists: Vec<SortedElements> = std::mem::take(&mut groups.lists)
            .into_iter()
            .map(|list| list.sorted(count))
            .collect();
        for group in 0..count {
            let env = Env {
                row: None,
                accs: groups.accs(group),
            };
            self.record(env, groups.origins[group], Some((&lists, group)));
        }
    }

    /// Reads a record and appends it, or sets it aside.
    fn record(&mut self, env: Env<'_>, origin: Origin, lists: Option<(&[SortedElements], usize)>) {
        let mut notes = Notes::new();
        match self.read(env, lists, &mut notes) {
            Ok(record) => {
                self.append(record, lists.map(|(lists, _)| lists), origin);
                for (wrong, action) in notes {
                    self.log.value(origin, wrong, action);
                }
            }
            Err(wrong) => self.log.reject(origin, *wrong),
        }
    }

    fn read<'e>(
        &mut self,
        env: Env<'e>,
        lists: Option<(&[SortedElements], usize)>,
        notes: &mut Notes,
    ) -> Result<Record<'e>, Box<Wrong>>
    where
        Self: 'e,
    {
        let job = self.job;
        let key = read_input(&job.key, env)?;
        let key = match &key {
            Some(Cell::Str(text)) if !text.is_empty() => {
                self.strings.keep(text, self.table.keys.last().copied())
            }
            _ => {
                let reason = match job.plan.target {
                    SourceTarget::Profile => "the key is missing",
                    SourceTarget::Event(_) => "does not say whose event it is",
                };
                return Err(Wrong::missing(
                    RejectKind::MissingKey,
                    &job.key.column,
                    reason.to_owned(),
                ));
            }
        };
        let at = match &job.at {
            Some(input) => match read_input(input, env)? {
                Some(Cell::Int(at)) => Some(at),
                _ if job.plan.target == SourceTarget::Profile => None,
                _ => {
                    let reason = "`at` is missing: when the event was".to_owned();
                    return Err(Wrong::missing(
                        RejectKind::MissingValue,
                        &input.column,
                        reason,
                    ));
                }
            },
            None => None,
        };
        let id = match &job.id {
            Some(input) => match read_input(input, env)? {
                Some(Cell::Str(text)) if !text.is_empty() => Some(text),
                _ => None,
            },
            None => None,
        };
        let mut fields = Vec::with_capacity(job.fields.len());
        for (at, field) in job.fields.iter().enumerate() {
            fields.push(self.field(at, field, env, lists, notes)?);
        }
        Ok(Record {
            key,
            at,
            id,
            fields,
        })
    }

    fn field<'e>(
        &self,
        at: usize,
        field: &'e Field<'_>,
        env: Env<'e>,
        lists: Option<(&[SortedElements], usize)>,
        notes: &mut Notes,
    ) -> Result<Out<'e>, Box<Wrong>> {
        let mut cleared = Vec::new();
        let mut empty = false;
        let read = match (&field.value, lists) {
            (FieldValue::Expr(expr), _) => expr.eval(env).and_then(|raw| {
                empty = matches!(raw, Raw::Empty);
                Ok(field
                    .reader
                    .read(raw, &mut cleared)?
                    .map(|cell| Out::Cell(Some(cell))))
            }),
            (FieldValue::Each(_), Some((lists, group))) => {
                let (number, list) = lists
                    .iter()
                    .enumerate()
                    .find(|(_, list)| list.field == at)
                    .expect("each list field of a grouped source has its elements");
                cleared.extend(list.cleared(group).iter().map(|(_, bad)| bad.clone()));
                match list.bad(group) {
                    Some(bad) => Err(Box::new(bad.clone())),
                    None => Ok(Some(Out::Elements(number, list.range(group)))),
                }
            }
            (FieldValue::Each(exprs), None) => {
                let cells = element_cells(exprs, &field.reader, env, &mut cleared);
                cells.map(|cells| Some(Out::Cell(Some(Cell::List(one_element(cells))))))
            }
            (FieldValue::Nothing, _) => Ok(None),
        };
        for bad in cleared {
            notes.push((*Wrong::bad(&field.column, bad), RejectAction::Cleared));
        }
        match read {
            Ok(Some(out)) => Ok(out),
            Ok(None) => self.missing(field, empty),
            Err(bad) => self.bad(field, *bad, notes),
        }
    }

    fn missing<'e>(&self, field: &Field<'_>, empty: bool) -> Result<Out<'e>, Box<Wrong>> {
        if empty && !field.spec.optional && field.reader.takes_empty() {
            return Ok(Out::Cell(Some(Cell::Str(Cow::Borrowed("")))));
        }
        if self.is_profile() {
            // Another source may still give the value; defaults come when all have been asked.
            if field.required() && self.job.alone {
                return Err(missing_value(field));
            }
            return Ok(Out::Cell(None));
        }
        match field.default() {
            Some(_) => Ok(Out::Default),
            None if field.spec.optional => Ok(Out::Cell(None)),
            None => Err(missing_value(field)),
        }
    }

    fn bad<'e>(
        &self,
        field: &Field<'_>,
        bad: Bad,
        notes: &mut Notes,
    ) -> Result<Out<'e>, Box<Wrong>> {
        let mut wrong = Wrong::bad(&field.column, bad);
        if *field.column != *field.spec.name {
            wrong.reason += &format!(" (field `{}`)", field.spec.name);
        }
        if field.required() {
            return Err(wrong);
        }
        let default = field.default().is_some();
        notes.push((
            *wrong,
            if default {
                RejectAction::DefaultUsed
            } else {
                RejectAction::Cleared
            },
        ));
        Ok(if default && !self.is_profile() {
            Out::Default
        } else {
            Out::Cell(None)
        })
    }

    fn is_profile(&self) -> bool {
        self.job.plan.target == SourceTarget::Profile
    }

    fn append(&mut self, record: Record<'_>, lists: Option<&[SortedElements]>, origin: Origin) {
        let table = &mut *self.table;
        table.keys.push(record.key);
        table.at.push(record.at.map(Cell::Int), self.strings);
        table.id.push(record.id.as_deref());
        for (field, out) in self.job.fields.iter().zip(record.fields) {
            let Some(column) = &mut table.columns[usize::from(field.col)] else {
                continue;
            };
            match out {
                Out::Cell(cell) => column.push(cell, self.strings),
                Out::Default => {
                    let default = field
                        .default()
                        .expect("a field without a default has no default used");
                    column.push_const(default, self.strings);
                }
                Out::Elements(number, range) => {
                    let list = &lists.expect("elements come with their lists")[number];
                    column.push_elements(&list.children, range);
                }
            }
        }
        table.origins.push(origin);
        self.log.used(origin);
    }
}

fn missing_value(field: &Field<'_>) -> Box<Wrong> {
    let reason = format!("`{}` is missing, and is required", field.spec.name);
    Wrong::missing(RejectKind::MissingValue, &field.column, reason)
}

fn read_input<'a>(input: &'a Input, env: Env<'a>) -> Result<Option<Cell<'a>>, Box<Wrong>> {
    let mut cleared = Vec::new();
    let read = input
        .expr
        .eval(env)
        .and_then(|raw| input.reader.read(raw, &mut cleared));
    read.map_err(|bad| Wrong::bad(&input.column, *bad))
}

fn one_element(cells: Vec<Option<Cell<'_>>>) -> ListCell<'_> {
    ListCell {
        len: 1,
        children: cells.into_iter().map(|cell| vec![cell]).collect(),
    }
}
