//! Rows of one source into its target's table: filtering, grouping, reading each field, and what follows when a value
//! is bad or missing.

use std::borrow::Cow;
use std::ops::Range;

use persona_ir::{Catalog, ColId, Plan, SourceTarget};
use persona_runtime::Texts;

use super::builder::{ColumnBuilder, Interner, Recode};
use super::columns::Memo;
use super::group::{Groups, SortedElements, element_cells};
use super::ids::IdColumn;
use super::keys::Ranks;
use super::log::{Origin, Origins, Tally, Wrong};
use crate::format::{Batch, Problem};
use crate::report::{RejectAction, RejectKind};
use crate::source::expr::{Env, truth};
use crate::source::job::{Field, FieldValue, Input, Job};
use crate::value::raw::{Bad, Raw};
use crate::value::read::{Cell, ListCell};

/// The rows of a target while they are read.
#[derive(Debug)]
pub(super) struct TableBuilder {
    /// Whose each row is, until the keys of all tables are sorted.
    pub(super) keys: Texts,
    /// So many keys are known to ascend strictly from the first on; more may.
    pub(super) ascending: usize,
    /// From then on.
    pub(super) ranks: Ranks,
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
            SourceTarget::Catalog(catalog) => {
                let Catalog { table, key } = &plan.schema.catalogs[catalog];
                // A key that is no text is a column besides.
                let text = table.columns[*key].ty == Ty::Str;
                (table, text.then_some(*key).into_iter().collect())
            }
        };
        let column = |(col, spec): (ColId, &persona_ir::Column)| {
            (!skip.contains(&col)).then(|| ColumnBuilder::new(&spec.ty, kept[usize::from(col)]))
        };
        Self {
            keys: Texts::new(),
            ascending: 0,
            ranks: Ranks::None,
            at: ColumnBuilder::new(&Ty::Timestamp, true),
            id: IdColumn::default(),
            columns: table.columns.iter_enumerated().map(column).collect(),
            origins: Origins::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    /// Makes room for as many rows as there will be if the other parts are like this one, which is made of so many bytes of
    /// `all`: what grows step by step is copied over and over.
    pub(super) fn expect(&mut self, part: &Self, bytes: u64, all: u64) {
        /// Parts differ: a twentieth more.
        const MORE: f64 = 1.05;
        /// What a guess is worth at most, in rows.
        const MOST: f64 = 3.2e7;
        if bytes == 0 || bytes >= all {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a guess")]
        let times = all as f64 / bytes as f64 * MORE;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a guess, within bounds"
        )]
        let scaled = |count: usize, most: f64| (count as f64 * times).min(most) as usize;
        let text = scaled(part.keys.bytes(), MOST * 16.0);
        self.reserve(scaled(part.len(), MOST), text);
    }

    /// Makes room for so many rows, whose keys have so many bytes.
    pub(super) fn reserve(&mut self, rows: usize, text: usize) {
        self.keys.reserve(rows, text);
        self.at.reserve(rows);
        for column in self.columns.iter_mut().flatten() {
            column.reserve(rows);
        }
    }

    /// Joins the rows of a part, before whose lines so many others stand.
    pub(super) fn append(&mut self, part: &Self, recode: &Recode, lines: u64) {
        self.append_keys(part);
        self.at.append(&part.at, recode);
        self.id.append(&part.id);
        for (column, part) in self.columns.iter_mut().zip(&part.columns) {
            if let (Some(column), Some(part)) = (column, part) {
                column.append(part, recode);
            }
        }
        self.origins.append(&part.origins, lines);
    }

    fn append_keys(&mut self, part: &Self) {
        let (before, more) = (self.keys.len(), part.keys.len());
        let follows = before == 0 || more == 0 || self.keys.get(before - 1) < part.keys.get(0);
        if follows && self.ascending == before && part.ascending == more {
            self.ascending = before + more;
        }
        self.keys.append(&part.keys);
    }

    /// Finds out whether the keys behind so many rows ascend as those before them do. Asked of each batch, while it is at hand.
    pub(super) fn note_ascending(&mut self, before: usize) {
        if self.ascending == before && self.keys.ascend_from(before) {
            self.ascending = self.keys.len();
        }
    }

    /// Drops all rows; the room for them stays.
    pub(super) fn clear(&mut self) {
        self.keys.clear();
        self.ascending = 0;
        self.at.clear();
        self.id.clear();
        self.columns
            .iter_mut()
            .flatten()
            .for_each(ColumnBuilder::clear);
        self.origins = Origins::default();
    }

    pub(super) fn overflowed(&self) -> bool {
        self.at.overflowed() || self.columns.iter().flatten().any(ColumnBuilder::overflowed)
    }
}

