//! Batches column by column: what is plain goes into the columns as a whole. Every value that is not plain, and every
//! row that needs a word, is read as a record of its own (`ingest`), which says what happens; here nothing is decided.

use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use persona_ir::Ty;

use super::builder::{ColumnBuilder, Interner};
use super::fast::{self, Fast};
use super::ingest::{Ingest, Notes, push_out};
use super::lanes::{CodeLane, IntLane, TextLane};
use super::log::{Origin, Wrong};
use crate::format::arrow::{Arr, TimeKind, Unit, Values};
use crate::format::{Batch, BatchColumn, Texts};
use crate::source::expr::{Env, Ex};
use crate::source::job::{Field, FieldValue};
use crate::value::civil::{MAX_DATE, MAX_TIMESTAMP, MIN_DATE, MIN_TIMESTAMP};
use crate::value::read::{Cell, Reader};

/// What is remembered of dictionaries from one batch to the next, by field.
#[derive(Debug)]
pub(super) struct Memo {
    fields: Vec<Option<Dictionary>>,
}

impl Memo {
    pub(super) fn new(fields: usize) -> Self {
        Self {
            fields: (0..fields).map(|_| None).collect(),
        }
    }
}

/// What the entries of a file's dictionary are in a column.
#[derive(Debug)]
struct Dictionary {
    values: ArrayRef,
    /// What rows hold for each entry, or [`NOT_PLAIN`].
    places: CodeLane,
    /// Whether all entries are plain.
    plain: bool,
    /// Whether those are places in the column's own dictionary.
    own: bool,
    /// The entries as values of the column, where those are neither texts nor of an enum; nothing where one is not plain.
    column: Option<ColumnBuilder>,
}

/// An entry that is not plain; no column has so many of them.
const NOT_PLAIN: u32 = u32::MAX;

/// The rows of a batch: those that are gone, and those that need a word.
struct Rows {
    gone: Vec<bool>,
    any_gone: bool,
    told: Vec<bool>,
}

impl Rows {
    fn drop(&mut self, row: usize) {
        self.gone[row] = true;
        self.any_gone = true;
    }
}

/// How values of a field may be missing.
#[derive(Clone, Copy)]
struct Silent {
    /// A missing value is nothing to talk about.
    missing: bool,
    /// Nor is an empty cell.
    empty: bool,
}

impl Ingest<'_, '_> {
    /// Takes in the rows of a batch.
    pub(super) fn batch(&mut self, batch: &Batch, file: u32) {
        let from = self.table.len();
        let mut rows = Rows {
            gone: vec![false; batch.rows],
            any_gone: false,
            told: vec![false; batch.rows],
        };
        self.tally.read += batch.rows as u64;
        self.filter(batch, &mut rows);
        self.keys(batch, &mut rows);
        self.instants(batch, &mut rows);
        if !self.is_keyed() {
            self.ids(batch, &mut rows);
        }
        let job = self.job;
        for (at, field) in job.fields.iter().enumerate() {
            let slot = usize::from(field.col);
            if let Some(mut column) = self.table.columns[slot].take() {
                self.fill(at, field, batch, &mut column, &mut rows);
                self.table.columns[slot] = Some(column);
            }
        }
        self.words(batch, file, &mut rows);
        self.settle(batch, file, from, &rows);
    }

    fn filter(&mut self, batch: &Batch, rows: &mut Rows) {
        if self.job.filter.is_none() {
            return;
        }
        for row in 0..batch.rows {
            match self.passes(Env::of(batch, row)) {
                Ok(true) => {}
                Ok(false) => {
                    self.tally.filtered += 1;
                    rows.drop(row);
                }
                Err(_) => {
                    rows.drop(row);
                    rows.told[row] = true;
                }
            }
        }
    }

    fn keys(&mut self, batch: &Batch, rows: &mut Rows) {
        let input = &self.job.key;
        if let Ex::Column(slot) = input.expr
            && let BatchColumn::Arrow(array) = &batch.columns[slot]
            && let (None, Values::Str(texts)) = (&array.nulls, &array.values)
            && input.reader.plain() == Some(&Ty::Str)
        {
            let offsets: &[i32] = texts.value_offsets();
            for (row, pair) in offsets.windows(2).enumerate() {
                rows.told[row] |= pair[0] == pair[1];
            }
            let text = std::str::from_utf8(texts.value_data()).unwrap_or_default();
            self.table.keys.append_slices(text, offsets);
            return;
        }
        if let Ex::Column(slot) = input.expr
            && let BatchColumn::Arrow(array) = &batch.columns[slot]
            && input.reader.plain() == Some(&Ty::Str)
            && self.arrow_keys(array, rows)
        {
            return;
        }
        if let Some((texts, json)) = texts_of(&input.expr, &input.reader, batch)
            && input.reader.plain() == Some(&Ty::Str)
        {
            for row in 0..batch.rows {
                let key = plain_text(texts.at(row), json).unwrap_or("");
                if key.is_empty() && !rows.gone[row] {
                    self.slow_key(batch, row, rows);
                } else {
                    self.table.keys.push(key);
                }
            }
            return;
        }
        for row in 0..batch.rows {
            self.slow_key(batch, row, rows);
        }
    }