/// What a piece of a source is read with.
pub(super) struct Ingest<'a, 'p> {
    pub(super) job: &'a Job<'p>,
    /// For each column of the target, whether the dataset keeps it.
    pub(super) kept: &'a [bool],
    pub(super) tally: &'a mut Tally,
    pub(super) strings: &'a mut Interner,
    pub(super) table: &'a mut TableBuilder,
    pub(super) memo: Memo,
}

/// A record's field, ready to be appended.
pub(super) enum Out<'a> {
    Cell(Option<Cell<'a>>),
    Default,
    /// Elements of a group: of this list, this range.
    Elements(usize, Range<usize>),
}

/// A record that can be appended.
pub(super) struct Record<'a> {
    key: Cow<'a, str>,
    at: Option<i64>,
    id: Option<Cow<'a, str>>,
    fields: Vec<Out<'a>>,
}

/// Values that were not taken as they are, to be told once the record is used.
pub(super) type Notes = Vec<(Wrong, RejectAction)>;

impl<'a, 'p> Ingest<'a, 'p> {
    pub(super) fn new(
        job: &'a Job<'p>,
        kept: &'a [bool],
        tally: &'a mut Tally,
        strings: &'a mut Interner,
        table: &'a mut TableBuilder,
    ) -> Self {
        Self {
            job,
            kept,
            tally,
            strings,
            table,
            memo: Memo::new(job.fields.len()),
        }
    }

    /// Groups of the source's rows, if it has any.
    pub(super) fn groups(&self) -> Option<Groups> {
        let kept = |field: usize| self.kept[usize::from(self.job.fields[field].col)];
        (!self.job.group_by.is_empty()).then(|| Groups::new(self.job, kept))
    }

    /// Takes the rows of a batch into groups. Its lines stand behind so many others.
    pub(super) fn group(&mut self, batch: &Batch, file: u32, lines: u64, groups: &mut Groups) {
        let mut problems = batch.problems.iter().peekable();
        for row in 0..=batch.rows {
            while let Some(problem) = problems.next_if(|problem| problem.before <= row) {
                self.problem(problem, file, lines);
            }
            if row < batch.rows {
                self.tally.read += 1;
                let origin = Origin {
                    file,
                    line: batch.lines.of(row) + lines,
                    rows: 1,
                };
                let env = Env::of(batch, row);
                match self.passes(env) {
                    Ok(true) => {
                        if let Err(bad) = groups.row(self.job, env, origin, self.strings) {
                            self.tally.reject(origin, *Wrong::bad("group by", *bad));
                        }
                    }
                    Ok(false) => self.tally.filtered += 1,
                    Err(bad) => self.tally.reject(origin, *Wrong::bad("where", *bad)),
                }
            }
        }
    }

    /// Reads each row of a batch as a record.
    #[cfg(test)]
    pub(super) fn row_by_row(&mut self, batch: &Batch, file: u32) {
        let mut problems = batch.problems.iter().peekable();
        for row in 0..=batch.rows {
            while let Some(problem) = problems.next_if(|problem| problem.before <= row) {
                self.problem(problem, file, 0);
            }
            if row == batch.rows {
                break;
            }
            self.tally.read += 1;
            let origin = Origin {
                file,
                line: batch.lines.of(row),
                rows: 1,
            };
            let env = Env::of(batch, row);
            match self.passes(env) {
                Ok(true) => {}
                Ok(false) => {
                    self.tally.filtered += 1;
                    continue;
                }
                Err(bad) => {
                    self.tally.reject(origin, *Wrong::bad("where", *bad));
                    continue;
                }
            }
            let mut notes = Notes::new();
            match self.read(env, None, &mut notes) {
                Ok(record) => {
                    self.append(record, &[], origin);
                    self.tell(origin, notes);
                }
                Err(wrong) => self.tally.reject(origin, *wrong),
            }
        }
    }

    /// A row that could not even be taken apart.
    pub(super) fn problem(&mut self, problem: &Problem, file: u32, lines: u64) {
        self.tally.read += 1;
        let origin = Origin {
            file,
            line: problem.line + lines,
            rows: 1,
        };
        let wrong = Wrong {
            kind: RejectKind::BrokenRow,
            column: None,
            value: Some(problem.value.clone()),
            reason: problem.reason.clone(),
        };
        self.tally.reject(origin, wrong);
    }

    /// Whether the source's `where` holds of a row.
    pub(super) fn passes(&self, env: Env<'_>) -> Result<bool, Box<Bad>> {
        match &self.job.filter {
            Some(filter) => Ok(filter.eval(env).and_then(|raw| truth(&raw))? == Some(true)),
            None => Ok(true),
        }
    }