    /// Appends keys that are whole numbers, or entries of a dictionary; false, with nothing appended, where they are neither.
    fn arrow_keys(&mut self, array: &Arr, rows: &mut Rows) -> bool {
        if array.nulls.is_some() {
            return false;
        }
        let keys = &mut self.table.keys;
        match &array.values {
            Values::Int(values) => values.iter().for_each(|value| push_number(keys, *value)),
            Values::Int32(values) => {
                values
                    .iter()
                    .for_each(|value| push_number(keys, i64::from(*value)));
            }
            Values::Dictionary(places, entries, _) => match &entries.values {
                Values::Str(texts) if entries.nulls.is_none() => {
                    for (row, place) in places.iter().enumerate() {
                        let key = texts.value(usize::try_from(*place).unwrap_or(usize::MAX));
                        rows.told[row] |= key.is_empty();
                        keys.push(key);
                    }
                }
                Values::Int(values) => places
                    .iter()
                    .for_each(|place| push_number(keys, values[*place as usize])),
                Values::Int32(values) => places
                    .iter()
                    .for_each(|place| push_number(keys, values[*place as usize].into())),
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    /// Appends the key of one row as records are read.
    fn slow_key(&mut self, batch: &Batch, row: usize, rows: &mut Rows) {
        if rows.gone[row] {
            return self.table.keys.push("");
        }
        match self.key(Env::of(batch, row)) {
            Ok(key) => self.table.keys.push(&key),
            Err(_) => {
                self.table.keys.push("");
                rows.told[row] = true;
            }
        }
    }

    fn instants(&mut self, batch: &Batch, rows: &mut Rows) {
        let silent = self.is_keyed();
        let table = &mut *self.table;
        match self
            .job
            .at
            .as_ref()
            .map(|input| (&input.expr, &input.reader))
        {
            None => return nothing(&mut table.at, batch.rows),
            Some((Ex::Column(slot), reader)) => match &batch.columns[*slot] {
                BatchColumn::Absent if silent => return nothing(&mut table.at, batch.rows),
                BatchColumn::Arrow(array) if whole(array, reader, silent, &mut table.at) => return,
                _ => {}
            },
            Some(_) => {}
        }
        let input = self.job.at.as_ref();
        let texts = input.and_then(|input| texts_of(&input.expr, &input.reader, batch));
        for row in 0..batch.rows {
            if let (Some((texts, json)), Some(input)) = (texts, input)
                && let Fast::Cell(cell) = fast::value(texts.at(row), json, &input.reader)
            {
                self.table.at.push(Some(cell), self.strings);
                continue;
            }
            if rows.gone[row] {
                self.table.at.push(None, self.strings);
                continue;
            }
            let at = self.at(Env::of(batch, row));
            rows.told[row] |= at.is_err();
            let at = at.ok().flatten().map(Cell::Int);
            self.table.at.push(at, self.strings);
        }
    }

    fn ids(&mut self, batch: &Batch, rows: &mut Rows) {
        let input = self.job.id.as_ref();
        let texts = input.and_then(|input| texts_of(&input.expr, &input.reader, batch));
        for row in 0..batch.rows {
            if let Some((texts, json)) = texts
                && let Some(id) = plain_text(texts.at(row), json).filter(|id| !id.is_empty())
            {
                self.table.id.push(Some(id));
                continue;
            }
            if rows.gone[row] {
                self.table.id.push(None);
                continue;
            }
            match self.id(Env::of(batch, row)) {
                Ok(id) => self.table.id.push(id.as_deref()),
                Err(_) => {
                    self.table.id.push(None);
                    rows.told[row] = true;
                }
            }
        }
    }

    /// Which missing values of a field are nothing to talk about.
    fn silent(&self, field: &Field<'_>) -> Silent {
        let missing = if self.is_keyed() {
            !(field.required() && self.job.alone)
        } else {
            field.default().is_none() && field.spec.optional
        };
        let text = !field.spec.optional && field.reader.takes_empty();
        Silent {
            missing,
            empty: missing && !text,
        }
    }

    /// Appends a value for each row.
    fn fill(
        &mut self,
        at: usize,
        field: &Field<'_>,
        batch: &Batch,
        column: &mut ColumnBuilder,
        rows: &mut Rows,
    ) {
        let silent = self.silent(field);
        if let FieldValue::Expr(Ex::Column(slot)) = &field.value {
            match &batch.columns[*slot] {
                BatchColumn::Absent if silent.missing => return nothing(column, batch.rows),
                BatchColumn::Arrow(array) => {
                    let done = match &array.values {
                        Values::Dictionary(..) => self.dictionary(at, field, array, silent, column),
                        _ => whole(array, &field.reader, silent.missing, column),
                    };
                    if done {
                        return;
                    }
                }
                BatchColumn::Cells(texts) | BatchColumn::Json(texts) => {
                    let json = matches!(batch.columns[*slot], BatchColumn::Json(_));
                    return self.texts(at, field, batch, (texts, json), column, rows);
                }
                BatchColumn::Absent => {}
            }
        }
        for row in 0..batch.rows {
            self.cell(at, field, batch, row, column, rows);
        }
    }

    /// Appends the value of one row as records are read.
    fn cell(
        &mut self,
        at: usize,
        field: &Field<'_>,
        batch: &Batch,
        row: usize,
        column: &mut ColumnBuilder,
        rows: &mut Rows,
    ) {
        if rows.gone[row] {
            return column.push(None, self.strings);
        }
        let mut notes = Notes::new();
        match self.field(at, field, Env::of(batch, row), None, &mut notes) {
            Ok(out) => push_out(column, field, out, &[], self.strings),
            Err(_) => {
                column.push(None, self.strings);
                rows.told[row] = true;
            }
        }
        rows.told[row] |= !notes.is_empty();
    }

    fn texts(
        &mut self,
        at: usize,
        field: &Field<'_>,
        batch: &Batch,
        (texts, json): (&Texts, bool),
        column: &mut ColumnBuilder,
        rows: &mut Rows,
    ) {
        let silent = self.silent(field);
        let mut runs = Runs::default();
        for row in 0..batch.rows {
            match fast::value(texts.at(row), json, &field.reader) {
                Fast::Cell(Cell::Int(value)) => runs.push(value, true),
                Fast::Cell(cell) => column.push(Some(cell), self.strings),
                Fast::Missing if silent.missing => runs.missing(column, self.strings),
                Fast::Empty if silent.empty => runs.missing(column, self.strings),
                _ => {
                    runs.flush(column);
                    self.cell(at, field, batch, row, column, rows);
                }
            }
        }
        runs.flush(column);
    }

    /// Appends a column of texts that the file has as a dictionary; false, with nothing appended, where something in it
    /// is not plain.
    fn dictionary(
        &mut self,
        at: usize,
        field: &Field<'_>,
        array: &Arr,
        silent: Silent,
        column: &mut ColumnBuilder,
    ) -> bool {
        let Values::Dictionary(keys, entries, values) = &array.values else {
            return false;
        };
        if array.nulls.is_some() && !silent.missing {
            return false;
        }
        let own = match field.reader.ty() {
            Ty::Str => column
                .texts(self.strings)
                .is_some_and(|(lane, _)| lane.has_entries()),
            Ty::Enum(_) => true,
            _ => return self.numbers(at, field, array, column),
        };
        let known = self.memo.fields[at]
            .take()
            .filter(|known| known.own == own && known.values.to_data().ptr_eq(&values.to_data()));
        let known = match known {
            Some(known) => known,
            None => {
                let places = self.places(&field.reader, entries, values.len(), column);
                let mut lane = CodeLane::default();
                lane.extend(&places);
                Dictionary {
                    plain: !places.contains(&NOT_PLAIN),
                    places: lane,
                    values: values.clone(),
                    own: column
                        .texts(self.strings)
                        .is_none_or(|(lane, _)| lane.has_entries()),
                    column: None,
                }
            }
        };
        let nulls = array.nulls.as_ref();
        let is_plain = |(row, key): (usize, &i32)| {
            let key = usize::try_from(*key).unwrap_or(usize::MAX);
            nulls.is_some_and(|nulls| nulls.is_null(row))
                || (key < values.len() && known.places.get(key) != NOT_PLAIN)
        };
        let plain = known.plain || keys.iter().enumerate().all(is_plain);
        if plain {
            if let Some((lane, _)) = column.texts(self.strings) {
                lane.append_places(&known.places, keys, nulls);
            } else if let Some(lane) = column.codes() {
                lane.append_at(&known.places, keys, nulls);
            }
            column.noted(keys.len(), nulls);
        }
        self.memo.fields[at] = Some(known);
        plain
    }

    /// Appends a column of numbers that the file has as a dictionary, each entry converted once; false, with nothing
    /// appended, where an entry is not plain.
    fn numbers(
        &mut self,
        at: usize,
        field: &Field<'_>,
        array: &Arr,
        column: &mut ColumnBuilder,
    ) -> bool {
        let Values::Dictionary(keys, entries, values) = &array.values else {
            return false;
        };
        let known = self.memo.fields[at]
            .take()
            .filter(|known| known.values.to_data().ptr_eq(&values.to_data()));
        let known = known.unwrap_or_else(|| {
            let mut column = ColumnBuilder::new(field.reader.ty(), true);
            let plain = whole(entries, &field.reader, false, &mut column);
            Dictionary {
                values: values.clone(),
                places: CodeLane::default(),
                plain,
                own: false,
                column: plain.then_some(column),
            }
        });
        let done = known
            .column
            .as_ref()
            .is_some_and(|entries| column.append_at(entries, keys, array.nulls.as_ref()));
        self.memo.fields[at] = Some(known);
        done
    }

    /// What rows hold for the entries of a dictionary.
    fn places(
        &mut self,
        reader: &Reader,
        entries: &Arr,
        count: usize,
        column: &mut ColumnBuilder,
    ) -> Vec<u32> {
        let mut codes = Vec::with_capacity(count);
        for entry in 0..count {
            let mut cleared = Vec::new();
            let cell = entries
                .at(entry)
                .and_then(|raw| reader.read(raw, &mut cleared));
            codes.push(match cell {
                Ok(Some(Cell::Str(text))) => column
                    .texts(self.strings)
                    .map_or(NOT_PLAIN, |(_, strings)| strings.intern(&text)),
                Ok(Some(Cell::Enum(code))) => code,
                _ => NOT_PLAIN,
            });
        }
        let Some((lane, _)) = column.texts(self.strings) else {
            return codes;
        };
        let place = |lane: &mut TextLane, code: u32| match code {
            NOT_PLAIN => NOT_PLAIN,
            code => lane.place(code),
        };
        let places: Vec<u32> = codes.iter().map(|code| place(lane, *code)).collect();
        // Where the lane gave up its dictionary on the way, it holds codes from now on.
        if lane.has_entries() { places } else { codes }
    }

    /// Says what is to be said, row by row.
    fn words(&mut self, batch: &Batch, file: u32, rows: &mut Rows) {
        let mut problems = batch.problems.iter().peekable();
        for row in 0..batch.rows {
            if !rows.told[row] {
                continue;
            }
            while let Some(problem) = problems.next_if(|problem| problem.before <= row) {
                self.problem(problem, file, 0);
            }
            let origin = Origin {
                file,
                line: batch.lines.of(row),
                rows: 1,
            };
            let env = Env::of(batch, row);
            if rows.gone[row] {
                if let Err(bad) = self.passes(env) {
                    self.tally.reject(origin, *Wrong::bad("where", *bad));
                }
                continue;
            }
            let mut notes = Notes::new();
            let read = self.read(env, None, &mut notes).map(|_| ());
            match read {
                Ok(()) => self.tell(origin, notes),
                Err(wrong) => {
                    rows.drop(row);
                    self.tally.reject(origin, *wrong);
                }
            }
        }
        for problem in problems {
            self.problem(problem, file, 0);
        }
    }

    /// Keeps the rows that are used.
    fn settle(&mut self, batch: &Batch, file: u32, from: usize, rows: &Rows) {
        let origin = |row: usize| Origin {
            file,
            line: batch.lines.of(row),
            rows: 1,
        };
        let table = &mut *self.table;
        if !rows.any_gone && batch.lines.follow() && batch.rows > 0 {
            let count = u32::try_from(batch.rows).unwrap_or(u32::MAX);
            table.origins.push_run(origin(0), count);
            return self.tally.used_rows(batch.rows as u64);
        }
        let used = (0..batch.rows).filter(|row| !rows.gone[*row]);
        let mut count = 0;
        for row in used {
            table.origins.push(origin(row));
            count += 1;
        }
        self.tally.used_rows(count);
        if rows.any_gone {
            let keep = |at: usize| !rows.gone[at - from];
            table.keys.retain_from(from, keep);
            table.at.retain_from(from, &keep);
            if table.id.len() > from {
                table.id.retain_from(from, &keep);
            }
            for column in table.columns.iter_mut().flatten() {
                column.retain_from(from, &keep);
            }
        }
    }
}

/// Appends a whole number as it is written.
fn push_number(keys: &mut persona_runtime::Texts, value: i64) {
    // Nineteen digits and a sign.
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    while rest > 0 || at == digits.len() {
        at -= 1;
        digits[at] += u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    keys.push(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// Integers that are appended together.
#[derive(Default)]
struct Runs {
    values: Vec<i64>,
    valid: Vec<bool>,
    any_missing: bool,
}

impl Runs {
    #[inline]
    fn push(&mut self, value: i64, valid: bool) {
        self.values.push(value);
        self.valid.push(valid);
        self.any_missing |= !valid;
    }

    #[inline]
    fn missing(&mut self, column: &mut ColumnBuilder, strings: &mut Interner) {
        if column.ints().is_some() {
            self.push(0, false);
        } else {
            column.push(None, strings);
        }
    }

    fn flush(&mut self, column: &mut ColumnBuilder) {
        if self.values.is_empty() {
            return;
        }
        if let Some(lane) = column.ints() {
            lane.extend(&self.values);
        }
        let nulls = self
            .any_missing
            .then(|| NullBuffer::from(self.valid.as_slice()));
        column.noted(self.values.len(), nulls.as_ref());
        self.values.clear();
        self.valid.clear();
        self.any_missing = false;
    }
}

/// The column of texts that a plain input reads.
fn texts_of<'b>(expr: &Ex, reader: &Reader, batch: &'b Batch) -> Option<(&'b Texts, bool)> {
    reader.plain()?;
    let Ex::Column(slot) = expr else {
        return None;
    };
    match &batch.columns[*slot] {
        BatchColumn::Cells(texts) => Some((texts, false)),
        BatchColumn::Json(texts) => Some((texts, true)),
        BatchColumn::Absent | BatchColumn::Arrow(_) => None,
    }
}

/// A text that stands there as it is; nothing where it has to be looked at.
#[inline]
fn plain_text(text: &str, json: bool) -> Option<&str> {
    if !json {
        return Some(text);
    }
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    memchr::memchr(b'\\', inner.as_bytes())
        .is_none()
        .then_some(inner)
}

/// Appends so many rows without a value.
fn nothing(column: &mut ColumnBuilder, rows: usize) {
    column.push_missing(rows);
}

/// Appends an array as a whole; false, with nothing appended, where something in it is not plain.
fn whole(array: &Arr, reader: &Reader, silent: bool, column: &mut ColumnBuilder) -> bool {
    let Some(ty) = reader.plain() else {
        return false;
    };
    let nulls = array.nulls.as_ref();
    if nulls.is_some() && !silent {
        return false;
    }
    let (rows, done) = match (&array.values, ty) {
        (Values::Int32(values), Ty::Int) => {
            let done = match (nulls, column.ints()) {
                (None, Some(lane)) => {
                    lane.extend(values);
                    true
                }
                _ => ints(values, nulls, column, |value| Some(i64::from(value))),
            };
            (values.len(), done)
        }
        (Values::Int(values), Ty::Int) => (values.len(), ints(values, nulls, column, Some)),
        (Values::Decimal(values, scale), Ty::Money(currency))
            if u32::try_from(*scale) == Ok(currency.decimals()) =>
        {
            let minor = |value: i128| i64::try_from(value).ok();
            (values.len(), ints(values, nulls, column, minor))
        }
        (Values::Days(values), Ty::Date) => {
            let date = |day| within(day, MIN_DATE, MAX_DATE);
            (values.len(), ints(values, nulls, column, date))
        }
        (Values::Time(values, unit, TimeKind::Instant), Ty::Timestamp) => {
            (values.len(), instants(values, *unit, nulls, column))
        }
        (Values::Time(values, unit, TimeKind::Local), Ty::Timestamp) if reader.in_utc() => {
            (values.len(), instants(values, *unit, nulls, column))
        }
        (Values::Float(values), Ty::Float) => (values.len(), floats(values, nulls, column)),
        (Values::Bool(values), Ty::Bool) => {
            let Some(bits) = column.bools() else {
                return false;
            };
            bits.append_buffer(values.values());
            (values.len(), true)
        }
        _ => return false,
    };
    if done {
        column.noted(rows, nulls);
    }
    done
}

fn within(value: i64, least: i64, most: i64) -> Option<i64> {
    (least..=most).contains(&value).then_some(value)
}

fn instants(
    values: &[i64],
    unit: Unit,
    nulls: Option<&NullBuffer>,
    column: &mut ColumnBuilder,
) -> bool {
    if let (None, true, Some(lane)) = (nulls, unit.is_micros(), column.ints()) {
        let (least, most) = IntLane::bounds(values);
        let known = MIN_TIMESTAMP <= least && most <= MAX_TIMESTAMP;
        if known {
            lane.extend_within(values, least, most);
        }
        return known;
    }
    ints(values, nulls, column, |value| {
        unit.micros(value)
            .and_then(|at| within(at, MIN_TIMESTAMP, MAX_TIMESTAMP))
    })
}

/// Appends converted numbers, zeros where they are missing; false where one is not plain.
fn ints<T: Copy>(
    values: &[T],
    nulls: Option<&NullBuffer>,
    column: &mut ColumnBuilder,
    convert: impl Fn(T) -> Option<i64>,
) -> bool {
    let mut plain = true;
    let mut out: Vec<i64> = Vec::with_capacity(values.len());
    let mut one = |value: T, valid: bool| {
        let converted = convert(value);
        plain &= !valid | converted.is_some();
        if valid { converted.unwrap_or(0) } else { 0 }
    };
    match nulls {
        None => out.extend(values.iter().map(|value| one(*value, true))),
        Some(nulls) => {
            let pairs = values.iter().zip(nulls.iter());
            out.extend(pairs.map(|(value, valid)| one(*value, valid)));
        }
    }
    match column.ints() {
        Some(lane) if plain => lane.extend(&out),
        _ => return false,
    }
    true
}

/// Appends Floats, zeros where they are missing; false where one is not finite.
fn floats(values: &[f64], nulls: Option<&NullBuffer>, column: &mut ColumnBuilder) -> bool {
    let Some(lane) = column.floats() else {
        return false;
    };
    let from = lane.len();
    match nulls {
        // Adding zero turns the negative zero into the one zero there is.
        None => lane.extend(values.iter().map(|value| value + 0.0)),
        Some(nulls) => {
            let pairs = values.iter().zip(nulls.iter());
            lane.extend(pairs.map(|(value, valid)| if valid { value + 0.0 } else { 0.0 }));
        }
    }
    let finite = lane[from..]
        .iter()
        .fold(true, |all, value| all & value.is_finite());
    if !finite {
        lane.truncate(from);
    }
    finite
}