    /// Reads the records that groups are.
    pub(super) fn finish_groups(&mut self, mut groups: Groups) {
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
            let mut notes = Notes::new();
            let origin = groups.origins[group];
            match self.read(env, Some((&lists, group)), &mut notes) {
                Ok(record) => {
                    self.append(record, &lists, origin);
                    self.tell(origin, notes);
                }
                Err(wrong) => self.tally.reject(origin, *wrong),
            }
        }
    }

    /// Tells of the values of a row that is used.
    pub(super) fn tell(&mut self, origin: Origin, notes: Notes) {
        for (wrong, action) in notes {
            self.tally.value(origin, wrong, action);
        }
    }

    /// Whose record it is.
    pub(super) fn key<'e>(&self, env: Env<'e>) -> Result<Cow<'e, str>, Box<Wrong>>
    where
        'a: 'e,
    {
        let job = self.job;
        match read_input(&job.key, env)? {
            Some(Cell::Str(text)) if !text.is_empty() => Ok(text),
            // One text for each number and each value, however the file writes it.
            Some(Cell::Int(key)) => Ok(Cow::Owned(key.to_string())),
            Some(Cell::Enum(key)) if (key as usize) < job.key_names.len() => {
                Ok(Cow::Borrowed(&*job.key_names[key as usize]))
            }
            _ => {
                let reason = match job.plan.target {
                    SourceTarget::Profile | SourceTarget::Catalog(_) => "the key is missing",
                    SourceTarget::Event(_) => "does not say whose event it is",
                };
                Err(Wrong::missing(
                    RejectKind::MissingKey,
                    &job.key.column,
                    reason.to_owned(),
                ))
            }
        }
    }

    /// When it was; a profile's row may not say.
    pub(super) fn at(&self, env: Env<'_>) -> Result<Option<i64>, Box<Wrong>> {
        let Some(input) = &self.job.at else {
            return Ok(None);
        };
        match read_input(input, env)? {
            Some(Cell::Int(at)) => Ok(Some(at)),
            _ if self.is_keyed() => Ok(None),
            _ => {
                let reason = "`at` is missing: when the event was".to_owned();
                Err(Wrong::missing(
                    RejectKind::MissingValue,
                    &input.column,
                    reason,
                ))
            }
        }
    }

    /// The event's identifier.
    pub(super) fn id<'e>(&self, env: Env<'e>) -> Result<Option<Cow<'e, str>>, Box<Wrong>>
    where
        'a: 'e,
    {
        let Some(input) = &self.job.id else {
            return Ok(None);
        };
        Ok(match read_input(input, env)? {
            Some(Cell::Str(text)) if !text.is_empty() => Some(text),
            _ => None,
        })
    }

    pub(super) fn read<'e>(
        &self,
        env: Env<'e>,
        lists: Option<(&[SortedElements], usize)>,
        notes: &mut Notes,
    ) -> Result<Record<'e>, Box<Wrong>>
    where
        'a: 'e,
    {
        let job = self.job;
        let key = self.key(env)?;
        let at = self.at(env)?;
        let id = self.id(env)?;
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

    pub(super) fn field<'e>(
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
        if self.is_keyed() {
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
        Ok(if default && !self.is_keyed() {
            Out::Default
        } else {
            Out::Cell(None)
        })
    }

    /// Whether its rows are profiles or items, which have keys of their own, and no events.
    pub(super) fn is_keyed(&self) -> bool {
        !matches!(self.job.plan.target, SourceTarget::Event(_))
    }

    fn append(&mut self, record: Record<'_>, lists: &[SortedElements], origin: Origin) {
        let table = &mut *self.table;
        table.keys.push(&record.key);
        table.at.push(record.at.map(Cell::Int), self.strings);
        table.id.push(record.id.as_deref());
        for (field, out) in self.job.fields.iter().zip(record.fields) {
            if let Some(column) = &mut table.columns[usize::from(field.col)] {
                push_out(column, field, out, lists, self.strings);
            }
        }
        table.origins.push(origin);
        self.tally.used(origin);
    }
}

/// Appends a field.
pub(super) fn push_out(
    column: &mut ColumnBuilder,
    field: &Field<'_>,
    out: Out<'_>,
    lists: &[SortedElements],
    strings: &mut Interner,
) {
    match out {
        Out::Cell(cell) => column.push(cell, strings),
        Out::Default => {
            let default = field
                .default()
                .expect("a field without a default has no default used");
            column.push_const(default, strings);
        }
        Out::Elements(number, range) => {
            column.push_elements(&lists[number].children, range);
        }
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
